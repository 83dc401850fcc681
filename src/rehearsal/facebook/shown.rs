//! Posts and comments as the Graph API shows them: by the fields that were
//! asked for, newest first, in pages.

use super::refusal::invalid;
use super::{Facebook, Parameters};
use crate::rehearsal::reply::{Checked, Reply, no};
use crate::rehearsal::request::Asked;
use crate::rehearsal::timeline::{LiveComment, LiveMedia, LivePost};
use jiff::Timestamp;
use serde_json::{Value, json};

/// What a post can be asked for.
const POST_FIELDS: &[&str] = &[
    "id",
    "message",
    "created_time",
    "updated_time",
    "permalink_url",
    "is_published",
    "attachments",
    "from",
    "full_picture",
    "status_type",
    "story",
    "comments",
    "shares",
    "reactions",
];
/// What a comment can be asked for.
const COMMENT_FIELDS: &[&str] = &["id", "message", "created_time", "from", "permalink_url", "parent"];

/// What a photo can be asked for, of what this network has.
const PHOTO_FIELDS: &[&str] = &["id", "alt_text", "alt_text_custom"];

impl Facebook {
    pub(super) fn comments(&mut self, asked: &Asked, id: &str, parameters: &Parameters) -> Checked<Reply> {
        let post = self.live(id)?.clone();
        let mut shown = Vec::new();
        for comment in post.comments.iter().filter(|comment| self.settings.lists(comment.at, asked.at)) {
            let mut object = json!({ "id": comment.id });
            let asked: Vec<String> = parameters.fields().collect();
            let usual = ["created_time", "from", "message"].map(str::to_owned);
            for field in if asked.is_empty() { usual.to_vec() } else { asked } {
                object[&field] = comment_field(&post, comment, &field)?;
            }
            shown.push(object);
        }
        let shown_count = shown.len();
        let mut answer = json!({ "data": shown });
        if parameters.get("summary") == Some("true") {
            answer["summary"] = json!({ "order": "chronological", "total_count": shown_count });
        }
        Ok(Reply::json(200, answer))
    }

    pub(super) fn read(&mut self, id: &str, parameters: &Parameters) -> Checked<Reply> {
        let found = self.posts.iter().find_map(|post| {
            let comment = post.comments.iter().find(|comment| comment.id == id)?;
            Some((post.clone(), comment.clone())).filter(|_| !post.deleted)
        });
        let mut object = json!({ "id": id });
        if let Some((post, comment)) = found {
            for field in parameters.fields() {
                object[&field] = comment_field(&post, &comment, &field)?;
            }
            return Ok(Reply::json(200, object));
        }
        let live = self.posts.iter().filter(|post| !post.deleted);
        if let Some(photo) = live.flat_map(|post| &post.media).find(|photo| photo.id == id) {
            return self.photo_shown(photo, parameters);
        }
        let post = self.live(id)?.clone();
        let asked: Vec<String> = parameters.fields().collect();
        let usual = ["created_time", "message"].map(str::to_owned);
        for field in if asked.is_empty() { usual.to_vec() } else { asked } {
            if let Some(value) = self.field(&post, &field)? {
                object[field] = value;
            }
        }
        Ok(Reply::json(200, object))
    }

    /// A photo by its fields. `alt_text_custom` is what the page said it shows; where
    /// it said nothing the field is left out, and `alt_text` is a guess (Photo
    /// reference; that they are left out is unverified).
    fn photo_shown(&self, photo: &LiveMedia, parameters: &Parameters) -> Checked<Reply> {
        let mut object = json!({ "id": photo.id });
        for field in parameters.fields() {
            match field.as_str() {
                odd if !PHOTO_FIELDS.contains(&odd) => {
                    let says = format!("Tried accessing nonexisting field ({odd}) on node type (Photo)");
                    return no(invalid(&says));
                }
                "alt_text" if photo.alt.is_empty() => object["alt_text"] = json!("May be an image of text"),
                "alt_text" => object["alt_text"] = json!(photo.alt),
                "alt_text_custom" if self.settings.tells_alts && !photo.alt.is_empty() => {
                    object["alt_text_custom"] = json!(photo.alt);
                }
                _ => {}
            }
        }
        Ok(Reply::json(200, object))
    }

