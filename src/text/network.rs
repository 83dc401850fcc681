//! What each network takes: every number with its source and date beside it.
//!
//! Plain data. Adapters hand these out as they are, or with an instance's own
//! limit put in.

use super::image::{self, ImageRules};
use super::{Dialect, Fold, Most, Rules, Syntax, Unit};
use crate::diagnostic::nearest;

/// The networks whose texts can be counted, sorted by the name that people give.
pub static NETWORKS: &[Rules] = &[
    BLUESKY, DISCORD, EMAIL, FACEBOOK, INSTAGRAM, LINKEDIN, MASTODON, NOSTR, PINTEREST, REDDIT, SLACK,
    TELEGRAM, THREADS, X, YOUTUBE,
];

/// What people call a network besides its name: what it was called once, what
/// it is called for short, what its posts are called.
const OTHER_NAMES: &[(&str, &str)] = &[
    ("bsky", "bluesky"),
    ("atproto", "bluesky"),
    ("e-mail", "email"),
    ("mail", "email"),
    ("newsletter", "email"),
    ("subject", "email"),
    ("fb", "facebook"),
    ("meta", "facebook"),
    ("ig", "instagram"),
    ("insta", "instagram"),
    ("masto", "mastodon"),
    ("fediverse", "mastodon"),
    ("toot", "mastodon"),
    ("pin", "pinterest"),
    ("subreddit", "reddit"),
    ("tg", "telegram"),
    ("tweet", "x"),
    ("twitter", "x"),
    ("yt", "youtube"),
];

/// Networks on which somebody can have a name, and a person can post by hand,
/// those that cannot be counted included.
pub const PLACES: &[&str] = &[
    "x",
    "facebook",
    "linkedin",
    "instagram",
    "threads",
    "mastodon",
    "bluesky",
    "youtube",
    "tiktok",
    "pinterest",
    "reddit",
    "discord",
    "slack",
    "telegram",
    "matrix",
    "lemmy",
    "medium",
    "devto",
    "hashnode",
    "ghost",
    "wordpress",
    "discourse",
    "nostr",
    "github",
    "teams",
    "email",
];

/// The name of a network that `written`, which is none, was meant to be.
pub fn meant(written: &str) -> Option<&'static str> {
    let others = OTHER_NAMES.iter().map(|(other, _)| *other);
    let near = nearest(written, NETWORKS.iter().map(|rules| rules.network).chain(others))?;
    Some(OTHER_NAMES.iter().find(|(other, _)| *other == near).map_or(near, |(_, name)| name))
}

/// The rules of the network called `name`.
pub fn find(name: &str) -> Option<&'static Rules> {
    NETWORKS.iter().find(|rules| rules.network == name)
}

/// A site that speaks Micropub: it has no limits of its own (W3C Micropub, 2017-05-23).
pub const MICROPUB: Rules = Rules {
    network: "micropub",
    title: "Micropub",
    // About what search engines show of a title: a judgement, no limit.
    title_limit: Some(70),
    // There is no property for it.
    canonical: false,
    ..UNKNOWN
};

/// An outlet of which nothing is known: no limits, readers' characters.
pub const UNKNOWN: Rules = Rules {
    network: "unknown",
    title: "this channel",
    limit: None,
    unit: Unit::Grapheme,
    byte_limit: None,
    caption_limit: None,
    markup: Syntax::Plain,
    trimmed: false,
    needs_words: false,
    most: Most { links: None, mentions: None, hashtags: None },
    dialect: Dialect::Plain,
    link_cost: None,
    threads: false,
    images: usize::MAX,
    image_bytes: None,
    image: ImageRules::ORIGINAL,
    alt_limit: None,
    card: false,
    card_field: false,
    card_supplied: false,
    card_with_images: true,
    fold: None,
    hashtags: None,
    first_comment: false,
    canonical: true,
    title_limit: None,
    compose_url: None,
};

