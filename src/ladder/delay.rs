//! Times and durations as people write them in ladders and messages.

use jiff::civil::{DateTime, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// A point in time as written in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Wall time in the brand's zone: `2026-12-01 09:00`.
    Wall(DateTime),
    /// With an offset: `2026-12-01T09:00:00Z`.
    Instant(Timestamp),
}

impl When {
    /// The instant meant. A wall time that a clock change skips or repeats is
    /// read the way calendars do: later for a gap, the first for a repeat.
    /// Years that no time stamp can hold become the last (or first) one.
    pub fn resolve(self, zone: &TimeZone) -> Timestamp {
        match self {
            When::Wall(wall) => zone.to_timestamp(wall).unwrap_or(if wall.year() > 0 {
                Timestamp::MAX
            } else {
                Timestamp::MIN
            }),
            When::Instant(instant) => instant,
        }
    }

    /// Reads `2026-12-01 09:00`, `2026-12-01`, `2026-12-01T09:00:00+01:00` …
    /// The error says what is expected.
    pub fn parse(written: &str) -> Result<When, String> {
        let _ = written;
        todo!("room ladder")
    }
}

/// When a rung goes out, relative to what it waits for: `at = …`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// The first such wall time not before the rung could go: `09:00`,
    /// `next day 09:00`, `monday 09:00`.
    Clock(Day, Time),
    /// A fixed time.
    Fixed(When),
}

/// Which day [`At::Clock`] means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Day {
    /// The same day if that time is still to come, else the next.
    Same,
    /// The day after.
    Next,
    /// The next such day of the week (the same day if that time is still to come).
    Weekday(Weekday),
}

impl At {
    /// Reads `next day 09:00`, `09:00`, `monday 9:30` or a fixed time.
    pub fn parse(written: &str) -> Result<At, String> {
        let _ = written;
        todo!("room ladder")
    }
}

/// Reads `1h`, `90 min`, `2d`, `1h 30m`; a day is 24 hours.
pub fn parse_duration(written: &str) -> Result<SignedDuration, String> {
    let _ = written;
    todo!("room ladder")
}
