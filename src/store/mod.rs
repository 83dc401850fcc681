//! What survives the process: events, plans, media; SQLite in `.ladder/ladder.db`.
//!
//! Durable before it returns: WAL with `synchronous = FULL`. One [`Batch`] is
//! one commit. A store is made only by `init` and `store create`; it is never
//! made by looking for it.

mod folded;
mod journal;
mod lock;
mod media;
mod sqlite;

pub use folded::{View, Viewed};
pub use journal::{ExportError, ImportError, ImportSummary};
pub use lock::RunLock;

use crate::plan::{Event, EventKind, Plan, Standing, State};
use rusqlite::OptionalExtension;
use std::cell::Cell;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What can be wrong with a store. Every text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is none.
    #[error(
        "there is no store at `{0}`, and without one nothing is sent: `ladder journal import FILE` brings back an exported one, `ladder store create` makes a new one that knows of nothing"
    )]
    Missing(String),
    /// There is one already.
    #[error("there is a store at `{0}` already: it is left as it is")]
    Exists(String),
    /// It is another project's.
    #[error(
        "the store `{path}` has the id {found}, and `ladder.toml` names {expected}: nothing is sent; restore the right store, or correct `[store] id`"
    )]
    OtherId {
        /// The file.
        path: String,
        /// Its id.
        found: String,
        /// The project's.
        expected: String,
    },
    /// A newer `ladder` wrote it.
    #[error(
        "the store `{path}` has version {found}; this ladder knows versions up to {known}: use the newer ladder"
    )]
    Newer {
        /// The file.
        path: String,
        /// Its version.
        found: i64,
        /// Ours.
        known: i64,
    },
    /// Somebody else holds it.
    #[error("the store `{path}` is in use by {holder}: nothing was sent; try again when that has ended")]
    Busy {
        /// The file.
        path: String,
        /// Who holds it, as far as it is known.
        holder: String,
    },
    /// It cannot be written.
    #[error("the store `{path}` cannot be written ({why}): nothing was sent")]
    NotWritable {
        /// The file.
        path: String,
        /// The system's words.
        why: String,
    },
    /// It failed while things were being sent.
    #[error(
        "the store `{path}` failed while sending ({why}): nothing more was sent{}; put the store right, then look at `ladder status`",
        if *.unrecorded == 0 { String::new() } else { format!(", and {unrecorded} answers that did arrive could not be recorded, so these deliveries will be unknown") }
    )]
    Midway {
        /// The file.
        path: String,
        /// What happened to it.
        why: String,
        /// How many events could not be written.
        unrecorded: usize,
    },
    /// It is not a store, or damaged.
    #[error(
        "the store `{path}` cannot be read ({why}); restore it from a copy or from `ladder journal export`"
    )]
    Damaged {
        /// The file.
        path: String,
        /// What was seen.
        why: String,
    },
}

impl StoreError {
    /// What went wrong, in few words and without what to do.
    pub fn why(&self) -> String {
        match self {
            StoreError::NotWritable { why, .. }
            | StoreError::Damaged { why, .. }
            | StoreError::Midway { why, .. } => why.clone(),
            StoreError::Busy { holder, .. } => format!("it is in use by {holder}"),
            StoreError::Missing(_) => "it is gone".to_owned(),
            StoreError::Exists(_) => "there is one already".to_owned(),
            StoreError::OtherId { .. } => "it has another id".to_owned(),
            StoreError::Newer { .. } => "a newer ladder wrote it".to_owned(),
        }
    }
}

/// Written in one durable commit.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// Plans to keep (by digest).
    pub plans: Vec<Plan>,
    /// What happened.
    pub events: Vec<Event>,
}

impl Batch {
    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.plans.is_empty() && self.events.is_empty()
    }
}

/// The store.
#[derive(Debug)]
pub struct Store {
    path: PathBuf,
    id: String,
    connection: rusqlite::Connection,
    ids: ulid::Generator,
    commits: u64,
    /// The last fact that was read or written here. Whoever is about to send
    /// must know all there are: see [`Store::commit`].
    known: Cell<i64>,
    /// Which file it was when it was opened.
    file: (u64, u64),
}

impl Store {
    /// Its id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How many durable commits this opening of it has made.
    pub fn commits(&self) -> u64 {
        self.commits
    }

    /// One durable commit; none for an empty batch.
    ///
    /// An intent is only written by one who knows all facts there are
    /// ([`Store::events`]): if somebody else wrote meanwhile, it is
    /// [`StoreError::Busy`], and nothing is written. The lock keeps others out;
    /// this holds even where the lock does not: its file was deleted, or the
    /// disk is one whose locks do not work. Answers are always written.
    pub fn commit(&mut self, batch: &Batch) -> Result<(), StoreError> {
        if batch.is_empty() {
            return Ok(());
        }
        self.is_still_there()?;
        let written = write(&mut self.connection, &mut self.ids, batch, self.known.get());
        let last = written.map_err(|error| sqlite::explain(&self.path, &error))?;
        match last {
            Written::Known(last) => self.known.set(last),
            Written::AmongOthers => {}
            Written::Not => {
                return Err(StoreError::Busy {
                    path: self.path.display().to_string(),
                    holder: lock::holder(&self.path),
                });
            }
        }
        self.commits += 1;
        Ok(())
    }

