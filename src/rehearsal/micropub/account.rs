//! A site there, and the ways of using it.

use super::{Site, requests};
use crate::rehearsal::{Asks, Settings, Simulated, Way, Written};

/// A site that speaks Micropub (W3C Recommendation, 2017-05-23) and lists its posts.
pub(in crate::rehearsal) static NETWORK: Simulated = Simulated {
    adapter: "micropub",
    home: "https://ada.example",
    token: "access_token",
    account,
    cast,
    lend: |_| (),
    forms: |_| Vec::new(),
    good: requests::GOOD,
    asks: Asks {
        list: "/micropub",
        upload: ("POST", "/media"),
        removal: ("POST", "/micropub"),
        edit: ("POST", "/micropub"),
    },
    ways: &[
        Way {
            name: "micropub",
            adapter: "micropub",
            table: "account = \"ada.example\"\naccess_token = { file = \"token\" }\n",
            article: true,
            id_in_header: true,
            refuses_repeats: false,
            ..Way::POST
        },
        Way {
            name: "micropub, notes",
            adapter: "micropub",
            table: "kind = \"note\"\naccess_token = { file = \"token\" }\nsyndicate_to = [\"https://brid.example/\"]\n",
            id_in_header: true,
            refuses_repeats: false,
            ..Way::POST
        },
    ],
    open: |settings| Box::new(Site::new(settings)),
};

fn account(settings: &mut Settings) {
    settings.handle = "ada".to_owned();
    settings.may_do(&["create", "update", "delete", "media"], &[]);
}

fn cast(settings: &mut Settings, written: &Written) {
    settings.ids_after = Some(100);
    if let Some(account) = &written.account {
        settings.name.clone_from(account);
    }
}
