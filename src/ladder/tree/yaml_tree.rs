//! YAML 1.2 (core schema) to a [`Table`].
//!
//! Built from the parser's events without recursion, and with bounds on depth
//! and size: an alias copies what it names, so a few lines could stand for
//! billions of values ("billion laughs").

use super::{DEEPEST, Node, NodeKind, Table};
use crate::diagnostic::{Checked, Diagnostic};
use crate::source::{Sources, Span, Spanned};
use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Tag};
use std::collections::BTreeMap;

/// Most values in one head, copies by aliases counted each time.
const MOST_VALUES: usize = 20_000;
/// Most bytes of text in one head, copies by aliases counted each time.
const MOST_TEXT: usize = 4 << 20;
/// Most problems told of one head: drawing each takes its time.
const MOST_PROBLEMS: usize = 20;

/// Reads the YAML at `region`; spans point into the whole source.
///
/// The first syntax error ends the reading; the value holds what stood before it.
pub fn parse_yaml(sources: &Sources, region: Span) -> Checked<Table> {
    let text = sources.slice(region);
    let mut building = Building {
        sources,
        places: Places::new(text),
        region,
        open: Vec::new(),
        anchors: BTreeMap::new(),
        size: Size::default(),
        root: None,
        documents: 0,
        problems: Vec::new(),
    };
    let mut parser = Parser::new_from_str(text);
    while let Some(event) = parser.next_event() {
        match event {
            Ok((event, span)) => {
                let span = building.span(span);
                if building.take(event, span).is_break() {
                    break;
                }
            }
            Err(error) => {
                let problem = building.explain(&error);
                building.problems.push(problem);
                break;
            }
        }
    }
    building.finish()
}

/// Whether reading goes on.
type Flow = std::ops::ControlFlow<()>;
const ON: Flow = Flow::Continue(());

/// The parser counts characters; spans are bytes.
struct Places {
    bytes: Option<Vec<usize>>,
    len: usize,
}

impl Places {
    fn new(text: &str) -> Places {
        let bytes = (!text.is_ascii()).then(|| text.char_indices().map(|(at, _)| at).collect());
        Places { bytes, len: text.len() }
    }

    fn byte(&self, index: usize) -> usize {
        match &self.bytes {
            Some(bytes) => bytes.get(index).copied().unwrap_or(self.len),
            None => index.min(self.len),
        }
    }
}

/// How much a value stands for.
#[derive(Clone, Copy, Default)]
struct Size {
    values: usize,
    text: usize,
}

/// A list or table that is not closed yet.
struct Open {
    holds: Holds,
    span: Span,
    flow: bool,
    anchor: usize,
    before: Size,
}

enum Holds {
    List(Vec<Node>),
    Table {
        entries: Vec<(Spanned<String>, Node)>,
        places: BTreeMap<String, Span>,
        key: Option<Spanned<String>>,
    },
}

struct Building<'a> {
    sources: &'a Sources,
    places: Places,
    region: Span,
    open: Vec<Open>,
    anchors: BTreeMap<usize, (Node, Size)>,
    size: Size,
    root: Option<Node>,
    documents: usize,
    problems: Vec<Diagnostic>,
}

