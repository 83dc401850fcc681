//! LinkedIn's "little text format", in which `commentary` is written.
//!
//! Every reserved character that is meant as text carries a backslash; one
//! that does not cuts the post off at that place, with an answer that says all
//! went well (learn.microsoft.com, Little Text Format, li-lms-2026-05).
//! Titles, descriptions and comments are not little text.

use super::entity::{Dialect, EntityKind, entities};
use super::late;

/// The characters that mean something in little text.
pub const RESERVED: &str = "\\|{}@[]()<>#*_~";

/// How a hashtag begins, as the documentation spells it.
const TAG: &str = "{hashtag|\\#|";
/// The longest name of a mention that is looked for, in bytes.
const NAME: usize = 400;
/// The longest URN of a mention that is looked for, in bytes.
const URN: usize = 100;

/// `text`, as readers see it, in little text.
///
/// `#word` becomes the hashtag template, `@[Name](urn:li:organization:1)` stays
/// a mention, and everything else that is reserved is escaped. That holds in
/// addresses too: the format knows no exception for them, and an address with
/// a bare `(` would end the post. An address that is not known yet
/// ([`late`]) stays as it is, since nothing would find it otherwise; bind first.
/// One pass, in time proportional to `text`.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    let tokens = late::find(text);
    let mut tokens = tokens.iter().peekable();
    let tags = entities(text, Dialect::Plain);
    // The full-width sign is not reserved, and not the sign of the template.
    let mut tags = tags
        .iter()
        .filter(|entity| entity.kind == EntityKind::Hashtag && text[entity.range.clone()].starts_with('#'))
        .peekable();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        while tokens.next_if(|token| token.range.start < at).is_some() {}
        while tags.next_if(|tag| tag.range.start < at).is_some() {}
        if let Some(token) = tokens.next_if(|token| token.range.start == at) {
            out.push_str(&text[token.range.clone()]);
            at = token.range.end;
        } else if let Some(tag) = tags.next_if(|tag| tag.range.start == at) {
            out.push_str(TAG);
            text[at + 1..tag.range.end].chars().for_each(|c| push(&mut out, c));
            out.push('}');
            at = tag.range.end;
        } else if let Some(mention) = mention(&text[at..]) {
            out.push_str("@[");
            mention.name.chars().for_each(|c| push(&mut out, c));
            out.push_str("](");
            out.push_str(mention.urn);
            out.push(')');
            at += mention.length;
        } else {
            push(&mut out, c);
            at += c.len_utf8();
        }
    }
    out
}

/// The text that readers see of `commentary`; the inverse of [`escape`].
///
/// Lenient, as it reads what a network sends back: a backslash before
/// something that needs none stays, as does an element that is not whole.
pub fn unescape(commentary: &str) -> String {
    let mut out = String::with_capacity(commentary.len());
    let mut rest = commentary;
    while let Some(c) = rest.chars().next() {
        let tag = [TAG, "{hashtag|#|"].into_iter().find_map(|start| rest.strip_prefix(start));
        if let Some((word, after)) = tag.and_then(tag_word) {
            out.push('#');
            out.push_str(&word);
            rest = after;
            continue;
        }
        rest = &rest[c.len_utf8()..];
        match rest.chars().next().filter(|next| c == '\\' && RESERVED.contains(*next)) {
            Some(next) => {
                out.push(next);
                rest = &rest[next.len_utf8()..];
            }
            None => out.push(c),
        }
    }
    out
}

fn push(out: &mut String, c: char) {
    if RESERVED.contains(c) {
        out.push('\\');
    }
    out.push(c);
}

struct Mention<'a> {
    name: &'a str,
    urn: &'a str,
    length: usize,
}

/// `@[Name](urn:li:person:…)` at the start of `text`.
fn mention(text: &str) -> Option<Mention<'_>> {
    let inside = text.strip_prefix("@[")?;
    // A bound for each: a text of nothing but `@[` is not looked at again and again.
    let name = inside.bytes().take(NAME).position(|b| matches!(b, b'[' | b']' | b'\\' | b'\n'))?;
    let urn_start = inside.get(name..)?.strip_prefix("](")?;
    let urn = urn_start.bytes().take(URN).position(|b| b == b')')?;
    let (name, urn) = (&inside[..name], &urn_start[..urn]);
    let id =
        ["urn:li:person:", "urn:li:organization:"].into_iter().find_map(|kind| urn.strip_prefix(kind))?;
    let plain = !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
    (plain && !name.is_empty()).then(|| Mention {
        name,
        urn,
        length: "@[](".len() + name.len() + urn.len() + 1,
    })
}

