//! The one place that writes facts.

use super::lease::{self, Moment};
use super::lock::Lease;
use super::reading::missing;
use super::{Batch, Store, StoreError, lock, seal::seal, sqlite, withdrawal};
use crate::plan::{Event, EventKind};
use rusqlite::{Transaction, TransactionBehavior};

impl Store {
    /// One durable commit; none for an empty batch.
    ///
    /// An intent (and that a part is prepared) is only written by one who has
    /// the right to send still ([`Store::lock_for_sending`]), else it is
    /// [`StoreError::Slept`], and who knows all facts there are
    /// ([`Store::events`]): if somebody else wrote meanwhile, it is
    /// [`StoreError::Busy`]. Then nothing is written.
    ///
    /// Answers are always written, also by a runner whose lease was taken by
    /// another: what is out is out. But such a runner takes no doubt away: what
    /// would set a delivery free to be sent is [`StoreError::Slept`] as well.
    ///
    /// Facts that were taken out meanwhile are missed: it is [`StoreError::Damaged`],
    /// now and from then on. Only answers are written still, behind the gap, which
    /// stays to be seen.
    pub fn commit(&mut self, batch: &Batch) -> Result<(), StoreError> {
        if batch.is_empty() {
            return Ok(());
        }
        self.is_still_there()?;
        if !self.sealed {
            return Err(self.busy());
        }
        let begins = batch.events.iter().any(|event| event.kind.begins_something());
        let lease = self.lease.borrow().clone();
        let over = lease.as_ref().is_some_and(|lease| lease.hold.has_run_out());
        if begins && over {
            return Err(self.slept());
        }
        let moment = Moment::now();
        // Each page that a commit touches goes to the disk: not for a moment's sake.
        let renews = lease.as_ref().is_some_and(|lease| !over && lease.hold.is_worth_renewing());
        let writer = Writer {
            known: self.known.get(),
            gap: self.gap.is_some(),
            lease: lease.as_ref(),
            renews: renews.then_some(moment),
            version: self.version,
        };
        let written = writer
            .write(&mut self.connection, &mut self.ids, batch)
            .map_err(|error| sqlite::explain(&self.path, &error))?;
        match written {
            Written::Known(last) => self.known.set(last),
            Written::AmongOthers => {}
            Written::NotKnowing => return Err(self.busy()),
            Written::Cut(why) => {
                let why = self.gap.get_or_insert(why).clone();
                return Err(StoreError::Damaged { path: self.path.display().to_string(), why });
            }
            Written::NotAllowed => return Err(self.slept()),
        }
        if let Some(lease) = lease.filter(|_| renews) {
            lease.hold.renewed(moment);
        }
        self.commits += 1;
        // A runner that was stopped in the middle of this may have written into a
        // file that was replaced meanwhile: no intent there allows anything.
        if begins { self.is_still_there() } else { Ok(()) }
    }

    fn busy(&self) -> StoreError {
        StoreError::Busy { path: self.path.display().to_string(), holder: lock::holder(&self.path) }
    }
}

/// Whether it says what came of something that was sent, and sets nothing free
/// to be sent again.
pub(super) fn is_answer(kind: &EventKind) -> bool {
    matches!(
        kind,
        EventKind::Receipt { .. }
            | EventKind::Refused { .. }
            | EventKind::Unknown { .. }
            | EventKind::Seen { .. }
            | EventKind::Looked { .. }
            | EventKind::Resolved { sent: true, .. }
            | EventKind::Removed { .. }
            | EventKind::Stays { .. }
            | EventKind::Edited { .. }
            | EventKind::NotEdited { .. }
    )
}

/// What came of a batch.
enum Written {
    /// It was written, and up to this fact all are known.
    Known(i64),
    /// It was written, and there are facts of others that are not known here.
    AmongOthers,
    /// It begins something, and there are such facts: nothing was written.
    NotKnowing,
    /// Somebody else has the right to send by now: nothing was written.
    NotAllowed,
    /// Facts are missing, which: nothing was written.
    Cut(String),
}

/// Who writes, and what it knows.
struct Writer<'a> {
    /// The last fact that it knows.
    known: i64,
    /// It is known already that facts are missing.
    gap: bool,
    lease: Option<&'a Lease>,
    /// The lease is renewed from this moment on.
    renews: Option<Moment>,
    /// Of the store's tables.
    version: i64,
}

