//! The end of a run that does not end by itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::time::Instant;

/// What an ordinary call takes at most: what is begun later than that before the
/// deadline might be cut in two, and then nobody knows what became of it.
const LONGEST_CALL: Duration = Duration::from_secs(30);

/// When a run ends, whatever is in flight then.
#[derive(Clone, Debug)]
pub struct Deadline {
    at: Instant,
    /// From then on nothing more is begun.
    last_start: Instant,
    struck: Arc<AtomicBool>,
}

impl Deadline {
    /// So long from now. In its last tenth, and at most in its last half minute,
    /// nothing is begun any more.
    pub fn after(length: Duration) -> Deadline {
        let now = Instant::now();
        // No clock goes on for ever; a year is as good.
        let at = now.checked_add(length).unwrap_or_else(|| now + Duration::from_secs(365 * 24 * 3600));
        let last_start = at.checked_sub(LONGEST_CALL.min(length / 10)).unwrap_or(at);
        Deadline { at, last_start, struck: Arc::default() }
    }

    /// The moment at which all ends.
    pub fn at(&self) -> Instant {
        self.at
    }

    /// The moment from which nothing is begun any more.
    pub(super) fn last_start(&self) -> Instant {
        self.last_start
    }

    /// It has ended something, or kept it from beginning.
    pub(super) fn strike(&self) {
        self.struck.store(true, Ordering::Relaxed);
    }

    /// Whether the run was ended by it.
    pub fn struck(&self) -> bool {
        self.struck.load(Ordering::Relaxed)
    }
}
