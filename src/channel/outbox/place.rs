//! Where the files of one variant lie: laid out, found again, taken in.

use super::lying::ENDINGS;
use super::{Laid, alt_texts, html_of, names_of, text_of, to_attach};
use crate::channel::folder::{Folder, file_name, picture_bytes};
use crate::channel::{Attempt, Removed, SendError, manual, medium};
use crate::plan::{Identity, PartStanding, Receipt};
use crate::render::{Picture, Variant};
use crate::text::Rules;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::PathBuf;

/// How many generations back a file's owner is looked for.
pub(super) const EARLIER: usize = 1000;

/// Where one variant's files go.
pub(super) struct Place {
    pub(super) folder: Folder,
    media: PathBuf,
    /// What its files are called, without their endings.
    pub name: String,
    /// What they are called where nothing is in the way: the rung.
    pub(super) base: String,
    /// The delivery, for all recipients.
    pub key: String,
    pub(super) identity: Identity,
    pub(super) variant: Variant,
    pub(super) earlier: Vec<PartStanding>,
    rules: Rules,
}

impl Place {
    pub fn of(directory: &str, attempt: &Attempt, rules: Rules) -> Result<Place, SendError> {
        let mut folder = Folder::new(&attempt.project, directory)?;
        for part in attempt.identity.message.split('/').filter(|part| !part.is_empty()) {
            folder = folder.join(&file_name(part))?;
        }
        let key = Identity { recipient: None, ..attempt.identity.clone() }.key().0;
        let base = file_name(&attempt.identity.rung);
        let mut place = Place {
            folder,
            media: attempt.media.clone(),
            name: base.clone(),
            base,
            key,
            identity: attempt.identity.clone(),
            variant: attempt.variant.clone(),
            earlier: attempt.earlier.clone(),
            rules,
        };
        let lies = place.lying(&place.base)?;
        let is_beside = place.lying(&place.own())?.key().is_some_and(|key| key == place.key)
            || lies.key().is_some_and(|key| key != place.key) && !place.makes_room(&place.base, &lies)?;
        if is_beside {
            place.name = place.own();
        }
        Ok(place)
    }

    /// The name beside what is not to be written over.
    pub(super) fn own(&self) -> String {
        format!("{}-{}", self.base, self.key.get(..8).unwrap_or(&self.key))
    }

    /// The variant whose files lie here, by their record.
    fn written(&self) -> Result<Option<Variant>, SendError> {
        let record = self.folder.read(&format!("{}.json", self.name))?.unwrap_or_default();
        let record: Value = serde_json::from_slice(&record).unwrap_or_default();
        Ok(serde_json::from_value(record["variant"].clone()).ok())
    }

    /// What was written of `variant` for people: name and words.
    fn texts(&self, base: &str, variant: &Variant) -> Result<Vec<(String, String)>, SendError> {
        let mut files: Vec<Laid> = Vec::new();
        for picture in to_attach(variant) {
            let [plain, own] = names_of(picture);
            let lies = |name: &str| -> Result<bool, SendError> {
                let bytes = self.folder.read(name)?;
                Ok(bytes.is_some_and(|bytes| crate::plan::key::hex_digest(&bytes) == picture.sha256))
            };
            let file = if !lies(&plain)? && lies(&own)? { own } else { plain };
            files.push(laid(picture, file));
        }
        Ok(self.written_for_people(base, variant, &files))
    }

    /// The files for people; one without words is not written. `files`: the pictures
    /// beside them.
    fn written_for_people(&self, base: &str, variant: &Variant, files: &[Laid]) -> Vec<(String, String)> {
        let [text, html, markdown] = match variant {
            Variant::Article(article) if self.rules.network == medium::ADAPTER.name => {
                medium::texts(article, files)
            }
            _ => [text_of(variant, &self.rules), html_of(variant, files, &self.rules), String::new()],
        };
        let words = [text, html, markdown, alt_texts(variant, files)];
        let names = ENDINGS.map(|ending| format!("{base}.{ending}"));
        names.into_iter().zip(words).filter(|(_, words)| !words.is_empty()).collect()
    }

