//! `ladder edit`: gives what is out the words that the message has by now, where
//! the network lets it; elsewhere it says what that would take.

use super::desk::Desk;
use super::errand::{Errand, carry_out};
use super::failure::Failure;
use super::house::House;
use super::publish::known_rungs;
use super::sending::keep_media;
use crate::channel::{Change, Goes};
use crate::exit::Exit;
use crate::plan::{Delivery, PartStanding, Payload, PayloadPart, Plan, Standing, State, Stay, Step, Wish};
use crate::publish::{Edit, account_of, bound_payload};
use crate::render::Picture;
use crate::report::edited::{self, Changed, EditRow};
use crate::report::taken_down::quoted;
use crate::report::todo::ToDo;
use crate::store::{Store, View};
use crate::text::visible;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Arguments of `ladder edit`.
#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {
    /// The message's path or id
    pub message: String,
    /// The ladder that it was published on, if not the message's own
    #[arg(long, value_name = "NAME")]
    pub ladder: Option<String>,
    /// Only this rung (may be given several times)
    #[arg(long, value_name = "RUNG")]
    pub only: Vec<String>,
    /// Show what would be changed, and do nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Do not ask
    #[arg(long, short)]
    pub yes: bool,
}

/// What is to be done: what people see of it, and what the run gets.
#[derive(Default)]
struct Found<'a> {
    rows: Vec<EditRow<'a>>,
    edits: Vec<Edit>,
}

/// Changes what is out, in all generations, as far as that can be done in place.
pub fn run(arguments: &Arguments, desk: &mut Desk) -> Result<Exit, Failure> {
    desk.field("deliveries", json!([]));
    desk.field("to_do", json!([]));
    if !arguments.dry_run {
        desk.real_clock()?;
    }
    let (house, message) = House::with_message(desk, &arguments.message)?;
    let now = desk.now(&house.loaded.zone)?;
    let mut store = house.store()?;
    if !arguments.dry_run && store.is_sending() {
        // No change is shown that could not be made.
        drop(store.lock_for_sending()?);
    }
    let standing = House::standing_for(&store, &message.id)?;
    let mut composed = house.compose(desk, &message, arguments.ladder.as_deref(), now)?;
    composed.owners = House::owners(&store, &standing, &message.id)?;
    if arguments.ladder.is_none() {
        other_ladders(&house, &message.id, &composed.ladder.name, &standing, desk)?;
    }
    known_rungs(composed.ladder.rungs.iter().map(|rung| rung.name.value.as_str()), &arguments.only)?;
    let wish = Wish { only: arguments.only.clone(), again: None };
    // That it went out in other words is what this verb is about.
    let plan = house.plan_quietly(desk, &composed, &standing, store.id(), &wish, "edited-after-sending")?;
    let found = look(&house, &store, &plan, &standing, &arguments.only)?;
    fields(&found.rows, desk);
    if found.rows.is_empty() {
        let is_out = plan.steps.iter().any(|step| standing.newest_out(step).is_some());
        let why = if is_out {
            "is out in these words"
        } else {
            "is not out: `ladder status` says what became of it"
        };
        desk.console.talk(&visible(&format!("nothing to change: `{}` {why}", plan.message)));
        return Ok(Exit::Done);
    }
    if !confirmed(arguments, &found, desk)? {
        return Ok(Exit::Done);
    }
    let lock = store.lock_for_sending()?;
    store.heed_withdrawals()?;
    let view = View::for_run(vec![message.id.clone()]);
    let standing = store.view(&view, false)?.standing;
    keep_media(&house, &store, &plan)?;
    let found = look(&house, &store, &plan, &standing, &arguments.only)?;
    let standing_now = carry_out(Errand::Edit(found.edits), desk, &house, &mut store, view)?;
    // What was done is done: rows can be made of it another time.
    let _ = store.fold_up();
    drop(lock);
    Ok(answer(&found.rows, &standing_now, desk))
}

