//! Other words for what is out: the channels, and `ladder edit`.

use super::bench::{self, Bench};
use super::program::house;
use super::rows::{WAYS, Way, asks, way};
use crate::house::{Ended, FOLDERS, House, rungs, signal};
use ladder::channel::{ADAPTERS, Ability, Edited, SendError};
use ladder::rehearsal::{Fault, Running, Upon};
use ladder::render::Variant;
use serde_json::Value;
use std::time::Duration;

fn can_edit(way: &Way) -> bool {
    let row = ADAPTERS.iter().find(|row| row.name == way.adapter).unwrap();
    !way.fixed && !matches!(row.abilities.edit, Ability::No(_))
}

#[tokio::test]
async fn the_words_change_and_nothing_else_does_and_twice_is_fine() {
    for way in WAYS.iter() {
        let bench = Bench::new(way).await;
        let variant = bench::rich(way);
        let receipts = bench.send(&variant).await.unwrap();
        let before = bench.network.timeline();
        let change = bench.change(&variant).unwrap();
        let attempt = bench.attempt(&variant, 0, &[]);
        assert_eq!(bench.channel.can_edit(&change).is_ok(), can_edit(way), "{}", way.name);
        if !can_edit(way) {
            continue;
        }
        for _ in 0..2 {
            let edited = bench.channel.edit(&change, &receipts[0], &attempt).await;
            let Ok(Edited::Done(receipt)) = edited else { panic!("{}: {edited:?}", way.name) };
            assert_eq!((&receipt.id, &receipt.altered), (&receipts[0].id, &None), "{}", way.name);
        }
        let after = bench.network.timeline();
        assert_eq!(after[0].text, format!("Corrected (really): {}", before[0].text), "{}", way.name);
        let mut same = after.clone();
        same[0].text = before[0].text.clone();
        assert_eq!(same, before, "{}", way.name);
    }
}

#[tokio::test]
async fn what_cannot_change_in_place_says_so_before_anything_is_sent() {
    for way in WAYS.iter().filter(|way| can_edit(way) && !way.article) {
        let bench = Bench::new(way).await;
        let variant = bench::rich(way);
        let asked = bench.network.log().len();
        let Variant::Post(post) = &variant else { panic!() };
        let mut fewer = post.clone();
        fewer.parts[0].media.pop();
        let mut other_alt = post.clone();
        other_alt.parts[0].media[0].alt = "Another (alt)".to_owned();
        let parts = bench.payload(&variant).parts;
        for other in [fewer, other_alt] {
            let after = bench.payload(&Variant::Post(other)).parts.remove(0);
            let change = ladder::channel::Change { before: parts[0].clone(), after };
            let why = bench.channel.can_edit(&change).unwrap_err();
            assert!(why.contains("images") && why.contains("in place"), "{}: {why}", way.name);
        }
        if !way.comments {
            continue;
        }
        let comment = parts.last().unwrap().clone();
        let change = ladder::channel::Change { before: comment.clone(), after: comment };
        assert!(bench.channel.can_edit(&change).unwrap_err().contains("comment"), "{}", way.name);
        assert_eq!(bench.network.log().len(), asked, "{}", way.name);
    }
}

#[tokio::test]
async fn a_lost_answer_is_settled_by_reading_where_that_may_be() {
    for way in WAYS.iter().filter(|way| can_edit(way)) {
        for (fault, done) in
            [(Fault::AnswerLost, true), (Fault::FailedAfter, true), (Fault::CutBefore, false)]
        {
            let bench = Bench::new(way).await;
            let receipts = bench.send(&bench::plain(way)).await.unwrap();
            let change = bench.change(&bench::plain(way)).unwrap();
            let (method, path) = asks(way).edit;
            bench.network.order_upon(Upon::Path(method, path), fault.clone());
            let attempt = bench.attempt(&bench::plain(way), 0, &[]);
            let edited = bench.channel.edit(&change, &receipts[0], &attempt).await;
            let readable = way.lists;
            match edited {
                Ok(Edited::Done(_)) => assert!(done && readable, "{} {fault:?}", way.name),
                // Who may not read it does not know; who may, sees that it is not done.
                Err(SendError::NotYet { .. }) => {
                    assert!(fault == Fault::FailedAfter && !readable, "{} {fault:?}", way.name)
                }
                Err(SendError::Unknown { .. }) => assert!(!done || !readable, "{} {fault:?}", way.name),
                other => panic!("{} {fault:?}: {other:?}", way.name),
            }
        }
    }
}

