//! `count`: the table, the one object, the stream of lines, and bad input.

use super::house::{Ended, House};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Output, Stdio};

fn start(house: &House, arguments: &[&str]) -> Child {
    let mut command = house.command(&[&["count"], arguments].concat());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// The program over these bytes on its standard input.
fn feed(arguments: &[&str], input: &[u8]) -> Output {
    let house = House::empty();
    let mut child = start(&house, arguments);
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = std::thread::spawn(move || {
        // The program may have ended before it read all.
        let _ = stdin.write_all(&input);
    });
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    output
}

/// One answer a line, over these lines, and the exit code.
fn answers(network: &str, input: &[u8]) -> (Vec<Value>, i32) {
    let output = feed(&["--network", network, "--jsonl", "--format", "json"], input);
    let out = String::from_utf8(output.stdout).unwrap();
    let lines = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    (lines, output.status.code().unwrap())
}

fn lines(values: &[Value]) -> Vec<u8> {
    values.iter().flat_map(|value| format!("{value}\n").into_bytes()).collect()
}

fn piece(start: usize, text: &str) -> Value {
    json!([{ "start": start, "end": start + text.len(), "text": text }])
}

#[test]
fn a_text_is_counted_on_every_network_without_a_project() {
    let house = House::empty();
    let out = house.run(&["count", "Hello 👋 https://acme.org"]).ends(0).out();
    let row = |name: &str| -> Vec<String> {
        let line = out.lines().find(|line| line.starts_with(name)).unwrap();
        line.split_whitespace().map(str::to_owned).collect()
    };
    assert_eq!(row("x ")[1..3], ["32", "280"]);
    assert_eq!(row("mastodon")[1..3], ["31", "500"]);
    assert_eq!(row("bluesky")[1..3], ["24", "300"]);
    assert_eq!(row("telegram")[1..3], ["25", "4096"]);
    assert_eq!(row("threads")[1..3], ["27", "500"]);
    assert_eq!(row("nostr")[1..3], ["24", "-"]);
    assert!(!out.contains('█') && !out.contains('\u{1b}'), "{out}");
    let names: Vec<&str> = out.lines().skip(1).filter_map(|line| line.split(' ').next()).collect();
    assert!(names.is_sorted() && names.len() > 12, "{names:?}");
    let json = house.run(&["count", "Hello", "--format", "json"]).ends(0).json();
    assert_eq!(json["counts"].as_array().unwrap().len(), names.len());
    assert_eq!(json["counts"][0]["network"], "bluesky");
}

#[test]
fn a_network_that_was_named_has_to_take_the_text() {
    let house = House::empty();
    let long = "a".repeat(281);
    house.run(&["count", &long]).ends(0);
    house.run(&["count", &long, "--network", "mastodon"]).ends(0);
    let ended = house.run(&["count", &long, "--network", "mastodon", "--network", "x"]).ends(3);
    assert!(ended.out().contains("✗ 1 too many"), "{}", ended.out());
    let json = house.run(&["count", &long, "--network", "x", "--format", "json"]).ends(3).json();
    assert_eq!((&json["counts"][0]["fits"], &json["error"]), (&json!(false), &json!(null)));
    house.run(&["count", &long, "--network", "x", "--limit", "500"]).ends(0);
    house.run(&["count", &"a".repeat(61), "--network", "email"]).ends(3);
    // Few characters can be too many bytes.
    let family = "👨‍👩‍👧‍👦".repeat(121);
    let ended = house.run(&["count", &family, "--network", "bluesky"]).ends(3);
    assert!(ended.out().contains("✗ 25 too many"), "{}", ended.out());
}

#[test]
fn every_line_has_its_answer_in_the_contract_s_words() {
    let text = "Hé @ada@h.io https://acme.org #news";
    let input = lines(&[
        json!({ "text": text, "id": 7 }),
        json!({ "text": "" }),
        json!({ "text": "abc", "content_warning": "de", "limit": 4 }),
        json!({ "text": "abc", "spoiler_text": "d", "limit": null }),
    ]);
    let (found, exit) = answers("mastodon", &input);
    assert_eq!(exit, 0);
    assert_eq!(
        found[0],
        json!({
            "network": "mastodon", "counted": 3 + 5 + 23 + 6, "limit": 500, "unit": "grapheme", "fits": true,
            "urls": piece(14, "https://acme.org"), "mentions": piece(4, "@ada@h.io"), "hashtags": piece(31, "#news"),
        })
    );
    let short = |value: &Value| (value["counted"].clone(), value["limit"].clone(), value["fits"].clone());
    assert_eq!(short(&found[1]), (json!(0), json!(500), json!(true)));
    assert_eq!(short(&found[2]), (json!(5), json!(4), json!(false)));
    assert_eq!(short(&found[3]), (json!(4), json!(500), json!(true)));
    let (found, _) = answers("x", &lines(&[json!({ "text": "$ACME acme.org" })]));
    assert_eq!((&found[0]["cashtags"], &found[0]["urls"]), (&piece(0, "$ACME"), &piece(6, "acme.org")));
    let (found, _) = answers("bluesky", &lines(&[json!({ "text": "é $a @ada.bsky.social" })]));
    assert_eq!(
        (&found[0]["cashtags"], &found[0]["mentions"]),
        (&piece(3, "$a"), &piece(6, "@ada.bsky.social"))
    );
    assert_eq!(found[0]["bytes"], json!({ "counted": 22, "limit": 3000 }));
}

#[test]
fn a_line_that_cannot_be_read_is_told_and_the_others_are_answered() {
    let input = [
        b"{\"text\":\"one\"}\r\n\n".as_slice(),
        b"{\"text\":\"\\ud83d\"}\n",
        b"{\"text\":\"a\\ude00\"}\n",
        b"{\"text\":\"\xff\"}\n",
        b"{\"text\":5}\n",
        b"{\"txt\":\"a\"}\n",
        b"{\"text\":\"a\",\"limit\":-1}\n",
        b"nothing\n",
        b"\"text\"\n",
        b"[\"hello\"]\n",
        b"{\"text\":\"two\"}",
    ];
    let (found, exit) = answers("x", &input.concat());
    assert_eq!(exit, 2);
    assert_eq!(found.len(), 11);
    assert_eq!((&found[0]["counted"], &found[10]["counted"]), (&json!(3), &json!(3)));
    let told: Vec<(u64, &str)> = found[1..10]
        .iter()
        .map(|answer| (answer["line"].as_u64().unwrap(), answer["error"]["code"].as_str().unwrap()))
        .collect();
    assert_eq!(
        told,
        [
            (3, "lone-surrogate"),
            (4, "lone-surrogate"),
            (5, "not-utf-8"),
            (6, "wrong-shape"),
            (7, "wrong-shape"),
            (8, "wrong-shape"),
            (9, "not-json"),
            (10, "wrong-shape"),
            (11, "wrong-shape"),
        ]
    );
    for answer in &found[1..10] {
        assert_eq!(answer["network"], "x");
        assert!(answer["error"]["message"].as_str().unwrap().starts_with("line "), "{answer}");
        assert!(answer["error"]["hint"].is_string(), "{answer}");
    }
    assert!(found[3]["error"]["message"].as_str().unwrap().contains("byte 10"), "{}", found[3]);
    // To people the same, in words.
    let output = feed(&["--network", "x", "--jsonl"], &input.concat());
    assert_eq!(output.status.code(), Some(2));
    let out = String::from_utf8(output.stdout).unwrap();
    assert!(out.starts_with("x 3/280\nx ? line 3 cannot be read: "), "{out}");
}

#[test]
fn what_x_refuses_whatever_its_length_does_not_fit() {
    let texts = ["", "a\u{feff}b", "\u{ffff}", "fine"];
    let input: Vec<Value> = texts.iter().map(|text| json!({ "text": text })).collect();
    let (found, code) = answers("x", &lines(&input));
    let told: Vec<_> = found.iter().map(|one| (one["fits"].clone(), one["refused"].clone())).collect();
    let invalid = (json!(false), json!("invalid-character"));
    let wanted = [(json!(false), json!("empty")), invalid.clone(), invalid, (json!(true), Value::Null)];
    assert_eq!((told.as_slice(), code), (wanted.as_slice(), 0));
    assert_eq!(
        House::empty().command(&["count", "--network", "x", ""]).output().unwrap().status.code(),
        Some(3)
    );
}

#[test]
fn texts_that_nobody_would_write_are_counted_and_harm_no_terminal() {
    let texts = [
        "\u{0}",
        "\u{202e}abc\u{202c}",
        "\u{200d}",
        "\u{feff}",
        "\u{fffe}\u{ffff}",
        "\u{1b}[31m",
        "\u{301}",
        "\r\n\r",
        "@",
        "#",
        "$",
        "https://",
        "\u{e000}",
        "🏴󠁧󠁢",
        "\u{1f1e6}",
    ];
    let marks = format!("e{}", "\u{301}".repeat(10_000));
    let brackets = "(".repeat(5000);
    let links = "http://a.co/(".repeat(500);
    let hosts = "日.".repeat(5000);
    let names = "@a@".repeat(5000);
    let input: Vec<Value> = texts
        .iter()
        .copied()
        .chain([marks.as_str(), &brackets, &links, &hosts, &names])
        .map(|text| json!({ "text": text }))
        .collect();
    let output = feed(&["--jsonl", "--format", "json"], &lines(&input));
    assert_eq!(output.status.code(), Some(0));
    let out = String::from_utf8(output.stdout).unwrap();
    assert!(!out.contains(|c: char| c != '\n' && ladder::text::visible::is_hostile(c)));
    let networks = ladder::text::network::NETWORKS.len();
    assert_eq!(out.lines().count(), input.len() * networks);
    for (line, text) in out.lines().zip(input.iter().flat_map(|line| std::iter::repeat_n(line, networks))) {
        let answer: Value = serde_json::from_str(line).unwrap();
        let text = text["text"].as_str().unwrap();
        for piece in
            ["urls", "mentions", "hashtags"].into_iter().flat_map(|kind| answer[kind].as_array().unwrap())
        {
            let place = |name: &str| piece[name].as_u64().unwrap() as usize;
            assert_eq!(&text[place("start")..place("end")], piece["text"].as_str().unwrap());
        }
    }
    let (found, _) = answers("mastodon", &lines(&[json!({ "text": marks }), json!({ "text": "\u{200d}" })]));
    assert_eq!((&found[0]["counted"], &found[1]["counted"]), (&json!(1), &json!(1)));
}

#[test]
fn files_and_pipes_are_read_as_editors_write_them() {
    let house = House::empty();
    house.write("post.txt", "\u{feff}one\r\ntwo\r\n");
    let json =
        house.run(&["count", "--file", "post.txt", "--network", "x", "--format", "json"]).ends(0).json();
    assert_eq!(json["counts"][0]["counted"], 7);
    let output = feed(&["-", "--network", "x", "--format", "json"], b"one\ntwo\n");
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["counts"][0]["counted"], 7);
    std::fs::write(house.path("lines"), lines(&[json!({ "text": "a" }), json!({ "text": "bc" })])).unwrap();
    let out = house.run(&["count", "--jsonl", "--file", "lines", "--network", "x"]).ends(0).out();
    assert_eq!(out, "x 1/280\nx 2/280\n");
}

