//! A rehearsal for machines.

use super::{Body, Rehearsal, Shown};
use crate::report::sign::word;
use serde_json::{Value, json};

pub(super) fn rehearsal(rehearsal: &Rehearsal) -> Value {
    let runs = rehearsal
        .runs
        .iter()
        .map(|run| json!({ "run": run.number, "call": run.call, "when": run.when, "exit": run.exit }));
    let timelines = rehearsal.channels.iter().map(|channel| {
        let steps = channel.steps.iter().map(|step| {
            json!({ "run": step.run, "when": step.when, "rung": step.rung, "what": step.what,
                "trouble": step.trouble })
        });
        json!({
            "channel": channel.name,
            "network": channel.network,
            "account": channel.account,
            "shown": channel.shown.iter().map(shown).collect::<Vec<_>>(),
            "meanwhile": channel.meanwhile,
            "steps": steps.collect::<Vec<_>>(),
        })
    });
    let deliveries = rehearsal.channels.iter().flat_map(|channel| {
        channel.ends.iter().map(|end| {
            json!({ "key": end.key, "rung": end.rung, "channel": channel.name, "state": word(end.state),
                "error": end.why, "to_do": end.to_do.as_deref().map(str::trim) })
        })
    });
    json!({
        "rehearsal": true,
        "message": rehearsal.message,
        "ladder": rehearsal.ladder,
        "plan": rehearsal.digest,
        "seed": rehearsal.seed,
        "faults": rehearsal.faults,
        "notes": rehearsal.notes,
        "runs": runs.collect::<Vec<_>>(),
        "timelines": timelines.collect::<Vec<_>>(),
        "deliveries": deliveries.collect::<Vec<_>>(),
    })
}

fn shown(one: &Shown) -> Value {
    let mut value = match &one.body {
        Body::Post { warning, text, pictures, card, comments, reply } => {
            let pictures = pictures.iter().map(|(sha256, alt)| json!({ "sha256": sha256, "alt": alt }));
            let card = card.as_ref().map(|card| {
                let picture =
                    card.picture.as_ref().map(|(sha256, alt)| json!({ "sha256": sha256, "alt": alt }));
                json!({ "url": card.url, "title": card.title, "description": card.description,
                    "picture": picture })
            });
            json!({ "kind": "post", "content_warning": warning, "text": text, "pictures": pictures.collect::<Vec<_>>(), "card": card,
                "comments": comments, "reply": reply })
        }
        Body::Page(page) => {
            json!({ "kind": "page", "title": page.title, "excerpt": page.excerpt, "html": page.html,
                "text": page.markdown })
        }
        Body::Mail { from, to, subject, text, html, .. } => {
            json!({ "kind": "mail", "from": from, "to": to, "subject": subject, "text": text, "html": html })
        }
        Body::Paste(texts) => json!({ "kind": "paste", "texts": texts }),
    };
    if let Some(fields) = value.as_object_mut() {
        fields.insert("rung".to_owned(), json!(one.rung));
        fields.insert("when".to_owned(), json!(one.when));
        fields.insert("place".to_owned(), json!(one.place));
    }
    value
}
