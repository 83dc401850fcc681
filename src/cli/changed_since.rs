//! What is queued goes out as it was planned. Here is told of which the files say
//! otherwise by now.
//!
//! Thousands may be queued, and a run comes by every few minutes: nothing is rendered
//! of which no file has changed since, and never more than [`MOST_RENDERED`] messages.

use super::astray::today;
use super::compose::compose;
use super::desk::Desk;
use super::house::House;
use super::load::Loaded;
use super::publish::local;
use crate::diagnostic::{Checked, has_errors};
use crate::ladder::Message;
use crate::plan::{Delivery, Plan, Standing, Step, StepKey, Wish, is_same_account};
use crate::report::columns::{Sheet, prose};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Messages that are rendered to see whether their words are others: of one, that
/// takes about a millisecond.
pub const MOST_RENDERED: usize = 100;
/// Sentences that people read; JSON has them all.
const MOST_TOLD: usize = 10;

/// What the files say otherwise of queued deliveries of one message.
#[derive(Clone, Debug)]
pub struct Changed {
    message: String,
    rungs: Vec<String>,
    keys: Vec<StepKey>,
    what: What,
    /// Where to, by what, or after what they go, and would by the files; where that is it.
    detail: String,
    /// They have gone out.
    went: bool,
    /// When they were queued; the first of them.
    planned_at: Timestamp,
    /// What plans them anew, or says more.
    commands: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    /// Other words, or pictures; nothing of it was tried.
    Words,
    /// The same, and it was begun in the old ones.
    BegunInOtherWords,
    /// They went out in this run, in the old ones.
    WentInOtherWords,
    /// Another account.
    Channel,
    /// The same, and some of it is there already.
    BegunElsewhere,
    /// The message climbs another ladder, whose plan takes their place.
    Ladder,
    /// The same, and that plan does not touch them.
    LeftLadder,
    /// After other rungs.
    After,
    /// Another time.
    Time,
    /// It is a draft by now.
    Draft,
    /// The message is not there any more.
    Gone,
    /// Its ladder has no such rung any more.
    Dropped,
    /// What it says now cannot be told: the files have errors.
    Errors,
    /// The same, and it is what has gone out that speaks against them.
    PlanErrors,
    /// Some file changed, and there are too many to look at each.
    NotCompared,
}

impl What {
    fn name(self) -> &'static str {
        match self {
            What::Words | What::BegunInOtherWords | What::WentInOtherWords => "words",
            What::Channel | What::BegunElsewhere => "channel",
            What::Ladder | What::LeftLadder => "ladder",
            What::After => "after",
            What::Time => "time",
            What::Draft => "draft",
            What::Gone => "gone",
            What::Dropped => "no-rung",
            What::Errors | What::PlanErrors => "errors",
            What::NotCompared => "not-compared",
        }
    }
}

