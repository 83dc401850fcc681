//! A run as it happens: a bar a rung on a terminal, plain lines elsewhere.
//! The only file that knows `indicatif`.
//!
//! Goes to standard error, and a reader that is gone is no error. What a
//! server said is made visible first. A mail to thousands of people is a count,
//! and no address of theirs is shown: logs of a CI are read by many.

use super::columns::{cut, one_line, pad, width};
use super::sign::word;
use super::status::left;
use crate::plan::{Event, EventKind, Plan, Receipt, Standing, State, Step, StepKey};
use crate::publish::Listener;
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::time::Duration;

/// Reasons of refusal that one mail shows; all of them are in the journal.
const MOST_REASONS: usize = 3;
/// Columns of the longest thing a server says.
const MOST_SAID: usize = 200;
/// So many steps have a bar each; more than a window is high share one.
const MOST_BARS: usize = 40;

/// Shows events on standard error.
pub struct Progress {
    bars: Option<MultiProgress>,
    /// The one bar of a long queue, which counts deliveries.
    all: Option<ProgressBar>,
    sink: Box<dyn Write + Send>,
    rungs: Vec<Rung>,
    by_key: BTreeMap<StepKey, usize>,
    names: usize,
    zone: TimeZone,
}

/// One step on its way.
struct Rung {
    name: String,
    bar: Option<ProgressBar>,
    /// Requests to be made: parts, or people.
    all: u64,
    mail: bool,
    started: bool,
    /// Parts and people that something final happened to, by its name.
    ends: BTreeMap<&'static str, u64>,
    reasons: BTreeSet<String>,
    told: u64,
    last_doing: String,
    /// Where the last thing went that was told to be sent.
    last_place: Option<String>,
}

impl std::fmt::Debug for Progress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Progress").field("bars", &self.bars.is_some()).finish_non_exhaustive()
    }
}

impl Progress {
    /// For the steps of these plans; bars only on a terminal.
    pub fn new(plans: &[Plan], terminal: bool) -> Progress {
        let bars = terminal.then(|| MultiProgress::with_draw_target(ProgressDrawTarget::stderr()));
        Progress::with(plans, bars, Box::new(std::io::stderr()))
    }

    fn with(plans: &[Plan], bars: Option<MultiProgress>, sink: Box<dyn Write + Send>) -> Progress {
        let mut progress = Progress {
            bars,
            all: None,
            sink,
            rungs: Vec::new(),
            by_key: BTreeMap::new(),
            names: 0,
            zone: TimeZone::UTC,
        };
        let several = plans.len() > 1;
        for (plan, step) in plans.iter().flat_map(|plan| plan.steps.iter().map(move |step| (plan, step))) {
            let name = if several { format!("{}/{}", plan.message, step.rung) } else { step.rung.clone() };
            let name = cut(&one_line(&name), 32);
            progress.names = progress.names.max(width(&name));
            let all =
                if step.recipients.is_empty() { step.payload.parts.len() } else { step.recipients.len() };
            progress.by_key.insert(step.key.clone(), progress.rungs.len());
            progress.rungs.push(Rung {
                name,
                bar: None,
                all: all.max(1) as u64,
                mail: !step.recipients.is_empty(),
                started: false,
                ends: BTreeMap::new(),
                reasons: BTreeSet::new(),
                told: 0,
                last_doing: String::new(),
                last_place: None,
            });
        }
        progress.add_bars();
        progress
    }

    /// Tells times in the brand's zone, as every other answer does.
    #[must_use]
    pub fn in_zone(mut self, zone: &TimeZone) -> Progress {
        self.zone = zone.clone();
        self
    }

    /// `; again at 09:32:16`; with the date instead of the seconds if that is
    /// another day than `now`. What waits for no time is a later run's: nothing.
    fn again(&self, now: Timestamp, until: Timestamp) -> String {
        if until <= now {
            return String::new();
        }
        let (now, until) = (now.to_zoned(self.zone.clone()), until.to_zoned(self.zone.clone()));
        let format = if now.date() == until.date() { "%H:%M:%S" } else { "%Y-%m-%d %H:%M" };
        format!("; again at {}", until.strftime(format))
    }

