//! Mastodon, and servers that speak its API (GoToSocial, Pleroma, Akkoma, snac …):
//! posts and threads with images, on one account of one instance.
//!
//! What it is for whoever uses it: `docs/channels/mastodon.md`.
//!
//! Facts: docs.joinmastodon.org at 2903485d (2026-07-02): methods/statuses, media,
//! accounts, instance, entities/Status, api/rate-limits, api/oauth-scopes. What snac
//! does was seen (2.75, 2026-11). Where a number is not verified, it says so.

mod address;
mod api;
mod change;
mod find;
mod instance;
mod media;
mod payload;
mod post;
#[cfg(test)]
mod tests;
mod words;

use super::credentials::{Credentials, account, base_url};
use super::network::{Network, Question};
use super::user_name::{Behind, wrong};
use super::{
    Abilities, Ability, Adapter, Attempt, Change, Channel, Configuring, Doing, Edited, Found, Goes, Posting,
    Removed, SendError, Whose,
};
use crate::diagnostic::{Checked, Diagnostic};
use crate::ladder::Pace;
use crate::ladder::limits::Noted;
use crate::ladder::shape::{Field, Kind};
use crate::plan::{Identity, Payload, PayloadPart, Receipt, Seen};
use crate::render::defaults;
use crate::render::{Defaults, Variant, VariantKind};
use crate::text::{Rules, count, network};
use api::{Api, Me};
use std::path::Path;

/// `adapter = "mastodon"`.
pub const ADAPTER: Adapter = Adapter {
    name: "mastodon",
    also: &["fediverse", "activitypub", "masto", "gotosocial"],
    about: "posts and threads on Mastodon, and on servers that speak its API",
    kind: VariantKind::Post,
    goes: Goes::Server,
    sample: r#"adapter = "mastodon"
account = "@ada@hachyderm.io"
base_url = "https://hachyderm.io"
access_token = { env = "MASTODON_ACCESS_TOKEN" }
without_credentials = "outbox"
"#,
    abilities: Abilities {
        stable_key: Ability::Partly(
            "a key of ours, for an hour, on Mastodon; others may not, and nothing leans on it",
        ),
        find: Ability::Yes("the account's own posts"),
        read_back: Ability::Yes("words, images and alt texts, and who may see it"),
        delete: Ability::Partly("a thread from its last part to its first; snac before 2.96 cannot"),
        edit: Ability::Partly("words, content warning and language; not images or who may see it"),
        duplicate: Ability::No("the same words are taken as often as they are sent"),
    },
    fields: FIELDS,
    configure,
};

/// Who may see a post, in the API's words.
const VISIBILITIES: &[&str] = &["public", "unlisted", "private", "direct"];

const FIELDS: &[Field] = &[
    Field { name: "base_url", kind: Kind::Text, about: "the instance: `https://hachyderm.io`" },
    Field { name: "access_token", kind: Kind::Secret, about: "the account's access token" },
    Field {
        name: "visibility",
        kind: Kind::OneOf(VISIBILITIES),
        about: "who may see it; of a `public` thread the replies are `unlisted` (default: `public`)",
    },
    Field {
        name: "content_warning",
        kind: Kind::Text,
        about: "what stands above the folded text; counts into its length",
    },
    Field {
        name: "sensitive",
        kind: Kind::Boolean,
        about: "whether images are hidden until they are asked for",
    },
];

/// New posts of one account (docs, api/rate-limits name no such number; seen in the
/// server's rate limiter: 300 in 3 hours; unverified, and instances may have others).
const PACES: &[Pace] = &[Pace::in_minutes(300, 3 * 60)];

/// One account.
#[derive(Debug)]
pub struct Mastodon {
    account: String,
    /// The user name without its host, as written; none: whoever the token belongs to.
    username: Option<String>,
    /// The host behind it, as written.
    host: Option<String>,
    credentials: Credentials,
    visibility: &'static str,
    content_warning: Option<String>,
    sensitive: bool,
    /// The language of its posts, where a message has none: a BCP 47 tag.
    language: String,
    /// Limits, as they were noted of this instance.
    rules: Rules,
    /// Most pixels of an image.
    pixels: u64,
    /// Whose the token is, or why the instance does not say.
    me: Question<Result<Me, String>>,
    /// The instance.
    pub base_url: String,
}

