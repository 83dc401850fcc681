//! Making and opening the file, and what its errors mean.

use super::schema::{self, APPLICATION, VERSION};
use super::{Store, StoreError, lease, lock};
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::cell::{Cell, RefCell};
use std::fs;
use std::io::{self, Read};
use std::path::Path;
use std::time::Duration;

/// From this version on there are seals and the lease.
const SEALED: i64 = 2;
/// How long to wait for whoever else writes: a fifth of a lease, twelve seconds. A
/// commit of ours takes milliseconds; a program that copies the file, or looks into
/// it, may hold it for some seconds. A lease has more left when it is renewed.
fn patience() -> Duration {
    (lease::term() / 5).clamp(Duration::from_secs(2), Duration::from_secs(12))
}

impl Store {
    /// Makes a new, empty store with a new id, readable by its owner only. An
    /// existing file is an error. The store is made beside its place and moved
    /// there whole: a crash leaves none, never half of one.
    pub fn create(path: &Path) -> Result<Store, StoreError> {
        Store::create_with_id(path, &ulid::Ulid::generate().to_string())
    }

    /// The same under a known id: only for bringing a lost store back from its
    /// export. An empty store under an id that was in use sends everything anew.
    pub fn create_with_id(path: &Path, id: &str) -> Result<Store, StoreError> {
        let shown = || path.display().to_string();
        let unwritable = |error: io::Error| not_writable(path, &error);
        if fs::symlink_metadata(path).is_ok() {
            return Err(StoreError::Exists(shown()));
        }
        let folder = path.parent().unwrap_or(Path::new("."));
        make_folder(folder).map_err(unwritable)?;
        let draft = path.with_extension(format!("{}.new", ulid::Ulid::generate()));
        let made = fill(&draft, id).map_err(|error| match error {
            Failure::Io(error) => not_writable(path, &error),
            Failure::Sqlite(error) => explain(path, &error),
        });
        // A link fails where a file is, a rename would replace it.
        let placed = made.and_then(|()| match fs::hard_link(&draft, path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(StoreError::Exists(shown())),
            Err(_) if !path.exists() => fs::rename(&draft, path).map_err(unwritable),
            other => other.map_err(unwritable),
        });
        let _ = fs::remove_file(&draft);
        placed?;
        sync_folder(folder).map_err(unwritable)?;
        Store::open(path, id)
    }

    /// Opens the store and compares its id with the project's. Never makes one.
    pub fn open(path: &Path, expected_id: &str) -> Result<Store, StoreError> {
        look_at(path)?;
        let facts = fs::metadata(path).map_err(|error| not_writable(path, &error))?;
        let (file, length) = (which(&facts), Cell::new(facts.len()));
        let (mut connection, id, version) = connect(path)
            .or_else(|error| match error.sqlite_error_code() {
                // Reading needs a file beside the store, which a read-only
                // folder does not take. Nobody can write there, and without a
                // log all is in the file: it can be read as it lies.
                Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly) if !has_log(path) => {
                    connect_as_it_lies(path).map_err(|_| error)
                }
                _ => Err(error),
            })
            .map_err(|error| explain(path, &error))
            .and_then(|(connection, (application, version))| {
                known(path, application, version)?;
                let id: String = connection
                    .pragma_update(None, "synchronous", "FULL")
                    .and_then(|()| {
                        connection.query_row("SELECT value FROM meta WHERE name = 'id'", [], |row| row.get(0))
                    })
                    .map_err(|error| explain(path, &error))?;
                Ok((connection, id, version))
            })?;
        if id != expected_id {
            return Err(StoreError::OtherId {
                path: path.display().to_string(),
                found: id,
                expected: expected_id.to_owned(),
            });
        }
        let version = if version < VERSION { bring_up(path, &mut connection)?.max(version) } else { version };
        Ok(Store {
            path: path.to_owned(),
            id,
            connection,
            sealed: version >= SEALED,
            version,
            ids: ulid::Generator::new(),
            commits: 0,
            known: Cell::new(0),
            gap: None,
            lease: RefCell::new(None),
            file,
            length,
        })
    }

    /// The id of the store at `path`, whichever project it belongs to. Changes nothing.
    pub fn id_at(path: &Path) -> Result<String, StoreError> {
        // No store has an empty id.
        match Store::open(path, "") {
            Ok(store) => Ok(store.id().to_owned()),
            Err(StoreError::OtherId { found, .. }) => Ok(found),
            Err(other) => Err(other),
        }
    }

    /// Whether it could be written to now: takes and gives back the right to write.
    pub(super) fn can_write(&self) -> Result<(), StoreError> {
        self.connection
            .execute_batch("BEGIN IMMEDIATE; ROLLBACK")
            .map_err(|error| explain(&self.path, &error))?;
        match self.connection.is_readonly(rusqlite::MAIN_DB) {
            Ok(false) => Ok(()),
            Ok(true) => Err(StoreError::NotWritable {
                path: self.path.display().to_string(),
                why: "the file is read-only".to_owned(),
            }),
            Err(error) => Err(explain(&self.path, &error)),
        }
    }
}

