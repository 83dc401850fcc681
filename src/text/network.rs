//! What each network takes: every number with its source and date beside it.
//!
//! Plain data. Adapters hand these out as they are, or with an instance's own
//! limit put in.

use super::{Dialect, Fold, Rules, Unit};

/// The networks whose texts can be counted, by the name that people give.
pub static NETWORKS: &[Rules] = &[FACEBOOK, LINKEDIN, X];

/// The rules of the network called `name`.
pub fn find(name: &str) -> Option<&'static Rules> {
    NETWORKS.iter().find(|rules| rules.network == name)
}

/// An outlet of which nothing is known: no limits, readers' characters.
pub const UNKNOWN: Rules = Rules {
    network: "unknown",
    limit: None,
    unit: Unit::Grapheme,
    byte_limit: None,
    dialect: Dialect::Plain,
    link_cost: None,
    threads: false,
    images: usize::MAX,
    image_bytes: None,
    alt_limit: None,
    card: false,
    card_with_images: true,
    fold: None,
    hashtags: None,
    first_comment: false,
    title_limit: None,
    compose_url: None,
};

/// X.
pub const X: Rules = Rules {
    network: "x",
    // 280 weighted, a link 23: twitter-text config v3 (docs.x.com, counting characters, 2026-05-20).
    limit: Some(280),
    unit: Unit::Weighted,
    dialect: Dialect::X,
    link_cost: Some(23),
    threads: true,
    // 4 photos of 5 MB: docs.x.com, media upload, 2026-08-22.
    images: 4,
    image_bytes: Some(5 * 1024 * 1024),
    // docs.x.com, media metadata, 2026-08-22.
    alt_limit: Some(1000),
    card: true,
    // A post shows its images or its link's card, never both.
    card_with_images: false,
    // 280 are shown whole; only longer (Premium) posts fold.
    fold: None,
    // A judgement, not a limit: X's own advice to brands is one or two.
    hashtags: Some(2),
    // The web intent fills the box; a person presses the button.
    compose_url: Some("https://x.com/intent/post?text={text}"),
    ..UNKNOWN
};

/// A Facebook page.
pub const FACEBOOK: Rules = Rules {
    network: "facebook",
    // 63,206 is the product's limit, not printed in the API's pages. What
    // exactly it counts is not written either: UTF-16 never undercounts.
    limit: Some(63_206),
    unit: Unit::Utf16,
    // 10 attached is what works in practice; the API's error 1366046 says
    // "smaller than 4 MB" (error reference, 2026).
    images: 10,
    image_bytes: Some(4 * 1024 * 1024),
    card: true,
    // With both given the photos win.
    card_with_images: false,
    // Not documented and differs by client: about what a phone shows.
    fold: Some(Fold { characters: 477, lines: 5 }),
    hashtags: Some(3),
    first_comment: true,
    compose_url: Some("https://www.facebook.com/sharer/sharer.php?u={url}"),
    ..UNKNOWN
};

/// LinkedIn, a person or an organisation.
pub const LINKEDIN: Rules = Rules {
    network: "linkedin",
    // 3,000 (Posts API, FIELD_LENGTH_TOO_LONG). Which unit is not written:
    // UTF-16 never undercounts.
    limit: Some(3000),
    unit: Unit::Utf16,
    // multiImage takes 2 to 20 (Posts API); about 8 MB works in practice.
    images: 20,
    image_bytes: Some(8 * 1024 * 1024),
    // Not confirmed by LinkedIn's own pages.
    alt_limit: Some(4086),
    card: true,
    // `content` holds one kind: an article or images.
    card_with_images: false,
    // Not documented and differs by client: about what a phone shows.
    fold: Some(Fold { characters: 210, lines: 3 }),
    hashtags: Some(3),
    first_comment: true,
    compose_url: Some("https://www.linkedin.com/sharing/share-offsite/?url={url}"),
    ..UNKNOWN
};
