//! What keys a table may have, of which kind, and what each means: one
//! declaration that reading, "did you mean" and `ladder schema` share.

pub mod fields;
pub mod reader;
mod unknown;

pub use reader::Reader;

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

impl Field {
    /// A key of that name and kind.
    pub const fn new(name: &'static str, kind: Kind, about: &'static str) -> Field {
        Field { name, kind, about }
    }
}

/// What a value may be.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// Any text.
    Text,
    /// A text that is the address of a page: `https://…`.
    Url,
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
    /// Width to height: `1.91:1`.
    Ratio,
    /// For each such shape four whole numbers: x, y, width, height.
    Crops,
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

/// Whether `key` is in `shape`.
pub fn has_field(shape: &[Field], key: &str) -> bool {
    shape.iter().any(|field| field.name == key)
}

/// Names in backticks, with commas.
fn list<'n>(names: impl Iterator<Item = &'n str>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// Two shapes as one; `N` is the sum of their lengths.
pub const fn join<const N: usize>(first: &[Field], second: &[Field]) -> [Field; N] {
    assert!(first.len() + second.len() == N);
    let mut joined = [first[0]; N];
    let mut at = 0;
    while at < N {
        joined[at] = if at < first.len() { first[at] } else { second[at - first.len()] };
        at += 1;
    }
    joined
}
