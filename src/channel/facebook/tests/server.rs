//! A server on this machine that keeps what it was asked, and answers what it
//! was told to, in order.

use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What it does with a request.
#[derive(Clone, Debug)]
pub enum Reply {
    /// Status, headers, body.
    Says(u16, Vec<(&'static str, String)>, String),
    /// Says so much of an answer, and closes.
    Breaks(&'static str),
}

/// `200` with that JSON.
pub fn ok(body: &str) -> Reply {
    status(200, body)
}

/// That status with that JSON.
pub fn status(status: u16, body: &str) -> Reply {
    Reply::Says(status, vec![("content-type", "application/json; charset=UTF-8".to_owned())], body.to_owned())
}

/// Takes the request, does whatever, and never answers.
pub fn lost() -> Reply {
    Reply::Breaks("")
}

/// `{"error": …}` with that status.
pub fn error(http: u16, code: i64, subcode: i64, message: &str) -> Reply {
    let body = serde_json::json!({ "error": {
        "message": message, "type": "OAuthException", "code": code, "error_subcode": subcode,
        "fbtrace_id": "AbCd",
    } });
    status(http, &body.to_string())
}

/// The server, while it is wanted.
pub struct Server {
    pub url: String,
    log: Arc<Mutex<Vec<String>>>,
    left: Arc<Mutex<Vec<Reply>>>,
}

impl Server {
    pub async fn start(replies: Vec<Reply>) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let log = Arc::new(Mutex::new(Vec::new()));
        let left = Arc::new(Mutex::new(replies));
        let (kept, queue) = (log.clone(), left.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                serve(stream, &kept, &queue).await;
            }
        });
        Server { url, log, left }
    }

    /// What was asked so far is no matter.
    pub fn forget(&self) {
        self.log.lock().unwrap().clear();
    }

    /// Every request, and that all answers were fetched.
    pub fn log(&self) -> String {
        assert_eq!(self.left.lock().unwrap().len(), 0, "answers that nobody fetched");
        self.log.lock().unwrap().join("\n")
    }
}

async fn serve(mut stream: TcpStream, log: &Mutex<Vec<String>>, queue: &Mutex<Vec<Reply>>) {
    let Some(request) = read(&mut stream).await else { return };
    log.lock().unwrap().push(shown(&request));
    let next = {
        let mut queue = queue.lock().unwrap();
        if queue.is_empty() { None } else { Some(queue.remove(0)) }
    };
    let text = match next.unwrap_or(Reply::Breaks("HTTP/1.1 599 Unasked\r\n\r\n")) {
        Reply::Breaks(so_much) => so_much.to_owned(),
        Reply::Says(status, headers, body) => {
            let headers: String =
                headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
            let length = body.len();
            format!(
                "HTTP/1.1 {status} X\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n{body}"
            )
        }
    };
    let _ = stream.write_all(text.as_bytes()).await;
    let _ = stream.shutdown().await;
}

async fn read(stream: &mut TcpStream) -> Option<(String, Vec<u8>)> {
    let mut bytes = Vec::new();
    let mut some = [0; 4096];
    loop {
        let count = stream.read(&mut some).await.ok().filter(|count| *count > 0)?;
        bytes.extend_from_slice(&some[..count]);
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let length = header(&head, "content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
        if bytes.len() >= end + 4 + length {
            return Some((head, bytes[end + 4..].to_vec()));
        }
    }
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let mut lines = head.lines().filter_map(|line| line.split_once(':'));
    lines.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
}

/// What matters of a request, as people read it.
fn shown((head, body): &(String, Vec<u8>)) -> String {
    let line = head.lines().next().unwrap_or("").trim_end_matches(" HTTP/1.1");
    let mut out = format!("{line} [{}]", header(head, "authorization").unwrap_or("nobody"));
    let kind = header(head, "content-type").unwrap_or("");
    if kind.starts_with("application/x-www-form-urlencoded") {
        for (key, value) in url::form_urlencoded::parse(body) {
            out.push_str(&format!("\n  {key} = {value}"));
        }
    } else if let Some((_, boundary)) = kind.split_once("boundary=") {
        let body = String::from_utf8_lossy(body);
        for part in body.split(&format!("--{boundary}")).filter(|part| part.contains("form-data")) {
            let (head, content) = part.trim_start().split_once("\r\n\r\n").unwrap();
            let head = head.replace("\r\n", "; ").replace("Content-Disposition: form-data; ", "");
            out.push_str(&format!("\n  {head} = {}", content.trim_end()));
        }
    } else if !body.is_empty() {
        out.push_str(&format!("\n  {}", String::from_utf8_lossy(body)));
    }
    out
}
