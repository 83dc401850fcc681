//! A whole publication to a LinkedIn on this machine: what people are told, and
//! what readers see.

use super::house::{Ended, House};
use ladder::rehearsal::{Fault, Kind, Network, Running, Settings, Upon};
use std::process::Output;
use tokio::runtime::Runtime;

const CANARY: &str = "canary-51";

/// A project whose LinkedIn channel is set up, and the network it goes to.
struct World {
    house: House,
    network: Running,
    /// The network answers for as long as this lives.
    _runtime: Runtime,
}

impl World {
    fn new() -> World {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let settings = Settings::of(Kind::named("linkedin").unwrap(), CANARY);
        let network = runtime.block_on(Network::start(Kind::named("linkedin").unwrap(), settings)).unwrap();
        let house = House::new();
        let base_url =
            format!("author = \"urn:li:organization:2414183\"\nbase_url = \"{}\"", network.base_url());
        house.edit("ladder.toml", "author = \"urn:li:organization:1234567\"", &base_url);
        World { house, network, _runtime: runtime }
    }

    /// Runs with one of the network's tokens.
    fn run(&self, token: &str, arguments: &[&str]) -> Ended {
        let mut command = self.house.command(arguments);
        let output: Output =
            command.env("LINKEDIN_ACCESS_TOKEN", format!("{CANARY}-{token}")).output().unwrap();
        let ended = Ended { output, said: arguments.join(" ") };
        assert!(!format!("{}{}", ended.out(), ended.err()).contains(CANARY), "a secret was shown");
        ended
    }

    fn state(&self) -> String {
        let json = self.run("token", &["status", "--format", "json"]).json();
        let all = json["deliveries"].as_array().unwrap();
        all.iter().find(|delivery| delivery["rung"] == "linkedin").unwrap()["state"]
            .as_str()
            .unwrap()
            .to_owned()
    }
}

#[test]
fn a_token_that_is_no_good_stops_everything() {
    let world = World::new();
    let ended = world.run("revoked", &["publish", "hello", "--yes"]);
    assert_ne!(ended.code(), 0);
    assert!(ended.err().contains("was revoked by its member"), "{}", ended.err());
    assert!(!world.house.path("public").exists() && !world.house.path("mail/new").exists());
    assert!(world.network.timeline().is_empty());
}

/// The post waits for the article, which goes out in the same run.
#[test]
fn what_follows_in_the_same_run_is_asked_for_too() {
    let world = World::new();
    world.run("token", &["schedule", "hello"]).ends(0);
    let ended = world.run("revoked", &["run"]);
    assert_ne!(ended.code(), 0);
    assert!(ended.err().contains("was revoked by its member"), "{}", ended.err());
    assert!(!world.house.path("public").exists() && world.network.timeline().is_empty());
    world.run("token", &["run"]).ends(0);
    assert_eq!(world.network.timeline().len(), 1);
}

#[test]
fn what_was_shown_is_what_readers_see() {
    let world = World::new();
    world.house.edit(
        "messages/hello/message.md",
        "One message, every channel",
        "One message (every channel) #1_a",
    );
    let json = world.run("token", &["preview", "hello", "--format", "json"]).ends(0).json();
    world.run("token", &["publish", "hello", "--yes"]).ends(0);
    assert_eq!(world.state(), "sent");
    let variants = json["variants"].as_array().unwrap();
    let post = variants.iter().find(|variant| variant["rung"] == "linkedin").unwrap();
    let shown = post["parts"][0]["text"].as_str().unwrap();
    // All but the address, which came later.
    let (before, after) = shown.split_once("https://rung.invalid/blog/tracked").unwrap();
    let live = world.network.timeline().remove(0);
    assert!(before.starts_with("One message (every channel) #1_a"), "{before}");
    assert!(live.text.starts_with(before) && live.text.ends_with(after), "{}\n{shown}", live.text);
    assert!(live.link.unwrap().thumbnail.is_some());
    world.run("token", &["publish", "hello", "--yes"]).ends(0);
    assert_eq!(world.network.timeline().len(), 1);
}

#[test]
fn a_lost_answer_is_settled_by_linkedins_own_list() {
    let world = World::new();
    world.network.order(Fault::AnswerLost);
    world.run("token", &["publish", "hello", "--yes"]).ends(0);
    assert_eq!((world.state().as_str(), world.network.timeline().len()), ("sent", 1));
}

#[test]
fn a_post_that_is_cut_short_is_told() {
    let world = World::new();
    world.network.order(Fault::CutShort(12));
    let said = world.run("token", &["publish", "hello", "--yes"]);
    assert_eq!(world.state(), "altered", "{} {}", said.out(), said.err());
}

