//! Order, concurrency, and how often the disk is asked.

use super::fake::{House, Say, delivery, state};
use crate::exit::Exit;
use crate::plan::fixture::{plan, post, post_with_url};
use crate::plan::{Event, EventKind, Plan, State};
use crate::publish::{Route, exit_of};
use std::time::Duration;

fn chain() -> Plan {
    plan(vec![
        post("blog", &[], &["whole"]),
        post_with_url("tweet", "blog"),
        post("post", &["tweet"], &["last"]),
    ])
}

#[tokio::test]
async fn what_waits_goes_with_the_address_as_soon_as_it_is_known() {
    let (mut house, plan) = (House::new(), chain());
    let standing = house.publish(&plan).await;
    assert_eq!(house.log("tweet").texts(), ["see https://blog.example/1"]);
    assert_eq!(state(&standing, &plan, "post"), State::Sent);
    let bound = delivery(&standing, &plan, "tweet").parts[0].bound.as_ref().unwrap();
    assert_eq!(bound["text"], "see https://blog.example/1");
    // One for the start, then each answer together with what it sets free.
    assert_eq!(house.store.commits(), 4);
}

#[tokio::test]
async fn steps_that_start_together_share_a_commit_and_fly_together() {
    let names = ["a", "b", "c", "d", "e", "f", "g", "h"];
    let mut house = House::with(&names);
    let plan = plan(names.iter().map(|name| post(name, &[], &[*name])).collect());
    for (number, name) in names.iter().enumerate() {
        house.log(name).say(&[Say::Slow(300 + 20 * number as u64)]);
    }
    house.publish(&plan).await;
    assert!(house.store.commits() <= 9, "{} commits", house.store.commits());
    let kinds: Vec<_> = house.heard.events.iter().map(|event| &event.kind).collect();
    assert!(kinds[..8].iter().all(|kind| matches!(kind, EventKind::Planned { .. })));
    assert!(kinds[8..16].iter().all(|kind| matches!(kind, EventKind::Intent { .. })));
}

#[tokio::test]
async fn one_slow_channel_delays_no_other_chain() {
    let mut house = House::new();
    let plan = plan(vec![
        post("mail", &[], &["slow"]),
        post("blog", &[], &["quick"]),
        post_with_url("tweet", "blog"),
    ]);
    house.log("mail").say(&[Say::Slow(2000)]);
    house.publish(&plan).await;
    let keys = ["mail", "blog", "tweet"].map(|rung| plan.step(rung).unwrap().key.clone());
    let ends = |event: &&Event| matches!(event.kind, EventKind::Receipt { .. });
    let ended: Vec<_> = house.heard.events.iter().filter(ends).map(|event| &event.key).collect();
    assert_eq!(ended, [&keys[1], &keys[2], &keys[0]]);
}

#[tokio::test]
async fn what_comes_after_a_refusal_is_skipped_to_the_end_of_the_chain() {
    let (mut house, plan) = (House::new(), chain());
    house.log("blog").say(&[Say::Refused]);
    let standing = house.publish(&plan).await;
    let states = ["blog", "tweet", "post"].map(|rung| state(&standing, &plan, rung));
    assert_eq!(states, [State::Refused, State::Skipped, State::Skipped]);
    let all: Vec<_> = standing.deliveries.values().collect();
    assert_eq!(exit_of(&all), Exit::Failed);
    house.publish(&plan).await;
    assert_eq!(house.log("blog").count(), 1, "a refusal is final");
}

#[tokio::test]
async fn a_page_that_does_not_exist_yet_is_waited_for() {
    let (mut house, plan) = (House::new(), chain());
    *house.log("blog").live_within.lock().unwrap() = Some(Duration::from_secs(1800));
    *house.log("blog").silent.lock().unwrap() = 1;
    let standing = house.publish(&plan).await;
    assert_eq!(state(&standing, &plan, "post"), State::Sent);
    assert_eq!(*house.log("blog").looks.lock().unwrap(), 2);
    assert!(house.heard.doings.contains(&"tweet: waiting for the page of `blog`".to_owned()));
}

#[tokio::test]
async fn a_page_that_never_answers_holds_back_and_later_sets_free() {
    let (mut house, plan) = (House::new(), chain());
    let blog = house.log("blog");
    *blog.live_within.lock().unwrap() = Some(Duration::ZERO);
    *blog.silent.lock().unwrap() = 1000;
    blog.say(&[Say::Sent]);
    let standing = house.publish(&plan).await;
    let tweet = state(&standing, &plan, "tweet");
    assert!(matches!(tweet, State::Held | State::Planned), "{tweet:?}");
    assert_eq!(house.log("tweet").count(), 0);
    *blog.silent.lock().unwrap() = 0;
    let standing = house.run_queue().await;
    assert_eq!(state(&standing, &plan, "tweet"), State::Sent);
}

