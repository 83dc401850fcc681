//! What bringing images to a network has in common: their bytes, and waiting
//! until the network has looked at them.

use super::folder::{on_disk, picture_bytes};
use super::{Attempt, SendError};
use crate::render::Picture;
use std::future::Future;
use std::time::Duration;
use tokio::time::Instant;

/// The bytes of a picture that was kept with the plan. Nobody has been sent
/// anything by then: if reading is interrupted, it is tried again.
pub(super) async fn bytes(picture: &Picture, attempt: &Attempt) -> Result<Vec<u8>, SendError> {
    let (media, kept) = (attempt.media.clone(), picture.clone());
    on_disk(move || picture_bytes(&media, &kept)).await.map_err(|error| match error {
        SendError::Unknown { .. } => SendError::NotYet {
            says: format!("reading the image `{}` was interrupted", picture.path),
            wait: None,
        },
        other => other,
    })
}

/// What went wrong with one image. Nobody has seen anything of it by then: what is unknown
/// of it is done again.
pub(super) fn about(picture: &Picture, error: SendError) -> SendError {
    let says = |says: String| format!("the image `{}`: {says}", picture.path);
    match error {
        SendError::Refused { says: why } => SendError::Refused { says: says(why) },
        SendError::Mendable { says: why } => SendError::Mendable { says: says(why) },
        SendError::NotYet { says: why, wait } => SendError::NotYet { says: says(why), wait },
        SendError::TooMany { says: why, wait } => SendError::TooMany { says: says(why), wait },
        SendError::Partly { says: why, wait, done } => SendError::Partly { says: says(why), wait, done },
        SendError::Unknown { cause } => SendError::NotYet { says: says(cause), wait: None },
    }
}

/// Longest waiting in one try for a network to have looked at images, all of them
/// together: who sends holds the store, and others wait for it.
const PROCESSING_LIMIT: Duration = Duration::from_secs(2 * 60);

/// How much longer a try waits for a network to look at its images.
#[derive(Debug)]
pub(super) struct Patience {
    pub left: Duration,
}

impl Default for Patience {
    fn default() -> Patience {
        Patience { left: PROCESSING_LIMIT }
    }
}

impl Patience {
    /// Waits for `looking` as long as there is patience; `who` has not processed
    /// `what` if that is not long enough.
    pub async fn bear(
        &mut self,
        looking: impl Future<Output = Result<(), SendError>>,
        who: &str,
        what: &str,
    ) -> Result<(), SendError> {
        let began = Instant::now();
        let outcome = tokio::time::timeout(self.left, looking).await;
        self.left = self.left.saturating_sub(began.elapsed());
        outcome.unwrap_or_else(|_| {
            let minutes = PROCESSING_LIMIT.as_secs() / 60;
            let says = format!("{who} has not processed {what} within {minutes} minutes");
            Err(SendError::NotYet { says, wait: None })
        })
    }
}
