//! `ladder unpublish`: the program itself against the networks, judged by what
//! they show and by what they were asked.

use super::program::house;
use super::rows::{WAYS, way};
use crate::house::{Ended, FOLDERS, House, rungs, signal};
use ladder::rehearsal::{Fault, Logged, LoggedBody, Running, Upon};
use serde_json::Value;
use std::time::Duration;

/// Takes `m` down.
fn unpublish(house: &House) -> Ended {
    house.run(&["unpublish", "m", "--yes", "--format", "json"])
}

/// As if all that is in the journal had happened an hour earlier.
fn an_hour_passes(house: &House) {
    house.rewrite(
        "UPDATE events SET json =
         json_set(json, '$.at', strftime('%Y-%m-%dT%H:%M:%fZ', json ->> '$.at', '-1 hour'))",
    );
}

/// What became of a rung.
fn outcome(answer: &Value, rung: &str) -> String {
    let of_rung = |delivery: &&Value| delivery["rung"] == rung;
    let found = answer["deliveries"].as_array().unwrap().iter().find(of_rung);
    found.unwrap_or_else(|| panic!("no {rung} in {answer}"))["outcome"].as_str().unwrap().to_owned()
}

/// The beginning of the newest key of a rung.
fn key_of(house: &House, rung: &str) -> String {
    let status = house.status();
    let of_rung = status["deliveries"].as_array().unwrap().iter().filter(|delivery| delivery["rung"] == rung);
    let newest = of_rung.max_by_key(|delivery| delivery["generation"].as_u64()).unwrap();
    newest["key"].as_str().unwrap()[..10].to_owned()
}

/// Where one address takes changes and deletions, what is asked stands in the body: to
/// delete it, or to make a draft of it again.
fn takes_away(body: &Value) -> bool {
    ["delete", "remove"].contains(&body["action"].as_str().unwrap_or_default())
        || body["article"]["published"] == false
        || body["posts"][0]["status"] == "draft"
}

fn deletions(network: &Running) -> usize {
    let asks = network.kind().row().asks;
    let deletes = |logged: &&Logged| {
        let (method, path) = asks.removal;
        let (place, says) = match &logged.body {
            // A GraphQL request says in its body what it asks for.
            LoggedBody::Json(body) => {
                (body["operationName"].as_str().unwrap_or(&logged.path), takes_away(body))
            }
            _ => (logged.path.as_str(), false),
        };
        // Who wants to know first who asks takes it at the second time.
        logged.method == method
            && logged.status != Some(401)
            && place.contains(path.trim_start_matches('/'))
            && (asks.removal != asks.edit || says)
    };
    network.log().iter().filter(deletes).count()
}

const THREAD: &str = "thread = [\"One.\", \"Two.\", \"Three.\"]\n";

