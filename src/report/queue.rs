//! A plan for people: what will go where, when, after what, and what has gone already.

use super::columns::{Sheet, one_line, prose, table_on};
use super::older;
use super::sign::{paint, signed, style};
use super::status::{Dues, clock, place};
use crate::channel::Goes;
use crate::plan::{Delivery, MicroDollars, Plan, Standing, State, Step};
use crate::publish::goes_after_all;
use crate::render::{Variant, VariantKind};
use crate::schedule::Due;
use anstyle::Style;
use jiff::SignedDuration;
use jiff::tz::TimeZone;
use std::collections::BTreeMap;

/// What steps cost, by rung; those that cost nothing are not in it.
pub type Prices = BTreeMap<String, MicroDollars>;

/// What a plan is shown with.
pub struct Shown<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// What has happened so far.
    pub standing: &'a Standing,
    /// What it costs, where a network charges.
    pub prices: &'a Prices,
    /// When each of its steps is due.
    pub dues: &'a Dues,
    /// The brand's zone.
    pub zone: &'a TimeZone,
    /// The channels whose posts go to the outbox as things stand.
    pub to_outbox: &'a [String],
    /// What is out of older generations.
    pub older: &'a [&'a Delivery],
}

/// The plan as a table with its digest, and with what it costs where a network
/// charges.
pub fn text(shown: &Shown<'_>, sheet: impl Into<Sheet>) -> String {
    let due = |step: &Step| shown.dues.get(&step.key).cloned().unwrap_or(Due::Settled);
    draw(shown, sheet.into(), &due)
}

fn draw(shown: &Shown<'_>, sheet: Sheet, due: &dyn Fn(&Step) -> Due) -> String {
    let Shown { plan, standing, prices, zone, to_outbox, older, .. } = *shown;
    let colour = sheet.colour;
    let dim = Style::new().dimmed();
    let mut out = format!("{}\n", paint(&one_line(&plan.title), Style::new().bold(), colour));
    let about = format!("{} on the ladder {}", one_line(&plan.message), one_line(&plan.ladder));
    out.push_str(&format!("{}\n", paint(&about, dim, colour)));
    for (name, time) in [("publish at", plan.publish_at), ("embargo until", plan.embargo)] {
        if let Some(time) = time {
            out.push_str(&format!("{name} {} ({})\n", clock(time, zone), one_line(&plan.zone)));
        }
    }
    out.push('\n');
    let rows: Vec<Vec<String>> = plan
        .steps
        .iter()
        .map(|step| {
            let goes_after_all = goes_after_all(plan, step, standing);
            let mut row = vec![step.rung.clone(), step.channel.clone(), what(step)];
            // A column for money only where somebody charges.
            if !prices.is_empty() {
                row.push(prices.get(&step.rung).map(MicroDollars::to_string).unwrap_or_default());
            }
            row.extend([gate(step), state(step, standing, zone, due)]);
            if goes_after_all && let Some(state) = row.last_mut() {
                *state = format!("{} before, goes after all", signed(State::Skipped));
            }
            row
        })
        .collect();
    let mut heads = vec!["RUNG", "CHANNEL", "WHAT", "WHEN", "STATE"];
    if !prices.is_empty() {
        heads.insert(3, "PRICE");
    }
    for (at, line) in table_on(sheet, &heads, &rows).iter().enumerate() {
        let delivery = at.checked_sub(1).and_then(|row| standing.deliveries.get(&plan.steps[row].key));
        let line = match delivery {
            _ if at == 0 => paint(line, Style::new().bold(), colour),
            Some(delivery) if colour => {
                let state = signed(delivery.state);
                line.replacen(&state, &paint(&state, style(delivery.state), true), 1)
            }
            _ => line.clone(),
        };
        out.push_str(&format!("{line}\n"));
    }
    if !prices.is_empty() {
        let total: MicroDollars = prices.values().copied().sum();
        out.push_str(&format!("\nsending this costs {total}\n"));
    }
    out.push_str(&older::text(older, zone, sheet));
    if !to_outbox.is_empty() {
        let names: Vec<String> = to_outbox.iter().map(|name| format!("`{}`", one_line(name))).collect();
        let (names, have) = (names.join(", "), if names.len() == 1 { "has" } else { "have" });
        let says = format!(
            "{names} {have} no credentials yet: what goes there is written to the outbox, for you to post"
        );
        out.push_str(&format!("\n{}", prose(sheet, 0, &says)));
    }
    out.push_str(&format!("\n{}\n", paint(&format!("digest {}", one_line(&plan.digest)), dim, colour)));
    out
}

