//! One function a rule; each looks at the project, the ladder, the message or a variant.
//!
//! Pure. A rule has a name (which `allow` takes), a severity, a sentence in
//! `docs/rules.md` and a test that trips it. Problems of reading a file
//! (`syntax`, `unknown-key`, …) are found by the `ladder` room and carry names
//! of the same kind.

use crate::diagnostic::{Diagnostic, Severity};
use crate::ladder::{Ladder, Message, Project, Rung};
use crate::render::{Outlet, Variant};
use crate::source::Sources;
use std::collections::BTreeMap;

/// A rule as `docs/rules.md` and `ladder schema` list it.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// `too-long`.
    pub name: &'static str,
    /// How bad a breach is.
    pub severity: Severity,
    /// What it asks for, in one sentence.
    pub about: &'static str,
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

/// Problems of the project alone.
pub fn check_project(sources: &Sources, project: &Project) -> Vec<Diagnostic> {
    let _ = (sources, project);
    todo!("room lint")
}

/// Problems of a ladder in its project, without any message: unknown channels
/// and rungs, cycles, no rung.
pub fn check_ladder(sources: &Sources, project: &Project, ladder: &Ladder) -> Vec<Diagnostic> {
    let _ = (sources, project, ladder);
    todo!("room lint")
}

/// Problems of a message on its ladder.
pub fn check_message(subject: &Subject<'_>) -> Vec<Diagnostic> {
    let _ = subject;
    todo!("room lint")
}
