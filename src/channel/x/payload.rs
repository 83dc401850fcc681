//! What X will see, what only X objects to, and what it charges. Pure.

use crate::diagnostic::{About, Checked, Diagnostic};
use crate::plan::{MicroDollars, Payload, PayloadPart};
use crate::render::Post;
use crate::text::{Dialect, EntityKind, entities};
use serde_json::json;

/// A post: docs.x.com, pricing, 2026-08-13.
/// `Content: Manage`, a deletion among it (the same page).
pub(super) const REMOVAL: MicroDollars = MicroDollars(10_000);
const POST: MicroDollars = MicroDollars(15_000);
/// A post that contains a URL: the same page. That one without a scheme is
/// meant too is not written (unverified); X links it, so it is taken to be.
const POST_WITH_LINK: MicroDollars = MicroDollars(200_000);
/// The words for an image: the same page. The image itself costs nothing.
const MEDIA_METADATA: MicroDollars = MicroDollars(5_000);

/// Symbols of shares that an app without a contract may write in one post
/// (docs.x.com, changelog, 2026-04-20).
const MOST_CASHTAGS: usize = 1;

/// `POST /2/tweets`, one for each part. The ids of uploaded images and of the
/// post that is replied to are known only when sending.
pub(super) fn payload(post: &Post) -> Checked<Payload> {
    let mut problems = Vec::new();
    let several = post.parts.len() > 1;
    for (at, part) in post.parts.iter().enumerate() {
        let place = if several { format!("part {}", at + 1) } else { "the post".to_owned() };
        let found = entities(&part.text, Dialect::X);
        let cashtags: Vec<&str> = found
            .iter()
            .filter(|entity| entity.kind == EntityKind::Cashtag)
            .map(|entity| &part.text[entity.range.clone()])
            .collect();
        if cashtags.len() > MOST_CASHTAGS {
            let message = format!("{place} has the cashtags {}: X takes one", cashtags.join(", "));
            problems.push(
                Diagnostic::error("too-many-cashtags", message)
                    .about(About::Part(at))
                    .hint("write the other ones without `$`, or in a part of their own"),
            );
        }
        let gifs = part.media.iter().filter(|picture| picture.mime == "image/gif").count();
        if gifs > 0 && part.media.len() > 1 {
            let message =
                format!("{place} has a GIF and {} more: X takes one GIF, or pictures", part.media.len() - 1);
            problems.push(
                Diagnostic::error("gif-and-images", message)
                    .about(About::Part(at))
                    .hint("put the GIF on a part of its own, or leave it out"),
            );
        }
    }
    let parts = post
        .parts
        .iter()
        .map(|part| PayloadPart { body: json!({ "text": part.text }), media: part.media.clone() });
    Checked::with(Payload { parts: parts.collect() }, problems)
}

/// What posting all parts costs. An address that is not known yet is a link.
pub(super) fn price(payload: &Payload) -> MicroDollars {
    let of_part = |part: &PayloadPart| {
        let found = entities(text_of(part), Dialect::X);
        let has_link = found.iter().any(|entity| entity.kind == EntityKind::Link);
        let described = part.media.iter().filter(|picture| !picture.alt.is_empty()).count() as u64;
        let post = if has_link { POST_WITH_LINK } else { POST };
        MicroDollars(post.0 + described * MEDIA_METADATA.0)
    };
    payload.parts.iter().map(of_part).sum()
}

/// The words of a part.
pub(super) fn text_of(part: &PayloadPart) -> &str {
    part.body.get("text").and_then(serde_json::Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channel::fixture;
    use crate::render::Variant;
    use crate::text::late;

    fn made(texts: &[&str], change: impl FnOnce(&mut Post)) -> Checked<Payload> {
        let Variant::Post(mut post) = fixture::post(texts) else { panic!() };
        change(&mut post);
        payload(&post)
    }

    fn costs(texts: &[&str], change: impl FnOnce(&mut Post)) -> String {
        price(&made(texts, change).value.unwrap()).to_string()
    }

    #[test]
    fn a_post_costs_by_its_links_and_its_alt_texts() {
        assert_eq!(costs(&["It landed."], |_| {}), "$0.015");
        assert_eq!(costs(&["It landed. https://acme.com/"], |_| {}), "$0.20");
        assert_eq!(costs(&["See acme.com, both acme.com/a"], |_| {}), "$0.20");
        assert_eq!(costs(&[&late::token("blog", true)], |_| {}), "$0.20");
        assert_eq!(costs(&["One", "Two https://acme.com/", "Three"], |_| {}), "$0.23");
        let pictures = |post: &mut Post| {
            post.parts[0].media = ["a", "b", "c"].map(|name| fixture::picture(name, b"png")).into();
            post.parts[0].media[1].alt.clear();
        };
        assert_eq!(costs(&["Look."], pictures), "$0.025");
    }

    fn problems(checked: &Checked<Payload>) -> Vec<String> {
        checked.problems.iter().map(|problem| format!("{}: {}", problem.rule, problem.message)).collect()
    }

    #[test]
    fn what_only_x_objects_to_is_said_for_each_part() {
        assert_eq!(problems(&made(&["$ACME is up, and so is the $5 bill"], |_| {})), Vec::<String>::new());
        assert_eq!(
            problems(&made(&["$ACME", "$ACME and $XYZ"], |_| {})),
            ["too-many-cashtags: part 2 has the cashtags $ACME, $XYZ: X takes one"]
        );
        let gif = |post: &mut Post| {
            post.parts[0].media = ["a", "b"].map(|name| fixture::picture(name, b"png")).into();
            post.parts[0].media[1].mime = "image/gif".to_owned();
        };
        assert_eq!(
            problems(&made(&["Look."], gif)),
            ["gif-and-images: the post has a GIF and 1 more: X takes one GIF, or pictures"]
        );
    }
}
