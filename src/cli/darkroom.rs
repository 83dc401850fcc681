//! Where images are made to fit: each once for each set of wishes, one at a time.
//!
//! What was made is kept for a while, so that what is planned need not be made again
//! when it is sent; what was let go is made again by its recipe, and has to come out
//! byte for byte.

use super::failure::Failure;
use super::folder::{Folder, MEDIA_LIMIT};
use crate::exit::Exit;
use crate::ladder::{Media, MediaFacts, Message, Settings};
use crate::media::{self, CannotFit, Recipe, Unfit, Wanted};
use crate::plan::key::hex_digest;
use crate::render::{Outlet, Picture, Variant, VariantKind};
use crate::text::Ratio;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Bytes of images that are kept at hand.
const MOST_KEPT: usize = 64 << 20;
/// The shape that networks give a card's picture (Open Graph's 1200 × 630).
const CARD: Ratio = Ratio::new(191, 100);

/// See the top of this file.
#[derive(Debug, Default)]
pub struct Darkroom {
    shelf: Mutex<Shelf>,
}

#[derive(Debug, Default)]
struct Shelf {
    /// What became of each image (by its digest) for each of the wishes.
    done: BTreeMap<String, Vec<(Wanted, Outcome)>>,
    /// Facts of images that no message names, by their digest.
    facts: BTreeMap<String, MediaFacts>,
    /// The bytes of some of them, by their digest.
    bytes: BTreeMap<String, Vec<u8>>,
    kept: usize,
}

/// The image as it is wanted; none if that is the file itself.
type Outcome = Result<Option<Print>, CannotFit>;

/// What is another image than the one in the project.
#[derive(Clone, Debug)]
struct Print {
    mime: &'static str,
    sha256: String,
    bytes: u64,
    width: u32,
    height: u32,
    recipe: Recipe,
}

impl Darkroom {
    /// Puts what fits `outlet` in the place of each picture of `variant`. What cannot
    /// be made to fit stays, clean if that can be, and is returned with the reason.
    pub fn develop(
        &self,
        folder: &Folder,
        variant: &mut Variant,
        message: &Message,
        settings: &Settings,
        outlet: &Outlet,
    ) -> Vec<Unfit> {
        let mut unfit: Vec<Unfit> = Vec::new();
        variant.replace_pictures(|picture, of_card| {
            let media = message.media.iter().find(|media| media.path == picture.path);
            // A card's may be the linked page's own, which is no file of the message.
            let facts = match media {
                Some(media) => media.facts.clone(),
                None => self.facts(folder, picture),
            };
            let facts = facts.filter(|facts| facts.sha256 == picture.sha256)?;
            let wanted = wanted(outlet, media, settings, of_card);
            let print = self.print(folder, &picture.path, &facts, &wanted).or_else(|why| {
                if !unfit.iter().any(|known| known.path == picture.path && known.of_card == of_card) {
                    unfit.push(Unfit { path: picture.path.clone(), of_card, why });
                }
                self.print(folder, &picture.path, &facts, &Wanted::ORIGINAL)
            });
            let print = print.ok().flatten()?;
            Some(Picture {
                name: Picture::named(&picture.name, print.mime),
                mime: print.mime.to_owned(),
                sha256: print.sha256,
                bytes: print.bytes,
                width: print.width,
                height: print.height,
                made_from: Some(print.recipe),
                ..picture.clone()
            })
        });
        // A card is one without a picture too.
        if unfit.iter().any(|unfit| unfit.of_card)
            && let Variant::Post(post) = variant
            && let Some(card) = &mut post.card
        {
            card.image = None;
        }
        // The page of somebody else is no fault of the message.
        unfit.retain(|unfit| message.media.iter().any(|media| media.path == unfit.path));
        unfit
    }

    /// The bytes of a picture that a variant carries; they must be those that were
    /// rendered and planned with.
    pub fn bytes_of(&self, folder: &Folder, picture: &Picture) -> Result<Vec<u8>, Failure> {
        let failure = |why: String| Failure::new(Exit::Failed, "media", why);
        let mut shelf = self.shelf();
        if let Some(bytes) = shelf.bytes.get(&picture.sha256) {
            return Ok(bytes.clone());
        }
        let bytes = folder
            .read_bytes(&folder.path.join(&picture.path), MEDIA_LIMIT)
            .map_err(|why| failure(why.problem("bad-media", &picture.path, MEDIA_LIMIT).message))?;
        let original = picture.made_from.as_ref().map_or(&picture.sha256, |recipe| &recipe.sha256);
        if hex_digest(&bytes) != *original {
            let message = format!("`{}` is no longer the file that was planned with", picture.path);
            return Err(failure(message).hint("plan again"));
        }
        let Some(recipe) = &picture.made_from else { return Ok(bytes) };
        let made = media::remake(&bytes, recipe, picture.width, picture.height).ok();
        let made = made.filter(|made| hex_digest(made) == picture.sha256).ok_or_else(|| {
            let message = format!(
                "`{}` does not become the image that was planned with: another ladder made it",
                picture.path
            );
            failure(message).hint("plan again with this one")
        })?;
        shelf.keep(&picture.sha256, &made);
        Ok(made)
    }

