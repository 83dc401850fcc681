//! The run: start what is due, write it down, send, write down what came.
//!
//! One loop, one task. `starts` decides what goes and never awaits; `outcomes`
//! says what an answer means; [`Runner::flush`]
//! is the only durable commit: the answers that have come and the intents of
//! what they set free go into it together. Nothing flies before its flush.

mod outcomes;
mod pacing;
mod starts;
mod wave;
mod withdrawn;

use super::attempt::{self, Flight, Leave, Sent, Unit};
use super::item::Item;
use super::pace::{Paces, turn};
use super::{BeforeSend, Clock, Deadline, Listener, Route, Scope, World, take_up};
use crate::channel::{Attempt, Configured, Goes};
use crate::plan::fold::{CUT, NOT_POSTED};
use crate::plan::{
    Delivery, Event, EventKind, PartStanding, PayloadPart, Plan, Receipt, Standing, State, StepKey,
};
use crate::store::{Batch, Hold, Store, StoreError, View};
use futures_util::FutureExt;
use futures_util::stream::{FuturesUnordered, StreamExt};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::{oneshot, watch};

/// Requests in flight: to one channel, so that a slow one cannot take all of
/// them, and in all, so that a long queue does not exhaust sockets or memory.
const MOST_PER_CHANNEL: usize = 8;
const MOST_IN_ALL: usize = 64;

const WORDS_LOST: &str =
    "its words were changed after a part of it went out, and the store has lost the words it began with";

/// Between tries to write down the last answers when the store fails.
const AGAIN: Duration = Duration::from_millis(if cfg!(test) { 5 } else { 500 });

/// Runs what of `plans` is in `scope`.
pub(super) async fn run(
    world: World<'_>,
    plans: &[Plan],
    scope: Scope,
    stop: watch::Receiver<bool>,
    listener: &mut dyn Listener,
) -> Result<Standing, StoreError> {
    // Asking the networks may have taken a while.
    let hold = world.store.begin_sending()?;
    // The caller holds the sending lock: a `sending` in the journal is what an
    // earlier run left behind when it died.
    let messages = plans.iter().map(|plan| plan.message.clone()).collect();
    let mut standing = world.store.view(&View::for_run(messages), true)?.standing;
    let now = world.clock.now();
    let left_open = doubts(&standing, now);
    standing.add(&left_open);
    if scope == Scope::Plan {
        standing.end_mending_pauses();
    }
    let begun_with = begun_plans(world.store, plans, &standing)?;
    let media = world.store.media_folder();
    let paces = Paces::of(world.channels, &standing);
    let mut runner = Runner {
        store: world.store,
        hold,
        channels: world.channels,
        clock: world.clock,
        project: world.project,
        media,
        zone: world.zone,
        early: world.early,
        listener,
        stop,
        standing,
        items: Vec::new(),
        by_message: BTreeMap::new(),
        dirty: BTreeSet::new(),
        crowded: BTreeMap::new(),
        flying_to: BTreeMap::new(),
        wakes: BTreeSet::new(),
        pages: BTreeMap::new(),
        taken_up: Batch::default(),
        facts: left_open,
        intents: Vec::new(),
        starts: Vec::new(),
        flights: FuturesUnordered::new(),
        leaves: unbounded_channel(),
        paces,
        air: BTreeMap::new(),
        began: now,
        deadline: world.deadline,
        is_over: false,
        closely: world.closely,
        before_send: world.before_send,
        wave: wave::Wave::default(),
        withdrawn: withdrawn::Withdrawn::default(),
        sent_any: false,
        failure: None,
    };
    if scope == Scope::Plan {
        let mut batch = take_up(plans, &runner.standing, &world.only, now);
        // What was begun with other words goes on with those.
        batch.events.retain(|event| !begun_with.contains_key(&event.key));
        runner.standing.add(&batch.events);
        runner.taken_up = batch;
    }
    let mut items: Vec<Item<'_>> = Vec::new();
    for plan in plans {
        for step in &plan.steps {
            if !scope.covers(plan, step, &runner.standing, &world.only) {
                continue;
            }
            let Some(configured) = world.channels.get(&step.channel) else { continue };
            let route = world.routes.get(&step.channel);
            let rests = route.is_none() || world.resting.contains(&step.key);
            // What began in the outbox stays there: a thread has one place.
            let lies_there = runner.standing.deliveries.get(&step.key).is_some_and(began_in_the_outbox);
            let stand_in =
                (lies_there || matches!(route, Some(Route::Outbox { .. }))).then_some(world.outbox);
            let Some((plan, step, is_outline)) = (match begun_with.get(&step.key) {
                // Taken up before, it is in the store, and what is there is what is sent.
                None => Some((plan, step, scope == Scope::TakenUp)),
                Some(begun) => begun.as_ref().and_then(|begun| {
                    Some((begun, begun.steps.iter().find(|other| other.key == step.key)?, false))
                }),
            }) else {
                if runner.standing.deliveries.get(&step.key).is_some_and(Delivery::is_open) {
                    runner.hold(step, WORDS_LOST, now);
                }
                continue;
            };
            let mut item = Item::new(plan, step, configured, stand_in, is_outline, &runner.standing);
            if rests {
                item.rest();
            }
            items.push(item);
        }
    }
    // Where not all may go at once, what is half out goes on first.
    items.sort_by_key(|item| turn(item.step, &runner.standing));
    items.into_iter().for_each(|item| runner.admit(item));
    runner.go().await
}

