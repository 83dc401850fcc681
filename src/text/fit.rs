//! Shortening and splitting, never inside a link, a mention, a tag or a character.
//!
//! Both work on atoms (what is never cut, with its cost) and on the places
//! between them where a reader would pause, so that time is in proportion to
//! the text, and both measure what they made with [`count`] before handing it
//! out: a limit in bytes holds as well as one in characters. What is written in
//! a network's markup is cut where its readers would pause; what is open there
//! is closed and, in the next part, opened again.

mod marked;
mod pauses;
mod row;
mod signs;

use super::count::count;
use super::marked::ends_in_block;
use super::{Rules, Stretch, Syntax};
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

/// The longest beginning of `text` that fits `limit` by `rules`, cut at a
/// sentence or word and ended by `…`; `text` itself if it fits.
///
/// Where nothing can be kept, or what has no room is longer than the limit by
/// itself (a link, a tag, a reader's character), it is `text` as it is, which
/// does not fit: that is for the caller to tell. Nothing is left out silently,
/// and no ellipsis stands alone. A limit of 0 asks for nothing, and gets it. In
/// markup what is open at the end is closed there.
pub fn shorten(text: &str, limit: usize, rules: &Rules, url_reserve: usize) -> String {
    shorten_with(text, limit, rules, url_reserve, false)
}

/// The same, cut before what is longer than the limit by itself: that is left
/// out with all behind it. Only where nothing stands before it is the text as it is.
pub fn shorten_before(text: &str, limit: usize, rules: &Rules, url_reserve: usize) -> String {
    shorten_with(text, limit, rules, url_reserve, true)
}

