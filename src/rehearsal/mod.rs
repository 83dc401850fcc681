//! Networks in this process: they answer by their documents, refuse what the
//! real ones refuse, fail as ordered, and keep what readers would see.
//!
//! Real HTTP on loopback, one server each, for tests and for a rehearsal of a
//! whole plan. Written from the networks' own pages and not from the adapters,
//! so that the two can disagree. Where a page is silent the stricter reading is
//! taken; what nobody could confirm says so where it is decided.

mod article_page;
mod bluesky;
mod facebook;
mod fault;
mod forem;
mod ghost;
mod hashnode;
mod image;
mod linkedin;
mod log;
mod mail;
mod mastodon;
mod micropub;
#[cfg(feature = "nostr")]
mod nostr;
mod page;
mod reply;
mod request;
mod requests;
mod server;
mod settings;
mod simulated;
#[cfg(test)]
mod tests;
mod threads;
mod timeline;
mod web;
mod webmention;
mod websub;
mod wordpress;
mod x;

pub use fault::{Fault, Guise, Upon};
pub use log::{Logged, LoggedBody, LoggedPart};
pub use mail::{Letter, MailServer};
pub use requests::{Good, Spoil, Wants};
pub use settings::{Settings, Signed};
pub use simulated::{Asks, Kind, SIMULATED, Simulated, Way, Written};
pub use timeline::{LiveComment, LiveLink, LiveMedia, LivePost};

use jiff::Timestamp;
use reply::Reply;
use request::Asked;
use server::Shared;
use std::sync::Arc;
use std::time::Duration;

/// What every network does in its own way.
trait Service: Send {
    /// Does what was asked, or refuses it.
    fn answer(&mut self, asked: &Asked) -> Reply;
    /// Whether this would make something that readers see.
    fn publishes(&self, asked: &Asked) -> bool;
    /// "Too many", to be asked again after `wait`.
    fn too_many(&self, wait: Duration) -> Reply;
    /// "Something went wrong here."
    fn failed(&self) -> Reply;
    // What follows is of networks where what was made has a name, a text, images, and an
    // author with credentials. Where one has none of it, nothing happens; the contract over
    // all networks asks for all that each has.
    /// A success that does not say what was made.
    fn nameless(&self, reply: Reply) -> Reply {
        reply
    }
    /// A success that calls what was made by this name.
    fn renamed(&self, reply: Reply, id: &str) -> Reply {
        let _ = id;
        reply
    }
    /// From now on the credentials are expired.
    fn expire(&mut self) {}
    /// From now on the credentials may do that as well.
    fn grant(&mut self, scope: &str) {
        let _ = scope;
    }
    /// The next text is shown only this far, in characters.
    fn shorten_next(&mut self, characters: usize) {
        let _ = characters;
    }
    /// The images that readers see on the newest post.
    fn newest_images(&mut self) -> Option<&mut Vec<LiveMedia>> {
        None
    }
    /// Somebody posted this by hand at that time with the same account.
    fn by_hand(&mut self, text: &str, at: Timestamp) -> String {
        let _ = (text, at);
        String::new()
    }
    /// The id of a post that stands there and is somebody else's.
    fn by_stranger(&mut self) -> String {
        String::new()
    }
    /// From now on a page of the house stands at that address of the web: for those that
    /// are told of pages.
    fn shows(&mut self, address: &str) {
        let _ = address;
    }
    /// What was made so far to be published is not known any more to who asks: for those
    /// that make and publish in two steps.
    fn forget(&mut self) {}
    /// Everything that was ever posted with the account, oldest first.
    fn timeline(&self) -> Vec<LivePost>;
}

/// Starts networks.
#[derive(Debug)]
pub enum Network {}

impl Network {
    /// Starts `kind` on a free port of this machine, in the tokio runtime of the
    /// caller. The error is the operating system's: no socket could be had.
    pub async fn start(kind: Kind, settings: Settings) -> std::io::Result<Running> {
        let clock = settings.clock.clone();
        server::start(kind, (kind.row().open)(settings), clock).await
    }
}

/// A network that runs. It stops when this is dropped.
#[derive(Debug)]
pub struct Running {
    kind: Kind,
    base_url: String,
    shared: Arc<Shared>,
    accepting: tokio::task::JoinHandle<()>,
}

impl Running {
    /// Which one it is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// `http://127.0.0.1:PORT`, for `base_url` of a channel.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// Every request so far, in order of arrival, without secrets.
    pub fn log(&self) -> Vec<Logged> {
        self.shared.state().log.clone()
    }

    /// What readers see now, oldest first.
    pub fn timeline(&self) -> Vec<LivePost> {
        self.everything().into_iter().filter(|post| !post.deleted).collect()
    }

    /// The same with what was taken down again.
    pub fn everything(&self) -> Vec<LivePost> {
        self.shared.state().service.timeline()
    }

    /// Orders a fault for the next request that publishes something. Orders
    /// wait in a row, and each strikes once.
    pub fn order(&self, fault: Fault) {
        self.order_upon(Upon::Publishing, fault);
    }

    /// Orders a fault for the next request of a kind.
    pub fn order_upon(&self, upon: Upon, fault: Fault) {
        self.shared.state().orders.push_back((upon, fault));
    }

    /// How many ordered faults have not struck yet.
    pub fn ordered(&self) -> usize {
        self.shared.state().orders.len()
    }

    /// What has gone wrong as ordered, and when.
    pub fn struck(&self) -> Vec<(Timestamp, Fault)> {
        self.shared.state().struck.clone()
    }

    /// Somebody posted `text` by hand with the same account, so long ago; its
    /// id. Only before anything younger is there, for ids grow with time.
    pub fn posted_by_hand(&self, text: &str, ago: Duration) -> String {
        let at = self.shared.now().checked_sub(ago).unwrap_or(Timestamp::UNIX_EPOCH);
        self.shared.state().service.by_hand(text, at)
    }

    /// Somebody gives the credentials a permission that they lacked, in the
    /// network's own word.
    pub fn grant(&self, scope: &str) {
        self.shared.state().service.grant(scope);
    }

    /// From now on a page of the house stands at that address of the web.
    pub fn shows(&self, address: &str) {
        self.shared.state().service.shows(address);
    }

    /// From now on nobody can ask for what was made so far to be published, whether it was
    /// or not.
    pub fn forgets(&self) {
        self.shared.state().service.forget();
    }

    /// A stranger posts something; its id. It is not in the timeline.
    pub fn posted_by_stranger(&self) -> String {
        self.shared.state().service.by_stranger()
    }

    /// Stops: nobody is listening any more, and no request that is still on its
    /// way is answered. What was logged and posted can still be read.
    pub fn stop(&self) {
        self.accepting.abort();
        self.shared.stop();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop();
    }
}
