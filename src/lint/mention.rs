//! People who are spoken to.

use super::look::{Look, OfVariant};
use super::table;
use crate::diagnostic::Diagnostic;
use crate::text::{EntityKind, linked};

/// The rules of this file.
pub(super) const RULES: &[OfVariant] = &[mention_pings];

/// Networks on which a mention in a text calls somebody. On LinkedIn and
/// Facebook it has that person's or page's id, which nobody writes by mistake.
const PINGS: &[&str] = &[
    "x",
    "mastodon",
    "bluesky",
    "threads",
    "instagram",
    "lemmy",
    "telegram",
    "github",
    "discord",
    "slack",
    "reddit",
];

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
            let Some(written) = part.text.get(entity.range).filter(|written| !is_room(written)) else {
                continue;
            };
            let name = normal(written);
            let everybody = calls_everybody(&name, network);
            if told.contains(&name) || !everybody && known.contains(&name) {
                continue;
            }
            let (part, on) = (look.part_name(at), look.network());
            let problem = if everybody {
                table::MENTION_PINGS
                    .broken(format!("{part} calls everybody on {on}: `{written}`"))
                    .hint("if that is meant, allow the rule: `allow = [\"mention-pings\"]`; if not, write the word without its sign")
            } else {
                // A name is compared without regard to case, and said so.
                let shown = if written.starts_with('@') { format!("@{name}") } else { written.to_owned() };
                let instead =
                    if written.starts_with('@') { "write the name without `@`" } else { "take it out" };
                table::MENTION_PINGS
                    .broken(format!("{part} calls `{shown}` on {on}, who is not in `[handles]`"))
                    .hint(format!(
                        "if that is meant, add `[handles.NAME]` with `{network} = \"{shown}\"`; if not, {instead}"
                    ))
            };
            found.push(problem.at(look.text_span(at)));
            told.push(name);
        }
    }
}

/// Whether a mention names a room, which calls nobody: `<#C123>`, `r/rockets`.
fn is_room(written: &str) -> bool {
    written.starts_with("<#") || written.trim_start_matches('/').starts_with("r/")
}

/// Whether a name without its signs is all who are there: Discord's `@everyone`
/// and `@here`, Slack's `<!channel>`, `<!here>` and `<!everyone>`.
fn calls_everybody(name: &str, network: &str) -> bool {
    match network {
        "discord" => matches!(name, "everyone" | "here"),
        "slack" => matches!(name, "everyone" | "here" | "channel"),
        _ => false,
    }
}

/// A name without its signs, without the words that Slack shows for it, and
/// without the list behind it on X.
fn normal(name: &str) -> String {
    let name = name.trim();
    if name.starts_with("tg://") {
        return name.to_owned();
    }
    let name = name.strip_prefix('<').and_then(|name| name.strip_suffix('>')).unwrap_or(name);
    let name = name.split('|').next().unwrap_or(name).trim_start_matches(['@', '＠', '!', '&']);
    let user = name.strip_prefix('/').unwrap_or(name).strip_prefix("u/");
    let name = user.unwrap_or(name);
    name.split('/').next().unwrap_or(name).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_without_their_signs() {
        for (written, name) in [
            ("@Ada_L", "ada_l"),
            ("@acme/rockets", "acme"),
            ("<@!42>", "42"),
            ("<@&42>", "42"),
            ("<@U1|Ada>", "u1"),
            ("<!channel>", "channel"),
            ("/u/Spez", "spez"),
            ("u/spez", "spez"),
            ("tg://user?id=42", "tg://user?id=42"),
        ] {
            assert_eq!(normal(written), name);
        }
        assert!(is_room("<#C1|general>") && is_room("/r/rust") && is_room("r/rust") && !is_room("u/rust"));
        assert!(calls_everybody("here", "slack") && !calls_everybody("here", "x"));
    }
}