    /// A file that was removed or replaced takes writes as before, and nobody
    /// will ever read them.
    fn is_still_there(&self) -> Result<(), StoreError> {
        match sqlite::file_of(&self.path) {
            Ok(file) if file == self.file => Ok(()),
            Ok(_) => Err(StoreError::NotWritable {
                path: self.path.display().to_string(),
                why: "another file has taken its place".to_owned(),
            }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                Err(StoreError::Missing(self.path.display().to_string()))
            }
            Err(error) => Err(sqlite::not_writable(&self.path, &error)),
        }
    }

    /// Every event, in order.
    pub fn events(&self) -> Result<Vec<Event>, StoreError> {
        let mut events = Vec::new();
        self.each_event(&mut |_, event| events.push(event))?;
        Ok(events)
    }

    /// The plan of that digest.
    pub fn plan(&self, digest: &str) -> Result<Option<Plan>, StoreError> {
        let json: Option<String> = self
            .connection
            .prepare("SELECT json FROM plans WHERE digest = ?1")
            .and_then(|mut plans| plans.query_row([digest], |row| row.get(0)).optional())
            .map_err(|error| sqlite::explain(&self.path, &error))?;
        json.map(|json: String| self.understand(&json, "a plan")).transpose()
    }

    /// The plans of which something is still to be sent, or to be looked for.
    pub fn queued(&self, standing: &Standing) -> Result<Vec<Plan>, StoreError> {
        let waiting = standing.deliveries.values().filter(|d| d.is_open() || d.state == State::Unknown);
        let digests: BTreeSet<&str> = waiting.map(|delivery| delivery.plan.as_str()).collect();
        let mut plans = Vec::new();
        for digest in digests {
            plans.extend(self.plan(digest)?);
        }
        plans.sort_by(|a, b| {
            (a.publish_at, &a.message, &a.digest).cmp(&(b.publish_at, &b.message, &b.digest))
        });
        Ok(plans)
    }

    /// Every event with its id, in order.
    fn each_event(&self, take: &mut dyn FnMut(String, Event)) -> Result<(), StoreError> {
        let last = self.some_events(0, i64::MAX, take)?;
        self.known.set(last);
        Ok(())
    }

    /// At most so many events after that one; which was the last.
    fn some_events(
        &self,
        after: i64,
        most: i64,
        take: &mut dyn FnMut(String, Event),
    ) -> Result<i64, StoreError> {
        let explain = |error: rusqlite::Error| sqlite::explain(&self.path, &error);
        let mut last = after;
        let mut rows = self
            .connection
            .prepare("SELECT seq, id, json FROM events WHERE seq > ?1 ORDER BY seq LIMIT ?2")
            .map_err(explain)?;
        let mut rows = rows.query([after, most]).map_err(explain)?;
        while let Some(row) = rows.next().map_err(explain)? {
            let seq: i64 = row.get(0).map_err(explain)?;
            let json = row.get_ref(2).map_err(explain)?;
            let json = json.as_str().map_err(|error| explain(error.into()))?;
            let event = self.understand(json, &format!("event {seq}"))?;
            take(row.get(1).map_err(explain)?, event);
            last = seq;
        }
        Ok(last)
    }

    fn understand<T: serde::de::DeserializeOwned>(&self, json: &str, what: &str) -> Result<T, StoreError> {
        serde_json::from_str(json).map_err(|error| StoreError::Damaged {
            path: self.path.display().to_string(),
            why: format!("{what} is not what this ladder writes: {error}"),
        })
    }
}

/// What came of a batch.
enum Written {
    /// It was written, and up to this fact all are known.
    Known(i64),
    /// It was written, and there are facts of others that are not known here.
    AmongOthers,
    /// It holds an intent, and there are such facts: nothing was written.
    Not,
}

/// The one place that writes: all of `batch`, or nothing. `known` is the last
/// fact that the writer knows.
fn write(
    connection: &mut rusqlite::Connection,
    ids: &mut ulid::Generator,
    batch: &Batch,
    known: i64,
) -> rusqlite::Result<Written> {
    // Immediate: a writer that waits for another one waits here, not half way.
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let last = |of: &rusqlite::Transaction<'_>| {
        of.query_row("SELECT coalesce(max(seq), 0) FROM events", [], |row| row.get::<_, i64>(0))
    };
    let alone = last(&transaction)? == known;
    if !alone
        && batch
            .events
            .iter()
            .any(|event| matches!(event.kind, EventKind::Intent { .. } | EventKind::Prepared { .. }))
    {
        return Ok(Written::Not);
    }
    {
        // The recipients are not part of the digest, so the newest list wins.
        let mut plans = transaction.prepare(
            "INSERT INTO plans (digest, json) VALUES (?1, ?2)
             ON CONFLICT (digest) DO UPDATE SET json = excluded.json WHERE json <> excluded.json",
        )?;
        for plan in &batch.plans {
            plans.execute((&plan.digest, as_json(plan)?))?;
        }
        let mut events = transaction.prepare("INSERT INTO events (id, key, json) VALUES (?1, ?2, ?3)")?;
        for event in &batch.events {
            let id = match ids.generate() {
                Ok(id) => id,
                Err(overflow) => overflow.commit_overflow_random(),
            };
            events.execute((id.to_string(), &event.key.0, as_json(event)?))?;
        }
    }
    let last = last(&transaction)?;
    transaction.commit()?;
    Ok(if alone { Written::Known(last) } else { Written::AmongOthers })
}

fn as_json<T: serde::Serialize>(value: &T) -> rusqlite::Result<String> {
    serde_json::to_string(value).map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}

#[cfg(test)]
mod tests;
