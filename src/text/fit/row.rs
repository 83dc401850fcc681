//! A text as a row of what is never cut, with the pauses between.

use super::Room;
use super::signs::*;
use crate::text::count::{Atom, atoms, count};
use crate::text::entity::EntityKind;
use crate::text::marked::Reading;
use crate::text::sentence::sentence_ends;
use crate::text::{Rules, Syntax, Unit};
use std::borrow::Cow;
use unicode_segmentation::{GraphemeCursor, UnicodeSegmentation};

/// A last part of this many words or fewer looks lost.
const ORPHAN_WORDS: usize = 3;
/// So far back a place inside of a word is looked for that changes nothing.
const LOOSEN: usize = 32;

/// How good a place between two atoms is to cut at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Pause {
    /// Not at all: the two are one character to a reader.
    Never,
    /// Only where a word has no better place: the halves would mean something
    /// else (`x@ada`), or belong together (a bullet and its item, tags at the end).
    Glued,
    /// Only because there is no better one.
    Character,
    /// Between words of which one needs the other: an abbreviation and its
    /// name, a number and its unit, words within brackets.
    Close,
    Word,
    /// Behind a comma or a bracket.
    Clause,
    Sentence,
    Line,
    Paragraph,
}

/// A text as atoms, with the pause behind each and the cost up to each.
pub(super) struct Row<'a> {
    /// What readers see.
    pub(super) whole: Cow<'a, str>,
    pub(super) atoms: Vec<Atom>,
    /// Behind each atom.
    pub(super) pauses: Vec<Pause>,
    /// The cost of all atoms before this one; one longer than `atoms`.
    costs: Vec<usize>,
    /// The same in bytes, as the network counts them; empty where it does not.
    bytes: Vec<usize>,
    /// How it is written, where that is markup.
    pub(super) reading: Option<Reading<'a>>,
    /// Whether an atom is a blank that means something (code); empty where none is.
    pub(super) kept: Vec<bool>,
}

impl<'a> Row<'a> {
    /// `ends`: the text ends here, and is not the beginning of a longer one.
    pub fn new(whole: &'a str, ends: bool, rules: &Rules, url_reserve: usize) -> Row<'a> {
        if rules.markup != Syntax::Plain {
            return Row::marked(whole, rules, url_reserve);
        }
        let atoms = atoms(whole, rules, url_reserve);
        let costs = sums(atoms.iter().map(|atom| atom.cost));
        let bytes = match rules.byte_limit {
            Some(_) => sums(atoms.iter().map(|atom| in_bytes(whole, atom, rules, url_reserve))),
            None => Vec::new(),
        };
        Row::of(Cow::Borrowed(whole), atoms, [costs, bytes], None).with_pauses(ends, rules)
    }

    /// Without pauses; `costs` are sums, and so are the bytes behind them.
    pub(super) fn of(
        whole: Cow<'a, str>,
        atoms: Vec<Atom>,
        [costs, bytes]: [Vec<usize>; 2],
        reading: Option<Reading<'a>>,
    ) -> Row<'a> {
        Row { whole, atoms, pauses: Vec::new(), costs, bytes, reading, kept: Vec::new() }
    }

