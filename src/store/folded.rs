//! Deliveries folded ahead, so that who asks for today's does not read years.
//!
//! The events are the truth. Beside them the store keeps, for all events up to
//! one of them, what they come to: a row for each delivery. Asking folds only
//! the events after that one, over only those rows that are asked for, and
//! comes to the very standing that all events come to. The rows are made anew
//! whenever they are missing or another `ladder` made them.

use super::seal::seal;
use super::{Store, StoreError, sqlite};
use crate::plan::{Delivery, Event, EventKind, Standing, State, StepKey};
use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};
use std::collections::{BTreeMap, BTreeSet};

/// So many events are folded anew each time before rows are made of them:
/// about 3 ms. A commit for the rows takes longer than that.
const LONGEST_TAIL: i64 = if cfg!(test) { 4 } else { 1_000 };
/// So many events are folded in one commit, words and all: memory stays flat.
const CHUNK: i64 = if cfg!(test) { 3 } else { 2_000 };
/// Whoever folded, folded so. Another version's rows are made anew.
const FOLDED_BY: &str = concat!(env!("CARGO_PKG_VERSION"), "/6");
/// Networks' clocks and ours may differ by less than that.
const CLOCKS: SignedDuration = SignedDuration::from_hours(24);

/// Recent rows, but those that are open and have neither a part nor a person that was
/// begun, as [`Delivery`] is written. Where it were written otherwise, more is read.
const UNTRIED_LEFT_OUT: &str = "at >= ?1 AND (open = 0 OR instr(json, '\"parts\":[],\"recipients\":[]') = 0)";

/// The longest window of a pace, and an hour for clocks.
const RECENT: SignedDuration = SignedDuration::from_hours(25);

/// `open`: somebody or something has still to do with it. `at`: the last thing
/// that happened to it, in milliseconds. `json`: the delivery, before its state
/// is drawn from its parts.
const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS folded (
        key TEXT PRIMARY KEY, message TEXT NOT NULL, account TEXT NOT NULL,
        open INTEGER NOT NULL, at INTEGER NOT NULL, json TEXT NOT NULL, seal TEXT NOT NULL
    ) STRICT;
    CREATE INDEX IF NOT EXISTS folded_open ON folded (key) WHERE open = 1;
    CREATE INDEX IF NOT EXISTS folded_message ON folded (message);
    CREATE INDEX IF NOT EXISTS folded_account ON folded (account, at);
    CREATE INDEX IF NOT EXISTS folded_at ON folded (at);
";

/// Which deliveries are asked for. What is open is among them, and a message's are
/// there all together or not at all; except [`View::without_queue`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct View {
    /// All there are.
    pub all: bool,
    /// Those of these messages, in whichever state.
    pub messages: Vec<String>,
    /// So many of those that something happened to last, and all of their messages.
    pub newest: usize,
    /// All that the open ones may be taken for: what went to the same accounts
    /// since the first try of what is in doubt there.
    pub beside_open: bool,
    /// All that something happened to in the last day and a little more: how fast an
    /// account is posted to is reckoned from that. Those that are there only for this,
    /// or for `beside_open`, come without the words that are out.
    pub recent: bool,
    /// Leaves out what waits for its time, and of which nothing was tried: a queue
    /// that is filled by thousands of calls is not read by each of them. Of messages
    /// that are not asked for, what happened lately may be there alone.
    pub without_queue: bool,
}

impl View {
    /// All deliveries.
    pub fn all() -> View {
        View { all: true, ..View::default() }
    }

    /// What a run has to know: what is open, and these messages.
    pub fn for_run(messages: Vec<String>) -> View {
        View { messages, beside_open: true, recent: true, ..View::default() }
    }

    /// What queueing a message has to know: its own deliveries, and how fast its
    /// accounts were posted to.
    pub fn for_queueing(message: String) -> View {
        View { messages: vec![message], recent: true, without_queue: true, ..View::default() }
    }
}

