//! How much an account takes in how long: `pace = "30 per hour"`.

use super::delay::parse_duration;
use jiff::SignedDuration;
use std::fmt;

/// So many posts (of a thread: parts; of a mail: people) in so long, counted
/// back from any moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Pace {
    /// How many; at least one.
    pub count: u32,
    /// In how long; at least a second.
    pub window: SignedDuration,
}

/// More than this is no limit.
const MOST: u32 = 1_000_000;
/// No network here has a longer window, and so far back a run knows what went out.
pub const LONGEST_WINDOW: SignedDuration = SignedDuration::from_hours(24);

const EXPECTED: &str = "write `30 per hour`, `1 per minute`, `100 per 15m` or `500 per day`";

impl Pace {
    /// So many in so many minutes.
    pub const fn in_minutes(count: u32, minutes: i64) -> Pace {
        Pace { count, window: SignedDuration::from_mins(minutes) }
    }

    /// Reads `30 per hour`, `100 per 15m`. The error says what is expected.
    pub fn parse(written: &str) -> Result<Pace, String> {
        let mut words = written.split_whitespace();
        let (Some(count), Some("per")) = (words.next(), words.next()) else {
            return Err(EXPECTED.to_owned());
        };
        let count: u32 = count.parse().map_err(|_| EXPECTED.to_owned())?;
        if !(1..=MOST).contains(&count) {
            return Err(format!("the number goes from 1 to {MOST}"));
        }
        let rest = words.collect::<Vec<_>>().join(" ");
        let window = match rest.as_str() {
            "" => return Err(EXPECTED.to_owned()),
            "second" => SignedDuration::from_secs(1),
            "minute" => SignedDuration::from_mins(1),
            "hour" => SignedDuration::from_hours(1),
            "day" => SignedDuration::from_hours(24),
            other => parse_duration(other)?,
        };
        if window < SignedDuration::from_secs(1) || window > LONGEST_WINDOW {
            return Err("the time goes from one second to a day, such as `1 per day`".to_owned());
        }
        Ok(Pace { count, window })
    }
}

/// For people: `100 in 15 minutes`.
impl fmt::Display for Pace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.window.as_secs();
        // A day is told as 24 hours, for it is none of the calendar's.
        let (length, unit) = match seconds {
            hours if hours % 3600 == 0 => (3600, "hour"),
            minutes if minutes % 60 == 0 => (60, "minute"),
            _ => (1, "second"),
        };
        match seconds / length {
            1 => write!(f, "{} in a{} {unit}", self.count, if unit == "hour" { "n" } else { "" }),
            number => write!(f, "{} in {number} {unit}s", self.count),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pace_is_read_as_people_write_it_and_told_again() {
        for (written, told) in [
            ("30 per hour", "30 in an hour"),
            ("1 per minute", "1 in a minute"),
            (" 100  per 15m", "100 in 15 minutes"),
            ("10000 per day", "10000 in 24 hours"),
            ("300 per 3 hours", "300 in 3 hours"),
            ("5 per 1h 30m", "5 in 90 minutes"),
            ("1 per second", "1 in a second"),
            ("7 per 90s", "7 in 90 seconds"),
        ] {
            assert_eq!(Pace::parse(written).map(|pace| pace.to_string()), Ok(told.to_owned()), "{written}");
        }
    }

    #[test]
    fn what_is_no_pace_says_what_is_expected() {
        for (written, says) in [
            ("", "write `30 per hour`"),
            ("30", "write `30 per hour`"),
            ("30/hour", "write `30 per hour`"),
            ("many per hour", "write `30 per hour`"),
            ("-1 per hour", "write `30 per hour`"),
            ("30 per", "write `30 per hour`"),
            ("0 per hour", "the number goes from 1"),
            ("2000000 per hour", "the number goes from 1"),
            ("1 per 60", "the unit is missing"),
            ("1 per fortnight", "a duration is written as"),
            ("1 per 0s", "the time goes from one second"),
            ("1 per 2d", "the time goes from one second"),
        ] {
            let error = Pace::parse(written).expect_err(written);
            assert!(error.starts_with(says), "{written}: {error}");
        }
    }
}
