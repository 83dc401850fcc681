//! JSON that is safe to look at.

use crate::text::visible::visible_json;
use serde::Serialize;
use serde_json::Value;

/// One object on one line, for standard output. The values are what they are,
/// but characters that would act on a terminal (C1 controls, overrides of the
/// direction of writing) are spelled `\u202e`, which JSON reads back as the same.
pub fn line(value: &impl Serialize) -> String {
    // What is printed has string keys only and always serialises.
    visible_json(&serde_json::to_string(value).unwrap_or_default()).into_owned()
}

/// The same over several lines, for files that people read.
pub fn pretty(value: &Value) -> String {
    // A `Value` has string keys only and always serialises.
    visible_json(&serde_json::to_string_pretty(value).unwrap_or_else(|_| value.to_string())).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::visible::is_hostile;

    #[test]
    fn what_acts_on_a_terminal_is_spelled_out_and_reads_back_the_same() {
        let value = serde_json::json!({"text": "a\u{1b}[31m\u{9b}b\u{202e}c\nü👋\u{7f}"});
        for json in [line(&value), pretty(&value)] {
            assert!(!json.contains(is_hostile), "{json:?}");
            assert_eq!(serde_json::from_str::<Value>(&json).unwrap(), value);
        }
        assert!(line(&value).contains("\\u202e") && line(&value).contains("ü👋"));
    }
}
