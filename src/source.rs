//! Named texts and spans into them: the only code that knows lines and columns.
//!
//! Every file the user wrote is added to [`Sources`] once; everything parsed out
//! of it keeps a [`Span`], so that a problem found much later still points at
//! the user's file, line and column.

use std::sync::Arc;

/// Which text in [`Sources`] a span points into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SourceId(u32);

/// A byte range in one source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// The text.
    pub source: SourceId,
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// A span of `source` from `start` up to, not including, `end`.
    pub fn new(source: SourceId, start: usize, end: usize) -> Span {
        Span { source, start, end: end.max(start) }
    }

    /// The empty span at the very start of `source`: for what is missing from a file.
    pub fn start_of(source: SourceId) -> Span {
        Span { source, start: 0, end: 0 }
    }
}

/// A value and where the user wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spanned<T> {
    /// What was written.
    pub value: T,
    /// Where.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// `value`, written at `span`.
    pub fn new(value: T, span: Span) -> Spanned<T> {
        Spanned { value, span }
    }

    /// The same place, another value.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Spanned<U> {
        Spanned { value: change(self.value), span: self.span }
    }
}

/// One text that the user wrote, under the name that messages show.
#[derive(Clone, Debug)]
pub struct Source {
    /// The path as messages show it: relative to the project, with `/`.
    pub name: String,
    /// The text: UTF-8, without a byte-order mark, lines ended by LF.
    pub text: Arc<str>,
    lines: Arc<[usize]>,
}

/// A place in a file as people and editors name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// The name of the source.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters (not bytes), from 1.
    pub column: usize,
}

/// All texts of one run.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    texts: Vec<Source>,
}

impl Sources {
    /// No texts yet.
    pub fn new() -> Sources {
        Sources::default()
    }

    /// Adds a text. A byte-order mark is dropped and CRLF becomes LF, so that
    /// everything after this sees one kind of line end.
    pub fn add(&mut self, name: impl Into<String>, text: &str) -> SourceId {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let text: Arc<str> =
            if text.contains('\r') { text.replace("\r\n", "\n").into() } else { text.into() };
        let mut lines = vec![0];
        lines.extend(text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(at, _)| at + 1));
        self.texts.push(Source { name: name.into(), text, lines: lines.into() });
        SourceId(self.texts.len() as u32 - 1)
    }

    /// The text of an id given out by [`Sources::add`].
    pub fn get(&self, id: SourceId) -> &Source {
        &self.texts[id.0 as usize]
    }

    /// The whole of a source as a span.
    pub fn whole(&self, id: SourceId) -> Span {
        Span::new(id, 0, self.get(id).text.len())
    }

    /// What stands at `span`.
    pub fn slice(&self, span: Span) -> &str {
        let text = &self.get(span.source).text;
        text.get(span.start.min(text.len())..span.end.min(text.len())).unwrap_or("")
    }

    /// File, line and column of the first byte of `span`.
    pub fn locate(&self, span: Span) -> Location {
        let source = self.get(span.source);
        let at = span.start.min(source.text.len());
        let line = source.lines.partition_point(|start| *start <= at) - 1;
        let from = source.lines[line];
        let column = source.text.get(from..at).map_or(at - from, |s| s.chars().count());
        Location { file: source.name.clone(), line: line + 1, column: column + 1 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_from_one_and_in_characters() {
        let mut sources = Sources::new();
        let id = sources.add("a.toml", "\u{feff}erste\r\nzwöite = 1\n");
        assert_eq!(&*sources.get(id).text, "erste\nzwöite = 1\n");
        let at = sources.get(id).text.find('=').unwrap();
        let location = sources.locate(Span::new(id, at, at + 1));
        assert_eq!((location.line, location.column), (2, 8));
        let end = sources.locate(Span::new(id, 999, 999));
        assert_eq!((end.line, end.column), (3, 1));
    }

    #[test]
    fn a_lone_carriage_return_stays_for_somebody_to_complain_about() {
        let mut sources = Sources::new();
        let id = sources.add("a", "a\rb\r\nc");
        assert_eq!(&*sources.get(id).text, "a\rb\nc");
        assert_eq!(sources.locate(Span::new(id, 4, 5)).line, 2);
    }

    #[test]
    fn spans_that_are_not_in_the_text_do_no_harm() {
        let mut sources = Sources::new();
        let id = sources.add("a", "ö");
        assert_eq!(sources.slice(Span::new(id, 1, 2)), "");
        assert_eq!(sources.slice(Span::new(id, 5, 9)), "");
        assert_eq!(sources.locate(Span::new(id, 1, 1)).line, 1);
        assert_eq!(Span::new(id, 5, 2), Span::new(id, 5, 5));
        let empty = sources.add("b", "");
        assert_eq!(sources.locate(Span::start_of(empty)).column, 1);
    }
}
