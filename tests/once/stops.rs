//! Ctrl-C: what is in flight finishes, the rest stays planned.

use crate::house::{Ended, House, mail, people, rungs, side_by_side, signal};
use crate::smtp::{Act, Server, Stage};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

fn many() -> Vec<String> {
    (0..40).map(|number| format!("p{number:02}@example.org")).collect()
}

fn house(server: &Server) -> House {
    let many = many();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    House::new(&mail("news", &server.url(), &many), &rungs(&["news"]))
}

#[test]
fn the_first_one_lets_what_is_in_flight_finish() {
    side_by_side(["INT", "TERM"], |name| {
        let hurries = Arc::new(AtomicBool::new(false));
        let of_server = hurries.clone();
        let server = Server::new(move |moment| match moment.stage {
            Stage::Dot if !of_server.load(Ordering::SeqCst) => Act::Late(Duration::from_millis(400)),
            _ => Act::Usual,
        });
        let house = house(&server);
        let child = house.begin(&["publish", "m", "--yes", "--format", "json"]);
        server.wait_for(Stage::Dot, 2);
        signal(name, child.id());
        let ended = Ended::of(child).ends(0);
        assert!(ended.err().contains("in flight"), "{}", ended.err());
        let states = people(&ended.json(), "news");
        let sent = states.iter().filter(|(_, state)| state == "sent").count();
        assert!((2..=8).contains(&sent), "{sent} sent");
        assert!(states.iter().all(|(_, state)| state == "sent" || state == "planned"), "{states:?}");
        assert_eq!(server.taken().len(), sent);
        hurries.store(true, Ordering::SeqCst);
        house.run(&["run"]).ends(0);
        assert_eq!(server.taken(), many());
    });
}

#[test]
fn the_second_one_ends_it_at_once_and_says_what_is_unknown() {
    let server = Server::new(|moment| match (moment.stage, moment.count) {
        (Stage::Dot, 1) => Act::TakeAndSilence,
        (Stage::Dot, 2) => Act::Silence,
        _ => Act::Usual,
    });
    let house = house(&server);
    let child = house.begin(&["publish", "m", "--yes"]);
    server.wait_for(Stage::Dot, 6);
    signal("INT", child.id());
    std::thread::sleep(Duration::from_millis(200));
    let begun = Instant::now();
    signal("INT", child.id());
    let ended = Ended::of(child).ends(6);
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    assert!(ended.err().contains("ladder status"), "{}", ended.err());
    house.run(&["run"]).ends(6);
    let states = people(&house.status(), "news");
    let unknown = states.iter().filter(|(_, state)| state == "unknown").count();
    assert!((2..=4).contains(&unknown), "{unknown} unknown: {states:?}");
    assert_eq!(states.iter().filter(|(_, state)| state == "sent").count(), 40 - unknown);
    let taken = server.taken();
    let once: std::collections::BTreeSet<&String> = taken.iter().collect();
    assert_eq!(once.len(), taken.len());
}

/// Stopped while it waits for a second try: nothing is in flight.
#[test]
fn a_wait_is_no_reason_to_stay() {
    let server = Server::new(|moment| if moment.stage == Stage::Connect { Act::HangUp } else { Act::Usual });
    let house = house(&server);
    let child = house.begin(&["publish", "m", "--yes", "--format", "json"]);
    server.wait_for(Stage::Connect, 41);
    let begun = Instant::now();
    signal("INT", child.id());
    let json = Ended::of(child).ends(0).json();
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    assert_eq!(json["deliveries"][0]["state"], "planned");
}

/// Whoever wants a message down need not wait for the run that sends it: nothing
/// more of it begins, and the run gives way.
#[test]
fn a_run_gives_way_to_whoever_takes_its_message_down() {
    let server = Server::new(|moment| match moment.stage {
        Stage::Dot => Act::Late(Duration::from_millis(100)),
        _ => Act::Usual,
    });
    let house = house(&server);
    house.message("n", "Another.");
    let child = house.begin(&["publish", "m", "--yes", "--format", "json"]);
    server.wait_for(Stage::Dot, 2);
    let ended = house.run(&["unpublish", "m", "--yes", "--format", "json"]).ends(1);
    assert!(ended.err().contains("is publishing at this moment"), "{}", ended.err());
    let states = people(&ended.json(), "news");
    let sent: Vec<&String> = states.iter().filter(|(_, state)| state == "sent").map(|(who, _)| who).collect();
    assert!(states.iter().all(|(_, state)| state == "sent" || state == "cancelled"), "{states:?}");
    assert!((1..=16).contains(&sent.len()), "{} sent", sent.len());
    let first = Ended::of(child).ends(0);
    assert!(first.err().contains("has stopped this run"), "{}", first.err());
    house.run(&["run"]).ends(0);
    house.publish();
    let mut taken = server.taken();
    taken.sort();
    assert_eq!(taken.iter().collect::<Vec<_>>(), sent);
    // Whatever else there is goes as ever.
    house.run(&["publish", "n", "--yes"]).ends(0);
    assert_eq!(server.taken().len(), sent.len() + many().len());
}

