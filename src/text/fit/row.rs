//! A text as a row of what is never cut, with the pauses between.

use super::Room;
use super::code::Code;
use super::signs::*;
use crate::text::count::{Atom, atoms, count};
use crate::text::entity::EntityKind;
use crate::text::marked::Reading;
use crate::text::{Rules, Syntax, Unit};
use std::borrow::Cow;
use unicode_segmentation::UnicodeSegmentation;

/// A last part of this many words or fewer looks lost.
const ORPHAN_WORDS: usize = 3;
/// The same in letters, where words have no spaces between them.
const ORPHAN_LETTERS: usize = 9;
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
    /// The same where a syllable begins, in a script that puts no spaces
    /// between words.
    Syllable,
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

/// What a stretch is cut for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Aim {
    /// A part of a thread: the next one goes on where it ends, so a paragraph
    /// that ends early is a good end.
    Part,
    /// All that is left of a text: it uses at least two thirds of the room to
    /// end at a sentence, else it ends at a word.
    Beginning,
}

/// Which places count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Where {
    Any,
    /// Behind a space.
    Space,
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
    /// `code`: which of it is code, where its markup does not say so.
    pub fn new(whole: &'a str, ends: bool, code: Vec<Code>, rules: &Rules, url_reserve: usize) -> Row<'a> {
        if rules.markup != Syntax::Plain {
            return Row::marked(whole, rules, url_reserve);
        }
        let atoms = atoms(whole, rules, url_reserve);
        let costs = sums(atoms.iter().map(|atom| atom.cost));
        let bytes = match rules.byte_limit {
            Some(_) => sums(atoms.iter().map(|atom| in_bytes(whole, atom, rules, url_reserve))),
            None => Vec::new(),
        };
        let mut row = Row::of(Cow::Borrowed(whole), atoms, [costs, bytes], None).with_pauses(ends, rules);
        row.keep_code(code, rules);
        row
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

    pub(super) fn kind(&self, at: usize) -> Option<EntityKind> {
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
    /// `room`: the last pause of the best kind that leaves no more of it free
    /// than `aim` says. Spaces at the end cost nothing. `start` if nothing fits.
    pub fn cut(&self, start: usize, room: Room, aim: Aim) -> usize {
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
        let worth: &[(Pause, Where, usize)] = match aim {
            Aim::Part => &[
                (Pause::Paragraph, Where::Any, full / 3),
                (Pause::Line, Where::Any, full * 2 / 5),
                (Pause::Sentence, Where::Any, full / 2),
                (Pause::Clause, Where::Any, full * 3 / 4),
                (Pause::Word, Where::Any, full / 2),
                (Pause::Close, Where::Any, full / 8),
            ],
            Aim::Beginning => &[
                (Pause::Sentence, Where::Any, full * 2 / 3),
                (Pause::Clause, Where::Any, full * 3 / 4),
                (Pause::Word, Where::Space, full / 2),
                // Where no spaces are, between two characters is in a word.
                (Pause::Sentence, Where::Any, full / 2),
                (Pause::Word, Where::Any, full / 2),
                (Pause::Close, Where::Any, full / 8),
            ],
        };
        // Where only phrases have spaces between them, one far away is none.
        let far = is_unspaced(self.atom(last)) && is_unspaced(self.atom(last - 1));
        for (wanted, place, least) in worth.iter().copied() {
            let reach = if far && wanted <= Pause::Clause { full / 2 } else { 0 };
            let least = least.max(reach);
            let mut at = last;
            while at > start && used(at) >= least {
                let there = place == Where::Any || is_blank(self.atom(at - 1));
                if self.pauses[at - 1] >= wanted && there {
                    return at;
                }
                at -= 1;
            }
        }
        for wanted in [Pause::Syllable, Pause::Character] {
            let mut loose = last;
            while loose > start && last - loose < LOOSEN {
                if self.pauses[loose - 1] >= wanted {
                    return loose;
                }
                loose -= 1;
            }
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
        // There, each letter with its marks is a word to UAX #29.
        let unspaced = is_unspaced(self.atom(*last));
        let few = if unspaced { ORPHAN_LETTERS } else { ORPHAN_WORDS };
        let enough = |from: usize, to: usize| words[to - *before] - words[from - *before] > few;
        if enough(*last, *end) {
            return;
        }
        let whole = self.costs[*last] - self.costs[*before];
        let wishes: &[Pause] = match unspaced {
            true => &[Pause::Sentence, Pause::Clause, Pause::Word, Pause::Syllable, Pause::Character],
            false => &[Pause::Sentence, Pause::Clause, Pause::Word],
        };
        for wanted in wishes.iter().copied() {
            let least = match wanted {
                Pause::Clause | Pause::Word if unspaced => whole / 2,
                Pause::Clause | Pause::Word => 0,
                _ => whole / 3,
            };
            let mut at = *last;
            while at > *before + 1 {
                at -= 1;
                let begins = !is_blank(self.atom(at)) || self.keeps(at);
                // In a word of Latin letters no part begins.
                let begins = begins && (wanted >= Pause::Close || is_unspaced(self.atom(at)));
                let starts = self.pauses[at - 1] >= wanted && begins;
                if !starts || !enough(at, *end) {
                    continue;
                }
                let leaves = enough(*before, at) && self.costs[at] - self.costs[*before] >= least;
                if leaves && fits(at, *end) && fits(*before, at) {
                    *last = at;
                    return;
                }
                break;
            }
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
