//! What the verbs for one message share: the project opened, the message on its
//! ladder checked, the store opened, the plan made.

use super::compose::{Channels, Composed, compose};
use super::desk::Desk;
use super::failure::Failure;
use super::load::{Loaded, Unclear};
use crate::channel::owner;
use crate::diagnostic::{Checked, Diagnostic, Severity, has_errors};
use crate::exit::Exit;
use crate::ladder::{Ladder, Message};
use crate::lint;
use crate::plan::make::Materials;
use crate::plan::{self, Plan, Standing, StepKey, Wish};
use crate::store::{Store, View, Viewed};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// A project with its channels.
pub struct House {
    /// The files.
    pub loaded: Loaded,
    /// The channels.
    pub channels: Channels,
}

impl House {
    /// Opens the project; problems are kept, not yet told.
    pub fn open(desk: &mut Desk) -> Result<House, Failure> {
        Ok(House::of(Loaded::open(desk)?))
    }

    /// The same without ladders and templates: enough for what is in the journal.
    pub fn project_only(desk: &mut Desk) -> Result<House, Failure> {
        Ok(House::of(Loaded::project_only(desk)?))
    }

    fn of(mut loaded: Loaded) -> House {
        let channels = Channels::of(&loaded.sources, &loaded.project);
        loaded.problems.extend(channels.problems.iter().cloned());
        loaded.problems.extend(lint::check_project(&loaded.project));
        House { loaded, channels }
    }

    /// Opens the project and the message that `wanted` names. What stands in
    /// the way of reading it is told.
    pub fn with_message(desk: &mut Desk, wanted: &str) -> Result<(House, Message), Failure> {
        let mut house = House::open(desk)?;
        match house.loaded.message(wanted) {
            Ok(message) => {
                house.loaded.look_for_twins(&message);
                Ok((house, message))
            }
            Err(failure) => {
                let problems = house.loaded.problems_for(None);
                desk.problems(&house.loaded.sources, &problems);
                Err(failure)
            }
        }
    }

    /// Renders and checks a message; all that concerns it is in the result's
    /// problems, those of project and ladder first. An unclear ladder is told.
    pub fn compose<'a>(
        &'a self,
        desk: &mut Desk,
        message: &'a Message,
        ladder: Option<&str>,
        now: Timestamp,
    ) -> Result<Composed<'a>, Failure> {
        match compose(&self.loaded, &self.channels, message, ladder, now) {
            Ok(mut composed) => {
                let mut problems = self.loaded.problems_for(Some(composed.ladder));
                problems.extend(self.check_ladder(composed.ladder));
                problems.append(&mut composed.problems);
                composed.problems = problems;
                Ok(composed)
            }
            Err(unclear) => {
                let mut problems = self.loaded.problems_for(None);
                let failure = match unclear {
                    Unclear::Flag(failure) => failure,
                    Unclear::Message(problem) => {
                        problems.push(*problem);
                        Failure::new(Exit::Check, "no-ladder", "it is not clear which ladder is meant")
                    }
                };
                desk.problems(&self.loaded.sources, &problems);
                Err(failure)
            }
        }
    }

    /// Problems of a ladder in its project.
    pub fn check_ladder(&self, ladder: &Ladder) -> Vec<Diagnostic> {
        lint::check_ladder(&self.loaded.sources, &self.loaded.project, ladder)
    }

    /// Opens the store that `[store] id` names.
    pub fn store(&self) -> Result<Store, Failure> {
        let Some(id) = &self.loaded.project.store_id else {
            let hint = match Store::id_at(&self.loaded.folder.store_file()) {
                Ok(id) => {
                    let shown = self.loaded.folder.name_of(&self.loaded.folder.store_file());
                    format!(
                        "there is a store at `{shown}`: if it is this project's, give `ladder.toml` the section `[store]` with \
                         `id = \"{id}\"`"
                    )
                }
                Err(_) => "`ladder store create` makes a store and says its id".to_owned(),
            };
            return Err(Failure::usage("no-store-id", "`ladder.toml` has no `[store] id`: nothing is sent")
                .hint(hint));
        };
        Ok(Store::open(&self.loaded.folder.store_file(), &id.value)?)
    }

    /// What planning and sending that message has to know.
    pub fn standing_for(store: &Store, message: &str) -> Result<Standing, Failure> {
        let mut standing = store.view(&View::for_run(vec![message.to_owned()]), store.is_sending())?.standing;
        store.foresee(&mut standing)?;
        Ok(standing)
    }

    /// To whom, in the networks' own terms, that message's deliveries were to go: the
    /// page, the author. So far as their plans are there.
    pub fn owners(
        store: &Store,
        standing: &Standing,
        message: &str,
    ) -> Result<BTreeMap<StepKey, String>, Failure> {
        let mut owners = BTreeMap::new();
        let mut plans: BTreeMap<&str, Option<Plan>> = BTreeMap::new();
        let of_message = standing.deliveries.values().filter(|delivery| delivery.message == message);
        // Others have no number beside their account.
        for delivery in of_message.filter(|d| matches!(d.adapter.as_str(), "facebook" | "linkedin")) {
            if !plans.contains_key(delivery.plan.as_str()) {
                plans.insert(&delivery.plan, store.plan(&delivery.plan)?);
            }
            let plan = plans.get(delivery.plan.as_str()).and_then(Option::as_ref);
            let step = plan.and_then(|plan| plan.steps.iter().find(|step| step.key == delivery.key));
            let owner = step.and_then(|step| owner::of_payload(&step.adapter, &step.payload));
            owners.extend(owner.map(|owner| (delivery.key.clone(), owner)));
        }
        Ok(owners)
    }

    /// The same for looking on. What speaks against the journal is told, loudly:
    /// nothing is sent from it any more.
    pub fn standing_as_it_is(store: &Store, view: &View, desk: &mut Desk) -> Result<Viewed, Failure> {
        let mut viewed = store.view_as_it_is(view, store.is_sending())?;
        store.foresee(&mut viewed.standing)?;
        tell_doubts(&viewed.doubts, store, desk);
        Ok(viewed)
    }

    /// The plan of a checked message as it would be made with that standing.
    pub fn make(
        &self,
        composed: &Composed<'_>,
        standing: &Standing,
        store: &str,
        wish: &Wish,
    ) -> Checked<Plan> {
        let Loaded { sources, project, zone, .. } = &self.loaded;
        let materials = Materials {
            sources,
            project,
            ladder: composed.ladder,
            message: composed.message,
            drafts: &composed.drafts,
            standing,
            owners: &composed.owners,
            store,
            zone,
        };
        let Checked { mut value, problems } = plan::make(&materials, wish);
        if let Some(plan) = &mut value {
            plan.files = self.loaded.print(composed.message, composed.ladder);
        }
        Checked { value, problems }
    }

    /// Makes the plan of a checked message. Problems are told; errors, a draft,
    /// end it here.
    pub fn plan(
        &self,
        desk: &mut Desk,
        composed: &Composed<'_>,
        standing: &Standing,
        store: &str,
        wish: &Wish,
    ) -> Result<Plan, Failure> {
        self.plan_quietly(desk, composed, standing, store, wish, "")
    }

    /// The same without a word about notes of the rule `untold`.
    pub fn plan_quietly(
        &self,
        desk: &mut Desk,
        composed: &Composed<'_>,
        standing: &Standing,
        store: &str,
        wish: &Wish,
        untold: &str,
    ) -> Result<Plan, Failure> {
        let sources = &self.loaded.sources;
        let mut problems = composed.problems.clone();
        // Half a message is no plan: with errors the drafts are not complete.
        let plan = if has_errors(&problems) {
            None
        } else {
            self.make(composed, standing, store, wish).take(&mut problems)
        };
        problems.retain(|problem| problem.severity != Severity::Note || problem.rule != untold);
        desk.problems(sources, &problems);
        let errors = has_errors(&problems);
        match plan {
            Some(_) if composed.message.draft.is_some() => {
                let message = format!("`{}` is a draft: it does not leave the house", composed.message.id);
                Err(Failure::new(Exit::Held, "draft", message).hint("take `draft = true` out of its head"))
            }
            Some(plan) if !errors => Ok(plan),
            _ => {
                let message = format!("nothing was sent: {}", count(&problems));
                let hint = format!(
                    "`ladder check` shows all problems of the files, `ladder plan {}` also those with what has gone out",
                    composed.message.id
                );
                Err(Failure::new(Exit::Check, "check", message).hint(hint))
            }
        }
    }
}

