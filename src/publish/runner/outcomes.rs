//! What an answer means: facts for the journal, and what is looked at again.

use super::{Page, Runner, Start};
use crate::channel::{Found, MENDING, SendError};
use crate::plan::{Event, EventKind, RECORDS, Receipt, State, TRIES_BEFORE_PAUSES};
use crate::publish::attempt::{Finished, Sent, Unit};
use crate::publish::retry::{MOST_TRIES, disbelief, mending_pause};
use jiff::{SignedDuration, Timestamp};
use std::time::Duration;

/// How long an account rests that takes no more and does not say for how long.
const SHORTEST_REST: Duration = Duration::from_secs(60);

/// The words of a reason without numbers and names that a network makes anew
/// for each answer (a trace, a request's id, the seconds that are left).
fn plain_words(says: &str) -> impl Iterator<Item = &str> {
    let words = says.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.filter(|word| {
        let within = word.chars().skip(1).any(char::is_uppercase) && word.chars().any(char::is_lowercase);
        !within && !word.contains(|c: char| c.is_ascii_digit())
    })
}

impl Runner<'_, '_> {
    /// Takes in what came back.
    pub(super) fn receive(&mut self, finished: Finished) {
        let now = self.clock.now();
        match finished {
            Finished::Sent(unit, sent, outcome) => {
                self.landed(&unit);
                self.has_landed(&unit, &outcome);
                match outcome {
                    // Another doubt was settled with it meanwhile.
                    Ok(receipt) if sent.attempt.doubted && self.is_taken(&unit, &receipt) => {
                        let cause = "the network calls it the post of another delivery".to_owned();
                        self.part_happened(&unit, EventKind::Unknown { part: unit.part, cause }, now);
                        self.items[unit.item].lookups.push_back((unit.recipient, unit.part));
                    }
                    Ok(receipt) => {
                        self.receipt(&unit, receipt.clone(), now);
                        self.read_back(unit, sent, receipt);
                    }
                    Err(SendError::Refused { says }) => {
                        self.part_happened(&unit, EventKind::Refused { part: unit.part, says }, now);
                    }
                    Err(SendError::Mendable { says }) => self.mendable(&unit, says, now),
                    Err(SendError::NotYet { says, wait }) => {
                        self.not_yet(&unit, (says, None), wait, false, now)
                    }
                    Err(SendError::Partly { says, wait, done }) => {
                        self.not_yet(&unit, (says, Some(done)), wait, false, now);
                    }
                    Err(SendError::TooMany { says, wait }) => {
                        self.not_yet(&unit, (says, None), wait, true, now);
                    }
                    Err(SendError::Unknown { cause }) => {
                        self.part_happened(&unit, EventKind::Unknown { part: unit.part, cause }, now);
                        let item = &mut self.items[unit.item];
                        if item.stand_in.is_none() {
                            item.lookups.push_back((unit.recipient, unit.part));
                        }
                    }
                }
            }
            Finished::Seen(unit, seen) => {
                self.landed(&unit);
                if !seen.is_nothing() {
                    self.part_happened(&unit, EventKind::Seen { part: unit.part, seen }, now);
                }
                // Whoever comes after it waited for this.
                self.look_again_at(&self.items[unit.item].step.identity.message);
            }
            Finished::Looked(unit, outcome) => {
                self.landed(&unit);
                self.found(unit, outcome, now);
            }
            Finished::Asked(ran) => self.asked(ran),
            Finished::Live(key, answers) => {
                let message = self.standing.deliveries.get(&key).map(|delivery| delivery.message.clone());
                self.pages.insert(key, if answers { Page::Answers } else { Page::Silent });
                self.look_again_at(message.as_deref().unwrap_or_default());
            }
        }
    }

    /// Its place on the channel is free again.
    pub(super) fn landed(&mut self, unit: &Unit) {
        let item = &mut self.items[unit.item];
        item.flying = item.flying.saturating_sub(1);
        let channel = item.step.channel.as_str();
        if let Some(flying) = self.flying_to.get_mut(channel) {
            *flying = flying.saturating_sub(1);
        }
        self.dirty.insert(unit.item);
        if let Some(next) = self.crowded.get_mut(channel).and_then(std::collections::BTreeSet::pop_first) {
            self.dirty.insert(next);
        }
    }

    fn receipt(&mut self, unit: &Unit, mut receipt: Receipt, now: Timestamp) {
        // What the outbox took in a channel's stead still has to be pasted.
        receipt.for_a_person |= self.items[unit.item].stand_in.is_some();
        self.part_happened(unit, EventKind::Receipt { part: unit.part, receipt }, now);
    }

