//! One fails and others do not; secrets stay where they are.

use crate::house::{CANARY, Ended, FOLDERS, House, LADDER, mail, rungs};
use crate::smtp::{Act, Server, Stage, say};

const A: &[&str] = &["a@example.org"];

fn bad(answer: &'static str) -> Server {
    Server::new(move |moment| if moment.stage == Stage::Rcpt { say(answer) } else { Act::Usual })
}

fn unknown() -> Server {
    Server::new(|moment| if moment.stage == Stage::Dot { Act::HangUp } else { Act::Usual })
}

/// Channels `one`, `two`, … by these servers.
fn channels(servers: &[&Server]) -> String {
    let names = ["one", "two", "three"];
    names.iter().zip(servers).map(|(name, server)| mail(name, &server.url(), A)).collect()
}

#[test]
fn the_exit_code_is_the_first_that_applies() {
    const REFUSED: &str = "550 5.1.1 no";
    let cases: [(&str, Vec<Server>, i32); 7] = [
        ("all out", vec![Server::good(), Server::good()], 0),
        ("one refused", vec![Server::good(), bad(REFUSED)], 4),
        ("all refused", vec![bad(REFUSED), bad(REFUSED)], 1),
        ("one unknown", vec![Server::good(), unknown()], 6),
        ("unknown before refused", vec![Server::good(), bad(REFUSED), unknown()], 6),
        ("later is no failure", vec![Server::good(), bad("450 later")], 0),
        ("refused and later", vec![bad(REFUSED), bad("450 later")], 1),
    ];
    for (name, servers, code) in cases {
        let servers: Vec<&Server> = servers.iter().collect();
        let names = &["one", "two", "three"][..servers.len()];
        let house = House::new(&channels(&servers), &rungs(names));
        for time in ["first", "second"] {
            let ended = house.publish();
            assert_eq!(ended.code(), Some(code), "{name}, {time} time: {}", ended.out());
            ended.json();
        }
        // The same in the other manner of speaking.
        assert_eq!(house.run(&["publish", "m", "--yes"]).code(), Some(code), "{name}");
        for server in servers {
            assert!(server.taken().len() <= 1, "{name}");
        }
    }
}

