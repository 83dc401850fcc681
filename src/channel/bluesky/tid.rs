//! The key of a record: made from what is sent and when it was tried first, and
//! so the same at every try. Pure.
//!
//! A post's key must be a TID (`key: tid` in lexicon app.bsky.feed.post at
//! d6296a1c, 2026-08-20): 64 bits, of which the top one is 0, then 53 of
//! microseconds since 1970 and 10 that tell clocks apart, in 13 letters of a
//! base 32 that sorts (atproto.com/specs/tid, read 2026-11).

use crate::plan::StepKey;
use jiff::Timestamp;
use sha2::{Digest, Sha256};

const LETTERS: &[u8; 32] = b"234567abcdefghijklmnopqrstuvwxyz";
const LENGTH: u32 = 13;

/// The key of that part of a delivery. Of `first_tried` the milliseconds count,
/// however finely it was kept; what follows them is made of the delivery and the
/// part: one of a million for each millisecond.
pub(super) fn key(delivery: &StepKey, part: u32, first_tried: Timestamp) -> String {
    let digest = Sha256::digest(format!("{delivery}/{part}"));
    let number = digest.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    let milliseconds = u64::try_from(first_tried.as_millisecond()).unwrap_or(0);
    tid(milliseconds * 1000 + (number >> 10) % 1000, number)
}

fn tid(microseconds: u64, clock: u64) -> String {
    let number = (microseconds << 10 | clock & 0x3ff) & (u64::MAX >> 1);
    let letter = |at: u32| char::from(LETTERS[(number >> (5 * at) & 31) as usize]);
    (0..LENGTH).rev().map(letter).collect()
}

/// Whether it is a TID.
pub(super) fn is_tid(key: &str) -> bool {
    key.len() == LENGTH as usize
        && key.bytes().all(|byte| LETTERS.contains(&byte))
        && key.bytes().next().is_some_and(|first| LETTERS[..16].contains(&first))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tid_is_time_and_clock() {
        assert_eq!(tid(0, 0), "2222222222222");
        assert_eq!(tid(1_700_000_000_000_000, 31), "3ke6kg3wk222z");
        assert_eq!(tid(1_700_000_000_000_001, 31 + 1024), "3ke6kg3wk232z");
        assert!(is_tid(&tid(u64::MAX, u64::MAX)));
    }

    #[test]
    fn what_is_no_tid_is_none() {
        for bad in [
            "",
            "3ke7sih67k22",
            "3ke7sih67k22za",
            "zzzzzzzzzzzzz",
            "3KE7SIH67K22Z",
            "3ke7sih67k220",
            "é3ke7sih67k2",
        ] {
            assert!(!is_tid(bad), "{bad}");
        }
    }

    #[test]
    fn a_part_has_one_key_and_another_part_another() {
        let delivery = StepKey("00ff".repeat(8));
        let at: Timestamp = "2026-11-22T08:00:00.123456789Z".parse().unwrap();
        let same: Timestamp = "2026-11-22T08:00:00.123Z".parse().unwrap();
        assert_eq!(key(&delivery, 0, at), key(&delivery, 0, same));
        assert_eq!(key(&delivery, 0, at), "3n2v5imsd2vot");
        let others = [key(&delivery, 1, at), key(&StepKey("00fe".repeat(8)), 0, at), key(&delivery, 2, at)];
        let all: std::collections::BTreeSet<&String> = others.iter().collect();
        assert!(all.len() == 3 && !others.contains(&key(&delivery, 0, at)), "{others:?}");
    }

    proptest::proptest! {
        #[test]
        fn every_key_is_a_tid_and_sorts_by_its_millisecond(
            one in 0_i64..4_000_000_000_000, later in 1_i64..1000, part in 0_u32..20, name in "[0-9a-f]{32}",
        ) {
            let at = |milliseconds| Timestamp::from_millisecond(milliseconds).unwrap();
            let (first, second) = (StepKey(name.clone()), StepKey(name));
            let (before, after) = (key(&first, part, at(one)), key(&second, 0, at(one + later)));
            proptest::prop_assert!(is_tid(&before) && is_tid(&after));
            proptest::prop_assert!(before < after, "{before} {after}");
        }
    }
}
