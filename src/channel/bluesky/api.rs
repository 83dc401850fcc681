//! One conversation with the account's server.

use super::answer::{Asked, Fault, trouble};
use super::payload::POST;
use super::session::{self, Session, unreachable};
use super::{Bluesky, tid};
use crate::channel::credentials::Secrets;
use crate::channel::http::{self, Answer, Trouble};
use crate::channel::network::shortened;
use crate::channel::secret::Exposed;
use crate::channel::{Attempt, SendError};
use reqwest::{Client, RequestBuilder};
use serde_json::Value;
use std::path::Path;
use url::Url;

/// The account's server, as one account sees it.
pub(super) struct Api<'a> {
    /// Whose.
    pub channel: &'a Bluesky,
    /// Signed in.
    pub session: &'a Session,
    secrets: Secrets,
    client: &'static Client,
}

/// A record that is there.
#[derive(Debug)]
pub(super) struct Record {
    /// The digest of its bytes.
    pub cid: String,
    /// What it says.
    pub value: Value,
}

/// `text` without any trace of secrets and without anything that steers a
/// display, cut where nobody reads on.
pub(super) fn clean(secrets: &Secrets, known: &[Exposed], text: &str) -> String {
    shortened(&secrets.redact_with(text, known))
}

impl<'a> Api<'a> {
    /// Signs in, if this process has not yet.
    pub async fn open(channel: &'a Bluesky, project: &Path) -> Result<Api<'a>, SendError> {
        let secrets = channel.credentials.expose(project).await?;
        let session = channel.session.ask(session::sign_in(channel, &secrets)).await?;
        Ok(Api { channel, session, client: http::service(&session.home)?, secrets })
    }

    fn address(&self, method: &str) -> String {
        format!("{}/xrpc/{method}", self.session.home)
    }

    /// Asks for something that everybody may know.
    pub async fn ask(&self, method: &str, query: &[(&str, &str)]) -> Result<Answer, SendError> {
        let mut url = Url::parse(&self.address(method))
            .map_err(|error| SendError::Refused { says: format!("`base_url` makes no address: {error}") })?;
        url.query_pairs_mut().extend_pairs(query);
        http::call(self.client.get(url)).await.map_err(unreachable).map_err(Trouble::of_asking)
    }

    /// Does something as the account: `fill` puts in what.
    pub async fn act(
        &self,
        method: &str,
        fill: impl Fn(RequestBuilder) -> RequestBuilder,
        asked: Asked,
    ) -> Result<Answer, SendError> {
        let request = || fill(self.client.post(self.address(method)));
        let lost = if asked == Asked::Publicly { Trouble::of_creating } else { Trouble::of_asking };
        session::signed(self.channel, &self.secrets, self.session, request, lost).await
    }

    /// What an answer means that is no success.
    pub fn trouble(&self, answer: &Answer, asked: Asked) -> SendError {
        let error = trouble(answer, asked, &self.channel.identifier, |text| self.clean(text));
        if Fault::of(answer).is_about_who(answer.status) { error.mendable() } else { error }
    }

    /// Whether a name that the server gave holds nothing that nobody may read.
    pub fn are_not_in(&self, name: &str) -> bool {
        self.secrets.redact_with(name, &self.session.known()) == name
    }

    /// `text`, which the server said, for a message.
    pub fn clean(&self, text: &str) -> String {
        clean(&self.secrets, &self.session.known(), text)
    }

    /// `text`, which readers see, without secrets.
    pub fn redact(&self, text: &str) -> String {
        self.secrets.redact_with(text, &self.session.known())
    }

    /// `at://DID/app.bsky.feed.post/KEY`.
    pub fn uri(&self, key: &str) -> String {
        format!("at://{}/{POST}/{key}", self.session.did)
    }

    /// The key under which that attempt puts its record, and no other.
    pub fn key(attempt: &Attempt) -> String {
        tid::key(&attempt.key, attempt.part, attempt.first_tried)
    }

    /// A post's public address; by the handle, where there is one that is confirmed.
    pub fn web(&self, key: &str) -> String {
        let actor = self.session.handle.as_deref().unwrap_or(&self.session.did);
        format!("{}/profile/{actor}/post/{key}", self.channel.web)
    }

    /// The account's post of that key, from the server that has it; none, if that
    /// server says that there is none.
    pub async fn record(&self, key: &str) -> Result<Option<Record>, SendError> {
        let query = [("repo", self.session.did.as_str()), ("collection", POST), ("rkey", key)];
        let answer = self.ask("com.atproto.repo.getRecord", &query).await?;
        // Of a repo that it does not have, a server says "InvalidRequest".
        if answer.is_refusal() && Fault::of(&answer).name == "RecordNotFound" {
            return Ok(None);
        }
        let said = answer.json().filter(|_| answer.is_success()).unwrap_or_default();
        let text = |key: &str| said.get(key).and_then(Value::as_str);
        let value = said.get("value").filter(|value| value.is_object());
        match (text("uri"), text("cid").filter(|cid| is_cid(cid)), value) {
            (Some(uri), Some(cid), Some(value)) if uri == self.uri(key) && self.are_not_in(cid) => {
                Ok(Some(Record { cid: cid.to_owned(), value: value.clone() }))
            }
            _ => Err(self.trouble(&answer, Asked::Other)),
        }
    }
}

/// A digest as records are named by: small letters and digits, of which those
/// that were seen have 59.
pub(super) fn is_cid(cid: &str) -> bool {
    (20..=128).contains(&cid.len())
        && cid.starts_with('b')
        && cid.bytes().all(|byte| byte.is_ascii_lowercase() || (b'2'..=b'7').contains(&byte))
}
