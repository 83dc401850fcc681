//! The project's folder: finding it, and reading from it with care.
//!
//! Promises of every read: no more than a bound is read, nothing but a plain
//! file is opened (a pipe would hang), and no link leads out of the project.

use super::failure::Failure;
use crate::diagnostic::Diagnostic;
use crate::source::{SourceId, Sources, Span};
use std::io::Read;
use std::path::{Component, Path, PathBuf};

/// The file that makes a folder a project.
pub const PROJECT_FILE: &str = "ladder.toml";
/// Largest text file that is read: 2 MB.
pub const TEXT_LIMIT: u64 = 2_000_000;
/// Largest media file that is read: 50 MB.
pub const MEDIA_LIMIT: u64 = 50_000_000;

/// A project's folder.
#[derive(Clone, Debug)]
pub struct Folder {
    /// As the user would name it.
    pub path: PathBuf,
    /// With every link resolved: what lies outside of this is not read.
    real: PathBuf,
}

/// What has the name of the file and is none: a pipe would be waited for.
fn is_no_file(folder: &Path) -> Option<Failure> {
    let path = folder.join(PROJECT_FILE);
    let found = path.metadata().ok().filter(|found| !found.is_file())?;
    let what = if found.is_dir() { "a folder" } else { "no plain file" };
    let failure = Failure::usage("no-project", format!("`{}` is {what}", path.display()));
    Some(failure.hint("put a file of text there, or move it away"))
}

impl Folder {
    /// The folder of `--project`, else the nearest with `ladder.toml` from the
    /// current folder upwards.
    pub fn find(wanted: Option<&Path>) -> Result<Folder, Failure> {
        if let Some(path) = wanted {
            let path = if path.ends_with(PROJECT_FILE) { path.parent().unwrap_or(path) } else { path };
            let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
            if let Some(failure) = is_no_file(path) {
                return Err(failure);
            }
            if !path.join(PROJECT_FILE).is_file() {
                let message = format!("there is no `{PROJECT_FILE}` in `{}`", path.display());
                return Err(Failure::usage("no-project", message)
                    .hint(format!("`ladder init {}` makes a project there", path.display())));
            }
            return Folder::at(path);
        }
        let here = std::env::current_dir()
            .map_err(|error| Failure::usage("no-project", format!("the current folder is gone: {error}")))?;
        match here.ancestors().find(|folder| folder.join(PROJECT_FILE).is_file()) {
            Some(path) => Folder::at(path),
            None => {
                if let Some(failure) = is_no_file(&here) {
                    return Err(failure);
                }
                let message =
                    format!("there is no `{PROJECT_FILE}` in `{}` or any folder above it", here.display());
                Err(Failure::usage("no-project", message)
                    .hint("`ladder init` makes a project here; `--project DIR` names one elsewhere"))
            }
        }
    }

    /// A folder that exists.
    pub fn at(path: &Path) -> Result<Folder, Failure> {
        let real = path.canonicalize().map_err(|error| {
            Failure::usage("no-project", format!("`{}` cannot be opened: {error}", path.display()))
        })?;
        Ok(Folder { path: path.to_owned(), real })
    }

    /// With every link resolved.
    pub fn real(&self) -> &Path {
        &self.real
    }

    /// Where the store lies.
    pub fn store_file(&self) -> PathBuf {
        self.path.join(".ladder").join("ladder.db")
    }

    /// The path as messages show it: relative to the project, with `/`, and
    /// without anything that could act on a terminal.
    pub fn name_of(&self, path: &Path) -> String {
        crate::text::visible(&self.relative(path)).into_owned()
    }

    /// The path relative to the project, with `/`.
    pub fn relative(&self, path: &Path) -> String {
        let relative =
            path.strip_prefix(&self.path).or_else(|_| path.strip_prefix(&self.real)).unwrap_or(path);
        let parts = relative.components().filter_map(|part| match part {
            Component::Normal(part) => Some(part.to_string_lossy()),
            Component::ParentDir => Some("..".into()),
            Component::RootDir => Some("".into()),
            Component::Prefix(_) | Component::CurDir => None,
        });
        parts.collect::<Vec<_>>().join("/")
    }

