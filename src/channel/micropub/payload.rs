//! What a message is in Micropub's words. Pure: the names of pictures stand where
//! their addresses will.

use crate::channel::article::{is_shown, media, no_canonical, tags};
use crate::channel::article_html::pictures;
use crate::channel::{post_of, wrong_kind};
use crate::diagnostic::{Checked, Diagnostic};
use crate::plan::{Payload, PayloadPart};
use crate::render::{Article, Picture, Post, Variant};
use crate::text::escape;
use serde_json::{Map, Value, json};

/// `POST endpoint`, as JSON: only there is HTML told from text, and has a photo words
/// (W3C Micropub, 3.3.2 and 3.3.4).
pub(super) fn payload(variant: &Variant, note: bool, syndicate_to: &[String]) -> Checked<Payload> {
    let mut problems = Vec::new();
    let (mut properties, media) = match (note, variant) {
        (true, variant) => match post_of(variant) {
            Ok(post) => of_note(post),
            Err(problems) => return Checked::bad(problems),
        },
        (false, Variant::Article(article)) => of_article(article, &mut problems),
        (false, other) => return Checked::bad(vec![wrong_kind(other, "an article")]),
    };
    if !syndicate_to.is_empty() {
        properties.insert("mp-syndicate-to".to_owned(), json!(syndicate_to));
    }
    let body = json!({ "type": ["h-entry"], "properties": properties });
    Checked::with(Payload { parts: vec![PayloadPart { body, media }] }, problems)
}

/// A note has no name: by that readers tell it from an article (post type discovery).
/// Its text is plain, and the site makes links of what is one.
fn of_note(post: &Post) -> (Map<String, Value>, Vec<Picture>) {
    let mut properties = Map::new();
    let part = post.parts.first();
    properties.insert("content".to_owned(), json!([part.map(|part| part.text.as_str()).unwrap_or_default()]));
    let media = part.map(|part| part.media.clone()).unwrap_or_default();
    if !media.is_empty() {
        properties.insert("photo".to_owned(), media.iter().map(photo).collect());
    }
    (properties, media)
}

/// With words only in an object, without as an address alone (3.3.4).
fn photo(picture: &Picture) -> Value {
    match picture.alt.as_str() {
        "" => json!(picture.name),
        alt => json!({ "value": picture.name, "alt": alt }),
    }
}

/// The cover stands above the text, unless the text has it: as a photo a site may show
/// it once more, and some take none with words (django-indieweb 0.6.2).
fn of_article(article: &Article, problems: &mut Vec<Diagnostic>) -> (Map<String, Value>, Vec<Picture>) {
    let mut html = article.html.trim_end().to_owned();
    let cover = article.cover.as_ref().filter(|_| !article.has_cover_in_body());
    if let Some(cover) = cover {
        let (name, alt) = (escape(&cover.name), escape(&cover.alt));
        html = format!("<p><img src=\"{name}\" alt=\"{alt}\"></p>\n{html}");
    }
    let shown = pictures(&html);
    let all = cover.into_iter().chain(&article.media).chain(&article.cover);
    let media = media(all.filter(|picture| is_shown(&shown, picture)), problems, |_| None);
    problems.extend(no_canonical(article, "Micropub has no property"));
    let mut properties = Map::new();
    properties.insert("name".to_owned(), json!([article.title]));
    properties.insert("content".to_owned(), json!([{ "html": html }]));
    if !article.excerpt.trim().is_empty() {
        properties.insert("summary".to_owned(), json!([article.excerpt]));
    }
    let tags = tags(article.tags.iter().map(String::as_str));
    if !tags.is_empty() {
        properties.insert("category".to_owned(), json!(tags));
    }
    properties.insert("mp-slug".to_owned(), json!([article.slug]));
    (properties, media)
}
