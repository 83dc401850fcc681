//! Bluesky: what its own library detects, and its limits.

use crate::sets::{Tally, json};
use ladder::text::{Facet, Feature, count, facets, network::BLUESKY};
use serde_json::Value;

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value[name].as_array().unwrap()
}

fn text(case: &Value) -> &str {
    case["text"].as_str().unwrap()
}

/// The text in pieces, each with its target, as the set has them.
fn segments(text: &str) -> Vec<(String, Option<String>)> {
    let mut out = Vec::new();
    let mut from = 0;
    let mut push = |piece: &str, target| {
        if !piece.is_empty() {
            out.push((piece.to_owned(), target));
        }
    };
    for Facet { range, feature } in facets(text) {
        let target = match feature {
            Feature::Mention(handle) => format!("did:fake:{handle}"),
            Feature::Link(uri) => uri,
            Feature::Tag(_) => continue,
        };
        push(&text[from..range.start], None);
        push(&text[range.clone()], Some(target));
        from = range.end;
    }
    push(&text[from..], None);
    out
}

#[test]
#[ignore = "reads the sets of LADDER_CONFORMANCE"]
fn bluesky_segments() {
    let set = json("03-bluesky-atproto/rich-text-detection.json");
    let mut tally = Tally::default();
    for case in list(&set, "segments") {
        let piece = |piece: &Value| (text(piece).to_owned(), piece["target"].as_str().map(str::to_owned));
        let wanted = list(case, "segments").iter().map(piece).collect();
        tally.case(|| text(case).to_owned(), segments(text(case)), wanted);
    }
    tally.end("bluesky segments", 40);
}

#[test]
#[ignore = "reads the sets of LADDER_CONFORMANCE"]
fn bluesky_tags_and_cashtags() {
    let set = json("03-bluesky-atproto/rich-text-detection.json");
    for (name, expected) in [("tags", 39), ("cashtags", 18)] {
        let mut tally = Tally::default();
        for case in list(&set, name) {
            let got: Vec<(String, u64, u64)> = facets(text(case))
                .into_iter()
                .filter_map(|facet| match facet.feature {
                    Feature::Tag(tag) => Some((tag, facet.range.start as u64, facet.range.end as u64)),
                    Feature::Mention(_) | Feature::Link(_) => None,
                })
                .collect();
            let place = |index: &Value, name: &str| index[name].as_u64().unwrap();
            let wanted = list(case, "tags").iter().zip(list(case, "index")).map(|(tag, index)| {
                (tag.as_str().unwrap().to_owned(), place(index, "byteStart"), place(index, "byteEnd"))
            });
            tally.case(|| text(case).to_owned(), got, wanted.collect());
        }
        tally.end(&format!("bluesky {name}"), expected);
    }
}

#[test]
#[ignore = "reads the sets of LADDER_CONFORMANCE"]
fn bluesky_lengths_and_limits() {
    let set = json("03-bluesky-atproto/grapheme-and-utf8-length.json");
    let mut tally = Tally::default();
    for case in list(&set, "cases") {
        let length = count(text(case), &BLUESKY, 80);
        tally.case(|| text(case).to_owned(), length.counted as u64, case["graphemes"].as_u64().unwrap());
        if let Some(bytes) = case["utf8"].as_u64() {
            tally.case(|| text(case).to_owned(), length.bytes.unwrap().0 as u64, bytes);
        }
    }
    let limits = json("03-bluesky-atproto/limits.json");
    let post = &limits["post.text"];
    tally.case(|| "graphemes".into(), post["maxGraphemes"].as_u64(), BLUESKY.limit.map(|limit| limit as u64));
    let bytes = BLUESKY.byte_limit.map(|limit| limit as u64);
    tally.case(|| "bytes".into(), post["maxLengthUtf8Bytes"].as_u64(), bytes);
    let longest = limits["facet.tag"]["maxGraphemes"].as_u64().unwrap() as usize;
    let found = |length: usize| facets(&format!("#{}", "a".repeat(length))).len();
    tally.case(|| "longest tag".into(), (found(longest), found(longest + 1)), (1, 0));
    tally.end("bluesky lengths and limits", 14 + 12 + 3);
}
