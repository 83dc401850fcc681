//! Shortening and splitting, never inside a link, a mention, a tag or a character.
//!
//! Both work on atoms (what is never cut, with its cost) and on the places
//! between them where a reader would pause, so that time is in proportion to
//! the text, and both measure what they made with [`count`] before handing it
//! out: a limit in bytes holds as well as one in characters.

mod row;

use super::Rules;
use super::count::count;
use row::Row;
use std::ops::Range;

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
    let over = |text: &str| over(text, "", rules, url_reserve);
    if over(text) == 0 {
        return text.to_owned();
    }
    if limit == 0 {
        return String::new();
    }
    let row = Row::new(text, rules, url_reserve);
    if row.is_too_long(rules) {
        return text.to_owned();
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
        match over(&made) {
            0 => return made,
            // What stands at the cut became something else by being cut (a host
            // that is one only now): as much less is tried.
            over => room = room.less(over),
        }
    }
    text.to_owned()
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
    let mut parts = cut_into(text, rules, url_reserve, "");
    while numbered && parts.len() > 1 {
        let before = parts.len();
        parts = cut_into(text, rules, url_reserve, &tail(before, before));
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

fn cut_into(text: &str, rules: &Rules, url_reserve: usize, tail: &str) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    for segment in segments(text) {
        cut_segment(text, trimmed(text, segment), rules, url_reserve, tail, &mut parts);
    }
    if parts.is_empty() {
        parts.push(0..0);
    }
    parts
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

fn cut_segment(
    text: &str,
    segment: Range<usize>,
    rules: &Rules,
    url_reserve: usize,
    tail: &str,
    parts: &mut Vec<Range<usize>>,
) {
    let inside = &text[segment.clone()];
    if inside.is_empty() {
        return;
    }
    let over = |part: &str| over(part.trim(), tail, rules, url_reserve);
    if over(inside) == 0 {
        parts.push(segment);
        return;
    }
    let row = Row::new(inside, rules, url_reserve);
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
    let bounds = cuts.windows(2).filter_map(|pair| Some(pair.first().copied()?..pair.last().copied()?));
    let places = bounds.map(|cut| segment.start + row.byte(cut.start)..segment.start + row.byte(cut.end));
    parts.extend(places.map(|place| trimmed(text, place)).filter(|place| !place.is_empty()));
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
