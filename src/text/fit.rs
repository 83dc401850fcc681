//! Shortening and splitting, never inside a link, a mention, a tag or a character.
//!
//! Both work on atoms (what is never cut, with its cost) and on the places
//! between them where a reader would pause, so that time is in proportion to
//! the text, and both measure what they made with [`count`] before handing it out.

use super::Rules;
use super::count::{Atom, atoms, count};
use super::entity::EntityKind;
use super::sentence::sentence_ends;

/// What writers put between the parts of a thread, on a line of its own.
pub const BREAK: &str = "<!-- break -->";

/// A last part of this many words or fewer looks lost.
const ORPHAN_WORDS: usize = 3;

/// The longest beginning of `text` that fits `limit` by `rules`, cut at a
/// sentence or word and ended by `…`; `text` itself if it fits.
///
/// Never longer than `limit`: where not even the ellipsis fits, it is empty.
pub fn shorten(text: &str, limit: usize, rules: &Rules, url_reserve: usize) -> String {
    let fits = |text: &str| count(text, rules, url_reserve).counted <= limit;
    if fits(text) {
        return text.to_owned();
    }
    // A space stands before the ellipsis after a link, which it would spoil,
    // and after a sentence; it counts 1 everywhere.
    let ellipsis = count(" …", rules, url_reserve).counted;
    let row = Row::new(text, rules, url_reserve);
    let mut budget = limit.saturating_sub(ellipsis);
    while budget > 0 {
        let end = row.cut(0, budget);
        let mut kept = text[..row.byte(end)].trim_end();
        while !row.ends_with_link(kept.len()) && kept.ends_with(is_dangling) {
            kept = kept.trim_end_matches(char::is_whitespace);
            kept = kept.strip_suffix(is_dangling).unwrap_or(kept);
        }
        let space = row.ends_with_link(kept.len()) || kept.ends_with(ends_sentence);
        let made = if kept.trim().is_empty() {
            break;
        } else {
            format!("{kept}{}…", if space { " " } else { "" })
        };
        let counted = count(&made, rules, url_reserve).counted;
        if counted <= limit {
            return made;
        }
        // What stands at the cut became something else by being cut (a host
        // that is one only now): as much less is tried.
        budget = budget.saturating_sub((counted - limit).max(budget / 16 + 1));
    }
    if fits("…") { "…".to_owned() } else { String::new() }
}

/// `text` as a thread: each part within the limit, split at paragraphs, then
/// sentences, then words, `<!-- break -->` honoured, in order.
///
/// The words of the parts are the words of the text. Only a link that is
/// longer than the limit by itself makes a part that does not fit. A last part
/// of three words or fewer is avoided. At least one part is returned.
pub fn split(text: &str, rules: &Rules, url_reserve: usize) -> Vec<String> {
    let mut parts = Vec::new();
    for segment in segments(text) {
        split_segment(segment.trim(), rules, url_reserve, &mut parts);
    }
    if parts.is_empty() {
        parts.push(String::new());
    }
    parts
}

/// The text between the breaks.
fn segments(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let (mut from, mut looked) = (0, 0);
    while let Some(found) = text[looked..].find("<!--") {
        let start = looked + found;
        let inside = &text[start + 4..];
        // Short, so that many openings without an end cost nothing.
        let word = inside.trim_start_matches([' ', '\t']);
        let end = word.strip_prefix("break").map(|rest| rest.trim_start_matches([' ', '\t']));
        match end.and_then(|rest| rest.strip_prefix("-->")) {
            Some(rest) => {
                out.push(&text[from..start]);
                from = text.len() - rest.len();
                looked = from;
            }
            None => looked = start + 4,
        }
    }
    out.push(&text[from..]);
    out
}

