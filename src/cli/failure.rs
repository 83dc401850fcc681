//! Why a verb ended before its work was done.

use crate::exit::Exit;
use crate::store::StoreError;
use serde_json::{Value, json};

/// The `error` of the JSON answer, and the last words on standard error.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    /// What the process ends with.
    pub exit: Exit,
    /// A word for machines: `no-project`.
    pub code: &'static str,
    /// What went wrong: a lowercase fragment. Empty when what was said before says it all.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// Fields of the verb's answer that only the failure knows.
    pub fields: Vec<(&'static str, Value)>,
}

impl Failure {
    /// A failure that ends with `exit`.
    pub fn new(exit: Exit, code: &'static str, message: impl Into<String>) -> Failure {
        Failure { exit, code, message: message.into(), hint: None, fields: Vec::new() }
    }

    /// Wrong use.
    pub fn usage(code: &'static str, message: impl Into<String>) -> Failure {
        Failure::new(Exit::Usage, code, message)
    }

    /// Says what to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Failure {
        self.hint = Some(hint.into());
        self
    }

    /// `{code, message, hint}`.
    pub fn json(&self) -> Value {
        json!({ "code": self.code, "message": self.message, "hint": self.hint })
    }

    /// For people. What came from files or servers is made visible.
    pub fn text(&self, colour: bool) -> String {
        let red = anstyle::AnsiColor::Red.on_default().bold();
        let (on, off) = if colour {
            (red.render().to_string(), red.render_reset().to_string())
        } else {
            Default::default()
        };
        let mut text = format!("{on}error{off}: {}", crate::text::visible(&self.message));
        if let Some(hint) = &self.hint {
            text.push_str(&format!("\nhint: {}", crate::text::visible(hint)));
        }
        text
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Failure {
        let code = match &error {
            StoreError::Missing(_) => "store-missing",
            StoreError::Exists(_) => "store-exists",
            StoreError::Midway { .. } => "store-midway",
            StoreError::Slept { .. } => "runner-slept",
            StoreError::OtherId { .. } => "store-other-id",
            StoreError::Newer { .. } => "store-newer",
            StoreError::Busy { .. } => "store-busy",
            StoreError::NotWritable { .. } => "store-not-writable",
            StoreError::Damaged { .. } => "store-damaged",
        };
        Failure::usage(code, error.to_string())
    }
}
