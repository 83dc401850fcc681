//! One line of JSON: what it says, or in plain words why it cannot be read.

use super::{IS_IT_RIGHT, TEXT_LIMIT};
use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;
use std::fmt;

/// What a line asks.
pub(super) struct Line<'a> {
    pub text: Cow<'a, str>,
    /// `content_warning`, else `spoiler_text`, as Mastodon's own interface calls it.
    pub warning: Option<Cow<'a, str>>,
    pub limit: Option<usize>,
}

/// Why a line cannot be read, and what to do about it.
pub(super) struct Unread {
    pub code: &'static str,
    pub why: String,
    pub hint: &'static str,
}

const SHAPE: &str = "a line is an object: `{\"text\": \"…\"}`";
const LIMIT_SHAPE: &str = "a limit is a whole number: `{\"text\": \"…\", \"limit\": 500}`";
const HALVES: &str =
    "half of a pair like `\\ud83d\\udc4b` is no character: write both halves, or the character";

/// Reads a line, which may have white space around its object.
pub(super) fn read(line: &[u8]) -> Result<Line<'_>, Unread> {
    let text = std::str::from_utf8(line).map_err(|error| {
        let why = format!("it is not UTF-8 at byte {}", error.valid_up_to() + 1);
        Unread { code: "not-utf-8", why, hint: "write it as UTF-8" }
    })?;
    let start = text.trim_ascii_start();
    if !start.starts_with('{') {
        serde_json::from_str::<IgnoredAny>(text).map_err(|error| broken(&error))?;
        let what = match start.as_bytes().first() {
            Some(b'[') => "a list",
            Some(b'"') => "a bare text",
            Some(b'-' | b'0'..=b'9') => "a number",
            _ => "a bare word",
        };
        return Err(Unread { code: "wrong-shape", why: format!("it is {what}"), hint: SHAPE });
    }
    let line: Line<'_> = serde_json::from_str(text).map_err(|error| broken(&error))?;
    if line.text.len() > TEXT_LIMIT {
        let why = format!("its text is larger than {} MB", TEXT_LIMIT / 1_000_000);
        return Err(Unread { code: "too-large", why, hint: IS_IT_RIGHT });
    }
    Ok(line)
}

/// The reader's error, in words for people who write lines and not parsers.
fn broken(error: &serde_json::Error) -> Unread {
    let told = error.to_string();
    let told = told.rsplit_once(" at line ").map_or(told.as_str(), |(what, _)| what);
    let (code, what, hint) = if error.is_data() {
        ("wrong-shape", told, if told.starts_with("`limit`") { LIMIT_SHAPE } else { SHAPE })
    } else if told.contains("surrogate") || told.contains("hex escape") {
        ("lone-surrogate", "`\\u…` is half of a pair and has no other half", HALVES)
    } else if error.is_eof() {
        ("not-json", "it ends too early", SHAPE)
    } else if told.contains("escape") {
        ("not-json", "there is no such sign behind `\\`", "a backslash itself is written `\\\\`")
    } else if told.contains("control character") {
        let hint = "write a line break as `\\n`, a tab as `\\t`, others as `\\u0007`";
        ("not-json", "a control character stands in a text", hint)
    } else if told.contains("trailing characters") {
        ("not-json", "something stands behind its end", "write one object a line")
    } else if told.contains("trailing comma") {
        ("not-json", "nothing stands behind a comma", SHAPE)
    } else if told.contains("recursion") {
        ("not-json", "it is nested too deep", SHAPE)
    } else {
        ("not-json", "it is no JSON", SHAPE)
    };
    Unread { code, why: format!("{what}, at byte {}", error.column()), hint }
}

enum Key {
    Text,
    ContentWarning,
    SpoilerText,
    Limit,
    Other,
}

impl<'de> Deserialize<'de> for Key {
    /// By its bytes: half of a pair is no text, but a key that is passed over may have one.
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Key, D::Error> {
        from.deserialize_bytes(KeyVisitor)
    }
}

struct KeyVisitor;

impl Visitor<'_> for KeyVisitor {
    type Value = Key;

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("a key")
    }

    fn visit_bytes<E>(self, key: &[u8]) -> Result<Key, E> {
        Ok(match key {
            b"text" => Key::Text,
            b"content_warning" => Key::ContentWarning,
            b"spoiler_text" => Key::SpoilerText,
            b"limit" => Key::Limit,
            _ => Key::Other,
        })
    }
}

