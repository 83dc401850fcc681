//! What was written and goes nowhere.

use super::{MOST_NAMED, Made, Subject, table};
use crate::diagnostic::{Diagnostic, first_few, nearest};
use crate::ladder::Message;
use crate::source::Spanned;

/// The rules of this file.
pub(super) const RULES: &[fn(&Subject<'_>, &mut Vec<Diagnostic>)] =
    &[unused_override, unused_variant, unused_media];

fn in_all_languages<'a>(subject: &'a Subject<'_>) -> impl Iterator<Item = &'a Message> {
    std::iter::once(subject.message).chain(&subject.message.translations)
}

fn hint(subject: &Subject<'_>, written: &Spanned<String>) -> String {
    let rungs = || subject.ladder.rungs.iter().map(|rung| rung.name.value.as_str());
    match nearest(&written.value, rungs()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => {
            let rungs = first_few(rungs().map(|name| format!("`{name}`")), MOST_NAMED);
            format!("`{}` has {rungs}", subject.ladder.name)
        }
    }
}

fn unused_override(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    for (name, _) in in_all_languages(subject).flat_map(|message| &message.overrides) {
        if subject.ladder.rung(&name.value).is_none() {
            found.push(
                table::UNUSED_OVERRIDE
                    .broken(format!(
                        "`[overrides.{}]` is for no rung of the ladder `{}`",
                        name.value, subject.ladder.name
                    ))
                    .at(name.span)
                    .hint(hint(subject, name)),
            );
        }
    }
}

fn unused_variant(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    for whole in in_all_languages(subject).flat_map(|message| &message.written_whole) {
        if subject.ladder.rung(&whole.rung.value).is_none() {
            found.push(
                table::UNUSED_VARIANT
                    .broken(format!(
                        "`{}.md` is for no rung of the ladder `{}`",
                        whole.rung.value, subject.ladder.name
                    ))
                    .at(whole.rung.span)
                    .hint(hint(subject, &whole.rung)),
            );
        }
    }
}

fn unused_media(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    // With a rung missing, nobody knows what it would have shown.
    if subject.made.len() < subject.ladder.rungs.len() {
        return;
    }
    let shows = |made: &Made<'_>, path: &str| {
        !made.outlet.defaults.only_tells && made.variant.pictures().iter().any(|picture| picture.path == path)
    };
    let used = |path: &str| subject.made.iter().any(|made| shows(made, path));
    for media in subject.message.media.iter().filter(|media| media.facts.is_some() && !used(&media.path)) {
        found.push(
            table::UNUSED_MEDIA
                .broken(format!("`{}` goes out nowhere on this ladder", media.file.value))
                .at(media.file.span)
                .hint("set `attach = \"images\"` on a rung, or take it out of the message"),
        );
    }
}
