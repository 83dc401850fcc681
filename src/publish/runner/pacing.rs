//! Who may go to an account at which moment, and who waits in line for it.

use super::{Aloft, Runner};
use crate::channel::SendError;
use crate::plan::{EventKind, Receipt};
use crate::publish::attempt::Unit;
use crate::publish::pace::Later;
use crate::publish::retry::LONGEST_WAIT;
use futures_util::FutureExt;
use futures_util::stream::{FuturesUnordered, StreamExt};
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

impl Runner<'_, '_> {
    /// Whether the account takes so many of the item not now but later: then it is
    /// looked at again, if that is soon.
    pub(super) fn waits_in_line(&mut self, number: usize, need: usize, now: Timestamp) -> bool {
        let item = &self.items[number];
        if item.stand_in.is_some() {
            return false;
        }
        let account = item.step.identity.account.as_str();
        let later = match self.standing.busy(account, now) {
            Some(busy) => Later { at: busy.until, why: busy.says.clone() },
            None => match self.paces.opens(account, number, need, now) {
                Ok(()) => return false,
                Err(later) => later,
            },
        };
        self.wait_in_line(number, &later);
        true
    }

    /// Looks at the item again then, in this run, if the run is still young: all
    /// that waits longer is a later run's, for this one holds the store.
    pub(super) fn wait_in_line(&mut self, number: usize, later: &Later) {
        let patience = SignedDuration::try_from(LONGEST_WAIT).unwrap_or_default();
        let item = &self.items[number];
        if item.rests {
            return;
        }
        if later.at <= self.began.saturating_add(patience).unwrap_or(Timestamp::MAX) {
            self.wakes.insert((later.at, number));
        } else {
            self.listener.doing(item.step, &format!("left for a later run: {}", later.why));
        }
    }

    /// It goes now: its place in the pace is taken, and so many parts come after it.
    pub(super) fn takes_off(&mut self, unit: &Unit, left: usize, now: Timestamp) {
        let item = &self.items[unit.item];
        if item.stand_in.is_none() {
            let account = &item.step.identity.account;
            self.paces.take(account, now);
            self.paces.promise(account, unit.item, left);
        }
        self.air.insert(key(unit), Aloft { at: now, has_left: Arc::default() });
    }

    /// What says whether the posting of that part has left.
    pub(super) fn has_left(&self, unit: &Unit) -> Arc<AtomicBool> {
        self.air.get(&key(unit)).map(|aloft| aloft.has_left.clone()).unwrap_or_default()
    }

    /// The run's deadline: what is in flight is let go. A posting that left may be
    /// out; whatever was still preparing is not.
    pub(super) fn cut(&mut self) {
        // What came in this very moment is an answer.
        while let Some(Some(finished)) = self.flights.next().now_or_never() {
            self.receive(finished);
        }
        self.is_over = true;
        self.deadline.strike();
        // Looks at what is out, for a page or for what is in doubt change nothing.
        self.flights = FuturesUnordered::new();
        self.starts.clear();
        self.cut_wave();
        let now = self.clock.now();
        for ((item, recipient, part), aloft) in std::mem::take(&mut self.air) {
            let unit = Unit { item, recipient, part };
            let kind = if aloft.has_left.load(Ordering::Relaxed) {
                EventKind::Unknown { part, cause: "the run's deadline came before an answer did".to_owned() }
            } else {
                let says = "the run's deadline came before it was posted".to_owned();
                EventKind::NotYet { part, says, until: now, mend: false, account: false, done: None }
            };
            self.part_happened(&unit, kind, now);
        }
    }

    /// What comes before a posting is done: only now the network counts it.
    pub(super) fn leaves_now(&mut self, unit: &Unit, now: Timestamp) {
        let item = &self.items[unit.item];
        if let Some(aloft) = self.air.get_mut(&key(unit)).filter(|_| item.stand_in.is_none()) {
            let account = &item.step.identity.account;
            self.paces.give_back(account, aloft.at);
            self.paces.take(account, now);
            aloft.at = now;
        }
    }

    /// An answer came: what was not taken has used up nothing, and what broke off
    /// leaves its room to others.
    pub(super) fn has_landed(&mut self, unit: &Unit, outcome: &Result<Receipt, SendError>) {
        let Some(aloft) = self.air.remove(&key(unit)) else { return };
        let account = &self.items[unit.item].step.identity.account;
        if let Err(error) = outcome {
            self.paces.promise(account, unit.item, 0);
            if !matches!(error, SendError::Unknown { .. } | SendError::Refused { .. }) {
                self.paces.give_back(account, aloft.at);
            }
        }
    }
}

fn key(unit: &Unit) -> (usize, Option<String>, u32) {
    (unit.item, unit.recipient.clone(), unit.part)
}