    /// The image as it is wanted. While one is made, the others wait: of no two the
    /// pixels are in memory.
    fn print(&self, folder: &Folder, path: &str, facts: &MediaFacts, wanted: &Wanted) -> Outcome {
        let mut shelf = self.shelf();
        let known = shelf.done.get(&facts.sha256).and_then(|all| all.iter().find(|(own, _)| own == wanted));
        if let Some((_, outcome)) = known {
            return outcome.clone();
        }
        let outcome = make(folder, path, facts, wanted);
        let (outcome, bytes) = match outcome {
            Ok(Some((print, bytes))) => (Ok(Some(print)), Some(bytes)),
            Ok(None) => (Ok(None), None),
            Err(why) => (Err(why), None),
        };
        if let (Ok(Some(print)), Some(bytes)) = (&outcome, bytes) {
            shelf.keep(&print.sha256, &bytes);
        }
        shelf.done.entry(facts.sha256.clone()).or_default().push((*wanted, outcome.clone()));
        outcome
    }

    /// The facts of an image that the message does not name; none if it cannot be read.
    fn facts(&self, folder: &Folder, picture: &Picture) -> Option<MediaFacts> {
        let known = self.shelf().facts.get(&picture.sha256).cloned();
        known.or_else(|| {
            let bytes = folder.read_bytes(&folder.path.join(&picture.path), MEDIA_LIMIT).ok()?;
            let facts = media::inspect(&bytes).ok()?;
            self.shelf().facts.insert(facts.sha256.clone(), facts.clone());
            Some(facts)
        })
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        // Whoever died with it had not changed it yet, or was done.
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shelf {
    fn keep(&mut self, sha256: &str, bytes: &[u8]) {
        if self.kept + bytes.len() <= MOST_KEPT && !self.bytes.contains_key(sha256) {
            self.kept += bytes.len();
            self.bytes.insert(sha256.to_owned(), bytes.to_vec());
        }
    }
}

/// What `outlet` wants of an image of the message.
fn wanted(outlet: &Outlet, media: Option<&Media>, settings: &Settings, of_card: bool) -> Wanted {
    let rules = &outlet.rules;
    let crop = |shape: Ratio| media.and_then(|media| media.crop(shape));
    let chosen = settings.crop.as_ref().and_then(|shape| crop(shape.value));
    match outlet.kind {
        // Elsewhere the network makes the card's picture itself, of what it finds at the link.
        VariantKind::Post if of_card && !rules.card_supplied => Wanted::ORIGINAL,
        VariantKind::Post => Wanted {
            rules: rules.image,
            // Whoever gets the original gets it however large it is: the check tells of it.
            bytes: rules
                .image
                .card_bytes
                .filter(|_| of_card)
                .or(rules.image_bytes)
                .filter(|_| rules.image.made_to_fit),
            crop: if of_card { crop(CARD).or(chosen) } else { chosen },
        },
        VariantKind::Article | VariantKind::Mail => Wanted { crop: chosen, ..Wanted::ORIGINAL },
    }
}

fn make(
    folder: &Folder,
    path: &str,
    facts: &MediaFacts,
    wanted: &Wanted,
) -> Result<Option<(Print, Vec<u8>)>, CannotFit> {
    if media::stays(facts, wanted) {
        return Ok(None);
    }
    let unreadable = |says: &str| CannotFit::Unreadable(says.to_owned());
    let bytes = folder
        .read_bytes(&folder.path.join(path), MEDIA_LIMIT)
        .map_err(|_| unreadable("cannot be read any more"))?;
    if hex_digest(&bytes) != facts.sha256 {
        return Err(unreadable("was changed while it was read: try again"));
    }
    let made = media::fit(&bytes, facts, wanted)?;
    let Some(bytes) = made.bytes else { return Ok(None) };
    let recipe = Recipe {
        sha256: facts.sha256.clone(),
        width: facts.width,
        height: facts.height,
        crop: wanted.crop.filter(|crop| !crop.is_all_of(facts.width, facts.height)),
        how: made.how,
        squeezed: made.squeezed,
    };
    let print = Print {
        mime: made.mime,
        sha256: hex_digest(&bytes),
        bytes: bytes.len() as u64,
        width: made.width,
        height: made.height,
        recipe,
    };
    Ok(Some((print, bytes)))
}
