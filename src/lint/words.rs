//! Words that nobody meant to publish.

use super::look::{Look, OfVariant, number};
use super::{Subject, links, table};
use crate::diagnostic::Diagnostic;
use crate::ladder::When;
use crate::source::Span;
use crate::text::visible::is_hostile;
use crate::text::{Dialect, EntityKind, count, entities};
use unicode_normalization::char::is_combining_mark;

/// The rules that look at a variant.
pub(super) const RULES: &[OfVariant] = &[
    empty_text,
    placeholder_left,
    shouting,
    too_many_hashtags,
    hostile_characters,
    invalid_character,
    secret_in_text,
    untranslated,
];

/// The rules that look at the message.
pub(super) const OF_THE_MESSAGE: &[fn(&Subject<'_>, &mut Vec<Diagnostic>)] =
    &[draft, embargo, placeholder_in_body, hostile_in_message, links::literal_token_in_message];

/// Whether there is nothing to see in it.
fn is_blank(text: &str) -> bool {
    text.chars().all(|c| {
        c.is_whitespace() || c.is_control() || is_combining_mark(c) || is_hostile(c)
            || matches!(c, '\u{ad}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}')
            || matches!(c, '\u{206a}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{ffa0}' | '\u{e0000}'..='\u{e007f}')
    })
}

fn empty_text(look: &Look<'_>, found: &mut Vec<Diagnostic>) {
    use crate::render::Variant;
    let empty: Vec<(String, Span)> = match look.made.variant {
        Variant::Post(post) if post.parts.is_empty() => {
            vec![(format!("`{}`", look.rung()), look.text_span(0))]
        }
        Variant::Post(post) => {
            let parts = post.parts.iter().enumerate().filter(|(_, part)| is_blank(&part.text));
            parts.map(|(at, _)| (look.part_name(at), look.text_span(at))).collect()
        }
        Variant::Article(_) | Variant::Mail(_) => {
            let may_be_empty =
                |name: &str| name.starts_with("the preheader") || name.starts_with("the excerpt");
            let texts =
                look.texts().into_iter().filter(|(name, text, _)| is_blank(text) && !may_be_empty(name));
            // A mail has its title and its foot whatever stands between them.
            let of_mail = look.mail().filter(|_| is_blank(look.body()));
            let of_mail = of_mail.map(|_| (format!("`{}`", look.rung()), look.body_span()));
            texts.map(|(name, _, span)| (name, span)).chain(of_mail).collect()
        }
    };
    for (name, span) in empty {
        found.push(
            table::EMPTY_TEXT
                .broken(format!("{name} has no words"))
                .at(span)
                .hint("write a body or a `text`, or take the rung out of the ladder"),
        );
    }
}

const PLACEHOLDERS: &[&str] = &["TODO", "FIXME", "XXX", "TBD", "TBC"];

/// The placeholder in `text`, if there is one. Template marks are looked for
/// only where no code is shown.
fn placeholder(text: &str, marks: bool) -> Option<&str> {
    // As long as the text itself, so that what is found can be shown as it stands there.
    let lower = text.to_ascii_lowercase();
    let phrase = ["lorem ipsum", "[insert ", "your text here", "write here, in markdown"]
        .into_iter()
        .find_map(|phrase| lower.find(phrase).and_then(|at| text.get(at..at + phrase.len())));
    let mark = ["{{", "}}", "{%"].into_iter().find(|mark| marks && text.contains(mark));
    let word = PLACEHOLDERS.iter().copied().find(|word| {
        text.match_indices(word).any(|(at, _)| {
            let inside = |c: Option<char>| {
                c.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '#' | '/' | '-'))
            };
            !inside(text[..at].chars().next_back()) && !inside(text[at + word.len()..].chars().next())
        })
    });
    phrase.or(word).or(mark)
}

fn placeholder_left(look: &Look<'_>, found: &mut Vec<Diagnostic>) {
    let body = look.body_span();
    for (name, text, span) in look.texts() {
        // Bodies are looked at once, in the message.
        if look.post().is_none() && span == body {
            continue;
        }
        let Some(word) = placeholder(text, true) else { continue };
        let Some((name, span)) = place_of(look, word, name, span) else { continue };
        let is_mark = word.contains(['{', '}']);
        let hint = match look.written_whole().filter(|whole| is_mark && whole.span == span) {
            Some(_) => links::no_template(look.rung()),
            None => "write what was to stand there".to_owned(),
        };
        found.push(
            table::PLACEHOLDER_LEFT
                .broken(format!("`{}` is left in {name}", word.trim()))
                .at(span)
                .hint(hint),
        );
    }
}

