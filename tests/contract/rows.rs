//! Which rows there are, and how each is tried: as its network declares it.

use crate::house::House;
use ladder::channel::{ADAPTERS, Ability, Goes, every_adapter};
use ladder::ladder::shape::Kind;
use ladder::rehearsal::{Asks, SIMULATED, Way as Declared};
use ladder::render::VariantKind;
use std::sync::LazyLock;

/// One way of using a network: which of the contract's clauses apply is data.
pub type Way = Declared;

/// Every way of using a network.
pub static WAYS: LazyLock<Vec<Way>> =
    LazyLock::new(|| SIMULATED.iter().flat_map(|network| network.ways).copied().collect());

/// The way of that name.
pub fn way(name: &str) -> &'static Way {
    WAYS.iter().find(|way| way.name == name).unwrap_or_else(|| panic!("no way is called {name}"))
}

/// Whether the network knows a key of ours: then asking twice is no second post, and
/// looking at what stands under the key is proof.
pub fn has_key(way: &Way) -> bool {
    let row = ADAPTERS.iter().find(|row| row.name == way.adapter);
    row.is_some_and(|row| matches!(row.abilities.stable_key, Ability::Yes(_)))
}

/// Where things are asked of the way's network.
pub fn asks(way: &Way) -> Asks {
    way.kind().unwrap().row().asks
}

/// Rows that have no network: their clauses are in modules of their own.
pub const WITHOUT_NETWORK: &[(&str, &str)] = &[
    ("email", "mail: a server in this process, and a folder"),
    ("feed", "files: a folder"),
    ("manual", "files: nothing leaves the house"),
    ("medium", "files: a folder, for a person"),
    ("outbox", "files: a folder"),
    ("static-site", "files: a folder"),
    ("webmention", "mentions: pages and receivers in this process"),
    ("websub", "mentions: a feed and its hubs in this process"),
];

#[test]
fn every_row_can_be_tried() {
    assert!(SIMULATED.is_sorted_by_key(|network| network.adapter));
    for way in WAYS.iter() {
        let declared = SIMULATED.iter().find(|network| network.adapter == way.adapter);
        assert!(
            declared.is_some_and(|network| network.ways.iter().any(|own| own.name == way.name)),
            "{way:?}"
        );
    }
    for adapter in ADAPTERS {
        let network = WAYS.iter().any(|way| way.adapter == adapter.name);
        let other = WITHOUT_NETWORK.iter().any(|(name, _)| *name == adapter.name);
        assert!(
            network || other,
            "the adapter `{}` has no way of being tried: give its network `ways`",
            adapter.name
        );
    }
    let known = |name: &str| ADAPTERS.iter().any(|adapter| adapter.name == name);
    let tried = WAYS.iter().map(|way| way.adapter).chain(WITHOUT_NETWORK.iter().map(|(name, _)| *name));
    for name in tried {
        assert!(known(name), "`{name}` is tried and in no table");
    }
}

#[test]
fn every_sample_parses_and_hides_its_secrets() {
    for adapter in ADAPTERS {
        let made = super::bench::configured(&format!("[channels.sample]\n{}", adapter.sample));
        assert_eq!(made.adapter, adapter.name);
        assert_eq!(made.channel.kind(), adapter.kind);
        // The first way is what the adapter is for.
        let first = WAYS.iter().find(|way| way.adapter == adapter.name);
        let is_article = adapter.kind == VariantKind::Article;
        assert!(first.is_none_or(|way| way.article == is_article), "{}", adapter.name);
        assert!(made.channel.account().contains(':'), "{}: {}", adapter.name, made.channel.account());
    }
}

/// What a row says of where it goes is what the rest of the program goes by.
#[test]
fn only_what_goes_to_a_server_has_one_and_takes_secrets() {
    for adapter in every_adapter() {
        let takes = |name: &str| adapter.fields.iter().any(|field| field.name == name);
        let secrets = adapter.fields.iter().any(|field| matches!(field.kind, Kind::Secret));
        let server = adapter.goes.is_asked();
        assert_eq!(server, takes("base_url") || takes("smtp"), "{}", adapter.name);
        assert!(server || !secrets, "{} takes secrets for nobody", adapter.name);
        let played = SIMULATED.iter().any(|network| network.adapter == adapter.name);
        assert!(server || !played, "{} has a network that it never asks", adapter.name);
        assert_eq!(Goes::of(adapter.name), adapter.goes);
    }
    assert_eq!(Goes::of("of-another-version"), Goes::Server);
}

/// A key that a table lacks is told by whoever lists the channels, and not only when
/// something is to go out.
#[test]
fn a_channel_without_the_keys_of_its_secrets_is_not_ready() {
    for adapter in every_adapter() {
        let secret =
            |line: &&str| ["{ env =", "{ file =", "{ command ="].iter().any(|way| line.contains(way));
        if adapter.name == "nostr" && !cfg!(feature = "nostr") {
            continue;
        }
        // A table of mail that does not say how it leaves is an error.
        if adapter.name == "email" || !adapter.sample.lines().any(|line| secret(&line)) {
            continue;
        }
        let kept = |line: &&str| !secret(line) && !line.starts_with("without_credentials");
        let table: Vec<&str> = adapter.sample.lines().filter(kept).collect();
        let house = House::new(&format!("\n[channels.one]\n{}\n", table.join("\n")), "name = \"all\"\n");
        let told = house.run(&["channels"]).ends(0).out();
        let row = told.lines().find(|line| line.starts_with("one ")).unwrap_or_default();
        assert!(
            row.contains("cannot send: `") && row.contains(" is missing: add `"),
            "{}: {told}",
            adapter.name
        );
        let json = house.run(&["channels", "--format", "json"]).ends(0).json();
        assert_eq!(json["channels"][0]["ready"], false, "{json}");
    }
}
