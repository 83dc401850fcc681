//! `ladder log`: what was sent, when, in which words.

use super::desk::{Desk, Format};
use super::failure::Failure;
use super::house::House;
use crate::diagnostic::nearest;
use crate::exit::Exit;
use crate::ladder::When;
use crate::plan::{Delivery, State};
use crate::report::history;
use crate::store::View;
use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde_json::json;

/// Arguments of `ladder log`.
#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {
    /// From this day or time on ("2026-12-01")
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// Up to this day, or before this time
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
    /// Only this campaign
    #[arg(long, value_name = "NAME")]
    pub campaign: Option<String>,
    /// Only this channel
    #[arg(long, value_name = "NAME")]
    pub channel: Option<String>,
}

/// Shows deliveries, newest first, with the words that went out.
pub fn run(arguments: &Arguments, desk: &mut Desk) -> Result<Exit, Failure> {
    desk.field("deliveries", json!([]));
    let house = House::project_only(desk)?;
    let zone = &house.loaded.zone;
    let since = arguments.since.as_deref().map(|time| bound("--since", time, zone, false)).transpose()?;
    let until = arguments.until.as_deref().map(|time| bound("--until", time, zone, true)).transpose()?;
    let store = house.store()?;
    let standing = House::standing_as_it_is(&store, &View::all(), desk)?.standing;
    if let Some(wanted) = &arguments.channel {
        let mut names: Vec<&str> =
            house.loaded.project.channels.iter().map(|c| c.name.value.as_str()).collect();
        // A channel that is gone may have sent something all the same.
        names.extend(standing.deliveries.values().map(|delivery| delivery.channel.as_str()));
        if !names.contains(&wanted.as_str()) {
            let failure = Failure::usage("unknown-channel", format!("there is no channel `{wanted}`"));
            return Err(match nearest(wanted, names) {
                Some(near) => failure.hint(format!("did you mean `{near}`?")),
                None => failure.hint("`ladder channels` lists them"),
            });
        }
    }
    let when = |delivery: &Delivery| delivery.sent_at.unwrap_or(delivery.planned_at);
    let is = |wanted: &Option<String>, found: &str| wanted.as_deref().is_none_or(|wanted| wanted == found);
    let mut found: Vec<&Delivery> = standing
        .deliveries
        .values()
        .filter(|delivery| {
            is(&arguments.campaign, &delivery.campaign) && is(&arguments.channel, &delivery.channel)
        })
        // What nothing has happened to is for `ladder status`.
        .filter(|delivery| delivery.is_touched() || delivery.state != State::Planned)
        .filter(|delivery| since.is_none_or(|since| when(delivery) >= since))
        .filter(|delivery| until.is_none_or(|until| when(delivery) < until))
        .collect();
    found.sort_by(|a, b| (when(b), &a.message, &a.rung).cmp(&(when(a), &b.message, &b.rung)));
    match desk.format() {
        Format::Json => desk.field("deliveries", history::json(&found)),
        Format::Csv => desk.console.data(&history::csv(&found, zone)),
        _ if found.is_empty() => desk.console.talk("nothing was sent in that time"),
        _ => {
            let colour = desk.console.colour_out();
            desk.console.data(&history::text(&found, zone, colour));
        }
    }
    Ok(Exit::Done)
}

/// A bound as written. `--until` a day means: that day too.
fn bound(flag: &str, written: &str, zone: &TimeZone, end: bool) -> Result<Timestamp, Failure> {
    let when = When::parse(written)
        .map_err(|why| Failure::usage("bad-time", format!("`{flag} {written}` is no time: {why}")))?;
    let is_day = written.trim().len() <= "2026-12-01".len();
    let when = match when {
        When::Wall(wall) if end && is_day && wall.time() == Time::midnight() => {
            When::Wall(wall.checked_add(1.day()).unwrap_or(wall))
        }
        other => other,
    };
    Ok(when.resolve(zone))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn until_a_day_holds_that_day() {
        let at = |flag, written, end| bound(flag, written, &TimeZone::UTC, end).unwrap().to_string();
        assert_eq!(at("--since", "2026-12-01", false), "2026-12-01T00:00:00Z");
        assert_eq!(at("--until", "2026-12-01", true), "2026-12-02T00:00:00Z");
        assert_eq!(at("--until", "2026-12-01 09:00", true), "2026-12-01T09:00:00Z");
        assert!(bound("--until", "soon", &TimeZone::UTC, true).is_err());
    }
}
