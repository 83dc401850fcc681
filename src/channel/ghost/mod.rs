//! Ghost: articles on a site of one's own, by the Admin API (5 and 6) with the key of a
//! custom integration, and by mail to a newsletter if that is wanted.
//!
//! `prepare` looks whether the address is free, uploads images, and makes a **draft**
//! that nobody sees, with an internal tag that names the delivery; the posting
//! publishes that draft by its id. After a lost answer the post itself says how it
//! stands, so that nothing is published, and nobody gets a mail, twice.
//!
//! Facts: docs.ghost.org, Admin API (2026-08), and what Ghost 6.65.0 answered on a
//! machine of our own (2026-11). Where a fact comes from elsewhere it says so beside it.

mod answer;
mod api;
mod edit;
mod media;
mod payload;
mod post;
#[cfg(test)]
mod tests;
mod token;
mod verify;

use super::credentials::{Credentials, account, base_url};
use super::network::{Host, Network, Question, web};
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

/// `adapter = "ghost"`.
pub const ADAPTER: Adapter = Adapter {
    name: "ghost",
    about: "articles on a Ghost site, with images and tags, and by mail to a newsletter",
    kind: VariantKind::Article,
    goes: Goes::Server,
    sample: r#"adapter = "ghost"
base_url = "https://acme.ghost.example"
admin_api_key = { env = "GHOST_ADMIN_API_KEY" }
without_credentials = "outbox"
"#,
    abilities: Abilities {
        stable_key: Ability::Yes("an internal tag on the draft, which is published by its id"),
        find: Ability::Yes("the post of that tag"),
        read_back: Ability::Yes("title, text, images and alt texts as Ghost keeps them"),
        delete: Ability::Yes("it becomes a draft again; a mail that went out stays"),
        edit: Ability::Yes("all but the address, unless somebody has changed the post"),
        duplicate: Ability::Yes("the post of that tag is taken for what it is"),
    },
    fields: FIELDS,
    configure,
};

const VISIBLE: &[&str] = &["public", "members", "paid"];

const FIELDS: &[Field] = &[
    Field {
        name: "base_url",
        kind: Kind::Text,
        about: "where Ghost's admin is, without `/ghost`: `https://blog.example.com`",
    },
    Field {
        name: "admin_api_key",
        kind: Kind::Secret,
        about: "the Admin API key of a custom integration: `id:secret`",
    },
    Field {
        name: "newsletter",
        kind: Kind::Text,
        about: "each post goes by mail to this newsletter as well; without it none does",
    },
    Field {
        name: "email_segment",
        kind: Kind::Text,
        about: "which of the newsletter's readers: `status:free`; default: all",
    },
    Field {
        name: "visibility",
        kind: Kind::OneOf(VISIBLE),
        about: "who may read it; `public` where nothing is said",
    },
    Field {
        name: "authors",
        kind: Kind::List,
        about: "slugs or mail addresses of its authors; default: the owner",
    },
    Field { name: "tags", kind: Kind::List, about: "tags of each post, after the message's own" },
    Field {
        name: "live",
        kind: Kind::DurationOrFalse,
        about: "what comes `after` waits this long until the page answers; `false`: it does not look",
    },
];

/// One integration of one site.
#[derive(Debug)]
pub struct Ghost {
    account: String,
    credentials: Credentials,
    newsletter: Option<String>,
    email_segment: Option<String>,
    visibility: &'static str,
    authors: Vec<String>,
    tags: Vec<String>,
    live: Option<Duration>,
    /// Whether the site takes the key.
    whose: Question<Whose>,
    /// Where the admin is.
    pub base_url: String,
}

