//! What servers say, and what becomes of the mail: never a guess.

use crate::house::{CANARY, Ended, House, mail, people, rungs, side_by_side, signal};
use crate::smtp::{Act, Moment, Server, Stage, say};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

fn house(server: &Server, people: &[&str]) -> House {
    House::new(&mail("news", &server.url(), people), &rungs(&["news"]))
}

/// A run that would try five times, stopped at that one.
fn stop_at(child: Child, server: &Server, stage: Stage, count: usize) -> Ended {
    server.wait_for(stage, count);
    signal("INT", child.id());
    Ended::of(child)
}

/// The server does this at that stage, each time.
fn at(stage: Stage, act: Act) -> Server {
    Server::new(move |moment: &Moment| if moment.stage == stage { act.clone() } else { Act::Usual })
}

#[test]
fn later_is_later_and_then_it_goes() {
    for (stage, answer) in [
        (Stage::Mail, "421 4.7.0 too busy"),
        (Stage::Rcpt, "450 4.2.0 greylisted"),
        (Stage::Data, "451 4.3.0 try again"),
        (Stage::Dot, "451 4.3.0 no room"),
        (Stage::Dot, "421 4.3.2 shutting down"),
        (Stage::Rcpt, "452 4.5.3 too many"),
        (Stage::Rcpt, "550 5.4.5 daily quota"),
    ] {
        let open = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
        let of_server = open.clone();
        let server = Server::new(move |moment| {
            let closed = !of_server.load(std::sync::atomic::Ordering::SeqCst);
            if moment.stage == stage && closed { say(answer) } else { Act::Usual }
        });
        let house = house(&server, &["a@example.org"]);
        let json = house.publish().ends(0).json();
        let delivery = &json["deliveries"][0];
        assert_eq!(delivery["state"], "planned", "{answer}: {json}");
        assert!(delivery["error"].to_string().contains(&answer[..3]), "{answer}: {json}");
        assert!(delivery["not_before"].is_string());
        // Not before its time, however often it is asked.
        let tries = server.count(stage);
        open.store(true, std::sync::atomic::Ordering::SeqCst);
        house.run(&["run"]).ends(0);
        house.publish().ends(0);
        assert_eq!(server.count(stage), tries, "{answer}: earlier than it was allowed to");
        house.let_time_pass();
        house.run(&["run"]).ends(0);
        assert_eq!((house.state("news").as_str(), server.taken().len()), ("sent", 1), "{answer}");
    }
}

#[test]
fn no_is_no() {
    for (stage, answer) in [
        (Stage::Mail, "550 5.7.1 not you"),
        (Stage::Rcpt, "550 5.1.1 nobody of that name"),
        (Stage::Data, "554 5.7.1 no"),
        (Stage::Dot, "554 5.7.1 that is spam"),
        (Stage::Connect, "554 no mail here"),
    ] {
        let server = at(stage, say(answer));
        let house = house(&server, &["a@example.org"]);
        let json = house.publish().ends(1).json();
        assert_eq!(json["deliveries"][0]["state"], "refused", "{answer}: {json}");
        assert!(json["deliveries"][0]["error"].to_string().contains(&answer[4..]), "{json}");
        let tries = server.count(stage);
        house.publish().ends(1);
        house.run(&["run"]).ends(0);
        assert_eq!(server.count(stage), tries, "{answer}: a refusal is final");
    }
}

