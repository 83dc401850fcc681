//! Finds the place of a part of a text in the file that the text was read from,
//! through quotes, escapes, folded lines and indentation.

use crate::source::{Sources, Span, Spanned};

/// Where the `len` bytes from `offset` of `text` stand in the file.
///
/// Exact for TOML's four kinds of string and for YAML's plain, quoted and block
/// texts. Where file and text cannot be matched letter by letter (a text that was
/// made from several places), the place of the whole value is the answer.
pub fn place_in_text(sources: &Sources, text: &Spanned<String>, offset: usize, len: usize) -> Span {
    let raw = sources.slice(text.span);
    let from = offset.min(text.value.len());
    let to = offset.saturating_add(len).min(text.value.len());
    match align(raw, &text.value, from, to) {
        Some((start, end)) => Span::new(text.span.source, text.span.start + start, text.span.start + end),
        None => text.span,
    }
}

/// The bytes of `raw` that became `value[from..to]`. Walks both side by side
/// and gives up at the first letter that neither escape nor folding explains.
fn align(raw: &str, value: &str, from: usize, to: usize) -> Option<(usize, usize)> {
    if raw == value {
        return Some((from, to));
    }
    let quote = Quote::of(raw);
    let mut at = quote.opening(raw);
    let mut done = 0;
    let mut start = None;
    // The end of what became the last letter, so that a range does not take in
    // the indentation of the line after it.
    let mut end = at;
    loop {
        let wanted = value.get(done..)?.chars().next();
        if done >= from && start.is_none() && (done >= to || wanted.is_none()) {
            return Some((at, at));
        }
        if done >= to
            && let Some(start) = start
        {
            return Some((start, end.max(start)));
        }
        let wanted = wanted?;
        let piece = next_piece(raw.get(at..)?, wanted, quote)?;
        if piece.gives && done >= from && start.is_none() {
            start = Some(at);
        }
        at += piece.raw;
        if piece.gives {
            done += wanted.len_utf8();
            end = at;
        }
    }
}

/// How the text is quoted in the file.
#[derive(Clone, Copy, PartialEq)]
enum Quote {
    /// `"…"` or `"""…"""`: backslashes mean something.
    Double(usize),
    /// `'…'` or `'''…'''`; in YAML, `''` stands for one.
    Single(usize),
    /// YAML's plain and block texts.
    None,
}

impl Quote {
    fn of(raw: &str) -> Quote {
        match raw {
            r if r.starts_with("\"\"\"") && r.len() >= 6 => Quote::Double(3),
            r if r.starts_with("'''") && r.ends_with("'''") && r.len() >= 6 => Quote::Single(3),
            r if r.starts_with('"') => Quote::Double(1),
            r if r.starts_with('\'') => Quote::Single(1),
            _ => Quote::None,
        }
    }

    /// The bytes before the first letter. A line feed right behind three quotes
    /// is not part of the text (TOML 1.1, "String").
    fn opening(self, raw: &str) -> usize {
        match self {
            Quote::Double(3) | Quote::Single(3) => 3 + usize::from(raw[3..].starts_with('\n')),
            Quote::Double(width) | Quote::Single(width) => width,
            Quote::None => 0,
        }
    }
}

/// A stretch of the file, and whether it became a letter or nothing.
struct Piece {
    raw: usize,
    gives: bool,
}

fn next_piece(raw: &str, wanted: char, quote: Quote) -> Option<Piece> {
    let first = raw.chars().next()?;
    match (quote, first) {
        (Quote::Double(_), '\\') => return escape(raw, wanted),
        (Quote::Single(1), '\'') if wanted == '\'' && raw.starts_with("''") => {
            return Some(Piece { raw: 2, gives: true });
        }
        _ => {}
    }
    if first == wanted {
        return Some(Piece { raw: first.len_utf8(), gives: true });
    }
    // YAML folds a line end into a space, and indentation into nothing.
    if first == '\n' && wanted == ' ' {
        return Some(Piece { raw: 1, gives: true });
    }
    first.is_ascii_whitespace().then_some(Piece { raw: 1, gives: false })
}

