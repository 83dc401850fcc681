//! Facebook's own lists as evidence, and taking down.

use super::server::{error, lost, ok, status};
use super::{House, with_comment, with_pictures};
use crate::channel::{Found, Removed, SendError, Taken, fixture};
use crate::plan::Receipt;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

fn tried() -> Timestamp {
    Timestamp::now().checked_sub(SignedDuration::from_mins(40)).unwrap()
}

/// As Facebook writes it: `2026-12-01T08:00:00+0000`.
fn at(minutes: i64) -> String {
    let moment = tried().checked_add(SignedDuration::from_mins(minutes)).unwrap();
    moment.strftime("%Y-%m-%dT%H:%M:%S+0000").to_string()
}

fn entry(id: &str, minutes: i64, message: &str) -> Value {
    json!({ "id": id, "created_time": at(minutes), "message": message,
            "permalink_url": format!("https://www.facebook.com/acme/posts/{id}") })
}

fn list(entries: &[Value]) -> String {
    json!({ "data": entries, "paging": { "cursors": { "before": "a", "after": "b" } } }).to_string()
}

async fn find(entries: &[Value]) -> Found {
    let house = House::new(vec![ok(&list(entries))]).await;
    let (parts, mut attempt) = house.attempt(fixture::post(&["It landed.\n\nAt last, on its own legs."]));
    // The try began a little before `tried`, which goes on with the clock.
    let began = tried() - SignedDuration::from_secs(5);
    (attempt.first_tried, attempt.last_tried) = (began, began);
    let found = house.page.find(&parts[0], &attempt).await.unwrap();
    house.server.log();
    found
}

fn kind(found: &Found) -> String {
    match found {
        Found::Sent(receipt) => format!("sent {}", receipt.id.as_deref().unwrap_or("-")),
        Found::Absent => "absent".to_owned(),
        Found::CannotTell(why) => why.clone(),
    }
}

#[tokio::test]
async fn a_list_is_evidence_only_as_far_as_it_goes() {
    let ours = "It landed. At last,  on its own legs.\n";
    let old = entry("12_1", -600, "Something older");
    let proves_nothing = "Facebook's list shows nothing from before the try, and so proves nothing";
    let could_be =
        |id: &str| format!("this could be it, and is not surely: https://www.facebook.com/acme/posts/{id}");
    let unreadable = "something in Facebook's list cannot be read, and could be it";
    let with = |key: &str, value: Value| {
        let mut entry = entry("12_9", 1, ours);
        entry[key] = value;
        entry
    };
    let (mut wordless, mut timeless) = (entry("12_9", 1, ""), entry("12_9", 1, ours));
    wordless["message"].take();
    timeless["created_time"].take();
    for (entries, wanted) in [
        (vec![entry("12_9", 1, ours), old.clone()], "sent 12_9".to_owned()),
        (vec![entry("12_9", 0, ours)], "sent 12_9".to_owned()),
        // Of two the one closest to the try.
        (vec![entry("12_9", 8, ours), entry("12_8", 1, ours), old.clone()], "sent 12_8".to_owned()),
        // Before the try, but within what a wrong clock could explain.
        (vec![entry("12_9", -1, ours), old.clone()], could_be("12_9")),
        (vec![entry("12_9", -5, ours), old.clone()], could_be("12_9")),
        (vec![entry("12_9", 1, "It landed. At last, on its own four legs."), old.clone()], could_be("12_9")),
        // Without its first word, cut, or spelled as in HTML.
        (vec![entry("12_9", 1, "Landed. At last…"), old.clone()], could_be("12_9")),
        (
            vec![entry("12_9", 1, "It landed&period; At last,&nbsp;on its own legs."), old.clone()],
            could_be("12_9"),
        ),
        (vec![wordless, old.clone()], could_be("12_9")),
        (vec![timeless, old.clone()], could_be("12_9")),
        // The same words, long ago.
        (vec![entry("12_2", -300, ours), old.clone()], "absent".to_owned()),
        (vec![entry("12_9", 3, "Quite another thing"), old.clone()], "absent".to_owned()),
        (vec![old.clone()], "absent".to_owned()),
        (vec![entry("12_9", 3, "Quite another thing")], proves_nothing.to_owned()),
        (vec![], proves_nothing.to_owned()),
        // No post of this page.
        (vec![with("id", json!(1001)), old.clone()], unreadable.to_owned()),
        (vec![with("id", json!("999_9")), old.clone()], unreadable.to_owned()),
        // What cannot be read may be ours, and what is ours is found beside it.
        (vec![with("id", json!(null)), old.clone()], unreadable.to_owned()),
        (vec![with("id", json!({})), old.clone()], unreadable.to_owned()),
        (vec![with("id", json!("../12")), old.clone()], unreadable.to_owned()),
        (vec![with("message", json!(["It landed."])), old.clone()], unreadable.to_owned()),
        (vec![json!("12_9"), old.clone()], unreadable.to_owned()),
        (vec![json!(null), old.clone()], unreadable.to_owned()),
        (vec![old.clone(), json!(7)], unreadable.to_owned()),
        (vec![json!(null), entry("12_9", 1, ours), old.clone()], "sent 12_9".to_owned()),
    ] {
        assert_eq!(kind(&find(&entries).await), wanted, "{entries:?}");
    }
}

