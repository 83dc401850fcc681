//! An account there, and the ways of using it.

use super::{Threads, requests};
use crate::rehearsal::{Asks, Settings, Simulated, Way, Written};

/// The Threads API, v1.0 (posts, 2026-04-14).
pub(in crate::rehearsal) static NETWORK: Simulated = Simulated {
    adapter: "threads",
    home: "https://graph.threads.net",
    token: "access_token",
    account,
    cast,
    lend: |_| (),
    forms: |_| Vec::new(),
    good: requests::GOOD,
    asks: Asks {
        list: "/threads",
        upload: ("POST", "/threads"),
        removal: ("DELETE", "/"),
        edit: ("POST", "/"),
    },
    ways: &[
        Way {
            name: "threads",
            adapter: "threads",
            table: "account = \"@acmerockets\"\naccess_token = { file = \"token\" }\n\
                    media_base_url = \"{base_url}/media\"\n",
            ..WAY
        },
        Way {
            name: "threads, with a folder and a topic",
            adapter: "threads",
            table: "access_token = { file = \"token\" }\nmedia_base_url = \"{base_url}/media/\"\n\
                    media_folder = \"static/social\"\ntopic_tag = \"Rockets\"\nreply_control = \"followers_only\"\n",
            ..WAY
        },
    ],
    open: |settings| Box::new(Threads::new(settings)),
};

const WAY: Way = Way {
    threads: true,
    uploads: false,
    processes: true,
    names_waits: false,
    refuses_repeats: false,
    ..Way::POST
};

fn account(settings: &mut Settings) {
    settings.id = "17841400000000042".to_owned();
    settings.may_do(
        &[
            "threads_basic",
            "threads_content_publish",
            "threads_manage_replies",
            "threads_read_replies",
            "threads_delete",
        ],
        &["v1.0"],
    );
    // In 24 hours; replies have a limit of their own.
    settings.posts_in_window = 250;
}

fn cast(settings: &mut Settings, written: &Written) {
    settings.ids_after = Some(18_000_000_000_000_000);
    if let Some(account) = &written.account {
        let bare = account.trim().trim_start_matches('@');
        // The table may name the account by its number.
        if !bare.is_empty() && bare.bytes().all(|byte| byte.is_ascii_digit()) {
            bare.clone_into(&mut settings.id);
        } else {
            bare.clone_into(&mut settings.handle);
        }
    }
}
