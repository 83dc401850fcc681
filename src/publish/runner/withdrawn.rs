//! Giving way to `ladder unpublish`: what it wants stopped does not leave, and the
//! right to send is given back as soon as what is in flight has landed.

use super::{Runner, Start};
use crate::plan::StepKey;
use crate::store::Withdrawal;
use jiff::SignedDuration;
use std::collections::BTreeSet;
use std::time::Duration;

/// How often a run that only waits looks whether something was withdrawn.
pub(super) const LOOK: Duration = Duration::from_secs(1);
/// Whoever noted it so long ago waits for the right to send no more, even where it
/// is only stopped.
const PATIENCE: SignedDuration = SignedDuration::from_mins(5);

/// What was withdrawn while the run was under way.
#[derive(Default)]
pub(super) struct Withdrawn {
    keys: BTreeSet<StepKey>,
    /// Somebody waits for the right to send.
    pub gives_way: bool,
}

impl<'a> Runner<'a, '_> {
    /// Makes facts of what was noted since the last look. What has begun goes on,
    /// everything else does not begin: the rest is for a later run.
    pub(super) fn heed(&mut self) {
        let noted = match self.store.withdrawals() {
            Ok(noted) => noted,
            Err(failure) => {
                self.failure.get_or_insert(failure);
                return;
            }
        };
        let (now, mut nothing_left) = (self.clock.now(), Vec::new());
        for wish in noted {
            let Withdrawal { key, by, at, .. } = &wish;
            if !self.withdrawn.keys.insert(key.clone()) {
                continue;
            }
            let waits = now.duration_since(*at) < PATIENCE && self.store.is_waited_for();
            if waits && !self.withdrawn.gives_way {
                self.withdrawn.gives_way = true;
                self.listener.gives_way(by);
            }
            let known = self.standing.deliveries.get(key);
            let is_ours = known.is_some();
            let Some(event) = wish.fact(known) else {
                nothing_left.push(key.clone());
                continue;
            };
            if is_ours {
                self.note(&event);
            }
            self.facts.push(event);
        }
        if self.withdrawn.gives_way {
            // Nothing that the command speaks for leaves any more.
            self.wave.end_the_command();
        }
        if let Err(failure) = self.store.forget_withdrawals(&nothing_left) {
            self.failure.get_or_insert(failure);
        }
    }

    /// Those that may leave: the last look before they do. What was withdrawn since
    /// its intent was written is taken back.
    pub(super) fn still_wanted(&mut self, starts: Vec<Start<'a>>) -> Vec<Start<'a>> {
        if !starts.iter().any(Start::leaves) {
            return starts;
        }
        self.heed();
        if self.withdrawn.keys.is_empty() {
            return starts;
        }
        let (wanted, withdrawn) = starts.into_iter().partition(|start| {
            let item = start.leaving().and_then(|item| self.items.get(item));
            item.is_none_or(|item| !self.withdrawn.keys.contains(&item.step.key))
        });
        self.take_back(withdrawn, "it was withdrawn before it was sent; nothing was posted");
        wanted
    }
}
