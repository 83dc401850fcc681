//! Something to tell the user: severity, rule, message, span, hint. Draws itself.
//!
//! A function that can find more than one problem returns [`Checked`], which
//! holds all of them: the user fixes a file once, not once for each mistake.

mod about;
mod same;
mod userinfo;
pub mod visible;

pub use about::About;
pub use same::told_once;

use crate::source::{Location, Source, Sources, Span};
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use serde::Serialize;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Nothing is published while it stands.
    Error,
    /// Published all the same; somebody should look.
    Warning,
    /// Worth knowing.
    Note,
}

/// One thing to tell the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// The rule's name in `docs/rules.md`, which `allow` takes: `too-long`.
    pub rule: &'static str,
    /// What is wrong: a lowercase fragment, literals in backticks.
    pub message: String,
    /// Where, if it is anywhere.
    pub span: Option<Span>,
    /// What of a variant it is about, until somebody knows where that was written.
    pub about: Option<About>,
    /// Words to stand under the marked place.
    pub label: Option<String>,
    /// What to do about it.
    pub hint: Option<String>,
    /// Whether the user's line stays undrawn, because a secret stands on it.
    pub conceals: bool,
    /// The rungs whose variants have it, in their order. None: it is of the
    /// files themselves.
    pub rungs: Vec<String>,
}

impl Diagnostic {
    /// A problem that stops publishing.
    pub fn error(rule: &'static str, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(Severity::Error, rule, message)
    }

    /// A problem that does not.
    pub fn warning(rule: &'static str, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(Severity::Warning, rule, message)
    }

    /// No problem, but worth knowing.
    pub fn note(rule: &'static str, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(Severity::Note, rule, message)
    }

