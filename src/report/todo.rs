//! What a person has to do about a delivery, with the command that does it.

use super::columns::{cut, one_line};
use super::history::words;
use super::sign::{short_key, word};
use super::status::{is_address, receipts};
use super::taken_down;
use crate::plan::{Delivery, PartStanding, State};

/// Columns of a part's words that are shown to tell it from the others.
const MOST_WORDS: usize = 48;

/// Nothing where nobody has to do anything. `beside` are the deliveries whose
/// keys a short one is told apart from.
pub(super) fn what_to_do(delivery: &Delivery, beside: &[&Delivery]) -> Option<String> {
    if delivery.is_withdrawn() {
        return taken_down::still_up(delivery, beside);
    }
    let key = short_key(delivery, beside);
    let who = format!("{} of {}", one_line(&delivery.rung), one_line(&delivery.message));
    let why = delivery.error.as_deref().map(one_line).unwrap_or_default();
    let because = if why.is_empty() { String::new() } else { format!(": {why}") };
    // Whatever was to be done about an older generation, the newer one did or does;
    // doing it now would post it twice. A doubt stays one.
    if delivery.superseded && delivery.state != State::Unknown {
        return None;
    }
    let newer = newer(delivery, beside);
    if let Some(unchanged) = super::edited::unchanged(delivery) {
        return Some(unchanged);
    }
    match delivery.state {
        State::Unknown if delivery.is_for_each_person() => {
            let mut out = format!("  {who}: it is not known whether these mails went out{because}\n{newer}");
            let unknown = delivery.recipients.iter().filter(|person| person.part.state == State::Unknown);
            for person in unknown.clone().take(5) {
                let key = person.key.0.get(..12).unwrap_or(&person.key.0);
                out.push_str(&format!(
                    "      {}: ladder resolve {key} --sent | --not-sent\n",
                    one_line(&person.recipient)
                ));
            }
            let more = unknown.count().saturating_sub(5);
            if more > 0 {
                out.push_str(&format!("      and {more} more: see `ladder status --format json`\n"));
            }
            Some(out)
        }
        State::Unknown => {
            let part = delivery.unsettled().map(|part| which(delivery, part));
            let part = part.unwrap_or_else(|| "this".to_owned());
            let live = live(delivery);
            let again = if looks_again(delivery) { " (`ladder run` looks again)" } else { "" };
            Some(format!(
                "  {who}: it is not known whether {part} went out{because}\n{newer}{live}    look at {}, then say what you \
                 see{again}:\n      ladder resolve {key} --sent URL\n      ladder resolve {key} --not-sent\n",
                one_line(&delivery.account)
            ))
        }
        State::Waiting => {
            let receipt = receipts(delivery).find(|receipt| receipt.for_a_person)?;
            // One word settles all of a thread that was pasted.
            let first = if delivery.part_count > 1 {
                format!("  (all {} parts: the address of the first)", delivery.part_count)
            } else {
                String::new()
            };
            let resolve = format!("      ladder resolve {key} --sent URL{first}\n");
            if delivery.adapter == "manual" {
                let page = receipt.detail.as_deref().filter(|detail| is_address(detail)).map(one_line);
                let page = page.map(|page| format!("      {page}\n")).unwrap_or_default();
                let text = format!("its text: ladder log --channel {}", one_line(&delivery.channel));
                return Some(format!("  {who}: waits for you to post it by hand; {text}\n{page}{resolve}"));
            }
            let lies = receipt.detail.as_deref().map(one_line);
            let lies = lies.map(|place| format!("; its text lies in {place}")).unwrap_or_default();
            Some(format!("  {who}: waits for you to post it{lies}\n{resolve}"))
        }
        // Sent anew, what is live would be posted a second time.
        State::Refused if delivery.is_broken_off() => {
            let live = live(delivery);
            let part = delivery.unsettled()?;
            let last = part.part + 1 >= delivery.part_count;
            let rest = if last { "" } else { "the rest by hand, from " };
            let how = if last { " by hand" } else { "" };
            Some(format!(
                "  {who}: refused{because}\n{live}    post {rest}{}{how}; all words: ladder preview {}\n    then say \
                 where it is:\n      ladder resolve {key} --sent URL\n",
                which(delivery, part),
                one_line(&delivery.message)
            ))
        }
        State::Refused => Some(format!(
            "  {who}: refused{because}\n{}    mend the cause, then send it anew: ladder publish {} --only {} --again REASON\n{}",
            earlier(delivery, beside),
            one_line(&delivery.message),
            one_line(&delivery.rung),
            match delivery.can_be_posted_by_hand() {
                true =>
                    format!("    or post it by hand, and say where it is: ladder resolve {key} --sent URL\n"),
                false => String::new(),
            }
        )),
        // There is no way back but a new post: of what is live, the network decides.
        State::Altered => {
            let mut out = format!("  {who}: live, but not in the words that were sent\n");
            for part in &delivery.parts {
                let Some(live) = part.seen_otherwise() else { continue };
                let url = part.receipt.as_ref().and_then(|receipt| receipt.url.as_deref()).map(one_line);
                let at = url.map(|url| format!(" at {url}")).unwrap_or_default();
                out.push_str(&format!("    readers see{at}: “{}”\n", one_line(live)));
            }
            out.push_str(&format!(
                "    if that will do, there is nothing to do; else delete it there, mend the text, and send it anew:\n      \
                 ladder publish {} --only {} --again REASON\n",
                one_line(&delivery.message),
                one_line(&delivery.rung)
            ));
            Some(out)
        }
        State::Held if delivery.is_broken_off() => {
            let live = live(delivery);
            let begun = delivery.live().next().is_some();
            let rest = if begun { "the rest" } else { "it" };
            // What is half out cannot be wanted no more: the rest of it is missing.
            let never =
                if begun { String::new() } else { format!("      ladder resolve {key} --not-sent\n") };
            let or = if begun { "" } else { ", or that it is not to go out any more" };
            Some(format!(
                "  {who}: held back{because}\n{live}    or post {rest} by hand, then say where it is{or}:\n      \
                 ladder resolve {key} --sent URL\n{never}"
            ))
        }
        State::Held => {
            let mut out = format!("  {who}: held back{because}\n");
            if !delivery.reached() {
                out.push_str(&format!(
                    "    if it is not to go out any more:\n      ladder resolve {key} --not-sent\n    to send it all the \
                     same:\n      ladder publish {} --only {} --again REASON\n",
                    one_line(&delivery.message),
                    one_line(&delivery.rung)
                ));
            }
            Some(out)
        }
        State::Planned => {
            let hours = delivery.in_vain_for()?.as_hours();
            let long = if hours < 72 { format!("{hours} hours") } else { format!("{} days", hours / 24) };
            Some(format!(
                "  {who}: tried in vain for {long}, {} times{because}\n    `ladder run` goes on trying once an hour; \
                 mended it, ladder publish {} tries at once\n",
                delivery.attempts(),
                one_line(&delivery.message)
            ))
        }
        _ => None,
    }
}

