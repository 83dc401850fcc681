//! What somebody meets who follows the README and then tries the next thing:
//! every text that is printed has to be true.

use super::house::{Ended, House};
use serde_json::Value;
use std::process::{Command, Output, Stdio};

/// A project on the ladder `launch`, whose last two rungs come later.
fn launch() -> House {
    let house = House::empty();
    house.run(&["init", "--name", "Acme Rockets", "--ladder", "launch"]).ends(0);
    house
}

fn rung<'a>(json: &'a Value, name: &str) -> &'a Value {
    json["deliveries"].as_array().unwrap().iter().find(|delivery| delivery["rung"] == name).unwrap()
}

#[test]
fn status_says_when_what_is_planned_is_due() {
    let house = launch();
    house.run(&["publish", "hello", "--only", "blog", "--only", "linkedin", "--yes"]).ends(0);
    let text = house.run(&["status"]).ends(0).out();
    let line = text.lines().find(|line| line.contains("linkedin")).unwrap();
    assert!(line.contains("… planned  due 20"), "{text}");
    let json = house.run(&["status", "--format", "json"]).ends(0).json();
    assert!(rung(&json, "linkedin")["due"].as_str().unwrap().ends_with('Z'));
    assert_eq!(rung(&json, "blog")["due"], Value::Null);
    // A run says so too, and does not say that what was never taken up is planned.
    let ended = house.run(&["run"]).ends(0);
    assert!(ended.err().contains("1 delivery is left planned, the next due 20"), "{}", ended.err());
    assert!(ended.err().contains("3 rungs were left out: `ladder publish hello`"), "{}", ended.err());
    assert!(!ended.err().contains("go to the outbox"), "nothing is due: {}", ended.err());
}

#[test]
fn nothing_to_send_has_its_reason() {
    let house = launch();
    house.edit("messages/hello/message.md", "ladder =", "publish_at = \"2099-01-31 09:00\"\nladder =");
    house.run(&["schedule", "hello"]).ends(0);
    let json = house.run(&["status", "--format", "json"]).ends(0).json();
    assert_eq!(rung(&json, "blog")["due"], "2099-01-31T09:00:00Z");
    assert_eq!(rung(&json, "tweet")["waits_for"], "blog");
    let ended = house.run(&["publish", "hello", "--early", "--only", "tweet", "--yes"]).ends(0);
    assert!(ended.err().contains("nothing to send: `hello`: `tweet` waits for `blog`"), "{}", ended.err());
    let ended = house.run(&["publish", "hello", "--early", "--dry-run"]).ends(0);
    assert!(ended.out().contains("due now"), "`--early` is told as it would be done: {}", ended.out());
    let ended = house.run(&["publish", "hello", "--early", "--again", " ", "--yes"]).ends(2);
    assert!(ended.err().contains("needs a reason"), "{}", ended.err());
}

#[test]
fn a_fixed_time_that_is_over_is_too_late() {
    let house = House::new();
    house.edit(
        "content-ladders/at-once.toml",
        "channel = \"x\"\nafter = \"blog\"",
        "channel = \"x\"\nat = \"2020-01-31 09:00\"\nwindow = \"6h\"\nallow = []",
    );
    house.edit("content-ladders/at-once.toml", "\nallow = []", "");
    let plan = house.run(&["plan", "hello"]).ends(0).out();
    assert!(plan.contains("too late since 2020-01-31 15:00"), "{plan}");
    let ended = house.run(&["publish", "hello", "--yes"]).ends(5);
    assert!(!house.path("outbox/hello/tweet.txt").exists(), "{}", ended.out());
}

#[test]
fn a_mail_that_has_to_wait_says_why() {
    let house = House::new();
    house.edit("ladder.toml", "maildir = \"mail\"", "smtp = { env = \"SMTP_URL\" }");
    let command = |arguments: &[&str]| {
        let mut command = house.command(arguments);
        command.env("SMTP_URL", "smtp://localhost:1").stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    };
    let both = |output: Output| String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    let arguments = ["publish", "hello", "--only", "blog", "--only", "newsletter", "--yes"];
    let publish = command(&arguments).spawn().unwrap();
    let status = loop {
        let status = both(command(&["status"]).output().unwrap());
        if status.contains("newsletter") && !status.contains("sending") {
            break status;
        }
    };
    // It would try five times, a quarter of a minute in all.
    assert!(Command::new("kill").args(["-INT", &publish.id().to_string()]).status().unwrap().success());
    let said = both(publish.wait_with_output().unwrap());
    assert!(said.contains("newsletter  not yet "), "{said}");
    assert!(status.contains("0 of 1 sent: cannot reach the mail server"), "{status}");
}

