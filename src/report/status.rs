//! Where every delivery stands, and what to do about those that need somebody.

use super::columns::{Sheet, cut, one_line, table_on};
use super::sign::{ShortKeys, paint, signed, style, word};
use super::todo::{name_of, to_do};
use crate::channel::Goes;
use crate::plan::{Delivery, PartStanding, Receipt, RecipientStanding, State, StepKey};
use crate::schedule::Due;
use anstyle::Style;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// When what is still to be sent is due, by the delivery's key.
pub type Dues = BTreeMap<StepKey, Due>;

/// A table for people: message, rung, channel, state with a sign that does not
/// need colour, key, address, and below it what to do about each that needs somebody.
pub fn text(deliveries: &[&Delivery], dues: &Dues, zone: &TimeZone, sheet: impl Into<Sheet>) -> String {
    let sheet = sheet.into();
    if deliveries.is_empty() {
        return "nothing has been published or scheduled yet\n".to_owned();
    }
    let keys = ShortKeys::of(deliveries);
    let several = Several::of(deliveries);
    let rows: Vec<Vec<String>> = deliveries
        .iter()
        .map(|delivery| {
            vec![
                delivery.message.clone(),
                rung(delivery),
                several.channel(delivery),
                signed(delivery.state),
                when(delivery, dues, zone),
                keys.short(delivery).to_owned(),
                match dues.get(&delivery.key) {
                    Some(Due::Paced(_, why)) => cut(&one_line(why), 80),
                    _ => place(delivery),
                },
            ]
        })
        .collect();
    let lines = table_on(sheet, &["MESSAGE", "RUNG", "CHANNEL", "STATE", "WHEN", "KEY", "WHERE"], &rows);
    let mut out = String::new();
    for (at, line) in lines.iter().enumerate() {
        let line = match at.checked_sub(1).and_then(|row| deliveries.get(row)) {
            // The sign and the word together stand nowhere else in a line before them.
            Some(delivery) if sheet.colour => {
                let state = signed(delivery.state);
                line.replacen(&state, &paint(&state, style(delivery.state), true), 1)
            }
            Some(_) => line.clone(),
            None => paint(line, Style::new().bold(), sheet.colour),
        };
        out.push_str(&line);
        out.push('\n');
    }
    let todo = to_do(deliveries);
    if !todo.is_empty() {
        out.push_str(&format!("\n{}\n", paint("To do", Style::new().bold(), sheet.colour)));
        out.extend(todo.iter().map(|todo| todo.text(sheet)));
    }
    out
}

/// The rungs of messages that go to several accounts.
pub(super) struct Several<'a>(BTreeMap<(&'a str, &'a str), BTreeSet<&'a str>>);

