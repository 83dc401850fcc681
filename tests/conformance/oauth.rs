//! OAuth 1.0a signatures.

use super::sets::{Tally, json};
use ladder::channel::x::oauth;
use serde_json::Value;
use url::Url;

type Parameters = Vec<(String, String)>;

fn of<'a>(case: &'a Value, key: &str) -> &'a str {
    case[key].as_str().unwrap()
}

/// As forms and queries have them: `c2&a3=2+q`.
fn form(text: &str) -> Parameters {
    url::form_urlencoded::parse(text.as_bytes()).into_owned().collect()
}

/// As an `Authorization` header has them, but for those that are not signed.
fn header(text: &str) -> Parameters {
    let pairs = text.strip_prefix("OAuth ").unwrap().split(", ").map(|pair| pair.split_once('=').unwrap());
    pairs
        .filter(|(name, _)| !matches!(*name, "realm" | "oauth_signature"))
        .flat_map(|(name, value)| form(&format!("{name}={}", value.trim_matches('"').replace('+', "%2B"))))
        .collect()
}

#[test]
#[ignore = "reads the sets of LADDER_CONFORMANCE"]
fn oauth_signatures() {
    let set = json("06-email-auth/oauth1-vectors.json");
    let mut tally = Tally::default();
    for case in set["signatures"].as_array().unwrap() {
        let name = |what: &str| format!("{}: {what}", of(case, "name"));
        let parameters: Parameters = serde_json::from_value(case["params"].clone()).unwrap();
        let url = Url::parse(of(case, "url")).unwrap();
        let line = oauth::normalized_parameters(&parameters);
        tally.case(|| name("parameters"), line.as_str(), of(case, "parameter_string"));
        let base = oauth::base_string(of(case, "method"), &url, &parameters);
        tally.case(|| name("base string"), base.as_str(), of(case, "base_string"));
        let signature = oauth::signature(&base, of(case, "consumer_secret"), of(case, "token_secret"));
        tally.case(|| name("signature"), signature.as_str(), of(case, "published_signature"));
    }
    tally.end("OAuth 1.0a: signatures", 3 * 7);
}

#[test]
#[ignore = "reads the sets of LADDER_CONFORMANCE"]
fn oauth_normalisation() {
    let set = json("06-email-auth/oauth1-vectors.json");
    let mut tally = Tally::default();
    let case = &set["rfc5849_3_4_1"];
    let url = Url::parse(&format!("http://EXAMPLE.COM:80/request?{}", of(case, "uri_query"))).unwrap();
    let mut parameters: Parameters = url.query_pairs().into_owned().collect();
    parameters.extend(form(of(case, "body")));
    parameters.extend(header(of(case, "authorization")));
    let line = oauth::normalized_parameters(&parameters);
    tally.case(|| "RFC 5849, 3.4.1.3".to_owned(), line.as_str(), of(case, "normalized_parameters"));
    let base = oauth::base_string("post", &url, &parameters);
    tally.case(|| "RFC 5849, 3.4.1.1".to_owned(), base.as_str(), of(case, "base_string"));
    tally.end("OAuth 1.0a: RFC 5849, 3.4.1", 2);

    let mut tally = Tally::default();
    for case in set["base_string_uri"].as_array().unwrap() {
        let base = oauth::base_string_uri(&Url::parse(of(case, "uri")).unwrap());
        tally.case(|| of(case, "uri").to_owned(), base.as_str(), of(case, "base"));
    }
    tally.end("OAuth 1.0a: base string URI", 11);

    let mut tally = Tally::default();
    for case in set["percent_encoding"].as_array().unwrap() {
        let encoded = oauth::percent_encode(of(case, "in"));
        tally.case(|| of(case, "in").to_owned(), encoded.as_str(), of(case, "out"));
    }
    tally.end("OAuth 1.0a: percent-encoding", 7);
}
