//! An account there, and the ways of using it.

use super::{X, requests};
use crate::rehearsal::{Asks, Settings, Signed, Simulated, Way, Written};

/// X's API v2 (docs.x.com, 2026-08-22).
pub(in crate::rehearsal) static NETWORK: Simulated = Simulated {
    adapter: "x",
    home: "https://api.x.com",
    token: "access_token",
    account,
    cast,
    lend: |_| (),
    forms: |_| Vec::new(),
    good: requests::GOOD,
    asks: Asks {
        list: "/tweets",
        upload: ("POST", "/2/media/upload"),
        removal: ("DELETE", "/"),
        edit: ("POST", "/"),
    },
    ways: &[
        Way {
            name: "x, OAuth 2",
            adapter: "x",
            table: "account = \"acmerockets\"\naccess_token = { file = \"token\" }\n",
            threads: true,
            ..Way::POST
        },
        Way {
            name: "x, OAuth 1.0a",
            adapter: "x",
            table: "account = \"AcmeRockets\"\naccess_token = { file = \"signed_token\" }\n\
                    access_token_secret = { file = \"token_secret\" }\n\
                    consumer_key = { file = \"consumer_key\" }\nconsumer_secret = { file = \"consumer_secret\" }\n",
            threads: true,
            ..Way::POST
        },
    ],
    open: |settings| Box::new(X::new(settings)),
};

fn account(settings: &mut Settings) {
    settings.id = "2244994945".to_owned();
    settings.may_do(&["tweet.read", "tweet.write", "users.read", "media.write", "offline.access"], &[]);
}

fn cast(settings: &mut Settings, written: &Written) {
    // An id of X's kind, of 2025 (unverified, and of no matter).
    settings.ids_after = Some(1_900_000_000_000_000_000);
    if let Some(account) = &written.account {
        settings.handle = account.trim_start_matches('@').to_owned();
        settings.name.clone_from(&settings.handle);
    }
    let of_the_app = ["consumer_key", "consumer_secret", "access_token_secret"];
    if of_the_app.iter().any(|key| written.secrets.contains_key(*key)) {
        settings.signed = Some(Signed {
            consumer_key: written.secret("consumer_key"),
            consumer_secret: written.secret("consumer_secret"),
            token: written.secret("access_token"),
            token_secret: written.secret("access_token_secret"),
        });
    }
}
