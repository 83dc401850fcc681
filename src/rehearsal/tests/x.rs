//! X.

use super::{CANARY, ask, bare, file, png, start, told};
use crate::rehearsal::{Kind, Running};
use aws_lc_rs::hmac;
use base64::Engine as _;
use jiff::Timestamp;
use serde_json::{Value, json};

async fn post(x: &Running, body: Value) -> (u16, Value) {
    told(ask(x, "POST", "/2/tweets").json(&body)).await
}

async fn posted(x: &Running, body: Value) -> String {
    let (status, answer) = post(x, body).await;
    assert_eq!(status, 201, "{answer}");
    answer["data"]["id"].as_str().unwrap().to_owned()
}

async fn uploaded(x: &Running, bytes: Vec<u8>) -> String {
    let form =
        reqwest::multipart::Form::new().part("media", file(bytes)).text("media_category", "tweet_image");
    let (status, answer) = told(ask(x, "POST", "/2/media/upload").multipart(form)).await;
    assert_eq!(status, 200, "{answer}");
    answer["data"]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_thread_with_a_picture_stands_as_it_was_written() {
    let x = start(Kind::named("x").unwrap(), |s| s).await;
    let media = uploaded(&x, png(3)).await;
    let alt = json!({ "id": media, "metadata": { "alt_text": { "text": "A blue square" } } });
    let (status, _) = told(ask(&x, "POST", "/2/media/metadata").json(&alt)).await;
    assert_eq!(status, 200);
    let text = "It landed <again> & more https://acme.org/blog/a-long-address-of-the-rocket/ now";
    let first = posted(&x, json!({ "text": text, "media": { "media_ids": [media] } })).await;
    let second = posted(&x, json!({ "text": "Two", "reply": { "in_reply_to_tweet_id": first } })).await;
    assert!(second.parse::<u64>().unwrap() > first.parse::<u64>().unwrap());
    let timeline = x.timeline();
    assert_eq!(timeline[0].text, text);
    assert_eq!(timeline[0].media[0].alt, "A blue square");
    assert_eq!(timeline[1].reply_to.as_deref(), Some(first.as_str()));
    assert_eq!(timeline[1].url, format!("https://x.com/acmerockets/status/{second}"));

    let path = "/2/users/2244994945/tweets?max_results=5&tweet.fields=created_at,entities,conversation_id,referenced_tweets";
    let (_, listed) = told(ask(&x, "GET", path)).await;
    let root = &listed["data"][1];
    let shown = root["text"].as_str().unwrap();
    assert!(shown.starts_with("It landed &lt;again&gt; &amp; more https://t.co/"), "{shown}");
    assert!(!shown.contains("acme.org"), "{shown}");
    let urls = root["entities"]["urls"].as_array().unwrap();
    assert_eq!(urls[0]["expanded_url"], "https://acme.org/blog/a-long-address-of-the-rocket/");
    let place = |at: &str| urls[0][at].as_u64().unwrap() as usize;
    let cut: String = shown.chars().skip(place("start")).take(place("end") - place("start")).collect();
    assert_eq!(urls[0]["url"], cut);
    // The picture's own address stands at the end of the text.
    assert!(shown.ends_with(urls[1]["url"].as_str().unwrap()), "{shown}");
    assert_eq!(listed["data"][0]["conversation_id"], json!(first));
    assert_eq!(listed["data"][0]["referenced_tweets"][0]["id"], json!(first));
}

#[tokio::test]
async fn what_x_refuses_is_refused_with_its_words() {
    let x = start(Kind::named("x").unwrap(), |s| s).await;
    posted(&x, json!({ "text": "It landed." })).await;
    let stranger = x.posted_by_stranger();
    let cases = [
        (json!({ "text": "It landed." }), 403, "duplicate content"),
        (json!({ "text": "a".repeat(281) }), 403, "not permitted"),
        (json!({ "text": "日".repeat(141) }), 403, "not permitted"),
        (json!({ "text": "Hold $ACME and $ROCK." }), 403, "cashtag"),
        (json!({ "text": "hi", "status": "x" }), 400, "invalid"),
        (json!({ "text": "" }), 400, "invalid"),
        (json!({}), 400, "invalid"),
        (json!({ "text": 7 }), 400, "invalid"),
        (json!({ "text": "hi", "reply": { "in_reply_to_tweet_id": stranger } }), 403, "not been mentioned"),
        (json!({ "text": "hi", "reply": { "in_reply_to_tweet_id": "1" } }), 403, "deleted or not visible"),
        (json!({ "text": "hi", "reply": { "in_reply_to_id": "1" } }), 400, "invalid"),
        (json!({ "text": "hi", "media": { "media_ids": ["1"] } }), 400, "invalid"),
        (json!({ "text": "hi", "media": { "media_ids": [] } }), 400, "invalid"),
        (json!({ "text": "hi", "media": { "media_ids": ["1", "2", "3", "4", "5"] } }), 400, "invalid"),
        (json!({ "text": "hi", "quote_tweet_id": "1" }), 403, "not permitted"),
    ];
    for (body, status, detail) in cases {
        let (got, answer) = post(&x, body.clone()).await;
        assert_eq!(got, status, "{body}: {answer}");
        assert!(answer["detail"].as_str().unwrap().contains(detail), "{body}: {answer}");
    }
    assert_eq!(x.timeline().len(), 1);
    // The exact lengths are taken; an address counts 23 whatever it is.
    posted(&x, json!({ "text": "a".repeat(280) })).await;
    posted(&x, json!({ "text": format!("{} https://acme.org/{}", "b".repeat(256), "c".repeat(90)) })).await;
    posted(&x, json!({ "text": "One $ACME costs $5." })).await;
}

#[tokio::test]
async fn media_are_judged_by_their_bytes_and_used_once() {
    let x = start(Kind::named("x").unwrap(), |s| s).await;
    for (bytes, category) in [
        (b"no picture at all".to_vec(), "tweet_image"),
        (png(2), "tweet_gif"),
        (png(2), "avatar"),
        (png(2).into_iter().chain(vec![0; 5 << 20]).collect(), "tweet_image"),
        (Vec::new(), "tweet_image"),
    ] {
        let form =
            reqwest::multipart::Form::new().part("media", file(bytes)).text("media_category", category);
        let (status, answer) = told(ask(&x, "POST", "/2/media/upload").multipart(form)).await;
        assert_eq!(status, 400, "{category}: {answer}");
    }
    let media = uploaded(&x, png(2)).await;
    let describe = |text: String| {
        let body = json!({ "id": media, "metadata": { "alt_text": { "text": text } } });
        told(ask(&x, "POST", "/2/media/metadata").json(&body))
    };
    assert_eq!(describe("a".repeat(1001)).await.0, 400);
    assert_eq!(describe("a".repeat(1000)).await.0, 200);
    posted(&x, json!({ "media": { "media_ids": [media] } })).await;
    assert_eq!(describe("too late".to_owned()).await.0, 400);
    assert_eq!(post(&x, json!({ "text": "again", "media": { "media_ids": [media] } })).await.0, 400);
}

#[tokio::test]
async fn an_upload_in_pieces_must_add_up() {
    let x = start(Kind::named("x").unwrap(), |s| s).await;
    let bytes = png(40);
    let begin =
        json!({ "media_type": "image/png", "media_category": "tweet_image", "total_bytes": bytes.len() });
    let (_, begun) = told(ask(&x, "POST", "/2/media/upload/initialize").json(&begin)).await;
    let id = begun["data"]["id"].as_str().unwrap().to_owned();
    let (front, back) = bytes.split_at(bytes.len() / 2);
    let piece = |index: &str, bytes: &[u8]| {
        let form = reqwest::multipart::Form::new()
            .text("segment_index", index.to_owned())
            .part("media", file(bytes.to_vec()));
        told(ask(&x, "POST", &format!("/2/media/upload/{id}/append")).multipart(form))
    };
    assert_eq!(piece("1", back).await.0, 200);
    let finalize = || told(ask(&x, "POST", &format!("/2/media/upload/{id}/finalize")));
    assert_eq!(finalize().await.0, 400);
    assert_eq!(post(&x, json!({ "media": { "media_ids": [id] } })).await.0, 400);
    assert_eq!(piece("0", front).await.0, 200);
    assert_eq!(finalize().await.0, 200);
    posted(&x, json!({ "media": { "media_ids": [id] } })).await;
    assert_eq!(x.timeline()[0].media[0].sha256, crate::rehearsal::image::digest(&bytes));
}

#[tokio::test]
async fn wrong_credentials_are_told_apart() {
    let x = start(Kind::named("x").unwrap(), |s| s).await;
    let me = |token: &str| told(bare(&x, "GET", "/2/users/me").bearer_auth(token));
    assert_eq!(told(bare(&x, "GET", "/2/users/me")).await.0, 401);
    assert_eq!(me("something").await.0, 401);
    let (status, answer) = me(&format!("{CANARY}-wrong-kind")).await;
    assert_eq!((status, answer["title"].as_str().unwrap()), (403, "Unsupported Authentication"));
    assert_eq!(told(ask(&x, "GET", "/2/users/me")).await.1["data"]["username"], "acmerockets");
    let reading = start(Kind::named("x").unwrap(), |s| s.without_scope("tweet.write")).await;
    assert_eq!(post(&reading, json!({ "text": "a" })).await.0, 403);
    let unscoped = start(Kind::named("x").unwrap(), |s| s.without_scope("media.write")).await;
    let form =
        reqwest::multipart::Form::new().part("media", file(png(2))).text("media_category", "tweet_image");
    assert_eq!(told(ask(&unscoped, "POST", "/2/media/upload").multipart(form)).await.0, 403);
}

/// Signs as a client would, written apart from the network's own code.
fn signed(
    x: &Running,
    method: &str,
    path: &str,
    query: &str,
    time: i64,
    nonce: &str,
) -> reqwest::RequestBuilder {
    let encode = |text: &str| {
        text.bytes()
            .map(|b| match b {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                    char::from(b).to_string()
                }
                b => format!("%{b:02X}"),
            })
            .collect::<String>()
    };
    let mut fields = vec![
        ("oauth_consumer_key".to_owned(), format!("{CANARY}-consumer-key")),
        ("oauth_nonce".to_owned(), nonce.to_owned()),
        ("oauth_signature_method".to_owned(), "HMAC-SHA1".to_owned()),
        ("oauth_timestamp".to_owned(), time.to_string()),
        ("oauth_token".to_owned(), format!("{CANARY}-signed-token")),
        ("oauth_version".to_owned(), "1.0".to_owned()),
    ];
    let own = fields.clone();
    fields.extend(url::form_urlencoded::parse(query.as_bytes()).into_owned());
    let mut pairs: Vec<String> = fields.iter().map(|(k, v)| format!("{}={}", encode(k), encode(v))).collect();
    pairs.sort();
    let base =
        format!("{method}&{}&{}", encode(&format!("{}{path}", x.base_url())), encode(&pairs.join("&")));
    let key = format!("{CANARY}-consumer-secret&{CANARY}-token-secret");
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, key.as_bytes());
    let signature = base64::engine::general_purpose::STANDARD.encode(hmac::sign(&key, base.as_bytes()));
    let mut header: Vec<String> = own.iter().map(|(k, v)| format!("{k}=\"{}\"", encode(v))).collect();
    header.push(format!("oauth_signature=\"{}\"", encode(&signature)));
    let path = if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") };
    bare(x, method, &path).header("authorization", format!("OAuth {}", header.join(", ")))
}

