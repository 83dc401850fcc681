//! CommonMark, GFM and markdown-it.
