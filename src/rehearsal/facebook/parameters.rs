//! Parameters of a call: in the query, a form, a multipart form or JSON, which
//! are all the same to the Graph API.

use super::refusal::invalid;
use crate::rehearsal::reply::{Checked, no};
use crate::rehearsal::request::{Asked, Sent};
use serde_json::Value;
use std::collections::BTreeMap;

/// All parameters of a call; what is no text is written as JSON.
#[derive(Debug, Default)]
pub(in crate::rehearsal) struct Parameters(BTreeMap<String, String>);

impl Parameters {
    pub fn of(asked: &Asked) -> Checked<Parameters> {
        let mut all: BTreeMap<String, String> = asked.query.iter().cloned().collect();
        match &asked.sent {
            Sent::Form(fields) => all.extend(fields.iter().cloned()),
            Sent::Json(Value::Object(fields)) => all.extend(fields.iter().map(|(name, value)| {
                let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                (name.clone(), text)
            })),
            Sent::Parts(parts) => {
                all.extend(
                    parts
                        .iter()
                        .filter(|part| part.file.is_none())
                        .map(|part| (part.name.clone(), String::from_utf8_lossy(&part.bytes).into_owned())),
                );
            }
            Sent::Broken(_) | Sent::Json(_) => return no(invalid("The body cannot be read")),
            Sent::Nothing | Sent::Bytes(_) => {}
        }
        Ok(Parameters(all))
    }

    /// What the parameters are called.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// `published`, which is true where it is not given.
    pub fn is_published(&self) -> Checked<bool> {
        match self.get("published") {
            None | Some("true" | "1") => Ok(true),
            Some("false" | "0") => Ok(false),
            Some(_) => no(invalid("Param published must be a boolean")),
        }
    }

    /// The top level of `fields=a,b{c,d},e.limit(1)`.
    pub fn fields(&self) -> impl Iterator<Item = String> {
        let (mut names, mut name, mut depth) = (Vec::new(), String::new(), 0_u32);
        for c in self.get("fields").unwrap_or("").chars() {
            match c {
                '{' | '(' => depth += 1,
                '}' | ')' => depth = depth.saturating_sub(1),
                ',' if depth == 0 => names.push(std::mem::take(&mut name)),
                c if depth == 0 => name.push(c),
                _ => {}
            }
        }
        names.push(name);
        names
            .into_iter()
            .map(|name| name.split('.').next().unwrap_or("").trim().to_owned())
            .filter(|name| !name.is_empty())
    }

    /// The ids in `attached_media`: a JSON list, or one field for each.
    pub fn attached(&self) -> Checked<Vec<String>> {
        let mut objects: Vec<Value> = Vec::new();
        let bad = || invalid("Param attached_media must be an array of objects with media_fbid");
        if let Some(list) = self.get("attached_media") {
            match serde_json::from_str(list) {
                Ok(Value::Array(list)) => objects = list,
                _ => return no(bad()),
            }
        }
        for number in 0..64 {
            let Some(text) = self.get(&format!("attached_media[{number}]")) else { break };
            match serde_json::from_str(text) {
                Ok(object) => objects.push(object),
                Err(_) => return no(bad()),
            }
        }
        let ids: Option<Vec<String>> =
            objects.iter().map(|object| object["media_fbid"].as_str().map(str::to_owned)).collect();
        ids.map_or_else(|| no(bad()), Ok)
    }
}
