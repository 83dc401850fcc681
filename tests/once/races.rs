//! Two at once: one sends, the other says who does, and nothing goes twice.

use crate::house::{Ended, House, mail, people, rungs};
use crate::smtp::{Act, Server, Stage};
use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::process::{Command, Stdio};
use std::time::Duration;

const PEOPLE: &[&str] = &["a@example.org", "b@example.org", "c@example.org"];

fn slow() -> Server {
    Server::new(|moment| match moment.stage {
        Stage::Dot => Act::Late(Duration::from_millis(60)),
        _ => Act::Usual,
    })
}

#[test]
fn one_publishes_and_the_other_says_who_does() {
    let (mut named, mut met) = (0, 0);
    for round in 0..10 {
        let server = slow();
        let house = House::new(&mail("news", &server.url(), PEOPLE), &rungs(&["news"]));
        let arguments = ["publish", "m", "--yes", "--format", "json"];
        let first = house.begin(&arguments);
        let second = house.begin(&arguments);
        let ids = [first.id(), second.id()];
        let ends = [Ended::of(first), Ended::of(second)];
        assert_eq!(server.taken(), PEOPLE, "round {round}");
        let mut codes: Vec<i32> = ends.iter().filter_map(Ended::code).collect();
        codes.sort_unstable();
        // On a machine that is busy the second may start when the first is done.
        if codes == [0, 0] {
            continue;
        }
        met += 1;
        assert_eq!(codes, [0, 2], "round {round}: {}\n{}", ends[0].out(), ends[1].out());
        let (loser, winner) = if ends[0].code() == Some(2) { (0, 1) } else { (1, 0) };
        let error = &ends[loser].json()["error"];
        assert_eq!(error["code"], "store-busy");
        // The other may not have written its name yet.
        let message = error["message"].as_str().unwrap();
        named += usize::from(message.contains(&format!("process {} on ", ids[winner])));
        assert!(!message.contains(&format!("process {} on ", ids[loser])), "{error}");
    }
    assert!(met > 0, "the two never met");
    assert!(named * 2 > met, "the holder was named {named} times of {met}");
}

#[test]
fn whoever_looks_on_is_not_kept_waiting_and_sees_it_sending() {
    let server = Server::new(|moment| match moment.stage {
        Stage::Dot => Act::Late(Duration::from_millis(600)),
        _ => Act::Usual,
    });
    let house = House::new(&mail("news", &server.url(), &PEOPLE[..1]), &rungs(&["news"]));
    let child = house.begin(&["publish", "m", "--yes"]);
    server.wait_for(Stage::Dot, 1);
    assert_eq!(house.state("news"), "sending");
    for refused in [&["run"][..], &["schedule", "m"], &["resolve", "00", "--sent"]] {
        let ended = house.run(refused).ends(2);
        assert!(ended.err().contains("in use by another ladder"), "{}", ended.err());
    }
    Ended::of(child).ends(0);
    assert_eq!(house.state("news"), "sent");
}

