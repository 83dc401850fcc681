//! A post as the site keeps it, tells it and shows it.

use crate::rehearsal::page::{cut, tags, value, with_images, words};
use crate::rehearsal::timeline::{LiveMedia, LivePost};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// A post.
#[derive(Clone)]
pub(super) struct Standing {
    pub url: String,
    pub properties: Map<String, Value>,
    /// What readers see of its images by now.
    pub media: Option<Vec<LiveMedia>>,
    pub at: Timestamp,
    pub deleted: bool,
    /// Somebody else's.
    pub strange: bool,
}

impl Standing {
    pub fn new(url: String, at: Timestamp) -> Standing {
        Standing { url, properties: Map::new(), media: None, at, deleted: false, strange: false }
    }

    fn text(&self, key: &str) -> &str {
        self.properties.get(key).and_then(|values| values[0].as_str()).unwrap_or_default()
    }

    /// Its content, if that is HTML.
    fn html(&self) -> Option<&str> {
        self.properties.get("content")?[0]["html"].as_str()
    }

    /// Only so much of it is shown.
    pub fn shorten(&mut self, characters: usize) {
        let short = match self.html() {
            Some(html) => json!([{ "html": cut(html, characters) }]),
            None => json!([self.text("content").chars().take(characters).collect::<String>()]),
        };
        self.properties.insert("content".to_owned(), short);
    }

    /// The address and the words of each picture: those in the text, then the photos.
    pub fn pictures(&self) -> Vec<(String, String)> {
        let html = self.html().unwrap_or_default();
        let in_text = tags(html)
            .filter(|tag| tag.starts_with("<img"))
            .map(|tag| (value(tag, "src").unwrap_or_default(), value(tag, "alt").unwrap_or_default()));
        let photos = self.properties.get("photo").and_then(Value::as_array).into_iter().flatten();
        let photos = photos.map(|photo| match photo {
            Value::Object(photo) => {
                let text = |key: &str| photo.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
                (text("value"), text("alt"))
            }
            other => (other.as_str().unwrap_or_default().to_owned(), String::new()),
        });
        in_text.chain(photos).collect()
    }

    /// Its properties as they are by now (`q=source`), in a list with its address.
    pub fn told(&self, listed: bool, tells_alts: bool) -> Value {
        let mut properties = self.properties.clone();
        let media = self.media.as_deref().unwrap_or_default();
        let html = self.html().unwrap_or_default();
        let in_text = tags(html).filter(|tag| tag.starts_with("<img")).count();
        if in_text > 0 {
            properties.insert("content".to_owned(), json!([{ "html": with_images(html, media.iter()) }]));
        } else if properties.contains_key("photo") {
            let photo = |media: &LiveMedia| match tells_alts {
                true => json!({ "value": media.id, "alt": media.alt }),
                false => json!(media.id),
            };
            properties.insert("photo".to_owned(), media.iter().map(photo).collect());
        }
        if listed {
            properties.insert("url".to_owned(), json!([self.url]));
        }
        json!({ "type": ["h-entry"], "properties": properties })
    }

    pub fn live(&self, author: &str) -> LivePost {
        let body = self.html().map_or_else(|| self.text("content").to_owned(), words);
        let text = match self.text("name") {
            "" => body,
            name => format!("{name}\n\n{body}"),
        };
        LivePost {
            warning: None,
            id: self.url.clone(),
            url: self.url.clone(),
            author: author.to_owned(),
            text: text.trim_end().to_owned(),
            media: self.media.clone().unwrap_or_default(),
            link: None,
            reply_to: None,
            comments: Vec::new(),
            at: self.at,
            deleted: self.deleted,
        }
    }
}
