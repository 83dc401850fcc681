//! The token, looked at before the first byte.

use super::House;
use super::server::{Reply, error, lost, ok, status};
use super::with_pictures;
use crate::channel::{SendError, fixture};

const PAGE: &str = r#"{"id":"12","name":"Acme Rockets","username":"acmerockets"}"#;
const ME: &str = r#"{"id":"12","name":"Acme Rockets"}"#;

async fn verify(replies: Vec<Reply>, account: &str) -> Result<(), SendError> {
    let house = House::unasked(replies, account).await;
    let verified = house.page.verify(house.folder.path()).await;
    house.server.log();
    verified
}

#[tokio::test]
async fn the_right_page_by_any_of_its_names_is_good() {
    for account in ["", "account = \"ACME rockets \"", "account = \"@AcmeRockets\"", "account = \"12\""] {
        verify(vec![ok(PAGE), ok(ME)], account).await.unwrap();
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
        (vec![error(400, 100, 33, "Unsupported get request.")], account),
        (
            vec![error(403, 10, 0, "(#10) This endpoint requires the 'pages_read_engagement' permission")],
            account,
        ),
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
    there is no page of this `page_id` that the token can see: compare the number with the page's, and look whose token it is. Facebook says: Unsupported get request. (code 100, subcode 33, trace AbCd)
    the token may not do this: it needs `pages_read_engagement`, and its person a role on the page that may. Give the app what is missing, and make a new token. Facebook says: (#10) This endpoint requires the 'pages_read_engagement' permission (code 10, trace AbCd)
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
    for reply in [lost(), status(503, ""), error(403, 4, 0, "too many calls"), ok("<html>")] {
        let verified = verify(vec![reply], "").await;
        assert!(matches!(verified, Err(SendError::NotYet { .. })), "{verified:?}");
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
        ok("<html>"),
        status(404, r#"{"error":{"#),
    ] {
        for before in [vec![], vec![ok(PAGE)]] {
            let verified = verify([before, vec![reply.clone()]].concat(), "").await;
            assert!(matches!(verified, Err(SendError::NotYet { .. })), "{reply:?}: {verified:?}");
        }
    }
    // Not to be told who one is proves nothing.
    for me in [error(403, 10, 0, "no"), error(403, 200, 0, "no"), error(400, 100, 33, "no"), ok("{}")] {
        verify(vec![ok(PAGE), me], "").await.unwrap();
    }
    // Somebody in Facebook's place who does not speak of pages.
    for code in [404, 405, 501] {
        for body in ["", "<html>Not here</html>", r#"{"error":"Not Found"}"#] {
            verify(vec![status(code, body)], "account = \"Acme\"").await.unwrap();
            verify(vec![ok(PAGE), status(code, body)], "").await.unwrap();
        }
    }
}

#[tokio::test]
async fn what_was_not_answered_before_the_run_is_asked_before_the_first_post() {
    let other = r#"{"id":"12","name":"Acme Boats"}"#;
    for (replies, is_refused) in [
        (vec![lost()], false),
        (vec![status(503, "")], false),
        (vec![status(429, r#"{"error":"Too Many Requests"}"#)], false),
        (vec![ok(PAGE), status(500, "")], false),
        (vec![ok(other)], true),
        (vec![ok(PAGE), ok(r#"{"id":"990","name":"Ada Lovelace"}"#)], true),
    ] {
        let replies = [vec![status(503, "")], replies].concat();
        let house = House::unasked(replies.clone(), "account = \"Acme Rockets\"").await;
        house.page.verify(house.folder.path()).await.unwrap_err();
        for variant in [fixture::post(&["a"]), with_pictures(&house, "a", &["a.png"])] {
            let (parts, attempt) = house.attempt(variant);
            let sent = house.page.send(&parts[0], &attempt).await;
            assert_eq!(matches!(sent, Err(SendError::Refused { .. })), is_refused, "{replies:?}: {sent:?}");
            assert_eq!(matches!(sent, Err(SendError::NotYet { .. })), !is_refused, "{replies:?}: {sent:?}");
            assert!(!house.server.log().contains("POST"), "{replies:?}");
            if is_refused {
                break;
            }
        }
    }
}

#[tokio::test]
async fn what_was_found_good_is_not_asked_again() {
    let post = |id: &str| ok(&format!(r#"{{"id":"{id}","permalink_url":"/x"}}"#));
    for (good, before) in
        [(vec![ok(PAGE), ok(ME)], false), (vec![status(404, "")], false), (vec![ok(PAGE), ok(ME)], true)]
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
