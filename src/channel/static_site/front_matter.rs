//! Front matter: one key and value a line, each text as JSON writes it, which
//! TOML, YAML 1.1 and YAML 1.2 read alike whatever it looks like. No text of a
//! message can begin a line: generators end the head at the first line of `+++`
//! or `---`, wherever it stands (which is why no serializer is at work here:
//! they write texts with line ends over several lines).

use super::Preset;
use crate::diagnostic::Diagnostic;
use crate::ladder::shape::Reader;
use crate::ladder::{Node, NodeKind};
use serde_json::{Map, Value};

/// Keys and values in order; `date` is kept apart because both formats have
/// dates of their own.
#[derive(Clone, Debug, Default)]
pub struct FrontMatter {
    /// The date as the format writes it.
    pub date: String,
    /// All other keys.
    pub keys: Map<String, Value>,
}

impl FrontMatter {
    /// Puts the user's own keys over these; tables are merged, not replaced.
    pub fn merge(&mut self, extra: &Map<String, Value>) {
        merge(&mut self.keys, extra);
        if let Some(Value::String(date)) = self.keys.shift_remove("date") {
            self.date = date;
        }
    }

    /// Between `+++`.
    pub fn toml(&self) -> String {
        let date = self.date.parse::<toml::value::Datetime>();
        let date = date.map_or_else(|_| quote(&self.date), |date| date.to_string());
        let mut out = format!("+++\ndate = {date}\n");
        let (tables, plain): (Vec<_>, Vec<_>) = self.keys.iter().partition(|(_, value)| value.is_object());
        for (key, value) in plain {
            if let Some(value) = toml_value(value) {
                out += &format!("{} = {value}\n", toml_key(key));
            }
        }
        // Behind a section's head everything belongs to it.
        for (key, table) in tables {
            out += &format!("\n[{}]\n", toml_key(key));
            for (key, value) in table.as_object().into_iter().flatten() {
                if let Some(value) = toml_value(value) {
                    out += &format!("{} = {value}\n", toml_key(key));
                }
            }
        }
        out + "+++\n"
    }

    /// Between `---`.
    pub fn yaml(&self) -> String {
        let mut out = String::from("---\n");
        for (key, value) in &self.keys {
            // The date stands where the title does: right behind it.
            out += &format!("{}: {}\n", yaml_key(key), yaml_value(value));
            if key == "title" {
                out += &format!("date: {}\n", yaml_date(&self.date));
            }
        }
        out + "---\n"
    }
}

/// `front_matter = { … }` of the channel's table.
pub fn extra(reader: &mut Reader<'_>, preset: Option<Preset>) -> Map<String, Value> {
    let Some((_, node)) = reader.node("front_matter") else { return Map::new() };
    refuse_ours(&node, preset, 0, reader.problems);
    match json_value(&node) {
        Value::Object(map) => map,
        _ => {
            let message = format!("`front_matter` is {}, and should be a table", node.kind.name());
            let hint = "write `front_matter = { author = \"Ada\" }`";
            reader.problems.push(Diagnostic::error("wrong-type", message).at(node.span).hint(hint));
            Map::new()
        }
    }
}

/// Keys by which a page is known as ours: one that is written over is neither found nor
/// taken down again.
const KNOWN_BY: &[&str] = &["ladder_key", "ladder_id"];

/// Refuses keys that publishing relies on. Generators do not tell `Slug` from `slug`.
fn refuse_ours(node: &Node, preset: Option<Preset>, depth: u32, problems: &mut Vec<Diagnostic>) {
    let NodeKind::Table(table) = &node.kind else { return };
    for (key, node) in &table.entries {
        let name = key.value.trim().to_ascii_lowercase();
        let refused = match (name.as_str(), preset) {
            (known_by, _) if KNOWN_BY.contains(&known_by) => {
                Some(("the page is known by it", "give your key another name"))
            }
            _ if depth > 0 => None,
            ("slug", Some(Preset::Hugo | Preset::Zola)) => Some((
                "all pages would have one address",
                "set `slug` on the rung, or in the message, and leave it out here",
            )),
            ("permalink", Some(Preset::Jekyll | Preset::Eleventy)) => Some((
                "it is made of the channel's `url`",
                "write it beside `front_matter` instead: `permalink = \"/blog/{slug}/\"`",
            )),
            ("templateengineoverride", Some(Preset::Eleventy)) => {
                Some(("without it the text of a message would run as a template", "leave it out"))
            }
            // Zola keeps ours in it.
            ("extra", Some(Preset::Zola)) if !matches!(node.kind, NodeKind::Table(_)) => {
                let message = format!("`extra` is {}, and should be a table", node.kind.name());
                let hint = "`ladder` keeps keys of its own in it: write `extra = { author = \"Ada\" }`";
                problems.push(Diagnostic::error("wrong-type", message).at(node.span).hint(hint));
                None
            }
            _ => None,
        };
        if let Some((why, hint)) = refused {
            let message = format!("`{}` in `front_matter` is written by `ladder` itself: {why}", key.value);
            problems.push(Diagnostic::error("wrong-value", message).at(key.span).hint(hint));
        }
        refuse_ours(node, preset, depth + 1, problems);
    }
}

fn json_value(node: &Node) -> Value {
    match &node.kind {
        NodeKind::String(text) | NodeKind::Datetime(text) => Value::from(text.as_str()),
        NodeKind::Integer(number) => Value::from(*number),
        NodeKind::Float(number) => Value::from(*number),
        NodeKind::Boolean(yes) => Value::from(*yes),
        NodeKind::Null => Value::Null,
        NodeKind::Array(nodes) => nodes.iter().map(json_value).collect(),
        NodeKind::Table(table) => {
            table.entries.iter().map(|(key, node)| (key.value.clone(), json_value(node))).collect()
        }
    }
}

