//! What an article is in WordPress's words. Pure: names stand where numbers of
//! terms and addresses of pictures will.

use super::WordPress;
use crate::channel::article_html::{alts, is_called, pictures};
use crate::channel::wrong_kind;
use crate::diagnostic::{Checked, Diagnostic};
use crate::plan::{Payload, PayloadPart};
use crate::render::markup::{Markup, escaped, write};
use crate::render::{Article, Picture, Variant};
use serde_json::{Value, json};

/// The column of slugs has room for 200 bytes, counted with percent signs
/// (WordPress's schema, `post_name`); some are left for a number behind it.
const LONGEST_SLUG: usize = 190;

/// What most sites take of pictures (WordPress, "Accepted File Types", 2026).
const FORMATS: &[&str] = &["image/jpeg", "image/png", "image/gif", "image/webp"];

/// `POST /wp/v2/posts`.
pub(super) fn payload(channel: &WordPress, variant: &Variant) -> Checked<Payload> {
    let Variant::Article(article) = variant else {
        return Checked::bad(vec![wrong_kind(variant, "an article")]);
    };
    let mut problems = Vec::new();
    if let Err(why) = check_slug(&article.slug) {
        problems.push(Diagnostic::error("bad-slug", why).hint("set `slug` on the rung"));
    }
    let markup = if channel.blocks { Markup::WordPressBlocks } else { Markup::WordPressHtml };
    let content = write(&article.markdown, markup).text;
    let mut media: Vec<Picture> = Vec::new();
    let mut take = |picture: &Picture, problems: &mut Vec<Diagnostic>| {
        if let Some(known) = media.iter().find(|known| known.name == picture.name) {
            if known.sha256 != picture.sha256 {
                let problem = format!("two images are called `{}`", picture.name);
                let hint = "one would stand for the other: give one another name";
                problems.push(Diagnostic::error("same-name", problem).hint(hint));
            }
            return;
        }
        if !FORMATS.contains(&picture.mime.as_str()) {
            let says = format!(
                "`{}` is {}, and WordPress takes JPEG, PNG, GIF and WebP",
                picture.path, picture.mime
            );
            problems.push(Diagnostic::error("image-format", says));
        }
        media.push(picture.clone());
    };
    // The theme shows the cover above the text: once is enough.
    let cover = article.cover.as_ref().filter(|cover| !is_shown(&content, cover));
    for picture in cover.into_iter().chain(article.media.iter().filter(|own| is_shown(&content, own))) {
        take(picture, &mut problems);
    }
    if article.canonical.is_some() {
        let says =
            "WordPress has no field of its own for the address of an original: `canonical` is left out";
        problems.push(Diagnostic::warning("no-canonical", says));
    }
    let body = json!({
        "title": title(article),
        "slug": article.slug,
        "status": channel.status.name(),
        "content": content,
        "excerpt": escaped(&article.excerpt, Markup::WordPressBlocks),
        "categories": channel.categories,
        "tags": tags(article),
        "cover": cover.map(|cover| &cover.name),
        "author": channel.author,
        "comments": channel.comments,
    });
    Checked::with(Payload { parts: vec![PayloadPart { body, media }] }, problems)
}

/// A title is a line of HTML there.
fn title(article: &Article) -> String {
    escaped(&article.title, Markup::WordPressHtml)
}

fn tags(article: &Article) -> Vec<&str> {
    let mut tags: Vec<&str> = Vec::new();
    for tag in article.tags.iter().map(|tag| tag.trim()).filter(|tag| !tag.is_empty()) {
        if !tags.iter().any(|known| known.to_lowercase() == tag.to_lowercase()) {
            tags.push(tag);
        }
    }
    tags
}

fn is_shown(content: &str, picture: &Picture) -> bool {
    pictures(content).iter().any(|name| is_called(name, &picture.name))
}

fn check_slug(slug: &str) -> Result<(), String> {
    // WordPress takes away and replaces what it does not like in one: then the
    // address would be another one than that which is looked for.
    let good =
        |c: char| !c.is_ascii() && c.is_alphanumeric() || matches!(c, 'a'..='z' | '0'..='9' | '-' | '_');
    if slug.is_empty() || slug.starts_with('-') || slug.ends_with('-') || slug.contains("--") {
        return Err(format!(
            "the slug `{slug}` is none that WordPress would keep: use small letters, digits and `-`"
        ));
    }
    if let Some(odd) = slug.chars().find(|c| !good(*c)) {
        return Err(format!("the slug `{slug}` has a `{odd}`: use small letters, digits and `-`"));
    }
    let length: usize = slug.chars().map(|c| if c.is_ascii() { 1 } else { 3 * c.len_utf8() }).sum();
    if length > LONGEST_SLUG {
        return Err(format!("the slug is {length} bytes long, and WordPress has room for {LONGEST_SLUG}"));
    }
    Ok(())
}

/// A text of the body.
pub(super) fn text<'a>(part: &'a PayloadPart, key: &str) -> &'a str {
    part.body.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// A list of texts of the body.
pub(super) fn texts<'a>(part: &'a PayloadPart, key: &str) -> Vec<&'a str> {
    part.body.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
}

/// The picture above the text.
pub(super) fn cover(part: &PayloadPart) -> Option<&Picture> {
    let name = part.body.get("cover").and_then(Value::as_str)?;
    part.media.iter().find(|picture| picture.name == name)
}

/// The alt texts of the pictures in the text, in order.
pub(super) fn sent_alts(part: &PayloadPart) -> Vec<String> {
    alts(text(part, "content"))
}
