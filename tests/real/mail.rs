//! Mails sent by real servers and read back by Python's `email` package: what
//! arrives is what the preview showed.

use super::house::House;
use super::peers::Peer;
use super::tools::python;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// A mail as Python sees it, and the bytes that mail servers stumble over.
const READ: &str = r#"
import email, email.policy, json, sys
raw = open(sys.argv[1], "rb").read()
body = raw
if sys.argv[1].endswith(".sink"):
    lines = raw.split(b"\n")
    body = b"\n".join(line for line in lines if not line.startswith((b"X-Client-", b"X-Helo-", b"X-Mail-", b"X-Rcpt-")))
mail = email.message_from_bytes(body, policy=email.policy.default)
parts = [part for part in mail.walk()]
def content(kind):
    found = [part.get_content() for part in parts if part.get_content_type() == kind]
    return found[0].replace("\r\n", "\n") if found else None
defects = [repr(defect) for part in parts for defect in part.defects]
defects += [f"{name}: {defect!r}" for name, value in mail.items() for defect in getattr(value, "defects", [])]
print(json.dumps({
    "headers": {name.lower(): str(value) for name, value in mail.items()},
    "names": [name.lower() for name in mail.keys()],
    "date": mail["date"].datetime.isoformat() if mail["date"] else None,
    "from": [[a.display_name, a.addr_spec] for a in mail["from"].addresses],
    "to": [[a.display_name, a.addr_spec] for a in mail["to"].addresses],
    "types": [part.get_content_type() for part in parts],
    "ids": [part["content-id"] for part in parts if part["content-id"]],
    "names_of_files": [part.get_filename() for part in parts if part.get_filename()],
    "text": content("text/plain"), "html": content("text/html"), "defects": defects,
    "longest": max(len(line.rstrip(b"\r")) for line in body.split(b"\n")),
    "seven_bit": all(byte < 128 for byte in body), "nul": b"\0" in body,
    "bare_cr": body.replace(b"\r\n", b"").count(b"\r"),
    "headers_ascii": all(byte < 128 for byte in body.split(b"\n\n")[0]),
}))
"#;

/// Reads a mail's file.
#[track_caller]
pub fn parse(mail: &Path) -> Value {
    python(READ, &[mail])
}

/// What every mail of ours has.
#[track_caller]
pub fn well_formed(mail: &Value) {
    assert_eq!(mail["defects"], json!([]), "{mail}");
    assert!(mail["longest"].as_u64().unwrap() <= 998, "{mail}");
    assert_eq!((&mail["bare_cr"], &mail["nul"]), (&json!(0), &json!(false)), "{mail}");
    for header in ["from", "to", "subject", "date", "message-id", "mime-version"] {
        let count = mail["names"].as_array().unwrap().iter().filter(|name| *name == header).count();
        assert_eq!(count, 1, "{header}: {}", mail["names"]);
    }
    let types: Vec<&str> =
        mail["types"].as_array().unwrap().iter().map(|kind| kind.as_str().unwrap()).collect();
    assert_eq!(types[..2], ["multipart/alternative", "text/plain"], "{types:?}");
    assert!(types.contains(&"text/html"), "{types:?}");
    let html = mail["html"].as_str().unwrap();
    for id in mail["ids"].as_array().unwrap() {
        let address = format!("cid:{}", id.as_str().unwrap().trim_matches(['<', '>']));
        assert!(html.contains(&address), "nothing shows {address}");
    }
    assert_eq!(html.matches("cid:").count(), mail["ids"].as_array().unwrap().len(), "{html}");
}

/// The launch, with a mail that leaves at once for `to`.
fn launch(from: &str, to: &[&str], way: &str) -> House {
    let house = House::story("product-launch");
    house.edit("messages/rocket-2/message.md", "publish_at = \"2026-12-01 09:00\"\n", "");
    house.edit("content-ladders/launch.toml", "at = \"next day 09:00\"\nwindow = \"6h\"\n", SUBJECT);
    house.edit("ladder.toml", "live = \"30m\"", "live = false");
    house.edit(
        "ladder.toml",
        "from = \"Acme Rockets <news@acme.example>\"",
        &format!("from = {}", json!(from)),
    );
    house.edit(
        "ladder.toml",
        "to = [\"Ada <ada@acme.example>\", \"grace@acme.example\"]",
        &format!("to = {}", json!(to)),
    );
    house.edit("ladder.toml", "maildir = \"mail\"", way);
    house
}

