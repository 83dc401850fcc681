//! The one walk of the Markdown that all texts are written by: blocks become
//! lines under their marks, and what is bold or leads somewhere is noted where
//! it stands. One pass over the parser's events; nesting is bounded by them.

use super::Image;
use super::facet::{FacetKind, Mark, Marked, Moved, trimmed};
use super::manner::{CodeBlocks, Heading, Links, Manner, Quote};
use super::raw::{self, Piece, attribute};
use super::table::{Cell, Table};
use super::wrap::wrap;
use crate::render::markdown::{BREAK, events};
use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Tag, TagEnd};
use std::ops::Range;
use unicode_width::UnicodeWidthStr;

/// An address longer than this is not hidden behind words: no outlet takes it,
/// and a person can still copy it.
const LONGEST_URL: usize = 2000;

/// A text, and what stands where in it.
#[derive(Debug, Default)]
pub(super) struct Layout {
    pub text: String,
    /// Outer before inner, in the order in which they begin.
    pub marks: Vec<Marked>,
    pub images: Vec<Image>,
    pub sections: Vec<Section>,
}

/// A block that stands in no other.
#[derive(Debug)]
pub(super) struct Section {
    pub kind: SectionKind,
    pub range: Range<usize>,
}

/// The kinds of [`Section`] that some outlet has something of its own for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SectionKind {
    Text,
    Heading,
    Rule,
    Footnote,
}

/// What is written before the lines of a block.
pub(super) struct Container {
    pub first: String,
    pub rest: String,
    pub used: bool,
    /// Whether `first` is a text, with characters of the author's.
    pub text: bool,
}

impl Container {
    pub fn new(first: &str, rest: &str) -> Container {
        Container { first: first.to_owned(), rest: rest.to_owned(), used: false, text: false }
    }
}

struct Link {
    url: String,
    from: usize,
    mark: Option<usize>,
}

pub(super) struct Writer<'m> {
    pub manner: &'m Manner,
    pub out: Layout,
    pub line: String,
    pub marks: Vec<Marked>,
    /// Marks that are open in the line: their kind, and where they stand in `marks` if they count.
    open: Vec<(FacetKind, Option<usize>)>,
    links: Vec<Link>,
    gap: bool,
    pub containers: Vec<Container>,
    lists: Vec<Option<u64>>,
    quotes: Vec<Option<usize>>,
    left_out: usize,
    pictures: usize,
    alt: String,
    language: Option<String>,
    pub code: bool,
    /// Whether lines are kept whole, wherever lines are wrapped.
    pub whole_lines: bool,
    table: Option<Table>,
    /// An element of raw HTML whose text no reader sees.
    unseen: Option<String>,
    raw: String,
    after_list: bool,
    blocks: usize,
    section: Option<usize>,
}

/// `markdown` laid out in `manner`.
pub(super) fn layout(markdown: &str, manner: &Manner) -> Layout {
    let mut writer = Writer {
        manner,
        out: Layout::default(),
        line: String::new(),
        marks: Vec::new(),
        open: Vec::new(),
        links: Vec::new(),
        gap: false,
        containers: Vec::new(),
        lists: Vec::new(),
        quotes: Vec::new(),
        left_out: 0,
        pictures: 0,
        alt: String::new(),
        language: None,
        code: false,
        whole_lines: false,
        table: None,
        unseen: None,
        raw: String::new(),
        after_list: false,
        blocks: 0,
        section: None,
    };
    for event in events(markdown) {
        writer.event(event);
    }
    writer.end_raw();
    let mut out = writer.out;
    out.marks.retain(|marked| marked.mark != Mark::Gone && !marked.range.is_empty());
    out.marks.sort_by_key(|marked| (marked.range.start, std::cmp::Reverse(marked.range.end)));
    out
}

