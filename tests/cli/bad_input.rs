//! Broken, missing and hostile files: a clear error, and nothing is lost.

use super::house::House;

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

#[test]
#[cfg(unix)]
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