#[test]
fn a_refused_comment_is_posted_by_hand_and_the_post_stays_the_only_one() {
    let world = World::new();
    let rung = "[rungs.linkedin]\nchannel = \"linkedin\"";
    world.house.edit(
        "content-ladders/at-once.toml",
        rung,
        &format!("{rung}\nfirst_comment = \"More below\""),
    );
    let plan = world.run("token", &["plan", "hello"]).ends(0).out();
    assert!(plan.contains("post, 1 comment") && !plan.contains("thread of"), "{plan}");
    let no = Fault::Says(403, "comments are closed".to_owned());
    world.network.order_upon(Upon::Path("POST", "/comments"), no);
    let said = world.run("token", &["publish", "hello", "--yes"]);
    assert_eq!((world.state().as_str(), world.network.timeline().len()), ("refused", 1), "{}", said.err());
    let status = world.run("token", &["status"]).ends(0).out();
    assert!(status.contains("1 of 2 live; "), "{status}");
    assert!(status.contains("part 1 of 2 is live: https://www.linkedin.com/feed/update/"), "{status}");
    assert!(status.contains("post part 2 of 2 (“More below”) by hand"), "{status}");
    assert!(!status.contains("--again"), "{status}");
    let json = world.run("token", &["status", "--format", "json"]).json();
    let all = json["deliveries"].as_array().unwrap();
    let delivery = all.iter().find(|delivery| delivery["rung"] == "linkedin").unwrap();
    let (key, post) = (delivery["key"].as_str().unwrap(), delivery["url"].as_str().unwrap());
    world.run("token", &["resolve", key, "--not-sent"]).ends(2);
    let taken = world.run("token", &["resolve", key, "--sent", post]).ends(2);
    assert!(taken.err().contains("is the address of part 1 of 2"), "{}", taken.err());
    let comment = format!("{post}?commentUrn=urn%3Ali%3Acomment%3A1");
    let json = world.run("token", &["resolve", key, "--sent", &comment, "--format", "json"]).ends(0).json();
    let settled = &json["deliveries"][0];
    assert_eq!((&settled["state"], &settled["url"]), (&"sent".into(), &post.into()));
    assert_eq!(settled["parts"][1]["url"], comment);
    world.run("token", &["run"]).ends(0);
    assert_eq!(world.network.timeline().len(), 1);
}

#[test]
fn a_lost_post_has_to_be_found_before_its_comment_can_hang_below_it() {
    let world = World::new();
    let rung = "[rungs.linkedin]\nchannel = \"linkedin\"";
    world.house.edit(
        "content-ladders/at-once.toml",
        rung,
        &format!("{rung}\nfirst_comment = \"More below\""),
    );
    world.network.order(Fault::CutBefore);
    world.run("token", &["publish", "hello", "--yes"]).ends(6);
    let status = world.run("token", &["status"]).ends(0).out();
    assert!(status.contains("whether part 1 of 2 (“"), "{status}");
    assert!(
        status.contains("(`ladder run` looks again; as long as that proves no more, only you can settle it)"),
        "{status}"
    );
    let json = world.run("token", &["status", "--format", "json"]).json();
    let all = json["deliveries"].as_array().unwrap();
    let delivery = all.iter().find(|delivery| delivery["rung"] == "linkedin").unwrap();
    let key = delivery["key"].as_str().unwrap();
    let bare = world.run("token", &["resolve", key, "--sent"]).ends(2);
    assert!(bare.err().contains("part 2 of 2 is to be posted below part 1"), "{}", bare.err());
    let other = world.run("token", &["resolve", key, "--sent", "https://lnkd.in/abc"]).ends(2);
    assert!(other.err().contains("`lnkd.in` is not LinkedIn"), "{}", other.err());
}

/// A message about a page that is somebody else's.
fn linking(world: &World, link: &str) {
    let head =
        format!("+++\ntitle = \"In the news\"\nsummary = \"They wrote about us.\"\nlink = \"{link}\"\n+++\n");
    world.house.write("messages/news.md", &format!("{head}Read it.\n"));
    world
        .house
        .write("content-ladders/press.toml", "name = \"press\"\n\n[rungs.post]\nchannel = \"linkedin\"\n");
}

#[test]
fn the_card_of_a_strangers_page_says_what_the_page_says() {
    let world = World::new();
    let link = "https://news.example/rockets";
    linking(&world, link);
    // As it was read within the last day.
    let now = jiff::Timestamp::now();
    let kept =
        serde_json::json!({ link: { "read": now, "title": "Rockets land", "description": "All of it." } });
    world.house.write(".ladder/cards/cards.json", &kept.to_string());
    let publish = ["publish", "news", "--ladder", "press", "--yes"];
    let shown =
        world.run("token", &["preview", "news", "--ladder", "press", "--format", "json"]).ends(0).json();
    assert_eq!(shown["variants"][0]["card"]["title"], "Rockets land", "{shown:#}");
    world.run("token", &publish).ends(0);
    let card = world.network.timeline().remove(0).link.unwrap();
    assert_eq!(
        (card.title.as_deref(), card.description.as_deref()),
        (Some("Rockets land"), Some("All of it."))
    );
    assert_eq!(card.thumbnail, None, "that page has none");
}

#[test]
fn a_page_that_cannot_be_read_is_told_and_the_card_says_what_the_message_says() {
    let world = World::new();
    for (link, why) in [
        ("http://127.0.0.1:9/admin", "a private address"),
        ("http://[::ffff:10.0.0.1]/", "a private address"),
        ("https://news.example/rockets", "for examples and tests"),
    ] {
        linking(&world, link);
        let ended = world.run("token", &["plan", "news", "--ladder", "press"]).ends(0);
        let said = ended.err();
        assert!(said.contains("no card could be read of") && said.contains(why), "{link}: {said}");
        assert!(!world.house.path(".ladder/cards").exists());
    }
    world.run("token", &["publish", "news", "--ladder", "press", "--yes"]).ends(0);
    let card = world.network.timeline().remove(0).link.unwrap();
    assert_eq!(card.title.as_deref(), Some("In the news"));
}
