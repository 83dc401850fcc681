//! Reads the project's files and hands their texts to the parsers.
//!
//! Every file is read once. Problems are gathered, never thrown one at a time;
//! only a `ladder.toml` that cannot be understood at all ends a verb here.

use super::darkroom::Darkroom;
use super::desk::Desk;
use super::failure::Failure;
use super::folder::{Folder, PROJECT_FILE};
use super::media::Media;
use super::messages::{self, Found};
use crate::channel::folder::{self as channel, ours};
use crate::channel::{SendError, adapter_names};
use crate::diagnostic::{Checked, Diagnostic, nearest};
use crate::exit::Exit;
use crate::ladder::limits::{LIMITS_FILE, parse_limits};
use crate::ladder::{
    ChannelTable, Ladder, Message, MessageFile, MessageFiles, NodeKind, Project, parse_ladder, parse_message,
    parse_project,
};
use crate::lint;
use crate::render::Picture;
use crate::render::page_card::PageCards;
use crate::source::{SourceId, Sources};
use jiff::tz::TimeZone;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Most template files, and ladder files, of one project.
const FILE_LIMIT: usize = 1000;

/// A project with its ladders and templates, and the messages that were asked for.
#[derive(Debug)]
pub struct Loaded {
    /// Where it lies.
    pub folder: Folder,
    /// Every text read so far.
    pub sources: Sources,
    /// `ladder.toml`.
    pub project: Project,
    /// The brand's zone.
    pub zone: TimeZone,
    /// `content-ladders/*.toml`, by file name.
    pub ladders: Vec<Ladder>,
    /// `templates/**`, by path below it.
    pub templates: BTreeMap<String, SourceId>,
    /// What pages that messages link to say of themselves, as far as they were read.
    pub cards: PageCards,
    /// What was found wrong so far.
    pub problems: Vec<Diagnostic>,
    ladder_files: Vec<SourceId>,
    /// `ladder.limits.toml`, if there is one.
    limits_file: Option<SourceId>,
    media: Media,
    /// Where images are made to fit.
    pub darkroom: Darkroom,
    /// What the files of each message that was read were, by its master.
    prints: BTreeMap<SourceId, String>,
}

impl Loaded {
    /// Reads `ladder.toml`, the ladders and the templates.
    pub fn open(desk: &mut Desk) -> Result<Loaded, Failure> {
        let mut loaded = Loaded::project_only(desk)?;
        loaded.read_ladders();
        loaded.read_templates();
        Ok(loaded)
    }

    /// Reads `ladder.toml` alone: enough for what is in the journal.
    pub fn project_only(desk: &mut Desk) -> Result<Loaded, Failure> {
        let folder = Folder::find(desk.options.project.as_deref())?;
        let (mut sources, mut problems) = (Sources::new(), Vec::new());
        let adapters = adapter_names();
        let project = folder
            .read_text(&folder.path.join(PROJECT_FILE), &mut sources, &mut problems)
            .and_then(|id| parse_project(&sources, id, &adapters).take(&mut problems));
        let Some(mut project) = project else {
            desk.problems(&sources, &problems);
            return Err(Failure::new(Exit::Check, "bad-project", "`ladder.toml` cannot be understood"));
        };
        let limits = folder.path.join(LIMITS_FILE);
        // A link that leads nowhere is there, and is told.
        let limits_file = match limits.symlink_metadata() {
            Ok(_) => folder.read_text(&limits, &mut sources, &mut problems),
            Err(_) => None,
        };
        if let Some(id) = limits_file {
            project.limits = parse_limits(&sources, id).take(&mut problems).unwrap_or_default();
        }
        let problems = lint::silence(problems, &[&project.allow]);
        // A zone that does not exist has been reported by the parser.
        let zone = TimeZone::get(&project.brand.timezone.value).unwrap_or(TimeZone::UTC);
        Ok(Loaded {
            cards: super::cards::known(&folder),
            folder,
            sources,
            project,
            zone,
            ladders: Vec::new(),
            templates: BTreeMap::new(),
            problems,
            ladder_files: Vec::new(),
            limits_file,
            media: Media::default(),
            darkroom: Darkroom::default(),
            prints: BTreeMap::new(),
        })
    }

