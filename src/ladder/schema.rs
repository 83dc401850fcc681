//! JSON Schemas (draft-07) of the files, made from the shapes that read them.
//!
//! Draft-07 because editors' TOML support knows nothing newer. Unknown keys are
//! not allowed, except in a message's head, where they are kept.

use super::limits::{CHANNEL_LIMITS, LIMITS};
use super::shape::{Field, Kind, fields};
use serde_json::{Map, Value, json};

const DRAFT: &str = "http://json-schema.org/draft-07/schema#";
const NAME: &str = "^[a-z0-9_][a-z0-9_-]*$";

/// The schema of `ladder.toml`; `adapters` are this build's, each with the keys
/// that only it knows.
pub fn project_schema(adapters: &[(&str, &[Field])]) -> Value {
    let mut project = object(fields::PROJECT, false);
    let one_of: Vec<Value> = adapters
        .iter()
        .map(|(name, own)| {
            // An adapter's own key stands before a common one of the same name.
            let common = fields::CHANNEL.iter().filter(|field| !own.iter().any(|o| o.name == field.name));
            let all: Vec<Field> = common.chain(own.iter()).copied().collect();
            let mut channel = object(&all, false);
            channel["properties"]["adapter"] = json!({ "const": name });
            channel["required"] = json!(["adapter"]);
            channel["title"] = json!(format!("a channel of `{name}`"));
            channel
        })
        .collect();
    let channel = match one_of.is_empty() {
        true => object(fields::CHANNEL, true),
        false => json!({ "oneOf": one_of }),
    };
    let properties = &mut project["properties"];
    properties["channels"] = named(channel, about(fields::PROJECT, "channels"));
    let handle = json!({ "type": "object", "additionalProperties": { "type": "string" } });
    properties["handles"] = json!({
        "type": "object",
        "description": about(fields::PROJECT, "handles"),
        "additionalProperties": handle,
    });
    properties["brand"]["required"] = json!(["name"]);
    project["required"] = json!(["brand"]);
    titled(project, "ladder.toml: a project")
}

/// The schema of `ladder.limits.toml`.
pub fn limits_schema() -> Value {
    let mut limits = object(LIMITS, false);
    let mut channel = object(CHANNEL_LIMITS, false);
    channel["required"] = json!(["base_url"]);
    limits["properties"]["channels"] = named(channel, about(LIMITS, "channels"));
    titled(limits, "ladder.limits.toml: what the instances take")
}

/// The schema of a file in `content-ladders/`.
pub fn ladder_schema() -> Value {
    let mut ladder = object(fields::LADDER, false);
    let mut rung = object(fields::RUNG, false);
    rung["required"] = json!(["channel"]);
    ladder["properties"]["rungs"] = named(rung, about(fields::LADDER, "rungs"));
    ladder["required"] = json!(["rungs"]);
    titled(ladder, "a content ladder")
}

/// The schema of a message's head.
pub fn message_schema() -> Value {
    let mut message = object(fields::MESSAGE, true);
    message["required"] = json!(["title"]);
    message["properties"]["media"]["items"]["required"] = json!(["file"]);
    titled(message, "the head of a message")
}

fn titled(schema: Value, title: &str) -> Value {
    let mut whole = Map::new();
    whole.insert("$schema".into(), json!(DRAFT));
    whole.insert("title".into(), json!(title));
    if let Value::Object(schema) = schema {
        whole.extend(schema);
    }
    Value::Object(whole)
}

fn about<'f>(shape: &'f [Field], name: &str) -> &'f str {
    shape.iter().find(|field| field.name == name).map_or("", |field| field.about)
}

fn object(shape: &[Field], more: bool) -> Value {
    let properties: Map<String, Value> =
        shape.iter().map(|field| (field.name.to_owned(), described(field))).collect();
    json!({ "type": "object", "properties": properties, "additionalProperties": more })
}

fn named(each: Value, description: &str) -> Value {
    json!({
        "type": "object",
        "description": description,
        "patternProperties": { (NAME): each },
        "additionalProperties": false,
    })
}

/// The shape of an image: `1.91:1`.
const RATIO: &str = r"^\d{1,4}(\.\d{1,2})?:\d{1,4}(\.\d{1,2})?$";

fn described(field: &Field) -> Value {
    let mut schema = of_kind(field.kind);
    schema["description"] = json!(field.about);
    schema
}

