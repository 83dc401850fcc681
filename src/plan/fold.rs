//! The fold: events in their order become a [`Standing`].
//!
//! Two rules keep it safe whatever order facts arrive in (an import may bring
//! an old one late): a receipt outweighs every doubt about the same part, and
//! what a person cancelled stays cancelled unless it turns out to be out.

use super::conclude::{conclude, doubt_what_was_left_open};
use super::{
    After, Begun, Busy, Delivery, Event, EventKind, Identity, PartAfter, PartStanding, Receipt,
    RecipientStanding, Seen, Standing, State, StepKey,
};
use super::{pause, settle, taken_down};
use jiff::Timestamp;
use std::collections::BTreeSet;

/// Of a part that had left when its run died.
pub const CUT: &str = "the run ended before an answer was recorded";
/// Who ends an older generation.
pub const BEGAN_ANEW: &str = "`--again`, which began anew";
/// Of a part of which nobody could see anything yet.
pub const NOT_POSTED: &str = "the run ended before it was posted";

impl Standing {
    /// Folds events in their order. `running` says whether a process is sending
    /// right now: without one, a `sending` that has no receipt is unknown.
    pub fn fold<'a>(events: impl IntoIterator<Item = &'a Event>, running: bool) -> Standing {
        let mut standing = Standing::default();
        for event in events {
            standing.note(event);
        }
        standing.end(running);
        standing
    }

    /// After the last [`Standing::note`] of a history: see [`Standing::fold`].
    pub fn end(&mut self, running: bool) {
        self.supersede_all();
        for delivery in self.deliveries.values_mut() {
            if !running {
                doubt_what_was_left_open(delivery);
            }
            conclude(delivery);
        }
        // Those that were read as they stood bring theirs along.
        let busy: Vec<(String, Busy)> =
            self.deliveries.values().filter_map(|d| Some((d.account.clone(), d.busy.clone()?))).collect();
        busy.iter().for_each(|(account, busy)| self.note_busy(account, busy));
    }

    /// Adds events to a standing that is already concluded.
    pub fn add(&mut self, events: &[Event]) {
        for event in events {
            self.note(event);
        }
        let keys: BTreeSet<&StepKey> = events.iter().map(|event| &event.key).collect();
        for key in keys {
            self.conclude(key);
        }
    }

    /// Draws a delivery's state from its parts. [`Standing::add`] does it; after
    /// many [`Standing::note`]s of one mail's people, once is enough.
    pub fn conclude(&mut self, key: &StepKey) {
        let older = self.supersede(key);
        for key in std::iter::once(key).chain(&older) {
            if let Some(delivery) = self.deliveries.get_mut(key) {
                conclude(delivery);
            }
        }
    }

    /// Adds one event, and leaves the delivery's state to [`Standing::conclude`].
    pub fn note(&mut self, event: &Event) {
        // An event without its `Planned` can only come from a journal that was
        // cut; what it says is kept all the same.
        let delivery =
            self.deliveries.entry(event.key.clone()).or_insert_with(|| empty(&event.key, event.at));
        let tells = matches!(
            event.kind,
            EventKind::Seen { .. } | EventKind::Looked { .. } | EventKind::Reopened { .. }
        );
        if !tells && !taken_down::is_of_the_same_word(delivery, event) {
            delivery.before = None;
            let address = event.recipient.as_deref();
            match address.map(|address| person_of(delivery, address)) {
                Some(person) => person.into_iter().for_each(|person| person.before = None),
                None => delivery.recipients.iter_mut().for_each(|person| person.before = None),
            }
        }
        match &event.kind {
            EventKind::Planned { .. } => plan(delivery, event),
            EventKind::Held { why } => keep_back(delivery, State::Held, why),
            EventKind::Skipped { why } => keep_back(delivery, State::Skipped, why),
            EventKind::Cancelled { by } => {
                keep_back(delivery, State::Cancelled, &format!("cancelled by {by}"))
            }
            EventKind::Looked { part, says } => look(delivery, *part, says),
            EventKind::Seen { part, seen } => see(delivery, *part, seen),
            EventKind::Reopened { .. } => settle::reopen(delivery, event.recipient.as_deref()),
            EventKind::Resolved { sent, url, id, by } => {
                let told = Receipt { id: id.clone(), url: url.clone(), ..Receipt::default() };
                settle::resolve(delivery, event, *sent, &told, by)
            }
            EventKind::Intent { part, .. }
            | EventKind::Prepared { part, .. }
            | EventKind::Receipt { part, .. }
            | EventKind::Refused { part, .. }
            | EventKind::NotYet { part, .. }
            | EventKind::Unknown { part, .. } => happen(delivery, event, *part),
            // What happens after it was out.
            _ => taken_down::note(delivery, event),
        }
        if delivery.is_withdrawn() {
            taken_down::half_done_is_out(delivery);
        }
        if let EventKind::NotYet { account: true, until, says, .. } = &event.kind {
            let busy = Busy { until: *until, says: says.clone() };
            let account = delivery.account.clone();
            delivery.busy = Some(busy.clone());
            self.note_busy(&account, &busy);
        }
    }
}

