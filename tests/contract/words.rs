//! What people are told when credentials are not good: what is wrong, and what
//! to do.

use super::bench::{Bench, CANARY};
use super::rows::WAYS;
use ladder::channel::SendError;
use ladder::rehearsal::Settings;

/// Refused by `verify`, in these words.
async fn told(way: usize, change: impl FnOnce(Settings) -> Settings, token: Option<&str>) -> String {
    let bench = Bench::with(&WAYS[way], change).await;
    if let Some(token) = token {
        bench.secret("token", &format!("{CANARY}-{token}"));
    }
    match bench.channel.verify(bench.folder.path()).await {
        Err(SendError::Refused { says }) => says,
        Ok(()) => "(taken)".to_owned(),
        Err(other) => panic!("{}: {other:?}", WAYS[way].name),
    }
}

#[tokio::test]
async fn x_says_which_credential_and_what_to_do() {
    let mut all = Vec::new();
    all.push(told(0, |s| s, Some("nonsense")).await);
    all.push(told(0, |s| s, Some("wrong-kind")).await);
    all.push(told(0, |s| s.without_scope("users.read"), None).await);
    all.push(told(1, |s| s.without_scope("tweet.write"), None).await);
    all.push(
        told(
            0,
            |mut s| {
                s.handle = "somebody".to_owned();
                s
            },
            None,
        )
        .await,
    );
    insta::assert_snapshot!(all.join("\n"), @"");
}

#[tokio::test]
async fn facebook_says_which_credential_and_what_to_do() {
    let mut all = Vec::new();
    all.push(told(2, |s| s, Some("nonsense")).await);
    all.push(told(2, |s| s, Some("revoked")).await);
    all.push(told(2, |s| s, Some("wrong-kind")).await);
    all.push(
        told(
            2,
            |mut s| {
                s.id = "777".to_owned();
                s
            },
            None,
        )
        .await,
    );
    insta::assert_snapshot!(all.join("\n"), @"");
}

#[tokio::test]
async fn linkedin_says_which_credential_and_what_to_do() {
    let mut all = Vec::new();
    all.push(told(4, |s| s, Some("nonsense")).await);
    all.push(told(4, |s| s, Some("revoked")).await);
    all.push(
        told(
            5,
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
            4,
            |mut s| {
                s.versions.clear();
                s
            },
            None,
        )
        .await,
    );
    insta::assert_snapshot!(all.join("\n"), @"");
}
