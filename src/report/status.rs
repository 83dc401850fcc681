//! Where every delivery stands.

use crate::plan::Delivery;
use jiff::tz::TimeZone;

/// A table for people: message, rung, channel, state with a sign that does not
/// need colour, address, and below it what to do about each that needs somebody.
pub fn text(deliveries: &[&Delivery], zone: &TimeZone, colour: bool) -> String {
    let _ = (deliveries, zone, colour);
    todo!("room report")
}

/// The `deliveries` array of the JSON contract.
pub fn json(deliveries: &[&Delivery]) -> serde_json::Value {
    let _ = deliveries;
    todo!("room report")
}