#[test]
fn a_channel_that_moved_leaves_nothing_behind_that_never_ends() {
    let house = launch();
    house.run(&["publish", "hello", "--yes"]).ends(0);
    house.edit("ladder.toml", "account = \"Acme Rockets\"\nauthor", "account = \"Acme\"\nauthor");
    let ended = house.run(&["run"]).ends(5);
    assert!(ended.err().contains("or `ladder publish hello` plans it anew"), "{}", ended.err());
    house.run(&["publish", "hello", "--yes"]).ends(0);
    let ended = house.run(&["run"]).ends(0);
    assert!(!ended.err().contains("stays as it is"), "{}", ended.err());
    // What is out already may have changed its channel since.
    house.edit("ladder.toml", "directory = \"public/blog\"", "directory = \"public/news\"");
    let ended = house.run(&["run"]).ends(0);
    assert!(!ended.err().contains("stays as it is"), "{}", ended.err());
}

#[test]
fn what_is_to_be_pasted_is_all_that_the_file_holds() {
    let house = House::new();
    house.run(&["publish", "hello", "--yes"]).ends(0);
    let link = "https://example.com/blog/hello/?utm_source=";
    for (rung, links) in [("tweet", 1), ("facebook", 1), ("linkedin", 1)] {
        let text = house.read(&format!("outbox/hello/{rung}.txt"));
        assert_eq!(text.matches(link).count(), links, "{text}");
        assert!(!text.contains("---"), "{text}");
    }
}

#[test]
fn posts_by_hand_point_at_their_text() {
    let house = House::new();
    house.edit(
        "ladder.toml",
        "adapter = \"linkedin\"\naccount = \"Acme Rockets\"\nauthor = \"urn:li:organization:1234567\"\n\
         access_token = { env = \"LINKEDIN_ACCESS_TOKEN\" }\nwithout_credentials = \"outbox\"",
        "adapter = \"manual\"\nnetwork = \"linkedin\"",
    );
    let said = house.run(&["publish", "hello", "--yes"]).ends(0).out();
    assert!(said.contains("One message, every channel for `linkedin`, to be posted by hand"), "{said}");
    let status = house.run(&["status"]).ends(0).out();
    let line = status.lines().find(|line| line.contains(" linkedin ")).unwrap();
    assert!(line.ends_with("by hand"), "{status}");
    assert!(status.contains("its text: ladder log --channel linkedin"), "{status}");
    // The page for writing is shown, and opened, once: cron would open it every time.
    assert!(!house.run(&["publish", "hello", "--yes"]).ends(0).out().contains("to be posted by hand"));
    let log = house.run(&["log", "--channel", "linkedin"]).ends(0).out();
    assert!(log.contains("One message, every channel"), "{log}");
}

#[test]
fn the_log_is_of_what_happened() {
    let house = launch();
    house.run(&["publish", "hello", "--yes"]).ends(0);
    let json = house.run(&["log", "--format", "json"]).ends(0).json();
    let rungs: Vec<&str> =
        json["deliveries"].as_array().unwrap().iter().map(|d| d["rung"].as_str().unwrap()).collect();
    assert!(rungs.contains(&"tweet") && !rungs.contains(&"newsletter"), "{rungs:?}");
    let ended = house.run(&["log", "--channel", "facebok"]).ends(2);
    assert!(ended.err().contains("did you mean `facebook`?"), "{}", ended.err());
}

#[test]
fn check_names_the_message_whose_words_a_ladder_cannot_take() {
    let house = House::new();
    let message = |title: &str| format!("+++\ntitle = \"{title}\"\nsummary = \"It is here.\"\n+++\nBody.\n");
    let rung = "channel = \"x\"\nafter = \"blog\"";
    let text = "\ntext = \"Come and see.\"";
    house.edit("content-ladders/at-once.toml", rung, &format!("{rung}{text}"));
    house.write("messages/one.md", &message("The first of two"));
    house.write("messages/two.md", &message("The second of two"));
    let text = house.run(&["check"]).ends(0).out();
    assert_eq!(text.matches("link-missing").count(), 1, "{text}");
    assert!(text.contains("(in `hello`, `one`, `two`)"), "{text}");
    let text = house.run(&["check", "one"]).ends(0).out();
    assert!(!text.contains("(in "), "one message needs no name: {text}");
}