/// Nobody can read it, no answer came, and the old words are in the file again:
/// that does not mean that they are what readers see.
#[tokio::test(flavor = "multi_thread")]
async fn words_that_are_taken_back_after_a_lost_answer_are_written_again() {
    let (house, networks) = house(&[way("linkedin, a member")]).await;
    house.publish().ends(0);
    let before = networks[0].timeline()[0].text.clone();
    let message = house.read("messages/m.md");
    reword(&house);
    for _ in 0..4 {
        networks[0].order_upon(Upon::Path("POST", "urn"), Fault::AnswerLost);
    }
    edit(&house).ends(6);
    assert!(networks[0].timeline()[0].text.contains("safely"));
    house.write("messages/m.md", &message);
    edit(&house).ends(0);
    assert_eq!(networks[0].timeline()[0].text, before);
}

fn edit(house: &House) -> Ended {
    house.run(&["edit", "m", "--yes", "--format", "json"])
}

/// The message with other words in it.
fn reword(house: &House) {
    house.edit("messages/m.md", "title = \"Rocket m lands\"", "title = \"Rocket m lands safely\"");
}

fn updates(network: &Running) -> usize {
    let is = |path: &str| path.contains("urn%3A") || path.contains("1234567890_");
    network.log().iter().filter(|logged| logged.method == "POST" && is(&logged.path)).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_out_gets_the_new_words_and_the_rest_is_said() {
    let (house, networks) =
        house(&[way("facebook"), way("linkedin, an organisation"), way("x, OAuth 2")]).await;
    house.publish().ends(0);
    let ended = edit(&house).ends(0);
    assert!(ended.json()["deliveries"].as_array().unwrap().is_empty(), "{}", ended.out());
    reword(&house);
    // Nobody asked.
    let shown = house.run(&["edit", "m"]).ends(2).out();
    assert!(shown.contains("- Rocket m lands") && shown.contains("+ Rocket m lands safely"), "{shown}");
    assert!(shown.contains("ladder publish m --only three --again REASON"), "{shown}");
    let json = house.run(&["edit", "m", "--dry-run", "--format", "json"]).ends(0).json();
    assert_eq!(json["deliveries"][2]["changes"], Value::Array(Vec::new()));
    assert_eq!(networks.iter().map(updates).sum::<usize>(), 0);
    // X stays as it is, and that is no success.
    edit(&house).ends(4);
    for network in &networks[..2] {
        assert!(network.timeline()[0].text.contains("lands safely"), "{:?}", network.timeline());
        assert_eq!((network.everything().len(), updates(network)), (1, 1));
    }
    assert!(!networks[2].timeline()[0].text.contains("safely"));
    // Nothing is left that could change in place; nothing is sent again.
    edit(&house).ends(1);
    house.publish().ends(0);
    house.run(&["run"]).ends(0);
    assert_eq!(networks.iter().map(updates).sum::<usize>(), 2);
    assert!(networks.iter().all(|network| network.everything().len() == 1));
    // The journal has both, the log what is there.
    let log = house.run(&["log"]).ends(0).out();
    assert!(log.contains("lands safely") && log.contains(", edited "), "{log}");
    let journal = house.run(&["journal", "export"]).ends(0).out();
    assert!(journal.contains("\"event\":\"editing\"") && journal.contains("Rocket m lands\\n"), "{journal}");
    // What was edited can be taken down.
    house.run(&["unpublish", "m", "--yes"]).ends(0);
    assert!(networks.iter().all(|network| network.timeline().is_empty()));
}

#[tokio::test(flavor = "multi_thread")]
async fn words_that_break_a_rule_change_nothing() {
    let (house, networks) = house(&[way("linkedin, an organisation")]).await;
    let ladder = |text: &str| format!("{}text = \"{text}\"\n", rungs(&["one"]));
    house.write("content-ladders/all.toml", &ladder("It landed."));
    house.publish().ends(0);
    house.write("content-ladders/all.toml", &ladder(&"long ".repeat(700)));
    edit(&house).ends(3);
    assert_eq!((networks[0].timeline()[0].text.as_str(), updates(&networks[0])), ("It landed.", 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_in_the_middle_of_an_edit_is_finished_by_the_next() {
    for name in ["facebook", "linkedin, a member"] {
        for fault in [Fault::SilenceAfter, Fault::Silence] {
            let (house, networks) = house(&[way(name)]).await;
            house.publish().ends(0);
            reword(&house);
            networks[0].order_upon(Upon::Path("POST", "/"), fault.clone());
            let mut child = house.begin(&["edit", "m", "--yes"]);
            for _ in 0..3000 {
                if networks[0].ordered() == 0 {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            assert_eq!(networks[0].ordered(), 0, "{name}");
            signal("KILL", child.id());
            child.wait().unwrap();
            // Until it is asked again nobody knows what readers see.
            assert!(house.run(&["status"]).ends(0).out().contains("ladder edit m"), "{name} {fault:?}");
            assert!(house.run(&["log"]).ends(0).out().contains("safely"), "{name} {fault:?}");
            house.run(&["run"]).ends(6);
            edit(&house).ends(0);
            house.run(&["run"]).ends(0);
            let timeline = networks[0].timeline();
            assert!(timeline.len() == 1 && timeline[0].text.contains("safely"), "{name}: {timeline:?}");
            // It is known to say so: nothing is left to change.
            let asked = updates(&networks[0]);
            edit(&house).ends(0);
            assert_eq!(updates(&networks[0]), asked, "{name}");
        }
    }
}

/// Whoever corrects an error must not believe that what is still to go was corrected.
#[test]
fn what_is_queued_in_the_old_words_is_said_and_planned_anew() {
    let later = "\n[rungs.file]\nchannel = \"file\"\nafter = \"blog\"\ndelay = \"1h\"\n";
    let house = House::new(FOLDERS, &format!("{}{later}", rungs(&["blog"])));
    let long = "Some words that stay as they are. ".repeat(12);
    house.message("m", &format!("{long}It landed last week, all of it. {long}"));
    house.publish().ends(0);
    house.message("m", &format!("{long}It landed last YEAR, all of it. {long}"));
    house.edit("messages/m.md", "summary = \"It landed.\"", "summary = \"It landed, they say.\"");
    let shown = house.run(&["edit", "m", "--dry-run"]).ends(0).out();
    // What changes is in sight, in lines that fit.
    assert!(shown.contains("last week, all") && shown.contains("last YEAR, all"), "{shown}");
    assert!(shown.contains("the summary:") && shown.contains("they say"), "{shown}");
    assert!(shown.lines().all(|line| line.chars().count() <= 80), "{shown}");
    let ended = house.run(&["edit", "m", "--yes"]).ends(5);
    assert!(ended.err().contains("blog: is changed"), "{}", ended.err());
    let out = ended.out();
    assert!(out.contains("is queued in the old words") && out.contains("ladder publish m"), "{out}");
    // Now only that is left, and `publish` does it.
    let json = house.run(&["edit", "m", "--yes", "--format", "json"]).ends(5).json();
    assert_eq!((&json["deliveries"][0]["queued"], &json["error"]["code"]), (&true.into(), &"queued".into()));
    assert_eq!(json["deliveries"][0]["instead"][0], "ladder publish m");
    house.publish().ends(0);
    house.run(&["edit", "m", "--yes"]).ends(0);
}