#[test]
fn one_refused_rung_stops_only_what_comes_after_it() {
    let (good, refused) = (Server::good(), bad("550 5.1.1 no"));
    let house = House::new(
        &channels(&[&refused, &good, &good]),
        "name = \"all\"\n[rungs.one]\nchannel = \"one\"\n[rungs.two]\nchannel = \"two\"\nafter = \"one\"\n[rungs.three]\nchannel = \"three\"\n",
    );
    let json = house.publish().ends(4).json();
    let states: Vec<&str> =
        json["deliveries"].as_array().unwrap().iter().map(|d| d["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["refused", "skipped", "sent"]);
    house.publish().ends(4);
    house.run(&["run"]).ends(0);
    assert_eq!(good.taken().len(), 1);
}

#[test]
fn what_comes_after_a_doubt_waits_for_its_end() {
    let (good, doubt) = (Server::good(), unknown());
    let house = House::new(
        &channels(&[&doubt, &good]),
        "name = \"all\"\n[rungs.one]\nchannel = \"one\"\n[rungs.two]\nchannel = \"two\"\nafter = \"one\"\n",
    );
    let json = house.publish().ends(6).json();
    assert_eq!(json["deliveries"][1]["state"], "planned");
    house.run(&["run"]).ends(6);
    assert!(good.taken().is_empty());
    // A doubt outlives its channel.
    let channels = house.read("ladder.toml");
    house.edit("ladder.toml", "[channels.two]", "[channels.renamed]");
    house.run(&["run"]).ends(6);
    house.write("ladder.toml", &channels);
    let key = json["deliveries"][0]["key"].as_str().unwrap()[..10].to_owned();
    house.run(&["resolve", &key, "--sent"]).ends(0);
    house.run(&["run"]).ends(0);
    assert_eq!((good.taken().len(), doubt.count(Stage::Dot)), (1, 1));
}

/// Of many people's mails one is in doubt, and a word about it was a slip.
#[test]
fn what_was_said_of_one_persons_mail_can_be_taken_back() {
    let server = Server::new(|moment| match (moment.stage, moment.to.starts_with('b'), moment.count) {
        (Stage::Dot, true, 1..=2) => Act::HangUp,
        _ => Act::Usual,
    });
    let house =
        House::new(&mail("one", &server.url(), &["a@example.org", "b@example.org"]), &rungs(&["one"]));
    house.publish().ends(6);
    let person = |house: &House| house.status()["deliveries"][0]["recipients"][1].clone();
    let before = house.status();
    let (state, key) = (person(&house)["state"].clone(), person(&house)["key"].as_str().unwrap().to_owned());
    assert_eq!(state, "unknown", "{before}");
    let undo = ["resolve", &key[..12], "--undo", "--format", "json"];
    assert_eq!(house.run(&undo).ends(2).json()["error"]["code"], "nothing-to-undo");
    house.run(&["resolve", &key[..12], "--sent"]).ends(0);
    assert_eq!(person(&house)["state"], "sent");
    assert!(house.run(&["resolve", &key[..12], "--not-sent"]).ends(2).err().contains("--undo"));
    house.run(&undo).ends(0);
    assert_eq!(house.status()["deliveries"], before["deliveries"]);
    // By the key of the whole mail as well.
    let whole = before["deliveries"][0]["key"].as_str().unwrap().to_owned();
    house.run(&["resolve", &whole, "--sent"]).ends(0);
    assert_eq!(house.state("one"), "sent");
    house.run(&["resolve", &whole, "--undo"]).ends(0);
    assert_eq!(house.status()["deliveries"], before["deliveries"]);
    house.run(&["resolve", &key[..12], "--not-sent"]).ends(0);
    house.run(&["run"]).ends(0);
    assert_eq!(house.state("one"), "sent");
    assert_eq!(house.run(&undo).ends(2).json()["error"]["code"], "nothing-to-undo");
    let taken = server.taken();
    assert_eq!(taken.iter().filter(|who| who.starts_with('b')).count(), 1, "{taken:?}");
}

#[test]
fn one_channel_that_is_not_ready_stops_all_before_the_first_byte() {
    let good = Server::good();
    let broken = [
        ("smtp = { env = \"SMTP_NOT_SET\" }", "SMTP_NOT_SET"),
        ("smtp = { file = \"nowhere\" }", "nowhere"),
        ("smtp = { command = [\"false\"] }", "false"),
        ("maildir = \"in-the-way\"", "in-the-way"),
    ];
    for (line, named) in broken {
        let channel = format!(
            "\n[channels.two]\nadapter = \"email\"\n{line}\nfrom = \"b@acme.example\"\nto = [\"b@example.org\"]\n"
        );
        let house = House::new(&format!("{}{channel}", channels(&[&good])), &rungs(&["one", "two"]));
        house.write("in-the-way", "a file");
        let ended = house.publish().ends(1);
        assert_eq!(ended.error(), "not-ready", "{line}");
        assert!(ended.out().contains(named), "{line}: {}", ended.out());
        assert_eq!(good.count(Stage::Connect), 0, "{line}");
        assert_eq!(house.status()["deliveries"].as_array().unwrap().len(), 0, "{line}");
    }
}

/// Every fault with a password in the address; then everything there is to read.
#[test]
fn the_password_is_nowhere() {
    let encoded = |text: &str| {
        use base64::Engine;
        base64::engine::general_purpose::STANDARD.encode(text)
    };
    let plain = encoded(&format!("\0ada\0{CANARY}"));
    let shown = [CANARY.to_owned(), plain, encoded(CANARY)];
    let faults: Vec<(&str, Server)> = vec![
        ("good", Server::good()),
        (
            "535",
            Server::new(
                |m| if m.stage == Stage::Auth { say(&format!("535 no {CANARY}")) } else { Act::Usual },
            ),
        ),
        (
            "550",
            Server::new(
                |m| if m.stage == Stage::Rcpt { say(&format!("550 no {CANARY}")) } else { Act::Usual },
            ),
        ),
        (
            "450",
            Server::new(|m| if m.stage == Stage::Mail { say(&format!("450 {CANARY}")) } else { Act::Usual }),
        ),
        (
            "250",
            Server::new(|m| if m.stage == Stage::Dot { say(&format!("250 {CANARY}")) } else { Act::Usual }),
        ),
        (
            "354",
            Server::new(|m| if m.stage == Stage::Dot { say(&format!("354 {CANARY}")) } else { Act::Usual }),
        ),
        ("hang up", unknown()),
        (
            "echo",
            Server::new(|m| if m.stage == Stage::Hello { say(&format!("550 {CANARY}")) } else { Act::Usual }),
        ),
    ];
    for (name, server) in faults {
        let news = mail("news", "{ env = \"SMTP_URL\" }", A);
        let house = House::new(&format!("{FOLDERS}{news}"), LADDER);
        let mut seen = Vec::new();
        for arguments in [
            &["publish", "m", "--yes", "--format", "json"][..],
            &["publish", "m", "--yes"],
            &["run"],
            &["status"],
            &["status", "--format", "json"],
            &["log", "--format", "json"],
            &["channels", "--format", "json"],
            &["plan", "m", "--format", "json"],
            &["preview", "m", "--out", "preview.html"],
            &["journal", "export"],
            &["check"],
        ] {
            let mut command = house.command(arguments);
            command.env("SMTP_URL", server.url_with(CANARY)).env("RUST_LOG", "trace");
            let ended = Ended { output: command.output().unwrap(), said: arguments.join(" ") };
            seen.push((arguments.join(" "), ended.output.stdout));
            seen.push((arguments.join(" "), ended.output.stderr));
        }
        for file in house.files("") {
            seen.push((file.clone(), std::fs::read(house.path(&file)).unwrap()));
        }
        for (place, bytes) in seen {
            let text = String::from_utf8_lossy(&bytes);
            assert!(!shown.iter().any(|secret| text.contains(secret)), "{name}: {place}\n{text}");
        }
        assert!(server.count(Stage::Hello) > 0);
    }
    // A broken address is not repeated either.
    let house = House::new(&mail("news", "{ env = \"SMTP_URL\" }", A), &rungs(&["news"]));
    for address in
        [format!("smtps://ada:{CANARY}/x@host"), format!("mail:{CANARY}"), format!("{CANARY}@host")]
    {
        let mut command = house.command(&["publish", "m", "--yes"]);
        command.env("SMTP_URL", &address);
        let ended = Ended { output: command.output().unwrap(), said: address }.ends(1);
        assert!(!ended.err().contains(CANARY) && !ended.out().contains(CANARY), "{}", ended.err());
    }
}

/// Nobody reads what it says: it works all the same.
#[test]
fn closed_pipes_stop_nothing() {
    let server = Server::new(|moment| match moment.stage {
        Stage::Rcpt => Act::Late(std::time::Duration::from_millis(150)),
        _ => Act::Usual,
    });
    let house = House::new(&format!("{FOLDERS}{}", mail("news", &server.url(), A)), LADDER);
    for arguments in [&["publish", "m", "--yes"][..], &["status"]] {
        let mut child = house.begin(arguments);
        drop((child.stdout.take(), child.stderr.take()));
        assert_eq!(child.wait().unwrap().code(), Some(0), "{arguments:?}");
    }
    assert_eq!(house.state("news"), "sent");
    assert_eq!(server.taken().len(), 1);
}
