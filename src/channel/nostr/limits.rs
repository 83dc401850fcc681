//! What relays take: asked for by `ladder channels --check` (NIP-11), and noted in
//! `ladder.limits.toml`, which everything else reads.

use super::configured::Nostr;
use super::relay::name;
use crate::channel::SendError;
use crate::channel::http::{self, Trouble};
use crate::ladder::limits::Noted;
use crate::text::{Rules, network};
use serde_json::Value;

/// Longest note where nothing is noted, in Unicode characters. The protocol has no
/// limit; relays mostly take events of 64 KB (unverified), of which four bytes a
/// character and the tags leave this. A judgement.
pub(super) const LONGEST: usize = 12_000;

/// The rules of relays of which that is noted.
pub(super) fn rules(noted: Option<&Noted>) -> Rules {
    Rules { limit: Some(longest(noted).unwrap_or(LONGEST)), ..network::NOSTR }
}

/// The longest text that is noted.
pub(super) fn longest(noted: Option<&Noted>) -> Option<usize> {
    noted.and_then(|noted| usize::try_from(noted.max_characters?).ok())
}

/// What is noted is noted of all of them together.
pub(super) fn place(relays: &[String], base_url: &str) -> String {
    if base_url.is_empty() { relays.join(" ") } else { base_url.to_owned() }
}

/// Asks every relay for what it takes: what all of them take is the least of it. One
/// that does not say takes what it takes.
pub(super) async fn ask(nostr: &Nostr) -> Result<Noted, SendError> {
    let servers = nostr.servers();
    let all = super::relay::all(&servers, one).await;
    let mut noted = Noted { base_url: place(&nostr.relays, &nostr.base_url), ..Noted::default() };
    let mut unsaid = Vec::new();
    let mut software = Vec::new();
    for (name, said) in all {
        match said {
            Ok(facts) => {
                let longest = facts.pointer("/limitation/max_content_length").and_then(Value::as_u64);
                let longest = longest.filter(|longest| (1..=Noted::LARGEST).contains(longest));
                noted.max_characters = noted.max_characters.into_iter().chain(longest).min();
                software.extend(version(&facts));
            }
            Err(error) => unsaid.push(format!("{name}: {error}")),
        }
    }
    if unsaid.len() == servers.len() {
        return Err(super::relay::not_known(&unsaid));
    }
    noted.software = Some(software.join(", ")).filter(|software| !software.is_empty());
    Ok(noted)
}

/// `GET` at the relay's own address, with the type that asks for its facts.
async fn one(server: &str) -> Result<Value, SendError> {
    let address = http::of_socket(server);
    let request = http::service(&address)?.get(&address).header("accept", "application/nostr+json");
    let answer = http::call(request).await.map_err(Trouble::of_asking)?;
    answer.json().filter(|facts| answer.is_success() && facts.is_object()).ok_or_else(|| SendError::NotYet {
        says: format!("{} does not say what it takes ({})", name(server), answer.status),
        wait: None,
    })
}

/// What it is, as far as it says: its software's name and version.
fn version(facts: &Value) -> Option<String> {
    let text = |key: &str| facts.get(key).and_then(Value::as_str).unwrap_or_default();
    let short = |text: &str| text.chars().take(40).collect::<String>();
    let software = text("software").trim_end_matches('/').trim_end_matches(".git");
    let name = short(software.rsplit('/').next().unwrap_or_default());
    let both = format!("{name} {}", short(text("version")));
    Noted::software(&both)
}
