//! Notes, as they are planned and signed, and what is said of a table.

#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

use super::configured::Nostr;
use super::{article, event, payload, post};
use crate::channel::network::Network as _;
use crate::channel::{Configured, NOT_BUILT_IN, configure, every_adapter, fixture};
use crate::ladder::parse_project;
use crate::plan::{PayloadPart, Receipt};
use crate::render::{Article, Variant};
use crate::source::Sources;
use nostr::prelude::{Coordinate, Kind, PublicKey, Tag, Timestamp, UnsignedEvent};
use serde_json::{Value, json};

const KEY: &str = "0101010101010101010101010101010101010101010101010101010101010101";
const ACCOUNT: &str = "npub1rwzv24nmzfjypx2a8m264ws9vht3uxp5vpypnluuzl67n4waq78suk0wul";

/// The channel of a table with these lines, and what is said of it, as people read it.
fn made(lines: &str) -> (Option<Configured>, Vec<String>) {
    let mut sources = Sources::new();
    let text = format!(
        "[brand]\nname = \"Acme\"\nlanguage = \"en\"\n[channels.n]\nadapter = \"nostr\"\n\
         nsec = {{ file = \"key\" }}\n{lines}"
    );
    let id = sources.add("ladder.toml", &text);
    let names: Vec<&str> = every_adapter().into_iter().map(|adapter| adapter.name).collect();
    let project = parse_project(&sources, id, &names).value.unwrap();
    let checked = configure(&sources, &project, &project.channels[0]);
    let told = checked.problems.iter().map(|problem| problem.draw(&sources, false)).collect();
    (checked.value, told)
}

/// The payload of a post by a channel with these lines.
fn parts(lines: &str, variant: &Variant) -> Vec<PayloadPart> {
    let (channel, told) = made(lines);
    assert!(told.is_empty(), "{told:?}");
    channel.unwrap().channel.payload(variant, &fixture::identity()).value.unwrap().parts
}

fn tags<'a>(body: &'a Value, name: &str) -> Vec<&'a Value> {
    body["tags"].as_array().unwrap().iter().filter(|tag| tag[0] == name).collect()
}

/// NIP-01's digest, of a text with all that is escaped in it. Computed apart, 2026-11.
#[test]
fn an_id_is_the_digest_of_the_fact_sheet() {
    let author = PublicKey::from_hex(&"a".repeat(64)).unwrap();
    let tags = [Tag::parse(["t", "ladder"]).unwrap()];
    let at = Timestamp::from(1_767_225_600);
    let event = UnsignedEvent::new(author, at, Kind::from(1), tags, "Hi \"there\"\n\u{e4}\t/");
    assert_eq!(
        event.compute_id().to_hex(),
        "79113aeaca08c909d47663693c4bc8a551f19ead2aa5035551c657cc23ae25f0"
    );
}

#[test]
fn a_note_has_its_tags_and_none_of_what_is_written_in_two_ways() {
    let other = "npub180cvv07tjdrrgpa0j7j7tmnyl2yr6yr7l8j4s3evf6u64th6gkwsyjyw6w6";
    let text = format!("It\u{b} landed.\r\n#Rocketry #rocketry nostr:{ACCOUNT} nostr:{other}");
    let lines =
        format!("account = \"{ACCOUNT}\"\nrelays = [\"wss://r.example\"]\ncontent_warning = \"loud\"\n");
    let body = parts(&lines, &fixture::post(&[&text])).remove(0).body;
    assert!(body["content"].as_str().unwrap().starts_with("It landed.\n#Rocketry"), "{body}");
    assert_eq!(tags(&body, "t"), [&json!(["t", "rocketry"])]);
    assert_eq!(tags(&body, "content-warning"), [&json!(["content-warning", "loud"])]);
    assert_eq!(tags(&body, "l"), [&json!(["l", "en", "ISO-639-1"])]);
    let hex = "1b84c5567b126440995d3ed5aaba0565d71e1834604819ff9c17f5e9d5dd078f";
    // The other one is none: its letters do not add up.
    assert_eq!(tags(&body, "p"), [&json!(["p", hex])]);
    assert_eq!(payload::plain("a\u{0}b\u{1b}[2J\u{9b}"), "ab[2J");
}

