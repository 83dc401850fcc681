//! From a table of `ladder.toml` to an account on relays.

use super::long_form::LongForm;
use super::{FIELDS, blossom, find, limits, payload, post, relay, remove};
use crate::channel::credentials::{Credentials, account, base_url};
use crate::channel::network::Network;
use crate::channel::{
    Attempt, Change, Channel, Configuring, Edited, Found, Posting, Removed, SendError, Whose, post_of,
};
use crate::diagnostic::{Checked, Diagnostic};
use crate::ladder::limits::Noted;
use crate::ladder::name::{holds_user, with_user};
use crate::ladder::shape::Reader;
use crate::plan::{Identity, Payload, PayloadPart, Receipt};
use crate::render::{Defaults, Variant, defaults};
use crate::source::Spanned;
use crate::text::{Rules, network};
use nostr::prelude::{FromBech32, PublicKey};
use std::path::Path;

/// Why nothing is edited.
const NO_EDITS: &str = "a note is signed, and other words are another note: take it down, and post it anew";

/// One account.
#[derive(Debug)]
pub struct Nostr {
    account: String,
    /// The channel's name, for messages.
    pub(super) name: String,
    /// Whose notes these are, where the table says it; else whoever the key belongs to.
    pub(super) author: Option<PublicKey>,
    credentials: Credentials,
    /// `wss://…`, in the table's order.
    pub(super) relays: Vec<String>,
    /// Servers of Blossom: `https://…`.
    pub(super) blossom: Vec<String>,
    /// How many relays must have it.
    pub(super) quorum: usize,
    /// Where people read notes.
    pub(super) gateway: String,
    content_warning: Option<String>,
    /// The language of its notes, where a message has none: a BCP 47 tag.
    language: String,
    rules: Rules,
    /// The longest text that all relays take, as far as that is noted.
    pub(super) longest: Option<usize>,
    /// One server for all of it; empty: there is none.
    pub(super) base_url: String,
}

pub(super) fn configure(configuring: &Configuring<'_>) -> Checked<Box<dyn Channel>> {
    read(configuring).map(|(nostr, is_articles)| match is_articles {
        true => Box::new(LongForm(nostr)) as Box<dyn Channel>,
        false => Box::new(nostr),
    })
}

/// The account of a table, and whether it is sent articles.
pub(super) fn read(configuring: &Configuring<'_>) -> Checked<(Nostr, bool)> {
    let mut problems = Vec::new();
    let table = configuring.table;
    let name = &table.name.value;
    let mut reader = configuring.reader(FIELDS, &mut problems);
    let mut credentials = Credentials::of(name);
    credentials.take(&mut reader, "nsec");
    let author = author(&mut reader, table.account.as_ref());
    let base_url = base_url(&mut reader, "", |_, _| None);
    let is_there = reader.table.get("relays").is_some();
    let relays = addresses(&mut reader, "relays", ["wss", "ws"], "wss://relay.damus.io");
    if relays.is_empty() && base_url.is_empty() && !is_there {
        reader.problems.push(
            Diagnostic::error("missing-key", format!("`[channels.{name}]` needs `relays`"))
                .at(table.span)
                .hint("write where notes go: `relays = [\"wss://relay.damus.io\", \"wss://nos.lol\"]`"),
        );
    }
    let blossom = addresses(&mut reader, "blossom", ["https", "http"], "https://blossom.primal.net");
    let quorum = reader.integer("quorum");
    if let Some(most) = quorum.as_ref().filter(|quorum| quorum.value > relays.len().max(1) as i64) {
        let says = format!("`quorum` is {}, and there are {} relays", most.value, relays.len());
        reader.problems.push(
            Diagnostic::error("wrong-value", says).at(most.span).hint("name more relays, or ask for fewer"),
        );
    }
    let gateway = gateway(&mut reader);
    let is_articles = reader.one_of("kind").is_some_and(|kind| kind.value == "article");
    let written = reader.text("content_warning").filter(|written| !written.value.trim().is_empty());
    reader.finish();
    let noted =
        configuring.project.noted(name).filter(|noted| noted.is_of(&limits::place(&relays, &base_url)));
    let nostr = Nostr {
        account: account("nostr", configuring, None),
        name: name.clone(),
        author,
        credentials,
        relays,
        blossom,
        quorum: quorum.and_then(|quorum| usize::try_from(quorum.value).ok()).unwrap_or(1),
        gateway,
        content_warning: written.map(|written| payload::plain(&written.value)),
        language: table.language.clone(),
        rules: limits::rules(noted),
        longest: limits::longest(noted),
        base_url,
    };
    Checked::with((nostr, is_articles), problems)
}

/// `account`: a public key. A secret one is not repeated.
fn author(reader: &mut Reader<'_>, account: Option<&Spanned<String>>) -> Option<PublicKey> {
    let account = account?;
    let written = account.value.trim();
    let author = PublicKey::from_bech32(written).or_else(|_| PublicKey::from_hex(written)).ok();
    if author.is_none() {
        let is_secret = written.to_ascii_lowercase().starts_with("nsec");
        let (says, hint) = match is_secret {
            true => (
                "`account` is a secret key, and stands in a file that is shared".to_owned(),
                "write the public one (`npub1…`), and make a new key: whoever has read this one can post",
            ),
            false => (
                format!("`{written}` is no public key of Nostr"),
                "write the account's `npub1…`, which apps show as its profile's address",
            ),
        };
        reader.problems.push(Diagnostic::error("wrong-value", says).at(account.span).hint(hint));
    }
    author
}

