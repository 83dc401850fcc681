//! What lies in the outbox, and when.

use super::*;
use crate::channel::fixture;
use std::fs;

fn outbox() -> Outbox {
    let (rules, defaults) = network_rules(Some("x"), "outbox");
    Outbox {
        account: "outbox:outbox".to_owned(),
        directory: "outbox".to_owned(),
        rules,
        defaults,
        for_a_person: false,
    }
}

#[test]
fn a_person_s_networks_have_their_own_rules() {
    let rules = |name| network_rules(Some(name), "manual").0;
    assert_eq!(rules("mastodon"), network::MASTODON);
    assert_eq!(rules("telegram").limit, Some(4096));
    for plain in ["email", "our-forum", "unknown"] {
        assert_eq!((rules(plain).network, rules(plain).limit), ("manual", None));
    }
    assert_eq!(network_rules(Some("bluesky"), "manual").1.text, defaults::X.text);
}

#[tokio::test]
async fn a_thread_with_an_image_is_ready_to_paste() {
    let project = tempfile::tempdir().unwrap();
    let mut variant = fixture::post(&["One <b>\n\ntwo", "Three"]);
    if let Variant::Post(post) = &mut variant {
        post.parts[0].media.push(fixture::picture("a.png", b"png bytes"));
        post.first_comment = Some("And a word".to_owned());
    }
    let mut attempt = fixture::attempt(project.path(), variant);
    attempt.identity.message = "2026/../rocket 2".to_owned();
    fixture::keep(&attempt, b"png bytes");
    let outbox = outbox();
    let payload = outbox.payload(&attempt.variant, &attempt.identity).value.unwrap();
    let found = outbox.find(&payload.parts[0], &attempt).await.unwrap();
    assert_eq!(found, Found::Absent);
    let receipt = outbox.send(&payload.parts[0], &attempt).await.unwrap();
    assert_eq!(receipt.detail.as_deref(), Some("outbox/2026/untitled/rocket-2/tweet.txt"));
    assert!(!receipt.for_a_person);
    let folder = project.path().join("outbox/2026/untitled/rocket-2");
    let text = fs::read_to_string(folder.join("tweet.txt")).unwrap();
    assert_eq!(
        text,
        "One <b>\n\ntwo\n\n--- part 2 of 2 ---\n\nThree\n\n--- first comment ---\n\nAnd a word\n"
    );
    assert!(fs::read_to_string(folder.join("tweet.html")).unwrap().contains("<p>One &lt;b&gt;</p>"));
    assert_eq!(fs::read(folder.join("a.png")).unwrap(), b"png bytes");
    let alt = fs::read_to_string(folder.join("tweet.alt.txt")).unwrap();
    assert_eq!(alt, "a.png (part 1 of 2)\nAlt of a.png\n\n");
    // Again: nothing changes, and it is found.
    assert_eq!(outbox.send(&payload.parts[0], &attempt).await.unwrap(), receipt);
    assert_eq!(outbox.find(&payload.parts[0], &attempt).await.unwrap(), Found::Sent(receipt));
    // A newer generation takes the place of the first one, as it lies.
    attempt.identity.generation = 1;
    let outdated = attempt.clone();
    attempt.variant = fixture::post(&["New words"]);
    assert_eq!(outbox.find(&payload.parts[0], &attempt).await.unwrap(), Found::Absent);
    let second = outbox.send(&payload.parts[0], &attempt).await.unwrap();
    assert_eq!(second.detail.as_deref(), Some("outbox/2026/untitled/rocket-2/tweet.txt"));
    assert_eq!(fs::read_to_string(folder.join("tweet.txt")).unwrap(), "New words\n");
    assert!(!folder.join("tweet.alt.txt").exists());
    assert_eq!(outbox.find(&payload.parts[0], &attempt).await.unwrap(), Found::Sent(second));
    // An older one does not come back, and what somebody worked on stays.
    attempt.identity.generation = 0;
    let first = outbox.send(&payload.parts[0], &attempt).await.unwrap().detail.unwrap();
    assert!(first.starts_with("outbox/2026/untitled/rocket-2/tweet-"), "{first}");
    fs::write(folder.join("tweet.txt"), "My words\n").unwrap();
    attempt.identity.generation = 2;
    let third = outbox.send(&payload.parts[0], &attempt).await.unwrap().detail.unwrap();
    assert!(third.starts_with("outbox/2026/untitled/rocket-2/tweet-") && third != first, "{third}");
    assert_eq!(fs::read_to_string(folder.join("tweet.txt")).unwrap(), "My words\n");
    assert!(matches!(outbox.find(&payload.parts[0], &outdated).await.unwrap(), Found::Sent(_)));
}

#[test]
fn a_card_s_link_is_pasted_once_in_text_and_html() {
    let rules = network::UNKNOWN;
    let both = |text: &str, link: Option<&str>| {
        let mut variant = fixture::post(&[text]);
        if let Variant::Post(post) = &mut variant {
            post.card = Some(crate::render::Card {
                url: "https://acme.example/b?utm_source=x&utm_medium=social".to_owned(),
                ..fixture::card()
            });
            post.parts[0].links.extend(link.map(str::to_owned));
        }
        (text_of(&variant, &rules), html_of(&variant, &[], &rules))
    };
    let (text, html) = both("It landed", None);
    assert_eq!(text, "It landed\n\nhttps://acme.example/b?utm_source=x&utm_medium=social\n");
    assert!(html.contains(">https://acme.example/b?utm_source=x&amp;utm_medium=social</a>"), "{html}");
    let own = "https://acme.example/b";
    let (text, html) = both(&format!("It landed {own}"), Some(own));
    assert_eq!((text.matches(own).count(), html.contains("utm_")), (1, false), "{text}{html}");
}

#[tokio::test]
async fn the_stand_in_waits_for_a_person() {
    let project = tempfile::tempdir().unwrap();
    let attempt = fixture::attempt(project.path(), fixture::mail());
    let stand_in = stand_in(&fixture::project());
    let payload = stand_in.channel.payload(&attempt.variant, &attempt.identity).value.unwrap();
    let receipt = stand_in.channel.send(&payload.parts[0], &attempt).await.unwrap();
    assert!(receipt.for_a_person);
    let text = fs::read_to_string(project.path().join(receipt.detail.unwrap())).unwrap();
    assert_eq!(text, "Subject: Rocket 2 lands\n\nHello,\n\nit landed.\n");
}
