//! A whole publication to a LinkedIn on this machine: what people are told, and
//! what readers see.

use super::house::{Ended, House};
use ladder::rehearsal::{Fault, Kind, Network, Running, Settings};
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
        let settings = Settings::of(Kind::LinkedIn, CANARY);
        let network = runtime.block_on(Network::start(Kind::LinkedIn, settings)).unwrap();
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
