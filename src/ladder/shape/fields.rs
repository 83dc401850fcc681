//! The shapes of `ladder.toml`, of a ladder and of a message's head.

use super::{Field, Kind, join};

const fn field(name: &'static str, kind: Kind, about: &'static str) -> Field {
    Field::new(name, kind, about)
}

/// How a message is adapted: may stand in a channel, in `[defaults]`, in a rung
/// and in `[overrides.RUNG]`.
pub const SETTINGS: &[Field] = &[
    field("text", Kind::Text, "Template of a post's text, or of the body of an article or mail (Markdown)."),
    field("shorter", Kind::List, "Templates to try in turn when the one before does not fit."),
    field(
        "overflow",
        Kind::OneOf(&["error", "shorten", "thread"]),
        "What happens when no template fits: stop, cut at a word, or split into a thread.",
    ),
    field("numbered", Kind::Boolean, "Whether the parts of a thread end in their number: ` 1/4`."),
    field("thread", Kind::List, "The parts of a thread, written by hand; each is a template."),
    field("title", Kind::Text, "Template of an article's title."),
    field("slug", Kind::Text, "Template of the last part of an article's address."),
    field("excerpt", Kind::Text, "Template of an article's excerpt."),
    field("canonical", Kind::Text, "Template of the original's address, if it is not the article's own."),
    field("subject", Kind::Text, "Template of a mail's subject."),
    field("preheader", Kind::Text, "Template of the line that mail programs show behind the subject."),
    field(
        "attach",
        Kind::OneOf(&["card", "images", "none"]),
        "What goes with a post: the link's card, the message's images, or nothing.",
    ),
    field(
        "crop",
        Kind::Ratio,
        "Which of an image's crops is shown: `1:1`, `1.91:1`. Default: the whole image.",
    ),
    field("first_comment", Kind::Text, "Template of the first comment below the post."),
    field(
        "url_reserve",
        Kind::Integer(0),
        "Characters kept free for an address that is not known yet. Default 80.",
    ),
];

/// `[channels.NAME]`: what all channels know, without how messages are adapted there.
pub const CHANNEL_OWN: &[Field] = &[
    field("adapter", Kind::Text, "What serves this channel: `x`, `email`, `static-site`, …"),
    field("account", Kind::Text, "Whose account it is, as the network names it."),
    field(
        "renamed_from",
        Kind::TextOrList,
        "What the same account was called when earlier messages went out.",
    ),
    field("language", Kind::Text, "Language of its readers, such as `de`. Default: the brand's."),
    field(
        "without_credentials",
        Kind::OneOf(&["outbox"]),
        "`outbox`: until its secrets are set, its posts are written there.",
    ),
    field("pace", Kind::TextOrList, "No more than this goes there: `30 per hour`, `1 per minute`."),
];

/// `[channels.NAME]`, without the keys of its adapter.
pub const CHANNEL: &[Field] = &join::<{ CHANNEL_OWN.len() + SETTINGS.len() }>(CHANNEL_OWN, SETTINGS);

/// What people look for in a rung, and adapters take for a whole account.
pub const OF_ACCOUNTS: &[Field] = &[
    field("content_warning", Kind::Text, "What posts are hidden behind."),
    field("visibility", Kind::Text, "Who may see posts."),
];

/// Where keys of [`OF_ACCOUNTS`] stand.
pub const OF_AN_ACCOUNT: &str = "it is said for an account, in `[channels.NAME]`: a channel of its own, on the same account, can say it for some posts";

/// `[brand]`.
pub const BRAND: &[Field] = &[
    field("name", Kind::Text, "What the brand is called."),
    field("url", Kind::Url, "Its home page."),
    field(
        "timezone",
        Kind::Text,
        "IANA name of the zone of all wall times, such as `Europe/Berlin`. Default UTC.",
    ),
    field("language", Kind::Text, "Language the house writes in, such as `en`. Default `en`."),
];

/// `[store]`.
pub const STORE: &[Field] =
    &[field("id", Kind::Text, "The store that belongs to this project; written by `ladder init`.")];

/// `[tracking]`.
pub const TRACKING: &[Field] =
    &[field("domains", Kind::TextOrList, "Links to these hosts and their subdomains get UTM tags.")];

/// `ladder.toml`.
pub const PROJECT: &[Field] = &[
    field("allow", Kind::TextOrList, "Rules that are silenced for the whole project."),
    field("brand", Kind::Table(BRAND), "Who speaks."),
    field("store", Kind::Table(STORE), "Where it is remembered what was sent."),
    field("tracking", Kind::Table(TRACKING), "Which links are the brand's own."),
    field("channels", Kind::Named(CHANNEL), "One account at one outlet each."),
    field("handles", Kind::Any, "One person or organisation each: network = name there."),
];

const RUNG_OWN: &[Field] = &[
    field("channel", Kind::Text, "The channel it goes to, by its name in `ladder.toml`."),
    field("after", Kind::TextOrList, "The rungs it waits for."),
    field("delay", Kind::Duration, "How long after those: `1h`, `2d`."),
    field("at", Kind::Time, "Wall time in the brand's zone: `09:00`, `next day 09:00`, `monday 09:00`."),
    field("window", Kind::Duration, "Later than this after its time it is not sent."),
    field("renamed_from", Kind::TextOrList, "Names that this rung had when earlier messages went out."),
];

/// `[rungs.NAME]`.
pub const RUNG: &[Field] = &join::<{ RUNG_OWN.len() + SETTINGS.len() }>(RUNG_OWN, SETTINGS);

/// A file in `content-ladders/`.
pub const LADDER: &[Field] = &[
    field("name", Kind::Text, "The ladder's name. Default: the file's, without its ending."),
    field("summary", Kind::Text, "One line for lists."),
    field("allow", Kind::TextOrList, "Rules that are silenced for this ladder."),
    field("defaults", Kind::Table(SETTINGS), "Settings of all rungs, unless a rung says otherwise."),
    field("rungs", Kind::Named(RUNG), "The steps: which channel, how adapted, after what, when."),
];

/// `[[media]]`.
pub const MEDIA: &[Field] = &[
    field("file", Kind::Text, "Path of the image, relative to the message's file."),
    field("alt", Kind::TextByLanguage, "What the image shows, for those who do not see it."),
    field("crops", Kind::Crops, "Parts of the image by their shape: x, y, width and height in its pixels."),
];

/// The head of a message.
pub const MESSAGE: &[Field] = &[
    field("id", Kind::Text, "Names the message for good. Default: its path below `messages/`."),
    field("title", Kind::Text, "The title."),
    field("summary", Kind::Text, "The point in a sentence. Default: the first paragraph."),
    field("language", Kind::Text, "Language it is written in, such as `de`. Default: the brand's."),
    field("ladder", Kind::Text, "The ladder it climbs, unless `--ladder` says otherwise."),
    field("campaign", Kind::Text, "The campaign in tracking tags and reports. Default: the id."),
    field("tags", Kind::TextOrList, "Tags, without `#`."),
    field("publish_at", Kind::Time, "When it goes out: `2026-12-01 09:00`, in the brand's zone."),
    field("embargo", Kind::Time, "Nothing leaves before this, whatever the flags."),
    field("link", Kind::Url, "An existing page to point at, when the ladder makes none."),
    field("draft", Kind::Boolean, "A draft never leaves the house."),
    field("allow", Kind::TextOrList, "Rules that are silenced for this message."),
    field("media", Kind::Tables(MEDIA), "Images, in order; the first is the cover."),
    field("overrides", Kind::Named(SETTINGS), "Settings of single rungs for this message."),
];
