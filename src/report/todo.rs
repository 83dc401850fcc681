//! What a person has to do about a delivery, with the command that does it.

use super::columns::{Sheet, cut, one_line, prose};
use super::history::words;
use super::sign::{ShortKeys, word};
use super::status::{is_address, left, receipts};
use super::taken_down;
use crate::channel::{Ability, Goes, adapter_named, medium};
use crate::plan::{Delivery, PartStanding, State, StepKey};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Columns of a part's words that are shown to tell it from the others.
const MOST_WORDS: usize = 48;

/// Something that a person has to do about a delivery.
#[derive(Clone, Debug, PartialEq)]
pub struct ToDo {
    key: StepKey,
    rung: String,
    message: String,
    /// Whose, where another delivery of the same name goes to another account.
    account: Option<String>,
    what: String,
    lines: Vec<Line>,
}

#[derive(Clone, Debug, PartialEq)]
enum Line {
    /// Why, where, or what to look at.
    Says(String),
    /// What can be typed, or opened.
    Types(String),
    /// The same in words of its own, which stand for these commands.
    Told(String, Vec<String>),
}

impl ToDo {
    fn of(delivery: &Delivery, beside: &[&Delivery], what: String, lines: Vec<Line>) -> ToDo {
        let account = is_one_of_several(delivery, beside).then(|| name_of(&delivery.account).to_owned());
        let (rung, message) = (delivery.rung.clone(), delivery.message.clone());
        ToDo { key: delivery.key.clone(), rung, message, account, what, lines }
    }

    /// What other verbs say in the same form: a line, below it what is said (four
    /// columns in) and what can be typed (six).
    pub(super) fn of_text(delivery: &Delivery, beside: &[&Delivery], text: &str) -> ToDo {
        let mut lines = text.lines();
        let first = lines.next().unwrap_or_default().trim();
        let who = format!("{} of {}", one_line(&delivery.rung), one_line(&delivery.message));
        let what = first.strip_prefix(&who).unwrap_or(first).trim_start_matches([':', ' ']);
        let line = |line: &str| match line.strip_prefix("      ") {
            Some(typed) if typed.starts_with("ladder ") => Line::Types(typed.to_owned()),
            _ => Line::Says(line.trim().to_owned()),
        };
        ToDo::of(delivery, beside, what.to_owned(), lines.map(line).collect())
    }

    /// A sentence, and the commands for it.
    pub(super) fn of_words(
        delivery: &Delivery,
        beside: &[&Delivery],
        what: String,
        commands: &[String],
    ) -> ToDo {
        ToDo::of(delivery, beside, what, commands.iter().cloned().map(Line::Types).collect())
    }

    /// For people.
    pub fn text(&self, sheet: Sheet) -> String {
        let account = self.account.as_deref().map(|account| format!(" ({})", one_line(account)));
        let (rung, message) = (one_line(&self.rung), one_line(&self.message));
        let who = format!("{rung} of {message}{}", account.unwrap_or_default());
        let mut out = prose(sheet, 2, &format!("{who}: {}", self.what));
        for line in &self.lines {
            out.push_str(&match line {
                Line::Says(text) => prose(sheet, 4, text),
                // What is copied stays on one line.
                Line::Types(text) | Line::Told(text, _) => format!("      {text}\n"),
            });
        }
        out
    }

    /// For machines, the same.
    pub fn json(&self) -> Value {
        let says = self.lines.iter().filter_map(|line| match line {
            Line::Says(text) => Some(text.as_str()),
            _ => None,
        });
        let commands = self.lines.iter().flat_map(|line| match line {
            Line::Says(_) => Vec::new(),
            Line::Types(text) => vec![text.as_str()],
            Line::Told(_, commands) => commands.iter().map(String::as_str).collect(),
        });
        json!({
            "delivery": self.key,
            "rung": self.rung,
            "message": self.message,
            "what": self.what,
            "says": says.collect::<Vec<_>>(),
            "commands": commands.filter(|command| command.starts_with("ladder ")).collect::<Vec<_>>(),
        })
    }
}

/// What a person has to do about these deliveries, in their order.
pub fn to_do(deliveries: &[&Delivery]) -> Vec<ToDo> {
    let beside = Beside::of(deliveries);
    deliveries.iter().filter_map(|delivery| about(delivery, &beside)).collect()
}

