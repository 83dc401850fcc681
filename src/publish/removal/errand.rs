//! One thing to be done about one part, and what its answer means.

use super::account_of;
use super::request::{Answer, Asking, BY_HAND, Landed};
use super::{Flight, Hands};
use crate::channel::{Attempt, Change, Changing, Channel, Edited, Found, Removed, SendError, Taken};
use crate::plan::{
    Delivery, EventKind, Identity, MAY_BE_DONE, PartStanding, PayloadPart, RECORDS, State, Stay, Step,
    StepKey,
};
use crate::render::{Post, Variant};
use jiff::Timestamp;
use std::time::Duration;

/// What is to be done.
#[derive(Clone, Debug)]
pub(super) enum Deed {
    /// Look whether it is out.
    Look,
    /// Take it down.
    TakeDown,
    /// Give it other words; with the digest of the payload that all is then.
    Edit(Box<Change>, String),
}

/// What is said where one try had no answer, and a later one was not carried out.
fn since(says: &str) -> String {
    format!("{MAY_BE_DONE}; since then: {says}")
}

/// One thing to be done.
#[derive(Clone, Debug)]
pub(super) struct Errand {
    pub key: StepKey,
    pub part: u32,
    pub deed: Deed,
}

impl Errand {
    pub fn new(key: &StepKey, part: u32, deed: Deed) -> Errand {
        Errand { key: key.clone(), part, deed }
    }
}

