//! Runs plans: intent, send, receipt; retry, pace, resume, reconcile.
//!
//! Nothing is sent without a durable intent; steps that start together share
//! one commit; what is unknown is never sent again on a guess; one rung's
//! trouble delays no other. Facts go out as events to a [`Listener`]; nothing
//! in here prints.

use crate::channel::Configured;
use crate::plan::{Event, Plan, Standing};
use crate::store::{Store, StoreError};
use jiff::tz::TimeZone;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Hears what happens, as it happens.
pub trait Listener: Send {
    /// An event that is durable by now.
    fn event(&mut self, event: &Event);
    /// Something that takes time and is not an event: "waiting 30 s for x".
    fn doing(&mut self, rung: &str, what: &str);
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

/// Asks every channel that has something to send whether it could
/// (`Channel::ready`), before the first byte leaves for any of them. The error
/// is every reason why nothing may be sent at all, a sentence each.
pub async fn preflight(
    channels: &BTreeMap<String, Configured>,
    plans: &[Plan],
    project: &std::path::Path,
) -> Result<BTreeMap<String, Route>, Vec<String>> {
    let _ = (channels, plans, project);
    todo!("room publish")
}

/// What a run works with.
pub struct World<'a> {
    /// The store, whose sending lock the caller holds.
    pub store: &'a mut Store,
    /// The channels by name.
    pub channels: &'a BTreeMap<String, Configured>,
    /// What [`preflight`] found.
    pub routes: BTreeMap<String, Route>,
    /// The outbox that takes the posts of channels without credentials.
    pub outbox: &'a Configured,
    /// The project's folder.
    pub project: PathBuf,
    /// The brand's zone.
    pub zone: TimeZone,
    /// Passes `publish_at` (never the embargo).
    pub early: bool,
    /// `--only`: these rungs; empty: all.
    pub only: Vec<String>,
}

/// Runs what is due of `plans`, until nothing of it is due any more or `stop`
/// is set (Ctrl-C): then what is in flight finishes and the rest stays planned.
pub async fn run(
    world: World<'_>,
    plans: &[Plan],
    stop: tokio::sync::watch::Receiver<bool>,
    listener: &mut dyn Listener,
) -> Result<Standing, StoreError> {
    let _ = (world.early, plans, stop, listener);
    todo!("room publish")
}
