//! The templates that adapters have of their own: a rung that names only its
//! channel says the right thing in the network's manner.
//!
//! Where the outlet may have markup, what is no Markdown is `escaped`. They hold
//! for every script and for messages that lack something: no colon
//! before nothing, no stop behind a question mark, nothing said twice.

use super::Defaults;
use crate::ladder::Attach;

/// The title, then `point` where it says more: behind a colon, or behind the
/// title's own `?`, `!`, `…`, `.` in any script. `whole` says
/// whether the point may stand there.
macro_rules! headline {
    ($point:literal, $whole:literal) => {
        concat!(
            "{% set point = ",
            $point,
            " %}",
            "{% set whole = ",
            $whole,
            " %}",
            "{% if whole and point is startingwith message.title %}{{ point }}",
            "{% else %}{{ message.title }}{% if whole and point %}",
            "{% set last = message.title[-1:] %}",
            "{% if last in '。！？：；｡' %}",
            "{% elif last in '.?!:;…؟۔।' %} ",
            // Chinese and Japanese have a colon of their own, also in a house
            // that speaks English else.
            "{% elif message.language[:2] in 'zh ja' or last > '\u{2e7f}' and last < '\u{a000}' %}：",
            "{% else %}: {% endif %}",
            "{{ point }}{% endif %}{% endif %}",
        )
    };
}

/// The link behind a text.
macro_rules! link_last {
    () => {
        "{% if link is defined %} {{ link }}{% endif %}"
    };
}

/// X: one breath, two tags at most and only if they fit, the link last. Its
/// card carries the picture. 280 weighted characters less a link (23, see the
/// adapter) and a space leave 256 for the words.
pub const X: Defaults = Defaults {
    text: Some(concat!(
        headline!("message.summary", "true"),
        "{% set tags = message.tags | hashtags(2) %}{% if tags %} {{ tags }}{% endif %}",
        link_last!(),
    )),
    shorter: &[
        concat!(headline!("message.summary", "true"), link_last!()),
        concat!(headline!("message.summary | sentences(170)", "point[-1:] != '…'"), link_last!()),
        concat!("{{ message.title }}", link_last!()),
        concat!("{{ message.title | fit(250) }}", link_last!()),
    ],
    ..NOTHING
};

/// Bluesky: one breath, three tags at most and only if they fit. The card shows the
/// link and the title, so the text says the point alone; without a link the title leads.
pub const BLUESKY: Defaults = Defaults {
    text: Some(concat!(
        "{% if link is defined and message.summary %}{{ message.summary }}",
        "{% else %}",
        headline!("message.summary", "true"),
        "{% endif %}",
        "{% set tags = message.tags | hashtags(3) %}{% if tags %} {{ tags }}{% endif %}",
    )),
    shorter: &[
        concat!(
            "{% if link is defined and message.summary %}{{ message.summary }}",
            "{% else %}",
            headline!("message.summary", "true"),
            "{% endif %}",
        ),
        headline!("message.summary | sentences(200)", "point[-1:] != '…'"),
        "{{ message.title }}",
        "{{ message.title | fit(300) }}",
    ],
    attach: Some(Attach::Card),
    ..NOTHING
};

/// The point; without a link, whose card shows the title, the title first.
macro_rules! point_first {
    () => {
        concat!(
            "{% set point = message.summary | sentences(400) %}",
            "{% if link is defined and point or point is startingwith message.title %}{{ point }}",
            "{% else %}{{ message.title }}\n\n{{ point }}{% endif %}",
        )
    };
}

/// Facebook: opens with the point and carries the link as a card, which shows
/// the title; without a link the title leads.
pub const FACEBOOK: Defaults = Defaults { text: Some(point_first!()), attach: Some(Attach::Card), ..NOTHING };

/// Facebook where a person pastes: the card is made of the link in the text.
pub const FACEBOOK_BY_HAND: Defaults = Defaults {
    text: Some(concat!(point_first!(), "{% if link is defined %}\n\n{{ link }}{% endif %}")),
    ..FACEBOOK
};

