//! Slack's mrkdwn.
//!
//! Facts: docs.slack.dev, Formatting message text (read 2026): three entities,
//! `<…>` for links and mentions, and marks that count only between characters
//! that are no letters.

use super::pairs::Pairs;
use super::scan::{FENCE, Is, Nature, Next, Scan};

/// The entities, marks and links of `text`.
pub(super) fn scan(text: &str) -> Scan {
    let mut scan = Scan::default();
    let mut pairs = Pairs::default();
    let (mut fences, mut ticks) = (Next::of(text, FENCE), Next::of(text, "`"));
    let (mut ends, mut feeds) = (Next::of(text, ">"), Next::of(text, "\n"));
    let mut at = 0;
    let (mut fresh, mut prefix) = (true, "");
    while at < text.len() {
        let rest = &text[at..];
        if fresh {
            fresh = false;
            let marks = quote(rest);
            if rest[..marks].starts_with(">>>") || rest[..marks].starts_with("&gt;&gt;&gt;") {
                pairs.clear();
                let style = scan.style(&rest[..marks], "", Nature::Block);
                scan.push(at..at + marks, Is::Open(style));
            } else if marks > 0 {
                prefix = &rest[..marks];
                scan.push(at..at + marks, Is::Prefix { code: false });
            }
            at += marks;
            continue;
        }
        let Some(found) = rest.find(['\n', '&', '<', '`', '*', '_', '~']) else { break };
        at += found;
        let rest = &text[at..];
        let sign = rest.as_bytes().first().copied().unwrap_or(b'\n');
        match sign {
            b'\n' => {
                if !prefix.is_empty() {
                    scan.push(at..at, Is::LineEnd);
                    prefix = "";
                }
                if rest[1..].starts_with('\n') {
                    pairs.clear();
                }
                fresh = true;
                at += 1;
            }
            b'&' => match entity(rest) {
                Some((c, length)) => {
                    scan.push(at..at + length, Is::Char(c));
                    at += length;
                }
                None => at += 1,
            },
            b'<' => {
                let end = ends.at(at).filter(|end| feeds.at(at).is_none_or(|feed| feed > *end));
                match end.filter(|end| *end > at + 1 && !text[at + 1..*end].contains('<')) {
                    Some(end) => {
                        angle(&mut scan, text, at, end);
                        at = end + 1;
                    }
                    None => at += 1,
                }
            }
            b'`' if rest.starts_with(FENCE) => match fences.at(at + FENCE.len()) {
                Some(end) => {
                    at = scan.fence(text, (at, end), prefix, &|scan, range| {
                        entities(scan, text, range.start, range.end);
                    });
                }
                None => at += FENCE.len(),
            },
            b'`' => {
                let end = ticks.at(at + 1).filter(|end| feeds.at(at).is_none_or(|feed| feed > *end));
                match end.filter(|end| *end > at + 1) {
                    Some(end) => {
                        let style = scan.style("`", "`", Nature::Whole);
                        scan.push(at..at + 1, Is::Open(style));
                        entities(&mut scan, text, at + 1, end);
                        scan.push(end..end + 1, Is::Close(style));
                        at = end + 1;
                    }
                    None => at += 1,
                }
            }
            sign => {
                let mark = match sign {
                    b'*' => "*",
                    b'_' => "_",
                    _ => "~",
                };
                let before = text[..at].chars().next_back();
                let after = rest[1..].chars().next();
                let letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
                let blank = |c: Option<char>| c.is_none_or(char::is_whitespace);
                if pairs.is_open(mark) && !blank(before) && !letter(after) {
                    pairs.close(&mut scan, at..at + 1, mark, mark, Nature::Inline);
                } else if !letter(before) && !blank(after) {
                    pairs.open(&mut scan, at..at + 1, mark);
                }
                at += 1;
            }
        }
    }
    scan
}

/// The length of the marks of a quotation at the start of `line`.
fn quote(line: &str) -> usize {
    for sign in [">", "&gt;"] {
        let three = sign.repeat(3);
        let marks = if line.starts_with(&three) { three.as_str() } else { sign };
        if let Some(rest) = line.strip_prefix(marks) {
            return marks.len() + usize::from(rest.starts_with(' '));
        }
    }
    0
}

/// `<url|words>` is a link's words, `<url>`, `<@U1>` and `<!here>` are one thing.
fn angle(scan: &mut Scan, text: &str, at: usize, end: usize) {
    let inside = &text[at + 1..end];
    let bar = inside.find('|').filter(|bar| *bar > 0 && *bar + 1 < inside.len());
    match bar.filter(|_| !inside.starts_with(['@', '#', '!'])) {
        Some(bar) => {
            let words = at + 1 + bar + 1;
            let style = scan.style(&text[at..words], ">", Nature::Whole);
            scan.push(at..words, Is::Open(style));
            entities(scan, text, words, end);
            scan.push(end..end + 1, Is::Close(style));
        }
        None => scan.whole(at..end + 1),
    }
}

/// The entities between two places.
fn entities(scan: &mut Scan, text: &str, from: usize, to: usize) {
    let mut at = from;
    while let Some(found) = text[at..to].find('&') {
        at += found;
        match entity(&text[at..to]) {
            Some((c, length)) => {
                scan.push(at..at + length, Is::Char(c));
                at += length;
            }
            None => at += 1,
        }
    }
}

fn entity(text: &str) -> Option<(char, usize)> {
    let entities = [("&amp;", '&'), ("&lt;", '<'), ("&gt;", '>')];
    entities.into_iter().find(|(name, _)| text.starts_with(name)).map(|(name, c)| (c, name.len()))
}
