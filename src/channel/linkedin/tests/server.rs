//! A server of one test: it writes down what it was asked, and answers as told.

use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// What came.
#[derive(Clone, Debug)]
pub struct Request {
    /// `POST /rest/posts`
    pub line: String,
    headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// Whether it is what `verify` asks.
    fn asks_who(&self) -> bool {
        self.line == "GET /v2/userinfo" || self.line.starts_with("GET /rest/organizations/")
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

/// What goes back.
#[derive(Clone, Debug)]
pub enum Reply {
    Answer(u16, Vec<(&'static str, String)>, String),
    /// The connection ends.
    Cut,
}

/// An answer with JSON.
pub fn json(status: u16, body: serde_json::Value) -> Reply {
    Reply::Answer(status, vec![("content-type", "application/json".to_owned())], body.to_string())
}

/// An empty answer that names what was made.
pub fn created(urn: &str) -> Reply {
    Reply::Answer(201, vec![("x-restli-id", urn.to_owned())], String::new())
}

pub struct Server {
    pub url: String,
    seen: Arc<Mutex<Vec<Request>>>,
    /// Does not tell that it was asked whose the token is.
    silent: bool,
}

impl Server {
    /// The same, of which nobody may ask whose the token is: that is neither
    /// answered with `answer` nor written down.
    pub async fn start(answer: impl Fn(&Request, &str) -> Reply + Send + Sync + 'static) -> Server {
        let server = Server::asked_who(move |request, own| {
            if request.asks_who() { json(403, serde_json::json!({})) } else { answer(request, own) }
        })
        .await;
        Server { silent: true, ..server }
    }

    /// Answers with what `answer` makes of a request and of the server's own address.
    pub async fn asked_who(answer: impl Fn(&Request, &str) -> Reply + Send + Sync + 'static) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (answer, log, address) = (Arc::new(answer), seen.clone(), url.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (answer, log, address) = (answer.clone(), log.clone(), address.clone());
                tokio::spawn(async move {
                    let mut stream = BufReader::new(stream);
                    let Some(request) = read(&mut stream).await else { return };
                    let reply = answer(&request, &address);
                    log.lock().unwrap().push(request);
                    if let Reply::Answer(status, headers, body) = reply {
                        let mut text = format!("HTTP/1.1 {status} As told\r\nconnection: close\r\n");
                        for (key, value) in headers {
                            text += &format!("{key}: {value}\r\n");
                        }
                        text += &format!("content-length: {}\r\n\r\n{body}", body.len());
                        let _ = stream.get_mut().write_all(text.as_bytes()).await;
                        let _ = stream.get_mut().shutdown().await;
                    }
                });
            }
        });
        Server { url, seen, silent: false }
    }

    pub fn seen(&self) -> Vec<Request> {
        let seen = self.seen.lock().unwrap().clone();
        seen.into_iter().filter(|request| !(self.silent && request.asks_who())).collect()
    }

    /// The first lines of all requests.
    pub fn lines(&self) -> Vec<String> {
        self.seen().into_iter().map(|request| request.line).collect()
    }
}

async fn read(stream: &mut BufReader<TcpStream>) -> Option<Request> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        if line.trim().is_empty() {
            break;
        }
        lines.push(line.trim().to_owned());
    }
    let line = lines.first()?.trim_end_matches(" HTTP/1.1").to_owned();
    let split = |line: &String| line.split_once(": ").map(|(key, value)| (key.to_owned(), value.to_owned()));
    let headers: Vec<(String, String)> = lines[1..].iter().filter_map(split).collect();
    let mut request = Request { line, headers, body: Vec::new() };
    let length = request.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    request.body = vec![0; length];
    stream.read_exact(&mut request.body).await.ok()?;
    Some(request)
}
