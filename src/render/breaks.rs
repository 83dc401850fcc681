//! Shortening what a thread breaks in: the marks of its breaks are no words.

use super::pin;
use crate::text::fit::is_break;

/// A text without the marks at which it breaks.
struct Unbroken {
    text: String,
    /// For each mark, in order: where it stood, in bytes of `text`, and how it
    /// was written, with what went with it.
    marks: Vec<(usize, String)>,
}

/// `text`, which may have pins, without its breaks. Of the blank lines around
/// one those before it stay. A mark in code is pinned, and so none.
fn unbroken(text: &str) -> Unbroken {
    let mut out = Unbroken { text: String::with_capacity(text.len()), marks: Vec::new() };
    // Whether the last line was a mark that takes the blank lines behind it along.
    let mut takes = false;
    for line in text.split_inclusive('\n') {
        if is_break(line) {
            takes = out.text.is_empty() || out.text.ends_with("\n\n");
            out.marks.push((out.text.len(), line.to_owned()));
        } else if let Some((_, mark)) = out.marks.last_mut().filter(|_| takes && line.trim().is_empty()) {
            mark.push_str(line);
        } else {
            takes = false;
            out.text.push_str(line);
        }
    }
    out
}

/// `text`, which may have pins and breaks, without its breaks.
pub(super) fn without(text: &str) -> String {
    unbroken(text).text
}

/// What `shorten` makes of `text`, which may have pins, without its breaks, with
/// those that words still stand behind. `shorten` keeps a beginning.
pub(super) fn through(text: &str, shorten: impl FnOnce(&str) -> String) -> String {
    let Unbroken { text: bare, marks } = unbroken(text);
    let made = pin::through(&bare, shorten);
    if marks.is_empty() {
        return made;
    }
    if made == bare {
        return text.to_owned();
    }
    let same = made.bytes().zip(bare.bytes()).take_while(|(made, own)| made == own).count();
    let kept = made.get(..made.floor_char_boundary(same)).unwrap_or("").trim_end().len();
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for (at, mark) in marks.iter().take_while(|(at, _)| *at < kept) {
        out.push_str(made.get(from..*at).unwrap_or(""));
        out.push_str(mark);
        from = *at;
    }
    out.push_str(made.get(from..).unwrap_or(""));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{network, shorten_before};

    fn fit(text: &str, limit: usize) -> String {
        through(text, |text| shorten_before(text, limit, &network::BLUESKY, 80))
    }

    #[test]
    fn no_mark_stands_behind_the_last_words() {
        let text = "Some words here.\n\n<!-- break -->\n\nMore words that come after it.";
        for limit in 18..24 {
            assert_eq!(fit(text, limit), "Some words here. …", "{limit}");
        }
        for limit in 1..text.len() {
            let made = fit(text, limit);
            let behind = made.split_once("<!-- break -->").map(|(_, behind)| behind.trim());
            assert!(behind.is_none_or(|words| words.starts_with("More")), "{limit}: {made}");
            assert!(
                made == text || !made.trim_end_matches('…').ends_with(['<', '!', '-']),
                "{limit}: {made}"
            );
        }
    }

    #[test]
    fn marks_cost_nothing_and_stay_between_words() {
        let text = "One.\n\n<!-- break -->\n\nThree four five six seven eight";
        assert_eq!(fit(text, 37), text);
        assert_eq!(fit(text, 36), "One.\n\n<!-- break -->\n\nThree four five six seven…");
        assert_eq!(fit("a\n<!--break-->\n\nb", 4), "a\n<!--break-->\n\nb");
        assert_eq!(without("a\n\n<!-- break -->\n\nb\n<!-- break -->\nc"), "a\n\nb\nc");
        assert_eq!(without("<!-- break -->\n<!-- break -->"), "");
    }
}
