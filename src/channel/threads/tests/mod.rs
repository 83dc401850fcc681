//! Threads, against a network that was written from its pages and not from this
//! adapter.

mod configuring;
mod containers;
mod images;
mod odd;

use super::*;
use crate::channel::{Taken, fixture};
use crate::ladder::parse_project;
use crate::rehearsal::{Kind, Network as Rehearsed, Running, Settings};
use crate::source::Sources;
use jiff::{SignedDuration, Timestamp};

const CANARY: &str = "canary-83";

/// An account, and a project with a channel that speaks for it.
struct House {
    project: tempfile::TempDir,
    network: Running,
    channel: Box<dyn Channel>,
}

impl House {
    async fn new() -> House {
        House::with("", |settings| settings).await
    }

    /// With more in the channel's table, and another network.
    async fn with(more: &str, change: impl FnOnce(Settings) -> Settings) -> House {
        let kind = Kind::named("threads").unwrap();
        let network = Rehearsed::start(kind, change(Settings::of(kind, CANARY))).await.unwrap();
        let project = tempfile::tempdir().unwrap();
        let base = network.base_url();
        let media = if more.contains("media_base_url") {
            String::new()
        } else {
            format!("media_base_url = \"{base}/media\"\n")
        };
        let made = configured(&format!("base_url = \"{base}\"\n{media}{more}"));
        assert!(made.problems.is_empty(), "{:?}", made.problems);
        std::fs::write(project.path().join("token"), format!("{CANARY}-token\n")).unwrap();
        House { project, network, channel: made.value.unwrap() }
    }

    fn attempt(&self, variant: &Variant) -> Attempt {
        let now = Timestamp::now();
        let attempt = fixture::attempt(self.project.path(), variant.clone());
        Attempt { first_tried: now, last_tried: now, taken: Taken::default(), ..attempt }
    }

    fn part(&self, variant: &Variant) -> PayloadPart {
        let checked = self.channel.payload(variant, &fixture::identity());
        assert!(!checked.has_errors(), "{:?}", checked.problems);
        checked.value.unwrap().parts.remove(0)
    }

    /// One try, as a run makes it: what is made is known before the posting leaves.
    async fn try_once(&self, part: &PayloadPart, attempt: &mut Attempt) -> Result<Receipt, SendError> {
        attempt.made = self.channel.make(part, attempt).await?;
        let attempt = &*attempt;
        self.channel.prepare(part, attempt).await?.await
    }

    /// How often each step was asked for: containers, publishings.
    fn asked(&self) -> (usize, usize) {
        let log = self.network.log();
        let of = |end: &str| log.iter().filter(|l| l.method == "POST" && l.path.ends_with(end)).count();
        (of("/threads"), of("/threads_publish"))
    }
}

/// The channel of a table with these lines.
fn configured(table: &str) -> Checked<Box<dyn Channel>> {
    let mut sources = Sources::new();
    let account = if table.contains("account =") { "" } else { "account = \"@AcmeRockets\"\n" };
    let toml = format!(
        "[brand]\nname = \"Acme\"\n[channels.th]\nadapter = \"threads\"\n\
         access_token = {{ file = \"token\" }}\n{account}{table}"
    );
    let id = sources.add("ladder.toml", &toml);
    let project = parse_project(&sources, id, &["threads"]).value.unwrap();
    crate::channel::configure(&sources, &project, &project.channels[0]).map(|made| made.channel)
}

fn png(side: u32) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::RgbImage::new(side, side).write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// A post with so many images, and its first try.
fn pictured(house: &House, text: &str, many: u32) -> (Variant, Attempt) {
    let mut variant = fixture::post(&[text]);
    let Variant::Post(post) = &mut variant else { unreachable!() };
    let all: Vec<Vec<u8>> = (1..=many).map(png).collect();
    post.parts[0].media = all.iter().map(|bytes| fixture::picture("a.png", bytes)).collect();
    let attempt = house.attempt(&variant);
    all.iter().for_each(|bytes| fixture::keep(&attempt, bytes));
    (variant, attempt)
}

/// What became of it, in a line.
fn told<T: std::fmt::Debug>(outcome: &Result<T, SendError>) -> String {
    match outcome {
        Ok(value) => format!("{value:?}"),
        Err(SendError::Refused { says }) => format!("refused: {says}"),
        Err(SendError::Mendable { says }) => format!("held: {says}"),
        Err(SendError::NotYet { says, wait }) => format!("not yet, {wait:?}: {says}"),
        Err(SendError::TooMany { says, wait }) => format!("too many, {wait:?}: {says}"),
        Err(SendError::Partly { says, .. }) => format!("partly: {says}"),
        Err(SendError::Unknown { cause }) => format!("unknown: {cause}"),
    }
}