/// Brings an older file up to date. Where that cannot be, it stays what it is,
/// and can be read: its folder is read-only, or an older ladder is at work,
/// which knows nothing of seals and leases.
fn bring_up(path: &Path, connection: &mut Connection) -> Result<i64, StoreError> {
    if lock::is_at_work(path) || connection.is_readonly(rusqlite::MAIN_DB).unwrap_or(true) {
        return Ok(0);
    }
    match schema::bring_up(connection) {
        Ok(version) => Ok(version),
        Err(error) => match explain(path, &error) {
            StoreError::Busy { .. } | StoreError::NotWritable { .. } => Ok(0),
            other => Err(other),
        },
    }
}

/// What SQLite's errors mean for people. See <https://sqlite.org/rescode.html>.
pub(super) fn explain(path: &Path, error: &rusqlite::Error) -> StoreError {
    let shown = path.display().to_string();
    let not_writable = |why: &str| StoreError::NotWritable { path: shown.clone(), why: why.to_owned() };
    match error.sqlite_error_code() {
        // The last: another process holds what a lock is taken with (it was stopped in a commit).
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::FileLockingProtocolFailed) => {
            StoreError::Busy { path: shown, holder: super::lock::somebody(path) }
        }
        Some(ErrorCode::ReadOnly) => not_writable("it is read-only"),
        Some(ErrorCode::PermissionDenied) => not_writable("permission denied"),
        Some(ErrorCode::DiskFull) => not_writable("the disk is full"),
        Some(ErrorCode::CannotOpen) => not_writable("it, or a file beside it, cannot be opened"),
        // The trigger of `schema.rs`.
        Some(ErrorCode::ConstraintViolation) if error.to_string().contains("newer ladder") => {
            not_writable("a newer ladder has brought it up to date; run this again")
        }
        Some(ErrorCode::SystemIoFailure) => not_writable(&format!("the disk reports an error: {error}")),
        _ => StoreError::Damaged { path: shown, why: error.to_string() },
    }
}

pub(super) fn not_writable(path: &Path, error: &io::Error) -> StoreError {
    StoreError::NotWritable { path: path.display().to_string(), why: error.to_string() }
}

/// What tells the file with these facts from every other one.
pub(super) fn which(facts: &fs::Metadata) -> (u64, u64) {
    #[cfg(unix)]
    let which = {
        use std::os::unix::fs::MetadataExt;
        (facts.dev(), facts.ino())
    };
    // Windows does not let an open file be removed or replaced.
    #[cfg(not(unix))]
    let which = (u64::from(facts.is_file()), 0);
    which
}

/// Makes names in a folder survive a power cut.
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { fs::File::open(folder)?.sync_all() } else { Ok(()) }
}

