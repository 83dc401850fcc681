//! What is a link, a name and a tag to Mastodon's server.

use super::*;
use crate::text::late;

fn found(text: &str) -> Vec<&str> {
    entities(text).into_iter().map(|entity| &text[entity.range]).collect()
}

#[test]
fn only_links_with_a_scheme_of_the_server() {
    assert_eq!(
        found("https://acme.com, HTTP://Acme.org! gemini://acme.dev/x acme.com ftp://acme.com"),
        ["https://acme.com", "HTTP://Acme.org", "gemini://acme.dev/x"]
    );
    for none in [
        "xhttps://acme.com",
        "#https://acme.com",
        "$http://acme.com",
        "@https://acme.com",
        "http://acme.zzzz",
        "https://localhost/x",
        "http://1.2.3.4",
        "https://a_b.com",
        "http://🐪.com",
        "acme.com/http://acme.org",
    ] {
        assert!(!entities(none).iter().any(|entity| entity.kind == EntityKind::Link), "{none}");
    }
    assert_eq!(found("詳しくはhttps://acme.jpで。"), ["https://acme.jp"]);
    assert_eq!(found("a\nhttps://acme.com\nhttps://acme.org"), ["https://acme.com", "https://acme.org"]);
}

#[test]
fn links_end_where_the_server_ends_them() {
    for (text, link) in [
        ("https://acme.com/a_(b)", "https://acme.com/a_(b)"),
        ("https://acme.com/a_(b_(c)).", "https://acme.com/a_(b_(c))"),
        ("(https://acme.com/a)", "https://acme.com/a"),
        ("https://acme.com/a(b", "https://acme.com/a"),
        ("https://acme.com/a()b", "https://acme.com/a"),
        // Letters that the server added are none to the bracket at the end.
        ("https://acme.com/a_(日本)", "https://acme.com/a_"),
        ("https://acme.com/a_(日本)b", "https://acme.com/a_(日本)b"),
        ("https://acme.com/日本。", "https://acme.com/日本。"),
        ("https://acme.com/🐪/#camel", "https://acme.com/🐪/#camel"),
        ("https://acme.com/a=b&c,", "https://acme.com/a=b&c"),
        ("https://acme.com:8080/?a=b&c=✓!", "https://acme.com:8080/?a=b&c=✓"),
        ("https://acme.com:/a", "https://acme.com"),
        ("https://acme.com#a", "https://acme.com"),
        ("https://acme.com?", "https://acme.com"),
        ("https://acme.com/", "https://acme.com/"),
        ("https://t.co/Ab1-x/y", "https://t.co/Ab1"),
        ("https://acme.com/<b>", "https://acme.com/"),
    ] {
        assert_eq!(found(text), [link], "{text}");
    }
    assert_eq!(found(&format!("https://t.co/{}", "a".repeat(41))), Vec::<&str>::new());
}

#[test]
fn a_link_too_long_for_the_server_is_none() {
    let link = |length: usize| format!("https://acme.com/{}", "a".repeat(length - 17));
    assert_eq!(found(&link(4096)).len(), 1);
    assert_eq!(found(&link(4097)).len(), 0);
    // Its host counts as it is encoded.
    let link = |length: usize| format!("https://münchen.de/{}", "a".repeat(length - 19 - 7));
    assert_eq!(found(&link(4096)).len(), 1);
    assert_eq!(found(&link(4097)).len(), 0);
}

#[test]
fn names_here_and_elsewhere() {
    assert_eq!(
        found("@ada @ada@hachyderm.io. (@a.b-c@grå.org) -@bob! @ada@localhost"),
        ["@ada", "@ada@hachyderm.io", "@a.b-c@grå.org", "@bob", "@ada@localhost"]
    );
    for none in ["a@b", "x=@ada", "/@ada", "@ada@", "@noël", "@ada://x", "日@ada", "@", "＠ada", "@ada@a@b"]
    {
        assert_eq!(found(none), Vec::<&str>::new(), "{none}");
    }
    assert_eq!(found(&format!("@ada@{}", "a".repeat(253))).len(), 1);
    assert_eq!(found(&format!("@ada@{}", "a".repeat(254))).len(), 0);
}

#[test]
fn tags_stand_behind_a_space() {
    assert_eq!(
        found("#rocket #3d #_a a_ #one·two #ぼっち・ざ ＃全角 #نرم‌افزار #a· #x\u{a0}#y #1_2 #foohttps://x"),
        [
            "#rocket",
            "#3d",
            "#_a",
            "#one·two",
            "#ぼっち・ざ",
            "＃全角",
            "#نرم‌افزار",
            "#a",
            "#x",
            "#y",
            "#1_2",
            "#foo"
        ]
    );
    for none in ["#", "#1", "#12", "#·a", "(#a)", "a#b", "##a", "#1·", "#!"] {
        assert_eq!(found(none), Vec::<&str>::new(), "{none}");
    }
}

#[test]
fn other_addresses_are_linked_and_cost_their_letters() {
    assert_eq!(
        found("xmpp:ada@acme.com?join now, (magnet:?xt=urn:btih:c1a) xmpp://me@acme.org/ada@acme.com/desk"),
        ["xmpp:ada@acme.com?join", "magnet:?xt=urn:btih:c1a", "xmpp://me@acme.org/ada@acme.com/desk"]
    );
    for none in ["xmpp:", "xmpp:ada", "axmpp:acme.com", "magnet:", "magnet:x"] {
        assert_eq!(found(none), Vec::<&str>::new(), "{none}");
    }
    let costs =
        |text| costs(text, 23).into_iter().map(|(range, cost)| (range.len(), cost)).collect::<Vec<_>>();
    assert_eq!(costs("xmpp:acme.com https://acme.com @ada @ada@acme.com #a"), [(16, 23), (13, 4)]);
    // A tag to its readers, a link to its count.
    assert_eq!(costs("#日HTTPS://acme.com"), [(16, 23)]);
}

#[test]
fn late_addresses_are_links_and_part_what_is_around_them() {
    let token = late::token("blog", true);
    let text = format!("a{token}/x @ada{token}@bob #a{token}#b");
    assert_eq!(found(&text), [&token, "@ada", &token, "#a", &token]);
    let text = format!("https://acme.com/?u={token}");
    assert_eq!(found(&text), ["https://acme.com/?u=", &token]);
}
