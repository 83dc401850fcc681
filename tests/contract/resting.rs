//! One channel cannot be used: the others go on, nothing is begun by halves, and
//! a program that cron calls every few minutes writes nothing down each time.

use super::bench::{CANARY, settings, table, write_secrets};
use super::rows::way;
use crate::house::{House, rungs};
use ladder::rehearsal::{Fault, Network, Running, Upon};
use serde_json::Value;
use std::time::Duration;

/// The networks of [`house`].
struct Networks {
    x: Running,
    facebook: Running,
}

/// A project with X as the channel `one` and Facebook as `two`, each with
/// secrets of its own. The message `m` goes to X by a ladder of `first`, and `n`
/// to Facebook.
async fn house(first: &str) -> (House, Networks) {
    let (x, facebook) = (way("x, OAuth 1.0a"), way("facebook"));
    let networks = Networks {
        x: Network::start(x.kind().unwrap(), settings(x)).await.unwrap(),
        facebook: Network::start(facebook.kind().unwrap(), settings(facebook)).await.unwrap(),
    };
    let one = table(x, networks.x.base_url()).replace("channels.tweet", "channels.one");
    let two = table(facebook, networks.facebook.base_url()).replace("channels.tweet", "channels.two");
    let house =
        House::new(&format!("\n{one}\n{two}"), &format!("{}text = \"It landed.\"\n", rungs(&["two"])));
    house.write("content-ladders/first.toml", &first.replace("name = \"all\"", "name = \"first\""));
    for (name, ladder) in [("m", "first"), ("n", "all")] {
        let head =
            format!("title = \"Rocket {name} lands\"\nsummary = \"It landed.\"\nladder = \"{ladder}\"\n");
        house.write(&format!("messages/{name}.md"), &format!("+++\n{head}+++\nIt landed.\n"));
    }
    write_secrets(house.root(), &settings(x));
    (house, networks)
}

const THREAD: &str =
    "name = \"all\"\n[rungs.one]\nchannel = \"one\"\nthread = [\"One.\", \"Two.\", \"Three.\"]\n";

/// X's token is no good any more; what mends it.
fn break_x(house: &House) -> impl Fn(&House) + use<> {
    let good = house.read("signed_token");
    house.write("signed_token", &format!("{CANARY}-nonsense\n"));
    move |house| house.write("signed_token", &good)
}

fn events(house: &House) -> i64 {
    house.journal().query_row("SELECT count(*) FROM events", [], |row| row.get(0)).unwrap()
}

/// The state of the only rung of a message.
fn state(house: &House, message: &str) -> String {
    let status = house.status();
    let deliveries = status["deliveries"].as_array().unwrap();
    let found = deliveries.iter().find(|delivery| delivery["message"] == message);
    found.unwrap_or_else(|| panic!("no {message} in {status}"))["state"].as_str().unwrap().to_owned()
}

/// Runs five times as cron does; each ends with `code`, and nothing is written.
fn run_five_times(house: &House, code: i32) -> Value {
    let before = events(house);
    let mut last = Value::Null;
    for _ in 0..5 {
        last = house.run(&["run", "--format", "json"]).ends(code).json();
        assert_eq!(events(house), before, "{last}");
    }
    last
}

