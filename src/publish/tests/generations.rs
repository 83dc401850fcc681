//! What comes after a rung that is sent once more.

use super::fake::{House, Say, delivery, state};
use crate::exit::Exit;
use crate::plan::fixture::{again, edited, plan, post, post_with_url, resolved};
use crate::plan::{Event, EventKind, Plan, Standing, State};
use crate::publish::{exit_of, revivals};
use jiff::{SignedDuration, Timestamp};

/// `blog`, then `tweet` with its address, then `post`.
fn chain() -> Plan {
    plan(vec![
        post("blog", &[], &["whole"]),
        post_with_url("tweet", "blog"),
        post("post", &["tweet"], &["last"]),
    ])
}

/// The same with `blog` in its next generation.
fn anew(plan_before: &Plan, generation: u32) -> Plan {
    let mut steps = plan_before.steps.clone();
    steps[0] = again(&steps[0], generation);
    plan(steps)
}

/// Publishes only the blog of `plan`.
async fn only_blog(house: &mut House, plan: &Plan) -> Standing {
    house.only = vec!["blog".to_owned()];
    let standing = house.publish(plan).await;
    house.only.clear();
    standing
}

#[tokio::test]
async fn who_has_not_gone_yet_speaks_of_the_newest_address() {
    let mut house = House::new();
    let mut first = chain();
    first.steps[1].gate.delay = Some(SignedDuration::from_millis(300));
    let first = plan(first.steps);
    // Its hour has not come when the run ends.
    house.only = vec!["blog".to_owned()];
    house.publish(&first).await;
    house.only = vec!["tweet".to_owned()];
    house.publish(&first).await;
    assert_eq!(house.log("tweet").count(), 0);
    only_blog(&mut house, &anew(&first, 1)).await;
    tokio::time::sleep(std::time::Duration::from_millis(400)).await;
    house.run_queue().await;
    assert_eq!(house.log("tweet").texts(), ["see https://blog.example/2"]);
}

#[tokio::test]
async fn what_was_skipped_goes_when_what_it_waited_for_goes_anew() {
    let (mut house, first) = (House::new(), chain());
    house.log("blog").say(&[Say::Refused]);
    let standing = house.publish(&first).await;
    assert_eq!(state(&standing, &first, "post"), State::Skipped);
    let second = anew(&first, 1);
    let standing = only_blog(&mut house, &second).await;
    let states = ["blog", "tweet", "post"].map(|rung| state(&standing, &second, rung));
    assert_eq!(states, [State::Sent, State::Planned, State::Planned]);
    let standing = house.run_queue().await;
    assert_eq!(state(&standing, &second, "post"), State::Sent);
    assert_eq!(house.log("tweet").texts(), ["see https://blog.example/2"]);
    let all: Vec<_> = standing.deliveries.values().collect();
    assert_eq!(exit_of(&all), Exit::Done, "the refusal of the first try is over");
}

#[tokio::test]
async fn only_touches_no_other_rungs_words() {
    let (mut house, first) = (House::new(), chain());
    house.log("blog").say(&[Say::Refused]);
    house.publish(&first).await;
    let mut second = anew(&first, 1);
    second.steps[2] = edited(&second.steps[2], "other words");
    let second = plan(second.steps);
    only_blog(&mut house, &second).await;
    house.run_queue().await;
    assert_eq!(house.log("post").texts(), ["last"]);
}

#[tokio::test]
async fn published_again_what_was_skipped_has_the_words_of_today() {
    let (mut house, first) = (House::new(), chain());
    house.log("blog").say(&[Say::Refused]);
    house.publish(&first).await;
    only_blog(&mut house, &anew(&first, 1)).await;
    let mut third = anew(&first, 1);
    third.steps[2] = edited(&third.steps[2], "other words");
    house.publish(&plan(third.steps)).await;
    assert_eq!(house.log("post").texts(), ["other words"]);
}

#[tokio::test]
async fn a_doubt_about_an_older_try_never_becomes_a_second_sending() {
    for sent in [true, false] {
        let (mut house, first) = (House::new(), chain());
        house.log("blog").say(&[Say::Unknown]);
        house.publish(&first).await;
        let second = anew(&first, 1);
        let standing = only_blog(&mut house, &second).await;
        let older = delivery(&standing, &first, "blog");
        assert!(older.superseded && older.state == State::Unknown);
        assert_eq!(exit_of(&[older]), Exit::Unknown);
        let kind = resolved(sent, sent.then_some("https://blog.example/old"));
        house.add(vec![Event { at: Timestamp::now(), key: older.key.clone(), recipient: None, kind }]);
        let standing = house.run_queue().await;
        let older = delivery(&standing, &first, "blog");
        assert_eq!(older.state, if sent { State::Sent } else { State::Cancelled });
        assert_eq!(house.log("blog").count(), 2);
        assert_eq!(house.log("tweet").texts(), ["see https://blog.example/2"], "{sent}");
    }
}