    /// Adds a problem for each channel whose folder is a link to where it may not write.
    /// The table alone does not show it.
    pub fn look_where_links_lead(&mut self) {
        let folders = |channel: &ChannelTable| {
            ["directory", "maildir"]
                .iter()
                .filter_map(|key| channel.rest.get(key).cloned())
                .collect::<Vec<_>>()
        };
        for node in self.project.channels.iter().flat_map(folders) {
            let NodeKind::String(directory) = &node.kind else { continue };
            // What the name itself says was told where the table was read.
            let Ok(folder) = channel::Folder::new(&self.folder.path, directory) else { continue };
            if ours(directory).is_ok()
                && let Err(SendError::Mendable { says }) = folder.leads_nowhere_else()
            {
                let hint = "name a folder of the channel's own, such as `public/blog`, or take the link away";
                self.problems.push(Diagnostic::error("path-outside", says).at(node.span).hint(hint));
            }
        }
    }

    /// Adds a problem for each folder that is looked for and is not there: all
    /// that lies in one of another name would be passed over in silence.
    pub fn look_for_folders(&mut self) {
        let entries = std::fs::read_dir(&self.folder.path).into_iter().flatten().flatten();
        let folders = entries.filter(|entry| entry.path().is_dir());
        let names: Vec<String> = folders.filter_map(|entry| entry.file_name().into_string().ok()).collect();
        let mut missing = Vec::new();
        for (wanted, holds) in [("messages", "message"), ("content-ladders", "ladder")] {
            if self.folder.path.join(wanted).is_dir() {
                continue;
            }
            let says = format!("there is no folder `{wanted}/`, and so no {holds} is read");
            missing.push(Diagnostic::warning("no-folder", says).hint(
                match nearest(wanted, names.iter().map(String::as_str)) {
                    Some(near) => format!("`{near}/` is not looked at: rename it to `{wanted}/`"),
                    None => format!("make it beside `{PROJECT_FILE}`"),
                },
            ));
        }
        self.problems.extend(lint::silence(missing, &[&self.project.allow]));
    }

    /// The bytes of a picture that a variant carries; they must be those that were
    /// rendered and planned with.
    pub fn bytes_of(&self, picture: &Picture) -> Result<Vec<u8>, Failure> {
        self.darkroom.bytes_of(&self.folder, picture)
    }

    /// Whether `ladder.limits.toml` is there and could not be understood.
    pub fn limits_are_broken(&self) -> bool {
        let of_limits = |problem: &Diagnostic| {
            problem.span.map(|span| span.source) == self.limits_file && problem.span.is_some()
        };
        let is_there = self.folder.path.join(LIMITS_FILE).symlink_metadata().is_ok();
        match self.limits_file {
            Some(_) => self.problems.iter().any(of_limits),
            None => is_there,
        }
    }

    /// Every message's files.
    pub fn find_messages(&mut self) -> Vec<Found> {
        messages::find(&self.folder, &mut self.problems)
    }