fn split_segment(text: &str, rules: &Rules, url_reserve: usize, parts: &mut Vec<String>) {
    if text.is_empty() {
        return;
    }
    let whole = count(text, rules, url_reserve);
    let Some(limit) = whole.limit.filter(|_| !whole.fits()) else {
        parts.push(text.to_owned());
        return;
    };
    let row = Row::new(text, rules, url_reserve);
    let mut cuts = vec![0];
    let mut start = row.skip_spaces(0);
    while start < row.atoms.len() {
        let mut budget = limit;
        let end = loop {
            let end = row.cut(start, budget).max(start + 1);
            let counted = count(row.text(start, end).trim(), rules, url_reserve).counted;
            if counted <= limit || end == start + 1 {
                break end;
            }
            budget = budget.saturating_sub((counted - limit).max(budget / 16 + 1));
        };
        start = row.skip_spaces(end);
        cuts.push(start);
    }
    row.adopt_orphan(&mut cuts, limit, rules, url_reserve);
    let made = cuts.windows(2).map(|pair| row.text(pair[0], pair[1]).trim().to_owned());
    parts.extend(made.filter(|part| !part.is_empty()));
}

/// How good a place between two atoms is to cut at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Pause {
    /// Only because there is no better one.
    Character,
    Word,
    Sentence,
    Paragraph,
}

/// A text as atoms, with the pause behind each and the cost up to each.
struct Row<'a> {
    whole: &'a str,
    atoms: Vec<Atom>,
    /// Behind each atom.
    pauses: Vec<Pause>,
    /// The cost of all atoms before this one; one longer than `atoms`.
    costs: Vec<usize>,
    /// The number of words that begin before each atom; one longer than `atoms`.
    words: Vec<usize>,
}

impl<'a> Row<'a> {
    fn new(whole: &'a str, rules: &Rules, url_reserve: usize) -> Row<'a> {
        let atoms = atoms(whole, rules, url_reserve);
        let mut costs = vec![0; atoms.len() + 1];
        for (at, atom) in atoms.iter().enumerate() {
            costs[at + 1] = costs[at] + atom.cost;
        }
        let mut sentences = sentence_ends(whole).into_iter().peekable();
        let mut pauses = Vec::with_capacity(atoms.len());
        let mut line_feeds = 0;
        for (at, atom) in atoms.iter().enumerate() {
            let here = &whole[atom.range.clone()];
            let next = atoms.get(at + 1).map_or("", |next| &whole[next.range.clone()]);
            let blank = is_blank(here);
            line_feeds = if here == "\n" {
                line_feeds + 1
            } else if blank {
                line_feeds
            } else {
                0
            };
            // An end inside of an atom (a dot in a link) is no end.
            let mut sentence = false;
            while let Some(end) = sentences.next_if(|end| *end <= atom.range.end) {
                sentence = end == atom.range.end;
            }
            pauses.push(if line_feeds > 1 {
                Pause::Paragraph
            } else if sentence {
                Pause::Sentence
            } else if blank || is_blank(next) || stands_alone(here) || stands_alone(next) && !is_closing(next)
            {
                Pause::Word
            } else {
                Pause::Character
            });
        }
        let mut words = vec![0; atoms.len() + 1];
        for (at, atom) in atoms.iter().enumerate() {
            let begins = (at == 0 || pauses[at - 1] >= Pause::Word) && !is_blank(&whole[atom.range.clone()]);
            words[at + 1] = words[at] + usize::from(begins);
        }
        Row { whole, atoms, pauses, costs, words }
    }

    /// The text from atom `start` to before atom `end`.
    fn text(&self, start: usize, end: usize) -> &'a str {
        &self.whole[self.byte(start)..self.byte(end)]
    }

    /// Where atom `at` begins; the text's end for one past the last.
    fn byte(&self, at: usize) -> usize {
        self.atoms.get(at).map_or(self.whole.len(), |atom| atom.range.start)
    }

    fn skip_spaces(&self, from: usize) -> usize {
        let spaces = self.atoms[from.min(self.atoms.len())..].iter();
        from + spaces.take_while(|atom| is_blank(&self.whole[atom.range.clone()])).count()
    }

