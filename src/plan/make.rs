//! Variants + what the journal knows → a plan.

use super::{Gate, Identity, Payload, Plan, Standing, Tracking};
use crate::diagnostic::Checked;
use crate::ladder::{Ladder, Message, Project};
use crate::render::Variant;
use crate::source::Sources;
use jiff::tz::TimeZone;

/// One rung, rendered and put into the adapter's words.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The rung.
    pub rung: String,
    /// The channel's name.
    pub channel: String,
    /// The adapter's name.
    pub adapter: String,
    /// Whose account: `Channel::account`.
    pub account: String,
    /// What is said.
    pub variant: Variant,
    /// What the service will see.
    pub payload: Payload,
    /// How links are tagged.
    pub tracking: Tracking,
    /// Who gets it, one message each; empty for everything but mail.
    pub recipients: Vec<String>,
}

/// What the user asked for beyond the files.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    /// `--only RUNG`: these rungs; empty: all.
    pub only: Vec<String>,
    /// `--again REASON`: a new generation of what has gone out already.
    pub again: Option<String>,
}

/// The parts of a plan.
#[derive(Clone, Copy)]
pub struct Materials<'a> {
    /// The texts that spans point into.
    pub sources: &'a Sources,
    /// The house.
    pub project: &'a Project,
    /// The ladder.
    pub ladder: &'a Ladder,
    /// The message.
    pub message: &'a Message,
    /// The rungs' drafts, in rung order.
    pub drafts: &'a [Draft],
    /// What has happened so far.
    pub standing: &'a Standing,
    /// The store's id.
    pub store: &'a str,
    /// The brand's zone.
    pub zone: &'a TimeZone,
}

/// Makes the plan. What has gone out already is in it too, with the same key,
/// so that running it sends nothing twice. A message that reached an account
/// through a rung that is no longer there is refused until `renamed_from` or
/// `--again` says what is meant.
pub fn make(materials: &Materials<'_>, wish: &Wish) -> Checked<Plan> {
    let _ = (materials, wish, Gate::default(), std::marker::PhantomData::<Identity>);
    todo!("room plan")
}