/// "It hangs, so I deleted the lock": the file is nobody's, its deletion a habit.
#[test]
fn deleting_the_lock_lets_nobody_send_twice() {
    let many: Vec<String> = (0..60).map(|number| format!("p{number:02}@example.org")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    for after in [1, 9, 30] {
        // The second comes while this mail of the first is on its way, however busy the machine is.
        let server = Server::new(move |moment| match moment.stage {
            Stage::Dot if moment.count == after => Act::Late(Duration::from_millis(1500)),
            Stage::Dot => Act::Late(Duration::from_millis(5)),
            _ => Act::Usual,
        });
        let house = House::new(&mail("news", &server.url(), &many), &rungs(&["news"]));
        let first = house.begin(&["publish", "m", "--yes"]);
        server.wait_for(Stage::Dot, after);
        std::fs::remove_file(house.path(".ladder/lock")).unwrap();
        let second = house.begin(&["publish", "m", "--yes"]);
        let ends = [Ended::of(first), Ended::of(second)];
        let taken = server.taken();
        let once: BTreeSet<&String> = taken.iter().collect();
        assert_eq!(once.len(), taken.len(), "somebody got two\n{}\n{}", ends[0].err(), ends[1].err());
        // One is told that the store is another's; or came so late that only
        // what was in flight was left, and that it cannot know.
        let codes: Vec<_> = ends.iter().filter_map(Ended::code).collect();
        assert!(codes.contains(&2) || codes.contains(&6), "{codes:?}");
        // What the one did and the other did not know of is no loss.
        house.publish();
        let taken = server.taken().len();
        let unknown = people(&house.status(), "news").iter().filter(|(_, state)| state != "sent").count();
        assert!(taken + unknown >= many.len(), "{taken} taken, {unknown} unknown");
    }
}

/// Two folders, one journal: the second's lock would be another file.
#[test]
fn a_store_behind_a_link_has_one_lock() {
    let server = Server::new(|moment| match (moment.stage, moment.count) {
        // The other comes while the first is at work, however busy the machine is.
        (Stage::Dot, 1) => Act::Late(Duration::from_millis(1500)),
        _ => Act::Usual,
    });
    let house = House::new(&mail("news", &server.url(), PEOPLE), &rungs(&["news"]));
    let other = House::new(&mail("news", &server.url(), PEOPLE), &rungs(&["news"]));
    std::fs::remove_dir_all(other.path(".ladder")).unwrap();
    std::fs::create_dir(other.path(".ladder")).unwrap();
    std::os::unix::fs::symlink(house.path(".ladder/ladder.db"), other.path(".ladder/ladder.db")).unwrap();
    let id = house.id.clone();
    other.edit("ladder.toml", &other.id, &id);
    let first = house.begin(&["publish", "m", "--yes"]);
    server.wait_for(Stage::Dot, 1);
    let ended = other.publish().ends(2);
    assert_eq!(ended.error(), "store-busy");
    Ended::of(first).ends(0);
    other.publish().ends(0);
    assert_eq!(server.taken(), PEOPLE);
}

#[test]
fn a_lock_of_the_dead_blocks_nobody() {
    let server = Server::new(|moment| match (moment.stage, moment.count) {
        (Stage::Dot, 1) => Act::Silence,
        _ => Act::Usual,
    });
    let house = House::new(&mail("news", &server.url(), PEOPLE), &rungs(&["news"]));
    let mut child = house.begin(&["publish", "m", "--yes"]);
    server.wait_for(Stage::Dot, 1);
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(house.read(".ladder/lock").contains("process"), "the note of the dead is still there");
    house.publish().ends(6);
}

/// Somebody is asked "Publish?", and while they think, it goes out under the
/// name that the rung had before.
#[test]
fn what_happens_during_the_question_is_not_overlooked() {
    let server = Server::good();
    let house = House::new(&mail("news", &server.url(), PEOPLE), &rungs(&["news"]));
    let asking = |arguments: &str| {
        let mut command = Command::new("script");
        command.args([
            "-qec",
            &format!("{} publish m {arguments}", env!("CARGO_BIN_EXE_ladder")),
            "/dev/null",
        ]);
        command.current_dir(house.root()).stdin(Stdio::piped()).stdout(Stdio::piped());
        let Ok(mut child) = command.spawn() else {
            eprintln!("SKIPPED: no `script` to be asked in a terminal");
            return None;
        };
        let mut said = child.stdout.take().unwrap();
        let mut seen = Vec::new();
        let mut block = [0; 1024];
        while !String::from_utf8_lossy(&seen).contains("[y/N]") {
            let read = said.read(&mut block).unwrap();
            assert!(read > 0, "it did not ask: {}", String::from_utf8_lossy(&seen));
            seen.extend_from_slice(&block[..read]);
        }
        Some((child, said))
    };
    let answer = |(mut child, mut said): (std::process::Child, std::process::ChildStdout)| {
        child.stdin.as_mut().unwrap().write_all(b"y\n").unwrap();
        let mut rest = String::new();
        // A terminal that has ended reads as an error on some systems.
        let _ = said.read_to_string(&mut rest);
        (child.wait().unwrap().code(), rest)
    };
    let ladder = house.read("content-ladders/all.toml");
    house.edit("content-ladders/all.toml", "[rungs.news]", "[rungs.letter]");
    let Some(child) = asking("") else { return };
    house.write("content-ladders/all.toml", &ladder);
    house.publish().ends(0);
    let (code, rest) = answer(child);
    assert_eq!((code, server.taken().len()), (Some(2), PEOPLE.len()), "{rest}");
    assert!(rest.contains("meanwhile"), "{rest}");
    // Asked twice for the same thing, it goes once.
    let Some(child) = asking("--again typo") else { return };
    house.run(&["publish", "m", "--yes", "--again", "typo"]).ends(0);
    let (code, rest) = answer(child);
    assert_eq!((code, server.taken().len()), (Some(2), 2 * PEOPLE.len()), "{rest}");
}
