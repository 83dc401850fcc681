//! A feed and its hub, by the W3C's Recommendation "WebSub" (2018-01-23), 4, and by what
//! hubs take of publishers (PubSubHubbub 0.4, 7.1: the Recommendation leaves it open).

mod requests;

use super::timeline::LivePost;
use super::web::{address, field, refusal};
use super::{Asked, Asks, Reply, Service, Settings, Simulated, Written};
use jiff::Timestamp;
use std::time::Duration;

/// The hub that the feed names.
const HUB: &str = "https://hub.example/";

/// A feed of the house, and the hubs of the web.
pub(super) static NETWORK: Simulated = Simulated {
    adapter: "websub",
    home: "https://hub.example",
    token: "",
    account: |settings| settings.handle = "https://acme.example/feed.xml".to_owned(),
    cast,
    lend: |_| (),
    forms: |_| Vec::new(),
    good: requests::GOOD,
    asks: Asks {
        list: "/https/",
        upload: ("POST", "/https/"),
        removal: ("POST", "/https/hub.example"),
        edit: ("POST", "/https/hub.example"),
    },
    ways: &[],
    open: |settings| Box::new(Hub { settings, items: Vec::new(), heard: Vec::new() }),
};

/// Which feed it is.
fn cast(settings: &mut Settings, written: &Written) {
    if let Some(feed) = written.text("feed") {
        settings.handle = feed.to_owned();
    }
}

struct Hub {
    settings: Settings,
    /// The pages that the feed shows, and how often each was put there.
    items: Vec<(String, usize)>,
    /// Who heard of it, and when.
    heard: Vec<(String, Timestamp)>,
}

impl Hub {
    fn feed(&self) -> Reply {
        let topic = written(&self.settings.handle);
        // An entry has to say when it was changed last (RFC 4287, 4.2.15).
        let entry = |(item, times): &(String, usize)| {
            let item = written(item);
            let second = times % 60;
            format!(
                "<entry><id>{item}</id><link href=\"{item}\"/>\
                 <updated>2026-11-05T09:30:{second:02}Z</updated></entry>"
            )
        };
        let entries = self.items.iter().map(entry).collect::<String>();
        let feed = format!(
            "<?xml version=\"1.0\"?><feed xmlns=\"http://www.w3.org/2005/Atom\"><id>{topic}</id>\
             <link rel=\"self\" href=\"{topic}\"/><link rel=\"hub\" href=\"{HUB}\"/>{entries}</feed>"
        );
        Reply::text("application/atom+xml", feed)
    }

    fn hear(&mut self, hub: &str, asked: &Asked) -> Reply {
        match (field(asked, "hub.mode"), field(asked, "hub.url")) {
            (Some("publish"), Some(topic)) if topic == self.settings.handle => {
                self.heard.push((hub.to_owned(), asked.at));
                Reply::bare(204)
            }
            (Some("publish"), Some(_)) => refusal(404, "This hub knows no such topic."),
            _ => refusal(400, "hub.mode has to be publish, with one hub.url."),
        }
    }
}

fn written(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;")
}

impl Service for Hub {
    fn answer(&mut self, asked: &Asked) -> Reply {
        let Some(url) = address(asked) else { return refusal(404, "There is no such page.") };
        match asked.method.as_str() {
            "GET" if url == self.settings.handle => self.feed(),
            "POST" if url != self.settings.handle => self.hear(&url, asked),
            "GET" => refusal(404, "There is no such page."),
            _ => refusal(405, "This is no hub."),
        }
    }

    fn publishes(&self, asked: &Asked) -> bool {
        asked.method == "POST"
    }

    fn too_many(&self, wait: Duration) -> Reply {
        refusal(429, "Too many requests.").with("retry-after", wait.as_secs().to_string())
    }

    fn failed(&self) -> Reply {
        refusal(500, "Something went wrong.")
    }

    fn shows(&mut self, address: &str) {
        match self.items.iter_mut().find(|(item, _)| item == address) {
            Some((_, times)) => *times += 1,
            None => self.items.push((address.to_owned(), 1)),
        }
    }

    fn timeline(&self) -> Vec<LivePost> {
        let live = |(hub, at): &(String, Timestamp)| LivePost {
            warning: None,
            id: self.settings.handle.clone(),
            url: hub.clone(),
            author: self.settings.handle.clone(),
            text: format!("{hub} heard that {} has something new", self.settings.handle),
            media: Vec::new(),
            link: None,
            reply_to: None,
            comments: Vec::new(),
            at: *at,
            deleted: false,
        };
        self.heard.iter().map(live).collect()
    }
}