fn configure(configuring: &Configuring<'_>) -> Checked<Box<dyn Channel>> {
    let mut problems = Vec::new();
    let table = configuring.table;
    let name = &table.name.value;
    let mut reader = configuring.reader(FIELDS, &mut problems);
    let mut credentials = Credentials::of(name);
    credentials.take(&mut reader, "access_token");
    let visibility = reader.one_of("visibility").map_or("public", |written| written.value);
    let written = reader.text("content_warning").filter(|written| !written.value.trim().is_empty());
    let sensitive = reader.boolean("sensitive").is_some_and(|written| written.value);
    let account_written = table.account.as_ref().map(|account| account.value.trim());
    let (username, host) = match account_written.map(parted) {
        Some((username, host)) => (Some(username.to_owned()), host.map(str::to_owned)),
        None => (None, None),
    };
    if reader.table.get("base_url").is_none() {
        let instance = host.as_deref().unwrap_or("hachyderm.io");
        reader.problems.push(
            Diagnostic::error("missing-key", format!("`[channels.{name}]` needs `base_url`"))
                .at(table.span)
                .hint(format!("write which instance it is: `base_url = \"https://{instance}\"`")),
        );
    }
    let base_url = base_url(&mut reader, "", |_, last| matches!(last, "api" | "v1" | "v2").then(String::new));
    let noted = configuring.project.noted(name).filter(|noted| noted.is_of(&base_url));
    let noted = noted.cloned().unwrap_or_default();
    let mut rules = instance::rules(&noted);
    if let Some(warning) = &written {
        rules.limit = below(&warning.value, &rules);
        if rules.limit == Some(0) {
            let says = "`content_warning` leaves no room for a text, for it counts into its length";
            reader.problems.push(
                Diagnostic::error("wrong-value", says)
                    .at(warning.span)
                    .hint("say it in a few words: `content_warning = \"eye contact\"`"),
            );
        }
    }
    reader.problems.extend(wrong(table, Mastodon::RULES.title, Behind::Host));
    reader.finish();
    // User names there are the same in capitals and small letters.
    let mut account = account("mastodon", configuring, None).to_lowercase();
    if username.is_some() && host.is_none() && !base_url.is_empty() {
        account = format!("{account}@{}", api::host(&base_url));
    }
    let language = table.language.clone();
    let mastodon = Mastodon {
        account,
        username,
        host,
        credentials,
        visibility,
        content_warning: written.map(|written| written.value),
        sensitive,
        language,
        rules,
        pixels: noted.image_matrix_limit.unwrap_or(instance::PIXELS),
        me: Question::default(),
        base_url,
    };
    Checked::with(Box::new(mastodon), problems)
}

/// `@ada@hachyderm.io` as name and host.
fn parted(account: &str) -> (&str, Option<&str>) {
    let bare = account.strip_prefix('@').unwrap_or(account);
    match bare.split_once('@') {
        Some((name, host)) if !host.is_empty() => (name, Some(host)),
        _ => (bare.trim_end_matches('@'), None),
    }
}

/// What is left for the text below a content warning, which counts as it stands:
/// links in it are not shortened (the server's length validator, 2026).
fn below(warning: &str, rules: &Rules) -> Option<usize> {
    let plain = Rules { link_cost: None, dialect: crate::text::Dialect::Plain, ..*rules };
    rules.limit.map(|limit| limit.saturating_sub(count(warning, &plain, 0).counted))
}

impl Mastodon {
    /// Whose the token is: asked until there is an answer, and refused if it is
    /// not the account of the table. If the instance does not say it, why not:
    /// then the table is taken at its word.
    async fn me(&self, api: &Api<'_>) -> Result<Result<&Me, &str>, SendError> {
        Ok(self.me.ask(api.who()).await?.as_ref().map_err(String::as_str))
    }
}

impl Network for Mastodon {
    const RULES: Rules = network::MASTODON;
    const DEFAULTS: Defaults = defaults::MASTODON;

    fn content_warning(&self) -> Option<&str> {
        self.content_warning.as_deref()
    }

    fn rules(&self) -> Rules {
        self.rules
    }

    fn account(&self) -> &str {
        &self.account
    }

    fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    fn payload(&self, variant: &Variant, _identity: &Identity) -> Checked<Payload> {
        match super::post_of(variant) {
            Ok(post) => payload::payload(self, post),
            Err(problems) => Checked::bad(problems),
        }
    }

    async fn verify(&self, project: &Path) -> Result<Whose, SendError> {
        Ok(match self.me(&Api::open(self, project).await?).await? {
            Ok(_) => Whose::Verified,
            Err(why) => Whose::Unsaid(why.to_owned()),
        })
    }

    async fn noted(&self, project: &Path) -> Result<Option<Noted>, SendError> {
        instance::ask(self, project).await.map(Some)
    }

    async fn prepare<'a>(
        &'a self,
        part: &'a PayloadPart,
        attempt: &'a Attempt,
    ) -> Result<Posting<'a>, SendError> {
        post::prepare(self, part, attempt).await
    }

    fn read_back<'a>(
        &'a self,
        part: &'a PayloadPart,
        receipt: &'a Receipt,
        attempt: &'a Attempt,
    ) -> Option<Doing<'a, Seen>> {
        let id = self.id_of_post(receipt)?;
        Some(Box::pin(async move {
            let api = Api::open(self, &attempt.project).await?;
            Ok(post::read_back(&api, &id, part).await)
        }))
    }

    async fn find(&self, part: &PayloadPart, attempt: &Attempt) -> Result<Found, SendError> {
        find::find(self, part, attempt).await
    }

    fn paces(&self) -> &'static [Pace] {
        PACES
    }

    fn post_at(&self, address: &str) -> Result<Option<String>, String> {
        address::post_at(address, self.username.as_deref(), self.host.as_deref(), &self.base_url)
    }

    async fn remove(&self, receipt: &Receipt, project: &Path) -> Result<Removed, SendError> {
        change::remove(self, receipt, project).await
    }

    fn can_edit(&self, change: &Change) -> Result<(), String> {
        change::can_edit(change)
    }

    async fn edit(&self, change: &Change, receipt: &Receipt, attempt: &Attempt) -> Result<Edited, SendError> {
        change::edit(self, change, receipt, attempt).await
    }
}

impl Mastodon {
    /// The id of a post that is out, if it is known and is one.
    fn id_of_post(&self, receipt: &Receipt) -> Option<String> {
        Network::id_of(self, receipt).filter(|id| api::is_id(id))
    }
}
