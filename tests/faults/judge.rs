//! The judge. What is live is what the networks' own timelines show, and never
//! what the program says; the program is judged by the difference.

use crate::world::{CANARY, Ended, PEOPLE, RUNGS, World};
use base64::Engine as _;
use memchr::memmem::Finder;
use serde_json::Value;
use std::sync::OnceLock;

/// What is at a network under a mark: how often, and where.
pub struct Live {
    pub count: usize,
    pub url: Option<String>,
}

/// Everything that is live or ever was and carries this mark, comments too.
pub fn live(world: &World, rung: &str, mark: &str) -> Live {
    let network = world.network(rung);
    let mut found = Vec::new();
    for post in network.everything() {
        if says(&post.text, mark) {
            found.push(post.url.clone());
        }
        for comment in post.comments.iter().filter(|comment| says(&comment.text, mark)) {
            let id = url::form_urlencoded::byte_serialize(comment.id.as_bytes()).collect::<String>();
            let number = comment.id.rsplit('_').next().unwrap_or_default();
            found.push(match rung {
                "page" => format!("{}?comment_id={number}", post.url),
                _ => format!("{}?commentUrn={id}", post.url),
            });
        }
    }
    Live { count: found.len(), url: found.into_iter().next() }
}

fn says(text: &str, mark: &str) -> bool {
    text.split_whitespace().any(|word| word == mark)
}

/// A step that nobody can know of, and what would be true of it.
pub struct Doubt {
    pub key: String,
    /// Where it is, if it is there; a mail has no address.
    pub live: Option<Option<String>>,
}

/// What was found.
#[derive(Default)]
pub struct Verdict {
    pub doubts: Vec<Doubt>,
    /// What is neither out nor in doubt nor laid out for a person, by rung.
    pub open: Vec<String>,
}

/// Judges every delivery of `messages` by the networks: nothing is there twice,
/// what is called sent is there, what is called anything else is not, and what
/// is in doubt is there once or not at all. The exit code of the last run tells
/// the same as the status.
#[track_caller]
pub fn judge(world: &World, last: &Ended, status: &Value, messages: &[&str], told: &str) -> Verdict {
    let mut verdict = Verdict::default();
    let mut seen = Vec::new();
    // The exit code of `publish m` speaks of `m`, that of `run` of everything.
    let (mut doubted, mut unfinished) = (false, false);
    for delivery in status["deliveries"].as_array().unwrap() {
        let (rung, message) = (text(&delivery["rung"]), text(&delivery["message"]));
        seen.push((message.clone(), rung.clone()));
        let key = text(&delivery["key"]);
        let context = format!("{rung} of {message}: {told}\n{delivery:#}");
        // A person's address does not tell what a comment needs to know: that it is
        // theirs to write is said, and is the end of it.
        let theirs = delivery["error"].as_str().is_some_and(|says| says.contains("a person settled"));
        let told_of = message == "m" || !last.said.starts_with("publish m");
        // Parts that were never begun are not listed.
        unfinished |= told_of && !["sent", "altered", "waiting"].contains(&&*text(&delivery["state"]));
        let mut step = |state: &str, key: &str, live: Live, context: &str| {
            let count = live.count;
            doubted |= told_of && state == "unknown";
            unfinished |= told_of && !["sent", "altered", "waiting"].contains(&state);
            assert!(count <= 1, "TWICE: {count} times live: {context}");
            match state {
                "sent" | "altered" => assert_eq!(count, 1, "LOST: called sent, and not there: {context}"),
                "unknown" => {
                    verdict.doubts.push(Doubt { key: key.to_owned(), live: (count == 1).then_some(live.url) })
                }
                "waiting" if rung == "hand" => {}
                // It may be out in this moment, or not yet.
                "sending" => verdict.open.push(format!("{rung} of {message}: sending")),
                other => {
                    assert_eq!(count, 0, "FORGOTTEN: it is live, and called {other}: {context}");
                    if !(theirs && other == "refused") {
                        verdict.open.push(format!("{rung} of {message}: {other}"));
                    }
                }
            }
        };
        if let Some(known) = RUNGS.iter().find(|known| known.name == rung) {
            for (part, mark) in delivery["parts"].as_array().unwrap().iter().zip(known.marks) {
                let live = live(world, &rung, &format!("{mark}-{message}"));
                step(&text(&part["state"]), &key, live, &format!("{mark} {context}"));
            }
            continue;
        }
        let count = |count| Live { count, url: None };
        match rung.as_str() {
            "news" => {
                let title = format!("Rocket {message} lands");
                let texts = world.mail.texts();
                for person in delivery["recipients"].as_array().unwrap() {
                    let who = text(&person["recipient"]);
                    assert!(PEOPLE.contains(&who.as_str()), "{who}: {context}");
                    let to = format!("<{who}>");
                    let taken = texts.iter().filter(|mail| mail.contains(&title)).filter(|mail| {
                        head(mail, "to").is_some_and(|line| line.contains(&to) || line == who)
                    });
                    step(&text(&person["state"]), &text(&person["key"]), count(taken.count()), &context);
                }
            }
            "file" => {
                let mails = world.files("mail/new");
                let of_it = mails.iter().filter(|file| {
                    std::fs::read_to_string(file).unwrap().contains(&format!("Rocket {message} lands"))
                });
                step(&text(&delivery["state"]), &key, count(of_it.count()), &context);
            }
            "blog" => {
                let there = world.path(&format!("public/{message}/index.html")).exists();
                step(&text(&delivery["state"]), &key, count(usize::from(there)), &context);
            }
            "feed" => {
                let state = text(&delivery["state"]);
                step(&state, &key, count(in_feeds(world, &message, state == "sent", &context)), &context);
            }
            "post" => {
                let there = world.path(&format!("outbox/{message}/post.txt")).exists();
                step(&text(&delivery["state"]), &key, count(usize::from(there)), &context);
            }
            "hand" => step(&text(&delivery["state"]), &key, count(0), &context),
            _ => panic!("what is {context}?"),
        }
    }
    nothing_that_the_status_does_not_know(world, &seen, messages, told);
    unfinished |= !seen.iter().any(|(message, _)| message == "m");
    if let Some(code) = last.code() {
        assert_eq!(code == 6, doubted, "exit {code}: {told}\n{}\n{}\n{status:#}", last.out(), last.err());
        if !unfinished {
            assert_eq!(code, 0, "all is out, exit {code}: {told}\n{}\n{}", last.out(), last.err());
        }
    }
    no_secret_anywhere(world, told);
    verdict
}

