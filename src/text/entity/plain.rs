//! What people mean by a link, a mention and a tag, where a network does not
//! publish its own rules.

use super::label::is_surely_name;
use super::{Entity, EntityKind, tld};
use crate::text::late;
use unicode_normalization::char::is_combining_mark;

/// All links, mentions and hashtags of `text` in order, not overlapping.
///
/// A link has a scheme, begins with `www.`, or is a bare host whose ending is
/// one that nobody uses for files and abbreviations (`.com`, `.org`, …).
pub(super) fn entities(text: &str) -> Vec<Entity> {
    let all_tokens = late::find(text);
    let mut tokens = all_tokens.iter().peekable();
    let mut out = Vec::new();
    let mut before: Option<char> = None;
    // Bare hosts are looked for once a word, at its first letter.
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        while tokens.next_if(|token| token.range.start < at).is_some() {}
        let token = tokens.next_if(|token| token.range.start == at);
        let found = if let Some(token) = token {
            Some((EntityKind::Link, token.range.end))
        } else {
            match c {
                'h' | 'H' => scheme_link(text, at).map(|end| (EntityKind::Link, end)),
                '@' | '＠' if !joins(before) && !matches!(before, Some('!' | '#' | '&' | '*')) => {
                    mention(text, at + c.len_utf8()).map(|end| (EntityKind::Mention, end))
                }
                '#' | '＃' if !joins(before) && !before.is_some_and(|c| c == '&' || c.is_alphanumeric()) => {
                    tag_end(text, at + c.len_utf8()).map(|end| (EntityKind::Hashtag, end))
                }
                _ => None,
            }
        };
        let starts_word = c.is_ascii_alphanumeric()
            && !joins(before)
            && !before.is_some_and(|c| matches!(c, '.' | '-') || spaced(c));
        let found = found.or_else(|| {
            if !starts_word {
                return None;
            }
            bare_host(text, at).map(|end| (EntityKind::Link, end))
        });
        // Nothing ends within an address that is not known yet: it ends before.
        let found = found.and_then(|(kind, end)| {
            let token = all_tokens.get(all_tokens.partition_point(|token| token.range.end <= end));
            match token.filter(|token| token.range.start < end) {
                Some(token) => {
                    (token.range.start > at + "https://".len()).then_some((kind, token.range.start))
                }
                None => Some((kind, end)),
            }
        });
        let end = match found {
            Some((kind, end)) => {
                out.push(Entity { kind, range: at..end });
                end
            }
            None => at + c.len_utf8(),
        };
        before = text[at..end].chars().next_back();
        at = end;
    }
    out
}

/// Whether what stands before makes `@` or `#` (or a host) part of a word.
fn joins(before: Option<char>) -> bool {
    before.is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '@' | '＠' | '/' | '$' | '%' | '+'))
}

/// The end of `http://…` or `https://…` that starts at `start`.
fn scheme_link(text: &str, start: usize) -> Option<usize> {
    let bytes = &text.as_bytes()[start..];
    let scheme = ["https://", "http://"].into_iter().find(|scheme| {
        bytes.get(..scheme.len()).is_some_and(|b| b.eq_ignore_ascii_case(scheme.as_bytes()))
    })?;
    let host = start + scheme.len();
    let end = if text.as_bytes().get(host) == Some(&b'[') {
        ip_literal_end(text, host)?
    } else {
        host_end(text, host)
    };
    (end > host).then(|| path_end(text, end))
}

/// `[::1]`: at most 47 bytes.
fn ip_literal_end(text: &str, start: usize) -> Option<usize> {
    let inside = text.as_bytes()[start + 1..].iter().take(46);
    let length = inside.take_while(|b| b.is_ascii_hexdigit() || matches!(b, b':' | b'.')).count();
    (length > 1 && text.as_bytes().get(start + 1 + length) == Some(&b']')).then_some(start + length + 2)
}

/// The end of `www.acme.example/x` or `acme.com` that starts at `start`.
fn bare_host(text: &str, start: usize) -> Option<usize> {
    // A host has at most 253 bytes (RFC 1035); a longer word is none, and is
    // not looked at to its end from every place in it.
    let ascii = text.as_bytes()[start..]
        .iter()
        .take(254)
        .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.'))
        .count();
    let host = text[start..start + ascii].trim_end_matches(['.', '-']);
    let (labels, ending) = host.rsplit_once('.')?;
    let next = text[start + host.len()..].chars().next();
    let whole = ascii < 254 && labels.split('.').all(is_label) && !matches!(next, Some('@' | '_' | '+'));
    let ending = ending.to_ascii_lowercase();
    let www = labels.len() > 4 && labels[..4].eq_ignore_ascii_case("www.");
    let known = www && tld::is_known(ending.as_bytes()) || SAFE_ENDINGS.contains(&ending.as_str());
    (whole && known).then(|| path_end(text, start + host.len()))
}