#[test]
fn before_the_mail_left_it_is_not_yet_and_after_that_nobody_knows() {
    // Silence before the body costs a minute for each try: see the unit tests.
    let first = [
        (Stage::Connect, Act::HangUp),
        (Stage::Connect, Act::Bytes(b"SSH-2.0-OpenSSH_9.6\r\n".to_vec())),
        (Stage::Connect, Act::Bytes(vec![0; 4096])),
        (Stage::Connect, Act::Bytes(b"22".to_vec())),
        (Stage::Hello, Act::HangUp),
        (Stage::Mail, Act::Bytes(b"250".to_vec())),
        (Stage::Rcpt, Act::Bytes(b"250-to\r\n".to_vec())),
        (Stage::Data, Act::HangUp),
        (Stage::Data, Act::Bytes(b"3".to_vec())),
    ];
    side_by_side(first, |(stage, act)| {
        let told = format!("{stage:?} {act:?}");
        let server =
            Server::new(
                move |moment| {
                    if moment.stage == stage && moment.count == 1 { act.clone() } else { Act::Usual }
                },
            );
        let house = house(&server, &["a@example.org"]);
        let json = house.publish().ends(0).json();
        assert_eq!(json["deliveries"][0]["state"], "sent", "the second try succeeds: {told}: {json}");
        assert_eq!(server.taken().len(), 1, "{told}");
    });
    let last = [
        Act::HangUp,
        Act::TakeAndHangUp,
        Act::Bytes(b"25".to_vec()),
        Act::Bytes(b"250 half an answ".to_vec()),
        Act::Bytes(b"250-2.0.0 and\r\n".to_vec()),
        Act::Bytes(b"hello\r\n".to_vec()),
        Act::Bytes(b"354 go on\r\n".to_vec()),
        Act::Bytes(b"\xff\xfe\r\n".to_vec()),
    ];
    side_by_side(last, |act| {
        let told = format!("{act:?}");
        let server = at(Stage::Dot, act);
        let house = house(&server, &["a@example.org"]);
        let json = house.publish().ends(6).json();
        assert_eq!(json["deliveries"][0]["state"], "unknown", "{told}: {json}");
        for _ in 0..2 {
            house.publish().ends(6);
            house.run(&["run"]).ends(6);
        }
        assert_eq!(server.count(Stage::Dot), 1, "sent again on a guess: {told}");
    });
}

/// A server that does not say `354` does not listen to a mail, but to commands.
#[test]
fn the_mail_is_not_said_to_a_server_that_waits_for_commands() {
    let lines = [(Stage::Data, "250 fine"), (Stage::Rcpt, "354 go on"), (Stage::Mail, "334 ?")];
    side_by_side(lines, |(stage, line)| {
        let server = at(stage, say(line));
        let house = house(&server, &["a@example.org"]);
        house.message("m", "RCPT TO:<eve@evil.example>");
        let child = house.begin(&["publish", "m", "--yes", "--format", "json"]);
        let ended = stop_at(child, &server, stage, 2);
        assert_eq!(ended.json()["deliveries"][0]["state"], "planned", "{}", ended.out());
        let heard = server.heard();
        assert!(!heard.iter().any(|line| line.contains("evil") || line.contains("Subject")), "{heard:?}");
    });
}

/// One answer too many, and each that follows belongs to another question.
#[test]
fn answers_that_slip_by_one_are_not_taken_for_a_receipt() {
    side_by_side([Stage::Hello, Stage::Mail, Stage::Rcpt, Stage::Dot], |early| {
        let server = Server::new(move |moment| match (moment.stage, moment.count) {
            (Stage::Dot, 2..) => say("554 5.7.1 that is spam"),
            (stage, 1) if stage == early => say("250 fine\r\n250 and again"),
            (Stage::Dot, _) if early != Stage::Dot => say("554 5.7.1 that is spam"),
            _ => Act::Usual,
        });
        let house = house(&server, &["a@example.org"]);
        house.publish();
        // The next mail finds the connection as the last one left it.
        house.channels(&mail("news", &server.url(), &["a@example.org", "b@example.org"]));
        house.publish();
        let taken = server.taken();
        let status = house.status();
        for (who, state) in people(&status, "news") {
            assert!(
                state != "sent" || taken.contains(&who),
                "{early:?} {who}: {status}\n{:?}",
                server.heard()
            );
        }
    });
}

#[test]
fn a_slow_server_is_waited_for() {
    let server = Server::new(|moment| match moment.stage {
        Stage::Connect | Stage::Dot => Act::Drip(Duration::from_millis(40)),
        Stage::Rcpt => Act::Late(Duration::from_millis(500)),
        _ => Act::Usual,
    });
    let house = house(&server, &["a@example.org"]);
    house.publish().ends(0);
    assert_eq!(server.taken().len(), 1);
}

