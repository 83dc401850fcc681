//! Once, whatever happens.

use super::fake::{House, Say, delivery, state};
use crate::channel::Found;
use crate::exit::Exit;
use crate::plan::fixture::{again, edited, plan, post, resolved};
use crate::plan::{Event, EventKind, Receipt, State};
use crate::publish::{exit_of, take_up};
use jiff::Timestamp;

fn one() -> crate::plan::Plan {
    plan(vec![post("tweet", &[], &["It landed"])])
}

#[tokio::test]
async fn publishing_twice_publishes_once() {
    let (mut house, plan) = (House::new(), one());
    let first = house.publish(&plan).await;
    assert_eq!(state(&first, &plan, "tweet"), State::Sent);
    assert_eq!(delivery(&first, &plan, "tweet").url(), Some("https://tweet.example/1"));
    let commits = house.store.commits();
    let second = house.publish(&plan).await;
    assert_eq!(state(&second, &plan, "tweet"), State::Sent);
    assert_eq!(house.log("tweet").count(), 1);
    assert_eq!(house.store.commits(), commits, "nothing new, nothing written");
    assert_eq!(second.deliveries, house.journal().deliveries, "memory and journal agree");
}

#[tokio::test]
async fn other_words_are_not_sent_after_the_first() {
    let (mut house, before) = (House::new(), one());
    house.publish(&before).await;
    let after = plan(vec![edited(&before.steps[0], "It landed!")]);
    house.publish(&after).await;
    assert_eq!(house.log("tweet").texts(), ["It landed"]);
}

#[tokio::test]
async fn a_new_generation_is_sent_and_ends_what_is_left_of_the_old_one() {
    let (mut house, before) = (House::new(), one());
    house.log("tweet").say(&[Say::NotYet(Some(3_600_000)), Say::Sent]);
    house.publish(&before).await;
    let after = plan(vec![again(&before.steps[0], 1)]);
    let standing = house.publish(&after).await;
    assert_eq!(state(&standing, &after, "tweet"), State::Sent);
    assert_eq!(state(&standing, &before, "tweet"), State::Cancelled);
    house.publish(&after).await;
    house.run_queue().await;
    assert_eq!(house.log("tweet").count(), 2);
}

#[tokio::test]
async fn a_crash_after_the_intent_leaves_a_doubt_that_is_never_sent_again() {
    let (mut house, plan) = (House::new(), one());
    house.log("tweet").say(&[Say::Hang]);
    house.die_while_publishing(&plan, 50).await;
    assert_eq!(state(&house.journal(), &plan, "tweet"), State::Unknown);
    let again = house.publish(&plan).await;
    assert_eq!(state(&again, &plan, "tweet"), State::Unknown);
    assert_eq!(exit_of(&[delivery(&again, &plan, "tweet")]), Exit::Unknown);
    assert_eq!(house.log("tweet").count(), 1);
    assert_eq!(house.log("tweet").finds.lock().unwrap().len(), 1, "it was asked for instead");
}

#[tokio::test]
async fn evidence_settles_a_doubt_both_ways() {
    let there =
        Found::Sent(Receipt { url: Some("https://tweet.example/9".to_owned()), ..Receipt::default() });
    for (found, sends, url) in
        [(there, 1, "https://tweet.example/9"), (Found::Absent, 2, "https://tweet.example/2")]
    {
        let (mut house, plan) = (House::new(), one());
        house.log("tweet").say(&[Say::Unknown]);
        *house.log("tweet").found.lock().unwrap() = Some(found);
        let standing = house.publish(&plan).await;
        assert_eq!(state(&standing, &plan, "tweet"), State::Sent);
        assert_eq!(delivery(&standing, &plan, "tweet").url(), Some(url));
        assert_eq!(house.log("tweet").count(), sends);
    }
}

#[tokio::test]
async fn a_person_settles_a_doubt_both_ways() {
    for (sent, sends) in [(true, 1), (false, 2)] {
        let (mut house, plan) = (House::new(), one());
        house.log("tweet").say(&[Say::Unknown]);
        house.publish(&plan).await;
        let key = plan.steps[0].key.clone();
        let kind = resolved(sent, sent.then_some("https://x.example/1"));
        house.add(vec![Event { at: Timestamp::now(), key, recipient: None, kind }]);
        let standing = house.run_queue().await;
        assert_eq!(state(&standing, &plan, "tweet"), State::Sent);
        assert_eq!(house.log("tweet").count(), sends);
    }
}