/// The length of the mention at the start of `text`, in bytes, if there is one.
pub(super) fn mention_length(text: &str) -> Option<usize> {
    mention(text).map(|mention| mention.length)
}

/// The word of a hashtag's template, and what stands behind its `}`.
fn tag_word(text: &str) -> Option<(String, &str)> {
    let mut word = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '}' => return (!word.is_empty()).then(|| (word, &text[at + 1..])),
            '\\' => word.push(chars.next()?.1),
            // A tag is one word: whatever else stands here, it is no template.
            c if c.is_whitespace() || RESERVED.contains(c) && c != '_' => return None,
            c => word.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_reserved_is_escaped_and_nothing_else() {
        assert_eq!(escape("Rocket 2 (reusable)"), "Rocket 2 \\(reusable\\)");
        assert_eq!(
            escape("1|2 {3} a@b.example [4] <5> C# 6*7 snake_case ~8 \\"),
            "1\\|2 \\{3\\} a\\@b.example \\[4\\] \\<5\\> C\\# 6\\*7 snake\\_case \\~8 \\\\"
        );
        assert_eq!(
            escape("Fine: 100 %, \"so\" – it's `ok`; über $5 & more!"),
            "Fine: 100 %, \"so\" – it's `ok`; über $5 & more!"
        );
        assert_eq!(escape(""), "");
    }

    #[test]
    fn tags_and_mentions_are_elements() {
        assert_eq!(escape("It landed. #RocketScience #2"), "It landed. {hashtag|\\#|RocketScience} \\#2");
        assert_eq!(escape("#snake_case, (#宇宙)"), "{hashtag|\\#|snake\\_case}, \\({hashtag|\\#|宇宙}\\)");
        assert_eq!(
            escape("By @[Acme (Rockets)](urn:li:organization:42)!"),
            "By @[Acme \\(Rockets\\)](urn:li:organization:42)!"
        );
        assert_eq!(escape("@[Acme](https://acme.example)"), "\\@\\[Acme\\]\\(https://acme.example\\)");
    }

    #[test]
    fn an_address_is_escaped_and_one_not_known_yet_is_not() {
        assert_eq!(escape("https://a.example/x_(y)#z"), "https://a.example/x\\_\\(y\\)\\#z");
        let token = late::token("my_blog", true);
        assert_eq!(escape(&format!("({token})")), format!("\\({token}\\)"));
    }

    #[test]
    fn what_the_network_sends_back_is_read() {
        assert_eq!(
            unescape("a {hashtag|#|b} {hashtag|\\#|c\\_d} \\(e\\) \\n {hashtag|#|"),
            "a #b #c_d (e) \\n {hashtag|#|"
        );
        assert_eq!(unescape("\\"), "\\");
    }

    proptest! {
        #[test]
        fn reading_undoes_writing(text in "([ -~]|[#@\\[\\](){}|\\\\]|#[a-z_]{1,5}|@\\[[A-Z]\\]\\(urn:li:person:a\\)|\\PC){0,60}") {
            prop_assert_eq!(unescape(&escape(&text)), text);
        }

        #[test]
        fn nothing_reserved_is_bare_outside_elements(text in "[ -~éß\n]{0,80}") {
            let written = escape(&text);
            let mut chars = written.chars();
            let mut inside = false;
            while let Some(c) = chars.next() {
                match c {
                    '\\' => prop_assert!(chars.next().is_some_and(|next| RESERVED.contains(next))),
                    '{' if chars.as_str().starts_with("hashtag|") => inside = true,
                    '}' if inside => inside = false,
                    '|' if inside => {}
                    c => prop_assert!(!RESERVED.contains(c), "{} in {}", c, written),
                }
            }
        }
    }
}
