//! What stands before a real server and loses what it is told to lose: the
//! request goes through, the server does it, and the answer never arrives.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// How long anybody is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// What is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// The answer: the server has done it.
    Answer,
    /// The request: the server never hears of it.
    Request,
}

/// The next request like this one.
struct Order {
    method: String,
    path: String,
    loss: Loss,
}

/// A proxy on loopback, until it is dropped.
pub struct Proxy {
    port: u16,
    orders: Arc<Mutex<Vec<Order>>>,
    seen: Arc<Mutex<Vec<String>>>,
    stopped: Arc<AtomicBool>,
}

impl Proxy {
    /// Before the server at `http://127.0.0.1:PORT`.
    pub fn before(server: &str) -> Proxy {
        let to = server.trim_end_matches('/').strip_prefix("http://").unwrap_or(server).to_owned();
        let to = to.split('/').next().unwrap_or_default().to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let proxy = Proxy {
            port: listener.local_addr().unwrap().port(),
            orders: Arc::default(),
            seen: Arc::default(),
            stopped: Arc::default(),
        };
        let (orders, seen, stopped) = (proxy.orders.clone(), proxy.seen.clone(), proxy.stopped.clone());
        std::thread::spawn(move || {
            for line in listener.incoming().flatten() {
                if stopped.load(Ordering::SeqCst) {
                    return;
                }
                let (to, orders, seen) = (to.clone(), orders.clone(), seen.clone());
                // Whoever hangs up early is the program's own affair.
                std::thread::spawn(move || drop(pass(line, &to, &orders, &seen)));
            }
        });
        proxy
    }

    /// `http://127.0.0.1:PORT`, for `base_url`.
    pub fn base_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Loses the next request of that method whose path (with its query) contains `path`.
    pub fn lose(&self, method: &str, path: &str, loss: Loss) {
        let order = Order { method: method.to_owned(), path: path.to_owned(), loss };
        self.orders.lock().unwrap().push(order);
    }

    /// How much is still to be lost.
    pub fn ordered(&self) -> usize {
        self.orders.lock().unwrap().len()
    }

    /// `POST /path`, of everything that came, in order.
    pub fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::SeqCst);
        // The listener wakes up and ends.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

/// One request and its answer.
fn pass(
    mut line: TcpStream,
    to: &str,
    orders: &Mutex<Vec<Order>>,
    seen: &Mutex<Vec<String>>,
) -> std::io::Result<()> {
    line.set_read_timeout(Some(PATIENCE))?;
    let (head, body) = read_request(&mut line)?;
    let mut words = head.split_whitespace();
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    seen.lock().unwrap().push(format!("{method} {path}"));
    let lost = {
        let mut orders = orders.lock().unwrap();
        let at = orders.iter().position(|order| order.method == method && path.contains(&order.path));
        at.map(|at| orders.remove(at).loss)
    };
    if lost == Some(Loss::Request) {
        return Ok(());
    }
    let mut server = TcpStream::connect(to)?;
    server.set_read_timeout(Some(PATIENCE))?;
    server.write_all(rewritten(&head, to).as_bytes())?;
    server.write_all(&body)?;
    let mut answer = Vec::new();
    server.read_to_end(&mut answer)?;
    if lost == Some(Loss::Answer) {
        return Ok(());
    }
    line.write_all(&answer)
}

/// The request's head, with its last empty line, and its body.
fn read_request(line: &mut TcpStream) -> std::io::Result<(String, Vec<u8>)> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 16 * 1024];
    let end = loop {
        if let Some(at) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break at + 4;
        }
        match line.read(&mut buffer)? {
            0 => return Err(std::io::ErrorKind::UnexpectedEof.into()),
            read => bytes.extend_from_slice(&buffer[..read]),
        }
    };
    let mut body = bytes.split_off(end);
    let head = String::from_utf8_lossy(&bytes).into_owned();
    let value = |name: &str| {
        let lines = head.lines().filter_map(|line| line.split_once(':'));
        lines
            .filter(|(has, _)| has.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim().to_owned())
            .next()
    };
    // Nothing of ours is sent in chunks: a body that is has no length, and the server says so.
    let length = value("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    while body.len() < length {
        match line.read(&mut buffer)? {
            0 => return Err(std::io::ErrorKind::UnexpectedEof.into()),
            read => body.extend_from_slice(&buffer[..read]),
        }
    }
    Ok((head, body))
}

/// The head for the server itself, which is to hang up when it has answered.
fn rewritten(head: &str, to: &str) -> String {
    let dropped = |line: &&str| {
        let name = line.split(':').next().unwrap_or_default().to_lowercase();
        !matches!(name.as_str(), "host" | "connection" | "keep-alive")
    };
    let mut lines: Vec<&str> = head.trim_end().split("\r\n").filter(dropped).collect();
    let host = format!("Host: {to}");
    lines.extend([host.as_str(), "Connection: close"]);
    lines.join("\r\n") + "\r\n\r\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use ladder::rehearsal::{Kind, Network, Settings};

    #[tokio::test(flavor = "multi_thread")]
    async fn what_is_lost_was_done_or_never_heard_of() {
        let kind = Kind::named("x").unwrap();
        let network = Network::start(kind, Settings::of(kind, "canary")).await.unwrap();
        let proxy = Proxy::before(network.base_url());
        let post = async |text: &str| {
            let request = reqwest::Client::builder()
                .no_proxy()
                .build()
                .unwrap()
                .post(format!("{}/2/tweets", proxy.base_url()));
            let request = request.bearer_auth("canary-token").json(&serde_json::json!({ "text": text }));
            request.send().await.map(|answer| answer.status().as_u16())
        };
        assert_eq!(post("one").await.unwrap(), 201);
        proxy.lose("POST", "/tweets", Loss::Answer);
        assert!(post("two").await.is_err());
        proxy.lose("POST", "/tweets", Loss::Request);
        assert!(post("three").await.is_err());
        assert_eq!((post("four").await.unwrap(), proxy.ordered()), (201, 0));
        let texts: Vec<String> = network.timeline().into_iter().map(|post| post.text).collect();
        assert_eq!(texts, ["one", "two", "four"]);
        assert_eq!(proxy.seen(), ["POST /2/tweets"; 4]);
    }
}
