//! One runner at a time: a lock on a file beside the store, and a lease in it.
//!
//! The lock is the operating system's, so it ends with the process that holds
//! it, however that ends. The lease is for what a lock cannot tell: a holder
//! that is stopped, asleep or hangs, and a lock whose file was deleted. See
//! `docs/decisions/one-runner-lock.md`.

use super::lease::{self, Hold, Moment, Row, Verdict};
use super::{Store, StoreError, sqlite};
use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How long a lock without a lease is waited for: its holder is just beginning.
const BEGINNING: Duration = Duration::from_millis(500);

/// Held while this process sends: one runner at a time. Given back when dropped.
#[derive(Debug)]
pub struct RunLock {
    /// None if the lease was taken from somebody who has the lock still.
    file: Option<File>,
    store: PathBuf,
    token: i64,
}

/// The lease that this opening of the store has taken.
#[derive(Clone, Debug)]
pub(super) struct Lease {
    pub token: i64,
    pub hold: Hold,
    pub term: Duration,
}

impl Store {
    /// Takes the right to send, and makes sure that the store can be written.
    /// Another runner holding it is [`StoreError::Busy`].
    ///
    /// With the lock on the file, whoever had the lease on this machine is dead,
    /// and it is taken at once. Without that lock it is taken only if it has run
    /// out: its holder is stopped, asleep or hangs, and sends nothing any more.
    pub fn lock_for_sending(&self) -> Result<RunLock, StoreError> {
        let unwritable = |error: io::Error| sqlite::not_writable(self.path(), &error);
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let path = lock_file(self.path());
        let began = Instant::now();
        loop {
            // Opened each time: the one before may have been deleted.
            let file = options.open(&path).map_err(unwritable)?;
            let locked = match file.try_lock() {
                Ok(()) => true,
                Err(TryLockError::WouldBlock) => false,
                Err(TryLockError::Error(error)) => return Err(unwritable(error)),
            };
            self.can_write()?;
            if !self.sealed {
                let holder = holder(self.path());
                return Err(StoreError::Busy { path: self.path().display().to_string(), holder });
            }
            let patient = began.elapsed() < BEGINNING;
            if let Some(lock) = self.take_lease(locked.then_some(file), patient)? {
                return Ok(lock);
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Takes the lease with that lock or without; none if it is worth a while.
    fn take_lease(&self, mut file: Option<File>, patient: bool) -> Result<Option<RunLock>, StoreError> {
        let explain = |error: rusqlite::Error| sqlite::explain(self.path(), &error);
        let unwritable = |error: io::Error| sqlite::not_writable(self.path(), &error);
        let name = machine();
        let machine = lease::machine(&name);
        let lock = file.as_ref().map(name_of).transpose().map_err(unwritable)?;
        let (term, moment) = (lease::term(), Moment::now());
        let note = format!("process {} on {name} since {:.0}", std::process::id(), moment.wall);
        // Nothing depends on a lease surviving a power cut: its holder does not.
        let token = self.without_waiting_for_the_disk(|connection| {
            let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)?;
            let row = lease::read(&transaction)?;
            match row.verdict(lock.as_deref(), &machine, moment.wall, term) {
                Verdict::Taken(row) => return Ok(Err(Some(row))),
                Verdict::Between => return Ok(Err(None)),
                Verdict::Free => {}
            }
            let token = row.token.saturating_add(1);
            let lock = lock.clone().unwrap_or_default();
            let expires = moment.end(term);
            lease::take(&transaction, &Row { token, holder: note.clone(), machine, lock, expires })?;
            transaction.commit()?;
            Ok(Ok(token))
        });
        let token = match token.map_err(explain)? {
            Ok(token) => token,
            Err(None) if patient => return Ok(None),
            // Somebody has the lock for another reason, or was stopped in that moment.
            Err(None) => {
                let path = self.path().display().to_string();
                return Err(StoreError::Busy { path, holder: holder(self.path()) });
            }
            Err(Some(row)) => {
                let path = self.path().display().to_string();
                return Err(StoreError::Busy { path, holder: row.named() });
            }
        };
        *self.lease.borrow_mut() = Some(Lease { token, hold: Hold::new(term, moment), term });
        if let Some(file) = &mut file {
            // If this fails, the lock is given free, and with it the lease.
            file.set_len(0).and_then(|()| writeln!(file, "{note}")).map_err(unwritable)?;
        }
        Ok(Some(RunLock { file, store: self.path().to_owned(), token }))
    }

    /// The right to send, as this process has it; none before
    /// [`Store::lock_for_sending`].
    pub fn hold(&self) -> Option<Hold> {
        self.lease.borrow().as_ref().map(|lease| lease.hold.clone())
    }

    /// Begins the lease anew, if nobody has taken it meanwhile; for before
    /// anything is sent, when asking the networks may have taken a while. Who
    /// has none, or has lost it, is told so: [`StoreError::Slept`].
    pub fn begin_sending(&self) -> Result<Hold, StoreError> {
        let Some(lease) = self.lease.borrow().clone() else { return Err(self.slept()) };
        let moment = Moment::now();
        let renewed = self
            .without_waiting_for_the_disk(|connection| {
                lease::renew(connection, lease.token, moment.end(lease.term))
            })
            .map_err(|error| sqlite::explain(self.path(), &error))?;
        if !renewed {
            return Err(self.slept());
        }
        lease.hold.renewed(moment);
        Ok(lease.hold)
    }

    /// Renews the lease where a third of it is over. That it ran out, or that
    /// somebody has taken it, is [`StoreError::Slept`]; a store that cannot be
    /// written in this moment is tried again as long as some of it is left.
    pub fn go_on_sending(&self) -> Result<(), StoreError> {
        let Some(hold) = self.hold() else { return Ok(()) };
        if hold.has_run_out() {
            return Err(self.slept());
        }
        if !hold.until_renewal().is_zero() {
            return Ok(());
        }
        match self.begin_sending() {
            Err(slept @ StoreError::Slept { .. }) => Err(slept),
            _ => Ok(()),
        }
    }

    /// How long until [`Store::go_on_sending`] has something to do: never less
    /// than a moment, never more than a third of a lease.
    pub fn until_renewal(&self) -> Duration {
        let wait = self.hold().map_or(Duration::from_secs(20), |hold| hold.until_renewal());
        wait.max(Duration::from_millis(50))
    }

    /// That the right to send is gone, and who has it now.
    pub(super) fn slept(&self) -> StoreError {
        let ours = self.lease.borrow().as_ref().map(|lease| lease.token);
        let row = lease::read(&self.connection).ok();
        let other = row.filter(|row| Some(row.token) != ours && !row.holder.is_empty());
        StoreError::Slept { path: self.path().display().to_string(), taken_by: other.map(|row| row.holder) }
    }

    /// Whether a process is sending right now.
    pub fn is_sending(&self) -> bool {
        let file = File::open(lock_file(self.path())).ok();
        let locked = file.as_ref().is_some_and(is_locked);
        let Some(row) = self.sealed.then(|| lease::read(&self.connection).ok()).flatten() else {
            return locked;
        };
        let lock = file.as_ref().and_then(|file| name_of(file).ok());
        let machine = lease::machine(&machine());
        row.is_sending(lock.as_deref(), locked, &machine, Timestamp::now(), lease::term())
    }

    fn without_waiting_for_the_disk<T>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        self.connection.pragma_update(None, "synchronous", "NORMAL")?;
        let done = work(&self.connection);
        self.connection.pragma_update(None, "synchronous", "FULL")?;
        done
    }
}

impl Drop for RunLock {
    fn drop(&mut self) {
        // Best effort, all of it: who comes next takes a lease whose lock is free.
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        if let Ok(connection) = Connection::open_with_flags(&self.store, flags) {
            let _ = connection.busy_timeout(Duration::from_millis(500));
            let _ = connection.pragma_update(None, "synchronous", "NORMAL");
            let _ = lease::give_back(&connection, self.token);
        }
        if let Some(file) = &self.file {
            // So that nobody is named who has left.
            let _ = file.set_len(0);
        }
    }
}

/// Who holds the store, as far as the lock's file says.
pub(super) fn holder(store: &Path) -> String {
    let mut text = String::new();
    let read = File::open(lock_file(store)).and_then(|file| file.take(300).read_to_string(&mut text));
    match text.trim() {
        note if read.is_ok() && !note.is_empty() => format!("another ladder ({note})"),
        _ => "another process".to_owned(),
    }
}

/// Who may have the database itself, which SQLite does not tell: not the ladder whose
/// note lies there, unless it was stopped while it wrote.
pub(super) fn somebody(store: &Path) -> String {
    let any = "another program, which did not let go of it for seconds (a backup, or a tool for databases)";
    match holder(store) {
        ladder if ladder.starts_with("another ladder") => {
            format!("{any}, or by {ladder}, if that stands still")
        }
        _ => any.to_owned(),
    }
}

/// Whether somebody else has the lock on that file.
fn is_locked(file: &File) -> bool {
    matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock))
}

