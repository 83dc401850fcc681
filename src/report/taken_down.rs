//! What will be taken down, what became of it, and what stays up and why.

use super::columns::{Sheet, one_line, table_on};
use super::sign::{paint, short_key};
use super::status::{Several, clock, place, record, rung};
use super::todo::{self, ToDo};
use crate::channel::Goes;
use crate::plan::{Delivery, MicroDollars, Outcome, PartStanding, Receipt, State, Stay, StepKey};
use crate::render::VariantKind;
use anstyle::{AnsiColor, Style};
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What can be done in this moment about what is out of a delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Means {
    /// Its channel takes it down; what that costs, if it costs.
    Channel(Option<MicroDollars>),
    /// A person posted it, and nothing here reaches it.
    ByHand,
    /// Its channel could, and has not what it needs: what that is.
    NotNow(String),
}

/// The means of each delivery; of one that is not there, its channel.
pub type AllMeans = BTreeMap<StepKey, Means>;

/// What is going to be done about a delivery: a word for machines, and for people.
pub fn intended(delivery: &Delivery, means: Option<&Means>) -> (&'static str, String) {
    let up = delivery.still_up().count();
    match means {
        _ if delivery.state == State::Sending => {
            return ("look", "being sent at this moment; taken down once it is out".to_owned());
        }
        Some(Means::ByHand) => return ("by-hand", "by hand: a person posted it".to_owned()),
        Some(Means::NotNow(why)) => return ("later", format!("not now: {why}")),
        _ => {}
    }
    let unknown = delivery.state == State::Unknown;
    if delivery.is_for_each_person() {
        let sent = match delivery.count_recipients(State::Sent) {
            1 => "1 person has it".to_owned(),
            several => format!("{several} people have it"),
        };
        return match (delivery.reached(), delivery.is_open()) {
            (true, false) => ("stays", format!("stays: {sent}, mail cannot be recalled")),
            (true, true) => ("stays", format!("goes to nobody else; {sent}")),
            (false, _) => ("cancel", "does not go out".to_owned()),
        };
    }
    let laid_out = up > 0 && delivery.live().next().is_none();
    if laid_out && !delivery.waits_for_a_person() {
        return ("take-in", "taken in, if it lies there still".to_owned());
    }
    if delivery.waits_for_a_person() {
        return ("take-in", "taken in: nobody is to post it any more".to_owned());
    }
    let cost = match means {
        Some(Means::Channel(Some(each))) => {
            let all = u64::try_from(up.max(1)).unwrap_or(1);
            format!(", {}", MicroDollars(each.0.saturating_mul(all)))
        }
        _ => String::new(),
    };
    let (word, what) = match (up, delivery.part_count) {
        (0, _) if unknown => ("look", "looked for, and taken down if it is there".to_owned()),
        (0, _) if delivery.parts.iter().any(PartStanding::is_half_done) => {
            ("take-down", "taken back: those who know of it are told".to_owned())
        }
        (0, _) => ("cancel", "does not go out".to_owned()),
        (1, 1) => ("take-down", "taken down".to_owned()),
        (up, all) if unknown => ("take-down", format!("{up} of {all} parts taken down, the next looked for")),
        (up, all) if up < all as usize => {
            ("take-down", format!("{up} of {all} parts taken down, the last first"))
        }
        (up, _) => ("take-down", format!("{up} parts taken down, the last first")),
    };
    let costs = word != "cancel";
    (word, if costs { what + &cost } else { what })
}

