//! Mails built, and conversations with small servers on this machine.

use super::message::{ListHeaders, compose};
use super::smtp::Smtp;
use super::*;
use crate::channel::fixture;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

fn headers() -> ListHeaders {
    ListHeaders {
        reply_to: Some(parse_mailbox("help@acme.example").unwrap()),
        unsubscribe: vec!["https://acme.example/u?t=1".to_owned(), "mailto:u@acme.example".to_owned()],
        list_id: Some("Acme News <news.acme.example>".to_owned()),
    }
}

fn attempt(project: &Path, variant: Variant) -> Attempt {
    let mut attempt = fixture::attempt(project, variant);
    attempt.identity.recipient = Some("Bärbel <b@example.org>".to_owned());
    attempt.key = attempt.identity.key();
    attempt
}

fn letter(change: impl FnOnce(&mut Mail), project: &Path) -> Result<message::Letter, String> {
    let Variant::Mail(mut mail) = fixture::mail() else { panic!() };
    change(&mut mail);
    let attempt = attempt(project, Variant::Mail(mail.clone()));
    let from = parse_mailbox(&mail.from).unwrap();
    let to = parse_mailbox(attempt.identity.recipient.as_deref().unwrap()).unwrap();
    compose(&mail, &from, to, &headers(), &attempt)
}

fn plain() -> message::Letter {
    letter(|_| {}, Path::new(".")).unwrap()
}

#[test]
fn the_same_delivery_is_the_same_bytes() {
    let first = plain();
    assert_eq!(first.text, plain().text);
    insta::assert_snapshot!(first.text.replace("\r\n", "\n"), @r#"
    From: "Acme Rockets" <news@acme.example>
    To: =?utf-8?b?QsOkcmJlbA==?= <b@example.org>
    Subject: Rocket 2 lands
    Date: Tue, 01 Dec 2026 08:00:00 +0000
    Message-ID: <6cfb84ab4dfbcaee2a89233c5271829f.ladder@acme.example>
    Reply-To: help@acme.example
    List-Unsubscribe: <https://acme.example/u?t=1>, <mailto:u@acme.example>
    List-Unsubscribe-Post: List-Unsubscribe=One-Click
    List-Id: Acme News <news.acme.example>
    Content-Language: en
    MIME-Version: 1.0
    Content-Type: multipart/alternative;
     boundary="ladder-a-6cfb84ab4dfbcaee2a89233c5271829f"

    --ladder-a-6cfb84ab4dfbcaee2a89233c5271829f
    Content-Type: text/plain; charset=utf-8
    Content-Transfer-Encoding: 7bit

    Hello,

    it landed.

    --ladder-a-6cfb84ab4dfbcaee2a89233c5271829f
    Content-Type: text/html; charset=utf-8
    Content-Transfer-Encoding: 7bit

    <!doctype html><html lang="en"><body><p>it landed.</p></body></html>

    --ladder-a-6cfb84ab4dfbcaee2a89233c5271829f--
    "#);
}

#[test]
fn images_go_with_the_html_that_shows_them() {
    let project = tempfile::tempdir().unwrap();
    let picture = fixture::picture("rö cket.png", b"png");
    let unused = fixture::picture("unused.png", b"none");
    fixture::keep(&fixture::attempt(project.path(), fixture::mail()), b"png");
    let letter = letter(
        |mail| {
            mail.html = format!("<img src=\"cid:{}\" alt=\"ä\">", picture.sha256);
            mail.media = vec![picture.clone(), unused];
        },
        project.path(),
    );
    let text = letter.unwrap().text;
    assert!(text.contains("multipart/related"), "{text}");
    assert!(text.contains(&format!("Content-ID: <{}@acme.example>", picture.sha256)), "{text}");
    assert!(text.contains("filename=\"r--cket.png\""), "{text}");
    assert_eq!(text.matches("Content-Type: image/png").count(), 1);
    assert!(text.is_ascii() && text.lines().all(|line| line.len() <= 998));
}

#[test]
fn nothing_written_becomes_a_header() {
    let project = Path::new(".");
    for bad in ["Hi\r\nBcc: eve@evil.example", "Hi\nX: y", "Hi\u{0}", "Hi\u{1b}[2J"] {
        assert!(letter(|mail| mail.subject = bad.to_owned(), project).is_err(), "{bad:?}");
    }
    let long = "Grüße ".repeat(60);
    let text = letter(|mail| mail.subject = long.clone(), project).unwrap().text;
    let (head, _) = text.split_once("\r\n\r\n").unwrap();
    assert!(head.is_ascii() && head.lines().all(|line| line.len() <= 78), "{head}");
    assert!(head.lines().all(|line| line.starts_with(' ') || line.contains(": ")), "{head}");
    // A body is a body, whatever it looks like.
    let text = letter(|mail| mail.text = ".\r\nRCPT TO:<e@e.example>\r\n--ladder-a".to_owned(), project);
    assert_eq!(text.unwrap().envelope.to().len(), 1);
}

/// What a server of the test does after each command.
#[derive(Clone, Copy)]
enum Script {
    Good,
    AtRcpt(&'static str),
    AfterBody(&'static str),
    HangUpAfterBody,
    HangUpAtMail,
    NoGreeting,
    /// Takes connections and says nothing, ever.
    Mute,
    /// Says nothing from there on.
    MuteAtRcpt,
    MuteAfterBody,
    Login(&'static str),
}

async fn server(script: Script) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let heard = Arc::new(Mutex::new(Vec::new()));
    let log = heard.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            log.lock().unwrap().push("(connected)".to_owned());
            tokio::spawn(talk(stream, script, log.clone()));
        }
    });
    (format!("{address}"), heard)
}

