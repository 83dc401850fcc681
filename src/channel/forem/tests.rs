//! One author and one channel: settings, words for people, and what only Forem does.

use super::*;
use crate::channel::fixture::{article_of as article, attempt, configured, identity, picture};
use crate::rehearsal::{Fault, Kind as Simulated, Network as Networks, Settings, Upon};
use crate::render::Variant;

const CANARY: &str = "canary-4d1b";

const IMAGES: &str = "images = \"https://blog.acme.example/{slug}/{file}\"\n";

/// What is sent of the article, and the rules that it breaks.
fn sent(more: &str, article: Article) -> (serde_json::Value, Vec<&'static str>) {
    let made = configured(&format!("adapter = \"forem\"\napi_key = {{ env = \"K\" }}\n{more}"));
    assert!(made.problems.is_empty(), "{:?}", made.problems);
    let channel = made.value.unwrap().channel;
    let payload = channel.payload(&Variant::Article(article), &identity());
    let rules = payload.problems.iter().map(|problem| problem.rule).collect();
    (payload.value.unwrap().parts.remove(0).body, rules)
}

#[test]
fn pictures_lie_where_the_channel_says_or_go_not_at_all() {
    let picture = || picture("our rocket.png", b"png");
    let with =
        |markdown: &str| Article { cover: Some(picture()), media: vec![picture()], ..article(markdown) };
    let (body, rules) = sent(IMAGES, with("![A](our%20rocket.png)"));
    assert_eq!(body["body_markdown"], "![A](https://blog.acme.example/it-lands/our%20rocket.png)");
    assert!(body["main_image"].is_null() && rules.is_empty(), "once is enough: {rules:?}");
    let (body, rules) = sent(IMAGES, with("Hi."));
    assert_eq!(body["main_image"], "https://blog.acme.example/it-lands/our%20rocket.png");
    assert!(rules.is_empty(), "{rules:?}");
    let (body, rules) = sent("", with("Hi."));
    assert!(body["main_image"].is_null() && rules == ["cover-left-out"], "{rules:?}");
    assert_eq!(sent("", with("![A](our%20rocket.png)")).1, ["image-not-public"]);
    assert_eq!(sent(IMAGES, with("![A](elsewhere.png)")).1, ["image-not-public"]);
    assert!(sent("", article("![A](https://cdn.example/a.png)")).1.is_empty());
}

#[test]
fn what_forem_does_not_take_is_told_before_it_is_sent() {
    let long = Article { title: "a".repeat(129), ..article("Hi.") };
    assert_eq!(sent("", long).1, ["too-long"]);
    assert_eq!(sent("", article(&"é".repeat(410 * 1024))).1, ["too-long"]);
    assert_eq!(sent("", article("    {{ indented }}")).1, ["liquid"]);
    let tags = |tags: &[&str]| {
        let tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
        let (body, rules) = sent("", Article { tags, ..article("Hi.") });
        (
            body["tags"]
                .as_array()
                .unwrap()
                .iter()
                .map(|tag| tag.as_str().unwrap().to_owned())
                .collect::<Vec<_>>(),
            rules,
        )
    };
    assert_eq!(tags(&["Web-Dev", "webdev", "C++"]), (vec!["webdev".to_owned(), "c".to_owned()], vec![]));
    assert_eq!(tags(&["a", "b", "c", "d", "e"]).1, ["tags-left-out"]);
    assert_eq!(tags(&["++"]), (vec![], vec!["tags-left-out"]));
    // What would override all else.
    let (body, _) = sent("", article("---\n\ntitle: other\n\n---\n"));
    assert!(body["body_markdown"].as_str().unwrap().starts_with("***\n"), "{body}");
    let excerpt = "word ".repeat(60);
    let (body, _) = sent("", Article { excerpt, ..article("Hi.") });
    let description = body["description"].as_str().unwrap();
    assert!(description.chars().count() <= 170 && description.ends_with("word…"), "{description}");
}

#[test]
fn settings_are_told_with_what_to_write() {
    for (more, rule, hint) in [
        ("images = \"https://blog.acme.example/a.png\"\n", "bad-url", "{file}"),
        ("images = \"blog/{file}\"\n", "bad-url", "{file}"),
        ("images = \"https://blog.acme.example/{file}/{name}\"\n", "bad-url", "{slug}"),
        ("base_url = \"https://dev.to/api\"\n", "bad-url", "https://dev.to"),
        ("organization_id = 0\n", "wrong-value", ""),
    ] {
        let problems =
            configured(&format!("adapter = \"forem\"\napi_key = {{ env = \"K\" }}\n{more}")).problems;
        assert_eq!(problems.len(), 1, "{more}: {problems:?}");
        assert_eq!(problems[0].rule, rule, "{more}");
        assert!(
            problems[0].span.is_some() && format!("{:?}", problems[0].hint).contains(hint),
            "{problems:?}"
        );
    }
    let account = |more: &str| {
        let made = configured(&format!("adapter = \"forem\"\napi_key = {{ env = \"K\" }}\n{more}"));
        made.value.unwrap().channel.account()
    };
    assert_eq!(account(""), "forem:dev.to");
    assert_eq!(account("account = \"@ada\"\n"), "forem:ada");
}

#[test]
fn the_address_of_an_article_is_told_from_others() {
    let at = |address: &str| post_at(address, "https://dev.to");
    assert_eq!(at("https://dev.to/ada/it-lands-3k2f"), Ok(None));
    for bad in ["https://dev.to/ada", "https://dev.to/", "https://evil.example/ada/x", "dev.to"] {
        assert!(at(bad).is_err(), "{bad}");
    }
}

#[tokio::test]
async fn whose_the_key_is_is_asked_and_the_edge_is_no_key() {
    let kind = Simulated::named("forem").unwrap();
    let site = Networks::start(kind, Settings::of(kind, CANARY)).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("token"), format!("{CANARY}-token\n")).unwrap();
    let channel = |more: &str| {
        let table = format!(
            "adapter = \"forem\"\nbase_url = \"{}\"\napi_key = {{ file = \"token\" }}\n{more}",
            site.base_url()
        );
        configured(&table).value.unwrap().channel
    };
    assert_eq!(channel("account = \"Ada@dev.to\"\n").verify(folder.path()).await.unwrap(), Whose::Verified);
    let other = channel("account = \"grace\"\n").verify(folder.path()).await.unwrap_err().to_string();
    assert!(other.contains("@ada") && other.contains("@grace"), "{other}");
    site.order_upon(Upon::Any, Fault::Html);
    assert!(matches!(channel("").verify(folder.path()).await, Ok(Whose::Foreign(_))));
    site.order_upon(Upon::Any, Fault::Expired);
    let says = channel("").verify(folder.path()).await.unwrap_err().to_string();
    assert!(says.contains("Extensions") && !says.contains("canary"), "{says}");
    // The edge answers with a page of its own, whoever asks.
    let variant = Variant::Article(article("Hi."));
    assert!(
        channel("")
            .send(
                &channel("").payload(&variant, &identity()).value.unwrap().parts[0],
                &attempt(folder.path(), variant.clone())
            )
            .await
            .is_err()
    );
    assert!(answer::at_the_edge("Forbidden Bots", "dev.to").contains("the key plays no part"));
}
