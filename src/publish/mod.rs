//! Runs plans: intent, send, receipt; retry, resume, reconcile.
//!
//! Nothing is sent without a durable intent; steps that start together share
//! one commit; what is unknown is never sent again on a guess; one rung's
//! trouble delays no other. Facts go out as events to a [`Listener`]; nothing
//! in here prints. Why it is built so: `docs/decisions/once-only.md` and `stages.md`.
//!
//! [`preflight`] asks every channel first, [`verify`] the networks behind them,
//! [`resting()`] says what is left alone where one of them cannot be used; [`run`]
//! takes plans up and sends what is due of them (`publish`); [`resume`] sends what
//! is due of what was taken up before (`run`); [`take_up`] only takes up (`schedule`).
//! [`take_down`] and [`edit`] are about what is out.

mod attempt;
mod before_send;
mod bound;
mod deadline;
mod end;
mod fence;
mod item;
mod pace;
mod preflight;
mod removal;
mod rest;
mod retry;
mod revival;
mod runner;
mod take_up;
mod verify;

pub use before_send::BeforeSend;
pub use bound::bound_payload;
pub use deadline::Deadline;
pub use end::{exit_beside_rest, exit_of};
pub use pace::{Later, Paces};
pub use preflight::{Left, Preflight, Scope, account_of, of_channel, outstanding, preflight};
pub use removal::{Edit, Ground, Hears, Takedown, edit, take_down};
pub use rest::{Moment, Rest, resting, wanted};
pub use revival::{goes_after_all, revivals};
pub use take_up::take_up;
pub use verify::{Verdicts, verify};

use crate::channel::Configured;
pub use crate::clock::Clock;
use crate::plan::{Event, Plan, Standing, Step, StepKey};
use crate::store::{Store, StoreError};
use jiff::tz::TimeZone;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// Hears what happens, as it happens.
pub trait Listener: Send {
    /// An event that is durable by now.
    fn event(&mut self, event: &Event);
    /// Something that takes time and is not an event: "looking whether it went out".
    fn doing(&mut self, step: &Step, what: &str);
    /// A line of what the command of `--before-send` said, as it said it.
    fn says(&mut self, line: &str) {
        let _ = line;
    }
    /// Somebody wants something taken down, which this run stands in the way of: what
    /// is in flight finishes, and the rest is for a later run.
    fn gives_way(&mut self, by: &str) {
        let _ = by;
    }
}

/// Which way a channel's steps go in this run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// To the network.
    Network,
    /// To the outbox, for want of these credentials (`without_credentials = "outbox"`).
    Outbox {
        /// What is missing, a sentence each.
        missing: Vec<String>,
    },
}

/// What a run works with.
pub struct World<'a> {
    /// The store, whose sending lock the caller holds.
    pub store: &'a mut Store,
    /// The channels by name.
    pub channels: &'a BTreeMap<String, Configured>,
    /// What [`preflight`] found. Steps of a channel that is not in it rest.
    pub routes: BTreeMap<String, Route>,
    /// What is left alone in this run: nothing of it is sent or looked for. That
    /// it is too late for it is noted all the same.
    pub resting: BTreeSet<StepKey>,
    /// The outbox that takes the posts of channels without credentials.
    pub outbox: &'a Configured,
    /// What time it is, for the run and for its channels.
    pub clock: Clock,
    /// The project's folder.
    pub project: PathBuf,
    /// The brand's zone.
    pub zone: TimeZone,
    /// Passes `publish_at` (never the embargo).
    pub early: bool,
    /// `--only`: these rungs; empty: all.
    pub only: Vec<String>,
    /// When the run ends, whatever is in flight then.
    pub deadline: Deadline,
    /// `--verify`: what is out is looked at also where the network charges for it.
    pub closely: bool,
    /// What has to succeed before anything leaves.
    pub before_send: Option<&'a BeforeSend>,
}

/// Takes `plans` up and runs what is due of them, until nothing of it is due
/// any more or `stop` becomes true (Ctrl-C): then what is in flight finishes
/// and the rest stays planned. The end is where all deliveries of the store stand.
pub async fn run(
    world: World<'_>,
    plans: &[Plan],
    stop: tokio::sync::watch::Receiver<bool>,
    listener: &mut dyn Listener,
) -> Result<Standing, StoreError> {
    let clock = world.clock.clone();
    clock.rules(runner::run(world, plans, Scope::Plan, stop, listener)).await
}

/// Like [`run`], but only for steps that were taken up before and with that
/// very plan: what `publish --only` left out is not sent by a later `ladder run`.
/// Of the plans outlines will do ([`Plan::into_outline`]): what is sent is read
/// from the store when it goes, and only if it is what was shown.
pub async fn resume(
    world: World<'_>,
    plans: &[Plan],
    stop: tokio::sync::watch::Receiver<bool>,
    listener: &mut dyn Listener,
) -> Result<Standing, StoreError> {
    let clock = world.clock.clone();
    clock.rules(runner::run(world, plans, Scope::TakenUp, stop, listener)).await
}

#[cfg(test)]
mod tests;
