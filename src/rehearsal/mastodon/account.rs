//! An account there, and the ways of using it.

use super::{Mastodon, requests};
use crate::rehearsal::{Asks, Settings, Simulated, Way, Written};

/// Mastodon's API (docs.joinmastodon.org at 2903485d, 2026-07-02).
pub(in crate::rehearsal) static NETWORK: Simulated = Simulated {
    adapter: "mastodon",
    home: "https://mastodon.example",
    token: "access_token",
    account,
    cast,
    lend: |_| (),
    forms: |_| Vec::new(),
    good: requests::GOOD,
    asks: Asks {
        list: "/statuses",
        upload: ("POST", "/api/v2/media"),
        removal: ("DELETE", "/"),
        edit: ("PUT", "/"),
    },
    ways: &[
        Way {
            name: "mastodon",
            adapter: "mastodon",
            table: "account = \"@acmerockets@mastodon.example\"\naccess_token = { file = \"token\" }\n",
            threads: true,
            refuses_repeats: false,
            list_needs: &["read:statuses"],
            processes: true,
            ..Way::POST
        },
        Way {
            name: "mastodon, a server that knows no keys",
            adapter: "mastodon",
            table: "account = \"@AcmeRockets@mastodon.example\"\naccess_token = { file = \"token\" }\n",
            threads: true,
            refuses_repeats: false,
            settings: |settings| settings.heeds_keys = false,
            list_needs: &["read:statuses"],
            processes: true,
            ..Way::POST
        },
    ],
    open: |settings| Box::new(Mastodon::new(settings)),
};

fn account(settings: &mut Settings) {
    settings.id = "109372843234".to_owned();
    settings.may_do(&["read:accounts", "read:statuses", "write:statuses", "write:media"], &[]);
    settings.posts_in_window = 300;
}

fn cast(settings: &mut Settings, written: &Written) {
    // An id of Mastodon's kind, of 2025 (of no matter).
    settings.ids_after = Some(115_000_000_000_000_000);
    if let Some(home) = written.text("base_url") {
        settings.home = home.trim_end_matches('/').to_owned();
    }
    if let Some(account) = &written.account {
        let bare = account.trim().trim_start_matches('@');
        settings.handle = bare.split('@').next().unwrap_or(bare).to_owned();
        settings.name.clone_from(&settings.handle);
    }
}
