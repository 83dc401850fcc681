//! After an unknown outcome: what LinkedIn's lists prove.

use super::server::{Reply, Server, json};
use super::{ORGANIZATION, PERSON, house};
use crate::channel::{Found, SendError, Taken, fixture};
use crate::plan::Receipt;
use crate::render::Variant;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json as value};

fn landed() -> Variant {
    let mut variant = fixture::post(&["It landed (twice). https://acme.example/blog/rocket-2/ #Rocket"]);
    if let Variant::Post(post) = &mut variant {
        post.first_comment = Some("More (really)".to_owned());
    }
    variant
}

const LIVE: &str = "It landed \\(twice\\). https://lnkd.in/eR2 {hashtag|\\#|Rocket}";

/// Looks for a part that was tried first so many seconds ago.
async fn found(
    author: &str,
    part: usize,
    ago: i64,
    number: u32,
    reply: Reply,
) -> (Result<Found, SendError>, Vec<String>) {
    let server = Server::start(move |_, _| reply.clone()).await;
    let house = house(author, &server.url);
    let variant = landed();
    let mut attempt = house.attempt(&variant, number);
    attempt.first_tried = Timestamp::now() - SignedDuration::from_secs(ago);
    attempt.last_tried = attempt.first_tried;
    if part > 0 {
        attempt.previous = vec![Receipt { id: Some("urn:li:share:7".to_owned()), ..Receipt::default() }];
    }
    let found = house.channel.find(&house.parts(&variant)[part], &attempt).await;
    (found, server.lines())
}

/// A post of so many seconds ago.
fn element(id: &str, text: &str, ago: i64) -> Value {
    let time = Timestamp::now().as_millisecond() - ago * 1000;
    value!({ "id": id, "commentary": text, "createdAt": time, "lastModifiedAt": time })
}

fn list(elements: Vec<Value>) -> Reply {
    json(200, value!({ "paging": { "start": 0, "count": 100, "links": [] }, "elements": elements }))
}

fn full(of: &Value) -> Vec<Value> {
    vec![of.clone(); 100]
}