#[test]
fn files_that_are_no_texts_are_refused_in_words() {
    let house = House::empty();
    std::fs::write(house.path("latin1.txt"), b"one\ncaf\xe9\n").unwrap();
    let ended = house.run(&["count", "--file", "latin1.txt"]).ends(2);
    assert!(ended.err().contains("latin1.txt is not UTF-8 at line 2, byte 4"), "{}", ended.err());
    let json = house.run(&["count", "--file", "latin1.txt", "--format", "json"]).ends(2).json();
    assert_eq!((&json["error"]["code"], &json["counts"]), (&json!("not-utf-8"), &json!([])));
    let file = std::fs::File::create(house.path("huge.txt")).unwrap();
    file.set_len(100_000_000).unwrap();
    let ended = house.run(&["count", "--file", "huge.txt"]).ends(2);
    assert!(ended.err().contains("huge.txt is larger than 16 MB"), "{}", ended.err());
    // A line of zeros: bounded, and told.
    let ended =
        house.run(&["count", "--jsonl", "--file", "huge.txt", "--network", "x", "--format", "json"]).ends(2);
    let answer: Value = serde_json::from_str(ended.out().trim()).unwrap();
    assert_eq!(answer["error"]["code"], "too-large");
    assert!(answer["error"]["hint"].as_str().unwrap().contains("is it the right one?"));
    let typed = std::os::unix::ffi::OsStrExt::from_bytes(b"one\ncaf\xe9".as_slice());
    let typed = house.command(&["count"]).arg::<&std::ffi::OsStr>(typed).output().unwrap();
    assert_eq!(typed.status.code(), Some(2));
    let told = String::from_utf8(typed.stderr).unwrap();
    assert!(told.contains("error: the text is not UTF-8 at line 2, byte 4"), "{told}");
    for wrong in [&["--file", "none.txt"][..], &["--jsonl", "--file", "none.txt"], &["--file", "."]] {
        let ended = house.run(&[&["count"], wrong].concat()).ends(2);
        assert!(ended.err().contains("cannot be read"), "{}", ended.err());
    }
}

