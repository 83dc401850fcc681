//! What survives the process: events, plans, media; SQLite in `.ladder/ladder.db`.
//!
//! Durable before it returns: WAL with `synchronous = FULL`. One [`Batch`] is
//! one commit. A store is made only by `init` and `store create`; it is never
//! made by looking for it.

use crate::plan::{Event, Plan};
use std::path::{Path, PathBuf};

/// What can be wrong with a store. Every text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is none.
    #[error("there is no store at `{0}`: nothing is sent without one; `ladder store create` makes it")]
    Missing(String),
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
    /// It cannot be written.
    #[error("the store `{path}` cannot be written ({why}): nothing was sent")]
    NotWritable {
        /// The file.
        path: String,
        /// The system's words.
        why: String,
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

/// Written in one durable commit.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// Plans to keep (by digest).
    pub plans: Vec<Plan>,
    /// What happened.
    pub events: Vec<Event>,
}

/// The store.
#[derive(Debug)]
pub struct Store {
    path: PathBuf,
    id: String,
}

/// Held while this process sends: one runner at a time.
#[derive(Debug)]
pub struct RunLock {
    _file: std::fs::File,
}

impl Store {
    /// Makes a new, empty store with a new id. An existing file is an error.
    pub fn create(path: &Path) -> Result<Store, StoreError> {
        let _ = path;
        todo!("room store")
    }

    /// Opens the store and compares its id with the project's.
    pub fn open(path: &Path, expected_id: &str) -> Result<Store, StoreError> {
        let _ = (path, expected_id);
        todo!("room store")
    }

    /// Its id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// One durable commit.
    pub fn commit(&mut self, batch: &Batch) -> Result<(), StoreError> {
        let _ = batch;
        todo!("room store")
    }

    /// Every event, in order.
    pub fn events(&self) -> Result<Vec<Event>, StoreError> {
        todo!("room store")
    }

    /// The plan of that digest.
    pub fn plan(&self, digest: &str) -> Result<Option<Plan>, StoreError> {
        let _ = digest;
        todo!("room store")
    }

    /// Keeps the bytes of a media file under their SHA-256, durable before it returns.
    pub fn keep_media(&self, sha256: &str, bytes: &[u8]) -> Result<(), StoreError> {
        let _ = (sha256, bytes);
        todo!("room store")
    }

    /// Where kept media lie, each file named by its SHA-256.
    pub fn media_folder(&self) -> PathBuf {
        self.path.with_file_name("media")
    }

    /// Takes the right to send. Another runner holding it is [`StoreError::Busy`].
    pub fn lock_for_sending(&self) -> Result<RunLock, StoreError> {
        todo!("room store")
    }

    /// Whether another process is sending right now.
    pub fn is_sending(&self) -> bool {
        todo!("room store")
    }
}
