//! What an answer about a Facebook page means, beside what all Graph APIs have in
//! common. Pure.
//!
//! Facts: the error codes of the Graph API (v26.0, 2026-07-29).

use crate::channel::SendError;
use crate::channel::graph::{Asking, Fault, refused, wait};
pub(super) use crate::channel::graph::{is_gone_or_foreign, object, outcome};
use crate::channel::http::Answer;
use std::time::Duration;

/// What was asked: it decides what a doubtful answer means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// The page itself, when its token is looked at.
    Page,
    /// Something that changes nothing.
    Reading,
    /// A photo that nobody sees yet.
    Upload,
    /// A post that readers see.
    Post {
        /// Whether an earlier try may have posted it.
        doubted: bool,
    },
    /// A comment that readers see.
    Comment {
        /// Whether an earlier try may have posted it.
        doubted: bool,
    },
    /// Taking something down; doing it twice does no harm.
    Delete,
    /// Giving a post other words; doing it twice does no harm.
    Edit,
}

impl Asked {
    /// The scopes that it needs (Pages API, permissions).
    fn scope(self) -> &'static str {
        match self {
            Asked::Page | Asked::Reading => "`pages_read_engagement`",
            Asked::Comment { .. } => "`pages_manage_engagement`",
            Asked::Upload | Asked::Post { .. } | Asked::Delete | Asked::Edit => {
                "`pages_manage_posts` and `pages_read_engagement`"
            }
        }
    }
}

/// How long to leave a page alone that is blocked for its policies (code 368: "temporarily blocked
/// for policies violations", wait and retry): hours, or it is blocked for longer (a
/// judgement).
const BLOCKED_WAIT: Duration = Duration::from_secs(6 * 3600);
/// What proves that a call comes from the app.
const PROOF: &str = "appsecret_proof";

impl Asking for Asked {
    const NETWORK: &'static str = "Facebook";
    const NEW_TOKEN: &'static str = "make a new page token";

    fn publishes(self) -> bool {
        matches!(self, Asked::Post { .. } | Asked::Comment { .. })
    }

    fn is_doubted(self) -> bool {
        matches!(self, Asked::Post { doubted: true } | Asked::Comment { doubted: true })
    }

    fn is_about_token(answer: &Answer) -> bool {
        is_about_token(answer)
    }

    fn of_code(self, fault: &Fault, answer: &Answer) -> Option<SendError> {
        let said = &fault.said;
        Some(match (fault.code, fault.subcode) {
            (190 | 102, subcode) => refused(format!("{}. Facebook says: {said}", token_trouble(subcode))),
            (1_390_008, _) => SendError::TooMany {
                says: format!("Facebook has had enough calls for now: {said}"),
                wait: Some(wait(answer)),
            },
            (506, _) | (_, 1_366_051) if self.is_doubted() => SendError::Unknown {
                cause: format!(
                    "an earlier try was in doubt, and Facebook says that the same is there already: {said}"
                ),
            },
            (506, _) | (_, 1_366_051) => refused(format!(
                "Facebook takes this for a repetition of what is on the page already, and posts nothing: {said}. \
                 Change the words, or take the older post down"
            )),
            (368, _) => SendError::TooMany {
                says: format!(
                    "Facebook has blocked the page from doing this, for its policies, and says not for how long: open \
                     the page and see what it complains about; it is tried again after {} hours. Facebook says: {said}",
                    BLOCKED_WAIT.as_secs() / 3600
                ),
                wait: Some(BLOCKED_WAIT),
            },
            // Trouble of its own, whatever else it says.
            (1 | 2, _) => return None,
            _ if fault.transient => return None,
            (210, _) => refused(format!(
                "this needs the page's own token, and the token is another's: take the page's from \
                 `GET /me/accounts`. Facebook says: {said}"
            )),
            (3 | 10 | 200..=299, _) => refused(format!(
                "the token may not do this: it needs {}, and its person a role on the page that may. Give the app \
                 what is missing, and make a new token. Facebook says: {said}",
                self.scope()
            )),
            (_, 1_404_078) => refused(format!(
                "the page has to be authorised for publishing: whoever manages it confirms who they are, on the \
                 page. Facebook says: {said}"
            )),
            (100, 33) | (803, _) if self == Asked::Page => refused(format!(
                "there is no page of this `page_id` that the token can see: compare the number with the page's, \
                 and look whose token it is. Facebook says: {said}"
            )),
            (100, 33) if matches!(self, Asked::Comment { .. }) => refused(format!(
                "the post above may be gone, or out of reach of the token (Facebook makes no difference): look at the \
                 page; if the post is there, make a token that sees it. Facebook says: {said}"
            )),
            // Told apart by its words alone: it has no code of its own.
            (100, _) if said.contains(PROOF) => refused(format!(
                "the app wants its calls proven: give the table its `app_secret` (App settings, Basic), the one of \
                 the app that the token is for. Facebook says: {said}"
            )),
            (4_854_002, _) | (_, 4_854_002) => refused(format!(
                "Facebook wants the person behind the token to confirm their identity: open the page and do that. \
                 Facebook says: {said}"
            )),
            _ => return None,
        })
    }
}

/// Whether the Graph API says that the token itself is no good: that it is none
/// any more (190, 102), is no page's (210), or comes without the proof that its
/// app wants. Anything else may be about the question alone.
fn is_about_token(answer: &Answer) -> bool {
    let coded = Fault::of(answer, &str::to_owned).is_some_and(|fault| {
        matches!(fault.code, 190 | 102 | 210) || (fault.code == 100 && fault.said.contains(PROOF))
    });
    coded || answer.status == 401
}

/// Whether Facebook says no to who asks, and not to what is sent: to the token, or
/// to what it and its person may do. Somebody can mend that.
pub(super) fn is_about_who(answer: &Answer) -> bool {
    let permission = Fault::of(answer, &str::to_owned).is_some_and(|fault| {
        matches!(fault.code, 3 | 10 | 200..=299 | 4_854_002) || matches!(fault.subcode, 1_404_078 | 4_854_002)
    });
    permission || is_about_token(answer)
}

/// What is wrong with the token, and what to do (error 190 and its subcodes).
fn token_trouble(subcode: i64) -> &'static str {
    match subcode {
        458 => {
            "the token is of no use any more, the app was taken off the account: add the app again, and make a \
             new page token"
        }
        459 | 464 => {
            "Facebook holds the person whose token it is at a checkpoint: they log in at \
             https://www.facebook.com/ and do what it asks, then make a new page token"
        }
        460 => "the token ended when its person's password was changed: make a new page token",
        463 => {
            "the token has expired: make a new page token; one that comes from a 60-day user token does not expire"
        }
        467 => "the token is no longer valid: make a new page token",
        492 => {
            "the person whose token it is has no role on the page any more: give them one, or make a page token \
             of somebody who has"
        }
        _ => "Facebook does not take the token: make a new page token",
    }
}