/// Whether somebody is sending from the store, by the lock alone: as ladders
/// before the lease did.
pub(super) fn is_at_work(store: &Path) -> bool {
    File::open(lock_file(store)).is_ok_and(|file| is_locked(&file))
}

/// Which file it is: a deleted one that somebody has locked still is another
/// than the one that took its place.
fn name_of(file: &File) -> io::Result<String> {
    let (device, number) = sqlite::which(&file.metadata()?);
    Ok(format!("{device}:{number}"))
}

/// Beside the file itself: a store behind a link has one lock, not one for
/// each link.
pub(super) fn lock_file(store: &Path) -> PathBuf {
    store.canonicalize().unwrap_or_else(|_| store.to_owned()).with_file_name("lock")
}

/// This machine's name, for the note.
fn machine() -> String {
    let names = ["/proc/sys/kernel/hostname", "/etc/hostname"];
    let name = names.iter().find_map(|file| std::fs::read_to_string(file).ok());
    let name = name.or_else(|| std::env::var("COMPUTERNAME").ok()).unwrap_or_default();
    if name.trim().is_empty() { "this machine".to_owned() } else { name.trim().to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A backup has the database, and a ladder that works beside it is not to blame.
    #[test]
    fn who_has_the_database_itself_is_not_called_the_runner() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ladder.db");
        let store = Store::create(&path).unwrap();
        store.connection.busy_timeout(Duration::ZERO).unwrap();
        let backup = Connection::open(&path).unwrap();
        backup.execute_batch("BEGIN IMMEDIATE").unwrap();
        let told = store.can_write().unwrap_err().to_string();
        assert!(told.contains("in use by another program, ") && !told.contains("ladder ("), "{told}");
        backup.execute_batch("ROLLBACK").unwrap();
        let lock = store.lock_for_sending().unwrap();
        backup.execute_batch("BEGIN IMMEDIATE").unwrap();
        let told = store.can_write().unwrap_err().to_string();
        assert!(
            told.contains("in use by another program, ") && told.contains(", or by another ladder (process "),
            "{told}"
        );
        drop(lock);
    }

    #[test]
    fn whoever_else_writes_is_waited_for_as_long_as_the_lease_allows() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::create(&folder.path().join("ladder.db")).unwrap();
        let waits: u64 = store
            .connection
            .pragma_query_value(None, "busy_timeout", |row| row.get::<_, u32>(0).map(u64::from))
            .unwrap();
        let waits = Duration::from_millis(waits);
        assert!(waits >= Duration::from_secs(10) && waits < lease::term() / 3 * 2, "{waits:?}");
    }
}
