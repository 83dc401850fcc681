//! What X links, by cases of our own.

use super::*;
use crate::text::late;
use proptest::prelude::*;

fn links(text: &str) -> Vec<&str> {
    urls(text).into_iter().map(|url| &text[url.range]).collect()
}

fn all(text: &str) -> Vec<&str> {
    entities(text).into_iter().map(|entity| &text[entity.range]).collect()
}

#[test]
fn hosts_with_and_without_a_scheme_are_links() {
    assert_eq!(
        links("acme.com, www.acme.museum/x and HTTPS://Acme.IO:8080/x?y=1#z."),
        ["acme.com", "www.acme.museum/x", "HTTPS://Acme.IO:8080/x?y=1#z"]
    );
    // Files are hosts to X where their ending is a country's.
    assert_eq!(links("main.rs and setup.py, not main.cpp or 3.5 or e.g. this"), ["main.rs", "setup.py"]);
    assert_eq!(links("me@acme.com #acme.com $acme.com a.acme.com@b -acme.com .acme.com"), Vec::<&str>::new());
    assert_eq!(links("http://under_score.acme.com http://under_score.com"), ["http://under_score.acme.com"]);
    assert_eq!(links("http://acme.invalid http://localhost ftp://acme"), Vec::<&str>::new());
}

#[test]
fn hosts_of_other_scripts_are_links_with_a_scheme() {
    assert_eq!(
        links("https://пример.рф/путь, https://例え.みんな/道"),
        ["https://пример.рф/путь", "https://例え.みんな/"]
    );
    // Without one, only the part in plain letters.
    assert_eq!(links("詳細はacme.jpで、пример.рф と acme.みんな"), ["acme.jp", "acme.みんな"]);
    assert_eq!(links("http://xn--e1afmkfd.xn--p1ai/ http://xn--日.com"), ["http://xn--e1afmkfd.xn--p1ai/"]);
    assert_eq!(links("\u{2066}acme.com\u{2069}"), ["acme.com"]);
}

#[test]
fn a_path_ends_where_the_sentence_goes_on() {
    assert_eq!(
        links("(http://a.co/b_(c)), http://a.co/(d(e)f), http://a.co/(g"),
        ["http://a.co/b_(c)", "http://a.co/(d(e)f)", "http://a.co/"]
    );
    assert_eq!(
        links("http://a.co/a.b,c! http://a.co?q=x, a.co/é/я…"),
        ["http://a.co/a.b,c", "http://a.co?q=x", "a.co/é/я"]
    );
    // Without a path the query stays outside of a bare host.
    assert_eq!(links("a.co?q=1 a.co/?q=1"), ["a.co", "a.co/?q=1"]);
}

#[test]
fn links_of_x_itself_end_with_their_slug() {
    assert_eq!(
        links("https://t.co/aB3/more https://t.co/aB3?x=1#y"),
        ["https://t.co/aB3", "https://t.co/aB3?x=1#y"]
    );
    assert_eq!(links(&format!("https://t.co/{}", "a".repeat(41))), Vec::<&str>::new());
}

#[test]
fn what_is_too_long_is_no_link() {
    for (label, found) in [(63, 1), (64, 0)] {
        assert_eq!(links(&format!("http://{}.com", "a".repeat(label))).len(), found);
    }
    assert_eq!(links(&format!("http://{}.com", "ü".repeat(63))).len(), 0);
    // With `http://` counted twice, as the original does.
    for (path, found) in [(4096 - 7 - 7 - "a.co/".len(), 1), (4096 - 7 - 7 - "a.co/".len() + 1, 0)] {
        assert_eq!(links(&format!("http://a.co/{}", "x".repeat(path))).len(), found);
    }
}

#[test]
fn a_dot_of_another_script_counts_in_the_label_it_divides() {
    let long = "a".repeat(63);
    assert_eq!(links(&format!("http://{long}.com")).len(), 1);
    for dot in ['。', '．', '｡'] {
        for label in [format!("{dot}{long}"), format!("{long}{dot}"), format!("{}{dot}aa", "a".repeat(61))] {
            assert_eq!(links(&format!("http://{label}.com")), Vec::<&str>::new(), "{label}");
        }
        assert_eq!(links(&format!("http://{dot}{}.com", "a".repeat(62))).len(), 1);
    }
}

#[test]
fn brackets_end_a_path_only_behind_what_may_end_one() {
    for (text, link) in [
        ("a.co/(b)", "a.co/(b)"),
        ("a.co/(b)(c)", "a.co/(b)(c)"),
        ("a.co/b(c)", "a.co/b(c)"),
        ("a.co/!(b)", "a.co/"),
        ("a.co/b!(c)(d)", "a.co/b"),
        ("a.co/!(b)c", "a.co/!(b)c"),
        ("a.co/!(b)/(c)!", "a.co/!(b)/(c)"),
    ] {
        assert_eq!(links(text), [link], "{text}");
    }
}