#[tokio::test]
async fn the_receipt_of_what_was_found_is_as_good_as_the_lost_one() {
    let Found::Sent(receipt) = find(&[entry("12_9", 1, "It landed.\n\nAt last, on its own legs.")]).await
    else {
        panic!()
    };
    assert_eq!(receipt.id.as_deref(), Some("12_9"));
    assert_eq!(receipt.url.as_deref(), Some("https://www.facebook.com/acme/posts/12_9"));
}

#[tokio::test]
async fn too_soon_is_no_proof() {
    let soon = "Facebook shows nothing of it yet, and it is too soon to say that nothing comes";
    // Tried long ago, and once more so many minutes ago. A photo that is a post
    // takes up to two minutes to arrive; several have arrived before.
    for (photos, minutes, wanted) in [
        (0, 0, soon),
        (0, 29, soon),
        (0, 30, "absent"),
        (1, 31, soon),
        (1, 32, "absent"),
        (3, 29, soon),
        (3, 30, "absent"),
    ] {
        let house = House::new(vec![ok(&list(&[entry("12_1", -600, "Something older")]))]).await;
        let names = &["a.png", "b.png", "c.png"][..photos];
        let (parts, mut attempt) = house.attempt(with_pictures(&house, "It landed.", names));
        attempt.first_tried = tried();
        attempt.last_tried = Timestamp::now().checked_sub(SignedDuration::from_mins(minutes)).unwrap();
        let found = house.page.find(&parts[0], &attempt).await.unwrap();
        assert_eq!(kind(&found), wanted, "{photos} photos, {minutes} minutes");
    }
}

#[tokio::test]
async fn what_is_another_deliverys_is_not_ours() {
    let entries =
        [entry("12_9", 1, "It landed."), entry("12_8", 2, "It landed."), entry("12_1", -600, "Older")];
    let by_hand = "https://facebook.com/acme/posts/12_8/";
    for (ids, url, wanted) in [
        (vec![], None, "sent 12_9"),
        (vec!["12_9"], None, "sent 12_8"),
        // A person told no more than the address.
        (vec!["12_9"], Some(by_hand), "another delivery has put the same words"),
    ] {
        let house = House::new(vec![ok(&list(&entries))]).await;
        let (parts, mut attempt) = house.attempt(fixture::post(&["It landed."]));
        (attempt.first_tried, attempt.last_tried) = (tried(), tried());
        let others = ids.into_iter().map(|id| receipt(Some(id), None));
        let told = url.map(|url: &str| Receipt { url: Some(url.to_owned()), ..Receipt::default() });
        let others: Vec<Receipt> =
            others.chain(told).map(|other| Receipt { detail: None, ..other }).collect();
        attempt.taken = Taken::by(&*house.page, &others);
        let found = kind(&house.page.find(&parts[0], &attempt).await.unwrap());
        assert!(found.starts_with(wanted), "{found}");
        house.server.log();
    }
}

