//! One runner at a time: a lock on a file beside the store.
//!
//! The lock is the operating system's, so it ends with the process that holds
//! it, however that ends; the file's text only says who that is. Why a lock for
//! the whole run, and not one for each delivery: see
//! `docs/decisions/one-runner-lock.md`.

use super::{Store, StoreError, sqlite};
use jiff::Timestamp;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// Held while this process sends: one runner at a time. Given back when dropped.
#[derive(Debug)]
pub struct RunLock {
    _file: File,
}

impl Store {
    /// Takes the right to send, and makes sure that the store can be written.
    /// Another runner holding it is [`StoreError::Busy`].
    pub fn lock_for_sending(&self) -> Result<RunLock, StoreError> {
        let unwritable = |error: io::Error| sqlite::not_writable(self.path(), &error);
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(lock_file(self.path())).map_err(unwritable)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(StoreError::Busy {
                    path: self.path().display().to_string(),
                    holder: holder(self.path()),
                });
            }
            Err(TryLockError::Error(error)) => return Err(unwritable(error)),
        }
        self.can_write()?;
        let note = format!("process {} on {} since {:.0}\n", std::process::id(), machine(), Timestamp::now());
        file.set_len(0).and_then(|()| file.write_all(note.as_bytes())).map_err(unwritable)?;
        Ok(RunLock { _file: file })
    }

    /// Whether a process is sending right now.
    pub fn is_sending(&self) -> bool {
        File::open(lock_file(self.path()))
            .is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
    }
}

impl Drop for RunLock {
    fn drop(&mut self) {
        // So that nobody is named who has left.
        let _ = self._file.set_len(0);
    }
}

/// Who holds the store, as far as the lock's file says.
pub(super) fn holder(store: &Path) -> String {
    let mut text = String::new();
    let read = File::open(lock_file(store)).and_then(|file| file.take(300).read_to_string(&mut text));
    match text.trim() {
        note if read.is_ok() && !note.is_empty() => format!("another ladder ({note})"),
        _ => "another process".to_owned(),
    }
}

/// Beside the file itself: a store behind a link has one lock, not one for
/// each link.
fn lock_file(store: &Path) -> PathBuf {
    store.canonicalize().unwrap_or_else(|_| store.to_owned()).with_file_name("lock")
}

/// This machine's name, for the note.
fn machine() -> String {
    let names = ["/proc/sys/kernel/hostname", "/etc/hostname"];
    let name = names.iter().find_map(|file| std::fs::read_to_string(file).ok());
    let name = name.or_else(|| std::env::var("COMPUTERNAME").ok()).unwrap_or_default();
    if name.trim().is_empty() { "this machine".to_owned() } else { name.trim().to_owned() }
}
