//! Published again in every way that people do it.

use crate::house::{FOLDERS, House, LADDER, mail, rungs};
use crate::smtp::Server;

const PEOPLE: &[&str] = &["a@example.org", "b@example.org"];

/// All out once.
fn published() -> (House, Server) {
    let server = Server::good();
    let house = House::new(&format!("{FOLDERS}{}", mail("news", &server.url(), PEOPLE)), LADDER);
    house.publish().ends(0);
    once(&house, &server);
    (house, server)
}

#[track_caller]
fn once(house: &House, server: &Server) {
    assert_eq!(server.taken(), PEOPLE);
    assert_eq!(house.files("mail/new").len(), 1);
}

#[test]
fn once_more_and_from_a_plan() {
    let (house, server) = published();
    for _ in 0..3 {
        house.publish().ends(0);
        house.run(&["run"]).ends(0);
    }
    house.run(&["plan", "m", "--out", "plan.json"]).ends(0);
    house.run(&["publish", "plan.json", "--yes"]).ends(0);
    house.run(&["schedule", "m"]).ends(0);
    house.run(&["run"]).ends(0);
    once(&house, &server);
}

#[test]
fn other_words_are_reported_and_not_sent() {
    let (house, server) = published();
    let page = house.files("public").into_iter().find(|file| file.ends_with("/index.html")).unwrap();
    let before = house.read(&page);
    house.message("m", "It landed. Twice, they say.");
    let ended = house.run(&["publish", "m", "--yes"]).ends(0);
    assert!(ended.err().contains("gone out in other words"), "{}", ended.err());
    house.run(&["schedule", "m"]).ends(0);
    house.run(&["run"]).ends(0);
    once(&house, &server);
    assert_eq!(house.read(&page), before);
}

/// Refused for now, and the words were mended meanwhile: they go as they were
/// tried, or as they are now, but nobody is left to wonder which.
#[test]
fn words_that_were_tried_and_did_not_go_are_told() {
    let server = Server::new(|moment| match moment.stage {
        crate::smtp::Stage::Rcpt if moment.count == 1 => crate::smtp::say("450 4.2.0 later"),
        _ => crate::smtp::Act::Usual,
    });
    let house = House::new(&mail("news", &server.url(), &PEOPLE[..1]), &rungs(&["news"]));
    house.publish().ends(0);
    house.message("m", "It landed. Mended.");
    house.let_time_pass();
    let ended = house.run(&["publish", "m", "--yes"]).ends(0);
    assert!(ended.err().contains("begun with other words"), "{}", ended.err());
    assert!(ended.err().contains("--again"), "{}", ended.err());
    assert_eq!(server.taken(), &PEOPLE[..1]);
    assert!(!server.texts()[0].contains("Mended"), "{:?}", server.texts());
}

#[test]
fn a_renamed_rung_is_refused_until_it_is_said() {
    let (house, server) = published();
    house.edit("content-ladders/all.toml", "[rungs.news]", "[rungs.letter]");
    let ended = house.publish().ends(3);
    assert!(ended.out().contains("vanished-rung"), "{}", ended.out());
    house.run(&["schedule", "m"]).ends(3);
    once(&house, &server);
    house.edit("content-ladders/all.toml", "[rungs.letter]", "[rungs.letter]\nrenamed_from = \"news\"");
    house.publish().ends(0);
    once(&house, &server);
}

#[test]
fn a_renamed_channel_is_the_same_account() {
    let (house, server) = published();
    house.edit("ladder.toml", "[channels.news]", "[channels.letter]");
    house.edit("content-ladders/all.toml", "channel = \"news\"", "channel = \"letter\"");
    house.publish().ends(0);
    house.run(&["run"]).ends(0);
    once(&house, &server);
}

#[test]
fn the_same_folder_and_the_same_sender_written_differently_are_the_same() {
    let (house, server) = published();
    house.edit("ladder.toml", "directory = \"public\"", "directory = \"./public/\"");
    house.edit("ladder.toml", "maildir = \"mail\"", "maildir = \"mail/\"");
    house.edit("ladder.toml", "<news@acme.example>", "<News@ACME.example>");
    house.publish().ends(0);
    once(&house, &server);
}

