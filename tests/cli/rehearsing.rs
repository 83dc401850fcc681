//! `ladder publish --rehearse`: everything is played, and nothing leaves this
//! machine, the project included.

use crate::house::{House, states};
use serde_json::Value;
use std::collections::BTreeMap;
use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Three networks, a mail server that is not there, and a site.
const NETWORKS: &str = r#"
[channels.x]
adapter = "x"
account = "acmerockets"
access_token = { env = "X_ACCESS_TOKEN" }

[channels.facebook]
adapter = "facebook"
account = "Acme Rockets"
page_id = "1234567890"
access_token = { env = "FACEBOOK_PAGE_TOKEN" }
app_secret = { env = "FACEBOOK_APP_SECRET" }

[channels.linkedin]
adapter = "linkedin"
account = "Acme Rockets"
author = "urn:li:organization:2414183"
access_token = { env = "LINKEDIN_ACCESS_TOKEN" }

[channels.newsletter]
adapter = "email"
smtp = { env = "SMTP_URL" }
from = "Acme Rockets <news@acme.example>"
to = ["Ada <ada@acme.example>", "grace@acme.example"]
"#;

const LADDER: &str = r#"
[rungs.blog]
channel = "blog"

[rungs.tweet]
channel = "x"
after = "blog"
thread = ["{{ message.title }} {{ rungs.blog.url }}", "The second part of it", "And the third"]

[rungs.facebook]
channel = "facebook"
after = "blog"
attach = "card"

[rungs.linkedin]
channel = "linkedin"
after = "blog"
delay = "1h"
attach = "card"
first_comment = "{{ rungs.blog.url }}"

[rungs.newsletter]
channel = "newsletter"
after = "blog"
at = "next day 09:00"
window = "6h"
"#;

/// A project whose ladder goes to all of them.
fn house() -> House {
    let house = House::empty();
    let project = "[brand]\nname = \"Acme Rockets\"\nurl = \"https://acme.example\"\n\n[channels.blog]\nadapter = \
                   \"static-site\"\npreset = \"hugo\"\ndirectory = \"site/posts\"\nurl = \
                   \"https://acme.example/blog/{slug}/\"\nlive = \"30m\"\n";
    house.write("ladder.toml", &format!("{project}{NETWORKS}"));
    house.write("content-ladders/launch.toml", LADDER);
    house.write(
        "messages/hello.md",
        "+++\ntitle = \"Rocket 2 lands itself\"\nsummary = \"Quieter and cheaper.\"\n+++\nIt came back.\n",
    );
    house
}

/// Every file with its bytes.
fn bytes(house: &House) -> BTreeMap<String, Vec<u8>> {
    house
        .files("")
        .into_iter()
        .map(|name| (name.clone(), std::fs::read(house.path(&name)).unwrap()))
        .collect()
}

const CLOCK: [&str; 2] = ["--clock", "2026-11-30T10:00:00Z"];

fn rehearsed(house: &House, more: &[&str]) -> (Value, i32) {
    let mut arguments = vec!["publish", "hello", "--rehearse", "--format", "json"];
    arguments.extend(CLOCK);
    arguments.extend(more);
    let ended = house.run(&arguments);
    (ended.json(), ended.code())
}

fn timeline<'v>(value: &'v Value, channel: &str) -> &'v Value {
    value["timelines"].as_array().unwrap().iter().find(|shown| shown["channel"] == channel).unwrap()
}

