//! SIGKILL at every write to the journal, every write to a connection, every
//! answer and every change of a file; before it, after it, and in the middle.

use crate::judge::{no_secret_told, to_the_end};
use crate::many::{all, every};
use crate::shim::{Action, Class, Point, at, is_here};
use crate::world::{World, networks_and};

pub const ACTIONS: [Action; 3] = [Action::KillBefore, Action::KillAfter, Action::KillTorn];

const PUBLISH: [&str; 5] = ["publish", "m", "--yes", "--format", "json"];

/// How many calls of each class a good run makes.
fn calls(rungs: Option<&[&str]>) -> Vec<(Class, u64)> {
    let world = World::new();
    if let Some(rungs) = rungs {
        world.only(rungs);
    }
    let counts = world.publish().ends(0).counts;
    Class::ALL.into_iter().map(|class| (class, counts.of(class))).collect()
}

/// One death, and everything after it. Whether anybody died.
fn die_at(point: Point, rungs: Option<&[&str]>) -> Option<usize> {
    let world = World::new();
    if let Some(rungs) = rungs {
        world.only(rungs);
    }
    let told = format!("killed at {point} ({})", rungs.map_or("all".to_owned(), |rungs| rungs.join(", ")));
    let ended = world.run_with(&PUBLISH, &[point]);
    let died = ended.code().is_none();
    // Calls differ by a few from run to run: then it may have come through.
    assert!(died || ended.counts.struck() == 0, "it was struck and lived: {told}\n{}", ended.out());
    let doubts = to_the_end(&world, &["m"], true, &told);
    // All verbs together take longer than the case.
    if point.number % 16 == 1 {
        no_secret_told(&world, &told);
    }
    died.then_some(doubts)
}

pub fn matrix(calls: &[(Class, u64)], actions: &[Action], every: u64) -> Vec<Point> {
    let mut points = Vec::new();
    for (class, count) in calls {
        for number in (1..=*count).step_by(usize::try_from(every).unwrap()) {
            for (turn, action) in (0..).zip(actions) {
                // Another one of the calls for each action, where not all are tried.
                let number = number + turn * every / actions.len() as u64;
                let whole = *class == Class::Answer && *action == Action::KillTorn;
                if !whole {
                    points.push(at(*class, number, *action));
                }
            }
        }
    }
    points
}

fn run(points: &[Point], rungs: Option<&[&str]>) {
    let tally = std::sync::Mutex::new((0, 0));
    all(points, |point| {
        if let Some(doubts) = die_at(*point, rungs) {
            let mut tally = tally.lock().unwrap();
            *tally = (tally.0 + 1, tally.1 + doubts);
        }
    });
    let (died, doubts) = tally.into_inner().unwrap();
    eprintln!("{} points, {died} died, {doubts} parts were in doubt", points.len());
    assert!(died * 2 > points.len(), "only {died} of {} died", points.len());
}

#[test]
fn a_sample_of_them() {
    if is_here() {
        run(&matrix(&calls(None), &ACTIONS, 90), None);
    }
}

#[test]
#[ignore = "minutes: run by .ci/run"]
fn everywhere() {
    if is_here() {
        run(&matrix(&calls(None), &ACTIONS, every(9)), None);
    }
}

/// One channel alone: fewer things happen at once, so each call is itself.
#[test]
#[ignore = "minutes: run by .ci/run"]
fn at_every_call_of_each_channel() {
    if !is_here() {
        return;
    }
    for rung in networks_and(&["blog", "feed", "news", "file", "post", "hand"]) {
        let only = [rung];
        let calls = calls(Some(&only));
        eprintln!("{rung}: {calls:?}");
        run(&matrix(&calls, &ACTIONS, every(8)), Some(&only));
    }
}

/// The power goes: what was written and not synced is lost.
#[test]
#[ignore = "minutes: run by .ci/run"]
fn when_the_power_goes() {
    if is_here() {
        let step = every(8);
        run(&matrix(&calls(None), &[Action::PowerLoss], step), None);
    }
}

/// It dies, is begun again, dies again, and so on, and each time a little later.
#[test]
#[ignore = "minutes: run by .ci/run"]
fn again_and_again() {
    if !is_here() {
        return;
    }
    let cases: Vec<(Class, u64)> =
        Class::ALL.into_iter().flat_map(|class| (1..=6).map(move |step| (class, step * 5))).collect();
    all(&cases, |(class, step)| {
        let world = World::new();
        let told = format!("killed at every {step}th of {class:?}");
        for _ in 0..12 {
            if world.run_with(&PUBLISH, &[at(*class, *step, Action::KillAfter)]).code().is_some() {
                break;
            }
        }
        to_the_end(&world, &["m"], true, &told);
    });
}
