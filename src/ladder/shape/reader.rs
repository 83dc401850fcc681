//! Reads tables by their shapes.

use super::{Field, Kind, has_field, list, unknown};
use crate::diagnostic::{Diagnostic, names_secret, nearest};
use crate::ladder::delay::{At, When, parse_duration};
use crate::ladder::media::Crop;
use crate::ladder::name::{holds_user, is_page, with_user};
use crate::ladder::secret_ref::SecretRef;
use crate::ladder::tree::{Node, NodeKind, Table};
use crate::source::{Span, Spanned};
use crate::text::Ratio;

/// Reads a table by its shape: each method takes a key out, wrong kinds and (at
/// [`Reader::finish`]) unknown keys become diagnostics, and reading goes on.
///
/// YAML's `null` counts as not given.
pub struct Reader<'a> {
    /// What is left to be read.
    pub table: Table,
    /// What was found on the way.
    pub problems: &'a mut Vec<Diagnostic>,
    shape: &'static [Field],
    beside: &'static [Field],
    what: String,
    elsewhere: Vec<(&'static [Field], &'static str)>,
    yaml: bool,
}

impl<'a> Reader<'a> {
    /// Reads `table` by `shape`; `what` names it in messages: "`[brand]`".
    pub fn new(
        table: Table,
        shape: &'static [Field],
        what: impl Into<String>,
        problems: &'a mut Vec<Diagnostic>,
    ) -> Reader<'a> {
        Reader { table, problems, shape, beside: &[], what: what.into(), elsewhere: Vec::new(), yaml: false }
    }

    /// Keys of `shape` may stand in this table too, and somebody else has taken them.
    #[must_use]
    pub fn beside(mut self, shape: &'static [Field]) -> Reader<'a> {
        self.beside = shape;
        self
    }

    /// Keys of `shape` that turn up here were meant for another place; `hint` says which.
    #[must_use]
    pub fn elsewhere(mut self, shape: &'static [Field], hint: &'static str) -> Reader<'a> {
        self.elsewhere.push((shape, hint));
        self
    }

    /// Hints show how it is written in YAML instead of TOML.
    #[must_use]
    pub fn in_yaml(mut self, yaml: bool) -> Reader<'a> {
        self.yaml = yaml;
        self
    }

    /// The table's own place.
    pub fn span(&self) -> Span {
        self.table.span
    }

    /// How messages call the table.
    pub fn what(&self) -> &str {
        &self.what
    }

    /// Takes any value.
    pub fn node(&mut self, key: &str) -> Option<(Spanned<String>, Node)> {
        debug_assert!(has_field(self.shape, key), "`{key}` is read, but it is not in the shape");
        self.table.remove(key).filter(|(_, node)| node.kind != NodeKind::Null)
    }

    /// A text.
    pub fn text(&mut self, key: &str) -> Option<Spanned<String>> {
        let (_, node) = self.node(key)?;
        self.as_text(key, node)
    }

    /// A text that must be there and not be blank; its absence is reported at the table.
    pub fn required_text(&mut self, key: &str) -> Option<Spanned<String>> {
        if self.table.get(key).is_none_or(|node| node.kind == NodeKind::Null) {
            let hint = format!("add `{}`{}", self.assign(key, "\"…\""), self.about(key));
            self.table.remove(key);
            let says = format!("{} needs `{key}`", self.what);
            self.problems.push(Diagnostic::error("missing-key", says).at(self.table.span).hint(hint));
            return None;
        }
        let text = self.text(key)?;
        if text.value.trim().is_empty() {
            let says = format!("`{key}` is empty");
            let hint = format!("write `{}`{}", self.assign(key, "\"…\""), self.about(key));
            self.problems.push(Diagnostic::error("missing-key", says).at(text.span).hint(hint));
            return None;
        }
        Some(text)
    }

    /// The address of a page: `http://…` or `https://…`.
    pub fn url(&mut self, key: &str) -> Option<Spanned<String>> {
        let text = self.text(key)?;
        if holds_user(&text.value) {
            self.problems.push(with_user(key, text.span));
            return None;
        }
        if is_page(&text.value) {
            return Some(text.map(|text| text.trim().to_owned()));
        }
        let says = format!("`{key}` is not the address of a page");
        self.problems.push(
            Diagnostic::error("wrong-value", says)
                .at(text.span)
                .hint("write it whole: `https://example.com/page`"),
        );
        None
    }

    /// A text that is one of those in the shape.
    pub fn one_of(&mut self, key: &str) -> Option<Spanned<&'static str>> {
        let known = match self.kind(key) {
            Some(Kind::OneOf(known)) => known,
            _ => &[],
        };
        let (_, node) = self.node(key)?;
        let text = self.as_text(key, node)?;
        if let Some(found) = known.iter().find(|name| **name == text.value) {
            return Some(Spanned::new(found, text.span));
        }
        let says = format!("`{key}` cannot be `{}`", text.value);
        let hint = match nearest(&text.value, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("it is one of {}", list(known.iter().copied())),
        };
        self.problems.push(Diagnostic::error("wrong-value", says).at(text.span).hint(hint));
        None
    }

    /// `true` or `false`.
    pub fn boolean(&mut self, key: &str) -> Option<Spanned<bool>> {
        let (_, node) = self.node(key)?;
        match node.kind {
            NodeKind::Boolean(yes) => Some(Spanned::new(yes, node.span)),
            _ => {
                let hint = match &node.kind {
                    NodeKind::String(_) => "write `true` or `false`, without quotes",
                    _ => "write `true` or `false`",
                };
                self.wrong(key, "true or false", &node, Some(hint));
                None
            }
        }
    }

    /// A whole number within the shape's bound.
    pub fn integer(&mut self, key: &str) -> Option<Spanned<i64>> {
        let least = match self.kind(key) {
            Some(Kind::Integer(least)) => least,
            _ => i64::MIN,
        };
        let (_, node) = self.node(key)?;
        match node.kind {
            NodeKind::Integer(number) if number >= least => Some(Spanned::new(number, node.span)),
            NodeKind::Integer(number) => {
                let says = format!("`{key}` is at least {least}, and this is {number}");
                self.problems.push(Diagnostic::error("wrong-value", says).at(node.span));
                None
            }
            _ => {
                let hint = format!("write `{}`, or another number, without quotes", self.assign(key, "1"));
                self.wrong(key, "a whole number", &node, Some(&hint));
                None
            }
        }
    }

    /// A list of texts; a single text counts as a list of one where the shape says so.
    pub fn texts(&mut self, key: &str) -> Option<Vec<Spanned<String>>> {
        let single = matches!(self.kind(key), Some(Kind::TextOrList));
        let (_, node) = self.node(key)?;
        match node.kind {
            NodeKind::Array(items) => {
                Some(items.into_iter().filter_map(|item| self.as_text(key, item)).collect())
            }
            NodeKind::String(text) if single => Some(vec![Spanned::new(text, node.span)]),
            _ => {
                let hint = format!("write `{}`", self.assign(key, "[\"…\", \"…\"]"));
                self.wrong(key, "a list of texts", &node, Some(&hint));
                None
            }
        }
    }

    /// A text (under the language `""`), or a table of one text for each language.
    pub fn text_by_language(&mut self, key: &str) -> Option<Vec<(String, Spanned<String>)>> {
        let (_, node) = self.node(key)?;
        match node.kind {
            NodeKind::Table(table) => Some(
                table
                    .entries
                    .into_iter()
                    .filter_map(|(language, node)| Some((language.value, self.as_text(key, node)?)))
                    .collect(),
            ),
            _ => Some(vec![(String::new(), self.as_text(key, node)?)]),
        }
    }

    /// A point in time.
    pub fn when(&mut self, key: &str) -> Option<Spanned<When>> {
        self.parsed(key, When::parse)
    }

    /// A time relative to what a rung waits for.
    pub fn at(&mut self, key: &str) -> Option<Spanned<At>> {
        self.parsed(key, At::parse)
    }

    /// A duration.
    pub fn duration(&mut self, key: &str) -> Option<Spanned<jiff::SignedDuration>> {
        self.parsed(key, parse_duration)
    }

    /// A duration, or `false` (as `Some(None)`).
    pub fn duration_or_false(&mut self, key: &str) -> Option<Spanned<Option<jiff::SignedDuration>>> {
        if let Some(Node { kind: NodeKind::Boolean(false), span }) = self.table.get(key) {
            let span = *span;
            self.node(key);
            return Some(Spanned::new(None, span));
        }
        Some(self.duration(key)?.map(Some))
    }

    /// A secret's reference. A literal is an error that names the ways to give
    /// it, and no message about a secret shows the user's line.
    pub fn secret(&mut self, key: &str) -> Option<Spanned<SecretRef>> {
        let (name, node) = self.node(key)?;
        let span = node.span;
        match SecretRef::read(key, &self.variable(key), node) {
            Ok(secret) => Some(Spanned::new(secret, span)),
            Err(mut problem) => {
                // Its line is not drawn: this says which of several tables it is.
                problem.message = format!("{}: {}", self.what, problem.message);
                self.problems.push(problem.at(name.span).conceal());
                None
            }
        }
    }

    /// A good name for the variable with the secret `key` of this table: `X_ACCESS_TOKEN`
    /// for `access_token` of `[channels.x]`, since other channels have one too.
    fn variable(&self, key: &str) -> String {
        let table = self.what.trim_matches(['`', '[', ']']).rsplit('.').next().unwrap_or_default();
        let letter = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
        format!("{table}_{key}").chars().map(letter).collect()
    }

    /// A table.
    pub fn table(&mut self, key: &str) -> Option<(Spanned<String>, Table)> {
        let (name, node) = self.node(key)?;
        match node.kind {
            NodeKind::Table(table) => Some((name, table)),
            _ => {
                let hint = match self.yaml {
                    true => format!("write `{key}:`, and the keys below it, indented"),
                    false => format!("write a section `[{key}]`"),
                };
                self.wrong(key, "a table", &node, Some(&hint));
                None
            }
        }
    }

    /// The tables of a table of tables, in the order of the file: `[channels.NAME]`.
    pub fn named(&mut self, key: &str) -> Vec<(Spanned<String>, Table)> {
        let Some((_, table)) = self.table(key) else { return Vec::new() };
        let mut named = Vec::new();
        for (name, node) in table.entries {
            match node.kind {
                NodeKind::Table(table) => named.push((name, table)),
                NodeKind::Null => named.push((name, Table::empty(node.span))),
                _ => {
                    let says =
                        format!("`{key}.{}` must be a table, and this is {}", name.value, node.kind.name());
                    let hint = match self.yaml {
                        true => format!("write the keys below `{}:`, indented", name.value),
                        false => format!("write a section `[{key}.NAME]`, and the keys below it"),
                    };
                    self.problems.push(Diagnostic::error("wrong-type", says).at(name.span).hint(hint));
                }
            }
        }
        named
    }

    /// The tables of a list of tables: `[[media]]`.
    pub fn tables(&mut self, key: &str) -> Vec<Table> {
        let Some((_, node)) = self.node(key) else { return Vec::new() };
        let hint = match self.yaml {
            true => format!("below `{key}:`, each begins with `- `"),
            false => format!("write `[[{key}]]` above the keys of each"),
        };
        match node.kind {
            NodeKind::Array(items) => items
                .into_iter()
                .filter_map(|item| match item.kind {
                    NodeKind::Table(table) => Some(table),
                    _ => {
                        self.wrong(key, "a list of tables", &item, Some(&hint));
                        None
                    }
                })
                .collect(),
            NodeKind::Table(table) => {
                let says = format!("`{key}` must be a list of tables, and this is one table");
                self.problems.push(Diagnostic::error("wrong-type", says).at(table.span).hint(hint));
                Vec::new()
            }
            _ => {
                self.wrong(key, "a list of tables", &node, Some(&hint));
                Vec::new()
            }
        }
    }

    /// Reports every key that was not taken, with the nearest known name.
    pub fn finish(mut self) {
        for (key, _) in std::mem::take(&mut self.table.entries) {
            let problem = self.unknown(&key);
            self.problems.push(problem);
        }
    }

    /// As [`Reader::finish`], but a warning for each, and hands out what was not
    /// taken. `foreign` says what other programs' keys are called here.
    pub fn finish_keeping(self, foreign: &[(&str, &str)]) -> Table {
        for (key, _) in &self.table.entries {
            let mut problem = self.unknown(key);
            problem.severity = crate::diagnostic::Severity::Warning;
            if let Some((_, hint)) = foreign.iter().find(|(name, _)| key.value.eq_ignore_ascii_case(name)) {
                problem = problem.hint(*hint);
            } else if problem.hint.as_ref().is_none_or(|hint| hint.starts_with("known")) {
                problem = problem.hint(format!("templates can read it as `message.extra.{}`", key.value));
            }
            self.problems.push(problem);
        }
        self.table
    }

    /// What was not taken, for somebody else to read.
    pub fn into_rest(self) -> Table {
        self.table
    }

    fn assign(&self, key: &str, value: &str) -> String {
        format!("{key}{} {value}", if self.yaml { ":" } else { " =" })
    }

    fn kind(&self, key: &str) -> Option<Kind> {
        self.shape.iter().find(|field| field.name == key).map(|field| field.kind)
    }

    fn about(&self, key: &str) -> String {
        self.shape.iter().find(|field| field.name == key).map_or_else(String::new, |field| {
            let about = field.about.split(". ").next().unwrap_or("").trim_end_matches('.');
            format!(": {}", lower_first(about))
        })
    }

    fn unknown(&self, key: &Spanned<String>) -> Diagnostic {
        let says = format!("{} has no key `{}`", self.what, key.value);
        let mut problem = Diagnostic::error("unknown-key", says).at(key.span);
        // A misspelt secret is still a secret.
        problem.conceals = names_secret(&key.value);
        problem.hint(unknown::hint(&key.value, self.shape, self.beside, &self.elsewhere))
    }

    /// A text that means something; TOML's dates are taken as they are written.
    fn parsed<T>(&mut self, key: &str, parse: fn(&str) -> Result<T, String>) -> Option<Spanned<T>> {
        let (_, node) = self.node(key)?;
        let text = match &node.kind {
            NodeKind::String(text) | NodeKind::Datetime(text) => text.clone(),
            // So that "the unit is missing" is said of `delay = 60` too.
            NodeKind::Integer(number) => number.to_string(),
            _ => {
                let (expected, such) = match self.kind(key) {
                    Some(Kind::Time) => ("a time, such as `2026-12-01 09:00`", "\"2026-12-01 09:00\""),
                    _ => ("a duration, such as `1h`", "\"1h\""),
                };
                let hint = format!("write `{}`", self.assign(key, such));
                self.wrong(key, expected, &node, Some(&hint));
                return None;
            }
        };
        match parse(&text) {
            Ok(value) => Some(Spanned::new(value, node.span)),
            Err(expected) => {
                let says = format!("`{key}` cannot be `{text}`");
                self.problems.push(Diagnostic::error("wrong-value", says).at(node.span).hint(expected));
                None
            }
        }
    }

    /// The shape of an image.
    pub fn ratio(&mut self, key: &str) -> Option<Spanned<Ratio>> {
        let text = self.text(key)?;
        self.as_ratio(&text.value, text.span)
    }

    /// For each shape of an image the part of it that has it.
    pub fn crops(&mut self, key: &str) -> Option<Vec<(Ratio, Spanned<Crop>)>> {
        const HINT: &str = "x, y, width and height in pixels of the image: `\"1:1\" = [300, 0, 1200, 1200]`";
        let (_, node) = self.node(key)?;
        let NodeKind::Table(table) = node.kind else {
            self.wrong(key, "a table of parts by their shape", &node, Some(HINT));
            return None;
        };
        let mut crops: Vec<(Ratio, Spanned<Crop>)> = Vec::new();
        for (name, node) in table.entries {
            let Some(ratio) = self.as_ratio(&name.value, name.span) else { continue };
            let numbers = match &node.kind {
                NodeKind::Array(items) => items
                    .iter()
                    .map(|item| match item.kind {
                        NodeKind::Integer(number) => u32::try_from(number).ok(),
                        _ => None,
                    })
                    .collect::<Option<Vec<u32>>>(),
                _ => None,
            };
            match numbers.as_deref() {
                Some(&[x, y, width, height]) => {
                    crops.push((ratio.value, Spanned::new(Crop { x, y, width, height }, node.span)));
                }
                _ => {
                    let says = format!("the crop `{}` is not four whole numbers", name.value);
                    self.problems.push(Diagnostic::error("bad-crop", says).at(node.span).hint(HINT));
                }
            }
        }
        Some(crops)
    }

    fn as_ratio(&mut self, text: &str, span: Span) -> Option<Spanned<Ratio>> {
        let ratio = Ratio::parse(text);
        if ratio.is_none() {
            let says = format!("`{text}` is not the shape of an image");
            let hint = "width and height: `1:1`, `4:5`, `16:9` or `1.91:1`";
            self.problems.push(Diagnostic::error("bad-crop", says).at(span).hint(hint));
        }
        ratio.map(|ratio| Spanned::new(ratio, span))
    }

    fn as_text(&mut self, key: &str, node: Node) -> Option<Spanned<String>> {
        match node.kind {
            NodeKind::String(text) => Some(Spanned::new(text, node.span)),
            NodeKind::Integer(_) | NodeKind::Float(_) | NodeKind::Boolean(_) | NodeKind::Datetime(_) => {
                self.wrong(key, "a text", &node, Some("put it in quotes"));
                None
            }
            _ => {
                self.wrong(key, "a text", &node, Some("write one text, in quotes: `\"…\"`"));
                None
            }
        }
    }

    fn wrong(&mut self, key: &str, expected: &str, node: &Node, hint: Option<&str>) {
        let says = format!("`{key}` must be {expected}, and this is {}", node.kind.name());
        let mut problem = Diagnostic::error("wrong-type", says).at(node.span);
        problem.hint = hint.map(str::to_owned);
        self.problems.push(problem);
    }
}

fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_lowercase().chain(letters).collect(),
        None => String::new(),
    }
}