fn texts(value: &Value, channel: &str) -> Vec<String> {
    let shown = timeline(value, channel)["shown"].as_array().unwrap();
    shown.iter().map(|one| one["text"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_whole_ladder_is_seen_at_its_times_without_waiting_or_a_store() {
    let house = house();
    let before = bytes(&house);
    let (value, code) = rehearsed(&house, &[]);
    assert_eq!((code, &value["rehearsal"]), (0, &Value::Bool(true)), "{value:#}");
    assert!(states(&value).iter().all(|(_, state)| state == "sent"), "{value:#}");
    assert_eq!(bytes(&house), before);
    let whens = |channel: &str| -> Vec<String> {
        let shown = timeline(&value, channel)["shown"].as_array().unwrap().iter();
        shown.map(|one| one["when"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(whens("blog"), ["at once"]);
    assert_eq!(whens("x"), ["at once", "at once", "at once"]);
    assert_eq!(whens("linkedin"), ["after 1 h"]);
    assert_eq!(whens("newsletter"), ["Tue 09:00", "Tue 09:00"]);
    assert_eq!(
        texts(&value, "x"),
        ["Rocket 2 lands itself https://acme.example/blog/hello/", "The second part of it", "And the third"]
    );
    let linkedin = &timeline(&value, "linkedin")["shown"][0];
    assert_eq!(linkedin["comments"][0], "https://acme.example/blog/hello/");
    let place = timeline(&value, "x")["shown"][0]["place"].as_str().unwrap().to_owned();
    assert!(place.starts_with("https://x.com/acmerockets/status/"), "{place}");
    let mail = &timeline(&value, "newsletter")["shown"][0];
    assert_eq!(
        (&mail["from"], &mail["to"][0]),
        (&Value::from("news@acme.example"), &Value::from("ada@acme.example"))
    );
    assert!(mail["text"].as_str().unwrap().contains("It came back."), "{mail:#}");
    assert!(mail["html"].as_str().unwrap().contains("It came back."), "{mail:#}");
    let runs: Vec<&str> =
        value["runs"].as_array().unwrap().iter().map(|run| run["when"].as_str().unwrap()).collect();
    assert_eq!(runs, ["at once", "after 1 h", "Tue 09:00"]);
}

#[test]
fn every_built_in_ladder_rehearses_green() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("content-ladders");
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned();
        let house = House::empty();
        house.run(&["init", "--name", "Acme Rockets", "--ladder", &name]).ends(0);
        let before = bytes(&house);
        let (value, code) = rehearsed(&house, &[]);
        assert_eq!(code, 0, "{name}: {value:#}");
        let states = states(&value);
        assert!(!states.is_empty() && states.iter().all(|(_, state)| state == "sent"), "{name}: {states:?}");
        assert_eq!(bytes(&house), before, "{name}");
        seen += 1;
    }
    assert!(seen >= 6);
}

#[test]
fn every_example_rehearses_green() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let house = House::empty();
    let mut seen = 0;
    for story in std::fs::read_dir(examples).unwrap().map(|entry| entry.unwrap().path()) {
        for message in std::fs::read_dir(story.join("messages")).unwrap().map(|entry| entry.unwrap().path()) {
            let stem = message.file_stem().unwrap().to_string_lossy().into_owned();
            if stem.contains('.') {
                continue;
            }
            let (project, message) = (story.to_string_lossy(), message.to_string_lossy());
            let arguments = ["--project", &project, "publish", &message, "--rehearse", "--format", "json"];
            let ended = house.run(&arguments).ends(0);
            let good = |state: &str| matches!(state, "sent" | "waiting");
            assert!(states(&ended.json()).iter().all(|(_, state)| good(state)), "{}", ended.out());
            seen += 1;
        }
    }
    assert!(seen >= 2 && house.files("").is_empty());
}

#[test]
fn the_same_seed_is_the_same_day_to_the_byte() {
    let house = house();
    let mut days = Vec::new();
    for round in 0..2 {
        let page = format!("page-{round}.html");
        let day: Vec<Vec<u8>> = [&["--format", "text"][..], &["--format", "json"], &["--out", &page]]
            .iter()
            .map(|more| {
                let mut arguments = vec!["publish", "hello", "--rehearse", "--faults", "all", "--seed", "7"];
                arguments.extend(CLOCK);
                arguments.extend(*more);
                house.run(&arguments).output.stdout
            })
            .collect();
        days.push((day[..2].to_vec(), std::fs::read(house.path(&page)).unwrap()));
    }
    assert!(days[0] == days[1]);
    let (said, page) = (String::from_utf8_lossy(&days[0].0[0]), String::from_utf8_lossy(&days[0].1));
    for text in [&said, &page] {
        assert!(text.contains("seed 7") && !text.contains("127.0.0.1"), "{text}");
        assert!(!text.contains("ladder-rehearsal-"), "{text}");
    }
    assert!(page.contains("nothing left this machine") && !page.contains("<script"));
}

/// One fault at a time, whomever it strikes: nothing is twice for readers, and
/// the end is what the fault allows.
#[test]
fn each_fault_ends_as_it_may_and_nothing_is_posted_twice() {
    let house = house();
    let ends: [(&str, &[&str], &str); 7] = [
        ("lost-answer", &["sent", "unknown"], "the answer is lost"),
        ("429", &["sent"], "too many requests"),
        ("500", &["sent", "unknown"], "an error at the network"),
        ("slow", &["sent"], "the answer takes 20 s"),
        ("cut", &["sent", "unknown"], "the connection breaks"),
        ("half-thread", &["sent", "unknown"], "the connection breaks"),
        ("expired-token", &["sent", "held", "planned"], "the token expires"),
    ];
    for (fault, allowed, words) in ends {
        for seed in ["1", "2", "3"] {
            let (value, code) = rehearsed(&house, &["--faults", fault, "--seed", seed]);
            let states = states(&value);
            assert_eq!(states.len(), 5, "{fault} {seed}: {value:#}");
            assert!(
                states.iter().all(|(_, s)| allowed.contains(&s.as_str())),
                "{fault} {seed}: {states:?}\n{value:#}"
            );
            let said = value["timelines"].to_string();
            assert!(said.contains(words), "{fault} {seed}: {said}");
            let all_sent = states.iter().all(|(_, state)| state == "sent");
            assert_eq!(code == 0, all_sent, "{fault} {seed}: {code} {states:?}");
            for channel in ["x", "facebook", "linkedin"] {
                let texts = texts(&value, channel);
                let mut once = texts.clone();
                once.sort();
                once.dedup();
                assert_eq!(once.len(), texts.len(), "{fault} {seed}: {texts:?}");
            }
            for (delivery, state) in value["deliveries"].as_array().unwrap().iter().zip(states.iter()) {
                let unknown = delivery["state"] == "unknown";
                let said = delivery["to_do"].as_str().unwrap_or_default();
                assert!(
                    !unknown || said.contains("ladder resolve"),
                    "{fault} {seed} {state:?}: {delivery:#}"
                );
            }
        }
    }
}

#[test]
fn a_thread_that_stopped_half_way_is_told_and_goes_on_where_it_was() {
    let house = house();
    house.edit("content-ladders/launch.toml", "first_comment = \"{{ rungs.blog.url }}\"\n", "");
    let (value, code) = rehearsed(&house, &["--faults", "half-thread", "--seed", "1"]);
    assert_eq!(code, 0, "{value:#}");
    let shown = timeline(&value, "x");
    assert_eq!(texts(&value, "x").len(), 3, "{shown:#}");
    let meanwhile = shown["meanwhile"][0].as_str().unwrap();
    assert!(meanwhile.contains("readers saw 1 of 3 parts"), "{meanwhile}");
    let steps = shown["steps"].to_string();
    assert!(steps.contains("it is not there, so it goes again"), "{steps}");
}

#[test]
fn no_secret_is_looked_up_no_program_runs_and_nobody_is_called() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = calls.clone();
    std::thread::spawn(move || {
        for _ in listener.incoming() {
            counted.fetch_add(1, Ordering::SeqCst);
        }
    });
    let house = house();
    let trace = house.path("trace").display().to_string();
    let command = format!("{{ command = [\"sh\", \"-c\", \"touch {trace}; echo token\"] }}");
    let project = house.read("ladder.toml");
    let project = project
        .replace("{ env = \"X_ACCESS_TOKEN\" }", &format!("{command}\nbase_url = \"http://{address}\""));
    let project = project.replace("{ env = \"SMTP_URL\" }", &command);
    house.write("ladder.toml", &project);
    let proxy = format!("http://{address}");
    let variables: Vec<(&str, &str)> =
        ["http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"]
            .into_iter()
            .map(|name| (name, proxy.as_str()))
            .chain([("FACEBOOK_PAGE_TOKEN", "open-sesame"), ("LINKEDIN_ACCESS_TOKEN", "open-sesame")])
            .collect();
    let before = bytes(&house);
    let ended = house.run_with(&["publish", "hello", "--rehearse", "--format", "json"], &variables).ends(0);
    assert!(states(&ended.json()).iter().all(|(_, state)| state == "sent"));
    assert_eq!(calls.load(Ordering::SeqCst), 0);
    assert_eq!(bytes(&house), before);
    assert!(!ended.out().contains("open-sesame") && !ended.out().contains(&address));
}

#[test]
fn what_went_out_before_is_rehearsed_as_new_and_the_journal_stays() {
    let house = House::new();
    let (value, _) = rehearsed(&house, &[]);
    let digest = value["plan"].clone();
    house.run(&["publish", "hello", "--yes"]).ends(0);
    let before = bytes(&house);
    let (value, code) = rehearsed(&house, &[]);
    assert_eq!((code, &value["plan"]), (0, &digest));
    let note = value["notes"][0].as_str().unwrap();
    assert!(note.contains("as if it were new"), "{note}");
    assert!(states(&value).iter().all(|(_, state)| state == "sent"));
    assert_eq!(bytes(&house), before);
}

#[test]
fn the_digest_is_that_of_the_plan() {
    let house = House::new();
    let (value, _) = rehearsed(&house, &[]);
    let mut arguments = vec!["plan", "hello", "--format", "json"];
    arguments.extend(CLOCK);
    let plan = house.run(&arguments).ends(0).json();
    assert!(plan.to_string().contains(value["plan"].as_str().unwrap()), "{plan:#}");
}

#[test]
fn what_lies_ahead_is_reached_and_a_draft_may_be_rehearsed() {
    let house = house();
    house.edit(
        "messages/hello.md",
        "summary",
        "publish_at = \"2026-12-24 18:00\"\nembargo = \"2026-12-24 19:00\"\ndraft = true\nsummary",
    );
    let (value, code) = rehearsed(&house, &[]);
    assert_eq!(code, 0, "{value:#}");
    assert_eq!(timeline(&value, "blog")["shown"][0]["when"], "2026-12-24 19:00");
    assert_eq!(timeline(&value, "newsletter")["shown"][0]["when"], "2026-12-25 09:00");
    assert!(value["notes"][0].as_str().unwrap().contains("draft"));
}

#[test]
fn wrong_use_names_what_there_is() {
    let house = house();
    let ended = house.run(&["publish", "hello", "--rehearse", "--faults", "lost-anwser"]).ends(2);
    assert!(ended.err().contains("did you mean `lost-answer`?"), "{}", ended.err());
    house.run(&["publish", "hello", "--faults", "cut"]).ends(2);
    house.run(&["publish", "hello", "--rehearse", "--seed", "1"]).ends(2);
    house.run(&["publish", "hello", "--rehearse", "--out", "day.pdf"]).ends(2);
    house.edit("messages/hello.md", "title = \"Rocket 2 lands itself\"", "title = \"\"");
    let (value, code) = rehearsed(&house, &[]);
    assert_eq!((code, &value["error"]["code"]), (3, &Value::from("check")));
}

#[test]
fn without_a_seed_one_is_made_and_told() {
    let house = house();
    let ended = house.run(&["publish", "hello", "--rehearse", "--faults", "slow"]).ends(0);
    assert!(ended.err().contains("the same once more: --seed "), "{}", ended.err());
    assert!(ended.out().starts_with("rehearsal: nothing left this machine\n"), "{}", ended.out());
    assert!(ended.err().contains("nothing left this machine"));
}

#[cfg(unix)]
#[test]
fn whoever_has_seen_enough_leaves_nothing_behind() {
    let house = house();
    let temporary = tempfile::tempdir().unwrap();
    let left = || std::fs::read_dir(temporary.path()).unwrap().count();
    let mut child = house
        .command(&["publish", "hello", "--rehearse", "--faults", "all", "--seed", "1"])
        .env("TMPDIR", temporary.path())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    while left() == 0 && child.try_wait().unwrap().is_none() {
        std::thread::yield_now();
    }
    let pid = child.id().to_string();
    let _ =
        std::process::Command::new("kill").args(["-TERM", &pid]).stderr(std::process::Stdio::null()).status();
    child.wait().unwrap();
    assert_eq!(left(), 0);
}

/// The blog, and a post and a mail after it.
const SHORT: &str = "[rungs.blog]\nchannel = \"blog\"\n\n[rungs.tweet]\nchannel = \"x\"\nafter = \"blog\"\nattach = \"card\"\n";

#[test]
fn the_exit_code_is_that_of_the_last_run_that_is_shown() {
    let house = house();
    house.write("content-ladders/launch.toml", SHORT);
    // The token expires in the middle of `publish`: that holds the post. Later runs
    // find it expired, change nothing, and are not shown.
    let (value, code) = rehearsed(&house, &["--faults", "expired-token", "--seed", "2"]);
    assert_eq!(code, 5, "{value:#}");
    let runs: Vec<&Value> = value["runs"].as_array().unwrap().iter().map(|run| &run["exit"]).collect();
    assert_eq!(runs, [&Value::from(5)]);
    let notes = value["notes"].to_string();
    assert!(notes.contains("later calls of `ladder run` send nothing and end with exit code 4"), "{notes}");
    let mut arguments = vec!["publish", "hello", "--rehearse", "--faults", "expired-token", "--seed", "2"];
    arguments.extend(CLOCK);
    let out = house.run(&arguments).ends(5).out();
    assert!(out.contains("run 1, at once: ladder publish, exit code 5"), "{out}");
    assert!(out.ends_with("1 of 2 sent in 1 run; a real run would end with exit code 5\n"), "{out}");
    // What is left to do has a heading, and is as wide as all else.
    let to_do = out.split_once("\nTo do\n").expect("a heading").1;
    let prose = |line: &&str| !line.starts_with("      ");
    assert!(to_do.lines().filter(prose).all(|line| line.chars().count() <= 92), "{to_do}");
}

#[test]
fn x_shows_the_card_below_the_part_that_has_the_link() {
    let house = house();
    // Of a host without a known ending X makes no link.
    house.edit("ladder.toml", "https://acme.example/blog", "https://example.com/blog");
    house.write("content-ladders/launch.toml", SHORT);
    let card = |value: &Value, part: usize| timeline(value, "x")["shown"][part]["card"].clone();
    let (value, _) = rehearsed(&house, &[]);
    let url = card(&value, 0)["url"].as_str().unwrap().to_owned();
    assert!(url.starts_with("https://example.com/blog/hello/"), "{url}");
    assert!(!value.to_string().contains("rung.invalid"));
    let thread = "thread = [\"One\", \"Two\", \"Three {{ rungs.blog.url }}\"]\n";
    house.write("content-ladders/launch.toml", &format!("{SHORT}{thread}"));
    let (value, _) = rehearsed(&house, &[]);
    assert_eq!([0, 1].map(|part| card(&value, part).is_null()), [true, true], "{value:#}");
    assert_eq!(card(&value, 2)["title"], "Rocket 2 lands itself");
    assert!(card(&value, 2)["url"].as_str().unwrap().starts_with("https://example.com/blog/hello/"));
}

/// What one account is told by two channels is told with the same credentials.
#[test]
fn two_channels_of_one_account_are_both_rehearsed() {
    let house = house();
    let table = "adapter = \"mastodon\"\naccount = \"@acme@mastodon.example\"\nbase_url = \"https://mastodon.example\"\n\
                 access_token = { env = \"TOOT\" }\n";
    let more = format!("\n[channels.loud]\n{table}\n[channels.quiet]\n{table}visibility = \"unlisted\"\n");
    house.write("ladder.toml", &format!("{}{more}", house.read("ladder.toml")));
    let rungs = "[rungs.loud]\nchannel = \"loud\"\ntext = \"Hear.\"\n[rungs.quiet]\nchannel = \"quiet\"\ntext = \"Hush.\"\n";
    house.write("content-ladders/launch.toml", &format!("name = \"launch\"\n{rungs}"));
    let (value, code) = rehearsed(&house, &[]);
    assert_eq!(
        (texts(&value, "loud").join(""), texts(&value, "quiet").join(""), code),
        ("Hear.".into(), "Hush.".into(), 0)
    );
    let sent = |rung: &str| (rung.to_owned(), "sent".to_owned());
    assert_eq!(states(&value), [sent("loud"), sent("quiet")]);
}
