//! What is taken: a post that is already something else's receipt settles no doubt.

use super::Channel;
use crate::plan::{PartStanding, Receipt, Standing, State, StepKey, is_same_account};
use std::collections::BTreeSet;

/// The ids and addresses of all else that went to an account: what other
/// deliveries sent, in whichever generation, and other parts of the same. None
/// of it can be the part that is looked for, whatever its words are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taken(BTreeSet<String>);

impl Taken {
    /// What is taken of `channel`'s account, seen from that part of the
    /// delivery `key`. Nothing where posts have no ids of their own.
    pub fn of(channel: &dyn Channel, standing: &Standing, key: &StepKey, part: u32) -> Taken {
        if !channel.ids_last() {
            return Taken::default();
        }
        let account = channel.account();
        let of_account =
            standing.deliveries.values().filter(|delivery| is_same_account(&delivery.account, &account));
        let others = of_account.flat_map(|delivery| {
            let another = move |other: &&PartStanding| delivery.key != *key || other.part != part;
            // What lies there for a person to post is nowhere yet.
            // What was taken down had its id, which no other post gets.
            let seen = |other: &&PartStanding| matches!(other.state, State::Sent | State::Unpublished);
            delivery.parts.iter().filter(another).filter(seen)
        });
        Taken::by(channel, others.filter_map(|part| part.receipt.as_ref()))
    }

    /// What these receipts of `channel`'s take.
    pub fn by<'a>(channel: &dyn Channel, receipts: impl IntoIterator<Item = &'a Receipt>) -> Taken {
        Taken(receipts.into_iter().flat_map(|receipt| names(channel, receipt)).collect())
    }

    /// Whether it is `receipt`'s post that is taken.
    pub fn has(&self, channel: &dyn Channel, receipt: &Receipt) -> bool {
        names(channel, receipt).any(|name| self.0.contains(&name))
    }

    /// Whether the post of that id, or at that address, is taken.
    pub fn has_post(&self, id: &str, url: &str) -> bool {
        self.0.contains(id) || plain(url).is_some_and(|url| self.0.contains(&url))
    }
}

/// All that a post goes by: its id, the id in its address, and the address. A
/// person who settled a doubt told no more than the last.
fn names(channel: &dyn Channel, receipt: &Receipt) -> impl Iterator<Item = String> + use<> {
    let url = receipt.url.as_deref();
    let in_url = url.and_then(|url| channel.post_at(url).ok().flatten());
    let plain = url.and_then(plain);
    receipt.id.clone().into_iter().chain(in_url).chain(plain)
}

/// What an address comes down to: with or without `www.`, a last slash, or a
/// place in the page, it leads to the same.
fn plain(address: &str) -> Option<String> {
    let url = url::Url::parse(address.trim()).ok()?;
    let host = url.host_str()?;
    let host = ["www.", "m.", "mobile."].iter().find_map(|start| host.strip_prefix(start)).unwrap_or(host);
    Some(format!("{host}{}?{}", url.path().trim_end_matches('/'), url.query().unwrap_or_default()))
}
