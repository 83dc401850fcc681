//! The runs of a rehearsal: `publish`, and then `ladder run` as cron would call
//! it, every five minutes, until nothing changes any more.
//!
//! Nobody waits for the five minutes: the clock is moved on to the next call in
//! which something may happen.

use super::stage::Stage;
use crate::cli::asking::{LeftAlone, ask};
use crate::cli::failure::Failure;
use crate::cli::house::House;
use crate::cli::sending::{Bounds, Manner, deliveries};
use crate::clock::Clock;
use crate::exit::Exit;
use crate::plan::{Delivery, Event, EventKind, Plan, Standing, State, Step};
use crate::publish::{self, Deadline, Listener, Scope, World, exit_beside_rest, exit_of};
use crate::rehearsal::Fault;
use crate::schedule::{Due, due};
use crate::store::Store;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

/// How often cron calls.
const CRON: SignedDuration = SignedDuration::from_mins(5);
/// How long after a try it is asked for again: lists are believed after half an
/// hour, of a single photo after some minutes more.
const LONGEST_DOUBT: SignedDuration = SignedDuration::from_mins(95);
/// So long after the last progress what fails again and again is left.
const A_DAY: SignedDuration = SignedDuration::from_hours(24);
/// Runs that change nothing, before what is due and does not go is left.
const QUIET: usize = 2;
/// No rehearsal needs more; a mistake in here must not go on for ever.
const MOST_RUNS: usize = 1000;

/// Something that happened, in order.
#[derive(Clone, Debug)]
pub enum Happened {
    /// A fact of the journal.
    Event(Box<Event>),
    /// A fault that struck the server of that number.
    Struck(usize, Timestamp, Fault),
}

/// One call of `ladder`.
#[derive(Clone, Debug)]
pub struct Run {
    /// When it began.
    pub at: Timestamp,
    /// Whether it was the first: `publish`.
    pub first: bool,
    /// What happened in it.
    pub happened: Vec<Happened>,
    /// What a real one would have ended with.
    pub exit: Exit,
}

/// How it all went.
pub struct Played {
    /// The runs in which something happened.
    pub runs: Vec<Run>,
    /// Where everything stands in the end.
    pub standing: Standing,
    /// From when on times of day count: a rung was waited for that has one.
    pub by_the_clock: Option<Timestamp>,
    /// The channels that could not be used in the last run, a sentence each.
    pub left_alone: Vec<String>,
    /// What the last of these runs would have ended with, were it real.
    pub exit: Exit,
    /// What later ones would end with, in which nothing happens any more, where that is
    /// something else.
    pub later: Option<Exit>,
}

/// Takes part in the runs.
pub struct Play<'a> {
    /// The project as it is played: its channels are those of the stage.
    pub house: &'a mut House,
    /// Who answers.
    pub stage: &'a Stage,
    /// The throwaway journal.
    pub store: &'a mut Store,
    /// The one plan.
    pub plans: &'a [Plan],
    /// `--only`.
    pub only: Vec<String>,
    /// `--verify`.
    pub bounds: Bounds,
    /// `--early`.
    pub early: bool,
    /// The clock that is moved on.
    pub clock: Clock,
}

