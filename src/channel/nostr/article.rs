//! What an article says (NIP-23), as far as it is known before it is sent. Pure.
//!
//! It has an address that stays: kind, account and `d`. Another event with the same
//! address and a later time is its next version, and relays forget the one before.

use super::configured::Nostr;
use super::event;
use super::payload::{homeless, image, marked_as, mentions, plain};
use crate::channel::article::{is_shown, media};
use crate::channel::article_html::is_called;
use crate::channel::markdown_body::{below_title, pictures, unwrapped, with_pictures, without_html};
use crate::channel::{Change, wrong_kind};
use crate::diagnostic::{About, Checked, Diagnostic};
use crate::plan::{Payload, PayloadPart};
use crate::render::{Article, Picture, Variant};
use nostr::prelude::{Coordinate, Event, Kind, Tag, Timestamp, UnsignedEvent};
use serde_json::{Value, json};

/// A long-form text (NIP-23).
pub(super) const ARTICLE: u16 = 30_023;
/// Longest text where no relay has said what it takes, in bytes: relays mostly take
/// events of 64 KB (unverified), of which the tags have some. A judgement.
const LONGEST: usize = 60_000;
/// Longest slug in bytes: names of addresses have 255 for it and what follows (NIP-19).
const LONGEST_SLUG: usize = 200;

/// One event. What it says of itself only when it is sent stands beside it: the whole
/// `d`, and `published_at`, if no date is planned.
pub(super) fn payload(nostr: &Nostr, variant: &Variant) -> Checked<Payload> {
    let Variant::Article(article) = variant else {
        return Checked::bad(vec![wrong_kind(variant, "an article")]);
    };
    let mut problems = Vec::new();
    let slug = plain(&article.slug);
    if slug.is_empty() || slug.len() > LONGEST_SLUG {
        let says = format!("the slug `{slug}` is none of 1 to {LONGEST_SLUG} bytes");
        problems.push(Diagnostic::error("bad-slug", says).about(About::Slug).hint("set `slug` on the rung"));
    }
    // NIP-23: no paragraph is broken by hand, and there is no HTML.
    let markdown = unwrapped(&without_html(&below_title(&plain(&article.markdown), &article.title)));
    let called: Vec<String> = pictures(&markdown).into_iter().map(|shown| shown.address).collect();
    // Readers see the cover above the text: once is enough.
    let cover = article.cover.as_ref().filter(|cover| !is_shown(&called, cover));
    let in_text = article.media.iter().filter(|own| is_shown(&called, own));
    let media = media(cover.into_iter().chain(in_text), &mut problems, |_| None);
    let mut tags = vec![json!(["title", plain(&article.title)])];
    if !article.excerpt.trim().is_empty() {
        tags.push(json!(["summary", plain(&article.excerpt)]));
    }
    for picture in &media {
        match nostr.address_of(picture) {
            None => problems.push(homeless(nostr, picture)),
            Some(address) if cover.is_some_and(|cover| cover.sha256 == picture.sha256) => {
                tags.push(json!(["image", address]));
            }
            Some(_) => {}
        }
    }
    let lies = |written: &str| media.iter().find(|picture| is_called(written, &picture.name));
    let content = with_pictures(&markdown, &|written| nostr.address_of(lies(written)?)).trim().to_owned();
    problems.extend(too_long(nostr, &content));
    tags.extend(topics(article));
    if let Some(original) = &article.canonical {
        // NIP-24: a page that it is about.
        tags.push(json!(["r", original]));
    }
    tags.extend(mentions(&content));
    tags.extend(marked_as(nostr, &article.language));
    tags.extend(
        shown(&markdown, &lies).filter_map(|picture| Some(image(&nostr.address_of(picture)?, picture))),
    );
    let mut body = json!({ "kind": ARTICLE, "d": slug, "content": content, "tags": tags });
    if let Some(date) = article.date {
        body["published_at"] = json!(date.as_second());
    }
    Checked::with(Payload { parts: vec![PayloadPart { body, media }] }, problems)
}

