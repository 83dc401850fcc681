//! Times and durations as people write them in ladders and messages.

use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::fmt::friendly::SpanParser;
use jiff::fmt::temporal::Pieces;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{SignedDuration, SpanRelativeTo, Timestamp};
use std::fmt;

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
        let text = with_two_digit_hour(written.trim());
        let text = join_offset(&text);
        // Exactly the order year-month-day: `01.12.2026` and `12/01/2026` are
        // read differently in different countries, so neither is guessed at.
        if !text.as_bytes().get(..5).is_some_and(|b| b[..4].iter().all(u8::is_ascii_digit) && b[4] == b'-') {
            return Err(EXPECTED_TIME.to_owned());
        }
        let pieces = Pieces::parse(&text).map_err(|_| why_no_time(&text))?;
        if let Some(annotation) = pieces.time_zone_annotation() {
            let zone = annotation
                .to_time_zone_with(&TimeZoneDatabase::bundled())
                .map_err(|_| "the time zone in brackets is not known".to_owned())?;
            let wall = DateTime::from_parts(pieces.date(), pieces.time().unwrap_or(Time::midnight()));
            let instant = match pieces.to_numeric_offset() {
                Some(offset) => offset.to_timestamp(wall),
                None => zone.to_timestamp(wall),
            };
            return instant.map(When::Instant).map_err(|_| EXPECTED_TIME.to_owned());
        }
        let wall = DateTime::from_parts(pieces.date(), pieces.time().unwrap_or(Time::midnight()));
        match pieces.to_numeric_offset() {
            Some(offset) => {
                offset.to_timestamp(wall).map(When::Instant).map_err(|_| EXPECTED_TIME.to_owned())
            }
            None => Ok(When::Wall(wall)),
        }
    }
}

const EXPECTED_TIME: &str = "a time is written as `2026-12-01 09:00` (year-month-day, in the brand's zone)";

/// Why a text that looks like a time is none.
fn why_no_time(text: &str) -> String {
    let date = text.get(..10).filter(|d| d.bytes().filter(|b| *b == b'-').count() == 2);
    match date.map(|date| date.parse::<Date>()) {
        Some(Err(_)) => {
            "there is no such day in the calendar; a time is written as `2026-12-01 09:00`".to_owned()
        }
        Some(Ok(_)) => {
            "the hour goes from `00:00` to `23:59`; a time is written as `2026-12-01 09:00`".to_owned()
        }
        None => EXPECTED_TIME.to_owned(),
    }
}

/// `9:30` as `09:30`, in the last word.
fn with_two_digit_hour(text: &str) -> String {
    let start = text.rfind([' ', 'T', 't']).map_or(0, |at| at + 1);
    let (before, clock) = text.split_at(start);
    let short = clock.as_bytes().get(1) == Some(&b':') && clock.as_bytes()[0].is_ascii_digit();
    if short { format!("{before}0{clock}") } else { text.to_owned() }
}

/// `09:00 +01:00` as `09:00+01:00`.
fn join_offset(text: &str) -> String {
    match text.rsplit_once(' ') {
        Some((before, offset))
            if before.contains(':') && (offset.starts_with(['+', '-']) || offset == "Z") =>
        {
            format!("{before}{offset}")
        }
        _ => text.to_owned(),
    }
}

impl fmt::Display for When {
    /// As it can be written in a file, and read by [`When::parse`].
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            When::Wall(wall) => {
                write!(f, "{} ", wall.date())?;
                clock(f, wall.time())
            }
            When::Instant(instant) => write!(f, "{instant}"),
        }
    }
}

