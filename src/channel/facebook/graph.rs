//! Talking to the Graph API: where a call goes, what proves who calls, and
//! that nothing of a secret comes back with an answer.

use super::Facebook;
use super::dialect::{self, Asked};
use crate::channel::SendError;
use crate::channel::credentials::Secrets;
use crate::channel::graph::Asking;
use crate::channel::http::{self, Answer};
use crate::channel::network::{is_nought, is_plain_id, odd_name};
use crate::channel::redaction::redact_pieces;
use crate::channel::secret::Exposed;
use crate::diagnostic::visible::visible;
use aws_lc_rs::hmac;
use reqwest::header::{AUTHORIZATION, HeaderValue};
use reqwest::{Method, RequestBuilder};
use serde_json::Value;
use std::path::Path;

/// What has an id at Facebook, and so how the id looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Named {
    /// A post of our page: `PAGE_POST` (Pages API, posts).
    Post,
    /// A comment, or a photo: no page says how its id looks; numbers, with or
    /// without `_` between them, were seen.
    Other,
}

/// One page's way to the Graph API, while something is being done.
pub(super) struct Graph {
    root: String,
    /// The page's number.
    pub page: String,
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
        let root = format!("{}/{}", page.base_url, page.version);
        Ok(Graph { root, page: page.page_id.clone(), secrets, bearer, proof })
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
        http::call(request).await.map_err(|trouble| {
            if asked.publishes() || matches!(asked, Asked::Edit | Asked::Delete) {
                trouble.of_creating()
            } else {
                trouble.of_asking()
            }
        })
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
            Some(proof) => redact_pieces(&text, std::slice::from_ref(proof)),
            None => text,
        }
    }

    /// What Facebook said, without secrets and made visible. Cut only then:
    /// half a secret would not be known again.
    pub fn clean(&self, text: &str) -> String {
        visible(self.redact(text).trim()).into_owned()
    }

    /// The id that Facebook gave to something, a text or a whole number: never a
    /// path, nor anything that the server was told, such as a token. What is
    /// another page's is no post of ours.
    pub fn id(&self, value: &Value, named: Named) -> Option<String> {
        let id = match value {
            Value::String(id) => id.clone(),
            Value::Number(id) => id.as_u64()?.to_string(),
            _ => return None,
        };
        let good = match named {
            Named::Post => is_post_of(&id, &self.page),
            Named::Other => is_plain_id(&id),
        };
        (good && self.redact(&id) == id).then_some(id)
    }

    /// The id of what was made, under `key` in an answer that is a success, and
    /// the answer. Where there is none: what that means.
    pub fn made(
        &self,
        answer: &Answer,
        key: &str,
        named: Named,
        asked: Asked,
    ) -> Result<(String, Value), SendError> {
        let Some(told) = dialect::object(answer) else { return Err(self.judge(answer, asked)) };
        if let Some(id) = self.id(&told[key], named) {
            return Ok((id, told));
        }
        let Some(odd) = odd_name(told.get(key), |text| self.clean(text)) else {
            return Err(self.judge(answer, asked));
        };
        let wanted = match named {
            Named::Post => format!("no post of page {}", self.page),
            Named::Other => "no name that Facebook gives".to_owned(),
        };
        Err(asked.doubt(format!("Facebook answered {} with the id {odd}, which is {wanted}", answer.status)))
    }

    /// Where readers find it. `permalink_url` is relative for some kinds of
    /// posts; an address without one, with a secret in it, or elsewhere than at
    /// Facebook, is made from the id: other rungs' texts bring it to readers.
    /// `below`: the id of the post that it is a comment on.
    pub fn address(&self, permalink: &Value, id: &str, below: Option<&str>) -> String {
        let permalink = permalink.as_str().filter(|written| self.redact(written) == *written);
        let own = url::Url::parse(&self.root).ok();
        address(permalink.unwrap_or(""), own.as_ref().and_then(url::Url::host_str))
            .unwrap_or_else(|| plain_address(id, below))
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

/// Whether it is the id of a post of the page: `PAGE_POST`, in digits.
pub(super) fn is_post_of(id: &str, page: &str) -> bool {
    id.split_once('_').is_some_and(|(of, post)| of == page && is_number(post) && !is_nought(post))
}

/// Digits, and no more of them than any id has.
pub(super) fn is_number(text: &str) -> bool {
    (1..=40).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

/// `own` is the host that the calls go to.
fn address(permalink: &str, own: Option<&str>) -> Option<String> {
    let written = permalink.trim();
    let whole = match written.strip_prefix('/') {
        Some(path) => format!("https://www.facebook.com/{}", path.trim_start_matches('/')),
        None => written.to_owned(),
    };
    let url = url::Url::parse(&whole).ok().filter(|url| is_for_readers(url, own));
    url.map(|url| url.to_string()).filter(|url| url.len() <= LONGEST_ADDRESS)
}

/// Where readers find what Facebook told no address of. A comment's is that of
/// its post, with the comment's own number, as the site writes it (seen 2026).
pub(super) fn plain_address(id: &str, below: Option<&str>) -> String {
    match below {
        None => format!("https://www.facebook.com/{id}"),
        Some(post) => {
            let number = id.rsplit('_').next().unwrap_or(id);
            format!("https://www.facebook.com/{post}?comment_id={number}")
        }
    }
}

/// No address of Facebook's is longer (a judgement): it goes into other rungs' texts.
const LONGEST_ADDRESS: usize = 2000;

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

    fn graph() -> Graph {
        Graph {
            root: "https://graph.example/v26.0".to_owned(),
            page: "12".to_owned(),
            secrets: Secrets::of(&[("access_token", "EAAsesame-open_and-shut")]),
            bearer: HeaderValue::from_static("x"),
            proof: Some(Exposed::new("0123456789abcdef")),
        }
    }

    #[test]
    fn a_posts_id_is_our_pages_and_all_others_are_short() {
        let graph = graph();
        let id = |value: &Value, named| graph.id(value, named);
        assert_eq!(id(&json!("12_345"), Named::Post).as_deref(), Some("12_345"));
        for good in ["555", "345_555", "12_345_6", "AbC-9"] {
            assert_eq!(id(&json!(good), Named::Other).as_deref(), Some(good));
            assert_eq!(id(&json!(good), Named::Post), None, "{good}");
        }
        assert_eq!(id(&json!(1001), Named::Other).as_deref(), Some("1001"));
        for odd in ["999_5", "12_", "_12", "12", "12_sesame", "12_3_4", "012_3", "12_3 ", "12_٧", "12_0"] {
            assert_eq!(id(&json!(odd), Named::Post), None, "{odd}");
        }
        for bad in [
            json!(""),
            json!(0),
            json!("0"),
            json!(-12),
            json!(1.5),
            json!(["12"]),
            json!({ "id": "12_3" }),
            json!("../me"),
            json!("1?x=y"),
            json!("1".repeat(101)),
            json!("٧"),
            json!(null),
            json!("EAAsesame-open_and-shut"),
            json!("12_EAAsesame-open_and-shut"),
            // Half of the token, and the proof that was sent with it.
            json!("EAAsesame-open"),
            json!("0123456789abcdef"),
        ] {
            assert_eq!((id(&bad, Named::Post), id(&bad, Named::Other)), (None, None), "{bad}");
        }
    }

    #[test]
    fn an_address_is_one_of_the_web_or_made_from_the_id() {
        let of = |permalink: &str| graph().address(&json!(permalink), "12_3", None);
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
        let long = format!("https://www.facebook.com/{}", "a".repeat(3000));
        assert_eq!(of(&long), "https://www.facebook.com/12_3");
        let comment = |id: &str| graph().address(&Value::Null, id, Some("12_3"));
        assert_eq!(comment("3_45"), "https://www.facebook.com/12_3?comment_id=45");
        assert_eq!(comment("555"), "https://www.facebook.com/12_3?comment_id=555");
    }
}
