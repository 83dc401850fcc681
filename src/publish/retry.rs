//! When something that was not taken is tried again. It reads a clock, and does
//! nothing else.

use crate::channel::MENDING;
use crate::clock::Stopwatch;
use crate::plan::StepKey;
use jiff::SignedDuration;
use std::time::Duration;

/// Tries of one part in one run.
pub(super) const MOST_TRIES: u32 = 5;
/// Longest waiting for one part in one run; what takes longer stays planned
/// and is sent by a later one.
pub(super) const LONGEST_WAIT: Duration = Duration::from_secs(120);
/// All that one part has of one run, its tries included: the run holds the
/// store, and nobody else can send meanwhile.
const LONGEST_IN_RUN: Duration = Duration::from_secs(5 * 60);
/// The longest window of a network known here is a day (X, Facebook, LinkedIn):
/// none has a reason to name a longer wait. One that does is looked at anew then.
const LONGEST_WINDOW: Duration = Duration::from_secs(24 * 3600);
/// A little more than a window is a clock's doing.
const LONGEST_NAMED: Duration = LONGEST_WINDOW.saturating_add(Duration::from_secs(15 * 60));

/// What is said of a wait that is longer than any that is believed.
pub(super) fn disbelief(named: Option<Duration>) -> Option<String> {
    let hours = named.filter(|named| *named > LONGEST_NAMED)?.as_secs() / 3600;
    let roughly = match hours {
        ..72 => format!("{hours} h"),
        _ if hours < 24 * 3650 => format!("{} days", hours / 24),
        _ => "more than 10 years".to_owned(),
    };
    Some(format!(
        "a wait of {roughly} was named, which no network has a reason for: looked at again after 24 h"
    ))
}

/// Longest pause between tries of what somebody has to mend first.
const LONGEST_MENDING: SignedDuration = SignedDuration::from_hours(1);

/// How long what was tried so often, and waits for somebody to mend a token or
/// what is paid, is left alone by `ladder run`: not at all after the first try,
/// then 5, 10, 20, 40 minutes and an hour. A run every few minutes would else
/// fill the journal with tries that all end the same.
pub(super) fn mending_pause(tried: u32) -> SignedDuration {
    let Some(doubled) = tried.checked_sub(2) else { return SignedDuration::ZERO };
    let first = SignedDuration::try_from(MENDING).unwrap_or(LONGEST_MENDING);
    first.saturating_mul(1 << doubled.min(10)).min(LONGEST_MENDING)
}

/// Between two tries where nobody named a time: this, and then twice as long each time.
const PAUSE: Duration = Duration::from_secs(1);
/// For the tests of this program, which cannot wait for seconds each: other
/// milliseconds, 1 to 1000.
const MILLISECONDS: &str = "LADDER_PAUSE_MILLISECONDS";

/// The first pause between two tries.
pub(super) fn pause() -> Duration {
    let asked = std::env::var(MILLISECONDS).ok().and_then(|text| text.parse::<u64>().ok());
    asked.filter(|milliseconds| (1..=1000).contains(milliseconds)).map_or(PAUSE, Duration::from_millis)
}

/// What one part has had in this run.
#[derive(Clone, Debug)]
pub(super) struct Tries {
    /// How often it was sent.
    pub count: u32,
    /// How long it was waited for.
    pub waited: Duration,
    /// When the first try began.
    began: Stopwatch,
}

/// From now on.
impl Default for Tries {
    fn default() -> Tries {
        Tries { count: 0, waited: Duration::ZERO, began: Stopwatch::start() }
    }
}

impl Tries {
    /// How long until it may be tried again: what the service said, else
    /// 1, 2, 4, 8 s and up to a quarter more, which part differs by key, so
    /// that what failed together is not repeated together.
    pub fn wait(&self, named: Option<Duration>, key: &StepKey) -> Duration {
        // "At once" is no wait: it would only be asked five times in a row.
        if let Some(named) = named.filter(|named| !named.is_zero()) {
            return if named > LONGEST_NAMED { LONGEST_WINDOW } else { named };
        }
        let doubled = pause() * (1 << self.count.saturating_sub(1).min(7));
        let digits = key.0.get(..4).and_then(|digits| u32::from_str_radix(digits, 16).ok());
        doubled + doubled * (digits.unwrap_or(0) % 251) / 1000
    }

