//! Machines of strangers, good and bad ones, played by a server in this process.

use super::*;
use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::any;

const BOUNDS: Bounds = Bounds { longest: 100_000, redirects: 3 };

/// A server of all kinds of answers; its address.
async fn strangers() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let bomb = {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        std::io::Write::write_all(&mut packer, &vec![b' '; 50_000_000]).unwrap();
        packer.finish().unwrap()
    };
    let told = |request: Request| async move {
        let line = format!("{} {}", request.method(), request.uri());
        let sent = axum::body::to_bytes(request.into_body(), 10_000).await.unwrap();
        format!("{line} {}", String::from_utf8_lossy(&sent))
    };
    let drip = || async {
        let drops = futures_util::stream::unfold((), |()| async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            Some((Ok::<_, std::io::Error>(vec![b'.']), ()))
        });
        Body::from_stream(drops).into_response()
    };
    let endless = || async {
        let blocks = futures_util::stream::repeat_with(|| Ok::<_, std::io::Error>(vec![b' '; 64 * 1024]));
        Body::from_stream(blocks).into_response()
    };
    let packed = move || {
        let bytes = bomb.clone();
        async move { Response::new(Body::from(bytes)) }
    };
    let moved = |to: &'static str| move || async move { Redirect::temporary(to) };
    let app = Router::new()
        .route("/told", any(told))
        .route("/drip", any(drip))
        .route("/endless", any(endless))
        .route("/bomb", any(packed))
        .route("/moved", any(moved("/told?a=b")))
        .route("/see", any(|| async { Redirect::to("/told") }))
        .route("/inside", any(moved("http://169.254.169.254/latest/meta-data/")))
        .route("/decimal", any(moved("http://2130706433/")))
        .route("/round", any(moved("/round")))
        .route("/scheme", any(moved("javascript:alert(1)")))
        .route(
            "/gone",
            any(|| async { (StatusCode::GONE, [(header::CONTENT_TYPE, "Text/HTML; charset=x")]) }),
        )
        .route("/https/a.example/told", any(told));
    tokio::spawn(async move { axum::serve(listener, app).await });
    address
}

fn here() -> Asker {
    Asker::new(Reach::Here, "test").unwrap()
}

async fn get(asker: &Asker, address: &str) -> Result<Answer, Unasked> {
    asker.get(&Url::parse(address).unwrap(), BOUNDS).await
}

#[tokio::test]
async fn what_is_asked_is_bounded_in_size_and_steps() {
    let (address, asker) = (strangers().await, here());
    let of = async |path: &str| get(&asker, &format!("{address}{path}")).await;
    let endless = of("/endless").await.unwrap();
    assert_eq!((endless.bytes.len(), endless.is_cut), (BOUNDS.longest, true));
    let bomb = of("/bomb").await.unwrap();
    assert_eq!((bomb.bytes.len(), bomb.is_cut), (BOUNDS.longest, true));
    let moved = of("/moved").await.unwrap();
    assert_eq!(moved.text(), "GET /told?a=b ");
    assert_eq!(moved.found_at.path(), "/told");
    let gone = of("/gone").await.unwrap();
    assert_eq!((gone.status, gone.is_page()), (410, true));
    assert_eq!(of("/round").await.unwrap_err(), Unasked::Never(NO_END.to_owned()));
    assert_eq!(
        of("/scheme").await.unwrap_err(),
        Unasked::Never("`javascript:` is no web address".to_owned())
    );
    let Err(Unasked::Now(refused)) = get(&asker, "http://127.0.0.1:1/").await else { panic!() };
    assert!(refused.contains("refused"), "{refused}");
}

#[tokio::test]
async fn who_answers_byte_by_byte_is_not_waited_for() {
    let (address, asker) = (strangers().await, here());
    let began = std::time::Instant::now();
    let slow = get(&asker, &format!("{address}/drip")).await.unwrap_err();
    assert_eq!(slow, Unasked::Now("it did not answer in time".to_owned()));
    assert!(began.elapsed() < TIME * 2);
}

#[tokio::test]
async fn a_form_goes_where_its_address_says_and_again_where_that_leads() {
    let (address, asker) = (strangers().await, here());
    let of = async |path: &str| {
        let url = Url::parse(&format!("{address}{path}")).unwrap();
        asker.post(&url, &[("source", "https://a.example/?x=1&y"), ("n", "\r\nX: 1")], BOUNDS).await
    };
    let form = "source=https%3A%2F%2Fa.example%2F%3Fx%3D1%26y&n=%0D%0AX%3A+1";
    assert_eq!(of("/told?q=1&r").await.unwrap().text(), format!("POST /told?q=1&r {form}"));
    assert_eq!(of("/moved").await.unwrap().text(), format!("POST /told?a=b {form}"));
    assert_eq!(of("/see").await.unwrap().status, 303);
}

#[tokio::test]
async fn nothing_private_is_asked_however_it_is_spelled_and_whoever_leads_there() {
    let address = strangers().await;
    let port = address.rsplit(':').next().unwrap();
    let played = Asker::new(Reach::Through(Url::parse(&address).unwrap()), "test").unwrap();
    for asker in [Asker::new(Reach::Public, "test").unwrap(), played.clone()] {
        for bad in [
            format!("{address}/told"),
            format!("http://localhost:{port}/told"),
            format!("http://localhost.:{port}/told"),
            format!("http://[::1]:{port}/told"),
            format!("http://[::ffff:127.0.0.1]:{port}/told"),
            format!("http://[64:ff9b::7f00:1]:{port}/told"),
            format!("http://0x7f000001:{port}/told"),
            format!("http://0177.0.0.1:{port}/told"),
            "http://2130706433/".to_owned(),
            "http://10.0.0.1/".to_owned(),
            "http://169.254.169.254/latest/".to_owned(),
        ] {
            assert_eq!(get(&asker, &bad).await.unwrap_err(), Unasked::Never(PRIVATE.to_owned()), "{bad}");
        }
    }
    // In one's own house a redirect is followed; the same is asked of where it leads.
    for (from, to) in [("/inside", "169.254.169.254"), ("/decimal", "127.0.0.1")] {
        let url = Url::parse(&format!("{address}{from}")).unwrap();
        let answer = here().step(&url, None, 10).await.unwrap();
        let next = url.join(answer.headers[LOCATION].to_str().unwrap()).unwrap();
        assert_eq!(next.host_str(), Some(to));
        assert_eq!(may_ask(&next, &Reach::Public, false).unwrap_err(), PRIVATE);
    }
    // One server stands in for all, and nobody else is asked.
    assert_eq!(
        get(&played, "https://a.example/told?x#y").await.unwrap().text(),
        "GET /https/a.example/told?x "
    );
    assert_eq!(get(&played, "https://b.example/").await.unwrap().status, 404);
}

#[test]
fn public_is_what_is_nobodys_own() {
    for good in
        ["1.1.1.1", "93.184.216.34", "100.63.0.1", "172.32.0.1", "2606:4700::1111", "64:ff9b::101:101"]
    {
        assert!(is_public(good.parse().unwrap()), "{good}");
    }
    for bad in [
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "127.8.9.1",
        "169.254.1.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.8",
        "192.0.2.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.51.100.7",
        "203.0.113.9",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:10.0.0.1",
        "fc00::1",
        "fd12::1",
        "fe80::1",
        "ff02::1",
        "2001:db8::1",
        "2002:a00:1::",
        "64:ff9b::a00:1",
        "2001::1",
        "4000::1",
    ] {
        assert!(!is_public(bad.parse().unwrap()), "{bad}");
    }
}
