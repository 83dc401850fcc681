//! JSON that is safe to look at.

use crate::text::visible::is_hostile;
use serde_json::Value;

/// One object on one line, for standard output. The values are what they are,
/// but characters that would act on a terminal (C1 controls, overrides of the
/// direction of writing) are spelled `\u202e`, which JSON reads back as the same.
pub fn line(value: &Value) -> String {
    spell_out(&value.to_string())
}

/// The same over several lines, for files that people read.
pub fn pretty(value: &Value) -> String {
    // A `Value` has string keys only and always serialises.
    spell_out(&serde_json::to_string_pretty(value).unwrap_or_else(|_| value.to_string()))
}

fn spell_out(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        // Below U+0020 JSON has escaped already; what is left stands inside of strings.
        if is_hostile(c) {
            out.push_str(&format!("\\u{:04x}", u32::from(c)));
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;

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
