//! The messages of a project: which files make which message, and which one is meant.

use super::failure::Failure;
use super::folder::Folder;
use crate::diagnostic::{Diagnostic, first_few, nearest};
use crate::source::{SourceId, Sources};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Most messages of one project.
pub const MESSAGE_LIMIT: usize = 10_000;
/// Deepest folder below `messages/`.
const DEPTH_LIMIT: usize = 16;

/// Messages that a hint names before it only counts them.
const MOST_NAMED: usize = 8;

/// The files of one message, found and not yet read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The path below `messages/`, without ending.
    pub default_id: String,
    /// The folder of the files.
    pub folder: PathBuf,
    /// `NAME.md` or `message.md`.
    pub master: PathBuf,
    /// What stands beside it: stem, language, path.
    pub others: Vec<(String, Option<String>, PathBuf)>,
}

/// Finds every message below `messages/`, sorted by id.
pub fn find(folder: &Folder, problems: &mut Vec<Diagnostic>) -> Vec<Found> {
    let top = folder.path.join("messages");
    let mut walk = Walk { folder, top: &top, found: Vec::new(), seen: BTreeSet::new(), problems };
    if top.is_dir() {
        walk.visit(&top, 0);
    } else if top.symlink_metadata().is_ok() {
        walk.passed_over(&top, "is not a folder");
    }
    let mut found = walk.found;
    found.sort_by(|a, b| a.default_id.cmp(&b.default_id));
    if found.len() > MESSAGE_LIMIT {
        let message = format!("there are {} messages; the first {MESSAGE_LIMIT} are read", found.len());
        problems.push(
            Diagnostic::error("too-many-messages", message).hint("move old messages out of `messages/`"),
        );
        found.truncate(MESSAGE_LIMIT);
    }
    found
}

/// The message that `wanted` names: a file, a folder, or an id as its path says
/// it. An id that only front matter says is for the caller to look up.
pub fn by_path<'a>(folder: &Folder, found: &'a [Found], wanted: &str) -> Option<&'a Found> {
    let same = |found: &&Found| {
        let files = std::iter::once(&found.master).chain(found.others.iter().map(|(_, _, path)| path));
        let mut names = files.map(|path| path.as_path());
        [Path::new(wanted).to_owned(), folder.path.join(wanted)].iter().any(|path| {
            let Ok(real) = path.canonicalize() else { return false };
            let is = |other: &Path| other.canonicalize().is_ok_and(|other| other == real);
            if real.is_dir() {
                found.master.file_name().is_some_and(|name| name == "message.md") && is(&found.folder)
            } else {
                names.any(is)
            }
        })
    };
    let id = wanted.strip_suffix(".md").unwrap_or(wanted);
    found.iter().find(|f| f.default_id == wanted).or_else(|| {
        // Resolving links costs a system call a file: only for what looks like a path that exists.
        let exists = Path::new(wanted).exists() || folder.path.join(wanted).exists();
        let named = found.iter().find(|f| f.default_id == id || format!("messages/{}", f.default_id) == id);
        if exists { named.filter(same).or_else(|| found.iter().find(same)) } else { named }
    })
}

/// A digest of what a message's files say: those that were read, and beside a folder's
/// message the names and sizes of its pictures.
pub fn print(
    folder: &Folder,
    found: &Found,
    sources: &Sources,
    texts: impl Iterator<Item = SourceId>,
) -> String {
    let mut sizes = Vec::new();
    if found.master.file_name().is_some_and(|name| name == "message.md") {
        for entry in std::fs::read_dir(&found.folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let is_text = path.extension().is_some_and(|ending| ending == "md");
            if let Some(facts) = path.metadata().ok().filter(|facts| facts.is_file() && !is_text) {
                sizes.push((folder.relative(&path), facts.len().to_string()));
            }
        }
    }
    sizes.sort();
    let sizes = sizes.iter().map(|(name, size)| (name.as_str(), size.as_str()));
    let texts = texts.map(|id| sources.get(id)).map(|source| (source.name.as_str(), &*source.text));
    digest(texts.chain(sizes))
}

/// One digest of names and texts, in their order.
pub fn digest<'a>(texts: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let mut hash = Sha256::new();
    for (name, text) in texts {
        hash.update(format!("{}:{name};{}:", name.len(), text.len()));
        hash.update(text);
    }
    let hex: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    hex.get(..32).unwrap_or_default().to_owned()
}

/// No message is called so.
pub fn unknown(wanted: &str, ids: &[String]) -> Failure {
    let failure = Failure::usage("unknown-message", format!("there is no message `{wanted}`"));
    match nearest(wanted, ids.iter().map(String::as_str)) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None if ids.is_empty() => failure.hint("`ladder new TITLE` writes the first one"),
        None => {
            let some = first_few(ids.iter().map(|id| format!("`{id}`")), MOST_NAMED);
            failure.hint(format!("there are {some}"))
        }
    }
}

