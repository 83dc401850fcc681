//! Grapheme and word breaks, emoji, IDNA.
