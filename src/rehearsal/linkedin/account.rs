//! An account there, and the ways of using it.

use super::{LinkedIn, requests};
use crate::rehearsal::{Asks, Settings, Simulated, Way, Written};

/// LinkedIn's versioned Posts API (li-lms-2026-05).
pub(in crate::rehearsal) static NETWORK: Simulated = Simulated {
    adapter: "linkedin",
    home: "https://api.linkedin.com",
    token: "access_token",
    account,
    cast,
    lend: |_| (),
    forms: |_| Vec::new(),
    good: requests::GOOD,
    asks: Asks {
        list: "/rest/posts",
        upload: ("POST", "/rest/images"),
        removal: ("DELETE", "/"),
        edit: ("POST", "/"),
    },
    ways: &[
        Way {
            name: "linkedin, an organisation",
            adapter: "linkedin",
            table: "account = \"Acme Rockets\"\nauthor = \"urn:li:organization:2414183\"\n\
                    access_token = { file = \"token\" }\n",
            comments: true,
            id_in_header: true,
            list_needs: &["r_organization_social", "r_organization_social_feed"],
            processes: true,
            names_waits: false,
            ..Way::POST
        },
        Way {
            name: "linkedin, a member",
            adapter: "linkedin",
            table: "author = \"urn:li:person:aBcD-1234_x\"\naccess_token = { file = \"token\" }\n\
                    image_wait = false\n",
            comments: true,
            lists: false,
            reads_back: false,
            id_in_header: true,
            list_needs: &["r_organization_social", "r_organization_social_feed"],
            processes: true,
            names_waits: false,
            ..Way::POST
        },
    ],
    open: |settings| Box::new(LinkedIn::new(settings)),
};

fn account(settings: &mut Settings) {
    settings.id = "aBcD-1234_x".to_owned();
    settings.handle = "ada".to_owned();
    settings.organizations = vec![("2414183".to_owned(), "Acme Rockets".to_owned())];
    settings.may_do(
        &[
            "openid",
            "profile",
            "w_member_social",
            "w_organization_social",
            "r_organization_social",
            "rw_organization_admin",
            "w_organization_social_feed",
            "r_organization_social_feed",
        ],
        // About twelve months each; the oldest two are gone.
        &["202604", "202605", "202606", "202607", "202608", "202609", "202610"],
    );
}

fn cast(settings: &mut Settings, written: &Written) {
    settings.ids_after = Some(7_200_000_000_000_000_000);
    let author = written.text("author").unwrap_or_default();
    let name = written.account.clone().unwrap_or_else(|| settings.name.clone());
    if let Some(number) = author.strip_prefix("urn:li:organization:") {
        settings.organizations = vec![(number.to_owned(), name.clone())];
    } else if let Some(id) = author.strip_prefix("urn:li:person:") {
        settings.id = id.to_owned();
    }
    settings.name = name;
}
