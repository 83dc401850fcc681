//! How fast a post is counted for X, beside X's own library in the same run.
//!
//! `cargo bench --bench count`, or `cargo bench --bench count -- FILE` with one
//! post a line. Without a file the posts are made by a fixed seed. The yardstick
//! is npm's twitter-text 3.1.0 under node, which is installed into a folder for
//! temporary files; without node and npm only `ladder` is measured.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    missing_docs,
    reason = "a bench stops where it fails, and prints what it measured"
)]

#[path = "count/corpus.rs"]
mod corpus;

use ladder::text::{Dialect, Rules, count, entities, linked, network};
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// A moment by which work is timed: of the processor where the system tells
/// (Linux), so that other programs do not count, else of the wall.
struct Start {
    processor: Option<Duration>,
    wall: Instant,
}

impl Start {
    fn now() -> Start {
        Start { processor: processor(), wall: Instant::now() }
    }

    fn elapsed(&self) -> Duration {
        match (self.processor, processor()) {
            (Some(start), Some(now)) => now.saturating_sub(start),
            _ => self.wall.elapsed(),
        }
    }
}

/// How long this thread has been on a processor.
fn processor() -> Option<Duration> {
    let statistics = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(Duration::from_nanos(statistics.split(' ').next()?.parse().ok()?))
}

const ROUNDS: usize = 5;
/// The bound for each of the texts that are made to be slow.
const BOUND: Duration = Duration::from_millis(50);

fn main() {
    let file = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let posts = match &file {
        Some(file) => std::fs::read_to_string(file).unwrap().lines().map(str::to_owned).collect(),
        None => corpus::posts(20_000),
    };
    side_by_side(&posts);
    slow_on_purpose();
}

/// What one round over all posts took, and the sum of what it found.
struct Round {
    seconds: f64,
    sum: usize,
}

fn timed(posts: &[String], of: impl Fn(&str) -> usize) -> Round {
    let start = Start::now();
    let sum = posts.iter().map(|post| of(black_box(post))).sum();
    Round { seconds: start.elapsed().as_secs_f64(), sum }
}

fn median(mut rounds: Vec<Round>) -> Round {
    rounds.sort_by(|a, b| a.seconds.total_cmp(&b.seconds));
    rounds.swap_remove(rounds.len() / 2)
}

