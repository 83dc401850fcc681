//! Why a verb ended before its work was done.

use super::house::plural;
use crate::exit::Exit;
use crate::report::columns::one_line;
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

    /// Says one thing more of what went wrong.
    #[must_use]
    pub fn also(mut self, says: &str) -> Failure {
        // Behind the last line of a list it would be said of that line alone.
        let joins = if self.message.contains('\n') { "\n" } else { "; " };
        self.message.push_str(&format!("{joins}and {says}"));
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

/// What went wrong, and why: one reason behind it, several below it, one a line.
pub fn listed_below(begins: &str, reasons: &[String]) -> String {
    match reasons {
        [reason] => format!("{begins}: {reason}"),
        reasons => {
            let mut text = format!("{begins}: {}", plural(reasons.len(), "problem"));
            reasons.iter().for_each(|reason| text.push_str(&format!("\n  {}", one_line(reason))));
            text
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_reasons_stand_one_a_line_and_one_behind_what_it_is_about() {
        let said = |reasons: &[&str]| {
            let reasons: Vec<String> = reasons.iter().map(|reason| (*reason).to_owned()).collect();
            let failure = Failure::usage("not-ready", listed_below("nothing was sent", &reasons));
            failure.also("more is open").text(false)
        };
        assert_eq!(said(&["a is missing"]), "error: nothing was sent: a is missing; and more is open");
        // What a reason quotes makes no lines of its own.
        assert_eq!(
            said(&["a is missing", "b\n  c \u{1b}[2J"]),
            "error: nothing was sent: 2 problems\n  a is missing\n  b c \\u{1b}[2J\nand more is open"
        );
    }
}
