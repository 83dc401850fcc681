//! `ladder completions` and `ladder man`: for shells and packagers.

use super::desk::Desk;
use super::failure::Failure;
use super::file::create;
use crate::exit::Exit;
use clap::CommandFactory;
use std::path::PathBuf;

/// Arguments of `ladder completions`.
#[derive(Clone, Debug, clap::Args)]
pub struct Completions {
    /// For which shell
    pub shell: clap_complete::Shell,
}

/// Arguments of `ladder man`.
#[derive(Clone, Debug, clap::Args)]
pub struct Manual {
    /// Write a page for each verb into this folder [default: the main page to standard output]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

/// Prints the completion script.
pub fn completions(arguments: &Completions, desk: &mut Desk) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut super::Arguments::command(), "ladder", &mut script);
    text(desk, "script", &script);
    Ok(Exit::Done)
}

/// Prints the manual's main page, or writes all pages.
pub fn manual(arguments: &Manual, desk: &mut Desk) -> Result<Exit, Failure> {
    let mut command = super::Arguments::command();
    // Names the pages of verbs `ladder-check` and spells out what is inherited.
    command.build();
    let failed = |error: std::io::Error| Failure::new(Exit::Failed, "not-written", error.to_string());
    let Some(folder) = &arguments.out else {
        let mut page = Vec::new();
        clap_mangen::Man::new(command).render(&mut page).map_err(failed)?;
        text(desk, "page", &page);
        return Ok(Exit::Done);
    };
    let mut open = vec![command];
    let mut files = Vec::new();
    while let Some(command) = open.pop() {
        open.extend(command.get_subcommands().filter(|verb| verb.get_name() != "help").cloned());
        let man = clap_mangen::Man::new(command);
        let path = folder.join(man.get_filename());
        let mut page = Vec::new();
        man.render(&mut page).map_err(failed)?;
        // Pages of an older version are replaced.
        if path.is_file() {
            super::file::write_new(&path, &page)?;
        } else {
            create(&path, &page)?;
        }
        files.push(path.display().to_string());
    }
    files.sort();
    desk.show(&files.join("\n"));
    desk.field("files", files);
    Ok(Exit::Done)
}

fn text(desk: &mut Desk, field: &str, bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes).into_owned();
    desk.show(&text);
    desk.field(field, text);
}
