//! Articles at sites that keep drafts: what those sites have in common.
//!
//! `prepare` makes a **draft** that nobody sees, with a mark that names the delivery; the
//! posting publishes that draft by its id. After a lost answer the site itself says how
//! the delivery stands. An edit reads what is there first, and writes over nothing that
//! somebody else has written. A site says only what is its own, by [`Articles`].

mod answer;
mod kept;
mod part;

pub(super) use answer::{Asked, led, odd_answer, taken};
pub(super) use kept::{Conversation, Kept, altered_pictures, receipt};
pub(super) use part::{
    cover, is_shown, media, no_canonical, same_name, stem, tags, text, texts, with_ending,
};

use super::credentials::{Credentials, account};
use super::network::{Host, Network, is_plain_id, web};
use super::{
    Attempt, Change, Configuring, Doing, Edited, Found, LONGEST_LAG, Posting, Removed, SendError, Whose,
    http, wrong_kind,
};
use crate::diagnostic::Checked;
use crate::ladder::shape::{Field, Kind, Reader};
use crate::plan::{Identity, Payload, PayloadPart, Receipt, Seen};
use crate::render::{Article, Defaults, Variant, VariantKind, defaults};
use crate::text::Rules;
use jiff::Timestamp;
use std::fmt::Debug;
use std::future::Future;
use std::path::Path;
use std::time::Duration;
use url::Url;

/// One account at a site that takes articles and keeps drafts. It is a [`Network`], and
/// so a channel, by this: checks, words for people and outcomes that are the same
/// everywhere stand there.
pub trait Articles: Send + Sync + Debug {
    /// See [`Network::RULES`].
    const RULES: Rules;
    /// See [`Network::AT_ONCE`]: a small site has few processes, and each request takes one.
    const AT_ONCE: usize = 2;
    /// Where people change an article by hand: `in`, `Ghost`.
    const PLACE: (&'static str, &'static str);
    /// What of the payload no edit can change besides `slug`, and what people call it.
    const FIXED: &'static [(&'static str, &'static str)];
    /// Why one is not changed that does not stand there any more.
    const GONE: &'static str;
    /// Whether it can be the id of an article there.
    const IS_ID: fn(&str) -> bool;
    /// One conversation with the site.
    type Api: Drafts;

    /// What every table of such an account says.
    fn site(&self) -> &Site;
    /// The article in the site's words. Pure.
    fn written(&self, article: &Article) -> Checked<Payload>;
    /// A conversation, and what the site said by then of whose the credentials are.
    fn open(&self, project: &Path) -> impl Future<Output = Result<(Self::Api, Whose), SendError>> + Send;
    /// See [`super::Channel::post_at`].
    fn id_at(&self, address: &str) -> Result<Option<String>, String>;
}

/// A conversation about articles and their drafts.
pub trait Drafts: Conversation {
    /// An article, or a draft, as the site keeps it.
    type Post: Kept;

    /// All that nobody sees: the draft stands, with our mark.
    fn draft(
        &self,
        part: &PayloadPart,
        attempt: &Attempt,
    ) -> impl Future<Output = Result<Prepared<Self::Post>, SendError>> + Send;
    /// The one request that readers see anything of. Done twice, there is one article.
    fn publish(
        &self,
        draft: &Self::Post,
        part: &PayloadPart,
        attempt: &Attempt,
    ) -> impl Future<Output = Result<Told<Self::Post>, SendError>> + Send;
    /// How a delivery stands of which nobody knows whether it went out.
    fn standing(
        &self,
        part: &PayloadPart,
        attempt: &Attempt,
    ) -> impl Future<Output = Result<Standing<Self::Post>, SendError>> + Send;
    /// The article of that id, if there is one.
    fn read(&self, id: &str) -> impl Future<Output = Result<Option<Self::Post>, SendError>> + Send;
    /// Gives `live` other words. What readers see changes by one request.
    fn change(
        &self,
        live: &Self::Post,
        change: &Change,
        attempt: &Attempt,
    ) -> impl Future<Output = Result<Told<Self::Post>, SendError>> + Send;
    /// See [`super::Channel::remove`].
    fn withdraw(&self, id: &str) -> impl Future<Output = Result<Removed, SendError>> + Send;
}

