//! Everything that can be asked before the first byte leaves.

use super::{Route, take_up};
use crate::channel::{Configured, Ready};
use crate::plan::{Plan, Standing, State, Step};
use std::collections::BTreeMap;
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

/// The plans without what needs nothing any more: with only those steps that
/// are still to be sent or to be looked for, for [`preflight`]. They are for
/// asking, not for running: a step that others wait for may be missing.
pub fn outstanding(plans: &[Plan], standing: &Standing, only: &[String], scope: Scope) -> Vec<Plan> {
    let needs = |step: &Step| match standing.deliveries.get(&step.key) {
        Some(delivery) => {
            let joined = scope == Scope::Plan && take_up::somebody_joins(step, delivery);
            delivery.is_open() || delivery.state == State::Unknown || joined
        }
        None => true,
    };
    let mut left: Vec<Plan> = plans.to_vec();
    for (plan, whole) in left.iter_mut().zip(plans) {
        plan.steps.retain(|step| scope.covers(whole, step, standing, only) && needs(step));
    }
    left.retain(|plan| !plan.steps.is_empty());
    left
}

/// Asks every channel of the plans' steps whether it could send
/// (`Channel::ready`), before the first byte leaves for any of them, and
/// `outbox`, where it takes over for one of them. The error is every reason
/// why nothing may be sent at all, a sentence each.
pub async fn preflight(
    channels: &BTreeMap<String, Configured>,
    outbox: &Configured,
    plans: &[Plan],
    project: &Path,
) -> Result<BTreeMap<String, Route>, Vec<String>> {
    let mut problems = Vec::new();
    let mut asked: BTreeMap<&str, Option<Route>> = BTreeMap::new();
    for step in plans.iter().flat_map(|plan| &plan.steps) {
        let name = step.channel.as_str();
        let Some(configured) = channels.get(name) else {
            let problem =
                format!("`{}` goes to `[channels.{name}]`, which is not in `ladder.toml`", step.rung);
            if !problems.contains(&problem) {
                problems.push(problem);
            }
            continue;
        };
        // The key holds the account: sending to another one would break the
        // promise that the journal makes.
        let account = configured.channel.account();
        if account != step.identity.account {
            problems.push(format!(
                "`{}` was planned for `{}`, and `[channels.{name}]` is now `{account}`: plan it anew",
                step.rung, step.identity.account
            ));
        }
        if !asked.contains_key(name) {
            let route = ask(name, configured, project, &mut problems).await;
            asked.insert(name, route);
        }
    }
    if asked.values().flatten().any(|route| matches!(route, Route::Outbox { .. })) {
        ask("outbox", outbox, project, &mut problems).await;
    }
    if problems.is_empty() {
        Ok(asked.into_iter().filter_map(|(name, route)| Some((name.to_owned(), route?))).collect())
    } else {
        Err(problems)
    }
}

async fn ask(
    name: &str,
    configured: &Configured,
    project: &Path,
    problems: &mut Vec<String>,
) -> Option<Route> {
    match configured.channel.ready(project).await {
        Ready::Yes => Some(Route::Network),
        Ready::NoCredentials(missing) if configured.without_credentials => Some(Route::Outbox { missing }),
        Ready::NoCredentials(reasons) | Ready::No(reasons) => {
            let named = reasons.iter().map(|reason| format!("`[channels.{name}]`: {reason}"));
            let before = problems.len();
            problems.extend(named);
            if problems.len() == before {
                problems.push(format!("`[channels.{name}]` cannot send"));
            }
            None
        }
    }
}