#[test]
fn wrong_use_says_what_to_do() {
    let house = House::empty();
    let ended = house.run(&["count", "a", "--network", "blusky"]).ends(2);
    assert!(ended.err().contains("did you mean `bluesky`?"), "{}", ended.err());
    let ended = house.run(&["count", "a", "--network", "X"]).ends(2);
    assert!(ended.err().contains("did you mean `x`?"), "{}", ended.err());
    let ended = house.run(&["count", "a", "--network", "x,masto"]).ends(2);
    assert!(ended.err().contains("there is no network `masto`"), "{}", ended.err());
    for (written, name) in [("twitter", "x"), ("twiter", "x"), ("fb", "facebook"), ("mail", "email")] {
        let ended = house.run(&["count", "a", "--network", written]).ends(2);
        assert!(ended.err().contains(&format!("did you mean `{name}`?")), "{}", ended.err());
    }
    for empty in ["", ",", " , "] {
        let ended = house.run(&["count", "a", "--network", empty]).ends(2);
        assert!(ended.err().contains("`--network` names no network"), "{}", ended.err());
    }
    assert_eq!(house.run(&["count", "a", "--network", "x, mastodon,"]).ends(0).out().lines().count(), 3);
    // A warning that would change nothing, and a limit that is everybody's.
    let ended = house.run(&["count", "a", "--network", "x", "--content-warning", "b"]).ends(2);
    assert!(ended.err().contains("`--content-warning` counts on Mastodon only, not on x"), "{}", ended.err());
    house.run(&["count", "a", "--network", "x,mastodon", "--content-warning", "b"]).ends(0);
    house.run(&["count", "a", "--content-warning", "b"]).ends(0);
    let ended = house.run(&["count", "a", "--network", "x", "--limit", "5"]).ends(0);
    assert!(ended.err().contains("the limit of x is 280; counted against 5"), "{}", ended.err());
    assert_eq!(house.run(&["count", "a", "--network", "mastodon", "--limit", "5"]).ends(0).err(), "");
    let out = house.run(&["count", "a", "--network", "x,mastodon", "--network", "x"]).ends(0).out();
    let names: Vec<&str> = out.lines().skip(1).filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(names, ["x", "mastodon"]);
    house.run(&["count", "a", "--network", "x", "--network", "x", "--limit", "3"]).ends(0);
    let ended = house.run(&["count"]).ends(2);
    assert!(ended.err().contains("--file FILE"), "{}", ended.err());
    house.run(&["count", "a", "--limit", "3"]).ends(2);
    house.run(&["count", "a", "--file", "b"]).ends(2);
    house.run(&["count", "a", "--jsonl"]).ends(2);
    let json = house.run(&["count", "--jsonl", "--network", "y", "--format", "json"]).ends(2);
    let answer: Value = serde_json::from_str(json.out().trim()).unwrap();
    assert_eq!((&answer["error"]["code"], &answer["exit"]), (&json!("unknown-network"), &json!(2)));
}

