//! UTM tags on the brand's own links.

use serde::{Deserialize, Serialize};

/// What is added to the brand's own links in one variant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tracking {
    /// Hosts whose links (and their subdomains') are tagged; none: no tagging.
    pub domains: Vec<String>,
    /// `utm_campaign`.
    pub campaign: String,
    /// `utm_source`.
    pub source: String,
    /// `utm_medium`.
    pub medium: String,
    /// `utm_content`: the rung.
    pub content: String,
}

impl Tracking {
    /// `url` with the tags. Until the render room's own is merged: unchanged.
    pub fn tag(&self, url: &str) -> String {
        url.to_owned()
    }
}
