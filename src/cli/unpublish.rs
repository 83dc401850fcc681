//! `ladder unpublish`: takes down what was published, as far as the networks
//! let it, and says what stays.

use super::desk::Desk;
use super::errand::{Errand, carry_out};
use super::failure::Failure;
use super::house::House;
use super::publish::known_rungs;
use super::resolve::person;
use super::sending::runtime;
use super::status::plans;
use crate::channel::{Channel, Goes, Ready};
use crate::exit::Exit;
use crate::plan::{Delivery, Outcome, Plan, Standing, State, Stay, Step, StepKey};
use crate::publish::{Takedown, account_of};
use crate::report::columns::Sheet;
use crate::report::older;
use crate::report::status::record;
use crate::report::taken_down::{self, Means};
use crate::report::todo::ToDo;
use crate::store::{RunLock, Store, StoreError, View, Withdrawal};
use crate::text::visible;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

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

    /// Whether it is meant, and something can be done about it. What a person said stays
    /// is left alone, unless its rung is named.
    fn wants(&self, delivery: &Delivery) -> bool {
        delivery.can_be_taken_down() || delivery.is_kept() && self.only.contains(&delivery.rung)
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
    desk.field("to_do", json!([]));
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
    let left: Vec<&Delivery> = found.iter().copied().filter(|d| meant.wants(d)).collect();
    if left.is_empty() {
        let exit = answer(&found, desk);
        desk.console.talk("nothing is left to take down");
        return Ok(exit);
    }
    if let Some(sender) = store.sender() {
        // An older ladder at work would not hear of it: no table that is not so.
        store.can_withdraw()?;
        desk.console.warn(&visible(&format!(
            "{sender} is publishing at this moment: once this is confirmed, nothing more of it begins, that one gives \
             way, and what is out by then is taken down"
        )));
    }
    let waits = left_to_paste(&plans(&store, &found)?, &standing, &left);
    if !confirmed(arguments, &house, &left, &waits, desk)? {
        return Ok(Exit::Done);
    }
    let Some(lock) = right_to_send(&mut store, &meant, desk)? else {
        let standing = store.view(&meant.view(), store.is_sending())?.standing;
        let found = in_order(&store, &standing, &meant)?;
        let exit = answer(&found, desk);
        desk.console.warn(&visible(&format!(
            "{} has not ended yet: nothing more of this begins there, and what is out stays up until then; the same \
             command goes on, and Ctrl-C there (or `kill -INT` with its number) ends it sooner",
            store.sender().unwrap_or_else(|| "the other process".to_owned())
        )));
        return Ok(if exit == Exit::Done { Exit::Held } else { exit });
    };
    // Asking may have taken a while: what was sent meanwhile is meant as well.
    let standing = store.view(&meant.view(), false)?.standing;
    let found = in_order(&store, &standing, &meant)?;
    let (keys, skipped) = wanted(&store, &standing, &found, &meant)?;
    let wanted = Takedown { keys, skipped, by: person() };
    let standing_now = carry_out(Errand::TakeDown(&wanted), desk, &house, &mut store, meant.view())?;
    // What was done is done: rows can be made of it another time, and a wish that
    // came to nothing goes with the next run.
    let _ = store.fold_up();
    let skipped = wanted.skipped.iter().map(|(key, _)| key);
    let _ = store.forget_withdrawals(&wanted.keys.iter().chain(skipped).cloned().collect::<Vec<_>>());
    drop(lock);
    let found = in_order(&store, &standing_now, &meant)?;
    let exit = answer(&found, desk);
    let down: Vec<&Delivery> =
        found.iter().copied().filter(|found| wanted.keys.contains(&found.key)).collect();
    let waits = left_to_paste(&plans(&store, &found)?, &standing_now, &down);
    desk.field("left_to_paste", waits.iter().map(|delivery| record(delivery)).collect::<Vec<_>>());
    let colour = desk.console.colour_out();
    desk.show(&taken_down::left_to_paste(&waits, colour));
    Ok(exit)
}

/// What is to be taken down, and what comes after it and has not gone.
fn wanted(store: &Store, standing: &Standing, found: &[&Delivery], meant: &Meant) -> Result<Wanted, Failure> {
    let keys: Vec<StepKey> = found.iter().filter(|d| meant.wants(d)).map(|d| d.key.clone()).collect();
    let followers = followers(&plans(store, found)?, standing, &keys);
    Ok((keys, followers))
}

type Wanted = (Vec<StepKey>, Vec<(StepKey, String)>);