    /// A problem of the given severity.
    pub fn new(severity: Severity, rule: &'static str, message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            severity,
            rule,
            message: userinfo::hidden(message.into()),
            span: None,
            about: None,
            label: None,
            hint: None,
            conceals: false,
            rungs: Vec::new(),
        }
    }

    /// Points at `span`.
    #[must_use]
    pub fn at(mut self, span: Span) -> Diagnostic {
        self.span = Some(span);
        self
    }

    /// Points at `span`, if there is one.
    #[must_use]
    pub fn at_maybe(mut self, span: Option<Span>) -> Diagnostic {
        self.span = span.or(self.span);
        self
    }

    /// Is about `about` of the variant that was looked at.
    #[must_use]
    pub fn about(mut self, about: About) -> Diagnostic {
        self.about = Some(about);
        self
    }

    /// The same of a picture on a link's card: what a card cannot show keeps nothing from
    /// going out.
    #[must_use]
    pub fn of_a_card(mut self) -> Diagnostic {
        self.severity = Severity::Warning;
        self.message.push_str(": the card goes without its picture");
        self
    }

    /// Puts words under the marked place.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Diagnostic {
        self.label = Some(userinfo::hidden(label.into()));
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Diagnostic {
        self.hint = Some(userinfo::hidden(hint.into()));
        self
    }

    /// Says that the variant of `rung` has it.
    #[must_use]
    pub fn of_rung(mut self, rung: &str) -> Diagnostic {
        self.rungs.push(rung.to_owned());
        self
    }

    /// The rungs that have it, in a sentence, where they are several; without
    /// the first, if the message is about that one.
    pub fn also(&self) -> Option<String> {
        let named: Vec<String> = self.rungs.iter().map(|rung| format!("`{rung}`")).collect();
        let (first, others) = named.split_first()?;
        let (last, before) = others.split_last()?;
        let (words, before) = match self.message.contains(first) {
            true => ("the same holds for", before.to_vec()),
            false => ("it concerns", [std::slice::from_ref(first), before].concat()),
        };
        let before = if before.is_empty() { String::new() } else { format!("{} and ", before.join(", ")) };
        Some(format!("{words} {before}{last}"))
    }

    /// Draws the place without the user's line: a secret stands on it.
    #[must_use]
    pub fn conceal(mut self) -> Diagnostic {
        self.conceals = true;
        self
    }

    /// Draws it as text for a terminal or a log, with the user's line under it.
    ///
    /// Control characters that came from files or servers are made visible
    /// before anything reaches the terminal. A line on which a secret seems to
    /// be written is never drawn, whatever the problem is: logs are read by many.
    pub fn draw(&self, sources: &Sources, colour: bool) -> String {
        let level = match self.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
            Severity::Note => Level::NOTE,
        };
        let message = visible::visible(&self.message);
        let label = self.label.as_deref().map(visible::visible);
        let hint = self.hint.as_deref().map(visible::visible);
        let title = level.primary_title(message.as_ref()).id(self.rule);
        let source = self.span.map(|span| (span, sources.get(span.source)));
        // Only the lines that are shown are laid out: of thousands of problems in
        // a long file each would go through all of it. Same width for every
        // replaced character, so that columns stay right.
        let lines = source.map_or(0..0, |(span, source)| touched_lines(&source.text, span));
        let is_drawn =
            |(span, source): &(Span, &Source)| !self.conceals && !stays_undrawn(&source.text, *span);
        let text = source.filter(is_drawn);
        let text = text.map(|(_, source)| visible::visible_same_width(&source.text[lines.clone()]));
        let place = self.span.map(|span| sources.locate(span));
        let mut group = match (&source, &text) {
            (Some((_, source)), None) => {
                let mut origin = Origin::path(source.name.as_str());
                if let Some(place) = &place {
                    origin = origin.line(place.line).char_column(place.column);
                }
                title.element(origin)
            }
            (Some((span, source)), Some(text)) => {
                let (start, end) = (span.start.max(lines.start), span.end.max(lines.start));
                let here = Span::new(span.source, start - lines.start, end - lines.start);
                let mut mark = AnnotationKind::Primary.span(whole_letters(text, here));
                if let Some(label) = &label {
                    mark = mark.label(label.as_ref());
                }
                let line = place.as_ref().map_or(1, |place| place.line);
                let shown = Snippet::source(text.as_ref()).path(source.name.as_str()).line_start(line);
                title.element(shown.fold(true).annotation(mark))
            }
            (None, _) => Group::with_title(title),
        };
        let also = self.also();
        let also = also.as_deref().map(visible::visible);
        if let Some(also) = &also {
            group = group.element(Level::NOTE.message(also.as_ref()));
        }
        if let Some(hint) = &hint {
            group = group.element(Level::HELP.no_name().message(format!("hint: {hint}")));
        }
        let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
        renderer.render(&[group]).to_string()
    }

    /// As machines read it.
    pub fn record(&self, sources: &Sources) -> DiagnosticRecord {
        let place = self.span.map(|span| sources.locate(span));
        let (file, line, column) = match place {
            Some(Location { file, line, column }) => (Some(file), Some(line), Some(column)),
            None => (None, None, None),
        };
        DiagnosticRecord {
            severity: self.severity,
            rule: self.rule,
            message: self.message.clone(),
            file,
            line,
            column,
            hint: self.hint.clone(),
            rungs: self.rungs.clone(),
        }
    }
}

/// Parts of a key's name that say that its value is a secret.
const SECRET_NAMES: [&str; 8] =
    ["token", "secret", "password", "passwd", "passphrase", "api_key", "private_key", "credential"];

/// Whether a key of that name holds a secret, by the name alone.
pub fn names_secret(key: &str) -> bool {
    let key = key.to_lowercase().replace('-', "_");
    SECRET_NAMES.iter().any(|name| key.contains(name)) || key == "key" || key == "apikey"
}

/// The bytes of `span` that are in `text`, from the start of a letter to the end of one.
fn whole_letters(text: &str, span: Span) -> std::ops::Range<usize> {
    let mut start = span.start.min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let mut end = span.end.clamp(start, text.len());
    while !text.is_char_boundary(end) {
        end += 1;
    }
    start..end
}

