//! A queue is outlines: what is sent is read from the store when it goes.

use super::fake::{House, Say, delivery, state};
use crate::plan::fixture::{plan, post};
use crate::plan::{EventKind, Plan, Standing, State};
use crate::publish::take_up;
use jiff::Timestamp;

/// A message of its own that says `words`.
fn message(name: &str, words: &str) -> Plan {
    let mut plan = plan(vec![post("tweet", &[], &[words])]);
    plan.message = name.to_owned();
    for step in &mut plan.steps {
        step.identity.message = name.to_owned();
        step.key = step.identity.key();
    }
    plan.digest = plan.compute_digest();
    plan
}

fn queue(house: &mut House, plans: &[Plan]) {
    let batch = take_up(plans, &Standing::default(), &[], Timestamp::now());
    house.store.commit(&batch).unwrap();
}

/// What somebody does to the store with other tools.
fn rewrite(house: &House, sql: &str) {
    let connection = rusqlite::Connection::open(house.store.path()).unwrap();
    assert_eq!(connection.execute(sql, []).unwrap(), 1);
}

#[tokio::test]
async fn each_goes_once_in_its_own_words_and_leaves_none_behind() {
    let mut house = House::new();
    let plans: Vec<Plan> = (0..50).map(|n| message(&format!("m{n}"), &format!("words of {n}"))).collect();
    queue(&mut house, &plans);
    house.log("tweet").say(&[Say::Sent, Say::NotYet(Some(1)), Say::Unknown]);
    let standing = house.run_queue().await;
    let mut texts = house.log("tweet").texts();
    texts.sort();
    texts.dedup();
    let mut all: Vec<String> = (0..50).map(|n| format!("words of {n}")).collect();
    all.sort();
    assert_eq!(texts, all);
    let parts = || standing.deliveries.values().flat_map(|delivery| &delivery.parts);
    assert!(parts().all(|part| part.state != State::Sent || part.bound.is_none()));
    // The journal has them all the same.
    let journal = house.journal();
    assert!(journal.deliveries.values().flat_map(|d| &d.parts).all(|part| part.bound.is_some()));
}

#[tokio::test]
async fn a_plan_that_was_changed_in_the_store_is_not_sent() {
    let mut house = House::new();
    let (forged, other) = (message("a", "honest words"), message("b", "other words"));
    queue(&mut house, &[forged.clone(), other]);
    rewrite(&house, "UPDATE plans SET json = replace(json, 'honest', 'forged') WHERE json LIKE '%honest%'");
    let standing = house.run_queue().await;
    assert_eq!(house.log("tweet").texts(), ["other words"]);
    let held = delivery(&standing, &forged, "tweet");
    assert_eq!(held.state, State::Held);
    assert!(held.error.as_deref().unwrap().contains("was changed in the store"), "{:?}", held.error);
    // Said once, however often a run looks.
    house.run_queue().await;
    let events = house.store.events().unwrap();
    assert_eq!(events.iter().filter(|event| matches!(event.kind, EventKind::Held { .. })).count(), 1);
    // A person who publishes it sends what the message says.
    let standing = house.publish(&forged).await;
    assert_eq!(state(&standing, &forged, "tweet"), State::Sent);
    assert_eq!(house.log("tweet").texts(), ["other words", "honest words"]);
}

#[tokio::test]
async fn what_is_in_doubt_is_not_looked_for_in_forged_words() {
    let mut house = House::new();
    let plan = message("a", "honest words");
    house.log("tweet").say(&[Say::Unknown]);
    house.publish(&plan).await;
    rewrite(&house, "UPDATE plans SET json = replace(json, 'honest', 'forged')");
    let standing = house.run_queue().await;
    assert_eq!((state(&standing, &plan, "tweet"), house.log("tweet").count()), (State::Unknown, 1));
    assert!(house.heard.doings.iter().any(|doing| doing.contains("was changed in the store")));
}
