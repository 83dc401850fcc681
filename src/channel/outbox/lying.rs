//! What lies where a post is to be laid out: whose it is, and whether somebody has
//! worked on it. What is not known word for word is never written over.

use super::place::{EARLIER, Place};
use crate::channel::SendError;
use crate::plan::Identity;
use crate::render::Variant;
use serde_json::Value;
use std::collections::BTreeSet;

/// The files for people, by their endings.
pub(super) const ENDINGS: [&str; 4] = ["txt", "html", "md", "alt.txt"];

/// What lies under one name.
#[derive(Default)]
pub(super) struct Lying {
    /// The files for people, and what is in them.
    pub texts: Vec<(String, Vec<u8>)>,
    /// What has the name of a file, and is none that `ladder` wrote.
    in_the_way: Vec<String>,
    record: Option<Value>,
}

impl Lying {
    /// Whose files these are, by their record; empty, if it cannot be read.
    pub fn key(&self) -> Option<&str> {
        self.record.as_ref().map(|record| record["key"].as_str().unwrap_or_default())
    }

    fn variant(&self) -> Option<Variant> {
        serde_json::from_value(self.record.as_ref()?["variant"].clone()).ok()
    }
}

impl Place {
    pub(super) fn lying(&self, name: &str) -> Result<Lying, SendError> {
        let mut lying = Lying::default();
        for ending in ENDINGS.into_iter().chain(["json"]) {
            let file = format!("{name}.{ending}");
            match self.folder.read(&file) {
                Ok(Some(bytes)) if ending == "json" => {
                    lying.record = Some(serde_json::from_slice(&bytes).unwrap_or_default());
                }
                Ok(Some(bytes)) => lying.texts.push((file, bytes)),
                Ok(None) => {}
                Err(SendError::Mendable { .. }) => lying.in_the_way.push(file),
                Err(error) => return Err(error),
            }
        }
        Ok(lying)
    }

    /// Whether it looks like a delivery's.
    pub(super) fn is_a_key(&self, key: &str) -> bool {
        key.len() == self.key.len() && key.bytes().all(|byte| byte.is_ascii_hexdigit())
    }

    fn is_earlier(&self, key: &str) -> bool {
        let of = |generation| Identity { generation, recipient: None, ..self.identity.clone() }.key().0;
        (0..self.identity.generation).rev().take(EARLIER).any(|generation| of(generation) == key)
    }

    /// What was sent of the earlier generations, as the journal knows it.
    fn sent_earlier(&self) -> impl Iterator<Item = Variant> + '_ {
        let bodies = self.earlier.iter().filter_map(|part| part.bound.as_ref());
        bodies.filter_map(|body| serde_json::from_value(body.get("variant").unwrap_or(body).clone()).ok())
    }

    /// Whether all that lies under a name may go: it is this delivery's, or an earlier
    /// generation's, and nobody has worked on it. Where the record is gone or was
    /// changed, the words tell. Another ladder's rung of the same name stays.
    pub(super) fn makes_room(&self, name: &str, lying: &Lying) -> Result<bool, SendError> {
        let known = lying.key().is_some_and(|key| key == self.key || self.is_earlier(key));
        let is_anothers = !known && lying.key().is_some_and(|key| self.is_a_key(key));
        if is_anothers || !lying.in_the_way.is_empty() {
            return Ok(false);
        }
        let recorded = lying.variant().filter(|_| known);
        let mut as_written = BTreeSet::new();
        for variant in recorded.into_iter().chain(self.sent_earlier()).chain([self.variant.clone()]) {
            as_written.extend(self.lie_as(name, &variant, &lying.texts)?);
        }
        Ok(lying.texts.iter().all(|(file, _)| as_written.contains(file)))
    }

    /// Chooses the name to lay the files out under, and says what lies there.
    pub(super) fn choose(&mut self) -> Result<Lying, SendError> {
        let (base, own) = (self.base.clone(), self.own());
        let begun = self.lying(&own)?.key().is_some_and(|key| key == self.key);
        for name in [base, own.clone()].into_iter().filter(|name| !begun || *name == own) {
            let lying = self.lying(&name)?;
            if self.makes_room(&name, &lying)? {
                self.name = name;
                return Ok(lying);
            }
        }
        let shown = |name: &str| self.folder.shown(&format!("{name}.txt"));
        let says = format!(
            "what lies at `{}` and at `{}` is not to be written over: move it away",
            shown(&self.base),
            shown(&own)
        );
        Err(SendError::Refused { says })
    }

    /// The names, other than this one's, under which earlier generations were laid out.
    fn laid_earlier(&self) -> BTreeSet<String> {
        let details = self.earlier.iter().filter_map(|part| part.receipt.as_ref()?.detail.as_deref());
        let names = details.filter_map(|detail| {
            let (folder, name) = detail.strip_suffix(".txt")?.rsplit_once('/')?;
            (folder == self.folder.shown("") && name != self.name).then(|| name.to_owned())
        });
        names.collect()
    }

    /// Takes away what earlier generations left elsewhere, as far as it may go.
    pub(super) fn clear(&self) -> Result<(), SendError> {
        for name in self.laid_earlier() {
            let lying = self.lying(&name)?;
            if lying.key().is_some_and(|key| key == self.key) || !self.makes_room(&name, &lying)? {
                continue;
            }
            for (file, _) in &lying.texts {
                self.folder.remove(file)?;
            }
            self.folder.remove(&format!("{name}.json"))?;
        }
        Ok(())
    }

    /// What still lies where earlier generations were laid out, as people see it.
    pub(super) fn left(&self) -> Result<Vec<String>, SendError> {
        let mut left = Vec::new();
        for name in self.laid_earlier() {
            let lying = self.lying(&name)?;
            let is_anothers = lying.key().is_some_and(|key| self.is_a_key(key) && !self.is_earlier(key));
            if is_anothers && self.is_all_anothers(&name, &lying)? {
                continue;
            }
            let record = format!("{name}.json");
            let texts = lying.texts.iter().map(|(file, _)| file);
            let all = texts.chain(lying.in_the_way.iter().filter(|file| **file != record));
            left.extend(all.map(|file| self.folder.shown(file)));
        }
        Ok(left)
    }

    /// Whether the files are those of the delivery that their record names, and none is
    /// an earlier one's of this rung.
    fn is_all_anothers(&self, name: &str, lying: &Lying) -> Result<bool, SendError> {
        let Some(theirs) = lying.variant() else { return Ok(false) };
        let theirs = self.lie_as(name, &theirs, &lying.texts)?;
        for ours in self.sent_earlier() {
            if !self.lie_as(name, &ours, &lying.texts)?.is_empty() {
                return Ok(false);
            }
        }
        Ok(lying.texts.iter().all(|(file, _)| theirs.contains(file)))
    }
}
