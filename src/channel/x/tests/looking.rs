//! Looking for a post after an unknown outcome, and taking one down.

use super::server::{Reply, Request, Server, problem};
use super::*;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

/// A listed post that was made so many minutes from now.
fn listed(id: &str, minutes: i64, text: &str) -> Value {
    let made = Timestamp::now() + SignedDuration::from_mins(minutes);
    json!({ "id": id, "text": text, "created_at": made.to_string() })
}

fn reply_to(mut post: Value, id: &str, spelling: &str) -> Value {
    post[spelling] = json!([{ "type": "replied_to", "id": id }]);
    post
}

fn is_list(request: &Request) -> bool {
    request.line() == "GET /2/users/77/tweets"
}

/// What is found of a part of a post that was tried forty minutes ago, last
/// so many minutes ago.
async fn looked(posts: Vec<Value>, part: u32, last: i64) -> Found {
    looked_for(posts, part, last, false).await
}

/// The same, of what may be on its way down.
async fn looked_for(posts: Vec<Value>, part: u32, last: i64, withdrawn: bool) -> Found {
    let server = Server::start(move |request| {
        is_list(request)
            .then(|| Reply::new(200, json!({ "data": posts, "meta": { "result_count": posts.len() } })))
    })
    .await;
    let house = House::new(&server);
    let mut attempt = house.attempt(fixture::post(&["It landed & stands.", "It landed & stands."]));
    attempt.first_tried = Timestamp::now() - SignedDuration::from_mins(40);
    attempt.last_tried = Timestamp::now() - SignedDuration::from_mins(last);
    (attempt.part, attempt.withdrawn) = (part, withdrawn);
    attempt.previous = (0..part).map(|_| receipt("500")).collect();
    house.find(&attempt).await.unwrap()
}

/// What is going down is not posted again: a list that was read to its end is
/// enough, though what it hung below is gone from it.
#[tokio::test]
async fn of_what_is_going_down_the_end_of_the_list_is_proof() {
    for (posts, last, withdrawn, absent) in [
        (vec![], 31, true, true),
        (vec![], 31, false, false),
        (vec![], 29, true, false),
        (vec![listed("510", -20, "Something else.")], 31, true, true),
        (vec![listed("510", -20, "Something else.")], 31, false, false),
        (vec![reply_to(listed("511", -35, OURS), "499", "referenced_tweets")], 31, true, true),
        (vec![json!({ "id": "512" })], 31, true, false),
    ] {
        let told = format!("{posts:?} {last} {withdrawn}");
        let found = looked_for(posts, 1, last, withdrawn).await;
        assert_eq!(found == Found::Absent, absent, "{told}: {found:?}");
    }
}

fn cannot_tell(found: &Found, why: &str) {
    assert!(matches!(found, Found::CannotTell(says) if says.contains(why)), "{why}: {found:?}");
}

const OURS: &str = "It landed &amp; stands.";

#[tokio::test]
async fn a_post_that_is_there_is_found_where_it_hangs() {
    let sent = |id: &str| {
        let url = format!("https://x.com/acmerockets/status/{id}");
        Found::Sent(Receipt { id: Some(id.to_owned()), url: Some(url), ..Receipt::default() })
    };
    assert_eq!(looked(vec![listed("501", -39, OURS)], 0, 39).await, sent("501"));
    for spelling in ["referenced_tweets", "referenced_posts"] {
        let thread = vec![
            reply_to(listed("502", -38, OURS), "500", spelling),
            listed("500", -39, OURS),
            reply_to(listed("499", -39, OURS), "400", spelling),
        ];
        assert_eq!(looked(thread.clone(), 1, 39).await, sent("502"));
        // The first part is what hangs below nothing.
        assert_eq!(looked(thread, 0, 39).await, sent("500"));
    }
}

#[tokio::test]
async fn absence_takes_a_list_that_reaches_back_and_time() {
    let older = || listed("400", -60, "Older news of ours");
    assert_eq!(
        looked(vec![listed("501", -39, "Somebody said something"), older()], 0, 39).await,
        Found::Absent
    );
    // An empty list, and one that ends too soon, prove nothing.
    cannot_tell(&looked(vec![], 0, 39).await, "does not reach back");
    cannot_tell(
        &looked(vec![listed("501", -39, "Somebody said something")], 0, 39).await,
        "does not reach back",
    );
    // Nor does one that was read at once.
    cannot_tell(&looked(vec![older()], 0, 29).await, "UTC it can tell");
    assert_eq!(looked(vec![older()], 0, 30).await, Found::Absent);
    // Nor one with a post that could be it after all.
    cannot_tell(&looked(vec![listed("501", -39, "It landed &amp; stands!"), older()], 0, 39).await, "almost");
    // The same words from before: X would refuse them, and the doubt come back.
    cannot_tell(&looked(vec![listed("300", -600, OURS)], 0, 39).await, "older post with the same words");
    cannot_tell(&looked(vec![json!({ "id": "1", "text": "a" }), older()], 0, 39).await, "without a time");
}

