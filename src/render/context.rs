//! What a template can say: `message`, `brand`, `channel`, `rung`, `ladder`, `rungs`, `link`.

use super::names::Names;
use super::{Job, markdown};
use crate::ladder::{Node, NodeKind, Table};
use minijinja::Value;
use std::collections::BTreeMap;

/// The variables of one rung. What a message does not have is left out: using
/// it is an error that says so, and `is defined` can ask.
pub(super) fn context(job: &Job<'_>, names: &Names) -> Value {
    let message = job.message;
    let mut m: BTreeMap<&str, Value> = BTreeMap::new();
    m.insert("id", Value::from(message.id.as_str()));
    m.insert("title", Value::from(message.title.value.trim()));
    m.insert("summary", Value::from(message.summary.trim()));
    m.insert("body", Value::from(markdown::trimmed(&message.body.value)));
    m.insert("campaign", Value::from(message.campaign.as_str()));
    m.insert("language", Value::from(message.language.as_str()));
    m.insert("tags", message.tags.iter().map(|tag| Value::from(tag.value.as_str())).collect());
    m.insert("media", message.media.iter().map(|media| picture(job, media)).collect());
    m.insert("extra", table(&message.extra));
    if let Some(link) = &message.link {
        m.insert("link", Value::from(link.value.trim()));
    }
    if let Some(when) = job.message.publish_at.as_ref().or(job.master.publish_at.as_ref()) {
        let wall = when.value.resolve(job.zone).to_zoned(job.zone.clone());
        m.insert("publish_at", Value::from(wall.strftime("%Y-%m-%d %H:%M").to_string()));
    }

    let brand = &job.project.brand;
    let mut b = BTreeMap::from([
        ("name", Value::from(brand.name.as_str())),
        ("language", Value::from(brand.language.as_str())),
    ]);
    if let Some(url) = &brand.url {
        b.insert("url", Value::from(url.value.as_str()));
    }
    let mut c = BTreeMap::from([
        ("name", Value::from(job.outlet.channel.as_str())),
        ("network", Value::from(job.outlet.rules.network)),
        ("language", Value::from(job.outlet.language.as_str())),
    ]);
    let account = job.project.channel(&job.rung.channel.value).and_then(|channel| channel.account.as_ref());
    if let Some(account) = account {
        c.insert("account", Value::from(account.value.as_str()));
    }

    let mut root = BTreeMap::from([
        ("message", Value::from(m)),
        ("brand", Value::from(b)),
        ("channel", Value::from(c)),
        ("rung", Value::from(job.rung.name.value.as_str())),
        ("ladder", Value::from(job.ladder.name.as_str())),
        (
            "rungs",
            names
                .addresses()
                .map(|(name, token)| {
                    (name.to_owned(), Value::from(BTreeMap::from([("url", Value::from(token))])))
                })
                .collect::<BTreeMap<String, Value>>()
                .into(),
        ),
    ]);
    if let Some(link) = link(job, names) {
        root.insert("link", Value::from(link));
    }
    Value::from(root)
}

/// The message's own link, else the address of the ladder's article.
pub(super) fn link(job: &Job<'_>, names: &Names) -> Option<String> {
    let own = job.message.link.as_ref().or(job.master.link.as_ref()).map(|link| link.value.trim().to_owned());
    own.filter(|link| !link.is_empty()).or_else(|| names.article_address(true))
}

fn picture(job: &Job<'_>, media: &crate::ladder::Media) -> Value {
    let alt = media.alt_in(&job.outlet.language).map_or("", |alt| alt.value.as_str());
    Value::from(BTreeMap::from([("file", Value::from(media.file.value.as_str())), ("alt", Value::from(alt))]))
}

fn table(table: &Table) -> Value {
    let entries = table.entries.iter();
    entries.map(|(key, node)| (key.value.clone(), value(node))).collect::<BTreeMap<String, Value>>().into()
}

fn value(node: &Node) -> Value {
    match &node.kind {
        NodeKind::String(text) | NodeKind::Datetime(text) => Value::from(text.as_str()),
        NodeKind::Integer(number) => Value::from(*number),
        NodeKind::Float(number) => Value::from(*number),
        NodeKind::Boolean(truth) => Value::from(*truth),
        NodeKind::Null => Value::from(()),
        NodeKind::Array(items) => items.iter().map(value).collect(),
        NodeKind::Table(inner) => table(inner),
    }
}
