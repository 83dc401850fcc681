//! The journal as it grows: looking at a million past deliveries, a queue of ten
//! thousand, and what durable commits cost beside the disk's own.
//!
//! `cargo bench --bench journal`. `LADDER_BENCH_DELIVERIES` and
//! `LADDER_BENCH_QUEUE` make it smaller or larger.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    missing_docs,
    reason = "a bench stops where it fails, and prints what it measured"
)]

mod mail_server;
mod process;

use jiff::{Timestamp, ToSpan};
use ladder::plan::{Event, EventKind, Plan, Receipt, Standing};
use ladder::store::{Batch, Store};
use process::{in_turn, ms, once};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

const LADDER: &str = env!("CARGO_BIN_EXE_ladder");
/// Servers in the queue's bench.
const SERVERS: usize = 8;

fn main() {
    past(number("LADDER_BENCH_DELIVERIES", 1_000_000));
    queue(number("LADDER_BENCH_QUEUE", 10_000));
    commits();
}

fn number(name: &str, otherwise: usize) -> usize {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(otherwise)
}

/// A project of mail channels on loopback.
struct House {
    folder: tempfile::TempDir,
    store: PathBuf,
    id: String,
}

impl House {
    fn new(ports: &[u16]) -> House {
        let folder = tempfile::tempdir().unwrap();
        let mut project = "[brand]\nname = \"Bench\"\ntimezone = \"UTC\"\n".to_owned();
        let mut ladder = "name = \"all\"\nallow = [\"same-text-twice\"]\n".to_owned();
        for (channel, port) in ports.iter().enumerate() {
            project += &format!(
                "[channels.c{channel}]\nadapter = \"email\"\nsmtp = \"smtp://127.0.0.1:{port}\"\n\
                 from = \"a{channel}@example.com\"\nto = [\"b@example.com\"]\n"
            );
            ladder += &format!("[rungs.r{channel}]\nchannel = \"c{channel}\"\n");
        }
        fs::create_dir_all(folder.path().join("content-ladders")).unwrap();
        fs::create_dir_all(folder.path().join("messages")).unwrap();
        fs::write(folder.path().join("content-ladders/all.toml"), ladder).unwrap();
        let message = "+++\ntitle = \"A message\"\nsummary = \"What it is about.\"\n+++\nThe body of it.\n";
        fs::write(folder.path().join("messages/m.md"), message).unwrap();
        let store = folder.path().join(".ladder/ladder.db");
        let made = Store::create(&store).unwrap();
        let id = made.id().to_owned();
        fs::write(folder.path().join("ladder.toml"), format!("{project}[store]\nid = \"{id}\"\n")).unwrap();
        House { folder, store, id }
    }

    fn open(&self) -> Store {
        Store::open(&self.store, &self.id).unwrap()
    }

    fn ladder(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(LADDER);
        command.arg("--project").arg(self.folder.path()).args(arguments).env("NO_COLOR", "1");
        command
    }

    /// The plan of the message, as the program makes it.
    fn plan(&self) -> Plan {
        let file = self.folder.path().join("plan.json");
        let made = self.ladder(&["plan", "m", "--out"]).arg(&file).output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        Plan::read(&fs::read_to_string(file).unwrap()).unwrap()
    }
}

/// The same plan for another message, with one of its steps.
fn renamed(plan: &Plan, message: &str, step: usize) -> Plan {
    let mut plan = plan.clone();
    plan.message = message.to_owned();
    plan.steps = vec![plan.steps[step % plan.steps.len()].clone()];
    for step in &mut plan.steps {
        step.identity.message = message.to_owned();
        step.key = step.identity.key();
    }
    plan.digest = plan.compute_digest();
    plan
}

