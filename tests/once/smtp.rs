//! A small mail server that does what it is told at each step, and logs what
//! it took.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Where a conversation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    Connect,
    Hello,
    Auth,
    Mail,
    Rcpt,
    Data,
    /// The whole mail is here.
    Dot,
    /// RSET, NOOP, QUIT.
    Other,
}

/// One step of a conversation.
#[derive(Clone, Debug)]
pub struct Moment {
    pub stage: Stage,
    /// Whom the mail is for, once that is known.
    pub to: String,
    /// How often this stage was reached by this server, from 1.
    pub count: usize,
}

/// What the server does.
#[derive(Clone, Debug)]
pub enum Act {
    /// What a good server does.
    Usual,
    /// Says this line.
    Say(String),
    /// Writes these bytes, and hangs up.
    Bytes(Vec<u8>),
    /// Takes the mail (at the dot), and hangs up without a word.
    TakeAndHangUp,
    HangUp,
    /// Says nothing, for as long as the other side stays.
    Silence,
    /// Takes the mail (at the dot), and says nothing.
    TakeAndSilence,
    /// A good answer, a byte at a time.
    Drip(Duration),
    /// A good answer, late.
    Late(Duration),
    /// Writes without end and without a line end, until nobody listens.
    Flood,
}

pub fn say(line: &str) -> Act {
    Act::Say(line.to_owned())
}

type Script = dyn Fn(&Moment) -> Act + Send + Sync;

/// A server in this process. Its thread ends with the test.
#[derive(Clone)]
pub struct Server {
    port: u16,
    state: Arc<State>,
}

struct State {
    script: Box<Script>,
    counts: Mutex<BTreeMap<String, usize>>,
    /// Recipient and text of each mail that was taken.
    taken: Mutex<Vec<(String, String)>>,
    /// Every command.
    heard: Mutex<Vec<String>>,
    offers: &'static str,
    /// What a flood got rid of.
    flooded: Mutex<usize>,
}

impl Server {
    /// A server that takes everything.
    pub fn good() -> Server {
        Server::new(|_| Act::Usual)
    }

    /// One that follows the script.
    pub fn new(script: impl Fn(&Moment) -> Act + Send + Sync + 'static) -> Server {
        Server::offering("AUTH PLAIN LOGIN", script)
    }