/// The table of what is going to be done, in the order in which it is.
pub fn wanted(
    deliveries: &[&Delivery],
    means: &AllMeans,
    zone: &TimeZone,
    sheet: impl Into<Sheet>,
) -> String {
    let (sheet, several) = (sheet.into(), Several::of(deliveries));
    let rows: Vec<Vec<String>> = deliveries
        .iter()
        .map(|delivery| {
            vec![
                delivery.message.clone(),
                rung(delivery),
                several.channel(delivery),
                delivery.sent_at.map(|at| clock(at, zone)).unwrap_or_default(),
                intended(delivery, means.get(&delivery.key)).1,
                place(delivery),
            ]
        })
        .collect();
    let mut out = lines(&["MESSAGE", "RUNG", "CHANNEL", "SENT", "WILL BE", "WHERE"], &rows, sheet);
    let by_hand = |delivery: &&&Delivery| means.get(&delivery.key) == Some(&Means::ByHand);
    let by_hand: Vec<String> = deliveries
        .iter()
        .filter(by_hand)
        .map(|delivery| {
            let (rung, message) = (one_line(&delivery.rung), one_line(&delivery.message));
            let steps = with_hands(delivery, delivery.still_up().last(), deliveries);
            format!("  {rung} of {message}: a person posted it\n{steps}")
        })
        .collect();
    if !by_hand.is_empty() {
        out.push_str(&format!(
            "\n{}\n{}",
            paint("By hand", Style::new().bold(), sheet.colour),
            by_hand.concat()
        ));
    }
    out
}

/// What waits to be pasted, and comes after something that is taken down: its link
/// would lead nowhere. Nothing, if nothing does.
pub fn left_to_paste(deliveries: &[&Delivery], colour: bool) -> String {
    if deliveries.is_empty() {
        return String::new();
    }
    let heading = "Still to be pasted, though it comes after what is taken down";
    let mut out = format!("\n{}\n", paint(heading, Style::new().bold(), colour));
    for delivery in deliveries {
        let (rung, message) = (one_line(&delivery.rung), one_line(&delivery.message));
        let place = one_line(&place(delivery));
        out.push_str(&format!(
            "  {rung} of {message}: {place}\n    take it in, if nobody is to post it:\n      ladder unpublish {message} --only {rung}\n"
        ));
    }
    out
}

/// What a person does with their hands, and the command that says so.
fn with_hands(delivery: &Delivery, part: Option<&PartStanding>, beside: &[&Delivery]) -> String {
    let receipt = part.and_then(|part| part.receipt.as_ref());
    // Of a file of ours the page's address is no place to delete it at.
    let file = receipt.filter(|_| Goes::of(&delivery.adapter) == Goes::Files);
    let file = file.and_then(|receipt| receipt.detail.as_deref());
    let url = file.or(receipt.and_then(|receipt| receipt.url.as_deref()));
    let at = url.map(|url| format!(" at {}", one_line(url))).unwrap_or_default();
    let key = short_key(delivery, beside);
    if Goes::of(&delivery.adapter).is_word() {
        return format!(
            "    nobody can delete it by hand; to leave it at that:\n      ladder resolve {key} --removed\n"
        );
    }
    format!("    delete it by hand{at}, and say so:\n      ladder resolve {key} --removed\n")
}

/// The result as a word for machines, and for people.
pub fn result(outcome: &Outcome) -> (&'static str, &'static str) {
    match outcome {
        Outcome::Down => ("taken-down", "↓ taken down"),
        Outcome::WasGone => ("was-gone", "↓ was gone already"),
        Outcome::TakenIn => ("taken-in", "× taken in"),
        Outcome::Cancelled => ("cancelled", "× does not go out"),
        Outcome::Kept => ("kept", "✓ stays, as was said"),
        Outcome::Up(stays) => match stays.why {
            Stay::Cannot => ("stays", "✗ stays"),
            Stay::Refused => ("stays", "✗ stays: refused"),
            Stay::Later => ("later", "‖ still up"),
            Stay::Unknown => ("unknown", "? nobody knows"),
        },
        Outcome::Unknown(_) => ("unknown", "? nobody knows"),
        Outcome::Sending => ("unknown", "→ being sent"),
    }
}

