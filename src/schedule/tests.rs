//! When a step may run.

use super::*;
use crate::plan::Event;
use crate::plan::EventKind;
use crate::plan::fixture::{again, at, event, intent, pasted, plan, planned, post, receipt};

fn berlin() -> TimeZone {
    TimeZone::get("Europe/Berlin").unwrap()
}

/// `blog`, and `tweet` after it with the given gate.
fn two(gate: impl FnOnce(&mut Step)) -> Plan {
    let mut tweet = post("tweet", &["blog"], &["x"]);
    gate(&mut tweet);
    plan(vec![post("blog", &[], &["y"]), tweet])
}

/// Both taken up at `start`, and what `kinds` says of the blog.
fn history(plan: &Plan, start: &str, kinds: &[(&str, EventKind)]) -> Standing {
    let mut events: Vec<Event> = plan.steps.iter().map(|step| planned(plan, step, start)).collect();
    events.extend(kinds.iter().map(|(time, kind)| event(&plan.steps[0], time, kind.clone())));
    Standing::fold(&events, true)
}

fn tweet_due(plan: &Plan, standing: &Standing, now: &str) -> Due {
    due(plan, &plan.steps[1], standing, at(now), &berlin(), false)
}

#[test]
fn a_step_without_conditions_goes_at_once() {
    let plan = two(|_| {});
    let now = at("2026-12-01T08:00:00Z");
    assert_eq!(due(&plan, &plan.steps[0], &Standing::default(), now, &berlin(), false), Due::Now);
    assert_eq!(
        tweet_due(&plan, &Standing::default(), "2026-12-01T08:00:00Z"),
        Due::After(vec!["blog".to_owned()])
    );
}

#[test]
fn publish_at_waits_early_passes_it_and_the_embargo_is_passed_by_nothing() {
    let mut plan = two(|_| {});
    plan.publish_at = Some(at("2026-12-01T08:00:00Z"));
    let standing = Standing::default();
    let ask = |plan: &Plan, early| {
        due(plan, &plan.steps[0], &standing, at("2026-11-30T08:00:00Z"), &berlin(), early)
    };
    assert_eq!(ask(&plan, false), Due::At(at("2026-12-01T08:00:00Z")));
    assert_eq!(ask(&plan, true), Due::Now);
    plan.embargo = Some(at("2026-12-01T05:00:00Z"));
    assert_eq!(ask(&plan, true), Due::At(at("2026-12-01T05:00:00Z")));
    assert_eq!(ask(&plan, false), Due::At(at("2026-12-01T08:00:00Z")));
}

#[test]
fn a_delay_counts_from_when_the_dependency_was_out() {
    let plan = two(|tweet| tweet.gate.delay = Some(SignedDuration::from_hours(1)));
    let out = [("2026-12-01T08:00:00Z", receipt(0, None))];
    let standing = history(&plan, "2026-11-01T08:00:00Z", &out);
    assert_eq!(tweet_due(&plan, &standing, "2026-12-01T08:59:59Z"), Due::At(at("2026-12-01T09:00:00Z")));
    assert_eq!(tweet_due(&plan, &standing, "2026-12-01T09:00:00Z"), Due::Now);
}

#[test]
fn every_end_of_a_dependency_has_its_answer() {
    let plan = two(|_| {});
    let now = "2026-12-01T09:00:00Z";
    let then = "2026-12-01T08:00:00Z";
    let after = |kinds: &[EventKind]| {
        let kinds: Vec<_> = kinds.iter().map(|kind| (then, kind.clone())).collect();
        tweet_due(&plan, &history(&plan, then, &kinds), now)
    };
    let blog = || "blog".to_owned();
    assert_eq!(after(&[receipt(0, None)]), Due::Now);
    assert_eq!(after(&[intent(0)]), Due::After(vec![blog()]));
    assert_eq!(after(&[pasted(0)]), Due::After(vec![blog()]), "a person has to paste it first");
    assert_eq!(
        after(&[intent(0), EventKind::Unknown { part: 0, cause: String::new() }]),
        Due::After(vec![blog()])
    );
    assert_eq!(after(&[EventKind::Held { why: String::new() }]), Due::After(vec![blog()]));
    assert_eq!(after(&[EventKind::Refused { part: 0, says: String::new() }]), Due::Never(blog()));
    assert_eq!(after(&[EventKind::Skipped { why: String::new() }]), Due::Never(blog()));
    assert_eq!(after(&[EventKind::Cancelled { by: String::new() }]), Due::Never(blog()));
}

