//! Everything that a network can answer, at every request; and servers that
//! cannot be reached at all.

use crate::judge::to_the_end;
use crate::many::{Dice, all, every};
use crate::shim::is_here;
use crate::smtp::{Act, Server, Stage, say};
use crate::world::{RUNGS, World, networks_and};
use ladder::rehearsal::{Fault, Upon};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Every fault, and whether what it leaves behind mends itself: what was
/// refused does not.
pub fn faults() -> Vec<(Fault, bool)> {
    vec![
        (Fault::AnswerLost, true),
        (Fault::CutBefore, true),
        (Fault::BrokenBody, true),
        (Fault::BrokenPieces, true),
        (Fault::Packed, true),
        (Fault::TooMany(Duration::from_secs(20)), true),
        (Fault::TooMany(Duration::from_secs(3600)), true),
        (Fault::FailedAfter, true),
        (Fault::FailedBefore, true),
        (Fault::Slow(Duration::from_millis(300)), true),
        (Fault::Html, true),
        (Fault::HalfJson, true),
        (Fault::Empty, true),
        (Fault::WithoutId, true),
        (Fault::Silence, true),
        (Fault::SilenceAfter, true),
        (Fault::Drip, true),
        (Fault::Gigabyte, true),
        (Fault::OddId(String::new()), true),
        (Fault::OddId("0\u{1b}[31m/../%00".to_owned()), true),
        (Fault::Redirect("http://127.0.0.1:1/".to_owned()), false),
        (Fault::Redirect("https://login.example/?next=/".to_owned()), false),
        (Fault::Echo(400), false),
        (Fault::Echo(500), true),
        (Fault::Says(403, "no".to_owned()), false),
        (Fault::Says(418, "\u{202e}\u{1b}]0;x\u{7}".to_owned()), true),
        (Fault::Expired, false),
        (Fault::CutShort(6), true),
    ]
}

/// One fault at one request of one network.
fn answer(rung: &str, fault: &Fault, mends: bool, upon: &Upon) {
    let world = World::new();
    world.only(&[rung, "news", "post"]);
    let told = format!("{rung}: {fault:?} upon {upon:?}");
    world.network(rung).order_upon(upon.clone(), fault.clone());
    world.publish();
    let struck = world.network(rung).ordered() == 0;
    let posting = match upon {
        Upon::Publishing => true,
        Upon::Number(number) => {
            let log = world.network(rung).log();
            // Of what was never done, it is not known what it would have made.
            log.get(*number).is_none_or(|asked| asked.publishes)
        }
        _ => true,
    };
    let doubts = to_the_end(&world, &["m"], mends, &told);
    // A question that goes wrong, or a picture, leaves nobody in doubt.
    assert!(posting || doubts == 0 || !struck, "{doubts} doubts about a question: {told}");
}

fn cases() -> Vec<(&'static str, Fault, bool, Upon)> {
    let mut cases = Vec::new();
    for rung in RUNGS.iter().map(|rung| rung.name) {
        let world = World::new();
        world.only(&[rung]);
        world.publish().ends(0);
        let requests = world.network(rung).log().len();
        for (fault, mends) in faults() {
            cases.push((rung, fault.clone(), mends, Upon::Publishing));
            for request in 0..requests {
                cases.push((rung, fault.clone(), mends, Upon::Number(request)));
            }
        }
    }
    cases
}