    /// One that offers these extensions.
    pub fn offering(offers: &'static str, script: impl Fn(&Moment) -> Act + Send + Sync + 'static) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(State {
            script: Box::new(script),
            counts: Mutex::default(),
            taken: Mutex::default(),
            heard: Mutex::default(),
            offers,
            flooded: Mutex::default(),
        });
        let server = Server { port, state };
        let of_thread = server.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let server = of_thread.clone();
                std::thread::spawn(move || server.talk(&stream));
            }
        });
        server
    }

    /// `smtp://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// The same with a password in it.
    pub fn url_with(&self, password: &str) -> String {
        format!("smtp://ada:{password}@127.0.0.1:{}", self.port)
    }

    /// Who got a mail, sorted; somebody who got two is in it twice.
    pub fn taken(&self) -> Vec<String> {
        let mut taken: Vec<String> =
            self.state.taken.lock().unwrap().iter().map(|(to, _)| to.clone()).collect();
        taken.sort();
        taken
    }

    /// The texts that were taken.
    pub fn texts(&self) -> Vec<String> {
        self.state.taken.lock().unwrap().iter().map(|(_, text)| text.clone()).collect()
    }

    pub fn heard(&self) -> Vec<String> {
        self.state.heard.lock().unwrap().clone()
    }

    pub fn count(&self, stage: Stage) -> usize {
        self.state.counts.lock().unwrap().get(&format!("{stage:?}")).copied().unwrap_or(0)
    }

    /// Waits until the stage was reached so often.
    pub fn wait_for(&self, stage: Stage, count: usize) {
        for _ in 0..2000 {
            if self.count(stage) >= count {
                return;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        panic!("the server was never at {stage:?} {count} times: {:?}", self.heard());
    }

    pub fn flooded(&self) -> usize {
        *self.state.flooded.lock().unwrap()
    }

    fn talk(&self, stream: &TcpStream) -> Option<()> {
        stream.set_nodelay(true).ok()?;
        let mut lines = BufReader::new(stream.try_clone().ok()?);
        let mut to = String::new();
        self.act(stream, Stage::Connect, &to, "", "220 test")?;
        loop {
            let mut line = String::new();
            if lines.read_line(&mut line).ok()? == 0 {
                return None;
            }
            let line = line.trim_end().to_owned();
            self.state.heard.lock().unwrap().push(line.clone());
            let verb = line.split([' ', ':']).next().unwrap_or_default().to_uppercase();
            let (stage, usual) = match verb.as_str() {
                "EHLO" => (Stage::Hello, format!("250-test\r\n250 {}", self.state.offers)),
                "AUTH" => (Stage::Auth, "235 welcome".to_owned()),
                "MAIL" => (Stage::Mail, "250 from".to_owned()),
                "RCPT" => {
                    to = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                    (Stage::Rcpt, "250 to".to_owned())
                }
                "DATA" => (Stage::Data, "354 go on".to_owned()),
                "QUIT" => (Stage::Other, "221 bye".to_owned()),
                "RSET" | "NOOP" => (Stage::Other, "250 fine".to_owned()),
                _ => (Stage::Other, "500 what".to_owned()),
            };
            let said = self.act(stream, stage, &to, "", &usual)?;
            if stage == Stage::Data && said.starts_with("354") {
                let mut text = String::new();
                while !text.ends_with("\r\n.\r\n") {
                    if lines.read_line(&mut text).ok()? == 0 {
                        return None;
                    }
                }
                self.act(stream, Stage::Dot, &to, &text, "250 2.0.0 queued")?;
            }
        }
    }

    /// Does what the script says; answers with what was said, none when the
    /// conversation is over.
    fn act(&self, stream: &TcpStream, stage: Stage, to: &str, text: &str, usual: &str) -> Option<String> {
        let count = {
            let mut counts = self.state.counts.lock().unwrap();
            let count = counts.entry(format!("{stage:?}")).or_default();
            *count += 1;
            *count
        };
        let act = (self.state.script)(&Moment { stage, to: to.to_owned(), count });
        let take = || {
            if stage == Stage::Dot {
                self.state.taken.lock().unwrap().push((to.to_owned(), text.to_owned()));
            }
        };
        let write = |line: &str| (&*stream).write_all(format!("{line}\r\n").as_bytes()).ok();
        let leave = || stream.shutdown(std::net::Shutdown::Both).ok();
        match act {
            Act::Usual => {
                take();
                write(usual)?;
                Some(usual.to_owned())
            }
            Act::Late(time) => {
                take();
                std::thread::sleep(time);
                write(usual)?;
                Some(usual.to_owned())
            }
            Act::Drip(pause) => {
                take();
                for byte in format!("{usual}\r\n").bytes() {
                    (&*stream).write_all(&[byte]).ok()?;
                    std::thread::sleep(pause);
                }
                Some(usual.to_owned())
            }
            Act::Say(line) => {
                if line.starts_with('2') {
                    take();
                }
                write(&line)?;
                Some(line)
            }
            Act::Bytes(bytes) => {
                (&*stream).write_all(&bytes).ok()?;
                leave()?;
                None
            }
            Act::TakeAndHangUp => {
                take();
                leave()?;
                None
            }
            Act::HangUp => {
                leave()?;
                None
            }
            Act::Silence => self.hang(stream),
            Act::TakeAndSilence => {
                take();
                self.hang(stream)
            }
            Act::Flood => {
                let block = vec![b'x'; 1 << 20];
                for _ in 0..1024 {
                    (&*stream).write_all(&block).ok()?;
                    *self.state.flooded.lock().unwrap() += block.len();
                }
                None
            }
        }
    }

    /// Until the other side leaves.
    fn hang(&self, stream: &TcpStream) -> Option<String> {
        let mut rest = Vec::new();
        let _ = std::io::Read::read_to_end(&mut &*stream, &mut rest);
        None
    }
}
