//! `ladder publish`: a message or a plan goes out, once.

use super::asking::told;
use super::changed_since::{planned_anew, tell_planned_anew};
use super::desk::Desk;
use super::failure::Failure;
use super::house::House;
use super::idle::idle;
use super::sending::{
    Bounds, Manner, before_send, beside_before_send, deliveries, deliveries_since, dues, keep_media,
    match_channels, send,
};
use super::showing::Showing;
use super::{by_hand, cards, file, lacking, price, rehearse};
use crate::diagnostic::{Checked, has_errors, nearest};
use crate::exit::Exit;
use crate::plan::{Delivery, Plan, Standing, State, StepKey, Wish};
use crate::publish::{Scope, exit_of, outstanding};
use crate::report::queue::Prices;
use crate::report::sign::word;
use crate::report::status::Dues;
use crate::report::todo::{self, ToDo};
use crate::report::{older, status};
use crate::schedule::{Due, in_vain};
use crate::store::{Store, View};
use crate::text::visible;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Largest plan file: 64 MB.
pub const PLAN_LIMIT: u64 = 64_000_000;

/// Arguments of `ladder publish`.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Arguments {
    /// The message's path or id, or a plan's file (`.json`)
    pub message: String,
    /// Publish on this ladder instead of the message's own
    #[arg(long, value_name = "NAME")]
    pub ladder: Option<String>,
    /// Show what would be done, and do nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Only this rung (may be given several times)
    #[arg(long, value_name = "RUNG")]
    pub only: Vec<String>,
    /// Do not ask
    #[arg(long, short)]
    pub yes: bool,
    /// Publish before the message's `publish_at`
    #[arg(long)]
    pub early: bool,
    /// Publish once more what has gone out already, and why
    #[arg(long, value_name = "REASON")]
    pub again: Option<String>,
    /// Play it all against networks on this machine, and show what readers would see
    #[arg(long, conflicts_with_all = ["dry_run", "again", "before_send"])]
    pub rehearse: bool,
    /// What is to go wrong in the rehearsal: lost-answer, 429, 500, slow, cut, half-thread, expired-token, or all
    #[arg(long, value_name = "FAULT,…", value_delimiter = ',', requires = "rehearse")]
    pub faults: Vec<String>,
    /// Whom the faults strike is drawn from this number
    #[arg(long, value_name = "N", requires = "faults")]
    pub seed: Option<u64>,
    /// Write the rehearsal as one self-contained HTML page
    #[arg(long, value_name = "FILE", requires = "rehearse")]
    pub out: Option<PathBuf>,
    #[command(flatten)]
    pub bounds: Bounds,
    /// Run this in the shell once the intents are durable, before anything leaves; it must succeed
    #[arg(long, value_name = "COMMAND")]
    pub before_send: Option<String>,
}