    /// Reads one message with its media.
    pub fn read(&mut self, found: &Found) -> Checked<Message> {
        let mut problems = Vec::new();
        let Some(master) = self.folder.read_text(&found.master, &mut self.sources, &mut problems) else {
            return Checked::bad(problems);
        };
        let mut others = Vec::new();
        for (stem, language, path) in &found.others {
            if let Some(source) = self.folder.read_text(path, &mut self.sources, &mut problems) {
                others.push(MessageFile { stem: stem.clone(), language: language.clone(), source });
            }
        }
        let texts = std::iter::once(master).chain(others.iter().map(|file| file.source));
        let print = messages::print(&self.folder, found, &self.sources, texts);
        self.prints.insert(master, print);
        let default_id = found.default_id.clone();
        let folder = self.folder.relative(&found.folder);
        let files = MessageFiles { default_id, folder, master, others };
        let message = parse_message(&self.sources, &files, &self.project.brand).take(&mut problems);
        let message = message.map(|mut message| {
            self.media.fill(&self.folder, &mut message, &mut problems);
            message
        });
        let ladders = self.ladders.iter().map(|ladder| &*self.sources.get(ladder.source).text);
        let problems = lint::spare_extra(&self.sources, problems, &ladders.collect::<Vec<_>>());
        // What `--ladder` says is not known here: the ladder that the message names counts.
        let named = message.as_ref().and_then(|message| message.ladder.as_ref());
        let ladder = match named {
            Some(name) => self.ladders.iter().find(|ladder| ladder.name == name.value),
            None => self.ladders.first().filter(|_| self.ladders.len() == 1),
        };
        let of_message = message.as_ref().map_or(&[][..], |message| &message.allow);
        let of_ladder = ladder.map_or(&[][..], |ladder| &ladder.allow);
        let problems = lint::silence(problems, &[&self.project.allow, of_ladder, of_message]);
        Checked { value: message, problems }
    }

    /// The one message that `wanted` names, by path, or by id as the path or
    /// the front matter says it. Its problems are added to [`Loaded::problems`].
    pub fn message(&mut self, wanted: &str) -> Result<Message, Failure> {
        let found = self.find_messages();
        let by_path = messages::by_path(&self.folder, &found, wanted).cloned();
        let mut ids = Vec::new();
        if let Some(found) = &by_path {
            let read = self.read(found);
            // Another id in the front matter: by this name it was asked for as a path.
            let is_it = found.default_id != wanted || read.value.as_ref().is_none_or(|m| m.id == wanted);
            if is_it {
                return read.take(&mut self.problems).ok_or_else(|| broken(wanted));
            }
            ids.extend(read.value.map(|message| message.id));
        }
        for found in found.iter().filter(|found| by_path.as_ref() != Some(*found)) {
            // Whose text does not even hold the id cannot bear it.
            let text = self.folder.read_bytes(&found.master, super::folder::TEXT_LIMIT).unwrap_or_default();
            if contains(&text, wanted.as_bytes()) {
                let read = self.read(found);
                if read.value.as_ref().is_some_and(|message| message.id == wanted) {
                    return read.take(&mut self.problems).ok_or_else(|| broken(wanted));
                }
            }
            ids.push(found.default_id.clone());
        }
        Err(messages::unknown(wanted, &ids))
    }

    /// Adds a problem for each other message that bears this one's id: the two
    /// would be one delivery, and whichever came second would never go out.
    pub fn look_for_twins(&mut self, message: &Message) {
        let own = self.sources.get(message.source).name.clone();
        for found in self.find_messages() {
            if self.folder.name_of(&found.master) == own {
                continue;
            }
            let text = self.folder.read_bytes(&found.master, super::folder::TEXT_LIMIT).unwrap_or_default();
            // Only what says the id in its head, or in its name, can bear it.
            let says = text
                .split(|byte| *byte == b'\n')
                .any(|line| begins_with_id(line) && contains(line, message.id.as_bytes()));
            if !says && found.default_id != message.id {
                continue;
            }
            // What else is wrong with it concerns only its own publication.
            if let Some(other) = self.read(&found).value.filter(|other| other.id == message.id) {
                let problems = crate::lint::check_all(&[&other, message]);
                self.problems.extend(problems.into_iter().filter(|problem| problem.rule == "same-id-twice"));
            }
        }
    }

    /// A digest of all that `message` on `ladder` was made from: its own files, the
    /// ladder, the templates, and `ladder.toml`.
    pub fn print(&self, message: &Message, ladder: &Ladder) -> String {
        let own = self.prints.get(&message.source).map(String::as_str).unwrap_or_default();
        self.print_with(own, ladder)
    }

