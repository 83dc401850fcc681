//! Which value of a template made a text so long.

use super::look::Look;
use crate::render::late;
use crate::render::markup::{Markup, escaped};
use crate::source::Span;
use crate::text::{EntityKind, count, entities};

/// A value that stands in a text, and what it costs there.
pub(super) struct Share {
    /// How a template names it: `message.summary`.
    pub name: &'static str,
    /// What it costs, as the network counts.
    pub cost: usize,
    /// Where to change it: in the template if it stands there, else in the message.
    pub span: Span,
}

/// The value that costs most in part `part` of a post, if it costs anything
/// worth naming (a quarter of the text).
pub(super) fn largest(look: &Look<'_>, part: usize) -> Option<Share> {
    let post = look.post()?;
    let text = post.parts.get(part)?.text.as_str();
    let rules = &look.made.outlet.rules;
    let cost = |text: &str| count(text, rules, post.url_reserve).counted;
    let message = look.made.message;
    let whole = cost(text);
    let markup = Markup::of(rules.network);
    let costs = |value: &str| match value.trim() {
        "" => 0,
        value => {
            let written = escaped(value, markup);
            let (plain, escaped) = (text.matches(value).count(), text.matches(&written).count());
            if plain >= escaped { plain * cost(value) } else { escaped * cost(&written) }
        }
    };
    let tags = entities(text, rules.dialect).into_iter().filter(|entity| entity.kind == EntityKind::Hashtag);
    let tags: usize = tags.map(|entity| cost(&text[entity.range])).sum();
    let late: usize = late::find(text).iter().map(|found| cost(&text[found.range.clone()])).sum();
    let title = costs(&message.title.value);
    let summary = costs(&message.summary);
    let template = look.template(part).map_or("", |template| template.value.as_str());
    let wrote_all = look.written_whole().is_some();
    let body = if !wrote_all && template.contains("message.body") {
        whole.saturating_sub(title + summary + tags + late)
    } else {
        0
    };
    let in_message = message.title.span;
    let mut shares = [
        ("message.title", title, in_message),
        ("message.summary", summary, message.summary_span.unwrap_or(in_message)),
        (
            "message.body",
            body,
            Span::new(message.body.span.source, message.body.span.start, message.body.span.start),
        ),
        ("message.tags", tags, message.tags.first().map_or(in_message, |tag| tag.span)),
        ("the address of another rung", late, look.made.rung.span),
    ];
    shares.sort_by_key(|(_, cost, _)| std::cmp::Reverse(*cost));
    let (name, cost, written) = shares[0];
    if wrote_all || cost == 0 || cost * 4 < whole {
        return None;
    }
    let span = if look.template(part).is_some() { in_template(look, part, name) } else { written };
    Some(Share { name, cost, span })
}

/// The place of `name` within the template, else the whole template.
fn in_template(look: &Look<'_>, part: usize, name: &str) -> Span {
    let span = look.text_span(part);
    let words: &[&str] = match name {
        "the address of another rung" => &["rungs.", "link"],
        "message.tags" => &["message.tags", "hashtags"],
        _ => std::slice::from_ref(&name),
    };
    let text = look.subject.sources.slice(span);
    for word in words {
        if let Some(at) = text.find(word) {
            let start = span.start + at;
            return Span::new(span.source, start, start + word.len());
        }
    }
    span
}