/// Says that the journal is not what was written, if it is not; in JSON `doubts`.
pub fn tell_doubts(doubts: &[String], store: &Store, desk: &mut Desk) {
    if doubts.is_empty() {
        return;
    }
    desk.field("doubts", doubts);
    let why = format!(
        "warning: the store `{}` is not what was written ({}): nothing is sent from it; undo the change, or \
         restore it from a copy or from an earlier `ladder journal export`",
        store.path().display(),
        doubts.join(", ")
    );
    desk.console.warn(&crate::text::visible(&why));
}

/// Says what `ladder unpublish` wanted stopped, if it ended before it took anything down
/// and nobody is at work who makes it a fact; in JSON `stopped`, the keys.
pub fn tell_unheeded(store: &Store, desk: &mut Desk) -> Result<(), Failure> {
    let wishes = store.withdrawals()?;
    if wishes.is_empty() || store.sender().is_some() {
        return Ok(());
    }
    let keys: Vec<String> = wishes.iter().map(|wish| wish.key.0.clone()).collect();
    let what = if keys.len() == 1 { "1 delivery".to_owned() } else { format!("{} deliveries", keys.len()) };
    desk.field("stopped", keys);
    desk.console.warn(&format!(
        "warning: `ladder unpublish` was ended before it took anything down: {what} that it stopped will not go \
         out, and what is out of that is still up; say the same `ladder unpublish` again"
    ));
    Ok(())
}

/// "2 errors, 1 warning".
pub fn count(problems: &[Diagnostic]) -> String {
    use crate::diagnostic::Severity::{Error, Note, Warning};
    let words =
        [(Error, "error"), (Warning, "warning"), (Note, "note")].into_iter().filter_map(|(kind, word)| {
            let number = problems.iter().filter(|problem| problem.severity == kind).count();
            (number > 0).then(|| plural(number, word))
        });
    let words: Vec<_> = words.collect();
    if words.is_empty() { "no problems".to_owned() } else { words.join(", ") }
}

/// "1 error", "2 errors".
pub fn plural(number: usize, word: &str) -> String {
    format!("{number} {word}{}", if number == 1 { "" } else { "s" })
}
