//! LinkedIn: a person or an organisation, by the versioned Posts API.
//!
//! `verify` asks whose token it is; `send` uploads the images, posts, and
//! reads the post back where that is allowed; `find` looks through an
//! organisation's own posts; `remove` takes down.
//!
//! Facts: learn.microsoft.com, Posts API, Images API, Comments API, little
//! text format (li-lms-2026-05), rate limits. Where a fact comes from elsewhere
//! or is not verified, it says so beside it.

mod address;
mod answer;
mod api;
mod comment;
mod edit;
mod find;
mod image;
mod payload;
mod post;
mod same;
mod shown;
#[cfg(test)]
mod tests;
mod urn;
mod verify;

use super::credentials::{Credentials, account, base_url};
use super::network::{Network, Question};
use super::{
    Abilities, Ability, Adapter, Attempt, Change, Channel, Configuring, Doing, Edited, Found, Goes, Posting,
    Removed, SendError, Whose,
};
use crate::diagnostic::{Checked, Diagnostic};
use crate::ladder::Pace;
use crate::ladder::shape::{Field, Kind};
use crate::plan::{Identity, Payload, PayloadPart, Receipt, Seen};
use crate::render::defaults;
use crate::render::{Defaults, Variant, VariantKind};
use crate::text::{Rules, network};
use api::Api;
use jiff::SignedDuration;
use std::path::Path;
use std::time::Duration;

/// `adapter = "linkedin"`.
pub const ADAPTER: Adapter = Adapter {
    name: "linkedin",
    also: &[],
    about: "posts on LinkedIn, for a person or an organisation",
    kind: VariantKind::Post,
    goes: Goes::Server,
    sample: r#"adapter = "linkedin"
account = "Acme Rockets"
author = "urn:li:organization:2414183"
access_token = { env = "LINKEDIN_ACCESS_TOKEN" }
without_credentials = "outbox"
"#,
    abilities: Abilities {
        stable_key: Ability::No("the Posts API has none"),
        find: Ability::Partly("an organisation's posts; a member's may not be read"),
        read_back: Ability::Partly("an organisation's posts; a member's may not be read"),
        delete: Ability::Yes("posts and comments"),
        edit: Ability::Partly("the words of a post; not a comment, not images or the card"),
        duplicate: Ability::Yes("422 names the post that is there"),
    },
    fields: FIELDS,
    configure,
};

const FIELDS: &[Field] = &[
    Field { name: "author", kind: Kind::Text, about: "`urn:li:organization:NUMBER` or `urn:li:person:ID`" },
    Field { name: "access_token", kind: Kind::Secret, about: "the member's access token" },
    Field { name: "version", kind: Kind::Text, about: "the API's version, a year and a month: `202606`" },
    Field {
        name: "image_wait",
        kind: Kind::DurationOrFalse,
        about: "how long an uploaded image is left alone where nobody may ask whether it is ready: `3s`",
    },
    Field { name: "base_url", kind: Kind::Text, about: "another server that speaks LinkedIn's API" },
];

/// `LinkedIn-Version` where the channel names none: in use in August 2026.
/// Each lives for about twelve months (versioning page of the API).
const VERSION: &str = "202606";

/// Posts and comments of a member: LinkedIn publishes no number, and about 150 in a
/// day are reported (third party, unverified).
const MEMBER_PACES: &[Pace] = &[Pace::in_minutes(150, 24 * 60)];

/// One author.
#[derive(Debug)]
pub struct LinkedIn {
    account: String,
    /// `account` as it stands in the table, to be compared with the author's name.
    named: Option<String>,
    author: String,
    credentials: Credentials,
    /// `LinkedIn-Version`, such as `202606`.
    pub version: String,
    /// How long an image is left alone before a post shows it.
    image_wait: Duration,
    /// Whether the token is the author's.
    whose: Question<Whose>,
    /// Where requests go.
    pub base_url: String,
}

