//! What every verb works at: the options that all verbs share, the output, and
//! the object that `--format json` prints at the end.

use super::failure::Failure;
use super::output::Console;
use crate::diagnostic::{Diagnostic, Severity};
use crate::exit::Exit;
use crate::ladder::When;
use crate::report::machine;
use crate::source::Sources;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// How answers are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// One object.
    Json,
    /// For a pull request's comment (`preview`).
    Markdown,
    /// One self-contained page (`preview`).
    Html,
    /// For spreadsheets (`log`).
    Csv,
}

/// Heading of the options that every verb takes: a verb's own come first.
const EVERYWHERE: &str = "Options of every verb";

/// Options that every verb takes.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// The project's folder [default: the nearest one with `ladder.toml`, from here upwards]
    #[arg(long, global = true, help_heading = EVERYWHERE, value_name = "DIR")]
    pub project: Option<PathBuf>,
    /// How to answer; markdown and html are for `preview`, csv is for `log`
    #[arg(long, global = true, help_heading = EVERYWHERE, value_name = "FORMAT")]
    pub format: Option<Format>,
    /// Render and plan as if it were then ("2026-12-01 09:00"); nothing is sent
    #[arg(long, global = true, help_heading = EVERYWHERE, value_name = "TIME")]
    pub clock: Option<String>,
    /// Say nothing but answers and problems
    #[arg(long, short, global = true, help_heading = EVERYWHERE)]
    pub quiet: bool,
    /// When to use colour
    #[arg(long, global = true, help_heading = EVERYWHERE, value_name = "WHEN", default_value = "auto")]
    pub color: clap::ColorChoice,
}

/// One run of one verb.
#[derive(Debug)]
pub struct Desk {
    /// What was asked for.
    pub options: Options,
    /// Where words go.
    pub console: Console,
    /// The verb's own fields of the JSON answer.
    pub fields: Map<String, Value>,
    /// Fields that are long arrays: each row as JSON on a line, a fraction of what
    /// it takes as a value.
    rows: BTreeMap<String, Vec<String>>,
    diagnostics: Vec<Value>,
    started: Timestamp,
    /// Whether the answer is a row of objects, one on each line.
    lines: bool,
    /// Whether there is nothing to show.
    no_news: bool,
}

impl Desk {
    /// A desk for one run.
    pub fn new(options: Options) -> Desk {
        let console = Console::new(options.color, options.quiet);
        Desk {
            options,
            console,
            fields: Map::new(),
            rows: BTreeMap::new(),
            diagnostics: Vec::new(),
            started: Timestamp::now(),
            lines: false,
            no_news: false,
        }
    }

    /// Whether the answer is one JSON object.
    pub fn json(&self) -> bool {
        self.options.format == Some(Format::Json)
    }

    /// Says that the answer is a row of objects, one on each line, and not the one object.
    pub fn answers_in_lines(&mut self) {
        self.lines = true;
    }

    /// How to answer, where a verb has no format of its own.
    pub fn format(&self) -> Format {
        self.options.format.unwrap_or(Format::Text)
    }

    /// Shows nothing to people from here on: there is nothing new.
    pub fn has_no_news(&mut self) {
        self.no_news = true;
    }

    /// Shows data to people; in JSON the fields say it.
    pub fn show(&mut self, text: &str) {
        if !self.json() && !self.no_news {
            self.console.data(text);
        }
    }

    /// Adds a field to the JSON answer.
    pub fn field(&mut self, name: &str, value: impl Into<Value>) {
        self.rows.remove(name);
        self.fields.insert(name.to_owned(), value.into());
    }

    /// The same for an array that may be long: its rows are not kept as values.
    pub fn field_of_rows(&mut self, name: &str, rows: impl Iterator<Item = Value>) {
        self.field(name, Value::Array(Vec::new()));
        if self.json() {
            self.rows.insert(name.to_owned(), rows.map(|row| machine::line(&row)).collect());
        }
    }

    /// Adds all fields of an object to the JSON answer.
    pub fn fields_of(&mut self, object: Value) {
        if let Value::Object(object) = object {
            self.fields.extend(object);
        }
    }

    /// Takes problems into the answer; for people they are drawn on standard error.
    pub fn problems(&mut self, sources: &Sources, problems: &[Diagnostic]) {
        let colour = self.console.colour_err();
        for problem in self.record(sources, problems) {
            // Notes are talk; warnings and errors are not to be missed.
            if problem.severity == Severity::Note {
                self.console.talk(&problem.draw(sources, colour));
            } else {
                self.console.warn(&problem.draw(sources, colour));
            }
        }
    }

