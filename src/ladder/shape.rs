//! What keys a table may have, of which kind, and what each means: one
//! declaration that reading, "did you mean" and `ladder schema` share.

use super::tree::{Node, Table};
use crate::diagnostic::Diagnostic;
use crate::source::{Span, Spanned};

/// One key.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// What its value is.
    pub kind: Kind,
    /// One line for the schema and for people.
    pub about: &'static str,
}

/// What a value may be.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// Any text.
    Text,
    /// A text that is one of these.
    OneOf(&'static [&'static str]),
    /// `true` or `false`.
    Boolean,
    /// A whole number of at least this.
    Integer(i64),
    /// A text such as `1h`.
    Duration,
    /// A text such as `2026-12-01 09:00`, or a TOML date-time.
    Time,
    /// A text, or a list of texts.
    TextOrList,
    /// A list of texts.
    List,
    /// A text, or one text for each language.
    TextByLanguage,
    /// A secret: `{ env = … }`, `{ file = … }`, `{ command = […] }`; never a literal text.
    Secret,
    /// A duration, or `false`.
    DurationOrFalse,
    /// A table of these fields.
    Table(&'static [Field]),
    /// A table with names as keys, each a table of these fields.
    Named(&'static [Field]),
    /// A list of tables of these fields (`[[media]]`).
    Tables(&'static [Field]),
    /// Anything.
    Any,
}

/// Reads a table by its shape: each `take` removes a key, wrong kinds and (at
/// [`Reader::finish`]) unknown keys become diagnostics, and reading goes on.
pub struct Reader<'a> {
    /// What is left to be read.
    pub table: Table,
    /// What was found on the way.
    pub problems: &'a mut Vec<Diagnostic>,
    shape: &'static [Field],
    what: String,
}

impl<'a> Reader<'a> {
    /// Reads `table` by `shape`; `what` names it in messages: "`[brand]`".
    pub fn new(
        table: Table,
        shape: &'static [Field],
        what: impl Into<String>,
        problems: &'a mut Vec<Diagnostic>,
    ) -> Reader<'a> {
        Reader { table, problems, shape, what: what.into() }
    }

    /// The table's own place.
    pub fn span(&self) -> Span {
        self.table.span
    }

    /// Takes any value.
    pub fn node(&mut self, key: &str) -> Option<(Spanned<String>, Node)> {
        self.table.remove(key)
    }
}

/// The text itself when `key` is in `shape`: keeps readers and shapes in step.
pub fn has_field(shape: &[Field], key: &str) -> bool {
    shape.iter().any(|field| field.name == key)
}

impl Reader<'_> {
    /// A text.
    pub fn text(&mut self, key: &str) -> Option<Spanned<String>> {
        let _ = (key, self.shape, &self.what);
        todo!("room ladder")
    }

    /// A text that must be there; its absence is reported at the table.
    pub fn required_text(&mut self, key: &str) -> Option<Spanned<String>> {
        let _ = key;
        todo!("room ladder")
    }

    /// `true` or `false`.
    pub fn boolean(&mut self, key: &str) -> Option<Spanned<bool>> {
        let _ = key;
        todo!("room ladder")
    }

    /// A whole number within the shape's bound.
    pub fn integer(&mut self, key: &str) -> Option<Spanned<i64>> {
        let _ = key;
        todo!("room ladder")
    }

    /// A list of texts; a single text counts as a list of one where the shape says so.
    pub fn texts(&mut self, key: &str) -> Option<Vec<Spanned<String>>> {
        let _ = key;
        todo!("room ladder")
    }

    /// A duration.
    pub fn duration(&mut self, key: &str) -> Option<Spanned<jiff::SignedDuration>> {
        let _ = key;
        todo!("room ladder")
    }

    /// A duration, or `false` (as `Some(None)`).
    pub fn duration_or_false(&mut self, key: &str) -> Option<Spanned<Option<jiff::SignedDuration>>> {
        let _ = key;
        todo!("room ladder")
    }

    /// A secret's reference. A literal is an error that names the ways to give it.
    pub fn secret(&mut self, key: &str) -> Option<Spanned<super::secret_ref::SecretRef>> {
        let _ = key;
        todo!("room ladder")
    }

    /// Reports every key that was not taken, with the nearest known name.
    pub fn finish(self) {
        todo!("room ladder")
    }
}