/// X.
pub const X: Rules = Rules {
    network: "x",
    title: "X",
    // 280 weighted, a link 23: twitter-text config v3 (docs.x.com, counting characters, 2026-05-20).
    limit: Some(280),
    unit: Unit::Weighted,
    // `weightedLength > 0` (twitter-text 3.1.0, `parseTweet`).
    needs_words: true,
    dialect: Dialect::X,
    link_cost: Some(23),
    threads: true,
    // 4 photos of 5 MB: docs.x.com, media upload, 2026-08-22.
    images: 4,
    image_bytes: Some(5 * 1024 * 1024),
    image: image::X,
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
    title: "Facebook",
    // 63,206 is the product's limit, not printed in the API's pages. What
    // exactly it counts is not written either: UTF-16 never undercounts.
    limit: Some(63_206),
    unit: Unit::Utf16,
    dialect: Dialect::Facebook,
    // 10 attached is what works in practice; the API's error 1366046 says
    // "smaller than 4 MB" (error reference, 2026).
    images: 10,
    image_bytes: Some(4 * 1024 * 1024),
    image: image::FACEBOOK,
    card: true,
    // `link` beside `message` (Pages API, posts, read 2026-09).
    card_field: true,
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
    title: "LinkedIn",
    // 3,000 (Posts API, FIELD_LENGTH_TOO_LONG). Which unit is not written:
    // UTF-16 never undercounts.
    limit: Some(3000),
    unit: Unit::Utf16,
    dialect: Dialect::LinkedIn,
    // multiImage takes 2 to 20 (Posts API); about 8 MB works in practice.
    images: 20,
    image_bytes: Some(8 * 1024 * 1024),
    image: image::LINKEDIN,
    // Not confirmed by LinkedIn's own pages.
    alt_limit: Some(4086),
    card: true,
    // `content.article.source` beside `commentary` (Posts API).
    card_field: true,
    // "The API does not scrape": title, description and thumbnail are the caller's (same).
    card_supplied: true,
    // `content` holds one kind: an article or images.
    card_with_images: false,
    // Not documented and differs by client: about what a phone shows.
    fold: Some(Fold { characters: 210, lines: 3 }),
    hashtags: Some(3),
    first_comment: true,
    compose_url: Some("https://www.linkedin.com/sharing/share-offsite/?url={url}"),
    ..UNKNOWN
};

/// Mastodon, as its server is without settings; an instance says its own limit
/// at `/api/v2/instance`.
pub const MASTODON: Rules = Rules {
    network: "mastodon",
    title: "Mastodon",
    // 500 characters of readers, the content warning among them; a link with a
    // scheme counts 23, `@user@host` as `@user` (the server's length validator
    // and its tests at d5e278df, 2026; docs entities/Instance at 2903485d, 2026-07-02).
    limit: Some(500),
    unit: Unit::Grapheme,
    dialect: Dialect::Mastodon,
    link_cost: Some(23),
    threads: true,
    // 4 of 16 MiB, alt text of 1,500: the defaults of the instance's
    // configuration (entities/Instance, 2026-07-02).
    images: 4,
    image_bytes: Some(16 * 1024 * 1024),
    image: image::MASTODON,
    alt_limit: Some(1500),
    card: true,
    // With media attached no card is shown.
    card_with_images: false,
    // A judgement, not a limit.
    hashtags: Some(5),
    ..UNKNOWN
};

/// Bluesky.
pub const BLUESKY: Rules = Rules {
    network: "bluesky",
    title: "Bluesky",
    // `maxGraphemes` 300 and `maxLength` 3000 of `text`, links in full
    // (lexicon app.bsky.feed.post at d6296a1c, 2026-08-20).
    limit: Some(300),
    unit: Unit::Grapheme,
    byte_limit: Some(3000),
    dialect: Dialect::Bluesky,
    threads: true,
    // 4 of 2,000,000 bytes (lexicon app.bsky.embed.images, 2026-08-20; pages
    // that say 1,000,000 are older). Alt text has no limit there.
    images: 4,
    image_bytes: Some(2_000_000),
    image: image::BLUESKY,
    card: true,
    // `app.bsky.embed.external` beside `text`: the server unfurls nothing.
    card_field: true,
    // `app.bsky.embed.external`: the client reads the page (docs.bsky.app, website
    // card embeds, read 2026).
    card_supplied: true,
    // One embed a post.
    card_with_images: false,
    // A judgement, not a limit.
    hashtags: Some(3),
    // Action intent links (docs.bsky.app, read 2026).
    compose_url: Some("https://bsky.app/intent/compose?text={text}"),
    ..UNKNOWN
};