#[tokio::test(flavor = "multi_thread")]
async fn a_held_thread_with_a_bad_token_stops_no_other_channel() {
    let (house, networks) = house(THREAD).await;
    // Who the account is comes first, then the first part.
    networks.x.order_upon(Upon::Number(2), Fault::Says(401, "Unauthorized".to_owned()));
    house.publish().ends(5);
    let mend = break_x(&house);
    house.run(&["schedule", "n"]).ends(0);
    let ended = house.run(&["run"]).ends(4);
    assert_eq!((networks.x.timeline().len(), networks.facebook.timeline().len()), (1, 1), "{}", ended.err());
    assert_eq!(["m", "n"].map(|message| state(&house, message)), ["held", "sent"]);
    assert!(
        ended.err().contains("1 delivery is held back: `ladder run` sends what is due"),
        "{}",
        ended.err()
    );
    let said = ended.err();
    assert!(said.contains("error: not all was sent: `[channels.one]`: X does not accept the keys"), "{said}");
    assert!(said.contains("`one` of `m` (held) stays as it is"), "{said}");
    assert!(said.contains("hint: mend the credentials"), "{said}");
    assert!(!said.contains("canary"), "{said}");
    let json = run_five_times(&house, 1);
    assert_eq!(json["error"]["code"], "not-accepted");
    assert!(json["error"]["message"].as_str().unwrap().starts_with("nothing was sent: "), "{json}");
    assert_eq!(
        (&json["deliveries"][0]["state"], &json["left_alone"][0]["channel"]),
        (&"held".into(), &"one".into())
    );
    assert_eq!(json["left_alone"][0]["keys"][0], json["deliveries"][0]["key"]);
    mend(&house);
    let ended = house.run(&["run"]).ends(0);
    assert!(ended.err().contains("goes on with part 2 of 3"), "{}", ended.err());
    let texts: Vec<String> = networks.x.timeline().into_iter().map(|live| live.text).collect();
    assert_eq!((texts.join(" "), networks.facebook.timeline().len()), ("One. Two. Three.".to_owned(), 1));
    assert_eq!(house.run(&["run", "--format", "json"]).ends(0).json()["left_alone"], serde_json::json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_doubt_on_a_channel_with_a_bad_token_stops_no_other_and_ends_with_its_code() {
    for missing in [false, true] {
        let (house, networks) = house(&format!("{}text = \"It landed.\"\n", rungs(&["one"]))).await;
        networks.x.order(Fault::AnswerLost);
        networks.x.order_upon(Upon::Path("GET", "/tweets"), Fault::FailedBefore);
        house.publish().ends(6);
        let mend = break_x(&house);
        if missing {
            std::fs::remove_file(house.path("signed_token")).unwrap();
        }
        house.run(&["schedule", "n"]).ends(0);
        let asked = networks.x.log().len();
        let ended = house.run(&["run"]).ends(6);
        assert_eq!(["m", "n"].map(|message| state(&house, message)), ["unknown", "sent"], "{}", ended.err());
        assert!(ended.out().contains("ladder resolve"), "{}", ended.out());
        assert!(ended.err().contains("what is unknown could not be looked for"), "{}", ended.err());
        let json = run_five_times(&house, 6);
        let code = if missing { "not-ready" } else { "not-accepted" };
        assert_eq!(json["error"]["code"], code, "{json}");
        assert_eq!((networks.x.timeline().len(), networks.facebook.timeline().len()), (1, 1));
        let lists = networks.x.log()[asked..].iter().filter(|logged| logged.path.contains("/tweets")).count();
        assert_eq!(lists, 0, "a list is not asked for with a token that is no good");
        mend(&house);
        house.run(&["run"]).ends(0);
        assert_eq!(state(&house, "m"), "sent");
    }
}

/// A scheduled message of which nothing is out yet begins everywhere or nowhere.
#[tokio::test(flavor = "multi_thread")]
async fn a_queued_message_is_not_begun_by_halves_and_delays_no_other() {
    let both = rungs(&["one", "two"]).replace("\"two\"\n", "\"two\"\ntext = \"It landed twice.\"\n");
    let (house, networks) = house(&both).await;
    let mend = break_x(&house);
    house.run(&["schedule", "m"]).ends(0);
    house.run(&["schedule", "n"]).ends(0);
    let said = house.run(&["run"]).ends(4).err();
    assert_eq!((networks.x.timeline().len(), networks.facebook.timeline().len()), (0, 1), "{said}");
    assert!(said.contains("`one` of `m` (planned) stays as it is"), "{said}");
    assert!(said.contains("as nothing of `m` is out yet, all of it waits"), "{said}");
    let json = run_five_times(&house, 1);
    assert_eq!(json["left_alone"][0]["messages"], serde_json::json!(["m"]));
    // `publish` says no before the journal hears of it.
    let before = events(&house);
    house.publish().ends(1);
    assert_eq!((events(&house), networks.facebook.timeline().len()), (before, 1));
    mend(&house);
    house.run(&["run"]).ends(0);
    assert_eq!((networks.x.timeline().len(), networks.facebook.timeline().len()), (1, 2));
}

/// One that has begun goes on where it can, with `run` and with `publish`.
#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_has_begun_goes_on_where_it_can() {
    for verb in [&["run", "--format", "json"][..], &["publish", "m", "--yes", "--format", "json"]] {
        let three = format!("{THREAD}[rungs.two]\nchannel = \"two\"\ntext = \"It landed.\"\n");
        let (house, networks) = house(&three).await;
        networks.x.order_upon(Upon::Number(2), Fault::Says(402, "CreditsDepleted".to_owned()));
        networks.facebook.order(Fault::TooMany(Duration::from_secs(800)));
        house.publish().ends(5);
        assert_eq!((networks.x.timeline().len(), networks.facebook.timeline().len()), (1, 0));
        let mend = break_x(&house);
        run_five_times(&house, 1);
        house.let_time_pass();
        let json = house.run(verb).ends(4).json();
        let states: Vec<&Value> =
            json["deliveries"].as_array().unwrap().iter().map(|d| &d["state"]).collect();
        assert_eq!(states, ["held", "sent"], "{json}");
        assert_eq!(json["error"]["code"], "not-accepted", "{json}");
        mend(&house);
        house.run(verb).ends(0);
        assert_eq!((networks.x.timeline().len(), networks.facebook.timeline().len()), (3, 1));
    }
}

/// What is not due is asked about by nobody, and nobody fails for it.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_due_yet_is_no_failure() {
    let later = format!("{}delay = \"5h\"\ntext = \"It landed.\"\n", rungs(&["one"]));
    let (house, networks) = house(&later).await;
    house.run(&["schedule", "m"]).ends(0);
    std::fs::remove_file(house.path("signed_token")).unwrap();
    house.run(&["schedule", "n"]).ends(0);
    house.run(&["run"]).ends(0);
    assert_eq!((networks.x.log().len(), networks.facebook.timeline().len()), (0, 1));
    let json = run_five_times(&house, 0);
    assert!(json["error"].is_null() && json["left_alone"] == serde_json::json!([]), "{json}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_words_that_a_thread_began_with_are_there_when_it_stops_half_way() {
    let (house, networks) = house(THREAD).await;
    let no =
        Fault::Says(403, r#"{"title":"Forbidden","status":403,"detail":"You may not say that."}"#.to_owned());
    networks.x.order_upon(Upon::PublishingAfter(1), no);
    let json = house.run(&["publish", "m", "--yes", "--format", "json"]).ends(1).json();
    assert_eq!(json["deliveries"][0]["state"], "refused", "{json}");
    house.edit("content-ladders/first.toml", "Three.", "Something else.");
    let status = house.run(&["status", "m"]).ends(0).out();
    let command = status.split_once("all words: ").expect(&status).1;
    let command = command.lines().next().unwrap();
    assert_eq!(command, "ladder log --campaign m --channel one");
    let log = house.run(&command.split(' ').skip(1).collect::<Vec<_>>()).ends(0).out();
    let words: Vec<&str> = log.lines().skip(2).map(str::trim).collect();
    assert_eq!(
        words,
        ["│ One.", "part 2 of 3, not sent: refused:", "│ Two.", "part 3 of 3, not sent:", "│ Three."],
        "{log}"
    );
    let edit = house.run(&["edit", "m", "--dry-run"]).ends(0).out();
    assert!(edit.contains("1 of 3 parts is out;"), "{edit}");
}
