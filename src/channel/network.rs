//! What the networks have in common as channels: accounts with secrets, posts,
//! and the stages of a sending. A service says only what is its own.

use super::credentials::Credentials;
pub use super::question::Question;
use super::{
    Attempt, Change, Channel, Checked, Defaults, Doing, Edited, Found, Identity, MicroDollars, NO_EDIT,
    Payload, Posting, Ready, Receipt, Removed, Rules, Seen, SendError, Variant, VariantKind, Whose,
};
use crate::ladder::Pace;
use crate::ladder::limits::Noted;
use crate::plan::PayloadPart;
use serde_json::Value;
use std::fmt::Debug;
use std::future::Future;
use std::path::Path;
use std::pin::Pin;
use std::time::Duration;

/// One account at a network that takes posts by HTTP. It is a [`Channel`] by this;
/// what the methods promise stands there.
pub trait Network: Send + Sync + Debug {
    /// What it makes of a message.
    const KIND: VariantKind = VariantKind::Post;
    /// Limits, built in.
    const RULES: Rules;
    /// Its own templates.
    const DEFAULTS: Defaults;
    /// See [`Channel::at_once`].
    const AT_ONCE: usize = 8;
    /// See [`Channel::rules`]: those that are built in, where an instance has none of its own.
    fn rules(&self) -> Rules {
        Self::RULES
    }
    /// See [`Channel::paces`].
    fn paces(&self) -> &'static [Pace] {
        &[]
    }

    /// Whose account, as the identity of deliveries.
    fn account(&self) -> &str;
    /// The account's secrets.
    fn credentials(&self) -> &Credentials;
    /// See [`Channel::payload`].
    fn payload(&self, variant: &Variant, identity: &Identity) -> Checked<Payload>;
    /// See [`Channel::removal_price`].
    fn removal_price(&self) -> Option<MicroDollars> {
        None
    }
    /// See [`Channel::price`].
    fn price(&self, payload: &Payload) -> Option<MicroDollars> {
        let _ = payload;
        None
    }
    /// See [`Channel::verify`].
    fn verify(&self, project: &Path) -> impl Future<Output = Result<Whose, SendError>> + Send;
    /// See [`Channel::prepares`]: where nothing else is said, only images take requests.
    fn prepares(&self, part: &PayloadPart) -> bool {
        !part.media.is_empty()
    }
    /// See [`Channel::noted`].
    fn noted(&self, project: &Path) -> impl Future<Output = Result<Option<Noted>, SendError>> + Send {
        let _ = project;
        async { Ok(None) }
    }
    /// See [`Channel::make`].
    fn make(
        &self,
        part: &PayloadPart,
        attempt: &Attempt,
    ) -> impl Future<Output = Result<Option<String>, SendError>> + Send {
        let _ = (part, attempt);
        async { Ok(None) }
    }
    /// See [`Channel::prepare`].
    fn prepare<'a>(
        &'a self,
        part: &'a PayloadPart,
        attempt: &'a Attempt,
    ) -> impl Future<Output = Result<Posting<'a>, SendError>> + Send;
    /// See [`Channel::read_back`].
    fn read_back<'a>(
        &'a self,
        part: &'a PayloadPart,
        receipt: &'a Receipt,
        attempt: &'a Attempt,
    ) -> Option<Doing<'a, Seen>> {
        let _ = (part, receipt, attempt);
        None
    }
    /// See [`Channel::look_closely`].
    fn look_closely<'a>(
        &'a self,
        part: &'a PayloadPart,
        receipt: &'a Receipt,
        attempt: &'a Attempt,
    ) -> Option<Doing<'a, Seen>> {
        self.read_back(part, receipt, attempt)
    }
    /// See [`Channel::find`].
    fn find(
        &self,
        part: &PayloadPart,
        attempt: &Attempt,
    ) -> impl Future<Output = Result<Found, SendError>> + Send;
    /// See [`Channel::post_at`].
    fn post_at(&self, address: &str) -> Result<Option<String>, String>;
    /// See [`Channel::remove`].
    fn remove(
        &self,
        receipt: &Receipt,
        project: &Path,
    ) -> impl Future<Output = Result<Removed, SendError>> + Send;
    /// See [`Channel::id_of`].
    fn id_of(&self, receipt: &Receipt) -> Option<String> {
        receipt.id.clone().or_else(|| self.post_at(receipt.url.as_deref()?).ok().flatten())
    }
    /// See [`Channel::take_down`].
    fn take_down(
        &self,
        part: &PayloadPart,
        receipt: &Receipt,
        attempt: &Attempt,
    ) -> impl Future<Output = Result<Removed, SendError>> + Send {
        let _ = part;
        self.remove(receipt, &attempt.project)
    }
    /// See [`Channel::goes_with_the_post`].
    fn goes_with_the_post(&self, part: &PayloadPart) -> bool {
        let _ = part;
        false
    }
    /// See [`Channel::can_edit`].
    fn can_edit(&self, change: &Change) -> Result<(), String> {
        let _ = change;
        Err(NO_EDIT.to_owned())
    }
    /// See [`Channel::edit`].
    fn edit(
        &self,
        change: &Change,
        receipt: &Receipt,
        attempt: &Attempt,
    ) -> impl Future<Output = Result<Edited, SendError>> + Send {
        let _ = (change, receipt, attempt);
        async { Ok(Edited::Stays(NO_EDIT.to_owned())) }
    }
    /// See [`Channel::content_warning`].
    fn content_warning(&self) -> Option<&str> {
        None
    }
    /// See [`Channel::live_within`].
    fn live_within(&self) -> Option<Duration> {
        None
    }
    /// See [`Channel::live`].
    fn live(&self, url: &str) -> impl Future<Output = Result<bool, SendError>> + Send {
        let _ = url;
        async { Ok(true) }
    }
}

