//! All mentions of one message: each by itself, those of one host one after the other.

use super::mention::tell;
use crate::channel::Attempt;
use crate::channel::stranger::Asker;
use crate::channel::telling::{self, Heard, Told};
use crate::clock;
use futures_util::StreamExt;
use futures_util::stream;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use url::Url;

/// So many hosts are asked at the same time.
const AT_ONCE: usize = 16;
/// Between two questions to one host (no number is written down; a judgement).
const PAUSE: Duration = Duration::from_secs(1);

/// Tells those of `targets` who were not told by an earlier try: who, and by which address
/// as the page has it; none where it has not. Begins nothing after `budget`.
pub(super) async fn go(
    asker: &Asker,
    attempt: &Attempt,
    source: &str,
    targets: Vec<(String, Option<String>)>,
    budget: Duration,
) -> Told {
    let written: BTreeMap<&str, &str> =
        targets.iter().filter_map(|(target, written)| Some((target.as_str(), written.as_deref()?))).collect();
    let linked = written.keys().map(|target| (*target).to_owned()).collect();
    let written = &written;
    let mut told = telling::tell(attempt, linked, (budget, ": "), |open, end| async move {
        let mut hosts: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
        for target in open {
            let host = Url::parse(&target).ok().and_then(|url| url.host_str().map(str::to_owned));
            let written = written.get(target.as_str()).copied().unwrap_or(&target).to_owned();
            hosts.entry(host.unwrap_or_default()).or_default().push((target, written));
        }
        let at_once = if asker.is_played() { 1 } else { AT_ONCE };
        let told = stream::iter(hosts.into_values().map(|host| one_host(asker, source, host, end)));
        let told: Vec<Vec<(String, Heard)>> = told.buffer_unordered(at_once).collect().await;
        told.into_iter().flatten().collect()
    })
    .await;
    let mut heard: BTreeMap<String, Heard> = told.heard.into_iter().collect();
    let not_there = || Heard::Not("not told: the page does not link to it".to_owned());
    told.heard = targets
        .into_iter()
        .map(|(target, _)| {
            let said = heard.remove(&target).unwrap_or_else(not_there);
            (target, said)
        })
        .collect();
    told
}

async fn one_host(
    asker: &Asker,
    source: &str,
    targets: Vec<(String, String)>,
    end: Instant,
) -> Vec<(String, Heard)> {
    let mut told = Vec::new();
    for (target, written) in targets {
        if !told.is_empty() && !asker.is_played() {
            clock::sleep(PAUSE).await;
        }
        let heard = if Instant::now() < end { tell(asker, source, &written).await } else { Heard::no_time() };
        told.push((target, heard));
    }
    told
}
