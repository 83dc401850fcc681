//! SIGKILL at many moments: nothing twice, nothing lost, and what nobody can
//! know is said to be unknown.

use crate::house::{Ended, FOLDERS, House, LADDER, mail, people, rungs, signal};
use crate::smtp::{Act, Server, Stage};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

const PEOPLE: &[&str] = &["a@example.org", "b@example.org", "c@example.org"];
/// Connections of `ladder` to one server: for more than these nobody may be in doubt.
const CONNECTIONS: usize = 4;

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// A course of numbers that can be repeated (xorshift).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % below
    }
}

/// Runs until nothing changes, and judges by what the server took.
fn judge(house: &House, server: &Server, told: &str) -> usize {
    house.publish();
    let ended = house.publish();
    let taken = server.taken();
    let once: BTreeSet<&String> = taken.iter().collect();
    assert_eq!(once.len(), taken.len(), "somebody got two: {taken:?}: {told}\n{:?}", server.heard());
    let status = house.status();
    let mut doubts = 0;
    for (address, state) in people(&status, "news") {
        match state.as_str() {
            "sent" => assert!(once.contains(&address), "{address} is not sent: {told}"),
            "unknown" => doubts += 1,
            other => panic!("{address} is {other}: {told}\n{status}"),
        }
    }
    assert!(doubts <= CONNECTIONS, "{doubts} are in doubt: {told}");
    for rung in ["blog", "file", "post"] {
        if status["deliveries"].as_array().unwrap().iter().any(|d| d["rung"] == rung) {
            // What lies on this disk can be looked for: no doubt is left.
            assert_eq!(house.state(rung), "sent", "{rung}: {told}");
        }
    }
    let mails = house.files("mail/new");
    assert!(mails.len() <= 1, "{mails:?}: {told}");
    let litter: Vec<String> =
        ["public", "mail", "outbox"].iter().flat_map(|folder| house.files(folder)).collect();
    assert!(!litter.iter().any(|file| file.ends_with(".tmp")), "{litter:?}: {told}");
    let expected = if doubts > 0 { 6 } else { 0 };
    assert_eq!(ended.code(), Some(expected), "{told}\n{}", ended.out());
    // A person's word ends the doubt, one way or the other.
    doubts
}

fn all(server: &Server) -> House {
    House::new(&format!("{FOLDERS}{}", mail("news", &server.url(), PEOPLE)), LADDER)
}

#[test]
fn at_any_time() {
    let seed = number("LADDER_SEED", 20_261_121);
    let mut dice = Dice(seed | 1);
    let (mut kills, mut doubts) = (0, 0);
    for round in 0..number("LADDER_KILLS", 12) {
        let server = Server::new(|moment| match moment.stage {
            Stage::Dot | Stage::Mail => Act::Late(Duration::from_millis(15)),
            _ => Act::Usual,
        });
        let house = all(&server);
        let mut child = house.begin(&["publish", "m", "--yes"]);
        let wait = dice.roll(300_000);
        std::thread::sleep(Duration::from_micros(wait));
        child.kill().unwrap();
        kills += usize::from(child.wait().unwrap().code().is_none());
        doubts += judge(&house, &server, &format!("seed {seed}, round {round}, killed after {wait} us"));
    }
    eprintln!("{kills} died, {doubts} mails in doubt");
}

/// Dies when the server sees that stage for the `count`th time.
fn die_at(stage: Stage, count: usize, then: Act) {
    let victim: Arc<Mutex<Option<u32>>> = Arc::default();
    let of_server = victim.clone();
    let server = Server::new(move |moment| {
        if moment.stage == stage && moment.count == count {
            for _ in 0..1000 {
                if let Some(process) = of_server.lock().unwrap().take() {
                    signal("KILL", process);
                    std::thread::sleep(Duration::from_millis(30));
                    return then.clone();
                }
                std::thread::sleep(Duration::from_millis(2));
            }
        }
        Act::Usual
    });
    let house = all(&server);
    let child = house.begin(&["publish", "m", "--yes"]);
    *victim.lock().unwrap() = Some(child.id());
    let ended = Ended::of(child);
    let told = format!("killed at {stage:?} {count}");
    // A machine that is busy may need no second connection: then nobody died.
    if count > 1 && victim.lock().unwrap().is_some() {
        assert_eq!(ended.code(), Some(0), "{told}\n{}", ended.err());
        return;
    }
    assert_eq!(ended.code(), None, "it was not killed: {told}\n{}", ended.err());
    let doubts = judge(&house, &server, &told);
    assert!(doubts > 0, "it died with an intent on the disk: {told}");
}

