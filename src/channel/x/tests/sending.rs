//! What is sent, and in what order.

use super::server::{Reply, Request, Server, problem};
use super::*;
use crate::channel::x::oauth;
use serde_json::json;

/// A post with images of these bytes on it.
fn with_images(text: &str, images: &[(&str, &[u8])]) -> Variant {
    let mut post = fixture::post(&[text]);
    if let Variant::Post(post) = &mut post {
        post.parts[0].media = images.iter().map(|(name, bytes)| fixture::picture(name, bytes)).collect();
    }
    post
}

#[tokio::test]
async fn a_post_is_one_request_with_a_token() {
    let server = Server::start(|request| (request.method == "POST").then(posted)).await;
    let house = House::new(&server);
    let receipt = house.send(&house.attempt(fixture::post(&["It landed."]))).await.unwrap();
    assert_eq!(
        receipt,
        Receipt {
            id: Some("1346889436626259968".to_owned()),
            url: Some("https://x.com/acmerockets/status/1346889436626259968".to_owned()),
            ..Receipt::default()
        }
    );
    let request = server.only("POST /2/tweets");
    assert_eq!(request.header("authorization"), format!("Bearer {SECRET}"));
    assert_eq!(request.header("content-type"), "application/json");
    assert_eq!(request.json(), json!({ "text": "It landed." }));
}

/// The parts of an `Authorization` header of OAuth 1.0a, decoded.
fn signed_with(request: &Request) -> Vec<(String, String)> {
    let header = request.header("authorization").strip_prefix("OAuth ").unwrap();
    let decode = |text: &str| {
        url::form_urlencoded::parse(format!("a={text}").as_bytes()).next().unwrap().1.into_owned()
    };
    header
        .split(", ")
        .map(|pair| pair.split_once('=').unwrap())
        .map(|(name, value)| (name.to_owned(), decode(value.trim_matches('"'))))
        .collect()
}

#[tokio::test]
async fn with_four_keys_every_request_is_signed_as_it_was_made() {
    let media =
        json!({ "data": { "id": "55", "processing_info": { "state": "pending", "check_after_secs": 0 } } });
    let server = Server::start(move |request| match request.line().as_str() {
        "POST /2/media/upload" => Some(Reply::new(200, media.clone())),
        "GET /2/media/upload" => Some(Reply::new(200, json!({ "data": { "id": "55" } }))),
        "POST /2/tweets" => Some(posted()),
        "POST /2/media/metadata" => Some(Reply::new(200, json!({ "data": {} }))),
        _ => None,
    })
    .await;
    let house = House::signed(&server);
    let attempt = house.attempt(with_images("It landed. https://t.co/pic", &[("a.png", b"png")]));
    fixture::keep(&attempt, b"png");
    house.send(&attempt).await.unwrap();
    let asked = server.asked();
    assert_eq!(asked.len(), 5);
    let mut nonces = std::collections::BTreeSet::new();
    for request in &asked {
        let mut parameters = signed_with(request);
        let at = parameters.iter().position(|(name, _)| name == "oauth_signature").unwrap();
        let (_, signature) = parameters.remove(at);
        let url = url::Url::parse(&format!("{}{}", server.url, request.target)).unwrap();
        parameters.extend(url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())));
        let base = oauth::base_string(&request.method, &url, &parameters);
        assert_eq!(signature, oauth::signature(&base, SECRET, SECRET), "{}", request.line());
        let value = |wanted: &str| parameters.iter().find(|(name, _)| name == wanted).unwrap().1.clone();
        assert_eq!(value("oauth_signature_method"), "HMAC-SHA1");
        let off = value("oauth_timestamp").parse::<i64>().unwrap() - jiff::Timestamp::now().as_second();
        assert!(off.abs() < 600);
        nonces.insert(value("oauth_nonce"));
    }
    assert_eq!(nonces.len(), 5);
}

#[tokio::test]
async fn a_thread_hangs_each_part_below_the_one_before() {
    let server = Server::start(|request| (request.method == "POST").then(posted)).await;
    let house = House::new(&server);
    let mut attempt = house.attempt(fixture::post(&["One", "Two", "It landed."]));
    attempt.part = 2;
    attempt.previous = vec![receipt("11"), receipt("12")];
    house.send(&attempt).await.unwrap();
    let reply = json!({ "text": "It landed.", "reply": { "in_reply_to_tweet_id": "12" } });
    assert_eq!(server.only("POST /2/tweets").json(), reply);
    // What a person resolved has only an address.
    let by_hand = |url: &str| Receipt { url: Some(url.to_owned()), ..Receipt::default() };
    attempt.previous[1] = by_hand("https://x.com/acmerockets/status/13?s=20");
    house.send(&attempt).await.unwrap();
    assert_eq!(server.asked().last().unwrap().json()["reply"]["in_reply_to_tweet_id"], "13");
    for previous in [vec![receipt("11")], vec![receipt("11"), by_hand("https://x.com/acmerockets")]] {
        let before = server.asked().len();
        attempt.previous = previous;
        let outcome = told(&house.send(&attempt).await);
        assert!(outcome.starts_with("refused: the id of part 2 is not known"), "{outcome}");
        assert_eq!(server.asked().len(), before);
    }
}