    /// With the pauses that a reader makes.
    pub(super) fn with_pauses(mut self, ends: bool, rules: &Rules) -> Row<'a> {
        self.pauses = self.find_pauses();
        self.keep_pairs(rules.limit.unwrap_or(usize::MAX) / 2);
        self.keep_items();
        if ends {
            self.keep_last_tags();
        }
        self
    }

    /// How many atoms there are.
    pub fn len(&self) -> usize {
        self.atoms.len()
    }

    /// Where atom `at` begins; the text's end for one past the last.
    pub fn byte(&self, at: usize) -> usize {
        self.atoms.get(at).map_or(self.whole.len(), |atom| atom.range.start)
    }

    /// The text from atom `start` to before atom `end`.
    pub fn text(&self, start: usize, end: usize) -> &str {
        &self.whole[self.byte(start)..self.byte(end)]
    }

    /// What the atoms from `start` to before `end` cost.
    pub fn cost(&self, start: usize, end: usize) -> usize {
        self.costs[end] - self.costs[start]
    }

    /// The text of one atom; nothing behind the last.
    pub(super) fn atom(&self, at: usize) -> &str {
        self.atoms.get(at).map_or("", |atom| &self.whole[atom.range.clone()])
    }

    fn kind(&self, at: usize) -> Option<EntityKind> {
        self.atoms.get(at).and_then(|atom| atom.kind)
    }

    /// The first atom from `from` on that is no space.
    pub fn skip_spaces(&self, from: usize) -> usize {
        let mut at = from;
        while at < self.len() && is_blank(self.atom(at)) && !self.keeps(at) {
            at += 1;
        }
        at
    }

    /// Whether atom `at` is a blank that is not to be left out.
    pub fn keeps(&self, at: usize) -> bool {
        self.kept.get(at).copied().unwrap_or(false)
    }

    /// The end of what stands before `end` without spaces, and without what
    /// would hang before an ellipsis.
    pub fn without_dangling(&self, end: usize) -> usize {
        let mut end = end;
        while end > 0 {
            let last = self.atom(end - 1);
            let after_blank = end < 2 || is_blank(self.atom(end - 2));
            let dangles = self.kind(end - 1).is_none()
                && (is_one(last, is_dangling) || after_blank && is_one(last, opens_after_blank));
            if !dangles && !last.chars().all(char::is_whitespace) {
                break;
            }
            end -= 1;
        }
        end
    }

    /// Whether the atom before `end` is a link.
    pub fn ends_with_link(&self, end: usize) -> bool {
        end > 0 && self.kind(end - 1) == Some(EntityKind::Link)
    }

    /// Whether the first atom without room is longer than the limits by itself.
    pub fn is_too_long(&self, rules: &Rules) -> bool {
        [(&self.costs, rules.limit), (&self.bytes, rules.byte_limit)].into_iter().any(|(sums, limit)| {
            // The first sum is 0: there is one before.
            let limit = limit.unwrap_or(usize::MAX);
            let at = sums.partition_point(|sum| *sum <= limit).max(1);
            sums.get(at).is_some_and(|with| with - sums[at - 1] > limit)
        })
    }

    /// The best place to end a stretch that starts at atom `start` and has
    /// `room`: the last pause of the best kind that does not waste most of it.
    /// Spaces at the end cost nothing. `start` if nothing fits.
    pub fn cut(&self, start: usize, room: Room) -> usize {
        let end = self.costs.partition_point(|cost| *cost <= self.costs[start].saturating_add(room.units));
        let mut last = end - 1;
        if let Some(before) = self.bytes.get(start) {
            let end = self.bytes.partition_point(|bytes| *bytes <= before.saturating_add(room.bytes));
            last = last.min(end - 1);
        }
        let last = self.skip_spaces(last.max(start));
        if last >= self.len() || last == start {
            return last;
        }
        let used = |at: usize| self.costs[at] - self.costs[start];
        let full = used(last);
        // How much of the room must be used for a pause to be worth it.
        for (wanted, least) in [
            (Pause::Paragraph, full / 3),
            (Pause::Line, full * 2 / 5),
            (Pause::Sentence, full / 2),
            (Pause::Clause, full * 3 / 4),
            (Pause::Word, full / 2),
            (Pause::Close, full / 8),
        ] {
            let mut at = last;
            while at > start && used(at) >= least {
                if self.pauses[at - 1] >= wanted {
                    return at;
                }
                at -= 1;
            }
        }
        let mut loose = last;
        while loose > start && last - loose < LOOSEN {
            if self.pauses[loose - 1] >= Pause::Character {
                return loose;
            }
            loose -= 1;
        }
        let mut at = last;
        while at > start && self.pauses[at - 1] == Pause::Never {
            at -= 1;
        }
        at
    }

    /// The end of the shortest stretch from `start` that may stand alone.
    pub fn least_end(&self, start: usize) -> usize {
        let mut end = start + 1;
        while end < self.len() && self.pauses[end - 1] == Pause::Never {
            end += 1;
        }
        end
    }

    /// Moves words to the last part when it would have three or fewer, if that
    /// leaves the part before it more than that. `cuts` are the starts of the
    /// parts and the end.
    pub fn adopt_orphan(&self, cuts: &mut [usize], fits: impl Fn(usize, usize) -> bool) {
        let [.., before, last, end] = cuts else { return };
        let words = self.count_words(*before);
        let enough = |from: usize, to: usize| words[to - *before] - words[from - *before] > ORPHAN_WORDS;
        if enough(*last, *end) {
            return;
        }
        let whole = self.costs[*last] - self.costs[*before];
        for wanted in [Pause::Sentence, Pause::Clause, Pause::Word] {
            let mut at = *last;
            while at > *before + 1 {
                at -= 1;
                let starts = self.pauses[at - 1] >= wanted && !is_blank(self.atom(at));
                if !starts || !enough(at, *end) {
                    continue;
                }
                let leaves = enough(*before, at)
                    && (wanted < Pause::Sentence || self.costs[at] - self.costs[*before] >= whole / 3);
                if leaves && fits(at, *end) && fits(*before, at) {
                    *last = at;
                    return;
                }
                break;
            }
        }
    }

    fn find_pauses(&self) -> Vec<Pause> {
        let mut sentences = sentence_ends(&self.whole).into_iter().peekable();
        let mut cursor = GraphemeCursor::new(0, self.whole.len(), true);
        let mut pauses = Vec::with_capacity(self.len());
        let mut line_feeds = 0;
        // The last atom that is no space.
        let mut word = 0;
        // Where an entity meets a letter, a reader's character can be made of
        // several atoms; behind the first that ends one, all end one.
        let mut unsure = false;
        for (at, atom) in self.atoms.iter().enumerate() {
            let (here, next) = (self.atom(at), self.atom(at + 1));
            let blank = is_blank(here);
            if !blank {
                line_feeds = 0;
                word = at;
            }
            line_feeds += feeds(here);
            // An end inside of an atom (a dot in a link) is no end.
            let mut sentence = false;
            while let Some(end) = sentences.next_if(|end| *end <= atom.range.end) {
                sentence = end == atom.range.end;
            }
            unsure |= atom.kind.is_some() || self.kind(at + 1).is_some() || self.reading.is_some();
            unsure = unsure && !is_boundary(&mut cursor, &self.whole, atom.range.end);
            // What a blank line or a new line follows: a line that ends in a
            // colon announces the next.
            let announces = || self.atom(word).ends_with([':', '：']);
            let pause = match line_feeds {
                _ if unsure => Pause::Never,
                2.. if announces() => Pause::Sentence,
                2.. => Pause::Paragraph,
                1 if announces() => Pause::Word,
                1 => Pause::Line,
                _ if sentence => Pause::Sentence,
                _ if blank => self.between_words(word, at + 1),
                _ if is_blank(next) || here == "\u{200b}" => Pause::Close,
                _ if self.means_more(at) => Pause::Glued,
                _ if self.stands_beside(at) && here.starts_with(ends_unspaced_clause) => Pause::Clause,
                _ if self.stands_beside(at) => Pause::Word,
                _ => Pause::Character,
            };
            pauses.push(pause);
        }
        pauses
    }

    /// How good the space between atom `before` and atom `after` is to cut at.
    fn between_words(&self, before: usize, after: usize) -> Pause {
        let (here, next) = (self.atom(before), self.atom(after));
        let number = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
        // A dot that ends no sentence ends an abbreviation, or is a day's.
        let needs_the_other = self.kind(before).is_none() && here.ends_with(['.', ':', '：'])
            || self.kind(after) == Some(EntityKind::Link)
            || number(here) && self.kind(before).is_none()
            || here.starts_with(is_unit) && number(next);
        if needs_the_other {
            Pause::Close
        } else if self.kind(before).is_none() && here.starts_with(ends_clause) {
            Pause::Clause
        } else {
            Pause::Word
        }
    }

    /// Whether a line may be broken behind atom `at` although no space is
    /// there: beside characters that are words by themselves.
    fn stands_beside(&self, at: usize) -> bool {
        let (here, next) = (self.atom(at), self.atom(at + 1));
        (stands_alone(here) || stands_alone(next))
            && !next.starts_with(is_closing)
            && !here.ends_with(is_opening)
    }

    /// Whether what stands around the end of atom `at` means something else
    /// when it is cut there: half a name, a number, a host; spaces that are not
    /// to be broken.
    fn means_more(&self, at: usize) -> bool {
        let (here, next) = (self.atom(at), self.atom(at + 1));
        let sign = |text: &str, kind: Option<EntityKind>| {
            kind.is_none() && text.starts_with(['@', '＠', '#', '＃', '$', '.', ':', '/', '_', '\'', '’'])
        };
        let tight = |text: &str| text.starts_with(['\u{a0}', '\u{202f}', '\u{2007}', '\u{2060}', '\u{feff}']);
        let digit = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
        sign(here, self.kind(at))
            || sign(next, self.kind(at + 1))
            || tight(here)
            || tight(next)
            || digit(here) && digit(next)
            || here.starts_with(is_leading_vowel)
            || next.starts_with(is_following_vowel)
    }

    /// What stands in brackets or quotes stays together where it costs at most `most`.
    fn keep_pairs(&mut self, most: usize) {
        let mut open: Vec<(usize, char)> = Vec::new();
        for at in 0..self.len() {
            if feeds(self.atom(at)) > 0 {
                open.clear();
            }
            let Some(sign) = self.atom(at).chars().next().filter(|_| self.kind(at).is_none()) else {
                continue;
            };
            match open.last() {
                Some((start, opened)) if closers(*opened).contains(&sign) => {
                    let start = *start;
                    open.pop();
                    // Those inside of it are kept together with it.
                    if open.is_empty() && self.costs[at] - self.costs[start] <= most {
                        for pause in &mut self.pauses[start..at] {
                            *pause = (*pause).min(Pause::Close);
                        }
                    }
                }
                _ => {
                    let follows =
                        at == 0 || is_blank(self.atom(at - 1)) || self.atom(at - 1).ends_with(is_opening);
                    let both_ways = matches!(sign, '"' | '»');
                    if !closers(sign).is_empty() && (follows || !both_ways) {
                        open.push((at, sign));
                    }
                }
            }
        }
    }

    /// A bullet, a number or an emoji at the start of a line stays with its item.
    fn keep_items(&mut self) {
        let mut at = 0;
        let mut fresh = true;
        while at < self.len() {
            if fresh {
                at = self.skip_spaces(at);
                while let Some(end) = self.bullet(at) {
                    for pause in &mut self.pauses[at..end] {
                        *pause = (*pause).min(Pause::Glued);
                    }
                    at = end;
                }
            }
            fresh = feeds(self.atom(at)) > 0;
            at += 1;
        }
    }

    /// The end of a list item's mark (its space included) that starts at `at`.
    fn bullet(&self, at: usize) -> Option<usize> {
        let word = |c: char| c.is_alphanumeric();
        let is_space = |at: usize| matches!(self.atom(at), " " | "\t" | "\u{a0}");
        if self.kind(at).is_some() || at >= self.len() {
            return None;
        }
        let mut end = at + 1;
        if self.atom(at).starts_with(word) {
            // `1.`, `12)`, `a)`
            while end < at + 3 && self.atom(end).starts_with(|c: char| c.is_ascii_digit()) {
                end += 1;
            }
            let number = self.text(at, end).bytes().all(|b| b.is_ascii_digit());
            match self.atom(end) {
                "." if number => end += 1,
                ")" => end += 1,
                _ => return None,
            }
        }
        is_space(end).then(|| self.skip_spaces(end).min(end + 4)).filter(|end| *end < self.len())
    }

    /// Tags, links and mentions with nothing behind them are one block: it goes
    /// to one part where that is possible.
    fn keep_last_tags(&mut self) {
        let mut start = self.len();
        while start > 0 && (is_blank(self.atom(start - 1)) || self.kind(start - 1).is_some()) {
            start -= 1;
        }
        let start = self.skip_spaces(start);
        for at in start..self.len().saturating_sub(1) {
            self.pauses[at] = self.pauses[at].min(Pause::Glued);
        }
    }

    /// The number of words that begin between atom `from` and each behind it.
    /// Words are what a reader reads: tags and links are none.
    fn count_words(&self, from: usize) -> Vec<usize> {
        let start = self.byte(from);
        let mut starts = self.whole[start..].unicode_word_indices().map(|(at, _)| start + at).peekable();
        sums(self.atoms[from..].iter().map(|atom| {
            let mut begin = 0;
            while starts.next_if(|start| *start < atom.range.end).is_some() {
                begin += 1;
            }
            match atom.kind {
                None => begin,
                Some(EntityKind::Mention) => begin.min(1),
                Some(_) => 0,
            }
        }))
    }
}

