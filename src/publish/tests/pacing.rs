//! How fast an account is posted to, and how a run ends.

use super::fake::{House, Say, delivery, state};
use crate::ladder::Pace;
use crate::plan::fixture::{mail, plan, post};
use crate::plan::{EventKind, Plan, Standing, State, Step};
use crate::publish::{Deadline, Paces};
use crate::schedule::{Due, due};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// That channel takes so many in so long.
fn with_pace(house: &mut House, channel: &str, count: u32, window: SignedDuration) {
    house.channels.get_mut(channel).unwrap().paces = vec![Pace { count, window }];
}

/// Steps to the one account of `tweet`, each of these parts.
fn tweets(all: &[&[&str]]) -> Plan {
    let steps = all.iter().enumerate().map(|(number, texts)| {
        let mut step = post("tweet", &[], texts);
        step.rung = format!("tweet{number}");
        step.identity.rung = step.rung.clone();
        Step { key: step.identity.key(), ..step }
    });
    plan(steps.collect())
}

fn is_sent(standing: &Standing, plan: &Plan) -> Vec<bool> {
    plan.steps.iter().map(|step| state(standing, plan, &step.rung) == State::Sent).collect()
}

#[tokio::test]
async fn what_is_too_much_stays_planned_and_goes_in_a_later_run() {
    let mut house = House::new();
    with_pace(&mut house, "tweet", 2, SignedDuration::from_hours(1));
    let both = tweets(&[&["a"], &["b"], &["c"]]);
    let begun = Instant::now();
    let standing = house.publish(&both).await;
    assert_eq!(is_sent(&standing, &both), [true, true, false]);
    assert!(begun.elapsed() < Duration::from_secs(20), "it waits for nothing that is an hour off");
    // Nothing was asked of the network to learn that, and nothing is written of it.
    let third = delivery(&standing, &both, "tweet2");
    assert_eq!((third.state, third.attempts(), third.error.as_deref()), (State::Planned, 0, None));
    let events = house.store.events().unwrap().len();
    house.run_queue().await;
    assert_eq!((house.log("tweet").count(), house.store.events().unwrap().len()), (2, events));
    // Who looks is told when, and why.
    let journal = house.journal();
    let now = Timestamp::now();
    let mut dues: BTreeMap<_, _> = [(third.key.clone(), Due::Now)].into();
    Paces::of(&house.channels, &journal).put_off(std::slice::from_ref(&both), &journal, &mut dues, now);
    let Due::Paced(at, why) = &dues[&third.key] else { panic!("{dues:?}") };
    assert_eq!(why, "the channel takes 2 in an hour");
    assert!(*at > now + SignedDuration::from_mins(59) && *at <= now + SignedDuration::from_hours(1));
    // An hour later there is room.
    with_pace(&mut house, "tweet", 3, SignedDuration::from_hours(1));
    let standing = house.run_queue().await;
    assert_eq!(is_sent(&standing, &both), [true; 3]);
}

#[tokio::test]
async fn a_short_wait_is_waited_for_and_delays_no_other_account() {
    let mut house = House::new();
    with_pace(&mut house, "tweet", 1, SignedDuration::from_millis(2400));
    let mut both = tweets(&[&["a"], &["b"]]);
    both.steps.push(post("post", &[], &["elsewhere"]));
    let begun = Instant::now();
    let standing = house.publish(&both).await;
    assert!(standing.deliveries.values().all(|delivery| delivery.state == State::Sent));
    let sends = house.log("tweet").sends.lock().unwrap().clone();
    // It counts from the intent, which is a commit older than the sending.
    assert!(sends[1].4.duration_since(sends[0].4) >= Duration::from_millis(600));
    let other = house.log("post").sends.lock().unwrap()[0].4;
    assert!(other < sends[1].4 && begun.elapsed() < Duration::from_secs(30));
}

