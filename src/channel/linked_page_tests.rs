//! Pages of a server in this process, good and bad ones.

use super::*;
use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;

fn html(body: &'static str) -> Response {
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], body).into_response()
}

/// A server of pages; its address.
async fn pages() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let endless = || async {
        let body = axum::body::Body::from_stream(futures_util::stream::repeat_with(|| {
            Ok::<_, std::io::Error>(vec![b' '; 64 * 1024])
        }));
        ([(header::CONTENT_TYPE, "text/html")], body).into_response()
    };
    let app = Router::new()
        .route(
            "/good",
            get(|| async {
                html("<title>t</title><meta property=og:title content='Grüße'><meta property=og:image content=/i.png>")
            }),
        )
        .route("/i.png", get(|| async { vec![1_u8, 2, 3] }))
        .route("/large", get(|| async { html("<title>t</title><meta property=og:image content=/large.png>") }))
        .route("/large.png", get(|| async { vec![0_u8; IMAGE + 1] }))
        .route("/untitled", get(|| async { html("<p>hello</p>") }))
        .route("/gone", get(|| async { StatusCode::GONE }))
        .route("/json", get(|| async { axum::Json(1) }))
        .route("/moved", get(|| async { Redirect::temporary("/good") }))
        .route("/round", get(|| async { Redirect::temporary("/round") }))
        .route("/file", get(|| async { Redirect::temporary("file:///etc/passwd") }))
        .route("/endless", get(endless))
        .route(
            "/latin",
            get(|| async {
                ([(header::CONTENT_TYPE, "text/html")], b"<meta charset=iso-8859-1><title>Gr\xfc\xdfe</title>".to_vec())
            }),
        );
    tokio::spawn(async move { axum::serve(listener, app).await });
    address
}

async fn title(address: &str) -> Result<String, String> {
    Ok(fetch(address, Reach::Here).await?.read.card.title)
}

#[tokio::test]
async fn pages_say_what_they_are_and_bad_ones_why_not() {
    let pages = pages().await;
    let of = async |path: &str| title(&format!("{pages}{path}")).await;
    assert_eq!(of("/good").await.unwrap(), "Grüße");
    assert_eq!(of("/moved").await.unwrap(), "Grüße");
    assert_eq!(of("/latin").await.unwrap(), "Grüße");
    for (path, why) in [
        ("/untitled", "it says no title"),
        ("/endless", "it says no title"),
        ("/gone", "it answered 410"),
        ("/json", "it is application/json, and no page"),
        ("/round", "it leads from one address to the next without an end"),
        ("/file", "`file:` is no web address"),
    ] {
        assert_eq!(of(path).await.unwrap_err(), why, "{path}");
    }
    let good = fetch(&format!("{pages}/good"), Reach::Here).await.unwrap();
    assert_eq!(good.image.unwrap().unwrap(), [1, 2, 3]);
    let large = fetch(&format!("{pages}/large"), Reach::Here).await.unwrap();
    assert_eq!(large.image.unwrap().unwrap_err(), "it is larger than 8 MB");
    assert!(title("http://127.0.0.1:1/").await.unwrap_err().contains("refused"));
}

#[tokio::test]
async fn nothing_of_the_house_is_asked() {
    let pages = pages().await;
    let port = pages.rsplit(':').next().unwrap();
    let private = "it leads to a private address, which is not asked";
    for address in [
        format!("{pages}/good"),
        format!("http://localhost:{port}/good"),
        format!("http://[::1]:{port}/good"),
        format!("http://[::ffff:127.0.0.1]:{port}/good"),
        format!("http://0x7f000001:{port}/good"),
        format!("http://2130706433:{port}/good"),
        "http://10.0.0.1/".to_owned(),
        "http://169.254.169.254/latest/".to_owned(),
    ] {
        assert_eq!(fetch(&address, Reach::Public).await.unwrap_err(), private, "{address}");
    }
    for (address, why) in [
        ("file:///etc/passwd", "`file:` is no web address"),
        ("https://me:pw@acme.example/", "its address holds a user or a password"),
        ("not an address", "it is no web address"),
        ("https://acme.example/", "`.example` is for examples and tests, and nobody has it"),
    ] {
        assert_eq!(fetch(address, Reach::Public).await.unwrap_err(), why, "{address}");
    }
}
