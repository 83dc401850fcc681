//! One conversation with a site: where its endpoint is, the token, which lives no
//! longer than the conversation, and what its answers mean.

use crate::channel::SendError;
use crate::channel::credentials::{Credentials, Secrets};
use crate::channel::http::{self, Answer, NOT_ITS_OWN, Trouble};
use crate::channel::rel::endpoint;
use reqwest::header::{AUTHORIZATION, HeaderValue};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::Value;
use std::path::Path;
use std::time::Duration;
use url::Url;

/// A picture of some megabytes goes over a slow line (a judgement).
const UPLOAD_LIMIT: Duration = Duration::from_secs(180);
/// So long a site is left alone that names no time (a judgement).
const RATE_WAIT: Duration = Duration::from_secs(5 * 60);
/// Nobody names an endpoint by more.
const LONGEST_ADDRESS: usize = 2000;

/// Where posts and images of a site go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Endpoint {
    /// The endpoint itself, its query included.
    pub posts: Url,
    /// Where images go, if it takes some.
    pub media: Option<Url>,
}

/// What was asked, for what an answer that proves nothing means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// For something that readers see.
    Publicly,
    /// Anything that nobody sees. Repeating it does no harm.
    Quietly,
}

/// The site, as the owner of one token sees it.
pub(super) struct Api {
    /// Where posts go; `base_url` until it was asked.
    pub endpoint: Endpoint,
    secrets: Secrets,
    bearer: HeaderValue,
}

impl Api {
    /// Reads the token. The endpoint is taken to be `base_url`.
    pub async fn open(
        credentials: &Credentials,
        base_url: &str,
        slash: bool,
        project: &Path,
    ) -> Result<Api, SendError> {
        let secrets = credentials.expose(project).await?;
        let written = if slash { format!("{base_url}/") } else { base_url.to_owned() };
        let Ok(posts) = Url::parse(&written) else {
            let says = "`base_url` is needed to write on a site".to_owned();
            return Err(SendError::Refused { says });
        };
        let bearer = secrets.bearer("access_token")?;
        Ok(Api { endpoint: Endpoint { posts, media: None }, secrets, bearer })
    }

    /// Where the endpoint is, and what it takes: the page at `base_url` may name it
    /// (W3C Micropub 5.3, by a `Link` header or a `link` element), else it is that
    /// address itself. The token is shown to the endpoint alone.
    pub async fn ask(&self) -> Result<Endpoint, SendError> {
        let base = &self.endpoint.posts;
        let page = call(client(base)?.get(base.clone())).await.map_err(Trouble::of_asking)?;
        if (300..400).contains(&page.status) || page.status >= 500 || page.status == 429 {
            return Err(self.trouble(&page, Asked::Quietly));
        }
        let posts = match named(&page, base) {
            Some(named) if may_have_token(&named, base) => named,
            Some(named) => {
                let says = format!(
                    "the site names `{}` as its Micropub endpoint, where a token would go unprotected",
                    self.clean(named.as_str())
                );
                return Err(SendError::Mendable { says });
            }
            None => base.clone(),
        };
        let answer = self.get(&posts, &[("q", "config")]).await?;
        // What is sent with a wrong time could not be found again.
        answer.same_time("the site")?;
        let config = match answer.json() {
            Some(Value::Object(config)) if answer.is_success() => config,
            // It need not know the question (W3C Micropub 3.7.2; seen with 400).
            _ if matches!(answer.status, 400 | 404 | 405 | 501) && !is_page(&answer) => {
                serde_json::Map::new()
            }
            _ if answer.is_success() && is_page(&answer) => {
                let says = format!(
                    "{} is a page that names no Micropub endpoint: write the endpoint's own address as `base_url`",
                    self.clean(posts.as_str())
                );
                return Err(SendError::Mendable { says });
            }
            _ => return Err(self.trouble(&answer, Asked::Quietly)),
        };
        let media = config.get("media-endpoint").and_then(Value::as_str);
        let media =
            media.and_then(|media| posts.join(media).ok()).filter(|media| may_have_token(media, base));
        Ok(Endpoint { posts, media })
    }

    fn request(&self, method: Method, url: &Url) -> Result<RequestBuilder, SendError> {
        Ok(client(url)?.request(method, url.clone()).header(AUTHORIZATION, self.bearer.clone()))
    }