#[tokio::test]
async fn a_post_is_found_by_its_words_and_its_time() {
    let ours = element("urn:li:share:9", LIVE, 10);
    let (found_it, asked) =
        found(ORGANIZATION, 0, 20, 1, list(vec![element("urn:li:share:8", "Else", 5), ours])).await;
    let Ok(Found::Sent(receipt)) = found_it else { panic!("{found_it:?}") };
    assert_eq!(receipt.id.as_deref(), Some("urn:li:share:9"));
    assert_eq!(receipt.url.as_deref(), Some("https://www.linkedin.com/feed/update/urn:li:share:9/"));
    insta::assert_snapshot!(asked.join("\n"), @r#"GET /rest/posts?author=urn%3Ali%3Aorganization%3A42&q=author&count=100&sortBy=LAST_MODIFIED&start=0"#);
}

#[tokio::test]
async fn an_older_post_of_the_same_words_is_not_it() {
    let older = element("urn:li:share:9", LIVE, 86_400);
    let (answer, _) = found(ORGANIZATION, 0, 2400, 1, list(vec![older])).await;
    assert_eq!(answer.unwrap(), Found::Absent);
}

#[tokio::test]
async fn what_was_made_just_before_the_try_needs_a_person() {
    let old = element("urn:li:share:8", "Else", 7200);
    for ago in [2402, 2500] {
        let (answer, _) =
            found(ORGANIZATION, 0, 2400, 1, list(vec![element("urn:li:share:9", LIVE, ago), old.clone()]))
                .await;
        let Ok(Found::CannotTell(why)) = answer else { panic!("{ago}: {answer:?}") };
        assert!(why.contains("urn:li:share:9"), "{why}");
    }
}

#[tokio::test]
async fn what_is_another_deliverys_is_not_ours() {
    let (ours, theirs) = (element("urn:li:share:9", LIVE, 10), element("urn:li:share:7", LIVE, 2000));
    let posts = vec![ours, theirs, element("urn:li:share:8", "Else", 7200)];
    let server = Server::start(move |_, _| list(posts.clone())).await;
    let house = house(ORGANIZATION, &server.url);
    let variant = landed();
    let mut attempt = house.attempt(&variant, 1);
    attempt.first_tried = Timestamp::now() - SignedDuration::from_mins(40);
    attempt.last_tried = attempt.first_tried;
    let receipt = |id: &str| Receipt { id: Some(id.to_owned()), ..Receipt::default() };
    attempt.taken = Taken::by(&*house.channel, &[receipt("urn:li:share:7")]);
    let found = house.channel.find(&house.parts(&variant)[0], &attempt).await.unwrap();
    assert!(matches!(&found, Found::Sent(sent) if sent.id.as_deref() == Some("urn:li:share:9")), "{found:?}");
    attempt.taken = Taken::by(&*house.channel, &[receipt("urn:li:share:7"), receipt("urn:li:share:9")]);
    let found = house.channel.find(&house.parts(&variant)[0], &attempt).await.unwrap();
    assert!(matches!(&found, Found::CannotTell(why) if why.contains("another delivery")), "{found:?}");
}

#[tokio::test]
async fn absence_needs_a_list_that_reaches_back_and_time() {
    let other = element("urn:li:share:8", "Else", 30);
    let old = element("urn:li:share:8", "Else", 7200);
    let twin = element("urn:li:share:8", LIVE, 2600);
    let edited = element("urn:li:share:8", &LIVE.replace("landed", "has landed"), 30);
    let beginning = element("urn:li:share:8", "It landed ", 30);
    let mut older_below = full(&other);
    older_below[99] = old.clone();
    for (ago, elements, absent) in [
        // What hides everything looks like this, too.
        (2400, vec![], false),
        (2400, vec![other.clone()], false),
        (2400, vec![other.clone(), old.clone()], true),
        (2400, older_below.clone(), true),
        // The list may end before the try.
        (2400, full(&other), false),
        // Too early to tell.
        (20, vec![old.clone()], false),
        // Somebody has to look.
        (2400, vec![beginning, old.clone()], false),
        (2400, vec![edited, old.clone()], false),
        (2400, vec![twin, old.clone()], false),
    ] {
        let (answer, _) = found(ORGANIZATION, 0, ago, 1, list(elements)).await;
        let answer = answer.unwrap();
        assert_eq!(answer == Found::Absent, absent, "{ago} {answer:?}");
        assert!(!matches!(answer, Found::Sent(_)));
    }
    let more =
        json(200, value!({ "elements": [], "paging": { "links": [ { "rel": "next", "href": "/x" } ] } }));
    assert!(matches!(found(ORGANIZATION, 0, 2400, 1, more).await.0, Ok(Found::CannotTell(_))));
}

#[tokio::test]
async fn the_time_counts_from_when_the_last_post_left() {
    let server = Server::start(|_, _| list(vec![element("urn:li:share:8", "Else", 48 * 3600)])).await;
    let house = house(ORGANIZATION, &server.url);
    let variant = landed();
    let mut part = house.parts(&variant).remove(0);
    let mut attempt = house.attempt(&variant, 2);
    let ago = |minutes: i64| Timestamp::now() - SignedDuration::from_mins(minutes);
    attempt.first_tried = ago(600);
    attempt.last_tried = ago(29);
    assert!(matches!(house.channel.find(&part, &attempt).await, Ok(Found::CannotTell(_))));
    attempt.last_tried = ago(30);
    assert_eq!(house.channel.find(&part, &attempt).await.unwrap(), Found::Absent);
    // Its images were there before the post left.
    part.media.push(fixture::picture("a.png", b"a"));
    assert_eq!(house.channel.find(&part, &attempt).await.unwrap(), Found::Absent);
}

#[tokio::test]
async fn what_may_not_be_read_tells_nothing() {
    let (answer, asked) = found(PERSON, 0, 2400, 1, list(Vec::new())).await;
    let Ok(Found::CannotTell(why)) = answer else { panic!("{answer:?}") };
    assert!(why.contains("r_member_social") && asked.is_empty());
    for reply in [json(403, value!({})), json(404, value!({}))] {
        assert!(matches!(found(ORGANIZATION, 0, 2400, 1, reply).await.0, Ok(Found::CannotTell(_))));
    }
    let no_list =
        [json(200, value!({})), json(200, value!({ "elements": 1 })), json(500, value!({})), Reply::Cut];
    for reply in no_list {
        assert!(found(ORGANIZATION, 0, 2400, 1, reply).await.0.is_err());
    }
}

#[tokio::test]
async fn a_comment_is_looked_for_below_its_post() {
    let comment = |actor: &str, text: &str, ago: i64| {
        value!({ "actor": actor, "message": { "text": text }, "object": "urn:li:activity:9", "id": "8",
            "created": { "time": Timestamp::now().as_millisecond() - ago * 1000 } })
    };
    let ours = comment(ORGANIZATION, "More (really)", 5);
    let (answer, asked) = found(ORGANIZATION, 1, 20, 1, list(vec![ours])).await;
    let Ok(Found::Sent(receipt)) = answer else { panic!("{answer:?}") };
    assert_eq!(receipt.id.as_deref(), Some("urn:li:comment:(urn:li:activity:9,8)"));
    assert_eq!(asked, ["GET /rest/socialActions/urn%3Ali%3Ashare%3A7/comments?count=100&start=0"]);
    let strangers = vec![
        comment("urn:li:person:x", "More (really)", 5),
        comment(ORGANIZATION, "Thanks", 5),
        comment(ORGANIZATION, "More (really)", 9000),
    ];
    assert_eq!(found(ORGANIZATION, 1, 2400, 1, list(strangers.clone())).await.0.unwrap(), Found::Absent);
    let mut odd = vec![comment(ORGANIZATION, "More (really)", 5); 5];
    odd[0]["created"]["time"] = value!("soon");
    odd[1]["message"] = value!({});
    odd[2]["actor"] = value!("urn:li:company:42");
    odd[3]["id"] = value!("8-b");
    odd[4]["message"]["text"] = value!("More (rea");
    let mut cases = vec![strangers[..2].to_vec(), Vec::new()];
    cases.extend(odd.into_iter().map(|odd| [strangers.clone(), vec![odd]].concat()));
    for elements in cases {
        let (answer, _) = found(ORGANIZATION, 1, 2400, 1, list(elements.clone())).await;
        assert!(matches!(answer, Ok(Found::CannotTell(_))), "{elements:?}: {answer:?}");
    }
    let mut number = comment(ORGANIZATION, "More (really)", 5);
    number["id"] = value!(8);
    assert!(matches!(found(ORGANIZATION, 1, 2400, 1, list(vec![number])).await.0, Ok(Found::Sent(_))));
    let mut digits = comment(ORGANIZATION, "More (really)", 5);
    digits["created"]["time"] = value!(digits["created"]["time"].to_string());
    assert!(matches!(found(ORGANIZATION, 1, 2400, 1, list(vec![digits])).await.0, Ok(Found::Sent(_))));
    let many = json(200, value!({ "elements": [], "paging": { "total": 400 } }));
    assert!(matches!(found(ORGANIZATION, 1, 2400, 1, many).await.0, Ok(Found::CannotTell(_))));
}

#[tokio::test]
async fn an_entry_that_cannot_be_read_is_no_proof() {
    let old = element("urn:li:share:8", "Else", 7200);
    let changed = |key: &str, to: Value| {
        let mut entry = element("urn:li:share:9", LIVE, 10);
        entry[key] = to;
        entry
    };
    let now = Timestamp::now().as_millisecond();
    for odd in [
        changed("createdAt", value!("yesterday")),
        changed("createdAt", value!(null)),
        changed("createdAt", value!(1.5e300)),
        changed("id", value!(9)),
        changed("id", value!("9")),
        changed("id", value!("urn:li:share:None")),
        changed("id", value!(null)),
        changed("commentary", value!(null)),
        changed("commentary", value!(7)),
        changed("author", value!("urn:li:organization:43")),
        value!({}),
        value!("urn:li:share:9"),
    ] {
        let (answer, _) = found(ORGANIZATION, 0, 2400, 1, list(vec![odd.clone(), old.clone()])).await;
        assert!(matches!(answer, Ok(Found::CannotTell(_))), "{odd}: {answer:?}");
    }
    // A number in quotes is a number.
    let (answer, _) =
        found(ORGANIZATION, 0, 2400, 1, list(vec![changed("createdAt", value!(now.to_string())), old])).await;
    assert!(matches!(answer, Ok(Found::Sent(_))), "{answer:?}");
}