/// What waits for its command has an intent already, and does not leave.
#[test]
fn what_is_withdrawn_before_it_leaves_does_not_leave() {
    let house = House::new(crate::house::FOLDERS, &rungs(&["blog", "post"]));
    let wait = "touch asked; sleep 60";
    let child = house.begin(&["publish", "m", "--yes", "--before-send", wait]);
    while !house.path("asked").exists() {
        std::thread::sleep(Duration::from_millis(20));
    }
    // The command is not waited for: nothing that it speaks for leaves.
    let begun = Instant::now();
    let json = house.run(&["unpublish", "m", "--yes", "--format", "json"]).ends(0).json();
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    let first = Ended::of(child).ends(0).err();
    assert!(first.contains("has stopped this run") && !first.contains("before-send failed"), "{first}");
    let outcomes = json["deliveries"].as_array().unwrap().iter().map(|delivery| &delivery["outcome"]);
    assert!(
        outcomes.clone().count() == 2 && outcomes.into_iter().all(|outcome| outcome == "cancelled"),
        "{json}"
    );
    house.run(&["run"]).ends(0);
    assert!(house.files("public").is_empty() && house.files("outbox").is_empty());
    // The wish is a fact, and no wish any more.
    let left = house.journal().query_row("SELECT count(*) FROM withdrawn", [], |row| row.get::<_, i64>(0));
    assert_eq!(left, Ok(0));
}

/// Somebody has the file by which it is seen that an `unpublish` waits: that one says
/// what it wants nevertheless, and gets it.
#[test]
fn who_wants_something_stopped_says_so_before_waiting_for_anybody() {
    let house = House::new(crate::house::FOLDERS, &rungs(&["blog", "post"]));
    let wait = "touch asked; until [ -e go ]; do sleep 0.02; done";
    let run = house.begin(&["publish", "m", "--yes", "--before-send", wait]);
    while !house.path("asked").exists() {
        std::thread::sleep(Duration::from_millis(20));
    }
    let stranger = std::fs::File::create(house.path(".ladder/waiting")).unwrap();
    stranger.lock().unwrap();
    let unpublish = house.begin(&["unpublish", "m", "--yes"]);
    // A wish, or a fact by now.
    let is_noted = || {
        let sql = "SELECT (SELECT count(*) FROM withdrawn)
                   + (SELECT count(*) FROM events WHERE json ->> '$.event' = 'withdrawn')";
        house.journal().query_row(sql, [], |row| row.get::<_, i64>(0)) == Ok(2)
    };
    let begun = Instant::now();
    while !is_noted() {
        assert!(begun.elapsed() < Duration::from_secs(20), "nothing was noted");
        std::thread::sleep(Duration::from_millis(20));
    }
    std::fs::write(house.path("go"), "").unwrap();
    Ended::of(run).ends(0);
    Ended::of(unpublish).ends(0);
    drop(stranger);
    house.run(&["run"]).ends(0);
    assert!(house.files("public").is_empty() && house.files("outbox").is_empty());
}

/// As if `ladder unpublish` had said what it wants, and had then been killed with the
/// run that it spoke to.
fn wish_of_the_dead(house: &House, message: &str) {
    let at = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis();
    house.rewrite(&format!(
        "INSERT INTO withdrawn (key, by, at, skipped) SELECT DISTINCT key, 'ada', {at}, NULL FROM events
         WHERE json ->> '$.event' = 'planned' AND json ->> '$.message' = '{message}'"
    ));
}