    /// The same where problems are the answer itself: on standard output.
    pub fn problems_as_data(&mut self, sources: &Sources, problems: &[Diagnostic]) {
        let colour = self.console.colour_out();
        for problem in self.record(sources, problems) {
            self.console.data(&format!("{}\n", problem.draw(sources, colour)));
        }
    }

    /// Records problems, and hands back those that people are to see.
    fn record<'a>(&mut self, sources: &Sources, problems: &'a [Diagnostic]) -> Vec<&'a Diagnostic> {
        for problem in problems {
            self.diagnostics.push(serde_json::to_value(problem.record(sources)).unwrap_or(Value::Null));
        }
        if self.json() { Vec::new() } else { problems.iter().collect() }
    }

    /// The moment that counts as now: `--clock`, else when the run began. A
    /// wall time is one of `zone`.
    pub fn now(&self, zone: &TimeZone) -> Result<Timestamp, Failure> {
        let Some(written) = &self.options.clock else { return Ok(self.started) };
        let when = When::parse(written).map_err(|why| {
            Failure::usage("bad-clock", format!("`--clock {written}` is no time: {why}"))
                .hint("write `--clock \"2026-12-01 09:00\"` or `--clock 2026-12-01T09:00:00Z`")
        })?;
        Ok(when.resolve(zone))
    }

    /// Refuses a pretended clock where something real is about to happen.
    pub fn real_clock(&self) -> Result<Timestamp, Failure> {
        if self.options.clock.is_some() {
            return Err(Failure::usage("clock", "`--clock` is for looking, not for sending")
                .hint("leave `--clock` away, or look with `ladder preview`, `ladder plan` or `--dry-run`"));
        }
        Ok(self.started)
    }

    /// Prints the one object, piece by piece.
    fn print(&mut self, answer: &Map<String, Value>) {
        let mut out = self.console.stream();
        let indented = |value: &Value, indent: &str| machine::pretty(value).replace('\n', indent);
        out.line("{");
        for (at, (name, value)) in answer.iter().enumerate() {
            let comma = if at + 1 < answer.len() { "," } else { "" };
            let name_said = machine::line(name);
            match self.rows.get(name).filter(|rows| !rows.is_empty()) {
                None => out.line(&format!("  {name_said}: {}{comma}", indented(value, "\n  "))),
                Some(rows) => {
                    out.line(&format!("  {name_said}: ["));
                    for (at, row) in rows.iter().enumerate() {
                        let comma = if at + 1 < rows.len() { "," } else { "" };
                        // What was written as JSON reads back.
                        let row: Value = serde_json::from_str(row).unwrap_or_default();
                        out.line(&format!("    {}{comma}", indented(&row, "\n    ")));
                    }
                    out.line(&format!("  ]{comma}"));
                }
            }
        }
        out.line("}");
        out.flush();
    }

    /// Ends the run: the JSON object, or the last words.
    pub fn finish(mut self, end: Result<Exit, Failure>) -> Exit {
        let (exit, failure) = match end {
            Ok(exit) => (exit, None),
            Err(failure) => (failure.exit, Some(failure)),
        };
        if self.json() && self.lines {
            if let Some(failure) = &failure {
                let last = serde_json::json!({ "error": failure.json(), "exit": exit.code() });
                self.console.data(&machine::line(&last));
            }
        } else if self.json() {
            for (name, value) in failure.iter().flat_map(|failure| &failure.fields) {
                self.field(name, value.clone());
            }
            let mut answer = std::mem::take(&mut self.fields);
            answer.insert("diagnostics".to_owned(), Value::Array(std::mem::take(&mut self.diagnostics)));
            answer.insert("error".to_owned(), failure.as_ref().map_or(Value::Null, Failure::json));
            answer.insert("exit".to_owned(), Value::from(exit.code()));
            self.print(&answer);
        } else if let Some(failure) = failure {
            let colour = self.console.colour_err();
            self.console.warn(&failure.text(colour));
        }
        match self.console.trouble().map(str::to_owned) {
            Some(trouble) => {
                self.console.warn(&format!("error: {trouble}"));
                exit.or(Exit::Failed)
            }
            None => exit,
        }
    }
}