fn what(step: &Step) -> String {
    let parts = step.payload.parts.len();
    match step.kind {
        // A comment hangs below its post: it is no part of a thread.
        VariantKind::Post if parts > 1 => match has_comment(&step.variant) {
            true if parts == 2 => "post, 1 comment".to_owned(),
            true => format!("thread of {}, 1 comment", parts - 1),
            false => format!("thread of {parts}"),
        },
        VariantKind::Mail => match step.recipients.len() {
            1 => "mail to 1 person".to_owned(),
            people => format!("mail to {people} people"),
        },
        kind => match Goes::of(&step.adapter) {
            Goes::Word(called) => called.to_owned(),
            _ => kind.name().to_owned(),
        },
    }
}

fn has_comment(variant: &Variant) -> bool {
    matches!(variant, Variant::Post(post) if post.first_comment.is_some())
}

/// The gate in words: `1h after blog`, `next day 09:00, after blog, within 6h`.
fn gate(step: &Step) -> String {
    let after = (!step.after.is_empty()).then(|| format!("after {}", step.after.join(" and ")));
    let delay = step.gate.delay.filter(|delay| !delay.is_zero()).map(length);
    let mut words = Vec::new();
    words.extend(step.gate.at.clone());
    match (delay, after) {
        (Some(delay), Some(after)) => words.push(format!("{delay} {after}")),
        (Some(delay), None) => words.push(format!("{delay} later")),
        (None, after) => words.extend(after),
    }
    if words.is_empty() {
        words.push("at once".to_owned());
    }
    words.extend(step.gate.window.map(|window| format!("within {}", length(window))));
    words.join(", ")
}

fn length(duration: SignedDuration) -> String {
    format!("{duration:#}")
}

