//! Files that verbs write for the user: whole or not at all.

use super::failure::Failure;
use crate::exit::Exit;
use std::io::Write;
use std::path::Path;

/// Writes a result; an older one is replaced in one step, so that a full disk
/// never leaves half a file under its name.
pub fn write_new(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let failure = |error: std::io::Error| {
        Failure::new(Exit::Failed, "not-written", format!("`{}` cannot be written: {error}", path.display()))
    };
    // A device or a pipe (`/dev/stdout`) is written to, not replaced.
    if path.exists() && !path.is_file() {
        return std::fs::write(path, bytes).map_err(failure);
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let draft = folder.join(format!(".{name}.{}", std::process::id()));
    // What an earlier run left behind; a link is removed, not followed.
    let _ = std::fs::remove_file(&draft);
    let written = std::fs::File::create_new(&draft)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .and_then(|()| std::fs::rename(&draft, path));
    written.map_err(|error| {
        // Best effort: the error that matters is the first.
        let _ = std::fs::remove_file(&draft);
        failure(error)
    })
}

/// Writes a file that must not exist yet, with its folders.
pub fn create(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let failure = |error: std::io::Error| {
        Failure::usage("not-written", format!("`{}` cannot be written: {error}", path.display()))
    };
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(failure)?;
    }
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).open(path).map_err(failure)?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(failure)
}

/// Reads a file that the user names on the command line, at most `limit` bytes.
pub fn read(path: &Path, limit: u64) -> Result<String, Failure> {
    let failure =
        |why: String| Failure::usage("unreadable", format!("`{}` cannot be read: {why}", path.display()));
    let metadata = path.metadata().map_err(|error| failure(error.to_string()))?;
    if metadata.len() > limit {
        return Err(failure(format!("it is larger than {} MB", limit / 1_000_000)));
    }
    std::fs::read_to_string(path).map_err(|error| failure(error.to_string()))
}
