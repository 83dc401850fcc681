//! Status, headers and body, and what each of them means for a post.

use super::server::{Reply, Server, created, json};
use super::{ORGANIZATION, PERSON, TOKEN, house, house_with};
use crate::channel::{Attempt, SendError, Taken, fixture};
use crate::plan::Receipt;
use serde_json::{Value, json as value};
use std::time::Duration;

/// One try to post, answered with `reply`.
async fn tried(author: &str, doubted: bool, reply: Reply) -> Result<Receipt, SendError> {
    let server = Server::start(move |request, _| match request.line.as_str() {
        "POST /rest/posts" => reply.clone(),
        _ => json(403, value!({})),
    })
    .await;
    let house = house(author, &server.url);
    let variant = fixture::post(&["It landed."]);
    let attempt = Attempt { doubted, ..house.attempt(&variant, 2) };
    house.channel.send(&house.parts(&variant)[0], &attempt).await
}

fn outcome(result: &Result<Receipt, SendError>) -> String {
    match result {
        Ok(receipt) => format!("sent {}", receipt.id.as_deref().unwrap_or("?")),
        Err(SendError::Refused { says } | SendError::Mendable { says }) => format!("refused: {says}"),
        Err(SendError::NotYet { says, wait }) => format!("not yet ({}): {says}", wait.is_some()),
        Err(SendError::TooMany { says, wait }) => format!("not yet for all ({}): {says}", wait.is_some()),
        Err(SendError::Partly { says, .. }) => format!("partly: {says}"),
        Err(SendError::Unknown { cause }) => format!("unknown: {cause}"),
    }
}

fn error(status: u16, code: &str, number: u64, message: &str) -> Value {
    value!({ "status": status, "code": code, "serviceErrorCode": number, "message": message })
}

