//! Where the files of one variant lie: laid out, found again, taken in.

use super::{alt_texts, html_of, names_of, text_of, to_attach};
use crate::channel::folder::{Folder, file_name, picture_bytes};
use crate::channel::{Attempt, Removed, SendError, manual};
use crate::plan::{Identity, Receipt};
use crate::render::Variant;
use crate::text::Rules;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::PathBuf;

/// How many generations back a file's owner is looked for.
const EARLIER: usize = 1000;

/// Where one variant's files go.
pub(super) struct Place {
    pub folder: Folder,
    media: PathBuf,
    /// The rung.
    pub name: String,
    /// The delivery, for all recipients.
    pub key: String,
    variant: Variant,
    rules: Rules,
}

impl Place {
    pub fn of(directory: &str, attempt: &Attempt, rules: Rules) -> Result<Place, SendError> {
        let mut folder = Folder::new(&attempt.project, directory)?;
        for part in attempt.identity.message.split('/').filter(|part| !part.is_empty()) {
            folder = folder.join(&file_name(part))?;
        }
        let key = Identity { recipient: None, ..attempt.identity.clone() }.key().0;
        let mut place = Place {
            folder,
            media: attempt.media.clone(),
            name: file_name(&attempt.identity.rung),
            key,
            variant: attempt.variant.clone(),
            rules,
        };
        // Another ladder's rung of the same name is not overwritten, nor what a
        // person has worked on. An earlier generation as it was written makes
        // room: beside the new one it would only be pasted by mistake.
        let own = format!("{}-{}", place.name, place.key.get(..8).unwrap_or(&place.key));
        match place.key_of(&place.name)? {
            Some(key) if key != place.key => {
                let has_its_own = place.key_of(&own)?.as_ref() == Some(&place.key);
                if has_its_own || !place.is_earlier(&key, &attempt.identity)? {
                    place.name = own;
                }
            }
            _ => {}
        }
        Ok(place)
    }

    /// Whether `key` is an earlier generation's, and its text lies as it was written.
    fn is_earlier(&self, key: &str, identity: &Identity) -> Result<bool, SendError> {
        let of = |generation| Identity { generation, recipient: None, ..identity.clone() }.key().0;
        if !(0..identity.generation).rev().take(EARLIER).any(|generation| of(generation) == key) {
            return Ok(false);
        }
        self.is_as_written()
    }

    /// The variant whose files lie here, by their record.
    fn written(&self) -> Result<Option<Variant>, SendError> {
        let record = self.folder.read(&format!("{}.json", self.name))?.unwrap_or_default();
        let record: Value = serde_json::from_slice(&record).unwrap_or_default();
        Ok(serde_json::from_value(record["variant"].clone()).ok())
    }

    /// Whether the text lies as it was written, or not any more.
    fn is_as_written(&self) -> Result<bool, SendError> {
        let lies = self.folder.read(&format!("{}.txt", self.name))?;
        Ok(self.written()?.is_some_and(|written| {
            lies.is_none_or(|lies| lies == text_of(&written, &self.rules).into_bytes())
        }))
    }

