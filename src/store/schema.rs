//! The tables, and the steps that bring an older file up to them.
//!
//! A store is brought up to date when it is opened, in one transaction: a crash
//! leaves the old version whole, and of two who open at once the second finds
//! it done. Where that cannot be (a read-only folder, an older ladder at work)
//! the file is read as it is, and nothing is written to it.

use rusqlite::{Connection, Transaction, TransactionBehavior};

/// "LADR": tells our files from other SQLite databases (`PRAGMA application_id`).
pub(super) const APPLICATION: i64 = 0x4c41_4452;
/// The schema's version (`PRAGMA user_version`): how many of [`STEPS`] were taken.
#[allow(clippy::cast_possible_wrap, reason = "a handful of steps")]
pub(super) const VERSION: i64 = STEPS.len() as i64;

/// Step `n` makes version `n + 1` out of version `n`. A step that was released
/// is never changed; a new table is a new step at the end.
pub(super) const STEPS: &[&str] = &[
    // `events` only ever grows; `seq` is the order of the facts, `id` is a
    // fact's name in exports, so that importing it twice adds it once.
    "
    CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE events (
        seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, key TEXT NOT NULL, json TEXT NOT NULL
    ) STRICT;
    CREATE TABLE plans (digest TEXT PRIMARY KEY, json TEXT NOT NULL) STRICT;
    ",
    // `seal` tells a fact that was changed after it was written; those up to
    // `unsealed` were written before there were seals, and have none; the trigger
    // ends an older ladder that had opened the file before this step. `last` is
    // the last fact's `seq`, so that facts missing at the end are missed too.
    // `lease` is one row: see `lease.rs`.
    "
    ALTER TABLE events ADD COLUMN seal TEXT;
    CREATE TRIGGER sealed BEFORE INSERT ON events WHEN NEW.seal IS NULL
        BEGIN SELECT raise(ABORT, 'a newer ladder has this store by now'); END;
    INSERT INTO meta (name, value)
        SELECT 'unsealed', CAST(coalesce(max(seq), 0) AS TEXT) FROM events;
    INSERT INTO meta (name, value)
        SELECT 'last', CAST(coalesce(max(seq), 0) AS TEXT) FROM events;
    CREATE TABLE lease (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        token INTEGER NOT NULL, holder TEXT NOT NULL, machine TEXT NOT NULL,
        lock TEXT NOT NULL, expires INTEGER NOT NULL
    ) STRICT;
    INSERT INTO lease VALUES (1, 0, '', '', '', 0);
    ",
    // What is to be stopped while another process sends: see `withdrawal.rs`.
    "
    CREATE TABLE withdrawn (
        key TEXT PRIMARY KEY, by TEXT NOT NULL, at INTEGER NOT NULL, skipped TEXT
    ) STRICT;
    ",
];

/// Takes the steps that are left, all of them or none. Returns the version
/// that the file has then.
pub(super) fn bring_up(connection: &mut Connection) -> rusqlite::Result<i64> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Read inside: somebody else may have taken them while this one waited.
    let version = take_steps(&transaction)?;
    transaction.commit()?;
    Ok(version)
}

/// The steps that are left, in the caller's transaction.
pub(super) fn take_steps(transaction: &Transaction<'_>) -> rusqlite::Result<i64> {
    let found: i64 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let taken = usize::try_from(found).unwrap_or(usize::MAX);
    let left = STEPS.get(taken..).unwrap_or_default();
    if left.is_empty() {
        return Ok(found);
    }
    for step in left {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "user_version", VERSION)?;
    Ok(VERSION)
}
