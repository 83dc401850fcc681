//! Variants + what the journal knows → a plan.

use super::{
    Delivery, Gate, Identity, PLAN_VERSION, Payload, Plan, Standing, State, Step, StepKey, Tracking,
    is_same_account,
};
use crate::diagnostic::{Checked, Diagnostic, nearest};
use crate::ladder::{Ladder, Message, Project, Rung, When};
use crate::render::{Variant, VariantKind};
use crate::source::{Sources, Spanned};
use jiff::tz::TimeZone;
use std::collections::BTreeMap;

/// One rung, rendered and put into the adapter's words.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The rung.
    pub rung: String,
    /// The channel's name.
    pub channel: String,
    /// The adapter's name.
    pub adapter: String,
    /// Whose account: `Channel::account`.
    pub account: String,
    /// What that account was called before.
    pub renamed_from: Vec<String>,
    /// Whom the network knows by a number of its own, if the channel names them:
    /// the page, the author.
    pub owner: Option<String>,
    /// What is said.
    pub variant: Variant,
    /// What the service will see.
    pub payload: Payload,
    /// How links are tagged.
    pub tracking: Tracking,
    /// Who gets it, one message each; empty for everything but mail.
    pub recipients: Vec<String>,
}

/// What the user asked for beyond the files.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    /// `--only RUNG`: these rungs; empty: all.
    pub only: Vec<String>,
    /// `--again REASON`: a new generation of what has gone out already.
    pub again: Option<String>,
}

/// The parts of a plan.
#[derive(Clone, Copy)]
pub struct Materials<'a> {
    /// The texts that spans point into.
    pub sources: &'a Sources,
    /// The house.
    pub project: &'a Project,
    /// The ladder.
    pub ladder: &'a Ladder,
    /// The message.
    pub message: &'a Message,
    /// The rungs' drafts, in rung order.
    pub drafts: &'a [Draft],
    /// What has happened so far.
    pub standing: &'a Standing,
    /// To whom, in the network's own terms, each delivery of the message was to go,
    /// as far as that is known.
    pub owners: &'a BTreeMap<StepKey, String>,
    /// The store's id.
    pub store: &'a str,
    /// The brand's zone.
    pub zone: &'a TimeZone,
}

/// Makes the plan. What has gone out already is in it too, with the same key,
/// so that running it sends nothing twice.
///
/// A rung with `renamed_from` keeps the key under which the message went out:
/// its own name's if that reached the account, else the first older name's that
/// did. A message that reached an account through a rung that is no longer
/// there is refused (`vanished-rung`) until `renamed_from` or `--again` says
/// what is meant. `--again` begins a new generation of every step (of those in
/// `--only`, if given) of which anything but planning has happened.
pub fn make(materials: &Materials<'_>, wish: &Wish) -> Checked<Plan> {
    let mut problems = Vec::new();
    unknown_rungs(materials, wish, &mut problems);
    let mut steps: Vec<Step> = Vec::new();
    for draft in materials.drafts {
        let Some(rung) = materials.ladder.rung(&draft.rung) else { continue };
        let step = step(materials, wish, draft, rung, &mut problems);
        if let Some(twin) = steps.iter().find(|other| other.key == step.key) {
            problems.push(
                Diagnostic::error(
                    "renamed-from",
                    format!(
                        "`{}` and `{}` both claim what went out as `{}`",
                        twin.rung, step.rung, step.identity.rung
                    ),
                )
                .at(rung.span)
                .hint("an older name belongs to one rung: take it out of one of the two"),
            );
            continue;
        }
        steps.push(step);
    }
    let message = materials.message;
    let instant = |when: &Option<Spanned<When>>| when.as_ref().map(|when| when.value.resolve(materials.zone));
    let mut plan = Plan {
        version: PLAN_VERSION,
        store: materials.store.to_owned(),
        message: message.id.clone(),
        title: message.title.value.clone(),
        ladder: materials.ladder.name.clone(),
        campaign: message.campaign.clone(),
        zone: materials.project.brand.timezone.value.clone(),
        publish_at: instant(&message.publish_at),
        embargo: instant(&message.embargo),
        steps,
        digest: String::new(),
        files: String::new(),
    };
    plan.digest = plan.compute_digest();
    Checked::with(plan, problems)
}

