//! The filters and tests that templates know from Jinja, each paid for by size.
//!
//! Left out on purpose: what can make much from little without need
//! (`format`, `indent`, `center`, `batch`), and what texts for readers do not
//! need (`pprint`, `tojson`, `safe`, `escape`: escaping belongs to the outlet).

use super::budget::{Budget, Fault};
use minijinja::value::{Rest, Value};
use minijinja::{Environment, Error, ErrorKind, State, filters, tests};
use std::sync::Arc;

/// The names of all filters from Jinja that are offered here.
pub(super) const FILTERS: &[&str] = &[
    "abs",
    "capitalize",
    "count",
    "d",
    "default",
    "first",
    "float",
    "int",
    "join",
    "last",
    "length",
    "lines",
    "list",
    "lower",
    "map",
    "max",
    "min",
    "reject",
    "rejectattr",
    "replace",
    "reverse",
    "round",
    "select",
    "selectattr",
    "sort",
    "split",
    "string",
    "title",
    "trim",
    "unique",
    "upper",
    "urlencode",
];

/// The names of all tests.
pub(super) const TESTS: &[&str] = &[
    "boolean",
    "defined",
    "divisibleby",
    "endingwith",
    "eq",
    "equalto",
    "even",
    "false",
    "ge",
    "gt",
    "in",
    "integer",
    "iterable",
    "le",
    "lt",
    "mapping",
    "ne",
    "none",
    "number",
    "odd",
    "sequence",
    "startingwith",
    "string",
    "true",
    "undefined",
];

/// What Jinja has and these templates do not, and what to write instead.
pub(super) fn instead_of(filter: &str) -> Option<&'static str> {
    Some(match filter {
        "format" | "center" | "indent" | "wordwrap" | "xmlattr" => {
            "put texts together with `~`, and leave the layout to the outlet"
        }
        "truncate" => "use `fit(200)`, which counts as the network counts, or `excerpt(200)`",
        "markdown" => "use `html`",
        "striptags" => "use `plain`",
        "safe" | "escape" | "e" | "tojson" => "escaping is done for each outlet, where it is needed",
        "batch" | "slice" | "groupby" | "dictsort" | "items" | "sum" | "zip" | "chain" | "pprint"
        | "attr" => "these templates have no such filter; see the list in the manual page on templates",
        _ => return None,
    })
}

/// Adds them to `env`.
pub(super) fn install(env: &mut Environment<'_>, budget: &Arc<Budget>) {
    // A native filter stands under a name that no template can say (names lose
    // their spaces when they are looked up, so it has none), and the name that
    // templates say pays before it calls it. `before` is the most bytes that a
    // byte of the arguments can become, in memory or in time.
    macro_rules! bounded {
        ($($name:literal $before:literal $native:expr;)*) => {$(
            env.add_filter(concat!("native!", $name), $native);
            let purse = budget.clone();
            env.add_filter($name, move |state: &mut State, args: Rest<Value>| {
                pay(&purse, &args, $before)?;
                let made = state.apply_filter(concat!("native!", $name), &args)?;
                purse.pay_for(&made, 1)?;
                Ok::<Value, Error>(made)
            });
        )*};
    }
    bounded! {
        "abs" 1 filters::abs;
        "capitalize" 3 filters::capitalize;
        "count" 1 filters::length;
        "first" 1 filters::first;
        "float" 1 filters::float;
        "int" 1 filters::int;
        "last" 1 filters::last;
        "length" 1 filters::length;
        "lines" 32 filters::lines;
        "list" 32 filters::list;
        "lower" 3 filters::lower;
        "map" 4 filters::map;
        "max" 2 filters::max;
        "min" 2 filters::min;
        "reject" 4 filters::reject;
        "rejectattr" 4 filters::rejectattr;
        "reverse" 2 filters::reverse;
        "round" 1 filters::round;
        "select" 4 filters::select;
        "selectattr" 4 filters::selectattr;
        "sort" 16 filters::sort;
        "split" 32 filters::split;
        "string" 2 filters::string;
        "title" 4 filters::title;
        "trim" 2 filters::trim;
        "unique" 16 filters::unique;
        "upper" 3 filters::upper;
        "urlencode" 4 filters::urlencode;
    }
    // `default` is the one filter that takes what is not there.
    env.add_filter("default", filters::default);
    env.add_filter("d", filters::default);
    let purse = budget.clone();
    env.add_filter("replace", move |text: String, from: String, to: String| {
        purse.charge(text.len() + from.len())?;
        let hits = if from.is_empty() { text.chars().count() + 1 } else { text.matches(&from).count() };
        purse.charge(hits.saturating_mul(to.len()).saturating_add(text.len()))?;
        Ok::<String, Error>(text.replace(&from, &to))
    });
    let purse = budget.clone();
    env.add_filter("join", move |list: Value, between: Option<String>| {
        pay(&purse, std::slice::from_ref(&list), 2)?;
        let between = between.unwrap_or_default();
        let mut out = String::new();
        if let Some(text) = list.as_str() {
            return Ok(text.to_owned());
        }
        for (at, item) in list.try_iter()?.enumerate() {
            if at > 0 {
                purse.charge(between.len() + 1)?;
                out.push_str(&between);
            }
            if item.is_undefined() {
                return Err(Error::from(ErrorKind::UndefinedError));
            }
            out.push_str(&item.to_string());
        }
        purse.charge(out.len())?;
        Ok::<String, Error>(out)
    });
    install_tests(env, budget);
}

