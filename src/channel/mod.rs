//! One file a service: config → rules → payload → send → find.
//!
//! The sorted table [`ADAPTERS`] says what exists. A channel is configured
//! from its spanned table without resolving a secret, opening a socket or
//! running a program; only `ready`, `send`, `find` and `live` touch the outside.

pub mod ability;
mod adapters;
mod article;
mod article_html;
mod attempt;
pub mod bluesky;
mod certificate;
mod configured;
pub mod credentials;
mod draft;
pub mod email;
pub mod facebook;
pub mod feed;
#[cfg(test)]
pub(crate) mod fixture;
pub mod folder;
mod folder_names;
pub mod forem;
pub mod ghost;
mod graph;
pub mod hashnode;
pub mod http;
mod images;
mod kind;
mod likeness;
pub mod linked_page;
pub mod linkedin;
mod listed;
pub mod manual;
mod markdown_body;
pub mod mastodon;
pub mod medium;
pub mod micropub;
pub mod network;
pub mod nostr;
pub mod outbox;
pub mod overheard;
pub mod owner;
mod paste;
pub mod posted_at;
mod question;
mod readings;
mod redaction;
mod rel;
mod seal;
pub mod secret;
pub mod shared_folder;
pub mod static_site;
mod stranger;
pub mod taken;
pub mod taken_back;
mod telling;
#[cfg(test)]
mod tests;
pub mod threads;
mod upload;
mod user_name;
pub mod webmention;
pub mod websub;
pub mod wordpress;
pub mod x;

use crate::diagnostic::Checked;
use crate::ladder::Pace;
pub use crate::plan::MicroDollars;
use crate::plan::{Identity, Payload, Receipt, Seen};
use crate::render::{Defaults, Variant, VariantKind};
use crate::text::Rules;
pub use ability::{Abilities, Ability, Goes};
pub use adapters::{
    ADAPTERS, Adapter, Configuring, NOT_BUILT_IN, adapter_named, adapter_names, every_adapter,
};
pub use attempt::{Attempt, Changing};
pub use configured::{Configured, configure};
use jiff::SignedDuration;
use kind::{post_of, wrong_kind};
use std::future::Future;
use std::path::Path;
use std::pin::Pin;
use std::time::Duration;
pub use taken::Taken;
pub use taken_back::{Change, Edited, NO_EDIT, NO_REMOVAL, Removed};

/// A running piece of work with a channel.
pub type Doing<'a, T> = Pin<Box<dyn Future<Output = Result<T, SendError>> + Send + 'a>>;

/// The one request that makes what readers see: everything that nobody sees is
/// done by then. It begins when it is first polled.
pub type Posting<'a> = Doing<'a, Receipt>;

/// All that comes before the posting of one part (images, above all) takes no
/// longer than this: what is not there by then is "not yet", since nothing was
/// posted.
pub const LONGEST_PREPARATION: Duration = Duration::from_secs(20 * 60);

/// So long after a try a network's list is believed, if it does not show the
/// part. How far behind a list may be, no network says; ten minutes have been
/// tried. A judgement: to wait too long costs half an hour, and to wait too
/// short posts it twice.
pub const LONGEST_LAG: SignedDuration = SignedDuration::from_mins(30);

/// Why nothing is known to be out.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// The service said no. Trying again changes nothing.
    #[error("{says}")]
    Refused {
        /// What it said.
        says: String,
    },
    /// It said no to who asks, or to what is paid, and not to what is sent:
    /// nothing was done. Once somebody has mended that, the same goes.
    #[error("{says}")]
    Mendable {
        /// What it said.
        says: String,
    },
    /// The service did nothing and said so. Safe to repeat.
    #[error("{says}")]
    NotYet {
        /// What it said.
        says: String,
        /// After this long, if it named a time.
        wait: Option<Duration>,
    },
    /// The service did nothing, and takes nothing more of this account for now:
    /// all that goes there waits, not only what was sent.
    #[error("{says}")]
    TooMany {
        /// What it said.
        says: String,
        /// After this long, if it named a time.
        wait: Option<Duration>,
    },
    /// Some of it was done, and the rest not yet. Safe to repeat: what is done is known
    /// to the next try ([`Attempt::begun`]), and not done again.
    #[error("{says}")]
    Partly {
        /// What is not done, and why.
        says: String,
        /// After this long, if a time was named.
        wait: Option<Duration>,
        /// What is done, in the channel's own words.
        done: String,
    },
    /// The request left and no answer proves what became of it.
    #[error("{cause}")]
    Unknown {
        /// What was seen.
        cause: String,
    },
}

