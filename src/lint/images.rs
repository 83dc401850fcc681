//! Whether images fit their outlets, and the crops that the message names.

use super::look::{Look, OfVariant};
use super::media::{place, shown};
use super::{Subject, table};
use crate::diagnostic::Diagnostic;
use crate::ladder::Media;
use crate::media::{CannotFit, How, Unfit, megabytes};
use crate::render::Picture;
use crate::text::Ratio;

/// The rules of this file that look at a variant.
pub(super) const RULES: &[OfVariant] = &[image_unfit, image_too_large, image_quality];

/// The rules of this file that look at the message.
pub(super) const OF_THE_MESSAGE: &[fn(&Subject<'_>, &mut Vec<Diagnostic>)] = &[bad_crop, misnamed_image];

/// What could not be made to fit.
fn image_unfit(look: &Look<'_>, found: &mut Vec<Diagnostic>) {
    let network = look.network();
    for Unfit { path, of_card, why } in look.made.unfit {
        let name = path.rsplit('/').next().unwrap_or(path);
        let problem = match why {
            CannotFit::Moves => table::IMAGE_FORMAT
                .broken(format!("`{name}` is animated, and {network} takes no animated image of that kind"))
                .hint("take a still image for this rung: one frame, saved as PNG or JPEG"),
            CannotFit::MovesAndCropped => table::IMAGE_FORMAT
                .broken(format!("`{name}` is animated, and cannot be cropped"))
                .hint("crop it with the program that made it, and take it out of `crops`"),
            CannotFit::MovesTooMuch(says) => table::IMAGE_TOO_LARGE
                .broken(format!("`{name}` {says}, for {network}"))
                .hint("save it with fewer frames, or smaller: what moves is not made to fit here"),
            CannotFit::Shape { size, bounds } => shape(look, name, *size, *bounds),
            CannotFit::TooLarge(most) => table::IMAGE_TOO_LARGE
                .broken(format!("`{name}` cannot be made to fit into {}, for {network}", megabytes(*most)))
                .hint("save it smaller, or as JPEG"),
            CannotFit::Unreadable(says) => table::BAD_MEDIA.broken(format!("`{name}` {says}")),
            // Told of the message, with the place of the crop.
            CannotFit::OutsideOfIt => continue,
        };
        let problem = if *of_card { problem.of_a_card() } else { problem };
        found.push(problem.at(place(look, path, false)));
    }
}

fn shape(
    look: &Look<'_>,
    name: &str,
    (width, height): (u32, u32),
    (narrowest, widest): (Option<Ratio>, Option<Ratio>),
) -> Diagnostic {
    let takes = match (narrowest, widest) {
        (Some(narrowest), Some(widest)) => format!("from {narrowest} to {widest}"),
        (Some(narrowest), None) => format!("{narrowest} and wider"),
        (None, Some(widest)) => format!("{widest} and narrower"),
        (None, None) => "others".to_owned(),
    };
    let says = format!("`{name}` is {width} × {height} as it goes out, and {} takes {takes}", look.network());
    let hint = match &look.settings.crop {
        Some(chosen) => format!("give it the crop `{0}`: `crops = {{ \"{0}\" = [x, y, width, height] }}`", chosen.value),
        None => "crop it: `crops = { \"1:1\" = [x, y, width, height] }` below the file, and `crop = \"1:1\"` on the rung"
            .to_owned(),
    };
    table::IMAGE_SHAPE.broken(says).hint(hint)
}

/// Where the original goes however large it is.
fn image_too_large(look: &Look<'_>, found: &mut Vec<Diagnostic>) {
    let rules = &look.made.outlet.rules;
    let Some(limit) = rules.image_bytes.filter(|_| !rules.image.made_to_fit) else { return };
    for picture in shown(look).into_iter().filter(|picture| picture.bytes > limit) {
        found.push(
            table::IMAGE_TOO_LARGE
                .broken(format!(
                    "`{}` is {} large, and {} takes {}",
                    picture.name,
                    megabytes(picture.bytes),
                    look.network(),
                    megabytes(limit)
                ))
                .at(place(look, &picture.path, false))
                .hint(format!(
                    "it is {} × {} pixels: make it smaller, or save it as JPEG",
                    picture.width, picture.height
                )),
        );
    }
}

fn image_quality(look: &Look<'_>, found: &mut Vec<Diagnostic>) {
    let squeezed = |picture: &&Picture| picture.made_from.as_ref().is_some_and(|recipe| recipe.squeezed);
    for picture in shown(look).into_iter().filter(squeezed) {
        let quality = match picture.made_from.as_ref().map(|recipe| recipe.how) {
            Some(How::Jpeg { quality }) => format!(" of quality {quality}"),
            _ => String::new(),
        };
        let says = format!(
            "`{}` fits into what {} takes as {} × {}{quality}, and no better",
            picture.name,
            look.network(),
            picture.width,
            picture.height
        );
        found.push(
            table::IMAGE_QUALITY
                .broken(says)
                .at(place(look, &picture.path, false))
                .hint("look at it in the preview; a calmer image, or a crop of it, needs fewer bytes"),
        );
    }
}

/// Crops that are not in their image, or of another shape than they are called by.
fn bad_crop(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    for media in all_media(subject) {
        let Some(facts) = &media.facts else { continue };
        for (shape, crop) in &media.crops {
            let own = crop.value;
            let lies = own.lies_in(facts.width, facts.height);
            if lies && shape.is_of(own.width, own.height) {
                continue;
            }
            let says = if own.width == 0 || own.height == 0 {
                format!("the crop `{shape}` has no pixels")
            } else if lies {
                format!("the crop `{shape}` is {} × {}, which is another shape", own.width, own.height)
            } else {
                format!(
                    "the crop `{shape}` does not lie in `{}`, which is {} × {}",
                    media.file.value, facts.width, facts.height
                )
            };
            found.push(table::BAD_CROP.broken(says).at(crop.span).hint(
                "x, y, width and height in pixels, from the upper left corner of the image as it is shown",
            ));
        }
    }
}

fn misnamed_image(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    for media in all_media(subject) {
        let Some(facts) = &media.facts else { continue };
        let name = media.path.rsplit('/').next().unwrap_or(&media.path);
        let right = Picture::named(name, &facts.mime);
        if right != name {
            let kind = facts.mime.trim_start_matches("image/").to_uppercase();
            found.push(
                table::MISNAMED_IMAGE
                    .broken(format!("`{name}` is a {kind}: it goes out as `{right}`"))
                    .at(media.file.span)
                    .hint("rename the file, so that nobody is misled"),
            );
        }
    }
}

/// The media of the message and its translations, each place once: a translation takes
/// over what its master has.
fn all_media<'a>(subject: &Subject<'a>) -> Vec<&'a Media> {
    let message = subject.message;
    let mut all: Vec<&Media> = Vec::new();
    for media in message.media.iter().chain(message.translations.iter().flat_map(|other| &other.media)) {
        if !all.iter().any(|known| known.file.span == media.file.span) {
            all.push(media);
        }
    }
    all
}
