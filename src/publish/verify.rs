//! The networks' own word on the credentials, before the first byte of a post.

use super::Route;
use crate::channel::{Configured, SendError, Whose};
use futures_util::future::join_all;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

/// A network that takes longer to say who we are is left to the sending.
const LIMIT: Duration = Duration::from_secs(20);

/// Asks those of `channels` that are named, and whose steps go to the network,
/// whether their credentials are good and those of the account that they name:
/// all at once. The error is every reason why nothing may be sent, a sentence
/// each; else a sentence for each network that does not say whose they are. A
/// network that cannot be reached, or has no time for us, is no reason: what goes
/// elsewhere goes, and what goes there is told "not yet" by sending.
pub async fn verify(
    channels: &BTreeMap<String, Configured>,
    routes: &BTreeMap<String, Route>,
    names: &BTreeSet<String>,
    project: &Path,
) -> Result<Vec<String>, Vec<String>> {
    let asked = names.iter().filter(|name| routes.get(*name) == Some(&Route::Network));
    let asked = asked.filter_map(|name| {
        let configured = channels.get(name)?;
        Some(async move {
            match tokio::time::timeout(LIMIT, configured.channel.verify(project)).await {
                Ok(Err(SendError::Refused { says } | SendError::Mendable { says })) => {
                    Some(Err(format!("`[channels.{name}]`: {says}")))
                }
                Ok(Ok(Whose::Unsaid(why))) => Some(Ok(format!("`[channels.{name}]`: not verified: {why}"))),
                _ => None,
            }
        })
    });
    let (mut unsaid, mut problems) = (Vec::new(), Vec::new());
    for told in join_all(asked).await.into_iter().flatten() {
        match told {
            Ok(why) => unsaid.push(why),
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() { Ok(unsaid) } else { Err(problems) }
}
