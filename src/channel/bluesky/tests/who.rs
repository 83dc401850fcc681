//! Sessions: whose they are, how long they last, and how many.

use super::{CANARY, HANDLE, House, house, house_with};
use crate::channel::{SendError, Whose, fixture};
use crate::rehearsal::{Fault, Settings};
use std::sync::atomic::Ordering;

const DID: &str = "did:plc:ewvi7nxzyoun6zhxrhs64oiz";

async fn told(house: &House) -> String {
    match house.channel.verify(house.folder.path()).await {
        Ok(Whose::Verified) => "(taken)".to_owned(),
        Err(SendError::Refused { says } | SendError::Mendable { says }) => says,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn it_says_whose_they_are_and_what_to_do() {
    let own = |settings: Settings| settings;
    let mut all = Vec::new();
    all.push(told(&house_with("ACMERockets.bsky.social", own).await).await);
    all.push(told(&house_with(DID, own).await).await);
    for kind in ["nonsense", "wrong-kind"] {
        let house = house().await;
        std::fs::write(house.folder.path().join("token"), format!("{CANARY}-{kind}")).unwrap();
        all.push(told(&house).await);
    }
    all.push(told(&house_with(HANDLE, |settings| settings.without_scope("standing")).await).await);
    let renamed = |mut settings: Settings| {
        settings.handle = "acme.example".to_owned();
        settings.organizations = vec![(HANDLE.to_owned(), String::new())];
        settings
    };
    all.push(told(&house_with(HANDLE, renamed).await).await);
    let unconfirmed = |mut settings: Settings| {
        settings.handle = "handle.invalid".to_owned();
        settings.organizations = vec![(HANDLE.to_owned(), String::new())];
        settings
    };
    all.push(told(&house_with(HANDLE, unconfirmed).await).await);
    let anothers = |mut settings: Settings| {
        settings.organizations = vec![("did:plc:other".to_owned(), String::new())];
        settings
    };
    all.push(told(&house_with("did:plc:other", anothers).await).await);
    insta::assert_snapshot!(all.join("\n"), @r#"
    (taken)
    (taken)
    Bluesky does not take this app password for acmerockets.bsky.social: make an app password at Bluesky (Settings, Privacy and security, App passwords), and put it where `app_password` points; if the account has another handle by now, write that in `account` (Invalid identifier or password)
    that is the account's own password, for which Bluesky wants a code: make an app password at Bluesky (Settings, Privacy and security, App passwords), and put it where `app_password` points (A sign in code has been sent to your email address)
    Bluesky has taken the account acmerockets.bsky.social down: sign in at bsky.app, which says why (Account has been taken down)
    the account is called @acme.example by now, and `account` is acmerockets.bsky.social: write `account = "acme.example"`, and `renamed_from = ["acmerockets.bsky.social"]`, so that what went out under the old name is not sent again
    (taken)
    the app password is that of did:plc:ewvi7nxzyoun6zhxrhs64oiz (@acmerockets.bsky.social), and `account` is did:plc:other: use that account's app password
    "#);
}

#[tokio::test]
async fn a_process_signs_in_once_and_renews_what_has_expired() {
    let house = house().await;
    house.sent(&fixture::post(&["One.", "Two."])).await.unwrap();
    assert_eq!((house.calls(".createSession"), house.calls(".refreshSession")), (1, 0));
    for round in 1..=3 {
        house.ahead.fetch_add(3 * 3600, Ordering::SeqCst);
        house.sent(&fixture::post(&["Later.", "Still later."])).await.unwrap();
        assert_eq!((house.calls(".createSession"), house.calls(".refreshSession")), (1, round));
    }
    assert_eq!(house.network.timeline().len(), 8);
}

#[tokio::test]
async fn posts_at_the_same_time_share_one_session() {
    let house = house().await;
    let variant = fixture::post(&["One."]);
    let part = house.parts(&variant).remove(0);
    let mut attempts: Vec<_> = (0..6).map(|_| house.attempt(&variant)).collect();
    for (number, attempt) in (0..).zip(&mut attempts) {
        attempt.key.0.replace_range(..1, &number.to_string());
    }
    let all = attempts.iter().map(|attempt| house.channel.send(&part, attempt));
    assert!(futures_util::future::join_all(all).await.iter().all(Result::is_ok));
    assert_eq!((house.calls(".createSession"), house.network.timeline().len()), (1, 6));
    house.ahead.fetch_add(3 * 3600, Ordering::SeqCst);
    let all = attempts.iter().map(|attempt| house.channel.send(&part, attempt));
    assert!(futures_util::future::join_all(all).await.iter().all(Result::is_ok));
    assert_eq!((house.calls(".refreshSession"), house.network.timeline().len()), (1, 6));
}

#[tokio::test]
async fn a_password_that_was_taken_back_holds_the_post() {
    let house = house().await;
    let variant = fixture::post(&["One."]);
    house.channel.verify(house.folder.path()).await.unwrap();
    house.network.order(Fault::Expired);
    let sent = house.sent(&variant).await;
    let Err(SendError::Mendable { says }) = &sent else { panic!("{sent:?}") };
    assert!(says.contains("app password") && !says.contains(CANARY), "{says}");
    assert!(house.network.timeline().is_empty());
}

#[tokio::test]
async fn too_many_sign_ins_are_told_as_such_and_wait() {
    let house = house().await;
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = format!("{}/xrpc/com.atproto.server.createSession", house.network.base_url());
    for _ in 0..30 {
        let body = serde_json::json!({ "identifier": HANDLE, "password": "nonsense" });
        client.post(&url).json(&body).send().await.unwrap();
    }
    let told = house.channel.verify(house.folder.path()).await;
    let Err(SendError::TooMany { says, wait: Some(wait) }) = told else { panic!("{told:?}") };
    assert!(says.contains("no more sign-ins"), "{says}");
    assert!((200..=300).contains(&wait.as_secs()), "{wait:?}");
    // And it is not asked again before that.
    let asked = house.network.log().len();
    assert!(house.sent(&fixture::post(&["One."])).await.is_err());
    assert_eq!(house.network.log().len(), asked);
}