fn is_label(label: &str) -> bool {
    !label.is_empty() && label.len() < 64 && !label.starts_with('-') && !label.ends_with('-')
}

/// Endings that stand for a host wherever they stand.
const SAFE_ENDINGS: &[&str] = &[
    "com", "org", "net", "edu", "gov", "info", "biz", "dev", "app", "blog", "shop", "news", "cloud",
    "online", "site", "store", "tech", "social", "page", "agency", "events", "example",
];

/// The end of a host: letters of any script, digits, `-` and `.`. `start`
/// itself where a label is longer than names can be (63 bytes as it is
/// encoded, RFC 1035): such a link is none, and costs its letters.
fn host_end(text: &str, start: usize) -> usize {
    let end = host_letters_end(text, start);
    let host = &text[start..end];
    let encoded = |label: &str| url::Host::parse(label).map_or(64, |host| host.to_string().len());
    let unsure = |label: &str| !label.is_ascii() && !is_surely_name(label);
    let long = |label: &str| label.chars().nth(63).is_some() || unsure(label) && encoded(label) > 63;
    if host.len() > 1000 || host.split('.').any(long) { start } else { end }
}

fn host_letters_end(text: &str, start: usize) -> usize {
    let mut end = start;
    let mut ascii_label = true;
    // What is longer than 1000 bytes is no host, and not read to its end.
    for (at, c) in text[start..].char_indices().take_while(|(at, _)| *at <= 1000) {
        let starts_label = at == 0 || text.as_bytes()[start + at - 1] == b'.';
        let goes_on = if c.is_ascii() {
            if starts_label {
                ascii_label = true;
            }
            c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_')
        } else {
            if starts_label {
                ascii_label = false;
            }
            // `https://acme.jpで` : the text goes on, the host does not.
            (c.is_alphanumeric() || is_combining_mark(c)) && (!ascii_label || spaced(c))
        };
        if !goes_on {
            break;
        }
        end = start + at + c.len_utf8();
    }
    start + text[start..end].trim_end_matches(['.', '-']).len()
}

/// The end of a link whose host ends at `end`: port, path, query, fragment,
/// without the punctuation of the sentence around it.
fn path_end(text: &str, end: usize) -> usize {
    let mut at = end;
    if text.as_bytes().get(at) == Some(&b':') {
        let digits = text.as_bytes()[at + 1..].iter().take(6).take_while(|b| b.is_ascii_digit()).count();
        if (1..=5).contains(&digits) {
            at += 1 + digits;
        }
    }
    if !matches!(text.as_bytes().get(at), Some(b'/' | b'?' | b'#')) {
        return at;
    }
    // Where the link may end: after a letter, or after a bracket that closes one.
    let (mut last, mut open) = (at, [0usize; 2]);
    for (offset, c) in text[at..].char_indices() {
        let after = at + offset + c.len_utf8();
        match c {
            '(' => open[0] += 1,
            '[' => open[1] += 1,
            ')' | ']' => {
                let pair = &mut open[usize::from(c == ']')];
                if *pair == 0 {
                    break;
                }
                *pair -= 1;
                last = after;
            }
            '/' | '#' | '=' | '&' | '-' | '_' | '+' | '%' | '~' | '@' => last = after,
            '.' | ',' | '–' | ';' | ':' | '!' | '?' | '\'' | '*' | '$' | '|' => {}
            c if c.is_ascii_alphanumeric() => last = after,
            c if !c.is_ascii() && spaced(c) && (c.is_alphanumeric() || is_combining_mark(c)) => last = after,
            _ => break,
        }
    }
    last
}

/// Whether a letter is of a script that puts spaces between words and may
/// stand in a path as it is: Latin, Greek, Cyrillic.
fn spaced(c: char) -> bool {
    matches!(u32::from(c), 0xC0..=0x52F | 0x1E00..=0x1FFF)
}

/// The end of `name`, `name.example` or `name@host.example` behind an `@`.
fn mention(text: &str, start: usize) -> Option<usize> {
    let name = name_end(text, start);
    if name == start {
        return None;
    }
    if text.as_bytes().get(name) == Some(&b'@') {
        let host = name_end(text, name + 1);
        if text[name + 1..host].contains('.') {
            return Some(host);
        }
        if host > name + 1 {
            return None;
        }
    }
    // `@http://…` is no name.
    (!text[name..].starts_with("://")).then_some(name)
}