/// `--only` with a name that the ladder does not have.
fn unknown_rungs(materials: &Materials<'_>, wish: &Wish, problems: &mut Vec<Diagnostic>) {
    let names = || materials.ladder.rungs.iter().map(|rung| rung.name.value.as_str());
    for name in wish.only.iter().filter(|name| !names().any(|known| known == name.as_str())) {
        let problem = Diagnostic::error(
            "unknown-rung",
            format!("the ladder `{}` has no rung `{name}`", materials.ladder.name),
        );
        problems.push(match nearest(name, names()) {
            Some(near) => problem.hint(format!("did you mean `{near}`?")),
            None => problem.hint(format!("its rungs are: {}", names().collect::<Vec<_>>().join(", "))),
        });
    }
}

/// One step, with the identity that its history gives it.
fn step(
    materials: &Materials<'_>,
    wish: &Wish,
    draft: &Draft,
    rung: &Rung,
    problems: &mut Vec<Diagnostic>,
) -> Step {
    let name = history_name(materials, draft, rung);
    let latest = latest(materials, draft, &name);
    let chosen = wish.only.is_empty() || wish.only.contains(&draft.rung);
    let again = wish.again.as_ref().filter(|_| chosen);
    let vanished = if latest.is_none() { vanished(materials, draft) } else { None };
    let renamed = if latest.is_some() || vanished.is_some() { None } else { renamed(materials, draft, rung) };
    if let Some(older) = renamed.filter(|_| again.is_none()) {
        problems.push(another_name(materials, draft, older).at(rung.name.span));
    }
    // Of whom a network has a number, that decides; elsewhere only a person knows.
    let is_new = latest.is_none() && vanished.is_none() && draft.owner.is_none() && again.is_none();
    if let Some(older) = if is_new { elsewhere(materials, draft, &name) } else { None } {
        problems.push(another_account(draft, older).at(rung.name.span));
    }
    let moved = latest.filter(|latest| again.is_none() && latest.reached());
    let moved = moved.and_then(|latest| Some((latest, another_owner(materials, draft, latest)?)));
    if let Some((latest, owner)) = moved {
        problems.push(moved_away(draft, latest, owner).at(rung.name.span));
    }
    let happened = |d: &Delivery| d.state != State::Planned || d.is_touched();
    let (generation, reason) = match (latest.or(vanished), again) {
        (Some(delivery), Some(reason)) if happened(delivery) => {
            (delivery.generation.saturating_add(1), Some(reason.clone()))
        }
        _ => (latest.map_or(0, |delivery| delivery.generation), None),
    };
    if let Some(latest) = latest {
        let older = materials.standing.generations(&latest.identity());
        let mut doubts = older.into_iter().filter(|d| d.state == State::Unknown && d.generation < generation);
        problems.extend(
            doubts.next().map(|doubt| in_doubt(doubt, &draft.rung, again.is_some()).at(rung.name.span)),
        );
    }
    let payload_digest = draft.payload.digest();
    match (latest, vanished, again) {
        // Not its words are others.
        _ if moved.is_some() => {}
        (_, Some(gone), None) => problems.push(
            Diagnostic::error(
                "vanished-rung",
                format!(
                    "`{}` already reached `{}` through the rung `{}`, which goes there no longer",
                    materials.message.id, draft.account, gone.rung
                ),
            )
            .at(rung.name.span)
            .hint(format!(
                "write `renamed_from = \"{}\"` if `{}` is the same rung, or publish with `--again REASON` to post it once more",
                gone.rung, draft.rung
            )),
        ),
        (Some(half), _, None)
            if half.reached() && half.is_open() && half.payload_digest != payload_digest =>
        {
            problems.push(half_out(half, &draft.rung).at(rung.name.span));
        }
        (Some(pasted), _, None)
            if pasted.waits_for_a_person() && pasted.payload_digest != payload_digest =>
        {
            problems.push(to_be_pasted(pasted, &draft.rung).at(rung.name.span));
        }
        (Some(sent), _, None) if sent.reached() && sent.payload_digest != payload_digest => problems.push(
            Diagnostic::note(
                "edited-after-sending",
                format!("`{}` has gone out in other words; it is not sent again", draft.rung),
            )
            .at(rung.name.span)
            .hint(new_words_for(sent, &materials.message.id)),
        ),
        (Some(queued), _, None)
            if queued.is_open() && !queued.is_touched() && queued.payload_digest != payload_digest =>
        {
            let message =
                format!("`{}` is queued in other words than the files say by now", draft.rung);
            let hint = format!(
                "`ladder publish {id}` plans it anew in these; so does `ladder schedule {id}`, and sends nothing yet",
                id = materials.message.id
            );
            problems.push(
                Diagnostic::note("edited-after-sending", message).at(rung.name.span).hint(hint),
            );
        }
        (Some(begun), _, None)
            if begun.is_touched() && begun.is_open() && begun.payload_digest != payload_digest =>
        {
            problems.push(
                Diagnostic::note(
                    "edited-after-sending",
                    format!("`{}` was begun with other words, and goes on with those", draft.rung),
                )
                .at(rung.name.span)
                .hint("`--again REASON` sends what the message says now instead"),
            );
        }
        _ => {}
    }
    let identity = Identity {
        // As the journal spells it, or the key would be another.
        account: latest.map_or_else(|| draft.account.clone(), |latest| latest.account.clone()),
        message: materials.message.id.clone(),
        rung: name,
        occurrence: 0,
        generation,
        recipient: None,
    };
    Step {
        key: identity.key(),
        identity,
        rung: draft.rung.clone(),
        channel: draft.channel.clone(),
        adapter: draft.adapter.clone(),
        kind: draft.variant.kind(),
        after: rung.after.iter().map(|after| after.value.clone()).collect(),
        needs_url_of: draft.variant.late_rungs().into_iter().collect(),
        gate: Gate {
            delay: rung.delay.as_ref().map(|delay| delay.value),
            at: rung.at.as_ref().map(|at| at.value.to_string()),
            window: rung.window.as_ref().map(|window| window.value),
        },
        variant: draft.variant.clone(),
        payload: draft.payload.clone(),
        payload_digest,
        tracking: draft.tracking.clone(),
        recipients: draft.recipients.clone(),
        reason,
    }
}

