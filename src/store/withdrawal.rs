//! What somebody wants stopped while another process has the right to send.
//!
//! Facts are written by the one who has that right. So the wish is laid beside
//! them, in a table of its own: who sends looks there before anything leaves, makes
//! a fact of it and gives way. A wish that is a fact by now is gone from the table.

use super::{Store, StoreError, lease, lock, sqlite};
use crate::plan::StepKey;
use jiff::Timestamp;
use rusqlite::TransactionBehavior;
use std::time::Duration;

/// From this version on there is a table for it.
const SINCE: i64 = 3;

/// That nothing more of a delivery goes out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Withdrawal {
    /// Which.
    pub key: StepKey,
    /// Who wants it.
    pub by: String,
    /// When that was said.
    pub at: Timestamp,
    /// It comes after something that is taken down, and is skipped: why. None: it is
    /// to be taken down itself.
    pub skipped: Option<String>,
}

impl Store {
    /// Who is sending from the store at this moment, for people; none if nobody is.
    pub fn sender(&self) -> Option<String> {
        self.is_sending().then(|| lock::holder(self.path()))
    }

    /// Notes that nothing more of these goes out, whoever has the right to send. It is
    /// on the disk when this returns: whatever begins later sees it first. An older
    /// ladder that is at work does not know of such wishes: [`StoreError::Busy`].
    pub fn withdraw(&mut self, withdrawals: &[Withdrawal]) -> Result<(), StoreError> {
        self.is_still_there()?;
        self.can_withdraw()?;
        let path = self.path.clone();
        let connection = &mut self.connection;
        let mut write = || -> rusqlite::Result<()> {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            for wish in withdrawals {
                transaction.execute(
                    "INSERT INTO withdrawn (key, by, at, skipped) VALUES (?1, ?2, ?3, ?4)
                     ON CONFLICT (key) DO UPDATE SET by = excluded.by, at = excluded.at, skipped = excluded.skipped",
                    (&wish.key.0, &wish.by, wish.at.as_millisecond(), &wish.skipped),
                )?;
            }
            transaction.commit()
        };
        write().map_err(|error| sqlite::explain(&path, &error))
    }

    /// Forgets wishes that came to nothing, because nothing of it was still to go.
    pub fn forget_withdrawals(&mut self, keys: &[StepKey]) -> Result<(), StoreError> {
        if keys.is_empty() || self.version < SINCE {
            return Ok(());
        }
        let path = self.path.clone();
        let connection = &mut self.connection;
        let mut write = || -> rusqlite::Result<()> {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            for key in keys {
                is_a_fact(&transaction, SINCE, key)?;
            }
            transaction.commit()
        };
        write().map_err(|error| sqlite::explain(&path, &error))
    }

    /// How long to wait for the right to send: whoever is awake gives way sooner, and
    /// the right of whoever is not has run out by then.
    pub fn patience(&self) -> Duration {
        lease::term() * 11 / 10 + Duration::from_secs(2)
    }

    /// Whether whoever is sending hears of a wish; else it is [`StoreError::Busy`].
    pub fn can_withdraw(&self) -> Result<(), StoreError> {
        if self.version >= SINCE {
            return Ok(());
        }
        let path = self.path.display().to_string();
        Err(StoreError::Busy { path, holder: lock::holder(&self.path) })
    }

    /// What is not to go out any more, and is no fact yet.
    pub fn withdrawals(&self) -> Result<Vec<Withdrawal>, StoreError> {
        if self.version < SINCE {
            return Ok(Vec::new());
        }
        let read = || -> rusqlite::Result<Vec<Withdrawal>> {
            let mut found =
                self.connection.prepare_cached("SELECT key, by, at, skipped FROM withdrawn ORDER BY key")?;
            let rows = found.query_map([], |row| {
                let at = Timestamp::from_millisecond(row.get(2)?).unwrap_or(Timestamp::MIN);
                Ok(Withdrawal { key: StepKey(row.get(0)?), by: row.get(1)?, at, skipped: row.get(3)? })
            })?;
            rows.collect()
        };
        read().map_err(|error| sqlite::explain(&self.path, &error))
    }
}

/// Forgets a wish, in the transaction that makes a fact of it.
pub(super) fn is_a_fact(
    transaction: &rusqlite::Transaction<'_>,
    version: i64,
    key: &StepKey,
) -> rusqlite::Result<()> {
    if version >= SINCE {
        transaction.prepare_cached("DELETE FROM withdrawn WHERE key = ?1")?.execute([&key.0])?;
    }
    Ok(())
}
