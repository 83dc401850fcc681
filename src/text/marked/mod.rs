//! Finished texts in a network's own markup, read again: what readers see, and
//! which marks are open where, so that a text can be counted and cut without
//! tearing a tag, a link or a fence.
//!
//! Reading is lenient: what the network does not take for a mark is text. One
//! pass, in time and memory proportional to the text, whatever the text is.

mod markdown;
mod mrkdwn;
mod pairs;
mod scan;
mod telegram;

use scan::{Is, Scan, Style};
use std::borrow::Cow;
use std::ops::Range;

pub(super) use scan::Nature;

/// What makes a line code by standing before it has so many bytes, bars of
/// quotations around it included, or it is read as something else.
const CODE_PREFIX: usize = 16;

/// The markup that the posts of a network are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Syntax {
    /// None: each character is one to readers.
    Plain,
    /// Telegram's HTML mode.
    Telegram,
    /// Slack's mrkdwn.
    Slack,
    /// Discord's Markdown.
    Discord,
    /// Reddit's Markdown.
    Reddit,
}

impl Syntax {
    /// Whether marks cost nothing: the network counts what readers see
    /// (Telegram: "after entities parsing", Bot API 10.1, 2026-06-11). The
    /// others count what they are sent.
    pub fn counts_what_is_seen(self) -> bool {
        self == Syntax::Telegram
    }

    /// How many marked places of one text are shown: Telegram takes no notice of
    /// marks behind the first 100 entities, links among them (unverified: found
    /// by trying, docs.python-telegram-bot.org, telegram.constants,
    /// MAX_MESSAGE_ENTITIES; the Bot API's pages do not say).
    pub fn most_marked(self) -> Option<usize> {
        (self == Syntax::Telegram).then_some(100)
    }
}

/// What readers see of `text`: without marks, and with its entities and
/// escapes as the characters that they stand for. Of a link its words.
pub fn seen(text: &str, syntax: Syntax) -> Cow<'_, str> {
    let signs: &[char] = match syntax {
        Syntax::Plain => return Cow::Borrowed(text),
        Syntax::Telegram => &['<', '&'],
        Syntax::Slack => &['<', '&', '*', '_', '~', '`', '>'],
        Syntax::Discord | Syntax::Reddit => {
            &['\\', '<', '&', '*', '_', '~', '`', '>', '[', '|', '#', '!', ' ']
        }
    };
    if !text.contains(signs) {
        return Cow::Borrowed(text);
    }
    // As a [`Reading`] has it, which knows far more than is asked here.
    let mut seen = String::with_capacity(text.len());
    let mut from = 0;
    for token in scanned(text, syntax).tokens {
        seen.push_str(&text[from..token.range.start]);
        from = token.range.end;
        match token.is {
            Is::Text => seen.push_str(&text[token.range]),
            Is::Char(c) => seen.push(c),
            Is::Open(_) | Is::Close(_) | Is::Prefix { .. } | Is::LineEnd | Is::Nothing => {}
        }
    }
    seen.push_str(&text[from..]);
    Cow::Owned(seen)
}

fn scanned(text: &str, syntax: Syntax) -> Scan {
    match syntax {
        Syntax::Plain => Scan::default(),
        Syntax::Telegram => telegram::scan(text),
        Syntax::Slack => mrkdwn::scan(text),
        Syntax::Discord => markdown::scan(text, markdown::Flavour::Discord),
        Syntax::Reddit => markdown::scan(text, markdown::Flavour::Reddit),
    }
}

/// How many places of `text` are marked: bold words, links, code, quotations.
/// What is bold and in italics is two; code that names its language is one.
pub fn marked(text: &str, syntax: Syntax) -> usize {
    let reading = Reading::of(text, syntax);
    let same = |inner: &Placed, outer: &Placed| {
        inner.style.nature == Nature::Code && outer.style.nature == Nature::Code && inner.seen == outer.seen
    };
    let outer = |own: &Placed| own.outer.and_then(|outer| reading.styles.get(outer));
    let one = |own: &&Placed| !own.seen.is_empty() && !outer(own).is_some_and(|outer| same(own, outer));
    reading.styles.iter().filter(one).count()
}

