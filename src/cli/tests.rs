//! The whole way from files to previews, over texts that nobody would write:
//! no panic, no hang, and nothing that acts on a display comes out of it.

use super::desk::{Desk, Format, Options};
use super::house::House;
use super::preview::view;
use crate::plan::{Standing, Wish};
use crate::report::{machine, preview};
use crate::text::visible::is_hostile;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// Longest that one project of a few hundred bytes may take, in a debug build
/// on a busy machine: far from a hang, far above what is usual (20 ms).
const LONGEST: Duration = Duration::from_secs(10);

const PROJECT: &str = r#"
[brand]
name = "Acme"
url = "https://acme.example"
[tracking]
domains = ["acme.example"]
[handles.ada]
x = "@ada"
[channels.blog]
adapter = "static-site"
preset = "html"
directory = "public"
url = "https://acme.example/{slug}/"
[channels.x]
adapter = "x"
access_token = { env = "X" }
[channels.linkedin]
adapter = "manual"
network = "linkedin"
[channels.mail]
adapter = "email"
maildir = "mail"
from = "Acme <a@acme.example>"
to = ["b@acme.example"]
"#;

/// A project of these texts, looked at in every way; how many variants it has.
fn look(project: &str, ladder: &str, message: &[u8], template: &str) -> usize {
    let started = Instant::now();
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| {
        let path = dir.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    };
    write("ladder.toml", project.as_bytes());
    write("content-ladders/a.toml", ladder.as_bytes());
    write("messages/m.md", message);
    write("templates/t.txt", template.as_bytes());
    let options = Options {
        project: Some(dir.path().to_owned()),
        format: Some(Format::Json),
        clock: Some("2026-12-01 09:00".to_owned()),
        quiet: true,
        color: clap::ColorChoice::Never,
    };
    let mut desk = Desk::new(options);
    let Ok(mut house) = House::open(&mut desk) else { return 0 };
    let found = house.loaded.find_messages();
    let read = house.loaded.read(&found[0]);
    house.loaded.problems.extend(read.problems);
    for problem in &house.loaded.problems {
        harmless(&problem.draw(&house.loaded.sources, false));
    }
    let Some(message) = read.value else { return 0 };
    let now = desk.now(&house.loaded.zone).unwrap();
    let Ok(composed) = house.compose(&mut desk, &message, None, now) else { return 0 };
    for problem in &composed.problems {
        harmless(&problem.draw(&house.loaded.sources, false));
    }
    for made in &composed.made {
        let mut variant = made.variant.clone();
        assert!(variant.texts_mut().iter().all(|text| !text.contains(is_hostile)), "{:?}", made.variant);
    }
    let pictures = BTreeMap::new();
    let shown = view(&house, &composed, &pictures);
    for columns in [24, 80] {
        harmless(&preview::terminal(&shown, columns, false));
    }
    harmless(&preview::markdown(&shown));
    harmless(&preview::html(&shown));
    harmless(&machine::pretty(&preview::json(&shown)));
    // A plan of what is wrong is refused, and that is no panic either.
    let _ = house.plan(&mut desk, &composed, &Standing::default(), "store", &Wish::default());
    assert!(started.elapsed() < LONGEST, "{:?}", started.elapsed());
    composed.made.len()
}

fn harmless(text: &str) {
    assert!(!text.contains(is_hostile), "{text:?}");
}

fn soup(pieces: &'static [&'static str], most: usize) -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        9 => proptest::sample::select(pieces).prop_map(str::to_owned),
        1 => "\\PC{0,5}",
        1 => proptest::char::any().prop_map(|c| c.to_string()),
    ];
    proptest::collection::vec(piece, 0..most).prop_map(|pieces| pieces.concat())
}

#[rustfmt::skip]
const MARKDOWN: &[&str] = &[
    "# ", "## ", "\n", "\n\n", "* ", "1. ", "> ", "    ", "\t", "`", "```\n", "~~~", "**", "_", "~~", "[", "](", "]",
    ")", "![", "<", ">", "</", "<div>", "<!--", "-->", "<script>", "<b onload=x>", "| a | b |\n|---|---|\n| c | d |\n",
    "https://acme.example/x?a=b#c", "https://rung.invalid/blog/tracked", "https://rung.invalid/", "&amp;", "&#x202e;",
    "&#27;", "\\", "{{ x }}", "{% raw %}", "@ada", "#tag", "word ", "ö", "👩‍👩‍👧", "\u{202e}", "\u{1b}[31m", "\0", "\u{200b}",
    "\r\n", "\u{2028}", "<!--more-->", "[^1]", "[^1]: x\n", "- [ ] ", "---\n", "+++\n", "$x$", "http://[", "(((", "m.png",
];