#[tokio::test]
async fn images_are_uploaded_and_described_before_the_post() {
    let mut number = 0;
    let server = Server::start(move |request| match request.line().as_str() {
        "POST /2/media/upload" => {
            number += 1;
            Some(Reply::new(200, json!({ "data": { "id": format!("90{number}"), "media_key": "3_90" } })))
        }
        "POST /2/media/metadata" => Some(Reply::new(200, json!({ "data": {} }))),
        "POST /2/tweets" => Some(posted()),
        _ => None,
    })
    .await;
    let house = House::new(&server);
    let mut post = with_images("It landed.", &[("a.png", b"first"), ("b.png", b"second")]);
    if let Variant::Post(post) = &mut post {
        post.parts[0].media[1].alt.clear();
    }
    let attempt = house.attempt(post);
    fixture::keep(&attempt, b"first");
    fixture::keep(&attempt, b"second");
    house.send(&attempt).await.unwrap();
    let upload = "POST /2/media/upload";
    assert_eq!(server.lines(), [upload, "POST /2/media/metadata", upload, "POST /2/tweets"]);
    let form = server.asked().into_iter().find(|request| request.line() == upload).unwrap();
    assert!(form.header("content-type").starts_with("multipart/form-data; boundary="));
    let form = form.text();
    assert!(form.contains("name=\"media_category\"\r\n\r\ntweet_image\r\n"), "{form}");
    assert!(
        form.contains("name=\"media\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\nfirst\r\n"),
        "{form}"
    );
    let words = json!({ "id": "901", "metadata": { "alt_text": { "text": "Alt of a.png" } } });
    assert_eq!(server.only("POST /2/media/metadata").json(), words);
    assert_eq!(server.only("POST /2/tweets").json()["media"], json!({ "media_ids": ["901", "902"] }));
}

#[tokio::test]
async fn large_images_and_gifs_go_in_pieces_and_are_waited_for() {
    let looks = std::sync::atomic::AtomicU32::new(0);
    let server = Server::start(move |request| match request.line().as_str() {
        "POST /2/media/upload/initialize" => Some(Reply::new(200, json!({ "data": { "id": "900" } }))),
        "POST /2/media/upload/900/append" => Some(Reply::new(204, json!({}))),
        "POST /2/media/upload/900/finalize" => {
            let info = json!({ "state": "pending", "check_after_secs": 0 });
            Some(Reply::new(200, json!({ "data": { "id": "900", "processing_info": info } })))
        }
        "GET /2/media/upload" => {
            let first = looks.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 0;
            let state = if first { "in_progress" } else { "succeeded" };
            Some(Reply::new(200, json!({ "data": { "processing_info": { "state": state } } })))
        }
        "POST /2/media/metadata" => Some(Reply::new(200, json!({}))),
        "POST /2/tweets" => Some(posted()),
        _ => None,
    })
    .await;
    let house = House::new(&server);
    let bytes: Vec<u8> = (0..4_500_000_u32).map(|at| at.to_le_bytes()[0]).collect();
    let mut post = with_images("It landed.", &[("a.gif", &bytes)]);
    if let Variant::Post(post) = &mut post {
        post.parts[0].media[0].mime = "image/gif".to_owned();
    }
    let attempt = house.attempt(post);
    fixture::keep(&attempt, &bytes);
    house.send(&attempt).await.unwrap();
    let opening =
        json!({ "media_type": "image/gif", "media_category": "tweet_gif", "total_bytes": 4_500_000 });
    assert_eq!(server.only("POST /2/media/upload/initialize").json(), opening);
    let pieces: Vec<Request> =
        server.asked().into_iter().filter(|request| request.target.ends_with("/append")).collect();
    assert_eq!(pieces.len(), 5);
    for (number, piece) in pieces.iter().enumerate() {
        assert!(piece.text().contains(&format!("name=\"segment_index\"\r\n\r\n{number}\r\n")));
    }
    let look = server.asked().into_iter().find(|request| request.line() == "GET /2/media/upload").unwrap();
    assert_eq!(look.target, "/2/media/upload?command=STATUS&media_id=900");
    assert_eq!(server.lines().last().unwrap(), "POST /2/tweets");
}

