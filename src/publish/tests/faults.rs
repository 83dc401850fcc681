//! What channels, disks, people and other processes do to a run.

use super::fake::{House, Say, delivery, state};
use crate::channel::Ready;
use crate::plan::fixture::{plan, post};
use crate::plan::{EventKind, Plan, Standing, State};
use crate::publish::{self, Preflight, Route, Scope, Verdicts, outstanding, preflight, verify};
use crate::store::{Store, StoreError};
use std::collections::BTreeSet;
use std::time::Duration;
use tokio::sync::watch;

fn two() -> Plan {
    plan(vec![post("tweet", &[], &["a"]), post("post", &[], &["b"])])
}

#[tokio::test]
async fn a_wait_is_obeyed_and_delays_no_other() {
    let (mut house, plan) = (House::new(), two());
    house.log("tweet").say(&[Say::NotYet(Some(1500))]);
    let standing = house.publish(&plan).await;
    assert_eq!(state(&standing, &plan, "tweet"), State::Sent);
    let tweet = house.log("tweet");
    let sends = tweet.sends.lock().unwrap();
    let waited = sends[1].4.duration_since(sends[0].4);
    // Longer than the wait that a first try has by itself: it is the named one.
    assert!(waited >= Duration::from_millis(1500), "{waited:?}");
    assert_eq!((sends[0].2, sends[1].2), (1, 2));
    let posted = house.log("post").sends.lock().unwrap()[0].4;
    assert!(posted < sends[1].4);
}

#[tokio::test]
async fn who_never_is_ready_stays_planned_after_five_tries() {
    let (mut house, plan) = (House::new(), two());
    house.log("tweet").say(&vec![Say::NotYet(Some(5)); 9]);
    let standing = house.publish(&plan).await;
    let tweet = delivery(&standing, &plan, "tweet");
    assert_eq!((tweet.state, tweet.attempts()), (State::Planned, 5));
    assert_eq!(tweet.error.as_deref(), Some("busy"));
    assert_eq!(house.log("tweet").count(), 5);
}

#[tokio::test]
async fn an_adapter_that_panics_is_a_doubt_and_no_end_of_the_run() {
    let (mut house, plan) = (House::new(), two());
    house.log("tweet").say(&[Say::Panic]);
    let standing = house.publish(&plan).await;
    assert_eq!(state(&standing, &plan, "tweet"), State::Unknown);
    assert_eq!(state(&standing, &plan, "post"), State::Sent);
}

#[tokio::test]
async fn when_told_to_stop_what_flies_lands_and_the_rest_stays() {
    let mut house = House::new();
    let plan = plan(vec![post("tweet", &[], &["one", "two"]), post("post", &["tweet"], &["later"])]);
    house.log("tweet").say(&[Say::Slow(100)]);
    let (sender, stop) = watch::channel(false);
    house.heard.stop = Some(sender);
    let (world, heard) = house.world();
    let standing = publish::run(world, std::slice::from_ref(&plan), stop, heard).await.unwrap();
    assert_eq!(state(&standing, &plan, "tweet"), State::Planned);
    assert!(delivery(&standing, &plan, "tweet").part(0).unwrap().receipt.is_some());
    assert_eq!(state(&standing, &plan, "post"), State::Planned);
    house.heard.stop = None;
    let standing = house.run_queue().await;
    assert_eq!(state(&standing, &plan, "post"), State::Sent);
    assert_eq!(house.log("tweet").texts(), ["one", "two"]);
}

/// Makes every later write to the store fail, as a full disk does.
fn break_store(house: &House) {
    let other = rusqlite::Connection::open(house.store.path()).unwrap();
    other
        .execute_batch("CREATE TRIGGER full BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'full'); END")
        .unwrap();
}

#[tokio::test]
async fn a_store_that_cannot_write_sends_nothing() {
    let (mut house, plan) = (House::new(), two());
    break_store(&house);
    house.try_publish(&plan).await.unwrap_err();
    assert_eq!((house.log("tweet").count(), house.log("post").count()), (0, 0));
    assert!(house.heard.events.is_empty());
}

