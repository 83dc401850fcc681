//! The head of a message's file, before defaults and inheritance.

use crate::diagnostic::Diagnostic;
use crate::ladder::front_matter::Fence;
use crate::ladder::name::{check_language, is_language};
use crate::ladder::shape::{Reader, fields};
use crate::ladder::tree::{NodeKind, Table};
use crate::ladder::{Media, Settings, When};
use crate::source::Spanned;

/// What a head gives; `None` is for what it does not.
pub struct Head {
    pub id: Option<Spanned<String>>,
    pub title: Option<Spanned<String>>,
    /// Whether there is a `title`, though perhaps a wrong one that was reported.
    pub title_was_there: bool,
    pub summary: Option<Spanned<String>>,
    pub language: Option<Spanned<String>>,
    pub ladder: Option<Spanned<String>>,
    pub campaign: Option<String>,
    pub tags: Option<Vec<Spanned<String>>>,
    pub publish_at: Option<Spanned<When>>,
    pub embargo: Option<Spanned<When>>,
    pub link: Option<Spanned<String>>,
    pub draft: Option<Spanned<bool>>,
    pub media: Option<Vec<Media>>,
    pub overrides: Vec<(Spanned<String>, Settings)>,
    pub allow: Option<Vec<Spanned<String>>>,
    pub extra: Table,
}

/// What keys of Hugo, Jekyll, Zola, Eleventy and others are called here.
const FOREIGN: &[(&str, &str)] = &[
    ("date", "`publish_at` says when it goes out; templates can read this as `message.extra.date`"),
    ("publishdate", "here it is `publish_at`"),
    ("published_at", "here it is `publish_at`"),
    ("scheduled_at", "here it is `publish_at`"),
    ("description", "here it is `summary`"),
    ("excerpt", "here it is `summary`; a single rung's is said in `[overrides.RUNG]`"),
    ("subtitle", "here it is `summary`; templates can read this as `message.extra.subtitle`"),
    ("categories", "here they are `tags`"),
    ("keywords", "here they are `tags`"),
    ("taxonomies", "here it is `tags = [\"…\"]`, without a section"),
    ("image", "here it is a `[[media]]` with `file` and `alt`"),
    ("images", "here each is a `[[media]]` with `file` and `alt`"),
    ("cover", "here it is the first `[[media]]`, with `file` and `alt`"),
    ("featured_image", "here it is the first `[[media]]`, with `file` and `alt`"),
    ("lang", "here it is `language`"),
    ("locale", "here it is `language`"),
    ("url", "an existing page is `link`; templates can read this as `message.extra.url`"),
    ("canonical_url", "here it is `canonical` in `[overrides.RUNG]`"),
];

/// Reads a head; `folder` is where media paths start.
pub fn read_head(table: Table, fence: Fence, folder: &str, problems: &mut Vec<Diagnostic>) -> Head {
    let yaml = fence == Fence::Yaml;
    let in_override = if yaml {
        "it is said for a single rung: below `overrides:` and the rung's name"
    } else {
        "it is said for a single rung: below `[overrides.RUNG]`"
    };
    let mut reader = Reader::new(table, fields::MESSAGE, "a message", problems)
        .elsewhere(fields::SETTINGS, in_override)
        .in_yaml(yaml);
    let filled = |text: &Spanned<String>| !text.value.trim().is_empty();
    let title_was_there = reader.table.get("title").is_some_and(|node| node.kind != NodeKind::Null);
    let title = reader.text("title");
    if let Some(title) = title.as_ref().filter(|title| !filled(title)) {
        reader.problems.push(Diagnostic::error("missing-key", "`title` is empty").at(title.span));
    }
    let tags_as_text = matches!(reader.table.get("tags").map(|node| &node.kind), Some(NodeKind::String(_)));
    let tags = reader.texts("tags").map(|tags| read_tags(tags, tags_as_text, yaml, reader.problems));
    let language = reader.text("language").filter(filled);
    reader.problems.extend(language.as_ref().and_then(check_language));
    let mut head = Head {
        id: reader.text("id"),
        title_was_there,
        title: title.filter(filled).map(one_line),
        summary: reader.text("summary").map(one_line),
        language,
        ladder: reader.text("ladder").filter(filled),
        campaign: reader.text("campaign").filter(filled).map(|campaign| campaign.value),
        tags,
        publish_at: reader.when("publish_at"),
        embargo: reader.when("embargo"),
        link: reader.url("link"),
        draft: reader.boolean("draft"),
        media: None,
        overrides: Vec::new(),
        allow: reader.texts("allow"),
        extra: Table::empty(reader.span()),
    };
    let media = reader.table.get("media").is_some().then(|| reader.tables("media"));
    let overrides = reader.named("overrides");
    head.extra = reader.finish_keeping(FOREIGN);
    let hint = match yaml {
        true => "it belongs to the message: move it to the left edge, out of `media:` or `overrides:`",
        false => {
            "it belongs to the message: move it above the first `[[media]]` or `[overrides…]`, \
             for what stands below such a header belongs to that"
        }
    };
    head.media = media.map(|media| {
        media.into_iter().filter_map(|table| read_media(table, yaml, hint, folder, problems)).collect()
    });
    for (rung, table) in overrides {
        let mut reader =
            Reader::new(table, fields::SETTINGS, format!("`[overrides.{}]`", rung.value), problems)
                .elsewhere(fields::MESSAGE, hint)
                .elsewhere(fields::OF_ACCOUNTS, fields::OF_AN_ACCOUNT)
                .in_yaml(yaml);
        let settings = Settings::read(&mut reader);
        reader.finish();
        head.overrides.push((rung, settings));
    }
    head
}

