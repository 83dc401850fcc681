//! A template and a message in, a variant out.
//!
//! Pure, and the same files, clock and settings give the same bytes. Template
//! errors are diagnostics at the place in the user's file. The one value that
//! is not known yet is the address of an earlier rung: [`late`] writes it as a
//! token which looks like a link to every counter and sanitiser, and puts the
//! real one in when it is known.

mod article;
mod breaks;
mod budget;
mod builtin_filters;
mod context;
pub mod defaults;
mod excerpt;
pub mod feed;
mod filters;
pub mod html;
mod mail;
pub mod markdown;
pub mod markup;
mod names;
mod operators;
pub mod page_card;
mod pictures;
mod pin;
mod post;
mod rewrite;
pub mod slug;
mod template;
#[cfg(test)]
mod tests;
pub mod tracking;
mod tree;
pub mod variant;

pub use variant::{Article, Card, Mail, Part, Picture, Post, Variant, VariantKind};

use crate::diagnostic::Checked;
use crate::ladder::{Ladder, Message, Project, Rung, Settings, WrittenWhole};
use crate::source::Sources;
use crate::text::Rules;
pub use crate::text::late;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use page_card::PageCards;
use std::collections::BTreeMap;
pub use tracking::Tracking;

/// The channel as rendering sees it: plain data that `channel::Channel::outlet` returns.
#[derive(Clone, Debug)]
pub struct Outlet {
    /// The channel's name in `ladder.toml`.
    pub channel: String,
    /// Its adapter.
    pub adapter: String,
    /// What it makes of a message.
    pub kind: VariantKind,
    /// What it takes.
    pub rules: Rules,
    /// The adapter's own templates, used where the user wrote none.
    pub defaults: Defaults,
    /// The language of its readers.
    pub language: String,
    /// `utm_source`: the network's name (`x`, `linkedin`, `newsletter`).
    pub source: String,
    /// `utm_medium`: `social`, `email`, `blog`.
    pub medium: String,
    /// The sender, for mail.
    pub from: Option<String>,
    /// What its posts are folded behind, where the channel says so.
    pub content_warning: Option<String>,
}

/// An adapter's own templates. What is `None` does not exist for it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Defaults {
    /// A post's text, or the body of an article or a mail (Markdown).
    pub text: Option<&'static str>,
    /// Shorter ones, tried in turn.
    pub shorter: &'static [&'static str],
    /// A mail's subject.
    pub subject: Option<&'static str>,
    /// A mail's preheader.
    pub preheader: Option<&'static str>,
    /// An article's title.
    pub title: Option<&'static str>,
    /// An article's excerpt.
    pub excerpt: Option<&'static str>,
    /// What goes with a post; card if the network shows one and the message has a link.
    pub attach: Option<crate::ladder::Attach>,
    /// An article here is another one's announcement: where nobody wrote a `canonical`,
    /// it is the address of the article that the rung waits for, else the message's link.
    pub announces: bool,
    /// Others are only told of a page that is out already: no word and no picture of the
    /// variant goes anywhere.
    pub only_tells: bool,
}

/// Everything needed for one variant.
#[derive(Clone, Copy)]
pub struct Job<'a> {
    /// The texts that spans point into.
    pub sources: &'a Sources,
    /// The house.
    pub project: &'a Project,
    /// The ladder that is climbed.
    pub ladder: &'a Ladder,
    /// The rung.
    pub rung: &'a Rung,
    /// The message, already in the outlet's language ([`Message::in_language`]).
    pub message: &'a Message,
    /// The master message that `message` is a translation of (or itself).
    pub master: &'a Message,
    /// Where it goes.
    pub outlet: &'a Outlet,
    /// What kind each rung of the ladder makes: tells which one is "the article".
    pub kinds: &'a BTreeMap<String, VariantKind>,
    /// The project's templates by path below `templates/`, for `{% include %}`.
    pub templates: &'a BTreeMap<String, crate::source::SourceId>,
    /// What the pages say of themselves that messages link to, as far as they were read.
    pub cards: &'a PageCards,
    /// The moment that counts as now.
    pub now: Timestamp,
    /// The brand's zone.
    pub zone: &'a TimeZone,
}

impl Job<'_> {
    /// What the user said about this rung for this message.
    pub fn settings(&self) -> Settings {
        Settings::of(self.project, self.ladder, self.rung, self.message, self.master)
    }

    /// What `RUNG.md` says, word for word.
    fn written_whole(&self) -> Option<&WrittenWhole> {
        self.message.written_whole(&self.rung.name.value)
    }
}

/// Renders one variant. Mistakes in templates are errors; there is no value
/// when none of its texts could be made.
pub fn render(job: &Job<'_>) -> Checked<Variant> {
    let made = match job.outlet.kind {
        VariantKind::Post => post::post(job).map(Variant::Post),
        VariantKind::Article => article::article(job).map(Variant::Article),
        VariantKind::Mail => mail::mail(job).map(Variant::Mail),
    };
    made.map(Variant::harmless)
}

/// How the brand's links are tagged in this variant: what was rendered is
/// tagged already, late addresses are when they are put in.
pub fn tracking_of(job: &Job<'_>) -> Tracking {
    Tracking {
        domains: job.project.tracking_domains.iter().map(|domain| domain.value.clone()).collect(),
        campaign: job.message.campaign.clone(),
        source: job.outlet.source.clone(),
        medium: job.outlet.medium.clone(),
        content: job.rung.name.value.clone(),
    }
}
