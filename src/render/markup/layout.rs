//! The one walk of the Markdown that all texts are written by: blocks become
//! lines under their marks, and what is bold or leads somewhere is noted where
//! it stands. One pass over the parser's events; nesting is bounded by them.

mod address;
mod blocks;
mod html;
mod inline;
mod lines;
mod prose;

use super::Image;
use super::facet::{FacetKind, Mark, Marked};
use super::gfm;
use super::manner::{Heading, Manner};
use super::raw;
use super::table::{Cell, Table};
use crate::render::markdown::events;
use crate::text::fit::is_break;
use address::Address;
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
    /// Addresses that are to be put into the line once it is whole.
    addresses: Vec<Address>,
    gap: bool,
    pub containers: Vec<Container>,
    /// For each open quotation that begins a line of its own: what stands before the lines around it.
    around: Vec<Option<Vec<Container>>>,
    lists: Vec<Option<u64>>,
    quotes: Vec<Option<usize>>,
    /// The word of an alert that has no text yet.
    alert: Option<&'static str>,
    left_out: usize,
    pictures: usize,
    /// Whether something has just been taken out of the line: a picture, a tag.
    after_gone: bool,
    /// Whether that was a picture.
    after_picture: bool,
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
        addresses: Vec::new(),
        gap: false,
        containers: Vec::new(),
        around: Vec::new(),
        lists: Vec::new(),
        quotes: Vec::new(),
        alert: None,
        left_out: 0,
        pictures: 0,
        after_gone: false,
        after_picture: false,
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
                None => {
                    self.html(&html);
                    self.after_gone = true;
                }
            },
            Event::Html(html) if is_break(&html) => {
                self.end_raw();
                self.flush(true);
                if self.manner.keeps_breaks {
                    self.thread_break();
                }
            }
            // Beyond the deepest nesting nobody says where a block of HTML ends.
            Event::Html(html) => self.raw.push_str(&html),
        }
    }

    /// Words of the author.
    pub fn text(&mut self, text: &str) {
        if self.pictures > 0 {
            return self.alt.push_str(text);
        }
        // Of the two spaces that it stood between, one is left.
        let between = std::mem::take(&mut self.after_gone) && self.line.ends_with(' ');
        let hole = std::mem::take(&mut self.after_picture) && self.line.ends_with(' ');
        if hole && self.links.is_empty() && text.starts_with([',', '.', ';', ':', '!', '?', ')']) {
            self.drop_blank();
        }
        self.line.push_str(text.strip_prefix(' ').filter(|_| between).unwrap_or(text));
    }

    /// Takes the blank at the end of the line out of it, and out of all that stands there.
    fn drop_blank(&mut self) {
        self.line.pop();
        let end = self.line.len();
        for address in &mut self.addresses {
            address.at = address.at.min(end);
        }
        for marked in &mut self.marks {
            marked.range = marked.range.start.min(end)..marked.range.end.min(end);
        }
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

    fn start(&mut self, tag: Tag<'_>) {
        if is_block(&tag.to_end()) {
            if self.blocks == 0 {
                self.flush(self.gap);
                self.section = None;
            }
            self.blocks += 1;
            if !matches!(tag, Tag::Paragraph) && self.say_alert() {
                self.flush(true);
            }
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
            Tag::BlockQuote(kind) => {
                self.flush(true);
                self.start_quote();
                self.alert = kind.map(gfm::alert);
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
            Tag::Paragraph => {
                // Below a list within the item it is no part of that list's last one.
                let begun = self.containers.last().is_some_and(|item| item.used);
                self.flush(self.gap || begun && !self.lists.is_empty());
                if self.say_alert() {
                    self.text(" ");
                }
            }
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
                self.say_alert();
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
                self.put_addresses();
                let (text, marks) = (std::mem::take(&mut self.line), std::mem::take(&mut self.marks));
                if let Some(row) = self.table.as_mut().and_then(|table| table.rows.last_mut()) {
                    row.push(Cell::new(&text, marks));
                }
            }
            TagEnd::Image => {
                self.pictures = self.pictures.saturating_sub(1);
                if let Some(image) = self.out.images.last_mut().filter(|_| self.pictures == 0) {
                    image.alt = std::mem::take(&mut self.alt).trim().to_owned();
                    self.after_gone = true;
                    self.after_picture = true;
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
        self.put_addresses();
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
