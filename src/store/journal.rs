//! The journal as text: JSON Lines out of a store, and back into it.
//!
//! Every line stands for itself: version, store, one event or one plan, and a
//! check of its own content. Lines may be merged, split and searched with
//! anything that reads lines; one that was changed is refused. The last one
//! counts the others: a lost store is brought back from a whole journal only,
//! for what half of it knows, the other half would send again.

use super::{Store, StoreError, reading, seal, sqlite, writing};
use crate::diagnostic::visible::visible_json;
use crate::plan::{Event, EventKind, Plan};
use rusqlite::OptionalExtension;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::HashSet;
use std::io::{self, BufRead, Read, Write};

/// The version of a line. Those of version 1 have no check.
const VERSION: u32 = 2;
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
    /// Lines of an older ladder, which carry no check of their content.
    pub unchecked: usize,
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
    /// Two facts have one id.
    #[error(
        "line {line}: the event {id} has other contents than {other} of the same id: nothing was imported, for one of the two is not what happened"
    )]
    Conflict {
        /// From 1.
        line: usize,
        /// The id that both have.
        id: String,
        /// Where the other one is: a line of the journal, or an event of the store.
        other: String,
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
    /// Of all that stands before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    check: Option<String>,
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
    /// Writes plans, then events in their order, a line each. Needs no lock, and
    /// may be called while somebody sends: it is one moment's view.
    ///
    /// What speaks against the events is returned (see [`super::Facts`]). One
    /// that was changed after it was written is exported without a check, and
    /// where some are missing there is no last line: no import takes them for
    /// what happened.
    pub fn export(&self, out: &mut dyn Write) -> Result<Vec<String>, ExportError> {
        let line = |id, event, plan, end| Line {
            ladder_journal: VERSION,
            store: self.id().to_owned(),
            id,
            event,
            plan,
            end,
            check: None,
        };
        let mut count = End::default();
        let mut write = |line: &Line, checked: bool| -> io::Result<()> {
            let json = if checked { with_check(line)? } else { serde_json::to_string(line)? };
            // People look at it in a terminal.
            out.write_all(visible_json(&json).as_bytes())?;
            out.write_all(b"\n")
        };
        for plan in self.plans()? {
            count.plans += 1;
            write(&line(None, None, Some(plan), None), true)?;
        }
        let (mut wrong, mut changed) = (None, 0);
        let doubts = self.each_fact(&mut |reading::Fact { id, event, true_to_seal }| {
            if wrong.is_none() {
                count.events += 1;
                changed += usize::from(!true_to_seal);
                wrong = write(&line(Some(id), Some(event), None, None), true_to_seal).err();
            }
        })?;
        if let Some(error) = wrong {
            return Err(error.into());
        }
        // What somebody wants stopped is so wherever this is imported.
        for (id, event) in self.coming_facts()? {
            count.events += 1;
            write(&line(Some(id), Some(event), None, None), true)?;
        }
        // Of doubts that are not about changed events, some are about missing ones.
        if doubts.len() <= changed {
            write(&line(None, None, None, Some(count)), true)?;
        }
        out.flush()?;
        Ok(doubts)
    }

    /// Reads what [`Store::export`] wrote, in one commit: all of it, or nothing.
    /// What is there already is not added again.
    pub fn import(&mut self, lines: &mut dyn BufRead) -> Result<ImportSummary, ImportError> {
        // What is there must be whole, or what is added would hide that it is not.
        self.events()?;
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
        let begin = writing::last(&transaction).map_err(explain)?;
        if writing::counted(&transaction).map_err(explain)? != begin {
            let why = "events were taken out in this moment".to_owned();
            return Err(StoreError::Damaged { path: path.display().to_string(), why }.into());
        }
        // The line of each event that was added: who has the same id is told it.
        let mut added_by = Vec::new();
        let mut planned = planned(&transaction).map_err(explain)?;
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
            summary.unchecked += usize::from(line.check.is_none());
            let wrong = |why: String| ImportError::Line { line: number, why };
            let added = match (&line.id, &line.event, &line.plan, line.end) {
                (None, None, None, Some(counted)) => {
                    // Journals may have been put together: the longest counts.
                    let longer = end.is_none_or(|end: End| !end.holds(counted));
                    end = if longer { Some(counted) } else { end };
                    continue;
                }
                (Some(id), Some(event), None, None) => {
                    count.events += 1;
                    if matches!(event.kind, EventKind::Planned { .. }) {
                        planned.insert(event.key.0.clone());
                    } else if !planned.contains(&event.key.0) {
                        // Without it nobody would know whose it is, and what comes
                        // later could begin that delivery anew.
                        return Err(wrong(format!(
                            "nothing before it planned the delivery {}: import the whole journal",
                            event.key.0
                        )));
                    }
                    let seq = begin + 1 + i64::try_from(added_by.len()).unwrap_or(i64::MAX - 1 - begin);
                    match known(&transaction, id).map_err(explain)? {
                        None => {
                            writing::add(&transaction, seq, id, event).map_err(explain)?;
                            added_by.push(number);
                            summary.events += 1;
                            1
                        }
                        Some((_, json))
                            if serde_json::from_str(&json).is_ok_and(|known: Event| known == *event) =>
                        {
                            0
                        }
                        Some((seq, _)) => {
                            let before = usize::try_from(seq - begin - 1).ok();
                            let line_before = before.and_then(|place| added_by.get(place));
                            let other = match line_before {
                                Some(line) => format!("line {line}"),
                                None => format!("event {seq} of the store"),
                            };
                            return Err(ImportError::Conflict { line: number, id: id.clone(), other });
                        }
                    }
                }
                (None, None, Some(plan), None) => {
                    count.plans += 1;
                    let json = writing::as_json(plan).map_err(explain)?;
                    let added = add_plan.execute((&plan.digest, json)).map_err(explain)?;
                    summary.plans += added;
                    added
                }
                _ => return Err(wrong("it has to hold one event with its id, or one plan".to_owned())),
            };
            summary.known += usize::from(added == 0);
        }
        drop(add_plan);
        summary.whole = end.is_some_and(|end| count.holds(end));
        if summary.events + summary.plans > 0 {
            let last = writing::last(&transaction).map_err(explain)?;
            writing::is_last(&transaction, last).map_err(explain)?;
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

/// A line with its check, as its last member.
fn with_check(line: &Line) -> serde_json::Result<String> {
    let Value::Object(mut members) = serde_json::to_value(line)? else { return serde_json::to_string(line) };
    let check = seal::check(&members);
    members.insert("check".to_owned(), check.into());
    serde_json::to_string(&members)
}

/// The deliveries that have been planned.
fn planned(transaction: &rusqlite::Transaction<'_>) -> rusqlite::Result<HashSet<String>> {
    let sql = "SELECT DISTINCT key FROM events WHERE json ->> '$.event' = 'planned'";
    transaction.prepare(sql)?.query_map([], |row| row.get(0))?.collect()
}

/// The fact of that id, with its place.
fn known(transaction: &rusqlite::Transaction<'_>, id: &str) -> rusqlite::Result<Option<(i64, String)>> {
    transaction
        .prepare_cached("SELECT seq, json FROM events WHERE id = ?1")?
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()
}

fn read_line(bytes: &[u8], number: usize, expected: &str) -> Result<Line, ImportError> {
    let wrong = |why: String| ImportError::Line { line: number, why };
    // An editor may have put a mark there and ended the lines with CRLF: what a line
    // says, and its check, are the same.
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if matches!(bytes, [0xff, 0xfe, ..] | [0xfe, 0xff, ..]) {
        let why = "it is UTF-16, as some shells write what they redirect: `ladder journal export FILE` writes \
                   the file itself, in UTF-8";
        return Err(wrong(why.to_owned()));
    }
    if bytes.len() as u64 >= LONGEST_LINE {
        return Err(wrong(format!("it is longer than {} MB", LONGEST_LINE >> 20)));
    }
    if std::str::from_utf8(bytes).is_err() {
        return Err(wrong("it is not UTF-8".to_owned()));
    }
    let members: Map<String, Value> =
        serde_json::from_slice(bytes).map_err(|error| wrong(error.to_string()))?;
    // A newer one may have other members: its version is looked at first.
    match members.get("ladder_journal").and_then(Value::as_u64) {
        Some(version) if version > u64::from(VERSION) => {
            return Err(wrong(format!("it has version {version}, this ladder reads up to {VERSION}")));
        }
        Some(1) => {}
        Some(2..) => match members.get("check").and_then(Value::as_str) {
            Some(check) if check == seal::check(&members) => {}
            Some(_) => return Err(wrong("it was changed after it was written".to_owned())),
            None => {
                let why = "it has no check: the event was changed in the store after it was written";
                return Err(wrong(why.to_owned()));
            }
        },
        _ => return Err(wrong("it is no line of a journal of ladder".to_owned())),
    }
    let line: Line = serde_json::from_slice(bytes).map_err(|error| wrong(error.to_string()))?;
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
