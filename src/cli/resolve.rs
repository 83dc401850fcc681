//! `ladder resolve`: a person settles an unknown outcome, or says that what was
//! written for them is posted.

use super::desk::Desk;
use super::failure::Failure;
use super::house::House;
use super::sending::dues;
use super::status::plans;
use crate::exit::Exit;
use crate::ladder::name::is_page;
use crate::plan::{Delivery, Event, EventKind, Standing, State};
use crate::report::status;
use crate::store::Batch;
use crate::text::visible;
use serde_json::json;

/// Arguments of `ladder resolve`.
#[derive(Clone, Debug, clap::Args)]
#[command(group(clap::ArgGroup::new("outcome").required(true).args(["sent", "not_sent"])))]
pub struct Arguments {
    /// The delivery's key, or its beginning: `ladder status` shows them
    pub key: String,
    /// It is out, at this address (mail has none)
    #[arg(long, value_name = "URL", num_args = 0..=1, default_missing_value = "")]
    pub sent: Option<String>,
    /// It is not out; an unknown one is sent again when it is due
    #[arg(long)]
    pub not_sent: bool,
}

/// Records the outcome.
pub fn run(arguments: &Arguments, desk: &mut Desk) -> Result<Exit, Failure> {
    desk.field("deliveries", json!([]));
    let now = desk.real_clock()?;
    let address = arguments.sent.as_deref().filter(|address| !address.is_empty());
    if let Some(address) = address.filter(|address| !is_page(address)) {
        return Err(Failure::usage("bad-url", format!("`{address}` is no web address"))
            .hint("write the whole address of the post: `--sent https://…`"));
    }
    let house = House::project_only(desk)?;
    let mut store = house.store()?;
    let lock = store.lock_for_sending()?;
    let standing = Standing::fold(&store.events()?, false);
    let keyed = standing
        .find_by_prefix(&arguments.key)
        .map_err(|error| Failure::usage("unknown-key", error.to_string()))?;
    let (state, recipient) = match keyed.recipient {
        Some(person) => (person.part.state, Some(person.recipient.clone())),
        None => (keyed.delivery.state, None),
    };
    let open = matches!(state, State::Unknown | State::Waiting);
    if !open {
        let word = crate::report::sign::word(state);
        return Err(Failure::usage("settled", format!("{keyed} is {word}: there is nothing to settle")));
    }
    let kind =
        EventKind::Resolved { sent: arguments.sent.is_some(), url: address.map(str::to_owned), by: person() };
    let event = Event { at: now, key: keyed.delivery.key.clone(), recipient, kind };
    store.commit(&Batch { plans: Vec::new(), events: vec![event] })?;
    let standing_now = Standing::fold(&store.events()?, false);
    drop(lock);
    let Some(delivery) = standing_now.deliveries.get(&keyed.delivery.key) else { return Ok(Exit::Done) };
    let found = [delivery];
    let plans = plans(&store, &found)?;
    let zone = &house.loaded.zone;
    let dues = dues(&plans, &standing_now, now, zone);
    desk.field("deliveries", status::json(&found, &dues));
    let colour = desk.console.colour_out();
    desk.show(&status::text(&found, &dues, zone, colour));
    let follows = plans.iter().flat_map(|plan| &plan.steps).any(|step| {
        step.after.contains(&delivery.rung)
            && standing_now.deliveries.get(&step.key).is_some_and(Delivery::is_open)
    });
    let then = match (arguments.sent.is_some(), state) {
        (true, _) if follows => "; `ladder run` sends what was waiting for it".to_owned(),
        (true, _) => String::new(),
        (false, State::Unknown) => "; `ladder run` sends it again".to_owned(),
        (false, _) => format!(
            ": it will not go out; `ladder publish {} --only {} --again REASON` would begin anew",
            delivery.message, delivery.rung
        ),
    };
    desk.console.talk(&visible(&format!("noted in the journal{then}")));
    Ok(Exit::Done)
}

/// Who says so, for the journal.
fn person() -> String {
    let named = ["USER", "USERNAME", "LOGNAME"].into_iter().find_map(|name| std::env::var(name).ok());
    named.filter(|name| !name.is_empty()).unwrap_or_else(|| "a person".to_owned())
}