async fn talk(stream: tokio::net::TcpStream, script: Script, log: Arc<Mutex<Vec<String>>>) -> Option<()> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    if matches!(script, Script::NoGreeting) {
        return None;
    }
    if matches!(script, Script::Mute) {
        return std::future::pending().await;
    }
    let mut say = async |text: &str| write.write_all(format!("{text}\r\n").as_bytes()).await.ok();
    say("220 test").await?;
    while let Ok(Some(line)) = lines.next_line().await {
        log.lock().unwrap().push(line.clone());
        let verb = line.split([' ', ':']).next().unwrap_or_default().to_uppercase();
        match (verb.as_str(), script) {
            ("EHLO", Script::Login(_)) => say("250-test\r\n250 AUTH PLAIN").await?,
            ("EHLO", _) => say("250-test\r\n250 8BITMIME").await?,
            ("AUTH", Script::Login(answer)) => say(answer).await?,
            ("MAIL", Script::HangUpAtMail) => return None,
            ("RCPT", Script::MuteAtRcpt) => return std::future::pending().await,
            ("RCPT", Script::AtRcpt(answer)) => say(answer).await?,
            ("DATA", _) => {
                say("354 go").await?;
                while let Ok(Some(line)) = lines.next_line().await {
                    log.lock().unwrap().push(line.clone());
                    if line == "." {
                        break;
                    }
                }
                match script {
                    Script::HangUpAfterBody => return None,
                    Script::MuteAfterBody => return std::future::pending().await,
                    Script::AfterBody(answer) => say(answer).await?,
                    _ => say("250 2.0.0 queued as 4F1").await?,
                }
            }
            ("QUIT", _) => {
                say("221 bye").await?;
                return None;
            }
            _ => say("250 ok").await?,
        }
    }
    Some(())
}

async fn hand_over(smtp: &Smtp, letter: &message::Letter) -> Result<String, SendError> {
    let project = Path::new(".");
    smtp.deliver(smtp.open(letter, project).await?, letter).await
}