fn shorten_with(text: &str, limit: usize, rules: &Rules, url_reserve: usize, before: bool) -> String {
    let rules = &Rules { limit: Some(limit), ..*rules };
    // Of a long text the beginning decides.
    let mut size = BEGINNING.max(limit.saturating_mul(BYTES_OF_ONE));
    // What a mark is, the text behind it may decide.
    let plain = rules.markup == Syntax::Plain;
    while let Some(start) = beginning(text, size).filter(|_| plain) {
        // The space at its end is none of a text that goes on.
        if over(start.trim_end(), "", rules, url_reserve) > 0 {
            return shortened(start, [false, before], rules, url_reserve).unwrap_or_else(|| text.to_owned());
        }
        size = start.len().saturating_mul(4);
    }
    if over(text, "", rules, url_reserve) == 0 {
        return text.to_owned();
    }
    shortened(text, [true, before], rules, url_reserve).unwrap_or_else(|| text.to_owned())
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
/// can be kept. `ends`: the text ends here, and is not the beginning of a longer
/// one. `before`: it may be cut before what is longer than the limit.
fn shortened(text: &str, [ends, before]: [bool; 2], rules: &Rules, url_reserve: usize) -> Option<String> {
    if rules.limit == Some(0) {
        return Some(String::new());
    }
    let row = Row::new(text, ends, rules, url_reserve);
    if !before && row.is_too_long(rules) {
        return None;
    }
    // A space stands before the ellipsis after a link, which it would spoil,
    // and after a sentence: room is kept for it only where it stands.
    let spaced = Room::of(rules, " …", url_reserve);
    let mut room = Room::of(rules, "…", url_reserve);
    for tries in 0.. {
        if room.is_none() {
            break;
        }
        let end = row.without_dangling(row.cut(0, room));
        let kept = row.text(0, end);
        if kept.trim().is_empty() {
            break;
        }
        let space = row.ends_with_link(end) || kept.ends_with(ends_sentence);
        let made = row.stretch(0, end, if space { " …" } else { "…" }).of(text);
        match over(&made, "", rules, url_reserve) {
            0 => return Some(made),
            _ if tries == 0 => room = spaced,
            // What stands at the cut became something else by being cut (a host
            // that is one only now): as much less is tried.
            over => room = room.less(over, tries, rules),
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
/// part is returned. In markup each part stands alone.
pub fn split(text: &str, rules: &Rules, url_reserve: usize) -> Vec<String> {
    let parts = stretches(text, rules, url_reserve, false, &[]);
    parts.into_iter().map(|part| part.of(text)).collect()
}

/// The same as places in `text`, with the marks that a part needs around it to
/// stand alone. `numbered`: room is kept in each part for what [`number`] puts
/// behind it, if there is more than one. `pictures`: the bytes at which
/// pictures stand, in order; the part that a picture stands in or behind has
/// the limit of captions, where the network has one.
pub fn stretches(
    text: &str,
    rules: &Rules,
    url_reserve: usize,
    numbered: bool,
    pictures: &[usize],
) -> Vec<Stretch> {
    let pictures = if rules.caption_limit.is_some() { pictures } else { &[] };
    let mut thread = Thread::new(text, rules, url_reserve, pictures);
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
    pictures: &'a [usize],
    /// Between the breaks: where, and (once it is needed) what stands there.
    segments: Vec<(Range<usize>, Option<Row<'a>>)>,
}

impl<'a> Thread<'a> {
    fn new(text: &'a str, rules: &'a Rules, url_reserve: usize, pictures: &'a [usize]) -> Thread<'a> {
        let bare = |segment| match rules.markup {
            Syntax::Plain => trimmed(text, segment),
            // Blanks at the beginning of a line may make it code.
            _ => without_blank_lines(text, segment),
        };
        let segments = segments(text).into_iter().map(|segment| (bare(segment), None));
        let segments = segments.filter(|(segment, _)| !segment.is_empty()).collect();
        Thread { text, rules, url_reserve, pictures, segments }
    }

    /// The parts with room for `tail` behind each; at least one.
    fn cut(&mut self, tail: &str) -> Vec<Stretch> {
        let Thread { text, rules, url_reserve, pictures, .. } = *self;
        let mut parts: Vec<Stretch> = Vec::new();
        let last = self.segments.len().saturating_sub(1);
        for (number, (segment, row)) in self.segments.iter_mut().enumerate() {
            let inside = &text[segment.clone()];
            let before = parts.last().map(|part| part.range.end);
            let captions = Captions { pictures, before, segment: segment.clone(), last: number == last };
            let own = captions.rules(rules, segment.start, segment.end);
            if row.is_none() && over(inside, tail, &own, url_reserve) == 0 {
                parts.push(Stretch::from(segment.clone()));
                continue;
            }
            let row = row.get_or_insert_with(|| Row::new(inside, true, rules, url_reserve));
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

/// Which parts of a segment have pictures.
struct Captions<'a> {
    /// Where pictures stand, in bytes of the whole text.
    pictures: &'a [usize],
    /// Where the part before the segment ends, if there is one.
    before: Option<usize>,
    segment: Range<usize>,
    /// Whether it is the last one, which has all pictures that are left.
    last: bool,
}

impl Captions<'_> {
    /// How many pictures stand in or before what ends at `end`.
    fn up_to(&self, end: usize) -> usize {
        match self.last && end >= self.segment.end {
            true => self.pictures.len(),
            false => self.pictures.partition_point(|place| *place <= end),
        }
    }

    /// The rules for what stands between two places of the whole text.
    fn rules(&self, rules: &Rules, start: usize, end: usize) -> Rules {
        rules.with_pictures(self.up_to(end).saturating_sub(self.taken(start)))
    }

    /// How many pictures the parts before `start` have.
    fn taken(&self, start: usize) -> usize {
        match start <= self.segment.start {
            true => self.before.map_or(0, |before| self.up_to(before)),
            false => self.up_to(start),
        }
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
/// capitals or without its spaces as well.
pub fn is_break(line: &str) -> bool {
    let word = line.trim().strip_prefix("<!--").and_then(|line| line.strip_suffix("-->"));
    word.is_some_and(|word| word.trim_matches([' ', '\t']).eq_ignore_ascii_case("break"))
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
            let end = self.row.cut(start, room).max(least);
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
        match self.rules.markup {
            Syntax::Plain => over(self.row.text(start, end).trim(), self.tail, rules, self.url_reserve),
            _ => {
                let part = self.row.stretch(start, end, "").of(self.text);
                over(&part, self.tail, rules, self.url_reserve)
            }
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
