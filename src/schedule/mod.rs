//! When a step may run: not before, window, embargo, dependencies.
//!
//! Pure: the clock and the journal's standing come in as values.

use crate::plan::{Plan, Standing, Step};
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Whether a step may run.
#[derive(Clone, Debug, PartialEq)]
pub enum Due {
    /// Now.
    Now,
    /// At that time.
    At(Timestamp),
    /// When this rung is out (and its page answers).
    After(String),
    /// It is too late: its window closed at that time.
    TooLate(Timestamp),
    /// Never: what it waits for was refused, skipped or cancelled.
    Never(String),
    /// It is out already, or in a state that only a person or evidence ends.
    Settled,
}

/// Whether `step` may run at `now`. `early` passes the message's `publish_at`,
/// never its embargo.
pub fn due(
    plan: &Plan,
    step: &Step,
    standing: &Standing,
    now: Timestamp,
    zone: &TimeZone,
    early: bool,
) -> Due {
    let _ = (plan, step, standing, now, zone, early);
    todo!("room schedule")
}