/// Of those of `plans` (outlines will do) that `asked` is true of: where the files say
/// otherwise. Of what is not open any more, only the words matter.
pub fn look(
    desk: &mut Desk,
    store: &str,
    plans: &[Plan],
    standing: &Standing,
    asked: impl Fn(&Delivery) -> bool,
) -> Vec<Changed> {
    let of = |plan: &Plan| -> Vec<(Step, Delivery)> {
        let known = plan.steps.iter().filter_map(|step| Some((step, standing.deliveries.get(&step.key)?)));
        let asked = known.filter(|(_, delivery)| delivery.plan == plan.digest && asked(delivery));
        asked.map(|(step, delivery)| (step.clone(), delivery.clone())).collect()
    };
    let mut waiting: Vec<&Plan> = plans
        .iter()
        .filter(|plan| {
            plan.steps.iter().any(|step| {
                let known = standing.deliveries.get(&step.key);
                known.is_some_and(|delivery| delivery.plan == plan.digest && asked(delivery))
            })
        })
        .collect();
    if waiting.is_empty() {
        return Vec::new();
    }
    // What goes first is looked at first.
    waiting.sort_by_key(|plan| (plan.publish_at, &plan.message));
    // What is wrong with the project was told, or ended this, before.
    let Ok(mut house) = House::open(desk) else { return Vec::new() };
    let ids: BTreeSet<&str> = waiting.iter().map(|plan| plan.message.as_str()).collect();
    let found = house.loaded.find_by_ids(&ids);
    // What is not there may be where nobody could look.
    let blind = ["too-many-messages", "unreadable", "path-outside"];
    let all_found = !house.loaded.problems.iter().any(|problem| blind.contains(&problem.rule));
    let (mut changed, mut rendered) = (Vec::new(), 0);
    for plan in waiting {
        let found = found.get(&plan.message);
        let ladder = house.loaded.ladders.iter().find(|ladder| ladder.name == plan.ladder);
        let print = found.zip(ladder).and_then(|(found, ladder)| house.loaded.print_of(found, ladder));
        if print.is_some_and(|print| print == plan.files) {
            continue;
        }
        let queued = of(plan);
        let mut say = |what, queued: &[&(Step, Delivery)]| changed.extend(Changed::of(plan, what, queued));
        let all: Vec<&(Step, Delivery)> = queued.iter().collect();
        let open: Vec<&(Step, Delivery)> = queued.iter().filter(|(_, delivery)| delivery.is_open()).collect();
        let Some(found) = found else {
            say(if all_found { What::Gone } else { What::Errors }, &open);
            continue;
        };
        if rendered == MOST_RENDERED {
            say(What::NotCompared, &all);
            continue;
        }
        rendered += 1;
        let Checked { value, problems } = house.loaded.read(found);
        let Some(message) = value.filter(|_| !has_errors(&problems)) else {
            say(What::Errors, &all);
            continue;
        };
        if message.draft.is_some() {
            say(What::Draft, &open);
            continue;
        }
        compare(&house, store, plan, &message, standing, &queued, &mut changed);
    }
    changed
}

/// What is otherwise, and in which words: those of [`Changed::detail`].
type Otherwise = (What, String);

/// What is queued of one message beside what would be by its files.
fn compare(
    house: &House,
    store: &str,
    plan: &Plan,
    message: &Message,
    standing: &Standing,
    queued: &[(Step, Delivery)],
    changed: &mut Vec<Changed>,
) {
    let all: Vec<&(Step, Delivery)> = queued.iter().collect();
    let Some(ladder) = climbs(&house.loaded, message, plan) else {
        changed.extend(Changed::of(plan, What::Errors, &all));
        return;
    };
    // As if it were when it was planned: a page has the date of that day.
    let then = queued.iter().map(|(_, delivery)| delivery.planned_at).min().unwrap_or_default();
    let Ok(composed) = compose(&house.loaded, &house.channels, message, Some(ladder), then) else {
        changed.extend(Changed::of(plan, What::Errors, &all));
        return;
    };
    let of_files = house.loaded.problems_for(Some(composed.ladder));
    let of_ladder = house.check_ladder(composed.ladder);
    let broken = [&composed.problems, &of_files, &of_ladder].into_iter().any(|all| has_errors(all));
    let made = house.make(&composed, standing, store, &Wish::default());
    let errors = match (broken, has_errors(&made.problems)) {
        (true, _) => Some(What::Errors),
        (false, true) => Some(What::PlanErrors),
        (false, false) => None,
    };
    let Some(now) = made.value else {
        changed.extend(Changed::of(plan, errors.unwrap_or(What::Errors), &all));
        return;
    };
    let has_rung = |name: &str| composed.ladder.rungs.iter().any(|rung| rung.name.value == name);
    let what = |step: &Step, delivery: &Delivery| {
        let Some(new) = now.steps.iter().find(|new| new.key == step.key) else {
            // With errors in the files nobody knows what they are to say.
            return match (broken, ladder == plan.ladder) {
                (true, _) => Some((What::Errors, String::new())),
                (false, false) => Some(by_other_ladder(&now, plan, delivery)),
                (false, true) => match now.step(&step.rung) {
                    Some(new) => elsewhere(house, new, delivery),
                    None if !has_rung(&step.rung) && delivery.is_open() => {
                        Some((What::Dropped, String::new()))
                    }
                    None => None,
                },
            }
            .or_else(|| Some((errors?, String::new())));
        };
        let found = differs(plan, step, delivery, &now, new)?;
        // With errors in the files nothing is planned anew.
        Some(match errors.filter(|_| delivery.is_open()) {
            Some(errors) => (errors, String::new()),
            None if ladder != plan.ladder => by_other_ladder(&now, plan, delivery),
            None => found,
        })
    };
    let told: Vec<(Otherwise, bool, &(Step, Delivery))> =
        queued.iter().filter_map(|one| Some((what(&one.0, &one.1)?, one.1.is_open(), one))).collect();
    let kinds: BTreeSet<(&Otherwise, bool)> = told.iter().map(|(what, open, _)| (what, *open)).collect();
    for kind in kinds {
        let of_kind: Vec<&(Step, Delivery)> =
            told.iter().filter(|(what, open, _)| (what, *open) == kind).map(|(_, _, one)| *one).collect();
        let ((what, detail), _) = kind;
        let one = Changed::of(plan, *what, &of_kind);
        changed.extend(one.map(|one| one.with(detail).on_ladder(&house.loaded, message, plan)));
    }
}

