//! What names may be made of: of channels and rungs, of messages, of languages;
//! and the characters that have no place in any file.

use crate::diagnostic::Diagnostic;
use crate::source::{SourceId, Sources, Span, Spanned};
use crate::text::visible::is_hostile;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Longest name of a channel or a rung, in bytes.
const LONGEST_NAME: usize = 64;
/// Longest id of a message, in bytes.
const LONGEST_ID: usize = 200;

/// What names are made of.
const LETTERS: &str = "lower-case letters, digits, `-` and `_`";

/// Checks the name of a channel or a rung: lower-case letters, digits, `-` and `_`.
/// Names stand in templates, in file names and in the journal.
pub fn check_name(what: &str, name: &Spanned<String>) -> Option<Diagnostic> {
    let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    let text = &name.value;
    let problem = if text.is_empty() {
        Diagnostic::error("wrong-name", format!("a {what} needs a name")).hint(LETTERS)
    } else if text.len() > LONGEST_NAME {
        Diagnostic::error(
            "wrong-name",
            format!("the name of this {what} is longer than {LONGEST_NAME} letters"),
        )
        .hint("a short one is easier to type after `--only`")
    } else if !text.chars().all(good) || text.starts_with('-') {
        let better: String = text.to_lowercase().chars().map(|c| if good(c) { c } else { '-' }).collect();
        let better = better.trim_matches('-').to_owned();
        let problem = Diagnostic::error("wrong-name", format!("`{text}` cannot be the name of a {what}"));
        if better.is_empty() { problem.hint(LETTERS) } else { problem.hint(format!("{LETTERS}: `{better}`")) }
    } else {
        return None;
    };
    Some(problem.at(name.span))
}

/// A message's id as it is kept (composed Unicode, so that the same name is the
/// same id on every file system), or what is wrong with it.
///
/// Letters, digits, `-`, `_`, `.` and `/`; not longer than 200 bytes; no part
/// empty, `.` or `..`, and none begins with `-`.
pub fn message_id(written: &str) -> Result<String, String> {
    let id: String = written.trim().nfc().collect();
    if id.is_empty() {
        return Err("it is empty".to_owned());
    }
    if id.len() > LONGEST_ID {
        return Err(format!("it is longer than {LONGEST_ID} bytes"));
    }
    let good = |c: char| c.is_alphanumeric() || is_combining_mark(c) || "-_./".contains(c);
    if let Some(bad) = id.chars().find(|c| !good(*c)) {
        let name = if bad == ' ' { "a space".to_owned() } else { format!("`{bad}`") };
        return Err(format!("{name} stands in it; letters, digits, `-`, `_`, `.` and `/` are fine"));
    }
    if id.split('/').any(|part| matches!(part, "" | "." | "..") || part.starts_with('-')) {
        return Err("a part between two `/` is empty, a dot, two dots, or begins with `-`".to_owned());
    }
    Ok(id)
}

/// Whether a text can be a BCP 47 language tag: `de`, `pt-BR`, `zh-Hans`.
/// The registry of subtags is not asked.
pub fn is_language(tag: &str) -> bool {
    let mut parts = tag.split(['-', '_']);
    let first = parts.next().unwrap_or("");
    (2..=8).contains(&first.len())
        && first.bytes().all(|b| b.is_ascii_alphabetic())
        && parts.all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()))
}

