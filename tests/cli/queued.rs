//! What is queued goes out as it was planned; whoever changed the files since is told.

use crate::house::House;
use serde_json::Value;

/// A page, and the mail after it on another day: both can be sent here.
const LADDER: &str = r#"
[rungs.blog]
channel = "blog"

[rungs.newsletter]
channel = "newsletter"
after = "blog"
delay = "1d"
"#;
const MESSAGE: &str =
    "+++\ntitle = \"Rocket 2\"\nsummary = \"Quieter.\"\nladder = \"day\"\n+++\nIt came back last week.\n";

fn house() -> House {
    let house = House::new();
    house.write("content-ladders/day.toml", LADDER);
    house.write("messages/rocket.md", MESSAGE);
    house
}

/// What a verb's answer has of it: what, of which rungs.
fn changed(answer: &Value) -> Vec<(&str, String)> {
    let rungs = |one: &Value| {
        one["rungs"].as_array().unwrap().iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" ")
    };
    let all = answer["changed_since"].as_array().unwrap().iter();
    all.map(|one| (one["what"].as_str().unwrap(), rungs(one))).collect()
}

#[test]
fn whoever_mends_a_queued_message_is_told_that_it_goes_out_unmended() {
    let house = house();
    house.run(&["schedule", "rocket"]).ends(0);
    assert!(!house.run(&["status"]).ends(0).out().contains("Changed since"));
    house.edit("messages/rocket.md", "last week", "last YEAR");
    let out = house.run(&["status"]).ends(0).out();
    assert!(
        out.contains("Changed since it was queued\n  blog, newsletter of rocket: go out in the words of 2"),
        "{out}"
    );
    assert!(out.contains("`ladder publish rocket` plans them anew"), "{out}");
    let status = house.run(&["status", "--format", "json"]).ends(0).json();
    assert_eq!(changed(&status), [("words", "blog newsletter".to_owned())]);
    assert_eq!(status["changed_since"][0]["commands"][0], "ladder publish rocket");
    let plan = house.run(&["plan", "rocket"]).ends(0).err();
    assert!(plan.contains("`newsletter` is queued in other words than the files say by now"), "{plan}");
    // A run sends what was planned, and says so of what went and of what is to go.
    let ran = house.run(&["run", "--format", "json"]).ends(0).json();
    assert_eq!(changed(&ran), [("words", "newsletter".to_owned()), ("words", "blog".to_owned())]);
    assert!(
        ran["changed_since"][1]["says"].as_str().unwrap().contains("has gone out in the words of"),
        "{ran}"
    );
    assert!(house.read("public/blog/rocket/index.html").contains("last week"));
    // What was planned anew has the words of the file, and that is said.
    let published = house.run(&["publish", "rocket", "--yes"]).ends(0);
    assert!(
        published.err().contains("`newsletter` was queued in older words, and has the new ones now"),
        "{}",
        published.err()
    );
    assert_eq!(changed(&house.run(&["status", "--format", "json"]).ends(0).json()), []);
}

#[test]
fn a_quiet_run_tells_of_what_it_sends() {
    let house = house();
    house.run(&["schedule", "rocket"]).ends(0);
    house.edit("messages/rocket.md", "last week", "last YEAR");
    let out = house.run(&["run", "--quiet"]).ends(0).out();
    assert!(out.contains("  blog of rocket: has gone out in the words of 2"), "{out}");
    assert!(!out.contains("newsletter of rocket:"), "{out}");
    assert_eq!(house.run(&["run", "--quiet"]).ends(0).out(), "");
}

#[test]
fn what_says_the_same_is_not_told() {
    let house = house();
    house.run(&["schedule", "rocket"]).ends(0);
    house.edit("messages/rocket.md", "summary", "# nothing that is said\nsummary");
    house.edit("ladder.toml", "[brand]", "# nor this\n[brand]");
    assert_eq!(changed(&house.run(&["status", "--format", "json"]).ends(0).json()), []);
    // Under an id of its own it is found as well.
    house.write("messages/other.md", &MESSAGE.replace("+++\ntitle", "+++\nid = \"mine\"\ntitle"));
    house.run(&["schedule", "mine"]).ends(0);
    house.edit("messages/other.md", "last week", "last YEAR");
    let status = house.run(&["status", "mine", "--format", "json"]).ends(0).json();
    assert_eq!(changed(&status), [("words", "blog newsletter".to_owned())]);
}

