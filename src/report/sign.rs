//! A state as people see it: a sign, a word and a colour, the first two of which are enough.

use crate::plan::{Delivery, State};
use anstyle::{AnsiColor, Style};

/// The sign that stands before the word.
pub fn sign(state: State) -> &'static str {
    match state {
        State::Planned => "…",
        State::Waiting => "◷",
        State::Sending => "→",
        State::Sent => "✓",
        State::Altered => "≠",
        State::Refused => "✗",
        State::Unknown => "?",
        State::Held => "‖",
        State::Skipped => "-",
        State::Cancelled => "×",
        State::Unpublished => "↓",
    }
}

/// The word, as JSON says it too.
pub fn word(state: State) -> &'static str {
    match state {
        State::Planned => "planned",
        State::Waiting => "waiting",
        State::Sending => "sending",
        State::Sent => "sent",
        State::Altered => "altered",
        State::Refused => "refused",
        State::Unknown => "unknown",
        State::Held => "held",
        State::Skipped => "skipped",
        State::Cancelled => "cancelled",
        State::Unpublished => "unpublished",
    }
}

/// Both: `✓ sent`.
pub fn signed(state: State) -> String {
    format!("{} {}", sign(state), word(state))
}

/// The colour that goes with it.
pub fn style(state: State) -> Style {
    let colour = |colour: AnsiColor| Style::new().fg_color(Some(colour.into()));
    match state {
        State::Sent => colour(AnsiColor::Green),
        State::Planned | State::Skipped | State::Cancelled | State::Unpublished => Style::new().dimmed(),
        State::Waiting | State::Sending => colour(AnsiColor::Cyan),
        State::Held | State::Altered => colour(AnsiColor::Yellow),
        State::Refused | State::Unknown => colour(AnsiColor::Red).bold(),
    }
}

/// `text` in `style`, if colour is wanted.
pub fn paint(text: &str, style: Style, colour: bool) -> String {
    if colour { format!("{style}{text}{style:#}") } else { text.to_owned() }
}

/// Fewest letters of a key that are shown.
const SHORTEST: usize = 10;

/// The beginnings of keys that people type: short, but told apart from every
/// other key that is shown beside it.
pub struct ShortKeys<'a>(Vec<&'a str>);

impl<'a> ShortKeys<'a> {
    /// Of what is shown together.
    pub fn of(deliveries: &[&'a Delivery]) -> ShortKeys<'a> {
        let mut keys: Vec<&str> = deliveries.iter().map(|delivery| delivery.key.0.as_str()).collect();
        keys.sort_unstable();
        keys.dedup();
        ShortKeys(keys)
    }

    /// The beginning of that one's key.
    pub fn short<'k>(&self, delivery: &'k Delivery) -> &'k str {
        let key = delivery.key.0.as_str();
        let at = self.0.partition_point(|other| *other < key);
        // In their order, the nearest stand beside it.
        let before = at.checked_sub(1).and_then(|at| self.0.get(at));
        let after = self.0[at.min(self.0.len())..].iter().find(|other| **other != key);
        let shared = |other: &&str| key.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count() + 1;
        let length = before.into_iter().chain(after).map(shared).max().unwrap_or(0).max(SHORTEST);
        key.get(..length).unwrap_or(key)
    }
}

/// The beginning of one key.
pub fn short_key<'a>(delivery: &'a Delivery, beside: &[&Delivery]) -> &'a str {
    let key = delivery.key.0.as_str();
    let others = beside.iter().map(|other| other.key.0.as_str()).filter(|other| *other != key);
    let shared = |other: &str| key.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count() + 1;
    let length = others.map(shared).max().unwrap_or(0).max(SHORTEST);
    key.get(..length).unwrap_or(key)
}

#[cfg(test)]
mod tests {
    use super::super::status::tests::delivery;
    use super::*;
    use crate::plan::StepKey;

    #[test]
    fn a_short_key_is_told_apart_from_those_beside_it() {
        let keyed = |key: &str| Delivery { key: StepKey(key.to_owned()), ..delivery("a", State::Sent) };
        let all = [keyed("aaaaaaaaaaaaaaaa"), keyed("aaaaaaaaaaaabbbb"), keyed("0123456789abcdef")];
        let all: Vec<&Delivery> = all.iter().collect();
        let short: Vec<&str> = all.iter().map(|delivery| short_key(delivery, &all)).collect();
        assert_eq!(short, ["aaaaaaaaaaaaa", "aaaaaaaaaaaab", "0123456789"]);
        assert_eq!(short_key(all[0], &[]), "aaaaaaaaaa");
    }
}