#[tokio::test]
async fn every_answer_has_one_of_three_outcomes() {
    let field = value!({ "status": 422, "code": "UNPROCESSABLE", "message": "Input error",
        "errorDetails": { "inputErrors": [
            { "code": "FIELD_LENGTH_TOO_LONG", "description": "commentary is longer than 3000" },
            { "code": "FIELD_VALUE", "description": "Input error" } ] } });
    let two = |one: &str, other: &str| {
        let headers = vec![("x-restli-id", one.to_owned()), ("x-restli-id", other.to_owned())];
        Reply::Answer(201, headers, String::new())
    };
    let plain = |status: u16, body: &str| Reply::Answer(status, Vec::new(), body.to_owned());
    let table = [
        created("urn:li:share:7"),
        created("urn:li:ugcPost:7"),
        created("urn:li:person:7"),
        two("urn:li:share:7", "urn:li:share:7"),
        two("urn:li:share:7", "urn:li:share:8"),
        created(&format!("urn:li:share:{TOKEN}")),
        created(&format!("urn%3Ali%3Ashare%3A{}", "x\u{e9}".repeat(60))),
        Reply::Answer(201, Vec::new(), String::new()),
        Reply::Answer(200, vec![("x-restli-id", "urn:li:share:7".to_owned())], "{\"half".to_owned()),
        json(400, error(400, "ILLEGAL_ARGUMENT", 100, "Unknown field")),
        json(401, error(401, "INVALID_ACCESS_TOKEN", 65600, "Invalid access token")),
        json(401, error(401, "REVOKED_ACCESS_TOKEN", 65601, "The token has been revoked")),
        json(401, error(401, "EXPIRED_ACCESS_TOKEN", 65602, "The token has expired")),
        json(403, error(403, "ACCESS_DENIED", 100, "Not enough permissions to access: posts.CREATE")),
        json(422, field),
        plain(404, "<html>Not here</html>"),
        json(409, error(409, "CONFLICT", 0, "Conflict")),
        json(429, error(429, "TOO_MANY_REQUESTS", 101, "Resource level throttle limit for calls is reached")),
        json(429, error(429, "TOO_MANY_REQUESTS", 101, "Resource level throttle DAY limit is reached")),
        json(500, error(500, "", 0, "Internal error")),
        plain(502, ""),
        plain(503, "Down"),
        plain(504, ""),
        json(400, error(400, "", 0, "Unable to obtain activity")),
        plain(303, ""),
        Reply::Cut,
    ];
    let mut lines = Vec::new();
    for reply in table {
        let about = match &reply {
            Reply::Answer(status, ..) => status.to_string(),
            Reply::Cut => "cut".to_owned(),
        };
        let cut = about == "cut";
        let outcome = outcome(&tried(ORGANIZATION, false, reply).await);
        // What the system says of a broken connection differs by system.
        let outcome = if cut { outcome.split(':').next().unwrap_or_default().to_owned() } else { outcome };
        lines.push(format!("{about} {outcome}"));
    }
    insta::assert_snapshot!(lines.join("\n"), @r#"
    201 sent urn:li:share:7
    201 sent urn:li:ugcPost:7
    201 unknown: LinkedIn answered 201 and calls the post `urn:li:person:7`, which is no post's URN
    201 sent urn:li:share:7
    201 unknown: LinkedIn answered 201 and calls the post `urn:li:share:7, urn:li:share:8`, which is no post's URN
    201 unknown: LinkedIn answered 201 and calls the post `urn:li:share:«secret»`, which is no post's URN
    201 unknown: LinkedIn answered 201 and calls the post `urn%3Ali%3Ashare%3Axéxéxéxéxéxéxéxéxéxéxéxéxéxéxéxéxéxéxéxéxéxéx…`, which is no post's URN
    201 unknown: LinkedIn answered 201 without the post's URN
    200 sent urn:li:share:7
    400 refused: LinkedIn refuses it: Unknown field
    401 refused: LinkedIn does not know this access token: sign in at LinkedIn again, and put the new token where `access_token` points (Invalid access token)
    401 refused: the access token was revoked by its member or replaced by a newer one: sign in at LinkedIn again, and put the new token where `access_token` points (The token has been revoked)
    401 refused: the access token has expired; LinkedIn's tokens live for 60 days: sign in at LinkedIn again, and put the new token where `access_token` points (The token has expired)
    403 refused: LinkedIn does not allow it: Not enough permissions to access: posts.CREATE. The token needs `w_organization_social`, and its member has to be an administrator or content administrator of urn:li:organization:42
    422 refused: LinkedIn refuses it: Input error; commentary is longer than 3000
    404 refused: LinkedIn, or what stands in its place, answered 404: a page of HTML: Not here; that is no answer of its own: look at `base_url`, and at a proxy on the way
    409 unknown: LinkedIn answered 409: Conflict
    429 not yet for all (true): LinkedIn takes no more for now: Resource level throttle limit for calls is reached
    429 not yet for all (true): LinkedIn takes no more for now: Resource level throttle DAY limit is reached
    500 unknown: LinkedIn answered 500: Internal error
    502 unknown: LinkedIn answered 502: without a word
    503 unknown: LinkedIn answered 503: Down
    504 unknown: LinkedIn answered 504: without a word
    400 unknown: LinkedIn answered 400: Unable to obtain activity
    303 unknown: LinkedIn answered 303: without a word; if `base_url` leads elsewhere, write the address that it leads to
    cut unknown
    "#);
}

#[tokio::test]
async fn a_version_that_is_gone_names_one_that_is_spoken() {
    let gone = json(426, error(426, "NONEXISTENT_VERSION", 0, "Requested version 20250501 is not active"));
    let said = outcome(&tried(ORGANIZATION, false, gone).await);
    assert!(said.starts_with("refused: LinkedIn does not speak version 202606"), "{said}");
    let version = said.split("version = \"").nth(1).and_then(|rest| rest.get(..6)).unwrap();
    let month: u32 = version[4..].parse().unwrap();
    assert!(version.starts_with("20") && (1..=12).contains(&month), "{said}");
}

#[tokio::test]
async fn a_version_that_is_missing_or_unreadable_is_named_whatever_the_status() {
    for (status, code, says) in [
        (426, "", "Upgrade Required"),
        (400, "VERSION_MISSING", "A version must be present."),
        (400, "NONEXISTENT_VERSION", "not active"),
        (400, "ILLEGAL_ARGUMENT", "Requested version 202606 is not supported"),
        (400, "", "The header LinkedIn-Version is not valid"),
        (404, "INVALID_VERSION", "no such version"),
    ] {
        let said = outcome(&tried(ORGANIZATION, false, json(status, error(status, code, 0, says))).await);
        assert!(
            said.starts_with("refused: ") && said.contains("set `version = \""),
            "{status} {code} {says}: {said}"
        );
    }
    for (status, code, says) in
        [(400, "ILLEGAL_ARGUMENT", "an inversion of colours"), (403, "", "LinkedIn-Version")]
    {
        let said = outcome(&tried(ORGANIZATION, false, json(status, error(status, code, 0, says))).await);
        assert!(!said.contains("set `version = \""), "{said}");
    }
}

/// They do not say that nothing was done, and what is behind them may have done it.
#[tokio::test]
async fn a_status_that_proves_nothing_leaves_a_doubt() {
    for status in [408, 409, 418, 423, 425, 444, 460, 499] {
        let said = outcome(&tried(ORGANIZATION, false, json(status, error(status, "", 0, "later"))).await);
        assert!(said.starts_with("unknown: "), "{status}: {said}");
    }
}

#[tokio::test]
async fn an_image_that_may_not_be_ready_is_waited_for_longer_and_not_for_ever() {
    let server = Server::start(|request, own| match request.line.as_str() {
        "POST /rest/images?action=initializeUpload" => json(
            200,
            value!({ "value": { "uploadUrl": format!("{own}/up"), "image": "urn:li:image:C4E-1" } }),
        ),
        "PUT /up" => Reply::Answer(201, Vec::new(), String::new()),
        _ => json(400, error(400, "ILLEGAL_ARGUMENT", 0, "image not processed yet")),
    })
    .await;
    let house = house_with(PERSON, &server.url, "image_wait = \"1s\"\n");
    let mut variant = fixture::post(&["It landed."]);
    if let crate::render::Variant::Post(post) = &mut variant {
        post.parts[0].media = vec![fixture::picture("a.png", b"a")];
    }
    let mut told = Vec::new();
    for number in [1, 2, 5] {
        let attempt = house.attempt(&variant, number);
        fixture::keep(&attempt, b"a");
        told.push(outcome(&house.channel.send(&house.parts(&variant)[0], &attempt).await));
    }
    insta::assert_snapshot!(told.join("\n"), @r"
    not yet (false): LinkedIn refuses it: image not processed yet. The image may not have been ready, 1 s after its upload: LinkedIn tells members' applications nothing of that. Set a longer `image_wait` in the channel's table
    not yet (false): LinkedIn refuses it: image not processed yet. The image may not have been ready, 2 s after its upload: LinkedIn tells members' applications nothing of that. Set a longer `image_wait` in the channel's table
    refused: LinkedIn refuses it: image not processed yet. The image may not have been ready, 5 s after its upload: LinkedIn tells members' applications nothing of that. Set a longer `image_wait` in the channel's table
    ");
    // As an organisation it is known whether it is ready: then it is about something else.
    let ready = Server::start(|request, own| match request.line.as_str() {
        "POST /rest/images?action=initializeUpload" => json(
            200,
            value!({ "value": { "uploadUrl": format!("{own}/up"), "image": "urn:li:image:C4E-1" } }),
        ),
        "PUT /up" => Reply::Answer(201, Vec::new(), String::new()),
        line if line.starts_with("GET /rest/images") => json(200, value!({ "status": "AVAILABLE" })),
        _ => json(400, error(400, "ILLEGAL_ARGUMENT", 0, "image is no image")),
    })
    .await;
    let house = super::house(ORGANIZATION, &ready.url);
    let attempt = house.attempt(&variant, 1);
    fixture::keep(&attempt, b"a");
    let said = outcome(&house.channel.send(&house.parts(&variant)[0], &attempt).await);
    assert_eq!(said, "refused: LinkedIn refuses it: image is no image");
}

#[tokio::test]
async fn waits_are_those_that_are_named() {
    let named = Reply::Answer(429, vec![("retry-after", "17".to_owned())], String::new());
    let Err(SendError::TooMany { wait, .. }) = tried(PERSON, false, named).await else { panic!() };
    assert_eq!(wait, Some(Duration::from_secs(17)));
    // A wait that nobody named is long enough not to be a nuisance.
    for unnamed in [json(429, value!({})), json(429, error(429, "TOO_MANY_REQUESTS", 101, "throttle limit"))]
    {
        let Err(SendError::TooMany { wait, .. }) = tried(PERSON, false, unnamed).await else { panic!() };
        assert_eq!(wait, Some(Duration::from_secs(900)));
    }
    let daily = json(429, error(429, "TOO_MANY_REQUESTS", 101, "throttle DAY limit"));
    let Err(SendError::TooMany { wait, .. }) = tried(PERSON, false, daily).await else { panic!() };
    let wait = wait.unwrap();
    assert!(wait > Duration::ZERO && wait <= Duration::from_secs(24 * 3600));
    let house = house(PERSON, "http://127.0.0.1:1");
    let variant = fixture::post(&["It landed."]);
    let refused = house.channel.send(&house.parts(&variant)[0], &house.attempt(&variant, 1)).await;
    assert!(matches!(refused, Err(SendError::NotYet { wait: None, .. })), "{refused:?}");
}

fn duplicate(of: &str) -> Reply {
    json(
        422,
        value!({ "status": 422, "message": "errors", "errorDetails": { "inputErrors": [
            { "code": "DUPLICATE_POST", "description": format!("Content is a duplicate of {of}") } ] } }),
    )
}

#[tokio::test]
async fn a_duplicate_is_ours_only_after_a_try_that_may_have_gone_out() {
    let share = "urn:li:share:712";
    insta::assert_snapshot!(outcome(&tried(PERSON, false, duplicate(share)).await), @r#"refused: LinkedIn has a post of these words already, https://www.linkedin.com/feed/update/urn:li:share:712/: change the words if it is to be said once more"#);
    assert_eq!(outcome(&tried(PERSON, true, duplicate(share)).await), "sent urn:li:share:712");
    assert_eq!(
        outcome(&tried(ORGANIZATION, true, duplicate("urn:li:ugcPost:5")).await),
        "sent urn:li:ugcPost:5"
    );
    // It names no post that could be ours, and so proves neither.
    for named in ["urn:li:person:9", "urn:li:share:7-sesame", "something"] {
        for (doubted, means) in [(false, "refused: "), (true, "unknown: ")] {
            let told = outcome(&tried(PERSON, doubted, duplicate(named)).await);
            assert!(told.starts_with(means), "{named} {doubted}: {told}");
        }
    }
}

#[tokio::test]
async fn a_duplicate_of_another_delivery_is_no_receipt() {
    let server = Server::start(|_, _| duplicate("urn:li:share:712")).await;
    let house = house(PERSON, &server.url);
    let variant = fixture::post(&["It landed."]);
    let mut attempt = Attempt { doubted: true, ..house.attempt(&variant, 2) };
    let earlier = Receipt { id: Some("urn:li:share:712".to_owned()), ..Receipt::default() };
    attempt.taken = Taken::by(&*house.channel, [&earlier]);
    let told = outcome(&house.channel.send(&house.parts(&variant)[0], &attempt).await);
    assert!(told.starts_with("refused: ") && told.contains("another delivery's"), "{told}");
}

#[tokio::test]
async fn a_duplicate_is_looked_at_where_that_is_allowed() {
    let now = jiff::Timestamp::now().as_millisecond();
    for (read, expected) in [
        (json(200, value!({ "createdAt": now, "commentary": "It landed." })), "sent urn:li:share:712"),
        (json(200, value!({ "createdAt": now - 30_000, "commentary": "It landed." })), "unknown"),
        (json(200, value!({ "createdAt": now - 86_400_000, "commentary": "It landed." })), "refused"),
        (json(404, value!({})), "unknown"),
        (json(403, value!({})), "sent urn:li:share:712"),
        (Reply::Cut, "sent urn:li:share:712"),
    ] {
        let server = Server::start(move |request, _| match request.line.as_str() {
            "POST /rest/posts" => duplicate("urn:li:share:712"),
            _ => read.clone(),
        })
        .await;
        let house = house(ORGANIZATION, &server.url);
        let variant = fixture::post(&["It landed."]);
        let attempt = Attempt { doubted: true, ..house.attempt(&variant, 2) };
        let result = house.channel.send(&house.parts(&variant)[0], &attempt).await;
        assert!(outcome(&result).starts_with(expected), "{expected}: {result:?}");
    }
}

#[tokio::test]
async fn no_answer_shows_the_token_or_steers_a_terminal() {
    for status in [400, 401, 403, 426, 429, 500] {
        let body = error(status, "", 65600, &format!("Bearer {TOKEN} \u{1b}[2J {}", "long ".repeat(400)));
        let result = tried(ORGANIZATION, false, json(status, body)).await;
        let said = format!("{} {result:?}", outcome(&result));
        assert!(said.contains("«secret»") && !said.contains(TOKEN) && !said.contains('\u{1b}'), "{said}");
        assert!(said.len() < 3000, "{}", said.len());
    }
    let cut = format!("{} {TOKEN} {}", "x".repeat(290), "y".repeat(1000));
    let said = outcome(&tried(ORGANIZATION, false, Reply::Answer(400, Vec::new(), cut)).await);
    assert!(said.contains("«secret»") && !said.contains(&TOKEN[..6]), "{said}");
    let house = house(ORGANIZATION, "http://127.0.0.1:1");
    assert!(!format!("{:?}", house.channel).contains(TOKEN));
}

#[tokio::test]
async fn after_a_try_in_doubt_a_no_that_cannot_be_read_settles_nothing() {
    let plain =
        |headers: Vec<(&'static str, String)>, body: &str| Reply::Answer(422, headers, body.to_owned());
    let of = "Content is a duplicate of urn:li:share:712";
    let table = [
        plain(Vec::new(), ""),
        plain(Vec::new(), "<html>Not here</html>"),
        plain(vec![("content-encoding", "gzip".to_owned())], "\u{1f}\u{8b}"),
        plain(Vec::new(), &format!("{{\"message\": \"{of}")),
        // Half of it, and with that half of the number.
        plain(vec![("transfer-encoding", "chunked".to_owned())], of),
        json(403, value!({})),
        json(400, value!([of])),
    ];
    for reply in table {
        let told = format!("{reply:?}");
        let doubted = outcome(&tried(PERSON, true, reply.clone()).await);
        assert!(doubted.starts_with("unknown: "), "{told}: {doubted}");
        if !told.contains("chunked") {
            let first = outcome(&tried(PERSON, false, reply).await);
            assert!(first.starts_with("refused: "), "{told}: {first}");
        }
    }
    let readable = json(403, error(403, "ACCESS_DENIED", 100, "Not enough permissions"));
    assert!(outcome(&tried(PERSON, true, readable).await).starts_with("refused: "));
}
