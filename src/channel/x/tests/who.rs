//! Whose the credentials are, and what they may do.

use super::server::{Reply, Server, problem};
use super::*;
use crate::channel::Ready;
use serde_json::json;

/// What `verify` says to one answer to the question who we are.
async fn verdict(reply: Reply, signed: bool) -> String {
    let server = Server::start(move |_| Some(reply.clone())).await;
    let house = if signed { House::signed(&server) } else { House::new(&server) };
    told(&house.channel().verify(&house.path()).await)
}

fn me(name: &str) -> Reply {
    Reply::new(200, json!({ "data": { "id": "77", "username": name } }))
}

#[tokio::test]
async fn the_account_is_compared_without_capitals_and_asked_once() {
    let server = Server::start(|_| None).await;
    let house = House::signed(&server);
    assert_eq!(told(&house.channel().verify(&house.path()).await), "Verified");
    assert_eq!(told(&house.channel().verify(&house.path()).await), "Verified");
    assert_eq!(server.asked().len(), 1);
    let other = verdict(me("AcmeRivals"), false).await;
    insta::assert_snapshot!(other, @"refused: the credentials are those of @AcmeRivals, and the channel is for @acmerockets: use the token of @acmerockets, or write `account = \"AcmeRivals\"`");
    // Without `account`, whoever they belong to.
    let server = Server::start(|_| None).await;
    let house = House::with(&server, "");
    assert_eq!(told(&house.channel().verify(&house.path()).await), "Verified");
}

#[tokio::test]
async fn what_credentials_lack_is_named_with_what_to_do() {
    let expired = problem(401, "Unauthorized");
    insta::assert_snapshot!(verdict(expired.clone(), false).await, @"refused: X does not accept the `access_token`: one of OAuth 2 lives for 2 hours, so it has expired or was revoked; get a new one, or use the four keys of OAuth 1.0a, which do not expire (X says: Unauthorized)");
    insta::assert_snapshot!(verdict(expired.clone(), true).await, @"refused: X does not accept the keys: the `access_token` was revoked or made anew, or the four do not belong together; copy all four once more from the app's page in X's developer console (X says: Unauthorized)");
    let date =
        (jiff::Timestamp::now() - jiff::SignedDuration::from_mins(12)).to_zoned(jiff::tz::TimeZone::UTC);
    let date = date.strftime("%a, %d %b %Y %H:%M:%S GMT");
    insta::assert_snapshot!(verdict(expired.with("date", date), true).await, @"refused: this machine's clock is 12 min ahead of X's, and X accepts no signature from another time: set the clock (X says: Unauthorized)");
    let old = json!({ "errors": [{ "code": 135, "message": "Timestamp out of bounds." }] });
    insta::assert_snapshot!(verdict(Reply::new(401, old), true).await, @"refused: X says that this machine's clock is wrong: set it (X says: Timestamp out of bounds)");
    let app = json!({ "title": "Unsupported Authentication", "status": 403,
        "type": "https://api.twitter.com/2/problems/unsupported-authentication",
        "detail": "Authenticating with OAuth 2.0 Application-Only is forbidden for this endpoint." });
    insta::assert_snapshot!(verdict(Reply::new(403, app), false).await, @"refused: the `access_token` is the app's own, which can only read: use the account's token (OAuth 2 with the scopes tweet.read, tweet.write, users.read and media.write, or the four keys of OAuth 1.0a) (X says: Authenticating with OAuth 2.0 Application-Only is forbidden for this endpoint)");
    insta::assert_snapshot!(verdict(me("acmerockets").with("x-access-level", "read"), true).await, @"refused: the app may only read: set its permission to “Read and write” in X's developer console, then make the access token anew");
    assert_eq!(verdict(me("acmerockets").with("x-access-level", "read-write"), true).await, "Verified");
    insta::assert_snapshot!(verdict(problem(403, "The token lacks the scope users.read"), false).await, @"refused: the `access_token` lacks a scope: it needs tweet.read, tweet.write, users.read, and media.write for images; get a new one with all of them (X says: The token lacks the scope users.read)");
    let broke = json!({ "title": "CreditsDepleted", "type": "https://api.x.com/2/problems/credits",
        "detail": "Your enrolled account does not have any credits." });
    insta::assert_snapshot!(verdict(Reply::new(402, broke), false).await, @"refused: the app's X account has no credits left: buy some in X's developer console (X says: Your enrolled account does not have any credits)");
}

