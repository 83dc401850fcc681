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

/// JSON that is safe to look at: every hostile character spelled `\u202e`,
/// which JSON reads back as the same. It can only stand inside of strings:
/// nothing else of JSON is hostile.
pub fn visible_json(json: &str) -> Cow<'_, str> {
    if !json.contains(is_hostile) {
        return Cow::Borrowed(json);
    }
    let mut out = String::with_capacity(json.len() + 16);
    for c in json.chars() {
        if is_hostile(c) {
            // All of them lie below U+10000: four digits are enough.
            out.push_str(&format!("\\u{:04x}", u32::from(c)));
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// `text` without its hostile characters, for what goes out to readers: they
/// would not see them. What parts lines or pages becomes a blank.
pub fn harmless(text: &str) -> Cow<'_, str> {
    if !text.contains(is_hostile) {
        return Cow::Borrowed(text);
    }
    let replace = |c: char| match c {
        '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => Some(' '),
        c => (!is_hostile(c)).then_some(c),
    };
    Cow::Owned(text.chars().filter_map(replace).collect())
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
        assert_eq!(harmless("a\tb\n\u{1b}[31mc\u{202e}d\u{2028}e\r"), "a\tb\n[31mcd e");
        let text = "a\u{1b}b\u{85}c\u{202e}d\r";
        let safe = visible_same_width(text);
        assert_eq!(safe.len(), text.len());
        assert!(!safe.contains(is_hostile));
    }
}
