//! What was sent, when, in which words: `ladder log`.

use crate::plan::Delivery;
use jiff::tz::TimeZone;

/// For people, newest first, with the words that went out.
pub fn text(deliveries: &[&Delivery], zone: &TimeZone, colour: bool) -> String {
    let _ = (deliveries, zone, colour);
    todo!("room report")
}

/// For machines: `deliveries` with `sent` (what the service saw, a value for each part).
pub fn json(deliveries: &[&Delivery]) -> serde_json::Value {
    let _ = deliveries;
    todo!("room report")
}

/// For spreadsheets. Cells that a spreadsheet would run as a formula are defused.
pub fn csv(deliveries: &[&Delivery], zone: &TimeZone) -> String {
    let _ = (deliveries, zone);
    todo!("room report")
}