struct Walk<'a> {
    folder: &'a Folder,
    top: &'a Path,
    found: Vec<Found>,
    seen: BTreeSet<PathBuf>,
    problems: &'a mut Vec<Diagnostic>,
}

impl Walk<'_> {
    /// Says of what would be read, were it something else, that it is not.
    fn passed_over(&mut self, path: &Path, why: &str) {
        let message = format!("`{}` {why}: it is not read as a message", self.folder.name_of(path));
        self.problems.push(Diagnostic::warning("unreadable", message));
    }

    fn visit(&mut self, here: &Path, depth: usize) {
        let name = self.folder.name_of(here);
        let real = here.canonicalize().unwrap_or_else(|_| here.to_owned());
        if !real.starts_with(self.folder.real()) {
            let message = format!("the folder `{name}` leads out of the project");
            self.problems.push(Diagnostic::error("path-outside", message));
            return;
        }
        if depth > DEPTH_LIMIT {
            return self.passed_over(here, &format!("lies more than {DEPTH_LIMIT} folders deep"));
        }
        // A link back up would go round for ever. One to a folder beside it hides nothing.
        if self.seen.contains(&real) {
            let above = here.parent().and_then(|above| above.canonicalize().ok());
            if above.is_some_and(|above| above.starts_with(&real)) {
                self.passed_over(here, "is a link to a folder that it lies in");
            }
            return;
        }
        self.seen.insert(real);
        let entries = match std::fs::read_dir(here) {
            Ok(entries) => entries,
            Err(error) => {
                let message = format!("the folder `{name}` cannot be read: {error}");
                self.problems.push(Diagnostic::error("unreadable", message));
                return;
            }
        };
        let (mut folders, mut files) = (Vec::new(), BTreeMap::new());
        for entry in entries.flatten() {
            let path = entry.path();
            let Some(file_name) = entry.file_name().to_str().map(str::to_owned) else {
                let message =
                    format!("the name of `{}` is not UTF-8: it is not read", path.to_string_lossy());
                self.problems.push(Diagnostic::warning("unreadable", message));
                continue;
            };
            if file_name.starts_with('.') {
                continue;
            }
            let kind = entry.file_type();
            let is_folder = kind.as_ref().is_ok_and(|kind| kind.is_dir())
                || (kind.is_ok_and(|kind| kind.is_symlink()) && path.is_dir());
            if is_folder {
                if file_name.ends_with(".md") {
                    self.passed_over(&path, "is a folder and not a text");
                }
                folders.push(path);
            } else if let Some(stem) = file_name.strip_suffix(".md").filter(|stem| *stem != "README") {
                files.insert(stem.to_owned(), path);
            }
        }
        if files.contains_key("message") {
            self.folder_message(here, files);
        } else {
            self.file_messages(here, files);
            folders.sort();
            for folder in folders {
                self.visit(&folder, depth + 1);
            }
        }
    }

    /// A folder with `message.md` is one message, whatever else is in it.
    fn folder_message(&mut self, here: &Path, mut files: BTreeMap<String, PathBuf>) {
        let Some(master) = files.remove("message") else { return };
        let others = files.into_iter().map(|(stem, path)| {
            let (stem, language) = split_language(&stem);
            (stem.to_owned(), language.map(str::to_owned), path)
        });
        let default_id = if here == self.top { "message".to_owned() } else { self.id_of(here) };
        self.found.push(Found { default_id, folder: here.to_owned(), master, others: others.collect() });
    }

    /// Elsewhere each file is a message, but for translations of the file beside it.
    fn file_messages(&mut self, here: &Path, files: BTreeMap<String, PathBuf>) {
        let mut messages: BTreeMap<String, Found> = BTreeMap::new();
        let mut translations = Vec::new();
        for (name, path) in files {
            match split_language(&name) {
                (stem, Some(language)) => translations.push((stem.to_owned(), language.to_owned(), path)),
                (stem, None) => {
                    let default_id = self.id_of(&here.join(stem));
                    let found =
                        Found { default_id, folder: here.to_owned(), master: path, others: Vec::new() };
                    messages.insert(stem.to_owned(), found);
                }
            }
        }
        for (stem, language, path) in translations {
            match messages.get_mut(&stem) {
                Some(message) => message.others.push(("message".to_owned(), Some(language), path)),
                None => {
                    let name = self.folder.name_of(&path);
                    let message = format!("`{name}` translates `{stem}.md`, which is not there");
                    self.problems.push(
                        Diagnostic::error("orphan-translation", message)
                            .hint(format!("write `{stem}.md`, or rename the file to `{stem}.md`")),
                    );
                }
            }
        }
        self.found.extend(messages.into_values());
    }

    fn id_of(&self, path: &Path) -> String {
        let below = path.strip_prefix(self.top).unwrap_or(path);
        below.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
    }
}

