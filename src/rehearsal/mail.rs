//! A mail server on loopback, by RFC 5321, and the mailboxes behind it.
//!
//! It takes what the RFC lets a client say, in that order and no other: lines
//! end in CRLF, are no longer than 998 bytes (RFC 5322, 2.1.1), and the body ends
//! with a dot. What arrived is read as mail programs read it.

use super::Fault;
use crate::clock::Clock;
use jiff::Timestamp;
use mail_parser::{MessageParser, MimeHeaders as _};
use std::collections::VecDeque;
use std::io;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// Longest line of a command, and of a text, with its end.
const LONGEST_LINE: usize = 1000;
/// No mail is larger; RFC 5321 asks for 64 KB at least.
const LONGEST_MAIL: usize = 32 * 1024 * 1024;

/// A mail in somebody's mailbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// `MAIL FROM`.
    pub from: String,
    /// `RCPT TO`, in order.
    pub to: Vec<String>,
    /// As it arrived, without the doubled dots.
    pub bytes: Vec<u8>,
    /// When.
    pub at: Timestamp,
}

impl Letter {
    /// The subject, decoded.
    pub fn subject(&self) -> String {
        let read = MessageParser::default().parse(&self.bytes);
        read.and_then(|mail| mail.subject().map(str::to_owned)).unwrap_or_default()
    }

    /// The part for programs that show plain text.
    pub fn text(&self) -> Option<String> {
        self.part("text/plain")
    }

    /// The part for programs that show HTML.
    pub fn html(&self) -> Option<String> {
        self.part("text/html")
    }

    fn part(&self, wanted: &str) -> Option<String> {
        let mail = MessageParser::default().parse(&self.bytes)?;
        let is = |part: &&mail_parser::MessagePart<'_>| {
            part.content_type().map_or(wanted == "text/plain", |kind| {
                format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or("plain")).eq_ignore_ascii_case(wanted)
            })
        };
        let part = mail.parts.iter().filter(|part| !part.is_multipart()).find(is)?;
        part.text_contents().map(str::to_owned)
    }
}

#[derive(Default)]
struct Inside {
    letters: Vec<Letter>,
    orders: VecDeque<(usize, Fault)>,
    struck: Vec<(Timestamp, Fault)>,
    /// How many mails were begun.
    tried: usize,
}

struct Shared {
    inside: Mutex<Inside>,
    clock: Clock,
}

impl Shared {
    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A mail server that runs. It stops when this is dropped.
pub struct MailServer {
    address: String,
    shared: Arc<Shared>,
    accepting: tokio::task::JoinHandle<()>,
}

impl std::fmt::Debug for MailServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "MailServer({})", self.address)
    }
}

impl MailServer {
    /// Starts one on a free port of this machine. The error is the operating
    /// system's: no socket could be had.
    pub async fn start(clock: Clock) -> io::Result<MailServer> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = format!("smtp://{}", listener.local_addr()?);
        let shared = Arc::new(Shared { inside: Mutex::default(), clock });
        let serving = shared.clone();
        let accepting = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let shared = serving.clone();
                // A client that went away is no error of the server's.
                tokio::spawn(async move { drop(talk(stream, &shared).await) });
            }
        });
        Ok(MailServer { address, shared, accepting })
    }

    /// `smtp://127.0.0.1:PORT`, for `smtp` of a channel.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Everything that was taken, in order.
    pub fn letters(&self) -> Vec<Letter> {
        self.shared.inside().letters.clone()
    }

    /// Orders a fault for the mail that so many came before. Known here:
    /// [`Fault::AnswerLost`], [`Fault::CutBefore`], [`Fault::TooMany`],
    /// [`Fault::FailedBefore`], [`Fault::FailedAfter`] (both a 451 to the body,
    /// which proves that it was not taken) and [`Fault::Slow`].
    pub fn order(&self, after: usize, fault: Fault) {
        self.shared.inside().orders.push_back((after, fault));
    }

    /// What has gone wrong as ordered, and when.
    pub fn struck(&self) -> Vec<(Timestamp, Fault)> {
        self.shared.inside().struck.clone()
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// Where a conversation stands.
#[derive(Default)]
struct Session {
    greeted: bool,
    from: Option<String>,
    to: Vec<String>,
}

async fn talk(stream: TcpStream, shared: &Shared) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut stream = BufReader::new(stream);
    let mut session = Session::default();
    say(&mut stream, "220 mail.example ESMTP").await?;
    loop {
        let Some(line) = line(&mut stream).await? else { return Ok(()) };
        let Some(line) = line else {
            say(&mut stream, "500 5.5.2 a line ends in CRLF and is no longer than 1000 bytes").await?;
            return Ok(());
        };
        let line = String::from_utf8_lossy(&line).into_owned();
        let (verb, rest) = line.split_once(' ').unwrap_or((&line, ""));
        let answer = match verb.to_ascii_uppercase().as_str() {
            "EHLO" | "HELO" if rest.trim().is_empty() => "501 5.5.4 who is there?".to_owned(),
            "EHLO" => {
                session = Session { greeted: true, ..Session::default() };
                "250-mail.example\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 ENHANCEDSTATUSCODES".to_owned()
            }
            "HELO" => {
                session = Session { greeted: true, ..Session::default() };
                "250 mail.example".to_owned()
            }
            "MAIL" if !session.greeted || session.from.is_some() => "503 5.5.1 not now".to_owned(),
            "MAIL" => match path(rest, "FROM:") {
                None => "501 5.5.4 MAIL FROM:<address>".to_owned(),
                Some(from) => {
                    session.from = Some(from);
                    "250 2.1.0 fine".to_owned()
                }
            },
            "RCPT" if session.from.is_none() => "503 5.5.1 first MAIL".to_owned(),
            "RCPT" => match path(rest, "TO:").filter(|to| to.contains('@')) {
                None => "501 5.5.4 RCPT TO:<address>".to_owned(),
                Some(to) => {
                    session.to.push(to);
                    "250 2.1.5 fine".to_owned()
                }
            },
            "DATA" if session.to.is_empty() => "503 5.5.1 first RCPT".to_owned(),
            "DATA" => match take(&mut stream, &mut session, shared).await? {
                Some(answer) => answer,
                None => return Ok(()),
            },
            "RSET" => {
                session = Session { greeted: session.greeted, ..Session::default() };
                "250 2.0.0 forgotten".to_owned()
            }
            "NOOP" => "250 2.0.0 fine".to_owned(),
            "QUIT" => return say(&mut stream, "221 2.0.0 goodbye").await,
            _ => "502 5.5.1 not known here".to_owned(),
        };
        say(&mut stream, &answer).await?;
    }
}