fn of_kind(kind: Kind) -> Value {
    let text = || json!({ "type": "string" });
    let texts = || json!({ "type": "array", "items": { "type": "string" } });
    match kind {
        // A TOML date-time reaches a validator as a text.
        Kind::Text | Kind::Duration | Kind::Time => text(),
        Kind::Url => json!({ "type": "string", "pattern": "^https?://" }),
        Kind::OneOf(names) => json!({ "enum": names }),
        Kind::Boolean => json!({ "type": "boolean" }),
        Kind::Integer(least) => json!({ "type": "integer", "minimum": least }),
        Kind::TextOrList => json!({ "anyOf": [text(), texts()] }),
        Kind::List => texts(),
        Kind::TextByLanguage => {
            json!({ "anyOf": [text(), { "type": "object", "additionalProperties": { "type": "string" } }] })
        }
        Kind::Ratio => json!({ "type": "string", "pattern": RATIO }),
        Kind::Crops => {
            let number = json!({ "type": "integer", "minimum": 0 });
            let crop = json!({ "type": "array", "items": number, "minItems": 4, "maxItems": 4 });
            json!({ "type": "object", "patternProperties": { (RATIO): crop }, "additionalProperties": false })
        }
        Kind::Secret => {
            let way = |name: &str, value: Value| {
                json!({
                    "type": "object",
                    "properties": { (name): value },
                    "required": [name],
                    "additionalProperties": false,
                })
            };
            let mut command = texts();
            command["minItems"] = json!(1);
            json!({ "oneOf": [way("env", text()), way("file", text()), way("command", command)] })
        }
        Kind::DurationOrFalse => json!({ "anyOf": [text(), { "const": false }] }),
        Kind::Table(shape) => object(shape, false),
        Kind::Named(shape) => json!({ "type": "object", "additionalProperties": object(shape, false) }),
        Kind::Tables(shape) => json!({ "type": "array", "items": object(shape, false) }),
        Kind::Any => json!({}),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: &[Field] = &[
        Field::new("access_token", Kind::Secret, "The token."),
        Field::new("live", Kind::DurationOrFalse, "How long to look."),
        Field::new("text", Kind::Any, "Its own text."),
    ];

    #[test]
    fn a_channel_has_common_keys_and_its_adapters_own() {
        let schema = project_schema(&[("x", OWN), ("manual", &[])]);
        assert_eq!(schema["$schema"], DRAFT);
        let channels = &schema["properties"]["channels"]["patternProperties"][NAME]["oneOf"];
        let x = &channels[0];
        assert_eq!(x["properties"]["adapter"]["const"], "x");
        assert_eq!(x["additionalProperties"], false);
        assert_eq!(x["properties"]["text"]["description"], "Its own text.");
        assert_eq!(x["properties"]["access_token"]["oneOf"][0]["required"][0], "env");
        for field in fields::SETTINGS {
            assert!(channels[1]["properties"].get(field.name).is_some(), "{}", field.name);
        }
    }

    #[test]
    fn every_key_of_every_shape_is_in_its_schema_with_a_description() {
        let ladder = ladder_schema();
        let rung = &ladder["properties"]["rungs"]["patternProperties"][NAME]["properties"];
        let message = message_schema();
        let project = project_schema(&[]);
        for (shape, properties) in [
            (fields::RUNG, rung),
            (fields::LADDER, &ladder["properties"]),
            (fields::MESSAGE, &message["properties"]),
            (fields::MEDIA, &message["properties"]["media"]["items"]["properties"]),
            (fields::PROJECT, &project["properties"]),
            (fields::BRAND, &project["properties"]["brand"]["properties"]),
        ] {
            for field in shape {
                let about = properties[field.name]["description"].as_str().unwrap();
                assert!(about.ends_with('.') && about.len() > 8, "{}: {about}", field.name);
            }
        }
        insta::assert_json_snapshot!(message["properties"]["media"]["items"]["properties"], @r#"
        {
          "file": {
            "type": "string",
            "description": "Path of the image, relative to the message's file."
          },
          "alt": {
            "anyOf": [
              {
                "type": "string"
              },
              {
                "type": "object",
                "additionalProperties": {
                  "type": "string"
                }
              }
            ],
            "description": "What the image shows, for those who do not see it."
          },
          "crops": {
            "type": "object",
            "patternProperties": {
              "^\\d{1,4}(\\.\\d{1,2})?:\\d{1,4}(\\.\\d{1,2})?$": {
                "type": "array",
                "items": {
                  "type": "integer",
                  "minimum": 0
                },
                "minItems": 4,
                "maxItems": 4
              }
            },
            "additionalProperties": false,
            "description": "Parts of the image by their shape: x, y, width and height in its pixels."
          }
        }
        "#);
    }

    #[test]
    fn a_name_stands_once_in_a_shape() {
        for shape in [fields::RUNG, fields::LADDER, fields::MESSAGE, fields::CHANNEL, fields::PROJECT] {
            for (at, field) in shape.iter().enumerate() {
                assert!(!shape[..at].iter().any(|other| other.name == field.name), "{}", field.name);
            }
        }
    }
}
