//! What is said, named or numbered twice.

use super::{Subject, table};
use crate::diagnostic::Diagnostic;
use crate::ladder::Message;
use crate::render::Variant;
use crate::source::Span;
use std::collections::HashMap;

/// `posted-twice` and `same-text-twice`: networks take the second for spam,
/// or refuse it (X: 403, "duplicate content").
pub(super) fn same_text(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    let mut said: HashMap<(&str, String), usize> = HashMap::new();
    for (at, made) in subject.made.iter().enumerate() {
        let Variant::Post(post) = made.variant else { continue };
        let network = made.outlet.rules.network;
        let words = post.parts.iter().flat_map(|part| part.text.split_whitespace());
        let words = words.collect::<Vec<_>>().join(" ").to_lowercase();
        if words.is_empty() {
            continue;
        }
        let Some(before) = said.get(&(network, words.clone())).map(|index| &subject.made[*index]) else {
            said.insert((network, words), at);
            continue;
        };
        let (this, other) = (&made.rung.name.value, &before.rung.name.value);
        let hint = format!("give `{this}` a `text` of its own");
        if made.outlet.channel == before.outlet.channel {
            let message = format!("`{this}` says on `{}` what `{other}` has said there", made.outlet.channel);
            found.push(table::POSTED_TWICE.broken(message).at(made.rung.span).hint(hint));
        } else if !matches!(network, "outbox" | "manual") {
            let message = format!("`{this}` and `{other}` say the same words on one network, `{network}`");
            found.push(table::SAME_TEXT_TWICE.broken(message).at(made.rung.span).hint(hint));
        }
    }
}

/// Problems between the messages of a project: one id twice, one title twice
/// on one ladder. What all of a pair allow is left out.
pub fn check_all(messages: &[&Message]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut ids: HashMap<&str, &Message> = HashMap::new();
    let mut titles: HashMap<(String, Option<&str>), &Message> = HashMap::new();
    for message in messages {
        if let Some(other) = ids.insert(&message.id, message) {
            found.push(
                table::SAME_ID_TWICE
                    .broken(format!(
                        "two messages have the id `{}`: `{}`, `{}`",
                        message.id, other.title.value, message.title.value
                    ))
                    .at(Span::start_of(message.source))
                    .hint(
                        "give one of them another `id`: by its id a message is known to have been published",
                    ),
            );
            continue;
        }
        let title = message.title.value.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        if title.is_empty() {
            continue;
        }
        let ladder = message.ladder.as_ref().map(|ladder| ladder.value.as_str());
        if let Some(other) = titles.insert((title, ladder), message) {
            let problem = table::SAME_TITLE_TWICE
                .broken(format!("`{}` has the title of `{}`", message.id, other.id))
                .at(message.title.span)
                .hint("if it is the same message, keep one: each would be published");
            found.extend(super::silence(vec![problem], &[&message.allow, &other.allow]));
        }
    }
    found
}