/// Sends what is due and leaves the rest planned.
pub fn run(arguments: &Arguments, desk: &mut Desk) -> Result<Exit, Failure> {
    if arguments.rehearse {
        return rehearse::run(arguments, desk);
    }
    desk.field("deliveries", json!([]));
    desk.field("left_alone", json!([]));
    desk.field("deadline_passed", false);
    desk.field("to_do", json!([]));
    desk.field("nothing_to_send", Value::Null);
    desk.field("planned_anew", json!([]));
    if !arguments.dry_run {
        desk.real_clock()?;
    }
    said_why(arguments.again.as_deref())?;
    let file = Path::new(&arguments.message);
    let is_plan = file.extension().is_some_and(|ending| ending == "json");
    let (house, message) = if is_plan {
        (House::open(desk)?, None)
    } else {
        let (mut house, message) = House::with_message(desk, &arguments.message)?;
        cards::read_for(&mut house, &message, arguments.ladder.as_deref(), desk);
        (house, Some(message))
    };
    let before_send = before_send(arguments.before_send.as_deref(), &house)?;
    let now = desk.now(&house.loaded.zone)?;
    let mut store = house.store()?;
    // A plan's file names its message only when it is read.
    let view = message.as_ref().map_or_else(View::all, |message| View::for_run(vec![message.id.clone()]));
    let mut standing = store.view(&view, store.is_sending())?.standing;
    store.foresee(&mut standing)?;
    standing.end_mending_pauses();
    let wish = Wish { only: arguments.only.clone(), again: arguments.again.clone() };
    let composed = match &message {
        Some(message) => {
            let mut composed = house.compose(desk, message, arguments.ladder.as_deref(), now)?;
            composed.owners = House::owners(&store, &standing, &message.id)?;
            Some(composed)
        }
        None => None,
    };
    let plan = match &composed {
        None => read_plan(&house, &store, &standing, file, arguments, desk)?,
        Some(composed) => {
            let rungs = || composed.ladder.rungs.iter().map(|rung| rung.name.value.as_str());
            known_rungs(rungs(), &arguments.only)?;
            not_a_rung(rungs(), arguments.again.as_deref())?;
            house.plan(desk, composed, &standing, store.id(), &wish)?
        }
    };
    known_rungs(plan.steps.iter().map(|step| step.rung.as_str()), &arguments.only)?;
    desk.field("plan", plan.digest.clone());
    let (zone, early) = (&house.loaded.zone, arguments.early);
    let showing = Showing::of(&house, &plan, &standing, &arguments.only, now, early);
    showing.fields(desk);
    let table = showing.text(desk.console.sheet_err());
    if let Some(failure) = held(&plan, early, now, zone) {
        desk.console.talk(&table);
        return Err(failure);
    }
    if arguments.dry_run {
        priced_steps(&plan, &showing.prices, desk);
        desk.show(&showing.text(desk.console.sheet_out()));
        lacking::tell(&house, &plan, &standing, &arguments.only, desk);
        desk.console.talk("nothing was sent: this was a dry run");
        return Ok(Exit::Done);
    }
    let prices = showing.prices;
    let plans = [plan];
    let plan = &plans[0];
    // What another process is sending in this moment is not "sent before": who
    // that is, the lock says.
    if deliveries(&standing, &plans).iter().any(|delivery| delivery.state == State::Sending) {
        drop(store.lock_for_sending()?);
        standing = store.view(&view, false)?.standing;
        store.foresee(&mut standing)?;
        standing.end_mending_pauses();
    }
    let left = outstanding(&plans, &standing, &arguments.only, Scope::Plan);
    let left = left.first().map_or(&[][..], |left| &left.steps);
    if let Some(waits) = idle(left, plan, &standing, now, zone, early, &arguments.only) {
        let exit = answer(&plans, &standing, &standing, desk, &house);
        // What it comes after holds it back.
        let is_held = !in_vain(plan, left, &standing).is_empty();
        let exit = if is_held { exit.or(Exit::Held) } else { exit };
        desk.field("nothing_to_send", waits.clone());
        desk.console.talk(&visible(&format!("nothing to send: `{}`: {waits}", plan.message)));
        return Ok(exit);
    }
    confirm(arguments, plan, &prices, &table, desk)?;
    // Asking may have taken a while: from here on nobody else sends, and what
    // somebody sent meanwhile is not sent again.
    let lock = store.lock_for_sending()?;
    store.heed_withdrawals()?;
    let mut standing = store.view(&view, false)?.standing;
    store.foresee(&mut standing)?;
    standing.end_mending_pauses();
    // Nor is it sent under another name or in another generation than it would
    // have, had that been known.
    let made_anew = composed.as_ref().map(|composed| house.make(composed, &standing, store.id(), &wish));
    let same = |made: &Checked<Plan>| made.value.as_ref().is_some_and(|made| made.digest == plan.digest);
    if made_anew.is_some_and(|made| has_errors(&made.problems) || !same(&made)) {
        let message =
            format!("nothing was sent: another ladder has sent something of `{}` meanwhile", plan.message);
        return Err(
            Failure::usage("changed-meanwhile", message).hint("look at `ladder status`, and publish again")
        );
    }
    keep_media(&house, &store, plan)?;
    let anew = planned_anew(plan, &standing, &arguments.only);
    let manner = Manner {
        scope: Scope::Plan,
        early,
        only: arguments.only.clone(),
        bounds: arguments.bounds.clone(),
        astray: BTreeMap::new(),
        before_send: before_send.clone(),
    };
    let (now_standing, left_alone) = send(desk, &house, &mut store, &plans, &mut standing, manner)?;
    drop(lock);
    let told = told(&plans, &standing, &now_standing, &left_alone, desk, &house);
    tell_planned_anew(&anew, plan, &now_standing, desk);
    beside_before_send(told, before_send.as_deref())
}