const SUBJECT: &str = "subject = \"Grüße vom Startplatz 🚀: {{ message.title }}\"\n";
const SENT_SUBJECT: &str = "Grüße vom Startplatz 🚀: Rocket 2 lands itself";
const LISTS: &str = "list_unsubscribe = [\"https://acme.example/leave?list=news\", \"mailto:leave@acme.example\"]\n\
                     list_id = \"Acme News <news.acme.example>\"\n";

/// The newsletter as the preview shows it, with what is known only later put in.
fn shown(house: &House, host: &str) -> (String, String) {
    let preview = house.run(&["preview", "rocket-2", "--format", "json"]).ends(0).json();
    let variants = preview["variants"].as_array().unwrap();
    let mail = variants.iter().find(|variant| variant["rung"] == "newsletter").unwrap();
    assert_eq!(mail["subject"], SENT_SUBJECT);
    let tags = "utm_source=newsletter&utm_medium=email&utm_campaign=rocket-2&utm_content=newsletter";
    let address = format!("https://acme.example/blog/rocket-2/?{tags}");
    let token = "https://rung.invalid/blog/tracked";
    let text = mail["text"].as_str().unwrap().replace(token, &address);
    let escaped = address.replace('&', "&amp;");
    let mut html = mail["html"].as_str().unwrap().replace("https://rung.invalid/blog/tracked-html", &escaped);
    let pieces: Vec<String> = html.split("cid:").map(str::to_owned).collect();
    html = pieces[0].clone();
    for piece in &pieces[1..] {
        let (sha, rest) = piece.split_at(64);
        html.push_str(&format!("cid:{sha}@{host}{rest}"));
    }
    (text, html)
}

/// The mail is what was shown, and says all that a mail has to.
#[track_caller]
fn is_the_newsletter(mail: &Value, house: &House, host: &str) {
    well_formed(mail);
    let (text, html) = shown(house, host);
    same(mail["text"].as_str().unwrap(), &text);
    same(mail["html"].as_str().unwrap(), &html);
    let headers = &mail["headers"];
    assert_eq!(headers["subject"], SENT_SUBJECT);
    assert!(headers["message-id"].as_str().unwrap().ends_with(&format!("@{host}>")), "{headers}");
    assert!(mail["date"].as_str().unwrap().ends_with("+00:00"), "{mail}");
    assert_eq!(headers["content-language"], "en");
    assert_eq!(mail["names_of_files"], json!(["landing.png", "curve.png"]));
    assert_eq!(mail["headers_ascii"], true);
}

/// Equal but for line ends at the end; says where they part.
#[track_caller]
fn same(came: &str, shown: &str) {
    let (came, shown) = (came.trim_end(), shown.trim_end());
    if came == shown {
        return;
    }
    let at = came.char_indices().zip(shown.chars()).find(|((_, a), b)| a != b);
    let at = at.map_or(came.len().min(shown.len()), |((at, _), _)| at);
    let around = |text: &str| text[at..].chars().take(120).collect::<String>();
    panic!("what came and what was shown part at {at}:\n{:?}\n{:?}", around(came), around(shown));
}

fn has_lists(mail: &Value) {
    let headers = &mail["headers"];
    assert_eq!(
        headers["list-unsubscribe"],
        "<https://acme.example/leave?list=news>, <mailto:leave@acme.example>"
    );
    assert_eq!(headers["list-unsubscribe-post"], "List-Unsubscribe=One-Click");
    assert_eq!(headers["list-id"], "Acme News <news.acme.example>");
}

/// The states of the newsletter's recipients.
fn recipients(ended: &Value) -> Value {
    let deliveries = ended["deliveries"].as_array().unwrap();
    deliveries.iter().find(|delivery| delivery["rung"] == "newsletter").unwrap().clone()
}

#[test]
#[ignore = "needs python3"]
fn a_maildir_holds_what_was_shown() {
    let house = launch(
        "Acme Rockets <news@acme.example>",
        &["Zoë <zoe@acme.example>", "b@acme.example"],
        &format!("maildir = \"mail\"\n{LISTS}"),
    );
    house.run(&["publish", "rocket-2", "--yes"]).ends(0);
    let mails: Vec<Value> = house.files("mail/new").iter().map(|mail| parse(mail)).collect();
    assert_eq!(mails.len(), 2);
    for mail in &mails {
        is_the_newsletter(mail, &house, "acme.example");
        has_lists(mail);
        assert_eq!(mail["from"], json!([["Acme Rockets", "news@acme.example"]]));
        assert_eq!(mail["to"].as_array().unwrap().len(), 1, "nobody sees the others");
    }
    assert!(mails.iter().any(|mail| mail["to"] == json!([["Zoë", "zoe@acme.example"]])));
    assert_ne!(mails[0]["headers"]["message-id"], mails[1]["headers"]["message-id"]);
}

