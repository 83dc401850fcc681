//! What the markup of each outlet reserves: text into it, and back out.
//!
//! `escape` takes text as readers see it, wherever nothing is meant by its
//! characters; `unescape` undoes it exactly. All in one pass, in time
//! proportional to the text, and every text is taken.

pub mod discord;
pub mod links;
pub mod reddit;
pub mod slack;
pub mod telegram;

/// `text` without the backslashes before characters that `reserved` names.
fn without_backslashes(text: &str, reserved: fn(char) -> bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match chars.next_if(|next| c == '\\' && reserved(*next)) {
            Some(next) => out.push(next),
            None => out.push(c),
        }
    }
    out
}

/// The end of an address with `http://` or `https://` at the start of `text`:
/// where the network's own reader of Markdown takes everything as it stands.
/// It ends before white space, `<` and a backslash.
pub(in crate::text) fn address_end(text: &str) -> Option<usize> {
    let scheme = ["https://", "http://"].into_iter().find(|scheme| text.starts_with(scheme))?;
    let rest = &text[scheme.len()..];
    let end = rest.find(|c: char| c.is_whitespace() || matches!(c, '<' | '\\')).unwrap_or(rest.len());
    (end > 0).then_some(scheme.len() + end)
}

/// The entities of XML's five and of numbers, decoded; what is none stays.
fn without_entities(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        // The longest is `&#x10FFFF;`.
        let end = rest.bytes().take(10).position(|b| b == b';');
        match end.and_then(|end| Some((entity(&rest[1..end])?, end))) {
            Some((c, end)) => {
                out.push(c);
                rest = &rest[end + 1..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

fn entity(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => number.parse(),
            };
            code.ok().and_then(char::from_u32).filter(|c| *c != '\0')
        }
    }
}

/// `&`, `<` and `>` as entities.
fn with_entities(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 16);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Text with much that means something somewhere.
    const TEXT: &str = "([ -~]|[*_~`|\\\\<>#@&;.!()\\[\\]{}^-]|\n|https?://[a-z._*\\\\]{1,9}|&amp;|&#6[0-9];|\
                        <@[0-9]{2}>|[0-9]{1,2}[.)] |\\PC){0,60}";

    proptest! {
        #[test]
        fn reading_undoes_writing(text in TEXT) {
            prop_assert_eq!(slack::unescape(&slack::escape(&text)), &text[..]);
            prop_assert_eq!(telegram::unescape_html(&telegram::escape_html(&text)), &text[..]);
            prop_assert_eq!(telegram::unescape_markdown(&telegram::escape_markdown(&text)), &text[..]);
            prop_assert_eq!(telegram::unescape_markdown(&telegram::escape_markdown_code(&text)), &text[..]);
            prop_assert_eq!(telegram::unescape_markdown(&telegram::escape_markdown_url(&text)), &text[..]);
            prop_assert_eq!(discord::unescape(&discord::escape(&text)), &text[..]);
            prop_assert_eq!(reddit::unescape(&reddit::escape(&text)), &text[..]);
        }

        #[test]
        fn nothing_reserved_is_bare(text in TEXT) {
            let slack = slack::escape(&text);
            prop_assert!(!slack.contains(['<', '>']));
            let mut chars = telegram::escape_markdown(&text).chars().collect::<Vec<_>>().into_iter();
            while let Some(c) = chars.next() {
                if c == '\\' {
                    prop_assert!(chars.next().is_some_and(telegram::is_reserved));
                } else {
                    prop_assert!(!telegram::is_reserved(c));
                }
            }
        }
    }
}
