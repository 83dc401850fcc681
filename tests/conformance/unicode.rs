//! Grapheme and word breaks, emoji, IDNA.

use crate::sets::{Tally, json, text};
use ladder::text::{count, network};
use std::collections::HashMap;
use unicode_segmentation::UnicodeSegmentation;

const FOLDER: &str = "07-unicode";

/// The rows of a set of breaks: a text, and the pieces it is to fall into.
fn breaks(name: &str) -> Vec<(String, Vec<String>)> {
    let rows = text(&format!("{FOLDER}/{name}"));
    let rows = rows.lines().map(|line| line.split('#').next().unwrap_or("").trim());
    rows.filter(|row| !row.is_empty())
        .map(|row| {
            let points = |piece: &str| -> String {
                let points = piece.split('×').map(|point| u32::from_str_radix(point.trim(), 16).unwrap());
                points.map(|point| char::from_u32(point).unwrap()).collect()
            };
            let pieces = row.split('÷').filter(|piece| !piece.trim().is_empty());
            let pieces: Vec<String> = pieces.map(points).collect();
            (pieces.concat(), pieces)
        })
        .collect()
}

fn clusters(text: &str) -> Vec<String> {
    text.graphemes(true).map(str::to_owned).collect()
}

#[test]
#[ignore = "reads the sets of LADDER_CONFORMANCE"]
fn unicode_graphemes() {
    let newest = breaks("GraphemeBreakTest-17.0.txt");
    let mut tally = Tally::default();
    for (text, pieces) in &newest {
        tally.case(|| format!("{text:?}"), clusters(text), pieces.clone());
        let counted = count(text, &network::UNKNOWN, 0).counted;
        tally.case(|| format!("length of {text:?}"), counted, pieces.len());
    }
    tally.end("grapheme breaks 17.0", 2 * 766);

    // Rows that 17.0 has otherwise are of its rule for conjuncts (GB9c, since 15.1).
    let newest: HashMap<String, Vec<String>> = newest.into_iter().collect();
    let mut tally = Tally::default();
    for (text, pieces) in breaks("GraphemeBreakTest-15.0.txt") {
        if newest.get(&text).is_none_or(|now| *now == pieces) {
            tally.case(|| format!("{text:?}"), clusters(&text), pieces);
        }
    }
    tally.end("grapheme breaks 15.0", 602);
}

#[test]
#[ignore = "reads the sets of LADDER_CONFORMANCE"]
fn unicode_words() {
    let mut tally = Tally::default();
    for (text, pieces) in breaks("WordBreakTest-15.0.txt") {
        let words: Vec<String> = text.split_word_bounds().map(str::to_owned).collect();
        tally.case(|| format!("{text:?}"), words, pieces);
    }
    tally.end("word breaks 15.0", 1823);
}

/// The text that code points in hexadecimal stand for.
fn points(hexadecimal: &str, separator: char) -> String {
    let points = hexadecimal.split(separator).map(|point| u32::from_str_radix(point, 16).unwrap());
    points.map(|point| char::from_u32(point).unwrap()).collect()
}

#[test]
#[ignore = "reads the sets of LADDER_CONFORMANCE"]
fn unicode_emoji_count_two_on_x() {
    let mut tally = Tally::default();
    let newest = text(&format!("{FOLDER}/emoji-17.0.tsv"));
    for row in newest.lines().skip(1) {
        let emoji = points(row.split('\t').nth(1).unwrap(), '-');
        // ©, ® and the like are emoji only with a selector.
        let selected = if emoji < "\u{2000}".to_owned() { format!("{emoji}\u{fe0f}") } else { emoji };
        tally.case(|| format!("{selected:?}"), count(&selected, &network::X, 0).counted, 2);
        tally.case(|| format!("{selected:?}"), count(&selected, &network::UNKNOWN, 0).counted, 1);
    }
    tally.end("emoji 17.0", 2 * 3979);

    let mut tally = Tally::default();
    let older = text(&format!("{FOLDER}/emoji-test-15.0.txt"));
    let rows = older.lines().filter_map(|row| row.split_once(';'));
    for (emoji, status) in rows.filter(|(emoji, _)| !emoji.starts_with('#')) {
        if status.trim_start().starts_with("fully-qualified") {
            let emoji = points(emoji.trim(), ' ');
            tally.case(|| format!("{emoji:?}"), count(&emoji, &network::X, 0).counted, 2);
        }
    }
    tally.end("emoji 15.0, fully qualified", 3655);
}

#[test]
#[ignore = "reads the sets of LADDER_CONFORMANCE"]
fn unicode_names_of_hosts() {
    let mut tally = Tally::default();
    for case in json(&format!("{FOLDER}/punycode_tests.json")).as_array().unwrap() {
        let (decoded, encoded) = (case["decoded"].as_str().unwrap(), case["encoded"].as_str().unwrap());
        tally.case(
            || format!("encode {decoded}"),
            idna::punycode::encode_str(decoded).unwrap(),
            encoded.to_owned(),
        );
        tally.case(
            || format!("decode {encoded}"),
            idna::punycode::decode_to_string(encoded).unwrap(),
            decoded.to_owned(),
        );
    }
    for case in json(&format!("{FOLDER}/bad_punycode_tests.json")).as_array().unwrap() {
        let decoded = idna::punycode::decode_to_string(case["decoded"].as_str().unwrap());
        tally.case(|| format!("{}", case["description"]), decoded, None);
    }
    tally.end("punycode", 2 * 23 + 1);

    // Names without an error, as hosts of addresses.
    let mut tally = Tally::default();
    let rows = text(&format!("{FOLDER}/IdnaTestV2.txt"));
    for row in rows.lines().map(|row| row.split('#').next().unwrap_or("")).filter(|row| row.contains(';')) {
        let columns: Vec<&str> = row.split(';').map(str::trim).collect();
        let [source, unicode, unicode_errors, ascii, ascii_errors, ..] = columns[..] else { panic!("{row}") };
        let no = |errors: &str| matches!(errors, "" | "[]");
        if !no(unicode_errors) || !(ascii_errors.is_empty() || no(ascii_errors)) || source.contains("\\u") {
            continue;
        }
        let wanted = [ascii, unicode, source].into_iter().find(|name| !name.is_empty()).unwrap_or("");
        let got =
            url::Host::parse(source).map(|host| host.to_string()).unwrap_or_else(|error| error.to_string());
        tally.case(|| source.to_owned(), got, wanted.to_owned());
    }
    tally.end("names without an error", 0);
}
