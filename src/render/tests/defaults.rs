//! A rung that names only its channel: what the built-in templates say.

use super::fixture::House;
use crate::render::{Defaults, Post, Variant, VariantKind, defaults, late, render};
use insta::assert_snapshot;

fn post(house: &House, rung: &str) -> Post {
    let made = render(&house.job(rung));
    assert!(!made.has_errors(), "{:?}", made.problems);
    match made.value {
        Some(Variant::Post(post)) => post,
        other => panic!("not a post: {other:?}"),
    }
}

fn said(house: &House) -> String {
    late::shown(&post(house, "post").parts[0].text)
}

fn on(network: &'static str, defaults: Defaults) -> House {
    House::new().outlet(VariantKind::Post, network, defaults)
}

fn tweet(title: &str, summary: &str) -> String {
    let mut house = on("x", defaults::X);
    house.message.title.value = title.to_owned();
    house.message.summary = summary.to_owned();
    house.message.tags.clear();
    said(&house)
}

#[test]
fn each_network_says_it_in_its_own_manner() {
    assert_snapshot!(said(&on("x", defaults::X)), @"Rocket 2 lands itself: Reusable, quieter, and cheaper to fly. #rocketry #OpenSource ‹address of blog›");
    let house = on("facebook", defaults::FACEBOOK);
    assert_snapshot!(said(&house), @"Reusable, quieter, and cheaper to fly.");
    let card = post(&house, "post").card.unwrap();
    assert_eq!(
        (card.title.as_str(), late::shown(&card.url).as_str()),
        ("Rocket 2 lands itself", "‹address of blog›")
    );
    let house = on("bluesky", defaults::BLUESKY);
    assert_snapshot!(said(&house), @"Reusable, quieter, and cheaper to fly. #rocketry #OpenSource #space");
    assert_eq!(late::shown(&post(&house, "post").card.unwrap().url), "‹address of blog›");
    let mut house = on("linkedin", defaults::LINKEDIN);
    house.message.body.value =
        "# Head\n\nThe booster came back at dawn. Nobody touched it.\n\n- a list\n".to_owned();
    assert_snapshot!(said(&house), @r###"
    Rocket 2 lands itself

    Reusable, quieter, and cheaper to fly.

    The booster came back at dawn. Nobody touched it.

    ‹address of blog›

    #rocketry #OpenSource #space
    "###);
    assert_snapshot!(said(&on("outbox", defaults::PLAIN)), @r###"
    Rocket 2 lands itself

    Reusable, quieter, and cheaper to fly.

    ‹address of blog›

    #rocketry #OpenSource #space
    "###);
}

#[test]
fn no_colon_hangs_and_no_stop_is_doubled() {
    assert_snapshot!(tweet("Rocket 2", "It flies."), @"Rocket 2: It flies. ‹address of blog›");
    assert_snapshot!(tweet("Will it fly?", "It will."), @"Will it fly? It will. ‹address of blog›");
    assert_snapshot!(tweet("It flies!", ""), @"It flies! ‹address of blog›");
    assert_snapshot!(tweet("It flies", "It flies"), @"It flies ‹address of blog›");
    assert_snapshot!(tweet("It flies", "It flies. And it lands."), @"It flies. And it lands. ‹address of blog›");
    assert_snapshot!(tweet("And then…", "It landed."), @"And then… It landed. ‹address of blog›");
    assert_snapshot!(tweet("飞行成功！", "火箭自己回来了。"), @"飞行成功！火箭自己回来了。 ‹address of blog›");
    assert_snapshot!(tweet("هل تطير؟", "نعم."), @"هل تطير؟ نعم. ‹address of blog›");
    for summary in ["", "same"] {
        for (network, defaults) in
            [("facebook", defaults::FACEBOOK), ("linkedin", defaults::LINKEDIN), ("outbox", defaults::PLAIN)]
        {
            let mut house = on(network, defaults);
            house.message.title.value = "same".to_owned();
            house.message.summary = summary.to_owned();
            house.message.body.value = String::new();
            house.message.tags.clear();
            let text = said(&house);
            assert_eq!(text.matches("same").count(), 1, "{network}: {text}");
            assert!(!text.contains("\n\n\n") && text.trim() == text, "{text:?}");
        }
    }
}

#[test]
fn a_long_summary_gives_its_first_sentences() {
    let long = format!("It flies. {}", "And on and on it goes for a while. ".repeat(12));
    assert_snapshot!(tweet("Rocket 2", &long), @"Rocket 2: It flies. And on and on it goes for a while. And on and on it goes for a while. And on and on it goes for a while. And on and on it goes for a while. ‹address of blog›");
    assert_snapshot!(tweet("Rocket 2", &"one endless sentence ".repeat(30)), @"Rocket 2 ‹address of blog›");
    assert_snapshot!(tweet("Rocket 2", "And then…"), @"Rocket 2: And then… ‹address of blog›");
}

#[test]
fn a_colon_in_chinese_is_chinese() {
    let mut house = on("x", defaults::X);
    house.message.language = "zh-CN".to_owned();
    house.message.title.value = "火箭".to_owned();
    house.message.summary = "自己回来了".to_owned();
    house.message.tags.clear();
    assert_snapshot!(said(&house), @"火箭：自己回来了 ‹address of blog›");
    // A Chinese title in a house that speaks English else; Korean has a Latin colon.
    assert_snapshot!(tweet("Slack 变更公告", "我们"), @"Slack 变更公告：我们 ‹address of blog›");
    assert_snapshot!(tweet("로켓", "돌아왔다"), @"로켓: 돌아왔다 ‹address of blog›");
}

#[test]
fn a_tweet_always_fits() {
    let long = "A very long word of a title ".repeat(20);
    for (title, summary) in [("T", long.as_str()), (&long, "S"), (&long, &long), (&"火箭".repeat(300), "x")]
    {
        let text = tweet(title, summary);
        let mut house = on("x", defaults::X);
        house.message.title.value = title.to_owned();
        house.message.summary = summary.to_owned();
        let post = post(&house, "post");
        let counted = crate::text::count(&post.parts[0].text, &house.outlet.rules, 80);
        assert!(counted.fits(), "{} {text}", counted.counted);
        assert!(text.ends_with("‹address of blog›"), "{text}");
    }
}

#[test]
fn where_a_person_pastes_the_text_has_the_link_of_the_card() {
    let mut house = on("facebook", defaults::FACEBOOK_BY_HAND);
    house.outlet.rules.card_field = false;
    let made = post(&house, "post");
    assert_snapshot!(late::shown(&made.parts[0].text), @r###"
    Reusable, quieter, and cheaper to fly.

    ‹address of blog›
    "###);
    assert_eq!(made.card.unwrap().url, made.parts[0].links[0]);
    assert!(post(&house, "alone").parts[0].text.starts_with("Rocket 2 lands itself\n\nReusable"));
}

#[test]
fn without_a_link_the_facebook_title_leads() {
    let house = on("facebook", defaults::FACEBOOK);
    let made = post(&house, "alone");
    assert_snapshot!(made.parts[0].text, @r###"
    Rocket 2 lands itself

    Reusable, quieter, and cheaper to fly.
    "###);
    assert!(made.card.is_none());
}
