//! `@name` and `@name/list`, and whom a text replies to.

use super::super::signs;
use super::letters;
use std::ops::Range;

/// Somebody who is mentioned, or a list of theirs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    /// Where it stands, with the sign and with the list, in bytes.
    pub range: Range<usize>,
    /// Where the name stands, without the sign.
    pub name: Range<usize>,
    /// Where `/list` stands, with the slash.
    pub list: Option<Range<usize>>,
}

/// The longest name that is read: what follows is text again.
const LONGEST_NAME: usize = 20;
/// The longest list, its first letter apart.
const LONGEST_LIST: usize = 24;

/// Finds the mentions of `text` from byte `from` on.
pub(super) fn find(text: &str, from: usize, found: &mut Vec<Mention>) {
    let mut floor = from;
    for (at, sign) in signs(text, from, b'@') {
        let name = at + sign.len();
        let end = name_end(text, name);
        if at < floor || end == name || !may_begin(text, at, floor) {
            continue;
        }
        let list_end = list_end(text, end);
        floor = list_end.unwrap_or(end);
        if !spoils(&text[floor..]) {
            found.push(Mention {
                range: at..floor,
                name: name..end,
                list: list_end.map(|list_end| end..list_end),
            });
        }
    }
}

/// The name that a text begins with, which makes it a reply on X.
pub(super) fn reply(text: &str) -> Option<&str> {
    let name = text.trim_start_matches(is_space).strip_prefix(['@', '＠'])?;
    let end = name_end(name, 0);
    (end > 0 && !spoils(&name[end..])).then(|| &name[..end])
}

/// `spacesGroup`.
pub(super) fn is_space(c: char) -> bool {
    matches!(u32::from(c),
        0x9..=0xD | 0x20 | 0x85 | 0xA0 | 0x1680 | 0x180E | 0x2000..=0x200A | 0x2028 | 0x2029 | 0x202F
        | 0x205F | 0x3000)
}

fn name_end(text: &str, start: usize) -> usize {
    let letters = text.as_bytes()[start..].iter().take(LONGEST_NAME);
    start + letters.take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count()
}

/// The end of `/list` at `start`.
fn list_end(text: &str, start: usize) -> Option<usize> {
    let rest = text.as_bytes()[start..].strip_prefix(b"/")?;
    let (first, more) = rest.split_first().filter(|(first, _)| first.is_ascii_alphabetic())?;
    debug_assert!(first.is_ascii());
    let more = more.iter().take(LONGEST_LIST);
    let more = more.take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-')).count();
    Some(start + 2 + more)
}

/// Whether what follows makes it no mention (`endMentionMatch`): an address of
/// mail, a word that goes on with an accent, a scheme.
fn spoils(after: &str) -> bool {
    after.starts_with("://") || after.starts_with(|c| matches!(c, '@' | '＠') || letters::is_accented(c))
}

/// `validMentionPrecedingChars`. What stands before `floor` is used up.
fn may_begin(text: &str, at: usize, floor: usize) -> bool {
    if at == 0 {
        return true;
    }
    let before = |at: usize| text.get(floor..at).and_then(|text| text.chars().next_back());
    let in_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let free = |c: char| !in_word(c) && !matches!(c, '!' | '#' | '$' | '%' | '&' | '*' | '@' | '＠');
    if before(at).is_some_and(free) {
        return true;
    }
    // `RT@name`, as people wrote before there was a button.
    let word = at.saturating_sub(2);
    let retweet = word >= floor
        && at >= 2
        && text.as_bytes().get(word..at).is_some_and(|word| word.eq_ignore_ascii_case(b"rt"));
    retweet && (word == 0 || before(word).is_some_and(|c| !in_word(c) && !matches!(c, '+' | '~' | '.' | '-')))
}
