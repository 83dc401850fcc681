//! Articles as items of a feed: Atom, RSS 2.0 and JSON Feed in a folder of the project.
//!
//! Promise: one delivery is one item, whose name (`id`) never changes; every file
//! is whole or as it was; the same items give the same bytes, so that programs
//! that ask "has it changed?" are told no; a file that is not ours, or that
//! somebody has worked on, is never written over.
//!
//! Beside the files each item has a folder with `item.json` and its images. The
//! files are made of these, anew whenever one comes, changes or goes.

mod files;
mod item;
mod options;
mod taken_back;
#[cfg(test)]
mod tests;

use super::article::{media, same_name};
use super::folder::{Folder, on_disk, picture_bytes};
use super::shared_folder::{Filled, Filling};
use super::{
    Abilities, Ability, Adapter, Attempt, Change, Channel, Doing, Edited, Found, Goes, Ready, Removed,
    SendError,
};
use crate::diagnostic::Checked;
use crate::plan::key::hex_digest;
use crate::plan::{Identity, Payload, PayloadPart, Receipt};
use crate::render::defaults;
use crate::render::{Article, Defaults, Picture, Variant, VariantKind};
use crate::text::{Rules, network};
use item::{SIDECAR, Stored};
use options::{FIELDS, Options, configure};
pub(super) use options::{addresses, hubs};
use serde_json::json;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::Pin;

/// `adapter = "feed"`.
pub const ADAPTER: Adapter = Adapter {
    name: "feed",
    also: &["rss", "atom", "json-feed"],
    about: "articles as items of a feed: Atom, RSS and JSON Feed, as files to be put on a site",
    kind: VariantKind::Article,
    goes: Goes::Files,
    sample: r#"adapter = "feed"
directory = "site/static/feeds"
url = "https://acme.example/feeds/"
"#,
    abilities: Abilities {
        stable_key: Ability::Yes("the key stands beside the item"),
        find: Ability::Yes("the item of that key, in every file"),
        read_back: Ability::No(
            "what lies on the disk is what was written; whether the site has it is not looked at",
        ),
        delete: Ability::Yes(
            "the item, unless somebody has changed it; programs that have fetched it keep it",
        ),
        edit: Ability::Yes("the item under its own name, unless somebody has changed it"),
        duplicate: Ability::Yes("an item of another key is left alone"),
    },
    fields: FIELDS,
    configure,
};

/// One feed.
#[derive(Clone, Debug)]
pub struct FeedChannel {
    account: String,
    options: Options,
}

impl FeedChannel {
    fn work(&self, part: &PayloadPart, attempt: &Attempt) -> Result<Work, SendError> {
        let article: Article = serde_json::from_value(part.body.clone()).map_err(|error| {
            SendError::Refused { says: format!("the plan holds no article for this channel: {error}") }
        })?;
        let identity = &attempt.identity;
        // A rung that comes again is another item; another generation of it is not.
        let id = match identity.occurrence {
            0 => format!("{}/{}", identity.message, identity.rung),
            occurrence => format!("{}/{}/{occurrence}", identity.message, identity.rung),
        };
        let date = article.date.filter(|date| *date <= attempt.first_tried).unwrap_or(attempt.first_tried);
        Ok(Work {
            folder: Folder::new(&attempt.project, &self.options.directory)?,
            place: item::place(&identity.message, &id),
            options: self.options.clone(),
            media: attempt.media.clone(),
            key: attempt.key.0.clone(),
            generation: identity.generation,
            published: date,
            updated: attempt.first_tried,
            id,
            article,
        })
    }

    /// The same as an edit of that moment writes it: programs look for what is newer than
    /// what they have.
    fn edited(
        &self,
        part: &PayloadPart,
        attempt: &Attempt,
        since: jiff::Timestamp,
    ) -> Result<Work, SendError> {
        Ok(Work { updated: since, ..self.work(part, attempt)? })
    }
}

/// One item on its way to the disk.
struct Work {
    options: Options,
    folder: Folder,
    media: PathBuf,
    /// The item's own folder.
    place: String,
    key: String,
    /// Message and rung: what stays the same when it is published again.
    id: String,
    generation: u32,
    article: Article,
    published: jiff::Timestamp,
    updated: jiff::Timestamp,
}

impl Work {
    /// Images, then the files, and the item last: until that is kept, no other item's
    /// files bring it out, whatever this try is cut after. The next try goes on: the
    /// files are looked at as well before it counts as done.
    fn write(&self) -> Result<Receipt, SendError> {
        let _alone = files::alone();
        files::refuse_foreign(self)?;
        let known = item::read(&self.folder, &self.place)?;
        let stored = match &known {
            Some(known) if known.key == self.key => known.clone(),
            Some(known) if known.of == self.id && self.generation > known.generation => {
                self.item(Some(known))
            }
            None => self.item(None),
            Some(known) => {
                let says = format!(
                    "`{}` is the item of another delivery ({}): move that folder away",
                    self.folder.shown(&self.sidecar()),
                    known.of
                );
                return Err(SendError::Refused { says });
            }
        };
        if known.as_ref() != Some(&stored) {
            for picture in self.pictures() {
                let bytes = picture_bytes(&self.media, picture)?;
                self.folder.keep(&format!("{}/{}", self.place, picture.name), &bytes)?;
            }
            let kept = files::anew(self, Some(&stored))
                .and_then(|()| self.folder.keep(&self.sidecar(), stored.to_json().as_bytes()));
            if let Err(error) = kept {
                // What some of the files say already is taken back; where that fails as
                // well, the next write does it, or whoever takes it back.
                let _ = files::anew(self, None);
                return Err(error);
            }
        }
        // Another process may have made the files meanwhile, without this one.
        files::anew(self, None)?;
        self.receipt()
    }

