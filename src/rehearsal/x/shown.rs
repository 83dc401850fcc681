//! A post as X's API shows it: addresses as `t.co`, text escaped for HTML.

use crate::rehearsal::request::Asked;
use crate::rehearsal::timeline::{LiveMedia, LivePost};
use crate::text::{Dialect, EntityKind, entities};
use serde_json::{Value, json};

/// A stand-in for X's short address: ten letters out of a number.
fn short(seed: u64) -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnopqrstuvwxyzABCDEFG";
    let mut left = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let letters = (0..10).map(|_| {
        let letter = LETTERS[(left % 32) as usize];
        left /= 32;
        char::from(letter)
    });
    format!("https://t.co/{}", letters.collect::<String>())
}

/// The text and its `entities.urls`. Places are counted in characters of the
/// text as it is given here (unverified which form X counts in).
pub(super) fn text(post: &LivePost) -> (String, Vec<Value>) {
    let seed: u64 = post.id.parse().unwrap_or(1);
    let (mut out, mut urls, mut from) = (String::new(), Vec::new(), 0);
    let links = entities(&post.text, Dialect::X).into_iter().filter(|entity| entity.kind == EntityKind::Link);
    for (number, link) in (1..).zip(links) {
        push_escaped(&mut out, &post.text[from..link.range.start]);
        let written = &post.text[link.range.clone()];
        let full = if written.contains("://") { written.to_owned() } else { format!("http://{written}") };
        let start = out.chars().count();
        let address = short(seed + number);
        out.push_str(&address);
        let shown = full.split_once("://").map_or(full.as_str(), |(_, rest)| rest);
        let shown: String = shown.chars().take(26).collect();
        urls.push(json!({ "start": start, "end": start + 23, "url": address, "expanded_url": full,
            "display_url": shown }));
        from = link.range.end;
    }
    push_escaped(&mut out, &post.text[from..]);
    if let Some(first) = post.media.first() {
        if !out.is_empty() {
            out.push(' ');
        }
        let start = out.chars().count();
        let address = short(seed);
        out.push_str(&address);
        // One address for all of the pictures, and one row for each.
        for (number, media) in (1..).zip(&post.media) {
            urls.push(json!({ "start": start, "end": start + 23, "url": address,
                "expanded_url": format!("{}/photo/{number}", post.url), "display_url": "pic.x.com/".to_owned() + &first.id,
                "media_key": format!("3_{}", media.id) }));
        }
    }
    (out, urls)
}

fn push_escaped(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            c => out.push(c),
        }
    }
}

/// The post with the fields that were asked for; `id`, `text` and the edit
/// history always.
pub(super) fn post(post: &LivePost, conversation: &str, fields: &str) -> Value {
    let (words, urls) = text(post);
    let mut shown = json!({ "id": post.id, "text": words, "edit_history_tweet_ids": [post.id] });
    for field in fields.split(',') {
        match field {
            "created_at" => shown["created_at"] = json!(format!("{:.3}", post.at)),
            "author_id" => shown["author_id"] = json!(post.author),
            "conversation_id" => shown["conversation_id"] = json!(conversation),
            "entities" if !urls.is_empty() => shown["entities"] = json!({ "urls": urls }),
            "attachments" if !post.media.is_empty() => {
                let keys: Vec<String> = post.media.iter().map(|media| format!("3_{}", media.id)).collect();
                shown["attachments"] = json!({ "media_keys": keys });
            }
            "referenced_tweets" | "referenced_posts" => {
                if let Some(id) = &post.reply_to {
                    shown[field] = json!([{ "type": "replied_to", "id": id }]);
                }
            }
            _ => {}
        }
    }
    shown
}

/// The media objects of posts, where they were asked for: the key and the kind
/// always, `alt_text` where that field is wanted and there is one (data dictionary,
/// media; changelog of 2021-08-11: "for any posts that include images with alt text").
pub(super) fn media(posts: &[&LivePost], asked: &Asked, tells_alts: bool) -> Option<Vec<Value>> {
    let names = |name: &str, wanted: &str| {
        asked.query(name).is_some_and(|named| named.split(',').any(|named| named == wanted))
    };
    let alts = tells_alts && names("media.fields", "alt_text");
    let shown = |image: &LiveMedia| {
        let kind = if image.mime == "image/gif" { "animated_gif" } else { "photo" };
        let mut shown = json!({ "media_key": format!("3_{}", image.id), "type": kind });
        if alts && !image.alt.is_empty() {
            shown["alt_text"] = json!(image.alt);
        }
        shown
    };
    let images: Vec<Value> = posts.iter().flat_map(|post| &post.media).map(shown).collect();
    Some(images).filter(|images| !images.is_empty() && names("expansions", "attachments.media_keys"))
}
