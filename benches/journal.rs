//! The journal as it grows: looking at a million past deliveries, a queue of ten
//! thousand beside bare connections, and what durable commits cost beside the disk's own.
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
use ladder::store::{Batch, Store, View};
use process::{in_turn, ms, once};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
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
    let raw = timed(|| raw(&ports, length));
    println!(
        "{length} queued mails to {SERVERS} servers of 200 ms: {:.1} s, peak {} MB; {at_once} bare connections: {:.1} s; \
         no time but the servers': {:.1} s",
        wall.as_secs_f64(),
        peak / 1_000,
        raw.as_secs_f64(),
        bound.as_secs_f64()
    );
}

/// So many mails over as many connections, without journal, plan or TLS.
fn raw(ports: &[u16], length: usize) {
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for connection in 0..ports.len() * 8 {
            let (port, next) = (ports[connection % ports.len()], &next);
            scope.spawn(move || {
                let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
                stream.set_nodelay(true).unwrap();
                let mut answers = BufReader::new(stream.try_clone().unwrap()).lines();
                let mut out = stream;
                let mut hear = || while answers.next().unwrap().unwrap().as_bytes()[3] == b'-' {};
                hear();
                let mut say = |words: &str| {
                    out.write_all(words.as_bytes()).unwrap();
                    hear();
                };
                say("EHLO bench\r\n");
                while next.fetch_add(1, Ordering::Relaxed) < length {
                    say("MAIL FROM:<a@example.com>\r\n");
                    say("RCPT TO:<b@example.com>\r\n");
                    say("DATA\r\n");
                    say("Subject: A message\r\n\r\nThe body of it.\r\n.\r\n");
                }
            });
        }
    });
}

/// A run of eight channels that answer at once, and what the journal does in it,
/// beside the disk alone.
fn commits() {
    let servers: Vec<mail_server::Server> =
        (0..SERVERS).map(|_| mail_server::Server::start(Duration::ZERO)).collect();
    let ports: Vec<u16> = servers.iter().map(|server| server.port).collect();
    let house = House::new(&ports);
    let plan = house.plan();
    let mut disk = Vec::new();
    let [mut runs, mut journals, mut made, mut opened, mut single] = [const { Vec::new() }; 5];
    for round in 0..21 {
        disk.push(fdatasync(house.folder.path()));
        let message = format!("messages/n{round}.md");
        fs::copy(house.folder.path().join("messages/m.md"), house.folder.path().join(message)).unwrap();
        runs.push(once(&mut house.ladder(&["publish", &format!("n{round}"), "--yes"]), false).0);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".ladder/ladder.db");
        let id = house.id.clone();
        made.push(timed(|| drop(Store::create_with_id(&path, &id).unwrap())));
        opened.push(timed(|| drop(Store::open(&path, &id).unwrap().view(&View::all(), false).unwrap())));
        let (journal, commits) = journal_of_a_run(&path, &id, &plan);
        assert_eq!(commits, 1 + SERVERS as u64);
        journals.push(journal);
        let mut store = Store::open(&path, &id).unwrap();
        store.view(&View::all(), false).unwrap();
        let why = || EventKind::Held { why: "one row".to_owned() };
        let one =
            || Event { at: Timestamp::now(), key: plan.steps[0].key.clone(), recipient: None, kind: why() };
        let mut rows: Vec<Duration> = (0..50)
            .map(|_| timed(|| store.commit(&Batch { plans: Vec::new(), events: vec![one()] }).unwrap()))
            .collect();
        single.push(median(&mut rows));
    }
    let sync = median(&mut disk);
    println!("one 4 KB write and fdatasync: {:.3} ms; in units of that:", ms_exact(sync));
    for (name, times) in [
        ("a commit of one event", &mut single),
        ("a store is made", &mut made),
        ("it is opened, read and closed", &mut opened),
        ("the journal of a run of 8: open, lock, 9 commits, close", &mut journals),
        ("that run as a whole process", &mut runs),
    ] {
        let time = median(times);
        println!("  {name:<56} {:>8.3} ms {:>6.1}", ms_exact(time), time.as_secs_f64() / sync.as_secs_f64());
    }
}

/// All that a run of eight steps does with its store: one commit before the first
/// request, and one for each answer, as if none came together. And how many.
fn journal_of_a_run(path: &Path, id: &str, plan: &Plan) -> (Duration, u64) {
    let mut commits = 0;
    let time = timed(|| {
        let mut store = Store::open(path, id).unwrap();
        let lock = store.lock_for_sending().unwrap();
        let standing = store.view(&View::for_run(vec![plan.message.clone()]), true).unwrap().standing;
        let now = Timestamp::now();
        let mut batch = ladder::publish::take_up(std::slice::from_ref(plan), &standing, &[], now);
        let event = |step: &ladder::plan::Step, kind| Event {
            at: Timestamp::now(),
            key: step.key.clone(),
            recipient: step.recipients.first().cloned(),
            kind,
        };
        let bound = |step: &ladder::plan::Step| step.payload.parts[0].body.clone();
        let intent = |step| EventKind::Intent { part: 0, attempt: 1, bound: bound(step), prepares: false };
        batch.events.extend(plan.steps.iter().map(|step| event(step, intent(step))));
        store.commit(&batch).unwrap();
        for step in &plan.steps {
            let receipt = EventKind::Receipt { part: 0, receipt: Receipt::default() };
            store.commit(&Batch { plans: Vec::new(), events: vec![event(step, receipt)] }).unwrap();
        }
        commits = store.commits();
        store.fold_up().unwrap();
        drop(lock);
    });
    (time, commits)
}

fn timed(work: impl FnOnce()) -> Duration {
    let begun = Instant::now();
    work();
    begun.elapsed()
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn ms_exact(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
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
    median(&mut times)
}
