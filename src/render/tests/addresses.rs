//! Addresses in finished posts and mails: tagged where they lead, spelt as
//! their text is, and never touched in code.

use super::fixture::House;
use crate::render::{Part, Variant, VariantKind, defaults, late, render};

const TAGS: &str = "utm_source=NET&utm_medium=social&utm_campaign=rocket-2&utm_content=post";

fn part(network: &'static str, body: &str, says: &str) -> Part {
    let mut house = House::new().outlet(VariantKind::Post, network, defaults::PLAIN).says(says);
    house.message.body.value = body.to_owned();
    house.project.tracking_domains = vec![house.written("acme.example")];
    match render(&house.job("post")).value {
        Some(Variant::Post(mut post)) => post.parts.remove(0),
        other => panic!("{other:?}"),
    }
}

fn body(network: &'static str, text: &str) -> String {
    part(network, text, "{{ message.body | markup }}").text
}

#[test]
fn the_address_of_a_link_is_tagged_and_not_its_words() {
    let text = "[the acme.example post](https://acme.example/a?b=1&c=2) https://acme.example/_x_.";
    let tags = |network: &str| TAGS.replace("NET", network);
    let escaped = |network: &str| tags(network).replace('&', "&amp;");
    let (slack, telegram, discord, x) = (escaped("slack"), escaped("telegram"), tags("discord"), tags("x"));
    assert_eq!(
        body("slack", text),
        format!(
            "<https://acme.example/a?b=1&amp;c=2&amp;{slack}|the acme.example post> https://acme.example/_x_?{slack}."
        )
    );
    assert_eq!(
        body("telegram", text),
        format!(
            "<a href=\"https://acme.example/a?b=1&amp;c=2&amp;{telegram}\">the acme.example post</a> \
             https://acme.example/_x_?{telegram}."
        )
    );
    assert_eq!(
        body("discord", text),
        format!(
            "[the acme.example post](https://acme.example/a?b=1&c=2&{discord}) https://acme.example/_x_?{discord}."
        )
    );
    assert_eq!(
        body("x", text),
        format!("the acme.example post (https://acme.example/a?b=1&c=2&{x}) https://acme.example/_x_?{x}.")
    );
    let other = "[words](https://b.example/?b=1&c=2)";
    for network in ["slack", "telegram", "discord", "reddit", "x"] {
        assert_eq!(part(network, other, "{{ message.body | markup }}").links, ["https://b.example/?b=1&c=2"]);
    }
}

#[test]
fn code_is_never_tagged() {
    let text = "See `https://acme.example/a?x=1`.\n\n```\ncurl https://acme.example/api?x=1\n```\n\n\
        <code>https://acme.example</code> https://acme.example/b";
    for network in ["slack", "telegram", "discord", "reddit", "x", "linkedin", "mastodon"] {
        for filter in ["markup", "plain"] {
            let made = part(network, text, &format!("{{{{ message.body | {filter} }}}}")).text;
            assert_eq!(made.matches("utm_source").count(), 1, "{network}: {made}");
            assert!(made.contains("https://acme.example/b?utm_source="), "{network}: {made}");
            assert!(made.contains("https://acme.example/api?x=1"), "{network}: {made}");
            assert!(!made.contains(|c| matches!(c, '\u{fdd0}'..='\u{fdef}')), "{network}");
        }
    }
    let by_hand =
        part("telegram", "", "<code>https://acme.example/a</code> <b>https://acme.example/b</b>").text;
    assert_eq!(by_hand.matches("utm_source").count(), 1, "{by_hand}");

    let mut house = House::new().outlet(VariantKind::Mail, "email", defaults::MAIL);
    house.message.body.value = text.to_owned();
    house.project.tracking_domains = vec![house.written("acme.example")];
    let Some(Variant::Mail(mail)) = render(&house.job("mail")).value else { panic!("no mail") };
    assert!(mail.text.contains("    curl https://acme.example/api?x=1\n"), "{}", mail.text);
    assert!(mail.text.contains("https://acme.example/b?utm_source=email&"), "{}", mail.text);
    // A bare address leads somewhere in a mail: there it is tagged, and not in what is read.
    let leads = "href=\"https://acme.example/b?utm_source=email&amp;";
    assert!(mail.html.contains(leads) && mail.html.contains(">https://acme.example/b</a>"), "{}", mail.html);
    assert_eq!(
        mail.html.matches("utm_source").count(),
        1 + mail.html.matches("href=\"https://acme.example?").count()
    );
}

#[test]
fn an_address_that_comes_later_is_spelt_as_its_text() {
    for (network, html) in [("telegram", true), ("slack", true), ("discord", false), ("x", false)] {
        let made = part(network, "", "<b>{{ rungs.blog.url }}</b> & {{ rungs.blog.url | untracked }}");
        let found: Vec<(bool, bool)> =
            late::find(&made.text).into_iter().map(|token| (token.tracked, token.html)).collect();
        assert_eq!(found, [(true, html), (false, html)], "{network}");
        assert_eq!(made.links, [late::token("blog", true), late::token("blog", false)], "{network}");
    }
}

#[test]
fn code_that_begins_a_text_is_code() {
    let code = "    let a;\n    let b;";
    assert_eq!(body("reddit", code), code);
    assert_eq!(body("telegram", code), "<pre>let a;\nlet b;</pre>");
    assert_eq!(body("discord", code), "```\nlet a;\nlet b;\n```");
    assert_eq!(body("x", code), "let a;\nlet b;");
    let gaps = "```\na\n\n\nb\n```\n\nc";
    assert_eq!(body("telegram", gaps), "<pre>a\n\n\nb</pre>\n\nc");
    assert_eq!(body("slack", gaps), "```\na\n\n\nb\n```\n\nc");
    assert_eq!(body("reddit", gaps), "    a\n\n\n    b\n\nc");
    assert_eq!(part("x", "", "  a\n\n\n    b  ").text, "a\n\n    b");

    let mut house = House::new().outlet(VariantKind::Mail, "email", defaults::MAIL);
    house.message.body.value = format!("\n{code}\n\ntext");
    let Some(Variant::Mail(mail)) = render(&house.job("mail")).value else { panic!("no mail") };
    assert!(mail.text.contains("\n\n    let a;\n    let b;\n\ntext"), "{}", mail.text);
    assert!(mail.html.contains("<pre"), "{}", mail.html);
}
