//! What goes out, and what an answer means.

use super::*;
use crate::channel::Whose;
use crate::rehearsal::{Fault, LoggedBody, Upon};
use std::time::Duration;

fn keys(house: &House) -> Vec<String> {
    let log = house.network.log();
    log.iter().filter_map(|logged| logged.header("idempotency-key").map(str::to_owned)).collect()
}

#[tokio::test]
async fn a_warning_a_visibility_and_a_language_go_with_every_part() {
    let more =
        "content_warning = \"rockets\"\nsensitive = true\nvisibility = \"private\"\nlanguage = \"de-AT\"\n";
    let house = House::with(more, |settings| settings).await;
    let receipts = house.send(&fixture::post(&["One.", "Two."])).await.unwrap();
    assert!(receipts.iter().all(|receipt| receipt.altered.is_none()), "{receipts:?}");
    let log = house.network.log();
    let bodies: Vec<_> = log
        .iter()
        .filter(|logged| logged.published)
        .map(|logged| match &logged.body {
            LoggedBody::Json(body) => body.clone(),
            other => panic!("{other:?}"),
        })
        .collect();
    for body in &bodies {
        assert_eq!(
            (&body["spoiler_text"], &body["visibility"], &body["language"], &body["sensitive"]),
            (&"rockets".into(), &"private".into(), &"de".into(), &true.into())
        );
    }
    assert_eq!(bodies[1]["in_reply_to_id"], receipts[0].id.clone().unwrap());
    // What was written in another language says so, also on this channel.
    let Variant::Post(mut post) = fixture::post(&["Un."]) else { panic!() };
    post.language = "fr-CA".to_owned();
    assert_eq!(house.parts(&Variant::Post(post))[0].body["language"], "fr");
}

#[tokio::test]
async fn the_same_words_have_one_key_and_others_another() {
    let house = House::new().await;
    let (variant, attempt) = pictured(&house, "It landed.");
    let part = house.parts(&variant).remove(0);
    let first = house.channel.send(&part, &attempt).await.unwrap();
    // Uploaded anew, and still the same.
    let again = house.channel.send(&part, &Attempt { number: 2, ..attempt.clone() }).await.unwrap();
    assert_eq!((&again.id, house.network.timeline().len()), (&first.id, 1));
    house.send(&fixture::post(&["It landed!", "It landed!"])).await.unwrap();
    let keys = keys(&house);
    assert!(keys[0] == keys[1] && keys[1] != keys[2] && keys[2] != keys[3], "{keys:?}");
}