    /// What was written of `variant` for people: name and words.
    fn texts(&self, variant: &Variant) -> Result<Vec<(String, String)>, SendError> {
        let mut files: Vec<(String, String)> = Vec::new();
        for picture in to_attach(variant) {
            let [plain, own] = names_of(picture);
            let lies = |name: &str| -> Result<bool, SendError> {
                let bytes = self.folder.read(name)?;
                Ok(bytes.is_some_and(|bytes| crate::plan::key::hex_digest(&bytes) == picture.sha256))
            };
            let name = if !lies(&plain)? && lies(&own)? { own } else { plain };
            files.push((picture.sha256.clone(), name));
        }
        Ok(vec![
            (format!("{}.txt", self.name), text_of(variant, &self.rules)),
            (format!("{}.html", self.name), html_of(variant, &files, &self.rules)),
            (format!("{}.alt.txt", self.name), alt_texts(variant, &files)),
        ])
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
        let is_a_key =
            |key: &String| key.len() == self.key.len() && key.bytes().all(|byte| byte.is_ascii_hexdigit());
        let others = key.as_ref().filter(|key| **key != self.key && is_a_key(key));
        if others.is_some_and(|key| is_a_generation(key, identity)) {
            // What was laid out again has taken their place.
            return Ok(Removed::Already);
        }
        let is_ours = key.as_ref() == Some(&self.key);
        let recorded = if is_ours { self.written()? } else { None };
        let known: Vec<Variant> = recorded.into_iter().chain(sent).chain([self.variant.clone()]).collect();
        let mut lying = Vec::new();
        for ending in ["txt", "html", "alt.txt"] {
            let name = format!("{}.{ending}", self.name);
            if let Some(bytes) = self.folder.read(&name)? {
                lying.push((name, bytes));
            }
        }
        let mut as_written = BTreeSet::new();
        for variant in &known {
            as_written.extend(self.lie_as(variant, &lying)?);
        }
        if others.is_some() {
            let theirs = self.written()?.map(|written| self.lie_as(&written, &lying)).transpose()?;
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
            .names()
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

    /// Which of the files that lie here have the words of `variant`.
    fn lie_as(&self, variant: &Variant, lying: &[(String, Vec<u8>)]) -> Result<BTreeSet<String>, SendError> {
        let texts = self.texts(variant)?.into_iter();
        let same = texts.filter(|(name, words)| {
            lying.iter().any(|(lies, bytes)| lies == name && *bytes == words.as_bytes())
        });
        Ok(same.map(|(name, _)| name).collect())
    }

    pub fn key_of(&self, name: &str) -> Result<Option<String>, SendError> {
        let Some(bytes) = self.folder.read(&format!("{name}.json"))? else { return Ok(None) };
        let value: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        Ok(Some(value["key"].as_str().unwrap_or_default().to_owned()))
    }

    pub fn write(&self) -> Result<String, SendError> {
        // The record says whose files these are: where they are to be another's,
        // it goes first, so that a run that ends between is begun anew.
        if self.key_of(&self.name)?.is_some_and(|key| key != self.key) {
            self.folder.remove(&format!("{}.json", self.name))?;
            self.folder.remove(&format!("{}.alt.txt", self.name))?;
        }
        let mut files: Vec<(String, String)> = Vec::new();
        for picture in to_attach(&self.variant) {
            if files.iter().any(|(digest, _)| *digest == picture.sha256) {
                continue;
            }
            let bytes = picture_bytes(&self.media, picture)?;
            let [mut name, own] = names_of(picture);
            if self.folder.read(&name)?.is_some_and(|there| there != bytes) {
                name = own;
            }
            self.folder.keep(&name, &bytes)?;
            files.push((picture.sha256.clone(), name));
        }
        let text = format!("{}.txt", self.name);
        self.folder.keep(&text, text_of(&self.variant, &self.rules).as_bytes())?;
        self.folder
            .keep(&format!("{}.html", self.name), html_of(&self.variant, &files, &self.rules).as_bytes())?;
        let alt = alt_texts(&self.variant, &files);
        if !alt.is_empty() {
            self.folder.keep(&format!("{}.alt.txt", self.name), alt.as_bytes())?;
        }
        let compose = match &self.variant {
            Variant::Post(post) => manual::compose_url_of(&self.rules, post, 0),
            Variant::Article(_) | Variant::Mail(_) => None,
        };
        let record = json!({ "key": self.key, "compose_url": compose, "variant": self.variant });
        let record = serde_json::to_string_pretty(&record).unwrap_or_default();
        self.folder.keep(&format!("{}.json", self.name), record.as_bytes())?;
        Ok(self.folder.shown(&text))
    }
}

/// Whether `key` is that of another generation of what `identity` names.
fn is_a_generation(key: &str, identity: &Identity) -> bool {
    let of = |generation| Identity { generation, recipient: None, ..identity.clone() }.key().0;
    let most = u32::try_from(EARLIER).unwrap_or(u32::MAX);
    let around = identity.generation.saturating_sub(most)..=identity.generation.saturating_add(most);
    around.into_iter().any(|generation| of(generation) == key)
}