/// Says on which other ladders of the project the message is out. The error: on this one
/// nothing of it is.
fn other_ladders(
    house: &House,
    message: &str,
    own: &str,
    standing: &Standing,
    desk: &mut Desk,
) -> Result<(), Failure> {
    let out =
        standing.deliveries.values().filter(|d| d.message == message && d.reached() && !d.is_withdrawn());
    let on: BTreeSet<&str> = out.map(|delivery| delivery.ladder.as_str()).collect();
    // One that was renamed is found by its rungs.
    let is_there = |name: &str| house.loaded.ladders.iter().any(|ladder| ladder.name == name);
    let others: Vec<&str> = on.iter().copied().filter(|name| *name != own && is_there(name)).collect();
    if others.is_empty() {
        return Ok(());
    }
    let named: Vec<String> = others.iter().map(|name| format!("`{name}`")).collect();
    let commands: Vec<String> =
        others.iter().map(|name| format!("`ladder edit {message} --ladder {name}`")).collect();
    let (named, commands) = (named.join(" and "), commands.join(" and "));
    if on.contains(own) {
        let says = format!("`{message}` is out on {named} as well: {commands} gives that one the new words");
        desk.console.talk(&visible(&says));
        return Ok(());
    }
    let says = format!("nothing was changed: `{message}` was published on {named}, and this is `{own}`");
    Err(Failure::usage("another-ladder", says).hint(commands))
}

fn fields(rows: &[EditRow<'_>], desk: &mut Desk) {
    desk.field("deliveries", edited::json(rows));
    desk.field("to_do", edited::to_do(rows).iter().map(ToDo::json).collect::<Value>());
}

/// What is out in other words than the plan has.
fn look<'a>(
    house: &House,
    store: &Store,
    plan: &Plan,
    standing: &'a Standing,
    only: &[String],
) -> Result<Found<'a>, Failure> {
    let mut found = Found::default();
    for step in plan.steps.iter().filter(|step| only.is_empty() || only.contains(&step.rung)) {
        let same = |delivery: &&Delivery| {
            let identity = &step.identity;
            (&delivery.account, &delivery.message, &delivery.rung)
                == (&identity.account, &identity.message, &identity.rung)
        };
        let mut generations: Vec<&Delivery> = standing.deliveries.values().filter(same).collect();
        generations.sort_by_key(|delivery| delivery.generation);
        for delivery in generations.into_iter().filter(|d| !d.is_withdrawn() || d.is_kept()) {
            let old = store.plan(&delivery.plan)?;
            let old = old.and_then(|plan| plan.steps.into_iter().find(|step| step.key == delivery.key));
            if let Some((row, edits)) = compare(house, plan, step, old.as_ref(), standing, delivery) {
                found.rows.push(row);
                found.edits.extend(edits);
            }
        }
    }
    Ok(found)
}

