//! Shortening and splitting, never inside a link, a mention, a tag or a character.
//!
//! Both work on atoms (what is never cut, with its cost) and on the places
//! between them where a reader would pause, so that time is in proportion to
//! the text, and both measure what they made with [`count`] before handing it
//! out: a limit in bytes holds as well as one in characters. What is written in
//! a network's markup is cut where its readers would pause; what is open there
//! is closed and, in the next part, opened again.

mod captions;
mod code;
mod marked;
mod pauses;
mod row;
mod shortening;
mod signs;

pub use shortening::{fits, shorten, shorten_before};

use super::count::count;
use super::marked::ends_in_block;
use super::{Rules, Stretch, Syntax};
use captions::Captions;
use row::{Aim, Row};
use std::ops::Range;

/// What writers put between the parts of a thread, on a line of its own.
pub const BREAK: &str = "<!-- break -->";

/// What is known of a text besides its letters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Known<'a> {
    /// The bytes at which pictures stand, in order: the part that one stands in
    /// or behind has the limit of captions, where the network has one.
    pub pictures: &'a [usize],
    /// A byte of each line of code, in order, where the text is plain: such a
    /// line keeps its indent and is cut only where it is longer than a part. A
    /// text in markup says itself what is code.
    pub code: &'a [usize],
}

/// What is left of a limit, in the network's unit and in bytes.
#[derive(Clone, Copy, Debug)]
struct Room {
    units: usize,
    bytes: usize,
}

impl Room {
    /// The limits of `rules` without what `tail` costs.
    fn of(rules: &Rules, tail: &str, url_reserve: usize) -> Room {
        let left = |limit: Option<usize>, cost: usize| limit.map_or(usize::MAX, |l| l.saturating_sub(cost));
        Room {
            units: left(rules.limit, count(tail, rules, url_reserve).counted),
            bytes: left(rules.byte_limit, tail.len()),
        }
    }

    fn is_none(self) -> bool {
        self.units == 0 || self.bytes == 0
    }

    /// Less by `over`, and (but for the first `tries` in markup) by so much that
    /// few are needed.
    fn less(self, over: usize, tries: usize, rules: &Rules) -> Room {
        let exact = tries < EXACT_TRIES && rules.markup != Syntax::Plain;
        let less = |room: usize| match room {
            usize::MAX => room,
            room => room.saturating_sub(if exact { over } else { over.max(room / 16 + 1) }),
        };
        Room { units: less(self.units), bytes: less(self.bytes) }
    }
}

/// So often the room is made less by no more than what was too much: the marks
/// that close what is open at a cut take some of it, and differ from cut to cut.
const EXACT_TRIES: usize = 3;

/// By how much `text` with `tail` behind it is too long; 0 when it fits.
fn over(text: &str, tail: &str, rules: &Rules, url_reserve: usize) -> usize {
    let counted = match tail {
        "" => count(text, rules, url_reserve),
        tail => count(&format!("{text}{tail}"), rules, url_reserve),
    };
    if counted.fits() { 0 } else { counted.over().max(1) }
}

/// `text` as a thread: each part within the limit, split at paragraphs, then
/// lines, sentences, words, in order; `<!-- break -->` on a line of its own is honoured.
///
/// The words of the parts are the words of the text. Only a link, a tag or a
/// reader's character that is longer than the limit by itself makes a part that
/// does not fit. A last part of three words or fewer is avoided. At least one
/// part is returned. In markup each part stands alone.
pub fn split(text: &str, rules: &Rules, url_reserve: usize) -> Vec<String> {
    let parts = stretches(text, rules, url_reserve, false, Known::default());
    parts.into_iter().map(|part| part.of(text)).collect()
}

/// The same as places in `text`, with the marks that a part needs around it to
/// stand alone. `numbered`: room is kept in each part for what [`number`] puts
/// behind it, if there is more than one.
pub fn stretches(
    text: &str,
    rules: &Rules,
    url_reserve: usize,
    numbered: bool,
    known: Known<'_>,
) -> Vec<Stretch> {
    let mut thread = Thread::new(text, rules, url_reserve, known);
    let mut parts = thread.cut("");
    while numbered && parts.len() > 1 {
        let before = parts.len();
        parts = thread.cut(&tail(before, before));
        // Room for so many digits was kept: more of them need more room.
        if parts.len().to_string().len() <= before.to_string().len() {
            break;
        }
    }
    parts
}

