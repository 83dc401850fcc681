//! The HTTP side: takes a request, asks the network, and lets go wrong what
//! was ordered to.

use super::{Asked, Fault, Kind, Logged, Reply, Running, Service, Upon};
use crate::clock::Clock;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::connect_info::{ConnectInfo, Connected};
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use axum::serve::{IncomingStream, Listener};
use futures_util::stream::{self, StreamExt as _};
use jiff::Timestamp;
use std::collections::VecDeque;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

#[cfg(feature = "nostr")]
#[path = "socket.rs"]
mod socket;

/// What requests share.
pub(super) struct Shared {
    state: Mutex<Inside>,
    clock: Clock,
    stopped: AtomicBool,
    stopping: tokio::sync::Notify,
}

/// The network with its orders and its log.
pub(super) struct Inside {
    pub service: Box<dyn Service>,
    pub orders: VecDeque<(Upon, Fault)>,
    pub log: Vec<Logged>,
    pub struck: Vec<(Timestamp, Fault)>,
}

impl Shared {
    pub fn state(&self) -> MutexGuard<'_, Inside> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub fn stop(&self) {
        self.stopped.store(true, Ordering::SeqCst);
        self.stopping.notify_waiters();
    }
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Shared")
    }
}

pub(super) async fn start(kind: Kind, service: Box<dyn Service>, clock: Clock) -> io::Result<Running> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let base_url = format!("http://{}", listener.local_addr()?);
    let inside = Inside { service, orders: VecDeque::new(), log: Vec::new(), struck: Vec::new() };
    let shared = Arc::new(Shared {
        state: Mutex::new(inside),
        clock,
        stopped: AtomicBool::new(false),
        stopping: tokio::sync::Notify::new(),
    });
    let lines = Lines { listener, shared: shared.clone() };
    let app = Router::new()
        .fallback(take)
        .layer(DefaultBodyLimit::disable())
        .with_state(shared.clone())
        .into_make_service_with_connect_info::<Line>();
    let accepting = tokio::spawn(async move {
        // It ends only with the task.
        let _ = axum::serve(lines, app).await;
    });
    Ok(Running { kind, base_url, shared, accepting })
}

async fn take(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(line): ConnectInfo<Line>,
    request: Request,
) -> Response {
    #[cfg(feature = "nostr")]
    let (request, opening) = socket::opening(request).await;
    let Ok(asked) = Asked::read(request, shared.clock.now()).await else {
        line.cut();
        return Response::default();
    };
    let (reply, fault) = {
        let mut inside = shared.state();
        if shared.stopped.load(Ordering::SeqCst) {
            line.cut();
            return Response::default();
        }
        inside.answer(&asked)
    };
    if let Some(Fault::Slow(time)) = fault {
        shared.clock.sleep(time).await;
    }
    #[cfg(feature = "nostr")]
    if let (101, None | Some(Fault::Slow(_)), Some(opening)) = (reply.status, &fault, opening) {
        return socket::open(opening, shared, line, asked, &reply);
    }
    let mut response = match fault {
        None
        | Some(
            Fault::Slow(_) | Fault::CutShort(_) | Fault::ImageLost | Fault::AltShown(_) | Fault::Expired,
        ) => response(&reply, Body::from(reply.bytes())),
        Some(fault) => broken(&shared, &line, reply, fault).await,
    };
    if let Ok(date) = HeaderValue::from_str(&http_date(shared.clock.now())) {
        response.headers_mut().insert("date", date);
    }
    response
}

