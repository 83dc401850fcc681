//! What differs between two texts, as people read it: the words that change, with a
//! few around them, in lines of a terminal.

use super::columns::{one_line, wrap};
use serde_json::Value;
use similar::TextDiff;
use std::collections::BTreeMap;
use std::time::Duration;

/// Words, and the blanks between them, that are shown around a change.
const CONTEXT: usize = 14;
/// Places of one text that are shown.
const MOST_PLACES: usize = 20;
/// Lines of each side of one place.
const MOST_LINES: usize = 40;
/// Longer than this no answer is looked for that is as short as can be.
const LONGEST: Duration = Duration::from_millis(200);

/// One place where two texts differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// What one has, in lines.
    pub old: Vec<String>,
    /// What the other has.
    pub new: Vec<String>,
}

/// The places, in lines of at most `columns`, and how many more there are.
pub(super) fn places(old: &str, new: &str, columns: usize) -> (Vec<Place>, usize) {
    let diff = TextDiff::configure().timeout(LONGEST).diff_words(old, new);
    let groups = diff.grouped_ops(CONTEXT);
    let shown = groups.iter().take(MOST_PLACES).map(|group| {
        let ends = |range: &dyn Fn(&similar::DiffOp) -> std::ops::Range<usize>| {
            let from = group.first().map_or(0, |op| range(op).start);
            from..group.last().map_or(0, |op| range(op).end)
        };
        let (of_old, of_new) = (ends(&|op| op.old_range()), ends(&|op| op.new_range()));
        let side = |slices: &[&str], range: std::ops::Range<usize>| {
            let before = if range.start > 0 { "… " } else { "" };
            let after = if range.end < slices.len() { " …" } else { "" };
            let words = slices.get(range).unwrap_or_default().concat();
            format!("{before}{}{after}", on_a_line(&words))
        };
        let old = side(diff.old_slices(), of_old);
        let new = side(diff.new_slices(), of_new);
        Place { old: lines(&old, columns), new: lines(&new, columns) }
    });
    (shown.collect(), groups.len().saturating_sub(MOST_PLACES))
}

/// A break is a change that can be seen.
fn on_a_line(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    one_line(&text.replace("\n\n", " ¶ ").replace('\n', " ↵ "))
}

fn lines(text: &str, columns: usize) -> Vec<String> {
    let mut lines = wrap(text, columns);
    let more = lines.len().saturating_sub(MOST_LINES);
    if more > 0 {
        lines.truncate(MOST_LINES);
        lines.push(format!("… {more} more lines"));
    }
    lines
}

/// What is drawn from the words, and is told with them.
const DRAWN: &[&str] =
    &["html", "sha256", "width", "height", "bytes", "links", "source", "excerpt_html", "parts"];
/// The words themselves.
const WORDS: &[&str] = &["text", "message", "commentary", "status", "markdown", "content", "body"];

/// What differs of two payloads beside their words, by names that people know: old
/// and new.
pub(super) fn beside(old: &Value, new: &Value) -> Vec<(&'static str, String, String)> {
    let (old, new) = (leaves(old), leaves(new));
    let keys: std::collections::BTreeSet<&Vec<String>> = old.keys().chain(new.keys()).collect();
    let mut found: Vec<(&'static str, String, String)> = Vec::new();
    for key in keys {
        let (was, is) = (old.get(key), new.get(key));
        if was == is {
            continue;
        }
        let Some(name) = named(key) else { continue };
        let text = |value: Option<&String>| value.cloned().unwrap_or_default();
        let one = (name, text(was), text(is));
        if !found.contains(&one) {
            found.push(one);
        }
    }
    found
}

/// What a leaf is called; none for the words, and what is drawn from them.
fn named(path: &[String]) -> Option<&'static str> {
    let last = path.iter().rev().find(|step| step.parse::<usize>().is_err())?.as_str();
    if DRAWN.contains(&last) || WORDS.contains(&last) {
        return None;
    }
    Some(match last {
        "title" | "subject" => "the title",
        "summary" | "description" | "excerpt" | "preheader" => "the summary",
        "alt" | "altText" => "an alt text",
        "url" | "link" | "canonical" | "landing" => "the link",
        "tags" | "hashtags" => "the tags",
        "path" | "name" | "file" | "thumbnail" | "image" | "media" | "cover" => "a picture",
        "author" => "the author",
        "date" | "published" | "updated" => "the date",
        "slug" => "the address",
        _ => "something beside the words",
    })
}

/// Every text, number and word in a tree, with the way to it.
fn leaves(value: &Value) -> BTreeMap<Vec<String>, String> {
    fn walk(value: &Value, path: &mut Vec<String>, found: &mut BTreeMap<Vec<String>, String>) {
        let step = |name: String, inner: &Value, path: &mut Vec<String>, found: &mut BTreeMap<_, _>| {
            path.push(name);
            walk(inner, path, found);
            path.pop();
        };
        match value {
            Value::Object(fields) => {
                for (name, inner) in fields {
                    step(name.clone(), inner, path, found);
                }
            }
            Value::Array(items) => {
                for (number, inner) in items.iter().enumerate() {
                    step(number.to_string(), inner, path, found);
                }
            }
            Value::Null => {}
            Value::String(text) => drop(found.insert(path.clone(), text.clone())),
            other => drop(found.insert(path.clone(), other.to_string())),
        }
    }
    let mut found = BTreeMap::new();
    walk(value, &mut Vec::new(), &mut found);
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_long_paragraph_is_cut_around_its_change() {
        let old = format!("{}and some of them never went out{}", "word ".repeat(200), " and on".repeat(200));
        let new = old.replace("never went", "never ever went");
        let (places, more) = places(&old, &new, 60);
        assert_eq!((places.len(), more), (1, 0));
        assert_eq!(places[0].old.concat().matches("ever went").count(), 1);
        assert!(places[0].new.concat().contains("never ever went"), "{places:?}");
        let short = places[0].old.iter().chain(&places[0].new).all(|line| line.chars().count() <= 60);
        assert!(short && places[0].new.len() <= 3, "{places:?}");
    }

    #[test]
    fn every_place_is_shown_and_a_break_can_be_seen() {
        let far = " and so on".repeat(40);
        let (places, _) =
            places(&format!("One.{far} Two.\nThree."), &format!("Ones.{far} Two.\n\nThree."), 80);
        assert_eq!(places.len(), 2);
        assert!(places[1].old.concat().contains("Two. ↵ Three."), "{places:?}");
        assert!(places[1].new.concat().contains("Two. ¶ Three."), "{places:?}");
        let hostile = self::places("a\u{1b}[31m", "b\u{202e}", 20).0;
        assert!(!format!("{hostile:?}").contains('\u{1b}'));
    }

    #[test]
    fn what_stands_beside_the_words_has_a_name() {
        let old = json!({ "article": { "title": "A", "summary": "S", "markdown": "x", "html": "<p>x</p>" } });
        let new = json!({ "article": { "title": "B", "summary": "T", "markdown": "y", "html": "<p>y</p>" } });
        let names: Vec<&str> = beside(&old, &new).into_iter().map(|(name, ..)| name).collect();
        assert_eq!(names, ["the summary", "the title"]);
        assert!(beside(&old, &old).is_empty());
    }
}
