//! What was made to hurt: templates that build a gigabyte, messages of
//! megabytes, control characters. All end soon, in little memory, with a word.

use super::house::House;
use super::tools::python;
use serde_json::{Value, json};
use std::path::PathBuf;

/// Runs the program and says how long it worked and how much memory it had.
const MEASURE: &str = r#"
import json, os, sys
job = json.load(open(sys.argv[1]))
os.chdir(job["dir"])
out, err = job["dir"] + "/measured.out", job["dir"] + "/measured.err"
best = None
for _ in range(job["times"]):
    to = [(os.POSIX_SPAWN_OPEN, fd, path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600) for fd, path in ((1, out), (2, err))]
    pid = os.posix_spawn(job["program"], [job["program"], *job["arguments"]], os.environ, file_actions=to)
    _, status, usage = os.wait4(pid, 0)
    # The processor's time: what the wall says is also the other tests' doing.
    took = usage.ru_utime + usage.ru_stime
    if best is None or took < best["seconds"]:
        best = {"seconds": took, "kilobytes": usage.ru_maxrss, "code": os.waitstatus_to_exitcode(status)}
best["out"], best["err"] = (open(path, encoding="utf-8").read() for path in (out, err))
print(json.dumps(best))
"#;

/// A built program: the optimised one if LADDER_PROGRAM names it. Without
/// optimisation everything takes ten times longer, and may.
fn program() -> (PathBuf, f64) {
    match std::env::var_os("LADDER_PROGRAM") {
        Some(program) => (PathBuf::from(program), 1.0),
        None => (PathBuf::from(env!("CARGO_BIN_EXE_ladder")), 10.0),
    }
}

fn measured(house: &House, arguments: &[&str], times: u32) -> Value {
    let job = json!({ "program": program().0, "dir": house.dir(), "arguments": arguments, "times": times });
    house.write("measure.json", job.to_string());
    let found = python(MEASURE, &[&house.path("measure.json")]);
    assert!(found["code"].as_i64().is_some_and(|code| (0..=6).contains(&code)), "{arguments:?}: {found}");
    assert!(!found["err"].as_str().unwrap().contains("panicked"), "{arguments:?}: {}", found["err"]);
    found
}

