//! The Markdown of Discord and of Reddit, as far as it marks something.
//!
//! Facts: Discord, Message formatting (2026-08-06); Reddit's formatting guide
//! (read 2026). Where two marks could belong together in several ways, the
//! nearest ones do.

use super::pairs::Pairs;
use super::scan::{FENCE, Is, Nature, Next, Scan};
use crate::text::markup::{address_end, discord};
use std::collections::HashMap;

/// Whose Markdown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flavour {
    Discord,
    Reddit,
}

/// The marks, links, escapes and code of `text`.
pub(super) fn scan(text: &str, flavour: Flavour) -> Scan {
    let mut scanner = Scanner {
        text,
        flavour,
        scan: Scan::default(),
        pairs: Pairs::default(),
        at: 0,
        prefix: "",
        ticks: ticks(text),
        fences: Next::of(text, FENCE),
        brackets: Next::of(text, ")"),
        angles: Next::of(text, ">"),
        feeds: Next::of(text, "\n"),
        blank_before: true,
        in_list: false,
    };
    while scanner.at < text.len() {
        scanner.line();
    }
    scanner.scan
}

struct Scanner<'a> {
    text: &'a str,
    flavour: Flavour,
    scan: Scan,
    pairs: Pairs,
    at: usize,
    /// What makes the line a quotation.
    prefix: &'a str,
    ticks: HashMap<usize, Vec<usize>>,
    fences: Next<'a>,
    brackets: Next<'a>,
    angles: Next<'a>,
    feeds: Next<'a>,
    blank_before: bool,
    in_list: bool,
}

/// Where runs of so many backticks stand, the last first.
fn ticks(text: &str) -> HashMap<usize, Vec<usize>> {
    let mut runs: HashMap<usize, Vec<usize>> = HashMap::new();
    let mut at = 0;
    while let Some(found) = text[at..].find('`') {
        at += found;
        let length = text[at..].bytes().take_while(|b| *b == b'`').count();
        runs.entry(length).or_default().push(at);
        at += length;
    }
    runs.values_mut().for_each(|places| places.reverse());
    runs
}

impl<'a> Scanner<'a> {
    /// One line, or what of it is not in a block of code that began before.
    fn line(&mut self) {
        let text = self.text;
        self.prefix = "";
        let line = &text[self.at..];
        let end = line.find('\n').unwrap_or(line.len());
        let bare = line[..end].trim_start();
        if bare.is_empty() {
            if self.flavour == Flavour::Reddit {
                self.pairs.clear();
            }
            self.blank_before = true;
            self.at += (end + 1).min(line.len());
            return;
        }
        if self.flavour == Flavour::Reddit && self.is_code(&line[..end]) {
            self.scan.push(self.at..self.at + 4, Is::Prefix { code: true });
            self.at += end;
            self.scan.push(self.at..self.at, Is::LineEnd);
            self.at += usize::from(end < line.len());
            return;
        }
        let item = is_item(bare);
        self.in_list = item || self.in_list && (line.starts_with([' ', '\t']) || !self.blank_before);
        self.blank_before = false;
        if item && self.flavour == Flavour::Reddit {
            self.pairs.clear();
        }
        if self.flavour == Flavour::Discord && line.starts_with(">>> ") {
            self.pairs.clear();
            let style = self.scan.style(">>> ", "", Nature::Block);
            self.scan.push(self.at..self.at + 4, Is::Open(style));
            self.at += 4;
        } else {
            let quote = quote(&line[..end]);
            let marks = quote + heading(&line[quote..end]);
            if marks > 0 {
                self.prefix = &line[..quote];
                self.scan.push(self.at..self.at + marks, Is::Prefix { code: false });
                self.at += marks;
            }
            self.words();
            if marks > 0 {
                self.scan.push(self.at..self.at, Is::LineEnd);
            }
            self.at += usize::from(self.at < text.len());
            return;
        }
        self.words();
        self.at += usize::from(self.at < text.len());
    }

    /// Whether a line that is moved in by four is code, not the text of an item.
    fn is_code(&self, line: &str) -> bool {
        line.starts_with("    ") && !self.in_list && self.blank_before
    }

