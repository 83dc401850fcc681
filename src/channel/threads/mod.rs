//! Threads (Meta): posts and threads with images, on one account.
//!
//! Publishing has two steps. A **container** holds what readers will see, and nobody
//! sees it; one request publishes it. The container can be asked afterwards whether it
//! is out, so its id stands in the journal before that request leaves: after a lost
//! answer it is the proof. While one may be out, no other is made.
//!
//! Facts: Threads API v1.0 (overview 2025-12-22; posts 2026-04-14; delete posts, retrieve
//! posts, rate limits, read 2026). Nothing of this was tried against the real one.

mod address;
mod api;
mod container;
mod dialect;
mod find;
mod media;
mod payload;
mod publish;
mod remove;
mod seen;
#[cfg(test)]
mod tests;
mod verify;

use super::credentials::{Credentials, account, base_url};
use super::network::{Network, Question};
use super::outbox::folder_of;
use super::user_name::{Behind, wrong};
use super::{
    Abilities, Ability, Adapter, Attempt, Channel, Configuring, Doing, Found, Goes, Posting, Removed,
    SendError, Whose,
};
use crate::diagnostic::{Checked, Diagnostic};
use crate::ladder::Pace;
use crate::ladder::shape::{Field, Kind, Reader};
use crate::plan::{Identity, Payload, PayloadPart, Receipt, Seen};
use crate::render::{Defaults, Variant, VariantKind, defaults};
use crate::text::{Rules, network};
use api::Api;
use std::path::Path;
use verify::Me;

/// `adapter = "threads"`.
pub const ADAPTER: Adapter = Adapter {
    name: "threads",
    also: &[],
    about: "posts and threads on Threads",
    kind: VariantKind::Post,
    goes: Goes::Server,
    sample: r#"adapter = "threads"
account = "@acmerockets"
access_token = { env = "THREADS_ACCESS_TOKEN" }
media_base_url = "https://acme.example/social"
without_credentials = "outbox"
"#,
    abilities: Abilities {
        stable_key: Ability::Partly("the container of a post: what is published has an id of its own"),
        find: Ability::Yes("the container says whether it is out; else the account's posts and replies"),
        read_back: Ability::Yes("the words, the images and their alt texts, free"),
        delete: Ability::Yes("each post, 100 a day"),
        edit: Ability::No("the API changes nothing"),
        duplicate: Ability::No("no duplicates are refused"),
    },
    fields: FIELDS,
    configure,
};

/// Who may answer a post (posts, `reply_control`).
const REPLY_CONTROLS: &[&str] =
    &["everyone", "accounts_you_follow", "mentioned_only", "parent_post_author_only", "followers_only"];

const FIELDS: &[Field] = &[
    Field { name: "access_token", kind: Kind::Secret, about: "the account's long-lived access token" },
    Field {
        name: "media_base_url",
        kind: Kind::Text,
        about: "where images lie for Threads to fetch them: `https://acme.example/social`",
    },
    Field {
        name: "media_folder",
        kind: Kind::Text,
        about: "a folder of the project into which the images are written, to be published there",
    },
    Field { name: "topic_tag", kind: Kind::Text, about: "the topic of each post, without `#`" },
    Field {
        name: "reply_control",
        kind: Kind::OneOf(REPLY_CONTROLS),
        about: "who may answer (default: everyone)",
    },
    Field { name: "base_url", kind: Kind::Text, about: "another server that speaks the Threads API" },
];

/// The API's version, which stands in each address.
const VERSION: &str = "v1.0";
/// 250 posts in 24 hours, rolling, a carousel is one; replies have 1,000 of their own
/// (rate limits). Parts of threads are counted among the posts here.
const PACES: &[Pace] = &[Pace::in_minutes(250, 24 * 60)];
/// Characters of a topic (posts, `topic_tag`).
const LONGEST_TOPIC: usize = 50;

/// One account.
#[derive(Debug)]
pub struct Threads {
    account: String,
    /// `account` as the table has it: the user name or the number.
    written_account: Option<String>,
    credentials: Credentials,
    /// Where images lie for everybody, without a last slash.
    media_base_url: Option<String>,
    /// Where they are written.
    media_folder: Option<String>,
    topic: Option<String>,
    reply_control: Option<&'static str>,
    /// Whose the token is, or why Threads does not say.
    me: Question<Result<Me, Whose>>,
    /// Where requests go.
    pub base_url: String,
}

fn configure(configuring: &Configuring<'_>) -> Checked<Box<dyn Channel>> {
    let mut problems = Vec::new();
    let table = configuring.table;
    let name = &table.name.value;
    let mut reader = configuring.reader(FIELDS, &mut problems);
    let mut credentials = Credentials::of(name);
    credentials.take(&mut reader, "access_token");
    let media_base_url = media_base_url(&mut reader);
    let media_folder = folder_of(&mut reader, "media_folder");
    let topic = topic(&mut reader);
    let reply_control = reader.one_of("reply_control").map(|written| written.value);
    let base_url =
        base_url(&mut reader, "https://graph.threads.net", |_, last| (last == VERSION).then(String::new));
    reader.problems.extend(wrong(table, Threads::RULES.title, Behind::Nothing));
    reader.finish();
    let written_account = table.account.as_ref().map(|account| account.value.clone());
    let threads = Threads {
        // User names there are the same in capitals and small letters.
        account: account("threads", configuring, None).to_lowercase(),
        written_account,
        credentials,
        media_base_url,
        media_folder,
        topic,
        reply_control,
        me: Question::default(),
        base_url,
    };
    Checked::with(Box::new(threads), problems)
}