impl Building<'_> {
    fn span(&self, span: saphyr_parser::Span) -> Span {
        let start = self.region.start + self.places.byte(span.start.index());
        let end = self.region.start + self.places.byte(span.end.index());
        Span::new(self.region.source, start, end)
    }

    fn take(&mut self, event: Event<'_>, span: Span) -> Flow {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let before = self.size;
                let kind = scalar(&text, style, tag.as_deref());
                self.size.values += 1;
                self.size.text += text.len();
                let node = Node { kind, span };
                if anchor > 0 {
                    self.anchors.insert(anchor, (node.clone(), self.since(before)));
                }
                let written = (style == ScalarStyle::Plain).then(|| text.into_owned());
                self.place(node, written)
            }
            Event::SequenceStart(anchor, _) => self.enter(Holds::List(Vec::new()), span, anchor),
            Event::MappingStart(anchor, _) => self.enter(
                Holds::Table { entries: Vec::new(), places: BTreeMap::new(), key: None },
                span,
                anchor,
            ),
            Event::SequenceEnd | Event::MappingEnd => self.leave(span),
            Event::Alias(anchor) => {
                // Counted before it is copied.
                let size = self.anchors.get(&anchor).map(|(_, size)| *size).unwrap_or_default();
                self.size.values += size.values;
                self.size.text += size.text;
                if self.too_large(span) {
                    return Flow::Break(());
                }
                match self.anchors.get(&anchor).map(|(node, _)| node.kind.clone()) {
                    Some(kind) => self.place(Node { kind, span }, None),
                    None => {
                        let says = "an alias to the value that it stands in";
                        self.problems.push(Diagnostic::error("syntax", says).at(span));
                        Flow::Break(())
                    }
                }
            }
            Event::DocumentStart(_) => {
                self.documents += 1;
                if self.documents > 1 {
                    self.problems.push(Diagnostic::error("syntax", "a second YAML document").at(span));
                    return Flow::Break(());
                }
                ON
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => ON,
        }
    }

    fn since(&self, before: Size) -> Size {
        Size { values: self.size.values - before.values, text: self.size.text - before.text }
    }

    fn too_large(&mut self, span: Span) -> bool {
        let large = self.size.values > MOST_VALUES || self.size.text > MOST_TEXT;
        if large {
            self.problems.push(
                Diagnostic::error(
                    "syntax",
                    "too much: aliases or lists make this larger than any head of a file",
                )
                .at(span),
            );
        }
        large
    }

    fn enter(&mut self, holds: Holds, span: Span, anchor: usize) -> Flow {
        if self.open.len() >= DEEPEST {
            self.problems.push(
                Diagnostic::error("syntax", format!("nested more than {DEEPEST} levels deep")).at(span),
            );
            return Flow::Break(());
        }
        let before = self.size;
        self.size.values += 1;
        self.open.push(Open { holds, span, flow: span.end > span.start, anchor, before });
        ON
    }

    fn leave(&mut self, end: Span) -> Flow {
        let Some(open) = self.open.pop() else { return ON };
        let size = self.since(open.before);
        // `{…}` and `[…]` have an end of their own; a block's place is its first line.
        let span = if open.flow { Span::new(open.span.source, open.span.start, end.end) } else { open.span };
        let kind = match open.holds {
            Holds::List(items) => NodeKind::Array(items),
            Holds::Table { entries, .. } => NodeKind::Table(Table { entries, span }),
        };
        let node = Node { kind, span };
        if open.anchor > 0 {
            self.anchors.insert(open.anchor, (node.clone(), size));
        }
        self.place(node, None)
    }

    /// Puts a finished value where it belongs; `written` is a plain text as it
    /// stood, for keys such as `2026:`.
    fn place(&mut self, node: Node, written: Option<String>) -> Flow {
        let span = node.span;
        if self.too_large(span) {
            return Flow::Break(());
        }
        match self.open.last_mut().map(|open| &mut open.holds) {
            None => self.root = Some(node),
            Some(Holds::List(items)) => items.push(node),
            Some(Holds::Table { entries, places, key }) => match key.take() {
                Some(key) => {
                    if let Some(first) = places.get(&key.value) {
                        let line = self.sources.locate(*first).line;
                        let says = format!("`{}` stands twice; the first is in line {line}", key.value);
                        self.problems.push(
                            Diagnostic::error("duplicate-key", says).at(key.span).hint("keep one of the two"),
                        );
                    } else {
                        places.insert(key.value.clone(), key.span);
                        entries.push((key, node));
                    }
                }
                None => {
                    let name = match node.kind {
                        NodeKind::String(text) => Some(text),
                        NodeKind::Null => written.filter(|text| !text.is_empty()),
                        _ => written,
                    };
                    if name.is_none() {
                        self.problems.push(Diagnostic::error("syntax", "a key must be a text").at(span));
                    }
                    *key = Some(Spanned::new(name.unwrap_or_default(), span));
                }
            },
        }
        if self.problems.len() >= MOST_PROBLEMS { Flow::Break(()) } else { ON }
    }

    fn finish(mut self) -> Checked<Table> {
        // After a syntax error, what is still open is closed as it is.
        while !self.open.is_empty() {
            let end = self.region;
            let _ = self.leave(Span::new(end.source, end.end, end.end));
        }
        self.problems.truncate(MOST_PROBLEMS);
        let start = Span::new(self.region.source, self.region.start, self.region.start);
        let table = match self.root {
            Some(Node { kind: NodeKind::Table(table), .. }) => table,
            None | Some(Node { kind: NodeKind::Null, .. }) => Table::empty(start),
            Some(other) => {
                if self.problems.is_empty() {
                    let says = format!("keys and values were expected, and this is {}", other.kind.name());
                    self.problems.push(
                        Diagnostic::error("syntax", says)
                            .at(other.span)
                            .hint("write `key: value` on each line"),
                    );
                }
                Table::empty(start)
            }
        };
        Checked::with(table, self.problems)
    }

    /// The parser's message in the words of somebody who wants to mend the file.
    fn explain(&self, error: &ScanError) -> Diagnostic {
        let text = self.sources.slice(self.region);
        let at = self.places.byte(error.marker().index()).min(text.len());
        let end = at + text[at..].chars().next().filter(|c| *c != '\n').map_or(0, char::len_utf8);
        let span = Span::new(self.region.source, self.region.start + at, self.region.start + end);
        let line_start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
        let line = text[line_start..].lines().next().unwrap_or("");
        let says = error.info();
        let problem = Diagnostic::error("syntax", format!("not YAML here: {says}")).at(span);
        let looks_like_toml = line.split_once('=').is_some_and(|(key, _)| {
            !key.trim().is_empty() && key.trim().chars().all(|c| c.is_alphanumeric() || "_-.".contains(c))
        });
        if looks_like_toml {
            problem.hint("this line is written as TOML; in YAML it is `key: value`, or put the head between `+++` lines")
        } else if says.contains("tab") {
            problem.hint("YAML is indented with spaces only")
        } else if says.contains("mapping values are not allowed") || says.contains("indicator") {
            problem.hint("a text with a `: ` in it stands in quotes, and every key of a level begins in the same column")
        } else if says.contains("unexpected character") {
            problem.hint("a text that begins with this character stands in quotes")
        } else if says.contains("unknown anchor") {
            problem.hint("a text that begins with `*` or `&` stands in quotes")
        } else if says.contains("quoted scalar") {
            problem.hint("a text ends with the quote it began with")
        } else if says.contains("recursion") {
            Diagnostic::error("syntax", "nested too deep").at(span)
        } else {
            problem.hint("check quotes and indentation here and in the line before")
        }
    }
}