#[test]
fn another_time_a_draft_a_lost_rung_and_a_lost_file_are_told() {
    let house = house();
    house.run(&["schedule", "rocket"]).ends(0);
    let now = told;
    house.edit("content-ladders/day.toml", "1d", "2d");
    assert_eq!(now(&house), ["time: newsletter"]);
    house.edit("content-ladders/day.toml", "[rungs.newsletter]", "[rungs.letter]");
    assert_eq!(now(&house), ["no-rung: newsletter"]);
    house.edit("content-ladders/day.toml", "[rungs.letter]", "[rungs.newsletter]");
    house.edit("messages/rocket.md", "summary", "draft = true\nsummary");
    assert_eq!(now(&house), ["draft: blog newsletter"]);
    house.edit("messages/rocket.md", "title = ", "nothing");
    assert_eq!(now(&house), ["errors: blog newsletter"]);
    std::fs::remove_file(house.path("messages/rocket.md")).unwrap();
    assert_eq!(now(&house), ["gone: blog newsletter"]);
    let out = house.run(&["status"]).ends(0).out();
    assert!(out.contains("`ladder unpublish rocket` stops them"), "{out}");
}

/// `status` as it tells of each change: what, of which rungs, in which order.
fn told(house: &House) -> Vec<String> {
    let status = house.run(&["status", "--format", "json"]).ends(0).json();
    changed(&status).into_iter().map(|(what, rungs)| format!("{what}: {rungs}")).collect()
}

#[test]
fn what_the_files_send_elsewhere_by_now_is_told() {
    let house = house();
    house.run(&["schedule", "rocket"]).ends(0);
    house.edit("content-ladders/day.toml", "channel = \"newsletter\"", "channel = \"x\"");
    assert_eq!(told(&house), ["channel: newsletter"]);
    let out = house.run(&["status"]).ends(0).out().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(out.contains("newsletter of rocket: goes out as queued on 2"), "{out}");
    assert!(out.contains(", and the ladder says `x` (`x:acmerockets`) by now"), "{out}");
    assert!(out.contains("`ladder publish rocket` plans it anew"), "{out}");
    house.edit("content-ladders/day.toml", "\"x\"", "\"nowhere\"");
    assert_eq!(told(&house), ["errors: newsletter"]);
    house.edit("content-ladders/day.toml", "\"nowhere\"", "\"x\"");
    // What went all the same is told as what went.
    house.edit("content-ladders/day.toml", "channel = \"blog\"", "channel = \"linkedin\"");
    let ran = house.run(&["run", "--format", "json"]).ends(0).json();
    assert_eq!(changed(&ran), [("channel", "newsletter".to_owned()), ("channel", "blog".to_owned())]);
    let says = ran["changed_since"][1]["says"].as_str().unwrap();
    assert!(says.contains("blog of rocket: has gone out as queued on 2"), "{says}");
    house.edit("content-ladders/day.toml", "channel = \"linkedin\"", "channel = \"blog\"");
    // The command does what is said of it.
    house.run(&["schedule", "rocket"]).ends(0);
    assert_eq!(told(&house), [""; 0]);
}

#[test]
fn another_ladder_and_another_order_are_told() {
    let house = house();
    // A text of its own, which does not speak of the page.
    let with_text = "channel = \"x\"\ntext = \"It came back.\"";
    house.edit("content-ladders/day.toml", "channel = \"newsletter\"", with_text);
    house.run(&["schedule", "rocket"]).ends(0);
    house.edit("content-ladders/day.toml", "after = \"blog\"\n", "");
    assert_eq!(told(&house), ["after: newsletter"]);
    house.run(&["schedule", "rocket"]).ends(0);
    assert_eq!(told(&house), [""; 0]);
    house.edit("content-ladders/day.toml", "delay", "after = \"blog\"\ndelay");
    assert_eq!(told(&house), ["after: newsletter"]);
    let out = house.run(&["status"]).ends(0).out().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        out.contains(", after nothing, and the ladder says after `blog` by now: `ladder publish"),
        "{out}"
    );
    house.run(&["schedule", "rocket"]).ends(0);
    // A rung that is only called otherwise is the same.
    let (ladder, old) = (house.read("content-ladders/day.toml"), "content-ladders/day.toml");
    let page = ladder.replace("[rungs.blog]", "[rungs.page]\nrenamed_from = \"blog\"");
    house.write(old, &page.replace("after = \"blog\"", "after = \"page\""));
    assert_eq!(told(&house), [""; 0]);
    house.write(old, &ladder);
    house.write("content-ladders/other.toml", "[rungs.page]\nchannel = \"blog\"\n");
    house.edit("messages/rocket.md", "\"day\"", "\"other\"");
    assert_eq!(told(&house), ["ladder: blog", "ladder: newsletter"]);
    let status = house.run(&["status", "--format", "json"]).ends(0).json();
    let commands = |at: usize| status["changed_since"][at]["commands"].as_array().unwrap().clone();
    assert_eq!(commands(0), ["ladder publish rocket"]);
    // The other ladder's plan has nothing for that account, and leaves it alone.
    assert_eq!(commands(1), ["ladder publish rocket", "ladder unpublish rocket --only newsletter"]);
    house.run(&["schedule", "rocket"]).ends(0);
    assert_eq!(told(&house), ["ladder: newsletter"]);
    std::fs::remove_file(house.path(old)).unwrap();
    assert_eq!(told(&house), ["ladder: newsletter"]);
    house.run(&["unpublish", "rocket", "--only", "newsletter", "--yes"]).ends(0);
    assert_eq!(told(&house), [""; 0]);
}

