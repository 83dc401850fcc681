//! What survives the process: events, plans, media; SQLite in `.ladder/ladder.db`.
//!
//! Durable before it returns: WAL with `synchronous = FULL`. One [`Batch`] is
//! one commit. A store is made only by `init` and `store create`; it is never
//! made by looking for it.

mod folded;
mod journal;
mod lease;
mod lock;
mod media;
mod reading;
mod schema;
mod seal;
mod sqlite;
mod withdrawal;
mod writing;

pub use folded::{View, Viewed};
pub use journal::{ExportError, ImportError, ImportSummary};
pub use lease::Hold;
pub use lock::RunLock;
pub use reading::Facts;
pub use seal::seal;
pub use withdrawal::{Waiting, Withdrawal};

use crate::plan::{Event, EventKind, Plan, Standing, State};
use rusqlite::OptionalExtension;
use std::cell::{Cell, RefCell};
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
    /// Whoever was sending had no right to go on.
    #[error(
        "this runner stood still for longer than its right to send lasts{}: nothing more was sent; look at `ladder status`, and run it again",
        match .taken_by { Some(holder) => format!(", and {holder} has taken over"), None => String::new() }
    )]
    Slept {
        /// The file.
        path: String,
        /// Who sends now.
        taken_by: Option<String>,
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
            StoreError::Slept { .. } => "its runner stood still for too long".to_owned(),
            StoreError::Missing(_) => "it is gone".to_owned(),
            StoreError::Exists(_) => "there is one already".to_owned(),
            StoreError::OtherId { .. } => "it has another id".to_owned(),
            StoreError::Newer { .. } => "a newer ladder wrote it".to_owned(),
        }
    }
}

/// A store that is larger is not looked through by each run.
const LARGEST_LOOKED_THROUGH: u64 = 16 << 20;

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

    /// Leaves what a runner that has lost its right to send may still say: the
    /// answers it got. That nothing was done is told where somebody looks who
    /// wonders what became of it; anything else is for whoever sends now.
    pub fn only_answers(&mut self) {
        // Of one person's mail nothing is looked for, and nothing told beside it.
        for event in self.events.iter_mut().filter(|event| event.recipient.is_none()) {
            if let EventKind::NotYet { part, says, .. } = &event.kind {
                let says = format!("the runner that was to send it says: {says}");
                event.kind = EventKind::Looked { part: *part, says };
            }
        }
        self.events.retain(|event| writing::is_answer(&event.kind));
        self.plans.clear();
    }
}

/// The store.
#[derive(Debug)]
pub struct Store {
    path: PathBuf,
    id: String,
    connection: rusqlite::Connection,
    /// Whether it has seals and a lease. One that has not can only be read.
    sealed: bool,
    /// The version of its tables.
    version: i64,
    ids: ulid::Generator,
    commits: u64,
    /// The last fact that was read or written here. Whoever is about to send
    /// must know all there are: see [`Store::commit`].
    known: Cell<i64>,
    /// Which facts were found to be missing when some were to be written.
    gap: Option<String>,
    /// The right to send, once it was taken: see [`Store::lock_for_sending`].
    lease: RefCell<Option<lock::Lease>>,
    /// Which file it was when it was opened.
    file: (u64, u64),
    /// The longest that it was, in bytes: nothing here makes it shorter.
    length: Cell<u64>,
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

    /// A file that was removed or replaced takes writes as before, and nobody
    /// will ever read them.
    fn is_still_there(&self) -> Result<(), StoreError> {
        match std::fs::metadata(&self.path).map(|facts| (sqlite::which(&facts), facts.len())) {
            Ok((file, length)) if file == self.file => self.is_still_as_long(length),
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

    /// A file that was cut off while it was open takes writes as well, and what was
    /// cut off comes back as nothing when SQLite puts its log into it.
    fn is_still_as_long(&self, length: u64) -> Result<(), StoreError> {
        let longest = self.length.replace(length.max(self.length.get()));
        if length >= longest {
            return Ok(());
        }
        // Somebody may have tidied it up: then it is as long as it says itself.
        if self.own_length()? <= length {
            return Ok(());
        }
        Err(self.damaged("the file was cut off while it was open"))
    }

    /// How many bytes it has, as it says itself.
    fn own_length(&self) -> Result<u64, StoreError> {
        let number = |name| self.connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
        let length = number("page_count").and_then(|pages| Ok(pages.saturating_mul(number("page_size")?)));
        Ok(u64::try_from(length.map_err(|error| self.explain(&error))?).unwrap_or(u64::MAX))
    }

    fn damaged(&self, why: &str) -> StoreError {
        StoreError::Damaged { path: self.path.display().to_string(), why: why.to_owned() }
    }

    /// Whether all of a file that is not too large hangs together (SQLite's
    /// `quick_check`), at about a millisecond for each MB. A view reads what it asks
    /// for, and where that is nothing it would find nothing wrong. Of a larger one
    /// only what is read is known.
    pub fn hangs_together(&self) -> Result<(), StoreError> {
        if self.own_length()? > LARGEST_LOOKED_THROUGH {
            return Ok(());
        }
        let found = |row: &rusqlite::Row<'_>| row.get::<_, String>(0);
        let told = self.connection.query_row("PRAGMA quick_check(1)", [], found);
        let told = told.map_err(|error| self.explain(&error))?;
        if told == "ok" { Ok(()) } else { Err(self.damaged("pages of it are missing or damaged")) }
    }

    /// The plan of that digest.
    pub fn plan(&self, digest: &str) -> Result<Option<Plan>, StoreError> {
        let json: Option<String> = self
            .connection
            .prepare_cached("SELECT json FROM plans WHERE digest = ?1")
            .and_then(|mut plans| plans.query_row([digest], |row| row.get(0)).optional())
            .map_err(|error| sqlite::explain(&self.path, &error))?;
        json.map(|json: String| self.understand(&json, "a plan")).transpose()
    }

    /// The plans of which something is still to be sent, or to be looked for, as
    /// outlines (see [`Plan::into_outline`]): there may be thousands. `read` gets
    /// each whole plan while it is there.
    pub fn queued(&self, standing: &Standing, read: &mut dyn FnMut(&Plan)) -> Result<Vec<Plan>, StoreError> {
        let waiting = standing.deliveries.values().filter(|d| d.is_open() || d.state == State::Unknown);
        let digests: BTreeSet<&str> = waiting.map(|delivery| delivery.plan.as_str()).collect();
        let mut plans = Vec::new();
        for digest in digests {
            let Some(plan) = self.plan(digest)? else { continue };
            read(&plan);
            plans.push(plan.into_outline());
        }
        plans.sort_by(|a, b| {
            (a.publish_at, &a.message, &a.digest).cmp(&(b.publish_at, &b.message, &b.digest))
        });
        Ok(plans)
    }

    fn understand<T: serde::de::DeserializeOwned>(&self, json: &str, what: &str) -> Result<T, StoreError> {
        serde_json::from_str(json).map_err(|error| StoreError::Damaged {
            path: self.path.display().to_string(),
            why: format!("{what} is not what this ladder writes: {error}"),
        })
    }
}

#[cfg(test)]
mod tests;
