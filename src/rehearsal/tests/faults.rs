//! What is ordered to go wrong does, once, and only to whom it was ordered.

use super::{CANARY, ask, start, told};
use crate::rehearsal::{Fault, Kind, Running, Upon};
use serde_json::{Value, json};
use std::time::Duration;

fn post(x: &Running, text: &str) -> reqwest::RequestBuilder {
    ask(x, "POST", "/2/tweets").json(&json!({ "text": text }))
}

#[tokio::test]
async fn a_lost_answer_leaves_the_post_and_a_cut_request_does_not() {
    let x = start(Kind::named("x").unwrap(), |s| s).await;
    x.order(Fault::AnswerLost);
    // Not for what publishes nothing.
    assert_eq!(told(ask(&x, "GET", "/2/users/me")).await.0, 200);
    assert!(post(&x, "lost").send().await.is_err());
    x.order(Fault::CutBefore);
    assert!(post(&x, "cut").send().await.is_err());
    assert_eq!(told(post(&x, "good")).await.0, 201);
    let texts: Vec<String> = x.timeline().into_iter().map(|post| post.text).collect();
    assert_eq!(texts, ["lost", "good"]);
    assert_eq!(x.ordered(), 0);
    let log = x.log();
    let statuses: Vec<Option<u16>> = log.iter().map(|logged| logged.status).collect();
    assert_eq!(statuses, [Some(200), Some(201), None, Some(201)]);
    assert_eq!(log.iter().filter(|logged| logged.published).count(), 2);
    assert_eq!(log[1].header("authorization"), Some("Bearer «secret»"));
    assert!(!format!("{log:?} {x:?}").contains(CANARY));
}

#[tokio::test]
async fn answers_can_be_wrong_in_every_way() {
    let x = start(Kind::named("x").unwrap(), |s| s).await;
    let answer = async |fault: Fault, text: &str| {
        x.order(fault);
        let answer = post(&x, text).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await)
    };
    let (status, text) = answer(Fault::Html, "1").await;
    assert!(status == 200 && text.unwrap().starts_with("<!doctype html>"));
    let (status, text) = answer(Fault::HalfJson, "2").await;
    assert!(status == 201 && serde_json::from_str::<Value>(&text.unwrap()).is_err());
    let (status, text) = answer(Fault::Empty, "3").await;
    assert!(status == 201 && text.unwrap().is_empty());
    let (status, text) = answer(Fault::WithoutId, "4").await;
    let body: Value = serde_json::from_str(&text.unwrap()).unwrap();
    assert!(status == 201 && body["data"]["id"].is_null() && body["data"]["text"] == "4");
    let (status, text) = answer(Fault::BrokenBody, "5").await;
    assert!(status == 201 && text.is_err());
    let (status, _) = answer(Fault::FailedAfter, "6").await;
    assert_eq!(status, 503);
    let (status, _) = answer(Fault::FailedBefore, "7").await;
    assert_eq!(status, 503);
    let (status, _) = answer(Fault::Redirect("http://127.0.0.1:1/".to_owned()), "8").await;
    assert_eq!(status, 307);
    let (status, _) = answer(Fault::CutShort(3), "9 is long").await;
    assert_eq!(status, 201);
    let (status, _) = answer(Fault::Slow(Duration::from_millis(1)), "10").await;
    assert_eq!(status, 201);
    let texts: Vec<String> = x.timeline().into_iter().map(|post| post.text).collect();
    assert_eq!(texts, ["1", "2", "3", "4", "5", "6", "9 i", "10"]);
}

#[tokio::test]
async fn waits_are_named_in_each_dialect() {
    for name in ["x", "facebook", "linkedin"] {
        let network = start(Kind::named(name).unwrap(), |s| s).await;
        network.order_upon(Upon::Any, Fault::TooMany(Duration::from_secs(120)));
        let answer = ask(&network, "GET", "/anything").send().await.unwrap();
        let status = answer.status().as_u16();
        let headers = answer.headers().clone();
        let body: Value = answer.json().await.unwrap();
        match name {
            "x" => assert!(status == 429 && headers.contains_key("x-rate-limit-reset")),
            "linkedin" => assert!(status == 429 && body["code"] == "TOO_MANY_REQUESTS"),
            _ => {
                let usage = headers["x-business-use-case-usage"].to_str().unwrap();
                assert!(status == 400 && body["error"]["code"] == 80001, "{body}");
                assert!(usage.contains("\"estimated_time_to_regain_access\":2"), "{usage}");
            }
        }
    }
}

#[tokio::test]
async fn tokens_expire_for_good_and_silence_ends_with_the_network() {
    let x = start(Kind::named("x").unwrap(), |s| s).await;
    x.order_upon(Upon::Path("GET", "users/me"), Fault::Expired);
    assert_eq!(told(post(&x, "before")).await.0, 201);
    assert_eq!(told(ask(&x, "GET", "/2/users/me")).await.0, 401);
    assert_eq!(told(post(&x, "after")).await.0, 401);
    x.order_upon(Upon::Any, Fault::Silence);
    let silent = tokio::spawn(post(&x, "never").send());
    while x.ordered() > 0 {
        tokio::task::yield_now().await;
    }
    assert!(!silent.is_finished());
    x.stop();
    assert!(silent.await.unwrap().is_err());
    // Nobody listens any more.
    let refused = loop {
        match post(&x, "refused").send().await {
            Err(error) if error.is_connect() => break error,
            // The port closes a moment after the order to.
            _ => tokio::task::yield_now().await,
        }
    };
    assert!(refused.is_connect());
    assert_eq!(x.timeline().len(), 1);
}

#[tokio::test]
async fn a_gigabyte_and_a_drip_can_be_left() {
    let x = start(Kind::named("x").unwrap(), |s| s).await;
    x.order(Fault::Gigabyte);
    let mut answer = post(&x, "1").send().await.unwrap();
    let mut taken = 0;
    while taken < 8 << 20 {
        taken += answer.chunk().await.unwrap().unwrap().len();
    }
    drop(answer);
    x.order(Fault::Drip);
    let mut answer = post(&x, "2").send().await.unwrap();
    assert_eq!(answer.chunk().await.unwrap().unwrap().len(), 1);
    assert_eq!(x.timeline().len(), 2);
}