    /// What is to be kept of the article; its name and date are those of `known`.
    fn item(&self, known: Option<&Stored>) -> Stored {
        item::made(self, known)
    }

    fn sidecar(&self) -> String {
        format!("{}/{SIDECAR}", self.place)
    }

    fn pictures(&self) -> impl Iterator<Item = &Picture> {
        self.article.cover.iter().chain(&self.article.media)
    }

    /// `withdrawn`: it is to be taken back, and what is half written has to go as well.
    fn find(&self, withdrawn: bool) -> Result<Found, SendError> {
        let kept = item::read(&self.folder, &self.place)?;
        let is_free = kept.is_none();
        let ours = kept.as_ref().is_some_and(|stored| stored.key == self.key);
        let there = match kept {
            // In a file, and not kept: whatever else stands in the folder.
            None if withdrawn => files::say(self, &self.item(None).item.id)?,
            // Kept, and in no file; or another generation is, and this one in a file.
            Some(_) if withdrawn => ours || !files::are_whole(self)?,
            _ => ours && files::are_whole(self)?,
        };
        if withdrawn && is_free && !there {
            taken_back::leave_nothing(self)?;
        }
        Ok(if there { Found::Sent(self.receipt()?) } else { Found::Absent })
    }

    /// The receipt of what lies there.
    fn receipt(&self) -> Result<Receipt, SendError> {
        let file = self.sidecar();
        let bytes = self.folder.read(&file)?;
        let stored = bytes.as_deref().and_then(Stored::read);
        Ok(Receipt {
            id: stored.as_ref().map(|stored| stored.item.id.clone()),
            url: stored.and_then(|stored| stored.item.address),
            detail: Some(self.folder.shown(&file)),
            sha256: bytes.as_deref().map(hex_digest),
            ..Receipt::default()
        })
    }
}

impl Channel for FeedChannel {
    fn account(&self) -> String {
        self.account.clone()
    }

    fn kind(&self) -> VariantKind {
        VariantKind::Article
    }

    fn rules(&self) -> Rules {
        Rules { network: "feed", title: "Feed", ..network::UNKNOWN }
    }

    fn defaults(&self) -> Defaults {
        defaults::FEED
    }

    fn title(&self) -> Option<&str> {
        Some(&self.options.title)
    }

    fn medium(&self) -> &'static str {
        "feed"
    }

    fn payload(&self, variant: &Variant, _identity: &Identity) -> Checked<Payload> {
        let Variant::Article(article) = variant else {
            return Checked::bad(vec![super::wrong_kind(variant, "an article")]);
        };
        let mut problems = Vec::new();
        let pictures = article.cover.iter().chain(&article.media);
        let media = media(pictures, &mut problems, |picture| {
            let problem = format!("an image cannot be called `{}`: the item is", picture.name);
            picture.name.eq_ignore_ascii_case(SIDECAR).then(|| same_name(picture, problem))
        });
        let mut body = json!(article);
        body["directory"] = json!(self.options.directory);
        body["url"] = json!(self.options.url.as_str());
        Checked::with(Payload { parts: vec![PayloadPart { body, media }] }, problems)
    }

    fn filling(&self) -> Option<Filling> {
        Some(Filling { directory: self.options.directory.clone(), with: Filled::Feed })
    }

    fn ready<'a>(&'a self, project: &'a Path) -> Pin<Box<dyn Future<Output = Ready> + Send + 'a>> {
        Box::pin(super::folder_ready(project, &self.options.directory))
    }

    fn send<'a>(&'a self, part: &'a PayloadPart, attempt: &'a Attempt) -> Doing<'a, Receipt> {
        let work = self.work(part, attempt);
        Box::pin(on_disk(move || work?.write()))
    }

    fn find<'a>(&'a self, part: &'a PayloadPart, attempt: &'a Attempt) -> Doing<'a, Found> {
        let (work, withdrawn) = (self.work(part, attempt), attempt.withdrawn);
        Box::pin(on_disk(move || work?.find(withdrawn)))
    }

    fn take_down<'a>(
        &'a self,
        part: &'a PayloadPart,
        receipt: &'a Receipt,
        attempt: &'a Attempt,
    ) -> Doing<'a, Removed> {
        let (work, receipt) = (self.work(part, attempt), receipt.clone());
        let half = attempt.changing.as_ref();
        let half = half.map(|half| self.edited(&half.part(), attempt, half.since));
        Box::pin(on_disk(move || taken_back::take_down(&work?, half.transpose()?.as_ref(), &receipt)))
    }

    fn can_edit(&self, change: &Change) -> Result<(), String> {
        let named = |part: &PayloadPart| part.body["directory"].as_str().unwrap_or_default().to_owned();
        let (before, after) = (named(&change.before), named(&change.after));
        if before == after {
            return Ok(());
        }
        Err(format!("its `directory` would change (`{before}` to `{after}`): it is another feed"))
    }

    fn edit<'a>(
        &'a self,
        change: &'a Change,
        receipt: &'a Receipt,
        attempt: &'a Attempt,
    ) -> Doing<'a, Edited> {
        let (before, receipt) = (self.work(&change.before, attempt), receipt.clone());
        let after = self.edited(&change.after, attempt, attempt.last_tried);
        Box::pin(on_disk(move || taken_back::edit(&after?, &before?, &receipt)))
    }
}
