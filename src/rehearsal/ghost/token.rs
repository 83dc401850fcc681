//! Tokens: read and checked as a JWT library does (docs.ghost.org, "Token
//! authentication"; what 6.65.0 says of wrong ones).

use super::refusal::error;
use crate::rehearsal::Settings;
use crate::rehearsal::reply::{Checked, Reply, no};
use crate::rehearsal::request::Asked;
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

fn unauthorized(code: &str, says: &str) -> Reply {
    error(401, "UnauthorizedError", Some(code), says)
}

/// Whether the request's token is good now.
pub(super) fn check(asked: &Asked, settings: &Settings, expired: bool) -> Checked<()> {
    let told = asked.header("authorization").and_then(|header| header.split_once(' '));
    let Some(("Ghost", token)) = told else {
        return no(error(403, "NoPermissionError", None, "Authorization failed"));
    };
    let Some((signed, head, claims, signature)) = parts(token) else {
        return no(error(400, "BadRequestError", Some("INVALID_JWT"), "Invalid token"));
    };
    let (id, secret) = settings.token.split_once(':').unwrap_or_default();
    if head["kid"] != id || expired {
        return no(unauthorized("UNKNOWN_ADMIN_API_KEY", "Unknown Admin API Key"));
    }
    let bad = |why: &str| no(unauthorized("INVALID_JWT", &format!("Invalid token: {why}")));
    let secret = secret
        .as_bytes()
        .chunks(2)
        .filter_map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
    let key = hmac::Key::new(hmac::HMAC_SHA256, &secret.collect::<Vec<u8>>());
    if head["alg"] != "HS256" || hmac::verify(&key, signed.as_bytes(), &signature).is_err() {
        return bad("invalid signature");
    }
    if claims["aud"] != "/admin/" {
        return bad("jwt audience invalid. expected: /\\/?admin\\/?$/");
    }
    let (iat, exp) = (claims["iat"].as_i64().unwrap_or(0), claims["exp"].as_i64().unwrap_or(0));
    if asked.at.as_second() >= exp {
        return bad("jwt expired");
    }
    if exp - iat > 300 {
        return bad("maxAge exceeded");
    }
    Ok(())
}

/// What is signed, the head, the claims and the signature.
fn parts(token: &str) -> Option<(&str, Value, Value, Vec<u8>)> {
    let (signed, signature) = token.rsplit_once('.')?;
    let (head, claims) = signed.split_once('.')?;
    let json = |part: &str| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok();
    Some((signed, json(head)?, json(claims)?, URL_SAFE_NO_PAD.decode(signature).ok()?))
}
