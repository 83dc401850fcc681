//! A file while it is written: of its own name and locked, until it takes its place.
//!
//! Promise: what a run that died left behind is taken away by the next that writes into the
//! same folder, and what somebody still writes stays, in whichever container or on whichever
//! machine that is.

use super::folder::is_absent;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::hash::{BuildHasher, Hasher};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What a draft's name begins and ends with.
const DRAFT: (&str, &str) = (".ladder-", ".tmp");

/// A draft without a lock is swept once it is so old: where files cannot be locked, as on
/// some network disks, nothing else tells what is still written from what was left behind.
const STALE: Duration = Duration::from_secs(600);

/// A file of its own to write to, locked for as long as it is open: whoever sweeps here,
/// in another container or on another machine too, sees that somebody writes. Its name is
/// short, whatever the file will be called: names have limits.
pub(super) fn draft(folder: &Path) -> std::io::Result<(PathBuf, File)> {
    loop {
        // The number of a process is the same in each container.
        let random = std::hash::RandomState::new().build_hasher().finish();
        let path = folder.join(format!("{}{random:016x}{}", DRAFT.0, DRAFT.1));
        match new_file(&path) {
            // A link laid out for us.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
            Ok(file) => match file.try_lock() {
                Err(TryLockError::WouldBlock) => {}
                // Swept before it was locked.
                Ok(()) if fs::symlink_metadata(&path).is_err_and(|error| is_absent(&error)) => {}
                // Where there are no locks, its age speaks for it.
                Ok(()) | Err(TryLockError::Error(_)) => return Ok((path, file)),
            },
        }
    }
}

/// A file that was not there: what is there, a link above all, is not opened.
fn new_file(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().write(true).create_new(true).open(path)
}

/// Takes away the drafts of runs that died while writing: whoever publishes the
/// folder would publish them too.
pub(super) fn sweep(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(DRAFT.0) && name.ends_with(DRAFT.1) {
            take_if_left_behind(&entry);
        }
    }
}

/// Takes that draft away if nobody writes it any more. It is locked until it is gone:
/// who just made it finds it locked or gone, and makes another one.
fn take_if_left_behind(draft: &fs::DirEntry) {
    let Ok(about) = draft.metadata() else { return };
    let is_stale = || about.modified().is_ok_and(|at| at.elapsed().is_ok_and(|age| age > STALE));
    // Anything but a file (a link, a fifo) was laid out: it is not opened.
    let opened = about.is_file().then(|| File::open(draft.path()));
    let is_left_behind = match opened.as_ref() {
        None => true,
        Some(Ok(file)) => match file.try_lock() {
            Ok(()) => true,
            Err(TryLockError::WouldBlock) => false,
            Err(TryLockError::Error(_)) => is_stale(),
        },
        Some(Err(_)) => is_stale(),
    };
    if is_left_behind {
        // Another one may have been quicker.
        let _ = fs::remove_file(draft.path());
    }
}

/// All of it, and on the disk.
pub(super) fn write_durably(mut file: &File, bytes: &[u8]) -> std::io::Result<()> {
    file.write_all(bytes)?;
    file.sync_all()
}

/// The name is durable when its folder is. Systems that cannot sync a folder
/// (Windows) need not be asked.
pub(super) fn sync(folder: &Path) {
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channel::folder::Folder;

    /// What is written is never taken from who writes it, however many look for what was
    /// left behind.
    #[test]
    fn who_sweeps_takes_nothing_that_is_written() {
        let folder = tempfile::tempdir().unwrap();
        std::thread::scope(|scope| {
            for n in 0..4 {
                let to = folder.path().join(format!("{n}"));
                let folder = folder.path();
                scope.spawn(move || {
                    for _ in 0..2000 {
                        sweep(folder);
                        let (path, _locked) = draft(folder).unwrap();
                        fs::rename(path, &to).unwrap();
                    }
                });
            }
        });
        fs::write(folder.path().join(".ladder-dead.tmp"), "").unwrap();
        sweep(folder.path());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 4);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_laid_out_under_a_temporary_name_is_not_followed() {
        let project = tempfile::tempdir().unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        let target = elsewhere.path().join("target");
        fs::write(&target, "theirs").unwrap();
        let laid = project.path().join(".ladder-0.tmp");
        std::os::unix::fs::symlink(&target, &laid).unwrap();
        assert_eq!(new_file(&laid).unwrap_err().kind(), ErrorKind::AlreadyExists);
        let folder = Folder::new(project.path(), ".").unwrap();
        folder.write("a.md", b"ours").unwrap();
        assert_eq!(folder.names().unwrap(), ["a.md"]);
        assert_eq!(fs::read_to_string(&target).unwrap(), "theirs");
    }
}
