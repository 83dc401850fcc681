//! Webmentions: the pages that an article links to are told that it does.
//!
//! Promise: nobody is told before the page is there and links to them; what one of them
//! answers, or does not, stops no other and never makes a publication fail, and is told.
//! Whom strangers' pages name is asked as strangers are ([`super::stranger`]).
//!
//! A mention is known by its two addresses, and telling it again updates it: a doubt is
//! settled by telling it once more.
//!
//! Facts: W3C Recommendation "Webmention" (2017-01-12).

mod mention;
pub(super) mod payload;
mod round;
mod source;

use super::credentials::{account, base_url};
use super::stranger::{Asker, Reach};
use super::telling::Told;
use super::{
    Abilities, Ability, Adapter, Attempt, Change, Channel, Configuring, Doing, Edited, Found, Goes, Ready,
    Removed, SendError,
};
use crate::clock;
use crate::diagnostic::Checked;
use crate::ladder::shape::{Field, Kind};
use crate::plan::{Identity, Payload, PayloadPart, Receipt};
use crate::render::{Defaults, Variant, VariantKind, defaults};
use crate::text::{Rules, network};
use jiff::SignedDuration;
use payload::Mentions;
use source::Source;
use std::future::Future;
use std::path::Path;
use std::pin::Pin;
use std::time::Duration;

/// `adapter = "webmention"`.
pub const ADAPTER: Adapter = Adapter {
    name: "webmention",
    also: &["mentions"],
    about: "tells the pages that an article links to that it does (Webmention)",
    kind: VariantKind::Article,
    goes: Goes::Word("mentions"),
    sample: "adapter = \"webmention\"\n",
    abilities: Abilities {
        stable_key: Ability::Yes("the two addresses: telling it again updates the same mention"),
        find: Ability::Yes("nothing to look for: it is told again"),
        read_back: Ability::No("what others make of a mention is theirs"),
        delete: Ability::Partly("once the page is gone all are told again; who heeds that is theirs"),
        edit: Ability::Yes("all are told again, those too that are mentioned no longer"),
        duplicate: Ability::No("a repetition is the same mention"),
    },
    fields: FIELDS,
    configure,
};

const FIELDS: &[Field] = &[Field {
    name: "base_url",
    kind: Kind::Text,
    about: "a server that stands in for all others, for tests: `/https/a.example/b` is `https://a.example/b`",
}];

/// A page that does not link to somebody for so long will not: the site may have left a
/// link out.
const UNTIL_IT_LINKS: SignedDuration = SignedDuration::from_hours(1);
/// Begun within one sending.
const SENDING: Duration = Duration::from_secs(10 * 60);
/// Begun within one taking down or editing, which have less time.
const CHANGING: Duration = Duration::from_secs(70);

/// The mentions of one site.
#[derive(Debug)]
pub struct Webmention {
    account: String,
    reach: Reach,
}

fn configure(configuring: &Configuring<'_>) -> Checked<Box<dyn Channel>> {
    let mut problems = Vec::new();
    let mut reader = configuring.reader(FIELDS, &mut problems);
    let reach = Reach::of(&base_url(&mut reader, "", |_, _| None));
    reader.finish();
    let account = account("webmention", configuring, None);
    Checked::with(Box::new(Webmention { account, reach }), problems)
}

impl Webmention {
    fn asker(&self) -> Result<Asker, SendError> {
        Asker::new(self.reach.clone(), "Webmention").map_err(|says| SendError::NotYet { says, wait: None })
    }

    async fn tell_all(&self, part: &PayloadPart, attempt: &Attempt) -> Result<Receipt, SendError> {
        let Mentions { source, targets } = mentions(part)?;
        if targets.is_empty() {
            let detail = Some("its page links to no other site: there was nobody to tell".to_owned());
            return Ok(Receipt { id: Some(source), detail, ..Receipt::default() });
        }
        let asker = self.asker()?;
        let page = Source::read(&asker, &source).await?;
        let written: Vec<(String, Option<String>)> =
            targets.into_iter().map(|target| (target.clone(), page.has(&target))).collect();
        let age = clock::now().duration_since(attempt.first_tried);
        if age < UNTIL_IT_LINKS {
            not_linked(&written)?;
        }
        let told = round::go(&asker, attempt, &source, written, SENDING).await;
        if told.is_over() { Ok(receipt(&source, &told)) } else { Err(not_yet(&told)) }
    }

