//! A folder of files ready to paste: one folder a message, in it for each rung
//! the text, the same as HTML, the variant as JSON, and the images.
//!
//! As a channel of its own its posts are sent when the files are written. As
//! the stand-in for a channel without credentials they wait for a person.

mod lying;
mod place;

use super::credentials::account;
use super::folder::{file_name, inside, nameable, on_disk, ours, spelling};
use super::paste::{formatted, typed};
use super::shared_folder::{Filled, Filling};
use super::{
    Abilities, Ability, Adapter, Attempt, Channel, Configured, Configuring, Doing, Found, Goes, Ready,
    Removed, SendError, manual,
};
use crate::diagnostic::{Checked, Diagnostic};
use crate::ladder::Project;
use crate::ladder::shape::{Field, Kind, Reader};
use crate::plan::{Identity, Payload, PayloadPart, Receipt};
use crate::render::defaults;
use crate::render::{Defaults, Outlet, Picture, Post, Variant, VariantKind};
use crate::text::{Rules, escape, network};
use place::Place;
use serde_json::Value;
use std::future::Future;
use std::path::Path;
use std::pin::Pin;

/// `adapter = "outbox"`.
pub const ADAPTER: Adapter = Adapter {
    name: "outbox",
    also: &["files"],
    about: "writes posts as files, ready to paste",
    kind: VariantKind::Post,
    goes: Goes::Files,
    sample: r#"adapter = "outbox"
directory = "outbox"
network = "linkedin"
"#,
    abilities: Abilities {
        stable_key: Ability::Yes("the key stands beside the text"),
        find: Ability::Yes("the files of that key"),
        read_back: Ability::No("the files are for people"),
        delete: Ability::Yes("its own files, unless somebody has worked on them"),
        edit: Ability::No("`--again` lays the new words out"),
        duplicate: Ability::Yes("files of another key are left alone"),
    },
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
    let mut reader = configuring.reader(FIELDS, &mut problems);
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
    match nameable(&written.value).and_then(|()| inside(&written.value)).and_then(|_| ours(&written.value)) {
        Ok(()) if spelling(&written.value) == "." => {
            let message = format!("`{key}` is the project's own folder, with its messages and its journal");
            let hint = format!("give the channel a folder of its own, such as `{key} = \"public/blog\"`");
            reader.problems.push(Diagnostic::error("path-outside", message).at(written.span).hint(hint));
            None
        }
        Ok(()) => Some(spelling(&written.value)),
        Err(why) => {
            let hint = match ours(&written.value) {
                Err(_) => format!(
                    "what publishing reads lies there: name another, such as `{key} = \"public/images\"`"
                ),
                Ok(()) => "name a folder below the one that holds `ladder.toml`".to_owned(),
            };
            reader.problems.push(Diagnostic::error("path-outside", why).at(written.span).hint(hint));
            None
        }
    }
}

/// Most characters of a network where people speak in one breath.
const ONE_BREATH: usize = 1000;

/// The limits and templates of a network, else those of plain text without
/// limits, under the name `otherwise`. A person has one box to paste into: no
/// field for a card's link beside the text.
pub fn network_rules(network: Option<&str>, otherwise: &'static str) -> (Rules, Defaults) {
    match network {
        Some("x") => (network::X, defaults::X),
        Some("facebook") => (Rules { card_field: false, ..network::FACEBOOK }, defaults::FACEBOOK_BY_HAND),
        Some("linkedin") => (Rules { card_field: false, ..network::LINKEDIN }, defaults::LINKEDIN),
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
        content_warning: None,
    };
    let channel = Outbox {
        account: "outbox:outbox".to_owned(),
        directory: "outbox".to_owned(),
        rules,
        defaults,
        for_a_person: true,
    };
    let channel = Box::new(channel);
    Configured::bare(ADAPTER.name, channel, outlet)
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

    fn filling(&self) -> Option<Filling> {
        Some(Filling { directory: self.directory.clone(), with: Filled::Texts })
    }

    fn ready<'a>(&'a self, project: &'a Path) -> Pin<Box<dyn Future<Output = Ready> + Send + 'a>> {
        Box::pin(super::folder_ready(project, &self.directory))
    }

    fn send<'a>(&'a self, _part: &'a PayloadPart, attempt: &'a Attempt) -> Doing<'a, Receipt> {
        let place = self.place(attempt);
        let for_a_person = self.for_a_person;
        Box::pin(async move {
            let receipt = on_disk(move || place.and_then(|mut place| place.write())).await?;
            Ok(Receipt { for_a_person, ..receipt })
        })
    }

    fn take_down<'a>(
        &'a self,
        part: &'a PayloadPart,
        receipt: &'a Receipt,
        attempt: &'a Attempt,
    ) -> Doing<'a, Removed> {
        let place = self.place(attempt);
        // A post, or a mail or page in the stead of its channel: what was bound.
        let body = part.body.get("variant").unwrap_or(&part.body);
        let sent = serde_json::from_value(body.clone()).ok();
        let (receipt, identity) = (receipt.clone(), attempt.identity.clone());
        Box::pin(on_disk(move || place?.take_in(sent, &receipt, &identity)))
    }

    fn find<'a>(&'a self, _part: &'a PayloadPart, attempt: &'a Attempt) -> Doing<'a, Found> {
        let place = self.place(attempt);
        let for_a_person = self.for_a_person;
        Box::pin(async move {
            on_disk(move || {
                // The JSON is written last: without it the others may be missing too.
                Ok(match place?.receipt()? {
                    Some(receipt) => Found::Sent(Receipt { for_a_person, ..receipt }),
                    None => Found::Absent,
                })
            })
            .await
        })
    }
}