/// Where the deliveries of a view stand.
#[derive(Debug)]
pub struct Viewed {
    /// They.
    pub standing: Standing,
    /// How many others there are; none of them is open.
    pub others: usize,
    /// What speaks against the journal, a sentence each.
    pub doubts: Vec<String>,
}

impl Store {
    /// Where deliveries stand. `running`: see [`Standing::fold`]. Whoever asked
    /// knows all facts there are, and may begin something: see [`Store::commit`].
    /// A fact that was changed after it was written, or is missing, is
    /// [`StoreError::Damaged`].
    pub fn view(&self, view: &View, running: bool) -> Result<Viewed, StoreError> {
        let viewed = self.view_as_it_is(view, running)?;
        self.undoubted(&viewed.doubts)?;
        Ok(viewed)
    }

    /// The same for looking on: what was changed or is missing is told beside
    /// what is there.
    pub fn view_as_it_is(&self, view: &View, running: bool) -> Result<Viewed, StoreError> {
        let explain = |error: rusqlite::Error| sqlite::explain(self.path(), &error);
        // One state of the file, whoever writes meanwhile.
        let reading = self.connection.unchecked_transaction().map_err(explain)?;
        let upto = upto(&reading).map_err(explain)?;
        let mut tail = Vec::new();
        let after = upto.unwrap_or(0);
        let (last, doubts) =
            self.facts_after(&reading, after, i64::MAX, &mut |fact| tail.push(fact.event))?;
        self.known.set(last);
        let mut viewed = Viewed { standing: Standing::default(), others: 0, doubts };
        if upto.is_some() {
            let mut rows =
                Rows { store: self, reading: &reading, standing: &mut viewed.standing, wordless: false };
            rows.load(view, &tail)?;
            let all = folded_rows(&reading).map_err(explain)?;
            viewed.others = all.saturating_sub(viewed.standing.deliveries.len());
        }
        let standing = &mut viewed.standing;
        for event in &tail {
            standing.note(event);
        }
        standing.end(running);
        Ok(viewed)
    }

    /// Makes rows of the events that have none yet, if there are many. Whoever
    /// wrote does it at its end; nothing depends on it.
    pub fn fold_up(&mut self) -> Result<(), StoreError> {
        // A store that could not be brought up to date cannot be written.
        if !self.sealed {
            return Ok(());
        }
        let path = self.path().to_owned();
        let explain = |error: rusqlite::Error| sqlite::explain(&path, &error);
        let last: i64 = self
            .connection
            .query_row("SELECT coalesce(max(seq), 0) FROM events", [], |row| row.get(0))
            .map_err(explain)?;
        if last - upto(&self.connection).map_err(explain)?.unwrap_or(0) < LONGEST_TAIL {
            return Ok(());
        }
        while self.fold_chunk()? < last {}
        Ok(())
    }

