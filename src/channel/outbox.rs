//! A folder of files ready to paste: one folder a message, in it for each rung
//! the text, the same as HTML, the variant as JSON, and the images.
//!
//! As a channel of its own its posts are sent when the files are written. As
//! the stand-in for a channel without credentials they wait for a person.

use super::credentials::account;
use super::folder::{Folder, file_name, inside, on_disk, ours, picture_bytes, spelling};
use super::paste::{formatted, typed};
use super::{Adapter, Attempt, Channel, Configured, Configuring, Doing, Found, Ready, SendError, manual};
use crate::diagnostic::{Checked, Diagnostic};
use crate::ladder::Project;
use crate::ladder::shape::{Field, Kind, Reader};
use crate::plan::{Identity, Payload, PayloadPart, Receipt};
use crate::render::defaults;
use crate::render::{Defaults, Outlet, Picture, Variant, VariantKind};
use crate::text::{Rules, escape, network};
use serde_json::{Value, json};
use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::Pin;

/// `adapter = "outbox"`.
pub const ADAPTER: Adapter = Adapter {
    name: "outbox",
    about: "writes posts as files, ready to paste",
    kind: VariantKind::Post,
    sample: r#"adapter = "outbox"
directory = "outbox"
network = "linkedin"
"#,
    fields: FIELDS,
    configure,
};

const FIELDS: &[Field] = &[
    Field { name: "directory", kind: Kind::Text, about: "where the files go; default `outbox`" },
    Field {
        name: "network",
        kind: Kind::Text,
        about: "whose limits and template to follow, one that `ladder count` knows; without it plain text",
    },
];

/// One folder.
#[derive(Debug)]
pub struct Outbox {
    account: String,
    directory: String,
    rules: Rules,
    defaults: Defaults,
    for_a_person: bool,
}

fn configure(configuring: &Configuring<'_>) -> Checked<Box<dyn Channel>> {
    let mut problems = Vec::new();
    let name = &configuring.table.name.value;
    let rest = configuring.table.rest.clone();
    let mut reader = Reader::new(rest, FIELDS, format!("`[channels.{name}]`"), &mut problems);
    let directory = directory(&mut reader, "outbox");
    let network = manual::named_network(&mut reader, false);
    reader.finish();
    let (rules, defaults) = network_rules(network.as_deref(), "outbox");
    let account = account("outbox", configuring, Some(&directory));
    Checked::with(Box::new(Outbox { account, directory, rules, defaults, for_a_person: false }), problems)
}

/// `directory`, a folder of the project.
pub fn directory(reader: &mut Reader<'_>, default: &str) -> String {
    folder_of(reader, "directory").unwrap_or_else(|| default.to_owned())
}

/// A folder of the project that may be written into.
pub fn folder_of(reader: &mut Reader<'_>, key: &str) -> Option<String> {
    let written = reader.text(key)?;
    match inside(&written.value).and_then(|_| ours(&written.value)) {
        Ok(()) => Some(spelling(&written.value)),
        Err(why) => {
            reader.problems.push(
                Diagnostic::error("path-outside", why)
                    .at(written.span)
                    .hint("name a folder below the one that holds `ladder.toml`"),
            );
            None
        }
    }
}

/// Most characters of a network where people speak in one breath.
const ONE_BREATH: usize = 1000;

/// The limits and templates of a network, else those of plain text without
/// limits, under the name `otherwise`.
pub fn network_rules(network: Option<&str>, otherwise: &'static str) -> (Rules, Defaults) {
    match network {
        Some("x") => (network::X, defaults::X),
        Some("facebook") => (network::FACEBOOK, defaults::FACEBOOK),
        Some("linkedin") => (network::LINKEDIN, defaults::LINKEDIN),
        known if let Some(rules) = known.and_then(network::find).filter(|rules| rules.network != "email") => {
            let short = rules.limit.is_some_and(|limit| limit <= ONE_BREATH);
            (*rules, if short { defaults::X } else { defaults::PLAIN })
        }
        _ => {
            let rules = Rules {
                network: otherwise,
                threads: true,
                images: 20,
                first_comment: true,
                ..network::UNKNOWN
            };
            (rules, defaults::PLAIN)
        }
    }
}

