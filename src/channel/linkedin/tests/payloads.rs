//! What is sent, and what LinkedIn would refuse of it.

use super::{ORGANIZATION, house};
use crate::channel::{configure, fixture};
use crate::diagnostic::{Diagnostic, Severity};
use crate::ladder::parse_project;
use crate::render::{Post, Variant};
use crate::source::Sources;

fn problems(change: impl FnOnce(&mut Post)) -> Vec<Diagnostic> {
    let mut variant = fixture::post(&["It landed."]);
    if let Variant::Post(post) = &mut variant {
        change(post);
    }
    let house = house(ORGANIZATION, "http://127.0.0.1:1");
    house.channel.payload(&variant, &fixture::identity()).problems
}

fn said(problems: &[Diagnostic]) -> String {
    let lines = problems
        .iter()
        .map(|problem| format!("{:?} {}: {}", problem.severity, problem.rule, problem.message));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn what_linkedin_would_refuse_is_told_before() {
    let told = problems(|post| {
        post.first_comment = Some("ß".repeat(1251));
        let mut large = fixture::picture("large.png", b"a");
        (large.width, large.height) = (6_000, 6_026);
        let mut other = fixture::picture("other.webp", b"b");
        other.mime = "image/webp".to_owned();
        post.parts[0].media = vec![large, other, fixture::picture("good.png", b"c")];
    });
    insta::assert_snapshot!(said(&told), @r#"
    Error image-too-large: `messages/large.png` has 36156000 pixels, and LinkedIn takes fewer than 36152320
    Error image-format: `messages/other.webp` is image/webp, and LinkedIn takes JPEG, PNG and GIF
    Error too-long: the first comment is 1 too long for LinkedIn: 1251 of 1250
    "#);
    let told = problems(|post| {
        let mut card = fixture::card();
        card.title = "t".repeat(401);
        card.description = "d".repeat(4087);
        card.image.as_mut().unwrap().mime = "image/webp".to_owned();
        post.card = Some(card);
    });
    insta::assert_snapshot!(said(&told), @r#"
    Error too-long: the card's title is 1 too long for LinkedIn: 401 of 400
    Error too-long: the card's description is 1 too long for LinkedIn: 4087 of 4086
    Warning image-format: `messages/rocket.png` is image/webp, and LinkedIn takes JPEG, PNG and GIF: the card goes without its picture
    "#);
}

#[test]
fn what_just_fits_is_fine() {
    let told = problems(|post| {
        let mut card = fixture::card();
        card.title = "t".repeat(400);
        card.description = "d".repeat(4086);
        post.card = Some(card);
        post.first_comment = Some("🚀".repeat(625));
    });
    assert!(told.is_empty(), "{told:?}");
    let told = problems(|post| post.first_comment = Some("🚀".repeat(626)));
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].severity, Severity::Error);
}

#[test]
fn a_card_whose_picture_is_not_taken_goes_without_it() {
    let mut variant = fixture::post(&["It landed."]);
    if let Variant::Post(post) = &mut variant {
        let mut card = fixture::card();
        card.image.as_mut().unwrap().mime = "image/webp".to_owned();
        post.card = Some(card);
    }
    let parts = house(ORGANIZATION, "http://127.0.0.1:1").parts(&variant);
    assert!(parts[0].media.is_empty() && parts[0].body["content"]["article"].is_object());
}

#[test]
fn the_wait_for_an_image_is_shorter_than_what_a_run_waits_for() {
    let told = |wait: &str| {
        let mut sources = Sources::new();
        let toml = format!(
            "[brand]\nname = \"Acme\"\nlanguage = \"en\"\n[channels.l]\nadapter = \"linkedin\"\n\
             author = \"{ORGANIZATION}\"\naccess_token = {{ file = \"token\" }}\nimage_wait = {wait}\n"
        );
        let id = sources.add("ladder.toml", &toml);
        let project = parse_project(&sources, id, &["linkedin"]).value.unwrap();
        let problems = configure(&sources, &project, &project.channels[0]).problems;
        problems
            .into_iter()
            .map(|problem| format!("{}; {:?}", problem.message, problem.hint))
            .collect::<Vec<_>>()
    };
    for good in ["\"10m\"", "\"3s\"", "false"] {
        assert_eq!(told(good), Vec::<String>::new(), "{good}");
    }
    insta::assert_snapshot!(told("\"11m\"").join("\n"), @r#"`image_wait` is longer than 10 minutes; Some("an image is ready after seconds: write `image_wait = \"3s\"`, at most `10m`")"#);
    assert_eq!(told("\"3d\"").len(), 1);
}
