//! Micropub: articles and notes on a site of one's own, by the W3C's protocol, which
//! many kinds of blog speak.
//!
//! `base_url` is the endpoint, or the site that names it. One request makes a post,
//! and no key of ours keeps a second from being made: after a lost answer the list of
//! the site's own posts is read (`q=source`), where there is one. What a server does
//! not know it may leave out without a word, so that what stands there is read back.
//!
//! Facts: W3C Recommendation "Micropub" (2017-05-23), with its extensions on
//! indieweb.org (`q=source` without an address, 2026), and what django-indieweb 0.6.2
//! answered on a machine of our own (2026-11).

mod api;
mod change;
mod entry;
mod find;
mod payload;
mod post;
#[cfg(test)]
mod tests;

use super::article::{LIVE, NO_POST, live};
use super::credentials::{Credentials, account, base_url};
use super::network::{Network, Question, web};
use super::{
    Abilities, Ability, Adapter, Attempt, Change, Channel, Configuring, Doing, Edited, Found, Goes, Posting,
    Removed, SendError, Whose,
};
use crate::diagnostic::Checked;
use crate::ladder::shape::{Field, Kind};
use crate::ladder::tree::NodeKind;
use crate::plan::{Identity, Payload, PayloadPart, Receipt, Seen};
use crate::render::defaults;
use crate::render::{Defaults, Variant, VariantKind};
use crate::text::{Rules, network};
use api::{Api, Endpoint};
use std::path::Path;
use std::time::Duration;

/// `adapter = "micropub"`.
pub const ADAPTER: Adapter = Adapter {
    name: "micropub",
    also: &["micro.blog"],
    about: "articles or notes on a site of your own that speaks Micropub",
    kind: VariantKind::Article,
    goes: Goes::Server,
    sample: r#"adapter = "micropub"
base_url = "https://ada.example"
access_token = { env = "MICROPUB_TOKEN" }
without_credentials = "outbox"
"#,
    abilities: Abilities {
        stable_key: Ability::No("Micropub has none"),
        find: Ability::Partly("where the site lists its posts (`q=source`)"),
        read_back: Ability::Partly("where the site tells what a post says (`q=source`)"),
        delete: Ability::Partly("where the site deletes for programs"),
        edit: Ability::Partly(
            "words and tags, where the site updates for programs and tells what stands there",
        ),
        duplicate: Ability::No("a repetition is one more post"),
    },
    fields: FIELDS,
    configure,
};

const FIELDS: &[Field] = &[
    Field {
        name: "base_url",
        kind: Kind::Text,
        about: "the Micropub endpoint, or the address of the site that names it",
    },
    Field { name: "access_token", kind: Kind::Secret, about: "a token with the scopes create and media" },
    Field {
        name: "kind",
        kind: Kind::OneOf(&["article", "note"]),
        about: "what it makes of a message; `article` where nothing is said",
    },
    Field {
        name: "syndicate_to",
        kind: Kind::List,
        about: "where the site passes posts on to, by the `uid` that it names",
    },
    LIVE,
];

/// One site; `NOTE`: it is sent notes, and not articles.
#[derive(Debug)]
pub struct Micropub<const NOTE: bool> {
    account: String,
    credentials: Credentials,
    /// Where the site passes posts on to.
    syndicate_to: Vec<String>,
    live: Option<Duration>,
    /// Where posts go, and where images go.
    endpoint: Question<Endpoint>,
    /// The endpoint's address, or that of the site.
    pub base_url: String,
    /// It was written with a `/` at its end, without which some servers know nothing.
    slash: bool,
}

fn configure(configuring: &Configuring<'_>) -> Checked<Box<dyn Channel>> {
    let mut problems = Vec::new();
    let name = &configuring.table.name.value;
    let mut reader = configuring.reader(FIELDS, &mut problems);
    let mut credentials = Credentials::of(name);
    let written = reader.table.get("base_url");
    if written.is_none() {
        credentials.miss("base_url", "\"https://example.com\"");
    }
    let slash =
        written.is_some_and(|written| matches!(&written.kind, NodeKind::String(text) if text.ends_with('/')));
    let base_url = base_url(&mut reader, "", |_, _| None);
    credentials.take(&mut reader, "access_token");
    let is_note = reader.one_of("kind").is_some_and(|kind| kind.value == "note");
    let uids = reader.texts("syndicate_to").unwrap_or_default();
    let syndicate_to: Vec<String> =
        uids.iter().map(|uid| uid.value.trim().to_owned()).filter(|uid| !uid.is_empty()).collect();
    let live = live(&mut reader);
    reader.finish();
    let known_as = url::Url::parse(&base_url).ok().and_then(|url| {
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        Some(format!("{}{port}", url.host_str()?))
    });
    let account = account("micropub", configuring, known_as.as_deref());
    let endpoint = Question::default();
    let channel: Box<dyn Channel> = match is_note {
        true => {
            Box::new(Micropub::<true> { account, credentials, syndicate_to, live, endpoint, base_url, slash })
        }
        false => Box::new(Micropub::<false> {
            account,
            credentials,
            syndicate_to,
            live,
            endpoint,
            base_url,
            slash,
        }),
    };
    Checked::with(channel, problems)
}