#[test]
fn what_cannot_be_read_is_not_told_as_gone() {
    let house = house();
    house.run(&["schedule", "rocket"]).ends(0);
    for broken in ["[[[[", "", "summary = \"half"] {
        house.write("content-ladders/day.toml", broken);
        assert_eq!(told(&house), ["errors: blog newsletter"], "{broken}");
        let out = house.run(&["status"]).ends(0).out();
        assert!(out.contains("`ladder check` says why"), "{out}");
        house.run(&["check"]).ends(3);
    }
    house.write("content-ladders/day.toml", LADDER);
    let messages = house.path("messages");
    let unread = |what: &str| {
        assert_eq!(told(&house), ["errors: blog newsletter"], "{what}");
        let says = house.run(&["check"]).out();
        assert!(says.contains("it is not read as a message"), "{what}: {says}");
    };
    std::fs::remove_file(messages.join("rocket.md")).unwrap();
    std::fs::create_dir(messages.join("rocket.md")).unwrap();
    unread("a folder");
    std::fs::remove_dir(messages.join("rocket.md")).unwrap();
    std::fs::create_dir_all(messages.join("rocket/message.md")).unwrap();
    unread("a folder in its folder");
    std::fs::remove_dir_all(&messages).unwrap();
    assert_eq!(told(&house), ["gone: blog newsletter"]);
    std::fs::write(&messages, MESSAGE).unwrap();
    unread("one file");
}

#[test]
fn a_channel_that_cannot_send_is_named_for_machines_too() {
    let house = house();
    house.edit("ladder.toml", "maildir = \"mail\"", "smtp = { env = \"SMTP_URL\" }");
    let ended = house.run(&["publish", "rocket", "--yes", "--format", "json"]).ends(1).json();
    let alone = &ended["left_alone"][0];
    assert_eq!((&alone["channel"], &alone["code"]), (&Value::from("newsletter"), &Value::from("not-ready")));
    assert_eq!(alone["keys"].as_array().unwrap().len(), 1, "{ended}");
}

#[test]
fn what_waits_for_a_persons_word_is_not_left_to_runs() {
    let house = house();
    let ladder =
        "[rungs.tweet]\nchannel = \"x\"\n\n[rungs.newsletter]\nchannel = \"newsletter\"\nafter = \"tweet\"\n";
    house.write("content-ladders/day.toml", ladder);
    let said = house.run(&["publish", "rocket", "--yes"]).ends(0).err();
    assert!(said.contains("1 delivery waits for what only you can settle"), "{said}");
    assert!(!said.contains("`ladder run` sends what is due"), "{said}");
    // The plan has said that the post goes to the outbox, and why.
    assert!(
        said.contains("`x` has no credentials yet") && !said.contains("its posts go to the outbox"),
        "{said}"
    );
}

#[test]
fn what_is_to_be_pasted_below_a_page_that_is_gone_is_told_by_status_as_well() {
    let house = House::new();
    house.run(&["publish", "hello", "--yes"]).ends(0);
    assert!(!house.run(&["status"]).ends(0).out().contains("Still to be pasted"));
    house.run(&["unpublish", "hello", "--only", "blog", "--yes"]).ends(0);
    let out = house.run(&["status"]).ends(0).out();
    let told =
        out.split_once("\nStill to be pasted, though it comes after what is taken down\n").expect(&out).1;
    assert!(told.contains("  tweet of hello: outbox/"), "{told}");
}

#[test]
fn the_log_finds_a_channel_by_the_name_that_it_has_today() {
    let house = House::new();
    house.run(&["publish", "hello", "--yes"]).ends(0);
    house.edit("ladder.toml", "[channels.x]", "[channels.twitter]");
    let by = |name: &str| house.run(&["log", "--channel", name]).ends(0);
    assert!(by("twitter").out().contains("tweet of hello to x (x:acmerockets)"));
    assert_eq!(by("twitter").out(), by("x").out());
    assert!(house.run(&["log", "--campaign", "none"]).ends(0).err().contains("nothing of that was sent yet"));
}