impl<'a> Hands<'a, '_> {
    /// Notes the intent, and makes what flies once it is durable. None: there is
    /// nothing to be done, or nobody to do it.
    pub(super) fn begin(&mut self, row: &str, errand: Errand) -> Option<Flight<'a>> {
        let now = Timestamp::now();
        let delivery = self.standing.deliveries.get(&errand.key)?.clone();
        let part = delivery.part(errand.part)?;
        let step = self.step_of(&delivery);
        let sent = sent_part(&delivery, part, step.as_ref());
        let Some(channel) = self.channel(&delivery, errand.part) else {
            if part.by_hand && matches!(errand.deed, Deed::TakeDown) {
                self.stays(&errand, Stay::Cannot, BY_HAND.to_owned(), now);
                return None;
            }
            let says = format!(
                "no channel of `ladder.toml` is `{}` any more: give it one again, or do it by hand",
                delivery.account
            );
            self.stays(&errand, Stay::Later, says, now);
            return None;
        };
        let mut attempt = self.attempt(channel, &delivery, part, step.as_ref(), now);
        let asking = match &errand.deed {
            Deed::Look => {
                attempt.taken = Taken::of(channel, &self.standing, &errand.key, errand.part);
                Asking::Look(sent)
            }
            Deed::TakeDown => {
                self.happened(now, &errand.key, EventKind::Removing { part: errand.part });
                // What was found later, or pasted by a person, may be as new as that.
                attempt.last_tried = delivery.sent_at.max(part.last_tried).unwrap_or(now);
                attempt.begun = part.after.removal.begun.clone();
                attempt.changing = part
                    .after
                    .changing
                    .clone()
                    .map(|body| Changing { body, since: part.after.changing_since.unwrap_or(now) });
                Asking::TakeDown(sent, part.receipt.clone().unwrap_or_default(), part.by_hand)
            }
            Deed::Edit(change, _) => {
                let bound = change.after.body.clone();
                self.happened(now, &errand.key, EventKind::Editing { part: errand.part, bound });
                // A repeat is the same bytes: its date is that of the first try.
                let known = self.standing.deliveries.get(&errand.key)?.part(errand.part)?;
                attempt.last_tried = known.after.changing_since.unwrap_or(now);
                attempt.begun = known.after.edit.begun.clone();
                Asking::Edit(change.clone(), part.receipt.clone().unwrap_or_default())
            }
        };
        Some(Answer::of(
            channel,
            row.to_owned(),
            errand,
            asking,
            attempt,
            (self.stop.clone(), self.hold.clone()),
        ))
    }

    /// Takes in what came back.
    pub(super) fn land(&mut self, landed: Landed) {
        let Landed { row, errand, answer, doubted } = landed;
        let now = Timestamp::now();
        match answer {
            Answer::Looked(outcome) => self.looked(&row, &errand, outcome, now),
            Answer::Removed(Ok(Removed::Stays(says))) => self.stays(&errand, Stay::Cannot, says, now),
            Answer::Removed(Ok(Removed::CannotTell(says))) => self.stays(&errand, Stay::Unknown, says, now),
            Answer::Removed(Ok(gone)) => {
                let was_gone = gone == Removed::Already;
                let left = match gone {
                    Removed::GoneExcept(left) => Some(left),
                    _ => None,
                };
                let kind = EventKind::Removed { part: errand.part, was_gone, by: None, left };
                self.happened(now, &errand.key, kind);
                self.try_the_rest_once_more(&row, &errand);
                self.went_with_the_post(&errand.key, now);
            }
            Answer::Edited(Ok(Edited::Stays(says))) if doubted => {
                self.stays(&errand, Stay::Unknown, since(&says), now);
            }
            Answer::Edited(Ok(Edited::Stays(says))) => self.stays(&errand, Stay::Cannot, says, now),
            Answer::Edited(Ok(Edited::Done(receipt))) => {
                let payload_digest = self.is_last_edit(&row, &errand);
                let kind = EventKind::Edited { part: errand.part, receipt, payload_digest };
                self.happened(now, &errand.key, kind);
            }
            Answer::Removed(Err(error)) | Answer::Edited(Err(error)) => {
                // What is partly done waits for who has not answered: nobody else does.
                let wait = match &error {
                    SendError::NotYet { wait, .. } | SendError::TooMany { wait, .. } => *wait,
                    _ => None,
                };
                let mut now_done = None;
                let (why, says) = match error {
                    SendError::Refused { says } => (Stay::Refused, says),
                    SendError::Mendable { says } => {
                        (Stay::Later, format!("{says}; once that is mended, the same command goes on"))
                    }
                    SendError::NotYet { says, .. } | SendError::TooMany { says, .. } => (Stay::Later, says),
                    SendError::Partly { says, done, .. } => {
                        now_done = Some(done);
                        (Stay::Later, says)
                    }
                    SendError::Unknown { cause } => (Stay::Unknown, cause),
                };
                let (why, told) = if doubted { (Stay::Unknown, since(&says)) } else { (why, says.clone()) };
                self.stays_for_now(&errand, why, (told, now_done), now);
                if let Some(wait) = wait.filter(|wait| !wait.is_zero()) {
                    self.leave_alone(&row, &says, wait, now);
                }
            }
        }
    }

    /// The network wants to be left alone for longer than this run waits: what
    /// else there is for it is left for a later one.
    fn leave_alone(&mut self, row: &str, says: &str, wait: Duration, now: Timestamp) {
        let minutes = wait.as_secs().div_ceil(60);
        for errand in self.rows.remove(row).unwrap_or_default() {
            self.stays(&errand, Stay::Later, format!("{says} (for {minutes} min)"), now);
        }
    }

    fn stays(&mut self, errand: &Errand, why: Stay, says: String, now: Timestamp) {
        self.stays_for_now(errand, why, (says, None), now);
    }

    /// The same, and what of it is done.
    fn stays_for_now(
        &mut self,
        errand: &Errand,
        why: Stay,
        (says, done): (String, Option<String>),
        now: Timestamp,
    ) {
        let part = errand.part;
        let kind = match errand.deed {
            Deed::Look => EventKind::Looked { part, says },
            Deed::TakeDown => EventKind::Stays { part, why, says, done },
            Deed::Edit(..) => EventKind::NotEdited { part, why, says, done },
        };
        self.happened(now, &errand.key, kind);
    }

    /// What the service's own records say. What is there is taken down next.
    fn looked(&mut self, row: &str, errand: &Errand, outcome: Result<Found, SendError>, now: Timestamp) {
        let Errand { key, part, .. } = errand;
        let says = match outcome {
            Ok(Found::Sent(receipt)) => {
                self.happened(now, key, EventKind::Receipt { part: *part, receipt });
                let next = Errand::new(key, *part, Deed::TakeDown);
                self.rows.entry(row.to_owned()).or_default().push_front(next);
                return;
            }
            Ok(Found::Absent) => {
                let by = RECORDS.to_owned();
                self.happened(now, key, EventKind::Resolved { sent: false, url: None, id: None, by });
                // The try that nobody knows of did nothing; one before it may have.
                let known = self.standing.deliveries.get(key).and_then(|delivery| delivery.part(*part));
                if known.is_some_and(|part| part.state == State::Sent) {
                    let next = Errand::new(key, *part, Deed::TakeDown);
                    self.rows.entry(row.to_owned()).or_default().push_front(next);
                }
                return;
            }
            Ok(Found::CannotTell(says)) => says,
            Err(error) => error.to_string(),
        };
        let known = self.standing.deliveries.get(key).and_then(|delivery| delivery.part(*part));
        // Told once: a look that brings the same is no news.
        if known.is_some_and(|part| part.looked.as_ref() != Some(&says)) {
            self.stays(errand, Stay::Unknown, says, now);
        }
    }

    /// With a post go the comments below it: what stayed is asked for once more.
    fn try_the_rest_once_more(&mut self, row: &str, errand: &Errand) {
        let Some(delivery) = self.standing.deliveries.get(&errand.key) else { return };
        if errand.part > 0 {
            return;
        }
        let left: Vec<u32> = delivery.still_up().map(|part| part.part).collect();
        for part in left {
            if self.once_more.insert((errand.key.clone(), part)) {
                let again = Errand::new(&errand.key, part, Deed::TakeDown);
                self.rows.entry(row.to_owned()).or_default().push_front(again);
            }
        }
    }

    /// What hung below a post that is down is down with it, whether it had been
    /// there or not: a doubt about it is at its end.
    pub(super) fn went_with_the_post(&mut self, key: &StepKey, now: Timestamp) {
        let Some(delivery) = self.standing.deliveries.get(key) else { return };
        let is_down = delivery.part(0).is_some_and(|post| post.state == State::Unpublished);
        let mut unknown = delivery.parts.iter().filter(|part| part.state == State::Unknown).peekable();
        if !is_down || unknown.peek().is_none() {
            return;
        }
        let Some(channel) = account_of(self.channels, &delivery.channel, &delivery.account) else { return };
        let step = self.step_of(delivery);
        if unknown.all(|part| channel.goes_with_the_post(&sent_part(delivery, part, step.as_ref()))) {
            let by = RECORDS.to_owned();
            self.happened(now, key, EventKind::Resolved { sent: false, url: None, id: None, by });
        }
    }

    /// The digest that the delivery has now, if no edit of it is left or failed.
    fn is_last_edit(&self, row: &str, errand: &Errand) -> Option<String> {
        let Deed::Edit(_, digest) = &errand.deed else { return None };
        let mut left = self.rows.get(row).into_iter().flatten();
        let more = left.any(|other| other.key == errand.key);
        let failed = self.standing.deliveries.get(&errand.key).is_some_and(|delivery| {
            delivery.parts.iter().any(|part| part.part != errand.part && part.after.unchanged.is_some())
        });
        (!more && !failed).then(|| digest.clone())
    }

    fn step_of(&self, delivery: &Delivery) -> Option<Step> {
        let plan = self.plans.get(&delivery.plan)?.as_ref()?;
        plan.steps.iter().find(|step| step.key == delivery.key).cloned()
    }

    /// As it was when the part was tried last: dates and names in files come from there.
    fn attempt(
        &self,
        channel: &dyn Channel,
        delivery: &Delivery,
        part: &PartStanding,
        step: Option<&Step>,
        now: Timestamp,
    ) -> Attempt {
        let identity = step.map_or_else(
            || Identity {
                account: delivery.account.clone(),
                message: delivery.message.clone(),
                rung: delivery.rung.clone(),
                occurrence: 0,
                generation: delivery.generation,
                recipient: None,
            },
            |step| step.identity.clone(),
        );
        let nothing = || Post {
            parts: Vec::new(),
            card: None,
            first_comment: None,
            url_reserve: 0,
            language: String::new(),
        };
        let earlier = delivery.parts.iter().filter(|earlier| earlier.part < part.part);
        let ids_last = channel.ids_last();
        Attempt {
            key: delivery.key.clone(),
            identity,
            part: part.part,
            number: part.attempts.max(1),
            doubted: part.doubted && ids_last,
            made: part.made.clone(),
            made_at: part.made_at,
            begun: None,
            previous: earlier.filter_map(|earlier| earlier.receipt.clone()).collect(),
            taken: Taken::default(),
            first_tried: part.first_tried.unwrap_or(now),
            last_tried: part.last_tried.unwrap_or(now),
            withdrawn: delivery.is_withdrawn(),
            project: self.project.clone(),
            media: self.store.media_folder(),
            variant: self.laid_out.get(&delivery.key).cloned().unwrap_or_else(|| {
                step.map_or_else(|| Variant::Post(nothing()), |step| step.variant.clone())
            }),
            changing: None,
            earlier: Vec::new(),
        }
    }
}

/// What a part was sent as: its words by the journal, its pictures by the plan.
fn sent_part(delivery: &Delivery, part: &PartStanding, step: Option<&Step>) -> PayloadPart {
    let planned = step.and_then(|step| step.payload.parts.get(part.part as usize)).cloned();
    let mut sent =
        planned.unwrap_or_else(|| PayloadPart { body: serde_json::Value::Null, media: Vec::new() });
    if let Some(bound) = delivery.part(part.part).and_then(|part| part.bound.clone()) {
        sent.body = bound;
    }
    sent
}
