//! The message's images as outlets get them.

use super::{Job, Picture};
use crate::ladder::Media;

/// The message's images in order. A file that could not be read is left out:
/// a problem has told why.
pub(super) fn of(job: &Job<'_>) -> Vec<Picture> {
    let mut pictures: Vec<Picture> = Vec::new();
    for media in &job.message.media {
        let Some(mut picture) = picture(job, media) else { continue };
        // Two files of one name in different folders stay two.
        if pictures.iter().any(|own| own.name == picture.name) {
            picture.name = picture.path.replace('/', "-");
        }
        pictures.push(picture);
    }
    pictures
}

/// The image that a relative link in the body means: by its path beside the message.
pub(super) fn named(job: &Job<'_>, link: &str) -> Option<Picture> {
    let wanted = link.strip_prefix("./").unwrap_or(link);
    let wanted = wanted.replace("%20", " ");
    let media = job.message.media.iter().find(|media| {
        let file = media.file.value.as_str();
        file.strip_prefix("./").unwrap_or(file) == wanted
    })?;
    of(job).into_iter().find(|picture| picture.path == media.path)
}

/// Whether a link leads to a file beside the message, not to the web or into the page.
pub(super) fn is_relative(link: &str) -> bool {
    !link.is_empty()
        && !link.starts_with(['/', '#', '?'])
        && !link.split(['/', '?', '#']).next().is_some_and(|start| start.contains(':'))
}

fn picture(job: &Job<'_>, media: &Media) -> Option<Picture> {
    let facts = media.facts.as_ref()?;
    let name = media.path.rsplit('/').next().unwrap_or(&media.path).to_owned();
    let alt = media.alt_in(&job.outlet.language).map_or("", |alt| alt.value.trim());
    Some(Picture {
        path: media.path.clone(),
        name,
        alt: alt.to_owned(),
        mime: facts.mime.clone(),
        sha256: facts.sha256.clone(),
        bytes: facts.bytes,
        width: facts.width,
        height: facts.height,
    })
}
