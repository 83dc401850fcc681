//! Where in running text an address stands, and which of its characters would
//! be taken for marks of emphasis.

use crate::text::entity::is_ending;
use std::ops::Range;
use unicode_normalization::char::is_combining_mark;

/// What networks make links of in `text`: addresses with a scheme or `www.`,
/// hosts with a path, `@names`, `#tags`. In order, one after the other. They
/// end where GFM ends them (before `?!.,:*_~` and a bracket that nothing in
/// them opened), but before a letter of a script without spaces as well.
pub(in crate::text) fn addresses(text: &str) -> impl Iterator<Item = Range<usize>> {
    let (mut from, mut at) = (0, 0);
    std::iter::from_fn(move || {
        while let Some(sign) =
            text.as_bytes().get(at..).and_then(|rest| rest.iter().position(|b| SIGNS.contains(b)))
        {
            let sign = at + sign;
            at = sign + 1;
            if let Some(address) = address_with(text, sign, from) {
                (from, at) = (address.end, address.end.max(at));
                return Some(address);
            }
        }
        None
    })
}

/// What is a link by itself on a page (GFM 0.29, Autolinks (extension)): the
/// addresses of `text`, which is running text, with `http://`, `https://` or
/// `www.` and a host. In order, and without the signs of the sentence at the end.
pub fn web_addresses(text: &str) -> impl Iterator<Item = Range<usize>> {
    addresses(text).filter_map(|address| {
        let own = text.get(address.clone())?;
        let own = own.get(..own.len() - behind(own, text.get(..address.start)?))?;
        let own = without_entity(own, text.get(address.start + own.len()..)?);
        let begins = |with: &str| own.get(..with.len()).is_some_and(|own| own.eq_ignore_ascii_case(with));
        let scheme = ["https://", "http://"].into_iter().find(|scheme| begins(scheme));
        if scheme.is_none() && !begins("www.") {
            return None;
        }
        let rest = own.get(scheme.map_or(0, str::len)..)?;
        let host = rest.split(['/', '?', '#', ':']).next()?;
        let mut labels = host.rsplit('.');
        // No host has a `_` in its last two labels.
        let named = labels.by_ref().take(2).all(|label| !label.is_empty() && !label.contains('_'));
        (named && host.contains(char::is_alphanumeric)).then(|| address.start..address.start + own.len())
    })
}

/// `address` without what looks like an entity at its end: `&copy`, where `;` is
/// the first of what is `behind` it.
fn without_entity<'t>(address: &'t str, behind: &str) -> &'t str {
    let name = address.bytes().rev().take(32).take_while(u8::is_ascii_alphanumeric).count();
    let before = address.get(..address.len() - name).and_then(|before| before.strip_suffix('&'));
    before.filter(|_| name > 0 && behind.starts_with(';')).unwrap_or(address)
}

/// What every address has one of.
const SIGNS: &[u8] = b":/@#wW";

/// The address whose sign stands at `sign`, and that begins nowhere before `from`.
fn address_with(text: &str, sign: usize, from: usize) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let rest = text.get(sign..)?;
    // Where what stands before the sign begins.
    let back = |is_part: fn(u8) -> bool| {
        let before = bytes.get(from..sign).unwrap_or(&[]);
        sign - before.iter().rev().take(LONGEST_HOST).take_while(|b| is_part(**b)).count()
    };
    let free = |start: usize| {
        !text
            .get(from..start)
            .and_then(|before| before.chars().next_back())
            .is_some_and(char::is_alphanumeric)
    };
    match *bytes.get(sign)? {
        b':' if rest.starts_with("://") => {
            let start = back(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'));
            // The end is looked for only behind a scheme: once for each address.
            let end = if start < sign { address_end(text, sign + 3, false) } else { sign };
            (end > sign + 3).then_some(start..end)
        }
        b'w' | b'W' if free(sign) => {
            let www = rest.as_bytes().get(..4).is_some_and(|b| b.eq_ignore_ascii_case(b"www."));
            let end = if www { address_end(text, sign + 4, false) } else { sign };
            (end > sign + 4).then_some(sign..end)
        }
        b'/' => {
            let start = sign - host_before(text.get(from..sign)?);
            let (labels, ending) = text.get(start..sign)?.rsplit_once('.')?;
            let host = !labels.is_empty() && ends_host(ending) && free(start);
            host.then(|| start..address_end(text, sign, true))
        }
        b'@' | b'#' if free(sign) => {
            let name = rest.bytes().skip(1).take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
            (name > 0).then(|| sign..sign + 1 + name)
        }
        _ => None,
    }
}

