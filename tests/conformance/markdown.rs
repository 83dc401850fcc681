//! CommonMark, GFM and the fixtures of markdown-it, through our options.

use crate::sets::{Tally, json};
use ladder::render::html::{cleaned, sanitised};
use serde_json::Value;

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_else(|| panic!("{key} of {value}"))
}

/// What is compared: the page that a browser builds of it. White space
/// between blocks, and how a parser writes an empty cell, say nothing.
fn page(html: &str) -> String {
    let boxes = html
        .replace("<input type=\"checkbox\" disabled=\"\" /> ", "☐ ")
        .replace("<input type=\"checkbox\" checked=\"\" disabled=\"\" /> ", "☑ ")
        .replace("<input disabled=\"\" type=\"checkbox\"> ", "☐ ")
        .replace("<input checked=\"\" disabled=\"\" type=\"checkbox\"> ", "☑ ");
    let clean = cleaned(&boxes);
    let lines: Vec<&str> = clean.split('\n').filter(|line| !line.is_empty()).collect();
    lines.join("\n").replace(">\n", ">").replace("\n<", "<")
}

fn compare(tally: &mut Tally, name: impl FnOnce() -> String, markdown: &str, html: &str) {
    tally.case(name, page(&sanitised(markdown)), page(html));
}

#[test]
#[ignore = "reads the sets of LADDER_CONFORMANCE"]
fn commonmark() {
    let mut tally = Tally::default();
    for case in json("05-markdown/commonmark-0.31.2.json").as_array().unwrap() {
        let name = || format!("{} {} {:?}", case["example"], case["section"], text(case, "markdown"));
        compare(&mut tally, name, text(case, "markdown"), text(case, "html"));
    }
    tally.end("CommonMark 0.31.2", 652);
}

#[test]
#[ignore = "reads the sets of LADDER_CONFORMANCE"]
fn gfm() {
    let mut tally = Tally::default();
    for file in ["gfm-spec", "cmark-gfm-extensions", "cmark-gfm-regression"] {
        for case in json(&format!("05-markdown/{file}.json")).as_array().unwrap() {
            let name =
                || format!("{file} {} {} {:?}", case["example"], case["section"], text(case, "markdown"));
            compare(&mut tally, name, text(case, "markdown"), text(case, "html"));
        }
    }
    tally.end("GFM", 0);
}

#[test]
#[ignore = "reads the sets of LADDER_CONFORMANCE"]
fn markdown_it() {
    let mut tally = Tally::default();
    let set = json("05-markdown/markdown-it-fixtures.json");
    for name in
        ["commonmark_extras", "fatal", "issue-fixes", "proto", "strikethrough", "tables", "tasklists", "xss"]
    {
        for case in set["fixtures"][name].as_array().unwrap() {
            let title = || format!("{name} {} {:?}", text(case, "title"), text(case, "markdown"));
            compare(&mut tally, title, text(case, "markdown"), text(case, "html"));
        }
    }
    tally.end("markdown-it", 0);
}
