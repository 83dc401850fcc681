//! The program as its users meet it: exit codes, standard output and error, and
//! the JSON contract, verb by verb. Needs no network and no server.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A project in a folder of its own, and the program run in it.
struct House {
    dir: tempfile::TempDir,
}

impl House {
    /// An empty folder.
    fn empty() -> House {
        House { dir: tempfile::tempdir().unwrap() }
    }

    /// What `ladder init` makes.
    fn new() -> House {
        let house = House::empty();
        house.run(&["init", "--name", "Acme Rockets"]).ends(0);
        house
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        std::fs::write(self.path(name), text).unwrap();
    }

    /// Replaces a piece of a file that must be there.
    fn edit(&self, name: &str, from: &str, to: &str) {
        let text = self.read(name);
        assert!(text.contains(from), "{name} has no {from:?}");
        self.write(name, &text.replace(from, to));
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ladder"));
        command.args(arguments).current_dir(self.dir.path()).stdin(Stdio::null());
        for secret in ["X_ACCESS_TOKEN", "FACEBOOK_PAGE_TOKEN", "LINKEDIN_ACCESS_TOKEN", "SMTP_URL"] {
            command.env_remove(secret);
        }
        command
    }

    fn run(&self, arguments: &[&str]) -> Ended {
        Ended { output: self.command(arguments).output().unwrap(), said: arguments.join(" ") }
    }

    /// Every file below a folder, sorted.
    fn files(&self, below: &str) -> Vec<String> {
        fn walk(dir: &Path, top: &Path, found: &mut Vec<String>) {
            for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
                if entry.path().is_dir() {
                    walk(&entry.path(), top, found);
                } else {
                    found.push(entry.path().strip_prefix(top).unwrap().to_string_lossy().replace('\\', "/"));
                }
            }
        }
        let mut found = Vec::new();
        walk(&self.path(below), self.dir.path(), &mut found);
        found.sort();
        found
    }
}

/// How a run ended.
struct Ended {
    output: Output,
    said: String,
}

impl Ended {
    #[track_caller]
    fn ends(self, code: i32) -> Ended {
        let found = self.output.status.code();
        assert_eq!(found, Some(code), "`ladder {}`\n{}\n{}", self.said, self.out(), self.err());
        self
    }

    fn out(&self) -> String {
        String::from_utf8(self.output.stdout.clone()).unwrap()
    }

    fn err(&self) -> String {
        String::from_utf8(self.output.stderr.clone()).unwrap()
    }

    /// The one object, whose `exit` is the process's own.
    #[track_caller]
    fn json(&self) -> Value {
        let value: Value = serde_json::from_str(&self.out()).unwrap_or_else(|error| {
            panic!("`ladder {}`: {error}\n{}\n{}", self.said, self.out(), self.err())
        });
        assert_eq!(value["exit"].as_i64(), self.output.status.code().map(i64::from));
        assert!(value["diagnostics"].is_array());
        assert!(value["error"].is_null() || value["error"]["code"].is_string());
        value
    }
}

fn states(value: &Value) -> Vec<(String, String)> {
    let mut states: Vec<_> = value["deliveries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|d| (d["rung"].as_str().unwrap().to_owned(), d["state"].as_str().unwrap().to_owned()))
        .collect();
    states.sort();
    states
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(rung, state)| ((*rung).to_owned(), (*state).to_owned())).collect()
}

const ALL_OUT: &[(&str, &str)] = &[
    ("blog", "sent"),
    ("facebook", "waiting"),
    ("linkedin", "waiting"),
    ("newsletter", "sent"),
    ("tweet", "waiting"),
];

#[test]
fn transcripts() {
    trycmd::TestCases::new().case("tests/cmd/*.trycmd");
}

#[test]
fn init_publishes_at_once_and_publishing_again_sends_nothing() {
    let house = House::empty();
    let ended = house.run(&["init", "demo", "--publish"]).ends(0);
    assert!(ended.out().contains("published `hello`"), "{}", ended.out());
    for file in
        ["demo/preview.html", "demo/public/blog/index.html", "demo/public/blog/feed.xml", "demo/.gitignore"]
    {
        assert!(house.path(file).is_file(), "{file}");
    }
    let before = house.files("demo");
    let mails = before.iter().filter(|file| file.starts_with("demo/mail/new/")).count();
    assert_eq!(mails, 1);
    let again = house.run(&["publish", "hello", "--project", "demo", "--yes", "--format", "json"]).ends(0);
    assert_eq!(states(&again.json()), pairs(ALL_OUT));
    let text = house.run(&["publish", "hello", "--project", "demo"]).ends(0);
    assert!(text.err().contains("nothing to send"), "{}", text.err());
    let visible =
        |files: Vec<String>| files.into_iter().filter(|f| !f.contains("/.ladder/")).collect::<Vec<_>>();
    assert_eq!(visible(house.files("demo")), visible(before));
}