/// What becomes of a post whose upload gets this answer, and what was asked after it.
async fn upload_answered(reply: Reply) -> (String, Vec<String>) {
    let server = Server::start(move |request| (request.method == "POST").then(|| reply.clone())).await;
    let house = House::new(&server);
    let attempt = house.attempt(with_images("It landed.", &[("a.png", b"png")]));
    fixture::keep(&attempt, b"png");
    let outcome = told(&house.send(&attempt).await);
    (outcome, server.lines())
}

#[tokio::test]
async fn an_upload_may_be_called_by_more_than_a_number() {
    for (id, name) in [(json!("aBc-9_x"), "aBc-9_x"), (json!(1346889436626259968_u64), "1346889436626259968")]
    {
        let server = Server::start(move |request| match request.line().as_str() {
            "POST /2/media/upload" => Some(Reply::new(200, json!({ "data": { "id": id } }))),
            "POST /2/media/metadata" => Some(Reply::new(200, json!({}))),
            "POST /2/tweets" => Some(posted()),
            _ => None,
        })
        .await;
        let house = House::new(&server);
        let attempt = house.attempt(with_images("It landed.", &[("a.png", b"png")]));
        fixture::keep(&attempt, b"png");
        house.send(&attempt).await.unwrap();
        assert_eq!(server.only("POST /2/tweets").json()["media"]["media_ids"], json!([name]));
    }
}

#[tokio::test]
async fn an_upload_that_fails_is_never_in_doubt() {
    let failed = json!({ "data": { "id": "9", "processing_info": { "state": "failed",
        "error": { "name": "InvalidMedia", "message": format!("broken {SECRET}") } } } });
    for (reply, wanted) in [
        (Reply::silence(), "not yet: "),
        (Reply::new(503, json!({})), "not yet: X has trouble with the image `a.png`: 503"),
        (
            Reply::new(302, json!({})).with("location", "https://x.example/"),
            "not yet: X has trouble with the image",
        ),
        (Reply::new(409, json!({})), "not yet: X has trouble with the image"),
        (Reply::new(429, json!({})), "not yet, 900 s: X takes no more"),
        (Reply::new(200, json!({ "data": {} })), "not yet: "),
        (Reply::new(200, json!({ "data": { "id": "9" } })).torn(), "not yet: "),
        (
            Reply::new(200, json!({ "data": { "id": "../9" } })),
            "not yet: X calls the image `a.png` `../9`, which is no name of an upload",
        ),
        (
            Reply::new(200, json!({ "data": { "id": SECRET } })),
            "not yet: X calls the image `a.png` `«secret»`, which is no name of an upload",
        ),
        (Reply::new(200, json!({ "data": { "id": "null" } })), "not yet: X calls the image `a.png` `null`"),
        (
            problem(400, "media type unrecognized."),
            "refused: X did not take the image `a.png`: 400 Bad Request (X says:",
        ),
        (
            problem(403, "You are not permitted to perform this action."),
            "refused: X does not permit the image `a.png`: a token of OAuth 2 needs the scope media.write for images",
        ),
        (problem(413, "too big"), "refused: the image `a.png` is larger than X takes"),
        (Reply::new(200, failed), "refused: X could not process the image `a.png`: broken «secret»; save it"),
    ] {
        let (outcome, lines) = upload_answered(reply).await;
        assert!(outcome.starts_with(wanted), "{outcome}");
        assert_eq!(lines, ["POST /2/media/upload"], "{outcome}");
    }
}

#[tokio::test]
async fn an_image_that_changed_or_is_gone_stops_the_post() {
    let server = Server::start(|_| None).await;
    let house = House::new(&server);
    let outcome = told(&house.send(&house.attempt(with_images("a", &[("a.png", b"png")]))).await);
    assert!(outcome.contains("was not kept with the plan"), "{outcome}");
    assert_eq!(server.lines(), Vec::<String>::new());
}

