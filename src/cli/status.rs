//! `ladder status`: where every delivery stands.

use super::desk::Desk;
use super::failure::Failure;
use super::house::{House, tell_unheeded};
use super::sending::dues;
use super::unpublish::left_to_paste;
use super::{astray, changed_since};
use crate::channel::owner;
use crate::exit::Exit;
use crate::plan::{Delivery, Plan, State, Step, StepKey};
use crate::report::columns::prose;
use crate::report::todo::{self, ToDo};
use crate::report::{status, taken_down};
use crate::store::{Store, View, Viewed};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Arguments of `ladder status`.
#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {
    /// A message's id or path; all messages if none is given
    pub message: Option<String>,
    /// Show all there ever was, not only what is open and what was settled last
    #[arg(long)]
    pub all: bool,
}

/// So many deliveries that need nothing more are shown unasked.
const NEWEST: usize = 50;

/// Shows deliveries, oldest message first. Reading is done whatever it finds.
pub fn run(arguments: &Arguments, desk: &mut Desk) -> Result<Exit, Failure> {
    desk.field("deliveries", json!([]));
    desk.field("left_alone", json!([]));
    desk.field("to_do", json!([]));
    desk.field("elsewhere", json!([]));
    desk.field("changed_since", json!([]));
    let mut house = House::project_only(desk)?;
    let store = house.store()?;
    let mut view = View { all: arguments.all, recent: true, ..View::default() };
    match &arguments.message {
        Some(wanted) => view.messages.push(wanted.clone()),
        None => view.newest = NEWEST,
    }
    let mut viewed = House::standing_as_it_is(&store, &view, desk)?;
    tell_unheeded(&store, desk)?;
    if let Some(wanted) = &arguments.message {
        let mut of_message = viewed.standing.deliveries.values();
        if !of_message.any(|delivery| delivery.message == *wanted) {
            view.messages = vec![house.loaded.message(wanted)?.id];
            viewed = store.view_as_it_is(&view, store.is_sending())?;
            store.foresee(&mut viewed.standing)?;
        }
    }
    let Viewed { standing, mut others, .. } = viewed;
    let mut found: Vec<&Delivery> = standing.deliveries.values().collect();
    match view.messages.first() {
        Some(message) => found.retain(|delivery| delivery.message == *message),
        None if !arguments.all => others += newest_settled(&mut found),
        None => {}
    }
    let mut owners: BTreeMap<StepKey, String> = BTreeMap::new();
    let plans = read_plans(&store, &found, &mut |plan| {
        let of = |step: &Step| Some((step.key.clone(), owner::of_payload(&step.adapter, &step.payload)?));
        owners.extend(plan.steps.iter().filter_map(of));
    })?;
    let steps = plans.iter().flat_map(|plan| plan.steps.iter().enumerate());
    let order: BTreeMap<&StepKey, usize> = steps.map(|(place, step)| (&step.key, place)).collect();
    let place = |delivery: &Delivery| order.get(&delivery.key).copied().unwrap_or(usize::MAX);
    let zone = &house.loaded.zone;
    let dues = dues(&house, &plans, &standing, desk.now(zone)?);
    let mut begun: BTreeMap<&str, Timestamp> = BTreeMap::new();
    for delivery in &found {
        let first = begun.entry(&delivery.message).or_insert(delivery.planned_at);
        *first = delivery.planned_at.min(*first);
    }
    // A message stands together, in its rungs' order; of a rung the newest generation last.
    let rank = |delivery: &Delivery| {
        let at = begun.get(delivery.message.as_str()).copied();
        (
            at,
            delivery.message.clone(),
            place(delivery),
            delivery.rung.clone(),
            delivery.planned_at,
            delivery.generation,
        )
    };
    found.sort_by_cached_key(|delivery| rank(delivery));
    desk.field("deliveries", status::json(&found, &dues));
    desk.field("to_do", todo::to_do(&found).iter().map(ToDo::json).collect::<Value>());
    if found.is_empty() {
        desk.console.talk("nothing has been published or planned yet");
        return Ok(Exit::Done);
    }
    let sheet = desk.console.sheet_out();
    desk.show(&status::text(&found, &dues, zone, sheet));
    if arguments.message.is_none() {
        desk.field("not_shown", others);
        if others > 0 {
            let need = if others == 1 { "delivery needs" } else { "deliveries need" };
            let where_to_look = "`ladder status --all` and `ladder log` show them too";
            desk.console.talk(&format!("{others} older {need} nothing more: {where_to_look}"));
        }
    }
    let taken: Vec<&Delivery> =
        found.iter().copied().filter(|delivery| delivery.state == State::Unpublished).collect();
    let pasted = left_to_paste(&plans, &standing, &taken);
    desk.field("left_to_paste", pasted.iter().map(|delivery| json!(delivery.key)).collect::<Value>());
    desk.show(&taken_down::left_to_paste(&pasted, sheet.colour));
    let (without, machine) = astray::told(&house, &found, sheet);
    desk.field("left_alone", machine);
    if !without.is_empty() {
        desk.show(&format!("\nWithout a channel\n{without}"));
    }
    let elsewhere = elsewhere(&house, &owners, &found);
    if !elsewhere.is_empty() {
        let lines: String =
            elsewhere.iter().take(MOST_ELSEWHERE).map(|(_, text)| prose(sheet, 2, text)).collect();
        desk.show(&format!("\nAnother page or author by now\n{lines}"));
    }
    let machine = elsewhere.iter().map(|(key, says)| json!({ "delivery": key, "says": says }));
    desk.field("elsewhere", machine.collect::<Value>());
    let shown: BTreeSet<StepKey> = found.iter().map(|delivery| delivery.key.clone()).collect();
    let is_queued = |delivery: &Delivery| delivery.is_open() && shown.contains(&delivery.key);
    let changed = changed_since::look(desk, store.id(), &plans, &standing, is_queued);
    desk.show(&changed_since::text(&changed, zone, sheet));
    desk.field("changed_since", changed_since::json(&changed, zone));
    Ok(Exit::Done)
}

