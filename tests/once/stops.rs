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
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
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
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
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
    let wait = "touch asked; while [ ! -e go ]; do sleep 0.05; done";
    let child = house.begin(&["publish", "m", "--yes", "--before-send", wait]);
    while !house.path("asked").exists() {
        std::thread::sleep(Duration::from_millis(20));
    }
    let other = house.begin(&["unpublish", "m", "--yes", "--format", "json"]);
    while house.journal().query_row("SELECT count(*) FROM withdrawn", [], |row| row.get::<_, i64>(0)) != Ok(2)
    {
        std::thread::sleep(Duration::from_millis(20));
    }
    house.write("go", "");
    Ended::of(child).ends(0);
    let json = Ended::of(other).ends(0).json();
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