/// Titles and summaries go into headers, cards and lists: a line break there is a space.
fn one_line(text: Spanned<String>) -> Spanned<String> {
    let broken = text.value.contains('\n') || text.value.trim() != text.value;
    if broken { text.map(|text| text.split_whitespace().collect::<Vec<_>>().join(" ")) } else { text }
}

/// Tags without `#`, each once. One text with commas is read as a list, with a warning.
fn read_tags(
    written: Vec<Spanned<String>>,
    as_text: bool,
    yaml: bool,
    problems: &mut Vec<Diagnostic>,
) -> Vec<Spanned<String>> {
    let mut tags: Vec<Spanned<String>> = Vec::new();
    for text in &written {
        let parts: Vec<&str> = if as_text { text.value.split(',').collect() } else { vec![&text.value] };
        for part in parts {
            let tag = part.trim().trim_start_matches('#').trim();
            if !tag.is_empty() && !tags.iter().any(|other| other.value == tag) {
                tags.push(Spanned::new(tag.to_owned(), text.span));
            }
        }
    }
    if as_text && let Some(text) = written.first() {
        let list: Vec<String> = tags.iter().map(|tag| format!("\"{}\"", tag.value)).collect();
        let says = match list.len() {
            1 => "`tags` is a text, read as one tag".to_owned(),
            many => format!("`tags` is a text, read as {many} tags"),
        };
        let colon = if yaml { ":" } else { " =" };
        problems.push(
            Diagnostic::warning("loose-tags", says)
                .at(text.span)
                .hint(format!("write a list: `tags{colon} [{}]`", list.join(", "))),
        );
    }
    tags
}

fn read_media(
    table: Table,
    yaml: bool,
    hint: &'static str,
    folder: &str,
    problems: &mut Vec<Diagnostic>,
) -> Option<Media> {
    let mut reader = Reader::new(table, fields::MEDIA, "`[[media]]`", problems)
        .elsewhere(fields::MESSAGE, hint)
        .in_yaml(yaml);
    let file = reader.required_text("file");
    let alt = reader.text_by_language("alt").unwrap_or_default();
    let crops = reader.crops("crops").unwrap_or_default();
    reader.finish();
    let file = file?;
    for (language, text) in &alt {
        if !language.is_empty() && !is_language(language) {
            let says = format!("`{language}` is no language");
            problems.push(
                Diagnostic::error("wrong-value", says).at(text.span).hint(
                    "alt text is one text, or one for each language: `alt = { en = \"…\", de = \"…\" }`",
                ),
            );
        }
    }
    match path_in_project(folder, &file.value) {
        Ok(path) => Some(Media { file, path, alt, crops, facts: None }),
        Err((says, hint)) => {
            let says = format!("`{}` {says}", file.value);
            problems.push(Diagnostic::error("path-outside", says).at(file.span).hint(hint));
            None
        }
    }
}

/// The path of `file` from the project's folder, with `.` and `..` resolved by
/// letters alone. Symbolic links are looked at by whoever opens the file.
fn path_in_project(folder: &str, file: &str) -> Result<String, (&'static str, &'static str)> {
    const BESIDE: &str = "put the file beside the message and give its name: `rocket.png`";
    if file.contains("://") || file.starts_with("data:") || file.starts_with("//") {
        return Err((
            "is an address, and a file is needed",
            "save the image beside the message and give its name",
        ));
    }
    if file.contains('\\') {
        return Err(("has a `\\` in it", "parts of a path are separated by `/`"));
    }
    if file.contains(|c: char| c.is_control()) {
        return Err(("has a control character in it", BESIDE));
    }
    let drive = file.as_bytes().get(1) == Some(&b':') && file.as_bytes()[0].is_ascii_alphabetic();
    if file.starts_with('/') || file.starts_with('~') || drive {
        return Err(("is an absolute path", BESIDE));
    }
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    for part in file.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                if parts.pop().is_none() {
                    return Err(("leaves the project", BESIDE));
                }
            }
            part => parts.push(part),
        }
    }
    if file.ends_with('/') || matches!(file.rsplit('/').next(), Some("." | "..")) || parts.is_empty() {
        return Err(("is a folder", BESIDE));
    }
    Ok(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::path_in_project as path;

    #[test]
    fn media_stay_in_the_project() {
        assert_eq!(path("messages/rocket", "a.png").unwrap(), "messages/rocket/a.png");
        assert_eq!(path("messages", "./x/../../media//a b.png").unwrap(), "media/a b.png");
        assert_eq!(path("", "a.png").unwrap(), "a.png");
        for bad in [
            "../../a.png",
            "../../../etc/passwd",
            "x/../../../a",
            "/etc/passwd",
            "~/a.png",
            "C:/a.png",
            "a\\b.png",
            "https://a.example/b.png",
            "//a.example/b.png",
            "data:image/png;base64,xx",
            "a\0.png",
            "..",
            "x/",
            "x/..",
        ] {
            assert!(path("messages", bad).is_err(), "{bad:?}");
        }
    }
}