    /// What was begun goes on as it began, with as many parts as it had then.
    pub fn goes_on(&mut self, standing: &Standing) {
        for (key, at) in &self.by_key {
            let begun = standing.deliveries.get(key).filter(|delivery| delivery.is_touched());
            let begun = begun.filter(|delivery| !delivery.is_for_each_person());
            let (Some(begun), Some(rung)) = (begun, self.rungs.get_mut(*at)) else { continue };
            rung.all = u64::from(begun.part_count).max(1);
            if let Some(bar) = &rung.bar {
                bar.set_length(rung.all);
            }
        }
    }

    fn add_bars(&mut self) {
        let Some(bars) = &self.bars else { return };
        // A template that does not parse would be seen by the tests; a plain bar will do then.
        let style = ProgressStyle::with_template("{prefix} {bar:16} {pos:>5}/{len:<5} {wide_msg}")
            .unwrap_or_else(|_| ProgressStyle::default_bar())
            .progress_chars("█▓░");
        if self.rungs.len() > MOST_BARS {
            let bar = bars.add(ProgressBar::new(self.rungs.len() as u64).with_style(style));
            bar.set_prefix("deliveries");
            self.all = Some(bar);
            return;
        }
        for rung in &mut self.rungs {
            let bar = bars.add(ProgressBar::new(rung.all).with_style(style.clone()));
            bar.set_prefix(pad(&rung.name, self.names));
            bar.set_message("");
            rung.bar = Some(bar);
        }
    }

    /// Ends the bars and leaves the last line of each standing; `answered`: a
    /// table of the same deliveries follows on the same terminal, so they go.
    pub fn finish(&mut self, answered: bool) {
        for at in 0..self.rungs.len() {
            let rung = &self.rungs[at];
            match &rung.bar {
                Some(bar) if answered => bar.finish_and_clear(),
                // What nothing happened to says so, instead of standing there empty.
                Some(bar) if !rung.started && bar.message().is_empty() => {
                    bar.abandon_with_message("nothing to do now")
                }
                Some(bar) => bar.abandon(),
                None if rung.mail && rung.told < rung.done() => self.tell_count(at),
                None => {}
            }
        }
        match &self.all {
            Some(bar) if answered => bar.finish_and_clear(),
            Some(bar) => bar.abandon(),
            None => {}
        }
    }

    fn say(&mut self, at: usize, state: &str, detail: &str) {
        let Some(rung) = self.rungs.get(at) else { return };
        let detail = cut(&one_line(detail), MOST_SAID);
        match &rung.bar {
            Some(bar) => bar.set_message(format!("{state}  {detail}").trim_end().to_owned()),
            None => {
                let line = format!("{}  {}  {detail}", pad(&rung.name, self.names), pad(state, 15));
                match (&self.all, &self.bars) {
                    // What goes well goes by; the rest stays to be read.
                    (Some(all), _) if PASSING.contains(&state) => all.set_message(line.trim_end().to_owned()),
                    (Some(_), Some(bars)) => drop(bars.println(line.trim_end())),
                    // Whoever read this may be gone; the sending goes on.
                    _ => drop(writeln!(self.sink, "{}", line.trim_end())),
                }
            }
        }
    }

    /// A mail's state in numbers: on a bar always, on a line when all are done.
    fn tell_count(&mut self, at: usize) {
        let Some(rung) = self.rungs.get_mut(at) else { return };
        rung.told = rung.done();
        let count = |name: &str| rung.ends.get(name).copied().unwrap_or(0);
        let mut words = vec![format!("{} of {}", count(word(State::Sent)), rung.all)];
        let others = rung.ends.iter().filter(|(name, _)| **name != word(State::Sent));
        words.extend(others.map(|(name, count)| format!("{count} {name}")));
        let words = words.join(", ");
        // Nobody got it: then the first word says what happened instead.
        let most = rung.ends.iter().max_by_key(|(_, count)| **count).map(|(name, _)| *name);
        let state = if count(word(State::Sent)) > 0 { None } else { most };
        self.say(at, state.unwrap_or(word(State::Sent)), &words);
    }

