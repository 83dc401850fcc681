//! Who is asking: a bearer's token, or a signature by OAuth 1.0a that is
//! computed again here (RFC 5849; docs.x.com, creating a signature).

use super::refusal::{coded, problem_of, unauthorized};
use crate::rehearsal::reply::{Checked, Reply, no};
use crate::rehearsal::request::{Asked, Sent};
use crate::rehearsal::settings::{Settings, Signed};
use aws_lc_rs::hmac;
use base64::Engine as _;
use std::collections::{BTreeMap, HashSet};

/// A signature older or younger than this is refused, in seconds.
const CLOCK_SKEW: i64 = 300;

/// As whom a request comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Who {
    /// The user, with the token's scopes.
    User,
    /// The user, by a signature.
    Signed,
    /// The app alone.
    App,
}

/// Finds out, or refuses. `nonces` are those that were used within [`CLOCK_SKEW`].
pub(super) fn who(asked: &Asked, settings: &Settings, nonces: &mut HashSet<(i64, String)>) -> Checked<Who> {
    let Some(written) = asked.header("authorization") else { return no(unauthorized()) };
    if let Some(token) = asked.bearer() {
        return match token {
            token if token == settings.token => Ok(Who::User),
            token if token == settings.wrong_kind => Ok(Who::App),
            _ => no(unauthorized()),
        };
    }
    let (Some(fields), Some(keys)) = (written.strip_prefix("OAuth "), &settings.signed) else {
        return no(unauthorized());
    };
    signed(asked, fields, keys, nonces).map(|()| Who::Signed).map_err(Box::new)
}

/// The app's own token is good for reading only.
pub(super) fn user_only(who: Who) -> Checked<()> {
    if who != Who::App {
        return Ok(());
    }
    no(problem_of(
        "unsupported-authentication",
        403,
        "Unsupported Authentication",
        "Authenticating with OAuth 2.0 Application-Only is forbidden for this endpoint.  Supported \
         authentication types are [OAuth 1.0a User Context, OAuth 2.0 User Context].",
    ))
}

fn signed(
    asked: &Asked,
    fields: &str,
    keys: &Signed,
    nonces: &mut HashSet<(i64, String)>,
) -> Result<(), Reply> {
    let bad = || coded(401, 32, "Could not authenticate you.");
    let mut given: BTreeMap<String, String> = BTreeMap::new();
    for field in fields.split(',') {
        let (name, value) = field.trim().split_once('=').ok_or_else(bad)?;
        let value = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).ok_or_else(bad)?;
        if given.insert(plain(name), plain(value)).is_some() {
            return Err(bad());
        }
    }
    let of = |name: &str| given.get(name).map(String::as_str).unwrap_or("");
    if of("oauth_signature_method") != "HMAC-SHA1" || !matches!(of("oauth_version"), "" | "1.0") {
        return Err(bad());
    }
    if of("oauth_consumer_key") != keys.consumer_key {
        return Err(bad());
    }
    if of("oauth_token") != keys.token {
        return Err(coded(401, 89, "Invalid or expired token."));
    }
    let time: i64 = of("oauth_timestamp").parse().map_err(|_| bad())?;
    if (time - asked.at.as_second()).abs() > CLOCK_SKEW {
        return Err(coded(401, 135, "Timestamp out of bounds."));
    }
    let nonce = of("oauth_nonce").to_owned();
    if nonce.is_empty() || signature_at(&asked.origin(), asked, &given, keys) != of("oauth_signature") {
        return Err(bad());
    }
    nonces.retain(|(when, _)| (when - asked.at.as_second()).abs() <= CLOCK_SKEW);
    if !nonces.insert((time, nonce)) {
        return Err(bad());
    }
    Ok(())
}

/// Over the method, the address as it was requested, the query, and the body
/// only where it is a form of the simple kind.
pub(in crate::rehearsal) fn signature_at(
    origin: &str,
    asked: &Asked,
    given: &BTreeMap<String, String>,
    keys: &Signed,
) -> String {
    let mut pairs: Vec<(String, String)> = given
        .iter()
        .filter(|(name, _)| !matches!(name.as_str(), "oauth_signature" | "realm"))
        .chain(asked.query.iter().map(|(name, value)| (name, value)))
        .map(|(name, value)| (encoded(name), encoded(value)))
        .collect();
    if let Sent::Form(fields) = &asked.sent {
        pairs.extend(fields.iter().map(|(name, value)| (encoded(name), encoded(value))));
    }
    pairs.sort();
    let pairs: Vec<String> = pairs.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    let address = format!("{origin}{}", asked.path);
    let base = format!("{}&{}&{}", asked.method, encoded(&address), encoded(&pairs.join("&")));
    let key = format!("{}&{}", encoded(&keys.consumer_secret), encoded(&keys.token_secret));
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, key.as_bytes());
    base64::engine::general_purpose::STANDARD.encode(hmac::sign(&key, base.as_bytes()))
}

/// RFC 3986: only letters, digits and `-._~` stand for themselves.
fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

fn plain(text: &str) -> String {
    let pair = format!("k={}", text.replace('+', "%2B").replace('&', "%26"));
    let mut pairs = url::form_urlencoded::parse(pair.as_bytes());
    pairs.next().map(|(_, value)| value.into_owned()).unwrap_or_default()
}
