//! twitter-text: extraction, validation, linking.

use crate::sets::{Tally, text};
use crate::yaml;
use ladder::text::count::validate;
use ladder::text::entity::x;
use ladder::text::{EntityKind, Rules, Unit, count, entities, network};
use serde_json::{Value, json};
use std::ops::Range;

const FOLDER: &str = "01-twitter-text";

/// The cases of a section; the sections' names are in the file.
fn cases<'a>(set: &'a Value, section: &str) -> &'a [Value] {
    set["tests"][section].as_array().unwrap_or_else(|| panic!("no section {section}"))
}

fn string(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}

/// Byte ranges as indices of code points, which the sets count in.
fn indices(text: &str, range: &Range<usize>) -> Value {
    let points = |at: usize| text[..at].chars().count();
    json!([points(range.start), points(range.end)])
}

fn pieces(text: &str, ranges: impl IntoIterator<Item = Range<usize>>) -> Value {
    ranges.into_iter().map(|range| Value::from(&text[range])).collect()
}

/// Pieces without their sign.
fn words(text: &str, ranges: impl IntoIterator<Item = Range<usize>>) -> Value {
    let words = ranges.into_iter().map(|range| text[range].chars().skip(1).collect::<String>());
    words.map(Value::from).collect()
}

/// What `ladder` says to a case of `section` of extract.yml.
fn extracted(section: &str, text: &str) -> Value {
    let signless = |range: &Range<usize>| words(text, [range.clone()])[0].clone();
    match section {
        "mentions" => {
            let people = x::mentions(text).into_iter().filter(|mention| mention.list.is_none());
            pieces(text, people.map(|mention| mention.name))
        }
        "mentions_with_indices" => x::mentions(text)
            .into_iter()
            .filter(|mention| mention.list.is_none())
            .map(|mention| json!({"screen_name": &text[mention.name], "indices": indices(text, &mention.range)}))
            .collect(),
        "mentions_or_lists_with_indices" => x::mentions(text)
            .into_iter()
            .map(|mention| {
                json!({
                    "screen_name": &text[mention.name],
                    "list_slug": mention.list.map_or("", |list| &text[list]),
                    "indices": indices(text, &mention.range),
                })
            })
            .collect(),
        "replies" => x::reply(text).into(),
        "urls" | "urls_with_directional_markers" | "tco_urls_with_params" => {
            pieces(text, x::urls(text).into_iter().map(|url| url.range))
        }
        "urls_with_indices" => x::urls(text)
            .into_iter()
            .map(|url| json!({"url": &text[url.range.clone()], "indices": indices(text, &url.range)}))
            .collect(),
        "hashtags" | "hashtags_from_astral" => words(text, x::hashtags(text)),
        "hashtags_with_indices" => x::hashtags(text)
            .into_iter()
            .map(|range| json!({"hashtag": signless(&range), "indices": indices(text, &range)}))
            .collect(),
        "cashtags" => words(text, x::cashtags(text)),
        "cashtags_with_indices" => x::cashtags(text)
            .into_iter()
            .map(|range| json!({"cashtag": signless(&range), "indices": indices(text, &range)}))
            .collect(),
        section => panic!("{section} is a new section"),
    }
}

#[test]
#[ignore = "reads the sets of LADDER_CONFORMANCE"]
fn twitter_text_extract() {
    let set = yaml::parse(&text(&format!("{FOLDER}/extract.yml")));
    let mut tally = Tally::default();
    for section in set["tests"].as_object().unwrap().keys() {
        for case in cases(&set, section) {
            let got = extracted(section, string(&case["text"]));
            // Urls with directional markers are given with indices as well.
            let wanted = match section.as_str() {
                "urls_with_directional_markers" => {
                    case["expected"].as_array().unwrap().iter().map(|url| url["url"].clone()).collect()
                }
                _ => case["expected"].clone(),
            };
            tally.case(|| format!("{section}: {}", case["text"]), got, wanted);
        }
    }
    tally.end("twitter-text extract", 238);
}

#[test]
#[ignore = "reads the sets of LADDER_CONFORMANCE"]
fn twitter_text_tlds() {
    let set = yaml::parse(&text(&format!("{FOLDER}/tlds.yml")));
    let mut tally = Tally::default();
    for section in ["country", "generic"] {
        for case in cases(&set, section) {
            let text = string(&case["text"]);
            let got = pieces(text, x::urls(text).into_iter().map(|url| url.range));
            tally.case(|| format!("{section}: {text}"), got, case["expected"].clone());
        }
    }
    tally.end("twitter-text top-level domains", 1574);
}

