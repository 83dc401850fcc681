//! What is out is taken down, or gets other words where it stands.
//!
//! Accounts are served beside one another, each in its own row: a slow or failing one
//! delays no other. Within a delivery the last part goes first, so that no
//! thread loses its beginning, and no comment its post, before itself.
//!
//! Before each request its intent is on the disk, as with sending. But a
//! deletion, or the same words once more, may be repeated: what is down is down,
//! and "there is no such post" is what was wanted. So an intent without an
//! answer is no doubt that only evidence ends: the next run asks again, and so
//! does this one, a few times.

mod errand;
mod request;

use super::bound::bound;
use super::preflight::account_of;
use crate::channel::{Change, Channel, Configured, Goes};
use crate::plan::{Delivery, Event, EventKind, Plan, Standing, State, Stay, StepKey};
use crate::render::Variant;
use crate::store::{Batch, Hold, Store, StoreError, View};
use errand::{Deed, Errand};
use futures_util::stream::{FuturesUnordered, StreamExt};
use jiff::Timestamp;
use request::{BY_HAND, Flight};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::PathBuf;
use tokio::sync::watch;

/// Of files of ours, before anybody has looked.
const HALF_WRITTEN: &str = "a try was cut off, and some of its files may hold it";

/// What is needed to take down and to change.
pub struct Ground<'a> {
    /// The store, whose sending lock the caller holds.
    pub store: &'a mut Store,
    /// The channels by name.
    pub channels: &'a BTreeMap<String, Configured>,
    /// The outbox that took the posts of channels without credentials.
    pub outbox: &'a Configured,
    /// The project's folder.
    pub project: PathBuf,
    /// Which deliveries have to be known.
    pub view: View,
}

/// What is to be taken down.
#[derive(Clone, Debug, Default)]
pub struct Takedown {
    /// The deliveries, in the order in which they are wanted down.
    pub keys: Vec<StepKey>,
    /// Those that come after one of them and have not gone: they will not.
    pub skipped: Vec<(StepKey, String)>,
    /// Who wants it, for the journal.
    pub by: String,
}

/// Other words for one part that is out.
#[derive(Clone, Debug)]
pub struct Edit {
    /// The delivery.
    pub key: StepKey,
    /// The part, from 0.
    pub part: u32,
    /// From what to what.
    pub change: Change,
    /// The digest of the payload that the delivery has once all edits of it are done.
    pub payload_digest: String,
}

/// Hears of each fact once it is durable.
pub type Hears<'l> = &'l mut (dyn FnMut(&Delivery, &Event) + Send);

/// Takes down. From the first commit on nothing of these deliveries goes out
/// any more, whatever becomes of the rest of the run. What is unknown is looked
/// for first. If `stop` becomes true, what is in flight finishes, and a later
/// run goes on. The end is where the deliveries that had to be known stand.
pub async fn take_down(
    ground: Ground<'_>,
    wanted: &Takedown,
    stop: watch::Receiver<bool>,
    hears: Hears<'_>,
) -> Result<Standing, StoreError> {
    let mut hands = Hands::new(ground, stop, hears)?;
    let now = Timestamp::now();
    for key in &wanted.keys {
        let known = hands.standing.deliveries.get(key);
        if known.is_some_and(|delivery| !delivery.is_withdrawn() || delivery.is_kept()) {
            hands.happened(now, key, EventKind::Withdrawn { by: wanted.by.clone() });
        }
    }
    for (key, why) in &wanted.skipped {
        if hands.standing.deliveries.get(key).is_some_and(Delivery::is_open) {
            hands.happened(now, key, EventKind::Skipped { why: why.clone() });
        }
    }
    for key in &wanted.keys {
        hands.line_up(key, now)?;
    }
    hands.go().await
}

/// Gives other words. If `stop` becomes true, what is in flight finishes.
pub async fn edit(
    ground: Ground<'_>,
    wanted: Vec<Edit>,
    stop: watch::Receiver<bool>,
    hears: Hears<'_>,
) -> Result<Standing, StoreError> {
    let mut hands = Hands::new(ground, stop, hears)?;
    for edit in wanted {
        hands.line_up_edit(edit)?;
    }
    hands.go().await
}