#[tokio::test]
async fn a_thread_is_not_begun_without_room_for_its_parts_nor_starved_by_others() {
    let mut house = House::new();
    with_pace(&mut house, "tweet", 3, SignedDuration::from_hours(1));
    // After the first thread there is no room for the whole second.
    let threads = tweets(&[&["a1", "a2"], &["b1", "b2"], &["c"]]);
    let standing = house.publish(&threads).await;
    assert_eq!(is_sent(&standing, &threads), [true, false, true]);
    assert_eq!(delivery(&standing, &threads, "tweet1").attempts(), 0);
    // One that is half out goes on before those that were there earlier.
    let mut house = House::new();
    let older = tweets(&[&["x"], &["y"]]);
    house.log("tweet").say(&[
        Say::NotYet(Some(400_000)),
        Say::NotYet(Some(400_000)),
        Say::Sent,
        Say::Mendable,
    ]);
    house.publish(&older).await;
    let mut thread = tweets(&[&["t1", "t2"]]);
    thread.message = "thread".to_owned();
    for step in &mut thread.steps {
        step.identity.message = "thread".to_owned();
        step.key = step.identity.key();
    }
    thread.digest = thread.compute_digest();
    house.publish(&thread).await;
    with_pace(&mut house, "tweet", 2, SignedDuration::from_hours(1));
    let all = [older.clone(), thread.clone()];
    let mut standing = house.journal();
    for delivery in standing.deliveries.values_mut() {
        delivery.not_before = None;
    }
    let turn = |plan: &Plan| super::super::pace::turn(&plan.steps[0], &standing);
    assert!(turn(&all[1]) < turn(&all[0]));
    house.publish(&thread).await;
    assert_eq!(house.log("tweet").texts().last().map(String::as_str), Some("t2"));
}

#[tokio::test]
async fn a_mail_keeps_the_pace_by_its_people() {
    let mut house = House::new();
    with_pace(&mut house, "mail", 2, SignedDuration::from_hours(1));
    let people: Vec<String> = (0..5).map(|number| format!("p{number}@acme.example")).collect();
    let plan = plan(vec![mail("mail", &people)]);
    let standing = house.publish(&plan).await;
    let news = delivery(&standing, &plan, "mail");
    assert_eq!((news.state, news.count_recipients(State::Sent)), (State::Planned, 2));
    assert_eq!(house.log("mail").count(), 2);
    house.run_queue().await;
    assert_eq!(house.log("mail").count(), 2, "nor in the next run");
}

#[tokio::test]
async fn an_account_that_has_had_enough_is_asked_once_and_others_go_on() {
    let mut house = House::new();
    let mut many = tweets(&[&["a"], &["b"], &["c"], &["d"], &["e"], &["f"], &["g"], &["h"], &["i"], &["j"]]);
    many.steps.push(post("post", &[], &["elsewhere"]));
    house.log("tweet").say(&vec![Say::TooMany(Some(600_000)); 20]);
    let standing = house.publish(&many).await;
    // Those that were in flight together; not one more.
    let asked = house.log("tweet").count();
    assert!((1..=8).contains(&asked), "{asked}");
    assert_eq!(state(&standing, &many, "post"), State::Sent);
    let busy = standing.busy("fake:tweet", Timestamp::now()).unwrap();
    assert_eq!(busy.says, "too many");
    // A later run asks no more, and says why what never was tried waits.
    let events = house.store.events().unwrap().len();
    house.run_queue().await;
    assert_eq!((house.log("tweet").count(), house.store.events().unwrap().len()), (asked, events));
    let journal = house.journal();
    let untried = many.steps.iter().find(|step| journal.deliveries[&step.key].attempts() == 0).unwrap();
    let told = due(&many, untried, &journal, Timestamp::now(), &TimeZone::UTC, false);
    assert!(matches!(&told, Due::Paced(at, why) if why == "too many" && *at == busy.until), "{told:?}");
}