/// Whoever floods us gets no memory for it.
#[test]
fn an_endless_answer_takes_no_memory_and_no_time() {
    side_by_side([Stage::Connect, Stage::Rcpt, Stage::Dot], |stage| {
        let server = at(stage, Act::Flood);
        let house = house(&server, &["a@example.org"]);
        let begun = Instant::now();
        // The limit is on addresses, of which a quiet run takes some hundred megabytes.
        let mut limited = Command::new("sh");
        limited.args(["-c", "ulimit -v 1000000; exec \"$0\" publish m --yes --format json"]);
        limited.arg(env!("CARGO_BIN_EXE_ladder")).current_dir(house.root());
        let child = limited.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let ended = match stage {
            Stage::Dot => Ended::of(child).ends(6),
            _ => stop_at(child, &server, stage, 2).ends(0),
        };
        assert!(ended.out().len() < 20_000, "{}", ended.out().len());
        assert!(begun.elapsed() < Duration::from_secs(40), "{:?} at {stage:?}", begun.elapsed());
        let tries = server.count(stage);
        assert!(server.flooded() < (16 << 20) * tries, "{} bytes in {tries} tries", server.flooded());
    });
}

#[test]
fn one_of_three_refused_is_one_of_three() {
    let server = Server::new(|moment| match moment.stage {
        Stage::Rcpt if moment.to.starts_with('b') => say("550 5.1.1 no such b"),
        _ => Act::Usual,
    });
    let house = house(&server, &["a@example.org", "b@example.org", "c@example.org"]);
    let json = house.publish().ends(4).json();
    assert_eq!(json["deliveries"][0]["state"], "sent");
    let states: Vec<String> = people(&json, "news").into_iter().map(|(_, state)| state).collect();
    assert_eq!(states, ["sent", "refused", "sent"]);
    house.publish().ends(4);
    assert_eq!(server.taken(), ["a@example.org", "c@example.org"]);
}

#[test]
fn without_encryption_nothing_is_said_to_a_server_that_should_have_it() {
    // It offers none; or somebody on the way took it out of the list.
    let server = Server::offering("AUTH PLAIN LOGIN", |_| Act::Usual);
    let house = House::new(&mail("news", "{ env = \"SMTP_URL\" }", &["a@example.org"]), &rungs(&["news"]));
    let mut command = house.command(&["publish", "m", "--yes", "--format", "json"]);
    command.env("SMTP_URL", format!("{}?tls=starttls", server.url_with(CANARY)));
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let json = stop_at(child, &server, Stage::Hello, 2).ends(0).json();
    assert_eq!(json["deliveries"][0]["state"], "planned", "{json}");
    assert!(json["deliveries"][0]["error"].to_string().contains("STARTTLS"), "{json}");
    assert!(server.heard().iter().all(|line| line.starts_with("EHLO")), "{:?}", server.heard());
}

/// The password ends while mails are going out: who has theirs has it, and the others
/// get it once there is a good one.
#[test]
fn a_password_that_ends_midway_holds_the_rest() {
    let open = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let of_server = open.clone();
    let server = Server::new(move |moment| {
        let closed = !of_server.load(std::sync::atomic::Ordering::SeqCst);
        match moment.stage {
            Stage::Mail if closed && moment.count > 1 => say("530 5.7.0 sign in once more"),
            _ => Act::Usual,
        }
    });
    let house = house(&server, &["a@example.org", "b@example.org", "c@example.org"]);
    let json = house.publish().ends(5).json();
    let delivery = &json["deliveries"][0];
    assert_eq!((&delivery["state"], server.taken().len()), (&serde_json::json!("held"), 1), "{json}");
    assert!(delivery["error"].to_string().contains("check the credentials"), "{json}");
    open.store(true, std::sync::atomic::Ordering::SeqCst);
    house.let_time_pass();
    house.run(&["run"]).ends(0);
    assert_eq!((house.state("news").as_str(), server.taken().len()), ("sent", 3));
}

