//! What is left for a person: the text to paste, where, and what to say then.

use super::desk::Desk;
use crate::channel::Goes;
use crate::plan::{Delivery, Standing, State, StepKey};
use crate::report::sign::short_key;
use crate::text::visible;
use serde_json::Value;
use std::io::IsTerminal;

/// Shows the text of every delivery of a channel by hand that waits since this
/// run, opens the network's page for writing when a person is there, and says
/// how to go on. What waited `before` was shown then: no page opens twice.
pub fn show(desk: &mut Desk, before: &Standing, deliveries: &[&Delivery]) {
    if desk.json() {
        return;
    }
    let waited =
        |key: &StepKey| before.deliveries.get(key).is_some_and(|delivery| delivery.state == State::Waiting);
    let manual = |delivery: &&&Delivery| {
        Goes::of(&delivery.adapter) == Goes::ByHand
            && delivery.state == State::Waiting
            && !waited(&delivery.key)
    };
    for delivery in deliveries.iter().filter(manual) {
        let Some(part) = delivery.parts.first() else { continue };
        let Some(receipt) = part.receipt.as_ref().filter(|receipt| receipt.for_a_person) else { continue };
        let (title, channel) = (&delivery.title, &delivery.channel);
        desk.show(&visible(&format!("\n{title} for `{channel}`, to be posted by hand:\n")));
        for text in texts(part.bound.as_ref()) {
            desk.show(&format!("{}\n", visible(&text)));
        }
        let page = receipt.detail.as_deref().filter(|page| page.starts_with("https://"));
        if let Some(page) = page {
            let opened = std::io::stdout().is_terminal() && open::that_detached(page).is_ok();
            desk.show(&visible(&format!("{}: {page}", if opened { "opened" } else { "post it at" })));
        }
        let key = short_key(delivery, deliveries);
        desk.show(&format!("then: ladder resolve {key} --sent URL"));
    }
}

/// The texts of a manual post's parts.
fn texts(bound: Option<&Value>) -> Vec<String> {
    let parts =
        bound.and_then(|bound| bound.get("body").unwrap_or(bound).get("parts")).and_then(Value::as_array);
    let texts = parts.into_iter().flatten().filter_map(Value::as_str);
    texts.map(str::to_owned).collect()
}