/// Where `word`, which stands in the text `name` that `span` made, was written:
/// there, or in what the message brought into it. Nowhere: it came with the
/// body, and has been told at its line.
fn place_of(look: &Look<'_>, word: &str, name: String, span: Span) -> Option<(String, Span)> {
    let message = look.made.message;
    let (title, summary) = (&message.title, message.summary_span);
    let of_template = span != title.span && Some(span) != summary;
    if of_template && look.subject.sources.slice(span).contains(word) {
        return Some((name, span));
    }
    if title.value.contains(word) {
        return Some(("the title".to_owned(), title.span));
    }
    match summary.filter(|_| message.summary.contains(word)) {
        Some(summary) => Some(("the summary".to_owned(), summary)),
        None if is_left_in_body(look.subject, word) => None,
        None => Some((name, span)),
    }
}

fn placeholder_in_body(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    for (word, span) in left_in_bodies(subject) {
        found.push(
            table::PLACEHOLDER_LEFT
                .broken(format!("`{}` is left in the body", word.trim()))
                .at(span)
                .hint("write what was to stand there"),
        );
    }
}

fn is_left_in_body(subject: &Subject<'_>, word: &str) -> bool {
    left_in_bodies(subject).iter().any(|(left, _)| *left == word)
}

/// The placeholders in the bodies of the message and its translations, with
/// their lines.
fn left_in_bodies<'a>(subject: &Subject<'a>) -> Vec<(&'a str, Span)> {
    let mut left = Vec::new();
    for message in std::iter::once(subject.message).chain(&subject.message.translations) {
        let body = message.body.span;
        let text = subject.sources.slice(body);
        let (mut at, mut in_code) = (body.start, false);
        for line in text.split_inclusive('\n') {
            let fence = line.trim_start().starts_with("```") || line.trim_start().starts_with("~~~");
            in_code ^= fence;
            // Code may be about anything, `TODO` included.
            let prose = !in_code && !fence && !line.contains('`') && !line.starts_with("    ");
            if let Some(word) = placeholder(line, false).filter(|_| prose) {
                left.push((word, Span::new(body.source, at, at + line.trim_end().len())));
            }
            at += line.len();
        }
    }
    left
}

fn shouting(look: &Look<'_>, found: &mut Vec<Diagnostic>) {
    let body = look.body_span();
    for (name, text, span) in look.texts() {
        if look.post().is_none() && span == body {
            continue;
        }
        // Links and tags are not shouted.
        let mut words = text.to_owned();
        for entity in entities(text, Dialect::Plain).into_iter().rev() {
            words.replace_range(entity.range, "");
        }
        let upper = words.chars().filter(|c| c.is_uppercase()).count();
        let many = words.split_whitespace().filter(|word| word.chars().any(char::is_uppercase)).count() > 1;
        if upper >= 10 && many && !words.chars().any(char::is_lowercase) {
            found.push(
                table::SHOUTING
                    .broken(format!("{name} is all in capitals, which reads as shouting and looks like spam"))
                    .at(span)
                    .hint("write it as a sentence"),
            );
        }
    }
}

fn too_many_hashtags(look: &Look<'_>, found: &mut Vec<Diagnostic>) {
    let rules = &look.made.outlet.rules;
    let (Some(post), Some(most)) = (look.post(), rules.hashtags) else { return };
    for (at, part) in post.parts.iter().enumerate() {
        let tags = entities(&part.text, rules.dialect)
            .into_iter()
            .filter(|entity| entity.kind == EntityKind::Hashtag)
            .count();
        // More than the network takes is told as that.
        let taken = rules.most.hashtags.is_none_or(|limit| tags <= limit);
        if tags > most && taken {
            found.push(
                table::TOO_MANY_HASHTAGS
                    .broken(format!(
                        "{} has {}; more than {most} look like spam on {}",
                        look.part_name(at),
                        number(tags, "hashtag"),
                        look.network()
                    ))
                    .at(look.text_span(at))
                    .hint(format!("take the best: `{{{{ message.tags | hashtags({most}) }}}}`")),
            );
        }
    }
}

