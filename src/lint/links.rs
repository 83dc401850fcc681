//! Where links lead, and addresses that are not known yet.

use super::look::{Look, OfVariant, number};
use super::mail::in_body;
use super::{Subject, table};
use crate::diagnostic::Diagnostic;
use crate::ladder::Overflow;
use crate::render::{Variant, VariantKind};
use crate::source::{Span, Spanned};
use crate::text::{Dialect, EntityKind, Syntax, entities};
use std::collections::BTreeSet;

/// The rules of this file.
pub(super) const RULES: &[OfVariant] = &[
    late_addresses,
    late_token_literal,
    link_missing,
    several_links,
    insecure_link,
    private_link,
    slug_changed,
];

/// The host of the tokens, which nobody else has: `.invalid` is reserved (RFC 2606).
const TOKEN_HOST: &str = "rung.invalid";

/// `url-not-waited-for` and `no-address`.
fn late_addresses(look: &Look<'_>, found: &mut Vec<Diagnostic>) {
    let ladder = look.subject.ladder;
    for name in look.made.variant.late_rungs() {
        // A token of a rung that does not exist was written by hand: `late-token-literal`.
        let Some(other) = ladder.rung(&name) else { continue };
        let span = place_of_url(look, &name);
        let outlet = look.subject.outlets.get(&other.channel.value);
        let no_address = outlet.and_then(|outlet| match (outlet.kind, outlet.adapter.as_str()) {
            (VariantKind::Mail, _) => Some("a mail has no public address"),
            (_, "outbox") => Some("what is written to the outbox has no public address"),
            _ => None,
        });
        if let Some(why) = no_address {
            found.push(
                table::NO_ADDRESS
                    .broken(format!("`{}` uses the address of `{name}`, but {why}", look.rung()))
                    .at(span)
                    .hint("use the address of the article's rung, or `{{ message.link }}`"),
            );
        } else if !ladder.waits_for(look.rung(), &name) {
            found.push(
                table::URL_NOT_WAITED_FOR
                    .broken(format!(
                        "`{}` uses the address of `{name}`, but does not wait for it",
                        look.rung()
                    ))
                    .at(span)
                    .hint(format!("add `after = \"{name}\"` to `[rungs.{}]`", look.rung())),
            );
        }
    }
}

/// The place of `rungs.NAME` in the templates, else the rung.
fn place_of_url(look: &Look<'_>, name: &str) -> Span {
    let word = format!("rungs.{name}");
    for text in templates(look) {
        if let Some(at) = look.subject.sources.slice(text.span).find(&word) {
            return Span::new(text.span.source, text.span.start + at, text.span.start + at + word.len());
        }
    }
    look.made.rung.span
}

/// All templates that count for this variant.
fn templates<'l>(look: &'l Look<'_>) -> impl Iterator<Item = &'l Spanned<String>> {
    let settings = &look.settings;
    let lists = [&settings.shorter, &settings.thread].into_iter().flatten().flatten();
    let single = [
        &settings.text,
        &settings.title,
        &settings.excerpt,
        &settings.canonical,
        &settings.subject,
        &settings.preheader,
        &settings.first_comment,
    ];
    single.into_iter().flatten().chain(lists)
}

fn late_token_literal(look: &Look<'_>, found: &mut Vec<Diagnostic>) {
    for text in templates(look).chain(look.written_whole()) {
        literal_token(text.value.as_str(), text.span, look.subject, found);
    }
}

/// The message's own texts; once, not for each variant.
pub(super) fn literal_token_in_message(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    for message in std::iter::once(subject.message).chain(&subject.message.translations) {
        for text in [&message.title, &message.body].into_iter().chain(&message.link) {
            literal_token(&text.value, text.span, subject, found);
        }
        if let Some(span) = message.summary_span {
            literal_token(&message.summary, span, subject, found);
        }
    }
}

fn literal_token(value: &str, span: Span, subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    if !value.to_ascii_lowercase().contains(TOKEN_HOST) {
        return;
    }
    let written = subject.sources.slice(span).to_ascii_lowercase();
    let span = written
        .find(TOKEN_HOST)
        .map_or(span, |at| Span::new(span.source, span.start + at, span.start + at + TOKEN_HOST.len()));
    if found.iter().any(|other| other.rule == table::LATE_TOKEN_LITERAL.name && other.span == Some(span)) {
        return;
    }
    found.push(
        table::LATE_TOKEN_LITERAL
            .broken(format!(
                "`{TOKEN_HOST}` stands for addresses that are not known yet, and cannot be written by hand"
            ))
            .at(span)
            .hint("write `{{ rungs.NAME.url }}`, and `after = \"NAME\"`"),
    );
}

