//! Templates that want a gigabyte, an endless loop or a deep stack: each is
//! stopped, with a diagnostic, within the bounds of `budget`.

use super::fixture::House;
use crate::render::{Variant, render};
use std::time::Instant;

/// Renders `house` and says what became of it: bytes made, or what was said.
fn outcome(house: &House) -> Result<usize, String> {
    let start = Instant::now();
    let made = render(&house.job("post"));
    // What is shipped takes 100 ms at most; a test build on a busy machine is a
    // hundred times slower. This only notices what does not end.
    assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
    if made.has_errors() {
        let said = made.problems.into_iter().map(|problem| problem.message);
        return Err(said.collect::<Vec<_>>().join("; "));
    }
    match made.value {
        Some(Variant::Post(post)) => Ok(post.parts[0].text.len()),
        other => panic!("{other:?}"),
    }
}

fn stopped(template: &str) {
    let said = outcome(&House::new().says(template));
    let said = said.expect_err(template);
    let known = [
        "too much work",
        "counts 1000 steps",
        "not part of these templates",
        "there is no filter",
        "nested too deeply",
        "too large",
        "too long",
        "unknown f",
        "no functions of their own",
        "has more",
        "more than",
        "cannot be read",
        "too large a number",
    ];
    assert!(known.iter().any(|known| said.contains(known)), "{template}: {said}");
}

#[test]
fn texts_that_grow_are_stopped() {
    for template in [
        "{{ 'x' * 1000000000 }}",
        "{{ 'x' * 99000000 }}",
        "{{ 10000000 * 'abc' }}",
        "{% set a = 'x' * 1000000 %}{% for i in range(1000) %}{{ a }}{% endfor %}",
        "{% set a = 'x' * 1000000 %}{% for i in range(1000) %}{% set b = a ~ a %}{% endfor %}",
        "{% set a = 'x' * 1000000 %}{% for i in range(1000) %}{% if a == a ~ 'x' %}{% endif %}{% endfor %}",
        "{% set a = 'x' * 1000000 %}{% for i in range(1000) %}{% if a < a %}{% endif %}{% endfor %}",
        "{% set a = 'x' * 1000000 %}{% for i in range(1000) %}{% if 'y' in a %}{% endif %}{% endfor %}",
        "{% set a = 'x' * 1000000 %}{% for i in range(1000) %}{% set b = a[1:] %}{% endfor %}",
        "{% set a = 'x' * 1000000 %}{% for i in range(1000) %}{% if a is eq(a) %}{% endif %}{% endfor %}",
        "{% set a = 'x' * 1000000 %}{% for i in range(1000) %}{% if a|length > 3 %}{% endif %}{% endfor %}",
        "{{ ('x' * 1000000) | replace('x', 'y' * 1000) }}",
        "{{ ('x' * 1000000) | replace('', 'y' * 1000) }}",
        "{{ range(1000) | join('y' * 1000000) }}",
        "{{ ('x ' * 4000000) | split(' ') | length }}",
        "{{ ('x' * 4000000) | list | length }}",
        "{{ ('x' * 4000000) | urlencode }}",
        "{{ ('ß' * 4000000) | upper }}",
        "{{ '%1000000000d' | format(1) }}",
        "{{ 'x' | indent(1000000000) }}",
        "{{ 'x' | center(1000000000) }}",
        "{{ '2026-12-01' | date('%c' * 100000) }}",
        "{{ ('a *b* ' * 2000000) | plain }}",
        "{{ ('<b>' * 1000000) | html }}",
        "{{ ('#a ' * 2000000) | hashtags }}",
        "{{ ('word ' * 2000000) | fit(100) }}",
        "{{ ('word. ' * 2000000) | excerpt(1000000) }}",
    ] {
        stopped(template);
    }
}

/// As large as the purse allows: what is let through has to be quick too.
#[test]
fn what_is_just_within_the_bounds_is_quick() {
    // A build for tests is slow: a quarter is far more than anybody writes.
    let part = if cfg!(debug_assertions) { 4 } else { 1 };
    for (template, times) in [
        ("{{ ('word ' * N) | fit(100) | length }}", 90_000),
        ("{{ ('word ' * N) | fit(400000) | length }}", 90_000),
        ("{{ ('x' * N) | fit(100000) | length }}", 450_000),
        ("{{ ('#a ' * N) | hashtags | length }}", 150_000),
        ("{{ ('*a* ' * N) | html | length }}", 40_000),
        ("{{ ('a\n\n' * N) | html | length }}", 50_000),
        ("{{ ('<b>' * N) | html | length }}", 50_000),
        ("{{ ('> ' * N) | html | length }}", 80_000),
        ("{{ ('*a* ' * N) | plain | length }}", 160_000),
        ("{{ ('[a](b) ' * N) | plain | length }}", 90_000),
        ("{{ ('word. ' * N) | excerpt(1000000) | length }}", 100_000),
        ("{{ ('x' * N) | excerpt(1000000) | length }}", 600_000),
        ("{% for i in range(N) %}{{ 'a' | html }}{% endfor %}", 200),
        ("{{ ('x ' * N) | split(' ') | unique | sort | length }}", 100_000),
        ("{{ ('x' * N) | list | length }}", 450_000),
        ("{{ ('x' * N) | upper | length }}", 4_000_000),
    ] {
        let template = template.replace('N', &(times / part).to_string());
        if let Err(said) = outcome(&House::new().says(&template)) {
            assert!(said.contains("too much work"), "{template}: {said}");
        }
    }
}

