//! One conversation with LinkedIn: headers, addresses, and the token, which
//! lives no longer than the conversation.

use super::LinkedIn;
use crate::channel::credentials::Secrets;
use crate::channel::http::{self, Answer, Trouble};
use crate::channel::{SendError, is_loopback};
use reqwest::header::{AUTHORIZATION, HeaderValue};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::Value;
use std::path::Path;
use url::{Host, Url};

/// Sends a request; what prevents an answer says whose.
pub(super) async fn call(request: RequestBuilder) -> Result<Answer, Trouble> {
    http::call(request).await.map_err(|trouble| match trouble {
        Trouble::NotSent(why) => Trouble::NotSent(format!("LinkedIn cannot be reached: {why}")),
        Trouble::Lost(why) => Trouble::Lost(format!("LinkedIn did not answer: {why}")),
    })
}

/// The API, as one author sees it.
pub(super) struct Api<'a> {
    /// Whose.
    pub channel: &'a LinkedIn,
    secrets: Secrets,
    bearer: HeaderValue,
    client: &'static Client,
}

impl<'a> Api<'a> {
    /// Reads the token.
    pub async fn open(channel: &'a LinkedIn, project: &Path) -> Result<Api<'a>, SendError> {
        let secrets = channel.credentials.expose(project).await?;
        let bearer = secrets.bearer("access_token")?;
        Ok(Api { channel, secrets, bearer, client: http::service(&channel.base_url)? })
    }

    /// A request with everything that LinkedIn wants to see on each of them.
    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.channel.base_url));
        let request = self.signed(request);
        // Only what is below `/rest` has versions.
        if !path.starts_with("/rest/") {
            return request;
        }
        request.header("LinkedIn-Version", &self.channel.version).header("X-Restli-Protocol-Version", "2.0.0")
    }

    fn signed(&self, request: RequestBuilder) -> RequestBuilder {
        request.header(AUTHORIZATION, self.bearer.clone())
    }

    /// Asks for something that changes nothing.
    pub async fn get(&self, path: &str) -> Result<Answer, Trouble> {
        call(self.request(Method::GET, path)).await
    }

    /// Asks for a list, by a Rest.li finder.
    pub async fn search(&self, path: &str) -> Result<Answer, Trouble> {
        call(self.request(Method::GET, path).header("X-RestLi-Method", "FINDER")).await
    }

    /// Says something.
    pub async fn post(&self, path: &str, body: &Value) -> Result<Answer, Trouble> {
        call(self.request(Method::POST, path).json(body)).await
    }

    /// Takes something away.
    pub async fn delete(&self, path: &str) -> Result<Answer, Trouble> {
        call(self.request(Method::DELETE, path).header("X-RestLi-Method", "DELETE")).await
    }

    /// A request that puts bytes where LinkedIn said that they go. The error
    /// says why they do not go there: an answer must not lead us, or the
    /// token, to any other place.
    pub fn upload(&self, address: &str) -> Result<RequestBuilder, String> {
        let url = Url::parse(address).map_err(|_| "LinkedIn named no address to upload to".to_owned())?;
        let home = Url::parse(&self.channel.base_url).ok();
        let at_home = home.as_ref().is_some_and(|home| url.origin() == home.origin());
        let named = match url.host() {
            Some(Host::Domain(name)) => is_public(name),
            Some(Host::Ipv4(_) | Host::Ipv6(_)) | None => false,
        };
        let elsewhere = url.scheme() == "https" && named;
        let as_somebody = !url.username().is_empty() || url.password().is_some();
        if as_somebody || !(at_home || elsewhere) {
            let host = url.host_str().unwrap_or("nowhere");
            let host = crate::diagnostic::visible::visible(host).into_owned();
            return Err(format!(
                "LinkedIn named `{}://{host}` to upload to, which is no place of its own",
                url.scheme()
            ));
        }
        let theirs =
            url.host_str().is_some_and(|host| host == "linkedin.com" || host.ends_with(".linkedin.com"));
        let request = self.client.put(url);
        Ok(if at_home || theirs { self.signed(request) } else { request })
    }

    /// `text`, which LinkedIn said, without any trace of the token.
    pub fn redact(&self, text: &str) -> String {
        self.secrets.redact(text)
    }

    /// `text` without any trace of the token and without anything that steers
    /// a display, cut where nobody reads on.
    pub fn clean(&self, text: &str) -> String {
        let text = self.secrets.redact(text);
        let text = crate::diagnostic::visible::visible(text.trim());
        match text.char_indices().nth(600) {
            Some((end, _)) => format!("{}…", &text[..end]),
            None => text.into_owned(),
        }
    }
}

/// Whether a name can be that of a machine somewhere else. A full stop at its
/// end changes nothing, and all of `localhost` is this machine (RFC 6761, 6.3).
fn is_public(name: &str) -> bool {
    let bare = name.trim_end_matches('.');
    let last = bare.rsplit('.').next().unwrap_or(bare);
    let local = ["localhost", "localdomain"].iter().any(|local| last.eq_ignore_ascii_case(local));
    bare.contains('.') && !local && !is_loopback(bare)
}
