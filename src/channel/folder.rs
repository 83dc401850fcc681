//! A folder of the project that adapters write into: whole files or nothing,
//! and never outside of it. It may be a link to another folder of the project;
//! what lies in it may not lead out of it.
//!
//! Everything here blocks; adapters call it through [`on_disk`].

use super::SendError;
use super::draft::{draft, sweep, sync, write_durably};
pub use super::folder_names::{file_name, inside, nameable, ours, spelling};
use crate::plan::key::hex_digest;
use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A disk that is full or closed to us is mended by a person: no use in trying
/// again at once.
const WAIT: Duration = Duration::from_secs(300);

/// How often a folder that goes away while it is looked at is looked for.
const MOST_LOOKS: u32 = 100;

/// Nothing that an adapter wrote is larger; what is larger is not ours.
const LARGEST: u64 = 256 * 1024 * 1024;

/// A folder below the project's.
#[derive(Clone, Debug)]
pub struct Folder {
    project: PathBuf,
    /// The folder that the table names.
    top: PathBuf,
    /// That, or one within it.
    below: PathBuf,
}

impl Folder {
    /// The folder `directory` of `project`. Nothing is created yet.
    pub fn new(project: &Path, directory: &str) -> Result<Folder, SendError> {
        let below = inside(directory).map_err(|says| SendError::Refused { says })?;
        Ok(Folder { project: project.to_owned(), top: below.clone(), below })
    }

    /// A folder within this one.
    pub fn join(&self, directory: &str) -> Result<Folder, SendError> {
        let below = inside(directory).map_err(|says| SendError::Refused { says })?;
        Ok(Folder { project: self.project.clone(), top: self.top.clone(), below: self.below.join(below) })
    }

    /// The path of a file in it as people see it: from the project on, with `/`.
    pub fn shown(&self, file: &str) -> String {
        let path = self.below.join(file);
        let parts: Vec<_> =
            path.iter().map(|part| part.to_string_lossy()).filter(|part| part != ".").collect();
        parts.join("/")
    }

    /// The bytes of a file in it; none if there is no such file.
    pub fn read(&self, file: &str) -> Result<Option<Vec<u8>>, SendError> {
        let path = self.path(file)?;
        let trouble = |error| self.trouble("read", file, &error);
        let about = match fs::symlink_metadata(&path) {
            Ok(about) => about,
            Err(error) if is_absent(&error) => return Ok(None),
            Err(error) => return Err(trouble(error)),
        };
        if !about.is_file() || about.len() > LARGEST {
            let says = format!(
                "`{}` is in the way: it is not a file that `ladder` wrote; move it away",
                self.shown(file)
            );
            return Err(SendError::Mendable { says });
        }
        self.stays_inside(path.parent().unwrap_or(&path))?;
        let mut bytes = Vec::new();
        File::open(&path).and_then(|file| file.take(LARGEST).read_to_end(&mut bytes)).map_err(trouble)?;
        Ok(Some(bytes))
    }

    /// Writes a file whole: a reader (and a power cut) sees the old one, none,
    /// or all of this one.
    pub fn write(&self, file: &str, bytes: &[u8]) -> Result<(), SendError> {
        self.write_by_way_of(None, file, bytes)
    }

    /// The same, by way of another folder in here: where readers of the file's
    /// own folder would take the unfinished file for theirs.
    pub fn write_by_way_of(&self, way: Option<&str>, file: &str, bytes: &[u8]) -> Result<(), SendError> {
        let path = self.path(file)?;
        let parent = path.parent().unwrap_or(&self.project).to_owned();
        let trouble = |error| self.trouble("write", file, &error);
        self.create(&parent)?;
        let way = match way {
            Some(way) => self.path(way)?,
            None => parent.clone(),
        };
        self.create(&way)?;
        sweep(&way);
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let (temporary, made) = draft(&way).map_err(trouble)?;
        let written = write_durably(&made, bytes).and_then(|()| fs::rename(&temporary, parent.join(name)));
        if let Err(error) = written {
            // It may never have been made; what matters is the first error.
            let _ = fs::remove_file(&temporary);
            return Err(trouble(error));
        }
        sync(&parent);
        Ok(())
    }