    /// What is out is looked at, once its receipt is durable: with that commit
    /// the looking takes off.
    fn read_back(&mut self, unit: Unit, sent: Box<Sent>, receipt: Receipt) {
        let item = &mut self.items[unit.item];
        let sender = item.sender();
        let looks = match self.closely {
            true => sender.look_closely(&sent.part, &receipt, &sent.attempt).is_some(),
            false => sender.read_back(&sent.part, &receipt, &sent.attempt).is_some(),
        };
        // It is out, and the rest of the run is for what is not.
        if !looks || self.is_over {
            return;
        }
        item.flying += 1;
        *self.flying_to.entry(&item.step.channel).or_default() += 1;
        self.starts.push(Start::ReadBack { item: unit.item, unit, sent, receipt });
    }

    /// Nothing was done: again in this run if that is soon, else in a later one.
    /// `account`: it takes nothing else of this account either, until then. `done`: what
    /// of it was done all the same.
    fn not_yet(
        &mut self,
        unit: &Unit,
        (says, done): (String, Option<String>),
        wait: Option<Duration>,
        account: bool,
        now: Timestamp,
    ) {
        let says = match disbelief(wait) {
            Some(disbelief) => format!("{says}; {disbelief}"),
            None => says,
        };
        // An account that takes no more is not asked for each of its posts: a time
        // that has passed already is no time.
        let wait = if account { wait.filter(|wait| !wait.is_zero()).or(Some(SHORTEST_REST)) } else { wait };
        let going = self.is_going();
        let item = &mut self.items[unit.item];
        // Tried so often by earlier runs, it gets one try of this one.
        let tried = item.standing_of(&self.standing, unit).map_or(0, |part| part.attempts);
        let forgiven = item.delivery(&self.standing).map_or(0, |delivery| delivery.forgiven);
        let again = tried.saturating_sub(forgiven) < TRIES_BEFORE_PAUSES;
        let tries = item.tries.entry((unit.recipient.clone(), unit.part)).or_default();
        // A run that is over names no time of its own: the next one tries it at once.
        let unnamed = wait.is_none_or(|wait| wait.is_zero());
        let wait = if unnamed && !going { Duration::ZERO } else { tries.wait(wait, &item.step.key) };
        let until = SignedDuration::try_from(wait)
            .ok()
            .and_then(|wait| now.checked_add(wait).ok())
            .unwrap_or(Timestamp::MAX);
        if going && again && tries.allow(wait) {
            tries.waited += wait;
            match &unit.recipient {
                Some(address) => item.later.push((until, address.clone())),
                None => {
                    self.wakes.insert((until, unit.item));
                }
            }
        } else if unit.recipient.is_none() {
            // However soon the wait is over: the next try is a later run's.
            item.parked = true;
        }
        self.part_happened(
            unit,
            EventKind::NotYet { part: unit.part, says, until, mend: false, account, done },
            now,
        );
    }

    /// Nothing was done, for want of a token or of money: it waits until that is
    /// mended, and then goes, or goes on. The next run tries it at once, and
    /// later ones ever less often: each try is written down.
    fn mendable(&mut self, unit: &Unit, says: String, now: Timestamp) {
        if unit.recipient.is_some() {
            self.items[unit.item].mend.get_or_insert_with(|| says.clone());
            return self.not_yet(unit, (says, None), Some(MENDING), false, now);
        }
        let item = &mut self.items[unit.item];
        item.parked = true;
        let delivery = item.delivery(&self.standing);
        let half_out = delivery.is_some_and(|delivery| delivery.live().next().is_some());
        let tried = item.standing_of(&self.standing, unit).map_or(0, |part| part.attempts);
        let pause = mending_pause(tried);
        let until = now.saturating_add(pause).unwrap_or(now);
        let what = if half_out { "the rest" } else { "it" };
        let mut says = format!("{says}; once that is mended, `ladder run` sends {what}");
        if !pause.is_zero() {
            let message = &item.step.identity.message;
            says.push_str(&format!(" at its next try, or `ladder publish {message}` at once"));
        }
        self.part_happened(
            unit,
            EventKind::NotYet { part: unit.part, says, until, mend: true, account: false, done: None },
            now,
        );
    }