/// An earlier generation may be out, and a newer one is to go, or went. `begins`:
/// it begins now.
fn in_doubt(delivery: &Delivery, rung: &str, begins: bool) -> Diagnostic {
    let key = delivery.key.short();
    let (twice, hint) = if begins {
        let hint = "if it is there, say so instead of sending it anew";
        ("sent anew, it may be out twice", format!("look at `{}` first; {hint}", delivery.account))
    } else {
        ("beside the newer one it may be out twice", format!("look at `{}`", delivery.account))
    };
    let message = format!("whether an earlier try of `{rung}` went out is not known: {twice}");
    let settles = format!("`ladder resolve {key} --sent URL` or `--not-sent` settles it");
    Diagnostic::warning("earlier-unknown", message).hint(format!("{hint}: {settles}"))
}

/// A message was edited while only a part of it was out: what goes, and what can
/// be done about it.
fn half_out(delivery: &Delivery, rung: &str) -> Diagnostic {
    let key = delivery.key.short();
    let (out, all, hint) = if delivery.is_for_each_person() {
        let hint = "`--again REASON` sends what the message says now, to everybody".to_owned();
        (delivery.count_recipients(State::Sent), delivery.recipients.len(), hint)
    } else {
        let hint = format!(
            "for the new words: delete what is live there, then `--again REASON` posts all of it; or post the rest by \
             hand and say where it is: `ladder resolve {key} --sent URL`"
        );
        (delivery.live().count(), delivery.part_count as usize, hint)
    };
    let message = format!(
        "`{rung}` is half out in other words ({out} of {all} sent): what is left of it goes out in those, and nothing \
         of it a second time"
    );
    Diagnostic::note("edited-after-sending", message).hint(hint)
}

