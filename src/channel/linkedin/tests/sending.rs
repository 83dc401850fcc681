//! Posts and images: what goes over the wire, and what comes back.

use super::server::{Reply, Request, Server, created, json};
use super::{House, ORGANIZATION, PERSON, TOKEN, house};
use crate::channel::{Removed, SendError, fixture};
use crate::plan::Receipt;
use crate::render::{Card, Variant};
use serde_json::json as value;

/// Takes images and posts; says that the image is ready at the second look.
fn network(request: &Request, address: &str) -> Reply {
    let line = request.line.as_str();
    match line {
        "POST /rest/images?action=initializeUpload" => json(
            200,
            value!({ "value": { "uploadUrl": format!("{address}/dms-uploads/1?a=b"), "image": "urn:li:image:C4E-1" } }),
        ),
        "PUT /dms-uploads/1?a=b" => Reply::Answer(201, Vec::new(), String::new()),
        "GET /rest/images/urn%3Ali%3Aimage%3AC4E-1" => json(200, value!({ "status": "AVAILABLE" })),
        "POST /rest/posts" => created("urn:li:share:7"),
        "GET /rest/posts/urn%3Ali%3Ashare%3A7" => {
            json(200, value!({ "commentary": "It landed \\(twice\\)." }))
        }
        _ if line.starts_with("DELETE ") => Reply::Answer(204, Vec::new(), String::new()),
        _ => json(404, value!({ "status": 404, "message": "No virtual resource found" })),
    }
}

async fn sent(house: &House, variant: &Variant) -> Result<Receipt, SendError> {
    let attempt = house.attempt(variant, 1);
    fixture::keep(&attempt, b"a");
    fixture::keep(&attempt, b"b");
    fixture::keep(&attempt, b"png");
    house.channel.send(&house.parts(variant)[0], &attempt).await
}

pub(super) fn landed() -> Variant {
    fixture::post(&["It landed (twice)."])
}

fn with_images(names: &[(&str, &[u8])]) -> Variant {
    let mut variant = landed();
    if let Variant::Post(post) = &mut variant {
        post.parts[0].media = names.iter().map(|(name, bytes)| fixture::picture(name, bytes)).collect();
    }
    variant
}

