//! Lists of more than one page, and those that count themselves.

use super::server::{Reply, Request, Server, json};
use super::{ORGANIZATION, house};
use crate::channel::{Found, fixture};
use crate::plan::Receipt;
use crate::render::Variant;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json as value};

/// Looks for a part that was tried two hours ago. Also: what was asked for.
async fn found(
    part: usize,
    answer: impl Fn(&Request, &str) -> Reply + Send + Sync + 'static,
) -> (Found, Vec<String>) {
    let server = Server::start(answer).await;
    let house = house(ORGANIZATION, &server.url);
    let mut variant = fixture::post(&["It landed."]);
    if let Variant::Post(post) = &mut variant {
        post.first_comment = Some("More".to_owned());
    }
    let mut attempt = house.attempt(&variant, 1);
    attempt.first_tried = Timestamp::now() - SignedDuration::from_hours(2);
    attempt.last_tried = attempt.first_tried;
    if part > 0 {
        attempt.previous = vec![Receipt { id: Some("urn:li:share:7".to_owned()), ..Receipt::default() }];
    }
    let found = house.channel.find(&house.parts(&variant)[part], &attempt).await.unwrap();
    let starts =
        server.lines().iter().filter_map(|line| line.split("start=").nth(1).map(str::to_owned)).collect();
    (found, starts)
}

/// The newest first: ever older by half a minute.
fn posts(count: i64) -> Vec<Value> {
    let now = Timestamp::now().as_millisecond();
    let post = |at: i64| {
        let time = now - at * 30_000;
        value!({ "id": format!("urn:li:share:{}", 9000 - at), "commentary": format!("News, number {at}"),
            "createdAt": time, "lastModifiedAt": time })
    };
    (0..count).map(post).collect()
}

/// A page of `all`, as the finder gives it; `start` is what the request says.
fn page(all: &[Value], request: &Request) -> Reply {
    let start = request.line.split("start=").nth(1).and_then(|start| start.parse().ok()).unwrap_or(0);
    let shown: Vec<&Value> = all.iter().skip(start).take(100).collect();
    json(200, value!({ "elements": shown, "paging": { "start": start, "count": 100, "links": [] } }))
}

#[tokio::test]
async fn a_long_list_is_read_as_far_as_the_first_try() {
    // 240 of them were made since then, and one of these is ours.
    let mut all = posts(600);
    all[230]["commentary"] = value!("It landed.");
    let id = all[230]["id"].as_str().map(str::to_owned);
    let (sent, starts) = found(0, move |request, _| page(&all, request)).await;
    assert!(matches!(&sent, Found::Sent(receipt) if receipt.id == id), "{sent:?}");
    assert_eq!(starts, ["0", "99", "198", "297"], "an hour further back than the try, and not to the end");
    let all = posts(600);
    assert_eq!(found(0, move |request, _| page(&all, request)).await.0, Found::Absent);
    // It ends with a full page.
    let mut all = posts(100);
    all[99]["createdAt"] = value!(0);
    let (absent, starts) = found(0, move |request, _| page(&all, request)).await;
    assert_eq!((absent, starts.len()), (Found::Absent, 2));
    // Nobody reads without an end.
    let all = posts(5000).into_iter().map(|mut post| {
        post["lastModifiedAt"] = value!(Timestamp::now().as_millisecond());
        post
    });
    let all: Vec<Value> = all.collect();
    let (unclear, starts) = found(0, move |request, _| page(&all, request)).await;
    assert!(matches!(unclear, Found::CannotTell(_)) && starts.len() == 10, "{unclear:?} {starts:?}");
}

#[tokio::test]
async fn pages_that_do_not_fit_together_prove_nothing() {
    // One was taken away between two looks; or the server knows no pages.
    let all = posts(600);
    let less: Vec<Value> =
        all.iter().enumerate().filter(|(at, _)| *at != 50).map(|(_, post)| post.clone()).collect();
    let again = all.clone();
    let (torn, _) = found(0, move |request, _| {
        page(if request.line.ends_with("start=0") { &all } else { &less }, request)
    })
    .await;
    assert!(matches!(torn, Found::CannotTell(_)), "{torn:?}");
    let (same, starts) = found(0, move |_, _| json(200, value!({ "elements": again[..100] }))).await;
    assert!(matches!(same, Found::CannotTell(_)) && starts.len() == 2, "{same:?} {starts:?}");
}

#[tokio::test]
async fn comments_that_linkedin_counts_itself_are_an_answer() {
    let of = |elements: Value, paging: Value| json(200, value!({ "elements": elements, "paging": paging }));
    let stranger = value!([{ "actor": "urn:li:person:x", "message": { "text": "More" }, "id": "8",
        "created": { "time": Timestamp::now().as_millisecond() } }]);
    for (reply, is_absent) in [
        (of(value!([]), value!({ "total": 0 })), true),
        (of(stranger.clone(), value!({ "total": 1 })), true),
        (of(value!([]), value!({})), false),
        (of(value!([]), value!({ "total": 1 })), false),
        (of(stranger.clone(), value!({ "total": 2 })), false),
        (of(stranger, value!({})), false),
        (of(value!([]), value!({ "total": 0, "links": [{ "rel": "next" }] })), false),
    ] {
        let told = format!("{reply:?}");
        let (answer, _) = found(1, move |_, _| reply.clone()).await;
        assert_eq!(answer == Found::Absent, is_absent, "{told}: {answer:?}");
    }
}
