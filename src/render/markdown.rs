//! Markdown as plain text: for posts, and for the text part of a mail.
//!
//! Links become their text and their address, lists keep bullets, tables
//! become lines, code stays code, pictures are dropped. The work is bounded:
//! one pass over the parser's events, and nesting beyond [`DEPTH`] is flattened.

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use std::ops::Range;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Deeper nesting than this says nothing to a reader; parsers of HTML take
/// quadratic time with it.
const DEPTH: usize = 24;
/// Width of the text part of a mail, as RFC 3676 advises (below 78).
const WIDTH: usize = 72;
/// The mark at which a thread breaks; kept by [`plain`] for those who split.
pub(super) const BREAK: &str = "<!-- break -->";

/// The parser's events of `markdown`, flattened beyond [`DEPTH`].
pub(super) fn events(markdown: &str) -> impl Iterator<Item = Event<'_>> {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        // `> [!NOTE]`, as on GitHub: the mark is no text.
        | Options::ENABLE_GFM;
    let mut depth = 0_usize;
    Parser::new_ext(markdown, options).filter(move |event| match event {
        Event::Start(_) => {
            depth += 1;
            depth <= DEPTH
        }
        Event::End(_) => {
            depth = depth.saturating_sub(1);
            depth < DEPTH
        }
        _ => true,
    })
}

/// The pictures of `markdown`: where each leads, and where it stands.
pub(super) fn images(markdown: &str) -> Vec<(String, Range<usize>)> {
    let events = Parser::new_ext(markdown, Options::ENABLE_TABLES).into_offset_iter();
    let images = events.filter_map(|(event, range)| match event {
        Event::Start(Tag::Image { dest_url, .. }) => Some((dest_url.to_string(), range)),
        _ => None,
    });
    images.collect()
}

/// `markdown` as the text of a post.
pub fn plain(markdown: &str) -> String {
    Writer::new(Style::Post).write(markdown)
}

/// Only the running text of `markdown`: no headings, lists, quotations, code or tables, and
/// links as their words. What sentences can be taken from.
pub fn prose(markdown: &str) -> String {
    Writer::new(Style::Prose).write(markdown)
}

/// `markdown` as the text part of a mail: wrapped, headings underlined, links as `text <address>`.
pub fn mail_text(markdown: &str) -> String {
    Writer::new(Style::Mail).write(markdown)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Post,
    Prose,
    Mail,
}

struct Container {
    first: String,
    rest: String,
    used: bool,
}

struct Link {
    url: String,
    from: usize,
}

struct Writer {
    mail: bool,
    prose: bool,
    left_out: usize,
    out: String,
    line: String,
    gap: bool,
    containers: Vec<Container>,
    lists: Vec<Option<u64>>,
    links: Vec<Link>,
    pictures: usize,
    code: bool,
    cells: usize,
}

impl Writer {
    fn new(style: Style) -> Writer {
        Writer {
            mail: style == Style::Mail,
            prose: style == Style::Prose,
            left_out: 0,
            out: String::new(),
            line: String::new(),
            gap: false,
            containers: Vec::new(),
            lists: Vec::new(),
            links: Vec::new(),
            pictures: 0,
            code: false,
            cells: 0,
        }
    }

    fn write(mut self, markdown: &str) -> String {
        for event in events(markdown) {
            self.event(event);
        }
        self.flush(false);
        self.out
    }