    /// Whether a link ends at byte `end`.
    fn ends_with_link(&self, end: usize) -> bool {
        let at = self.atoms.partition_point(|atom| atom.range.end < end);
        self.atoms.get(at).is_some_and(|atom| atom.range.end == end && atom.kind == Some(EntityKind::Link))
    }

    /// The best place to end a stretch that starts at atom `start` and costs at
    /// most `budget`: the last pause of the best kind that does not waste most
    /// of the room. Spaces at the end cost nothing. `start` if nothing fits.
    fn cut(&self, start: usize, budget: usize) -> usize {
        let mut last =
            self.costs.partition_point(|cost| *cost <= self.costs[start].saturating_add(budget)) - 1;
        last = self.skip_spaces(last.max(start)).min(self.atoms.len());
        if last >= self.atoms.len() || last == start {
            return last;
        }
        // How much of the room must be used for a pause to be worth it.
        let least = |pause| match pause {
            Pause::Paragraph => budget / 3,
            Pause::Sentence => budget / 2,
            Pause::Word => budget / 8,
            Pause::Character => 0,
        };
        for wanted in [Pause::Paragraph, Pause::Sentence, Pause::Word] {
            let mut at = last;
            while at > start && self.costs[at] - self.costs[start] >= least(wanted) {
                if self.pauses[at - 1] >= wanted {
                    return at;
                }
                at -= 1;
            }
        }
        last
    }

    /// Moves words to the last part when it would have three or fewer, if that
    /// leaves the part before it more than that.
    fn adopt_orphan(&self, cuts: &mut [usize], limit: usize, rules: &Rules, url_reserve: usize) {
        let [.., before, last, end] = cuts else { return };
        let enough = |from: usize, to: usize| self.words[to] - self.words[from] > ORPHAN_WORDS;
        if enough(*last, *end) {
            return;
        }
        for wanted in [Pause::Sentence, Pause::Word] {
            let mut at = *last;
            while at > *before {
                at -= 1;
                if self.costs[*end] - self.costs[at] > limit.saturating_mul(2) {
                    break;
                }
                let starts = at > *before && self.pauses[at - 1] >= wanted && self.skip_spaces(at) == at;
                if !starts || !enough(at, *end) {
                    continue;
                }
                let fits = count(self.text(at, *end).trim(), rules, url_reserve).counted <= limit;
                let leaves = enough(*before, at)
                    && (wanted == Pause::Word || self.costs[at] - self.costs[*before] >= limit / 3);
                if fits && leaves {
                    *last = at;
                    return;
                }
                break;
            }
        }
    }
}

fn is_blank(text: &str) -> bool {
    text.chars().all(char::is_whitespace)
}

/// Characters of scripts that put no spaces between words, where a line may be
/// broken beside each: ideographs and kana.
fn stands_alone(cluster: &str) -> bool {
    cluster.chars().next().is_some_and(|c| {
        matches!(u32::from(c), 0x3001..=0x30FF | 0x31F0..=0x31FF | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xFF01..=0xFF65 | 0x20000..=0x3FFFF)
    })
}

/// Characters that no line begins with.
fn is_closing(cluster: &str) -> bool {
    cluster.starts_with([
        '、', '。', '，', '．', '！', '？', '」', '』', '）', '】', '》', '：', '；', 'ー', '・', 'っ', 'ゃ',
        'ゅ', 'ょ', 'ッ', 'ャ', 'ュ', 'ョ',
    ])
}

/// What is left hanging before an ellipsis.
fn is_dangling(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, ',' | ';' | ':' | '-' | '–' | '—' | '(' | '[' | '„' | '/' | '…' | '、' | '，')
}

fn ends_sentence(c: char) -> bool {
    matches!(c, '.' | '!' | '?' | '。' | '！' | '？')
}

#[cfg(test)]
mod tests;
