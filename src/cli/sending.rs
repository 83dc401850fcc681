//! What `publish` and `run` do once it is settled what goes out: the lock, the
//! channels' own word, the pictures, the run, Ctrl-C.

use super::asking::{LeftAlone, ask};
use super::desk::Desk;
use super::failure::Failure;
use super::house::House;
use super::signals;
use crate::channel::outbox;
use crate::exit::Exit;
use crate::ladder::delay::parse_duration;
use crate::ladder::secret_ref::SecretRef;
use crate::plan::{Delivery, Plan, Standing, State, Step, StepKey};
use crate::publish::{self, BeforeSend, Deadline, Left, Paces, Route, Scope, World};
use crate::report::Progress;
use crate::report::status::{self, Dues};
use crate::schedule::{Due, due};
use crate::store::Store;
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use std::io::IsTerminal;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// How the plans are to be run.
#[derive(Clone, Debug)]
pub struct Manner {
    /// All steps of the plans, or those taken up before.
    pub scope: Scope,
    /// Passes `publish_at`.
    pub early: bool,
    /// These rungs; empty: all.
    pub only: Vec<String>,
    /// How it ends, and how closely it looks.
    pub bounds: Bounds,
    /// What has no channel in this project, and why: it is left alone.
    pub astray: BTreeMap<StepKey, String>,
    /// What has to succeed before anything leaves.
    pub before_send: Option<Arc<BeforeSend>>,
}

/// What `publish` and `run` take about the run itself.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Bounds {
    /// End the run after this long, whatever is in flight then (default: 1h)
    #[arg(long, value_name = "DURATION", value_parser = length)]
    pub deadline: Option<SignedDuration>,
    /// Look at what went out also where the network charges for it
    #[arg(long)]
    pub verify: bool,
}

/// How long a run may last, if nobody says.
const USUAL_LENGTH: Duration = Duration::from_secs(3600);

impl Bounds {
    /// How long the run may last.
    pub fn length(&self) -> Duration {
        self.deadline.and_then(|length| Duration::try_from(length).ok()).unwrap_or(USUAL_LENGTH)
    }
}

/// A duration that something can be done in.
fn length(written: &str) -> Result<SignedDuration, String> {
    let length = parse_duration(written)?;
    if length < SignedDuration::from_secs(1) {
        return Err("a run takes at least a second".to_owned());
    }
    Ok(length)
}

/// The command of `--before-send`, for this project.
pub fn before_send(command: Option<&str>, house: &House) -> Result<Option<Arc<BeforeSend>>, Failure> {
    let Some(command) = command else { return Ok(None) };
    if command.trim().is_empty() {
        let message = "`--before-send` names no command: nothing was sent";
        return Err(Failure::usage("no-command", message));
    }
    // The command runs in the project's folder: what it is told must hold there.
    let whole = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let (project, store) = (whole(&house.loaded.folder.path), whole(&house.loaded.folder.store_file()));
    Ok(Some(Arc::new(BeforeSend::new(command, project, store))))
}

/// The secrets that a command of this run may have got to know. A program that hands
/// one out is asked only where the run asks it anyway.
fn secrets_of(house: &House, routes: &BTreeMap<String, Route>) -> Vec<SecretRef> {
    let tables = house.loaded.project.channels.iter();
    let secrets = tables.flat_map(|table| {
        let is_used = matches!(routes.get(&table.name.value), Some(Route::Network));
        let mut secrets = SecretRef::all_in(&table.rest);
        secrets.retain(|secret| is_used || !matches!(secret, SecretRef::Command(_)));
        secrets
    });
    secrets.collect()
}

/// The end of a run whose `--before-send` said no: what is out is told already.
pub fn beside_before_send(
    told: Result<Exit, Failure>,
    before_send: Option<&BeforeSend>,
) -> Result<Exit, Failure> {
    let Some(why) = before_send.and_then(BeforeSend::failure) else { return told };
    let said = format!("before-send failed: {why}: nothing more was sent");
    match told {
        Ok(exit) => Err(Failure::new(exit.or(Exit::Failed), "before-send", said).hint(
            "mend what the command needs, and say the same again; where it pushes the journal, and another \
                 runner was first, begin anew from a fresh clone",
        )),
        Err(failure) => {
            let exit = failure.exit.or(Exit::Failed);
            Err(Failure { exit, message: format!("{said}; {}", failure.message), ..failure })
        }
    }
}