/// What is linked in a page of HTML: each link's text, with the `@` before a name.
fn linked(html: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut parts = html.split("<a ");
    let mut before = parts.next().unwrap_or("");
    for part in parts {
        let (attributes, rest) = part.split_once('>').expect("a tag ends");
        let (inside, after) = rest.split_once("</a>").expect("a link ends");
        let named = attributes.contains("username") || attributes.contains("list-slug");
        let sign = before.chars().next_back().filter(|_| named);
        let inside = inside.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text));
        let inside: String = sign.into_iter().collect::<String>() + &inside.collect::<String>();
        let inside = inside.replace("&quot;", "\"").replace("&#39;", "'").replace("&lt;", "<");
        found.push(inside.replace("&gt;", ">").replace("&amp;", "&"));
        before = after;
    }
    found
}

#[test]
#[ignore = "reads the sets of LADDER_CONFORMANCE"]
fn twitter_text_autolink() {
    let set = yaml::parse(&text(&format!("{FOLDER}/autolink.yml")));
    let mut tally = Tally::default();
    for section in set["tests"].as_object().unwrap().keys().filter(|section| *section != "json") {
        for case in cases(&set, section) {
            let text = string(&case["text"]);
            let with_scheme = || x::urls(text).into_iter().filter(|url| url.scheme).map(|url| url.range);
            let ranges: Vec<Range<usize>> = match section.as_str() {
                "usernames" | "lists" => x::mentions(text).into_iter().map(|mention| mention.range).collect(),
                "hashtags" => x::hashtags(text),
                "urls" => with_scheme().collect(),
                "cashtags" => x::cashtags(text),
                _ => x::entities_with_scheme(text).into_iter().map(|entity| entity.range).collect(),
            };
            let got: Vec<String> = ranges.into_iter().map(|range| text[range].to_owned()).collect();
            tally.case(|| format!("{section}: {text}"), got, linked(string(&case["expected"])));
        }
    }
    tally.end("twitter-text autolink", 191);
}

#[test]
#[ignore = "reads the sets of LADDER_CONFORMANCE"]
fn twitter_text_validate() {
    let set = yaml::parse(&text(&format!("{FOLDER}/validate.yml")));
    let mut tally = Tally::default();
    // The whole text is one entity of its kind, and nothing else.
    let whole = |text: &str, kind: EntityKind| {
        let found = entities(text, network::X.dialect);
        found.len() == 1 && found[0].kind == kind && found[0].range == (0..text.len())
    };
    // What the first configuration counted: code points, up to 140 of them.
    let first = Rules { limit: Some(140), unit: Unit::CodePoint, ..network::X };
    for section in set["tests"].as_object().unwrap().keys() {
        for case in cases(&set, section) {
            let text = string(&case["text"]);
            let people = || x::mentions(text).into_iter().all(|mention| mention.list.is_none());
            let got = match section.as_str() {
                "tweets" => json!(validate(text, &first, 0).is_ok()),
                "usernames" => json!(whole(text, EntityKind::Mention) && people()),
                "lists" => json!(whole(text, EntityKind::Mention) && !people()),
                "hashtags" => json!(whole(text, EntityKind::Hashtag)),
                // Another expression altogether, for fields of forms.
                "urls" | "urls_without_protocol" => continue,
                // The second configuration counted each code point of an emoji.
                "WeightedTweetsCounterTest" if SECOND_ONLY.contains(&text) => continue,
                _ => json!({
                    "weightedLength": count(text, &network::X, 0).counted,
                    "valid": validate(text, &network::X, 0).is_ok(),
                }),
            };
            let wanted = match &case["expected"] {
                Value::Object(expected) => {
                    json!({"weightedLength": expected["weightedLength"], "valid": expected["valid"]})
                }
                expected => expected.clone(),
            };
            tally.case(|| format!("{section}: {text}"), got, wanted);
        }
    }
    tally.end("twitter-text validate", 66);
}

/// Texts whose lengths the second configuration has otherwise than the third.
const SECOND_ONLY: [&str; 2] = ["H🐱☺👨‍👩‍👧‍👦", "🙋🏽👨‍🎤"];