    /// A person's mail has to be tried again: told once for each reason, for a
    /// server that is down says the same of everybody.
    fn put_off(&mut self, at: usize, says: &str, again: &str) {
        let Some(rung) = self.rungs.get_mut(at) else { return };
        if rung.reasons.len() < MOST_REASONS && rung.reasons.insert(one_line(says)) {
            self.say(at, "not yet", &format!("{says}{again}"));
        }
    }

    /// A person's mail did not go out after all: told once for all of them.
    fn settled(&mut self, at: usize, by: &str) {
        let Some(rung) = self.rungs.get_mut(at) else { return };
        if rung.reasons.len() < MOST_REASONS && rung.reasons.insert(format!("{NOT_SENT}: {by}")) {
            self.say(at, NOT_SENT, &format!("settled by {by}"));
        }
    }

    fn counted(&mut self, at: usize, end: &'static str) {
        let Some(rung) = self.rungs.get_mut(at) else { return };
        *rung.ends.entry(end).or_default() += 1;
        if let Some(bar) = &rung.bar {
            // Evidence can settle a part that counted as unknown before.
            bar.set_position(rung.done().min(rung.all));
        }
        if let Some(all) = self.all.as_ref().filter(|_| rung.done() == rung.all) {
            all.inc(1);
        }
    }

    fn ended(&mut self, at: usize, end: &'static str, detail: &str) {
        self.counted(at, end);
        let Some(rung) = self.rungs.get_mut(at) else { return };
        if !rung.mail {
            return self.say(at, end, detail);
        }
        let bad = end != word(State::Sent) && !detail.is_empty();
        if bad && rung.all == 1 {
            // The count would say the same of the one person again.
            rung.told = rung.done();
            return self.say(at, end, detail);
        }
        let new = bad && rung.reasons.len() < MOST_REASONS && rung.reasons.insert(one_line(detail));
        let complete = rung.done() >= rung.all;
        let on_its_bar = self.bars.is_some() && self.all.is_none();
        if new && !on_its_bar {
            self.say(at, end, detail);
        }
        if on_its_bar || complete {
            self.tell_count(at);
        }
    }
}

/// The states that say that all is well.
const PASSING: [&str; 3] = ["…", "sent", WRITTEN];
const WRITTEN: &str = "written for you";
const NOT_SENT: &str = "not sent";

impl Rung {
    fn done(&self) -> u64 {
        self.ends.values().sum()
    }
}

/// Where it is, for people. The page for writing of what is posted by hand is
/// no place, and long.
fn place(receipt: &Receipt) -> String {
    let detail = receipt.detail.as_deref().filter(|detail| !detail.starts_with("https://"));
    format!("{}{}", receipt.url.as_deref().or(detail).unwrap_or_default(), left(receipt))
}

