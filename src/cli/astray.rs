//! Deliveries of the queue whose channel the project has no more, or has under
//! another name.

use super::house::House;
use crate::plan::{Delivery, Plan, Standing, State, StepKey};
use crate::publish::{self, Scope};
use crate::report::columns::{Sheet, prose};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What can be done about it; the key is that of one of them.
pub fn hint(key: &StepKey, state: State, message: &str) -> String {
    let short = key.short();
    match state {
        State::Unknown => format!(
            "put the channel back into `ladder.toml` and `ladder run` looks for it, or say what you see: `ladder \
             resolve {short} --sent URL` or `--not-sent`"
        ),
        _ => format!(
            "put the channel back into `ladder.toml`; or `ladder publish {message}` plans it anew for the channels \
             that there are; or `ladder resolve {short} --not-sent` takes it out"
        ),
    }
}

/// Gives every step the channel that has its account today: renaming a channel
/// changes nothing of what is queued for it.
pub fn follow_renamed(house: &House, plans: &mut [Plan]) {
    for step in plans.iter_mut().flat_map(|plan| &mut plan.steps) {
        if let Some(name) = today(house, &step.channel, &step.adapter, &step.identity.account) {
            name.clone_into(&mut step.channel);
        }
    }
}

/// The channel of that name if it has the account, else whichever has it.
pub fn today<'h>(house: &'h House, channel: &str, adapter: &str, account: &str) -> Option<&'h str> {
    let all = &house.channels.configured;
    let named = all.get_key_value(channel).into_iter().chain(all.iter());
    let mut fits = named.filter(|(_, one)| one.adapter == adapter && one.has_account(account));
    fits.next().map(|(name, _)| name.as_str())
}

/// Why there is no channel for what goes to `account` by way of `channel`, if
/// there is none.
pub fn why_astray(house: &House, channel: &str, adapter: &str, account: &str) -> Option<String> {
    if today(house, channel, adapter, account).is_some() {
        return None;
    }
    Some(match house.channels.configured.get(channel) {
        Some(other) => {
            format!(
                "`[channels.{channel}]` is `{}` now, and no channel is `{account}`",
                other.channel.account()
            )
        }
        // A channel that cannot be read has told its own problem.
        None if house.loaded.project.channels.iter().any(|known| known.name.value == channel) => {
            format!("`[channels.{channel}]` cannot be used as it stands in `ladder.toml`")
        }
        None => {
            format!("`ladder.toml` has no `[channels.{channel}]` any more, and no channel is `{account}`")
        }
    })
}

/// What is still to be sent, or looked for, of these plans, and has no channel; why.
pub fn astray(house: &House, plans: &[Plan], standing: &Standing) -> BTreeMap<StepKey, String> {
    let left = publish::outstanding(plans, standing, &[], Scope::TakenUp);
    let steps = left.iter().flat_map(|left| left.steps.iter().copied());
    let why = steps
        .map(|step| (&step.key, why_astray(house, &step.channel, &step.adapter, &step.identity.account)));
    why.filter_map(|(key, why)| Some((key.clone(), why?))).collect()
}

/// Of these deliveries those that have no channel: for people, and for machines
/// in the form of `left_alone`.
pub fn told(house: &House, deliveries: &[&Delivery], sheet: Sheet) -> (String, Value) {
    let mut text = String::new();
    let mut all = Vec::new();
    for delivery in deliveries.iter().filter(|d| d.is_open() || d.state == State::Unknown) {
        let Delivery { channel, adapter, account, message, rung, .. } = delivery;
        let Some(why) = why_astray(house, channel, adapter, account) else { continue };
        let hint = hint(&delivery.key, delivery.state, message);
        text.push_str(&prose(sheet, 2, &format!("{rung} of {message}: {why}")));
        text.push_str(&prose(sheet, 4, &hint));
        all.push(json!({
            "channel": channel,
            "code": super::asking::CHANNEL_CHANGED,
            "why": why,
            "hint": hint,
            "keys": [delivery.key],
            "messages": [message],
        }));
    }
    (text, Value::Array(all))
}
