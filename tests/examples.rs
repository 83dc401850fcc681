//! Every folder in `examples/` is a story that is executed: the console blocks
//! of its README run in a copy of it, and what each message becomes is
//! compared with `expected/`. A new folder is a new test.
//!
//! `BLESS=1 cargo test --test examples` writes `expected/` anew: read the
//! difference before you commit it.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops where it fails")]

mod transcript;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The moment at which all examples are looked at.
const CLOCK: &str = "2026-11-15T12:00:00Z";

fn stories() -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("examples"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("ladder.toml").exists())
        .collect();
    found.sort();
    assert!(found.len() >= 2, "the two stories are gone");
    found
}

fn ladder(project: &Path, arguments: &[&str]) -> (String, i32) {
    let output = Command::new(env!("CARGO_BIN_EXE_ladder"))
        .arg("--project")
        .arg(project)
        .args(["--clock", CLOCK])
        .args(arguments)
        .env("NO_COLOR", "1")
        .env("COLUMNS", "80")
        .output()
        .unwrap();
    (String::from_utf8(output.stdout).unwrap(), output.status.code().unwrap_or(-1))
}

fn messages(project: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(project.join("messages"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir() || !path.file_stem().unwrap().to_string_lossy().contains('.'))
        .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn every_story_says_what_is_expected_of_it() {
    let bless = std::env::var_os("BLESS").is_some();
    let mut wrong = Vec::new();
    for story in stories() {
        let copy = tempfile::tempdir().unwrap();
        copy_folder(&story, copy.path()).unwrap();
        let mut outputs = vec![("check.txt".to_owned(), vec!["check".to_owned()])];
        for message in messages(&story) {
            let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
            outputs.push((format!("{message}.txt"), words(&["preview", &message])));
            outputs.push((format!("{message}.md"), words(&["preview", &message, "--format", "markdown"])));
            outputs.push((format!("{message}.json"), words(&["preview", &message, "--format", "json"])));
            outputs.push((format!("{message}.plan.json"), words(&["plan", &message, "--format", "json"])));
        }
        for (name, arguments) in outputs {
            let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
            let (printed, exit) = ladder(copy.path(), &arguments);
            let path = story.join("expected").join(&name);
            if bless {
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(&path, &printed).unwrap();
            }
            let expected = fs::read_to_string(&path).unwrap_or_default();
            if printed != expected || exit != 0 {
                wrong.push(format!("{} (exit {exit}):\n{printed}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "not as expected:\n{}", wrong.join("\n"));
}

#[test]
fn the_console_blocks_of_every_story_run() {
    for story in stories() {
        let copy = tempfile::tempdir().unwrap();
        copy_folder(&story, copy.path()).unwrap();
        let steps = transcript::run_page(&story.join("README.md"), copy.path(), &[("X_ACCESS_TOKEN", "")])
            .unwrap_or_else(|difference| panic!("{difference}"));
        assert!(steps >= 3, "{} tells too little", story.display());
    }
}

/// A copy of a folder, to run in.
fn copy_folder(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
