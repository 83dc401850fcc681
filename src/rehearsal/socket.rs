//! Messages both ways on one line (RFC 6455): each that arrives is a request as any
//! other, so that orders, the log and faults know nothing of lines.
//!
//! `["EVENT", {…}]` is `POST /event/KIND`, `["REQ", …]` is `GET /req`, `["AUTH", …]` is
//! `POST /auth`; the body is the message, and the headers are those that opened the
//! line. The answer's body is a list of messages; what is none is said as a relay
//! would say it.

use super::super::request::Sent;
use super::{Asked, Fault, Line, Reply, Shared};
use axum::body::Bytes;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::extract::{FromRequestParts as _, Request};
use axum::http::HeaderValue;
use axum::response::Response;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// The request, and the line that it asks for, if it asks for one.
pub(super) async fn opening(request: Request) -> (Request, Option<WebSocketUpgrade>) {
    let (mut parts, body) = request.into_parts();
    let opening = WebSocketUpgrade::from_request_parts(&mut parts, &()).await.ok();
    (Request::from_parts(parts, body), opening)
}

/// Opens it. What the network says first is in its answer.
pub(super) fn open(
    opening: WebSocketUpgrade,
    shared: Arc<Shared>,
    line: Line,
    asked: Asked,
    reply: &Reply,
) -> Response {
    let first = messages(reply, &Value::Null);
    opening.on_upgrade(move |mut socket| async move {
        for message in first {
            if socket.send(Message::text(message)).await.is_err() {
                return;
            }
        }
        // Who sends nothing any more has left, or the network has.
        while let Some(Ok(message)) = socket.recv().await {
            let Message::Text(text) = message else { continue };
            if !answer(&mut socket, &shared, &line, &asked, text.as_str()).await {
                return;
            }
        }
    })
}

/// Answers one message; whether the line goes on.
async fn answer(socket: &mut WebSocket, shared: &Shared, line: &Line, opened: &Asked, text: &str) -> bool {
    let said = serde_json::from_str::<Value>(text).unwrap_or_default();
    let asked = asked(opened, &said, shared.clock.now());
    let (reply, fault) = {
        let mut inside = shared.state();
        if shared.stopped.load(Ordering::SeqCst) {
            line.cut();
            return false;
        }
        inside.answer(&asked)
    };
    let messages = messages(&reply, &said);
    let failed = |shared: &Shared| self::messages(&shared.state().service.failed(), &said);
    match fault {
        Some(Fault::AnswerLost | Fault::CutBefore) => {
            line.cut();
            false
        }
        Some(Fault::BrokenBody | Fault::BrokenPieces | Fault::HalfJson) => {
            let whole = messages.concat();
            let half: String = whole.chars().take(whole.chars().count() / 2).collect();
            say(socket, vec![half]).await;
            false
        }
        Some(Fault::FailedAfter) => {
            let messages = failed(shared);
            say(socket, messages).await
        }
        Some(Fault::Html) => say(socket, vec!["<!doctype html><title>Welcome</title>".to_owned()]).await,
        Some(Fault::Empty) => say(socket, vec![String::new()]).await,
        Some(Fault::WithoutId) => {
            let nameless = shared.state().service.nameless(reply);
            say(socket, self::messages(&nameless, &said)).await
        }
        Some(Fault::OddId(id)) => {
            let renamed = shared.state().service.renamed(reply, &id);
            say(socket, self::messages(&renamed, &said)).await
        }
        // A line leads nowhere else: it ends, and says where it would go on.
        Some(Fault::Redirect(to)) => {
            let reason = to.chars().take(60).collect::<String>().into();
            let _ = socket.send(Message::Close(Some(CloseFrame { code: 1012, reason }))).await;
            false
        }
        Some(Fault::Gigabyte) => {
            let block = " ".repeat(64 * 1024);
            for _ in 0..16 * 1024 {
                let notice = json!(["NOTICE", block]).to_string();
                if !say(socket, vec![notice]).await {
                    return false;
                }
            }
            false
        }
        Some(Fault::Drip) => {
            // A message cannot come by the byte; something can, that is no answer.
            while say(socket, vec![json!(["NOTICE", "a moment"]).to_string()]).await {
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            false
        }
        Some(Fault::Silence | Fault::SilenceAfter) => {
            shared.stopping.notified().await;
            line.cut();
            false
        }
        Some(Fault::Slow(time)) => {
            shared.clock.sleep(time).await;
            say(socket, messages).await
        }
        // Nobody packs a message that did not agree to that when the line was opened.
        None
        | Some(
            Fault::Packed
            | Fault::TooMany(_)
            | Fault::FailedBefore
            | Fault::Echo(_)
            | Fault::EchoIn(..)
            | Fault::Says(..)
            | Fault::Expired
            | Fault::CutShort(_)
            | Fault::ImageLost
            | Fault::AltShown(_),
        ) => say(socket, messages).await,
    }
}

/// Says all of it; whether the line goes on.
async fn say(socket: &mut WebSocket, messages: Vec<String>) -> bool {
    for message in messages {
        if socket.send(Message::text(message)).await.is_err() {
            return false;
        }
    }
    socket.send(Message::Ping(Bytes::new())).await.is_ok()
}

/// The message as a request.
fn asked(opened: &Asked, said: &Value, at: jiff::Timestamp) -> Asked {
    let (method, path) = match said[0].as_str() {
        Some("EVENT") => ("POST", format!("/event/{}", said[1]["kind"].as_u64().unwrap_or_default())),
        Some("REQ") => ("GET", "/req".to_owned()),
        Some("AUTH") => ("POST", "/auth".to_owned()),
        _ => ("POST", "/other".to_owned()),
    };
    let mut headers = opened.headers.clone();
    headers.insert("content-type", HeaderValue::from_static("application/json"));
    Asked {
        method: method.to_owned(),
        path,
        query: Vec::new(),
        written_query: None,
        headers,
        sent: Sent::Json(said.clone()),
        at,
    }
}

/// What an answer to that message says on the line.
fn messages(reply: &Reply, said: &Value) -> Vec<String> {
    match &reply.body {
        Some(Value::Array(messages)) => messages.iter().map(Value::to_string).collect(),
        None => Vec::new(),
        Some(error) => {
            let words = error["message"].as_str().unwrap_or_default();
            let prefix = match reply.status {
                429 => "rate-limited",
                401 | 403 => "restricted",
                400 | 422 => "invalid",
                _ => "error",
            };
            let words = format!("{prefix}: {words}");
            let told = match said[0].as_str() {
                Some("REQ") => json!(["CLOSED", said[1], words]),
                _ => json!(["OK", said[1]["id"], false, words]),
            };
            vec![told.to_string()]
        }
    }
}