#[test]
fn when_the_server_hears_something() {
    for stage in [Stage::Connect, Stage::Hello, Stage::Mail, Stage::Rcpt, Stage::Data] {
        for count in 1..=2 {
            die_at(stage, count, Act::Usual);
        }
    }
}

#[test]
fn between_the_dot_and_the_answer() {
    for count in 1..=3 {
        // The server has the mail, or has not: from outside it looks the same.
        die_at(Stage::Dot, count, Act::TakeAndHangUp);
        die_at(Stage::Dot, count, Act::HangUp);
    }
}

#[test]
fn a_person_ends_the_doubt_in_either_way() {
    for (word, again) in [("--sent", 0), ("--not-sent", 1)] {
        let server = Server::new(|moment| match (moment.stage, moment.count) {
            (Stage::Dot, 1) => Act::TakeAndSilence,
            _ => Act::Usual,
        });
        let house = House::new(&mail("news", &server.url(), &PEOPLE[..1]), &rungs(&["news"]));
        let mut child = house.begin(&["publish", "m", "--yes"]);
        server.wait_for(Stage::Dot, 1);
        child.kill().unwrap();
        child.wait().unwrap();
        // Asking again and again changes nothing.
        for _ in 0..3 {
            house.publish().ends(6);
            house.run(&["run"]).ends(6);
        }
        assert_eq!(server.taken().len(), 1);
        let key = house.status()["deliveries"][0]["recipients"][0]["key"].as_str().unwrap()[..10].to_owned();
        house.run(&["resolve", &key, word]).ends(0);
        house.run(&["run"]).ends(0);
        house.publish().ends(0);
        assert_eq!(server.taken().len(), 1 + again, "{word}");
        assert_eq!(house.state("news"), "sent");
        house.run(&["resolve", &key, word]).ends(2);
    }
}

#[test]
fn in_the_middle_of_three_hundred_people() {
    let many: Vec<String> = (0..300).map(|number| format!("p{number:03}@example.org")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    for at in [1, 40, 150, 290] {
        let server = Server::good();
        let house = House::new(&mail("news", &server.url(), &many), &rungs(&["news"]));
        let mut child = house.begin(&["publish", "m", "--yes"]);
        server.wait_for(Stage::Dot, at);
        child.kill().unwrap();
        child.wait().unwrap();
        let doubts = judge(&house, &server, &format!("killed at mail {at} of 300"));
        let taken = server.taken().len();
        assert!(taken >= 300 - doubts, "{taken} of 300 taken, {doubts} in doubt");
    }
}

/// The program dies at a time, over and over, and each time goes on.
#[test]
fn again_and_again() {
    let seed = number("LADDER_SEED", 5);
    let mut dice = Dice(seed | 1);
    let server = Server::new(|moment| match moment.stage {
        Stage::Dot => Act::Late(Duration::from_millis(4)),
        _ => Act::Usual,
    });
    let many: Vec<String> = (0..120).map(|number| format!("p{number:03}@example.org")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let house = House::new(&mail("news", &server.url(), &many), &rungs(&["news"]));
    let mut deaths = 0;
    for _ in 0..40 {
        let mut child = house.begin(&["publish", "m", "--yes"]);
        std::thread::sleep(Duration::from_millis(20 + dice.roll(60)));
        child.kill().unwrap();
        if child.wait().unwrap().code().is_some() {
            break;
        }
        deaths += 1;
    }
    house.publish();
    let taken = server.taken();
    let once: BTreeSet<&String> = taken.iter().collect();
    assert_eq!(once.len(), taken.len(), "seed {seed}");
    let doubts = people(&house.status(), "news").iter().filter(|(_, state)| state == "unknown").count();
    assert!(doubts <= CONNECTIONS * deaths, "{doubts} in doubt after {deaths} deaths");
    assert!(taken.len() + doubts >= 120, "{} taken, {doubts} in doubt", taken.len());
}