fn side_by_side(posts: &[String]) {
    let folder = std::env::temp_dir().join(format!("ladder-bench-count-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let library = Library::install(&folder, posts);
    let (mut lengths, mut found) = (Vec::new(), Vec::new());
    let (mut their_lengths, mut their_found) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        lengths.push(timed(posts, |post| count(post, &network::X, 80).counted));
        found.push(timed(posts, |post| entities(post, Dialect::X).len()));
        if let Some(library) = &library {
            their_lengths.push(library.round("length"));
            their_found.push(library.round("entities"));
        }
    }
    let bytes: usize = posts.iter().map(String::len).sum();
    println!("{} posts, {} bytes each, median of {ROUNDS} in turn", posts.len(), bytes / posts.len().max(1));
    for (what, ours, theirs) in [("length", lengths, their_lengths), ("entities", found, their_found)] {
        let ours = median(ours);
        let speed = |round: &Round| posts.len() as f64 / round.seconds;
        println!("  {what:<9} ladder            {:>10.0} posts/s   sum {}", speed(&ours), ours.sum);
        if !theirs.is_empty() {
            let theirs = median(theirs);
            println!(
                "  {what:<9} twitter-text 3.1.0{:>10.0} posts/s   sum {}   ratio {:.1}",
                speed(&theirs),
                theirs.sum,
                theirs.seconds / ours.seconds
            );
        }
    }
    let _ = std::fs::remove_dir_all(folder);
}

/// X's library, installed, with the posts beside it.
struct Library {
    script: PathBuf,
    posts: PathBuf,
}

impl Library {
    fn install(folder: &Path, posts: &[String]) -> Option<Library> {
        let npm = Command::new("npm")
            .args(["install", "--no-audit", "--no-fund", "--ignore-scripts", "--silent", "--prefix"])
            .arg(folder)
            .arg("twitter-text@3.1.0")
            .output();
        if !npm.is_ok_and(|npm| npm.status.success()) {
            println!(
                "twitter-text could not be installed (needs node, npm and their registry): only ladder is measured"
            );
            return None;
        }
        let script = folder.join("parse.cjs");
        std::fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/count/parse.cjs"), &script)
            .unwrap();
        let file = folder.join("posts.json");
        std::fs::write(&file, serde_json::to_vec(posts).unwrap()).unwrap();
        Some(Library { script, posts: file })
    }

    /// One round, timed by the library's own process once its code is warm.
    fn round(&self, what: &str) -> Round {
        let out = Command::new("node").arg(&self.script).arg(&self.posts).arg(what).output().unwrap();
        let answer: serde_json::Value = serde_json::from_slice(&out.stdout).expect("the script answers");
        Round {
            seconds: answer["seconds"].as_f64().unwrap(),
            sum: usize::try_from(answer["sum"].as_u64().unwrap()).unwrap(),
        }
    }
}

/// Texts of 1 MB that cost a careless reader the square of their length.
fn slow_on_purpose() {
    const SIZE: usize = 1 << 20;
    let repeated = |piece: &str| piece.repeat(SIZE / piece.len());
    let texts = [
        ("one long link", format!("http://a.co/{}", "x".repeat(SIZE))),
        ("link of brackets", format!("http://a.co/{}", repeated("("))),
        ("links in brackets", repeated("a.co/(")),
        ("path that never closes", repeated("a.co/(b(c")),
        ("query without an end", format!("a.co?{}", repeated("!"))),
        ("combining marks", format!("e{}", repeated("\u{301}"))),
        ("marks out of order", format!("e{}", repeated("\u{301}\u{323}"))),
        ("joiners", repeated("\u{200d}")),
        ("joined emoji", repeated("👩\u{200d}")),
        ("kisses", repeated("👩🏽‍❤️‍💋‍👨🏻")),
        ("selectors", repeated("❤\u{fe0f}\u{fe0f}")),
        ("flags", repeated("🇩")),
        ("skin colours", repeated("🏽")),
        ("accents behind letters", repeated("e\u{301}")),
        ("marks made of two", repeated("\u{344}é")),
        ("syllables in pieces", repeated("\u{1112}\u{1161}\u{11ab}")),
        ("Bengali", repeated("ক্ষ")),
        ("keycaps", repeated("1\u{fe0f}\u{20e3}")),
        ("@", repeated("@")),
        ("#", repeated("#")),
        ("$A ", repeated("$A ")),
        (".", repeated(".")),
        ("(", repeated("(")),
        ("http://", repeated("http://")),
        ("a.", repeated("a.")),
        ("a_.", repeated("a_.")),
        ("a.co", repeated("a.co")),
        ("a.com ", repeated("a.com ")),
        ("acme.de ", repeated("acme.de ")),
        ("ü.de ", repeated("ü.de ")),
        ("е.рф ", repeated("е.рф ")),
        ("日本語.jp ", repeated("日本語.jp ")),
        ("한국.kr에서 ", repeated("한국.kr에서 ")),
        ("(a.co", repeated("(a.co")),
        ("@a.co ", repeated("@a.co ")),
        ("#日.co ", repeated("#日.co ")),
        ("@a@b.b.", repeated("@a@b.b.")),
        ("<b>a</b>", repeated("<b>a</b>")),
        ("`a`", repeated("`a`")),
        ("<http://a|", repeated("<http://a|")),
        ("@[", repeated("@[")),
        ("<@", repeated("<@")),
        ("日.", repeated("日.")),
        ("日本 without a dot", repeated("日本")),
        ("日.co", repeated("日.co")),
        ("xn--", repeated("xn--")),
        ("xn--a.", repeated("xn--a.")),
        ("#日", repeated("#日")),
        ("@a/b-", repeated("@a/b-")),
        ("late addresses", repeated("https://rung.invalid/a/plain")),
        ("beginnings of them", repeated("https://rung.invalid/")),
    ];
    const ALL: [&Rules; 8] = [
        &network::X,
        &network::MASTODON,
        &network::BLUESKY,
        &network::THREADS,
        &network::LINKEDIN,
        &network::TELEGRAM,
        &network::SLACK,
        &network::DISCORD,
    ];
    // The processor's time is told in steps of some milliseconds: of three rounds the third part.
    const ROUNDS: u32 = 3;
    println!("texts of 1 MB made to be slow, each below {} ms: length + what is linked", BOUND.as_millis());
    let heading: String = ALL.iter().map(|rules| format!(" {:>8}", rules.network)).collect();
    println!("  {:<24}{heading}", "");
    let (mut worst, mut worst_found) = ((Duration::ZERO, ""), (Duration::ZERO, ""));
    for (name, text) in &texts {
        let costs = ALL.map(|rules| {
            let timed = |work: &dyn Fn()| {
                let start = Start::now();
                (0..ROUNDS).for_each(|_| work());
                start.elapsed() / ROUNDS
            };
            let counted = timed(&|| _ = black_box(count(black_box(text), rules, 80)));
            let found = timed(&|| _ = black_box(linked(black_box(text), rules)));
            worst = worst.max((counted, name));
            worst_found = worst_found.max((found, name));
            format!(" {:>8}", format!("{}+{}", counted.as_millis(), found.as_millis()))
        });
        println!("  {name:<24}{}", costs.concat());
    }
    for (what, (slowest, name)) in [("length", worst), ("what is linked", worst_found)] {
        let over = if slowest < BOUND { "" } else { ", over the bound" };
        println!("  the slowest {what}: {:.1} ms ({name}){over}", slowest.as_secs_f64() * 1000.0);
    }
}
