//! What people and programs are told: keys to type, what is left for a person, what
//! is out already, whose account it is.

use crate::house::House;
use serde_json::Value;

const PAGE: &str = "https://www.facebook.com/1234567890/posts/77";

/// The sample message out: its page and mail sent, its posts in the outbox.
fn published() -> House {
    let house = House::new();
    house.run(&["publish", "hello", "--yes"]).ends(0);
    house
}

/// The first letters of the delivery's key, as the table shows them.
fn key(house: &House, rung: &str) -> String {
    let out = house.run(&["status"]).ends(0).out();
    let row = out.lines().find(|line| line.split_whitespace().nth(1) == Some(rung));
    let row = row.unwrap_or_else(|| panic!("no row of {rung}: {out}"));
    let is_key = |word: &&str| word.len() == 10 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    row.split_whitespace().find(is_key).unwrap_or_else(|| panic!("no key: {row}")).to_owned()
}

fn state<'v>(value: &'v Value, rung: &str) -> Vec<&'v str> {
    let all = value["deliveries"].as_array().unwrap().iter();
    all.filter(|delivery| delivery["rung"] == rung)
        .filter_map(|delivery| delivery["state"].as_str())
        .collect()
}

#[test]
fn the_key_in_the_table_and_in_the_log_is_one_that_resolve_takes() {
    let house = published();
    let key = key(&house, "facebook");
    assert!(house.run(&["log"]).ends(0).out().contains(&format!("{key}  facebook of hello")));
    house.run(&["resolve", &key, "--sent", PAGE]).ends(0);
    let status = house.run(&["status", "--format", "json"]).ends(0).json();
    assert_eq!(state(&status, "facebook"), ["sent"]);
}