/// Those that reading the files could not see, because they are written as an
/// escape. What is sent is without them; the user should know.
fn hostile_characters(look: &Look<'_>, found: &mut Vec<Diagnostic>) {
    let settings = &look.settings;
    let one = [&settings.text, &settings.title, &settings.excerpt, &settings.subject, &settings.preheader];
    let one = one.into_iter().chain([&settings.first_comment, &settings.canonical]).flatten();
    let many = [&settings.shorter, &settings.thread].into_iter().flatten().flatten();
    for text in one.chain(many) {
        hostile_in(look.subject, &look.part_name(0), &text.value, text.span, found);
    }
}

/// Points at the character where a file has it as it is; one that is written as
/// an escape stands somewhere in the text.
fn invalid_character(look: &Look<'_>, found: &mut Vec<Diagnostic>) {
    let Some(post) = look.post() else { return };
    let message = look.made.message;
    let in_message = [Some(message.title.span), message.summary_span, Some(message.body.span)];
    let place_of = |spans: &[Option<Span>], bad: char| {
        spans.iter().flatten().find_map(|span| {
            let start = span.start + look.subject.sources.slice(*span).find(bad)?;
            Some(Span::new(span.source, start, start + bad.len_utf8()))
        })
    };
    // A long body is looked through once for each character, not for each part.
    let mut known: Vec<(char, Option<Span>)> = Vec::new();
    for (at, part) in post.parts.iter().enumerate() {
        let Some(bad) = count::invalid_character(&part.text, &look.made.outlet.rules) else { continue };
        let text = look.text_span(at);
        let place = match known.iter().find(|(of, _)| *of == bad) {
            Some((_, place)) => *place,
            None => {
                let place = place_of(&[&[Some(text)], in_message.as_slice()].concat(), bad);
                known.push((bad, place));
                place
            }
        };
        found.push(
            table::INVALID_CHARACTER
                .broken(format!(
                    "{} has the character U+{:04X} in it, which {} does not take",
                    look.part_name(at),
                    u32::from(bad),
                    look.network()
                ))
                .at(place.unwrap_or(text))
                .hint("it cannot be seen: delete it, or write the words around it anew"),
        );
    }
}

fn hostile_in_message(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    for message in std::iter::once(subject.message).chain(&subject.message.translations) {
        let summary = message.summary_span.map(|span| ("the summary", message.summary.as_str(), span));
        let tags = message.tags.iter().map(|tag| ("a tag", tag.value.as_str(), tag.span));
        let alts = message.media.iter().flat_map(|media| &media.alt);
        let alts = alts.map(|(_, alt)| ("an alt text", alt.value.as_str(), alt.span));
        let title = ("the title", message.title.value.as_str(), message.title.span);
        for (name, text, span) in std::iter::once(title).chain(summary).chain(tags).chain(alts) {
            hostile_in(subject, name, text, span, found);
        }
    }
}

fn hostile_in(subject: &Subject<'_>, name: &str, text: &str, span: Span, found: &mut Vec<Diagnostic>) {
    let raw = &subject.sources.get(span.source).text;
    if let Some(hostile) = text.chars().find(|c| is_hostile(*c) && !raw.contains(*c)) {
        found.push(
            table::HOSTILE_CHARACTERS
                .broken(format!("{name} has the invisible character `U+{:04X}`", u32::from(hostile)))
                .at(span)
                .hint("take it out: it can hide words, or show them in another order; it is not sent"),
        );
    }
}

/// Beginnings that the makers of keys chose so that they can be recognised,
/// the least number of letters that follow, and what it is.
const SECRETS: &[(&str, usize, &str)] = &[
    ("AKIA", 16, "an AWS key"),
    ("ghp_", 30, "a GitHub token"),
    ("gho_", 30, "a GitHub token"),
    ("ghs_", 30, "a GitHub token"),
    ("github_pat_", 30, "a GitHub token"),
    ("glpat-", 20, "a GitLab token"),
    ("xoxb-", 20, "a Slack token"),
    ("xoxp-", 20, "a Slack token"),
    ("sk_live_", 16, "a Stripe key"),
    ("rk_live_", 16, "a Stripe key"),
    ("sk-ant-", 20, "an API key"),
    ("sk-proj-", 20, "an API key"),
    ("AIza", 35, "a Google key"),
    ("SG.", 40, "a SendGrid key"),
    ("npm_", 36, "an npm token"),
    ("dop_v1_", 40, "a DigitalOcean token"),
];