#[tokio::test]
async fn an_absence_that_is_told_for_ever_ends() {
    let (mut house, plan) = (House::new(), one());
    house.log("tweet").say(&vec![Say::Unknown; 20]);
    *house.log("tweet").found.lock().unwrap() = Some(Found::Absent);
    let standing = house.publish(&plan).await;
    assert_eq!(state(&standing, &plan, "tweet"), State::Planned);
    assert_eq!(house.log("tweet").count(), 5);
}

#[tokio::test]
async fn a_thread_goes_on_after_its_last_live_part() {
    let mut house = House::new();
    let plan = plan(vec![post("tweet", &[], &["one", "two", "three"])]);
    house.log("tweet").say(&[Say::Sent, Say::NotYet(Some(3_600_000))]);
    let cut = house.publish(&plan).await;
    assert_eq!(state(&cut, &plan, "tweet"), State::Planned);
    let key = plan.steps[0].key.clone();
    // The hour has passed.
    let kind = EventKind::NotYet {
        part: 1,
        says: "busy".to_owned(),
        until: Timestamp::now(),
        mend: false,
        account: false,
        done: None,
    };
    house.add(vec![Event { at: Timestamp::now(), key, recipient: None, kind }]);
    let whole = house.run_queue().await;
    assert_eq!(state(&whole, &plan, "tweet"), State::Sent);
    assert_eq!(house.log("tweet").texts(), ["one", "two", "two", "three"]);
    assert_eq!(delivery(&whole, &plan, "tweet").url(), Some("https://tweet.example/1"));
}

#[tokio::test]
async fn a_thread_that_was_edited_half_way_ends_with_the_words_it_began_with() {
    let mut house = House::new();
    let before = plan(vec![post("tweet", &[], &["one", "two"])]);
    house.log("tweet").say(&[Say::Sent, Say::NotYet(Some(3_600_000))]);
    let key = before.steps[0].key.clone();
    house.publish(&before).await;
    let kind = EventKind::NotYet {
        part: 1,
        says: "busy".to_owned(),
        until: Timestamp::now(),
        mend: false,
        account: false,
        done: None,
    };
    house.add(vec![Event { at: Timestamp::now(), key, recipient: None, kind }]);
    house.publish(&plan(vec![post("tweet", &[], &["uno", "due"])])).await;
    assert_eq!(house.log("tweet").texts(), ["one", "two", "two"]);
}

#[tokio::test]
async fn what_only_left_out_is_not_sent_by_a_later_run() {
    let mut house = House::new();
    let plan = plan(vec![post("tweet", &[], &["a"]), post("post", &[], &["b"])]);
    house.only = vec!["tweet".to_owned()];
    house.publish(&plan).await;
    house.only.clear();
    house.run_queue().await;
    assert_eq!((house.log("tweet").count(), house.log("post").count()), (1, 0));
    house.publish(&plan).await;
    assert_eq!((house.log("tweet").count(), house.log("post").count()), (1, 1));
}

#[tokio::test]
async fn words_changed_before_anything_was_tried_take_the_place_of_the_old_ones() {
    let mut house = House::new();
    let mut step = post("tweet", &[], &["old"]);
    step.gate.delay = Some(jiff::SignedDuration::from_secs(3600));
    let before = plan(vec![step.clone()]);
    house.publish(&before).await;
    step.gate.delay = None;
    let after = plan(vec![edited(&step, "new")]);
    house.publish(&after).await;
    house.run_queue().await;
    assert_eq!(house.log("tweet").texts(), ["new"]);
}

#[tokio::test]
async fn a_rung_that_was_renamed_before_it_went_out_goes_out_under_one_name() {
    let mut house = House::new();
    let mut step = post("tweet", &[], &["x"]);
    step.gate.delay = Some(jiff::SignedDuration::from_secs(3600));
    let before = plan(vec![step.clone()]);
    house.publish(&before).await;
    step.rung = "short".to_owned();
    step.identity.rung = "short".to_owned();
    step.key = step.identity.key();
    let after = plan(vec![step]);
    let standing = house.publish(&after).await;
    assert_eq!(state(&standing, &before, "tweet"), State::Cancelled);
    assert_eq!(state(&standing, &after, "short"), State::Planned);
}

#[tokio::test]
async fn what_was_planned_for_an_account_that_its_channel_no_longer_is_does_not_stay_for_ever() {
    let mut house = House::new();
    let mut step = post("tweet", &[], &["x"]);
    step.gate.delay = Some(jiff::SignedDuration::from_secs(3600));
    let before = plan(vec![step.clone()]);
    let mut standing = house.publish(&before).await;
    step.identity.account = "x:elsewhere".to_owned();
    step.key = step.identity.key();
    let after = plan(vec![step]);
    let batch = take_up(std::slice::from_ref(&after), &standing, &[], Timestamp::now());
    standing.add(&batch.events);
    assert_eq!(state(&standing, &before, "tweet"), State::Cancelled);
    assert_eq!(state(&standing, &after, "tweet"), State::Planned);
}

