//! One conversation with Hashnode's API: one address for all questions, the token,
//! which lives no longer than the conversation, and nothing of it in what comes back.

use super::Hashnode;
use crate::channel::SendError;
use crate::channel::credentials::Secrets;
use crate::channel::http::{self, Answer, Trouble};
use crate::channel::is_loopback;
use reqwest::Client;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;
use url::{Host, Url};

/// A picture of some megabytes goes over a slow line (a judgement).
const UPLOAD_LIMIT: Duration = Duration::from_secs(180);

/// The API, as one user sees it.
pub(super) struct Api<'a> {
    /// Whose.
    pub channel: &'a Hashnode,
    secrets: Secrets,
    bearer: HeaderValue,
    client: &'static Client,
}

impl<'a> Api<'a> {
    /// Reads the token.
    pub async fn open(channel: &'a Hashnode, project: &Path) -> Result<Api<'a>, SendError> {
        let secrets = channel.credentials.expose(project).await?;
        let bearer = secrets.bearer("access_token")?;
        Ok(Api { channel, secrets, bearer, client: http::service(&channel.base_url)? })
    }

    /// Asks. `name` is the name of the operation in `query`, for whoever reads a log.
    /// Nothing is followed: what is led elsewhere comes back as a page (the address of
    /// before 2026 does that).
    pub async fn ask(&self, name: &str, query: &str, variables: Value) -> Result<Answer, Trouble> {
        let body = json!({ "operationName": name, "query": query, "variables": variables });
        let request = self.client.post(format!("{}/", self.channel.base_url));
        let request = request.header(AUTHORIZATION, self.bearer.clone()).json(&body);
        http::call(request).await.map_err(|trouble| match trouble {
            Trouble::NotSent(why) => Trouble::NotSent(format!("Hashnode cannot be reached: {why}")),
            Trouble::Lost(why) => Trouble::Lost(format!("Hashnode did not answer: {why}")),
        })
    }

    /// Brings a file to where Hashnode said. Nothing of the token goes along.
    pub async fn upload(&self, address: &str, mime: &str, bytes: Vec<u8>) -> Result<Answer, Trouble> {
        let client = http::service(address).map_err(|error| Trouble::NotSent(error.to_string()))?;
        let request = client.put(address).header(CONTENT_TYPE, mime).timeout(UPLOAD_LIMIT).body(bytes);
        http::call(request).await
    }

    /// Whether a file may be brought to an address that the API named, or be shown from
    /// there: `https` and a name, so that no answer leads to a machine of this house. Of
    /// an API on this machine also what is on this machine.
    pub fn may_lead_to(&self, address: &str) -> bool {
        let Ok(url) = Url::parse(address) else { return false };
        let bare = url.username().is_empty() && url.password().is_none();
        let base = Url::parse(&self.channel.base_url).ok();
        let is_here = |url: &Url| url.host_str().is_some_and(is_loopback);
        if base.is_some_and(|base| is_here(&base)) && is_here(&url) {
            return bare;
        }
        let named = matches!(url.host(), Some(Host::Domain(name)) if name.contains('.') && !name.ends_with(".localhost"));
        bare && named && url.scheme() == "https" && url.port().is_none()
    }

    /// Whether what Hashnode gave holds nothing of the token.
    pub fn are_not_in(&self, said: &str) -> bool {
        self.secrets.are_not_in(said)
    }

    /// `text`, which Hashnode said, without any trace of the token.
    pub fn redact(&self, text: &str) -> String {
        self.secrets.redact(text)
    }

    /// The same without anything that steers a display, cut where nobody reads on.
    pub fn clean(&self, text: &str) -> String {
        let text = self.redact(text);
        let text = crate::diagnostic::visible::visible(text.trim());
        match text.char_indices().nth(600) {
            Some((end, _)) => format!("{}…", &text[..end]),
            None => text.into_owned(),
        }
    }
}
