//! `check`, `preview`, `plan`: what is told, and where it is pointed at.

use super::house::House;
use std::process::Stdio;

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
    house.run(&["preview", "hello", "--out", "review.md"]).ends(0);
    assert!(house.read("review.md").starts_with('#') && !house.read("review.md").contains("<!doctype"));
    let ended = house.run(&["preview", "hello", "--format", "json", "--out", "x.json"]).ends(2);
    assert_eq!(ended.json()["error"]["code"], "wrong-out");
    assert!(!house.path("x.json").exists());
    assert!(!house.path(".ladder").exists());
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
fn a_rule_is_silenced_by_the_message_its_ladder_or_the_house_also_where_files_are_read() {
    let message = "messages/hello/message.md";
    for file in ["ladder.toml", "content-ladders/at-once.toml", message] {
        let house = House::new();
        let text = house.read(message);
        let without: Vec<&str> = text.lines().filter(|line| !line.starts_with("summary")).collect();
        house.write(message, &format!("{}\nA \u{202e}word.\n", without.join("\n")));
        assert!(house.run(&["check"]).ends(0).out().contains("no-summary"));
        let text = house.read(file);
        let (head, rest) = text.split_at(if file == message { 4 } else { 0 });
        house.write(file, &format!("{head}allow = [\"no-summary\", \"hostile-characters\"]\n{rest}"));
        assert_eq!(house.run(&["check"]).ends(0).out(), "", "{file}");
        assert_eq!(house.run(&["preview", "hello", "--quiet"]).ends(0).err(), "", "{file}");
    }
}
