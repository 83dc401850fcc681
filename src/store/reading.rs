//! Reading facts, and whether they are what was written.

use super::seal::seal;
use super::{Store, StoreError, sqlite};
use crate::plan::Event;
use rusqlite::Connection;

/// Doubts about facts that are told one by one; a store has none, or somebody
/// went over it with a brush.
const MOST_DOUBTS: usize = 10;

/// One fact as it lies in the store.
pub(super) struct Fact {
    pub id: String,
    pub event: Event,
    /// Whether it is what was written.
    pub true_to_seal: bool,
}

/// The facts, and what speaks against them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    /// Every event, in order, as it is now.
    pub events: Vec<Event>,
    /// A sentence each: "event 17 was changed after it was written". At most
    /// ten, and then how many more there are.
    pub doubts: Vec<String>,
}

impl Store {
    /// Every event, in order. One that was changed after it was written, or is
    /// missing, is [`StoreError::Damaged`]: who is about to send must know what
    /// happened.
    pub fn events(&self) -> Result<Vec<Event>, StoreError> {
        let facts = self.events_as_they_are()?;
        self.undoubted(&facts.doubts)?;
        Ok(facts.events)
    }

    /// The same for looking on: what was changed or is missing is told beside
    /// what is there.
    pub fn events_as_they_are(&self) -> Result<Facts, StoreError> {
        let mut events = Vec::new();
        let doubts = self.each_fact(&mut |fact| events.push(fact.event))?;
        Ok(Facts { events, doubts })
    }

    /// Every fact in order; returned is what speaks against them, see [`Facts::doubts`].
    pub(super) fn each_fact(&self, take: &mut dyn FnMut(Fact)) -> Result<Vec<String>, StoreError> {
        // One view of all of it, whoever writes meanwhile.
        let view = self.connection.unchecked_transaction().map_err(|error| self.explain(&error))?;
        let (last, doubts) = self.facts_after(&view, 0, i64::MAX, take)?;
        self.known.set(last);
        Ok(doubts)
    }

    /// At most so many facts behind that one, in order; which was the last, and
    /// what speaks against them.
    pub(super) fn facts_after(
        &self,
        view: &Connection,
        after: i64,
        most: i64,
        take: &mut dyn FnMut(Fact),
    ) -> Result<(i64, Vec<String>), StoreError> {
        let explain = |error: rusqlite::Error| self.explain(&error);
        let number = |name: &str| -> rusqlite::Result<i64> {
            let text: String =
                view.query_row("SELECT value FROM meta WHERE name = ?1", [name], |row| row.get(0))?;
            // Whoever wrote something else there has changed it too.
            Ok(text.parse().unwrap_or(-1))
        };
        let (unsealed, end) = if self.sealed {
            (number("unsealed").map_err(explain)?, Some(number("last").map_err(explain)?))
        } else {
            (i64::MAX, None)
        };
        let column = if self.sealed { "seal" } else { "NULL" };
        let sql =
            format!("SELECT seq, id, key, json, {column} FROM events WHERE seq > ?1 ORDER BY seq LIMIT ?2");
        let mut rows = view.prepare(&sql).map_err(explain)?;
        let mut rows = rows.query([after, most]).map_err(explain)?;
        let (mut last, mut read, mut doubts) = (after, 0_i64, Doubts::default());
        while let Some(row) = rows.next().map_err(explain)? {
            read = read.saturating_add(1);
            let seq: i64 = row.get(0).map_err(explain)?;
            let (id, key): (String, String) = (row.get(1).map_err(explain)?, row.get(2).map_err(explain)?);
            let json = row.get_ref(3).map_err(explain)?;
            let json = json.as_str().map_err(|error| explain(error.into()))?;
            let sealed: Option<String> = row.get(4).map_err(explain)?;
            if seq != last.saturating_add(1) {
                doubts.add(missing(last.saturating_add(1), seq.saturating_sub(1)));
            }
            let true_to_seal = match &sealed {
                Some(sealed) => *sealed == seal(seq, &id, &key, json),
                None => seq <= unsealed,
            };
            if !true_to_seal {
                doubts.add(format!("event {seq} was changed after it was written"));
            }
            // What was changed may not even be a fact any more: the reason is the change.
            let event: Event = match self.understand(json, &format!("event {seq}")) {
                Err(StoreError::Damaged { path, .. }) if !true_to_seal => {
                    let why = format!("event {seq} was changed after it was written");
                    return Err(StoreError::Damaged { path, why });
                }
                other => other?,
            };
            take(Fact { id, event, true_to_seal });
            last = seq;
        }
        // Where it ended for another reason than that there are no more.
        if let Some(end) = end.filter(|end| *end != last && read < most) {
            doubts.add(if end > last {
                missing(last.saturating_add(1), end)
            } else {
                format!("the store counts {end} events, and has {last}")
            });
        }
        Ok((last, doubts.told()))
    }

    /// What speaks against the journal, as the reason not to send from it.
    pub(super) fn undoubted(&self, doubts: &[String]) -> Result<(), StoreError> {
        match doubts {
            [] => Ok(()),
            doubts => {
                Err(StoreError::Damaged { path: self.path.display().to_string(), why: doubts.join(", ") })
            }
        }
    }

    pub(super) fn explain(&self, error: &rusqlite::Error) -> StoreError {
        sqlite::explain(&self.path, error)
    }
}

#[derive(Default)]
struct Doubts {
    first: Vec<String>,
    more: usize,
}

impl Doubts {
    fn add(&mut self, doubt: String) {
        if self.first.len() < MOST_DOUBTS {
            self.first.push(doubt);
        } else {
            self.more += 1;
        }
    }

    fn told(mut self) -> Vec<String> {
        if self.more > 0 {
            self.first.push(format!("{} more were changed or are missing", self.more));
        }
        self.first
    }
}

/// Which facts are missing, for people.
pub(super) fn missing(first: i64, last: i64) -> String {
    if first == last {
        format!("event {first} is missing")
    } else {
        format!("events {first} to {last} are missing")
    }
}
