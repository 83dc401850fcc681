//! Rows folded ahead come to what all events come to.

use super::*;
use crate::plan::fixture::{event, intent, plan, planned, post, receipt};
use crate::plan::{EventKind, Plan};
use crate::store::Batch;

/// Numbers that are the same in each run.
struct Seed(u64);

impl Seed {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % most
    }
}

fn message(name: &str) -> Plan {
    let mut plan = plan(vec![post("tweet", &[], &["a", "b"]), post("other", &["tweet"], &["x"])]);
    plan.message = name.to_owned();
    for step in &mut plan.steps {
        step.identity.message = name.to_owned();
        step.key = step.identity.key();
    }
    plan.digest = plan.compute_digest();
    plan
}

/// Anything that may happen to a step, in any order: imports bring facts late.
fn happening(seed: &mut Seed, plan: &Plan, minute: usize) -> Event {
    let step = &plan.steps[seed.below(plan.steps.len())];
    let at = format!("2026-12-{:02}T08:{:02}:00Z", 1 + minute / 60 % 28, minute % 60);
    let part = u32::try_from(seed.below(2)).unwrap();
    let said = || "so it is".to_owned();
    let kind = match seed.below(11) {
        0 => return planned(plan, step, &at),
        1..=3 => intent(part),
        4 | 5 => receipt(part, Some("https://x.example/1")),
        6 => EventKind::Refused { part, says: said() },
        7 => EventKind::Unknown { part, cause: said() },
        8 => EventKind::Held { why: said() },
        9 => EventKind::Resolved { sent: seed.below(2) == 0, url: None, id: None, by: said() },
        _ => EventKind::Cancelled { by: said() },
    };
    event(step, &at, kind)
}

#[test]
fn a_view_is_what_all_events_come_to() {
    for round in 0..8 {
        let mut seed = Seed(round);
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::create(&folder.path().join("ladder.db")).unwrap();
        let plans: Vec<Plan> = ["a", "b", "c", "d"].map(message).into();
        let mut all = Vec::new();
        for minute in 0..30 {
            let events: Vec<Event> = (0..=seed.below(3))
                .map(|_| {
                    let which = seed.below(plans.len());
                    happening(&mut seed, &plans[which], minute)
                })
                .collect();
            all.extend(events.clone());
            // As if nobody had to be alone for it: what matters here is the order.
            store.events().unwrap();
            store.commit(&Batch { plans: Vec::new(), events }).unwrap();
            if seed.below(4) == 0 {
                store.fold_up().unwrap();
            }
            let running = seed.below(2) == 0;
            let whole = Standing::fold(&all, running).deliveries;
            let viewed = store.view(&View::all(), running).unwrap();
            assert_eq!(viewed.standing.deliveries, whole, "round {round}, minute {minute}");
            assert_eq!(viewed.others, 0);
            let view = View { messages: vec!["b".to_owned()], newest: 1, ..View::default() };
            let viewed = store.view(&view, running).unwrap();
            for (key, delivery) in &whole {
                let seen = viewed.standing.deliveries.get(key);
                assert!(seen.is_none_or(|seen| seen == delivery), "round {round}, minute {minute}");
                let asked = !delivery.is_settled() || delivery.message == "b";
                assert!(!asked || seen.is_some(), "round {round}, minute {minute}: {delivery:?}");
            }
            assert_eq!(viewed.standing.deliveries.len() + viewed.others, whole.len());
        }
    }
}

#[test]
fn a_run_knows_what_a_doubt_may_be_taken_for() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::create(&folder.path().join("ladder.db")).unwrap();
    let plans: Vec<Plan> = ["a", "b", "c"].map(message).into();
    let happen = |store: &mut Store, plan: &Plan, at: &str, kinds: Vec<EventKind>| {
        let step = &plan.steps[0];
        let mut events = vec![planned(plan, step, at)];
        events.extend(kinds.into_iter().map(|kind| event(step, at, kind)));
        store.events().unwrap();
        store.commit(&Batch { plans: Vec::new(), events }).unwrap();
    };
    let sent = || vec![intent(0), receipt(0, None), intent(1), receipt(1, None)];
    happen(&mut store, &plans[0], "2026-10-01T08:00:00Z", sent());
    happen(&mut store, &plans[1], "2026-11-02T08:00:00Z", sent());
    happen(&mut store, &plans[2], "2026-11-01T08:00:00Z", vec![intent(0)]);
    store.fold_up().unwrap();
    let messages = |view: &View| {
        let viewed = store.view(view, false).unwrap();
        let mut found: Vec<String> =
            viewed.standing.deliveries.values().map(|delivery| delivery.message.clone()).collect();
        found.sort();
        (found.join(" "), viewed.others)
    };
    assert_eq!(messages(&View::default()), ("c".to_owned(), 2));
    // What went out a month before the doubt cannot be it; what did since, can.
    assert_eq!(messages(&View::for_run(Vec::new())), ("b c".to_owned(), 1));
    assert_eq!(messages(&View::for_run(vec!["a".to_owned()])), ("a b c".to_owned(), 0));
}