impl Writer<'_> {
    fn event(&mut self, event: Event<'_>) {
        if self.manner.running_text_only && self.leaves_out(&event) {
            return;
        }
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) if self.unseen.is_none() => self.text(&text),
            Event::Code(text) | Event::InlineMath(text) | Event::DisplayMath(text)
                if self.unseen.is_none() =>
            {
                self.open(FacetKind::Code);
                self.text(&text);
                self.close(&FacetKind::Code);
            }
            Event::Text(_) | Event::Code(_) | Event::InlineMath(_) | Event::DisplayMath(_) => {}
            Event::SoftBreak => self.text(" "),
            Event::HardBreak => self.line_break(),
            Event::Rule => {
                self.flush(true);
                let from = self.out.text.len();
                if !self.manner.rule.is_empty() {
                    self.structure(self.manner.rule);
                    self.flush(true);
                }
                if self.blocks == 0 {
                    self.section = None;
                    self.end_section(SectionKind::Rule, from);
                }
            }
            Event::TaskListMarker(done) => self.text(if done { "☑ " } else { "☐ " }),
            Event::FootnoteReference(label) => {
                self.text("[");
                self.text(&label);
                self.text("]");
            }
            Event::InlineHtml(html) => match raw::opens_unseen(&html) {
                Some(name) => self.unseen = Some(name),
                None => self.html(&html),
            },
            Event::Html(html) if html.trim() == BREAK => {
                self.end_raw();
                self.structure(BREAK);
                self.flush(true);
            }
            // Beyond the deepest nesting nobody says where a block of HTML ends.
            Event::Html(html) => self.raw.push_str(&html),
        }
    }

    /// Words of the author.
    pub fn text(&mut self, text: &str) {
        if self.pictures > 0 { self.alt.push_str(text) } else { self.line.push_str(text) }
    }

    /// Something that the outlet reads, not its readers.
    pub fn structure(&mut self, text: &str) {
        let start = self.line.len();
        self.line.push_str(text);
        self.marks.push(Marked::new(Mark::Structure, start..self.line.len()));
    }

    fn line_break(&mut self) {
        if self.pictures > 0 {
            self.alt.push(' ');
        } else {
            self.line.push_str(if self.manner.line_breaks { "\n" } else { "\n\n" });
        }
    }

    fn open(&mut self, kind: FacetKind) {
        // Nothing stands within code, and nothing within itself.
        let barred = |open: &FacetKind| *open == kind || *open == FacetKind::Code;
        let counts =
            self.manner.styles && self.pictures == 0 && !self.open.iter().any(|(open, _)| barred(open));
        let mark = counts.then(|| {
            let start = self.line.len();
            self.marks.push(Marked::new(Mark::Facet(kind.clone()), start..start));
            self.marks.len() - 1
        });
        self.open.push((kind, mark));
    }

    /// Ends the last mark of `kind`, and with it all that began within it.
    fn close(&mut self, kind: &FacetKind) {
        if let Some(at) = self.open.iter().rposition(|(open, _)| open == kind) {
            // A link of raw HTML that began within ends within.
            let own = self.open.get(at).and_then(|(_, mark)| *mark);
            while own.is_some() && self.links.last().is_some_and(|link| link.mark > own) {
                self.end_link();
            }
            let at = at.min(self.open.len());
            for (_, mark) in self.open.drain(at..) {
                if let Some(mark) = mark.and_then(|mark| self.marks.get_mut(mark)) {
                    mark.range.end = self.line.len();
                }
            }
        }
    }

    /// Ends all that is open in the line.
    pub fn close_all(&mut self) {
        while !self.links.is_empty() {
            self.end_link();
        }
        while let Some((kind, _)) = self.open.last() {
            let kind = kind.clone();
            self.close(&kind);
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
                | Tag::FootnoteDefinition(_),
            ) => self.left_out += 1,
            Event::End(
                TagEnd::Heading(_)
                | TagEnd::List(_)
                | TagEnd::CodeBlock
                | TagEnd::BlockQuote(_)
                | TagEnd::Table
                | TagEnd::FootnoteDefinition,
            ) => {
                self.left_out = self.left_out.saturating_sub(1);
                return true;
            }
            Event::Html(_) => return true,
            Event::FootnoteReference(_) => return true,
            _ => {}
        }
        self.left_out > 0
    }

    fn start(&mut self, tag: Tag<'_>) {
        if is_block(&tag.to_end()) {
            if self.blocks == 0 {
                self.flush(self.gap);
                self.section = None;
            }
            self.blocks += 1;
        }
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
                    _ => self.manner.bullet.to_owned(),
                };
                let rest = " ".repeat(self.manner.indent.unwrap_or_else(|| first.chars().count()));
                self.containers.push(Container::new(&first, &rest));
            }
            Tag::BlockQuote(_) => {
                self.flush(true);
                self.start_quote();
            }
            Tag::FootnoteDefinition(label) => {
                self.flush(true);
                self.containers
                    .push(Container { text: true, ..Container::new(&format!("[{label}] "), "    ") });
            }
            Tag::CodeBlock(kind) => {
                self.flush(true);
                self.code = true;
                // Behind the language a fence may say more, to highlighters.
                self.language = match kind {
                    CodeBlockKind::Fenced(info) => info.split([' ', ',', '\t']).next().map(str::to_owned),
                    CodeBlockKind::Indented => None,
                };
            }
            Tag::Link { dest_url, .. } => self.start_link(&dest_url),
            Tag::Image { dest_url, title, .. } => {
                if self.pictures == 0 {
                    self.picture(dest_url.to_string(), String::new(), title.to_string());
                    self.alt.clear();
                }
                self.pictures += 1;
            }
            Tag::Heading { level, .. } => {
                self.flush(true);
                match self.manner.heading {
                    Heading::Hashes(most) if level as usize <= most => {
                        self.containers.push(Container::new(&format!("{} ", "#".repeat(level as usize)), ""));
                    }
                    Heading::Hashes(_) | Heading::Bold => self.open(FacetKind::Strong),
                    Heading::Line | Heading::Underlined => {}
                }
            }
            Tag::Table(alignments) => {
                self.flush(true);
                self.table = Some(Table::new(alignments));
            }
            Tag::TableHead | Tag::TableRow => {
                if let Some(table) = &mut self.table {
                    table.rows.push(Vec::new());
                }
            }
            Tag::HtmlBlock => self.flush(true),
            // Inside an item without blank lines its text is already open.
            Tag::Paragraph => self.flush(self.gap),
            Tag::Emphasis => self.open(FacetKind::Emphasis),
            Tag::Strong => self.open(FacetKind::Strong),
            Tag::Strikethrough => self.open(FacetKind::Strike),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph => self.flush(true),
            TagEnd::HtmlBlock => self.end_raw(),
            TagEnd::Heading(level) => self.end_heading(level),
            TagEnd::List(_) => {
                self.lists.pop();
                self.flush(self.lists.is_empty());
                self.after_list = self.lists.is_empty();
            }
            TagEnd::Item => {
                self.flush(false);
                self.containers.pop();
            }
            TagEnd::BlockQuote(_) => {
                self.flush(true);
                self.end_quote();
            }
            TagEnd::FootnoteDefinition => {
                self.flush(true);
                self.containers.pop();
            }
            TagEnd::CodeBlock => {
                let text = std::mem::take(&mut self.line);
                let language = self.language.take().unwrap_or_default();
                self.code_block(text.trim_end(), &language);
            }
            TagEnd::Table => {
                if let Some(table) = self.table.take() {
                    table.write(self);
                }
                self.flush(true);
            }
            TagEnd::TableCell => {
                self.close_all();
                let (text, marks) = (std::mem::take(&mut self.line), std::mem::take(&mut self.marks));
                if let Some(row) = self.table.as_mut().and_then(|table| table.rows.last_mut()) {
                    row.push(Cell::new(&text, marks));
                }
            }
            TagEnd::Image => {
                self.pictures = self.pictures.saturating_sub(1);
                if let Some(image) = self.out.images.last_mut().filter(|_| self.pictures == 0) {
                    image.alt = std::mem::take(&mut self.alt).trim().to_owned();
                }
            }
            TagEnd::Link => self.end_link(),
            TagEnd::Emphasis => self.close(&FacetKind::Emphasis),
            TagEnd::Strong => self.close(&FacetKind::Strong),
            TagEnd::Strikethrough => self.close(&FacetKind::Strike),
            _ => {}
        }
        if is_block(&tag) {
            self.blocks = self.blocks.saturating_sub(1);
            if self.blocks == 0 {
                let kind = match tag {
                    TagEnd::Heading(_) => SectionKind::Heading,
                    TagEnd::FootnoteDefinition => SectionKind::Footnote,
                    _ => SectionKind::Text,
                };
                let from = self.section.take().unwrap_or(self.out.text.len());
                self.end_section(kind, from);
            }
        }
    }

    fn end_section(&mut self, kind: SectionKind, from: usize) {
        let end = self.out.text.len();
        // The blank line before it belongs to nobody.
        let text = self.out.text.get(from..).unwrap_or("");
        let start = from + (text.len() - text.trim_start_matches('\n').len());
        if start < end || kind == SectionKind::Rule {
            self.out.sections.push(Section { kind, range: start..end });
        }
    }

    /// A picture that goes with the text, where the block that it stands in begins.
    pub(super) fn picture(&mut self, url: String, alt: String, title: String) {
        self.out.images.push(Image { url, alt, title, at: self.out.text.len() });
    }

    fn end_heading(&mut self, level: HeadingLevel) {
        let width = self.line.width().min(self.manner.wrap.unwrap_or(0));
        self.close(&FacetKind::Strong);
        self.flush(true);
        match self.manner.heading {
            Heading::Underlined if level <= HeadingLevel::H2 && self.containers.is_empty() && width > 0 => {
                let rule = if level == HeadingLevel::H1 { "=" } else { "-" };
                self.out.text.push('\n');
                self.out.text.push_str(&rule.repeat(width));
            }
            Heading::Hashes(most) if level as usize <= most => {
                self.containers.pop();
            }
            _ => {}
        }
    }

    fn start_quote(&mut self) {
        let inner = self.quotes.iter().any(Option::is_some) || !self.containers.is_empty();
        let prefix = match self.manner.quote {
            Quote::Bare => "",
            Quote::Prefix(prefix) => prefix,
            Quote::Marked if inner => "> ",
            Quote::Marked => {
                let start = self.out.text.len();
                self.out.marks.push(Marked::new(Mark::Facet(FacetKind::Quote), start..start));
                self.quotes.push(Some(self.out.marks.len() - 1));
                return;
            }
        };
        self.quotes.push(None);
        self.containers.push(Container::new(prefix, prefix));
    }

    fn end_quote(&mut self) {
        let end = self.out.text.len();
        match self.quotes.pop() {
            Some(Some(quote)) => {
                if let Some(quote) = self.out.marks.get_mut(quote) {
                    let text = self.out.text.get(quote.range.start..).unwrap_or("");
                    let start = end - text.trim_start_matches('\n').len();
                    quote.range = start..end;
                }
            }
            Some(None) => {
                self.containers.pop();
            }
            None => {}
        }
    }

    /// Writes a block of code.
    pub fn code_block(&mut self, text: &str, language: &str) {
        let named = language.chars().all(|c| c.is_ascii_alphanumeric() || "+-_.#".contains(c));
        let language = if named { language } else { "" };
        self.code = true;
        let moved_in = self.manner.code == CodeBlocks::Indented;
        if moved_in && self.manner.styles && self.after_list && self.containers.is_empty() && !text.is_empty()
        {
            // Code below a list would be part of its last item.
            self.structure("&#x200B;");
            self.flush(true);
        }
        match self.manner.code {
            CodeBlocks::Bare => self.verbatim(text),
            CodeBlocks::Indented => {
                self.containers.push(Container::new("    ", "    "));
                self.verbatim(text);
                self.flush(true);
                self.containers.pop();
            }
            CodeBlocks::Fenced { language: shown } if !text.is_empty() => {
                self.structure(&format!("```{}", if shown { language } else { "" }));
                self.line.push('\n');
                // Three backticks would end it: something without width goes between.
                self.verbatim(&text.replace("```", "`\u{200b}``"));
                self.line.push('\n');
                self.structure("```");
            }
            CodeBlocks::Marked if !text.is_empty() => {
                let start = self.line.len();
                let end = start + text.len();
                self.marks.push(Marked::new(Mark::Facet(FacetKind::Block(language.to_owned())), start..end));
                self.line.push_str(text);
            }
            CodeBlocks::Fenced { .. } | CodeBlocks::Marked => {}
        }
        self.flush(true);
        self.code = false;
    }

    fn verbatim(&mut self, text: &str) {
        let start = self.line.len();
        self.line.push_str(text);
        self.marks.push(Marked::new(Mark::Verbatim, start..self.line.len()));
    }

    /// The end of a block of raw HTML.
    fn end_raw(&mut self) {
        let raw = std::mem::take(&mut self.raw);
        self.html(&raw);
        self.flush(true);
    }

    /// Raw HTML: the tags that people use in running text mean what they say,
    /// others go, and the text stays.
    fn html(&mut self, html: &str) {
        for piece in raw::pieces(html) {
            self.piece(piece);
        }
    }

    fn piece(&mut self, piece: Piece<'_>) {
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
    fn block_tag(&mut self, name: &str) {
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

    fn start_link(&mut self, url: &str) {
        // One of raw HTML that nobody closed ends where the next begins.
        while self.pictures == 0 && !self.links.is_empty() {
            self.end_link();
        }
        let from = self.line.len();
        let marked = match self.manner.links {
            Links::Marked(schemes) => {
                // Each of these may be five as an entity.
                let escaped = url.len() + 4 * url.matches(['&', '<', '>', '|', ' ']).count();
                escaped <= LONGEST_URL && schemes.iter().any(|scheme| url.starts_with(scheme))
            }
            Links::Words | Links::Behind(..) => false,
        };
        // A link's place among the marks is where it begins: what is bold in it stands within.
        let in_code = self.open.iter().any(|(open, _)| *open == FacetKind::Code);
        let mark = (marked && self.pictures == 0 && !in_code).then(|| {
            self.marks.push(Marked::new(Mark::Facet(FacetKind::Link(url.to_owned())), from..from));
            self.marks.len() - 1
        });
        self.links.push(Link { url: url.to_owned(), from, mark });
    }

    fn end_link(&mut self) {
        let Some(link) = self.links.pop() else { return };
        let text = self.line.get(link.from..).unwrap_or("").trim();
        let url = link.url.strip_prefix("mailto:").unwrap_or(&link.url);
        // What leads nowhere outside of the page is left out: `#part`, `other.md`.
        let leads = link.url.starts_with("mailto:") || link.url.contains("://");
        let bare = url.trim_end_matches('/');
        let is_address =
            text.is_empty() || text.trim_end_matches('/') == bare || bare.ends_with(&format!("://{text}"));
        if let Some(at) = link.mark.filter(|_| !is_address && self.pictures == 0) {
            let end = self.line.len();
            // What began outside and is still open would overlap it.
            self.close_within(at);
            if let Some(mark) = self.marks.get_mut(at) {
                mark.range.end = end;
            }
            return;
        }
        if let Some(mark) = link.mark.and_then(|at| self.marks.get_mut(at)) {
            mark.mark = Mark::Gone;
        }
        if !leads || self.pictures > 0 || self.manner.links == Links::Words || text == url {
            return;
        }
        let url = url.to_owned();
        if is_address {
            self.truncate(link.from);
            self.line.push_str(&url);
            return;
        }
        let (before, after) = match self.manner.links {
            Links::Behind(before, after) => (before, after),
            Links::Words | Links::Marked(_) => (" (", ")"),
        };
        self.line.push_str(&format!("{before}{url}{after}"));
    }

    /// Ends the marks that began behind the one at `at`.
    fn close_within(&mut self, at: usize) {
        let first = self.open.iter().position(|(_, mark)| mark.is_some_and(|mark| mark > at));
        if let Some((kind, _)) = first.and_then(|first| self.open.get(first)) {
            let kind = kind.clone();
            self.close(&kind);
        }
    }

    fn truncate(&mut self, at: usize) {
        self.line.truncate(at);
        for marked in &mut self.marks {
            marked.range = marked.range.start.min(at)..marked.range.end.min(at);
        }
    }

    /// Writes what has gathered as a block. `gap`: a blank line before the next one.
    pub fn flush(&mut self, gap: bool) {
        self.close_all();
        self.unseen = None;
        let block = std::mem::take(&mut self.line);
        let marks = std::mem::take(&mut self.marks);
        let from = if self.code { 0 } else { block.len() - block.trim_start().len() };
        let block = block.trim_end();
        if from < block.len() {
            if !self.out.text.is_empty() {
                self.out.text.push('\n');
                if self.gap {
                    self.gap_line();
                }
            }
            self.section.get_or_insert(self.out.text.len());
            self.after_list = false;
            self.lines(block, from, marks);
        }
        // A gap that is wanted stays wanted until a block is written.
        self.gap = if from < block.len() { gap } else { self.gap || gap };
    }

    /// Writes the lines of `block` from `from` on, and its marks where they have gone.
    fn lines(&mut self, block: &str, from: usize, marks: Vec<Marked>) {
        // A footnote's label is wider than what stands below it.
        let widest = |c: &Container| c.rest.width().max(if c.used { 0 } else { c.first.width() });
        let indent: usize = self.containers.iter().map(widest).sum();
        let mut moved = Moved::default();
        let (mut at, mut first, mut blank) = (from, true, false);
        for line in block[from..].split('\n') {
            let range = at..at + line.len();
            at = range.end + 1;
            let range = if self.code { range } else { trimmed(block, &range) };
            // Of several blank lines one stays; code is kept as it is.
            if range.is_empty() && blank && !self.code {
                continue;
            }
            blank = range.is_empty();
            let line = block.get(range.clone()).unwrap_or("");
            let pieces = match self.manner.wrap.filter(|_| !self.code && !self.whole_lines) {
                Some(width) => wrap(line, width.saturating_sub(indent).max(24)),
                None => vec![line.to_owned()],
            };
            for piece in pieces {
                if !first {
                    self.out.text.push('\n');
                }
                first = false;
                let (start, marks) = (self.out.text.len(), self.out.marks.len());
                self.prefix();
                let to = self.out.text.len();
                self.out.text.push_str(&piece);
                let end = self.out.text.trim_end_matches(' ').len().max(start);
                self.out.text.truncate(end);
                for marked in self.out.marks.iter_mut().skip(marks) {
                    marked.range = marked.range.start.min(end)..marked.range.end.min(end);
                }
                // Wrapped lines carry no marks: their text has moved within itself.
                moved.piece(range.start..range.start + end.saturating_sub(to), to);
            }
        }
        if self.manner.wrap.is_some() {
            return;
        }
        for Marked { mark, range } in marks {
            let by_line =
                self.manner.marks_end_with_line && !matches!(mark, Mark::Facet(FacetKind::Block(_)));
            if by_line || mark == Mark::Verbatim {
                for range in moved.each(&range) {
                    self.note(mark.clone(), range);
                }
            } else if let Some(range) = moved.whole(&range) {
                self.note(mark, range);
            }
        }
    }

    fn note(&mut self, mark: Mark, range: Range<usize>) {
        let range = match &mark {
            Mark::Facet(FacetKind::Block(_)) | Mark::Structure | Mark::Verbatim => range,
            Mark::Facet(_) | Mark::Gone => trimmed(&self.out.text, &range),
        };
        self.out.marks.push(Marked::new(mark, range));
    }

    /// Writes a blank line between two blocks.
    fn gap_line(&mut self) {
        let start = self.out.text.len();
        if self.manner.marks_gaps {
            let used = self.containers.iter().filter(|container| container.used);
            let prefix: String = used.map(|container| container.rest.as_str()).collect();
            self.out.text.push_str(prefix.trim_end());
            self.out.marks.push(Marked::new(Mark::Structure, start..self.out.text.len()));
        }
        self.out.text.push('\n');
    }

    /// Writes what stands before a line.
    fn prefix(&mut self) {
        for container in &mut self.containers {
            let prefix = if container.used { &container.rest } else { &container.first };
            let start = self.out.text.len();
            self.out.text.push_str(prefix);
            if !prefix.is_empty() && (container.used || !container.text) {
                self.out.marks.push(Marked::new(Mark::Structure, start..self.out.text.len()));
            }
            container.used = true;
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

fn is_block(tag: &TagEnd) -> bool {
    !matches!(
        tag,
        TagEnd::Emphasis
            | TagEnd::Strong
            | TagEnd::Strikethrough
            | TagEnd::Superscript
            | TagEnd::Subscript
            | TagEnd::Link
            | TagEnd::Image
    )
}
