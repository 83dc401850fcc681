//! TOML 1.1 to a [`Table`], every syntax error at once.

use super::{DEEPEST, Node, NodeKind, Table};
use crate::diagnostic::{Checked, Diagnostic};
use crate::source::{Sources, Span, Spanned};
use toml::de::{DeTable, DeValue};

/// More than this many syntax errors in one file are one: it is not TOML at all.
const MOST_ERRORS: usize = 20;

/// Reads the TOML at `region`; spans point into the whole source.
///
/// Every syntax error is reported, and the value holds what could be read
/// beside them. Keys are in the order of the file. Date-times stay as written.
pub fn parse_toml(sources: &Sources, region: Span) -> Checked<Table> {
    let text = sources.slice(region);
    let (tree, errors) = DeTable::parse_recoverable(text);
    let mut reading = Reading { sources, region, text, problems: Vec::new() };
    let found = errors.len();
    let mut last = None;
    for error in errors.iter().take(MOST_ERRORS * 4) {
        let place = error.span().unwrap_or(0..0);
        // One slip often trips the parser several times on the same line.
        let line = text[..floor(text, place.start)].matches('\n').count();
        if last.replace(line) == Some(line) {
            continue;
        }
        let problem = reading.explain(error.message(), place.start, place.end);
        reading.problems.push(problem);
        if reading.problems.len() == MOST_ERRORS {
            break;
        }
    }
    reading.problems.sort_by_key(|problem| problem.span);
    if found > MOST_ERRORS * 4 {
        reading.problems.push(
            Diagnostic::error("syntax", format!("{found} syntax errors; only the first are shown"))
                .at(Span::new(region.source, region.start, region.start)),
        );
    }
    let table = reading.table(tree.get_ref(), region_start(region), 0);
    Checked::with(table, reading.problems)
}

fn region_start(region: Span) -> Span {
    Span::new(region.source, region.start, region.start)
}

/// The nearest character boundary not after `at`.
fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

struct Reading<'a> {
    sources: &'a Sources,
    region: Span,
    text: &'a str,
    problems: Vec<Diagnostic>,
}

