//! One conversation with LinkedIn: headers, addresses, and the token, which
//! lives no longer than the conversation.

use super::LinkedIn;
use crate::channel::credentials::Secrets;
use crate::channel::http::{self, Answer, Trouble};
use crate::channel::network::shortened;
use crate::channel::{SendError, is_loopback};
use reqwest::header::{AUTHORIZATION, HeaderValue};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::Value;
use std::path::Path;
use url::{Host, Url};

/// Sends a request; what prevents an answer says whose.
pub(super) async fn call(request: RequestBuilder) -> Result<Answer, Trouble> {
    http::call(request).await.map_err(|trouble| trouble.named("LinkedIn"))
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

    /// Changes a part of something.
    pub async fn update(&self, path: &str, body: &Value) -> Result<Answer, Trouble> {
        let request = self.request(Method::POST, path).header("X-RestLi-Method", "PARTIAL_UPDATE");
        call(request.json(body)).await
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
        let Some(place) = place(&url, &self.channel.base_url) else {
            let host = url.host_str().unwrap_or("nowhere");
            let host = crate::diagnostic::visible::visible(host).into_owned();
            let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
            return Err(format!(
                "LinkedIn named `{}://{host}{port}` to upload to, which is no place of its own",
                url.scheme()
            ));
        };
        let request = self.client.put(url);
        Ok(match place {
            Place::Own => self.signed(request),
            Place::Public => request,
        })
    }

    /// Whether a name that LinkedIn gave holds nothing of the token.
    pub fn are_not_in(&self, name: &str) -> bool {
        self.secrets.are_not_in(name)
    }

    /// `text`, which LinkedIn said, without any trace of the token.
    pub fn redact(&self, text: &str) -> String {
        self.secrets.redact(text)
    }

    /// `text` without any trace of the token and without anything that steers
    /// a display, cut where nobody reads on.
    pub fn clean(&self, text: &str) -> String {
        shortened(&self.secrets.redact(text))
    }
}

/// Where an upload goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// LinkedIn itself, or the machine that stands in its place: the token may go there.
    Own,
    /// Somewhere on the public net, such as a store that LinkedIn uses.
    Public,
}

/// What kind of place `url` is, if bytes may go there at all.
fn place(url: &Url, base_url: &str) -> Option<Place> {
    if !url.username().is_empty() || url.password().is_some() {
        return None;
    }
    if Url::parse(base_url).is_ok_and(|home| is_at(url, &home)) {
        return Some(Place::Own);
    }
    let Some(Host::Domain(name)) = url.host() else { return None };
    if url.scheme() != "https" || !is_public(name) {
        return None;
    }
    let theirs = name == "linkedin.com" || name.ends_with(".linkedin.com");
    Some(if theirs { Place::Own } else { Place::Public })
}

/// Whether `url` is on the machine that `home` names, whichever port: uploads
/// have a service of their own. It has more than one name if it is this one
/// (RFC 1122, 3.2.1.3; RFC 6761, 6.3). What is asked for with TLS is not
/// continued without.
fn is_at(url: &Url, home: &Url) -> bool {
    let (Some(host), Some(home_host)) = (url.host_str(), home.host_str()) else { return false };
    let is_web = matches!(url.scheme(), "http" | "https");
    let as_safe = url.scheme() == home.scheme() || url.scheme() == "https";
    let here = is_loopback(host) && is_loopback(home_host);
    is_web && (here || (host == home_host && as_safe))
}

/// Whether a name can be that of a machine somewhere else. A full stop at its
/// end changes nothing, and all of `localhost` is this machine (RFC 6761, 6.3).
fn is_public(name: &str) -> bool {
    let bare = name.trim_end_matches('.');
    let last = bare.rsplit('.').next().unwrap_or(bare);
    let local = ["localhost", "localdomain"].iter().any(|local| last.eq_ignore_ascii_case(local));
    bare.contains('.') && !local && !is_loopback(bare)
}

#[cfg(test)]
mod tests {
    use super::{Place, place};
    use url::Url;

    const LINKEDIN: &str = "https://api.linkedin.com";
    const TEST: &str = "http://127.0.0.1:8080";

    #[test]
    fn an_upload_goes_to_linkedin_to_the_public_net_or_to_the_machine_in_its_place() {
        for (address, base_url, expected) in [
            ("https://www.linkedin.com/dms-uploads/1?a=b", LINKEDIN, Some(Place::Own)),
            ("https://api.linkedin.com:444/1", LINKEDIN, Some(Place::Own)),
            ("https://uploads.example/1", LINKEDIN, Some(Place::Public)),
            ("https://evil-linkedin.com/1", LINKEDIN, Some(Place::Public)),
            ("http://www.linkedin.com/1", LINKEDIN, None),
            ("http://api.linkedin.com/1", LINKEDIN, None),
            ("http://127.0.0.1:8080/1", LINKEDIN, None),
            ("https://localhost/1", LINKEDIN, None),
            ("https://10.0.0.7/1", LINKEDIN, None),
            // This machine has several names, and uploads a port of their own.
            ("http://127.0.0.1:8080/1", TEST, Some(Place::Own)),
            ("http://127.0.0.1:9090/1", TEST, Some(Place::Own)),
            ("http://localhost:8080/1", TEST, Some(Place::Own)),
            ("http://[::1]:9090/1", TEST, Some(Place::Own)),
            ("https://127.0.0.1:8443/1", TEST, Some(Place::Own)),
            ("http://127.0.0.1:9090/1", "http://localhost:8080/li", Some(Place::Own)),
            ("http://10.0.0.7:8080/1", TEST, None),
            ("http://uploads.example/1", TEST, None),
            ("http://localhost.evil.example/1", TEST, None),
            ("http://127.0.0.1.evil.example/1", TEST, None),
            ("ftp://127.0.0.1/1", TEST, None),
            // A machine of the house, with TLS or without.
            ("https://li.acme.example:8443/1", "https://li.acme.example", Some(Place::Own)),
            ("http://li.acme.example/1", "https://li.acme.example", None),
        ] {
            let url = Url::parse(address).unwrap();
            assert_eq!(place(&url, base_url), expected, "{address} from {base_url}");
        }
    }
}
