//! LinkedIn.

use super::{CANARY, bare, png, start, told};
use crate::rehearsal::{Kind, Running};
use reqwest::RequestBuilder;
use serde_json::{Value, json};

const ACME: &str = "urn:li:organization:2414183";
const ADA: &str = "urn:li:person:aBcD-1234_x";

fn ask(linkedin: &Running, method: &str, path: &str) -> RequestBuilder {
    super::ask(linkedin, method, path)
        .header("linkedin-version", "202606")
        .header("x-restli-protocol-version", "2.0.0")
}

fn body(author: &str, commentary: &str) -> Value {
    json!({
        "author": author,
        "commentary": commentary,
        "visibility": "PUBLIC",
        "distribution": { "feedDistribution": "MAIN_FEED", "targetEntities": [], "thirdPartyDistributionChannels": [] },
        "lifecycleState": "PUBLISHED",
        "isReshareDisabledByAuthor": false,
    })
}

async fn posted(linkedin: &Running, body: &Value) -> String {
    let answer = ask(linkedin, "POST", "/rest/posts").json(body).send().await.unwrap();
    let status = answer.status();
    let id = answer.headers().get("x-restli-id").map(|id| id.to_str().unwrap().to_owned());
    let text = answer.text().await.unwrap();
    assert!(status == 201 && text.is_empty(), "{status} {text}");
    id.unwrap()
}

async fn refused(linkedin: &Running, body: &Value) -> (u16, String) {
    let (status, answer) = told(ask(linkedin, "POST", "/rest/posts").json(body)).await;
    (status, answer.to_string())
}

async fn image(linkedin: &Running, owner: &str, bytes: Option<Vec<u8>>) -> String {
    let wish = json!({ "initializeUploadRequest": { "owner": owner } });
    let (status, answer) =
        told(ask(linkedin, "POST", "/rest/images?action=initializeUpload").json(&wish)).await;
    assert_eq!(status, 200, "{answer}");
    let address = answer["value"]["uploadUrl"].as_str().unwrap();
    let path = address.strip_prefix(linkedin.base_url()).unwrap();
    if let Some(bytes) = bytes {
        assert_eq!(told(bare(linkedin, "PUT", path).body(bytes.clone())).await.0, 401);
        assert_eq!(told(super::ask(linkedin, "PUT", path).body(bytes.clone())).await.0, 201);
        assert_eq!(told(super::ask(linkedin, "PUT", path).body(bytes)).await.0, 409);
    }
    answer["value"]["image"].as_str().unwrap().to_owned()
}

fn encoded(urn: &str) -> String {
    urn.replace(':', "%3A")
}

#[tokio::test]
async fn a_post_with_card_and_comment_stands_as_readers_see_it() {
    let linkedin = start(Kind::named("linkedin").unwrap(), |s| s).await;
    let thumbnail = image(&linkedin, ACME, Some(png(3))).await;
    let mut post = body(ACME, r"It landed \(again\) #rocketry");
    post["content"] = json!({ "article": {
        "source": "https://acme.example/", "title": "Rocket", "description": "It flies", "thumbnail": thumbnail } });
    let id = posted(&linkedin, &post).await;
    assert!(id.starts_with("urn:li:share:"), "{id}");
    let comments = format!("/rest/socialActions/{}/comments", encoded(&id));
    let comment =
        json!({ "actor": ACME, "object": id, "message": { "text": "More (here) https://acme.example/" } });
    let (status, answer) = told(ask(&linkedin, "POST", &comments).json(&comment)).await;
    assert!(
        status == 201 && answer["commentUrn"].as_str().unwrap().starts_with("urn:li:comment:("),
        "{answer}"
    );
    let live = &linkedin.timeline()[0];
    assert_eq!(live.text, "It landed (again) #rocketry");
    assert_eq!(live.url, format!("https://www.linkedin.com/feed/update/{id}/"));
    let card = live.link.as_ref().unwrap();
    assert_eq!((card.title.as_deref(), card.description.as_deref()), (Some("Rocket"), Some("It flies")));
    assert!(card.thumbnail.is_some());
    assert_eq!(live.comments[0].text, "More (here) https://acme.example/");
    assert_eq!(told(ask(&linkedin, "GET", &comments)).await.1["elements"][0]["id"], answer["id"]);

    let find = format!("/rest/posts?author={}&q=author&count=10&sortBy=LAST_MODIFIED", encoded(ACME));
    let (status, found) = told(ask(&linkedin, "GET", &find).header("x-restli-method", "FINDER")).await;
    assert_eq!((status, &found["elements"][0]["id"]), (200, &json!(id)));
    assert_eq!(found["elements"][0]["commentary"], r"It landed \(again\) #rocketry");
    let one = format!("/rest/posts/{}", encoded(&id));
    assert_eq!(told(ask(&linkedin, "GET", &one)).await.1["author"], ACME);
    let delete = || told(ask(&linkedin, "DELETE", &one).header("x-restli-method", "DELETE"));
    assert_eq!(delete().await.0, 204);
    assert_eq!(delete().await.0, 204);
    assert_eq!(told(ask(&linkedin, "GET", &one)).await.0, 404);
    assert!(linkedin.timeline().is_empty());
}