#[tokio::test]
async fn a_refused_second_try_leaves_the_doubt_about_the_first_to_those_that_wait() {
    let (mut house, first) = (House::new(), chain());
    house.log("blog").say(&[Say::Lost, Say::Refused]);
    house.publish(&first).await;
    let second = anew(&first, 1);
    let standing = house.publish(&second).await;
    assert_eq!(state(&standing, &second, "blog"), State::Refused);
    assert_eq!(state(&standing, &second, "tweet"), State::Planned, "the first may be out");
    *house.log("blog").lists.lock().unwrap() = true;
    house.run_queue().await;
    assert_eq!(house.log("tweet").texts(), ["see https://blog.example/1"]);
}

#[tokio::test]
async fn a_person_who_posts_what_was_refused_sets_free_what_was_skipped() {
    let mut house = House::new();
    let plan = plan(vec![post("blog", &[], &["one", "two"]), post_with_url("tweet", "blog")]);
    house.log("blog").say(&[Say::Sent, Say::Refused]);
    let standing = house.publish(&plan).await;
    assert_eq!(state(&standing, &plan, "tweet"), State::Skipped);
    let key = plan.steps[0].key.clone();
    let kind = resolved(true, Some("https://blog.example/9"));
    let mut events = vec![Event { at: Timestamp::now(), key, recipient: None, kind }];
    let mut after = standing.clone();
    after.add(&events);
    events.extend(revivals(std::slice::from_ref(&plan), &after, Timestamp::now()));
    house.add(events);
    let standing = house.run_queue().await;
    assert_eq!(state(&standing, &plan, "tweet"), State::Sent);
}

#[tokio::test]
async fn a_page_is_waited_for_once_more_when_it_is_made_once_more() {
    let (mut house, first) = (House::new(), chain());
    house.log("blog").say(&[Say::Refused]);
    house.publish(&first).await;
    let second = anew(&first, 1);
    only_blog(&mut house, &second).await;
    *house.log("blog").live_within.lock().unwrap() = Some(std::time::Duration::from_secs(1800));
    *house.log("blog").silent.lock().unwrap() = 1000;
    let standing = house.run_queue().await;
    assert_eq!(state(&standing, &second, "tweet"), State::Planned);
    *house.log("blog").silent.lock().unwrap() = 0;
    let standing = house.run_queue().await;
    assert_eq!(state(&standing, &second, "tweet"), State::Sent);
}

#[tokio::test]
async fn a_network_that_is_down_for_days_is_tried_ever_less_often() {
    let (mut house, plan) = (House::new(), plan(vec![post("tweet", &[], &["x"])]));
    house.log("tweet").say(&vec![Say::NotYet(Some(1)); 30]);
    house.publish(&plan).await;
    assert_eq!(house.log("tweet").count(), 5);
    house.run_queue().await;
    assert_eq!(house.log("tweet").count(), 6, "one try of each later run");
    let written = house.store.events().unwrap().len();
    let standing = house.run_queue().await;
    assert_eq!(house.store.events().unwrap().len(), written, "nothing is tried, nothing is written");
    let until = delivery(&standing, &plan, "tweet").paused_until().unwrap();
    let minutes = until.duration_since(Timestamp::now()).as_mins();
    assert!((4..=5).contains(&minutes), "{minutes}");
    // A person may know that it works again.
    house.publish(&plan).await;
    assert_eq!(house.log("tweet").count(), 11);
}

#[tokio::test]
async fn a_day_in_vain_is_held_back() {
    let (mut house, plan) = (House::new(), plan(vec![post("tweet", &[], &["x"])]));
    house.log("tweet").say(&vec![Say::NotYet(Some(1)); 30]);
    house.publish(&plan).await;
    let standing = house.run_queue().await;
    assert_eq!(exit_of(&[delivery(&standing, &plan, "tweet")]), Exit::Done);
    let mut events = house.store.events().unwrap();
    let first = events.iter_mut().find(|event| matches!(event.kind, EventKind::Intent { .. })).unwrap();
    first.at = first.at.checked_sub(SignedDuration::from_hours(25)).unwrap();
    let standing = Standing::fold(&events, false);
    assert_eq!(exit_of(&[delivery(&standing, &plan, "tweet")]), Exit::Held);
}