#[tokio::test(flavor = "multi_thread")]
async fn what_was_published_is_taken_down_everywhere_and_stays_down() {
    for way in WAYS.iter() {
        let (house, networks) = house(&[way]).await;
        let more = match way {
            way if way.threads => THREAD,
            way if way.comments => "first_comment = \"More.\"\n",
            _ => "",
        };
        house.write("content-ladders/all.toml", &format!("{}{more}", rungs(&["one"])));
        house.publish().ends(0);
        let posted = networks[0].everything().len();
        let answer = unpublish(&house).ends(0).json();
        assert_eq!(outcome(&answer, "one"), "taken-down", "{}: {answer}", way.name);
        assert!(networks[0].timeline().is_empty(), "{}", way.name);
        let asked = deletions(&networks[0]);
        assert_eq!(asked, if way.threads { 3 } else { 1 + usize::from(way.comments) }, "{}", way.name);
        // Once more asks nobody, and nothing brings it back but `--again`.
        let answer = unpublish(&house).ends(0).json();
        assert_eq!(outcome(&answer, "one"), "taken-down", "{}", way.name);
        house.publish().ends(0);
        house.run(&["run"]).ends(0);
        assert_eq!(house.state("one"), "unpublished", "{}", way.name);
        assert_eq!(
            (deletions(&networks[0]), networks[0].everything().len()),
            (asked, posted),
            "{}",
            way.name
        );
        house.run(&["publish", "m", "--yes", "--again", "it was right after all"]).ends(0);
        assert_eq!(networks[0].timeline().len(), posted, "{}", way.name);
        // The new one can be taken down as well.
        unpublish(&house).ends(0);
        assert!(networks[0].timeline().is_empty(), "{}", way.name);
        let log = house.run(&["log"]).ends(0).out();
        assert_eq!(log.matches("↓ unpublished").count(), 2, "{log}");
        assert!(log.contains(", taken down "), "{log}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_keeps_what_of_a_half_thread_never_went_out() {
    let (house, networks) = house(&[way("x, OAuth 2")]).await;
    house.write("content-ladders/all.toml", &format!("{}{THREAD}", rungs(&["one"])));
    // Who the account is comes first, then the first part.
    networks[0].order_upon(Upon::Number(2), Fault::Says(403, "not permitted".to_owned()));
    house.publish().ends(1);
    let logged = || house.run(&["log"]).ends(0).out();
    let rest = "part 2 of 3, not sent: refused:\n    │ Two.\n    part 3 of 3, not sent:\n    │ Three.\n";
    assert!(logged().ends_with(rest), "{}", logged());
    unpublish(&house).ends(0);
    assert!(logged().contains("↓ unpublished") && logged().ends_with(rest), "{}", logged());
    let log = house.run(&["log", "--format", "json"]).ends(0).json();
    let one = &log["deliveries"][0];
    assert_eq!(one["sent"], serde_json::json!([{ "text": "One." }]), "{one}");
    let not_sent: Vec<&Value> =
        one["not_sent"].as_array().unwrap().iter().map(|part| &part["words"]["text"]).collect();
    assert_eq!(not_sent, ["Two.", "Three."], "{one}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thread_goes_from_its_end_and_a_comment_before_its_post() {
    let (house, networks) = house(&[way("x, OAuth 2"), way("facebook")]).await;
    let (one, two) = ("[rungs.one]\nchannel = \"one\"\n", "[rungs.two]\nchannel = \"two\"\n");
    let ladder = format!("name = \"all\"\n{one}{THREAD}{two}first_comment = \"More.\"\n");
    house.write("content-ladders/all.toml", &ladder);
    house.publish().ends(0);
    let ids: Vec<String> = networks[0].timeline().into_iter().map(|post| post.id).collect();
    let post = networks[1].timeline().remove(0);
    unpublish(&house).ends(0);
    let asked = |network: &Running| -> Vec<String> {
        let log = network.log();
        let all = log.iter().filter(|logged| logged.method == "DELETE");
        all.map(|logged| logged.path.rsplit('/').next().unwrap().to_owned()).collect()
    };
    assert_eq!(asked(&networks[0]), ids.into_iter().rev().collect::<Vec<_>>());
    assert_eq!(asked(&networks[1]), [post.comments[0].id.clone(), post.id]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_on_one_network_keeps_nothing_up_on_another() {
    let ways = [way("x, OAuth 2"), way("facebook"), way("linkedin, an organisation")];
    let cases: [(Fault, i32, &str); 4] = [
        (Fault::Expired, 5, "later"),
        (Fault::TooMany(Duration::from_secs(3600)), 5, "later"),
        (Fault::Says(400, "no".to_owned()), 4, "stays"),
        (Fault::Says(403, "no".to_owned()), 4, "stays"),
    ];
    for (fault, code, said) in cases {
        let (house, networks) = house(&ways).await;
        house.publish().ends(0);
        networks[0].order_upon(Upon::Path("DELETE", "/"), fault.clone());
        let answer = unpublish(&house).ends(code).json();
        assert_eq!(outcome(&answer, "one"), said, "{fault:?}: {answer}");
        assert_eq!(networks[0].timeline().len(), 1, "{fault:?}");
        assert!(networks[1].timeline().is_empty() && networks[2].timeline().is_empty(), "{fault:?}");
        assert_eq!(house.state("one"), "sent", "{fault:?}");
        let status = house.run(&["status"]).ends(0).out();
        assert!(status.contains("ladder unpublish m") || status.contains("--removed"), "{status}");
        // What is left is tried again, and only that.
        let (two, three) = (deletions(&networks[1]), deletions(&networks[2]));
        if fault != Fault::Expired {
            let answer = unpublish(&house).ends(0).json();
            assert_eq!(outcome(&answer, "one"), "taken-down", "{fault:?}");
            assert!(networks[0].timeline().is_empty(), "{fault:?}");
        }
        assert_eq!((deletions(&networks[1]), deletions(&networks[2])), (two, three), "{fault:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_without_an_answer_is_asked_for_again() {
    for fault in [Fault::AnswerLost, Fault::CutBefore, Fault::FailedAfter, Fault::FailedBefore, Fault::Html] {
        let (house, networks) = house(&["x, OAuth 2", "facebook", "linkedin, a member"].map(way)).await;
        for network in &networks {
            network.posted_by_hand("Something older.", Duration::from_secs(5 * 3600));
        }
        house.publish().ends(0);
        an_hour_passes(&house);
        for network in &networks {
            network.order_upon(Upon::Path("DELETE", "/"), fault.clone());
        }
        unpublish(&house).ends(0);
        for (name, network) in ["one", "two", "three"].into_iter().zip(&networks) {
            assert_eq!((network.ordered(), network.timeline().len()), (0, 1), "{name} {fault:?}");
            assert_eq!(house.state(name), "unpublished", "{name} {fault:?}");
        }
    }
}

/// Facebook says the same of what is gone and of what may not be deleted, and its list
/// may be behind: a post that is new may still be there.
#[tokio::test(flavor = "multi_thread")]
async fn facebook_is_not_believed_that_a_new_post_is_gone() {
    let (house, networks) = house(&[way("facebook")]).await;
    networks[0].posted_by_hand("Something older.", Duration::from_secs(5 * 3600));
    house.publish().ends(0);
    networks[0].order_upon(Upon::Path("DELETE", "/"), Fault::AnswerLost);
    let answer = unpublish(&house).ends(6).json();
    assert_eq!(outcome(&answer, "one"), "unknown");
    let why = answer["deliveries"][0]["why"].as_str().unwrap();
    assert!(why.contains(" UTC the list can tell"), "{why}");
    let to_do = answer["to_do"][0].to_string();
    assert!(to_do.contains("ladder unpublish m --only one") && to_do.contains("--removed"), "{to_do}");
    // Half an hour later the list can tell.
    an_hour_passes(&house);
    assert_eq!(outcome(&unpublish(&house).ends(0).json(), "one"), "was-gone");
}

/// A thread of which a part is in doubt: what is out goes down at once, and the
/// doubt ends, though what the part hung below is gone by then.
#[tokio::test(flavor = "multi_thread")]
async fn a_doubt_in_a_thread_that_is_going_down_comes_to_its_end() {
    let (house, networks) = house(&[way("x, OAuth 2")]).await;
    house.write("content-ladders/all.toml", &format!("{}{THREAD}", rungs(&["one"])));
    networks[0].order_upon(Upon::PublishingAfter(2), Fault::CutBefore);
    house.publish().ends(6);
    assert_eq!(networks[0].timeline().len(), 2);
    let answer = unpublish(&house).ends(6).json();
    assert!(networks[0].timeline().is_empty());
    let to_do = answer["to_do"][0].to_string();
    assert!(to_do.contains("part 3 of 3") && to_do.contains(" UTC"), "{to_do}");
    house.run(&["run"]).ends(6);
    an_hour_passes(&house);
    let posted = networks[0].everything().len();
    assert_eq!(outcome(&unpublish(&house).ends(0).json(), "one"), "taken-down");
    house.run(&["run"]).ends(0);
    assert_eq!((house.state("one").as_str(), networks[0].everything().len()), ("unpublished", posted));
}

/// A comment goes with its post, whether it was there or not.
#[tokio::test(flavor = "multi_thread")]
async fn a_doubt_about_a_comment_ends_with_its_post() {
    for name in ["facebook", "linkedin, an organisation", "linkedin, a member"] {
        let (house, networks) = house(&[way(name)]).await;
        house.write("content-ladders/all.toml", &format!("{}first_comment = \"More.\"\n", rungs(&["one"])));
        networks[0].order_upon(Upon::PublishingAfter(1), Fault::CutBefore);
        house.publish().ends(6);
        assert_eq!(outcome(&unpublish(&house).ends(0).json(), "one"), "taken-down", "{name}");
        assert!(networks[0].timeline().is_empty(), "{name}");
        house.run(&["run"]).ends(0);
    }
}

/// Where no answer comes, however often it is asked, nobody knows.
#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_that_is_never_answered_is_in_doubt() {
    let (house, networks) = house(&["x, OAuth 2", "facebook", "linkedin, a member"].map(way)).await;
    for network in &networks {
        network.posted_by_hand("Something older.", Duration::from_secs(5 * 3600));
    }
    house.publish().ends(0);
    an_hour_passes(&house);
    for network in &networks {
        for _ in 0..4 {
            network.order_upon(Upon::Path("DELETE", "/"), Fault::AnswerLost);
        }
    }
    let answer = unpublish(&house).ends(6).json();
    let status = house.run(&["status"]).ends(0).out();
    for name in ["one", "two", "three"] {
        assert_eq!(outcome(&answer, name), "unknown", "{name}");
        assert!(status.contains(&format!("ladder unpublish m --only {name}")), "{name}: {status}");
    }
    // That it stays is not said before somebody knows that it is there.
    assert!(!status.contains("--keep"), "{status}");
    let told = house.run(&["resolve", &key_of(&house, "one"), "--keep"]).ends(2).err();
    assert!(told.contains("ladder unpublish m --only one") && told.contains("--removed"), "{told}");
    house.run(&["run"]).ends(6);
    unpublish(&house).ends(0);
    house.run(&["run"]).ends(0);
}

/// Done without an answer, and then "not now" or "no", in the same command and in the
/// next one: what was said later ends no doubt.
#[tokio::test(flavor = "multi_thread")]
async fn a_no_says_nothing_about_the_deletion_before_that_had_no_answer() {
    let too_many = || Fault::TooMany(Duration::from_secs(4000));
    for (then, next) in [(too_many(), Fault::Echo(403)), (Fault::Echo(403), too_many())] {
        let (house, networks) = house(&["x, OAuth 2", "linkedin, a member"].map(way)).await;
        house.publish().ends(0);
        for network in &networks {
            network.order_upon(Upon::Path("DELETE", "/"), Fault::AnswerLost);
            network.order_upon(Upon::Path("DELETE", "/"), then.clone());
        }
        for again in [true, false] {
            let answer = unpublish(&house).ends(6).json();
            for name in ["one", "two"] {
                assert_eq!(outcome(&answer, name), "unknown", "{name} {then:?} {again}: {answer}");
            }
            house.run(&["run"]).ends(6);
            for network in networks.iter().filter(|_| again) {
                assert_eq!((network.ordered(), network.timeline().len()), (0, 0), "{then:?}");
                network.order_upon(Upon::Path("DELETE", "/"), next.clone());
            }
        }
        unpublish(&house).ends(0);
        house.run(&["run"]).ends(0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_between_doing_and_hearing_of_it_is_finished_by_the_next() {
    for name in ["x, OAuth 1.0a", "facebook", "linkedin, an organisation"] {
        for fault in [Fault::SilenceAfter, Fault::Silence] {
            let (house, networks) = house(&[way(name)]).await;
            networks[0].posted_by_hand("Something older.", Duration::from_secs(5 * 3600));
            house.publish().ends(0);
            an_hour_passes(&house);
            networks[0].order_upon(Upon::Path("DELETE", "/"), fault.clone());
            let mut child = house.begin(&["unpublish", "m", "--yes"]);
            for _ in 0..3000 {
                if networks[0].ordered() == 0 {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            assert_eq!(networks[0].ordered(), 0, "{name}");
            signal("KILL", child.id());
            child.wait().unwrap();
            // Nobody believes it down before somebody has said so, and nobody is
            // told that all is well.
            assert_eq!(house.state("one"), "sent", "{name} {fault:?}");
            assert_eq!(house.status()["deliveries"][0]["in_doubt"], true, "{name} {fault:?}");
            assert!(house.run(&["run"]).ends(6).err().contains("ladder unpublish m"), "{name} {fault:?}");
            house.publish().ends(6);
            unpublish(&house).ends(0);
            assert_eq!(house.state("one"), "unpublished", "{name} {fault:?}");
            assert_eq!(networks[0].timeline().len(), 1, "{name} {fault:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_unknown_is_looked_for_and_then_taken_down() {
    for name in ["x, OAuth 2", "facebook", "linkedin, an organisation"] {
        let (house, networks) = house(&[way(name)]).await;
        networks[0].order(Fault::SilenceAfter);
        let mut child = house.begin(&["publish", "m", "--yes"]);
        for _ in 0..3000 {
            if networks[0].ordered() == 0 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        signal("KILL", child.id());
        child.wait().unwrap();
        assert_eq!(house.state("one"), "unknown", "{name}");
        unpublish(&house).ends(0);
        assert!(networks[0].timeline().is_empty(), "{name}");
        assert_eq!(house.state("one"), "unpublished", "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_can_look_for_stays_unknown_and_goes_no_further() {
    let (house, networks) = house(&[way("linkedin, a member")]).await;
    house.write("content-ladders/all.toml", &format!("{}first_comment = \"More.\"\n", rungs(&["one"])));
    networks[0].order(Fault::AnswerLost);
    house.publish().ends(6);
    let answer = unpublish(&house).ends(6).json();
    assert_eq!(outcome(&answer, "one"), "unknown");
    let to_do = answer["to_do"][0].to_string();
    assert!(to_do.contains("--not-sent") && to_do.contains("ladder unpublish m"), "{to_do}");
    // Somebody found it: the comment does not follow, and it can be taken down.
    let key = answer["deliveries"][0]["key"].as_str().unwrap().to_owned();
    let url = networks[0].timeline()[0].url.clone();
    house.run(&["resolve", &key, "--sent", &url]).ends(0);
    house.run(&["run"]);
    house.publish();
    assert!(networks[0].timeline()[0].comments.is_empty());
    unpublish(&house).ends(0);
    assert!(networks[0].timeline().is_empty());
    assert_eq!(house.state("one"), "unpublished");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_still_planned_does_not_go_out_any_more() {
    let (house, networks) = house(&[way("x, OAuth 2"), way("facebook")]).await;
    let ladder = "name = \"all\"\n[rungs.one]\nchannel = \"one\"\n[rungs.two]\nchannel = \"two\"\nafter = \"one\"\ndelay = \"1h\"\n";
    house.write("content-ladders/all.toml", ladder);
    house.publish().ends(0);
    assert_eq!(house.state("two"), "planned");
    // One rung alone: what comes after it is skipped.
    let answer = house.run(&["unpublish", "m", "--only", "one", "--yes", "--format", "json"]).ends(0).json();
    assert_eq!(answer["deliveries"].as_array().unwrap().len(), 1, "{answer}");
    assert_eq!((house.state("one").as_str(), house.state("two").as_str()), ("unpublished", "skipped"));
    house.run(&["run"]).ends(0);
    assert!(networks[0].timeline().is_empty() && networks[1].everything().is_empty());
    // The whole message: it is cancelled.
    house.message("n", "Another.");
    house.run(&["publish", "n", "--yes"]).ends(0);
    let answer = house.run(&["unpublish", "n", "--yes", "--format", "json"]).ends(0).json();
    assert_eq!(
        (outcome(&answer, "one").as_str(), outcome(&answer, "two").as_str()),
        ("taken-down", "cancelled")
    );
    house.run(&["run"]).ends(0);
    assert!(networks[0].timeline().is_empty() && networks[1].everything().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_done_unasked() {
    let (house, networks) = house(&[way("x, OAuth 2")]).await;
    let ended = house.run(&["unpublish", "m", "--yes", "--format", "json"]).ends(2);
    assert_eq!(ended.error(), "nothing-published");
    house.publish().ends(0);
    let ended = house.run(&["unpublish", "m"]).ends(2);
    assert!(ended.out().contains("taken down") && ended.err().contains("--yes"), "{}", ended.err());
    let json = house.run(&["unpublish", "m", "--dry-run", "--format", "json"]).ends(0).json();
    assert_eq!(json["deliveries"][0]["will"], "take-down");
    assert_eq!(
        house.run(&["unpublish", "m", "--only", "two", "--format", "json"]).ends(2).error(),
        "unknown-rung"
    );
    assert_eq!(house.run(&["unpublish", "--format", "json"]).ends(2).error(), "usage");
    assert_eq!(house.state("one"), "sent");
    assert_eq!((networks[0].timeline().len(), deletions(&networks[0])), (1, 0));
    // By its campaign, whose name is the message's here.
    house.run(&["unpublish", "--campaign", "m", "--yes"]).ends(0);
    assert!(networks[0].timeline().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_took_it_down_by_hand_says_so() {
    let (house, networks) = house(&[way("facebook")]).await;
    house.publish().ends(0);
    networks[0].order_upon(Upon::Path("DELETE", "/"), Fault::Says(400, "no".to_owned()));
    let answer = unpublish(&house).ends(1).json();
    let key = answer["deliveries"][0]["key"].as_str().unwrap().to_owned();
    house.run(&["resolve", &key[..12], "--removed"]).ends(0);
    assert_eq!(house.state("one"), "unpublished");
    assert_eq!(
        house.run(&["resolve", &key[..12], "--removed", "--format", "json"]).ends(2).error(),
        "nothing-live"
    );
    assert_eq!(outcome(&unpublish(&house).ends(0).json(), "one"), "taken-down");
}

/// A comment is down, and its post is not: that is some of it.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_down_only_in_part_is_down_in_part() {
    let (house, networks) = house(&[way("facebook")]).await;
    house.write("content-ladders/all.toml", &format!("{}first_comment = \"More.\"\n", rungs(&["one"])));
    house.publish().ends(0);
    let post = networks[0].timeline().remove(0).id;
    networks[0].order_upon(Upon::Path("DELETE", post.leak()), Fault::Says(400, "no".to_owned()));
    let answer = unpublish(&house).ends(4).json();
    assert_eq!(outcome(&answer, "one"), "stays");
    assert!(networks[0].timeline()[0].comments.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_that_wants_to_be_left_alone_is() {
    let (house, networks) = house(&[way("x, OAuth 2")]).await;
    house.write("content-ladders/all.toml", &format!("{}{THREAD}", rungs(&["one"])));
    house.publish().ends(0);
    networks[0].order_upon(Upon::Path("DELETE", "/"), Fault::TooMany(Duration::from_secs(900)));
    let answer = unpublish(&house).ends(5).json();
    assert_eq!(outcome(&answer, "one"), "later");
    assert_eq!((deletions(&networks[0]), networks[0].timeline().len()), (1, 3));
    // A short wait is waited for.
    networks[0].order_upon(Upon::Path("DELETE", "/"), Fault::TooMany(Duration::from_secs(1)));
    unpublish(&house).ends(0);
    assert!(networks[0].timeline().is_empty());
}

/// Whatever has no network: a page, a mail in a folder, files to paste, and a
/// post that waits for a person because its channel has no credentials.
#[test]
fn what_lies_in_files_is_taken_in_and_mail_stays() {
    let x = "\n[channels.x]\nadapter = \"x\"\naccount = \"acme\"\naccess_token = { env = \"NOT_SET\" }\nwithout_credentials = \"outbox\"\n";
    let hand = "\n[channels.hand]\nadapter = \"manual\"\nnetwork = \"linkedin\"\naccount = \"Acme\"\n";
    let house = House::new(&format!("{FOLDERS}{x}{hand}"), &rungs(&["blog", "file", "post", "x", "hand"]));
    house.publish().ends(0);
    assert_eq!(house.files("public").len(), 4);
    let before = house.files("mail").len();
    let ended = house.run(&["unpublish", "m", "--yes"]).ends(4);
    let out = ended.out();
    let mut shown: Vec<&str> = out.lines().map(str::trim_end).collect();
    // They went out within a moment, in whichever order.
    shown[1..6].sort();
    let key = key_of(&house, "file");
    insta::assert_snapshot!(shown.join("\n").replace(&key, "KEY"), @r#"
    MESSAGE  RUNG  CHANNEL  RESULT        STILL AT
    m        blog  blog     ↓ taken down
    m        file  file     ✗ stays       1 person has it
    m        hand  hand     × taken in
    m        post  post     ↓ taken down
    m        x     x        × taken in

    Not down
      file of m: mail cannot be recalled: 1 person has it
        a correction goes out as a message of its own, on a ladder with `file`:
          ladder new 'Correction: Rocket m lands'
        once that is done, or if it is left at that:
          ladder resolve KEY --keep
    "#);
    assert_eq!(house.files("mail").len(), before);
    let left = house.files("public");
    assert_eq!(left, ["public/feed.xml", "public/index.html"], "{left:?}");
    assert!(house.files("outbox").is_empty(), "{:?}", house.files("outbox"));
    let states = ["blog", "file", "post", "x", "hand"].map(|rung| house.state(rung));
    assert_eq!(states, ["unpublished", "sent", "unpublished", "cancelled", "cancelled"]);
    // Once more: the mail stays, and nothing else is touched.
    house.run(&["unpublish", "m", "--yes"]).ends(4);
    house.run(&["run"]).ends(0);
    let said = house.run(&["publish", "m", "--yes"]).ends(0).err();
    assert!(said.contains("`blog` was taken down"), "{said}");
    assert_eq!(house.files("public"), left);
    // Sent anew, that mail is what there is to say something about.
    house.run(&["publish", "m", "--only", "file", "--yes", "--again", "the date was wrong"]).ends(0);
    assert!(!house.run(&["status"]).ends(0).out().contains("Correction"));
    let both = house.run(&["unpublish", "m", "--yes"]).ends(4).out();
    assert_eq!(both.matches("ladder new 'Correction").count(), 1, "{both}");
    assert!(both.contains("file, older") && both.contains("file, again"), "{both}");
    // The correction is out.
    house.run(&["resolve", &key_of(&house, "file"), "--keep"]).ends(0);
    let status = house.run(&["status"]).ends(0).out();
    assert!(!status.contains("Correction"), "{status}");
}

#[test]
fn what_a_person_has_worked_on_is_left_and_said() {
    let house = House::new(FOLDERS, &rungs(&["blog", "post"]));
    house.publish().ends(0);
    let page = house.files("public").into_iter().find(|file| file.ends_with("m/index.html")).unwrap();
    house.edit(&page, "</html>", "<!-- a hand --></html>");
    let answer = house.run(&["unpublish", "m", "--yes", "--format", "json"]).ends(4).json();
    assert_eq!(
        (outcome(&answer, "blog").as_str(), outcome(&answer, "post").as_str()),
        ("stays", "taken-down")
    );
    assert!(house.read(&page).contains("a hand"));
    // Taken away by hand, it is gone, list and feed included.
    std::fs::remove_file(house.path(&page)).unwrap();
    let answer = house.run(&["unpublish", "m", "--yes", "--format", "json"]).ends(0).json();
    assert_eq!(outcome(&answer, "blog"), "was-gone");
    assert!(!house.read("public/feed.xml").contains("Rocket m lands"));
}

/// What a person pasted, for want of a token: that person takes it down, and it is
/// said before anything is asked.
#[test]
fn what_a_person_posted_that_person_takes_down() {
    let x = "\n[channels.x]\nadapter = \"x\"\naccount = \"acme\"\naccess_token = { env = \"NOT_SET\" }\nwithout_credentials = \"outbox\"\n";
    let house = House::new(&format!("{FOLDERS}{x}"), &rungs(&["x"]));
    house.publish().ends(0);
    let key = house.status()["deliveries"][0]["key"].as_str().unwrap()[..10].to_owned();
    house.run(&["resolve", &key, "--sent", "https://x.com/acme/status/12"]).ends(0);
    assert_eq!(house.status()["deliveries"][0]["id"], "12");
    let dry = house.run(&["unpublish", "m", "--dry-run"]).ends(0).out();
    assert!(dry.contains("by hand: a person posted it"), "{dry}");
    let line = format!("ladder resolve {key} --removed");
    assert!(dry.contains(&line), "{dry}");
    let ended = house.run(&["unpublish", "m", "--yes"]).ends(1);
    assert!(ended.out().contains("✗ stays") && ended.out().contains(&line), "{}", ended.out());
    assert!(!ended.out().contains("NOT_SET") && !ended.out().contains("ladder unpublish"), "{}", ended.out());
    // Or it stays, and nobody is asked for anything any more.
    let keep = format!("ladder resolve {key} --keep");
    assert!(ended.out().contains(&keep), "{}", ended.out());
    house.run(&["resolve", &key, "--keep"]).ends(0);
    let status = house.run(&["status"]).ends(0).out();
    assert!(!status.contains("To do") && status.contains("✓ sent"), "{status}");
    let answer = unpublish(&house).ends(0).json();
    assert_eq!(
        (outcome(&answer, "x").as_str(), &answer["deliveries"][0]["kept"]),
        ("kept", &Value::Bool(true))
    );
    assert_eq!(house.run(&["resolve", &key, "--keep", "--format", "json"]).ends(2).error(), "not-to-keep");
    house.run(&["resolve", &key, "--undo"]).ends(0);
    house.run(&["unpublish", "m", "--yes"]).ends(1);
    house.run(&["resolve", &key, "--keep"]).ends(0);
    // Named by its rung, it is wanted down after all.
    house.run(&["unpublish", "m", "--only", "x", "--yes"]).ends(1);
    assert!(house.run(&["status"]).ends(0).out().contains("--removed"));
    house.message("m", "It landed again.");
    let edit = house.run(&["edit", "m", "--dry-run"]).ends(0).out();
    assert!(!edit.contains("--again"), "{edit}");
    house.run(&["resolve", &key, "--removed"]).ends(0);
    assert_eq!(house.state("x"), "unpublished");
    // A slip is taken back, and can be said again.
    house.run(&["resolve", &key, "--undo"]).ends(0);
    assert_eq!(house.state("x"), "sent");
    house.run(&["resolve", &key, "--removed"]).ends(0);
    house.run(&["unpublish", "m", "--yes"]).ends(0);
}

/// What lay there, and was laid out again.
#[test]
fn an_older_text_to_paste_is_taken_in_and_not_taken_down() {
    let x = "\n[channels.x]\nadapter = \"x\"\naccount = \"acme\"\naccess_token = { env = \"NOT_SET\" }\nwithout_credentials = \"outbox\"\n";
    let house = House::new(&format!("{FOLDERS}{x}"), &rungs(&["x"]));
    house.publish().ends(0);
    house.run(&["publish", "m", "--yes", "--again", "a better picture"]).ends(0);
    let dry = house.run(&["unpublish", "m", "--dry-run", "--format", "json"]).ends(0).json();
    let wills: Vec<&Value> = dry["deliveries"].as_array().unwrap().iter().map(|one| &one["will"]).collect();
    assert_eq!(wills, ["take-in", "take-in"]);
    let ended = house.run(&["unpublish", "m", "--yes"]).ends(0);
    // Both lay in one place: of that is spoken once.
    assert_eq!(ended.out().matches("× taken in").count(), 1, "{}", ended.out());
    let deliveries = house.status()["deliveries"].as_array().unwrap().clone();
    assert!(deliveries.iter().all(|delivery| delivery["state"] == "cancelled"), "{deliveries:?}");
    assert!(!ended.err().contains("was gone already"), "{}", ended.err());
}

/// An address that says whose it is, is believed.
#[test]
fn another_pages_post_is_not_ours() {
    let page = "\n[channels.fb]\nadapter = \"facebook\"\naccount = \"Acme\"\npage_id = \"1234567890\"\n\
                access_token = { env = \"NOT_SET\" }\nwithout_credentials = \"outbox\"\n";
    let house = House::new(&format!("{FOLDERS}{page}"), &rungs(&["fb"]));
    house.publish().ends(0);
    let key = key_of(&house, "fb");
    for address in [
        "https://www.facebook.com/999/posts/34",
        "https://www.facebook.com/1234567890/posts/../../999/posts/34",
        "https://www.facebook.com/999_34",
        "https://www.facebook.com/permalink.php?story_fbid=34&id=999",
    ] {
        let ended = house.run(&["resolve", &key, "--sent", address, "--format", "json"]).ends(2);
        assert_eq!(ended.error(), "not-the-post", "{address}");
        assert_eq!(house.state("fb"), "waiting", "{address}");
    }
    house.run(&["resolve", &key, "--sent", "https://www.facebook.com/1234567890/posts/34"]).ends(0);
    assert_eq!(house.status()["deliveries"][0]["id"], "1234567890_34");
}

/// Their text leads to a page that is gone.
#[test]
fn what_waits_to_be_pasted_after_what_is_taken_down_is_named() {
    let hand = "\n[channels.hand]\nadapter = \"manual\"\nnetwork = \"linkedin\"\naccount = \"Acme\"\n";
    let after = "\n[rungs.hand]\nchannel = \"hand\"\nafter = \"blog\"\n";
    let house = House::new(&format!("{FOLDERS}{hand}"), &format!("{}{after}", rungs(&["blog"])));
    house.publish().ends(0);
    let ended = house.run(&["unpublish", "m", "--only", "blog", "--yes"]).ends(0);
    assert!(ended.out().contains("hand of m") && ended.out().contains("--only hand"), "{}", ended.out());
    let json = house.run(&["unpublish", "m", "--only", "hand", "--yes", "--format", "json"]).ends(0).json();
    assert_eq!(
        (outcome(&json, "hand").as_str(), &json["left_to_paste"]),
        ("taken-in", &Value::Array(Vec::new()))
    );
}

/// Whatever became of the record, a text that is ready to paste is not called taken in.
#[test]
fn what_lies_in_the_outbox_is_taken_in_or_said_to_lie_there() {
    let lies = |house: &House| -> Vec<String> {
        house.files("outbox").into_iter().filter(|file| !file.ends_with(".json")).collect()
    };
    for record in ["gone", "touched", "another's", "whole"] {
        for worked_on in ["", "m/post.txt", "m/post.html"] {
            let told = format!("{record} {worked_on}");
            let house = House::new(FOLDERS, &rungs(&["post"]));
            house.publish().ends(0);
            match record {
                "gone" => std::fs::remove_file(house.path("outbox/m/post.json")).unwrap(),
                "touched" => house.write("outbox/m/post.json", "{ \"key\": \"mine\" }"),
                // It names a delivery that might be there, and lies beside the words of this one.
                "another's" => {
                    let key = house.status()["deliveries"][0]["key"].as_str().unwrap().to_owned();
                    house.edit("outbox/m/post.json", &key, &"0".repeat(key.len()));
                }
                _ => {}
            }
            if worked_on.is_empty() && record != "another's" {
                let answer = unpublish(&house).ends(0).json();
                assert_eq!(outcome(&answer, "post"), "taken-down", "{told}");
                assert!(house.files("outbox").is_empty(), "{told}: {:?}", house.files("outbox"));
                continue;
            }
            let worked_on = format!("outbox/{}", if worked_on.is_empty() { "m/post.txt" } else { worked_on });
            if told != "another's " {
                let text = house.read(&worked_on);
                house.write(&worked_on, &format!("{text}more"));
            }
            let before = lies(&house);
            let answer = unpublish(&house).ends(1).json();
            assert_eq!((outcome(&answer, "post").as_str(), lies(&house)), ("stays", before), "{told}");
            let why = answer["deliveries"][0]["why"].as_str().unwrap();
            assert!(why.contains(&worked_on), "{told}: {why}");
        }
    }
}

/// What is laid out anew writes nothing over that somebody has worked on, and what
/// stays to be pasted is named; whose it is tells the record, or else the words.
#[test]
fn what_lies_in_the_outbox_makes_room_or_is_named_beside_the_new_one() {
    let text = |house: &House, file: &str| std::fs::read_to_string(house.path(file)).unwrap_or_default();
    let cases = [
        ("whole", "m/post.html"),
        ("whole", "in the way"),
        ("gone", ""),
        ("gone", "m/post.txt"),
        ("cut", ""),
        ("edited", ""),
        ("another's", ""),
    ];
    for (record, touched) in cases {
        let told = format!("{record} {touched}");
        let house = House::new(FOLDERS, &rungs(&["post"]));
        house.publish().ends(0);
        let old = house.files("outbox").into_iter().find(|file| file.ends_with(".html")).unwrap();
        match record {
            "gone" => std::fs::remove_file(house.path("outbox/m/post.json")).unwrap(),
            "cut" => house.write("outbox/m/post.json", "{ \"key\": "),
            "edited" => house.edit("outbox/m/post.json", "landed", "burned"),
            "another's" => {
                let key = house.status()["deliveries"][0]["key"].as_str().unwrap().to_owned();
                house.edit("outbox/m/post.json", &key, &"0".repeat(key.len()));
            }
            _ => {}
        }
        let worked_on = match touched {
            "" => None,
            "in the way" => {
                std::fs::remove_file(house.path(&old)).unwrap();
                std::fs::create_dir(house.path(&old)).unwrap();
                Some(old.clone())
            }
            file => {
                let file = format!("outbox/{file}");
                house.write(&file, &format!("{}My own work.", house.read(&file)));
                Some(file)
            }
        };
        let before = (text(&house, "outbox/m/post.txt"), text(&house, &old));
        house.edit("messages/m.md", "It landed.", "The new words.");
        let ended = house.run(&["publish", "m", "--yes", "--again", "better words"]).ends(0);
        let status = house.status();
        let newest = status["deliveries"].as_array().unwrap().iter().find(|one| one["generation"] == 1);
        let newest = newest.unwrap();
        let lies = newest["detail"].as_str().unwrap();
        assert!(text(&house, lies).contains("The new words."), "{told}: {lies}");
        let texts: Vec<String> =
            house.files("outbox").into_iter().filter(|file| file.ends_with(".txt")).collect();
        if worked_on.is_none() && record != "another's" {
            assert_eq!((texts, lies), (vec![lies.to_owned()], "outbox/m/post.txt"), "{told}");
            assert_eq!(newest["left"], serde_json::json!([]), "{told}");
            continue;
        }
        assert_ne!(lies, "outbox/m/post.txt", "{told}");
        assert_eq!((text(&house, "outbox/m/post.txt"), text(&house, &old)), before, "{told}");
        let shown = house.run(&["status"]).ends(0).out();
        for file in ["outbox/m/post.txt", "outbox/m/post.html"] {
            assert!(newest["left"].as_array().unwrap().contains(&file.into()), "{told}: {newest}");
            assert!(ended.err().contains(file) && shown.contains(file), "{told}: {}{shown}", ended.err());
        }
        if touched.is_empty() {
            continue;
        }
        // Beside it nothing piles up: the next one takes the place of this one.
        house.edit("messages/m.md", "The new words.", "Newer words.");
        house.run(&["publish", "m", "--yes", "--again", "once more"]).ends(0);
        assert_eq!((text(&house, "outbox/m/post.txt"), text(&house, &old)), before, "{told}");
        let news = house.files("outbox").into_iter().filter(|file| file.ends_with(".txt"));
        let news: Vec<String> = news.filter(|file| file != "outbox/m/post.txt").collect();
        assert!(news.len() == 1 && text(&house, &news[0]).contains("Newer words."), "{told}: {news:?}");
    }
}

/// An article that waits for a person lies where its own channel put it, and is taken
/// from there; what lies under the same name in the outbox is another's.
#[test]
fn files_that_wait_for_a_person_are_taken_from_their_own_folder() {
    let channel = "\n[channels.one]\nadapter = \"medium\"\naccount = \"ada\"\ndirectory = \"drafts\"\n";
    let house = House::new(channel, &rungs(&["one"]));
    house.publish().ends(0);
    assert_eq!(house.state("one"), "waiting");
    assert!(house.path("drafts/m/one.html").exists());
    unpublish(&house).ends(0);
    assert_eq!(house.state("one"), "cancelled");
    assert!(!house.path("drafts/m/one.html").exists());
}
