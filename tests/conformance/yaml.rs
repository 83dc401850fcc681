//! The sets that are YAML, as JSON values.

use saphyr_parser::{Event, Parser, ScalarStyle};
use serde_json::{Map, Value};

enum Open {
    List(Vec<Value>),
    Map(Map<String, Value>, Option<String>),
}

/// The first document of `text`. Only what the sets use: no anchors; plain
/// numbers and booleans are such, everything else is text.
pub fn parse(text: &str) -> Value {
    let mut open: Vec<Open> = Vec::new();
    for event in Parser::new_from_str(text) {
        let value = match event.expect("the set is YAML").0 {
            Event::SequenceStart(..) => {
                open.push(Open::List(Vec::new()));
                continue;
            }
            Event::MappingStart(..) => {
                open.push(Open::Map(Map::new(), None));
                continue;
            }
            Event::Scalar(text, style, ..) => match (style, &*text) {
                (ScalarStyle::Plain, "true") => Value::Bool(true),
                (ScalarStyle::Plain, "false") => Value::Bool(false),
                (ScalarStyle::Plain, "" | "~" | "null") => Value::Null,
                (ScalarStyle::Plain, text) => text.parse::<i64>().map_or_else(|_| text.into(), Value::from),
                (_, text) => text.into(),
            },
            Event::SequenceEnd | Event::MappingEnd => match open.pop().expect("what ends has begun") {
                Open::List(list) => Value::Array(list),
                Open::Map(map, _) => Value::Object(map),
            },
            _ => continue,
        };
        match open.last_mut() {
            None => return value,
            Some(Open::List(list)) => list.push(value),
            Some(Open::Map(map, key)) => match key.take() {
                Some(key) => _ = map.insert(key, value),
                None => *key = Some(value.as_str().map_or_else(|| value.to_string(), str::to_owned)),
            },
        }
    }
    panic!("the set has no document")
}
