//! What a table may say, and what a post becomes of it.

use super::*;
use crate::render::Part;
use serde_json::json;

fn problems(line: &str) -> String {
    let found = configured(line).problems;
    found
        .iter()
        .map(|problem| {
            format!("{}: {} ({})\n", problem.rule, problem.message, problem.hint.clone().unwrap_or_default())
        })
        .collect()
}

#[test]
fn what_is_wrong_in_the_table_is_told() {
    for (line, said) in [
        ("media_base_url = \"http://acme.example/social\"", "bad-url: `media_base_url` is no address"),
        ("media_base_url = \"https://a:b@acme.example/\"", "bad-url: `media_base_url` is no address"),
        ("media_base_url = \"https://acme.example/?a=b\"", "bad-url: `media_base_url` is no address"),
        ("media_base_url = \"social\"", "bad-url: `media_base_url` is no address"),
        ("media_folder = \"../out\"", "path-outside: "),
        ("media_folder = \"messages/x\"", "path-outside: "),
        ("media_folder = \"/tmp\"", "path-outside: "),
        ("topic_tag = \"a.b\"", "wrong-value: `topic_tag` is no topic"),
        ("topic_tag = \"\"", "wrong-value: `topic_tag` is no topic"),
        ("reply_control = \"follower_only\"", "did you mean `followers_only`?"),
        ("base_url = \"https://graph.threads.net/v1.0\"", "bad-url: `base_url` ends with `/v1.0`"),
    ] {
        let told = problems(line);
        assert!(told.contains(said), "{line}: {told}");
    }
    let long = format!("topic_tag = \"{}\"", "é".repeat(51));
    assert!(problems(&long).contains("wrong-value"));
    assert_eq!(problems("topic_tag = \"#Rockets\"\nmedia_base_url = \"http://127.0.0.1:9/m/\""), "");
}

#[test]
fn a_post_in_the_apis_words() {
    let channel = configured(
        "topic_tag = \"#Rockets\"\nreply_control = \"followers_only\"\nmedia_base_url = \"https://acme.example/m/\"\n",
    );
    let channel = channel.value.unwrap();
    let Variant::Post(mut post) = fixture::post(&["It landed.", "Two."]) else { unreachable!() };
    post.card = Some(fixture::card());
    let bodies = |post: crate::render::Post| -> Vec<serde_json::Value> {
        let payload = channel.payload(&Variant::Post(post), &fixture::identity()).value.unwrap();
        payload.parts.into_iter().map(|part| part.body).collect()
    };
    assert_eq!(
        bodies(post.clone()),
        [
            json!({ "media_type": "TEXT", "text": "It landed.", "topic_tag": "Rockets",
                    "reply_control": "followers_only", "link_attachment": "https://acme.example/blog/rocket-2/" }),
            json!({ "media_type": "TEXT", "text": "Two." }),
        ]
    );
    // A link in the words makes the card; beside images there is none.
    let link = "https://acme.example/blog/rocket-2/".to_owned();
    post.parts[0].links = vec![link];
    assert_eq!(bodies(post.clone())[0]["link_attachment"], json!(null));
    post.parts[0] =
        Part { text: String::new(), links: Vec::new(), media: vec![fixture::picture("a.png", b"a")] };
    let body = bodies(post)[0].clone();
    assert_eq!(
        (&body["media_type"], &body["link_attachment"], &body["text"]),
        (&json!("IMAGE"), &json!(null), &json!(null))
    );
    assert_eq!(body["image"], json!(format!("{}.png", crate::plan::key::hex_digest(b"a"))));
}

#[test]
fn images_without_a_public_address_are_a_problem_and_so_is_nothing_at_all() {
    let channel = configured("").value.unwrap();
    let Variant::Post(mut post) = fixture::post(&["It landed.", " "]) else { unreachable!() };
    post.parts[0].media = vec![fixture::picture("a.png", b"a")];
    let found = channel.payload(&Variant::Post(post), &fixture::identity()).problems;
    let rules: Vec<&str> = found.iter().map(|problem| problem.rule).collect();
    assert_eq!(rules, ["empty-text", "image-not-public"]);
    assert!(found[1].hint.as_ref().is_some_and(|hint| hint.contains("media_base_url = ")));
}
