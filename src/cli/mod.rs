//! One file a verb, and `load.rs`, which reads the files.
//!
//! No rule of the trade lives here: this room reads what the user wrote,
//! carries values between the rooms, and writes answers. Data goes to standard
//! output, talk to standard error; with `--format json` the answer is one
//! object, also when a verb fails. Starting is cheap: threads, TLS and the
//! store are made by the verbs that need them, when they do.

mod asking;
mod astray;
mod by_hand;
mod cards;
mod changed_since;
mod channels;
mod check;
mod compose;
mod count;
mod darkroom;
mod desk;
mod edit;
mod errand;
mod failure;
mod file;
mod folder;
mod house;
mod idle;
mod init;
mod journal;
mod lacking;
mod load;
mod log;
mod media;
mod messages;
mod new;
mod noting;
mod output;
mod plan;
pub mod presets;
mod preview;
mod price;
mod publish;
mod rehearse;
mod resolve;
mod run;
mod schedule;
mod schema;
mod sending;
mod shells;
mod showing;
mod signals;
mod status;
mod store;
#[cfg(test)]
mod tests;
mod unpublish;

use crate::exit::Exit;
use clap::{CommandFactory, FromArgMatches, Parser};
use desk::{Desk, Format, Options};
use failure::Failure;

/// The command line.
#[derive(Clone, Debug, Parser)]
#[command(name = "ladder", version, about, long_about = None, max_term_width = 100)]
#[command(
    after_help = "Exit codes: 0 done · 1 failed · 2 wrong use, or no store · 3 the check found errors · \
    4 some failed, others went out · 5 held back · 6 an outcome is unknown"
)]
pub struct Arguments {
    #[command(flatten)]
    options: Options,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Clone, Debug, clap::Subcommand)]
enum Verb {
    /// Make a project that publishes at once
    Init(init::Arguments),
    /// Write a new message with its front matter
    New(new::Arguments),
    /// Show every problem in project, ladders and messages
    Check(check::Arguments),
    /// Show each variant as its readers will see it
    Preview(preview::Arguments),
    /// Say how long a text is on each network
    Count(count::Arguments),
    /// Write the plan: what goes where, when
    Plan(plan::Arguments),
    /// Publish a message or a plan, once
    Publish(publish::Arguments),
    /// Queue a message for its time
    Schedule(schedule::Arguments),
    /// Send all that is due (for cron and CI)
    Run(run::Arguments),
    /// Show where every delivery stands
    Status(status::Arguments),
    /// Show what was sent, when, in which words
    Log(log::Arguments),
    /// Give what is out the words that the message has by now
    Edit(edit::Arguments),
    /// Take down what was published
    Unpublish(unpublish::Arguments),
    /// Settle an unknown outcome, or one left for a person
    Resolve(resolve::Arguments),
    /// List the channels, and whether their secrets are there
    Channels(channels::Arguments),
    /// Make the store, or say where it is
    Store(store::Arguments),
    /// Export or import the journal
    Journal(journal::Arguments),
    /// Print a JSON Schema, for editors
    Schema(schema::Arguments),
    /// Print a completion script for a shell
    Completions(shells::Completions),
    /// Print the manual, or write its pages
    Man(shells::Manual),
}

/// Runs the command line of this process.
pub fn main() -> Exit {
    let parsed = with_plain_usage().try_get_matches();
    match parsed.and_then(|matches| Arguments::from_arg_matches(&matches)) {
        Ok(Arguments { options, verb }) => {
            let mut desk = Desk::new(options);
            let end = format_fits(&desk, &verb).and_then(|()| dispatch(&verb, &mut desk));
            desk.finish(end)
        }
        Err(error) => refuse(&error),
    }
}

/// The command line, each verb with the usage that its help shows: by itself an error
/// would show a call that nobody makes, put together from what was typed.
fn with_plain_usage() -> clap::Command {
    fn plain(mut command: clap::Command) -> clap::Command {
        let usage = command.render_usage().to_string();
        let usage = usage.strip_prefix("Usage: ").unwrap_or(&usage).to_owned();
        let names: Vec<String> = command.get_subcommands().map(|verb| verb.get_name().to_owned()).collect();
        names.iter().fold(command.override_usage(usage), |command, name| command.mut_subcommand(name, plain))
    }
    let mut command = Arguments::command();
    command.build();
    plain(command)
}

fn dispatch(verb: &Verb, desk: &mut Desk) -> Result<Exit, Failure> {
    match verb {
        Verb::Init(arguments) => init::run(arguments, desk),
        Verb::New(arguments) => new::run(arguments, desk),
        Verb::Check(arguments) => check::run(arguments, desk),
        Verb::Preview(arguments) => preview::run(arguments, desk),
        Verb::Count(arguments) => count::run(arguments, desk),
        Verb::Plan(arguments) => plan::run(arguments, desk),
        Verb::Publish(arguments) => publish::run(arguments, desk),
        Verb::Schedule(arguments) => schedule::run(arguments, desk),
        Verb::Run(arguments) => run::run(arguments, desk),
        Verb::Status(arguments) => status::run(arguments, desk),
        Verb::Log(arguments) => log::run(arguments, desk),
        Verb::Edit(arguments) => edit::run(arguments, desk),
        Verb::Unpublish(arguments) => unpublish::run(arguments, desk),
        Verb::Resolve(arguments) => resolve::run(arguments, desk),
        Verb::Channels(arguments) => channels::run(arguments, desk),
        Verb::Store(arguments) => store::run(arguments, desk),
        Verb::Journal(arguments) => journal::run(arguments, desk),
        Verb::Schema(arguments) => schema::run(arguments, desk),
        Verb::Completions(arguments) => shells::completions(arguments, desk),
        Verb::Man(arguments) => shells::manual(arguments, desk),
    }
}

/// `markdown`, `html` and `csv` are for the verbs that have them.
fn format_fits(desk: &Desk, verb: &Verb) -> Result<(), Failure> {
    let fits = match desk.format() {
        Format::Text | Format::Json => true,
        Format::Markdown | Format::Html => matches!(verb, Verb::Preview(_)),
        Format::Csv => matches!(verb, Verb::Log(_)),
    };
    if fits {
        return Ok(());
    }
    Err(Failure::usage("format", "this verb answers in text or json")
        .hint("`markdown` and `html` are for `ladder preview`, `csv` is for `ladder log`"))
}

/// Wrong use, `--help` and `--version`, in clap's words.
fn refuse(error: &clap::Error) -> Exit {
    let exit = if error.use_stderr() { Exit::Usage } else { Exit::Done };
    let words: Vec<String> = std::env::args_os()
        .map(|word| word.to_string_lossy().into_owned())
        .take_while(|word| word != "--")
        .collect();
    let json = words.iter().any(|word| word == "--format=json")
        || words.windows(2).any(|pair| pair[0] == "--format" && pair[1] == "json");
    if json && exit == Exit::Usage {
        let options = Options {
            project: None,
            format: Some(Format::Json),
            clock: None,
            quiet: false,
            color: clap::ColorChoice::Never,
        };
        let said = error.render().to_string();
        let said = said.strip_prefix("error: ").unwrap_or(&said);
        let (message, rest) = said.split_once("\n\n").unwrap_or((said, ""));
        let failure = Failure::usage("usage", message.trim());
        let rest = rest.trim();
        let failure = if rest.is_empty() { failure } else { failure.hint(rest) };
        return Desk::new(options).finish(Err(failure));
    }
    // A closed pipe is no error, and there is nowhere else to tell of another one.
    let _ = error.print();
    exit
}
