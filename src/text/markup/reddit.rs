//! Reddit's Markdown: what a person did not mean is escaped.
//!
//! Beside CommonMark's marks it has `^` (raised) and `>!` (a spoiler). `r/name`
//! and `u/name` become links and are left alone: they are meant. So do addresses
//! with `www.`, as far as its old site makes links of them (snudown, autolink.c).

use super::address_end;
use super::discord::number_end;
use crate::text::markdown::address::addresses;

/// `text` as it stands in a post or a comment.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 16);
    push(&mut out, text, true);
    out
}

/// The same, behind what stands in `out` already; `fresh`: at the start of a line.
pub fn push(out: &mut String, text: &str, mut fresh: bool) {
    let mut at = 0;
    let mut before = out.chars().next_back();
    // Only in them a mark may stay bare.
    let found = (text.contains('_') && text.contains('/')).then(|| addresses(text));
    let mut found = found.into_iter().flatten().peekable();
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        let beside = before.replace(c);
        if let Some(raw) = address_end(rest).or_else(|| linked_end(beside, rest)) {
            before = rest[..raw].chars().next_back();
            out.push_str(&rest[..raw]);
            at += raw;
            fresh = false;
            continue;
        }
        while found.next_if(|address| address.end <= at).is_some() {}
        let special = match c {
            // No Markdown reads a mark between letters, and a person may copy it.
            '_' if found.peek().is_some_and(|address| address.start < at) => {
                let letter = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
                !letter(beside) || !letter(rest[1..].chars().next())
            }
            '\\' | '*' | '_' | '~' | '`' | '^' | '|' | '[' | ']' | '<' | '&' => true,
            '>' => fresh || rest[1..].starts_with('!'),
            '#' => fresh,
            '-' | '+' | '=' => fresh && !rest[1..].starts_with(|next: char| next.is_alphanumeric()),
            _ => false,
        };
        if special {
            out.push('\\');
        }
        out.push(c);
        at += c.len_utf8();
        if let Some(digits) = (fresh && c.is_ascii_digit()).then(|| number_end(rest)).flatten() {
            out.push_str(&rest[1..digits]);
            out.push('\\');
            out.push_str(&rest[digits..=digits]);
            at += digits;
            before = rest[digits..].chars().next();
        }
        fresh = c == '\n' || fresh && c.is_whitespace();
    }
}

/// The end of what Reddit links without a scheme, at the start of `text` behind
/// `before`: `u/name`, `r/name` and `www.host/path`.
fn linked_end(before: Option<char>, text: &str) -> Option<usize> {
    if before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.')) {
        return None;
    }
    let count = |text: &str, is_part: fn(u8) -> bool| text.bytes().take_while(|b| is_part(*b)).count();
    if let Some(name) = text.strip_prefix("u/").or_else(|| text.strip_prefix("r/")) {
        let length = count(name, |b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
        return (length > 0).then_some(2 + length);
    }
    let host = text.strip_prefix("www.")?;
    let length = count(host, |b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.'));
    let path = host.get(length..).filter(|path| length > 0 && path.starts_with('/'))?;
    let end = path.find(|c: char| c.is_whitespace() || matches!(c, '<' | '\\')).unwrap_or(path.len());
    Some(text.len() - path.len() + end)
}

/// The text of Markdown that [`escape`] made.
pub fn unescape(markdown: &str) -> String {
    super::without_backslashes(markdown, |c| c.is_ascii_punctuation())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_escaped_where_they_would_mean_something() {
        assert_eq!(escape("2^10 *a* [b] R&D <c>"), "2\\^10 \\*a\\* \\[b\\] R\\&D \\<c>");
        assert_eq!(escape("# a\n- b\n1. c\n> d\n-5 +1"), "\\# a\n\\- b\n1\\. c\n\\> d\n-5 +1");
        assert_eq!(escape("r/rust: 3 > 2, >!no!<"), "r/rust: 3 > 2, \\>!no!\\<");
        assert_eq!(escape("https://a.example/b_c"), "https://a.example/b_c");
    }

    #[test]
    fn what_reddit_links_stands_as_it_is() {
        for text in [
            "Ask u/foo_bar in r/foo_bar, or /u/_so_.",
            "(www.acme.com/a_b_c) and www.acme.com/_x_/",
            "acme.com/a_b_c",
            "müller.de/a_b_c",
        ] {
            assert_eq!(escape(text), text);
        }
    }

    #[test]
    fn what_it_does_not_link_is_escaped() {
        assert_eq!(escape("menu/foo_bar snake_case www._x_"), "menu/foo\\_bar snake\\_case www.\\_x\\_");
        assert_eq!(escape("u/*x* u/ _a_"), "u/\\*x\\* u/ \\_a\\_");
        // It would be a mark there: nobody makes a link of it.
        assert_eq!(escape("acme.com/_x_/*y*"), "acme.com/\\_x\\_/\\*y\\*");
    }
}