impl<N: Network> Channel for N {
    fn account(&self) -> String {
        Network::account(self).to_owned()
    }

    fn kind(&self) -> VariantKind {
        N::KIND
    }

    fn rules(&self) -> Rules {
        Network::rules(self)
    }

    fn defaults(&self) -> Defaults {
        N::DEFAULTS
    }

    fn payload(&self, variant: &Variant, identity: &Identity) -> Checked<Payload> {
        Network::payload(self, variant, identity)
    }

    fn ready<'a>(&'a self, project: &'a Path) -> Pin<Box<dyn Future<Output = Ready> + Send + 'a>> {
        Box::pin(self.credentials().ready(project))
    }

    fn verify<'a>(&'a self, project: &'a Path) -> Doing<'a, Whose> {
        Box::pin(Network::verify(self, project))
    }

    fn content_warning(&self) -> Option<&str> {
        Network::content_warning(self)
    }

    fn noted<'a>(&'a self, project: &'a Path) -> Doing<'a, Option<Noted>> {
        Box::pin(Network::noted(self, project))
    }

    fn price(&self, payload: &Payload) -> Option<MicroDollars> {
        Network::price(self, payload)
    }

    fn make<'a>(&'a self, part: &'a PayloadPart, attempt: &'a Attempt) -> Doing<'a, Option<String>> {
        Box::pin(Network::make(self, part, attempt))
    }

    fn prepare<'a>(&'a self, part: &'a PayloadPart, attempt: &'a Attempt) -> Doing<'a, Posting<'a>> {
        Box::pin(Network::prepare(self, part, attempt))
    }

    fn prepares(&self, part: &PayloadPart) -> bool {
        Network::prepares(self, part)
    }

    fn read_back<'a>(
        &'a self,
        part: &'a PayloadPart,
        receipt: &'a Receipt,
        attempt: &'a Attempt,
    ) -> Option<Doing<'a, Seen>> {
        Network::read_back(self, part, receipt, attempt)
    }

    fn look_closely<'a>(
        &'a self,
        part: &'a PayloadPart,
        receipt: &'a Receipt,
        attempt: &'a Attempt,
    ) -> Option<Doing<'a, Seen>> {
        Network::look_closely(self, part, receipt, attempt)
    }

    fn send<'a>(&'a self, part: &'a PayloadPart, attempt: &'a Attempt) -> Doing<'a, Receipt> {
        Box::pin(async move {
            let made = Network::make(self, part, attempt).await?;
            let attempt = &Attempt { made, ..attempt.clone() };
            let receipt = Network::prepare(self, part, attempt).await?.await?;
            let seen = match Network::read_back(self, part, &receipt, attempt) {
                // It is out: what cannot be seen of it changes nothing.
                Some(looking) => looking.await.unwrap_or_default(),
                None => Seen::default(),
            };
            Ok(receipt.with(seen))
        })
    }

    fn find<'a>(&'a self, part: &'a PayloadPart, attempt: &'a Attempt) -> Doing<'a, Found> {
        Box::pin(Network::find(self, part, attempt))
    }

    fn ids_last(&self) -> bool {
        true
    }

    fn post_at(&self, address: &str) -> Result<Option<String>, String> {
        Network::post_at(self, address)
    }

    fn remove<'a>(&'a self, receipt: &'a Receipt, project: &'a Path) -> Doing<'a, Removed> {
        Box::pin(Network::remove(self, receipt, project))
    }

    fn take_down<'a>(
        &'a self,
        part: &'a PayloadPart,
        receipt: &'a Receipt,
        attempt: &'a Attempt,
    ) -> Doing<'a, Removed> {
        Box::pin(Network::take_down(self, part, receipt, attempt))
    }

    fn id_of(&self, receipt: &Receipt) -> Option<String> {
        Network::id_of(self, receipt)
    }

    fn removal_price(&self) -> Option<MicroDollars> {
        Network::removal_price(self)
    }

    fn goes_with_the_post(&self, part: &PayloadPart) -> bool {
        Network::goes_with_the_post(self, part)
    }

    fn can_edit(&self, change: &Change) -> Result<(), String> {
        Network::can_edit(self, change)
    }

    fn edit<'a>(
        &'a self,
        change: &'a Change,
        receipt: &'a Receipt,
        attempt: &'a Attempt,
    ) -> Doing<'a, Edited> {
        Box::pin(Network::edit(self, change, receipt, attempt))
    }

    fn live_within(&self) -> Option<Duration> {
        Network::live_within(self)
    }

    fn live<'a>(&'a self, url: &'a str) -> Doing<'a, bool> {
        Box::pin(Network::live(self, url))
    }

    fn paces(&self) -> &'static [Pace] {
        Network::paces(self)
    }

    fn at_once(&self) -> usize {
        N::AT_ONCE
    }
}