#[tokio::test]
async fn a_post_goes_with_all_its_headers_and_in_little_text() {
    let server = Server::start(network).await;
    let receipt = sent(&house(ORGANIZATION, &server.url), &landed()).await.unwrap();
    assert_eq!(receipt.id.as_deref(), Some("urn:li:share:7"));
    assert_eq!(receipt.url.as_deref(), Some("https://www.linkedin.com/feed/update/urn:li:share:7/"));
    assert_eq!(receipt.altered, None, "escapes are no difference");
    let seen = server.seen();
    let posted = &seen[0];
    assert_eq!(posted.header("authorization"), Some(format!("Bearer {TOKEN}").as_str()));
    assert_eq!(posted.header("linkedin-version"), Some("202606"));
    assert_eq!(posted.header("x-restli-protocol-version"), Some("2.0.0"));
    assert_eq!(posted.header("content-type"), Some("application/json"));
    insta::assert_json_snapshot!(posted.json(), @r#"
    {
      "author": "urn:li:organization:42",
      "commentary": "It landed \\(twice\\).",
      "visibility": "PUBLIC",
      "distribution": {
        "feedDistribution": "MAIN_FEED",
        "targetEntities": [],
        "thirdPartyDistributionChannels": []
      },
      "lifecycleState": "PUBLISHED",
      "isReshareDisabledByAuthor": false
    }
    "#);
}

#[tokio::test]
async fn images_go_first_whole_and_in_order() {
    let server = Server::start(network).await;
    let variant = with_images(&[("a.png", b"a"), ("b.png", b"b")]);
    sent(&house(ORGANIZATION, &server.url), &variant).await.unwrap();
    insta::assert_snapshot!(server.lines().join("\n"), @r#"
    POST /rest/images?action=initializeUpload
    PUT /dms-uploads/1?a=b
    POST /rest/images?action=initializeUpload
    PUT /dms-uploads/1?a=b
    GET /rest/images/urn%3Ali%3Aimage%3AC4E-1
    GET /rest/images/urn%3Ali%3Aimage%3AC4E-1
    POST /rest/posts
    GET /rest/posts/urn%3Ali%3Ashare%3A7
    "#);
    let seen = server.seen();
    assert_eq!((seen[1].body.as_slice(), seen[3].body.as_slice()), (b"a".as_slice(), b"b".as_slice()));
    assert_eq!(seen[1].header("content-type"), Some("image/png"));
    assert_eq!(seen[1].header("authorization"), Some(format!("Bearer {TOKEN}").as_str()));
    assert_eq!(seen[0].json(), value!({ "initializeUploadRequest": { "owner": ORGANIZATION } }));
    insta::assert_json_snapshot!(seen[6].json()["content"], @r#"
    {
      "multiImage": {
        "images": [
          {
            "altText": "Alt of a.png",
            "id": "urn:li:image:C4E-1"
          },
          {
            "altText": "Alt of b.png",
            "id": "urn:li:image:C4E-1"
          }
        ]
      }
    }
    "#);
}

#[tokio::test]
async fn no_words_are_left_out_and_not_sent_empty() {
    let server = Server::start(network).await;
    let house = house(PERSON, &server.url);
    let mut images = with_images(&[("a.png", b"a"), ("b.png", b"b")]);
    let mut card = landed();
    if let (Variant::Post(images), Variant::Post(card)) = (&mut images, &mut card) {
        images.parts[0].media[0].alt.clear();
        card.card = Some(Card { description: String::new(), image: None, ..fixture::card() });
    }
    for variant in [&images, &card] {
        sent(&house, variant).await.unwrap();
    }
    let seen = server.seen();
    let posts = seen.iter().filter(|request| request.line == "POST /rest/posts");
    let contents: Vec<_> = posts.map(|request| request.json()["content"].clone()).collect();
    assert!(contents[0].pointer("/multiImage/images/0/altText").is_none(), "{contents:?}");
    assert_eq!(contents[0].pointer("/multiImage/images/1/altText"), Some(&value!("Alt of b.png")));
    assert!(contents[1].pointer("/article/description").is_none(), "{contents:?}");
}

#[tokio::test]
async fn a_urn_may_be_spelled_as_in_an_address() {
    let server = Server::start(|_, _| created("urn%3Ali%3Ashare%3A7")).await;
    let receipt = sent(&house(PERSON, &server.url), &landed()).await.unwrap();
    assert_eq!(receipt.id.as_deref(), Some("urn:li:share:7"));
}

#[tokio::test]
async fn one_image_and_a_card_have_their_places() {
    let server = Server::start(network).await;
    let house = house(PERSON, &server.url);
    sent(&house, &with_images(&[("a.png", b"a")])).await.unwrap();
    let mut variant = landed();
    if let Variant::Post(post) = &mut variant {
        post.card = Some(fixture::card());
    }
    sent(&house, &variant).await.unwrap();
    let seen = server.seen();
    let contents: Vec<_> =
        seen.iter().filter(|r| r.line == "POST /rest/posts").map(|r| r.json()["content"].clone()).collect();
    insta::assert_json_snapshot!(contents, @r#"
    [
      {
        "media": {
          "altText": "Alt of a.png",
          "id": "urn:li:image:C4E-1"
        }
      },
      {
        "article": {
          "source": "https://acme.example/blog/rocket-2/",
          "title": "Rocket 2 lands itself",
          "description": "Reusable.",
          "thumbnail": "urn:li:image:C4E-1"
        }
      }
    ]
    "#);
    let asked = server.lines().iter().any(|line| line.starts_with("GET "));
    assert!(!asked, "a member may not read: {:?}", server.lines());
}

#[tokio::test]
async fn bytes_and_token_go_to_linkedin_only() {
    for (address, why) in [
        ("http://uploads.example:81/1", "http://uploads.example:81"),
        ("https://10.0.0.7:1/", "https://10.0.0.7:1"),
        ("https://localhost./", "https://localhost."),
        ("https://evil.localhost/", "https://evil.localhost"),
        ("https://evil.LOCALHOST./", "https://evil.localhost."),
        ("https://localhost.localdomain/", "https://localhost.localdomain"),
        ("https://:x@www.linkedin.com/", "no place of its own"),
        ("https://ada:x@www.linkedin.com/", "no place of its own"),
        ("file:///etc/passwd", "file://nowhere"),
        ("not an address", "no address"),
    ] {
        let server = Server::start(move |request, own| match request.line.as_str() {
            "POST /rest/images?action=initializeUpload" => {
                json(200, value!({ "value": { "uploadUrl": address, "image": "urn:li:image:1" } }))
            }
            _ => network(request, own),
        })
        .await;
        let error =
            sent(&house(ORGANIZATION, &server.url), &with_images(&[("a.png", b"a")])).await.unwrap_err();
        assert!(matches!(error, SendError::Refused { .. }) && error.to_string().contains(why), "{error}");
        assert_eq!(server.lines().len(), 1);
    }
}

#[tokio::test]
async fn a_server_on_this_machine_takes_uploads_by_any_name_and_at_any_port() {
    let uploads = Server::start(|_, _| Reply::Answer(201, Vec::new(), String::new())).await;
    let port = uploads.url.rsplit(':').next().unwrap().to_owned();
    for host in ["127.0.0.1", "localhost"] {
        let address = format!("http://{host}:{port}/dms-uploads/1");
        let server = Server::start(move |request, own| match request.line.as_str() {
            "POST /rest/images?action=initializeUpload" => {
                json(200, value!({ "value": { "uploadUrl": address, "image": "urn:li:image:C4E-1" } }))
            }
            _ => network(request, own),
        })
        .await;
        let receipt =
            sent(&house(ORGANIZATION, &server.url), &with_images(&[("a.png", b"a")])).await.unwrap();
        assert_eq!(receipt.id.as_deref(), Some("urn:li:share:7"));
    }
    assert_eq!(uploads.lines(), ["PUT /dms-uploads/1", "PUT /dms-uploads/1"]);
}

#[tokio::test]
async fn an_image_that_has_no_name_of_the_images_api_is_told_as_it_came() {
    for (value, says) in [
        (
            value!({ "image": "urn:li:digitalmediaAsset:C4E", "uploadUrl": "https://www.linkedin.com/1" }),
            "the image `messages/a.png`: LinkedIn calls it `urn:li:digitalmediaAsset:C4E`, which is no `urn:li:image:ID`",
        ),
        (
            value!({ "image": format!("urn:li:image:{TOKEN}"), "uploadUrl": "https://www.linkedin.com/1" }),
            "the image `messages/a.png`: LinkedIn calls it `urn:li:image:«secret»`, which is no `urn:li:image:ID`",
        ),
        (
            value!({ "uploadUrl": "https://www.linkedin.com/1" }),
            "the image `messages/a.png`: LinkedIn answered 200 and did not say what it calls it",
        ),
        (
            value!({ "image": "urn:li:image:C4E" }),
            "the image `messages/a.png`: LinkedIn answered 200 and did not say where it is to go",
        ),
    ] {
        let reply = json(200, value!({ "value": value }));
        let server = Server::start(move |_, _| reply.clone()).await;
        let outcome = sent(&house(ORGANIZATION, &server.url), &with_images(&[("a.png", b"a")])).await;
        let Err(SendError::NotYet { says: said, .. }) = outcome else { panic!("{outcome:?}") };
        assert_eq!(said, says);
        assert_eq!(server.lines(), ["POST /rest/images?action=initializeUpload"]);
    }
}

#[tokio::test]
async fn trouble_with_an_image_is_never_in_doubt() {
    for (step, reply) in [
        ("POST /rest/images", Reply::Cut),
        ("POST /rest/images", json(500, value!({}))),
        ("POST /rest/images", json(200, value!({ "value": {} }))),
        ("PUT /", Reply::Cut),
        ("PUT /", json(503, value!({}))),
        ("PUT /", json(409, value!({}))),
        ("PUT /", Reply::Answer(302, vec![("location", "http://127.0.0.1:1/".to_owned())], String::new())),
        ("GET /rest/images", json(200, value!({ "status": "PROCESSING" }))),
    ] {
        let reply_too = reply.clone();
        let server =
            Server::start(
                move |request, own| {
                    if request.line.starts_with(step) { reply.clone() } else { network(request, own) }
                },
            )
            .await;
        let error =
            sent(&house(ORGANIZATION, &server.url), &with_images(&[("a.png", b"a")])).await.unwrap_err();
        assert!(matches!(error, SendError::NotYet { .. }), "{step} {reply_too:?}: {error:?}");
        assert!(!server.lines().contains(&"POST /rest/posts".to_owned()));
    }
    let server = Server::start(|request, own| match request.line.split('/').nth(2) {
        Some("images") if request.line.starts_with("GET") => {
            json(200, value!({ "status": "PROCESSING_FAILED" }))
        }
        _ => network(request, own),
    })
    .await;
    let error = sent(&house(ORGANIZATION, &server.url), &with_images(&[("a.png", b"a")])).await.unwrap_err();
    insta::assert_snapshot!(error, @r#"the image `messages/a.png`: LinkedIn cannot show it: save it anew, as JPEG or PNG"#);
}

#[tokio::test]
async fn where_an_image_may_not_be_read_the_post_goes_after_a_while() {
    let server = Server::start(|request, own| {
        let closed = request.line.starts_with("GET /rest/images");
        if closed {
            json(403, value!({ "status": 403, "code": "ACCESS_DENIED" }))
        } else {
            network(request, own)
        }
    })
    .await;
    sent(&house(ORGANIZATION, &server.url), &with_images(&[("a.png", b"a")])).await.unwrap();
    assert_eq!(server.lines().iter().filter(|line| line.starts_with("GET /rest/images")).count(), 1);
}

#[tokio::test]
async fn what_is_live_is_compared_with_what_was_planned() {
    for (live, altered) in [
        (json(200, value!({ "commentary": "It landed " })), Some("It landed ")),
        (json(200, value!({ "commentary": "" })), Some("")),
        (json(200, value!({})), None),
        (json(403, value!({})), None),
        (json(500, value!({})), None),
        (Reply::Cut, None),
    ] {
        let server = Server::start(move |request, own| {
            if request.line.starts_with("GET /rest/posts/") { live.clone() } else { network(request, own) }
        })
        .await;
        let receipt = sent(&house(ORGANIZATION, &server.url), &landed()).await.unwrap();
        assert_eq!(receipt.altered.as_deref(), altered);
    }
}

#[tokio::test]
async fn what_was_sent_is_taken_down_by_its_name() {
    let server = Server::start(network).await;
    let house = house(ORGANIZATION, &server.url);
    let receipt = |id: Option<&str>, url: Option<&str>| Receipt {
        id: id.map(str::to_owned),
        url: url.map(str::to_owned),
        ..Receipt::default()
    };
    let told = "https://www.linkedin.com/feed/update/urn:li:ugcPost:5/";
    for (receipt, gone) in [
        (receipt(Some("urn:li:share:7"), None), true),
        (receipt(Some("urn:li:comment:(urn:li:activity:9,8)"), None), true),
        (receipt(None, Some(told)), true),
        (receipt(None, Some("https://www.linkedin.com/feed/update/urn:li:activity:5/")), false),
        (receipt(Some("../v2/me"), None), false),
        (receipt(None, None), false),
    ] {
        let removed = house.channel.remove(&receipt, house.folder.path()).await.unwrap();
        assert_eq!(removed == Removed::Gone, gone, "{receipt:?}: {removed:?}");
    }
    insta::assert_snapshot!(server.lines().join("\n"), @r#"
    DELETE /rest/posts/urn%3Ali%3Ashare%3A7
    DELETE /rest/socialActions/urn%3Ali%3Aactivity%3A9/comments/8?actor=urn%3Ali%3Aorganization%3A42
    DELETE /rest/posts/urn%3Ali%3AugcPost%3A5
    "#);
    assert_eq!(server.seen()[0].header("x-restli-method"), Some("DELETE"));
    let gone = Server::start(|_, _| json(404, value!({}))).await;
    let house = super::house(ORGANIZATION, &gone.url);
    let post = receipt(Some("urn:li:share:7"), None);
    assert_eq!(house.channel.remove(&post, house.folder.path()).await.unwrap(), Removed::Already);
    let busy = Server::start(|_, _| Reply::Cut).await;
    let house = super::house(ORGANIZATION, &busy.url);
    let error = house.channel.remove(&post, house.folder.path()).await.unwrap_err();
    assert!(matches!(error, SendError::Unknown { .. }), "{error:?}");
    // A page of somebody on the way is no word of LinkedIn's.
    for status in [200, 404] {
        let page =
            Server::start(move |_, _| Reply::Answer(status, Vec::new(), "<html>Sorry".to_owned())).await;
        let house = super::house(ORGANIZATION, &page.url);
        let removed = house.channel.remove(&post, house.folder.path()).await;
        assert!(removed.is_err(), "{status}: {removed:?}");
    }
}

#[tokio::test]
async fn what_is_kept_of_a_live_text_has_no_secret_in_it() {
    let echo = format!("Bearer {TOKEN}");
    let (post, comment) =
        (value!({ "commentary": echo }), value!({ "id": "8", "message": { "text": echo } }));
    let server = Server::start(move |request, own| match request.line.as_str() {
        line if line.starts_with("GET /rest/posts/") => json(200, post.clone()),
        line if line.ends_with("/comments") => json(201, comment.clone()),
        _ => network(request, own),
    })
    .await;
    let mut variant = landed();
    if let Variant::Post(post) = &mut variant {
        post.first_comment = Some("More".to_owned());
    }
    let house = house(ORGANIZATION, &server.url);
    let first = sent(&house, &variant).await.unwrap();
    let mut attempt = house.attempt(&variant, 1);
    attempt.part = 1;
    attempt.previous = vec![first.clone()];
    let second = house.channel.send(&house.parts(&variant)[1], &attempt).await.unwrap();
    for receipt in [first, second] {
        assert_eq!(receipt.altered.as_deref(), Some("Bearer «secret»"));
        assert!(!format!("{receipt:?}").contains(TOKEN));
    }
}

#[tokio::test]
async fn a_server_that_does_not_tell_of_images_gets_the_post_and_a_wait_that_it_names_is_kept() {
    let without = |answer: fn() -> Reply| {
        move |request: &Request, address: &str| match request.line.as_str() {
            line if line.starts_with("GET /rest/images") => answer(),
            _ => network(request, address),
        }
    };
    let variant = with_images(&[("a.png", b"a")]);
    for answer in [|| json(501, value!({})), || json(302, value!({})), || json(404, value!({}))] {
        let server = Server::start(without(answer)).await;
        let house = super::house_with(ORGANIZATION, &server.url, "image_wait = \"1s\"\n");
        let receipt = sent(&house, &variant).await.unwrap();
        assert_eq!(receipt.id.as_deref(), Some("urn:li:share:7"));
        assert_eq!(server.seen().iter().filter(|seen| seen.line.starts_with("GET /rest/images")).count(), 1);
    }
    let server =
        Server::start(without(|| Reply::Answer(429, vec![("retry-after", "900".to_owned())], String::new())))
            .await;
    let told = sent(&house(ORGANIZATION, &server.url), &variant).await;
    let Err(SendError::TooMany { wait, .. }) = told else { panic!("{told:?}") };
    assert_eq!(wait, Some(std::time::Duration::from_secs(900)));
    assert_eq!(server.seen().iter().filter(|seen| seen.line.starts_with("GET /rest/images")).count(), 1);
}