/// Wherever the journal goes, what somebody wanted stopped is stopped; and the dead
/// keep nobody waiting.
#[test]
fn what_was_to_be_stopped_is_stopped_though_nobody_lives_who_said_so() {
    let house = House::new(crate::house::FOLDERS, &rungs(&["blog", "post"]));
    house.message("n", "Another.");
    for message in ["m", "n"] {
        house.run(&["schedule", message]).ends(0);
    }
    wish_of_the_dead(&house, "m");
    let status = house.status();
    let of_m = |delivery: &&serde_json::Value| delivery["message"] == "m";
    let states: Vec<&serde_json::Value> =
        status["deliveries"].as_array().unwrap().iter().filter(of_m).map(|d| &d["state"]).collect();
    assert!(states.len() == 2 && states.iter().all(|state| *state == "cancelled"), "{status}");
    assert_eq!(status["stopped"].as_array().unwrap().len(), 2, "{status}");
    let told = house.run(&["status"]).ends(0).err();
    assert!(told.contains("2 deliveries that it stopped will not go out"), "{told}");
    assert!(house.run(&["plan", "m"]).ends(0).out().contains("cancelled"));
    house.run(&["journal", "export", "journal.jsonl"]).ends(0);
    assert_eq!(house.read("journal.jsonl").matches("\"withdrawn\"").count(), 2);
    // Another machine, with nothing but the journal.
    let dir = tempfile::tempdir().unwrap();
    for file in ["ladder.toml", "content-ladders/all.toml", "messages/m.md", "messages/n.md", "journal.jsonl"]
    {
        let to = dir.path().join(file);
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::copy(house.path(file), to).unwrap();
    }
    let other = House::there(dir, &house.id);
    other.run(&["journal", "import", "journal.jsonl"]).ends(0);
    let has_gone = |house: &House| -> Vec<bool> {
        ["public/m", "public/n"].map(|page| house.path(page).exists()).to_vec()
    };
    for house in [&other, &house] {
        let run = house.run(&["run"]).ends(0);
        assert!(!run.err().contains("has stopped this run"), "{}", run.err());
        assert_eq!(has_gone(house), [false, true], "{:?}", house.files("public"));
        let publish = house.run(&["publish", "m", "--yes"]).ends(0).err();
        assert!(publish.contains("nothing to send") && publish.contains("was cancelled"), "{publish}");
        assert_eq!(has_gone(house), [false, true]);
    }
    // Now it is a fact, and one and the same in both journals.
    assert!(house.status().get("stopped").is_none());
    house.run(&["journal", "export", "later.jsonl"]).ends(0);
    assert_eq!(house.read("later.jsonl").matches("\"withdrawn\"").count(), 2);
    std::fs::copy(house.path("later.jsonl"), other.path("later.jsonl")).unwrap();
    other.run(&["journal", "import", "later.jsonl"]).ends(0);
    other.run(&["journal", "export", "both.jsonl"]).ends(0);
    assert_eq!(other.read("both.jsonl").matches("\"withdrawn\"").count(), 2);
}

/// What `status` offers can be said, and counts against a wish that nobody heeded, be it
/// the first one or the second.
#[test]
fn what_a_person_says_stays_is_said_after_what_nobody_heeded() {
    let house = House::new(crate::house::FOLDERS, &rungs(&["blog"]));
    house.publish();
    let delivery = |name: &str| house.status()["deliveries"][0][name].clone();
    let key = delivery("key").as_str().unwrap()[..10].to_owned();
    let keep = format!("ladder resolve {key} --keep");
    wish_of_the_dead(&house, "m");
    let status = house.run(&["status"]).ends(0).out();
    assert!(status.contains(&keep), "{status}");
    house.run(&["resolve", &key, "--keep"]).ends(0);
    let is_kept = || {
        let before = delivery("kept");
        house.run(&["run"]).ends(0);
        (before, delivery("kept"))
    };
    let both = (serde_json::Value::Bool(true), serde_json::Value::Bool(true));
    assert_eq!(is_kept(), both);
    // Once more, when it was withdrawn already: that wish is older than the next word.
    house.run(&["resolve", &key, "--undo"]).ends(0);
    wish_of_the_dead(&house, "m");
    house.run(&["resolve", &key, "--keep"]).ends(0);
    assert_eq!(is_kept(), both);
    // One that is heard of too late comes to nothing.
    wish_of_the_dead(&house, "m");
    house.rewrite("UPDATE withdrawn SET at = 0");
    assert_eq!(is_kept(), both);
    // A new one is a new one.
    wish_of_the_dead(&house, "m");
    assert_eq!(is_kept(), (serde_json::Value::Bool(false), serde_json::Value::Bool(false)));
}
