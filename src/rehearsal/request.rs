//! A request, read to its end and taken apart.

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequest as _, Multipart, Request};
use axum::http::HeaderMap;
use jiff::Timestamp;
use serde_json::Value;

/// More of a request is not read: videos are not rehearsed.
const LONGEST: usize = 64 * 1024 * 1024;

/// A request.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub method: String,
    /// As it was written, percent signs and all.
    pub path: String,
    pub query: Vec<(String, String)>,
    /// The query as it was written.
    pub written_query: Option<String>,
    pub headers: HeaderMap,
    pub sent: Sent,
    pub at: Timestamp,
}

/// A request's body.
#[derive(Clone, Debug)]
pub(super) enum Sent {
    Nothing,
    Json(Value),
    Form(Vec<(String, String)>),
    Parts(Vec<FormPart>),
    Bytes(Vec<u8>),
    /// Not what its type says it is.
    Broken(String),
}

/// One part of a multipart form.
#[derive(Clone, Debug)]
pub(super) struct FormPart {
    pub name: String,
    pub file: Option<String>,
    pub mime: Option<String>,
    pub bytes: Vec<u8>,
}

impl Asked {
    /// Reads what arrived `at` that time; an error if the other side left before the end.
    pub async fn read(request: Request, at: Timestamp) -> Result<Asked, axum::Error> {
        let (parts, body) = request.into_parts();
        let bytes = to_bytes(body, LONGEST).await?;
        let (method, headers) = (parts.method.as_str().to_owned(), parts.headers.clone());
        let path = parts.uri.path().to_owned();
        let written_query = parts.uri.query().map(str::to_owned);
        let query = pairs(parts.uri.query().unwrap_or("").as_bytes());
        let mime = headers.get("content-type").and_then(|value| value.to_str().ok()).unwrap_or("");
        let essence = mime.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
        let sent = match essence.as_str() {
            _ if bytes.is_empty() => Sent::Nothing,
            "application/json" => match serde_json::from_slice(&bytes) {
                Ok(value) => Sent::Json(value),
                Err(error) => Sent::Broken(format!("the body is no JSON: {error}")),
            },
            "application/x-www-form-urlencoded" => Sent::Form(pairs(&bytes)),
            "multipart/form-data" => match form(Request::from_parts(parts, Body::from(bytes))).await {
                Ok(parts) => Sent::Parts(parts),
                Err(error) => Sent::Broken(format!("the form cannot be read: {error}")),
            },
            _ => Sent::Bytes(bytes.to_vec()),
        };
        Ok(Asked { method, path, query, written_query, headers, sent, at })
    }

    /// A header's value, if it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The bearer's token.
    pub fn bearer(&self) -> Option<&str> {
        let (scheme, token) = self.header("authorization")?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim()).filter(|token| !token.is_empty())
    }

    /// `http://HOST`, as the other side knows this server.
    pub fn origin(&self) -> String {
        format!("http://{}", self.header("host").unwrap_or(""))
    }

    /// The path's segments, decoded.
    pub fn segments(&self) -> Vec<String> {
        let decode = |segment: &str| {
            // A plus is a plus in a path.
            let pair = format!("k={}", segment.replace('+', "%2B").replace('&', "%26"));
            pairs(pair.as_bytes()).into_iter().next().map(|(_, value)| value).unwrap_or_default()
        };
        self.path.split('/').filter(|segment| !segment.is_empty()).map(decode).collect()
    }

    /// The method and the segments, to be matched.
    pub fn route<'a>(&'a self, segments: &'a [String]) -> (&'a str, Vec<&'a str>) {
        (self.method.as_str(), segments.iter().map(String::as_str).collect())
    }

    /// What is asked, and where, as a fault is ordered for it. Of GraphQL, which asks all
    /// at one address by one method, the operation's name is a step of the path, and its
    /// questions are as good as `GET`.
    pub fn place(&self) -> (&str, String) {
        let name = |body: &Value| {
            Some((body["query"].as_str()?.to_owned(), body["operationName"].as_str()?.to_owned()))
        };
        match self.json().and_then(name) {
            Some((query, name)) => {
                let method =
                    if query.trim_start().starts_with("query") { "GET" } else { self.method.as_str() };
                (method, format!("{}/{name}", self.path.trim_end_matches('/')))
            }
            None => (self.method.as_str(), self.path.clone()),
        }
    }

    /// A parameter of the query.
    pub fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(has, _)| has == name).map(|(_, value)| value.as_str())
    }

    /// The body's JSON.
    pub fn json(&self) -> Option<&Value> {
        match &self.sent {
            Sent::Json(value) => Some(value),
            _ => None,
        }
    }

    /// A part of the multipart body.
    pub fn part(&self, name: &str) -> Option<&FormPart> {
        match &self.sent {
            Sent::Parts(parts) => parts.iter().find(|part| part.name == name),
            _ => None,
        }
    }
}

fn pairs(text: &[u8]) -> Vec<(String, String)> {
    url::form_urlencoded::parse(text).into_owned().collect()
}

async fn form(request: Request) -> Result<Vec<FormPart>, String> {
    let mut form = Multipart::from_request(request, &()).await.map_err(|error| error.to_string())?;
    let mut parts = Vec::new();
    while let Some(field) = form.next_field().await.map_err(|error| error.to_string())? {
        let name = field.name().unwrap_or_default().to_owned();
        let (file, mime) = (field.file_name().map(str::to_owned), field.content_type().map(str::to_owned));
        let bytes = field.bytes().await.map_err(|error| error.to_string())?.to_vec();
        parts.push(FormPart { name, file, mime, bytes });
    }
    Ok(parts)
}
