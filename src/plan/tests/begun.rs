//! What is made, and what is half done, is known with its time.

use super::*;

fn timed(kinds: &[(&str, EventKind)]) -> PartStanding {
    let plan = plan(vec![post("tweet", &[], &["x"])]);
    let mut events = vec![planned(&plan, &plan.steps[0], T)];
    events.extend(kinds.iter().map(|(time, kind)| event(&plan.steps[0], time, kind.clone())));
    let mut delivery = Standing::fold(&events, true).deliveries.remove(&plan.steps[0].key).unwrap();
    // Read from a journal's lines it is the same.
    let lines: Vec<String> = events.iter().map(|event| serde_json::to_string(event).unwrap()).collect();
    let read: Vec<Event> = lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(read, events);
    delivery.parts.remove(0)
}

const TIMES: [&str; 4] =
    ["2026-12-01T10:00:00Z", "2026-12-01T11:00:00Z", "2026-12-01T12:00:00Z", "2026-12-01T13:00:00Z"];

fn saying(text: &str) -> EventKind {
    EventKind::Intent { part: 0, attempt: 1, bound: serde_json::json!(text), prepares: true }
}

fn prepared(made: &str) -> EventKind {
    EventKind::Prepared { part: 0, made: Some(made.to_owned()) }
}

#[test]
fn what_is_made_is_as_old_as_it_was_first_written_down() {
    let of = |kinds: Vec<EventKind>| {
        let part = timed(&TIMES.into_iter().zip(kinds).collect::<Vec<_>>());
        (part.made, part.made_at.map(|at| at.to_string()))
    };
    let known = |made: &str, at: usize| (Some(made.to_owned()), Some(TIMES[at].to_owned()));
    assert_eq!(of(vec![saying("a"), prepared("1"), saying("a"), prepared("1")]), known("1", 1));
    assert_eq!(of(vec![saying("a"), prepared("1"), saying("a"), prepared("2")]), known("2", 3));
    assert_eq!(of(vec![saying("a"), prepared("1"), unknown(0), prepared("1")]), known("1", 1));
    // Never in doubt, and other words by now: it is left behind.
    assert_eq!(of(vec![saying("a"), prepared("1"), saying("b")]), (None, None));
    assert_eq!(of(vec![saying("a"), unknown(0), prepared("1"), saying("b")]), known("1", 2));
}

fn later(done: Option<&str>) -> EventKind {
    let done = done.map(str::to_owned);
    let until = at(LATER);
    EventKind::NotYet { part: 0, says: "busy".to_owned(), until, mend: false, account: false, done }
}

#[test]
fn what_is_half_done_stays_known_until_it_is_all_done_or_says_something_else() {
    let of = |kinds: Vec<EventKind>| {
        let begun = timed(&TIMES.into_iter().zip(kinds).collect::<Vec<_>>()).begun?;
        Some((begun.done, begun.since.to_string()))
    };
    let known = |done: &str, at: usize| Some((done.to_owned(), TIMES[at].to_owned()));
    assert_eq!(of(vec![saying("a"), later(None)]), None);
    assert_eq!(of(vec![saying("a"), later(Some("1")), saying("a"), later(Some("2"))]), known("2", 1));
    // Neither another reason nor a run that died makes it undone.
    assert_eq!(of(vec![saying("a"), later(Some("1")), saying("a"), later(None)]), known("1", 1));
    assert_eq!(of(vec![saying("a"), later(Some("1")), saying("a"), unknown(0)]), known("1", 1));
    assert_eq!(of(vec![saying("a"), later(Some("1")), saying("b"), later(Some("2"))]), known("2", 3));
    assert_eq!(of(vec![saying("a"), later(Some("1")), saying("a"), receipt(0, None)]), None);
}

#[test]
fn what_is_half_done_when_it_is_withdrawn_is_out_as_far_as_that() {
    let withdrawn = || EventKind::Withdrawn { by: "ada".to_owned() };
    for kinds in [
        vec![intent(0), later(Some("1")), withdrawn()],
        vec![intent(0), withdrawn(), later(Some("1"))],
        vec![intent(0), later(Some("1")), unknown(0), withdrawn(), resolved(false, None)],
    ] {
        let delivery = after(&["x"], &kinds);
        assert_eq!((delivery.state, delivery.still_up().count()), (State::Sent, 1), "{kinds:?}");
        let left = |left: Option<&str>| {
            let left = left.map(str::to_owned);
            let gone = EventKind::Removed { part: 0, was_gone: false, by: None, left };
            after(&["x"], &[kinds.clone(), vec![gone]].concat())
        };
        assert_eq!((left(None).state, left(None).error), (State::Unpublished, None));
        let some = left(Some("one was not told"));
        assert_eq!((some.state, some.outcome()), (State::Unpublished, Outcome::Down));
        assert_eq!(
            (some.left(), some.error.as_deref()),
            (Some("one was not told"), Some("one was not told"))
        );
    }
    let untold = after(&["x"], &[intent(0), later(None), withdrawn()]);
    assert_eq!(untold.state, State::Cancelled);
}

/// Journals from before are read as they were.
#[test]
fn facts_without_what_is_done_are_read() {
    for (line, kind) in [
        (r#""event":"not_yet","part":0,"says":"busy","until":"2026-12-01T09:00:00Z""#, later(None)),
        (
            r#""event":"removed","part":0"#,
            EventKind::Removed { part: 0, was_gone: false, by: None, left: None },
        ),
        (
            r#""event":"stays","part":0,"why":"later","says":"no""#,
            EventKind::Stays { part: 0, why: Stay::Later, says: "no".to_owned(), done: None },
        ),
    ] {
        let line = format!("{{\"at\":\"{T}\",\"key\":\"k\",{line}}}");
        assert_eq!(serde_json::from_str::<Event>(&line).unwrap().kind, kind);
    }
}
