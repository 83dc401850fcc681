//! A disk that is full, broken or read-only at any write; a journal that
//! somebody else holds.

use crate::judge::to_the_end;
use crate::many::{all, every};
use crate::shim::{Action, Class, Point, is_here};
use crate::world::World;
use std::path::PathBuf;
use std::time::Duration;

const PUBLISH: [&str; 5] = ["publish", "m", "--yes", "--format", "json"];

/// The disk fails at one write, or from there on, and is good again later.
fn fails_at(point: Point) {
    let world = World::new();
    let told = format!("the disk fails at {point}");
    let ended = world.run_with(&PUBLISH, &[point]);
    assert!(ended.code().is_some(), "{told}\n{}", ended.err());
    // The last writes are those that tidy up, and may fail unnoticed.
    let early = point.class == Class::Journal && point.number < 60;
    if ended.counts.struck() > 0 && early && point.and_all_after {
        assert_ne!(ended.code(), Some(0), "{told}: the journal is broken, and all is well?\n{}", ended.out());
    }
    if point.number == 1 && point.and_all_after && point.class == Class::Journal {
        assert_eq!(ended.counts.of(Class::Socket), 0, "{told}: sent without a journal");
    }
    to_the_end(&world, &["m"], point.class == Class::Journal, &told);
}

fn points(every: usize) -> Vec<Point> {
    let counts = World::new().publish().ends(0).counts;
    let mut points = Vec::new();
    for class in [Class::Journal, Class::File] {
        for (turn, number) in (1..=counts.of(class)).step_by(every).enumerate() {
            for and_all_after in [false, true] {
                let error = ["ENOSPC", "EIO", "EACCES"][(turn + usize::from(and_all_after)) % 3];
                points.push(Point { class, number, and_all_after, action: Action::Fails(error) });
            }
        }
    }
    points
}

#[test]
fn a_sample_of_broken_disks() {
    if is_here() {
        all(&points(150), |point| fails_at(*point));
    }
}

#[test]
#[ignore = "minutes: run by .ci/run"]
fn every_broken_disk() {
    if is_here() {
        let step = usize::try_from(every(8)).unwrap();
        let points = points(step);
        all(&points, |point| fails_at(*point));
        eprintln!("{} broken disks", points.len());
    }
}

/// What came half way into the files of a feed before the disk was full, and is taken back
/// once it is not: no file says it any more.
#[test]
fn what_is_taken_back_after_a_full_disk_stands_nowhere() {
    if !is_here() {
        return;
    }
    let feed = || {
        let world = World::new();
        world.only(&["feed"]);
        world
    };
    let calls = feed().publish().ends(0).counts.of(Class::File);
    let halves = std::sync::atomic::AtomicUsize::new(0);
    let numbers: Vec<u64> = (1..=calls).collect();
    all(&numbers, |number| {
        let world = feed();
        let error = ["ENOSPC", "EACCES"][usize::try_from(number % 2).unwrap()];
        let point =
            Point { class: Class::File, number: *number, and_all_after: true, action: Action::Fails(error) };
        world.run_with(&PUBLISH, &[point]);
        let says_it = || {
            // A draft that could not even be taken away goes with the next write.
            let is_draft = |file: &PathBuf| file.extension().is_some_and(|ending| ending == "tmp");
            let files = world.files("feeds").into_iter().filter(|file| !is_draft(file));
            let texts = files.map(|file| String::from_utf8_lossy(&std::fs::read(file).unwrap()).into_owned());
            texts.filter(|text| text.contains("Rocket m lands")).count()
        };
        halves.fetch_add(usize::from(says_it() > 0), std::sync::atomic::Ordering::SeqCst);
        let down = world.run(&["unpublish", "m", "--yes", "--format", "json"]);
        let was_planned = down.json()["error"]["code"] != "nothing-published";
        assert_eq!(down.code(), Some(if was_planned { 0 } else { 2 }), "{point}\n{}", down.out());
        assert_eq!(says_it(), 0, "{point}\n{}", down.out());
        let status = world.status();
        let state = status["deliveries"][0]["state"].as_str().unwrap_or("none").to_owned();
        assert!(["unpublished", "cancelled", "none"].contains(&&*state), "{point}: {status:#}");
    });
    assert!(halves.into_inner() > 2, "nothing was ever half written");
}

/// Another process writes to the journal for longer than anybody waits.
#[test]
fn a_journal_that_somebody_holds() {
    if !is_here() {
        return;
    }
    let world = World::new();
    let journal = rusqlite::Connection::open(world.path(".ladder/ladder.db")).unwrap();
    journal.execute_batch("BEGIN IMMEDIATE").unwrap();
    // Whoever holds it is waited for a fifth of a lease: two seconds here.
    let short = [("LADDER_LEASE_SECONDS", "10")];
    let ended = world.begin_in(&short, &PUBLISH, &[]).ends();
    assert_eq!(ended.code(), Some(2), "{}", ended.out());
    assert_eq!(ended.counts.of(Class::Socket), 0, "sent without a journal");
    journal.execute_batch("ROLLBACK").unwrap();
    // And in the middle of a run, for a moment or for long.
    for held in [300, 4000] {
        let world = World::new();
        let journal = rusqlite::Connection::open(world.path(".ladder/ladder.db")).unwrap();
        let run = world.begin_in(&short, &PUBLISH, &[]);
        while world.network("firm").log().is_empty() {
            std::thread::sleep(Duration::from_millis(1));
        }
        let holds = (0..200).any(|_| {
            std::thread::sleep(Duration::from_millis(2));
            journal.execute_batch("BEGIN IMMEDIATE").is_ok()
        });
        std::thread::sleep(Duration::from_millis(held));
        if holds {
            journal.execute_batch("ROLLBACK").unwrap();
        }
        drop(journal);
        run.ends();
        to_the_end(&world, &["m"], true, &format!("the journal is held for {held} ms"));
    }
}