/// A line that says of an older generation what the newest is, and that settling
/// it sends nothing.
fn newer(delivery: &Delivery, beside: &[&Delivery]) -> String {
    if !delivery.superseded {
        return String::new();
    }
    let newest = beside.iter().filter(|other| is_same(delivery, other)).max_by_key(|other| other.generation);
    let newest = newest.filter(|newest| newest.generation > delivery.generation);
    let state = newest.map(|newest| {
        let url = newest.url().map(|url| format!(" at {}", one_line(url))).unwrap_or_default();
        format!(", which is {}{url}", word(newest.state))
    });
    let state = state.unwrap_or_default();
    format!(
        "    this is an earlier try; `--again` has begun a newer one{state}: nothing of the earlier one is sent again\n"
    )
}

/// A line that says where an older generation is live, if one is: sent anew, that
/// would be there twice.
fn earlier(delivery: &Delivery, beside: &[&Delivery]) -> String {
    let older = beside.iter().filter(|other| is_same(delivery, other));
    let older = older.filter(|other| other.generation < delivery.generation);
    let mut live =
        older.flat_map(|older| older.live()).filter_map(|part| part.receipt.as_ref()?.url.as_deref());
    live.next().map_or_else(String::new, |url| {
        format!(
            "    an earlier try of it is live at {}: delete that first, or leave it at that\n",
            one_line(url)
        )
    })
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
fn live(delivery: &Delivery) -> String {
    let line = |part: &PartStanding| {
        let url = part.receipt.as_ref().and_then(|receipt| receipt.url.as_deref());
        let url = url.map(|url| format!(": {}", one_line(url))).unwrap_or_default();
        format!("    part {} of {} is live{url}\n", u64::from(part.part) + 1, delivery.part_count)
    };
    delivery.live().filter(|_| delivery.part_count > 1).map(line).collect()
}

/// Whether the network lets `ladder run` look whether it is there. LinkedIn
/// lists the posts of an organisation, and not those of a person.
fn looks_again(delivery: &Delivery) -> bool {
    match delivery.adapter.as_str() {
        "x" | "facebook" => true,
        "linkedin" => delivery.unsettled().and_then(|part| part.bound.as_ref()).is_some_and(|bound| {
            let author = ["author", "actor"].iter().find_map(|name| bound.get(*name)?.as_str());
            author.is_some_and(|author| author.starts_with("urn:li:organization:"))
        }),
        _ => false,
    }
}
