//! Every adapter is a row here: its name, what it makes of a message, where that goes,
//! what it can do, and how its table is read.

use super::{Abilities, Channel, Goes};
use super::{
    bluesky, email, facebook, feed, forem, ghost, hashnode, linkedin, manual, mastodon, medium, micropub,
    nostr, outbox, static_site, threads, webmention, websub, wordpress, x,
};
use crate::diagnostic::{Checked, Diagnostic};
use crate::ladder::shape::{Field, Reader, fields};
use crate::ladder::{AdapterName, ChannelTable, Project};
use crate::render::VariantKind;
use crate::source::Sources;

/// One row of [`ADAPTERS`].
pub struct Adapter {
    /// `adapter = "…"`.
    pub name: &'static str,
    /// What else people call it, or what it serves: for "did you mean". Signs, capitals and
    /// the end of an address (`x.com`) need no name of their own.
    pub also: &'static [&'static str],
    /// One line for `ladder channels`.
    pub about: &'static str,
    /// What it makes of a message.
    pub kind: VariantKind,
    /// Where that goes.
    pub goes: Goes,
    /// A `[channels.NAME]` table that parses: for docs, `init` and tests.
    pub sample: &'static str,
    /// What it can do beside sending.
    pub abilities: Abilities,
    /// The keys it knows, for the schema.
    pub fields: &'static [crate::ladder::shape::Field],
    /// Reads its table.
    pub configure: fn(&Configuring<'_>) -> Checked<Box<dyn Channel>>,
}

/// What an adapter reads its settings from.
#[derive(Clone, Copy)]
pub struct Configuring<'a> {
    /// The texts that spans point into.
    pub sources: &'a Sources,
    /// The house.
    pub project: &'a Project,
    /// The channel's table.
    pub table: &'a ChannelTable,
}

impl<'a> Configuring<'a> {
    /// Reads the keys of the channel's table that are its adapter's.
    pub fn reader<'b>(&self, own: &'static [Field], problems: &'b mut Vec<Diagnostic>) -> Reader<'b> {
        let what = format!("`[channels.{}]`", self.table.name.value);
        Reader::new(self.table.rest.clone(), own, what, problems).beside(fields::CHANNEL)
    }
}

/// Every adapter of this build. Keep sorted.
pub static ADAPTERS: &[Adapter] = &[
    bluesky::ADAPTER,
    email::ADAPTER,
    facebook::ADAPTER,
    feed::ADAPTER,
    forem::ADAPTER,
    ghost::ADAPTER,
    hashnode::ADAPTER,
    linkedin::ADAPTER,
    manual::ADAPTER,
    mastodon::ADAPTER,
    medium::ADAPTER,
    micropub::ADAPTER,
    #[cfg(feature = "nostr")]
    nostr::ADAPTER,
    outbox::ADAPTER,
    static_site::ADAPTER,
    threads::ADAPTER,
    webmention::ADAPTER,
    websub::ADAPTER,
    wordpress::ADAPTER,
    x::ADAPTER,
];

/// Adapters that other builds have: each says how to get one of them.
pub static NOT_BUILT_IN: &[Adapter] = &[
    #[cfg(not(feature = "nostr"))]
    nostr::ADAPTER,
];

/// Every adapter that there is, in this build or not, by name.
pub fn every_adapter() -> Vec<&'static Adapter> {
    let mut all: Vec<&Adapter> = ADAPTERS.iter().chain(NOT_BUILT_IN).collect();
    all.sort_by_key(|adapter| adapter.name);
    all
}

/// What they are called.
pub fn adapter_names() -> Vec<AdapterName<'static>> {
    every_adapter()
        .into_iter()
        .map(|adapter| AdapterName { name: adapter.name, also: adapter.also })
        .collect()
}

/// The adapter of that name, in this build or not.
pub fn adapter_named(name: &str) -> Option<&'static Adapter> {
    ADAPTERS.iter().chain(NOT_BUILT_IN).find(|adapter| adapter.name == name)
}
