//! Bluesky: an account of the AT Protocol, on Bluesky's servers or on another.
//!
//! Every record has a key that we choose, made of the delivery and of its first
//! try, and is put where nothing may stand: sent twice, it is there once. What a
//! lost answer left in doubt is settled by asking for that key.
//!
//! `verify` signs in; `prepare` uploads images and asks who is mentioned; the post is
//! one `putRecord`, `find` one `getRecord`, `remove` one `deleteRecord`.
//!
//! Facts: the lexicons app.bsky.* and com.atproto.* and the reference server at
//! d6296a1c (2026-08-20), docs.bsky.app and atproto.com (read 2026-11), and what that
//! server (PDS 0.5.35) was seen to answer. docs/decisions/bluesky.md has the reasons.

mod address;
mod answer;
mod api;
mod find;
mod image;
mod payload;
mod post;
mod session;
#[cfg(test)]
mod tests;
mod tid;

use super::credentials::{Credentials, account, base_url};
use super::network::{Network, Question};
use super::{
    Abilities, Ability, Adapter, Attempt, Change, Configuring, Doing, Edited, Found, Goes, Posting, Removed,
    SendError, Whose,
};
use crate::channel::Channel;
use crate::diagnostic::{Checked, Diagnostic};
use crate::ladder::Pace;
use crate::ladder::name::{holds_user, with_user};
use crate::ladder::shape::{Field, Kind, Reader};
use crate::plan::{Identity, Payload, PayloadPart, Receipt, Seen};
use crate::render::defaults;
use crate::render::{Defaults, Variant, VariantKind};
use crate::text::{Rules, network};
use api::Api;
use session::{Session, is_did, is_handle};
use std::path::Path;

/// `adapter = "bluesky"`.
pub const ADAPTER: Adapter = Adapter {
    name: "bluesky",
    also: &["bsky", "atproto"],
    about: "posts and threads on Bluesky, or on another server of the AT Protocol",
    kind: VariantKind::Post,
    goes: Goes::Server,
    sample: r#"adapter = "bluesky"
account = "acmerockets.bsky.social"
app_password = { env = "BLUESKY_APP_PASSWORD" }
without_credentials = "outbox"
"#,
    abilities: Abilities {
        stable_key: Ability::Yes("the record's key, made of the delivery and its first try"),
        find: Ability::Yes("asks for its own key; what is not there is not there"),
        read_back: Ability::Yes("the record: words, images, alt texts, card"),
        delete: Ability::Yes("posts, each part of a thread"),
        edit: Ability::No("its app shows no edits, and replies would point at the old words"),
        duplicate: Ability::Yes("what stands at the key is never written over"),
    },
    fields: FIELDS,
    configure,
};

const FIELDS: &[Field] = &[
    Field { name: "app_password", kind: Kind::Secret, about: "an app password of the account" },
    Field { name: "web", kind: Kind::Text, about: "where readers find posts: `https://bsky.app`" },
    Field { name: "base_url", kind: Kind::Text, about: "another server of the AT Protocol" },
];

/// Why nothing is edited.
const NO_EDITS: &str = "Bluesky's app does not show edits, and replies would point at the old words: take it \
                        down, and post it anew";

/// 5,000 points an hour and 35,000 a day for an account; a new record is 3 (docs.bsky.app,
/// rate limits, read 2026-11).
const PACES: &[Pace] = &[Pace::in_minutes(5_000 / 3, 60), Pace::in_minutes(35_000 / 3, 24 * 60)];

/// One account.
#[derive(Debug)]
pub struct Bluesky {
    account: String,
    /// The handle or DID that signs in.
    identifier: String,
    /// That, and what the account was called before.
    names: Vec<String>,
    /// BCP 47.
    language: String,
    credentials: Credentials,
    session: Question<Session>,
    renewing: tokio::sync::Mutex<()>,
    /// Where readers find posts.
    web: String,
    /// Where the account signs in.
    pub base_url: String,
}