/// Title and summary as paragraphs of their own.
macro_rules! opening {
    () => {
        concat!(
            "{% set point = message.summary | sentences(400) %}",
            "{% if point is startingwith message.title %}{{ point | escaped }}",
            "{% else %}{{ message.title | escaped }}\n\n{{ point | escaped }}{% endif %}\n\n",
        )
    };
}

/// LinkedIn: short paragraphs, the link on a line of its own, three tags at most.
pub const LINKEDIN: Defaults = Defaults {
    text: Some(concat!(
        opening!(),
        "{% set more = message.body | excerpt(300) %}",
        "{% if more and not more is startingwith message.summary[:40] %}{{ more }}\n\n{% endif %}",
        "{% if link is defined %}{{ link }}\n\n{% endif %}",
        "{{ message.tags | hashtags(3) }}",
    )),
    attach: Some(Attach::Card),
    ..NOTHING
};

/// A page: the message as it was written.
pub const ARTICLE: Defaults = Defaults { title: Some("{{ message.title }}"), ..NOTHING };

/// A feed's item: an article that leads to the page it is about.
pub const FEED: Defaults = Defaults { announces: true, ..ARTICLE };

/// Word of a page, or of a feed, to others.
pub const WORD: Defaults = Defaults { only_tells: true, ..FEED };

/// A mail: the title as subject, the summary behind it, the message as it was written.
pub const MAIL: Defaults = Defaults {
    subject: Some("{{ message.title }}"),
    preheader: Some(
        "{% if message.summary != message.title %}{{ message.summary | sentences(140) }}{% endif %}",
    ),
    ..NOTHING
};

/// Mastodon: one breath, then the link, and three tags at most on a line of their own
/// at the end, where they are customary. 500 characters less a link (23, whatever its
/// length) leave enough for a title and a summary; what does not fit says less.
pub const MASTODON: Defaults = Defaults {
    text: Some(concat!(
        headline!("message.summary", "true"),
        "{% if link is defined %}\n\n{{ link }}{% endif %}",
        "{% set tags = message.tags | hashtags(3) %}{% if tags %}\n\n{{ tags }}{% endif %}",
    )),
    shorter: &[
        concat!(headline!("message.summary", "true"), "{% if link is defined %}\n\n{{ link }}{% endif %}"),
        concat!(
            headline!("message.summary | sentences(300)", "point[-1:] != '…'"),
            "{% if link is defined %}\n\n{{ link }}{% endif %}"
        ),
        "{{ message.title }}{% if link is defined %}\n\n{{ link }}{% endif %}",
        "{{ message.title | fit(400) }}{% if link is defined %}\n\n{{ link }}{% endif %}",
    ],
    ..NOTHING
};

/// Nostr: a title and a summary have room, and so has the link; three tags at most on
/// a line of their own.
pub const NOSTR: Defaults = Defaults {
    text: Some(concat!(
        headline!("message.summary", "true"),
        "{% if link is defined %}\n\n{{ link }}{% endif %}",
        "{% set tags = message.tags | hashtags(3) %}{% if tags %}\n\n{{ tags }}{% endif %}",
    )),
    ..NOTHING
};

/// Threads: one breath, one tag, which becomes the topic, and only if it fits, then the
/// link, whose card is made of it. 500 characters; what does not fit says less.
pub const THREADS: Defaults = Defaults {
    text: Some(concat!(
        headline!("message.summary", "true"),
        "{% set tags = message.tags | hashtags(1) %}{% if tags %} {{ tags }}{% endif %}",
        "{% if link is defined %}\n\n{{ link }}{% endif %}",
    )),
    shorter: MASTODON.shorter,
    ..NOTHING
};

/// An outlet without manners of its own (a folder, a person who pastes).
pub const PLAIN: Defaults = Defaults {
    text: Some(concat!(
        opening!(),
        "{% if link is defined %}{{ link }}\n\n{% endif %}",
        "{{ message.tags | hashtags }}",
    )),
    ..NOTHING
};

const NOTHING: Defaults = Defaults {
    text: None,
    shorter: &[],
    subject: None,
    preheader: None,
    title: None,
    excerpt: None,
    attach: None,
    announces: false,
    only_tells: false,
};
