//! The adapter against small servers that answer as LinkedIn's pages say.

mod comments;
mod finding;
mod outcomes;
mod paging;
mod payloads;
mod rehearsed;
mod sending;
mod server;
mod verifying;

use crate::channel::{Attempt, Channel, configure, fixture};
use crate::diagnostic::has_errors;
use crate::ladder::parse_project;
use crate::plan::PayloadPart;
use crate::render::Variant;
use crate::source::Sources;
use jiff::Timestamp;
use tempfile::TempDir;

pub const ORGANIZATION: &str = "urn:li:organization:42";
pub const PERSON: &str = "urn:li:person:ada_L-1";
/// What must never be seen.
pub const TOKEN: &str = "sesame-open-9";

/// A channel and its project.
pub struct House {
    pub channel: Box<dyn Channel>,
    pub folder: TempDir,
}

/// A channel of `author` at `base_url`, with more lines in its table.
pub fn house_with(author: &str, base_url: &str, more: &str) -> House {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("token"), format!("{TOKEN}\n")).unwrap();
    let mut sources = Sources::new();
    let toml = format!(
        "[brand]\nname = \"Acme\"\nlanguage = \"en\"\n[channels.l]\nadapter = \"linkedin\"\nauthor = \"{author}\"\n\
         access_token = {{ file = \"token\" }}\nbase_url = \"{base_url}\"\n{more}"
    );
    let id = sources.add("ladder.toml", &toml);
    let mut problems = Vec::new();
    let project = parse_project(&sources, id, &["linkedin"]).take(&mut problems).unwrap();
    let made = configure(&sources, &project, &project.channels[0]).take(&mut problems);
    assert!(!has_errors(&problems), "{problems:?}");
    House { channel: made.unwrap().channel, folder }
}

/// The same, as most tests want it.
pub fn house(author: &str, base_url: &str) -> House {
    house_with(author, base_url, "")
}

impl House {
    /// The parts of a variant.
    pub fn parts(&self, variant: &Variant) -> Vec<PayloadPart> {
        let checked = self.channel.payload(variant, &fixture::identity());
        assert!(!checked.has_errors(), "{:?}", checked.problems);
        checked.value.unwrap().parts
    }

    /// A try that begins now.
    pub fn attempt(&self, variant: &Variant, number: u32) -> Attempt {
        let attempt = fixture::attempt(self.folder.path(), variant.clone());
        let now = Timestamp::now();
        Attempt { number, first_tried: now, last_tried: now, ..attempt }
    }
}