async fn deliver(script: Script) -> (Result<String, SendError>, Vec<String>) {
    let (address, heard) = server(script).await;
    let login = if matches!(script, Script::Login(_)) { "ada:sesame@" } else { "" };
    let server = Server::parse(&format!("smtp://{login}{address}")).unwrap();
    let smtp = Smtp::new(server::Source::Known(server), None);
    let result = hand_over(&smtp, &plain()).await;
    let heard = heard.lock().unwrap().clone();
    (result, heard)
}

#[tokio::test]
async fn a_mail_is_handed_over_and_the_connection_kept() {
    let (address, heard) = server(Script::Good).await;
    let smtp = Smtp::new(server::Source::Known(Server::parse(&format!("smtp://{address}")).unwrap()), None);
    let mut dotted = plain();
    dotted.text.push_str(".\r\n..\r\n");
    for letter in [&plain(), &dotted] {
        let said = hand_over(&smtp, letter).await.unwrap();
        assert_eq!(said, "250 2.0.0 queued as 4F1");
    }
    let heard = heard.lock().unwrap().clone();
    assert_eq!(heard.iter().filter(|line| *line == "(connected)").count(), 1);
    assert!(heard.contains(&"MAIL FROM:<news@acme.example>".to_owned()), "{heard:?}");
    assert!(heard.contains(&"RCPT TO:<b@example.org>".to_owned()));
    // Dots at the start of a line are doubled on the wire.
    assert!(heard.contains(&"..".to_owned()) && heard.contains(&"...".to_owned()), "{heard:?}");
}

#[tokio::test]
async fn each_answer_means_what_it_means() {
    let not_yet = |result: &Result<String, SendError>| matches!(result, Err(SendError::NotYet { .. }));
    let too_many = |result: &Result<String, SendError>| matches!(result, Err(SendError::TooMany { .. }));
    let mendable = |result: &Result<String, SendError>| matches!(result, Err(SendError::Mendable { .. }));
    let refused = |result: &Result<String, SendError>| matches!(result, Err(SendError::Refused { .. }));
    let unknown = |result: &Result<String, SendError>| matches!(result, Err(SendError::Unknown { .. }));
    for (script, is) in [
        (Script::AtRcpt("450 4.2.0 greylisted"), &not_yet as &dyn Fn(&_) -> bool),
        (Script::AtRcpt("550 5.1.1 no such user"), &refused),
        (Script::AtRcpt("550 5.4.5 daily limit"), &too_many),
        (Script::AtRcpt("530 5.7.0 authentication required"), &mendable),
        (Script::Login("535 5.7.8 no"), &mendable),
        (Script::Login("550 5.7.30 no passwords any more"), &mendable),
        (Script::Login("550 no"), &mendable),
        (Script::Login("454 4.7.0 later"), &not_yet),
        (Script::AfterBody("550 5.7.26 unauthenticated"), &mendable),
        (Script::AtRcpt("421 4.7.0 closing"), &not_yet),
        (Script::AfterBody("451 4.3.0 later"), &not_yet),
        (Script::AfterBody("554 5.7.1 spam"), &refused),
        (Script::AfterBody("what?"), &unknown),
        (Script::HangUpAfterBody, &unknown),
        (Script::HangUpAtMail, &not_yet),
        (Script::NoGreeting, &not_yet),
    ] {
        let (result, heard) = deliver(script).await;
        assert!(is(&result), "{result:?} {heard:?}");
    }
    let closed = Server::parse("smtp://127.0.0.1:1").unwrap();
    let smtp = Smtp::new(server::Source::Known(closed), None);
    assert!(not_yet(&hand_over(&smtp, &plain()).await));
}

