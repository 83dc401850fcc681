//! What people are told when credentials are not good: what is wrong, and what
//! to do.

use super::bench::{Bench, CANARY};
use super::rows::way;
use ladder::channel::{SendError, Whose};
use ladder::rehearsal::Settings;

/// Refused by `verify`, in these words.
async fn told(name: &str, change: impl FnOnce(Settings) -> Settings, token: Option<&str>) -> String {
    let bench = Bench::with(way(name), change).await;
    if let Some(token) = token {
        bench.secret("token", &format!("{CANARY}-{token}"));
    }
    match bench.channel.verify(bench.folder.path()).await {
        Err(SendError::Refused { says }) => says,
        Ok(Whose::Verified) => "(taken)".to_owned(),
        Ok(Whose::Unsaid(why) | Whose::Foreign(why)) => format!("(not verified: {why})"),
        Err(other) => panic!("{}: {other:?}", name),
    }
}

#[tokio::test]
async fn x_says_which_credential_and_what_to_do() {
    let mut all = Vec::new();
    all.push(told("x, OAuth 2", |s| s, Some("nonsense")).await);
    all.push(told("x, OAuth 2", |s| s, Some("wrong-kind")).await);
    all.push(told("x, OAuth 2", |s| s.without_scope("users.read"), None).await);
    all.push(told("x, OAuth 1.0a", |s| s.without_scope("tweet.write"), None).await);
    all.push(
        told(
            "x, OAuth 2",
            |mut s| {
                s.handle = "somebody".to_owned();
                s
            },
            None,
        )
        .await,
    );
    insta::assert_snapshot!(all.join("\n"), @r#"
    X does not accept the `access_token`: one of OAuth 2 lives for 2 hours, so it has expired or was revoked; get a new one, or use the four keys of OAuth 1.0a, which do not expire (X says: Unauthorized)
    the `access_token` is the app's own, which can only read: use the account's token (OAuth 2 with the scopes tweet.read, tweet.write, users.read and media.write, or the four keys of OAuth 1.0a) (X says: Authenticating with OAuth 2.0 Application-Only is forbidden for this endpoint.  Supported authentication types are [OAuth 1.0a User Context, OAuth 2.0 User Context])
    (not verified: X does not say whose the credentials are: X does not permit the question whose the credentials are: the credentials lack a permission; the app needs “Read and write”, and a token of OAuth 2 the scopes tweet.read, tweet.write, users.read and media.write (X says: Forbidden))
    the app may only read: set its permission to “Read and write” in X's developer console, then make the access token anew
    the credentials are those of @somebody, and the channel is for @acmerockets: use the token of @acmerockets, or write `account = "somebody"`
    "#);
}

#[tokio::test]
async fn facebook_says_which_credential_and_what_to_do() {
    let mut all = Vec::new();
    all.push(told("facebook", |s| s, Some("nonsense")).await);
    all.push(told("facebook", |s| s, Some("revoked")).await);
    all.push(told("facebook", |s| s, Some("wrong-kind")).await);
    all.push(
        told(
            "facebook",
            |mut s| {
                s.id = "777".to_owned();
                s
            },
            None,
        )
        .await,
    );
    insta::assert_snapshot!(all.join("\n"), @r#"
    the token is no longer valid: make a new page token. Facebook says: Invalid OAuth access token - Cannot parse access token (code 190, subcode 467, trace AbCdEfGhIjKlMnOpQrStUvW)
    the token is of no use any more, the app was taken off the account: add the app again, and make a new page token. Facebook says: Error validating access token: The user has not authorized application. (code 190, subcode 458, trace AbCdEfGhIjKlMnOpQrStUvW)
    `access_token` is not the token of the page `Acme Rockets` but of `Ada Lovelace` (1000000000000042), a person or another page: ask `GET /me/accounts` with it, and take the page's own `access_token` from there
    `access_token` is not the token of the page `1234567890` but of `Acme Rockets` (777), a person or another page: ask `GET /me/accounts` with it, and take the page's own `access_token` from there
    "#);
}

#[tokio::test]
async fn linkedin_says_which_credential_and_what_to_do() {
    let mut all = Vec::new();
    all.push(told("linkedin, an organisation", |s| s, Some("nonsense")).await);
    all.push(told("linkedin, an organisation", |s| s, Some("revoked")).await);
    all.push(
        told(
            "linkedin, a member",
            |mut s| {
                s.id = "somebody".to_owned();
                s
            },
            None,
        )
        .await,
    );
    all.push(
        told(
            "linkedin, an organisation",
            |mut s| {
                s.versions.clear();
                s
            },
            None,
        )
        .await,
    );
    // Which version it names depends on the day.
    let mut filters = insta::Settings::clone_current();
    filters.add_filter(r#"version = "\d{6}""#, r#"version = "MONTH""#);
    let _bound = filters.bind_to_scope();
    insta::assert_snapshot!(all.join("\n"), @r#"
    LinkedIn does not know this access token: sign in at LinkedIn again, and put the new token where `access_token` points (Invalid access token)
    the access token was revoked by its member or replaced by a newer one: sign in at LinkedIn again, and put the new token where `access_token` points (The token used in the request has been revoked by the user)
    the access token is that of urn:li:person:somebody (“Ada Lovelace”), and `author` is urn:li:person:aBcD-1234_x: sign in as the author, or set `author = "urn:li:person:somebody"`
    LinkedIn does not speak version 202606 of its API (any more): set `version = "MONTH"` in the channel's table (Requested version 202606 is not active)
    "#);
}
