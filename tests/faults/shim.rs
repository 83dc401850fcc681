//! What stands between the program and the C library: built once from
//! `shim.c`, ordered by environment variables, read back from shared numbers.

use jiff::{SignedDuration, Timestamp};
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, OnceLock};

/// The library, or why there is none here.
pub fn library() -> Result<&'static Path, &'static str> {
    static BUILT: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    BUILT.get_or_init(build).as_deref().map_err(String::as_str)
}

fn build() -> Result<PathBuf, String> {
    if !cfg!(all(target_os = "linux", target_env = "gnu")) {
        return Err("the shim is for Linux with the GNU C library".to_owned());
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/faults/shim.c");
    let (made, place) =
        (folder.join(format!("shim-{}.so", std::process::id())), folder.join("ladder-faults-shim.so"));
    let compiler = std::env::var_os("CC").unwrap_or_else(|| "cc".into());
    let ran = Command::new(compiler)
        .args(["-O1", "-shared", "-fPIC", "-o"])
        .args([&made, &source])
        .args(["-ldl", "-lpthread"])
        .output();
    let ran = ran.map_err(|error| format!("there is no C compiler: {error}"))?;
    if !ran.status.success() {
        return Err(format!("the shim cannot be built: {}", String::from_utf8_lossy(&ran.stderr)));
    }
    // Whole at every moment: other tests of this folder may run beside this one.
    std::fs::rename(&made, &place).map_err(|error| error.to_string())?;
    Ok(place)
}

/// Whether the shim can be used; says so on a line if not.
pub fn is_here() -> bool {
    match library() {
        Ok(_) => true,
        Err(why) => {
            eprintln!("SKIPPED: {why}");
            false
        }
    }
}

/// Numbers in a file that processes share.
#[derive(Debug)]
struct Numbers(File, PathBuf);

impl Numbers {
    fn new(path: PathBuf) -> Numbers {
        let file = File::options().read(true).write(true).create(true).truncate(true).open(&path).unwrap();
        file.set_len(64).unwrap();
        Numbers(file, path)
    }

    fn get(&self, at: u64) -> i64 {
        let mut bytes = [0; 8];
        self.0.read_exact_at(&mut bytes, at * 8).unwrap();
        i64::from_ne_bytes(bytes)
    }

    fn add(&self, at: u64, more: i64) {
        self.0.write_all_at(&(self.get(at) + more).to_ne_bytes(), at * 8).unwrap();
    }
}

/// The time of a small world: that of the programs in it, and of its networks.
#[derive(Clone, Debug)]
pub struct Clock(Arc<Numbers>);

impl Clock {
    pub fn new(path: PathBuf) -> Clock {
        Clock(Arc::new(Numbers::new(path)))
    }

    pub fn path(&self) -> &Path {
        &self.0.1
    }

    /// What time it is: later than on this machine, for waits are passed over.
    pub fn now(&self) -> Timestamp {
        Timestamp::now() + SignedDuration::from_nanos(self.0.get(0))
    }

    /// So much time passes. Only while no program runs.
    pub fn pass(&self, time: SignedDuration) {
        self.0.add(0, i64::try_from(time.as_nanos()).unwrap());
    }

    /// The clocks on the wall of the programs' machine are put forward, or back.
    pub fn put(&self, time: SignedDuration) {
        self.0.add(1, i64::try_from(time.as_nanos()).unwrap());
    }

    /// By how much the wall clock is wrong.
    pub fn wrong(&self) -> SignedDuration {
        SignedDuration::from_nanos(self.0.get(1))
    }
}

/// Which calls are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Below `.ladder/ladder.db`.
    Journal,
    /// What leaves by a connection.
    Socket,
    /// Other files and folders.
    File,
    /// An answer, or a piece of it, that was read.
    Answer,
}

impl Class {
    pub const ALL: [Class; 4] = [Class::Journal, Class::Socket, Class::File, Class::Answer];

    fn letter(self) -> char {
        match self {
            Class::Journal => 'j',
            Class::Socket => 's',
            Class::File => 'f',
            Class::Answer => 'r',
        }
    }
}

/// What happens at a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    KillBefore,
    KillAfter,
    /// Half of it is written.
    KillTorn,
    /// What was written and not synced is lost, in every file.
    PowerLoss,
    /// `SIGSTOP`, before it.
    Stop,
    /// The wall clock is moved by so many seconds.
    Jump(i64),
    /// It fails with this.
    Fails(&'static str),
}

/// An order.
#[derive(Clone, Copy, Debug)]
pub struct Point {
    pub class: Class,
    /// From 1.
    pub number: u64,
    pub and_all_after: bool,
    pub action: Action,
}

impl std::fmt::Display for Point {
    /// As the shim reads it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let more = if self.and_all_after { "+" } else { "" };
        write!(f, "{}:{}{more}:", self.class.letter(), self.number)?;
        match self.action {
            Action::KillBefore => write!(f, "before"),
            Action::KillAfter => write!(f, "after"),
            Action::KillTorn => write!(f, "torn"),
            Action::PowerLoss => write!(f, "power"),
            Action::Stop => write!(f, "stop"),
            Action::Jump(seconds) => write!(f, "jump={seconds}"),
            Action::Fails(error) => write!(f, "{error}"),
        }
    }
}

pub fn at(class: Class, number: u64, action: Action) -> Point {
    Point { class, number, and_all_after: false, action }
}

/// What one run of the program counted.
#[derive(Debug)]
pub struct Counts(Numbers);

impl Counts {
    pub fn new(path: PathBuf) -> Counts {
        Counts(Numbers::new(path))
    }

    pub fn of(&self, class: Class) -> u64 {
        let at = match class {
            Class::Journal => 0,
            Class::Socket => 1,
            Class::File => 2,
            Class::Answer => 3,
        };
        self.0.get(at).unsigned_abs()
    }

    /// How often a point struck.
    pub fn struck(&self) -> u64 {
        self.0.get(5).unsigned_abs()
    }
}

/// Puts the shim into a command. A wait is over after some thousandths of a
/// second; with a connection open, a server in a busy test process gets more.
pub fn into(command: &mut Command, clock: &Clock, counts: &Counts, points: &[Point]) {
    let Ok(library) = library() else { return };
    let points: Vec<String> = points.iter().map(ToString::to_string).collect();
    command.env("LD_PRELOAD", library);
    command.env("SHIM_CLOCK", clock.path()).env("SHIM_COUNTS", &counts.0.1);
    command.env("SHIM_POINTS", points.join(",")).env("SHIM_IDLE", "5:1000");
}
