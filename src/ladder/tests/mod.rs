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

#[test]
fn every_rule_that_is_used_is_listed_and_the_list_is_sorted() {
    let listed: Vec<&str> = crate::ladder::rules::RULES.iter().map(|(name, _, _)| *name).collect();
    assert!(listed.is_sorted());
    let files = [
        include_str!("../front_matter.rs"),
        include_str!("../ladder_file.rs"),
        include_str!("../message/head.rs"),
        include_str!("../message/mod.rs"),
        include_str!("../name.rs"),
        include_str!("../project.rs"),
        include_str!("../secret_ref.rs"),
        include_str!("../settings.rs"),
        include_str!("../shape/reader.rs"),
        include_str!("../tree/toml_tree.rs"),
        include_str!("../tree/yaml_tree.rs"),
    ];
    let mut used: Vec<&str> = Vec::new();
    for file in files {
        for call in ["Diagnostic::error(", "Diagnostic::warning(", "Diagnostic::note("] {
            used.extend(
                file.split(call)
                    .skip(1)
                    .filter_map(|rest| rest.trim_start().strip_prefix('"')?.split('"').next()),
            );
        }
    }
    used.sort_unstable();
    used.dedup();
    assert_eq!(used, listed);
}