    /// Takes the files away, the record last: it says whose they are to a run
    /// that has to finish. Without a record that can be read their words say it.
    /// What somebody has worked on stays, and with it what belongs to it.
    /// Nor is a text that lies there called taken in because its record names another
    /// delivery, unless the words are that one's.
    pub fn take_in(
        mut self,
        sent: Option<Variant>,
        receipt: &Receipt,
        identity: &Identity,
    ) -> Result<Removed, SendError> {
        // Where it was laid is known: names depend on what lay there then.
        let laid = receipt.detail.as_deref().and_then(|text| text.strip_suffix(".txt"));
        let laid = laid.and_then(|path| path.rsplit_once('/'));
        if let Some((_, name)) = laid.filter(|(folder, _)| *folder == self.folder.shown("")) {
            name.clone_into(&mut self.name);
        }
        let record = format!("{}.json", self.name);
        let key = self.key_of(&self.name)?;
        let others = key.as_ref().filter(|key| **key != self.key && self.is_a_key(key));
        let of_all = Identity { recipient: None, ..identity.clone() };
        if others.is_some_and(|key| of_all.has_generation(key)) {
            // What was laid out again has taken their place.
            return Ok(Removed::Already);
        }
        let is_ours = key.as_ref() == Some(&self.key);
        let recorded = if is_ours { self.written()? } else { None };
        let known: Vec<Variant> = recorded.into_iter().chain(sent).chain([self.variant.clone()]).collect();
        let mut lying = Vec::new();
        for ending in ENDINGS {
            let name = format!("{}.{ending}", self.name);
            if let Some(bytes) = self.folder.read(&name)? {
                lying.push((name, bytes));
            }
        }
        let mut as_written = BTreeSet::new();
        for variant in &known {
            as_written.extend(self.lie_as(&self.name, variant, &lying)?);
        }
        if others.is_some() {
            let theirs =
                self.written()?.map(|written| self.lie_as(&self.name, &written, &lying)).transpose()?;
            let all_theirs = lying.iter().all(|(name, _)| theirs.as_ref().is_some_and(|t| t.contains(name)));
            if as_written.is_empty() && all_theirs {
                // Another delivery's files have taken their place.
                return Ok(Removed::Already);
            }
            let names: Vec<String> =
                lying.iter().map(|(name, _)| format!("`{}`", self.folder.shown(name))).collect();
            return Ok(Removed::Stays(format!(
                "{} {} there, and the record `{}` names another delivery: left there; delete it, if nobody is to post it",
                names.join(", "),
                if names.len() == 1 { "is" } else { "are" },
                self.folder.shown(&record)
            )));
        }
        let worked_on: Vec<String> = lying
            .iter()
            .filter(|(name, _)| !as_written.contains(name))
            .map(|(name, _)| format!("`{}`", self.folder.shown(name)))
            .collect();
        if !worked_on.is_empty() {
            let (is, was) = if worked_on.len() == 1 { ("is", "was") } else { ("are", "were") };
            let why = match is_ours {
                true => format!("{was} worked on since laid out"),
                false => format!(
                    "{is} there, and the record `{}` is gone or was changed",
                    self.folder.shown(&record)
                ),
            };
            return Ok(Removed::Stays(format!(
                "{} {why}: left there with all that belongs to it; delete it, if nobody is to post it",
                worked_on.join(", ")
            )));
        }
        for (name, _) in &lying {
            self.folder.remove(name)?;
        }
        let others: Vec<Vec<u8>> = self
            .folder
            .names()?
            .iter()
            .filter(|name| name.ends_with(".json") && **name != record)
            .filter_map(|name| self.folder.read(name).ok().flatten())
            .collect();
        for picture in known.iter().flat_map(Variant::pictures) {
            // Another rung of the message may show the same image.
            let shared = others.iter().any(|other| String::from_utf8_lossy(other).contains(&picture.sha256));
            for name in names_of(picture).into_iter().filter(|_| !shared) {
                if let Ok(Some(bytes)) = self.folder.read(&name)
                    && crate::plan::key::hex_digest(&bytes) == picture.sha256
                {
                    self.folder.remove(&name)?;
                }
            }
        }
        self.folder.remove(&record)?;
        self.folder.remove_if_empty(".")?;
        Ok(if lying.is_empty() { Removed::Already } else { Removed::Gone })
    }