fn merge(into: &mut Map<String, Value>, extra: &Map<String, Value>) {
    for (key, value) in extra {
        match (into.get_mut(key), value) {
            (Some(Value::Object(old)), Value::Object(new)) => merge(old, new),
            _ => {
                into.insert(key.clone(), value.clone());
            }
        }
    }
}

/// In one line. TOML has no null: such a key is left out.
fn toml_value(value: &Value) -> Option<String> {
    Some(match value {
        Value::Null => return None,
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::String(text) => quote(text),
        Value::Array(values) => {
            format!("[{}]", values.iter().filter_map(toml_value).collect::<Vec<_>>().join(", "))
        }
        Value::Object(map) => {
            let entries = map.iter().filter_map(|(key, value)| {
                let value = toml_value(value)?;
                Some(format!("{} = {value}", toml_key(key)))
            });
            format!("{{ {} }}", entries.collect::<Vec<_>>().join(", "))
        }
    })
}

fn toml_key(key: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    if !key.is_empty() && key.chars().all(bare) { key.to_owned() } else { quote(key) }
}

/// Bare only where no reader takes it for something else than a text.
fn yaml_key(key: &str) -> String {
    let simple = key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
        && key.starts_with(|c: char| c.is_ascii_alphabetic());
    let word = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"];
    if simple && !word.contains(&key.to_ascii_lowercase().as_str()) { key.to_owned() } else { quote(key) }
}

/// Bare, so that generators see a date, unless it is something else.
fn yaml_date(date: &str) -> String {
    let plain = |c: char| c.is_ascii_digit() || matches!(c, '-' | ':' | '+' | '.' | 'T' | 'Z' | ' ');
    if date.chars().all(plain) { date.to_owned() } else { quote(date) }
}

/// In one line, with a blank behind `:` and `,`, which YAML 1.1 wants.
fn yaml_value(value: &Value) -> String {
    match value {
        Value::String(text) => quote(text),
        Value::Array(values) => {
            format!("[{}]", values.iter().map(yaml_value).collect::<Vec<_>>().join(", "))
        }
        Value::Object(map) => {
            let entries = map.iter().map(|(key, value)| format!("{}: {}", quote(key), yaml_value(value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

/// A JSON string, with what YAML or TOML do not take raw (C1 controls, DEL,
/// line separators, the byte-order mark) written as `\uXXXX` too.
fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    for c in Value::from(text).to_string().chars() {
        match c {
            '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => {
                out += &format!("\\u{:04x}", c as u32);
            }
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn sample() -> FrontMatter {
        let Value::Object(keys) = json!({
            "title": "a: \"b\" # c \\ \u{85}", "tags": ["2024", "1.0", "no", "@a", "- b"],
            "draft": false, "none": null, "params": { "yes": "on", "n": 1.5 },
        }) else {
            panic!()
        };
        FrontMatter { date: "2026-12-01T09:00:00+01:00".to_owned(), keys }
    }

    #[test]
    fn toml_comes_back_as_it_went_in() {
        let text = sample().toml();
        let inner = text.trim_start_matches("+++\n").trim_end_matches("+++\n");
        let table: toml::Table = inner.parse().unwrap();
        assert_eq!(table["title"].as_str().unwrap(), "a: \"b\" # c \\ \u{85}");
        assert!(table["date"].is_datetime());
        assert_eq!(table["tags"][0].as_str().unwrap(), "2024");
        assert!(!table.contains_key("none"));
    }

    #[test]
    fn no_text_begins_a_line() {
        let text = "a\n+++\n---\nladder_key = \"x\"\nladder_key: x\r\n\u{2028}+++";
        let mut front = sample();
        front.keys["title"] = json!(text);
        front.keys["tags"] = json!([text]);
        front.keys["params"] = json!({ text: { text: text } });
        front.date = text.to_owned();
        for (head, fence) in [(front.toml(), "+++"), (front.yaml(), "---")] {
            let lines: Vec<_> = head.lines().collect();
            assert_eq!(lines.iter().filter(|line| line.starts_with(fence)).count(), 2, "{head}");
            assert!(!head.contains("\nladder_key"), "{head}");
        }
        let toml = front.toml();
        let table: toml::Table = toml.trim().trim_matches('+').parse().unwrap();
        assert_eq!(table["title"].as_str(), Some(text));
        assert_eq!(table["tags"][0].as_str(), Some(text));
        assert_eq!(table["params"][text][text].as_str(), Some(text));
    }

    #[test]
    fn yaml_quotes_whatever_looks_like_something_else() {
        insta::assert_snapshot!(sample().yaml(), @r#"
        ---
        title: "a: \"b\" # c \\ \u0085"
        date: 2026-12-01T09:00:00+01:00
        tags: ["2024", "1.0", "no", "@a", "- b"]
        draft: false
        none: null
        params: {"yes": "on", "n": 1.5}
        ---
        "#);
        assert_eq!(yaml_key("no"), "\"no\"");
        assert_eq!(yaml_key("a b"), "\"a b\"");
    }

    #[test]
    fn own_keys_win_and_tables_are_merged() {
        let mut front = sample();
        let Value::Object(extra) = json!({ "draft": true, "params": { "n": 2 }, "date": "2027-01-01" })
        else {
            panic!()
        };
        front.merge(&extra);
        assert_eq!(front.keys["draft"], true);
        assert_eq!(front.keys["params"], json!({ "yes": "on", "n": 2 }));
        assert_eq!(front.date, "2027-01-01");
    }
}