/// Threads.
pub const THREADS: Rules = Rules {
    network: "threads",
    title: "Threads",
    // 500, "emojis are counted as the number of UTF-8 bytes" (Threads API,
    // posts, 2026-04-14). At most 5 different links a post (same page).
    limit: Some(500),
    unit: Unit::EmojiByte,
    // More are refused: THREADS_API__LINK_LIMIT_EXCEEDED.
    most: Most { links: Some(5), mentions: None, hashtags: None },
    threads: true,
    // A carousel has 2 to 20 items; 8 MB an image; alt text 1,000 (same pages).
    images: 20,
    image_bytes: Some(8 * 1024 * 1024),
    image: image::THREADS,
    alt_limit: Some(1000),
    card: true,
    // The first link is shown as a card only where there are no media.
    card_with_images: false,
    // One topic a post: the first tag.
    hashtags: Some(1),
    ..UNKNOWN
};

/// Instagram, a professional account. Every post needs an image or a video.
pub const INSTAGRAM: Rules = Rules {
    network: "instagram",
    title: "Instagram",
    // A caption of 2,200 (content publishing, error 2207010, 2026-06-02), with
    // at most 30 tags and 20 mentions. Which unit is not written: UTF-16 never
    // undercounts.
    limit: Some(2200),
    unit: Unit::Utf16,
    most: Most { links: None, mentions: Some(20), hashtags: Some(30) },
    // A carousel has 2 to 10 items; JPEG of 8 MiB; alt text 1,000 (same pages).
    images: 10,
    image_bytes: Some(8 * 1024 * 1024),
    image: image::INSTAGRAM,
    alt_limit: Some(1000),
    // A judgement; 30 is the limit. Unverified reports speak of 5 in the app.
    hashtags: Some(5),
    first_comment: true,
    ..UNKNOWN
};

/// A Telegram channel.
pub const TELEGRAM: Rules = Rules {
    network: "telegram",
    title: "Telegram",
    // A message 4,096, below a picture 1,024, both without the marks of markup
    // (Bot API 10.1, 2026-06-11). That they are UTF-16 units like the offsets
    // of entities is unverified: no other unit counts more.
    limit: Some(4096),
    caption_limit: Some(1024),
    unit: Unit::Utf16,
    markup: Syntax::Telegram,
    // "message text is empty" is the answer to a text of blanks. Which blanks
    // are left away at the ends is not written: those of Unicode here.
    trimmed: true,
    needs_words: true,
    dialect: Dialect::Telegram,
    threads: true,
    // An album has 2 to 10 items, a photo 10 MB; there is no alt text (same).
    images: 10,
    image_bytes: Some(10 * 1024 * 1024),
    image: image::TELEGRAM,
    card: true,
    // A photo's caption gets no card.
    card_with_images: false,
    ..UNKNOWN
};

/// A Discord channel.
pub const DISCORD: Rules = Rules {
    network: "discord",
    title: "Discord",
    // 2,000, without the space around it (discord-api-docs at c98d64bc,
    // 2026-08-06). "Characters" is not explained there: taken for code points.
    limit: Some(2000),
    unit: Unit::CodePoint,
    markup: Syntax::Discord,
    trimmed: true,
    // Error 50006, an empty message (same).
    needs_words: true,
    dialect: Dialect::Discord,
    threads: true,
    // 10 files of 10 MiB; their `description` 1,024 (same).
    images: 10,
    image_bytes: Some(10 * 1024 * 1024),
    image: image::DISCORD,
    alt_limit: Some(1024),
    card: true,
    ..UNKNOWN
};