/// Hours and minutes; seconds where there are some.
fn clock(f: &mut fmt::Formatter<'_>, time: Time) -> fmt::Result {
    if time.second() == 0 && time.subsec_nanosecond() == 0 {
        write!(f, "{:02}:{:02}", time.hour(), time.minute())
    } else {
        write!(f, "{time}")
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

const EXPECTED_AT: &str =
    "write `09:00`, `next day 09:00`, `monday 09:00`, or a fixed time such as `2026-12-01 09:00`";

impl At {
    /// Reads `next day 09:00`, `09:00`, `monday 9:30` or a fixed time.
    pub fn parse(written: &str) -> Result<At, String> {
        let text = written.trim().to_lowercase();
        let (day, hour) = match text.rsplit_once(char::is_whitespace) {
            None if text.contains(':') && !text.contains('-') => (Day::Same, text.as_str()),
            Some((day, hour)) if !day.starts_with(|c: char| c.is_ascii_digit()) => {
                let words: Vec<&str> = day.split_whitespace().collect();
                let day = match words.as_slice() {
                    ["next", "day"] => Day::Next,
                    [name] => Day::Weekday(weekday(name).ok_or_else(|| EXPECTED_AT.to_owned())?),
                    _ => return Err(EXPECTED_AT.to_owned()),
                };
                (day, hour)
            }
            _ if text.as_bytes().get(4) == Some(&b'-') => {
                return When::parse(written).map(At::Fixed);
            }
            _ => return Err(EXPECTED_AT.to_owned()),
        };
        let hour = with_two_digit_hour(hour);
        // The parser also takes `T09`, offsets and the like, which mean nothing here.
        if !hour.contains(':') || !hour.bytes().all(|b| b.is_ascii_digit() || b == b':') {
            return Err(EXPECTED_AT.to_owned());
        }
        let time = hour.parse::<Time>().map_err(|_| {
            format!("`{hour}` is no time of day: it goes from `00:00` to `23:59`; {EXPECTED_AT}")
        })?;
        Ok(At::Clock(day, time))
    }

    /// The first such time not before `base`, in `zone`.
    ///
    /// `next day` is the calendar day after that of `base`, and a fixed time that
    /// is past is `base` itself. Clock changes are read as in [`When::resolve`].
    /// At the end of representable time the answer is [`Timestamp::MAX`].
    pub fn after(self, base: Timestamp, zone: &TimeZone) -> Timestamp {
        let (day, time) = match self {
            At::Fixed(when) => return when.resolve(zone).max(base),
            At::Clock(day, time) => (day, time),
        };
        let today = zone.to_datetime(base).date();
        let on = |date: Date| When::Wall(DateTime::from_parts(date, time)).resolve(zone);
        let plus = |date: Date, days: i64| date.checked_add(jiff::Span::new().days(days)).ok();
        let first = match day {
            Day::Same => Some(today),
            Day::Next => plus(today, 1),
            Day::Weekday(wanted) => plus(today, i64::from(today.weekday().until(wanted))),
        };
        let again = if matches!(day, Day::Weekday(_)) { 7 } else { 1 };
        match first {
            Some(date) if on(date) >= base => on(date),
            Some(date) => plus(date, again).map_or(Timestamp::MAX, on).max(base),
            None => Timestamp::MAX,
        }
    }
}

impl fmt::Display for At {
    /// As it can be written in a file, and read by [`At::parse`].
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            At::Fixed(when) => write!(f, "{when}"),
            At::Clock(day, time) => {
                match day {
                    Day::Same => {}
                    Day::Next => f.write_str("next day ")?,
                    Day::Weekday(day) => write!(f, "{} ", WEEKDAYS[day.to_monday_zero_offset() as usize])?,
                }
                clock(f, *time)
            }
        }
    }
}

const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// A day by its English name, or the first three letters of it.
fn weekday(name: &str) -> Option<Weekday> {
    let at = WEEKDAYS.iter().position(|day| *day == name || (name.len() == 3 && day.starts_with(name)))?;
    Weekday::from_monday_zero_offset(at as i8).ok()
}

/// Longer than this is a slip of the pen: ten years.
const LONGEST: SignedDuration = SignedDuration::from_hours(24 * 3653);