#[tokio::test]
async fn refused_addresses_share_one_connection_and_a_wrong_password_is_tried_once() {
    let connected = |heard: &Arc<Mutex<Vec<String>>>| {
        heard.lock().unwrap().iter().filter(|line| *line == "(connected)").count()
    };
    let (address, heard) = server(Script::AtRcpt("550 5.1.1 no such user")).await;
    let smtp = Smtp::new(server::Source::Known(Server::parse(&format!("smtp://{address}")).unwrap()), None);
    for _ in 0..3 {
        assert!(matches!(hand_over(&smtp, &plain()).await, Err(SendError::Refused { .. })));
    }
    assert_eq!(connected(&heard), 1);
    let (address, heard) = server(Script::Login("535 5.7.8 no")).await;
    let server = Server::parse(&format!("smtp://a:b@{address}")).unwrap();
    let smtp = Smtp::new(server::Source::Known(server), None);
    for _ in 0..3 {
        assert!(matches!(hand_over(&smtp, &plain()).await, Err(SendError::Mendable { .. })));
    }
    assert_eq!(connected(&heard), 1);
}

#[tokio::test]
async fn who_logs_in_before_the_run_keeps_the_line_for_the_first_mail() {
    let (address, heard) = server(Script::Login("235 welcome")).await;
    let smtp = |login: &str, address: &str| {
        let server = Server::parse(&format!("smtp://{login}{address}")).unwrap();
        Smtp::new(server::Source::Known(server), None)
    };
    let known = smtp("ada:sesame@", &address);
    for _ in 0..2 {
        assert_eq!(known.verify(Path::new(".")).await.unwrap(), Whose::Verified);
    }
    assert!(hand_over(&known, &plain()).await.is_ok());
    let count = |heard: &Arc<Mutex<Vec<String>>>, what: &str| {
        heard.lock().unwrap().iter().filter(|line| line.starts_with(what)).count()
    };
    assert_eq!((count(&heard, "(connected)"), count(&heard, "AUTH")), (1, 1));
    // Without a password there is nothing to ask.
    let (address, heard) = server(Script::Good).await;
    assert_eq!(smtp("", &address).verify(Path::new(".")).await.unwrap(), Whose::Verified);
    assert_eq!(count(&heard, "(connected)"), 0);
    let (address, heard) = server(Script::Login("535 5.7.8 no")).await;
    let refused = smtp("ada:sesame@", &address).verify(Path::new(".")).await;
    assert!(matches!(refused, Err(SendError::Mendable { .. })), "{refused:?}");
    assert!(!heard.lock().unwrap().iter().any(|line| line.starts_with("MAIL")));
}

#[tokio::test]
async fn a_wrong_password_is_said_and_not_shown() {
    // Base64 of NUL ada NUL sesame, as AUTH PLAIN sends it.
    let (result, heard) = deliver(Script::Login("535 5.7.8 sesame AGFkYQBzZXNhbWU= \u{1b}[31m")).await;
    assert!(heard.iter().any(|line| line.contains("AGFkYQBzZXNhbWU=")), "{heard:?}");
    let Err(SendError::Mendable { says }) = result else { panic!("{result:?}") };
    assert!(says.contains("credentials") && !says.contains("sesame") && !says.contains("AGFk"), "{says}");
    assert!(!says.contains('\u{1b}'), "{says:?}");
    let (result, _) = deliver(Script::Login("235 welcome")).await;
    assert!(result.is_ok(), "{result:?}");
}

#[tokio::test]
async fn without_starttls_nothing_is_said() {
    let (address, heard) = server(Script::Good).await;
    let server = Server::parse(&format!("smtp://ada:sesame@{address}?tls=starttls")).unwrap();
    let smtp = Smtp::new(server::Source::Known(server), None);
    let error = hand_over(&smtp, &plain()).await.unwrap_err();
    assert!(error.to_string().contains("STARTTLS"), "{error}");
    assert!(!heard.lock().unwrap().iter().any(|line| line.starts_with("MAIL") || line.starts_with("AUTH")));
}