#[tokio::test]
async fn a_list_goes_on_at_the_same_server_whatever_it_says() {
    let next = "https://evil.example/v26.0/12/published_posts?access_token=x&limit=1&after=Q1%3D&until=7";
    let first = json!({ "data": [entry("12_9", 3, "Another")], "paging": { "next": next } }).to_string();
    let house = House::new(vec![ok(&first), ok(&list(&[entry("12_1", -600, "Older")]))]).await;
    let (parts, mut attempt) = house.attempt(fixture::post(&["It landed."]));
    (attempt.first_tried, attempt.last_tried) = (tried(), tried());
    assert_eq!(kind(&house.page.find(&parts[0], &attempt).await.unwrap()), "absent");
    insta::assert_snapshot!(house.server.log(), @r#"
    GET /v26.0/12/published_posts?fields=id%2Cmessage%2Ccreated_time%2Cpermalink_url&limit=100 [Bearer sesame-token]
    GET /v26.0/12/published_posts?fields=id%2Cmessage%2Ccreated_time%2Cpermalink_url&limit=100&after=Q1%3D&until=7 [Bearer sesame-token]
    "#);
    // A list without an end is not read for ever.
    let house = House::new(vec![ok(&first); 5]).await;
    let found = house.page.find(&parts[0], &attempt).await.unwrap();
    assert!(kind(&found).contains("proves nothing"), "{found:?}");
    house.server.log();
}

#[tokio::test]
async fn a_list_that_does_not_come_changes_nothing() {
    for reply in [lost(), status(500, ""), ok("{}"), ok("<html>"), error(400, 190, 463, "expired")] {
        let house = House::new(vec![reply.clone()]).await;
        let (parts, attempt) = house.attempt(fixture::post(&["a"]));
        assert!(house.page.find(&parts[0], &attempt).await.is_err(), "{reply:?}");
    }
}

#[tokio::test]
async fn comments_are_looked_for_below_the_post() {
    let comment = |id: &str, from: &str, message: &str| json!({ "id": id, "created_time": at(1), "message": message, "from": { "id": from } });
    let mut stranger_by_number = comment("34_5", "99", "More below");
    stranger_by_number["from"]["id"] = json!(99);
    let list = |entries: &[Value], count: u64| {
        json!({ "data": entries, "summary": { "total_count": count } }).to_string()
    };
    for (body, wanted) in [
        (list(&[comment("34_5", "12", "More below")], 1), "sent 34_5"),
        // A stranger says the same.
        (list(&[comment("34_5", "99", "More below")], 1), "absent"),
        (list(&[stranger_by_number], 1), "absent"),
        // Where Facebook counts none, there is none.
        (list(&[], 0), "absent"),
        (
            list(&[json!({ "message": "More below", "created_time": at(1) })], 1),
            "something in Facebook's list cannot be read, and could be it",
        ),
        (list(&[], 1), "Facebook's list shows nothing from before the try, and so proves nothing"),
        (
            json!({ "data": [] }).to_string(),
            "Facebook's list shows nothing from before the try, and so proves nothing",
        ),
    ] {
        let house = House::new(vec![ok(&body)]).await;
        let (parts, mut attempt) = house.attempt(with_comment("It landed.", "More below"));
        attempt.previous = vec![Receipt { id: Some("12_34".to_owned()), ..Receipt::default() }];
        (attempt.first_tried, attempt.last_tried) = (tried(), tried());
        let found = house.page.find(&parts[1], &attempt).await.unwrap();
        assert_eq!(kind(&found), wanted, "{body}");
        if let Found::Sent(receipt) = found {
            assert_eq!(receipt.detail.as_deref(), Some("comment on 12_34"));
            insta::assert_snapshot!(house.server.log(), @"GET /v26.0/12_34/comments?fields=id%2Cmessage%2Ccreated_time%2Cpermalink_url%2Cfrom&filter=stream&order=reverse_chronological&summary=true&limit=100 [Bearer sesame-token]");
        }
    }
}

fn receipt(id: Option<&str>, detail: Option<&str>) -> Receipt {
    Receipt {
        id: id.map(str::to_owned),
        url: Some("https://www.facebook.com/acme/posts/9".to_owned()),
        detail: detail.map(str::to_owned),
        ..Receipt::default()
    }
}

/// Takes down what was sent so many minutes ago.
async fn taken_down(house: &House, receipt: &Receipt, minutes: i64) -> Result<Removed, SendError> {
    let (parts, mut attempt) = house.attempt(fixture::post(&["It landed."]));
    attempt.last_tried = crate::clock::now() - SignedDuration::from_mins(minutes);
    house.page.take_down(&parts[0], receipt, &attempt).await
}

#[tokio::test]
async fn what_is_taken_down_is_gone_and_a_second_time_does_no_harm() {
    let gone = || error(400, 100, 33, "Object with ID '12_9' does not exist, or no permission");
    let counted = |entries: &[Value], count: u64| {
        json!({ "data": entries, "summary": { "total_count": count } }).to_string()
    };
    let post = receipt(Some("12_9"), None);
    let comment = receipt(Some("9_5"), Some("comment on 12_9"));
    let another = || ok(&list(&[entry("12_8", 0, "Another")]));
    // Ours was sent nine minutes after `entry(…, 0, …)`.
    let then =
        |entry: Value, next: Value| ok(&json!({ "data": [entry], "paging": { "next": next } }).to_string());
    let (younger, older) = (|| entry("12_8", 20, "Later"), || entry("12_7", -90, "Earlier"));
    let cut = [json!("https://graph.facebook.com/v26.0/12/published_posts?limit=100"), json!(7), json!("")];
    for (receipt, replies, wanted) in [
        (&post, vec![ok(r#"{"success":true}"#)], "down"),
        (&comment, vec![ok(r#"{"success":true}"#)], "down"),
        (&post, vec![gone(), gone(), another()], "gone"),
        // Only what is younger: proof where that is all there is, and none where there is more.
        (&post, vec![gone(), gone(), ok(&list(&[younger()]))], "gone"),
        (&post, vec![gone(), gone(), then(younger(), cut[0].clone())], "unsaid"),
        (&post, vec![gone(), gone(), then(younger(), cut[1].clone())], "unsaid"),
        (&post, vec![gone(), gone(), then(younger(), cut[2].clone())], "unsaid"),
        (&post, vec![gone(), gone(), then(older(), cut[0].clone())], "gone"),
        (
            &post,
            vec![gone(), gone(), then(younger(), json!("/v26.0/x?after=Q")), ok(&list(&[older()]))],
            "gone",
        ),
        // What can be read is there, whatever a list says.
        (&post, vec![gone(), ok(r#"{"id":"12_9","message":"Still here"}"#)], "stays"),
        (&post, vec![gone(), gone(), ok(&list(&[entry("12_9", 0, "Still here")]))], "stays"),
        (&post, vec![gone(), gone(), ok(&list(&[json!({ "message": "Without an id" })]))], "unsaid"),
        (&post, vec![gone(), gone(), ok(&list(&[]))], "unsaid"),
        (&comment, vec![gone(), gone(), ok(&counted(&[], 0))], "gone"),
        (&comment, vec![gone(), gone(), ok(&list(&[]))], "unsaid"),
        (&comment, vec![gone(), gone(), ok(&counted(&[], 1))], "unsaid"),
        (&comment, vec![gone(), gone(), ok(&list(&[entry("9_5", 0, "Still here")]))], "stays"),
        // The post is gone, and with it the comment.
        (&comment, vec![gone(), gone(), gone(), another()], "gone"),
        (&comment, vec![gone(), gone(), gone(), ok(&list(&[entry("12_9", 0, "It is here")]))], "stays"),
        (&self::receipt(None, None), vec![], "stays"),
    ] {
        let house = House::new(replies.clone()).await;
        let removed = taken_down(&house, receipt, 31).await.unwrap();
        let (told, why) = match removed {
            Removed::Gone => ("down", String::new()),
            Removed::Already => ("gone", String::new()),
            Removed::GoneExcept(why) => ("partly", why),
            Removed::Stays(why) => ("stays", why),
            Removed::CannotTell(why) => ("unsaid", why),
        };
        assert_eq!(told, wanted, "{replies:?}: {why}");
        let says_where = why.contains("https://www.facebook.com/") || why.contains("pages_manage_posts");
        assert!(says_where || why.is_empty(), "{why}");
        house.server.log();
    }
}

/// A list may be behind by half an hour, and the same is said where a right is missing.
#[tokio::test]
async fn a_post_that_a_list_may_not_show_yet_is_not_called_gone() {
    let gone = || error(400, 100, 33, "does not exist, or no permission");
    for (minutes, is_gone) in [(0, false), (29, false), (31, true)] {
        let house = House::new(vec![gone(), gone(), ok(&list(&[entry("12_8", 0, "Another")]))]).await;
        let removed = taken_down(&house, &receipt(Some("12_9"), None), minutes).await.unwrap();
        match removed {
            Removed::Already => assert!(is_gone, "{minutes}"),
            Removed::CannotTell(why) => {
                assert!(!is_gone && why.contains(" UTC the list can tell"), "{minutes}: {why}");
            }
            other => panic!("{minutes}: {other:?}"),
        }
    }
}

/// A person who pasted it told no more than where it is.
#[tokio::test]
async fn an_address_with_the_pages_number_is_enough_to_take_a_post_down() {
    let told = |url: &str| Receipt { url: Some(url.to_owned()), ..Receipt::default() };
    let house = House::new(vec![ok(r#"{"success":true}"#)]).await;
    let removed = taken_down(&house, &told("https://www.facebook.com/12/posts/9"), 1).await.unwrap();
    assert_eq!(removed, Removed::Gone);
    insta::assert_snapshot!(house.server.log(), @"DELETE /v26.0/12_9 [Bearer sesame-token]");
    let house = House::new(vec![]).await;
    let removed = taken_down(&house, &told("https://www.facebook.com/acme/posts/9"), 1).await.unwrap();
    assert!(matches!(&removed, Removed::Stays(why) if why.contains("by hand")), "{removed:?}");
}

#[tokio::test]
async fn what_the_token_may_not_take_down_goes_once_that_is_mended() {
    for reply in [error(403, 200, 0, "(#200) Permissions error"), error(400, 190, 463, "Session has expired")]
    {
        let house = House::new(vec![reply]).await;
        let removed = house.page.remove(&receipt(Some("12_9"), None), house.folder.path()).await;
        assert!(matches!(removed, Err(SendError::Mendable { .. })), "{removed:?}");
    }
}

#[tokio::test]
async fn a_doubt_about_taking_down_is_tried_again() {
    for (replies, unknown) in [
        (vec![lost()], true),
        (vec![status(500, "")], true),
        (vec![ok("{}")], true),
        (vec![ok(r#"{"success":false}"#)], true),
        (vec![error(400, 100, 33, "gone or not yours"), lost(), lost()], false),
    ] {
        let house = House::new(replies.clone()).await;
        let removed = house.page.remove(&receipt(Some("12_9"), None), house.folder.path()).await;
        match removed {
            Err(SendError::Unknown { .. }) => assert!(unknown, "{replies:?}"),
            Err(SendError::NotYet { .. }) => assert!(!unknown, "{replies:?}"),
            other => panic!("{replies:?}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn what_lies_deep_in_a_long_list_is_not_called_gone() {
    let page =
        json!({ "data": [entry("12_8", 0, "Another")], "paging": { "next": "https://x.example/?after=Q" } });
    let mut replies = vec![error(400, 100, 33, "gone or not yours"); 2];
    replies.extend(vec![ok(&page.to_string()); 5]);
    let house = House::new(replies).await;
    let removed = house.page.remove(&receipt(Some("12_9"), None), house.folder.path()).await.unwrap();
    insta::assert_snapshot!(format!("{removed:?}"), @r#"CannotTell("Facebook says that it is gone, or that the token may not delete it, and it is not among the newest 5 of its list: look at https://www.facebook.com/acme/posts/9")"#);
}
