//! A template's text and tree before it is rebuilt: what is looked at once, as a whole.

use super::budget::Fault;
use super::rewrite::Placed;
use minijinja::Error;
use minijinja::machinery::ast::{Expr, Stmt};
use minijinja::machinery::{Token, tokenize};
use minijinja::syntax::SyntaxConfig;
use std::collections::BTreeSet;

/// Most tokens in one tag: a long chain (`a ~ b ~ …`) becomes a deep tree, and
/// the library's own code walks and drops trees by recursion.
const TOKENS_PER_TAG: usize = 400;
/// Most `{% elif %}` in a template, each of which nests one deeper.
const ELIFS: usize = 50;

/// Refuses a text whose tree could be too deep for a stack, before there is a tree.
pub(super) fn measure(source: &str) -> Result<(), Fault> {
    let mut in_tag = 0;
    let mut elifs = 0;
    for token in tokenize(source, false, SyntaxConfig::default()) {
        // The parser meets the same mistake, and tells it better.
        let Ok((token, _)) = token else { return Ok(()) };
        match token {
            Token::TemplateData(_) | Token::VariableStart | Token::BlockStart => in_tag = 0,
            Token::Ident("elif") if in_tag == 0 => {
                elifs += 1;
                in_tag += 1;
            }
            _ => in_tag += 1,
        }
        if in_tag > TOKENS_PER_TAG {
            return Err(Fault::new("one tag of this template is too long").hint("split it into several"));
        }
        if elifs > ELIFS {
            return Err(Fault::new(format!("this template has more than {ELIFS} `elif`")));
        }
    }
    Ok(())
}

/// A mistake in the template's grammar, in our words.
pub(super) fn syntax(error: &Error, source: &str, base: usize) -> Placed {
    let detail = error.detail().unwrap_or("this cannot be read");
    let range = error.range().unwrap_or(0..0);
    let start = range.start.min(source.len());
    let end = range.end.clamp(start, source.len());
    let mut fault = Fault::new(if detail.contains("end of input") && detail.contains("end of block") {
        "a `{% … %}` of this template is not closed".to_owned()
    } else {
        format!("this template cannot be read: {}", plainly(detail))
    });
    let before = source.get(..start).unwrap_or(source);
    fault = if detail.contains("end of input") {
        fault.hint("a tag is not closed: `{{ … }}` and `{% if … %} … {% endif %}` come in pairs")
    } else if before.rsplit("{{").next().is_some_and(|tag| tag.contains("{%")) {
        fault.hint("`{% … %}` cannot stand inside `{{ … }}`")
    } else {
        fault.hint("write a literal `{{` as `{{ \"{{\" }}`")
    };
    (base + start..base + end, fault)
}

/// The library's words without its own jargon.
fn plainly(detail: &str) -> String {
    detail
        .replace("end of variable block", "`}}`")
        .replace("end of block", "`%}`")
        .replace("unexpected end of input", "it ends in the middle of a tag")
}

/// The names that a template sets itself.
pub(super) fn collect_names<'a>(statements: &[Stmt<'a>], into: &mut BTreeSet<&'a str>, depth: usize) {
    // Deeper than what the rewriting lets through: it will refuse the template.
    if depth > 150 {
        return;
    }
    for statement in statements {
        match statement {
            Stmt::ForLoop(node) => {
                targets(&node.target, into);
                collect_names(&node.body, into, depth + 1);
                collect_names(&node.else_body, into, depth + 1);
            }
            Stmt::IfCond(node) => {
                collect_names(&node.true_body, into, depth + 1);
                collect_names(&node.false_body, into, depth + 1);
            }
            Stmt::WithBlock(node) => {
                node.assignments.iter().for_each(|(target, _)| targets(target, into));
                collect_names(&node.body, into, depth + 1);
            }
            Stmt::Set(node) => targets(&node.target, into),
            Stmt::SetBlock(node) => {
                targets(&node.target, into);
                collect_names(&node.body, into, depth + 1);
            }
            Stmt::FilterBlock(node) => collect_names(&node.body, into, depth + 1),
            _ => {}
        }
    }
}

fn targets<'a>(target: &Expr<'a>, into: &mut BTreeSet<&'a str>) {
    match target {
        Expr::Var(var) => {
            into.insert(var.id);
        }
        Expr::List(list) => list.items.iter().for_each(|item| targets(item, into)),
        Expr::Tuple(tuple) => tuple.items.iter().for_each(|item| targets(item, into)),
        _ => {}
    }
}