/// Reads `1h`, `90 min`, `2d`, `1h 30m`; a day is 24 hours, a week seven days.
/// Never negative and never longer than ten years.
pub fn parse_duration(written: &str) -> Result<SignedDuration, String> {
    const EXPECTED: &str = "a duration is written as `30m`, `1h`, `1h 30m` or `2d`";
    let text = written.trim();
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(format!("the unit is missing: `{text}m` for minutes, `{text}h` for hours"));
    }
    let span = SpanParser::new()
        .parse_span(text)
        .or_else(|error| text.parse::<jiff::Span>().map_err(|_| error))
        .map_err(|_| EXPECTED.to_owned())?;
    if span.get_years() != 0 || span.get_months() != 0 {
        return Err("months and years have no fixed length: write days, such as `30d`".to_owned());
    }
    let duration = span.to_duration(SpanRelativeTo::days_are_24_hours()).map_err(|_| EXPECTED.to_owned())?;
    if duration.is_negative() {
        return Err("a duration cannot be negative".to_owned());
    }
    if duration > LONGEST {
        return Err("a duration cannot be longer than ten years".to_owned());
    }
    Ok(duration)
}

/// The time zone of that IANA name, from the data in this program: the same
/// answer on every machine.
pub fn zone(name: &str) -> Option<TimeZone> {
    TimeZoneDatabase::bundled().get(name).ok()
}