#[tokio::test]
async fn a_store_that_breaks_meanwhile_starts_nothing_more_and_says_what_is_lost() {
    let mut house = House::new();
    let plan = plan(vec![post("tweet", &[], &["a"]), post("post", &["tweet"], &["b"])]);
    house.log("tweet").say(&[Say::Slow(300)]);
    let path = house.store.path().to_owned();
    let breaking = tokio::task::spawn_blocking(move || {
        std::thread::sleep(Duration::from_millis(100));
        let other = rusqlite::Connection::open(path).unwrap();
        other
            .execute_batch(
                "CREATE TRIGGER full BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'full'); END",
            )
            .unwrap();
    });
    let error = house.try_publish(&plan).await.unwrap_err();
    breaking.await.unwrap();
    assert!(matches!(error, StoreError::Midway { unrecorded: 1, .. }), "{error}");
    assert_eq!(house.log("post").count(), 0);
    assert_eq!(state(&house.journal(), &plan, "tweet"), State::Unknown);
}

#[tokio::test]
async fn two_runners_cannot_both_send() {
    let house = House::new();
    let other = Store::open(house.store.path(), house.store.id()).unwrap();
    let lock = house.store.lock_for_sending().unwrap();
    let error = other.lock_for_sending().unwrap_err();
    assert!(error.to_string().contains(&format!("process {}", std::process::id())), "{error}");
    assert!(other.is_sending());
    drop(lock);
    assert!(!other.is_sending());
    other.lock_for_sending().unwrap();
}

#[tokio::test]
async fn preflight_names_every_reason_and_takes_the_outbox_where_it_may() {
    let (mut house, plan) = (House::new(), two());
    let missing = || vec!["`X_TOKEN` is not set".to_owned()];
    *house.log("tweet").ready.lock().unwrap() = Some(Ready::NoCredentials(missing()));
    *house.log("post").ready.lock().unwrap() = Some(Ready::No(vec!["no folder".to_owned()]));
    let plans = [plan];
    let broken = |found: Preflight| found.broken.into_values().flatten().collect::<Vec<_>>();
    let found = preflight(&house.channels, &house.outbox, &plans[0].steps, house.folder.path()).await;
    assert!(found.routes.is_empty(), "{found:?}");
    assert_eq!(broken(found), ["`[channels.post]`: no folder", "`[channels.tweet]`: `X_TOKEN` is not set"]);
    *house.log("post").ready.lock().unwrap() = None;
    house.channels.get_mut("tweet").unwrap().without_credentials = true;
    let found = preflight(&house.channels, &house.outbox, &plans[0].steps, house.folder.path()).await;
    assert_eq!(found.routes["tweet"], Route::Outbox { missing: missing() });
    assert_eq!((&found.routes["post"], found.broken.len()), (&Route::Network, 0));
    // An outbox that cannot be written to breaks those that it stands in for.
    *house.outbox_log.ready.lock().unwrap() = Some(Ready::No(vec!["a link".to_owned()]));
    let found = preflight(&house.channels, &house.outbox, &plans[0].steps, house.folder.path()).await;
    assert_eq!(found.routes.keys().collect::<Vec<_>>(), ["post"]);
    assert_eq!(broken(found), ["`[channels.outbox]`: a link"]);
    *house.outbox_log.ready.lock().unwrap() = None;
    let mut moved = plans[0].clone();
    moved.steps[0].identity.account = "fake:somebody-else".to_owned();
    moved.steps[1].channel = "gone".to_owned();
    let found = preflight(&house.channels, &house.outbox, &moved.steps, house.folder.path()).await;
    assert!(found.routes.is_empty() && broken(found.clone()).len() == 2, "{found:?}");
}

