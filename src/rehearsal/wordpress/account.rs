//! An account there, and the ways of using it.

use super::{WordPress, requests};
use crate::rehearsal::{Asks, Settings, Simulated, Way, Written};

/// Among the versions: the site has addresses of words.
pub(super) const PRETTY: &str = "pretty-permalinks";

/// The REST API of WordPress 6 (`wp/v2`, 2026-11).
pub(in crate::rehearsal) static NETWORK: Simulated = Simulated {
    adapter: "wordpress",
    home: "https://blog.example",
    token: "app_password",
    account,
    cast,
    lend: |_| (),
    forms: |_| Vec::new(),
    good: requests::GOOD,
    asks: Asks {
        list: "/wp/v2/posts",
        upload: ("POST", "/wp/v2/media"),
        removal: ("DELETE", "/"),
        edit: ("POST", "/posts/"),
    },
    ways: &[
        Way {
            name: "wordpress, blocks",
            adapter: "wordpress",
            table: "account = \"Acme Rockets\"\nuser = \"ada\"\napp_password = { file = \"token\" }\n",
            article: true,
            draft: Some(("POST", "/posts")),
            finds_uploads: true,
            addresses: true,
            list_needs: &["edit_posts"],
            ..Way::POST
        },
        Way {
            name: "wordpress, HTML",
            adapter: "wordpress",
            table: "user = \"ada\"\napp_password = { file = \"token\" }\neditor = \"html\"\n\
                    categories = [\"News\"]\ncomments = false\n",
            article: true,
            draft: Some(("POST", "/posts")),
            finds_uploads: true,
            addresses: true,
            list_needs: &["edit_posts"],
            ..Way::POST
        },
    ],
    open: |settings| Box::new(WordPress::new(settings)),
};

/// What an author may do, and to make categories.
fn account(settings: &mut Settings) {
    settings.handle = "ada".to_owned();
    settings.may_do(
        &[
            "read",
            "edit_posts",
            "publish_posts",
            "upload_files",
            "delete_posts",
            "edit_published_posts",
            "delete_published_posts",
            "manage_categories",
        ],
        &[PRETTY],
    );
}

fn cast(settings: &mut Settings, written: &Written) {
    settings.ids_after = Some(100);
    if let Some(user) = written.text("user") {
        settings.handle = user.to_owned();
    }
    if written.text("author").is_some() {
        settings.scopes.push("edit_others_posts".to_owned());
    }
}
