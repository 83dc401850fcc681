//! What waits for somebody to mend something, and what goes on meanwhile.

use super::fake::{House, Say, delivery, state};
use crate::exit::Exit;
use crate::plan::fixture::{edited, mail, plan, post};
use crate::plan::{EventKind, Plan, Standing, State, StepKey};
use crate::publish::{Moment, Scope, exit_beside_rest, exit_of, outstanding, resting, wanted};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;

fn one() -> Plan {
    plan(vec![post("tweet", &[], &["It landed"])])
}

#[tokio::test]
async fn a_first_part_without_a_good_token_is_held_and_goes_once_there_is_one() {
    let mut house = House::new();
    let plan =
        plan(vec![post("tweet", &[], &["a"]), post("post", &["tweet"], &["b"]), post("blog", &[], &["c"])]);
    house.log("tweet").say(&[Say::Mendable]);
    let standing = house.publish(&plan).await;
    let tweet = delivery(&standing, &plan, "tweet");
    assert_eq!(
        (tweet.state, tweet.error.as_deref()),
        (State::Held, Some("no token; once that is mended, `ladder run` sends it"))
    );
    // What comes after it waits, and is not skipped.
    assert_eq!(["post", "blog"].map(|rung| state(&standing, &plan, rung)), [State::Planned, State::Sent]);
    assert_eq!(exit_of(&standing.deliveries.values().collect::<Vec<_>>()), Exit::Held);
    assert_eq!(standing.deliveries, house.journal().deliveries, "memory and journal agree");
    // One fact, not two that contradict one another.
    let kept: Vec<_> = house.heard.events.iter().filter(|event| event.key == tweet.key).collect();
    assert!(matches!(kept[..], [.., _, last] if matches!(last.kind, EventKind::NotYet { mend: true, .. })));
    assert!(!kept.iter().any(|event| matches!(event.kind, EventKind::Held { .. })));
    // Mended.
    let standing = house.run_queue().await;
    assert!(standing.deliveries.values().all(|delivery| delivery.state == State::Sent));
    assert_eq!((house.log("tweet").count(), house.log("post").count()), (2, 1));
}

#[tokio::test]
async fn what_nobody_mends_fills_no_journal_and_a_person_who_publishes_waits_for_nothing() {
    let (mut house, plan) = (House::new(), one());
    house.log("tweet").say(&vec![Say::Mendable; 3]);
    house.publish(&plan).await;
    // The next run tries it at once; those that follow leave it alone for a while.
    house.run_queue().await;
    let count = |house: &House| (house.log("tweet").count(), house.store.events().unwrap().len());
    let before = count(&house);
    for _ in 0..5 {
        house.run_queue().await;
    }
    assert_eq!((count(&house), before.0), (before, 2));
    let journal = house.journal();
    let says = delivery(&journal, &plan, "tweet").error.as_deref().unwrap();
    assert!(
        says.ends_with("`ladder run` sends it at its next try, or `ladder publish rocket` at once"),
        "{says}"
    );
    let pause = delivery(&journal, &plan, "tweet").not_before.unwrap().duration_since(Timestamp::now());
    assert!(pause > SignedDuration::from_mins(4) && pause <= SignedDuration::from_mins(5), "{pause:?}");
    house.publish(&plan).await;
    assert_eq!(house.log("tweet").count(), 3);
    let standing = house.publish(&plan).await;
    assert_eq!((house.log("tweet").count(), state(&standing, &plan, "tweet")), (4, State::Sent));
}

#[tokio::test]
async fn a_persons_mail_that_waits_for_mending_is_put_off_and_the_others_get_theirs() {
    let people = ["a@acme.example", "b@acme.example"].map(str::to_owned);
    let (mut house, plan) = (House::new(), plan(vec![mail("mail", &people)]));
    house.log("mail").people.lock().unwrap().insert(people[0].clone(), [Say::Mendable].into());
    let standing = house.publish(&plan).await;
    let mail = delivery(&standing, &plan, "mail");
    assert_eq!([State::Sent, State::Planned].map(|state| mail.count_recipients(state)), [1, 1]);
    assert!(mail.not_before.is_some_and(|until| until > Timestamp::now()), "{mail:?}");
    assert_eq!((mail.state, house.log("mail").count()), (State::Held, 2));
}

/// Whatever rests, cron adds nothing to the journal by calling again.
#[tokio::test]
async fn what_rests_is_neither_sent_nor_looked_for_nor_written_down() {
    let mut house = House::new();
    let mut later = post("blog", &[], &["in an hour"]);
    later.gate.delay = Some(SignedDuration::from_hours(1));
    let first = plan(vec![post("tweet", &[], &["one", "two"]), post("post", &[], &["doubt"]), later]);
    house.log("tweet").say(&[Say::Sent, Say::Mendable]);
    house.log("post").say(&[Say::Unknown]);
    house.publish(&first).await;
    // Both tokens have expired meanwhile.
    house.routes.retain(|name, _| name != "tweet" && name != "post");
    let events = house.store.events().unwrap().len();
    let (sends, finds) = (house.log("tweet").count(), house.log("post").finds.lock().unwrap().len());
    for _ in 0..5 {
        let standing = house.run_queue().await;
        let states = ["tweet", "post", "blog"].map(|rung| state(&standing, &first, rung));
        assert_eq!(states, [State::Held, State::Unknown, State::Planned]);
        assert_eq!(house.store.events().unwrap().len(), events);
    }
    let now = (house.log("tweet").count(), house.log("post").finds.lock().unwrap().len());
    assert_eq!(now, (sends, finds));
    // The same for a single step, whose channel others may use.
    house.routes = House::new().routes;
    house.resting = first.steps.iter().map(|step| step.key.clone()).collect();
    house.run_queue().await;
    assert_eq!(house.store.events().unwrap().len(), events);
    // That it is too late is noted all the same, once.
    let mut late = post("mail", &[], &["yesterday"]);
    late.gate.at = Some("2020-01-01 09:00".to_owned());
    late.gate.window = Some(SignedDuration::from_hours(1));
    let late = plan(vec![late]);
    house.resting.insert(late.steps[0].key.clone());
    for _ in 0..2 {
        let standing = house.publish(&late).await;
        assert_eq!(state(&standing, &late, "mail"), State::Held);
    }
    assert_eq!(house.store.events().unwrap().len(), events + 2);
}

