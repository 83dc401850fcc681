//! The journal as text: JSON Lines out of a store, and back into it.
//!
//! Every line stands for itself: version, store, and one event or one plan.
//! Lines may be merged, split and searched with anything that reads lines. The
//! last one counts the others: a lost store is brought back from a whole
//! journal only, for what half of it knows, the other half would send again.

use super::{Store, StoreError, sqlite};
use crate::diagnostic::visible::visible_json;
use crate::plan::{Event, Plan};
use serde::{Deserialize, Serialize};
use std::io::{self, BufRead, Read, Write};

/// The version of a line.
const VERSION: u32 = 1;
/// Longer lines are no journal: a plan with its articles has some hundred kilobytes.
const LONGEST_LINE: u64 = 64 << 20;

/// What an import did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ImportSummary {
    /// Events that were new.
    pub events: usize,
    /// Plans that were new.
    pub plans: usize,
    /// Lines whose content was there already.
    pub known: usize,
    /// Whether the journal has its last line, and all that this one counts.
    #[serde(skip)]
    pub whole: bool,
}

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// A line is not what an export has.
    #[error("line {line} cannot be read ({why}): nothing was imported")]
    Line {
        /// From 1.
        line: usize,
        /// What is wrong with it.
        why: String,
    },
    /// It comes from another store.
    #[error("line {line} comes from the store {found}, and this is {expected}: nothing was imported")]
    OtherStore {
        /// From 1.
        line: usize,
        /// The export's store.
        found: String,
        /// This one.
        expected: String,
    },
    /// It is to bring back a lost store, and is not whole.
    #[error(
        "it was cut off, its last line is missing: nothing was imported, for what it does not know would go out again"
    )]
    CutOff,
    /// The text could not be read to its end.
    #[error("the journal cannot be read ({0}): nothing was imported")]
    Read(#[from] io::Error),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why an export is not whole.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// It could not be written.
    #[error("the journal cannot be written: {0}")]
    Write(#[from] io::Error),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// One line.
#[derive(Debug, Serialize, Deserialize)]
struct Line {
    ladder_journal: u32,
    store: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    event: Option<Event>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    plan: Option<Plan>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    end: Option<End>,
}

/// What an export has before its last line.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct End {
    plans: usize,
    events: usize,
}

impl End {
    fn holds(self, other: End) -> bool {
        self.plans >= other.plans && self.events >= other.events
    }
}

impl Store {
    /// Writes plans, then events in their order, a line each.
    pub fn export(&self, out: &mut dyn Write) -> Result<(), ExportError> {
        let line = |id, event, plan, end| Line {
            ladder_journal: VERSION,
            store: self.id().to_owned(),
            id,
            event,
            plan,
            end,
        };
        let mut count = End::default();
        let mut write = |line: &Line| -> io::Result<()> {
            let json = serde_json::to_string(line)?;
            // People look at it in a terminal.
            out.write_all(visible_json(&json).as_bytes())?;
            out.write_all(b"\n")
        };
        for plan in self.plans()? {
            count.plans += 1;
            write(&line(None, None, Some(plan), None))?;
        }
        let mut wrong = None;
        self.each_event(&mut |id, event| {
            if wrong.is_none() {
                count.events += 1;
                wrong = write(&line(Some(id), Some(event), None, None)).err();
            }
        })?;
        if let Some(error) = wrong {
            return Err(error.into());
        }
        write(&line(None, None, None, Some(count)))?;
        Ok(out.flush()?)
    }

    /// Reads what [`Store::export`] wrote, in one commit: all of it, or nothing.
    /// What is there already is not added again.
    pub fn import(&mut self, lines: &mut dyn BufRead) -> Result<ImportSummary, ImportError> {
        let path = self.path().to_owned();
        let expected = self.id().to_owned();
        let explain = |error: rusqlite::Error| sqlite::explain(&path, &error);
        let transaction = self
            .connection
            .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
            .map_err(explain)?;
        let mut summary = ImportSummary::default();
        let (mut number, mut count, mut end) = (0, End::default(), None);
        let mut bytes = Vec::new();
        let mut add_event = transaction
            .prepare("INSERT OR IGNORE INTO events (id, key, json) VALUES (?1, ?2, ?3)")
            .map_err(explain)?;
        let mut add_plan = transaction
            .prepare("INSERT OR IGNORE INTO plans (digest, json) VALUES (?1, ?2)")
            .map_err(explain)?;
        loop {
            bytes.clear();
            number += 1;
            if lines.take(LONGEST_LINE).read_until(b'\n', &mut bytes)? == 0 {
                break;
            }
            if bytes.trim_ascii().is_empty() {
                continue;
            }
            let line = read_line(&bytes, number, &expected)?;
            let text = |json: serde_json::Result<String>| {
                json.map_err(|error| ImportError::Line { line: number, why: error.to_string() })
            };
            let added = match (&line.id, &line.event, &line.plan, line.end) {
                (None, None, None, Some(counted)) => {
                    // Journals may have been put together: the longest counts.
                    let longer = end.is_none_or(|end: End| !end.holds(counted));
                    end = if longer { Some(counted) } else { end };
                    continue;
                }
                (Some(id), Some(event), None, None) => {
                    count.events += 1;
                    let json = text(serde_json::to_string(event))?;
                    let added = add_event.execute((id, &event.key.0, json)).map_err(explain)?;
                    summary.events += added;
                    added
                }
                (None, None, Some(plan), None) => {
                    count.plans += 1;
                    let json = text(serde_json::to_string(plan))?;
                    let added = add_plan.execute((&plan.digest, json)).map_err(explain)?;
                    summary.plans += added;
                    added
                }
                _ => {
                    let why = "it has to hold one event with its id, or one plan".to_owned();
                    return Err(ImportError::Line { line: number, why });
                }
            };
            summary.known += usize::from(added == 0);
        }
        drop((add_event, add_plan));
        summary.whole = end.is_some_and(|end| count.holds(end));
        if summary.events + summary.plans > 0 {
            transaction.commit().map_err(explain)?;
            self.commits += 1;
        }
        Ok(summary)
    }

    fn plans(&self) -> Result<Vec<Plan>, StoreError> {
        let texts: Vec<String> = self
            .connection
            .prepare("SELECT json FROM plans ORDER BY rowid")
            .and_then(|mut plans| plans.query_map([], |row| row.get(0))?.collect())
            .map_err(|error| sqlite::explain(self.path(), &error))?;
        texts.iter().map(|json| self.understand(json, "a plan")).collect()
    }
}

fn read_line(bytes: &[u8], number: usize, expected: &str) -> Result<Line, ImportError> {
    let wrong = |why: String| ImportError::Line { line: number, why };
    if bytes.len() as u64 >= LONGEST_LINE {
        return Err(wrong("it is too long".to_owned()));
    }
    let line: Line = serde_json::from_slice(bytes).map_err(|error| wrong(error.to_string()))?;
    if line.ladder_journal != VERSION {
        return Err(wrong(format!("it has version {}, this ladder reads {VERSION}", line.ladder_journal)));
    }
    if line.store != expected {
        return Err(ImportError::OtherStore {
            line: number,
            found: line.store,
            expected: expected.to_owned(),
        });
    }
    if let Some(plan) = line.plan.as_ref().filter(|plan| plan.digest != plan.compute_digest()) {
        return Err(wrong(format!("the plan of `{}` does not match its digest", plan.message)));
    }
    Ok(line)
}