/// Addresses of servers, without a slash at the end. Those that encrypt nothing are
/// for this machine alone.
fn addresses(reader: &mut Reader<'_>, key: &str, schemes: [&str; 2], example: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for written in reader.texts(key).unwrap_or_default() {
        let good = url::Url::parse(&written.value).is_ok_and(|url| {
            let local = url.host_str().is_some_and(crate::channel::is_loopback);
            let bare = url.username().is_empty() && url.password().is_none();
            let ends = url.query().is_none() && url.fragment().is_none();
            let whole = !written.value.contains(|c: char| c.is_whitespace() || c.is_control());
            let encrypts = url.scheme() == schemes[0] || (url.scheme() == schemes[1] && local);
            bare && ends && whole && encrypts && url.has_host()
        });
        let bare = written.value.trim_end_matches('/').to_owned();
        if !good {
            let shown = match written.value.contains(['@', '?', '#']) {
                true => format!("an entry of `{key}`"),
                false => format!("`{}`", written.value),
            };
            let hint = format!(
                "write an address such as `{example}` (`{}://` only for this machine), without user name, \
                 password, `?`, `#` and blanks",
                schemes[1]
            );
            reader.problems.push(
                Diagnostic::error("bad-url", format!("{shown} is no address of a server for `{key}`"))
                    .at(written.span)
                    .hint(hint),
            );
        } else if found.contains(&bare) {
            let says = format!("`{bare}` stands in `{key}` twice");
            reader
                .problems
                .push(Diagnostic::error("wrong-value", says).at(written.span).hint("leave one of them out"));
        } else {
            found.push(bare);
        }
    }
    found
}

/// `gateway`: nothing secret goes there, it is only written down.
fn gateway(reader: &mut Reader<'_>) -> String {
    let Some(written) = reader.text("gateway") else { return "https://njump.me".to_owned() };
    if holds_user(&written.value) {
        reader.problems.push(with_user("gateway", written.span));
    }
    let is_good = url::Url::parse(&written.value).is_ok_and(|url| {
        let ends = url.query().is_none() && url.fragment().is_none();
        matches!(url.scheme(), "http" | "https") && url.has_host() && ends
    });
    if !is_good {
        let says = format!("`{}` is no address where readers find notes", written.value);
        let hint = "write a web page's address, such as `gateway = \"https://njump.me\"`";
        reader.problems.push(Diagnostic::error("bad-url", says).at(written.span).hint(hint));
    }
    written.value.trim().trim_end_matches('/').to_owned()
}

impl Nostr {
    /// The servers that notes go to.
    pub(super) fn servers(&self) -> Vec<String> {
        match self.base_url.is_empty() {
            true => self.relays.clone(),
            false => vec![format!("{}/", self.base_url)],
        }
    }

    /// The servers that images go to.
    pub(super) fn stores(&self) -> Vec<String> {
        match self.base_url.is_empty() {
            true => self.blossom.clone(),
            false => vec![self.base_url.clone()],
        }
    }
}

impl Network for Nostr {
    const RULES: Rules = network::NOSTR;
    const DEFAULTS: Defaults = defaults::NOSTR;

    fn rules(&self) -> Rules {
        self.rules
    }

    fn account(&self) -> &str {
        &self.account
    }

    fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    fn payload(&self, variant: &Variant, _: &Identity) -> Checked<Payload> {
        match post_of(variant) {
            Ok(post) => payload::payload(self, post),
            Err(problems) => Checked::bad(problems),
        }
    }

    async fn verify(&self, project: &Path) -> Result<Whose, SendError> {
        // The key is the account: nobody is asked whose it is, and one relay has to answer.
        let account = post::keys(self, project).await?;
        let servers = self.servers();
        let called = relay::all(&servers, |server| relay::is_there(&account, server)).await;
        let unsaid: Vec<String> = called.iter().filter_map(|(_, called)| called.clone().err()).collect();
        match unsaid.len() == servers.len() {
            true => Err(relay::not_known(&unsaid)),
            false => Ok(Whose::Verified),
        }
    }

    async fn noted(&self, _project: &Path) -> Result<Option<Noted>, SendError> {
        limits::ask(self).await.map(Some)
    }

    async fn prepare<'a>(
        &'a self,
        part: &'a PayloadPart,
        attempt: &'a Attempt,
    ) -> Result<Posting<'a>, SendError> {
        post::prepare(self, part, attempt).await
    }

    async fn find(&self, part: &PayloadPart, attempt: &Attempt) -> Result<Found, SendError> {
        find::find(self, part, attempt).await
    }

    fn post_at(&self, address: &str) -> Result<Option<String>, String> {
        super::address::post_at(address, self.author.as_ref())
    }

    async fn remove(&self, receipt: &Receipt, project: &Path) -> Result<Removed, SendError> {
        remove::remove(self, receipt, project).await
    }

    fn can_edit(&self, _: &Change) -> Result<(), String> {
        Err(NO_EDITS.to_owned())
    }

    async fn edit(&self, _: &Change, _: &Receipt, _: &Attempt) -> Result<Edited, SendError> {
        Ok(Edited::Stays(NO_EDITS.to_owned()))
    }

    fn content_warning(&self) -> Option<&str> {
        self.content_warning.as_deref()
    }
}

impl Nostr {
    /// What a note says of its language.
    pub(super) fn language<'a>(&'a self, own: &'a str) -> &'a str {
        if own.is_empty() { &self.language } else { own }
    }

    /// What notes are hidden behind.
    pub(super) fn warning(&self) -> Option<&str> {
        self.content_warning.as_deref()
    }

    /// Where readers will find an image.
    pub(super) fn address_of(&self, picture: &crate::render::Picture) -> Option<String> {
        blossom::address(self.blossom.first()?, picture)
    }

    /// The account's secrets, while something is being sent.
    pub(super) async fn secrets(
        &self,
        project: &Path,
    ) -> Result<crate::channel::credentials::Secrets, SendError> {
        self.credentials.expose(project).await
    }
}