#[tokio::test]
async fn what_is_out_without_an_address_holds_back_who_speaks_of_it() {
    let (mut house, plan) = (House::new(), chain());
    house.log("blog").say(&[Say::NoUrl]);
    let standing = house.publish(&plan).await;
    assert_eq!(state(&standing, &plan, "tweet"), State::Held);
    let before = house.heard.events.len();
    house.publish(&plan).await;
    assert_eq!(house.heard.events.len(), before, "said once");
    assert_eq!(exit_of(&[delivery(&standing, &plan, "tweet")]), Exit::Held);
}

#[tokio::test]
async fn a_bound_text_that_is_too_long_is_refused_and_not_sent() {
    let (mut house, plan) = (House::new(), chain());
    *house.log("tweet").limit.lock().unwrap() = Some(20);
    let standing = house.publish(&plan).await;
    assert_eq!(state(&standing, &plan, "tweet"), State::Refused);
    assert_eq!(house.log("tweet").count(), 0);
    let all: Vec<_> = standing.deliveries.values().collect();
    assert_eq!(exit_of(&all), Exit::Partial);
}

#[tokio::test]
async fn without_credentials_it_is_written_for_a_person_and_stays_so() {
    let (mut house, plan) = (House::new(), chain());
    let route = Route::Outbox { missing: vec!["`X_TOKEN` is not set".to_owned()] };
    house.routes.insert("tweet".to_owned(), route);
    let standing = house.publish(&plan).await;
    assert_eq!(state(&standing, &plan, "tweet"), State::Waiting);
    assert_eq!(state(&standing, &plan, "post"), State::Planned, "it waits for the person too");
    assert_eq!(house.outbox_log.texts(), ["see https://blog.example/1"]);
    let all: Vec<_> = standing.deliveries.values().collect();
    assert_eq!(exit_of(&all), Exit::Done);
    // The credentials are there now: still the person's.
    house.routes.insert("tweet".to_owned(), Route::Network);
    let standing = house.publish(&plan).await;
    assert_eq!(state(&standing, &plan, "tweet"), State::Waiting);
    assert_eq!(house.log("tweet").count(), 0);
}

#[tokio::test]
async fn a_thread_for_a_person_is_written_whole() {
    let mut house = House::new();
    let plan = plan(vec![post("tweet", &[], &["one", "two"])]);
    house.log("tweet").say(&[Say::ForAPerson, Say::ForAPerson]);
    let standing = house.publish(&plan).await;
    assert_eq!(state(&standing, &plan, "tweet"), State::Waiting);
    assert_eq!(house.log("tweet").count(), 2);
}

#[tokio::test]
async fn a_thread_that_began_in_the_outbox_does_not_end_on_the_network() {
    let mut house = House::new();
    let plan = plan(vec![post("tweet", &[], &["one", "two"])]);
    let route = Route::Outbox { missing: vec!["`X_TOKEN` is not set".to_owned()] };
    house.routes.insert("tweet".to_owned(), route);
    house.outbox_log.say(&[Say::Sent, Say::Hang]);
    house.die_while_publishing(&plan, 200).await;
    // The secret is set now, and the network would say that the second part is not there.
    house.routes.insert("tweet".to_owned(), Route::Network);
    *house.log("tweet").lists.lock().unwrap() = true;
    let standing = house.publish(&plan).await;
    assert_eq!(state(&standing, &plan, "tweet"), State::Unknown);
    assert_eq!(house.log("tweet").count(), 0);
}

#[tokio::test]
async fn a_long_queue_is_worked_off_with_a_bounded_number_in_flight() {
    let mut house = House::new();
    let mut steps = Vec::new();
    for number in 0..40 {
        let mut step = post("tweet", &[], &["x"]);
        step.rung = format!("tweet-{number}");
        step.identity.rung = step.rung.clone();
        step.key = step.identity.key();
        steps.push(step);
    }
    let plan = plan(steps);
    let standing = house.publish(&plan).await;
    assert!(standing.deliveries.values().all(|delivery| delivery.state == State::Sent));
    assert_eq!(house.log("tweet").flying.lock().unwrap().0, 8);
}
