//! The first comment below a post.

use super::sending::landed;
use super::server::{Reply, Server, created, json};
use super::{ORGANIZATION, TOKEN, house};
use crate::channel::SendError;
use crate::plan::Receipt;
use crate::render::Variant;
use serde_json::json as value;

#[tokio::test]
async fn the_first_comment_stands_below_the_post_as_plain_text() {
    let mut variant = landed();
    if let Variant::Post(post) = &mut variant {
        post.first_comment = Some("More (really): https://acme.example/a_b #Rocket".to_owned());
    }
    let long = "urn:li:comment:(urn:li:activity:9,8)";
    for (reply, id) in [
        (created("8"), Some("urn:li:comment:(urn:li:share:7,8)")),
        (created(long), Some(long)),
        (json(201, value!({ "id": "8", "object": "urn:li:activity:9" })), Some(long)),
        (json(201, value!({ "commentUrn": long, "message": { "text": "More" } })), Some(long)),
        (json(201, value!({ "id": 8, "object": "urn:li:activity:9" })), Some(long)),
        (created("urn%3Ali%3Acomment%3A(urn%3Ali%3Aactivity%3A9,8)"), Some(long)),
        (json(201, value!({})), None),
        (created(TOKEN), None),
        (created("None"), None),
        (created("null"), None),
        (json(201, value!({ "id": "null" })), None),
        (json(201, value!({ "id": "../../v2/me" })), None),
    ] {
        let answered = format!("{reply:?}");
        let server = Server::start(move |_, _| reply.clone()).await;
        let house = house(ORGANIZATION, &server.url);
        let mut attempt = house.attempt(&variant, 1);
        attempt.part = 1;
        attempt.previous = vec![Receipt { id: Some("urn:li:share:7".to_owned()), ..Receipt::default() }];
        let outcome = house.channel.send(&house.parts(&variant)[1], &attempt).await;
        assert_eq!(server.lines(), ["POST /rest/socialActions/urn%3Ali%3Ashare%3A7/comments"]);
        let body = server.seen()[0].json();
        assert_eq!(body["object"], "urn:li:share:7");
        assert_eq!(body["message"]["text"], "More (really): https://acme.example/a_b #Rocket");
        match outcome {
            Ok(receipt) => {
                assert_eq!(receipt.id.as_deref(), id, "{answered}");
                assert!(receipt.url.unwrap().contains("urn:li:share:7/?commentUrn=urn%3Ali%3Acomment"));
                assert_eq!(receipt.altered.is_some(), answered.contains("More"), "{answered}");
            }
            Err(error) => {
                assert!(id.is_none() && matches!(error, SendError::Unknown { .. }), "{error:?}");
                let told = answered.contains("null") || answered.contains("None") || answered.contains("..");
                let shown = error.to_string().contains("and calls the comment `");
                assert!(shown || !told, "{answered}: {error}");
                assert!(!error.to_string().contains(TOKEN), "{error}");
            }
        }
    }
}

#[tokio::test]
async fn a_comment_that_is_not_allowed_takes_a_permission_of_its_own() {
    let mut variant = landed();
    if let Variant::Post(post) = &mut variant {
        post.first_comment = Some("More.".to_owned());
    }
    let server = Server::start(|_, _| json(403, value!({ "code": "ACCESS_DENIED", "message": "No" }))).await;
    let house = house(ORGANIZATION, &server.url);
    let mut attempt = house.attempt(&variant, 1);
    for (part, scope) in [(0, "`w_organization_social`,"), (1, "`w_organization_social_feed`,")] {
        attempt.part = part;
        attempt.previous = (0..part)
            .map(|_| Receipt { id: Some("urn:li:share:7".to_owned()), ..Receipt::default() })
            .collect();
        let outcome = house.channel.send(&house.parts(&variant)[part as usize], &attempt).await;
        // Once somebody has mended it, it goes.
        let Err(SendError::Mendable { says }) = outcome else { panic!("{outcome:?}") };
        assert!(says.contains(scope), "{says}");
    }
    // That nobody mends, nor what somebody on the way says.
    let server = Server::start(|_, _| json(403, value!({ "message": "Comments are closed" }))).await;
    let house = self::house(ORGANIZATION, &server.url);
    let outcome = house.channel.send(&house.parts(&variant)[1], &attempt).await;
    assert!(matches!(outcome, Err(SendError::Refused { .. })), "{outcome:?}");
    let page = "<html><body>Blocked by policy</body></html>";
    let server = Server::start(move |_, _| Reply::Answer(403, Vec::new(), page.to_owned())).await;
    let house = self::house(ORGANIZATION, &server.url);
    for part in 0..2 {
        attempt.part = part;
        let outcome = house.channel.send(&house.parts(&variant)[part as usize], &attempt).await;
        let Err(SendError::Refused { says }) = outcome else { panic!("{outcome:?}") };
        assert!(says.contains("`base_url`") && says.contains("proxy") && !says.contains("w_org"), "{says}");
    }
}

#[tokio::test]
async fn a_comment_needs_a_post_and_takes_one_that_a_person_told() {
    let mut variant = landed();
    if let Variant::Post(post) = &mut variant {
        post.first_comment = Some("More".to_owned());
    }
    let server = Server::start(|_, _| created("8")).await;
    let house = house(ORGANIZATION, &server.url);
    let part = house.parts(&variant).remove(1);
    let mut attempt = house.attempt(&variant, 1);
    let error = house.channel.send(&part, &attempt).await.unwrap_err();
    assert!(matches!(error, SendError::Refused { .. }) && server.lines().is_empty());
    for address in ["feed/update/urn:li:activity:9/", "posts/acme_it-landed-activity-9-Ab_c?utm=a"] {
        let url = Some(format!("https://www.linkedin.com/{address}"));
        attempt.previous = vec![Receipt { url, ..Receipt::default() }];
        house.channel.send(&part, &attempt).await.unwrap();
    }
    assert_eq!(server.lines(), ["POST /rest/socialActions/urn%3Ali%3Aactivity%3A9/comments"; 2]);
}
