//! `ladder store`: makes the store, and says where it is.

use super::desk::Desk;
use super::failure::Failure;
use super::folder::PROJECT_FILE;
use super::house::House;
use crate::exit::Exit;
use crate::store::Store;

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
    let store = Store::create(&path)?;
    desk.field("id", store.id());
    desk.field("path", shown.clone());
    desk.show(&format!("made `{shown}` with the id {}", store.id()));
    let id = store.id();
    desk.console.talk(&format!("to use it, write this into `{PROJECT_FILE}`:\n\n[store]\nid = \"{id}\""));
    if house.loaded.project.store_id.is_some() {
        desk.console.talk(
            "\nit knows of nothing that was sent before. Where there is an export of the old journal, \
             delete this store and run `ladder journal import FILE` instead",
        );
    }
    Ok(Exit::Done)
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
