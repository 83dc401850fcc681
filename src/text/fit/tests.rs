//! What shortening and splitting promise.

use super::super::fixtures::{letters, x};
use super::super::{Unit, entities};
use super::*;
use crate::text::late;
use proptest::prelude::*;

fn plain(limit: usize) -> Rules {
    letters(Unit::Grapheme, Some(limit))
}

fn short(text: &str, limit: usize) -> String {
    shorten(text, limit, &plain(limit), 80)
}

#[test]
fn what_fits_is_left_alone() {
    assert_eq!(short("  It landed.\n", 14), "  It landed.\n");
    assert_eq!(split("It landed.", &plain(10), 80), ["It landed."]);
    assert_eq!(split("Long as you like.", &letters(Unit::Byte, None), 80), ["Long as you like."]);
    assert_eq!(split(" \n", &plain(10), 80), [""]);
}

#[test]
fn it_is_cut_at_a_sentence_then_a_word_then_a_character() {
    assert_eq!(short("It landed by itself. Nobody steered, nobody helped.", 30), "It landed by itself. …");
    assert_eq!(short("Reusable, quieter, and cheaper to fly", 20), "Reusable, quieter…");
    assert_eq!(short("Donaudampfschifffahrtsgesellschaft", 12), "Donaudampf…");
    assert_eq!(short("着陸した。静かだった。安かった。", 10), "着陸した。 …");
    assert_eq!(short("👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦", 2), "…");
    assert_eq!(short("👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦", 3), "👩‍👩‍👧‍👦…");
    assert_eq!(short("It landed", 1), "…");
    assert_eq!(short("It landed", 0), "");
    assert_eq!(shorten("日本語です", 1, &x(), 80), "");
}

#[test]
fn links_tags_mentions_and_late_addresses_stay_whole() {
    let text = "Read https://acme.example/a/long/path today";
    assert_eq!(short(text, 30), "Read…");
    assert_eq!(short(text, 42), "Read https://acme.example/a/long/path …");
    assert_eq!(short("Thanks to @ada_lovelace for all", 20), "Thanks to…");
    assert_eq!(short("We like #OpenSource most", 15), "We like…");
    let late = format!("It landed. {} and more words", late::token("blog", true));
    assert_eq!(shorten(&late, 50, &plain(50), 80), "It landed. …");
    assert_eq!(shorten(&late, 37, &x(), 80), format!("It landed. {} …", late::token("blog", true)));
}

#[test]
fn a_thread_breaks_where_readers_pause() {
    let text = "The first point is short.\n\nThe second point has more to say. It goes on for a while.";
    assert_eq!(
        split(text, &plain(60), 80),
        ["The first point is short.", "The second point has more to say. It goes on for a while."]
    );
    assert_eq!(
        split(&text.replace("\n\n", " "), &plain(60), 80),
        ["The first point is short. The second point has more to say.", "It goes on for a while."]
    );
    assert_eq!(
        split("One.\n\n<!-- break -->\n\nTwo <!-- no -->.<!--break--><!-- break -->", &plain(60), 80),
        ["One.", "Two <!-- no -->."]
    );
    assert_eq!(
        split("one two three four five six seven eight", &plain(24), 80),
        ["one two three four", "five six seven eight"]
    );
}

#[test]
fn no_thread_ends_in_two_lost_words() {
    let text = "alpha beta gamma delta epsilon zeta eta theta";
    let parts = split(text, &plain(40), 80);
    assert_eq!(parts.join(" "), text);
    assert_eq!(parts, ["alpha beta gamma delta", "epsilon zeta eta theta"]);
    // Where it cannot be avoided, nothing is lost all the same.
    assert_eq!(split("aaaaaaaaa bbbbbbbbb", &plain(10), 80), ["aaaaaaaaa", "bbbbbbbbb"]);
}

#[test]
fn a_link_longer_than_the_limit_is_not_broken() {
    let parts = split("See https://acme.example/a/very/long/path now please", &plain(20), 80);
    assert_eq!(parts, ["See", "https://acme.example/a/very/long/path", "now please"]);
}

