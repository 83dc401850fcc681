//! What the tree of TOML and YAML promises, hostile files included.

use super::told;
use crate::ladder::tree::{NodeKind, Table, parse_toml, parse_yaml};
use crate::source::Sources;

fn yaml(text: &str) -> (Table, String) {
    let mut sources = Sources::new();
    let id = sources.add("a", text);
    let checked = parse_yaml(&sources, sources.whole(id));
    let problems = told(&sources, &checked.problems);
    (checked.value.unwrap(), problems)
}

fn toml(text: &str) -> (Table, String) {
    let mut sources = Sources::new();
    let id = sources.add("a", text);
    let checked = parse_toml(&sources, sources.whole(id));
    let problems = told(&sources, &checked.problems);
    (checked.value.unwrap(), problems)
}

fn shown(table: &Table) -> String {
    let one = |kind: &NodeKind| format!("{kind:?}").split_whitespace().collect::<Vec<_>>().join(" ");
    let lines = table.entries.iter().map(|(key, node)| match &node.kind {
        NodeKind::Table(table) => format!("{}: {{{}}}", key.value, shown(table)),
        NodeKind::Array(items) => {
            let items: Vec<_> = items.iter().map(|item| one(&item.kind)).collect();
            format!("{}: [{}]", key.value, items.join(", "))
        }
        kind => format!("{}: {}", key.value, one(kind)),
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn yaml_scalars_are_what_the_core_schema_says() {
    let (table, problems) = yaml(
        "a: 1\nb: 0x1f\nc: 1e3\nd: .5\ne: inf\nf: yes\ng: True\nh: ~\ni: 2026-12-01\nj: '1'\nk: 1.2.3\n\
         l: -3\nm: 99999999999999999999\nn: 0o17\no: \"true\"\np:\nq: !!str 12\nr: !mine 5\ns: |\n  x\n  y\nt: 12:30\n1: one\n",
    );
    assert_eq!(problems, "");
    insta::assert_snapshot!(shown(&table), @r#"
    a: Integer(1)
    b: Integer(31)
    c: Float(1000.0)
    d: Float(0.5)
    e: String("inf")
    f: String("yes")
    g: Boolean(true)
    h: Null
    i: String("2026-12-01")
    j: String("1")
    k: String("1.2.3")
    l: Integer(-3)
    m: Float(1e20)
    n: Integer(15)
    o: String("true")
    p: Null
    q: String("12")
    r: String("5")
    s: String("x\ny\n")
    t: String("12:30")
    1: String("one")
    "#);
}

#[test]
fn yaml_aliases_are_copied_and_bombs_are_not() {
    let (table, problems) = yaml("a: &x [1, two]\nb: *x\nc: {d: *x}\n");
    assert_eq!(problems, "");
    assert_eq!(table.get("b").map(|n| &n.kind), table.get("a").map(|n| &n.kind));

    let mut bomb = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n".to_owned();
    for level in 1..30 {
        let copies = vec![format!("*a{}", level - 1); 9].join(", ");
        bomb.push_str(&format!("a{level}: &a{level} [{copies}]\n"));
    }
    assert!(yaml(&bomb).1.contains("too much"));
    let text = format!("a: &a {}\nb: [{}]\n", "x".repeat(1 << 20), vec!["*a"; 50].join(", "));
    assert!(yaml(&text).1.contains("too much"));
    assert!(yaml("a: &a [*a]\n").1.contains("alias"));
}

#[test]
fn yaml_mistakes_are_told_with_their_place() {
    let mut all = String::new();
    for text in [
        "title: Rocket: lands\n",
        "ö: \"ä\"\na:\n\t- b\n",
        "a: [1, 2\nb: 3\n",
        "a: \"open\nb: 1\n",
        "a: @ada\n",
        "a: *ada\n",
        "- a\n- b\n",
        "just text\n",
        "a = 1\nb = 2\n",
        "a: 1\nb: 2\na: 3\n",
        "? [a]\n: 1\n",
        "a: 1\n...\nb: 2\n",
        "a: 1\n  b: 2\n",
    ] {
        all.push_str(&yaml(text).1);
        all.push('\n');
    }
    insta::assert_snapshot!(all, @r#"
    a:1:14 error[syntax] not YAML here: mapping values are not allowed in this context (a text with a `: ` in it stands in quotes, and every key of a level begins in the same column)
    a:3:2 error[syntax] not YAML here: tabs disallowed within this context (block indentation) (YAML is indented with spaces only)
    a:2:2 error[syntax] not YAML here: illegal placement of ':' indicator (a text with a `: ` in it stands in quotes, and every key of a level begins in the same column)
    a:1:4 error[syntax] not YAML here: invalid indentation in quoted scalar (a text ends with the quote it began with)
    a:1:4 error[syntax] not YAML here: unexpected character: `@' (a text that begins with this character stands in quotes)
    a:1:4 error[syntax] not YAML here: while parsing node, found unknown anchor (a text that begins with `*` or `&` stands in quotes)
    a:1:1 error[syntax] keys and values were expected, and this is a list (write `key: value` on each line)
    a:1:1 error[syntax] keys and values were expected, and this is a text (write `key: value` on each line)
    a:1:1 error[syntax] keys and values were expected, and this is a text (write `key: value` on each line)
    a:3:1 error[duplicate-key] `a` stands twice; the first is in line 1 (keep one of the two)
    a:1:3 error[syntax] a key must be a text
    a:3:1 error[syntax] a second YAML document
    a:2:4 error[syntax] not YAML here: mapping values are not allowed in this context (a text with a `: ` in it stands in quotes, and every key of a level begins in the same column)
    "#);
}

#[test]
fn toml_values_keep_their_order_their_place_and_their_dates_as_written() {
    let text = "z = 1\na.b = 'x'\nd = 2026-12-01 09:00:00\n[y]\nk = [1, 2.5, true]\n[[m]]\nf = '1'\n[[m]]\nf = '2'\n[b.c]\n";
    let (table, problems) = toml(text);
    assert_eq!(problems, "");
    let keys: Vec<_> = table.entries.iter().map(|(key, _)| key.value.as_str()).collect();
    assert_eq!(keys, ["z", "a", "d", "y", "m", "b"]);
    assert_eq!(table.get("d").unwrap().kind, NodeKind::Datetime("2026-12-01 09:00:00".into()));
    let Some(NodeKind::Array(media)) = table.get("m").map(|n| &n.kind) else { panic!() };
    assert_eq!(&text[media[1].span.start..media[1].span.end], "[[m]]");
    let y = table.get("y").unwrap();
    assert_eq!(&text[y.span.start..y.span.end], "[y]");
}

#[test]
fn toml_mistakes_are_told_with_their_place() {
    let mut all = String::new();
    for text in [
        "title = Rocket 2\nb = \"open\nc = yes\nd =\n",
        "a = 1\n[x]\nb = 1\n b = 2\n[x]\n",
        "tags: [a]\n",
        "größe = 1\n",
        "publish_at = 2026-12-01 9:00\n",
        "publish_at = 2026-02-30\n",
        "a = 99999999999999999999\n",
        "a = 'x'  b = 'y'\n",
        "a = \"\\q\"\n",
    ] {
        all.push_str(&toml(text).1);
        all.push_str("\n\n");
    }
    insta::assert_snapshot!(all, @r#"
    a:1:9 error[syntax] not TOML here: a text without quotes (put the text in quotes: `"…"`)
    a:2:10 error[syntax] not TOML here: invalid basic string, expected `"` (a text ends on its line with the quote it began with; one over several lines stands between `"""`)
    a:3:5 error[syntax] not TOML here: no value here (write `true` or `false`)
    a:4:4 error[syntax] not TOML here: a value is missing behind the `=` (write it, or remove the line)

    a:4:2 error[duplicate-key] `b` stands twice; the first is in line 3 (keep one of the two)
    a:5:2 error[duplicate-key] `x` stands twice; the first is in line 2 (keep one of the two)

    a:1:7 error[syntax] not TOML here: key with no value, expected `=` (this line is written as YAML; in TOML it is `key = value`, and a text is in quotes)

    a:1:3 error[syntax] not TOML here: invalid unquoted key, expected letters, numbers, `-`, `_` (a key with other letters than a-z, digits, `-` and `_` stands in quotes)

    a:1:14 error[syntax] not TOML here: invalid time, expected a two-digit hour (HH) (put the time in quotes, year-month-day: `"2026-12-01 09:00"`)

    a:1:14 error[syntax] not TOML here: invalid date, expected day between 01 and 28 (the calendar has no such day: year-month-day, as in `2026-12-01`)

    a:1:5 error[syntax] a number that is too large to be read

    a:1:10 error[syntax] not TOML here: unexpected key or value, expected newline, `#`

    a:1:7 error[syntax] not TOML here: missing escaped value, expected `b`, `e`, `f`, `n`, `r`, `\`, `"`, `x`, `u`, `U`
    "#);
}

#[test]
fn depth_and_errors_are_bounded() {
    for text in [
        format!("a = {}", "[".repeat(50_000)),
        format!("a = {}1{}", "[".repeat(70), "]".repeat(70)),
        format!("a = {}", "{a=".repeat(50_000)),
        format!("{}a = 1", "a.".repeat(50_000)),
        format!("[{}a]", "a.".repeat(50_000)),
    ] {
        let problems = toml(&text).1;
        assert!(problems.contains("nested") && problems.len() < 9_000, "{problems:.200}");
    }
    for text in [
        "[".repeat(50_000),
        "{".repeat(50_000),
        "- ".repeat(50_000),
        format!("a: {}1{}", "[".repeat(100), "]".repeat(100)),
    ] {
        let problems = yaml(&text).1;
        assert!(problems.contains("nested") && problems.len() < 9_000, "{problems:.200}");
    }
    let many = toml(&"x = = =\n".repeat(20_000)).1;
    assert!(many.lines().count() < 25, "{}", many.lines().count());
    assert!(yaml(&format!("a: [{}]\n", "1, ".repeat(50_000))).1.contains("too much"));
    // Each problem is drawn with its line, so their number is bounded as well.
    for text in [format!("a: {{{}", "x: 1, ".repeat(9_000)), "? ".repeat(60), "a: b\r".repeat(9_000)] {
        assert!(yaml(&text).1.lines().count() <= 20);
    }
}
