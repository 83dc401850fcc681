//! The only code that awaits a channel. Whatever a channel does, one outcome
//! comes back: an answer; after the longest wait or a panic a doubt, or "not
//! yet" where nothing can have been posted.

use super::before_send::Ran;
use super::fence::fenced;
use crate::channel::{Attempt, Channel, Found, LONGEST_PREPARATION, SendError};
use crate::clock;
use crate::plan::{PayloadPart, Receipt, Seen, StepKey};
use crate::store::Hold;
use futures_util::FutureExt;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::oneshot;

/// Every channel has its own, shorter limit; this one is for a channel that
/// forgot. The longest legitimate wait is mail's: ten minutes for the answer
/// to the final dot (RFC 5321, 4.5.3.2.6).
const LONGEST_SEND: Duration = Duration::from_secs(20 * 60);
/// What is out is only looked at; who comes after it waits meanwhile.
const LONGEST_LOOK: Duration = Duration::from_secs(60);
const BROKEN: &str = "the adapter broke down; this is a mistake in ladder";
/// When a page is looked for within one run, in units from the start: five
/// times in the first nine seconds.
const LOOKS: [u32; 5] = [0, 1, 4, 10, 18];
const LOOK_UNIT: Duration = Duration::from_millis(if cfg!(test) { 5 } else { 500 });

/// One part on its way: whose, and which.
#[derive(Clone, Debug)]
pub(super) struct Unit {
    /// The item's number in the run.
    pub item: usize,
    /// One person's mail.
    pub recipient: Option<String>,
    /// From 0.
    pub part: u32,
}

/// What came back.
#[derive(Debug)]
pub(super) enum Finished {
    /// With what was sent, for looking at it.
    Sent(Unit, Box<Sent>, Result<Receipt, SendError>),
    /// What is out was looked at.
    Seen(Unit, Seen),
    Looked(Unit, Result<Found, SendError>),
    /// The command of `--before-send` has ended.
    Asked(Ran),
    /// Whether the page of that delivery answers.
    Live(StepKey, bool),
}

/// What flew.
#[derive(Debug)]
pub(super) struct Sent {
    pub part: PayloadPart,
    pub attempt: Attempt,
}

/// Work in flight.
pub(super) type Flight<'a> = Pin<Box<dyn Future<Output = Finished> + Send + 'a>>;

/// A part is prepared, and asks whether it may leave: `go` is answered once
/// that is durable, with an error if it must not leave; it is dropped if that
/// cannot be written.
#[derive(Debug)]
pub(super) struct Leave {
    pub unit: Unit,
    /// What the network calls the thing that is to be published.
    pub made: Option<String>,
    pub go: oneshot::Sender<Result<(), String>>,
}

/// Sends one part: what nobody sees first, then the posting, which asks `leave`
/// first where there is one, and goes on only while `hold` lasts. Only the
/// posting can leave a doubt: `has_left` is set when it begins.
pub(super) fn send(
    channel: &dyn Channel,
    unit: Unit,
    part: PayloadPart,
    mut attempt: Attempt,
    leave: Option<UnboundedSender<Leave>>,
    hold: Hold,
    has_left: Arc<AtomicBool>,
) -> Flight<'_> {
    Box::pin(async move {
        match prepared(async { channel.make(&part, &attempt).await }).await {
            Ok(made) => attempt.made = made,
            Err(error) => return Finished::Sent(unit, Box::new(Sent { part, attempt }), Err(error)),
        }
        let outcome = match prepared(async { channel.prepare(&part, &attempt).await }).await {
            Ok(posting) => match may_leave(&unit, attempt.made.clone(), leave).await {
                Ok(()) => {
                    has_left.store(true, Ordering::Relaxed);
                    fenced(&hold, guarded(posting)).await
                }
                Err(says) => Err(SendError::NotYet { says, wait: None }),
            },
            Err(error) => Err(error),
        };
        Finished::Sent(unit, Box::new(Sent { part, attempt }), outcome)
    })
}

async fn may_leave(
    unit: &Unit,
    made: Option<String>,
    leave: Option<UnboundedSender<Leave>>,
) -> Result<(), String> {
    let Some(leave) = leave else { return Ok(()) };
    let (go, gone) = oneshot::channel();
    let unwritten = || "nothing was posted: the store could not be written".to_owned();
    leave.send(Leave { unit: unit.clone(), made, go }).map_err(|_| unwritten())?;
    gone.await.unwrap_or_else(|_| Err(unwritten()))
}

/// Looks at a part that is out: `closely`, also where that is charged for.
pub(super) fn read_back(
    channel: &dyn Channel,
    unit: Unit,
    sent: Sent,
    receipt: Receipt,
    closely: bool,
) -> Flight<'_> {
    Box::pin(async move {
        let looking = async {
            let looking = match closely {
                true => channel.look_closely(&sent.part, &receipt, &sent.attempt),
                false => channel.read_back(&sent.part, &receipt, &sent.attempt),
            };
            match looking {
                Some(looking) => looking.await.unwrap_or_default(),
                None => Seen::default(),
            }
        };
        let seen = AssertUnwindSafe(tokio::time::timeout(LONGEST_LOOK, looking)).catch_unwind().await;
        Finished::Seen(unit, seen.ok().and_then(Result::ok).unwrap_or_default())
    })
}

/// Asks for a part whose outcome is unknown.
pub(super) fn look(channel: &dyn Channel, unit: Unit, part: PayloadPart, attempt: Attempt) -> Flight<'_> {
    Box::pin(async move {
        let outcome = guarded(async { channel.find(&part, &attempt).await }).await;
        Finished::Looked(unit, outcome)
    })
}

/// Looks whether a page answers, for a few seconds.
pub(super) fn live(channel: &dyn Channel, key: StepKey, url: String) -> Flight<'_> {
    Box::pin(async move {
        let looks = async {
            let mut before = 0;
            for look in LOOKS {
                clock::sleep(LOOK_UNIT * (look - before)).await;
                before = look;
                if guarded(async { channel.live(&url).await }).await.unwrap_or(false) {
                    return true;
                }
            }
            false
        };
        let answers = tokio::time::timeout(Duration::from_secs(10), looks).await.unwrap_or(false);
        Finished::Live(key, answers)
    })
}

/// Nothing is posted yet, however this ends.
async fn prepared<T>(work: impl Future<Output = Result<T, SendError>>) -> Result<T, SendError> {
    let not_yet = |says: String| Err(SendError::NotYet { says, wait: None });
    match AssertUnwindSafe(tokio::time::timeout(LONGEST_PREPARATION, work)).catch_unwind().await {
        Ok(Ok(Err(SendError::Unknown { cause }))) => not_yet(cause),
        Ok(Ok(outcome)) => outcome,
        Ok(Err(_)) => {
            let minutes = LONGEST_PREPARATION.as_secs() / 60;
            not_yet(format!("what comes before the post was not done within {minutes} minutes"))
        }
        Err(_) => not_yet(BROKEN.to_owned()),
    }
}

async fn guarded<T>(work: impl Future<Output = Result<T, SendError>>) -> Result<T, SendError> {
    match AssertUnwindSafe(tokio::time::timeout(LONGEST_SEND, work)).catch_unwind().await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(_)) => Err(SendError::Unknown { cause: "no answer came within 20 minutes".to_owned() }),
        Err(_) => Err(SendError::Unknown { cause: BROKEN.to_owned() }),
    }
}
