//! An account there, and the way of using it.

use super::{Bluesky, requests};
use crate::rehearsal::{Asks, Settings, Simulated, Way, Written};

/// A server of the AT Protocol with Bluesky's lexicons (d6296a1c, 2026-08-20).
pub(in crate::rehearsal) static NETWORK: Simulated = Simulated {
    adapter: "bluesky",
    home: "https://bsky.social",
    token: "app_password",
    account,
    cast,
    lend: |_| (),
    forms: |_| Vec::new(),
    good: requests::GOOD,
    asks: Asks {
        list: "getRecord",
        upload: ("POST", "uploadBlob"),
        removal: ("POST", "deleteRecord"),
        edit: ("POST", "putRecord"),
    },
    ways: &[Way {
        name: "bluesky",
        adapter: "bluesky",
        table: "account = \"acmerockets.bsky.social\"\napp_password = { file = \"token\" }\n",
        threads: true,
        list_is_open: true,
        ..Way::POST
    }],
    open: |settings| Box::new(Bluesky::new(settings)),
};

/// What the account has as long as nobody took it down.
pub(super) const STANDING: &str = "standing";

fn account(settings: &mut Settings) {
    settings.id = "did:plc:ewvi7nxzyoun6zhxrhs64oiz".to_owned();
    settings.handle = "acmerockets.bsky.social".to_owned();
    settings.may_do(&[STANDING], &[]);
}

fn cast(settings: &mut Settings, written: &Written) {
    let Some(account) = &written.account else { return };
    let account = account.trim_start_matches('@');
    match account.starts_with("did:") {
        true => account.clone_into(&mut settings.id),
        false => account.clone_into(&mut settings.handle),
    }
    settings.name.clone_from(&settings.handle);
}