/// The outbox that takes the posts of channels without credentials: what it
/// writes waits for a person.
pub fn stand_in(project: &Project) -> Configured {
    let (rules, defaults) = network_rules(None, "outbox");
    let outlet = Outlet {
        channel: "outbox".to_owned(),
        adapter: "outbox".to_owned(),
        kind: VariantKind::Post,
        rules,
        defaults,
        language: project.brand.language.clone(),
        source: "outbox".to_owned(),
        medium: "social".to_owned(),
        from: None,
    };
    let channel = Outbox {
        account: "outbox:outbox".to_owned(),
        directory: "outbox".to_owned(),
        rules,
        defaults,
        for_a_person: true,
    };
    Configured { adapter: ADAPTER.name, channel: Box::new(channel), outlet, without_credentials: false }
}

impl Channel for Outbox {
    fn account(&self) -> String {
        self.account.clone()
    }

    fn kind(&self) -> VariantKind {
        VariantKind::Post
    }

    fn rules(&self) -> Rules {
        self.rules
    }

    fn defaults(&self) -> Defaults {
        self.defaults
    }

    /// One part: all files of the post.
    fn payload(&self, variant: &Variant, _identity: &Identity) -> Checked<Payload> {
        let body = serde_json::to_value(variant).unwrap_or(Value::Null);
        let media = variant.pictures().into_iter().cloned().collect();
        Checked::good(Payload { parts: vec![PayloadPart { body, media }] })
    }

    fn ready<'a>(&'a self, project: &'a Path) -> Pin<Box<dyn Future<Output = Ready> + Send + 'a>> {
        Box::pin(super::folder_ready(project, &self.directory))
    }

    fn send<'a>(&'a self, _part: &'a PayloadPart, attempt: &'a Attempt) -> Doing<'a, Receipt> {
        let place = Place::of(&self.directory, attempt, self.rules);
        let for_a_person = self.for_a_person;
        Box::pin(async move {
            let detail = on_disk(move || place?.write()).await?;
            Ok(Receipt { detail: Some(detail), for_a_person, ..Receipt::default() })
        })
    }

    fn find<'a>(&'a self, _part: &'a PayloadPart, attempt: &'a Attempt) -> Doing<'a, Found> {
        let place = Place::of(&self.directory, attempt, self.rules);
        let for_a_person = self.for_a_person;
        Box::pin(async move {
            on_disk(move || {
                let place = place?;
                // The JSON is written last: without it the others may be missing too.
                Ok(match place.key_of(&place.name)? {
                    Some(key) if key == place.key => {
                        let detail = Some(place.folder.shown(&format!("{}.txt", place.name)));
                        Found::Sent(Receipt { detail, for_a_person, ..Receipt::default() })
                    }
                    _ => Found::Absent,
                })
            })
            .await
        })
    }
}

/// Where one variant's files go.
struct Place {
    folder: Folder,
    media: PathBuf,
    /// The rung.
    name: String,
    /// The delivery, for all recipients.
    key: String,
    variant: Variant,
    rules: Rules,
}

impl Place {
    fn of(directory: &str, attempt: &Attempt, rules: Rules) -> Result<Place, SendError> {
        let mut folder = Folder::new(&attempt.project, directory)?;
        for part in attempt.identity.message.split('/').filter(|part| !part.is_empty()) {
            folder = folder.join(&file_name(part))?;
        }
        let key = Identity { recipient: None, ..attempt.identity.clone() }.key().0;
        let mut place = Place {
            folder,
            media: attempt.media.clone(),
            name: file_name(&attempt.identity.rung),
            key,
            variant: attempt.variant.clone(),
            rules,
        };
        // Another ladder's rung of the same name, or an earlier generation:
        // what a person may be about to paste is not overwritten.
        if place.key_of(&place.name)?.is_some_and(|key| key != place.key) {
            place.name = format!("{}-{}", place.name, &place.key[..8.min(place.key.len())]);
        }
        Ok(place)
    }

