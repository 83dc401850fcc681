//! Where a host ends, as twitter-text's Ruby library has it: the longest row of
//! labels behind which a top-level domain stands.

use crate::text::entity::tld;
use std::ops::Range;
use unicode_normalization::char::is_combining_mark;

/// A row of characters that hosts are made of, with what is known of its
/// labels, so that every place in it is answered at once.
#[derive(Debug)]
pub(super) struct Run {
    /// Where it stands, in bytes.
    pub range: Range<usize>,
    labels: Vec<Label>,
}

#[derive(Debug)]
struct Label {
    range: Range<usize>,
    /// Whether it ends with a letter, and a dot follows.
    ends_well: bool,
    /// Whether it begins with a letter.
    starts_well: bool,
    /// The last `_` in it: none may stand in the label before the top-level domain.
    underscore: Option<usize>,
    /// Where the top-level domain ends that it begins with.
    top: Option<usize>,
    /// Where the longest host ends that begins with this label.
    host: Option<usize>,
}

impl Run {
    /// The run that starts at `start`; empty if no character of a host stands there.
    pub(super) fn at(text: &str, start: usize) -> Run {
        let part = |c: char| matches!(c, '.' | '-' | '_') || is_letter(c);
        let end = text[start..].find(|c| !part(c)).map_or(text.len(), |length| start + length);
        let mut labels: Vec<Label> = Vec::new();
        let mut at = start;
        for label in text[start..end].split('.') {
            let range = at..at + label.len();
            at = range.end + 1;
            labels.push(Label {
                ends_well: label.ends_with(is_letter) && range.end < end,
                starts_well: label.starts_with(is_letter),
                underscore: label.rfind('_').map(|place| range.start + place),
                top: (!labels.is_empty()).then(|| tld::end(text, range.start)).flatten(),
                host: None,
                range,
            });
        }
        let mut run = Run { range: start..end, labels };
        for index in (0..run.labels.len()).rev() {
            run.labels[index].host = run.host_from(index, run.labels[index].range.start);
        }
        run
    }

    /// Where the host ends that starts at `at`, if one does.
    pub(super) fn host(&self, text: &str, at: usize) -> Option<usize> {
        let index = self.labels.partition_point(|label| label.range.end <= at);
        let label = self.labels.get(index).filter(|label| label.range.start <= at)?;
        match at == label.range.start {
            true => label.host,
            false => text[at..].starts_with(is_letter).then(|| self.host_in(index, at)).flatten(),
        }
    }

    fn host_from(&self, index: usize, at: usize) -> Option<usize> {
        self.labels[index].starts_well.then(|| self.host_in(index, at)).flatten()
    }

    /// The host whose first label is the rest of label `index` from `at`.
    fn host_in(&self, index: usize, at: usize) -> Option<usize> {
        let label = &self.labels[index];
        let next = self.labels.get(index + 1).filter(|_| label.ends_well)?;
        let plain = label.underscore.is_none_or(|underscore| underscore < at);
        next.host.or(next.top.filter(|_| plain))
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
        let run = Run::at(text, 0);
        let from = |at: usize| run.host(text, at).map(|end| &text[at..end]);
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
    }
}
