//! An account there, and the ways of using it.

use super::{Hashnode, requests};
use crate::rehearsal::{Asks, Settings, Simulated, Way, Written};

/// Among the scopes: the publication is on the Pro plan.
pub(super) const PRO: &str = "pro";
/// The publication's id, and its host.
pub(super) const PUBLICATION: (&str, &str) = ("64c0ffee64c0ffee64c0ffee", "acme.hashnode.dev");

/// Hashnode's GraphQL API (github.com/Hashnode/gql-skill, 2026).
pub(in crate::rehearsal) static NETWORK: Simulated = Simulated {
    adapter: "hashnode",
    home: "https://gql-beta.hashnode.com",
    token: "access_token",
    account: |settings| {
        settings.id = PUBLICATION.0.to_owned();
        settings.home = format!("https://{}", PUBLICATION.1);
        settings.may_do(&[PRO], &[]);
    },
    cast,
    lend: |_| (),
    forms: |_| Vec::new(),
    good: requests::GOOD,
    asks: Asks {
        list: "/look",
        upload: ("POST", "/createImageUploadURL"),
        removal: ("POST", "/removePost"),
        edit: ("POST", "/updatePost"),
    },
    ways: &[
        Way {
            name: "hashnode",
            adapter: "hashnode",
            table: "publication = \"acme.hashnode.dev\"\naccess_token = { file = \"token\" }\n",
            ..HASHNODE
        },
        Way {
            name: "hashnode, the only publication",
            adapter: "hashnode",
            table: "access_token = { file = \"token\" }\nnewsletter = false\ncomments = false\n\
                    series = \"64c0ffee64c0ffee00000007\"\n",
            ..HASHNODE
        },
    ],
    open: |settings| Box::new(Hashnode::new(settings)),
};

const HASHNODE: Way = Way {
    article: true,
    cover_alt: false,
    addresses: true,
    draft: Some(("POST", "/createDraft")),
    list_needs: &[PRO],
    ..Way::POST
};

fn cast(settings: &mut Settings, written: &Written) {
    settings.ids_after = Some(100);
    if let Some(publication) = written.text("publication") {
        let bare = publication.split_once("://").map_or(publication, |(_, rest)| rest);
        let bare = bare.split('/').next().unwrap_or(bare).to_lowercase();
        if bare.contains('.') {
            settings.home = format!("https://{bare}");
        } else {
            settings.id = bare;
        }
    }
}