/// The run.
struct Hands<'a, 'l> {
    store: &'a mut Store,
    channels: &'a BTreeMap<String, Configured>,
    outbox: &'a Configured,
    project: PathBuf,
    stop: watch::Receiver<bool>,
    /// The right to send, which each request asks for.
    hold: Hold,
    hears: Hears<'l>,
    standing: Standing,
    /// The plans that deliveries came with: they know the pictures.
    plans: BTreeMap<String, Option<Plan>>,
    /// What is still to be done, by account.
    rows: BTreeMap<String, VecDeque<Errand>>,
    busy: BTreeSet<String>,
    /// What has happened and is not durable yet.
    facts: Vec<Event>,
    flights: FuturesUnordered<Flight<'a>>,
    /// What was laid out for a person, with the addresses in it that it was laid out
    /// with: once a page is down, its address is told no more.
    laid_out: BTreeMap<StepKey, Variant>,
    /// Parts that stayed while their post went: they get one more try.
    once_more: BTreeSet<(StepKey, u32)>,
}

impl<'a, 'l> Hands<'a, 'l> {
    fn new(
        ground: Ground<'a>,
        stop: watch::Receiver<bool>,
        hears: Hears<'l>,
    ) -> Result<Hands<'a, 'l>, StoreError> {
        // Asking may have taken a while; the caller holds the lock: nobody else
        // is sending.
        let hold = ground.store.begin_sending()?;
        let standing = ground.store.view(&ground.view, false)?.standing;
        Ok(Hands {
            store: ground.store,
            channels: ground.channels,
            outbox: ground.outbox,
            project: ground.project,
            stop,
            hold,
            hears,
            standing,
            plans: BTreeMap::new(),
            rows: BTreeMap::new(),
            busy: BTreeSet::new(),
            facts: Vec::new(),
            flights: FuturesUnordered::new(),
            laid_out: BTreeMap::new(),
            once_more: BTreeSet::new(),
        })
    }