impl Outbox {
    /// The files of another channel, which wait for a person: they lie as an outbox's do.
    pub(super) fn for_a_person(account: &str, directory: String, rules: Rules, defaults: Defaults) -> Outbox {
        Outbox { account: account.to_owned(), directory, rules, defaults, for_a_person: true }
    }

    /// The files of that delivery, wherever they lie.
    fn place(&self, attempt: &Attempt) -> Result<Place, SendError> {
        Place::of(&self.directory, attempt, self.rules)
    }
}

/// What a picture's file is called: where another one lies under its name, the other.
fn names_of(picture: &Picture) -> [String; 2] {
    let name = file_name(&picture.name);
    let own = format!("{}-{name}", picture.sha256.get(..8).unwrap_or(&picture.sha256));
    [name, own]
}

/// A picture beside the texts.
pub(in crate::channel) struct Laid {
    /// The digest of its bytes.
    pub digest: String,
    /// What the message calls it: two may have the same bytes.
    pub name: String,
    /// What its file is called.
    pub file: String,
}

impl Laid {
    /// The file of a picture of that digest and name.
    pub fn file<'a>(laid: &'a [Laid], digest: &str, name: &str) -> Option<&'a str> {
        let of_digest = || laid.iter().filter(|one| one.digest == digest);
        let found = of_digest().find(|one| one.name == name).or_else(|| of_digest().next());
        found.map(|one| one.file.as_str())
    }
}

/// The images that a person attaches. The picture of a link's card is none of
/// them: the network makes the card of the link that is pasted.
fn to_attach(variant: &Variant) -> Vec<&Picture> {
    match variant {
        Variant::Post(post) => post.parts.iter().flat_map(|part| &part.media).collect(),
        Variant::Article(_) | Variant::Mail(_) => variant.pictures(),
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
            // Where a field of its own would have held the card's link, the
            // network makes the card of the one that is pasted with the text.
            if let Some(url) = link_to_paste(post) {
                text += &format!("\n{url}\n");
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

/// The card's link, where none of the texts has it already.
fn link_to_paste(post: &Post) -> Option<&str> {
    let bare = |url: &str| url.split(['?', '#']).next().unwrap_or(url).to_owned();
    let card = post.card.as_ref()?;
    let mut links = post.parts.iter().flat_map(|part| &part.links);
    let there = links.any(|link| bare(link) == bare(&card.url))
        || post.parts.iter().any(|part| part.text.contains(&card.url));
    (!there).then_some(card.url.as_str())
}

/// The same, to copy with its formatting.
fn html_of(variant: &Variant, files: &[Laid], rules: &Rules) -> String {
    match variant {
        Variant::Post(post) => {
            let mut body = String::new();
            for part in &post.parts {
                body += &formatted(&part.text, rules);
                body += "<hr>\n";
            }
            let mut body = body.trim_end_matches("<hr>\n").to_owned();
            if let Some(url) = link_to_paste(post) {
                let url = escape(url);
                body += &format!("\n<p><a href=\"{url}\">{url}</a></p>\n");
            }
            if let Some(comment) = &post.first_comment {
                body += &format!("\n<hr>\n<p>First comment:</p>\n{}", formatted(comment, rules));
            }
            page("", &body)
        }
        Variant::Article(article) => {
            page(&article.title, &format!("<h1>{}</h1>\n{}", escape(&article.title), article.html))
        }
        Variant::Mail(mail) => {
            let mut html = mail.html.clone();
            for laid in files {
                html = html.replace(&format!("cid:{}", laid.digest), &laid.file);
            }
            html
        }
    }
}

fn page(title: &str, body: &str) -> String {
    let title = escape(title);
    format!("<!doctype html>\n<meta charset=\"utf-8\">\n<title>{title}</title>\n{body}\n")
}

/// Each picture's file and words; of a thread also the part that it goes with.
fn alt_texts(variant: &Variant, files: &[Laid]) -> String {
    let mut text = String::new();
    let mut write = |picture: &Picture, place: &str| {
        if let Some(name) = Laid::file(files, &picture.sha256, &picture.name) {
            text += &format!("{name}{place}\n{}\n\n", picture.alt.trim());
        }
    };
    match variant {
        Variant::Post(post) if post.parts.len() > 1 => {
            for (at, part) in post.parts.iter().enumerate() {
                let place = format!(" (part {} of {})", at + 1, post.parts.len());
                part.media.iter().for_each(|picture| write(picture, &place));
            }
        }
        Variant::Post(_) | Variant::Article(_) | Variant::Mail(_) => {
            let mut told = std::collections::BTreeSet::new();
            for picture in to_attach(variant) {
                if told.insert((&picture.sha256, &picture.name)) {
                    write(picture, "");
                }
            }
        }
    }
    text
}

#[cfg(test)]
mod tests;
