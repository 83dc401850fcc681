//! What one template may cost, in bytes touched.
//!
//! minijinja counts instructions ("fuel"), but one instruction can touch any
//! number of bytes: `a ~ a`, `'x' * n`, `a == b`, `{% set %}…{% endset %}`. So
//! every operation of a template is a call into this room (see `rewrite`), and
//! each pays here for what it reads *before* it builds something, and for
//! what it made. Time and memory are then both bounded by [`WORK`].

use minijinja::value::{Value, ValueKind};
use minijinja::{Error, ErrorKind};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// Bytes that all operations of one template may touch together.
pub(super) const WORK: u64 = 16 << 20;
/// Instructions that one template may run.
pub(super) const FUEL: u64 = 50_000;
/// Longest text that one template may make, in bytes.
pub(super) const OUTPUT: usize = 2 << 20;
/// Longest template, in bytes.
pub(super) const SOURCE: usize = 64 << 10;
/// Deepest nesting of lists. Lists inside lists are not needed for texts, and
/// dropping a very deep one would overflow the stack.
const DEPTH: usize = 8;

/// Something to tell about a template, before its place is known.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    /// The rule of the diagnostic.
    pub rule: &'static str,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
}

impl Fault {
    /// A fault of rule `template`.
    pub fn new(message: impl Into<String>) -> Fault {
        Fault { rule: "template", message: message.into(), hint: None }
    }

    /// With advice.
    pub fn hint(mut self, hint: impl Into<String>) -> Fault {
        self.hint = Some(hint.into());
        self
    }
}

/// The purse of one run of one template, and what it leaves behind.
#[derive(Debug, Default)]
pub(super) struct Budget {
    left: AtomicU64,
    fault: Mutex<Option<Fault>>,
    untracked: Mutex<BTreeSet<String>>,
    strangers: Mutex<BTreeSet<String>>,
}

impl Budget {
    /// A full purse.
    pub fn new() -> Budget {
        Budget { left: AtomicU64::new(WORK), ..Budget::default() }
    }

    /// Pays for `bytes`.
    pub fn charge(&self, bytes: usize) -> Result<(), Error> {
        let left = self.left.load(Ordering::Relaxed);
        let bytes = bytes as u64;
        if bytes > left {
            self.left.store(0, Ordering::Relaxed);
            return Err(self.fail(too_much()));
        }
        self.left.store(left - bytes, Ordering::Relaxed);
        Ok(())
    }

    /// Pays `factor` times for walking through `value`, and says how many bytes it has.
    pub fn pay_for(&self, value: &Value, factor: usize) -> Result<usize, Error> {
        self.walk(value, factor, 0)
    }

    fn walk(&self, value: &Value, factor: usize, depth: usize) -> Result<usize, Error> {
        if depth > DEPTH {
            return Err(self.fail(Fault::new("a list in this template is nested too deeply")));
        }
        if let Some(text) = value.as_str() {
            let size = text.len() + 16;
            self.charge(size.saturating_mul(factor))?;
            return Ok(size);
        }
        let mut size = 32;
        self.charge(size * factor)?;
        match value.kind() {
            ValueKind::Seq | ValueKind::Iterable => {
                for item in value.try_iter()? {
                    size += self.walk(&item, factor, depth + 1)?;
                }
            }
            ValueKind::Map => {
                for key in value.try_iter()? {
                    size += self.walk(&key, factor, depth + 1)?;
                    size += self.walk(&value.get_item(&key)?, factor, depth + 1)?;
                }
            }
            _ => {}
        }
        Ok(size)
    }

    /// Keeps `fault` for the diagnostic and makes the error that stops the template.
    pub fn fail(&self, fault: Fault) -> Error {
        let error = Error::new(ErrorKind::InvalidOperation, fault.message.clone());
        self.fault.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(fault);
        error
    }

    /// What was kept by [`Budget::fail`].
    pub fn fault(&self) -> Option<Fault> {
        self.fault.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Remembers a name that is not in `[handles]`.
    pub fn tell_of_handle(&self, name: &str) {
        self.strangers.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned());
    }

    /// The names that are not in `[handles]`.
    pub fn strangers(&self) -> BTreeSet<String> {
        self.strangers.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Remembers a link that gets no tags.
    pub fn leave_untracked(&self, url: &str) {
        self.untracked.lock().unwrap_or_else(PoisonError::into_inner).insert(url.to_owned());
    }

    /// The links that get no tags.
    pub fn untracked(&self) -> BTreeSet<String> {
        self.untracked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The fault of a template that wants too much.
pub(super) fn too_much() -> Fault {
    Fault::new("this template does too much work: it was stopped")
        .hint("a template may touch 16 MB of text; look for a loop or a text that grows")
}