    /// The same of a message that was only found: its files are read, and let go.
    pub fn print_of(&self, found: &Found, ladder: &Ladder) -> Option<String> {
        let (mut texts, mut problems) = (Sources::new(), Vec::new());
        let files = std::iter::once(&found.master).chain(found.others.iter().map(|(_, _, path)| path));
        let read: Vec<Option<SourceId>> =
            files.map(|path| self.folder.read_text(path, &mut texts, &mut problems)).collect();
        let own = messages::print(&self.folder, found, &texts, read.into_iter().flatten());
        problems.is_empty().then(|| self.print_with(&own, ladder))
    }

    fn print_with(&self, own: &str, ladder: &Ladder) -> String {
        let shared = [self.project.source, ladder.source].into_iter().chain(self.limits_file);
        let shared = shared.chain(self.templates.values().copied());
        let texts = shared.map(|id| self.sources.get(id)).map(|source| (source.name.as_str(), &*source.text));
        messages::digest(std::iter::once(("", own)).chain(texts))
    }

    /// The files of the messages that bear these ids.
    pub fn find_by_ids(&mut self, ids: &BTreeSet<&str>) -> BTreeMap<String, Found> {
        let mut found = BTreeMap::new();
        let mut others = Vec::new();
        for one in self.find_messages() {
            match ids.contains(one.default_id.as_str()) && !self.says_an_id(&one) {
                true => drop(found.insert(one.default_id.clone(), one)),
                false => others.push(one),
            }
        }
        // The head says another id than the path: what is looked for still may be there.
        for one in others {
            if ids.iter().all(|id| found.contains_key(*id)) {
                break;
            }
            if !self.says_an_id(&one) {
                continue;
            }
            let message = self.read(&one).value;
            if let Some(message) = message.filter(|message| ids.contains(message.id.as_str())) {
                found.entry(message.id).or_insert(one);
            }
        }
        found
    }

    /// Whether a line of it may give it an id of its own.
    fn says_an_id(&self, found: &Found) -> bool {
        let text = self.folder.read_bytes(&found.master, super::folder::TEXT_LIMIT).unwrap_or_default();
        text.split(|byte| *byte == b'\n').any(begins_with_id)
    }

