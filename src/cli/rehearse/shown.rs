//! From what was played to what is shown: posts, pages and mails by channel,
//! each with its time, and what happened to each rung.

use super::faults;
use super::played::Laid;
use super::runs::{Happened, Played};
use super::stage::{Server, Stage};
use crate::channel::Goes;
use crate::cli::house::House;
use crate::cli::sending::deliveries;
use crate::plan::{Delivery, Event, EventKind, Plan, State, Step, StepKey};
use crate::rehearsal::LivePost;
use crate::render::{Card as PlannedCard, Outlet, Variant};
use crate::report::preview::look;
use crate::report::rehearsal::{
    Body, Calendar, Card, ChannelShown, End, Happening, Rehearsal, Run, Shown, duration, told, what_to_do,
};
use crate::text::entity::{Dialect, EntityKind, entities};
use crate::text::{late, network};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// What is known beside what was played.
pub struct Facts<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// When it began.
    pub started: Timestamp,
    /// What the faults were drawn from.
    pub seed: Option<u64>,
    /// Their names.
    pub faults: Vec<String>,
    /// What has to be known, a sentence each.
    pub notes: Vec<String>,
    /// Bytes by SHA-256.
    pub pictures: BTreeMap<String, Vec<u8>>,
}

/// All of it.
pub fn rehearsal(house: &House, stage: &Stage, played: &Played, facts: Facts<'_>) -> Rehearsal {
    let project = &house.loaded.project;
    let zone = house.loaded.zone.clone();
    let calendar = Calendar { start: facts.started, zone, by_the_clock: played.by_the_clock };
    let view = View { house, stage, played, plan: facts.plan, calendar };
    let runs = played.runs.iter().enumerate().map(|(number, run)| Run {
        number: number + 1,
        call: if run.first { "ladder publish" } else { "ladder run" },
        when: view.calendar.when(run.at),
        exit: run.exit.code(),
    });
    let mut names: Vec<&str> = Vec::new();
    for step in &facts.plan.steps {
        if !names.contains(&step.channel.as_str()) {
            names.push(&step.channel);
        }
    }
    let channels: Vec<ChannelShown> = names.into_iter().map(|name| view.channel(name)).collect();
    let mut notes = facts.notes;
    // Where something is to be done, that says why already.
    let told = |sentence: &str| {
        let told = |channel: &&ChannelShown| sentence.starts_with(&format!("`[channels.{}]`", channel.name));
        channels.iter().find(told).is_some_and(|channel| channel.ends.iter().any(|end| end.to_do.is_some()))
    };
    let left_alone = played.left_alone.iter().filter(|sentence| !told(sentence));
    notes.extend(left_alone.map(|sentence| stage.clean(sentence, "")));
    if let Some(later) = played.later {
        let code = later.code();
        notes.push(format!(
            "as long as that is not mended, later calls of `ladder run` send nothing and end with exit code {code}"
        ));
    }
    Rehearsal {
        brand: project.brand.name.clone(),
        message: facts.plan.message.clone(),
        title: facts.plan.title.clone(),
        ladder: facts.plan.ladder.clone(),
        digest: facts.plan.digest.clone(),
        seed: facts.seed,
        faults: facts.faults,
        notes,
        runs: runs.collect(),
        channels,
        pictures: facts.pictures,
        exit: played.exit.code(),
    }
}

struct View<'a> {
    house: &'a House,
    stage: &'a Stage,
    played: &'a Played,
    plan: &'a Plan,
    calendar: Calendar,
}

