//! One conversation with a Forem: addresses, the key, which lives no longer than the
//! conversation, and nothing of it in what comes back.

use crate::channel::SendError;
use crate::channel::article::{Conversation, Site};
use crate::channel::credentials::{Secrets, header};
use crate::channel::http::{self, Answer, Trouble};
use reqwest::header::{ACCEPT, HeaderValue};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::Value;
use std::path::Path;

/// Without it an older version of the API answers (developers.forem.com, v1).
const V1: &str = "application/vnd.forem.api-v1+json";

/// The API, as one author sees it.
pub struct Api {
    base_url: String,
    secrets: Secrets,
    key: HeaderValue,
    client: &'static Client,
}

impl Api {
    /// Reads the key.
    pub(super) async fn open(site: &Site, project: &Path) -> Result<Api, SendError> {
        let secrets = site.credentials.expose(project).await?;
        let key = header(secrets.get("api_key").unwrap_or_default().trim(), "api_key")?;
        let client = http::service(&site.base_url)?;
        Ok(Api { base_url: site.base_url.clone(), secrets, key, client })
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}/api{path}", self.base_url));
        request.header(ACCEPT, V1).header("api-key", self.key.clone())
    }

    /// Asks for something that changes nothing.
    pub async fn get(&self, path: &str) -> Result<Answer, Trouble> {
        self.call(self.request(Method::GET, path)).await
    }

    /// Makes an article.
    pub async fn post(&self, path: &str, body: &Value) -> Result<Answer, Trouble> {
        self.call(self.request(Method::POST, path).json(body)).await
    }

    /// Changes one.
    pub async fn put(&self, path: &str, body: &Value) -> Result<Answer, Trouble> {
        self.call(self.request(Method::PUT, path).json(body)).await
    }

    /// Sends a request; what prevents an answer says whose.
    async fn call(&self, request: RequestBuilder) -> Result<Answer, Trouble> {
        http::call(request).await.map_err(|trouble| trouble.named(self.name()))
    }
}

impl Conversation for Api {
    /// The community's host.
    fn name(&self) -> &str {
        let address = self.base_url.as_str();
        let bare = address.split_once("://").map_or(address, |(_, rest)| rest);
        bare.split('/').next().unwrap_or(bare)
    }

    fn redact(&self, text: &str) -> String {
        self.secrets.redact(text)
    }
}
