//! Where the sets are, and a tally that names every case that differs.

use serde_json::Value;
use std::path::PathBuf;

/// The file of a set, by its path below the folder of all sets.
pub fn file(name: &str) -> PathBuf {
    let folder = std::env::var("LADDER_CONFORMANCE").expect("LADDER_CONFORMANCE is the folder of the sets");
    PathBuf::from(folder).join(name)
}

/// The text of a set's file.
pub fn text(name: &str) -> String {
    std::fs::read_to_string(file(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// A set's file, which is JSON.
pub fn json(name: &str) -> Value {
    serde_json::from_str(&text(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Counts the cases of a set, and remembers those that differ.
#[derive(Default)]
pub struct Tally {
    seen: usize,
    differing: Vec<String>,
}

impl Tally {
    /// One case: `name` is only made if it differs.
    pub fn case<T: PartialEq + std::fmt::Debug>(&mut self, name: impl FnOnce() -> String, got: T, wanted: T) {
        self.seen += 1;
        if got != wanted {
            self.differing.push(format!("{}\n     got {got:?}\n  wanted {wanted:?}", name()));
        }
    }

    /// The end of a set that has `expected` applicable cases: all were seen, none differs.
    #[track_caller]
    pub fn end(self, set: &str, expected: usize) {
        let shown: Vec<&str> = self.differing.iter().take(40).map(String::as_str).collect();
        let differing = self.differing.len();
        assert!(differing == 0, "{set}: {differing} of {} differ\n{}", self.seen, shown.join("\n"));
        assert_eq!(self.seen, expected, "{set}: the number of cases");
        println!("{set}: {expected} cases");
    }
}
