//! OAuth 1.0a with HMAC-SHA1 (RFC 5849, section 3): the signature that says
//! that a request is ours and as we wrote it.
//!
//! Only the address's query and the `oauth_` parameters are signed: what X
//! takes is JSON or multipart, whose bodies are no part of a signature (3.4.1.3.1).

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use url::Url;

/// The four values that X's developer console shows. No `Debug`: they are secrets.
#[derive(Clone, Copy)]
pub struct Keys<'a> {
    /// The app's key.
    pub consumer_key: &'a str,
    /// The app's secret.
    pub consumer_secret: &'a str,
    /// The account's token.
    pub token: &'a str,
    /// The token's secret.
    pub token_secret: &'a str,
}

/// The value of `Authorization` (3.5.1) for a request to exactly this address,
/// port and query included. `nonce` is used once; `timestamp` is in seconds
/// since 1970.
pub fn authorization(keys: &Keys<'_>, method: &str, url: &Url, nonce: &str, timestamp: i64) -> String {
    let timestamp = timestamp.to_string();
    let oauth = [
        ("oauth_consumer_key", keys.consumer_key),
        ("oauth_nonce", nonce),
        ("oauth_signature_method", "HMAC-SHA1"),
        ("oauth_timestamp", &timestamp),
        ("oauth_token", keys.token),
        ("oauth_version", "1.0"),
    ];
    let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    let mut parameters: Vec<(String, String)> = oauth.into_iter().map(owned).collect();
    parameters.extend(url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())));
    let base = base_string(method, url, &parameters);
    let signature = signature(&base, keys.consumer_secret, keys.token_secret);
    let written = oauth.into_iter().chain([("oauth_signature", signature.as_str())]);
    let written = written.map(|(name, value)| format!("{name}=\"{}\"", percent_encode(value)));
    format!("OAuth {}", written.collect::<Vec<_>>().join(", "))
}

/// Base64 of the HMAC-SHA1 of a base string (3.4.2).
pub fn signature(base_string: &str, consumer_secret: &str, token_secret: &str) -> String {
    let key = format!("{}&{}", percent_encode(consumer_secret), percent_encode(token_secret));
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, key.as_bytes());
    STANDARD.encode(hmac::sign(&key, base_string.as_bytes()))
}

/// What is signed (3.4.1.1). `parameters` are all of them, the address's query included.
pub fn base_string(method: &str, url: &Url, parameters: &[(String, String)]) -> String {
    let address = percent_encode(&base_string_uri(url));
    let parameters = percent_encode(&normalized_parameters(parameters));
    format!("{}&{address}&{parameters}", method.to_uppercase())
}

/// The address without query and fragment; a port only where it is not the
/// scheme's own (3.4.1.2).
pub fn base_string_uri(url: &Url) -> String {
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    format!("{}://{}{port}{}", url.scheme(), url.host_str().unwrap_or_default(), url.path())
}

