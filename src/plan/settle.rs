//! What a person's word, or the network's records, settle.

use super::fold::{keep_back, slot};
use super::{Delivery, Event, PartStanding, RECORDS, Receipt, RecipientStanding, State, Unsettled};

/// A person's (or the evidence's) word on what is unknown or waits to be pasted.
/// Unknown and not out: planned again. Written for a person and not pasted:
/// cancelled, for somebody decided against it; `--again` sends it anew. So is what
/// is held until something is mended, as long as nothing of it is out.
pub(super) fn resolve(delivery: &mut Delivery, event: &Event, sent: bool, told: &Receipt, by: &str) {
    // Of mails to many people only one may be meant: each keeps its own past. What is
    // held goes to nobody, and is given up as a whole.
    let is_whole = !delivery.is_for_each_person() || delivery.state == State::Held && !delivery.reached();
    let before = (event.recipient.is_none() && is_whole && by != RECORDS).then(|| Box::new(delivery.clone()));
    settle(delivery, event, sent, told, by);
    delivery.before = before;
}

/// What a person settled is as open as it was before: the delivery as a whole,
/// that person's mail of it, or all mails that were settled at once, and last.
pub(super) fn reopen(delivery: &mut Delivery, address: Option<&str>) {
    if address.is_none()
        && let Some(before) = delivery.before.take()
    {
        let superseded = delivery.superseded;
        *delivery = *before;
        delivery.superseded = superseded;
        return;
    }
    let meant = |person: &&mut RecipientStanding| address.is_none_or(|address| address == person.recipient);
    let (mut not_before, mut sent_at) = (delivery.not_before, delivery.sent_at);
    let settled = delivery.recipients.iter_mut().filter(meant).filter_map(|person| person.before.as_ref());
    let last = settled.map(|before| before.settled_at).max();
    for person in delivery.recipients.iter_mut().filter(meant) {
        let Some(before) = person.before.take_if(|before| Some(before.settled_at) == last) else { continue };
        not_before = not_before.or(before.not_before);
        // Somebody else's mail may have gone out since.
        if sent_at == last {
            sent_at = before.sent_at;
        }
        (person.part, person.error) = (before.part, before.error);
    }
    (delivery.not_before, delivery.sent_at) = (not_before, sent_at);
}

fn settle(delivery: &mut Delivery, event: &Event, sent: bool, told: &Receipt, by: &str) {
    let open = |part: &PartStanding| matches!(part.state, State::Unknown | State::Waiting | State::Sending);
    let waiting = delivery.parts.iter().any(|part| part.state == State::Waiting);
    let address = event.recipient.as_deref();
    let mut parts: Vec<&mut PartStanding> = delivery.parts.iter_mut().filter(|_| address.is_none()).collect();
    for person in &mut delivery.recipients {
        if address.is_none_or(|address| address == person.recipient) && open(&person.part) {
            person.before = (by != RECORDS).then(|| {
                Box::new(Unsettled {
                    settled_at: event.at,
                    part: person.part.clone(),
                    error: person.error.clone(),
                    not_before: delivery.not_before,
                    sent_at: delivery.sent_at,
                })
            });
            person.error = None;
            parts.push(&mut person.part);
        }
    }
    let mut any = false;
    for part in parts.into_iter().filter(|part| open(part)) {
        let was_laid_out = part.state == State::Waiting;
        part.doubted |= !was_laid_out;
        part.state = if sent { State::Sent } else { State::Planned };
        if sent {
            let mut receipt = part.receipt.take().unwrap_or_default();
            if was_laid_out {
                // Where the text lies is not where it is read.
                (receipt.detail, part.by_hand) = (None, true);
            }
            receipt.for_a_person = false;
            // The address is that of the first part; later ones have their own.
            if !any && told.url.is_some() {
                receipt.url.clone_from(&told.url);
                receipt.id = told.id.clone().or(receipt.id.take());
            }
            part.receipt = Some(receipt);
        } else {
            part.receipt = None;
        }
        any = true;
    }
    if !any && sent && address.is_none() && delivery.can_be_posted_by_hand() {
        return post_the_rest_by_hand(delivery, event, told);
    }
    if !any && !sent && address.is_none() && delivery.state == State::Held && !delivery.reached() {
        return keep_back(delivery, State::Cancelled, &format!("not to go out any more, says {by}"));
    }
    if !any {
        // A person may still tell the address of what is out without one.
        let first = delivery.parts.first_mut().filter(|part| part.state == State::Sent);
        let receipt = first.and_then(|part| part.receipt.as_mut()).filter(|_| sent && address.is_none());
        if let Some(receipt) = receipt.filter(|receipt| receipt.url.is_none()) {
            receipt.url.clone_from(&told.url);
            receipt.id = told.id.clone().or(receipt.id.take());
        }
        return;
    }
    delivery.error = None;
    delivery.not_before = None;
    if sent {
        delivery.sent_at = delivery.sent_at.max(Some(event.at));
        if waiting {
            // The person had the whole text, and pasted the whole of it.
            for number in 0..delivery.part_count {
                let part = slot(delivery, None, number);
                if part.state == State::Unpublished {
                    continue;
                }
                (part.state, part.by_hand) = (State::Sent, true);
                part.receipt.get_or_insert_with(Receipt::default);
            }
        }
    } else if waiting {
        keep_back(delivery, State::Cancelled, &format!("not pasted, says {by}"));
    }
}

/// A person posted what was refused, and what would have come after it. The
/// address is that of the first of these; parts that are live keep theirs.
fn post_the_rest_by_hand(delivery: &mut Delivery, event: &Event, told: &Receipt) {
    let mut told = told.clone();
    for number in 0..delivery.part_count {
        let part = slot(delivery, None, number);
        if !matches!(part.state, State::Sent | State::Unpublished) {
            (part.state, part.by_hand) = (State::Sent, true);
            part.mend = false;
            part.receipt = Some(std::mem::take(&mut told));
        }
    }
    delivery.error = None;
    delivery.not_before = None;
    delivery.sent_at = delivery.sent_at.max(Some(event.at));
}