#[test]
fn doubling_is_stopped() {
    let doubled = |step: &str| format!("{{% set a = 'xxxxxxxx' %}}{}{{{{ a | length }}}}", step.repeat(60));
    for step in [
        "{% set a = a ~ a %}",
        "{% set a = a + a %}",
        "{% set a = a * 2 %}",
        "{% set a = [a, a] %}",
        "{% set a = (a, a) %}",
        "{% set a %}{{ a }}{{ a }}{% endset %}",
        "{% set a %}{% filter upper %}{{ a }}{{ a }}{% endfilter %}{% endset %}",
        "{% set a = [a, a] | join %}",
        "{% set a = a | replace('x', 'xx') %}",
        "{% set a = {'a': a, 'b': a} %}",
    ] {
        stopped(&doubled(step));
    }
    stopped(
        "{% set a = [1] %}{% for i in range(1000) %}{% set a = [a] %}{% endfor %}{% set a = [[[[[[[[[[1]]]]]]]]]] %}",
    );
}

#[test]
fn raw_text_in_loops_and_captures_is_counted() {
    let raw = "x".repeat(10_000);
    stopped(&format!(
        "{{% for i in range(1000) %}}{{% for j in range(1000) %}}{raw}{{% endfor %}}{{% endfor %}}"
    ));
    stopped(&format!(
        "{{% set a %}}{{% for i in range(1000) %}}{{% for j in range(9) %}}{raw}{{% endfor %}}{{% endfor %}}{{% endset %}}"
    ));
    stopped(
        "{% for a in range(1000) %}{% for b in range(1000) %}{% for c in range(1000) %}{% endfor %}{% endfor %}{% endfor %}",
    );
    stopped("{% for i in range(1000000000) %}{% endfor %}");
}

#[test]
fn nothing_calls_itself() {
    for template in [
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% for i in [1] recursive %}{{ loop([1]) }}{% endfor %}",
        "{% block a %}{{ self.a() }}{% endblock %}",
        "{% call x() %}{% endcall %}",
        "{% import 'a' as a %}",
        "{% extends 'a' %}",
        "{{ message.title.upper() }}",
        "{{ dict(a=1) }}{{ namespace() }}{{ debug() }}",
    ] {
        stopped(template);
    }
}

#[test]
fn includes_do_not_multiply_without_end() {
    let mut house = House::new().says("{% include 'a0' %}");
    for n in 0..12 {
        let next = format!("{{% include 'a{}' %}}", n + 1).repeat(10);
        house.template(&format!("a{n}"), &next);
    }
    house.template("a12", "end");
    let said = outcome(&house).expect_err("a billion includes");
    assert!(said.contains("more than 100 files"), "{said}");

    let mut house = House::new().says(&"{% include 'big' %}".repeat(90));
    house.template("big", &"x".repeat(60_000));
    assert!(outcome(&house).is_err());
}

#[test]
fn deep_trees_do_not_overflow_a_stack() {
    for template in [
        format!("{{{{ {}1{} }}}}", "(".repeat(5000), ")".repeat(5000)),
        format!("{{{{ {}1 }}}}", "1 ~ ".repeat(9000)),
        format!("{{{{ {}1 }}}}", "1 ~ ".repeat(150)),
        format!("{{{{ {}1 }}}}", "not ".repeat(9000)),
        format!("{{{{ {}1 }}}}", "-".repeat(9000)),
        format!("{{{{ 1{} }}}}", "|abs".repeat(9000)),
        format!("{{{{ message{} }}}}", ".a".repeat(9000)),
        format!("{{{{ message{} }}}}", "[0]".repeat(9000)),
        format!("{{{{ {}1{} }}}}", "[".repeat(9000), "]".repeat(9000)),
        format!("{{{{ {}1 }}}}", "1 if 1 else ".repeat(2000)),
        "{% if 1 %}".repeat(4000),
        format!("{{% if 1 %}}{}{{% endif %}}", "{% elif 1 %}".repeat(4000)),
        "{% for a in [1] %}".repeat(2000),
        "{% with %}".repeat(2000),
        "{{".repeat(20_000),
        "{#".repeat(20_000),
        "\n".repeat(65_530) + "{{ x",
        "x{{ ".to_owned() + &"\u{1f680}".repeat(1000),
    ] {
        let made = render(&House::new().says(&template).job("post"));
        assert!(made.has_errors(), "{}", &template[..40]);
    }
}

#[test]
fn what_people_write_is_far_from_the_bounds() {
    let mut house = House::new().says("{% for n in range(20) %}{% for tag in message.tags %}{{ tag | upper ~ ' ' }}{% endfor %}{% endfor %}{{ message.body | plain | length }} {{ message.body | html | length }}");
    house.message.body.value = "A *sentence* with [a link](https://b.example).\n\n".repeat(2_000);
    assert!(outcome(&house).is_ok(), "{:?}", outcome(&house));
}

/// A long text of the house is no loop: it is told so, and what to do.
#[test]
fn a_text_too_long_for_a_filter_is_told_as_that() {
    for (filter, kilobytes) in [("markup", 136), ("html", 170), ("plain", 341)] {
        let mut house = House::new().says(&format!("{{{{ message.body | {filter} }}}}"));
        house.message.body.value = "A sentence of words. ".repeat(kilobytes * 1024 / 21 + 100);
        let said = outcome(&house).expect_err(filter);
        assert!(
            said.contains(&format!("too long for `{filter}`"))
                && said.contains(&format!("it takes {kilobytes} KB")),
            "{said}"
        );
        house.message.body.value.truncate(100 * 1024);
        assert!(outcome(&house).is_ok(), "{filter}: {:?}", outcome(&house));
    }
}
