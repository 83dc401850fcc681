//! A project in a folder of its own, and the program run in it, with an end.

use serde_json::Value;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// No run may take longer: it would be a hang.
const PATIENCE: Duration = Duration::from_secs(120);

/// A folder for a project.
pub struct House {
    dir: tempfile::TempDir,
}

impl House {
    /// An empty folder.
    pub fn empty() -> House {
        House { dir: tempfile::tempdir().unwrap() }
    }

    /// What `ladder init --ladder NAME` makes.
    pub fn new(ladder: &str) -> House {
        let house = House::empty();
        house.run(&["init", "--name", "Acme Rockets", "--ladder", ladder]).ends(0);
        house
    }

    /// A copy of a story in `examples/`, with a store.
    pub fn story(name: &str) -> House {
        let house = House::empty();
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name), house.dir.path());
        let store = house.run(&["store", "create", "--format", "json"]).ends(0).json();
        let known = house.read("ladder.toml");
        let line = known.lines().find(|line| line.starts_with("id = ")).unwrap();
        house.edit("ladder.toml", line, &format!("id = {}", store["id"]));
        house
    }

    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        std::fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        std::fs::write(self.path(name), bytes).unwrap();
    }

    /// Replaces a piece of a file that must be there.
    pub fn edit(&self, name: &str, from: &str, to: &str) {
        let text = self.read(name);
        assert!(text.contains(from), "{name} has no {from:?}");
        self.write(name, text.replace(from, to));
    }

    pub fn run(&self, arguments: &[&str]) -> Ended {
        self.run_with(&[], arguments)
    }

    /// The same with variables, say a secret.
    pub fn run_with(&self, variables: &[(&str, &str)], arguments: &[&str]) -> Ended {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ladder"));
        command.args(arguments).current_dir(self.dir.path()).env("NO_COLOR", "1").env("COLUMNS", "80");
        for secret in ["X_ACCESS_TOKEN", "FACEBOOK_PAGE_TOKEN", "LINKEDIN_ACCESS_TOKEN", "SMTP_URL"] {
            command.env_remove(secret);
        }
        command.envs(variables.iter().copied());
        finish(command, &arguments.join(" "))
    }

    /// Files of a folder, sorted; none if it is not there.
    pub fn files(&self, folder: &str) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(self.path(folder)).into_iter().flatten();
        let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        files.retain(|file| file.is_file());
        files.sort();
        files
    }
}

/// How a run ended.
pub struct Ended {
    said: String,
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
    pub took: Duration,
}

impl Ended {
    #[track_caller]
    pub fn ends(self, code: i32) -> Ended {
        assert_eq!(self.code, Some(code), "`{}`\n{}\n{}", self.said, head(&self.out), head(&self.err));
        self
    }

    /// The one object, whose `exit` is the process's own.
    #[track_caller]
    pub fn json(&self) -> Value {
        let value: Value = serde_json::from_str(&self.out).unwrap_or_else(|error| {
            panic!("`{}`: {error}\n{}\n{}", self.said, head(&self.out), head(&self.err))
        });
        assert_eq!(value["exit"].as_i64(), self.code.map(i64::from), "`{}`", self.said);
        value
    }
}

/// Runs to the end, or fails when that does not come.
pub fn finish(mut command: Command, said: &str) -> Ended {
    let started = Instant::now();
    let spawned = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = spawned.unwrap_or_else(|error| panic!("`{said}` does not start: {error}"));
    let out = drain(child.stdout.take().unwrap());
    let err = drain(child.stderr.take().unwrap());
    let code = wait(&mut child, started, said);
    let took = started.elapsed();
    let text = |reader: std::thread::JoinHandle<Vec<u8>>| String::from_utf8(reader.join().unwrap()).unwrap();
    let ended = Ended { said: said.to_owned(), code, out: text(out), err: text(err), took };
    assert!(ended.code.is_some(), "`{said}` was killed by a signal\n{}", head(&ended.err));
    assert!(!ended.err.contains("panicked at"), "`{said}`\n{}", head(&ended.err));
    ended
}

fn wait(child: &mut Child, started: Instant, said: &str) -> Option<i32> {
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        if started.elapsed() > PATIENCE {
            child.kill().unwrap();
            panic!("`{said}` hangs");
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn drain(mut pipe: impl Read + Send + 'static) -> std::thread::JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        pipe.read_to_end(&mut bytes).unwrap();
        bytes
    })
}

/// Enough of a long output to see what is wrong.
fn head(text: &str) -> &str {
    let end = text.char_indices().nth(4000).map_or(text.len(), |(at, _)| at);
    &text[..end]
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
