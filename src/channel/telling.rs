//! Telling several strangers of one thing: those whom a page mentions, the hubs of a feed.
//!
//! Promise: what one of them answers, or does not, stops no other. Who has answered is not
//! asked again, nor by a later run: that stands in the journal. Who does not answer is asked
//! a few times in a row, then ever less often, and left alone a day after the first time.

use super::{Attempt, SendError};
use crate::clock;
use crate::diagnostic::visible::visible;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::future::Future;
use std::time::{Duration, Instant};

/// Who does not answer for so long is left alone.
const UNTIL_THEY_ANSWER: SignedDuration = SignedDuration::from_hours(24);
/// Between the tries that are made in a row.
const PAUSES: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(2)];
/// Who wants to be left alone for longer is asked by a later run.
const LONGEST_PAUSE: Duration = Duration::from_secs(20);
/// After the first of such rows so long is waited, and at last no longer.
const WAITS: [Duration; 3] =
    [Duration::from_secs(10 * 60), Duration::from_secs(3600), Duration::from_secs(6 * 3600)];
/// Longest text that a receipt holds of them, in bytes.
const LONGEST_WORDS: usize = 8000;

/// What one of them answered, in words that follow its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Heard {
    /// It took it.
    Told(String),
    /// It does not want to be told, and that is no error.
    TakesNone(String),
    /// It said no, or cannot be told, now or later.
    Not(String),
    /// It did not answer, or not now; how long it wants to be left alone.
    #[serde(skip)]
    Later(String, Option<Duration>),
}

impl Heard {
    /// It was not its turn.
    pub fn no_time() -> Heard {
        Heard::Later("not told: there was no time left for it".to_owned(), None)
    }

    fn is_open(&self) -> bool {
        matches!(self, Heard::Later(..))
    }

    fn words(&self) -> &str {
        let (Heard::Told(words) | Heard::TakesNone(words) | Heard::Not(words) | Heard::Later(words, _)) =
            self;
        words
    }
}

/// What is known from earlier tries, as the journal keeps it.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Known {
    /// How many rows of tries there were.
    rows: usize,
    /// Who answered what.
    heard: BTreeMap<String, Heard>,
}

/// What came of telling them.
#[derive(Debug)]
pub struct Told {
    /// Each with what it answered, in their order.
    pub heard: Vec<(String, Heard)>,
    /// What stands between a name and its words.
    between: &'static str,
    rows: usize,
    /// Who has answered by now, for the next try.
    done: String,
    /// When it is over, whoever has not answered.
    over: Timestamp,
}