/// Taken up, or taken up again with other words before anything was attempted.
fn plan(delivery: &mut Delivery, event: &Event) {
    let EventKind::Planned {
        message,
        title,
        rung,
        channel,
        adapter,
        account,
        campaign,
        ladder,
        kind,
        generation,
        plan,
        payload_digest,
        parts,
        recipients,
        reason,
    } = &event.kind
    else {
        return;
    };
    let touched = delivery.is_touched();
    if !touched {
        plan.clone_into(&mut delivery.plan);
        payload_digest.clone_into(&mut delivery.payload_digest);
        delivery.part_count = *parts;
        if delivery.state == State::Held {
            delivery.state = State::Planned;
            delivery.error = None;
        }
    }
    // What it waits for has begun anew, or is out after all.
    if delivery.state == State::Skipped {
        delivery.state = State::Planned;
        delivery.error = None;
    }
    if delivery.message.is_empty() {
        delivery.planned_at = event.at;
    }
    message.clone_into(&mut delivery.message);
    title.clone_into(&mut delivery.title);
    rung.clone_into(&mut delivery.rung);
    channel.clone_into(&mut delivery.channel);
    adapter.clone_into(&mut delivery.adapter);
    account.clone_into(&mut delivery.account);
    campaign.clone_into(&mut delivery.campaign);
    ladder.clone_into(&mut delivery.ladder);
    delivery.kind = Some(*kind);
    delivery.generation = *generation;
    reason.clone_into(&mut delivery.reason);
    // Who has left the list before anything was attempted gets nothing; who
    // was attempted stays in the record.
    let wanted: BTreeSet<&str> = recipients.iter().map(String::as_str).collect();
    delivery
        .recipients
        .retain(|person| person.part.attempts > 0 || wanted.contains(person.recipient.as_str()));
    let known: BTreeSet<String> = delivery.recipients.iter().map(|person| person.recipient.clone()).collect();
    let new: Vec<_> = wanted
        .into_iter()
        .filter(|address| !known.contains(*address))
        .map(|address| person(delivery, address))
        .collect();
    delivery.recipients.extend(new);
    delivery.recipients.sort_by(|a, b| a.recipient.cmp(&b.recipient));
    // Most mails have one person, and thousands of them are in memory at once.
    delivery.recipients.shrink_to_fit();
}

