//! `allow = ["rule"]`: silences a rule on purpose. The one place where that happens.

use super::{RULES, Rule, table};
use crate::diagnostic::{Diagnostic, Severity, nearest};
use crate::source::{Sources, Spanned};

/// `problems` without those whose rule stands in one of the `allow` lists
/// (the project's, the ladder's, the message's) and may be allowed.
///
/// Whoever finds problems of a message elsewhere (reading it, rendering it)
/// passes them through here as well. A rule that is allowed and never broken
/// is no problem.
pub fn silence(problems: Vec<Diagnostic>, allow: &[&[Spanned<String>]]) -> Vec<Diagnostic> {
    let allowed = |problem: &Diagnostic| {
        // Where an unknown key is an error, what it asks for would be ignored.
        let stands = problem.rule == table::UNKNOWN_KEY.name && problem.severity == Severity::Error;
        Rule::named(problem.rule).is_some_and(|rule| rule.allowable && !stands)
            && allow.iter().any(|list| list.iter().any(|written| written.value == problem.rule))
    };
    problems.into_iter().filter(|problem| !allowed(problem)).collect()
}

/// `problems` without the unknown keys of a head that one of `templates` asks
/// for as `message.extra.KEY`: such a key is no typo.
pub fn spare_extra(sources: &Sources, problems: Vec<Diagnostic>, templates: &[&str]) -> Vec<Diagnostic> {
    let asked = |problem: &Diagnostic| {
        let key = problem.span.map_or("", |span| sources.slice(span)).trim_matches(['"', '\'']);
        let name = format!("message.extra.{key}");
        let ends = |rest: &str| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_');
        problem.rule == table::UNKNOWN_KEY.name
            && problem.severity == Severity::Warning
            && templates.iter().any(|text| text.split(&name).skip(1).any(ends))
    };
    problems.into_iter().filter(|problem| !asked(problem)).collect()
}

/// Names in `allow` that are no rule, or one that cannot be allowed.
pub(super) fn unknown_allow(allow: &[Spanned<String>], found: &mut Vec<Diagnostic>) {
    for written in allow {
        let name = &written.value;
        found.push(match Rule::named(name) {
            Some(rule) if rule.allowable => continue,
            Some(_) => table::UNKNOWN_ALLOW
                .broken(format!("`{name}` cannot be allowed: nothing could be published with it"))
                .at(written.span)
                .hint("take it out of `allow`, and mend what it complains about"),
            None => {
                let hint = match nearest(name, RULES.iter().map(|rule| rule.name)) {
                    Some(known) => format!("did you mean `{known}`?"),
                    None => "the rules are listed in `docs/rules.md`".to_owned(),
                };
                table::UNKNOWN_ALLOW.broken(format!("there is no rule `{name}`")).at(written.span).hint(hint)
            }
        });
    }
}