impl Listener for Progress {
    fn event(&mut self, event: &Event) {
        let Some(&at) = self.by_key.get(&event.key) else { return };
        let mail = event.recipient.is_some();
        if let Some(rung) = self.rungs.get_mut(at) {
            // A mail that goes to the outbox goes there once, as a whole.
            if rung.mail && !mail && matches!(event.kind, EventKind::Intent { .. }) {
                (rung.mail, rung.all) = (false, 1);
                if let Some(bar) = &rung.bar {
                    bar.set_length(1);
                }
            }
            rung.started |= !matches!(event.kind, EventKind::Planned { .. });
        }
        match &event.kind {
            EventKind::Planned { .. } | EventKind::Prepared { .. } => {}
            EventKind::Intent { .. } => {
                let Some(rung) = self.rungs.get(at) else { return };
                if let (Some(bar), false) = (&rung.bar, mail) {
                    bar.enable_steady_tick(Duration::from_millis(200));
                    bar.set_message("sending");
                }
            }
            // A thread is written in one piece: its other parts say nothing new.
            EventKind::Receipt { part, receipt } if receipt.for_a_person && *part > 0 => {
                self.counted(at, WRITTEN);
            }
            EventKind::Receipt { receipt, .. } if receipt.for_a_person => {
                self.ended(at, WRITTEN, &place(receipt));
            }
            EventKind::Receipt { part, receipt } => {
                let thread =
                    self.rungs.get(at).filter(|rung| rung.all > 1 && !rung.mail).map(|rung| rung.all);
                let number = thread.map(|all| format!("{} of {all}  ", part + 1)).unwrap_or_default();
                self.ended(at, word(State::Sent), &format!("{number}{}", place(receipt)));
                if let Some(rung) = self.rungs.get_mut(at) {
                    rung.last_place = receipt.url.clone();
                }
            }
            EventKind::Seen { seen, .. } => {
                let live = seen.altered.as_deref().map(|live| format!("readers see “{live}”"));
                if let Some(live) = live {
                    self.say(at, word(State::Altered), &live);
                }
            }
            EventKind::Refused { says, .. } => self.ended(at, word(State::Refused), says),
            EventKind::Unknown { cause, .. } => self.ended(at, word(State::Unknown), cause),
            EventKind::Looked { says, .. } => {
                self.say(at, word(State::Unknown), &format!("looked for it: {says}"))
            }
            EventKind::NotYet { says, mend: true, .. } if !mail => self.say(at, word(State::Held), says),
            EventKind::NotYet { says, until, .. } if !mail => {
                self.say(at, "not yet", &format!("{says}{}", self.again(event.at, *until)));
            }
            EventKind::NotYet { says, until, .. } => self.put_off(at, says, &self.again(event.at, *until)),
            EventKind::Resolved { sent: true, url, .. }
                if mail || self.rungs.get(at).is_some_and(|rung| rung.last_place == *url) => {}
            EventKind::Resolved { sent: true, url, by, .. } => {
                let url = url.as_deref().unwrap_or_default();
                self.say(at, word(State::Sent), &format!("{url} (settled by {by})"));
            }
            EventKind::Resolved { sent: false, by, .. } if mail => self.settled(at, by),
            EventKind::Resolved { sent: false, by, .. } => {
                self.say(at, NOT_SENT, &format!("settled by {by}"));
            }
            EventKind::Reopened { by } => self.say(at, word(State::Unknown), &format!("taken back by {by}")),
            EventKind::Held { why } => self.say(at, word(State::Held), why),
            EventKind::Skipped { why } => self.say(at, word(State::Skipped), why),
            EventKind::Cancelled { by } => self.say(at, word(State::Cancelled), &format!("by {by}")),
            // Other verbs' facts, which tell them themselves.
            EventKind::Withdrawn { .. }
            | EventKind::Kept { .. }
            | EventKind::Removing { .. }
            | EventKind::Removed { .. }
            | EventKind::Stays { .. }
            | EventKind::Editing { .. }
            | EventKind::Edited { .. }
            | EventKind::NotEdited { .. } => {}
        }
    }

    fn says(&mut self, line: &str) {
        let line = crate::text::visible(line);
        // As with every line: whoever read this may be gone.
        let _ = match &self.bars {
            Some(bars) => bars.println(line),
            None => writeln!(self.sink, "{line}"),
        };
    }

    fn gives_way(&mut self, by: &str) {
        self.says(&format!(
            "`ladder unpublish` ({by}) has stopped this run: what is in flight finishes, and what is left is sent by \
             `ladder run`"
        ));
    }

    fn doing(&mut self, step: &Step, what: &str) {
        // By its key: messages of one run may have rungs of the same name.
        let Some(&at) = self.by_key.get(&step.key) else { return };
        let known = &mut self.rungs[at];
        if known.last_doing == what {
            return;
        }
        known.last_doing = what.to_owned();
        self.say(at, "…", what);
    }
}

#[cfg(test)]
#[path = "progress_tests.rs"]
mod tests;
