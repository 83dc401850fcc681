//! Two runners at once: real processes, on one machine.

use crate::judge::{judge, to_the_end};
use crate::many::{all, number};
use crate::shim::{Action, Class, at, is_here};
use crate::world::World;
use jiff::SignedDuration;
use std::process::Command;
use std::time::Duration;

const PUBLISH: [&str; 5] = ["publish", "m", "--yes", "--format", "json"];

/// Two processes with one post a channel, begun in the same moment.
fn races(many: u64) {
    if !is_here() {
        return;
    }
    let rounds: Vec<u64> = (0..many).collect();
    all(&rounds, |round| {
        let world = World::new();
        let told = format!("race {round}");
        let second: &[&str] = if round % 2 == 0 { &PUBLISH } else { &["run", "--format", "json"] };
        let (one, two) = (world.begin(&PUBLISH, &[]), world.begin(second, &[]));
        let codes = [one.ends().code(), two.ends().code()];
        // One of them sends; the other finds the store taken, or nothing to do.
        for code in codes {
            assert!(matches!(code, Some(0 | 2)), "{codes:?}: {told}");
        }
        assert!(codes.contains(&Some(0)), "{codes:?}: {told}");
        let doubts = to_the_end(&world, &["m"], true, &told);
        assert_eq!(doubts, 0, "{codes:?}: {told}");
    });
}

#[test]
fn three_races() {
    races(3);
}

#[test]
#[ignore = "minutes: run by .ci/run"]
fn a_hundred_races() {
    races(number("LADDER_FAULTS_RACES").unwrap_or(100));
}

/// Two hundred deliveries, two runners that begin again and again.
#[test]
#[ignore = "a minute: run by .ci/run"]
fn two_runners_and_two_hundred_deliveries() {
    if !is_here() {
        return;
    }
    let world = World::new();
    world.only(&["tweet", "page", "firm", "post"]);
    let names: Vec<String> = (0..50).map(|number| format!("m{number:02}")).collect();
    let mut messages = vec!["m"];
    for name in &names {
        world.message(name, "It landed.");
        world.run(&["schedule", name]).ends(0);
        messages.push(name);
    }
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                for _ in 0..8 {
                    let code = world.run(&["run", "--format", "json"]).code();
                    // A network may be out of posts for the quarter of an hour.
                    assert!(matches!(code, Some(0 | 2 | 5)), "{code:?}");
                }
            });
        }
    });
    for _ in 0..6 {
        world.run(&["run", "--format", "json"]);
        world.clock.pass(SignedDuration::from_mins(31));
    }
    let doubts = to_the_end(&world, &messages, true, "two runners");
    assert_eq!(doubts, 0);
    assert_eq!(world.network("tweet").timeline().len(), 3 * messages.len());
}

/// A runner that is stopped in the middle (a laptop that is closed), another
/// one meanwhile, and the first one goes on hours later.
fn asleep(class: Class, number: u64) {
    let world = World::new();
    let told = format!("asleep at {class:?} {number}");
    let mut first = world.begin(&PUBLISH, &[at(class, number, Action::Stop)]);
    let process = first.child.id();
    let stat = format!("/proc/{process}/stat");
    let mut over = false;
    for _ in 0..4000 {
        over = first.child.try_wait().unwrap().is_some();
        let state = std::fs::read_to_string(&stat).unwrap_or_default();
        if over || state.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('T')) {
            break;
        }
        std::thread::sleep(Duration::from_millis(3));
    }
    world.clock.pass(SignedDuration::from_hours(3));
    let second = world.run(&["run", "--format", "json"]);
    let status = world.run(&["status", "--format", "json"]);
    // Who is stopped in the middle of a commit holds the journal itself.
    if status.code() == Some(2) {
        assert_eq!(status.json()["error"]["code"], "store-busy", "{told}");
    } else if second.code() == Some(2) {
        // It may be read then, but nobody else can write.
        assert_eq!(second.json()["error"]["code"], "store-busy", "{told}");
    } else if !over {
        judge(&world, &second, &status.json(), &["m"], &told);
    }
    if !over {
        let woken = Command::new("kill").args(["-CONT", &process.to_string()]).status();
        assert!(woken.is_ok_and(|woken| woken.success()), "{told}");
    }
    let code = first.ends().code();
    assert!(code.is_some(), "{told}");
    to_the_end(&world, &["m"], true, &told);
}

#[test]
fn a_runner_that_sleeps() {
    if is_here() {
        all(&[(Class::Socket, 9), (Class::Journal, 60)], |(class, number)| asleep(*class, *number));
    }
}

#[test]
#[ignore = "a minute: run by .ci/run"]
fn a_runner_that_sleeps_anywhere() {
    if is_here() {
        let cases: Vec<(Class, u64)> =
            Class::ALL.into_iter().flat_map(|class| (1..8).map(move |step| (class, step * 6))).collect();
        all(&cases, |(class, number)| asleep(*class, *number));
    }
}