/// What looks like a secret in `text`: what it is.
fn secret(text: &str) -> Option<&'static str> {
    let is_letter = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
    let by_name = SECRETS.iter().find(|(start, least, _)| {
        text.match_indices(start).any(|(at, _)| {
            let stands_alone = at == 0 || !is_letter(text.as_bytes()[at - 1]);
            let after = &text.as_bytes()[at + start.len()..];
            let length = after.iter().take(*least).take_while(|b| is_letter(**b)).count();
            // Keys have digits; words and `sk-proj-placeholder-for-the-docs` have none.
            stands_alone && length == *least && after[..length].iter().any(u8::is_ascii_digit)
        })
    });
    let pem = || text.contains("-----BEGIN ") && text.contains("PRIVATE KEY-----");
    by_name.map(|(_, _, what)| *what).or_else(|| pem().then_some("a private key"))
}

fn secret_in_text(look: &Look<'_>, found: &mut Vec<Diagnostic>) {
    for (name, text, span) in look.texts() {
        let Some(what) = secret(text) else { continue };
        // The place is the file's beginning: a problem is drawn with its line,
        // and that line would show the secret in every log.
        let place = Span::start_of(span.source);
        found.push(
            table::SECRET_IN_TEXT
                .broken(format!("{name} has something in it that looks like {what}"))
                .at(place)
                .hint("take it out, and renew it: it was in a file; if it is none, `allow = [\"secret-in-text\"]`"),
        );
    }
}

/// The file of a translation of the message.
fn beside(look: &Look<'_>, language: &str) -> String {
    let name = &look.subject.sources.get(look.made.message.source).name;
    let name = name.rsplit('/').next().unwrap_or(name);
    format!("{}.{language}.md", name.strip_suffix(".md").unwrap_or(name))
}

fn untranslated(look: &Look<'_>, found: &mut Vec<Diagnostic>) {
    let base = |tag: &str| tag.split(['-', '_']).next().unwrap_or("").to_ascii_lowercase();
    let (wanted, has) = (&look.made.outlet.language, &look.made.message.language);
    if base(wanted) == base(has) {
        return;
    }
    // Once for a language, at the first rung that wants it.
    let first = look.subject.made.iter().find(|made| base(&made.outlet.language) == base(wanted));
    if first.is_some_and(|made| made.rung.name.value == look.made.rung.name.value)
        && look.written_whole().is_none()
    {
        found.push(
            table::UNTRANSLATED
                .broken(format!(
                    "`{}` speaks `{wanted}`, but the message is in `{has}` only",
                    look.made.outlet.channel
                ))
                .at(look.made.rung.channel.span)
                .hint(format!(
                    "write it in `{}` as well; if it is to go out in `{has}`, `allow = [\"untranslated\"]`",
                    beside(look, wanted)
                )),
        );
    }
}

fn draft(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    if let Some(said) = subject.message.draft {
        found.push(
            table::DRAFT
                .broken(format!("`{}` is a draft: it will not be published", subject.message.id))
                .at(said)
                .hint("take `draft = true` out when it is done"),
        );
    }
}

fn embargo(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    let Some(embargo) = &subject.message.embargo else { return };
    let due = subject.message.publish_at.as_ref().map(|due| due.value);
    let end = embargo.value;
    let too_early = match (end, due) {
        (When::Wall(end), Some(When::Wall(due))) => due < end,
        (When::Instant(end), Some(When::Instant(due))) => due < end,
        _ => false,
    };
    let message = if too_early {
        format!("`publish_at` is before the embargo ends: nothing goes out before {end}")
    } else {
        format!("nothing goes out before {end}, whatever the flags")
    };
    found.push(table::EMBARGO.broken(message).at(embargo.span));
}
