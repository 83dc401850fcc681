//! A server on this machine that answers what a test tells it to, and keeps
//! what it was asked.

use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// One request as it came.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    /// Path and query.
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// `POST /2/tweets`.
    pub fn line(&self) -> String {
        format!("{} {}", self.method, self.target.split('?').next().unwrap())
    }
}

/// What is answered.
#[derive(Clone, Debug)]
pub struct Reply {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
    /// The connection ends without a word.
    silent: bool,
    /// Less of the body comes than was announced.
    torn: bool,
}

impl Reply {
    pub fn new(status: u16, body: Value) -> Reply {
        Reply { status, headers: Vec::new(), body: body.to_string(), silent: false, torn: false }
    }

    pub fn silence() -> Reply {
        Reply { silent: true, ..Reply::new(0, Value::Null) }
    }

    pub fn torn(mut self) -> Reply {
        self.torn = true;
        self
    }

    /// With a body that is no JSON.
    pub fn raw(mut self, body: &str) -> Reply {
        self.body = body.to_owned();
        self
    }

    pub fn with(mut self, name: &str, value: impl ToString) -> Reply {
        self.headers.push((name.to_owned(), value.to_string()));
        self
    }
}

/// A problem as X writes it.
pub fn problem(status: u16, detail: &str) -> Reply {
    Reply::new(
        status,
        json!({ "title": "Forbidden", "type": "about:blank", "status": status, "detail": detail }),
    )
}

/// The server, until it is dropped.
pub struct Server {
    pub url: String,
    log: Arc<Mutex<Vec<Request>>>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    /// Answers every request with what `answer` says. `GET /2/users/me` is
    /// answered by itself where `answer` says nothing.
    pub async fn start(mut answer: impl FnMut(&Request) -> Option<Reply> + Send + 'static) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let log = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&log);
        let task = tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let Some(request) = read(&mut stream).await else { continue };
                let me = json!({ "data": { "id": "77", "name": "Acme", "username": "AcmeRockets" } });
                let reply = answer(&request).unwrap_or_else(|| match request.line().as_str() {
                    "GET /2/users/me" => Reply::new(200, me),
                    other => panic!("nobody expected {other}"),
                });
                kept.lock().unwrap().push(request);
                write(&mut stream, reply).await;
            }
        });
        Server { url, log, task }
    }

    /// Everything that was asked, in order.
    pub fn asked(&self) -> Vec<Request> {
        self.log.lock().unwrap().clone()
    }

    /// The same without the question who we are, in short.
    pub fn lines(&self) -> Vec<String> {
        let lines = self.asked().iter().map(Request::line).collect::<Vec<_>>();
        lines.into_iter().filter(|line| line != "GET /2/users/me").collect()
    }

    /// The one request of that kind.
    pub fn only(&self, line: &str) -> Request {
        let mut found: Vec<Request> =
            self.asked().into_iter().filter(|request| request.line() == line).collect();
        assert_eq!(found.len(), 1, "{line} in {:?}", self.lines());
        found.remove(0)
    }
}

async fn read(stream: &mut TcpStream) -> Option<Request> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(at) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break at;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = head.split("\r\n");
    let mut first = lines.next()?.split(' ');
    let (method, target) = (first.next()?.to_owned(), first.next()?.to_owned());
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let mut request = Request { method, target, headers, body: bytes[end + 4..].to_vec() };
    let length: usize = request.header("content-length").parse().unwrap_or(0);
    while request.body.len() < length {
        if stream.read_buf(&mut request.body).await.ok()? == 0 {
            return None;
        }
    }
    Some(request)
}

async fn write(stream: &mut TcpStream, reply: Reply) {
    if reply.silent {
        return;
    }
    let length = reply.body.len() + usize::from(reply.torn) * 100;
    let mut head = format!(
        "HTTP/1.1 {} Whatever\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n",
        reply.status
    );
    for (name, value) in reply.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    let _ = stream.write_all(format!("{head}\r\n{}", reply.body).as_bytes()).await;
}
