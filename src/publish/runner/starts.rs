//! What goes now: decided from the standing and the clock, without awaiting.

use super::{MOST_IN_ALL, MOST_PER_CHANNEL, Page, Runner, Start};
use crate::plan::{Delivery, Event, EventKind, State, Step};
use crate::publish::attempt::{Leave, Unit};
use crate::publish::bound::Unfit;
use crate::publish::item::Place;
use crate::publish::pace::Later;
use crate::schedule::{Due, due, ended};
use jiff::Timestamp;

impl<'a> Runner<'a, '_> {
    /// Starts whatever may start, as far as there is room.
    pub(super) fn start(&mut self) {
        let now = self.clock.now();
        while let Some((time, number)) = self.wakes.first().copied().filter(|(time, _)| *time <= now) {
            self.wakes.remove(&(time, number));
            self.dirty.insert(number);
        }
        while self.room_in_all() > 0
            && let Some(number) = self.dirty.pop_first()
        {
            self.consider(number, now);
            self.items[number].let_words_go(&mut self.standing);
        }
    }

    fn room_in_all(&self) -> usize {
        MOST_IN_ALL.saturating_sub(self.flights.len() + self.starts.len() + self.wave.len())
    }

    /// How many more requests the item's channel may have; without any, the
    /// item is looked at again when one has come back.
    fn room(&mut self, number: usize) -> usize {
        let channel = self.items[number].step.channel.as_str();
        let flying = self.flying_to.get(channel).copied().unwrap_or(0);
        let most = self.items[number].sender().at_once().clamp(1, MOST_PER_CHANNEL);
        let room = most.saturating_sub(flying);
        if room == 0 {
            self.crowded.entry(channel).or_default().insert(number);
        } else if self.room_in_all() == 0 {
            self.dirty.insert(number);
        }
        room.min(self.room_in_all())
    }

    fn consider(&mut self, number: usize, now: Timestamp) {
        // What is unknown is asked for before anything of it is sent.
        while !self.items[number].lookups.is_empty() {
            if self.room(number) == 0 || !self.has_words(number, now) {
                return;
            }
            self.look(number, now);
        }
        let item = &self.items[number];
        if item.people.is_some() {
            return self.serve_people(number, now);
        }
        if item.parked || item.flying > 0 {
            return;
        }
        let step = item.step;
        match due(item.plan, step, &self.standing, now, &self.zone, self.early) {
            Due::Now if item.rests => {}
            Due::Now => self.begin(number, now),
            Due::TooLate(closed) => {
                let closed = closed.to_zoned(self.zone.clone()).strftime("%Y-%m-%d %H:%M");
                self.hold(step, &format!("its window closed at {closed}"), now);
            }
            Due::Never(name) => {
                let ended = ended(item.plan, &name, &self.standing);
                let why = format!("`{name}`, which it comes after, {ended}");
                let event = Event {
                    at: now,
                    key: step.key.clone(),
                    recipient: None,
                    kind: EventKind::Skipped { why },
                };
                self.happened(number, event);
            }
            Due::Paced(at, why) => self.wait_in_line(number, &Later { at, why }),
            Due::At(_) | Due::After(_) | Due::Settled => {}
        }
    }

    fn begin(&mut self, number: usize, now: Timestamp) {
        if self.waits_for_a_look(number) || self.waits_for_page(number, now) || self.room(number) == 0 {
            return;
        }
        let part = self.items[number].next_part(&self.standing);
        let (step, for_people) = (self.items[number].step, self.items[number].is_for_each_person());
        let need = if part == 0 { step.payload.parts.len().max(1) } else { 1 };
        // Whoever waits in line has its words read when it is its turn. What speaks
        // of an address may turn out unfit, and does not wait for that.
        let is_fit = step.needs_url_of.is_empty();
        if !for_people && is_fit && self.waits_in_line(number, need, now) || !self.has_words(number, now) {
            return;
        }
        let parts = match self.items[number].bound(&self.standing) {
            Ok(bound) => bound.payload.parts.len(),
            Err(Unfit::NoAddress(name)) => {
                self.items[number].parked = true;
                return self.hold(
                    step,
                    &format!("`{name}` is out, and has no public address to put in"),
                    now,
                );
            }
            Err(Unfit::Breaks(says)) => return self.refuse(number, part, says, now),
        };
        if part as usize >= parts {
            return self.refuse(number, part, "the plan has nothing to send here".to_owned(), now);
        }
        if for_people {
            self.items[number].begin_people(&self.standing);
            self.serve_people(number, now);
        } else {
            if !is_fit && self.waits_in_line(number, need, now) {
                return;
            }
            if part > 0 && self.items[number].tries.is_empty() {
                let what =
                    format!("goes on with part {} of {parts}, in the words that it began with", part + 1);
                self.listener.doing(step, &what);
            }
            self.send(number, None, part, now);
        }
    }

    /// Whether the item's words are there, read if they have to be. What the store
    /// has no more, or has otherwise than it was shown, is left alone, and that is said.
    fn has_words(&mut self, number: usize, now: Timestamp) -> bool {
        let item = &mut self.items[number];
        if !item.lacks_words() {
            return true;
        }
        let message = &item.plan.message;
        let why = match self.store.plan(&item.plan.digest) {
            Ok(Some(whole)) if !whole.matches_digest() => {
                format!(
                    "its plan was changed in the store after it was made: `ladder publish {message}` sends what is to be said now"
                )
            }
            Ok(whole) => match whole.and_then(|whole| item.take_words(whole)) {
                Some(()) => return true,
                None => format!("the store has lost its plan: `ladder publish {message}` plans it anew"),
            },
            Err(failure) => {
                self.failure.get_or_insert(failure);
                return false;
            }
        };
        (item.parked, item.people) = (true, None);
        item.lookups.clear();
        let step = item.step;
        if self.standing.deliveries.get(&step.key).is_some_and(Delivery::is_open) {
            self.hold(step, &why, now);
        } else {
            self.listener.doing(step, &why);
        }
        false
    }

    /// A mail goes to a few people at a time: only for them is there an intent,
    /// so a crash leaves doubt about no more than these.
    fn serve_people(&mut self, number: usize, now: Timestamp) {
        let item = &mut self.items[number];
        let mut later = std::mem::take(&mut item.later);
        let people = item.people.get_or_insert_default();
        later.retain(|(time, address)| {
            if *time <= now {
                people.push_front(address.clone());
            }
            *time > now
        });
        if let Some((time, _)) = later.iter().min() {
            self.wakes.insert((*time, number));
        }
        item.later = later;
        while self.items[number].people.as_ref().is_some_and(|people| !people.is_empty()) {
            if self.room(number) == 0 || self.waits_in_line(number, 1, now) || !self.has_words(number, now) {
                return;
            }
            if let Some(address) = self.items[number].people.as_mut().and_then(|people| people.pop_front()) {
                self.send(number, Some(address), 0, now);
            }
        }
    }

    /// Writes the intent; the part flies when it is durable.
    fn send(&mut self, number: usize, recipient: Option<String>, part: u32, now: Timestamp) {
        let unit = Unit { item: number, recipient, part };
        let place = Place { now, project: &self.project, media: &self.media };
        let item = &mut self.items[number];
        let Some(payload) =
            item.bound(&self.standing).ok().and_then(|bound| bound.payload.parts.get(part as usize).cloned())
        else {
            return;
        };
        let tried = item.standing_of(&self.standing, &unit).map_or(0, |standing| standing.attempts);
        let mut attempt = item.attempt(&self.standing, &unit, tried.saturating_add(1), &place);
        let says_else = item.sent_body(&self.standing, &unit) != Some(&payload.body);
        if says_else {
            attempt.begun = None;
        }
        if attempt.doubted {
            attempt.taken = item.taken(&self.standing, &unit);
        } else if says_else {
            // It was never to be published.
            (attempt.made, attempt.made_at) = (None, None);
        }
        // All people get the same mail: it is kept once.
        let known = unit.recipient.is_some() && std::mem::replace(&mut item.recorded, true);
        let bound = if known { serde_json::Value::Null } else { payload.body.clone() };
        let prepares = item.sender().prepares(&payload);
        let left = item.step.payload.parts.len().saturating_sub(part as usize + 1);
        item.flying += 1;
        item.tries.entry((unit.recipient.clone(), part)).or_default().count += 1;
        *self.flying_to.entry(&item.step.channel).or_default() += 1;
        let event = Event {
            at: now,
            key: item.step.key.clone(),
            recipient: unit.recipient.clone(),
            kind: EventKind::Intent { part, attempt: attempt.number, bound, prepares },
        };
        self.note(&event);
        self.intents.push(event);
        self.takes_off(&unit, left, now);
        let attempt = Box::new(attempt);
        self.starts.push(Start::Send { item: number, unit, part: payload, attempt, prepares });
    }

    /// A part is prepared: it leaves when that is durable. Not from a run that
    /// cannot write any more.
    pub(super) fn leave(&mut self, Leave { unit, made, go }: Leave) {
        if self.failure.is_some() {
            return;
        }
        self.leaves_now(&unit, self.clock.now());
        let key = self.items[unit.item].step.key.clone();
        let kind = EventKind::Prepared { part: unit.part, made };
        let event = Event { at: self.clock.now(), key, recipient: unit.recipient, kind };
        self.note(&event);
        self.intents.push(event);
        self.starts.push(Start::Leave { item: unit.item, go });
    }

    fn look(&mut self, number: usize, now: Timestamp) {
        let Some((recipient, part)) = self.items[number].lookups.pop_front() else { return };
        let unit = Unit { item: number, recipient, part };
        let place = Place { now, project: &self.project, media: &self.media };
        let item = &mut self.items[number];
        let Some(payload) = item.sent_part(&self.standing, &unit) else { return };
        let tried = item.standing_of(&self.standing, &unit).map_or(1, |standing| standing.attempts);
        let mut attempt = item.attempt(&self.standing, &unit, tried, &place);
        attempt.taken = item.taken(&self.standing, &unit);
        item.flying += 1;
        *self.flying_to.entry(&item.step.channel).or_default() += 1;
        self.listener.doing(item.step, "looking whether it went out");
        self.starts.push(Start::Look { item: number, unit, part: payload, attempt: Box::new(attempt) });
    }

    /// Whether something that the item comes after is out, and is still being
    /// looked at: where readers find it may not be known yet.
    fn waits_for_a_look(&self, number: usize) -> bool {
        let (plan, step) = (self.items[number].plan, self.items[number].step);
        let of_message = self.by_message.get(step.identity.message.as_str()).into_iter().flatten();
        let mut flying = of_message.map(|other| &self.items[*other]).filter(|other| other.flying > 0);
        flying.any(|other| {
            let names = step.after.iter().chain(&step.needs_url_of);
            let awaited = names.filter_map(|name| self.standing.awaited(plan.step(name)?));
            awaited.map(|before| &before.key).any(|key| *key == other.step.key)
        })
    }

    /// Whether a page that the item points at, or comes after, does not answer yet.
    fn waits_for_page(&mut self, number: usize, now: Timestamp) -> bool {
        let (plan, step) = (self.items[number].plan, self.items[number].step);
        for name in step.after.iter().chain(&step.needs_url_of) {
            let Some(before) = plan.step(name) else { continue };
            let Some(delivery) = self.standing.newest_out(before) else { continue };
            let Some(channel) = self.channels.get(&delivery.channel) else { continue };
            let (Some(url), Some(limit)) = (delivery.url(), channel.channel.live_within()) else { continue };
            match self.pages.get(&delivery.key) {
                Some(Page::Answers) => continue,
                Some(Page::Asked) => return true,
                Some(Page::Silent) => {}
                None => {
                    self.pages.insert(delivery.key.clone(), Page::Asked);
                    let (key, url) = (delivery.key.clone(), url.to_owned());
                    self.starts.push(Start::Live { channel, key, url });
                    self.listener.doing(step, &format!("waiting for the page of `{name}`"));
                    return true;
                }
            }
            // Silent for this run.
            self.items[number].parked = true;
            let limit = i64::try_from(limit.as_secs()).unwrap_or(i64::MAX);
            let waited = delivery.sent_at.map_or(0, |sent| now.as_second() - sent.as_second());
            let why = format!("the page of `{name}` does not answer: {url}");
            if waited > limit {
                self.hold(step, &why, now);
            } else {
                self.listener.doing(step, &format!("left for a later run: {why}"));
            }
            return true;
        }
        false
    }

    /// Kept back, and said once.
    pub(super) fn hold(&mut self, step: &'a Step, why: &str, now: Timestamp) {
        let known = self.standing.deliveries.get(&step.key);
        if known.is_some_and(|d| d.state == State::Held && d.error.as_deref() == Some(why)) {
            return;
        }
        let kind = EventKind::Held { why: why.to_owned() };
        let event = Event { at: now, key: step.key.clone(), recipient: None, kind };
        self.note(&event);
        self.facts.push(event);
    }

    /// Refused by our own rules, before anything was sent.
    fn refuse(&mut self, number: usize, part: u32, says: String, now: Timestamp) {
        let key = self.items[number].step.key.clone();
        let kind = EventKind::Refused { part, says };
        self.happened(number, Event { at: now, key, recipient: None, kind });
    }
}
