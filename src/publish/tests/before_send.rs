//! A command that has to succeed before anything leaves.
#![cfg(unix)]

use super::fake::{House, delivery, state};
use crate::plan::fixture::{plan, post};
use crate::plan::{EventKind, State};
use crate::publish::BeforeSend;

/// A house whose command is that.
fn house(command: &str) -> House {
    let mut house = House::new();
    house.before_send = Some(BeforeSend::new(command, house.folder.path().to_owned(), "x".into()));
    house
}

fn runs(house: &House) -> usize {
    std::fs::read_to_string(house.folder.path().join("ran")).unwrap_or_default().lines().count()
}

#[tokio::test]
async fn each_wave_is_asked_for_once_and_goes() {
    let mut house = house("echo x >> ran; echo ran; printf '\\033[31m' >&2");
    let plan =
        plan(vec![post("tweet", &[], &["a"]), post("blog", &[], &["b"]), post("post", &["tweet"], &["c"])]);
    let standing = house.publish(&plan).await;
    for rung in ["tweet", "blog", "post"] {
        assert_eq!(state(&standing, &plan, rung), State::Sent, "{rung}");
    }
    assert_eq!(runs(&house), 2, "two start together, one comes after");
    assert_eq!(house.before_send.as_ref().unwrap().failure(), None);
    assert_eq!(
        house.heard.says,
        ["ran", "\u{1b}[31m", "ran", "\u{1b}[31m"],
        "whoever prints makes it visible"
    );
}

#[tokio::test]
async fn without_its_yes_nothing_leaves_and_the_intents_are_taken_back() {
    let mut house = house("exit 3");
    let plan =
        plan(vec![post("tweet", &[], &["a"]), post("blog", &[], &["b"]), post("post", &["tweet"], &["c"])]);
    let standing = house.publish(&plan).await;
    for rung in ["tweet", "blog", "post"] {
        assert_eq!((state(&standing, &plan, rung), house.log(rung).count()), (State::Planned, 0), "{rung}");
    }
    assert_eq!(standing.deliveries, house.journal().deliveries);
    let said = delivery(&standing, &plan, "tweet").error.clone().unwrap();
    assert!(said.starts_with("before-send failed: the command ended with exit status: 3"), "{said}");
    assert!(house.before_send.as_ref().unwrap().failure().is_some());
    house.before_send = None;
    let standing = house.publish(&plan).await;
    assert_eq!(state(&standing, &plan, "post"), State::Sent);
}

#[tokio::test]
async fn what_is_out_stays_out_when_a_later_wave_is_not_let_go() {
    let mut house = house("test ! -e ran && touch ran");
    let plan = plan(vec![post("tweet", &[], &["a"]), post("post", &["tweet"], &["c"])]);
    let standing = house.publish(&plan).await;
    assert_eq!(state(&standing, &plan, "tweet"), State::Sent);
    assert_eq!((state(&standing, &plan, "post"), house.log("post").count()), (State::Planned, 0));
}

/// A journal that knows of the intent only would begin such a post anew: that it
/// is prepared has to be out as well before it leaves.
#[tokio::test]
async fn a_post_with_pictures_is_asked_for_again_before_it_leaves() {
    let mut house = house("echo x >> ran");
    *house.log("tweet").uploads.lock().unwrap() = true;
    let plan = plan(vec![post("tweet", &[], &["a"])]);
    let standing = house.publish(&plan).await;
    assert_eq!((state(&standing, &plan, "tweet"), runs(&house)), (State::Sent, 2));
    let mut house = self::house("echo x >> ran; test $(wc -l < ran) = 1");
    *house.log("tweet").uploads.lock().unwrap() = true;
    let standing = house.publish(&plan).await;
    assert_eq!((state(&standing, &plan, "tweet"), house.log("tweet").count()), (State::Planned, 0));
    let says = |event: &crate::plan::Event| match &event.kind {
        EventKind::NotYet { says, .. } => Some(says.clone()),
        _ => None,
    };
    let said: Vec<String> = house.heard.events.iter().filter_map(says).collect();
    assert!(said.len() == 1 && said[0].starts_with("before-send failed"), "{said:?}");
}
