//! `ladder.limits.toml`: what the instances take that channels speak to, as
//! `ladder channels --check` noted it. Pure.
//!
//! It is committed, so that `check` and `preview` know it without opening a socket,
//! and say the same on every machine. Without it the networks' defaults hold.

use super::name::check_characters;
use super::project::after_syntax;
use super::shape::{Field, Kind, Reader};
use super::tree::{Table, parse_toml};
use crate::diagnostic::{Checked, Diagnostic};
use crate::source::{SourceId, Sources, Span};
use serde_json::{Value, json};
use std::fmt::Write as _;

/// The file's name, beside `ladder.toml`.
pub const LIMITS_FILE: &str = "ladder.limits.toml";

/// The whole file.
pub const LIMITS: &[Field] =
    &[Field::new("channels", Kind::Named(CHANNEL_LIMITS), "What the instance of a channel takes.")];

/// `[channels.NAME]` of it.
pub const CHANNEL_LIMITS: &[Field] = &[
    Field::new("base_url", Kind::Text, "The instance. For another one it does not count."),
    Field::new("noted", Kind::Text, "The day on which it was asked."),
    Field::new("software", Kind::Text, "Which version it said that it is."),
    Field::new("max_characters", Kind::Integer(1), "Longest text."),
    Field::new("characters_reserved_per_url", Kind::Integer(1), "What every link counts."),
    Field::new("max_media_attachments", Kind::Integer(1), "Most images on one post."),
    Field::new("image_size_limit", Kind::Integer(1), "Largest image, in bytes."),
    Field::new("image_matrix_limit", Kind::Integer(1), "Most pixels of an image."),
    Field::new("description_limit", Kind::Integer(1), "Longest alt text, in characters."),
];

/// What one instance takes, as far as it says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Noted {
    /// The instance.
    pub base_url: String,
    /// The day on which it was asked, `2026-11-22`.
    pub noted: Option<String>,
    /// What it said that it is.
    pub software: Option<String>,
    /// Longest text, in the network's own unit.
    pub max_characters: Option<u64>,
    /// What every link counts.
    pub characters_reserved_per_url: Option<u64>,
    /// Most images on one post.
    pub max_media_attachments: Option<u64>,
    /// Largest image in bytes.
    pub image_size_limit: Option<u64>,
    /// Most pixels of an image.
    pub image_matrix_limit: Option<u64>,
    /// Longest alt text in characters.
    pub description_limit: Option<u64>,
}

impl Noted {
    /// No sensible limit is larger (a judgement: a terabyte).
    pub const LARGEST: u64 = 1 << 40;

    /// What a server says of its software, as it may stand in a file that is committed and
    /// shown: a version's letters, in one line. The rest is left out.
    pub fn software(said: &str) -> Option<String> {
        let plain = |c: &char| c.is_ascii_alphanumeric() || " .+()_~:-".contains(*c);
        let plain: String = said.chars().filter(plain).take(80).collect();
        Some(plain.trim().to_owned()).filter(|plain| !plain.is_empty())
    }

    /// Whether it is about the instance at that address.
    pub fn is_of(&self, base_url: &str) -> bool {
        let bare = |address: &str| address.trim().trim_end_matches('/').to_lowercase();
        bare(&self.base_url) == bare(base_url)
    }

    /// Whether both say the same, whenever they were asked.
    pub fn says_what(&self, other: &Noted) -> bool {
        Noted { noted: None, ..self.clone() } == Noted { noted: None, ..other.clone() }
    }