#[test]
fn every_built_in_ladder_passes_the_check() {
    for preset in ladder::cli::presets::PRESETS {
        let house = House::empty();
        house.run(&["init", "--ladder", preset.name]).ends(0);
        let ended = house.run(&["check", "--deny-warnings"]).ends(0);
        assert_eq!(ended.out(), "", "{}", preset.name);
    }
}

#[test]
fn init_overwrites_nothing() {
    let house = House::new();
    house.write("ladder.toml", "mine");
    let ended = house.run(&["init"]).ends(2);
    assert!(ended.err().contains("ladder.toml` is there already"));
    assert_eq!(house.read("ladder.toml"), "mine");
    let house = House::empty();
    house.write("messages/hello/message.md", "mine");
    house.write(".gitignore", "target/");
    house.run(&["init"]).ends(2);
    assert_eq!(house.files("."), [".gitignore", "messages/hello/message.md"]);
    std::fs::remove_dir_all(house.path("messages")).unwrap();
    house.run(&["init"]).ends(0);
    assert!(house.read(".gitignore").starts_with("target/\n"));
    assert!(house.read(".gitignore").contains("/.ladder/"));
}

#[test]
fn without_a_project_every_verb_says_where_it_looked() {
    let house = House::empty();
    for verb in
        [&["check"][..], &["preview", "x"], &["publish", "x"], &["run"], &["status"], &["log"], &["channels"]]
    {
        let ended = house.run(verb).ends(2);
        assert!(ended.err().contains("there is no `ladder.toml`"), "{}", ended.err());
        assert!(ended.err().contains("ladder init"), "{}", ended.err());
        let json = house.run(&[verb, &["--format", "json"]].concat()).ends(2).json();
        assert_eq!(json["error"]["code"], "no-project");
    }
}

#[test]
fn publish_asks_or_refuses_without_a_terminal() {
    let house = House::new();
    let ended = house.run(&["publish", "hello"]).ends(2);
    assert!(ended.err().contains("--yes"), "{}", ended.err());
    assert!(ended.out().contains("tweet"), "the plan is shown: {}", ended.out());
    assert!(!house.path("outbox").exists() && !house.path("public").exists());
    let json = house.run(&["publish", "hello", "--format", "json"]).ends(2).json();
    assert_eq!(json["error"]["code"], "confirm");
    assert_eq!(json["deliveries"], serde_json::json!([]));
    let json = house.run(&["publish", "hello", "--dry-run", "--format", "json"]).ends(0).json();
    assert_eq!(json["deliveries"], serde_json::json!([]));
    assert_eq!(json["steps"].as_array().unwrap().len(), 5);
    assert!(!house.path("outbox").exists() && !house.path("public").exists());
}

#[test]
fn check_errors_stop_publishing_and_are_told_with_their_place() {
    let house = House::new();
    house.edit("messages/hello/message.md", "file = \"cover.png\"", "file = \"covr.png\"");
    let json = house.run(&["check", "--format", "json"]).ends(3).json();
    let problem = &json["diagnostics"][0];
    assert_eq!(problem["severity"], "error");
    assert_eq!(problem["file"], "messages/hello/message.md");
    assert_eq!(problem["hint"], "did you mean `cover.png`?");
    assert!(problem["line"].as_i64().unwrap() > 1 && problem["column"].as_i64().unwrap() > 1);
    let ended = house.run(&["publish", "hello", "--yes"]).ends(3);
    assert!(ended.err().contains("nothing was sent"), "{}", ended.err());
    house.run(&["preview", "hello", "--format", "json"]).ends(3).json();
    assert!(!house.path("outbox").exists() && !house.path("public").exists());
}

