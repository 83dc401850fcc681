//! Talking to the Graph API: where a call goes, what proves who calls, and
//! that nothing of a secret comes back with an answer.

use super::Facebook;
use super::dialect::{self, Asked};
use crate::channel::SendError;
use crate::channel::credentials::Secrets;
use crate::channel::http::{self, Answer};
use crate::channel::secret::{Exposed, redact};
use crate::diagnostic::visible::visible;
use aws_lc_rs::hmac;
use reqwest::header::{AUTHORIZATION, HeaderValue};
use reqwest::{Method, RequestBuilder};
use serde_json::Value;
use std::path::Path;

/// One page's way to the Graph API, while something is being done.
pub(super) struct Graph {
    root: String,
    secrets: Secrets,
    bearer: HeaderValue,
    proof: Option<Exposed>,
}

impl Graph {
    /// Reads the secrets. `Refused` names the one that is not there.
    pub async fn open(page: &Facebook, project: &Path) -> Result<Graph, SendError> {
        let secrets = page.credentials.expose(project).await?;
        let token = secrets.get("access_token").filter(|_| !page.page_id.is_empty());
        let token = token.ok_or_else(|| SendError::Refused {
            says: "`page_id` and `access_token` are needed to speak for a Facebook page".to_owned(),
        })?;
        let bearer = secrets.bearer("access_token")?;
        let proof = secrets.get("app_secret").map(|secret| proof(secret, token));
        Ok(Graph { root: format!("{}/{}", page.base_url, page.version), secrets, bearer, proof })
    }

    /// A request to `path` below the version. The token is in a header, never
    /// in the address, which logs keep.
    pub fn request(&self, method: Method, path: &str) -> Result<RequestBuilder, SendError> {
        let request = http::service(&self.root)?
            .request(method, format!("{}/{path}", self.root))
            .header(AUTHORIZATION, self.bearer.clone());
        Ok(match &self.proof {
            Some(proof) => request.query(&[("appsecret_proof", proof.value())]),
            None => request,
        })
    }

    /// Sends it. Without an answer: what that means for what was `asked`.
    pub async fn call(&self, request: RequestBuilder, asked: Asked) -> Result<Answer, SendError> {
        http::call(request)
            .await
            .map_err(|trouble| if asked.publishes() { trouble.of_creating() } else { trouble.of_asking() })
    }

    /// What an answer means that is not the one that was wanted.
    pub fn judge(&self, answer: &Answer, asked: Asked) -> SendError {
        dialect::outcome(answer, asked, &|text| self.clean(text))
    }

    /// `GET path?query`.
    pub async fn get(&self, path: &str, query: &[(&str, &str)], asked: Asked) -> Result<Answer, SendError> {
        self.call(self.request(Method::GET, path)?.query(query), asked).await
    }

    /// Reads an object: `GET path?query`.
    pub async fn read(&self, path: &str, query: &[(&str, &str)], asked: Asked) -> Result<Value, SendError> {
        let answer = self.get(path, query, asked).await?;
        dialect::object(&answer).ok_or_else(|| self.judge(&answer, asked))
    }

    /// `text` with every trace of the secrets and of the proof taken out.
    pub fn redact(&self, text: &str) -> String {
        let text = self.secrets.redact(text);
        match &self.proof {
            Some(proof) => redact(&text, std::slice::from_ref(proof)),
            None => text,
        }
    }

    /// What Facebook said, without secrets and made visible. Cut only then:
    /// half a secret would not be known again.
    pub fn clean(&self, text: &str) -> String {
        visible(self.redact(text).trim()).into_owned()
    }

    /// The id of what was made, under `key` in an answer that is a success, and
    /// the answer. Whatever readers see has one of two numbers, `PAGE_POST`: a
    /// single one is a photo's.
    pub fn made(&self, answer: &Answer, key: &str, asked: Asked) -> Option<(String, Value)> {
        let json = answer.json().filter(|_| answer.is_success())?;
        let id = id(json.get(key)?).filter(|id| self.redact(id) == *id)?;
        (id.contains('_') || !asked.publishes()).then_some((id, json))
    }

    /// Where readers find it. `permalink_url` is relative for some kinds of
    /// posts; an address without one, with a secret in it, or elsewhere than at
    /// Facebook, is made from the id: other rungs' texts bring it to readers.
    pub fn address(&self, permalink: &Value, id: &str) -> String {
        let permalink = permalink.as_str().filter(|written| self.redact(written) == *written);
        let own = url::Url::parse(&self.root).ok();
        address(permalink.unwrap_or(""), id, own.as_ref().and_then(url::Url::host_str))
    }
}

