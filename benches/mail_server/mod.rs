//! A mail server on loopback that answers everything at once, but a mail's end
//! after a time.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// One that runs until the bench ends.
pub struct Server {
    pub port: u16,
    accepted: Arc<Mutex<Vec<Instant>>>,
}

impl Server {
    /// Its answer to each mail takes `delay`.
    pub fn start(delay: Duration) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let accepted = Arc::new(Mutex::new(Vec::new()));
        let server = Server { port, accepted: accepted.clone() };
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let accepted = accepted.clone();
                std::thread::spawn(move || converse(stream, delay, &accepted));
            }
        });
        server
    }

    /// How many mails it took.
    #[allow(dead_code, reason = "each bench asks for one of the two")]
    pub fn taken(&self) -> usize {
        self.accepted.lock().unwrap().len()
    }

    /// When it took them.
    #[allow(dead_code, reason = "each bench asks for one of the two")]
    pub fn accepted(&self) -> Vec<Instant> {
        self.accepted.lock().unwrap().clone()
    }
}

fn converse(stream: TcpStream, delay: Duration, accepted: &Mutex<Vec<Instant>>) -> Option<()> {
    stream.set_nodelay(true).ok()?;
    let mut out = stream.try_clone().ok()?;
    let mut lines = BufReader::new(stream).lines();
    out.write_all(b"220 bench ESMTP\r\n").ok()?;
    while let Some(Ok(line)) = lines.next() {
        let verb = line.split_whitespace().next().unwrap_or("").to_ascii_uppercase();
        match verb.as_str() {
            "EHLO" | "HELO" => out.write_all(b"250-bench\r\n250 8BITMIME\r\n").ok()?,
            "DATA" => {
                out.write_all(b"354 go on\r\n").ok()?;
                while lines.next()?.ok()? != "." {}
                std::thread::sleep(delay);
                accepted.lock().unwrap().push(Instant::now());
                out.write_all(b"250 taken\r\n").ok()?;
            }
            "QUIT" => {
                out.write_all(b"221 bye\r\n").ok()?;
                return Some(());
            }
            _ => out.write_all(b"250 ok\r\n").ok()?,
        }
    }
    Some(())
}