/// Puts ` 1/4` behind each part of a thread, if it has more than one. A part
/// without words stays so: that is a mistake to be told, not to be numbered.
/// Behind code and quotations of `markup` the number has a line of its own.
pub fn number(parts: &mut [String], markup: Syntax) {
    let all = parts.len();
    if all < 2 {
        return;
    }
    for (at, part) in parts.iter_mut().enumerate().filter(|(_, part)| !part.trim().is_empty()) {
        let tail = tail(at + 1, all);
        if ends_in_block(part, markup) {
            part.push('\n');
            part.push_str(tail.trim_start());
        } else {
            part.push_str(&tail);
        }
    }
}

/// What stands behind part `at` of `all`. A slash: it is a number in every
/// language, and none of its signs makes a link or a tag.
fn tail(at: usize, all: usize) -> String {
    format!(" {at}/{all}")
}

/// A text with what is found out about it once, however often it is cut.
struct Thread<'a> {
    text: &'a str,
    rules: &'a Rules,
    url_reserve: usize,
    known: Known<'a>,
    /// Between the breaks: where, and (once it is needed) what stands there.
    segments: Vec<(Range<usize>, Option<Row<'a>>)>,
}

impl<'a> Thread<'a> {
    fn new(text: &'a str, rules: &'a Rules, url_reserve: usize, known: Known<'a>) -> Thread<'a> {
        let code = if rules.markup == Syntax::Plain { known.code } else { &[] };
        let pictures = if rules.caption_limit.is_some() { known.pictures } else { &[] };
        let known = Known { pictures, code };
        let bare = |segment: Range<usize>| {
            let lines = without_blank_lines(text, segment);
            let first = text[lines.clone()].find('\n').map_or(lines.end, |feed| lines.start + feed);
            let at = known.code.partition_point(|at| *at < lines.start);
            let is_code = known.code.get(at).is_some_and(|at| *at <= first);
            // Blanks at the beginning of a line may make it code.
            if rules.markup == Syntax::Plain && !is_code { trimmed(text, lines) } else { lines }
        };
        let segments = segments(text).into_iter().map(|segment| (bare(segment), None));
        let segments = segments.filter(|(segment, _)| !segment.is_empty()).collect();
        Thread { text, rules, url_reserve, known, segments }
    }

    /// The parts with room for `tail` behind each; at least one.
    fn cut(&mut self, tail: &str) -> Vec<Stretch> {
        let Thread { text, rules, url_reserve, known, .. } = *self;
        let mut parts: Vec<Stretch> = Vec::new();
        let last = self.segments.len().saturating_sub(1);
        for (number, (segment, row)) in self.segments.iter_mut().enumerate() {
            let inside = &text[segment.clone()];
            let before = parts.last().map(|part| part.range.end);
            let pictures = known.pictures;
            let captions = Captions { pictures, before, segment: segment.clone(), last: number == last };
            let own = captions.rules(rules, segment.start, segment.end);
            let whole = || match tail {
                "" => fits(inside, &own, url_reserve),
                tail => over(inside, tail, &own, url_reserve) == 0,
            };
            if row.is_none() && whole() {
                parts.push(Stretch::from(segment.clone()));
                continue;
            }
            let row = row.get_or_insert_with(|| {
                let code = code::lines(inside, segment.start, known.code);
                Row::new(inside, true, code, rules, url_reserve)
            });
            let cuts = Cutter { row, text: inside, rules, url_reserve, tail, captions }.cuts();
            for pair in cuts.windows(2) {
                let mut part = row.stretch(pair[0], pair[1], "");
                part.range = segment.start + part.range.start..segment.start + part.range.end;
                if !part.range.is_empty() {
                    parts.push(part);
                }
            }
        }
        if parts.is_empty() {
            parts.push(Stretch::default());
        }
        parts
    }
}

/// `range` without the spaces at its ends.
fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let inside = &text[range.clone()];
    let start = range.start + (inside.len() - inside.trim_start().len());
    start..start + inside.trim().len()
}

/// `range` without the blank lines at its ends.
fn without_blank_lines(text: &str, range: Range<usize>) -> Range<usize> {
    let inside = text[range.clone()].trim_end();
    let blank = inside.len() - inside.trim_start().len();
    let line = inside[..blank].rfind('\n').map_or(0, |feed| feed + 1);
    range.start + line..range.start + inside.len()
}

