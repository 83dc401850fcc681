//! What is asked before anything is sent, and what is told of those channels
//! that had to be left alone.

use super::astray::hint;
use super::desk::Desk;
use super::failure::{Failure, listed_below};
use super::house::House;
use super::lacking::takes_secrets;
use super::publish::answer;
use super::sending::{Manner, NOT_LOOKED_FOR, deliveries};
use crate::channel::{adapter_named, outbox};
use crate::diagnostic::first_few;
use crate::exit::Exit;
use crate::plan::{Delivery, PartStanding, Plan, Standing, State, Step, StepKey};
use crate::publish::{self, Left, Moment, Rest, Route, Scope, exit_beside_rest, resting, wanted};
use crate::render::VariantKind;
use crate::report::sign::word;
use crate::text::visible;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Deliveries that a sentence names; all of them are in the JSON answer.
const MOST_NAMED: usize = 5;

/// What the channels and the networks said.
#[derive(Debug, Default)]
pub struct Asked {
    /// Which way each channel's steps go.
    pub routes: BTreeMap<String, Route>,
    /// The steps that rest in this run.
    pub resting: BTreeSet<StepKey>,
    /// The channels that something was due on, and that cannot be used.
    pub left_alone: Vec<LeftAlone>,
    /// A sentence for each network that does not say whose the credentials are.
    pub unsaid: Vec<String>,
}

/// The channels that cannot be used: a code, and every reason.
type Broken = BTreeMap<String, (&'static str, Vec<String>)>;

/// A channel that cannot be used in this run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LeftAlone {
    channel: String,
    code: &'static str,
    /// Every reason, a sentence each.
    reasons: Vec<String>,
    /// What was to be done on it.
    keys: Vec<StepKey>,
    /// What that is called.
    names: Vec<String>,
    /// The messages that do not begin at all because of it.
    messages: Vec<String>,
    /// Whether any of it was due by now, or is looked for.
    is_due: bool,
    /// What to do, if that is another thing for each.
    hint: Option<String>,
}

/// The code of a channel that the queue has and `ladder.toml` has not.
pub const CHANNEL_CHANGED: &str = "channel-changed";