/// What every table of an account says, and what is known of the account by it.
#[derive(Debug)]
pub struct Site {
    /// Whose account, as the identity of deliveries.
    pub account: String,
    /// The account's secrets.
    pub credentials: Credentials,
    /// Where the site is, or its API.
    pub base_url: String,
    /// So long what comes `after` waits until the page answers.
    pub live: Option<Duration>,
}

impl Site {
    /// An account of `network`, which is called `known_as` if the table names none.
    pub(super) fn of(
        network: &str,
        configuring: &Configuring<'_>,
        known_as: Option<&str>,
        credentials: Credentials,
        base_url: String,
        live: Option<Duration>,
    ) -> Site {
        Site { account: account(network, configuring, known_as), credentials, base_url, live }
    }
}

/// The field `live`.
pub(super) const LIVE: Field = Field {
    name: "live",
    kind: Kind::DurationOrFalse,
    about: "what comes `after` waits this long until the page answers; `false`: it does not look",
};

/// What [`LIVE`] says.
pub(super) fn live(reader: &mut Reader<'_>) -> Option<Duration> {
    let live = reader.duration_or_false("live").and_then(|live| live.value);
    live.and_then(|live| Duration::try_from(live).ok())
}

/// A text of the table, if there is more to it than blanks.
pub(super) fn word(reader: &mut Reader<'_>, key: &str) -> Option<String> {
    reader.text(key).map(|written| written.value.trim().to_owned()).filter(|text| !text.is_empty())
}

/// What a site is called by its address: `blog.example.com:8443/news`.
pub(super) fn host_and_path(base_url: &str) -> Option<String> {
    let url = Url::parse(base_url).ok()?;
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    Some(format!("{}{port}{}", url.host_str()?, url.path().trim_end_matches('/')))
}

/// The address of something at `what`, and its path below that of `base_url`; else why
/// it is none.
pub(super) fn below(address: &str, what: &str, base_url: &str) -> Result<(Url, String), String> {
    let (url, host) = web(address, what, &[], base_url)?;
    let base = Url::parse(base_url).map_err(|_| "the channel has no `base_url`".to_owned())?;
    match url.path().strip_prefix(base.path().trim_end_matches('/')).filter(|_| host == Host::Other) {
        Some(path) => Ok((url.clone(), path.to_owned())),
        None => Err(format!("it is not below {base_url}")),
    }
}

/// What is said of an address that is the site's own, and no article's.
pub(super) const NO_POST: &str = "it is the site, and no post of it: open the post, and copy its address";

/// Whether it is a number, as some sites give to their articles.
pub(super) fn is_number(id: &str) -> bool {
    is_plain_id(id) && id.len() <= 20 && id.bytes().all(|b| b.is_ascii_digit())
}

/// Whether it is one of 24 digits in hex, as other sites give to theirs.
pub(super) fn is_object(id: &str) -> bool {
    is_plain_id(id) && id.len() == 24 && id.bytes().all(|b| b.is_ascii_hexdigit())
}

/// An article that only has to be published.
pub enum Prepared<P> {
    /// The draft.
    Draft(P),
    /// An earlier try had gone out.
    Out(P),
}

/// What a site says of an article that it was asked to publish or to change.
pub enum Told<P> {
    /// It is done, and so it stands there now.
    There(P),
    /// The answer is about something else.
    Other,
    /// There is none.
    Gone,
    /// Somebody has changed it meanwhile, and nothing was done.
    Changed,
}

impl<P> Told<P> {
    /// What an answer says that tells of `post`, or none. `is_it`: whether that is what was
    /// asked for; `is_gone`: the site says that there is none; `trouble`: what it means else.
    pub(super) fn of(
        post: Option<P>,
        is_it: impl FnOnce(&P) -> bool,
        is_gone: bool,
        trouble: impl FnOnce() -> SendError,
    ) -> Result<Told<P>, SendError> {
        match post {
            Some(post) if is_it(&post) => Ok(Told::There(post)),
            Some(_) => Ok(Told::Other),
            None if is_gone => Ok(Told::Gone),
            None => Err(trouble()),
        }
    }
}

