//! Where a reader pauses: how good each place of a row is to cut at.

use super::ends_sentence;
use super::row::{Pause, Row, feeds, is_blank};
use super::signs::*;
use crate::text::Rules;
use crate::text::entity::EntityKind;
use crate::text::sentence::sentence_ends;
use unicode_segmentation::GraphemeCursor;

/// No heading has more bytes.
const LONGEST_HEADING: usize = 90;
/// No heading that asks or calls has more: a longer one is a sentence.
const LONGEST_CALL: usize = 50;

impl Row<'_> {
    /// With the pauses that a reader makes.
    pub(super) fn with_pauses(mut self, ends: bool, rules: &Rules) -> Self {
        self.pauses = self.find_pauses();
        self.keep_pairs(rules.limit.unwrap_or(usize::MAX) / 2);
        self.keep_items();
        if ends {
            self.keep_last_tags();
        }
        self
    }

    fn find_pauses(&self) -> Vec<Pause> {
        let mut sentences = sentence_ends(&self.whole).into_iter().peekable();
        let mut cursor = GraphemeCursor::new(0, self.whole.len(), true);
        let mut pauses = Vec::with_capacity(self.len());
        let mut line_feeds = 0;
        // The last atom that is no space, and the next.
        let (mut word, mut ahead) = (0, 0);
        // Where the line of that one begins, whether a blank line stands before
        // it, and (once it is asked for) whether it is a heading.
        let (mut line, mut alone, mut heading) = (0, true, None);
        // Where an entity meets a letter, a reader's character can be made of
        // several atoms; behind the first that ends one, all end one.
        let mut unsure = false;
        for (at, atom) in self.atoms.iter().enumerate() {
            let (here, next) = (self.atom(at), self.atom(at + 1));
            // Within a word of ASCII, most of a text, there is nothing to find out.
            let in_word = line_feeds == 0 && !unsure && is_letter(here) && is_letter(next);
            let no_entity = || atom.kind.is_none() && self.kind(at + 1).is_none();
            if in_word && self.reading.is_none() && no_entity() {
                (word, heading) = (at, None);
                pauses.push(Pause::Character);
                continue;
            }
            let blank = is_blank(here);
            if !blank {
                if line_feeds > 0 {
                    (line, alone) = (at, line_feeds > 1);
                }
                (line_feeds, word, heading) = (0, at, None);
            }
            line_feeds += feeds(here);
            if ahead <= at {
                ahead = self.skip_spaces(at + 1);
            }
            // An end inside of an atom (a dot in a link) is no end.
            let mut sentence = false;
            while let Some(end) = sentences.next_if(|end| *end <= atom.range.end) {
                sentence = end == atom.range.end;
            }
            unsure |= atom.kind.is_some() || self.kind(at + 1).is_some() || self.reading.is_some();
            unsure = unsure && !is_boundary(&mut cursor, &self.whole, atom.range.end);
            // A line that ends in a colon announces the next, as a heading does.
            let announces = || self.atom(word).ends_with([':', '：']);
            let mut heads = || *heading.get_or_insert_with(|| alone && self.is_heading(line, word));
            let pause = match line_feeds {
                _ if unsure => Pause::Never,
                _ if here.ends_with(stacks_the_next) => Pause::Glued,
                2.. if announces() || heads() => Pause::Close,
                2.. => Pause::Paragraph,
                1 if announces() => Pause::Close,
                1 if self.goes_on(word, ahead) => self.between_words(word, ahead),
                1 => Pause::Line,
                _ if sentence => Pause::Sentence,
                _ if blank => self.between_words(word, ahead),
                _ if is_blank(next) || here == "\u{200b}" => Pause::Close,
                _ if self.means_more(at) => Pause::Glued,
                _ if self.stands_beside(at) && here.starts_with(ends_unspaced_clause) => Pause::Clause,
                _ if self.stands_beside(at) => Pause::Word,
                _ if next.starts_with(is_leading_vowel) => Pause::Syllable,
                _ => Pause::Character,
            };
            pauses.push(pause);
        }
        pauses
    }

    /// Whether a sentence goes on in the next line, which begins at `next`: an
    /// editor of text has wrapped it.
    fn goes_on(&self, last: usize, next: usize) -> bool {
        self.atom(next).starts_with(char::is_lowercase)
            && self.kind(next).is_none()
            && self.bullet(next).is_none()
            && !self.atom(last).ends_with(ends_sentence)
    }

    /// Whether the line from atom `first` to atom `last`, with blank lines
    /// around it, is short and no sentence.
    fn is_heading(&self, first: usize, last: usize) -> bool {
        let text = &self.whole[self.byte(first)..self.byte(last + 1)];
        text.starts_with('#') && self.kind(first).is_none()
            || text.len() <= LONGEST_HEADING
                && !text.starts_with(char::is_lowercase)
                && self.kind(last).is_none()
                && self.bullet(first).is_none()
                && (text.ends_with(|c: char| c.is_alphanumeric())
                    || text.len() <= LONGEST_CALL && text.ends_with(['?', '？', '؟', '!', '！']))
    }

    /// How good the space between atom `before` and atom `after` is to cut at.
    fn between_words(&self, before: usize, after: usize) -> Pause {
        let (here, next) = (self.atom(before), self.atom(after));
        let number = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
        // A dot that ends no sentence ends an abbreviation, or is a day's.
        let needs_the_other = self.kind(before).is_none() && here.ends_with(['.', ':', '：'])
            || self.kind(after) == Some(EntityKind::Link)
            || number(here) && (number(next) || next.starts_with(is_unit) || self.is_short_word(after))
            || here.starts_with(is_unit) && number(next);
        if needs_the_other {
            Pause::Close
        } else if self.kind(before).is_none() && here.starts_with(ends_clause) {
            Pause::Clause
        } else {
            Pause::Word
        }
    }

    /// Whether a word of three letters at most begins at atom `at`: most units are such.
    fn is_short_word(&self, at: usize) -> bool {
        let letter = |at: usize| self.atom(at).starts_with(char::is_alphabetic);
        letter(at) && (at..at + 4).any(|at| !letter(at))
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
            || ends_burmese_syllable(next)
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
                    if open.is_empty() && self.cost(start, at) <= most {
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
}

/// Whether an atom is a letter of ASCII.
fn is_letter(atom: &str) -> bool {
    matches!(atom.as_bytes(), [byte] if byte.is_ascii_alphabetic())
}

/// Whether a reader sees a new character at byte `at` of `text`.
fn is_boundary(cursor: &mut GraphemeCursor, text: &str, at: usize) -> bool {
    cursor.set_cursor(at);
    // The whole text is given: it asks for no more of it.
    cursor.is_boundary(text, 0).unwrap_or(true)
}
