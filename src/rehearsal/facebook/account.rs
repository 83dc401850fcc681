//! An account there, and the ways of using it.

use super::{Facebook, requests};
use crate::rehearsal::{Asks, Settings, Simulated, Way, Written};

/// Pages of Facebook's Graph API v26.0 (2026-07-29).
pub(in crate::rehearsal) static NETWORK: Simulated = Simulated {
    adapter: "facebook",
    home: "https://graph.facebook.com",
    token: "access_token",
    account,
    cast,
    lend: |_| (),
    forms: |_| Vec::new(),
    good: requests::GOOD,
    asks: Asks {
        list: "published_posts",
        upload: ("POST", "/photos"),
        removal: ("DELETE", "/"),
        edit: ("POST", "/"),
    },
    ways: &[
        Way {
            name: "facebook",
            adapter: "facebook",
            table: "account = \"Acme Rockets\"\npage_id = \"1234567890\"\naccess_token = { file = \"token\" }\n",
            comments: true,
            list_needs: &["pages_read_engagement"],
            ..Way::POST
        },
        Way {
            name: "facebook, proving the app",
            adapter: "facebook",
            table: "page_id = \"1234567890\"\naccess_token = { file = \"token\" }\n\
                    app_secret = { file = \"app_secret\" }\n",
            comments: true,
            list_needs: &["pages_read_engagement"],
            ..Way::POST
        },
    ],
    open: |settings| Box::new(Facebook::new(settings)),
};

fn account(settings: &mut Settings) {
    settings.id = "1234567890".to_owned();
    settings.may_do(
        &[
            "pages_show_list",
            "pages_manage_posts",
            "pages_read_engagement",
            "pages_manage_engagement",
            "pages_read_user_content",
        ],
        // Alive on 2026-07-29; v20.0 ended on 2026-09-24.
        &["v21.0", "v22.0", "v23.0", "v24.0", "v25.0", "v26.0"],
    );
}

fn cast(settings: &mut Settings, written: &Written) {
    settings.ids_after = Some(122_100_000_000_000);
    if let Some(page) = written.text("page_id") {
        settings.id = page.to_owned();
    }
    if let Some(account) = &written.account {
        settings.handle.clone_from(account);
        settings.name.clone_from(account);
    }
    if written.secrets.contains_key("app_secret") {
        settings.app_secret = Some(written.secret("app_secret"));
    }
}