/// What became of each, and below it what is still up, why, and what to do.
pub fn text(deliveries: &[&Delivery], sheet: impl Into<Sheet>) -> String {
    let (sheet, several) = (sheet.into(), Several::of(deliveries));
    let rows: Vec<Vec<String>> = deliveries
        .iter()
        .map(|delivery| {
            let outcome = delivery.outcome();
            // What is down has no address any more.
            let up = matches!(outcome, Outcome::Up(_) | Outcome::Kept | Outcome::Unknown(_));
            let place = if up { address(delivery) } else { String::new() };
            vec![
                delivery.message.clone(),
                rung(delivery),
                several.channel(delivery),
                result(&outcome).1.to_owned(),
                place,
            ]
        })
        .collect();
    let mut out = lines(&["MESSAGE", "RUNG", "CHANNEL", "RESULT", "STILL AT"], &rows, sheet);
    for (delivery, left) in deliveries.iter().filter_map(|delivery| Some((delivery, delivery.left()?))) {
        let (message, rung) = (one_line(&delivery.message), one_line(&delivery.rung));
        out.push_str(&format!("\n{rung} of {message} is down, and left at that: {}\n", one_line(left)));
    }
    let left: Vec<String> = deliveries.iter().filter_map(|delivery| still_up(delivery, deliveries)).collect();
    if !left.is_empty() {
        let red = Style::new().fg_color(Some(AnsiColor::Red.into())).bold();
        out.push_str(&format!("\n{}\n", paint("Not down", red, sheet.colour)));
        out.extend(left);
    }
    out
}

/// The deliveries of the JSON answer, each with what would be done about it by
/// these means, or, without any, with what was done.
pub fn json(deliveries: &[&Delivery], means: Option<&AllMeans>) -> Value {
    let one = |delivery: &&Delivery| {
        let mut value = record(delivery);
        if let Some(means) = means {
            let (will, how) = intended(delivery, means.get(&delivery.key));
            value["will"] = json!(will);
            value["how"] = json!(how);
        } else {
            let outcome = delivery.outcome();
            value["outcome"] = json!(result(&outcome).0);
            value["why"] = match &outcome {
                Outcome::Up(stays) => json!(stays.says),
                Outcome::Unknown(why) => json!(why),
                Outcome::Down => json!(delivery.left()),
                _ => Value::Null,
            };
        }
        value
    };
    deliveries.iter().map(one).collect()
}

/// What a person has to do about those of them that were to be taken down.
pub fn to_do(deliveries: &[&Delivery]) -> Vec<ToDo> {
    let withdrawn: Vec<&Delivery> = deliveries.iter().copied().filter(|d| d.is_withdrawn()).collect();
    todo::to_do(&withdrawn)
}