    /// The path as a person here would type it: relative to the current folder
    /// where that is short.
    pub fn shown(&self, path: &Path) -> String {
        let here = std::env::current_dir().unwrap_or_default();
        path.strip_prefix(&here).unwrap_or(path).display().to_string()
    }

    /// Whether `path`, with its links resolved, lies in the project.
    pub fn holds(&self, path: &Path) -> bool {
        path.canonicalize().is_ok_and(|real| real.starts_with(&self.real))
    }

    /// The bytes of a plain file of the project, at most `limit` of them.
    pub fn read_bytes(&self, path: &Path, limit: u64) -> Result<Vec<u8>, Unreadable> {
        let metadata = path.metadata().map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => Unreadable::Missing,
            _ => Unreadable::Failed(error.to_string()),
        })?;
        if !self.holds(path) {
            return Err(Unreadable::Outside);
        }
        if !metadata.is_file() {
            let what = if metadata.is_dir() { "a folder" } else { "no plain file" };
            return Err(Unreadable::Failed(format!("it is {what}")));
        }
        if metadata.len() > limit {
            return Err(Unreadable::TooLarge(metadata.len()));
        }
        let mut bytes = Vec::with_capacity(metadata.len() as usize);
        let file = std::fs::File::open(path).map_err(|error| Unreadable::Failed(error.to_string()))?;
        // It may have grown since it was measured.
        file.take(limit + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| Unreadable::Failed(error.to_string()))?;
        if bytes.len() as u64 > limit {
            return Err(Unreadable::TooLarge(bytes.len() as u64));
        }
        Ok(bytes)
    }

    /// Reads a text into `sources`. What is wrong with it is pushed to
    /// `problems`; broken UTF-8 is pointed at.
    pub fn read_text(
        &self,
        path: &Path,
        sources: &mut Sources,
        problems: &mut Vec<Diagnostic>,
    ) -> Option<SourceId> {
        let name = self.name_of(path);
        let bytes = match self.read_bytes(path, TEXT_LIMIT) {
            Ok(bytes) => bytes,
            Err(why) => {
                problems.push(why.problem("unreadable", &name, TEXT_LIMIT));
                return None;
            }
        };
        match std::str::from_utf8(&bytes) {
            Ok(text) => Some(sources.add(name, text)),
            Err(error) => {
                let good = String::from_utf8_lossy(&bytes[..error.valid_up_to()]).replace("\r\n", "\n");
                let at = good.trim_start_matches('\u{feff}').len();
                let id = sources.add(name.clone(), &String::from_utf8_lossy(&bytes));
                let message = format!("`{name}` is not UTF-8: byte {} is broken", error.valid_up_to() + 1);
                problems.push(
                    Diagnostic::error("not-utf8", message)
                        .at(Span::new(id, at, at + '\u{fffd}'.len_utf8()))
                        .hint("save the file as UTF-8"),
                );
                None
            }
        }
    }
}

/// Why a file was not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// There is none.
    Missing,
    /// It lies outside of the project.
    Outside,
    /// It has this many bytes.
    TooLarge(u64),
    /// The system's words.
    Failed(String),
}

impl Unreadable {
    /// As the user is told; `limit` is the bound that was read with.
    pub fn problem(&self, rule: &'static str, name: &str, limit: u64) -> Diagnostic {
        match self {
            Unreadable::Missing => Diagnostic::error(rule, format!("there is no file `{name}`")),
            Unreadable::Outside => {
                Diagnostic::error("path-outside", format!("`{name}` leads out of the project"))
                    .hint("copy the file into the project")
            }
            Unreadable::TooLarge(bytes) => {
                let message =
                    format!("`{name}` has {}; at most {} are read", megabytes(*bytes), megabytes(limit));
                Diagnostic::error(rule, message)
            }
            Unreadable::Failed(why) => Diagnostic::error(rule, format!("`{name}` cannot be read: {why}")),
        }
    }
}

fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1_000_000.0)
}
