//! `ladder check`: every problem in project, ladders and messages.

use super::compose::compose;
use super::desk::Desk;
use super::failure::Failure;
use super::house::{House, count, plural};
use super::load::Unclear;
use crate::diagnostic::{Checked, Diagnostic, Severity, first_few};
use crate::exit::Exit;
use crate::ladder::Message;
use crate::lint;
use crate::source::{Sources, Span};
use jiff::Timestamp;
use std::collections::HashMap;

/// Arguments of `ladder check`.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Arguments {
    /// Paths or ids; all messages if none is given
    pub messages: Vec<String>,
    /// Check on this ladder instead of the messages' own
    #[arg(long, value_name = "NAME")]
    pub ladder: Option<String>,
    /// Let warnings fail the check
    #[arg(long)]
    pub deny_warnings: bool,
}

/// Tells all problems. Ends with 3 when any is an error.
pub fn run(arguments: &Arguments, desk: &mut Desk) -> Result<Exit, Failure> {
    let mut house = House::open(desk)?;
    let now = desk.now(&house.loaded.zone)?;
    let mut messages = Vec::new();
    house.loaded.look_for_folders();
    house.loaded.look_where_links_lead();
    if arguments.messages.is_empty() {
        for found in house.loaded.find_messages() {
            let Checked { value, problems } = house.loaded.read(&found);
            house.loaded.problems.extend(problems);
            messages.extend(value);
        }
    } else {
        for wanted in &arguments.messages {
            match house.loaded.message(wanted) {
                Ok(message) => messages.push(message),
                // Its problems are told below, with those of all others.
                Err(failure) if failure.exit == Exit::Check => {}
                Err(failure) => return Err(failure),
            }
        }
    }
    let mut problems = std::mem::take(&mut house.loaded.problems);
    for ladder in &house.loaded.ladders {
        problems.extend(house.check_ladder(ladder));
    }
    problems.extend(lint::check_all(&messages.iter().collect::<Vec<_>>()));
    problems.extend(check_messages(&house, &messages, arguments.ladder.as_deref(), now)?);
    desk.problems_as_data(&house.loaded.sources, &problems);
    desk.field("messages", messages.len());
    let of = plural(messages.len(), "message");
    desk.console.talk(&format!("checked {of}: {}", count(&problems)));
    let worst = problems.iter().map(|problem| problem.severity).min();
    let fails = match worst {
        Some(Severity::Error) => true,
        Some(Severity::Warning) => arguments.deny_warnings,
        Some(Severity::Note) | None => false,
    };
    Ok(if fails { Exit::Check } else { Exit::Done })
}

/// Composes every message, on all processors, and gathers the problems in order.
fn check_messages(
    house: &House,
    messages: &[Message],
    ladder: Option<&str>,
    now: Timestamp,
) -> Result<Vec<Diagnostic>, Failure> {
    let one = |message: &Message| match compose(&house.loaded, &house.channels, message, ladder, now) {
        Ok(composed) => Ok((message.id.clone(), composed.problems)),
        Err(Unclear::Message(problem)) => Ok((message.id.clone(), vec![*problem])),
        Err(Unclear::Flag(failure)) => Err(failure),
    };
    let workers = std::thread::available_parallelism().map_or(1, usize::from).min(8);
    // A thread costs more than a few messages do.
    let size = messages.len().div_ceil(workers).max(16);
    let found: Vec<Result<(String, Vec<Diagnostic>), Failure>> = if messages.len() <= size {
        messages.iter().map(one).collect()
    } else {
        std::thread::scope(|scope| {
            let work = |part: &'_ [Message]| part.iter().map(one).collect::<Vec<_>>();
            let running: Vec<_> =
                messages.chunks(size).map(|part| (part, scope.spawn(move || work(part)))).collect();
            // A thread that died is done over here, where its end is seen.
            running
                .into_iter()
                .flat_map(|(part, thread)| thread.join().unwrap_or_else(|_| work(part)))
                .collect()
        })
    };
    let found = found.into_iter().collect::<Result<Vec<_>, Failure>>()?;
    Ok(gather(&house.loaded.sources, found))
}

/// Messages that a problem outside of them names before it only counts them.
const MOST_NAMED: usize = 3;

/// The problems of all messages. What a message's words do to a ladder's rung is
/// marked in the ladder's file: such a problem names the message, and if it is
/// the same for several it is told once.
fn gather(sources: &Sources, found: Vec<(String, Vec<Diagnostic>)>) -> Vec<Diagnostic> {
    let several = found.len() > 1;
    let mut problems: Vec<(Diagnostic, Vec<String>)> = Vec::new();
    let mut known: HashMap<(&'static str, Option<Span>, String), usize> = HashMap::new();
    for (id, mine) in found {
        for problem in mine {
            let elsewhere = |span: Span| !sources.get(span.source).name.starts_with("messages/");
            if !several || !problem.span.is_some_and(elsewhere) {
                problems.push((problem, Vec::new()));
                continue;
            }
            let same = (problem.rule, problem.span, problem.message.clone());
            let rungs = problem.rungs.clone();
            let at = *known.entry(same).or_insert_with(|| {
                problems.push((problem, Vec::new()));
                problems.len() - 1
            });
            if let Some((first, names)) = problems.get_mut(at) {
                if !names.contains(&id) {
                    names.push(id.clone());
                }
                let new: Vec<String> = rungs.into_iter().filter(|rung| !first.rungs.contains(rung)).collect();
                first.rungs.extend(new);
            }
        }
    }
    let named = problems.into_iter().map(|(mut problem, names)| {
        if !names.is_empty() {
            let first = first_few(names.iter().map(|name| format!("`{name}`")), MOST_NAMED);
            problem.message = format!("{} (in {first})", problem.message);
        }
        problem
    });
    named.collect()
}
