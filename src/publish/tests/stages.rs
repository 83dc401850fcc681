//! The stages of a sending: what nobody sees, the posting, and a look at it.

use super::fake::{House, Say, delivery, state};
use crate::channel::{SendError, fixture};
use crate::plan::fixture::{plan, post, post_with_url};
use crate::plan::{EventKind, Plan, Receipt, Seen, State};
use crate::publish::attempt::{self, Finished, Unit};
use std::time::Duration;

fn two() -> Plan {
    plan(vec![post("blog", &[], &["whole"]), post_with_url("tweet", "blog")])
}

fn kinds(house: &House) -> Vec<&'static str> {
    let name = |kind: &EventKind| match kind {
        EventKind::Intent { .. } => "intent",
        EventKind::Prepared { .. } => "prepared",
        EventKind::Receipt { .. } => "receipt",
        EventKind::Seen { .. } => "seen",
        EventKind::NotYet { .. } => "not yet",
        EventKind::Unknown { .. } => "unknown",
        _ => "else",
    };
    house.heard.events.iter().map(|event| name(&event.kind)).filter(|name| *name != "else").collect()
}

/// How one try ends.
async fn one_try(house: &House) -> Result<Receipt, SendError> {
    let plan = plan(vec![post("tweet", &[], &["a"])]);
    let step = &plan.steps[0];
    let part = step.payload.parts[0].clone();
    let attempt = fixture::attempt(house.folder.path(), step.variant.clone());
    let unit = Unit { item: 0, recipient: None, part: 0 };
    let channel = &*house.channels["tweet"].channel;
    let hold = crate::store::Hold::lasting(std::time::Duration::from_secs(60));
    match attempt::send(channel, unit, part, attempt, None, hold, Default::default()).await {
        Finished::Sent(_, _, outcome) => outcome,
        other => panic!("{other:?}"),
    }
}

/// Time is the runtime's, which leaps where all sleep.
#[tokio::test(start_paused = true)]
async fn however_the_preparation_ends_nothing_was_posted() {
    for (end, expected) in [
        (Say::Hang, "what comes before the post was not done within 20 minutes"),
        (Say::Panic, "the adapter broke down; this is a mistake in ladder"),
        (Say::Unknown, "Unknown"),
    ] {
        let house = House::new();
        house.log("tweet").prepares.lock().unwrap().push_back(end);
        let outcome = one_try(&house).await;
        let Err(SendError::NotYet { says, wait: None }) = outcome else { panic!("{outcome:?}") };
        assert_eq!((says.as_str(), house.log("tweet").count()), (expected, 0));
    }
}

#[tokio::test(start_paused = true)]
async fn a_posting_that_never_ends_or_breaks_down_is_in_doubt() {
    for (end, expected) in [
        (Say::Hang, "no answer came within 20 minutes"),
        (Say::Panic, "the adapter broke down; this is a mistake in ladder"),
    ] {
        let house = House::new();
        house.log("tweet").say(&[end]);
        let outcome = one_try(&house).await;
        assert!(matches!(&outcome, Err(SendError::Unknown { cause }) if cause == expected), "{outcome:?}");
    }
}

#[tokio::test]
async fn what_is_seen_is_a_second_fact_and_others_wait_for_it() {
    let (mut house, plan) = (House::new(), two());
    let seen = Seen { url: Some("https://blog.example/nice".to_owned()), altered: None };
    *house.log("blog").seen.lock().unwrap() = Some((seen, 30));
    let standing = house.publish(&plan).await;
    assert_eq!(house.log("tweet").texts(), ["see https://blog.example/nice"]);
    assert_eq!(state(&standing, &plan, "blog"), State::Sent);
    assert_eq!(kinds(&house), ["intent", "receipt", "seen", "intent", "receipt"]);
    assert_eq!(standing.deliveries, house.journal().deliveries);
}

#[tokio::test]
async fn what_readers_see_otherwise_is_altered_and_sent_once() {
    let (mut house, plan) = (House::new(), two());
    let seen = Seen { url: None, altered: Some("who".to_owned()) };
    *house.log("blog").seen.lock().unwrap() = Some((seen, 0));
    let standing = house.publish(&plan).await;
    let blog = delivery(&standing, &plan, "blog");
    assert_eq!(blog.state, State::Altered);
    assert_eq!(blog.error.as_deref(), Some("live, but not as planned: readers see “who”"));
    assert_eq!(blog.url(), Some("https://blog.example/1"));
    house.publish(&plan).await;
    assert_eq!(house.log("blog").count(), 1);
}

