//! X (formerly Twitter): posts and threads with images, on one account.
//!
//! What it is for whoever uses it: `docs/channels/x.md`.
//!
//! Facts: X API v2 documentation, snapshot of 2026-08-22 (openapi.json 2.167),
//! and twitter-text's config v3.

mod address;
mod api;
mod find;
mod media;
pub mod oauth;
mod payload;
mod post;
#[cfg(test)]
mod tests;
mod words;

use super::credentials::{Credentials, account, base_url};
use super::network::{Network, Question};
use super::user_name::{Behind, wrong};
use super::{
    Abilities, Ability, Adapter, Attempt, Channel, Configuring, Doing, Found, Goes, MicroDollars, Posting,
    Removed, SendError, Whose,
};
use crate::diagnostic::Checked;
use crate::ladder::Pace;
use crate::ladder::shape::{Field, Kind};
use crate::plan::{Identity, Payload, PayloadPart, Receipt, Seen};
use crate::render::defaults;
use crate::render::{Defaults, Variant, VariantKind};
use crate::text::{Rules, network};
use api::{Api, id_of};
use reqwest::Method;
use serde_json::Value;
use std::path::Path;

/// `adapter = "x"`.
pub const ADAPTER: Adapter = Adapter {
    name: "x",
    also: &["twitter", "tweet"],
    about: "posts and threads on X",
    kind: VariantKind::Post,
    goes: Goes::Server,
    sample: r#"adapter = "x"
account = "acmerockets"
access_token = { env = "X_ACCESS_TOKEN" }
without_credentials = "outbox"
"#,
    abilities: Abilities {
        stable_key: Ability::No("X takes no key of ours"),
        find: Ability::Yes("the account's own posts, $0.001 each"),
        read_back: Ability::Partly(
            "the answer holds the words; with `--verify`, charged, also images and alt texts",
        ),
        delete: Ability::Yes("a thread from its last part to its first; $0.010 each"),
        edit: Ability::No("Premium only, for an hour at most, and under a new id"),
        duplicate: Ability::Partly("403 for the same words, nobody says for how long"),
    },
    fields: FIELDS,
    configure,
};

const FIELDS: &[Field] = &[
    Field {
        name: "access_token",
        kind: Kind::Secret,
        about: "the user's token (OAuth 2, or OAuth 1.0a with the three keys below)",
    },
    Field { name: "access_token_secret", kind: Kind::Secret, about: "OAuth 1.0a: the token's secret" },
    Field { name: "consumer_key", kind: Kind::Secret, about: "OAuth 1.0a: the app's key" },
    Field { name: "consumer_secret", kind: Kind::Secret, about: "OAuth 1.0a: the app's secret" },
    Field { name: "base_url", kind: Kind::Text, about: "another server that speaks X's API" },
];

/// Posts of one account (docs.x.com, rate limits, 2026-07-24). The 10,000 in 24 hours
/// are the app's: of other accounts of the same app nothing is known here.
const PACES: &[Pace] =
    &[Pace::in_minutes(100, 15), Pace::in_minutes(300, 3 * 60), Pace::in_minutes(10_000, 24 * 60)];

/// One account.
#[derive(Debug)]
pub struct X {
    account: String,
    /// The user name, as written; none: whoever the credentials belong to.
    handle: Option<String>,
    credentials: Credentials,
    /// Whether requests are signed (OAuth 1.0a), or bear a token (OAuth 2).
    signed: bool,
    /// Whose the credentials are, or why X does not say.
    me: Question<Result<Me, Whose>>,
    /// Where requests go.
    pub base_url: String,
}

fn configure(configuring: &Configuring<'_>) -> Checked<Box<dyn Channel>> {
    let mut problems = Vec::new();
    let name = &configuring.table.name.value;
    let mut reader = configuring.reader(FIELDS, &mut problems);
    let signed = ["consumer_key", "consumer_secret", "access_token_secret"];
    let is_signed = signed.iter().any(|key| reader.table.get(key).is_some());
    let mut credentials = Credentials::of(name);
    credentials.take(&mut reader, "access_token");
    for key in signed.into_iter().filter(|_| is_signed) {
        credentials.take(&mut reader, key);
    }
    let base_url = base_url(&mut reader, "https://api.x.com", |url, last| {
        let own = matches!(url.host_str(), Some("api.x.com" | "api.twitter.com"));
        (own && last == "2").then(String::new)
    });
    reader.problems.extend(wrong(configuring.table, X::RULES.title, Behind::Nothing));
    reader.finish();
    // User names there are the same in capitals and small letters.
    let account = account("x", configuring, None).to_lowercase();
    let written = configuring.table.account.as_ref().map(|written| written.value.trim());
    let handle = written.map(|name| name.strip_prefix('@').unwrap_or(name).to_owned());
    let x = X { account, handle, credentials, signed: is_signed, me: Question::default(), base_url };
    Checked::with(Box::new(x), problems)
}

