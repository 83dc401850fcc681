//! What can be ordered to go wrong, once each.

use std::time::Duration;

/// Which request an ordered fault is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Upon {
    /// The next that would make something readers see: a post or a comment.
    Publishing,
    /// The next, whichever.
    Any,
    /// The next of them, once so many were published.
    PublishingAfter(usize),
    /// The one that so many came before.
    Number(usize),
    /// The next with this method whose path holds these characters; of GraphQL the
    /// operation's name is a part of the path, and a question is a `GET`.
    Path(&'static str, &'static str),
}

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is done, and the connection breaks before a byte of the answer.
    AnswerLost,
    /// The connection breaks after the request is read, and nothing is done.
    CutBefore,
    /// It is done, and the connection breaks in the middle of the answer's body.
    BrokenBody,
    /// It is done, and the connection breaks in the middle of an answer that
    /// comes in pieces, of which nobody said how many.
    BrokenPieces,
    /// It is done, and the answer is packed (gzip), which nobody asked for.
    Packed,
    /// "Too many", in the network's dialect, with this wait; nothing is done.
    TooMany(Duration),
    /// It is done, and the answer is the network's 500.
    FailedAfter,
    /// The network's 500, and nothing is done.
    FailedBefore,
    /// It is done, and the answer comes this much later.
    Slow(Duration),
    /// It is done, and somebody on the way answers 200 with a page of HTML.
    Html,
    /// It is done, and the answer ends in the middle of its JSON.
    HalfJson,
    /// It is done, and the answer is its status alone.
    Empty,
    /// It is done, and the answer lacks the id.
    WithoutId,
    /// A redirect to this address; nothing is done.
    Redirect(String),
    /// The credentials are expired from now on, for this request as well.
    Expired,
    /// It is done, and readers see only so many characters of the text.
    CutShort(usize),
    /// It is done, and readers see the post without its last image.
    ImageLost,
    /// It is done, and the post's last image has this alt text; empty: none.
    AltShown(String),
    /// It is done, and the answer is a gigabyte.
    Gigabyte,
    /// It is done, and the answer comes at one byte a second.
    Drip,
    /// A refusal that repeats every header and parameter of the request, tokens
    /// and all; nothing is done.
    Echo(u16),
    /// The same in another guise.
    EchoIn(u16, Guise),
    /// A refusal with this status and in these words; nothing is done.
    Says(u16, String),
    /// It is done, and the answer names it so.
    OddId(String),
    /// Nothing is done, and no answer ever comes.
    Silence,
    /// It is done, and no answer ever comes.
    SilenceAfter,
}

/// How a server may spell what it was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guise {
    /// Two hexadecimal digits a byte.
    Hex,
    /// HTML's numbers: `&#115;`.
    Numbers,
    /// A blank behind each letter.
    Spaced,
    /// An end of a line behind each seventh letter.
    Wrapped,
}

impl Guise {
    /// Every one.
    pub const ALL: [Guise; 4] = [Guise::Hex, Guise::Numbers, Guise::Spaced, Guise::Wrapped];

    /// `text` in it.
    pub fn of(self, text: &str) -> String {
        match self {
            Guise::Hex => text.bytes().map(|byte| format!("{byte:02x}")).collect(),
            Guise::Numbers => text.chars().map(|c| format!("&#{};", u32::from(c))).collect(),
            Guise::Spaced => text.chars().flat_map(|c| [c, ' ']).collect(),
            Guise::Wrapped => {
                let ends = |at: usize| (at % 7 == 6).then_some('\n');
                text.chars().enumerate().flat_map(|(at, c)| [Some(c), ends(at)]).flatten().collect()
            }
        }
    }
}

impl Fault {
    /// Whether the network does what was asked before it goes wrong.
    pub(super) fn is_after_doing(&self) -> bool {
        !matches!(
            self,
            Fault::CutBefore
                | Fault::TooMany(_)
                | Fault::FailedBefore
                | Fault::Redirect(_)
                | Fault::Echo(_)
                | Fault::EchoIn(..)
                | Fault::Says(..)
                | Fault::Silence
        )
    }
}
