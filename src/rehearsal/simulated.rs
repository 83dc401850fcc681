//! Which networks there are in this process: each declares itself in its own
//! file, and is a line of [`SIMULATED`].

#[cfg(feature = "nostr")]
use super::nostr;
use super::{
    Good, Service, Settings, bluesky, facebook, forem, ghost, hashnode, linkedin, mastodon, micropub,
    threads, webmention, websub, wordpress, x,
};
use std::collections::BTreeMap;
use std::fmt;
use std::hash::{Hash, Hasher};

/// Every network, by the name of the adapter that speaks to it. Keep sorted.
pub static SIMULATED: &[&Simulated] = &[
    &bluesky::NETWORK,
    &facebook::NETWORK,
    &forem::NETWORK,
    &ghost::NETWORK,
    &hashnode::NETWORK,
    &linkedin::NETWORK,
    &mastodon::NETWORK,
    &micropub::NETWORK,
    #[cfg(feature = "nostr")]
    &nostr::NETWORK,
    &threads::NETWORK,
    &webmention::NETWORK,
    &websub::NETWORK,
    &wordpress::NETWORK,
    &x::NETWORK,
];

/// A network as its own file declares it.
pub struct Simulated {
    /// The adapter that speaks to it.
    pub adapter: &'static str,
    /// Where the real one is at home: what people read in place of this machine's
    /// address, unless the channel's table says `base_url`.
    pub home: &'static str,
    /// The key of a channel's table whose secret is [`Settings::token`].
    pub token: &'static str,
    /// An account there whose credentials may do all that is needed: what is this
    /// network's own is put into the settings.
    pub account: fn(&mut Settings),
    /// The account that a channel's table names.
    pub cast: fn(&mut Settings, &Written),
    /// Where an account is a key: a throwaway one, and the account that it is, for nobody
    /// else's can be signed for. Elsewhere any word will do for a secret.
    pub lend: fn(&mut Written),
    /// In what other ways that secret may be written, and pieces of it that are as good as
    /// the whole: nobody may be shown any of them.
    pub forms: fn(&str) -> Vec<String>,
    /// What a good request of it looks like.
    pub good: Good,
    /// Where things are asked of it.
    pub asks: Asks,
    /// How channels use it: whoever tries all adapters tries each of these. None of what
    /// is told of pages, and takes no posts: that has clauses of its own.
    pub ways: &'static [Way],
    /// The network of that account.
    pub(super) open: fn(Settings) -> Box<dyn Service>,
}

/// Where things are asked of a network: a piece of the path, and mostly the method.
#[derive(Clone, Copy, Debug)]
pub struct Asks {
    /// What is looked through for a post (`GET`).
    pub list: &'static str,
    /// An image.
    pub upload: (&'static str, &'static str),
    /// A post is taken down.
    pub removal: (&'static str, &'static str),
    /// It gets other words.
    pub edit: (&'static str, &'static str),
}

/// What a channel's table says of its account.
#[derive(Clone, Default)]
pub struct Written {
    /// `account`.
    pub account: Option<String>,
    /// Every text of it, by its key.
    pub texts: BTreeMap<String, String>,
    /// The throwaway that stands for each of its secrets, by its key.
    pub secrets: BTreeMap<String, String>,
}

impl Written {
    /// A text of the table, trimmed.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.texts.get(key).map(|text| text.trim())
    }

    /// The throwaway for a secret; empty where the table has none.
    pub fn secret(&self, key: &str) -> String {
        self.secrets.get(key).cloned().unwrap_or_default()
    }
}

/// One way of using a network: what can be expected of it is data.
#[derive(Clone, Copy, Debug)]
pub struct Way {
    /// For people: `linkedin, a member`.
    pub name: &'static str,
    /// The adapter.
    pub adapter: &'static str,
    /// The channel's table, without `adapter` and `base_url`. The account is that of
    /// [`Settings::of`]; [`Settings::token`] lies in the file `token`, and `{base_url}`
    /// stands for where the network answers.
    pub table: &'static str,
    /// It takes articles, and not posts.
    pub article: bool,
    /// What is out keeps its words, though its adapter can change those of others.
    pub fixed: bool,
    /// A post may have several parts.
    pub threads: bool,
    /// A first comment goes below it.
    pub comments: bool,
    /// What goes there may have images.
    pub images: bool,
    /// Images are brought to it; else it fetches them where they are.
    pub uploads: bool,
    /// The request that makes what nobody sees yet, and what the next try goes on with: a
    /// draft. None: it is made and published in one.
    pub draft: Option<(&'static str, &'static str)>,
    /// An image that was uploaded and whose answer was lost is found there.
    pub finds_uploads: bool,
    /// A cover says what it shows to who does not see it.
    pub cover_alt: bool,
    /// Each has an address of its own by its slug, and two cannot have the same.
    pub addresses: bool,
    /// The network lists what was posted, for us too.
    pub lists: bool,
    /// The permissions that its list takes; none where there is no such, or nobody is asked.
    pub list_needs: &'static [&'static str],
    /// What stands there may be asked without credentials.
    pub list_is_open: bool,
    /// It takes its time to look at images.
    pub processes: bool,
    /// It says how long to wait where it takes no more for now.
    pub names_waits: bool,
    /// The text that is live can be read back.
    pub reads_back: bool,
    /// The id stands in a header: a broken body hides nothing.
    pub id_in_header: bool,
    /// The network refuses what it has already; else a repetition is the same post, or
    /// one more.
    pub refuses_repeats: bool,
    /// How its network differs from that of [`Settings::of`].
    pub settings: fn(&mut Settings),
}

impl Way {
    /// A single post on a network that lists what was posted and lets it be read.
    pub const POST: Way = Way {
        name: "",
        adapter: "",
        table: "",
        article: false,
        fixed: false,
        threads: false,
        comments: false,
        images: true,
        uploads: true,
        draft: None,
        finds_uploads: false,
        cover_alt: true,
        addresses: false,
        lists: true,
        list_needs: &[],
        list_is_open: false,
        processes: false,
        names_waits: true,
        reads_back: true,
        id_in_header: false,
        refuses_repeats: true,
        settings: |_| (),
    };

    /// Its network; none of an adapter that has none.
    pub fn kind(&self) -> Option<Kind> {
        Kind::named(self.adapter)
    }
}

/// One of [`SIMULATED`].
#[derive(Clone, Copy)]
pub struct Kind(&'static Simulated);

impl Kind {
    /// The network that this adapter speaks to.
    pub fn named(adapter: &str) -> Option<Kind> {
        SIMULATED.iter().find(|network| network.adapter == adapter).map(|network| Kind(network))
    }

    /// As it declares itself.
    pub fn row(self) -> &'static Simulated {
        self.0
    }
}

impl PartialEq for Kind {
    fn eq(&self, other: &Kind) -> bool {
        self.0.adapter == other.0.adapter
    }
}

impl Eq for Kind {}

impl Hash for Kind {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.adapter.hash(state);
    }
}

impl fmt::Debug for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.adapter)
    }
}