/// Tells those of `all` who have not answered an earlier try of this, a few times if need be;
/// begins nothing after `budget`. `ask` asks as many as it is given, until that moment.
pub async fn tell<Asking>(
    attempt: &Attempt,
    all: Vec<String>,
    (budget, between): (Duration, &'static str),
    ask: impl Fn(Vec<String>, Instant) -> Asking + Send,
) -> Told
where
    Asking: Future<Output = Vec<(String, Heard)>> + Send,
{
    let begun = attempt.begun.as_ref();
    // What nobody can read is as good as nothing: they are told once more.
    let known: Known = begun.and_then(|begun| serde_json::from_str(&begun.done).ok()).unwrap_or_default();
    let since = begun.map_or_else(clock::now, |begun| begun.since);
    let mut heard = known.heard;
    let end = Instant::now() + budget;
    let mut pauses = PAUSES.into_iter();
    let mut open: Vec<String> = all.iter().filter(|one| !heard.contains_key(*one)).cloned().collect();
    while !open.is_empty() {
        heard.extend(ask(open.clone(), end).await);
        let wait = |one: &String| match heard.get(one) {
            Some(Heard::Later(_, wait)) => Some(wait.unwrap_or_default()),
            _ => None,
        };
        let (Some(pause), Some(named)) = (pauses.next(), open.iter().filter_map(wait).min()) else { break };
        let pause = pause.max(named);
        if pause > LONGEST_PAUSE || Instant::now() + pause >= end {
            break;
        }
        clock::sleep(pause).await;
        // Whoever wants to be left alone for longer is.
        open.retain(|one| wait(one).is_some_and(|wait| wait <= pause));
    }
    let rows = known.rows.saturating_add(1);
    let answered = heard.iter().filter(|(_, heard)| !heard.is_open());
    let answered = answered.map(|(one, heard)| (one.clone(), heard.clone())).collect();
    // Texts as keys and as values are JSON.
    let done = serde_json::to_string(&Known { rows, heard: answered }).unwrap_or_default();
    let over = since.saturating_add(UNTIL_THEY_ANSWER).unwrap_or(Timestamp::MAX);
    let heard = all.into_iter().filter_map(|one| {
        let said = heard.remove(&one)?;
        Some((one, said))
    });
    Told { heard: heard.collect(), between, rows, done, over }
}

impl Told {
    /// Whether everybody has answered.
    pub fn is_done(&self) -> bool {
        !self.heard.iter().any(|(_, heard)| heard.is_open())
    }

    /// Whether nobody is asked again.
    pub fn is_over(&self) -> bool {
        self.is_done() || self.over <= clock::now()
    }

    /// How many took it.
    pub fn count(&self) -> usize {
        self.heard.iter().filter(|(_, heard)| matches!(heard, Heard::Told(_))).count()
    }

    /// "2 of 3 told".
    pub fn counted(&self) -> String {
        format!("{} of {} told", self.count(), self.heard.len())
    }

    /// What each answered, those first who were not told, as much as a receipt has room for.
    pub fn words(&self) -> String {
        let mut all: Vec<&(String, Heard)> = self.heard.iter().collect();
        all.sort_by_key(|(_, heard)| match heard {
            Heard::Not(_) | Heard::Later(..) => 0,
            Heard::Told(_) => 1,
            Heard::TakesNone(_) => 2,
        });
        self.sentences(all.into_iter())
    }

    /// Who should have been told, and was not; none if nobody is left.
    pub fn left(&self) -> Option<String> {
        let left = self.heard.iter().filter(|(_, heard)| matches!(heard, Heard::Not(_) | Heard::Later(..)));
        Some(self.sentences(left)).filter(|words| !words.is_empty())
    }

    /// "Not yet": who has not answered, and until when they are asked; and for the next try
    /// who has. It comes after the longest wait that one of them named, or ours.
    pub fn partly(&self, first: &str) -> SendError {
        let open = self.heard.iter().filter(|(_, heard)| heard.is_open());
        let named = open.clone().filter_map(|(_, heard)| match heard {
            Heard::Later(_, wait) => *wait,
            _ => None,
        });
        let own = WAITS[self.rows.saturating_sub(1).min(WAITS.len() - 1)];
        let over = self.over.strftime("%Y-%m-%d %H:%M UTC");
        let says = format!("{first}{}; who does not answer by {over} is left alone", self.sentences(open));
        let wait = Some(named.max().unwrap_or_default().max(own));
        SendError::Partly { says, wait, done: self.done.clone() }
    }

    /// As many of them as there is room for.
    fn sentences<'a>(&self, all: impl Iterator<Item = &'a (String, Heard)>) -> String {
        let (mut out, mut left) = (String::new(), 0_usize);
        for (one, heard) in all {
            let words = format!("{}{}{}", visible(one), self.between, heard.words());
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channel::fixture;
    use crate::plan::Begun;
    use std::path::Path;
    use std::sync::Mutex;

    /// Tells `a`, which takes it at the third time, `b`, which wants to be left alone for
    /// so long, and `c`, which never wants it.
    async fn told(begun: Option<Begun>, wait: u64, budget: u64) -> (Told, Vec<Vec<String>>) {
        let attempt = fixture::attempt(Path::new("/nowhere"), fixture::post(&["x"]));
        let attempt = Attempt { begun, ..attempt };
        let asked = Mutex::new(Vec::new());
        let all = ["a", "b", "c"].map(str::to_owned).to_vec();
        let told = tell(&attempt, all, (Duration::from_secs(budget), ": "), |open, _end| {
            asked.lock().unwrap().push(open.clone());
            let tries = asked.lock().unwrap().len();
            let answer = move |one: &str| match one {
                "a" if tries < 3 => Heard::Later("is busy".to_owned(), None),
                "b" => Heard::Later("rests".to_owned(), Some(Duration::from_secs(wait))),
                "c" => Heard::TakesNone("takes none".to_owned()),
                _ => Heard::Told("heard".to_owned()),
            };
            async move { open.into_iter().map(|one| (one.clone(), answer(&one))).collect() }
        });
        let told = told.await;
        (told, asked.into_inner().unwrap())
    }

    #[tokio::test]
    async fn who_does_not_answer_is_asked_again_in_a_row_and_who_rests_is_not() {
        let (all, asked) = told(None, 60, 600).await;
        assert_eq!(asked, [vec!["a", "b", "c"], vec!["a"], vec!["a"]]);
        assert_eq!((all.count(), all.is_done(), all.is_over()), (1, false, false));
        assert_eq!((all.left().as_deref(), all.counted().as_str()), (Some("b: rests"), "1 of 3 told"));
        assert_eq!(all.words(), "b: rests; a: heard; c: takes none");
        let SendError::Partly { says, wait, done } = all.partly("") else { panic!() };
        assert!(says.starts_with("b: rests; who does not answer by "), "{says}");
        assert_eq!(wait, Some(WAITS[0]));
        // A later try asks that one alone, and is the last after a day.
        let since = clock::now() - SignedDuration::from_hours(24);
        let (rest, asked) = told(Some(Begun { done, since }), 60, 600).await;
        assert_eq!(asked, [vec!["b"]]);
        assert_eq!((rest.words(), rest.is_over()), (all.words(), true));
        // Nothing is asked again where no time is left for it.
        let (_, asked) = told(None, 60, 1).await;
        assert_eq!(asked.len(), 1);
    }

    #[test]
    fn no_more_is_said_than_there_is_room_for() {
        let one = |number: usize| (format!("{number}\u{1b}"), Heard::Not("x".repeat(1000)));
        let heard = (0..50).map(one).collect();
        let told = Told { heard, between: ": ", rows: 1, done: String::new(), over: Timestamp::MAX };
        let words = told.words();
        assert!(words.len() < LONGEST_WORDS + 100 && words.ends_with("; and 43 more"), "{words}");
        assert!(!words.contains('\u{1b}'));
    }
}
