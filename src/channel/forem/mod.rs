//! Forem: articles on dev.to, and on any other community that runs Forem, by its API
//! with a key of the author's.
//!
//! `prepare` makes a **draft** that nobody sees, with a mark in its text that names the
//! delivery; the posting turns that draft into a published article, by its number.
//! Doing that twice publishes one article, and after a lost answer the author's own
//! list says how it stands.
//!
//! Facts: developers.forem.com (API v1) and Forem's source (articles controller, model
//! `Article`, rack_attack, `MarkdownProcessor`), as they were read in 2026. No Forem ran
//! on a machine of our own: nothing of this was tried against a real one.

mod answer;
mod api;
mod article;
mod liquid;
mod payload;
#[cfg(test)]
mod tests;
mod verify;

use super::article::{Articles, Site, below, is_number, word};
use super::credentials::{Credentials, base_url};
use super::network::Question;
use super::user_name::{Behind, wrong};
use super::{Abilities, Ability, Adapter, Channel, Configuring, Goes, SendError, Whose};
use crate::diagnostic::{Checked, Diagnostic};
use crate::ladder::name::{holds_user, is_page, with_user};
use crate::ladder::shape::{Field, Kind, Reader};
use crate::plan::Payload;
use crate::render::{Article, VariantKind};
use crate::text::{Rules, network};
use api::Api;
use std::path::Path;

/// `adapter = "forem"`.
pub const ADAPTER: Adapter = Adapter {
    name: "forem",
    also: &["dev.to"],
    about: "articles on dev.to, or another community that runs Forem",
    kind: VariantKind::Article,
    goes: Goes::Server,
    sample: r#"adapter = "forem"
account = "ada"
api_key = { env = "DEVTO_API_KEY" }
images = "https://blog.acme.example/{slug}/{file}"
"#,
    abilities: Abilities {
        stable_key: Ability::Yes("a mark in the draft, which is published by its number"),
        find: Ability::Yes("the article of that mark in the author's list"),
        read_back: Ability::Yes("title, text and pictures as Forem keeps them"),
        delete: Ability::Yes("unpublished; the draft stays, since the API deletes nothing"),
        edit: Ability::Yes("unless somebody has changed the article"),
        duplicate: Ability::Yes("the article of that mark is taken for what it is"),
    },
    fields: FIELDS,
    configure,
};

const FIELDS: &[Field] = &[
    Field { name: "base_url", kind: Kind::Text, about: "the community's address; default `https://dev.to`" },
    Field {
        name: "api_key", kind: Kind::Secret, about: "a key of the author's, from Settings → Extensions"
    },
    Field {
        name: "images",
        kind: Kind::Text,
        about: "where the message's images can be fetched: `https://blog.example.com/{slug}/{file}`",
    },
    Field { name: "series", kind: Kind::Text, about: "the series that each article goes into" },
    Field {
        name: "organization_id",
        kind: Kind::Integer(1),
        about: "the number of an organisation of the author's that is named as the publisher",
    },
];

/// One author at one Forem.
#[derive(Debug)]
pub struct Forem {
    site: Site,
    /// The user name that the table gives, without what stands behind an `@`.
    username: Option<String>,
    /// `https://blog.example.com/{slug}/{file}`.
    images: Option<String>,
    series: Option<String>,
    organization: Option<i64>,
    /// Whose the key is.
    me: Question<Whose>,
}

fn configure(configuring: &Configuring<'_>) -> Checked<Box<dyn Channel>> {
    let mut problems = Vec::new();
    let table = configuring.table;
    let name = &table.name.value;
    let mut reader = configuring.reader(FIELDS, &mut problems);
    let mut credentials = Credentials::of(name);
    credentials.take(&mut reader, "api_key");
    let base_url = base_url(&mut reader, "https://dev.to", |_, last| (last == "api").then(String::new));
    let images = images(&mut reader);
    let series = word(&mut reader, "series");
    let organization = reader.integer("organization_id").map(|number| number.value);
    reader.problems.extend(wrong(table, "Forem", Behind::Label));
    reader.finish();
    let host = url::Url::parse(&base_url).ok().and_then(|url| url.host_str().map(str::to_owned));
    let site = Site::of("forem", configuring, host.as_deref(), credentials, base_url, None);
    let username = table.account.as_ref().map(|written| {
        let bare = written.value.trim().trim_start_matches('@');
        bare.split('@').next().unwrap_or(bare).to_owned()
    });
    let username = username.filter(|username| !username.is_empty());
    let me = Question::default();
    let channel = Forem { site, username, images, series, organization, me };
    Checked::with(Box::new(channel), problems)
}

/// `images`: the address of a picture, once its place is put in.
fn images(reader: &mut Reader<'_>) -> Option<String> {
    let written = reader.text("images")?;
    if holds_user(&written.value) {
        reader.problems.push(with_user("images", written.span));
        return None;
    }
    let places = ["{slug}", "{file}"];
    let unknown = written.value.split_inclusive('}').filter_map(|part| Some(&part[part.find('{')?..]));
    if let Some(unknown) = unknown.filter(|place| place.ends_with('}')).find(|place| !places.contains(place))
    {
        let problem = Diagnostic::error("bad-url", format!("`images` has no place `{unknown}`"));
        let hint = "its places are `{slug}`, the article's, and `{file}`, the image's name";
        reader.problems.push(problem.at(written.span).hint(hint));
        return None;
    }
    let filled = written.value.replace("{slug}", "a").replace("{file}", "b");
    if is_page(&filled) && written.value.contains("{file}") && !filled.contains(['{', '}', ' ']) {
        return Some(written.value.trim().to_owned());
    }
    let problem = Diagnostic::error("bad-url", "`images` does not say where an image can be fetched");
    reader.problems.push(
        problem
            .at(written.span)
            .hint("write a whole address with `{file}` in it: `https://blog.example.com/{slug}/{file}`"),
    );
    None
}

impl Articles for Forem {
    const RULES: Rules = Rules {
        network: "forem",
        title: "Forem",
        // About what its lists show of a title: a judgement; the limit is 128.
        title_limit: Some(100),
        ..network::UNKNOWN
    };
    /// One write a second is taken of one key (rack_attack).
    const AT_ONCE: usize = 1;
    const PLACE: (&'static str, &'static str) = ("on", "the site");
    const FIXED: &'static [(&'static str, &'static str)] = &[("organization_id", "the organisation")];
    const GONE: &'static str = "the author has no such article any more, or it is unpublished";
    const IS_ID: fn(&str) -> bool = is_number;
    type Api = Api;

    fn site(&self) -> &Site {
        &self.site
    }

    fn written(&self, article: &Article) -> Checked<Payload> {
        payload::payload(self, article)
    }

    async fn open(&self, project: &Path) -> Result<(Api, Whose), SendError> {
        let api = Api::open(&self.site, project).await?;
        let whose = self.me.ask(verify::ask(&api, self.username.as_deref())).await?.clone();
        Ok((api, whose))
    }

    fn id_at(&self, address: &str) -> Result<Option<String>, String> {
        post_at(address, &self.site.base_url)
    }
}

/// The address of an article is `/USER/SLUG`, and has no number in it.
fn post_at(address: &str, base_url: &str) -> Result<Option<String>, String> {
    let (_, path) = below(address, "this community", base_url)?;
    match path.split('/').filter(|step| !step.is_empty()).count() {
        2 => Ok(None),
        _ => Err("it is no article: open the article, and copy its address (`/NAME/WORDS`)".to_owned()),
    }
}