#[test]
fn a_path_behind_a_name_of_several_scripts_costs_what_is_left_of_it() {
    let counted = |text: &str| {
        let found: Vec<_> = urls(text).into_iter().map(|url| (url.range, url.counted)).collect();
        found
    };
    // `a.рф` and the path are the link that is measured, the link reaches on.
    assert_eq!(counted("a.рф.日/b"), [(0..6, 6)]);
    assert_eq!(counted("a.рф.λ.com/bc"), [(0..16, 10)]);
    assert_eq!(counted("日a.com/bc"), [(3..11, 11)]);
    // The first `a.com` of the name goes on as a word; the original takes it for the second.
    assert_eq!(counted("a.combλ.a.com"), [(0..5, 5)]);
}

#[test]
fn names_lists_and_replies() {
    let text = "@ada_l: RT@grace .@joan/friends-2 ＠full é@x";
    let found: Vec<&str> = mentions(text).into_iter().map(|mention| &text[mention.range]).collect();
    assert_eq!(found, ["@ada_l", "@grace", "@joan/friends-2", "＠full", "@x"]);
    let text = "@joan/friends @joan/2";
    let lists: Vec<_> =
        mentions(text).into_iter().map(|mention| mention.list.map(|list| &text[list])).collect();
    assert_eq!(lists, [Some("/friends"), None]);
    let none = "a@b !@b &@b @@b @b@c.com @bé @http://x StaRT@b @";
    assert_eq!(mentions(none).len(), 0, "{:?}", mentions(none));
    // What is longer than a name goes on as text.
    assert_eq!(all(&format!("@{}", "a".repeat(25))), [format!("@{}", "a".repeat(20))]);
    assert_eq!((reply(" @ada hi"), reply("hi @ada"), reply("@ada@x")), (Some("ada"), None, None));
}

#[test]
fn tags_of_all_scripts_and_symbols_of_shares() {
    assert_eq!(
        all("#Rocket ＃日本語 #überall #हिन्दी #می‌خواهم #5G #cat·ala #😀 #1 #_ a#b &#39; ##c"),
        ["#Rocket", "＃日本語", "#überall", "#हिन्दी", "#می‌خواهم", "#5G", "#cat·ala", "#c"]
    );
    assert_eq!(all("#a#b #c://d #️⃣x ❤️#e"), ["#e"]);
    assert_eq!(all("$ACME $ab.cd, $A_B! ($NO) $TOOLONG $9 x$A $A$B"), ["$ACME", "$ab.cd", "$A_B", "$A"]);
}

#[test]
fn of_two_that_overlap_the_first_stays() {
    assert_eq!(all("http://a.co/#tag/@name #tag/a.co"), ["http://a.co/#tag/@name", "#tag"]);
    let tagged = "#日acme.com";
    assert_eq!((all(tagged), links(tagged)), (vec!["#日acme"], vec!["acme.com"]));
    assert_eq!(hashtags("http://a.co/#tag #other").len(), 1);
    let with_scheme: Vec<_> =
        entities_with_scheme("a.co http://a.co @a").iter().map(|e| e.range.start).collect();
    assert_eq!(with_scheme, [5, 17]);
}

#[test]
fn a_late_address_is_one_link_whatever_touches_it() {
    let token = late::token("blog", true);
    let text = format!("#a{token}#b x{token}.acme.com/{token}");
    assert_eq!(links(&text), [token.as_str(); 3]);
    assert_eq!(all(&text), ["#a", token.as_str(), token.as_str(), token.as_str()]);
}

proptest! {
    /// Ranges are of the text, in order, apart, and start with their sign.
    #[test]
    fn entities_are_pieces_of_the_text(
        parts in proptest::collection::vec(
            prop_oneof![
                Just("http://"), Just("https://rung.invalid/a/plain"), Just("acme"), Just(".com"), Just(".みんな"),
                Just("@"), Just("#"), Just("$A"), Just("/"), Just("("), Just(")"), Just(" "), Just("日"),
                Just("é"), Just("e\u{301}"), Just("😀"), Just("\u{200d}"), Just("_"), Just("-"), Just("t.co/x"),
                Just("?q=1"), Just("RT"), Just("＠"), Just("＃"), Just("."),
            ],
            0..24,
        )
    ) {
        let text = parts.concat();
        let mut end = 0;
        for entity in entities(&text) {
            prop_assert!(entity.range.start >= end && entity.range.end > entity.range.start);
            let piece = &text[entity.range.clone()];
            let sound = match entity.kind {
                EntityKind::Link => piece.contains('.'),
                EntityKind::Mention => piece.starts_with(['@', '＠']),
                EntityKind::Hashtag => piece.starts_with(['#', '＃']),
                EntityKind::Cashtag => piece.starts_with('$'),
            };
            prop_assert!(sound, "{piece:?}");
            end = entity.range.end;
        }
        let mut end = 0;
        for url in urls(&text) {
            prop_assert!(url.range.start >= end && text.get(url.range.clone()).is_some());
            end = url.range.end;
        }
    }
}
