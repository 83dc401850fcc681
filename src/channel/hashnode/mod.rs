//! Hashnode: articles on a publication, by its GraphQL API with a personal access token.
//!
//! `prepare` uploads images and makes a **draft** that nobody sees, with a mark in its
//! text that names the delivery; the posting publishes that draft by its id. Hashnode
//! deletes a draft as it publishes it: asked twice, it says that there is none, and one
//! post stands there.
//!
//! Facts: Hashnode's own description of the API (github.com/Hashnode/gql-skill:
//! mutations, queries, schema, as of 2026). The API is for publications on the Pro plan
//! alone since 2026-05-13: nothing of this was tried against the real one.

mod answer;
mod api;
mod edit;
mod media;
mod payload;
mod post;
#[cfg(test)]
mod tests;
mod verify;

use super::credentials::{Credentials, account, base_url};
use super::network::{Host, Network, Question, is_plain_id, web};
use super::{
    Abilities, Ability, Adapter, Attempt, Change, Channel, Configuring, Doing, Edited, Found, Goes, Posting,
    Removed, SendError, Whose,
};
use crate::diagnostic::Checked;
use crate::ladder::shape::{Field, Kind, Reader};
use crate::plan::{Identity, Payload, PayloadPart, Receipt, Seen};
use crate::render::{Defaults, Variant, VariantKind, defaults};
use crate::text::{Rules, network};
use api::Api;
use std::path::Path;
use verify::Publication;

/// `adapter = "hashnode"`.
pub const ADAPTER: Adapter = Adapter {
    name: "hashnode",
    about: "articles on a Hashnode publication (Pro), with images and tags",
    kind: VariantKind::Article,
    goes: Goes::Server,
    sample: r#"adapter = "hashnode"
publication = "acme.hashnode.dev"
access_token = { env = "HASHNODE_TOKEN" }
"#,
    abilities: Abilities {
        stable_key: Ability::Yes("a mark in the draft, which is deleted as it is published"),
        find: Ability::Yes("the post of that address, or the draft of that mark"),
        read_back: Ability::Yes("title, text and images as Hashnode keeps them"),
        delete: Ability::Yes("the post, and its address is free again"),
        edit: Ability::Yes("all but the address, unless somebody has changed the post"),
        duplicate: Ability::Yes("the post of that mark is taken for what it is"),
    },
    fields: FIELDS,
    configure,
};

const FIELDS: &[Field] = &[
    Field {
        name: "base_url",
        kind: Kind::Text,
        about: "the API's address; default `https://gql-beta.hashnode.com`",
    },
    Field {
        name: "publication",
        kind: Kind::Text,
        about: "the publication's host (`acme.hashnode.dev`) or id; default: the only one of the token's user",
    },
    Field { name: "access_token", kind: Kind::Secret, about: "a personal access token" },
    Field { name: "series", kind: Kind::Text, about: "the id of the series that each post goes into" },
    Field { name: "newsletter", kind: Kind::Boolean, about: "whether subscribers get a mail of each post" },
    Field { name: "comments", kind: Kind::Boolean, about: "whether readers may comment; default: they may" },
];

/// One publication.
#[derive(Debug)]
pub struct Hashnode {
    account: String,
    credentials: Credentials,
    /// Its host or id, as written.
    publication: Option<String>,
    series: Option<String>,
    newsletter: Option<bool>,
    comments: Option<bool>,
    /// Which publication it is, by its id.
    known: Question<Publication>,
    /// The API's address.
    pub base_url: String,
}

fn configure(configuring: &Configuring<'_>) -> Checked<Box<dyn Channel>> {
    let mut problems = Vec::new();
    let name = &configuring.table.name.value;
    let rest = configuring.table.rest.clone();
    let mut reader = Reader::new(rest, FIELDS, format!("`[channels.{name}]`"), &mut problems);
    let mut credentials = Credentials::of(name);
    credentials.take(&mut reader, "access_token");
    let base_url = base_url(&mut reader, "https://gql-beta.hashnode.com", |_, _| None);
    let publication = reader.text("publication").map(|written| host_of(&written.value));
    let publication = publication.filter(|publication| !publication.is_empty());
    let series = reader.text("series").map(|series| series.value.trim().to_owned());
    let series = series.filter(|series| !series.is_empty());
    let newsletter = reader.boolean("newsletter").map(|newsletter| newsletter.value);
    let comments = reader.boolean("comments").map(|comments| comments.value);
    reader.finish();
    let account = account("hashnode", configuring, publication.as_deref());
    let known = Question::default();
    let channel =
        Hashnode { account, credentials, publication, series, newsletter, comments, known, base_url };
    Checked::with(Box::new(channel), problems)
}