#[test]
fn a_text_that_a_network_refuses_says_why() {
    let refused = |network: &str, text: &str| {
        let (found, exit) = answers(network, &lines(&[json!({ "text": text })]));
        assert_eq!(exit, 0);
        assert_eq!(found[0]["fits"], found[0].get("refused").is_none());
        found[0]["refused"].as_str().map(str::to_owned)
    };
    for network in ["telegram", "discord", "slack"] {
        assert_eq!(refused(network, " \n").as_deref(), Some("empty"), "{network}");
    }
    assert_eq!(refused("bluesky", ""), None);
    let links: String = (0..6).map(|at| format!("https://acme.com/{at} ")).collect();
    assert_eq!(refused("threads", &links).as_deref(), Some("too-many-links"));
    assert_eq!(refused("instagram", &"#a ".repeat(31)).as_deref(), Some("hashtag-limit"));
    assert_eq!(refused("instagram", &"@a ".repeat(21)).as_deref(), Some("too-many-mentions"));
    let house = House::empty();
    let ended = house.run(&["count", &links, "--network", "threads"]).ends(3);
    assert!(ended.out().contains("✗ too-many-links"), "{}", ended.out());
}

#[test]
fn marks_before_lines_and_halves_in_other_keys_are_passed_over() {
    let input = "\u{feff}{\"text\":\"a\"}\n\u{feff}{\"text\":\"b\",\"\\ud800\":\"\\ud800\"}\n";
    let (found, exit) = answers("x", input.as_bytes());
    assert_eq!((found.len(), exit), (2, 0));
    assert!(found.iter().all(|answer| answer["counted"] == 1), "{found:?}");
}