/// `appsecret_proof`: hex HMAC-SHA256 of the token, with the app's secret as
/// the key (Facebook, "Securing Graph API calls"). A stolen token is of no use
/// without it.
fn proof(app_secret: &str, token: &str) -> Exposed {
    let key = hmac::Key::new(hmac::HMAC_SHA256, app_secret.as_bytes());
    let tag = hmac::sign(&key, token.as_bytes());
    Exposed::new(tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect::<String>())
}

/// Whether it can be an id that Facebook gave: digits, in some with `_` between
/// page and post. It becomes a part of addresses and of the journal: never a
/// path, nor anything that the server was told, such as a token.
pub(super) fn is_id(text: &str) -> bool {
    let is_number = |number: &str| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
    text.len() <= 100 && text.split('_').count() <= 3 && text.split('_').all(is_number)
}

/// The id in an answer: a text, or a whole number, which is the same id.
pub(super) fn id(value: &Value) -> Option<String> {
    match value {
        Value::String(id) if is_id(id) => Some(id.clone()),
        Value::Number(id) => id.as_u64().map(|id| id.to_string()),
        _ => None,
    }
}

/// `own` is the host that the calls go to.
fn address(permalink: &str, id: &str, own: Option<&str>) -> String {
    let written = permalink.trim();
    let whole = match written.strip_prefix('/') {
        Some(path) => format!("https://www.facebook.com/{}", path.trim_start_matches('/')),
        None => written.to_owned(),
    };
    match url::Url::parse(&whole) {
        Ok(url) if is_for_readers(&url, own) => url.to_string(),
        _ => plain_address(id),
    }
}

/// Where readers find what Facebook told no address of.
pub(super) fn plain_address(id: &str) -> String {
    format!("https://www.facebook.com/{id}")
}

fn is_for_readers(url: &url::Url, own: Option<&str>) -> bool {
    let Some(host) = url.host_str() else { return false };
    let is_facebook = host == "facebook.com" || host.ends_with(".facebook.com");
    let is_named = !url.username().is_empty() || url.password().is_some();
    url.scheme() == "https" && !is_named && (is_facebook && url.port().is_none() || own == Some(host))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_proof_is_the_hmac_of_the_token() {
        // RFC 4231, test case 2: key "Jefe".
        assert_eq!(
            proof("Jefe", "what do ya want for nothing?").value(),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }

    #[test]
    fn an_id_is_nothing_but_an_id() {
        for good in ["12_345", "12_345_6", "7"] {
            assert_eq!(id(&json!(good)).as_deref(), Some(good));
        }
        assert_eq!(id(&json!(1001)).as_deref(), Some("1001"));
        for bad in [
            json!(""),
            json!(-12),
            json!(1.5),
            json!(["12"]),
            json!("../me"),
            json!("1?x=y"),
            json!("1".repeat(101)),
            json!("12_"),
            json!("_12"),
            json!("1_2_3_4"),
            json!("12_sesame"),
            json!("٧"),
            json!(null),
        ] {
            assert_eq!(id(&bad), None, "{bad}");
        }
    }

    #[test]
    fn an_address_is_one_of_the_web_or_made_from_the_id() {
        let of = |permalink: &str| address(permalink, "12_3", Some("graph.example"));
        assert_eq!(of("https://www.facebook.com/acme/posts/3"), "https://www.facebook.com/acme/posts/3");
        assert_eq!(of("/acme/videos/3/"), "https://www.facebook.com/acme/videos/3/");
        assert_eq!(of("//evil.example/3"), "https://www.facebook.com/evil.example/3");
        for good in ["https://facebook.com/3", "https://m.facebook.com/3?a=b", "https://graph.example/3"] {
            assert_eq!(of(good), good);
        }
        assert_eq!(of("HTTPS://WWW.Facebook.com/3"), "https://www.facebook.com/3");
        for no in [
            "",
            "javascript:alert(1)",
            "http://www.facebook.com/3",
            "https://a:b@www.facebook.com/3",
            "https://:b@www.facebook.com/3",
            "https://www.facebook.com@evil.example/3",
            "https://www.facebook.com:8443/3",
            "https://evil.example/phish",
            "https://evil.example/www.facebook.com",
            "https://notfacebook.com/3",
            "https://facebook.com.evil.example/3",
            "https://a.graph.example/3",
        ] {
            assert_eq!(of(no), "https://www.facebook.com/12_3", "{no}");
        }
    }
}
