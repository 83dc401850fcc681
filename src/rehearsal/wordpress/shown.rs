//! A post as the API tells it, and as readers see it.

use super::posts::Standing;
use super::{WordPress, library};
use crate::rehearsal::image;
use crate::rehearsal::page::{tags, value, with_images, words};
use crate::rehearsal::request::Asked;
use crate::rehearsal::timeline::{LiveMedia, LivePost};
use serde_json::{Value, json};

impl WordPress {
    fn link(&self, post: &Standing) -> String {
        let is_out = matches!(post.status.as_str(), "publish" | "private");
        if is_out && self.has_words() {
            format!("{}/{}/", self.origin, post.slug)
        } else {
            format!("{}/?p={}", self.origin, post.id)
        }
    }

    pub(super) fn shown(&self, post: &Standing, asked: &Asked) -> Value {
        let (date, modified) = post.times();
        let content = seen(post);
        let mut told = json!({
            "id": post.id,
            "date": date,
            "date_gmt": date,
            "modified": modified,
            "modified_gmt": modified,
            "slug": post.slug,
            "status": post.status,
            "type": "post",
            "link": self.link(post),
            "title": { "rendered": post.title },
            "content": { "rendered": content, "protected": false },
            "excerpt": { "rendered": post.excerpt, "protected": false },
            "author": post.author,
            "featured_media": if hides_cover(post) { 0 } else { post.cover },
            "comment_status": if post.comments { "open" } else { "closed" },
            "categories": post.categories,
            "tags": post.tags,
        });
        // Whoever changes one is answered as an editor is.
        if asked.query("context") == Some("edit") || asked.method != "GET" {
            told["title"]["raw"] = json!(post.title);
            told["content"]["raw"] = json!(content);
            told["excerpt"]["raw"] = json!(post.excerpt);
        }
        told
    }

    pub(super) fn live(&self, post: &Standing) -> LivePost {
        let told = words(&seen(post));
        let text = if post.title.is_empty() { told } else { format!("{}\n\n{told}", words(&post.title)) };
        LivePost {
            warning: None,
            id: post.id.to_string(),
            url: self.link(post),
            author: post.author.to_string(),
            text: text.trim_end().to_owned(),
            media: post.media.clone().unwrap_or_default(),
            link: None,
            reply_to: None,
            comments: Vec::new(),
            at: post.at,
            deleted: post.gone || !matches!(post.status.as_str(), "publish" | "private"),
        }
    }

    /// The cover, then the images in the text, as far as they lie in the library.
    pub(super) fn images_of(&self, post: &Standing) -> Vec<LiveMedia> {
        let live = |file: &library::File, alt: &str| image::live(&file.id.to_string(), &file.bytes, alt);
        let cover = self.files.iter().find(|file| file.id == post.cover).map(|file| live(file, &file.alt));
        let body = tags(&post.content).filter(|tag| tag.starts_with("<img")).filter_map(|tag| {
            let address = value(tag, "src").unwrap_or_default();
            let file = self.files.iter().find(|file| file.url == address)?;
            Some(live(file, &value(tag, "alt").unwrap_or_default()))
        });
        cover.into_iter().chain(body).collect()
    }
}

/// Something has taken the cover away.
fn hides_cover(post: &Standing) -> bool {
    post.media
        .as_ref()
        .is_some_and(|media| media.first().is_none_or(|first| first.id != post.cover.to_string()))
}

/// The text with the images that are left in it, and with their words as they are now.
fn seen(post: &Standing) -> String {
    let Some(media) = &post.media else { return post.content.clone() };
    let left = media.iter().skip(usize::from(post.cover != 0 && !hides_cover(post)));
    with_images(&post.content, left)
}

/// What WordPress leaves of HTML that comes from somebody without `unfiltered_html`
/// (`wp_kses_post`): no scripts, and brackets as it spells them.
pub(super) fn kept(html: &str) -> String {
    let mut out = html.replace("&#91;", "&#091;");
    for tag in ["script", "style", "iframe"] {
        while let Some(at) = out.find(&format!("<{tag}")) {
            let end = out[at..].find('>').map_or(out.len(), |end| at + end + 1);
            out.replace_range(at..end, "");
        }
        out = out.replace(&format!("</{tag}>"), "");
    }
    out
}
