//! An account there, and the ways of using it.

use super::{Ghost, requests};
use crate::rehearsal::image::digest;
use crate::rehearsal::{Asks, Settings, Simulated, Way, Written};

/// The Admin API of Ghost 6 (docs.ghost.org, 2026-08).
pub(in crate::rehearsal) static NETWORK: Simulated = Simulated {
    adapter: "ghost",
    home: "https://blog.example",
    token: "admin_api_key",
    account,
    cast,
    lend: |_| (),
    forms: |token| token.split(':').skip(1).map(str::to_owned).collect(),
    good: requests::GOOD,
    asks: Asks {
        list: "/admin/posts/",
        upload: ("POST", "/images/upload/"),
        removal: ("PUT", "/posts/"),
        edit: ("PUT", "/posts/"),
    },
    ways: &[
        Way {
            name: "ghost",
            adapter: "ghost",
            table: "account = \"Acme Rockets\"\nadmin_api_key = { file = \"token\" }\n",
            article: true,
            draft: Some(("POST", "/posts")),
            addresses: true,
            ..Way::POST
        },
        Way {
            name: "ghost, with a newsletter",
            adapter: "ghost",
            table: "admin_api_key = { file = \"token\" }\nnewsletter = \"weekly\"\nemail_segment = \"status:free\"\n\
                    visibility = \"members\"\nauthors = [\"ada\"]\ntags = [\"News\"]\n",
            article: true,
            draft: Some(("POST", "/posts")),
            addresses: true,
            ..Way::POST
        },
    ],
    open: |settings| Box::new(Ghost::new(settings)),
};

fn account(settings: &mut Settings) {
    settings.handle = "ada".to_owned();
    settings.token = key_of(&settings.token);
    settings.revoked = key_of(&settings.revoked);
    // The newsletters that there are.
    settings.may_do(&[], &["weekly"]);
}

/// Authors and newsletters that a table names are there.
fn cast(settings: &mut Settings, written: &Written) {
    settings.ids_after = Some(100);
    settings.versions.extend(written.text("newsletter").map(str::to_owned));
}

/// An Admin API key: 24 digits in hex, and 64, which begin with the seed's own bytes: who
/// looks for those finds a key that somebody has read.
fn key_of(seed: &str) -> String {
    let (id, own) = (digest(format!("id {seed}").as_bytes()), digest(seed.as_bytes()));
    let words: String = seed.bytes().take(24).map(|byte| format!("{byte:02x}")).collect();
    let secret: String = words.chars().chain(own.chars()).take(64).collect();
    format!("{}:{secret}", &id[..24])
}
