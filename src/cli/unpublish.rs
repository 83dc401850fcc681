//! `ladder unpublish`: takes down what was published, as far as the networks
//! let it, and says what stays.

use super::desk::Desk;
use super::errand::{Errand, carry_out};
use super::failure::Failure;
use super::house::House;
use super::publish::known_rungs;
use super::resolve::person;
use super::status::plans;
use crate::exit::Exit;
use crate::plan::{Delivery, Outcome, Plan, Standing, State, Stay, StepKey};
use crate::publish::Takedown;
use crate::report::taken_down;
use crate::store::{Store, View};
use serde_json::json;
use std::collections::BTreeSet;

/// Arguments of `ladder unpublish`.
#[derive(Clone, Debug, clap::Args)]
#[command(group(clap::ArgGroup::new("what").required(true).multiple(true).args(["message", "campaign"])))]
pub struct Arguments {
    /// The message's path or id
    pub message: Option<String>,
    /// All messages of this campaign
    #[arg(long, value_name = "NAME")]
    pub campaign: Option<String>,
    /// Only this rung (may be given several times)
    #[arg(long, value_name = "RUNG")]
    pub only: Vec<String>,
    /// Show what would be taken down, and do nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Do not ask
    #[arg(long, short)]
    pub yes: bool,
}

/// What is meant, by the names that the user gave.
struct Meant {
    message: Option<String>,
    campaign: Option<String>,
    only: Vec<String>,
}

impl Meant {
    fn is(&self, delivery: &Delivery) -> bool {
        self.message.as_ref().is_none_or(|id| *id == delivery.message)
            && self.campaign.as_ref().is_none_or(|name| *name == delivery.campaign)
            && (self.only.is_empty() || self.only.contains(&delivery.rung))
    }

    /// What of the journal has to be known for that.
    fn view(&self) -> View {
        match &self.message {
            Some(message) => View::for_run(vec![message.clone()]),
            None => View::all(),
        }
    }
}

/// Takes down, in all generations, what is up; and from the first moment on
/// nothing that is still planned of it goes out.
pub fn run(arguments: &Arguments, desk: &mut Desk) -> Result<Exit, Failure> {
    desk.field("deliveries", json!([]));
    if !arguments.dry_run {
        desk.real_clock()?;
    }
    let mut house = House::project_only(desk)?;
    let mut store = house.store()?;
    let (meant, standing) = meant(arguments, &mut house, &store)?;
    // A mistake in a channel that is not meant must not keep a post up.
    let problems = house.loaded.problems.clone();
    desk.problems(&house.loaded.sources, &problems);
    let found = in_order(&store, &standing, &meant)?;
    let left: Vec<&Delivery> = found.iter().copied().filter(|d| d.can_be_taken_down()).collect();
    if left.is_empty() {
        let exit = answer(&found, desk);
        desk.console.talk("nothing is left to take down");
        return Ok(exit);
    }
    if !confirmed(arguments, &house, &left, desk)? {
        return Ok(Exit::Done);
    }
    let lock = store.lock_for_sending()?;
    // Asking may have taken a while: what was sent meanwhile is meant as well.
    let standing = store.view(&meant.view(), false)?.standing;
    let found = in_order(&store, &standing, &meant)?;
    let keys: Vec<StepKey> =
        found.iter().filter(|delivery| delivery.can_be_taken_down()).map(|d| d.key.clone()).collect();
    let followers = followers(&plans(&store, &found)?, &standing, &keys);
    let wanted = Takedown { keys, skipped: followers, by: person() };
    let standing_now = carry_out(Errand::TakeDown(&wanted), desk, &house, &mut store, meant.view())?;
    // What was done is done: rows can be made of it another time.
    let _ = store.fold_up();
    drop(lock);
    let found = in_order(&store, &standing_now, &meant)?;
    Ok(answer(&found, desk))
}

/// The message by its id or path, and names that exist; and where that stands.
fn meant(arguments: &Arguments, house: &mut House, store: &Store) -> Result<(Meant, Standing), Failure> {
    let running = store.is_sending();
    let of =
        |message: Option<String>| Meant { message, campaign: arguments.campaign.clone(), only: Vec::new() };
    let mut meant = of(arguments.message.clone());
    let mut standing = store.view(&meant.view(), running)?.standing;
    // The journal knows a message by its id, even if its file is gone.
    let by_id =
        standing.deliveries.values().any(|delivery| Some(&delivery.message) == meant.message.as_ref());
    if let Some(wanted) = arguments.message.as_ref().filter(|_| !by_id) {
        meant = of(Some(house.loaded.message(wanted)?.id));
        standing = store.view(&meant.view(), running)?.standing;
    }
    let all = || standing.deliveries.values().filter(|delivery| meant.is(delivery));
    if all().next().is_none() {
        let what = match (&meant.message, &meant.campaign) {
            (Some(message), _) => format!("nothing of `{message}`"),
            (None, campaign) => {
                format!("nothing of the campaign `{}`", campaign.as_deref().unwrap_or_default())
            }
        };
        return Err(Failure::usage("nothing-published", format!("{what} was ever published or planned"))
            .hint("`ladder status` lists what was"));
    }
    known_rungs(all().map(|delivery| delivery.rung.as_str()), &arguments.only)?;
    Ok((Meant { only: arguments.only.clone(), ..meant }, standing))
}

