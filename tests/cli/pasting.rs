//! What a person pastes: it is what was checked and counted, and what is said
//! about it is so.

use super::house::House;

#[test]
fn a_card_that_x_would_not_make_is_a_missing_link() {
    let house = House::new();
    let message = house.read("messages/hello/message.md");
    let summary = message.lines().find(|line| line.starts_with("summary =")).unwrap();
    house.edit(
        "messages/hello/message.md",
        summary,
        &format!("summary = \"{}\"", "word ".repeat(56).trim_end()),
    );
    house.write(
        "content-ladders/cards.toml",
        "name = \"cards\"\n\n[rungs.blog]\nchannel = \"blog\"\n\n[rungs.tw]\nchannel = \"x\"\nafter = \"blog\"\n\
         attach = \"card\"\ntext = \"{{ message.summary }}\"\n",
    );
    let preview = house.run(&["preview", "hello", "--ladder", "cards", "--format", "json"]).ends(0).json();
    let tweet = &preview["variants"][1];
    assert_eq!((&tweet["card"], &tweet["parts"][0]["counted"]), (&serde_json::Value::Null, &279.into()));
    let problems = preview["diagnostics"].to_string();
    assert!(problems.contains("link-missing") && problems.contains("`tw` does not lead to"), "{problems}");
    house.run(&["publish", "hello", "--ladder", "cards", "--yes"]).ends(0);
    let text = house.read("outbox/hello/tw.txt");
    assert_eq!(text.trim_end().chars().count(), 279, "{text}");
}

/// The first words of what `ladder status` says is to be pasted.
fn lies(house: &House, rung: &str) -> String {
    let json = house.run(&["status", "--format", "json"]).ends(0).json();
    let waits = |delivery: &&serde_json::Value| delivery["rung"] == rung && delivery["state"] == "waiting";
    let all = json["deliveries"].as_array().unwrap();
    let found: Vec<_> = all.iter().filter(waits).collect();
    assert_eq!(found.len(), 1, "{json}");
    house.read(found[0]["detail"].as_str().unwrap())
}

#[test]
fn edited_before_it_was_pasted_it_is_told_and_laid_out_anew_when_asked() {
    let house = House::new();
    house.run(&["publish", "hello", "--yes"]).ends(0);
    let old = lies(&house, "tweet");
    house.edit("messages/hello/message.md", "every reader gets it", "each reader gets it");
    let ended = house.run(&["publish", "hello", "--yes"]).ends(0);
    assert!(ended.err().contains("`tweet` waits to be pasted in other words"), "{}", ended.err());
    assert!(!ended.err().contains("`tweet` has gone out"), "{}", ended.err());
    assert!(ended.err().contains("`blog` has gone out in other words"), "{}", ended.err());
    assert_eq!(lies(&house, "tweet"), old);
    house.run(&["publish", "hello", "--only", "tweet", "--again", "better words", "--yes"]).ends(0);
    let new = lies(&house, "tweet");
    assert!(new.contains("each reader") && new != old, "{new}");
    let texts: Vec<String> = house
        .files("outbox")
        .into_iter()
        .filter(|file| file.contains("/tweet") && file.ends_with(".txt"))
        .collect();
    assert_eq!(texts, ["outbox/hello/tweet.txt"], "no old one lies beside it");
}

#[test]
fn a_pasted_thread_is_settled_by_its_first_post() {
    let house = House::new();
    house.write(
        "content-ladders/threads.toml",
        "name = \"threads\"\n\n[rungs.thread]\nchannel = \"x\"\nthread = [\"One is said.\", \"Two is said.\", \"Three.\"]\n",
    );
    house.run(&["publish", "hello", "--ladder", "threads", "--yes"]).ends(0);
    let status = house.run(&["status"]).ends(0).out();
    assert!(status.contains("(all 3 parts: the address of the first)"), "{status}");
    let log = house.run(&["log"]).ends(0).out();
    assert_eq!(log.matches("├──").count(), 2, "{log}");
    let json = house.run(&["status", "--format", "json"]).ends(0).json();
    let key = json["deliveries"][0]["key"].as_str().unwrap().to_owned();
    let ended = house.run(&["resolve", &key, "--sent", "https://example.org/1"]).ends(2);
    assert!(ended.err().contains("the address of the thread's first post"), "{}", ended.err());
    let address = "https://x.com/AcmeRockets/status/1800000000000000001";
    house.run(&["resolve", &key, "--sent", address]).ends(0);
    let json = house.run(&["status", "--format", "json"]).ends(0).json();
    assert_eq!(
        (&json["deliveries"][0]["state"], &json["deliveries"][0]["url"]),
        (&"sent".into(), &address.into())
    );
}
