//! Links as people mean them: with a scheme, or a bare host.

use super::category::{self, is_mark};
use super::label::is_surely_name;
use super::tld;

/// The end of `http://…` or `https://…` that starts at `start`.
pub(super) fn scheme_link(text: &str, start: usize) -> Option<usize> {
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

/// The end of `www.acme.museum/x`, `acme.de`, `müller.de`, `한국.kr` or `日本語.jp`
/// that starts at `start`.
///
/// Hosts of all scripts are meant alike, as phones link them. Where a script has
/// no spaces between words, a host begins and ends only where the letters do:
/// of `詳しくは日本語.jpで` nobody can tell where it begins. And what such letters
/// have before `.net` is the beginning of a sentence about a program.
pub(super) fn bare_host(text: &str, start: usize) -> Option<usize> {
    let end = bare_letters_end(text, start)?;
    let host = text[start..end].trim_end_matches(['.', '-']);
    let end = start + host.len();
    let (labels, ending) = host.rsplit_once('.')?;
    let next = text[end..].chars().next();
    let path = next == Some('/');
    let runs_on = || next.is_some_and(char::is_alphanumeric) || ending.eq_ignore_ascii_case("net") && !path;
    let meant = known_ending(text, end - ending.len(), end)
        // `date.now()` is a call.
        && !matches!(next, Some('@' | '_' | '+' | '('))
        && is_meant(labels, ending, path)
        && (host.is_ascii() || !host.contains(is_unspaced_letter) || !runs_on());
    (meant && labels.split('.').all(is_label)).then(|| path_end(text, end))
}

/// The end of the letters of a bare host. None where there is no dot, or where
/// they are more than a host has: 253 bytes (RFC 1035). So a long word is not
/// looked at to its end from every place in it.
fn bare_letters_end(text: &str, start: usize) -> Option<usize> {
    let ascii = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.');
    let run = text.as_bytes()[start..].iter().take(254).take_while(|b| ascii(b)).count();
    let mut dot = text.as_bytes()[start..start + run].contains(&b'.');
    // For speed: most hosts, and nearly all words, are of ASCII.
    if text.as_bytes().get(start + run).is_none_or(u8::is_ascii) {
        return (dot && run <= 253).then_some(start + run);
    }
    let label = text[start..start + run].rsplit('.').next().unwrap_or("");
    // Latin letters and those of scripts that do not go with them: one kind a label.
    let mut kind = label.contains(|c: char| c.is_ascii_alphabetic()).then_some(Kind::Latin);
    for (at, c) in text[start + run..].char_indices().map(|(at, c)| (at + run, c)) {
        let own = match c {
            '.' => Some(None),
            '-' | '0'..='9' => Some(kind),
            c if c.is_ascii_alphabetic() || is_spaced_letter(c) => Some(Some(Kind::Latin)),
            c if is_other_letter(c) => Some(Some(Kind::Other)),
            c if is_mark(c) => Some(kind),
            _ => None,
        };
        match own.filter(|own| at <= 253 && (kind.is_none() || own.is_none() || *own == kind)) {
            Some(own) => kind = own,
            None => return (dot && at <= 253).then_some(start + at),
        }
        dot |= c == '.';
    }
    (dot && text.len() - start <= 253).then_some(text.len())
}

/// Whether the label from `start` to `end` is a top-level domain of today.
fn known_ending(text: &str, start: usize, end: usize) -> bool {
    let ending = &text[start..end];
    if ending.is_ascii() {
        return tld::is_in_zone(ending.as_bytes());
    }
    tld::end(text, start) == Some(end) && !ending.contains(char::is_uppercase)
}

/// Whether `labels.ending`, a host that there could be, is meant as one: with
/// `www.` it is, and with an ending that stands for nothing else. Any other
/// ending has to be in small letters (`landed.It flew` is two sentences); and
/// without a path behind it, it must not be a file's ending, and what stands
/// before it must be a name (`3.de` and `z.de` are none).
fn is_meant(labels: &str, ending: &str, path: bool) -> bool {
    let name = labels.rsplit('.').next().unwrap_or(labels);
    let is_name = || name.chars().nth(1).is_some() && name.contains(char::is_alphabetic);
    labels.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("www.")) && labels.len() > 4
        || SAFE_ENDINGS.iter().any(|safe| ending.eq_ignore_ascii_case(safe))
        || !ending.contains(|c: char| c.is_ascii_uppercase())
            && (path || is_name() && !FILE_ENDINGS.contains(&ending))
}