#[test]
#[ignore = "needs LADDER_PEERS and python3"]
fn postfix_takes_the_newsletter_byte_by_byte() {
    let sink = Peer::start("smtpsink.sh", 1, &[("SINK_DUMP", "1")]);
    let house = launch(
        "\"Acme, Rockets\" <news@acme.example>",
        &["Ada <ada@acme.example>", "grace@acme.example"],
        &format!("smtp = \"smtp://127.0.0.1:{}\"\n{LISTS}", sink.said("SMTP_PORT")),
    );
    house.run(&["publish", "rocket-2", "--yes"]).ends(0);
    let before = dumped(&sink);
    assert_eq!(before.len(), 2);
    for file in &before {
        let raw = std::fs::read(file).unwrap();
        let mail = parse(file);
        is_the_newsletter(&mail, &house, "acme.example");
        has_lists(&mail);
        assert_eq!(mail["from"], json!([["Acme, Rockets", "news@acme.example"]]));
        // The sink says whom the envelope named: the one that the header names.
        let to = mail["to"][0][1].as_str().unwrap();
        let text = String::from_utf8_lossy(&raw);
        let envelope: Vec<&str> = text.lines().filter(|line| line.starts_with("X-Rcpt-Args:")).collect();
        assert!(envelope.len() == 1 && envelope[0].contains(&format!("<{to}>")), "{envelope:?}");
    }
    house.run(&["publish", "rocket-2", "--yes"]).ends(0);
    assert_eq!(dumped(&sink).len(), 2, "sent twice");
}

/// The messages that the sink wrote, under names that say what they are.
fn dumped(sink: &Peer) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(sink.path("mail")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "sink") {
            files.push(path);
        } else {
            let named = PathBuf::from(format!("{}.sink", path.display()));
            std::fs::rename(&path, &named).unwrap();
            files.push(named);
        }
    }
    files.sort();
    files
}

const IMAP: &str = r#"
import imaplib, json, ssl, sys
place, port, ca, user, password = open(sys.argv[1]).read().split("\n")[:5]
box = imaplib.IMAP4_SSL("localhost", int(port), ssl_context=ssl.create_default_context(cafile=ca))
box.login(user, password); box.select("INBOX", readonly=True)
_, found = box.search(None, "ALL")
for number in found[0].split():
    _, data = box.fetch(number, "(RFC822)")
    open(f"{place}/{number.decode()}.eml", "wb").write(data[0][1])
print(json.dumps(len(found[0].split())))
"#;

/// The mailbox of one of the stack's users, read by IMAP.
fn mailbox(stack: &Peer, house: &House, user: &str, password: &str) -> Vec<Value> {
    let name = format!("read-{}", user.split('@').next().unwrap());
    house.write(&format!("{name}/.keep"), "");
    let place = house.path(&name);
    let lines = [place.to_str().unwrap(), stack.said("IMAPS_PORT"), stack.said("CA_FILE"), user, password];
    house.write("imap.txt", lines.join("\n") + "\n");
    python(IMAP, &[&house.path("imap.txt")]);
    let mails = house.files(&name);
    mails.iter().filter(|mail| mail.extension().is_some()).map(|mail| parse(mail)).collect()
}

#[test]
#[ignore = "needs LADDER_PEERS, python3 and root (Postfix, Dovecot)"]
fn a_mail_server_with_tls_and_passwords_delivers() {
    let stack = Peer::start("mailstack.sh", 5, &[]);
    let ways = [
        (
            "starttls",
            format!(
                "smtp://ann%40example.test:pw-ann@localhost:{}?tls=starttls",
                stack.said("SUBMISSION_PORT")
            ),
        ),
        ("implicit", format!("smtps://ann%40example.test:pw-ann@localhost:{}", stack.said("SMTPS_PORT"))),
    ];
    for (at, (name, url)) in ways.iter().enumerate() {
        let house =
            launch("Acme <news@example.test>", &["Bob Müller <bob@example.test>"], &secret_way(&stack));
        let ended = house
            .run_with(&[("SMTP_URL", url)], &["publish", "rocket-2", "--yes", "--format", "json"])
            .ends(0);
        assert!(!format!("{}{}", ended.out, ended.err).contains("pw-ann"), "{name}");
        wait_for(|| {
            mailbox(&stack, &house, stack.said("SMTP_USER2"), stack.said("SMTP_PASSWORD2")).len() > at
        });
        let mails = mailbox(&stack, &house, stack.said("SMTP_USER2"), stack.said("SMTP_PASSWORD2"));
        is_the_newsletter(mails.last().unwrap(), &house, "example.test");
        assert_eq!(mails.last().unwrap()["to"], json!([["Bob Müller", "bob@example.test"]]));
    }
    wrong_password(&stack);
    unknown_authority(&stack, &ways[1].1);
    every_answer_has_its_end(&stack, &ways[0].1);
}

