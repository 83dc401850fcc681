//! Receivers that never answer, over many runs of the program and days: the others are not
//! told again, and it comes to an end.

use super::receivers::{SILENT, Web};
use crate::house::{Ended, FOLDERS, House, signal};
use std::time::{Duration, Instant};

const PAGE: &str = "https://acme.example/blog/m/";
const FEED: &str = "https://acme.example/feed.xml";
const BODY: &str = "It [landed](https://good.example/a) and [again](https://bad.example/b).";
const BOTH: [&str; 2] = ["webmention", "websub"];

/// A project whose page is there, and two who are to be told of it: at these endpoints.
async fn house(adapter: &str) -> (House, Web) {
    let (web, address) = Web::start().await;
    let feed = if adapter == "websub" { format!("feed = \"{FEED}\"\n") } else { String::new() };
    let told = format!("\n[channels.one]\nadapter = \"{adapter}\"\nbase_url = \"{address}\"\n{feed}");
    let ladder = "name = \"all\"\n[rungs.blog]\nchannel = \"blog\"\n\n[rungs.one]\nchannel = \"one\"\nafter = \"blog\"\n";
    let mut house = House::new(&format!("{FOLDERS}{told}"), ladder);
    house.in_haste = true;
    house.message("m", BODY);
    for (host, page) in [("good", "a"), ("bad", "b")] {
        let link = format!("<https://{host}.example/w>; rel=webmention");
        web.page(&format!("https://{host}.example/{page}"), &[("link", &link)], "");
    }
    web.stand("https://good.example/w", 200, vec![], vec![]);
    is_out(&web, true);
    busy(&web);
    (house, web)
}

/// Whether the page, and the feed, show it.
fn is_out(web: &Web, out: bool) {
    shows(web, out, "");
}

/// The same, in these words.
fn shows(web: &Web, out: bool, words: &str) {
    let hubs = ["good", "bad"].map(|host| format!("<link rel=\"hub\" href=\"https://{host}.example/w\"/>"));
    let item = if out { format!("<entry><link href=\"{PAGE}\"/>{words}</entry>") } else { String::new() };
    let own = format!("<link rel=\"self\" href=\"{FEED}\"/>");
    let feed = format!("<feed xmlns=\"http://www.w3.org/2005/Atom\">{own}{}{item}</feed>", hubs.concat());
    web.stand(FEED, 200, vec![], feed.into_bytes());
    let links = "<a href=https://good.example/a>x</a><a href=https://bad.example/b>y</a>";
    let html = vec![("content-type", "text/html".to_owned())];
    web.stand(PAGE, if out { 200 } else { 410 }, html, links.as_bytes().to_vec());
}

/// One of them has no time, and for longer than one command waits.
fn busy(web: &Web) {
    web.stand("https://bad.example/w", 503, vec![("retry-after", "60".to_owned())], vec![]);
}

/// Whom it was told since it was asked last.
fn told(web: &Web) -> (usize, usize) {
    let posted = web.posted();
    let of = |host: &str| posted.iter().filter(|(url, _)| url.contains(host)).count();
    (of("good"), of("bad"))
}

/// Everything in the journal is that much older, and no wait is left.
fn pass(house: &House, hours: i64) {
    house.rewrite(&format!(
        "UPDATE events SET json = json_set(json, '$.at', \
         strftime('%Y-%m-%dT%H:%M:%fZ', json ->> '$.at', '-{hours} hours'))"
    ));
    house.rewrite(
        "UPDATE events SET json = json_set(json, '$.until', '2020-01-01T00:00:00Z') \
         WHERE json ->> '$.event' = 'not_yet'",
    );
}

/// How long the last try is to be waited for, in minutes.
fn wait(house: &House) -> i64 {
    let sql = "SELECT round((julianday(json ->> '$.until') - julianday(json ->> '$.at')) * 1440) FROM events \
               WHERE json ->> '$.event' = 'not_yet' ORDER BY seq DESC LIMIT 1";
    house.journal().query_row(sql, [], |row| row.get::<_, f64>(0)).unwrap() as i64
}