/// Whether a label can be one: not empty, at most 63 bytes as it is encoded.
fn is_label(label: &str) -> bool {
    let fits = || match label.is_ascii() {
        true => label.len() < 64,
        // Punycode needs at most 8 letters for a character, and 5 more.
        false if label.chars().nth(7).is_none() => !label.starts_with(is_mark),
        false => {
            is_surely_name(label) || url::Host::parse(label).is_ok_and(|host| host.to_string().len() < 64)
        }
    };
    !label.is_empty() && !label.starts_with('-') && !label.ends_with('-') && fits()
}

/// Endings that stand for a host wherever they stand, in either case.
const SAFE_ENDINGS: &[&str] = &[
    "com", "org", "net", "edu", "gov", "info", "biz", "dev", "app", "blog", "shop", "news", "cloud",
    "online", "site", "store", "tech", "social", "page", "agency", "events",
];

/// Top-level domains that are the endings of files too, which people write
/// about more than they write such a host without a path: `main.rs`, `README.md`.
const FILE_ENDINGS: &[&str] = &[
    "cab", "cc", "data", "inc", "java", "map", "md", "mk", "ml", "mm", "mo", "mov", "pl", "pm", "ps", "pub",
    "py", "rs", "sh", "so", "tf", "zip",
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
            (c.is_alphanumeric() || is_mark(c)) && (!ascii_label || spaced(c))
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
            c if !c.is_ascii() && spaced(c) && (c.is_alphanumeric() || is_mark(c)) => last = after,
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

/// What goes with what in a label.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Latin, Greek and Cyrillic letters.
    Latin,
    /// Letters of any other script.
    Other,
}

/// A letter of a script that is neither Latin nor Greek nor Cyrillic.
pub(super) fn is_other_letter(c: char) -> bool {
    match u32::from(c) {
        // For speed: nothing but letters.
        0x5D0..=0x5EA | 0x620..=0x64A | 0x3041..=0x3096 | 0x30A1..=0x30FA | 0x4E00..=0x9FFF => true,
        0xAC00..=0xD7A3 => true,
        0x530..=0x1DFF | 0x2C00..=0x2DDF | 0x2E80..=0xD7FF | 0xF900..=0xFAFF | 0x20000..=0x3FFFF => {
            category::is_letter(c)
        }
        _ => false,
    }
}

/// A letter of a script that puts no space between words: Thai, Lao, Tibetan,
/// Burmese, Khmer, and what is written in China and Japan.
fn is_unspaced_letter(c: char) -> bool {
    matches!(u32::from(c),
        0xE00..=0x109F | 0x1780..=0x17FF | 0x1950..=0x19FF | 0x1A20..=0x1AAF
        | 0x2E80..=0x312F | 0x3190..=0xA4CF | 0xF900..=0xFAFF | 0x20000..=0x3FFFF)
}