impl Writer<'_> {
    /// All of `batch`, or nothing.
    fn write(
        &self,
        connection: &mut rusqlite::Connection,
        ids: &mut ulid::Generator,
        batch: &Batch,
    ) -> rusqlite::Result<Written> {
        // Immediate: a writer that waits for another one waits here, not half way.
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        if !self.may_write(&transaction, batch)? {
            return Ok(Written::NotAllowed);
        }
        let (found, counted) = (last(&transaction)?, counted(&transaction)?);
        // A number that was given is never given again, or the gap could not be seen.
        let before = found.max(counted).max(self.known);
        let answers = || batch.events.iter().all(|event| is_answer(&event.kind));
        if (self.gap || before != found || counted != found) && !(self.gap && answers()) {
            return Ok(Written::Cut(cut(found, counted, before)));
        }
        let alone = before == self.known && !self.gap;
        if !alone && batch.events.iter().any(|event| event.kind.begins_something()) {
            return Ok(Written::NotKnowing);
        }
        {
            // The recipients are not part of the digest, so the newest list wins.
            let mut plans = transaction.prepare_cached(
                "INSERT INTO plans (digest, json) VALUES (?1, ?2)
                 ON CONFLICT (digest) DO UPDATE SET json = excluded.json WHERE json <> excluded.json",
            )?;
            for plan in &batch.plans {
                plans.execute((&plan.digest, as_json(plan)?))?;
            }
        }
        let mut seq = before;
        for event in &batch.events {
            let id = match ids.generate() {
                Ok(id) => id,
                Err(overflow) => overflow.commit_overflow_random(),
            };
            seq = seq.saturating_add(1);
            let was_wished = matches!(event.kind, EventKind::Withdrawn { .. } | EventKind::Skipped { .. });
            let known_by = match was_wished {
                true => withdrawal::id_of(&transaction, self.version, event)?,
                false => None,
            };
            add(&transaction, seq, &known_by.unwrap_or_else(|| id.to_string()), event)?;
            if was_wished {
                withdrawal::is_a_fact(&transaction, self.version, &event.key)?;
            }
        }
        is_last(&transaction, seq)?;
        transaction.commit()?;
        Ok(if alone { Written::Known(seq) } else { Written::AmongOthers })
    }

    /// Whether the lease is this writer's still, and renews it; for answers that
    /// does not matter. Without a lease nothing is known of others but their facts.
    fn may_write(&self, transaction: &Transaction<'_>, batch: &Batch) -> rusqlite::Result<bool> {
        let Some(lease) = self.lease else { return Ok(true) };
        let ours = match self.renews {
            Some(moment) => lease::renew(transaction, lease.token, moment.end(lease.term))?,
            None => lease::read(transaction)?.token == lease.token,
        };
        Ok(ours || batch.events.iter().all(|event| is_answer(&event.kind)))
    }
}

/// What is missing where the last fact is `found`, and there have been `most`.
fn cut(found: i64, counted: i64, most: i64) -> String {
    if most > found {
        missing(found.saturating_add(1), most)
    } else {
        format!("the store counts {counted} events, and has {found}")
    }
}

/// Adds one fact at its place, sealed.
pub(super) fn add(transaction: &Transaction<'_>, seq: i64, id: &str, event: &Event) -> rusqlite::Result<()> {
    let (key, json) = (&event.key.0, as_json(event)?);
    let seal = seal(seq, id, key, &json);
    let mut adding = transaction
        .prepare_cached("INSERT INTO events (seq, id, key, json, seal) VALUES (?1, ?2, ?3, ?4, ?5)")?;
    adding.execute((seq, id, key, json, seal))?;
    Ok(())
}

/// The place of the last fact.
pub(super) fn last(transaction: &Transaction<'_>) -> rusqlite::Result<i64> {
    transaction
        .prepare_cached("SELECT coalesce(max(seq), 0) FROM events")?
        .query_row([], |row| row.get::<_, i64>(0))
}

/// How many facts there are by the store's own count.
pub(super) fn counted(transaction: &Transaction<'_>) -> rusqlite::Result<i64> {
    let mut counting = transaction.prepare_cached("SELECT value FROM meta WHERE name = 'last'")?;
    let text: String = counting.query_row([], |row| row.get(0))?;
    // Whoever wrote something else there has changed it too.
    Ok(text.parse().unwrap_or(-1))
}

/// Writes down that there are so many facts.
pub(super) fn is_last(transaction: &Transaction<'_>, seq: i64) -> rusqlite::Result<()> {
    transaction
        .prepare_cached("UPDATE meta SET value = CAST(?1 AS TEXT) WHERE name = 'last'")?
        .execute([seq])?;
    Ok(())
}

pub(super) fn as_json<T: serde::Serialize>(value: &T) -> rusqlite::Result<String> {
    serde_json::to_string(value).map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}