#[test]
fn a_key_that_the_ladder_asks_for_is_no_typo() {
    let house = House::empty();
    house.run(&["init", "--ladder", "event"]).ends(0);
    house.edit("messages/hello/message.md", "tags =", "when = \"3 December\"\nwhree = \"Berlin\"\ntags =");
    let text = house.run(&["check"]).ends(0).out();
    assert!(!text.contains("`when`") && text.contains("`whree`"), "{text}");
}

#[test]
fn a_network_is_ready_once_its_secrets_are_there() {
    let house = House::new();
    let told = |ended: Ended| {
        let text = ended.ends(0).out();
        text.lines().find(|line| line.starts_with("x ")).unwrap().to_owned()
    };
    let before = told(house.run(&["channels"]));
    assert!(before.ends_with("to the outbox: `X_ACCESS_TOKEN` not set"), "{before}");
    let after = told(house.run_with(&["channels"], &[("X_ACCESS_TOKEN", "t")]));
    assert!(after.ends_with(" ready"), "{after}");
}

#[test]
fn an_unknown_adapter_is_told_once() {
    let house = House::new();
    house.edit("ladder.toml", "adapter = \"facebook\"", "adapter = \"facebok\"");
    let json = house.run(&["check", "--format", "json"]).ends(3).json();
    let problems = json["diagnostics"].as_array().unwrap();
    assert_eq!(problems.iter().filter(|problem| problem["rule"] == "unknown-adapter").count(), 1);
}

#[test]
fn resolving_says_what_follows_from_it() {
    let house = House::new();
    house.run(&["publish", "hello", "--yes"]).ends(0);
    let json = house.run(&["status", "--format", "json"]).ends(0).json();
    let key = |name: &str| rung(&json, name)["key"].as_str().unwrap().to_owned();
    let ended =
        house.run(&["resolve", &key("tweet"), "--sent", "https://x.com/AcmeRockets/status/1"]).ends(0);
    assert_eq!(ended.err().trim(), "noted in the journal");
    let ended = house.run(&["resolve", &key("facebook"), "--not-sent"]).ends(0);
    assert!(ended.err().contains("it will not go out; `ladder publish hello --only facebook --again"));
}

/// Who writes a token where the name of a variable belongs does not see it on the screen.
#[test]
fn a_token_in_the_place_of_a_variable_is_not_shown() {
    let house = House::new();
    house.edit("ladder.toml", "X_ACCESS_TOKEN", "abcDEF-123456789secret");
    for call in [&["channels"][..], &["channels", "--format", "json"], &["check"]] {
        let ended = house.run(call);
        let said = ended.out() + &ended.err();
        assert!(said.contains("wrong-value") && !said.contains("123456789secret"), "{call:?}: {said}");
    }
}

#[test]
fn the_table_of_channels_stays_aligned_beside_a_long_account() {
    let house = House::new();
    let long = format!("{}, and everybody who works there", "Acme Rockets ".repeat(4).trim());
    house.edit(
        "ladder.toml",
        "account = \"Acme Rockets\"\npage_id",
        &format!("account = \"{long}\"\npage_id"),
    );
    let table = house.run(&["channels"]).ends(0).out();
    let heading = table.lines().next().unwrap();
    let column = heading.find("STATE").unwrap();
    assert!(table.contains(&long), "{table}");
    for line in table.lines().skip(1) {
        assert!(line[..column].ends_with("  ") && !line[column..].starts_with(' '), "{table}");
    }
}

#[test]
fn a_list_of_rungs_that_is_cut_says_so() {
    let house = House::new();
    let rungs: String = (0..14).map(|at| format!("\n[rungs.step-{at}]\nchannel = \"x\"\n")).collect();
    house.write("content-ladders/long.toml", &format!("name = \"long\"\n{rungs}"));
    house.edit("messages/hello/message.md", "+++\n\n", "\n[overrides.nowhere]\ntext = \"x\"\n+++\n\n");
    house.edit("messages/hello/message.md", "ladder = \"at-once\"", "ladder = \"long\"");
    let said = house.run(&["check"]).ends(3);
    let told = said.out() + &said.err();
    assert!(told.contains("`step-11` and 2 more"), "{told}");
}

