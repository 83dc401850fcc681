//! Where a secret is to be found. The secret itself is read late, in the
//! `channel` room, and never kept in these types.

use super::tree::{Node, NodeKind, Table};
use crate::diagnostic::{Diagnostic, nearest};

/// `{ env = … }`, `{ file = … }` or `{ command = […] }`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretRef {
    /// An environment variable.
    Env(String),
    /// A file; a relative path starts at the project.
    File(String),
    /// A program and its arguments; its first line of output is the secret.
    Command(Vec<String>),
}

impl SecretRef {
    /// The secrets that a table names, by whatever key: for hiding them.
    pub fn all_in(table: &Table) -> Vec<SecretRef> {
        let tables = table.entries.iter().filter(|(_, node)| matches!(node.kind, NodeKind::Table(_)));
        tables.filter_map(|(key, node)| SecretRef::read(&key.value, "", node.clone()).ok()).collect()
    }

    /// Reads the value of `key`. The problem names neither the value nor its place:
    /// whoever adds the place must point at the key and conceal the line. `variable` is
    /// the name that hints give a variable for it.
    pub(super) fn read(key: &str, variable: &str, node: Node) -> Result<SecretRef, Box<Diagnostic>> {
        let ways = format!(
            "write `{key} = {{ env = \"{variable}\" }}`, `{{ file = \"…\" }}` or `{{ command = [\"op\", \"read\", \"…\"] }}`"
        );
        let NodeKind::Table(table) = node.kind else {
            let says = format!("`{key}` is a secret and is written literally");
            let hint = format!("{ways}; and renew the secret if anybody else could read this file");
            return Err(Box::new(Diagnostic::error("secret-literal", says).hint(hint)));
        };
        let wrong = |says: String| Box::new(Diagnostic::error("wrong-value", says).hint(ways.clone()));
        let [(way, value)] = table.entries.as_slice() else {
            return Err(wrong(format!(
                "`{key}` needs one way to get the secret, and here are {}",
                table.entries.len()
            )));
        };
        let text = match &value.kind {
            NodeKind::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
            _ => None,
        };
        match (way.value.as_str(), text) {
            ("env", Some(name)) => {
                let plain = name.trim_start_matches('$').trim_matches(['{', '}']);
                let good = plain.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
                if good && plain == name {
                    Ok(SecretRef::Env(name))
                } else if good {
                    Err(wrong(format!("`{key}`: the variable's name is written without `$` and braces")))
                } else {
                    // Not shown: it may be the secret itself.
                    Err(wrong(format!(
                        "`{key}`: `env` takes the name of a variable: letters, digits and `_`"
                    )))
                }
            }
            ("file", Some(path)) => Ok(SecretRef::File(path)),
            ("command", None) => match &value.kind {
                NodeKind::Array(items) if !items.is_empty() => items
                    .iter()
                    .map(|item| match &item.kind {
                        NodeKind::String(word) => Ok(word.clone()),
                        _ => Err(wrong(format!("`{key}`: `command` takes a list of texts"))),
                    })
                    .collect::<Result<_, _>>()
                    .map(SecretRef::Command),
                _ => Err(wrong(format!(
                    "`{key}`: `command` takes a list of texts: the program and its arguments"
                ))),
            },
            ("command", Some(_)) => {
                Err(wrong(format!("`{key}`: `command` takes a list of texts; no shell reads it")))
            }
            ("env" | "file", None) => {
                Err(wrong(format!("`{key}`: `{}` takes a text that is not empty", way.value)))
            }
            ("login", _) => {
                let says =
                    format!("`{key}`: this build has no `ladder login`, so `login` cannot be honoured");
                Err(Box::new(Diagnostic::error("not-in-this-build", says).hint(ways)))
            }
            (other, _) => {
                let mut problem = wrong(format!("`{key}`: `{other}` is no way to get a secret"));
                if let Some(near) = nearest(other, ["env", "file", "command"]) {
                    problem.hint = Some(format!("did you mean `{near}`? {ways}"));
                }
                Err(problem)
            }
        }
    }
}

impl std::fmt::Display for SecretRef {
    /// As a person would say it: "the variable `X_TOKEN`".
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            SecretRef::Env(name) => write!(f, "the variable `{name}`"),
            SecretRef::File(path) => write!(f, "the file `{path}`"),
            SecretRef::Command(words) => {
                write!(f, "the command `{}`", words.first().map_or("", String::as_str))
            }
        }
    }
}