/// Whether a part of it was written for a person in the channel's stead. One that
/// sends to no server does that itself.
fn began_in_the_outbox(delivery: &Delivery) -> bool {
    let laid_out = |part: &PartStanding| {
        part.state == State::Waiting && part.receipt.as_ref().is_some_and(|receipt| receipt.for_a_person)
    };
    Goes::of(&delivery.adapter).is_asked() && delivery.parts.iter().any(laid_out)
}

/// What a dead run left open, as events.
fn doubts(standing: &Standing, now: Timestamp) -> Vec<Event> {
    let mut events = Vec::new();
    for delivery in standing.deliveries.values() {
        let event = |recipient: Option<&String>, part: &PartStanding| Event {
            at: now,
            key: delivery.key.clone(),
            recipient: recipient.cloned(),
            kind: if part.preparing {
                EventKind::not_yet(part.part, NOT_POSTED, now)
            } else {
                EventKind::Unknown { part: part.part, cause: CUT.to_owned() }
            },
        };
        let open = delivery.parts.iter().filter(|part| part.state == State::Sending);
        events.extend(open.map(|part| event(None, part)));
        let open = delivery.recipients.iter().filter(|person| person.part.state == State::Sending);
        events.extend(open.map(|person| event(Some(&person.recipient), &person.part)));
    }
    events
}

/// The plans with which those steps were begun that `plans` now have in other
/// words; none where the store does not have it any more.
fn begun_plans(
    store: &Store,
    plans: &[Plan],
    standing: &Standing,
) -> Result<BTreeMap<StepKey, Option<Plan>>, StoreError> {
    let mut begun = BTreeMap::new();
    for step in plans.iter().flat_map(|plan| &plan.steps) {
        if let Some(delivery) = standing.deliveries.get(&step.key)
            && delivery.is_touched()
            && (delivery.is_open() || delivery.state == State::Unknown)
            && delivery.payload_digest != step.payload_digest
        {
            let plan = store.plan(&delivery.plan)?;
            let is_it = |plan: &Plan| plan.matches_digest() && plan.steps.iter().any(|s| s.key == step.key);
            begun.insert(step.key.clone(), plan.filter(is_it));
        }
    }
    Ok(begun)
}

/// What flies once its intent is durable.
enum Start<'a> {
    Send {
        item: usize,
        unit: Unit,
        part: PayloadPart,
        attempt: Box<Attempt>,
        prepares: bool,
    },
    /// The posting of a part that is prepared.
    Leave {
        item: usize,
        go: oneshot::Sender<Result<(), String>>,
    },
    ReadBack {
        item: usize,
        unit: Unit,
        sent: Box<Sent>,
        receipt: Receipt,
    },
    Look {
        item: usize,
        unit: Unit,
        part: PayloadPart,
        attempt: Box<Attempt>,
    },
    Live {
        channel: &'a Configured,
        key: StepKey,
        url: String,
    },
}

