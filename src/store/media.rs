//! Media are kept with a plan, so that what was seen is what goes.

use super::{Store, StoreError, sqlite};
use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;

impl Store {
    /// Where kept media lie, each file named by its SHA-256.
    pub fn media_folder(&self) -> PathBuf {
        // Beside the file itself, wherever a link to it lies.
        self.path().canonicalize().unwrap_or_else(|_| self.path().to_owned()).with_file_name("media")
    }

    /// Keeps the bytes of a media file under their SHA-256, durable before it
    /// returns. Bytes that are kept already are not written again.
    pub fn keep_media(&self, sha256: &str, bytes: &[u8]) -> Result<(), StoreError> {
        let unwritable = |error: io::Error| sqlite::not_writable(self.path(), &error);
        // The name becomes a path, so it must be what it says.
        if crate::plan::key::hex_digest(bytes) != sha256 {
            let why = "a media file changed while it was read; try again";
            return Err(unwritable(io::Error::other(why)));
        }
        let folder = self.media_folder();
        let kept = folder.join(sha256);
        if fs::metadata(&kept).is_ok_and(|facts| facts.is_file() && facts.len() == bytes.len() as u64) {
            return Ok(());
        }
        let draft = folder.join(format!("{sha256}.{}.new", ulid::Ulid::generate()));
        let write = || -> io::Result<()> {
            sqlite::make_folder(&folder)?;
            let mut file = sqlite::new_file(&draft)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            fs::rename(&draft, &kept)?;
            sqlite::sync_folder(&folder)
        };
        write().map_err(|error| {
            let _ = fs::remove_file(&draft);
            unwritable(error)
        })
    }
}