/// Tells where the deliveries of these plans stand, and what a person has to do
/// since `before`.
pub fn answer(
    plans: &[Plan],
    before: &Standing,
    standing: &Standing,
    desk: &mut Desk,
    house: &House,
) -> Exit {
    let found = deliveries_since(before, standing, plans);
    let zone = &house.loaded.zone;
    // The run may have taken a while.
    let dues = dues(house, plans, standing, Timestamp::now());
    let older: Vec<&Delivery> = plans.iter().flat_map(|plan| older::of(plan, standing, &[])).collect();
    // The queue may be long: one by one, and only in the form that is asked for.
    let one = |delivery: &&Delivery| match status::json(&[delivery], &dues) {
        Value::Array(mut rows) => rows.pop(),
        _ => None,
    };
    if desk.json() {
        desk.field_of_rows("deliveries", found.iter().filter_map(one));
        let to_do = todo::to_do(&found);
        desk.field("to_do", to_do.iter().map(ToDo::json).collect::<Value>());
        desk.field("older", older::json(&older));
    } else {
        let sheet = desk.console.sheet_out();
        desk.show(&status::text(&found, &dues, zone, sheet));
        desk.show(&older::text(&older, zone, sheet));
    }
    by_hand::show(desk, before, &found);
    out_twice(desk, before, standing, &found);
    // What is too late, or waits in vain, no run sends.
    let goes = |due: &Due| !matches!(due, Due::TooLate(_) | Due::Never(_));
    let to_go: Vec<&StepKey> = dues.iter().filter(|(_, due)| goes(due)).map(|(key, _)| key).collect();
    desk.field("left_planned", to_go.len());
    let (unsettled, to_go): (Vec<&StepKey>, Vec<&StepKey>) =
        to_go.into_iter().partition(|key| waits_for_a_word(key, plans, standing, &dues));
    if !unsettled.is_empty() {
        let words = plural(unsettled.len(), "delivery waits", "deliveries wait");
        desk.console.talk(&format!("{words} for what only you can settle: `ladder status` says how"));
    }
    if !to_go.is_empty() {
        let words = plural(to_go.len(), "delivery is", "deliveries are");
        let next = dues.values().filter_map(|due| match due {
            Due::At(time) | Due::Paced(time, _) => Some(*time),
            _ => None,
        });
        let next = next.min().map(|time| format!(", the next due {}", local(time, zone))).unwrap_or_default();
        let is_held = |key: &StepKey| {
            standing.deliveries.get(key).is_some_and(|delivery| delivery.state == State::Held)
        };
        let how = match to_go.iter().filter(|key| is_held(key)).count() {
            0 => "left planned",
            held if held == to_go.len() => "held back",
            _ => "left planned or held back",
        };
        desk.console.talk(&format!("{words} {how}{next}: `ladder run` sends what is due"));
    }
    for plan in plans {
        let out: Vec<_> =
            plan.steps.iter().filter(|step| !standing.deliveries.contains_key(&step.key)).collect();
        let out = out.len() - in_vain(plan, &out, standing).len();
        if out > 0 {
            let words = plural(out, "rung was", "rungs were");
            let message = visible(&plan.message);
            desk.console.talk(&format!("{words} left out: `ladder publish {message}` sends the rest"));
        }
    }
    exit_of(&found)
}

/// Whether it comes after a rung of which a person has to say whether it is out.
fn waits_for_a_word(key: &StepKey, plans: &[Plan], standing: &Standing, dues: &Dues) -> bool {
    let Some(Due::After(rungs)) = dues.get(key) else { return false };
    let plan = plans.iter().find(|plan| plan.steps.iter().any(|step| step.key == *key));
    let before = rungs.iter().filter_map(|rung| standing.awaited(plan?.step(rung)?));
    let mut settled_by_us =
        before.map(|before| before.state == State::Unknown || before.waits_for_a_person());
    settled_by_us.any(|is| is)
}

fn plural(number: usize, one: &str, more: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { more })
}

pub fn local(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string()
}

/// Says of what has begun anew that its earlier try turned out to be out as well.
fn out_twice(desk: &mut Desk, before: &Standing, standing: &Standing, found: &[&Delivery]) {
    let was_unknown =
        |key: &StepKey| before.deliveries.get(key).is_some_and(|delivery| delivery.state == State::Unknown);
    for older in found.iter().filter(|d| d.superseded && d.is_out() && was_unknown(&d.key)) {
        desk.console.warn(&visible(&both_out(standing, older)));
    }
}

/// That `older` is out, and what of the newer generation is.
pub fn both_out(standing: &Standing, older: &Delivery) -> String {
    let all = standing.generations(&older.identity());
    let out: Vec<&str> = all.iter().filter(|one| one.is_out()).filter_map(|one| one.url()).collect();
    let (rung, message) = (&older.rung, &older.message);
    if all.iter().filter(|one| one.is_out()).count() < 2 {
        let newer = all.first().map_or(State::Cancelled, |newest| newest.state);
        return format!(
            "the earlier try of `{rung}` of `{message}` is out after all; the newer one is {}",
            word(newer)
        );
    }
    format!(
        "`{rung}` of `{message}` is out twice: the earlier try went out after all; delete what you do not want: {}",
        out.join(" ")
    )
}

