//! The token, looked at before the first byte.

use super::House;
use super::server::{error, lost, ok, status};
use crate::channel::SendError;

const PAGE: &str = r#"{"id":"12","name":"Acme Rockets","username":"acmerockets"}"#;
const ME: &str = r#"{"id":"12","name":"Acme Rockets"}"#;

async fn verify(replies: Vec<super::server::Reply>, account: &str) -> Result<(), SendError> {
    let house = House::with(replies, account).await;
    let verified = house.page.verify(house.folder.path()).await;
    house.server.log();
    verified
}

#[tokio::test]
async fn the_right_page_by_any_of_its_names_is_good() {
    for account in ["", "account = \"ACME rockets \"", "account = \"@AcmeRockets\"", "account = \"12\""] {
        verify(vec![ok(PAGE), ok(ME)], account).await.unwrap();
    }
    let house = House::new(vec![ok(PAGE), ok(ME)]).await;
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
    "#);
}

#[tokio::test]
async fn any_other_trouble_is_left_to_sending() {
    for reply in [lost(), status(503, ""), error(403, 4, 0, "too many calls"), ok("<html>")] {
        let verified = verify(vec![reply], "").await;
        assert!(matches!(verified, Err(SendError::NotYet { .. })), "{verified:?}");
    }
    // Not to be told who one is proves nothing.
    verify(vec![ok(PAGE), error(403, 10, 0, "no")], "").await.unwrap();
    verify(vec![ok(PAGE), ok("{}")], "").await.unwrap();
}