    async fn get(&self, url: &Url, query: &[(&str, &str)]) -> Result<Answer, SendError> {
        // The endpoint's own query stays (`/?micropub=1`).
        let mut url = url.clone();
        url.query_pairs_mut().extend_pairs(query);
        call(self.request(Method::GET, &url)?).await.map_err(Trouble::of_asking)
    }

    /// `q=source`, with more parameters.
    pub async fn source(&self, query: &[(&str, &str)]) -> Result<Answer, SendError> {
        let query: Vec<(&str, &str)> = [("q", "source")].iter().chain(query).copied().collect();
        self.get(&self.endpoint.posts, &query).await
    }

    /// Makes, changes or deletes something that readers see.
    pub async fn post(&self, body: &Value) -> Result<Answer, SendError> {
        let request = self.request(Method::POST, &self.endpoint.posts)?.json(body);
        call(request).await.map_err(Trouble::of_creating)
    }

    /// Brings an image (W3C Micropub 3.6.1: the part is called `file`).
    pub async fn upload(&self, to: &Url, file: reqwest::multipart::Part) -> Result<Answer, SendError> {
        let form = reqwest::multipart::Form::new().part("file", file);
        let request = self.request(Method::POST, to)?.timeout(UPLOAD_LIMIT).multipart(form);
        call(request).await.map_err(Trouble::of_asking)
    }

    /// The address in `Location`, if it is one that readers can follow and that holds
    /// nothing of the token.
    pub fn location(&self, answer: &Answer) -> Option<String> {
        let told = answer.header("location")?.trim();
        let url = Url::parse(told).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
        let plain =
            told.len() <= LONGEST_ADDRESS && !told.contains(|c: char| c.is_whitespace() || c.is_control());
        let whole = url.has_host() && url.username().is_empty() && url.password().is_none();
        (plain && whole && self.secrets.are_not_in(told)).then(|| told.to_owned())
    }

    /// An address that an answer tells of a post; relative ones are seen as well.
    pub fn address(&self, told: &str) -> Option<String> {
        let url = self.endpoint.posts.join(told.trim()).ok()?;
        let good = matches!(url.scheme(), "http" | "https") && url.has_host() && url.username().is_empty();
        (good && told.len() <= LONGEST_ADDRESS && self.secrets.are_not_in(told)).then(|| url.to_string())
    }

    /// What the site said, without the token and without anything that steers a display.
    pub fn clean(&self, text: &str) -> String {
        let text = self.secrets.redact(text);
        let text = crate::diagnostic::visible::visible(text.trim());
        match text.char_indices().nth(600) {
            Some((end, _)) => format!("{}…", &text[..end]),
            None => text.into_owned(),
        }
    }

    /// The same of what readers see, as it is and as long as it is.
    pub fn clean_words(&self, text: &str) -> String {
        self.secrets.redact(text)
    }

    /// What an answer means that is not the one that was wanted.
    ///
    /// - 401, 403: no to who asks, or to what the token may do; somebody can mend that.
    /// - other 4xx: the site looked at it and did nothing.
    /// - 429: not yet.
    /// - everything else: of what readers see, unknown; otherwise not yet.
    pub fn trouble(&self, answer: &Answer, asked: Asked) -> SendError {
        let fault = Fault::of(answer);
        let said = self.clean(&fault.says);
        let said = if said.is_empty() { "without a word".to_owned() } else { said };
        match answer.status {
            429 => SendError::TooMany {
                says: format!("the site takes no more for now: {said}"),
                wait: Some(answer.retry_after().unwrap_or(RATE_WAIT)),
            },
            status @ (401 | 403) => SendError::Mendable { says: self.forbidden(status, &fault, &said) },
            status if answer.is_refusal() => {
                let hint = if is_page(answer) { NOT_ITS_OWN } else { "" };
                SendError::Refused { says: format!("the site refuses it ({status}): {said}{hint}") }
            }
            status => {
                let hint = answer.advice();
                let cut =
                    answer.cut.as_deref().map(|cut| format!(" ({})", self.clean(cut))).unwrap_or_default();
                let says = format!("the site answered {status}: {said}{cut}{hint}");
                match asked {
                    Asked::Publicly => SendError::Unknown { cause: says },
                    Asked::Quietly => SendError::NotYet { says, wait: answer.retry_after() },
                }
            }
        }
    }

    fn forbidden(&self, status: u16, fault: &Fault, said: &str) -> String {
        match (fault.code.as_str(), fault.scope.as_str()) {
            ("insufficient_scope", "") => format!("the token may not do that ({said}): make one that may"),
            ("insufficient_scope", scope) => {
                format!("the token lacks the scope `{}` ({said}): make one that has it", self.clean(scope))
            }
            _ => format!(
                "the site does not take the token ({status}, {said}): make a new one, and look at `base_url`"
            ),
        }
    }
}