/// The sums of all before: one longer than `costs`.
pub(super) fn sums(costs: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut all = vec![0_usize];
    all.extend(costs.scan(0_usize, |sum, cost| {
        *sum = sum.saturating_add(cost);
        Some(*sum)
    }));
    all
}

/// What an atom costs of a limit in bytes.
fn in_bytes(whole: &str, atom: &Atom, rules: &Rules, url_reserve: usize) -> usize {
    let text = &whole[atom.range.clone()];
    match atom.kind {
        Some(EntityKind::Link) => {
            let rules = Rules { unit: Unit::Byte, limit: None, byte_limit: None, link_cost: None, ..*rules };
            count(text, &rules, url_reserve).counted
        }
        _ => text.len(),
    }
}

/// Whether a reader sees a new character at byte `at` of `text`.
fn is_boundary(cursor: &mut GraphemeCursor, text: &str, at: usize) -> bool {
    cursor.set_cursor(at);
    // The whole text is given: it asks for no more of it.
    cursor.is_boundary(text, 0).unwrap_or(true)
}

/// Spaces at which a line may end.
pub(super) fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() && !matches!(c, '\u{a0}' | '\u{202f}' | '\u{2007}'))
}

/// How many lines an atom ends.
pub(super) fn feeds(atom: &str) -> usize {
    match atom {
        "\n" | "\r\n" | "\r" | "\u{85}" | "\u{2028}" => 1,
        "\u{2029}" => 2,
        _ => 0,
    }
}
