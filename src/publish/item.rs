//! One step on its way through a run: what of it is waiting, in flight, or
//! left for a later run.

use super::attempt::Unit;
use super::bound::{Bound, Unfit, bound};
use super::retry::Tries;
use crate::channel::{Attempt, Channel, Configured, Taken};
use crate::plan::{Delivery, PartStanding, PayloadPart, Plan, Standing, State, Step};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::Path;

/// A step of a run.
pub(super) struct Item<'a> {
    /// The plan, or its outline.
    pub plan: &'a Plan,
    pub step: &'a Step,
    /// Whether `plan` is an outline: then its words are in the store.
    is_outline: bool,
    pub configured: &'a Configured,
    /// The outbox that stands in for the channel, for want of credentials.
    pub stand_in: Option<&'a Configured>,
    /// How much of it is in flight.
    pub flying: usize,
    /// Not again in this run.
    pub parked: bool,
    /// Nothing of it is sent or looked for in this run.
    pub rests: bool,
    /// What is unknown, and still to be asked for.
    pub lookups: VecDeque<(Option<String>, u32)>,
    /// The people who are still to be tried; none before the mail has begun.
    pub people: Option<VecDeque<String>>,
    /// The people who are to be tried again, and when.
    pub later: Vec<(Timestamp, String)>,
    /// What each part (by person, for mail) has had in this run.
    pub tries: BTreeMap<(Option<String>, u32), Tries>,
    /// The parts of which another delivery's post was found: once more, and no oftener.
    pub mistaken: BTreeSet<u32>,
    /// What somebody has to mend before it goes to those who did not get it.
    pub mend: Option<String>,
    /// Whether the journal has what is sent to all people.
    pub recorded: bool,
    /// The step with its words, where they had to be read.
    read: Option<Box<Step>>,
    bound: Option<Box<Bound>>,
}

