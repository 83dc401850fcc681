//! Runs templates: strict, from the project only, within bounds; mistakes
//! become diagnostics at the place in the user's file.

use super::budget::{Budget, FUEL, Fault, OUTPUT, too_much};
use super::names::Names;
use super::rewrite::{Files, Path, Placed, Rewriter};
use super::{Job, builtin_filters, context, filters, operators};
use crate::diagnostic::Diagnostic;
use crate::ladder::name::is_page;
use crate::ladder::tree::place_in_text;
use crate::source::{SourceId, Span, Spanned};
use minijinja::machinery::{CodeGenerator, eval, make_string_output};
use minijinja::value::{Value, ValueKind};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior};
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

/// A template, and where it comes from.
#[derive(Clone, Copy)]
pub(super) enum Template<'a> {
    /// A text in the user's files.
    Written(&'a Spanned<String>),
    /// An adapter's own; its mistakes are told at the rung.
    BuiltIn(&'a str),
}

impl<'a> Template<'a> {
    fn text(self) -> &'a str {
        match self {
            Template::Written(text) => &text.value,
            Template::BuiltIn(text) => text,
        }
    }
}

/// What a template made.
#[derive(Clone, Debug, Default)]
pub(super) struct Filled {
    /// The text.
    pub text: String,
    /// Links in it that get no tags.
    pub untracked: BTreeSet<String>,
    /// What did not stop it, and somebody should know.
    pub asides: Vec<Diagnostic>,
}

/// Runs the templates of one job.
pub(super) struct Engine<'a> {
    job: &'a Job<'a>,
    /// What can be said.
    pub names: Names,
    context: Value,
    facts: Arc<filters::Facts>,
}

