//! A Nostr relay (`nostr.sh`: nostr-relay 1.14 from PyPI), asked with its own client.
//! Images go to a server of this file's own, which keeps what it is given.

use super::house::{House, rungs};
use super::peer::Peer;
use super::pictures::png;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What stands before the relay, and swallows an answer where it is told to: what goes in
/// reaches the relay, and the line breaks as soon as the relay has answered it.
struct Wire {
    port: u16,
    /// Lines from now on until one of them is swallowed.
    swallow: Arc<Mutex<Option<usize>>>,
    swallowed: Arc<AtomicUsize>,
    stopped: Arc<AtomicBool>,
}

impl Wire {
    fn before(relay: &str) -> Wire {
        let to = relay.split_once("://").unwrap().1.trim_end_matches('/').to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let wire = Wire {
            port: listener.local_addr().unwrap().port(),
            swallow: Arc::default(),
            swallowed: Arc::default(),
            stopped: Arc::default(),
        };
        let (swallow, swallowed, stopped) =
            (wire.swallow.clone(), wire.swallowed.clone(), wire.stopped.clone());
        std::thread::spawn(move || {
            for line in listener.incoming().flatten() {
                if stopped.load(Ordering::SeqCst) {
                    return;
                }
                let is_next = {
                    let mut swallow = swallow.lock().unwrap();
                    let next = *swallow == Some(0);
                    *swallow = swallow.and_then(|lines| lines.checked_sub(1));
                    next
                };
                let (to, swallowed) = (to.clone(), swallowed.clone());
                // Whoever hangs up early is the program's own affair.
                std::thread::spawn(move || drop(pass(line, &to, is_next, &swallowed)));
            }
        });
        wire
    }

    fn address(&self) -> String {
        format!("ws://127.0.0.1:{}", self.port)
    }

    /// The line after so many others loses its answer.
    fn lose(&self, after: usize) {
        *self.swallow.lock().unwrap() = Some(after);
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::SeqCst);
        // The listener wakes up and ends.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

/// One line, both ways.
fn pass(mut client: TcpStream, to: &str, swallow: bool, swallowed: &AtomicUsize) -> std::io::Result<()> {
    let mut server = TcpStream::connect(to)?;
    for line in [&client, &server] {
        line.set_read_timeout(Some(Duration::from_secs(60)))?;
    }
    let (mut from, mut into) = (client.try_clone()?, server.try_clone()?);
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut from, &mut into);
        let _ = into.shutdown(std::net::Shutdown::Write);
    });
    let (mut buffer, mut is_open) = ([0; 16 * 1024], false);
    loop {
        let read = server.read(&mut buffer)?;
        if read == 0 {
            return client.shutdown(std::net::Shutdown::Both);
        }
        // The first thing that comes back opens the line.
        if swallow && is_open {
            swallowed.fetch_add(1, Ordering::SeqCst);
            return client.shutdown(std::net::Shutdown::Both);
        }
        is_open = true;
        client.write_all(&buffer[..read])?;
    }
}

/// Files by their digests, as the server for images has them (BUD-02).
struct Files {
    port: u16,
    kept: Arc<Mutex<BTreeMap<String, Vec<u8>>>>,
}

impl Files {
    fn open() -> Files {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let files = Files { port: listener.local_addr().unwrap().port(), kept: Arc::default() };
        let kept = files.kept.clone();
        std::thread::spawn(move || {
            for line in listener.incoming().flatten() {
                let kept = kept.clone();
                std::thread::spawn(move || drop(keep(line, &kept)));
            }
        });
        files
    }
}

/// Takes one file.
fn keep(line: TcpStream, kept: &Mutex<BTreeMap<String, Vec<u8>>>) -> std::io::Result<()> {
    let (mut asked, mut line) = (BufReader::new(line.try_clone()?), line);
    let (mut length, mut head) = (0, String::new());
    while asked.read_line(&mut head)? > 2 {
        let last = head.lines().last().unwrap_or_default().to_lowercase();
        if let Some(told) = last.strip_prefix("content-length:") {
            length = told.trim().parse().unwrap_or(0);
        }
    }
    let mut bytes = vec![0; length];
    asked.read_exact(&mut bytes)?;
    let is_good = head.starts_with("PUT /upload ") && head.contains("authorization: Nostr ");
    let digest = ladder::plan::key::hex_digest(&bytes);
    let told = json!({ "sha256": digest }).to_string();
    if is_good {
        kept.lock().unwrap().insert(digest, bytes);
    }
    let status = if is_good { "200 OK" } else { "400 Bad Request" };
    write!(line, "HTTP/1.1 {status}\r\ncontent-type: application/json\r\nconnection: close\r\n")?;
    write!(line, "content-length: {}\r\n\r\n{told}", told.len())
}

