//! What an article is in Hashnode's words. Pure: names stand where addresses of
//! pictures will.

use super::Hashnode;
use crate::channel::article::{is_shown, media};
use crate::channel::markdown_body::{below_title, pictures};
use crate::diagnostic::{About, Checked, Diagnostic};
use crate::plan::{Payload, PayloadPart};
use crate::render::{Article, Picture};
use serde_json::{Value, json};

/// Most tags (schema, `PublishPostInput.tags`).
const MOST_TAGS: usize = 15;
/// Most bytes of an image (`confirmImageUpload`).
const LARGEST: u64 = 8 * 1024 * 1024;

/// `createDraft`.
pub(super) fn payload(channel: &Hashnode, article: &Article) -> Checked<Payload> {
    let mut problems = Vec::new();
    let plain = |c: char| matches!(c, 'a'..='z' | '0'..='9' | '-');
    if article.slug.is_empty() || !article.slug.chars().all(plain) {
        let says = format!(
            "the slug `{}` is none that Hashnode would keep: use small letters, digits and `-`",
            article.slug
        );
        problems.push(Diagnostic::error("bad-slug", says).about(About::Slug).hint("set `slug` on the rung"));
    }
    let markdown = below_title(&article.markdown, &article.title);
    let shown: Vec<String> = pictures(&markdown).into_iter().map(|shown| shown.address).collect();
    // The blog shows the cover above the text: once is enough.
    let cover = article.cover.as_ref().filter(|cover| !is_shown(&shown, cover));
    let in_text = article.media.iter().filter(|own| is_shown(&shown, own));
    let media = media(cover.into_iter().chain(in_text), &mut problems, too_large);
    let body = json!({
        "title": article.title,
        "slug": article.slug,
        "markdown": markdown,
        "description": article.excerpt,
        "original": article.canonical,
        "cover": cover.map(|cover| &cover.name),
        "tags": tags(&article.tags, &mut problems),
        "series": channel.series,
        "newsletter": channel.newsletter,
        "comments": channel.comments,
    });
    Checked::with(Payload { parts: vec![PayloadPart { body, media }] }, problems)
}

fn too_large(picture: &Picture) -> Option<Diagnostic> {
    let says = format!("`{}` has {} bytes, and Hashnode takes 8 MB", picture.path, picture.bytes);
    let problem = Diagnostic::error("image-too-large", says)
        .about(About::Picture(picture.path.clone()))
        .hint("make it smaller");
    (picture.bytes > LARGEST).then_some(problem)
}

/// Tags by their addresses, and what they are called.
fn tags(written: &[String], problems: &mut Vec<Diagnostic>) -> Vec<Value> {
    let mut slugs: Vec<String> = Vec::new();
    let mut tags = Vec::new();
    let mut left: Vec<String> = Vec::new();
    for tag in written {
        let slug = slug_of(tag);
        if slugs.contains(&slug) {
            continue;
        }
        if slug.is_empty() || tags.len() == MOST_TAGS {
            left.push(format!("`{tag}`"));
            continue;
        }
        tags.push(json!({ "slug": slug, "name": tag.trim() }));
        slugs.push(slug);
    }
    if !left.is_empty() {
        let says = format!(
            "{} goes without: Hashnode takes {MOST_TAGS} tags of letters and digits",
            left.join(", ")
        );
        problems.push(
            Diagnostic::warning("tags-left-out", says)
                .about(About::Tags)
                .hint("put those first in the message's `tags` that matter there"),
        );
    }
    tags
}

fn slug_of(tag: &str) -> String {
    let mut slug = String::new();
    for c in tag.to_lowercase().chars() {
        match c {
            'a'..='z' | '0'..='9' => slug.push(c),
            _ if slug.is_empty() || slug.ends_with('-') => {}
            _ => slug.push('-'),
        }
    }
    slug.trim_end_matches('-').to_owned()
}