fn configure(configuring: &Configuring<'_>) -> Checked<Box<dyn Channel>> {
    let mut problems = Vec::new();
    let table = configuring.table;
    let name = &table.name.value;
    let mut reader = configuring.reader(FIELDS, &mut problems);
    let mut credentials = Credentials::of(name);
    let bare = |name: &str| name.trim().strip_prefix('@').unwrap_or(name.trim()).to_owned();
    let identifier = table.account.as_ref().map(|written| bare(&written.value)).unwrap_or_default();
    match &table.account {
        None => credentials.miss("account", "\"NAME.bsky.social\""),
        Some(written) if !is_handle(&identifier) && !is_did(&identifier) => {
            let plain = identifier.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
            let hint = match plain && !identifier.is_empty() {
                true => format!("write the whole handle: `account = \"{identifier}.bsky.social\"`"),
                false => {
                    "write the whole handle, such as `acme.bsky.social`, or the account's DID".to_owned()
                }
            };
            let says = format!("`{}` is no handle that Bluesky knows", written.value);
            reader.problems.push(Diagnostic::error("wrong-value", says).at(written.span).hint(hint));
        }
        Some(_) => {}
    }
    credentials.take(&mut reader, "app_password");
    let web = web(&mut reader);
    let base_url = base_url(&mut reader, "https://bsky.social", |_, last| (last == "xrpc").then(String::new));
    reader.finish();
    let mut names = vec![identifier.clone()];
    names.extend(table.renamed_from.iter().map(|older| bare(&older.value)));
    let account = account("bluesky", configuring, None).to_lowercase();
    let language = table.language.clone();
    let (session, renewing) = (Question::default(), tokio::sync::Mutex::default());
    let bluesky =
        Bluesky { account, identifier, names, language, credentials, session, renewing, web, base_url };
    Checked::with(Box::new(bluesky), problems)
}

/// `web`: nothing secret goes there, it is only written down.
fn web(reader: &mut Reader<'_>) -> String {
    let Some(written) = reader.text("web") else { return "https://bsky.app".to_owned() };
    if holds_user(&written.value) {
        reader.problems.push(with_user("web", written.span));
    }
    let is_good = url::Url::parse(&written.value).is_ok_and(|url| {
        let ends = url.query().is_none() && url.fragment().is_none();
        matches!(url.scheme(), "http" | "https") && url.has_host() && ends
    });
    if !is_good {
        let says = format!("`{}` is no address where readers find posts", written.value);
        let hint = "write the app's address, such as `web = \"https://bsky.app\"`";
        reader.problems.push(Diagnostic::error("bad-url", says).at(written.span).hint(hint));
    }
    written.value.trim().trim_end_matches('/').to_owned()
}

impl Network for Bluesky {
    const RULES: Rules = network::BLUESKY;
    const DEFAULTS: Defaults = defaults::BLUESKY;

    fn account(&self) -> &str {
        &self.account
    }

    fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    fn payload(&self, variant: &Variant, _identity: &Identity) -> Checked<Payload> {
        payload::payload(&self.language, variant)
    }

    async fn verify(&self, project: &Path) -> Result<Whose, SendError> {
        Api::open(self, project).await.map(|_| Whose::Verified)
    }

    async fn prepare<'a>(
        &'a self,
        part: &'a PayloadPart,
        attempt: &'a Attempt,
    ) -> Result<Posting<'a>, SendError> {
        let api = Api::open(self, &attempt.project).await.map_err(SendError::before_posting)?;
        post::prepare(api, part, attempt).await
    }

    fn read_back<'a>(
        &'a self,
        part: &'a PayloadPart,
        receipt: &'a Receipt,
        attempt: &'a Attempt,
    ) -> Option<Doing<'a, Seen>> {
        Some(Box::pin(async move {
            find::read_back(&Api::open(self, &attempt.project).await?, part, receipt).await
        }))
    }

    async fn find(&self, part: &PayloadPart, attempt: &Attempt) -> Result<Found, SendError> {
        find::find(&Api::open(self, &attempt.project).await?, part, attempt).await
    }

    fn paces(&self) -> &'static [Pace] {
        PACES
    }

    fn post_at(&self, address: &str) -> Result<Option<String>, String> {
        address::post_at(address, &self.names, &self.web)
    }

    async fn remove(&self, receipt: &Receipt, project: &Path) -> Result<Removed, SendError> {
        post::remove(&Api::open(self, project).await?, receipt).await
    }

    fn can_edit(&self, _: &Change) -> Result<(), String> {
        Err(NO_EDITS.to_owned())
    }

    async fn edit(&self, _: &Change, _: &Receipt, _: &Attempt) -> Result<Edited, SendError> {
        Ok(Edited::Stays(NO_EDITS.to_owned()))
    }
}