impl Start<'_> {
    /// The item of which something is about to leave.
    fn leaving(&self) -> Option<usize> {
        match self {
            Start::Send { item, .. } | Start::Leave { item, .. } => Some(*item),
            _ => None,
        }
    }

    /// Whether bytes of a post are about to leave.
    fn leaves(&self) -> bool {
        self.leaving().is_some()
    }
}

/// What is known of a page that others wait for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Page {
    Asked,
    Answers,
    Silent,
}

/// A part in flight.
#[derive(Debug)]
struct Aloft {
    /// Its place in the pace of its account.
    at: Timestamp,
    /// Whether its posting has left: only then can it be out.
    has_left: Arc<AtomicBool>,
}

struct Runner<'a, 'l> {
    store: &'a mut Store,
    /// The right to send.
    hold: Hold,
    channels: &'a BTreeMap<String, Configured>,
    clock: Clock,
    project: PathBuf,
    media: PathBuf,
    zone: TimeZone,
    early: bool,
    listener: &'l mut dyn Listener,
    stop: watch::Receiver<bool>,
    standing: Standing,
    items: Vec<Item<'a>>,
    /// Items of one message: they may wait for one another.
    by_message: BTreeMap<&'a str, Vec<usize>>,
    /// Items to look at again.
    dirty: BTreeSet<usize>,
    /// Items that wait for room on their channel.
    crowded: BTreeMap<&'a str, BTreeSet<usize>>,
    flying_to: BTreeMap<&'a str, usize>,
    wakes: BTreeSet<(Timestamp, usize)>,
    pages: BTreeMap<StepKey, Page>,
    /// Written first: what the other events speak of.
    taken_up: Batch,
    /// What has happened and is not durable yet.
    facts: Vec<Event>,
    /// What is going to happen once it is durable.
    intents: Vec<Event>,
    starts: Vec<Start<'a>>,
    flights: FuturesUnordered<Flight<'a>>,
    /// The parts that are prepared, and ask whether they may leave.
    leaves: (UnboundedSender<Leave>, UnboundedReceiver<Leave>),
    /// What each account takes in how long.
    paces: Paces,
    /// The parts in flight.
    air: BTreeMap<(usize, Option<String>, u32), Aloft>,
    /// When the run began.
    began: Timestamp,
    deadline: Deadline,
    /// Its deadline has come.
    is_over: bool,
    /// What is out is looked at also where that is charged for.
    closely: bool,
    before_send: Option<&'a BeforeSend>,
    wave: wave::Wave<'a>,
    withdrawn: withdrawn::Withdrawn,
    sent_any: bool,
    failure: Option<StoreError>,
}