#[tokio::test]
async fn what_was_there_before_the_try_is_not_ours() {
    let older = || listed("400", -60, "Older news of ours");
    for minutes in [-41, -44] {
        cannot_tell(
            &looked(vec![listed("501", minutes, OURS), older()], 0, 39).await,
            "older post with the same",
        );
    }
}

#[tokio::test]
async fn what_is_another_deliverys_is_not_ours() {
    let posts = vec![listed("502", -38, OURS), listed("501", -39, OURS), listed("400", -60, "Older news")];
    let server = Server::start(move |request| {
        is_list(request).then(|| Reply::new(200, json!({ "data": posts, "meta": {} })))
    })
    .await;
    let house = House::new(&server);
    let mut attempt = house.attempt(fixture::post(&["It landed & stands."]));
    attempt.first_tried = Timestamp::now() - SignedDuration::from_mins(40);
    attempt.last_tried = attempt.first_tried;
    // By its id, or by the address that a person gave.
    let by_hand = |address: &str| Receipt { url: Some(address.to_owned()), ..Receipt::default() };
    attempt.taken = house.taken(&[receipt("501")]);
    let found = house.find(&attempt).await.unwrap();
    assert!(matches!(&found, Found::Sent(receipt) if receipt.id.as_deref() == Some("502")), "{found:?}");
    attempt.taken = house.taken(&[receipt("501"), by_hand("https://twitter.com/i/status/502?s=20")]);
    cannot_tell(&house.find(&attempt).await.unwrap(), "another delivery");
}

#[tokio::test]
async fn what_a_list_does_not_tell_is_no_other_post() {
    let older = || listed("400", -60, "Older news of ours");
    let wordless = |mut post: Value, words: Value| {
        post["text"] = words;
        post
    };
    for words in [json!(null), json!(""), json!(7)] {
        let list = vec![wordless(listed("501", -39, ""), words), older()];
        cannot_tell(&looked(list, 0, 39).await, "cannot be read");
    }
    let mut bare = listed("501", -39, "");
    bare.as_object_mut().unwrap().remove("text");
    cannot_tell(&looked(vec![bare.clone(), older()], 0, 39).await, "cannot be read");
    // A reply is not the first part, whatever it says.
    let reply = reply_to(bare.clone(), "400", "referenced_tweets");
    assert_eq!(looked(vec![reply, older()], 0, 39).await, Found::Absent);
    // The part is there, and the list does not say below what.
    let before = || listed("500", -39, OURS);
    for references in [json!(null), json!([]), json!("?"), json!([{ "type": "replied_to" }])] {
        let mut part = listed("502", -38, OURS);
        part["referenced_tweets"] = references;
        cannot_tell(&looked(vec![part, before(), older()], 1, 39).await, "its place in a thread");
    }
    let unsaid = listed("502", -38, OURS);
    cannot_tell(&looked(vec![unsaid, before(), older()], 1, 39).await, "its place in a thread");
    let nearly = listed("502", -38, "It landed &amp; stands!");
    cannot_tell(&looked(vec![nearly, before(), older()], 1, 39).await, "its place in a thread");
    // Other words are another post, wherever they hang.
    let other = listed("502", -38, "Somebody said something");
    assert_eq!(looked(vec![other, before(), older()], 1, 39).await, Found::Absent);
}