/// How what is out may get the words that the message has by now.
fn new_words_for(sent: &Delivery, message: &str) -> String {
    if sent.kind == Some(VariantKind::Mail) {
        return "mail cannot be recalled: a correction is a message of its own (`ladder new`); `--again REASON` sends \
                this one to everybody once more"
            .to_owned();
    }
    format!(
        "`ladder edit {message}` gives it the new words where they can be changed in place, and says what it takes \
         elsewhere; `--again REASON` posts it once more"
    )
}

/// A message was edited after it was laid out for a person, who may be pasting
/// it in this moment.
fn to_be_pasted(delivery: &Delivery, rung: &str) -> Diagnostic {
    let key = delivery.key.short();
    let message = format!("`{rung}` waits to be pasted in other words, and stays as it was laid out");
    let hint = format!(
        "for the new words: `--again REASON` lays them out instead; is the old text posted already, say where: `ladder \
         resolve {key} --sent URL`"
    );
    Diagnostic::note("edited-after-sending", message).hint(hint)
}

/// The newest delivery of that rung to the draft's account, under whichever of its
/// names; what reached it wins over what was only planned.
fn latest<'a>(materials: &Materials<'a>, draft: &Draft, rung: &str) -> Option<&'a Delivery> {
    let names = std::iter::once(&draft.account).chain(&draft.renamed_from);
    let found: Vec<&Delivery> =
        names.filter_map(|name| materials.standing.latest(name, &materials.message.id, rung)).collect();
    found.iter().find(|delivery| delivery.reached()).or(found.first()).copied()
}

fn is_the_account(draft: &Draft, delivery: &Delivery) -> bool {
    let mut names = std::iter::once(&draft.account).chain(&draft.renamed_from);
    names.any(|name| is_same_account(name, &delivery.account))
}

/// What reached the very page, or author, that the draft goes to, under another
/// name of the account.
fn renamed<'a>(materials: &Materials<'a>, draft: &Draft, rung: &Rung) -> Option<&'a Delivery> {
    let owner = draft.owner.as_ref()?;
    let is_rung = |name: &str| {
        name == draft.rung
            || name == rung.name.value
            || rung.renamed_from.iter().any(|older| older.value == name)
    };
    let of_message = materials.standing.deliveries.values().filter(|d| d.message == materials.message.id);
    of_message
        .filter(|d| d.adapter == draft.adapter && is_rung(&d.rung) && d.reached())
        .filter(|d| materials.owners.get(&d.key) == Some(owner))
        .max_by_key(|d| (d.sent_at, d.generation))
}

/// What went out by that rung through the draft's channel, when that was another
/// account.
fn elsewhere<'a>(materials: &Materials<'a>, draft: &Draft, rung: &str) -> Option<&'a Delivery> {
    let of_message = materials.standing.deliveries.values().filter(|d| d.message == materials.message.id);
    of_message
        .filter(|d| d.rung == rung && d.channel == draft.channel && d.adapter == draft.adapter && d.reached())
        .filter(|d| !is_the_account(draft, d))
        .max_by_key(|d| (d.sent_at, d.generation))
}

/// It goes out once more, since another account is another delivery: said, for a
/// new name of the same account looks the same from here.
fn another_account(draft: &Draft, older: &Delivery) -> Diagnostic {
    let place = older.url().map(|url| format!(" ({url})")).unwrap_or_default();
    let name = older.account.split_once(':').map_or(older.account.as_str(), |(_, name)| name);
    let message = format!(
        "`{}` has gone out as `{}`{place}, and `[channels.{}]` is `{}` now: it goes out there as well",
        draft.rung, older.account, draft.channel, draft.account
    );
    Diagnostic::warning("another-account", message).hint(format!(
        "if that is the same account under a new name, write `renamed_from = \"{name}\"` in `[channels.{}]`",
        draft.channel
    ))
}

