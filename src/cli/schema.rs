//! `ladder schema`: JSON Schema for editors.

use super::desk::Desk;
use super::failure::Failure;
use crate::channel::every_adapter;
use crate::exit::Exit;
use crate::ladder::schema::{ladder_schema, limits_schema, message_schema, project_schema};

/// Arguments of `ladder schema`.
#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {
    /// Of which file
    #[arg(value_enum, default_value = "project")]
    pub of: Of,
}

/// The files that have a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Of {
    /// `ladder.toml`
    Project,
    /// `ladder.limits.toml`
    Limits,
    /// `content-ladders/*.toml`
    Ladder,
    /// The front matter of a message
    Message,
}

/// Prints the schema.
pub fn run(arguments: &Arguments, desk: &mut Desk) -> Result<Exit, Failure> {
    let schema = match arguments.of {
        Of::Project => {
            let adapters: Vec<_> =
                every_adapter().into_iter().map(|adapter| (adapter.name, adapter.fields)).collect();
            project_schema(&adapters)
        }
        Of::Limits => limits_schema(),
        Of::Ladder => ladder_schema(),
        Of::Message => message_schema(),
    };
    desk.show(&crate::report::machine::pretty(&schema));
    desk.field("schema", schema);
    Ok(Exit::Done)
}