#[tokio::test]
async fn what_is_not_escaped_ends_the_post_without_a_word() {
    let linkedin = start(Kind::named("linkedin").unwrap(), |s| s).await;
    posted(&linkedin, &body(ACME, "It landed (again)")).await;
    assert_eq!(linkedin.timeline()[0].text, "It landed ");
    let find = format!("/rest/posts?author={}&q=author", encoded(ACME));
    let (_, found) = told(ask(&linkedin, "GET", &find).header("x-restli-method", "FINDER")).await;
    assert_eq!(found["elements"][0]["commentary"], "It landed ");
}

#[tokio::test]
async fn images_must_be_there_and_owned_by_the_author() {
    let linkedin = start(Kind::named("linkedin").unwrap(), |s| s).await;
    let with = |content: Value| {
        let mut post = body(ACME, "Look");
        post["content"] = content;
        post
    };
    let empty = image(&linkedin, ACME, None).await;
    let broken = image(&linkedin, ACME, Some(b"no picture".to_vec())).await;
    let of_ada = image(&linkedin, ADA, Some(png(2))).await;
    let good = image(&linkedin, ACME, Some(png(2))).await;
    let other = image(&linkedin, ACME, Some(png(3))).await;
    for (content, status, says) in [
        (json!({ "media": { "id": empty } }), 422, "waiting"),
        (json!({ "media": { "id": broken } }), 422, "PROCESSING_FAILED"),
        (json!({ "media": { "id": of_ada } }), 403, "not owned"),
        (json!({ "media": { "id": "urn:li:image:x" } }), 422, "does not exist"),
        (json!({ "media": { "id": good, "altText": "a".repeat(4087) } }), 422, "FIELD_LENGTH_TOO_LONG"),
        (json!({ "media": { "id": good, "alt": "a" } }), 422, "unrecognized"),
        (json!({ "media": { "id": good }, "article": {} }), 422, "exactly one"),
        (json!({ "multiImage": { "images": [{ "id": good }] } }), 422, "2 to 20"),
        (json!({ "article": { "source": "https://acme.example/" } }), 422, "title"),
        (json!({ "article": { "source": "acme", "title": "T" } }), 422, "URL"),
    ] {
        let (got, answer) = refused(&linkedin, &with(content.clone())).await;
        assert!(got == status && answer.contains(says), "{content}: {got} {answer}");
    }
    let images = json!([{ "id": good, "altText": "one" }, { "id": other, "altText": "two" }]);
    posted(&linkedin, &with(json!({ "multiImage": { "images": images } }))).await;
    let alts: Vec<String> = linkedin.timeline()[0].media.iter().map(|media| media.alt.clone()).collect();
    assert_eq!(alts, ["one", "two"]);
    // Members' images cannot be read.
    assert_eq!(
        told(ask(&linkedin, "GET", &format!("/rest/images/{}", encoded(&good)))).await.1["status"],
        "AVAILABLE"
    );
    assert_eq!(told(ask(&linkedin, "GET", &format!("/rest/images/{}", encoded(&of_ada)))).await.0, 403);
}

