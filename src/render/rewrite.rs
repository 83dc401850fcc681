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

use super::budget::{Fault, SOURCE};
use super::names::Names;
use super::tree::{collect_names, measure, syntax};
use minijinja::machinery::ast::{self, BinOpKind, CallArg, CompareOpKind, Expr, Spanned, Stmt};
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

    fn call(&self, name: &'static str, args: Vec<Expr<'a>>, span: Span) -> Expr<'a> {
        let expr = Expr::Var(self.make(ast::Var { id: name }, span));
        let args = args.into_iter().map(CallArg::Pos).collect();
        Expr::Call(self.make(ast::Call { expr, args }, span))
    }

    /// Rebuilds an expression. `maybe`: a name that is not there is allowed
    /// (`is defined`, `default`).
    fn expression(&mut self, expr: &Expr<'a>, maybe: bool) -> Made<Expr<'a>> {
        let span = expr.span();
        self.enter(span)?;
        let built = match expr {
            Expr::Var(_) | Expr::GetAttr(_) | Expr::GetItem(_) => self.access(expr, maybe)?,
            Expr::Const(node) => Expr::Const(self.make(ast::Const { value: node.value.clone() }, span)),
            Expr::Slice(node) => {
                if let Some(step) = &node.step {
                    return self
                        .stop(step.span(), Fault::new("a slice takes a start and an end, not a step"));
                }
                let none = || Value::from(());
                let mut args = vec![self.expression(&node.expr, false)?];
                for bound in [&node.start, &node.stop] {
                    args.push(match bound {
                        Some(bound) => self.expression(bound, false)?,
                        None => Expr::Const(self.make(ast::Const { value: none() }, span)),
                    });
                }
                self.call("[:]", args, span)
            }
            Expr::UnaryOp(node) => {
                let op = match node.op {
                    ast::UnaryOpKind::Not => ast::UnaryOpKind::Not,
                    ast::UnaryOpKind::Neg => ast::UnaryOpKind::Neg,
                };
                let expr = self.expression(&node.expr, false)?;
                Expr::UnaryOp(self.make(ast::UnaryOp { op, expr }, span))
            }
            Expr::BinOp(node) => {
                let left = self.expression(&node.left, false)?;
                let right = self.expression(&node.right, false)?;
                match operator(node.op) {
                    Some(name) => self.call(name, vec![left, right], span),
                    None => Expr::BinOp(self.make(ast::BinOp { op: node.op, left, right }, span)),
                }
            }
            Expr::Compare(node) => {
                let [op] = node.ops.as_slice() else {
                    let fault = Fault::new("compare two values at a time").hint("write `a < b and b < c`");
                    return self.stop(span, fault);
                };
                let args = vec![self.expression(&node.expr, false)?, self.expression(&op.expr, false)?];
                self.call(comparison(op.op), args, span)
            }
            Expr::IfExpr(node) => {
                let built = ast::IfExpr {
                    test_expr: self.expression(&node.test_expr, false)?,
                    true_expr: self.expression(&node.true_expr, false)?,
                    false_expr: self.maybe(&node.false_expr)?,
                };
                Expr::IfExpr(self.make(built, span))
            }
            Expr::Filter(node) => {
                if let Some(fault) = self.names.unknown_filter(node.name) {
                    let start = self.place(span).start;
                    self.problems.push((start..start + node.name.len(), fault));
                }
                let fills = matches!(node.name, "default" | "d");
                let built = ast::Filter {
                    name: node.name,
                    expr: node.expr.as_ref().map(|expr| self.expression(expr, fills)).transpose()?,
                    args: self.arguments(&node.args, span)?,
                };
                Expr::Filter(self.make(built, span))
            }
            Expr::Test(node) => {
                if let Some(fault) = self.names.unknown_test(node.name) {
                    self.problems.push((self.place(span), fault));
                }
                let asks = matches!(node.name, "defined" | "undefined");
                let built = ast::Test {
                    name: node.name,
                    expr: self.expression(&node.expr, asks)?,
                    args: self.arguments(&node.args, span)?,
                };
                Expr::Test(self.make(built, span))
            }
            Expr::Call(node) => self.function(node)?,
            Expr::List(node) => {
                let items = self.all(&node.items)?;
                self.call("[]", items, span)
            }
            Expr::Tuple(node) => {
                let items = self.all(&node.items)?;
                self.call("[]", items, span)
            }
            Expr::Map(_) => {
                return self.stop(span, Fault::new("tables (`{…}`) are not part of these templates"));
            }
        };
        self.depth -= 1;
        Ok(built)
    }

    fn all(&mut self, items: &[Expr<'a>]) -> Made<Vec<Expr<'a>>> {
        items.iter().map(|item| self.expression(item, false)).collect()
    }

    fn arguments(&mut self, args: &[CallArg<'a>], span: Span) -> Made<Vec<CallArg<'a>>> {
        let mut out = Vec::with_capacity(args.len());
        for arg in args {
            out.push(match arg {
                CallArg::Pos(expr) => CallArg::Pos(self.expression(expr, false)?),
                CallArg::Kwarg(name, expr) => CallArg::Kwarg(name, self.expression(expr, false)?),
                CallArg::PosSplat(_) | CallArg::KwargSplat(_) => {
                    return self.stop(
                        span,
                        Fault::new("`*` and `**` before an argument are not part of these templates"),
                    );
                }
            });
        }
        Ok(out)
    }

    fn function(&mut self, node: &Spanned<ast::Call<'a>>) -> Made<Expr<'a>> {
        let span = node.span();
        let callee = match &node.expr {
            Expr::Var(var) if var.id == "range" => Expr::Var(self.make(ast::Var { id: var.id }, var.span())),
            Expr::GetAttr(attr)
                if attr.name == "cycle" && matches!(&attr.expr, Expr::Var(var) if var.id == "loop") =>
            {
                self.access(&node.expr, false)?
            }
            Expr::Var(var) => {
                let fault = Fault::new(format!("unknown function `{}`", var.id));
                let hint = if self.names.is_filter(var.id) {
                    format!("`{}` is a filter: write `value | {}`", var.id, var.id)
                } else {
                    "the only function is `range`".to_owned()
                };
                return self.stop(span, fault.hint(hint));
            }
            _ => {
                let fault = Fault::new("values have no functions of their own here");
                return self.stop(span, fault.hint("use a filter: `value | upper`"));
            }
        };
        let args = self.arguments(&node.args, span)?;
        Ok(Expr::Call(self.make(ast::Call { expr: callee, args }, span)))
    }

    /// A variable, an attribute, an item: looked up as far as its path is written out.
    fn access(&mut self, expr: &Expr<'a>, maybe: bool) -> Made<Expr<'a>> {
        let span = expr.span();
        if let Some((path, name_span)) = written_path(expr) {
            let own = self.own.contains(path[0].as_str()) || path[0] == "loop";
            if !own {
                if let Some(fault) = self.names.unknown(&path, maybe) {
                    self.problems.push((self.place(name_span), fault));
                } else {
                    self.paths.push((self.place(span), path));
                }
            }
            return self.rebuild(expr);
        }
        match expr {
            Expr::GetAttr(node) => {
                let inner = self.expression(&node.expr, false)?;
                Ok(Expr::GetAttr(self.make(ast::GetAttr { expr: inner, name: node.name }, span)))
            }
            Expr::GetItem(node) => {
                let inner = self.expression(&node.expr, false)?;
                let subscript_expr = self.expression(&node.subscript_expr, false)?;
                Ok(Expr::GetItem(self.make(ast::GetItem { expr: inner, subscript_expr }, span)))
            }
            other => self.rebuild(other),
        }
    }

    /// A written-out path, as it is.
    fn rebuild(&mut self, expr: &Expr<'a>) -> Made<Expr<'a>> {
        let span = expr.span();
        self.enter(span)?;
        let built = match expr {
            Expr::GetAttr(node) => {
                let inner = self.rebuild(&node.expr)?;
                Expr::GetAttr(self.make(ast::GetAttr { expr: inner, name: node.name }, span))
            }
            Expr::GetItem(node) => {
                let inner = self.rebuild(&node.expr)?;
                let subscript_expr = self.expression(&node.subscript_expr, false)?;
                Expr::GetItem(self.make(ast::GetItem { expr: inner, subscript_expr }, span))
            }
            Expr::Var(var) => Expr::Var(self.make(ast::Var { id: var.id }, span)),
            other => self.expression(other, false)?,
        };
        self.depth -= 1;
        Ok(built)
    }
}

/// `message.title`, `rungs["my-blog"].url`, `message.media[0].alt`: the path,
/// and where its last word stands.
fn written_path(expr: &Expr<'_>) -> Option<(Vec<String>, Span)> {
    match expr {
        Expr::Var(var) => Some((vec![var.id.to_owned()], var.span())),
        Expr::GetAttr(node) => {
            let (mut path, _) = written_path(&node.expr)?;
            path.push(node.name.to_owned());
            Some((path, node.span()))
        }
        Expr::GetItem(node) => {
            let (mut path, _) = written_path(&node.expr)?;
            let item = node.subscript_expr.as_const()?;
            path.push(item.as_str().map_or_else(|| "0".to_owned(), str::to_owned));
            Some((path, node.span()))
        }
        _ => None,
    }
}

fn operator(op: BinOpKind) -> Option<&'static str> {
    Some(match op {
        BinOpKind::Eq => "==",
        BinOpKind::Ne => "!=",
        BinOpKind::Lt => "<",
        BinOpKind::Lte => "<=",
        BinOpKind::Gt => ">",
        BinOpKind::Gte => ">=",
        BinOpKind::Add => "+",
        BinOpKind::Mul => "*",
        BinOpKind::Concat => "~",
        BinOpKind::In => "in",
        // These read no texts: truth and numbers only.
        BinOpKind::ScAnd
        | BinOpKind::ScOr
        | BinOpKind::Sub
        | BinOpKind::Div
        | BinOpKind::FloorDiv
        | BinOpKind::Rem
        | BinOpKind::Pow => return None,
    })
}

fn comparison(op: CompareOpKind) -> &'static str {
    match op {
        CompareOpKind::Eq => "==",
        CompareOpKind::Ne => "!=",
        CompareOpKind::Lt => "<",
        CompareOpKind::Lte => "<=",
        CompareOpKind::Gt => ">",
        CompareOpKind::Gte => ">=",
        CompareOpKind::In => "in",
        CompareOpKind::NotIn => "not in",
    }
}