#[tokio::test]
async fn a_short_pause_of_an_account_is_waited_for_by_all_that_goes_there() {
    let mut house = House::new();
    house.log("tweet").say(&[Say::TooMany(Some(300))]);
    // The second comes after the first's channel has spoken.
    with_pace(&mut house, "tweet", 100, SignedDuration::from_hours(1));
    let one = tweets(&[&["a", "b"]]);
    let standing = house.publish(&one).await;
    assert_eq!(is_sent(&standing, &one), [true]);
    let sends = house.log("tweet").sends.lock().unwrap().clone();
    assert!(sends[1].4.duration_since(sends[0].4) >= Duration::from_millis(300));
    assert_eq!(house.log("tweet").texts(), ["a", "a", "b"]);
}

#[tokio::test]
async fn a_wait_for_one_post_is_not_the_accounts() {
    let mut house = House::new();
    house.log("tweet").say(&[Say::NotYet(Some(600_000))]);
    let two = tweets(&[&["a"], &["b"]]);
    let standing = house.publish(&two).await;
    assert_eq!(is_sent(&standing, &two), [false, true]);
    assert_eq!(standing.busy("fake:tweet", Timestamp::now()), None);
}

#[tokio::test]
async fn the_deadline_cuts_what_left_and_not_what_was_preparing() {
    let mut house = House::new();
    let plan = plan(vec![
        post("tweet", &[], &["left"]),
        post("post", &[], &["prepares"]),
        post("blog", &[], &["is out"]),
        post("mail", &["tweet"], &["comes after"]),
    ]);
    house.log("tweet").say(&[Say::Hang]);
    house.log("post").prepares.lock().unwrap().push_back(Say::Hang);
    house.deadline = Deadline::after(Duration::from_millis(800));
    let begun = Instant::now();
    let standing = house.publish(&plan).await;
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
    assert!(house.deadline.struck());
    let states = ["tweet", "post", "blog", "mail"].map(|rung| state(&standing, &plan, rung));
    assert_eq!(states, [State::Unknown, State::Planned, State::Sent, State::Planned]);
    let why = |rung| delivery(&standing, &plan, rung).error.as_deref();
    assert_eq!(why("tweet"), Some("the run's deadline came before an answer did"));
    assert_eq!(why("post"), Some("the run's deadline came before it was posted"));
    assert_eq!(standing.deliveries, house.journal().deliveries, "memory and journal agree");
    // The next run has time, and never sends again what may be out.
    house.deadline = Deadline::after(Duration::from_secs(3600));
    let standing = house.run_queue().await;
    assert_eq!(state(&standing, &plan, "post"), State::Sent);
    assert_eq!((house.log("tweet").count(), state(&standing, &plan, "tweet")), (1, State::Unknown));
    assert!(!house.deadline.struck());
}

#[tokio::test]
async fn shortly_before_the_deadline_nothing_is_begun() {
    let mut house = House::new();
    let plan = plan(vec![post("tweet", &[], &["slow"]), post("post", &["tweet"], &["after"])]);
    // It comes back in the last tenth.
    house.log("tweet").say(&[Say::Slow(1900)]);
    house.deadline = Deadline::after(Duration::from_secs(2));
    let standing = house.publish(&plan).await;
    assert_eq!(state(&standing, &plan, "tweet"), State::Sent);
    assert_eq!((state(&standing, &plan, "post"), house.log("post").count()), (State::Planned, 0));
    assert!(house.deadline.struck());
}

#[tokio::test]
async fn a_mail_that_waits_for_a_login_is_held_once_the_others_have_theirs() {
    let people = ["a@acme.example", "b@acme.example"].map(str::to_owned);
    let (mut house, plan) = (House::new(), plan(vec![mail("mail", &people)]));
    house.log("mail").people.lock().unwrap().insert(people[0].clone(), [Say::Mendable].into());
    let standing = house.publish(&plan).await;
    let news = delivery(&standing, &plan, "mail");
    assert_eq!((news.state, news.count_recipients(State::Sent)), (State::Held, 1));
    let said = "no token; once that is mended, `ladder run` sends it";
    let last = house.heard.events.last().unwrap();
    assert!(matches!(&last.kind, EventKind::Held { why } if why == said), "{last:?}");
    assert_eq!(standing.deliveries, house.journal().deliveries, "memory and journal agree");
    assert!(news.is_open(), "and goes on by itself");
}
