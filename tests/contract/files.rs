//! The contract's clauses for what writes files, or asks a person.

use super::bench::{configured, picture, picture_bytes, post};
use jiff::Timestamp;
use ladder::channel::{Attempt, Channel, Found, Ready, Removed, SendError};
use ladder::plan::{Identity, Receipt};
use ladder::render::{Article, Variant};
use std::path::Path;

/// A way of writing files: its table, what it is given, and whether it keeps
/// what it was given so that it can be asked.
struct Way {
    adapter: &'static str,
    table: &'static str,
    variant: fn() -> Variant,
    /// What is there afterwards, below the project; none: nothing is written.
    file: Option<&'static str>,
    /// It has a public address.
    url: Option<&'static str>,
    for_a_person: bool,
}

const WAYS: &[Way] = &[
    Way {
        adapter: "static-site",
        table: "preset = \"hugo\"\ndirectory = \"site/content/posts\"\nurl = \"https://acme.example/blog/{slug}/\"\n",
        variant: article,
        file: Some("site/content/posts/rocket-2/index.md"),
        url: Some("https://acme.example/blog/rocket-2/"),
        for_a_person: false,
    },
    Way {
        adapter: "outbox",
        table: "directory = \"outbox\"\nnetwork = \"linkedin\"\n",
        variant: images,
        file: Some("outbox/rocket-2/step.txt"),
        url: None,
        for_a_person: false,
    },
    Way {
        adapter: "manual",
        table: "network = \"x\"\naccount = \"AcmeRockets\"\n",
        variant: images,
        file: None,
        url: None,
        for_a_person: true,
    },
];

pub fn article() -> Variant {
    Variant::Article(Article {
        title: "Rocket 2: \"it lands\"".to_owned(),
        slug: "rocket-2".to_owned(),
        excerpt: "Reusable & cheaper.".to_owned(),
        html: "<p>It <strong>landed</strong>.</p>\n".to_owned(),
        markdown: "It **landed**.\n".to_owned(),
        cover: Some(picture(3)),
        media: vec![picture(3)],
        tags: vec!["rocketry".to_owned()],
        canonical: None,
        language: "en".to_owned(),
        date: Some("2026-11-30T23:30:00Z".parse::<Timestamp>().unwrap()),
    })
}

pub fn images() -> Variant {
    let mut made = post(&["It landed (again)."]);
    made.parts[0].media = vec![picture(3)];
    Variant::Post(made)
}

fn channel(way: &Way) -> Box<dyn Channel> {
    configured(&format!("[channels.step]\nadapter = \"{}\"\n{}", way.adapter, way.table)).channel
}

fn attempt(channel: &dyn Channel, variant: &Variant, folder: &Path, message: &str) -> Attempt {
    let media = folder.join(".ladder/media");
    std::fs::create_dir_all(&media).unwrap();
    std::fs::write(media.join(picture(3).sha256), picture_bytes(3)).unwrap();
    let identity = Identity {
        account: channel.account(),
        message: message.to_owned(),
        rung: "step".to_owned(),
        occurrence: 0,
        generation: 0,
        recipient: None,
    };
    Attempt {
        key: identity.key(),
        identity,
        part: 0,
        number: 1,
        doubted: false,
        previous: Vec::new(),
        taken: ladder::channel::Taken::default(),
        first_tried: "2026-12-01T08:00:00Z".parse::<Timestamp>().unwrap(),
        last_tried: "2026-12-01T08:00:00Z".parse::<Timestamp>().unwrap(),
        project: folder.to_owned(),
        media,
        variant: variant.clone(),
    }
}

#[test]
fn every_such_row_is_here() {
    let here: Vec<&str> = WAYS.iter().map(|way| way.adapter).collect();
    for (name, _) in super::rows::WITHOUT_NETWORK.iter().filter(|(_, how)| how.starts_with("files")) {
        assert!(here.contains(name), "`{name}` is not tried");
    }
}

#[tokio::test]
async fn what_is_written_is_there_once_and_can_be_found() {
    for way in WAYS {
        let (folder, channel, variant) = (tempfile::tempdir().unwrap(), channel(way), (way.variant)());
        let attempt = attempt(&*channel, &variant, folder.path(), "rocket-2");
        let part = channel.payload(&variant, &attempt.identity).value.unwrap().parts.remove(0);
        assert_eq!(channel.ready(folder.path()).await, Ready::Yes, "{}", way.adapter);
        channel.verify(folder.path()).await.unwrap();
        let before = channel.find(&part, &attempt).await.unwrap();
        assert_eq!(before, Found::Absent, "{}", way.adapter);
        let receipt = channel.send(&part, &attempt).await.unwrap();
        assert_eq!(receipt.for_a_person, way.for_a_person, "{}", way.adapter);
        assert_eq!(receipt.url.as_deref(), way.url, "{}", way.adapter);
        if let Some(file) = way.file {
            let text = std::fs::read_to_string(folder.path().join(file)).unwrap();
            assert!(text.contains("landed"), "{}: {text}", way.adapter);
            let again = channel.send(&part, &attempt).await.unwrap();
            assert_eq!(again, receipt, "{}", way.adapter);
            assert_eq!(std::fs::read_to_string(folder.path().join(file)).unwrap(), text, "{}", way.adapter);
            let after = channel.find(&part, &attempt).await.unwrap();
            assert!(matches!(&after, Found::Sent(found) if *found == receipt), "{}: {after:?}", way.adapter);
        }
    }
}

#[tokio::test]
async fn what_somebody_else_wrote_stays() {
    for way in WAYS.iter().filter(|way| way.adapter == "static-site") {
        let (folder, channel, variant) = (tempfile::tempdir().unwrap(), channel(way), (way.variant)());
        let attempt = attempt(&*channel, &variant, folder.path(), "rocket-2");
        let part = channel.payload(&variant, &attempt.identity).value.unwrap().parts.remove(0);
        let file = folder.path().join(way.file.unwrap());
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, "Written by hand.").unwrap();
        let outcome = channel.send(&part, &attempt).await;
        assert!(matches!(outcome, Err(SendError::Refused { .. })), "{}: {outcome:?}", way.adapter);
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "Written by hand.");
        let found = channel.find(&part, &attempt).await;
        assert!(!matches!(found, Ok(Found::Sent(_))), "{found:?}");
    }
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_said_before_anything_is_sent() {
    for way in WAYS.iter().filter(|way| way.file.is_some()) {
        let (folder, channel) = (tempfile::tempdir().unwrap(), channel(way));
        let first = way.file.unwrap().split('/').next().unwrap();
        // A file stands where the folder should be.
        std::fs::write(folder.path().join(first), "in the way").unwrap();
        let ready = channel.ready(folder.path()).await;
        assert!(matches!(&ready, Ready::No(why) if !why.is_empty()), "{}: {ready:?}", way.adapter);
    }
}

#[tokio::test]
async fn what_was_handed_over_is_not_called_back() {
    for way in WAYS {
        let folder = tempfile::tempdir().unwrap();
        let removed = channel(way).remove(&Receipt::default(), folder.path()).await;
        assert!(
            matches!(&removed, Ok(Removed::Stays(why)) if !why.is_empty()),
            "{}: {removed:?}",
            way.adapter
        );
    }
}
