//! A post as the API tells it, and as readers see it.

use super::Hashnode;
use super::posts::Standing;
use crate::rehearsal::article_page::{pictures, with_pictures, words};
use crate::rehearsal::image;
use crate::rehearsal::timeline::{LiveMedia, LivePost};
use serde_json::{Value, json};

impl Hashnode {
    fn address(&self, post: &Standing) -> String {
        format!("{}/{}", self.settings.home, post.slug)
    }

    pub(super) fn told(&self, post: &Standing) -> Value {
        let lost = post.is_out && post.media.first().is_none_or(|first| first.id != "cover");
        let cover = post.cover.as_ref().filter(|_| !lost);
        json!({
            "id": post.id,
            "slug": post.slug,
            "title": post.title,
            "content": { "markdown": seen(post) },
            "coverImage": cover.map(|url| json!({ "url": url })),
            "url": self.address(post),
        })
    }

    pub(super) fn live(&self, post: &Standing) -> LivePost {
        // What somebody posted by hand has nothing but a title.
        let text = if post.title == post.markdown {
            post.markdown.clone()
        } else {
            format!("{}\n\n{}", post.title, words(&seen(post)))
        };
        LivePost {
            warning: None,
            id: post.id.clone(),
            url: self.address(post),
            author: "64c0ffee0000000000000001".to_owned(),
            text: text.trim_end().to_owned(),
            media: post.media.clone(),
            link: None,
            reply_to: None,
            comments: Vec::new(),
            at: post.at,
            deleted: !post.is_out,
        }
    }

    /// The cover, then the pictures of the text, as far as they were brought here.
    pub(super) fn images(&self, post: &Standing) -> Vec<LiveMedia> {
        let cover = post.cover.as_deref().and_then(|address| self.file_at(address));
        let cover = cover.map(|file| image::live("cover", &file.bytes, ""));
        let body = pictures(&post.markdown).into_iter().filter_map(|(_, address, alt)| {
            Some(image::live(&address, &self.file_at(&address)?.bytes, &alt))
        });
        cover.into_iter().chain(body).collect()
    }
}

/// The text as it is now.
fn seen(post: &Standing) -> String {
    if !post.was_out {
        return post.markdown.clone();
    }
    with_pictures(&post.markdown, post.media.iter().filter(|media| media.id != "cover"))
}