/// Nothing tells whether X spells the signs of an alt text as those of a text.
#[tokio::test]
async fn an_alt_text_may_come_back_as_it_is_or_spelled_as_in_html() {
    for (sent, live, same) in [
        ("R&D <lab>", "R&amp;D &lt;lab&gt;", true),
        ("R&D <lab>", "R&D <lab>", true),
        ("&amp; is written &amp;amp;", "&amp; is written &amp;amp;", true),
        ("R&D", "R&amp;amp;D", false),
        ("R&D", "RD", false),
    ] {
        let reply = json!({
            "data": [{ "id": "9", "text": "Look https://t.co/Pic", "attachments": { "media_keys": ["3_1"] } }],
            "includes": { "media": [{ "media_key": "3_1", "type": "photo", "alt_text": live }] },
        });
        let server = Server::start(move |_| Some(Reply::new(200, reply.clone()))).await;
        let house = House::new(&server);
        let mut variant = with_images("Look", &[("a.png", b"a")]);
        if let crate::render::Variant::Post(post) = &mut variant {
            post.parts[0].media[0].alt = sent.to_owned();
        }
        let attempt = house.attempt(variant);
        let (parts, receipt) = (house.parts(&attempt), receipt("9"));
        let seen = house.channel().look_closely(&parts[0], &receipt, &attempt).unwrap().await.unwrap();
        assert_eq!(seen.altered.is_none(), same, "{sent} / {live}: {seen:?}");
    }
}

/// With `--verify` the post is read once more: X charges for it, so not by itself.
#[tokio::test]
async fn who_looks_closely_sees_words_images_and_alt_texts() {
    let text = "It landed & stayed. https://acme.example/a";
    let live = "It landed &amp; stayed. https://t.co/Ab1 https://t.co/Pic";
    let entities =
        json!({ "urls": [{ "url": "https://t.co/Ab1", "expanded_url": "https://acme.example/a" }] });
    let post = |text: &str, keys: &[&str]| json!({ "data": [{ "id": "9", "text": text, "entities": entities, "attachments": { "media_keys": keys } }] });
    let untold = json!({ "data": [{ "id": "9", "text": live, "entities": entities }] });
    let gone = json!({ "data": [{ "id": "9", "text": "It landed &amp; stayed. https://t.co/Ab1.", "entities": entities }] });
    let alts = |media: serde_json::Value| {
        let mut told = post(live, &["3_1", "3_2"]);
        told["includes"] = json!({ "media": media });
        Reply::new(200, told)
    };
    let media = |key: &str, alt: &str| json!({ "media_key": key, "type": "photo", "alt_text": alt });
    let bare = |key: &str| json!({ "media_key": key, "type": "photo" });
    for (reply, wanted) in [
        (alts(json!([media("3_2", "Alt of a.png"), media("3_1", "Alt of b.png")])), None),
        (alts(json!([bare("3_1"), bare("3_2")])), None),
        (alts(json!([media("3_1", "Alt of a.png")])), None),
        (alts(json!("odd")), None),
        (
            alts(json!([media("3_1", "Alt of a.png"), bare("3_2")])),
            Some("It landed & stayed. https://acme.example/a (image 2 without its alt text)"),
        ),
        (
            alts(json!([media("3_1", "Alt of a.png"), media("3_2", "x")])),
            Some(" (the alt text of image 2: “x”)"),
        ),
        (Reply::new(200, post(live, &["3_1", "3_2"])), None),
        (Reply::new(200, untold), None),
        (Reply::new(200, post(live, &["3_1"])), Some("with 1 image; 2 sent)")),
        (Reply::new(200, post("It burned. https://t.co/Pic", &["3_1", "3_2"])), Some("It burned.")),
        (Reply::new(200, gone), Some("It landed & stayed. https://acme.example/a.")),
        (Reply::new(200, json!({ "errors": [{ "title": "Not Found Error" }] })), None),
        (Reply::new(200, json!("odd")), None),
        (problem(404, "gone"), None),
        (Reply::new(503, json!({})), None),
        (Reply::new(400, json!({})), None),
    ] {
        let server = Server::start(move |_| Some(reply.clone())).await;
        let house = House::new(&server);
        let attempt = house.attempt(with_images(text, &[("a.png", b"a"), ("b.png", b"b")]));
        let (parts, receipt) = (house.parts(&attempt), receipt("9"));
        assert!(house.channel().read_back(&parts[0], &receipt, &attempt).is_none());
        let seen =
            house.channel().look_closely(&parts[0], &receipt, &attempt).unwrap().await.unwrap_or_default();
        match wanted {
            None => assert_eq!(seen.altered, None),
            Some(wanted) => {
                assert!(seen.altered.as_ref().is_some_and(|told| told.contains(wanted)), "{seen:?}")
            }
        }
        assert!(server.lines().iter().all(|line| line == "GET /2/tweets"), "{:?}", server.lines());
    }
}