    fn key_of(&self, name: &str) -> Result<Option<String>, SendError> {
        let Some(bytes) = self.folder.read(&format!("{name}.json"))? else { return Ok(None) };
        let value: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        Ok(Some(value["key"].as_str().unwrap_or_default().to_owned()))
    }

    fn write(&self) -> Result<String, SendError> {
        let mut files: Vec<(String, String)> = Vec::new();
        for picture in self.variant.pictures() {
            if files.iter().any(|(digest, _)| *digest == picture.sha256) {
                continue;
            }
            let bytes = picture_bytes(&self.media, picture)?;
            let mut name = file_name(&picture.name);
            if self.folder.read(&name)?.is_some_and(|there| there != bytes) {
                name = format!("{}-{name}", &picture.sha256[..8.min(picture.sha256.len())]);
            }
            self.folder.keep(&name, &bytes)?;
            files.push((picture.sha256.clone(), name));
        }
        let text = format!("{}.txt", self.name);
        self.folder.keep(&text, text_of(&self.variant, &self.rules).as_bytes())?;
        self.folder
            .keep(&format!("{}.html", self.name), html_of(&self.variant, &files, &self.rules).as_bytes())?;
        let alt = alt_texts(&self.variant.pictures(), &files);
        if !alt.is_empty() {
            self.folder.keep(&format!("{}.alt.txt", self.name), alt.as_bytes())?;
        }
        let compose = match &self.variant {
            Variant::Post(post) => manual::compose_url_of(&self.rules, post, 0),
            Variant::Article(_) | Variant::Mail(_) => None,
        };
        let record = json!({ "key": self.key, "compose_url": compose, "variant": self.variant });
        let record = serde_json::to_string_pretty(&record).unwrap_or_default();
        self.folder.keep(&format!("{}.json", self.name), record.as_bytes())?;
        Ok(self.folder.shown(&text))
    }
}

/// What is pasted; what else belongs to it stands below a line that says what it is.
fn text_of(variant: &Variant, rules: &Rules) -> String {
    match variant {
        Variant::Post(post) => {
            let mut text = String::new();
            for (at, part) in post.parts.iter().enumerate() {
                if at > 0 {
                    text += &format!("\n--- part {} of {} ---\n\n", at + 1, post.parts.len());
                }
                text += typed(&part.text, rules).trim_end();
                text.push('\n');
            }
            // A network makes the card of the link that is pasted with the text.
            if let Some(card) = post.card.as_ref().filter(|card| !text.contains(&card.url)) {
                text += &format!("\n{}\n", card.url);
            }
            if let Some(comment) = &post.first_comment {
                text += &format!("\n--- first comment ---\n\n{}\n", typed(comment, rules).trim_end());
            }
            text
        }
        Variant::Article(article) => format!("{}\n\n{}\n", article.title, article.markdown.trim_end()),
        Variant::Mail(mail) => format!("Subject: {}\n\n{}\n", mail.subject, mail.text.trim_end()),
    }
}

/// The same, to copy with its formatting.
fn html_of(variant: &Variant, files: &[(String, String)], rules: &Rules) -> String {
    match variant {
        Variant::Post(post) => {
            let mut body = String::new();
            for part in &post.parts {
                body += &formatted(&part.text, rules);
                body += "<hr>\n";
            }
            page("", body.trim_end_matches("<hr>\n"))
        }
        Variant::Article(article) => {
            page(&article.title, &format!("<h1>{}</h1>\n{}", escape(&article.title), article.html))
        }
        Variant::Mail(mail) => {
            let mut html = mail.html.clone();
            for (digest, name) in files {
                html = html.replace(&format!("cid:{digest}"), name);
            }
            html
        }
    }
}

fn page(title: &str, body: &str) -> String {
    let title = escape(title);
    format!("<!doctype html>\n<meta charset=\"utf-8\">\n<title>{title}</title>\n{body}\n")
}

