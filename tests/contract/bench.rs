//! A channel, the network that it talks to, and a folder for both.

use super::rows::{Way, has_key};
use jiff::{SignedDuration, Timestamp};
use ladder::channel::{ADAPTERS, Attempt, Change, Channel, Configured, Found, SendError, configure};
use ladder::plan::{Identity, Payload, Receipt};
use ladder::rehearsal::{Network, Running, Settings};
use ladder::render::{Article, Card, Part, Picture, Post, Variant};
use ladder::source::Sources;
use std::path::Path;

/// What every secret is made of: seen nowhere but on the wire.
pub const CANARY: &str = "canary-5b2e-never-shown";

/// The channel of a `ladder.toml` with this in it.
pub fn configured(toml: &str) -> Configured {
    let mut sources = Sources::new();
    let id =
        sources.add("ladder.toml", &format!("[brand]\nname = \"Acme Rockets\"\nlanguage = \"en\"\n\n{toml}"));
    let names: Vec<&str> = ADAPTERS.iter().map(|adapter| adapter.name).collect();
    let mut problems = Vec::new();
    let project = ladder::ladder::parse_project(&sources, id, &names).take(&mut problems).unwrap();
    let made = configure(&sources, &project, &project.channels[0]).take(&mut problems);
    assert!(problems.is_empty(), "{toml}: {problems:?}");
    made.unwrap()
}

/// One way of using a network, ready to be tried.
pub struct Bench {
    pub way: &'static Way,
    pub folder: tempfile::TempDir,
    pub network: Running,
    pub channel: Box<dyn Channel>,
    /// When all parts were tried first: where that makes the key, it is one moment.
    pub began: Timestamp,
}

impl Bench {
    pub async fn new(way: &'static Way) -> Bench {
        Bench::with(way, |settings| settings).await
    }

    /// With a network that has other settings.
    pub async fn with(way: &'static Way, change: impl FnOnce(Settings) -> Settings) -> Bench {
        let folder = tempfile::tempdir().unwrap();
        let settings = settings(way);
        write_secrets(folder.path(), &settings);
        let network = Network::start(way.kind().unwrap(), change(settings)).await.unwrap();
        let channel = configured(&table(way, network.base_url())).channel;
        Bench { way, folder, network, channel, began: Timestamp::now() }
    }

    /// Another value for a secret.
    pub fn secret(&self, name: &str, value: &str) {
        std::fs::write(self.folder.path().join(name), format!("{value}\n")).unwrap();
    }

    pub fn identity(&self) -> Identity {
        Identity {
            account: self.channel.account(),
            message: "rocket-2".to_owned(),
            rung: "tweet".to_owned(),
            occurrence: 0,
            generation: 0,
            recipient: None,
        }
    }

    pub fn payload(&self, variant: &Variant) -> Payload {
        let checked = self.channel.payload(variant, &self.identity());
        assert!(!checked.has_errors(), "{}: {:?}", self.way.name, checked.problems);
        checked.value.unwrap()
    }

    /// The first try of a part, now.
    pub fn attempt(&self, variant: &Variant, part: usize, previous: &[Receipt]) -> Attempt {
        let media = self.folder.path().join(".ladder/media");
        std::fs::create_dir_all(&media).unwrap();
        for picture in variant.pictures() {
            std::fs::write(media.join(&picture.sha256), picture_bytes(picture.width)).unwrap();
        }
        Attempt {
            key: self.identity().key(),
            identity: self.identity(),
            part: u32::try_from(part).unwrap(),
            number: 1,
            doubted: false,
            made: None,
            made_at: None,
            begun: None,
            previous: previous.to_vec(),
            taken: ladder::channel::Taken::default(),
            first_tried: if has_key(self.way) { self.began } else { Timestamp::now() },
            last_tried: Timestamp::now(),
            withdrawn: false,
            project: self.folder.path().to_owned(),
            media,
            variant: variant.clone(),
            changing: None,
            earlier: Vec::new(),
        }
    }

