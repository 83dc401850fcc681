//! What the operators of a template do, each paid for by the size of its operands.
//!
//! `rewrite` turns `a ~ b` into a call of the function named `~`: a name that
//! nobody can write as an identifier.

use super::budget::{Budget, Fault};
use minijinja::value::{Rest, Value, ValueKind};
use minijinja::{Environment, Error, ErrorKind};
use std::sync::Arc;

/// Longest list that `range` makes.
const RANGE: i64 = 1000;

/// Adds the operators, and `range`.
pub(super) fn install(env: &mut Environment<'_>, budget: &Arc<Budget>) {
    fn operator(
        env: &mut Environment<'_>,
        budget: &Arc<Budget>,
        name: &'static str,
        does: fn(&Budget, &[Value]) -> Result<Value, Error>,
    ) {
        let budget = budget.clone();
        env.add_function(name, move |args: Rest<Value>| -> Result<Value, Error> {
            for arg in args.iter() {
                if arg.is_undefined() {
                    return Err(Error::from(ErrorKind::UndefinedError));
                }
                budget.pay_for(arg, 1)?;
            }
            does(&budget, &args)
        });
    }
    operator(env, budget, "~", |_, args| match args {
        [a, b] => Ok(Value::from(format!("{}{}", written(a), written(b)))),
        _ => Err(wrong()),
    });
    operator(env, budget, "+", add);
    operator(env, budget, "*", |budget, args| match args {
        [a, b] => multiply(budget, a, b),
        _ => Err(wrong()),
    });
    operator(env, budget, "==", |_, args| compare(args, |a, b| a == b));
    operator(env, budget, "!=", |_, args| compare(args, |a, b| a != b));
    operator(env, budget, "<", |_, args| compare(args, |a, b| a < b));
    operator(env, budget, "<=", |_, args| compare(args, |a, b| a <= b));
    operator(env, budget, ">", |_, args| compare(args, |a, b| a > b));
    operator(env, budget, ">=", |_, args| compare(args, |a, b| a >= b));
    operator(env, budget, "in", |budget, args| contains(budget, args).map(Value::from));
    operator(env, budget, "not in", |budget, args| contains(budget, args).map(|has| Value::from(!has)));
    operator(env, budget, "[]", |budget, args| {
        let list = Value::from(args.to_vec());
        // Once more as a whole: this is what notices nesting without end.
        budget.pay_for(&list, 1)?;
        Ok(list)
    });
    operator(env, budget, "[:]", slice);
    operator(env, budget, "range", range);
}

fn wrong() -> Error {
    Error::from(ErrorKind::MissingArgument)
}

/// A value as `~` writes it: nothing for `none`.
fn written(value: &Value) -> String {
    if value.is_none() { String::new() } else { value.to_string() }
}

fn add(budget: &Budget, args: &[Value]) -> Result<Value, Error> {
    let [a, b] = args else { return Err(wrong()) };
    if let (Some(a), Some(b)) = (a.as_str(), b.as_str()) {
        return Ok(Value::from([a, b].concat()));
    }
    if let (ValueKind::Seq, ValueKind::Seq) = (a.kind(), b.kind()) {
        return Ok(Value::from(a.try_iter()?.chain(b.try_iter()?).collect::<Vec<Value>>()));
    }
    if let (Some(a), Some(b)) = (a.as_i64(), b.as_i64()) {
        return a
            .checked_add(b)
            .map(Value::from)
            .ok_or_else(|| budget.fail(Fault::new("the sum is too large")));
    }
    match (f64::try_from(a.clone()), f64::try_from(b.clone())) {
        (Ok(a), Ok(b)) => Ok(Value::from(a + b)),
        _ => {
            let message = format!("`+` cannot add {} and {}", kind(a), kind(b));
            Err(budget.fail(Fault::new(message).hint("to join texts and numbers, use `~`")))
        }
    }
}

