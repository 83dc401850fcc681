//! Which kind of variant an adapter takes: any other is told before anything is planned. Pure.

use crate::diagnostic::{About, Diagnostic};
use crate::render::{Post, Variant};

/// The post in a variant, for adapters that take nothing else.
pub(super) fn post_of(variant: &Variant) -> Result<&Post, Vec<Diagnostic>> {
    match variant {
        Variant::Post(post) => Ok(post),
        other => Err(vec![wrong_kind(other, "a post")]),
    }
}

/// What an adapter says of a variant that it does not take; `wanted`: `a post`.
pub(super) fn wrong_kind(variant: &Variant, wanted: &str) -> Diagnostic {
    let kind = variant.kind().name();
    Diagnostic::error("wrong-kind", format!("this channel takes {wanted}, and the rung makes a `{kind}`"))
        .about(About::Channel)
}
