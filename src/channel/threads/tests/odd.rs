//! Names that name nothing, and statuses that say nothing: of containers and of the items
//! of a carousel.

use super::*;
use crate::channel::facebook::tests::server::{Reply, Server, error, ok, status};

const ME: &str = r#"{"id":"17841400000000042","username":"acmerockets"}"#;

/// One try to make the container of a post with so many images, with these answers behind
/// who one is; what was asked, and what became of it.
async fn made(images: u32, made: Option<&str>, replies: Vec<Reply>) -> (String, String) {
    let looks =
        (0..images).map(|_| Reply::Says(200, vec![("content-type", "image/png".to_owned())], String::new()));
    let replies = std::iter::once(ok(ME)).chain(looks).chain(replies).collect();
    let server = Server::start(replies).await;
    let table = format!("base_url = \"{0}\"\nmedia_base_url = \"{0}/media\"\n", server.url);
    let channel = configured(&table).value.unwrap();
    let project = tempfile::tempdir().unwrap();
    std::fs::write(project.path().join("token"), format!("{CANARY}-token\n")).unwrap();
    let mut variant = fixture::post(&["It landed."]);
    let Variant::Post(post) = &mut variant else { unreachable!() };
    let all: Vec<Vec<u8>> = (1..=images).map(png).collect();
    post.parts[0].media = all.iter().map(|bytes| fixture::picture("a.png", bytes)).collect();
    let part = channel.payload(&variant, &fixture::identity()).value.unwrap().parts.remove(0);
    let made = made.map(str::to_owned);
    let now = Timestamp::now();
    let attempt = fixture::attempt(project.path(), variant);
    let attempt = Attempt {
        doubted: made.is_some(),
        made_at: made.as_ref().map(|_| now),
        made,
        first_tried: now,
        last_tried: now,
        ..attempt
    };
    all.iter().for_each(|bytes| fixture::keep(&attempt, bytes));
    let outcome = channel.make(&part, &attempt).await;
    (server.log(), told(&outcome))
}

/// No numbers, and no texts of digits.
const NO_IDS: &[&str] = &[
    r#""""#,
    r#"" ""#,
    r#""a/b""#,
    r#""../me""#,
    r#""4711?x=1""#,
    r#""-4711""#,
    r#""0""#,
    r#""null""#,
    r#""４７１１""#,
    "null",
    "true",
    "[]",
    r#"["4711"]"#,
    r#"{"id":"4711"}"#,
    "-1",
    "1.5",
    "0",
    "99999999999999999999999999",
];

#[tokio::test]
async fn what_names_nothing_is_put_into_no_address() {
    for odd in NO_IDS {
        let (log, outcome) = made(0, None, vec![ok(&format!("{{\"id\":{odd}}}"))]).await;
        assert!(outcome.starts_with("not yet, None: Threads answered 200"), "{odd}: {outcome}");
        assert_eq!(log.matches("/v1.0/").count(), 2, "{odd}: {log}");
        // An item of a carousel; the other one was named.
        let replies = vec![ok(r#"{"id":"4711"}"#), ok(&format!("{{\"id\":{odd}}}"))];
        let (log, outcome) = made(2, None, replies).await;
        assert!(outcome.starts_with("not yet, None: Threads answered 200"), "{odd}: {outcome}");
        assert_eq!(log.matches("/v1.0/").count(), 3, "{odd}: {log}");
    }
    // The largest number that is one, and more digits than a number has in a text.
    for good in ["18446744073709551615", "\"99999999999999999999999999\""] {
        let bare = good.trim_matches('"');
        let replies = vec![ok(&format!("{{\"id\":{good}}}")), ok(r#"{"status":"FINISHED"}"#)];
        let (log, outcome) = made(0, None, replies).await;
        assert!(outcome.contains(bare) && log.contains(&format!("/v1.0/{bare}?")), "{outcome}: {log}");
    }
}

#[tokio::test]
async fn a_status_that_says_nothing_is_no_leave_to_make_another() {
    let of = |body: &str| ok(body);
    for odd in [
        of(r#"{"id":"12","status":"FINISHED"}"#),
        of(r#"{"id":["4711"],"status":"EXPIRED"}"#),
        of(r#"{"id":null,"status":"EXPIRED"}"#),
        of(r#"{"id":"4711","status":["EXPIRED"]}"#),
        of(r#"{"id":"4711","status":"expired"}"#),
        of(r#"{"id":"4711"}"#),
        of("{}"),
        status(400, r#"{"error":{"message":"No","code":100,"error_subcode":"33"}}"#),
        error(400, 100, 33, "Unsupported get request."),
        error(400, 100, 0, "Tried accessing nonexisting field"),
        error(404, 803, 0, "Some of the aliases you requested do not exist"),
    ] {
        let (log, outcome) = made(0, Some("4711"), vec![odd.clone()]).await;
        assert!(outcome.starts_with("not yet, Some("), "{odd:?}: {outcome}");
        assert!(
            outcome.contains("whether it is out already only its container can tell"),
            "{odd:?}: {outcome}"
        );
        assert!(!log.contains("POST "), "{odd:?}: {log}");
    }
}

#[tokio::test]
async fn an_item_of_a_carousel_that_fails_holds_all_of_it() {
    let two = || vec![ok(r#"{"id":"1"}"#), ok(r#"{"id":"2"}"#)];
    for (answers, said) in [
        (
            vec![ok(r#"{"status":"FINISHED"}"#), ok(r#"{"status":"ERROR","error_message":"FAILED"}"#)],
            "held: ",
        ),
        (vec![ok(r#"{"status":"EXPIRED"}"#)], "held: "),
        (vec![error(400, 100, 33, "Unsupported get request.")], "not yet, None: "),
        (vec![ok(r#"{"status":"FINISHED"}"#), ok(r#"{"id":"1","status":"FINISHED"}"#)], "not yet, None: "),
    ] {
        let (log, outcome) = made(2, None, two().into_iter().chain(answers).collect()).await;
        assert!(outcome.starts_with(said), "{said}: {outcome}");
        assert!(!log.contains("CAROUSEL"), "{log}");
    }
    let rest = ["FINISHED", "FINISHED"].map(|status| ok(&format!("{{\"status\":\"{status}\"}}")));
    let end = [ok(r#"{"id":"3"}"#), ok(r#"{"status":"FINISHED"}"#)];
    let (log, outcome) = made(2, None, two().into_iter().chain(rest).chain(end).collect()).await;
    assert!(outcome.contains("\"3\"") && log.contains("children = 1,2"), "{outcome}: {log}");
}
