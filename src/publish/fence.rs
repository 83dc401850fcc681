//! The last door before the bytes of a post: it is shut once the right to send
//! has run out, however long this process, or the machine, has slept.

use crate::channel::SendError;
use crate::store::Hold;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

const NOTHING_LEFT: &str =
    "this runner stood still for longer than its right to send lasts: nothing was posted";
const MAY_HAVE_LEFT: &str =
    "this runner stood still for longer than its right to send lasts, while the request was on its way";

/// Does `work` as long as `hold` lasts, which is asked each time before `work`
/// is let go on. Once it has run out: "not yet" if `work` was never let begin,
/// else a doubt. What `work` had handed to the system, or to a task of its own,
/// by then cannot be called back.
pub(super) async fn fenced<T>(
    hold: &Hold,
    work: impl Future<Output = Result<T, SendError>>,
) -> Result<T, SendError> {
    let mut work = pin!(work);
    let mut begun = false;
    // Nobody wakes a request that gets no answer: the end of the lease does.
    let mut alarm = pin!(tokio::time::sleep(hold.left()));
    poll_fn(|context| {
        loop {
            if hold.has_run_out() {
                return Poll::Ready(Err(if begun {
                    SendError::Unknown { cause: MAY_HAVE_LEFT.to_owned() }
                } else {
                    SendError::NotYet { says: NOTHING_LEFT.to_owned(), wait: Some(Duration::ZERO) }
                }));
            }
            begun = true;
            if let Poll::Ready(outcome) = work.as_mut().poll(context) {
                return Poll::Ready(outcome);
            }
            if alarm.as_mut().poll(context).is_pending() {
                return Poll::Pending;
            }
            // It was renewed meanwhile.
            let next = tokio::time::Instant::now() + hold.left().max(Duration::from_millis(1));
            alarm.as_mut().reset(next);
        }
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn without_the_right_nothing_is_begun() {
        let mut begun = false;
        let hold = Hold::lasting(Duration::ZERO);
        let outcome = fenced(&hold, async {
            begun = true;
            Ok(())
        });
        assert!(
            matches!(outcome.await, Err(SendError::NotYet { says, .. }) if says.contains("nothing was posted"))
        );
        assert!(!begun);
    }

    #[tokio::test]
    async fn what_had_begun_when_it_ran_out_is_a_doubt_and_goes_no_further() {
        let hold = Hold::lasting(Duration::from_millis(80));
        let mut further = false;
        let outcome = fenced(&hold, async {
            // As a stopped process would: nothing else runs meanwhile.
            std::thread::sleep(Duration::from_millis(100));
            tokio::task::yield_now().await;
            further = true;
            Ok(())
        });
        assert!(matches!(outcome.await, Err(SendError::Unknown { .. })));
        assert!(!further);
        // Nor does a request without an answer keep the run.
        let hold = Hold::lasting(Duration::from_millis(50));
        let outcome: Result<(), _> = fenced(&hold, std::future::pending()).await;
        assert!(matches!(outcome, Err(SendError::Unknown { .. })));
    }

    #[tokio::test]
    async fn as_long_as_it_is_renewed_it_lasts() {
        let hold = Hold::lasting(Duration::from_millis(200));
        let renewing = async {
            for _ in 0..8 {
                tokio::time::sleep(Duration::from_millis(50)).await;
                hold.begin_anew();
            }
            std::future::pending::<()>().await
        };
        let work = fenced(&hold, async {
            tokio::time::sleep(Duration::from_millis(400)).await;
            Ok(7)
        });
        tokio::select! {
            outcome = work => assert_eq!(outcome.unwrap(), 7),
            () = renewing => {}
        }
    }
}
