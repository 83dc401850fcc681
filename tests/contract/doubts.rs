//! What is in doubt stays so until something proves it, and is told as it is:
//! the program itself over networks that lose, lag, forbid and repeat.

use super::bench::{CANARY, settings, table, write_secrets};
use super::rows::{WAYS, Way};
use crate::house::{House, rungs, signal};
use ladder::rehearsal::{Fault, Network, Running, Settings, Upon};
use std::time::Duration;

const LISTED: [&str; 3] = ["x, OAuth 2", "facebook", "linkedin, an organisation"];

fn way(name: &str) -> &'static Way {
    WAYS.iter().find(|way| way.name == name).unwrap()
}

/// A project whose messages all say the same on this network.
async fn house(name: &str, change: impl FnOnce(Settings) -> Settings) -> (House, Running) {
    let way = way(name);
    let network = Network::start(way.kind, change(settings(way))).await.unwrap();
    let channel = table(way, network.base_url()).replace("channels.tweet", "channels.one");
    let ladder = format!("{}text = \"It landed.\"\n", rungs(&["one"]));
    let house = House::new(&format!("\n{channel}"), &ladder);
    write_secrets(house.root(), &settings(way));
    house.message("n", "It landed.");
    (house, network)
}

/// Everything in the journal is that much older.
fn age(house: &House, minutes: i64) {
    let sql = format!(
        "UPDATE events SET json = json_set(json, '$.at', \
         strftime('%Y-%m-%dT%H:%M:%fZ', json ->> '$.at', '-{minutes} minutes'))"
    );
    house.journal().execute(&sql, []).unwrap();
}

