//! Death at every point where something has just become durable, and failure of
//! every single commit: nothing goes out twice, nothing is lost.

use super::fake::{House, Say};
use crate::plan::fixture::{mail, plan, post, post_with_url};
use crate::plan::{Plan, Standing, State};
use std::collections::BTreeSet;

/// Every kind of step: something to wait for, an address, a thread, a mail.
fn all() -> Plan {
    let people: Vec<String> = (0..12).map(|number| format!("p{number:02}@acme.example")).collect();
    let mut thread = post("post", &["tweet"], &["one", "two", "three"]);
    thread.gate.delay = Some(jiff::SignedDuration::ZERO);
    plan(vec![post("blog", &[], &["whole"]), post_with_url("tweet", "blog"), thread, mail("mail", &people)])
}

fn nothing_twice(house: &House, told: &str) {
    for (name, log) in &house.logs {
        let mut seen = BTreeSet::new();
        for (person, part, ..) in log.sends.lock().unwrap().iter() {
            assert!(seen.insert((person.clone(), *part)), "{name} {person:?} {part} twice: {told}");
        }
    }
}

/// Whatever is not out is in doubt, or waits for what is in doubt.
fn nothing_lost(standing: &Standing, plan: &Plan, told: &str) {
    let doubt = standing.deliveries.values().any(|delivery| delivery.state == State::Unknown);
    for step in &plan.steps {
        let state = standing.deliveries[&step.key].state;
        let waits = !step.after.is_empty() && doubt;
        let fine = matches!(state, State::Sent | State::Unknown) || (waits && state == State::Planned);
        assert!(fine, "`{}` is {state:?}: {told}", step.rung);
    }
}

#[tokio::test]
async fn death_at_every_durable_point_sends_nothing_twice_and_loses_nothing() {
    let plan = all();
    let mut deaths = 0;
    for count in 1.. {
        let mut house = House::new();
        *house.log("post").uploads.lock().unwrap() = true;
        let died = house.die_after_events(&plan, count).await;
        let told = format!("died after event {count}");
        house.publish(&plan).await;
        let standing = house.publish(&plan).await;
        nothing_twice(&house, &told);
        nothing_lost(&standing, &plan, &told);
        assert_eq!(standing.deliveries, house.journal().deliveries, "{told}");
        if !died {
            break;
        }
        deaths += 1;
    }
    assert!(deaths > 30, "only {deaths} points");
}

#[tokio::test]
async fn failure_of_every_write_sends_nothing_twice_and_loses_nothing() {
    let plan = all();
    for count in 0.. {
        let mut house = House::new();
        *house.log("post").uploads.lock().unwrap() = true;
        let other = rusqlite::Connection::open(house.store.path()).unwrap();
        let trigger = format!(
            "CREATE TRIGGER full BEFORE INSERT ON events WHEN (SELECT count(*) FROM events) >= {count}
             BEGIN SELECT RAISE(ABORT, 'full'); END"
        );
        other.execute_batch(&trigger).unwrap();
        house.log("mail").say(&[Say::Slow(1), Say::Sent, Say::Slow(2)]);
        let failed = house.try_publish(&plan).await.is_err();
        let told = format!("no room after event {count}");
        if count == 0 {
            assert!(house.logs.values().all(|log| log.count() == 0), "{told}");
        }
        other.execute_batch("DROP TRIGGER full").unwrap();
        let standing = house.publish(&plan).await;
        nothing_twice(&house, &told);
        nothing_lost(&standing, &plan, &told);
        if !failed {
            break;
        }
    }
}