fn past(deliveries: usize) {
    let house = House::new(&[1; SERVERS]);
    let plan = house.plan();
    let mut store = house.open();
    let first = Timestamp::now() - (24 * 365).hours();
    let (mut batch, begun) = (Batch::default(), Instant::now());
    for number in 0..deliveries {
        let plan = renamed(&plan, &format!("m{number}"), number);
        let at = first + jiff::SignedDuration::from_secs(i64::try_from(number).unwrap() * 10);
        let mut events =
            ladder::publish::take_up(std::slice::from_ref(&plan), &Standing::default(), &[], at).events;
        let (key, person) = (plan.steps[0].key.clone(), Some("b@example.com".to_owned()));
        let event = |kind| Event { at, key: key.clone(), recipient: person.clone(), kind };
        let bound = serde_json::json!({ "text": "x".repeat(280) });
        events.push(event(EventKind::Intent { part: 0, attempt: 1, bound, prepares: false }));
        events.push(event(EventKind::Receipt { part: 0, receipt: Receipt::default() }));
        batch.events.extend(events);
        if number + 100 > deliveries {
            batch.plans.push(plan);
        }
        if batch.events.len() > 30_000 || number + 1 == deliveries {
            store.commit(&std::mem::take(&mut batch)).unwrap();
        }
    }
    let written = begun.elapsed();
    let begun = Instant::now();
    store.fold_up().unwrap();
    let folded = begun.elapsed();
    drop(store);
    let size = fs::metadata(&house.store).unwrap().len() / 1_000_000;
    println!(
        "{deliveries} past deliveries: {size} MB; written in {:.0} s, folded in {:.0} s",
        written.as_secs_f64(),
        folded.as_secs_f64()
    );
    let small = House::new(&[1; SERVERS]);
    let costs = in_turn(
        11,
        &[&|| small.ladder(&["status"]), &|| house.ladder(&["status"]), &|| house.ladder(&["run"])],
    );
    for (name, cost) in ["status of nothing", "status", "run, nothing to do"].iter().zip(&costs) {
        println!("  {name:<20} {:>7.2} ms, {:>6} KiB", ms(cost.median()), cost.peak_kib);
    }
}

fn queue(length: usize) {
    let servers: Vec<mail_server::Server> =
        (0..SERVERS).map(|_| mail_server::Server::start(Duration::from_millis(200))).collect();
    let ports: Vec<u16> = servers.iter().map(|server| server.port).collect();
    let house = House::new(&ports);
    let plan = house.plan();
    let mut store = house.open();
    for chunk in (0..length).collect::<Vec<_>>().chunks(1_000) {
        let plans: Vec<Plan> =
            chunk.iter().map(|number| renamed(&plan, &format!("m{number}"), *number)).collect();
        let batch = ladder::publish::take_up(&plans, &Standing::default(), &[], Timestamp::now());
        store.commit(&batch).unwrap();
    }
    drop(store);
    let (wall, peak) = once(&mut house.ladder(&["run", "--format", "json"]), true);
    let taken: usize = servers.iter().map(mail_server::Server::taken).sum();
    assert_eq!(taken, length, "a mail is missing or went out twice");
    let at_once = SERVERS * 8;
    let bound = Duration::from_millis(200) * u32::try_from(length.div_ceil(at_once)).unwrap();
    println!(
        "{length} queued mails to {SERVERS} servers of 200 ms: {:.1} s ({} at once: {:.1} s), peak {} MB",
        wall.as_secs_f64(),
        at_once,
        bound.as_secs_f64(),
        peak / 1_000
    );
}

/// A run of eight channels that answer at once, beside the disk alone.
fn commits() {
    let servers: Vec<mail_server::Server> =
        (0..SERVERS).map(|_| mail_server::Server::start(Duration::ZERO)).collect();
    let ports: Vec<u16> = servers.iter().map(|server| server.port).collect();
    let house = House::new(&ports);
    let mut walls = Vec::new();
    let mut disk = Vec::new();
    for round in 0..11 {
        disk.push(fdatasync(house.folder.path()));
        let message = format!("messages/n{round}.md");
        fs::copy(house.folder.path().join("messages/m.md"), house.folder.path().join(message)).unwrap();
        let (wall, _) = once(&mut house.ladder(&["publish", &format!("n{round}"), "--yes"]), false);
        walls.push(wall);
    }
    walls.sort();
    disk.sort();
    let (wall, sync) = (walls[walls.len() / 2], disk[disk.len() / 2]);
    println!(
        "a run of {SERVERS} channels: {:.2} ms; one 4 KB write and fdatasync here: {:.3} ms; ratio {:.1}",
        ms(wall),
        sync.as_secs_f64() * 1000.0,
        wall.as_secs_f64() / sync.as_secs_f64()
    );
}

/// The median of 50 in a row.
fn fdatasync(folder: &Path) -> Duration {
    let mut file = fs::File::create(folder.join("sync")).unwrap();
    let mut times: Vec<Duration> = (0..50)
        .map(|_| {
            let begun = Instant::now();
            file.write_all(&[7; 4096]).unwrap();
            file.sync_data().unwrap();
            begun.elapsed()
        })
        .collect();
    times.sort();
    times[times.len() / 2]
}