/// Most sentences about that: they all say the same. JSON has all.
const MOST_ELSEWHERE: usize = 5;

/// What went to another page, or author, than its channel names by now, although
/// the account is said to be the same.
fn elsewhere<'a>(
    house: &House,
    owners: &BTreeMap<StepKey, String>,
    found: &[&'a Delivery],
) -> Vec<(&'a StepKey, String)> {
    let told = found.iter().filter(|delivery| delivery.reached()).filter_map(|delivery| {
        let was = owners.get(&delivery.key)?;
        let configured = house.channels.configured.get(&delivery.channel)?;
        let is = configured.owner.as_ref().filter(|is| *is != was)?;
        configured.has_account(&delivery.account).then(|| {
            let says = format!(
                "{} of {} went to {was}, and `[channels.{}]` is {is}: it counts as the same account; give another one \
                 a name of its own in `account`",
                delivery.rung, delivery.message, delivery.channel
            );
            (&delivery.key, says)
        })
    });
    told.collect()
}

/// Leaves those of the settled ones out that were settled longest ago; how many.
/// A message's deliveries stay together.
fn newest_settled(found: &mut Vec<&Delivery>) -> usize {
    let before = found.len();
    let mut settled: Vec<&Delivery> =
        found.iter().copied().filter(|delivery| delivery.is_settled()).collect();
    settled.sort_by_key(|delivery| std::cmp::Reverse(delivery.sent_at.unwrap_or(delivery.planned_at)));
    let mut kept: BTreeSet<&str> = BTreeSet::new();
    for (shown, delivery) in settled.into_iter().enumerate() {
        if shown >= NEWEST && !kept.contains(delivery.message.as_str()) {
            break;
        }
        kept.insert(&delivery.message);
    }
    found.retain(|delivery| !delivery.is_settled() || kept.contains(delivery.message.as_str()));
    before - found.len()
}

/// The outlines of the plans that these deliveries came with: they know the order of
/// the rungs, and when what is left is due.
pub fn plans(store: &Store, deliveries: &[&Delivery]) -> Result<Vec<Plan>, Failure> {
    read_plans(store, deliveries, &mut |_| ())
}

/// The same; `whole` sees each plan before its words are let go.
fn read_plans(
    store: &Store,
    deliveries: &[&Delivery],
    whole: &mut dyn FnMut(&Plan),
) -> Result<Vec<Plan>, Failure> {
    let digests: BTreeSet<&str> = deliveries.iter().map(|delivery| delivery.plan.as_str()).collect();
    let mut plans = Vec::new();
    for digest in digests {
        let Some(plan) = store.plan(digest)? else { continue };
        whole(&plan);
        plans.push(plan.into_outline());
    }
    Ok(plans)
}