/// The parameters in one line: encoded, and sorted by their encoded bytes (3.4.1.3.2).
pub fn normalized_parameters(parameters: &[(String, String)]) -> String {
    let encode = |(name, value): &(String, String)| (percent_encode(name), percent_encode(value));
    let mut encoded: Vec<(String, String)> = parameters.iter().map(encode).collect();
    encoded.sort_unstable();
    encoded.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

/// Everything but letters, digits, `-`, `.`, `_`, `~` as `%XX` (3.6). The
/// encodings of forms and of the URL standard leave other characters alone.
pub fn percent_encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// 24 random bytes as text: nobody else's, and never used before.
pub fn nonce() -> Result<String, String> {
    let mut bytes = [0; 24];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| "the system gives no random numbers".to_owned())?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEYS: Keys<'static> = Keys {
        consumer_key: "key",
        consumer_secret: "kd94hf93k423kf44",
        token: "token",
        token_secret: "pfkkdhi9sl3r4s00",
    };

    #[test]
    fn a_header_names_everything_but_the_secrets() {
        let url = Url::parse("http://127.0.0.1:8080/2/users/1/tweets?max_results=100&a=b%20c").unwrap();
        let header = authorization(&KEYS, "GET", &url, "n+1", 1_764_000_000);
        let signed = header.split("oauth_signature=\"").nth(1).unwrap().trim_end_matches('"').to_owned();
        let base = "GET&http%3A%2F%2F127.0.0.1%3A8080%2F2%2Fusers%2F1%2Ftweets&a%3Db%2520c%26max_results%3D100\
                    %26oauth_consumer_key%3Dkey%26oauth_nonce%3Dn%252B1%26oauth_signature_method%3DHMAC-SHA1\
                    %26oauth_timestamp%3D1764000000%26oauth_token%3Dtoken%26oauth_version%3D1.0";
        let by_hand = signature(base, KEYS.consumer_secret, KEYS.token_secret);
        assert_eq!(signed, percent_encode(&by_hand));
        assert!(header.starts_with("OAuth oauth_consumer_key=\"key\", oauth_nonce=\"n%2B1\", "), "{header}");
        assert!(!header.contains(KEYS.consumer_secret) && !header.contains(KEYS.token_secret));
    }

    /// Encoded by hand after RFC 5849, 3.4.1.3.2: by encoded name, then by encoded
    /// value; a blank is `%20`, however the query spells it.
    #[test]
    fn odd_characters_and_repeated_names_have_one_spelling() {
        let line = |query: &str| {
            let url = Url::parse(&format!("https://api.x.com/2/x?{query}")).unwrap();
            let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
            normalized_parameters(&pairs)
        };
        assert_eq!(line("b=2&a=z&a=%C3%A9&a=1&B=3"), "B=3&a=%C3%A9&a=1&a=z&b=2");
        assert_eq!(line("q=a+b%20c%2Bd*~'()!%25"), "q=a%20b%20c%2Bd%2A~%27%28%29%21%25");
        assert_eq!(line("a%3Db=&c%40="), "a%3Db=&c%40=");
        assert_eq!(percent_encode("日本 🚀"), "%E6%97%A5%E6%9C%AC%20%F0%9F%9A%80");
    }

    /// What is written into the address is what is signed.
    #[test]
    fn a_query_that_is_built_is_signed_as_it_is_read() {
        let mut url = Url::parse("https://proxy.example:8443/x/2/users/1/tweets").unwrap();
        url.query_pairs_mut().append_pair("pagination_token", "a+b/c=~*é").append_pair("a", "1 2");
        let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        assert_eq!(normalized_parameters(&pairs), "a=1%202&pagination_token=a%2Bb%2Fc%3D~%2A%C3%A9");
        assert_eq!(base_string_uri(&url), "https://proxy.example:8443/x/2/users/1/tweets");
    }

    #[test]
    fn every_part_of_a_request_changes_its_signature() {
        let header = |method: &str, url: &str, nonce: &str, timestamp| {
            authorization(&KEYS, method, &Url::parse(url).unwrap(), nonce, timestamp)
        };
        let first = header("POST", "https://api.x.com/2/tweets", "a", 1);
        let others = [
            header("GET", "https://api.x.com/2/tweets", "a", 1),
            header("POST", "http://api.x.com/2/tweets", "a", 1),
            header("POST", "https://api.x.com:444/2/tweets", "a", 1),
            header("POST", "https://api.x.com/2/tweets?a=1", "a", 1),
            header("POST", "https://api.x.com/2/tweets", "b", 1),
            header("POST", "https://api.x.com/2/tweets", "a", 2),
        ];
        let signed = |header: &str| header.split("oauth_signature=").nth(1).map(str::to_owned);
        assert!(others.iter().all(|other| signed(other) != signed(&first)));
        assert_eq!(signed(&header("post", "https://api.x.com:443/2/tweets#x", "a", 1)), signed(&first));
    }

    #[test]
    fn a_nonce_is_never_the_same() {
        let nonces: std::collections::BTreeSet<String> = (0..100).map(|_| nonce().unwrap()).collect();
        assert_eq!(nonces.len(), 100);
        assert!(nonces.iter().all(|nonce| nonce.len() == 32));
    }
}
