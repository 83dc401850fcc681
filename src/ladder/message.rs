//! A message: its master file, its translations, its variants written whole.

use super::{Brand, Message};
use crate::diagnostic::Checked;
use crate::source::{SourceId, Sources};

/// The files that make one message, already read. `cli::load` finds them.
#[derive(Clone, Debug)]
pub struct MessageFiles {
    /// The id unless the front matter says another: the path below `messages/` without ending.
    pub default_id: String,
    /// The folder of the files relative to the project, with `/`: media paths start here.
    pub folder: String,
    /// `NAME.md` or `message.md`.
    pub master: SourceId,
    /// `NAME.de.md` or `message.de.md`, and `RUNG.md`, `RUNG.de.md` of a message folder.
    pub others: Vec<MessageFile>,
}

/// A file beside the master.
#[derive(Clone, Debug)]
pub struct MessageFile {
    /// `message` for a translation, else the rung's name.
    pub stem: String,
    /// `de` in `message.de.md`.
    pub language: Option<String>,
    /// Its text.
    pub source: SourceId,
}

/// Reads a message. Media facts are filled in afterwards by whoever may read files.
pub fn parse_message(sources: &Sources, files: &MessageFiles, brand: &Brand) -> Checked<Message> {
    let _ = (sources, files, brand);
    todo!("room ladder")
}