#[test]
fn what_is_out_or_in_doubt_is_settled() {
    let plan = two(|_| {});
    let then = "2026-12-01T08:00:00Z";
    for kind in [receipt(0, None), intent(0), pasted(0), EventKind::Cancelled { by: String::new() }] {
        let standing = history(&plan, then, &[(then, kind.clone())]);
        let answer = due(&plan, &plan.steps[0], &standing, at(then), &berlin(), true);
        assert_eq!(answer, Due::Settled, "{kind:?}");
    }
    let newer = super::super::plan::fixture::plan(vec![again(&plan.steps[0], 1)]);
    let mut events = vec![planned(&plan, &plan.steps[0], then)];
    events.push(planned(&newer, &newer.steps[0], then));
    let standing = Standing::fold(&events, true);
    assert_eq!(due(&plan, &plan.steps[0], &standing, at(then), &berlin(), false), Due::Settled);
    assert_eq!(due(&newer, &newer.steps[0], &standing, at(then), &berlin(), false), Due::Now);
}

#[test]
fn a_wall_time_is_the_brands_and_survives_clock_changes_leap_days_and_years() {
    let plan = two(|tweet| tweet.gate.at = Some("next day 09:00".to_owned()));
    for (out, goes) in [
        ("2026-07-01T20:00:00Z", "2026-07-02T07:00:00Z"),
        ("2026-12-31T12:00:00Z", "2027-01-01T08:00:00Z"),
        // Already the next day in Berlin.
        ("2026-12-31T23:30:00Z", "2027-01-02T08:00:00Z"),
        ("2028-02-28T12:00:00Z", "2028-02-29T08:00:00Z"),
        // The clocks change in the night: 23 and 25 hours.
        ("2026-03-28T08:00:00Z", "2026-03-29T07:00:00Z"),
        ("2026-10-24T07:00:00Z", "2026-10-25T08:00:00Z"),
    ] {
        let standing = history(&plan, "2026-01-01T00:00:00Z", &[(out, receipt(0, None))]);
        assert_eq!(tweet_due(&plan, &standing, out), Due::At(at(goes)), "after {out}");
    }
}

#[test]
fn a_window_closes_but_does_not_cut_a_thread() {
    let gate = |tweet: &mut Step| {
        tweet.gate.window = Some(SignedDuration::from_hours(6));
        tweet.payload.parts.push(tweet.payload.parts[0].clone());
    };
    let plan = two(gate);
    let then = "2026-12-01T08:00:00Z";
    let standing = history(&plan, then, &[(then, receipt(0, None))]);
    assert_eq!(tweet_due(&plan, &standing, "2026-12-01T14:00:00Z"), Due::Now);
    let closed = Due::TooLate(at("2026-12-01T14:00:00Z"));
    assert_eq!(tweet_due(&plan, &standing, "2026-12-01T14:00:01Z"), closed);
    let mut events: Vec<Event> = plan.steps.iter().map(|step| planned(&plan, step, then)).collect();
    events.push(event(&plan.steps[0], then, receipt(0, None)));
    events.push(event(&plan.steps[1], then, intent(0)));
    events.push(event(&plan.steps[1], then, receipt(0, None)));
    assert_eq!(tweet_due(&plan, &Standing::fold(&events, false), "2026-12-02T14:00:01Z"), Due::Now);
}

#[test]
fn not_yet_and_a_new_generation_move_the_time() {
    let plan = two(|_| {});
    let then = "2026-12-01T08:00:00Z";
    let until = at("2026-12-01T08:10:00Z");
    let not_yet =
        EventKind::NotYet { part: 0, says: String::new(), until, mend: false, account: false, done: None };
    let standing = history(&plan, then, &[(then, intent(0)), (then, not_yet)]);
    assert_eq!(due(&plan, &plan.steps[0], &standing, at(then), &berlin(), true), Due::At(until));
    assert_eq!(due(&plan, &plan.steps[0], &standing, until, &berlin(), false), Due::Now);
    // Again, a month after its dependency: the window begins anew.
    let mut tweet = again(&plan.steps[1], 1);
    tweet.gate.window = Some(SignedDuration::from_hours(1));
    let anew = super::super::plan::fixture::plan(vec![plan.steps[0].clone(), tweet]);
    let standing = history(&plan, then, &[(then, receipt(0, None))]);
    assert_eq!(tweet_due(&anew, &standing, "2027-01-01T08:00:00Z"), Due::Now);
}