/// Something happened to one part.
fn happen(delivery: &mut Delivery, event: &Event, number: u32) {
    if delivery.state == State::Held {
        delivery.state = State::Planned;
        delivery.error = None;
    }
    let part = slot(delivery, event.recipient.as_deref(), number);
    // What was taken down stays down, whichever older fact arrives late.
    let taken_in = part.state == State::Cancelled && event.recipient.is_none();
    if taken_in || part.state == State::Unpublished {
        return;
    }
    let settled = matches!(part.state, State::Sent | State::Waiting);
    part.mend = matches!(event.kind, EventKind::NotYet { mend: true, .. }) && !settled;
    part.put_off_at = pause::put_off_at(event, part.put_off_at);
    let mut error = None;
    let mut not_before = None;
    let mut sent = false;
    match &event.kind {
        EventKind::Receipt { receipt, .. } if !(part.state == State::Sent && receipt.for_a_person) => {
            part.state = if receipt.for_a_person { State::Waiting } else { State::Sent };
            // What was seen of it stays seen, should its receipt come once more.
            let known = part.receipt.take().filter(|known| known.id.is_some() && known.id == receipt.id);
            let altered = receipt.altered.clone().or(known.and_then(|known| known.altered));
            part.receipt = Some(Receipt { altered, ..receipt.clone() });
            part.begun = None;
            sent = !receipt.for_a_person;
        }
        // A receipt outweighs every doubt.
        _ if settled => return,
        EventKind::Prepared { made, .. } => {
            part.preparing = false;
            if part.made != *made {
                part.made.clone_from(made);
                part.made_at = made.as_ref().map(|_| event.at);
            }
            part.last_tried = part.last_tried.max(Some(event.at));
        }
        EventKind::Intent { attempt, bound, prepares, .. } => {
            part.state = State::Sending;
            part.preparing = *prepares;
            part.attempts = part.attempts.max(*attempt);
            part.first_tried.get_or_insert(event.at);
            part.last_tried = part.last_tried.max(Some(event.at));
            // What was never in doubt and says something else by now is made anew.
            if !part.doubted && part.bound.as_ref() != Some(bound) {
                (part.made, part.made_at) = (None, None);
            }
            if part.bound.as_ref() != Some(bound) {
                part.begun = None;
            }
            if !bound.is_null() {
                part.bound = Some(bound.clone());
            }
        }
        EventKind::Refused { says, .. } => {
            part.state = State::Refused;
            error = Some(says.clone());
        }
        EventKind::NotYet { says, until, done, .. } => {
            part.state = State::Planned;
            Begun::note(&mut part.begun, done.as_ref(), event.at);
            error = Some(says.clone());
            not_before = Some(*until);
        }
        EventKind::Unknown { cause, .. } => {
            part.state = State::Unknown;
            part.doubted = true;
            (part.cause, part.looked) = (Some(cause.clone()), None);
            error = Some(cause.clone());
        }
        _ => return,
    }
    if sent {
        delivery.sent_at = delivery.sent_at.max(Some(event.at));
        error = what_is_altered(delivery);
    }
    match event.recipient.as_deref().and_then(|address| person_of(delivery, address)) {
        Some(person) => person.error = error,
        None => delivery.error = error,
    }
    // Within a run, one person's "not yet" does not hold back the others; the
    // next run is left with those only, and waits for the last of them.
    delivery.not_before = match event.recipient {
        Some(_) => delivery.not_before.max(not_before),
        None => not_before,
    };
    if not_before.is_some() {
        delivery.put_off_at = Some(event.at);
    }
    // Others' mails go on: a person's waits like any other "not yet".
    if let (EventKind::NotYet { mend: true, says, .. }, None) = (&event.kind, &event.recipient) {
        keep_back(delivery, State::Held, says);
    }
}

/// Somebody looked for a part whose outcome is unknown, and still nobody knows.
fn look(delivery: &mut Delivery, number: u32, says: &str) {
    let part = slot(delivery, None, number);
    if part.state != State::Unknown {
        return;
    }
    part.looked = Some(says.to_owned());
    let cause = part.cause.as_deref().unwrap_or(CUT);
    delivery.error = Some(format!("{cause}; looked for it: {says}"));
}

