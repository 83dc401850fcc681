//! The beginning of a text, as long as there is room for it.

use super::row::{Aim, Row};
use super::{Room, ends_sentence, over};
use crate::text::{Rules, Syntax};
use unicode_normalization::char::is_combining_mark;

/// The longest beginning of `text` that fits `limit` by `rules`, cut at a
/// sentence if that uses two thirds of the room, else at a word, and ended by
/// `…`; `text` itself if it fits.
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
    if let Some(start) = too_long(text, rules, url_reserve) {
        return shortened(start, [false, before], rules, url_reserve).unwrap_or_else(|| text.to_owned());
    }
    if over(text, "", rules, url_reserve) == 0 {
        return text.to_owned();
    }
    shortened(text, [true, before], rules, url_reserve).unwrap_or_else(|| text.to_owned())
}

/// Whether `text` is within the limits of `rules`: what [`crate::text::count`]
/// says, without counting all of a long one that is not.
pub fn fits(text: &str, rules: &Rules, url_reserve: usize) -> bool {
    too_long(text, rules, url_reserve).is_none() && over(text, "", rules, url_reserve) == 0
}

/// The beginning of a long `text` that is too long by itself, if one is.
fn too_long<'t>(text: &'t str, rules: &Rules, url_reserve: usize) -> Option<&'t str> {
    // What a mark is, the text behind it may decide.
    if rules.markup != Syntax::Plain {
        return None;
    }
    let limit = rules.limit.into_iter().chain(rules.byte_limit).min()?;
    let mut size = BEGINNING.max(limit.saturating_mul(BYTES_OF_ONE));
    while let Some(start) = beginning(text, size) {
        // The space at its end is none of a text that goes on.
        if over(start.trim_end(), "", rules, url_reserve) > 0 {
            return Some(start);
        }
        size = start.len().saturating_mul(4);
    }
    None
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
    let row = Row::new(text, ends, Vec::new(), rules, url_reserve);
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
        let end = row.without_dangling(row.cut(0, room, Aim::Beginning));
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
