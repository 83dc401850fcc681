//! The head of a message: TOML between `+++` or YAML between `---`.

use super::Table;
use super::tree::{parse_toml, parse_yaml};
use crate::diagnostic::{Checked, Diagnostic};
use crate::source::{SourceId, Sources, Span, Spanned};

/// How the head is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fence {
    /// TOML between `+++`.
    Toml,
    /// YAML between `---`.
    Yaml,
    /// There is no head.
    None,
}

/// The head as a tree (empty if there is none), and the text below it.
#[derive(Clone, Debug)]
pub struct Split {
    /// How the head is written.
    pub fence: Fence,
    /// Keys and values.
    pub head: Table,
    /// What follows, with its place.
    pub body: Spanned<String>,
}

/// Splits a file into head and body. Spans point into the file itself.
///
/// The head begins at the first line that is not blank. A fence may have white
/// space behind it, none before. No value comes of a head that is never closed:
/// where the body begins cannot be known.
pub fn split(sources: &Sources, id: SourceId) -> Checked<Split> {
    let text = &sources.get(id).text;
    let start = text.len() - text.trim_start_matches(['\n', ' ', '\t']).len();
    // The opening line itself must not be indented.
    let start = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let fence = match first_line(&text[start..]).trim_end() {
        "+++" => Fence::Toml,
        "---" => Fence::Yaml,
        _ => {
            let span = sources.whole(id);
            let body = Spanned::new(text.to_string(), span);
            let head = Table::empty(Span::start_of(id));
            return Checked::good(Split { fence: Fence::None, head, body });
        }
    };
    let head_start = (start + first_line(&text[start..]).len() + 1).min(text.len());
    let mut at = head_start;
    for line in text[head_start..].split_inclusive('\n') {
        let closes = match fence {
            Fence::Toml => line.trim_end() == "+++",
            _ => matches!(line.trim_end(), "---" | "..."),
        };
        if closes {
            let region = Span::new(id, head_start, at);
            let head = match fence {
                Fence::Toml => parse_toml(sources, region),
                _ => parse_yaml(sources, region),
            };
            let span = Span::new(id, at + line.len(), text.len());
            let body = Spanned::new(sources.slice(span).to_owned(), span);
            return head.map(|head| Split { fence, head, body });
        }
        at += line.len();
    }
    Checked::bad(vec![unclosed(&text[head_start..], fence, Span::new(id, start, start + 3))])
}

fn first_line(text: &str) -> &str {
    text.split('\n').next().unwrap_or("")
}

fn unclosed(rest: &str, fence: Fence, span: Span) -> Diagnostic {
    let (mark, other) = if fence == Fence::Toml { ("+++", "---") } else { ("---", "+++") };
    let problem =
        Diagnostic::error("syntax", format!("the head that begins with `{mark}` is never closed")).at(span);
    if rest.lines().any(|line| line.trim_end() == other) {
        problem.hint(format!("it is closed by the same mark: `{mark}` and not `{other}`"))
    } else if rest.lines().any(|line| line.trim() == mark) {
        problem.hint(format!("the closing `{mark}` is indented; it stands at the start of its line"))
    } else {
        problem.hint(format!("put a line with `{mark}` between the head and the text"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> (Fence, Vec<String>, String) {
        let mut sources = Sources::new();
        let id = sources.add("a.md", text);
        let split = split(&sources, id);
        assert!(split.problems.is_empty(), "{:?}", split.problems);
        let split = split.value.unwrap();
        assert_eq!(sources.slice(split.body.span), split.body.value);
        for (key, _) in &split.head.entries {
            assert_eq!(sources.slice(key.span), key.value);
        }
        let keys = split.head.entries.iter().map(|(key, _)| key.value.clone()).collect();
        (split.fence, keys, split.body.value)
    }

    #[test]
    fn heads_in_toml_and_yaml_and_none() {
        let keys = |names: &[&str]| names.iter().map(|name| name.to_string()).collect::<Vec<_>>();
        assert_eq!(parts("+++\na = 1\n+++\nbody\n"), (Fence::Toml, keys(&["a"]), "body\n".into()));
        assert_eq!(parts("---  \na: 1\nb: x\n--- \nbody"), (Fence::Yaml, keys(&["a", "b"]), "body".into()));
        assert_eq!(parts("\u{feff}---\r\na: 1\r\n...\r\nx\r\n"), (Fence::Yaml, keys(&["a"]), "x\n".into()));
        assert_eq!(parts("\n \n+++\n+++"), (Fence::Toml, keys(&[]), "".into()));
        assert_eq!(parts("# Hello\n\n---\n\nx"), (Fence::None, keys(&[]), "# Hello\n\n---\n\nx".into()));
        assert_eq!(parts(""), (Fence::None, keys(&[]), "".into()));
        assert_eq!(parts("----\nx\n----\n").0, Fence::None);
    }

    #[test]
    fn a_body_may_hold_rules_and_fences() {
        assert_eq!(parts("+++\na = 1\n+++\none\n\n---\n\n+++\n").2, "one\n\n---\n\n+++\n");
        assert_eq!(parts("---\nö: 1\n---\none\n---\ntwo").2, "one\n---\ntwo");
    }

    #[test]
    fn a_head_without_an_end_says_how_to_end_it() {
        for (text, hint) in [
            ("+++\na = 1\n", "put a line with `+++`"),
            ("+++\na = 1\n---\nbody", "and not `---`"),
            ("---\na: 1\n  ---\nbody", "indented"),
            ("---", "put a line"),
        ] {
            let mut sources = Sources::new();
            let id = sources.add("a.md", text);
            let split = split(&sources, id);
            assert!(split.value.is_none());
            assert!(split.problems[0].hint.as_ref().unwrap().contains(hint), "{:?}", split.problems);
        }
    }
}
