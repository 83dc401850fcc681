//! An account there, and the ways of using it.

use super::{Forem, requests};
use crate::rehearsal::{Asks, Settings, Simulated, Way, Written};

/// Among the versions: no title twice within five minutes.
pub(super) const TITLES_ONCE: &str = "titles-once";

/// Forem's API, version 1 (developers.forem.com, 2026).
pub(in crate::rehearsal) static NETWORK: Simulated = Simulated {
    adapter: "forem",
    home: "https://dev.to",
    token: "api_key",
    account,
    cast,
    lend: |_| (),
    forms: |_| Vec::new(),
    good: requests::GOOD,
    asks: Asks {
        list: "/api/articles/me/all",
        // Nothing is uploaded: of what nobody sees, the draft is made.
        upload: ("POST", "/api/articles"),
        removal: ("PUT", "/api/articles/"),
        edit: ("PUT", "/api/articles/"),
    },
    ways: &[
        Way {
            name: "forem",
            adapter: "forem",
            table: "account = \"ada\"\napi_key = { file = \"token\" }\n\
                    images = \"https://blog.acme.example/{slug}/{file}\"\n",
            ..FOREM
        },
        Way {
            name: "forem, an organisation and a series",
            adapter: "forem",
            table: "api_key = { file = \"token\" }\nseries = \"Rockets\"\norganization_id = 7\n\
                    images = \"https://cdn.acme.example/{file}\"\n",
            settings: |settings| {
                settings.versions.clear();
                settings.organizations = vec![("7".to_owned(), "Acme".to_owned())];
            },
            ..FOREM
        },
    ],
    open: |settings| Box::new(Forem::new(settings)),
};

/// Of titles that come again at once there is a clause of its own.
const FOREM: Way = Way {
    article: true,
    cover_alt: false,
    draft: Some(("POST", "/api/articles")),
    uploads: false,
    settings: |settings| settings.versions.clear(),
    ..Way::POST
};

fn account(settings: &mut Settings) {
    settings.handle = "ada".to_owned();
    settings.versions = vec![TITLES_ONCE.to_owned()];
}

fn cast(settings: &mut Settings, written: &Written) {
    settings.ids_after = Some(100);
    if let Some(account) = &written.account {
        let bare = account.trim().trim_start_matches('@');
        settings.handle = bare.split('@').next().unwrap_or(bare).to_owned();
    }
    // Whichever organisation it names, the author belongs to.
    settings.organizations = vec![("*".to_owned(), "Any".to_owned())];
}