    /// Sends all parts, one after the other.
    pub async fn send(&self, variant: &Variant) -> Result<Vec<Receipt>, SendError> {
        let mut receipts = Vec::new();
        for (number, part) in self.payload(variant).parts.iter().enumerate() {
            let attempt = self.attempt(variant, number, &receipts);
            receipts.push(self.channel.send(part, &attempt).await?);
        }
        Ok(receipts)
    }

    /// Other words for the first part.
    pub fn change(&self, variant: &Variant) -> Option<Change> {
        let mut other = variant.clone();
        match &mut other {
            Variant::Post(post) => {
                post.parts[0].text = format!("Corrected (really): {}", post.parts[0].text);
            }
            Variant::Article(article) => article.title = format!("Corrected (really): {}", article.title),
            Variant::Mail(_) => return None,
        }
        let first = |variant: &Variant| self.payload(variant).parts.remove(0);
        Some(Change { before: first(variant), after: first(&other) })
    }

    /// Looks for the first part, as if it had been tried that long ago.
    pub async fn find(&self, variant: &Variant, ago: SignedDuration) -> Result<Found, SendError> {
        let tried = Timestamp::now() - ago;
        let attempt = self.attempt(variant, 0, &[]);
        let first_tried = if has_key(self.way) { attempt.first_tried } else { tried };
        let attempt = Attempt { first_tried, last_tried: tried, ..attempt };
        self.channel.find(&self.payload(variant).parts[0], &attempt).await
    }
}

/// A network's account for this way.
pub fn settings(way: &Way) -> Settings {
    let mut settings = Settings::of(way.kind().unwrap(), CANARY);
    (way.settings)(&mut settings);
    if way.table.contains("consumer_key") {
        settings = settings.signed(CANARY);
    }
    if way.table.contains("app_secret") {
        settings.app_secret = Some(format!("{CANARY}-app-secret"));
    }
    settings
}

/// `[channels.tweet]` of this way.
pub fn table(way: &Way, base_url: &str) -> String {
    format!(
        "[channels.tweet]\nadapter = \"{}\"\nbase_url = \"{base_url}\"\n{}",
        way.adapter,
        way.table.replace("{base_url}", base_url)
    )
}

/// Each secret into the file that the ways' tables name.
pub fn write_secrets(folder: &Path, settings: &Settings) {
    let mut secrets = vec![("token", settings.token.clone())];
    if let Some(signed) = &settings.signed {
        secrets.push(("consumer_key", signed.consumer_key.clone()));
        secrets.push(("consumer_secret", signed.consumer_secret.clone()));
        secrets.push(("signed_token", signed.token.clone()));
        secrets.push(("token_secret", signed.token_secret.clone()));
    }
    secrets.extend(settings.app_secret.clone().map(|secret| ("app_secret", secret)));
    for (name, value) in secrets {
        std::fs::write(folder.join(name), format!("{value}\n")).unwrap();
    }
}

/// A picture that is so many pixels wide, and as high.
pub fn picture_bytes(side: u32) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::RgbImage::from_pixel(side, side, image::Rgb([9, 80, 200]))
        .write_to(&mut bytes, image::ImageFormat::Png)
        .unwrap();
    bytes.into_inner()
}

pub fn picture(side: u32) -> Picture {
    let bytes = picture_bytes(side);
    Picture {
        path: format!("messages/rocket-{side}.png"),
        name: format!("rocket-{side}.png"),
        alt: format!("The rocket, {side} (metres) wide & \"quoted\""),
        mime: "image/png".to_owned(),
        sha256: ladder::plan::key::hex_digest(&bytes),
        bytes: bytes.len() as u64,
        width: side,
        height: side,
        made_from: None,
    }
}

pub fn post(texts: &[&str]) -> Post {
    let part = |text: &&str| Part { text: (*text).to_owned(), links: Vec::new(), media: Vec::new() };
    Post {
        parts: texts.iter().map(part).collect(),
        card: None,
        first_comment: None,
        url_reserve: 80,
        language: "en".to_owned(),
    }
}