    /// A post's field; none where it has no value, for then it is left out.
    pub(super) fn field(&self, post: &LivePost, field: &str) -> Checked<Option<Value>> {
        if !POST_FIELDS.contains(&field) {
            return no(invalid(&format!("Tried accessing nonexisting field ({field}) on node type (Post)")));
        }
        Ok(match field {
            "id" => Some(json!(post.id)),
            "message" => Some(json!(post.text)).filter(|_| !post.text.is_empty()),
            "created_time" | "updated_time" => Some(json!(time(post.at))),
            "permalink_url" => Some(json!(post.url)),
            "is_published" => Some(json!(true)),
            "from" => Some(json!({ "id": post.author, "name": self.settings.name })),
            "attachments" => attachments(post),
            "status_type" => {
                Some(json!(if post.media.is_empty() { "mobile_status_update" } else { "added_photos" }))
            }
            "comments" => Some(json!({ "data": post.comments.iter().map(|comment| {
                json!({ "id": comment.id, "message": comment.text, "created_time": time(comment.at) })
            }).collect::<Vec<_>>() }))
            .filter(|_| !post.comments.is_empty()),
            _ => None,
        })
    }

    /// Newest first, in pages.
    pub(super) fn list(&self, parameters: &Parameters, asked: &Asked) -> Checked<Reply> {
        let limit = match parameters.get("limit").map(str::parse::<usize>) {
            None => 25,
            Some(Ok(limit @ 1..=100)) => limit,
            Some(_) => return no(invalid("Param limit must be between 1 and 100")),
        };
        let second = |name: &str| match parameters.get(name) {
            None => Ok(None),
            Some(text) => {
                match text.parse::<i64>().ok().or(text.parse::<Timestamp>().ok().map(|t| t.as_second())) {
                    Some(second) => Ok(Some(second)),
                    None => no(invalid(&format!("Param {name} must be a valid time"))),
                }
            }
        };
        let (since, until) = (second("since")?, second("until")?);
        let after = parameters.get("after");
        let mut found: Vec<&LivePost> = self
            .posts
            .iter()
            .rev()
            .skip_while(|post| after.is_some_and(|after| post.id != after))
            .skip(usize::from(after.is_some()))
            .filter(|post| !post.deleted && self.settings.lists(post.at, asked.at))
            .filter(|post| since.is_none_or(|since| post.at.as_second() >= since))
            .filter(|post| until.is_none_or(|until| post.at.as_second() <= until))
            .collect();
        let more = found.len() > limit;
        found.truncate(limit);
        let asked_for: Vec<String> = parameters.fields().collect();
        let usual = ["created_time", "message"].map(str::to_owned);
        let fields = if asked_for.is_empty() { usual.to_vec() } else { asked_for };
        let mut data = Vec::new();
        for post in &found {
            let mut object = json!({});
            for field in &fields {
                if let Some(value) = self.field(post, field)? {
                    object[field] = value;
                }
            }
            object["id"] = json!(post.id);
            data.push(object);
        }
        let mut answer = json!({ "data": data });
        if let (Some(first), Some(last)) = (found.first(), found.last()) {
            answer["paging"] = json!({ "cursors": { "before": first.id, "after": last.id } });
            if more {
                // The real one carries the token in it; nobody should follow it blindly.
                let next = format!("{}{}?limit={limit}&after={}", asked.origin(), asked.path, last.id);
                answer["paging"]["next"] = json!(next);
            }
        }
        Ok(Reply::json(200, answer))
    }
}

pub(super) fn comment_field(post: &LivePost, comment: &LiveComment, field: &str) -> Checked<Value> {
    if !COMMENT_FIELDS.contains(&field) {
        return no(invalid(&format!("Tried accessing nonexisting field ({field}) on node type (Comment)")));
    }
    Ok(match field {
        "message" => json!(comment.text),
        "created_time" => json!(time(comment.at)),
        "from" => json!({ "id": comment.author }),
        "permalink_url" => {
            let number = comment.id.rsplit('_').next().unwrap_or("");
            json!(format!("{}?comment_id={number}", post.url))
        }
        _ => json!(comment.id),
    })
}

fn attachments(post: &LivePost) -> Option<Value> {
    let picture = |media: &LiveMedia| json!({ "type": "photo", "media_type": "photo", "target": { "id": media.id }, "description": post.text });
    let one = match (post.media.as_slice(), &post.link) {
        ([], None) => return None,
        ([], Some(link)) => {
            json!({ "type": "share", "media_type": "link", "url": link.url, "unshimmed_url": link.url })
        }
        ([media], _) => picture(media),
        (media, _) => {
            let all: Vec<Value> = media.iter().map(picture).collect();
            json!({ "type": "album", "media_type": "album", "subattachments": { "data": all } })
        }
    };
    Some(json!({ "data": [one] }))
}

/// `2026-11-22T09:00:00+0000`.
fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S+0000").to_string()
}