/// An error in Micropub's words: `{error, error_description, scope}` (3.8); some say it
/// in plain words.
struct Fault {
    code: String,
    scope: String,
    says: String,
}

impl Fault {
    fn of(answer: &Answer) -> Fault {
        let body = answer.json().unwrap_or_default();
        let text = |key: &str| body.get(key).and_then(Value::as_str).unwrap_or_default().trim().to_owned();
        let (code, scope, says) = (text("error"), text("scope"), text("error_description"));
        let says = match (code.as_str(), says.as_str()) {
            ("", _) => answer.excerpt(),
            (code, "") => code.to_owned(),
            (code, says) => format!("{says} ({code})"),
        };
        Fault { code, scope, says }
    }
}

fn client(url: &Url) -> Result<&'static Client, SendError> {
    http::service(url.as_str())
}

async fn call(request: RequestBuilder) -> Result<Answer, Trouble> {
    http::call(request).await.map_err(|trouble| match trouble {
        Trouble::NotSent(why) => Trouble::NotSent(format!("the site cannot be reached: {why}")),
        Trouble::Lost(why) => Trouble::Lost(format!("the site did not answer: {why}")),
    })
}

/// Whether the token may be shown there: over a wire only enciphered, and to this
/// machine only where the site itself is on it.
fn may_have_token(to: &Url, base: &Url) -> bool {
    let plain = to.username().is_empty() && to.password().is_none();
    let is_here = |url: &Url| url.host_str().is_some_and(crate::channel::is_loopback);
    plain && if is_here(base) { is_here(to) } else { to.scheme() == "https" && !is_here(to) }
}

/// Whether it is a page: an endpoint says what it says as JSON, as a form or in a word.
fn is_page(answer: &Answer) -> bool {
    let kind = answer.header("content-type").unwrap_or_default();
    let body = answer.body.trim_ascii_start();
    kind.starts_with("text/html") && body.starts_with(b"<")
}

/// The endpoint that a page names: by a `Link` header, else by the first `link` element.
fn named(page: &Answer, base: &Url) -> Option<Url> {
    endpoint(&page.headers, Some(&String::from_utf8_lossy(&page.body)), base, ("micropub", &["link"]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(link: &[&str], body: &str) -> Answer {
        let mut headers = reqwest::header::HeaderMap::new();
        for link in link {
            headers.append("link", HeaderValue::from_str(link).unwrap());
        }
        Answer { status: 200, headers, body: body.as_bytes().to_vec(), cut: None }
    }

    #[test]
    fn the_endpoint_is_what_the_page_names_first() {
        let base = Url::parse("https://ada.example/blog/").unwrap();
        let found = |link: &[&str], body: &str| named(&page(link, body), &base).map(|url| url.to_string());
        assert_eq!(found(&["</mp>; rel=\"micropub\""], "").as_deref(), Some("https://ada.example/mp"));
        assert_eq!(
            found(&["<a>; rel=me, <https://mp.example/x?y=1>; title=\"t\"; rel=\"other MICROPUB\""], "")
                .as_deref(),
            Some("https://mp.example/x?y=1")
        );
        let html = "<!-- <link rel=\"micropub\" href=\"/no\"> --><link rel=\"webmention\" href=\"/w\">\
                    <link href=\"mp?a&amp;b\" rel=\"me micropub\"><link rel=\"micropub\" href=\"/later\">";
        assert_eq!(found(&[], html).as_deref(), Some("https://ada.example/blog/mp?a&b"));
        assert_eq!(found(&["</w>; rel=webmention"], "<p>micropub</p>"), None);
    }

    #[test]
    fn a_token_goes_nowhere_in_the_open() {
        let may = |to: &str, base: &str| may_have_token(&Url::parse(to).unwrap(), &Url::parse(base).unwrap());
        assert!(may("https://mp.example/", "https://ada.example/"));
        assert!(may("http://127.0.0.1:2/", "http://127.0.0.1:1/"));
        for to in ["http://mp.example/", "http://127.0.0.1/", "https://localhost/", "https://u:p@mp.example/"]
        {
            assert!(!may(to, "https://ada.example/"), "{to}");
        }
        assert!(!may("https://mp.example/", "http://127.0.0.1:1/"));
    }
}
