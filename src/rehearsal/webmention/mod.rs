//! Pages of strangers that take Webmentions, by the W3C's Recommendation (2017-01-12).
//!
//! Every page of the web that is not the house's names an endpoint on its host. A receiver
//! looks at the source as soon as it is told (3.2.2 leaves it free to do so later), and
//! refuses with 400 what does not hold.

mod requests;

use super::page::{tags, value};
use super::timeline::LivePost;
use super::web::{address, field, host, refusal};
use super::{Asked, Asks, Reply, Service, Settings, Simulated};
use jiff::Timestamp;
use std::time::Duration;

/// The web, in which every page takes mentions.
pub(super) static NETWORK: Simulated = Simulated {
    adapter: "webmention",
    home: "https://web.example",
    token: "",
    account: |_| (),
    cast: |_, _| (),
    lend: |_| (),
    forms: |_| Vec::new(),
    good: requests::GOOD,
    asks: Asks {
        list: "/https/",
        upload: ("POST", "/https/"),
        removal: ("POST", "/webmention"),
        edit: ("POST", "/webmention"),
    },
    ways: &[],
    open: |settings| Box::new(Web { settings, own: Vec::new(), mentions: Vec::new() }),
};

struct Web {
    settings: Settings,
    /// Where pages of the house stand by now.
    own: Vec<String>,
    mentions: Vec<Mention>,
}

struct Mention {
    source: String,
    target: String,
    at: Timestamp,
}

impl Web {
    fn page(&self, url: &str) -> Reply {
        let html = "text/html; charset=utf-8";
        if self.own.iter().any(|own| own == url) {
            return Reply::text(
                html,
                format!("<!doctype html><title>Ours</title>{}", self.settings.pages.join("")),
            );
        }
        let link = format!("</webmention?to={}>; rel=\"webmention\"", host(url));
        Reply::text(html, "<!doctype html><title>A page</title><p>Words.".to_owned()).with("link", link)
    }

    /// 3.2.1 and 3.2.2.
    fn take(&mut self, endpoint: &str, asked: &Asked) -> Reply {
        let (Some(source), Some(target)) = (field(asked, "source"), field(asked, "target")) else {
            return refusal(400, "There is no source, or no target.");
        };
        let is_web = |url: &str| url.starts_with("https://") || url.starts_with("http://");
        if !is_web(source) || !is_web(target) {
            return refusal(400, "Source and target have to be addresses of the web.");
        }
        if source == target {
            return refusal(400, "Source and target are the same.");
        }
        if host(target) != host(endpoint) {
            return refusal(400, "The target is not on this site.");
        }
        if !self.own.iter().any(|own| own == source) {
            return refusal(400, "The source cannot be found.");
        }
        let links =
            self.settings.pages.iter().flat_map(|page| tags(page)).filter_map(|tag| value(tag, "href"));
        if !links.into_iter().any(|link| link == target) {
            return refusal(400, "The source does not link to the target.");
        }
        let known = self.mentions.iter().position(|known| known.source == source && known.target == target);
        let number = known.unwrap_or(self.mentions.len());
        if known.is_none() {
            let (source, target) = (source.to_owned(), target.to_owned());
            self.mentions.push(Mention { source, target, at: asked.at });
        }
        let status = format!("https://{}/webmention/{}", host(endpoint), number + 1);
        Reply { status: 201, ..Reply::bare(201).with("location", status) }
    }
}

impl Service for Web {
    fn answer(&mut self, asked: &Asked) -> Reply {
        let Some(url) = address(asked) else { return refusal(404, "There is no such page.") };
        match asked.method.as_str() {
            "GET" => self.page(&url),
            "POST" if url.contains("/webmention") => self.take(&url, asked),
            _ => refusal(405, "This is no endpoint."),
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
        self.own.push(address.to_owned());
    }

    fn timeline(&self) -> Vec<LivePost> {
        let live = |mention: &Mention| LivePost {
            warning: None,
            id: mention.source.clone(),
            url: mention.target.clone(),
            author: mention.source.clone(),
            text: format!("{} mentions {}", mention.source, mention.target),
            media: Vec::new(),
            link: None,
            reply_to: None,
            comments: Vec::new(),
            at: mention.at,
            deleted: false,
        };
        self.mentions.iter().map(live).collect()
    }
}
