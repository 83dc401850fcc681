//! `ladder.toml`.

use super::adapter_name::meant;
use super::name::{check_characters, check_language, check_name};
use super::shape::{Reader, fields};
use super::tree::{Node, NodeKind, Table, parse_toml};
use super::{AdapterName, Brand, ChannelTable, Handle, Pace, Project, Settings};
use crate::diagnostic::visible::is_hostile;
use crate::diagnostic::{Checked, Diagnostic};
use crate::source::{SourceId, Sources, Span, Spanned};

/// Reads `ladder.toml`. `adapters` are those that this build knows, with their other
/// names for "unknown adapter … did you mean"; their own keys are read by the adapters.
///
/// There is always a value: what could be understood, beside the problems.
pub fn parse_project<'a, N: Copy + Into<AdapterName<'a>>>(
    sources: &Sources,
    id: SourceId,
    adapters: &[N],
) -> Checked<Project> {
    let adapters: Vec<AdapterName<'a>> = adapters.iter().map(|adapter| (*adapter).into()).collect();
    let mut syntax = Vec::new();
    let tree = parse_toml(sources, sources.whole(id)).take(&mut syntax);
    let mut problems = Vec::new();
    let table = tree.unwrap_or_else(|| Table::empty(Span::start_of(id)));
    let project = read_project(table, id, &adapters, &mut problems);
    check_characters(sources, id, &mut problems);
    Checked::with(project, after_syntax(sources, syntax, problems))
}

/// Syntax errors and what else was found, without what only follows from them:
/// a line that could not be read is also a key that seems to be missing.
pub(super) fn after_syntax(
    sources: &Sources,
    mut syntax: Vec<Diagnostic>,
    problems: Vec<Diagnostic>,
) -> Vec<Diagnostic> {
    let line = |problem: &Diagnostic| problem.span.map(|span| sources.locate(span).line);
    let broken: Vec<_> = syntax.iter().map(line).collect();
    // By place, not in the order of reading: that is how a file is mended.
    syntax.extend(problems.into_iter().filter(|problem| {
        broken.is_empty() || (problem.rule != "missing-key" && !broken.contains(&line(problem)))
    }));
    syntax.sort_by_key(|problem| problem.span);
    syntax
}