fn configure(configuring: &Configuring<'_>) -> Checked<Box<dyn Channel>> {
    let mut problems = Vec::new();
    let name = &configuring.table.name.value;
    let mut reader = configuring.reader(FIELDS, &mut problems);
    let mut credentials = Credentials::of(name);
    let author = reader.text("author");
    if let Some(written) = author.as_ref().filter(|author| !urn::is_author(&author.value)) {
        reader.problems.push(
            Diagnostic::error("bad-author", format!("`{}` is no author that LinkedIn knows", written.value))
                .at(written.span)
                .hint("write `urn:li:organization:NUMBER` or `urn:li:person:ID`"),
        );
    }
    if author.is_none() {
        credentials.miss("author", "\"urn:li:organization:NUMBER\"");
    }
    let author = author.map(|author| author.value).unwrap_or_default();
    credentials.take(&mut reader, "access_token");
    let version = reader.text("version");
    if let Some(written) = version.as_ref().filter(|version| !is_version(&version.value)) {
        reader.problems.push(
            Diagnostic::error("wrong-value", format!("`{}` is no version of LinkedIn's API", written.value))
                .at(written.span)
                .hint(format!("write a year and a month: `version = \"{VERSION}\"`")),
        );
    }
    let version = version.map_or_else(|| VERSION.to_owned(), |version| version.value);
    let wait = reader.duration_or_false("image_wait");
    let long = |wait: &SignedDuration| *wait > image::LONGEST_GRACE;
    if let Some(wait) = wait.as_ref().filter(|wait| wait.value.as_ref().is_some_and(long)) {
        let minutes = image::LONGEST_GRACE.as_mins();
        reader.problems.push(
            Diagnostic::error("wrong-value", format!("`image_wait` is longer than {minutes} minutes"))
                .at(wait.span)
                .hint(format!(
                    "an image is ready after seconds: write `image_wait = \"3s\"`, at most `{minutes}m`"
                )),
        );
    }
    let image_wait = wait.map_or(image::GRACE, |wait| {
        wait.value.and_then(|wait| Duration::try_from(wait).ok()).unwrap_or_default()
    });
    let base_url = base_url(&mut reader, "https://api.linkedin.com", |url, last| {
        let own = url.host_str() == Some("api.linkedin.com");
        (own && matches!(last, "rest" | "v2")).then(String::new)
    });
    reader.finish();
    let known_as = Some(author.as_str()).filter(|author| !author.is_empty());
    let account = account("linkedin", configuring, known_as);
    let named = configuring.table.account.as_ref().map(|account| account.value.clone());
    Checked::with(
        Box::new(LinkedIn {
            account,
            named,
            author,
            credentials,
            version,
            image_wait,
            whose: Question::default(),
            base_url,
        }),
        problems,
    )
}

/// `YYYYMM`.
fn is_version(written: &str) -> bool {
    let digits = written.len() == 6 && written.bytes().all(|byte| byte.is_ascii_digit());
    digits && matches!(written.get(4..).and_then(|month| month.parse::<u8>().ok()), Some(1..=12))
}

impl LinkedIn {
    /// Organisations may read what they posted; members may not, since
    /// `r_member_social` is closed to new applications.
    fn can_read(&self) -> bool {
        urn::is_organization(&self.author)
    }

    /// Whose token it is: asked until there is a good answer, then never again.
    async fn whose(&self, api: &Api<'_>) -> Result<&Whose, SendError> {
        self.whose.ask(verify::verify(api)).await
    }
}

impl Network for LinkedIn {
    const RULES: Rules = network::LINKEDIN;
    const DEFAULTS: Defaults = defaults::LINKEDIN;

    fn account(&self) -> &str {
        &self.account
    }

    fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    fn payload(&self, variant: &Variant, _identity: &Identity) -> Checked<Payload> {
        payload::payload(&self.author, variant)
    }

    async fn verify(&self, project: &Path) -> Result<Whose, SendError> {
        self.whose(&Api::open(self, project).await?).await.cloned()
    }

    async fn prepare<'a>(
        &'a self,
        part: &'a PayloadPart,
        attempt: &'a Attempt,
    ) -> Result<Posting<'a>, SendError> {
        let api = Api::open(self, &attempt.project).await.map_err(SendError::before_posting)?;
        // Asked before the run; if there was no answer then, there has to be
        // one now: a post in another's name cannot be taken back unseen.
        self.whose(&api).await.map_err(SendError::before_posting)?;
        if payload::is_comment(part) {
            return Ok(Box::pin(async move { comment::send(&api, part, attempt).await }));
        }
        let images = image::upload(&api, &part.media, attempt).await?;
        Ok(Box::pin(async move { post::send(&api, part, &images, attempt).await }))
    }

    fn read_back<'a>(
        &'a self,
        part: &'a PayloadPart,
        receipt: &'a Receipt,
        attempt: &'a Attempt,
    ) -> Option<Doing<'a, Seen>> {
        // What a comment says stands in the answer that made it.
        let post = receipt.id.as_deref().filter(|_| self.can_read() && !payload::is_comment(part))?;
        Some(Box::pin(async move {
            let api = Api::open(self, &attempt.project).await?;
            Ok(post::read_back(&api, post, part).await)
        }))
    }

    async fn find(&self, part: &PayloadPart, attempt: &Attempt) -> Result<Found, SendError> {
        if !self.can_read() {
            return Ok(Found::CannotTell(find::MEMBERS.to_owned()));
        }
        let api = Api::open(self, &attempt.project).await?;
        if payload::is_comment(part) {
            find::comment(&api, part, attempt).await
        } else {
            find::post(&api, part, attempt).await
        }
    }

    fn paces(&self) -> &'static [Pace] {
        // An organisation's numbers are not published.
        if urn::is_organization(&self.author) { &[] } else { MEMBER_PACES }
    }

    fn post_at(&self, address: &str) -> Result<Option<String>, String> {
        address::post_at(address, &self.base_url)
    }

    async fn remove(&self, receipt: &Receipt, project: &Path) -> Result<Removed, SendError> {
        post::remove(&Api::open(self, project).await?, receipt).await
    }

    fn goes_with_the_post(&self, part: &PayloadPart) -> bool {
        payload::is_comment(part)
    }

    fn can_edit(&self, change: &Change) -> Result<(), String> {
        edit::can_edit(change)
    }

    async fn edit(&self, change: &Change, receipt: &Receipt, attempt: &Attempt) -> Result<Edited, SendError> {
        edit::edit(&Api::open(self, &attempt.project).await?, change, receipt).await
    }
}