/// The ladder that it is to be compared with: the one that it was queued by, unless the
/// message names another, or that one is gone; none, where that cannot be told.
fn climbs<'l>(loaded: &'l Loaded, message: &Message, plan: &Plan) -> Option<&'l str> {
    let old = loaded.ladders.iter().find(|ladder| ladder.name == plan.ladder);
    match (old, &message.ladder) {
        (Some(old), None) => return Some(&old.name),
        (Some(old), Some(named)) if named.value == old.name => return Some(&old.name),
        // It may be in a file that cannot be read.
        (None, _) if has_errors(&loaded.problems) => return None,
        _ => {}
    }
    loaded.ladder(None, message).ok().map(|ladder| ladder.name.as_str())
}

/// The message climbs another ladder: whether that one's plan ends what the old one has
/// queued. It does so of what goes to an account that it speaks to as well.
fn by_other_ladder(now: &Plan, plan: &Plan, delivery: &Delivery) -> Otherwise {
    let speaks = now.steps.iter().any(|step| step.identity.account == delivery.account);
    let what = if speaks && !delivery.reached() { What::Ladder } else { What::LeftLadder };
    (what, format!("by the ladder `{}`, and the message's own is `{}`", plan.ladder, now.ladder))
}

/// The same rung goes to another account. Whose own account no channel has any more
/// does not go at all, which is told elsewhere.
fn elsewhere(house: &House, new: &Step, delivery: &Delivery) -> Option<Otherwise> {
    let old = &delivery.account;
    let is_there = || today(house, &delivery.channel, &delivery.adapter, old).is_some();
    if is_same_account(&new.identity.account, old) || delivery.is_open() && !is_there() {
        return None;
    }
    let begun = delivery.is_open() && delivery.reached();
    let what = if begun { What::BegunElsewhere } else { What::Channel };
    Some((what, format!("to `{old}`, and the ladder says `{}` (`{}`)", new.channel, new.identity.account)))
}

/// What a rung says otherwise that goes where it was queued for.
fn differs(plan: &Plan, step: &Step, delivery: &Delivery, now: &Plan, new: &Step) -> Option<Otherwise> {
    if new.payload_digest != delivery.payload_digest {
        let what = match (delivery.is_open(), delivery.is_touched()) {
            (true, false) => What::Words,
            (true, true) => What::BegunInOtherWords,
            (false, _) => What::WentInOtherWords,
        };
        return Some((what, String::new()));
    }
    // By their keys: a rung that was only renamed is the same.
    let keys = |plan: &Plan, step: &Step| -> BTreeSet<StepKey> {
        step.after.iter().filter_map(|name| Some(plan.step(name)?.key.clone())).collect()
    };
    let is_first_try = if delivery.is_open() { !delivery.is_touched() } else { delivery.reached() };
    if keys(plan, step) != keys(now, new) && is_first_try {
        let after = |step: &Step| {
            let names: Vec<String> = step.after.iter().map(|name| format!("`{name}`")).collect();
            if names.is_empty() { "after nothing".to_owned() } else { format!("after {}", names.join(", ")) }
        };
        return Some((What::After, format!("{}, and the ladder says {}", after(step), after(new))));
    }
    let times = (now.publish_at, now.embargo, &new.gate) != (plan.publish_at, plan.embargo, &step.gate);
    (times && delivery.is_open() && !delivery.is_touched()).then_some((What::Time, String::new()))
}

