//! Shortening and splitting, never inside a link, a mention, a tag or a character.

use super::Rules;

/// The longest beginning of `text` that fits `limit` by `rules`, cut at a
/// sentence or word and ended by `…`; `text` itself if it fits.
pub fn shorten(text: &str, limit: usize, rules: &Rules, url_reserve: usize) -> String {
    let _ = (text, limit, rules, url_reserve);
    todo!("room text")
}

/// `text` as a thread: each part within the limit, split at paragraphs, then
/// sentences, then words, `<!-- break -->` honoured, in order.
pub fn split(text: &str, rules: &Rules, url_reserve: usize) -> Vec<String> {
    let _ = (text, rules, url_reserve);
    todo!("room text")
}