#[tokio::test]
async fn the_rest_of_a_thread_goes_in_its_own_words_and_that_is_said() {
    let mut house = House::new();
    let before = plan(vec![post("tweet", &[], &["one", "two", "three"])]);
    house.log("tweet").say(&[Say::Sent, Say::Mendable]);
    house.publish(&before).await;
    assert!(!house.heard.doings.iter().any(|doing| doing.contains("goes on")), "{:?}", house.heard.doings);
    house.publish(&plan(vec![edited(&before.steps[0], "uno")])).await;
    assert_eq!(house.log("tweet").texts(), ["one", "two", "two", "three"]);
    let said = "tweet: goes on with part 2 of 3, in the words that it began with";
    assert_eq!(
        house.heard.doings.iter().filter(|doing| *doing == said).count(),
        1,
        "{:?}",
        house.heard.doings
    );
}

/// What rests if the channel `tweet` is broken, of these plans.
fn rest(plans: &[Plan], standing: &Standing, scope: Scope) -> (BTreeSet<StepKey>, BTreeSet<StepKey>, usize) {
    let left = outstanding(plans, standing, &[], scope);
    let moment = Moment { now: Timestamp::now(), zone: &TimeZone::UTC, early: false };
    let wanted = wanted(&left, standing, &moment, scope);
    let rest = resting(&left, standing, &wanted, |step| step.channel == "tweet");
    (wanted, rest.steps, rest.whole.len())
}

#[tokio::test]
async fn a_message_begins_everywhere_or_nowhere_and_goes_on_where_it_can() {
    let mut house = House::new();
    let mut tomorrow = post("tweet", &[], &["a"]);
    tomorrow.gate.delay = Some(SignedDuration::from_hours(24));
    let keys = |plan: &Plan, rungs: &[&str]| -> BTreeSet<StepKey> {
        rungs.iter().map(|rung| plan.step(rung).unwrap().key.clone()).collect()
    };
    // Nothing is out: all of it rests.
    let fresh = plan(vec![post("tweet", &[], &["a"]), post("post", &[], &["b"])]);
    let all = keys(&fresh, &["tweet", "post"]);
    let nothing = Standing::default();
    assert_eq!(rest(std::slice::from_ref(&fresh), &nothing, Scope::Plan), (all.clone(), all.clone(), 1));
    // One part is out, or may be: only what is broken rests.
    house.only = vec!["post".to_owned()];
    for say in [Say::Sent, Say::Unknown] {
        let mut house = House::new();
        house.only = vec!["post".to_owned()];
        house.log("post").say(&[say]);
        let begun = house.publish(&fresh).await;
        let (_, steps, whole) = rest(std::slice::from_ref(&fresh), &begun, Scope::Plan);
        assert_eq!((steps, whole), (keys(&fresh, &["tweet"]), 0));
    }
    // For `run`: what is not due yet is of no concern, unless the message begins now.
    let plans = [plan(vec![tomorrow.clone()])];
    house.only.clear();
    let standing = house.publish(&plans[0]).await;
    assert_eq!(rest(&plans, &standing, Scope::TakenUp), (BTreeSet::new(), keys(&plans[0], &["tweet"]), 0));
    let mut house = House::new();
    house.log("post").say(&[Say::NotYet(Some(3_600_000))]);
    let both = [plan(vec![tomorrow, post("post", &[], &["b"])])];
    let mut standing = house.publish(&both[0]).await;
    let (wanted, steps, whole) = rest(&both, &standing, Scope::TakenUp);
    assert_eq!((wanted.len(), steps, whole), (0, keys(&both[0], &["tweet"]), 0));
    for delivery in standing.deliveries.values_mut() {
        delivery.not_before = None;
    }
    let (wanted, steps, whole) = rest(&both, &standing, Scope::TakenUp);
    assert_eq!((wanted, steps, whole), (keys(&both[0], &["post"]), keys(&both[0], &["tweet", "post"]), 1));
}

#[tokio::test]
async fn what_had_to_rest_is_a_failure_beside_which_others_may_have_gone_out() {
    let mut house = House::new();
    let plan = plan(vec![post("tweet", &[], &["a"]), post("post", &[], &["b"])]);
    let end = |standing: &Standing, rungs: &[&str]| {
        exit_beside_rest(&rungs.iter().map(|rung| delivery(standing, &plan, rung)).collect::<Vec<_>>())
    };
    house.log("post").say(&[Say::Sent]);
    house.log("tweet").say(&[Say::Mendable, Say::Unknown]);
    let standing = house.publish(&plan).await;
    assert_eq!(
        [end(&standing, &["tweet"]), end(&standing, &["tweet", "post"])],
        [Exit::Failed, Exit::Partial]
    );
    let standing = house.run_queue().await;
    assert_eq!(end(&standing, &["tweet", "post"]), Exit::Unknown);
}
