//! WordPress: articles on a site of one's own, by the REST API (`wp/v2`) with an
//! application password.
//!
//! `prepare` looks whether the address is free, uploads images, finds tags and
//! categories, and makes a **draft** that nobody sees, with a mark in it that names
//! the delivery; the posting turns that draft into a published post, by its number.
//! Doing that twice publishes one post, and after a lost answer the post itself
//! says how it stands.
//!
//! Facts: developer.wordpress.org, REST API handbook (posts, media, tags,
//! categories, users), and what WordPress 6.2 to 6.6 answered on a machine of our
//! own (2026-11). Where a fact comes from elsewhere it says so beside it.

mod answer;
mod api;
mod content;
mod media;
mod payload;
mod post;
mod terms;
#[cfg(test)]
mod tests;
mod verify;

use super::article::{self, Articles, LIVE, NO_POST, below, host_and_path, is_number, live, word};
use super::credentials::{Credentials, base_url};
use super::network::Question;
use super::{Abilities, Ability, Adapter, Channel, Configuring, Goes, SendError, Whose};
use crate::diagnostic::{Checked, Diagnostic};
use crate::ladder::shape::{Field, Kind};
use crate::plan::Payload;
use crate::render::{Article, VariantKind};
use crate::text::{Rules, network};
use api::Api;
use std::path::Path;
use verify::Site;

/// `adapter = "wordpress"`.
pub const ADAPTER: Adapter = Adapter {
    name: "wordpress",
    also: &["wp"],
    about: "articles on a WordPress site, with images, tags and categories",
    kind: VariantKind::Article,
    goes: Goes::Server,
    sample: r#"adapter = "wordpress"
base_url = "https://blog.acme.example"
user = "ada"
app_password = { env = "WORDPRESS_APP_PASSWORD" }
categories = ["News"]
without_credentials = "outbox"
"#,
    abilities: Abilities {
        stable_key: Ability::Yes("a mark in the draft, which is published by its number"),
        find: Ability::Yes("the post of that address, or of that mark"),
        read_back: Ability::Yes("title, text, excerpt and images as WordPress keeps them"),
        delete: Ability::Yes("to the site's trash"),
        edit: Ability::Yes("all but the address, unless somebody has changed the post"),
        duplicate: Ability::Yes("the post of that mark is taken for what it is"),
    },
    fields: FIELDS,
    configure,
};

const FIELDS: &[Field] = &[
    Field { name: "base_url", kind: Kind::Text, about: "the site's address: `https://blog.example.com`" },
    Field { name: "user", kind: Kind::Text, about: "the name that the user signs in with" },
    Field { name: "app_password", kind: Kind::Secret, about: "an application password of that user" },
    Field {
        name: "status",
        kind: Kind::OneOf(Status::NAMES),
        about: "what becomes of the post; `publish` where nothing is said",
    },
    Field {
        name: "editor",
        kind: Kind::OneOf(&["blocks", "html"]),
        about: "what the text is written in; `blocks` where nothing is said",
    },
    Field { name: "categories", kind: Kind::List, about: "the names of the categories of each post" },
    Field {
        name: "author",
        kind: Kind::Text,
        about: "another user who is named as the author: `ada-lovelace`",
    },
    Field {
        name: "comments",
        kind: Kind::Boolean,
        about: "whether readers may comment; default: the site's",
    },
    LIVE,
];

/// What becomes of a post.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    Publish,
    Draft,
    Private,
    Pending,
}

impl Status {
    const NAMES: &'static [&'static str] = &["publish", "draft", "private", "pending"];

    /// As the API has it.
    pub fn name(self) -> &'static str {
        match self {
            Status::Publish => "publish",
            Status::Draft => "draft",
            Status::Private => "private",
            Status::Pending => "pending",
        }
    }
}

/// One user of one site.
#[derive(Debug)]
pub struct WordPress {
    site: article::Site,
    user: String,
    status: Status,
    blocks: bool,
    categories: Vec<String>,
    author: Option<String>,
    comments: Option<bool>,
    /// Where the API is, and whether the user may write there.
    known: Question<Site>,
}