/// Longest lines, in bytes, that are drawn: a file in a single line would fill
/// the screen, and takes long to lay out.
const LONGEST_DRAWN: usize = 8_000;

/// Whether a line that `span` touches is too long to be drawn, or gives a secret
/// literally: a value behind a key of such a name, or an address with a password in it.
fn stays_undrawn(text: &str, span: Span) -> bool {
    text[touched_lines(text, span)].lines().any(|line| line.len() > LONGEST_DRAWN || line_holds_secret(line))
}

/// The bytes of the whole lines that `span` touches.
fn touched_lines(text: &str, span: Span) -> std::ops::Range<usize> {
    let std::ops::Range { start, end } = whole_letters(text, span);
    let from = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let to = text[end..].find('\n').map_or(text.len(), |at| end + at);
    from..to
}

fn line_holds_secret(line: &str) -> bool {
    let value_is_literal = |value: &str| {
        let value = value.trim_start();
        !value.is_empty() && !value.starts_with(['{', '#'])
    };
    let mut rest = line;
    while let Some(at) = rest.find(['=', ':']) {
        let words = rest[..at].trim_end().trim_end_matches(['"', '\'']);
        let key = words.rsplit(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-')).next().unwrap_or("");
        if names_secret(key) && value_is_literal(&rest[at + 1..]) {
            return true;
        }
        rest = &rest[at + 1..];
    }
    line.match_indices("://").any(|(at, _)| {
        let authority: &str = line[at + 3..].split(['/', '"', '\'', ' ', '?', '#']).next().unwrap_or("");
        authority
            .rsplit_once('@')
            .is_some_and(|(user, _)| user.split_once(':').is_some_and(|(_, p)| !p.is_empty()))
    })
}

/// A [`Diagnostic`] with its place spelled out: what `--format json` prints.
#[derive(Clone, Debug, Serialize)]
pub struct DiagnosticRecord {
    /// How bad it is.
    pub severity: Severity,
    /// The rule's name.
    pub rule: &'static str,
    /// What is wrong.
    pub message: String,
    /// The file, relative to the project.
    pub file: Option<String>,
    /// Line, from 1.
    pub line: Option<usize>,
    /// Column in characters, from 1.
    pub column: Option<usize>,
    /// What to do.
    pub hint: Option<String>,
    /// The rungs that have it; empty: it is of the files themselves.
    pub rungs: Vec<String>,
}

/// A value, and every problem met on the way to it.
///
/// `value` may be present beside errors (as much as could be understood) and
/// is absent only when nothing useful could be made. Whoever acts on the value
/// asks [`Checked::has_errors`] first.
#[derive(Clone, Debug)]
pub struct Checked<T> {
    /// What could be made of the input.
    pub value: Option<T>,
    /// All that was found, in the order of finding.
    pub problems: Vec<Diagnostic>,
}

impl<T> Checked<T> {
    /// A value without any problem.
    pub fn good(value: T) -> Checked<T> {
        Checked { value: Some(value), problems: Vec::new() }
    }

    /// A value with problems (warnings, or errors in parts of it).
    pub fn with(value: T, problems: Vec<Diagnostic>) -> Checked<T> {
        Checked { value: Some(value), problems }
    }

    /// No value, only problems.
    pub fn bad(problems: Vec<Diagnostic>) -> Checked<T> {
        Checked { value: None, problems }
    }

    /// Whether anything found is an error.
    pub fn has_errors(&self) -> bool {
        has_errors(&self.problems)
    }

    /// Moves the problems to `into` and hands out the value.
    pub fn take(self, into: &mut Vec<Diagnostic>) -> Option<T> {
        into.extend(self.problems);
        self.value
    }

    /// The same problems, another value.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Checked<U> {
        Checked { value: self.value.map(change), problems: self.problems }
    }
}