#[test]
fn preview_keeps_the_json_contract_and_needs_no_store() {
    let house = House::new();
    std::fs::remove_dir_all(house.path(".ladder")).unwrap();
    let json = house.run(&["preview", "hello", "--format", "json"]).ends(0).json();
    assert_eq!((&json["message"], &json["ladder"]), (&"hello".into(), &"at-once".into()));
    let variants = json["variants"].as_array().unwrap();
    let kinds: Vec<_> =
        variants.iter().map(|v| (v["rung"].as_str().unwrap(), v["kind"].as_str().unwrap())).collect();
    assert_eq!(
        kinds,
        [
            ("blog", "article"),
            ("tweet", "post"),
            ("facebook", "post"),
            ("linkedin", "post"),
            ("newsletter", "mail")
        ]
    );
    let part = &variants[1]["parts"][0];
    for field in ["text", "counted", "limit", "unit", "links", "media"] {
        assert!(!part[field].is_null(), "{field}: {part}");
    }
    for field in ["from", "to", "subject", "preheader", "html", "text"] {
        assert!(!variants[4][field].is_null(), "{field}");
    }
    for format in ["text", "markdown", "html"] {
        let ended = house.run(&["preview", "messages/hello", "--format", format]).ends(0);
        assert!(ended.out().contains("One message, every channel"), "{format}");
    }
    house.run(&["preview", "hello", "--out", "page.html"]).ends(0);
    assert!(house.read("page.html").len() < 5_000_000);
    assert!(!house.path(".ladder").exists());
}

#[test]
fn a_plan_runs_as_it_was_shown_or_not_at_all() {
    let house = House::new();
    let plan = house.run(&["plan", "hello", "--format", "json"]).ends(0);
    house.write("printed.json", &plan.out());
    house.run(&["plan", "hello", "--out", "plan.json"]).ends(0);
    let (written, printed): (Value, Value) =
        (serde_json::from_str(&house.read("plan.json")).unwrap(), serde_json::from_str(&plan.out()).unwrap());
    assert_eq!(written["digest"], printed["digest"]);
    house.write("forged.json", &house.read("plan.json").replace("every channel", "any channel"));
    let ended = house.run(&["publish", "forged.json", "--yes"]).ends(2);
    assert!(ended.err().contains("digest"), "{}", ended.err());
    house.write("broken.json", "{\"version\": 1}");
    house.run(&["publish", "broken.json", "--yes"]).ends(2);
    house.edit("ladder.toml", "account = \"acmerockets\"", "account = \"another\"");
    let ended = house.run(&["publish", "plan.json", "--yes"]).ends(2);
    assert!(ended.err().contains("x:another"), "{}", ended.err());
    assert!(!house.path("outbox").exists());
    house.edit("ladder.toml", "account = \"another\"", "account = \"acmerockets\"");
    let json = house.run(&["publish", "printed.json", "--yes", "--format", "json"]).ends(0).json();
    assert_eq!(states(&json), pairs(ALL_OUT));
    // The same plan as a file of its own is the same publication.
    house.run(&["publish", "plan.json", "--format", "json"]).ends(0);
}

#[test]
fn missing_credentials_are_named_before_anything_is_sent() {
    let house = House::new();
    house.edit(
        "ladder.toml",
        "access_token = { env = \"X_ACCESS_TOKEN\" }\nwithout_credentials = \"outbox\"",
        "access_token = { env = \"X_ACCESS_TOKEN\" }",
    );
    let ended = house.run(&["publish", "hello", "--yes"]).ends(1);
    assert!(ended.err().contains("X_ACCESS_TOKEN"), "{}", ended.err());
    assert!(!house.path("public").exists() && !house.path("mail/new").exists());
    let json = house.run(&["channels", "--format", "json"]).ends(0).json();
    let x = json["channels"].as_array().unwrap().iter().find(|channel| channel["name"] == "x").unwrap();
    assert_eq!(x["ready"], false);
    assert_eq!(x["secrets"][0]["there"], false);
}

#[test]
fn a_store_that_cannot_be_used_means_nothing_is_sent() {
    let house = House::new();
    std::fs::remove_dir_all(house.path(".ladder")).unwrap();
    let json = house.run(&["publish", "hello", "--yes", "--format", "json"]).ends(2).json();
    assert_eq!(json["error"]["code"], "store-missing");
    house.run(&["store", "create"]).ends(0);
    let json = house.run(&["publish", "hello", "--yes", "--format", "json"]).ends(2).json();
    assert_eq!(json["error"]["code"], "store-other-id");
    let house = House::new();
    let held =
        std::fs::OpenOptions::new().write(true).create(true).truncate(false).open(house.path(".ladder/lock"));
    let held = held.unwrap();
    held.lock().unwrap();
    let json = house.run(&["publish", "hello", "--yes", "--format", "json"]).ends(2).json();
    assert_eq!(json["error"]["code"], "store-busy");
    drop(held);
    house.write(".ladder/ladder.db", "not a database, but long enough to look at it twice");
    let json = house.run(&["run", "--format", "json"]).ends(2).json();
    assert_eq!(json["error"]["code"], "store-damaged");
    assert!(!house.path("public").exists() && !house.path("outbox").exists());
}