/// Refuses a plan that was made for other channels than the project has. What is
/// out already went where it was to go: its channel may have changed since.
pub fn match_channels(house: &House, plan: &Plan, standing: &Standing, scope: Scope) -> Result<(), Failure> {
    let left = publish::outstanding(std::slice::from_ref(plan), standing, &[], scope);
    for step in left.iter().flat_map(|left| left.steps.iter().copied()) {
        let failure = |message: String| {
            Err(Failure::usage("channel-changed", message).hint("make the plan anew with `ladder plan`"))
        };
        let Some(configured) = house.channels.configured.get(&step.channel) else {
            return failure(format!("the plan goes to `{}`, and there is no such channel", step.channel));
        };
        let account = configured.channel.account();
        if configured.adapter != step.adapter || !configured.has_account(&step.identity.account) {
            return failure(format!(
                "the plan goes to `{}` by way of `{}`, and that channel is now {account}",
                step.identity.account, step.channel
            ));
        }
    }
    Ok(())
}

/// Keeps the pictures of a plan beside the journal, so that what was approved
/// is what goes. Those that are kept already may be gone from the project.
pub fn keep_media(house: &House, store: &Store, plan: &Plan) -> Result<(), Failure> {
    let mut kept = Vec::new();
    for picture in plan.steps.iter().flat_map(|step| step.variant.pictures()) {
        if kept.contains(&picture.sha256.as_str()) || store.media_folder().join(&picture.sha256).is_file() {
            continue;
        }
        store.keep_media(&picture.sha256, &house.loaded.bytes_of(picture)?)?;
        kept.push(&picture.sha256);
    }
    Ok(())
}

/// Keeps those pictures of a queued plan again that are missing beside the journal,
/// as after an import, and still lie in the project as they were planned. What is
/// not there is told when it is to go.
pub fn keep_media_again(house: &House, store: &Store, plan: &Plan) {
    for picture in plan.steps.iter().flat_map(|step| step.variant.pictures()) {
        if store.media_folder().join(&picture.sha256).is_file() {
            continue;
        }
        if let Ok(bytes) = house.loaded.bytes_of(picture) {
            let _ = store.keep_media(&picture.sha256, &bytes);
        }
    }
}

/// Sends what is due of `plans` (for [`Scope::TakenUp`] outlines will do), and says which channels had to be left alone.
/// The caller holds the store's lock. Afterwards `standing` has only what something
/// had happened to before.
pub fn send(
    desk: &mut Desk,
    house: &House,
    store: &mut Store,
    plans: &[Plan],
    standing: &mut Standing,
    manner: Manner,
) -> Result<(Standing, Vec<LeftAlone>), Failure> {
    let runtime = runtime()?;
    let quiet = desk.console.is_quiet();
    let project = house.loaded.folder.path.clone();
    // Who has nothing to send is not asked: its secrets may be gone by now.
    let left = publish::outstanding(plans, standing, &manner.only, manner.scope);
    let outbox = outbox::stand_in(&house.loaded.project);
    let deadline = Deadline::after(manner.bounds.length());
    let asking = async {
        let asking = holding(store, ask(house, &left, standing, &manner));
        let asked = tokio::time::timeout_at(deadline.at(), asking).await;
        asked.unwrap_or_else(|_| Err(not_answered(manner.bounds.length())))
    };
    let asked = match runtime.block_on(asking) {
        Ok(asked) => asked,
        Err(failure) => {
            runtime.shutdown_background();
            return Err(beside_doubts(failure, plans, standing, desk, house));
        }
    };
    if is_any_due(&left, standing, house, &manner, &asked.resting) {
        // The plan that `publish` has just shown says it in one line.
        if manner.scope == Scope::TakenUp {
            tell_outbox(desk, &asked.routes);
        }
        for why in &asked.unsaid {
            desk.console.talk(&crate::text::visible(&format!("{why}: the table is taken at its word")));
        }
    }
    // Not before all is said: bars and lines would write over each other.
    let terminal = std::io::stderr().is_terminal() && !quiet;
    let mut progress = Progress::new(plans, terminal).in_zone(&house.loaded.zone);
    progress.goes_on(standing);
    // The run reads its own: of this one only what had happened is told of.
    drop(left);
    standing.deliveries.retain(|_, delivery| has_happened(delivery));
    let result = runtime.block_on(async {
        let (stop, stopped) = tokio::sync::watch::channel(false);
        let listening = tokio::spawn(signals::interrupts(stop));
        let world = World {
            store,
            channels: &house.channels.configured,
            routes: asked.routes,
            resting: asked.resting,
            outbox: &outbox,
            clock: publish::Clock::system(),
            project,
            zone: house.loaded.zone.clone(),
            early: manner.early,
            only: manner.only,
            deadline: deadline.clone(),
            closely: manner.bounds.verify,
            before_send: manner.before_send.as_deref(),
        };
        if let Some(before_send) = &manner.before_send {
            before_send.hide(secrets_of(house, &world.routes));
        }
        let mut silent = Silent;
        let listener: &mut dyn publish::Listener = if quiet { &mut silent } else { &mut progress };
        let standing = match manner.scope {
            Scope::Plan => publish::run(world, plans, stopped, listener).await,
            Scope::TakenUp => publish::resume(world, plans, stopped, listener).await,
        };
        listening.abort();
        standing.map_err(Failure::from)
    });
    if !quiet {
        progress.finish(result.is_ok() && desk.console.is_terminal() && !desk.json());
    }
    // A name look-up that hangs must not keep the answer back.
    runtime.shutdown_background();
    desk.field("deadline_passed", deadline.struck());
    if deadline.struck() {
        let length = SignedDuration::try_from(manner.bounds.length()).unwrap_or_default();
        desk.console.warn(&format!(
            "the run was ended by its deadline of {length:#}: nothing more was begun; `ladder run` goes on"
        ));
    }
    // It makes later looks quicker, and nothing else: where it fails, the next run does it.
    let _ = store.fold_up();
    Ok((result?, asked.left_alone))
}

