//! What is fitted in a network's own markup, and the pictures that go with it.

use super::fixture::House;
use crate::ladder::{Attach, Overflow};
use crate::render::{Post, Variant, VariantKind, defaults, render};
use crate::source::Spanned;
use crate::text::{Rules, count, network, seen};

fn post(house: &House) -> Post {
    let made = render(&house.job("post"));
    assert!(!made.has_errors(), "{:?}", made.problems);
    match made.value {
        Some(Variant::Post(post)) => post,
        other => panic!("not a post: {other:?}"),
    }
}

fn house(rules: Rules, overflow: Overflow, body: &str) -> House {
    let mut house = House::new().says("{{ message.body | markup }}").outlet(
        VariantKind::Post,
        rules.network,
        defaults::PLAIN,
    );
    house.outlet.rules = rules;
    house.message.body.value = body.to_owned();
    let span = house.ladder.rungs[1].span;
    house.settings("post").overflow = Some(Spanned::new(overflow, span));
    house
}

/// The parts, all of which fit with the pictures that they have.
fn fitting(house: &House) -> Vec<(String, usize)> {
    let parts = post(house).parts;
    for part in &parts {
        let rules = house.outlet.rules.with_pictures(part.media.len());
        assert!(count(&part.text, &rules, 80).fits(), "{}", part.text);
    }
    parts.into_iter().map(|part| (part.text, part.media.len())).collect()
}

const SENTENCE: &str = "This sentence is bold and goes on for quite a while to fill the room. ";

#[test]
fn marks_are_whole_in_each_part_of_a_thread() {
    let bold = format!("**{}**", SENTENCE.repeat(120).trim());
    let code = format!("```rust\n{}```\n\nWords behind.", "    let x = 1; // code\n".repeat(400));
    let quote = format!("> {}", SENTENCE.repeat(120));
    for (rules, marks) in
        [(network::TELEGRAM, ["<b>", "</b>"]), (network::DISCORD, ["**", "**"]), (network::SLACK, ["*", "*"])]
    {
        let rules = Rules { limit: rules.limit.map(|limit| limit.min(4096)), ..rules };
        for body in [&bold, &code, &quote] {
            let mut house = house(rules, Overflow::Thread, body);
            let span = house.ladder.rungs[1].span;
            house.settings("post").numbered = Some(Spanned::new(true, span));
            let parts = fitting(&house);
            assert!(parts.len() > 1);
            for (at, (part, _)) in parts.iter().enumerate() {
                let number = format!("{}/{}", at + 1, parts.len());
                let words = part.strip_suffix(&number).expect("a number ends it").trim_end();
                if body == &bold {
                    assert!(words.starts_with(marks[0]) && words.ends_with(marks[1]), "{part}");
                } else if body == &quote {
                    let own = ["> ", "<blockquote>"].into_iter().any(|mark| words.starts_with(mark));
                    assert!(own, "{part}");
                } else if at + 1 < parts.len() {
                    let own = ["</code></pre>", "\n```"].into_iter().any(|mark| words.ends_with(mark));
                    assert!(own && part.ends_with(&format!("\n{number}")), "{part}");
                    assert!(seen(words, rules.markup).starts_with("    let x"), "{part}");
                }
            }
        }
    }
}

#[test]
fn what_is_not_seen_takes_no_room_on_telegram() {
    let body = "**b** ".repeat(700);
    let parts = fitting(&house(network::TELEGRAM, Overflow::Thread, &body));
    assert_eq!(parts.len(), 1);
    let filter =
        house(network::TELEGRAM, Overflow::Error, "See [a link of many words](https://a.example/) now");
    let filter = filter.says("x {{ message.body | markup | fit(18) }}");
    assert_eq!(post(&filter).parts[0].text, "x See <a href=\"https://a.example/\">a link of…</a>");
}

