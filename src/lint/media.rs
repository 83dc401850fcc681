//! Images and their alt text.

use super::look::{Look, OfVariant, number};
use super::table;
use crate::diagnostic::Diagnostic;
use crate::ladder::Attach;
use crate::render::{Picture, Variant};
use crate::source::Span;

/// The rules of this file.
pub(super) const RULES: &[OfVariant] =
    &[missing_alt, poor_alt, alt_too_long, too_many_images, card_and_images];

/// The pictures that readers get with alt text (a card's picture has none), each once.
pub(super) fn shown<'a>(look: &Look<'a>) -> Vec<&'a Picture> {
    shown_in(look.made.variant)
}

fn shown_in(variant: &Variant) -> Vec<&Picture> {
    let all: Vec<&Picture> = match variant {
        Variant::Post(post) => post.parts.iter().flat_map(|part| &part.media).collect(),
        variant => variant.pictures(),
    };
    let mut once: Vec<&Picture> = Vec::new();
    for picture in all {
        if !once.iter().any(|other| other.path == picture.path) {
            once.push(picture);
        }
    }
    once
}

/// Where the message names the file, or says its alt text.
pub(super) fn place(look: &Look<'_>, path: &str, alt: bool) -> Span {
    look.written().picture(path, alt)
}

fn missing_alt(look: &Look<'_>, found: &mut Vec<Diagnostic>) {
    let language = &look.made.outlet.language;
    // Told once for a language, of the first rung that shows the picture.
    let told = |picture: &Picture| {
        let before = look.subject.made.iter().take_while(|made| made.rung.name != look.made.rung.name);
        let mut same = before.filter(|made| made.outlet.language == *language);
        let silent = |other: &&Picture| other.path == picture.path && other.alt.trim().is_empty();
        same.any(|made| shown_in(made.variant).iter().any(silent))
    };
    let silent = shown(look).into_iter().filter(|picture| picture.alt.trim().is_empty());
    for picture in silent.filter(|picture| !told(picture)) {
        found.push(
            table::MISSING_ALT
                .broken(format!(
                    "`{}` has no alt text in `{language}`, which `{}` needs",
                    picture.name,
                    look.rung()
                ))
                .at(place(look, &picture.path, false))
                .hint(format!("say what is to be seen: `alt = {{ {} = \"…\" }}`", language_key(language))),
        );
    }
}

/// A TOML key needs quotes unless it is letters, digits, `-` and `_`.
fn language_key(language: &str) -> String {
    let bare = !language.is_empty()
        && language.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    if bare { language.to_owned() } else { format!("{language:?}") }
}

fn poor_alt(look: &Look<'_>, found: &mut Vec<Diagnostic>) {
    for picture in shown(look) {
        let alt = picture.alt.trim().to_lowercase();
        let name = picture.name.to_lowercase();
        let stem = name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem);
        let says_nothing =
            ["image", "picture", "photo", "img", "bild", "foto", "alt", "alt text"].contains(&alt.as_str());
        if !alt.is_empty() && (alt == name || alt == stem || says_nothing) {
            found.push(
                table::POOR_ALT
                    .broken(format!("the alt text of `{}` tells nobody what is to be seen", picture.name))
                    .at(place(look, &picture.path, true))
                    .hint("describe it to somebody on the telephone, in a sentence"),
            );
        }
    }
}

fn alt_too_long(look: &Look<'_>, found: &mut Vec<Diagnostic>) {
    let Some(limit) = look.made.outlet.rules.alt_limit else { return };
    for picture in shown(look) {
        let length = picture.alt.chars().count();
        if length > limit {
            found.push(
                table::ALT_TOO_LONG
                    .broken(format!(
                        "the alt text of `{}` is {} too long for {}: {length} of {limit}",
                        picture.name,
                        length - limit,
                        look.network()
                    ))
                    .at(place(look, &picture.path, true))
                    .hint("say what matters in it; the rest belongs into the text"),
            );
        }
    }
}

fn too_many_images(look: &Look<'_>, found: &mut Vec<Diagnostic>) {
    let Some(post) = look.post() else { return };
    let rules = &look.made.outlet.rules;
    for (at, part) in post.parts.iter().enumerate() {
        if part.media.len() <= rules.images {
            continue;
        }
        let takes = if rules.images == 0 { "none".to_owned() } else { rules.images.to_string() };
        let span = look.settings.attach.as_ref().map(|attach| attach.span);
        let extra = part.media.get(rules.images).map(|picture| place(look, &picture.path, false));
        found.push(
            table::TOO_MANY_IMAGES
                .broken(format!(
                    "{} has {}, and {} takes {takes}",
                    look.part_name(at),
                    number(part.media.len(), "image"),
                    look.network()
                ))
                .at_maybe(span.or(extra))
                .hint("take images out of the message, or set `attach = \"card\"` or `\"none\"` on the rung"),
        );
    }
}

fn card_and_images(look: &Look<'_>, found: &mut Vec<Diagnostic>) {
    let Some(post) = look.post() else { return };
    let rules = &look.made.outlet.rules;
    let images = post.parts.first().is_some_and(|part| !part.media.is_empty());
    // `attach = "images"` is a choice that was made; a card that was chosen and
    // will not be seen is not.
    let chosen = look.settings.attach.as_ref().is_some_and(|attach| attach.value == Attach::Images);
    if rules.card && !rules.card_with_images && post.card.is_some() && images && !chosen {
        found.push(
            table::CARD_AND_IMAGES
                .broken(format!(
                    "`{}` has a card and images; {} will show the images only",
                    look.rung(),
                    look.network()
                ))
                .at(look.settings.attach.as_ref().map_or(look.made.rung.span, |attach| attach.span))
                .hint("choose one: `attach = \"card\"` or `attach = \"images\"`"),
        );
    }
}