/// Every link of the variant, each once.
fn links<'a>(look: &Look<'a>) -> BTreeSet<&'a str> {
    let in_text = |text: &'a str| {
        entities(text, Dialect::Plain)
            .into_iter()
            .filter(|entity| entity.kind == EntityKind::Link)
            .map(|entity| &text[entity.range])
    };
    match look.made.variant {
        Variant::Post(post) => {
            let mut all: BTreeSet<&str> =
                post.parts.iter().flat_map(|part| part.links.iter().map(String::as_str)).collect();
            // In markup a link is not written as it is.
            if look.made.outlet.rules.markup == Syntax::Plain {
                all.extend(post.parts.iter().flat_map(|part| in_text(&part.text)));
            }
            all.extend(post.card.as_ref().map(|card| card.url.as_str()));
            all.extend(post.first_comment.iter().flat_map(|comment| in_text(comment)));
            all
        }
        Variant::Article(article) => in_text(&article.markdown).collect(),
        Variant::Mail(mail) => in_text(&mail.text).collect(),
    }
}

/// Where to change a link: the message's `link`, its body, or the text's template.
fn place_of_link(look: &Look<'_>, link: &str) -> Span {
    let bare = link.split(['?', '#']).next().unwrap_or(link);
    let given = look.made.message.link.as_ref().filter(|given| given.value.starts_with(bare));
    given.map(|given| given.span).or_else(|| in_body(look, bare)).unwrap_or_else(|| match look.made.variant {
        Variant::Post(_) => look.text_span(0),
        Variant::Article(_) | Variant::Mail(_) => look.body_span(),
    })
}

fn slug_changed(look: &Look<'_>, found: &mut Vec<Diagnostic>) {
    let (Some(article), Some(written)) = (look.article(), &look.settings.slug) else { return };
    let is_template = ["{{", "{%"].iter().any(|mark| written.value.contains(mark));
    if is_template || written.value == article.slug {
        return;
    }
    let shown: String = written.value.chars().take(80).collect();
    let problem = table::SLUG_CHANGED.broken(format!("the slug `{shown}` becomes `{}`", article.slug));
    found.push(problem.at(written.span).hint(format!("write it so: `slug = \"{}\"`", article.slug)));
}

fn link_missing(look: &Look<'_>, found: &mut Vec<Diagnostic>) {
    if look.post().is_none() || !links(look).is_empty() {
        return;
    }
    let ladder = look.subject.ladder;
    let is_article = |channel: &str| {
        look.subject.outlets.get(channel).is_some_and(|outlet| outlet.kind == VariantKind::Article)
    };
    // An article that waits for this very post cannot be linked from it.
    let article = ladder
        .rungs
        .iter()
        .map(|rung| (&rung.name.value, &rung.channel.value))
        .find(|(name, channel)| is_article(channel) && !ladder.waits_for(name, look.rung()));
    let (what, hint) = match (&look.made.message.link, article) {
        (Some(_), _) => ("the message's link", "put `{{ link }}` into its text".to_owned()),
        (None, Some((name, _))) if ladder.waits_for(look.rung(), name) => {
            ("the article", format!("put `{{{{ rungs.{name}.url }}}}` into its text"))
        }
        (None, Some((name, _))) => {
            ("the article", format!("add `after = \"{name}\"`, and `{{{{ rungs.{name}.url }}}}` to its text"))
        }
        (None, None) => return,
    };
    let whole = look.written_whole();
    let hint = match (&look.made.message.link, whole) {
        (_, None) if is_cut_off(look) => "its template has one, which was cut off at the end: shorten what \
                                          stands before it instead, as in `{{ message.summary | fit(120) }}`"
            .to_owned(),
        (_, None) => hint,
        (Some(link), Some(_)) => format!("put `{}` into `{}.md`", link.value.trim(), look.rung()),
        (None, Some(_)) => no_template(look.rung()),
    };
    let text = whole.or(look.settings.text.as_ref());
    found.push(
        table::LINK_MISSING
            .broken(format!("`{}` does not lead to {what}", look.rung()))
            .at(text.map_or(look.made.rung.span, |text| text.span))
            .hint(hint),
    );
}

