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
    let boxes = boxes
        .replace("<input class=\"task-list-item-checkbox\" disabled=\"\" type=\"checkbox\"> ", "☐ ")
        .replace(
            "<input class=\"task-list-item-checkbox\" checked=\"\" disabled=\"\" type=\"checkbox\"> ",
            "☑ ",
        )
        .replace(
            "<input class=\"task-list-item-checkbox\" disabled=\"\" type=\"checkbox\" checked=\"\"> ",
            "☑ ",
        )
        .replace("style=\"text-align:", "style=\"text-align: ");
    let boxes = ["left", "center", "right"].iter().fold(boxes, |html, side| {
        html.replace(&format!("style=\"text-align: {side}\""), &format!("align=\"{side}\""))
    });
    let clean = cleaned(&boxes).replace("<tbody></tbody>", "").replace("<tbody>\n</tbody>", "");
    let lines: Vec<&str> = clean.split('\n').filter(|line| !line.is_empty()).collect();
    lines.join("\n").replace(">\n", ">").replace("\n<", "<")
}

fn compare(tally: &mut Tally, name: impl FnOnce() -> String, markdown: &str, html: &str) {
    tally.case(name, page(&sanitised(markdown)), page(html));
}

/// What does not apply of CommonMark: bare addresses are links here, as in GFM.
const BARE_ADDRESSES: &[usize] = &[602, 608, 611];

#[test]
#[ignore = "reads the sets of LADDER_CONFORMANCE"]
fn commonmark() {
    let mut tally = Tally::default();
    for case in json("05-markdown/commonmark-0.31.2.json").as_array().unwrap() {
        if BARE_ADDRESSES.iter().any(|example| case["example"] == *example) {
            continue;
        }
        let name = || format!("{} {} {:?}", case["example"], case["section"], text(case, "markdown"));
        compare(&mut tally, name, text(case, "markdown"), text(case, "html"));
    }
    tally.end("CommonMark 0.31.2", 649);
}

/// What does not apply of GFM: the file, an example or a whole section, and why.
const GFM_ELSE: &[(&str, usize, &str, &str)] = &[
    ("gfm-spec", 610, "", "without the extension: a bare address is a link here"),
    ("gfm-spec", 616, "", "the same"),
    ("gfm-spec", 619, "", "the same"),
    ("gfm-spec", 628, "", "`ftp:` is no scheme that a page gets"),
    ("gfm-spec", 629, "", "addresses of mail stay text"),
    ("gfm-spec", 630, "", "the same"),
    ("gfm-spec", 631, "", "the same"),
    ("cmark-gfm-extensions", 19, "", "addresses of mail, hosts with emoji"),
    ("cmark-gfm-extensions", 20, "", "names no page: only that it ends"),
    ("gfm-spec", 0, "Disallowed Raw HTML (extension)", "our own cleaning is stricter"),
    ("gfm-spec", 645, "", "comments of CommonMark 0.31, where this was changed"),
    ("gfm-spec", 646, "", "the same"),
    ("cmark-gfm-extensions", 0, "HTML tag filter", "our own cleaning"),
    ("cmark-gfm-extensions", 0, "Footnotes", "other HTML for the same notes"),
    ("cmark-gfm-regression", 1, "", "a carriage return alone, written as one that a line feed follows"),
    ("cmark-gfm-regression", 13, "", "other HTML for the same notes"),
];

#[test]
#[ignore = "reads the sets of LADDER_CONFORMANCE"]
fn gfm() {
    let mut tally = Tally::default();
    for file in ["gfm-spec", "cmark-gfm-extensions", "cmark-gfm-regression"] {
        for case in json(&format!("05-markdown/{file}.json")).as_array().unwrap() {
            if GFM_ELSE.iter().any(|(of, example, section, _)| {
                file == *of && (case["example"] == *example || text(case, "section") == *section)
            }) {
                continue;
            }
            let name =
                || format!("{file} {} {} {:?}", case["example"], case["section"], text(case, "markdown"));
            compare(&mut tally, name, text(case, "markdown"), text(case, "html"));
        }
    }
    tally.end("GFM", 704);
}

/// Where that program reads a table or a list, and GFM's own words another
/// thing, or the other way round: how each begins.
const ELSE_READ: &[&str] = &[
    "-   foo|foo\n---|---",
    "foo|foo\n-----|-::-",
    "|\tfoo\t|\tbar\t|",
    "paragraph\nfoo|foo\n---|---",
    "# | 1 | 2\n--|--|--\nx | `\\` |",
    "# | 1 | 2\n--|--|--\nx | \\`\\` |",
    "| foo |\n:-----:\n",
    "  | Col1a | Col2a |\n  | ----- | ----- |\n    |",
    "a | b\n- | -\n",
    "-\t\t[x] literal",
];

#[test]
#[ignore = "reads the sets of LADDER_CONFORMANCE"]
fn markdown_it() {
    let mut tally = Tally::default();
    let set = json("05-markdown/markdown-it-fixtures.json");
    for name in ["proto", "tables", "tasklists"] {
        for case in set["fixtures"][name].as_array().unwrap() {
            if ELSE_READ.iter().any(|start| text(case, "markdown").starts_with(start)) {
                continue;
            }
            let title = || format!("{name} {} {:?}", text(case, "title"), text(case, "markdown"));
            compare(&mut tally, title, text(case, "markdown"), text(case, "html"));
        }
    }
    tally.end("markdown-it", 54);
}