/// Whose the credentials are.
#[derive(Clone, Debug)]
struct Me {
    id: String,
    username: String,
}

impl X {
    async fn api(&self, project: &Path) -> Result<Api<'_>, SendError> {
        let secrets = self.credentials.expose(project).await?;
        Ok(Api { base_url: &self.base_url, signed: self.signed, secrets })
    }

    /// Whose the credentials are: asked once, and refused if it is not the
    /// account of the table. If X does not say it, why not: then the table is
    /// taken at its word.
    async fn me(&self, api: &Api<'_>) -> Result<Result<&Me, &Whose>, SendError> {
        Ok(self.me.ask(self.ask_who(api)).await?.as_ref())
    }

    async fn ask_who(&self, api: &Api<'_>) -> Result<Result<Me, Whose>, SendError> {
        let answer = api.ask(api.request(Method::GET, "/2/users/me", &[])?).await?;
        let said = answer.json().unwrap_or_default();
        let me = Me {
            id: id_of(said.pointer("/data/id")).unwrap_or_default(),
            username: said.pointer("/data/username").and_then(Value::as_str).unwrap_or_default().to_owned(),
        };
        if !answer.is_success() || me.id.is_empty() || me.username.is_empty() {
            let why = api.untold(&answer)?;
            answer.same_time("X")?;
            return Ok(Err(Whose::untold(&answer, "X", why)));
        }
        answer.same_time("X")?;
        // What the token may do stands in a header; only OAuth 1.0a has it.
        if answer.header("x-access-level").is_some_and(|level| !level.to_lowercase().contains("write")) {
            return Err(SendError::Refused { says: api::READ_ONLY.to_owned() });
        }
        let whose = api.quotable(&me.username);
        match &self.handle {
            Some(handle) if !handle.eq_ignore_ascii_case(&me.username) => Err(SendError::Refused {
                says: format!(
                    "the credentials are those of @{whose}, and the channel is for @{handle}: use the token of \
                     @{handle}, or write `account = \"{whose}\"`"
                ),
            }),
            _ => Ok(Ok(me)),
        }
    }

    /// A post's public address. X does not name it; the form without a user
    /// name leads there too.
    fn address(&self, me: Option<&Me>, id: &str) -> String {
        let name = self.handle.as_deref().or(me.map(|me| me.username.as_str()));
        match name.filter(|name| api::is_name(name)) {
            Some(name) => format!("https://x.com/{name}/status/{id}"),
            None => format!("https://x.com/i/web/status/{id}"),
        }
    }
}

impl Network for X {
    const RULES: Rules = network::X;
    const DEFAULTS: Defaults = defaults::X;

    fn account(&self) -> &str {
        &self.account
    }

    fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    fn payload(&self, variant: &Variant, _identity: &Identity) -> Checked<Payload> {
        match super::post_of(variant) {
            Ok(post) => payload::payload(post),
            Err(problems) => Checked::bad(problems),
        }
    }

    fn removal_price(&self) -> Option<MicroDollars> {
        Some(payload::REMOVAL)
    }

    fn price(&self, payload: &Payload) -> Option<MicroDollars> {
        Some(payload::price(payload))
    }

    async fn verify(&self, project: &Path) -> Result<Whose, SendError> {
        Ok(match self.me(&self.api(project).await?).await? {
            Ok(_) => Whose::Verified,
            Err(untold) => untold.clone(),
        })
    }

    async fn prepare<'a>(
        &'a self,
        part: &'a PayloadPart,
        attempt: &'a Attempt,
    ) -> Result<Posting<'a>, SendError> {
        post::prepare(self, part, attempt).await
    }

    /// A post's text comes with the answer that makes it; its images and their alt
    /// texts do not, and X charges for reading.
    fn look_closely<'a>(
        &'a self,
        part: &'a PayloadPart,
        receipt: &'a Receipt,
        attempt: &'a Attempt,
    ) -> Option<Doing<'a, Seen>> {
        Some(Box::pin(post::look_closely(self, part, receipt, attempt)))
    }

    async fn find(&self, part: &PayloadPart, attempt: &Attempt) -> Result<Found, SendError> {
        find::find(self, part, attempt).await
    }

    fn paces(&self) -> &'static [Pace] {
        PACES
    }

    fn post_at(&self, address: &str) -> Result<Option<String>, String> {
        address::post_at(address, self.handle.as_deref(), &self.base_url)
    }

    async fn remove(&self, receipt: &Receipt, project: &Path) -> Result<Removed, SendError> {
        post::remove(self, receipt, project).await
    }
}