#[test]
fn texts_in_markup_link_what_their_network_links() {
    let found = |network: &str, text: &str| {
        let (found, _) = answers(network, &lines(&[json!({ "text": text })]));
        let texts = |key: &str| -> Vec<String> {
            let pieces = found[0][key].as_array().unwrap().iter();
            pieces
                .map(|piece| {
                    let at = |end: &str| usize::try_from(piece[end].as_u64().unwrap()).unwrap();
                    assert_eq!(piece["text"], text[at("start")..at("end")], "{network}: {text}");
                    piece["text"].as_str().unwrap().to_owned()
                })
                .collect()
        };
        (texts("urls").join(" "), texts("mentions").join(" "))
    };
    let is = |urls: &str, mentions: &str| (urls.to_owned(), mentions.to_owned());
    assert_eq!(
        found(
            "telegram",
            "<code>https://a.example @acme_news</code> @acme_rockets <a href=\"https://b.example/\">acme.de</a>"
        ),
        is("https://b.example/", "@acme_rockets")
    );
    assert_eq!(
        found("slack", "`<https://a.example> <@U1>` <https://b.example|<@U2>> <@U3>\n```\nacme.de\n```"),
        is("https://b.example", "<@U3>")
    );
    assert_eq!(
        found("discord", "```\nhttps://a.example @here\n```\n`<@1>` <@2> [acme](https://b.example)"),
        is("https://b.example", "<@2>")
    );
    assert_eq!(found("reddit", "`u/joe_a` u/joe_b\n\n    acme.de"), is("", "u/joe_b"));
    assert_eq!(found("email", "Rocket 2: https://acme.de @ada"), is("", ""));
    assert_eq!(found("linkedin", "`acme.de` 日本語.jp 한국.kr"), is("acme.de 日本語.jp 한국.kr", ""));
    // X links plain hosts only.
    assert_eq!(found("x", "acme.de 日本語.jp"), is("acme.de", ""));
}

/// What was said: problems are data to `check`, and talk to other verbs.
fn both(ended: &Ended) -> String {
    ended.out() + &ended.err()
}

#[test]
fn what_x_refuses_is_shown_where_it_stands_and_not_sent() {
    let house = House::new();
    let head = "+++\ntitle = \"Rocket\"\nsummary = \"It landed.\"\n+++\n\n";
    house.write("messages/m.md", &format!("{head}It landed\u{ffff} by itself.\n"));
    house.edit(
        "content-ladders/at-once.toml",
        "[rungs.tweet]",
        "[rungs.tweet]\ntext = \"{{ message.body }}\"",
    );
    for verb in [&["check", "messages/m.md"][..], &["publish", "m", "--yes"]] {
        let ended = house.run(verb).ends(3);
        assert!(
            both(&ended).contains("error[invalid-character]: `tweet` has the character U+FFFF in it, which X does not take\n --> messages/m.md:6:10\n"),
            "{}",
            both(&ended)
        );
    }
    let out = house.run(&["count", "--message", "m", "--network", "x"]).ends(3).out();
    assert!(out.contains("✗ invalid-character"), "{out}");
    let json = house.run(&["count", "--message", "m", "--network", "x", "--format", "json"]).ends(3).json();
    let part = &json["variants"][0]["parts"][0];
    assert_eq!((&part["refused"], &part["fits"]), (&json!("invalid-character"), &json!(false)));
    // A mark in the middle that no reader sees is not sent, and is not dropped in silence.
    house.write("messages/m.md", &format!("{head}It landed\u{feff} by itself.\n"));
    let ended = house.run(&["check", "messages/m.md"]).ends(0);
    assert!(both(&ended).contains("warning[hostile-characters]: U+FEFF"), "{}", both(&ended));
    let json = house.run(&["preview", "m", "--format", "json"]).ends(0).json();
    assert_eq!(json["variants"][1]["parts"][0]["text"], "It landed by itself.");
}

