//! A post as Micropub's JSON has it: every property is a list, and its values are
//! texts or objects (microformats 2, as W3C Micropub 3.3.2 has them). Pure.

use crate::channel::article_html::{alts, is_called, pictures, same, with_addresses, words};
use crate::channel::images::{Shown, behind};
use crate::plan::PayloadPart;
use serde_json::{Value, json};

/// What a post says, of a request or of an answer. Whatever is no post says nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub name: String,
    /// As HTML; a text is spelled as one.
    html: String,
    /// The words of each photo, where it has some.
    photos: Vec<Option<String>>,
}

impl Entry {
    /// Of `{"properties": …}`; none where there are none, or no content.
    pub fn of(value: &Value) -> Option<Entry> {
        let properties = value.get("properties")?;
        let first = |key: &str| first(properties, key);
        let html = match first("content") {
            Some(Value::String(text)) => as_html(text),
            Some(Value::Object(content)) => match (content.get("html"), content.get("value")) {
                (Some(Value::String(html)), _) => html.clone(),
                (_, Some(Value::String(text))) => as_html(text),
                _ => return None,
            },
            _ => return None,
        };
        let photos = properties.get("photo").and_then(Value::as_array).into_iter().flatten().take(50);
        let photos =
            photos.map(|photo| photo.get("alt").and_then(Value::as_str).map(str::to_owned)).collect();
        let name = first("name").and_then(Value::as_str).unwrap_or_default().to_owned();
        Some(Entry { name, html, photos })
    }

    /// Of a part as it is planned.
    pub fn planned(part: &PayloadPart) -> Option<Entry> {
        Entry::of(&part.body)
    }

    /// What readers read.
    pub fn words(&self) -> String {
        match self.name.as_str() {
            "" => words(&self.html),
            name => format!("{name}\n\n{}", words(&self.html)),
        }
    }

    /// The addresses of its pictures, in order.
    pub fn pictures(&self) -> Vec<String> {
        pictures(&self.html)
    }

    /// Whether both say the same, wherever their pictures lie.
    pub fn says(&self, other: &Entry) -> bool {
        one_line(&self.name) == one_line(&other.name) && same(&self.html, &other.html)
    }

    /// What readers see of this, where that is not what was sent.
    pub fn differing(&self, sent: &Entry) -> Option<String> {
        let told = alts(&self.html).into_iter().map(Some).chain(self.photos.iter().cloned());
        let shown: Vec<Option<String>> = told.collect();
        let planned = alts(&sent.html);
        let planned: Vec<&str> = planned
            .iter()
            .map(String::as_str)
            .chain(sent.photos.iter().map(|alt| alt.as_deref().unwrap_or_default()))
            .collect();
        let images = Shown { number: Some(shown.len()), alts: shown }.differing(&planned);
        if images.is_none() && self.says(sent) {
            return None;
        }
        let told = match one_line(&self.name) == one_line(&sent.name) {
            true => words(&self.html),
            false => self.words(),
        };
        Some(images.map_or(told.clone(), |images| behind(&told, &images)))
    }
}

/// The first value of a property; some servers leave the list out around one.
pub(super) fn first<'a>(properties: &'a Value, key: &str) -> Option<&'a Value> {
    match properties.get(key)? {
        Value::Array(values) => values.first(),
        other => Some(other),
    }
}

/// `body` with each picture where it is by now. `placed` knows it by its name.
pub(super) fn with_pictures(body: &Value, placed: &dyn Fn(&str) -> Option<String>) -> Value {
    let mut body = body.clone();
    if let Some(html) = body.pointer_mut("/properties/content/0/html")
        && let Value::String(written) = html
    {
        *html = json!(with_addresses(written, placed));
    }
    for photo in body.pointer_mut("/properties/photo").and_then(Value::as_array_mut).into_iter().flatten() {
        let name = if photo.is_object() { &mut photo["value"] } else { photo };
        if let Some(url) = name.as_str().and_then(placed) {
            *name = json!(url);
        }
    }
    body
}

/// For [`with_pictures`]: of pictures by their names.
pub(super) fn place<'a>(part: &'a PayloadPart, urls: &'a [String]) -> impl Fn(&str) -> Option<String> + 'a {
    |name| {
        let at = part.media.iter().position(|picture| is_called(name, &picture.name))?;
        urls.get(at).cloned()
    }
}

fn as_html(text: &str) -> String {
    crate::text::escape(text).replace('\n', "<br>")
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
