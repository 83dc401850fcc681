//! Sessions: made of the app password, good for two hours, and renewed once each.

use super::account::STANDING;
use super::{error, too_many};
use crate::rehearsal::Settings;
use crate::rehearsal::reply::{Checked, Reply, no};
use crate::rehearsal::request::Asked;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// How long an access token is good (seen: `exp` is two hours after `iat`).
const GOOD_FOR: SignedDuration = SignedDuration::from_hours(2);
/// Sign-ins of an account in a window of so many seconds (docs.bsky.app).
const SIGN_INS: (i64, usize) = (300, 30);

/// All of them.
#[derive(Default)]
pub(super) struct Sessions {
    open: Vec<Open>,
    made: usize,
    /// When somebody tried to sign in.
    tried: Vec<Timestamp>,
    /// The app password was taken back, and what was made of it.
    revoked: bool,
}

struct Open {
    access: String,
    refresh: String,
    until: Timestamp,
}

impl Sessions {
    /// The account, and newest tokens.
    pub fn told(&self, settings: &Settings) -> Value {
        let mut told = json!({ "did": settings.id, "handle": settings.handle, "active": true });
        if let Some(open) = self.open.last() {
            (told["accessJwt"], told["refreshJwt"]) = (json!(open.access), json!(open.refresh));
        }
        told
    }

    pub fn create(&mut self, asked: &Asked, settings: &Settings) -> Checked<Reply> {
        let Some(body) = asked.json() else { return no(error(400, "InvalidRequest", "Expected JSON")) };
        let (window, most) = SIGN_INS;
        let now = asked.at.as_second();
        self.tried.retain(|at| at.as_second() > now - window);
        if self.tried.len() >= most {
            let first = self.tried.first().map_or(now, |at| at.as_second());
            return no(too_many(30, first + window, window));
        }
        self.tried.push(asked.at);
        let text = |key: &str| body[key].as_str().unwrap_or_default();
        let is_account = text("identifier") == settings.id
            || text("identifier").eq_ignore_ascii_case(&settings.handle)
            // What it was called before leads there too, for a while (unverified).
            || settings.organizations.iter().any(|(older, _)| older == text("identifier"));
        if is_account && text("password") == settings.wrong_kind {
            let says = "A sign in code has been sent to your email address";
            return no(error(401, "AuthFactorTokenRequired", says));
        }
        if !is_account || self.revoked || text("password") != settings.token {
            return no(error(401, "AuthenticationRequired", "Invalid identifier or password"));
        }
        if !settings.may(STANDING) {
            return no(error(401, "AccountTakedown", "Account has been taken down"));
        }
        Ok(self.next(asked.at, settings))
    }

    pub fn refresh(&mut self, asked: &Asked, settings: &Settings) -> Checked<Reply> {
        let token = asked.bearer().unwrap_or_default();
        if self.revoked {
            return no(error(400, "ExpiredToken", "Token has been revoked"));
        }
        match self.open.iter().position(|open| open.refresh == token) {
            Some(at) => {
                // Used up; what it had given is good until its own end.
                self.open[at].refresh.clear();
                Ok(self.next(asked.at, settings))
            }
            None => no(error(400, "InvalidToken", "Token could not be verified")),
        }
    }

    fn next(&mut self, at: Timestamp, settings: &Settings) -> Reply {
        self.made += 1;
        let token = |kind: &str| format!("{}-{kind}-{}", settings.token, self.made);
        let (access, refresh) = (token("access"), token("refresh"));
        let until = at.saturating_add(GOOD_FOR).unwrap_or(Timestamp::MAX);
        self.open.push(Open { access, refresh, until });
        Reply::json(200, self.told(settings))
    }

    /// Refuses who has no session. These are 400 and not 401 (seen).
    pub fn who(&self, asked: &Asked) -> Checked<()> {
        let Some(token) = asked.bearer() else {
            return no(error(401, "AuthMissing", "Authentication Required"));
        };
        match self.open.iter().find(|open| open.access == token) {
            None => no(error(400, "InvalidToken", "Token could not be verified")),
            Some(open) if self.revoked || open.until <= asked.at => {
                no(error(400, "ExpiredToken", "Token has expired"))
            }
            Some(_) => Ok(()),
        }
    }

    pub fn revoke(&mut self) {
        self.revoked = true;
    }
}
