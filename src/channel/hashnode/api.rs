//! One conversation with Hashnode's API: one address for all questions, the token,
//! which lives no longer than the conversation, and nothing of it in what comes back.

use crate::channel::SendError;
use crate::channel::article::{Conversation, Site};
use crate::channel::credentials::Secrets;
use crate::channel::http::{self, Answer, Trouble};
use crate::channel::{is_loopback, is_public_name};
use reqwest::Client;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;
use url::Url;

/// A picture of some megabytes goes over a slow line (a judgement).
const UPLOAD_LIMIT: Duration = Duration::from_secs(180);

/// The API, as one user sees it.
pub struct Api {
    /// Which publication is meant, by its id, once that is known.
    pub(super) publication: String,
    /// The API's address.
    pub(super) base_url: String,
    secrets: Secrets,
    bearer: HeaderValue,
    client: &'static Client,
}

impl Api {
    /// Reads the token.
    pub(super) async fn open(site: &Site, project: &Path) -> Result<Api, SendError> {
        let secrets = site.credentials.expose(project).await?;
        let bearer = secrets.bearer("access_token")?;
        let (publication, base_url) = (String::new(), site.base_url.clone());
        Ok(Api { publication, secrets, bearer, client: http::service(&base_url)?, base_url })
    }

    /// Asks. `name` is the name of the operation in `query`, for whoever reads a log.
    /// Nothing is followed: what is led elsewhere comes back as a page (the address of
    /// before 2026 does that).
    pub async fn ask(&self, name: &str, query: &str, variables: Value) -> Result<Answer, Trouble> {
        let body = json!({ "operationName": name, "query": query, "variables": variables });
        let request = self.client.post(format!("{}/", self.base_url));
        let request = request.header(AUTHORIZATION, self.bearer.clone()).json(&body);
        http::call(request).await.map_err(|trouble| trouble.named(NAME))
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
        let base = Url::parse(&self.base_url).ok();
        let is_here = |url: &Url| url.host_str().is_some_and(is_loopback);
        if base.is_some_and(|base| is_here(&base)) && is_here(&url) {
            return bare;
        }
        bare && is_public_name(url.host()) && url.scheme() == "https" && url.port().is_none()
    }
}

impl Conversation for Api {
    fn name(&self) -> &str {
        NAME
    }

    fn redact(&self, text: &str) -> String {
        self.secrets.redact(text)
    }
}

pub(super) const NAME: &str = "Hashnode";
