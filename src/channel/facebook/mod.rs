//! Facebook Pages: posts, photos and the first comment below them.
//!
//! Facts: Graph API v26.0 documentation (changelog of 2026-07-29, error
//! handling, pages posts). What is said of errors, waits and listings stands
//! beside the code that acts on it.

mod address;
mod dialect;
mod edit;
mod find;
mod graph;
mod images;
mod payload;
mod publish;
mod remove;
#[cfg(test)]
pub(super) mod tests;
mod verify;

use super::credentials::{Credentials, account, base_url};
use super::network::{Network, Question};
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
use graph::Graph;
use std::path::Path;

/// `adapter = "facebook"`.
pub const ADAPTER: Adapter = Adapter {
    name: "facebook",
    also: &["fb"],
    about: "posts on a Facebook page",
    kind: VariantKind::Post,
    goes: Goes::Server,
    sample: r#"adapter = "facebook"
account = "Acme Rockets"
page_id = "1234567890"
access_token = { env = "FACEBOOK_PAGE_TOKEN" }
without_credentials = "outbox"
"#,
    abilities: Abilities {
        stable_key: Ability::No("the Graph API has none"),
        find: Ability::Yes("the page's posts, and the comments below a post"),
        read_back: Ability::Yes("the words of a post, its images and their alt texts, free"),
        delete: Ability::Yes("posts and comments"),
        edit: Ability::Partly("the words of a post; not a comment, not images or the link"),
        duplicate: Ability::Partly("code 506 for the same as the newest post (unverified)"),
    },
    fields: FIELDS,
    configure,
};

const FIELDS: &[Field] = &[
    Field { name: "page_id", kind: Kind::Text, about: "the page's number" },
    Field { name: "access_token", kind: Kind::Secret, about: "the page's access token" },
    Field {
        name: "app_secret",
        kind: Kind::Secret,
        about: "the app's secret, where the app wants calls proven (`appsecret_proof`)",
    },
    Field { name: "version", kind: Kind::Text, about: "the Graph API's version, `v26.0`" },
    Field { name: "base_url", kind: Kind::Text, about: "another server that speaks the Graph API" },
];

/// Current since 2026-07-29 (Graph API changelog).
const VERSION: &str = "v26.0";

/// One page.
#[derive(Debug)]
pub struct Facebook {
    account: String,
    /// `account` as the table has it: the page's name, username or number.
    written_account: Option<String>,
    page_id: String,
    credentials: Credentials,
    /// Whether the token is the page's own.
    whose: Question<Whose>,
    /// The Graph API's version; a call without one gets the app's oldest.
    pub version: String,
    /// Where requests go.
    pub base_url: String,
}

fn configure(configuring: &Configuring<'_>) -> Checked<Box<dyn Channel>> {
    let mut problems = Vec::new();
    let name = &configuring.table.name.value;
    let mut reader = configuring.reader(FIELDS, &mut problems);
    let mut credentials = Credentials::of(name);
    let page_id = page_id(&mut reader);
    if page_id.is_empty() {
        credentials.miss("page_id", "\"1234567890\"");
    }
    credentials.take(&mut reader, "access_token");
    if reader.table.get("app_secret").is_some() {
        credentials.take(&mut reader, "app_secret");
    }
    let version = version(&mut reader);
    let base_url = base_url(&mut reader, "https://graph.facebook.com", |_, last| {
        is_version(last).then(|| format!(", and `version = \"{last}\"`, if that is the one you want"))
    });
    reader.finish();
    let known_as = Some(page_id.as_str()).filter(|page| !page.is_empty());
    let account = account("facebook", configuring, known_as);
    let written_account = configuring.table.account.as_ref().map(|account| account.value.clone());
    let whose = Question::default();
    let page = Facebook { account, written_account, page_id, credentials, whose, version, base_url };
    Checked::with(Box::new(page), problems)
}

/// The page's number; empty if there is none. It becomes a part of addresses.
fn page_id(reader: &mut Reader<'_>) -> String {
    let Some(written) = reader.text("page_id") else { return String::new() };
    let page = written.value.trim().to_owned();
    if page.chars().all(|c| c.is_ascii_digit()) {
        return page;
    }
    reader.problems.push(
        Diagnostic::error("wrong-value", format!("`{page}` is not the number of a page"))
            .at(written.span)
            .hint("the number stands on the page under About, Page transparency: `page_id = \"1234567890\"`"),
    );
    String::new()
}

fn version(reader: &mut Reader<'_>) -> String {
    let Some(written) = reader.text("version") else { return VERSION.to_owned() };
    if is_version(&written.value) {
        return written.value;
    }
    reader.problems.push(
        Diagnostic::error("wrong-value", format!("`{}` is no version of the Graph API", written.value))
            .at(written.span)
            .hint(format!("write it as `version = \"{VERSION}\"`, or leave it out")),
    );
    VERSION.to_owned()
}

/// `v26.0`.
fn is_version(written: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    let numbers = written.strip_prefix('v').and_then(|rest| rest.split_once('.'));
    numbers.is_some_and(|(major, minor)| digits(major) && digits(minor))
}

impl Network for Facebook {
    const RULES: Rules = network::FACEBOOK;
    const DEFAULTS: Defaults = defaults::FACEBOOK;
    /// One after the other: a page that posts many at once is taken for spam
    /// (error 1390008, "posting too fast").
    const AT_ONCE: usize = 1;

    fn account(&self) -> &str {
        &self.account
    }

    fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    fn payload(&self, variant: &Variant, _identity: &Identity) -> Checked<Payload> {
        payload::payload(&self.page_id, variant)
    }

    async fn verify(&self, project: &Path) -> Result<Whose, SendError> {
        verify::whose(self, &Graph::open(self, project).await?).await.cloned()
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
        publish::read_back(self, part, receipt, attempt)
    }

    async fn find(&self, part: &PayloadPart, attempt: &Attempt) -> Result<Found, SendError> {
        find::find(self, part, attempt).await
    }

    fn post_at(&self, address: &str) -> Result<Option<String>, String> {
        address::post_at(address, &self.page_id, &self.base_url)
    }

    async fn remove(&self, receipt: &Receipt, project: &Path) -> Result<Removed, SendError> {
        remove::remove(self, receipt, None, project).await
    }

    fn id_of(&self, receipt: &Receipt) -> Option<String> {
        address::id_of(receipt, self)
    }

    async fn take_down(
        &self,
        _part: &PayloadPart,
        receipt: &Receipt,
        attempt: &Attempt,
    ) -> Result<Removed, SendError> {
        remove::remove(self, receipt, Some(attempt.last_tried), &attempt.project).await
    }

    fn goes_with_the_post(&self, part: &PayloadPart) -> bool {
        publish::is_comment(part)
    }

    fn can_edit(&self, change: &Change) -> Result<(), String> {
        edit::can_edit(change)
    }

    async fn edit(&self, change: &Change, receipt: &Receipt, attempt: &Attempt) -> Result<Edited, SendError> {
        edit::edit(self, change, receipt, attempt).await
    }
}
