//! One conversation with a site: addresses, a token for each request, and nothing of
//! key and tokens in what comes back.

use super::token::Key;
use crate::channel::SendError;
use crate::channel::article::{Conversation, Site};
use crate::channel::credentials::{Secrets, header};
use crate::channel::http::{self, Answer, Trouble};
use crate::channel::redaction::redact_pieces;
use crate::channel::secret::Exposed;
use reqwest::header::{AUTHORIZATION, HeaderValue};
use reqwest::multipart::{Form, Part};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::Value;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// A picture of some megabytes goes over a slow line, and Ghost makes smaller ones of
/// it before it answers (a judgement).
const UPLOAD_LIMIT: Duration = Duration::from_secs(180);

/// Which version is spoken. Ghost writes its owner a mail about one that it does not
/// know, so that it is no setting (docs.ghost.org, "Versioning").
const ACCEPT_VERSION: (&str, &str) = ("accept-version", "v5.0");

/// The Admin API, as one integration sees it.
pub struct Api {
    root: String,
    secrets: Secrets,
    /// The key's halves, and the tokens of this conversation.
    hidden: Mutex<Vec<Exposed>>,
    key: Key,
    client: &'static Client,
}

impl Api {
    /// Reads the key, and says if it is none.
    pub(super) async fn open(site: &Site, project: &Path) -> Result<Api, SendError> {
        let secrets = site.credentials.expose(project).await?;
        if site.base_url.is_empty() {
            let says = "`base_url` is needed to write on a Ghost site".to_owned();
            return Err(SendError::Refused { says });
        }
        let written = secrets.get("admin_api_key").unwrap_or_default().trim();
        let Some(key) = Key::of(written) else {
            let says = "`admin_api_key` holds no Admin API key: that is a token of two parts in hex, `id:secret`. \
                        Copy it once more (Ghost's Settings, Integrations, your custom integration; not the Content \
                        API key)";
            return Err(SendError::Refused { says: says.to_owned() });
        };
        let secret = written.split_once(':').map(|(_, secret)| secret).unwrap_or_default();
        let hidden = Mutex::new(vec![Exposed::new(written), Exposed::new(secret)]);
        let client = http::service(&site.base_url)?;
        let root = format!("{}/ghost/api/admin", site.base_url);
        Ok(Api { root, secrets, hidden, key, client })
    }

    /// Every path ends with `/`: Ghost leads from others to those, and the token is
    /// carried nowhere.
    fn request(&self, method: Method, path: &str, query: &[(&str, &str)]) -> Result<RequestBuilder, Trouble> {
        let token = self.key.token(crate::clock::now());
        let header: HeaderValue = header(&format!("Ghost {token}"), "admin_api_key")
            .map_err(|error| Trouble::NotSent(error.to_string()))?;
        self.hidden.lock().unwrap_or_else(PoisonError::into_inner).push(Exposed::new(token));
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
        let query = if query.is_empty() { query } else { format!("?{query}") };
        let request = self.client.request(method, format!("{}{path}{query}", self.root));
        Ok(request.header(ACCEPT_VERSION.0, ACCEPT_VERSION.1).header(AUTHORIZATION, header))
    }

    /// Asks for something that changes nothing.
    pub async fn get(&self, path: &str, query: &[(&str, &str)]) -> Result<Answer, Trouble> {
        call(self.request(Method::GET, path, query)?).await
    }

    /// Makes something.
    pub async fn post(&self, path: &str, query: &[(&str, &str)], body: &Value) -> Result<Answer, Trouble> {
        call(self.request(Method::POST, path, query)?.json(body)).await
    }

    /// Changes something.
    pub async fn put(&self, path: &str, query: &[(&str, &str)], body: &Value) -> Result<Answer, Trouble> {
        call(self.request(Method::PUT, path, query)?.json(body)).await
    }

    /// Throws something away for good.
    pub async fn delete(&self, path: &str) -> Result<Answer, Trouble> {
        call(self.request(Method::DELETE, path, &[])?).await
    }

    /// Puts a picture among the site's images.
    pub async fn upload(&self, file: Part) -> Result<Answer, Trouble> {
        let form = Form::new().part("file", file).text("purpose", "image");
        let request = self.request(Method::POST, "/images/upload/", &[])?;
        call(request.timeout(UPLOAD_LIMIT).multipart(form)).await
    }
}

impl Conversation for Api {
    fn redact(&self, text: &str) -> String {
        let hidden = self.hidden.lock().unwrap_or_else(PoisonError::into_inner);
        redact_pieces(&self.secrets.redact(text), &hidden)
    }
}

/// Sends a request; what prevents an answer says whose.
async fn call(request: RequestBuilder) -> Result<Answer, Trouble> {
    http::call(request).await.map_err(|trouble| trouble.named("the site"))
}