    /// One commit's worth; up to which event all is folded then.
    fn fold_chunk(&mut self) -> Result<i64, StoreError> {
        let path = self.path().to_owned();
        let explain = |error: rusqlite::Error| sqlite::explain(&path, &error);
        // Taken before anything is read: nobody else folds meanwhile.
        let writing = Transaction::new_unchecked(&self.connection, TransactionBehavior::Immediate)
            .and_then(|writing| writing.execute_batch(SCHEMA).map(|()| writing))
            .map_err(explain)?;
        let from = match upto(&writing).map_err(explain)? {
            Some(upto) => upto,
            None => {
                writing.execute("DELETE FROM folded", []).map_err(explain)?;
                0
            }
        };
        let mut events = Vec::new();
        let (upto, doubts) = self.facts_after(&writing, from, CHUNK, &mut |fact| events.push(fact.event))?;
        // What is doubtful stays where everybody stumbles over it.
        self.undoubted(&doubts)?;
        let mut standing = Standing::default();
        let mut rows = Rows { store: self, reading: &writing, standing: &mut standing, wordless: false };
        rows.load_keys(events.iter().map(|event| &event.key))?;
        // Counting all rows anew for each commit would take the square of them.
        let known = standing.deliveries.len();
        let rows = if from == 0 { 0 } else { folded_rows(&writing).map_err(explain)? };
        let mut last_at = BTreeMap::new();
        for event in &events {
            standing.note(event);
            let at = last_at.entry(event.key.clone()).or_insert(event.at);
            *at = (*at).max(event.at);
        }
        let write = || -> rusqlite::Result<()> {
            let mut put = writing.prepare(
                "INSERT INTO folded (key, message, account, open, at, json, seal) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                 ON CONFLICT (key) DO UPDATE SET message = excluded.message, account = excluded.account,
                 open = excluded.open, at = max(at, excluded.at), json = excluded.json, seal = excluded.seal",
            )?;
            for (key, delivery) in &standing.deliveries {
                let at = last_at.get(key).copied().unwrap_or(delivery.planned_at).as_millisecond();
                let json = super::writing::as_json(delivery)?;
                let open = !concluded(delivery).is_settled();
                let seal = seal(0, &delivery.message, &key.0, &json);
                put.execute(params![&key.0, &delivery.message, &delivery.account, open, at, json, seal])?;
            }
            let rows = rows + standing.deliveries.len().saturating_sub(known);
            let mut note = writing.prepare(
                "INSERT INTO meta (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            )?;
            note.execute(("folded_upto", upto.to_string()))?;
            note.execute(("folded_rows", rows.to_string()))?;
            note.execute(("folded_by", FOLDED_BY))?;
            Ok(())
        };
        write().map_err(explain)?;
        writing.commit().map_err(explain)?;
        Ok(upto)
    }
}

/// The delivery with its state drawn, as if somebody were sending.
fn concluded(delivery: &Delivery) -> Delivery {
    let mut alone = Standing::default();
    alone.deliveries.insert(delivery.key.clone(), delivery.clone());
    alone.end(true);
    alone.deliveries.remove(&delivery.key).unwrap_or_else(|| delivery.clone())
}

/// Up to which event there are rows of this ladder's own.
fn upto(connection: &Connection) -> rusqlite::Result<Option<i64>> {
    let mut meta = connection.prepare("SELECT value FROM meta WHERE name = ?1")?;
    let mut value = |name: &str| meta.query_row([name], |row| row.get::<_, String>(0)).optional();
    if value("folded_by")?.as_deref() != Some(FOLDED_BY) {
        return Ok(None);
    }
    Ok(value("folded_upto")?.and_then(|upto| upto.parse().ok()))
}

/// How many rows there are.
fn folded_rows(connection: &Connection) -> rusqlite::Result<usize> {
    connection.query_row("SELECT value FROM meta WHERE name = 'folded_rows'", [], |row| {
        Ok(row.get::<_, String>(0)?.parse().unwrap_or(0))
    })
}

/// The message that an event makes a delivery of.
fn message_of(kind: &EventKind) -> Option<&str> {
    match kind {
        EventKind::Planned { message, .. } => Some(message),
        _ => None,
    }
}

/// Takes rows into a standing.
struct Rows<'a> {
    store: &'a Store,
    reading: &'a Transaction<'a>,
    standing: &'a mut Standing,
    /// Whether what is out comes without its words.
    wordless: bool,
}

