//! Checks a template's syntax tree and rebuilds it so that nothing in it is free.
//!
//! - Every operator that reads or makes texts or lists becomes a call into
//!   `operators`, and raw text is written like any value: all of it is paid for.
//! - What templates of one message do not need and what could call itself
//!   (macros, blocks, imports, recursive loops) is refused, so that nothing recurses.
//! - `{% include "x" %}` is replaced by the tree of that file.
//! - Every name is looked up: a wrong one is found even in a branch not taken.
//!
//! Places are byte offsets; those of an included file are moved up by the
//! file's base, so that one number says both the file and the place in it.

mod expression;

use super::budget::{Fault, SOURCE};
use super::names::Names;
use super::tree::{collect_names, measure, syntax};
use minijinja::machinery::ast::{self, Expr, Spanned, Stmt};
use minijinja::machinery::{Span, parse};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Value;
use std::collections::BTreeSet;
use std::ops::Range;

/// Deepest nesting of a template's tree: far more than texts need, far less than a stack holds.
const DEPTH: usize = 100;
/// Most included files, counted each time.
const INCLUDES: usize = 100;
/// Most nodes of the whole tree, includes counted each time.
const NODES: usize = 50_000;

/// A problem at a place.
pub(super) type Placed = (Range<usize>, Fault);

/// A variable as it stands in the template: where, and its path (`message.title`).
pub(super) type Path = (Range<usize>, Vec<String>);

/// The files that can be included.
pub(super) trait Files<'a> {
    /// The text of `name`, with the base of its places.
    fn open(&mut self, name: &str) -> Option<(&'a str, usize)>;
    /// All names.
    fn names(&self) -> Vec<&'a str>;
}

/// The tree of `source`, rebuilt. Problems that allow going on are collected.
pub(super) struct Rewriter<'a, 'n> {
    names: &'n Names,
    files: &'n mut dyn Files<'a>,
    base: u32,
    depth: usize,
    nodes: usize,
    includes: usize,
    open: Vec<String>,
    own: BTreeSet<&'a str>,
    /// What was found.
    pub problems: Vec<Placed>,
    /// Every variable that stands in the template.
    pub paths: Vec<Path>,
    /// Every person who is named in quotes: `"ada" | handle`.
    pub handles: Vec<(Range<usize>, String)>,
}

type Made<T> = Result<T, Box<Placed>>;

impl<'a, 'n> Rewriter<'a, 'n> {
    /// Begins.
    pub fn new(names: &'n Names, files: &'n mut dyn Files<'a>) -> Rewriter<'a, 'n> {
        Rewriter {
            names,
            files,
            base: 0,
            depth: 0,
            nodes: 0,
            includes: 0,
            open: Vec::new(),
            own: BTreeSet::new(),
            problems: Vec::new(),
            paths: Vec::new(),
            handles: Vec::new(),
        }
    }

