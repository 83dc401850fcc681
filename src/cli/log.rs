//! `ladder log`: what was sent, when, in which words.

use super::astray;
use super::desk::{Desk, Format};
use super::failure::Failure;
use super::house::House;
use crate::diagnostic::nearest;
use crate::exit::Exit;
use crate::ladder::When;
use crate::plan::{Delivery, Standing, State};
use crate::publish::{account_of, bound_payload};
use crate::report::history::{self, Unsaid};
use crate::store::{Store, View};
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
    let when = history::moment;
    let is = |wanted: &Option<String>, found: &str| wanted.as_deref().is_none_or(|wanted| wanted == found);
    // By the name that its account has today, too.
    let through = |delivery: &Delivery| {
        is(&arguments.channel, &delivery.channel)
            || astray::today(&house, &delivery.channel, &delivery.adapter, &delivery.account)
                .is_some_and(|today| is(&arguments.channel, today))
    };
    let mut found: Vec<&Delivery> = standing
        .deliveries
        .values()
        .filter(|delivery| is(&arguments.campaign, &delivery.campaign) && through(delivery))
        // What nothing has happened to is for `ladder status`.
        .filter(|delivery| delivery.is_touched() || delivery.state != State::Planned)
        .filter(|delivery| since.is_none_or(|since| when(delivery) >= since))
        .filter(|delivery| until.is_none_or(|until| when(delivery) < until))
        .collect();
    found.sort_by(|a, b| (when(b), &a.message, &a.rung).cmp(&(when(a), &b.message, &b.rung)));
    let unsaid = unsaid(&house, &store, &standing, &found)?;
    match desk.format() {
        Format::Json => desk.field("deliveries", history::json(&found, &unsaid)),
        Format::Csv => desk.console.data(&history::csv(&found, zone)),
        _ if found.is_empty() => {
            let asked = [&arguments.since, &arguments.until].iter().any(|bound| bound.is_some());
            let which = match (&arguments.campaign, &arguments.channel) {
                (None, None) => "",
                _ => " of that",
            };
            let when = if asked { " in that time" } else { " yet" };
            desk.console.talk(&format!("nothing{which} was sent{when}"));
        }
        _ => {
            let colour = desk.console.colour_out();
            desk.console.data(&history::text(&found, &unsaid, zone, colour));
        }
    }
    Ok(Exit::Done)
}

/// The words of what stopped half way, as it began: from its plan, with the addresses
/// that are known by now.
fn unsaid(house: &House, store: &Store, standing: &Standing, found: &[&Delivery]) -> Result<Unsaid, Failure> {
    let mut unsaid = Unsaid::new();
    let is_half_out = |delivery: &&&Delivery| {
        let goes_on = delivery.is_broken_off() || delivery.is_open() || delivery.state == State::Unknown;
        let has_begun = goes_on && delivery.live().next().is_some()
            || delivery.state == State::Unpublished && !delivery.is_for_each_person();
        has_begun && delivery.parts.len() < delivery.part_count as usize
    };
    for delivery in found.iter().filter(is_half_out) {
        let Some(plan) = store.plan(&delivery.plan)? else { continue };
        let Some(step) = plan.steps.iter().find(|step| step.key == delivery.key) else { continue };
        let channel = account_of(&house.channels.configured, &delivery.channel, &delivery.account);
        let bound = channel.and_then(|channel| bound_payload(&plan, step, standing, channel).ok());
        let payload = bound.unwrap_or_else(|| step.payload.clone());
        unsaid.insert(delivery.key.clone(), payload.parts.into_iter().map(|part| part.body).collect());
    }
    Ok(unsaid)
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