impl<'a> Several<'a> {
    pub(super) fn of(deliveries: &[&'a Delivery]) -> Several<'a> {
        let mut accounts: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
        for delivery in deliveries {
            accounts.entry((&delivery.message, &delivery.rung)).or_default().insert(&delivery.account);
        }
        Several(accounts)
    }

    /// The channel; where the same rung of the message goes to another account too, also
    /// whose that is.
    pub(super) fn channel(&self, delivery: &Delivery) -> String {
        let same = self.0.get(&(delivery.message.as_str(), delivery.rung.as_str()));
        match same.is_some_and(|all| all.len() > 1) {
            true => format!("{} ({})", delivery.channel, name_of(&delivery.account)),
            false => delivery.channel.clone(),
        }
    }
}

/// The rung; of several generations also which this is: `tweet, older`, `tweet, again`.
pub(super) fn rung(delivery: &Delivery) -> String {
    let which = match delivery.generation {
        _ if delivery.superseded => ", older",
        0 => "",
        _ => ", again",
    };
    format!("{}{which}", delivery.rung)
}

/// The `deliveries` array of the JSON contract. `due` is the moment from which
/// it may go, `waits_for` the (first) rung that has to be out first; both are null
/// where nothing is left to be sent. `paced` says why its account takes it no
/// earlier, where that is what it waits for.
pub fn json(deliveries: &[&Delivery], dues: &Dues) -> Value {
    let one = |delivery: &&Delivery| {
        let mut value = record(delivery);
        let (due, waits_for) = match dues.get(&delivery.key) {
            Some(Due::At(time) | Due::Paced(time, _)) => (json!(time), Value::Null),
            Some(Due::After(rungs)) => (Value::Null, json!(rungs.first())),
            _ => (Value::Null, Value::Null),
        };
        value["due"] = due;
        value["waits_for"] = waits_for;
        value["paced"] = match dues.get(&delivery.key) {
            Some(Due::Paced(_, why)) => json!(why),
            _ => Value::Null,
        };
        value
    };
    deliveries.iter().map(one).collect()
}

/// One delivery for machines.
pub fn record(delivery: &Delivery) -> Value {
    let first = receipts(delivery).next();
    let attempts = delivery.parts.iter().chain(delivery.recipients.iter().map(|person| &person.part));
    json!({
        "key": delivery.key,
        "message": delivery.message,
        "title": delivery.title,
        "campaign": delivery.campaign,
        "ladder": delivery.ladder,
        "rung": delivery.rung,
        "channel": delivery.channel,
        "adapter": delivery.adapter,
        "account": delivery.account,
        "kind": delivery.kind.map(|kind| kind.name()),
        "generation": delivery.generation,
        "reason": delivery.reason,
        "state": word(delivery.state),
        "id": first.and_then(|receipt| receipt.id.as_deref()),
        "url": first.and_then(|receipt| receipt.url.as_deref()),
        "detail": first.and_then(|receipt| receipt.detail.as_deref()),
        "left": first.map(|receipt| receipt.left.as_slice()).unwrap_or_default(),
        "error": delivery.error,
        "in_doubt": delivery.is_in_doubt_afterwards(),
        "kept": delivery.is_kept(),
        "attempts": attempts.map(|part| part.attempts).max().unwrap_or(0),
        "planned_at": delivery.planned_at,
        "not_before": delivery.not_before,
        "sent_at": delivery.sent_at,
        "tried_at": tried_at(delivery),
        "edited_at": delivery.after.edited_at,
        "unpublished_at": delivery.after.down_at.filter(|_| delivery.state == State::Unpublished),
        "parts": delivery.parts.iter().map(part).collect::<Vec<_>>(),
        "recipients": delivery.recipients.iter().map(|person| {
            let receipt = person.part.receipt.as_ref();
            json!({
                "recipient": person.recipient,
                "key": person.key,
                "state": word(person.part.state),
                "id": receipt.and_then(|receipt| receipt.id.as_deref()),
                "error": person.error,
                "attempts": person.part.attempts,
                "tried_at": person.part.last_tried,
            })
        }).collect::<Vec<_>>(),
    })
}

fn part(part: &PartStanding) -> Value {
    let receipt = part.receipt.as_ref();
    let live = part.seen_otherwise();
    json!({
        "live": live,
        "id": receipt.and_then(|receipt| receipt.id.as_deref()),
        "url": receipt.and_then(|receipt| receipt.url.as_deref()),
        "detail": receipt.and_then(|receipt| receipt.detail.as_deref()),
        "state": word(if live.is_some() { State::Altered } else { part.state }),
        "attempts": part.attempts,
        "tried_at": part.last_tried,
    })
}

/// When it was tried last.
pub(super) fn tried_at(delivery: &Delivery) -> Option<Timestamp> {
    let people = delivery.recipients.iter().map(|person| &person.part);
    delivery.parts.iter().chain(people).filter_map(|part| part.last_tried).max()
}

/// What came back, in the order of the parts.
pub(super) fn receipts(delivery: &Delivery) -> impl Iterator<Item = &Receipt> {
    let people = delivery.recipients.iter().map(|person| &person.part);
    delivery.parts.iter().chain(people).filter_map(|part| part.receipt.as_ref())
}

/// `2026-12-01 09:00` in `zone`.
pub(super) fn clock(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string()
}

fn when(delivery: &Delivery, dues: &Dues, zone: &TimeZone) -> String {
    // What is only partly out goes on: when, matters more than when it began.
    if let Some(sent) = delivery.sent_at.filter(|_| !delivery.is_open()) {
        return clock(sent, zone);
    }
    // Whoever looks at the account needs to know about when.
    if let Some(tried) = tried_at(delivery).filter(|_| delivery.state == State::Unknown) {
        return format!("tried {}", clock(tried, zone));
    }
    match (dues.get(&delivery.key), delivery.not_before) {
        (Some(Due::At(at)), Some(_)) => format!("again {}", clock(*at, zone)),
        (None, Some(at)) if delivery.is_open() => format!("not before {}", clock(at, zone)),
        (None, Some(_)) => String::new(),
        (Some(Due::At(at)), None) => format!("due {}", clock(*at, zone)),
        (Some(Due::Paced(at, _)), _) => format!("due {}", clock(*at, zone)),
        (Some(Due::Now), _) => "due now".to_owned(),
        (Some(Due::After(rungs)), _) => format!("after {}", one_line(&rungs.join(" and "))),
        (Some(Due::TooLate(at)), _) => format!("too late since {}", clock(*at, zone)),
        (Some(Due::Never(rung)), _) => format!("never: {} did not go out", one_line(rung)),
        (Some(Due::Settled) | None, _) => String::new(),
    }
}

/// The address, or for mail how many have it, or where the text lies, or why not.
pub(super) fn place(delivery: &Delivery) -> String {
    let place = place_alone(delivery);
    // Why there is this one beside an older.
    let why = delivery.reason.as_deref().filter(|_| delivery.generation > 0).map(one_line);
    match why {
        Some(why) if place.is_empty() => format!("again: {}", cut(&why, 60)),
        Some(why) => format!("{place} (again: {})", cut(&why, 60)),
        None => place,
    }
}

pub(super) fn place_alone(delivery: &Delivery) -> String {
    if delivery.is_for_each_person() {
        return people(delivery);
    }
    let live = receipts(delivery).find_map(|receipt| receipt.url.clone());
    let lies = || lies(delivery);
    // Long answers stand whole below the table, in `log` and in JSON.
    let why = || delivery.error.as_deref().map(|error| cut(&one_line(error), 80));
    let (out, all) = (delivery.live().count(), delivery.part_count);
    if delivery.state == State::Refused && delivery.is_broken_off() || delivery.is_open() && out > 0 {
        return why()
            .or(live)
            .map_or_else(|| format!("{out} of {all} live"), |more| format!("{out} of {all} live; {more}"));
    }
    match delivery.state {
        State::Refused | State::Unknown | State::Held | State::Skipped => why().or(live),
        State::Unpublished => live.map(|url| format!("was at {url}")),
        State::Waiting if Goes::of(&delivery.adapter) == Goes::ByHand => Some("by hand".to_owned()),
        // What is out of it stays out: it is for a person to say whether that is wanted.
        State::Cancelled if out > 0 && out < all as usize => {
            let urls = delivery.live().filter_map(|part| part.receipt.as_ref()?.url.as_deref());
            let urls: Vec<&str> = urls.collect();
            let colon = if urls.is_empty() { "" } else { ": " };
            let live = format!("{out} of {all} live{colon}{}", urls.join(" "));
            Some(why().map_or_else(|| live.clone(), |why| format!("{live}; {why}")))
        }
        // Where its text lay, another's may lie by now.
        State::Cancelled => live.or_else(why),
        _ => live.or_else(lies).or_else(why),
    }
    .unwrap_or_default()
}

/// The file that the text lies in. What a person posts by hand lies in none:
/// there the network's page for writing is kept.
fn lies(delivery: &Delivery) -> Option<String> {
    let mut laid = receipts(delivery).filter_map(|receipt| {
        Some((receipt.detail.as_deref().filter(|detail| !is_address(detail))?, receipt))
    });
    laid.next().map(|(detail, receipt)| format!("{detail}{}", left(receipt)))
}

/// What lies there still from before, behind where the new text lies; nothing if
/// there is none.
pub(super) fn left(receipt: &Receipt) -> String {
    let names: Vec<String> = receipt.left.iter().map(|name| format!("`{}`", one_line(name))).collect();
    match names.len() {
        0 => String::new(),
        1 => format!("; {} from before was left there: delete it, if nobody is to post it", names[0]),
        _ => format!(
            "; {} from before were left there: delete them, if nobody is to post them",
            names.join(", ")
        ),
    }
}

pub(super) fn is_address(detail: &str) -> bool {
    detail.starts_with("https://")
}

fn people(delivery: &Delivery) -> String {
    let all = delivery.recipients.len();
    let count = |state: State| delivery.recipients.iter().filter(|person| person.part.state == state).count();
    let mut words = vec![format!("{} of {all} sent", count(State::Sent))];
    for state in [State::Refused, State::Unknown, State::Sending, State::Waiting] {
        if count(state) > 0 {
            words.push(format!("{} {}", count(state), word(state)));
        }
    }
    let words = words.join(", ");
    // Why it has to be tried again, as far as anybody said.
    let again = |person: &&RecipientStanding| person.part.state == State::Planned;
    let ended = matches!(
        delivery.state,
        State::Held | State::Skipped | State::Cancelled | State::Refused | State::Unknown
    );
    let of_one = delivery.recipients.iter().filter(again).find_map(|person| person.error.as_deref());
    match of_one.or(delivery.error.as_deref().filter(|_| ended)) {
        Some(why) => format!("{words}: {}", cut(&one_line(why), 80)),
        None => words,
    }
}

#[cfg(test)]
#[path = "status_tests.rs"]
pub(super) mod tests;
