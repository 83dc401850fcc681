//! The same deaths for what is only told of pages: Webmention and WebSub. Nothing of it can
//! be there twice; that nobody is left out, nor told over and over, can be seen.

use crate::kills::{ACTIONS, matrix};
use crate::many::all;
use crate::shim::{Class, Point, is_here};
use crate::world::{World, runtime};
use ladder::rehearsal::{Kind, LoggedBody, Network, Running, Settings};
use std::collections::BTreeMap;

const BODY: &str = "It [landed](https://one.example/a?b=1&c), [again](https://two.example/#x) and [over](https://three.example/).";
/// Whom the message's page links to.
const LINKED: [&str; 3] = ["https://one.example/a?b=1&c", "https://two.example/#x", "https://three.example/"];
/// Where the page comes out.
const PAGE: &str = "https://acme.example/blog/m/";

/// A page, and those who are told of it.
struct Telling {
    world: World,
    web: Running,
    hubs: Running,
}

fn telling() -> Telling {
    let world = World::new();
    let start = |adapter: &str| {
        let kind = Kind::named(adapter).unwrap();
        let mut settings = Settings::of(kind, crate::world::CANARY);
        settings.pages = vec![ladder::render::html::sanitised(BODY)];
        let clock = world.clock.clone();
        settings.clock = ladder::clock::Clock::told_by(move || clock.now());
        let network = runtime().block_on(Network::start(kind, settings)).unwrap();
        network.shows(PAGE);
        network
    };
    let (web, hubs) = (start("webmention"), start("websub"));
    let channels = format!(
        "\n[channels.web]\nadapter = \"webmention\"\nbase_url = \"{}\"\n\n[channels.hubs]\nadapter = \"websub\"\n\
         base_url = \"{}\"\nfeed = \"https://acme.example/feed.xml\"\n",
        web.base_url(),
        hubs.base_url()
    );
    world.write("ladder.toml", &format!("{}{channels}", world.read("ladder.toml")));
    let rungs = "name = \"all\"\n[rungs.blog]\nchannel = \"blog\"\n\n[rungs.web]\nchannel = \"web\"\nafter = \"blog\"\n\n\
                 [rungs.hubs]\nchannel = \"hubs\"\nafter = \"blog\"\n";
    world.write("content-ladders/all.toml", rungs);
    world.message("m", BODY);
    Telling { world, web, hubs }
}

/// Who was told, in order.
fn told(network: &Running) -> Vec<String> {
    let told = network.log().into_iter().filter(|logged| logged.published);
    told.map(|logged| format!("{} {}", logged.path, target(&logged.body))).collect()
}

fn target(body: &LoggedBody) -> &str {
    let LoggedBody::Form(fields) = body else { return "" };
    fields.iter().find(|(name, _)| name == "target").map_or("", |(_, value)| value)
}

/// One death, and everything after it. Whether anybody died.
fn die_at(point: Point) -> bool {
    let telling = telling();
    let ended = telling.world.run_with(&["publish", "m", "--yes", "--format", "json"], &[point]);
    let died = ended.code().is_none();
    let (last, status) = telling.world.settle(&["m"]);
    let context = format!("killed at {point}\n{status:#}");
    assert_eq!(last.code(), Some(0), "{context}");
    for delivery in status["deliveries"].as_array().unwrap() {
        assert_eq!(delivery["state"], "sent", "{context}");
    }
    let mut live: Vec<String> = telling.web.timeline().into_iter().map(|mention| mention.url).collect();
    live.sort();
    let mut linked = LINKED.map(str::to_owned).to_vec();
    linked.sort();
    assert_eq!(live, linked, "{context}");
    // What one try told is known once it is over: it may be told again, once for each death.
    for (network, everybody) in [(&telling.web, LINKED.len()), (&telling.hubs, 1)] {
        let mut often: BTreeMap<String, usize> = BTreeMap::new();
        told(network).into_iter().for_each(|one| *often.entry(one).or_default() += 1);
        assert_eq!(often.len(), everybody, "{often:?} {context}");
        assert!(often.values().all(|times| *times <= 1 + usize::from(died)), "{often:?} {context}");
    }
    died
}

fn run(every: u64) {
    let telling = telling();
    let counts = telling.world.publish().ends(0).counts;
    let calls: Vec<(Class, u64)> = Class::ALL.into_iter().map(|class| (class, counts.of(class))).collect();
    let points = matrix(&calls, &ACTIONS, every);
    let dead = std::sync::atomic::AtomicUsize::new(0);
    all(&points, |point| {
        dead.fetch_add(usize::from(die_at(*point)), std::sync::atomic::Ordering::SeqCst);
    });
    let dead = dead.into_inner();
    eprintln!("{} points, {dead} died", points.len());
    assert!(dead * 2 > points.len(), "only {dead} of {} died", points.len());
}

#[test]
fn a_sample_of_them() {
    if is_here() {
        run(30);
    }
}

#[test]
#[ignore = "minutes: run by .ci/run"]
fn everywhere() {
    if is_here() {
        // It is quick: of two calls one.
        run(2);
    }
}
