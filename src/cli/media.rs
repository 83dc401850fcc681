//! Media files: there, in the project, small enough, and really images.

use super::folder::{Folder, MEDIA_LIMIT, Unreadable};
use crate::diagnostic::{Diagnostic, nearest};
use crate::ladder::{MediaFacts, Message};
use crate::media::inspect;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// What is known of media files by their path; each is read once.
#[derive(Debug, Default)]
pub struct Media {
    known: BTreeMap<String, Result<MediaFacts, Box<Diagnostic>>>,
}

impl Media {
    /// Fills in the facts of every media file of `message` and its translations.
    pub fn fill(&mut self, folder: &Folder, message: &mut Message, problems: &mut Vec<Diagnostic>) {
        // A translation repeats what it has from its master: one report is enough.
        let mut reported = BTreeSet::new();
        let Message { media, translations, .. } = message;
        let all = media.iter_mut().chain(translations.iter_mut().flat_map(|t| t.media.iter_mut()));
        for media in all {
            let path = media.path.clone();
            match self.known.entry(path.clone()).or_insert_with(|| facts(folder, &path)) {
                Ok(facts) => media.facts = Some(facts.clone()),
                Err(problem) => {
                    if reported.insert((path, media.file.span)) {
                        problems.push(problem.as_ref().clone().at(media.file.span));
                    }
                }
            }
        }
    }
}

fn facts(folder: &Folder, path: &str) -> Result<MediaFacts, Box<Diagnostic>> {
    let full = folder.path.join(path);
    let bytes = folder.read_bytes(&full, MEDIA_LIMIT).map_err(|why| {
        let problem = why.problem("bad-media", path, MEDIA_LIMIT);
        Box::new(match why {
            Unreadable::Missing => match neighbour(&full) {
                Some(near) => problem.hint(format!("did you mean `{near}`?")),
                None => problem.hint("paths start at the message's own folder"),
            },
            _ => problem,
        })
    })?;
    inspect(&bytes).map_err(|why| {
        let problem = Diagnostic::error("bad-media", format!("`{path}` {why}"));
        Box::new(problem.hint("PNG, JPEG, GIF and WebP are taken"))
    })
}

/// The file of the same folder whose name is nearest.
fn neighbour(path: &Path) -> Option<String> {
    let wanted = path.file_name()?.to_str()?;
    let entries = std::fs::read_dir(path.parent()?).ok()?;
    let mut names: Vec<String> =
        entries.flatten().take(5000).filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    nearest(wanted, names.iter().map(String::as_str)).map(str::to_owned)
}
