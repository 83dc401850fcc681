//! JSON Feed 1.1 (jsonfeed.org/version/1.1).

use super::{Feed, Item, legal, moment, shown_html};
use serde_json::{Map, Value, json};

pub(super) fn text(feed: &Feed) -> String {
    let mut out = Map::new();
    out.insert("version".to_owned(), json!("https://jsonfeed.org/version/1.1"));
    out.insert("title".to_owned(), json!(legal(&feed.title)));
    let mut may = |key: &str, value: &str| {
        if !value.is_empty() {
            out.insert(key.to_owned(), json!(legal(value)));
        }
    };
    may("home_page_url", feed.home.as_deref().unwrap_or_default());
    may("feed_url", feed.address.as_deref().unwrap_or_default());
    may("description", if feed.description == feed.title { "" } else { &feed.description });
    may("language", &feed.language);
    out.insert("authors".to_owned(), json!([{ "name": legal(&feed.author) }]));
    if !feed.hubs.is_empty() {
        let hubs = feed.hubs.iter().map(|hub| json!({ "type": "WebSub", "url": legal(hub) }));
        out.insert("hubs".to_owned(), hubs.collect());
    }
    // There is no word for what made it; names of one's own begin with `_`.
    out.insert("_ladder".to_owned(), json!({ "generator": feed.generator }));
    out.insert("items".to_owned(), feed.items.iter().map(item).collect());
    serde_json::to_string_pretty(&out).unwrap_or_default() + "\n"
}

fn item(item: &Item) -> Value {
    let mut out = Map::new();
    out.insert("id".to_owned(), json!(legal(&item.id)));
    let mut may = |key: &str, value: &str| {
        if !value.is_empty() {
            out.insert(key.to_owned(), json!(legal(value)));
        }
    };
    may("url", item.address.as_deref().unwrap_or_default());
    may("title", &item.title);
    may("summary", &item.summary);
    may("image", item.cover.as_ref().map_or("", |cover| &cover.address));
    may("language", &item.language);
    // Required, empty or not: one of the two contents.
    out.insert("content_html".to_owned(), json!(shown_html(item)));
    out.insert("date_published".to_owned(), json!(moment(item.published)));
    out.insert("date_modified".to_owned(), json!(moment(item.updated)));
    if !item.tags.is_empty() {
        out.insert("tags".to_owned(), item.tags.iter().map(|tag| json!(legal(tag))).collect());
    }
    Value::Object(out)
}
