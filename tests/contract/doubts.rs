//! What is in doubt stays so until something proves it, and is told as it is:
//! the program itself over networks that lose, lag, forbid and repeat.

use super::bench::{CANARY, picture_bytes, settings, table, write_secrets};
use super::log::assert_once;
use super::rows::{asks, way};
use crate::house::{House, rungs, signal};
use ladder::rehearsal::{Fault, Network, Running, Settings, Upon};
use std::time::Duration;

const LISTED: [&str; 3] = ["x, OAuth 2", "facebook", "linkedin, an organisation"];

/// A project whose messages all say the same on this network.
async fn house(name: &str, change: impl FnOnce(Settings) -> Settings) -> (House, Running) {
    let way = way(name);
    let network = Network::start(way.kind().unwrap(), change(settings(way))).await.unwrap();
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
    house.rewrite(&sql);
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
            // All three refuse a repetition: nothing is sent to provoke that, and
            // a person has to look.
            age(&house, 120);
            house.run(&["run"]).ends(6);
            let second = last(&house);
            assert_eq!(
                (second["state"].as_str(), network.timeline().len()),
                (Some("unknown"), 2),
                "{second}"
            );
            assert!(second["error"].as_str().unwrap().contains("another delivery"), "{second}");
            let key = second["key"].as_str().unwrap();
            let theirs = network.timeline()[1].url.clone();
            let json = house.run(&["resolve", key, "--sent", &theirs, "--format", "json"]).ends(2).json();
            assert_eq!(json["error"]["code"], "taken-url", "{json}");
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
async fn a_comment_is_not_taken_for_its_post() {
    for name in ["facebook", "linkedin, an organisation"] {
        let (house, network) = house(name, |settings| settings).await;
        let ladder = format!("{}text = \"It landed.\"\nfirst_comment = \"More below.\"\n", rungs(&["one"]));
        house.write("content-ladders/all.toml", &ladder);
        network.order_upon(Upon::Path("POST", "/comments"), Fault::AnswerLost);
        house.publish().ends(0);
        assert_eq!((network.ordered(), network.timeline()[0].comments.len()), (0, 1), "{name}");
        assert_eq!(house.state("one"), "sent", "{name}");
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
        assert_once(&network, name);
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
        let count = || -> i64 {
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
        network.order_upon(Upon::Path("GET", asks(way(name)).list), Fault::FailedBefore);
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

#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_said_can_be_taken_back_until_something_happens() {
    let (house, network) = house("x, OAuth 2", |settings| settings).await;
    network.posted_by_hand("Something older.", Duration::from_secs(5 * 3600));
    network.order(Fault::CutBefore);
    house.publish().ends(6);
    let key = last(&house)["key"].as_str().unwrap().to_owned();
    let nothing = ["resolve", &key, "--undo", "--format", "json"];
    assert_eq!(house.run(&nothing).ends(2).json()["error"]["code"], "nothing-to-undo");
    let before = last(&house);
    house.run(&["resolve", &key, "--sent", "https://x.com/acmerockets/status/12"]).ends(0);
    assert_eq!(house.state("one"), "sent");
    assert!(house.run(&["resolve", &key, "--not-sent"]).ends(2).err().contains("--undo"));
    house.run(&["resolve", &key, "--undo"]).ends(0);
    assert_eq!(last(&house), before);
    house.run(&["resolve", &key, "--not-sent"]).ends(0);
    house.run(&["resolve", &key, "--undo"]).ends(0);
    assert_eq!(last(&house), before);
    // Sent again on that word: there is nothing to take back any more.
    house.run(&["resolve", &key, "--not-sent"]).ends(0);
    house.run(&["run"]).ends(0);
    assert_eq!((house.state("one").as_str(), network.timeline().len()), ("sent", 2));
    assert_eq!(house.run(&nothing).ends(2).json()["error"]["code"], "nothing-to-undo");
}

/// A thread of three on X, whose second part meets this.
async fn broken_thread(fault: Fault) -> (House, Running) {
    let (house, network) = house("x, OAuth 2", |settings| settings).await;
    let thread = "thread = [\"One.\", \"Two.\", \"Three.\"]\n";
    house.write("content-ladders/all.toml", &format!("{}{thread}", rungs(&["one"])));
    // Who the account is comes first, then the first part.
    network.order_upon(Upon::Number(2), fault);
    (house, network)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thread_goes_on_where_it_stopped_once_that_is_mended() {
    for (status, says) in [(401, "Unauthorized"), (402, "CreditsDepleted")] {
        let (house, network) = broken_thread(Fault::Says(status, says.to_owned())).await;
        let ended = house.run(&["publish", "m", "--yes"]).ends(5);
        let text = ended.out();
        assert_eq!(network.timeline().len(), 1, "{text}");
        assert!(text.contains("1 of 3 live"), "{text}");
        assert!(text.contains("once that is mended, `ladder run` sends the rest"), "{text}");
        assert!(text.contains("or post the rest by hand") && !text.contains("--again"), "{text}");
        assert_eq!(house.state("one"), "held");
        house.run(&["run"]).ends(0);
        let texts: Vec<String> = network.timeline().into_iter().map(|live| live.text).collect();
        assert_eq!(texts, ["One.", "Two.", "Three."]);
        assert_eq!(house.state("one"), "sent");
    }
}

/// Nothing of it is out: it goes once that is mended, and is never refused for good.
#[tokio::test(flavor = "multi_thread")]
async fn a_first_post_or_picture_without_a_good_token_goes_once_that_is_mended() {
    let no = |status| Fault::Says(status, "Unauthorized".to_owned());
    for (name, upload, status) in [
        ("x, OAuth 2", "", 401),
        ("x, OAuth 2", "", 402),
        ("x, OAuth 2", "/2/media/upload", 401),
        ("x, OAuth 2", "/2/media/upload", 402),
        ("facebook", "", 401),
        ("facebook", "/photos", 401),
        ("linkedin, an organisation", "", 401),
        ("linkedin, an organisation", "/rest/images", 401),
        ("linkedin, a member", "", 401),
        ("linkedin, a member", "/rest/images", 401),
    ] {
        let (house, network) = house(name, |settings| settings).await;
        let images = "attach = \"images\"\ntext = \"It landed.\"\n";
        house.write("content-ladders/all.toml", &format!("{}{images}", rungs(&["one"])));
        for file in ["a", "b"] {
            std::fs::write(house.path(&format!("messages/{file}.png")), picture_bytes(9)).unwrap();
        }
        let media = ["a", "b"].map(|file| format!("[[media]]\nfile = \"{file}.png\"\nalt = \"A rocket\"\n"));
        let head = format!("title = \"Rocket m lands\"\nsummary = \"It landed.\"\n{}", media.concat());
        house.write("messages/m.md", &format!("+++\n{head}+++\nIt landed.\n"));
        match upload {
            "" => network.order(no(status)),
            path => network.order_upon(Upon::Path("POST", path), no(status)),
        }
        let ended = house.run(&["publish", "m", "--yes"]).ends(5);
        let told = format!("{name} {upload} {status}: {}\n{}", ended.out(), ended.err());
        assert_eq!(
            (network.ordered(), network.timeline().len(), house.state("one").as_str()),
            (0, 0, "held")
        );
        assert!(ended.out().contains("once that is mended, `ladder run` sends it"), "{told}");
        assert!(!ended.err().contains("not yet") && ended.err().contains("held"), "{told}");
        assert!(!ended.out().contains("--again"), "{told}");
        house.run(&["run"]).ends(0);
        assert_eq!((house.state("one").as_str(), network.timeline().len()), ("sent", 1), "{told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_a_token_may_be_given_up_or_posted_by_hand() {
    for (word, state) in [("--not-sent", "cancelled"), ("--sent", "sent")] {
        let (house, network) = house("x, OAuth 2", |settings| settings).await;
        network.order(Fault::Says(402, "CreditsDepleted".to_owned()));
        let text = house.run(&["publish", "m", "--yes"]).ends(5).out();
        assert!(text.contains("--not-sent") && text.contains("--sent URL"), "{text}");
        let key = last(&house)["key"].as_str().unwrap().to_owned();
        let mut arguments = vec!["resolve", &key, word];
        arguments.extend((word == "--sent").then_some("https://x.com/acmerockets/status/12"));
        house.run(&arguments).ends(0);
        assert_eq!(house.state("one"), state);
        house.run(&["run"]).ends(0);
        assert_eq!(network.timeline().len(), 0);
        house.run(&["resolve", &key, "--undo"]).ends(0);
        assert_eq!(house.state("one"), "held");
        house.run(&["run"]).ends(0);
        assert_eq!((house.state("one").as_str(), network.timeline().len()), ("sent", 1));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_held_thread_that_was_edited_goes_on_in_its_own_words_and_never_begins_again() {
    for verb in [&["run"][..], &["publish", "m", "--yes"]] {
        let (house, network) = broken_thread(Fault::Says(402, "CreditsDepleted".to_owned())).await;
        house.run(&["publish", "m", "--yes"]).ends(5);
        let key = last(&house)["key"].as_str().unwrap().to_owned();
        let edited = "thread = [\"Uno.\", \"Due.\"]\n";
        house.write("content-ladders/all.toml", &format!("{}{edited}", rungs(&["one"])));
        // Before the token is mended: what is half out, and what to do.
        let whole = house.read("token");
        house.write("token", &format!("{CANARY}-nonsense\n"));
        let said = house.run(&["publish", "m", "--yes"]).ends(1).err();
        assert!(said.contains("`one` is half out in other words (1 of 3 sent)"), "{said}");
        assert!(said.contains(&format!("ladder resolve {}", &key[..10])), "{said}");
        assert!(said.contains("nothing was sent: "), "{said}");
        house.write("token", &whole);
        let said = house.run(verb).ends(0).err();
        assert!(said.contains("goes on with part 2 of 3, in the words that it began with"), "{said}");
        assert!(said.contains("3 of 3"), "{said}");
        let texts: Vec<String> = network.timeline().into_iter().map(|live| live.text).collect();
        assert_eq!(texts, ["One.", "Two.", "Three."], "{verb:?}");
        house.run(&["publish", "m", "--yes"]).ends(0);
        assert_eq!(network.timeline().len(), 3);
    }
}

/// To comment takes a permission that the post above did not need.
#[tokio::test(flavor = "multi_thread")]
async fn a_comment_without_its_permission_goes_once_that_is_given() {
    for (name, scope) in
        [("facebook", "pages_manage_engagement"), ("linkedin, an organisation", "w_organization_social_feed")]
    {
        let (house, network) = house(name, |settings| settings.without_scope(scope)).await;
        let ladder = format!("{}text = \"It landed.\"\nfirst_comment = \"More below.\"\n", rungs(&["one"]));
        house.write("content-ladders/all.toml", &ladder);
        let text = house.run(&["publish", "m", "--yes"]).ends(5).out();
        assert!(text.contains(scope) && text.contains("once that is mended"), "{name}: {text}");
        house.run(&["run"]).ends(5);
        assert_eq!(
            (house.state("one").as_str(), network.timeline()[0].comments.len()),
            ("held", 0),
            "{name}"
        );
        network.grant(scope);
        // `run` has just tried, and waits a while; who has mended it need not.
        house.run(&["publish", "m", "--yes"]).ends(0);
        assert_eq!((house.state("one").as_str(), network.timeline().len()), ("sent", 1), "{name}");
        assert_eq!(network.timeline()[0].comments.len(), 1, "{name}");
        assert_once(&network, name);
    }
}

/// A permission that the network names as missing holds the first post as well.
#[tokio::test(flavor = "multi_thread")]
async fn a_post_without_its_permission_goes_once_that_is_given() {
    // X is asked before anything is sent, and says then that the app may only read.
    for (name, scope) in
        [("facebook", "pages_manage_posts"), ("linkedin, an organisation", "w_organization_social")]
    {
        let (house, network) = house(name, |settings| settings.without_scope(scope)).await;
        house.write("content-ladders/all.toml", &format!("{}text = \"It landed.\"\n", rungs(&["one"])));
        let text = house.run(&["publish", "m", "--yes"]).ends(5).out();
        assert!(text.contains(scope) && text.contains("once that is mended"), "{name}: {text}");
        assert_eq!((house.state("one").as_str(), network.timeline().len()), ("held", 0), "{name}");
        network.grant(scope);
        house.run(&["publish", "m", "--yes"]).ends(0);
        assert_eq!((house.state("one").as_str(), network.timeline().len()), ("sent", 1), "{name}");
        assert_once(&network, name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rest_of_a_held_thread_that_a_person_posted_does_not_go_out_again() {
    let (house, network) = broken_thread(Fault::Says(402, "CreditsDepleted".to_owned())).await;
    house.run(&["publish", "m", "--yes"]).ends(5);
    let key = last(&house)["key"].as_str().unwrap().to_owned();
    assert!(house.run(&["resolve", &key, "--not-sent"]).ends(2).err().contains("--sent URL"));
    house.run(&["resolve", &key, "--sent", "https://x.com/acmerockets/status/12"]).ends(0);
    assert_eq!(house.state("one"), "sent");
    house.run(&["run"]).ends(0);
    assert_eq!(network.timeline().len(), 1);
    // Taken back, it waits as before, and goes on.
    house.run(&["resolve", &key, "--undo"]).ends(0);
    assert_eq!(house.state("one"), "held");
    house.run(&["run"]).ends(0);
    assert_eq!(network.timeline().len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_partly_out_says_when_it_goes_on_and_why() {
    let (house, network) = broken_thread(Fault::TooMany(Duration::from_secs(800))).await;
    house.publish().ends(0);
    assert_eq!(network.timeline().len(), 1);
    let text = house.run(&["status"]).ends(0).out();
    let line = text.lines().nth(1).unwrap();
    assert!(line.contains("… planned") && line.contains("again "), "{text}");
    assert!(line.contains("1 of 3 live; X takes no more"), "{text}");
    assert!(house.status()["deliveries"][0]["due"].is_string(), "{}", house.status());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_readers_see_is_told_and_what_to_do() {
    let (house, network) = house("x, OAuth 2", |settings| settings).await;
    network.order(Fault::CutShort(6));
    let live = || network.timeline()[0].text.clone();
    for text in [house.run(&["publish", "m", "--yes"]).ends(0).out(), house.run(&["status"]).ends(0).out()] {
        assert!(text.contains("To do") && text.contains(&format!("“{}”", live())), "{text}");
        assert!(text.contains("--again REASON"), "{text}");
    }
    let log = house.run(&["log"]).ends(0).out();
    assert!(log.contains("It landed.") && log.contains("readers see") && log.contains(&live()), "{log}");
    let part = house.status()["deliveries"][0]["parts"][0].clone();
    assert_eq!((part["state"].as_str(), part["live"].as_str()), (Some("altered"), Some(live().as_str())));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_post_of_the_account_settles_a_doubt() {
    for (name, good, bad) in [
        (
            "x, OAuth 2",
            "https://x.com/AcmeRockets/status/12",
            vec!["https://x.com/acmerockets", "https://x.com/other/status/12", "https://t.co/a"],
        ),
        (
            "facebook",
            "https://www.facebook.com/acme/posts/pfbid02abc",
            vec!["https://www.facebook.com/", "https://www.facebook.com/acme", "https://fb.me/a"],
        ),
        (
            "linkedin, a member",
            "https://www.linkedin.com/feed/update/urn:li:share:12/",
            vec!["https://www.linkedin.com/in/ada", "https://lnkd.in/a"],
        ),
    ] {
        let (house, network) = house(name, |settings| settings).await;
        network.order(Fault::CutBefore);
        house.publish().ends(6);
        let key = last(&house)["key"].as_str().unwrap().to_owned();
        for address in
            bad.into_iter().chain(["https://evil.example/x", "https://evil.example/acmerockets/status/12"])
        {
            let json = house.run(&["resolve", &key, "--sent", address, "--format", "json"]).ends(2).json();
            assert_eq!(json["error"]["code"], "not-the-post", "{name} {address}: {json}");
            assert_eq!(house.state("one"), "unknown");
        }
        house.run(&["resolve", &key, "--sent", good]).ends(0);
        assert_eq!(last(&house)["url"], good, "{name}");
    }
}
