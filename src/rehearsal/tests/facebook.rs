//! Facebook.

use super::{CANARY, ask, bare, file, png, start, told};
use crate::rehearsal::{Kind, Running};
use reqwest::multipart::Form;
use serde_json::{Value, json};

const PAGE: &str = "/v26.0/1234567890";

async fn feed(facebook: &Running, fields: &[(&str, &str)]) -> (u16, Value) {
    told(ask(facebook, "POST", &format!("{PAGE}/feed")).form(fields)).await
}

async fn photo(facebook: &Running, form: Form) -> (u16, Value) {
    told(ask(facebook, "POST", &format!("{PAGE}/photos")).multipart(form)).await
}

#[tokio::test]
async fn a_post_with_its_link_and_first_comment_stands() {
    let facebook = start(Kind::named("facebook").unwrap(), |s| s).await;
    let fields =
        [("message", "It landed."), ("link", "https://acme.example/"), ("fields", "id,permalink_url")];
    let (status, answer) = feed(&facebook, &fields).await;
    assert_eq!(status, 200, "{answer}");
    let id = answer["id"].as_str().unwrap().to_owned();
    assert!(id.starts_with("1234567890_"), "{id}");
    assert_eq!(answer["permalink_url"], facebook.timeline()[0].url);
    let comments = format!("/v26.0/{id}/comments");
    let (status, comment) = told(ask(&facebook, "POST", &comments).json(&json!({ "message": "More" }))).await;
    assert_eq!(status, 200, "{comment}");
    let timeline = facebook.timeline();
    assert_eq!(timeline[0].link.as_ref().unwrap().url, "https://acme.example/");
    assert_eq!(timeline[0].comments[0].text, "More");
    let (_, listed) = told(ask(&facebook, "GET", &comments)).await;
    assert_eq!(listed["data"][0]["message"], "More");
    let path = format!(
        "{PAGE}/published_posts?fields=id,message,created_time,permalink_url,attachments{{url}}&limit=5"
    );
    let (_, listed) = told(ask(&facebook, "GET", &path)).await;
    assert_eq!(listed["data"][0]["message"], "It landed.");
    assert!(listed["data"][0]["created_time"].as_str().unwrap().ends_with("+0000"));
    let (status, answer) = told(ask(&facebook, "DELETE", &format!("/v26.0/{id}"))).await;
    assert!(status == 200 && answer["success"] == true);
    let (status, answer) = told(ask(&facebook, "DELETE", &format!("/v26.0/{id}"))).await;
    assert_eq!((status, &answer["error"]["error_subcode"]), (400, &json!(33)));
    assert!(facebook.timeline().is_empty());
}

#[tokio::test]
async fn photos_are_sent_unseen_and_then_put_on_a_post_once() {
    let facebook = start(Kind::named("facebook").unwrap(), |s| s).await;
    let mut ids = Vec::new();
    for side in [2, 3] {
        let form = Form::new()
            .part("source", file(png(side)))
            .text("published", "false")
            .text("alt_text_custom", format!("{side} wide"));
        let (status, answer) = photo(&facebook, form).await;
        assert!(status == 200 && answer["post_id"].is_null(), "{answer}");
        ids.push(answer["id"].as_str().unwrap().to_owned());
    }
    assert!(facebook.timeline().is_empty());
    let media: Vec<String> = ids.iter().map(|id| format!("{{\"media_fbid\":\"{id}\"}}")).collect();
    let fields = [
        ("message", "Two"),
        ("attached_media[0]", media[0].as_str()),
        ("attached_media[1]", media[1].as_str()),
    ];
    assert_eq!(feed(&facebook, &fields).await.0, 200);
    let alts: Vec<String> = facebook.timeline()[0].media.iter().map(|media| media.alt.clone()).collect();
    assert_eq!(alts, ["2 wide", "3 wide"]);
    // They are used up.
    let body = json!({ "message": "Again", "attached_media": [{ "media_fbid": ids[0] }] });
    let (status, answer) = told(ask(&facebook, "POST", &format!("{PAGE}/feed")).json(&body)).await;
    assert_eq!((status, &answer["error"]["code"]), (400, &json!(100)));
    // One alone needs no second call, and the post has its own id.
    let alone = || Form::new().part("source", file(png(4))).text("message", "One");
    let (_, answer) = photo(&facebook, alone()).await;
    assert!(answer["post_id"].as_str().unwrap().starts_with("1234567890_"), "{answer}");
    assert_eq!(photo(&facebook, alone()).await.1["error"]["error_subcode"], 1_366_051);
    // By the bytes, whatever the type says.
    for bytes in [b"no picture".to_vec(), png(2)[..20].to_vec()] {
        let (status, answer) = photo(&facebook, Form::new().part("source", file(bytes))).await;
        assert_eq!((status, &answer["error"]["code"]), (400, &json!(324)));
    }
    let large = png(2).into_iter().chain(vec![0; 4 << 20]).collect();
    let (_, answer) = photo(&facebook, Form::new().part("source", file(large))).await;
    assert_eq!(answer["error"]["error_subcode"], 1_366_046);
}