fn secret_way(stack: &Peer) -> String {
    format!("smtp = {{ env = \"SMTP_URL\" }}\nca_file = {}\n{LISTS}", json!(stack.said("CA_FILE")))
}

/// Delivery to a mailbox comes a moment after the server took the mail.
fn wait_for(done: impl Fn() -> bool) {
    for _ in 0..50 {
        if done() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(200));
    }
    panic!("it does not come");
}

fn wrong_password(stack: &Peer) {
    let url = format!("smtps://ann%40example.test:s3cr3t%2Fwrong@localhost:{}", stack.said("SMTPS_PORT"));
    let house = launch("Acme <news@example.test>", &["bob@example.test"], &secret_way(stack));
    let ended = house.run_with(&[("SMTP_URL", &url)], &["publish", "rocket-2", "--yes", "--format", "json"]);
    // It is found before anything is sent anywhere, and nothing is refused for good.
    let answer = ended.json();
    assert_eq!((&answer["exit"], &answer["error"]["code"]), (&json!(1), &json!("not-accepted")), "{answer}");
    assert_eq!(answer["deliveries"], json!([]), "{answer}");
    let said = format!("{}{}{}", ended.out, ended.err, house.run(&["status"]).out);
    assert!(said.contains("password") || said.contains("user"), "{said}");
    for secret in ["s3cr3t", "wrong@", "c3Jz", "ann@example.test:"] {
        assert!(!said.contains(secret), "{secret} in {said}");
    }
    let journal = std::fs::read(house.path(".ladder/ladder.db")).unwrap();
    assert!(!journal.windows(6).any(|window| window == b"s3cr3t"), "the journal holds a password");
}

fn unknown_authority(stack: &Peer, url: &str) {
    let house = launch("Acme <news@example.test>", &["bob@example.test"], "smtp = { env = \"SMTP_URL\" }");
    let ended = house.run_with(&[("SMTP_URL", url)], &["publish", "rocket-2", "--yes", "--format", "json"]);
    let delivery = recipients(&ended.json());
    assert!(delivery["state"] != "sent" && delivery["state"] != "unknown", "{delivery}");
    assert!(delivery.to_string().contains("certificate"), "{delivery}");
    assert!(!stack.said("CA_FILE").is_empty());
}

/// 550, 554 and 450: refused, refused, and not yet; the others get theirs.
fn every_answer_has_its_end(stack: &Peer, url: &str) {
    let to = ["ann@example.test", "nobody@example.test", "blocked@example.test", "greylisted@example.test"];
    let house = launch("Acme <news@example.test>", &to, &secret_way(stack));
    let ended = house.run_with(&[("SMTP_URL", url)], &["publish", "rocket-2", "--yes", "--format", "json"]);
    assert_eq!(ended.code, Some(4), "{}\n{}", ended.out, ended.err);
    let delivery = recipients(&ended.json());
    let state = |user: &str| {
        let all = delivery["recipients"].as_array().unwrap();
        all.iter().find(|one| one["recipient"].as_str().unwrap().starts_with(user)).unwrap().clone()
    };
    assert_eq!(state("ann")["state"], "sent", "{delivery}");
    for (user, state, says) in [
        ("nobody", state("nobody"), "550"),
        ("blocked", state("blocked"), "554"),
        ("greylisted", state("greylisted"), "450"),
    ] {
        let expected = if user == "greylisted" { "planned" } else { "refused" };
        assert_eq!(state["state"], expected, "{delivery}");
        assert!(state["error"].as_str().unwrap().contains(says), "{delivery}");
    }
    wait_for(|| mailbox(stack, &house, stack.said("SMTP_USER"), stack.said("SMTP_PASSWORD")).len() == 1);
    let mails = mailbox(stack, &house, stack.said("SMTP_USER"), stack.said("SMTP_PASSWORD"));
    is_the_newsletter(&mails[0], &house, "example.test");
    // Run again: nobody gets it twice.
    house.run_with(&[("SMTP_URL", url)], &["run"]);
    house.run_with(&[("SMTP_URL", url)], &["publish", "rocket-2", "--yes"]);
    std::thread::sleep(std::time::Duration::from_secs(1));
    assert_eq!(mailbox(stack, &house, stack.said("SMTP_USER"), stack.said("SMTP_PASSWORD")).len(), 1);
}
