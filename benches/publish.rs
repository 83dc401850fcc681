//! `ladder publish` to mail servers on loopback that take 200 ms to answer.
//!
//! `cargo bench --bench publish`. What is measured is the whole process: start,
//! reading, checking, planning, the journal, sending, the receipts. The bound
//! is the longest chain of rungs that wait for each other, times 200 ms.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    missing_docs,
    reason = "a bench stops where it fails, and prints what it measured"
)]

mod mail_server;

use mail_server::Server;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

const ANSWER: Duration = Duration::from_millis(200);

fn main() {
    println!("publish to 6 mail servers on loopback, each answering a mail after 200 ms (median of 7)");
    let flat = [ANSWER; 6];
    run("6 rungs at once", &flat, &[None; 6], 1);
    run("3 chains of 2", &flat, &[None, Some(0), None, Some(2), None, Some(4)], 2);
    run("1 chain of 6", &flat, &[None, Some(0), Some(1), Some(2), Some(3), Some(4)], 6);
    slow_one();
}

fn run(name: &str, delays: &[Duration], after: &[Option<usize>], longest: u32) {
    let bound = ANSWER * longest;
    let mut walls: Vec<Duration> = (0..7).map(|_| publish(delays, after).0).collect();
    walls.sort();
    let median = walls[walls.len() / 2];
    println!(
        "  {name:<16} {:>7.1} ms, longest chain {:>6.0} ms, ratio {:.3}",
        ms(median),
        ms(bound),
        median.as_secs_f64() / bound.as_secs_f64()
    );
}

fn slow_one() {
    let mut delays = [ANSWER; 6];
    delays[0] = Duration::from_secs(3);
    let (wall, accepted) = publish(&delays, &[None; 6]);
    let others = accepted.iter().filter(|one| one.0 != 0).map(|one| one.1).max().unwrap();
    println!(
        "  one server takes 3 s: the other five had accepted theirs after {:.1} ms; the run took {:.1} ms",
        ms(others),
        ms(wall)
    );
}

/// One publishing of one message; the time, and when each server accepted.
fn publish(delays: &[Duration], after: &[Option<usize>]) -> (Duration, Vec<(usize, Duration)>) {
    let servers: Vec<Server> = delays.iter().map(|delay| Server::start(*delay)).collect();
    let ports: Vec<u16> = servers.iter().map(|server| server.port).collect();
    let folder = std::env::temp_dir().join(format!("ladder-publish-{}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    write_project(&folder, &ports, after);
    let ladder = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ladder"));
        command.arg("--project").arg(&folder).args(arguments).env("NO_COLOR", "1");
        command
    };
    let made = ladder(&["store", "create"]).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let said = String::from_utf8_lossy(&made.stdout).into_owned() + &String::from_utf8_lossy(&made.stderr);
    let id = said.split("id = \"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    let project = fs::read_to_string(folder.join("ladder.toml")).unwrap();
    fs::write(folder.join("ladder.toml"), format!("{project}[store]\nid = \"{id}\"\n")).unwrap();
    let start = Instant::now();
    let output = ladder(&["publish", "m", "--yes"]).output().unwrap();
    let wall = start.elapsed();
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    let taken = servers.iter().enumerate();
    let taken = taken.flat_map(|(number, server)| server.accepted().into_iter().map(move |at| (number, at)));
    let accepted: Vec<(usize, Duration)> =
        taken.map(|(server, at)| (server, at.duration_since(start))).collect();
    assert_eq!(accepted.len(), delays.len(), "a mail is missing or went out twice");
    fs::remove_dir_all(&folder).unwrap();
    (wall, accepted)
}

fn write_project(folder: &Path, ports: &[u16], after: &[Option<usize>]) {
    for name in ["content-ladders", "messages"] {
        fs::create_dir_all(folder.join(name)).unwrap();
    }
    let mut project = "[brand]\nname = \"Bench\"\n".to_owned();
    let mut ladder = "name = \"all\"\nallow = [\"same-text-twice\"]\n".to_owned();
    for (number, port) in ports.iter().enumerate() {
        project += &format!(
            "[channels.c{number}]\nadapter = \"email\"\nsmtp = \"smtp://127.0.0.1:{port}\"\nfrom = \"a{number}@example.com\"\nto = [\"b@example.com\"]\n"
        );
        ladder += &format!("[rungs.r{number}]\nchannel = \"c{number}\"\n");
        if let Some(other) = after[number] {
            ladder += &format!("after = \"r{other}\"\n");
        }
    }
    fs::write(folder.join("ladder.toml"), project).unwrap();
    fs::write(folder.join("content-ladders/all.toml"), ladder).unwrap();
    let message = "+++\ntitle = \"A message\"\nsummary = \"What it is about.\"\n+++\nThe body of it.\n";
    fs::write(folder.join("messages/m.md"), message).unwrap();
}

/// Milliseconds.
fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}