/// What differs of one delivery. None: it says what the message says, or is not out.
fn compare<'a>(
    house: &House,
    plan: &Plan,
    step: &Step,
    old: Option<&Step>,
    standing: &Standing,
    delivery: &'a Delivery,
) -> Option<(EditRow<'a>, Vec<Edit>)> {
    let changing = delivery.parts.iter().any(|part| part.after.changing.is_some());
    if delivery.payload_digest == step.payload_digest && !changing {
        return None;
    }
    let (message, rung) = (&delivery.message, &delivery.rung);
    let again = || format!("ladder publish {message} --only {rung} --again REASON");
    let only = |why: &str, instead: Vec<String>| {
        let cannot = vec![why.to_owned()];
        Some((EditRow { cannot, instead, ..EditRow::of(delivery) }, Vec::new()))
    };
    let mut row = EditRow::of(delivery);
    if delivery.is_for_each_person() && delivery.count_recipients(State::Sent) > 0 {
        let rest = match delivery.is_open() {
            true => "; who does not have it yet gets the same words",
            false => "",
        };
        let why = format!("mail cannot be recalled{rest}: a correction goes out as a message of its own");
        return only(
            &why,
            vec![format!("ladder new {}", quoted(&format!("Correction: {}", delivery.title)))],
        );
    }
    if delivery.is_open() && delivery.live().next().is_none() {
        let why = match delivery.is_touched() {
            true => "is queued, and was tried in the old words: it goes out so",
            false => "is queued in the old words, and goes out so unless it is planned anew",
        };
        let instead = match delivery.is_touched() {
            true => vec![format!("ladder unpublish {message} --only {rung}"), again()],
            false => vec![format!("ladder publish {message}")],
        };
        row.is_queued = true;
        return Some((EditRow { cannot: vec![why.to_owned()], instead, ..row }, Vec::new()));
    }
    if delivery.is_for_each_person() {
        return None;
    }
    if delivery.state == State::Unknown {
        let why = "it is not known whether it is out: `ladder status` says what to do first";
        return only(why, Vec::new());
    }
    if delivery.waits_for_a_person() {
        return only(
            "it waits to be pasted in other words; this lays the new ones out in its place",
            vec![again()],
        );
    }
    delivery.live().next()?;
    if delivery.is_by_hand() || Goes::of(&delivery.adapter) == Goes::ByHand {
        let at = delivery.url().map(|url| format!(" at {url}")).unwrap_or_default();
        return only(&format!("a person posted it, and changes it by hand{at}"), Vec::new());
    }
    let Some(channel) = account_of(&house.channels.configured, &delivery.channel, &delivery.account) else {
        return only("no channel of `ladder.toml` is that account any more", Vec::new());
    };
    let new: Payload = match bound_payload(plan, step, standing, channel) {
        Ok(payload) => payload,
        Err(why) => return only(&why, Vec::new()),
    };
    let (live, all) = (delivery.live().count(), new.parts.len());
    // A new post loses the answers and the links that this one has.
    let anew = || vec![format!("ladder unpublish {message} --only {rung}"), again()];
    const LOSES: &str =
        "what the new words need is a new post, without the answers and the links that this one has";
    if live != all {
        let (are, it_had) = (if live == 1 { "is" } else { "are" }, delivery.part_count as usize);
        let why = match all == it_had {
            true => format!("{live} of {all} parts {are} out; {LOSES}"),
            false => format!("{live} of {it_had} parts {are} out, and it would have {all} by now; {LOSES}"),
        };
        return only(&why, anew());
    }
    let mut edits = Vec::new();
    for (part, after) in delivery.live().zip(new.parts) {
        let Some(before) = said_so_far(part, old) else { continue };
        if before == after && part.after.changing.is_none() {
            continue;
        }
        let change = Change { before, after };
        match channel.can_edit(&change) {
            Ok(()) => {
                let (old, new) = (change.before.body.clone(), change.after.body.clone());
                let pictures = pictures(&change);
                let doubted = part.after.changing.clone();
                row.changes.push(Changed { part: part.part, old, new, doubted, pictures });
                let payload_digest = step.payload_digest.clone();
                edits.push(Edit { key: delivery.key.clone(), part: part.part, change, payload_digest });
            }
            Err(why) => row.cannot.push(match delivery.part_count {
                0..=1 => why,
                all => format!("part {} of {all}: {why}", u64::from(part.part) + 1),
            }),
        }
    }
    // Half of a thread in new words would be neither.
    if !row.cannot.is_empty() && !row.changes.is_empty() && delivery.part_count > 1 && is_thread(step) {
        row.cannot.push("so the other parts stay as they are, too".to_owned());
        row.changes.clear();
        edits.clear();
    }
    if !row.cannot.is_empty() {
        row.cannot.push(LOSES.to_owned());
        row.instead = anew();
    }
    let differs = !row.changes.is_empty() || !row.cannot.is_empty();
    differs.then_some((row, edits))
}

/// Which pictures are others.
fn pictures(change: &Change) -> Vec<String> {
    let (before, after) = (&change.before.media, &change.after.media);
    let by_name = |all: &[Picture], name: &str| all.iter().find(|picture| picture.name == name).cloned();
    let gone = before.iter().filter(|old| by_name(after, &old.name).is_none());
    let gone = gone.map(|old| format!("the picture `{}` goes", old.name));
    let come = after.iter().filter_map(|new| match by_name(before, &new.name) {
        None => Some(format!("the picture `{}` comes", new.name)),
        Some(old) if old.sha256 != new.sha256 => Some(format!("the picture `{}` is another one", new.name)),
        Some(_) => None,
    });
    gone.chain(come).collect()
}

