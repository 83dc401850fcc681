//! Makes characters visible that could move a cursor, hide text or turn its
//! direction, before anything reaches a terminal, a log or a page.

use std::borrow::Cow;

/// Whether a character does something to a display instead of standing in it:
/// control characters but for line feed and tab, and the marks that override
/// or isolate the direction of writing (the "Trojan Source" set, CVE-2021-42574).
pub fn is_hostile(c: char) -> bool {
    match c {
        '\n' | '\t' => false,
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => true,
        '\u{2028}' | '\u{2029}' | '\u{feff}' => true,
        c => c.is_control(),
    }
}

/// `text` with every hostile character spelled out: `\u{1b}`.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(is_hostile) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_hostile(c) {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// `text` with every hostile character replaced by a harmless one of as many
/// bytes, so that byte offsets into it stay right.
pub fn visible_same_width(text: &str) -> Cow<'_, str> {
    if !text.contains(is_hostile) {
        return Cow::Borrowed(text);
    }
    let replace = |c: char| match (is_hostile(c), c.len_utf8()) {
        (false, _) => c,
        (true, 1) => '?',
        (true, 2) => '\u{bf}',
        (true, _) => '\u{fffd}',
    };
    Cow::Owned(text.chars().map(replace).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_characters_are_spelled_out_and_others_stay() {
        assert_eq!(visible("a\tb\nc é 👋"), "a\tb\nc é 👋");
        assert_eq!(visible("\u{1b}[31mred\u{202e}"), "\\u{1b}[31mred\\u{202e}");
        let text = "a\u{1b}b\u{85}c\u{202e}d\r";
        let safe = visible_same_width(text);
        assert_eq!(safe.len(), text.len());
        assert!(!safe.contains(is_hostile));
    }
}