#[tokio::test]
async fn signatures_are_computed_again() {
    let x = start(Kind::named("x").unwrap(), |s| s.signed(CANARY)).await;
    let now = Timestamp::now().as_second();
    let answer = signed(&x, "GET", "/2/users/me", "", now, "n1").send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["x-access-level"], "read-write");
    // The query is part of what is signed.
    let list = "/2/users/2244994945/tweets";
    assert_eq!(
        told(signed(&x, "GET", list, "max_results=5&tweet.fields=created_at%2Centities", now, "n2")).await.0,
        200
    );
    let other = signed(&x, "GET", "/2/users/me", "", now, "n3").query(&[("user.fields", "name")]);
    assert_eq!(told(other).await.1["errors"][0]["code"], 32);
    // Once only, and not from another time.
    assert_eq!(told(signed(&x, "GET", "/2/users/me", "", now, "n1")).await.0, 401);
    assert_eq!(told(signed(&x, "GET", "/2/users/me", "", now - 400, "n4")).await.1["errors"][0]["code"], 135);
    assert_eq!(
        told(signed(&x, "POST", "/2/tweets", "", now, "n5").json(&json!({ "text": "signed" }))).await.0,
        201
    );
    let reading = start(Kind::named("x").unwrap(), |s| s.signed(CANARY).without_scope("tweet.write")).await;
    let (status, answer) =
        told(signed(&reading, "POST", "/2/tweets", "", now, "n6").json(&json!({ "text": "a" }))).await;
    assert!(status == 403 && answer["type"].as_str().unwrap().ends_with("oauth1-permissions"), "{answer}");
}