/// What is meant and was ever more than planned, the newest first; what came
/// after something else before that.
fn in_order<'a>(store: &Store, standing: &'a Standing, meant: &Meant) -> Result<Vec<&'a Delivery>, Failure> {
    let mut found: Vec<&Delivery> =
        standing.deliveries.values().filter(|delivery| meant.is(delivery)).collect();
    // What never went, and was ended before, is nobody's concern here.
    found.retain(|delivery| delivery.can_be_taken_down() || delivery.is_withdrawn() || delivery.reached());
    let plans = plans(store, &found)?;
    let place = |delivery: &Delivery| {
        let plan = plans.iter().find(|plan| plan.digest == delivery.plan);
        plan.and_then(|plan| plan.steps.iter().position(|step| step.key == delivery.key))
    };
    found.sort_by_key(|delivery| {
        let moment = delivery.sent_at.unwrap_or(delivery.planned_at);
        std::cmp::Reverse((moment, place(delivery), delivery.generation, delivery.key.clone()))
    });
    Ok(found)
}

/// What comes after one of `keys`, at whatever distance, and has not gone.
fn followers(plans: &[Plan], standing: &Standing, keys: &[StepKey]) -> Vec<(StepKey, String)> {
    let mut skipped = Vec::new();
    for plan in plans {
        let taken: BTreeSet<&str> = plan
            .steps
            .iter()
            .filter(|step| keys.contains(&step.key))
            .map(|step| step.rung.as_str())
            .collect();
        let mut ended = taken.clone();
        // A rung comes after rungs above it only, in whichever order they are written.
        for _ in 0..plan.steps.len() {
            for step in plan.steps.iter().filter(|step| !taken.contains(step.rung.as_str())) {
                let Some(name) = step.after.iter().find(|name| ended.contains(name.as_str())) else {
                    continue;
                };
                let open = standing.deliveries.get(&step.key).is_some_and(Delivery::is_open);
                if ended.insert(&step.rung) && open {
                    let why = format!("`{name}`, which it comes after, was taken down");
                    skipped.push((step.key.clone(), why));
                }
            }
        }
    }
    skipped
}

/// Shows what will be done, and asks. False: it was only to be shown.
fn confirmed(
    arguments: &Arguments,
    house: &House,
    left: &[&Delivery],
    desk: &mut Desk,
) -> Result<bool, Failure> {
    let zone = &house.loaded.zone;
    let table = taken_down::wanted(left, zone, desk.console.sheet_err());
    if arguments.dry_run {
        desk.field("deliveries", taken_down::json(left, false));
        desk.show(&taken_down::wanted(left, zone, desk.console.sheet_out()));
        desk.console.talk("nothing was taken down: this was a dry run");
        return Ok(false);
    }
    if arguments.yes {
        desk.console.talk(&table);
        return Ok(true);
    }
    if desk.json() || !desk.console.can_ask() {
        desk.field("deliveries", taken_down::json(left, false));
        desk.show(&table);
        return Err(Failure::usage("confirm", "nothing was taken down: there is nobody to ask")
            .hint("`--yes` takes down without asking"));
    }
    desk.console.warn(&table);
    if desk.console.ask("Take this down?") {
        return Ok(true);
    }
    Err(Failure::usage("declined", "nothing was taken down"))
}

/// The honest table, and the end by PRODUCT's order.
fn answer(found: &[&Delivery], desk: &mut Desk) -> Exit {
    desk.field("deliveries", taken_down::json(found, true));
    if !found.is_empty() {
        let sheet = desk.console.sheet_out();
        desk.show(&taken_down::text(found, sheet));
    }
    exit(&found.iter().map(|delivery| (delivery.state, delivery.outcome())).collect::<Vec<_>>())
}

/// Nobody knows; then: some is down and some stays, nothing is down, something waits.
fn exit(ends: &[(State, Outcome)]) -> Exit {
    let any = |is: &dyn Fn(&Outcome) -> bool| ends.iter().any(|(_, outcome)| is(outcome));
    let stays = |why: Stay| move |outcome: &Outcome| matches!(outcome, Outcome::Up(up) if up.why == why);
    let unknown = |outcome: &Outcome| matches!(outcome, Outcome::Unknown(_) | Outcome::Sending);
    if any(&unknown) || any(&stays(Stay::Unknown)) {
        Exit::Unknown
    } else if any(&stays(Stay::Cannot)) || any(&stays(Stay::Refused)) {
        let done = any(&|outcome| matches!(outcome, Outcome::Down | Outcome::WasGone | Outcome::TakenIn));
        if done { Exit::Partial } else { Exit::Failed }
    } else if any(&stays(Stay::Later)) {
        Exit::Held
    } else {
        Exit::Done
    }
}
