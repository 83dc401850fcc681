//! That the networks refuse what the real ones refuse, and keep what readers see.

mod facebook;
mod faults;
mod linkedin;
mod x;

use super::{Kind, Network, Running, Settings};
use reqwest::{Method, RequestBuilder};
use serde_json::Value;

const CANARY: &str = "canary-7c1d";

async fn start(kind: Kind, change: impl FnOnce(Settings) -> Settings) -> Running {
    Network::start(kind, change(Settings::of(kind, CANARY))).await.unwrap()
}

/// A request without anything on it yet.
fn bare(running: &Running, method: &str, path: &str) -> RequestBuilder {
    let method: Method = method.parse().unwrap();
    let client =
        reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    client.request(method, format!("{}{path}", running.base_url()))
}

/// One with the good token.
fn ask(running: &Running, method: &str, path: &str) -> RequestBuilder {
    bare(running, method, path).bearer_auth(format!("{CANARY}-token"))
}

/// Status and JSON of the answer.
async fn told(request: RequestBuilder) -> (u16, Value) {
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    (status, answer.json().await.unwrap_or(Value::Null))
}

/// A picture of one colour.
fn png(side: u32) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::RgbImage::from_pixel(side, side, image::Rgb([9, 80, 200]))
        .write_to(&mut bytes, image::ImageFormat::Png)
        .unwrap();
    bytes.into_inner()
}

fn file(bytes: Vec<u8>) -> reqwest::multipart::Part {
    reqwest::multipart::Part::bytes(bytes).file_name("picture.png").mime_str("image/png").unwrap()
}