/// Whether `address` is that of a page, written whole: `https://acme.example/page`.
pub fn is_page(address: &str) -> bool {
    url::Url::parse(address.trim())
        .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

/// Whether `address` holds a user or a password: wherever it is shown or published, so are they.
pub fn holds_user(address: &str) -> bool {
    url::Url::parse(address.trim()).is_ok_and(|url| !url.username().is_empty() || url.password().is_some())
}

/// The problem that an address holds a user or a password: what `key` says is published.
pub fn with_user(key: &str, span: Span) -> Diagnostic {
    let message = format!("`{key}` holds a user or a password in an address, which everybody could read");
    Diagnostic::error("bad-url", message)
        .at(span)
        .conceal()
        .hint("write the address without what stands before its `@`")
}

/// The language of a file or channel, or the problem that it is none.
pub fn check_language(tag: &Spanned<String>) -> Option<Diagnostic> {
    (!is_language(&tag.value)).then(|| {
        Diagnostic::error("wrong-value", format!("`{}` is no language", tag.value))
            .at(tag.span)
            .hint("a language is written as `en`, `de` or `pt-BR`")
    })
}

/// A warning for characters that steer the display instead of standing in it:
/// what one sees is then not what is sent. Points at the first; others are counted.
pub fn check_characters(sources: &Sources, id: SourceId, problems: &mut Vec<Diagnostic>) {
    let text = &sources.get(id).text;
    let mut hostile = text.char_indices().filter(|(_, c)| is_hostile(*c));
    let Some((at, first)) = hostile.next() else { return };
    let others = hostile.count();
    let name = match first {
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => "turns the direction of writing",
        '\u{1b}' => "is an escape that steers terminals",
        '\r' => "is a carriage return without a line feed",
        '\0' => "is a NUL",
        '\u{2028}' | '\u{2029}' => "is a line break that most programs do not know",
        '\u{feff}' => "is a byte-order mark in the middle of the text",
        _ => "is a control character",
    };
    let more = match others {
        0 => String::new(),
        1 => "; one more follows".to_owned(),
        many => format!("; {many} more follow"),
    };
    let says = format!("U+{:04X} {name}{more}", first as u32);
    problems.push(
        Diagnostic::warning("hostile-characters", says)
            .at(Span::new(id, at, at + first.len_utf8()))
            .hint("delete it: readers do not see it, and it can make a text look like another one"),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_composed_and_never_climb() {
        assert_eq!(message_id("2026/rocket-2.1_b").unwrap(), "2026/rocket-2.1_b");
        assert_eq!(message_id("gro\u{308}\u{df}e").unwrap(), "gr\u{f6}\u{df}e");
        assert_eq!(message_id("हिन्दी").unwrap(), "हिन्दी");
        for bad in [
            "",
            " ",
            "/a",
            "a/",
            "a//b",
            "../a",
            "a/..",
            "./a",
            "a b",
            "a\\b",
            "a\nb",
            "a\u{202e}",
            "-a",
            "a:b",
        ] {
            assert!(message_id(bad).is_err(), "{bad:?}");
        }
        assert!(message_id(&"a".repeat(201)).unwrap_err().contains("200"));
    }

    #[test]
    fn names_are_small_letters_and_a_better_one_is_offered() {
        let name = |text: &str| {
            let mut sources = Sources::new();
            let id = sources.add("a", text);
            check_name("rung", &Spanned::new(text.to_owned(), Span::start_of(id)))
        };
        assert_eq!(name("blog-2_b"), None);
        assert!(name("My Blog!").unwrap().hint.unwrap().contains("`my-blog`"));
        for bad in ["", "-x", "é", "a.b", "a\0", &"x".repeat(65)] {
            assert!(name(bad).is_some(), "{bad:?}");
        }
    }

    #[test]
    fn languages_look_like_languages() {
        for good in ["en", "de", "pt-BR", "zh_Hans", "sr-Latn-RS", "es-419"] {
            assert!(is_language(good), "{good}");
        }
        for bad in ["", "e", "english!", "de-", "1a", "verylongtag", "../x"] {
            assert!(!is_language(bad), "{bad}");
        }
    }

    #[test]
    fn hostile_characters_are_told_once_with_their_place() {
        let mut sources = Sources::new();
        let id = sources.add("a.md", "ok\nab\u{202e}c\u{1b}d\r");
        let mut problems = Vec::new();
        check_characters(&sources, id, &mut problems);
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].message, "U+202E turns the direction of writing; 2 more follow");
        let place = sources.locate(problems[0].span.unwrap());
        assert_eq!((place.line, place.column), (2, 3));
    }
}