/// Whose `delivery` is, where that is not the draft's page or author.
fn another_owner<'a>(materials: &Materials<'a>, draft: &Draft, delivery: &Delivery) -> Option<&'a str> {
    let owner = materials.owners.get(&delivery.key)?;
    (draft.owner.as_ref()? != owner).then_some(owner)
}

/// The account has another name than the page, or author, had when the message
/// reached it: only a person knows whether it is to go there once more.
fn another_name(materials: &Materials<'_>, draft: &Draft, older: &Delivery) -> Diagnostic {
    let owner = draft.owner.as_deref().unwrap_or("the account");
    let place = older.url().map(|url| format!(" ({url})")).unwrap_or_default();
    let name = older.account.split_once(':').map_or(older.account.as_str(), |(_, name)| name);
    let went = if older.waits_for_a_person() { "waits to be posted on" } else { "already reached" };
    let message = format!(
        "`{}` {went} {owner} as `{}`{place}, and `[channels.{}]` is `{}` now",
        materials.message.id, older.account, draft.channel, draft.account
    );
    let more = if older.waits_for_a_person() { "under the new name as well" } else { "there once more" };
    Diagnostic::error("renamed-account", message).hint(format!(
        "if that is the same account, write `renamed_from = \"{name}\"` in `[channels.{}]`; if it is to be posted \
         {more}, publish with `--again REASON`",
        draft.channel
    ))
}

/// The account is said to be the same, and is another page or author by now.
fn moved_away(draft: &Draft, latest: &Delivery, owner: &str) -> Diagnostic {
    let place = latest.url().map(|url| format!(" ({url})")).unwrap_or_default();
    let now = draft.owner.as_deref().unwrap_or("another");
    let message = format!(
        "`{}` went to {owner}{place}, and `[channels.{}]` is {now} now: it counts as the same account, and \
         nothing goes there",
        draft.rung, draft.channel
    );
    Diagnostic::warning("another-owner", message).hint(
        "another page is another account: give it its own name in `account`; or `--again REASON` posts it there",
    )
}

/// The name under which this rung has its history. What reached the account
/// wins over what was only planned; its own name wins over older ones.
fn history_name(materials: &Materials<'_>, draft: &Draft, rung: &Rung) -> String {
    let own = std::iter::once(&rung.name.value);
    let names: Vec<&String> = own.chain(rung.renamed_from.iter().map(|older| &older.value)).collect();
    let known = |name: &str| latest(materials, draft, name);
    let reached = names.iter().find(|name| known(name).is_some_and(Delivery::reached));
    let planned = || names.iter().find(|name| known(name).is_some());
    reached.or_else(planned).map_or_else(|| draft.rung.clone(), |name| (*name).clone())
}

/// What reached the draft's account through a rung that goes there no longer.
fn vanished<'a>(materials: &Materials<'a>, draft: &Draft) -> Option<&'a Delivery> {
    let goes_there = |name: &str| {
        let older = |rung: &Rung| rung.renamed_from.iter().any(|older| older.value == name);
        let drafts = materials.drafts.iter().filter(|other| is_same_account(&other.account, &draft.account));
        let by_draft = drafts
            .filter_map(|other| materials.ladder.rung(&other.rung))
            .any(|rung| rung.name.value == name || older(rung));
        // A rung that could not be rendered has no draft, and has not vanished.
        let undrafted =
            materials.ladder.rung(name).is_some() && !materials.drafts.iter().any(|other| other.rung == name);
        by_draft || undrafted
    };
    materials
        .standing
        .deliveries
        .values()
        .filter(|d| d.message == materials.message.id && is_the_account(draft, d) && d.reached())
        .filter(|d| !goes_there(&d.rung))
        .max_by_key(|d| (d.sent_at, d.generation))
}