/// Why the whole message does not go now.
fn held(plan: &Plan, early: bool, now: Timestamp, zone: &TimeZone) -> Option<Failure> {
    if let Some(embargo) = plan.embargo.filter(|embargo| *embargo > now) {
        let message = format!("`{}` is under embargo until {}", plan.message, local(embargo, zone));
        let hint = "no flag passes an embargo; `ladder schedule` queues it";
        return Some(Failure::new(Exit::Held, "embargo", message).hint(hint));
    }
    let publish_at = plan.publish_at.filter(|at| *at > now && !early)?;
    let message = format!("`{}` is to be published at {}", plan.message, local(publish_at, zone));
    let hint = "`ladder schedule` queues it for then; `--early` publishes it now";
    Some(Failure::new(Exit::Held, "publish-at", message).hint(hint))
}

/// The steps in JSON, with what they cost.
fn priced_steps(plan: &Plan, prices: &Prices, desk: &mut Desk) {
    desk.field("steps", price::steps(plan, prices));
    if let Some(total) = price::total(prices) {
        desk.field("price", total);
    }
}

fn confirm(
    arguments: &Arguments,
    plan: &Plan,
    prices: &Prices,
    table: &str,
    desk: &mut Desk,
) -> Result<(), Failure> {
    if arguments.yes {
        desk.console.talk(table);
        return Ok(());
    }
    if desk.json() || !desk.console.can_ask() {
        priced_steps(plan, prices, desk);
        desk.show(table);
        return Err(Failure::usage("confirm", "nothing was sent: there is nobody to ask")
            .hint("`--yes` publishes without asking"));
    }
    desk.console.warn(table);
    if desk.console.ask(&format!("Publish `{}`?", visible(&plan.message))) {
        return Ok(());
    }
    Err(Failure::new(Exit::Held, "declined", "nothing was sent, as you said"))
}

/// A reason that is a rung's name was meant for `--only`: without that, all rungs go again.
pub fn not_a_rung<'a>(mut rungs: impl Iterator<Item = &'a str>, again: Option<&str>) -> Result<(), Failure> {
    let Some(rung) = rungs.find(|rung| again.is_some_and(|reason| reason.trim() == *rung)) else {
        return Ok(());
    };
    Err(Failure::usage(
        "no-reason",
        format!("`--again {rung}`: that is a rung, and `--again` wants a reason"),
    )
    .hint(format!("to send that rung alone once more: `--only {rung} --again \"the link was wrong\"`")))
}

/// `--again` says why: the reason is all that tells the two apart later.
pub fn said_why(again: Option<&str>) -> Result<(), Failure> {
    if again.is_some_and(|reason| reason.trim().is_empty()) {
        return Err(Failure::usage("no-reason", "`--again` needs a reason: the journal keeps it")
            .hint("write it in a few words: `--again \"the link was wrong\"`"));
    }
    Ok(())
}

/// `--only` names rungs that are there.
pub fn known_rungs<'a>(rungs: impl Iterator<Item = &'a str>, only: &[String]) -> Result<(), Failure> {
    let mut rungs: Vec<&str> = rungs.collect();
    // Several messages may have rungs of the same name.
    let mut seen = std::collections::BTreeSet::new();
    rungs.retain(|rung| seen.insert(*rung));
    for name in only {
        if !rungs.contains(&name.as_str()) {
            let failure = Failure::usage("unknown-rung", format!("there is no rung `{name}`"));
            return Err(match nearest(name, rungs.iter().copied()) {
                Some(near) => failure.hint(format!("did you mean `{near}`?")),
                None => failure.hint(format!("there are {}", rungs.join(", "))),
            });
        }
    }
    Ok(())
}

/// A plan from a file: whole, unchanged, for this store and these channels.
fn read_plan(
    house: &House,
    store: &Store,
    standing: &Standing,
    path: &Path,
    arguments: &Arguments,
    desk: &mut Desk,
) -> Result<Plan, Failure> {
    let refused = |message: String| Failure::usage("bad-plan", message);
    if arguments.again.is_some() || arguments.ladder.is_some() {
        return Err(refused(
            "a plan is published as it is: `--again` and `--ladder` belong to `ladder plan`".to_owned(),
        ));
    }
    let problems = house.loaded.problems.clone();
    desk.problems(&house.loaded.sources, &problems);
    if has_errors(&problems) {
        return Err(Failure::new(Exit::Check, "check", "nothing was sent: the project has errors"));
    }
    let plan = Plan::read(&file::read(path, PLAN_LIMIT)?)
        .map_err(|why| refused(format!("`{}`: {why}", path.display())))?;
    plan.is_for(store.id())
        .map_err(|why| refused(why).hint("make the plan where it is published, or share the store"))?;
    match_channels(house, &plan, standing, Scope::Plan)?;
    Ok(plan)
}
