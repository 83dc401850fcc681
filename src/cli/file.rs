//! Files that verbs write for the user: whole or not at all.

use super::failure::Failure;
use crate::exit::Exit;
use anyhow::Context;
use std::io::Write;
use std::path::Path;

/// Writes a result; an older one is replaced in one step, so that a full disk
/// never leaves half a file under its name.
pub fn write_new(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    replace(path, bytes)
        .with_context(|| format!("`{}` cannot be written", path.display()))
        .map_err(|error| Failure::new(Exit::Failed, "not-written", format!("{error:#}")))
}

fn replace(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    // A device or a pipe (`/dev/stdout`) is written to, not replaced.
    if path.exists() && !path.is_file() {
        return Ok(std::fs::write(path, bytes)?);
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = path.file_name().context("it names no file")?.to_string_lossy();
    let draft = folder.join(format!(".{name}.{}", std::process::id()));
    // What an earlier run left behind; a link is removed, not followed.
    let _ = std::fs::remove_file(&draft);
    let written = std::fs::File::create_new(&draft)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .and_then(|()| std::fs::rename(&draft, path));
    if written.is_err() {
        // Best effort: the error that matters is the first.
        let _ = std::fs::remove_file(&draft);
    }
    Ok(written?)
}

/// Writes a file that must not exist yet, with its folders.
pub fn create(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    make(path, bytes)
        .with_context(|| format!("`{}` cannot be written", path.display()))
        .map_err(|error| Failure::usage("not-written", format!("{error:#}")))
}

fn make(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut file = std::fs::File::create_new(path)?;
    file.write_all(bytes)?;
    Ok(file.sync_all()?)
}

/// Reads a file that the user names on the command line, at most `limit` bytes.
pub fn read(path: &Path, limit: u64) -> Result<String, Failure> {
    read_whole(path, limit)
        .with_context(|| format!("`{}` cannot be read", path.display()))
        .map_err(|error| Failure::usage("unreadable", format!("{error:#}")))
}

fn read_whole(path: &Path, limit: u64) -> anyhow::Result<String> {
    let size = path.metadata()?.len();
    anyhow::ensure!(size <= limit, "it is larger than {} MB", limit / 1_000_000);
    Ok(std::fs::read_to_string(path)?)
}