/// The mail itself; nothing to say where the connection is to be cut.
async fn take(
    stream: &mut BufReader<TcpStream>,
    session: &mut Session,
    shared: &Shared,
) -> io::Result<Option<String>> {
    let fault = {
        let mut inside = shared.inside();
        let number = inside.tried;
        inside.tried += 1;
        let struck = inside.orders.iter().position(|(after, _)| number >= *after);
        let fault = struck.and_then(|at| inside.orders.remove(at)).map(|(_, fault)| fault);
        if let Some(fault) = &fault {
            let at = shared.clock.now();
            inside.struck.push((at, fault.clone()));
        }
        fault
    };
    let (from, to) = (session.from.take().unwrap_or_default(), std::mem::take(&mut session.to));
    if let Some(Fault::TooMany(_)) = fault {
        return Ok(Some("451 4.7.1 too many mails, come back later".to_owned()));
    }
    say(stream, "354 go on").await?;
    let mut bytes = Vec::new();
    loop {
        match line(stream).await? {
            None => return Ok(None),
            Some(None) => return Ok(Some("500 5.5.2 a line without CRLF, or too long".to_owned())),
            Some(Some(line)) if line == b"." => break,
            Some(Some(line)) => {
                bytes.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
                bytes.extend_from_slice(b"\r\n");
            }
        }
        if bytes.len() > LONGEST_MAIL {
            return Ok(Some("552 5.3.4 too large".to_owned()));
        }
    }
    if MessageParser::default()
        .parse(&bytes)
        .is_none_or(|mail| mail.from().is_none() || mail.date().is_none())
    {
        return Ok(Some("554 5.6.0 no mail: From and Date are needed (RFC 5322, 3.6)".to_owned()));
    }
    match fault {
        Some(Fault::CutBefore) => return Ok(None),
        Some(Fault::FailedBefore | Fault::FailedAfter) => {
            return Ok(Some("451 4.3.0 something went wrong here".to_owned()));
        }
        Some(Fault::Slow(time)) => shared.clock.sleep(time).await,
        _ => {}
    }
    let number = {
        let mut inside = shared.inside();
        let at = shared.clock.now();
        inside.letters.push(Letter { from, to, bytes, at });
        inside.letters.len()
    };
    if fault == Some(Fault::AnswerLost) {
        return Ok(None);
    }
    Ok(Some(format!("250 2.0.0 taken as {number}")))
}

async fn say(stream: &mut BufReader<TcpStream>, answer: &str) -> io::Result<()> {
    stream.write_all(format!("{answer}\r\n").as_bytes()).await?;
    stream.flush().await
}