    /// The numbers by the names that they have in the file.
    fn numbers(&self) -> [(&'static str, Option<u64>); 6] {
        [
            ("max_characters", self.max_characters),
            ("characters_reserved_per_url", self.characters_reserved_per_url),
            ("max_media_attachments", self.max_media_attachments),
            ("image_size_limit", self.image_size_limit),
            ("image_matrix_limit", self.image_matrix_limit),
            ("description_limit", self.description_limit),
        ]
    }

    /// For programs: what is known, by the names of the file.
    pub fn json(&self) -> Value {
        let mut all = json!({ "base_url": self.base_url, "noted": self.noted, "software": self.software });
        for (name, number) in self.numbers() {
            all[name] = json!(number);
        }
        all
    }
}

/// Reads the file: what is noted of each channel that it names, in its order.
///
/// There is always a value: what could be understood, beside the problems.
pub fn parse_limits(sources: &Sources, id: SourceId) -> Checked<Vec<(String, Noted)>> {
    let mut syntax = Vec::new();
    let tree = parse_toml(sources, sources.whole(id)).take(&mut syntax);
    let mut problems = Vec::new();
    let table = tree.unwrap_or_else(|| Table::empty(Span::start_of(id)));
    let mut reader = Reader::new(table, LIMITS, format!("`{LIMITS_FILE}`"), &mut problems);
    let channels = reader.named("channels");
    reader.finish();
    let read = channels.into_iter().map(|(name, table)| {
        let noted = read_channel(&name.value, table, &mut problems);
        (name.value, noted)
    });
    let read = read.collect();
    check_characters(sources, id, &mut problems);
    let problems = after_syntax(sources, syntax, problems);
    let told = |problem: Diagnostic| match problem.hint {
        Some(_) => problem,
        None => problem.hint(format!("delete `{LIMITS_FILE}`: `ladder channels --check` writes it anew")),
    };
    Checked::with(read, problems.into_iter().map(told).collect())
}

fn read_channel(name: &str, table: Table, problems: &mut Vec<Diagnostic>) -> Noted {
    let mut reader = Reader::new(table, CHANNEL_LIMITS, format!("`[channels.{name}]`"), problems);
    let base_url = reader.required_text("base_url").map(|text| text.value).unwrap_or_default();
    let (noted, software) = (reader.text("noted"), reader.text("software"));
    let mut number = |key: &str| {
        let written = reader.integer(key)?;
        let number = u64::try_from(written.value).ok().filter(|number| *number <= Noted::LARGEST);
        if number.is_none() {
            let says = format!("`{key}` is larger than any limit can be");
            reader.problems.push(Diagnostic::error("wrong-value", says).at(written.span));
        }
        number
    };
    let read = Noted {
        base_url,
        noted: noted.map(|text| text.value),
        software: software.map(|text| text.value),
        max_characters: number("max_characters"),
        characters_reserved_per_url: number("characters_reserved_per_url"),
        max_media_attachments: number("max_media_attachments"),
        image_size_limit: number("image_size_limit"),
        image_matrix_limit: number("image_matrix_limit"),
        description_limit: number("description_limit"),
    };
    reader.finish();
    read
}

/// The file with these in it, sorted by the channels' names.
pub fn write_limits(channels: &[(String, Noted)]) -> String {
    let mut sorted: Vec<_> = channels.iter().collect();
    sorted.sort_by(|one, other| one.0.cmp(&other.0));
    let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let mut out =
        "# What the instances take. `ladder channels --check` writes this file; commit it.\n".to_owned();
    for (name, noted) in sorted {
        let bare =
            !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
        let key = if bare { name.clone() } else { quoted(name) };
        let _ = write!(out, "\n[channels.{key}]\nbase_url = {}\n", quoted(&noted.base_url));
        for (key, text) in [("noted", &noted.noted), ("software", &noted.software)] {
            if let Some(text) = text {
                let _ = writeln!(out, "{key} = {}", quoted(text));
            }
        }
        for (key, number) in noted.numbers() {
            if let Some(number) = number {
                let _ = writeln!(out, "{key} = {number}");
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Vec<(String, Noted)>, Vec<String>) {
        let mut sources = Sources::new();
        let id = sources.add(LIMITS_FILE, text);
        let checked = parse_limits(&sources, id);
        let told = checked.problems.iter().map(|problem| {
            let place = problem.span.map(|span| sources.locate(span));
            let place = place.map_or_else(String::new, |at| format!("{}:{} ", at.line, at.column));
            format!("{place}{}", problem.message)
        });
        let told = told.collect();
        (checked.value.unwrap(), told)
    }

    fn noted(characters: u64) -> Noted {
        Noted {
            base_url: "https://hachyderm.io".to_owned(),
            noted: Some("2026-11-22".to_owned()),
            software: Some("4.5.1 \"quoted\"".to_owned()),
            max_characters: Some(characters),
            description_limit: Some(1500),
            ..Noted::default()
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let all = vec![("a b".to_owned(), noted(7)), ("mastodon".to_owned(), noted(1000))];
        let text = write_limits(&all);
        assert_eq!(read(&text), (all.clone(), Vec::new()));
        let turned: Vec<_> = all.iter().rev().cloned().collect();
        assert_eq!(write_limits(&turned), text);
        insta::assert_snapshot!(write_limits(&all[1..]), @r#"
        # What the instances take. `ladder channels --check` writes this file; commit it.

        [channels.mastodon]
        base_url = "https://hachyderm.io"
        noted = "2026-11-22"
        software = '4.5.1 "quoted"'
        max_characters = 1000
        description_limit = 1500
        "#);
    }

    #[test]
    fn odd_files_are_told_with_their_places() {
        let table = "[channels.m]\nbase_url = \"https://h\"\n";
        let mut all = Vec::new();
        for odd in [
            "max_characters = \"many\"",
            "max_characters = 0",
            "max_characters = -5",
            "max_characters = 9223372036854775807",
            "max_characters = 99999999999999999999",
            "max_characters = 1.5",
            "max_charcters = 5",
            "software = 4",
        ] {
            let (value, told) = read(&format!("{table}{odd}\n"));
            assert_eq!(value[0].1.max_characters, None, "{odd}");
            all.push(format!("{odd}: {}", told.join("; ")));
        }
        for odd in
            ["channels = 1", "[channels]\nm = 1", "[channels.m]\nnoted = \"x\"", "[[channels]]", "nonsense"]
        {
            let (_, told) = read(odd);
            all.push(format!("{}: {}", odd.replace('\n', " "), told.join("; ")));
        }
        insta::assert_snapshot!(all.join("\n"), @r#"
        max_characters = "many": 3:18 `max_characters` must be a whole number, and this is a text
        max_characters = 0: 3:18 `max_characters` is at least 1, and this is 0
        max_characters = -5: 3:18 `max_characters` is at least 1, and this is -5
        max_characters = 9223372036854775807: 3:18 `max_characters` is larger than any limit can be
        max_characters = 99999999999999999999: 3:18 a number that is too large to be read
        max_characters = 1.5: 3:18 `max_characters` must be a whole number, and this is a number with a fraction
        max_charcters = 5: 3:1 `[channels.m]` has no key `max_charcters`
        software = 4: 3:12 `software` must be a text, and this is a whole number
        channels = 1: 1:12 `channels` must be a table, and this is a whole number
        [channels] m = 1: 2:1 `channels.m` must be a table, and this is a whole number
        [channels.m] noted = "x": 1:1 `[channels.m]` needs `base_url`
        [[channels]]: 1:1 `channels` must be a table, and this is a list
        nonsense: 1:9 not TOML here: key with no value, expected `=`
        "#);
    }

    #[test]
    fn it_is_about_one_instance_and_the_day_does_not_matter() {
        assert!(noted(1).is_of("https://Hachyderm.io/") && !noted(1).is_of("https://mastodon.social"));
        assert!(noted(1).says_what(&Noted { noted: None, ..noted(1) }) && !noted(1).says_what(&noted(2)));
    }
}