    /// Writes a file unless it holds the same bytes already.
    pub fn keep(&self, file: &str, bytes: &[u8]) -> Result<(), SendError> {
        match self.read(file)? {
            Some(old) if old == bytes => Ok(()),
            _ => self.write(file, bytes),
        }
    }

    /// Takes a file away, if it is there.
    pub fn remove(&self, file: &str) -> Result<(), SendError> {
        if self.read(file)?.is_none() {
            return Ok(());
        }
        fs::remove_file(self.path(file)?).map_err(|error| self.trouble("remove", file, &error))
    }

    /// Takes a file away while it holds what that digest is of: what else stands under the
    /// name is not ours to touch. One that cannot be looked at is an error.
    pub fn remove_own(&self, file: &str, sha256: &str) -> Result<(), SendError> {
        match self.read(file) {
            Ok(Some(bytes)) if hex_digest(&bytes) == sha256 => self.remove(file),
            Err(error @ SendError::NotYet { .. }) => Err(error),
            _ => Ok(()),
        }
    }

    /// Takes a folder in it away, if nothing is in it any more, and with it those that it
    /// was alone in. The one that the channel's table names stays.
    pub fn remove_if_empty(&self, directory: &str) -> Result<(), SendError> {
        // No system takes a folder away that is called `.`.
        let path: PathBuf = self.path(directory)?.components().collect();
        let top: PathBuf = self.project.join(&self.top).components().collect();
        for path in path.ancestors().take_while(|path| **path != *top && path.starts_with(&top)) {
            if path.is_dir() {
                self.stays_inside(path)?;
                sweep(path);
                // It may hold something of others', and then it stays.
                if fs::remove_dir(path).is_err() {
                    break;
                }
            }
        }
        Ok(())
    }

    /// The names in it, sorted; empty if it does not exist, or is no folder. One that
    /// cannot be looked into is an error: what is made of its files would be made without.
    pub fn names(&self) -> Result<Vec<String>, SendError> {
        let read = || -> std::io::Result<Vec<String>> {
            let mut names = Vec::new();
            for entry in fs::read_dir(self.project.join(&self.below))? {
                names.extend(entry?.file_name().into_string());
            }
            names.sort();
            Ok(names)
        };
        match read() {
            Err(error) if is_absent(&error) => Ok(Vec::new()),
            read => read.map_err(|error| self.trouble("look into", "", &error)),
        }
    }

    /// Whether it is where it says, as far as it is there: no link leads out of the project,
    /// or into what publishing reads. Nothing is written.
    pub fn leads_nowhere_else(&self) -> Result<(), SendError> {
        let path = self.project.join(&self.below);
        self.stays_inside(path.ancestors().find(|path| path.exists()).unwrap_or(&self.project))
    }

    /// Whether files could be written here; the error says why not.
    pub fn writable(&self) -> Result<(), String> {
        let path = self.project.join(&self.below);
        let mut looks = 0;
        loop {
            looks += 1;
            let here = path.ancestors().find(|path| path.exists()).unwrap_or(&self.project);
            let tried = match self.stays_inside(here) {
                // One look: between two of them it may be taken away.
                Ok(()) => match fs::metadata(here) {
                    Ok(found) if !found.is_dir() => {
                        return Err(format!("`{}` is a file, not a folder", here.display()));
                    }
                    Ok(_) => {
                        sweep(here);
                        draft(here).map(|(probe, _)| {
                            // Another one may have been quicker.
                            let _ = fs::remove_file(probe);
                        })
                    }
                    Err(error) => Err(error),
                },
                // It could not be looked at: taken away since, and maybe made again by now.
                Err(SendError::NotYet { .. }) if looks < MOST_LOOKS => Err(ErrorKind::NotFound.into()),
                Err(error) => return Err(error.to_string()),
            };
            match tried {
                Ok(()) => return Ok(()),
                // Taken away in this moment, as empty, by a channel that takes its own files down.
                Err(error) if error.kind() == ErrorKind::NotFound && looks < MOST_LOOKS => {}
                Err(error) => return Err(format!("`{}` cannot be written: {error}", self.shown(""))),
            }
        }
    }

    fn path(&self, file: &str) -> Result<PathBuf, SendError> {
        let file = inside(file).map_err(|says| SendError::Refused { says })?;
        Ok(self.project.join(&self.below).join(file))
    }

