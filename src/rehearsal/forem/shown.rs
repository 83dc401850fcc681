//! An article as the API tells it, and as readers see it.

use super::Forem;
use super::articles::Standing;
use crate::rehearsal::article_page::{events, pictures, with_pictures, words};
use crate::rehearsal::timeline::{LiveMedia, LivePost};
use pulldown_cmark::{Event, Tag};
use serde_json::{Value, json};

impl Forem {
    fn address(&self, article: &Standing) -> String {
        let origin = if article.origin.is_empty() { &self.origin } else { &article.origin };
        format!("{origin}/{}/{}", self.settings.handle, article.slug)
    }

    /// One article (`articles/show`): whether it is out its time tells.
    pub(super) fn told(&self, article: &Standing) -> Value {
        let at = if article.is_out { article.at.to_string() } else { String::new() };
        json!({
            "type_of": "article",
            "id": article.id,
            "title": article.title,
            "description": article.description,
            "slug": article.slug,
            "path": format!("/{}/{}", self.settings.handle, article.slug),
            "url": self.address(article),
            "canonical_url": article.canonical.clone().unwrap_or_else(|| self.address(article)),
            "cover_image": self.cover(article),
            "tag_list": article.tags.join(", "),
            "tags": article.tags,
            "body_html": "",
            "body_markdown": seen(article),
            "published_timestamp": at,
            "created_at": article.at.to_string(),
        })
    }

    /// An article of one's own list (`articles/me`).
    pub(super) fn listed(&self, article: &Standing) -> Value {
        let mut told = self.told(article);
        told["published"] = json!(article.is_out);
        told["published_at"] = if article.is_out { json!(article.at.to_string()) } else { Value::Null };
        told["tag_list"] = json!(article.tags);
        told
    }

    fn cover(&self, article: &Standing) -> Option<String> {
        let lost = article.is_out
            && article.cover.is_some()
            && article.media.first().is_none_or(|first| first.id != "cover");
        article.cover.clone().filter(|_| !lost)
    }

    pub(super) fn live(&self, article: &Standing) -> LivePost {
        let text = format!(
            "{}\n\n{}",
            article.title,
            words(&seen(article).replace("{% raw %}", "").replace("{% endraw %}", ""))
        );
        // What somebody posted by hand has nothing but a title.
        let text = if article.title == article.body { article.body.clone() } else { text };
        LivePost {
            warning: None,
            id: article.id.to_string(),
            url: self.address(article),
            author: "7".to_owned(),
            text: text.trim_end().to_owned(),
            media: article.media.clone(),
            link: None,
            reply_to: None,
            comments: Vec::new(),
            at: article.at,
            deleted: !article.is_out,
        }
    }
}

/// The cover, then the pictures of the text that lie somewhere on the web. Forem fetches
/// them when they are looked at: what they hold is not rehearsed.
pub(super) fn images(markdown: &str, cover: Option<&str>) -> Vec<LiveMedia> {
    let media = |id: &str, alt: String| LiveMedia {
        id: id.to_owned(),
        alt,
        sha256: String::new(),
        mime: String::new(),
    };
    let body = pictures(markdown).into_iter().filter(|(_, address, _)| address.starts_with("http"));
    let cover = cover.filter(|cover| !cover.is_empty()).map(|_| media("cover", String::new()));
    cover.into_iter().chain(body.map(|(_, address, alt)| media(&address, alt))).collect()
}

/// The text as it is now.
fn seen(article: &Standing) -> String {
    if !article.was_out {
        return article.body.clone();
    }
    with_pictures(&article.body, article.media.iter().filter(|media| media.id != "cover"))
}

/// Whether Liquid would find something to run: braces outside of code that nothing keeps
/// from it.
pub(super) fn runs_liquid(markdown: &str) -> bool {
    let mut bare = String::new();
    let mut from = 0;
    for (event, range) in events(markdown) {
        if matches!(event, Event::Start(Tag::CodeBlock(_)) | Event::Code(_)) && range.start >= from {
            bare.push_str(&markdown[from..range.start]);
            from = range.end;
        }
    }
    bare.push_str(&markdown[from..]);
    let mut rest = bare.as_str();
    while let Some(at) = rest.find("{%").into_iter().chain(rest.find("{{")).min() {
        let Some(raw) = rest[at..].strip_prefix("{% raw %}") else { return true };
        match raw.find("{% endraw %}") {
            Some(end) => rest = &raw[end + "{% endraw %}".len()..],
            None => return true,
        }
    }
    false
}
