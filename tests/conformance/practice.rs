//! Hard texts with the answers of the networks' own libraries.

use crate::sets::{Tally, text};
use serde_json::Value;

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
        let counted = wanted["countedLength"].as_u64().unwrap() as usize;
        tally.case(|| format!("length of {id}: {text:?}"), length.counted, counted);
        tally.case(|| format!("fit of {id}"), !length.fits(), wanted["over500"].as_bool().unwrap());
    }
    tally.end("practice, mastodon", 2 * 287);
}
