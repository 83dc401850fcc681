//! A post as the API tells it, and as readers see it.

use super::Hashnode;
use super::posts::Standing;
use crate::rehearsal::image;
use crate::rehearsal::timeline::{LiveMedia, LivePost};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use serde_json::{Value, json};
use std::ops::Range;

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

fn events(markdown: &str) -> impl Iterator<Item = (Event<'_>, Range<usize>)> {
    Parser::new_ext(markdown, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH).into_offset_iter()
}

/// The pictures of a text: where each stands, leads to, and its words.
pub(in crate::rehearsal) fn pictures(markdown: &str) -> Vec<(Range<usize>, String, String)> {
    let mut all: Vec<(Range<usize>, String, String)> = Vec::new();
    let mut inside = false;
    for (event, range) in events(markdown) {
        match event {
            Event::Start(Tag::Image { dest_url, .. }) => {
                inside = true;
                all.push((range, dest_url.to_string(), String::new()));
            }
            Event::End(TagEnd::Image) => inside = false,
            Event::Text(text) | Event::Code(text) if inside => {
                if let Some(last) = all.last_mut() {
                    last.2.push_str(&text);
                }
            }
            _ => {}
        }
    }
    all
}

/// The text with the pictures that are left in it, and with their words as they are now.
fn seen(post: &Standing) -> String {
    if !post.was_out {
        return post.markdown.clone();
    }
    let mut left = post.media.iter().filter(|media| media.id != "cover");
    let mut out = String::new();
    let mut from = 0;
    for (range, address, alt) in pictures(&post.markdown) {
        out.push_str(&post.markdown[from..range.start]);
        match left.next() {
            Some(media) if media.alt == alt => out.push_str(&post.markdown[range.clone()]),
            Some(media) => out.push_str(&format!("![{}]({address})", media.alt)),
            None => {}
        }
        from = range.end;
    }
    out + &post.markdown[from..]
}

/// The first characters of a text, without what a mark at its end holds.
pub(super) fn cut(markdown: &str, characters: usize) -> String {
    let (words, mark) = match markdown.rfind("<!--") {
        Some(at) => markdown.split_at(at),
        None => (markdown, ""),
    };
    let kept: String = words.chars().take(characters).collect();
    format!("{kept}\n\n{mark}")
}

/// The words that readers see, a line for each block.
pub(in crate::rehearsal) fn words(markdown: &str) -> String {
    let mut out = String::new();
    let mut hidden = false;
    for (event, _) in events(markdown) {
        match event {
            Event::Start(Tag::Image { .. }) => hidden = true,
            Event::End(TagEnd::Image) => hidden = false,
            Event::Text(text) | Event::Code(text) if !hidden => out.push_str(&text),
            Event::SoftBreak => out.push(' '),
            Event::HardBreak => out.push('\n'),
            Event::End(
                TagEnd::Paragraph
                | TagEnd::Heading(_)
                | TagEnd::Item
                | TagEnd::CodeBlock
                | TagEnd::TableRow
                | TagEnd::TableHead,
            ) => out.push('\n'),
            Event::End(TagEnd::TableCell) => out.push(' '),
            _ => {}
        }
    }
    let lines = out.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}