/// Nothing more is begun, and what nobody answers is let go.
#[test]
fn a_run_ends_at_its_deadline_and_says_so() {
    let server = at(Stage::Dot, Act::TakeAndSilence);
    let house = house(&server, &["a@example.org"]);
    let begun = Instant::now();
    let ended = house.run(&["publish", "m", "--yes", "--format", "json", "--deadline", "1s"]).ends(6);
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
    let json = ended.json();
    assert_eq!(
        (&json["deadline_passed"], &json["deliveries"][0]["state"]),
        (&true.into(), &"unknown".into())
    );
    assert!(ended.err().contains("ended by its deadline of 1s"), "{}", ended.err());
    for (wrong, says) in [("0s", "at least a second"), ("5", "the unit is missing"), ("soon", "a duration")] {
        let ended = house.run(&["run", "--deadline", wrong]).ends(2);
        assert!(ended.err().contains(says), "{wrong}: {}", ended.err());
    }
}

/// A server that falls silent before it was given the first byte of a mail has
/// nothing of it: nobody is in doubt, and the next run sends it.
#[test]
fn what_a_silent_server_was_not_given_is_planned_at_the_deadline() {
    side_by_side([Stage::Connect, Stage::Hello, Stage::Mail, Stage::Rcpt, Stage::Data], |stage| {
        let awake = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
        let of_server = awake.clone();
        let server = Server::new(move |moment| {
            let silent = moment.stage == stage && !of_server.load(std::sync::atomic::Ordering::SeqCst);
            if silent { Act::Silence } else { Act::Usual }
        });
        let house = house(&server, &["a@example.org", "b@example.org"]);
        let ended = house.run(&["publish", "m", "--yes", "--format", "json", "--deadline", "1s"]);
        let json = ended.ends(0).json();
        let delivery = &json["deliveries"][0];
        assert_eq!(
            (&json["deadline_passed"], &delivery["state"]),
            (&true.into(), &"planned".into()),
            "{stage:?}: {json}"
        );
        assert!(people(&json, "news").iter().all(|(_, state)| state == "planned"), "{stage:?}: {json}");
        awake.store(true, std::sync::atomic::Ordering::SeqCst);
        house.publish().ends(0);
        assert_eq!(server.taken(), ["a@example.org", "b@example.org"], "{stage:?}");
    });
}

#[test]
fn a_pace_of_the_table_outlives_the_run() {
    let server = Server::good();
    let many = ["a@example.org", "b@example.org", "c@example.org"];
    let table = format!("{}pace = \"2 per hour\"\n", mail("news", &server.url(), &many));
    let house = House::new(&table, &rungs(&["news"]));
    let json = house.publish().ends(0).json();
    assert_eq!((server.taken().len(), &json["deliveries"][0]["state"]), (2, &"planned".into()), "{json}");
    assert_eq!(json["deliveries"][0]["paced"], "the channel takes 2 in an hour", "{json}");
    house.run(&["run"]).ends(0);
    assert_eq!(server.taken().len(), 2);
    let status = house.run(&["status"]).ends(0);
    assert!(status.out().contains("the channel takes 2 in an hour"), "{}", status.out());
    house.channels(&table.replace("2 per hour", "two per hour"));
    let ended = house.run(&["check"]).ends(3);
    assert!(
        ended.err().contains("`pace` cannot be `two per hour`") || ended.out().contains("`pace` cannot be"),
        "{}",
        ended.err()
    );
}

#[test]
fn a_wrong_password_is_tried_once_and_shown_nowhere() {
    let server = at(Stage::Auth, say(&format!("535 5.7.8 no: you said {CANARY}")));
    let many = ["a@example.org", "b@example.org", "c@example.org", "d@example.org", "e@example.org"];
    let house = House::new(&mail("news", "{ env = \"SMTP_URL\" }", &many), &rungs(&["news"]));
    let mut command = house.command(&["publish", "m", "--yes", "--format", "json"]);
    command.env("SMTP_URL", server.url_with(CANARY));
    let ended = Ended { output: command.output().unwrap(), said: "535".to_owned() }.ends(1);
    // It is known before anything is begun.
    assert_eq!((ended.error().as_str(), server.count(Stage::Auth)), ("not-accepted", 1));
    assert!(ended.out().contains("check the credentials"), "{}", ended.out());
    assert_eq!(ended.json()["deliveries"], serde_json::json!([]));
    assert_eq!(server.count(Stage::Mail), 0);
    assert!(!ended.out().contains(CANARY) && !ended.err().contains(CANARY), "{}", ended.out());
}
