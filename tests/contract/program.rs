//! The program itself against the networks: one run, a second run, a kill.

use super::bench::{CANARY, picture_bytes, settings, table, write_secrets};
use super::log::assert_once;
use super::rows::{Way, way};
use crate::house::{House, rungs, signal};
use ladder::rehearsal::{Fault, Kind, Network, Running, Upon};
use std::path::Path;
use std::time::Duration;

/// A project with a channel for each way, and their networks.
pub async fn house(ways: &[&'static Way]) -> (House, Vec<Running>) {
    let (mut channels, mut names, mut networks) = (String::new(), Vec::new(), Vec::new());
    for way in ways {
        let network = Network::start(way.kind().unwrap(), settings(way)).await.unwrap();
        let name = ["one", "two", "three"][names.len()];
        channels.push('\n');
        let table = table(way, network.base_url()).replace("channels.tweet", &format!("channels.{name}"));
        // Each way's secrets lie in a folder of its own: two may have keys of another form.
        channels.push_str(&table.replace("file = \"", &format!("file = \"{name}/")));
        names.push(name);
        networks.push(network);
    }
    let mut house = House::new(&channels, &rungs(&names));
    house.in_haste = true;
    for (name, way) in names.iter().zip(ways) {
        let folder = house.path(name);
        std::fs::create_dir(&folder).unwrap();
        write_secrets(&folder, &settings(way));
    }
    (house, networks)
}

/// No file below `folder` but those of [`write_secrets`] holds a secret.
fn assert_no_secret_kept(folder: &Path) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let own = ["token", "signed_token", "token_secret", "consumer_key", "consumer_secret", "app_secret"];
        if path.is_dir() {
            assert_no_secret_kept(&path);
        } else if !own.contains(&path.file_name().unwrap().to_str().unwrap()) {
            let bytes = std::fs::read(&path).unwrap();
            let holds = bytes.windows(CANARY.len()).any(|window| window == CANARY.as_bytes());
            assert!(!holds, "{} holds a secret", path.display());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_message_goes_to_three_networks_once() {
    let ways = [way("x, OAuth 1.0a"), way("facebook"), way("linkedin, an organisation")];
    let (house, networks) = house(&ways).await;
    for _ in 0..2 {
        let ended = house.publish().ends(0);
        assert!(!ended.out().contains("canary") && !ended.err().contains("canary"), "{}", ended.err());
        for network in &networks {
            assert_eq!(network.timeline().len(), 1, "{:?}", network.kind());
            assert!(network.timeline()[0].text.contains("Rocket m lands"), "{:?}", network.timeline());
        }
    }
    let json = house.status();
    for (delivery, network) in json["deliveries"].as_array().unwrap().iter().zip(&networks) {
        assert_eq!(delivery["state"], "sent", "{delivery}");
        let url = delivery["url"].as_str().unwrap_or_default();
        assert!(url.eq_ignore_ascii_case(&network.timeline()[0].url), "{delivery}");
    }
    assert_no_secret_kept(house.root());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_token_stops_the_run_before_the_first_byte() {
    let (house, networks) = house(&[way("x, OAuth 1.0a"), way("facebook")]).await;
    house.write("two/token", &format!("{CANARY}-nonsense\n"));
    let ended = house.publish();
    assert_ne!(ended.code(), Some(0), "{}", ended.out());
    assert!(!ended.out().contains("canary") && !ended.err().contains("canary"), "{}", ended.out());
    for network in &networks {
        assert!(network.everything().is_empty(), "{:?}", network.kind());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_the_credentials_is_an_error_for_machines_too() {
    let (house, networks) = house(&[way("x, OAuth 1.0a"), way("facebook")]).await;
    let check = ["channels", "--check", "--format", "json"];
    let json = house.run(&check).ends(0).json();
    assert!(json["error"].is_null(), "{json}");
    assert_eq!(
        json["channels"][1]["secrets"][0],
        serde_json::json!({ "key": "access_token", "by": "file", "reference": "two/token", "there": true })
    );
    // What cannot even ask is not good either.
    std::fs::rename(house.path("two/token"), house.path("elsewhere")).unwrap();
    let json = house.run(&check).ends(1).json();
    assert_eq!(json["error"]["code"], "not-accepted", "{json}");
    assert_eq!(json["error"]["message"], "1 of 2 channels cannot send: `[channels.two]`", "{json}");
    house.run(&check[..1]).ends(0);
    std::fs::rename(house.path("elsewhere"), house.path("two/token")).unwrap();
    networks[0].stop();
    let json = house.run(&check).ends(1).json();
    assert_eq!(json["error"]["code"], "not-known", "{json}");
    assert_eq!(json["error"]["message"], "1 of 2 channels gave no answer: `[channels.one]`", "{json}");
    house.write("two/token", &format!("{CANARY}-nonsense\n"));
    let ended = house.run(&check).ends(1);
    let json = ended.json();
    let error = &json["error"];
    assert_eq!(error["code"], "not-accepted", "{error}");
    // Why stands beside each, once.
    assert_eq!(
        error["message"],
        "1 of 2 channels cannot send: `[channels.two]`; 1 gave no answer: `[channels.one]`"
    );
    for (at, begins) in [(0, "not known: "), (1, "cannot send: ")] {
        let says = json["channels"][at]["checked"]["says"].as_str().unwrap();
        assert!(says.starts_with(begins) && says.len() > begins.len(), "{says}");
    }
    assert!(!ended.out().contains("canary"), "{}", ended.out());
}

/// `http://` is allowed to this machine, because nothing of it crosses a wire:
/// a proxy that the environment names would carry the tokens away in the clear.
#[tokio::test(flavor = "multi_thread")]
async fn what_stands_on_this_machine_is_asked_without_a_proxy() {
    let (house, networks) = house(&[way("x, OAuth 2"), way("facebook"), way("linkedin, a member")]).await;
    let proxy = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    proxy.set_nonblocking(true).unwrap();
    let address = format!("http://{}", proxy.local_addr().unwrap());
    let mut command = house.command(&["publish", "m", "--yes"]);
    for name in ["http_proxy", "https_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"] {
        command.env(name, &address);
    }
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(proxy.accept().is_err(), "the proxy was asked");
    assert!(networks.iter().all(|network| network.timeline().len() == 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_is_settled_by_the_networks_own_list() {
    for name in ["x, OAuth 2", "facebook", "linkedin, an organisation"] {
        let (house, networks) = house(&[way(name)]).await;
        networks[0].order(Fault::AnswerLost);
        house.publish().ends(0);
        assert_eq!(house.state("one"), "sent", "{name}");
        assert_eq!(networks[0].timeline().len(), 1, "{name}");
        assert_once(&networks[0], name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_can_tell_waits_for_a_person() {
    let (house, networks) = house(&[way("linkedin, a member")]).await;
    networks[0].order(Fault::AnswerLost);
    house.publish().ends(6);
    house.run(&["run", "--format", "json"]).ends(6);
    house.publish().ends(6);
    assert_eq!(house.state("one"), "unknown");
    assert_eq!(networks[0].timeline().len(), 1);
    assert_once(&networks[0], "the program");
    let status = house.status();
    let key = status["deliveries"][0]["key"].as_str().unwrap().to_owned();
    let url = networks[0].timeline()[0].url.clone();
    house.run(&["resolve", &key, "--sent", &url]).ends(0);
    assert_eq!(house.state("one"), "sent");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_that_the_network_cut_is_altered() {
    let (house, networks) = house(&[way("x, OAuth 2")]).await;
    networks[0].order(Fault::CutShort(6));
    house.publish();
    assert_eq!(house.state("one"), "altered");
    house.publish();
    assert_eq!(networks[0].timeline().len(), 1);
    assert_once(&networks[0], "the program");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_between_doing_and_hearing_of_it_is_no_second_post() {
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
        assert_eq!(networks[0].ordered(), 0, "{name}");
        signal("KILL", child.id());
        child.wait().unwrap();
        house.publish().ends(0);
        assert_eq!(house.state("one"), "sent", "{name}");
        assert_eq!(networks[0].timeline().len(), 1, "{name}");
        assert_once(&networks[0], name);
    }
}

/// The network has said what the post is called, and is asked once more how it
/// looks: whoever dies then knows the name already.
#[tokio::test(flavor = "multi_thread")]
async fn a_kill_while_the_post_is_looked_at_loses_nothing() {
    for (name, looks) in [("linkedin, an organisation", "/rest/posts/"), ("facebook", "_")] {
        let (house, networks) = house(&[way(name)]).await;
        house.write("content-ladders/all.toml", &format!("{}first_comment = \"More.\"\n", rungs(&["one"])));
        networks[0].order_upon(Upon::Path("GET", looks), Fault::Silence);
        let mut child = house.begin(&["publish", "m", "--yes"]);
        for _ in 0..3000 {
            if networks[0].ordered() == 0 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert_eq!(networks[0].ordered(), 0, "{name}");
        signal("KILL", child.id());
        child.wait().unwrap();
        let receipts = || -> Vec<String> {
            let journal = house.journal();
            let mut query = journal
                .prepare("SELECT json ->> '$.receipt.id' FROM events WHERE json ->> '$.event' = 'receipt'")
                .unwrap();
            let ids = query.query_map([], |row| row.get(0)).unwrap();
            ids.map(Result::unwrap).collect()
        };
        let post = networks[0].timeline()[0].clone();
        assert_eq!(receipts().first(), Some(&post.id), "{name}");
        assert!(["planned", "sent"].contains(&house.state("one").as_str()), "{name}: {}", house.state("one"));
        let asked = networks[0].log().len();
        house.publish().ends(0);
        assert_eq!(house.state("one"), "sent", "{name}");
        let timeline = networks[0].timeline();
        assert_eq!((timeline.len(), timeline[0].comments.len()), (1, 1), "{name}");
        assert_eq!(receipts().len(), 2, "{name}");
        // Nothing was looked for: there was no doubt.
        let later: Vec<String> =
            networks[0].log()[asked..].iter().map(|logged| logged.path.clone()).collect();
        assert!(
            !later.iter().any(|path| path.contains("published_posts") || path.ends_with("/rest/posts")),
            "{later:?}"
        );
    }
}

/// Nobody saw the image, so nobody can doubt: even where no list could be asked.
#[tokio::test(flavor = "multi_thread")]
async fn a_kill_while_images_are_uploaded_leaves_no_doubt() {
    for (name, upload) in [
        ("x, OAuth 1.0a", ("POST", "/2/media")),
        ("linkedin, a member", ("PUT", "upload")),
        ("linkedin, an organisation", ("POST", "/rest/images")),
    ] {
        let (house, networks) = house(&[way(name)]).await;
        let images = "attach = \"images\"\ntext = \"It landed.\"\n";
        house.write("content-ladders/all.toml", &format!("{}{images}", rungs(&["one"])));
        std::fs::write(house.path("messages/a.png"), picture_bytes(9)).unwrap();
        let head = "title = \"Rocket m lands\"\nsummary = \"It landed.\"\n[[media]]\nfile = \"a.png\"\nalt = \"A rocket\"\n";
        house.write("messages/m.md", &format!("+++\n{head}+++\nIt landed.\n"));
        networks[0].order_upon(Upon::Path(upload.0, upload.1), Fault::SilenceAfter);
        let mut child = house.begin(&["publish", "m", "--yes"]);
        for _ in 0..3000 {
            if networks[0].ordered() == 0 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert_eq!(networks[0].ordered(), 0, "{name}: {:?}", networks[0].log());
        signal("KILL", child.id());
        child.wait().unwrap();
        assert_eq!(house.state("one"), "planned", "{name}");
        house.run(&["run"]).ends(0);
        assert_eq!(house.state("one"), "sent", "{name}");
        let timeline = networks[0].timeline();
        assert_eq!((timeline.len(), timeline[0].media.len()), (1, 1), "{name}");
        assert_eq!(timeline[0].media[0].alt, "A rocket", "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_is_waited_for_and_then_it_goes() {
    let (house, networks) = house(&[way("x, OAuth 2")]).await;
    assert_eq!(networks[0].kind(), Kind::named("x").unwrap());
    networks[0].order(Fault::TooMany(Duration::from_secs(2)));
    house.publish().ends(0);
    assert_eq!(house.state("one"), "sent");
    assert_eq!(networks[0].timeline().len(), 1);
}
