//! What people are told when credentials are not good: what is wrong, and what
//! to do.

use super::bench::{Bench, CANARY};
use super::rows::WAYS;
use ladder::channel::SendError;
use ladder::rehearsal::Settings;

/// Refused by `verify`, in these words.
async fn told(way: usize, change: impl FnOnce(Settings) -> Settings, token: Option<&str>) -> String {
    let bench = Bench::with(&WAYS[way], change).await;
    if let Some(token) = token {
        bench.secret("token", &format!("{CANARY}-{token}"));
    }
    match bench.channel.verify(bench.folder.path()).await {
        Err(SendError::Refused { says }) => says,
        Ok(()) => "(taken)".to_owned(),
        Err(other) => panic!("{}: {other:?}", WAYS[way].name),
    }
}