/// How a delivery stands.
pub enum Standing<P> {
    /// It is out.
    Out(P),
    /// It is not: its draft proves it, or the site, which tells of each post of its mark.
    NotOut,
    /// Nothing tells of it, and the site's list may only be behind.
    NotListed,
    /// Nobody can tell, and why.
    Unclear(&'static str),
}

/// The id of the article of a receipt.
fn id_of<A: Articles>(of: &A, receipt: &Receipt) -> Option<String> {
    Network::id_of(of, receipt).filter(|id| (A::IS_ID)(id))
}

/// What stays as it is, since its id is not known: `what` is to be done by hand.
fn by_hand<A: Articles>(what: &str) -> String {
    let (at, name) = A::PLACE;
    format!("its id is not known: {what} {at} {name}")
}

fn changed_since<A: Articles>() -> Result<Edited, SendError> {
    let (at, name) = A::PLACE;
    Ok(Edited::Stays(format!(
        "somebody has changed it {at} {name} since: what stands there is not written over"
    )))
}

fn speaks_of_something_else(api: &impl Conversation, asked: &str, id: &str) -> SendError {
    SendError::Unknown {
        cause: format!("{} was asked to {asked} {id}, and speaks of something else", api.name()),
    }
}

async fn published<D: Drafts>(
    api: &D,
    draft: &D::Post,
    part: &PayloadPart,
    attempt: &Attempt,
) -> Result<Receipt, SendError> {
    match api.publish(draft, part, attempt).await? {
        Told::There(post) => Ok(receipt(&post, part, api)),
        Told::Other => Err(speaks_of_something_else(api, "publish", draft.id())),
        Told::Gone | Told::Changed => {
            let says = "somebody has thrown the draft away: it is made anew".to_owned();
            Err(SendError::NotYet { says, wait: None })
        }
    }
}

impl<A: Articles> Network for A {
    const KIND: VariantKind = VariantKind::Article;
    const RULES: Rules = <A as Articles>::RULES;
    const DEFAULTS: Defaults = defaults::ARTICLE;
    const AT_ONCE: usize = <A as Articles>::AT_ONCE;

    fn account(&self) -> &str {
        &self.site().account
    }

    fn credentials(&self) -> &Credentials {
        &self.site().credentials
    }

    fn payload(&self, variant: &Variant, _identity: &Identity) -> Checked<Payload> {
        match variant {
            Variant::Article(article) => self.written(article),
            other => Checked::bad(vec![wrong_kind(other, "an article")]),
        }
    }

    async fn verify(&self, project: &Path) -> Result<Whose, SendError> {
        Ok(self.open(project).await?.1)
    }

    /// A draft is made for each article.
    fn prepares(&self, _part: &PayloadPart) -> bool {
        true
    }