fn configure(configuring: &Configuring<'_>) -> Checked<Box<dyn Channel>> {
    let mut problems = Vec::new();
    let name = &configuring.table.name.value;
    let mut reader = configuring.reader(FIELDS, &mut problems);
    let mut credentials = Credentials::of(name);
    if reader.table.get("base_url").is_none() {
        credentials.miss("base_url", "\"https://blog.example.com\"");
    }
    let base_url = base_url(&mut reader, "", |_, last| {
        matches!(last, "wp-json" | "wp-admin" | "wp-login.php").then(String::new)
    });
    let written = reader.table.get("user").map(|node| node.span);
    let user = word(&mut reader, "user");
    if user.is_none() {
        credentials.miss("user", "\"NAME\"");
    }
    let user = user.unwrap_or_default();
    if user.contains(':') {
        let says = "`user` has a `:`, behind which a server would read the password".to_owned();
        let hint = "write the name that the user signs in with";
        reader
            .problems
            .push(Diagnostic::error("wrong-value", says).at(written.unwrap_or(reader.span())).hint(hint));
    }
    credentials.take(&mut reader, "app_password");
    let status = match reader.one_of("status").map(|status| status.value) {
        Some("draft") => Status::Draft,
        Some("private") => Status::Private,
        Some("pending") => Status::Pending,
        _ => Status::Publish,
    };
    let blocks = reader.one_of("editor").is_none_or(|editor| editor.value != "html");
    let mut categories: Vec<String> = Vec::new();
    for category in reader.texts("categories").unwrap_or_default() {
        let name = category.value.trim();
        if name.is_empty() {
            let problem = Diagnostic::error("wrong-value", "a category has no name").at(category.span);
            reader
                .problems
                .push(problem.hint("write its name as WordPress shows it: `categories = [\"News\"]`"));
        } else if !categories.iter().any(|known| known == name) {
            categories.push(name.to_owned());
        }
    }
    let author = word(&mut reader, "author");
    let comments = reader.boolean("comments").map(|comments| comments.value);
    let live = live(&mut reader);
    reader.finish();
    let known_as = host_and_path(&base_url);
    let site = article::Site::of("wordpress", configuring, known_as.as_deref(), credentials, base_url, live);
    let known = Question::default();
    let channel = WordPress { site, user, status, blocks, categories, author, comments, known };
    Checked::with(Box::new(channel), problems)
}

impl Articles for WordPress {
    const RULES: Rules = Rules {
        network: "wordpress",
        title: "WordPress",
        // About what search engines show of a title: a judgement, no limit.
        title_limit: Some(70),
        // The address of an original is a matter of plugins.
        canonical: false,
        ..network::UNKNOWN
    };
    const PLACE: (&'static str, &'static str) = ("in", "WordPress");
    const FIXED: &'static [(&'static str, &'static str)] =
        &[("status", "what becomes of it"), ("author", "its author"), ("comments", "its comments")];
    const GONE: &'static str = "WordPress has no such post any more";
    const IS_ID: fn(&str) -> bool = is_number;
    type Api = Api;

    fn site(&self) -> &article::Site {
        &self.site
    }

    fn written(&self, article: &Article) -> Checked<Payload> {
        payload::payload(self, article)
    }

    async fn open(&self, project: &Path) -> Result<(Api, Whose), SendError> {
        let mut api = Api::open(self, project).await?;
        let known = self.known.ask(verify::ask(&api)).await?.clone();
        api.root = known.root;
        Ok((api, known.whose))
    }

    fn id_at(&self, address: &str) -> Result<Option<String>, String> {
        post_at(address, &self.site.base_url)
    }
}

/// The number stands in the short address, `?p=7`, and not in the long one.
fn post_at(address: &str, base_url: &str) -> Result<Option<String>, String> {
    let (url, path) = below(address, "this site", base_url)?;
    let short = url.query_pairs().find(|(key, _)| key == "p").map(|(_, id)| id.into_owned());
    match short {
        Some(id) if is_number(&id) => Ok(Some(id)),
        None if path.trim_matches('/').is_empty() => Err(NO_POST.to_owned()),
        _ => Ok(None),
    }
}
