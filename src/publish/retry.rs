//! When something that was not taken is tried again. Pure.

use crate::plan::StepKey;
use std::time::Duration;

/// Tries of one part in one run.
pub(super) const MOST_TRIES: u32 = 5;
/// Longest waiting for one part in one run; what takes longer stays planned
/// and is sent by a later one.
pub(super) const LONGEST_WAIT: Duration = Duration::from_secs(120);
/// No wait that a service names can hold a delivery for longer.
const LONGEST_NAMED: Duration = Duration::from_secs(30 * 24 * 3600);

/// What one part has had in this run.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tries {
    /// How often it was sent.
    pub count: u32,
    /// How long it was waited for.
    pub waited: Duration,
}

impl Tries {
    /// How long until it may be tried again: what the service said, else
    /// 1, 2, 4, 8 s and up to a quarter more, which part differs by key, so
    /// that what failed together is not repeated together.
    pub fn wait(&self, named: Option<Duration>, key: &StepKey) -> Duration {
        if let Some(named) = named {
            return named.min(LONGEST_NAMED);
        }
        let doubled = Duration::from_secs(1 << self.count.saturating_sub(1).min(7));
        let digits = key.0.get(..4).and_then(|digits| u32::from_str_radix(digits, 16).ok());
        doubled + doubled * (digits.unwrap_or(0) % 251) / 1000
    }

    /// Whether this run waits that long for it.
    pub fn allow(&self, wait: Duration) -> bool {
        self.count < MOST_TRIES && self.waited.saturating_add(wait) <= LONGEST_WAIT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_differ_by_key_and_end() {
        let wait =
            |count, key: &str| Tries { count, waited: Duration::ZERO }.wait(None, &StepKey(key.to_owned()));
        assert_eq!(wait(1, "0000"), Duration::from_secs(1));
        assert_eq!(wait(4, "0000"), Duration::from_secs(8));
        assert_eq!(wait(1, "00fa"), Duration::from_millis(1250));
        assert_eq!(wait(1, "é"), Duration::from_secs(1));
        assert_eq!(wait(u32::MAX, "0000"), Duration::from_secs(128));
    }

    #[test]
    fn a_named_wait_is_obeyed_and_bounded() {
        let tries = Tries { count: 1, waited: Duration::from_secs(100) };
        let key = StepKey("ffff".to_owned());
        assert_eq!(tries.wait(Some(Duration::from_secs(7)), &key), Duration::from_secs(7));
        assert_eq!(tries.wait(Some(Duration::MAX), &key), LONGEST_NAMED);
        assert!(tries.allow(Duration::from_secs(20)));
        assert!(!tries.allow(Duration::from_secs(21)));
        assert!(!Tries { count: MOST_TRIES, ..tries }.allow(Duration::ZERO));
    }
}