impl Changed {
    fn of(plan: &Plan, what: What, queued: &[&(Step, Delivery)]) -> Option<Changed> {
        let planned_at = queued.iter().map(|(_, delivery)| delivery.planned_at).min()?;
        let message = &plan.message;
        let later = [plan.publish_at, plan.embargo].into_iter().flatten().any(|at| at > Timestamp::now());
        let anew = format!("ladder {} {message}", if later { "schedule" } else { "publish" });
        let went = queued.iter().all(|(_, delivery)| !delivery.is_open());
        let stops =
            || queued.iter().map(|(step, _)| format!("ladder unpublish {message} --only {}", step.rung));
        let commands = match what {
            What::Channel | What::Ladder | What::LeftLadder | What::After if went => {
                vec![format!("ladder plan {message}")]
            }
            What::Words | What::Time | What::Channel | What::Ladder | What::After => vec![anew],
            What::LeftLadder => std::iter::once(anew).chain(stops()).collect(),
            What::BegunInOtherWords | What::BegunElsewhere | What::PlanErrors | What::NotCompared => {
                vec![format!("ladder plan {message}")]
            }
            What::WentInOtherWords => vec![format!("ladder edit {message}")],
            What::Draft | What::Gone => vec![format!("ladder unpublish {message}")],
            What::Dropped => stops().collect(),
            What::Errors => vec!["ladder check".to_owned()],
        };
        Some(Changed {
            message: message.clone(),
            rungs: queued.iter().map(|(step, _)| step.rung.clone()).collect(),
            keys: queued.iter().map(|(step, _)| step.key.clone()).collect(),
            what,
            detail: String::new(),
            went,
            planned_at,
            commands,
        })
    }

    fn with(mut self, detail: &str) -> Changed {
        detail.clone_into(&mut self.detail);
        self
    }

    /// Names the ladder where the message's own is another one.
    fn on_ladder(mut self, loaded: &Loaded, message: &Message, plan: &Plan) -> Changed {
        let own = loaded.ladder(None, message).is_ok_and(|ladder| ladder.name == plan.ladder);
        let anew = matches!(
            self.what,
            What::Words
                | What::Time
                | What::Channel
                | What::After
                | What::BegunInOtherWords
                | What::BegunElsewhere
                | What::PlanErrors
        );
        if !own && anew {
            self.commands
                .iter_mut()
                .for_each(|command| command.push_str(&format!(" --ladder {}", plan.ladder)));
        }
        self
    }

