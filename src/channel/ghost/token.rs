//! The token of one request: a JWT (RFC 7519) with HMAC-SHA256, made of the Admin API
//! key (docs.ghost.org, Admin API, "Token authentication", 2026-08). Pure.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;

/// So long a token is good, in seconds: Ghost takes no more than five minutes.
const GOOD_FOR: i64 = 300;

/// An Admin API key, taken apart.
pub(super) struct Key {
    id: String,
    secret: Vec<u8>,
}

impl Key {
    /// `id:secret`, both in hex. None, if it is something else.
    pub fn of(written: &str) -> Option<Key> {
        let (id, secret) = written.trim().split_once(':')?;
        let is_hex = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        (is_hex(id) && is_hex(secret) && secret.len().is_multiple_of(2)).then_some(())?;
        let secret = secret.as_bytes().chunks(2).map(|pair| {
            let pair = std::str::from_utf8(pair).ok()?;
            u8::from_str_radix(pair, 16).ok()
        });
        Some(Key { id: id.to_owned(), secret: secret.collect::<Option<_>>()? })
    }

    /// A token that is good from `now` on.
    pub fn token(&self, now: Timestamp) -> String {
        let now = now.as_second();
        // The order of the keys is that of the documents' own example.
        let head = format!(r#"{{"alg":"HS256","kid":"{}","typ":"JWT"}}"#, self.id);
        let claims = format!(r#"{{"iat":{now},"exp":{},"aud":"/admin/"}}"#, now.saturating_add(GOOD_FOR));
        let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(head), URL_SAFE_NO_PAD.encode(claims));
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.secret);
        let signature = URL_SAFE_NO_PAD.encode(hmac::sign(&key, signed.as_bytes()));
        format!("{signed}.{signature}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The expected signature was computed apart from this program.
    #[test]
    fn a_token_is_that_of_the_vector() {
        let key = Key::of("5f1:00112233445566778899aabbccddeeff\n").unwrap();
        let token = key.token("2026-01-01T00:00:00Z".parse().unwrap());
        let (signed, signature) = token.rsplit_once('.').unwrap();
        assert_eq!(signature, "Pi1hrZAc3b4j7vjyKDqmdeV3nRrpJwe1KcHtW_ki74g");
        let (head, claims) = signed.split_once('.').unwrap();
        let plain = |part: &str| String::from_utf8(URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
        assert_eq!(plain(head), r#"{"alg":"HS256","kid":"5f1","typ":"JWT"}"#);
        assert_eq!(plain(claims), r#"{"iat":1767225600,"exp":1767225900,"aud":"/admin/"}"#);
    }

    #[test]
    fn what_is_no_key_is_none() {
        for bad in ["", ":", "abc", "5f1:", ":00", "5f1:0", "5f1:zz", "5f1:00:11", "5g:00", "5f1:é0"] {
            assert!(Key::of(bad).is_none(), "{bad}");
        }
    }
}