#[test]
fn the_signature_is_the_one_of_the_networks_own_example() {
    use crate::rehearsal::request::{Asked, Sent};
    use crate::rehearsal::settings::Signed;
    // docs.x.com, creating a signature: the public example, host and all.
    let mut headers = axum::http::HeaderMap::new();
    headers.insert("host", "api.x.com".parse().unwrap());
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    let asked = Asked {
        method: "POST".to_owned(),
        path: "/1.1/statuses/update.json".to_owned(),
        written_query: None,
        query: vec![pair("include_entities", "true")],
        headers,
        sent: Sent::Form(vec![pair("status", "Hello Ladies + Gentlemen, a signed OAuth request!")]),
        at: Timestamp::now(),
    };
    let keys = Signed {
        consumer_key: "xvz1evFS4wEEPTGEFPHBog".to_owned(),
        consumer_secret: "kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw".to_owned(),
        token: "370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb".to_owned(),
        token_secret: "LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE".to_owned(),
    };
    let given = [
        pair("oauth_consumer_key", &keys.consumer_key),
        pair("oauth_nonce", "kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg"),
        pair("oauth_signature_method", "HMAC-SHA1"),
        pair("oauth_timestamp", "1318622958"),
        pair("oauth_token", &keys.token),
        pair("oauth_version", "1.0"),
    ];
    // The example's address is https; this server's own would be http.
    let signature =
        crate::rehearsal::x::signature_at("https://api.x.com", &asked, &given.into_iter().collect(), &keys);
    assert_eq!(signature, "Ls93hJiZbQ3akF3HF3x1Bz8/zU4=");
}