    /// Everything up to the end of the line, or of the one in which a block of
    /// code ends that began here.
    fn words(&mut self) {
        let signs = ['\n', '\\', '`', '*', '_', '~', '|', '[', ']', '<', '>', '!', 'h'];
        let text = self.text;
        while let Some(found) = text[self.at..].find(signs) {
            self.at += found;
            let rest = &text[self.at..];
            let sign = rest.as_bytes().first().copied().unwrap_or(b'\n');
            match sign {
                b'\n' => return,
                b'\\' => match rest[1..].chars().next().filter(char::is_ascii_punctuation) {
                    Some(c) => {
                        self.scan.push(self.at..self.at + 2, Is::Char(c));
                        self.at += 2;
                    }
                    None => self.at += 1,
                },
                b'`' => self.code(),
                b'*' | b'_' | b'~' | b'|' => self.mark(char::from(sign)),
                b'[' => {
                    self.pairs.open(&mut self.scan, self.at..self.at + 1, "[");
                    self.at += 1;
                }
                b']' => self.bracket(),
                b'<' => self.angle(),
                b'>' if rest.starts_with(">!") && self.flavour == Flavour::Reddit => {
                    self.pairs.open(&mut self.scan, self.at..self.at + 2, ">!");
                    self.at += 2;
                }
                b'!' if rest.starts_with("!<") && self.pairs.is_open(">!") => {
                    let range = self.at..self.at + 2;
                    self.pairs.close(&mut self.scan, range, ">!", "!<", Nature::Inline);
                    self.at += 2;
                }
                b'h' => self.at += self.address(rest),
                _ => self.at += 1,
            }
        }
        self.at = text.len();
    }