    /// Makes `folder` with its parents, none of them outside of the project by
    /// way of a link.
    fn create(&self, folder: &Path) -> Result<(), SendError> {
        let there = folder.ancestors().find(|path| path.exists()).unwrap_or(folder);
        self.stays_inside(there)?;
        if there != folder {
            fs::create_dir_all(folder).map_err(|error| self.trouble("make", "", &error))?;
            for made in folder.ancestors().take_while(|path| *path != there) {
                sync(made.parent().unwrap_or(made));
            }
        }
        self.stays_inside(folder)
    }

    fn stays_inside(&self, path: &Path) -> Result<(), SendError> {
        let real = |path: &Path| path.canonicalize().map_err(|error| self.trouble("find", "", &error));
        let leads_out = |of: &str| {
            let shown = path.strip_prefix(&self.project).unwrap_or(path).display();
            let says = format!("`{shown}` leads out of {of} through a link: take the link away");
            Err(SendError::Mendable { says })
        };
        let found = real(path)?;
        let Ok(within) = found.strip_prefix(real(&self.project)?).map(Path::to_owned) else {
            return leads_out("the project");
        };
        // A link, or a name that differs in its letters' case alone, may lead there.
        if let Err(why) = ours(&within.to_string_lossy()) {
            let shown = path.strip_prefix(&self.project).unwrap_or(path).display();
            return Err(SendError::Mendable {
                says: format!("`{shown}` is no folder of the channel's: {why}"),
            });
        }
        // What is not the channel's own is not for it to write to, nor to take away.
        let top = self.project.join(&self.top);
        if path.starts_with(&top) && top.exists() && !found.starts_with(real(&top)?) {
            return leads_out(&format!("`{}`", self.top.display()));
        }
        Ok(())
    }

    fn trouble(&self, verb: &str, file: &str, error: &std::io::Error) -> SendError {
        let says = format!("cannot {verb} `{}`: {error}", self.shown(file));
        match error.kind() {
            // A name that the disk cannot hold does not get better by waiting.
            ErrorKind::InvalidFilename | ErrorKind::InvalidInput => SendError::Refused { says },
            // Nor does what is closed to us.
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
                SendError::Mendable { says: format!("{says}: let whoever publishes write there") }
            }
            _ => SendError::NotYet { says, wait: Some(WAIT) },
        }
    }
}

/// Whether it says that nothing is there: the name leads nowhere, or through a file.
pub(super) fn is_absent(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

/// An error after which some of several files are written, and others are not: what was
/// to be written stays on record, until it is known to be all there or to be gone.
pub fn midway(error: SendError) -> SendError {
    let done = "some of its files".to_owned();
    match error {
        SendError::NotYet { says, wait } => SendError::Partly { says, wait, done },
        SendError::Mendable { says } => {
            let says = format!("{says}; once that is mended, the same command goes on");
            SendError::Partly { says, wait: None, done }
        }
        error => error,
    }
}

/// The kept bytes of a picture, checked against its digest.
pub fn picture_bytes(media: &Path, picture: &crate::render::Picture) -> Result<Vec<u8>, SendError> {
    let refused = |why: String| SendError::Refused { says: format!("the image `{}` {why}", picture.path) };
    let plain_name = !picture.sha256.is_empty() && picture.sha256.chars().all(|c| c.is_ascii_hexdigit());
    if !plain_name {
        return Err(refused("has no digest".to_owned()));
    }
    // Nobody was asked yet: with the file in its place again it goes.
    let bytes = fs::read(media.join(&picture.sha256)).map_err(|error| {
        let why = format!("the image `{}` was not kept with the plan ({error})", picture.path);
        SendError::Mendable { says: format!("{why}: put the file that was planned with back in its place") }
    })?;
    if crate::plan::key::hex_digest(&bytes) != picture.sha256 {
        return Err(refused("is not the one that was planned: its bytes have changed".to_owned()));
    }
    Ok(bytes)
}

/// Runs blocking work where it delays nobody.
pub async fn on_disk<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, SendError> + Send + 'static,
) -> Result<T, SendError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => Err(SendError::Unknown { cause: format!("writing was interrupted: {error}") }),
    }
}

#[cfg(test)]
mod tests;