/// A letter of such a script, outside of ASCII.
pub(super) fn is_spaced_letter(c: char) -> bool {
    match u32::from(c) {
        0xD7 | 0xF7 => false,
        // For speed: nothing but letters.
        0xC0..=0x24F | 0x400..=0x481 | 0x48A..=0x52F => true,
        _ => spaced(c) && c.is_alphanumeric(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Dialect, entities};

    fn found(text: &str) -> Vec<&str> {
        entities(text, Dialect::Plain).into_iter().map(|entity| &text[entity.range]).collect()
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
    fn bare_hosts_of_every_ending_and_script_are_links() {
        for host in [
            "www.acme.museum",
            "acme.com/x",
            "Acme.org",
            "acme.de",
            "acme.io",
            "acme.co.uk",
            "bit.ly/x",
            "t.me/joe",
            "x.com",
            "müller.de",
            "mu\u{308}ller.de",
            "пример.рф/x",
            "ελλάδα.ελ",
            "xn--p1b.xn--p1ai",
            "ELPAÍS.com",
            "BOOKING.COM",
            "a-b.acme.fr/?q=1",
            "main.rs/guide",
            "www.acme.pl",
            "3m.de",
            "a.b.acme.ai",
            "日本語.jp",
            "www.日本語.jp",
            "中国.中国",
            "中国.cn/x",
            "한국.kr",
            "ไทย.th",
            "हिन्दी.भारत",
            "אתר.co.il",
            "موقع.مصر",
        ] {
            for text in
                [host.to_owned(), format!("({host})"), format!("See {host}, it flies."), format!("{host}…")]
            {
                assert_eq!(found(&text), [host], "{text}");
            }
        }
        for (text, host) in [
            ("詳しくはacme.deで", "acme.de"),
            ("詳しくはacme.de。", "acme.de"),
            ("すれば\u{3099}acme.de。", "acme.de"),
            ("한국.kr에서 acme.kr에서", "한국.kr"),
            ("（日本語.jp）", "日本語.jp"),
        ] {
            assert_eq!(found(text).first(), Some(&host), "{text}");
        }
    }

    #[test]
    fn what_is_taken_for_a_letter_at_once_is_one() {
        for c in '\u{80}'..='\u{ffff}' {
            assert_eq!(super::is_spaced_letter(c), super::spaced(c) && c.is_alphanumeric(), "{c:?}");
        }
    }

    #[test]
    fn files_abbreviations_and_sentences_are_no_hosts() {
        for text in [
            "main.rs, e.g. node.js, 3.5, a..b, me@acme.com, v1.2.com_x",
            "run.sh setup.py README.md photos.zip lib.so clip.mov id_rsa.pub Foo.java",
            "z.B. i.e. u.a. a.m. 9.am 3.de z.de U.S. Ph.D. e.V. vs.",
            "foo.bar() date.now() go.to(x)",
            "It landed.It flew. Acme.De acme.Io пример.РФ",
            "name.al+last@acme.com joe@müller.de acme.de@x joe_acme.de_x -acme.de acme-.de",
            "詳しくは日本語.jpで 基于.net 的 基于.net的 使用.io文件 着陸した.静かだ 日本a.jp語 acmé\u{301}x.zzz",
            "착륙했다.그리고 نزل.وطار e\u{301}.\u{301}.de ①.de ２.de",
            "acme.invalid acme.example acme.onion foo.guardian x.123 mailto:joe@acme.de",
        ] {
            assert_eq!(found(text), Vec::<&str>::new(), "{text}");
        }
    }

    #[test]
    fn a_host_too_long_to_exist_is_no_link() {
        assert_eq!(found(&format!("https://{}.com/", "a".repeat(64))), Vec::<&str>::new());
        assert_eq!(found(&format!("https://{}.com/", "a".repeat(63))).len(), 1);
        assert_eq!(found(&format!("{}.de {}.de", "a".repeat(64), "ü".repeat(64))), Vec::<&str>::new());
        assert_eq!(found(&format!("{}.de", "a".repeat(63))).len(), 1);
        assert_eq!(found(&format!("{}de", "ab.".repeat(100))), Vec::<&str>::new());
        let text = "#https://acme.example @http://acme.example";
        assert_eq!(found(text), ["https://acme.example", "http://acme.example"]);
    }
}
