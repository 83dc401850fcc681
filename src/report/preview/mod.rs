//! What readers will see, before they do.

use crate::diagnostic::Diagnostic;
use crate::render::{Outlet, Variant};
use crate::source::Sources;
use jiff::Timestamp;
use std::collections::BTreeMap;

/// One message on its ladder, rendered.
pub struct Preview<'a> {
    /// The texts that spans point into.
    pub sources: &'a Sources,
    /// The brand's name.
    pub brand: &'a str,
    /// The message's id.
    pub message: &'a str,
    /// Its title.
    pub title: &'a str,
    /// The ladder's name.
    pub ladder: &'a str,
    /// In rung order.
    pub items: Vec<PreviewItem<'a>>,
    /// What check and rendering found.
    pub problems: &'a [Diagnostic],
    /// The bytes of pictures by SHA-256, for the page (which shrinks them).
    pub pictures: &'a BTreeMap<String, Vec<u8>>,
}

/// One rung.
pub struct PreviewItem<'a> {
    /// The rung's name.
    pub rung: &'a str,
    /// Where it goes.
    pub outlet: &'a Outlet,
    /// The account, for the head of the picture.
    pub account: &'a str,
    /// The rungs it waits for.
    pub after: Vec<&'a str>,
    /// When it goes out, as far as that is known, in words and as a time.
    pub when: Option<(String, Option<Timestamp>)>,
    /// What it says.
    pub variant: &'a Variant,
}

/// The JSON of PRODUCT's contract: `message`, `ladder`, `variants` (the caller
/// adds `diagnostics`, `error` and `exit`).
pub fn json(preview: &Preview<'_>) -> serde_json::Value {
    let _ = preview;
    todo!("room report")
}

/// For a terminal of `width` columns.
pub fn terminal(preview: &Preview<'_>, width: usize, colour: bool) -> String {
    let _ = (preview, width, colour);
    todo!("room report")
}

/// One self-contained page: no script, no request, under 5 MB.
pub fn html(preview: &Preview<'_>) -> String {
    let _ = preview;
    todo!("room report")
}

/// Markdown for a pull request's comment; @names do not ping.
pub fn markdown(preview: &Preview<'_>) -> String {
    let _ = preview;
    todo!("room report")
}
