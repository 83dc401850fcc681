//! `ladder journal`: the record of what was done, as JSON Lines, out and in.

use super::desk::Desk;
use super::failure::Failure;
use super::file::write_new;
use super::house::{House, plural};
use crate::exit::Exit;
use std::io::BufReader;
use std::path::PathBuf;

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
        /// Where to [default: standard output]
        file: Option<PathBuf>,
    },
    /// Read a journal that `export` wrote; what is known already is not added again
    Import {
        /// The file
        file: PathBuf,
    },
}

/// Runs the verb below `journal`.
pub fn run(arguments: &Arguments, desk: &mut Desk) -> Result<Exit, Failure> {
    let house = House::open(desk)?;
    let mut store = house.store()?;
    match &arguments.verb {
        Verb::Export { file } => {
            let mut lines = Vec::new();
            store.export(&mut lines)?;
            let count = lines.iter().filter(|byte| **byte == b'\n').count();
            match file {
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
            let _lock = store.lock_for_sending()?;
            let opened = std::fs::File::open(file).map_err(|error| {
                Failure::usage("unreadable", format!("`{}` cannot be read: {error}", file.display()))
            })?;
            let summary = store
                .import(&mut BufReader::new(opened))
                .map_err(|error| Failure::usage("bad-journal", format!("`{}`: {error}", file.display())))?;
            desk.field("added", summary.added);
            desk.field("known", summary.known);
            let (added, known) = (plural(summary.added, "event"), summary.known);
            desk.show(&format!("added {added}; {known} known already"));
        }
    }
    Ok(Exit::Done)
}