/// The relay, one account's project, and what stands between them.
struct Net {
    peer: Peer,
    wire: Wire,
    house: House,
}

impl Net {
    /// A ladder of one rung, with these lines in it.
    fn new(rung: &str) -> Net {
        Net::with("", rung)
    }

    /// The same, with more lines in the channel.
    fn with(more: &str, rung: &str) -> Net {
        let peer = Peer::start("nostr.sh", 1, &[]);
        let wire = Wire::before(peer.said("NOSTR_URL"));
        let channel = format!(
            "\n[channels.one]\nadapter = \"nostr\"\naccount = \"{}\"\nrelays = [\"{}\"]\n\
             nsec = {{ file = \"key\" }}\n{more}",
            peer.said("NOSTR_NPUB"),
            wire.address()
        );
        let house = House::new(&channel, &format!("{}{rung}", rungs(&["one"])));
        house.write("key", peer.said("NOSTR_NSEC"));
        println!("nostr-relay at {}", peer.said("NOSTR_URL"));
        Net { peer, wire, house }
    }

    /// What the relay's own client shows of these kinds, oldest first.
    fn events(&self, kinds: &str) -> Vec<Value> {
        let mut client = Command::new(self.peer.said("AIONOSTR"))
            .args(["query", "-r", self.peer.said("NOSTR_URL")])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        // It reads its question where it is no terminal.
        writeln!(client.stdin.take().unwrap(), "{{\"kinds\":[{kinds}]}}").unwrap();
        let output = client.wait_with_output().unwrap();
        assert!(output.status.success());
        let said = String::from_utf8(output.stdout).unwrap();
        let mut events: Vec<Value> =
            said.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        events.sort_by_key(|event: &Value| event["created_at"].as_u64());
        events
    }

    fn delivery(&self) -> Value {
        self.house.status()["deliveries"][0].clone()
    }
}

#[test]
#[ignore = "starts a relay with a script of LADDER_PEERS"]
fn a_note_is_there_once_and_is_forgotten_when_it_is_asked_to_be() {
    let net = Net::new(
        "text = \"It landed. Grüße, 日本 🚀 \\\"there\\\" #Rocketry\\n\\nhttps://acme.example/a_b\"\n",
    );
    let check = net.house.run(&["channels", "--check"]).ends(0);
    assert!(check.out().contains("ready"), "{}", check.out());
    net.house.publish().ends(0);
    let notes = net.events("1");
    assert_eq!(notes.len(), 1, "{notes:#?}");
    let note = &notes[0];
    assert_eq!(note["content"], "It landed. Grüße, 日本 🚀 \"there\" #Rocketry\n\nhttps://acme.example/a_b");
    let tags = note["tags"].as_array().unwrap();
    assert!(
        tags.contains(&json!(["t", "rocketry"])) && tags.contains(&json!(["l", "en", "ISO-639-1"])),
        "{note}"
    );
    let delivery = net.delivery();
    assert_eq!((&delivery["state"], &delivery["id"]), (&json!("sent"), &note["id"]), "{delivery:#}");
    assert!(delivery["url"].as_str().unwrap().starts_with("https://njump.me/nevent1"), "{delivery:#}");
    // Once more: nothing new.
    net.house.publish().ends(0);
    assert_eq!(net.events("1"), notes);
    // A note is not edited.
    let said = net.house.run(&["edit", "m", "--yes"]);
    assert!(net.events("1") == notes, "{}{}", said.out(), said.err());
    net.house.run(&["unpublish", "m", "--yes"]).ends(0);
    assert_eq!(net.events("1"), Vec::<Value>::new());
    assert_eq!(net.house.state("one"), "unpublished");
}