#[rustfmt::skip]
const TEMPLATE: &[&str] = &[
    "{{ ", " }}", "{% ", " %}", "{#", "#}", "message.title", "message.summary", "message.body", "message.tags", "message",
    "rungs.blog.url", "rungs", "link", "brand.name", " | ", "plain", "html", "hashtags", "hashtags(3)", "handle", "fit",
    "fit(10)", "excerpt(20)", "date", "untracked", "upper", "replace('a', 'aa')", "join(',')", "length", "tojson", "safe",
    "if ", "else", "endif", "for x in ", "endfor", "set x = ", "endset", "include 't.txt'", "macro a()", "endmacro", "block a",
    "raw", "endraw", "x", "loop", "range(9)", "'", "\"", "(", ")", "[", "]", "{", "}", ".", ",", ":", "~", "*", "+", "-", "/",
    "%", "==", "not ", "and ", "in ", "is defined", "1", "99999999999", "1e308", "none", "true", "\n", " ", "é", "\\u001b",
    "\u{202e}", "\\", "\t", "a",
];

#[rustfmt::skip]
const TOML: &[&str] = &[
    "[channels.x]\n", "[channels.\"\"]\n", "[brand]\n", "[tracking]\n", "[handles.a]\n", "[rungs.a]\n", "[rungs.b]\n",
    "[defaults]\n", "[store]\n", "[[media]]\n", "adapter = ", "preset = ", "directory = ", "url = ", "network = ", "from = ",
    "to = ", "maildir = ", "smtp = ", "channel = ", "after = ", "delay = ", "at = ", "window = ", "text = ", "shorter = ",
    "thread = ", "overflow = ", "attach = ", "subject = ", "name = ", "language = ", "timezone = ", "id = ", "\"x\"\n",
    "\"blog\"\n", "\"email\"\n", "\"static-site\"\n", "\"hugo\"\n", "\"outbox\"\n", "\"../..\"\n", "\"\\u001b\"\n", "\"1h\"\n",
    "\"next day 09:00\"\n", "[\"a\", \"b\"]\n", "{ env = \"X\" }\n", "true\n", "1\n", "\"\"\n", "'''\n", "\"https://a/{slug}/\"\n",
    "[", "]", "=", "\n", "#",
];

/// `LADDER_CASES=20000` for a long look.
fn cases() -> ProptestConfig {
    let cases = std::env::var("LADDER_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(40);
    ProptestConfig { cases, failure_persistence: None, max_shrink_time: 60_000, ..ProptestConfig::default() }
}

/// A rung of each kind, with `text` wherever a text may stand.
fn ladder(text: &str) -> String {
    let text = toml::Value::String(text.to_owned());
    let rung = |name: &str, keys: &str| format!("[rungs.{name}]\nchannel = \"{name}\"\n{keys}\n");
    let both = format!("after = \"blog\"\ntext = {text}\n");
    [
        "name = \"a\"\n".to_owned(),
        rung("blog", &format!("title = {text}\nslug = {text}\nexcerpt = {text}\ncanonical = {text}")),
        rung("x", &format!("{both}shorter = [{text}]\noverflow = \"thread\"")),
        rung("linkedin", &format!("{both}overflow = \"shorten\"\nfirst_comment = {text}")),
        rung("mail", &format!("{both}subject = {text}\npreheader = {text}")),
    ]
    .concat()
}

/// Every rung as its channel has it.
const BARE: &str = "[rungs.blog]\nchannel = 'blog'\n[rungs.x]\nchannel = 'x'\nafter = 'blog'\n\
                    [rungs.linkedin]\nchannel = 'linkedin'\n[rungs.mail]\nchannel = 'mail'\n";

const MESSAGE: &[u8] = b"+++\ntitle = \"T\"\nsummary = \"S\"\n+++\nBody\n";

#[test]
fn a_plain_project_makes_four_variants() {
    assert_eq!(look(PROJECT, &ladder("{{ message.title }} {% include 't.txt' %}"), MESSAGE, "x"), 4);
    assert_eq!(look(PROJECT, BARE, MESSAGE, "x"), 4);
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn any_bytes_may_be_a_message(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        look(PROJECT, BARE, &bytes, "");
        look(PROJECT, BARE, &[b"---\ntitle: a\n---\n", bytes.as_slice()].concat(), "");
        look(PROJECT, BARE, &[b"+++\ntitle = 'a'\n", bytes.as_slice(), b"\n+++\n"].concat(), "");
    }

    #[test]
    fn any_markdown_may_be_a_message(
        title in soup(MARKDOWN, 5), summary in soup(MARKDOWN, 8), body in soup(MARKDOWN, 40),
    ) {
        let [title, summary] = [title, summary].map(|text| serde_json::to_string(&text).unwrap());
        let message = format!("---\ntitle: {title}\nsummary: {summary}\ntags: [{title}]\n---\n{body}");
        look(PROJECT, &ladder("{{ message.title }} {{ message.body | plain }}"), message.as_bytes(), "");
        look(PROJECT, BARE, message.as_bytes(), "");
    }

    #[test]
    fn any_text_may_be_a_template(text in soup(TEMPLATE, 24), included in soup(TEMPLATE, 12)) {
        look(PROJECT, &ladder(&text), MESSAGE, &included);
        look(PROJECT, &ladder(&format!("{{% include 't.txt' %}}{{{{ {text} }}}}")), MESSAGE, &included);
    }

    #[test]
    fn any_toml_may_be_a_project_and_a_ladder(project in soup(TOML, 30), rungs in soup(TOML, 30)) {
        look(&format!("{PROJECT}{project}"), &format!("{BARE}{rungs}"), MESSAGE, "");
        look(&project, &rungs, MESSAGE, "");
    }
}