#[test]
fn what_cannot_even_be_shortened_is_too_long_and_not_sent() {
    let house = House::new();
    let text = format!("text = \"It landed. #{}\"\noverflow = \"shorten\"", "rocket".repeat(50));
    house.edit("content-ladders/at-once.toml", "[rungs.tweet]", &format!("[rungs.tweet]\n{text}"));
    for verb in [&["check"][..], &["publish", "hello", "--yes"]] {
        let ended = house.run(verb).ends(3);
        assert!(
            both(&ended).contains("error[too-long]: `tweet` is 32 too long for X: 312 of 280\n"),
            "{}",
            both(&ended)
        );
    }
    assert!(house.files("outbox").is_empty() && house.files("public").is_empty());
    // One that has room is left out, and what stays fits.
    house.edit("content-ladders/at-once.toml", &"rocket".repeat(50), &"rocket".repeat(44));
    let long = "It landed by itself, and nobody steered. ".repeat(4);
    house.edit("content-ladders/at-once.toml", "It landed. #", &format!("{long}#"));
    let json = house.run(&["preview", "hello", "--format", "json"]).ends(0).json();
    assert_eq!(json["variants"][1]["parts"][0]["text"], format!("{} …", long.trim()));
}

#[test]
fn the_rungs_of_a_message_are_counted_on_their_networks() {
    let house = House::new();
    let out = house.run(&["count", "--message", "hello"]).ends(0).out();
    let row = out.lines().find(|line| line.starts_with("tweet")).unwrap();
    assert!(row.contains("280"), "{out}");
    assert!(out.lines().any(|line| line.starts_with("newsletter") && line.contains("subject")), "{out}");
    let json = house.run(&["count", "--message", "messages/hello", "--format", "json"]).ends(0).json();
    let tweet = &json["variants"][1];
    assert_eq!(
        (&tweet["rung"], &tweet["network"], &tweet["kind"]),
        (&json!("tweet"), &json!("x"), &json!("post"))
    );
    let preview = house.run(&["preview", "hello", "--format", "json"]).ends(0).json();
    assert_eq!(tweet["parts"][0]["counted"], preview["variants"][1]["parts"][0]["counted"]);
    assert_eq!(tweet["parts"][0]["fits"], true);
    let only =
        ["count", "--message", "hello", "--network", "x,linkedin", "--network", "x", "--format", "json"];
    let json = house.run(&only).ends(0).json();
    let rungs: Vec<&str> =
        json["variants"].as_array().unwrap().iter().map(|one| one["rung"].as_str().unwrap()).collect();
    assert_eq!(rungs, ["tweet", "linkedin"]);
    let ended = house.run(&["count", "--message", "hello", "--network", "linkedn"]).ends(2);
    assert!(ended.err().contains("did you mean `linkedin`?"), "{}", ended.err());
    let ended = house.run(&["count", "--message", "hello", "--network", "mastodon"]).ends(2);
    assert!(ended.err().contains("is on `mastodon`"), "{}", ended.err());
    let ended = house.run(&["count", "--message", "helo"]).ends(2);
    assert!(ended.err().contains("did you mean `hello`?"), "{}", ended.err());
}

#[test]
fn a_question_is_answered_before_the_next_is_asked() {
    let house = House::empty();
    let mut child = start(&house, &["--network", "x", "--jsonl", "--format", "json"]);
    let mut stdin = child.stdin.take().unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    for text in ["a", "bc", "def"] {
        writeln!(stdin, "{}", json!({ "text": text })).unwrap();
        stdin.flush().unwrap();
        let mut answer = String::new();
        out.read_line(&mut answer).unwrap();
        let answer: Value = serde_json::from_str(&answer).unwrap();
        assert_eq!(answer["counted"], text.len());
    }
    drop(stdin);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_reader_that_goes_away_ends_the_stream_without_an_error() {
    let house = House::empty();
    let line = format!("{}\n", json!({ "text": "Hello @ada, #news" }));
    house.write("lines", &line.repeat(20_000));
    let arguments = ["--file", "lines", "--jsonl", "--network", "x", "--format", "json"];
    let mut child = start(&house, &arguments);
    drop(child.stdin.take());
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut first = String::new();
    out.read_line(&mut first).unwrap();
    assert!(first.contains("@ada"), "{first}");
    drop(out);
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr), (Some(0), Vec::new()));
    #[cfg(target_os = "linux")]
    {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let mut command = house.command(&[&["count"], &arguments[..]].concat());
        let ended = command.stdout(full).stderr(Stdio::null()).status().unwrap();
        assert_eq!(ended.code(), Some(1));
    }
}
