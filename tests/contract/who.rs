//! The program, where a network does not say whose the credentials are, wants
//! to be left alone, or says it late.

use super::bench::{self, Bench, settings, table, write_secrets};
use super::rows::{WAYS, Way};
use crate::house::{House, rungs};
use axum::Router;
use axum::http::header;
use ladder::channel::{SendError, Whose};
use ladder::rehearsal::{Fault, Network, Running, Settings, Upon};
use std::time::Duration;

/// A project with one channel, and its network.
async fn house(name: &str, change: impl FnOnce(Settings) -> Settings) -> (House, Running) {
    let way: &Way = WAYS.iter().find(|way| way.name == name).unwrap();
    let settings = change(settings(way));
    let network = Network::start(way.kind().unwrap(), settings.clone()).await.unwrap();
    let channel = table(way, network.base_url()).replace("channels.tweet", "channels.one");
    let house = House::new(&format!("\n{channel}"), &rungs(&["one"]));
    write_secrets(house.root(), &settings);
    (house, network)
}

/// The three networks, and what each is asked to know whose the credentials are.
const ASKED: [(&str, &str); 3] =
    [("x, OAuth 2", "/2/users/me"), ("facebook", "/1234567890"), ("linkedin, a member", "/v2/userinfo")];

const CHECK: [&str; 4] = ["channels", "--check", "--format", "json"];

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_say_whose_they_are_stops_nothing_and_that_is_said() {
    let (house, network) = house("linkedin, a member", |settings| settings.without_scope("openid")).await;
    let json = house.run(&CHECK).ends(0).json();
    let checked = &json["channels"][0]["checked"];
    assert!(checked["good"].is_null() && json["error"].is_null(), "{json}");
    let says = checked["says"].as_str().unwrap();
    assert!(says.starts_with("ready, not verified: ") && says.contains("`openid`"), "{says}");
    let said = house.publish().ends(0).err();
    assert!(
        said.contains("`[channels.one]`: not verified: ") && said.contains("taken at its word"),
        "{said}"
    );
    assert_eq!((house.state("one").as_str(), network.timeline().len()), ("sent", 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_in_its_place_that_knows_no_such_question_takes_the_post() {
    for (name, path) in ASKED {
        let (house, network) = house(name, |settings| settings).await;
        for status in [400, 404] {
            network.order_upon(Upon::Path("GET", path), Fault::Says(status, "No such path.".to_owned()));
        }
        let checked = house.run(&CHECK).ends(0).json()["channels"][0]["checked"].clone();
        // That Facebook's token is the page's own is known without the page.
        let good = if name == "facebook" { serde_json::json!(true) } else { serde_json::Value::Null };
        assert_eq!(checked["good"], good, "{name}: {checked}");
        house.publish().ends(0);
        assert_eq!((house.state("one").as_str(), network.timeline().len()), ("sent", 1), "{name}");
    }
}

/// A page, half a word or a redirect would be there tomorrow as well.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_says_nothing_stops_nothing_and_that_is_said() {
    for (name, path) in ASKED {
        for fault in
            [Fault::Html, Fault::HalfJson, Fault::Empty, Fault::Redirect("http://127.0.0.1:1/".to_owned())]
        {
            let (house, network) = house(name, |settings| settings).await;
            network.order_upon(Upon::Path("GET", path), fault.clone());
            if name == "facebook" {
                network.order_upon(Upon::Path("GET", "/me"), fault.clone());
            }
            let said = house.publish().ends(0).err();
            let told: Vec<&str> = said.lines().filter(|line| line.contains("not verified: ")).collect();
            assert_eq!(told.len(), 1, "{name} {fault:?}: {said}");
            assert!(told[0].contains("taken at its word") && told[0].len() < 300, "{name} {fault:?}: {said}");
            assert_eq!(
                (house.state("one").as_str(), network.timeline().len()),
                ("sent", 1),
                "{name} {fault:?}"
            );
        }
    }
}

/// A server that answers everything so, with 200.
async fn anything(mime: &'static str, body: &'static str) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let app = Router::new().fallback(move || async move { ([(header::CONTENT_TYPE, mime)], body) });
    tokio::spawn(async move { axum::serve(listener, app).await });
    address
}

/// A sign-in page, a proxy's, or the wrong server's.
const STRANGE: [(&str, &str); 4] = [
    ("text/html", "<!doctype html><title>Sign in</title><p>Who are you?</p>"),
    ("application/json", "null"),
    ("application/json", "[]"),
    ("text/plain", ""),
];

#[tokio::test]
async fn what_is_no_answer_of_the_api_makes_nothing_ready_and_the_address_is_named_for_it() {
    let mut bad = Vec::new();
    for way in WAYS.iter() {
        for (mime, body) in STRANGE {
            let elsewhere = Bench::new(way).await;
            let channel = bench::configured(&table(way, &anything(mime, body).await)).channel;
            let says = match channel.verify(elsewhere.folder.path()).await {
                Ok(Whose::Foreign(says)) => says,
                Err(
                    SendError::NotYet { says, .. }
                    | SendError::Refused { says }
                    | SendError::Mendable { says },
                ) => says,
                ready => format!("{ready:?}"),
            };
            // A relay is known by its address alone.
            if !(says.contains("`base_url`") || says.contains("127.0.0.1")) {
                bad.push(format!("{} {body:?}: {says}", way.name));
            }
        }
    }
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_in_the_place_of_the_api_is_no_channel_that_is_ready() {
    let (mime, page) = STRANGE[0];
    for name in ["wordpress, blocks", "ghost", "forem", "x, OAuth 2"] {
        let way: &Way = WAYS.iter().find(|way| way.name == name).unwrap();
        let channel = table(way, &anything(mime, page).await).replace("channels.tweet", "channels.one");
        let house = House::new(&format!("\n{channel}"), &rungs(&["one"]));
        write_secrets(house.root(), &settings(way));
        let json = house.run(&CHECK).ends(1).json();
        assert_eq!(json["channels"][0]["checked"]["good"], false, "{json}");
        let says = json["channels"][0]["checked"]["says"].as_str().unwrap();
        assert!(says.starts_with("not known: no answer of ") && says.contains("a page of HTML"), "{says}");
        assert!(says.contains("`base_url`") && says.contains("sign-in page"), "{says}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_on_the_question_is_obeyed_by_the_run_and_by_the_next() {
    for (name, path) in ASKED {
        let (house, network) = house(name, |settings| settings).await;
        network.order_upon(Upon::Path("GET", path), Fault::TooMany(Duration::from_secs(800)));
        let json = house.publish().ends(0).json();
        assert_eq!(json["deliveries"][0]["state"], "planned", "{name}: {json}");
        assert!(json["deliveries"][0]["not_before"].is_string(), "{name}: {json}");
        house.run(&["run"]).ends(0);
        let asked = network.log().len();
        assert_eq!((asked, network.timeline().len()), (1, 0), "{name}: {:?}", network.log());
        house.let_time_pass();
        house.run(&["run"]).ends(0);
        assert_eq!((house.state("one").as_str(), network.timeline().len()), ("sent", 1), "{name}");
    }
}

/// The question gets no answer before the run, and a bad one in it.
#[tokio::test(flavor = "multi_thread")]
async fn credentials_that_turn_out_bad_in_the_run_are_no_end_of_the_post() {
    for (name, path) in ASKED {
        let (house, network) = house(name, |settings| settings).await;
        network.order_upon(Upon::Path("GET", path), Fault::CutBefore);
        network.order_upon(Upon::Path("GET", path), Fault::Says(401, "Not you.".to_owned()));
        let json = house.publish().ends(0).json();
        assert_eq!(json["deliveries"][0]["state"], "planned", "{name}: {json}");
        assert!(json["deliveries"][0]["error"].is_string(), "{name}: {json}");
        assert_eq!(network.timeline().len(), 0, "{name}");
        // Somebody has mended it.
        house.let_time_pass();
        house.run(&["run"]).ends(0);
        assert_eq!((house.state("one").as_str(), network.timeline().len()), ("sent", 1), "{name}");
    }
}

/// One ladder whose text is longer than Mastodon's own limit.
#[tokio::test(flavor = "multi_thread")]
async fn what_an_instance_takes_is_noted_once_and_counts_without_a_socket() {
    let (house, network) = house("mastodon", |settings| Settings { longest: Some(1000), ..settings }).await;
    let text = format!("{}text = \"{}\"\n", rungs(&["one"]), "words ".repeat(120));
    house.write("content-ladders/all.toml", &text);
    house.run(&["check", "m"]).ends(3);
    let other = "[channels.gone]\nbase_url = \"https://gone.example\"\nmax_characters = 7\n";
    house.write("ladder.limits.toml", other);
    let json = house.run(&CHECK).ends(0).json();
    let limits = &json["channels"][0]["limits"];
    assert_eq!((&limits["changed"], &limits["known"]["max_characters"]), (&true.into(), &1000.into()));
    let written = house.read("ladder.limits.toml");
    assert!(
        written.contains("[channels.gone]\nbase_url = \"https://gone.example\"\nmax_characters = 7"),
        "{written}"
    );
    let asked = network.log().len();
    house.run(&["check", "m"]).ends(0);
    house.run(&["preview", "m"]).ends(0);
    assert_eq!(network.log().len(), asked);
    // Nothing is new: nothing is written, and nothing said.
    let out = house.run(&["channels", "--check"]).ends(0).out();
    assert!(!out.contains("ladder.limits.toml"), "{out}");
    assert_eq!(house.read("ladder.limits.toml"), written);
    house.publish().ends(0);
    assert_eq!(network.timeline().len(), 1);
    // Noted of another instance, it does not count.
    house.write("ladder.limits.toml", &written.replace("http://127.0.0.1", "https://elsewhere.example"));
    house.run(&["check", "m"]).ends(3);
    house.write("ladder.limits.toml", &written.replace("max_characters = 7", "max_characters = \"seven\""));
    let broken = house.run(&["check", "m"]).ends(3);
    assert!(format!("{}{}", broken.out(), broken.err()).contains("ladder.limits.toml:"), "{}", broken.err());
    let before = house.read("ladder.limits.toml");
    house.run(&["channels", "--check"]).ends(3);
    assert_eq!(house.read("ladder.limits.toml"), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_that_does_not_say_what_it_takes_stops_nothing() {
    let (house, network) = house("mastodon", |settings| settings).await;
    network.order_upon(Upon::Path("GET", "/instance"), Fault::Html);
    let ended = house.run(&["channels", "--check"]).ends(0);
    assert!(ended.out().contains("limits of `one` are not known"), "{}", ended.out());
    assert!(!house.path("ladder.limits.toml").exists());
    house.publish().ends(0);
}
