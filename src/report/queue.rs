//! A plan for people: what will go where, when, after what, and what has gone already.

use crate::plan::{Plan, Standing};
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// The plan as a table with its digest.
pub fn text(plan: &Plan, standing: &Standing, now: Timestamp, zone: &TimeZone, colour: bool) -> String {
    let _ = (plan, standing, now, zone, colour);
    todo!("room report")
}