#[test]
fn a_part_with_a_picture_has_the_room_of_a_caption() {
    let words = SENTENCE.repeat(30);
    let body = format!("{words}\n\n![a](a.png)\n\n{words}{words}{words}");
    for overflow in [Overflow::Thread, Overflow::Shorten] {
        let mut house = house(network::TELEGRAM, overflow, &body);
        house.image("a.png", "A");
        let parts = fitting(&house);
        assert_eq!(parts.iter().map(|(_, pictures)| pictures).sum::<usize>(), 1);
        if overflow == Overflow::Thread {
            assert!(parts.iter().any(|(part, pictures)| *pictures == 0 && part.len() > 1024), "{parts:?}");
        }
    }
    // One that nobody speaks of stands on the first part.
    let mut first = house(network::TELEGRAM, Overflow::Thread, &words);
    first.image("a.png", "A");
    let parts = fitting(&first);
    assert_eq!((parts[0].1, parts.len()), (1, 2));
    // Without it there is room.
    let span = first.ladder.rungs[1].span;
    first.settings("post").attach = Some(Spanned::new(Attach::None, span));
    assert_eq!(fitting(&first).len(), 1);
    // A shorter text is taken where a picture makes the first one too long.
    let mut shorter = house(network::TELEGRAM, Overflow::Error, &words);
    shorter.image("a.png", "A");
    let short = shorter.written("Short.");
    shorter.settings("post").shorter = Some(vec![short]);
    assert_eq!(fitting(&shorter), [("Short.".to_owned(), 1)]);
}

#[test]
fn pictures_go_with_the_words_that_were_cut_off() {
    let spoken = |name: &str| format!("{SENTENCE}![{name}]({name}.png)\n\n");
    let body: String = ["a", "b", "c", "d", "e", "f"].into_iter().map(spoken).collect();
    let rules = Rules { limit: Some(200), images: 4, ..network::UNKNOWN };
    let with_pictures = |body: &str| {
        let mut house = house(rules, Overflow::Shorten, body);
        ["a", "b", "c", "d", "e", "f"].into_iter().for_each(|name| house.image(&format!("{name}.png"), name));
        let post = post(&house);
        post.parts[0].media.iter().map(|picture| picture.name.clone()).collect::<Vec<_>>()
    };
    assert_eq!(with_pictures(&body), ["a.png", "b.png"]);
    // One stays where all of them would go; those that no words speak of stay.
    let late = format!("{}![e](e.png) ![f](f.png)", SENTENCE.repeat(9));
    assert_eq!(with_pictures(&late), ["a.png", "b.png", "c.png", "d.png", "e.png"][..5]);
}

#[test]
fn a_break_is_one_however_it_is_spelt() {
    for mark in ["<!--break-->", "<!-- BREAK -->", "<!--  break  -->"] {
        let body = format!("One.\n\n{mark}\n\nTwo.");
        let parts = fitting(&house(network::X, Overflow::Thread, &body));
        assert_eq!(parts, [("One.".to_owned(), 0), ("Two.".to_owned(), 0)], "{mark}");
    }
    let beside = fitting(&house(network::X, Overflow::Thread, "First <!-- break --> second."));
    assert_eq!(beside[0].0, "First second.");
    let mut by_hand = House::new();
    let parts = vec![by_hand.written("Two…\n\n<!-- break -->\n\n three")];
    by_hand.settings("post").thread = Some(parts);
    assert_eq!(post(&by_hand).parts[0].text, "Two…\n\nthree");
}