/// What to do where a text that was written whole needs what only a template has.
pub(super) fn no_template(rung: &str) -> String {
    format!(
        "`{rung}.md` is no template: write its words as `text` in `[overrides.{rung}]` of the message instead, \
         where `{{{{ rungs.NAME.url }}}}` becomes an address"
    )
}

/// Whether a template of a post that is shortened as a whole has a link at all,
/// which is no longer there.
fn is_cut_off(look: &Look<'_>) -> bool {
    let shortened = look.settings.overflow.as_ref().is_some_and(|wish| wish.value == Overflow::Shorten);
    let texts = look.settings.text.iter().chain(look.settings.shorter.iter().flatten());
    shortened && texts.into_iter().any(|text| says_link(&text.value))
}

/// Whether a template writes the address of a rung, or the message's link.
fn says_link(template: &str) -> bool {
    let filled = template.split("{{").skip(1).filter_map(|rest| rest.split("}}").next());
    filled.flat_map(str::split_whitespace).any(|word| {
        word.starts_with("rungs.") && word.contains(".url") || matches!(word, "link" | "message.link")
    })
}

fn several_links(look: &Look<'_>, found: &mut Vec<Diagnostic>) {
    let Some(post) = look.post().filter(|_| look.made.outlet.rules.card) else { return };
    for (at, part) in post.parts.iter().enumerate() {
        let different: BTreeSet<&String> = part.links.iter().collect();
        if different.len() > 1 {
            found.push(
                table::SEVERAL_LINKS
                    .broken(format!(
                        "{} has {}, and {} shows a card for one",
                        look.part_name(at),
                        number(different.len(), "link"),
                        look.network()
                    ))
                    .at(look.text_span(at))
                    .hint("keep the one that matters"),
            );
        }
    }
}

fn host_of(link: &str) -> Option<String> {
    let whole = if link.contains("://") { link.to_owned() } else { format!("https://{link}") };
    url::Url::parse(&whole).ok()?.host_str().map(|host| host.trim_matches(['[', ']']).to_ascii_lowercase())
}

fn insecure_link(look: &Look<'_>, found: &mut Vec<Diagnostic>) {
    let project = look.subject.project;
    let brand = project.brand.url.as_ref().and_then(|url| host_of(&url.value));
    let own = project.tracking_domains.iter().map(|domain| domain.value.to_ascii_lowercase()).chain(brand);
    let own: Vec<String> = own.map(|host| host.trim_start_matches("www.").to_owned()).collect();
    for link in links(look) {
        if !link.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("http://")) {
            continue;
        }
        let host = host_of(link).unwrap_or_default();
        if own.iter().any(|own| host == *own || host.ends_with(&format!(".{own}"))) {
            found.push(
                table::INSECURE_LINK
                    .broken(format!("`{}` leads to your own site by `http://`", look.rung()))
                    .at(place_of_link(look, link))
                    .hint("write `https://`: browsers warn of the other"),
            );
        }
    }
}

fn private_link(look: &Look<'_>, found: &mut Vec<Diagnostic>) {
    for link in links(look) {
        let Some(host) = host_of(link).filter(|host| is_private(host)) else { continue };
        found.push(
            table::PRIVATE_LINK
                .broken(format!("`{}` leads to `{host}`, which readers cannot reach", look.rung()))
                .at(place_of_link(look, link))
                .hint("write the public address"),
        );
    }
}

fn is_private(host: &str) -> bool {
    if host == TOKEN_HOST {
        return false;
    }
    if let Ok(address) = host.parse::<std::net::Ipv4Addr>() {
        return address.is_private()
            || address.is_loopback()
            || address.is_link_local()
            || address.is_unspecified();
    }
    if let Ok(address) = host.parse::<std::net::Ipv6Addr>() {
        return address.is_loopback() || address.is_unspecified() || address.is_unique_local();
    }
    let ending = host.rsplit('.').next().unwrap_or(host);
    !host.contains('.')
        || ["local", "localhost", "internal", "lan", "test", "invalid", "home"].contains(&ending)
}

#[cfg(test)]
mod tests {
    use super::says_link;

    #[test]
    fn a_template_with_a_link_is_known() {
        for text in
            ["{{ message.title }} {{ rungs.blog.url }}", "{{rungs.blog.url | untracked}}", "{{ link }}"]
        {
            assert!(says_link(text), "{text}");
        }
        for text in ["{{ message.title }}", "rungs.blog.url", "a link", "{{ rungs.blog.title }}"] {
            assert!(!says_link(text), "{text}");
        }
    }
}
