//! The right to send, for a time: a lease in the database beside the lock on
//! the file.
//!
//! One row says who may send and until when. Its `token` only grows: whoever
//! takes the lease makes it one larger, and who had it before writes no intent
//! any more. A [`Hold`] is what the holder knows of it without asking the
//! database, by clocks that go on while the machine sleeps: whoever has slept
//! past the end sends nothing. Why it is built so, and what it cannot do:
//! `docs/decisions/one-runner-lock.md`.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How long a lease lasts unless it is renewed.
const USUAL: Duration = Duration::from_secs(60);
/// For the tests of this program, which cannot wait for a minute each: other
/// seconds, 1 to 3600.
const SECONDS: &str = "LADDER_LEASE_SECONDS";

/// How long a lease lasts.
pub(super) fn term() -> Duration {
    let asked = std::env::var(SECONDS).ok().and_then(|text| text.parse::<u64>().ok());
    asked.filter(|seconds| (1..=3600).contains(seconds)).map_or(USUAL, Duration::from_secs)
}

/// The row, as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    /// Grows with each taking.
    pub token: i64,
    /// For people: "process 4711 on build-3 since …". Empty: given back.
    pub holder: String,
    /// Where the holder runs: see [`machine`].
    pub machine: String,
    /// Which lock file the holder has locked; empty if it took the lease
    /// although somebody else's lock was there.
    pub lock: String,
    /// Milliseconds since 1970, by the clock on the wall.
    pub expires: i64,
}

/// What a look at the row says to somebody who wants to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It may be taken.
    Free,
    /// Nobody has it, and yet somebody has the lock on the file: most likely
    /// it is about to take it.
    Between,
    /// Somebody has it until then.
    Taken(Row),
}

impl Row {
    /// Whether it may be taken at `now`. `lock` is the lock file that the asker
    /// has locked, if it got that lock.
    pub(super) fn verdict(
        &self,
        lock: Option<&str>,
        machine: &str,
        now: Timestamp,
        term: Duration,
    ) -> Verdict {
        if self.holder.is_empty() {
            return if lock.is_some() { Verdict::Free } else { Verdict::Between };
        }
        let left = self.expires.saturating_sub(now.as_millisecond());
        // A lease that ends later than one taken now would was written by a
        // clock that was wrong, then or now.
        let believed = left > 0 && left <= i64::try_from(term.as_millis()).unwrap_or(i64::MAX);
        // The system gives a lock free when its holder is dead. Only the same
        // lock says so: another file is what is left when it was deleted.
        let dead = self.machine == machine && lock.is_some_and(|lock| lock == self.lock);
        if dead || !believed { Verdict::Free } else { Verdict::Taken(self.clone()) }
    }

    /// Whether its holder may be sending at `now`; `locked` says whether
    /// somebody has the lock `lock` on the file.
    pub(super) fn is_sending(
        &self,
        lock: Option<&str>,
        locked: bool,
        machine: &str,
        now: Timestamp,
        term: Duration,
    ) -> bool {
        match self.verdict(lock.filter(|_| !locked), machine, now, term) {
            Verdict::Free => false,
            Verdict::Between => locked,
            Verdict::Taken(_) => true,
        }
    }

    /// Who it is and until when, for people.
    pub(super) fn named(&self) -> String {
        let until = Timestamp::from_millisecond(self.expires).unwrap_or(Timestamp::MAX);
        format!("another ladder ({}; its right to send ends {until:.0} unless it goes on)", self.holder)
    }
}

/// Reads the row.
pub(super) fn read(connection: &Connection) -> rusqlite::Result<Row> {
    let row = connection
        .prepare_cached("SELECT token, holder, machine, lock, expires FROM lease")?
        .query_row([], |row| {
            Ok(Row {
                token: row.get(0)?,
                holder: row.get(1)?,
                machine: row.get(2)?,
                lock: row.get(3)?,
                expires: row.get(4)?,
            })
        })
        .optional()?;
    row.ok_or(rusqlite::Error::QueryReturnedNoRows)
}

/// Writes that `row` has it.
pub(super) fn take(connection: &Connection, row: &Row) -> rusqlite::Result<()> {
    connection.execute(
        "UPDATE lease SET token = ?1, holder = ?2, machine = ?3, lock = ?4, expires = ?5",
        (row.token, &row.holder, &row.machine, &row.lock, row.expires),
    )?;
    Ok(())
}