    /// Which of the files that lie under `base` have the words of `variant`.
    pub(super) fn lie_as(
        &self,
        base: &str,
        variant: &Variant,
        lying: &[(String, Vec<u8>)],
    ) -> Result<BTreeSet<String>, SendError> {
        let texts = self.texts(base, variant)?.into_iter();
        let same = texts.filter(|(name, words)| {
            lying.iter().any(|(lies, bytes)| lies == name && *bytes == words.as_bytes())
        });
        Ok(same.map(|(name, _)| name).collect())
    }

    fn key_of(&self, name: &str) -> Result<Option<String>, SendError> {
        let Some(bytes) = self.folder.read(&format!("{name}.json"))? else { return Ok(None) };
        let value: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        Ok(Some(value["key"].as_str().unwrap_or_default().to_owned()))
    }

    /// What is told of the files where they lie whole.
    pub fn receipt(&self) -> Result<Option<Receipt>, SendError> {
        if self.lying(&self.name)?.key().is_none_or(|key| key != self.key) {
            return Ok(None);
        }
        let detail = Some(self.folder.shown(&format!("{}.txt", self.name)));
        Ok(Some(Receipt { detail, left: self.left()?, ..Receipt::default() }))
    }

    /// Lays the files out, the record last: with it they are whole. What was laid out
    /// earlier and lies as it was written goes: beside the new one it would only be
    /// pasted by mistake.
    pub fn write(&mut self) -> Result<Receipt, SendError> {
        let lying = self.choose()?;
        let mut files: Vec<Laid> = Vec::new();
        for picture in to_attach(&self.variant) {
            if files.iter().any(|one| one.digest == picture.sha256 && one.name == picture.name) {
                continue;
            }
            let bytes = picture_bytes(&self.media, picture)?;
            let [mut file, own] = names_of(picture);
            if self.folder.read(&file)?.is_some_and(|there| there != bytes) {
                file = own;
            }
            self.folder.keep(&file, &bytes)?;
            files.push(laid(picture, file));
        }
        let texts = self.written_for_people(&self.name, &self.variant, &files);
        let record = format!("{}.json", self.name);
        let stays = |(name, bytes): &(String, Vec<u8>)| {
            texts.iter().any(|(other, words)| name == other && bytes == words.as_bytes())
        };
        // The record says whose files these are, and goes last here: a run that ends
        // between finds nothing whose words nobody knows.
        for (name, _) in lying.texts.iter().filter(|lies| !stays(lies)) {
            self.folder.remove(name)?;
        }
        if lying.key().is_some_and(|key| key != self.key) || !lying.texts.iter().all(stays) {
            self.folder.remove(&record)?;
        }
        for (name, words) in &texts {
            self.folder.keep(name, words.as_bytes())?;
        }
        let compose = match &self.variant {
            Variant::Post(post) => manual::compose_url_of(&self.rules, post, 0),
            Variant::Article(_) | Variant::Mail(_) => None,
        };
        let written = json!({ "key": self.key, "compose_url": compose, "variant": self.variant });
        let written = serde_json::to_string_pretty(&written).unwrap_or_default();
        self.folder.keep(&record, written.as_bytes())?;
        self.clear()?;
        let detail = Some(self.folder.shown(&format!("{}.txt", self.name)));
        Ok(Receipt { detail, left: self.left()?, ..Receipt::default() })
    }
}

fn laid(picture: &Picture, file: String) -> Laid {
    Laid { digest: picture.sha256.clone(), name: picture.name.clone(), file }
}