/// Whether a line is the mark at which a thread breaks, and nothing else; in
/// capitals or without its spaces as well. Several on one line are one.
pub fn is_break(line: &str) -> bool {
    let mut rest = line.trim();
    while let Some((word, behind)) = rest.strip_prefix("<!--").and_then(|rest| rest.split_once("-->")) {
        if !word.trim_matches([' ', '\t']).eq_ignore_ascii_case("break") {
            return false;
        }
        if behind.is_empty() {
            return true;
        }
        rest = behind.trim_start();
    }
    false
}

/// The places between the breaks.
fn segments(text: &str) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let (mut from, mut at) = (0, 0);
    for line in text.split_inclusive('\n') {
        if is_break(line) {
            out.push(from..at);
            from = at + line.len();
        }
        at += line.len();
    }
    out.push(from..text.len());
    out
}

/// Cuts a segment into parts.
struct Cutter<'r, 'a> {
    row: &'r Row<'a>,
    text: &'a str,
    rules: &'r Rules,
    url_reserve: usize,
    tail: &'r str,
    captions: Captions<'r>,
}

impl Cutter<'_, '_> {
    /// The atoms at which parts begin, and the end of the row.
    fn cuts(&self) -> Vec<usize> {
        let row = self.row;
        let mut cuts = vec![0];
        let mut start = row.skip_spaces(0);
        while start < row.len() {
            start = row.skip_spaces(self.end(start));
            cuts.push(start);
        }
        row.adopt_orphan(&mut cuts, |start, end| {
            let own = self.rules_of(start, end);
            self.over(start, end, &own) == 0
        });
        cuts
    }

    /// The end of the part that begins at `start`.
    fn end(&self, start: usize) -> usize {
        let end = self.end_within(start, self.rules, usize::MAX);
        let own = self.rules_of(start, end);
        if own.limit == self.rules.limit {
            return end;
        }
        // With its pictures it has less room; without them it ends before the
        // first one.
        let with = self.end_within(start, &own, usize::MAX);
        let first = self.captions.pictures.get(self.captions.taken(self.start_place(start)));
        let without = first.map_or(start, |first| {
            let (mut low, mut high) = (start, self.row.len());
            while low < high {
                let middle = (low + high).div_ceil(2);
                match self.place(middle) < *first {
                    true => low = middle,
                    false => high = middle - 1,
                }
            }
            self.end_within(start, self.rules, self.row.cost(start, low))
        });
        let bare = without > with && self.rules_of(start, without).limit == self.rules.limit;
        if bare { without } else { with }
    }

    /// The best end by `rules` that costs `most` units at most.
    fn end_within(&self, start: usize, rules: &Rules, most: usize) -> usize {
        let mut room = Room::of(rules, self.tail, self.url_reserve);
        room.units = room.units.min(most);
        let least = self.row.least_end(start);
        for tries in 0.. {
            let end = self.row.cut(start, room, Aim::Part).max(least);
            if end == least {
                break;
            }
            match self.over(start, end, rules) {
                0 => return end,
                over => room = room.less(over, tries, rules),
            }
        }
        least
    }

    /// Where what stands before atom `at` ends, in bytes of the whole text.
    fn place(&self, at: usize) -> usize {
        self.captions.segment.start + self.row.stretch(0, at, "").range.end
    }

    /// The same for the start of a part: nothing stands before the first one.
    fn start_place(&self, start: usize) -> usize {
        if start <= self.row.skip_spaces(0) { self.captions.segment.start } else { self.place(start) }
    }

    fn rules_of(&self, start: usize, end: usize) -> Rules {
        match self.captions.pictures {
            [] => *self.rules,
            _ => {
                let start = self.start_place(start);
                let end = if end >= self.row.len() { self.captions.segment.end } else { self.place(end) };
                self.captions.rules(self.rules, start, end)
            }
        }
    }

    /// By how much a part is too long.
    fn over(&self, start: usize, end: usize, rules: &Rules) -> usize {
        let part = self.row.stretch(start, end, "");
        match self.rules.markup {
            Syntax::Plain => over(&self.text[part.range], self.tail, rules, self.url_reserve),
            _ => over(&part.of(self.text), self.tail, rules, self.url_reserve),
        }
    }
}

/// Latin, Chinese and Japanese, Arabic and Urdu, Devanagari, Armenian, Ethiopic,
/// Khmer and Burmese.
fn ends_sentence(c: char) -> bool {
    matches!(
        c,
        '.' | '!'
            | '?'
            | '。'
            | '！'
            | '？'
            | '؟'
            | '۔'
            | '।'
            | '॥'
            | '։'
            | '\u{1362}'
            | '\u{17d4}'
            | '\u{104b}'
    )
}

#[cfg(test)]
mod tests;
