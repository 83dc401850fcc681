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
mod edit;
mod media;
mod payload;
mod post;
mod terms;
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
use crate::ladder::shape::{Field, Kind, Reader};
use crate::plan::{Identity, Payload, PayloadPart, Receipt, Seen};
use crate::render::defaults;
use crate::render::{Defaults, Variant, VariantKind};
use crate::text::{Rules, network};
use api::Api;
use std::path::Path;
use std::time::Duration;
use verify::Site;

/// `adapter = "wordpress"`.
pub const ADAPTER: Adapter = Adapter {
    name: "wordpress",
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
    Field {
        name: "live",
        kind: Kind::DurationOrFalse,
        about: "what comes `after` waits this long until the page answers; `false`: it does not look",
    },
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
    account: String,
    credentials: Credentials,
    user: String,
    status: Status,
    blocks: bool,
    categories: Vec<String>,
    author: Option<String>,
    comments: Option<bool>,
    live: Option<Duration>,
    /// Where the API is, and whether the user may write there.
    site: Question<Site>,
    /// The site's address.
    pub base_url: String,
}

fn configure(configuring: &Configuring<'_>) -> Checked<Box<dyn Channel>> {
    let mut problems = Vec::new();
    let name = &configuring.table.name.value;
    let rest = configuring.table.rest.clone();
    let mut reader = Reader::new(rest, FIELDS, format!("`[channels.{name}]`"), &mut problems);
    let mut credentials = Credentials::of(name);
    let address = reader.table.get("base_url").is_some();
    if !address {
        credentials.miss("base_url", "\"https://blog.example.com\"");
    }
    let base_url = base_url(&mut reader, "", |_, last| {
        matches!(last, "wp-json" | "wp-admin" | "wp-login.php").then(String::new)
    });
    let user = reader.text("user").filter(|user| !user.value.trim().is_empty());
    if user.is_none() {
        credentials.miss("user", "\"NAME\"");
    }
    let user = user.map(|user| user.value.trim().to_owned()).unwrap_or_default();
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
    let author = reader.text("author").map(|author| author.value.trim().to_owned());
    let author = author.filter(|author| !author.is_empty());
    let comments = reader.boolean("comments").map(|comments| comments.value);
    let live = reader.duration_or_false("live").and_then(|live| live.value);
    let live = live.and_then(|live| Duration::try_from(live).ok());
    reader.finish();
    let host = url::Url::parse(&base_url).ok();
    let known_as = host.as_ref().and_then(|url| {
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        Some(format!("{}{port}{}", url.host_str()?, url.path().trim_end_matches('/')))
    });
    let account = account("wordpress", configuring, known_as.as_deref());
    let site = Question::default();
    Checked::with(
        Box::new(WordPress {
            account,
            credentials,
            user,
            status,
            blocks,
            categories,
            author,
            comments,
            live,
            site,
            base_url,
        }),
        problems,
    )
}

impl WordPress {
    /// A conversation with the site, whose API is known by then.
    async fn open(&self, project: &Path) -> Result<Api<'_>, SendError> {
        let mut api = Api::open(self, project).await?;
        api.root = self.site.ask(verify::ask(&api)).await?.root.clone();
        Ok(api)
    }
}

impl Network for WordPress {
    const KIND: VariantKind = VariantKind::Article;
    const RULES: Rules = Rules {
        network: "wordpress",
        title: "WordPress",
        // About what search engines show of a title: a judgement, no limit.
        title_limit: Some(70),
        ..network::UNKNOWN
    };
    const DEFAULTS: Defaults = defaults::ARTICLE;
    /// A small site has few processes, and each request takes one.
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
        let api = Api::open(self, project).await?;
        Ok(self.site.ask(verify::ask(&api)).await?.whose.clone())
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
        let api = self.open(&attempt.project).await.map_err(SendError::before_posting)?;
        let ready = post::prepare(&api, part, attempt).await?;
        Ok(Box::pin(async move { post::publish(&api, part, ready).await }))
    }

    fn read_back<'a>(
        &'a self,
        part: &'a PayloadPart,
        receipt: &'a Receipt,
        attempt: &'a Attempt,
    ) -> Option<Doing<'a, Seen>> {
        let id = receipt.id.as_deref().filter(|id| is_number(id))?;
        Some(Box::pin(async move {
            let api = self.open(&attempt.project).await?;
            Ok(post::read_back(&api, id, part, receipt).await)
        }))
    }

    async fn find(&self, part: &PayloadPart, attempt: &Attempt) -> Result<Found, SendError> {
        post::find(&self.open(&attempt.project).await?, part, attempt).await
    }

    fn post_at(&self, address: &str) -> Result<Option<String>, String> {
        post_at(address, &self.base_url)
    }

    async fn remove(&self, receipt: &Receipt, project: &Path) -> Result<Removed, SendError> {
        let Some(id) = self.id_of(receipt) else {
            return Ok(Removed::Stays("its number is not known: delete it in WordPress".to_owned()));
        };
        post::remove(&self.open(project).await?, &id).await
    }

    fn can_edit(&self, change: &Change) -> Result<(), String> {
        edit::can_edit(change)
    }

    async fn edit(&self, change: &Change, receipt: &Receipt, attempt: &Attempt) -> Result<Edited, SendError> {
        let Some(id) = self.id_of(receipt) else {
            return Ok(Edited::Stays("its number is not known: change it in WordPress".to_owned()));
        };
        edit::edit(&self.open(&attempt.project).await?, &id, change, receipt, attempt).await
    }

    fn live_within(&self) -> Option<Duration> {
        self.live
    }

    async fn live(&self, url: &str) -> Result<bool, SendError> {
        super::http::answers(url).await.map_err(|says| SendError::Refused { says })
    }
}

impl WordPress {
    fn id_of(&self, receipt: &Receipt) -> Option<String> {
        Network::id_of(self, receipt).filter(|id| is_number(id))
    }
}

/// Posts are numbered.
fn is_number(id: &str) -> bool {
    is_plain_id(id) && id.len() <= 20 && id.bytes().all(|b| b.is_ascii_digit())
}

/// The number stands in the short address, `?p=7`, and not in the long one.
fn post_at(address: &str, base_url: &str) -> Result<Option<String>, String> {
    let (url, host) = web(address, "this site", &[], base_url)?;
    let base = url::Url::parse(base_url).map_err(|_| "the channel has no `base_url`".to_owned())?;
    let below = base.path().trim_end_matches('/');
    if host != Host::Other || !url.path().starts_with(below) {
        return Err(format!("it is not below {base_url}"));
    }
    let short = url.query_pairs().find(|(key, _)| key == "p").map(|(_, id)| id.into_owned());
    match short {
        Some(id) if is_number(&id) => Ok(Some(id)),
        None if url.path()[below.len()..].trim_matches('/').is_empty() => {
            Err("it is the site, and no post of it: open the post, and copy its address".to_owned())
        }
        _ => Ok(None),
    }
}