/// What is shown together, put so that each finds what it is told apart from
/// without a look at all of it.
struct Beside<'a> {
    keys: ShortKeys<'a>,
    /// By message and rung: accounts and generations.
    same: BTreeMap<(&'a str, &'a str), Vec<&'a Delivery>>,
}

impl<'a> Beside<'a> {
    fn of(deliveries: &[&'a Delivery]) -> Beside<'a> {
        let mut same: BTreeMap<(&str, &str), Vec<&Delivery>> = BTreeMap::new();
        for delivery in deliveries {
            same.entry((&delivery.message, &delivery.rung)).or_default().push(delivery);
        }
        Beside { keys: ShortKeys::of(deliveries), same }
    }

    /// The same rung of the same message, itself too.
    fn same<'s>(&'s self, delivery: &'s Delivery) -> &'s [&'s Delivery] {
        self.same.get(&(delivery.message.as_str(), delivery.rung.as_str())).map_or(&[], Vec::as_slice)
    }
}

/// The same of one; nothing where nobody has to do anything. `beside` are the
/// deliveries whose keys a short one is told apart from.
pub(in crate::report) fn what_to_do(delivery: &Delivery, beside: &[&Delivery]) -> Option<ToDo> {
    about(delivery, &Beside::of(beside))
}

fn about(delivery: &Delivery, all: &Beside<'_>) -> Option<ToDo> {
    let beside = all.same(delivery);
    if delivery.is_withdrawn() && !delivery.is_kept() {
        return taken_down::still_up(delivery, beside).map(|text| ToDo::of_text(delivery, beside, &text));
    }
    let key = all.keys.short(delivery);
    let (rung, message) = (one_line(&delivery.rung), one_line(&delivery.message));
    let why = delivery.error.as_deref().map(one_line).unwrap_or_default();
    let because = if why.is_empty() { String::new() } else { format!(": {why}") };
    // Whatever was to be done about an older generation, the newer one did or does;
    // doing it now would post it twice. A doubt stays one.
    if delivery.superseded && delivery.state != State::Unknown {
        return None;
    }
    if let Some(unchanged) = super::edited::unchanged(delivery) {
        return Some(ToDo::of_text(delivery, beside, &unchanged));
    }
    if delivery.is_kept() {
        return None;
    }
    let mut lines = newer(delivery, beside);
    let says = |text: &str| Line::Says(text.to_owned());
    // What is only told to others has no address.
    let url = if Goes::of(&delivery.adapter).is_word() { "" } else { " URL" };
    let sent = || Line::Types(format!("ladder resolve {key} --sent{url}"));
    let not_sent = || Line::Types(format!("ladder resolve {} --not-sent", key));
    let again = || Line::Types(format!("ladder publish {message} --only {rung} --again REASON"));
    let what = match delivery.state {
        State::Unknown if delivery.is_for_each_person() => {
            let unknown = delivery.recipients.iter().filter(|person| person.part.state == State::Unknown);
            lines.extend(unknown.clone().take(5).map(|person| {
                let key = person.key.short();
                let words =
                    format!("{}: ladder resolve {key} --sent | --not-sent", one_line(&person.recipient));
                let either = ["--sent", "--not-sent"].map(|end| format!("ladder resolve {key} {end}"));
                Line::Told(words, either.to_vec())
            }));
            let more = unknown.count().saturating_sub(5);
            if more > 0 {
                let words = format!("and {more} more: see `ladder status --format json`");
                lines.push(Line::Told(words, Vec::new()));
            }
            format!("it is not known whether these mails went out{because}")
        }
        State::Unknown => {
            let part = delivery.unsettled().map(|part| which(delivery, part));
            let part = part.unwrap_or_else(|| "this".to_owned());
            lines.extend(live(delivery));
            let looked = delivery.unsettled().is_some_and(|part| part.looked.is_some());
            let again = match (looks_again(delivery), looked) {
                (true, false) => " (`ladder run` looks again)",
                (true, true) => {
                    " (`ladder run` looks again; as long as that proves no more, only you can settle it)"
                }
                (false, _) => "",
            };
            let account = one_line(&delivery.account);
            lines.push(Line::Says(format!("look at {account}, then say what you see{again}:")));
            lines.extend([sent(), not_sent()]);
            format!("it is not known whether {part} went out{because}")
        }
        State::Waiting => {
            let receipt = receipts(delivery).find(|receipt| receipt.for_a_person)?;
            let by_hand = Goes::of(&delivery.adapter) == Goes::ByHand;
            let page = receipt.detail.as_deref().filter(|detail| by_hand && is_address(detail));
            lines.extend(page.map(|page| Line::Types(one_line(page))));
            // One word settles all of a thread that was pasted.
            let Line::Types(resolve) = sent() else { return None };
            lines.push(match delivery.part_count {
                0..=1 => Line::Types(resolve),
                all => Line::Told(
                    format!("{resolve}  (all {all} parts: the address of the first)"),
                    vec![resolve],
                ),
            });
            let lies = receipt.detail.as_deref().map(one_line);
            match (by_hand, lies) {
                (true, _) => format!(
                    "waits for you to post it by hand; its text: ladder log --channel {}",
                    one_line(&delivery.channel)
                ),
                (false, Some(steps)) if delivery.adapter == medium::ADAPTER.name => format!(
                    "waits for you to post it; {steps} says how, and its text lies in {}{}",
                    medium::page_beside(&steps),
                    left(receipt)
                ),
                (false, Some(place)) => {
                    format!("waits for you to post it; its text lies in {place}{}", left(receipt))
                }
                (false, None) => "waits for you to post it".to_owned(),
            }
        }
        // Sent anew, what is live would be posted a second time.
        State::Refused if delivery.is_broken_off() => {
            lines.extend(live(delivery));
            let part = delivery.unsettled()?;
            let last = part.part + 1 >= delivery.part_count;
            let rest = if last { "" } else { "the rest by hand, from " };
            let how = if last { " by hand" } else { "" };
            let part = which(delivery, part);
            // The message may say something else by now.
            let log = format!(
                "ladder log --campaign {} --channel {}",
                one_line(&delivery.campaign),
                one_line(&delivery.channel)
            );
            lines.push(Line::Says(format!("post {rest}{part}{how}; all words: {log}")));
            lines.extend([says("then say where it is:"), sent()]);
            format!("refused{because}")
        }
        State::Refused => {
            lines.extend(earlier(delivery, beside));
            lines.extend([says("mend the cause, then send it anew:"), again()]);
            if delivery.can_be_posted_by_hand() {
                lines.extend([says("or post it by hand, and say where it is:"), sent()]);
            }
            format!("refused{because}")
        }
        // There is no way back but a new post: of what is live, the network decides.
        State::Altered => {
            for part in &delivery.parts {
                let Some(live) = part.seen_otherwise() else { continue };
                let url = part.receipt.as_ref().and_then(|receipt| receipt.url.as_deref()).map(one_line);
                let at = url.map(|url| format!(" at {url}")).unwrap_or_default();
                lines.push(Line::Says(format!("readers see{at}: “{}”", one_line(live))));
            }
            let then = "if that will do, there is nothing to do; else delete it there, mend the text, and send it anew:";
            lines.extend([says(then), again()]);
            "live, but not in the words that were sent".to_owned()
        }
        State::Held if delivery.is_broken_off() => {
            lines.extend(live(delivery));
            // What is half out cannot be wanted no more: the rest of it is missing.
            if delivery.live().next().is_some() {
                lines.extend([says("or post the rest by hand, then say where it is:"), sent()]);
            } else {
                let or = "or post it by hand, then say where it is, or that it is not to go out any more:";
                lines.extend([says(or), sent(), not_sent()]);
            }
            format!("held back{because}")
        }
        State::Held => {
            if !delivery.reached() {
                lines.extend([says("if it is not to go out any more:"), not_sent()]);
                lines.extend([says("to send it all the same:"), again()]);
            }
            format!("held back{because}")
        }
        State::Planned => {
            let hours = delivery.in_vain_for()?.as_hours();
            let long = if hours < 72 { format!("{hours} hours") } else { format!("{} days", hours / 24) };
            lines.push(says("`ladder run` goes on trying once an hour; mended it, this tries at once:"));
            lines.push(Line::Types(format!("ladder publish {message}")));
            format!("tried in vain for {long}, {} times{because}", delivery.attempts())
        }
        _ => return None,
    };
    Some(ToDo::of(delivery, beside, what, lines))
}

/// Whether another delivery of the same rung of the same message goes elsewhere.
fn is_one_of_several(delivery: &Delivery, beside: &[&Delivery]) -> bool {
    let same = |other: &&&Delivery| (&other.message, &other.rung) == (&delivery.message, &delivery.rung);
    beside.iter().filter(same).any(|other| other.account != delivery.account)
}

/// The account without the network: `Acme Rockets`.
pub(super) fn name_of(account: &str) -> &str {
    account.split_once(':').map_or(account, |(_, name)| name)
}

/// A line that says of an older generation what the newest is, and that settling
/// it sends nothing.
fn newer(delivery: &Delivery, beside: &[&Delivery]) -> Vec<Line> {
    if !delivery.superseded {
        return Vec::new();
    }
    let newest = beside.iter().filter(|other| is_same(delivery, other)).max_by_key(|other| other.generation);
    let newest = newest.filter(|newest| newest.generation > delivery.generation);
    let state = newest.map(|newest| {
        let url = newest.url().map(|url| format!(" at {}", one_line(url))).unwrap_or_default();
        format!(", which is {}{url}", word(newest.state))
    });
    let state = state.unwrap_or_default();
    vec![Line::Says(format!(
        "this is an earlier try; `--again` has begun a newer one{state}: nothing of the earlier one is sent again"
    ))]
}

/// A line that says where an older generation is live, if one is: sent anew, that
/// would be there twice.
fn earlier(delivery: &Delivery, beside: &[&Delivery]) -> Option<Line> {
    let older = beside.iter().filter(|other| is_same(delivery, other));
    let older = older.filter(|other| other.generation < delivery.generation);
    let mut live =
        older.flat_map(|older| older.live()).filter_map(|part| part.receipt.as_ref()?.url.as_deref());
    let url = one_line(live.next()?);
    Some(Line::Says(format!("an earlier try of it is live at {url}: delete that first, or leave it at that")))
}

/// Whether both are the same rung of the same message to the same account.
fn is_same(one: &Delivery, other: &Delivery) -> bool {
    (&one.account, &one.message, &one.rung) == (&other.account, &other.message, &other.rung)
}

/// `part 2 of 3 (“It landed”)`; of a delivery of one part: `this`.
fn which(delivery: &Delivery, part: &PartStanding) -> String {
    if delivery.part_count < 2 {
        return "this".to_owned();
    }
    let begins = part.bound.as_ref().map(|bound| cut(&one_line(words(bound).trim()), MOST_WORDS));
    let begins = begins.map(|begins| format!(" (“{begins}”)")).unwrap_or_default();
    format!("part {} of {}{begins}", u64::from(part.part) + 1, delivery.part_count)
}

/// A line for each part that is live, where there are several parts.
fn live(delivery: &Delivery) -> Vec<Line> {
    let line = |part: &PartStanding| {
        let url = part.receipt.as_ref().and_then(|receipt| receipt.url.as_deref());
        let url = url.map(|url| format!(": {}", one_line(url))).unwrap_or_default();
        Line::Says(format!("part {} of {} is live{url}", u64::from(part.part) + 1, delivery.part_count))
    };
    delivery.live().filter(|_| delivery.part_count > 1).map(line).collect()
}

/// Whether the network lets `ladder run` look whether it is there. LinkedIn
/// lists the posts of an organisation, and not those of a person.
fn looks_again(delivery: &Delivery) -> bool {
    match delivery.adapter.as_str() {
        // A mail server keeps no list of what it was sent.
        "email" => false,
        "linkedin" => delivery.unsettled().and_then(|part| part.bound.as_ref()).is_some_and(|bound| {
            let author = ["author", "actor"].iter().find_map(|name| bound.get(*name)?.as_str());
            author.is_some_and(|author| author.starts_with("urn:li:organization:"))
        }),
        // What lies on this machine is looked at in the same run.
        name => adapter_named(name).is_none_or(|adapter| {
            adapter.goes.is_asked() && !matches!(adapter.abilities.find, Ability::No(_))
        }),
    }
}
