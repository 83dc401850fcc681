//! What is out already of older generations, beside what is to go or went once
//! more: readers see both, and people get a mail twice.

use super::columns::{Sheet, one_line, prose};
use super::status::clock;
use crate::channel::Goes;
use crate::plan::{Delivery, Identity, Plan, Standing, State};
use anstyle::Style;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

/// What is out of the generations before those of the plan's steps (of `only`, if
/// it names rungs), the oldest first.
pub fn of<'a>(plan: &Plan, standing: &'a Standing, only: &[String]) -> Vec<&'a Delivery> {
    let chosen = plan.steps.iter().filter(|step| only.is_empty() || only.contains(&step.rung));
    let mut found: Vec<&Delivery> = Vec::new();
    for step in chosen.filter(|step| step.identity.generation > 0) {
        let mut generations = standing.generations(&step.identity);
        generations.reverse();
        let is_replaced = |older: &Delivery| generations.iter().any(|newer| replaces(newer, older));
        let older = generations.iter().filter(|older| older.generation < step.identity.generation);
        found.extend(older.filter(|older| is_there(older) && !is_replaced(older)));
    }
    found
}

/// Whether `newer` is a newer generation of `older`, and lies where that one lay: the
/// page of an article, by its address; files, by their path, for those that do not make
/// room stay, and the new ones are laid out beside them.
pub fn replaces(newer: &Delivery, older: &Delivery) -> bool {
    let path = |delivery: &Delivery| {
        let receipt = delivery.parts.first()?.receipt.as_ref()?;
        let is_file = receipt.for_a_person || Goes::of(&delivery.adapter) == Goes::Files;
        receipt.detail.clone().filter(|_| is_file)
    };
    let (url, file) = (older.url(), path(older));
    let same = |newer: &Delivery| Identity { generation: older.generation, ..newer.identity() };
    newer.generation > older.generation
        && same(newer) == older.identity()
        && (url.is_some() && newer.url() == url || file.is_some() && path(newer) == file)
}

/// Whether somebody sees it, has it, or is to post it.
fn is_there(delivery: &Delivery) -> bool {
    let mailed = delivery.is_for_each_person() && delivery.count_recipients(State::Sent) > 0;
    mailed || delivery.live().next().is_some() || delivery.waits_for_a_person()
}

/// Each of them in a sentence; nothing where there is none.
pub fn text(older: &[&Delivery], zone: &TimeZone, sheet: Sheet) -> String {
    if older.is_empty() {
        return String::new();
    }
    let style = Style::new().bold();
    let mut out =
        format!("\n{}\n", super::sign::paint("Out already, beside the new one", style, sheet.colour));
    for delivery in older {
        let rung = one_line(&delivery.rung);
        out.push_str(&prose(sheet, 2, &format!("{rung}: {}", sentence(delivery, zone))));
    }
    out
}

/// For machines.
pub fn json(older: &[&Delivery]) -> Value {
    let one = |delivery: &&Delivery| {
        json!({
            "key": delivery.key,
            "message": delivery.message,
            "rung": delivery.rung,
            "generation": delivery.generation,
            "sent_at": delivery.sent_at,
            "urls": addresses(delivery),
            "people": delivery.is_for_each_person().then(|| delivery.count_recipients(State::Sent)),
        })
    };
    older.iter().map(one).collect()
}

fn sentence(delivery: &Delivery, zone: &TimeZone) -> String {
    let on = delivery.sent_at.map(|at: Timestamp| format!(" on {}", clock(at, zone))).unwrap_or_default();
    if delivery.is_for_each_person() {
        let (people, have) = match delivery.count_recipients(State::Sent) {
            1 => ("1 person".to_owned(), "has"),
            several => (format!("{several} people"), "have"),
        };
        return format!("{people} {have} had it{on}, and would get it once more");
    }
    if delivery.waits_for_a_person() {
        return "its text waits for you to post it, and is taken in, unless somebody has worked on it"
            .to_owned();
    }
    let urls = addresses(delivery);
    let place = if urls.is_empty() { String::new() } else { format!(" at {}", urls.join(" ")) };
    // The page of an article keeps its address.
    match delivery.adapter.as_str() {
        "static-site" => format!("the page{place} is written over, as long as its address is still that one"),
        // A newer one is there, and not in its place.
        "outbox" if delivery.superseded => {
            let file = delivery.parts.first().and_then(|part| part.receipt.as_ref()?.detail.as_deref());
            let at = file.map(|file| format!(" at {}", one_line(file))).unwrap_or_default();
            format!("its files still lie{at}, for somebody has worked on them")
        }
        "outbox" => "its files are replaced, unless somebody has worked on them".to_owned(),
        "feed" => "its item in the feed is written over".to_owned(),
        "webmention" | "websub" => "those who were told are told again, of the same".to_owned(),
        _ => format!("the older one stays up{place}"),
    }
}

fn addresses(delivery: &Delivery) -> Vec<String> {
    let parts = delivery.parts.iter().filter(|part| part.state == State::Sent);
    let urls = parts.filter_map(|part| part.receipt.as_ref()?.url.as_deref());
    urls.map(one_line).collect()
}

#[cfg(test)]
mod tests {
    use super::super::status::tests::delivery;
    use super::*;
    use crate::plan::{Receipt, RecipientStanding, StepKey};

    #[test]
    fn each_says_where_it_is_and_who_had_it() {
        let mut tweet = delivery("tweet", State::Sent);
        tweet.sent_at = Some("2026-12-01T08:00:00Z".parse().unwrap());
        let url = Some("https://x.com/acme/status/1".to_owned());
        tweet.parts[0].receipt = Some(Receipt { url, ..Receipt::default() });
        let mut mail = delivery("newsletter", State::Sent);
        mail.sent_at = tweet.sent_at;
        let part = mail.parts.remove(0);
        mail.recipients = vec![RecipientStanding {
            recipient: "a@acme.example".to_owned(),
            key: StepKey("9".repeat(32)),
            part,
            error: None,
            before: None,
        }];
        insta::assert_snapshot!(text(&[&tweet, &mail], &TimeZone::UTC, Sheet::default()), @r"

        Out already, beside the new one
          tweet: the older one stays up at https://x.com/acme/status/1
          newsletter: 1 person has had it on 2026-12-01 08:00, and would get it once more
        ");
        let note = Delivery { adapter: "outbox".to_owned(), ..delivery("note", State::Sent) };
        assert_eq!(
            sentence(&note, &TimeZone::UTC),
            "its files are replaced, unless somebody has worked on them"
        );
        assert_eq!(json(&[&mail])[0]["people"], 1);
        assert_eq!(text(&[], &TimeZone::UTC, Sheet::default()), "");
    }
}
