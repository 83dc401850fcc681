//! What each answer to a post means.

use super::server::{Reply, Server, problem};
use super::*;
use serde_json::json;

/// What becomes of a part that gets this answer, after an earlier try in doubt
/// or without one.
async fn answered(reply: Reply, doubted: bool, part: u32) -> Result<Receipt, SendError> {
    let server = Server::start(move |request| (request.method == "POST").then(|| reply.clone())).await;
    let house = House::new(&server);
    let mut attempt = house.attempt(fixture::post(&["It landed.", "Softly."]));
    (attempt.doubted, attempt.part) = (doubted, part);
    attempt.previous = (0..part).map(|part| receipt(&format!("1{part}"))).collect();
    let outcome = house.send(&attempt).await;
    assert_eq!(server.lines(), ["POST /2/tweets"], "a post is tried once");
    outcome
}

async fn first(reply: Reply) -> String {
    told(&answered(reply, false, 0).await)
}

#[tokio::test]
async fn only_an_id_is_a_receipt() {
    for reply in [
        Reply::new(201, json!({ "data": { "text": "It landed." } })),
        Reply::new(200, json!({ "errors": [{ "title": "Odd" }] })),
        Reply::new(201, json!("ok")),
        Reply::new(201, json!({ "data": { "id": "1", "text": "It landed." } })).torn(),
        Reply::new(500, json!({})),
        Reply::new(502, json!({ "data": { "id": "1" } })),
        Reply::new(503, json!({})).with("retry-after", 5),
        Reply::new(504, json!({})),
        Reply::new(408, json!({})),
        Reply::silence(),
    ] {
        let outcome = first(reply.clone()).await;
        assert!(outcome.starts_with("unknown: "), "{reply:?}: {outcome}");
    }
    for (id, said) in [
        (json!("abc"), "`abc`"),
        (json!(SECRET), "`«secret»`"),
        (json!("1/2"), "`1/2`"),
        (json!(1.5), "`1.5`"),
        (json!({}), "`{}`"),
    ] {
        let outcome = first(Reply::new(201, json!({ "data": { "id": id } }))).await;
        let wanted =
            format!("unknown: X answered 201 Created and calls the post {said}, which is no id of a post");
        assert_eq!(outcome, wanted);
    }
    assert!(
        first(Reply::new(201, json!({ "data": { "id": null } })))
            .await
            .starts_with("unknown: X answered 201")
    );
    // An error beside an id is about something else.
    let partial =
        json!({ "data": { "id": "1", "text": "It landed." }, "errors": [{ "title": "Not Found Error" }] });
    let receipt = answered(Reply::new(200, partial), false, 0).await.unwrap();
    assert_eq!(receipt.detail.as_deref(), Some("X adds: Not Found Error"));
    assert_eq!(receipt.url.as_deref(), Some("https://x.com/acmerockets/status/1"));
}

#[tokio::test]
async fn a_server_that_cannot_be_reached_has_done_nothing() {
    let server = Server::start(|_| None).await;
    let house = House::new(&server);
    house.channel().verify(&house.path()).await.unwrap();
    drop(server);
    tokio::task::yield_now().await;
    let outcome = told(&house.send(&house.attempt(fixture::post(&["a"]))).await);
    assert!(outcome.starts_with("not yet: "), "{outcome}");
}

#[tokio::test]
async fn what_readers_see_otherwise_is_told() {
    let shown = |text: &str| Reply::new(201, json!({ "data": { "id": "1", "text": text } }));
    let receipt = answered(shown("It lan…"), false, 0).await.unwrap();
    assert_eq!(receipt.altered.as_deref(), Some("It lan…"));
    assert_eq!(answered(shown(" It landed."), false, 0).await.unwrap().altered, None);
    // In words, and not as X spells them.
    let receipt = answered(shown("R&amp;D &lt;it&gt; lan…"), false, 0).await.unwrap();
    assert_eq!(receipt.altered.as_deref(), Some("R&D <it> lan…"));
}