/// A short post, or a short article.
pub fn plain(way: &Way) -> Variant {
    if way.article {
        Variant::Article(article("It landed", "It landed.", &[]))
    } else {
        Variant::Post(post(&["It landed."]))
    }
}

/// An article with a body of that Markdown and those pictures, the first of them its cover.
pub fn article(title: &str, markdown: &str, sides: &[u32]) -> Article {
    let media: Vec<Picture> = sides.iter().map(|side| picture(*side)).collect();
    Article {
        title: title.to_owned(),
        slug: title
            .to_lowercase()
            .replace(|c: char| !c.is_ascii_alphanumeric(), " ")
            .split_whitespace()
            .collect::<Vec<_>>()
            .join("-"),
        excerpt: "Reusable & cheaper [by far].".to_owned(),
        html: ladder::render::html::sanitised(markdown),
        markdown: markdown.to_owned(),
        cover: media.first().cloned(),
        media,
        tags: Vec::new(),
        canonical: None,
        language: "en".to_owned(),
        date: None,
    }
}

/// A body with everything in it that some site takes for its own, and a picture.
pub const AWKWARD_BODY: &str = "It landed (again) & {really} [gallery] 5 \\* 3 ~ 15 | C:\\temp \
    <https://acme.example/blog/rocket_2/?utm_source=a_b&utm_medium=social>\n\n\
    ![The rocket, 4 (metres) wide & \"quoted\"](rocket-4.png)\n\n## How & *why*\n\n- one\n- two\n\n\
    ```rust\nlet a = \"<b>\" && [1];\n```\n\n> Grüße, 日本 🚀\n\n| a | b |\n|---|--:|\n| 1 | 2 |\n";

/// A text with everything in it that some network takes for its own.
pub const AWKWARD: &str = "It landed (again) & <softly> #rocketry {really} [1] 5 * 3 ~ 15 | C:\\temp a_b \
                           https://acme.example/blog/rocket_2/?utm_source=a_b&utm_medium=social\n\nGrüße, 日本 🚀";

/// All that the way can carry: a thread with images, or a post with images and
/// a first comment.
pub fn rich(way: &Way) -> Variant {
    if way.article {
        let picture = "![The rocket, 4 (metres) wide & \"quoted\"](rocket-4.png)\n\n";
        let (body, sides): (_, &[u32]) = match way.images {
            true => (AWKWARD_BODY.to_owned(), &[3, 4]),
            false => (AWKWARD_BODY.replace(picture, ""), &[]),
        };
        let mut made = article("Rocket 2: \"it\" <lands> & [more]", &body, sides);
        made.tags = vec!["rocketry".to_owned(), "Rocket & Science".to_owned()];
        return Variant::Article(made);
    }
    let mut made =
        if way.threads { post(&[AWKWARD, "Second (part) of three.", "The end."]) } else { post(&[AWKWARD]) };
    made.parts[0].links =
        vec!["https://acme.example/blog/rocket_2/?utm_source=a_b&utm_medium=social".to_owned()];
    made.parts[0].media = vec![picture(3), picture(4)];
    if way.threads {
        made.parts[2].media = vec![picture(5)];
    }
    if way.comments {
        made.first_comment = Some("More (here): https://acme.example/a_b *soon*".to_owned());
    }
    Variant::Post(made)
}

/// A post with a link's card.
pub fn with_card() -> Variant {
    let mut made = post(&["Read it: https://acme.example/blog/rocket-2/"]);
    made.parts[0].links = vec!["https://acme.example/blog/rocket-2/".to_owned()];
    made.card = Some(Card {
        url: "https://acme.example/blog/rocket-2/".to_owned(),
        title: "Rocket 2 (lands) itself".to_owned(),
        description: "Reusable & quiet.".to_owned(),
        image: Some(picture(6)),
    });
    Variant::Post(made)
}
