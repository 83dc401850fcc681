//! `ladder plan`: writes the plan.

use super::cards;
use super::desk::Desk;
use super::failure::Failure;
use super::file::write_new;
use super::house::House;
use super::lacking;
use super::price;
use super::publish::said_why;
use super::showing::Showing;
use crate::exit::Exit;
use crate::plan::{Plan, Standing, Wish};
use std::path::PathBuf;

/// Arguments of `ladder plan`.
#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {
    /// The message's path or id
    pub message: String,
    /// Plan on this ladder instead of the message's own
    #[arg(long, value_name = "NAME")]
    pub ladder: Option<String>,
    /// Write the plan to this file, for `ladder publish FILE`
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// A new generation of what has gone out already, and why
    #[arg(long, value_name = "REASON")]
    pub again: Option<String>,
}

/// Shows the plan as a table, prints it with `--format json`, or writes it to a
/// file; `ladder publish` takes either.
pub fn run(arguments: &Arguments, desk: &mut Desk) -> Result<Exit, Failure> {
    said_why(arguments.again.as_deref())?;
    let (mut house, message) = House::with_message(desk, &arguments.message)?;
    cards::read_for(&mut house, &message, arguments.ladder.as_deref(), desk);
    let now = desk.now(&house.loaded.zone)?;
    let mut composed = house.compose(desk, &message, arguments.ladder.as_deref(), now)?;
    // A fresh clone has no journal: what it plans is as if nothing had happened.
    let (standing, id) = if house.loaded.folder.store_file().exists() {
        let store = house.store()?;
        let standing = House::standing_for(&store, &message.id)?;
        composed.owners = House::owners(&store, &standing, &message.id)?;
        (standing, store.id().to_owned())
    } else {
        let id = house.loaded.project.store_id.as_ref().map_or(String::new(), |id| id.value.clone());
        (Standing::default(), id)
    };
    let wish = Wish { only: Vec::new(), again: arguments.again.clone() };
    let plan = house.plan(desk, &composed, &standing, &id, &wish)?;
    // Which files it was made of is for the queue: it says nothing of what will be done.
    let shown = Plan { files: String::new(), ..plan.clone() };
    desk.fields_of(serde_json::to_value(&shown).unwrap_or_default());
    let showing = Showing::of(&house, &plan, &standing, &[], now, false);
    desk.field("steps", price::steps(&plan, &showing.prices));
    if let Some(total) = price::total(&showing.prices) {
        desk.field("price", total);
    }
    showing.fields(desk);
    lacking::tell(&house, &plan, &standing, &[], desk);
    if let Some(path) = &arguments.out {
        write_new(path, text(&plan).as_bytes())?;
        desk.console.talk(&format!("`{}` holds the plan {}", path.display(), plan.digest));
        if desk.options.format.is_none() {
            return Ok(Exit::Done);
        }
    }
    desk.show(&showing.text(desk.console.sheet_out()));
    Ok(Exit::Done)
}

/// The plan as its file has it.
fn text(plan: &Plan) -> String {
    let value = serde_json::to_value(plan).unwrap_or_default();
    format!("{}\n", crate::report::machine::pretty(&value))
}
