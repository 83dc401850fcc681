//! Talking to the Threads API: where a call goes, and that nothing of a secret comes
//! back with an answer. Words and tokens are never in an address, which logs keep.

use super::dialect::Asked;
use super::{Threads, VERSION};
use crate::channel::SendError;
use crate::channel::credentials::Secrets;
use crate::channel::graph::{Asking, object, outcome};
use crate::channel::http::{self, Answer};
use crate::channel::network::is_plain_id;
use crate::diagnostic::visible::visible;
use reqwest::header::{AUTHORIZATION, HeaderValue};
use reqwest::{Method, RequestBuilder};
use serde_json::Value;
use std::path::Path;

/// One account's way to the API, while something is being done.
pub(super) struct Api {
    root: String,
    secrets: Secrets,
    bearer: HeaderValue,
    /// What stands for the account in addresses.
    pub user: String,
}

impl Api {
    /// Reads the secrets. `Refused` names the one that is not there.
    pub async fn open(threads: &Threads, project: &Path) -> Result<Api, SendError> {
        let secrets = threads.credentials.expose(project).await?;
        if secrets.get("access_token").is_none() {
            let says = "`access_token` is needed to speak for a Threads account".to_owned();
            return Err(SendError::Refused { says });
        }
        let bearer = secrets.bearer("access_token")?;
        let root = format!("{}/{VERSION}", threads.base_url);
        Ok(Api { root, secrets, bearer, user: "me".to_owned() })
    }

    /// A request to `path` below the version.
    pub fn request(&self, method: Method, path: &str) -> Result<RequestBuilder, SendError> {
        let request = http::service(&self.root)?.request(method, format!("{}/{path}", self.root));
        Ok(request.header(AUTHORIZATION, self.bearer.clone()))
    }

    /// Sends it. Without an answer: what that means for what was `asked`.
    pub async fn call(&self, request: RequestBuilder, asked: Asked) -> Result<Answer, SendError> {
        http::call(request).await.map_err(|trouble| match asked.publishes() || asked == Asked::Delete {
            true => trouble.of_creating(),
            false => trouble.of_asking(),
        })
    }

    /// What an answer means that is not the one that was wanted.
    pub fn judge(&self, answer: &Answer, asked: Asked) -> SendError {
        outcome(answer, asked, &|text| self.clean(text))
    }

    /// `GET path?query`.
    pub async fn get(&self, path: &str, query: &[(&str, &str)], asked: Asked) -> Result<Answer, SendError> {
        self.call(self.request(Method::GET, path)?.query(query), asked).await
    }

    /// Reads an object: `GET path?query`.
    pub async fn read(&self, path: &str, query: &[(&str, &str)], asked: Asked) -> Result<Value, SendError> {
        let answer = self.get(path, query, asked).await?;
        object(&answer).ok_or_else(|| self.judge(&answer, asked))
    }

    /// `POST path` with a form; both steps of publishing.
    pub async fn post(&self, path: &str, form: &[(&str, String)], asked: Asked) -> Result<Answer, SendError> {
        self.call(self.request(Method::POST, path)?.form(form), asked).await
    }

    /// `text` with every trace of the secrets taken out.
    pub fn redact(&self, text: &str) -> String {
        self.secrets.redact(text)
    }

    /// What Threads said, without secrets and made visible. Cut only then:
    /// half a secret would not be known again.
    pub fn clean(&self, text: &str) -> String {
        visible(self.redact(text).trim()).into_owned()
    }

    /// The id that Threads gave to something, a text of digits or a whole number: never a
    /// path, nor anything that the server was told, such as a token.
    pub fn id(&self, value: &Value) -> Option<String> {
        let id = match value {
            Value::String(id) => id.clone(),
            Value::Number(id) => id.as_u64()?.to_string(),
            _ => return None,
        };
        (is_id(&id) && self.secrets.are_not_in(&id)).then_some(id)
    }
}

/// Whether it can be the id of a post, a container or an account: a number (all examples
/// of the API's pages).
pub(super) fn is_id(id: &str) -> bool {
    is_plain_id(id) && id.bytes().all(|byte| byte.is_ascii_digit())
}
