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
    /// X: whether the account may post 25,000 characters.
    pub premium: bool,
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
        use super::Kind;
        let (id, handle, scopes, versions): (_, _, &[&str], &[&str]) = match kind {
            Kind::X => (
                "2244994945",
                "acmerockets",
                &["tweet.read", "tweet.write", "users.read", "media.write", "offline.access"],
                &[],
            ),
            Kind::Facebook => (
                "1234567890",
                "acmerockets",
                &[
                    "pages_show_list",
                    "pages_manage_posts",
                    "pages_read_engagement",
                    "pages_manage_engagement",
                    "pages_read_user_content",
                ],
                // Alive on 2026-07-29; v20.0 ended on 2026-09-24.
                &["v21.0", "v22.0", "v23.0", "v24.0", "v25.0", "v26.0"],
            ),
            Kind::LinkedIn => (
                "aBcD-1234_x",
                "ada",
                &[
                    "openid",
                    "profile",
                    "w_member_social",
                    "w_organization_social",
                    "r_organization_social",
                    "rw_organization_admin",
                    "w_organization_social_feed",
                    "r_organization_social_feed",
                ],
                // About twelve months each; the oldest two are gone.
                &["202604", "202605", "202606", "202607", "202608", "202609", "202610"],
            ),
        };
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        Settings {
            id: id.to_owned(),
            name: "Acme Rockets".to_owned(),
            handle: handle.to_owned(),
            token: format!("{canary}-token"),
            wrong_kind: format!("{canary}-wrong-kind"),
            revoked: format!("{canary}-revoked"),
            scopes: texts(scopes),
            signed: None,
            app_secret: None,
            organizations: vec![("2414183".to_owned(), "Acme Rockets".to_owned())],
            versions: texts(versions),
            posts_in_window: 100,
            lag: Duration::ZERO,
            processing: Duration::ZERO,
            tells_alts: true,
            premium: false,
            ids_after: None,
            clock: Clock::system(),
        }
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
