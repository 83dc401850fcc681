//! Whose account a rehearsed network has, and what its credentials may do.

use crate::clock::Clock;
use jiff::Timestamp;
use std::fmt;
use std::time::Duration;

/// One account of one network.
#[derive(Clone)]
pub struct Settings {
    /// The account's id there: X's user id, the page's id, LinkedIn's `sub`.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// Its handle (X) or vanity name.
    pub handle: String,
    /// The token that is good: X's OAuth 2 user token, the page's, the member's.
    pub token: String,
    /// A good token of the wrong kind: X's app-only one, on Facebook a person's
    /// where the page's is needed.
    pub wrong_kind: String,
    /// The token that somebody took back.
    pub revoked: String,
    /// What the token may do, in the network's own words.
    pub scopes: Vec<String>,
    /// X: the four secrets of OAuth 1.0a, if that is set up.
    pub signed: Option<Signed>,
    /// Facebook: the app's secret. If given, each call must prove that it is known.
    pub app_secret: Option<String>,
    /// LinkedIn: organisations that the member may post for, by number and name.
    pub organizations: Vec<(String, String)>,
    /// API versions that are alive: `v26.0`, `202606`. X has none.
    pub versions: Vec<String>,
    /// X: posts in 15 minutes; 100 by its pages of 2026-07-24.
    pub posts_in_window: u32,
    /// How far lists of posts and comments are behind what is posted.
    pub lag: Duration,
    /// LinkedIn: how long an image takes until it can be on a post.
    pub processing: Duration,
    /// Whether the alt texts of what stands there are told to who asks.
    pub tells_alts: bool,
    /// Mastodon: where the instance stands, which its posts' addresses begin with.
    pub home: String,
    /// Mastodon: most characters of a post, where the instance has set that.
    pub longest: Option<usize>,
    /// Mastodon: whether `Idempotency-Key` is heeded.
    pub heeds_keys: bool,
    /// X: whether the account may post 25,000 characters.
    pub premium: bool,
    /// Webmention: the HTML of the house's pages, which links to others.
    pub pages: Vec<String>,
    /// Ids follow this one in a row, instead of being made of the time.
    pub ids_after: Option<u64>,
    /// What time it is there.
    pub clock: Clock,
}

/// The four secrets of OAuth 1.0a.
#[derive(Clone)]
pub struct Signed {
    /// The app's key.
    pub consumer_key: String,
    /// The app's secret.
    pub consumer_secret: String,
    /// The user's token.
    pub token: String,
    /// The token's secret.
    pub token_secret: String,
}

impl Settings {
    /// An account of that network whose credentials may do all that is needed.
    /// Every secret is made of `canary`, so that a test can look for it
    /// everywhere that it must not be.
    pub fn of(kind: super::Kind, canary: &str) -> Settings {
        let mut settings = Settings {
            id: "1".to_owned(),
            name: "Acme Rockets".to_owned(),
            handle: "acmerockets".to_owned(),
            token: format!("{canary}-token"),
            wrong_kind: format!("{canary}-wrong-kind"),
            revoked: format!("{canary}-revoked"),
            scopes: Vec::new(),
            signed: None,
            app_secret: None,
            organizations: Vec::new(),
            versions: Vec::new(),
            posts_in_window: 100,
            lag: Duration::ZERO,
            processing: Duration::ZERO,
            tells_alts: true,
            home: kind.row().home.to_owned(),
            longest: None,
            heeds_keys: true,
            premium: false,
            pages: Vec::new(),
            ids_after: None,
            clock: Clock::system(),
        };
        (kind.row().account)(&mut settings);
        settings
    }

    /// The account that a channel's table names, with throwaway secrets.
    pub fn cast(kind: super::Kind, canary: &str, written: &super::Written) -> Settings {
        let mut settings = Settings::of(kind, canary);
        settings.token = written.secret(kind.row().token);
        (kind.row().cast)(&mut settings, written);
        settings
    }

    /// The same with OAuth 1.0a set up, its secrets made of `canary`.
    pub fn signed(mut self, canary: &str) -> Settings {
        self.signed = Some(Signed {
            consumer_key: format!("{canary}-consumer-key"),
            consumer_secret: format!("{canary}-consumer-secret"),
            token: format!("{canary}-signed-token"),
            token_secret: format!("{canary}-token-secret"),
        });
        self
    }

    /// What the credentials may do, and which versions are alive.
    pub(super) fn may_do(&mut self, scopes: &[&str], versions: &[&str]) {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        (self.scopes, self.versions) = (texts(scopes), texts(versions));
    }

    /// The same without one of the scopes.
    pub fn without_scope(mut self, scope: &str) -> Settings {
        self.scopes.retain(|has| has != scope);
        self
    }

    /// Whether a list shows by now what was posted at that time.
    pub(super) fn lists(&self, posted: Timestamp, now: Timestamp) -> bool {
        now.duration_since(posted).unsigned_abs() >= self.lag || posted > now
    }

    pub(super) fn may(&self, scope: &str) -> bool {
        self.scopes.iter().any(|has| has == scope)
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings").field("id", &self.id).field("scopes", &self.scopes).finish_non_exhaustive()
    }
}

impl fmt::Debug for Signed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("«secret»")
    }
}