/// The folder, for its owner only: the journal holds addresses and unsent words.
pub(super) fn make_folder(folder: &Path) -> io::Result<()> {
    if folder.as_os_str().is_empty() || folder.is_dir() {
        return Ok(());
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// A new file, for its owner only.
pub(super) fn new_file(path: &Path) -> io::Result<fs::File> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

type Connected = (Connection, (i64, i64));

/// A connection, with the file's application and version.
fn connect(path: &Path) -> rusqlite::Result<Connected> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    greet(Connection::open_with_flags(path, flags)?)
}

/// A connection that takes the file for unchangeable
/// (<https://sqlite.org/uri.html>, `immutable`).
fn connect_as_it_lies(path: &Path) -> rusqlite::Result<Connected> {
    let mut uri = "file:".to_owned();
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' => uri.push(*byte as char),
            byte => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri.push_str("?immutable=1");
    let flags =
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    greet(Connection::open_with_flags(uri, flags)?)
}

fn greet(connection: Connection) -> rusqlite::Result<Connected> {
    connection.busy_timeout(patience())?;
    let number = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let found = (number("application_id")?, number("user_version")?);
    Ok((connection, found))
}

/// Whether there is a write-ahead log with anything in it.
fn has_log(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    fs::metadata(path.with_file_name(format!("{name}-wal"))).is_ok_and(|facts| facts.len() > 0)
}

enum Failure {
    Io(io::Error),
    Sqlite(rusqlite::Error),
}

/// A whole store at `path`, closed again and on the disk.
fn fill(path: &Path, id: &str) -> Result<(), Failure> {
    drop(new_file(path).map_err(Failure::Io)?);
    let make = || -> rusqlite::Result<()> {
        let mut connection = Connection::open(path)?;
        // A draft that a crash leaves half done is never looked at: it goes to
        // the disk once, when it is whole.
        connection.pragma_update(None, "synchronous", "OFF")?;
        connection.pragma_update(None, "journal_mode", "MEMORY")?;
        let transaction = connection.transaction()?;
        schema::take_steps(&transaction)?;
        transaction.execute("INSERT INTO meta (name, value) VALUES ('id', ?1)", [id])?;
        transaction.pragma_update(None, "application_id", APPLICATION)?;
        transaction.commit()?;
        // Kept in the file: every later connection writes ahead too.
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.close().map_err(|(_, error)| error)
    };
    make().map_err(Failure::Sqlite)?;
    fs::File::open(path).and_then(|file| file.sync_all()).map_err(Failure::Io)
}

/// What can be seen without SQLite, which would take an empty file for a new
/// database, and notice a missing end only when it gets there.
fn look_at(path: &Path) -> Result<(), StoreError> {
    let damaged = |why: &str| StoreError::Damaged { path: path.display().to_string(), why: why.to_owned() };
    let mut header = [0_u8; 100];
    let found = fs::metadata(path).and_then(|facts| {
        if facts.is_dir() {
            return Ok(None);
        }
        let read = fs::File::open(path)?.read_exact(&mut header);
        match read {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(Some((facts.len(), false))),
            other => other.map(|()| Some((facts.len(), true))),
        }
    });
    let length = match found {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(StoreError::Missing(path.display().to_string()));
        }
        Err(error) => return Err(damaged(&error.to_string())),
        Ok(None) => return Err(damaged("it is a folder")),
        Ok(Some((0, _))) => return Err(damaged("the file is empty")),
        Ok(Some((_, false))) => return Err(damaged("the file is cut off")),
        Ok(Some((length, true))) => length,
    };
    if !header.starts_with(b"SQLite format 3\0") {
        return Err(damaged("it is not a SQLite file"));
    }
    // Offsets 16 and 28: page size and number of pages, big-endian; a page
    // size of 1 means 65536 (https://sqlite.org/fileformat.html, section 1.3).
    // While there is a write-ahead log, pages may still be in it.
    let page = match u64::from(u16::from_be_bytes([header[16], header[17]])) {
        1 => 65_536,
        size => size,
    };
    let pages = u64::from(u32::from_be_bytes([header[28], header[29], header[30], header[31]]));
    if !has_log(path) && length < page * pages {
        return Err(damaged("the file is cut off"));
    }
    Ok(())
}

/// Whether the file is ours and of a version that we know.
fn known(path: &Path, application: i64, version: i64) -> Result<(), StoreError> {
    let path = path.display().to_string();
    if application != APPLICATION || version < 1 {
        return Err(StoreError::Damaged { path, why: "it is not a store of ladder".to_owned() });
    }
    if version > VERSION {
        return Err(StoreError::Newer { path, found: version, known: VERSION });
    }
    Ok(())
}