#[test]
fn another_account_is_another_delivery() {
    let (house, server) = published();
    house.edit("ladder.toml", "<news@acme.example>", "<hello@acme.example>");
    house.publish().ends(0);
    assert_eq!(server.taken().len(), 2 * PEOPLE.len());
    assert_eq!(house.files("mail/new").len(), 1, "only the one that was pointed elsewhere");
    house.publish().ends(0);
    assert_eq!(server.taken().len(), 2 * PEOPLE.len());
}

#[test]
fn again_is_once_more_with_its_reason() {
    let (house, server) = published();
    let again = ["publish", "m", "--only", "news", "--yes", "--again", "the server lost them"];
    house.run(&again).ends(0);
    assert_eq!(server.taken().len(), 2 * PEOPLE.len());
    assert_eq!(house.files("mail/new").len(), 1);
    house.publish().ends(0);
    house.run(&["run"]).ends(0);
    assert_eq!(server.taken().len(), 2 * PEOPLE.len());
    let log = house.run(&["log", "--format", "json"]).ends(0).out();
    assert!(log.contains("the server lost them"), "{log}");
    assert!(house.run(&["log"]).ends(0).out().contains("the server lost them"));
}

#[test]
fn two_messages_of_one_id_are_none() {
    let (house, server) = published();
    house.write(
        "messages/n.md",
        "+++\nid = \"m\"\ntitle = \"Another\"\nsummary = \"Another.\"\n+++\nAnother.\n",
    );
    let ended = house.run(&["publish", "messages/n.md", "--yes", "--format", "json"]).ends(3);
    assert!(ended.out().contains("same-id-twice"), "{}", ended.out());
    house.publish().ends(3);
    once(&house, &server);
}

#[test]
fn what_is_queued_goes_as_it_was_queued() {
    let server = Server::good();
    let house = House::new(&format!("{FOLDERS}{}", mail("news", &server.url(), PEOPLE)), LADDER);
    let picture = include_bytes!("../../src/cli/init/cover.png");
    std::fs::write(house.path("messages/cover.png"), picture).unwrap();
    let head = "title = \"Rocket lands\"\nsummary = \"It landed.\"\n[[media]]\nfile = \"cover.png\"\nalt = \"A rocket\"\n";
    house.write("messages/m.md", &format!("+++\n{head}+++\nIt landed.\n"));
    house.run(&["schedule", "m"]).ends(0);
    // Words, picture, ladder and people change; the queue does not.
    house.write("messages/m.md", "+++\nbroken");
    std::fs::write(house.path("messages/cover.png"), b"not a picture any more").unwrap();
    std::fs::remove_file(house.path("content-ladders/all.toml")).unwrap();
    house.run(&["run"]).ends(0);
    once(&house, &server);
    let copies: Vec<String> =
        house.files("public").into_iter().filter(|f| f.ends_with("cover.png")).collect();
    assert!(!copies.is_empty(), "{:?}", house.files("public"));
    for copy in copies {
        assert_eq!(std::fs::read(house.path(&copy)).unwrap(), picture, "{copy}");
    }
    assert!(
        house.files("public").iter().any(|file| house.path(file).extension().is_some_and(|e| e == "html"))
    );
}

#[test]
fn a_queued_rung_whose_channel_became_another_thing_stays() {
    let server = Server::good();
    let house = House::new(&format!("{FOLDERS}{}", mail("news", &server.url(), PEOPLE)), LADDER);
    house.run(&["schedule", "m"]).ends(0);
    let text = house.read("ladder.toml");
    house.edit("ladder.toml", "smtp = ", "maildir = \"other\" #");
    let ended = house.run(&["run"]).ends(1);
    assert!(ended.err().contains("`news` of `m` (planned) stays as it is"), "{}", ended.err());
    assert!(house.run(&["status"]).ends(0).out().contains("Without a channel"));
    assert!(!house.path("other").exists() && server.taken().is_empty());
    house.write("ladder.toml", &text);
    house.run(&["run"]).ends(0);
    once(&house, &server);
}

/// The clock was a day ahead while it was sent, and was put right.
#[test]
fn a_clock_that_went_back_sends_nothing_twice() {
    let (house, server) = published();
    house.rewrite("UPDATE events SET json = json_set(json, '$.at', '2999-01-01T00:00:00Z')");
    house.publish().ends(0);
    house.run(&["run"]).ends(0);
    once(&house, &server);
    house.run(&["publish", "m", "--only", "news", "--yes", "--again", "clock"]).ends(0);
    let taken = server.taken().len();
    assert!(taken <= 2 * PEOPLE.len(), "{taken}");
}