#[tokio::test]
async fn death_while_it_is_looked_at_loses_no_receipt() {
    let (mut house, plan) = (House::new(), two());
    *house.log("blog").seen.lock().unwrap() = Some((Seen::default(), 3_600_000));
    house.die_while_publishing(&plan, 300).await;
    assert_eq!(kinds(&house), ["intent", "receipt"]);
    assert_eq!(state(&house.journal(), &plan, "blog"), State::Sent);
    *house.log("blog").seen.lock().unwrap() = None;
    let standing = house.publish(&plan).await;
    assert_eq!(state(&standing, &plan, "tweet"), State::Sent);
    assert_eq!((house.log("blog").count(), house.log("blog").finds.lock().unwrap().len()), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_look_that_never_ends_holds_nothing_up_for_long() {
    let (mut house, plan) = (House::new(), plan(vec![post("tweet", &[], &["one", "two"])]));
    *house.log("tweet").seen.lock().unwrap() = Some((Seen::default(), 3_600_000));
    let began = tokio::time::Instant::now();
    let standing = house.publish(&plan).await;
    assert_eq!(state(&standing, &plan, "tweet"), State::Sent);
    // The next part goes when the one before was looked at.
    assert_eq!(house.log("tweet").texts(), ["one", "two"]);
    assert!(began.elapsed() < Duration::from_secs(125), "{:?}", began.elapsed());
}

#[tokio::test]
async fn who_dies_while_uploading_leaves_no_doubt() {
    let (mut house, plan) = (House::new(), plan(vec![post("tweet", &[], &["a"])]));
    *house.log("tweet").uploads.lock().unwrap() = true;
    house.log("tweet").prepares.lock().unwrap().push_back(Say::Hang);
    house.die_while_publishing(&plan, 200).await;
    let journal = house.journal();
    let tweet = delivery(&journal, &plan, "tweet");
    assert_eq!(
        (tweet.state, tweet.error.as_deref()),
        (State::Planned, Some("the run ended before it was posted"))
    );
    let standing = house.publish(&plan).await;
    let tweet = delivery(&standing, &plan, "tweet");
    assert_eq!((tweet.state, tweet.attempts(), tweet.parts[0].doubted), (State::Sent, 2, false));
    assert_eq!(kinds(&house), ["intent", "not yet", "intent", "prepared", "receipt"]);
    assert_eq!((house.log("tweet").count(), house.log("tweet").finds.lock().unwrap().len()), (1, 0));
    assert_eq!(standing.deliveries, house.journal().deliveries);
}

#[tokio::test]
async fn who_dies_after_it_left_leaves_a_doubt() {
    let (mut house, plan) = (House::new(), plan(vec![post("tweet", &[], &["a"])]));
    *house.log("tweet").uploads.lock().unwrap() = true;
    house.log("tweet").say(&[Say::Hang]);
    house.die_while_publishing(&plan, 200).await;
    assert_eq!(kinds(&house), ["intent", "prepared"]);
    assert_eq!(state(&house.journal(), &plan, "tweet"), State::Unknown);
    let standing = house.publish(&plan).await;
    assert_eq!(state(&standing, &plan, "tweet"), State::Unknown);
    assert_eq!((house.log("tweet").count(), house.log("tweet").finds.lock().unwrap().len()), (1, 1));
}

/// The posting leaves only when it is on the disk that it does.
#[tokio::test]
async fn what_cannot_be_written_down_does_not_leave() {
    let (mut house, plan) = (House::new(), plan(vec![post("tweet", &[], &["a"])]));
    *house.log("tweet").uploads.lock().unwrap() = true;
    let other = rusqlite::Connection::open(house.store.path()).unwrap();
    other
        .execute_batch(
            "CREATE TRIGGER full BEFORE INSERT ON events WHEN new.json ->> '$.event' = 'prepared'
             BEGIN SELECT RAISE(ABORT, 'full'); END",
        )
        .unwrap();
    assert!(house.try_publish(&plan).await.is_err());
    let flew = house.log("tweet").flying.lock().unwrap().0;
    assert_eq!((flew, state(&house.journal(), &plan, "tweet")), (0, State::Planned));
    other.execute_batch("DROP TRIGGER full").unwrap();
    // Its pause after a "not yet".
    tokio::time::sleep(Duration::from_millis(1300)).await;
    let standing = house.publish(&plan).await;
    assert_eq!(state(&standing, &plan, "tweet"), State::Sent);
}

/// A wait that nobody believes is said to be one, whichever network named it.
#[tokio::test]
async fn a_wait_of_a_month_is_looked_at_after_a_day() {
    let (mut house, plan) = (House::new(), plan(vec![post("tweet", &[], &["a"])]));
    house.log("tweet").say(&[Say::NotYet(Some(30 * 24 * 3600 * 1000))]);
    let standing = house.publish(&plan).await;
    let tweet = delivery(&standing, &plan, "tweet");
    assert_eq!(
        tweet.error.as_deref(),
        Some(
            "busy; a wait of 30 days was named, which no network has a reason for: looked at again after 24 h"
        )
    );
    let wait = tweet.not_before.unwrap().duration_since(jiff::Timestamp::now());
    assert!(wait.as_hours() <= 24 && wait.as_hours() >= 23, "{wait:?}");
}

/// What the journal says of what was made, in the order of its facts.
fn made(house: &House) -> Vec<Option<&str>> {
    let made = house.heard.events.iter().filter_map(|event| match &event.kind {
        EventKind::Prepared { made, .. } => Some(made.as_deref()),
        _ => None,
    });
    made.collect()
}

#[tokio::test]
async fn what_was_made_stands_in_the_journal_and_is_the_same_until_it_is_out() {
    let (mut house, plan) = (House::new(), plan(vec![post("tweet", &[], &["a"])]));
    *house.log("tweet").uploads.lock().unwrap() = true;
    house.log("tweet").makes.lock().unwrap().extend(["c1", "c2"]);
    house.log("tweet").say(&[Say::NotYet(Some(1)), Say::Unknown]);
    let standing = house.publish(&plan).await;
    assert_eq!(state(&standing, &plan, "tweet"), State::Unknown);
    assert_eq!(delivery(&house.journal(), &plan, "tweet").parts[0].made.as_deref(), Some("c1"));
    *house.log("tweet").found.lock().unwrap() = Some(crate::channel::Found::Absent);
    let standing = house.publish(&plan).await;
    assert_eq!(state(&standing, &plan, "tweet"), State::Sent);
    assert_eq!(made(&house), [Some("c1"), Some("c1"), Some("c1")]);
    // Made first, and then told to each try and to whoever looks.
    let c1 = || Some("c1".to_owned());
    let told = house.log("tweet").told_made.lock().unwrap().clone();
    assert_eq!((&told[0], told[1..].iter().all(|made| *made == c1())), (&None, true), "{told:?}");
    assert_eq!(standing.deliveries, house.journal().deliveries);
}