    async fn prepare<'a>(
        &'a self,
        part: &'a PayloadPart,
        attempt: &'a Attempt,
    ) -> Result<Posting<'a>, SendError> {
        let (api, _) = self.open(&attempt.project).await.map_err(SendError::before_posting)?;
        let draft = match api.draft(part, attempt).await? {
            Prepared::Draft(draft) => draft,
            Prepared::Out(post) => {
                let there = receipt(&post, part, &api);
                let mark = "an earlier try had gone out: it stands there with this delivery's mark";
                let detail = there.detail.clone().or(Some(mark.to_owned()));
                return Ok(Box::pin(async move { Ok(Receipt { detail, ..there }) }));
            }
        };
        Ok(Box::pin(async move { published(&api, &draft, part, attempt).await }))
    }

    /// What readers see. A read that fails changes nothing: the article is out.
    fn read_back<'a>(
        &'a self,
        part: &'a PayloadPart,
        receipt: &'a Receipt,
        attempt: &'a Attempt,
    ) -> Option<Doing<'a, Seen>> {
        let id = receipt.id.as_deref().filter(|id| (A::IS_ID)(id))?;
        Some(Box::pin(async move {
            let (api, _) = self.open(&attempt.project).await?;
            let Ok(Some(post)) = api.read(id).await else { return Ok(Seen::default()) };
            let url = post.url().filter(|url| receipt.url.as_deref() != Some(url)).map(str::to_owned);
            Ok(Seen { altered: kept::altered(&post, part, &api), url })
        }))
    }

    async fn find(&self, part: &PayloadPart, attempt: &Attempt) -> Result<Found, SendError> {
        let (api, _) = self.open(&attempt.project).await?;
        let may_be_late = match api.standing(part, attempt).await? {
            Standing::Out(post) => return Ok(Found::Sent(receipt(&post, part, &api))),
            Standing::Unclear(why) => return Ok(Found::CannotTell(why.to_owned())),
            // If the request is still on its way, it publishes that draft. What is not to go
            // out any more must not come out behind our back.
            Standing::NotOut => attempt.withdrawn,
            Standing::NotListed => true,
        };
        let settled = attempt.last_tried.saturating_add(LONGEST_LAG).unwrap_or(Timestamp::MAX);
        if may_be_late && crate::clock::now() < settled {
            let then = attempt.list_can_tell();
            return Ok(Found::CannotTell(format!(
                "it is not published, and the request may still be on its way: ask again after {then}"
            )));
        }
        Ok(Found::Absent)
    }

    fn post_at(&self, address: &str) -> Result<Option<String>, String> {
        self.id_at(address)
    }

    async fn remove(&self, receipt: &Receipt, project: &Path) -> Result<Removed, SendError> {
        let Some(id) = id_of(self, receipt) else {
            return Ok(Removed::Stays(by_hand::<A>("take it down")));
        };
        let (api, _) = self.open(project).await?;
        api.withdraw(&id).await
    }

    fn can_edit(&self, change: &Change) -> Result<(), String> {
        let (before, after) = (text(&change.before, "slug"), text(&change.after, "slug"));
        if before != after {
            return Err(format!(
                "its `slug` would change (`{before}` to `{after}`), and with it its address"
            ));
        }
        let differs = |key: &str| change.before.body.get(key) != change.after.body.get(key);
        match A::FIXED.iter().find(|(key, _)| differs(key)) {
            None => Ok(()),
            Some((key, what)) => {
                Err(format!("{what} (`{key}`) would change: that is for {} itself", A::PLACE.1))
            }
        }
    }

    /// The article is read first. It is as we left it, if it is what was seen then; where
    /// nobody saw it, if it is what was sent.
    async fn edit(&self, change: &Change, before: &Receipt, attempt: &Attempt) -> Result<Edited, SendError> {
        let Some(id) = id_of(self, before) else {
            return Ok(Edited::Stays(by_hand::<A>("change it")));
        };
        let (api, _) = self.open(&attempt.project).await?;
        let gone = || Ok(Edited::Stays(A::GONE.to_owned()));
        let Some(live) = api.read(&id).await?.filter(Kept::stands) else { return gone() };
        let as_left = match &before.sha256 {
            Some(digest) => *digest == live.digest(),
            None => live.says(&change.before),
        };
        // It may say so already, by an earlier try: the rest of it is written once more.
        if !as_left && !live.says(&change.after) {
            return changed_since::<A>();
        }
        let done = |post: <A::Api as Drafts>::Post| {
            let now = receipt(&post, &change.after, &api);
            let url = now.url.clone().or_else(|| before.url.clone());
            Ok(Edited::Done(Receipt { url, detail: before.detail.clone(), ..now }))
        };
        let error = match api.change(&live, change, attempt).await {
            Ok(Told::There(post)) => return done(post),
            Ok(Told::Gone) => return gone(),
            Ok(Told::Changed) => return changed_since::<A>(),
            Ok(Told::Other) => speaks_of_something_else(&api, "change", &id),
            Err(error) => error,
        };
        // Where the answer is in doubt, what stands there settles it.
        if matches!(error, SendError::Unknown { .. })
            && let Ok(Some(post)) = api.read(&id).await
            && post.digest() != live.digest()
            && post.says(&change.after)
        {
            return done(post);
        }
        Err(error)
    }

    fn live_within(&self) -> Option<Duration> {
        self.site().live
    }

    async fn live(&self, url: &str) -> Result<bool, SendError> {
        http::answers(url).await.map_err(|says| SendError::Refused { says })
    }
}
