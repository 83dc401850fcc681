//! What folders and files may be called that adapters write. Pure.

use crate::render::slug::is_device;
use std::path::{Component, Path, PathBuf};

/// `path` if it stays below the folder it starts from; the error says why not.
pub fn inside(path: &str) -> Result<PathBuf, String> {
    let refuse = |why: &str| Err(format!("`{path}` {why}"));
    if path.chars().any(char::is_control) {
        return refuse("holds control characters");
    }
    // A backslash parts folders on some systems and not on others.
    if path.contains('\\') {
        return refuse("holds a backslash: write `/` between folders");
    }
    for part in Path::new(path).components() {
        match part {
            Component::Normal(_) | Component::CurDir => {}
            Component::ParentDir => return refuse("leaves the project: `..` is not taken"),
            Component::RootDir | Component::Prefix(_) => {
                return refuse("is an absolute path: write it relative to the project");
            }
        }
    }
    Ok(Path::new(path).to_owned())
}

/// Refuses the folders that hold what publishing reads: what is written there
/// would be the next message, or a part of the repository's own data. Some systems leave
/// out blanks and dots at the end of a name.
pub fn ours(path: &str) -> Result<(), String> {
    const TAKEN: &[&str] = &["messages", "content-ladders", "templates"];
    // Each repository has one, a part of the project may be one of its own.
    const TAKEN_ANYWHERE: &[&str] = &[".git", ".ladder"];
    let parts = Path::new(path).components().filter_map(|part| match part {
        Component::Normal(part) => Some(part.to_string_lossy().to_lowercase()),
        _ => None,
    });
    for (at, part) in parts.enumerate() {
        let name = part.trim_end_matches([' ', '.']);
        if TAKEN_ANYWHERE.contains(&name) || (at == 0 && TAKEN.contains(&name)) {
            let it = if path == name { "" } else { &format!("`{path}` lies in ") };
            let which = if path == name { " is" } else { ", which is" };
            return Err(format!("{it}`{name}`{which} not for writing into"));
        }
    }
    Ok(())
}

/// Refuses what is no folder's name on every system.
pub fn nameable(path: &str) -> Result<(), String> {
    if path.trim().is_empty() {
        return Err(format!("`{path}` names no folder"));
    }
    match path.split('/').find(|part| is_device(part) || part.trim() != *part) {
        Some(part) if is_device(part) => Err(format!("`{path}` holds `{part}`, a device's name on Windows")),
        Some(part) => Err(format!("`{path}` holds `{part}`, with a blank at its end")),
        None => Ok(()),
    }
}

/// The same folder in one spelling: `./mail/` is `mail`, `.` is the project. The
/// identity of deliveries is made of it.
pub fn spelling(directory: &str) -> String {
    let parts = Path::new(directory).components().filter_map(|part| match part {
        Component::Normal(part) => Some(part.to_string_lossy()),
        _ => None,
    });
    let parts: Vec<_> = parts.collect();
    if parts.is_empty() { ".".to_owned() } else { parts.join("/") }
}

/// Longest ending of a file's name, in bytes, without its dot: `jpeg`, `markdown`.
const LONGEST_ENDING: usize = 8;

/// A text as a name of one file or folder: letters, digits, `-`, `_` and `.`
/// stay (no leading dot), everything else becomes `-`, and a device
/// of Windows gets a `_` before its name.
pub fn file_name(text: &str) -> String {
    let keep = |c: char| if c.is_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '-' };
    let name: String = text.chars().map(keep).collect();
    // What it is of stays in sight: programs go by the ending.
    let (stem, ending) = match name.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() && (1..=LONGEST_ENDING).contains(&ending.len()) => {
            (stem, name[stem.len()..].trim_end_matches('-'))
        }
        _ => (name.as_str(), ""),
    };
    let mut stem = stem.to_owned();
    while stem.len() + ending.len() > 120 {
        stem.pop();
    }
    let stem = match stem.trim_matches(['.', '-']) {
        "" if ending.len() > 1 => "untitled",
        stem => stem,
    };
    let name = format!("{stem}{ending}");
    match name.trim_matches(['.', '-']) {
        "" => "untitled".to_owned(),
        device if is_device(device) => format!("_{device}"),
        name => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_below() {
        for bad in ["../x", "a/../../x", "/etc", "a\u{0}b", "a\\..\\b", "a\nb"] {
            assert!(inside(bad).is_err(), "{bad:?}");
        }
        for good in ["a", "a/b.md", ".", "./a"] {
            assert!(inside(good).is_ok(), "{good:?}");
        }
        for bad in [
            ".git",
            "./.ladder/x",
            "Messages",
            "templates/../public",
            "content-ladders/a",
            "messages. /a",
            "site/.GIT/hooks",
            "site/.ladder",
        ] {
            assert!(ours(bad).is_err(), "{bad:?}");
        }
        for bad in ["", " ", "site/con", "NUL.txt/a", "a /b", " a"] {
            assert!(nameable(bad).is_err(), "{bad:?}");
        }
        for good in ["a", "a/b c", ".", "./a/", "console"] {
            assert!(nameable(good).is_ok(), "{good:?}");
        }
        for good in ["public/messages", ".", "site/.git-pages", "outbox"] {
            assert!(ours(good).is_ok(), "{good:?}");
        }
        assert_eq!(file_name("a/b: c"), "a-b--c");
        assert_eq!(file_name("../.."), "untitled");
        assert_eq!(file_name("AUX"), "_AUX");
        for (text, name) in [
            ("😀.png", "untitled.png"),
            ("..jpg", "untitled.jpg"),
            (".env", "env"),
            ("a.", "a"),
            ("-a-.png", "a.png"),
            ("version 1.2", "version-1.2"),
            ("😀", "untitled"),
        ] {
            assert_eq!(file_name(text), name, "{text}");
        }
        assert!(file_name(&format!("{}.jpeg", "ä".repeat(500))).ends_with("ää.jpeg"));
        assert!(file_name(&"ä".repeat(500)).len() <= 120);
    }
}
