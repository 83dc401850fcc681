//! The client, against small servers on this machine.

use super::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

async fn server(answer: &'static str) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 1024];
            let _ = stream.read(&mut request).await;
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    format!("http://{address}/page/")
}

#[test]
fn a_wait_is_seconds_or_a_moment_of_the_services_clock() {
    let answer = |headers: &[(&'static str, &str)]| Answer {
        status: 429,
        headers: headers
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect(),
        body: Vec::new(),
        cut: None,
    };
    assert_eq!(answer(&[]).retry_after(), None);
    assert_eq!(answer(&[("retry-after", "120")]).retry_after(), Some(Duration::from_secs(120)));
    let date = ("date", "Sun, 22 Nov 2026 08:00:00 GMT");
    let moment = ("retry-after", "Sun, 22 Nov 2026 08:01:30 GMT");
    assert_eq!(answer(&[date, moment]).retry_after(), Some(Duration::from_secs(90)));
    let past = ("retry-after", "Sun, 22 Nov 2026 07:00:00 GMT");
    assert_eq!(answer(&[date, past]).retry_after(), Some(Duration::ZERO));
    assert_eq!(answer(&[("retry-after", "soon")]).retry_after(), None);
}

#[test]
fn a_clock_that_is_far_from_the_services_is_told() {
    let told = |seconds: i64| {
        let date = (Timestamp::now() - jiff::SignedDuration::from_secs(seconds))
            .strftime("%a, %d %b %Y %H:%M:%S GMT")
            .to_string();
        let headers = [("date".parse().unwrap(), date.parse().unwrap())].into_iter().collect();
        let answer = Answer { status: 200, headers, body: Vec::new(), cut: None };
        answer.same_time("X").map_err(|error| error.to_string())
    };
    assert_eq!((told(0), told(590), told(-590)), (Ok(()), Ok(()), Ok(())));
    assert!(told(7_230).unwrap_err().starts_with("this machine's clock is 120 min ahead of X's"));
    assert!(told(-86_430).unwrap_err().contains("1440 min behind X's"));
    let silent = Answer { status: 200, headers: HeaderMap::new(), body: Vec::new(), cut: None };
    assert!(silent.same_time("X").is_ok());
}

#[test]
fn of_a_page_only_its_words_are_told() {
    let told = |body: &str| {
        Answer { status: 502, headers: HeaderMap::new(), body: body.as_bytes().to_vec(), cut: None }.excerpt()
    };
    let page = "<!doctype html><head><title>502 Bad\nGateway</title><style>a<b{}</style></head>\
                <body><h1>Bad Gateway</h1><SCRIPT>if (a < b) {}</script><hr>proxy/1.2";
    assert_eq!(told(page), "a page of HTML: 502 Bad Gateway Bad Gateway proxy/1.2");
    assert_eq!(told("<html><body></body></html>"), "a page of HTML without words");
    assert_eq!(told("<p>cut <b"), "a page of HTML: cut");
    assert_eq!(told("<p>é<script>a<b"), "a page of HTML: é");
    assert_eq!(told(" not < a page\u{1b}"), "not < a page\\u{1b}");
    // In one pass, whatever comes.
    assert_eq!(told(&"<".repeat(LONGEST_EXCERPT)), "a page of HTML without words");
}

fn packed(plain: &[u8]) -> Vec<u8> {
    let mut packing = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    std::io::Write::write_all(&mut packing, plain).unwrap();
    packing.finish().unwrap()
}

/// Calls a server that answers with these bytes as its body.
async fn called(body: Vec<u8>) -> Answer {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let _ = stream.read(&mut [0; 1024]).await;
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
        let _ = stream.write_all(&[head.into_bytes(), body].concat()).await;
    });
    call(service(&url).unwrap().get(&url)).await.unwrap()
}

#[tokio::test]
async fn what_is_packed_unasked_is_read_and_never_more_than_is_bearable() {
    let said = br#"{"data":{"id":"7"}}"#;
    assert_eq!(called(packed(said)).await.json().unwrap()["data"]["id"], "7");
    // In several pieces, as the format allows.
    let (one, two) = said.split_at(9);
    assert_eq!(called([packed(one), packed(two)].concat()).await.body, said);
    let mut half = packed(said);
    half.truncate(half.len() - 6);
    for odd in [half, PACKED.to_vec(), [packed(said), b"more".to_vec()].concat()] {
        let answer = called(odd).await;
        assert!(answer.cut.as_ref().is_some_and(|cut| cut.contains("cannot be unpacked")), "{answer:?}");
        assert_eq!(answer.json(), None);
    }
    let bomb = called(packed(&vec![b' '; 16 * LONGEST_ANSWER])).await;
    assert_eq!(bomb.cut.as_deref(), Some(TOO_LONG));
    assert!(bomb.body.len() < LONGEST_ANSWER);
}

/// Heads and bodies without an end: neither takes memory, nor is either a receipt.
#[tokio::test]
async fn an_answer_without_an_end_is_none() {
    for endless in ["x: y\r\n", "x: yyyyyyyyyyyyyyyy", "HTTP/1.1 100 Continue\r\n\r\n"] {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let flooding = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let _ = stream.read(&mut [0; 1024]).await;
            let begins = if endless.starts_with('H') { "" } else { "HTTP/1.1 200 OK\r\n" };
            let _ = stream.write_all(begins.as_bytes()).await;
            let piece = endless.repeat(1024);
            let mut written = 0_usize;
            while written < 16 << 20 && stream.write_all(piece.as_bytes()).await.is_ok() {
                written += piece.len();
            }
            written
        });
        let ended = tokio::time::timeout(ANSWER_LIMIT * 2, call(service(&url).unwrap().post(&url))).await;
        // It left: nobody knows what became of it.
        assert!(matches!(ended, Ok(Err(Trouble::Lost(_)))), "{endless}: {ended:?}");
        let _ = flooding.await;
    }
}

/// A name that is none, and a server that speaks no TLS: nothing has left.
#[tokio::test]
async fn without_a_connection_nothing_was_sent() {
    let plain = server("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").await;
    for url in ["https://no-such-host.invalid/".to_owned(), plain.replace("http://", "https://")] {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let called = call(service(&url).unwrap().post(&url)).await;
        assert!(matches!(called, Err(Trouble::NotSent(_))), "{url}: {called:?}");
    }
}

/// The second request would find the first one's connection closed.
#[tokio::test]
async fn every_request_to_a_service_has_a_connection_of_its_own() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let accepting = tokio::spawn(async move {
        for _ in 0..3 {
            let (mut stream, _) = listener.accept().await.unwrap();
            tokio::spawn(async move {
                let _ = stream.read(&mut [0; 1024]).await;
                let head = b"HTTP/1.1 200 OK\r\nconnection: keep-alive\r\ncontent-length: 2\r\n\r\nok";
                let _ = stream.write_all(head).await;
                // What comes next on it is not answered.
                let _ = stream.read(&mut [0; 1024]).await;
            });
        }
    });
    for _ in 0..3 {
        assert_eq!(call(service(&url).unwrap().post(&url)).await.unwrap().body, b"ok");
    }
    accepting.await.unwrap();
}

#[tokio::test]
async fn only_success_counts_as_an_answer() {
    let good = server("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").await;
    assert!(answers(&good).await.unwrap());
    let missing = server("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n").await;
    assert!(!answers(&missing).await.unwrap());
    assert!(!answers("http://127.0.0.1:1/").await.unwrap());
    assert!(!answers("not a url").await.unwrap());
}