#[tokio::test]
async fn a_maildir_keeps_each_mail_once() {
    let project = tempfile::tempdir().unwrap();
    let channel = Email {
        account: "email:news@acme.example".to_owned(),
        way: Way::Maildir("mail".to_owned()),
        from: parse_mailbox("Acme Rockets <news@acme.example>").unwrap(),
        to: vec!["b@example.org".to_owned()],
        written: BTreeMap::new(),
        headers: headers(),
    };
    let attempt = attempt(project.path(), fixture::mail());
    let part = channel.payload(&attempt.variant, &attempt.identity).value.unwrap().parts.remove(0);
    assert_eq!(channel.find(&part, &attempt).await.unwrap(), Found::Absent);
    let receipt = channel.send(&part, &attempt).await.unwrap();
    assert_eq!(channel.send(&part, &attempt).await.unwrap(), receipt);
    assert_eq!(receipt.id.as_deref(), Some(format!("{}.ladder@acme.example", attempt.key).as_str()));
    let new = project.path().join("mail/new");
    assert_eq!(std::fs::read_dir(&new).unwrap().count(), 1);
    // Read in a mail program: it has moved, and is not written again.
    let name = format!("{}.ladder", attempt.key);
    std::fs::rename(new.join(&name), project.path().join(format!("mail/cur/{name}:2,S"))).unwrap();
    let again = channel.send(&part, &attempt).await.unwrap();
    assert_eq!(again.detail, Some(format!("mail/cur/{name}:2,S")));
    assert_eq!(std::fs::read_dir(&new).unwrap().count(), 0);
    // Without a recipient nothing is written at all.
    let mut nobody = attempt.clone();
    nobody.identity.recipient = None;
    assert!(matches!(channel.send(&part, &nobody).await, Err(SendError::Refused { .. })));
}

/// The clock stands still and jumps ahead whenever everybody waits.
#[tokio::test(start_paused = true)]
async fn silence_has_an_end_and_means_what_it_means() {
    let begun = tokio::time::Instant::now();
    let (result, _) = deliver(Script::MuteAtRcpt).await;
    assert!(matches!(result, Err(SendError::NotYet { .. })), "{result:?}");
    assert!(begun.elapsed() < Duration::from_secs(70), "{:?}", begun.elapsed());
    let begun = tokio::time::Instant::now();
    let (result, _) = deliver(Script::MuteAfterBody).await;
    assert!(matches!(result, Err(SendError::Unknown { .. })), "{result:?}");
    let waited = begun.elapsed();
    assert!(waited >= Duration::from_secs(600) && waited < Duration::from_secs(610), "{waited:?}");
}

#[tokio::test(start_paused = true)]
async fn a_server_that_does_not_answer_is_not_waited_for_once_for_each_reader() {
    let (address, heard) = server(Script::Mute).await;
    let smtp = Smtp::new(server::Source::Known(Server::parse(&format!("smtp://{address}")).unwrap()), None);
    let begun = tokio::time::Instant::now();
    for _ in 0..100 {
        let result = hand_over(&smtp, &plain()).await;
        assert!(matches!(result, Err(SendError::NotYet { .. })), "{result:?}");
    }
    assert!(begun.elapsed() < Duration::from_secs(70), "{:?}", begun.elapsed());
    // One mail that nobody knows of is enough; the others are not risked.
    let (address, _) = server(Script::MuteAfterBody).await;
    let other = Smtp::new(server::Source::Known(Server::parse(&format!("smtp://{address}")).unwrap()), None);
    let first = hand_over(&other, &plain()).await;
    assert!(matches!(first, Err(SendError::Unknown { .. })), "{first:?}");
    let second = hand_over(&other, &plain()).await;
    assert!(matches!(second, Err(SendError::NotYet { .. })), "{second:?}");
    // It may have come back.
    tokio::time::sleep(Duration::from_secs(121)).await;
    let _ = hand_over(&smtp, &plain()).await;
    assert_eq!(heard.lock().unwrap().len(), 2, "it was tried again");
}
