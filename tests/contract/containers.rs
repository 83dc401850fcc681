//! Containers that the network has forgotten: what may still come out is not made a second
//! time, and what can come out no more is made anew.

use super::bench::{settings, table, write_secrets};
use super::log::assert_once;
use super::rows::way;
use crate::house::{Ended, House, rungs, signal};
use ladder::rehearsal::{Fault, Network, Running};
use std::time::{Duration, Instant};

/// A project with one channel that publishes in two steps, on an account that is older
/// than anything here.
async fn house(lag: Duration) -> (House, Running) {
    let way = way("threads");
    let mut there = settings(way);
    there.lag = lag;
    let network = Network::start(way.kind().unwrap(), there).await.unwrap();
    network.posted_by_hand("Something older.", Duration::from_secs(60 * 3600));
    let channel = table(way, network.base_url()).replace("channels.tweet", "channels.one");
    let house = House::new(&format!("\n{channel}"), &format!("{}text = \"It landed.\"\n", rungs(&["one"])));
    write_secrets(house.root(), &settings(way));
    (house, network)
}

/// Everything in the journal is that much older.
fn age(house: &House, hours: i64) {
    house.rewrite(&format!(
        "UPDATE events SET json = json_set(json, '$.at', \
         strftime('%Y-%m-%dT%H:%M:%fZ', json ->> '$.at', '-{hours} hours'))"
    ));
}

fn error(house: &House) -> String {
    house.status()["deliveries"][0]["error"].as_str().unwrap_or_default().to_owned()
}

/// How often each step was asked for: containers, publishings.
fn asked(network: &Running) -> (usize, usize) {
    let log = network.log();
    let of = |end: &str| log.iter().filter(|l| l.method == "POST" && l.path.ends_with(end)).count();
    (of("/threads"), of("/threads_publish"))
}

/// A process that died while it published, at this fault; then all containers are forgotten.
async fn killed_and_forgotten(fault: Fault, lag: Duration) -> (House, Running) {
    let (house, network) = house(lag).await;
    network.order(fault);
    let child = house.begin(&["publish", "m", "--yes"]);
    let end = Instant::now() + Duration::from_secs(30);
    while network.ordered() > 0 && Instant::now() < end {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    signal("KILL", child.id());
    assert_ne!(Ended::of(child).code(), Some(0));
    assert_eq!((network.ordered(), asked(&network)), (0, (1, 1)));
    network.forgets();
    (house, network)
}

/// Whatever no list shows: it may still come out. Each run says so, and makes nothing.
fn stays_in_doubt(house: &House, network: &Running) {
    for _ in 0..2 {
        house.run(&["run"]).ends(6);
        let error = error(house);
        assert_eq!((house.state("one").as_str(), asked(network)), ("unknown", (1, 1)), "{error}");
        assert!(error.contains("its container tells nothing: "), "{error}");
        assert!(error.contains(" UTC it can be published no more"), "{error}");
    }
}

fn live(network: &Running) -> Vec<String> {
    network.timeline().into_iter().map(|post| post.text).collect()
}

/// It was never published, and nobody can ask for it.
#[tokio::test(flavor = "multi_thread")]
async fn a_young_one_stays_in_doubt_and_an_old_one_is_made_anew() {
    let (house, network) = killed_and_forgotten(Fault::Silence, Duration::ZERO).await;
    // One hour, and a day.
    for hours in [1, 23] {
        age(&house, hours);
        stays_in_doubt(&house, &network);
    }
    age(&house, 2);
    house.run(&["run"]).ends(0);
    assert_eq!((house.state("one").as_str(), asked(&network)), ("sent", (2, 2)), "{}", error(&house));
    assert_eq!(live(&network), ["Something older.", "It landed."]);
    assert_once(&network, "threads");
}

/// It was published, and neither it nor the list says so.
#[tokio::test(flavor = "multi_thread")]
async fn a_published_one_is_not_published_again_while_it_is_young() {
    let (house, network) = killed_and_forgotten(Fault::SilenceAfter, Duration::from_secs(3600)).await;
    for hours in [1, 23] {
        age(&house, hours);
        stays_in_doubt(&house, &network);
    }
    assert_eq!(live(&network), ["Something older.", "It landed."]);
}

/// It was published, and the list alone says so: however old it is.
#[tokio::test(flavor = "multi_thread")]
async fn a_published_one_is_found_in_the_list_however_old_it_is() {
    for hours in [0, 20, 30] {
        let (house, network) = killed_and_forgotten(Fault::SilenceAfter, Duration::ZERO).await;
        age(&house, hours);
        house.run(&["run"]).ends(0);
        assert_eq!((house.state("one").as_str(), asked(&network)), ("sent", (1, 1)), "{}", error(&house));
        assert_eq!(house.status()["deliveries"][0]["id"], network.timeline()[1].id.as_str());
    }
}

/// Who says that it is not out is believed, and no second one is made while the first
/// could still come.
#[tokio::test(flavor = "multi_thread")]
async fn a_persons_word_waits_until_it_can_come_out_no_more() {
    let (house, network) = killed_and_forgotten(Fault::Silence, Duration::ZERO).await;
    age(&house, 20);
    stays_in_doubt(&house, &network);
    let key = house.status()["deliveries"][0]["key"].as_str().unwrap().to_owned();
    house.run(&["resolve", &key, "--not-sent"]).ends(0);
    house.run(&["run"]).ends(0);
    assert_eq!((house.state("one").as_str(), asked(&network)), ("planned", (1, 1)));
    assert!(error(&house).contains(" UTC it can be published no more"), "{}", error(&house));
    assert!(house.status()["deliveries"][0]["due"].is_string(), "{}", house.status());
    age(&house, 6);
    house.let_time_pass();
    house.run(&["run"]).ends(0);
    assert_eq!((house.state("one").as_str(), asked(&network)), ("sent", (2, 2)), "{}", error(&house));
}