/// Whether it can be the name of something that is named to the network alone,
/// and never to readers: an upload, a comment. Short, and without anything that
/// steers an address. Servers have been seen to write the absence of a name as a word,
/// or as nought.
pub(super) fn is_plain_id(id: &str) -> bool {
    !is_nought(id)
        && !["none", "null", "undefined"].iter().any(|none| id.eq_ignore_ascii_case(none))
        && (1..=LONGEST_ID).contains(&id.len())
        && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

/// Whether it is a nought, which numbers nothing.
pub(super) fn is_nought(id: &str) -> bool {
    id.bytes().all(|b| b == b'0')
}

/// No network names anything by more (a judgement: the longest documented are
/// LinkedIn's images, of about thirty). Tokens mostly have more.
const LONGEST_ID: usize = 64;

/// So much of a text that is live and not as planned is kept, in characters: it is
/// to be recognised, and goes into the journal and onto the terminal.
const LONGEST_SEEN: usize = 10_000;

/// What readers see, as far as it is kept.
pub(super) fn seen(live: &str) -> String {
    match live.char_indices().nth(LONGEST_SEEN) {
        Some((end, _)) => format!("{}…", &live[..end]),
        None => live.to_owned(),
    }
}

/// Words of a network's for people: nothing of them steers a display, and they are cut
/// where nobody reads on.
pub(super) fn shortened(text: &str) -> String {
    let text = crate::diagnostic::visible::visible(text.trim());
    match text.char_indices().nth(LONGEST_SAID) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.into_owned(),
    }
}

/// So much of what a network says for a reason is told, in characters.
const LONGEST_SAID: usize = 600;

/// So often an upload is begun that a network names in a way that names nothing.
const MOST_ODD: u32 = 5;

/// A name that is none, of something that nobody sees yet: "not yet", and after some
/// tries for a person to look at, for it would be the same for ever.
pub(super) fn odd_upload(says: String, tries: u32) -> SendError {
    if tries < MOST_ODD {
        return SendError::NotYet { says, wait: None };
    }
    let hint = "look at `base_url` and at a proxy on the way, or leave the image out";
    SendError::Mendable { says: format!("{says}, and did so {MOST_ODD} times: {hint}") }
}

