//! Shortening and splitting, never inside a link, a mention, a tag or a character.
//!
//! Both work on atoms (what is never cut, with its cost) and on the places
//! between them where a reader would pause, so that time is in proportion to
//! the text, and both measure what they made with [`count`] before handing it
//! out: a limit in bytes holds as well as one in characters.

mod row;
mod signs;

use super::Rules;
use super::count::count;
use row::Row;
use std::ops::Range;
use unicode_normalization::char::is_combining_mark;

/// What writers put between the parts of a thread, on a line of its own.
pub const BREAK: &str = "<!-- break -->";

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

    /// Less by `over`, and by so much that few tries are needed.
    fn less(self, over: usize) -> Room {
        let less = |room: usize| match room {
            usize::MAX => room,
            room => room.saturating_sub(over.max(room / 16 + 1)),
        };
        Room { units: less(self.units), bytes: less(self.bytes) }
    }
}

/// By how much `text` with `tail` behind it is too long; 0 when it fits.
fn over(text: &str, tail: &str, rules: &Rules, url_reserve: usize) -> usize {
    let counted = match tail {
        "" => count(text, rules, url_reserve),
        tail => count(&format!("{text}{tail}"), rules, url_reserve),
    };
    if counted.fits() { 0 } else { counted.over().max(1) }
}

/// The longest beginning of `text` that fits `limit` by `rules`, cut at a
/// sentence or word and ended by `…`; `text` itself if it fits.
///
/// Where nothing can be kept, or what has no room is longer than the limit by
/// itself (a link, a tag, a reader's character), it is `text` as it is, which
/// does not fit: that is for the caller to tell. Nothing is left out silently,
/// and no ellipsis stands alone. A limit of 0 asks for nothing, and gets it.
pub fn shorten(text: &str, limit: usize, rules: &Rules, url_reserve: usize) -> String {
    let rules = &Rules { limit: Some(limit), ..*rules };
    // Of a long text the beginning decides.
    let mut size = BEGINNING.max(limit.saturating_mul(BYTES_OF_ONE));
    while let Some(start) = beginning(text, size) {
        // The space at its end is none of a text that goes on.
        if over(start.trim_end(), "", rules, url_reserve) > 0 {
            return shortened(start, false, limit, rules, url_reserve).unwrap_or_else(|| text.to_owned());
        }
        size = start.len().saturating_mul(4);
    }
    if over(text, "", rules, url_reserve) == 0 {
        return text.to_owned();
    }
    shortened(text, true, limit, rules, url_reserve).unwrap_or_else(|| text.to_owned())
}

/// So many bytes at least are looked at as the beginning of a text.
const BEGINNING: usize = 1 << 12;
/// Few texts have more bytes than this for one that the network counts.
const BYTES_OF_ONE: usize = 4;

/// At least `size` bytes of `text`, up to behind a space with a letter or a
/// sign behind it: what stands before is the same whatever follows. `None`
/// where no such place is.
fn beginning(text: &str, size: usize) -> Option<&str> {
    let rest = text.get(text.ceil_char_boundary(size)..)?;
    let mut before = ' ';
    let (at, _) = rest.char_indices().find(|(at, c)| {
        let space = matches!(std::mem::replace(&mut before, *c), ' ' | '\n');
        *at > 0 && space && (c.is_ascii_graphic() || c.is_alphanumeric() && !is_combining_mark(*c))
    })?;
    text.get(..text.len() - rest.len() + at)
}

/// What [`shorten`] makes of a text that does not fit; `None` where nothing
/// can be kept. `ends`: the text ends here, and is not the beginning of a longer one.
fn shortened(text: &str, ends: bool, limit: usize, rules: &Rules, url_reserve: usize) -> Option<String> {
    if limit == 0 {
        return Some(String::new());
    }
    let row = Row::new(text, ends, rules, url_reserve);
    if row.is_too_long(rules) {
        return None;
    }
    // A space stands before the ellipsis after a link, which it would spoil,
    // and after a sentence.
    let mut room = Room::of(rules, " …", url_reserve);
    while !room.is_none() {
        let end = row.without_dangling(row.cut(0, room));
        let kept = row.text(0, end);
        if kept.trim().is_empty() {
            break;
        }
        let space = if row.ends_with_link(end) || kept.ends_with(ends_sentence) { " " } else { "" };
        let made = format!("{kept}{space}…");
        match over(&made, "", rules, url_reserve) {
            0 => return Some(made),
            // What stands at the cut became something else by being cut (a host
            // that is one only now): as much less is tried.
            over => room = room.less(over),
        }
    }
    None
}