    /// Parses and rebuilds `source`; what cannot be understood ends it.
    pub fn file(&mut self, source: &'a str, base: usize) -> Made<Vec<Stmt<'a>>> {
        let outside = std::mem::replace(&mut self.base, base as u32);
        let end = source.trim_end().len();
        if source.len() > SOURCE {
            let fault = Fault::new(format!("a template may have {} KB, this one has more", SOURCE >> 10))
                .hint("templates adapt a message; long texts belong into the message's body");
            return Err(Box::new((base..base, fault)));
        }
        measure(source).map_err(|fault| Box::new((base..base + end, fault)))?;
        let tree = parse(source, "template", SyntaxConfig::default())
            .map_err(|error| Box::new(syntax(&error, source, base)))?;
        let children = match &tree {
            Stmt::Template(template) => {
                collect_names(&template.children, &mut self.own, 0);
                self.body(&template.children)
            }
            _ => Ok(Vec::new()),
        };
        self.base = outside;
        children
    }

    fn place(&self, span: Span) -> Range<usize> {
        let base = self.base as usize;
        base + span.start_offset as usize..base + span.end_offset as usize
    }

    fn moved(&self, span: Span) -> Span {
        Span {
            start_offset: span.start_offset.saturating_add(self.base),
            end_offset: span.end_offset.saturating_add(self.base),
            ..span
        }
    }

    fn make<T>(&self, node: T, span: Span) -> Spanned<T> {
        Spanned::new(node, self.moved(span))
    }

    fn stop<T>(&self, span: Span, fault: Fault) -> Made<T> {
        Err(Box::new((self.place(span), fault)))
    }

    fn enter(&mut self, span: Span) -> Made<()> {
        self.depth += 1;
        self.nodes += 1;
        if self.depth > DEPTH || self.nodes > NODES {
            let fault = Fault::new("this template is too large or nested too deeply");
            return self.stop(span, fault.hint("split it up, or say it more simply"));
        }
        Ok(())
    }

    fn body(&mut self, statements: &[Stmt<'a>]) -> Made<Vec<Stmt<'a>>> {
        let mut out = Vec::with_capacity(statements.len());
        for statement in statements {
            self.statement(statement, &mut out)?;
        }
        Ok(out)
    }

    fn statement(&mut self, statement: &Stmt<'a>, out: &mut Vec<Stmt<'a>>) -> Made<()> {
        let refused = |what: &str| {
            Fault::new(format!("`{{% {what} %}}` is not part of these templates"))
                .hint("put a text that is used twice into a file below `templates/` and write `{% include \"name\" %}`")
        };
        match statement {
            Stmt::Template(_) => {}
            Stmt::EmitRaw(raw) => {
                let expr = Expr::Const(self.make(ast::Const { value: Value::from(raw.raw) }, raw.span()));
                out.push(Stmt::EmitExpr(self.make(ast::EmitExpr { expr }, raw.span())));
            }
            Stmt::EmitExpr(emit) => {
                let expr = self.expression(&emit.expr, false)?;
                out.push(Stmt::EmitExpr(self.make(ast::EmitExpr { expr }, emit.span())));
            }
            Stmt::ForLoop(node) => {
                self.enter(node.span())?;
                if node.recursive {
                    return self.stop(node.span(), refused("for … recursive"));
                }
                let built = ast::ForLoop {
                    target: self.target(&node.target)?,
                    iter: self.expression(&node.iter, false)?,
                    filter_expr: self.maybe(&node.filter_expr)?,
                    recursive: false,
                    body: self.body(&node.body)?,
                    else_body: self.body(&node.else_body)?,
                };
                out.push(Stmt::ForLoop(self.make(built, node.span())));
                self.depth -= 1;
            }
            Stmt::IfCond(node) => {
                self.enter(node.span())?;
                let built = ast::IfCond {
                    expr: self.expression(&node.expr, false)?,
                    true_body: self.body(&node.true_body)?,
                    false_body: self.body(&node.false_body)?,
                };
                out.push(Stmt::IfCond(self.make(built, node.span())));
                self.depth -= 1;
            }
            Stmt::WithBlock(node) => {
                self.enter(node.span())?;
                let mut assignments = Vec::new();
                for (target, value) in &node.assignments {
                    assignments.push((self.target(target)?, self.expression(value, false)?));
                }
                let built = ast::WithBlock { assignments, body: self.body(&node.body)? };
                out.push(Stmt::WithBlock(self.make(built, node.span())));
                self.depth -= 1;
            }
            Stmt::Set(node) => {
                let built = ast::Set {
                    target: self.target(&node.target)?,
                    expr: self.expression(&node.expr, false)?,
                };
                out.push(Stmt::Set(self.make(built, node.span())));
            }
            Stmt::SetBlock(node) => {
                self.enter(node.span())?;
                let built = ast::SetBlock {
                    target: self.target(&node.target)?,
                    filter: self.maybe(&node.filter)?,
                    body: self.body(&node.body)?,
                };
                out.push(Stmt::SetBlock(self.make(built, node.span())));
                self.depth -= 1;
            }
            Stmt::FilterBlock(node) => {
                self.enter(node.span())?;
                let built = ast::FilterBlock {
                    filter: self.expression(&node.filter, false)?,
                    body: self.body(&node.body)?,
                };
                out.push(Stmt::FilterBlock(self.make(built, node.span())));
                self.depth -= 1;
            }
            Stmt::Include(node) => {
                self.enter(node.span())?;
                out.extend(self.include(node)?);
                self.depth -= 1;
            }
            Stmt::Continue(node) => out.push(Stmt::Continue(self.make(ast::Continue, node.span()))),
            Stmt::Break(node) => out.push(Stmt::Break(self.make(ast::Break, node.span()))),
            Stmt::AutoEscape(node) => return self.stop(node.span(), refused("autoescape")),
            Stmt::Block(node) => return self.stop(node.span(), refused("block")),
            Stmt::Import(node) => return self.stop(node.span(), refused("import")),
            Stmt::FromImport(node) => return self.stop(node.span(), refused("from … import")),
            Stmt::Extends(node) => return self.stop(node.span(), refused("extends")),
            Stmt::Macro(node) => return self.stop(node.span(), refused("macro")),
            Stmt::CallBlock(node) => return self.stop(node.span(), refused("call")),
            Stmt::Do(node) => return self.stop(node.span(), refused("do")),
        }
        Ok(())
    }

    fn include(&mut self, node: &Spanned<ast::Include<'a>>) -> Made<Vec<Stmt<'a>>> {
        let span = node.name.span();
        let Some(name) = node.name.as_const().and_then(|name| name.as_str().map(str::to_owned)) else {
            let fault = Fault::new("`include` takes a name in quotes, not something to be worked out");
            return self.stop(span, fault.hint("write `{% include \"name\" %}`"));
        };
        self.includes += 1;
        if self.includes > INCLUDES {
            let fault = Fault::new(format!("this template includes more than {INCLUDES} files"));
            return self.stop(span, fault);
        }
        if name.starts_with('/')
            || name.contains(['\\', '\0', ':'])
            || name.split('/').any(|part| part == "..")
        {
            let fault = Fault::new(format!("`{name}` leaves the project's `templates/`"));
            return self
                .stop(span, fault.hint("name a file below `templates/`: `{% include \"signature.txt\" %}`"));
        }
        if self.open.contains(&name) {
            let fault =
                Fault::new(format!("`{name}` includes itself")).hint("take one of the two includes out");
            return self.stop(span, fault);
        }
        let Some((source, base)) = self.files.open(&name) else {
            if node.ignore_missing {
                return Ok(Vec::new());
            }
            let fault = Fault::new(format!("there is no `{name}` below the project's `templates/`"));
            let near = crate::diagnostic::nearest(&name, self.files.names());
            let hint = near.map_or("make the file, or name another".to_owned(), |near| {
                format!("did you mean `{near}`?")
            });
            return self.stop(span, fault.hint(hint));
        };
        self.open.push(name);
        let body = self.file(source, base);
        self.open.pop();
        body
    }

    fn maybe(&mut self, expr: &Option<Expr<'a>>) -> Made<Option<Expr<'a>>> {
        expr.as_ref().map(|expr| self.expression(expr, false)).transpose()
    }

    /// What is assigned to: a name, or a list of names.
    fn target(&mut self, expr: &Expr<'a>) -> Made<Expr<'a>> {
        match expr {
            Expr::Var(var) => Ok(Expr::Var(self.make(ast::Var { id: var.id }, var.span()))),
            Expr::List(list) => {
                let items = list.items.iter().map(|item| self.target(item)).collect::<Made<_>>()?;
                Ok(Expr::List(self.make(ast::List { items }, list.span())))
            }
            Expr::Tuple(tuple) => {
                let items = tuple.items.iter().map(|item| self.target(item)).collect::<Made<_>>()?;
                Ok(Expr::Tuple(self.make(ast::Tuple { items }, tuple.span())))
            }
            other => self.stop(other.span(), Fault::new("only a plain name can be set")),
        }
    }
}
