//! Raw HTML as text: what people mean by a tag stays, and nothing is HTML any more.

use super::super::facet::FacetKind;
use super::super::raw::{self, Piece, attribute};
use super::Writer;

impl Writer<'_> {
    /// The end of a block of raw HTML.
    pub(super) fn end_raw(&mut self) {
        let raw = std::mem::take(&mut self.raw);
        self.html(&raw);
        self.flush(true);
    }

    /// Raw HTML: the tags that people use in running text mean what they say,
    /// others go, and the text stays.
    pub(super) fn html(&mut self, html: &str) {
        for piece in raw::pieces(html) {
            self.piece(piece);
        }
    }

    pub(super) fn piece(&mut self, piece: Piece<'_>) {
        match piece {
            Piece::Close(name) if self.unseen.as_ref() == Some(&name) => self.unseen = None,
            _ if self.unseen.is_some() => {}
            Piece::Text(text) => {
                // White space is one space in HTML.
                if text.starts_with(char::is_whitespace) && !self.line.ends_with([' ', '\n']) {
                    self.text(" ");
                }
                for (at, word) in text.split_whitespace().enumerate() {
                    self.text(if at > 0 { " " } else { "" });
                    self.text(word);
                }
                if text.ends_with(char::is_whitespace) && !text.trim().is_empty() {
                    self.text(" ");
                }
            }
            Piece::Open(name, attributes) => match (style(&name), name.as_str()) {
                (Some(kind), _) => self.open(kind),
                (None, "a") => {
                    let url = attribute(attributes, "href").unwrap_or_default();
                    self.start_link(&url);
                }
                (None, "br") => self.line_break(),
                (None, "img") => {
                    let value = |name| attribute(attributes, name).unwrap_or_default();
                    if self.pictures == 0 && !value("src").is_empty() {
                        self.picture(value("src"), value("alt"), value("title"));
                    }
                }
                (None, name) => self.block_tag(name),
            },
            Piece::Close(name) => match (style(&name), name.as_str()) {
                (Some(kind), _) => self.close(&kind),
                (None, "a") => self.end_link(),
                (None, name) => self.block_tag(name),
            },
        }
    }

    /// A tag that ends a paragraph, within raw HTML.
    pub(super) fn block_tag(&mut self, name: &str) {
        let block = matches!(
            name,
            "p" | "div"
                | "section"
                | "article"
                | "header"
                | "footer"
                | "ul"
                | "ol"
                | "table"
                | "blockquote"
                | "details"
                | "summary"
                | "pre"
                | "figure"
                | "figcaption"
                | "center"
                | "h1"
                | "h2"
                | "h3"
                | "h4"
                | "h5"
                | "h6"
                | "hr"
                | "li"
                | "tr"
                | "dl"
                | "dt"
                | "dd"
        );
        // In the middle of a paragraph it would tear Markdown's own marks.
        if block && self.links.is_empty() && self.table.is_none() && self.open.is_empty() {
            self.flush(!matches!(name, "li" | "tr" | "dt" | "dd"));
        } else if matches!(name, "td" | "th") && !self.line.ends_with([' ', '\n']) {
            self.text(" ");
        }
    }
}

/// Tags of raw HTML that a text can show.
fn style(name: &str) -> Option<FacetKind> {
    match name {
        "b" | "strong" => Some(FacetKind::Strong),
        "i" | "em" | "cite" | "dfn" => Some(FacetKind::Emphasis),
        "s" | "del" | "strike" => Some(FacetKind::Strike),
        "code" | "kbd" | "samp" | "tt" => Some(FacetKind::Code),
        _ => None,
    }
}