/// Between two looks whether the other one has given way.
const LOOK: Duration = Duration::from_millis(100);

/// The right to send. Where another process has it, that one is told first what is
/// not to go out any more; it looks there before anything leaves, and gives way. None:
/// something that it has in flight takes too long to be waited for.
fn right_to_send(store: &mut Store, meant: &Meant, desk: &mut Desk) -> Result<Option<RunLock>, Failure> {
    let taken = match store.lock_for_sending() {
        Ok(lock) => return Ok(Some(lock)),
        Err(taken @ StoreError::Busy { .. }) => taken,
        Err(other) => return Err(other.into()),
    };
    if !store.is_sending() {
        return Err(taken.into());
    }
    let standing = store.view(&meant.view(), true)?.standing;
    let found = in_order(store, &standing, meant)?;
    let (keys, followers) = wanted(store, &standing, &found, meant)?;
    let (by, at) = (person(), Timestamp::now());
    let wish = |key, skipped| Withdrawal { key, by: by.clone(), at, skipped };
    let wishes = keys.into_iter().map(|key| wish(key, None));
    let wishes: Vec<Withdrawal> =
        wishes.chain(followers.into_iter().map(|(key, why)| wish(key, Some(why)))).collect();
    // The wish is on the disk before anything is waited for.
    let mut waiting = store.wait_in_line();
    store.withdraw(&wishes)?;
    desk.console.talk("noted: nothing more of it begins; waiting for what is in flight");
    let began = Instant::now();
    while began.elapsed() < store.patience() {
        waiting = waiting.or_else(|| store.wait_in_line());
        std::thread::sleep(LOOK);
        match store.lock_for_sending() {
            Ok(lock) => return Ok(Some(lock)),
            Err(StoreError::Busy { .. }) => {}
            Err(other) => return Err(other.into()),
        }
    }
    drop(waiting);
    Ok(None)
}

/// What waits for a person to paste it, is not meant itself, and comes after
/// something that is.
pub fn left_to_paste<'a>(plans: &[Plan], standing: &'a Standing, taken: &[&Delivery]) -> Vec<&'a Delivery> {
    let taken: BTreeSet<&StepKey> = taken.iter().map(|taken| &taken.key).collect();
    let is_taken = |key: &StepKey| taken.contains(key);
    let (mut found, mut seen): (Vec<&Delivery>, BTreeSet<&StepKey>) = Default::default();
    for plan in plans {
        let mut ended: BTreeSet<&str> =
            plan.steps.iter().filter(|step| is_taken(&step.key)).map(|step| step.rung.as_str()).collect();
        // A rung comes after rungs above it only, in whichever order they are written.
        for _ in 0..plan.steps.len() {
            let after = |step: &&Step| {
                step.after.iter().chain(&step.needs_url_of).any(|name| ended.contains(name.as_str()))
            };
            let more: Vec<&str> = plan.steps.iter().filter(after).map(|step| step.rung.as_str()).collect();
            ended.extend(more);
        }
        for step in
            plan.steps.iter().filter(|step| ended.contains(step.rung.as_str()) && !is_taken(&step.key))
        {
            let waits = standing.deliveries.get(&step.key).filter(|delivery| delivery.waits_for_a_person());
            found.extend(waits.filter(|waits| seen.insert(&waits.key)));
        }
    }
    found
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

/// What each channel could do now about what is out of `left`.
fn means(house: &House, left: &[&Delivery]) -> Result<taken_down::AllMeans, Failure> {
    let runtime = runtime()?;
    let mut means = taken_down::AllMeans::new();
    for delivery in left.iter().filter(|delivery| delivery.live().next().is_some()) {
        let channel = account_of(&house.channels.configured, &delivery.channel, &delivery.account);
        // Files are looked at when it is their turn.
        let channel = channel.filter(|channel| channel.ids_last());
        let lacks = match channel {
            Some(channel) => match runtime.block_on(channel.ready(&house.loaded.folder.path)) {
                Ready::Yes => None,
                Ready::NoCredentials(why) | Ready::No(why) => Some(why.join("; ")),
            },
            None => None,
        };
        let is_known = |channel: &dyn Channel| {
            delivery
                .live()
                .all(|part| part.receipt.as_ref().is_some_and(|told| channel.id_of(told).is_some()))
        };
        let by_hand = delivery.is_by_hand() && (lacks.is_some() || !channel.is_some_and(is_known));
        let what = match lacks {
            _ if by_hand || Goes::of(&delivery.adapter) == Goes::ByHand => Means::ByHand,
            Some(why) => Means::NotNow(why),
            None => Means::Channel(channel.and_then(Channel::removal_price)),
        };
        means.insert(delivery.key.clone(), what);
    }
    runtime.shutdown_background();
    Ok(means)
}