#[test]
fn a_lost_store_comes_back_from_its_export_and_sends_nothing_twice() {
    let house = House::new();
    house.run(&["publish", "hello", "--yes"]).ends(0);
    house.run(&["journal", "export", "journal.jsonl"]).ends(0);
    assert_eq!(house.run(&["journal", "export"]).ends(0).out(), house.read("journal.jsonl"));
    std::fs::remove_dir_all(house.path(".ladder")).unwrap();
    house.write("broken.jsonl", "nonsense\n");
    house.run(&["journal", "import", "broken.jsonl"]).ends(2);
    assert!(!house.path(".ladder/ladder.db").exists(), "an empty store under the old id sends all anew");
    house.run(&["journal", "import", "journal.jsonl"]).ends(0);
    let again = house.run(&["journal", "import", "journal.jsonl", "--format", "json"]).ends(0).json();
    assert_eq!(again["events"], 0);
    let json = house.run(&["publish", "hello", "--yes", "--format", "json"]).ends(0).json();
    assert_eq!(states(&json), pairs(ALL_OUT));
    assert_eq!(house.files("mail/new").len(), 1);
}

#[test]
fn what_is_not_due_is_held_scheduled_or_let_through() {
    let house = House::new();
    let message = "messages/hello/message.md";
    house.edit(message, "tags = ", "publish_at = \"2999-01-01 09:00\"\ntags = ");
    let json = house.run(&["publish", "hello", "--yes", "--format", "json"]).ends(5).json();
    assert_eq!(json["error"]["code"], "publish-at");
    let json = house.run(&["schedule", "hello", "--format", "json"]).ends(0).json();
    assert!(states(&json).iter().all(|(_, state)| state == "planned"), "{json}");
    house.run(&["run"]).ends(0);
    assert!(!house.path("public").exists() && !house.path("outbox").exists());
    house.edit(message, "publish_at = ", "embargo = ");
    let json = house.run(&["publish", "hello", "--yes", "--early", "--format", "json"]).ends(5).json();
    assert_eq!(json["error"]["code"], "embargo");
    house.edit(message, "embargo = \"2999-01-01 09:00\"", "draft = true");
    let json = house.run(&["publish", "hello", "--yes", "--format", "json"]).ends(5).json();
    assert_eq!(json["error"]["code"], "draft");
    house.edit(message, "draft = true", "publish_at = \"2999-01-01 09:00\"");
    let json = house.run(&["publish", "hello", "--yes", "--early", "--format", "json"]).ends(0).json();
    assert_eq!(states(&json), pairs(ALL_OUT));
}

#[test]
fn what_waits_for_its_time_is_not_asked_about_again() {
    let house = House::empty();
    house.run(&["init", "--ladder", "launch"]).ends(0);
    let ended = house.run(&["publish", "hello", "--yes"]).ends(0);
    assert!(ended.err().contains("2 deliveries are left planned"), "{}", ended.err());
    let again = house.run(&["publish", "hello"]).ends(0);
    assert!(again.err().contains("nothing to send"), "{}", again.err());
    let json = house.run(&["run", "--format", "json"]).ends(0).json();
    let planned = |found: &[(String, String)]| found.iter().filter(|(_, state)| state == "planned").count();
    assert_eq!(planned(&states(&json)), 2);
    // Other words make it another plan: that is asked about.
    house.edit("messages/hello/message.md", "We write our news once now", "We write our news only once");
    house.run(&["publish", "hello"]).ends(2);
}

#[test]
fn only_sends_only_that() {
    let house = House::new();
    let failure = house.run(&["publish", "hello", "--yes", "--only", "twet"]).ends(2);
    assert!(failure.err().contains("did you mean `tweet`?"), "{}", failure.err());
    house.run(&["publish", "hello", "--yes", "--only", "blog"]).ends(0);
    assert!(house.path("public").exists() && !house.path("outbox").exists());
}