    /// The end of the address that `rest` begins with, without the marks that
    /// end what stands around it; one byte where there is none.
    fn address(&self, rest: &str) -> usize {
        let Some(end) = address_end(rest) else { return 1 };
        let mut address = &rest[..end];
        if self.pairs.is_open("[") {
            address = address.split("](").next().unwrap_or(address);
        }
        let bare = address.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '"', '\'']);
        let marks = ["**", "__", "~~", "||", "*", "_"];
        let ends = marks.into_iter().find(|mark| self.pairs.is_open(mark) && bare.ends_with(mark));
        let closed = ends.map(|_| bare.trim_end_matches(['*', '_', '~', '|']).len());
        closed.unwrap_or(address.len()).max(1)
    }

    /// Code in a line or, of three backticks, in a block.
    fn code(&mut self) {
        let text = self.text;
        let at = self.at;
        let length = text[at..].bytes().take_while(|b| *b == b'`').count();
        let starts_line = text[..at].trim_end_matches([' ', '>']).ends_with('\n') || at == 0;
        let may_fence = self.flavour == Flavour::Discord || starts_line || !self.prefix.is_empty();
        if length >= FENCE.len() && may_fence {
            if let Some(end) = self.fences.at(at + length) {
                self.pairs_in_code();
                let prefix = self.prefix;
                self.at = self.scan.fence(text, (at, end), prefix, &|_, _| {});
                return;
            }
        }
        let places = self.ticks.entry(length).or_default();
        while places.pop_if(|place| *place <= at).is_some() {}
        let end = places.last().copied();
        let feed = self.feeds.at(at);
        match end.filter(|end| feed.is_none_or(|feed| feed > *end)) {
            Some(end) => {
                let marks = &text[at..at + length];
                let style = self.scan.style(marks, marks, Nature::Whole);
                self.scan.push(at..at + length, Is::Open(style));
                self.scan.push(end..end + length, Is::Close(style));
                self.at = end + length;
            }
            None => self.at += length,
        }
    }

    /// Only Discord looks for marks across a block of code.
    fn pairs_in_code(&mut self) {
        if self.flavour == Flavour::Reddit {
            self.pairs.clear();
        }
    }

    /// A run of one of the signs that mark.
    fn mark(&mut self, sign: char) {
        let text = self.text;
        let start = self.at;
        let mut left = text[start..].bytes().take_while(|b| char::from(*b) == sign).count();
        let end = start + left;
        self.at = end;
        let before = text[..start].chars().next_back();
        let after = text[end..].chars().next();
        let blank = |c: Option<char>| c.is_none_or(char::is_whitespace);
        let in_word = |c: Option<char>| sign == '_' && c.is_some_and(char::is_alphanumeric);
        let may_open = !blank(after) && !in_word(before);
        let may_close = !blank(before) && !in_word(after);
        let (single, double) = match sign {
            '*' => (Some("*"), Some("**")),
            '_' => (Some("_"), Some("__")),
            '~' => (None, Some("~~")),
            _ if self.flavour == Flavour::Discord => (None, Some("||")),
            _ => (None, None),
        };
        if left > 3 {
            return;
        }
        let mut at = start;
        while left > 0 {
            let inner_single = left == 3 && single.is_some_and(|mark| self.pairs.is_innermost(mark));
            let mark = if left >= 2 && !(may_close && inner_single) { double } else { single };
            let Some(mark) = mark else { return };
            let range = at..at + mark.len();
            if may_close && self.pairs.is_open(mark) {
                self.pairs.close(&mut self.scan, range, mark, mark, Nature::Inline);
            } else if may_open {
                self.pairs.open(&mut self.scan, range, mark);
            }
            at += mark.len();
            left -= mark.len();
        }
    }

    /// `](address)` makes what stands in the brackets a link.
    fn bracket(&mut self) {
        let (text, at) = (self.text, self.at);
        self.at += 1;
        let end = text[at..].strip_prefix("](").and_then(|_| self.brackets.at(at + 2));
        let end = end.filter(|end| {
            let most = (at + 2 + LONGEST).min(*end);
            *end > at + 2 && most == *end && !text[at + 2..*end].contains([' ', '\n', '\t'])
        });
        match end {
            Some(mut end) if self.pairs.is_open("[") => {
                // An address with brackets of its own.
                if text[at + 2..end].contains('(') && text[end + 1..].starts_with(')') {
                    end += 1;
                }
                let ends = &text[at..=end];
                self.pairs.close(&mut self.scan, at..end + 1, "[", ends, Nature::Whole);
                self.at = end + 1;
            }
            _ => self.pairs.give_up("["),
        }
    }

    /// `<https://…>`, an emoji, a name, a time: one thing.
    fn angle(&mut self) {
        let (text, at) = (self.text, self.at);
        self.at += 1;
        let inside = &text[at + 1..];
        let begins = ["https://", "http://", "@", "#", ":", "a:", "t:", "/", "id:"];
        if !begins.into_iter().any(|begin| inside.starts_with(begin)) {
            return;
        }
        let end = self.angles.at(at).filter(|end| *end - at <= LONGEST);
        if let Some(end) = end.filter(|end| !text[at..*end].contains(char::is_whitespace)) {
            self.scan.whole(at..end + 1);
            self.at = end + 1;
        }
    }
}

/// The longest address that is looked for, in bytes: longer ones lead nowhere.
const LONGEST: usize = 2_048;

/// The length of `> `, `> > ` at the start of a line.
fn quote(line: &str) -> usize {
    let mut at = 0;
    while line[at..].starts_with("> ") || line[at..] == *">" {
        at += line[at..].len().min(2);
    }
    at
}

/// The length of `# `, `-# ` at the start of a line.
fn heading(line: &str) -> usize {
    let small = line.strip_prefix('-').unwrap_or(line);
    let hashes = small.bytes().take(7).take_while(|b| *b == b'#').count();
    let is_heading = (1..=6).contains(&hashes) && small[hashes..].starts_with(' ');
    if is_heading { line.len() - small.len() + hashes + 1 } else { 0 }
}

/// Whether a line is an item of a list.
fn is_item(line: &str) -> bool {
    let number = || discord::number_end(line).is_some();
    ["- ", "* ", "+ ", "• "].into_iter().any(|mark| line.starts_with(mark)) || number()
}
