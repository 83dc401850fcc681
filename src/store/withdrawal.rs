//! What somebody wants stopped while another process has the right to send.
//!
//! Facts are written by the one who has that right. So the wish is laid beside
//! them, in a table of its own: who sends looks there before anything leaves, makes
//! a fact of it and gives way. A wish that is a fact by now is gone from the table.
//!
//! Whoever wished it has a lock on a file beside the store while it waits for the
//! right to send: a run gives way to somebody who is there, and not to the dead. What
//! nobody waits for any more is made a fact by whoever sends next; until then it is
//! shown, and exported, as the fact that it will be.

use super::{Batch, Store, StoreError, View, lease, lock, sqlite};
use crate::plan::key::hex_digest;
use crate::plan::{Delivery, Event, EventKind, Standing, StepKey};
use jiff::Timestamp;
use rusqlite::{OptionalExtension, TransactionBehavior};
use std::fs::{File, OpenOptions, TryLockError};
use std::path::PathBuf;
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

impl Withdrawal {
    /// The fact that it becomes; none where nothing of it is left to be stopped.
    /// `known`: where its delivery stands, if that was read.
    pub fn fact(&self, known: Option<&Delivery>) -> Option<Event> {
        let kind = match &self.skipped {
            None if known.is_some_and(|delivery| delivery.is_withdrawn() && !self.is_news_to(delivery)) => {
                return None;
            }
            None => EventKind::Withdrawn { by: self.by.clone() },
            Some(why) if known.is_some_and(Delivery::is_open) => EventKind::Skipped { why: why.clone() },
            Some(_) => return None,
        };
        Some(Event { at: self.at, key: self.key.clone(), recipient: None, kind })
    }

    /// Whether it was said after a person said that it stays.
    fn is_news_to(&self, delivery: &Delivery) -> bool {
        delivery.after.kept.is_some_and(|kept| kept <= self.at)
    }

    /// What the fact goes by, in an export before it is one as well as afterwards.
    fn id(&self) -> String {
        let made_of = format!("{} {} {:?}", self.key, self.by, self.skipped);
        let digest = hex_digest(made_of.as_bytes());
        let random = digest.get(..20).and_then(|hex| u128::from_str_radix(hex, 16).ok()).unwrap_or_default();
        let milliseconds = u64::try_from(self.at.as_millisecond()).unwrap_or_default();
        ulid::Ulid::from_parts(milliseconds, random).to_string()
    }
}

/// Held while somebody waits for the right to send, having said what is to be
/// stopped; it ends with its process, however that ends.
#[derive(Debug)]
pub struct Waiting {
    _lock: File,
}