#[test]
#[ignore = "starts a relay with a script of LADDER_PEERS"]
fn a_thread_hangs_together_whichever_answer_is_lost() {
    // The line that asks whether anybody is there comes first.
    for lost in [1, 2] {
        let net = Net::new("thread = [\"One.\", \"Two.\", \"Three.\"]\n");
        net.wire.lose(lost);
        net.house.publish();
        net.house.run(&["run"]);
        assert_eq!(net.wire.swallowed.load(Ordering::SeqCst), 1);
        let notes = net.events("1");
        let named = |words: &str| notes.iter().find(|note| note["content"] == words).unwrap();
        let (one, two, three) = (named("One."), named("Two."), named("Three."));
        assert_eq!((notes.len(), net.house.state("one").as_str()), (3, "sent"), "{lost}: {notes:#?}");
        let replies = |note: &Value| -> Vec<(Value, Value)> {
            let tags = note["tags"].as_array().unwrap().iter().filter(|tag| tag[0] == "e");
            tags.map(|tag| (tag[1].clone(), tag[3].clone())).collect()
        };
        assert_eq!(replies(one), []);
        assert_eq!(replies(two), [(one["id"].clone(), json!("root"))]);
        assert_eq!(replies(three), [(one["id"].clone(), json!("root")), (two["id"].clone(), json!("reply"))]);
        net.house.run(&["unpublish", "m", "--yes"]).ends(0);
        assert_eq!(net.events("1"), Vec::<Value>::new());
    }
}

#[test]
#[ignore = "starts a relay with a script of LADDER_PEERS"]
fn a_relay_that_is_not_there_leaves_the_others_and_a_wrong_key_sends_nothing() {
    let net = Net::new("text = \"It landed.\"\n");
    let (one, free) = (net.wire.address(), TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap());
    net.house.edit("ladder.toml", &format!("[\"{one}\"]"), &format!("[\"ws://{free}\", \"{one}\"]"));
    let good = net.house.read("key");
    net.house.write("key", &"02".repeat(32));
    let said = net.house.run(&["channels", "--check"]).ends(1);
    let text = format!("{}{}", said.out(), said.err());
    assert!(text.contains("another account") && !text.contains("0202"), "{text}");
    assert_eq!(net.events("1"), Vec::<Value>::new());
    net.house.write("key", &good);
    net.house.publish().ends(0);
    assert_eq!((net.events("1").len(), net.house.state("one").as_str()), (1, "sent"));
}

const ARTICLE: &str = r#"+++
title = "Rocket m & <2> \"lands\""
summary = "It landed & how."
tags = ["rocketry", "Rocket & Science"]
[[media]]
file = "cover.png"
alt = "The cover \"rocket\""
[[media]]
file = "pad.png"
alt = "The pad & the sea"
+++
It **landed** at
<https://acme.example/?a=1&b=2>. <sub>Softly.</sub>

![The pad & the sea](pad.png)

## How & why

- one
- two

Grüße, 日本 🚀
"#;

/// An account that is sent articles.
fn articles(files: &Files) -> Net {
    let more = format!("kind = \"article\"\nblossom = [\"http://127.0.0.1:{}\"]\n", files.port);
    let net = Net::with(&more, "canonical = \"https://acme.example/rocket-m/\"\n");
    net.house.write("messages/m.md", ARTICLE);
    std::fs::write(net.house.path("messages/cover.png"), png(1200, 630, 9)).unwrap();
    std::fs::write(net.house.path("messages/pad.png"), png(800, 500, 200)).unwrap();
    net
}

fn tag(event: &Value, name: &str) -> Vec<Value> {
    let tags = event["tags"].as_array().unwrap().iter().filter(|tag| tag[0] == name);
    tags.map(|tag| tag[1].clone()).collect()
}

