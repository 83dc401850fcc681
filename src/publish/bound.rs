//! What goes out, with the addresses in it that are known by now. Pure.

use crate::channel::Channel;
use crate::diagnostic::Severity;
use crate::plan::{Payload, Plan, Standing, Step, bind};
use crate::render::Variant;
use crate::text;
use std::collections::BTreeMap;

/// A step ready to be sent.
#[derive(Clone, Debug)]
pub(super) struct Bound {
    pub variant: Variant,
    pub payload: Payload,
}

/// Why a step cannot go as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Unfit {
    /// What it waits for is out, and has no address.
    NoAddress(String),
    /// The bound text breaks a rule of the network.
    Breaks(String),
}

/// The step with its late URLs. One that waits for none goes exactly as it was
/// shown; the others are checked once more, and never refitted.
pub(super) fn bound(
    plan: &Plan,
    step: &Step,
    standing: &Standing,
    channel: &dyn Channel,
) -> Result<Bound, Unfit> {
    if step.needs_url_of.is_empty() {
        return Ok(Bound { variant: step.variant.clone(), payload: step.payload.clone() });
    }
    let mut urls = BTreeMap::new();
    for name in &step.needs_url_of {
        let before = plan.step(name).and_then(|before| standing.newest_out(before));
        match before.and_then(|delivery| delivery.url()) {
            Some(url) => urls.insert(name.clone(), url.to_owned()),
            None => return Err(Unfit::NoAddress(name.clone())),
        };
    }
    let variant = bind(step, &urls);
    if let Some(why) = too_long(&variant, channel) {
        return Err(Unfit::Breaks(why));
    }
    let checked = channel.payload(&variant, &step.identity);
    if let Some(problem) = checked.problems.iter().find(|problem| problem.severity == Severity::Error) {
        return Err(Unfit::Breaks(format!("with the address in it, {}", problem.message)));
    }
    match checked.value {
        Some(payload) if payload.parts.len() == step.payload.parts.len() => Ok(Bound { variant, payload }),
        _ => Err(Unfit::Breaks("with the address in it, the text no longer is what was planned".to_owned())),
    }
}

fn too_long(variant: &Variant, channel: &dyn Channel) -> Option<String> {
    let rules = channel.rules();
    let Variant::Post(post) = variant else { return None };
    let mut counted = post
        .parts
        .iter()
        .map(|part| text::count(&part.text, &rules.with_pictures(part.media.len()), post.url_reserve));
    let long = counted.find(|counted| !counted.fits())?.decisive();
    let limit = long.limit?;
    Some(format!(
        "with the address in it, the text is {} of {limit}; raise `url_reserve`, and publish with `--again REASON`",
        long.counted
    ))
}
