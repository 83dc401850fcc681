//! Nostr: notes, threads and articles, signed with the account's own key and handed to
//! several relays that know nothing of each other.
//!
//! A note's id is the digest of what it says, who says it and when. All of that is
//! fixed by the plan and by the first try, so that every try is the same note: a
//! relay has it once, however often it is sent. What a lost answer left in doubt is
//! settled by asking every relay for that id.
//!
//! An article (`kind = "article"`) has an address besides, under which relays keep its
//! newest version: an edit is a version of a later time, and asking tells who wrote the
//! one that stands there.
//!
//! Facts: nostr-protocol/nips at db5fe3de (2026-07-22): NIP-01, 09, 10, 11, 19, 23, 24, 27,
//! 32, 36, 42, 92, and hzrd149/blossom buds/02. docs/decisions/nostr.md has the reasons, and
//! why all of this is behind the feature `nostr`.

#[cfg(feature = "nostr")]
mod address;
#[cfg(feature = "nostr")]
mod answer;
#[cfg(feature = "nostr")]
mod article;
#[cfg(feature = "nostr")]
mod blossom;
#[cfg(feature = "nostr")]
mod configured;
#[cfg(feature = "nostr")]
mod event;
#[cfg(feature = "nostr")]
mod find;
#[cfg(feature = "nostr")]
mod limits;
#[cfg(feature = "nostr")]
mod long_form;
#[cfg(feature = "nostr")]
mod payload;
#[cfg(feature = "nostr")]
mod post;
#[cfg(feature = "nostr")]
mod relay;
#[cfg(feature = "nostr")]
mod remove;
#[cfg(feature = "nostr")]
mod standing;
#[cfg(all(test, feature = "nostr"))]
mod tests;

use super::{Abilities, Ability, Adapter, Goes};
use crate::ladder::shape::{Field, Kind};
use crate::render::VariantKind;

/// `adapter = "nostr"`. The row is there in every build; a build without the feature
/// says how to get one that has it.
pub const ADAPTER: Adapter = Adapter {
    name: "nostr",
    also: &[],
    about: "notes and threads, or articles, on Nostr's relays (a build with the feature `nostr`)",
    kind: VariantKind::Post,
    goes: Goes::Server,
    sample: r#"adapter = "nostr"
account = "npub1rwzv24nmzfjypx2a8m264ws9vht3uxp5vpypnluuzl67n4waq78suk0wul"
relays = ["wss://relay.damus.io", "wss://nos.lol"]
nsec = { env = "NOSTR_NSEC" }
without_credentials = "outbox"
"#,
    abilities: Abilities {
        stable_key: Ability::Yes("a note's id is the digest of what it says, and when"),
        find: Ability::Yes("asks every relay for the note's id, or the article's address"),
        read_back: Ability::No("under an id a relay can show nothing but what was signed"),
        delete: Ability::Partly("asks the relays to forget it; copies elsewhere stay"),
        edit: Ability::Partly("articles get a next version; a note is signed: other words are another note"),
        duplicate: Ability::Yes("the same note is the same note"),
    },
    fields: FIELDS,
    configure,
};

const FIELDS: &[Field] = &[
    Field { name: "relays", kind: Kind::List, about: "where notes go: `[\"wss://relay.damus.io\"]`" },
    Field {
        name: "nsec", kind: Kind::Secret, about: "the account's secret key: `nsec1…`, or 64 hex digits"
    },
    Field {
        name: "kind",
        kind: Kind::OneOf(&["note", "article"]),
        about: "what it makes of a message; `note` where nothing is said",
    },
    Field {
        name: "quorum",
        kind: Kind::Integer(1),
        about: "how many relays must have a note for it to be sent without a doubt (default: 1)",
    },
    Field {
        name: "blossom",
        kind: Kind::List,
        about: "where images go: `[\"https://blossom.primal.net\"]`; notes show those of the first",
    },
    Field { name: "gateway", kind: Kind::Text, about: "where people read notes: `https://njump.me`" },
    Field { name: "content_warning", kind: Kind::Text, about: "what notes are hidden behind" },
    Field {
        name: "base_url",
        kind: Kind::Text,
        about: "one server in the place of all relays and of Blossom, for tests",
    },
];

#[cfg(feature = "nostr")]
use configured::configure;

/// What a build says that cannot do it.
#[cfg(not(feature = "nostr"))]
fn configure(configuring: &super::Configuring<'_>) -> crate::diagnostic::Checked<Box<dyn super::Channel>> {
    use crate::diagnostic::{Checked, Diagnostic};
    let problem = Diagnostic::error("not-built-in", "this `ladder` was built without `nostr`")
        .at(configuring.table.adapter.span)
        .hint("build one that has it: `cargo install --path . --features nostr`");
    Checked::bad(vec![problem])
}
