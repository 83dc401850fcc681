//! Every problem that the program can tell carries the name of a rule of the
//! table, so that `docs/rules.md` explains it and `allow` knows it.

#![allow(clippy::expect_used, reason = "a test stops where it fails")]

use std::path::{Path, PathBuf};

fn rust_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder of sources").flatten() {
        let path = entry.path();
        if path.is_dir() {
            rust_files(&path, files);
        } else if path.extension().is_some_and(|ending| ending == "rs") && !path.ends_with("tests.rs") {
            files.push(path);
        }
    }
}

/// The literal names in `Diagnostic::error("…"`, also on the next line.
fn names(code: &str) -> Vec<String> {
    let made = ["Diagnostic::error(", "Diagnostic::warning(", "Diagnostic::note("];
    let all = made.iter().flat_map(|made| code.match_indices(made).map(|(at, _)| &code[at + made.len()..]));
    all.filter_map(|rest| rest.trim_start().strip_prefix('"')?.split('"').next().map(str::to_owned)).collect()
}

#[test]
fn every_problem_has_a_rule() {
    let mut files = Vec::new();
    rust_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    assert!(files.len() > 20);
    let mut missing = Vec::new();
    for file in files.iter().filter(|file| !file.iter().any(|part| part == "tests")) {
        let code = std::fs::read_to_string(file).expect("a source file");
        let code = code.split("#[cfg(test)]").next().unwrap_or_default();
        for name in names(code) {
            if !ladder::lint::RULES.iter().any(|rule| rule.name == name) {
                missing.push(format!("{}: {name}", file.display()));
            }
        }
    }
    assert!(missing.is_empty(), "no rules of the table:\n{}", missing.join("\n"));
}