/// Makes it last until `expires`, if it is still that token's. Whether it was.
pub(super) fn renew(connection: &Connection, token: i64, expires: i64) -> rusqlite::Result<bool> {
    let mut renewing =
        connection.prepare_cached("UPDATE lease SET expires = ?2 WHERE token = ?1 AND holder <> ''")?;
    Ok(renewing.execute((token, expires))? > 0)
}

/// Gives it back, if it is still that token's.
pub(super) fn give_back(connection: &Connection, token: i64) -> rusqlite::Result<()> {
    connection.execute("UPDATE lease SET holder = '', expires = 0 WHERE token = ?1", [token])?;
    Ok(())
}

/// The right to send as its holder knows it: whether it has run out is told
/// without asking the database, each time that bytes may leave.
#[derive(Clone, Debug)]
pub struct Hold {
    term: Duration,
    /// When it began, by both clocks.
    since: Arc<Mutex<(Duration, Timestamp)>>,
}

impl Hold {
    /// One that was taken at `moment`.
    pub(super) fn new(term: Duration, moment: Moment) -> Hold {
        Hold { term, since: Arc::new(Mutex::new((moment.ticks, moment.wall))) }
    }

    /// One that begins now and lasts so long.
    #[cfg(test)]
    pub(crate) fn lasting(term: Duration) -> Hold {
        Hold::new(term, Moment::now())
    }

    /// Renewed in this moment.
    #[cfg(test)]
    pub(crate) fn begin_anew(&self) {
        self.renewed(Moment::now());
    }

    /// Renewed at `moment`, which was read before that was written down.
    pub(super) fn renewed(&self, moment: Moment) {
        *self.since.lock().unwrap_or_else(PoisonError::into_inner) = (moment.ticks, moment.wall);
    }

    /// How much of it is left; nothing if the clock that counts sleep, or the
    /// one on the wall, says that it is over. For the holder it ends a tenth
    /// early: nobody else may have it while this one believes that it has it.
    pub fn left(&self) -> Duration {
        let (ticks, wall) = *self.since.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Moment::now();
        let by_ticks = now.ticks.saturating_sub(ticks);
        // A clock that was set back says nothing.
        let by_wall = Duration::try_from(now.wall.duration_since(wall)).unwrap_or_default();
        (self.term * 9 / 10).saturating_sub(by_ticks.max(by_wall))
    }

    /// Whether nothing may leave any more.
    pub fn has_run_out(&self) -> bool {
        self.left().is_zero()
    }

    /// How long until it is to be renewed: after a third of it.
    pub(super) fn until_renewal(&self) -> Duration {
        self.left().saturating_sub(self.term * 17 / 30)
    }
}

/// One moment on both clocks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    /// Counts on while the machine sleeps; nobody sets it.
    pub ticks: Duration,
    /// What others see too.
    pub wall: Timestamp,
}

impl Moment {
    pub(super) fn now() -> Moment {
        Moment { ticks: ticks(), wall: Timestamp::now() }
    }

    /// When a lease that begins now ends, in milliseconds since 1970.
    pub(super) fn end(&self, term: Duration) -> i64 {
        self.wall.as_millisecond().saturating_add(i64::try_from(term.as_millis()).unwrap_or(i64::MAX))
    }
}

/// `CLOCK_BOOTTIME` "includes any time that the system is suspended" (man 2
/// clock_gettime, Linux); Apple's `CLOCK_MONOTONIC` does too (man 3
/// clock_gettime, macOS).
#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
fn ticks() -> Duration {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    let clock = rustix::time::ClockId::Boottime;
    #[cfg(target_vendor = "apple")]
    let clock = rustix::time::ClockId::Monotonic;
    let time = rustix::time::clock_gettime(clock);
    Duration::new(
        u64::try_from(time.tv_sec).unwrap_or_default(),
        u32::try_from(time.tv_nsec).unwrap_or_default(),
    )
}

/// The standard library's clock may stand still in sleep: the one on the wall
/// is the witness there.
#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
fn ticks() -> Duration {
    static BEGIN: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    BEGIN.get_or_init(std::time::Instant::now).elapsed()
}

/// What tells the running system from others: a lock on a file is known to
/// those under the same kernel only. Where the system says no such thing, the
/// machine's name.
pub(super) fn machine(name: &str) -> String {
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    if boot.trim().is_empty() { name.to_owned() } else { boot.trim().to_owned() }
}
