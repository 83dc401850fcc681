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
mod media;
mod payload;
mod post;
#[cfg(test)]
mod tests;
mod verify;

use super::article::{Articles, Site, is_object, word};
use super::credentials::{Credentials, base_url};
use super::network::{Host, Question, web};
use super::{Abilities, Ability, Adapter, Channel, Configuring, Goes, SendError, Whose};
use crate::diagnostic::{Checked, Diagnostic};
use crate::ladder::shape::{Field, Kind, Reader};
use crate::plan::Payload;
use crate::render::{Article, VariantKind};
use crate::text::{Rules, network};
use api::Api;
use std::path::Path;
use verify::Publication;

/// `adapter = "hashnode"`.
pub const ADAPTER: Adapter = Adapter {
    name: "hashnode",
    also: &[],
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
    site: Site,
    /// Its host or id, as written.
    publication: Option<String>,
    series: Option<String>,
    newsletter: Option<bool>,
    comments: Option<bool>,
    /// Which publication it is, by its id.
    known: Question<Publication>,
}

fn configure(configuring: &Configuring<'_>) -> Checked<Box<dyn Channel>> {
    let mut problems = Vec::new();
    let name = &configuring.table.name.value;
    let mut reader = configuring.reader(FIELDS, &mut problems);
    let mut credentials = Credentials::of(name);
    credentials.take(&mut reader, "access_token");
    let base_url = base_url(&mut reader, "https://gql-beta.hashnode.com", |_, _| None);
    let publication = publication(&mut reader);
    let series = word(&mut reader, "series");
    let newsletter = reader.boolean("newsletter").map(|newsletter| newsletter.value);
    let comments = reader.boolean("comments").map(|comments| comments.value);
    reader.finish();
    let site = Site::of("hashnode", configuring, publication.as_deref(), credentials, base_url, None);
    let known = Question::default();
    let channel = Hashnode { site, publication, series, newsletter, comments, known };
    Checked::with(Box::new(channel), problems)
}

/// `publication`, as far as it is one: a host has a dot, and an id is an `ObjectId`.
fn publication(reader: &mut Reader<'_>) -> Option<String> {
    let written = reader.text("publication")?;
    let found = host_of(&written.value);
    if found.is_empty() {
        return None;
    }
    let is_plain = !found.contains(char::is_whitespace);
    if !is_plain || !found.contains('.') && !is_object(&found) {
        let host = if is_plain { &found } else { "acme" };
        reader.problems.push(
            Diagnostic::error("wrong-value", "this `publication` is neither a host nor an id")
                .at(written.span)
                .hint(format!(
                    "write the blog's host, as its address has it: `publication = \"{host}.hashnode.dev\"`"
                )),
        );
    }
    Some(found)
}

/// `acme.hashnode.dev` of `https://acme.hashnode.dev/`; an id stays.
fn host_of(written: &str) -> String {
    let bare = written.trim();
    let bare = bare.split_once("://").map_or(bare, |(_, rest)| rest);
    bare.split('/').next().unwrap_or(bare).to_lowercase()
}

impl Articles for Hashnode {
    const RULES: Rules = Rules {
        network: "hashnode",
        title: "Hashnode",
        // About what search engines show of a title: a judgement, no limit.
        title_limit: Some(70),
        ..network::UNKNOWN
    };
    const PLACE: (&'static str, &'static str) = ("on", "Hashnode");
    const FIXED: &'static [(&'static str, &'static str)] = &[];
    const GONE: &'static str = "Hashnode has no such post any more";
    /// `ObjectId`.
    const IS_ID: fn(&str) -> bool = is_object;
    type Api = Api;

    fn site(&self) -> &Site {
        &self.site
    }

    fn written(&self, article: &Article) -> Checked<Payload> {
        payload::payload(self, article)
    }

    async fn open(&self, project: &Path) -> Result<(Api, Whose), SendError> {
        let mut api = Api::open(&self.site, project).await?;
        let known = self.known.ask(verify::ask(&api, self.publication.as_deref())).await?.clone();
        api.publication = known.id;
        Ok((api, known.whose))
    }

    fn id_at(&self, address: &str) -> Result<Option<String>, String> {
        post_at(address, self.publication.as_deref(), &self.site.base_url)
    }
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
