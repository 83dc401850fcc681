//! What shortening and splitting promise.

use super::super::fixtures::{letters, x};
use super::super::{Unit, entities};
use super::*;
use crate::text::late;

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
