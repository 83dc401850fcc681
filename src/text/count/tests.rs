//! What each unit counts, what has a cost of its own, and what is refused.

use super::*;
use crate::text::fixtures::{letters, x};
use crate::text::network;

fn weighs(text: &str) -> usize {
    count(text, &x(), 80).counted
}

#[test]
fn each_unit_counts_what_it_says() {
    // e + combining acute, a family of four, a letter outside of the BMP.
    let text = "e\u{301}👨‍👩‍👧‍👦𝒳";
    let by = |unit| count(text, &letters(unit, None), 80).counted;
    assert_eq!(by(Unit::Grapheme), 3);
    assert_eq!(by(Unit::CodePoint), 2 + 7 + 1);
    assert_eq!(by(Unit::Utf16), 2 + 11 + 2);
    assert_eq!(by(Unit::Byte), text.len());
    assert_eq!(by(Unit::Weighted), 1 + 2 + 2);
    assert_eq!(by(Unit::EmojiByte), 2 + 25 + 1);
    assert_eq!(count("a\r\nb", &letters(Unit::Grapheme, None), 80).counted, 3);
    assert_eq!(count("", &x(), 80).counted, 0);
    assert_eq!(count(" \n Hi you \n", &network::DISCORD, 80).counted, 6);
}

#[test]
fn x_weighs_scripts_emoji_and_composed_letters() {
    assert_eq!(weighs("Hello, world! 👋"), 16);
    assert_eq!(weighs("日本語"), 6);
    assert_eq!(weighs("Привет, мир"), 11);
    assert_eq!(weighs("cafe\u{301}"), 4);
    assert_eq!(weighs("한글 \u{1112}\u{1161}\u{11ab}"), 7);
    assert_eq!(weighs("“quoted” – it’s…"), 17);
    // A joiner between letters is no emoji.
    assert_eq!(weighs("क्\u{200d}ष"), 4);
}

#[test]
fn an_emoji_weighs_two_however_it_is_made() {
    let emoji = ["👋🏽", "🇩🇪", "1️⃣", "1\u{20e3}", "❤️", "©️", "⌚️", "☝️🏽", "👩‍🚀", "🏳️‍🌈", "👩🏽‍❤️‍💋‍👨🏻"];
    for emoji in emoji.into_iter().chain(["👨‍👩‍👧‍👦", "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}"])
    {
        assert_eq!(weighs(emoji), 2, "{emoji}");
        assert_eq!(weighs(&format!("a{emoji}{emoji}1")), 6, "{emoji}");
    }
    assert_eq!(weighs("©"), 1);
    // What is no emoji of the list counts by its parts: two letters that
    // are no flag, a joiner without a meaning, a text form, a lone colour.
    for (broken, weight) in [("🇩🇩", 4), ("👩‍🍕", 5), ("👩‍", 3), ("❤\u{fe0e}", 4), ("😀\u{fe0f}", 4), ("🏽", 2)]
    {
        assert_eq!(weighs(broken), weight, "{broken:?}");
    }
    assert_eq!(weighs("🇩🇪🇫🇷"), 4);
    // What only X's library has: the list does not.
    for emoji in ["👁\u{200d}🗨", "⛷🏽", "⛷\u{fe0f}🏽", "🕴🏽\u{200d}♀\u{fe0f}", "🕴\u{fe0f}\u{200d}♂\u{fe0f}"]
    {
        assert_eq!(weighs(emoji), 2, "{emoji}");
    }
    for (broken, weight) in
        [("👁\u{200d}🗨\u{fe0f}", 4), ("🕴\u{200d}♀\u{fe0f}", 5), ("⛷🏽🏽", 4), ("🏂\u{fe0f}🏽", 6)]
    {
        assert_eq!(weighs(broken), weight, "{broken:?}");
    }
}

#[test]
fn what_x_refuses_is_named() {
    let checked = |text: &str| validate(text, &x(), 80).map(|counted| counted.counted);
    assert_eq!(checked("Hi."), Ok(3));
    assert_eq!(checked(""), Err(Invalid::Empty));
    assert_eq!(checked(&"a".repeat(281)), Err(Invalid::TooLong));
    assert_eq!(checked("a\u{feff}b"), Err(Invalid::Character('\u{feff}')));
    assert_eq!(invalid_character("a\u{fffe}\u{ffff}", &x()), Some('\u{fffe}'));
    assert_eq!(invalid_character("a\u{fffe}", &network::BLUESKY), None);
    assert_eq!(checked("  "), Ok(2));
}

#[test]
fn what_is_blank_is_refused_where_the_network_says_so() {
    let checked = |text: &str, rules: &Rules| validate(text, rules, 80).map(|counted| counted.counted);
    for rules in [&network::TELEGRAM, &network::DISCORD, &network::SLACK] {
        for blank in ["", " ", "\n\u{3000}\t"] {
            assert_eq!(checked(blank, rules), Err(Invalid::Empty), "{} {blank:?}", rules.network);
        }
        assert_eq!(checked("a", rules), Ok(1), "{}", rules.network);
    }
    for rules in [&network::BLUESKY, &network::MASTODON, &network::LINKEDIN, &network::NOSTR] {
        assert_eq!(checked("", rules), Ok(0), "{}", rules.network);
    }
    assert_eq!(checked(&format!(" {}\n", "a".repeat(4096)), &network::TELEGRAM), Ok(4096));
    assert_eq!(checked(&"a".repeat(4097), &network::TELEGRAM), Err(Invalid::TooLong));
}