/// How many bytes at the end of `text` may be a host, in any script.
fn host_before(text: &str) -> usize {
    let part = |c: &char| c.is_alphanumeric() || matches!(c, '-' | '.') || is_combining_mark(*c);
    text.chars().rev().take(LONGEST_HOST).take_while(part).map(char::len_utf8).sum()
}

/// Whether `ending` is the last part of hosts' names, in ASCII or as people
/// write it: the root zone has the others in punycode (RFC 3492).
fn ends_host(ending: &str) -> bool {
    if ending.is_ascii() {
        return is_ending(ending);
    }
    // A label has at most 63 letters (RFC 1035).
    let short = ending.chars().count() <= 63;
    let encoded = short.then(|| idna::punycode::encode_str(&ending.to_lowercase())).flatten();
    encoded.is_some_and(|encoded| is_ending(&format!("xn--{encoded}")))
}

/// No host is longer (RFC 1035), nor looked for further back.
const LONGEST_HOST: usize = 253;

/// Where the address ends that goes on at `from`, in its path already or not yet.
fn address_end(text: &str, from: usize, mut path: bool) -> usize {
    let mut end = from;
    let mut escaped = false;
    for c in text.get(from..).unwrap_or("").chars() {
        let goes_on = match c {
            _ if std::mem::take(&mut escaped) => c.is_ascii_punctuation(),
            '<' | '>' | '"' | '`' | '|' => false,
            '*' | '~' => path,
            '\\' => {
                escaped = true;
                true
            }
            c if c.is_ascii_graphic() => true,
            // In a path, letters from the Chinese and Japanese on are the text's.
            c => !c.is_ascii() && (c.is_alphanumeric() || is_combining_mark(c)) && (!path || c < '\u{2e80}'),
        };
        if !goes_on {
            break;
        }
        path |= matches!(c, '/' | '?' | '#');
        end += c.len_utf8();
    }
    end
}

/// The places of the marks in `address` that are letters of it, in order.
/// Those at its end are marks around it, unless they close one that it opened.
pub(super) fn marks(text: &str, address: &Range<usize>) -> Vec<usize> {
    let own = text.get(address.clone()).unwrap_or("");
    let end = address.start + own.len() - behind(own, text.get(..address.start).unwrap_or(""));
    let mut out = Vec::new();
    let mut escaped = false;
    for (at, byte) in (address.start..end).zip(own.bytes()) {
        if !escaped && matches!(byte, b'*' | b'_' | b'~') {
            out.push(at);
        }
        escaped = byte == b'\\' && !escaped;
    }
    out
}

/// How many bytes at the end of `address` are not of it, where `before` stands before it.
fn behind(address: &str, before: &str) -> usize {
    let surplus = |open: char, close: char| {
        address.matches(close).count().saturating_sub(address.matches(open).count())
    };
    let (mut round, mut square) = (surplus('(', ')'), surplus('[', ']'));
    let mut rest = address;
    // Marks of different kinds in turn have an end somewhere.
    let mut runs = 0;
    while let Some(last) = rest.chars().next_back() {
        let inner = rest.trim_end_matches(last);
        rest = match last {
            '?' | '!' | '.' | ',' | ':' | ';' | '\'' => inner,
            ')' | ']' => {
                let surplus = if last == ')' { &mut round } else { &mut square };
                if *surplus == 0 {
                    break;
                }
                *surplus -= 1;
                rest.get(..rest.len() - 1).unwrap_or(inner)
            }
            '*' | '_' | '~' if runs < 8 => {
                runs += 1;
                let own = if before.ends_with(last) { 0 } else { opened(inner, last) };
                if own > 0 {
                    rest = rest.get(..(inner.len() + own).min(rest.len())).unwrap_or(rest);
                    break;
                }
                inner
            }
            _ => break,
        };
    }
    address.len() - rest.len()
}

/// How many of `mark` the last run of them has that begins a word in `address`
/// and is not closed in it.
fn opened(address: &str, mark: char) -> usize {
    let mut open = 0;
    let mut before = None;
    let mut chars = address.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        if c == mark {
            let mut end = at + 1;
            while chars.next_if(|(_, next)| *next == mark).is_some() {
                end += 1;
            }
            let next = chars.peek().map(|(_, next)| *next);
            let word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
            match (word(before), word(next)) {
                (false, true) => open = end - at,
                (true, false) => open = 0,
                _ => {}
            }
        }
        before = Some(c);
    }
    open
}