    /// A mail that did not go to some for want of a login is held as a whole, once
    /// the others have theirs: it goes to the rest when that is mended.
    pub(super) fn hold_who_waits_for_mending(&mut self) {
        let now = self.clock.now();
        for number in 0..self.items.len() {
            let Some(why) = self.items[number].mend.take() else { continue };
            let step = self.items[number].step;
            self.standing.conclude(&step.key);
            let open = self.standing.deliveries.get(&step.key).is_some_and(|d| d.state == State::Planned);
            if open {
                self.hold(step, &format!("{why}; once that is mended, `ladder run` sends it"), now);
            }
        }
    }

    /// What the service's own records say. Anything but evidence changes nothing.
    fn found(&mut self, unit: Unit, outcome: Result<Found, SendError>, now: Timestamp) {
        let by = RECORDS.to_owned();
        match outcome {
            // Two were looked for at the same time, in the same words: what the
            // other has is not this one's.
            Ok(Found::Sent(receipt)) if self.is_taken(&unit, &receipt) => {
                let item = &mut self.items[unit.item];
                if item.mistaken.insert(unit.part) {
                    item.lookups.push_back((unit.recipient, unit.part));
                } else {
                    let why = "the only such post is another delivery's".to_owned();
                    self.still_unknown(&unit, why, now);
                }
            }
            Ok(Found::Sent(receipt)) => {
                let url = receipt.url.clone();
                self.receipt(&unit, receipt, now);
                self.part_happened(&unit, EventKind::Resolved { sent: true, url, id: None, by }, now);
            }
            Ok(Found::Absent) => {
                self.part_happened(&unit, EventKind::Resolved { sent: false, url: None, id: None, by }, now);
                let item = &mut self.items[unit.item];
                let tried = item.tries.get(&(unit.recipient.clone(), unit.part)).map_or(0, |t| t.count);
                match (unit.recipient, &mut item.people) {
                    _ if tried >= MOST_TRIES => item.parked = true,
                    (Some(address), Some(people)) => people.push_back(address),
                    _ => {}
                }
            }
            Ok(Found::CannotTell(why)) => self.still_unknown(&unit, why, now),
            Err(error) => self.still_unknown(&unit, error.to_string(), now),
        }
    }

    /// Why looking settled nothing: it may be for somebody to mend. It is told
    /// once, for a run every few minutes would tell it for ever. Mail servers
    /// keep no list that could be asked.
    fn still_unknown(&mut self, unit: &Unit, says: String, now: Timestamp) {
        let known = self.items[unit.item].standing_of(&self.standing, unit);
        let looked = known.and_then(|part| part.looked.as_deref());
        let told = looked.is_some_and(|looked| plain_words(looked).eq(plain_words(&says)));
        if unit.recipient.is_none() && !told {
            self.part_happened(unit, EventKind::Looked { part: unit.part, says }, now);
        }
    }

    /// Whether that post is known to be another delivery's, or another part.
    fn is_taken(&self, unit: &Unit, receipt: &Receipt) -> bool {
        let item = &self.items[unit.item];
        item.taken(&self.standing, unit).has(item.sender(), receipt)
    }

    pub(super) fn part_happened(&mut self, unit: &Unit, kind: EventKind, now: Timestamp) {
        let key = self.items[unit.item].step.key.clone();
        self.happened(unit.item, Event { at: now, key, recipient: unit.recipient.clone(), kind });
    }

    /// A fact: it is written with the next commit, and may set others free.
    pub(super) fn happened(&mut self, number: usize, event: Event) {
        self.note(&event);
        let item = &self.items[number];
        let idle = item.flying == 0
            && item.later.is_empty()
            && item.people.as_ref().is_some_and(std::collections::VecDeque::is_empty);
        if idle {
            self.standing.conclude(&event.key);
        }
        self.facts.push(event);
        // One of many people's mails sets nobody free before all are done.
        if idle || item.people.is_none() {
            self.look_again_at(&item.step.identity.message);
        }
    }

    /// Into the standing. A mail's state is drawn once all its people are done:
    /// drawing it after each of them would take the square of their number.
    pub(super) fn note(&mut self, event: &Event) {
        self.standing.note(event);
        if event.recipient.is_none() {
            self.standing.conclude(&event.key);
        }
    }

    fn look_again_at(&mut self, message: &str) {
        self.dirty.extend(self.by_message.get(message).into_iter().flatten());
    }

    /// Before the standing is handed out.
    pub(super) fn conclude_people(&mut self) {
        for item in self.items.iter().filter(|item| item.people.is_some() || !item.step.recipients.is_empty())
        {
            self.standing.conclude(&item.step.key);
        }
    }
}