/// Whether `text` ends in code or in a quotation, so that what is put behind
/// it must begin a line to stand outside of that.
pub(super) fn ends_in_block(text: &str, syntax: Syntax) -> bool {
    let text = text.trim_end();
    let last_line = text.rsplit('\n').next().unwrap_or("");
    let quoted = last_line.starts_with('>') || last_line.starts_with("&gt;");
    match syntax {
        Syntax::Plain => false,
        Syntax::Telegram => ["</pre>", "</blockquote>"].into_iter().any(|tag| text.ends_with(tag)),
        Syntax::Slack | Syntax::Discord => quoted || text.ends_with("```"),
        Syntax::Reddit => quoted || text.ends_with("```") || last_line.starts_with("    "),
    }
}

/// A text in markup, as its network reads it.
pub(super) struct Reading<'a> {
    text: &'a str,
    /// What readers see.
    pub seen: String,
    runs: Vec<Run>,
    marks: Vec<Mark>,
    styles: Vec<Placed>,
    /// Lines that a prefix makes code, in bytes of what is seen.
    code_lines: Vec<Range<usize>>,
}

/// A stretch of what is seen, and where it is written.
struct Run {
    /// Where it begins, in bytes of what is seen.
    seen: usize,
    /// Where it stands in the text.
    text: Range<usize>,
    /// Whether it is written as it is seen; else it is one character.
    literal: bool,
}

/// A mark, between two characters that are seen.
struct Mark {
    /// Before this byte of what is seen.
    at: usize,
    /// Where it stands in the text.
    text: Range<usize>,
    is: Does,
    /// The innermost style that is open behind it.
    open: Option<usize>,
    /// The mark that began the line behind it.
    prefix: Option<usize>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Does {
    Open,
    Close,
    Prefix,
    Nothing,
}

/// A style, and what it covers.
struct Placed {
    style: Style,
    /// The style around it.
    outer: Option<usize>,
    /// What is seen in it, in bytes of that.
    seen: Range<usize>,
    /// The bytes of the marks of it, of all around it and of its line.
    weight: usize,
}

/// What is written within a style, and how.
pub(super) struct Span {
    /// What is seen in it, in bytes of that.
    pub seen: Range<usize>,
    /// What it is.
    pub nature: Nature,
    /// The bytes of the marks that open and close it and all around it, and of
    /// what begins its line.
    pub weight: usize,
}

/// A stretch of a text as a text of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stretch {
    /// What opens again what was open before it.
    pub before: String,
    /// What of the text it says, in bytes.
    pub range: Range<usize>,
    /// What closes what is open at its end.
    pub behind: String,
}

impl Stretch {
    /// Of `text`, in which it lies.
    pub fn of(&self, text: &str) -> String {
        let inside = text.get(self.range.clone()).unwrap_or("");
        [self.before.as_str(), inside, self.behind.as_str()].concat()
    }
}

impl From<Range<usize>> for Stretch {
    /// With nothing open around it.
    fn from(range: Range<usize>) -> Stretch {
        Stretch { range, ..Stretch::default() }
    }
}

