//! A channel in a rehearsal: the user's own where it only thinks, and another
//! one of the same kind where it touches the outside.

use crate::channel::{
    Attempt, Change, Channel, Doing, Edited, Found, MicroDollars, Posting, Ready, Removed, SendError, Whose,
};
use crate::clock::Clock;
use crate::diagnostic::Checked;
use crate::ladder::Pace;
use crate::plan::{Identity, Payload, PayloadPart, Receipt, Seen};
use crate::render::{Defaults, Variant, VariantKind};
use crate::text::Rules;
use jiff::Timestamp;
use std::future::Future;
use std::path::Path;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// What was laid into a folder: pages, mails, texts to paste.
#[derive(Clone, Debug)]
pub struct Laid {
    /// The channel's name.
    pub channel: String,
    /// The rung that it is of.
    pub rung: String,
    /// When.
    pub at: Timestamp,
    /// What it says, with the addresses in it.
    pub variant: Variant,
    /// Where it lies, or will be read.
    pub receipt: Receipt,
    /// For whom, where each person has one.
    pub recipient: Option<String>,
}

/// All that is laid, as it comes.
pub type Laying = Arc<Mutex<Vec<Laid>>>;

/// A channel in a rehearsal.
#[derive(Debug)]
pub struct Played {
    /// The user's: who it is, and what it makes of a message.
    pub own: Box<dyn Channel>,
    /// The one that sends.
    pub stand_in: Box<dyn Channel>,
    /// Where it is kept what goes into folders, under which name, and by which clock.
    pub laying: Option<(String, Laying, Clock)>,
}

impl Channel for Played {
    fn account(&self) -> String {
        self.own.account()
    }
    fn kind(&self) -> VariantKind {
        self.own.kind()
    }
    fn rules(&self) -> Rules {
        self.own.rules()
    }
    fn defaults(&self) -> Defaults {
        self.own.defaults()
    }
    fn payload(&self, variant: &Variant, identity: &Identity) -> Checked<Payload> {
        self.own.payload(variant, identity)
    }
    fn shown(&self, variant: &Variant) -> Option<Variant> {
        self.own.shown(variant)
    }
    fn content_warning(&self) -> Option<&str> {
        self.own.content_warning()
    }
    fn ready<'a>(&'a self, project: &'a Path) -> Pin<Box<dyn Future<Output = Ready> + Send + 'a>> {
        self.stand_in.ready(project)
    }
    fn verify<'a>(&'a self, project: &'a Path) -> Doing<'a, Whose> {
        self.stand_in.verify(project)
    }
    fn noted<'a>(&'a self, project: &'a Path) -> Doing<'a, Option<crate::ladder::limits::Noted>> {
        self.stand_in.noted(project)
    }
    fn price(&self, payload: &Payload) -> Option<MicroDollars> {
        self.own.price(payload)
    }
    fn make<'a>(&'a self, part: &'a PayloadPart, attempt: &'a Attempt) -> Doing<'a, Option<String>> {
        self.stand_in.make(part, attempt)
    }
    fn prepare<'a>(&'a self, part: &'a PayloadPart, attempt: &'a Attempt) -> Doing<'a, Posting<'a>> {
        if self.laying.is_some() {
            return Box::pin(async move { Ok(self.send(part, attempt)) });
        }
        self.stand_in.prepare(part, attempt)
    }
    fn prepares(&self, part: &PayloadPart) -> bool {
        self.stand_in.prepares(part)
    }
    fn read_back<'a>(
        &'a self,
        part: &'a PayloadPart,
        receipt: &'a Receipt,
        attempt: &'a Attempt,
    ) -> Option<Doing<'a, Seen>> {
        self.stand_in.read_back(part, receipt, attempt)
    }
    fn look_closely<'a>(
        &'a self,
        part: &'a PayloadPart,
        receipt: &'a Receipt,
        attempt: &'a Attempt,
    ) -> Option<Doing<'a, Seen>> {
        self.stand_in.look_closely(part, receipt, attempt)
    }
    fn send<'a>(&'a self, part: &'a PayloadPart, attempt: &'a Attempt) -> Doing<'a, Receipt> {
        Box::pin(async move {
            let receipt: Result<Receipt, SendError> = self.stand_in.send(part, attempt).await;
            if let (Ok(receipt), Some((channel, laid, clock))) = (&receipt, &self.laying) {
                laid.lock().unwrap_or_else(PoisonError::into_inner).push(Laid {
                    channel: channel.clone(),
                    rung: attempt.identity.rung.clone(),
                    at: clock.now(),
                    variant: attempt.variant.clone(),
                    receipt: receipt.clone(),
                    recipient: attempt.identity.recipient.clone(),
                });
            }
            receipt
        })
    }
    fn find<'a>(&'a self, part: &'a PayloadPart, attempt: &'a Attempt) -> Doing<'a, Found> {
        self.stand_in.find(part, attempt)
    }
    fn ids_last(&self) -> bool {
        self.own.ids_last()
    }
    fn post_at(&self, address: &str) -> Result<Option<String>, String> {
        self.own.post_at(address)
    }
    fn remove<'a>(&'a self, receipt: &'a Receipt, project: &'a Path) -> Doing<'a, Removed> {
        self.stand_in.remove(receipt, project)
    }
    fn take_down<'a>(
        &'a self,
        part: &'a PayloadPart,
        receipt: &'a Receipt,
        attempt: &'a Attempt,
    ) -> Doing<'a, Removed> {
        self.stand_in.take_down(part, receipt, attempt)
    }
    fn removal_price(&self) -> Option<MicroDollars> {
        self.own.removal_price()
    }
    fn id_of(&self, receipt: &Receipt) -> Option<String> {
        self.own.id_of(receipt)
    }
    fn goes_with_the_post(&self, part: &PayloadPart) -> bool {
        self.own.goes_with_the_post(part)
    }
    fn can_edit(&self, change: &Change) -> Result<(), String> {
        self.own.can_edit(change)
    }
    fn edit<'a>(
        &'a self,
        change: &'a Change,
        receipt: &'a Receipt,
        attempt: &'a Attempt,
    ) -> Doing<'a, Edited> {
        self.stand_in.edit(change, receipt, attempt)
    }
    fn paces(&self) -> &'static [Pace] {
        self.own.paces()
    }
    fn live_within(&self) -> Option<Duration> {
        self.own.live_within()
    }
    /// A page that was written is live: nobody is asked for it.
    fn live<'a>(&'a self, _url: &'a str) -> Doing<'a, bool> {
        Box::pin(async { Ok(true) })
    }
    /// One after the other, so that each rehearsal is the same.
    fn at_once(&self) -> usize {
        1
    }
    fn recipients(&self) -> &[String] {
        self.own.recipients()
    }
    fn from(&self) -> Option<String> {
        self.own.from()
    }
    fn title(&self) -> Option<&str> {
        self.own.title()
    }
    fn medium(&self) -> &'static str {
        self.own.medium()
    }
}