#[tokio::test(start_paused = true)]
async fn what_a_network_says_of_the_credentials_stops_the_run_and_its_silence_does_not() {
    let (mut house, plan) = (House::new(), two());
    let names: BTreeSet<String> = ["tweet", "post"].map(str::to_owned).into();
    let plans = [plan];
    let project = house.folder.path().to_owned();
    let mut routes = preflight(&house.channels, &house.outbox, &plans[0].steps, &project).await.routes;
    let nothing = Verdicts::default();
    assert_eq!(verify(&house.channels, &routes, &names, &project).await, nothing);
    *house.log("tweet").verdict.lock().unwrap() = Some(Say::Refused);
    *house.log("post").verdict.lock().unwrap() = Some(Say::Hang);
    let verdicts = verify(&house.channels, &routes, &names, &project).await;
    let broken: Vec<&String> = verdicts.broken.values().collect();
    assert_eq!(broken, ["`[channels.tweet]`: the token has expired"]);
    // Nobody who is not sending is asked, and what goes to the outbox needs no credentials.
    let others: BTreeSet<String> = ["post".to_owned()].into();
    assert_eq!(verify(&house.channels, &routes, &others, &project).await, nothing);
    routes.insert("tweet".to_owned(), Route::Outbox { missing: Vec::new() });
    assert_eq!(verify(&house.channels, &routes, &names, &project).await, nothing);
    *house.log("tweet").verdict.lock().unwrap() = Some(Say::NotYet(None));
    routes.insert("tweet".to_owned(), Route::Network);
    assert_eq!(verify(&house.channels, &routes, &names, &project).await, nothing);
    // Who does not say whose they are stops nothing, and is told.
    *house.log("post").verdict.lock().unwrap() = Some(Say::Unsaid);
    let verdicts = verify(&house.channels, &routes, &names, &project).await;
    assert_eq!(verdicts.unsaid, ["`[channels.post]`: not verified: nobody told"]);
    assert!(verdicts.broken.is_empty());
    house.channels.clear();
    assert_eq!(verify(&house.channels, &routes, &names, &project).await, nothing);
}

#[tokio::test]
async fn what_is_done_needs_no_credentials_any_more() {
    let (mut house, plan) = (House::new(), two());
    let standing = house.publish(&plan).await;
    assert!(outstanding(std::slice::from_ref(&plan), &standing, &[], Scope::Plan).is_empty());
    let left =
        outstanding(std::slice::from_ref(&plan), &Standing::default(), &["post".to_owned()], Scope::Plan);
    assert_eq!(left[0].steps.len(), 1);
    let none = outstanding(std::slice::from_ref(&plan), &Standing::default(), &[], Scope::TakenUp);
    assert!(none.is_empty());
}

#[tokio::test]
async fn a_closed_window_is_said_once_and_nothing_is_sent() {
    let mut house = House::new();
    let mut late = plan(vec![post("tweet", &[], &["a"])]);
    late.publish_at = Some("2020-01-01T09:00:00Z".parse().unwrap());
    late.steps[0].gate.window = Some(jiff::SignedDuration::from_hours(6));
    house.publish(&late).await;
    let standing = house.publish(&late).await;
    let tweet = delivery(&standing, &late, "tweet");
    assert_eq!(tweet.error.as_deref(), Some("its window closed at 2020-01-01 15:00"));
    let held = |kind: &EventKind| matches!(kind, EventKind::Held { .. });
    assert_eq!(house.heard.events.iter().filter(|event| held(&event.kind)).count(), 1);
    assert_eq!(house.log("tweet").count(), 0);
}

#[tokio::test]
async fn on_a_standing_clock_waits_are_leapt_over_and_times_are_exact() {
    let (mut house, plan) = (House::new(), two());
    let start = jiff::Timestamp::from_second(1_800_000_000).unwrap();
    house.clock = publish::Clock::standing_at(start);
    house.log("tweet").say(&[Say::NotYet(Some(100_000)), Say::NotYet(Some(20_000))]);
    let began = std::time::Instant::now();
    let standing = house.publish(&plan).await;
    assert!(began.elapsed() < Duration::from_secs(60));
    let after =
        |rung: &str| delivery(&standing, &plan, rung).sent_at.unwrap().duration_since(start).as_secs();
    assert_eq!(
        (after("tweet"), after("post"), house.clock.now().duration_since(start).as_secs()),
        (120, 0, 120)
    );
}
