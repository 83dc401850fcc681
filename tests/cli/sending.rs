//! `publish`, `schedule`, `run`, `resolve`, `journal`: once, or not at all.

use super::house::{ALL_OUT, House, pairs, states};
use serde_json::Value;

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
    house.edit("ladder.toml", "maildir = \"mail\"", "smtp = { env = \"SMTP_URL\" }");
    assert!(house.run(&["channels"]).ends(0).out().contains("cannot send: `SMTP_URL` not set"));
}

#[test]
fn what_only_looks_tells_missing_secrets_and_does_not_fail() {
    let house = House::new();
    let (token, outbox) =
        ("access_token = { env = \"X_ACCESS_TOKEN\" }\n", "without_credentials = \"outbox\"");
    house.edit(
        "ladder.toml",
        &format!("{token}{outbox}"),
        &format!("consumer_key = {{ env = \"X_KEY\" }}\n{token}"),
    );
    let x = "`[channels.x]`: `access_token`: the variable `X_ACCESS_TOKEN` is not set";
    let key = "`[channels.x]`: `consumer_key`: the variable `X_KEY` is not set";
    let looks = [
        &["plan", "hello"][..],
        &["publish", "hello", "--dry-run"],
        &["publish", "hello", "--dry-run", "--quiet"],
        &["plan", "hello", "--out", "plan.json"],
        &["publish", "plan.json", "--dry-run"],
    ];
    for call in looks {
        let err = house.run(call).ends(0).err();
        assert!(err.contains("warning: ") && err.contains("4 problems\n"), "{call:?}: {err}");
        assert!(err.contains(&format!("\n  {x}\n")) && err.contains(&format!("\n  {key}\n")), "{err}");
    }
    for call in
        [&["plan", "hello", "--format", "json"][..], &["publish", "hello", "--dry-run", "--format", "json"]]
    {
        let ended = house.run(call).ends(0);
        let not_ready = &ended.json()["not_ready"];
        assert_eq!(not_ready.as_array().unwrap().len(), 1, "{not_ready}");
        assert_eq!(not_ready[0]["channel"], "x");
        let why = not_ready[0]["why"].as_array().unwrap();
        assert_eq!(why.len(), 4, "{not_ready}");
        assert!(why.iter().any(|why| x.ends_with(why.as_str().unwrap())), "{not_ready}");
    }
    // Publishing itself says the same, as an error, one a line.
    let err = house.run(&["publish", "hello", "--yes"]).ends(1).err();
    assert!(err.contains("error: nothing was sent: 4 problems\n  `[channels.x]`: "), "{err}");
    assert!(err.contains(&format!("\n  {x}\n")) && err.contains(&format!("\n  {key}\n")), "{err}");
    assert!(!house.path("public").exists());
    // Of what does not go there nothing is said, nor where the secrets are there.
    let blog = house.run(&["publish", "hello", "--dry-run", "--only", "blog"]).ends(0).err();
    assert!(!blog.contains("warning"), "{blog}");
    house.edit("ladder.toml", "consumer_key = { env = \"X_KEY\" }\n", "");
    let with = house.run_with(&["plan", "hello", "--format", "json"], &[("X_ACCESS_TOKEN", "t")]).ends(0);
    assert_eq!(with.json()["not_ready"], serde_json::json!([]));
}

#[test]
fn looking_at_missing_secrets_runs_no_program() {
    let house = House::new();
    let without = "access_token = { env = \"X_ACCESS_TOKEN\" }\nwithout_credentials = \"outbox\"";
    let with = "access_token = { command = [\"touch\", \"ran\"] }\nconsumer_key = { env = \"X_KEY\" }";
    house.edit("ladder.toml", without, with);
    let err = house.run(&["plan", "hello"]).ends(0).err();
    assert!(err.contains("as things stand: `[channels.x]`: `consumer_key`: `X_KEY` not set"), "{err}");
    assert!(!house.path("ran").exists());
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
    assert_eq!(house.run(&["journal", "export", "-"]).ends(0).out(), house.read("journal.jsonl"));
    assert!(!house.path("-").exists());
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
    let rungs: Vec<_> =
        status["deliveries"].as_array().unwrap().iter().map(|d| d["rung"].as_str().unwrap()).collect();
    assert_eq!(rungs, ["blog", "tweet", "facebook", "linkedin", "newsletter"]);
}

/// However little the system lets it open, it says so.
#[cfg(unix)]
#[test]
fn too_many_open_files_are_told_and_no_accident() {
    let house = House::new();
    let mut told = 0;
    for most in 8..40 {
        let mut limited = std::process::Command::new("sh");
        let ladder = house.command(&[]).get_program().to_owned();
        limited.args(["-c", &format!("ulimit -n {most}; exec \"$0\" publish hello --yes")]).arg(ladder);
        let output = limited.current_dir(house.path(".")).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!said.contains("panicked") && !said.contains("Os {"), "{most}: {said}");
        assert_ne!(output.status.code(), Some(101), "{most}: {said}");
        if !said.contains("open files") {
            break;
        }
        assert!(matches!(output.status.code(), Some(1 | 2)), "{most}: {said}");
        told += 1;
    }
    // There are limits that are too low, and such that are not.
    assert!((1..32).contains(&told), "{told}");
}
