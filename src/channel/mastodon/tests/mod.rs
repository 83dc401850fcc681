//! Mastodon, against an instance that was written from its pages and not from this
//! adapter.

mod sending;
mod settling;

use super::*;
use crate::channel::{Taken, fixture};
use crate::ladder::limits::parse_limits;
use crate::ladder::parse_project;
use crate::rehearsal::{Kind, Network as Rehearsed, Running, Settings};
use crate::source::Sources;
use jiff::Timestamp;

const CANARY: &str = "canary-71";

/// An instance, and a project with a channel that speaks to it.
struct House {
    project: tempfile::TempDir,
    network: Running,
    channel: Box<dyn Channel>,
}

impl House {
    async fn new() -> House {
        House::with("", |settings| settings).await
    }

    /// With more in the channel's table, and another instance.
    async fn with(more: &str, change: impl FnOnce(Settings) -> Settings) -> House {
        let kind = Kind::named("mastodon").unwrap();
        let network = Rehearsed::start(kind, change(Settings::of(kind, CANARY))).await.unwrap();
        let project = tempfile::tempdir().unwrap();
        let account = if more.contains("account =") { "" } else { "account = \"@acmerockets\"\n" };
        let made = configured(&format!("base_url = \"{}\"\n{account}{more}", network.base_url()), "");
        let house = House { project, network, channel: made.value.unwrap() };
        house.token("token");
        house
    }

    /// Gives the project another of the instance's tokens.
    fn token(&self, kind: &str) {
        std::fs::write(self.project.path().join("token"), format!("{CANARY}-{kind}\n")).unwrap();
    }

    fn attempt(&self, variant: &Variant) -> Attempt {
        let now = Timestamp::now();
        let attempt = fixture::attempt(self.project.path(), variant.clone());
        Attempt { first_tried: now, last_tried: now, taken: Taken::default(), ..attempt }
    }

    fn parts(&self, variant: &Variant) -> Vec<PayloadPart> {
        let checked = self.channel.payload(variant, &fixture::identity());
        assert!(!checked.has_errors(), "{:?}", checked.problems);
        checked.value.unwrap().parts
    }

    /// Sends all parts one after the other.
    async fn send(&self, variant: &Variant) -> Result<Vec<Receipt>, SendError> {
        let mut attempt = self.attempt(variant);
        for part in self.parts(variant) {
            let receipt = self.channel.send(&part, &attempt).await?;
            attempt.previous.push(receipt);
            attempt.part += 1;
        }
        Ok(attempt.previous)
    }

    async fn verify(&self) -> String {
        told(&self.channel.verify(self.project.path()).await)
    }
}

/// The channel of a table with these lines, in a house with these limits.
fn configured(table: &str, limits: &str) -> Checked<Box<dyn Channel>> {
    let mut sources = Sources::new();
    let toml = format!(
        "[brand]\nname = \"Acme\"\n[channels.fedi]\nadapter = \"mastodon\"\n\
         access_token = {{ file = \"token\" }}\n{table}"
    );
    let id = sources.add("ladder.toml", &toml);
    let mut project = parse_project(&sources, id, &["mastodon"]).value.unwrap();
    let id = sources.add("ladder.limits.toml", limits);
    project.limits = parse_limits(&sources, id).value.unwrap();
    let made = crate::channel::configure(&sources, &project, &project.channels[0]);
    made.map(|made| made.channel)
}

/// A post with an image.
fn pictured(house: &House, text: &str) -> (Variant, Attempt) {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::RgbImage::new(3, 3).write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    let mut variant = fixture::post(&[text]);
    let Variant::Post(post) = &mut variant else { unreachable!() };
    post.parts[0].media = vec![fixture::picture("a.png", bytes.get_ref())];
    let attempt = house.attempt(&variant);
    fixture::keep(&attempt, bytes.get_ref());
    (variant, attempt)
}