#[test]
fn a_person_resolves_what_was_left_for_them() {
    let house = House::new();
    let json = house.run(&["publish", "hello", "--yes", "--format", "json"]).ends(0).json();
    let tweet = json["deliveries"].as_array().unwrap().iter().find(|d| d["rung"] == "tweet").unwrap();
    let key = tweet["key"].as_str().unwrap();
    house.run(&["resolve", key]).ends(2);
    house.run(&["resolve", key, "--sent", "nonsense"]).ends(2);
    house.run(&["resolve", "zzzz", "--not-sent"]).ends(2);
    let url = "https://x.com/acmerockets/status/1";
    let json = house.run(&["resolve", &key[..12], "--sent", url, "--format", "json"]).ends(0).json();
    assert_eq!(json["deliveries"][0]["state"], "sent");
    assert_eq!(json["deliveries"][0]["url"], url);
    house.run(&["resolve", key, "--not-sent"]).ends(2);
    let log = house.run(&["log", "--channel", "x", "--format", "json"]).ends(0).json();
    assert_eq!(log["deliveries"].as_array().unwrap().len(), 1);
    assert!(house.run(&["log", "--format", "csv"]).ends(0).out().contains(url));
    assert_eq!(house.run(&["log", "--until", "2001-01-01"]).ends(0).out(), "");
    let status = house.run(&["status", "hello", "--format", "json"]).ends(0).json();
    assert_eq!(status["deliveries"].as_array().unwrap().len(), 5);
}

#[test]
fn ladders_and_messages_that_are_not_there_name_the_nearest() {
    let house = House::new();
    let ended = house.run(&["preview", "helo"]).ends(2);
    assert!(ended.err().contains("did you mean `hello`?"), "{}", ended.err());
    let ended = house.run(&["preview", "hello", "--ladder", "at-onec"]).ends(2);
    assert!(ended.err().contains("did you mean `at-once`?"), "{}", ended.err());
    house.edit("messages/hello/message.md", "ladder = \"at-once\"", "ladder = \"at-onec\"");
    let ended = house.run(&["preview", "hello"]).ends(3);
    assert!(ended.err().contains("did you mean `at-once`?"), "{}", ended.err());
    assert!(ended.err().contains("messages/hello/message.md:4:10"), "{}", ended.err());
    house.run(&["check"]).ends(3);
}

#[test]
fn an_id_of_the_front_matter_is_found() {
    let house = House::new();
    house.edit("messages/hello/message.md", "title = ", "id = \"greeting\"\ntitle = ");
    let json = house.run(&["preview", "greeting", "--format", "json"]).ends(0).json();
    assert_eq!(json["message"], "greeting");
    house.run(&["preview", "messages/hello/message.md"]).ends(0);
    house.run(&["preview", "hello"]).ends(2);
}

#[test]
fn broken_files_are_told_and_nothing_panics() {
    let house = House::new();
    let good = house.read("ladder.toml");
    for (text, code) in [("[brand\nname = ", 3), ("", 3), ("\u{0}", 3)] {
        house.write("ladder.toml", text);
        house.run(&["check", "--format", "json"]).ends(code).json();
    }
    house.write("ladder.toml", &good);
    std::fs::write(house.path("messages/bad.md"), b"+++\ntitle = \"a\xff\"\n+++\n").unwrap();
    let json = house.run(&["check", "--format", "json"]).ends(3).json();
    let problem = json["diagnostics"].as_array().unwrap().iter().find(|d| d["rule"] == "not-utf8").unwrap();
    assert_eq!((&problem["line"], &problem["column"]), (&2.into(), &11.into()));
    // A neighbour's broken file stops nobody else.
    house.run(&["preview", "hello"]).ends(0);
    house.write("content-ladders/broken.toml", "[rungs.a\n");
    house.run(&["preview", "hello"]).ends(0);
    house.run(&["check"]).ends(3);
}

#[test]
fn media_outside_of_the_project_or_of_another_kind_are_refused() {
    let house = House::new();
    let message = "messages/hello/message.md";
    for (file, rule) in
        [("../../../etc/passwd", "path-outside"), ("page.png", "bad-media"), ("/etc/passwd", "path-outside")]
    {
        let house = House::new();
        house.write("messages/hello/page.png", "<!doctype html><p>no picture");
        house.edit(message, "file = \"cover.png\"", &format!("file = \"{file}\""));
        let json = house.run(&["check", "--format", "json"]).ends(3).json();
        assert!(json["diagnostics"].as_array().unwrap().iter().any(|d| d["rule"] == rule), "{file}: {json}");
    }
    #[cfg(unix)]
    {
        std::fs::remove_file(house.path("messages/hello/cover.png")).unwrap();
        std::os::unix::fs::symlink("/etc/passwd", house.path("messages/hello/cover.png")).unwrap();
        let json = house.run(&["check", "--format", "json"]).ends(3).json();
        assert!(
            json["diagnostics"].as_array().unwrap().iter().any(|d| d["rule"] == "path-outside"),
            "{json}"
        );
    }
}