#[tokio::test]
async fn what_facebook_refuses_is_refused_by_its_codes() {
    let facebook = start(Kind::named("facebook").unwrap(), |s| s).await;
    assert_eq!(feed(&facebook, &[("message", "It landed.")]).await.0, 200);
    let long = "a".repeat(63_207);
    let cases: &[(&[(&str, &str)], u64)] = &[
        (&[("message", "It landed.")], 506),
        (&[("message", &long)], 100),
        (&[("message", "a"), ("link", "not a url")], 100),
        (&[("message", "a"), ("link", "ftp://acme.example/")], 100),
        (&[("message", "  ")], 197),
        (&[], 197),
        (&[("message", "a"), ("attached_media", "7")], 100),
        (&[("message", "a"), ("published", "perhaps")], 100),
    ];
    for (fields, code) in cases {
        let (status, answer) = feed(&facebook, fields).await;
        assert_eq!((status, answer["error"]["code"].as_u64()), (400, Some(*code)), "{fields:?}: {answer}");
        assert_eq!(answer["error"]["type"], "OAuthException");
    }
    assert_eq!(feed(&facebook, &[("message", &"a".repeat(63_206))]).await.0, 200);
    // Not the one before: taken.
    assert_eq!(feed(&facebook, &[("message", "It landed.")]).await.0, 200);
    let (status, answer) = told(ask(&facebook, "GET", &format!("{PAGE}/feed?fields=id,mesage"))).await;
    assert_eq!((status, &answer["error"]["code"]), (400, &json!(100)));
    for path in ["/v99.0/1234567890/feed", "/1234567890/feed", "/v26.0/1234567890/nothing"] {
        assert_eq!(told(ask(&facebook, "POST", path)).await.1["error"]["code"], 2500, "{path}");
    }
    assert_eq!(told(ask(&facebook, "POST", "/v26.0/77/feed")).await.1["error"]["error_subcode"], 33);
    let comments = ask(&facebook, "POST", "/v26.0/1234567890_1/comments").json(&json!({ "message": "a" }));
    assert_eq!(told(comments).await.1["error"]["error_subcode"], 33);
}

#[tokio::test]
async fn tokens_are_told_apart_by_subcodes_and_the_app_must_prove_itself() {
    let facebook = start(Kind::named("facebook").unwrap(), |s| s).await;
    let with = |token: String| {
        told(
            bare(&facebook, "POST", &format!("{PAGE}/feed"))
                .form(&[("message", "a"), ("access_token", &token)]),
        )
    };
    let code = |answer: &Value| (answer["error"]["code"].as_u64(), answer["error"]["error_subcode"].as_u64());
    assert_eq!(code(&with("nonsense".to_owned()).await.1), (Some(190), Some(467)));
    assert_eq!(code(&with(format!("{CANARY}-revoked")).await.1), (Some(190), Some(458)));
    let (status, answer) = with(format!("{CANARY}-wrong-kind")).await;
    assert_eq!((status, code(&answer)), (403, (Some(200), None)));
    assert_eq!(with(format!("{CANARY}-token")).await.0, 200);
    assert_eq!(told(bare(&facebook, "GET", "/v26.0/me")).await.1["error"]["code"], 104);
    assert!(!format!("{:?}", facebook.log()).contains(CANARY), "{:?}", facebook.log());

    let poor = start(Kind::named("facebook").unwrap(), |s| s.without_scope("pages_manage_posts")).await;
    let (status, answer) = feed(&poor, &[("message", "a")]).await;
    assert_eq!((status, code(&answer).0), (403, Some(200)));
    let blind = start(Kind::named("facebook").unwrap(), |s| s.without_scope("pages_read_engagement")).await;
    assert_eq!(code(&told(ask(&blind, "GET", &format!("{PAGE}/feed"))).await.1).0, Some(10));

    let strict = start(Kind::named("facebook").unwrap(), |mut s| {
        s.app_secret = Some("app".to_owned());
        s
    })
    .await;
    assert_eq!(code(&feed(&strict, &[("message", "a")]).await.1).0, Some(100));
    let wrong = [("message", "a"), ("appsecret_proof", "00")];
    assert_eq!(code(&feed(&strict, &wrong).await.1).0, Some(100));
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, b"app");
    let proof = aws_lc_rs::hmac::sign(&key, format!("{CANARY}-token").as_bytes());
    let proof: String = proof.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(feed(&strict, &[("message", "a"), ("appsecret_proof", &proof)]).await.0, 200);
}
