//! What an article is in Ghost's words. Pure: names stand where addresses of pictures
//! will. Limits: Ghost's schema of posts, 6.65 (2026-11).

use super::Ghost;
use crate::channel::article::{is_shown, media, tags as each_once};
use crate::channel::article_html::pictures;
use crate::diagnostic::{About, Checked, Diagnostic};
use crate::plan::{Payload, PayloadPart, StepKey};
use crate::render::markup::{Markup, write};
use crate::render::{Article, Picture};
use serde_json::json;

/// Ghost has room for 191; some are left for what is put behind the address of a post
/// that is taken down.
const LONGEST_SLUG: usize = 170;
const LONGEST_TITLE: usize = 255;
const LONGEST_EXCERPT: usize = 300;
const LONGEST_ALT: usize = 191;
const LONGEST_TAG: usize = 191;
const LONGEST_CANONICAL: usize = 2000;

/// What Ghost takes of pictures (docs.ghost.org, Admin API, "Images"); SVG is not ours.
const FORMATS: &[&str] = &["image/jpeg", "image/png", "image/gif", "image/webp"];

/// What stands around HTML that Ghost is to keep as it is (docs.ghost.org, Admin API,
/// "Source HTML").
const CARD: (&str, &str) = ("<!--kg-card-begin: html-->\n", "\n<!--kg-card-end: html-->");

/// `POST /posts/?source=html`.
pub(super) fn payload(channel: &Ghost, article: &Article) -> Checked<Payload> {
    let mut problems = Vec::new();
    if let Err(why) = check_slug(&article.slug) {
        problems.push(Diagnostic::error("bad-slug", why).about(About::Slug).hint("set `slug` on the rung"));
    }
    let html = write(&article.markdown, Markup::WordPressHtml).text;
    let cover = article.cover.as_ref();
    let shown = pictures(&html);
    let in_text = article.media.iter().filter(|picture| is_shown(&shown, picture));
    let media = media(cover.into_iter().chain(in_text), &mut problems, odd);
    let tags = tags(article, &channel.tags);
    let original = article.canonical.as_deref().unwrap_or("");
    let mut long = vec![
        (About::Title, "the title", article.title.as_str(), LONGEST_TITLE),
        (About::Excerpt, "the excerpt (`summary`)", &article.excerpt, LONGEST_EXCERPT),
        (About::Canonical, "the address of the original (`canonical`)", original, LONGEST_CANONICAL),
    ];
    if let Some(cover) = cover {
        long.push((About::Alt(cover.path.clone()), "the cover's alt text", &cover.alt, LONGEST_ALT));
    }
    long.extend(tags.iter().map(|tag| (About::Tags, "a tag", *tag, LONGEST_TAG)));
    for (about, what, text, most) in long {
        let has = text.chars().count();
        if has > most {
            let says = format!("{what} is {} too long for Ghost: {has} of {most} characters", has - most);
            problems.push(Diagnostic::error("too-long", says).about(about).hint("shorten it"));
        }
    }
    let body = json!({
        "title": article.title,
        "slug": article.slug,
        "html": html.trim_end(),
        "excerpt": article.excerpt,
        "tags": tags,
        "authors": channel.authors,
        "cover": cover.map(|cover| &cover.name),
        "canonical": article.canonical,
        "visibility": channel.visibility,
        "newsletter": channel.newsletter,
        "email_segment": channel.email_segment,
    });
    Checked::with(Payload { parts: vec![PayloadPart { body, media }] }, problems)
}

/// What Ghost does not take of a picture.
fn odd(picture: &Picture) -> Option<Diagnostic> {
    let says = format!("`{}` is {}, and Ghost takes JPEG, PNG, GIF and WebP", picture.path, picture.mime);
    (!FORMATS.contains(&picture.mime.as_str()))
        .then(|| Diagnostic::error("image-format", says).about(About::Picture(picture.path.clone())))
}

/// The message's first: Ghost shows the first tag as the main one. What begins with `#`
/// readers would not see, and a comma at the beginning Ghost refuses.
fn tags<'a>(article: &'a Article, more: &'a [String]) -> Vec<&'a str> {
    let all = article.tags.iter().chain(more);
    each_once(all.map(|tag| tag.trim().trim_start_matches(['#', ','])))
}

/// Ghost writes other letters in its own way (`grüße` becomes `grusse`, `a--b` `a-b`;
/// seen, 6.65): then the address would be another one than that which is looked for.
fn check_slug(slug: &str) -> Result<(), String> {
    if slug.is_empty() || slug.starts_with('-') || slug.ends_with('-') || slug.contains("--") {
        return Err(format!(
            "the slug `{slug}` is none that Ghost would keep: use small letters, digits and `-`"
        ));
    }
    if let Some(odd) = slug.chars().find(|c| !matches!(c, 'a'..='z' | '0'..='9' | '-' | '_')) {
        return Err(format!("the slug `{slug}` has a `{odd}`: use small letters a to z, digits and `-`"));
    }
    if slug.len() > LONGEST_SLUG {
        return Err(format!("the slug is {} letters long, and there is room for {LONGEST_SLUG}", slug.len()));
    }
    Ok(())
}

/// The tag that names a delivery. Readers do not see what begins with `#`.
pub(super) fn mark(key: &StepKey) -> String {
    format!("#ladder-{}", key.0)
}

/// HTML that Ghost keeps as it is.
pub(super) fn card(html: &str) -> String {
    format!("{}{html}{}", CARD.0, CARD.1)
}