/// Templates that would build a gigabyte, run for an hour, or never end.
fn bombs() -> Vec<(&'static str, String)> {
    let many = |line: &str, times: usize| line.repeat(times);
    let deep = |open: &str, middle: &str, close: &str, times: usize| {
        format!("{}{middle}{}", open.repeat(times), close.repeat(times))
    };
    vec![
        ("format width", "{{ '%1000000000d' | format(1) }}".into()),
        ("format precision", "{{ '%.1000000000f' | format(1.5) }}".into()),
        ("format star", "{{ '%*d' | format(1000000000, 1) }}".into()),
        ("nested loops", "{% for a in range(99999) %}{% for b in range(99999) %}{% for c in range(99999) %}x{% endfor %}{% endfor %}{% endfor %}".into()),
        ("empty loops", "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}".into()),
        ("range", "{{ range(2000000000) }}".into()),
        ("times", "{{ 'x' * 1000000000 }}".into()),
        ("times a list", "{{ [1, 2, 3] * 300000000 }}".into()),
        ("power", "{{ 9 ** 9 ** 9 ** 9 }}".into()),
        ("doubling by ~", format!("{{% set a = 'xxxxxxxx' %}}{}{{{{ a }}}}", many("{% set a = a ~ a %}", 40))),
        ("doubling by +", format!("{{% set a = 'xxxxxxxx' %}}{}{{{{ a }}}}", many("{% set a = a + a %}", 40))),
        ("doubling a list", format!("{{% set a = [1, 2] %}}{}{{{{ a }}}}", many("{% set a = a + a %}", 40))),
        ("doubling by capture", format!("{{% set a = 'xxxxxxxx' %}}{}{{{{ a }}}}", many("{% set a %}{{ a }}{{ a }}{% endset %}", 40))),
        ("doubling by filter block", format!("{{% set a = 'xxxxxxxx' %}}{}{{{{ a }}}}", many("{% set a %}{% filter upper %}{{ a }}{{ a }}{% endfilter %}{% endset %}", 40))),
        ("replace", format!("{{% set a = 'aaaaaaaa' %}}{}{{{{ a }}}}", many("{% set a = a | replace('a', a) %}", 12))),
        ("replace nothing", "{{ message.body | replace('', message.body) | replace('', message.body) }}".into()),
        ("join", "{{ range(99999) | join('x' * 99999) }}".into()),
        ("indent", "{{ message.body | indent(1000000000) }}".into()),
        ("html of html", format!("{{% set a = message.body %}}{}{{{{ a }}}}", many("{% set a = (a ~ a) | html %}", 40))),
        ("escapes", format!("{{% set a = '<&>' %}}{}{{{{ a }}}}", many("{% set a = (a | escape) ~ a %}", 60))),
        ("urlencode", format!("{{% set a = '%%%' %}}{}{{{{ a }}}}", many("{% set a = a | urlencode | urlencode %}", 60))),
        ("lists in lists", format!("{{% set a = [1] %}}{}{{{{ a }}}}", many("{% set a = [a, a, a, a] %}", 30))),
        ("sorting", "{% for a in range(99999) %}{{ range(99999) | sort | reverse | list | length }}{% endfor %}".into()),
        ("include itself", "{% include 'self.txt' %}".into()),
        ("include a tree", "{% include 'tree0.txt' %}".into()),
        ("macro", "{% macro f(x) %}{{ f(x) }}{{ f(x) }}{% endmacro %}{{ f(1) }}".into()),
        ("caller", "{% macro f() %}{{ caller() }}{{ caller() }}{% endmacro %}{% call f() %}{% call f() %}x{% endcall %}{% endcall %}{{ f() }}".into()),
        ("block", "{% block a %}{{ self.a() }}{{ self.a() }}{% endblock %}".into()),
        ("recursive loop", "{% for a in [1, 2] recursive %}{{ loop([1, 2]) }}{% endfor %}".into()),
        ("brackets", format!("{{{{ {} }}}}", deep("(", "1", ")", 20_000))),
        ("lists", format!("{{{{ {} }}}}", deep("[", "1", "]", 20_000))),
        ("ifs", deep("{% if true %}", "x", "{% endif %}", 2_000)),
        ("nots", format!("{{{{ {}true }}}}", many("not ", 15_000))),
        ("minuses", format!("{{{{ {}1 }}}}", many("-", 60_000))),
        ("filters", format!("{{{{ 'x'{} }}}}", many(" | upper", 7_000))),
        ("attributes", format!("{{{{ message{} }}}}", many(".title", 10_000))),
        ("comparisons", "{% for a in range(99999) %}{% if message.body ~ a == message.body ~ a ~ a %}x{% endif %}{% endfor %}".into()),
        ("slices", "{% for a in range(99999) %}{{ (message.body * 100)[1:] | length }}{% endfor %}".into()),
    ]
}

#[test]
#[ignore = "needs python3; most telling with LADDER_PROGRAM, an optimised build"]
fn a_hostile_template_is_stopped_at_once_in_little_memory() {
    let house = House::new("at-once");
    house.write("templates/self.txt", "{% include 'self.txt' %}{% include 'self.txt' %}");
    for level in 0..40 {
        let next = format!("{{% include 'tree{}.txt' %}}", level + 1);
        house.write(&format!("templates/tree{level}.txt"), next.repeat(2));
    }
    house.write("templates/tree40.txt", "xxxxxxxx");
    let ladder = house.read("content-ladders/at-once.toml");
    let with = |template: &str| {
        let text = format!("[rungs.tweet]\ntext = {}", json!(template));
        house.write("content-ladders/at-once.toml", ladder.replace("[rungs.tweet]", &text));
        measured(&house, &["check", "--format", "json"], 3)
    };
    let usual = with("{{ message.title }} {{ link }}");
    assert_eq!(usual["code"], 0, "{usual}");
    let slower = program().1;
    let mut wrong = Vec::new();
    for (name, template) in bombs() {
        let found = with(&template);
        let seconds = found["seconds"].as_f64().unwrap() - usual["seconds"].as_f64().unwrap();
        let kilobytes = found["kilobytes"].as_i64().unwrap() - usual["kilobytes"].as_i64().unwrap();
        if seconds > 0.1 * slower || kilobytes > 64 << 10 {
            wrong.push(format!("{name}: {:.0} ms, {} MB more", seconds * 1000.0, kilobytes >> 10));
        }
        let answer: Value = serde_json::from_str(found["out"].as_str().unwrap()).unwrap();
        let told =
            answer["diagnostics"].as_array().unwrap().iter().any(|problem| problem["severity"] == "error");
        if found["code"] != 3 || !told {
            wrong.push(format!("{name}: nobody says that it was stopped: {answer}"));
        }
        if found["out"].as_str().unwrap().len() > 100_000 {
            wrong.push(format!("{name}: a long story"));
        }
    }
    assert!(wrong.is_empty(), "usually {usual}\n{}", wrong.join("\n"));
}

