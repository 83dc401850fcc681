//! Discord's Markdown: what a person did not mean is escaped.
//!
//! Addresses stand as they are, since Discord takes them whole, and so do
//! emoji (`<:rocket:123>`); mentions do not: a name in a text calls nobody.

use super::address_end;

/// `text` as it stands in a message or an embed.
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
        if let Some(raw) = address_end(rest).or_else(|| quiet_end(rest)).or_else(|| emoji_end(rest)) {
            out.push_str(&rest[..raw]);
            at += raw;
            fresh = false;
            continue;
        }
        let special = match c {
            '\\' | '*' | '_' | '~' | '`' | '|' | '[' => true,
            '<' => rest[1..].starts_with(['@', '#', '/', 't', 'i']),
            _ => fresh && starts_block(rest),
        };
        if special {
            out.push('\\');
        }
        out.push(c);
        at += c.len_utf8();
        // `1. x` needs its stop escaped, not its number.
        let number = fresh && c.is_ascii_digit() && number_end(rest).is_some();
        if let Some(digits) = number.then(|| number_end(rest)).flatten() {
            out.push_str(&rest[1..digits]);
            out.push('\\');
            out.push_str(&rest[digits..=digits]);
            at += digits;
        }
        // A heading may stand behind a bullet.
        let marks = number || special && matches!(c, '-' | '+' | '*' | '>' | '#');
        fresh = c == '\n' || fresh && (c.is_whitespace() || marks);
    }
}

/// The end of `<https://…>`, an address without a preview, at the start of `text`.
fn quiet_end(text: &str) -> Option<usize> {
    let inside = text.strip_prefix('<')?;
    let end = address_end(inside)?;
    inside.get(..end)?.find('>').map(|at| at + 2)
}

/// The text of a message that [`escape`] made.
pub fn unescape(message: &str) -> String {
    super::without_backslashes(message, |c| c.is_ascii_punctuation())
}

/// Whether a line that starts like this is a heading, a list, a quotation or small print.
fn starts_block(line: &str) -> bool {
    let behind = |marks: &str| line.strip_prefix(marks).is_some_and(|rest| rest.starts_with([' ', '\t']));
    ["#", "##", "###", "-", "+", ">", ">>>", "-#"].into_iter().any(behind)
}

/// Where the stop of `12. ` stands.
pub(in crate::text) fn number_end(line: &str) -> Option<usize> {
    let digits = line.bytes().take(10).take_while(u8::is_ascii_digit).count();
    let stop = matches!(line.as_bytes().get(digits), Some(b'.' | b')'));
    let space = matches!(line.as_bytes().get(digits + 1), None | Some(b' ' | b'\t' | b'\n'));
    (digits > 0 && digits < 10 && stop && space).then_some(digits)
}

/// The end of `<:name:123>` or `<a:name:123>` at the start of `text`.
fn emoji_end(text: &str) -> Option<usize> {
    let name = text.strip_prefix("<a:").or_else(|| text.strip_prefix("<:"))?;
    // Names have 2 to 32 letters, ids at most 20 digits (Discord, Reference, 2026-08-06).
    let letters = name.bytes().take(33).take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
    let id = name[letters..].strip_prefix(':')?;
    let digits = id.bytes().take(21).take_while(u8::is_ascii_digit).count();
    let whole = (2..=32).contains(&letters) && (1..=20).contains(&digits) && id[digits..].starts_with('>');
    whole.then(|| text.len() - id.len() + digits + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_escaped_where_they_would_mean_something() {
        assert_eq!(
            escape("snake_case **loud** ~~no~~ ||who||"),
            "snake\\_case \\*\\*loud\\*\\* \\~\\~no\\~\\~ \\|\\|who\\|\\|"
        );
        assert_eq!(
            escape("# one\n #2 - 3 > 4\n- five\n12. six\n> seven"),
            "\\# one\n #2 - 3 > 4\n\\- five\n12\\. six\n\\> seven"
        );
        assert_eq!(escape("[a](https://b.example/c_d)"), "\\[a](https://b.example/c_d)");
        assert_eq!(escape("1.5 and 3 < 4"), "1.5 and 3 < 4");
    }

    #[test]
    fn addresses_and_emoji_stand_and_mentions_do_not() {
        assert_eq!(escape("https://a.example/b_c_d *"), "https://a.example/b_c_d \\*");
        assert_eq!(
            escape("<:a_b:123> <@42> <#4> <:x:> <:é_:1>"),
            "<:a_b:123> \\<@42> \\<#4> <:x:> <:é\\_:1>"
        );
    }

    #[test]
    fn reading_is_lenient() {
        assert_eq!(unescape("a\\*b \\n c:\\dir \\"), "a*b \\n c:\\dir \\");
    }
}
