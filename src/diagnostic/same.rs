//! One cause, told once: what several rungs make of the same place.

use super::{Diagnostic, Severity};
use crate::source::Span;
use std::collections::HashMap;

/// `problems` without those that say of another rung what one before them says
/// of its own: same rule, same place, same words but for the rung's name. The
/// first one stays and names the rungs of all, in their order.
pub fn told_once(problems: Vec<Diagnostic>) -> Vec<Diagnostic> {
    type Key = (Severity, &'static str, Option<Span>, String, Option<String>);
    let mut known: HashMap<Key, usize> = HashMap::new();
    let mut out: Vec<Diagnostic> = Vec::with_capacity(problems.len());
    for problem in problems {
        // What belongs to no rung was found once.
        if problem.rungs.is_empty() {
            out.push(problem);
            continue;
        }
        let key = (problem.severity, problem.rule, problem.span, unnamed(&problem), problem.hint.clone());
        let at = *known.entry(key).or_insert(out.len());
        match out.get_mut(at) {
            None => out.push(problem),
            Some(first) => {
                for rung in problem.rungs {
                    if !first.rungs.contains(&rung) {
                        first.rungs.push(rung);
                    }
                }
            }
        }
    }
    out
}

/// The message without its own rung's name, and without which part of it.
fn unnamed(problem: &Diagnostic) -> String {
    let mut message = problem.message.clone();
    for rung in &problem.rungs {
        let name = format!("`{rung}`");
        while let Some(at) = message.find(&name) {
            let before = &message[..at];
            let words = before.strip_suffix(" of ").unwrap_or(before);
            let number = words.len() - words.trim_end_matches(|c: char| c.is_ascii_digit()).len();
            let part = words[..words.len() - number].strip_suffix("part ");
            let from = part.filter(|_| number > 0 && words.len() < before.len()).map_or(at, str::len);
            message.replace_range(from..at + name.len(), "‹›");
        }
    }
    message
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Sources;

    #[test]
    fn one_place_is_told_once_and_names_its_rungs() {
        let mut sources = Sources::new();
        let file = sources.add("messages/a.md", "title = \"TODO\"\n");
        let left = |what: &str, rung: &str| {
            Diagnostic::warning("placeholder-left", format!("`TODO` is left in {what}"))
                .at(Span::new(file, 8, 14))
                .hint("write what was to stand there")
                .of_rung(rung)
        };
        let other = Diagnostic::warning("shouting", "`x` is all in capitals").of_rung("x");
        let found = told_once(vec![
            left("`tweet`", "tweet"),
            other.clone(),
            left("part 12 of `toot`", "toot"),
            left("the title of `blog`", "blog"),
            left("part 13 of `toot`", "toot"),
            left("`linkedin`", "linkedin"),
            other.clone().at(Span::new(file, 0, 3)),
        ]);
        let told: Vec<_> = found.iter().map(|p| (p.message.as_str(), p.rungs.join(" "))).collect();
        assert_eq!(
            told,
            [
                ("`TODO` is left in `tweet`", "tweet toot linkedin".to_owned()),
                ("`x` is all in capitals", "x".to_owned()),
                ("`TODO` is left in the title of `blog`", "blog".to_owned()),
                ("`x` is all in capitals", "x".to_owned()),
            ]
        );
        assert_eq!(found[0].record(&sources).rungs, ["tweet", "toot", "linkedin"]);
        insta::assert_snapshot!(found[0].draw(&sources, false), @r#"
        warning[placeholder-left]: `TODO` is left in `tweet`
         --> messages/a.md:1:9
          |
        1 | title = "TODO"
          |         ^^^^^^
          |
          = note: the same holds for `toot` and `linkedin`
          = hint: write what was to stand there
        "#);
    }

    #[test]
    fn all_rungs_are_named_where_the_message_names_none() {
        let poor = |rung: &str| Diagnostic::warning("poor-alt", "it tells nothing").of_rung(rung);
        let also = |rungs: &[&str]| told_once(rungs.iter().map(|rung| poor(rung)).collect())[0].also();
        assert_eq!(also(&["a"]), None);
        assert_eq!(also(&["a", "b"]).unwrap(), "it concerns `a` and `b`");
        assert_eq!(also(&["a", "b", "c"]).unwrap(), "it concerns `a`, `b` and `c`");
    }

    #[test]
    fn other_numbers_are_another_problem() {
        let long = |rung: &str, by: usize| {
            Diagnostic::error("too-long", format!("`{rung}` is {by} too long")).of_rung(rung)
        };
        assert_eq!(told_once(vec![long("a", 3), long("b", 4), long("c", 3)]).len(), 2);
        // A name that is a number of parts is a name all the same.
        let odd = Diagnostic::note("draft", "part of `a` and 3 of `a`").of_rung("a");
        assert_eq!(unnamed(&odd), "part of ‹› and 3 of ‹›");
    }
}