#[test]
fn an_image_without_a_server_is_told_before_anything_leaves() {
    let Variant::Post(mut post) = fixture::post(&["It landed."]) else { unreachable!() };
    post.parts[0].media = vec![fixture::picture("rocket.png", b"png")];
    let variant = Variant::Post(post);
    let (channel, _) = made("relays = [\"wss://r.example\"]\n");
    let checked = channel.unwrap().channel.payload(&variant, &fixture::identity());
    assert!(checked.has_errors());
    assert!(checked.problems[0].hint.as_ref().unwrap().contains("blossom = ["), "{:?}", checked.problems);
    let body = parts("relays = [\"wss://r.example\"]\nblossom = [\"https://b.example/\"]\n", &variant)
        .remove(0)
        .body;
    let digest = crate::plan::key::hex_digest(b"png");
    assert_eq!(body["content"], format!("It landed.\n\nhttps://b.example/{digest}.png"));
    let image = tags(&body, "imeta")[0].as_array().unwrap().clone();
    assert!(
        image.contains(&json!(format!("x {digest}"))) && image.contains(&json!("dim 1200x630")),
        "{image:?}"
    );
}

/// The adapter of such a table, as the stages see it.
fn nostr(lines: &str) -> Nostr {
    let mut sources = Sources::new();
    let text = format!(
        "[brand]\nname = \"Acme\"\n[channels.n]\nadapter = \"nostr\"\nnsec = {{ file = \"key\" }}\n{lines}"
    );
    let id = sources.add("ladder.toml", &text);
    let project = parse_project(&sources, id, &["nostr"]).value.unwrap();
    let (sources, project, table) = (&sources, &project, &project.channels[0]);
    super::configured::read(&crate::channel::Configuring { sources, project, table }).value.unwrap().0
}

#[tokio::test]
async fn every_try_is_the_same_note_and_another_delivery_is_another() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("key"), KEY).unwrap();
    let nostr = nostr(&format!("account = \"{ACCOUNT}\"\nrelays = [\"wss://r.example\"]\n"));
    let account = post::keys(&nostr, folder.path()).await.unwrap();
    let variant = fixture::post(&["One.", "Two.", "Three."]);
    let signed = |identity: &crate::plan::Identity, part: usize, number: u32, previous: &[Receipt]| {
        let parts = nostr.payload(&variant, identity).value.unwrap().parts;
        let mut attempt = fixture::attempt(folder.path(), variant.clone());
        attempt.part = u32::try_from(part).unwrap();
        attempt.key = identity.key();
        (attempt.number, attempt.previous) = (number, previous.to_vec());
        let note = event::note(&nostr, account.keys.public_key(), &parts[part], &attempt).unwrap();
        event::signed(note, &account.keys).unwrap()
    };
    let identity = fixture::identity();
    let first = signed(&identity, 0, 1, &[]);
    assert!(first.verify().is_ok());
    let again = signed(&identity, 0, 7, &[]);
    assert_eq!(serde_json::to_string(&first).unwrap(), serde_json::to_string(&again).unwrap());
    // The same words in the same second, for another rung.
    let other = crate::plan::Identity { rung: "other".to_owned(), ..identity.clone() };
    assert_ne!(signed(&other, 0, 1, &[]).id, first.id);
    let receipt = |id| event::receipt(&nostr, id, account.keys.public_key(), None);
    let second = signed(&identity, 1, 1, &[receipt(first.id)]);
    let third = signed(&identity, 2, 1, &[receipt(first.id), receipt(second.id)]);
    let marks = |event: &nostr::prelude::Event| {
        let event = json!(event);
        tags(&event, "e").into_iter().map(|tag| (tag[1].clone(), tag[3].clone())).collect::<Vec<_>>()
    };
    assert_eq!(marks(&second), [(json!(first.id.to_hex()), json!("root"))]);
    assert_eq!(
        marks(&third),
        [(json!(first.id.to_hex()), json!("root")), (json!(second.id.to_hex()), json!("reply"))]
    );
    // What a person settled by its address alone is known by it.
    let url = receipt(first.id).url.unwrap();
    assert_eq!(nostr.post_at(&url), Ok(Some(first.id.to_hex())));
    let settled = Receipt { url: Some(url.replace("https://njump.me/", "nostr:")), ..Receipt::default() };
    assert_eq!(event::id_of(&nostr, &settled), Some(first.id));
}

