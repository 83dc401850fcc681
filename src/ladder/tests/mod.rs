//! What files say and what is told about them, file by file.

mod hostile;
mod ladder_file;
mod message;
mod project;
mod tree;

use crate::diagnostic::Diagnostic;
use crate::source::Sources;

/// Each problem on a line: place, severity, rule, message, hint.
fn told(sources: &Sources, problems: &[Diagnostic]) -> String {
    let line = |problem: &Diagnostic| {
        let place = problem.span.map(|span| sources.locate(span));
        let place = place.map(|p| format!("{}:{}:{} ", p.file, p.line, p.column)).unwrap_or_default();
        let hint = problem.hint.as_ref().map(|hint| format!(" ({hint})")).unwrap_or_default();
        let severity = format!("{:?}", problem.severity).to_lowercase();
        format!("{place}{severity}[{}] {}{hint}", problem.rule, problem.message)
    };
    problems.iter().map(line).collect::<Vec<_>>().join("\n")
}
