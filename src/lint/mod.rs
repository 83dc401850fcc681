//! One function a rule; each looks at the project, the ladder, the message or a variant.
//!
//! Pure. A rule has a name (which `allow` takes), a severity, a sentence in
//! `docs/rules.md` and a test that trips it. Problems of reading a file
//! (`syntax`, `unknown-key`, …) are found by the `ladder` room and carry names
//! of the same table, [`RULES`].

mod blame;
mod body_html;
mod body_links;
mod images;
mod length;
mod links;
mod look;
mod mail;
mod media;
mod mention;
mod order;
mod project;
mod repeat;
mod silence;
mod table;
mod unused;
mod words;
mod written;

#[cfg(test)]
mod tests;

pub use repeat::check_all;
pub use silence::{silence, spare_extra};
pub use table::RULES;
pub use written::Written;

use crate::diagnostic::{Diagnostic, Severity};
use crate::ladder::{Ladder, Message, Project, Rung};
use crate::media::Unfit;
use crate::render::{Outlet, Variant};
use crate::source::Sources;
use look::Look;
use std::collections::BTreeMap;

/// Names of rungs or channels that a hint lists before it only counts them.
const MOST_NAMED: usize = 12;

/// A rule as `docs/rules.md` and `ladder schema` list it.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// `too-long`.
    pub name: &'static str,
    /// How bad a breach is.
    pub severity: Severity,
    /// Whether `allow` silences it. What cannot be published at all, whatever
    /// anybody wants, cannot be allowed.
    pub allowable: bool,
    /// What it asks for, in one sentence.
    pub about: &'static str,
}

impl Rule {
    /// The rule of that name.
    pub fn named(name: &str) -> Option<&'static Rule> {
        RULES.iter().find(|rule| rule.name == name)
    }

    /// A breach of it.
    fn broken(&self, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(self.severity, self.name, message)
    }
}

/// One rung's variant with all that made it.
#[derive(Clone, Copy)]
pub struct Made<'a> {
    /// The rung.
    pub rung: &'a Rung,
    /// Where it goes.
    pub outlet: &'a Outlet,
    /// The message in the outlet's language.
    pub message: &'a Message,
    /// What came out.
    pub variant: &'a Variant,
    /// The images, by their paths, that cannot be made to fit, and why.
    pub unfit: &'a [Unfit],
}

/// Everything about one message on its ladder.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    /// The texts that spans point into.
    pub sources: &'a Sources,
    /// The house.
    pub project: &'a Project,
    /// The ladder.
    pub ladder: &'a Ladder,
    /// The message in its own language.
    pub message: &'a Message,
    /// The outlets of the project by channel name.
    pub outlets: &'a BTreeMap<String, Outlet>,
    /// The variants that could be rendered, in rung order.
    pub made: &'a [Made<'a>],
}

/// Problems of the project alone, without those that it allows.
pub fn check_project(project: &Project) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for rule in project::RULES {
        rule(project, &mut found);
    }
    silence::unknown_allow(&project.allow, &mut found);
    silence(found, &[&project.allow])
}

/// Problems of a ladder in its project, without any message: unknown channels
/// and rungs, cycles, no rung. Without those that ladder or project allow.
pub fn check_ladder(sources: &Sources, project: &Project, ladder: &Ladder) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for rule in order::RULES {
        rule(sources, project, ladder, &mut found);
    }
    silence::unknown_allow(&ladder.allow, &mut found);
    silence(found, &[&project.allow, &ladder.allow])
}

/// Problems of a message on its ladder, without those that message, ladder or
/// project allow. Those of the ladder and the project alone are not repeated.
pub fn check_message(subject: &Subject<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for rule in unused::RULES.iter().chain(words::OF_THE_MESSAGE).chain(images::OF_THE_MESSAGE) {
        rule(subject, &mut found);
    }
    // What only tells others of a page has no words of its own to be judged.
    let with_words: Vec<Made<'_>> =
        subject.made.iter().copied().filter(|made| !made.outlet.defaults.only_tells).collect();
    let with_words = Subject { made: &with_words, ..*subject };
    for made in with_words.made {
        let look = Look::new(&with_words, made);
        let before = found.len();
        let rules = [
            length::RULES,
            mail::RULES,
            words::RULES,
            mention::RULES,
            links::RULES,
            media::RULES,
            images::RULES,
        ]
        .into_iter();
        for rule in rules.flatten() {
            rule(&look, &mut found);
        }
        for problem in found.iter_mut().skip(before) {
            problem.rungs = vec![look.rung().to_owned()];
        }
    }
    body_links::bad_links(subject, &mut found);
    body_html::left_out(&with_words, &mut found);
    repeat::same_text(&with_words, &mut found);
    silence::unknown_allow(&subject.message.allow, &mut found);
    silence(found, &[&subject.project.allow, &subject.ladder.allow, &subject.message.allow])
}