/// Shapes that make scanners quadratic: such a one would take minutes here, and
/// nobody would wait for it.
#[test]
fn time_grows_with_the_text() {
    for piece in [
        "a",
        "a ",
        "a.",
        "a. ",
        "@",
        "@a",
        "#",
        "#a",
        "#1",
        "https://",
        "http://a.",
        "www.",
        "a-",
        "h",
        "(",
        "https://a.b/(",
        "👩‍",
        "🇩",
        "e\u{301}",
        "\u{301}",
        "字",
        "\n",
        "<!--",
        "<!-- break -->",
        "https://rung.invalid/",
        "Dr. ",
        "\u{0}",
    ] {
        let text = piece.repeat(40_000 / piece.len());
        let _ =
            (entities(&text, crate::text::Dialect::X), shorten(&text, 280, &x(), 80), split(&text, &x(), 80));
        let _ = split(&text, &plain(30_000), 80);
    }
}

/// Texts out of everything that networks treat specially, and of anything.
fn texts() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("https://acme.example/x?y=(z)".to_owned()),
        Just(late::token("blog", true)),
        Just("www.acme.com".to_owned()),
        Just("@ada@hachyderm.io".to_owned()),
        Just("#OpenSource".to_owned()),
        Just("👩‍🚀".to_owned()),
        Just("🇩🇪".to_owned()),
        Just("着陸した。".to_owned()),
        Just("한\u{1112}\u{1161}\u{11ab}".to_owned()),
        Just("Dr. Lovelace said. ".to_owned()),
        Just("\n\n".to_owned()),
        Just(" ".to_owned()),
        "[a-zA-Z .,!?()]{1,20}",
        "\\PC{0,4}",
        any::<String>(),
    ];
    proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

fn rules() -> impl Strategy<Value = Rules> {
    (0usize..400, 0usize..5, proptest::option::of(1usize..30)).prop_map(|(limit, unit, link_cost)| {
        let unit = [Unit::Grapheme, Unit::CodePoint, Unit::Utf16, Unit::Weighted, Unit::Byte][unit];
        Rules { link_cost, ..letters(unit, Some(limit)) }
    })
}

/// All that is not white space and no break.
fn letters_of(text: &str) -> String {
    segments(text).concat().chars().filter(|c| !c.is_whitespace()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn what_was_shortened_fits_and_is_a_beginning(text in texts(), rules in rules()) {
        let limit = rules.limit.unwrap();
        let made = shorten(&text, limit, &rules, 80);
        prop_assert!(count(&made, &rules, 80).counted <= limit);
        if made != text {
            let kept = made.strip_suffix('…').unwrap_or("");
            prop_assert!(text.starts_with(kept) || text.starts_with(kept.strip_suffix(' ').unwrap_or(kept)));
            // Links that are left are links of the text.
            let links = |text: &str| entities(text, crate::text::Dialect::X).iter().map(|e| text[e.range.clone()].to_owned()).collect::<Vec<_>>();
            let all = links(&text);
            for link in links(&made).iter().filter(|link| link.contains("://")) {
                prop_assert!(all.contains(link), "{link} of {made:?}");
            }
        }
    }

    #[test]
    fn nothing_is_lost_in_a_thread_and_every_part_fits(text in texts(), rules in rules()) {
        let limit = rules.limit.unwrap();
        let parts = split(&text, &rules, 80);
        prop_assert!(!parts.is_empty());
        prop_assert_eq!(letters_of(&parts.concat()), letters_of(&text));
        for part in &parts {
            let counted = count(part, &rules, 80).counted;
            let one = atoms(part, &rules, 80).len() <= 1;
            prop_assert!(counted <= limit || one, "{} of {}: {:?}", counted, limit, part);
        }
    }

    #[test]
    fn counting_and_finding_take_any_text(text in any::<String>(), rules in rules()) {
        let whole = count(&text, &rules, 80).counted;
        prop_assert_eq!(atoms(&text, &rules, 80).iter().map(|atom| atom.cost).sum::<usize>(), whole);
        let mut end = 0;
        for entity in entities(&text, crate::text::Dialect::X) {
            prop_assert!(entity.range.start >= end && !text[entity.range.clone()].is_empty());
            end = entity.range.end;
        }
        let _ = super::super::hashtag(&text);
    }
}