fn one(house: &House) -> serde_json::Value {
    let status = house.status();
    let all = status["deliveries"].as_array().unwrap();
    all.iter().find(|delivery| delivery["rung"] == "one").unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_never_answers_is_left_alone_after_a_day_and_the_others_are_told_once() {
    for adapter in BOTH {
        let (house, web) = house(adapter).await;
        house.publish().ends(0);
        assert_eq!(
            (house.state("one").as_str(), told(&web), wait(&house)),
            ("planned", (1, 1), 10),
            "{adapter}"
        );
        assert!(one(&house)["error"].as_str().unwrap().contains("is left alone"), "{}", one(&house));
        for (hours, minutes) in [(1, 60), (2, 360), (6, 360), (6, 360), (6, 360)] {
            // Nobody is asked before the wait is over, whoever calls.
            house.run(&["run"]).ends(0);
            assert_eq!(told(&web), (0, 0), "{adapter}");
            pass(&house, hours);
            house.run(&["run"]);
            let now = (house.state("one"), told(&web), wait(&house));
            assert_eq!(now, ("planned".to_owned(), (0, 1), minutes), "{adapter} {hours}");
        }
        pass(&house, 4);
        house.run(&["run"]).ends(0);
        assert_eq!((house.state("one").as_str(), told(&web)), ("sent", (0, 1)), "{adapter}");
        let detail = one(&house)["detail"].as_str().unwrap().to_owned();
        let (not, did) = match adapter {
            "webmention" => {
                ("https://bad.example/b: not told: its endpoint: it answered 503", "told (200 by ")
            }
            _ => ("https://bad.example/w answered 503", "https://good.example/w heard of it (200)"),
        };
        assert!(detail.contains(not) && detail.contains(did), "{detail}");
        house.run(&["run"]).ends(0);
        assert_eq!(told(&web), (0, 0), "{adapter}");
    }
}

/// A page that comes late takes no time from those who are told of it.
#[tokio::test(flavor = "multi_thread")]
async fn the_day_begins_when_they_are_told_first() {
    for adapter in BOTH {
        let (house, web) = house(adapter).await;
        web.stand(PAGE, 404, vec![], vec![]);
        web.stand(FEED, 404, vec![], vec![]);
        house.publish();
        assert_eq!((house.state("one").as_str(), told(&web)), ("planned", (0, 0)));
        pass(&house, 50);
        is_out(&web, true);
        house.run(&["run"]).ends(0);
        assert_eq!(
            (house.state("one").as_str(), told(&web), wait(&house)),
            ("planned", (1, 1), 10),
            "{adapter}"
        );
        web.stand("https://bad.example/w", 202, vec![], vec![]);
        pass(&house, 1);
        house.run(&["run"]).ends(0);
        assert_eq!((house.state("one").as_str(), told(&web)), ("sent", (0, 1)), "{adapter}");
        assert!(!one(&house)["detail"].as_str().unwrap().contains("503"), "{}", one(&house));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_is_killed_forgets_no_more_than_its_own_try() {
    for adapter in BOTH {
        let (house, web) = house(adapter).await;
        house.publish().ends(0);
        assert_eq!(told(&web), (1, 1));
        pass(&house, 1);
        killed_while_it_waits(&house, &web).await;
        busy(&web);
        house.run(&["run"]).ends(0);
        assert_eq!((house.state("one").as_str(), told(&web)), ("planned", (0, 1)), "{adapter}");
        pass(&house, 25);
        house.run(&["run"]).ends(0);
        assert_eq!((house.state("one").as_str(), told(&web)), ("sent", (0, 1)), "{adapter}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn taking_down_and_editing_come_to_an_end_too() {
    for adapter in BOTH {
        let (house, web) = house(adapter).await;
        web.stand("https://bad.example/w", 202, vec![], vec![]);
        house.publish().ends(0);
        assert_eq!((house.state("one").as_str(), told(&web)), ("sent", (1, 1)));
        busy(&web);
        house.message("m", &format!("{BODY} Corrected."));
        shows(&web, true, "Corrected.");
        let edit = ["edit", "m", "--only", "one", "--yes"];
        let later = house.run(&edit).ends(5);
        assert!((later.out() + &later.err()).contains("is left alone"), "{adapter}: {}", later.out());
        assert_eq!(told(&web), (1, 1), "{adapter}");
        pass(&house, 20);
        house.run(&edit).ends(5);
        assert_eq!(told(&web), (0, 1), "{adapter}");
        // Other words are told to all.
        house.message("m", &format!("{BODY} Corrected again."));
        house.run(&edit).ends(5);
        assert_eq!(told(&web), (1, 1), "{adapter}");
        pass(&house, 25);
        house.run(&edit).ends(0);
        assert_eq!(told(&web), (0, 1), "{adapter}");
        assert!(one(&house)["detail"].as_str().unwrap().contains("503"), "{}", one(&house));

        is_out(&web, false);
        let down = ["unpublish", "m", "--only", "one", "--yes"];
        let later = house.run(&down).ends(5).out();
        assert!(
            later.contains("is left alone") && later.contains("ladder unpublish m --only one"),
            "{later}"
        );
        assert_eq!(told(&web), (1, 1), "{adapter}");
        pass(&house, 20);
        house.run(&down).ends(5);
        assert_eq!(told(&web), (0, 1), "{adapter}");
        pass(&house, 5);
        let text = house.run(&down).ends(0).out();
        assert!(
            text.contains("taken down") && text.contains("left at that") && text.contains("503"),
            "{text}"
        );
        assert!(!text.contains("Not down"), "{text}");
        assert_eq!((house.state("one").as_str(), told(&web)), ("unpublished", (0, 1)), "{adapter}");
        assert!(one(&house)["error"].as_str().unwrap().contains("503"), "{}", one(&house));
        house.run(&["run"]).ends(0);
        assert_eq!(told(&web), (0, 0), "{adapter}");
    }
}

/// A run that is killed while one of them does not answer.
async fn killed_while_it_waits(house: &House, web: &Web) {
    web.stand("https://bad.example/w", SILENT, vec![], vec![]);
    let child = house.begin(&["run"]);
    let end = Instant::now() + Duration::from_secs(30);
    let mut asked = (0, 0);
    while asked.1 == 0 && Instant::now() < end {
        tokio::time::sleep(Duration::from_millis(10)).await;
        let now = told(web);
        asked = (asked.0 + now.0, asked.1 + now.1);
    }
    signal("KILL", child.id());
    assert_ne!(Ended::of(child).code(), Some(0));
    assert_eq!((house.state("one").as_str(), asked), ("unknown", (0, 1)));
}

/// Who was told already hears that it is gone, though not all were told.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_told_to_some_is_taken_down_as_well() {
    for (adapter, killed) in BOTH.into_iter().flat_map(|adapter| [(adapter, false), (adapter, true)]) {
        let (house, web) = house(adapter).await;
        house.publish().ends(0);
        assert_eq!((house.state("one").as_str(), told(&web)), ("planned", (1, 1)));
        if killed {
            pass(&house, 1);
            killed_while_it_waits(&house, &web).await;
        }
        if !killed {
            let shown = house.run(&["unpublish", "m", "--only", "one", "--dry-run"]).ends(0).out();
            assert!(shown.contains("those who know of it are told"), "{shown}");
        }
        web.stand("https://bad.example/w", 202, vec![], vec![]);
        let down = ["unpublish", "m", "--only", "one", "--yes"];
        let stands = house.run(&down).ends(5).out();
        assert!(stands.contains("still s") && told(&web) == (0, 0), "{adapter}: {stands}");
        assert!(stands.contains("nobody can delete it by hand"), "{stands}");
        assert!(!stands.contains("or delete it") && !stands.contains("heard of it"), "{stands}");
        is_out(&web, false);
        house.run(&down).ends(0);
        assert_eq!((house.state("one").as_str(), told(&web)), ("unpublished", (1, 1)), "{adapter}");
        house.run(&["run"]).ends(0);
        assert_eq!(told(&web), (0, 0), "{adapter}");
    }
}