impl Inside {
    /// The answer, and the fault that strikes it.
    fn answer(&mut self, asked: &Asked) -> (Reply, Option<Fault>) {
        let publishes = self.service.publishes(asked);
        let struck = self.orders.iter().position(|(upon, _)| match upon {
            Upon::Publishing => publishes,
            Upon::Any => true,
            Upon::PublishingAfter(parts) => {
                publishes && self.log.iter().filter(|logged| logged.published).count() >= *parts
            }
            Upon::Number(before) => self.log.len() == *before,
            Upon::Path(method, part) => {
                let (asks, place) = asked.place();
                asks == *method && place.contains(part)
            }
        });
        let fault = struck.and_then(|at| self.orders.remove(at)).map(|(_, fault)| fault);
        let mut logged = Logged { publishes, ..Logged::of(asked) };
        match &fault {
            Some(Fault::Expired) => self.service.expire(),
            Some(Fault::CutShort(characters)) => self.service.shorten_next(*characters),
            _ => {}
        }
        let reply = match &fault {
            Some(Fault::TooMany(wait)) => self.service.too_many(*wait),
            Some(Fault::FailedBefore) => self.service.failed(),
            Some(Fault::Echo(status)) => in_all_shapes(*status, &echo(asked)),
            Some(Fault::EchoIn(status, guise)) => in_all_shapes(*status, &guise.of(&echo(asked))),
            Some(Fault::Says(status, words)) => in_all_shapes(*status, words),
            Some(fault) if !fault.is_after_doing() => Reply::bare(0),
            _ => {
                let reply = self.service.answer(asked);
                match (&fault, self.service.newest_images()) {
                    (Some(Fault::ImageLost), Some(images)) => drop(images.pop()),
                    (Some(Fault::AltShown(alt)), Some(images)) => {
                        images.last_mut().into_iter().for_each(|image| alt.clone_into(&mut image.alt));
                    }
                    _ => {}
                }
                logged.status = Some(reply.status);
                logged.published = publishes && (200..300).contains(&reply.status);
                reply
            }
        };
        if let Some(fault) = &fault {
            self.struck.push((asked.at, fault.clone()));
        }
        self.log.push(logged);
        (reply, fault)
    }
}

/// The answer with its fault.
async fn broken(shared: &Shared, line: &Line, reply: Reply, fault: Fault) -> Response {
    let bytes = reply.bytes();
    match fault {
        Fault::AnswerLost | Fault::CutBefore => {
            line.cut();
            Response::default()
        }
        Fault::BrokenBody | Fault::BrokenPieces => {
            // More is announced than comes: where there is no body, one is begun.
            let bytes = if bytes.is_empty() { b"{}".to_vec() } else { bytes };
            let half = bytes[..bytes.len() / 2].to_vec();
            let end = stream::once(async {
                // What was written until then must have left.
                tokio::time::sleep(Duration::from_millis(30)).await;
                Err(io::Error::from(io::ErrorKind::ConnectionReset))
            });
            let pieces = stream::iter([Ok(Bytes::from(half))]).chain(end);
            let mut response = response(&reply, Body::from_stream(pieces));
            if fault == Fault::BrokenBody {
                response.headers_mut().insert("content-length", HeaderValue::from(bytes.len()));
            }
            response
        }
        Fault::Packed => {
            let mut response = response(&reply, Body::from(packed(&bytes)));
            response.headers_mut().insert("content-encoding", HeaderValue::from_static("gzip"));
            response
        }
        Fault::FailedAfter => {
            let failed = shared.state().service.failed();
            response(&failed, Body::from(failed.bytes()))
        }
        Fault::Html => {
            let page = Reply::bare(200).with("content-type", "text/html; charset=utf-8");
            response(
                &page,
                Body::from("<!doctype html><title>Welcome</title><p>Please sign in to this Wi-Fi."),
            )
        }
        Fault::HalfJson => response(&reply, Body::from(bytes[..bytes.len() / 2].to_vec())),
        Fault::Empty => response(&Reply::bare(reply.status), Body::empty()),
        Fault::WithoutId => {
            let nameless = shared.state().service.nameless(reply);
            response(&nameless, Body::from(nameless.bytes()))
        }
        Fault::OddId(id) => {
            let renamed = shared.state().service.renamed(reply, &id);
            response(&renamed, Body::from(renamed.bytes()))
        }
        Fault::Redirect(to) => response(&Reply::bare(307).with("location", to), Body::empty()),
        Fault::Gigabyte => {
            let block = Bytes::from(vec![b' '; 64 * 1024]);
            let blocks = stream::iter((0..16 * 1024).map(move |_| Ok::<_, io::Error>(block.clone())));
            response(&reply, Body::from_stream(blocks))
        }
        Fault::Drip => {
            // Some say so little that it would all be there in time: blanks come before it.
            let blanks = std::iter::repeat_n(b' ', 40);
            let said = if bytes.is_empty() { b"{}".to_vec() } else { bytes };
            let drops = stream::iter(blanks.chain(said)).then(|byte| async move {
                tokio::time::sleep(Duration::from_secs(1)).await;
                Ok::<_, io::Error>(Bytes::from(vec![byte]))
            });
            response(&reply, Body::from_stream(drops.boxed()))
        }
        Fault::Silence | Fault::SilenceAfter => {
            shared.stopping.notified().await;
            line.cut();
            Response::default()
        }
        Fault::TooMany(_)
        | Fault::FailedBefore
        | Fault::Echo(_)
        | Fault::EchoIn(..)
        | Fault::Says(..)
        | Fault::Slow(_)
        | Fault::Expired
        | Fault::CutShort(_)
        | Fault::ImageLost
        | Fault::AltShown(_) => response(&reply, Body::from(bytes)),
    }
}

