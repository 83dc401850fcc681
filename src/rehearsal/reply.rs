//! What a network answers, before anything goes wrong with it.

use serde_json::Value;

/// An answer.
#[derive(Clone, Debug)]
pub(super) struct Reply {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Option<Value>,
}

impl Reply {
    /// An answer with a JSON body.
    pub fn json(status: u16, body: Value) -> Reply {
        Reply { status, headers: Vec::new(), body: Some(body) }
    }

    /// An answer without a body.
    pub fn bare(status: u16) -> Reply {
        Reply { status, headers: Vec::new(), body: None }
    }

    /// The same with one more header.
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Reply {
        self.headers.push((name, value.into()));
        self
    }

    /// The body's bytes.
    pub fn bytes(&self) -> Vec<u8> {
        self.body.as_ref().map(|body| body.to_string().into_bytes()).unwrap_or_default()
    }
}

/// An early answer: what a check says no with.
pub(super) type Checked<T> = Result<T, Box<Reply>>;

/// For `?`: a refusal on the heap, so that what is checked stays small.
pub(super) fn no<T>(reply: Reply) -> Checked<T> {
    Err(Box::new(reply))
}
