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

    /// A page, or another text of that type.
    pub fn text(mime: &str, text: String) -> Reply {
        Reply::json(200, Value::String(text)).with("content-type", mime)
    }

    /// The same with one more header.
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Reply {
        self.headers.push((name, value.into()));
        self
    }

    /// The body's bytes.
    pub fn bytes(&self) -> Vec<u8> {
        let is_json = self.headers.iter().all(|(name, _)| *name != "content-type");
        match &self.body {
            Some(Value::String(text)) if !is_json => text.clone().into_bytes(),
            Some(body) => body.to_string().into_bytes(),
            None => Vec::new(),
        }
    }
}

/// An early answer: what a check says no with.
pub(super) type Checked<T> = Result<T, Box<Reply>>;

/// For `?`: a refusal on the heap, so that what is checked stays small.
pub(super) fn no<T>(reply: Reply) -> Checked<T> {
    Err(Box::new(reply))
}
