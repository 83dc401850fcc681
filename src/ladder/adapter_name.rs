//! The names of adapters, and what else people write in their place. Pure.

use crate::diagnostic::nearest;

/// What one adapter is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AdapterName<'a> {
    /// `adapter = "…"`.
    pub name: &'a str,
    /// What else people call it, or what it serves: nothing is served by these names.
    pub also: &'a [&'a str],
}

impl<'a> From<&'a str> for AdapterName<'a> {
    fn from(name: &'a str) -> AdapterName<'a> {
        AdapterName { name, also: &[] }
    }
}

/// Other names that differ by a letter from what was written have at least as many
/// characters: of two letters every other is near.
const NEAR_FROM: usize = 4;

/// The name of the adapter that `written`, which is none, was meant to be: in other
/// letters or signs (`Dev-to`), by another name of it, as a network's address
/// (`bsky.app`), or misspelt.
pub fn meant<'a>(written: &str, adapters: &[AdapterName<'a>]) -> Option<&'a str> {
    let called = |wanted: &str| {
        let is = |name: &str| !wanted.is_empty() && bare(name) == wanted;
        adapters.iter().find(|adapter| is(adapter.name) || adapter.also.iter().any(|name| is(name)))
    };
    // The last label says nothing: `x.com`.
    let host = written.rsplit_once('.').map_or("", |(host, _)| host);
    if let Some(found) =
        called(&bare(written)).or_else(|| host.split('.').find_map(|label| called(&bare(label))))
    {
        return Some(found.name);
    }
    if let Some(near) = nearest(written, adapters.iter().map(|adapter| adapter.name)) {
        return Some(near);
    }
    let others = || adapters.iter().flat_map(|adapter| adapter.also.iter().map(|name| (*name, adapter.name)));
    let near = nearest(written, others().map(|(other, _)| other).filter(|other| other.len() >= NEAR_FROM))?;
    others().find(|(other, _)| *other == near).map(|(_, name)| name)
}

/// A name in small letters, without what people put between its words.
fn bare(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