#[tokio::test]
async fn whose_the_token_is_and_what_it_lacks_is_told() {
    let mut all = Vec::new();
    for (token, account) in
        [("nonsense", ""), ("revoked", ""), ("wrong-kind", ""), ("token", "@ada@h.example")]
    {
        let more = if account.is_empty() { String::new() } else { format!("account = \"{account}\"\n") };
        let house = House::with(&more, |settings| settings).await;
        house.token(token);
        all.push(house.verify().await);
    }
    for scope in ["read:accounts", "write:statuses", "write:media"] {
        let house = House::with("", |settings| settings.without_scope(scope)).await;
        let verified = house.verify().await;
        let (variant, attempt) = pictured(&house, "It landed.");
        let sent = house.channel.send(&house.parts(&variant)[0], &attempt).await;
        let sent = if sent.is_ok() { "sent".to_owned() } else { told(&sent) };
        all.push(format!("without {scope}: {verified} / {sent}"));
    }
    insta::assert_snapshot!(all.join("\n"), @r#"
    refused: HERE does not accept the `access_token`: it was revoked, or is another instance's; make a new one on the instance's web page (under Preferences, Development), and put it where `access_token` points (The access token is invalid)
    refused: HERE does not accept the `access_token`: it was revoked, or is another instance's; make a new one on the instance's web page (under Preferences, Development), and put it where `access_token` points (The access token was revoked)
    refused: HERE does not accept the `access_token`: it was revoked, or is another instance's; make a new one on the instance's web page (under Preferences, Development), and put it where `access_token` points (This method requires an authenticated user)
    refused: the token is that of @acmerockets, and the channel is for @ada: use the token of @ada, or write `account = "@acmerockets@h.example"` (and `renamed_from`, if it was called @ada before)
    without read:accounts: Unsaid("the `access_token` lacks the scope `read:accounts`: make a new one with `read:accounts read:statuses write:statuses write:media` (on the instance's web page, under Preferences, Development) (HERE says: This action is outside the authorized scopes)") / sent
    without write:statuses: Verified / held: the `access_token` lacks the scope `write:statuses`: make a new one with `read:accounts read:statuses write:statuses write:media` (on the instance's web page, under Preferences, Development) (HERE says: This action is outside the authorized scopes)
    without write:media: Verified / held: the `access_token` lacks the scope `write:media`: make a new one with `read:accounts read:statuses write:statuses write:media` (on the instance's web page, under Preferences, Development) (HERE says: This action is outside the authorized scopes)
    "#);
    let house = House::with("account = \"ACMERockets@h.example\"\n", |settings| settings).await;
    assert_eq!(house.channel.verify(house.project.path()).await.unwrap(), Whose::Verified);
}

#[tokio::test]
async fn what_does_not_speak_the_api_is_asked_nothing_more() {
    let path = || Upon::Path("GET", "verify_credentials");
    for (fault, starts) in [
        (Fault::Html, "not yet"),
        (Fault::HalfJson, "not yet"),
        (Fault::Empty, "not yet"),
        (Fault::Redirect("http://127.0.0.1:1/".to_owned()), "not yet"),
        (Fault::FailedBefore, "not yet"),
        (Fault::CutBefore, "not yet"),
        (Fault::Says(404, "nothing here".to_owned()), "refused: HERE does not speak Mastodon's API"),
        (Fault::TooMany(Duration::from_secs(60)), "too many"),
    ] {
        let house = House::new().await;
        for _ in 0..2 {
            house.network.order_upon(path(), fault.clone());
        }
        let verified = house.verify().await;
        assert!(verified.starts_with(starts), "{fault:?}: {verified}");
        let sent = house.send(&fixture::post(&["It landed."])).await;
        assert!(sent.is_err() && house.network.timeline().is_empty(), "{fault:?}: {sent:?}");
    }
    let gone = configured("base_url = \"http://127.0.0.1:1\"\n", "").value.unwrap();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("token"), "x").unwrap();
    assert!(matches!(gone.verify(folder.path()).await, Err(SendError::NotYet { .. })));
}

#[tokio::test]
async fn an_instance_with_a_smaller_limit_is_told_with_what_to_do() {
    let house = House::with("", |mut settings| {
        settings.longest = Some(40);
        settings
    })
    .await;
    let sent = house.send(&fixture::post(&["A text of more than forty characters, all told."])).await;
    let sent = told(&sent);
    assert!(
        sent.starts_with("refused: ") && sent.contains("`ladder channels --check` notes its limits"),
        "{sent}"
    );
    assert!(sent.contains("Text character limit of 40 exceeded"), "{sent}");
    let noted = house.channel.noted(house.project.path()).await.unwrap().unwrap();
    assert_eq!((noted.max_characters, noted.software.as_deref()), (Some(40), Some("4.5.1")));
}

#[tokio::test]
async fn an_image_that_is_not_ready_is_not_yet_and_one_that_is_slow_is_waited_for() {
    let house = House::with("", |mut settings| {
        settings.processing = Duration::from_millis(1200);
        settings
    })
    .await;
    let (variant, attempt) = pictured(&house, "Look.");
    let part = house.parts(&variant).remove(0);
    house.network.order(Fault::Says(422, "irrelevant".to_owned()));
    assert!(matches!(house.channel.send(&part, &attempt).await, Err(SendError::Refused { .. })));
    let looked = |house: &House| {
        house.network.log().iter().filter(|logged| logged.path.starts_with("/api/v1/media/")).count()
    };
    assert!(looked(&house) >= 2);
    house.channel.send(&part, &attempt).await.unwrap();
    assert_eq!(house.network.timeline()[0].media.len(), 1);
}