/// `text` as a thread: each part within the limit, split at paragraphs, then
/// lines, sentences, words, in order; `<!-- break -->` on a line of its own is honoured.
///
/// The words of the parts are the words of the text. Only a link, a tag or a
/// reader's character that is longer than the limit by itself makes a part that
/// does not fit. A last part of three words or fewer is avoided. At least one
/// part is returned.
pub fn split(text: &str, rules: &Rules, url_reserve: usize) -> Vec<String> {
    let parts = stretches(text, rules, url_reserve, false);
    parts.into_iter().map(|range| text[range].to_owned()).collect()
}

/// The same as places in `text`. `numbered`: room is kept in each part for
/// what [`number`] puts behind it, if there is more than one.
pub fn stretches(text: &str, rules: &Rules, url_reserve: usize, numbered: bool) -> Vec<Range<usize>> {
    let mut thread = Thread::new(text, rules, url_reserve);
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
pub fn number(parts: &mut [String]) {
    let all = parts.len();
    if all < 2 {
        return;
    }
    for (at, part) in parts.iter_mut().enumerate().filter(|(_, part)| !part.trim().is_empty()) {
        part.push_str(&tail(at + 1, all));
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
    /// Between the breaks: where, and (once it is needed) what stands there.
    segments: Vec<(Range<usize>, Option<Row<'a>>)>,
}

impl<'a> Thread<'a> {
    fn new(text: &'a str, rules: &'a Rules, url_reserve: usize) -> Thread<'a> {
        let segments = segments(text).into_iter().map(|segment| (trimmed(text, segment), None));
        Thread { text, rules, url_reserve, segments: segments.collect() }
    }

    /// The parts with room for `tail` behind each; at least one.
    fn cut(&mut self, tail: &str) -> Vec<Range<usize>> {
        let Thread { text, rules, url_reserve, .. } = *self;
        let mut parts = Vec::new();
        for (segment, row) in &mut self.segments {
            let inside = &text[segment.clone()];
            if inside.is_empty() {
                continue;
            }
            if row.is_none() && over(inside, tail, rules, url_reserve) == 0 {
                parts.push(segment.clone());
                continue;
            }
            let row = row.get_or_insert_with(|| Row::new(inside, true, rules, url_reserve));
            let cuts = cuts(row, rules, url_reserve, tail);
            let places = cuts.windows(2).map(|cut| row.byte(cut[0])..row.byte(cut[1]));
            let places = places.map(|place| segment.start + place.start..segment.start + place.end);
            parts.extend(places.map(|place| trimmed(text, place)).filter(|place| !place.is_empty()));
        }
        if parts.is_empty() {
            parts.push(0..0);
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

/// Whether a line is the mark at which a thread breaks, and nothing else.
pub fn is_break(line: &str) -> bool {
    let word = line.trim().strip_prefix("<!--").and_then(|line| line.strip_suffix("-->"));
    word.is_some_and(|word| word.trim_matches([' ', '\t']) == "break")
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

/// The atoms of `row` at which parts begin, and its end.
fn cuts(row: &Row<'_>, rules: &Rules, url_reserve: usize, tail: &str) -> Vec<usize> {
    let over = |part: &str| over(part.trim(), tail, rules, url_reserve);
    let whole_room = Room::of(rules, tail, url_reserve);
    let mut cuts = vec![0];
    let mut start = row.skip_spaces(0);
    while start < row.len() {
        let mut room = whole_room;
        let least = row.least_end(start);
        let end = loop {
            let end = row.cut(start, room).max(least);
            if end == least {
                break end;
            }
            match over(row.text(start, end)) {
                0 => break end,
                over => room = room.less(over),
            }
        };
        start = row.skip_spaces(end);
        cuts.push(start);
    }
    row.adopt_orphan(&mut cuts, |part| over(part) == 0);
    cuts
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
