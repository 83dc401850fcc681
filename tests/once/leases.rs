//! A runner that stands still, one that takes over, and stores that change
//! under both.

use crate::house::{Ended, House, mail, people, rungs, signal};
use crate::smtp::{Act, Server, Stage};
use std::collections::BTreeSet;
use std::process::{Child, Stdio};
use std::time::Duration;

const TERM: &str = "2";

fn many(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("p{number:02}@example.org")).collect()
}

fn begin(house: &House, arguments: &[&str]) -> Child {
    begin_for(TERM, house, arguments)
}

fn begin_for(term: &str, house: &House, arguments: &[&str]) -> Child {
    let mut command = house.command(arguments);
    command.env("LADDER_LEASE_SECONDS", term);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

const PUBLISH: [&str; 5] = ["publish", "m", "--yes", "--format", "json"];

/// Nobody got two, and whoever got none is in doubt.
#[track_caller]
fn judge(house: &House, server: &Server, all: usize, told: &str) -> usize {
    let taken = server.taken();
    let once: BTreeSet<&String> = taken.iter().collect();
    assert_eq!(once.len(), taken.len(), "somebody got two: {told}\n{taken:?}");
    let states = people(&house.status(), "news");
    let unknown = states.iter().filter(|(_, state)| state == "unknown").count();
    assert!(taken.len() + unknown >= all, "{} taken, {unknown} unknown: {told}", taken.len());
    for (address, state) in &states {
        assert!(state == "unknown" || state == "sent" && once.contains(address), "{address} {state}: {told}");
    }
    unknown
}

fn slow(late: u64) -> Server {
    Server::new(move |moment| match moment.stage {
        Stage::Dot => Act::Late(Duration::from_millis(late)),
        _ => Act::Usual,
    })
}

/// Stopped in the middle of its work, passed by, and let go on: it sends nothing
/// more, whatever it was about to do.
#[test]
fn a_runner_that_slept_sends_nothing_more() {
    let all = many(40);
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    for (after, stage) in [(1, Stage::Connect), (1, Stage::Mail), (6, Stage::Data), (9, Stage::Dot)] {
        let told = format!("stopped at {stage:?} {after}");
        let server = slow(40);
        let house = House::new(&mail("news", &server.url(), &all), &rungs(&["news"]));
        let first = begin(&house, &PUBLISH);
        server.wait_for(stage, after);
        signal("STOP", first.id());
        // As long as its lease lasts, nobody takes its place.
        let early = Ended::of(begin(&house, &PUBLISH));
        if early.code() == Some(2) {
            assert_eq!(early.error(), "store-busy", "{told}");
            assert!(early.out().contains(&format!("process {} on ", first.id())), "{told}: {}", early.out());
        }
        std::thread::sleep(Duration::from_millis(2300));
        let second = Ended::of(begin(&house, &PUBLISH));
        // Who was stopped in the middle of a commit holds the database itself:
        // nobody can write to it, and nobody sends. (6: with a doubt from before.)
        let in_a_commit = matches!(second.code(), Some(2 | 6)) && second.error() == "store-busy";
        assert!(in_a_commit || matches!(second.code(), Some(0 | 6)), "{told}\n{}", second.out());
        let told = format!("{told}; the second ended with {:?} {}", second.code(), second.error());
        let before = server.taken().len();
        signal("CONT", first.id());
        let first = Ended::of(first);
        assert_eq!(first.code(), Some(2), "{told}\n{}\n{}", first.out(), first.err());
        assert_eq!(first.error(), "runner-slept", "{told}\n{}", first.out());
        // A mail whose last byte was on its way when it was stopped may arrive late.
        assert!(server.taken().len() <= before + 4, "{told}: {before} and then {}", server.taken().len());
        if in_a_commit {
            let last = house.publish();
            assert!(matches!(last.code(), Some(0 | 6)), "{told}\n{}\n{}", last.out(), last.err());
        }
        judge(&house, &server, all.len(), &told);
    }
}

/// It slept, and nobody came by: it ends all the same, and the next one goes on.
#[test]
fn a_runner_that_slept_alone_ends_as_well() {
    let all = many(20);
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    let server = slow(60);
    let house = House::new(&mail("news", &server.url(), &all), &rungs(&["news"]));
    let first = begin(&house, &PUBLISH);
    server.wait_for(Stage::Dot, 3);
    signal("STOP", first.id());
    std::thread::sleep(Duration::from_millis(2300));
    signal("CONT", first.id());
    let first = Ended::of(first).ends(2);
    assert_eq!(first.error(), "runner-slept");
    assert!(first.err().is_empty() || !first.err().contains("panicked"), "{}", first.err());
    let next = Ended::of(begin(&house, &PUBLISH));
    assert!(matches!(next.code(), Some(0 | 6)), "{}", next.out());
    judge(&house, &server, all.len(), &format!("alone\n{}\n{}", first.out(), next.out()));
}

/// Longer than its lease at work, and awake: it is renewed, and nobody takes over.
#[test]
fn a_slow_server_costs_nobody_the_lease() {
    let server = Server::new(|moment| match (moment.stage, moment.count) {
        (Stage::Dot, 1) => Act::Late(Duration::from_secs(12)),
        _ => Act::Usual,
    });
    let house = House::new(&mail("news", &server.url(), &["a@example.org"]), &rungs(&["news"]));
    // Long enough for a machine that has other things to do.
    let first = begin_for("5", &house, &PUBLISH);
    server.wait_for(Stage::Dot, 1);
    // Beyond the lease, and well before the answer.
    let begun = std::time::Instant::now();
    while begun.elapsed() < Duration::from_millis(6500) {
        std::thread::sleep(Duration::from_millis(1000));
        let second = Ended::of(begin_for("5", &house, &PUBLISH)).ends(2);
        assert_eq!(second.error(), "store-busy");
    }
    Ended::of(first).ends(0);
    assert_eq!(server.taken().len(), 1);
}

/// The store is replaced by a copy of itself while its runner is stopped.
#[test]
fn a_store_that_was_replaced_midway_is_written_no_more() {
    let all = many(30);
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    let server = slow(40);
    let house = House::new(&mail("news", &server.url(), &all), &rungs(&["news"]));
    let first = house.begin(&PUBLISH);
    server.wait_for(Stage::Dot, 5);
    signal("STOP", first.id());
    std::fs::create_dir(house.path("copy")).unwrap();
    for name in ["ladder.db", "ladder.db-wal"] {
        std::fs::copy(house.path(&format!(".ladder/{name}")), house.path(&format!("copy/{name}"))).unwrap();
    }
    for name in ["ladder.db-shm", "ladder.db-wal", "ladder.db"] {
        std::fs::remove_file(house.path(&format!(".ladder/{name}"))).unwrap();
    }
    for name in ["ladder.db-wal", "ladder.db"] {
        std::fs::rename(house.path(&format!("copy/{name}")), house.path(&format!(".ladder/{name}"))).unwrap();
    }
    signal("CONT", first.id());
    let first = Ended::of(first).ends(2);
    assert!(first.out().contains("another file has taken its place"), "{}", first.out());
    let next = house.publish();
    assert!(matches!(next.code(), Some(0 | 6)), "{}", next.out());
    judge(&house, &server, all.len(), "replaced");
}

/// Facts that somebody takes out of the journal while it is written: the run ends as
/// for a store that was replaced, what is out is written down, and nothing hides it.
#[test]
fn a_journal_that_was_cut_midway_is_found_out() {
    let all = many(12);
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    let server = slow(300);
    let house = House::new(&mail("news", &server.url(), &all), &rungs(&["news"]));
    let first = house.begin(&PUBLISH);
    server.wait_for(Stage::Dot, 1);
    assert!(house.journal().execute("DELETE FROM events WHERE seq > 1", []).unwrap() > 0);
    let first = Ended::of(first).ends(2);
    assert!(first.out().contains("are missing"), "{}", first.out());
    let receipts = "SELECT count(*) FROM events WHERE json ->> '$.event' = 'receipt'";
    let written: i64 = house.journal().query_row(receipts, [], |row| row.get(0)).unwrap();
    assert_eq!(written, server.taken().len() as i64);
    let next = house.publish().ends(2);
    assert!(next.error() == "store-damaged" && next.out().contains("are missing"), "{}", next.out());
    assert_eq!(written, server.taken().len() as i64);
}

/// An event that somebody "put right" by hand.
#[test]
fn an_edited_journal_sends_nothing_and_can_be_looked_at() {
    let server = Server::good();
    let house = House::new(&mail("news", &server.url(), &["a@example.org"]), &rungs(&["news"]));
    house.publish().ends(0);
    let sql = "UPDATE events SET json = json_set(json, '$.event', 'refused', '$.says', 'no')
               WHERE json ->> '$.event' = 'receipt'";
    assert_eq!(house.journal().execute(sql, []).unwrap(), 1);
    for arguments in [
        &["publish", "m", "--yes"][..],
        &["publish", "m", "--yes", "--again", "x"],
        &["run"],
        &["schedule", "m"],
    ] {
        let ended = house.run(&[arguments, &["--format", "json"]].concat()).ends(2);
        assert_eq!(ended.error(), "store-damaged", "{arguments:?}");
        assert!(ended.out().contains("was changed after it was written"), "{}", ended.out());
    }
    assert_eq!(server.taken().len(), 1);
    for arguments in [&["status"][..], &["log"], &["journal", "export", "bad.jsonl"]] {
        let ended = house.run(arguments).ends(0);
        assert!(ended.err().contains("warning: the store"), "{arguments:?}: {}", ended.err());
    }
    let status = house.status();
    assert!(status["doubts"][0].as_str().unwrap().contains("was changed after it was written"), "{status}");
    std::fs::remove_dir_all(house.path(".ladder")).unwrap();
    let refused = house.run(&["journal", "import", "bad.jsonl"]).ends(2);
    assert!(refused.err().contains("it has no check"), "{}", refused.err());
}

/// Two at once, again and again: `LADDER_RACES=100`.
#[test]
fn many_races_post_once_a_channel() {
    let rounds = std::env::var("LADDER_RACES").ok().and_then(|text| text.parse().ok()).unwrap_or(8);
    for round in 0..rounds {
        let server = Server::good();
        let channels =
            format!("{}{}", crate::house::FOLDERS, mail("news", &server.url(), &["a@example.org"]));
        let house = House::new(&channels, crate::house::LADDER);
        let ends = [house.begin(&PUBLISH), house.begin(&PUBLISH)].map(Ended::of);
        let mut codes: Vec<Option<i32>> = ends.iter().map(Ended::code).collect();
        codes.sort_unstable();
        assert!(codes == [Some(0), Some(0)] || codes == [Some(0), Some(2)], "round {round}: {codes:?}");
        assert_eq!(server.taken().len(), 1, "round {round}");
        assert_eq!(house.files("mail/new").len(), 1, "round {round}");
        let posts = house.files("outbox").iter().filter(|file| file.ends_with(".txt")).count();
        assert_eq!(posts, 1, "round {round}: {:?}", house.files("outbox"));
    }
}