#[tokio::test]
async fn a_key_that_is_none_or_anothers_is_told_and_shown_nowhere() {
    let folder = tempfile::tempdir().unwrap();
    let nostr = nostr(&format!("account = \"{ACCOUNT}\"\nrelays = [\"wss://r.example\"]\n"));
    let (other, sealed) = ("02".repeat(32), "ncryptsec1qgg9947rlpvqu76pj5ecreduf9jxhselq2nae2kghhvd5g7dgjtcxfqtd67p9m0w57lspw8gsq6yphnm8623nsl8xn9j4jdzz84zm3frztj3z7s35vpzmqf6ksu8r89qk5z2zxfmu5gv8th8wclt0h4p".to_owned());
    for (key, word) in
        [("nonsense-1b84".to_owned(), "no secret key"), (other, "another account"), (sealed, "passphrase")]
    {
        std::fs::write(folder.path().join("key"), &key).unwrap();
        let error = post::keys(&nostr, folder.path()).await.unwrap_err().to_string();
        assert!(error.contains(word) && !error.contains(&key), "{error}");
    }
    std::fs::write(folder.path().join("key"), KEY).unwrap();
    let account = post::keys(&nostr, folder.path()).await.unwrap();
    assert!(!format!("{account:?} {nostr:?}").contains("0101"));
    assert!(!account.clean(&format!("no, {KEY}\u{1b}[2J")).contains("0101"));
}

#[test]
fn a_table_is_told_all_that_is_wrong_with_it() {
    let told = |lines: &str| made(lines).1.join("\n");
    assert!(told("").contains("needs `relays`"));
    let nsec = "nsec1vl029mgpspedva04g90vltkh6fvh240zqtv9k0t9af8935ke9laqsnlfe5";
    let secret = told(&format!("account = \"{nsec}\"\nrelays = [\"wss://r.example\"]\n"));
    assert!(secret.contains("is a secret key"), "{secret}");
    assert!(told("account = \"acme\"\nrelays = [\"wss://r.example\"]\n").contains("no public key of Nostr"));
    for bad in [
        "ws://r.example",
        "https://r.example",
        "wss://me:pw@r.example",
        "wss://r.example/?a=b",
        "r.example",
        "",
    ] {
        let said = told(&format!("relays = [\"{bad}\"]\n"));
        assert!(
            said.contains("is no address of a server for `relays`") && !said.contains("me:pw is"),
            "{bad}: {said}"
        );
    }
    for good in ["wss://r.example", "wss://r.example:444/x/", "ws://127.0.0.1:7", "ws://[::1]:7"] {
        assert_eq!(told(&format!("relays = [\"{good}\"]\n")), "", "{good}");
    }
    assert!(told("relays = [\"wss://a.example\", \"wss://a.example/\"]\n").contains("twice"));
    assert!(
        told("relays = [\"wss://a.example\"]\nquorum = 2\n")
            .contains("`quorum` is 2, and there are 1 relays")
    );
    assert!(NOT_BUILT_IN.is_empty());
}

