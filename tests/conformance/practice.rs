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

#[test]
#[ignore = "reads the sets of LADDER_CONFORMANCE"]
fn practice_bluesky() {
    use ladder::text::{Feature, count, facets, network::BLUESKY};
    let mut tally = Tally::default();
    for line in text("11-practice/practice-287.jsonl").lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let (id, text, wanted) =
            (case["id"].as_str().unwrap(), case["text"].as_str().unwrap(), &case["bsky"]);
        let length = count(text, &BLUESKY, 80);
        let number = |name: &str| wanted[name].as_u64().unwrap() as usize;
        tally.case(|| format!("graphemes of {id}"), length.counted, number("graphemeLength"));
        tally.case(|| format!("bytes of {id}"), length.bytes.unwrap().0, number("byteLength"));
        tally.case(|| format!("fit of {id}"), length.fits(), wanted["fits300"].as_bool().unwrap());
        let mut got: Vec<(usize, usize, &str, String)> = facets(text)
            .into_iter()
            .map(|facet| {
                let (kind, value) = match facet.feature {
                    Feature::Mention(handle) => ("mention", handle),
                    Feature::Link(uri) => ("link", uri),
                    Feature::Tag(tag) => ("tag", tag),
                };
                (facet.range.start, facet.range.end, kind, value)
            })
            .collect();
        let mut facets: Vec<(usize, usize, &str, String)> = wanted["facets"]
            .as_array()
            .unwrap()
            .iter()
            .map(|facet| {
                let place = |name: &str| facet[name].as_u64().unwrap() as usize;
                let word = |name: &str| facet[name].as_str().unwrap();
                (place("byteStart"), place("byteEnd"), word("type"), word("value").to_owned())
            })
            .collect();
        got.sort();
        facets.sort();
        tally.case(|| format!("facets of {id}: {text:?}"), got, facets);
    }
    tally.end("practice, bluesky", 4 * 287);
}

#[test]
#[ignore = "reads the sets of LADDER_CONFORMANCE"]
fn practice_mastodon() {
    use ladder::text::{count, network::MASTODON};
    let mut tally = Tally::default();
    for line in text("11-practice/practice-287.jsonl").lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let (id, text, wanted) =
            (case["id"].as_str().unwrap(), case["text"].as_str().unwrap(), &case["mastodon"]);
        let length = count(text, &MASTODON, 80);
        // Where the server's Ruby is older it clusters otherwise; the set takes both for right.
        let of = |name: &str| wanted[name].as_u64().map(|length| length as usize);
        let older = of("countedLengthRuby31").filter(|older| *older == length.counted);
        let counted = older.or(of("countedLength")).unwrap();
        tally.case(|| format!("length of {id}: {text:?}"), length.counted, counted);
        tally.case(|| format!("fit of {id}"), !length.fits(), wanted["over500"].as_bool().unwrap());
    }
    tally.end("practice, mastodon", 2 * 287);
}
