//! Slack, Telegram, Discord, LinkedIn little text.

use crate::sets::{Tally, json};
use ladder::render::markup::{Facet, FacetKind, Markup, telegram_markdown, write};
use ladder::text::little_text;
use ladder::text::markup::{discord, slack, telegram};
use serde_json::Value;
use std::ops::Range;

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_else(|| panic!("{key} of {value}"))
}

#[test]
#[ignore = "reads the sets of LADDER_CONFORMANCE"]
fn linkedin_little_text() {
    let set = json("04-chat-markup/linkedin-little-text.json");
    let mut tally = Tally::default();
    for case in set["cases"].as_array().unwrap() {
        let (input, wanted) = (text(case, "input"), text(case, "commentary"));
        tally.case(|| format!("{input:?}"), little_text::escape(input), wanted.to_owned());
        tally.case(|| format!("{input:?} read"), little_text::unescape(wanted), input.to_owned());
    }
    let reserved: String = set["reserved"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    tally.case(|| "reserved".to_owned(), little_text::RESERVED.to_owned(), reserved);
    tally.end("LinkedIn little text", 21);
}

#[test]
#[ignore = "reads the sets of LADDER_CONFORMANCE"]
fn slack_mrkdwn() {
    let set = json("04-chat-markup/slack-mrkdwn.json");
    let mut tally = Tally::default();
    for case in set["cases"].as_array().unwrap() {
        let (input, wanted) = (text(case, "input"), text(case, "slack"));
        // A program's own choice, against CommonMark or without a meaning in mrkdwn.
        let choice = text(case, "note") == "implementation choice";
        // Against the set's own rule: a `<` that begins no link is an entity.
        let broken = wanted.matches('<').count() != wanted.matches('>').count();
        if choice || broken {
            continue;
        }
        let got = match text(case, "kind") {
            "text" => slack::escape(input),
            _ => write(input, Markup::SlackMrkdwn).text,
        };
        tally.case(|| format!("{input:?}"), got, wanted.to_owned());
    }
    tally.end("Slack mrkdwn", 14);
}

/// What a library chose, and mrkdwn leaves open: a space without width around
/// every mark, the room behind a bullet, the address as its own words.
fn as_slackify(mrkdwn: &str) -> String {
    mrkdwn.trim_end_matches('\n').replace('\u{200b}', "")
}

#[test]
#[ignore = "reads the sets of LADDER_CONFORMANCE"]
fn slack_slackify() {
    let set = json("04-chat-markup/slack-slackify-markdown.json");
    let mut tally = Tally::default();
    let mut choices = 0;
    for case in set["cases"].as_array().unwrap() {
        let (name, input) = (text(case, "name"), case["args"][0].as_str().unwrap());
        let choice = name.starts_with("Image")
            || name.starts_with("Link with angle")
            || name == "Link with title"
            || name == "Link with no alt nor title"
            || name.starts_with("Link in reference style with custom")
            || name == "Link in reference style with title"
            || name.ends_with("mention")
            || name.ends_with("list")
            || name == "Blockquote - multi-line"
            || name == "Escaped text"
            || name == "Code block with deprecated language declaration";
        if choice {
            choices += 1;
            continue;
        }
        let got = as_slackify(&write(input, Markup::SlackMrkdwn).text);
        tally.case(|| name.to_owned(), got, as_slackify(text(case, "expected")));
    }
    println!("{choices} choices of the library");
    tally.end("slackify-markdown", 26);
}

/// A set whose texts are cut between the halves of a character: such a half is
/// no text in Rust, and stands as U+FFFD here.
fn whole(name: &str) -> Value {
    let source = crate::sets::text(name);
    let half = |at: usize, halves: &str| {
        source.get(at..at + 4).is_some_and(|start| {
            start.starts_with("\\u") && start[2..3].eq_ignore_ascii_case("d") && halves.contains(&start[3..4])
        })
    };
    let (mut out, mut at) = (String::new(), 0);
    while let Some(found) = source[at..].find('\\') {
        let here = at + found;
        out.push_str(&source[at..here]);
        let (length, lone) = match (half(here, "89abAB"), half(here + 6, "cdefCDEF"), half(here, "cdefCDEF"))
        {
            (true, true, _) => (12, false),
            (true, false, _) | (false, _, true) => (6, true),
            (false, _, false) => (2, false),
        };
        out.push_str(if lone { "\\ufffd" } else { &source[here..here + length] });
        at = here + length;
    }
    out.push_str(&source[at..]);
    serde_json::from_str(&out).unwrap()
}

/// A facet of an entity that we write; `None` for others.
fn facet(entity: &Value, text: &str) -> Option<Facet> {
    let units: Vec<usize> =
        text.char_indices().flat_map(|(at, c)| vec![at; c.len_utf16()]).chain([text.len()]).collect();
    let number = |key: &str| usize::try_from(entity[key].as_u64().unwrap()).unwrap();
    let (start, length) = (number("offset"), number("length"));
    let range: Range<usize> = *units.get(start)?..*units.get(start + length)?;
    let string = |key: &str| entity[key].as_str().unwrap_or("").to_owned();
    let kind = match entity["type"].as_str()? {
        "bold" => FacetKind::Strong,
        "italic" => FacetKind::Emphasis,
        "strikethrough" => FacetKind::Strike,
        "code" => FacetKind::Code,
        "pre" => FacetKind::Block(string("language")),
        "text_link" => FacetKind::Link(string("url")),
        "blockquote" => FacetKind::Quote,
        _ => return None,
    };
    Some(Facet { kind, range })
}

#[test]
#[ignore = "reads the sets of LADDER_CONFORMANCE"]
fn telegram_markdown_v2() {
    let set = whole("04-chat-markup/telegram-markdownv2.json");
    let mut tally = Tally::default();
    let (mut others, mut halves) = (0, 0);
    let cases = ["telegramify", "python_telegram_bot"].map(|set_of| set[set_of].as_array().unwrap().clone());
    for case in cases.concat() {
        let (function, input) = (text(&case, "fn"), case["args"][0].as_str().unwrap_or(""));
        let name = || format!("{function} {input:?} {}", case["args"][1]);
        if case.to_string().contains('\u{fffd}') {
            halves += 1;
            continue;
        }
        match function {
            "_escape_markdownv2" | "escape_markdown_v2_text" => {
                tally.case(name, telegram::escape_markdown(input), text(&case, "result").to_owned());
            }
            "_escape_code" | "escape_markdown_v2_code_or_pre" => {
                tally.case(name, telegram::escape_markdown_code(input), text(&case, "result").to_owned());
            }
            "_escape_url" | "escape_markdown_v2_link_url" => {
                tally.case(name, telegram::escape_markdown_url(input), text(&case, "result").to_owned());
            }
            "utf16_len" => {
                tally.case(name, telegram::utf16_len(input) as u64, case["result"].as_u64().unwrap())
            }
            "entities_to_markdownv2" => {
                let entities = case["args"][1].as_array().cloned().unwrap_or_default();
                let facets: Option<Vec<Facet>> = entities.iter().map(|entity| facet(entity, input)).collect();
                match facets {
                    Some(facets) => {
                        // That library leaves the blank line behind a block of code out.
                        let close = |markdown: &str| markdown.replace("```\n\n", "```\n");
                        let got = telegram_markdown(input, &facets);
                        tally.case(name, close(&got), close(text(&case, "result")));
                    }
                    None => others += 1,
                }
            }
            _ => others += 1,
        }
    }
    println!(
        "{halves} with half characters, {others} of other functions or with entities that are never written"
    );
    tally.end("Telegram MarkdownV2", 276);
}

/// Which characters of the text behind `escaped` are escaped.
fn escaped_places(escaped: &str) -> (String, Vec<usize>) {
    let (mut plain, mut places) = (String::new(), Vec::new());
    let mut chars = escaped.chars().peekable();
    while let Some(c) = chars.next() {
        match chars.next_if(|next| c == '\\' && next.is_ascii_punctuation()) {
            Some(next) => {
                places.push(plain.len());
                plain.push(next);
            }
            None => plain.push(c),
        }
    }
    (plain, places)
}

#[test]
#[ignore = "reads the sets of LADDER_CONFORMANCE"]
fn discord_escapers() {
    let set = json("04-chat-markup/discord-escapers.json");
    let mut tally = Tally::default();
    for case in set["cases"].as_array().unwrap() {
        let (name, input) = (text(case, "name"), case["args"][0].as_str().unwrap());
        let got = discord::escape(input);
        if text(case, "fn") == "escapeMarkdown" && case["args"].as_array().unwrap().len() == 1 {
            tally.case(|| name.to_owned(), got.clone(), text(case, "expected").to_owned());
        }
        // Others escape one construct, or leave one out: all that they escape is escaped.
        let (plain, places) = escaped_places(&got);
        let (wanted_plain, wanted) = escaped_places(text(case, "expected"));
        let missing: Vec<usize> = wanted.into_iter().filter(|at| !places.contains(at)).collect();
        tally.case(|| format!("{name} {got}"), (plain, missing), (wanted_plain, Vec::new()));
    }
    tally.end("Discord escapers", 77);
}

#[test]
#[ignore = "reads the sets of LADDER_CONFORMANCE"]
fn discord_formatters() {
    let set = json("04-chat-markup/discord-formatters.json");
    let mut tally = Tally::default();
    for case in set["cases"].as_array().unwrap() {
        let args: Vec<&str> = case["args"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        let Some(first) = args.first().copied() else { continue };
        let markdown = match (text(case, "fn"), args.len()) {
            ("codeBlock", 1) => format!("```\n{first}\n```"),
            ("codeBlock", _) => format!("```{first}\n{}\n```", args[1]),
            ("inlineCode", _) => format!("`{first}`"),
            ("italic", _) => format!("*{first}*"),
            ("bold", _) => format!("**{first}**"),
            ("strikethrough", _) => format!("~~{first}~~"),
            ("quote", _) => format!("> {first}"),
            ("heading", 1) if case["args"][1].is_null() && case["args"].as_array().unwrap().len() == 1 => {
                format!("# {first}")
            }
            ("heading", 1) if case["args"][1] == 2 => format!("## {first}"),
            ("hyperlink", 2) => format!("[{first}]({})", args[1]),
            _ => continue,
        };
        tally.case(
            || text(case, "name").to_owned(),
            write(&markdown, Markup::Discord).text,
            text(case, "expected").to_owned(),
        );
    }
    tally.end("Discord formatters", 11);
}
