//! Which generation counts.

use super::*;
use crate::plan::fixture::{again, at, event, intent, pasted, plan, planned, post, receipt, resolved};
use crate::plan::{Event, EventKind};

const TIMES: [&str; 4] =
    ["2026-12-01T08:00:00Z", "2026-12-01T09:00:00Z", "2026-12-01T10:00:00Z", "2026-12-01T11:00:00Z"];

fn refused() -> EventKind {
    EventKind::Refused { part: 0, says: "no".to_owned() }
}

fn unknown() -> EventKind {
    EventKind::Unknown { part: 0, cause: "cut".to_owned() }
}

fn cancelled() -> EventKind {
    EventKind::Cancelled { by: "grace".to_owned() }
}

fn skipped() -> EventKind {
    EventKind::Skipped { why: "no".to_owned() }
}

/// The step, and its standing after each generation was taken up in its hour
/// and had these facts in it; `late` is what became known of the first at last.
fn history(generations: &[&[EventKind]], late: &[EventKind]) -> (Step, Standing) {
    let step = post("blog", &[], &["one", "two"]);
    let mut events: Vec<Event> = Vec::new();
    for (number, kinds) in generations.iter().enumerate() {
        let this = if number == 0 { step.clone() } else { again(&step, number as u32) };
        events.push(planned(&plan(vec![this.clone()]), &this, TIMES[number]));
        events.extend(kinds.iter().map(|kind| event(&this, TIMES[number], kind.clone())));
    }
    events.extend(late.iter().map(|kind| event(&step, TIMES[3], kind.clone())));
    (step, Standing::fold(&events, false))
}

fn out() -> [EventKind; 3] {
    [intent(0), receipt(0, Some("https://a.example/1")), receipt(1, None)]
}

/// The number of the generation that counts.
fn counts(generations: &[&[EventKind]], late: &[EventKind]) -> u32 {
    let (step, standing) = history(generations, late);
    standing.awaited(&step).unwrap().generation
}

#[test]
fn the_newest_counts_whatever_it_is() {
    assert_eq!(counts(&[&[]], &[]), 0);
    for newest in [&[][..], &[intent(0)], &[intent(0), pasted(0)], &out()] {
        assert_eq!(counts(&[&out(), newest], &[]), 1, "{newest:?}");
    }
    assert_eq!(counts(&[&out(), &out(), &[]], &[]), 2);
}

#[test]
fn who_begins_anew_what_is_out_wants_the_new_one_to_be_spoken_of() {
    assert_eq!(counts(&[&out(), &[intent(0), refused()]], &[]), 1);
    assert_eq!(counts(&[&out(), &[skipped()]], &[]), 1);
}

#[test]
fn what_a_person_gave_up_counts_as_never_begun() {
    assert_eq!(counts(&[&out(), &[cancelled()]], &[]), 0);
    assert_eq!(counts(&[&out(), &[intent(0), refused()], &[cancelled()]], &[]), 2, "nothing that is alive");
}

#[test]
fn a_doubt_about_an_older_one_counts_where_the_newer_did_not_go_out() {
    let doubt = [intent(0), unknown()];
    assert_eq!(counts(&[&doubt, &[intent(0), refused()]], &[]), 0);
    assert_eq!(counts(&[&doubt, &out()], &[]), 1);
    // It turned out to be out: nobody decided against it.
    let found = [receipt(0, Some("https://a.example/1")), receipt(1, None)];
    assert_eq!(counts(&[&doubt, &[intent(0), refused()]], &found), 0);
    assert_eq!(counts(&[&doubt, &[intent(0), refused()]], &[resolved(false, None)]), 1);
}

#[test]
fn an_address_is_that_of_the_newest_that_is_out() {
    let (step, standing) = history(&[&out(), &[intent(0), refused()]], &[]);
    assert_eq!(standing.newest_out(&step).unwrap().generation, 0);
    let (step, standing) = history(&[&out(), &out(), &[]], &[]);
    assert_eq!(standing.newest_out(&step).unwrap().generation, 1);
}