/// Whether any of `problems` is an error.
pub fn has_errors(problems: &[Diagnostic]) -> bool {
    problems.iter().any(|problem| problem.severity == Severity::Error)
}

/// The name in `known` nearest to what was written, if one is near enough to
/// be what was meant: for "did you mean".
pub fn nearest<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = written.to_lowercase();
    known
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(&wanted, &name.to_lowercase()), name))
        .filter(|(distance, name)| *distance <= (name.chars().count().max(wanted.chars().count()) / 3).max(1))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// The first `most` of `names`, and how many more there are.
pub fn first_few(names: impl IntoIterator<Item = String>, most: usize) -> String {
    let mut names = names.into_iter();
    let shown = names.by_ref().take(most).collect::<Vec<_>>().join(", ");
    match names.count() {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(text: &str, part: &str) -> String {
        let mut sources = Sources::new();
        let id = sources.add("ladder.toml", text);
        let at = text.find(part).unwrap();
        let span = Span::new(id, at, at + part.len());
        Diagnostic::error("some-rule", "`tilte` is \u{1b}[31munknown")
            .at(span)
            .label("here")
            .hint("did you mean `title`?")
            .draw(&sources, false)
    }

    #[test]
    fn a_list_that_is_cut_says_how_much_of_it_is_missing() {
        let names = |n: usize| (0..n).map(|at| format!("`{at}`"));
        assert_eq!(first_few(names(0), 2), "");
        assert_eq!(first_few(names(2), 2), "`0`, `1`");
        assert_eq!(first_few(names(4), 2), "`0`, `1` and 2 more");
    }

    #[test]
    fn a_problem_shows_rule_place_line_and_hint_and_no_escape() {
        insta::assert_snapshot!(drawn("a = 1\ntilte = \"x\u{202e}\"\n", "tilte"), @r#"
    error[some-rule]: `tilte` is \u{1b}[31munknown
     --> ladder.toml:2:1
      |
    2 | tilte = "x�"
      | ^^^^^ here
      |
      = hint: did you mean `title`?
    "#);
    }

    #[test]
    fn a_line_with_a_secret_on_it_is_never_drawn() {
        for line in [
            "access_token = \"hunter2\"",
            "x = { api_key = 'hunter2', y = 1 }",
            "  password: hunter2",
            "\"client-secret\" = \"hunter2\"",
            "smtp = \"smtps://user:hunter2@mail.example:465\"",
        ] {
            let text = drawn(&format!("first = 1\n{line}\n"), line.split(' ').next_back().unwrap());
            assert!(!text.contains("hunter2"), "{text}");
            assert!(text.contains("ladder.toml:2:"), "{text}");
        }
        for line in
            ["access_token = { env = \"X_TOKEN\" }", "url = \"https://a.example/x:y@z\"", "title = 'Keys'"]
        {
            let text = drawn(line, line);
            assert!(text.contains(line), "{text}");
        }
    }

    #[test]
    fn spans_outside_of_the_text_or_inside_a_letter_do_no_harm() {
        let mut sources = Sources::new();
        let id = sources.add("a", "ö");
        for (start, end) in [(0, 1), (1, 1), (1, 2), (2, 2), (7, 99), (0, 99)] {
            let problem = Diagnostic::warning("r", "m").at(Span::new(id, start, end));
            assert!(problem.draw(&sources, false).contains("a:1:"), "{start}..{end}");
        }
    }

    #[test]
    fn a_line_without_end_is_named_and_not_drawn() {
        let text = drawn(&"x ".repeat(100_000), "x");
        assert!(text.len() < 200 && text.contains("ladder.toml:1:1"), "{text}");
    }

    #[test]
    fn the_nearest_name_is_near() {
        assert_eq!(nearest("Tilte", ["text", "title"]), Some("title"));
        assert_eq!(nearest("x", ["facebook"]), None);
        assert_eq!(nearest("", ["facebook"]), None);
    }
}