    /// The ladder that a message climbs: `--ladder`, else the message's, else the only one.
    pub fn ladder<'a>(&'a self, flag: Option<&str>, message: &Message) -> Result<&'a Ladder, Unclear> {
        let names = || self.ladders.iter().map(|ladder| ladder.name.as_str());
        let by_name = |name: &str| self.ladders.iter().find(|ladder| ladder.name == name);
        let hint = |name: &str| match nearest(name, names()) {
            Some(near) => format!("did you mean `{near}`?"),
            None if self.ladders.is_empty() => "write one in `content-ladders/`".to_owned(),
            None => format!("there are {}", list(names())),
        };
        if let Some(name) = flag {
            return by_name(name).ok_or_else(|| {
                let message = format!("there is no ladder `{name}`");
                Unclear::Flag(Failure::usage("unknown-ladder", message).hint(hint(name)))
            });
        }
        if let Some(name) = &message.ladder {
            return by_name(&name.value).ok_or_else(|| {
                let problem =
                    Diagnostic::error("unknown-ladder", format!("there is no ladder `{}`", name.value));
                Unclear::Message(Box::new(problem.at(name.span).hint(hint(&name.value))))
            });
        }
        match self.ladders.as_slice() {
            [only] => Ok(only),
            [] => Err(Unclear::Message(Box::new(
                Diagnostic::error("no-ladder", "there is no ladder in `content-ladders/`").hint(
                    "`ladder init` writes one into a new project; or write `content-ladders/launch.toml`",
                ),
            ))),
            _ => {
                let in_yaml = self.sources.get(message.source).text.trim_start().starts_with("---");
                let key = if in_yaml { "ladder: …" } else { "ladder = \"…\"" };
                let hint = format!("write `{key}` in its head, or say `--ladder`: {}", list(names()));
                let problem =
                    Diagnostic::error("no-ladder", "the message names no ladder, and there are several");
                Err(Unclear::Message(Box::new(problem.at(message.title.span).hint(hint))))
            }
        }
    }

    /// The problems that concern a message on `ladder`: a colleague's broken
    /// ladder does not stop the one that is used.
    pub fn problems_for(&self, ladder: Option<&Ladder>) -> Vec<Diagnostic> {
        let elsewhere = |problem: &&Diagnostic| match (problem.span, ladder) {
            (Some(span), Some(ladder)) => {
                span.source != ladder.source && self.ladder_files.contains(&span.source)
            }
            _ => false,
        };
        self.problems.iter().filter(|problem| !elsewhere(problem)).cloned().collect()
    }

    fn read_ladders(&mut self) {
        let top = self.folder.path.join("content-ladders");
        let mut files = Vec::new();
        self.list(&top, 0, &mut files);
        files.retain(|path| path.extension().is_some_and(|ending| ending == "toml"));
        for path in files {
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let Some(id) = self.folder.read_text(&path, &mut self.sources, &mut self.problems) else {
                continue;
            };
            self.ladder_files.push(id);
            let Checked { value, problems } = parse_ladder(&self.sources, id, &name);
            let of_ladder = value.as_ref().map_or(&[][..], |ladder| &ladder.allow);
            self.problems.extend(lint::silence(problems, &[&self.project.allow, of_ladder]));
            let Some(ladder) = value else { continue };
            if let Some(other) = self.ladders.iter().find(|other| other.name == ladder.name) {
                let other = &self.sources.get(other.source).name;
                let message = format!("the ladder `{}` is in `{other}` already", ladder.name);
                let here = crate::source::Span::start_of(id);
                self.problems.push(
                    Diagnostic::error("duplicate-ladder", message).at(here).hint("give it another name"),
                );
                continue;
            }
            self.ladders.push(ladder);
        }
    }

    fn read_templates(&mut self) {
        let top = self.folder.path.join("templates");
        let mut files = Vec::new();
        self.list(&top, 0, &mut files);
        for path in files {
            if let Some(id) = self.folder.read_text(&path, &mut self.sources, &mut self.problems) {
                let below = path.strip_prefix(&top).unwrap_or(&path);
                let parts: Vec<_> =
                    below.components().map(|part| part.as_os_str().to_string_lossy()).collect();
                self.templates.insert(parts.join("/"), id);
            }
        }
    }

    /// Every plain file below `here`, sorted; links to folders are not followed.
    fn list(&mut self, here: &Path, depth: usize, files: &mut Vec<PathBuf>) {
        let Ok(entries) = std::fs::read_dir(here) else { return };
        let mut paths: Vec<_> = entries.flatten().collect();
        paths.sort_by_key(std::fs::DirEntry::file_name);
        for entry in paths {
            if files.len() >= FILE_LIMIT || entry.file_name().to_string_lossy().starts_with('.') {
                continue;
            }
            match entry.file_type() {
                Ok(kind) if kind.is_dir() && depth < 16 => self.list(&entry.path(), depth + 1, files),
                Ok(kind) if !kind.is_dir() => files.push(entry.path()),
                _ => {}
            }
        }
    }
}

/// Why it is not clear which ladder is meant.
#[derive(Clone, Debug)]
pub enum Unclear {
    /// `--ladder` names none.
    Flag(Failure),
    /// The message names none, or one that is not there.
    Message(Box<Diagnostic>),
}

fn broken(wanted: &str) -> Failure {
    Failure::new(Exit::Check, "bad-message", format!("the message `{wanted}` cannot be understood"))
}

fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// Whether a line of a head may say the message's id.
fn begins_with_id(line: &[u8]) -> bool {
    let line = line.trim_ascii_start();
    line.starts_with(b"id") || line.starts_with(b"\"id") || line.starts_with(b"'id")
}

fn contains(text: &[u8], wanted: &[u8]) -> bool {
    !wanted.is_empty() && text.windows(wanted.len()).any(|window| window == wanted)
}