/// What was seen of a part that is out. Of anything else it says nothing.
fn see(delivery: &mut Delivery, number: u32, seen: &Seen) {
    let part = delivery.parts.iter_mut().find(|part| part.part == number && part.state == State::Sent);
    let Some(receipt) = part.and_then(|part| part.receipt.as_mut()) else { return };
    *receipt = std::mem::take(receipt).with(seen.clone());
    if seen.altered.is_some() {
        delivery.error = what_is_altered(delivery);
    }
}

/// That readers see something else than was sent, if they do.
pub(super) fn what_is_altered(delivery: &Delivery) -> Option<String> {
    let live = delivery.parts.iter().find_map(PartStanding::seen_otherwise)?;
    Some(format!("live, but not as planned: readers see “{live}”"))
}

/// Held, skipped, cancelled: of the delivery as a whole.
pub(super) fn keep_back(delivery: &mut Delivery, state: State, why: &str) {
    if state == State::Held && matches!(delivery.state, State::Cancelled | State::Skipped) {
        return;
    }
    delivery.state = state;
    delivery.error = Some(why.to_owned());
}

/// The standing of that part, made if nothing happened to it so far.
pub(super) fn slot<'a>(
    delivery: &'a mut Delivery,
    recipient: Option<&str>,
    number: u32,
) -> &'a mut PartStanding {
    if let Some(address) = recipient {
        let at = match delivery.recipients.binary_search_by(|person| person.recipient.as_str().cmp(address)) {
            Ok(at) => at,
            Err(at) => {
                let new = person(delivery, address);
                delivery.recipients.insert(at, new);
                at
            }
        };
        return &mut delivery.recipients[at].part;
    }
    let at = match delivery.parts.binary_search_by_key(&number, |part| part.part) {
        Ok(at) => at,
        Err(at) => {
            // Most posts have one part, and a growing row makes room for four.
            if delivery.parts.len() == delivery.parts.capacity() {
                delivery.parts.reserve_exact(delivery.parts.len().max(1));
            }
            delivery.parts.insert(at, untried(number));
            at
        }
    };
    &mut delivery.parts[at]
}

fn person_of<'a>(delivery: &'a mut Delivery, address: &str) -> Option<&'a mut RecipientStanding> {
    let at = delivery.recipients.binary_search_by(|person| person.recipient.as_str().cmp(address)).ok()?;
    delivery.recipients.get_mut(at)
}

fn person(delivery: &Delivery, address: &str) -> RecipientStanding {
    let identity = Identity {
        account: delivery.account.clone(),
        message: delivery.message.clone(),
        rung: delivery.rung.clone(),
        occurrence: 0,
        generation: delivery.generation,
        recipient: Some(address.to_owned()),
    };
    RecipientStanding {
        recipient: address.to_owned(),
        key: identity.key(),
        part: untried(0),
        error: None,
        before: None,
    }
}

fn untried(part: u32) -> PartStanding {
    PartStanding {
        part,
        state: State::Planned,
        attempts: 0,
        first_tried: None,
        last_tried: None,
        preparing: false,
        made: None,
        made_at: None,
        begun: None,
        doubted: false,
        cause: None,
        looked: None,
        mend: false,
        put_off_at: None,
        by_hand: false,
        receipt: None,
        bound: None,
        after: PartAfter::default(),
    }
}

fn empty(key: &StepKey, at: Timestamp) -> Delivery {
    Delivery {
        key: key.clone(),
        message: String::new(),
        title: String::new(),
        rung: String::new(),
        channel: String::new(),
        adapter: String::new(),
        account: String::new(),
        campaign: String::new(),
        ladder: String::new(),
        kind: None,
        generation: 0,
        reason: None,
        superseded: false,
        plan: String::new(),
        payload_digest: String::new(),
        part_count: 1,
        planned_at: at,
        parts: Vec::new(),
        recipients: Vec::new(),
        state: State::Planned,
        error: None,
        not_before: None,
        put_off_at: None,
        busy: None,
        forgiven: 0,
        sent_at: None,
        before: None,
        after: After::default(),
    }
}