/// After this long it is looked at again whether somebody has mended what
/// stops a channel: not within one run.
pub const MENDING: Duration = Duration::from_secs(5 * 60);

impl SendError {
    /// A refusal that is about who asks, or about what is paid.
    #[must_use]
    pub fn mendable(self) -> SendError {
        match self {
            SendError::Refused { says } => SendError::Mendable { says },
            other => other,
        }
    }

    /// Of a request that changes what readers see: without a wait that was named,
    /// "not now" does not say that nothing was done.
    #[must_use]
    pub fn in_doubt(self) -> SendError {
        match self {
            SendError::NotYet { says, wait: None } => SendError::Unknown { cause: says },
            other => other,
        }
    }

    /// Met while it was asked who may post, in the middle of a run: nothing
    /// was posted, and once somebody has mended it the part goes as it is. The
    /// next run asks before it begins, and leaves the channel alone.
    #[must_use]
    pub fn before_posting(self) -> SendError {
        match self {
            SendError::Refused { says } | SendError::Mendable { says } => {
                SendError::NotYet { says, wait: Some(MENDING) }
            }
            other => other,
        }
    }
}

/// What a channel needs before anything may be sent anywhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ready {
    /// All is there.
    Yes,
    /// Secrets are missing or empty; which, and how to give them. With
    /// `without_credentials = "outbox"` its posts go to the outbox.
    NoCredentials(Vec<String>),
    /// It cannot work: a folder that cannot be written, a wrong setting.
    No(Vec<String>),
}

/// What a network said of whose the credentials are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whose {
    /// They are good, and are those of the account; or there is nobody to ask.
    Verified,
    /// It did not say: the table is taken at its word. Why, as a sentence
    /// without a full stop.
    Unsaid(String),
    /// What answered is not the network's API: a page, as sign-in pages and other servers
    /// give, a word that says nothing, or a redirect. Nothing is stopped by that either,
    /// for the API may yet stand behind it. Why, as a sentence without a full stop.
    Foreign(String),
}

impl Whose {
    /// What it means that `who` answered so and named nobody: `why`, if its API spoke.
    fn untold(answer: &http::Answer, who: &str, why: String) -> Whose {
        match (answer.status, answer.strange()) {
            (300..400, _) => Whose::Foreign(why),
            (_, None) => Whose::Unsaid(why),
            (status, Some(what)) => Whose::Foreign(format!(
                "no answer of {who}'s API came, but {what} ({status}): look at `base_url`, and at a proxy or a \
                 sign-in page before it"
            )),
        }
    }

    /// Why nobody is named; empty where somebody is.
    fn why(&self) -> &str {
        match self {
            Whose::Verified => "",
            Whose::Unsaid(why) | Whose::Foreign(why) => why,
        }
    }
}

/// What the service's own records say about a part whose outcome is unknown.
#[derive(Clone, Debug, PartialEq)]
pub enum Found {
    /// It is there.
    Sent(Receipt),
    /// It is proven not to be there: a consistent listing that reaches back past the attempt.
    Absent,
    /// This channel has no way to tell.
    CannotTell(String),
}

