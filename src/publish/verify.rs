//! The networks' own word on the credentials, before the first byte of a post.

use super::Route;
use super::preflight::of_channel;
use crate::channel::{Configured, SendError, Whose};
use futures_util::future::join_all;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

/// A network that takes longer to say who we are is left to the sending.
const LIMIT: Duration = Duration::from_secs(20);

/// What the networks said of the credentials.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdicts {
    /// The channels whose credentials are proven to be no good, or another's,
    /// and why: a sentence.
    pub broken: BTreeMap<String, String>,
    /// A sentence for each network that does not say whose they are.
    pub unsaid: Vec<String>,
}

/// Asks those of `channels` that are named, and whose steps go to the network,
/// whether their credentials are good and those of the account that they name:
/// all at once. A network that cannot be reached, or has no time for us, is
/// left to the sending, which is told "not yet".
pub async fn verify(
    channels: &BTreeMap<String, Configured>,
    routes: &BTreeMap<String, Route>,
    names: &BTreeSet<String>,
    project: &Path,
) -> Verdicts {
    let asked = names.iter().filter(|name| routes.get(*name) == Some(&Route::Network));
    let asked = asked.filter_map(|name| {
        let channel = &channels.get(name)?.channel;
        Some(async move { (name, tokio::time::timeout(LIMIT, channel.verify(project)).await) })
    });
    let mut verdicts = Verdicts::default();
    for (name, told) in join_all(asked).await {
        match told {
            Ok(Err(SendError::Refused { says } | SendError::Mendable { says })) => {
                verdicts.broken.insert(name.clone(), of_channel(name, &says));
            }
            Ok(Ok(Whose::Unsaid(why) | Whose::Foreign(why))) => {
                verdicts.unsaid.push(format!("`[channels.{name}]`: not verified: {why}"));
            }
            _ => {}
        }
    }
    verdicts
}