/// `acme.hashnode.dev` of `https://acme.hashnode.dev/`; an id stays.
fn host_of(written: &str) -> String {
    let bare = written.trim();
    let bare = bare.split_once("://").map_or(bare, |(_, rest)| rest);
    bare.split('/').next().unwrap_or(bare).to_lowercase()
}

impl Hashnode {
    /// A conversation with the API, and the publication that it is about.
    async fn open(&self, project: &Path) -> Result<(Api<'_>, &Publication), SendError> {
        let api = Api::open(self, project).await?;
        let known = self.known.ask(verify::ask(&api)).await?;
        Ok((api, known))
    }

    fn post_id(&self, receipt: &Receipt) -> Option<String> {
        Network::id_of(self, receipt).filter(|id| is_object(id))
    }
}

impl Network for Hashnode {
    const KIND: VariantKind = VariantKind::Article;
    const RULES: Rules = Rules {
        network: "hashnode",
        title: "Hashnode",
        // About what search engines show of a title: a judgement, no limit.
        title_limit: Some(70),
        ..network::UNKNOWN
    };
    const DEFAULTS: Defaults = defaults::ARTICLE;
    const AT_ONCE: usize = 2;

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
        Ok(self.open(project).await?.1.whose.clone())
    }

    /// A draft is made for each post.
    fn prepares(&self, _part: &PayloadPart) -> bool {
        true
    }

    async fn prepare<'a>(
        &'a self,
        part: &'a PayloadPart,
        attempt: &'a Attempt,
    ) -> Result<Posting<'a>, SendError> {
        let (api, publication) = self.open(&attempt.project).await.map_err(SendError::before_posting)?;
        let ready = post::prepare(&api, publication, part, attempt).await?;
        Ok(Box::pin(async move { post::publish(&api, part, attempt, ready).await }))
    }

    fn read_back<'a>(
        &'a self,
        part: &'a PayloadPart,
        receipt: &'a Receipt,
        attempt: &'a Attempt,
    ) -> Option<Doing<'a, Seen>> {
        let id = receipt.id.as_deref().filter(|id| is_object(id))?;
        Some(Box::pin(async move {
            let (api, _) = self.open(&attempt.project).await?;
            Ok(post::read_back(&api, id, part, receipt).await)
        }))
    }

    async fn find(&self, part: &PayloadPart, attempt: &Attempt) -> Result<Found, SendError> {
        let (api, publication) = self.open(&attempt.project).await?;
        post::find(&api, publication, part, attempt).await
    }

    fn post_at(&self, address: &str) -> Result<Option<String>, String> {
        post_at(address, self.publication.as_deref(), &self.base_url)
    }

    async fn remove(&self, receipt: &Receipt, project: &Path) -> Result<Removed, SendError> {
        let Some(id) = self.post_id(receipt) else {
            return Ok(Removed::Stays("its id is not known: delete it on Hashnode".to_owned()));
        };
        post::remove(&self.open(project).await?.0, &id).await
    }

    fn can_edit(&self, change: &Change) -> Result<(), String> {
        edit::can_edit(change)
    }

    async fn edit(&self, change: &Change, receipt: &Receipt, attempt: &Attempt) -> Result<Edited, SendError> {
        let Some(id) = self.post_id(receipt) else {
            return Ok(Edited::Stays("its id is not known: change it on Hashnode".to_owned()));
        };
        edit::edit(&self.open(&attempt.project).await?.0, &id, change, receipt, attempt).await
    }
}

/// `ObjectId`: 24 digits of hex.
fn is_object(id: &str) -> bool {
    is_plain_id(id) && id.len() == 24 && id.bytes().all(|b| b.is_ascii_hexdigit())
}

/// The id stands in the address of the discussion (`hashnode.com/posts/SLUG/ID`), and
/// not in that of the post, which is on a host of the publication's own.
fn post_at(address: &str, publication: Option<&str>, base_url: &str) -> Result<Option<String>, String> {
    let own = publication.filter(|own| own.contains('.'));
    let hosts: Vec<&str> = own.into_iter().chain(["hashnode.com", "hashnode.dev"]).collect();
    // Of a publication that is named by its id the host is not known here.
    let (url, host) = match web(address, "this publication", &hosts, base_url) {
        Err(_) if own.is_none() && crate::ladder::name::is_page(address) => return Ok(None),
        other => other?,
    };
    let steps: Vec<&str> =
        url.path_segments().map(|steps| steps.filter(|step| !step.is_empty()).collect()).unwrap_or_default();
    let told = url.host_str().is_some_and(|host| host == "hashnode.com") && host == Host::Own;
    match steps.as_slice() {
        ["posts", _, id] if told && is_object(id) => Ok(Some((*id).to_owned())),
        [] => Err("it is a blog, and no post of it: open the post, and copy its address".to_owned()),
        _ => Ok(None),
    }
}