impl Store {
    /// Says that somebody waits for the right to send. Others may wait as well.
    ///
    /// Never waits itself. None: somebody has that file for a moment (who looks whether
    /// anybody waits does), or for good, or it is no file. Without it a run gives way to
    /// nobody, and that is all: what was wished counts nevertheless.
    pub fn wait_in_line(&self) -> Option<Waiting> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(self.waiting_file()).ok()?;
        file.try_lock_shared().ok().map(|()| Waiting { _lock: file })
    }

    /// Whether a process that lives waits for the right to send.
    pub fn is_waited_for(&self) -> bool {
        let Ok(file) = OpenOptions::new().read(true).write(true).open(self.waiting_file()) else {
            return false;
        };
        matches!(file.try_lock(), Err(TryLockError::WouldBlock))
    }

    fn waiting_file(&self) -> PathBuf {
        lock::lock_file(self.path()).with_file_name("waiting")
    }

    /// Puts what is wished into `standing`, as the facts that it will be: for whoever
    /// only looks.
    pub fn foresee(&self, standing: &mut Standing) -> Result<(), StoreError> {
        for wish in self.withdrawals()? {
            let Some(known) = standing.deliveries.get(&wish.key) else { continue };
            if let Some(event) = wish.fact(Some(known)) {
                standing.add(&[event]);
            }
        }
        Ok(())
    }

    /// Makes facts of what was wished by those who are there no more. The caller has
    /// the right to send. Where somebody waits, the run itself heeds it, and gives way.
    pub fn heed_withdrawals(&mut self) -> Result<(), StoreError> {
        if self.is_waited_for() { Ok(()) } else { self.note_withdrawals() }
    }

    /// Makes facts of all that was wished, by whomever. The caller has the right to send,
    /// and sends nothing.
    pub fn note_withdrawals(&mut self) -> Result<(), StoreError> {
        let wishes = self.withdrawals()?;
        if wishes.is_empty() {
            return Ok(());
        }
        let standing = self.view(&View::default(), false)?.standing;
        let fact = |wish: &Withdrawal| wish.fact(standing.deliveries.get(&wish.key));
        let events: Vec<Event> = wishes.iter().filter_map(fact).collect();
        let nothing_left = wishes.iter().filter(|wish| fact(wish).is_none());
        let nothing_left: Vec<StepKey> = nothing_left.map(|wish| wish.key.clone()).collect();
        self.commit(&Batch { plans: Vec::new(), events })?;
        self.forget_withdrawals(&nothing_left)
    }

    /// The facts that wishes will be, with what they go by: for an export.
    pub(super) fn coming_facts(&self) -> Result<Vec<(String, Event)>, StoreError> {
        let wishes = self.withdrawals()?;
        if wishes.is_empty() {
            return Ok(Vec::new());
        }
        let standing = self.view_as_it_is(&View::default(), true)?.standing;
        let fact = |wish: Withdrawal| Some((wish.id(), wish.fact(standing.deliveries.get(&wish.key))?));
        Ok(wishes.into_iter().filter_map(fact).collect())
    }

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
            found.query_map([], wish)?.collect()
        };
        read().map_err(|error| sqlite::explain(&self.path, &error))
    }
}

fn wish(row: &rusqlite::Row<'_>) -> rusqlite::Result<Withdrawal> {
    let at = Timestamp::from_millisecond(row.get(2)?).unwrap_or(Timestamp::MIN);
    Ok(Withdrawal { key: StepKey(row.get(0)?), by: row.get(1)?, at, skipped: row.get(3)? })
}

/// What that fact goes by, if it was a wish before and may have been exported as one.
pub(super) fn id_of(
    transaction: &rusqlite::Transaction<'_>,
    version: i64,
    event: &Event,
) -> rusqlite::Result<Option<String>> {
    if version < SINCE {
        return Ok(None);
    }
    let wish = transaction
        .prepare_cached("SELECT key, by, at, skipped FROM withdrawn WHERE key = ?1")?
        .query_row([&event.key.0], wish)
        .optional()?;
    let Some(wish) = wish.filter(|wish| wish.at == event.at) else { return Ok(None) };
    // An export with it may have come back.
    let is_known = transaction
        .prepare_cached("SELECT 1 FROM events WHERE id = ?1")?
        .query_row([wish.id()], |_| Ok(()))
        .optional()?;
    Ok(is_known.is_none().then(|| wish.id()))
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Whatever lies there, or whoever has it: nobody hangs, and a wish is noted.
    #[test]
    fn who_waits_does_so_without_that_file_too() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::create(&folder.path().join("ladder.db")).unwrap();
        let path = store.waiting_file();
        let first = store.wait_in_line().unwrap();
        let second = store.wait_in_line().unwrap();
        assert!(store.is_waited_for());
        drop((first, second));
        let stranger = File::open(&path).unwrap();
        stranger.lock().unwrap();
        assert!(store.wait_in_line().is_none());
        drop(stranger);
        assert!(!store.is_waited_for() && store.wait_in_line().is_some());
        std::fs::remove_file(&path).unwrap();
        std::fs::create_dir(&path).unwrap();
        assert!(store.wait_in_line().is_none() && !store.is_waited_for());
        let at = Timestamp::UNIX_EPOCH;
        let wish = Withdrawal { key: StepKey("1".to_owned()), by: "ada".to_owned(), at, skipped: None };
        store.withdraw(std::slice::from_ref(&wish)).unwrap();
        assert_eq!(store.withdrawals().unwrap(), [wish]);
    }
}