#[tokio::test]
async fn lists_have_pages_and_limits_have_headers() {
    let x = start(Kind::named("x").unwrap(), |mut s| {
        s.posts_in_window = 7;
        s
    })
    .await;
    for number in 0..7 {
        posted(&x, json!({ "text": format!("Post {number}") })).await;
    }
    let refused = ask(&x, "POST", "/2/tweets").json(&json!({ "text": "one more" })).send().await.unwrap();
    assert_eq!(refused.status(), 429);
    assert_eq!(refused.headers()["x-rate-limit-remaining"], "0");
    let reset: i64 = refused.headers()["x-rate-limit-reset"].to_str().unwrap().parse().unwrap();
    assert!((0..=900).contains(&(reset - Timestamp::now().as_second())));
    let list = "/2/users/2244994945/tweets?max_results=5";
    let (_, first) = told(ask(&x, "GET", list)).await;
    assert_eq!(first["data"][0]["text"], "Post 6");
    let token = first["meta"]["next_token"].as_str().unwrap();
    let (_, second) = told(ask(&x, "GET", &format!("{list}&pagination_token={token}"))).await;
    assert_eq!(second["meta"]["result_count"], 2);
    assert!(second["meta"]["next_token"].is_null());
    assert_eq!(told(ask(&x, "GET", "/2/users/2244994945/tweets?max_results=4")).await.0, 400);
    assert_eq!(told(ask(&x, "GET", "/2/users/2244994945/tweets?limit=5")).await.0, 400);
    let id = second["data"][1]["id"].as_str().unwrap();
    assert_eq!(told(ask(&x, "DELETE", &format!("/2/tweets/{id}"))).await.1["data"]["deleted"], true);
    assert_eq!(told(ask(&x, "DELETE", &format!("/2/tweets/{id}"))).await.0, 404);
    assert_eq!((x.timeline().len(), x.everything().len()), (6, 7));
}