/// Who is told of a page gets neither its words nor its pictures.
#[test]
fn what_is_wrong_with_words_and_pictures_names_nobody_who_gets_none() {
    let house = House::new();
    let channels = "\n[channels.mentions]\nadapter = \"webmention\"\n\n[channels.feed]\nadapter = \"feed\"\n\
                    directory = \"public/feeds\"\nurl = \"https://acme.example/feeds/\"\n\n[channels.hubs]\n\
                    adapter = \"websub\"\nfeed = \"https://acme.example/feeds/atom.xml\"\n";
    house.write("ladder.toml", &(house.read("ladder.toml") + channels));
    house.write(
        "content-ladders/at-once.toml",
        "name = \"at-once\"\n\n[rungs.blog]\nchannel = \"blog\"\n\n[rungs.item]\nchannel = \"feed\"\nafter = \"blog\"\n\n\
         [rungs.mentions]\nchannel = \"mentions\"\nafter = \"blog\"\n\n[rungs.hubs]\nchannel = \"hubs\"\nafter = \"item\"\n",
    );
    let message = house.read("messages/hello/message.md");
    let alt = message.lines().find(|line| line.starts_with("alt = ")).unwrap();
    house.edit("messages/hello/message.md", alt, "alt = \"cover\"");
    house.write(
        "messages/hello/message.md",
        &(house.read("messages/hello/message.md") + "\n![gone](gone.png)\n"),
    );
    let json = house.run(&["check", "--format", "json"]).ends(0).json();
    for rule in ["poor-alt", "bad-link"] {
        let problems = json["diagnostics"].as_array().unwrap();
        let found = problems.iter().find(|problem| problem["rule"] == rule).unwrap();
        assert_eq!(found["rungs"], serde_json::json!(["blog", "item"]), "{json}");
    }
}

/// What people write who guess, and what they are told.
#[test]
fn guesses_are_answered_with_what_was_meant() {
    let house = House::new();
    let channels = "\n[channels.wp]\nadapter = \"wordpress\"\nurl = \"http://blog.example.org\"\nuser = \"ada\"\n\n\
                    [channels.masto]\nadapter = \"mastodon\"\nbase_url = \"http://social.example.org\"\n\
                    cw = \"Food\"\n\n[channels.sky]\nadapter = \"bluesky\"\nhandle = \"@ada.bsky.social\"\n\n\
                    [channels.feed]\nadapter = \"feed\"\ndirectory = \"public/feeds\"\n\
                    url = \"https://acme.example/feeds/\"\n\n[channels.hubs]\nadapter = \"websub\"\n\
                    feed = \"https://acme.example/feeds/feed.xml\"\n\n[channels.threads]\nadapter = \"threads\"\n\
                    account = \"@ada\"\nmedia_folder = \"messages\"\nmedia_url = \"https://acme.example/m/\"\n";
    house.write("ladder.toml", &(house.read("ladder.toml") + channels));
    house.edit(
        "messages/hello/message.md",
        "+++\n\n",
        "\n[overrides.blog]\ncontent_warning = \"Prices\"\n+++\n\n![A](images/cover.png)\n\n",
    );
    house.edit("messages/hello/message.md", "+++\n", "+++\ndraft = true\n");
    let json = house.run(&["check", "--format", "json"]).ends(3).json();
    let said = |rule: &str, part: &str| {
        let all = json["diagnostics"].as_array().unwrap();
        let found =
            all.iter().find(|one| one["rule"] == rule && one["message"].as_str().unwrap().contains(part));
        let found = found.unwrap_or_else(|| panic!("{rule} {part}: {json:#}"));
        (found["hint"].as_str().unwrap().to_owned(), found["line"].as_u64().unwrap())
    };
    assert_eq!(said("unknown-key", "`url`").0, "did you mean `base_url`?");
    assert_eq!(said("unknown-key", "`handle`").0, "did you mean `account`?");
    assert_eq!(said("unknown-key", "`cw`").0, "did you mean `content_warning`?");
    assert!(said("unknown-key", "`content_warning`").0.contains("in `[channels.NAME]`"));
    assert!(said("bad-url", "social.example.org").0.starts_with("write `https://social.example.org`: "));
    assert!(said("unknown-feed", "feeds/feed.xml").0.contains("https://acme.example/feeds/atom.xml"));
    assert!(said("path-outside", "messages").0.starts_with("what publishing reads lies there"));
    assert_eq!(said("draft", "hello").1, 2);
    assert!(said("bad-link", "images/cover.png").0.starts_with("did you mean `"), "{json:#}");
}

#[test]
fn a_rungs_name_is_no_reason() {
    let house = House::new();
    let said = house.run(&["publish", "hello", "--yes", "--again", "blog"]).ends(2).err();
    assert!(
        said.contains("`--again blog`: that is a rung") && said.contains("--only blog --again"),
        "{said}"
    );
}