/// `bytes` as gzip (RFC 1952) whose blocks hold them as they are (RFC 1951, 3.2.4).
fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    let blocks = bytes.chunks(usize::from(u16::MAX));
    for block in blocks {
        let length = u16::try_from(block.len()).unwrap_or(u16::MAX);
        out.push(0);
        out.extend(length.to_le_bytes());
        out.extend((!length).to_le_bytes());
        out.extend(block);
    }
    // The last block, which is empty.
    out.extend([1, 0, 0, 255, 255]);
    let sum = bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| (sum >> 1) ^ (0xedb8_8320 & (sum & 1).wrapping_neg()))
    });
    out.extend((!sum).to_le_bytes());
    out.extend(u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_le_bytes());
    out
}

/// What a careless server says when it logs to its users.
fn echo(asked: &Asked) -> String {
    let headers = asked.headers.iter().map(|(name, value)| format!("{name}: {value:?}"));
    let heard: Vec<String> = headers.collect();
    format!("cannot process {} {:?} {:?} {:?}", asked.path, heard, asked.query, asked.sent)
}

/// The words in every place where one of the networks has words of an error.
fn in_all_shapes(status: u16, says: &str) -> Reply {
    let error = serde_json::json!({ "message": says, "code": 100, "error_user_msg": says });
    let body = serde_json::json!({ "status": status, "title": says, "detail": says, "message": says,
        "code": says, "error": error });
    Reply::json(status, body)
}

/// The time as servers tell it (RFC 9110, 5.6.7).
fn http_date(at: Timestamp) -> String {
    at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

fn response(reply: &Reply, body: Body) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    if reply.body.is_some() {
        headers.insert("content-type", HeaderValue::from_static("application/json; charset=utf-8"));
    }
    for (name, value) in &reply.headers {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    response
}

/// Accepts connections that can be cut.
struct Lines {
    listener: TcpListener,
    shared: Arc<Shared>,
}

impl Listener for Lines {
    type Io = Wire;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Wire, SocketAddr) {
        loop {
            if let Ok((stream, from)) = self.listener.accept().await {
                // A test that waits 40 ms for each answer is a slow test.
                let _ = stream.set_nodelay(true);
                let shared = self.shared.clone();
                return (Wire { stream, cut: Arc::new(AtomicBool::new(false)), shared }, from);
            }
            // Out of sockets: others close theirs.
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// A handle on a connection, for the request that came by it.
#[derive(Clone)]
struct Line(Arc<AtomicBool>);

impl Line {
    /// Nothing more is written to it.
    fn cut(&self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

impl Connected<IncomingStream<'_, Lines>> for Line {
    fn connect_info(stream: IncomingStream<'_, Lines>) -> Line {
        Line(stream.io().cut.clone())
    }
}

/// A connection.
struct Wire {
    stream: TcpStream,
    cut: Arc<AtomicBool>,
    shared: Arc<Shared>,
}

impl Wire {
    fn is_cut(&self) -> bool {
        self.cut.load(Ordering::SeqCst) || self.shared.stopped.load(Ordering::SeqCst)
    }
}

fn gone<T>() -> Poll<io::Result<T>> {
    Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()))
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.is_cut() { gone() } else { Pin::new(&mut self.stream).poll_read(cx, into) }
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if self.is_cut() { gone() } else { Pin::new(&mut self.stream).poll_write(cx, bytes) }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