    fn event(&mut self, event: Event<'_>) {
        if self.prose && self.leaves_out(&event) {
            return;
        }
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            // The words of a picture are its alt text, not part of the text.
            _ if self.pictures > 0 => {}
            Event::Text(text) | Event::Code(text) | Event::InlineMath(text) | Event::DisplayMath(text) => {
                self.line.push_str(&text);
            }
            Event::SoftBreak => self.line.push(' '),
            Event::HardBreak => self.line.push('\n'),
            Event::Rule => {
                self.flush(true);
                if self.mail {
                    self.line.push_str(&"-".repeat(24));
                    self.flush(true);
                }
            }
            Event::TaskListMarker(done) => self.line.push_str(if done { "☑ " } else { "☐ " }),
            Event::FootnoteReference(label) => {
                self.line.push('[');
                self.line.push_str(&label);
                self.line.push(']');
            }
            Event::InlineHtml(html) | Event::Html(html) => {
                let html = html.trim();
                if html == BREAK {
                    self.flush(true);
                    self.line.push_str(BREAK);
                    self.flush(true);
                } else if html.get(..3).is_some_and(|tag| tag.eq_ignore_ascii_case("<br")) {
                    self.line.push('\n');
                }
            }
        }
    }

    /// Whether `event` is no running text, and remembers how deep in it we are.
    fn leaves_out(&mut self, event: &Event<'_>) -> bool {
        match event {
            Event::Start(
                Tag::Heading { .. }
                | Tag::List(_)
                | Tag::CodeBlock(_)
                // A quotation without its marks would be said by the house itself.
                | Tag::BlockQuote(_)
                | Tag::Table(_)
                | Tag::HtmlBlock
                | Tag::FootnoteDefinition(_),
            ) => self.left_out += 1,
            Event::End(
                TagEnd::Heading(_)
                | TagEnd::List(_)
                | TagEnd::CodeBlock
                | TagEnd::BlockQuote(_)
                | TagEnd::Table
                | TagEnd::HtmlBlock
                | TagEnd::FootnoteDefinition,
            ) => {
                self.left_out = self.left_out.saturating_sub(1);
                return true;
            }
            Event::FootnoteReference(_) => return true,
            _ => {}
        }
        self.left_out > 0
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::List(first) => {
                self.flush(self.lists.is_empty());
                // A list in a list follows its words at once.
                self.gap &= self.lists.is_empty();
                self.lists.push(first);
            }
            Tag::Item => {
                self.flush(false);
                let first = match self.lists.last_mut() {
                    Some(Some(number)) => {
                        let marker = format!("{number}. ");
                        *number = number.saturating_add(1);
                        marker
                    }
                    _ => (if self.mail { "- " } else { "• " }).to_owned(),
                };
                let rest = " ".repeat(first.chars().count());
                self.containers.push(Container { first, rest, used: false });
            }
            Tag::BlockQuote(_) => {
                self.flush(true);
                let mark = if self.mail { "> " } else { "" };
                self.containers.push(Container {
                    first: mark.to_owned(),
                    rest: mark.to_owned(),
                    used: false,
                });
            }
            Tag::FootnoteDefinition(label) => {
                self.flush(true);
                let container =
                    Container { first: format!("[{label}] "), rest: "    ".to_owned(), used: false };
                self.containers.push(container);
            }
            Tag::CodeBlock(kind) => {
                self.flush(true);
                self.code = true;
                // The language of a fence is for highlighting.
                let (CodeBlockKind::Fenced(_) | CodeBlockKind::Indented) = kind;
                if self.mail {
                    let indent = "    ".to_owned();
                    self.containers.push(Container { first: indent.clone(), rest: indent, used: false });
                }
            }
            Tag::Link { dest_url, .. } => {
                self.links.push(Link { url: dest_url.to_string(), from: self.line.len() });
            }
            Tag::Image { .. } => self.pictures += 1,
            Tag::Heading { .. } | Tag::Table(_) | Tag::HtmlBlock => self.flush(true),
            Tag::TableHead | Tag::TableRow => {
                self.flush(false);
                self.cells = 0;
            }
            Tag::TableCell => {
                if self.cells > 0 {
                    self.line.push_str(" | ");
                }
                self.cells += 1;
            }
            // Inside an item without blank lines its text is already open.
            Tag::Paragraph => self.flush(self.gap),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph | TagEnd::Table | TagEnd::HtmlBlock => self.flush(true),
            TagEnd::Heading(level) => {
                let width = self.line.width().min(WIDTH);
                self.flush(true);
                if self.mail && level <= HeadingLevel::H2 && self.containers.is_empty() && width > 0 {
                    self.out.push('\n');
                    let rule = if level == HeadingLevel::H1 { "=" } else { "-" };
                    self.out.push_str(&rule.repeat(width));
                }
            }
            TagEnd::List(_) => {
                self.lists.pop();
                self.flush(self.lists.is_empty());
            }
            TagEnd::Item => {
                self.flush(false);
                self.containers.pop();
            }
            TagEnd::BlockQuote(_) | TagEnd::FootnoteDefinition => {
                self.flush(true);
                self.containers.pop();
            }
            TagEnd::CodeBlock => {
                self.flush(true);
                self.code = false;
                if self.mail {
                    self.containers.pop();
                }
            }
            TagEnd::TableHead | TagEnd::TableRow => self.flush(false),
            TagEnd::Image => self.pictures = self.pictures.saturating_sub(1),
            TagEnd::Link => self.end_link(),
            _ => {}
        }
    }

    fn end_link(&mut self) {
        let Some(link) = self.links.pop() else { return };
        let text = self.line.get(link.from..).unwrap_or("").trim();
        let url = link.url.strip_prefix("mailto:").unwrap_or(&link.url);
        // What leads nowhere outside of the page is left out: `#part`, `other.md`.
        let leads = link.url.starts_with("mailto:") || link.url.contains("://");
        if !leads || self.pictures > 0 || self.prose || text == url {
            return;
        }
        let bare = url.trim_end_matches('/');
        if text.is_empty() || text.trim_end_matches('/') == bare || bare.ends_with(&format!("://{text}")) {
            self.line.truncate(link.from);
            self.line.push_str(url);
        } else if self.mail {
            self.line.push_str(&format!(" <{url}>"));
        } else {
            self.line.push_str(&format!(" ({url})"));
        }
    }

    /// Writes what has gathered as a block. `gap`: a blank line before the next one.
    fn flush(&mut self, gap: bool) {
        let block = std::mem::take(&mut self.line);
        let block = if self.code { block.trim_end() } else { block.trim() };
        if !block.is_empty() {
            if !self.out.is_empty() {
                self.out.push_str(if self.gap { "\n\n" } else { "\n" });
            }
            // A footnote's label is wider than what stands below it.
            let widest = |c: &Container| c.rest.width().max(if c.used { 0 } else { c.first.width() });
            let indent: usize = self.containers.iter().map(widest).sum();
            let mut first = true;
            for line in block.split('\n') {
                let line = if self.code { line } else { line.trim() };
                for piece in self.pieces(line, indent) {
                    if !first {
                        self.out.push('\n');
                    }
                    let start = self.out.len();
                    for container in &mut self.containers {
                        let prefix = if container.used { &container.rest } else { &container.first };
                        self.out.push_str(prefix);
                        container.used = true;
                    }
                    self.out.push_str(&piece);
                    let end = self.out.trim_end_matches(' ').len().max(start);
                    self.out.truncate(end);
                    first = false;
                }
            }
        }
        // A gap that is wanted stays wanted until a block is written.
        self.gap = if block.is_empty() { self.gap || gap } else { gap };
    }

    /// A line, wrapped where the text is wrapped at all.
    fn pieces(&self, line: &str, indent: usize) -> Vec<String> {
        if !self.mail || self.code || self.cells > 0 && line.contains(" | ") {
            return vec![line.to_owned()];
        }
        wrap(line, WIDTH.saturating_sub(indent).max(24))
    }
}

/// `line` in pieces of at most `width` columns, cut at spaces. An address stays
/// whole; other words without spaces (Chinese, Japanese) are cut where they must be.
pub(super) fn wrap(line: &str, width: usize) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut piece = String::new();
    let mut used = 0;
    for word in line.split(' ') {
        let columns = word.width();
        let whole = columns <= width || word.contains("://");
        if used > 0 && used + 1 + columns > width && whole {
            pieces.push(std::mem::take(&mut piece));
            used = 0;
        }
        if used > 0 {
            piece.push(' ');
            used += 1;
        }
        if whole {
            piece.push_str(word);
            used += columns;
            continue;
        }
        for c in word.chars() {
            let columns = c.width().unwrap_or(0);
            if used + columns > width {
                pieces.push(std::mem::take(&mut piece));
                used = 0;
            }
            piece.push(c);
            used += columns;
        }
    }
    pieces.push(piece);
    pieces
}

#[cfg(test)]
mod tests;
