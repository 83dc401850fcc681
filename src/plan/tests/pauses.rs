//! Ever less often, and for how long in vain.

use super::*;
use crate::plan::fixture::{at, event, mail, plan, planned, post, to};
use crate::plan::{Standing, Step};

const START: &str = "2026-12-01T08:00:00Z";

fn minutes(from: Timestamp, minutes: i64) -> Timestamp {
    from.checked_add(SignedDuration::from_mins(minutes)).unwrap()
}

/// A try at that time that came to nothing; a wait of so many seconds was named.
fn try_in_vain(step: &Step, when: Timestamp, attempt: u32, seconds: i64) -> [Event; 2] {
    let kind = EventKind::Intent { part: 0, attempt, bound: serde_json::Value::Null, prepares: false };
    let until = when.checked_add(SignedDuration::from_secs(seconds)).unwrap();
    let no = EventKind::NotYet {
        part: 0,
        says: "down".to_owned(),
        until,
        mend: false,
        account: false,
        done: None,
    };
    let time = when.to_string();
    [event(step, &time, kind), event(step, &time, no)]
}

fn after(tries: u32, apart: i64, seconds: i64) -> Delivery {
    let step = post("tweet", &[], &["x"]);
    let mut events = vec![planned(&plan(vec![step.clone()]), &step, START)];
    for number in 0..tries {
        let when = minutes(at(START), apart * i64::from(number));
        events.extend(try_in_vain(&step, when, number + 1, seconds));
    }
    Standing::fold(&events, false).deliveries.remove(&step.key).unwrap()
}

#[test]
fn pauses_begin_after_a_runs_worth_of_tries_and_end_at_an_hour() {
    let pauses: Vec<i64> = (0..12).chain([u32::MAX]).map(|tries| pause_after(tries).as_mins()).collect();
    assert_eq!(pauses, [0, 0, 0, 0, 0, 0, 5, 10, 20, 40, 60, 60, 60]);
    assert_eq!(after(5, 1, 2).paused_until(), None);
    assert_eq!(after(6, 1, 2).paused_until(), Some(minutes(at(START), 5 + 5)));
    assert_eq!(after(40, 1, 2).paused_until(), Some(minutes(at(START), 39 + 60)));
}

#[test]
fn a_wait_that_was_named_is_believed_and_not_lengthened() {
    assert_eq!(after(9, 1, 600).paused_until(), None);
}

#[test]
fn a_person_ends_the_pause_and_a_run_takes_it_up_again() {
    let delivery = after(9, 1, 2);
    let mut standing = Standing::default();
    let key = delivery.key.clone();
    standing.deliveries.insert(key.clone(), delivery);
    standing.end_mending_pauses();
    assert_eq!(standing.deliveries[&key].paused_until(), None);
    standing.leave_to_runs();
    assert!(standing.deliveries[&key].paused_until().is_some());
}

#[test]
fn who_joins_a_list_does_not_wait_for_the_others() {
    let people: Vec<String> = ["a@acme.example", "b@acme.example"].map(str::to_owned).to_vec();
    let step = mail("news", &people);
    let mut events = vec![planned(&plan(vec![step.clone()]), &step, START)];
    for number in 0..7 {
        let tries = try_in_vain(&step, minutes(at(START), i64::from(number)), number + 1, 2);
        events.extend(tries.map(|event| to(&people[0], event)));
    }
    let fold = |events: &[Event]| Standing::fold(events, false).deliveries.remove(&step.key).unwrap();
    assert_eq!(fold(&events).paused_until(), None, "nobody has tried the second");
    for number in 0..6 {
        let tries = try_in_vain(&step, minutes(at(START), i64::from(number)), number + 1, 2);
        events.extend(tries.map(|event| to(&people[1], event)));
    }
    assert_eq!(fold(&events).paused_until(), Some(minutes(at(START), 5 + 5)), "the first of them");
}

#[test]
fn a_day_in_vain_is_known_from_the_journal_alone() {
    assert_eq!(after(20, 60, 2).in_vain_for(), None);
    assert_eq!(after(26, 60, 2).in_vain_for(), Some(SignedDuration::from_hours(25)));
    // Three tries in three days are no trouble of the network's.
    assert_eq!(after(3, 24 * 60, 2).in_vain_for(), None);
}