impl<'a> Engine<'a> {
    /// For `job`.
    pub fn new(job: &'a Job<'a>) -> Engine<'a> {
        let names = Names::of(job);
        let context = context::context(job, &names);
        Engine { job, names, context, facts: Arc::new(filters::Facts::of(job)) }
    }

    /// What an announcement leads to, without tags: programs know a page by its address.
    pub fn announced(&self) -> Option<String> {
        let own = || self.job.message.link.as_ref().or(self.job.master.link.as_ref());
        let own = || own().map(|link| link.value.trim().to_owned()).filter(|link| is_page(link));
        self.names.article_address(false).or_else(own)
    }

    /// Fills `template`.
    pub fn fill(&self, template: Template<'a>) -> Result<Filled, Vec<Diagnostic>> {
        let text = template.text();
        if !text.contains(['{', '}']) {
            return Ok(Filled { text: text.to_owned(), ..Filled::default() });
        }
        let mut files = Project { job: self.job, opened: Vec::new(), next: text.len() + 1 };
        let mut rewriter = Rewriter::new(&self.names, &mut files);
        let tree = rewriter.file(text, 0);
        let mut problems = std::mem::take(&mut rewriter.problems);
        let paths = std::mem::take(&mut rewriter.paths);
        let handles = std::mem::take(&mut rewriter.handles);
        let tree = match tree {
            Ok(tree) => tree,
            Err(problem) => {
                problems.push(*problem);
                Vec::new()
            }
        };
        if problems.is_empty() {
            let budget = Arc::new(Budget::new());
            match self.run(&tree, &budget) {
                Ok(made) if made.len() > OUTPUT => {
                    problems.push((0..0, too_much()));
                }
                Ok(made) => {
                    let strangers = self.strangers(&budget, &handles);
                    let asides =
                        strangers.map(|problem| self.place(problem, template, &files.opened)).collect();
                    return Ok(Filled { text: made, untracked: budget.untracked(), asides });
                }
                Err(error) => problems.push(self.explain(&error, &budget, &paths)),
            }
        }
        Err(problems.into_iter().map(|problem| self.place(problem, template, &files.opened)).collect())
    }

    fn run(
        &self,
        tree: &[minijinja::machinery::ast::Stmt<'_>],
        budget: &Arc<Budget>,
    ) -> Result<String, Error> {
        let mut env = Environment::empty();
        env.set_undefined_behavior(UndefinedBehavior::SemiStrict);
        env.set_fuel(Some(FUEL));
        operators::install(&mut env, budget);
        builtin_filters::install(&mut env, budget);
        filters::install(&mut env, budget, &self.facts);
        let purse = budget.clone();
        env.set_formatter(move |out, _, value| {
            if let Some(text) = value.as_str() {
                purse.charge(text.len())?;
                return out.write_str(text).map_err(Error::from);
            }
            purse.charge(64)?;
            match value.kind() {
                ValueKind::Number | ValueKind::Bool => out.write_str(&value.to_string()).map_err(Error::from),
                ValueKind::None => Ok(()),
                ValueKind::Undefined => Err(Error::from(ErrorKind::UndefinedError)),
                ValueKind::Seq | ValueKind::Iterable => Err(purse.fail(
                    Fault::new("a list cannot be written as it is")
                        .hint("write `| join(\", \")` behind it, or `| hashtags` for tags"),
                )),
                _ => Err(purse.fail(
                    Fault::new(format!("{} cannot be written as it is", operators::kind(value)))
                        .hint("name one of its values: `{{ message.title }}`"),
                )),
            }
        });
        let mut code = CodeGenerator::new("template", "");
        for statement in tree {
            code.compile_stmt(statement);
        }
        let (instructions, blocks) = code.finish();
        let mut made = String::new();
        let mut out = make_string_output(&mut made);
        eval(&env, &instructions, self.context.clone(), &blocks, &mut out, AutoEscape::None).map(drop)?;
        Ok(made)
    }

    /// Names that are not in `[handles]`, where they are written in quotes, else
    /// at the whole text.
    fn strangers(&self, budget: &Budget, handles: &[(Range<usize>, String)]) -> impl Iterator<Item = Placed> {
        let found = budget.strangers().into_iter().filter_map(|name| {
            let place = handles.iter().find(|(_, own)| *own == name).map_or(0..0, |(place, _)| place.clone());
            Some((place, self.names.unknown_handle(&name)?))
        });
        found.collect::<Vec<_>>().into_iter()
    }

    /// A mistake of a running template, in our words.
    fn explain(&self, error: &Error, budget: &Budget, paths: &[Path]) -> Placed {
        let range = error.range().unwrap_or(0..0);
        if let Some(fault) = budget.fault() {
            return (range, fault);
        }
        if error.kind() == ErrorKind::OutOfFuel {
            return (range, too_much());
        }
        if matches!(error.kind(), ErrorKind::UndefinedError)
            && let Some((range, path)) = self.missing(&range, paths)
        {
            return (range, self.names.missing(&path));
        }
        let says = error.detail().unwrap_or("");
        let message = match error.kind() {
            ErrorKind::UndefinedError => "something in here has no value".to_owned(),
            ErrorKind::MissingArgument => "an argument is missing here".to_owned(),
            ErrorKind::TooManyArguments => "there is one argument too many here".to_owned(),
            _ if says.is_empty() => format!("this template failed: {}", error.kind()),
            _ => format!("this template failed: {says}"),
        };
        (range, Fault::new(message))
    }

    /// The variable without a value that stopped the template: inside the place
    /// of the error, or (a filter's place begins at its name) just before it.
    fn missing(&self, at: &Range<usize>, paths: &[Path]) -> Option<Path> {
        let empty = paths.iter().filter(|(_, path)| self.lookup(path).is_none());
        let inside = |range: &Range<usize>| at.start <= range.start && range.end <= at.end;
        empty
            .clone()
            .find(|(range, _)| inside(range))
            .or_else(|| empty.filter(|(range, _)| range.end <= at.end).max_by_key(|(range, _)| range.end))
            .cloned()
    }

    fn lookup(&self, path: &[String]) -> Option<Value> {
        let mut value = self.context.clone();
        for key in path {
            value = match value.kind() {
                ValueKind::Seq => value.get_item(&Value::from(key.parse::<usize>().ok()?)).ok()?,
                _ => value.get_attr(key).ok()?,
            };
            if value.is_undefined() {
                return None;
            }
        }
        Some(value)
    }

    fn place(
        &self,
        (range, fault): Placed,
        template: Template<'a>,
        opened: &[(SourceId, usize)],
    ) -> Diagnostic {
        let span = match opened.iter().rev().find(|(_, base)| range.start >= *base) {
            Some((id, base)) => Span::new(*id, range.start - base, range.end - base),
            None => match template {
                // Nothing to point at in particular: the whole text.
                Template::Written(text) if range.is_empty() => text.span,
                Template::Written(text) => place_in_text(self.job.sources, text, range.start, range.len()),
                Template::BuiltIn(_) => self.job.rung.span,
            },
        };
        let mut diagnostic = Diagnostic::error(fault.rule, fault.message).at(span);
        if let Some(hint) = fault.hint {
            diagnostic = diagnostic.hint(hint);
        }
        diagnostic
    }
}

/// The files below `templates/`. Each opening gets a base of its own.
struct Project<'a> {
    job: &'a Job<'a>,
    opened: Vec<(SourceId, usize)>,
    next: usize,
}

impl<'a> Files<'a> for Project<'a> {
    fn open(&mut self, name: &str) -> Option<(&'a str, usize)> {
        let id = *self.job.templates.get(name)?;
        let text = &self.job.sources.get(id).text;
        let base = self.next;
        self.next += text.len() + 1;
        self.opened.push((id, base));
        Some((text, base))
    }

    fn names(&self) -> Vec<&'a str> {
        self.job.templates.keys().map(String::as_str).collect()
    }
}
