//! One conversation with a site: addresses, the application password, which lives
//! no longer than the conversation, and nothing of it in what comes back.

use super::{Status, WordPress};
use crate::channel::SendError;
use crate::channel::article::Conversation;
use crate::channel::credentials::{Secrets, header};
use crate::channel::http::{self, Answer, Trouble};
use crate::channel::redaction::redact_pieces;
use crate::channel::secret::Exposed;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::{AUTHORIZATION, CONTENT_DISPOSITION, CONTENT_TYPE, HeaderValue};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::Value;
use std::path::Path;
use std::time::Duration;

/// A picture of some megabytes goes over a slow line, and WordPress makes smaller
/// ones of it before it answers (a judgement).
const UPLOAD_LIMIT: Duration = Duration::from_secs(180);

/// Where the API is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Root {
    /// Paths go behind it: `https://blog.example/wp-json`.
    Below(String),
    /// They go into `rest_route`, where a site has no addresses of words:
    /// `https://blog.example/?rest_route=/wp/v2/posts`.
    Query(String),
}

impl Root {
    fn address(&self, path: &str, query: &[(&str, &str)]) -> String {
        let mut pairs = url::form_urlencoded::Serializer::new(String::new());
        let (base, route) = match self {
            Root::Below(base) => (format!("{base}{path}"), None),
            Root::Query(base) => (base.clone(), Some(path)),
        };
        pairs.extend_pairs(route.map(|route| ("rest_route", route)));
        pairs.extend_pairs(query);
        let query = pairs.finish();
        if query.is_empty() { base } else { format!("{base}?{query}") }
    }
}

/// The API, as one user sees it.
pub struct Api {
    /// Where the site is.
    pub(super) base_url: String,
    /// Whose name the password goes with.
    pub(super) user: String,
    /// Whether another user is named as the author.
    pub(super) names_author: bool,
    /// What becomes of a post.
    pub(super) status: Status,
    /// Whether texts are written in blocks.
    pub(super) blocks: bool,
    /// Where the API is.
    pub(super) root: Root,
    secrets: Secrets,
    /// What stands in the header, which is no secret of the table's.
    hidden: [Exposed; 2],
    basic: HeaderValue,
    client: &'static Client,
}

impl Api {
    /// Reads the password. The API is taken to be where it mostly is.
    pub(super) async fn open(channel: &WordPress, project: &Path) -> Result<Api, SendError> {
        let (user, base_url) = (channel.user.clone(), channel.site.base_url.clone());
        let secrets = channel.site.credentials.expose(project).await?;
        let written = secrets.get("app_password").unwrap_or_default();
        if base_url.is_empty() || user.is_empty() {
            let says = "`base_url` and `user` are needed to write on a WordPress site".to_owned();
            return Err(SendError::Refused { says });
        }
        // WordPress shows it in groups of four, and leaves the blanks out itself.
        let password: String = written.chars().filter(|c| !c.is_whitespace()).collect();
        let basic = STANDARD.encode(format!("{user}:{password}"));
        Ok(Api {
            names_author: channel.author.is_some(),
            status: channel.status,
            blocks: channel.blocks,
            root: Root::Below(format!("{base_url}/wp-json")),
            basic: header(&format!("Basic {basic}"), "app_password")?,
            hidden: [Exposed::new(password), Exposed::new(basic)],
            secrets,
            client: http::service(&base_url)?,
            base_url,
            user,
        })
    }

    fn request(&self, method: Method, root: &Root, path: &str, query: &[(&str, &str)]) -> RequestBuilder {
        let request = self.client.request(method, root.address(path, query));
        request.header(AUTHORIZATION, self.basic.clone())
    }

    /// Asks for something that changes nothing.
    pub async fn get(&self, path: &str, query: &[(&str, &str)]) -> Result<Answer, Trouble> {
        self.get_at(&self.root, path, query).await
    }

    /// The same at another place.
    pub(super) async fn get_at(
        &self,
        root: &Root,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<Answer, Trouble> {
        call(self.request(Method::GET, root, path, query)).await
    }

    /// Makes or changes something.
    pub async fn post(&self, path: &str, body: &Value) -> Result<Answer, Trouble> {
        call(self.request(Method::POST, &self.root, path, &[]).json(body)).await
    }

    /// Takes something away.
    pub async fn delete(&self, path: &str, query: &[(&str, &str)]) -> Result<Answer, Trouble> {
        call(self.request(Method::DELETE, &self.root, path, query)).await
    }

    /// Puts a file into the media library. `name` holds nothing but plain letters,
    /// digits, `-` and `.`: the header's parser knows no more.
    pub async fn upload(&self, name: &str, mime: &str, bytes: Vec<u8>) -> Result<Answer, Trouble> {
        let request = self.request(Method::POST, &self.root, "/wp/v2/media", &[]);
        let disposition = format!("attachment; filename=\"{name}\"");
        let request = request.header(CONTENT_TYPE, mime).header(CONTENT_DISPOSITION, disposition);
        call(request.timeout(UPLOAD_LIMIT).body(bytes)).await
    }
}

impl Conversation for Api {
    fn redact(&self, text: &str) -> String {
        redact_pieces(&self.secrets.redact(text), &self.hidden)
    }
}

/// Sends a request; what prevents an answer says whose.
async fn call(request: RequestBuilder) -> Result<Answer, Trouble> {
    http::call(request).await.map_err(|trouble| trouble.named("the site"))
}

#[cfg(test)]
mod tests {
    use super::Root;

    #[test]
    fn paths_go_behind_the_root_or_into_the_query() {
        let below = Root::Below("https://a.example/blog/wp-json".to_owned());
        assert_eq!(below.address("/wp/v2/posts", &[]), "https://a.example/blog/wp-json/wp/v2/posts");
        let query = [("slug", "a b,c"), ("status", "any")];
        assert_eq!(
            below.address("/wp/v2/posts", &query),
            "https://a.example/blog/wp-json/wp/v2/posts?slug=a+b%2Cc&status=any"
        );
        let plain = Root::Query("https://a.example/".to_owned());
        assert_eq!(
            plain.address("/wp/v2/posts/7", &[("force", "true")]),
            "https://a.example/?rest_route=%2Fwp%2Fv2%2Fposts%2F7&force=true"
        );
    }
}