/// Whether a run left everything as it was: `before` is what [`send`] left of the
/// standing. Neither keeps the words of what is out.
pub fn is_as_before(before: &mut Standing, now: &mut Standing) -> bool {
    let wordless =
        |standing: &mut Standing| standing.deliveries.values_mut().for_each(Delivery::let_words_go);
    wordless(before);
    wordless(now);
    now.deliveries.values().all(|delivery| match before.deliveries.get(&delivery.key) {
        Some(known) => known == delivery,
        None => !has_happened(delivery),
    })
}

/// Whether anything happened to it since it was taken up.
fn has_happened(delivery: &Delivery) -> bool {
    delivery.is_touched() || delivery.state != State::Planned
}

/// Before the first byte of a post the deadline came.
fn not_answered(length: Duration) -> Failure {
    let length = SignedDuration::try_from(length).unwrap_or_default();
    let message = format!(
        "nothing was sent: the deadline of {length:#} came before all channels had said that they are ready"
    );
    Failure::new(Exit::Failed, "deadline", message)
        .hint("give it longer with `--deadline`, or look which one is slow: `ladder channels --check`")
}

/// Does `work`, which may take a while, and keeps the right to send meanwhile.
/// Whether it is lost is seen where the sending begins.
async fn holding<T>(store: &Store, work: impl Future<Output = T>) -> T {
    let mut work = std::pin::pin!(work);
    loop {
        tokio::select! {
            done = &mut work => return done,
            () = tokio::time::sleep(store.until_renewal()) => {
                let _ = store.go_on_sending();
            }
        }
    }
}

/// So many files and connections at the same time are what little work needs: the threads
/// themselves hold about ten.
#[cfg(unix)]
const ROOM: usize = 16;

/// Whether there is room for what is opened next. Whoever makes the threads does not ask:
/// where there is none it panics, and cannot be told (tokio's `signal::unix`, 1.x).
#[cfg(unix)]
fn has_room() -> std::io::Result<()> {
    let held: Result<Vec<_>, _> = (0..ROOM / 2).map(|_| std::os::unix::net::UnixStream::pair()).collect();
    held.map(drop)
}

#[cfg(not(unix))]
fn has_room() -> std::io::Result<()> {
    Ok(())
}

/// The threads on which channels work.
pub fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    // One provider for the process; a second call finds the first one's and is fine.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    has_room().map_err(|error| {
        Failure::new(
            Exit::Failed,
            "system",
            format!("the system opens nothing more for this process: {error}"),
        )
        .hint("let it open more files at the same time (`ulimit -n`), and say the same again")
    })?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.map_err(|error| {
        Failure::new(Exit::Failed, "system", format!("the system gives no threads: {error}"))
    })
}

/// The deliveries of these plans, in the order of their steps: of each rung the
/// newest generation, and before it those of which nobody knows whether they
/// went out.
pub fn deliveries<'a>(standing: &'a Standing, plans: &[Plan]) -> Vec<&'a Delivery> {
    deliveries_since(standing, standing, plans)
}