#[tokio::test]
async fn what_linkedin_refuses_is_refused_in_its_words() {
    let linkedin = start(Kind::named("linkedin").unwrap(), |s| s).await;
    let id = posted(&linkedin, &body(ACME, "It landed.")).await;
    let (status, answer) = refused(&linkedin, &body(ACME, "It landed.")).await;
    assert!(status == 422 && answer.contains("DUPLICATE_POST") && answer.contains(&id), "{answer}");
    posted(&linkedin, &body(ADA, "It landed.")).await;
    assert_eq!(refused(&linkedin, &body(ACME, &"a".repeat(3001))).await.0, 422);
    // An escape is no character of its own.
    posted(&linkedin, &body(ACME, &r"\(".repeat(3000))).await;
    let mut odd = body(ACME, "a");
    odd["text"] = json!("a");
    assert!(refused(&linkedin, &odd).await.1.contains("unrecognized"));
    let mut lacks = body(ACME, "a");
    lacks.as_object_mut().unwrap().remove("visibility");
    assert!(refused(&linkedin, &lacks).await.1.contains("/visibility"));
    let mut private = body(ACME, "a");
    private["visibility"] = json!("CONNECTIONS");
    assert_eq!(refused(&linkedin, &private).await.0, 422);
    assert_eq!(refused(&linkedin, &body("urn:li:organization:1", "a")).await.0, 403);
    assert_eq!(refused(&linkedin, &body("urn:li:person:other", "a")).await.0, 403);

    let comments = format!("/rest/socialActions/{}/comments", encoded(&id));
    let long = json!({ "actor": ACME, "object": id, "message": { "text": "a".repeat(1251) } });
    assert_eq!(told(ask(&linkedin, "POST", &comments).json(&long)).await.0, 422);
    let elsewhere = json!({ "actor": ACME, "object": "urn:li:share:1", "message": { "text": "a" } });
    assert_eq!(told(ask(&linkedin, "POST", &comments).json(&elsewhere)).await.0, 422);
    let bare_urn = format!("/rest/socialActions/{id}/comments");
    assert_eq!(told(ask(&linkedin, "POST", &bare_urn).json(&long)).await.0, 400);
}

#[tokio::test]
async fn headers_tokens_and_scopes_are_told_apart() {
    let linkedin = start(Kind::named("linkedin").unwrap(), |s| s).await;
    let post = || super::ask(&linkedin, "POST", "/rest/posts").json(&body(ACME, "a"));
    assert_eq!(told(post()).await.1["code"], "VERSION_MISSING");
    let (status, answer) = told(post().header("linkedin-version", "202401")).await;
    assert_eq!((status, answer["code"].as_str().unwrap()), (426, "NONEXISTENT_VERSION"));
    assert_eq!(told(post().header("linkedin-version", "202606")).await.0, 400);
    let number = |token: &str| told(bare(&linkedin, "GET", "/v2/userinfo").bearer_auth(token));
    assert_eq!(number("other").await.1["serviceErrorCode"], 65600);
    assert_eq!(number(&format!("{CANARY}-revoked")).await.1["serviceErrorCode"], 65601);
    assert_eq!(told(bare(&linkedin, "GET", "/v2/userinfo")).await.0, 401);
    assert_eq!(number(&format!("{CANARY}-token")).await.1["sub"], "aBcD-1234_x");
    let organization = ask(&linkedin, "GET", "/rest/organizations/2414183");
    assert_eq!(told(organization).await.1["localizedName"], "Acme Rockets");
    // Nobody reads members' posts.
    let find = format!("/rest/posts?author={}&q=author", encoded(ADA));
    assert_eq!(told(ask(&linkedin, "GET", &find).header("x-restli-method", "FINDER")).await.0, 403);
    let poor = start(Kind::named("linkedin").unwrap(), |s| s.without_scope("w_organization_social")).await;
    assert!(refused(&poor, &body(ACME, "a")).await.1.contains("ACCESS_DENIED"));
    posted(&poor, &body(ADA, "a")).await;
}