/// Messages of a size that nobody means.
fn giants() -> Vec<(&'static str, String)> {
    let head =
        |more: &str| format!("+++\ntitle = \"Giant\"\nsummary = \"S\"\nladder = \"at-once\"\n{more}+++\n");
    let media = |count: usize| {
        (0..count).map(|n| format!("[[media]]\nfile = \"{n}.png\"\nalt = \"a\"\n")).collect::<String>()
    };
    vec![
        (
            "three megabytes",
            head("") + &"Words and *more* words, [a link](https://a.example/).\n\n".repeat(55_000),
        ),
        ("ten thousand media", head(&media(10_000)) + "Text."),
        ("one line of a megabyte", head("") + &"word ".repeat(200_000)),
        ("one word of a megabyte", head("") + &"x".repeat(1_000_000)),
        (
            "a title of a megabyte",
            format!("+++\ntitle = \"{}\"\nsummary = \"s\"\n+++\nText.", "x ".repeat(500_000)),
        ),
        (
            "a summary of a megabyte",
            format!("+++\ntitle = \"x\"\nsummary = \"{}\"\n+++\nText.", "火".repeat(300_000)),
        ),
        (
            "ten thousand tags",
            format!(
                "+++\ntitle = \"x\"\nsummary = \"s\"\ntags = {}\n+++\nText.",
                json!((0..10_000).map(|n| format!("t{n}")).collect::<Vec<_>>())
            ),
        ),
        ("quotations", head("") + &"> ".repeat(50_000) + "x"),
        ("lists", head("") + &(0..2_000).map(|n| format!("{}- x\n", " ".repeat(n))).collect::<String>()),
        ("brackets", head("") + &"[".repeat(100_000)),
        ("pictures", head("") + &"![".repeat(50_000)),
        ("stars", head("") + &"*a **b ".repeat(30_000)),
        ("underscores", head("") + &"_a __b ".repeat(30_000)),
        ("backticks", head("") + &(1..700).map(|n| "`".repeat(n) + " ").collect::<String>()),
        ("tags of html", head("") + &"<div><b>".repeat(50_000)),
        ("comments of html", head("") + &"<!-- ".repeat(100_000)),
        (
            "references",
            head("")
                + &(0..20_000).map(|n| format!("[{n}]: https://a.example/{n}\n")).collect::<String>()
                + &"[1] ".repeat(20_000),
        ),
        (
            "a table",
            head("") + &"|a".repeat(5_000) + "|\n" + &"|-".repeat(5_000) + "|\n" + &"|b|\n".repeat(5_000),
        ),
        ("footnotes", head("") + &"[^a] ".repeat(20_000) + "\n\n[^a]: x"),
        ("links", head("") + &"https://a.example/?x=1 ".repeat(30_000)),
        ("deep TOML", format!("+++\ntitle = {}1{}\n+++\nText", "[".repeat(20_000), "]".repeat(20_000))),
        (
            "deep tables",
            format!(
                "+++\n{}x = 1\n+++\nText",
                (1..300).map(|n| format!("[{}]\n", vec!["a"; n].join("."))).collect::<String>()
            ),
        ),
        ("deep YAML", format!("---\ntitle: {}1{}\n---\nText", "[".repeat(20_000), "]".repeat(20_000))),
        (
            "YAML aliases",
            format!(
                "---\na0: &a0 [x, x]\n{}title: T\n---\nText",
                (1..60).map(|n| format!("a{n}: &a{n} [*a{0}, *a{0}]\n", n - 1)).collect::<String>()
            ),
        ),
        ("an open fence", "+++\ntitle = \"x\"\n".repeat(50_000)),
    ]
}