fn state(step: &Step, standing: &Standing, zone: &TimeZone, due: &dyn Fn(&Step) -> Due) -> String {
    let delivery = standing.deliveries.get(&step.key);
    if let Some(delivery) = delivery.filter(|delivery| delivery.state != State::Planned) {
        let joining = step.joining(delivery).count();
        if joining > 0 {
            let had = delivery.count_recipients(State::Sent);
            return format!("{had} of {} had it, goes to {joining} more", had + joining);
        }
        let place = place(delivery);
        let state = signed(delivery.state);
        return if place.is_empty() { state } else { format!("{state} {place}") };
    }
    let queued = if delivery.is_some() { format!("{}, ", signed(State::Planned)) } else { String::new() };
    match due(step) {
        Due::Now => format!("{queued}due now"),
        Due::At(time) => format!("{queued}due {}", clock(time, zone)),
        Due::Paced(time, why) => format!("{queued}due {}: {}", clock(time, zone), one_line(&why)),
        Due::After(rungs) => format!("{queued}waits for {}", rungs.join(" and ")),
        Due::TooLate(time) => format!("{queued}too late since {}", clock(time, zone)),
        Due::Never(why) => format!("{queued}never: {why}"),
        Due::Settled => queued.trim_end_matches(", ").to_owned(),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::status::tests::delivery;
    use super::*;
    use crate::plan::{Gate, Identity, PLAN_VERSION, Payload, PayloadPart, Receipt, Tracking};
    use crate::render::Post;

    /// A step without content.
    pub(in crate::report) fn step(rung: &str, kind: VariantKind, after: &[&str], gate: Gate) -> Step {
        let identity = Identity {
            account: "x:acmerockets".to_owned(),
            message: "rocket-2".to_owned(),
            rung: rung.to_owned(),
            occurrence: 0,
            generation: 0,
            recipient: None,
        };
        let part = PayloadPart { body: serde_json::Value::Null, media: vec![] };
        Step {
            key: delivery(rung, State::Sent).key,
            identity,
            rung: rung.to_owned(),
            reason: None,
            channel: rung.to_owned(),
            adapter: "x".to_owned(),
            kind,
            after: after.iter().map(|rung| (*rung).to_owned()).collect(),
            needs_url_of: vec![],
            gate,
            variant: Variant::Post(Post {
                parts: vec![],
                card: None,
                first_comment: None,
                url_reserve: 0,
                language: String::new(),
            }),
            payload: Payload { parts: vec![part] },
            payload_digest: String::new(),
            tracking: Tracking::default(),
            recipients: vec![],
        }
    }

    /// Three rungs: a blog, a tweet an hour later, a newsletter next morning.
    pub(in crate::report) fn plan() -> Plan {
        let hour = Some(SignedDuration::from_hours(1));
        let mut mail = step(
            "newsletter",
            VariantKind::Mail,
            &["blog"],
            Gate {
                delay: None,
                at: Some("next day 09:00".to_owned()),
                window: Some(SignedDuration::from_hours(6)),
            },
        );
        mail.recipients = (0..3).map(|at| format!("p{at}@acme.example")).collect();
        let late = Gate { delay: hour, ..Gate::default() };
        Plan {
            version: PLAN_VERSION,
            store: "s".to_owned(),
            message: "rocket-2".to_owned(),
            title: "Rocket 2\u{1b}[2J lands itself".to_owned(),
            ladder: "launch".to_owned(),
            campaign: "rocket-2".to_owned(),
            zone: "Europe/Berlin".to_owned(),
            publish_at: Some("2026-12-01T08:00:00Z".parse().unwrap()),
            embargo: None,
            steps: vec![
                step("blog", VariantKind::Article, &[], Gate::default()),
                step("tweet", VariantKind::Post, &["blog"], late),
                mail,
            ],
            digest: "0123456789abcdef".repeat(4),
            files: String::new(),
        }
    }

    #[test]
    fn a_plan_reads_as_what_goes_where_and_when() {
        let plan = plan();
        let mut blog = delivery("blog", State::Sent);
        blog.parts[0].receipt =
            Some(Receipt { url: Some("https://acme.example/b/".to_owned()), ..Receipt::default() });
        let mut standing = Standing::default();
        standing.deliveries.insert(blog.key.clone(), blog);
        let due = |step: &Step| match step.rung.as_str() {
            "tweet" => Due::At("2026-12-01T09:30:00Z".parse().unwrap()),
            _ => Due::After(vec!["blog".to_owned()]),
        };
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let (none, dues) = (Prices::new(), Dues::new());
        let outbox = ["x".to_owned()];
        let shown = |prices, to_outbox| Shown {
            plan: &plan,
            standing: &standing,
            prices,
            dues: &dues,
            zone: &zone,
            to_outbox,
            older: &[],
        };
        let drawn = draw(&shown(&none, &outbox[..]), Sheet::default(), &due);
        assert!(
            drawn.contains("\n`x` has no credentials yet: what goes there is written to the outbox"),
            "{drawn}"
        );
        insta::assert_snapshot!(draw(&shown(&none, &[]), Sheet::default(), &due), @r"
        Rocket 2\u{1b}[2J lands itself
        rocket-2 on the ladder launch
        publish at 2026-12-01 09:00 (Europe/Berlin)

        RUNG        CHANNEL     WHAT              WHEN                                   STATE
        blog        blog        article           at once                                ✓ sent https://acme.example/b/
        tweet       tweet       post              1h after blog                          due 2026-12-01 10:30
        newsletter  newsletter  mail to 3 people  next day 09:00, after blog, within 6h  waits for blog

        digest 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
        ");
        let prices = Prices::from([("tweet".to_owned(), MicroDollars(215_000))]);
        let drawn = draw(&shown(&prices, &[]), Sheet::default(), &due);
        let lines: Vec<&str> = drawn.lines().skip(4).take(6).collect();
        insta::assert_snapshot!(lines.join("\n"), @"
        RUNG        CHANNEL     WHAT              PRICE   WHEN                                   STATE
        blog        blog        article                   at once                                ✓ sent https://acme.example/b/
        tweet       tweet       post              $0.215  1h after blog                          due 2026-12-01 10:30
        newsletter  newsletter  mail to 3 people          next day 09:00, after blog, within 6h  waits for blog

        sending this costs $0.215
        ");
    }

    #[test]
    fn a_comment_is_no_part_of_a_thread() {
        let words = |parts: usize, comment: Option<&str>| {
            let mut step = step("post", VariantKind::Post, &[], Gate::default());
            step.payload.parts = vec![step.payload.parts[0].clone(); parts];
            let first_comment = comment.map(str::to_owned);
            step.variant = Variant::Post(Post {
                parts: vec![],
                card: None,
                first_comment,
                url_reserve: 0,
                language: String::new(),
            });
            what(&step)
        };
        assert_eq!(words(1, None), "post");
        assert_eq!(words(3, None), "thread of 3");
        assert_eq!(words(2, Some("more")), "post, 1 comment");
        assert_eq!(words(3, Some("more")), "thread of 2, 1 comment");
        assert_eq!(words(1, Some("more")), "post");
    }
}
