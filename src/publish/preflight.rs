//! Everything that can be asked before the first byte leaves.

use super::revival::revivable;
use super::{Route, take_up};
use crate::channel::{Channel, Configured, Ready};
use crate::plan::{Plan, Standing, State, Step};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Which steps of a plan a run is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All (of `--only`, if given): `publish`.
    Plan,
    /// Those that were taken up before, with this plan: `run`.
    TakenUp,
}

impl Scope {
    /// Whether the step is in it.
    pub(super) fn covers(self, plan: &Plan, step: &Step, standing: &Standing, only: &[String]) -> bool {
        let chosen = only.is_empty() || only.contains(&step.rung);
        let taken_up = || standing.deliveries.get(&step.key).is_some_and(|d| d.plan == plan.digest);
        chosen && (self == Scope::Plan || taken_up())
    }
}

/// What of a plan is still to be sent, or to be looked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Left<'p> {
    /// The whole plan: what is left may wait for what is not.
    pub plan: &'p Plan,
    /// The steps, at least one.
    pub steps: Vec<&'p Step>,
}

impl<'p> Left<'p> {
    /// Each step, with its plan.
    pub fn each(&self) -> impl Iterator<Item = (&'p Plan, &'p Step)> {
        self.steps.iter().map(|step| (self.plan, *step))
    }
}

/// What is left of those of `plans` of which anything is: for asking the channels,
/// not for running.
pub fn outstanding<'p>(
    plans: &'p [Plan],
    standing: &Standing,
    only: &[String],
    scope: Scope,
) -> Vec<Left<'p>> {
    let needs = |step: &Step, revived: &[&Step]| match standing.deliveries.get(&step.key) {
        Some(delivery) => {
            let joined = scope == Scope::Plan && take_up::somebody_joins(step, delivery);
            let goes_after_all = || revived.iter().any(|revived| revived.key == step.key);
            delivery.is_open() || delivery.state == State::Unknown || joined || goes_after_all()
        }
        None => true,
    };
    let left = plans.iter().map(|plan| {
        let revived = match scope {
            Scope::Plan => revivable(plan, standing, &BTreeSet::new()),
            Scope::TakenUp => Vec::new(),
        };
        let is_left = |step: &&Step| scope.covers(plan, step, standing, only) && needs(step, &revived);
        Left { plan, steps: plan.steps.iter().filter(is_left).collect() }
    });
    left.filter(|left| !left.steps.is_empty()).collect()
}

/// What the channels of a run said of themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preflight {
    /// Which way each channel's steps go; one that cannot send has none.
    pub routes: BTreeMap<String, Route>,
    /// The channels that cannot send, and every reason, a sentence each.
    pub broken: BTreeMap<String, Vec<String>>,
}

/// Asks every channel of these steps whether it could send
/// (`Channel::ready`), before the first byte leaves for any of them, and
/// `outbox`, where it takes over for one of them.
pub async fn preflight<'p>(
    channels: &BTreeMap<String, Configured>,
    outbox: &Configured,
    steps: impl IntoIterator<Item = &'p Step>,
    project: &Path,
) -> Preflight {
    let mut found = Preflight::default();
    for step in steps {
        let name = step.channel.as_str();
        let Some(configured) = channels.get(name) else {
            let problem =
                format!("`{}` goes to `[channels.{name}]`, which is not in `ladder.toml`", step.rung);
            found.breaks(name, vec![problem]);
            continue;
        };
        if !found.routes.contains_key(name) && !found.broken.contains_key(name) {
            match ask(name, configured, project).await {
                Ok(route) => drop(found.routes.insert(name.to_owned(), route)),
                Err(reasons) => found.breaks(name, reasons),
            }
        }
        // The key holds the account: sending to another one would break the
        // promise that the journal makes.
        let account = configured.channel.account();
        if !configured.has_account(&step.identity.account) {
            let problem = format!(
                "`{}` was planned for `{}`, and `[channels.{name}]` is now `{account}`: plan it anew",
                step.rung, step.identity.account
            );
            found.breaks(name, vec![problem]);
        }
    }
    let stands_in = |route: &Route| matches!(route, Route::Outbox { .. });
    if found.routes.values().any(stands_in)
        && let Err(reasons) = ask("outbox", outbox, project).await
    {
        let names: Vec<String> =
            found.routes.iter().filter(|(_, r)| stands_in(r)).map(|(name, _)| name.clone()).collect();
        names.iter().for_each(|name| found.breaks(name, reasons.clone()));
    }
    found
}

impl Preflight {
    /// That channel cannot send, for these reasons too.
    fn breaks(&mut self, name: &str, reasons: Vec<String>) {
        self.routes.remove(name);
        let known = self.broken.entry(name.to_owned()).or_default();
        for reason in reasons {
            if !known.contains(&reason) {
                known.push(reason);
            }
        }
    }
}

/// The channel that speaks for `account` today: by the name that it had, else
/// whichever has the account.
pub fn account_of<'a>(
    channels: &'a BTreeMap<String, Configured>,
    name: &str,
    account: &str,
) -> Option<&'a dyn Channel> {
    let mut named = channels.get(name).into_iter().chain(channels.values());
    named.find(|configured| configured.has_account(account)).map(|configured| &*configured.channel)
}

/// Why that channel cannot send, as people read it.
pub fn of_channel(name: &str, reason: &str) -> String {
    format!("`[channels.{name}]`: {reason}")
}

async fn ask(name: &str, configured: &Configured, project: &Path) -> Result<Route, Vec<String>> {
    match configured.channel.ready(project).await {
        Ready::Yes => Ok(Route::Network),
        Ready::NoCredentials(missing) if configured.without_credentials => Ok(Route::Outbox { missing }),
        Ready::NoCredentials(reasons) | Ready::No(reasons) if reasons.is_empty() => {
            Err(vec![format!("`[channels.{name}]` cannot send")])
        }
        Ready::NoCredentials(reasons) | Ready::No(reasons) => {
            Err(reasons.iter().map(|reason| of_channel(name, reason)).collect())
        }
    }
}
