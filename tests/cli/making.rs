//! What `init`, `new` and the verbs for shells, editors and packagers make.

use super::house::{ALL_OUT, House, pairs, states};
use serde_json::Value;

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

/// On Windows nobody could check out a repository with such a file in it.
#[test]
fn new_writes_no_file_that_has_a_devices_name() {
    let house = House::new();
    for title in ["CON", "nul", "Aux!", "com1", "LPT9"] {
        for folder in [&["new", title][..], &["new", title, "--folder"]] {
            let said = house.run(folder).ends(2).err();
            assert!(said.contains("is a device's name on Windows") && said.contains("more words"), "{said}");
        }
    }
    assert_eq!(house.files("messages").len(), 2);
    house.run(&["new", "Con: a story"]).ends(0);
    assert_eq!(house.run(&["check"]).ends(0).out().matches("error").count(), 0);
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
    for of in ["project", "limits", "ladder", "message"] {
        let schema: Value = serde_json::from_str(&house.run(&["schema", of]).ends(0).out()).unwrap();
        assert_eq!(schema["type"], "object", "{of}");
    }
}