/// The pictures that a text shows, each once.
fn shown<'a>(
    markdown: &str,
    lies: &dyn Fn(&str) -> Option<&'a Picture>,
) -> impl Iterator<Item = &'a Picture> + use<'a> {
    let mut found: Vec<&Picture> = Vec::new();
    for picture in pictures(markdown).iter().filter_map(|shown| lies(&shown.address)) {
        if !found.iter().any(|known| known.sha256 == picture.sha256) {
            found.push(picture);
        }
    }
    found.into_iter()
}

/// `["t", "rocketry"]` for each tag, in small letters and without blanks.
fn topics(article: &Article) -> Vec<Value> {
    let is_kept = |c: &char| c.is_alphanumeric() || matches!(c, '-' | '_');
    let mut found: Vec<String> = Vec::new();
    for tag in &article.tags {
        let topic = tag.to_lowercase().chars().filter(is_kept).collect::<String>();
        if !topic.is_empty() && !found.contains(&topic) {
            found.push(topic);
        }
    }
    found.into_iter().map(|topic| json!(["t", topic])).collect()
}

fn too_long(nostr: &Nostr, content: &str) -> Option<Diagnostic> {
    let says = match nostr.longest {
        Some(most) => {
            let length = content.chars().count();
            let too_long = length > most;
            too_long.then(|| format!("the text has {length} characters, and one of the relays takes {most}"))
        }
        None => {
            let length = content.len();
            let too_long = length > LONGEST;
            too_long.then(|| format!("the text has {length} bytes, and relays mostly take {LONGEST}"))
        }
    }?;
    Some(
        Diagnostic::error("too-long", says)
            .about(About::Body)
            .hint("publish a part of it, and lead to the rest"),
    )
}

/// The part of its address that is the article's own: its slug, and what tells it from
/// every other delivery's. By the slug alone it would take the place of whatever the
/// account has under it, on relays that nobody here knows of.
pub(super) fn name(part: &PayloadPart, mark: &str) -> String {
    let slug = part.body.get("d").and_then(Value::as_str).unwrap_or_default();
    format!("{slug}-{mark}")
}

/// When it is said to have been published: at the planned date, if that is not yet to
/// come, else when it was tried first.
pub(super) fn published_at(part: &PayloadPart, first_tried: Timestamp) -> u64 {
    let planned = part.body.get("published_at").and_then(Value::as_u64);
    planned.filter(|planned| *planned <= first_tried.as_secs()).unwrap_or(first_tried.as_secs())
}

/// The version of that time.
pub(super) fn version(
    part: &PayloadPart,
    address: &Coordinate,
    published_at: &str,
    at: Timestamp,
) -> UnsignedEvent {
    let mut tags: Vec<Tag> = Tag::parse(["d", &address.identifier]).into_iter().collect();
    tags.extend(event::tags(part));
    tags.extend(Tag::parse(["published_at", published_at]));
    let content = part.body.get("content").and_then(Value::as_str).unwrap_or_default();
    UnsignedEvent::new(address.public_key, at, Kind::from(ARTICLE), tags, content)
}

/// Whether a version says what that part does: whatever is in it but its time.
pub(super) fn says(there: &Event, part: &PayloadPart, address: &Coordinate) -> bool {
    version(part, address, &first_published(there), there.created_at).id() == there.id
}

/// What a version says of when the article was published first.
pub(super) fn first_published(there: &Event) -> String {
    let told = there.tags.iter().find(|tag| tag.kind() == "published_at").and_then(Tag::content);
    told.map_or_else(|| there.created_at.as_secs().to_string(), str::to_owned)
}

/// All but the address can change.
pub(super) fn can_edit(change: &Change) -> Result<(), String> {
    let (before, after) = (&change.before.body["d"], &change.after.body["d"]);
    match before == after {
        true => Ok(()),
        false => Err(format!("its `slug` would change ({before} to {after}), and with it its address")),
    }
}
