//! The message's images as outlets get them.

use super::{Job, Part, Picture};
use crate::ladder::Media;
use crate::text::Ratio;

/// The message's images in order. A file that could not be read is left out:
/// a problem has told why.
pub(super) fn of(job: &Job<'_>) -> Vec<Picture> {
    numbered(job).into_iter().map(|(_, picture)| picture).collect()
}

/// The same, each with its number among the message's media.
fn numbered(job: &Job<'_>) -> Vec<(usize, Picture)> {
    let mut pictures: Vec<(usize, Picture)> = Vec::new();
    let shape = job.settings().crop.map(|shape| shape.value);
    for (number, media) in job.message.media.iter().enumerate() {
        let Some(mut picture) = picture(job, media, shape) else { continue };
        // Two files of one name in different folders stay two.
        if pictures.iter().any(|(_, own)| own.name == picture.name) {
            picture.name = picture.path.replace('/', "-");
        }
        pictures.push((number, picture));
    }
    pictures
}

/// Puts the message's images on the parts of a post: each on the first part
/// whose text speaks of it (`pins`: for each part the numbers of those), the
/// others on the first. What a part cannot take goes to the next that has room;
/// what none takes stays on the last, where the lint tells of it. Those whose
/// words were `cut_off` stay behind.
pub(super) fn place(job: &Job<'_>, parts: &mut [Part], pins: &[Vec<usize>], cut_off: &[usize]) {
    let most = job.outlet.rules.images;
    for (number, picture) in numbered(job).into_iter().filter(|(number, _)| !cut_off.contains(number)) {
        let spoken_of = pins.iter().position(|pins| pins.contains(&number)).unwrap_or(0);
        if let Some(part) = parts.get_mut(spoken_of) {
            part.media.push(picture);
        }
    }
    let mut left: Vec<Picture> = Vec::new();
    for part in parts.iter_mut() {
        let room = most.saturating_sub(part.media.len());
        if room > 0 {
            part.media.extend(left.drain(..room.min(left.len())));
        } else {
            left.extend(part.media.drain(most..));
        }
    }
    if let Some(last) = parts.last_mut() {
        last.media.extend(left);
    }
}

/// Where the pictures stand that [`place`] puts on a text with these pins, in
/// bytes of it and in order: those that it does not speak of, at its beginning.
pub(super) fn places(job: &Job<'_>, pins: &[(usize, usize)]) -> Vec<usize> {
    if job.outlet.rules.images == 0 {
        return Vec::new();
    }
    let place = |number: usize| {
        let own = pins.iter().find(|(_, pinned)| *pinned == number);
        own.map_or(0, |(at, _)| *at)
    };
    let mut places: Vec<usize> = numbered(job).into_iter().map(|(number, _)| place(number)).collect();
    places.sort_unstable();
    places
}

/// Which of the message's media a relative link means: by its path beside the message.
pub(super) fn number(media: &[Media], link: &str) -> Option<usize> {
    let wanted = link.strip_prefix("./").unwrap_or(link).replace("%20", " ");
    media.iter().position(|media| {
        let file = media.file.value.as_str();
        file.strip_prefix("./").unwrap_or(file) == wanted
    })
}

/// The image that a relative link in the body means: by its path beside the message.
pub(super) fn named(job: &Job<'_>, link: &str) -> Option<Picture> {
    let wanted = number(&job.message.media, link)?;
    numbered(job).into_iter().find(|(number, _)| *number == wanted).map(|(_, picture)| picture)
}

/// Whether a link leads to a file beside the message, not to the web or into the page.
pub(super) fn is_relative(link: &str) -> bool {
    !link.is_empty()
        && !link.starts_with(['/', '#', '?'])
        && !link.split(['/', '?', '#']).next().is_some_and(|start| start.contains(':'))
}

/// The image of the project with the size that the part of it has which is shown: what
/// is cut out of it, and made to fit, comes later, from its bytes.
fn picture(job: &Job<'_>, media: &Media, shape: Option<Ratio>) -> Option<Picture> {
    let facts = media.facts.as_ref()?;
    let crop = shape.and_then(|shape| media.crop(shape));
    let crop = crop.filter(|crop| crop.lies_in(facts.width, facts.height));
    let (width, height) = crop.map_or((facts.width, facts.height), |crop| (crop.width, crop.height));
    let name = media.path.rsplit('/').next().unwrap_or(&media.path);
    let name = Picture::named(name, &facts.mime);
    let alt = media.alt_in(&job.outlet.language).map_or("", |alt| alt.value.trim());
    Some(Picture {
        path: media.path.clone(),
        name,
        alt: alt.to_owned(),
        mime: facts.mime.clone(),
        sha256: facts.sha256.clone(),
        bytes: facts.bytes,
        width,
        height,
        made_from: None,
    })
}
