//! The contract's clauses for what is told of pages and takes no posts: Webmention and
//! WebSub, as the program uses them.

use crate::house::{Ended, FOLDERS, House, signal};
use ladder::rehearsal::{Fault, Kind, Logged, Network, Running, Settings, Spoil, Upon, Way};
use std::time::{Duration, Instant};

/// Where the page comes out.
const PAGE: &str = "https://acme.example/blog/m/";
const BODY: &str = "It [landed](https://one.example/a?b=1&c) and [again](https://two.example/#x), \
                    [here](https://acme.example/else).";

/// A project whose page others are told of, and the web.
async fn house(adapter: &str) -> (House, Running) {
    let kind = Kind::named(adapter).unwrap();
    let mut settings = Settings::of(kind, "canary");
    settings.pages = vec![ladder::render::html::sanitised(BODY)];
    let network = Network::start(kind, settings).await.unwrap();
    let feed = if adapter == "websub" { "feed = \"https://acme.example/feed.xml\"\n" } else { "" };
    let told =
        format!("\n[channels.one]\nadapter = \"{adapter}\"\nbase_url = \"{}\"\n{feed}", network.base_url());
    let ladder = "name = \"all\"\n[rungs.blog]\nchannel = \"blog\"\n\n[rungs.one]\nchannel = \"one\"\nafter = \"blog\"\n";
    let mut house = House::new(&format!("{FOLDERS}{told}"), ladder);
    house.in_haste = true;
    house.message("m", BODY);
    (house, network)
}

const BOTH: [(&str, usize); 2] = [("webmention", 2), ("websub", 1)];

fn detail(house: &House) -> String {
    let status = house.status();
    let one = status["deliveries"].as_array().unwrap().iter().find(|delivery| delivery["rung"] == "one");
    one.unwrap()["detail"].as_str().unwrap_or_default().to_owned()
}