impl<'a> Item<'a> {
    pub fn new(
        plan: &'a Plan,
        step: &'a Step,
        configured: &'a Configured,
        stand_in: Option<&'a Configured>,
        is_outline: bool,
        standing: &Standing,
    ) -> Item<'a> {
        let delivery = standing.deliveries.get(&step.key);
        let mut lookups = VecDeque::new();
        // The outbox has no way of telling what a network has.
        if let (Some(delivery), None) = (delivery, stand_in) {
            let doubtful = |part: &PartStanding| part.state == State::Unknown;
            lookups.extend(delivery.parts.iter().filter(|p| doubtful(p)).map(|p| (None, p.part)));
            let people = delivery.recipients.iter().filter(|person| doubtful(&person.part));
            lookups.extend(people.map(|person| (Some(person.recipient.clone()), 0)));
        }
        let recorded = delivery.is_some_and(|d| d.recipients.iter().any(|p| p.part.bound.is_some()));
        Item {
            plan,
            step,
            is_outline,
            configured,
            stand_in,
            flying: 0,
            parked: false,
            rests: false,
            lookups,
            people: None,
            later: Vec::new(),
            tries: BTreeMap::new(),
            mistaken: BTreeSet::new(),
            mend: None,
            recorded,
            read: None,
            bound: None,
        }
    }

    /// Whether its words have to be read before anything of it is sent or looked for.
    pub fn lacks_words(&self) -> bool {
        self.is_outline && self.read.is_none() && self.bound.is_none()
    }

    /// Takes the words out of the whole plan; none: it is another plan.
    pub fn take_words(&mut self, whole: Plan) -> Option<()> {
        self.read = Some(Box::new(whole.steps.into_iter().find(|step| step.key == self.step.key)?));
        Some(())
    }

    /// Lets the words go that can be read again, unless something of it flies: a
    /// long queue does not fit into memory. What speaks of another's address goes
    /// on in this run with the one that it began with.
    pub fn let_words_go(&mut self, standing: &mut Standing) {
        let delivery = self.delivery(standing);
        let is_open = delivery.is_some_and(|delivery| delivery.is_open() || delivery.state == State::Unknown);
        let is_begun = !self.step.needs_url_of.is_empty() && !self.tries.is_empty();
        if !self.is_outline || self.flying > 0 || is_open && is_begun {
            return;
        }
        (self.read, self.bound) = (None, None);
        if !is_open {
            self.tries.clear();
            standing.deliveries.get_mut(&self.step.key).into_iter().for_each(Delivery::let_words_go);
        }
    }

    /// It is left alone in this run.
    pub fn rest(&mut self) {
        self.rests = true;
        self.lookups.clear();
    }

    /// The channel that sends: its own, or the outbox in its stead.
    pub fn sender(&self) -> &'a dyn Channel {
        &*self.stand_in.unwrap_or(self.configured).channel
    }

    /// Whether each person gets a message of their own. In the outbox it lies once.
    pub fn is_for_each_person(&self) -> bool {
        !self.step.recipients.is_empty() && self.stand_in.is_none()
    }

    pub fn delivery<'s>(&self, standing: &'s Standing) -> Option<&'s Delivery> {
        standing.deliveries.get(&self.step.key)
    }

    /// The bound step, made once.
    pub fn bound(&mut self, standing: &Standing) -> Result<&Bound, Unfit> {
        if self.bound.is_none() {
            let channel = &*self.configured.channel;
            let bound = match self.read.take() {
                Some(step) if step.needs_url_of.is_empty() => {
                    let Step { variant, payload, .. } = *step;
                    Bound { variant, payload }
                }
                Some(step) => {
                    let bound = bound(self.plan, &step, standing, channel);
                    self.read = Some(step);
                    bound?
                }
                None => bound(self.plan, self.step, standing, channel)?,
            };
            self.bound = Some(Box::new(bound));
        }
        match &self.bound {
            Some(bound) => Ok(bound),
            None => Err(Unfit::Breaks("nothing to send".to_owned())),
        }
    }

    /// The first part that is not out yet (nor written for a person).
    pub fn next_part(&self, standing: &Standing) -> u32 {
        let done = |part: &&PartStanding| matches!(part.state, State::Sent | State::Waiting);
        let Some(delivery) = self.delivery(standing) else { return 0 };
        let mut next = 0;
        for part in delivery.parts.iter().filter(done) {
            if part.part == next {
                next += 1;
            }
        }
        next
    }

    /// Puts the people who have nothing yet into the queue; once.
    pub fn begin_people(&mut self, standing: &Standing) {
        if self.people.is_some() {
            return;
        }
        let delivery = self.delivery(standing);
        let open = |address: &&String| {
            let person = delivery.and_then(|delivery| delivery.recipient(address));
            person.is_none_or(|person| person.part.state == State::Planned)
        };
        let mut people: Vec<String> = self.step.recipients.iter().filter(open).cloned().collect();
        // The same address twice on a list is one person.
        let mut seen = std::collections::BTreeSet::new();
        people.retain(|address| seen.insert(address.clone()));
        self.people = Some(people.into());
    }

    /// What the part's standing has to say about an attempt, past or next.
    pub fn standing_of<'s>(&self, standing: &'s Standing, unit: &Unit) -> Option<&'s PartStanding> {
        let delivery = self.delivery(standing)?;
        match &unit.recipient {
            Some(address) => delivery.recipient(address).map(|person| &person.part),
            None => delivery.part(unit.part),
        }
    }

    /// The attempt of that number.
    pub fn attempt(&self, standing: &Standing, unit: &Unit, number: u32, place: &Place<'_>) -> Attempt {
        let part = self.standing_of(standing, unit);
        let identity = match &unit.recipient {
            Some(address) => self.step.identity.for_recipient(address),
            None => self.step.identity.clone(),
        };
        let before = self.delivery(standing).map(|delivery| delivery.parts.as_slice()).unwrap_or_default();
        let generations = standing.generations(&self.step.identity).into_iter();
        let older = generations.filter(|known| known.generation < self.step.identity.generation);
        Attempt {
            key: identity.key(),
            identity,
            part: unit.part,
            number,
            doubted: part.is_some_and(|part| part.doubted),
            made: part.and_then(|part| part.made.clone()),
            made_at: part.and_then(|part| part.made_at),
            begun: part.and_then(|part| part.begun.clone()),
            previous: before
                .iter()
                .filter(|earlier| earlier.part < unit.part)
                .filter_map(|earlier| earlier.receipt.clone())
                .collect(),
            taken: Taken::default(),
            first_tried: part.and_then(|part| part.first_tried).unwrap_or(place.now),
            last_tried: part.and_then(|part| part.last_tried).unwrap_or(place.now),
            withdrawn: self.delivery(standing).is_some_and(Delivery::is_withdrawn),
            project: place.project.to_owned(),
            media: place.media.to_owned(),
            variant: match &self.bound {
                Some(bound) => bound.variant.clone(),
                None => self.read.as_deref().unwrap_or(self.step).variant.clone(),
            },
            changing: None,
            earlier: older.flat_map(|older| older.parts.iter().cloned()).collect(),
        }
    }

    /// What else of the account is taken, seen from that part. People's mails
    /// have no list.
    pub fn taken(&self, standing: &Standing, unit: &Unit) -> Taken {
        match unit.recipient {
            Some(_) => Taken::default(),
            None => Taken::of(self.sender(), standing, &self.step.key, unit.part),
        }
    }

    /// What the last try was to say, as the journal has it.
    pub fn sent_body<'s>(&self, standing: &'s Standing, unit: &Unit) -> Option<&'s serde_json::Value> {
        self.standing_of(standing, unit)?.bound.as_ref()
    }

    /// What was sent, for asking after it: from the journal where it is there.
    pub fn sent_part(&self, standing: &Standing, unit: &Unit) -> Option<PayloadPart> {
        let planned = &self.read.as_deref().unwrap_or(self.step).payload;
        let payload = self.bound.as_ref().map_or(planned, |bound| &bound.payload);
        let mut part = payload.parts.get(unit.part as usize)?.clone();
        if let Some(bound) = self.standing_of(standing, unit).and_then(|part| part.bound.clone()) {
            part.body = bound;
        }
        Some(part)
    }
}

/// Where and when an attempt happens.
pub(super) struct Place<'a> {
    pub now: Timestamp,
    pub project: &'a Path,
    pub media: &'a Path,
}