#[test]
fn the_ends_of_time_make_no_panic() {
    let mut plan = two(|tweet| {
        tweet.gate.delay = Some(SignedDuration::MAX);
        tweet.gate.window = Some(SignedDuration::MAX);
        tweet.gate.at = Some("next day 09:00".to_owned());
    });
    plan.embargo = Some(Timestamp::MAX);
    plan.publish_at = Some(Timestamp::MIN);
    let then = "2026-12-01T08:00:00Z";
    let standing = history(&plan, then, &[(then, receipt(0, None))]);
    assert!(matches!(tweet_due(&plan, &standing, then), Due::At(_)));
    assert!(matches!(
        due(&plan, &plan.steps[0], &Standing::default(), at(then), &berlin(), true),
        Due::At(_)
    ));
}

#[test]
fn the_window_of_a_fixed_time_counts_from_that_time() {
    let mut plan = two(|_| {});
    plan.steps[0].gate.at = Some("2026-12-01 09:00".to_owned());
    plan.steps[0].gate.window = Some(SignedDuration::from_hours(6));
    let ask = |now: &str| due(&plan, &plan.steps[0], &Standing::default(), at(now), &berlin(), false);
    assert_eq!(ask("2026-12-01T07:00:00Z"), Due::At(at("2026-12-01T08:00:00Z")));
    assert_eq!(ask("2026-12-01T13:59:00Z"), Due::Now);
    assert_eq!(ask("2026-12-02T08:00:00Z"), Due::TooLate(at("2026-12-01T14:00:00Z")));
}

#[test]
fn of_several_those_are_named_that_are_not_out() {
    let steps = [
        post("blog", &[], &["y"]),
        post("blog-de", &[], &["y"]),
        post("tweet", &["blog", "blog-de"], &["x"]),
    ];
    let plan = plan(steps.to_vec());
    let due = |events: &[Event]| {
        due(
            &plan,
            &plan.steps[2],
            &Standing::fold(events, false),
            at("2026-12-01T08:00:00Z"),
            &berlin(),
            false,
        )
    };
    let all: Vec<Event> =
        plan.steps.iter().map(|step| planned(&plan, step, "2026-12-01T08:00:00Z")).collect();
    assert_eq!(due(&all), Due::After(vec!["blog".to_owned(), "blog-de".to_owned()]));
    let one = [
        event(&plan.steps[0], "2026-12-01T08:00:00Z", intent(0)),
        event(&plan.steps[0], "2026-12-01T08:00:00Z", receipt(0, None)),
    ];
    assert_eq!(due(&[all, one.to_vec()].concat()), Due::After(vec!["blog-de".to_owned()]));
}

#[test]
fn a_wait_that_begins_in_the_future_was_written_by_a_wrong_clock() {
    let plan = two(|_| {});
    let wait = |at: &str, until: Timestamp| {
        let kind = EventKind::NotYet {
            part: 0,
            says: "busy".to_owned(),
            until,
            mend: false,
            account: false,
            done: None,
        };
        let events: Vec<Event> = vec![
            planned(&plan, &plan.steps[0], at),
            event(&plan.steps[0], at, intent(0)),
            event(&plan.steps[0], at, kind),
        ];
        let standing = Standing::fold(&events, true);
        let now = self::at("2026-12-01T08:00:00Z");
        due(&plan, &plan.steps[0], &standing, now, &berlin(), false)
    };
    let until = at("2026-12-01T08:30:00Z");
    assert_eq!(wait("2026-12-01T07:59:00Z", until), Due::At(until));
    // Two clocks may differ by some minutes.
    assert_eq!(wait("2026-12-01T08:09:00Z", until), Due::At(until));
    // Nor is what was taken up by that clock due only when the day has come.
    assert_eq!(wait("2026-12-02T08:00:00Z", at("2026-12-02T08:30:00Z")), Due::Now);
}
