//! `ladder init`: a project that publishes at once, from a built-in ladder.
//!
//! Its article and mail go into folders, its social posts into the outbox; no
//! account is needed. Nothing that exists is overwritten, nothing is asked.

use super::desk::{Desk, Format};
use super::failure::Failure;
use super::file::create;
use super::folder::{Folder, PROJECT_FILE};
use super::presets::{self, PRESETS, Preset};
use super::{check, preview, publish};
use crate::exit::Exit;
use crate::report::columns::{pad, width};
use crate::store::Store;
use std::path::{Path, PathBuf};

const PROJECT: &str = include_str!("init/project.toml");
const MESSAGE: &str = include_str!("init/message.md");
const COVER: &[u8] = include_bytes!("init/cover.png");
const IGNORE: &str =
    "# What `ladder` makes, on this machine only.\n/.ladder/\n/outbox/\n/mail/\n/preview.html\n";
const ATTRIBUTES: &str = "# The same bytes on every machine, so that a plan's digest is the same.\n\
    *.md text eol=lf\n*.toml text eol=lf\n*.png binary\n*.jpg binary\n*.gif binary\n*.webp binary\n";

/// Arguments of `ladder init`.
#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {
    /// Where; made if it is not there
    #[arg(default_value = ".")]
    pub dir: PathBuf,
    /// The ladder to begin with
    #[arg(long, value_name = "NAME", default_value = "at-once")]
    pub ladder: String,
    /// What the brand is called [default: the folder's name]
    #[arg(long, value_name = "BRAND")]
    pub name: Option<String>,
    /// Check, preview and publish the sample message right away
    #[arg(long)]
    pub publish: bool,
}

/// Makes the project.
pub fn run(arguments: &Arguments, desk: &mut Desk) -> Result<Exit, Failure> {
    if arguments.publish {
        desk.real_clock()?;
    }
    if desk.options.project.is_some() {
        return Err(Failure::usage("usage", "`ladder init` takes its folder as `ladder init DIR`"));
    }
    let preset = preset(&arguments.ladder)?;
    let files = Files::new(arguments, preset)?;
    files.refuse_to_overwrite()?;
    let folder = Folder::at(&arguments.dir)?;
    // The store first: its id stands in `ladder.toml`, which makes the project.
    let store = Store::create(&folder.store_file())?;
    files.write(store.id())?;
    drop(store);
    let dir = arguments.dir.display().to_string();
    desk.field("project", dir.clone());
    desk.field("files", files.names());
    if arguments.publish {
        return publish_sample(arguments, desk);
    }
    desk.show(
        &files
            .names()
            .iter()
            .map(|name| format!("{}\n", below(&files.dir, name).display()))
            .collect::<String>(),
    );
    let go = if arguments.dir == Path::new(".") {
        String::new()
    } else {
        format!("cd {}\n  ", in_shell(&arguments.dir))
    };
    desk.console.talk(&format!(
        "made a project with the ladder `{}` and a sample message. Next:\n\n  {go}ladder preview hello\n  \
         ladder publish hello\n  ladder new \"Your title\"\n\n\
         before your own messages: write your site's address into `ladder.toml`, where it says https://example.com",
        preset.name
    ));
    Ok(Exit::Done)
}

/// Checks, previews and publishes the sample, and says where to look.
fn publish_sample(arguments: &Arguments, desk: &mut Desk) -> Result<Exit, Failure> {
    desk.options.project = Some(arguments.dir.clone());
    let page = arguments.dir.join("preview.html");
    let message = "hello".to_owned();
    let checked = check::run(&check::Arguments::default(), desk)?;
    let look = |out| preview::Arguments { message: message.clone(), ladder: None, out, open: false };
    let terminal = if desk.format() == Format::Text { preview::run(&look(None), desk)? } else { Exit::Done };
    let previewed = terminal.or(preview::run(&look(Some(page.clone())), desk)?);
    if checked.or(previewed) != Exit::Done {
        return Ok(checked.or(previewed));
    }
    let sample = publish::Arguments { message, yes: true, ..publish::Arguments::default() };
    let exit = publish::run(&sample, desk)?;
    desk.show(&closing(&arguments.dir));
    Ok(exit)
}

fn closing(dir: &Path) -> String {
    let at = |path: &str| below(dir, path).display().to_string();
    let mut text = "\npublished `hello`: where to look\n\n".to_owned();
    let places = [
        ("preview.html", "every variant as its readers see it"),
        ("public/blog/index.html", "the article's page, with an index"),
        ("public/blog/feed.xml", "and a feed"),
        ("mail", "the mail, a real one, in a Maildir"),
        ("outbox", "the posts, ready to paste until you set the networks' keys"),
        (".ladder/ladder.db", "the journal that knows what was done"),
    ];
    let there: Vec<_> = places.iter().filter(|(path, _)| dir.join(path).exists()).collect();
    let columns = there.iter().map(|(path, _)| width(&at(path))).max().unwrap_or(0).max(33);
    for (path, what) in there {
        text.push_str(&format!("  {} {what}\n", pad(&at(path), columns)));
    }
    text.push_str("\nnext\n\n");
    if dir != Path::new(".") {
        text.push_str(&format!("  cd {}\n", in_shell(dir)));
    }
    for (command, what) in [
        ("ladder status", "where every delivery stands"),
        ("ladder publish hello", "sends nothing twice: try it"),
        ("ladder new \"Your title\"", "your own first message"),
        ("$EDITOR ladder.toml", "your name, your site, your channels"),
    ] {
        text.push_str(&format!("  {} {what}\n", pad(command, columns)));
    }
    text
}