#[tokio::test]
async fn a_network_that_is_not_well_is_no_verdict() {
    let busy = Reply::new(429, json!({ "title": "Too Many Requests" })).with("retry-after", 30);
    assert_eq!(
        verdict(busy, false).await,
        "not yet, 30 s: X takes no more for the moment (X says: Too Many Requests)"
    );
    assert!(verdict(Reply::new(503, json!({})), false).await.starts_with("not yet: X has trouble"));
    assert!(verdict(Reply::silence(), false).await.starts_with("not yet: "));
    let gone = Reply::new(503, json!({})).with("retry-after", 40);
    assert!(verdict(gone, false).await.starts_with("not yet, 40 s: X has trouble"));
}

#[tokio::test]
async fn what_is_about_the_question_alone_is_not_verified_and_stops_nothing() {
    for status in [400, 403, 404, 405, 410, 501] {
        let unsaid = verdict(Reply::new(status, json!({})), false).await;
        assert!(unsaid.starts_with("Unsaid(\"X does not say whose the credentials are: X "), "{unsaid}");
    }
    insta::assert_snapshot!(verdict(problem(400, "No such path"), false).await, @r#"Unsaid("X does not say whose the credentials are: X did not take the question whose the credentials are: 400 Bad Request (X says: No such path)")"#);
    let moved = Reply::new(302, json!({})).with("location", "https://x.example/");
    insta::assert_snapshot!(verdict(moved, false).await, @r#"Foreign("X does not say whose the credentials are: X has trouble with the question whose the credentials are: 302 Found; if `base_url` leads elsewhere, write the address that it leads to")"#);
    // A page, a word or nothing at all would be the same tomorrow.
    for said in
        [json!({}), json!({ "data": {} }), json!({ "data": null }), json!({ "errors": [{ "title": "Odd" }] })]
    {
        let unsaid = verdict(Reply::new(200, said), false).await;
        assert!(
            unsaid.starts_with("Unsaid(\"X does not say whose the credentials are: X answered 200 OK"),
            "{unsaid}"
        );
    }
    for said in [json!([]), json!(null), json!("busy"), json!("<html>Sign in</html>")] {
        let foreign = verdict(Reply::new(200, said), false).await;
        assert!(foreign.starts_with("Foreign(\"no answer of X's API came, but "), "{foreign}");
    }
    // It is not asked again, the post goes, and of a list of posts nobody can say whose it is.
    let server = Server::start(|request| match request.target.as_str() {
        "/2/users/me" => Some(problem(400, "No such path")),
        _ => Some(posted()),
    })
    .await;
    let house = House::new(&server);
    let attempt = house.attempt(fixture::post(&["It landed."]));
    for _ in 0..2 {
        assert!(house.send(&attempt).await.is_ok());
    }
    assert_eq!((server.asked().len(), server.lines().len()), (3, 2));
    let found = house.find(&attempt).await.unwrap();
    assert!(matches!(&found, Found::CannotTell(why) if why.contains("No such path")), "{found:?}");
}

#[tokio::test]
async fn a_limit_on_the_question_is_obeyed_before_the_post() {
    let server = Server::start(|request| {
        let busy = Reply::new(429, json!({ "title": "Too Many Requests" })).with("retry-after", 800);
        Some(if request.target == "/2/users/me" { busy } else { posted() })
    })
    .await;
    let house = House::new(&server);
    assert!(house.channel().verify(&house.path()).await.is_err());
    let outcome = told(&house.send(&house.attempt(fixture::post(&["It landed."]))).await);
    assert!(outcome.starts_with("not yet, 79") || outcome.starts_with("not yet, 800 s"), "{outcome}");
    assert!(outcome.contains("X takes no more for the moment"), "{outcome}");
    assert_eq!((server.asked().len(), server.lines().len()), (1, 0));
}

#[tokio::test]
async fn nothing_leaves_for_an_account_that_is_not_the_channels() {
    let server = Server::start(|_| Some(me("acmerivals"))).await;
    let house = House::new(&server);
    let outcome = told(&house.send(&house.attempt(fixture::post(&["It landed."]))).await);
    // Nothing was posted: it goes once that is mended.
    assert!(outcome.starts_with("not yet, 300 s: the credentials are those of @acmerivals"), "{outcome}");
    assert_eq!(server.lines(), Vec::<String>::new());
    assert!(!format!("{:?}", house.channel()).contains(SECRET));
}

#[tokio::test]
async fn missing_secrets_are_named_and_there_ones_are_ready() {
    let server = Server::start(|_| None).await;
    let house = House::new(&server);
    assert_eq!(house.channel().ready(&house.path()).await, Ready::Yes);
    let half = House::with(&server, "consumer_key = { file = \"secret\" }\n");
    let Ready::NoCredentials(missing) = half.channel().ready(&half.path()).await else { panic!() };
    assert_eq!(missing.len(), 2, "{missing:?}");
    assert!(
        missing[0].contains("consumer_secret") && missing[1].contains("access_token_secret"),
        "{missing:?}"
    );
    assert_eq!(server.asked().len(), 0);
}