/// The delivery of message `n`, or the newest generation of the only one.
fn last(house: &House) -> serde_json::Value {
    let status = house.status();
    let deliveries = status["deliveries"].as_array().unwrap().clone();
    let order = |delivery: &serde_json::Value| {
        (delivery["message"].as_str().unwrap().to_owned(), delivery["generation"].as_u64())
    };
    deliveries.into_iter().max_by_key(order).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_deliveries_never_have_one_post() {
    let again = ["publish", "m", "--yes", "--again", "once more"];
    for name in LISTED {
        for (arguments, fault) in [
            (&["publish", "n", "--yes"][..], Fault::CutBefore),
            (&["publish", "n", "--yes"][..], Fault::FailedBefore),
            (&again[..], Fault::CutBefore),
        ] {
            let (house, network) = house(name, |settings| settings).await;
            network.posted_by_hand("Something older.", Duration::from_secs(5 * 3600));
            house.publish().ends(0);
            let first = network.timeline()[1].id.clone();
            network.order(fault.clone());
            house.run(arguments).ends(6);
            let (state, error) = (last(&house)["state"].clone(), last(&house)["error"].clone());
            assert_eq!(state, "unknown", "{name} {fault:?}: {error}");
            assert_ne!(last(&house)["id"], first.as_str(), "{name}");
            // Much later the list is believed: on Facebook, which takes the same
            // words twice, it goes out; elsewhere a person has to look.
            age(&house, 120);
            house.run(&["run"]);
            let second = last(&house);
            if name == "facebook" {
                assert_eq!(
                    (second["state"].as_str(), network.timeline().len()),
                    (Some("sent"), 3),
                    "{second}"
                );
                assert_ne!(second["id"], first.as_str());
            } else {
                assert_eq!(
                    (second["state"].as_str(), network.timeline().len()),
                    (Some("unknown"), 2),
                    "{second}"
                );
                assert!(second["error"].as_str().unwrap().contains("another delivery"), "{second}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_does_not_make_another_deliverys_post_ours() {
    for name in LISTED {
        let (house, network) = house(name, |settings| settings).await;
        network.posted_by_hand("Something older.", Duration::from_secs(5 * 3600));
        house.publish().ends(0);
        network.order(Fault::Silence);
        let mut child = house.begin(&["publish", "n", "--yes"]);
        for _ in 0..3000 {
            if network.ordered() == 0 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert_eq!(network.ordered(), 0, "{name}");
        signal("KILL", child.id());
        child.wait().unwrap();
        house.run(&["run"]).ends(6);
        assert_eq!(
            (last(&house)["state"].as_str(), network.timeline().len()),
            (Some("unknown"), 2),
            "{name}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_posted_just_before_is_not_taken() {
    for name in LISTED {
        for before in [30, 240] {
            let (house, network) = house(name, |settings| settings).await;
            network.posted_by_hand("Something older.", Duration::from_secs(5 * 3600));
            let by_hand = network.posted_by_hand("It landed.", Duration::from_secs(before));
            network.order(Fault::CutBefore);
            house.publish().ends(6);
            let delivery = last(&house);
            assert_ne!(delivery["id"], by_hand.as_str(), "{name} {before}");
            assert_eq!(delivery["state"], "unknown", "{name} {before}: {delivery}");
        }
    }
}

/// Ours is out, and the list says so only after that time.
#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_lags_for_half_an_hour_is_not_believed() {
    for name in LISTED {
        let late = |mut settings: Settings| {
            settings.lag = Duration::from_secs(3600);
            settings
        };
        let (house, network) = house(name, late).await;
        network.posted_by_hand("Something older.", Duration::from_secs(5 * 3600));
        network.order(Fault::AnswerLost);
        house.publish().ends(6);
        age(&house, 29);
        house.run(&["run"]).ends(6);
        assert_eq!(network.timeline().len(), 2, "{name}: {}", last(&house));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn why_a_look_settled_nothing_is_told() {
    for (name, scope) in
        [("facebook", "pages_read_engagement"), ("linkedin, an organisation", "r_organization_social")]
    {
        let (house, network) = house(name, |settings| settings.without_scope(scope)).await;
        network.order(Fault::AnswerLost);
        let text = house.publish().ends(6).out();
        assert!(text.contains(scope), "{name}: {text}");
        let error = last(&house)["error"].as_str().unwrap().to_owned();
        assert!(error.contains("; looked for it: ") && error.contains(scope), "{name}: {error}");
        // Told once: a run every few minutes adds nothing to the journal.
        let count = || -> u64 {
            house.journal().query_row("SELECT count(*) FROM events", [], |row| row.get(0)).unwrap()
        };
        let before = count();
        house.run(&["run"]).ends(6);
        assert_eq!(count(), before, "{name}");
    }
    let (house, network) = house("x, OAuth 2", |settings| settings).await;
    network.order(Fault::AnswerLost);
    network
        .order_upon(Upon::Path("GET", "/tweets"), Fault::Says(403, "not permitted for this app".to_owned()));
    let text = house.publish().ends(6).out();
    assert!(text.contains("looked for it: ") && text.contains("not permitted for this app"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_is_not_hidden_by_a_token_that_expired() {
    for name in LISTED {
        let (house, network) = house(name, |settings| settings).await;
        network.order(Fault::AnswerLost);
        network.order_upon(Upon::Path("GET", list_of(name)), Fault::FailedBefore);
        house.publish().ends(6);
        house.write("token", &format!("{CANARY}-nonsense\n"));
        let ended = house.run(&["run"]).ends(6);
        assert!(ended.out().contains("unknown") && ended.out().contains("ladder resolve"), "{}", ended.out());
        assert!(ended.err().contains("nothing was sent: "), "{}", ended.err());
        let json = house.run(&["run", "--format", "json"]).ends(6).json();
        assert_eq!(json["deliveries"][0]["state"], "unknown", "{json}");
        assert_eq!((json["error"]["code"].as_str(), json["exit"].as_u64()), (Some("not-accepted"), Some(6)));
        std::fs::remove_file(house.path("token")).unwrap();
        let json = house.run(&["run", "--format", "json"]).ends(6).json();
        assert_eq!(json["error"]["code"], "not-ready", "{json}");
        assert_eq!(network.timeline().len(), 1);
    }
}

fn list_of(name: &str) -> &'static str {
    match name {
        "facebook" => "published_posts",
        "x, OAuth 2" => "/tweets",
        _ => "/rest/posts",
    }
}
