//! How an outlet shows what Markdown can say: plain data, one constant an outlet.

use crate::text::Dialect;

/// The manner of an outlet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Manner {
    /// Before an item of a list without numbers.
    pub bullet: &'static str,
    /// Columns that what stands below an item is moved in; `None`: as wide as its mark.
    pub indent: Option<usize>,
    /// How a quotation is told from our own words.
    pub quote: Quote,
    /// What a blank line within a quotation is: where it has no mark, it parts two.
    pub gaps: Gaps,
    /// How a heading is told from a paragraph.
    pub heading: Heading,
    /// Where the address of a link goes.
    pub links: Links,
    /// What a table becomes.
    pub tables: Tables,
    /// What a block of code becomes.
    pub code: CodeBlocks,
    /// What stands for a line across the page; empty: a blank line.
    pub rule: &'static str,
    /// Whether bold, italics and the like are shown at all.
    pub styles: bool,
    /// Whether marks end with their line.
    pub marks_end_with_line: bool,
    /// Whether a line can be broken within a paragraph.
    pub line_breaks: bool,
    /// Columns at which lines are wrapped.
    pub wrap: Option<usize>,
    /// Only running text: no headings, lists, quotations, code or tables.
    pub running_text_only: bool,
    /// Whether the mark at which a thread breaks is kept, for those who split.
    /// It is never one in code, which is text.
    pub keeps_breaks: bool,
    /// How the outlet finds addresses in a text.
    pub dialect: Dialect,
}

/// How a quotation is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quote {
    /// Not at all.
    Bare,
    /// Before each line.
    Prefix(&'static str),
    /// By the outlet itself; one within another has the prefix.
    Marked,
}

/// How a blank line within a quotation is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gaps {
    /// By nothing: there a mark belongs to a line of words.
    Blank,
    /// By the quotation's mark alone.
    Marked,
    /// By its mark and a character without width, where the mark alone is text.
    Filled,
}

/// How a heading is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Heading {
    /// As a line of its own.
    Line,
    /// Underlined.
    Underlined,
    /// Bold.
    Bold,
    /// With `#` up to this level, bold below.
    Hashes(usize),
}

/// How a link is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Links {
    /// As its words.
    Words,
    /// As its words with the address behind, between these.
    Behind(&'static str, &'static str),
    /// By the outlet, if the address has one of these beginnings; else behind, in brackets.
    Marked(&'static [&'static str]),
}

/// How a table is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tables {
    /// Cells with bars between them.
    Bars,
    /// A line for each row that names its columns.
    Named,
    /// Columns under each other as code if narrow enough, else named.
    Aligned,
    /// As GitHub writes them.
    Markdown,
}

/// How a block of code is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CodeBlocks {
    /// As its lines.
    Bare,
    /// Moved in by four columns.
    Indented,
    /// Between lines of three backticks, with the language or without.
    Fenced {
        /// Whether the opening line names the language.
        language: bool,
    },
    /// By the outlet itself.
    Marked {
        /// Whether its lines are moved in with the item that they stand in:
        /// where that would be part of the code, they are not.
        moved_in: bool,
    },
}

impl CodeBlocks {
    /// Whether a block stands apart from the item that it is in: the outlet
    /// would take what moves its lines in for a part of the code.
    pub fn stands_out(self) -> bool {
        matches!(self, CodeBlocks::Fenced { .. } | CodeBlocks::Marked { moved_in: false })
    }
}

/// A text without any markup, for people.
pub(crate) const PLAIN: Manner = Manner {
    bullet: "• ",
    indent: None,
    quote: Quote::Prefix("> "),
    gaps: Gaps::Marked,
    heading: Heading::Line,
    links: Links::Behind(" (", ")"),
    tables: Tables::Named,
    code: CodeBlocks::Bare,
    rule: "",
    styles: false,
    marks_end_with_line: true,
    line_breaks: true,
    wrap: None,
    running_text_only: false,
    keeps_breaks: true,
    dialect: Dialect::Plain,
};

/// The text of a post as the filter `plain` has it.
pub(crate) const POST: Manner = Manner { quote: Quote::Bare, tables: Tables::Bars, ..PLAIN };

/// The same where nothing is split.
pub(crate) const WHOLE: Manner = Manner { keeps_breaks: false, ..POST };

/// What sentences can be taken from.
pub(crate) const PROSE: Manner = Manner { links: Links::Words, running_text_only: true, ..POST };

/// The text part of a mail. Width as RFC 3676 advises (below 78).
pub(crate) const MAIL: Manner = Manner {
    bullet: "- ",
    quote: Quote::Prefix("> "),
    heading: Heading::Underlined,
    links: Links::Behind(" <", ">"),
    tables: Tables::Bars,
    code: CodeBlocks::Indented,
    rule: "------------------------",
    wrap: Some(72),
    keeps_breaks: false,
    ..PLAIN
};