impl<const NOTE: bool> Micropub<NOTE> {
    /// A conversation with the site, whose endpoint is known by then.
    async fn open(&self, project: &Path) -> Result<Api, SendError> {
        let mut api = Api::open(&self.credentials, &self.base_url, self.slash, project).await?;
        api.endpoint = self.endpoint.ask(api.ask()).await?.clone();
        Ok(api)
    }
}

impl<const NOTE: bool> Network for Micropub<NOTE> {
    const KIND: VariantKind = if NOTE { VariantKind::Post } else { VariantKind::Article };
    const RULES: Rules = network::MICROPUB;
    const DEFAULTS: Defaults = if NOTE { defaults::PLAIN } else { defaults::ARTICLE };
    /// A small site has few processes.
    const AT_ONCE: usize = 2;

    fn account(&self) -> &str {
        &self.account
    }

    fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    fn payload(&self, variant: &Variant, _identity: &Identity) -> Checked<Payload> {
        payload::payload(variant, NOTE, &self.syndicate_to)
    }

    async fn verify(&self, project: &Path) -> Result<Whose, SendError> {
        // Nobody says whose a token is; that the site takes it is all there is to know.
        self.open(project).await.map_err(|error| match error {
            SendError::Mendable { says } => SendError::Refused { says },
            other => other,
        })?;
        Ok(Whose::Verified)
    }

    async fn prepare<'a>(
        &'a self,
        part: &'a PayloadPart,
        attempt: &'a Attempt,
    ) -> Result<Posting<'a>, SendError> {
        let api = self.open(&attempt.project).await.map_err(SendError::before_posting)?;
        let body = post::ready(&api, part, attempt).await?;
        Ok(Box::pin(async move { post::create(&api, &body).await }))
    }

    fn read_back<'a>(
        &'a self,
        part: &'a PayloadPart,
        receipt: &'a Receipt,
        attempt: &'a Attempt,
    ) -> Option<Doing<'a, Seen>> {
        let url = receipt.id.as_deref()?;
        Some(Box::pin(async move {
            let api = self.open(&attempt.project).await?;
            Ok(post::read_back(&api, url, part).await)
        }))
    }

    async fn find(&self, part: &PayloadPart, attempt: &Attempt) -> Result<Found, SendError> {
        find::find(&self.open(&attempt.project).await?, part, attempt).await
    }

    fn post_at(&self, address: &str) -> Result<Option<String>, String> {
        let (url, _) = web(address, "this site", &[], &self.base_url)?;
        if url.path().trim_matches('/').is_empty() && url.query().is_none() {
            return Err(NO_POST.to_owned());
        }
        Ok(Some(address.trim().to_owned()))
    }

    async fn remove(&self, receipt: &Receipt, project: &Path) -> Result<Removed, SendError> {
        let Some(url) = Network::id_of(self, receipt) else {
            return Ok(Removed::Stays("its address is not known: delete it on the site".to_owned()));
        };
        change::remove(&self.open(project).await?, &url).await
    }

    fn can_edit(&self, change: &Change) -> Result<(), String> {
        change::can_edit(change)
    }

    async fn edit(&self, change: &Change, receipt: &Receipt, attempt: &Attempt) -> Result<Edited, SendError> {
        let Some(url) = Network::id_of(self, receipt) else {
            return Ok(Edited::Stays("its address is not known: change it on the site".to_owned()));
        };
        change::edit(&self.open(&attempt.project).await?, &url, change, receipt, attempt).await
    }

    fn live_within(&self) -> Option<Duration> {
        self.live
    }

    async fn live(&self, url: &str) -> Result<bool, SendError> {
        super::http::answers(url).await.map_err(|says| SendError::Refused { says })
    }
}