/// `media_base_url`: files' names are put behind it, and everybody can fetch them there.
fn media_base_url(reader: &mut Reader<'_>) -> Option<String> {
    let written = reader.text("media_base_url")?;
    let good = url::Url::parse(&written.value).is_ok_and(|url| {
        let here = url.host_str().is_some_and(super::is_loopback);
        let bare = url.username().is_empty() && url.password().is_none();
        let ends = url.query().is_none() && url.fragment().is_none();
        let whole = !written.value.contains(|c: char| c.is_whitespace() || c.is_control());
        bare && ends && whole && (url.scheme() == "https" || (url.scheme() == "http" && here))
    });
    if good {
        return Some(written.value.trim_end_matches('/').to_owned());
    }
    reader.problems.push(
        Diagnostic::error("bad-url", "`media_base_url` is no address where Threads can fetch images")
            .at(written.span)
            .hint("write the `https://` address of a folder that everybody can read, without user name, password, `?` and `#`: `media_base_url = \"https://acme.example/social\"`"),
    );
    None
}

/// `topic_tag`: 1 to 50 characters, none of them `.` or `&` (posts, `topic_tag`).
fn topic(reader: &mut Reader<'_>) -> Option<String> {
    let written = reader.text("topic_tag")?;
    let bare = written.value.trim().trim_start_matches('#').to_owned();
    let odd = bare.contains(['.', '&']) || bare.contains(char::is_control);
    if (1..=LONGEST_TOPIC).contains(&bare.chars().count()) && !odd {
        return Some(bare);
    }
    let says = "`topic_tag` is no topic of Threads: it has 1 to 50 characters, and no `.` or `&`";
    reader.problems.push(
        Diagnostic::error("wrong-value", says)
            .at(written.span)
            .hint("name one topic without `#`: `topic_tag = \"Rockets\"`"),
    );
    None
}

impl Threads {
    /// The way to the account, once Threads had a chance to say whose it is: before the
    /// run it may not have answered, and a post on the wrong account cannot be taken
    /// back unseen.
    async fn verified(&self, attempt: &Attempt) -> Result<Api, SendError> {
        let asked = async {
            let mut api = Api::open(self, &attempt.project).await?;
            api.user = self.user(&api).await?;
            Ok(api)
        };
        asked.await.map_err(SendError::before_posting)
    }

    /// What stands for the account in addresses: its number, else `me`, which is whoever
    /// the token belongs to.
    async fn user(&self, api: &Api) -> Result<String, SendError> {
        let me = self.me.ask(verify::ask(self, api)).await?;
        Ok(me.as_ref().map_or_else(|_| "me".to_owned(), |me| me.id.clone()))
    }

    /// The same where nothing is posted: the token is good, or the answer says it is not.
    async fn open(&self, project: &Path) -> Result<Api, SendError> {
        let mut api = Api::open(self, project).await?;
        api.user = self.user(&api).await?;
        Ok(api)
    }
}

impl Network for Threads {
    const RULES: Rules = network::THREADS;
    const DEFAULTS: Defaults = defaults::THREADS;
    /// A thread's parts wait for each other anyway, and few calls a day are granted to
    /// accounts that few people see (overview, rate limits).
    const AT_ONCE: usize = 2;

    fn account(&self) -> &str {
        &self.account
    }

    fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    fn paces(&self) -> &'static [Pace] {
        PACES
    }

    fn payload(&self, variant: &Variant, _identity: &Identity) -> Checked<Payload> {
        payload::payload(self, variant)
    }

    async fn verify(&self, project: &Path) -> Result<Whose, SendError> {
        let api = Api::open(self, project).await?;
        Ok(match self.me.ask(verify::ask(self, &api)).await? {
            Ok(_) => Whose::Verified,
            Err(untold) => untold.clone(),
        })
    }

    /// Every part has a container, which nobody sees.
    fn prepares(&self, _part: &PayloadPart) -> bool {
        true
    }

    async fn make(&self, part: &PayloadPart, attempt: &Attempt) -> Result<Option<String>, SendError> {
        container::make(self, part, attempt).await.map(Some)
    }

    async fn prepare<'a>(
        &'a self,
        part: &'a PayloadPart,
        attempt: &'a Attempt,
    ) -> Result<Posting<'a>, SendError> {
        publish::prepare(self, part, attempt).await
    }

    fn read_back<'a>(
        &'a self,
        part: &'a PayloadPart,
        receipt: &'a Receipt,
        attempt: &'a Attempt,
    ) -> Option<Doing<'a, Seen>> {
        let id = receipt.id.as_deref()?;
        Some(Box::pin(async move { seen::look(&Api::open(self, &attempt.project).await?, id, part).await }))
    }

    async fn find(&self, part: &PayloadPart, attempt: &Attempt) -> Result<Found, SendError> {
        find::find(self, part, attempt).await
    }

    fn post_at(&self, address: &str) -> Result<Option<String>, String> {
        address::post_at(address, self.written_account.as_deref(), &self.base_url)
    }

    async fn remove(&self, receipt: &Receipt, project: &Path) -> Result<Removed, SendError> {
        remove::remove(self, receipt, None, project).await
    }

    async fn take_down(
        &self,
        _part: &PayloadPart,
        receipt: &Receipt,
        attempt: &Attempt,
    ) -> Result<Removed, SendError> {
        remove::remove(self, receipt, Some(attempt.last_tried), &attempt.project).await
    }
}