impl<'a> Reading<'a> {
    /// Of `text`, which is written in `syntax`.
    pub fn of(text: &'a str, syntax: Syntax) -> Reading<'a> {
        Reading::built(text, scanned(text, syntax))
    }

    fn built(text: &'a str, scan: Scan) -> Reading<'a> {
        let placed = |style| Placed { style, outer: None, seen: 0..0, weight: 0 };
        let mut reading = Reading {
            text,
            seen: String::with_capacity(text.len()),
            runs: Vec::new(),
            marks: Vec::new(),
            styles: scan.styles.into_iter().map(placed).collect(),
            code_lines: Vec::new(),
        };
        let mut open: Option<usize> = None;
        let mut prefix: Option<usize> = None;
        let mut code_from: Option<usize> = None;
        let mut from = 0;
        for token in scan.tokens {
            reading.literal(from..token.range.start);
            from = token.range.end;
            let at = reading.seen.len();
            let is = match token.is {
                Is::Text => {
                    reading.literal(token.range);
                    continue;
                }
                Is::Char(c) => {
                    reading.runs.push(Run { seen: at, text: token.range, literal: false });
                    reading.seen.push(c);
                    continue;
                }
                Is::Nothing => Does::Nothing,
                Is::Prefix { code } => {
                    reading.code_lines.extend(code_from.take().map(|from| from..at));
                    code_from = code.then_some(at);
                    prefix = Some(reading.marks.len());
                    Does::Prefix
                }
                Is::LineEnd => {
                    reading.code_lines.extend(code_from.take().map(|from| from..at));
                    prefix = None;
                    Does::Nothing
                }
                Is::Open(style) => {
                    let line = prefix.and_then(|prefix| reading.marks.get(prefix));
                    let line = line.map_or(0, |mark| mark.text.len());
                    let around =
                        open.and_then(|open| reading.styles.get(open)).map_or(line, |open| open.weight);
                    if let Some(placed) = reading.styles.get_mut(style) {
                        placed.outer = open;
                        placed.seen = at..at;
                        placed.weight = around + placed.style.open.len() + placed.style.close.len();
                    }
                    open = Some(style);
                    Does::Open
                }
                Is::Close(style) => {
                    if let Some(placed) = reading.styles.get_mut(style) {
                        placed.seen.end = at;
                        open = placed.outer;
                    }
                    Does::Close
                }
            };
            reading.marks.push(Mark { at, text: token.range, is, open, prefix });
        }
        reading.literal(from..text.len());
        let end = reading.seen.len();
        reading.code_lines.extend(code_from.map(|from| from..end));
        // What nobody closed reaches to the end.
        while let Some(placed) = open.and_then(|open| reading.styles.get_mut(open)) {
            placed.seen.end = end;
            open = placed.outer;
        }
        reading
    }

    fn literal(&mut self, range: Range<usize>) {
        if range.start < range.end {
            self.runs.push(Run { seen: self.seen.len(), text: range.clone(), literal: true });
            self.seen.push_str(&self.text[range]);
        }
    }

    /// Where blanks mean something, in bytes of what is seen, with the bytes of
    /// the marks around it; in no order.
    pub fn code(&self) -> impl Iterator<Item = (Range<usize>, usize)> {
        let blocks = self.styles.iter().filter(|placed| placed.style.nature == Nature::Code);
        let lines = self.code_lines.iter().map(|line| (line.clone(), CODE_PREFIX));
        blocks.map(|placed| (placed.seen.clone(), placed.weight)).chain(lines)
    }

    /// What is marked, in no order; two of them lie in each other or apart.
    pub fn spans(&self) -> impl Iterator<Item = Span> {
        self.styles.iter().map(|placed| Span {
            seen: placed.seen.clone(),
            nature: placed.style.nature,
            weight: placed.weight,
        })
    }

    /// The marks in order: before which byte of what is seen, how they are
    /// written, and whether they belong to what stands before them.
    pub fn marks(&self) -> impl Iterator<Item = (usize, &'a str, bool)> {
        self.marks.iter().map(|mark| (mark.at, &self.text[mark.text.clone()], mark.is == Does::Close))
    }

    /// How the bytes `seen` of what is seen are written, without the marks around them.
    pub fn written(&self, seen: Range<usize>) -> Range<usize> {
        self.start(seen.start)..self.end(seen.end)
    }

    /// Where the character is written that begins at byte `seen`.
    fn start(&self, seen: usize) -> usize {
        let at = self.runs.partition_point(|run| run.seen <= seen);
        match at.checked_sub(1).and_then(|at| self.runs.get(at)) {
            Some(run) if run.literal => (run.text.start + seen - run.seen).min(self.text.len()),
            // Behind the last one there is nothing.
            Some(run) if seen >= self.seen.len() => run.text.end,
            Some(run) => run.text.start,
            None => 0,
        }
    }

    /// The end of the character that is seen before byte `seen`.
    fn end(&self, seen: usize) -> usize {
        let at = self.runs.partition_point(|run| run.seen < seen);
        match at.checked_sub(1).and_then(|at| self.runs.get(at)) {
            Some(run) if run.literal => (run.text.start + seen - run.seen).min(run.text.end),
            Some(run) => run.text.end,
            None => 0,
        }
    }

    /// What is seen from `start` to `end` as a text of its own, with `sign`
    /// behind it: what is open there is closed behind that, and what was open
    /// before it is opened again.
    pub fn stretch(&self, start: usize, end: usize, sign: &str) -> Stretch {
        let whole_end = end >= self.seen.len() && sign.is_empty();
        // What is closed at the start belongs to what stands before it.
        let first = self.marks.partition_point(|mark| mark.at < start);
        let at_start = self.marks.iter().enumerate().skip(first).take_while(|(_, mark)| mark.at == start);
        let closed = at_start.filter(|(_, mark)| mark.is == Does::Close).last().map(|(at, _)| at + 1);
        let mut first = if start == 0 { 0 } else { closed.unwrap_or(first) };
        let state = first.checked_sub(1).and_then(|before| self.marks.get(before));
        let mut prefix = state.and_then(|mark| mark.prefix);
        let mut before = String::new();
        // What begins the line stands before what is opened again in it.
        if start > 0 && self.marks.get(first).is_some_and(|mark| mark.at == start && mark.is == Does::Prefix)
        {
            prefix = Some(first);
            first += 1;
        }
        if let Some(mark) = prefix.and_then(|prefix| self.marks.get(prefix)) {
            before.push_str(&self.text[mark.text.clone()]);
        }
        for style in self.chain(state.and_then(|mark| mark.open)).into_iter().rev() {
            before.push_str(&style.open);
        }
        let from = match self.marks.get(first).filter(|mark| mark.at == start) {
            _ if start == 0 => 0,
            Some(mark) => mark.text.start,
            None => self.start(start),
        };

        // What is closed at the end is closed as the author wrote it.
        let last = self.marks.partition_point(|mark| mark.at < end);
        let closing =
            self.marks.iter().skip(last).take_while(|mark| mark.at == end && mark.is == Does::Close);
        let last = last + closing.count();
        let last = if whole_end { self.marks.len() } else { last };
        let mark = last.checked_sub(1).and_then(|last| self.marks.get(last));
        let to = match mark.filter(|mark| mark.at == end) {
            _ if whole_end => self.text.len(),
            Some(mark) if mark.is == Does::Close => mark.text.end,
            _ => self.end(end),
        };
        // Behind the backticks that end a block stands nothing.
        let fenced =
            !sign.is_empty() && self.text.get(from..to).is_some_and(|text| text.ends_with(scan::FENCE));
        let mut behind = if fenced { format!("\n{}", sign.trim_start()) } else { sign.to_owned() };
        for style in self.chain(mark.and_then(|mark| mark.open)) {
            behind.push_str(&style.close);
        }
        Stretch { before, range: from..to.max(from), behind }
    }

    /// The styles that are open where `inner` is the innermost, inner before outer.
    fn chain(&self, inner: Option<usize>) -> Vec<&Style> {
        let mut out = Vec::new();
        let mut next = inner;
        while let Some(placed) = next.and_then(|at| self.styles.get(at)) {
            out.push(&placed.style);
            next = placed.outer;
        }
        out
    }
}

#[cfg(test)]
mod tests;
