//! `ladder publish MESSAGE --rehearse`: the whole of it, with real requests, and
//! nothing leaves this machine.
//!
//! The real adapters talk to networks of this process on loopback, with
//! throwaway credentials and a throwaway journal; what goes into folders goes
//! into a throwaway one. No secret is looked up, no program is run, no other
//! host is asked, and nothing of the project is written. The clock is moved on,
//! so that next morning's mail is seen at once.

mod faults;
mod played;
mod runs;
mod shown;
mod stage;

use super::desk::{Desk, Format};
use super::failure::Failure;
use super::file;
use super::folder::Folder;
use super::house::House;
use super::publish::{Arguments, PLAN_LIMIT, known_rungs};
use super::sending::{match_channels, runtime};
use super::signals::wait_for_one;
use crate::clock::Clock;
use crate::diagnostic::has_errors;
use crate::exit::Exit;
use crate::plan::{Plan, Standing, Wish};
use crate::publish::Scope;
use crate::report::rehearsal::{self, NOTHING_LEFT};
use crate::store::Store;
use jiff::Timestamp;
use runs::Play;
use serde_json::json;
use stage::Stage;
use std::collections::BTreeMap;
use std::path::Path;

/// Seeds that are made up are short: somebody may want to type one again.
const SHORT_SEED: u32 = 100_000;

/// Plays the message's publication, and shows what readers would have seen.
pub fn run(arguments: &Arguments, desk: &mut Desk) -> Result<Exit, Failure> {
    desk.fields_of(json!({ "rehearsal": true, "timelines": [], "deliveries": [], "runs": [] }));
    let wanted = faults::parse(&arguments.faults)?;
    if let Some(path) = arguments.out.as_deref().filter(|path| !is_page(path)) {
        let says = format!("`--out` writes a page, and `{}` is not called so", path.display());
        return Err(
            Failure::usage("wrong-out", says).hint("call it `FILE.html`; data: `--format json > FILE`")
        );
    }
    let Made { mut house, plan, mut notes, started } = made(arguments, desk)?;
    let seed = (!wanted.is_empty()).then(|| arguments.seed.unwrap_or_else(made_up));
    let clock = Clock::standing_at(started);
    let runtime = runtime()?;
    let plans = [plan];
    let outcome = runtime.block_on(async {
        let playing = async {
            let folder = tempfile::Builder::new().prefix("ladder-rehearsal-").tempdir().map_err(|error| {
                let says = format!("no folder could be made for the rehearsal: {error}");
                Failure::new(Exit::Failed, "system", says)
            })?;
            let mut store = Store::create(&folder.path().join(".ladder/ladder.db"))?;
            let pictures = keep_pictures(&house, &store, &plans[0])?;
            // From here on the project's own folder is not needed, and not at hand.
            house.loaded.folder = Folder::at(folder.path())?;
            let loaded = &house.loaded;
            let stage =
                Stage::set(&loaded.project, &loaded.sources, &plans[0], folder.path(), &clock).await?;
            notes.extend(seed.map_or_else(Vec::new, |seed| faults::order(&wanted, &stage.servers, seed)));
            let play = Play {
                house: &mut house,
                stage: &stage,
                store: &mut store,
                plans: &plans,
                only: arguments.only.clone(),
                bounds: arguments.bounds.clone(),
                early: arguments.early,
                clock: clock.clone(),
            };
            let played = play
                .until_the_end()
                .await
                .map_err(|failure| Failure { message: stage.clean(&failure.message, ""), ..failure })?;
            Ok((stage, played, pictures))
        };
        // The folder goes with what plays, also if somebody has seen enough: the
        // signal is heard before there is a folder.
        tokio::select! {
            biased;
            () = wait_for_one() => Err(Failure::new(Exit::Failed, "stopped", "the rehearsal was stopped")),
            played = playing => played,
        }
    });
    let (stage, played, pictures) = match outcome {
        Ok(outcome) => outcome,
        Err(failure) => {
            runtime.shutdown_background();
            return Err(failure);
        }
    };
    let names = wanted.iter().map(|(name, _)| (*name).to_owned()).collect();
    let facts = shown::Facts { plan: &plans[0], started, seed, faults: names, notes, pictures };
    let rehearsal = shown::rehearsal(&house, &stage, &played, facts);
    drop(stage);
    runtime.shutdown_background();
    answer(arguments, &rehearsal, desk)?;
    Ok(played.exit)
}

fn answer(arguments: &Arguments, rehearsal: &rehearsal::Rehearsal, desk: &mut Desk) -> Result<(), Failure> {
    desk.fields_of(rehearsal::json(rehearsal));
    if let Some(path) = &arguments.out {
        file::write_new(path, rehearsal::html(rehearsal).as_bytes())?;
        desk.field("page", path.display().to_string());
    }
    match (&arguments.out, desk.format()) {
        (_, Format::Json) => {}
        (Some(path), _) => desk.show(&path.display().to_string()),
        (None, _) => {
            let (width, colour) = (desk.console.width(), desk.console.colour_out());
            desk.show(&rehearsal::terminal(rehearsal, width, colour));
        }
    }
    if let Some(seed) = rehearsal.seed.filter(|_| arguments.seed.is_none()) {
        desk.console.talk(&format!("the same once more: --seed {seed}"));
    }
    desk.console.talk(NOTHING_LEFT);
    Ok(())
}

/// What is played.
struct Made {
    house: House,
    plan: Plan,
    notes: Vec<String>,
    started: Timestamp,
}

