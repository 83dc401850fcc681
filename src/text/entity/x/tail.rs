//! What follows the host of a link: port, path, query, each read once.

use super::letters;

/// What follows a host: port, path, query.
pub(super) struct Tail {
    /// Where it ends.
    pub end: usize,
    /// Whether there is a path in it.
    pub path: bool,
}

impl Tail {
    /// What stands behind the host that ends at `host`.
    pub(super) fn new(text: &str, host: usize) -> Tail {
        let bytes = text.as_bytes();
        let mut end = host;
        if bytes.get(end) == Some(&b':') {
            let digits = bytes[end + 1..].iter().take_while(|b| b.is_ascii_digit()).count();
            if digits > 0 {
                end += 1 + digits;
            }
        }
        let path = bytes.get(end) == Some(&b'/');
        if path {
            end = path_end(text, end + 1);
        }
        Tail { end: query_end(bytes, end), path }
    }
}

/// The end of a path, behind its first slash: after the last character that
/// may end one, and the pairs of brackets directly behind it. (In the original
/// the two are one alternative only in writing: `/a(b)` is a path, `/!(b)` is not.)
fn path_end(text: &str, start: usize) -> usize {
    let (mut end, mut at) = (start, start);
    while let Some(c) = text[at..].chars().next() {
        if c == '(' {
            let Some(after) = brackets_end(text, at) else { break };
            end = if at == end { after } else { end };
            at = after;
        } else if is_path(c) {
            at += c.len_utf8();
            if may_end_path(c) {
                end = at;
            }
        } else {
            break;
        }
    }
    end
}

/// The end of `(…)` at `at`, with at most one pair inside (`validUrlBalancedParens`).
fn brackets_end(text: &str, at: usize) -> Option<usize> {
    let inside = |from: usize| text[from..].find(|c| !is_path(c)).map_or(text.len(), |length| from + length);
    let is = |at: usize, byte: u8| text.as_bytes().get(at) == Some(&byte);
    let first = inside(at + 1);
    if is(first, b')') {
        return (first > at + 1).then_some(first + 1);
    }
    if !is(first, b'(') {
        return None;
    }
    let second = inside(first + 1);
    if second == first + 1 || !is(second, b')') {
        return None;
    }
    let third = inside(second + 1);
    is(third, b')').then_some(third + 1)
}

/// `validGeneralUrlPathChars`.
fn is_path(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphanumeric()
            || matches!(c, '!' | '*' | '\'' | ';' | ':' | '=' | '+' | ',' | '.' | '$' | '/' | '%' | '#')
            || matches!(c, '[' | ']' | '-' | '_' | '~' | '@' | '|' | '&');
    }
    c == '–' || letters::is_path_letter(c)
}

/// `validUrlPathEndingChars`, brackets apart.
fn may_end_path(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '=' | '_' | '#' | '/');
    }
    letters::is_path_letter(c)
}

/// The end of a query that starts at `at`; `at` if there is none.
pub(super) fn query_end(bytes: &[u8], at: usize) -> usize {
    if bytes.get(at) != Some(&b'?') {
        return at;
    }
    let mut end = at;
    for (offset, b) in bytes[at + 1..].iter().enumerate() {
        if b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'&' | b'=' | b'#' | b'/') {
            end = at + offset + 2;
        } else if !matches!(b, b'!' | b'?' | b'*' | b'\'' | b'@' | b'(' | b')' | b';' | b':' | b'+' | b'$')
            && !matches!(b, b'%' | b'[' | b']' | b'.' | b',' | b'~' | b'|')
        {
            break;
        }
    }
    end
}
