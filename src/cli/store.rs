//! `ladder store`: makes the store, and says where it is.

use super::desk::Desk;
use super::failure::Failure;
use super::folder::PROJECT_FILE;
use super::house::House;
use crate::exit::Exit;
use crate::store::{Batch, Store};

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

/// Makes the store under the project's own id where it has one: a lost store is
/// replaced by an empty one only by somebody who says so.
fn create(desk: &mut Desk) -> Result<Exit, Failure> {
    let house = House::open(desk)?;
    let path = house.loaded.folder.store_file();
    let shown = house.loaded.folder.name_of(&path);
    let store = match &house.loaded.project.store_id {
        Some(id) => Store::create_with_id(&path, &id.value)?,
        None => Store::create(&path)?,
    };
    desk.field("id", store.id());
    desk.field("path", shown.clone());
    desk.show(&format!("made `{shown}` with the id {}", store.id()));
    if house.loaded.project.store_id.is_none() {
        desk.console.talk(&format!("write this into `{PROJECT_FILE}`:\n\n[store]\nid = \"{}\"", store.id()));
    } else {
        desk.console.talk("it knows of nothing that was sent before: `ladder journal import` brings that back");
    }
    Ok(Exit::Done)
}

fn info(desk: &mut Desk) -> Result<Exit, Failure> {
    let house = House::open(desk)?;
    let mut store = house.store()?;
    // An empty commit shows whether the disk takes anything.
    store.commit(&Batch::default())?;
    let shown = house.loaded.folder.name_of(store.path());
    let events = store.events()?.len();
    desk.field("id", store.id());
    desk.field("path", shown.clone());
    desk.field("events", events);
    desk.field("sending", store.is_sending());
    desk.show(&format!("{shown}\nid      {}\nevents  {events}", store.id()));
    Ok(Exit::Done)
}