/// Whether the parts are one text: a post and its first comment are two.
fn is_thread(step: &Step) -> bool {
    matches!(&step.variant, crate::render::Variant::Post(post) if post.parts.len() > 1)
}

/// What a part says, as far as we know: its words by the journal, its pictures by
/// the plan that it came with.
fn said_so_far(part: &PartStanding, old: Option<&Step>) -> Option<PayloadPart> {
    let planned = old.and_then(|step| step.payload.parts.get(part.part as usize));
    let media = planned.map(|part| part.media.clone()).unwrap_or_default();
    let body = part.bound.clone().or_else(|| planned.map(|part| part.body.clone()))?;
    Some(PayloadPart { body, media })
}

/// Shows what will change, and asks. False: nothing is to be done.
fn confirmed(arguments: &Arguments, found: &Found<'_>, desk: &mut Desk) -> Result<bool, Failure> {
    let width = desk.console.width();
    if arguments.dry_run || found.edits.is_empty() {
        let colour = desk.console.colour_out();
        desk.show(&edited::text(&found.rows, width, colour));
        if arguments.dry_run {
            desk.console.talk("nothing was changed: this was a dry run");
            return Ok(false);
        }
        if found.rows.iter().all(|row| row.is_queued) {
            let why = "nothing that is out changes, and what is queued goes out in the old words";
            return Err(Failure::new(Exit::Held, "queued", why));
        }
        return Err(Failure::new(
            Exit::Failed,
            "not-in-place",
            "nothing was changed: none of it can be, in place",
        ));
    }
    let shown = edited::text(&found.rows, width, desk.console.colour_err());
    if arguments.yes {
        desk.console.talk(&shown);
        return Ok(true);
    }
    if desk.json() || !desk.console.can_ask() {
        desk.show(&shown);
        return Err(Failure::usage("confirm", "nothing was changed: there is nobody to ask")
            .hint("`--yes` changes it without asking"));
    }
    desk.console.warn(&shown);
    if desk.console.ask("Change this?") {
        return Ok(true);
    }
    Err(Failure::new(Exit::Held, "declined", "nothing was changed, as you said"))
}

/// What is changed and what is not; the end by PRODUCT's order.
fn answer(rows: &[EditRow<'_>], standing: &Standing, desk: &mut Desk) -> Exit {
    let now = rows.iter().filter_map(|row| {
        let delivery = standing.deliveries.get(&row.delivery.key)?;
        Some(EditRow { delivery, ..row.clone() })
    });
    let now: Vec<EditRow<'_>> = now.collect();
    fields(&now, desk);
    let left: Vec<String> = now.iter().filter_map(|row| edited::unchanged(row.delivery)).collect();
    desk.show(&left.concat());
    // Whoever corrects an error must not believe that this was corrected, too.
    let queued: Vec<EditRow<'_>> = now.iter().filter(|row| row.is_queued).cloned().collect();
    desk.show(&edited::text(&queued, desk.console.width(), desk.console.colour_out()));
    let whys = || {
        let parts = now.iter().flat_map(|row| &row.delivery.parts);
        parts.filter_map(|part| part.after.unchanged.as_ref().map(|stays| stays.why))
    };
    let any = |wanted: &[Stay]| whys().any(|why| wanted.contains(&why));
    let cannot =
        now.iter().any(|row| !row.is_queued && !row.cannot.is_empty()) || any(&[Stay::Cannot, Stay::Refused]);
    let changed = now.iter().any(|row| !row.changes.is_empty() && edited::unchanged(row.delivery).is_none());
    if any(&[Stay::Unknown]) {
        Exit::Unknown
    } else if cannot {
        if changed { Exit::Partial } else { Exit::Failed }
    } else if any(&[Stay::Later]) || !queued.is_empty() {
        Exit::Held
    } else {
        Exit::Done
    }
}
