//! Puts the addresses that are known by now into what is said.

use super::Step;
use crate::render::{Variant, late};
use std::collections::BTreeMap;

/// The step's variant with its late URLs put in, tagged as the step's other
/// links are. `urls` is by the rungs' names today. A token whose address is
/// missing stays: the caller makes sure that none is.
pub fn bind(step: &Step, urls: &BTreeMap<String, String>) -> Variant {
    let mut bound = step.variant.clone();
    let tag = |url: &str| step.tracking.tag(url);
    for text in bound.texts_mut() {
        *text = late::bind(text, urls, &tag);
    }
    bound
}