impl Play<'_> {
    /// Plays it to its end. The error: a real run would not have begun.
    pub async fn until_the_end(mut self) -> Result<Played, Failure> {
        let clock = self.clock.clone();
        clock.rules(self.play()).await
    }

    async fn play(&mut self) -> Result<Played, Failure> {
        let start = self.clock.now();
        let plan = &self.plans[0];
        let mut by_the_clock = None;
        let mut runs: Vec<Run> = Vec::new();
        let mut left_alone = Vec::new();
        let mut later = None;
        let mut standing = Standing::default();
        let ahead = [plan.embargo, plan.publish_at.filter(|_| !self.early)];
        if let Some(later) = ahead.into_iter().flatten().max().filter(|later| *later > start) {
            // As `ladder schedule` would, and cron at that time.
            let batch = publish::take_up(self.plans, &standing, &self.only, start);
            self.store.commit(&batch)?;
            standing = Standing::fold(&self.store.events()?, false);
            by_the_clock = Some(later);
            self.clock.move_to(later);
        }
        let (mut scope, mut quiet, mut progress) = (Scope::Plan, 0, self.clock.now());
        for _ in 0..MOST_RUNS {
            let at = self.clock.now();
            let (now_standing, happened, alone) = self.run(scope, &standing).await?;
            let went = |happened: &Happened| matches!(happened, Happened::Event(event) if matches!(event.kind, EventKind::Receipt { .. }));
            if happened.iter().any(went) {
                progress = self.clock.now();
            }
            quiet = if happened.is_empty() { quiet + 1 } else { 0 };
            let found = deliveries(&now_standing, self.plans);
            let exit = if alone.is_empty() { exit_of(&found) } else { exit_beside_rest(&found) };
            later = None;
            if !happened.is_empty() || runs.is_empty() {
                runs.push(Run { at, first: runs.is_empty(), happened, exit });
            } else if runs.last().is_some_and(|last| last.exit != exit) {
                later = Some(exit);
            }
            (standing, left_alone, scope) = (now_standing, alone, Scope::TakenUp);
            let Some((next, by_wall)) = self.next(&standing, quiet, progress) else { break };
            if by_wall {
                by_the_clock.get_or_insert(next);
            }
            self.clock.move_to(next);
        }
        let exit = runs.last().map_or(Exit::Done, |last| last.exit);
        let left_alone = left_alone.iter().flat_map(LeftAlone::sentences).collect();
        Ok(Played { runs, standing, by_the_clock, left_alone, exit, later })
    }

    async fn run(
        &mut self,
        scope: Scope,
        standing: &Standing,
    ) -> Result<(Standing, Vec<Happened>, Vec<LeftAlone>), Failure> {
        let lock = self.store.lock_for_sending()?;
        let manner = Manner {
            scope,
            early: self.early && scope == Scope::Plan,
            only: self.only.clone(),
            astray: BTreeMap::new(),
            bounds: self.bounds.clone(),
            before_send: None,
        };
        let mut standing = standing.clone();
        if scope == Scope::Plan {
            standing.end_mending_pauses();
        }
        let loaded = &self.house.loaded;
        self.house.channels.configured = self.stage.channels(&loaded.project, &loaded.sources)?;
        let outbox = self.stage.outbox(&self.house.loaded.project);
        let left = publish::outstanding(self.plans, &standing, &manner.only, scope);
        let asked = ask(self.house, &left, &standing, &manner).await?;
        let (_stay, stop) = tokio::sync::watch::channel(false);
        let mut ears =
            Ears { stage: self.stage, heard: Vec::new(), struck: vec![0; self.stage.servers.len()] };
        for (known, server) in ears.struck.iter_mut().zip(&self.stage.servers) {
            *known = server.struck().len();
        }
        let world = World {
            store: self.store,
            channels: &self.house.channels.configured,
            routes: asked.routes,
            resting: asked.resting,
            outbox: &outbox,
            clock: self.clock.clone(),
            project: self.house.loaded.folder.path.clone(),
            zone: self.house.loaded.zone.clone(),
            early: manner.early,
            only: manner.only,
            before_send: None,
            // On the wall, where a rehearsal waits for nothing: it ends only what hangs.
            deadline: Deadline::after(manner.bounds.length()),
            closely: manner.bounds.verify,
        };
        let standing = match scope {
            Scope::Plan => publish::run(world, self.plans, stop, &mut ears).await?,
            Scope::TakenUp => publish::resume(world, self.plans, stop, &mut ears).await?,
        };
        ears.listen();
        drop(lock);
        Ok((standing, ears.heard, asked.left_alone))
    }

    /// When something may happen again, and whether a time of day says so.
    fn next(&self, standing: &Standing, quiet: usize, progress: Timestamp) -> Option<(Timestamp, bool)> {
        let now = self.clock.now();
        let later = |time: Timestamp, wait| time.checked_add(wait).unwrap_or(Timestamp::MAX);
        let tick = later(now, CRON);
        let mut next: Option<(Timestamp, bool)> = None;
        for (plan, step) in self.plans.iter().flat_map(|plan| plan.steps.iter().map(move |step| (plan, step)))
        {
            let Some(delivery) = standing.deliveries.get(&step.key) else { continue };
            let found = if delivery.state == State::Unknown {
                may_be_found(delivery, now).then_some((tick, false))
            } else {
                self.when(plan, step, standing, quiet, later(progress, A_DAY))
                    .map(|(time, wall)| if time <= now { (tick, false) } else { (time, wall) })
            };
            next = match (next, found) {
                (Some(next), Some(found)) => Some(next.min(found)),
                (next, found) => next.or(found),
            };
        }
        next
    }

    /// When one step may go on. What was tried is not waited for any longer than `too_late`.
    fn when(
        &self,
        plan: &Plan,
        step: &Step,
        standing: &Standing,
        quiet: usize,
        too_late: Timestamp,
    ) -> Option<(Timestamp, bool)> {
        let (now, zone) = (self.clock.now(), &self.house.loaded.zone);
        let delivery = standing.deliveries.get(&step.key).filter(|delivery| delivery.is_open())?;
        let tried = delivery.is_touched();
        match due(plan, step, standing, now, zone, false) {
            Due::At(time) if tried && time > too_late => None,
            Due::At(time) => Some((time, !tried && step.gate.at.is_some())),
            // It rests, or it was kept back: that may be noted once more, and then no more.
            Due::Now | Due::TooLate(_) | Due::Never(_) if quiet < QUIET && now <= too_late => {
                Some((now, false))
            }
            _ => None,
        }
    }
}

/// Whether asking for it may still settle it. Mail servers keep no list.
fn may_be_found(delivery: &Delivery, now: Timestamp) -> bool {
    let last = delivery.parts.iter().filter(|part| part.state == State::Unknown).filter_map(|p| p.last_tried);
    !delivery.is_for_each_person() && last.max().is_some_and(|last| now.duration_since(last) < LONGEST_DOUBT)
}

/// Hears facts, and what struck before each of them.
struct Ears<'a> {
    stage: &'a Stage,
    heard: Vec<Happened>,
    /// How many strikes of each server are known.
    struck: Vec<usize>,
}

impl Ears<'_> {
    fn listen(&mut self) {
        for (number, (known, server)) in self.struck.iter_mut().zip(&self.stage.servers).enumerate() {
            let struck = server.struck();
            for (at, fault) in struck.iter().skip(*known) {
                self.heard.push(Happened::Struck(number, *at, fault.clone()));
            }
            *known = struck.len();
        }
    }
}

impl Listener for Ears<'_> {
    fn event(&mut self, event: &Event) {
        self.listen();
        let url = match &event.kind {
            EventKind::Receipt { receipt, .. } => receipt.url.as_deref(),
            EventKind::Seen { seen, .. } => seen.url.as_deref(),
            _ => None,
        };
        // Those who are told of pages find them from now on.
        for server in &self.stage.servers {
            url.into_iter().for_each(|url| server.shows(url));
        }
        self.heard.push(Happened::Event(Box::new(event.clone())));
    }

    fn doing(&mut self, _step: &Step, _what: &str) {}
}