impl Rows<'_> {
    /// What `view` asks for, and what `tail` speaks of.
    fn load(&mut self, view: &View, tail: &[Event]) -> Result<(), StoreError> {
        if view.all {
            return self.take("1", &[]);
        }
        // A message's deliveries hang together: which generation counts, what
        // comes after what. So it is there as a whole, or not at all.
        if !view.without_queue {
            self.take("message IN (SELECT message FROM folded WHERE open = 1)", &[])?;
        }
        self.load_keys(tail.iter().map(|event| &event.key))?;
        let begun: BTreeSet<&str> = tail.iter().filter_map(|event| message_of(&event.kind)).collect();
        let known = self.standing.deliveries.values().map(|delivery| delivery.message.clone());
        let begun: BTreeSet<String> = known.chain(begun.into_iter().map(str::to_owned)).collect();
        for message in &begun {
            self.take("message = ?1", &[message])?;
        }
        for message in &view.messages {
            self.take("message = ?1", &[message])?;
        }
        // These are there for where and when they went, and there may be thousands.
        self.wordless = true;
        if view.beside_open {
            self.load_beside_open(tail)?;
        }
        if view.recent {
            let since = Timestamp::now().saturating_sub(RECENT).unwrap_or(Timestamp::MIN).as_millisecond();
            let of_them = if view.without_queue { UNTRIED_LEFT_OUT } else { "at >= ?1" };
            self.take(of_them, &[&since])?;
        }
        self.wordless = false;
        if view.newest > 0 {
            let newest = i64::try_from(view.newest).unwrap_or(i64::MAX);
            let of_newest = "message IN (SELECT DISTINCT message FROM (SELECT message FROM folded ORDER BY at DESC LIMIT ?1))";
            self.take(of_newest, &[&newest])?;
        }
        Ok(())
    }

    fn load_keys<'k>(&mut self, keys: impl Iterator<Item = &'k StepKey>) -> Result<(), StoreError> {
        let keys: BTreeSet<&StepKey> = keys.collect();
        for key in keys {
            if !self.standing.deliveries.contains_key(key) {
                self.take("key = ?1", &[&key.0])?;
            }
        }
        Ok(())
    }

    /// What the open ones' messages have else, and what else went to their
    /// accounts since the first try of what may be in doubt: a post that is
    /// found is never older than that.
    fn load_beside_open(&mut self, tail: &[Event]) -> Result<(), StoreError> {
        let now = Timestamp::now();
        let mut accounts = BTreeMap::new();
        for delivery in self.standing.deliveries.values() {
            let tried = delivery
                .parts
                .iter()
                .filter(|part| part.doubted || matches!(part.state, State::Sending | State::Unknown));
            let since = tried.filter_map(|part| part.first_tried).fold(now, Timestamp::min);
            let known = accounts.entry(delivery.account.clone()).or_insert(now);
            *known = since.min(*known);
        }
        let first_of_tail = tail.iter().map(|event| event.at).fold(now, Timestamp::min);
        for (account, since) in accounts {
            let since = since.min(first_of_tail).saturating_sub(CLOCKS).unwrap_or(since).as_millisecond();
            let went_there = "message IN (SELECT message FROM folded WHERE account = ?1 AND at >= ?2)";
            self.take(went_there, &[&account, &since])?;
        }
        Ok(())
    }

    fn take(&mut self, rows: &str, values: &[&dyn rusqlite::ToSql]) -> Result<(), StoreError> {
        let explain = |error: rusqlite::Error| sqlite::explain(self.store.path(), &error);
        let mut found = self
            .reading
            .prepare_cached(&format!("SELECT key, json, message, seal FROM folded WHERE {rows}"))
            .map_err(explain)?;
        let mut found = found.query(values).map_err(explain)?;
        while let Some(row) = found.next().map_err(explain)? {
            let key = StepKey(row.get(0).map_err(explain)?);
            if self.standing.deliveries.contains_key(&key) {
                continue;
            }
            let json = row.get_ref(1).map_err(explain)?;
            let json = json.as_str().map_err(|error| explain(error.into()))?;
            let (message, sealed): (String, String) =
                (row.get(2).map_err(explain)?, row.get(3).map_err(explain)?);
            if sealed != seal(0, &message, &key.0, json) {
                let why = format!("what is kept of the delivery {key} was changed after it was written");
                return Err(StoreError::Damaged { path: self.store.path().display().to_string(), why });
            }
            let mut delivery: Delivery = self.store.understand(json, "a delivery")?;
            // Read one by one they have room for four, and there are thousands.
            delivery.parts.shrink_to_fit();
            delivery.recipients.shrink_to_fit();
            if self.wordless {
                delivery.let_words_go();
            }
            self.standing.deliveries.insert(key, delivery);
        }
        Ok(())
    }
}

#[cfg(test)]
#[path = "folded_tests.rs"]
mod tests;