#[test]
fn a_break_in_a_quotation_ends_it_and_begins_it_again() {
    let texts = |rules: Rules, body: &str| {
        let parts = fitting(&house(rules, Overflow::Thread, body));
        parts.into_iter().map(|(text, _)| text).collect::<Vec<_>>()
    };
    let body = "Before.\n\n> q *one*\n>\n> <!-- break -->\n>\n> q two\n\nBehind.";
    for rules in [network::X, network::BLUESKY, network::DISCORD, network::SLACK, network::REDDIT] {
        let parts = texts(rules, body);
        assert_eq!(parts.len(), 2, "{parts:?}");
        assert!(parts[0].starts_with("Before.\n\n> q ") && !parts[0].ends_with('>'), "{parts:?}");
        assert_eq!(parts[1], "> q two\n\nBehind.");
    }
    assert_eq!(
        texts(network::TELEGRAM, body),
        ["Before.\n\n<blockquote>q <i>one</i></blockquote>", "<blockquote>q two</blockquote>\n\nBehind."]
    );
    // At its ends, in one within another, in an item: nowhere is it shown.
    for body in [
        "> <!-- break -->\n>\n> a\n>\n> <!-- break -->\n>\n> b\n>\n> <!-- break -->",
        "> > a\n> >\n> > <!-- break -->\n> >\n> > b",
        "- a\n\n  <!-- break -->\n\n  b",
        "> - a\n>\n>   <!-- break -->\n>\n>   b",
        "- > a\n  >\n  > <!-- break -->\n  >\n  > b",
    ] {
        for rules in [network::X, network::TELEGRAM, network::DISCORD, network::SLACK, network::REDDIT] {
            let parts = texts(rules, body);
            assert_eq!(parts.len(), 2, "{}: {body}: {parts:?}", rules.network);
            assert!(!parts.concat().contains("!--"), "{parts:?}");
            let tags = |tag: &str| parts.iter().map(|part| part.matches(tag).count()).collect::<Vec<_>>();
            assert_eq!(tags("<blockquote>"), tags("</blockquote>"), "{parts:?}");
        }
    }
}

#[test]
fn what_is_shortened_ends_in_no_break() {
    let body = "Some words here to begin with.\n\n<!-- break -->\n\nMore words that come after it and are \
                long enough to be cut away.";
    for filters in
        ["plain | fit(60)", "markup | fit(60)", "fit(60)", "plain | sentences(60)", "sentences(60)"]
    {
        for rules in [network::BLUESKY, network::TELEGRAM, network::REDDIT] {
            let house = house(rules, Overflow::Thread, body);
            let house = house.says(&format!("{{{{ message.body | {filters} }}}}"));
            let text = &post(&house).parts[0].text;
            assert!(text.starts_with("Some words here to begin with."), "{filters}: {text}");
            assert!(!text.contains("!--"), "{filters}: {text}");
        }
    }
    // In code it is text, and counted.
    let code = house(network::BLUESKY, Overflow::Thread, "```\nOne\n<!-- break -->\nand two more words\n```");
    let code = code.says("{{ message.body | plain | fit(20) }}");
    assert_eq!(post(&code).parts[0].text, "One\n<!-- break -->…");
}

#[test]
fn a_filter_cuts_before_a_link_that_is_too_long() {
    let body = "Read it all https://docs.example.org/guides/2026/launch/rocket-2 today, and tell us.";
    let house = house(network::BLUESKY, Overflow::Error, body).says("{{ message.body | fit(40) }}");
    assert_eq!(post(&house).parts[0].text, "Read it…");
}

/// A title is no markup, in the templates that nobody wrote as well.
#[test]
fn the_templates_of_an_outlet_escape_what_is_no_markdown() {
    for (rules, title) in [
        (network::TELEGRAM, "R&amp;D &lt;beta&gt; *now*"),
        (network::SLACK, "R&amp;D &lt;beta&gt; *now*"),
        (network::DISCORD, "R&D <beta> \\*now\\*"),
        (network::LINKEDIN, "R&D <beta> *now*"),
    ] {
        let mut house = house(rules, Overflow::Error, "Body.");
        house.settings("post").text = None;
        house.message.title.value = "R&D <beta> *now*".to_owned();
        house.message.summary = "It is 1 < 2.".to_owned();
        let text = post(&house).parts[0].text.clone();
        assert!(text.starts_with(&format!("{title}\n\nIt is 1 ")), "{}: {text}", rules.network);
        assert!(seen(&text, rules.markup).contains("R&D <beta> "), "{}: {text}", rules.network);
    }
}
