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

/// The beginning of a key that people type: short, but told apart from every
/// other key that is shown beside it.
pub fn short_key<'a>(delivery: &'a Delivery, beside: &[&Delivery]) -> &'a str {
    let key = delivery.key.0.as_str();
    let shared = |length: usize| {
        let start = key.get(..length).unwrap_or(key);
        beside.iter().any(|other| other.key != delivery.key && other.key.0.starts_with(start))
    };
    let length = (10..key.len()).find(|length| !shared(*length)).unwrap_or(key.len());
    key.get(..length).unwrap_or(key)
}