#[tokio::test]
async fn a_refusal_says_what_happened_and_what_to_do() {
    let duplicate = problem(403, "You are not allowed to create a Tweet with duplicate content.");
    insta::assert_snapshot!(first(duplicate.clone()).await, @"refused: X has a post of this account with these words already: change the words (X says: You are not allowed to create a Tweet with duplicate content)");
    // After an earlier try it may be that one: the listing will tell.
    let again = told(&answered(duplicate, true, 0).await);
    assert!(
        again.starts_with("unknown: X has a post with these words already, and an earlier try"),
        "{again}"
    );
    let reply = problem(
        403,
        "Reply to this conversation is not allowed because you have not been mentioned or otherwise engaged by the \
         author of the post you are replying to.",
    );
    insta::assert_snapshot!(told(&answered(reply, false, 1).await), @"refused: X does not let this app reply here: an app without a contract may reply only to those who mentioned or quoted the account; what is out stays out, so post the rest by hand (X says: Reply to this conversation is not allowed because you have not been mentioned or otherwise engaged by the author of the post you are replying to)");
    insta::assert_snapshot!(first(problem(403, "You are not permitted to perform this action.")).await, @"refused: X does not permit the post: the text may be too long for this account, or the app may not write (permission “Read and write”, or the scopes tweet.write and media.write) (X says: You are not permitted to perform this action)");
    insta::assert_snapshot!(first(problem(403, "Your account is suspended.")).await, @"refused: X has suspended or locked the account: sign in at x.com, which says what to do (X says: Your account is suspended)");
    let read_only = json!({ "title": "Forbidden", "type": "https://api.twitter.com/2/problems/oauth1-permissions",
        "detail": "Your client app is not configured with the appropriate oauth1 app permissions for this endpoint." });
    insta::assert_snapshot!(first(Reply::new(403, read_only)).await, @"refused: the app may only read: set its permission to “Read and write” in X's developer console, then make the access token anew (X says: Your client app is not configured with the appropriate oauth1 app permissions for this endpoint)");
    // What X names as missing somebody mends; a no without a name stays one.
    for (detail, is_held) in [
        ("Your token lacks the scope tweet.write.", true),
        ("You are not permitted to perform this action.", false),
    ] {
        let outcome = answered(problem(403, detail), false, 0).await;
        assert_eq!(matches!(outcome, Err(SendError::Mendable { .. })), is_held, "{outcome:?}");
    }
    let invalid = json!({ "errors": [{ "parameters": { "text": ["x"] }, "message": "text is wrong" }],
        "title": "Invalid Request", "detail": "One or more parameters to your request was invalid.",
        "type": "https://api.twitter.com/2/problems/invalid-request" });
    insta::assert_snapshot!(first(Reply::new(400, invalid)).await, @"refused: X did not take the post: 400 Bad Request (X says: One or more parameters to your request was invalid; text is wrong)");
    insta::assert_snapshot!(first(problem(401, &format!("Bad token {SECRET}"))).await, @"refused: X does not accept the `access_token`: one of OAuth 2 lives for 2 hours, so it has expired or was revoked; get a new one, or use the four keys of OAuth 1.0a, which do not expire (X says: Bad token «secret»)");
    insta::assert_snapshot!(first(Reply::new(402, json!({ "title": "CreditsDepleted" }))).await, @"refused: the app's X account has no credits left: buy some in X's developer console (X says: CreditsDepleted)");
    let used_up = || {
        json!({ "title": "UsageCapExceeded", "detail": "Usage cap exceeded: Monthly product cap",
        "type": "https://api.twitter.com/2/problems/usage-capped" })
    };
    let outcome = answered(Reply::new(403, used_up()), false, 0).await;
    assert!(matches!(outcome, Err(SendError::Mendable { .. })), "{outcome:?}");
    insta::assert_snapshot!(told(&outcome), @"refused: the app has used up what it may in this period: raise the cap in X's developer console, or wait (X says: Usage cap exceeded: Monthly product cap)");
    assert!(first(Reply::new(429, used_up())).await.starts_with("not yet, 900 s: "));
    // What is X's own says so, or it is somebody else's.
    let page = Reply::new(403, json!({})).raw("<html><body>Blocked by policy</body></html>");
    insta::assert_snapshot!(first(page.clone()).await, @"refused: X, or what stands in its place, answered 403 Forbidden: a page of HTML: Blocked by policy; that is no answer of its own: look at `base_url`, and at a proxy on the way");
    assert!(matches!(answered(page, false, 0).await, Err(SendError::Refused { .. })));
    let page = Reply::new(404, json!({})).raw("<html><body>No such page</body></html>");
    insta::assert_snapshot!(first(page).await, @"refused: X, or what stands in its place, answered 404 Not Found: a page of HTML: No such page; that is no answer of its own: look at `base_url`, and at a proxy on the way");
    insta::assert_snapshot!(first(Reply::new(302, json!({})).with("location", "https://x.example/")).await, @"unknown: X answered 302 Found: it may have posted the post; if `base_url` leads elsewhere, write the address that it leads to");
}