#[test]
fn what_is_left_for_a_person_is_in_json_what_it_is_for_people() {
    let house = House::new();
    let published = house.run(&["publish", "hello", "--yes", "--format", "json"]).ends(0).json();
    let status = house.run(&["status", "--format", "json"]).ends(0).json();
    let text = house.run(&["status"]).ends(0).out();
    for answer in [&published, &status] {
        let to_do = answer["to_do"].as_array().unwrap();
        assert_eq!(to_do.len(), 3, "{to_do:?}");
        for one in to_do {
            let (rung, what) = (one["rung"].as_str().unwrap(), one["what"].as_str().unwrap());
            assert!(text.contains(&format!("{rung} of hello: {what}")), "{what}\n{text}");
            let command = one["commands"][0].as_str().unwrap();
            assert!(command.starts_with("ladder resolve ") && text.contains(command), "{command}");
            let whole = one["delivery"].as_str().unwrap();
            assert!(whole.starts_with(command.split_whitespace().nth(2).unwrap()), "{whole}");
        }
    }
    let outbox: Vec<&str> =
        published["to_outbox"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert_eq!(outbox, ["x", "facebook", "linkedin"]);
    let again = house.run(&["publish", "hello", "--yes", "--format", "json"]).ends(0).json();
    assert!(again["nothing_to_send"].as_str().unwrap().contains("was sent"), "{again}");
}

#[test]
fn before_anything_is_sent_it_is_said_what_goes_to_the_outbox() {
    let house = House::new();
    for call in [&["plan", "hello"][..], &["publish", "hello", "--dry-run"]] {
        let out = house.run(call).ends(0).out();
        assert!(out.contains("`x`, `facebook`, `linkedin` have no credentials yet"), "{out}");
    }
    let with = [("X_ACCESS_TOKEN", "t"), ("FACEBOOK_PAGE_TOKEN", "t"), ("LINKEDIN_ACCESS_TOKEN", "t")];
    let out = house.run_with(&["plan", "hello"], &with).ends(0).out();
    assert!(!out.contains("outbox"), "{out}");
}

#[test]
fn another_spelling_of_an_account_sends_nothing_twice() {
    let house = published();
    for spelling in ["acme rockets", "@Acme ROCKETS"] {
        house.edit("ladder.toml", "account = \"Acme Rockets\"", &format!("account = \"{spelling}\""));
        let ended = house.run(&["publish", "hello", "--yes"]).ends(0);
        assert!(ended.err().contains("nothing to send"), "{spelling}: {}", ended.err());
        house.edit("ladder.toml", &format!("account = \"{spelling}\""), "account = \"Acme Rockets\"");
    }
    // Where it is settled, the channel is found too.
    house.edit("ladder.toml", "account = \"Acme Rockets\"", "account = \"ACME Rockets\"");
    house.run(&["resolve", &key(&house, "facebook"), "--sent", PAGE]).ends(0);
    assert!(!house.run(&["status"]).ends(0).out().contains("Without a channel"));
}

#[test]
fn another_name_of_the_same_page_asks_a_person() {
    let house = published();
    house.run(&["resolve", &key(&house, "facebook"), "--sent", PAGE]).ends(0);
    let page = "account = \"Acme Rockets\"\npage_id";
    house.edit("ladder.toml", page, "account = \"Acme Inc.\"\npage_id");
    for call in [&["publish", "hello", "--yes"][..], &["publish", "hello", "--dry-run"], &["plan", "hello"]] {
        let said = house.run(call).ends(3).err();
        assert!(said.contains("renamed-account") && said.contains(PAGE), "{said}");
        assert!(said.contains("renamed_from = \"Acme Rockets\""), "{said}");
    }
    house.run(&["schedule", "hello"]).ends(3);
    let renamed = "renamed_from = \"Acme Rockets\"\naccount = \"Acme Inc.\"\npage_id";
    house.edit("ladder.toml", "account = \"Acme Inc.\"\npage_id", renamed);
    let ended = house.run(&["publish", "hello", "--yes"]).ends(0);
    assert!(ended.err().contains("nothing to send"), "{}", ended.err());
}

#[test]
fn another_page_under_the_same_name_is_told_before_and_in_status() {
    let house = published();
    house.edit("ladder.toml", "page_id = \"1234567890\"", "page_id = \"555\"");
    let said = house.run(&["publish", "hello", "--dry-run"]).ends(0).err();
    assert!(said.contains("went to page 1234567890") && said.contains("page 555"), "{said}");
    assert!(!said.contains("other words"), "{said}");
    let status = house.run(&["status"]).ends(0).out();
    assert!(status.contains("facebook of hello went to page 1234567890"), "{status}");
    let json = house.run(&["status", "--format", "json"]).ends(0).json();
    let says = json["elsewhere"][0]["says"].as_str().unwrap();
    assert!(says.starts_with("facebook of hello went to page 1234567890"), "{json}");
}

#[test]
fn rows_that_differ_in_their_account_only_show_it() {
    let house = published();
    house.edit("ladder.toml", "page_id = \"1234567890\"", "page_id = \"555\"");
    house.edit("ladder.toml", "account = \"Acme Rockets\"\npage_id", "account = \"Beta\"\npage_id");
    house.run(&["publish", "hello", "--yes"]).ends(0);
    let status = house.run(&["status"]).ends(0).out();
    for account in ["facebook (Acme Rockets)", "facebook (Beta)"] {
        assert!(status.contains(account), "{account}: {status}");
    }
    assert!(status.contains("facebook of hello (Beta): waits for you"), "{status}");
    assert!(!status.contains("x (acmerockets)"), "{status}");
}

#[test]
fn once_more_names_what_is_out_already() {
    let house = published();
    let tweet = "https://x.com/acmerockets/status/12";
    house.run(&["resolve", &key(&house, "tweet"), "--sent", tweet]).ends(0);
    let again = ["publish", "hello", "--again", "the link was wrong"];
    let before = house.run(&[&again[..], &["--dry-run"]].concat()).ends(0).out();
    assert!(before.contains(&format!("tweet: the older one stays up at {tweet}")), "{before}");
    assert!(before.contains("newsletter: 1 person has had it on "), "{before}");
    let asked = house.run(&again).ends(2).out();
    assert!(asked.contains("1 person has had it on "), "{asked}");
    let json = house.run(&[&again[..], &["--yes", "--format", "json"]].concat()).ends(0).json();
    let older = json["older"].as_array().unwrap();
    let of = |rung: &str| older.iter().find(|one| one["rung"] == rung).unwrap_or(&Value::Null);
    assert_eq!(of("tweet")["urls"][0], tweet);
    assert_eq!(of("newsletter")["people"], 1);
    // The page lies where it lay.
    assert_eq!(of("blog"), &Value::Null);
    let status = house.run(&["status"]).ends(0).out();
    assert!(status.contains("tweet, older") && status.contains("tweet, again"), "{status}");
    assert!(status.contains("again: the link was wrong"), "{status}");
    let rows = |rung: &str| status.lines().position(|line| line.contains(rung)).unwrap();
    assert!(
        rows("blog, older") < rows("blog, again") && rows("blog, again") < rows("tweet, older"),
        "{status}"
    );
}

#[test]
fn a_quiet_run_in_which_nothing_happens_says_nothing() {
    let house = House::empty();
    house.run(&["init", "--name", "Acme Rockets", "--ladder", "launch"]).ends(0);
    house.run(&["publish", "hello", "--yes"]).ends(0);
    assert!(house.run(&["run"]).ends(0).out().contains("newsletter"));
    let quiet = house.run(&["run", "-q"]).ends(0);
    assert_eq!((quiet.out(), quiet.err()), (String::new(), String::new()));
    let json = house.run(&["run", "-q", "--format", "json"]).ends(0).json();
    assert_eq!(json["left_planned"], 2);
    // What is wrong is told each time.
    house.edit("ladder.toml", "[channels.linkedin]", "[channels.other]");
    house.edit("ladder.toml", "author = \"urn:li:organization:", "author = \"urn:li:organization:9");
    house.edit("content-ladders/launch.toml", "channel = \"linkedin\"", "channel = \"other\"");
    let text = house.read("ladder.toml");
    let at = text.find("[channels.other]").unwrap();
    let renamed = text[at..].replacen("account = \"Acme Rockets\"", "account = \"Somebody\"", 1);
    house.write("ladder.toml", &format!("{}{renamed}", &text[..at]));
    let wrong = house.run(&["run", "-q"]).ends(5);
    assert!(wrong.err().contains("linkedin"), "{}", wrong.err());
    assert!(wrong.out().contains("linkedin"), "{}", wrong.out());
}

#[test]
fn a_wrong_use_is_told_with_the_usage_of_the_help() {
    let house = House::empty();
    let said = house.run(&["publish", "hello", "--seed", "3"]).ends(2).err();
    assert!(said.contains("Usage: ladder publish [OPTIONS] <MESSAGE>"), "{said}");
    let said = house.run(&["store", "make"]).ends(2).err();
    assert!(said.contains("Usage: ladder store"), "{said}");
}

#[test]
fn a_summary_that_is_left_empty_is_pointed_at() {
    let house = House::new();
    house.run(&["new", "Second"]).ends(0);
    let said = house.run(&["check"]).out();
    assert!(said.contains("`summary` is empty"), "{said}");
    assert!(said.contains("messages/second.md:3:"), "{said}");
}

#[test]
fn the_outbox_has_no_picture_for_what_is_pasted_with_a_card() {
    let house = published();
    let files = house.files("outbox");
    assert!(files.iter().any(|file| file.ends_with("tweet.txt")), "{files:?}");
    assert!(!files.iter().any(|file| file.ends_with("tweet.alt.txt")), "{files:?}");
}

#[test]
fn a_rehearsed_rung_whose_rung_before_was_not_chosen_says_that_it_waits() {
    let house = House::new();
    let out = house.run(&["publish", "hello", "--rehearse", "--only", "tweet"]).out();
    assert!(out.contains("it waits for `blog`, which is not out"), "{out}");
}

#[test]
fn the_address_that_a_person_tells_is_kept_without_its_tail() {
    let house = published();
    house
        .run(&["resolve", &key(&house, "tweet"), "--sent", "https://twitter.com/acmerockets/status/123?s=20"])
        .ends(0);
    let out = house.run(&["status"]).ends(0).out();
    assert!(out.contains("https://x.com/acmerockets/status/123\n"), "{out}");
}