    /// All that are mentioned, and those that were.
    async fn tell_again(&self, change: &Change, attempt: &Attempt) -> Result<Edited, SendError> {
        let (before, after) = (mentions(&change.before)?, mentions(&change.after)?);
        let gone: Vec<String> =
            before.targets.into_iter().filter(|target| !after.targets.contains(target)).collect();
        let asker = self.asker()?;
        let page = Source::read(&asker, &after.source).await?;
        let written: Vec<(String, Option<String>)> =
            after.targets.into_iter().map(|target| (target.clone(), page.has(&target))).collect();
        not_linked(&written)?;
        if let Some(still) = gone.iter().find(|target| page.has(target).is_some()) {
            let says = format!("its page still links to {still}: put the new words there first");
            return Err(SendError::NotYet { says, wait: None });
        }
        let gone = gone.into_iter().map(|target| (target.clone(), Some(target)));
        let written = written.into_iter().chain(gone).collect();
        let told = round::go(&asker, attempt, &after.source, written, CHANGING).await;
        if told.is_over() { Ok(Edited::Done(receipt(&after.source, &told))) } else { Err(not_yet(&told)) }
    }

    async fn tell_that_it_is_gone(
        &self,
        part: &PayloadPart,
        attempt: &Attempt,
    ) -> Result<Removed, SendError> {
        let Mentions { source, targets } = mentions(part)?;
        if targets.is_empty() {
            return Ok(Removed::Already);
        }
        let asker = self.asker()?;
        source::is_gone(&asker, &source, &targets).await?;
        let written = targets.into_iter().map(|target| (target.clone(), Some(target))).collect();
        let told = round::go(&asker, attempt, &source, written, CHANGING).await;
        match told.left() {
            _ if !told.is_over() => Err(not_yet(&told)),
            None => Ok(Removed::Gone),
            Some(left) => Ok(Removed::GoneExcept(format!("{}; {left}", told.counted()))),
        }
    }
}

fn not_yet(told: &Told) -> SendError {
    told.partly(&format!("{}; ", told.counted()))
}

/// How many were told, and what became of each.
fn receipt(source: &str, told: &Told) -> Receipt {
    let detail = match told.heard.len() {
        0 => "there was nobody to tell".to_owned(),
        _ => format!("{}; {}", told.counted(), told.words()),
    };
    Receipt { id: Some(source.to_owned()), detail: Some(detail), ..Receipt::default() }
}

/// Whether the page links to all of them by now.
fn not_linked(written: &[(String, Option<String>)]) -> Result<(), SendError> {
    let missing: Vec<&String> =
        written.iter().filter(|(_, written)| written.is_none()).map(|(target, _)| target).collect();
    let Some(first) = missing.first() else { return Ok(()) };
    let more = match missing.len() {
        1 => String::new(),
        all => format!(" and {} more", all - 1),
    };
    let says = format!("its page is there, and does not link to {first}{more} yet");
    Err(SendError::NotYet { says, wait: None })
}

fn mentions(part: &PayloadPart) -> Result<Mentions, SendError> {
    Mentions::read(part)
        .ok_or_else(|| SendError::Refused { says: "the plan holds no mentions for this channel".to_owned() })
}

impl Channel for Webmention {
    fn account(&self) -> String {
        self.account.clone()
    }

    fn kind(&self) -> VariantKind {
        VariantKind::Article
    }

    fn rules(&self) -> Rules {
        Rules { network: "webmention", title: "Webmention", ..network::UNKNOWN }
    }

    fn defaults(&self) -> Defaults {
        defaults::WORD
    }

    fn payload(&self, variant: &Variant, _identity: &Identity) -> Checked<Payload> {
        payload::payload(variant)
    }

    fn shown(&self, variant: &Variant) -> Option<Variant> {
        payload::shown(variant)
    }

    fn ready<'a>(&'a self, _project: &'a Path) -> Pin<Box<dyn Future<Output = Ready> + Send + 'a>> {
        Box::pin(async { Ready::Yes })
    }

    fn send<'a>(&'a self, part: &'a PayloadPart, attempt: &'a Attempt) -> Doing<'a, Receipt> {
        Box::pin(self.tell_all(part, attempt))
    }

    /// Whoever was told is told once more, which is the same mention.
    fn find<'a>(&'a self, _part: &'a PayloadPart, _attempt: &'a Attempt) -> Doing<'a, Found> {
        Box::pin(async { Ok(Found::Absent) })
    }

    fn take_down<'a>(
        &'a self,
        part: &'a PayloadPart,
        _receipt: &'a Receipt,
        attempt: &'a Attempt,
    ) -> Doing<'a, Removed> {
        Box::pin(self.tell_that_it_is_gone(part, attempt))
    }

    fn can_edit(&self, change: &Change) -> Result<(), String> {
        let source = |part: &PayloadPart| part.body["source"].as_str().unwrap_or_default().to_owned();
        let (before, after) = (source(&change.before), source(&change.after));
        if before == after {
            return Ok(());
        }
        Err(format!("its page would be another (`{before}`, `{after}`): those are other mentions"))
    }

    fn edit<'a>(
        &'a self,
        change: &'a Change,
        _receipt: &'a Receipt,
        attempt: &'a Attempt,
    ) -> Doing<'a, Edited> {
        Box::pin(self.tell_again(change, attempt))
    }
}