#[tokio::test]
async fn a_limit_waits_until_its_window_opens() {
    let at = |seconds: i64| jiff::Timestamp::now().as_second() + seconds;
    let limit = || Reply::new(429, json!({ "errors": [{ "code": 88, "message": "Rate limit exceeded" }] }));
    let waits = |reply: Reply| async move {
        match answered(reply, false, 0).await {
            Err(SendError::TooMany { wait, says }) => {
                assert!(says.contains("Rate limit exceeded"), "{says}");
                wait.map(|wait| wait.as_secs())
            }
            other => panic!("{other:?}"),
        }
    };
    let near = |wait: Option<u64>, wanted: u64| wait.is_some_and(|wait| wait.abs_diff(wanted) <= 30);
    assert!(near(waits(limit().with("x-rate-limit-reset", at(300))).await, 300));
    assert!(near(waits(limit().with("retry-after", 120)).await, 120));
    // The day's limit is used up, the quarter of an hour's is not.
    let day = limit()
        .with("x-rate-limit-remaining", 99)
        .with("x-rate-limit-reset", at(300))
        .with("x-user-limit-24hour-remaining", 0)
        .with("x-user-limit-24hour-reset", at(40_000));
    assert!(near(waits(day).await, 40_000));
    // What is no window of X's is told as it was named: who runs it judges.
    assert_eq!(waits(limit().with("retry-after", u64::MAX)).await, Some(u64::MAX));
    assert_eq!(waits(limit().with("retry-after", 24 * 3600 + 60)).await, Some(24 * 3600 + 60));
    assert_eq!(waits(limit()).await, Some(900));
    assert_eq!(waits(limit().with("x-rate-limit-reset", at(-300))).await, None);
    assert_eq!(waits(limit().with("x-rate-limit-reset", "soon")).await, Some(900));
    // By X's own clock, whatever ours says.
    let theirs =
        limit().with("date", "Sun, 22 Nov 2026 08:00:00 GMT").with("x-rate-limit-reset", 1_795_334_490);
    assert_eq!(waits(theirs).await, Some(90));
}

#[tokio::test]
async fn a_status_that_proves_nothing_leaves_the_post_in_doubt() {
    for status in [301, 302, 303, 307, 308, 409, 418, 425, 444, 460, 499] {
        for doubted in [false, true] {
            let outcome = told(&answered(problem(status, "later"), doubted, 0).await);
            assert!(outcome.starts_with(&format!("unknown: X answered {status}")), "{outcome}");
        }
    }
    for status in [400, 404, 405, 410, 422] {
        let outcome = first(problem(status, "no")).await;
        assert!(outcome.starts_with("refused: X did not take the post"), "{outcome}");
    }
}

#[tokio::test]
async fn after_a_doubt_a_refusal_has_to_say_why() {
    let dead = |status: u16| {
        let duplicate = || problem(status, "You are not allowed to create a Tweet with duplicate content.");
        let title = json!({ "title": "Forbidden", "type": "about:blank", "status": status });
        vec![
            duplicate(),
            duplicate().torn(),
            duplicate().with("content-encoding", "gzip").raw("\u{1f}\u{8b} no JSON"),
            duplicate().raw("<html>no</html>"),
            duplicate().raw(""),
            Reply::new(status, json!({})),
            Reply::new(status, json!("no")),
            Reply::new(status, title),
        ]
    };
    for status in [400, 403, 422] {
        for reply in dead(status) {
            let outcome = told(&answered(reply, true, 0).await);
            assert!(outcome.starts_with("unknown: X "), "{status}: {outcome}");
        }
        for reply in dead(status) {
            let outcome = told(&answered(reply, false, 0).await);
            assert!(outcome.starts_with("refused: X"), "{status}: {outcome}");
        }
        let outcome = told(&answered(problem(status, "Your account is suspended."), true, 0).await);
        assert!(outcome.starts_with("refused: X "), "{status}: {outcome}");
    }
}
