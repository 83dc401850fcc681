//! What a scanner finds in a text.

use std::ops::Range;

/// Deeper than this nothing is opened again: no reader sees it, and a text of
/// nothing but opening marks would grow with every cut.
pub(super) const DEPTH: usize = 16;

/// What a block of code stands between.
pub(super) const FENCE: &str = "```";

/// What is no plain text, in order and not overlapping, and what it opens.
#[derive(Default)]
pub(super) struct Scan {
    pub tokens: Vec<Token>,
    pub styles: Vec<Style>,
}

/// A piece of a text that is not, or not yet, taken as it is written.
#[derive(Debug)]
pub(super) struct Token {
    pub range: Range<usize>,
    pub is: Is,
}

/// What a [`Token`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Is {
    /// Text after all.
    Text,
    /// This character, written in another way.
    Char(char),
    /// The beginning of a style.
    Open(usize),
    /// Its end. Styles are nested.
    Close(usize),
    /// A mark of which readers see nothing.
    Nothing,
    /// What makes a line a quotation, a heading or code: it holds for the line.
    Prefix {
        /// Whether the line is code.
        code: bool,
    },
    /// The end of such a line.
    LineEnd,
}

/// How something is marked.
#[derive(Clone, Debug)]
pub(super) struct Style {
    /// What opens it again.
    pub open: String,
    /// What closes it.
    pub close: String,
    pub nature: Nature,
}

/// What a style makes of its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nature {
    /// Bold, struck through: it may end and begin anywhere.
    Inline,
    /// Words of a link, code in a line: cut only where they have no room.
    Whole,
    /// A block of code: its lines keep their blanks.
    Code,
    /// A quotation of several lines.
    Block,
}

impl Scan {
    /// A piece of its own.
    pub fn push(&mut self, range: Range<usize>, is: Is) {
        self.tokens.push(Token { range, is });
    }

    /// A new style, to be opened and closed by tokens.
    pub fn style(&mut self, open: &str, close: &str, nature: Nature) -> usize {
        self.styles.push(Style { open: open.to_owned(), close: close.to_owned(), nature });
        self.styles.len() - 1
    }

    /// A block of code whose backticks begin at `at` and end it at `end`; a line
    /// of it has `prefix`. `inside` looks at its text. Returns where it ends.
    pub fn fence(
        &mut self,
        text: &str,
        (at, end): (usize, usize),
        prefix: &str,
        inside: &dyn Fn(&mut Scan, Range<usize>),
    ) -> usize {
        let mut from = at + FENCE.len();
        let first = text[from..end].find('\n').map_or(end, |feed| from + feed);
        let is_language = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'+' | b'-' | b'.' | b'#');
        let lines = first < end && text[from..first].bytes().all(is_language);
        if lines {
            from = first + 1;
            from += if text[from..end].starts_with(prefix) { prefix.len() } else { 0 };
        }
        let content = text[from..end].strip_suffix(prefix).unwrap_or(&text[from..end]);
        let to = from + content.strip_suffix('\n').filter(|_| lines).unwrap_or(&text[from..end]).len();
        let close = if lines { format!("\n{prefix}{FENCE}") } else { FENCE.to_owned() };
        let style = self.style(&text[at..from], &close, Nature::Code);
        self.push(at..from, Is::Open(style));
        let mut line = from;
        for (feed, _) in text[from..to].match_indices('\n') {
            let next = from + feed + 1;
            inside(self, line..next);
            let is_prefixed = !prefix.is_empty() && text[next..to].starts_with(prefix);
            line = if is_prefixed { next + prefix.len() } else { next };
            if is_prefixed {
                self.push(next..line, Is::Prefix { code: true });
            }
        }
        inside(self, line..to);
        let end = end + FENCE.len();
        self.push(to..end, Is::Close(style));
        end
    }

    /// Something that is seen as it is written, and is one thing.
    pub fn whole(&mut self, range: Range<usize>) {
        let style = self.style("", "", Nature::Whole);
        self.push(range.start..range.start, Is::Open(style));
        self.push(range.end..range.end, Is::Close(style));
    }
}

/// Where a needle is found next, looked for once however often it is asked.
pub(super) struct Next<'a> {
    text: &'a str,
    needle: &'static str,
    found: Option<usize>,
    asked: bool,
}

impl<'a> Next<'a> {
    /// Of `needle` in `text`.
    pub fn of(text: &'a str, needle: &'static str) -> Next<'a> {
        Next { text, needle, found: None, asked: false }
    }

    /// The first one that begins at `from` or behind. `from` never goes back.
    pub fn at(&mut self, from: usize) -> Option<usize> {
        let stale = match self.found {
            Some(found) => found < from,
            None => !self.asked,
        };
        if stale {
            self.asked = true;
            self.found = self.text.get(from..).and_then(|rest| rest.find(self.needle)).map(|at| from + at);
        }
        self.found
    }
}