/// How often a message is in the feed. Each file is whole at every moment, and once
/// it is `sent` all of them have it, with its picture.
#[track_caller]
fn in_feeds(world: &World, message: &str, sent: bool, context: &str) -> usize {
    let title = format!("Rocket {message} lands");
    let text = |file: &str| std::fs::read_to_string(world.path(&format!("feeds/{file}"))).unwrap_or_default();
    let xml = [("atom.xml", "</feed>"), ("rss.xml", "</rss>")].map(|(file, end)| {
        let text = text(file);
        assert!(text.is_empty() || text.trim_end().ends_with(end), "half a {file}: {context}\n{text}");
        text.matches(&format!("<title>{title}</title>")).count()
    });
    let json = text("feed.json");
    let json: Value = if json.is_empty() {
        Value::Null
    } else {
        serde_json::from_str(&json).unwrap_or_else(|error| panic!("half a feed.json: {error}: {context}"))
    };
    let items: Vec<&Value> = json["items"].as_array().into_iter().flatten().collect();
    let mut names: Vec<&str> = items.iter().filter_map(|item| item["id"].as_str()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), items.len(), "TWICE: two items of one name: {context}\n{json:#}");
    let of_it: Vec<&Value> = items.into_iter().filter(|item| item["title"] == *title).collect();
    for item in &of_it {
        let picture = item["image"].as_str().and_then(|url| url.strip_prefix("https://acme.example/"));
        assert!(picture.is_some_and(|file| world.path(file).is_file()), "no picture: {context}\n{item:#}");
    }
    let found = [xml[0], xml[1], of_it.len()];
    assert!(!sent || found == [found[0]; 3], "LOST in some of the files, {found:?}: {context}");
    found.into_iter().max().unwrap_or_default()
}

/// Of a message that the journal knows nothing of, nothing is anywhere.
#[track_caller]
fn nothing_that_the_status_does_not_know(
    world: &World,
    seen: &[(String, String)],
    messages: &[&str],
    told: &str,
) {
    for message in messages {
        for rung in RUNGS.iter() {
            if seen.contains(&((*message).to_owned(), rung.name.to_owned())) {
                continue;
            }
            for mark in rung.marks {
                let count = live(world, rung.name, &format!("{mark}-{message}")).count;
                assert_eq!(count, 0, "FORGOTTEN: {mark} of {message} is live and in no status: {told}");
            }
        }
    }
}

