//! People who are spoken to.

use super::look::{Look, OfVariant};
use super::table;
use crate::diagnostic::Diagnostic;
use crate::text::{EntityKind, linked};

/// The rules of this file.
pub(super) const RULES: &[OfVariant] = &[mention_pings];

/// Networks on which `@name` in a text calls that person. On LinkedIn and
/// Facebook it is only letters when it comes through the API.
const PINGS: &[&str] = &["x", "mastodon", "bluesky", "threads", "instagram", "lemmy", "telegram", "github"];

fn mention_pings(look: &Look<'_>, found: &mut Vec<Diagnostic>) {
    let rules = &look.made.outlet.rules;
    let network = rules.network;
    let Some(post) = look.post().filter(|_| PINGS.contains(&network)) else { return };
    let project = look.subject.project;
    let handles = project.handles.iter().flat_map(|handle| handle.names.iter().map(|(_, name)| &name.value));
    let accounts =
        project.channels.iter().filter_map(|channel| channel.account.as_ref()).map(|name| &name.value);
    let known: Vec<String> = handles.chain(accounts).map(|name| normal(name)).collect();
    let mut told: Vec<String> = Vec::new();
    for (at, part) in post.parts.iter().enumerate() {
        for entity in
            linked(&part.text, rules).into_iter().filter(|entity| entity.kind == EntityKind::Mention)
        {
            let name = normal(&part.text[entity.range]);
            if known.contains(&name) || told.contains(&name) {
                continue;
            }
            found.push(
                table::MENTION_PINGS
                    .broken(format!("{} calls `@{name}` on {}, who is not in `[handles]`", look.part_name(at), look.network()))
                    .at(look.text_span(at))
                    .hint(format!(
                        "if that is meant, add `[handles.NAME]` with `{network} = \"@{name}\"`; if not, write the name without `@`"
                    )),
            );
            told.push(name);
        }
    }
}

/// A name without its sign, and without the list behind it on X.
fn normal(name: &str) -> String {
    let name = name.trim_start_matches(['@', '＠']);
    name.split('/').next().unwrap_or(name).to_lowercase()
}