fn odd(network: &Running, log: &[Logged]) -> Vec<String> {
    let way = Way { name: "told", adapter: network.kind().row().adapter, ..Way::POST };
    log.iter().flat_map(|logged| network.kind().row().good.odd(&way, logged)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn all_are_told_once_the_page_is_there_and_nobody_twice() {
    for (adapter, told) in BOTH {
        let (house, network) = house(adapter).await;
        house.publish().ends(0);
        assert_eq!((house.state("blog").as_str(), house.state("one").as_str()), ("sent", "planned"));
        let text = house.run(&["status"]).ends(0).out();
        assert!(text.contains("does not link to") || text.contains("does not show"), "{text}");
        assert!(network.timeline().is_empty());
        // There is nobody to ask whether the channel is good.
        let checked = house.run(&["channels", "--check"]).ends(0).out();
        assert!(
            checked.lines().any(|line| line.starts_with("one ") && line.ends_with(" ready")),
            "{checked}"
        );
        network.shows(PAGE);
        house.let_time_pass();
        house.run(&["run"]).ends(0);
        assert_eq!((house.state("one").as_str(), network.timeline().len()), ("sent", told), "{adapter}");
        house.run(&["run"]).ends(0);
        house.publish().ends(0);
        let log = network.log();
        let published = log.iter().filter(|logged| logged.published).count();
        assert_eq!(published, told, "{adapter}");
        assert_eq!(odd(&network, &log), Vec::<String>::new());
        let live: Vec<String> = network.timeline().into_iter().map(|post| post.url).collect();
        let (says, all) = match adapter {
            "webmention" => ("2 of 2 told", vec!["https://one.example/a?b=1&c", "https://two.example/#x"]),
            _ => ("https://hub.example/ heard of it (204)", vec!["https://hub.example/"]),
        };
        assert_eq!(live, all);
        assert!(detail(&house).contains(says), "{}", detail(&house));
        assert!(house.run(&["status"]).ends(0).out().contains(says), "{adapter}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_lost_is_told_again_and_is_the_same() {
    for (adapter, told) in BOTH {
        for fault in
            [Fault::AnswerLost, Fault::CutBefore, Fault::FailedAfter, Fault::TooMany(Duration::from_secs(1))]
        {
            let (house, network) = house(adapter).await;
            network.shows(PAGE);
            network.order(fault.clone());
            house.publish().ends(0);
            assert_eq!((house.state("one").as_str(), network.ordered()), ("sent", 0), "{adapter} {fault:?}");
            let twice =
                usize::from(adapter == "websub" && matches!(fault, Fault::AnswerLost | Fault::FailedAfter));
            assert_eq!(network.timeline().len(), told + twice, "{adapter} {fault:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_no_fails_nothing_that_went_elsewhere() {
    for (adapter, exit, state) in [("webmention", 0, "sent"), ("websub", 4, "refused")] {
        let (house, network) = house(adapter).await;
        network.shows(PAGE);
        network.order(Fault::Says(400, "I do not like it.".to_owned()));
        house.publish().ends(exit);
        assert_eq!((house.state("blog").as_str(), house.state("one").as_str()), ("sent", state), "{adapter}");
        let text = house.run(&["status"]).out();
        assert!(text.contains("I do not like it."), "{text}");
        if adapter == "webmention" {
            assert!(
                detail(&house).starts_with("1 of 2 told; https://one.example/a?b=1&c: refused it (400"),
                "{text}"
            );
        }
    }
}

/// A process that died while it told somebody: that is told again, for it is the same.
#[tokio::test(flavor = "multi_thread")]
async fn who_died_midway_is_no_doubt_that_a_person_has_to_end() {
    for (adapter, told) in BOTH {
        let (house, network) = house(adapter).await;
        network.shows(PAGE);
        network.order(Fault::SilenceAfter);
        let child = house.begin(&["publish", "m", "--yes"]);
        let end = Instant::now() + Duration::from_secs(20);
        while network.ordered() > 0 && Instant::now() < end {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        signal("KILL", child.id());
        assert_ne!(Ended::of(child).code(), Some(0));
        assert_eq!(house.state("one"), "unknown", "{adapter}");
        house.run(&["run"]).ends(0);
        assert_eq!(house.state("one"), "sent", "{adapter}");
        let twice = usize::from(adapter == "websub");
        assert_eq!(network.timeline().len(), told + twice, "{adapter}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_tells_them_again_and_a_page_that_stands_keeps_what_was_told() {
    for (adapter, told) in BOTH {
        let (house, network) = house(adapter).await;
        network.shows(PAGE);
        house.publish().ends(0);
        house.message("m", &format!("{BODY} Corrected."));
        if adapter == "websub" {
            // A hub fetches at once: it has to find the new words.
            let early = house.run(&["edit", "m", "--yes"]).ends(5);
            assert!((early.out() + &early.err()).contains("as its hubs know it"));
            assert_eq!(network.log().iter().filter(|logged| logged.published).count(), told);
            network.shows(PAGE);
        }
        house.run(&["edit", "m", "--yes"]).ends(0);
        let published = network.log().iter().filter(|logged| logged.published).count();
        assert_eq!(published, told * 2, "{adapter}");
        let text = house.run(&["unpublish", "m", "--only", "one", "--yes"]).ends(5);
        let text = text.out() + &text.err();
        assert!(text.contains("still s") && text.contains("the same command goes on"), "{adapter}: {text}");
        assert_eq!(network.log().iter().filter(|logged| logged.published).count(), told * 2, "{adapter}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_preview_shows_who_is_told_and_the_check_what_is_missing() {
    let (house, _network) = house("webmention").await;
    let json = house.run(&["preview", "m", "--format", "json"]).ends(0).json();
    let shown = json["variants"][1].to_string();
    for told in
        ["https://one.example/a?b=1&c", "https://two.example/#x", "Each is told that takes Webmentions"]
    {
        assert!(shown.contains(told), "no {told}: {shown}");
    }
    let html = house.run(&["preview", "m", "--format", "html"]).ends(0).out();
    assert!(html.contains("https://one.example/a?b=1&amp;c") && html.contains("Webmention"), "{html}");
    house.edit("content-ladders/all.toml", "after = \"blog\"\n", "");
    let said = house.run(&["check"]).ends(3);
    let said = said.out() + &said.err();
    assert!(
        said.contains("no page comes out before its mentions") && said.contains("content-ladders/all.toml:"),
        "{said}"
    );
    house.edit("content-ladders/all.toml", "channel = \"one\"\n", "channel = \"one\"\nafter = \"blog\"\n");
    house.message("m", "It landed.");
    let said = house.run(&["check"]).ends(0);
    let said = said.out() + &said.err();
    assert!(said.contains("there is nobody to tell"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rehearsal_plays_those_who_are_told() {
    for (adapter, told) in BOTH {
        let (house, network) = house(adapter).await;
        let text = house.run(&["publish", "m", "--rehearse"]).ends(0).out();
        let text = text.replace('│', "").split_whitespace().collect::<Vec<_>>().join(" ");
        let says = match adapter {
            "webmention" => format!("{PAGE} mentions https://"),
            _ => "https://hub.example/ heard that https://acme.example/feed.xml has something new".to_owned(),
        };
        assert_eq!(text.matches(&says).count(), told, "{text}");
        assert!(network.log().is_empty(), "nothing leaves the rehearsal");
    }
}

/// The judges see what they are there for.
#[tokio::test(flavor = "multi_thread")]
async fn the_judges_see_every_fault_that_they_look_for() {
    const OF_ALL: &[Spoil] = &[
        ("no content-type", |logged| logged.headers.retain(|(name, _)| name != "content-type")),
        ("an authorization", |logged| {
            logged.headers.push(("authorization".to_owned(), "Bearer x".to_owned()))
        }),
    ];
    for (adapter, _) in BOTH {
        let (house, network) = house(adapter).await;
        network.shows(PAGE);
        network.order_upon(Upon::Any, Fault::Slow(Duration::from_millis(10)));
        house.publish().ends(0);
        let good = &network.kind().row().good;
        let log = network.log();
        let posting = log.iter().find(|logged| (good.posting)(logged)).unwrap();
        assert!((good.says)(posting).is_some() && odd(&network, std::slice::from_ref(posting)).is_empty());
        for (what, spoil) in OF_ALL.iter().chain(good.spoils) {
            let mut logged = posting.clone();
            spoil(&mut logged);
            assert_ne!(&logged, posting, "{adapter}: {what} changes nothing");
            assert!(!odd(&network, &[logged]).is_empty(), "{adapter}: {what} is not seen");
        }
    }
}
