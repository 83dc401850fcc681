//! Where a secret is to be found. The secret itself is read late, in the
//! `channel` room, and never kept in these types.

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
