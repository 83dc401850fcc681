//! Status, headers and body on one side, what it means on the other.

use crate::channel::SendError;
use crate::channel::facebook::dialect::{Asked, outcome};
use crate::channel::graph::Asking;
use crate::channel::http::Answer;
use std::time::Duration;

const POST: Asked = Asked::Post { doubted: false };

fn answer(status: u16, headers: &[(&'static str, &str)], body: &str) -> Answer {
    let headers = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
    Answer { status, headers: headers.collect(), body: body.as_bytes().to_vec(), cut: None }
}

fn error(code: i64, subcode: i64) -> String {
    format!(
        r#"{{"error":{{"message":"No.","type":"OAuthException","code":{code},"error_subcode":{subcode}}}}}"#
    )
}

/// `Refused`, `TooMany SECONDS`, `NotYet SECONDS`, `NotYet` or `Unknown`.
fn means(status: u16, headers: &[(&'static str, &str)], body: &str, asked: Asked) -> String {
    kind(&outcome(&answer(status, headers, body), asked, &str::to_owned))
}

fn kind(error: &SendError) -> String {
    match error {
        SendError::Refused { .. } | SendError::Mendable { .. } => "Refused".to_owned(),
        SendError::NotYet { wait: Some(wait), .. } => format!("NotYet {}", wait.as_secs()),
        SendError::TooMany { wait, .. } => format!("TooMany {}", wait.map_or(0, |wait| wait.as_secs())),
        SendError::NotYet { wait: None, .. } => "NotYet".to_owned(),
        SendError::Partly { .. } => "Partly".to_owned(),
        SendError::Unknown { .. } => "Unknown".to_owned(),
    }
}

#[test]
fn codes_mean_the_same_with_every_status_below_500() {
    for status in [400, 403, 404] {
        for (code, subcode, wanted) in [
            (190, 463, "Refused"),
            (190, 0, "Refused"),
            (102, 0, "Refused"),
            (3, 0, "Refused"),
            (10, 0, "Refused"),
            (200, 0, "Refused"),
            (210, 0, "Refused"),
            (299, 0, "Refused"),
            (506, 0, "Refused"),
            (1, 1_366_051, "Refused"),
            (368, 0, "TooMany 21600"),
            (368, 1_390_008, "TooMany 21600"),
            (100, 33, "Refused"),
            (0, 0, "Refused"),
            (-7, 0, "Refused"),
            (1_609_005, 0, "Refused"),
            (4, 0, "TooMany 900"),
            (17, 0, "TooMany 900"),
            (32, 0, "TooMany 900"),
            (341, 0, "TooMany 900"),
            (613, 0, "TooMany 900"),
            (80_000, 0, "TooMany 900"),
            (80_001, 0, "TooMany 900"),
            (80_014, 0, "TooMany 900"),
            (1_390_008, 0, "TooMany 900"),
            (80_015, 0, "Refused"),
            (1, 0, "Unknown"),
            (2, 0, "Unknown"),
        ] {
            assert_eq!(means(status, &[], &error(code, subcode), POST), wanted, "{status} {code} {subcode}");
        }
    }
}

/// The post may have been made before the error was met.
#[test]
fn a_success_with_an_error_in_it_leaves_a_doubt_where_readers_see_something() {
    for status in [200, 201, 302] {
        for code in [1, 4, 32, 100, 190, 200, 368, 506, 0] {
            for asked in [POST, Asked::Comment { doubted: false }, Asked::Post { doubted: true }] {
                assert_eq!(
                    means(status, &[], &error(code, 0), asked),
                    "Unknown",
                    "{status} {code} {asked:?}"
                );
            }
        }
        assert_eq!(means(status, &[], &error(32, 0), Asked::Upload), "TooMany 900");
        assert_eq!(means(status, &[], &error(190, 0), Asked::Page), "Refused");
    }
}

#[test]
fn a_code_in_quotes_is_a_code() {
    for (code, wanted) in [("2", "Unknown"), ("190", "Refused"), ("4", "TooMany 900"), ("many", "Refused")] {
        let body = format!(r#"{{"error":{{"message":"x","code":"{code}"}}}}"#);
        assert_eq!(means(400, &[], &body, POST), wanted, "{code}");
    }
}

/// What nobody sees is done again, after the wait that was named.
#[test]
fn a_wait_is_heard_with_any_trouble() {
    assert_eq!(means(503, &[("retry-after", "40")], "", Asked::Upload), "NotYet 40");
    assert_eq!(means(503, &[("retry-after", "40")], "", POST), "Unknown");
}

#[test]
fn after_something_that_readers_see_a_doubt_stays_one() {
    let html = "<html><body>Bad gateway</body></html>";
    let comment = Asked::Comment { doubted: false };
    for (status, body) in [
        (500, error(190, 463)),
        (500, error(2, 0)),
        (503, error(4, 0)),
        (502, html.to_owned()),
        (504, String::new()),
        (200, String::new()),
        (200, html.to_owned()),
        (200, "{}".to_owned()),
        (200, r#"{"id":"#.to_owned()),
        (200, r#"{"id":7}"#.to_owned()),
        (201, "[]".to_owned()),
        (302, String::new()),
        (400, r#"{"error":{"mess"#.to_owned()),
        (408, html.to_owned()),
        (400, r#"{"error":{"message":"Later.","code":5,"is_transient":true}}"#.to_owned()),
    ] {
        for asked in [POST, comment, Asked::Post { doubted: true }] {
            assert_eq!(means(status, &[], &body, asked), "Unknown", "{status} {body} {asked:?}");
        }
        for asked in [Asked::Upload, Asked::Reading, Asked::Page, Asked::Delete] {
            assert_eq!(means(status, &[], &body, asked), "NotYet", "{status} {body} {asked:?}");
        }
    }
}

#[test]
fn half_an_answer_proves_nothing_and_a_proxy_that_says_no_means_no() {
    let mut half = answer(400, &[], "No");
    half.cut = Some("the connection broke".to_owned());
    assert_eq!(kind(&outcome(&half, POST, &str::to_owned)), "Unknown");
    assert_eq!(means(403, &[], "<html>Forbidden</html>", POST), "Refused");
    assert_eq!(means(404, &[], "", POST), "Refused");
    let page = answer(403, &[], "<html>Forbidden by policy</html>");
    insta::assert_snapshot!(outcome(&page, POST, &str::to_owned), @"Facebook, or what stands in its place, answered 403: a page of HTML: Forbidden by policy; that is no answer of its own: look at `base_url`, and at a proxy on the way");
    assert_eq!(means(403, &[], "<html>Forbidden</html>", Asked::Page), "Refused");
    assert_eq!(means(429, &[], "<html>slow down</html>", POST), "TooMany 900");
    assert_eq!(means(429, &[("retry-after", "30")], "", POST), "TooMany 30");
}

#[test]
fn an_error_without_a_code_that_is_known_is_what_its_status_says() {
    for body in [
        r#"{"error":"Too Many Requests"}"#,
        r#"{"error":{"message":"slow down"}}"#,
        r#"{"error":{"message":"x","code":0}}"#,
        r#"{"error":{"message":"x","code":1609005,"error_subcode":7}}"#,
        r#"{"error":{}}"#,
    ] {
        for asked in [POST, Asked::Upload, Asked::Reading, Asked::Page, Asked::Delete] {
            assert_eq!(means(429, &[], body, asked), "TooMany 900", "{body} {asked:?}");
            assert_eq!(means(429, &[("retry-after", "7")], body, asked), "TooMany 7", "{body} {asked:?}");
            assert_eq!(means(400, &[], body, asked), "Refused", "{body} {asked:?}");
            for status in [408, 409, 425] {
                let wanted = if asked.publishes() { "Unknown" } else { "NotYet" };
                assert_eq!(means(status, &[], body, asked), wanted, "{status} {body} {asked:?}");
            }
        }
    }
    // A code that is known says more than a status.
    assert_eq!(means(429, &[], &error(190, 463), POST), "Refused");
    assert_eq!(means(409, &[], &error(4, 0), POST), "TooMany 900");
}

#[test]
fn after_a_doubt_a_no_in_words_that_cannot_be_read_is_none() {
    let gzip = "\u{1f}\u{8b}\u{8}";
    for body in ["", "<html>no</html>", gzip, "Forbidden", "[]", "7", r#"{"error":null}"#, r#"{"error":[1]}"#]
    {
        for doubted in [Asked::Post { doubted: true }, Asked::Comment { doubted: true }] {
            for status in [400, 403, 404, 422] {
                assert_eq!(means(status, &[], body, doubted), "Unknown", "{status} {body:?}");
            }
            assert_eq!(means(429, &[], body, doubted), "TooMany 900", "{body:?}");
        }
    }
    // A no that can be read is a no.
    assert_eq!(means(403, &[], &error(200, 0), Asked::Post { doubted: true }), "Refused");
    assert_eq!(means(403, &[], "<html>no</html>", POST), "Refused");
    assert_eq!(means(403, &[], "<html>no</html>", Asked::Upload), "Refused");
}

#[test]
fn a_repetition_is_evidence_only_where_an_earlier_try_was_in_doubt() {
    for (code, subcode) in [(506, 0), (100, 1_366_051)] {
        assert_eq!(means(400, &[], &error(code, subcode), Asked::Post { doubted: true }), "Unknown");
        assert_eq!(means(400, &[], &error(code, subcode), Asked::Comment { doubted: true }), "Unknown");
        assert_eq!(means(400, &[], &error(code, subcode), Asked::Upload), "Refused");
    }
}

#[test]
fn the_wait_is_the_longest_that_the_headers_name() {
    let wait = |headers: &[(&'static str, &str)]| means(403, headers, &error(4, 0), POST);
    let usage = "x-business-use-case-usage";
    let two = r#"{"12":[{"type":"pages","call_count":100,"estimated_time_to_regain_access":7},
                  {"type":"instagram","estimated_time_to_regain_access":3}],"13":[]}"#
        .replace(['\n', ' '], "");
    for (headers, wanted) in [
        (vec![], "TooMany 900"),
        (vec![(usage, two.as_str())], "TooMany 420"),
        (vec![(usage, r#"{"12":[{"type":"pages","estimated_time_to_regain_access":0}]}"#)], "TooMany 900"),
        (vec![(usage, "{")], "TooMany 900"),
        (vec![(usage, "[]")], "TooMany 900"),
        (vec![(usage, r#"{"12":[{"estimated_time_to_regain_access":-5}]}"#)], "TooMany 900"),
        (vec![("x-app-usage", r#"{"call_count":100,"total_time":25,"total_cputime":25}"#)], "TooMany 900"),
        (vec![("x-app-usage", r#"{"estimated_time_to_regain_access":2}"#)], "TooMany 120"),
        (vec![("retry-after", "5"), (usage, two.as_str())], "TooMany 5"),
        (vec![("retry-after", "0")], "TooMany 900"),
    ] {
        assert_eq!(wait(&headers), wanted, "{headers:?}");
    }
    let huge = r#"{"1":[{"estimated_time_to_regain_access":18446744073709551615}]}"#;
    let SendError::TooMany { wait: Some(wait), .. } =
        outcome(&answer(400, &[(usage, huge)], &error(17, 0)), POST, &str::to_owned)
    else {
        panic!()
    };
    assert_eq!(wait, Duration::from_secs(u64::MAX));
}

#[test]
fn facebooks_own_words_for_people_come_first_and_its_type_is_nothing() {
    let body = r#"{"error":{"message":"(#100) Param","type":"OAuthRateLimitException","code":100,
        "error_subcode":1366046,"error_user_title":"Photo","error_user_msg":"The photo is too large.",
        "fbtrace_id":"Trace\u001b1"}}"#;
    let error = outcome(&answer(400, &[], body), POST, &|text| text.replace('\u{1b}', "!"));
    assert_eq!(kind(&error), "Refused");
    insta::assert_snapshot!(error, @"Facebook said no: The photo is too large. (code 100, subcode 1366046, trace Trace!1)");
    let long = format!(r#"{{"error":{{"message":"{}","code":100}}}}"#, "ä".repeat(2000));
    assert!(outcome(&answer(400, &[], &long), POST, &str::to_owned).to_string().chars().count() < 600);
}

#[test]
fn each_trouble_says_what_to_do() {
    let says = |code, subcode, asked| {
        outcome(&answer(400, &[], &error(code, subcode)), asked, &str::to_owned).to_string()
    };
    let all = [
        says(190, 458, POST),
        says(190, 459, POST),
        says(190, 460, POST),
        says(190, 463, POST),
        says(190, 467, POST),
        says(190, 492, POST),
        says(190, 0, POST),
        says(200, 0, POST),
        says(10, 0, Asked::Comment { doubted: false }),
        says(3, 0, Asked::Reading),
        says(210, 0, POST),
        says(368, 0, POST),
        says(506, 0, POST),
        says(506, 0, Asked::Post { doubted: true }),
        says(100, 33, Asked::Page),
        says(100, 33, Asked::Comment { doubted: false }),
        says(100, 1_404_078, POST),
        says(4_854_002, 0, POST),
        says(4, 0, POST),
        says(2, 0, POST),
    ];
    insta::assert_snapshot!(all.join("\n"), @r#"
    the token is of no use any more, the app was taken off the account: add the app again, and make a new page token. Facebook says: No. (code 190, subcode 458)
    Facebook holds the person whose token it is at a checkpoint: they log in at https://www.facebook.com/ and do what it asks, then make a new page token. Facebook says: No. (code 190, subcode 459)
    the token ended when its person's password was changed: make a new page token. Facebook says: No. (code 190, subcode 460)
    the token has expired: make a new page token; one that comes from a 60-day user token does not expire. Facebook says: No. (code 190, subcode 463)
    the token is no longer valid: make a new page token. Facebook says: No. (code 190, subcode 467)
    the person whose token it is has no role on the page any more: give them one, or make a page token of somebody who has. Facebook says: No. (code 190, subcode 492)
    Facebook does not take the token: make a new page token. Facebook says: No. (code 190)
    the token may not do this: it needs `pages_manage_posts` and `pages_read_engagement`, and its person a role on the page that may. Give the app what is missing, and make a new token. Facebook says: No. (code 200)
    the token may not do this: it needs `pages_manage_engagement`, and its person a role on the page that may. Give the app what is missing, and make a new token. Facebook says: No. (code 10)
    the token may not do this: it needs `pages_read_engagement`, and its person a role on the page that may. Give the app what is missing, and make a new token. Facebook says: No. (code 3)
    this needs the page's own token, and the token is another's: take the page's from `GET /me/accounts`. Facebook says: No. (code 210)
    Facebook has blocked the page from doing this, for its policies, and says not for how long: open the page and see what it complains about; it is tried again after 6 hours. Facebook says: No. (code 368)
    Facebook takes this for a repetition of what is on the page already, and posts nothing: No. (code 506). Change the words, or take the older post down
    an earlier try was in doubt, and Facebook says that the same is there already: No. (code 506)
    there is no page of this `page_id` that the token can see: compare the number with the page's, and look whose token it is. Facebook says: No. (code 100, subcode 33)
    the post above may be gone, or out of reach of the token (Facebook makes no difference): look at the page; if the post is there, make a token that sees it. Facebook says: No. (code 100, subcode 33)
    the page has to be authorised for publishing: whoever manages it confirms who they are, on the page. Facebook says: No. (code 100, subcode 1404078)
    Facebook wants the person behind the token to confirm their identity: open the page and do that. Facebook says: No. (code 4854002)
    Facebook has had enough calls for now: No. (code 4)
    Facebook had trouble of its own: No. (code 2)
    "#);
}

proptest::proptest! {
    #[test]
    fn whatever_comes_is_never_a_success_and_never_makes_a_doubt_smaller(
        status in 100_u16..=599,
        body in proptest::prop_oneof![
            ".{0,80}",
            r#"\{"error":\{"message":".{0,9}","code":-?[0-9]{1,6},"error_subcode":[0-9]{1,8},"is_transient":(true|false)\}\}"#,
            r#"\{"(id|error|post_id)":(null|true|-7|"x"|\[\]|\{\})\}"#,
        ],
        usage in ".{0,40}",
    ) {
        let mut answer = answer(status, &[], &body);
        if let Ok(usage) = usage.parse() {
            answer.headers.insert("x-business-use-case-usage", usage);
        }
        let seen = kind(&outcome(&answer, POST, &str::to_owned));
        let doubted = kind(&outcome(&answer, Asked::Post { doubted: true }, &str::to_owned));
        let unseen = kind(&outcome(&answer, Asked::Upload, &str::to_owned));
        let is_no = (400..500).contains(&status);
        if !is_no {
            proptest::prop_assert_eq!(&seen, "Unknown");
        }
        // What nobody sees is never in doubt; what is certain of it stays certain.
        proptest::prop_assert_ne!(&unseen, "Unknown");
        if is_no {
            proptest::prop_assert_eq!(seen == "Unknown", unseen == "NotYet", "{} {}", seen, unseen);
        }
        proptest::prop_assert!(doubted == seen || doubted == "Unknown");
    }
}
