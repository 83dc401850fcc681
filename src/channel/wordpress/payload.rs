//! What an article is in WordPress's words. Pure: names stand where numbers of
//! terms and addresses of pictures will.

use super::WordPress;
use crate::channel::article::{is_shown, media, no_canonical, tags};
use crate::channel::article_html::pictures;
use crate::diagnostic::{About, Checked, Diagnostic};
use crate::plan::{Payload, PayloadPart};
use crate::render::markup::{Markup, escaped, write};
use crate::render::{Article, Picture};
use serde_json::json;

/// The column of slugs has room for 200 bytes, counted with percent signs
/// (WordPress's schema, `post_name`); some are left for a number behind it.
const LONGEST_SLUG: usize = 190;

/// What most sites take of pictures (WordPress, "Accepted File Types", 2026).
const FORMATS: &[&str] = &["image/jpeg", "image/png", "image/gif", "image/webp"];

/// `POST /wp/v2/posts`.
pub(super) fn payload(channel: &WordPress, article: &Article) -> Checked<Payload> {
    let mut problems = Vec::new();
    if let Err(why) = check_slug(&article.slug) {
        problems.push(Diagnostic::error("bad-slug", why).about(About::Slug).hint("set `slug` on the rung"));
    }
    let markup = if channel.blocks { Markup::WordPressBlocks } else { Markup::WordPressHtml };
    let content = write(&article.markdown, markup).text;
    let shown = pictures(&content);
    // The theme shows the cover above the text: once is enough.
    let cover = article.cover.as_ref().filter(|cover| !is_shown(&shown, cover));
    let in_text = article.media.iter().filter(|own| is_shown(&shown, own));
    let media = media(cover.into_iter().chain(in_text), &mut problems, odd);
    problems.extend(no_canonical(article, "WordPress has no field of its own"));
    let body = json!({
        "title": title(article),
        "slug": article.slug,
        "status": channel.status.name(),
        "content": content,
        "excerpt": escaped(&article.excerpt, Markup::WordPressBlocks),
        "categories": channel.categories,
        "tags": tags(article.tags.iter().map(String::as_str)),
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

/// What WordPress does not take of a picture.
fn odd(picture: &Picture) -> Option<Diagnostic> {
    let says = format!("`{}` is {}, and WordPress takes JPEG, PNG, GIF and WebP", picture.path, picture.mime);
    (!FORMATS.contains(&picture.mime.as_str()))
        .then(|| Diagnostic::error("image-format", says).about(About::Picture(picture.path.clone())))
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