#[tokio::test]
async fn what_is_proven_absent_is_sent_in_the_words_it_began_with() {
    let (mut house, before) = (House::new(), one());
    house.log("tweet").say(&[Say::Unknown]);
    house.publish(&before).await;
    *house.log("tweet").found.lock().unwrap() = Some(Found::Absent);
    house.publish(&plan(vec![edited(&before.steps[0], "It landed!")])).await;
    assert_eq!(house.log("tweet").texts(), ["It landed", "It landed"]);
}

#[tokio::test]
async fn a_post_that_is_another_deliverys_settles_no_doubt() {
    let (mut house, first) = (House::new(), one());
    house.publish(&first).await;
    let found = |id: &str| {
        let url = Some(format!("https://tweet.example/{id}"));
        Some(Found::Sent(Receipt { id: Some(id.to_owned()), url, ..Receipt::default() }))
    };
    house.log("tweet").say(&[Say::Unknown]);
    *house.log("tweet").found.lock().unwrap() = found("1");
    let second = plan(vec![again(&first.steps[0], 1)]);
    let standing = house.publish(&second).await;
    let delivery = delivery(&standing, &second, "tweet");
    assert_eq!(delivery.state, State::Unknown);
    assert!(delivery.error.as_deref().unwrap().contains("another delivery's"), "{:?}", delivery.error);
    // A channel that names it again and again is not asked for ever.
    assert_eq!(house.log("tweet").finds.lock().unwrap().len(), 2);
    *house.log("tweet").found.lock().unwrap() = found("7");
    let standing = house.run_queue().await;
    assert_eq!(standing.deliveries[&second.steps[0].key].id(), Some("7"));
    assert_eq!(standing.deliveries[&first.steps[0].key].id(), Some("1"));
}

#[tokio::test]
async fn two_doubts_are_not_settled_with_one_post() {
    let mut house = House::new();
    let mut other = post("post", &[], &["It landed"]);
    (other.channel, other.identity.account) = ("tweet".to_owned(), "fake:tweet".to_owned());
    other.key = other.identity.key();
    let plan = plan(vec![post("tweet", &[], &["It landed"]), other]);
    house.log("tweet").say(&[Say::Unknown, Say::Unknown]);
    let url = Some("https://tweet.example/7".to_owned());
    let receipt = Receipt { id: Some("7".to_owned()), url, ..Receipt::default() };
    *house.log("tweet").found.lock().unwrap() = Some(Found::Sent(receipt));
    let standing = house.publish(&plan).await;
    let mut states: Vec<State> = standing.deliveries.values().map(|delivery| delivery.state).collect();
    states.sort();
    assert_eq!(states, [State::Sent, State::Unknown]);
}

#[tokio::test]
async fn why_looking_settled_nothing_is_told_and_once() {
    let (mut house, plan) = (House::new(), one());
    house.log("tweet").say(&[Say::Unknown]);
    let standing = house.publish(&plan).await;
    assert_eq!(delivery(&standing, &plan, "tweet").error.as_deref(), Some("cut; looked for it: no list"));
    let events = house.store.events().unwrap().len();
    for _ in 0..2 {
        house.run_queue().await;
    }
    assert_eq!(house.store.events().unwrap().len(), events);
    // A network that gives each answer a name of its own says the same.
    for (trace, fresh) in [("AbC1", 1), ("xYz", 1), ("9", 1)] {
        let says = format!("no permission (code 10, trace {trace})");
        *house.log("tweet").found.lock().unwrap() = Some(Found::CannotTell(says));
        house.run_queue().await;
        assert_eq!(house.store.events().unwrap().len(), events + fresh);
    }
    *house.log("tweet").found.lock().unwrap() = Some(Found::CannotTell("lacks `read`".to_owned()));
    house.run_queue().await;
    let standing = house.journal();
    let delivery = delivery(&standing, &plan, "tweet");
    assert_eq!(delivery.error.as_deref(), Some("cut; looked for it: lacks `read`"));
    let kind = resolved(true, Some("https://tweet.example/1"));
    let settled = Event { at: Timestamp::now(), key: plan.steps[0].key.clone(), recipient: None, kind };
    house.add(vec![settled]);
    assert_eq!(house.journal().deliveries[&plan.steps[0].key].error, None);
}