/// A header of a mail, in one line.
fn head(mail: &str, name: &str) -> Option<String> {
    let line = mail
        .lines()
        .take_while(|line| !line.is_empty())
        .find(|line| line.split_once(':').is_some_and(|(has, _)| has.eq_ignore_ascii_case(name)))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Brings the world to rest, judges it, lets an honest operator look at the
/// networks and tell the truth of every doubt, and judges it once more: then all
/// is out exactly once, if `all_out`. How many doubts there were.
#[track_caller]
pub fn to_the_end(world: &World, messages: &[&str], all_out: bool, told: &str) -> usize {
    let (ended, status) = world.settle(messages);
    let first = judge(world, &ended, &status, messages, told);
    let many = first.doubts.len();
    let mut verdict = first;
    // A thread has one doubt at a time: each answer may bring the next.
    for _ in 0..8 {
        if verdict.doubts.is_empty() {
            break;
        }
        for doubt in &verdict.doubts {
            let mut arguments = vec!["resolve", &doubt.key[..]];
            match &doubt.live {
                Some(Some(url)) => arguments.extend(["--sent", url]),
                Some(None) => arguments.push("--sent"),
                None => arguments.push("--not-sent"),
            }
            let ended = world.run(&arguments);
            assert_eq!(ended.code(), Some(0), "{arguments:?}: {told}\n{}\n{}", ended.out(), ended.err());
        }
        let (ended, status) = world.settle(messages);
        verdict = judge(world, &ended, &status, messages, &format!("{told}, after the operator's word"));
    }
    assert!(verdict.doubts.is_empty(), "still in doubt after the operator's word: {told}");
    if all_out {
        let status = if verdict.open.is_empty() { Value::Null } else { world.status() };
        assert_eq!(verdict.open, Vec::<String>::new(), "LOST: {told}\n{status:#}");
    }
    many
}

/// The secret in every way that it could be written.
fn shapes() -> &'static [Finder<'static>] {
    static SHAPES: OnceLock<Vec<Finder<'static>>> = OnceLock::new();
    SHAPES.get_or_init(|| {
        let hex: String = CANARY.bytes().map(|byte| format!("{byte:02x}")).collect();
        let mut shapes = vec![CANARY.to_owned(), hex.to_uppercase(), hex, CANARY.replace('-', "%2D")];
        // In base64 it depends on where among three bytes it begins; its edges
        // depend on what stands beside it.
        for before in 0..3 {
            let bytes = [&[0; 2][..before], CANARY.as_bytes()].concat();
            let coded = base64::engine::general_purpose::STANDARD_NO_PAD.encode(bytes);
            shapes.push(coded[4..coded.len() - 4].to_owned());
        }
        shapes.iter().map(|shape| Finder::new(shape).into_owned()).collect()
    })
}

/// No secret in these bytes.
#[track_caller]
pub fn no_secret(bytes: &[u8], where_from: &str) {
    for shape in shapes() {
        if let Some(at) = shape.find(bytes) {
            let shown = &bytes[at.saturating_sub(200)..bytes.len().min(at + 80)];
            panic!("a SECRET is shown: {where_from}\n{}", String::from_utf8_lossy(shown));
        }
    }
}

/// No secret in any file of the project: the journal with its log, plans,
/// pages, the outbox, whatever a run left behind.
#[track_caller]
pub fn no_secret_anywhere(world: &World, told: &str) {
    for file in world.files("") {
        // A draft may go while it is looked for.
        let Ok(bytes) = std::fs::read(&file) else { continue };
        no_secret(&bytes, &format!("{} after {told}", file.display()));
    }
}

/// No secret in anything that can be asked of the program.
#[track_caller]
pub fn no_secret_told(world: &World, told: &str) {
    world.run(&["plan", "m", "--out", "plan.json"]);
    world.run(&["preview", "m", "--out", "preview.html"]);
    world.run(&["journal", "export", "journal.jsonl"]);
    for arguments in [
        &["status"][..],
        &["log", "--format", "json"],
        &["log"],
        &["check", "--format", "json"],
        &["channels"],
        &["channels", "--check", "--format", "json"],
        &["plan", "m", "--format", "json"],
        &["preview", "m", "--format", "markdown"],
    ] {
        world.run(arguments);
    }
    no_secret_anywhere(world, told);
}