fn name_end(text: &str, start: usize) -> usize {
    let length = text.as_bytes()[start..]
        .iter()
        .take(254)
        .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'))
        .count();
    start + text[start..start + length].trim_end_matches(['.', '-']).len()
}

/// The end of a tag's word that starts at `start`; a tag needs a letter.
fn tag_end(text: &str, start: usize) -> Option<usize> {
    let word = text[start..].char_indices().take_while(|(at, c)| may_stand_in_tag(*c, *at == 0));
    let (mut end, mut letter) = (start, false);
    for (at, c) in word {
        letter |= c.is_alphabetic();
        end = start + at + c.len_utf8();
    }
    (letter && !text[end..].starts_with("://")).then_some(end)
}

/// Whether `c` may stand in a hashtag: letters, marks and digits of every
/// script, `_`, and the joiners that Persian, Hebrew, Tibetan, Catalan and Japanese write with.
pub(in crate::text) fn may_stand_in_tag(c: char, first: bool) -> bool {
    let emoji_part = matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{20dd}'..='\u{20e4}');
    let joiner = matches!(c, '\u{200c}' | '\u{200d}' | '\u{b7}' | '\u{5be}' | '\u{5f3}' | '\u{5f4}')
        || matches!(c, '\u{f0b}' | '\u{f0c}' | '\u{3003}' | '\u{301c}' | '\u{30fb}' | '\u{ff5e}');
    c.is_alphanumeric() || c == '_' || !first && (joiner || is_combining_mark(c) && !emoji_part)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        entities(text).into_iter().map(|entity| &text[entity.range]).collect()
    }

    #[test]
    fn links_end_where_the_sentence_goes_on() {
        assert_eq!(
            found("See https://acme.example/a_(b)?q=1#f, or (http://e.org/x)."),
            ["https://acme.example/a_(b)?q=1#f", "http://e.org/x"]
        );
        assert_eq!(
            found("HTTPS://Acme.Example! https://acme.example:8443/x… http://[::1]:80/y"),
            ["HTTPS://Acme.Example", "https://acme.example:8443/x", "http://[::1]:80/y"]
        );
        assert_eq!(
            found("詳しくはhttps://acme.jpで。 https://例え.jp/道、https://пример.рф/путь"),
            ["https://acme.jp", "https://例え.jp/", "https://пример.рф/путь"]
        );
        assert_eq!(found("http:// https://) ftp://x.org"), Vec::<&str>::new());
    }

    #[test]
    fn bare_hosts_are_links_only_where_nothing_else_is_meant() {
        assert_eq!(
            found("www.acme.museum, acme.com/x and Acme.org."),
            ["www.acme.museum", "acme.com/x", "Acme.org"]
        );
        assert_eq!(found("main.rs, e.g. node.js, 3.5, a..b, me@acme.com, v1.2.com_x"), Vec::<&str>::new());
        assert_eq!(found("ELPAÍS.com, name.al+last@acme.com"), Vec::<&str>::new());
    }

    #[test]
    fn mentions_and_tags_of_all_scripts() {
        assert_eq!(
            found("@ada_l, (@ada@hachyderm.io) .@ada.bsky.social. a@b @@x @"),
            ["@ada_l", "@ada@hachyderm.io", "@ada.bsky.social"]
        );
        assert_eq!(
            found("#Rocket #überall, #宇宙 #हिन्दी #1 #2026 #4ever &#39; a#b #می‌خواهم ＃日本"),
            ["#Rocket", "#überall", "#宇宙", "#हिन्दी", "#4ever", "#می‌خواهم", "＃日本"]
        );
    }

    #[test]
    fn a_host_too_long_to_exist_is_no_link() {
        assert_eq!(found(&format!("https://{}.com/", "a".repeat(64))), Vec::<&str>::new());
        assert_eq!(found(&format!("https://{}.com/", "a".repeat(63))).len(), 1);
        let text = "#https://acme.example @http://acme.example";
        assert_eq!(found(text), ["https://acme.example", "http://acme.example"]);
    }

    #[test]
    fn a_late_address_is_one_link_and_ends_where_its_token_ends() {
        let text = format!("{}/x #y", late::token("blog", true));
        assert_eq!(found(&text), ["https://rung.invalid/blog/tracked", "#y"]);
    }
}