/// What is still up of a delivery that was to be taken down, why, and what to
/// do about it. None: nothing is.
pub(super) fn still_up(delivery: &Delivery, beside: &[&Delivery]) -> Option<String> {
    let key = short_key(delivery, beside);
    let (message, rung) = (one_line(&delivery.message), one_line(&delivery.rung));
    let who = format!("{rung} of {message}");
    let by_hand = |part: Option<&PartStanding>| with_hands(delivery, part, beside);
    let again = format!("      ladder unpublish {message} --only {rung}\n");
    match delivery.outcome() {
        // What was sent anew is the word after it, and has a line of its own.
        Outcome::Up(_) if delivery.kind == Some(VariantKind::Mail) && delivery.superseded => None,
        Outcome::Up(stays) if delivery.kind == Some(VariantKind::Mail) => Some(format!(
            "  {who}: {}: {}\n    a correction goes out as a message of its own, on a ladder with `{}`:\n      ladder \
             new {}\n    once that is done, or if it is left at that:\n      ladder resolve {key} --keep\n",
            one_line(&stays.says),
            reached(delivery),
            one_line(&delivery.channel),
            quoted(&format!("Correction: {}", one_line(&delivery.title)))
        )),
        Outcome::Up(stays) => {
            let why = one_line(&stays.says);
            let mut out = format!("  {who}: {why}\n{}", parts(delivery));
            match stays.why {
                Stay::Cannot | Stay::Refused => out.push_str(&by_hand(delivery.still_up().last())),
                Stay::Later => {
                    out.push_str(&again);
                    let by_hand = by_hand(delivery.still_up().last());
                    out.push_str(&by_hand.replacen("    delete it", "    or delete it", 1));
                }
                Stay::Unknown => {
                    out.push_str(&format!("    to ask again does no harm:\n{again}"));
                    let by_hand = by_hand(delivery.still_up().last());
                    out.push_str(&by_hand.replacen(
                        "    delete it by hand",
                        "    or see to it that it is gone",
                        1,
                    ));
                }
            }
            if delivery.can_be_kept() {
                out.push_str(&format!("    or, if it is to stay:\n      ladder resolve {key} --keep\n"));
            }
            Some(out)
        }
        Outcome::Unknown(_) if delivery.is_for_each_person() => Some(format!(
            "  {who}: mail cannot be recalled, and of some it is not known whether they went out: ladder status\n"
        )),
        Outcome::Unknown(why) => {
            let unknown = delivery.parts.iter().find(|part| part.state == State::Unknown);
            let part = unknown
                .filter(|_| delivery.part_count > 1)
                .map(|part| format!("part {} of {}", u64::from(part.part) + 1, delivery.part_count));
            if Goes::of(&delivery.adapter).is_word() {
                return Some(format!(
                    "  {who}: it is not known who was told: {}\n    to ask again does no harm:\n{again}    or, if nobody \
                     was:\n      ladder resolve {key} --not-sent\n",
                    one_line(&why)
                ));
            }
            Some(format!(
                "  {who}: it is not known whether {} is there: {}\n    to ask again does no harm:\n{again}    or look at {}; \
                 if it is there, say where, and take it down:\n      ladder resolve {key} --sent URL\n{again}    if not:\n      \
                 ladder resolve {key} --not-sent\n",
                part.as_deref().unwrap_or("it"),
                one_line(&why),
                one_line(&delivery.account)
            ))
        }
        _ => None,
    }
}

/// A line for each part that is up, where there are several.
fn parts(delivery: &Delivery) -> String {
    let mut up: Vec<&PartStanding> = delivery.still_up().collect();
    up.reverse();
    let line = |part: &&PartStanding| {
        let url = part.receipt.as_ref().and_then(|receipt| receipt.url.as_deref());
        let url = url.map(|url| format!(": {}", one_line(url))).unwrap_or_default();
        format!("    part {} of {} is up{url}\n", u64::from(part.part) + 1, delivery.part_count)
    };
    up.iter().filter(|_| delivery.part_count > 1).map(line).collect()
}

/// Where the first of it that is up is found.
fn address(delivery: &Delivery) -> String {
    let first = delivery.still_up().last().and_then(|part| part.receipt.as_ref());
    // What was told to others lies nowhere: its detail is what they answered.
    let lies = |receipt: &Receipt| receipt.detail.clone().filter(|_| !Goes::of(&delivery.adapter).is_word());
    let url = first.and_then(|receipt| receipt.url.clone().or_else(|| lies(receipt)));
    url.unwrap_or_else(|| if delivery.is_for_each_person() { reached(delivery) } else { String::new() })
}

fn reached(delivery: &Delivery) -> String {
    match delivery.count_recipients(State::Sent) {
        0 => String::new(),
        1 => "1 person has it".to_owned(),
        several => format!("{several} people have it"),
    }
}

/// For a shell: what is typed as one word.
pub fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

fn lines(heading: &[&str], rows: &[Vec<String>], sheet: Sheet) -> String {
    let mut lines = table_on(sheet, heading, rows).into_iter();
    let mut out = String::new();
    if let Some(heading) = lines.next() {
        out.push_str(&paint(&heading, Style::new().bold(), sheet.colour));
        out.push('\n');
    }
    for line in lines {
        out.push_str(&line);
        out.push('\n');
    }
    out
}