/// The next line without its end. `None`: the other side has gone; `Some(None)`:
/// it is too long, or does not end in CRLF.
async fn line(stream: &mut BufReader<TcpStream>) -> io::Result<Option<Option<Vec<u8>>>> {
    let mut line = Vec::new();
    loop {
        let read = stream.fill_buf().await?;
        if read.is_empty() {
            return Ok(None);
        }
        let end = read.iter().position(|byte| *byte == b'\n').map(|at| at + 1);
        let taken = end.unwrap_or(read.len());
        line.extend_from_slice(read.get(..taken).unwrap_or_default());
        stream.consume(taken);
        if line.len() > LONGEST_LINE {
            return Ok(Some(None));
        }
        if end.is_some() {
            let bare = line.strip_suffix(b"\r\n").filter(|bare| !bare.contains(&b'\r'));
            return Ok(Some(bare.map(<[u8]>::to_vec)));
        }
    }
}

/// The address in `FROM:<address> PARAMETERS`; the empty one is `<>`.
fn path(rest: &str, word: &str) -> Option<String> {
    let (head, tail) = (rest.get(..word.len())?, rest.get(word.len()..)?);
    let tail = tail.strip_prefix('<').filter(|_| head.eq_ignore_ascii_case(word))?;
    let (address, _) = tail.split_once('>')?;
    let plain = !address.chars().any(|c| c.is_control() || c.is_whitespace());
    plain.then(|| address.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::AsyncReadExt as _;

    /// What the server answers to all of that, line by line.
    async fn said(server: &MailServer, words: &str) -> Vec<String> {
        let address = server.address().trim_start_matches("smtp://").to_owned();
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(words.as_bytes()).await.unwrap();
        stream.shutdown().await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer.lines().skip(1).map(|line| line[..3].to_owned()).collect()
    }

    const MAIL: &str = "From: a@acme.example\r\nDate: Tue, 01 Dec 2026 09:00:00 +0000\r\nSubject: \
                        =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n\
                        Content-Type: text/plain; charset=utf-8\r\n\r\n..dot\r\n--b\r\nContent-Type: text/html\r\n\
                        Content-Transfer-Encoding: base64\r\n\r\nPHA+SGk8L3A+\r\n--b--\r\n.\r\n";

    #[tokio::test]
    async fn a_mail_lands_in_the_mailbox_and_is_read_as_programs_read_it() {
        let server = MailServer::start(Clock::system()).await.unwrap();
        let words = format!(
            "EHLO me\r\nMAIL FROM:<a@acme.example>\r\nRCPT TO:<b@acme.example>\r\nDATA\r\n{MAIL}QUIT\r\n"
        );
        let codes = said(&server, &words).await;
        assert_eq!(codes, ["250", "250", "250", "250", "250", "250", "354", "250", "221"]);
        let letters = server.letters();
        let [letter] = letters.as_slice() else { panic!("{letters:?}") };
        assert_eq!(
            (letter.from.as_str(), letter.to.as_slice()),
            ("a@acme.example", &["b@acme.example".to_owned()][..])
        );
        assert_eq!(letter.subject(), "Grüße");
        assert_eq!(letter.text().unwrap().trim(), ".dot");
        assert_eq!(letter.html().unwrap(), "<p>Hi</p>");
    }

    #[tokio::test]
    async fn what_the_rfc_does_not_allow_is_refused() {
        let server = MailServer::start(Clock::system()).await.unwrap();
        assert_eq!(
            said(&server, "MAIL FROM:<a@b>\r\nRCPT TO:<a@b>\r\nDATA\r\n").await,
            ["503", "503", "503"]
        );
        assert_eq!(said(&server, "HELO me\r\nMAIL FROM: a@b\r\nVRFY a\r\n").await, ["250", "501", "502"]);
        assert_eq!(said(&server, "HELO me\nMAIL FROM:<a@b>\n").await, ["500"]);
        assert_eq!(said(&server, &format!("HELO {}\r\n", "x".repeat(1000))).await, ["500"]);
        let empty = "HELO me\r\nMAIL FROM:<>\r\nRCPT TO:<b@c>\r\nDATA\r\n\r\nhi\r\n.\r\n";
        assert_eq!(said(&server, empty).await, ["250", "250", "250", "354", "554"]);
        assert!(server.letters().is_empty());
    }

    #[tokio::test]
    async fn faults_strike_the_mail_that_they_are_ordered_for() {
        let server = MailServer::start(Clock::system()).await.unwrap();
        server.order(1, Fault::AnswerLost);
        server.order(0, Fault::FailedBefore);
        let mail = format!("MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n{MAIL}");
        let codes = said(&server, &format!("HELO me\r\n{mail}{mail}NOOP\r\n")).await;
        // The second is kept, and its answer never comes.
        assert_eq!(codes, ["250", "250", "250", "354", "451", "250", "250", "354"]);
        assert_eq!(server.letters().len(), 1);
        assert_eq!(server.struck().len(), 2);
    }
}