#[test]
#[ignore = "starts a relay with a script of LADDER_PEERS"]
fn an_article_stands_there_once_in_its_newest_words_and_is_forgotten() {
    let files = Files::open();
    let net = articles(&files);
    net.house.publish().ends(0);
    let there = net.events("30023");
    assert_eq!(there.len(), 1, "{there:#?}");
    let first = &there[0];
    let digest = |bytes: &[u8]| ladder::plan::key::hex_digest(bytes);
    let at = |bytes: &[u8]| format!("http://127.0.0.1:{}/{}.png", files.port, digest(bytes));
    let (cover, pad) = (png(1200, 630, 9), png(800, 500, 200));
    let words = format!(
        "It **landed** at <https://acme.example/?a=1&b=2>. Softly.\n\n![The pad & the sea]({})\n\n\
         ## How & why\n\n- one\n- two\n\nGrüße, 日本 🚀",
        at(&pad)
    );
    assert_eq!(first["content"], words);
    assert_eq!(tag(first, "title"), ["Rocket m & <2> \"lands\""]);
    assert_eq!(
        (tag(first, "summary"), tag(first, "image")),
        (vec![json!("It landed & how.")], vec![json!(at(&cover))])
    );
    assert_eq!(tag(first, "t"), ["rocketry", "rocketscience"]);
    assert_eq!(tag(first, "r"), ["https://acme.example/rocket-m/"]);
    assert_eq!(tag(first, "published_at"), [json!(first["created_at"].to_string())]);
    let name = tag(first, "d");
    assert!(name.len() == 1 && name[0].as_str().unwrap().starts_with("m-"), "{name:?}");
    let image = first["tags"].as_array().unwrap().iter().find(|tag| tag[0] == "imeta").unwrap();
    assert!(image.as_array().unwrap().contains(&json!("alt The pad & the sea")), "{image}");
    for picture in [&cover, &pad] {
        assert_eq!(files.kept.lock().unwrap().get(&digest(picture)), Some(picture));
    }
    let delivery = net.delivery();
    assert_eq!(delivery["state"], "sent", "{delivery:#}");
    assert!(delivery["url"].as_str().unwrap().starts_with("https://njump.me/naddr1"), "{delivery:#}");
    // Once more: nothing new.
    net.house.publish().ends(0);
    net.house.run(&["run"]).ends(0);
    assert_eq!(net.events("30023"), there);
    // Other words in place of these.
    net.house.edit("messages/m.md", "It **landed** at", "It **landed softly** at");
    net.house.edit("messages/m.md", "[\"rocketry\", \"Rocket & Science\"]", "[\"landing\"]");
    net.house.run(&["edit", "m", "--yes"]).ends(0);
    let now = net.events("30023");
    assert_eq!(now.len(), 1, "{now:#?}");
    let second = &now[0];
    assert_eq!(second["content"], words.replace("**landed**", "**landed softly**"));
    assert_eq!((tag(second, "t"), tag(second, "d")), (vec![json!("landing")], name));
    assert_eq!(tag(second, "published_at"), tag(first, "published_at"));
    assert!(second["created_at"].as_u64() > first["created_at"].as_u64());
    assert_eq!(net.delivery()["url"], delivery["url"]);
    net.house.run(&["unpublish", "m", "--yes"]).ends(0);
    assert_eq!((net.events("30023"), net.house.state("one").as_str()), (Vec::new(), "unpublished"));
    let request = net.events("5");
    assert_eq!(
        (tag(&request[0], "e"), tag(&request[0], "k")),
        (vec![second["id"].clone()], vec![json!("30023")])
    );
    assert!(tag(&request[0], "a")[0].as_str().unwrap().starts_with("30023:"), "{request:#?}");
}

#[test]
#[ignore = "starts a relay with a script of LADDER_PEERS"]
fn an_article_whose_answer_is_lost_is_found_by_its_address_and_so_is_an_edit() {
    let files = Files::open();
    let net = articles(&files);
    // The line that asks whether anybody is there comes first.
    net.wire.lose(1);
    net.house.publish();
    net.house.run(&["run"]).ends(0);
    assert_eq!(net.wire.swallowed.load(Ordering::SeqCst), 1);
    let there = net.events("30023");
    assert_eq!((there.len(), net.house.state("one").as_str()), (1, "sent"), "{there:#?}");
    net.house.edit("messages/m.md", "It **landed** at", "It **landed softly** at");
    // What stands there is asked for first.
    net.wire.lose(1);
    net.house.run(&["edit", "m", "--yes"]).ends(0);
    assert_eq!(net.wire.swallowed.load(Ordering::SeqCst), 2);
    let now = net.events("30023");
    assert!(now.len() == 1 && now[0]["content"].as_str().unwrap().contains("softly"), "{now:#?}");
    net.house.run(&["unpublish", "m", "--yes"]).ends(0);
    assert_eq!(net.events("30023"), Vec::<Value>::new());
}