/// Any value, as far as a line has a use for it.
enum Said<'a> {
    Text(Cow<'a, str>),
    Number(usize),
    Nothing,
    Other(&'static str),
}

impl<'a> Said<'a> {
    /// What it is, for people.
    fn kind(&self) -> &'static str {
        match self {
            Said::Text(_) => "a text",
            Said::Number(_) => "a number",
            Said::Nothing => "`null`",
            Said::Other(kind) => kind,
        }
    }

    fn text<E: Error>(self, key: &str) -> Result<Option<Cow<'a, str>>, E> {
        match self {
            Said::Text(text) => Ok(Some(text)),
            Said::Nothing => Ok(None),
            other => Err(E::custom(format_args!("`{key}` is {}, and has to be a text", other.kind()))),
        }
    }

    fn number<E: Error>(self, key: &str) -> Result<Option<usize>, E> {
        match self {
            Said::Number(number) => Ok(Some(number)),
            Said::Nothing => Ok(None),
            other => Err(E::custom(format_args!("`{key}` is {}", other.kind()))),
        }
    }
}

impl<'de> Deserialize<'de> for Line<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Line<'de>, D::Error> {
        from.deserialize_map(LineVisitor)
    }
}

struct LineVisitor;

impl<'de> Visitor<'de> for LineVisitor {
    type Value = Line<'de>;

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("an object with a `text`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Line<'de>, A::Error> {
        let (mut text, mut warning, mut spoiler, mut limit) = (None, None, None, None);
        while let Some(key) = map.next_key()? {
            let (name, place) = match key {
                Key::Text => ("text", &mut text),
                Key::ContentWarning => ("content_warning", &mut warning),
                Key::SpoilerText => ("spoiler_text", &mut spoiler),
                Key::Limit => ("limit", &mut limit),
                Key::Other => {
                    map.next_value::<IgnoredAny>()?;
                    continue;
                }
            };
            let said: Said<'de> = map.next_value()?;
            if place.replace(said).is_some() {
                return Err(A::Error::custom(format_args!("`{name}` stands there twice")));
            }
        }
        let text = match text {
            None => return Err(A::Error::custom("it has no `text`")),
            Some(Said::Nothing) => return Err(A::Error::custom("`text` is `null`, and has to be a text")),
            Some(said) => said.text("text")?.unwrap_or_default(),
        };
        let warning = warning.map(|said| said.text("content_warning")).transpose()?.flatten();
        let spoiler = spoiler.map(|said| said.text("spoiler_text")).transpose()?.flatten();
        let limit = limit.map(|said| said.number("limit")).transpose()?.flatten();
        Ok(Line { text, warning: warning.or(spoiler), limit })
    }
}

impl<'de> Deserialize<'de> for Said<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Said<'de>, D::Error> {
        from.deserialize_any(SaidVisitor)
    }
}

struct SaidVisitor;

impl<'de> Visitor<'de> for SaidVisitor {
    type Value = Said<'de>;

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("a value")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Said<'de>, E> {
        Ok(Said::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Said<'de>, E> {
        Ok(Said::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Said<'de>, E> {
        Ok(usize::try_from(number).map_or(Said::Other("too large a number"), Said::Number))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Said<'de>, E> {
        Ok(Said::Other("a number below 0"))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Said<'de>, E> {
        // What no whole number of 64 bits holds comes here as well.
        let large = number.fract() == 0.0 && number > 1e15;
        Ok(Said::Other(if large { "too large a number" } else { "no whole number" }))
    }

    fn visit_bool<E>(self, is: bool) -> Result<Said<'de>, E> {
        Ok(Said::Other(if is { "`true`" } else { "`false`" }))
    }

