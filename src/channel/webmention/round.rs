//! All mentions of one message: each by itself, those of one host one after the other,
//! and what became of them in one receipt.

use super::mention::{Outcome, tell};
use crate::channel::SendError;
use crate::channel::stranger::Asker;
use crate::clock;
use crate::plan::Receipt;
use futures_util::StreamExt;
use futures_util::stream;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use url::Url;

/// So many hosts are asked at the same time.
const AT_ONCE: usize = 16;
/// Between two questions to one host (no number is written down; a judgement).
const PAUSE: Duration = Duration::from_secs(1);
/// So often a target that does not answer is tried in a row, before others wait for it.
const IN_A_ROW: u32 = 3;
/// Then so long is waited, and at last no longer: receivers that answered are told again
/// by a later run, which is the same mention, but not every few minutes.
const WAITS: [Duration; 3] =
    [Duration::from_secs(10 * 60), Duration::from_secs(3600), Duration::from_secs(6 * 3600)];
/// Longest text that a receipt holds of them, in bytes.
const LONGEST_WORDS: usize = 8000;

/// What became of the mentions of each delivery in this process: who was told is not told
/// again because another did not answer.
#[derive(Debug, Default)]
pub(super) struct Rounds(Mutex<BTreeMap<String, Round>>);

#[derive(Clone, Debug, Default)]
struct Round {
    tries: u32,
    outcomes: BTreeMap<String, Outcome>,
}

/// What became of each target, in their order, and how often all that is open was tried in
/// this process.
#[derive(Clone, Debug)]
pub(super) struct Told {
    pub outcomes: Vec<(String, Outcome)>,
    pub tries: u32,
}

impl Rounds {
    /// Tells those who were not told yet: who, and by which address as the page has it; none
    /// where it has not. Begins nothing after `budget`.
    pub async fn go(
        &self,
        asker: &Asker,
        key: &str,
        source: &str,
        targets: Vec<(String, Option<String>)>,
        budget: Duration,
    ) -> Told {
        let known = self.lock().get(key).cloned().unwrap_or_default();
        let mut outcomes: BTreeMap<String, Outcome> = known.outcomes;
        outcomes.retain(|_, outcome| !outcome.is_open());
        let mut hosts: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
        for (target, written) in &targets {
            let Some(written) = written else {
                let why = "the page does not link to it".to_owned();
                outcomes.insert(target.clone(), Outcome::Never(why));
                continue;
            };
            if !outcomes.contains_key(target) {
                let host = Url::parse(target).ok().and_then(|url| url.host_str().map(str::to_owned));
                hosts.entry(host.unwrap_or_default()).or_default().push((target.clone(), written.clone()));
            }
        }
        let end = Instant::now() + budget;
        let at_once = if asker.is_played() { 1 } else { AT_ONCE };
        let told = stream::iter(hosts.into_values().map(|host| one_host(asker, source, host, end)));
        let told: Vec<Vec<(String, Outcome)>> = told.buffer_unordered(at_once).collect().await;
        outcomes.extend(told.into_iter().flatten());
        let tries = known.tries.saturating_add(1);
        self.lock().insert(key.to_owned(), Round { tries, outcomes: outcomes.clone() });
        let outcomes = targets.into_iter().filter_map(|(target, _)| {
            let outcome = outcomes.remove(&target)?;
            Some((target, outcome))
        });
        Told { outcomes: outcomes.collect(), tries }
    }

    /// It is over: what is told from now on is told to all.
    pub fn end(&self, key: &str) {
        self.lock().remove(key);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Round>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn one_host(
    asker: &Asker,
    source: &str,
    targets: Vec<(String, String)>,
    end: Instant,
) -> Vec<(String, Outcome)> {
    let mut told = Vec::new();
    for (target, written) in targets {
        if !told.is_empty() && !asker.is_played() {
            clock::sleep(PAUSE).await;
        }
        let outcome = if Instant::now() < end {
            tell(asker, source, &written).await
        } else {
            Outcome::Later { says: "there was no time left for it".to_owned(), wait: None }
        };
        told.push((target, outcome));
    }
    told
}

impl Told {
    /// Whether nobody is left who might answer yet.
    pub fn is_done(&self) -> bool {
        self.outcomes.iter().all(|(_, outcome)| !outcome.is_open())
    }

    /// Whether who did not answer was tried often enough for one command.
    pub fn was_tried(&self) -> bool {
        self.tries >= IN_A_ROW
    }

    /// "Not yet", with who did not answer, and the wait that the longest of them named.
    pub fn not_yet(&self, number: u32) -> SendError {
        let open = self.outcomes.iter().filter(|(_, outcome)| outcome.is_open());
        let named = open.clone().filter_map(|(_, outcome)| match outcome {
            Outcome::Later { wait, .. } => *wait,
            _ => None,
        });
        let later = (number / IN_A_ROW).saturating_sub(1) as usize;
        let own = self.was_tried().then(|| WAITS[later.min(WAITS.len() - 1)]);
        let words = sentences(open.map(|(target, outcome)| format!("{target}: {}", outcome.words())));
        let says = format!("{} of {} told; {words}", self.count(), self.outcomes.len());
        SendError::NotYet { says, wait: named.max().max(own) }
    }

    fn count(&self) -> usize {
        self.outcomes.iter().filter(|(_, outcome)| outcome.is_told()).count()
    }

    /// The receipt: how many were told, and what became of each, those first that were not.
    pub fn receipt(&self, source: &str) -> Receipt {
        let mut outcomes: Vec<&(String, Outcome)> = self.outcomes.iter().collect();
        outcomes.sort_by_key(|(_, outcome)| match outcome {
            Outcome::Refused { .. } | Outcome::Later { .. } | Outcome::Never(_) => 0,
            Outcome::Told { .. } => 1,
            Outcome::TakesNone => 2,
        });
        let words = outcomes.into_iter().map(|(target, outcome)| format!("{target}: {}", outcome.words()));
        let detail = match self.outcomes.len() {
            0 => "there was nobody to tell".to_owned(),
            all => format!("{} of {all} told; {}", self.count(), sentences(words)),
        };
        Receipt { id: Some(source.to_owned()), detail: Some(detail), ..Receipt::default() }
    }
}

/// As many of them as a receipt has room for.
fn sentences(all: impl Iterator<Item = String>) -> String {
    let (mut out, mut left) = (String::new(), 0_usize);
    for words in all {
        if out.len() + words.len() > LONGEST_WORDS {
            left += 1;
            continue;
        }
        if !out.is_empty() {
            out.push_str("; ");
        }
        out.push_str(&words);
    }
    if left > 0 {
        out.push_str(&format!("; and {left} more"));
    }
    out
}
