//! What arrived, as a test may judge it: everything but the secrets.

use super::image::digest;
use super::request::{Asked, Sent};
use serde::Serialize;
use serde_json::Value;

/// Stands where a secret was.
const SECRET: &str = "«secret»";

/// Parameters that carry secrets.
const SECRET_NAMES: &[&str] =
    &["access_token", "appsecret_proof", "input_token", "client_secret", "password", "refresh_token"];

/// One request.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Logged {
    /// `POST`.
    pub method: String,
    /// The path as it was written.
    pub path: String,
    /// The query, decoded.
    pub query: Vec<(String, String)>,
    /// The headers in small letters; of `authorization` the scheme alone, of `api-key` nothing.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: LoggedBody,
    /// The status that the network answered with; none if it was not asked.
    pub status: Option<u16>,
    /// Whether it asks for something that readers see.
    pub publishes: bool,
    /// Whether it made that.
    pub published: bool,
}

/// A request's body.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum LoggedBody {
    /// None.
    Nothing,
    /// JSON.
    Json(Value),
    /// Fields of a form.
    Form(Vec<(String, String)>),
    /// Parts of a multipart form.
    Parts(Vec<LoggedPart>),
    /// Bytes: how many, and their SHA-256.
    Bytes(usize, String),
    /// Not what its type says it is.
    Broken(String),
}

/// A part of a multipart form.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LoggedPart {
    /// The field's name.
    pub name: String,
    /// The file's name, if it has one.
    pub file: Option<String>,
    /// Its type, as it was said.
    pub mime: Option<String>,
    /// What it holds, where it is no file and text.
    pub text: Option<String>,
    /// How many bytes.
    pub bytes: usize,
    /// Their SHA-256, hex.
    pub sha256: String,
}

impl Logged {
    pub(super) fn of(asked: &Asked) -> Logged {
        let headers = asked.headers.iter().map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            let shown = match (name.as_str(), value.split_once(' ')) {
                ("authorization", Some((scheme, _))) => format!("{scheme} {SECRET}"),
                ("authorization", None) | ("api-key", _) => SECRET.to_owned(),
                _ => value,
            };
            (name.as_str().to_owned(), shown)
        });
        let body = match &asked.sent {
            Sent::Nothing => LoggedBody::Nothing,
            Sent::Json(value) => LoggedBody::Json(without_secrets(value.clone())),
            Sent::Form(fields) => LoggedBody::Form(fields.iter().map(hidden).collect()),
            Sent::Bytes(bytes) => LoggedBody::Bytes(bytes.len(), digest(bytes)),
            Sent::Broken(why) => LoggedBody::Broken(why.clone()),
            Sent::Parts(parts) => {
                let part = |part: &super::request::FormPart| {
                    let secret = SECRET_NAMES.contains(&part.name.as_str());
                    let text =
                        part.file.is_none().then(|| String::from_utf8(part.bytes.clone()).ok()).flatten();
                    LoggedPart {
                        name: part.name.clone(),
                        file: part.file.clone(),
                        mime: part.mime.clone(),
                        text: if secret { Some(SECRET.to_owned()) } else { text },
                        bytes: part.bytes.len(),
                        sha256: digest(&part.bytes),
                    }
                };
                LoggedBody::Parts(parts.iter().map(part).collect())
            }
        };
        Logged {
            method: asked.method.clone(),
            path: asked.path.clone(),
            query: asked.query.iter().map(hidden).collect(),
            headers: headers.collect(),
            body,
            status: None,
            publishes: false,
            published: false,
        }
    }

    /// A header's value, by its name in small letters.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(has, _)| has == name).map(|(_, value)| value.as_str())
    }
}

fn hidden((name, value): &(String, String)) -> (String, String) {
    let secret = SECRET_NAMES.contains(&name.as_str());
    (name.clone(), if secret { SECRET.to_owned() } else { value.clone() })
}

fn without_secrets(mut value: Value) -> Value {
    if let Some(fields) = value.as_object_mut() {
        for (_, field) in fields.iter_mut().filter(|(name, _)| SECRET_NAMES.contains(&name.as_str())) {
            *field = Value::from(SECRET);
        }
    }
    value
}