/// A backslash and what follows; both formats' escapes, which do not contradict each other.
fn escape(raw: &str, wanted: char) -> Option<Piece> {
    let mut letters = raw.chars().skip(1);
    let kind = letters.next()?;
    let digits = match kind {
        'x' => 2,
        'u' => 4,
        'U' => 8,
        // At a line's end: nothing, up to the next letter.
        c if c.is_ascii_whitespace() && c != ' ' => {
            let skipped = raw[1..].len() - raw[1..].trim_start().len();
            return Some(Piece { raw: 1 + skipped, gives: false });
        }
        _ => 0,
    };
    if digits > 0 {
        let hex: String = letters.take(digits).collect();
        let letter = u32::from_str_radix(&hex, 16).ok().and_then(char::from_u32)?;
        return (letter == wanted).then_some(Piece { raw: 2 + digits, gives: true });
    }
    let letter = match kind {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        'b' => '\u{8}',
        'f' => '\u{c}',
        'e' => '\u{1b}',
        '0' => '\0',
        'a' => '\u{7}',
        'v' => '\u{b}',
        'N' => '\u{85}',
        '_' => '\u{a0}',
        'L' => '\u{2028}',
        'P' => '\u{2029}',
        ' ' if raw[2..].trim_start_matches([' ', '\t']).starts_with('\n') && wanted != ' ' => {
            let skipped = raw[1..].len() - raw[1..].trim_start().len();
            return Some(Piece { raw: 1 + skipped, gives: false });
        }
        other => other,
    };
    (letter == wanted).then_some(Piece { raw: 1 + kind.len_utf8(), gives: true })
}

#[cfg(test)]
mod tests {
    use super::super::{NodeKind, parse_toml, parse_yaml};
    use super::*;

    /// What stands in the file where `part` of the value of `k` is said to stand.
    fn place(text: &str, yaml: bool, part: &str) -> String {
        let mut sources = Sources::new();
        let id = sources.add("a", text);
        let whole = sources.whole(id);
        let tree = if yaml { parse_yaml(&sources, whole) } else { parse_toml(&sources, whole) };
        assert!(tree.problems.is_empty(), "{:?}", tree.problems);
        let node = tree.value.unwrap().get("k").unwrap().clone();
        let NodeKind::String(value) = node.kind else { panic!("not a text") };
        let at = value.find(part).unwrap();
        let span = place_in_text(&sources, &Spanned::new(value, node.span), at, part.len());
        sources.slice(span).to_owned()
    }

    #[test]
    fn toml_strings_of_all_four_kinds() {
        assert_eq!(place(r#"k = "ä {{ x }}""#, false, "{{ x }}"), "{{ x }}");
        assert_eq!(place(r#"k = "a\tb\u00e9 {{ x }} c""#, false, "{{ x }}"), "{{ x }}");
        assert_eq!(place(r#"k = "a\"{{ x }}\"""#, false, "\"{{ x }}\""), r#"\"{{ x }}\""#);
        assert_eq!(place("k = 'a\\ {{ x }}'", false, "{{ x }}"), "{{ x }}");
        assert_eq!(place("k = \"\"\"\none\ntwo {{ x }}\"\"\"", false, "{{ x }}"), "{{ x }}");
        assert_eq!(place("k = \"\"\"one \\\n   two {{ x }}\"\"\"", false, "two"), "two");
        assert_eq!(place("k = '''\na\n  b'''", false, "b"), "b");
    }

    #[test]
    fn yaml_texts_of_all_styles() {
        assert_eq!(place("k: plain {{x}} text", true, "{{x}}"), "{{x}}");
        assert_eq!(place("k: plain\n  folded on", true, "folded"), "folded");
        assert_eq!(place("k: 'it''s {{ x }}'", true, "{{ x }}"), "{{ x }}");
        assert_eq!(place("k: 'it''s'", true, "'"), "''");
        assert_eq!(place("ö: 1\nk: \"\\xe4 \\\n  b {{ x }}\"", true, "{{ x }}"), "{{ x }}");
        assert_eq!(place("k: |\n  one\n    two\n  three\n", true, "two"), "two");
        assert_eq!(place("k: |\n  one\n  three\n", true, "three"), "three");
        assert_eq!(place("k: >-\n  one\n  two\n\n  three\n", true, "three"), "three");
    }

    #[test]
    fn a_text_from_elsewhere_is_its_whole_place() {
        let mut sources = Sources::new();
        let id = sources.add("a", "something else");
        let span = Span::new(id, 0, 9);
        let text = Spanned::new("made up".to_owned(), span);
        assert_eq!(place_in_text(&sources, &text, 2, 3), span);
        assert_eq!(place_in_text(&sources, &text, 999, usize::MAX), span);
    }
}