/// One configured channel.
pub trait Channel: Send + Sync + std::fmt::Debug {
    /// Whose account, as the identity of deliveries: `x:acmerockets`.
    fn account(&self) -> String;
    /// What it makes of a message.
    fn kind(&self) -> VariantKind;
    /// Limits. Pure: built in, or from a committed file.
    fn rules(&self) -> Rules;
    /// Its own templates.
    fn defaults(&self) -> Defaults;
    /// What the service will see. Pure. Problems are those that only this service knows.
    fn payload(&self, variant: &Variant, identity: &Identity) -> Checked<Payload>;
    /// What those see of a variant whom the channel reaches, where that is not the variant
    /// itself: for the preview. Pure.
    fn shown(&self, variant: &Variant) -> Option<Variant> {
        let _ = variant;
        None
    }
    /// The folder of the project that it fills, where others may stand in its way. Pure.
    fn filling(&self) -> Option<shared_folder::Filling> {
        None
    }
    /// Whether it could send now: secrets there, folders writable. Opens no socket.
    fn ready<'a>(&'a self, project: &'a Path) -> Pin<Box<dyn Future<Output = Ready> + Send + 'a>>;
    /// Asks the network whether the credentials are good, and whether they are
    /// those of the account that the table names. `Refused` is proof that they
    /// are not: it says which of them is expired, of the wrong kind or another's,
    /// and what to do, and the channel is left alone. `NotYet` is left to `send`. Whatever else the network says, about a question that
    /// posting does not need, is `Unsaid`.
    fn verify<'a>(&'a self, project: &'a Path) -> Doing<'a, Whose> {
        let _ = project;
        Box::pin(async { Ok(Whose::Verified) })
    }
    /// What the instance takes that it speaks to, to be noted in `ladder.limits.toml`.
    /// `None`: there is nothing to ask; its rules are built in. Secrets are looked up below
    /// `project`: nothing of them is noted that a server says.
    fn noted<'a>(&'a self, project: &'a Path) -> Doing<'a, Option<crate::ladder::limits::Noted>> {
        let _ = project;
        Box::pin(async { Ok(None) })
    }
    /// What sending the payload costs, where the network charges for calls.
    fn price(&self, payload: &Payload) -> Option<MicroDollars> {
        let _ = payload;
        None
    }
    /// What taking one part down costs, where the network charges for calls.
    fn removal_price(&self) -> Option<MicroDollars> {
        None
    }
    /// Makes the thing that the posting publishes, where a network wants it in a step of
    /// its own and can be asked later whether that very thing is out; what the network
    /// calls it. Nobody sees it yet, and whatever goes wrong in here, nothing was posted.
    /// It stands in the journal before the posting leaves, and comes back with
    /// [`Attempt::made`]: while it may be out, no other is made. By itself: nothing.
    fn make<'a>(
        &'a self,
        part: &'a crate::plan::PayloadPart,
        attempt: &'a Attempt,
    ) -> Doing<'a, Option<String>> {
        let _ = (part, attempt);
        Box::pin(async { Ok(None) })
    }
    /// Does what a part needs before it can be posted, and what nobody sees:
    /// asks whose the credentials are, uploads images. Whatever goes wrong in
    /// here, or takes too long, nothing was posted. By itself: nothing.
    fn prepare<'a>(
        &'a self,
        part: &'a crate::plan::PayloadPart,
        attempt: &'a Attempt,
    ) -> Doing<'a, Posting<'a>> {
        Box::pin(async move { Ok(self.send(part, attempt)) })
    }
    /// Whether preparing this part takes requests of its own. If the process dies
    /// among them, it is known that nothing was posted.
    fn prepares(&self, part: &crate::plan::PayloadPart) -> bool {
        let _ = part;
        false
    }
    /// Looks at a part that is out and whose receipt is safe: where readers find
    /// it, and whether they see what was sent. What cannot be seen is no error.
    /// `None`: there is nothing to look at, or nobody may.
    fn read_back<'a>(
        &'a self,
        part: &'a crate::plan::PayloadPart,
        receipt: &'a Receipt,
        attempt: &'a Attempt,
    ) -> Option<Doing<'a, Seen>> {
        let _ = (part, receipt, attempt);
        None
    }
    /// The same where the network charges for looking, or takes its time: only when
    /// that was asked for (`--verify`). By itself: what looks for nothing.
    fn look_closely<'a>(
        &'a self,
        part: &'a crate::plan::PayloadPart,
        receipt: &'a Receipt,
        attempt: &'a Attempt,
    ) -> Option<Doing<'a, Seen>> {
        self.read_back(part, receipt, attempt)
    }
    /// Sends one part: all of it in a row, with no journal in between.
    fn send<'a>(&'a self, part: &'a crate::plan::PayloadPart, attempt: &'a Attempt) -> Doing<'a, Receipt>;
    /// Looks for a part after an unknown outcome.
    fn find<'a>(&'a self, part: &'a crate::plan::PayloadPart, attempt: &'a Attempt) -> Doing<'a, Found> {
        let _ = (part, attempt);
        Box::pin(async { Ok(Found::CannotTell("this channel keeps no list of what it was sent".to_owned())) })
    }
    /// Whether each post has an id that no other ever gets, so that one post
    /// cannot be two deliveries.
    fn ids_last(&self) -> bool {
        false
    }
    /// The id of the account's post that readers find at `address`, as far as
    /// the address tells it. The error says why no post of this account can be
    /// there. Pure.
    fn post_at(&self, address: &str) -> Result<Option<String>, String> {
        let _ = address;
        Ok(None)
    }
    /// What the network knows the post of that receipt by: what it said itself, else
    /// what an address tells for sure. None: it can be neither changed nor deleted. Pure.
    fn id_of(&self, receipt: &Receipt) -> Option<String> {
        receipt.id.clone().or_else(|| self.post_at(receipt.url.as_deref()?).ok().flatten())
    }
    /// Takes a part down. Doing it twice does no harm. Of when it was sent nothing is
    /// known here: what is out of a list may only not be in it yet.
    fn remove<'a>(&'a self, receipt: &'a Receipt, project: &'a Path) -> Doing<'a, Removed> {
        let _ = (receipt, project);
        Box::pin(async { Ok(Removed::Stays(NO_REMOVAL.to_owned())) })
    }
    /// The same, knowing what was sent, and when (`attempt.last_tried`): files are
    /// ours only as long as they are what was written, and a list that may lag
    /// does not prove that something is gone.
    fn take_down<'a>(
        &'a self,
        part: &'a crate::plan::PayloadPart,
        receipt: &'a Receipt,
        attempt: &'a Attempt,
    ) -> Doing<'a, Removed> {
        let _ = part;
        self.remove(receipt, &attempt.project)
    }
    /// Whether the part hangs below the first one, and is gone as soon as that is
    /// down: a comment on a post. Pure.
    fn goes_with_the_post(&self, part: &crate::plan::PayloadPart) -> bool {
        let _ = part;
        false
    }
    /// Whether a part that is out could say that where it stands; else why not,
    /// a sentence without a full stop. Pure.
    fn can_edit(&self, change: &Change) -> Result<(), String> {
        let _ = change;
        Err(NO_EDIT.to_owned())
    }
    /// Gives a part that is out other words where it stands. Doing it twice does
    /// no harm: the same words are the same words.
    fn edit<'a>(
        &'a self,
        change: &'a Change,
        receipt: &'a Receipt,
        attempt: &'a Attempt,
    ) -> Doing<'a, Edited> {
        let _ = (change, receipt, attempt);
        Box::pin(async { Ok(Edited::Stays(NO_EDIT.to_owned())) })
    }
    /// How long what comes `after` waits for the page to answer; `None`: it does not look.
    fn live_within(&self) -> Option<Duration> {
        None
    }
    /// Whether the page at `url` answers.
    fn live<'a>(&'a self, url: &'a str) -> Doing<'a, bool> {
        let _ = url;
        Box::pin(async { Ok(true) })
    }
    /// What the network takes of one account in how long, as far as that is
    /// documented. What comes on top of it waits, and is not sent to be told so.
    fn paces(&self) -> &'static [Pace] {
        &[]
    }
    /// How many parts it sends at the same time. More are not begun: what has
    /// begun and has no answer is in doubt after a crash.
    fn at_once(&self) -> usize {
        8
    }
    /// Who gets it, one message each.
    fn recipients(&self) -> &[String] {
        &[]
    }
    /// What its posts are folded behind.
    fn content_warning(&self) -> Option<&str> {
        None
    }
    /// The sender, for mail.
    fn from(&self) -> Option<String> {
        None
    }
    /// What readers know it by, where it has no account: a site's or a feed's name.
    fn title(&self) -> Option<&str> {
        None
    }
    /// `utm_medium`.
    fn medium(&self) -> &'static str {
        match self.kind() {
            VariantKind::Post => "social",
            VariantKind::Article => "blog",
            VariantKind::Mail => "email",
        }
    }
}

/// Whether `host` is this machine, where no password crosses a wire.
pub fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare.eq_ignore_ascii_case("localhost")
        || bare.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Whether a host is a name of the public net, as far as it is written out: no number, no
/// single word, nothing that leads to this machine or into the house (RFC 6761, 6762, 8375;
/// ICANN's `internal`, 2024). Where an answer says that something is to be brought, it may be.
fn is_public_name(host: Option<url::Host<&str>>) -> bool {
    let Some(url::Host::Domain(name)) = host else { return false };
    let name = name.trim_end_matches('.');
    let local = ["localhost", "localdomain", "local", "internal", "lan", "home", "arpa"];
    name.rsplit_once('.').is_some_and(|(_, last)| !local.contains(&last))
}

/// Whether files could be written to a folder of the project.
async fn folder_ready(project: &Path, directory: &str) -> Ready {
    let folder = folder::Folder::new(project, directory);
    let looked = folder::on_disk(move || folder?.writable().map_err(|says| SendError::Refused { says }));
    match looked.await {
        Ok(()) => Ready::Yes,
        Err(error) => Ready::No(vec![error.to_string()]),
    }
}
