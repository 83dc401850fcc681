//! The wave that waits for `--before-send`: its intents are durable, and nothing
//! of it leaves before the command has said yes.

use super::{Runner, Start};
use crate::channel::SendError;
use crate::plan::EventKind;
use crate::publish::attempt::{Finished, Unit};
use crate::publish::before_send::{DEADLINE, Ran};
use futures_util::FutureExt;
use jiff::Timestamp;
use tokio::sync::oneshot;

/// What has been begun and has not been let go.
#[derive(Default)]
pub(super) struct Wave<'a> {
    /// The command that runs speaks for these.
    asked: Vec<Start<'a>>,
    /// The next one will.
    next: Vec<Start<'a>>,
    /// Ends the command that runs.
    end: Option<oneshot::Sender<()>>,
}

impl Wave<'_> {
    /// How many will fly.
    pub(super) fn len(&self) -> usize {
        self.asked.len() + self.next.len()
    }

    /// Ends the command, if one runs: its yes would let nothing go.
    pub(super) fn end_the_command(&mut self) {
        if let Some(end) = self.end.take() {
            // It may have ended by itself in this moment.
            let _ = end.send(());
        }
    }
}

impl<'a> Runner<'a, '_> {
    /// What is durable by now takes off, or waits for the command's yes.
    pub(super) fn let_go(&mut self, starts: Vec<Start<'a>>) {
        for start in self.still_wanted(starts) {
            if start.leaves() && self.before_send.is_some() {
                self.wave.next.push(start);
            } else {
                self.take_off(start);
            }
        }
        self.ask();
    }

    /// Runs the command for what waits, one at a time.
    fn ask(&mut self) {
        let Some(before_send) = self.before_send else { return };
        if !self.wave.asked.is_empty() || self.wave.next.is_empty() {
            return;
        }
        if !self.is_going() {
            let waiting = std::mem::take(&mut self.wave.next);
            return self.take_back(waiting, "the run ended before it was sent; nothing was posted");
        }
        self.wave.asked = std::mem::take(&mut self.wave.next);
        let end = self.deadline.last_start();
        let (sender, ends) = oneshot::channel();
        self.wave.end = Some(sender);
        let asked = async move {
            tokio::select! {
                ran = before_send.run(end) => Finished::Asked(ran),
                // Whether it would have said yes does not matter: nothing is let go.
                Ok(()) = ends => Finished::Asked(Ran { said: String::new(), outcome: Ok(()) }),
            }
        };
        self.flights.push(asked.boxed());
    }

    /// The command has ended.
    pub(super) fn asked(&mut self, Ran { said, outcome }: Ran) {
        for line in said.lines() {
            self.listener.says(line);
        }
        let asked = std::mem::take(&mut self.wave.asked);
        let asked = self.still_wanted(asked);
        match outcome {
            Ok(()) if self.is_going() => asked.into_iter().for_each(|start| self.take_off(start)),
            Ok(()) => self.take_back(asked, "the run ended before it was sent; nothing was posted"),
            Err(why) => {
                self.take_back(asked, &format!("before-send failed: {why}; nothing was posted"));
                if let Some(before_send) = self.before_send {
                    before_send.has_failed(why);
                }
            }
        }
        self.ask();
    }

    /// The run's deadline has come: whatever the command still does is over.
    pub(super) fn cut_wave(&mut self) {
        if self.wave.asked.is_empty() {
            return self.ask();
        }
        self.asked(Ran { said: String::new(), outcome: Err(DEADLINE.to_owned()) });
    }

    /// The intents are taken back: they are due as before.
    pub(super) fn take_back(&mut self, starts: Vec<Start<'a>>, says: &str) {
        let now = self.clock.now();
        for start in starts {
            match start {
                Start::Send { item, unit, .. } => {
                    self.landed(&unit);
                    self.has_landed(&unit, &Err(SendError::NotYet { says: String::new(), wait: None }));
                    // In the order in which they were to go, should the run go on.
                    if let (Some(address), Some(people)) = (&unit.recipient, &mut self.items[item].people) {
                        people.push_front(address.clone());
                    }
                    self.taken_back(&unit, says, now);
                }
                // Whoever asked answers for it.
                Start::Leave { go, .. } => {
                    let _ = go.send(Err(says.to_owned()));
                }
                other => self.take_off(other),
            }
        }
    }

    fn taken_back(&mut self, unit: &Unit, says: &str, now: Timestamp) {
        let says = says.to_owned();
        self.part_happened(
            unit,
            EventKind::NotYet { part: unit.part, says, until: now, mend: false, account: false, done: None },
            now,
        );
    }
}