    fn visit_unit<E>(self) -> Result<Said<'de>, E> {
        Ok(Said::Nothing)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Said<'de>, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Said::Other("a list"))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Said<'de>, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Said::Other("an object"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(line: &str) -> (&'static str, String, &'static str) {
        match read(line.as_bytes()) {
            Ok(_) => panic!("{line} was read"),
            Err(Unread { code, why, hint }) => (code, why, hint),
        }
    }

    #[test]
    fn what_is_no_object_is_refused_and_named() {
        for (line, what) in [
            ("[\"hello\"]", "a list"),
            ("[\"hello\", null, 5]", "a list"),
            ("\"hello\"", "a bare text"),
            ("-5", "a number"),
            ("null", "a bare word"),
        ] {
            assert_eq!(refused(line), ("wrong-shape", format!("it is {what}"), SHAPE), "{line}");
        }
    }

    #[test]
    fn every_refusal_is_in_plain_words_with_its_place() {
        let why = |line: &str| refused(line).1;
        assert_eq!(why(r#"{"text":5}"#), "`text` is a number, and has to be a text, at byte 10");
        assert_eq!(why(r#"{"text":null}"#), "`text` is `null`, and has to be a text, at byte 13");
        assert_eq!(why(r#"{"txt":"a"}"#), "it has no `text`, at byte 11");
        assert_eq!(why(r#"{"text":"a","limit":-1}"#), "`limit` is a number below 0, at byte 23");
        assert_eq!(refused(r#"{"text":"a","limit":-1}"#).2, LIMIT_SHAPE);
        assert!(
            why(r#"{"text":"a","limit":99999999999999999999}"#).starts_with("`limit` is too large a number")
        );
        assert!(why(r#"{"text":"a","limit":1.5}"#).starts_with("`limit` is no whole number"));
        assert!(why(r#"{"text":"a","text":"b"}"#).starts_with("`text` stands there twice"));
        assert_eq!(refused(r#"{"text":"\ud83d"}"#).0, "lone-surrogate");
        let lines = [
            r#"{"text":"\ud83d"}"#,
            r#"{"text":"\ud83da"}"#,
            r#"{"text":"\ude00"}"#,
            r#"{"text":"\q"}"#,
            r#"{"text":"\uzzzz"}"#,
            "{\"text\":\"\t\"}",
            r#"{"text":"a"#,
            r#"{"text":"a"} {}"#,
            r#"{"text":"a",}"#,
            r#"{text:"a"}"#,
            r#"{"text":[]}"#,
            r#"{"text":{"a":[1]}}"#,
            r#"{"text":true}"#,
            "{5:5}",
            "nothing",
            "{",
            r#"{"text":"a","limit":"5"}"#,
            r#"{"text":"a","limit":1e999}"#,
            r#"{"content_warning":5,"text":""}"#,
        ];
        for line in lines {
            let (_, why, hint) = refused(line);
            for word in
                ["expected", "struct", "usize", "invalid", "hex", "EOF", "sequence", "parsing", "key must"]
            {
                assert!(!why.contains(word) && !hint.contains(word), "{line}: {why}; {hint}");
            }
            assert!(why.contains(", at byte ") && !hint.is_empty(), "{line}: {why}");
        }
        let deep = format!("{{\"a\":{}", "[".repeat(500));
        assert!(
            why(&deep).starts_with("it is nested too deep") || why(&deep).starts_with("it ends too early")
        );
    }

    #[test]
    fn of_two_names_for_the_warning_the_first_is_taken() {
        let warning = |line: &str| match read(line.as_bytes()) {
            Ok(line) => line.warning.map(Cow::into_owned),
            Err(unread) => panic!("{line}: {}", unread.why),
        };
        let both = r#"{"spoiler_text":"b","text":"t","content_warning":"a"}"#;
        assert_eq!(warning(both).as_deref(), Some("a"));
        let same = r#"{"spoiler_text":"a","text":"t","content_warning":"a"}"#;
        assert_eq!(warning(same).as_deref(), Some("a"));
        let null = r#"{"spoiler_text":"b","text":"t","content_warning":null}"#;
        assert_eq!(warning(null).as_deref(), Some("b"));
        assert_eq!(warning(r#"{"t\u0065xt":"t"}"#), None);
    }

    #[test]
    fn other_keys_are_passed_over_whatever_they_hold() {
        for line in [
            r#"{"text":"t","extra":"\ud800"}"#,
            r#"{"\ud800":1,"text":"t","\ude00":["\ud800"]}"#,
            r#"{"more":{"text":5},"text":"t","n":1e999}"#,
        ] {
            assert_eq!(
                read(line.as_bytes()).map(|line| line.text.into_owned()).ok().as_deref(),
                Some("t"),
                "{line}"
            );
        }
    }
}
