//! What relays say about a note, and what that comes to together. Pure.
//!
//! NIP-01: `["OK", id, taken, "prefix: words"]`. NIP-42 adds two prefixes.

use crate::channel::SendError;

/// What one relay said about one event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// It has it, from now on or since before.
    Has,
    /// It will not have it.
    No(String),
    /// It will not have it of this account: somebody can mend that.
    NotOfYou(String),
    /// Not so much at a time.
    TooMany(String),
    /// It was not reached: it was told nothing.
    Away(String),
    /// Nobody knows whether it has it.
    Doubt(String),
}

/// What an `OK` means. A prefix that is not known is a plain no: NIP-01 says that what
/// is not taken is not kept. `error` alone says that something went wrong, and not when.
pub(super) fn meaning(taken: bool, words: &str) -> Said {
    let prefix = words.split(':').next().unwrap_or_default().trim().to_ascii_lowercase();
    let words = if words.trim().is_empty() { "it does not take it" } else { words.trim() }.to_owned();
    match prefix.as_str() {
        _ if taken => Said::Has,
        // Some relays say no to what they have (nostr-relay 1.14, seen 2026-11); NIP-01
        // wants a yes.
        "duplicate" => Said::Has,
        "rate-limited" => Said::TooMany(words),
        "auth-required" | "restricted" => Said::NotOfYou(words),
        "pow" => Said::No(format!("{words} (it wants work to be proven, which ladder does not do)")),
        "error" => Said::Doubt(words),
        _ => Said::No(words),
    }
}

/// What all relays said comes to: which of them have it, as far as that is worth
/// telling, or why it is not sent. It is sent as soon as `quorum` of them have it. Where
/// fewer have it, readers may see it: that is no refusal and no "not yet", and is
/// looked for.
pub(super) fn together(quorum: usize, all: &[(String, Said)]) -> Result<Option<String>, SendError> {
    let have: Vec<&str> = names(all, |said| matches!(said, Said::Has));
    let told: Vec<String> = all.iter().filter_map(|(name, said)| trouble(name, said)).collect();
    let told = told.join("; ");
    if have.len() >= quorum {
        return Ok(Some(who_have(&have, all.len(), &told)));
    }
    let any = |is: fn(&Said) -> bool| all.iter().any(|(_, said)| is(said));
    Err(if !have.is_empty() {
        let cause = format!("{}, and {quorum} are to have it", who_have(&have, all.len(), &told));
        SendError::Unknown { cause }
    } else if any(|said| matches!(said, Said::Doubt(_))) {
        SendError::Unknown { cause: told }
    } else if any(|said| matches!(said, Said::Away(_))) {
        SendError::NotYet { says: told, wait: None }
    } else if any(|said| matches!(said, Said::TooMany(_))) {
        // No relay says for how long.
        SendError::TooMany { says: told, wait: None }
    } else if any(|said| matches!(said, Said::NotOfYou(_))) {
        SendError::Mendable { says: told }
    } else {
        SendError::Refused { says: told }
    })
}

/// `on 2 of 3 relays: a, b`, and what the others said.
pub(super) fn who_have(have: &[&str], all: usize, told: &str) -> String {
    let told = if told.is_empty() { String::new() } else { format!("; {told}") };
    format!("on {} of {all} relays: {}{told}", have.len(), have.join(", "))
}

fn names(all: &[(String, Said)], is: fn(&Said) -> bool) -> Vec<&str> {
    all.iter().filter(|(_, said)| is(said)).map(|(name, _)| name.as_str()).collect()
}

fn trouble(name: &str, said: &Said) -> Option<String> {
    match said {
        Said::Has => None,
        Said::Away(words) => Some(words.clone()),
        Said::No(words) | Said::NotOfYou(words) | Said::TooMany(words) | Said::Doubt(words) => {
            Some(format!("{name} says: {words}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_prefix_has_a_meaning() {
        let said = |words: &str| meaning(false, words);
        assert_eq!(meaning(true, ""), Said::Has);
        assert_eq!((meaning(true, "duplicate: have it"), said("duplicate: exists")), (Said::Has, Said::Has));
        for no in ["blocked: no", "invalid: too old", "mute: no", "pow: 28 bits", "no", "", "payment: 5 sats"]
        {
            assert!(matches!(said(no), Said::No(_)), "{no}");
        }
        for mine in ["restricted: not on the list", "auth-required: who are you?"] {
            assert!(matches!(said(mine), Said::NotOfYou(_)), "{mine}");
        }
        assert!(matches!(said("rate-limited: slow"), Said::TooMany(_)));
        assert!(matches!(said("error: disk"), Said::Doubt(_)));
    }

    fn of(quorum: usize, all: &[Said]) -> Result<Option<String>, SendError> {
        let named: Vec<(String, Said)> =
            all.iter().enumerate().map(|(at, said)| (format!("r{at}"), said.clone())).collect();
        together(quorum, &named)
    }

    #[test]
    fn what_relays_say_comes_to_one_outcome() {
        let words = || "w".to_owned();
        let (no, away, doubt) = (Said::No(words()), Said::Away(words()), Said::Doubt(words()));
        let (many, mine) = (Said::TooMany(words()), Said::NotOfYou(words()));
        assert_eq!(of(1, &[no.clone(), Said::Has]).unwrap().unwrap(), "on 1 of 2 relays: r1; r0 says: w");
        assert!(of(1, &[doubt.clone(), Said::Has]).is_ok());
        // Readers may see it already.
        assert!(matches!(of(2, &[no.clone(), Said::Has]), Err(SendError::Unknown { .. })));
        assert!(matches!(of(1, &[no.clone(), doubt, away.clone()]), Err(SendError::Unknown { .. })));
        assert!(matches!(of(1, &[no.clone(), away, many.clone()]), Err(SendError::NotYet { .. })));
        assert!(matches!(of(1, &[no.clone(), many, mine.clone()]), Err(SendError::TooMany { .. })));
        assert!(matches!(of(1, &[no.clone(), mine]), Err(SendError::Mendable { .. })));
        assert!(matches!(of(1, &[no.clone(), no]), Err(SendError::Refused { .. })));
    }
}