    /// Everything that has to be done for one delivery, into its account's row.
    fn line_up(&mut self, key: &StepKey, now: Timestamp) -> Result<(), StoreError> {
        let Some(delivery) = self.standing.deliveries.get(key).cloned() else { return Ok(()) };
        // Of mail nothing can be taken back, nor be asked for.
        if delivery.is_for_each_person() {
            return Ok(());
        }
        self.know_plan(&delivery)?;
        self.went_with_the_post(key, now);
        let Some(delivery) = self.standing.deliveries.get(key).cloned() else { return Ok(()) };
        let by_hand = Goes::of(&delivery.adapter) == Goes::ByHand;
        for part in delivery.parts.iter().rev() {
            match part.state {
                State::Unknown => self.queue(&delivery, Errand::new(key, part.part, Deed::Look)),
                // No program posts there, and none takes down.
                State::Sent if by_hand => {
                    let (part, why) = (part.part, Stay::Cannot);
                    self.happened(
                        now,
                        key,
                        EventKind::Stays { part, why, says: BY_HAND.to_owned(), done: None },
                    );
                }
                // A person was only shown it: there is nothing to take in.
                State::Waiting if by_hand => {
                    let kind = EventKind::Removed { part: part.part, was_gone: false, by: None, left: None };
                    self.happened(now, key, kind);
                }
                State::Sent | State::Waiting => {
                    self.know_as_laid_out(&delivery);
                    self.queue(&delivery, Errand::new(key, part.part, Deed::TakeDown));
                }
                // Files are written one after another: what was tried may stand in some of
                // them, whatever the last try said.
                State::Planned if part.attempts > 0 && Goes::of(&delivery.adapter) == Goes::Files => {
                    let (part, cause) = (part.part, HALF_WRITTEN.to_owned());
                    self.happened(now, key, EventKind::Unknown { part, cause });
                    self.queue(&delivery, Errand::new(key, part, Deed::Look));
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn line_up_edit(&mut self, edit: Edit) -> Result<(), StoreError> {
        let Some(delivery) = self.standing.deliveries.get(&edit.key).cloned() else { return Ok(()) };
        self.know_plan(&delivery)?;
        let deed = Deed::Edit(Box::new(edit.change), edit.payload_digest);
        self.queue(&delivery, Errand::new(&edit.key, edit.part, deed));
        Ok(())
    }

    fn know_as_laid_out(&mut self, delivery: &Delivery) {
        let Some(plan) = self.plans.get(&delivery.plan).and_then(Option::as_ref) else { return };
        let Some(step) = plan.steps.iter().find(|step| step.key == delivery.key) else { return };
        let channel = account_of(self.channels, &delivery.channel, &delivery.account);
        let channel = channel.unwrap_or(&*self.outbox.channel);
        if let Ok(bound) = bound(plan, step, &self.standing, channel) {
            self.laid_out.insert(delivery.key.clone(), bound.variant);
        }
    }

    fn know_plan(&mut self, delivery: &Delivery) -> Result<(), StoreError> {
        if !self.plans.contains_key(&delivery.plan) {
            let plan = self.store.plan(&delivery.plan)?;
            self.plans.insert(delivery.plan.clone(), plan);
        }
        Ok(())
    }

    fn queue(&mut self, delivery: &Delivery, errand: Errand) {
        // The outbox stands in for many accounts, and is a place of its own.
        let row = match self.channel(delivery, errand.part) {
            Some(channel) => channel.account(),
            None => delivery.account.clone(),
        };
        self.rows.entry(row).or_default().push_back(errand);
    }

    /// The channel that speaks for the delivery's account today; for what was laid out
    /// for a person in a server's stead, the outbox that it lies in. Whoever writes files
    /// has them where it put them, also those that wait.
    fn channel(&self, delivery: &Delivery, part: u32) -> Option<&'a dyn Channel> {
        let laid_out = delivery.part(part).is_some_and(|part| part.state == State::Waiting);
        if laid_out && Goes::of(&delivery.adapter).is_asked() {
            return Some(&*self.outbox.channel);
        }
        account_of(self.channels, &delivery.channel, &delivery.account)
    }

    async fn go(mut self) -> Result<Standing, StoreError> {
        let mut failure = None;
        loop {
            let starts = if failure.is_none() && !*self.stop.borrow() { self.next() } else { Vec::new() };
            match self.flush() {
                Ok(()) => {
                    for start in starts {
                        self.flights.push(start);
                    }
                }
                // What has no durable intent does not leave; answers are tried
                // to be written with the next commit.
                Err(error) => drop(failure.get_or_insert(error)),
            }
            if self.flights.is_empty() {
                break;
            }
            tokio::select! {
                Some(landed) = self.flights.next() => {
                    self.busy.remove(&landed.row);
                    self.land(landed);
                }
                () = tokio::time::sleep(self.store.until_renewal()) => {
                    if let Err(error) = self.store.go_on_sending() {
                        failure.get_or_insert(error);
                    }
                }
            }
        }
        match failure.or(self.flush().err()) {
            // Nothing was begun, or the right to send was another's: that says it all.
            Some(failure) if self.facts.is_empty() => Err(failure),
            Some(failure) => Err(StoreError::Midway {
                path: self.store.path().display().to_string(),
                why: failure.why(),
                unrecorded: self.facts.len(),
            }),
            None => Ok(self.standing),
        }
    }

    /// The next errand of each row that is free, with its intent among the facts.
    fn next(&mut self) -> Vec<Flight<'a>> {
        let mut starts = Vec::new();
        let rows: Vec<String> = self.rows.keys().filter(|row| !self.busy.contains(*row)).cloned().collect();
        for row in rows {
            while let Some(errand) = self.rows.get_mut(&row).and_then(VecDeque::pop_front) {
                if let Some(flight) = self.begin(&row, errand) {
                    self.busy.insert(row.clone());
                    starts.push(flight);
                    break;
                }
            }
        }
        starts
    }

    /// One durable commit, and then everybody hears of it.
    fn flush(&mut self) -> Result<(), StoreError> {
        let batch = Batch { plans: Vec::new(), events: std::mem::take(&mut self.facts) };
        if let Err(error) = self.store.commit(&batch) {
            // The answers are kept for another try; an intent that was not
            // written down has not happened.
            self.facts = batch.events;
            self.facts.retain(|event| !event.kind.begins_something());
            return Err(error);
        }
        for event in &batch.events {
            if let Some(delivery) = self.standing.deliveries.get(&event.key) {
                (self.hears)(delivery, event);
            }
        }
        Ok(())
    }

    fn happened(&mut self, now: Timestamp, key: &StepKey, kind: EventKind) {
        let event = Event { at: now, key: key.clone(), recipient: None, kind };
        self.standing.add(std::slice::from_ref(&event));
        self.facts.push(event);
    }
}