/// Asks the channels of what is `left` whether they can send, and the networks
/// whose the credentials are. What cannot be used rests (see
/// `docs/decisions/accounts.md`). The error: nothing is to be sent, for `publish`
/// would begin a message on some channels only, or has nothing but broken ones.
pub async fn ask(
    house: &House,
    left: &[Left<'_>],
    standing: &Standing,
    manner: &Manner,
) -> Result<Asked, Failure> {
    let (channels, project) = (&house.channels.configured, &house.loaded.folder.path);
    let outbox = outbox::stand_in(&house.loaded.project);
    let moment = Moment { now: crate::clock::now(), zone: &house.loaded.zone, early: manner.early };
    let wanted = wanted(left, standing, &moment, manner.scope);
    let astray = &manner.astray;
    let mut here = left.to_vec();
    here.iter_mut().for_each(|left| left.steps.retain(|step| !astray.contains_key(&step.key)));
    let steps = here.iter().flat_map(|left| left.steps.iter().copied());
    let found = publish::preflight(channels, &outbox, steps, project).await;
    let mut broken: Broken =
        found.broken.into_iter().map(|(name, reasons)| (name, ("not-ready", reasons))).collect();
    let mut routes = found.routes;
    let is_broken =
        |broken: &Broken, step: &Step| broken.contains_key(&step.channel) || astray.contains_key(&step.key);
    let mut rest = resting(left, standing, &wanted, |step| is_broken(&broken, step));
    end_if_nothing_is_left(house, manner, &wanted, &rest, &broken).map_err(|failure| {
        let alone = left_alone(broken.clone(), &here, standing, &wanted, &rest);
        Failure { fields: vec![("left_alone", alone.iter().map(LeftAlone::json).collect())], ..failure }
    })?;
    // Who rests is not asked: some networks charge for it.
    let steps = || left.iter().flat_map(|left| left.steps.iter().copied());
    let goes = |step: &&Step| wanted.contains(&step.key) && !rest.steps.contains(&step.key);
    let names = steps().filter(goes).map(|step| step.channel.clone()).collect();
    let verdicts = publish::verify(channels, &routes, &names, project).await;
    for (name, says) in verdicts.broken {
        routes.remove(&name);
        broken.insert(name, ("not-accepted", vec![says]));
    }
    rest = resting(left, standing, &wanted, |step| is_broken(&broken, step));
    end_if_nothing_is_left(house, manner, &wanted, &rest, &broken).map_err(|failure| {
        let alone = left_alone(broken.clone(), &here, standing, &wanted, &rest);
        Failure { fields: vec![("left_alone", alone.iter().map(LeftAlone::json).collect())], ..failure }
    })?;
    let mut left_alone = left_alone(broken, &here, standing, &wanted, &rest);
    left_alone.extend(without_channel(astray, left, standing, &wanted, &rest));
    Ok(Asked { routes, resting: rest.steps, left_alone, unsaid: verdicts.unsaid })
}

/// The broken channels that something was to be done on.
fn left_alone(
    broken: Broken,
    left: &[Left<'_>],
    standing: &Standing,
    wanted: &BTreeSet<StepKey>,
    rest: &Rest,
) -> Vec<LeftAlone> {
    let mut found = Vec::new();
    for (channel, (code, reasons)) in broken {
        let mut alone = LeftAlone { channel, code, reasons, is_due: true, ..LeftAlone::default() };
        for (plan, step) in left.iter().flat_map(Left::each) {
            let begins = !rest.whole.contains(&plan.digest);
            if step.channel != alone.channel || begins && !wanted.contains(&step.key) {
                continue;
            }
            alone.add(plan, step, standing, begins);
        }
        if !alone.keys.is_empty() {
            found.push(alone);
        }
    }
    found
}

/// What is queued for channels that the project does not have, by channel: also
/// what is not due yet, for nobody would mend it before it is too late.
fn without_channel(
    astray: &BTreeMap<StepKey, String>,
    left: &[Left<'_>],
    standing: &Standing,
    wanted: &BTreeSet<StepKey>,
    rest: &Rest,
) -> Vec<LeftAlone> {
    let mut found: BTreeMap<(&str, &str), LeftAlone> = BTreeMap::new();
    for (plan, step) in left.iter().flat_map(Left::each) {
        let Some(why) = astray.get(&step.key) else { continue };
        let alone = found.entry((&step.channel, why)).or_insert_with(|| LeftAlone {
            channel: step.channel.clone(),
            code: CHANNEL_CHANGED,
            reasons: vec![why.clone()],
            ..LeftAlone::default()
        });
        alone.is_due |= wanted.contains(&step.key);
        alone.add(plan, step, standing, !rest.whole.contains(&plan.digest));
        let state = standing.deliveries.get(&step.key).map_or(State::Planned, |delivery| delivery.state);
        if alone.hint.is_none() || state == State::Unknown {
            alone.hint = Some(hint(&step.key, state, &plan.message));
        }
    }
    found.into_values().collect()
}

/// `publish` has a person who reads the answer: what cannot do anything ends
/// before the journal hears of it.
fn end_if_nothing_is_left(
    house: &House,
    manner: &Manner,
    wanted: &BTreeSet<StepKey>,
    rest: &Rest,
    broken: &Broken,
) -> Result<(), Failure> {
    let is_idle = broken.is_empty() || wanted.is_empty();
    if manner.scope == Scope::TakenUp || is_idle || !wanted.is_subset(&rest.steps) {
        return Ok(());
    }
    let reasons = broken.values().flat_map(|(_, reasons)| reasons);
    let code = codes(broken.values().map(|(code, _)| *code));
    let outbox = could_stand_in(house, broken.keys());
    Err(failure(code, "nothing was sent", &said_once(reasons), outbox))
}

/// Tells where the deliveries stand after a run, and which channels were left alone.
pub fn told(
    plans: &[Plan],
    before: &Standing,
    standing: &Standing,
    left_alone: &[LeftAlone],
    desk: &mut Desk,
    house: &House,
) -> Result<Exit, Failure> {
    desk.field("left_alone", left_alone.iter().map(LeftAlone::json).collect::<Value>());
    let exit = answer(plans, before, standing, desk, house);
    if left_alone.is_empty() {
        return Ok(exit);
    }
    let found = deliveries(standing, plans);
    let nothing = done(&deliveries(before, plans)) == done(&found);
    let begins = if nothing { "nothing was sent" } else { "not all was sent" };
    let sentences: Vec<String> = left_alone.iter().flat_map(LeftAlone::sentences).collect();
    let code = codes(left_alone.iter().map(|alone| alone.code));
    let outbox = could_stand_in(house, left_alone.iter().map(|alone| &alone.channel));
    let mut failure = failure(code, begins, &sentences, outbox);
    let mut keys = left_alone.iter().flat_map(|alone| &alone.keys);
    if keys.any(|key| standing.deliveries.get(key).is_some_and(|delivery| delivery.state == State::Unknown)) {
        failure = failure.also(NOT_LOOKED_FOR);
    }
    if let Some(hint) = left_alone.iter().find_map(|alone| alone.hint.clone()) {
        failure.hint = Some(hint);
    }
    failure.exit = match left_alone.iter().any(|alone| alone.is_due) {
        true => exit_beside_rest(&found),
        // It is told before it is too late; so far nothing has failed.
        false => exit.or(Exit::Held),
    };
    Err(failure)
}

/// How many parts are out, or written for a person.
fn done(deliveries: &[&Delivery]) -> usize {
    let parts = deliveries.iter().flat_map(|delivery| {
        delivery.parts.iter().chain(delivery.recipients.iter().map(|person| &person.part))
    });
    parts.filter(|part: &&PartStanding| matches!(part.state, State::Sent | State::Waiting)).count()
}

/// Of several reasons the one that has to be mended first.
fn codes(mut codes: impl Iterator<Item = &'static str>) -> &'static str {
    let all: BTreeSet<&str> = codes.by_ref().collect();
    let first = ["not-ready", "not-accepted", CHANNEL_CHANGED].into_iter().find(|code| all.contains(code));
    first.unwrap_or("not-accepted")
}

/// Whether the outbox could stand in for one of these channels: it makes posts,
/// needs credentials, and does not say so already.
fn could_stand_in<'n>(house: &House, mut names: impl Iterator<Item = &'n String>) -> bool {
    names.any(|name| {
        house.channels.configured.get(name).is_some_and(|configured| {
            let adapter = adapter_named(configured.adapter);
            !configured.without_credentials
                && adapter.is_some_and(|adapter| adapter.kind == VariantKind::Post && takes_secrets(adapter))
        })
    })
}

/// `outbox`: whether what cannot be sent could go to the outbox instead.
fn failure(code: &'static str, begins: &str, reasons: &[String], outbox: bool) -> Failure {
    let failure = Failure::new(Exit::Failed, code, listed_below(begins, reasons));
    failure.hint(match code {
        "not-ready" if outbox => {
            "set what is missing, or give the channel `without_credentials = \"outbox\"`"
        }
        "not-ready" => "mend what is named, and say the same again",
        _ => "mend the credentials or the account; `ladder channels --check` asks the networks again",
    })
}

/// An outbox that cannot be written breaks every channel that it stands in for.
fn said_once<'a>(reasons: impl Iterator<Item = &'a String>) -> Vec<String> {
    let mut said: Vec<String> = Vec::new();
    for reason in reasons {
        if !said.contains(reason) {
            said.push(reason.clone());
        }
    }
    said
}

impl LeftAlone {
    /// One more thing that was to be done. `begins`: its message does.
    fn add(&mut self, plan: &Plan, step: &Step, standing: &Standing, begins: bool) {
        let state = standing.deliveries.get(&step.key).map_or(State::Planned, |delivery| delivery.state);
        self.names.push(format!("`{}` of `{}` ({})", step.rung, plan.message, word(state)));
        self.keys.push(step.key.clone());
        if !begins && !self.messages.contains(&plan.message) {
            self.messages.push(plan.message.clone());
        }
    }

    /// Why, a sentence each; behind the last, what stays as it is and what waits with it.
    pub fn sentences(&self) -> Vec<String> {
        let mut all = said_once(self.reasons.iter());
        let why = all.pop().unwrap_or_default();
        let stays = if self.names.len() == 1 { "stays as it is" } else { "stay as they are" };
        let mut sentence = format!("{why}: {} {stays}", first_few(self.names.iter().cloned(), MOST_NAMED));
        if !self.messages.is_empty() {
            let quoted: Vec<String> = self.messages.iter().map(|message| format!("`{message}`")).collect();
            let waits = if quoted.len() == 1 { "all of it waits" } else { "all of them waits" };
            sentence.push_str(&format!(
                ", and as nothing of {} is out yet, {waits}",
                first_few(quoted, MOST_NAMED)
            ));
        }
        all.push(sentence);
        all.iter().map(|sentence| visible(sentence).into_owned()).collect()
    }

    fn json(&self) -> Value {
        json!({
            "channel": self.channel,
            "code": self.code,
            "why": said_once(self.reasons.iter()).join("; "),
            "keys": self.keys,
            "messages": self.messages,
        })
    }
}