#[tokio::test]
async fn a_page_that_is_no_list_is_no_end_of_one() {
    for (second, wanted) in [
        (json!({ "meta": { "result_count": 0 } }), "Absent"),
        (json!({}), "CannotTell"),
        (json!({ "data": {} }), "CannotTell"),
        // It says itself that something was left out.
        (
            json!({ "data": [], "errors": [{ "title": "Authorization Error" }], "meta": { "result_count": 0 } }),
            "CannotTell",
        ),
        (json!({ "data": [], "meta": { "result_count": 1 } }), "CannotTell"),
    ] {
        let server = Server::start(move |request| {
            let first = json!({ "data": [listed("500", -39, OURS)], "meta": { "next_token": "b" } });
            let next = request.target.contains("pagination_token");
            is_list(request).then(|| Reply::new(200, if next { second.clone() } else { first }))
        })
        .await;
        let house = House::new(&server);
        let mut attempt = house.attempt(fixture::post(&["It landed.", "Softly."]));
        attempt.first_tried = Timestamp::now() - SignedDuration::from_mins(40);
        attempt.last_tried = attempt.first_tried;
        (attempt.part, attempt.previous) = (1, vec![receipt("500")]);
        let found = told(&house.find(&attempt).await);
        assert!(found.starts_with(wanted), "{wanted}: {found}");
    }
}

#[tokio::test]
async fn a_part_is_only_absent_where_the_part_before_is_seen() {
    let before = || listed("500", -39, OURS);
    assert_eq!(looked(vec![before()], 1, 39).await, Found::Absent);
    cannot_tell(&looked(vec![listed("400", -60, "Older news of ours")], 1, 39).await, "does not reach back");
}

#[tokio::test]
async fn pages_are_read_until_the_first_try_in_the_spelling_that_is_taken() {
    let server = Server::start(|request| {
        if !is_list(request) {
            return None;
        }
        if request.target.contains("tweet.fields") {
            return Some(problem(400, "The query parameter [tweet.fields] is not one of [post.fields]"));
        }
        let page = |text: &str, minutes, next: Option<&str>| {
            Reply::new(200, json!({ "data": [listed("7", minutes, text)], "meta": { "next_token": next } }))
        };
        Some(if request.target.contains("pagination_token=b") {
            page("Older news of ours", -60, Some("c"))
        } else {
            page("Somebody said something", -1, Some("b"))
        })
    })
    .await;
    let house = House::new(&server);
    let mut attempt = house.attempt(fixture::post(&["It landed."]));
    attempt.first_tried = Timestamp::now() - SignedDuration::from_mins(40);
    attempt.last_tried = attempt.first_tried;
    assert_eq!(house.find(&attempt).await.unwrap(), Found::Absent);
    let pages: Vec<String> =
        server.asked().into_iter().filter(is_list).map(|request| request.target).collect();
    assert_eq!(pages.len(), 4, "{pages:?}");
    assert!(pages[1].contains("max_results=100&exclude=retweets&post.fields="), "{pages:?}");
}

#[tokio::test]
async fn trouble_while_looking_is_no_evidence() {
    for reply in [Reply::new(503, json!({})), Reply::silence(), Reply::new(200, json!([])).torn()] {
        let server = Server::start(move |request| is_list(request).then(|| reply.clone())).await;
        let house = House::new(&server);
        let outcome = house.find(&house.attempt(fixture::post(&["It landed."]))).await;
        assert!(told(&outcome).starts_with("not yet: "), "{outcome:?}");
    }
}

#[tokio::test]
async fn a_post_is_taken_down_once_and_gone_is_gone() {
    let deleted = |deleted: bool| Reply::new(200, json!({ "data": { "deleted": deleted } }));
    let missing = json!({ "errors": [{ "type": "https://api.twitter.com/2/problems/resource-not-found" }] });
    for (reply, wanted) in [
        (deleted(true), "Gone"),
        (problem(404, "Not Found"), "Already"),
        (Reply::new(200, missing), "Already"),
        (deleted(false), "Stays(\"X says that it did not delete it"),
        (
            problem(403, "You are not authorized to delete this Tweet."),
            "Stays(\"it belongs to another account",
        ),
        (problem(401, "Unauthorized"), "refused: X does not accept"),
        (Reply::new(500, json!({})), "unknown: X has trouble with the deletion"),
        (Reply::silence(), "unknown: "),
    ] {
        let server = Server::start(move |_| Some(reply.clone())).await;
        let house = House::new(&server);
        let outcome = told(&house.channel().remove(&receipt("12"), &house.path()).await);
        assert!(outcome.starts_with(wanted), "{wanted}: {outcome}");
        assert_eq!(server.lines(), ["DELETE /2/tweets/12"]);
    }
    let server = Server::start(|_| None).await;
    let house = House::new(&server);
    for odd in [Receipt::default(), receipt("../users/me")] {
        let outcome = told(&house.channel().remove(&odd, &house.path()).await);
        assert!(outcome.starts_with("Stays(\"its id at X is not known"), "{outcome}");
    }
    assert_eq!(server.asked().len(), 0);
}