/// Shows what will be done, and asks. False: it was only to be shown.
fn confirmed(
    arguments: &Arguments,
    house: &House,
    left: &[&Delivery],
    waits: &[&Delivery],
    desk: &mut Desk,
) -> Result<bool, Failure> {
    let zone = &house.loaded.zone;
    let means = means(house, left)?;
    let told = told_once(left, |_| true);
    let shown = |sheet: Sheet| {
        taken_down::wanted(&told, &means, zone, sheet) + &taken_down::left_to_paste(waits, sheet.colour)
    };
    let fields = |desk: &mut Desk| {
        desk.field("deliveries", taken_down::json(left, Some(&means)));
        desk.field("left_to_paste", waits.iter().map(|delivery| record(delivery)).collect::<Vec<_>>());
    };
    if arguments.dry_run {
        fields(desk);
        desk.show(&shown(desk.console.sheet_out()));
        desk.console.talk("nothing was taken down: this was a dry run");
        return Ok(false);
    }
    let table = taken_down::wanted(&told, &means, zone, desk.console.sheet_err());
    if arguments.yes {
        desk.console.talk(&table);
        return Ok(true);
    }
    if desk.json() || !desk.console.can_ask() {
        fields(desk);
        desk.show(&table);
        return Err(Failure::usage("confirm", "nothing was taken down: there is nobody to ask")
            .hint("`--yes` takes down without asking"));
    }
    desk.console.warn(&shown(desk.console.sheet_err()));
    if desk.console.ask("Take this down?") {
        return Ok(true);
    }
    Err(Failure::new(Exit::Held, "declined", "nothing was taken down, as you said"))
}

/// Those in whose place no newer one of them lies: of one place is spoken once. What is
/// not `over` is left in any case.
fn told_once<'a>(deliveries: &[&'a Delivery], over: impl Fn(&Delivery) -> bool) -> Vec<&'a Delivery> {
    let is_replaced =
        |older: &Delivery| over(older) && deliveries.iter().any(|newer| older::replaces(newer, older));
    deliveries.iter().copied().filter(|delivery| !is_replaced(delivery)).collect()
}

/// The honest table, and the end by PRODUCT's order.
fn answer(found: &[&Delivery], desk: &mut Desk) -> Exit {
    desk.field("deliveries", taken_down::json(found, None));
    desk.field("to_do", taken_down::to_do(found).iter().map(ToDo::json).collect::<Value>());
    // What stays is told of with the reason, wherever it lies.
    let is_over =
        |found: &Delivery| matches!(found.outcome(), Outcome::Down | Outcome::WasGone | Outcome::TakenIn);
    let told = told_once(found, is_over);
    if !told.is_empty() {
        let sheet = desk.console.sheet_out();
        desk.show(&taken_down::text(&told, sheet));
    }
    let is_down = |delivery: &Delivery| delivery.parts.iter().any(|part| part.state == State::Unpublished);
    exit(&found.iter().map(|delivery| (is_down(delivery), delivery.outcome())).collect::<Vec<_>>())
}

/// Nobody knows; then: some is down and some stays, nothing is down, something waits.
/// Beside each outcome: whether any part of it is down.
fn exit(ends: &[(bool, Outcome)]) -> Exit {
    let any = |is: &dyn Fn(&Outcome) -> bool| ends.iter().any(|(_, outcome)| is(outcome));
    let stays = |why: Stay| move |outcome: &Outcome| matches!(outcome, Outcome::Up(up) if up.why == why);
    let unknown = |outcome: &Outcome| matches!(outcome, Outcome::Unknown(_) | Outcome::Sending);
    if any(&unknown) || any(&stays(Stay::Unknown)) {
        Exit::Unknown
    } else if any(&stays(Stay::Cannot)) || any(&stays(Stay::Refused)) {
        let done = any(&|outcome| matches!(outcome, Outcome::Down | Outcome::WasGone | Outcome::TakenIn));
        if done || ends.iter().any(|(is_down, _)| *is_down) { Exit::Partial } else { Exit::Failed }
    } else if any(&stays(Stay::Later)) {
        Exit::Held
    } else {
        Exit::Done
    }
}