fn configure(configuring: &Configuring<'_>) -> Checked<Box<dyn Channel>> {
    let mut problems = Vec::new();
    let name = &configuring.table.name.value;
    let rest = configuring.table.rest.clone();
    let mut reader = Reader::new(rest, FIELDS, format!("`[channels.{name}]`"), &mut problems);
    let mut credentials = Credentials::of(name);
    if reader.table.get("base_url").is_none() {
        credentials.miss("base_url", "\"https://blog.example.com\"");
    }
    let base_url = base_url(&mut reader, "", |_, last| (last == "ghost").then(String::new));
    credentials.take(&mut reader, "admin_api_key");
    let some = |text: String| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let newsletter = reader.text("newsletter").and_then(|text| some(text.value));
    let segment = reader.text("email_segment");
    if let (Some(segment), None) = (&segment, &newsletter) {
        let problem =
            Diagnostic::error("wrong-value", "`email_segment` says who gets a mail, and none is sent");
        reader
            .problems
            .push(problem.at(segment.span).hint("write `newsletter = \"SLUG\"` as well, or leave it out"));
    }
    let email_segment = segment.and_then(|text| some(text.value));
    let visibility = reader.one_of("visibility").map_or("public", |visible| visible.value);
    let mut list = |key: &str| {
        let all = reader.texts(key).unwrap_or_default().into_iter();
        all.filter_map(|text| some(text.value)).collect::<Vec<String>>()
    };
    let (authors, tags) = (list("authors"), list("tags"));
    let live = reader.duration_or_false("live").and_then(|live| live.value);
    let live = live.and_then(|live| Duration::try_from(live).ok());
    reader.finish();
    let host = url::Url::parse(&base_url).ok();
    let known_as = host.as_ref().and_then(|url| {
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        Some(format!("{}{port}{}", url.host_str()?, url.path().trim_end_matches('/')))
    });
    let account = account("ghost", configuring, known_as.as_deref());
    let ghost = Ghost {
        account,
        credentials,
        newsletter,
        email_segment,
        visibility,
        authors,
        tags,
        live,
        whose: Question::default(),
        base_url,
    };
    Checked::with(Box::new(ghost), problems)
}

impl Ghost {
    /// A conversation with the site, of which is known by then that it takes the key.
    async fn open(&self, project: &Path) -> Result<Api, SendError> {
        let api = Api::open(self, project).await?;
        self.whose.ask(verify::ask(&api)).await?;
        Ok(api)
    }

    fn id_of(&self, receipt: &Receipt) -> Option<String> {
        Network::id_of(self, receipt).filter(|id| is_id(id))
    }
}

impl Network for Ghost {
    const KIND: VariantKind = VariantKind::Article;
    const RULES: Rules = Rules {
        network: "ghost",
        title: "Ghost",
        // About what search engines show of a title: a judgement. Ghost takes 255.
        title_limit: Some(70),
        ..network::UNKNOWN
    };
    const DEFAULTS: Defaults = defaults::ARTICLE;
    /// Ghost is one process, and asks for nothing at once (a judgement).
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
        Ok(self.whose.ask(verify::ask(&api)).await?.clone())
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
        let id = receipt.id.as_deref().filter(|id| is_id(id))?;
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
            return Ok(Removed::Stays("its id is not known: unpublish it in Ghost".to_owned()));
        };
        post::remove(&self.open(project).await?, &id).await
    }

    fn can_edit(&self, change: &Change) -> Result<(), String> {
        edit::can_edit(change)
    }

    async fn edit(&self, change: &Change, receipt: &Receipt, attempt: &Attempt) -> Result<Edited, SendError> {
        let Some(id) = self.id_of(receipt) else {
            return Ok(Edited::Stays("its id is not known: change it in Ghost".to_owned()));
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

/// Posts have ids of 24 digits in hex (seen, 6.65).
fn is_id(id: &str) -> bool {
    id.len() == 24 && id.bytes().all(|b| b.is_ascii_hexdigit())
}

/// The id stands in the editor's address, `/ghost/#/editor/post/ID`, and not in the
/// readers'.
fn post_at(address: &str, base_url: &str) -> Result<Option<String>, String> {
    let (url, host) = web(address, "this site", &[], base_url)?;
    let base = url::Url::parse(base_url).map_err(|_| "the channel has no `base_url`".to_owned())?;
    let below = base.path().trim_end_matches('/');
    let Some(path) = url.path().strip_prefix(below).filter(|_| host == Host::Other) else {
        return Err(format!("it is not below {base_url}"));
    };
    let id = url.fragment().and_then(|step| step.rsplit('/').next()).filter(|id| is_id(id));
    match path.trim_matches('/') {
        "ghost" => Ok(id.map(str::to_owned)),
        "" => Err("it is the site, and no post of it: open the post, and copy its address".to_owned()),
        _ => Ok(None),
    }
}
