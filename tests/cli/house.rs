//! A project in a folder of its own, and the program run in it.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A project in a folder of its own, and the program run in it.
pub struct House {
    dir: tempfile::TempDir,
}

impl House {
    /// An empty folder.
    pub fn empty() -> House {
        House { dir: tempfile::tempdir().unwrap() }
    }

    /// What `ladder init` makes.
    pub fn new() -> House {
        let house = House::empty();
        house.run(&["init", "--name", "Acme Rockets"]).ends(0);
        house
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub fn write(&self, name: &str, text: &str) {
        std::fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        std::fs::write(self.path(name), text).unwrap();
    }

    /// Replaces a piece of a file that must be there.
    pub fn edit(&self, name: &str, from: &str, to: &str) {
        let text = self.read(name);
        assert!(text.contains(from), "{name} has no {from:?}");
        self.write(name, &text.replace(from, to));
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ladder"));
        command.args(arguments).current_dir(self.dir.path()).stdin(Stdio::null());
        for secret in ["X_ACCESS_TOKEN", "FACEBOOK_PAGE_TOKEN", "LINKEDIN_ACCESS_TOKEN", "SMTP_URL"] {
            command.env_remove(secret);
        }
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Ended {
        Ended { output: self.command(arguments).output().unwrap(), said: arguments.join(" ") }
    }

    /// With these variables set.
    pub fn run_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Ended {
        let output = self.command(arguments).envs(variables.iter().copied()).output().unwrap();
        Ended { output, said: arguments.join(" ") }
    }

    /// Every file below a folder, sorted.
    pub fn files(&self, below: &str) -> Vec<String> {
        fn walk(dir: &Path, top: &Path, found: &mut Vec<String>) {
            for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
                if entry.path().is_dir() {
                    walk(&entry.path(), top, found);
                } else {
                    found.push(entry.path().strip_prefix(top).unwrap().to_string_lossy().replace('\\', "/"));
                }
            }
        }
        let mut found = Vec::new();
        walk(&self.path(below), self.dir.path(), &mut found);
        found.sort();
        found
    }
}

/// How a run ended.
pub struct Ended {
    pub output: Output,
    pub said: String,
}

impl Ended {
    #[track_caller]
    pub fn ends(self, code: i32) -> Ended {
        let found = self.output.status.code();
        assert_eq!(found, Some(code), "`ladder {}`\n{}\n{}", self.said, self.out(), self.err());
        self
    }

    pub fn code(&self) -> i32 {
        self.output.status.code().unwrap_or(-1)
    }

    pub fn out(&self) -> String {
        String::from_utf8(self.output.stdout.clone()).unwrap()
    }

    pub fn err(&self) -> String {
        String::from_utf8(self.output.stderr.clone()).unwrap()
    }

    /// The one object, whose `exit` is the process's own.
    #[track_caller]
    pub fn json(&self) -> Value {
        let value: Value = serde_json::from_str(&self.out()).unwrap_or_else(|error| {
            panic!("`ladder {}`: {error}\n{}\n{}", self.said, self.out(), self.err())
        });
        assert_eq!(value["exit"].as_i64(), self.output.status.code().map(i64::from));
        assert!(value["diagnostics"].is_array());
        assert!(value["error"].is_null() || value["error"]["code"].is_string());
        value
    }
}

pub fn states(value: &Value) -> Vec<(String, String)> {
    let mut states: Vec<_> = value["deliveries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|d| (d["rung"].as_str().unwrap().to_owned(), d["state"].as_str().unwrap().to_owned()))
        .collect();
    states.sort();
    states
}

pub fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(rung, state)| ((*rung).to_owned(), (*state).to_owned())).collect()
}

pub const ALL_OUT: &[(&str, &str)] = &[
    ("blog", "sent"),
    ("facebook", "waiting"),
    ("linkedin", "waiting"),
    ("newsletter", "sent"),
    ("tweet", "waiting"),
];
