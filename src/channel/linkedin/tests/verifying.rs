//! Whose token it is.

use super::server::{Reply, Server, created, json};
use super::{ORGANIZATION, PERSON, house, house_with};
use crate::channel::{SendError, Whose, fixture};
use serde_json::json as value;

/// Verifies, and says how that ended and what was asked.
async fn verified(author: &str, account: &str, reply: Reply) -> (String, Vec<String>) {
    let server = Server::asked_who(move |_, _| reply.clone()).await;
    let account = if account.is_empty() { String::new() } else { format!("account = \"{account}\"\n") };
    let house = house_with(author, &server.url, &account);
    let said = match house.channel.verify(house.folder.path()).await {
        Ok(Whose::Verified) => "good".to_owned(),
        Ok(Whose::Unsaid(why)) => format!("not verified: {why}"),
        Err(SendError::Refused { says } | SendError::Mendable { says }) => format!("refused: {says}"),
        Err(other) => format!("left to sending: {other:?}"),
    };
    (said, server.lines())
}

#[tokio::test]
async fn a_person_is_known_by_the_tokens_own_id() {
    let ada = || json(200, value!({ "sub": "ada_L-1", "name": "Ada Lovelace" }));
    let (said, asked) = verified(PERSON, "", ada()).await;
    assert_eq!((said.as_str(), asked), ("good", vec!["GET /v2/userinfo".to_owned()]));
    assert_eq!(verified(PERSON, "ada lovelace", ada()).await.0, "good");
    assert_eq!(verified(PERSON, PERSON, ada()).await.0, "good");
    insta::assert_snapshot!(verified(PERSON, "Grace Hopper", ada()).await.0, @r#"refused: urn:li:person:ada_L-1 is “Ada Lovelace” at LinkedIn, and `account` is “Grace Hopper”: mend `author`, or set `account = "Ada Lovelace"`"#);
    let grace = json(200, value!({ "sub": "grace", "name": "Grace Hopper" }));
    insta::assert_snapshot!(verified(PERSON, "", grace).await.0, @r#"refused: the access token is that of urn:li:person:grace (“Grace Hopper”), and `author` is urn:li:person:ada_L-1: sign in as the author, or set `author = "urn:li:person:grace"`"#);
}

#[tokio::test]
async fn a_persons_id_may_stand_in_a_whole_urn() {
    let told = |sub: serde_json::Value, name: &str| json(200, value!({ "sub": sub, "name": name }));
    for sub in ["urn:li:person:ada_L-1", "urn%3Ali%3Aperson%3Aada_L-1", "ada_L-1"] {
        assert_eq!(verified(PERSON, "", told(value!(sub), "Ada")).await.0, "good", "{sub}");
    }
    // Another kind of name may be hers or not.
    for sub in [value!("urn:li:member:7"), value!({}), value!(""), value!(null)] {
        let (said, _) = verified(PERSON, "", told(sub.clone(), "Ada")).await;
        assert!(said.starts_with("not verified: "), "{sub}: {said}");
    }
    insta::assert_snapshot!(verified(PERSON, "", told(value!("urn:li:person:grace"), " ")).await.0, @r#"refused: the access token is that of urn:li:person:grace, and `author` is urn:li:person:ada_L-1: sign in as the author, or set `author = "urn:li:person:grace"`"#);
    insta::assert_snapshot!(verified(PERSON, "", told(value!("a/b"), "Eve")).await.0, @"refused: the access token is that of urn:li:person:a/b (“Eve”), and `author` is urn:li:person:ada_L-1: sign in as the author");
}

#[tokio::test]
async fn an_organisation_of_another_number_is_another() {
    let named = |id: serde_json::Value| json(200, value!({ "id": id, "localizedName": "Acme" }));
    for id in [
        value!(42),
        value!("42"),
        value!("urn:li:organization:42"),
        value!(null),
        value!("urn:li:company:5"),
        value!(42.0),
    ] {
        assert_eq!(verified(ORGANIZATION, "Acme", named(id.clone())).await.0, "good", "{id}");
    }
    for id in [value!(5), value!("5"), value!("urn:li:organization:5")] {
        let (said, _) = verified(ORGANIZATION, "Acme", named(id)).await;
        assert_eq!(
            said,
            "refused: `author` is urn:li:organization:42, and LinkedIn answers with the organisation 5 (“Acme”): write \
             its number in `author`, if that one is meant"
        );
    }
    let urn = json(200, value!({ "$URN": "urn:li:organization:5" }));
    assert!(verified(ORGANIZATION, "", urn).await.0.starts_with("refused: "));
}

#[tokio::test]
async fn an_organisation_is_known_by_its_name() {
    let acme = || json(200, value!({ "localizedName": "Acme Rockets", "vanityName": "acme-rockets-inc" }));
    let (said, asked) = verified(ORGANIZATION, "Acme Rockets", acme()).await;
    assert_eq!((said.as_str(), asked), ("good", vec!["GET /rest/organizations/42".to_owned()]));
    assert_eq!(verified(ORGANIZATION, "@acme-rockets-inc", acme()).await.0, "good");
    assert_eq!(verified(ORGANIZATION, "", acme()).await.0, "good");
    insta::assert_snapshot!(verified(ORGANIZATION, "Apex Rockets", acme()).await.0, @r#"refused: urn:li:organization:42 is “Acme Rockets” at LinkedIn, and `account` is “Apex Rockets”: mend `author`, or set `account = "Acme Rockets"`"#);
    let named = json(200, value!({ "id": 42 }));
    assert!(verified(ORGANIZATION, "Acme", named).await.0.starts_with("not verified: "));
}

#[tokio::test]
async fn what_is_about_the_question_alone_stops_nothing_and_is_said() {
    let no = |status: u16, code: &str| {
        json(status, value!({ "status": status, "code": code, "serviceErrorCode": 100, "message": "No." }))
    };
    insta::assert_snapshot!(verified(PERSON, "Ada", no(403, "ACCESS_DENIED")).await.0, @"not verified: LinkedIn does not say whose token it is (403: No.); to be told takes the scopes `openid` and `profile`");
    insta::assert_snapshot!(verified(ORGANIZATION, "Acme", no(404, "NOT_FOUND")).await.0, @"not verified: LinkedIn does not say who the organisation is (404: No.); to be told takes `rw_organization_admin`, and the number of an organisation that there is");
    // Something in LinkedIn's place may not know the question.
    for author in [PERSON, ORGANIZATION] {
        for status in [400, 403, 404, 405, 410, 422, 501] {
            for reply in [
                no(status, "ILLEGAL_ARGUMENT"),
                json(status, value!({})),
                Reply::Answer(status, Vec::new(), "<html>".to_owned()),
            ] {
                let (said, _) = verified(author, "Ada", reply).await;
                assert!(said.starts_with("not verified: "), "{status}: {said}");
            }
        }
        assert!(verified(author, "Ada", json(200, value!({}))).await.0.starts_with("not verified: "));
        // A page, a word or a redirect would be the same tomorrow.
        for reply in [
            json(200, value!([])),
            json(200, value!(null)),
            Reply::Answer(200, Vec::new(), "<html>Sign in</html>".to_owned()),
            Reply::Answer(200, Vec::new(), String::new()),
            json(302, value!({})),
        ] {
            let (said, _) = verified(author, "Ada", reply).await;
            assert!(
                said.contains("not verified: LinkedIn does not say whose token it is: no answer"),
                "{said}"
            );
        }
        for reply in [json(500, value!({})), Reply::Cut, json(429, value!({}))] {
            let (said, _) = verified(author, "", reply).await;
            let is_left = |way| said.starts_with(&format!("left to sending: {way}"));
            assert!(is_left("NotYet") || is_left("TooMany"), "{said}");
        }
    }
}

#[tokio::test]
async fn a_limit_on_the_question_is_obeyed_before_the_post() {
    let server = Server::asked_who(|request, _| match request.line.as_str() {
        "GET /v2/userinfo" => json(429, value!({ "status": 429, "message": "Resource level throttle" })),
        _ => created("urn:li:share:7"),
    })
    .await;
    let house = house(PERSON, &server.url);
    assert!(house.channel.verify(house.folder.path()).await.is_err());
    let variant = fixture::post(&["It landed."]);
    let sent = house.channel.send(&house.parts(&variant)[0], &house.attempt(&variant, 1)).await;
    let Err(SendError::TooMany { wait: Some(wait), .. }) = sent else { panic!("{sent:?}") };
    assert!((800..=900).contains(&wait.as_secs()), "{wait:?}");
    assert_eq!(server.lines(), ["GET /v2/userinfo"]);
}

#[tokio::test]
async fn a_token_that_is_no_good_stops_the_run() {
    for (number, says) in
        [(65600, "does not know"), (65601, "revoked"), (65602, "60 days"), (1, "does not take")]
    {
        let body = value!({ "status": 401, "serviceErrorCode": number, "message": "no" });
        for author in [PERSON, ORGANIZATION] {
            let (said, _) = verified(author, "", json(401, body.clone())).await;
            assert!(said.starts_with("refused: ") && said.contains(says), "{said}");
            assert!(said.contains("sign in at LinkedIn again"), "{said}");
        }
    }
    let gone = json(426, value!({ "status": 426, "code": "NONEXISTENT_VERSION", "message": "not active" }));
    assert!(verified(ORGANIZATION, "", gone).await.0.contains("set `version = "));
}

#[test]
fn a_version_is_a_year_and_a_month() {
    for (version, good) in
        [("202606", true), ("202613", false), ("2026-06", false), ("", false), ("latest", false)]
    {
        assert_eq!(super::super::is_version(version), good, "{version}");
    }
}

#[tokio::test]
async fn who_did_not_answer_before_the_run_is_asked_before_the_first_byte() {
    let ada = json(200, value!({ "sub": "ada_L-1", "name": "Ada Lovelace" }));
    let grace = json(200, value!({ "sub": "grace", "name": "Grace Hopper" }));
    for (reply, ends) in [
        (ada, "sent"),
        (json(403, value!({})), "sent"),
        (json(404, value!({})), "sent"),
        // Nothing was posted: it goes once that is mended.
        (grace, "not yet"),
        (json(401, value!({ "serviceErrorCode": 65601 })), "not yet"),
        (json(500, value!({})), "not yet"),
        (json(429, value!({})), "not yet"),
        (Reply::Cut, "not yet"),
    ] {
        let told = format!("{reply:?}");
        let server = Server::asked_who(move |request, _| match request.line.as_str() {
            "GET /v2/userinfo" => reply.clone(),
            _ => created("urn:li:share:7"),
        })
        .await;
        let house = house(PERSON, &server.url);
        let variant = fixture::post(&["It landed."]);
        let (part, attempt) = (house.parts(&variant).remove(0), house.attempt(&variant, 1));
        let ended = match house.channel.send(&part, &attempt).await {
            Ok(_) => "sent",
            Err(SendError::Refused { .. } | SendError::Mendable { .. }) => "refused",
            Err(SendError::NotYet { .. } | SendError::TooMany { .. }) => "not yet",
            Err(SendError::Partly { .. }) => "partly",
            Err(SendError::Unknown { .. }) => "unknown",
        };
        assert_eq!(ended, ends, "{told}");
        if ends == "sent" {
            house.channel.send(&part, &attempt).await.unwrap();
            house.channel.verify(house.folder.path()).await.unwrap();
            assert_eq!(server.lines(), ["GET /v2/userinfo", "POST /rest/posts", "POST /rest/posts"]);
        } else {
            assert_eq!(server.lines(), ["GET /v2/userinfo"], "{told}");
        }
    }
}

#[tokio::test]
async fn a_good_answer_is_not_asked_for_again_and_a_bad_one_is() {
    let asked = std::sync::atomic::AtomicUsize::new(0);
    let server =
        Server::asked_who(move |_, _| match asked.fetch_add(1, std::sync::atomic::Ordering::SeqCst) {
            0 => json(503, value!({})),
            _ => json(200, value!({ "sub": "ada_L-1" })),
        })
        .await;
    let house = house(PERSON, &server.url);
    assert!(house.channel.verify(house.folder.path()).await.is_err());
    for _ in 0..2 {
        house.channel.verify(house.folder.path()).await.unwrap();
    }
    assert_eq!(server.lines().len(), 2);
}
