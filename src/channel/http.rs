//! The one HTTP client: built when first needed, with time-outs; no service knowledge.

use std::sync::OnceLock;
use std::time::Duration;

/// Until a connection stands.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);
/// Until the whole answer is there.
const ANSWER_LIMIT: Duration = Duration::from_secs(30);

/// The client that everything shares. Building it reads the system's roots of
/// trust (about 4 ms), so it happens once and only when something is sent.
pub fn client() -> Result<&'static reqwest::Client, String> {
    static CLIENT: OnceLock<Result<reqwest::Client, String>> = OnceLock::new();
    let built = CLIENT.get_or_init(|| {
        reqwest::Client::builder()
            .connect_timeout(CONNECT_LIMIT)
            .timeout(ANSWER_LIMIT)
            .redirect(reqwest::redirect::Policy::limited(5))
            .user_agent(concat!("ladder/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| format!("the HTTP client cannot be built: {error}"))
    });
    built.as_ref().map_err(Clone::clone)
}

/// Whether a page stands at `url` and answers. Every kind of trouble is a "no":
/// the page may come yet.
pub async fn answers(url: &str) -> Result<bool, String> {
    // The body is not read: the page is there when its head says so.
    Ok(client()?.get(url).send().await.is_ok_and(|answer| answer.status().is_success()))
}

#[cfg(test)]
mod tests {
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

    #[tokio::test]
    async fn only_success_counts_as_an_answer() {
        let good = server("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").await;
        assert!(answers(&good).await.unwrap());
        let missing = server("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n").await;
        assert!(!answers(&missing).await.unwrap());
        assert!(!answers("http://127.0.0.1:1/").await.unwrap());
        assert!(!answers("not a url").await.unwrap());
    }
}
