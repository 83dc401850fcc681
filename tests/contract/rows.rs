//! Which rows there are, and how each is tried.

use ladder::channel::ADAPTERS;
use ladder::rehearsal::Kind;

/// One way of using a network: which of the contract's clauses apply is data.
#[derive(Debug)]
pub struct Way {
    pub name: &'static str,
    pub adapter: &'static str,
    pub kind: Kind,
    /// The channel's table, without `base_url`.
    pub table: &'static str,
    /// A post may have several parts.
    pub threads: bool,
    /// A first comment goes below it.
    pub comments: bool,
    /// The network lists what was posted, for us too.
    pub lists: bool,
    /// The text that is live can be read back.
    pub reads_back: bool,
    /// The id stands in a header: a broken body hides nothing.
    pub id_in_header: bool,
}

/// Every way of using a network.
pub const WAYS: &[Way] = &[
    Way {
        name: "x, OAuth 2",
        adapter: "x",
        kind: Kind::X,
        table: "account = \"acmerockets\"\naccess_token = { file = \"token\" }\n",
        threads: true,
        comments: false,
        lists: true,
        reads_back: true,
        id_in_header: false,
    },
    Way {
        name: "x, OAuth 1.0a",
        adapter: "x",
        kind: Kind::X,
        table: "account = \"AcmeRockets\"\naccess_token = { file = \"signed_token\" }\n\
                access_token_secret = { file = \"token_secret\" }\n\
                consumer_key = { file = \"consumer_key\" }\nconsumer_secret = { file = \"consumer_secret\" }\n",
        threads: true,
        comments: false,
        lists: true,
        reads_back: true,
        id_in_header: false,
    },
    Way {
        name: "facebook",
        adapter: "facebook",
        kind: Kind::Facebook,
        table: "account = \"Acme Rockets\"\npage_id = \"1234567890\"\naccess_token = { file = \"token\" }\n",
        threads: false,
        comments: true,
        lists: true,
        reads_back: true,
        id_in_header: false,
    },
    Way {
        name: "facebook, proving the app",
        adapter: "facebook",
        kind: Kind::Facebook,
        table: "page_id = \"1234567890\"\naccess_token = { file = \"token\" }\n\
                app_secret = { file = \"app_secret\" }\n",
        threads: false,
        comments: true,
        lists: true,
        reads_back: true,
        id_in_header: false,
    },
    Way {
        name: "linkedin, an organisation",
        adapter: "linkedin",
        kind: Kind::LinkedIn,
        table: "account = \"Acme Rockets\"\nauthor = \"urn:li:organization:2414183\"\n\
                access_token = { file = \"token\" }\n",
        threads: false,
        comments: true,
        lists: true,
        reads_back: true,
        id_in_header: true,
    },
    Way {
        name: "linkedin, a member",
        adapter: "linkedin",
        kind: Kind::LinkedIn,
        table: "author = \"urn:li:person:aBcD-1234_x\"\naccess_token = { file = \"token\" }\n\
                image_wait = false\n",
        threads: false,
        comments: true,
        lists: false,
        reads_back: false,
        id_in_header: true,
    },
];

/// Rows that have no network: their clauses are in modules of their own.
pub const WITHOUT_NETWORK: &[(&str, &str)] = &[
    ("email", "mail: a server in this process, and a folder"),
    ("manual", "files: nothing leaves the house"),
    ("outbox", "files: a folder"),
    ("static-site", "files: a folder"),
];

#[test]
fn every_row_can_be_tried() {
    for adapter in ADAPTERS {
        let network = WAYS.iter().any(|way| way.adapter == adapter.name);
        let other = WITHOUT_NETWORK.iter().any(|(name, _)| *name == adapter.name);
        assert!(
            network || other,
            "the adapter `{}` has no way of being tried: add it to `WAYS`",
            adapter.name
        );
    }
    let known = |name: &str| ADAPTERS.iter().any(|adapter| adapter.name == name);
    let tried = WAYS.iter().map(|way| way.adapter).chain(WITHOUT_NETWORK.iter().map(|(name, _)| *name));
    for name in tried {
        assert!(known(name), "`{name}` is tried and in no table");
    }
}

#[test]
fn every_sample_parses_and_hides_its_secrets() {
    for adapter in ADAPTERS {
        let made = super::bench::configured(&format!("[channels.sample]\n{}", adapter.sample));
        assert_eq!(made.adapter, adapter.name);
        assert_eq!(made.channel.kind(), adapter.kind);
        assert!(made.channel.account().contains(':'), "{}: {}", adapter.name, made.channel.account());
    }
}