/// The plan that `publish` would show, made as if nothing of it had gone out.
fn made(arguments: &Arguments, desk: &mut Desk) -> Result<Made, Failure> {
    let path = Path::new(&arguments.message);
    let is_plan = path.extension().is_some_and(|ending| ending == "json");
    let mut notes = Vec::new();
    let (house, plan, started) = if is_plan {
        let house = House::open(desk)?;
        let problems = house.loaded.problems.clone();
        desk.problems(&house.loaded.sources, &problems);
        if has_errors(&problems) {
            return Err(Failure::new(Exit::Check, "check", "nothing was rehearsed: the project has errors"));
        }
        let plan = Plan::read(&file::read(path, PLAN_LIMIT)?)
            .map_err(|why| Failure::usage("bad-plan", format!("`{}`: {why}", path.display())))?;
        match_channels(&house, &plan, &Standing::default(), Scope::Plan)?;
        let started = desk.now(&house.loaded.zone)?;
        (house, plan, started)
    } else {
        let (house, message) = House::with_message(desk, &arguments.message)?;
        let started = desk.now(&house.loaded.zone)?;
        let composed = house.compose(desk, &message, arguments.ladder.as_deref(), started)?;
        known_rungs(composed.ladder.rungs.iter().map(|rung| rung.name.value.as_str()), &arguments.only)?;
        let store = house.loaded.project.store_id.as_ref().map_or("rehearsal", |id| id.value.as_str());
        let wish = Wish { only: arguments.only.clone(), again: None };
        let mut problems = composed.problems.clone();
        let standing = Standing::default();
        let plan = if has_errors(&problems) {
            None
        } else {
            house.make(&composed, &standing, store, &wish).take(&mut problems)
        };
        desk.problems(&house.loaded.sources, &problems);
        if has_errors(&problems) {
            let says = format!("nothing was rehearsed: {}", super::house::count(&problems));
            return Err(Failure::new(Exit::Check, "check", says).hint("`ladder check` shows all problems"));
        }
        let Some(plan) = plan else {
            return Err(Failure::new(Exit::Check, "check", "nothing was rehearsed: no plan could be made"));
        };
        if message.draft.is_some() {
            notes.push(
                "it is a draft: `ladder publish` does not send it while `draft = true` stands in its head"
                    .to_owned(),
            );
        }
        drop(composed);
        (house, plan, started)
    };
    known_rungs(plan.steps.iter().map(|step| step.rung.as_str()), &arguments.only)?;
    if plan.steps.is_empty() {
        return Err(Failure::new(Exit::Check, "check", "nothing was rehearsed: the plan has no steps"));
    }
    if is_out(&house, &plan) {
        notes.push("some of it has gone out already: it is rehearsed as if it were new, and the journal stays as it is".to_owned());
    }
    Ok(Made { house, plan, notes, started: whole_minute(started) })
}

/// Whether the real journal knows any of it. A copy is asked: opening it would
/// leave traces beside it. Without a store, or with a broken one, nothing is known.
fn is_out(house: &House, plan: &Plan) -> bool {
    let file = house.loaded.folder.store_file();
    let Some(id) = house.loaded.project.store_id.as_ref().filter(|_| file.is_file()) else { return false };
    let Ok(folder) = tempfile::Builder::new().prefix("ladder-rehearsal-").tempdir() else { return false };
    let copy = folder.path().join("ladder.db");
    let wal = |path: &Path| path.with_extension("db-wal");
    if std::fs::copy(&file, &copy).is_err() {
        return false;
    }
    // Its newest facts may stand in there; often it is not there.
    let _ = std::fs::copy(wal(&file), wal(&copy));
    let known = Store::open(&copy, &id.value).and_then(|store| store.events());
    known.is_ok_and(|events| {
        let standing = Standing::fold(&events, false);
        plan.steps
            .iter()
            .any(|step| standing.deliveries.get(&step.key).is_some_and(|known| known.is_touched()))
    })
}

/// The pictures, for the networks and for the page. Those of an older plan may
/// be kept beside the journal only.
fn keep_pictures(house: &House, store: &Store, plan: &Plan) -> Result<BTreeMap<String, Vec<u8>>, Failure> {
    let mut pictures = BTreeMap::new();
    for picture in plan.steps.iter().flat_map(|step| step.variant.pictures()) {
        if pictures.contains_key(&picture.sha256) {
            continue;
        }
        let bytes = house.loaded.bytes_of(picture).or_else(|failure| {
            let kept = house.loaded.folder.store_file().with_file_name("media").join(&picture.sha256);
            let bytes = std::fs::read(kept).ok();
            let same = |bytes: &Vec<u8>| crate::plan::key::hex_digest(bytes) == picture.sha256;
            bytes.filter(same).ok_or(failure)
        })?;
        store.keep_media(&picture.sha256, &bytes)?;
        pictures.insert(picture.sha256.clone(), bytes);
    }
    Ok(pictures)
}

/// Seconds would only make two rehearsals differ.
fn whole_minute(at: Timestamp) -> Timestamp {
    let second = at.as_second();
    Timestamp::from_second(second - second.rem_euclid(60)).unwrap_or(at)
}

fn made_up() -> u64 {
    u64::from(Timestamp::now().subsec_nanosecond().unsigned_abs() / 1000 % SHORT_SEED)
}

fn is_page(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str());
    ending.is_some_and(|ending| ending.eq_ignore_ascii_case("html") || ending.eq_ignore_ascii_case("htm"))
}