/// What a scalar is by the core schema (YAML 1.2.2, section 10.3.2): only plain
/// texts can be anything else than text, and dates are texts.
fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> NodeKind {
    if let Some(tag) = tag
        && (!tag.is_yaml_core_schema() || tag.suffix == "str")
    {
        return NodeKind::String(text.to_owned());
    }
    if style != ScalarStyle::Plain {
        return NodeKind::String(text.to_owned());
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return NodeKind::Null,
        "true" | "True" | "TRUE" => return NodeKind::Boolean(true),
        "false" | "False" | "FALSE" => return NodeKind::Boolean(false),
        ".nan" | ".NaN" | ".NAN" => return NodeKind::Float(f64::NAN),
        _ => {}
    }
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let whole = match text.get(..2) {
        Some("0x") => i64::from_str_radix(&text[2..], 16).ok().filter(|_| !text[2..].starts_with(['+', '-'])),
        Some("0o") => i64::from_str_radix(&text[2..], 8).ok().filter(|_| !text[2..].starts_with(['+', '-'])),
        _ if digits(unsigned) => text.parse().ok(),
        _ => None,
    };
    if let Some(whole) = whole {
        return NodeKind::Integer(whole);
    }
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") {
        return NodeKind::Float(if text.starts_with('-') { f64::NEG_INFINITY } else { f64::INFINITY });
    }
    // Rust also reads `inf` and `nan`, which are texts here.
    let starts = unsigned.strip_prefix('.').unwrap_or(unsigned).starts_with(|c: char| c.is_ascii_digit());
    match text.parse() {
        Ok(number) if starts => NodeKind::Float(number),
        _ => NodeKind::String(text.to_owned()),
    }
}
