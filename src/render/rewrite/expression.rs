//! The expressions of a template: operators, filters, functions, variables.

use super::{Made, Rewriter};
use crate::render::budget::Fault;
use minijinja::machinery::Span;
use minijinja::machinery::ast::{self, BinOpKind, CallArg, CompareOpKind, Expr, Spanned};
use minijinja::value::Value;

impl<'a> Rewriter<'a, '_> {
    fn call(&self, name: &'static str, args: Vec<Expr<'a>>, span: Span) -> Expr<'a> {
        let expr = Expr::Var(self.make(ast::Var { id: name }, span));
        let args = args.into_iter().map(CallArg::Pos).collect();
        Expr::Call(self.make(ast::Call { expr, args }, span))
    }

    /// Rebuilds an expression. `maybe`: a name that is not there is allowed
    /// (`is defined`, `default`).
    pub(super) fn expression(&mut self, expr: &Expr<'a>, maybe: bool) -> Made<Expr<'a>> {
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
                let not = matches!(node.op, ast::UnaryOpKind::Not);
                let op = if not { ast::UnaryOpKind::Not } else { ast::UnaryOpKind::Neg };
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
                if let ("handle", Some(Expr::Const(name))) = (node.name, &node.expr) {
                    let name = (self.place(name.span()), name.value.as_str().unwrap_or("").to_owned());
                    self.handles.push(name);
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
        if let Some((path, place)) = written_path(expr) {
            let own = self.own.contains(path[0].as_str()) || path[0] == "loop";
            if !own {
                if let Some(fault) = self.names.unknown(&path, maybe) {
                    self.problems.push((self.place(place), fault));
                } else {
                    self.paths.push((self.place(place), path));
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
/// and where it stands.
fn written_path(expr: &Expr<'_>) -> Option<(Vec<String>, Span)> {
    match expr {
        Expr::Var(var) => Some((vec![var.id.to_owned()], var.span())),
        Expr::GetAttr(node) => {
            let (mut path, root) = written_path(&node.expr)?;
            path.push(node.name.to_owned());
            Some((path, reaching(root, node.span())))
        }
        Expr::GetItem(node) => {
            let (mut path, root) = written_path(&node.expr)?;
            let item = node.subscript_expr.as_const()?;
            path.push(item.as_str().map_or_else(|| "0".to_owned(), str::to_owned));
            Some((path, reaching(root, node.span())))
        }
        _ => None,
    }
}

/// From the first word of a path to the end of this one: the parser's own span
/// of a longer path begins at its second word.
fn reaching(root: Span, end: Span) -> Span {
    Span { end_line: end.end_line, end_col: end.end_col, end_offset: end.end_offset, ..root }
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