impl View<'_> {
    fn channel(&self, name: &str) -> ChannelShown {
        let outlet = self.house.channels.outlets.get(name);
        let network = outlet.map(|outlet| outlet.rules.network).unwrap_or_default();
        let server = self.stage.servers.iter().position(|server| server.channels.iter().any(|c| c == name));
        let mut shown = server.map_or_else(Vec::new, |number| self.served(&self.stage.servers[number], name));
        shown.extend(
            self.stage.laid().iter().filter(|laid| self.goes_to(laid, name)).map(|laid| self.laid(laid)),
        );
        ChannelShown {
            name: name.to_owned(),
            network: called(outlet).to_owned(),
            look: look(network),
            dialect: outlet.map_or(crate::text::Dialect::Plain, |outlet| outlet.rules.dialect),
            account: self.account(name, network),
            shown,
            steps: self.steps(name, server),
            meanwhile: self.meanwhile(name),
            ends: self.ends(name),
        }
    }

    /// As readers know it.
    fn account(&self, name: &str, network: &str) -> String {
        let table = self.house.loaded.project.channel(name);
        let account = table.and_then(|table| table.account.as_ref()).map(|account| account.value.trim());
        match account {
            Some(account) if network == "x" => format!("@{}", account.trim_start_matches('@')),
            Some(account) => account.to_owned(),
            None => {
                let configured = self.house.channels.configured.get(name);
                configured.and_then(|configured| configured.channel.title()).unwrap_or_default().to_owned()
            }
        }
    }

    /// What was laid into a folder for the channel, itself or in its stead.
    fn goes_to(&self, laid: &Laid, name: &str) -> bool {
        let step = self.plan.steps.iter().find(|step| step.identity.rung == laid.rung);
        step.is_some_and(|step| step.channel == name) && (laid.channel == name || laid.channel == "outbox")
    }

    fn served(&self, server: &Server, name: &str) -> Vec<Shown> {
        let mut shown = Vec::new();
        let rungs = self.rungs(server);
        for post in server.timeline(self.calendar.start) {
            let rung = rungs.get(&post.id).or_else(|| rungs.get(&post.url)).cloned();
            // Two channels may be one account: each shows its own.
            let of = rung.as_deref().and_then(|rung| self.plan.step(rung));
            if of.is_some_and(|step| step.channel != name) {
                continue;
            }
            shown.push(self.posted(post, rung, name));
        }
        for letter in server.letters() {
            let of_channel = |step: &&Step| step.channel == name && matches!(&step.variant, Variant::Mail(_));
            let subject = letter.subject();
            let steps = || self.plan.steps.iter().filter(of_channel);
            let step = steps()
                .find(|step| matches!(&step.variant, Variant::Mail(mail) if mail.subject == subject))
                .or_else(|| steps().next());
            let Some(step) = step else { continue };
            let media = match &step.variant {
                Variant::Mail(mail) => mail.media.clone(),
                _ => Vec::new(),
            };
            shown.push(Shown {
                rung: Some(step.rung.clone()),
                when: self.calendar.when(letter.at),
                place: Some(format!("in the mailbox of {}", letter.to.join(", "))),
                body: Body::Mail {
                    from: letter.from.clone(),
                    to: letter.to.clone(),
                    subject,
                    text: letter.text().unwrap_or_default(),
                    html: letter.html().unwrap_or_default(),
                    media,
                },
            });
        }
        shown
    }

    fn posted(&self, post: LivePost, rung: Option<String>, name: &str) -> Shown {
        // Some networks take headline and picture from the page, which is not there yet,
        // and X all of the card.
        let planned =
            rung.as_deref().and_then(|rung| self.plan.step(rung)).and_then(|step| match &step.variant {
                Variant::Post(variant) => variant.card.as_ref(),
                _ => None,
            });
        let card = card(&post, planned).map(|card| Card { url: self.stage.clean(&card.url, ""), ..card });
        Shown {
            rung,
            when: self.calendar.when(post.at),
            // Of a site of one's own, the address is this machine's here.
            place: Some(self.stage.clean(&post.url, name)),
            body: Body::Post {
                warning: post.warning.as_deref().map(|warning| self.stage.clean(warning, "")),
                text: self.stage.clean(&post.text, ""),
                pictures: post.media.into_iter().map(|media| (media.sha256, media.alt)).collect(),
                card,
                comments: post.comments.into_iter().map(|comment| comment.text).collect(),
                reply: post.reply_to.is_some(),
            },
        }
    }

    fn laid(&self, laid: &Laid) -> Shown {
        let place = laid.receipt.url.clone().or_else(|| laid.receipt.detail.clone());
        let body = match &laid.variant {
            Variant::Article(article) => Body::Page(Box::new(article.clone())),
            Variant::Mail(mail) => Body::Mail {
                from: mail.from.clone(),
                to: laid.recipient.clone().into_iter().collect(),
                subject: mail.subject.clone(),
                text: mail.text.clone(),
                html: mail.html.clone(),
                media: mail.media.clone(),
            },
            Variant::Post(post) => {
                let comment = post.first_comment.iter().map(|comment| format!("first comment: {comment}"));
                Body::Paste(post.parts.iter().map(|part| part.text.clone()).chain(comment).collect())
            }
        };
        Shown {
            rung: Some(laid.rung.clone()),
            when: self.calendar.when(laid.at),
            place: place.map(|place| self.stage.clean(&place, &laid.channel)),
            body,
        }
    }

    fn events(&self) -> impl Iterator<Item = (usize, &Event)> {
        let numbered = self.played.runs.iter().enumerate();
        numbered.flat_map(|(number, run)| {
            run.happened.iter().filter_map(move |happened| match happened {
                Happened::Event(event) => Some((number + 1, event.as_ref())),
                Happened::Struck(..) => None,
            })
        })
    }

    /// Ids and addresses of what went out there, and the rung that it is of.
    fn rungs(&self, server: &Server) -> BTreeMap<String, String> {
        let mut rungs = BTreeMap::new();
        for (_, event) in self.events() {
            let EventKind::Receipt { receipt, .. } = &event.kind else { continue };
            let there = |step: &&Step| step.key == event.key && server.channels.contains(&step.channel);
            let Some(step) = self.plan.steps.iter().find(there) else { continue };
            for name in [&receipt.id, &receipt.url].into_iter().flatten() {
                rungs.insert(name.clone(), step.rung.clone());
            }
        }
        rungs
    }

    fn steps(&self, name: &str, server: Option<usize>) -> Vec<Happening> {
        let mut steps = Vec::new();
        for (number, run) in self.played.runs.iter().enumerate() {
            for happened in &run.happened {
                match happened {
                    Happened::Struck(struck, at, fault) if Some(*struck) == server => steps.push(Happening {
                        run: number + 1,
                        when: self.calendar.when(*at),
                        rung: None,
                        what: faults::words(fault),
                        trouble: true,
                    }),
                    Happened::Struck(..) => {}
                    Happened::Event(event) => {
                        let step = self.plan.steps.iter().find(|step| step.key == event.key);
                        let Some(step) = step.filter(|step| step.channel == name) else { continue };
                        let Some(told) = told(event, step.payload.parts.len()) else { continue };
                        let evidence = matches!(event.kind, EventKind::Resolved { sent: true, .. });
                        // It was found first, and then its address was known.
                        let place = if evidence { steps.len().saturating_sub(1) } else { steps.len() };
                        steps.insert(
                            place,
                            Happening {
                                run: number + 1,
                                when: self.calendar.when(event.at),
                                rung: Some(step.rung.clone()),
                                what: self.stage.clean(&told.what, name),
                                trouble: told.trouble,
                            },
                        );
                    }
                }
            }
        }
        steps
    }

    /// Where only the beginning of a thread, or a post without its comment, was
    /// to be seen for a while.
    fn meanwhile(&self, name: &str) -> Vec<String> {
        let mut lines = Vec::new();
        for step in self.plan.steps.iter().filter(|step| step.channel == name) {
            let parts = step.payload.parts.len();
            if parts < 2 {
                continue;
            }
            let mut out: BTreeMap<u32, Timestamp> = BTreeMap::new();
            for (_, event) in self.events().filter(|(_, event)| event.key == step.key) {
                if let EventKind::Receipt { part, .. } = event.kind {
                    out.entry(part).or_insert(event.at);
                }
            }
            let times: Vec<Timestamp> = out.values().copied().collect();
            for (seen, pair) in times.windows(2).enumerate() {
                let gap = pair[1].duration_since(pair[0]);
                if !gap.is_zero() {
                    let time = duration(gap);
                    lines.push(format!(
                        "{}: for {time} readers saw {} of {parts} parts",
                        step.rung,
                        seen + 1
                    ));
                }
            }
            if !times.is_empty() && times.len() < parts {
                lines.push(format!("{}: readers see {} of {parts} parts", step.rung, times.len()));
            }
        }
        lines
    }

    /// What keeps a rung back that is planned in the end: a rung before it that is not
    /// out, because it was not chosen or did not go.
    fn waits_for(&self, step: &Step, delivery: &Delivery) -> Option<String> {
        let is_out = |rung: &String| {
            let before = self.plan.step(rung).and_then(|step| self.played.standing.deliveries.get(&step.key));
            before.is_some_and(Delivery::is_out)
        };
        let waits: Vec<String> =
            step.after.iter().filter(|rung| !is_out(rung)).map(|rung| format!("`{rung}`")).collect();
        (delivery.state == State::Planned && !waits.is_empty())
            .then(|| format!("it waits for {}, which is not out", waits.join(" and ")))
    }

    fn ends(&self, name: &str) -> Vec<End> {
        let plans = std::slice::from_ref(self.plan);
        let found = deliveries(&self.played.standing, plans);
        let known: BTreeMap<&StepKey, &Delivery> = found.iter().map(|found| (&found.key, *found)).collect();
        let steps = self.plan.steps.iter().filter(|step| step.channel == name);
        steps
            .filter_map(|step| {
                let delivery = known.get(&step.key)?;
                Some(End {
                    rung: step.rung.clone(),
                    key: delivery.key.0.clone(),
                    state: delivery.state,
                    why: delivery
                        .error
                        .as_deref()
                        .map(|why| self.stage.clean(why, name))
                        .or_else(|| self.waits_for(step, delivery)),
                    to_do: what_to_do(delivery, &found).map(|what| self.stage.clean(&what, name)),
                })
            })
            .collect()
    }
}