#[cfg(unix)]
#[test]
fn names_and_texts_of_strangers_do_not_act_on_the_terminal() {
    let house = House::new();
    house.write(
        "messages/\u{1b}[2Jevil\u{202e}.md",
        "+++\ntitle = \"a\u{1b}[31m\u{202e}b\"\nx = \n+++\n\u{9b}31m",
    );
    house.write(
        "content-ladders/\u{1b}]0;x\u{7}.toml",
        "name = \"\u{1b}[5m\"\n[rungs.a]\nchannel = \"\u{202e}\"",
    );
    let runs = [
        &["check"][..],
        &["check", "--format", "json"],
        &["preview", "\u{1b}[2Jevil\u{202e}"],
        &["preview", "\u{1b}[3J"],
        &["preview", "hello", "--ladder", "\u{1b}[4J"],
        &["status", "\u{1b}[5J"],
    ];
    for arguments in runs {
        let ended = house.run(arguments);
        for text in [ended.out(), ended.err()] {
            let acts = |c: char| c != '\n' && (c.is_control() || matches!(c, '\u{202a}'..='\u{202e}'));
            assert!(!text.contains(acts), "{arguments:?}: {text:?}");
        }
    }
}

#[test]
fn the_clock_is_for_looking() {
    let house = House::new();
    house.run(&["preview", "hello", "--clock", "2026-12-01 09:00"]).ends(0);
    house.run(&["plan", "hello", "--clock", "2026-12-01 09:00"]).ends(0);
    house.run(&["preview", "hello", "--clock", "some day"]).ends(2);
    for verb in [&["publish", "hello", "--yes"][..], &["run"], &["schedule", "hello"]] {
        let json =
            house.run(&[verb, &["--clock", "2026-12-01 09:00", "--format", "json"]].concat()).ends(2).json();
        assert_eq!(json["error"]["code"], "clock");
    }
}

#[test]
fn previews_and_plans_are_the_same_bytes_each_time() {
    let house = House::new();
    for verb in [&["preview", "hello", "--format", "html"][..], &["plan", "hello"], &["preview", "hello"]] {
        let clock = [verb, &["--clock", "2026-12-01 09:00"]].concat();
        assert_eq!(house.run(&clock).ends(0).out(), house.run(&clock).ends(0).out());
    }
}

#[test]
fn a_reader_that_goes_away_is_no_error_and_a_full_disk_is() {
    let house = House::new();
    let mut child = house.command(&["schema"]).stdout(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    #[cfg(target_os = "linux")]
    {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let ended = house.command(&["schema"]).stdout(full).stderr(Stdio::null()).status().unwrap();
        assert_eq!(ended.code(), Some(1));
    }
}

#[test]
fn new_writes_a_message_that_passes_the_check() {
    let house = House::new();
    let ended = house.run(&["new", "It's \"here\": at last", "--folder"]).ends(0);
    assert_eq!(ended.out(), "messages/its-here-at-last/message.md\n");
    house.run(&["new", "It's here at last"]).ends(2);
    house.run(&["new", " "]).ends(2);
    let path = "messages/its-here-at-last/message.md";
    house.edit(path, "summary = \"\"", "summary = \"It is.\"");
    house.run(&["check", path]).ends(0);
    house.run(&["publish", "its-here-at-last", "--yes"]).ends(5);
}

#[test]
fn shells_editors_and_packagers_get_their_files() {
    let house = House::empty();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(house.run(&["completions", shell]).ends(0).out().contains("ladder"));
    }
    assert!(house.run(&["man"]).ends(0).out().contains(".TH ladder"));
    house.run(&["man", "--out", "pages"]).ends(0);
    assert!(house.files("pages").contains(&"pages/ladder-publish.1".to_owned()));
    for of in ["project", "ladder", "message"] {
        let schema: Value = serde_json::from_str(&house.run(&["schema", of]).ends(0).out()).unwrap();
        assert_eq!(schema["type"], "object", "{of}");
    }
}
