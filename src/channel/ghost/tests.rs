//! One site and one channel: settings, words for people, and what only Ghost does.

use super::*;
use crate::channel::fixture::configured;

#[test]
fn a_segment_without_a_newsletter_and_the_admins_page_are_told() {
    let table = "adapter = \"ghost\"\nbase_url = \"https://a.example/ghost\"\nadmin_api_key = { env = \"X\" }\n\
                 email_segment = \"all\"\nvisibility = \"friends\"\n";
    let told: Vec<String> =
        configured(table).problems.iter().map(|problem| problem.message.clone()).collect();
    for piece in ["`/ghost`", "`email_segment`", "friends"] {
        assert!(told.iter().any(|says| says.contains(piece)), "{piece}: {told:?}");
    }
}

#[tokio::test]
async fn a_key_that_is_none_is_told_when_it_is_read_and_not_shown() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("key"), "34426529d68490bd3db9970804\n").unwrap();
    let table = "adapter = \"ghost\"\nbase_url = \"https://a.example\"\nadmin_api_key = { file = \"key\" }\n";
    let channel = configured(table).value.unwrap().channel;
    let Err(SendError::Refused { says }) = channel.verify(folder.path()).await else { panic!() };
    assert!(says.contains("Content API") && !says.contains("34426529"), "{says}");
}

#[test]
fn the_editors_address_tells_the_id() {
    let base = "https://a.example/blog";
    let id = "6b03a56d11ce1371a5c45c5b";
    assert_eq!(post_at(&format!("{base}/ghost/#/editor/post/{id}"), base).unwrap().as_deref(), Some(id));
    assert_eq!(post_at("https://a.example/blog/it-lands/", base).unwrap(), None);
    assert!(post_at(base, base).is_err() && post_at("https://b.example/ghost/", base).is_err());
}
