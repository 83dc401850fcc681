//! `ladder store`: makes the store, and says where it is.

use super::desk::Desk;
use super::failure::Failure;
use super::folder::PROJECT_FILE;
use super::house::House;
use crate::exit::Exit;
use crate::store::{Store, StoreError};
use std::path::Path;

/// Arguments of `ladder store`.
#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Clone, Debug, clap::Subcommand)]
enum Verb {
    /// Make a new, empty store
    Create,
    /// Say where the store is, and whether it can be used
    Info,
}

/// Runs the verb below `store`.
pub fn run(arguments: &Arguments, desk: &mut Desk) -> Result<Exit, Failure> {
    match arguments.verb {
        Verb::Create => create(desk),
        Verb::Info => info(desk),
    }
}

/// Makes an empty store under an id of its own. It does not take the place of
/// a lost one by itself: until `ladder.toml` names its id, nothing is sent, or
/// everything would go out twice.
fn create(desk: &mut Desk) -> Result<Exit, Failure> {
    let house = House::project_only(desk)?;
    let path = house.loaded.folder.store_file();
    let shown = house.loaded.folder.name_of(&path);
    let said = house.loaded.project.store_id.as_ref().map(|id| id.value.as_str());
    let store = Store::create(&path).map_err(|error| match error {
        StoreError::Exists(_) => exists(&path, &shown, said),
        other => other.into(),
    })?;
    desk.field("id", store.id());
    desk.field("path", shown.clone());
    desk.show(&format!("made `{shown}` with the id {}", store.id()));
    let id = store.id();
    let write = match said {
        Some(_) => format!("to use it, replace the id in `{PROJECT_FILE}`"),
        None => format!("to use it, write this into `{PROJECT_FILE}`"),
    };
    desk.console.talk(&format!("{write}:\n\n[store]\nid = \"{id}\""));
    if said.is_some() {
        desk.console.talk(
            "\nit knows of nothing that was sent before. Where there is an export of the old journal, \
             delete this store and run `ladder journal import FILE` instead",
        );
    }
    Ok(Exit::Done)
}

/// There is one at `path`, and `said` is the id that the project names.
fn exists(path: &Path, shown: &str, said: Option<&str>) -> Failure {
    let id = match Store::id_at(path) {
        Ok(id) => id,
        Err(error) => return error.into(),
    };
    let message = format!("there is a store at `{shown}` already, with the id {id}: it is left as it is");
    let failure = Failure::usage("store-exists", message);
    failure.hint(match said {
        Some(said) if said == id => format!("`{PROJECT_FILE}` names it: it is in use"),
        Some(said) => format!(
            "if it is this project's, replace `id = \"{said}\"` below `[store]` in `{PROJECT_FILE}` by `id = \"{id}\"`"
        ),
        None => format!("if it is this project's, write `[store]` and below it `id = \"{id}\"` into `{PROJECT_FILE}`"),
    })
}

fn info(desk: &mut Desk) -> Result<Exit, Failure> {
    let house = House::project_only(desk)?;
    let store = house.store()?;
    let shown = house.loaded.folder.name_of(store.path());
    let events = store.events()?.len();
    desk.field("id", store.id());
    desk.field("path", shown.clone());
    desk.field("events", events);
    desk.field("sending", store.is_sending());
    desk.show(&format!("{shown}\nid      {}\nevents  {events}", store.id()));
    Ok(Exit::Done)
}
