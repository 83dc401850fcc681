//! One conversation with a Forem: addresses, the key, which lives no longer than the
//! conversation, and nothing of it in what comes back.

use super::Forem;
use crate::channel::SendError;
use crate::channel::credentials::{Secrets, header};
use crate::channel::http::{self, Answer, Trouble};
use reqwest::header::{ACCEPT, HeaderValue};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::Value;
use std::path::Path;

/// Without it an older version of the API answers (developers.forem.com, v1).
const V1: &str = "application/vnd.forem.api-v1+json";

/// The API, as one author sees it.
pub(super) struct Api<'a> {
    /// Whose.
    pub channel: &'a Forem,
    secrets: Secrets,
    key: HeaderValue,
    client: &'static Client,
}

impl<'a> Api<'a> {
    /// Reads the key.
    pub async fn open(channel: &'a Forem, project: &Path) -> Result<Api<'a>, SendError> {
        let secrets = channel.credentials.expose(project).await?;
        let key = header(secrets.get("api_key").unwrap_or_default().trim(), "api_key")?;
        Ok(Api { channel, secrets, key, client: http::service(&channel.base_url)? })
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}/api{path}", self.channel.base_url));
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
        http::call(request).await.map_err(|trouble| match trouble {
            Trouble::NotSent(why) => Trouble::NotSent(format!("{} cannot be reached: {why}", self.name())),
            Trouble::Lost(why) => Trouble::Lost(format!("{} did not answer: {why}", self.name())),
        })
    }

    /// The community, for people: `dev.to`.
    pub fn name(&self) -> &str {
        let address = self.channel.base_url.as_str();
        let bare = address.split_once("://").map_or(address, |(_, rest)| rest);
        bare.split('/').next().unwrap_or(bare)
    }

    /// Whether what Forem gave holds nothing of the key.
    pub fn are_not_in(&self, said: &str) -> bool {
        self.secrets.are_not_in(said)
    }

    /// `text`, which Forem said, without any trace of the key.
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