fn read_project(
    table: Table,
    id: SourceId,
    adapters: &[AdapterName<'_>],
    problems: &mut Vec<Diagnostic>,
) -> Project {
    let mut reader = Reader::new(table, fields::PROJECT, "`ladder.toml`", problems);
    for (key, says, hint) in NOT_YET {
        if let Some((key, _)) = reader.table.remove(key) {
            let problem = Diagnostic::error("not-in-this-build", *says).at(key.span).hint(*hint);
            reader.problems.push(problem);
        }
    }
    let allow = reader.texts("allow").unwrap_or_default();
    let brand = reader.table("brand").map(|(_, table)| table);
    let store = reader.table("store").map(|(_, table)| table);
    let tracking = reader.table("tracking").map(|(_, table)| table);
    let channels = reader.named("channels");
    let handles = reader.named("handles");
    reader.finish();

    let brand = read_brand(brand.unwrap_or_else(|| Table::empty(Span::start_of(id))), problems);
    let store_id = store.and_then(|table| read_store(table, problems));
    let tracking_domains = tracking.map(|table| read_tracking(table, problems)).unwrap_or_default();
    let channels = channels
        .into_iter()
        .filter_map(|(name, table)| read_channel(name, table, &brand, adapters, problems))
        .collect();
    let handles = handles.into_iter().map(|(name, table)| read_handle(name, table, problems)).collect();
    Project { source: id, brand, store_id, tracking_domains, channels, handles, allow, limits: Vec::new() }
}

/// Sections that other builds honour. Ignored, `[approvals]` would be a lock
/// that is not there.
const NOT_YET: &[(&str, &str, &str)] = &[
    (
        "people",
        "this build has no approvals, so `[people]` cannot be honoured",
        "remove the section, or use a build that has `ladder approve`",
    ),
    (
        "approvals",
        "this build has no approvals, so `[approvals]` cannot be honoured: nothing would wait for a signature",
        "remove the section, or use a build that has `ladder approve`",
    ),
];

fn read_brand(table: Table, problems: &mut Vec<Diagnostic>) -> Brand {
    let start = table.span;
    let mut reader =
        Reader::new(table, fields::BRAND, "`[brand]`", problems).elsewhere(fields::PROJECT, ABOVE_SECTIONS);
    let name = reader.required_text("name");
    let url = reader.url("url");
    let timezone = reader.text("timezone");
    let language = reader.text("language");
    reader.finish();
    if let Some(zone) = &timezone
        && super::delay::zone(&zone.value).is_none()
    {
        let problem =
            Diagnostic::error("wrong-value", format!("`{}` is no time zone", zone.value)).at(zone.span);
        problems.push(match super::delay::nearest_zone(&zone.value) {
            Some(near) => problem.hint(format!("did you mean `{near}`?")),
            None => problem.hint("zones have IANA names, such as `Europe/Berlin` or `UTC`"),
        });
    }
    problems.extend(language.as_ref().and_then(check_language));
    Brand {
        name: name.map(|name| name.value).unwrap_or_default(),
        url,
        timezone: timezone.unwrap_or_else(|| Spanned::new("UTC".to_owned(), start)),
        language: language.map_or_else(|| "en".to_owned(), |language| language.value),
    }
}

const ABOVE_SECTIONS: &str = "it belongs to the whole file: move it above the first `[…]` header";

fn read_store(table: Table, problems: &mut Vec<Diagnostic>) -> Option<Spanned<String>> {
    let mut reader = Reader::new(table, fields::STORE, "`[store]`", problems);
    if let Some((key, _)) = reader.table.remove("url") {
        // The address of a database may hold its password.
        let says = "this build keeps its store in SQLite, so `url` cannot be honoured";
        let problem = Diagnostic::error("not-in-this-build", says)
            .at(key.span)
            .conceal()
            .hint("remove `url`: the store is `.ladder/ladder.db`");
        reader.problems.push(problem);
    }
    let id = reader.text("id").filter(|id| !id.value.trim().is_empty());
    reader.finish();
    id
}

fn read_tracking(table: Table, problems: &mut Vec<Diagnostic>) -> Vec<Spanned<String>> {
    let mut reader = Reader::new(table, fields::TRACKING, "`[tracking]`", problems);
    let domains = reader.texts("domains").unwrap_or_default();
    reader.finish();
    domains.into_iter().filter_map(|domain| read_domain(domain, problems)).collect()
}

/// A host name alone, in small letters.
fn read_domain(domain: Spanned<String>, problems: &mut Vec<Diagnostic>) -> Option<Spanned<String>> {
    let text = domain.value.trim().trim_start_matches("*.").trim_matches('.').to_lowercase();
    let host = text.split_once("://").map_or(text.as_str(), |(_, rest)| rest);
    let host = host.split(['/', '?', '#', ':']).next().unwrap_or("");
    let good =
        !text.is_empty() && host == text && matches!(url::Host::parse(&text), Ok(url::Host::Domain(_)));
    if !good {
        let problem =
            Diagnostic::error("wrong-value", format!("`{}` is no domain", domain.value)).at(domain.span);
        problems.push(match url::Host::parse(host) {
            Ok(url::Host::Domain(host)) => problem.hint(format!("write the host alone: `{host}`")),
            _ => problem.hint("write the host alone: `example.com`"),
        });
        return None;
    }
    // Links are compared in the form that a URL parser gives: `bücher.example` is `xn--…` there.
    let host = url::Host::parse(&text).map_or(text, |host| host.to_string());
    Some(Spanned::new(host, domain.span))
}

/// No text of a channel's own keys steers a display or ends a line: accounts, addresses
/// and names go into headers and file names. Templates may have lines, as may what stands
/// in a table below the channel's (front matter, a command).
fn no_hostile_text(table: &Table, problems: &mut Vec<Diagnostic>) {
    let is_template = |key: &str| fields::SETTINGS.iter().any(|field| field.name == key);
    let own = table.entries.iter().filter(|(key, _)| !is_template(&key.value));
    let mut left: Vec<(&str, &Node, bool)> =
        own.map(|(key, node)| (key.value.as_str(), node, false)).collect();
    left.reverse();
    while let Some((key, node, has_lines)) = left.pop() {
        match &node.kind {
            NodeKind::String(text) => {
                let is_odd = |c: &char| {
                    (c.is_control() || is_hostile(*c)) && !(has_lines && matches!(c, '\n' | '\r' | '\t'))
                };
                let Some(odd) = text.chars().find(is_odd) else { continue };
                let says =
                    format!("`{key}` has the character `U+{:04X}`, which nobody can see", u32::from(odd));
                let hint = "write it without: such a value of a channel is one line";
                problems.push(Diagnostic::error("wrong-value", says).at(node.span).hint(hint));
            }
            NodeKind::Array(items) => left.extend(items.iter().rev().map(|item| (key, item, has_lines))),
            NodeKind::Table(inner) => {
                left.extend(inner.entries.iter().rev().map(|(key, node)| (key.value.as_str(), node, true)));
            }
            _ => {}
        }
    }
}

fn read_channel(
    name: Spanned<String>,
    table: Table,
    brand: &Brand,
    adapters: &[AdapterName<'_>],
    problems: &mut Vec<Diagnostic>,
) -> Option<ChannelTable> {
    problems.extend(check_name("channel", &name));
    let span = table.span;
    no_hostile_text(&table, problems);
    let mut reader = Reader::new(table, fields::CHANNEL, format!("`[channels.{}]`", name.value), problems);
    if let Some((key, _)) = reader.table.remove("allow") {
        let says = format!("{} has no key `allow`", reader.what());
        reader.problems.push(Diagnostic::error("unknown-key", says).at(key.span).hint(ABOVE_SECTIONS));
    }
    let adapter = reader.required_text("adapter");
    let account = reader.text("account");
    let renamed_from = reader.texts("renamed_from").unwrap_or_default();
    let language = reader.text("language");
    let without_credentials = reader.one_of("without_credentials").is_some();
    let pace = read_pace(&mut reader);
    let settings = Settings::read(&mut reader);
    let rest = reader.into_rest();
    problems.extend(language.as_ref().and_then(check_language));
    let adapter = adapter?;
    if adapters.iter().all(|known| known.name != adapter.value) {
        let says = format!("this build has no adapter `{}`", adapter.value);
        let problem = Diagnostic::error("unknown-adapter", says).at(adapter.span);
        problems.push(match meant(&adapter.value, adapters) {
            Some(near) => problem.hint(format!("did you mean `{near}`?")),
            None => {
                let names: Vec<String> = adapters.iter().map(|known| format!("`{}`", known.name)).collect();
                problem.hint(format!("it has {}; `manual` serves any network by hand", names.join(", ")))
            }
        });
    }
    let language = language.map_or_else(|| brand.language.clone(), |language| language.value);
    Some(ChannelTable {
        name,
        adapter,
        account,
        renamed_from,
        language,
        without_credentials,
        pace,
        settings,
        rest,
        span,
    })
}

/// `pace`: one, or several that hold together.
fn read_pace(reader: &mut Reader<'_>) -> Vec<Pace> {
    let mut paces = Vec::new();
    for written in reader.texts("pace").unwrap_or_default() {
        match Pace::parse(&written.value) {
            Ok(pace) => paces.push(pace),
            Err(expected) => {
                let says = format!("`pace` cannot be `{}`", written.value);
                let problem = Diagnostic::error("wrong-value", says).at(written.span);
                reader.problems.push(problem.hint(expected));
            }
        }
    }
    paces
}

/// `[handles.NAME]`: any network may stand here, for `lint` knows which are used.
fn read_handle(name: Spanned<String>, table: Table, problems: &mut Vec<Diagnostic>) -> Handle {
    let mut names = Vec::new();
    for (network, node) in table.entries {
        match node.kind {
            NodeKind::String(text) if !text.trim().is_empty() => {
                names.push((network.value, Spanned::new(text.trim().to_owned(), node.span)));
            }
            NodeKind::String(_) => {
                let says = format!("`{}` is empty", network.value);
                problems.push(Diagnostic::error("missing-key", says).at(node.span));
            }
            _ => {
                let says = format!("`{}` must be a text, and this is {}", network.value, node.kind.name());
                problems.push(
                    Diagnostic::error("wrong-type", says)
                        .at(node.span)
                        .hint("write the name there: `x = \"@ada\"`"),
                );
            }
        }
    }
    Handle { name, names }
}
