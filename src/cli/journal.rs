//! `ladder journal`: the record of what was done, as JSON Lines, out and in.

use super::desk::Desk;
use super::failure::Failure;
use super::file::write_new;
use super::house::{House, plural, tell_doubts};
use crate::exit::Exit;

use crate::store::{ImportError, ImportSummary, Store};
use std::io::{BufRead, BufReader, ErrorKind};
use std::path::{Path, PathBuf};

/// Arguments of `ladder journal`.
#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Clone, Debug, clap::Subcommand)]
enum Verb {
    /// Write the journal, a line an event
    Export {
        /// Where to, `-` for standard output [default: standard output]
        file: Option<PathBuf>,
    },
    /// Read a journal that `export` wrote; what is known already is not added again
    Import {
        /// The file, `-` for standard input
        file: PathBuf,
    },
}

/// Runs the verb below `journal`.
pub fn run(arguments: &Arguments, desk: &mut Desk) -> Result<Exit, Failure> {
    let house = House::project_only(desk)?;
    match &arguments.verb {
        Verb::Export { file } => {
            let store = house.store()?;
            let mut lines = Vec::new();
            let doubts = store
                .export(&mut lines)
                .map_err(|error| Failure::usage("store-damaged", error.to_string()))?;
            tell_doubts(&doubts, &store, desk);
            let count = lines.iter().filter(|byte| **byte == b'\n').count();
            match file.as_deref().filter(|path| !is_stream(path)) {
                Some(path) => {
                    write_new(path, &lines)?;
                    desk.field("file", path.display().to_string());
                    desk.field("lines", count);
                    desk.console.talk(&format!("wrote {} to `{}`", plural(count, "line"), path.display()));
                }
                // The lines are JSON themselves: with `--format json` they are a field.
                None if desk.json() => {
                    let text = String::from_utf8_lossy(&lines);
                    let values = text.lines().filter_map(|line| serde_json::from_str(line).ok());
                    let values: Vec<serde_json::Value> = values.collect();
                    desk.field("lines", values);
                }
                None => desk.console.data(&String::from_utf8_lossy(&lines)),
            }
        }
        Verb::Import { file } => {
            let opened: Box<dyn BufRead> = match is_stream(file) {
                true => Box::new(std::io::stdin().lock()),
                false => Box::new(BufReader::new(std::fs::File::open(file).map_err(|error| {
                    Failure::usage("unreadable", format!("`{}` cannot be read: {error}", file.display()))
                })?)),
            };
            let summary = import(&house, &mut { opened })
                .map_err(|error| Failure::usage("bad-journal", format!("`{}`: {error}", file.display())))?;
            desk.field("events", summary.events);
            desk.field("plans", summary.plans);
            desk.field("known", summary.known);
            if summary.unchecked > 0 {
                desk.console.talk(&format!(
                    "{} of an older ladder, without a check of its own: whether it was changed cannot be told",
                    plural(summary.unchecked, "line")
                ));
            }
            let (events, plans) = (plural(summary.events, "event"), plural(summary.plans, "plan"));
            desk.show(&format!("added {events} and {plans}; {} known already", summary.known));
        }
    }
    Ok(Exit::Done)
}

/// Whether it stands for the standard stream, and is no file.
fn is_stream(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Adds to the store. One that is missing is made, with the project's own id and
/// with all that the export knows in it, or not at all: an empty store under
/// the old id would send everything once more.
fn import(house: &House, lines: &mut dyn BufRead) -> Result<ImportSummary, ImportError> {
    let path = house.loaded.folder.store_file();
    let id = house.loaded.project.store_id.as_ref().map_or("", |id| id.value.as_str());
    if path.symlink_metadata().is_ok() {
        let mut store = Store::open(&path, id)?;
        let _lock = store.lock_for_sending()?;
        let summary = store.import(lines)?;
        store.fold_up()?;
        return Ok(summary);
    }
    let draft = path.with_file_name("ladder.importing");
    // What an import that was cut off left behind.
    remove(&draft);
    let imported = Store::create_with_id(&draft, id).map_err(ImportError::from).and_then(|mut store| {
        // Closing it at the end of this block writes everything into the one file.
        let summary = store.import(lines)?;
        store.fold_up()?;
        if summary.whole { Ok(summary) } else { Err(ImportError::CutOff) }
    });
    let placed = imported.and_then(|summary| {
        // A link fails where a store came to be meanwhile, a rename would replace
        // it; but not every file system has links.
        match std::fs::hard_link(&draft, &path) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists && !path.exists() => {
                std::fs::rename(&draft, &path)?
            }
            other => other?,
        }
        Ok(summary)
    });
    remove(&draft);
    placed
}

fn remove(draft: &Path) {
    for ending in ["", "-wal", "-shm"] {
        let mut name = draft.as_os_str().to_owned();
        name.push(ending);
        // There is usually none.
        let _ = std::fs::remove_file(PathBuf::from(name));
    }
}