fn alt_texts(pictures: &[&Picture], files: &[(String, String)]) -> String {
    let mut text = String::new();
    for (digest, name) in files {
        if let Some(picture) = pictures.iter().find(|picture| picture.sha256 == *digest) {
            text += &format!("{name}\n{}\n\n", picture.alt.trim());
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channel::fixture;
    use std::fs;

    fn outbox() -> Outbox {
        let (rules, defaults) = network_rules(Some("x"), "outbox");
        Outbox {
            account: "outbox:outbox".to_owned(),
            directory: "outbox".to_owned(),
            rules,
            defaults,
            for_a_person: false,
        }
    }

    #[test]
    fn a_person_s_networks_have_their_own_rules() {
        let rules = |name| network_rules(Some(name), "manual").0;
        assert_eq!(rules("mastodon"), network::MASTODON);
        assert_eq!(rules("telegram").limit, Some(4096));
        for plain in ["email", "our-forum", "unknown"] {
            assert_eq!((rules(plain).network, rules(plain).limit), ("manual", None));
        }
        assert_eq!(network_rules(Some("bluesky"), "manual").1.text, defaults::X.text);
    }

    #[tokio::test]
    async fn a_thread_with_an_image_is_ready_to_paste() {
        let project = tempfile::tempdir().unwrap();
        let mut variant = fixture::post(&["One <b>\n\ntwo", "Three"]);
        if let Variant::Post(post) = &mut variant {
            post.parts[0].media.push(fixture::picture("a.png", b"png bytes"));
            post.first_comment = Some("And a word".to_owned());
        }
        let mut attempt = fixture::attempt(project.path(), variant);
        attempt.identity.message = "2026/../rocket 2".to_owned();
        fixture::keep(&attempt, b"png bytes");
        let outbox = outbox();
        let payload = outbox.payload(&attempt.variant, &attempt.identity).value.unwrap();
        let found = outbox.find(&payload.parts[0], &attempt).await.unwrap();
        assert_eq!(found, Found::Absent);
        let receipt = outbox.send(&payload.parts[0], &attempt).await.unwrap();
        assert_eq!(receipt.detail.as_deref(), Some("outbox/2026/untitled/rocket-2/tweet.txt"));
        assert!(!receipt.for_a_person);
        let folder = project.path().join("outbox/2026/untitled/rocket-2");
        let text = fs::read_to_string(folder.join("tweet.txt")).unwrap();
        assert_eq!(
            text,
            "One <b>\n\ntwo\n\n--- part 2 of 2 ---\n\nThree\n\n--- first comment ---\n\nAnd a word\n"
        );
        assert!(fs::read_to_string(folder.join("tweet.html")).unwrap().contains("<p>One &lt;b&gt;</p>"));
        assert_eq!(fs::read(folder.join("a.png")).unwrap(), b"png bytes");
        let alt = fs::read_to_string(folder.join("tweet.alt.txt")).unwrap();
        assert_eq!(alt, "a.png\nAlt of a.png\n\n");
        // Again: nothing changes, and it is found.
        assert_eq!(outbox.send(&payload.parts[0], &attempt).await.unwrap(), receipt);
        assert_eq!(outbox.find(&payload.parts[0], &attempt).await.unwrap(), Found::Sent(receipt));
        // Another generation does not take the first one's place.
        attempt.identity.generation = 1;
        let second = outbox.send(&payload.parts[0], &attempt).await.unwrap().detail.unwrap();
        assert!(second.starts_with("outbox/2026/untitled/rocket-2/tweet-"), "{second}");
    }

    #[tokio::test]
    async fn the_stand_in_waits_for_a_person() {
        let project = tempfile::tempdir().unwrap();
        let attempt = fixture::attempt(project.path(), fixture::mail());
        let stand_in = stand_in(&fixture::project());
        let payload = stand_in.channel.payload(&attempt.variant, &attempt.identity).value.unwrap();
        let receipt = stand_in.channel.send(&payload.parts[0], &attempt).await.unwrap();
        assert!(receipt.for_a_person);
        let text = fs::read_to_string(project.path().join(receipt.detail.unwrap())).unwrap();
        assert_eq!(text, "Subject: Rocket 2 lands\n\nHello,\n\nit landed.\n");
    }
}
