//! What a network is asked once and remembered: whose the credentials are, what an
//! instance takes.

use super::SendError;
use crate::clock::Stopwatch;
use std::future::Future;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::OnceCell;

/// A wait that is longer is cut: a channel may live for as long as a service runs.
const LONGEST_PAUSE: Duration = Duration::from_secs(24 * 3600);

/// A question that a network is asked until there is an answer, and then never
/// again while the channel lives. If it wants to be left alone, it is.
#[derive(Debug)]
pub struct Question<T> {
    answer: OnceCell<T>,
    /// Since when it is left alone, for how long, what it said, and whether that is
    /// about the account.
    pause: Mutex<Option<(Stopwatch, Duration, String, bool)>>,
}

impl<T> Default for Question<T> {
    fn default() -> Question<T> {
        Question { answer: OnceCell::new(), pause: Mutex::new(None) }
    }
}

impl<T> Question<T> {
    /// The answer; `asking` is done only if there is none and the last wait that
    /// was named is over. Who asks meanwhile waits for the same answer.
    pub async fn ask(&self, asking: impl Future<Output = Result<T, SendError>>) -> Result<&T, SendError> {
        let asked = async || {
            self.resting()?;
            let outcome = asking.await;
            if let Err(
                SendError::NotYet { says, wait: Some(wait) } | SendError::TooMany { says, wait: Some(wait) },
            ) = &outcome
            {
                let of_account = matches!(&outcome, Err(SendError::TooMany { .. }));
                let pause = (Stopwatch::start(), (*wait).min(LONGEST_PAUSE), says.clone(), of_account);
                *self.pause.lock().unwrap_or_else(PoisonError::into_inner) = Some(pause);
            }
            outcome
        };
        self.answer.get_or_try_init(asked).await
    }

    /// The rest of the wait that was named, as an error.
    fn resting(&self) -> Result<(), SendError> {
        let pause = self.pause.lock().unwrap_or_else(PoisonError::into_inner);
        let Some((since, wait, says, of_account)) = pause.as_ref() else { return Ok(()) };
        let left = wait.saturating_sub(since.elapsed());
        if left.is_zero() {
            return Ok(());
        }
        let (says, wait) = (says.clone(), Some(left));
        Err(if *of_account { SendError::TooMany { says, wait } } else { SendError::NotYet { says, wait } })
    }
}
