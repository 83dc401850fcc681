//! How many cases are tried, in which order, and by how many at once.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A number from the environment.
pub fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// Of how many cases one is tried: `LADDER_FAULTS_EVERY`, else so many for three
/// networks, and more as there are more of them, for the whole to take as long.
pub fn every(of_three: u64) -> u64 {
    let networks = crate::world::RUNGS.len() as u64;
    number("LADDER_FAULTS_EVERY").unwrap_or((of_three * networks).div_ceil(3)).max(1)
}

/// A course of numbers that can be repeated (splitmix64).
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Dice {
        Dice(seed)
    }

    /// A number below `below`.
    pub fn roll(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % below.max(1)
    }

    pub fn one_of<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        let at = self.roll(of.len() as u64);
        &of[usize::try_from(at).unwrap()]
    }
}

/// Runs every case, some for each processor at once; all that fail are
/// told, each with its own words, and not only the first.
#[track_caller]
pub fn all<T: Sync>(cases: &[T], run: impl Fn(&T) + Sync) {
    let (next, failed) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let hands = std::thread::available_parallelism().map_or(2, usize::from).min(8);
    // Much of a case is waiting for the other side.
    let hands = number("LADDER_HANDS").and_then(|hands| usize::try_from(hands).ok()).unwrap_or(3 * hands);
    std::thread::scope(|scope| {
        for _ in 0..hands.max(1) {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::SeqCst)) {
                    let tried = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| run(case)));
                    let Err(panic) = tried else { continue };
                    let words = panic
                        .downcast_ref::<String>()
                        .cloned()
                        .or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string));
                    failed.lock().unwrap().push(words.unwrap_or_default());
                }
            });
        }
    });
    let failed = failed.into_inner().unwrap();
    assert!(failed.is_empty(), "{} of {} failed, the first:\n{}", failed.len(), cases.len(), failed[0]);
}
