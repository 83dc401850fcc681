//! From files to what will be said: channels configured, every rung rendered,
//! checked, and put into the adapters' words.
//!
//! The middle of the program, shared by `check`, `preview`, `plan`, `publish`
//! and `schedule`. Resolves no secret, runs no program, opens no socket, needs
//! no store.

use super::load::{Loaded, Unclear};
use crate::channel::shared_folder::shared;
use crate::channel::{Configured, configure};
use crate::diagnostic::{About, Diagnostic, told_once};
use crate::ladder::{Ladder, Message, Project, Rung};
use crate::lint;
use crate::media::Unfit;
use crate::plan::{Draft, Identity, StepKey};
use crate::render::{self, Job, Outlet, Variant, VariantKind};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// The channels of a project, ready to be rendered for.
pub struct Channels {
    /// By name.
    pub configured: BTreeMap<String, Configured>,
    /// Their faces, for rules that look at several.
    pub outlets: BTreeMap<String, Outlet>,
    /// What is wrong with them.
    pub problems: Vec<Diagnostic>,
}

impl Channels {
    /// Configures every channel; one that cannot be is left out and reported.
    pub fn of(sources: &crate::source::Sources, project: &Project) -> Channels {
        let (mut configured, mut problems) = (BTreeMap::new(), Vec::new());
        for table in &project.channels {
            if let Some(channel) = configure(sources, project, table).take(&mut problems) {
                configured.insert(table.name.value.clone(), channel);
            }
        }
        // Reading the project has said that already.
        problems.retain(|problem| problem.rule != "unknown-adapter");
        problems.extend(lint::silence(shared(project, &configured), &[&project.allow]));
        let outlets = configured.iter().map(|(name, c)| (name.clone(), c.outlet.clone())).collect();
        Channels { configured, outlets, problems }
    }
}

/// One rung, rendered.
pub struct Made<'a> {
    /// The rung.
    pub rung: &'a Rung,
    /// Its channel.
    pub channel: &'a Configured,
    /// The message in the channel's language.
    pub message: &'a Message,
    /// What came out.
    pub variant: Variant,
    /// What is shown in its place, where the channel reaches others with something else.
    pub shown: Option<Variant>,
    /// The images, by their paths, that cannot be made to fit, and why.
    pub unfit: Vec<Unfit>,
}

/// One message on one ladder.
pub struct Composed<'a> {
    /// The message.
    pub message: &'a Message,
    /// The ladder.
    pub ladder: &'a Ladder,
    /// The rungs that could be rendered, in their order.
    pub made: Vec<Made<'a>>,
    /// The same in the adapters' words.
    pub drafts: Vec<Draft>,
    /// What was found on the way.
    pub problems: Vec<Diagnostic>,
    /// To whom what the journal has of the message was to go: see [`House::owners`].
    ///
    /// [`House::owners`]: super::house::House::owners
    pub owners: BTreeMap<StepKey, String>,
}

/// Renders and checks `message` on the ladder that it climbs.
pub fn compose<'a>(
    loaded: &'a Loaded,
    channels: &'a Channels,
    message: &'a Message,
    ladder: Option<&str>,
    now: Timestamp,
) -> Result<Composed<'a>, Unclear> {
    let ladder = loaded.ladder(ladder, message)?;
    let mut composed = Composed {
        message,
        ladder,
        made: Vec::new(),
        drafts: Vec::new(),
        problems: Vec::new(),
        owners: BTreeMap::new(),
    };
    let kinds: BTreeMap<String, VariantKind> = ladder
        .rungs
        .iter()
        .filter_map(|rung| {
            let outlet = channels.outlets.get(&rung.channel.value)?;
            Some((rung.name.value.clone(), outlet.kind))
        })
        .collect();
    for rung in &ladder.rungs {
        // An unknown channel is reported by `lint`.
        let Some(channel) = channels.configured.get(&rung.channel.value) else { continue };
        let in_language = message.in_language(&channel.outlet.language);
        let job = Job {
            sources: &loaded.sources,
            project: &loaded.project,
            ladder,
            rung,
            message: in_language,
            master: message,
            outlet: &channel.outlet,
            kinds: &kinds,
            templates: &loaded.templates,
            cards: &loaded.cards,
            now,
            zone: &loaded.zone,
        };
        composed.climb(loaded, &job, rung, in_language, channel);
    }
    let made: Vec<lint::Made<'_>> = composed.made.iter().map(Made::for_lint).collect();
    let problems = lint::check_message(&lint::Subject {
        sources: &loaded.sources,
        project: &loaded.project,
        ladder,
        message,
        outlets: &channels.outlets,
        made: &made,
    });
    let allow: [&[_]; 3] = [&loaded.project.allow, &ladder.allow, &message.allow];
    composed.problems = lint::silence(composed.problems, &allow);
    composed.problems.extend(problems);
    composed.problems = told_once(composed.problems);
    Ok(composed)
}

impl<'a> Composed<'a> {
    /// Renders one rung and puts it into its adapter's words.
    fn climb(
        &mut self,
        loaded: &Loaded,
        job: &Job<'_>,
        rung: &'a Rung,
        message: &'a Message,
        channel: &'a Configured,
    ) {
        let mut rendered = render::render(job);
        rendered.problems =
            rendered.problems.into_iter().map(|found| found.of_rung(&job.rung.name.value)).collect();
        let Some(mut variant) = rendered.take(&mut self.problems) else { return };
        let Loaded { folder, darkroom, .. } = loaded;
        let unfit = darkroom.develop(folder, &mut variant, message, &job.settings(), job.outlet);
        let identity = Identity {
            account: channel.channel.account(),
            message: job.master.id.clone(),
            rung: job.rung.name.value.clone(),
            occurrence: 0,
            generation: 0,
            recipient: None,
        };
        let mut checked = channel.channel.payload(&variant, &identity);
        if unfit.iter().any(|unfit| !unfit.of_card) {
            // The check says why it is still of that kind, or that large.
            checked.problems.retain(|problem| !matches!(problem.rule, "image-format" | "image-too-large"));
        }
        let settings = job.settings();
        let written = lint::Written {
            rung: job.rung,
            message,
            master: job.master,
            settings: &settings,
            language: &job.outlet.language,
        };
        for problem in &mut checked.problems {
            problem.rungs = vec![identity.rung.clone()];
            // An adapter sees only the variant: where it comes from is said here.
            if problem.span.is_none() {
                let about = problem.about.take().unwrap_or(About::Rung);
                problem.span = Some(written.place(&about));
                problem.message.push_str(&format!(" (rung `{}`)", identity.rung));
            }
        }
        if let Some(payload) = checked.take(&mut self.problems) {
            self.drafts.push(Draft {
                rung: identity.rung,
                channel: job.rung.channel.value.clone(),
                adapter: channel.adapter.to_owned(),
                account: identity.account,
                renamed_from: channel.renamed_from.clone(),
                owner: channel.owner.clone(),
                variant: variant.clone(),
                payload,
                tracking: render::tracking_of(job),
                recipients: channel.channel.recipients().to_vec(),
            });
        }
        let shown = channel.channel.shown(&variant);
        self.made.push(Made { rung, channel, message, variant, shown, unfit });
    }
}

impl Made<'_> {
    fn for_lint(&self) -> lint::Made<'_> {
        lint::Made {
            rung: self.rung,
            outlet: &self.channel.outlet,
            message: self.message,
            variant: &self.variant,
            unfit: &self.unfit,
        }
    }
}
