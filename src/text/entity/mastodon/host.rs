//! Where a host ends, as twitter-text's Ruby library has it: the longest row of
//! labels behind which a top-level domain stands.

use crate::text::entity::label::is_surely_name;
use crate::text::entity::tld;
use std::num::NonZeroUsize;
use std::ops::Range;
use unicode_normalization::char::is_combining_mark;

/// A row of characters that hosts are made of, with what is known of its
/// labels, so that every place in it is answered at once.
#[derive(Debug)]
pub(super) struct Run {
    /// Where it stands, in bytes.
    pub range: Range<usize>,
    labels: Vec<Label>,
    /// The label that was asked for last.
    asked: usize,
}

/// A label that a host may begin in. No place in a row that matters is 0.
#[derive(Debug)]
struct Label {
    end: usize,
    /// Where the longest host ends that goes on with the whole next label.
    beyond: Option<NonZeroUsize>,
    /// Where the top-level domain ends that the next label begins with.
    top: Option<NonZeroUsize>,
    /// Behind the last `_` in it: none may stand in the label before the top-level domain.
    plain_from: usize,
}

impl Run {
    /// The run that starts at `start`; empty if no character of a host stands there.
    pub(super) fn at(text: &str, start: usize) -> Run {
        let part = |c: char| matches!(c, '.' | '-' | '_') || is_letter(c);
        let end = text[start..].find(|c| !part(c)).map_or(text.len(), |length| start + length);
        let (mut labels, mut next_end) = (Vec::new(), end);
        // From the right: the next label's best ending, and its own.
        let (mut host, mut top) = (None, None);
        for label in text[start..end].rsplit('.') {
            let place = next_end - label.len()..next_end;
            next_end = place.start.saturating_sub(1);
            let ends_well = label.ends_with(is_letter) && place.end < end;
            let plain_from = label.rfind('_').map_or(0, |underscore| place.start + underscore + 1);
            let label_here = Label {
                end: place.end,
                beyond: host.filter(|_| ends_well),
                top: top.filter(|_| ends_well),
                plain_from,
            };
            host = label_here.host(place.start).filter(|_| label.starts_with(is_letter));
            top = if place.start > start {
                tld::end(text, place.start).and_then(NonZeroUsize::new)
            } else {
                None
            };
            labels.push(label_here);
        }
        labels.reverse();
        Run { range: start..end, labels, asked: 0 }
    }

    /// Where the host ends that starts at `at`, if one does. Places are asked
    /// for in order.
    pub(super) fn host(&mut self, text: &str, at: usize) -> Option<usize> {
        while self.labels.get(self.asked).is_some_and(|label| label.end <= at) {
            self.asked += 1;
        }
        let label = self.labels.get(self.asked).filter(|_| text[at..].starts_with(is_letter))?;
        label.host(at).map(NonZeroUsize::get)
    }
}

impl Label {
    /// The host whose first label is the rest of this one from `at`.
    fn host(&self, at: usize) -> Option<NonZeroUsize> {
        self.beyond.or(self.top.filter(|_| at >= self.plain_from))
    }
}

/// Whether `c` may stand in a host anywhere: everything but ASCII punctuation
/// (of which a backslash is none there), spaces, controls and what steers a
/// display.
pub(super) fn is_letter(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphanumeric() || c == '\\';
    }
    !is_directional(c)
        && !c.is_whitespace()
        && !matches!(c, '\u{180e}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// Characters that steer the direction of writing, after which a link may start.
pub(super) fn is_directional(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whether a host can be encoded, as most can, without asking how long it is
/// then: fewer than 2048 letters.
pub(super) fn is_surely_encoded(host: &str) -> bool {
    host.len() < 64
        && host.split('.').all(|label| label.is_ascii() && !label.is_empty() || is_surely_name(label))
}

/// How many characters the host has in its encoded form, if it has one: the
/// server takes no address whose host it cannot encode.
pub(super) fn encoded_length(host: &str) -> Option<usize> {
    let labels = host.split('.').map(|label| {
        let length = if label.is_ascii() {
            label.len()
        } else {
            let old = label.chars().all(is_in_unicode_3_2);
            // IDNA 2003 lets a label begin with a mark.
            let marked = label.starts_with(is_combining_mark).then(|| format!("a{label}"));
            url::Host::parse(marked.as_deref().unwrap_or(label)).ok().filter(|_| old)?.to_string().len()
        };
        // RFC 1035.
        (1..64).contains(&length).then_some(length + 1)
    });
    labels.sum::<Option<usize>>().map(|length| length - 1)
}

/// What the server's encoder (IDNA 2003) knows above the basic plane: all else
/// there, emoji above all, came later. What came later to the basic plane is
/// let pass.
fn is_in_unicode_3_2(c: char) -> bool {
    matches!(u32::from(c), 0..=0xFFFF | 0x10300..=0x1044F | 0x1D000..=0x1D7FF | 0x20000..=0x2A6D6 | 0x2F800..=0x2FA1D)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(text: &str) -> Option<&str> {
        Run::at(text, 0).host(text, 0).map(|end| &text[..end])
    }

    #[test]
    fn the_longest_row_of_labels_with_a_known_ending() {
        assert_eq!(host("acme.com"), Some("acme.com"));
        assert_eq!(host("acme.com.au/x"), Some("acme.com.au"));
        assert_eq!(host("acme.com.zzzz"), Some("acme.com"));
        assert_eq!(host("acme.comで"), Some("acme.com"));
        assert_eq!(host("慕田峪长城.网址"), Some("慕田峪长城.网址"));
        assert_eq!(host("a_b.acme.com"), Some("a_b.acme.com"));
        assert_eq!(host("www\\.acme\\.com"), Some("www\\.acme\\.com"));
        for none in [
            "acme",
            "acme.zzzz",
            "a_b.com",
            "-a.com",
            "a-.com",
            ".com",
            "a..com",
            "acme.com-x",
            "1.2.3.4",
            "",
        ] {
            assert_eq!(host(none), None, "{none}");
        }
    }

    #[test]
    fn every_place_of_a_run_is_answered() {
        let text = "x_日本-a.acme.com";
        let mut run = Run::at(text, 0);
        let mut from = |at: usize| run.host(text, at).map(|end| &text[at..end]);
        assert_eq!(from(0), Some(text));
        assert_eq!(from(2), Some(&text[2..]));
        assert_eq!(from(text.find('-').unwrap()), None);
        assert_eq!(from(text.find("acme").unwrap()), Some("acme.com"));
        assert_eq!(from(text.find("com").unwrap()), None);
    }

    #[test]
    fn hosts_that_cannot_be_encoded_have_no_length() {
        assert_eq!(encoded_length("acme.com"), Some(8));
        assert_eq!(encoded_length("münchen.de"), Some("xn--mnchen-3ya.de".len()));
        assert_eq!(encoded_length(&format!("{}.com", "a".repeat(63))), Some(67));
        assert_eq!(encoded_length(&format!("{}.com", "a".repeat(64))), None);
        assert_eq!(encoded_length("🐪.com"), None);
        assert!(encoded_length("\u{301}.com").is_some());
        for host in ["acme.com", "münchen.de", "日本.jp", "🐪.com", "a..com", "x.", "Ä.de"] {
            assert!(
                !is_surely_encoded(host) || encoded_length(host).is_some_and(|length| length < 2048),
                "{host}"
            );
        }
        assert!(is_surely_encoded("münchen.de") && !is_surely_encoded("🐪.com"));
    }
}