fn tried(cases: &[(&'static str, Fault, bool, Upon)]) {
    all(cases, |(rung, fault, mends, upon)| answer(rung, fault, *mends, upon));
    eprintln!("{} answers", cases.len());
}

#[test]
fn a_sample_of_answers() {
    if !is_here() {
        return;
    }
    let (mut cases, mut dice) = (cases(), Dice::new(11));
    // Who says nothing is waited for, for two minutes where a picture goes up.
    cases.retain(|(_, fault, ..)| !matches!(fault, Fault::Silence | Fault::SilenceAfter | Fault::Drip));
    let few: Vec<_> = (0..4).map(|_| dice.one_of(&cases).clone()).collect();
    tried(&few);
}

#[test]
#[ignore = "minutes: run by .ci/run"]
fn every_answer() {
    if !is_here() {
        return;
    }
    let step = usize::try_from(every(5)).unwrap();
    // Each posting, and of the other requests some.
    let mut turn = 0;
    let mut cases = cases();
    cases.retain(|(_, _, _, upon)| {
        turn += 1;
        *upon == Upon::Publishing || turn % step == 0
    });
    tried(&cases);
}

/// A server that cannot be reached, or is not who it should be, was sent
/// nothing: it is safe to try again, and nobody is left in doubt.
fn never_reached(change: impl Fn(&World), surroundings: &[(&str, &str)], told: &str) {
    let world = World::new();
    world.only(&networks_and(&["news"]));
    let good = world.read("ladder.toml");
    change(&world);
    let publish = ["publish", "m", "--yes", "--format", "json"];
    let (mut command, _) = world.command(&publish, &[]);
    command.envs(surroundings.iter().copied());
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    crate::judge::no_secret(&output.stdout, told);
    crate::judge::no_secret(&output.stderr, told);
    assert!(matches!(output.status.code(), Some(0 | 1 | 4)), "{told}: {:?}\n{said}", output.status.code());
    let status = world.status();
    for delivery in status["deliveries"].as_array().unwrap() {
        let state = delivery["state"].as_str().unwrap();
        assert!(["planned", "held"].contains(&state), "{told}: {delivery:#}");
    }
    for network in &world.networks {
        assert_eq!(network.timeline(), [], "{told}");
    }
    world.write("ladder.toml", &good);
    let doubts = to_the_end(&world, &["m"], true, told);
    assert_eq!(doubts, 0, "{told}");
}

fn elsewhere(world: &World, http: &str, smtp: &str) {
    for network in &world.networks {
        world.edit("ladder.toml", network.base_url(), http);
    }
    world.edit("ladder.toml", "smtp = { env = \"ACME_SMTP\" }", &format!("smtp = \"{smtp}\""));
}

#[test]
fn a_name_that_nobody_knows() {
    if is_here() {
        let change = |world: &World| {
            elsewhere(world, "https://api.acme.invalid", "smtps://mail.acme.invalid");
        };
        never_reached(change, &[("SHIM_DNS", "1")], "no name can be looked up");
    }
}

#[test]
fn a_port_where_nobody_listens() {
    if is_here() {
        // One that no server of another test is given meanwhile, as any free one may be.
        let port = 1;
        let change = |world: &World| {
            elsewhere(world, &format!("http://127.0.0.1:{port}"), &format!("smtp://127.0.0.1:{port}"));
        };
        never_reached(change, &[], "nobody listens");
    }
}

/// A TLS server whose certificate nobody vouches for.
struct Stranger(
    Child,
    u16,
    #[expect(dead_code, reason = "its files are needed for as long")] tempfile::TempDir,
);

impl Stranger {
    fn new() -> Option<Stranger> {
        let folder = tempfile::tempdir().unwrap();
        let made = Command::new("openssl")
            .args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"])
            .args(["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "key", "-out", "certificate"])
            .current_dir(folder.path())
            .output();
        if !made.is_ok_and(|made| made.status.success()) {
            eprintln!("SKIPPED: no `openssl` to make a certificate with");
            return None;
        }
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let server = Command::new("openssl")
            .args(["s_server", "-quiet", "-accept", &format!("127.0.0.1:{port}")])
            .args(["-key", "key", "-cert", "certificate"])
            .current_dir(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let stranger = Stranger(server.unwrap(), port, folder);
        for _ in 0..400 {
            if std::net::TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return Some(stranger);
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("openssl does not listen");
    }
}

impl Drop for Stranger {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_certificate_of_nobody() {
    if !is_here() {
        return;
    }
    let Some(stranger) = Stranger::new() else { return };
    let port = stranger.1;
    let change = |world: &World| {
        elsewhere(world, &format!("https://127.0.0.1:{port}"), &format!("smtps://127.0.0.1:{port}"));
    };
    never_reached(change, &[], "a certificate that nobody vouches for");
}

/// What a mail server may do at each stage.
#[test]
#[ignore = "a minute: run by .ci/run"]
fn every_answer_of_a_mail_server() {
    if !is_here() {
        return;
    }
    let stages =
        [Stage::Connect, Stage::Hello, Stage::Auth, Stage::Mail, Stage::Rcpt, Stage::Data, Stage::Dot];
    let acts = [
        Act::HangUp,
        Act::Silence,
        Act::TakeAndHangUp,
        Act::TakeAndSilence,
        Act::Flood,
        Act::Bytes(b"2".to_vec()),
        Act::Bytes(b"<html>\r\n\r\n".to_vec()),
        Act::Drip(Duration::from_millis(20)),
        Act::Late(Duration::from_millis(300)),
        say("421 4.3.2 closing"),
        say("450 4.2.0 later"),
        say("999 what"),
        say(""),
    ];
    let cases: Vec<_> = stages.iter().flat_map(|stage| acts.iter().map(move |act| (*stage, act))).collect();
    all(&cases, |(stage, act)| {
        let (at, then) = (*stage, (*act).clone());
        // Once for each of them, so that it comes to an end.
        let server =
            Server::new(
                move |moment| {
                    if moment.stage == at && moment.count == 1 { then.clone() } else { Act::Usual }
                },
            );
        let world = World::with(server, |settings| settings);
        world.only(&["news", "post"]);
        let told = format!("mail server: {act:?} at {stage:?}");
        world.publish();
        let doubts = to_the_end(&world, &["m"], true, &told);
        assert!(*stage == Stage::Dot || doubts == 0, "{doubts} in doubt before the mail left: {told}");
    });
}
