//! Raw HTML as text: what people mean by a tag stays, and nothing is HTML any more.

use super::super::facet::FacetKind;
use super::super::raw::{self, Piece, attribute};
use super::Writer;
use pulldown_cmark::{Tag, TagEnd};

/// Lists and items in each other beyond this are lines: what stands before a
/// line grows with them.
const DEEPEST: usize = 24;

/// An element of a list that is open in a block of raw HTML.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Listed {
    List { numbered: bool },
    Item,
}

impl Writer<'_> {
    /// The end of a block of raw HTML.
    pub(super) fn end_raw(&mut self) {
        let raw = std::mem::take(&mut self.raw);
        let mut open = Vec::new();
        // What stands in a `<pre>`, and its language.
        let mut code: Option<(String, String)> = None;
        for piece in raw::pieces(&raw) {
            match (&mut code, piece) {
                (Some(_), Piece::Close(name)) if name == "pre" => self.preformatted(code.take()),
                (Some((text, _)), Piece::Text(words)) => text.push_str(&words),
                (Some((text, _)), Piece::Open(name, _)) if name == "br" => text.push('\n'),
                (Some((_, language)), Piece::Open(name, attributes)) if name == "code" => {
                    let class = attribute(attributes, "class").unwrap_or_default();
                    let mut named = class.split_whitespace().filter_map(|own| own.strip_prefix("language-"));
                    *language = named.next().unwrap_or_default().to_owned();
                }
                (Some(_), _) => {}
                (None, Piece::Open(name, _)) if name == "pre" && self.is_between_blocks() => {
                    self.flush(true);
                    code = Some(Default::default());
                }
                (None, piece) => self.block_piece(piece, &mut open),
            }
        }
        self.preformatted(code);
        while let Some(own) = open.pop() {
            self.end_of_list(own);
        }
        self.flush(true);
    }

    /// What stood in a `<pre>`, as a block of code. A line end right behind the
    /// tag is none of it (WHATWG HTML, 4.4.3).
    fn preformatted(&mut self, code: Option<(String, String)>) {
        let Some((text, language)) = code else { return };
        let text = text.replace("\r\n", "\n");
        let text = text.strip_prefix('\n').unwrap_or(&text).trim_end();
        if !text.is_empty() {
            self.code_block(text, &language);
        }
    }

    /// Whether a block may begin here: in the middle of a paragraph it would
    /// tear Markdown's own marks.
    fn is_between_blocks(&self) -> bool {
        self.links.is_empty() && self.table.is_none() && self.open.is_empty()
    }

    /// A piece of a block of raw HTML; `open`: its lists and items that are open.
    /// One that nobody closed ends with its block.
    fn block_piece(&mut self, piece: Piece<'_>, open: &mut Vec<Listed>) {
        let between = self.is_between_blocks();
        match piece {
            Piece::Open(name, attributes) if between && matches!(name.as_str(), "ul" | "ol") => {
                if open.len() >= DEEPEST {
                    return self.block_tag(&name);
                }
                let first = attribute(attributes, "start").and_then(|start| start.trim().parse().ok());
                let number = (name == "ol").then(|| first.unwrap_or(1));
                self.start(Tag::List(number));
                open.push(Listed::List { numbered: number.is_some() });
            }
            Piece::Open(name, _) if between && name == "li" => {
                if let Some(item) = open.pop_if(|last| *last == Listed::Item) {
                    self.end_of_list(item);
                }
                if open.len() + 1 >= DEEPEST {
                    return self.block_tag(&name);
                }
                // Without a list of its own it is no item of the one around.
                if open.is_empty() {
                    self.start(Tag::List(None));
                    open.push(Listed::List { numbered: false });
                }
                self.start(Tag::Item);
                open.push(Listed::Item);
            }
            Piece::Close(name) if name == "li" && open.last() == Some(&Listed::Item) => {
                open.pop();
                self.end_of_list(Listed::Item);
            }
            Piece::Close(name) if matches!(name.as_str(), "ul" | "ol") => {
                let Some(list) = open.iter().rposition(|own| *own != Listed::Item) else {
                    return self.block_tag(&name);
                };
                while open.len() > list
                    && let Some(own) = open.pop()
                {
                    self.end_of_list(own);
                }
            }
            // Paragraphs in an item do not set the items apart.
            Piece::Open(name, _) | Piece::Close(name)
                if between && !open.is_empty() && matches!(name.as_str(), "p" | "div") =>
            {
                self.flush(false);
            }
            piece => self.piece(piece),
        }
    }

    fn end_of_list(&mut self, own: Listed) {
        self.end(match own {
            Listed::Item => TagEnd::Item,
            Listed::List { numbered } => TagEnd::List(numbered),
        });
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
                // White space is one space in HTML; one that must not break is none.
                let blank = |c: char| c.is_ascii_whitespace();
                if text.starts_with(blank) && !self.line.ends_with([' ', '\n']) {
                    self.text(" ");
                }
                for (at, word) in text.split_ascii_whitespace().enumerate() {
                    self.text(if at > 0 { " " } else { "" });
                    self.text(word);
                }
                if text.ends_with(blank) && text.contains(|c| !blank(c)) {
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
        if block && self.is_between_blocks() {
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
