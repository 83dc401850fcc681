//! A file in `content-ladders/`.

use super::name::{check_characters, check_name};
use super::project::after_syntax;
use super::shape::{Reader, fields};
use super::tree::{Table, parse_toml};
use super::{Ladder, Rung, Settings};
use crate::diagnostic::{Checked, Diagnostic};
use crate::source::{SourceId, Sources, Span, Spanned};

/// Reads a ladder. `default_name` is the file's name without its ending.
///
/// There is always a value: what could be understood, beside the problems. That
/// channels and rungs exist, and that nothing waits for itself, is for `lint`.
pub fn parse_ladder(sources: &Sources, id: SourceId, default_name: &str) -> Checked<Ladder> {
    let mut syntax = Vec::new();
    let tree = parse_toml(sources, sources.whole(id)).take(&mut syntax);
    let mut problems = Vec::new();
    let table = tree.unwrap_or_else(|| Table::empty(Span::start_of(id)));
    let ladder = read_ladder(table, id, default_name, &mut problems);
    check_characters(sources, id, &mut problems);
    Checked::with(ladder, after_syntax(sources, syntax, problems))
}

const ABOVE_SECTIONS: &str = "it belongs to the whole ladder: move it above the first `[…]` header";

fn read_ladder(table: Table, id: SourceId, default_name: &str, problems: &mut Vec<Diagnostic>) -> Ladder {
    let mut reader = Reader::new(table, fields::LADDER, "the ladder", problems).elsewhere(
        fields::RUNG,
        "it belongs to a rung: move it below a `[rungs.NAME]` header, or below `[defaults]`",
    );
    let name = reader.text("name").filter(|name| !name.value.trim().is_empty());
    let summary = reader.text("summary");
    let allow = reader.texts("allow").unwrap_or_default();
    let defaults = reader.table("defaults").map(|(_, table)| table);
    let rungs = reader.named("rungs");
    reader.finish();

    let defaults = defaults.map(|table| {
        let mut reader = Reader::new(table, fields::SETTINGS, "`[defaults]`", problems)
            .elsewhere(fields::RUNG, "it is said for each rung: move it below the `[rungs.NAME]` it is for")
            .elsewhere(fields::LADDER, ABOVE_SECTIONS);
        let settings = Settings::read(&mut reader);
        reader.finish();
        settings
    });
    let rungs = rungs.into_iter().filter_map(|(name, table)| read_rung(name, table, problems)).collect();
    Ladder {
        source: id,
        name: name.map_or_else(|| default_name.to_owned(), |name| name.value.trim().to_owned()),
        summary: summary.map(|summary| summary.value),
        defaults: defaults.unwrap_or_default(),
        rungs,
        allow,
    }
}

/// Keys that other builds honour.
const NOT_YET: &[(&str, &str)] = &[(
    "audience",
    "this build keeps no audience: name the receivers in the channel, `to = [\"…\"]`, and remove `audience`",
)];

fn read_rung(name: Spanned<String>, table: Table, problems: &mut Vec<Diagnostic>) -> Option<Rung> {
    problems.extend(check_name("rung", &name));
    if name.value == "message" {
        // `message.md` in a message's folder is the message, never a rung written whole.
        problems.push(
            Diagnostic::error(
                "wrong-name",
                "`message` cannot be the name of a rung: `message.md` is the message",
            )
            .at(name.span)
            .hint("name the rung for what it does, such as `post`"),
        );
    }
    let span = table.span;
    let mut reader = Reader::new(table, fields::RUNG, format!("`[rungs.{}]`", name.value), problems)
        .elsewhere(fields::LADDER, ABOVE_SECTIONS)
        .elsewhere(fields::OF_ACCOUNTS, fields::OF_AN_ACCOUNT);
    for (key, hint) in NOT_YET {
        if let Some((key, _)) = reader.table.remove(key) {
            let says = format!("this build cannot honour `{}`", key.value);
            reader.problems.push(Diagnostic::error("not-in-this-build", says).at(key.span).hint(*hint));
        }
    }
    let channel = reader.required_text("channel");
    let mut after: Vec<Spanned<String>> = Vec::new();
    for name in reader.texts("after").unwrap_or_default() {
        if !after.iter().any(|other| other.value == name.value) {
            after.push(name);
        }
    }
    let delay = reader.duration("delay");
    let at = reader.at("at");
    let window = reader.duration("window");
    let renamed_from = reader.texts("renamed_from").unwrap_or_default();
    let settings = Settings::read(&mut reader);
    reader.finish();
    if let Some(window) = window.as_ref().filter(|window| window.value.is_zero()) {
        let says = "a `window` of no length is never open";
        problems
            .push(Diagnostic::error("wrong-value", says).at(window.span).hint("such as `window = \"6h\"`"));
    }
    Some(Rung { name, channel: channel?, after, delay, at, window, renamed_from, settings, span })
}