#[test]
fn too_many_links_mentions_and_tags_are_refused() {
    let row = |of: &dyn Fn(usize) -> String, many: usize| (0..many).map(of).collect::<String>();
    let links = |many| row(&|at| format!("https://acme.com/{at} "), many);
    assert_eq!(too_many(&links(5), &network::THREADS), None);
    // The same link again is no other.
    assert_eq!(too_many(&links(5).repeat(2), &network::THREADS), None);
    let over = TooMany { kind: EntityKind::Link, counted: 6, limit: 5 };
    assert_eq!(too_many(&links(6), &network::THREADS), Some(over));
    assert_eq!(validate(&links(6), &network::THREADS, 80), Err(Invalid::TooMany(EntityKind::Link)));
    let tags = |many| row(&|at| format!("#t{at} "), many);
    assert_eq!(too_many(&tags(30), &network::INSTAGRAM), None);
    let over = TooMany { kind: EntityKind::Hashtag, counted: 31, limit: 30 };
    assert_eq!(too_many(&tags(31), &network::INSTAGRAM), Some(over));
    let names = |many| row(&|_| "@acme ".to_owned(), many);
    assert_eq!(too_many(&names(20), &network::INSTAGRAM), None);
    let over = TooMany { kind: EntityKind::Mention, counted: 21, limit: 20 };
    assert_eq!(too_many(&names(21), &network::INSTAGRAM), Some(over));
    assert_eq!(too_many(&(names(99) + &tags(99) + &links(99)), &network::LINKEDIN), None);
}

#[test]
fn links_and_late_addresses_have_their_cost() {
    assert_eq!(weighs("see https://example.com/a/very/long/path/indeed?with=query"), 27);
    assert_eq!(weighs("(https://a.co)."), 26);
    // To X a tag and a link; the count takes both.
    assert_eq!(weighs("#日acme.com"), 3 + 23);
    // A letter is composed before links are looked for.
    assert_eq!(weighs("https://a.co/cafe\u{301}"), 23);
    assert_eq!(weighs("https://a.co and www.acme.com"), 23 + 5 + 23);
    let token = late::token("blog", true);
    assert_eq!(weighs(&format!("It landed. {token}")), 34);
    let linkedin = letters(Unit::Utf16, None);
    assert_eq!(count(&format!("It landed. {token}"), &linkedin, 80).counted, 91);
    assert_eq!(count("https://a.co", &linkedin, 80).counted, 12);
    assert_eq!(count(&format!("{token}{token}"), &linkedin, 80).counted, 160);
}

#[test]
fn bytes_are_limited_where_the_network_limits_them() {
    let family = "👨‍👩‍👧‍👦";
    let count = |text: &str| count(text, &network::BLUESKY, 80);
    let fits = count(&family.repeat(120));
    assert_eq!((fits.counted, fits.bytes, fits.fits(), fits.over()), (120, Some((3000, 3000)), true, 0));
    let long = count(&family.repeat(121));
    assert_eq!((long.counted, long.fits(), long.over()), (121, false, 25));
    assert_eq!((long.decisive().counted, long.decisive().unit), (3025, Unit::Byte));
    // What is too long in both is told in the network's own unit.
    let both = count(&family.repeat(301));
    assert_eq!((both.over(), both.decisive().unit), (1, Unit::Grapheme));
    assert_eq!(count(&format!("{} é", late::token("blog", true))).bytes, Some((80 + 3, 3000)));
}

#[test]
fn mastodon_counts_its_own_letters_for_links_and_hosts() {
    let counted = |text: &str| count(text, &network::MASTODON, 80).counted;
    assert_eq!(counted("see https://acme.org/a/b and acme.com"), 4 + 23 + 13);
    assert_eq!(counted("http://a.com"), 23);
    assert_eq!(counted("hi @ada@hachyderm.io, @bob"), 3 + 4 + 6);
    assert_eq!(counted("xmpp:ada@acme.com"), 17);
    assert_eq!(counted(&late::token("blog", true)), 23);
    // A mark behind a link belongs to it, a sign before it too.
    assert_eq!(counted("https://acme.com\u{301}!"), 24);
    assert_eq!(counted("a\u{600}https://acme.com"), 1 + 23);
}

#[test]
fn a_content_warning_counts_as_it_stands() {
    let counted = |warning: &str, text: &str| count_below(warning, text, &network::MASTODON, 80).counted;
    assert_eq!(counted("Spoiler", "It landed"), 16);
    assert_eq!(counted("https://acme.com", "https://acme.com"), 16 + 23);
    assert_eq!(counted("e", "\u{301} https://acme.com"), 2 + 23);
    assert_eq!(counted("a", ""), 1);
}

#[test]
fn atoms_add_up_to_the_count() {
    let text = format!("Hi @ada_l, #Raumfahrt: 👩‍🚀 {} www.acme.com é #日acme.com", late::token("blog", false));
    for rules in [x(), letters(Unit::Grapheme, None), letters(Unit::Byte, Some(9))] {
        let sum: usize = atoms(&text, &rules, 80).iter().map(|atom| atom.cost).sum();
        assert_eq!(sum, count(&text, &rules, 80).counted);
    }
}