impl<'a> Runner<'a, '_> {
    fn admit(&mut self, item: Item<'a>) {
        let number = self.items.len();
        self.by_message.entry(&item.step.identity.message).or_default().push(number);
        self.dirty.insert(number);
        self.items.push(item);
    }

    async fn go(mut self) -> Result<Standing, StoreError> {
        loop {
            if let Err(slept) = self.store.go_on_sending() {
                self.failure.get_or_insert(slept);
            }
            self.heed();
            if self.is_going() {
                self.start();
            }
            self.flush();
            if self.flights.is_empty() && (!self.is_going() || self.wakes.is_empty()) {
                break;
            }
            self.wait().await;
        }
        if let Some(failure) = self.failure.take() {
            return Err(self.after_failure(failure).await);
        }
        self.hold_who_waits_for_mending();
        self.flush();
        if let Some(failure) = self.failure.take() {
            return Err(self.after_failure(failure).await);
        }
        self.conclude_people();
        self.standing.leave_to_runs();
        Ok(self.standing)
    }

    /// Whether anything new may be started.
    fn is_going(&self) -> bool {
        let in_time = !self.is_over && tokio::time::Instant::now() < self.deadline.last_start();
        if !in_time {
            self.deadline.strike();
        }
        let refused = self.before_send.is_some_and(|before| before.failure().is_some());
        let stopped = *self.stop.borrow() || self.withdrawn.gives_way;
        let may_send = self.failure.is_none() && !self.hold.has_run_out();
        may_send && !refused && !stopped && in_time
    }

    /// One durable commit; then everybody hears of it, and what it holds the
    /// intents of takes off. If it fails, nothing takes off any more.
    fn flush(&mut self) {
        let mut batch = std::mem::take(&mut self.taken_up);
        let facts = batch.events.len()..batch.events.len() + self.facts.len();
        batch.events.append(&mut self.facts);
        batch.events.append(&mut self.intents);
        let starts = std::mem::take(&mut self.starts);
        match self.store.commit(&batch) {
            Ok(()) => {
                for event in &batch.events {
                    self.listener.event(event);
                }
                self.let_go(starts);
            }
            Err(failure) => {
                // The answers are kept for another try; what was not written
                // down does not happen.
                self.facts = batch.events.drain(facts).collect();
                self.failure.get_or_insert(failure);
            }
        }
    }

    fn take_off(&mut self, start: Start<'a>) {
        let flight = match start {
            Start::Send { item, unit, part, attempt, prepares } => {
                self.sent_any = true;
                let leave = prepares.then(|| self.leaves.0.clone());
                let has_left = self.has_left(&unit);
                let hold = self.hold.clone();
                attempt::send(self.items[item].sender(), unit, part, *attempt, leave, hold, has_left)
            }
            Start::Leave { go, .. } => {
                // Whoever waited for it may have run out of time.
                let _ = go.send(Ok(()));
                return;
            }
            Start::ReadBack { item, unit, sent, receipt } => {
                attempt::read_back(self.items[item].sender(), unit, *sent, receipt, self.closely)
            }
            Start::Look { item, unit, part, attempt } => {
                attempt::look(&*self.items[item].configured.channel, unit, part, *attempt)
            }
            Start::Live { channel, key, url } => attempt::live(&*channel.channel, key, url),
        };
        self.flights.push(self.clock.in_turn(flight));
    }

    /// Until something came back, a wait is over, or it is time to stop.
    async fn wait(&mut self) {
        if *self.stop.borrow() {
            self.wave.end_the_command();
        }
        let wake = self.wakes.first().filter(|_| self.is_going()).map(|(time, _)| *time);
        let may_stop = self.is_going();
        let renewal = self.store.until_renewal().min(withdrawn::LOOK);
        let (in_flight, flying) = (self.flights.len(), !self.flights.is_empty());
        tokio::select! {
            Some(finished) = self.flights.next(), if flying => {
                self.receive(finished);
                // What came at the same time shares the commit.
                while let Some(Some(finished)) = self.flights.next().now_or_never() {
                    self.receive(finished);
                }
            }
            Some(leave) = self.leaves.1.recv(), if flying => self.leave(leave),
            () = self.clock.until(wake, in_flight) => {}
            () = stopped(&mut self.stop), if may_stop => {}
            () = tokio::time::sleep_until(self.deadline.last_start()), if may_stop => {}
            () = tokio::time::sleep_until(self.deadline.at()), if !self.is_over => self.cut(),
            () = tokio::time::sleep(renewal) => {}
        }
    }

    /// The store failed. If answers had to be recorded, they are tried once
    /// more: without their receipts these deliveries would be unknown.
    async fn after_failure(mut self, failure: StoreError) -> StoreError {
        if !self.sent_any {
            return failure;
        }
        let mut facts = Batch { plans: Vec::new(), events: std::mem::take(&mut self.facts) };
        let mut recorded = false;
        for pause in [Duration::ZERO, AGAIN, AGAIN] {
            self.clock.sleep(pause).await;
            let written = self.store.commit(&facts);
            // Somebody else sends by now, or facts are missing: what would take a
            // doubt away is only said.
            recorded = written.is_ok()
                || matches!(written, Err(StoreError::Slept { .. } | StoreError::Damaged { .. })) && {
                    facts.only_answers();
                    self.store.commit(&facts).is_ok()
                };
            if recorded {
                break;
            }
        }
        if recorded {
            facts.events.iter().for_each(|event| self.listener.event(event));
        }
        if recorded && matches!(failure, StoreError::Slept { .. }) {
            return failure;
        }
        StoreError::Midway {
            path: self.store.path().display().to_string(),
            why: failure.why(),
            unrecorded: if recorded { 0 } else { facts.events.len() },
        }
    }
}

/// Ends when `stop` becomes true; never, if whoever could say so is gone.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    if stop.wait_for(|stop| *stop).await.is_err() {
        std::future::pending::<()>().await;
    }
}