/// Pays for all arguments. A value that is not there stops here.
pub(super) fn pay(budget: &Budget, args: &[Value], factor: usize) -> Result<usize, Error> {
    let mut size = 0;
    for (at, arg) in args.iter().enumerate() {
        if at == 0 && arg.is_undefined() {
            return Err(Error::from(ErrorKind::UndefinedError));
        }
        size += budget.pay_for(arg, factor)?;
    }
    Ok(size)
}

fn install_tests(env: &mut Environment<'_>, budget: &Arc<Budget>) {
    env.add_test("defined", tests::is_defined);
    env.add_test("undefined", tests::is_undefined);
    env.add_test("none", tests::is_none);
    env.add_test("boolean", tests::is_boolean);
    env.add_test("odd", tests::is_odd);
    env.add_test("even", tests::is_even);
    env.add_test("divisibleby", tests::is_divisibleby);
    env.add_test("number", tests::is_number);
    env.add_test("integer", tests::is_integer);
    env.add_test("string", tests::is_string);
    env.add_test("sequence", tests::is_sequence);
    env.add_test("iterable", tests::is_iterable);
    env.add_test("mapping", tests::is_mapping);
    env.add_test("true", tests::is_true);
    env.add_test("false", tests::is_false);
    macro_rules! compared {
        ($($name:literal $native:expr;)*) => {$(
            let purse = budget.clone();
            env.add_test($name, move |a: Value, b: Value| {
                pay(&purse, &[a.clone(), b.clone()], 1)?;
                let holds: fn(&Value, &Value) -> bool = $native;
                Ok::<bool, Error>(holds(&a, &b))
            });
        )*};
    }
    compared! {
        "eq" |a, b| a == b;
        "equalto" |a, b| a == b;
        "ne" |a, b| a != b;
        "lt" |a, b| a < b;
        "le" |a, b| a <= b;
        "gt" |a, b| a > b;
        "ge" |a, b| a >= b;
        "startingwith" |a, b| a.as_str().unwrap_or("").starts_with(b.as_str().unwrap_or("\0"));
        "endingwith" |a, b| a.as_str().unwrap_or("").ends_with(b.as_str().unwrap_or("\0"));
    }
    let purse = budget.clone();
    env.add_test("in", move |item: Value, container: Value| {
        pay(&purse, &[item.clone(), container.clone()], 1)?;
        match (container.as_str(), item.as_str()) {
            (Some(text), Some(part)) => Ok(text.contains(part)),
            (Some(_), None) => Ok(false),
            _ => container
                .try_iter()
                .map(|mut items| items.any(|own| own == item))
                .map_err(|_| purse.fail(Fault::new("`in` looks into lists and texts only"))),
        }
    });
}
