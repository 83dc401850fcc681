//! Facts of the journal in the words of a rehearsal.

use super::duration;
use crate::plan::{Delivery, Event, EventKind, RECORDS};
use crate::report::columns::Sheet;
use crate::report::{columns::one_line, todo};

/// What a fact says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// In a few words.
    pub what: String,
    /// Whether it is trouble.
    pub trouble: bool,
}

/// The fact in words; nothing for what only a journal has to know. `parts` is
/// how many the delivery has.
pub fn told(event: &Event, parts: usize) -> Option<Told> {
    let part = |part: u32| if parts > 1 { format!("part {} of {parts}: ", part + 1) } else { String::new() };
    let for_whom = event.recipient.as_deref().map(|who| format!("{}: ", one_line(who))).unwrap_or_default();
    let well = |what: String| Some(Told { what: format!("{for_whom}{what}"), trouble: false });
    let trouble = |what: String| Some(Told { what: format!("{for_whom}{what}"), trouble: true });
    match &event.kind {
        EventKind::Intent { part: at, attempt: 1, .. } => well(format!("{}goes", part(*at))),
        EventKind::Intent { part: at, attempt, .. } => well(format!("{}goes, try {attempt}", part(*at))),
        EventKind::Receipt { part: at, receipt } => {
            let place = receipt.url.as_deref().or(receipt.detail.as_deref()).unwrap_or_default();
            let out = if receipt.for_a_person { "laid out for a person to post" } else { "is out" };
            well(format!("{}{out} {}", part(*at), one_line(place)).trim_end().to_owned())
        }
        EventKind::Seen { part: at, seen } => {
            let words = seen.altered.as_deref()?;
            trouble(format!("{}readers see other words: {}", part(*at), one_line(words)))
        }
        EventKind::Refused { part: at, says } => trouble(format!("{}refused: {}", part(*at), one_line(says))),
        EventKind::NotYet { part: at, says, until, mend, account: _, done: _ } => {
            let wait = duration(until.duration_since(event.at));
            let next = match (mend, wait.is_empty()) {
                (true, _) => "held until it is mended".to_owned(),
                (false, true) => "nothing was done, tried again".to_owned(),
                (false, false) => format!("nothing was done, tried again after {wait}"),
            };
            trouble(format!("{}{next}: {}", part(*at), one_line(says)))
        }
        EventKind::Unknown { part: at, cause } => {
            trouble(format!("{}nobody knows whether it is out: {}", part(*at), one_line(cause)))
        }
        EventKind::Looked { part: at, says } => {
            trouble(format!("{}looked for it, and that settled nothing: {}", part(*at), one_line(says)))
        }
        EventKind::Resolved { sent: true, by, .. } if by == RECORDS => {
            well("looked for it: the network has it".to_owned())
        }
        EventKind::Resolved { sent: false, by, .. } if by == RECORDS => {
            well("looked for it: it is not there, so it goes again".to_owned())
        }
        EventKind::Held { why } => trouble(format!("held: {}", one_line(why))),
        EventKind::Skipped { why } => trouble(format!("skipped: {}", one_line(why))),
        EventKind::Cancelled { by } => trouble(format!("cancelled by {}", one_line(by))),
        // Taking up and preparing are seen by nobody, and no person settles anything here.
        _ => None,
    }
}

/// What a person has to do about a delivery.
pub fn what_to_do(delivery: &Delivery, beside: &[&Delivery]) -> Option<String> {
    todo::what_to_do(delivery, beside).map(|todo| todo.text(Sheet::default()))
}
