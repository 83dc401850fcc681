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
mod edit;
mod liquid;
mod payload;
#[cfg(test)]
mod tests;
mod verify;

use super::credentials::{Credentials, account, base_url};
use super::network::{Host, Network, Question, is_plain_id, web};
use super::{
    Abilities, Ability, Adapter, Attempt, Change, Channel, Configuring, Doing, Edited, Found, Goes, Posting,
    Removed, SendError, Whose,
};
use crate::diagnostic::{Checked, Diagnostic};
use crate::ladder::name::is_page;
use crate::ladder::shape::{Field, Kind, Reader};
use crate::plan::{Identity, Payload, PayloadPart, Receipt, Seen};
use crate::render::{Defaults, Variant, VariantKind, defaults};
use crate::text::{Rules, network};
use api::Api;
use std::path::Path;

/// `adapter = "forem"`.
pub const ADAPTER: Adapter = Adapter {
    name: "forem",
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
    account: String,
    /// The user name that the table gives, without what stands behind an `@`.
    username: Option<String>,
    credentials: Credentials,
    /// `https://blog.example.com/{slug}/{file}`.
    images: Option<String>,
    series: Option<String>,
    organization: Option<i64>,
    /// Whose the key is.
    me: Question<Whose>,
    /// The community's address.
    pub base_url: String,
}

fn configure(configuring: &Configuring<'_>) -> Checked<Box<dyn Channel>> {
    let mut problems = Vec::new();
    let table = configuring.table;
    let name = &table.name.value;
    let mut reader = Reader::new(table.rest.clone(), FIELDS, format!("`[channels.{name}]`"), &mut problems);
    let mut credentials = Credentials::of(name);
    credentials.take(&mut reader, "api_key");
    let base_url = base_url(&mut reader, "https://dev.to", |_, last| (last == "api").then(String::new));
    let images = images(&mut reader);
    let series = reader.text("series").map(|series| series.value.trim().to_owned());
    let series = series.filter(|series| !series.is_empty());
    let organization = reader.integer("organization_id").map(|number| number.value);
    reader.finish();
    let host = url::Url::parse(&base_url).ok().and_then(|url| url.host_str().map(str::to_owned));
    let account = account("forem", configuring, host.as_deref());
    let username = table.account.as_ref().map(|written| {
        let bare = written.value.trim().trim_start_matches('@');
        bare.split('@').next().unwrap_or(bare).to_owned()
    });
    let username = username.filter(|username| !username.is_empty());
    let me = Question::default();
    let channel = Forem { account, username, credentials, images, series, organization, me, base_url };
    Checked::with(Box::new(channel), problems)
}

/// `images`: the address of a picture, once its place is put in.
fn images(reader: &mut Reader<'_>) -> Option<String> {
    let written = reader.text("images")?;
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

impl Forem {
    /// A conversation with the community, which has said whose the key is by then.
    async fn open(&self, project: &Path) -> Result<Api<'_>, SendError> {
        let api = Api::open(self, project).await?;
        self.me.ask(verify::ask(&api)).await?;
        Ok(api)
    }

    fn number_of(&self, receipt: &Receipt) -> Option<String> {
        Network::id_of(self, receipt).filter(|id| is_number(id))
    }
}

impl Network for Forem {
    const KIND: VariantKind = VariantKind::Article;
    const RULES: Rules = Rules {
        network: "forem",
        title: "Forem",
        // About what its lists show of a title: a judgement; the limit is 128.
        title_limit: Some(100),
        ..network::UNKNOWN
    };
    const DEFAULTS: Defaults = defaults::ARTICLE;
    /// One write a second is taken of one key (rack_attack).
    const AT_ONCE: usize = 1;

    fn account(&self) -> &str {
        &self.account
    }

    fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    fn payload(&self, variant: &Variant, _identity: &Identity) -> Checked<Payload> {
        payload::payload(self, variant)
    }

    async fn verify(&self, project: &Path) -> Result<Whose, SendError> {
        let api = Api::open(self, project).await?;
        self.me.ask(verify::ask(&api)).await.cloned()
    }

    /// A draft is made for each article.
    fn prepares(&self, _part: &PayloadPart) -> bool {
        true
    }

    async fn prepare<'a>(
        &'a self,
        part: &'a PayloadPart,
        attempt: &'a Attempt,
    ) -> Result<Posting<'a>, SendError> {
        let api = self.open(&attempt.project).await.map_err(SendError::before_posting)?;
        let ready = article::prepare(&api, part, attempt).await?;
        Ok(Box::pin(async move { article::publish(&api, part, attempt, ready).await }))
    }

    fn read_back<'a>(
        &'a self,
        part: &'a PayloadPart,
        receipt: &'a Receipt,
        attempt: &'a Attempt,
    ) -> Option<Doing<'a, Seen>> {
        receipt.id.as_deref().filter(|id| is_number(id))?;
        Some(Box::pin(async move {
            let api = self.open(&attempt.project).await?;
            Ok(article::read_back(&api, part, receipt).await)
        }))
    }

    async fn find(&self, part: &PayloadPart, attempt: &Attempt) -> Result<Found, SendError> {
        article::find(&self.open(&attempt.project).await?, part, attempt).await
    }

    fn post_at(&self, address: &str) -> Result<Option<String>, String> {
        post_at(address, &self.base_url)
    }

    async fn remove(&self, receipt: &Receipt, project: &Path) -> Result<Removed, SendError> {
        let Some(id) = self.number_of(receipt) else {
            return Ok(Removed::Stays("its number is not known: unpublish it on its own page".to_owned()));
        };
        article::remove(&self.open(project).await?, &id).await
    }

    fn can_edit(&self, change: &Change) -> Result<(), String> {
        edit::can_edit(change)
    }

    async fn edit(&self, change: &Change, receipt: &Receipt, attempt: &Attempt) -> Result<Edited, SendError> {
        let Some(id) = self.number_of(receipt) else {
            return Ok(Edited::Stays("its number is not known: change it on its own page".to_owned()));
        };
        edit::edit(&self.open(&attempt.project).await?, &id, change, receipt, attempt).await
    }
}

/// Articles are numbered.
fn is_number(id: &str) -> bool {
    is_plain_id(id) && id.len() <= 20 && id.bytes().all(|b| b.is_ascii_digit())
}

/// The address of an article is `/USER/SLUG`, and has no number in it.
fn post_at(address: &str, base_url: &str) -> Result<Option<String>, String> {
    let (url, host) = web(address, "this community", &[], base_url)?;
    let base = url::Url::parse(base_url).map_err(|_| "the channel has no `base_url`".to_owned())?;
    let below = base.path().trim_end_matches('/');
    if host != Host::Other || !url.path().starts_with(below) {
        return Err(format!("it is not below {base_url}"));
    }
    let steps = url.path()[below.len()..].split('/').filter(|step| !step.is_empty()).count();
    match steps {
        2 => Ok(None),
        _ => Err("it is no article: open the article, and copy its address (`/NAME/WORDS`)".to_owned()),
    }
}