/// The card below a post: as the network was given it, else as it makes it from
/// the page, which shows what the message says.
fn card(post: &LivePost, planned: Option<&PlannedCard>) -> Option<Card> {
    let alt = planned.and_then(|card| card.image.as_ref()).map(|picture| picture.alt.clone());
    let of_page = planned.and_then(|card| card.image.as_ref()).map(|picture| picture.sha256.clone());
    let url = match (&post.link, planned) {
        (Some(link), _) => link.url.clone(),
        // An image takes the card's place.
        (None, Some(card)) if post.media.is_empty() => led_to(&post.text, &card.url)?,
        _ => return None,
    };
    let link = post.link.as_ref();
    let title = link.and_then(|link| link.title.clone()).or_else(|| planned.map(|card| card.title.clone()));
    let description = link
        .and_then(|link| link.description.clone())
        .or_else(|| planned.map(|card| card.description.clone()));
    let given = link.is_some_and(|link| link.title.is_some());
    let picture = if given { link.and_then(|link| link.thumbnail.clone()) } else { of_page };
    Some(Card {
        url,
        title: title.unwrap_or_default(),
        description: description.unwrap_or_default(),
        picture: picture.map(|sha256| (sha256, alt.unwrap_or_default())),
    })
}

/// The address in `text` of which a network makes the planned card; none if it is
/// not in this part. `planned` may be one that was not known yet.
fn led_to(text: &str, planned: &str) -> Option<String> {
    if late::find(planned).is_empty() {
        return text.contains(planned).then(|| planned.to_owned());
    }
    let found = entities(text, Dialect::X).into_iter().find(|found| found.kind == EntityKind::Link);
    found.and_then(|found| text.get(found.range)).map(str::to_owned)
}

/// The network, for people.
fn called(outlet: Option<&Outlet>) -> &str {
    let adapter = outlet.map(|outlet| outlet.adapter.as_str()).unwrap_or_default();
    match (outlet, adapter) {
        (_, "static-site") => "site",
        (_, "email") => "mail",
        (Some(outlet), _) if Goes::of(&outlet.adapter) == Goes::ByHand => "by hand",
        (Some(outlet), _) if outlet.rules.title != network::UNKNOWN.title => outlet.rules.title,
        (_, adapter) => adapter,
    }
}