fn multiply(budget: &Budget, a: &Value, b: &Value) -> Result<Value, Error> {
    for (text, times) in [(a, b), (b, a)] {
        if let (Some(text), Some(times)) = (text.as_str(), times.as_i64()) {
            let times = usize::try_from(times).unwrap_or(0);
            budget.charge(text.len().saturating_mul(times))?;
            return Ok(Value::from(text.repeat(times)));
        }
    }
    if let (Some(a), Some(b)) = (a.as_i64(), b.as_i64()) {
        return a
            .checked_mul(b)
            .map(Value::from)
            .ok_or_else(|| budget.fail(Fault::new("the product is too large")));
    }
    match (f64::try_from(a.clone()), f64::try_from(b.clone())) {
        (Ok(a), Ok(b)) => Ok(Value::from(a * b)),
        _ => Err(budget.fail(Fault::new(format!("`*` cannot multiply {} and {}", kind(a), kind(b))))),
    }
}

fn compare(args: &[Value], holds: fn(&Value, &Value) -> bool) -> Result<Value, Error> {
    match args {
        [a, b] => Ok(Value::from(holds(a, b))),
        _ => Err(wrong()),
    }
}

fn contains(budget: &Budget, args: &[Value]) -> Result<bool, Error> {
    let [item, container] = args else { return Err(wrong()) };
    if let (Some(text), Some(part)) = (container.as_str(), item.as_str()) {
        return Ok(text.contains(part));
    }
    match container.kind() {
        ValueKind::Seq | ValueKind::Iterable | ValueKind::Map => {
            Ok(container.try_iter()?.any(|own| own == *item))
        }
        _ => Err(budget.fail(Fault::new(format!("`in` cannot look into {}", kind(container))))),
    }
}

fn slice(budget: &Budget, args: &[Value]) -> Result<Value, Error> {
    let [value, start, stop] = args else { return Err(wrong()) };
    let bounds = |length: usize| {
        let at = |bound: &Value, default: usize| match bound.as_i64() {
            Some(n) if n < 0 => length.saturating_sub(n.unsigned_abs() as usize),
            Some(n) => (n as usize).min(length),
            None => default,
        };
        let (from, to) = (at(start, 0), at(stop, length));
        (from, to.saturating_sub(from))
    };
    if let Some(text) = value.as_str() {
        let (from, count) = bounds(text.chars().count());
        return Ok(Value::from(text.chars().skip(from).take(count).collect::<String>()));
    }
    match value.kind() {
        ValueKind::Seq | ValueKind::Iterable => {
            let items: Vec<Value> = value.try_iter()?.collect();
            let (from, count) = bounds(items.len());
            Ok(Value::from(items.into_iter().skip(from).take(count).collect::<Vec<_>>()))
        }
        _ => Err(budget.fail(Fault::new(format!("{} has no parts to cut out", kind(value))))),
    }
}

fn range(budget: &Budget, args: &[Value]) -> Result<Value, Error> {
    let numbers: Vec<i64> = args.iter().filter_map(Value::as_i64).collect();
    let (from, to) = match numbers.as_slice() {
        [to] if args.len() == 1 => (0, *to),
        [from, to] if args.len() == 2 => (*from, *to),
        _ => {
            return Err(budget.fail(Fault::new("`range` takes one or two whole numbers")));
        }
    };
    if to.saturating_sub(from) > RANGE {
        return Err(budget.fail(Fault::new(format!("`range` counts {RANGE} steps at most"))));
    }
    Ok(Value::from((from..to).collect::<Vec<i64>>()))
}

/// What a person would call the value.
pub(super) fn kind(value: &Value) -> &'static str {
    match value.kind() {
        ValueKind::Undefined => "a value that is not there",
        ValueKind::None => "nothing",
        ValueKind::Bool => "true or false",
        ValueKind::Number => "a number",
        ValueKind::String => "a text",
        ValueKind::Seq | ValueKind::Iterable => "a list",
        ValueKind::Map => "a table",
        _ => "this value",
    }
}