/// The same, and those of which that was not known `before`.
pub fn deliveries_since<'a>(before: &Standing, standing: &'a Standing, plans: &[Plan]) -> Vec<&'a Delivery> {
    let doubtful = |standing: &Standing, key: &StepKey| {
        standing.deliveries.get(key).is_some_and(|delivery| delivery.state == State::Unknown)
    };
    let (mut found, mut seen) = (Vec::new(), BTreeSet::new());
    for step in plans.iter().flat_map(|plan| &plan.steps) {
        // What is about to begin anew has an older generation, and is not there yet.
        let newest =
            |delivery: &Delivery| !delivery.superseded && delivery.generation >= step.identity.generation;
        let shown = |delivery: &&Delivery| {
            newest(delivery) || doubtful(standing, &delivery.key) || doubtful(before, &delivery.key)
        };
        let generations = standing.generations(&step.identity).into_iter().rev().filter(shown);
        found.extend(generations.filter(|delivery| seen.insert(&delivery.key)));
    }
    found
}

/// When each open delivery of these plans is due, for those who look: also by how
/// much its account takes in how long.
pub fn dues(house: &House, plans: &[Plan], standing: &Standing, now: Timestamp) -> Dues {
    let mut dues = all_dues(house, plans, standing, now, false);
    dues.retain(|key, _| standing.deliveries.get(key).is_some_and(Delivery::is_open));
    dues
}

/// The same of all steps, taken up or not. `early` passes `publish_at`.
pub fn all_dues(house: &House, plans: &[Plan], standing: &Standing, now: Timestamp, early: bool) -> Dues {
    let steps = plans.iter().flat_map(|plan| plan.steps.iter().map(move |step| (plan, step)));
    let due = |(plan, step): (&Plan, &Step)| due(plan, step, standing, now, &house.loaded.zone, early);
    let mut dues: Dues = steps.map(|(plan, step)| (step.key.clone(), due((plan, step)))).collect();
    Paces::of(&house.channels.configured, standing).put_off(plans, standing, &mut dues, now);
    dues
}

/// `--quiet`.
struct Silent;

impl publish::Listener for Silent {
    fn event(&mut self, _event: &crate::plan::Event) {}
    fn doing(&mut self, _step: &Step, _what: &str) {}
}

/// Whether any of these plans goes out at once. Cron calls `ladder run` every few
/// minutes, and need not hear each time where things would go.
fn is_any_due(
    left: &[Left<'_>],
    standing: &Standing,
    house: &House,
    manner: &Manner,
    resting: &BTreeSet<StepKey>,
) -> bool {
    let (now, zone) = (Timestamp::now(), &house.loaded.zone);
    let mut goes = left.iter().flat_map(Left::each).filter(|(_, step)| !resting.contains(&step.key));
    goes.any(|(plan, step)| due(plan, step, standing, now, zone, manner.early) == Due::Now)
}

/// What is said beside a failure that left a doubt open.
pub const NOT_LOOKED_FOR: &str = "what is unknown could not be looked for";

/// The failure of a run that did not begin. What was unknown before is unknown
/// still: that comes first, and is shown beside the reason.
fn beside_doubts(
    mut failure: Failure,
    plans: &[Plan],
    standing: &Standing,
    desk: &mut Desk,
    house: &House,
) -> Failure {
    let found = deliveries(standing, plans);
    let unknown: Vec<&Delivery> =
        found.iter().copied().filter(|delivery| publish::exit_of(&[delivery]) == Exit::Unknown).collect();
    if unknown.is_empty() {
        return failure;
    }
    let zone = &house.loaded.zone;
    let dues = dues(house, plans, standing, Timestamp::now());
    desk.field("deliveries", status::json(&found, &dues));
    let to_do = crate::report::todo::to_do(&unknown);
    desk.field("to_do", to_do.iter().map(crate::report::todo::ToDo::json).collect::<serde_json::Value>());
    let sheet = desk.console.sheet_out();
    desk.show(&status::text(&unknown, &dues, zone, sheet));
    failure.exit = Exit::Unknown;
    failure.also(NOT_LOOKED_FOR)
}

fn tell_outbox(desk: &mut Desk, routes: &BTreeMap<String, Route>) {
    for (channel, route) in routes {
        if let Route::Outbox { missing } = route {
            let why = missing.join("; ");
            let text = format!("`{channel}`: {why}: its posts go to the outbox");
            desk.console.talk(&crate::text::visible(&text));
        }
    }
}