    /// For people.
    fn says(&self, zone: &TimeZone) -> String {
        let (go, have) = if self.rungs.len() == 1 { ("goes", "has") } else { ("go", "have") };
        let since = local(self.planned_at, zone);
        let commands: Vec<String> = self.commands.iter().map(|command| format!("`{command}`")).collect();
        let command = commands.join(" or ");
        let detail = &self.detail;
        let goes = if self.went { format!("{have} gone") } else { go.to_owned() };
        let (is, it) = if self.rungs.len() == 1 { ("is", "it") } else { ("are", "them") };
        let what = match self.what {
            What::Words => format!(
                "{go} out in the words of {since}, and the files say others by now: {command} plans {it} anew"
            ),
            What::BegunInOtherWords => format!(
                "{is} begun in the words of {since}, and {go} on in those; the files say others by now: {command} says \
                 what can be done"
            ),
            What::WentInOtherWords => format!(
                "{have} gone out in the words of {since}; the files said others by then: {command} says what can be \
                 done"
            ),
            What::Channel | What::Ladder | What::LeftLadder | What::After if self.went => {
                format!("{goes} out as queued on {since}, {detail} by now: {command} says what can be done")
            }
            What::BegunElsewhere => format!(
                "{is} begun as queued on {since}, {detail} by now, and {go} on where {it} began: {command} says what can be \
                 done"
            ),
            What::Channel | What::Ladder | What::After => {
                format!("{go} out as queued on {since}, {detail} by now: {command} plans {it} anew")
            }
            What::LeftLadder => {
                let anew = commands.first().map_or("", String::as_str);
                let stops = commands.get(1..).unwrap_or_default().join(" and ");
                format!(
                    "{go} out as queued on {since}, {detail} by now: {stops} stops {it}, {anew} plans the message anew, and \
                     leaves {it} as queued"
                )
            }
            What::Time => format!(
                "{is} queued for the time that the files said on {since}, and they say another by now: {command} plans \
                 {it} anew"
            ),
            What::Draft => format!(
                "{go} out in the words of {since}, although the message is a draft by now: {command} stops {it}"
            ),
            What::Gone => format!(
                "{go} out in the words of {since}, although the message is not in `messages/` any more: {command} stops \
                 {it}"
            ),
            What::Dropped => format!(
                "{go} out in the words of {since}, although the ladder has no such rung any more: {command} stops {it}"
            ),
            What::Errors | What::PlanErrors => format!(
                "{goes} out in the words of {since}; the files have changed, and cannot be compared with that: {command} \
                 says why"
            ),
            What::NotCompared => format!(
                "{goes} out in the words of {since}; the files have changed, and too many others with them to look at \
                 each: {command} compares"
            ),
        };
        format!("{} of {}: {what}", self.rungs.join(", "), self.message)
    }
}

/// A section for people; nothing where all is as it was.
pub fn text(changed: &[Changed], zone: &TimeZone, sheet: Sheet) -> String {
    if changed.is_empty() {
        return String::new();
    }
    let lines: String = changed.iter().take(MOST_TOLD).map(|one| prose(sheet, 2, &one.says(zone))).collect();
    let more = match changed.len().saturating_sub(MOST_TOLD) {
        0 => String::new(),
        more => format!("  and {more} more: see `--format json`\n"),
    };
    format!("\nChanged since it was queued\n{lines}{more}")
}

/// For machines.
pub fn json(changed: &[Changed], zone: &TimeZone) -> Value {
    let one = |changed: &Changed| {
        json!({
            "message": changed.message,
            "rungs": changed.rungs,
            "keys": changed.keys,
            "what": changed.what.name(),
            "planned_at": changed.planned_at,
            "says": changed.says(zone),
            "commands": changed.commands,
        })
    };
    changed.iter().map(one).collect()
}

/// Of the rungs in `only`, or of all: what is queued in other words than the plan has,
/// and gets the plan's when that is taken up.
pub fn planned_anew(plan: &Plan, standing: &Standing, only: &[String]) -> Vec<StepKey> {
    let chosen = plan.steps.iter().filter(|step| only.is_empty() || only.contains(&step.rung));
    let anew = chosen.filter(|step| {
        standing.deliveries.get(&step.key).is_some_and(|delivery| {
            delivery.is_open() && !delivery.is_touched() && delivery.payload_digest != step.payload_digest
        })
    });
    anew.map(|step| step.key.clone()).collect()
}

/// Tells which of them have the plan's words by now.
pub fn tell_planned_anew(keys: &[StepKey], plan: &Plan, standing: &Standing, desk: &mut Desk) {
    let has = |step: &&Step| {
        let known = standing.deliveries.get(&step.key);
        keys.contains(&step.key) && known.is_some_and(|known| known.payload_digest == step.payload_digest)
    };
    let now: Vec<&Step> = plan.steps.iter().filter(has).collect();
    desk.field("planned_anew", now.iter().map(|step| json!(step.key)).collect::<Value>());
    if !now.is_empty() {
        let rungs: Vec<String> = now.iter().map(|step| format!("`{}`", step.rung)).collect();
        let (was, have) = if now.len() == 1 { ("was", "has") } else { ("were", "have") };
        let text = format!("{} {was} queued in older words, and {have} the new ones now", rungs.join(", "));
        desk.console.talk(&crate::text::visible(&text));
    }
}
