//! What goes over the wire, and what comes back of it.

use super::server::{Reply, error, lost, ok, status};
use super::{House, channel, with_card, with_comment, with_pictures};
use crate::channel::{SendError, fixture};
use crate::plan::Receipt;

fn shown(receipt: &Receipt) -> String {
    format!(
        "{} {} {} altered: {}",
        receipt.id.as_deref().unwrap_or("-"),
        receipt.url.as_deref().unwrap_or("-"),
        receipt.detail.as_deref().unwrap_or("-"),
        receipt.altered.as_deref().unwrap_or("-"),
    )
}

#[tokio::test]
async fn a_post_with_a_link_is_one_call() {
    let body =
        r#"{"id":"12_34","permalink_url":"https://www.facebook.com/acme/posts/34","message":"It landed."}"#;
    let house = House::new(vec![ok(body)]).await;
    let (parts, attempt) = house.attempt(with_card("It landed."));
    let receipt = house.page.send(&parts[0], &attempt).await.unwrap();
    insta::assert_snapshot!(shown(&receipt), @"12_34 https://www.facebook.com/acme/posts/34 - altered: -");
    insta::assert_snapshot!(house.server.log(), @r#"
    POST /v26.0/12/feed [Bearer sesame-token]
      message = It landed.
      link = https://acme.example/blog/rocket-2/
      fields = id,permalink_url,message
    "#);
}

#[tokio::test]
async fn a_call_is_proven_where_the_app_has_a_secret() {
    let house = House::with(
        vec![ok(r#"{"id":"12_34"}"#), error(400, 100, 0, "no")],
        "app_secret = { file = \"app\" }\nversion = \"v25.0\"",
    )
    .await;
    let (parts, attempt) = house.attempt(fixture::post(&["It landed."]));
    let receipt = house.page.send(&parts[0], &attempt).await.unwrap();
    insta::assert_snapshot!(shown(&receipt), @"12_34 https://www.facebook.com/12_34 - altered: -");
    insta::assert_snapshot!(house.server.log(), @r#"
    POST /v25.0/12/feed?appsecret_proof=8117d516819326613b5f218854117ccf29a9f1b4db0d2c1f8abfbca6adc02494 [Bearer sesame-token]
      message = It landed.
      fields = id,permalink_url,message
    GET /v25.0/12_34?appsecret_proof=8117d516819326613b5f218854117ccf29a9f1b4db0d2c1f8abfbca6adc02494&fields=permalink_url%2Cmessage [Bearer sesame-token]
    "#);
}

#[tokio::test]
async fn one_image_is_a_post_of_its_own() {
    let house = House::new(vec![
        ok(r#"{"id":"77","post_id":"12_34"}"#),
        ok(r#"{"permalink_url":"/acme/posts/34","message":"Look."}"#),
    ])
    .await;
    let (parts, attempt) = house.attempt(with_pictures(&house, "Look.", &["a.png"]));
    let receipt = house.page.send(&parts[0], &attempt).await.unwrap();
    insta::assert_snapshot!(shown(&receipt), @"12_34 https://www.facebook.com/acme/posts/34 photo 77 altered: -");
    insta::assert_snapshot!(house.server.log(), @r#"
    POST /v26.0/12/photos [Bearer sesame-token]
      name="source"; filename="a.png"; Content-Type: image/png = a.png
      name="alt_text_custom" = Alt of a.png
      name="message" = Look.
    GET /v26.0/12_34?fields=permalink_url%2Cmessage [Bearer sesame-token]
    GET /v26.0/12_34?fields=attachments%7Bmedia_type%2Ctarget%2Csubattachments%7Bmedia_type%2Ctarget%7D%7D [Bearer sesame-token]
    "#);
}

#[tokio::test]
async fn several_images_are_uploaded_in_order_and_shown_by_one_post() {
    let house = House::new(vec![
        ok(r#"{"id":"77"}"#),
        ok(r#"{"id":"78"}"#),
        ok(r#"{"id":"12_34","permalink_url":"https://www.facebook.com/acme/posts/34"}"#),
    ])
    .await;
    let (parts, attempt) = house.attempt(with_pictures(&house, "Look.", &["b.png", "a.png"]));
    let receipt = house.page.send(&parts[0], &attempt).await.unwrap();
    insta::assert_snapshot!(shown(&receipt), @"12_34 https://www.facebook.com/acme/posts/34 - altered: -");
    insta::assert_snapshot!(house.server.log(), @r#"
    POST /v26.0/12/photos [Bearer sesame-token]
      name="source"; filename="b.png"; Content-Type: image/png = b.png
      name="alt_text_custom" = Alt of b.png
      name="published" = false
    POST /v26.0/12/photos [Bearer sesame-token]
      name="source"; filename="a.png"; Content-Type: image/png = a.png
      name="alt_text_custom" = Alt of a.png
      name="published" = false
    POST /v26.0/12/feed [Bearer sesame-token]
      message = Look.
      attached_media[0] = {"media_fbid":"77"}
      attached_media[1] = {"media_fbid":"78"}
      fields = id,permalink_url,message
    GET /v26.0/12_34?fields=attachments%7Bmedia_type%2Ctarget%2Csubattachments%7Bmedia_type%2Ctarget%7D%7D [Bearer sesame-token]
    "#);
}

#[tokio::test]
async fn an_address_elsewhere_is_not_passed_on_to_readers() {
    let house =
        House::new(vec![ok(r#"{"id":"12_34","permalink_url":"https://evil.example/phish","message":"a"}"#)])
            .await;
    let (parts, attempt) = house.attempt(fixture::post(&["a"]));
    let receipt = house.page.send(&parts[0], &attempt).await.unwrap();
    assert_eq!(receipt.url.as_deref(), Some("https://www.facebook.com/12_34"));
}

#[tokio::test]
async fn the_first_comment_goes_below_the_post_that_was_sent() {
    let house =
        House::new(vec![ok(r#"{"id":"34_56"}"#), ok(r#"{"permalink_url":"https://www.facebook.com/c/56"}"#)])
            .await;
    let (parts, mut attempt) = house.attempt(with_comment("It landed.", "More: https://acme.example/"));
    attempt.part = 1;
    attempt.previous = vec![Receipt { id: Some("12_34".to_owned()), ..Receipt::default() }];
    let receipt = house.page.send(&parts[1], &attempt).await.unwrap();
    insta::assert_snapshot!(shown(&receipt), @"34_56 https://www.facebook.com/c/56 comment on 12_34 altered: -");
    insta::assert_snapshot!(house.server.log(), @r#"
    POST /v26.0/12_34/comments [Bearer sesame-token]
      message = More: https://acme.example/
    GET /v26.0/34_56?fields=permalink_url%2Cmessage [Bearer sesame-token]
    "#);
    // A person settled the post: its address tells the id, or only where it is.
    let below = House::new(vec![ok(r#"{"id":"34_57"}"#), ok("{}")]).await;
    let (parts, mut settled) = below.attempt(with_comment("It landed.", "More."));
    settled.part = 1;
    let url = Some("https://www.facebook.com/12/posts/34".to_owned());
    settled.previous = vec![Receipt { url, ..Receipt::default() }];
    let receipt = below.page.send(&parts[1], &settled).await.unwrap();
    assert_eq!(receipt.detail.as_deref(), Some("comment on 12_34"));
    assert!(below.server.log().starts_with("POST /v26.0/12_34/comments"));
    attempt.previous[0] =
        Receipt { url: Some("https://www.facebook.com/x".to_owned()), ..Receipt::default() };
    let error = house.page.send(&parts[1], &attempt).await.unwrap_err();
    assert!(matches!(&error, SendError::Refused { says } if says.contains("https://www.facebook.com/x")));
}

#[tokio::test]
async fn what_readers_see_is_compared_with_what_was_planned() {
    for (live, altered) in [("It\\r\\nlanded. ", "-"), ("It", "It"), ("", "")] {
        let body = format!(r#"{{"id":"12_34","permalink_url":"/x","message":"{live}"}}"#);
        let house = House::new(vec![ok(&body)]).await;
        let (parts, attempt) = house.attempt(fixture::post(&["It\nlanded."]));
        let receipt = house.page.send(&parts[0], &attempt).await.unwrap();
        assert_eq!(receipt.altered.as_deref().unwrap_or("-"), altered, "{live}");
    }
    let house =
        House::new(vec![ok(r#"{"id":"12_34","permalink_url":"/x","message":"Thanks, Acme."}"#)]).await;
    let (parts, attempt) = house.attempt(fixture::post(&["Thanks, @[99]."]));
    assert_eq!(house.page.send(&parts[0], &attempt).await.unwrap().altered, None);
}

#[tokio::test]
async fn without_the_id_that_it_should_bring_nothing_counts_as_sent() {
    for reply in [
        ok("{}"),
        ok(""),
        ok("<html>Welcome</html>"),
        ok(r#"{"id":""}"#),
        ok(r#"{"id":"../12"}"#),
        ok(r#"{"post_id":"12_34"}"#),
        ok(r#"{"id":"12_3"#),
        Reply::Says(302, vec![("location", "http://127.0.0.1:1/".to_owned())], String::new()),
        lost(),
        Reply::Breaks("HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{\"id\":"),
        status(500, r#"{"id":"12_34"}"#),
    ] {
        let house = House::new(vec![reply.clone()]).await;
        let (parts, attempt) = house.attempt(fixture::post(&["It landed."]));
        let error = house.page.send(&parts[0], &attempt).await.unwrap_err();
        assert!(matches!(error, SendError::Unknown { .. }), "{reply:?}: {error:?}");
        house.server.log();
    }
    // An error that is none, beside the id.
    let house = House::new(vec![ok(r#"{"error":null,"permalink_url":"/x","id":"12_34","more":[{}]}"#)]).await;
    let (parts, attempt) = house.attempt(fixture::post(&["It landed."]));
    assert_eq!(house.page.send(&parts[0], &attempt).await.unwrap().id.as_deref(), Some("12_34"));
    // The photo's own id is not the post's.
    let house = House::new(vec![ok(r#"{"id":"77"}"#)]).await;
    let (parts, attempt) = house.attempt(with_pictures(&house, "Look.", &["a.png"]));
    let error = house.page.send(&parts[0], &attempt).await.unwrap_err();
    assert!(matches!(error, SendError::Unknown { .. }), "{error:?}");
}

#[tokio::test]
async fn a_posts_id_is_of_our_page_and_a_success_with_another_says_which() {
    for (id, said) in [
        (r#""999_5""#, "`999_5`"),
        ("5", "`5`"),
        (r#""abc-def""#, "`abc-def`"),
        (r#""12_34_5""#, "`12_34_5`"),
        (r#""12_sesame-token""#, "`12_«secret»`"),
        (r#"{"a":["b"]}"#, r#"`{"a":["b"]}`"#),
    ] {
        let house = House::new(vec![ok(&format!(r#"{{"id":{id}}}"#))]).await;
        let (parts, attempt) = house.attempt(fixture::post(&["It landed."]));
        let error = house.page.send(&parts[0], &attempt).await.unwrap_err();
        let SendError::Unknown { cause } = &error else { panic!("{id}: {error:?}") };
        assert_eq!(cause, &format!("Facebook answered 200 with the id {said}, which is no post of page 12"));
    }
}

#[tokio::test]
async fn a_comment_may_be_called_by_one_number_and_is_found_below_its_post() {
    for (id, number) in [(r#""555""#, "555"), ("555", "555"), (r#""34_555""#, "555"), (r#""AbC-9""#, "AbC-9")]
    {
        let house = House::new(vec![ok(&format!(r#"{{"id":{id}}}"#)), ok("{}")]).await;
        let (parts, mut attempt) = house.attempt(with_comment("It landed.", "More."));
        attempt.part = 1;
        attempt.previous = vec![Receipt { id: Some("12_34".to_owned()), ..Receipt::default() }];
        let receipt = house.page.send(&parts[1], &attempt).await.unwrap();
        assert_eq!(receipt.id.as_deref(), Some(id.trim_matches('"')));
        let url = format!("https://www.facebook.com/12_34?comment_id={number}");
        assert_eq!(receipt.url, Some(url), "{id}");
        house.server.log();
    }
    for odd in ["\"sesame-token\"", "\"../12\"", "\"none\"", "-5", "[]"] {
        let house = House::new(vec![ok(&format!(r#"{{"id":{odd}}}"#))]).await;
        let (parts, mut attempt) = house.attempt(with_comment("It landed.", "More."));
        attempt.part = 1;
        attempt.previous = vec![Receipt { id: Some("12_34".to_owned()), ..Receipt::default() }];
        let error = house.page.send(&parts[1], &attempt).await.unwrap_err();
        assert!(matches!(error, SendError::Unknown { .. }), "{odd}: {error:?}");
        assert!(!error.to_string().contains("sesame"), "{error}");
    }
}

#[tokio::test]
async fn a_photo_may_be_called_by_more_than_a_number() {
    let house = House::new(vec![
        ok(r#"{"id":"Ph-7_a"}"#),
        ok(r#"{"id":8}"#),
        ok(r#"{"id":"12_34","permalink_url":"/x"}"#),
    ])
    .await;
    let (parts, attempt) = house.attempt(with_pictures(&house, "Look.", &["b.png", "a.png"]));
    house.page.send(&parts[0], &attempt).await.unwrap();
    let log = house.server.log();
    assert!(log.contains(r#"attached_media[0] = {"media_fbid":"Ph-7_a"}"#), "{log}");
    assert!(log.contains(r#"attached_media[1] = {"media_fbid":"8"}"#), "{log}");
    for odd in ["sesame-token", "a/b", "null"] {
        let house = House::new(vec![ok(&format!(r#"{{"id":"{odd}"}}"#))]).await;
        let (parts, attempt) = house.attempt(with_pictures(&house, "Look.", &["b.png", "a.png"]));
        let error = house.page.send(&parts[0], &attempt).await.unwrap_err();
        assert!(matches!(error, SendError::NotYet { .. }), "{odd}: {error:?}");
        assert!(error.to_string().contains("which is no name that Facebook gives"), "{error}");
        assert!(!error.to_string().contains("sesame"), "{error}");
    }
}

/// A server that never names an image: for a person to look at, and not tried for ever.
#[tokio::test]
async fn an_upload_without_a_good_name_is_begun_so_often_and_then_held() {
    for reply in [ok("{}"), ok(r#"{"id":"a/b"}"#)] {
        for number in [1, 4, 5, 6] {
            let house = House::new(vec![reply.clone()]).await;
            let (parts, mut attempt) = house.attempt(with_pictures(&house, "Look.", &["b.png", "a.png"]));
            attempt.number = number;
            let error = house.page.send(&parts[0], &attempt).await.unwrap_err();
            let held = matches!(&error, SendError::Mendable { says } if says.contains("`messages/b.png`") && says.contains("5 times"));
            assert_eq!(held, number >= 5, "{number}: {error:?}");
            assert!(held || matches!(error, SendError::NotYet { .. }), "{number}: {error:?}");
        }
    }
}

#[tokio::test]
async fn an_upload_that_nobody_sees_is_done_again() {
    for reply in [lost(), ok("{}"), status(502, "<html>"), error(500, 2, 0, "try later")] {
        let house = House::new(vec![ok(r#"{"id":"77"}"#), reply.clone()]).await;
        let (parts, attempt) = house.attempt(with_pictures(&house, "Look.", &["a.png", "b.png"]));
        let error = house.page.send(&parts[0], &attempt).await.unwrap_err();
        assert!(matches!(error, SendError::NotYet { .. }), "{reply:?}: {error:?}");
    }
    let house = House::new(vec![error(400, 100, 1_366_046, "too large")]).await;
    let (parts, attempt) = house.attempt(with_pictures(&house, "Look.", &["a.png", "b.png"]));
    let refused = house.page.send(&parts[0], &attempt).await.unwrap_err();
    insta::assert_snapshot!(refused, @"the image `messages/a.png`: Facebook said no: too large (code 100, subcode 1366046, trace AbCd)");
    // A lost single photo may well be a post.
    let house = House::new(vec![lost()]).await;
    let (parts, attempt) = house.attempt(with_pictures(&house, "Look.", &["a.png"]));
    let error = house.page.send(&parts[0], &attempt).await.unwrap_err();
    assert!(matches!(error, SendError::Unknown { .. }), "{error:?}");
}

#[tokio::test]
async fn nobody_there_is_not_yet() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("token"), "sesame\n").unwrap();
    let made = channel(
        "[channels.f]\nadapter = \"facebook\"\npage_id = \"12\"\naccess_token = { file = \"token\" }\n\
         base_url = \"http://127.0.0.1:1\"\n",
    );
    let attempt = fixture::attempt(folder.path(), fixture::post(&["a"]));
    let part = made.channel.payload(&attempt.variant, &attempt.identity).value.unwrap().parts.remove(0);
    let error = made.channel.send(&part, &attempt).await.unwrap_err();
    assert!(matches!(error, SendError::NotYet { .. }), "{error:?}");
}

#[tokio::test]
async fn a_page_that_is_another_one_now_gets_nothing() {
    let house = House::new(vec![]).await;
    let (mut parts, attempt) = house.attempt(fixture::post(&["a"]));
    parts[0].body["edge"] = "13/feed".into();
    let error = house.page.send(&parts[0], &attempt).await.unwrap_err();
    insta::assert_snapshot!(error, @"it was planned for the page 13, and `page_id` is now 12: publish with `--again REASON`");
    assert_eq!(house.server.log(), "");
}

#[tokio::test]
async fn what_facebook_repeats_of_a_secret_is_not_repeated_here() {
    let echo = "token sesame-token, key sesame-app, url ?access_token=sesame-token";
    let house = House::with(vec![error(400, 100, 0, echo)], "app_secret = { file = \"app\" }").await;
    let (parts, attempt) = house.attempt(fixture::post(&["a"]));
    let refused = house.page.send(&parts[0], &attempt).await.unwrap_err();
    let all = format!("{refused} {refused:?} {:?} {:?} {:?}", house.page, parts, attempt);
    assert!(!all.contains("sesame"), "{all}");
    // And the proof itself, as the server saw it.
    let log = house.server.log();
    let proof = log.split("appsecret_proof=").nth(1).unwrap().split([' ', '&']).next().unwrap();
    let house =
        House::with(vec![error(400, 100, 0, &format!("p={proof}"))], "app_secret = { file = \"app\" }").await;
    let (_, attempt) = house.attempt(fixture::post(&["a"]));
    let error = house.page.send(&parts[0], &attempt).await.unwrap_err();
    assert!(!error.to_string().contains(proof), "{error}");
    // Nor in what is kept of a success.
    let body =
        r#"{"id":"12_3","permalink_url":"https://f.example/?t=sesame-token","message":"sesame-token"}"#;
    let house = House::new(vec![ok(body)]).await;
    let receipt = house.page.send(&parts[0], &attempt).await.unwrap();
    assert_eq!(shown(&receipt), "12_3 https://www.facebook.com/12_3 - altered: «secret»");
}

#[test]
fn an_empty_post_is_a_problem_and_an_address_is_not_given_twice() {
    use crate::render::Variant;
    let made = channel("[channels.f]\nadapter = \"facebook\"\npage_id = \"12\"\n");
    let problems = |variant: &Variant| {
        let checked = made.channel.payload(variant, &fixture::identity());
        checked.problems.iter().map(|p| format!("{}: {}", p.rule, p.message)).collect::<Vec<_>>().join("; ")
    };
    assert_eq!(
        problems(&fixture::post(&[" \n"])),
        "empty-text: Facebook takes no post without words, a link or an image"
    );
    assert_eq!(problems(&with_card("")), "");
    assert_eq!(problems(&with_comment("a", " ")), "empty-text: the first comment has no words");
    let link = |links: &[&str]| {
        let mut variant = with_card("It landed");
        if let Variant::Post(post) = &mut variant {
            post.parts[0].links = links.iter().map(|link| (*link).to_owned()).collect();
        }
        let parts = made.channel.payload(&variant, &fixture::identity()).value.unwrap().parts;
        parts[0].body["link"].as_str().map(str::to_owned)
    };
    let card = fixture::card().url;
    assert_eq!(link(&[]), Some(card.clone()));
    assert_eq!(
        link(&["https://other.example/", &card]),
        Some(card.clone()),
        "else the other's card is shown"
    );
    assert_eq!(link(&[&card]), None);
}
