//! A key there, and the ways of using a relay.

use super::{Relay, requests};
use crate::rehearsal::image::digest;
use crate::rehearsal::{Asks, Settings, Simulated, Way, Written};
use nostr::prelude::{Keys, ToBech32 as _};

/// A relay with a server for images on the same port (nips at db5fe3de, 2026-07-22;
/// hzrd149/blossom buds/02).
pub(in crate::rehearsal) static NETWORK: Simulated = Simulated {
    adapter: "nostr",
    home: "wss://relay.example",
    token: "nsec",
    account,
    cast,
    lend,
    forms: |token| {
        Keys::parse(token).ok().and_then(|keys| keys.secret_key().to_bech32().ok()).into_iter().collect()
    },
    good: requests::GOOD,
    asks: Asks {
        list: "/req",
        upload: ("PUT", "/upload"),
        removal: ("POST", "/event/5"),
        edit: ("POST", "/event/30023"),
    },
    ways: &[
        NOTES,
        Way {
            name: "nostr, a relay that asks who it is",
            settings: |settings| settings.scopes.push(ASKS_WHO.to_owned()),
            // Each note is offered twice on a line there, and taken once.
            refuses_repeats: false,
            ..NOTES
        },
        Way {
            name: "nostr, articles",
            table: "account = \"npub1rwzv24nmzfjypx2a8m264ws9vht3uxp5vpypnluuzl67n4waq78suk0wul\"\n\
                    nsec = { file = \"token\" }\nkind = \"article\"\nblossom = [\"https://images.example\"]\n",
            article: true,
            threads: false,
            cover_alt: false,
            fixed: false,
            ..NOTES
        },
    ],
    open: |settings| Box::new(Relay::new(settings)),
};

const NOTES: Way = Way {
    name: "nostr",
    adapter: "nostr",
    table: "account = \"npub1rwzv24nmzfjypx2a8m264ws9vht3uxp5vpypnluuzl67n4waq78suk0wul\"\n\
            nsec = { file = \"token\" }\nblossom = [\"https://images.example\"]\n",
    threads: true,
    fixed: true,
    list_is_open: true,
    names_waits: false,
    reads_back: false,
    ..Way::POST
};

/// What a key has as long as the relay takes its notes.
pub(super) const STANDING: &str = "standing";
/// What a relay has that wants to know who writes and who asks (NIP-42).
pub(super) const ASKS_WHO: &str = "asks-who";
/// A throwaway, and the one of the ways' `npub1…`. It is good nowhere.
const KEY: &str = "0101010101010101010101010101010101010101010101010101010101010101";

fn account(settings: &mut Settings) {
    KEY.clone_into(&mut settings.token);
    of_token(settings);
    settings.may_do(&[STANDING], &[]);
}

fn cast(settings: &mut Settings, _: &Written) {
    of_token(settings);
}

fn of_token(settings: &mut Settings) {
    if let Ok(keys) = Keys::parse(&settings.token) {
        settings.id = keys.public_key().to_hex();
    }
}

/// A key that is made of the throwaway word, and its account.
fn lend(written: &mut Written) {
    let key = digest(written.secret("nsec").as_bytes());
    if let Ok(keys) = Keys::parse(&key)
        && let Ok(account) = keys.public_key().to_bech32()
    {
        written.account = Some(account);
        written.secrets.insert("nsec".to_owned(), key);
    }
}
