//! `ladder`: one message, every channel: adapted, checked, seen, published once, remembered.
//!
//! The rooms in reading order. Nothing points back up this list's arrows:
//! `cli → publish, report → channel, store → plan → schedule → lint → render →
//! media, text, ladder → source, diagnostic`.
//!
//! What the user wrote (pure):
//! - [`source`]: named texts and spans into them.
//! - [`diagnostic`]: something to tell the user; draws itself.
//! - [`ladder`]: project, ladder, rung, message, media as written.
//!
//! What will be said (pure):
//! - [`text`]: text on each network: counting, fitting, splitting.
//! - [`media`]: images as each outlet takes them.
//! - [`render`]: template and message in, variant out.
//! - [`lint`]: one function a rule.
//!
//! What will be done (pure):
//! - [`plan`]: steps with keys, digests and gates; events and their fold.
//! - [`schedule`]: when a step may run.
//!
//! The outside:
//! - [`clock`]: what time it is; in a rehearsal it is moved on.
//! - [`channel`]: one file a service.
//! - [`store`]: what survives the process.
//! - [`publish`]: runs a plan.
//! - [`rehearsal`]: networks in this process, for tests and for `publish --rehearse`.
//! - [`report`]: plans and events for people and machines.
//! - [`cli`]: one file a verb.
//! - [`exit`]: every exit code.

pub mod channel;
pub mod cli;
pub mod clock;
pub mod diagnostic;
pub mod exit;
pub mod ladder;
pub mod lint;
pub mod media;
pub mod plan;
pub mod publish;
pub mod rehearsal;
pub mod render;
pub mod report;
pub mod schedule;
pub mod source;
pub mod store;
pub mod text;