/// A Slack channel.
pub const SLACK: Rules = Rules {
    network: "slack",
    title: "Slack",
    // `text` is cut off after 40,000; 4,000 are recommended (docs.slack.dev,
    // chat.postMessage, read 2026). Unverified: the unit, and whether `&amp;`
    // counts as one. UTF-16 never undercounts.
    limit: Some(40_000),
    unit: Unit::Utf16,
    markup: Syntax::Slack,
    // Error `no_text` (same). Unverified for a text of blanks.
    needs_words: true,
    dialect: Dialect::Slack,
    threads: true,
    // `alt_text` of an image block (Block Kit, read 2026).
    alt_limit: Some(2000),
    card: true,
    ..UNKNOWN
};

/// A subreddit.
pub const REDDIT: Rules = Rules {
    network: "reddit",
    title: "Reddit",
    // A text of 40,000 below a title of 300 that cannot be changed later.
    // Both unverified: Reddit's own page could not be read; older clients
    // stopped at 15,000. UTF-16 never undercounts.
    limit: Some(40_000),
    unit: Unit::Utf16,
    markup: Syntax::Reddit,
    dialect: Dialect::Reddit,
    // A gallery has 2 to 20 items; 20 MB is unverified; there is no alt text.
    images: 20,
    image_bytes: Some(20 * 1024 * 1024),
    image: image::REDDIT,
    title_limit: Some(300),
    ..UNKNOWN
};

/// Nostr. The protocol has no limit; a relay may have one (NIP-11,
/// `max_content_length`, in Unicode characters; nips at db5fe3de, 2026-07-22).
pub const NOSTR: Rules = Rules {
    network: "nostr",
    title: "Nostr",
    unit: Unit::CodePoint,
    dialect: Dialect::Nostr,
    threads: true,
    card: true,
    ..UNKNOWN
};

/// The subject of a mail.
pub const EMAIL: Rules = Rules {
    network: "email",
    title: "mail",
    dialect: Dialect::Email,
    // Gmail takes 25 MB in all, and base64 grows by a third
    // (support.google.com, read 2026): one image should be far below.
    image_bytes: Some(5 * 1024 * 1024),
    // 40 to 60 characters are seen in most inboxes; no protocol's limit.
    title_limit: Some(60),
    ..UNKNOWN
};

/// A pin's description.
pub const PINTEREST: Rules = Rules {
    network: "pinterest",
    title: "Pinterest",
    // 800 below a title of 100, alt text 500 (API v5 specification, read 2026;
    // older pages say 500). Code points: unverified.
    limit: Some(800),
    unit: Unit::CodePoint,
    images: 1,
    alt_limit: Some(500),
    title_limit: Some(100),
    ..UNKNOWN
};

/// The description of a video.
pub const YOUTUBE: Rules = Rules {
    network: "youtube",
    title: "YouTube",
    // 5,000 bytes of UTF-8 below a title of 100 characters (Data API, videos,
    // snippet.description, read 2026-11).
    limit: Some(5000),
    unit: Unit::Byte,
    images: 0,
    title_limit: Some(100),
    ..UNKNOWN
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_are_sorted_and_found_by_their_name() {
        assert!(NETWORKS.windows(2).all(|pair| pair[0].network < pair[1].network));
        for rules in NETWORKS {
            assert_eq!(find(rules.network), Some(rules));
        }
        assert_eq!(find("unknown"), None);
        assert_eq!(find("X"), None);
    }

    #[test]
    fn other_names_and_misspelt_ones_lead_to_a_network() {
        for (written, name) in [
            ("twitter", "x"),
            ("Twitter", "x"),
            ("twiter", "x"),
            ("X", "x"),
            ("fb", "facebook"),
            ("insta", "instagram"),
            ("bsky", "bluesky"),
            ("blusky", "bluesky"),
            ("toot", "mastodon"),
            ("masto", "mastodon"),
            ("mail", "email"),
        ] {
            assert_eq!(meant(written), Some(name), "{written}");
        }
        assert_eq!(meant("carrier-pigeon"), None);
        assert!(OTHER_NAMES.iter().all(|(other, name)| find(name).is_some() && find(other).is_none()));
    }
}