impl Reading<'_> {
    fn span(&self, range: std::ops::Range<usize>) -> Span {
        Span::new(self.region.source, self.region.start + range.start, self.region.start + range.end)
    }

    fn table(&mut self, table: &DeTable<'_>, span: Span, depth: usize) -> Table {
        let mut entries: Vec<_> = table
            .iter()
            .map(|(key, value)| {
                let key_span = self.span(key.span());
                let node = self.node(value, depth + 1);
                (Spanned::new(key.get_ref().to_string(), key_span), node)
            })
            .collect();
        entries.sort_by_key(|(key, _)| key.span.start);
        Table { entries, span }
    }

    fn node(&mut self, value: &toml::Spanned<DeValue<'_>>, depth: usize) -> Node {
        let span = self.span(value.span());
        let too_deep = depth > DEEPEST && matches!(value.get_ref(), DeValue::Array(_) | DeValue::Table(_));
        if too_deep {
            if !self.problems.iter().any(|problem| problem.message.contains("nested")) {
                self.problems.push(
                    Diagnostic::error("syntax", format!("nested more than {DEEPEST} levels deep")).at(span),
                );
            }
            return Node { kind: NodeKind::Null, span };
        }
        let kind = match value.get_ref() {
            DeValue::String(text) => NodeKind::String(text.to_string()),
            DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
                Ok(number) => NodeKind::Integer(number),
                Err(_) => {
                    self.number(span);
                    NodeKind::Null
                }
            },
            DeValue::Float(number) => match number.as_str().parse() {
                Ok(number) => NodeKind::Float(number),
                Err(_) => {
                    self.number(span);
                    NodeKind::Null
                }
            },
            DeValue::Boolean(yes) => NodeKind::Boolean(*yes),
            DeValue::Datetime(_) => NodeKind::Datetime(self.sources.slice(span).to_owned()),
            DeValue::Array(items) => {
                NodeKind::Array(items.iter().map(|item| self.node(item, depth + 1)).collect())
            }
            DeValue::Table(table) => NodeKind::Table(self.table(table, span, depth)),
        };
        Node { kind, span }
    }

    fn number(&mut self, span: Span) {
        // After a syntax error the recovered value is a stand-in, not a number.
        if !self.problems.iter().any(|problem| problem.span.is_some_and(|other| other.start == span.start)) {
            self.problems.push(Diagnostic::error("syntax", "a number that is too large to be read").at(span));
        }
    }

    /// A parser's message in the words of somebody who wants to mend the file.
    fn explain(&self, says: &str, start: usize, end: usize) -> Diagnostic {
        let start = floor(self.text, start);
        let end = floor(self.text, end.max(start));
        let span = self.span(start..end);
        let line_start = self.text[..start].rfind('\n').map_or(0, |at| at + 1);
        let line = self.text[line_start..].lines().next().unwrap_or("");
        let written = &self.text[start..end];
        if says.starts_with("duplicate key") {
            let first = self.first_place(line_start, line, written);
            let message = match first {
                Some(number) => format!("`{written}` stands twice; the first is in line {number}"),
                None => format!("`{written}` stands twice"),
            };
            return Diagnostic::error("duplicate-key", message).at(span).hint("keep one of the two");
        }
        let problem = Diagnostic::error("syntax", format!("not TOML here: {says}")).at(span);
        let looks_like_yaml = line
            .split_once(':')
            .is_some_and(|(key, _)| !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || c == '_'));
        if says.starts_with("string values must be quoted") {
            let value = line.split_once('=').map_or("", |(_, value)| value.trim());
            let (says, hint) = match value {
                "" => ("a value is missing behind the `=`", "write it, or remove the line"),
                "yes" | "no" | "True" | "False" | "on" | "off" => {
                    ("no value here", "write `true` or `false`")
                }
                _ => ("a text without quotes", "put the text in quotes: `\"…\"`"),
            };
            Diagnostic::error("syntax", format!("not TOML here: {says}")).at(span).hint(hint)
        } else if says.starts_with("invalid date")
            && (says.contains("expected day") || says.contains("expected month"))
        {
            problem.hint("the calendar has no such day: year-month-day, as in `2026-12-01`")
        } else if says.starts_with("invalid time") || says.starts_with("invalid date") {
            problem.hint("put the time in quotes, year-month-day: `\"2026-12-01 09:00\"`")
        } else if looks_like_yaml && !line.contains('=') {
            problem.hint("this line is written as YAML; in TOML it is `key = value`, and a text is in quotes")
        } else if says.contains("basic string") || says.contains("literal string") {
            problem.hint("a text ends on its line with the quote it began with; one over several lines stands between `\"\"\"`")
        } else if says.contains("unquoted key") {
            problem.hint("a key with other letters than a-z, digits, `-` and `_` stands in quotes")
        } else if says.contains("recurs") {
            Diagnostic::error("syntax", "nested too deep").at(span)
        } else {
            problem
        }
    }

    /// The line in the file of the first of two equal keys or headers.
    fn first_place(&self, line_start: usize, line: &str, key: &str) -> Option<usize> {
        let mut first = None;
        let header = line.trim_start().starts_with('[');
        let is_key = |candidate: &str| {
            candidate.trim_start().strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with('='))
        };
        let mut at = 0;
        for candidate in self.text[..line_start].split_inclusive('\n') {
            if header && candidate.trim() == line.trim() || !header && is_key(candidate) {
                first = first.or(Some(at));
            } else if !header && candidate.trim_start().starts_with('[') {
                first = None;
            }
            at += candidate.len();
        }
        let first = first?;
        Some(self.sources.locate(self.span(first..first)).line)
    }
}
