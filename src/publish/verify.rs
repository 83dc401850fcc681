//! The networks' own word on the credentials, before the first byte of a post.

use super::Route;
use crate::channel::{Configured, SendError};
use futures_util::future::join_all;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

/// A network that takes longer to say who we are is left to the sending.
const LIMIT: Duration = Duration::from_secs(20);

/// Asks those of `channels` that are named, and whose steps go to the network,
/// whether their credentials are good and those of the account that they name:
/// all at once. The error is every reason why nothing may be sent, a sentence
/// each. A network that cannot be reached, or answers nonsense, is no reason:
/// what goes elsewhere goes, and what goes there is told "not yet" by sending.
pub async fn verify(
    channels: &BTreeMap<String, Configured>,
    routes: &BTreeMap<String, Route>,
    names: &BTreeSet<String>,
    project: &Path,
) -> Result<(), Vec<String>> {
    let asked = names.iter().filter(|name| routes.get(*name) == Some(&Route::Network));
    let asked = asked.filter_map(|name| {
        let configured = channels.get(name)?;
        Some(async move {
            match tokio::time::timeout(LIMIT, configured.channel.verify(project)).await {
                Ok(Err(SendError::Refused { says })) => Some(format!("`[channels.{name}]`: {says}")),
                _ => None,
            }
        })
    });
    let problems: Vec<String> = join_all(asked).await.into_iter().flatten().collect();
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}
