//! Plans made by hand, for the tests of every room that works with them.

use super::{
    Event, EventKind, Gate, Identity, PLAN_VERSION, Payload, PayloadPart, Plan, Receipt, Step, Tracking,
};
use crate::render::{Mail, Part, Post, Variant, late};
use jiff::Timestamp;

/// A plan of `steps` for the message `rocket`.
pub(crate) fn plan(steps: Vec<Step>) -> Plan {
    let mut plan = Plan {
        version: PLAN_VERSION,
        store: "01STORE".to_owned(),
        message: "rocket".to_owned(),
        title: "Rocket".to_owned(),
        ladder: "launch".to_owned(),
        campaign: "rocket".to_owned(),
        zone: "UTC".to_owned(),
        publish_at: None,
        embargo: None,
        steps,
        digest: String::new(),
        files: String::new(),
    };
    plan.digest = plan.compute_digest();
    plan
}

/// A post of these parts to the channel of the rung's own name.
pub(crate) fn post(rung: &str, after: &[&str], texts: &[&str]) -> Step {
    let part = |text: &&str| Part { text: (*text).to_owned(), links: Vec::new(), media: Vec::new() };
    let variant = Variant::Post(Post {
        parts: texts.iter().map(part).collect(),
        card: None,
        first_comment: None,
        url_reserve: 80,
        language: "en".to_owned(),
    });
    step(rung, after, variant, texts)
}

/// A post that speaks of the address of `other`.
pub(crate) fn post_with_url(rung: &str, other: &str) -> Step {
    post(rung, &[other], &[&format!("see {}", late::token(other, true))])
}

/// A mail to these people.
pub(crate) fn mail(rung: &str, people: &[String]) -> Step {
    let variant = Variant::Mail(Mail {
        from: "news@acme.example".to_owned(),
        subject: "Rocket".to_owned(),
        preheader: String::new(),
        html: "<p>It landed</p>".to_owned(),
        text: "It landed".to_owned(),
        media: Vec::new(),
        language: "en".to_owned(),
    });
    Step { recipients: people.to_vec(), ..step(rung, &[], variant, &["It landed"]) }
}

fn step(rung: &str, after: &[&str], variant: Variant, bodies: &[&str]) -> Step {
    let identity = Identity {
        account: format!("fake:{rung}"),
        message: "rocket".to_owned(),
        rung: rung.to_owned(),
        occurrence: 0,
        generation: 0,
        recipient: None,
    };
    let payload = payload(bodies);
    Step {
        key: identity.key(),
        identity,
        rung: rung.to_owned(),
        channel: rung.to_owned(),
        adapter: "fake".to_owned(),
        kind: variant.kind(),
        after: after.iter().map(|name| (*name).to_owned()).collect(),
        needs_url_of: variant.late_rungs().into_iter().collect(),
        gate: Gate::default(),
        variant,
        payload_digest: payload.digest(),
        payload,
        tracking: Tracking::default(),
        recipients: Vec::new(),
        reason: None,
    }
}

pub(crate) fn payload(bodies: &[&str]) -> Payload {
    let part = |body: &&str| PayloadPart { body: serde_json::json!({ "text": body }), media: Vec::new() };
    Payload { parts: bodies.iter().map(part).collect() }
}

/// The same step with other words.
pub(crate) fn edited(step: &Step, text: &str) -> Step {
    let mut edited = step.clone();
    edited.payload = payload(&[text]);
    edited.payload_digest = edited.payload.digest();
    edited
}

/// The same step, once more.
pub(crate) fn again(step: &Step, generation: u32) -> Step {
    let mut again = step.clone();
    again.identity.generation = generation;
    again.key = again.identity.key();
    again.reason = Some("a typo".to_owned());
    again
}

pub(crate) fn at(time: &str) -> Timestamp {
    time.parse().expect("a time")
}

/// One fact about a step.
pub(crate) fn event(step: &Step, time: &str, kind: EventKind) -> Event {
    Event { at: at(time), key: step.key.clone(), recipient: None, kind }
}

pub(crate) fn to(person: &str, event: Event) -> Event {
    Event { recipient: Some(person.to_owned()), ..event }
}

pub(crate) fn planned(plan: &Plan, step: &Step, time: &str) -> Event {
    let kind = EventKind::Planned {
        message: plan.message.clone(),
        title: plan.title.clone(),
        rung: step.identity.rung.clone(),
        channel: step.channel.clone(),
        adapter: step.adapter.clone(),
        account: step.identity.account.clone(),
        campaign: plan.campaign.clone(),
        ladder: plan.ladder.clone(),
        kind: step.kind,
        generation: step.identity.generation,
        plan: plan.digest.clone(),
        payload_digest: step.payload_digest.clone(),
        parts: step.payload.parts.len() as u32,
        recipients: step.recipients.clone(),
        reason: step.reason.clone(),
    };
    event(step, time, kind)
}

pub(crate) fn intent(part: u32) -> EventKind {
    EventKind::Intent { part, attempt: 1, bound: serde_json::json!({ "part": part }), prepares: false }
}

pub(crate) fn receipt(part: u32, url: Option<&str>) -> EventKind {
    EventKind::Receipt { part, receipt: Receipt { url: url.map(str::to_owned), ..Receipt::default() } }
}

pub(crate) fn pasted(part: u32) -> EventKind {
    EventKind::Receipt { part, receipt: Receipt { for_a_person: true, ..Receipt::default() } }
}

pub(crate) fn resolved(sent: bool, url: Option<&str>) -> EventKind {
    EventKind::Resolved { sent, url: url.map(str::to_owned), id: None, by: "grace".to_owned() }
}
