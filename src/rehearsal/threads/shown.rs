//! Posts as the Threads API shows them: by the fields that were asked for, newest
//! first, in pages (retrieve posts; retrieve replies; read 2026).

use super::Threads;
use crate::rehearsal::facebook::parameters::Parameters;
use crate::rehearsal::facebook::refusal::invalid;
use crate::rehearsal::reply::{Checked, Reply, no};
use crate::rehearsal::request::Asked;
use crate::rehearsal::timeline::{LiveMedia, LivePost};
use serde_json::{Value, json};

/// What a post can be asked for.
const FIELDS: &[&str] = &[
    "id",
    "media_product_type",
    "media_type",
    "permalink",
    "username",
    "text",
    "timestamp",
    "shortcode",
    "children",
    "is_quote_post",
    "alt_text",
    "is_reply",
    "replied_to",
    "root_post",
    "link_attachment_url",
];

impl Threads {
    /// A post by the fields that were asked for; its id always.
    pub(super) fn shown(&self, post: &LivePost, parameters: &Parameters) -> Checked<Value> {
        let mut object = json!({ "id": post.id });
        for field in parameters.fields() {
            if !FIELDS.contains(&field.as_str()) {
                let says = format!("Tried accessing nonexisting field ({field}) on node type (ThreadsMedia)");
                return no(invalid(&says));
            }
            if let Some(value) = self.field(post, &field) {
                object[field] = value;
            }
        }
        Ok(object)
    }

    /// None where it has no value: then it is left out.
    fn field(&self, post: &LivePost, field: &str) -> Option<Value> {
        let alt = |media: &LiveMedia| {
            Some(json!(media.alt)).filter(|_| self.settings.tells_alts && !media.alt.is_empty())
        };
        match field {
            "media_product_type" => Some(json!("THREADS")),
            "media_type" => Some(json!(match post.media.len() {
                0 => "TEXT_POST",
                1 => "IMAGE",
                _ => "CAROUSEL_ALBUM",
            })),
            "permalink" => Some(json!(post.url)),
            "username" => Some(json!(self.settings.handle)),
            "text" => Some(json!(post.text)).filter(|_| !post.text.is_empty()),
            "timestamp" => Some(json!(post.at.strftime("%Y-%m-%dT%H:%M:%S+0000").to_string())),
            "shortcode" => post.url.rsplit('/').next().map(Value::from),
            "alt_text" => match post.media.as_slice() {
                [media] => alt(media),
                _ => None,
            },
            "children" if post.media.len() > 1 => {
                let child = |media: &LiveMedia| {
                    let mut child = json!({ "id": media.id, "media_type": "IMAGE" });
                    if let Some(alt) = alt(media) {
                        child["alt_text"] = alt;
                    }
                    child
                };
                Some(json!({ "data": post.media.iter().map(child).collect::<Vec<_>>() }))
            }
            "is_quote_post" => Some(json!(false)),
            "is_reply" => Some(json!(post.reply_to.is_some())),
            "replied_to" => post.reply_to.as_ref().map(|id| json!({ "id": id })),
            "root_post" => {
                let mut root = post;
                while let Some(above) =
                    root.reply_to.as_ref().and_then(|id| self.posts.iter().find(|p| p.id == *id))
                {
                    root = above;
                }
                post.reply_to.as_ref().map(|_| json!({ "id": root.id }))
            }
            "link_attachment_url" => post.link.as_ref().map(|link| json!(link.url)),
            _ => None,
        }
    }

    /// The account's posts, or its replies: newest first, in pages.
    pub(super) fn list(&self, parameters: &Parameters, asked: &Asked, replies: bool) -> Checked<Reply> {
        let limit = match parameters.get("limit").map(str::parse::<usize>) {
            None => 25,
            Some(Ok(limit @ 1..=100)) => limit,
            Some(_) => return no(invalid("Param limit must be between 1 and 100")),
        };
        let after = parameters.get("after");
        let mut found: Vec<&LivePost> = self
            .posts
            .iter()
            .rev()
            .filter(|post| post.reply_to.is_some() == replies)
            .skip_while(|post| after.is_some_and(|after| post.id != after))
            .skip(usize::from(after.is_some()))
            .filter(|post| !post.deleted && self.settings.lists(post.at, asked.at))
            .collect();
        let more = found.len() > limit;
        found.truncate(limit);
        let data = found.iter().map(|post| self.shown(post, parameters)).collect::<Checked<Vec<Value>>>()?;
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
