//! One spanned tree for what TOML and YAML files say, so that everything above
//! it is written once, reports every problem and knows where each value stands.

pub mod place;
pub mod toml_tree;
pub mod yaml_tree;

pub use place::place_in_text;
pub use toml_tree::parse_toml;
pub use yaml_tree::parse_yaml;

use crate::source::{Span, Spanned};

/// Deepest nesting that is read. Nobody writes more by hand, and everything
/// that walks a tree may recurse without fear for the stack.
pub const DEEPEST: usize = 64;

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// What it is.
    pub kind: NodeKind,
    /// Where the value (not its key) stands.
    pub span: Span,
}

/// The kinds of value that TOML and YAML share.
#[derive(Clone, Debug, PartialEq)]
pub enum NodeKind {
    /// A text.
    String(String),
    /// A whole number.
    Integer(i64),
    /// A number with a fraction.
    Float(f64),
    /// `true` or `false`.
    Boolean(bool),
    /// A TOML date, time or date-time, as written (`2026-12-01T09:00:00Z`).
    /// YAML has none here: its dates are texts, as in YAML 1.2's core schema.
    Datetime(String),
    /// YAML's `null`; TOML has none.
    Null,
    /// A list.
    Array(Vec<Node>),
    /// Keys and values, in the order of the file.
    Table(Table),
}

impl NodeKind {
    /// What a person would call it: "a text", "a list".
    pub fn name(&self) -> &'static str {
        match self {
            NodeKind::String(_) => "a text",
            NodeKind::Integer(_) => "a whole number",
            NodeKind::Float(number) if number.is_nan() => "no number (`nan`)",
            NodeKind::Float(number) if number.is_infinite() => "a number without end (`inf`)",
            NodeKind::Float(_) => "a number with a fraction",
            NodeKind::Boolean(_) => "true or false",
            NodeKind::Datetime(_) => "a date or time",
            NodeKind::Null => "nothing",
            NodeKind::Array(_) => "a list",
            NodeKind::Table(_) => "a table",
        }
    }
}

/// Keys and values with the place of each, in the order of the file.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// The entries; a key stands once.
    pub entries: Vec<(Spanned<String>, Node)>,
    /// The table's header, or its braces.
    pub span: Span,
}

impl Table {
    /// A table without entries.
    pub fn empty(span: Span) -> Table {
        Table { entries: Vec::new(), span }
    }

    /// The value of `key`.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entries.iter().find(|(name, _)| name.value == key).map(|(_, node)| node)
    }

    /// Takes the value of `key` out, so that what is left at the end is what nobody knew.
    pub fn remove(&mut self, key: &str) -> Option<(Spanned<String>, Node)> {
        let at = self.entries.iter().position(|(name, _)| name.value == key)?;
        Some(self.entries.remove(at))
    }
}