#[test]
#[ignore = "needs python3; most telling with LADDER_PROGRAM, an optimised build"]
fn a_giant_message_ends_soon_with_a_word() {
    let slower = program().1;
    let mut wrong = Vec::new();
    for (name, text) in giants() {
        let house = House::new("at-once");
        house.write("messages/giant.md", &text);
        for arguments in [vec!["check", "--format", "json"], vec!["preview", "giant", "--out", "giant.html"]]
        {
            let found = measured(&house, &arguments, 1);
            let (seconds, megabytes) =
                (found["seconds"].as_f64().unwrap(), found["kilobytes"].as_i64().unwrap() >> 10);
            if seconds > 5.0 * slower || megabytes > 600 {
                wrong.push(format!("{name}: {arguments:?} {:.0} ms, {megabytes} MB", seconds * 1000.0));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
#[ignore = "needs python3"]
fn a_picture_of_a_hundred_megabytes_is_not_read_into_memory_at_leisure() {
    let house = House::new("at-once");
    let file = std::fs::File::create(house.path("messages/hello/cover.png")).unwrap();
    file.set_len(100 << 20).unwrap();
    let usual = measured(&House::new("at-once"), &["check"], 1);
    let empty = measured(&house, &["check", "--format", "json"], 1);
    assert_eq!(empty["code"], 3, "100 MB of nothing are no picture: {empty}");
    // The beginning of a picture that says to be larger than any memory.
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\x7f\xff\xff\xff\x7f\xff\xff\xff\x08\x06\0\0\0".to_vec();
    bytes.resize(100 << 20, 7);
    house.write("messages/hello/cover.png", bytes);
    for arguments in [
        vec!["check", "--format", "json"],
        vec!["preview", "hello", "--out", "p.html"],
        vec!["publish", "hello", "--yes"],
    ] {
        let found = measured(&house, &arguments, 1);
        let more = found["kilobytes"].as_i64().unwrap() - usual["kilobytes"].as_i64().unwrap();
        assert!(more < 230 << 10, "{arguments:?}: {} MB more", more >> 10);
        assert!(found["seconds"].as_f64().unwrap() < 3.0 * program().1, "{arguments:?}: {found}");
        assert_ne!(found["code"], 0, "{arguments:?}: {found}");
    }
    assert!(!house.path("outbox").exists(), "something was sent");
}

/// What a terminal or a reader could be deceived with.
const DECEIVING: &str = "\u{1b}[31mred\u{1b}]0;title\u{7} \u{202e}desrever\u{202c} \u{2066}isolate\u{2069} \u{9b}31m bell\u{7} back\u{8}";

#[test]
#[ignore = "runs every verb"]
fn no_raw_control_character_reaches_any_output() {
    let house = House::new("at-once");
    let title = json!(DECEIVING).to_string().replace('\u{9b}', "\\u009b").replace("\\b", "\\u0008");
    let body =
        format!("Text {DECEIVING} and [a link](https://a.example/{DECEIVING}).\n\n    code {DECEIVING}\n");
    house.write("messages/esc.md", format!("+++\ntitle = {title}\nsummary = {title}\ntags = [{title}]\nladder = \"at-once\"\n[extra]\n{title} = 1\n+++\n{body}"));
    house.write("messages/name\u{1b}[31m\u{202e}.md", format!("{DECEIVING}\n"));
    house.write(
        "content-ladders/bad.toml",
        format!("name = \"{DECEIVING}\"\n[rungs.\"{}\"]\nchannel = {title}\n", "a\\u001bb"),
    );
    let mut outputs = Vec::new();
    for arguments in [
        vec!["check"],
        vec!["check", "--format", "json"],
        vec!["preview", "esc", "--ladder", "at-once"],
        vec!["preview", "esc", "--ladder", "at-once", "--format", "json"],
        vec!["preview", "esc", "--ladder", "at-once", "--format", "markdown"],
        vec!["preview", "esc", "--ladder", "at-once", "--format", "html"],
        vec!["plan", "esc", "--ladder", "at-once"],
        vec!["publish", "esc", "--ladder", "at-once", "--yes"],
        vec!["preview", DECEIVING],
        vec!["publish", DECEIVING, "--ladder", DECEIVING],
        vec!["new", DECEIVING],
        vec!["status"],
        vec!["log"],
        vec!["log", "--format", "csv"],
        vec!["channels"],
        vec!["resolve", DECEIVING, "--sent", "https://a.example/"],
        vec!["--project", DECEIVING, "check"],
    ] {
        let ended = house.run(&arguments);
        assert_ne!(ended.code, Some(101), "{arguments:?}");
        outputs.push((format!("{arguments:?} stdout"), ended.out));
        outputs.push((format!("{arguments:?} stderr"), ended.err));
    }
    let mut wrong = Vec::new();
    for (name, text) in outputs {
        let raw = |c: char| {
            c.is_control() && !matches!(c, '\n' | '\t')
                || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        };
        if let Some(line) = text.lines().find(|line| line.contains(raw)) {
            wrong.push(format!("{name}: {line:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
