//! What an answer about a Threads account means, beside what all Graph APIs have in
//! common. Pure.
//!
//! Facts: the Threads API's pages (posts, troubleshooting, rate limits; 2026-04-14), and
//! for subcodes what users of it saw (2026, unverified).

use crate::channel::SendError;
use crate::channel::graph::{Asking, Fault, refused, wait};
use crate::channel::http::Answer;
use std::time::Duration;

/// What was asked: it decides what a doubtful answer means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// Whose the token is.
    Me,
    /// Something that changes nothing.
    Reading,
    /// The list of the account's replies.
    Replies,
    /// A container that nobody sees.
    Container {
        /// Of a part that hangs below another.
        reply: bool,
    },
    /// The publishing of a container.
    Publish {
        /// Of a part that hangs below another.
        reply: bool,
        /// Whether an earlier try may have published it.
        doubted: bool,
    },
    /// Taking something down; doing it twice does no harm.
    Delete,
}

/// How long to leave an account alone that Threads stops from doing this (2207051,
/// "action blocked"): hours, it says (a judgement).
const BLOCKED_WAIT: Duration = Duration::from_secs(6 * 3600);
/// The same after as many posts as 24 hours may have: the window rolls (a judgement).
const QUOTA_WAIT: Duration = Duration::from_secs(3600);
/// Until a container that was not ready may be (posts: about 30 seconds).
const READY_WAIT: Duration = Duration::from_secs(30);

impl Asked {
    /// The permissions that it needs.
    fn scope(self) -> &'static str {
        match self {
            Asked::Me | Asked::Reading => "`threads_basic`",
            Asked::Replies => "`threads_read_replies`",
            Asked::Container { reply: false } | Asked::Publish { reply: false, .. } => {
                "`threads_content_publish`"
            }
            Asked::Container { reply: true } | Asked::Publish { reply: true, .. } => {
                "`threads_content_publish` and `threads_manage_replies`"
            }
            Asked::Delete => "`threads_delete`",
        }
    }
}

impl Asking for Asked {
    const NETWORK: &'static str = "Threads";
    const NEW_TOKEN: &'static str = "make a new token";

    fn publishes(self) -> bool {
        matches!(self, Asked::Publish { .. })
    }

    fn is_doubted(self) -> bool {
        matches!(self, Asked::Publish { doubted: true, .. })
    }

    fn is_about_token(answer: &Answer) -> bool {
        is_about_token(answer)
    }

    fn of_code(self, fault: &Fault, answer: &Answer) -> Option<SendError> {
        let said = &fault.said;
        Some(match (fault.code, fault.subcode) {
            (190 | 102, subcode) => refused(format!("{}. Threads says: {said}", token_trouble(subcode))),
            (4_279_013, _) | (_, 4_279_013) => SendError::Mendable {
                says: format!(
                    "Threads has restricted the account: open the app and see what it asks for. Threads says: {said}"
                ),
            },
            (2_207_051, _) | (_, 2_207_051) => SendError::TooMany {
                says: format!(
                    "Threads has blocked the account from doing this for a while: open the app and see what it \
                     complains about; it is tried again after {} hours. Threads says: {said}",
                    BLOCKED_WAIT.as_secs() / 3600
                ),
                wait: Some(BLOCKED_WAIT),
            },
            (2_207_042, _) | (_, 2_207_042) => SendError::TooMany {
                says: format!("the account has posted as much as 24 hours may have: {said}"),
                wait: Some(wait(answer).max(QUOTA_WAIT)),
            },
            // What all Graph APIs have.
            (4 | 17 | 32 | 341 | 613 | 80_000..=80_014 | 1 | 2, _) => return None,
            _ if fault.transient => return None,
            (3 | 10 | 200..=299, _) => refused(format!(
                "the token may not do this: it needs {}. Give the app what is missing, and make a new token. Threads \
                 says: {said}",
                self.scope()
            )),
            // What is said of a container that is out already is not written.
            _ if self.is_doubted() => SendError::Unknown {
                cause: format!("an earlier try was in doubt, and Threads will not publish it now: {said}"),
            },
            (24, _) | (_, 4_279_009) if self.publishes() => SendError::NotYet {
                says: format!("what is to be published is not ready yet: {said}"),
                wait: Some(READY_WAIT),
            },
            (100, 33) if self.publishes() => SendError::NotYet {
                says: format!("Threads does not know any more what is to be published: {said}"),
                wait: None,
            },
            (2_207_052, _) | (_, 2_207_052) => SendError::Mendable {
                says: format!(
                    "Threads could not fetch the image: let its crawler in (robots.txt, a firewall), and look at \
                     `media_base_url`. Threads says: {said}"
                ),
            },
            _ if said.contains("LINK_LIMIT_EXCEEDED") => refused(format!(
                "the text has more than five different links, and Threads takes no more: {said}"
            )),
            (100, 33) if matches!(self, Asked::Container { reply: true }) => refused(format!(
                "the part above may be gone, or out of reach of the token (Threads makes no difference): look at it, \
                 and publish the rest with `--again REASON`. Threads says: {said}"
            )),
            _ => return None,
        })
    }
}

/// Whether Threads says that the token itself is no good.
fn is_about_token(answer: &Answer) -> bool {
    let coded = Fault::of(answer, &str::to_owned).is_some_and(|fault| matches!(fault.code, 190 | 102));
    coded || answer.status == 401
}

/// Whether Threads says no to who asks, and not to what is sent: to the token, or
/// to what it may do. Somebody can mend that.
pub(super) fn is_about_who(answer: &Answer) -> bool {
    let permission =
        Fault::of(answer, &str::to_owned).is_some_and(|fault| matches!(fault.code, 3 | 10 | 200..=299));
    permission || is_about_token(answer)
}

/// What is wrong with the token, and what to do (error 190 and its subcodes).
fn token_trouble(subcode: i64) -> &'static str {
    match subcode {
        458 => "the token is of no use any more, the app was taken off the account: log in to it again",
        463 => {
            "the token has expired: log in again and make a new long-lived one. It holds for 60 days, and can be \
             renewed (`GET /refresh_access_token?grant_type=th_refresh_token`) only before it ends"
        }
        _ => {
            "Threads does not take the token: make a new one; it holds for 60 days, and has to be renewed before that"
        }
    }
}
