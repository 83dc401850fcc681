//! Reddit's Markdown: what a person did not mean is escaped.
//!
//! Beside CommonMark's marks it has `^` (raised) and `>!` (a spoiler). `r/name`
//! and `u/name` become links and are left alone: they are meant.

use super::address_end;
use super::discord::number_end;

/// `text` as it stands in a post or a comment.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 16);
    push(&mut out, text, true);
    out
}

/// The same, behind what stands in `out` already; `fresh`: at the start of a line.
pub fn push(out: &mut String, text: &str, mut fresh: bool) {
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        if let Some(raw) = address_end(rest) {
            out.push_str(&rest[..raw]);
            at += raw;
            fresh = false;
            continue;
        }
        let special = match c {
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
        }
        fresh = c == '\n' || fresh && c.is_whitespace();
    }
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
}