#[test]
fn rows_of_another_ladder_are_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::create(&folder.path().join("ladder.db")).unwrap();
    let plan = message("a");
    let events: Vec<Event> =
        plan.steps.iter().map(|step| planned(&plan, step, "2026-12-01T08:00:00Z")).collect();
    for _ in 0..5 {
        store.events().unwrap();
        store.commit(&Batch { plans: Vec::new(), events: events.clone() }).unwrap();
    }
    store.fold_up().unwrap();
    store
        .connection
        .execute_batch(
            "UPDATE folded SET json = '{}'; UPDATE meta SET value = '0.0.1/1' WHERE name = 'folded_by'",
        )
        .unwrap();
    assert_eq!(store.view(&View::all(), false).unwrap().standing.deliveries.len(), 2);
    store.fold_up().unwrap();
    assert_eq!(upto(&store.connection).unwrap(), Some(10));
    assert_eq!(store.view(&View::all(), false).unwrap().standing.deliveries.len(), 2);
}

#[test]
fn what_is_there_for_its_time_only_comes_without_its_words() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::create(&folder.path().join("ladder.db")).unwrap();
    let plan = message("a");
    let now = Timestamp::now().to_string();
    let happened = |kind| event(&plan.steps[0], &now, kind);
    let events = vec![planned(&plan, &plan.steps[0], &now), happened(intent(0)), happened(receipt(0, None))];
    for _ in 0..2 {
        store.events().unwrap();
        store.commit(&Batch { plans: Vec::new(), events: events.clone() }).unwrap();
    }
    store.events().unwrap();
    let second = vec![happened(intent(1)), happened(receipt(1, None))];
    store.commit(&Batch { plans: Vec::new(), events: second }).unwrap();
    store.fold_up().unwrap();
    let words = |view: &View| {
        let standing = store.view(view, false).unwrap().standing;
        standing.deliveries.values().flat_map(|d| &d.parts).filter(|part| part.bound.is_some()).count()
    };
    assert_eq!(words(&View::for_run(Vec::new())), 0);
    assert_eq!(words(&View::for_run(vec!["a".to_owned()])), 2);
    assert_eq!(words(&View::all()), 2);
}

#[test]
fn who_queues_a_message_does_not_read_the_queue() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::create(&folder.path().join("ladder.db")).unwrap();
    let plans: Vec<Plan> = ["a", "b", "c", "d"].map(message).into();
    let at = "2026-12-01T08:00:00Z";
    let all = plans.iter().flat_map(|plan| plan.steps.iter().map(move |step| planned(plan, step, at)));
    store.commit(&Batch { plans: plans.clone(), events: all.collect() }).unwrap();
    store.fold_up().unwrap();
    let seen = |store: &Store| {
        let viewed = store.view(&View::for_queueing("a".to_owned()), false).unwrap();
        let found = viewed.standing.deliveries.into_values();
        let mut found: Vec<String> = found.map(|d| format!("{}/{}", d.message, d.rung)).collect();
        found.sort();
        found.join(" ")
    };
    assert_eq!(seen(&store), "a/other a/tweet");
    // What was begun counts for the pace of its account, folded or not.
    let begun = event(&plans[2].steps[0], at, intent(0));
    store.commit(&Batch { plans: Vec::new(), events: vec![begun] }).unwrap();
    assert_eq!(seen(&store), "a/other a/tweet c/other c/tweet");
    let held = |at| event(&plans[2].steps[0], at, EventKind::Held { why: "so it is".to_owned() });
    store.commit(&Batch { plans: Vec::new(), events: vec![held(at), held(at), held(at)] }).unwrap();
    store.fold_up().unwrap();
    assert_eq!(seen(&store), "a/other a/tweet c/tweet");
}
