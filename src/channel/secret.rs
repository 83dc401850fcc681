//! Secrets: references until the last moment, and never printed.

use crate::ladder::secret_ref::SecretRef;
use std::path::Path;

/// A secret's value. `Debug` and `Display` show nothing of it.
#[derive(Clone)]
pub struct Exposed(String);

impl Exposed {
    /// The value, to be put into a request and nowhere else.
    pub fn value(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Exposed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("«secret»")
    }
}

/// Reads the secret. The error names the reference, never the value: "the
/// variable `X_TOKEN` is not set".
pub fn resolve(reference: &SecretRef, project: &Path) -> Result<Exposed, String> {
    let _ = (reference, project, Exposed(String::new()));
    todo!("room channel")
}