/// A folder as a shell takes it.
fn in_shell(dir: &Path) -> String {
    let text = dir.display().to_string();
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '/' | '.' | '-' | '_' | '~');
    if text.chars().all(plain) { text } else { format!("'{}'", text.replace('\'', "'\\''")) }
}

/// A path below the project as people read it: without a leading `./`.
fn below(dir: &Path, path: &str) -> PathBuf {
    if dir == Path::new(".") { PathBuf::from(path) } else { dir.join(path) }
}

fn preset(name: &str) -> Result<&'static Preset, Failure> {
    presets::find(name).ok_or_else(|| {
        let failure = Failure::usage("unknown-ladder", format!("there is no built-in ladder `{name}`"));
        let names = || PRESETS.iter().map(|preset| preset.name);
        match crate::diagnostic::nearest(name, names()) {
            Some(near) => failure.hint(format!("did you mean `{near}`?")),
            None => failure.hint(format!("there are {}", names().collect::<Vec<_>>().join(", "))),
        }
    })
}

/// The files of the new project.
struct Files {
    dir: PathBuf,
    brand: String,
    preset: &'static Preset,
}

impl Files {
    fn new(arguments: &Arguments, preset: &'static Preset) -> Result<Files, Failure> {
        let dir = arguments.dir.clone();
        let failed = |error: std::io::Error| {
            Failure::usage("not-written", format!("`{}` cannot be made: {error}", dir.display()))
        };
        std::fs::create_dir_all(&dir).map_err(failed)?;
        let brand = match &arguments.name {
            Some(name) if !name.trim().is_empty() && !name.contains(char::is_control) => {
                name.trim().to_owned()
            }
            Some(_) => {
                return Err(Failure::usage("bad-name", "a brand's name is one line of text")
                    .hint("write it as `--name \"Acme Rockets\"`"));
            }
            None => brand_of(&dir.canonicalize().map_err(failed)?),
        };
        Ok(Files { dir, brand, preset })
    }

    fn names(&self) -> Vec<String> {
        let ladder = format!("content-ladders/{}.toml", self.preset.name);
        [
            PROJECT_FILE,
            &ladder,
            "messages/hello/message.md",
            "messages/hello/cover.png",
            ".gitignore",
            ".gitattributes",
        ]
        .map(str::to_owned)
        .to_vec()
    }

    fn refuse_to_overwrite(&self) -> Result<(), Failure> {
        // A repository has its own `.gitignore`: that is added to, not a conflict.
        let shared = [".gitignore", ".gitattributes"];
        for name in self.names().iter().filter(|name| !shared.contains(&name.as_str())) {
            if self.dir.join(name).symlink_metadata().is_ok() {
                let path = below(&self.dir, name);
                let failure = Failure::usage(
                    "exists",
                    format!("`{}` is there already: nothing was written", path.display()),
                );
                return Err(if name == PROJECT_FILE {
                    failure.hint("this is a project already; `ladder check` looks at it")
                } else {
                    failure.hint("choose an empty folder, or move the file away")
                });
            }
        }
        Ok(())
    }

    /// `ladder.toml` comes last: a folder without it is no project, and another
    /// try after a full disk says what is in the way.
    fn write(&self, store: &str) -> Result<(), Failure> {
        let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
        let account: String = self
            .brand
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .take(15)
            .collect::<String>()
            .to_lowercase();
        let account = if account.is_empty() { "yourbrand".to_owned() } else { account };
        let project = PROJECT
            .replace("{name}", &quoted(&self.brand))
            .replace("{from}", &quoted(&sender(&self.brand)))
            .replace("{account}", &quoted(&account))
            .replace("{store}", store);
        let ladder = format!("content-ladders/{}.toml", self.preset.name);
        create(&self.dir.join(&ladder), self.preset.text.as_bytes())?;
        let message = MESSAGE.replace("{ladder}", self.preset.name);
        create(&self.dir.join("messages/hello/cover.png"), COVER)?;
        create(&self.dir.join("messages/hello/message.md"), message.as_bytes())?;
        self.add_to(".gitignore", IGNORE)?;
        self.add_to(".gitattributes", ATTRIBUTES)?;
        create(&self.dir.join(PROJECT_FILE), project.as_bytes())
    }

    fn add_to(&self, name: &str, lines: &str) -> Result<(), Failure> {
        let path = self.dir.join(name);
        if path.symlink_metadata().is_err() {
            return create(&path, lines.as_bytes());
        }
        let failed = |error: std::io::Error| {
            Failure::usage("not-written", format!("`{}` cannot be written: {error}", path.display()))
        };
        let there = std::fs::read_to_string(&path).map_err(failed)?;
        let missing: Vec<&str> =
            lines.lines().filter(|line| !there.lines().any(|known| known == *line)).collect();
        if missing.is_empty() {
            return Ok(());
        }
        let gap = if there.is_empty() || there.ends_with('\n') { "" } else { "\n" };
        super::file::write_new(&path, format!("{there}{gap}{}\n", missing.join("\n")).as_bytes())
    }
}

/// A mailbox for the brand: a display name of plain words needs no quotes.
fn sender(brand: &str) -> String {
    let plain = brand.chars().all(|c| c.is_alphanumeric() || c == ' ');
    let name = if plain { brand.to_owned() } else { format!("\"{}\"", brand.replace(['"', '\\'], "")) };
    format!("{name} <news@example.com>")
}

/// "my-shop" is "My shop".
fn brand_of(dir: &Path) -> String {
    let name = dir.file_name().unwrap_or_default().to_string_lossy().replace(['-', '_'], " ");
    let name: String = name.chars().filter(|c| !c.is_control()).collect();
    let mut letters = name.trim().chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => "Your brand".to_owned(),
    }
}
