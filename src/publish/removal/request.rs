//! The only code in here that awaits a channel. Whatever it does, one answer
//! comes back. What may be repeated is, a few times.

use super::super::fence::fenced;
use super::super::retry;
use super::errand::Errand;
use crate::channel::{Attempt, Change, Channel, Edited, Found, Ready, Removed, SendError};
use crate::plan::{PayloadPart, Receipt};
use crate::store::Hold;
use futures_util::FutureExt;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::time::Duration;
use tokio::sync::watch;

/// For a channel that forgot its own limit.
const LONGEST: Duration = Duration::from_secs(120);
/// Tries of one request in one run.
const MOST_TRIES: u32 = 4;
/// Longest waiting in all between them; the next run goes on.
const LONGEST_WAIT: Duration = Duration::from_secs(120);
/// Of what no credentials reach.
pub(super) const BY_HAND: &str = "a person posted it by hand, and takes it down";
const BROKEN: &str = "the adapter broke down; this is a mistake in ladder";

/// What is asked for.
pub(super) enum Asking {
    Look(PayloadPart),
    /// Whether a person had posted it: without credentials that person takes it down.
    TakeDown(PayloadPart, Receipt, bool),
    Edit(Box<Change>, Receipt),
}

/// What came back.
#[derive(Debug)]
pub(super) enum Answer {
    Looked(Result<Found, SendError>),
    Removed(Result<Removed, SendError>),
    Edited(Result<Edited, SendError>),
}

/// An errand that is done.
#[derive(Debug)]
pub(super) struct Landed {
    pub row: String,
    pub errand: Errand,
    pub answer: Answer,
    /// A try before the one that was answered may have been carried out.
    pub doubted: bool,
}

/// Work in flight.
pub(super) type Flight<'a> = Pin<Box<dyn Future<Output = Landed> + Send + 'a>>;

impl Answer {
    /// The answer to `asking`, once it flies.
    pub fn of(
        channel: &dyn Channel,
        row: String,
        errand: Errand,
        asking: Asking,
        attempt: Attempt,
        (mut stop, hold): (watch::Receiver<bool>, Hold),
    ) -> Flight<'_> {
        Box::pin(async move {
            let attempt = &attempt;
            let (stop, doubted) = (&mut stop, &mut false);
            let answer = match &asking {
                Asking::Look(part) => Answer::Looked(match usable(channel, attempt).await {
                    Ok(()) => fenced(&hold, within(channel.find(part, attempt))).await,
                    Err(error) => Err(error),
                }),
                Asking::TakeDown(_, _, true) if usable(channel, attempt).await.is_err() => {
                    Answer::Removed(Ok(Removed::Stays(BY_HAND.to_owned())))
                }
                Asking::TakeDown(part, receipt, _) => Answer::Removed(
                    repeated(channel, attempt, (stop, &hold), doubted, || {
                        channel.take_down(part, receipt, attempt)
                    })
                    .await,
                ),
                Asking::Edit(change, receipt) => Answer::Edited(
                    repeated(channel, attempt, (stop, &hold), doubted, || {
                        channel.edit(change, receipt, attempt)
                    })
                    .await,
                ),
            };
            Landed { row, errand, answer, doubted: *doubted }
        })
    }
}

/// Whether the channel has what it needs.
async fn usable(channel: &dyn Channel, attempt: &Attempt) -> Result<(), SendError> {
    let ready = async { Ok(channel.ready(&attempt.project).await) };
    match within(ready).await? {
        Ready::Yes => Ok(()),
        Ready::NoCredentials(why) | Ready::No(why) => Err(SendError::Mendable { says: why.join("; ") }),
    }
}

/// Asks until there is an answer: what did nothing, and what nobody knows the end
/// of, may both be asked once more. A wait that the network names is not cut
/// short: one that is too long for this run ends it. `doubted` becomes true where a
/// try before the last had no answer.
async fn repeated<'a, T>(
    channel: &dyn Channel,
    attempt: &Attempt,
    (stop, hold): (&mut watch::Receiver<bool>, &Hold),
    doubted: &mut bool,
    ask: impl Fn() -> crate::channel::Doing<'a, T>,
) -> Result<T, SendError> {
    usable(channel, attempt).await?;
    let first = if cfg!(test) { Duration::from_millis(5) } else { retry::pause() };
    let (mut waited, mut pause) = (Duration::ZERO, first);
    for _ in 1..MOST_TRIES {
        let outcome = fenced(hold, within(ask())).await;
        let named = match &outcome {
            Err(SendError::NotYet { wait, .. } | SendError::TooMany { wait, .. }) => {
                wait.filter(|wait| !wait.is_zero())
            }
            Err(SendError::Unknown { .. }) => None,
            _ => return outcome,
        };
        let wait = named.unwrap_or(pause);
        if waited + wait > LONGEST_WAIT {
            return outcome;
        }
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            // Whoever could say so may be gone: then nobody stops it.
            Ok(_) = stop.wait_for(|stop| *stop) => return outcome,
        }
        *doubted |= matches!(outcome, Err(SendError::Unknown { .. }));
        (waited, pause) = (waited + wait, pause * 2);
    }
    fenced(hold, within(ask())).await
}

async fn within<T>(work: impl Future<Output = Result<T, SendError>>) -> Result<T, SendError> {
    match AssertUnwindSafe(tokio::time::timeout(LONGEST, work)).catch_unwind().await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(_)) => Err(SendError::Unknown { cause: "no answer came in time".to_owned() }),
        Err(_) => Err(SendError::Unknown { cause: BROKEN.to_owned() }),
    }
}