#[test]
fn an_article_says_what_it_is_and_an_edit_keeps_when_it_was_published() {
    let lines = format!("account = \"{ACCOUNT}\"\nrelays = [\"wss://r.example\"]\nkind = \"article\"\n");
    let mut made = fixture::article();
    "# Rocket\n\nIt <b>landed</b>\non `<i>` its\\\nfeet.".clone_into(&mut made.markdown);
    made.title = "Rocket".to_owned();
    made.tags = vec!["#Rocket & Science".to_owned(), "rocketscience".to_owned(), "&".to_owned()];
    (made.canonical, made.cover, made.media) = (Some("https://acme.example/r/".to_owned()), None, Vec::new());
    made.date = Some(jiff::Timestamp::from_second(1_700_000_000).unwrap());
    let body = parts(&lines, &Variant::Article(made.clone())).remove(0).body;
    assert_eq!(body["content"], "It landed on `<i>` its\\\nfeet.");
    assert_eq!(tags(&body, "t"), [&json!(["t", "rocketscience"])]);
    assert_eq!(tags(&body, "r"), [&json!(["r", "https://acme.example/r/"])]);
    assert_eq!((&body["d"], &body["published_at"]), (&json!(made.slug), &json!(1_700_000_000)));
    // A date that is still to come is not when it was published.
    let part = PayloadPart { body, media: Vec::new() };
    let at = |seconds: u64| Timestamp::from(seconds);
    assert_eq!(article::published_at(&part, at(1_800_000_000)), 1_700_000_000);
    assert_eq!(article::published_at(&part, at(1_600_000_000)), 1_600_000_000);
    let keys = nostr::prelude::Keys::parse(KEY).unwrap();
    let address = Coordinate::new(Kind::from(30_023), keys.public_key()).identifier("m-1");
    let first = article::version(&part, &address, "1700000000", at(1_700_000_005));
    let first = event::signed(first, &keys).unwrap();
    assert!(article::says(&first, &part, &address));
    let later = article::version(&part, &address, &article::first_published(&first), at(1_700_000_009));
    let later = event::signed(later, &keys).unwrap();
    assert_eq!(article::first_published(&later), "1700000000");
    assert_ne!(later.id, first.id);
    let mut other = part.clone();
    other.body["content"] = json!("It fell.");
    assert!(article::says(&later, &part, &address) && !article::says(&later, &other, &address));
    // Long slugs do not fit into names of addresses, and long texts not into relays.
    for (slug, words, rule) in
        [("s".repeat(201), "a".to_owned(), "bad-slug"), ("s".to_owned(), "a ".repeat(31_000), "too-long")]
    {
        let long = Article { slug, markdown: words, ..made.clone() };
        let (channel, _) = self::made(&lines);
        let checked = channel.unwrap().channel.payload(&Variant::Article(long), &fixture::identity());
        assert_eq!(checked.problems[0].rule, rule);
    }
}

/// A page's address leads to the article, and to no other account's and to no note.
#[test]
fn an_article_is_known_by_its_address() {
    let nostr = nostr("relays = [\"wss://r.example\"]\n");
    let keys = nostr::prelude::Keys::parse(KEY).unwrap();
    let address = Coordinate::new(Kind::from(30_023), keys.public_key()).identifier("m-1");
    let id = event::made_now(1, &[], "It landed.", &keys).unwrap().id;
    let receipt = event::article_receipt(&nostr, &address, id, None);
    let url = receipt.url.unwrap();
    assert!(url.starts_with("https://njump.me/naddr1"), "{url}");
    let at = |url: &str, of: &PublicKey| super::address::article_at(url, Some(of));
    assert_eq!(at(&url, &keys.public_key()), Ok(receipt.id));
    assert_eq!(
        at(&url.replace("https://njump.me/", "nostr:"), &keys.public_key()).unwrap().unwrap(),
        address.to_string()
    );
    let other = PublicKey::from_hex(&"a".repeat(64)).unwrap();
    assert!(at(&url, &other).unwrap_err().contains("another account"));
    let note = event::receipt(&nostr, id, keys.public_key(), None).url.unwrap();
    assert!(at(&note, &keys.public_key()).unwrap_err().contains("naddr1"));
    assert!(nostr.post_at(&url).unwrap_err().contains("nevent1"));
}