/// The name of a zone nearest to what was written: `Europe/Berln`, `Berlin`.
pub fn nearest_zone(written: &str) -> Option<String> {
    let names: Vec<String> = TimeZoneDatabase::bundled().available().map(|name| name.to_string()).collect();
    let city = written.rsplit('/').next().unwrap_or(written).replace(' ', "_");
    names
        .iter()
        .find(|name| name.rsplit('/').next().is_some_and(|last| last.eq_ignore_ascii_case(&city)))
        .cloned()
        .or_else(|| crate::diagnostic::nearest(written, names.iter().map(String::as_str)).map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn times_are_read_as_people_write_them() {
        for (written, shown) in [
            ("2026-12-01 09:00", "2026-12-01 09:00"),
            ("2026-12-01 9:00", "2026-12-01 09:00"),
            ("2026-12-01", "2026-12-01 00:00"),
            (" 2026-12-01T09:00:30 ", "2026-12-01 09:00:30"),
            ("2026-12-01T09:00:00Z", "2026-12-01T09:00:00Z"),
            ("2026-12-01 09:00+01:00", "2026-12-01T08:00:00Z"),
            ("2026-12-01 09:00 +01:00", "2026-12-01T08:00:00Z"),
            ("2026-12-01 09:00[Europe/Berlin]", "2026-12-01T08:00:00Z"),
        ] {
            assert_eq!(When::parse(written).unwrap().to_string(), shown, "{written}");
            assert_eq!(When::parse(shown).unwrap().to_string(), shown);
        }
    }

    #[test]
    fn what_is_no_time_says_what_is_expected() {
        for written in
            ["", "soon", "01.12.2026 09:00", "12/01/2026", "2026-12-01 9am", "2026-1-2", "20261201"]
        {
            assert!(When::parse(written).unwrap_err().contains("2026-12-01 09:00"), "{written}");
        }
        assert!(When::parse("2026-02-30 09:00").unwrap_err().contains("no such day"));
        assert!(When::parse("2026-12-01 24:00").unwrap_err().contains("23:59"));
        assert!(When::parse("2026-12-01 09:00[Mars/Base]").unwrap_err().contains("zone"));
    }

    #[test]
    fn a_wall_time_is_in_the_zone_and_survives_clock_changes() {
        let berlin = zone("Europe/Berlin").unwrap();
        let at = |text: &str| When::parse(text).unwrap().resolve(&berlin).to_string();
        assert_eq!(at("2026-12-01 09:00"), "2026-12-01T08:00:00Z");
        // 02:30 does not exist on 2026-03-29 and stands twice on 2026-10-25.
        assert_eq!(at("2026-03-29 02:30"), "2026-03-29T01:30:00Z");
        assert_eq!(at("2026-10-25 02:30"), "2026-10-25T00:30:00Z");
        assert_eq!(When::parse("9999-12-31 23:59").unwrap().resolve(&berlin), Timestamp::MAX);
    }

    #[test]
    fn at_finds_the_first_such_time_not_before() {
        let berlin = zone("Europe/Berlin").unwrap();
        let after =
            |at: &str, base: &str| At::parse(at).unwrap().after(base.parse().unwrap(), &berlin).to_string();
        // 2026-12-01 is a Tuesday; 08:00Z is 09:00 in Berlin.
        assert_eq!(after("09:00", "2026-12-01T08:00:00Z"), "2026-12-01T08:00:00Z");
        assert_eq!(after("09:00", "2026-12-01T08:00:01Z"), "2026-12-02T08:00:00Z");
        assert_eq!(after("next day 9:00", "2026-12-01T05:00:00Z"), "2026-12-02T08:00:00Z");
        // Just before midnight in Berlin, and just behind it.
        assert_eq!(after("next day 09:00", "2026-12-01T22:59:00Z"), "2026-12-02T08:00:00Z");
        assert_eq!(after("next day 09:00", "2026-12-01T23:01:00Z"), "2026-12-03T08:00:00Z");
        assert_eq!(after("tuesday 09:00", "2026-12-01T08:00:00Z"), "2026-12-01T08:00:00Z");
        assert_eq!(after("Tue 09:00", "2026-12-01T08:30:00Z"), "2026-12-08T08:00:00Z");
        assert_eq!(after("monday 09:00", "2026-12-01T08:00:00Z"), "2026-12-07T08:00:00Z");
        // The night of the clock change is an hour shorter.
        assert_eq!(after("next day 09:00", "2026-03-28T08:00:00Z"), "2026-03-29T07:00:00Z");
        assert_eq!(after("2026-12-24 18:00", "2026-12-01T08:00:00Z"), "2026-12-24T17:00:00Z");
        assert_eq!(after("2026-11-24 18:00", "2026-12-01T08:00:00Z"), "2026-12-01T08:00:00Z");
        assert_eq!(At::parse("next day 09:00").unwrap().after(Timestamp::MAX, &berlin), Timestamp::MAX);
    }

    #[test]
    fn what_is_no_at_says_what_is_expected() {
        for written in
            ["", "tomorrow", "someday 09:00", "next monday 09:00", "9am", "noon", "25:00", "monday"]
        {
            assert!(At::parse(written).unwrap_err().contains("next day 09:00"), "{written}");
        }
        for shown in ["09:00", "next day 09:00", "sunday 23:59", "2026-12-01 09:00"] {
            assert_eq!(At::parse(shown).unwrap().to_string(), shown);
        }
    }

    #[test]
    fn durations_need_a_unit_and_are_bounded() {
        for (written, seconds) in [
            ("1h", 3600),
            ("90 min", 5400),
            ("1h 30m", 5400),
            ("1h30m", 5400),
            ("2d", 172_800),
            ("1 week", 604_800),
            ("PT1H", 3600),
            ("0s", 0),
        ] {
            assert_eq!(parse_duration(written), Ok(SignedDuration::from_secs(seconds)), "{written}");
        }
        assert!(parse_duration("90").unwrap_err().contains("`90m`"));
        assert!(parse_duration("-1h").unwrap_err().contains("negative"));
        assert!(parse_duration("1h ago").unwrap_err().contains("negative"));
        assert!(parse_duration("2 months").unwrap_err().contains("30d"));
        assert!(parse_duration("99999d").unwrap_err().contains("ten years"));
        assert!(parse_duration("an hour").unwrap_err().contains("`1h 30m`"));
    }

    #[test]
    fn zones_are_found_by_city() {
        assert_eq!(nearest_zone("Berlin").as_deref(), Some("Europe/Berlin"));
        assert_eq!(nearest_zone("Europe/Berln").as_deref(), Some("Europe/Berlin"));
        assert_eq!(nearest_zone("new york").as_deref(), Some("America/New_York"));
        assert!(zone("Mars/Base").is_none());
    }

    proptest! {
        #[test]
        fn no_text_makes_a_panic(text in "\\PC{0,24}", base in proptest::num::i64::ANY) {
            let _ = (When::parse(&text), parse_duration(&text));
            if let (Ok(at), Ok(base)) = (At::parse(&text), Timestamp::from_second(base)) {
                prop_assert!(at.after(base, &TimeZone::UTC) >= base);
            }
        }
    }
}