/// What a server said in the place of a name, for a message: `clean` takes out
/// secrets and makes it visible, and then it is cut. Nothing, if it named nothing.
pub(super) fn odd_name(said: Option<&Value>, clean: impl Fn(&str) -> String) -> Option<String> {
    let said = match said? {
        Value::Null => return None,
        Value::String(text) if text.trim().is_empty() => return None,
        Value::String(text) => clean(text),
        other => clean(&other.to_string()),
    };
    let one_line = said.split_whitespace().collect::<Vec<_>>().join(" ");
    Some(match one_line.char_indices().nth(LONGEST_ID) {
        Some((end, _)) => format!("`{}…`", &one_line[..end]),
        None => format!("`{one_line}`"),
    })
}

/// Whose machine an address is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Host {
    /// The network's own.
    Own,
    /// Where `base_url` points, which speaks for the network.
    Other,
}

/// The address, if it is on one of the network's `hosts` (or below one), or on
/// the very server that `base_url` names; else why not.
pub(super) fn web(
    address: &str,
    network: &str,
    hosts: &[&str],
    base_url: &str,
) -> Result<(url::Url, Host), String> {
    let url = url::Url::parse(address.trim()).map_err(|_| "it is no web address".to_owned())?;
    let host = url.host_str().unwrap_or_default();
    let own = |own: &&str| host.strip_suffix(*own).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    if matches!(url.scheme(), "http" | "https") && url.port().is_none() && hosts.iter().any(own) {
        return Ok((url, Host::Own));
    }
    let base = url::Url::parse(base_url).ok();
    if base.is_some_and(|base| base.origin() == url.origin()) {
        return Ok((url, Host::Other));
    }
    Err(format!("`{host}` is not {network}: open the post there, and copy its address"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_id_is_short_and_steers_nothing() {
        for good in ["7", "1346889436626259968", "345_555", "AbC-9_x", &"a".repeat(64)] {
            assert!(is_plain_id(good), "{good}");
        }
        for bad in ["", "0", "000", "None", "NULL", "a/b", "..", "a b", "a?b", "é", "٧", &"a".repeat(65)] {
            assert!(!is_plain_id(bad), "{bad}");
        }
    }

    #[test]
    fn of_a_live_text_without_end_the_beginning_is_kept() {
        assert_eq!(seen("It landed."), "It landed.");
        let long = seen(&"é".repeat(3_000_000));
        assert_eq!((long.chars().count(), long.ends_with("é…")), (10_001, true));
    }

    #[test]
    fn what_came_instead_of_a_name_is_shown_short_and_clean() {
        let shown = |said: Value| odd_name(Some(&said), |text| text.replace("sesame", "«secret»"));
        assert_eq!(shown(Value::from("urn:li:activity:sesame")).unwrap(), "`urn:li:activity:«secret»`");
        assert_eq!(shown(Value::from("a\n  b")).unwrap(), "`a b`");
        assert_eq!(shown(serde_json::json!({ "a": 1 })).unwrap(), "`{\"a\":1}`");
        assert_eq!(shown(Value::from("é".repeat(100))).unwrap(), format!("`{}…`", "é".repeat(64)));
        for nothing in [Value::Null, Value::from(" ")] {
            assert_eq!(shown(nothing), None);
        }
    }

    fn busy(wait: Option<Duration>) -> Result<u8, SendError> {
        Err(SendError::NotYet { says: "enough for now".to_owned(), wait })
    }

    #[tokio::test]
    async fn who_wants_to_be_left_alone_is_and_what_was_answered_stays() {
        let question = Question::default();
        let hour = Duration::from_secs(3600);
        // Without a wait it may be asked at once.
        assert!(question.ask(async { busy(None) }).await.is_err());
        assert!(question.ask(async { busy(Some(Duration::from_millis(30))) }).await.is_err());
        let Err(SendError::NotYet { says, wait: Some(left) }) = question.ask(async { unreachable!() }).await
        else {
            panic!()
        };
        assert!(says == "enough for now" && left <= Duration::from_millis(30), "{says} {left:?}");
        tokio::time::sleep(left).await;
        assert!(matches!(question.ask(async { Ok(7) }).await, Ok(7)));
        assert!(matches!(question.ask(async { unreachable!() }).await, Ok(7)));
        let other = Question::default();
        assert!(other.ask(async { busy(Some(Duration::MAX)) }).await.is_err());
        let Err(SendError::NotYet { wait: Some(left), .. }) = other.ask(async { unreachable!() }).await
        else {
            panic!()
        };
        assert!(left > 23 * hour && left <= 24 * hour, "{left:?}");
    }
}