#[test]
fn a_plan_that_is_about_to_begin_anew_is_not_satisfied_by_what_was() {
    let (step, standing) = history(&[&out()], &[]);
    assert!(standing.awaited(&again(&step, 1)).is_none());
    // An old plan finds the newer ones, and no number is counted up to.
    let (step, standing) = history(&[&out(), &out()], &[]);
    assert_eq!(standing.awaited(&step).unwrap().generation, 1);
    assert!(standing.generations(&again(&step, u32::MAX).identity).is_empty());
}

#[test]
fn what_is_superseded_is_never_planned_again() {
    let until = at(TIMES[3]);
    let not_yet = || EventKind::NotYet {
        part: 0,
        says: "busy".to_owned(),
        until,
        mend: false,
        account: false,
        done: None,
    };
    let mend = || EventKind::NotYet {
        part: 0,
        says: "no token".to_owned(),
        until,
        mend: true,
        account: false,
        done: None,
    };
    let cases: [(&[EventKind], &[EventKind], State); 8] = [
        (&[], &[], State::Cancelled),
        (&[intent(0), not_yet()], &[], State::Cancelled),
        (&[intent(0), mend()], &[], State::Cancelled),
        (&[intent(0), pasted(0), pasted(1)], &[], State::Cancelled),
        (&[intent(0), receipt(0, None)], &[], State::Cancelled),
        (&[intent(0), unknown()], &[], State::Unknown),
        (&[intent(0), unknown()], &[resolved(false, None)], State::Cancelled),
        (&[intent(0), refused()], &[], State::Refused),
    ];
    for (first, late, state) in cases {
        let (step, standing) = history(&[first, &out()], late);
        let older = &standing.deliveries[&step.key];
        assert!(older.superseded && !older.is_open(), "{first:?}");
        assert_eq!(older.state, state, "{first:?} {late:?}");
        if state == State::Cancelled {
            assert_eq!(older.error.as_deref(), Some("cancelled by `--again`, which began anew"));
        }
    }
}

#[test]
fn a_doubt_that_is_settled_as_sent_is_sent_and_taken_back_a_doubt() {
    let doubt =
        [intent(0), receipt(0, None), intent(1), EventKind::Unknown { part: 1, cause: String::new() }];
    let (step, standing) = history(&[&doubt, &out()], &[resolved(true, None)]);
    assert_eq!(standing.deliveries[&step.key].state, State::Sent);
    let back = [resolved(false, None), EventKind::Reopened { by: "grace".to_owned() }];
    let (step, standing) = history(&[&doubt, &out()], &back);
    let older = &standing.deliveries[&step.key];
    assert!(older.superseded);
    assert_eq!(older.state, State::Unknown);
}

#[test]
fn memory_and_journal_agree_on_what_is_superseded() {
    let step = post("blog", &[], &["one"]);
    let second = again(&step, 1);
    let first = [planned(&plan(vec![step.clone()]), &step, TIMES[0])];
    let then = [planned(&plan(vec![second.clone()]), &second, TIMES[1])];
    let mut standing = Standing::fold(&first, true);
    standing.add(&then);
    let all: Vec<Event> = first.into_iter().chain(then).collect();
    assert_eq!(standing.deliveries, Standing::fold(&all, true).deliveries);
    // An import may bring the older one last.
    let late: Vec<Event> = all.iter().rev().cloned().collect();
    assert_eq!(Standing::fold(&late, true).deliveries, standing.deliveries);
}

#[test]
fn what_was_skipped_and_is_planned_again_is_planned() {
    let step = post("blog", &[], &["one"]);
    let plan = plan(vec![step.clone()]);
    let events =
        [planned(&plan, &step, TIMES[0]), event(&step, TIMES[1], skipped()), planned(&plan, &step, TIMES[2])];
    let delivery = &Standing::fold(&events, false).deliveries[&step.key];
    assert_eq!((delivery.state, delivery.error.as_deref()), (State::Planned, None));
}
