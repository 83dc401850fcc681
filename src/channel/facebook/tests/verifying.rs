//! The token, looked at before the first byte.

use super::House;
use super::server::{Reply, error, lost, ok, status};
use super::with_pictures;
use crate::channel::{SendError, Whose, fixture};

const PAGE: &str = r#"{"id":"12","name":"Acme Rockets","username":"acmerockets"}"#;
const ME: &str = r#"{"id":"12","name":"Acme Rockets"}"#;

async fn verify(replies: Vec<Reply>, account: &str) -> Result<Whose, SendError> {
    let house = House::unasked(replies, account).await;
    let verified = house.page.verify(house.folder.path()).await;
    house.server.log();
    verified
}

#[tokio::test]
async fn the_right_page_by_any_of_its_names_is_good() {
    for account in ["", "account = \"ACME rockets \"", "account = \"@AcmeRockets\"", "account = \"12\""] {
        assert_eq!(verify(vec![ok(PAGE), ok(ME)], account).await.unwrap(), Whose::Verified);
        // That the token is the page's own is the proof.
        for page in [error(403, 10, 0, "no"), error(400, 2500, 0, "Unknown path"), ok("{}")] {
            assert_eq!(verify(vec![page, ok(ME)], account).await.unwrap(), Whose::Verified);
        }
    }
    let house = House::unasked(vec![ok(PAGE), ok(ME)], "").await;
    house.page.verify(house.folder.path()).await.unwrap();
    insta::assert_snapshot!(house.server.log(), @r#"
    GET /v26.0/12?fields=id%2Cname%2Cusername [Bearer sesame-token]
    GET /v26.0/me?fields=id%2Cname [Bearer sesame-token]
    "#);
}

#[tokio::test]
async fn what_is_wrong_is_said_with_what_to_do() {
    let account = "account = \"Acme Rockets\"";
    let mut all = Vec::new();
    for (replies, account) in [
        (vec![error(400, 190, 463, "Session has expired on Friday.")], account),
        (vec![error(400, 100, 0, "API calls require an appsecret_proof argument")], account),
        (vec![ok(PAGE)], "account = \"Acme Boats\""),
        (vec![ok(r#"{"id":"12","name":"Acme Boats"}"#)], account),
        (vec![ok(r#"{"id":"120","name":"Acme Rockets"}"#)], account),
        (vec![ok(PAGE), ok(r#"{"id":"990","name":"Ada Lovelace"}"#)], account),
        (vec![ok(PAGE), ok(r#"{"id":990,"name":"Ada Lovelace"}"#)], account),
        (vec![ok(PAGE), error(400, 210, 0, "(#210) A page access token is required")], account),
    ] {
        match verify(replies, account).await {
            Err(SendError::Refused { says }) => all.push(says),
            other => panic!("{other:?}"),
        }
    }
    insta::assert_snapshot!(all.join("\n"), @r#"
    the token has expired: make a new page token; one that comes from a 60-day user token does not expire. Facebook says: Session has expired on Friday. (code 190, subcode 463, trace AbCd)
    the app wants its calls proven: give the table its `app_secret` (App settings, Basic), the one of the app that the token is for. Facebook says: API calls require an appsecret_proof argument (code 100, trace AbCd)
    `account` says `Acme Boats`, and page 12 is `Acme Rockets` (`acmerockets`): correct one of `account`, `page_id` and `access_token`
    `account` says `Acme Rockets`, and page 12 is `Acme Boats`: correct one of `account`, `page_id` and `access_token`
    `page_id` says 12, and Facebook knows that page as 120: write `page_id = "120"` if `Acme Rockets` is meant
    `access_token` is not the token of the page `Acme Rockets` but of `Ada Lovelace` (990), a person or another page: ask `GET /me/accounts` with it, and take the page's own `access_token` from there
    `access_token` is not the token of the page `Acme Rockets` but of `Ada Lovelace` (990), a person or another page: ask `GET /me/accounts` with it, and take the page's own `access_token` from there
    this needs the page's own token, and the token is another's: take the page's from `GET /me/accounts`. Facebook says: (#210) A page access token is required (code 210, trace AbCd)
    "#);
}

#[tokio::test]
async fn any_other_trouble_is_left_to_sending() {
    for reply in [lost(), status(503, ""), error(403, 4, 0, "too many calls")] {
        let verified = verify(vec![reply], "").await;
        assert!(
            matches!(verified, Err(SendError::NotYet { .. } | SendError::TooMany { .. })),
            "{verified:?}"
        );
    }
}

#[tokio::test]
async fn who_does_not_say_whose_token_it_is_has_not_said_that_all_is_well() {
    for reply in [
        lost(),
        Reply::Breaks("HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{\"id\":"),
        Reply::Breaks("HTTP/1.1 404 X\r\ncontent-length: 99\r\n\r\n{\"error\":"),
        status(500, ""),
        error(503, 10, 0, "no"),
        error(400, 17, 0, "too many calls"),
        status(429, r#"{"error":"Too Many Requests"}"#),
        status(404, r#"{"error":{"#),
    ] {
        for before in [vec![], vec![ok(PAGE)]] {
            let verified = verify([before, vec![reply.clone()]].concat(), "").await;
            assert!(
                matches!(verified, Err(SendError::NotYet { .. } | SendError::TooMany { .. })),
                "{reply:?}: {verified:?}"
            );
        }
    }
}

/// Not to be told who one is proves nothing; nor does a server in Facebook's
/// place that does not know the question.
#[tokio::test]
async fn what_is_about_the_question_alone_is_not_verified_and_stops_nothing() {
    let mut all = vec![error(403, 10, 0, "no"), error(403, 200, 0, "no"), error(400, 100, 33, "no")];
    all.extend([
        error(400, 2500, 0, "Unknown path components"),
        error(400, 100, 0, "no"),
        error(400, 803, 0, "no"),
    ]);
    all.extend([error(200, 100, 0, "no"), ok("{}"), ok(r#"{"name":""}"#)]);
    for code in [400, 403, 404, 405, 501] {
        for body in ["", "<html>Not here</html>", r#"{"error":"Not Found"}"#] {
            all.push(status(code, body));
        }
    }
    for reply in all {
        for replies in [vec![ok(PAGE), reply.clone()], vec![reply.clone(), reply.clone()]] {
            let whose = verify(replies, "account = \"Acme Rockets\"").await;
            let Ok(Whose::Unsaid(why)) = whose else { panic!("{reply:?}: {whose:?}") };
            assert!(why.starts_with("Facebook does not say whose token it is: "), "{why}");
        }
    }
    // A page, a word or a redirect would be the same tomorrow.
    let mut all = ["", "<html>Sign in</html>", "[]", "null", "\"busy\"", r#"{"id":"#].map(ok).to_vec();
    all.extend([status(302, ""), status(307, "<html>")]);
    for reply in all {
        for replies in [vec![ok(PAGE), reply.clone()], vec![reply.clone(), reply.clone()]] {
            let whose = verify(replies, "account = \"Acme Rockets\"").await;
            let Ok(Whose::Foreign(why)) = whose else { panic!("{reply:?}: {whose:?}") };
            assert!(why.contains("`base_url`") && why.contains("Facebook"), "{why}");
        }
    }
    let Ok(Whose::Unsaid(why)) = verify(vec![error(400, 100, 33, "no"), ok("{}")], "").await else {
        panic!()
    };
    insta::assert_snapshot!(why, @"Facebook does not say whose token it is: there is no page of this `page_id` that the token can see: compare the number with the page's, and look whose token it is. Facebook says: no (code 100, subcode 33, trace AbCd)");
}

#[tokio::test]
async fn what_was_not_answered_before_the_run_is_asked_before_the_first_post() {
    let other = r#"{"id":"12","name":"Acme Boats"}"#;
    // Even what is refused is no end: nothing was posted, and somebody may mend it.
    for replies in [
        vec![lost()],
        vec![status(503, "")],
        vec![status(429, r#"{"error":"Too Many Requests"}"#)],
        vec![ok(PAGE), status(500, "")],
        vec![ok(other)],
        vec![ok(PAGE), ok(r#"{"id":"990","name":"Ada Lovelace"}"#)],
        vec![error(400, 190, 463, "expired")],
    ] {
        let replies = [vec![status(503, "")], replies].concat();
        let house = House::unasked(replies.clone(), "account = \"Acme Rockets\"").await;
        house.page.verify(house.folder.path()).await.unwrap_err();
        for variant in [fixture::post(&["a"]), with_pictures(&house, "a", &["a.png"])] {
            let (parts, attempt) = house.attempt(variant);
            let sent = house.page.send(&parts[0], &attempt).await;
            assert!(
                matches!(sent, Err(SendError::NotYet { .. } | SendError::TooMany { .. })),
                "{replies:?}: {sent:?}"
            );
            assert!(!house.server.log().contains("POST"), "{replies:?}");
        }
    }
}

#[tokio::test]
async fn what_was_found_good_is_not_asked_again() {
    let post = |id: &str| ok(&format!(r#"{{"id":"{id}","permalink_url":"/x"}}"#));
    for (good, before) in
        [(vec![ok(PAGE), ok(ME)], false), (vec![status(404, ""); 2], false), (vec![ok(PAGE), ok(ME)], true)]
    {
        let house = House::unasked([good, vec![post("12_3"), post("12_4")]].concat(), "").await;
        if before {
            house.page.verify(house.folder.path()).await.unwrap();
        }
        let (parts, attempt) = house.attempt(fixture::post(&["a"]));
        house.page.send(&parts[0], &attempt).await.unwrap();
        house.page.send(&parts[0], &attempt).await.unwrap();
        house.server.log();
    }
}

#[tokio::test]
async fn a_limit_on_the_question_is_obeyed_before_the_post() {
    let house = House::unasked(vec![error(400, 32, 0, "too many calls")], "").await;
    assert!(house.page.verify(house.folder.path()).await.is_err());
    let (parts, attempt) = house.attempt(fixture::post(&["a"]));
    for _ in 0..2 {
        let sent = house.page.send(&parts[0], &attempt).await;
        let Err(SendError::TooMany { wait: Some(wait), .. }) = sent else { panic!("{sent:?}") };
        assert!((800..=900).contains(&wait.as_secs()), "{wait:?}");
    }
    assert_eq!(house.server.log().lines().count(), 1);
}