/// What became of it, in a line, without this machine's port.
fn told<T: std::fmt::Debug>(outcome: &Result<T, SendError>) -> String {
    let told = match outcome {
        Ok(value) => format!("{value:?}"),
        Err(SendError::Refused { says }) => format!("refused: {says}"),
        Err(SendError::Mendable { says }) => format!("held: {says}"),
        Err(SendError::NotYet { says, wait }) => format!("not yet, {wait:?}: {says}"),
        Err(SendError::TooMany { says, .. }) => format!("too many: {says}"),
        Err(SendError::Partly { says, .. }) => format!("partly: {says}"),
        Err(SendError::Unknown { cause }) => format!("unknown: {cause}"),
    };
    assert!(!told.contains("canary"), "{told}");
    let mut out = String::new();
    let mut rest = told.as_str();
    while let Some(at) = rest.find("127.0.0.1:") {
        out.push_str(&rest[..at]);
        out.push_str("HERE");
        rest = rest[at + 10..].trim_start_matches(|c: char| c.is_ascii_digit());
    }
    out + rest
}

#[test]
fn a_table_names_its_instance() {
    let problems = |table: &str| -> Vec<String> {
        let told = configured(table, "").problems;
        told.iter()
            .map(|p| format!("{}: {} ({})", p.rule, p.message, p.hint.clone().unwrap_or_default()))
            .collect()
    };
    insta::assert_debug_snapshot!(
        [
            problems("account = \"@ada@social.acme.example\"\n"),
            problems("base_url = \"https://h.example/api/v1\"\n"),
            problems("base_url = \"http://h.example\"\n"),
            problems("base_url = \"https://h.example\"\nvisibility = \"publik\"\n"),
            problems(&format!("base_url = \"https://h.example\"\ncontent_warning = \"{}\"\n", "a".repeat(500))),
        ],
        @r#"
    [
        [
            "missing-key: `[channels.fedi]` needs `base_url` (write which instance it is: `base_url = \"https://social.acme.example\"`)",
        ],
        [
            "bad-url: `base_url` ends with `/v1`, which is put behind it anyway (write `base_url = \"https://h.example/api\"`)",
        ],
        [
            "bad-url: `http://h.example` is no address for secrets to go to (write `https://h.example`: what goes by `http://` can be read on its way, and is only taken for this machine)",
        ],
        [
            "wrong-value: `visibility` cannot be `publik` (did you mean `public`?)",
        ],
        [
            "wrong-value: `content_warning` leaves no room for a text, for it counts into its length (say it in a few words: `content_warning = \"eye contact\"`)",
        ],
    ]
    "#
    );
    assert!(problems("base_url = \"https://h.example\"\n").is_empty());
    let account = |table: &str| configured(table, "").value.unwrap().account();
    assert_eq!(
        account("account = \"@Ada\"\nbase_url = \"https://h.example:8443/\"\n"),
        "mastodon:ada@h.example:8443"
    );
    assert_eq!(
        account("account = \"Ada@acme.example\"\nbase_url = \"https://h.example\"\n"),
        "mastodon:ada@acme.example"
    );
}

#[test]
fn limits_count_that_are_noted_of_this_instance() {
    let limits = "[channels.fedi]\nbase_url = \"https://h.example\"\nmax_characters = 1000\n\
                  characters_reserved_per_url = 32\nmax_media_attachments = 6\ndescription_limit = 420\n";
    let rules = |table: &str| configured(table, limits).value.unwrap().rules();
    let noted = rules("base_url = \"https://h.example/\"\n");
    assert_eq!(
        (noted.limit, noted.link_cost, noted.images, noted.alt_limit),
        (Some(1000), Some(32), 6, Some(420))
    );
    assert_eq!(rules("base_url = \"https://other.example\"\n"), network::MASTODON);
    // A link in a warning counts its letters.
    let warned = rules("base_url = \"https://h.example\"\ncontent_warning = \"on https://a.example/b\"\n");
    assert_eq!(warned.limit, Some(1000 - 22));
}