    /// Whether this run waits that long for it.
    pub fn allow(&self, wait: Duration) -> bool {
        self.allow_after(self.began.elapsed(), wait)
    }

    /// The same, so long after the first try began. The next try is taken to
    /// last as long as those before did.
    fn allow_after(&self, elapsed: Duration, wait: Duration) -> bool {
        let one_try = elapsed.saturating_sub(self.waited) / self.count.max(1);
        let end = elapsed.saturating_add(wait).saturating_add(one_try);
        self.count < MOST_TRIES && self.waited.saturating_add(wait) <= LONGEST_WAIT && end <= LONGEST_IN_RUN
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_differ_by_key_and_end() {
        let wait =
            |count, key: &str| Tries { count, ..Tries::default() }.wait(None, &StepKey(key.to_owned()));
        assert_eq!(wait(1, "0000"), Duration::from_secs(1));
        assert_eq!(wait(4, "0000"), Duration::from_secs(8));
        assert_eq!(wait(1, "00fa"), Duration::from_millis(1250));
        assert_eq!(wait(1, "é"), Duration::from_secs(1));
        assert_eq!(wait(u32::MAX, "0000"), Duration::from_secs(128));
    }

    #[test]
    fn a_named_wait_is_obeyed_and_bounded() {
        let tries = Tries { count: 1, waited: Duration::from_secs(100), ..Tries::default() };
        let key = StepKey("ffff".to_owned());
        assert_eq!(tries.wait(Some(Duration::from_secs(7)), &key), Duration::from_secs(7));
        assert_eq!(tries.wait(Some(Duration::ZERO), &key), tries.wait(None, &key));
        assert_eq!(tries.wait(Some(LONGEST_NAMED), &key), LONGEST_NAMED);
        assert_eq!(tries.wait(Some(Duration::MAX), &key), LONGEST_WINDOW);
        assert!(tries.allow(Duration::from_secs(20)));
        assert!(!tries.allow(Duration::from_secs(21)));
        assert!(!Tries { count: MOST_TRIES, ..tries }.allow(Duration::ZERO));
    }

    #[test]
    fn what_waits_for_mending_is_tried_at_once_and_then_ever_less_often() {
        let minutes: Vec<i64> = (0..8).chain([u32::MAX]).map(|n| mending_pause(n).as_mins()).collect();
        assert_eq!(minutes, [0, 0, 5, 10, 20, 40, 60, 60, 60]);
    }

    #[test]
    fn what_is_not_believed_is_said() {
        let said = |hours: u64| disbelief(Some(Duration::from_secs(hours * 3600)));
        assert_eq!((disbelief(None), said(24)), (None, None));
        assert_eq!(
            said(50).unwrap(),
            "a wait of 50 h was named, which no network has a reason for: looked at again after 24 h"
        );
        assert!(said(24 * 30).unwrap().contains("30 days"));
        assert!(disbelief(Some(Duration::MAX)).unwrap().contains("more than 10 years"));
    }

    #[test]
    fn the_tries_themselves_count_as_well() {
        let seconds = Duration::from_secs;
        let after = |count, waited, elapsed| {
            let tries = Tries { count, waited: seconds(waited), ..Tries::default() };
            tries.allow_after(seconds(elapsed), seconds(1))
        };
        // Tries of two minutes: two of them fit, and a third would not.
        assert!(after(1, 0, 120));
        assert!(!after(2, 1, 241));
        // Quick ones are bounded by their number, long waits as before.
        assert!(after(4, 7, 8));
        assert!(after(2, 119, 121));
        // One that took all of it is not repeated.
        assert!(!after(1, 0, 150));
        assert!(!after(1, 0, u64::MAX));
    }
}