/// `rocket.de` is `rocket` in `de`; `release-2.0` and `notes.draft` are names.
/// A language looks as BCP 47 writes it: two or three lower-case letters, then
/// subtags of two to eight letters or digits.
pub fn split_language(stem: &str) -> (&str, Option<&str>) {
    let Some((name, tag)) = stem.rsplit_once('.') else { return (stem, None) };
    let mut subtags = tag.split('-');
    let first = subtags.next().unwrap_or("");
    let is_language = matches!(first.len(), 2..=3) && first.bytes().all(|b| b.is_ascii_lowercase());
    let rest = subtags
        .all(|subtag| matches!(subtag.len(), 2..=8) && subtag.bytes().all(|b| b.is_ascii_alphanumeric()));
    if is_language && rest && !name.is_empty() { (name, Some(tag)) } else { (stem, None) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project(files: &[&str]) -> (tempfile::TempDir, Folder) {
        let dir = tempfile::tempdir().unwrap();
        for file in files {
            let path = dir.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "x").unwrap();
        }
        let folder = Folder::at(dir.path()).unwrap();
        (dir, folder)
    }

    #[test]
    fn languages_are_told_from_names() {
        assert_eq!(split_language("rocket.de"), ("rocket", Some("de")));
        assert_eq!(split_language("message.pt-BR"), ("message", Some("pt-BR")));
        assert_eq!(split_language("message.zh-Hant"), ("message", Some("zh-Hant")));
        for name in ["release-2.0", "notes.draft", ".de", "a.DE", "a.", "a.de-x", "plain"] {
            assert_eq!(split_language(name), (name, None));
        }
    }

    #[test]
    fn files_and_folders_become_messages() {
        let (_dir, folder) = project(&[
            "messages/a.md",
            "messages/a.de.md",
            "messages/2026/b.md",
            "messages/c/message.md",
            "messages/c/message.fr.md",
            "messages/c/tweet.md",
            "messages/c/tweet.fr.md",
            "messages/c/deep/not-a-message.md",
            "messages/lost.de.md",
            "messages/README.md",
            "messages/.hidden.md",
            "messages/picture.png",
        ]);
        let mut problems = Vec::new();
        let found = find(&folder, &mut problems);
        let ids: Vec<_> = found.iter().map(|f| f.default_id.as_str()).collect();
        assert_eq!(ids, ["2026/b", "a", "c"]);
        assert_eq!(found[1].others[0].1.as_deref(), Some("de"));
        let beside: Vec<_> = found[2].others.iter().map(|(s, l, _)| (s.as_str(), l.as_deref())).collect();
        assert_eq!(beside, [("message", Some("fr")), ("tweet", None), ("tweet", Some("fr"))]);
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].rule, "orphan-translation");
        for wanted in ["c", "messages/c", "messages/c/", "messages/c/message.md", "messages/c/tweet.md"] {
            assert_eq!(by_path(&folder, &found, wanted).unwrap().default_id, "c", "{wanted}");
        }
        for wanted in ["a", "messages/a.md", "messages/a.de.md", "a.md"] {
            assert_eq!(by_path(&folder, &found, wanted).unwrap().default_id, "a", "{wanted}");
        }
        assert!(by_path(&folder, &found, "messages/2026").is_none());
    }

    #[cfg(unix)]
    #[test]
    fn links_out_of_the_project_are_not_followed_and_loops_end() {
        let outside = tempfile::tempdir().unwrap();
        std::fs::write(outside.path().join("secret.md"), "s").unwrap();
        let (dir, folder) = project(&["messages/a.md"]);
        let messages = dir.path().join("messages");
        std::os::unix::fs::symlink(outside.path(), messages.join("out")).unwrap();
        std::os::unix::fs::symlink(&messages, messages.join("loop")).unwrap();
        std::os::unix::fs::symlink(outside.path().join("secret.md"), messages.join("leak.md")).unwrap();
        let mut problems = Vec::new();
        let found = find(&folder, &mut problems);
        let ids: Vec<_> = found.iter().map(|f| f.default_id.as_str()).collect();
        assert_eq!(ids, ["a", "leak"]);
        let rules = problems.iter().map(|problem| problem.rule).collect::<Vec<_>>();
        assert_eq!(rules, ["unreadable", "path-outside"]);
        assert!(
            problems[0].message.contains("`messages/loop` is a link to a folder that it lies in"),
            "{problems:?}"
        );
        let mut sources = crate::source::Sources::new();
        assert!(folder.read_text(&found[1].master, &mut sources, &mut problems).is_none());
        assert_eq!(problems[2].rule, "path-outside");
    }

    #[test]
    fn unknown_messages_name_the_nearest() {
        let failure = unknown("rockt", &["rocket".to_owned(), "other".to_owned()]);
        assert_eq!(failure.hint.as_deref(), Some("did you mean `rocket`?"));
        assert_eq!(failure.exit.code(), 2);
    }
}
