//! What is this adapter's own, against a simulated site.

use super::*;
use crate::channel::fixture;
use crate::plan::PayloadPart;
use serde_json::json;

#[test]
fn a_note_has_no_name_and_a_photo_has_words_only_if_there_are_some() {
    let Variant::Post(mut post) = fixture::post(&["It landed & \"stood\"."]) else { panic!() };
    let mut silent = fixture::picture("b.png", b"b");
    silent.alt.clear();
    post.parts[0].media = vec![fixture::picture("a.png", b"a"), silent];
    let alt = post.parts[0].media[0].alt.clone();
    let made = payload::payload(&Variant::Post(post), true, &["https://x.example/".to_owned()]);
    assert!(made.problems.is_empty());
    assert_eq!(
        made.value.unwrap().parts[0].body,
        json!({ "type": ["h-entry"], "properties": {
            "content": ["It landed & \"stood\"."],
            "photo": [{ "value": "a.png", "alt": alt }, "b.png"],
            "mp-syndicate-to": ["https://x.example/"],
        }})
    );
}

#[test]
fn what_stands_there_is_compared_as_readers_see_it() {
    let entry =
        |properties: serde_json::Value| entry::Entry::of(&json!({ "properties": properties })).unwrap();
    let sent = entry(
        json!({ "name": ["T & t"], "content": [{ "html": "<p>a <img src=\"a.png\" alt=\"A\"></p>" }] }),
    );
    let same =
        json!({ "name": "T &  t", "content": { "html": "<p>a <img alt=\"A\" src=\"https://x/1\" /></p>" } });
    assert_eq!(entry(same).differing(&sent), None);
    let value = json!({ "content": [{ "value": "a < b" }] });
    assert_eq!(entry(value).differing(&entry(json!({ "content": ["a < b"] }))), None);
    for (properties, told) in [
        (json!({ "name": ["T & t"], "content": [{ "html": "<p>a</p>" }] }), "a (without an image; 1 sent)"),
        (json!({ "content": [{ "html": "<p>b <img src=\"a.png\" alt=\"A\"></p>" }] }), "b"),
        (
            json!({ "name": ["Other"], "content": [{ "html": "<p>a <img src=\"x\" alt=\"A\"></p>" }] }),
            "Other\n\na",
        ),
    ] {
        assert_eq!(entry(properties).differing(&sent).as_deref(), Some(told));
    }
    for none in [json!({}), json!({ "content": [] }), json!({ "content": [{ "markdown": "a" }] })] {
        assert_eq!(entry::Entry::of(&json!({ "properties": none })), None);
    }
}

#[test]
fn an_address_and_where_it_is_passed_on_to_do_not_change_in_place() {
    let part = |slug: &str, to: &str| PayloadPart {
        body: json!({ "properties": { "name": ["T"], "mp-slug": [slug], "mp-syndicate-to": [to] } }),
        media: Vec::new(),
    };
    let change = |slug: &str, to: &str| Change { before: part("a", "x"), after: part(slug, to) };
    assert_eq!(change::can_edit(&change("a", "x")), Ok(()));
    assert!(change::can_edit(&change("b", "x")).unwrap_err().contains("address"));
    assert!(change::can_edit(&change("a", "y")).unwrap_err().contains("syndicate_to"));
}
