//! One Markdown in, what each outlet takes out.
//!
//! Nothing is lost: what an outlet cannot show is written the way a careful
//! person would write it there. Links get their address behind them, lists
//! keep bullets and numbers, tables become lines, pictures are handed back to
//! go with the text. What an outlet reads as markup is escaped, so that only
//! the author's own marks are marks. `docs/markup.md` has it as a table.
//!
//! Pure, total and linear: every text is taken, nesting is bounded, time and
//! memory grow with the length of the text and with nothing else. Addresses
//! that are not known yet (`text::late`) come through whole.

mod discord;
mod encode;
mod facet;
pub(super) mod gfm;
mod layout;
pub(super) mod manner;
mod marks;
mod page;
mod raw;
mod reading;
mod reddit;
mod slack;
mod table;
mod telegram;
#[cfg(test)]
mod tests;
mod wordpress;
mod wrap;

pub use facet::{Facet, FacetKind};
pub use reading::{Line, LineKind, Look, Piece, reading};
pub use slack::{limits as slack_limits, messages as slack_messages};
pub use telegram::{
    entities as telegram_entities, in_html as telegram_html, in_markdown as telegram_markdown,
};
pub(super) use wrap::wrap;

use crate::text::{self, Dialect, late, little_text};
use encode::{Place, encode_whole};
use layout::{Layout, layout};
use manner::Manner;

/// What an outlet takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Markup {
    /// Text for people, where nothing else is known: X, Facebook, Mastodon,
    /// and LinkedIn as readers see it.
    Plain,
    /// LinkedIn's `commentary`: the same, escaped.
    LittleText,
    /// Bluesky: text, and links as facets of its words.
    Bluesky,
    /// Slack's mrkdwn.
    SlackMrkdwn,
    /// Slack's blocks: the JSON of the array; mrkdwn as the fallback.
    SlackBlocks,
    /// Telegram with `parse_mode: HTML`.
    TelegramHtml,
    /// Telegram with `parse_mode: MarkdownV2`.
    TelegramMarkdown,
    /// Telegram without a mode: text, and facets for [`telegram_entities`].
    TelegramEntities,
    /// Discord's Markdown.
    Discord,
    /// Reddit's Markdown.
    Reddit,
    /// Matrix: `formatted_body`; `body` as the fallback.
    Matrix,
    /// HTML for a post of WordPress.
    WordPressHtml,
    /// Blocks for a post of WordPress.
    WordPressBlocks,
    /// The HTML of a mail's body; its text part as the fallback.
    MailHtml,
    /// The text part of a mail.
    MailText,
}

impl Markup {
    /// All of them.
    pub const ALL: &'static [Markup] = &[
        Markup::Plain,
        Markup::LittleText,
        Markup::Bluesky,
        Markup::SlackMrkdwn,
        Markup::SlackBlocks,
        Markup::TelegramHtml,
        Markup::TelegramMarkdown,
        Markup::TelegramEntities,
        Markup::Discord,
        Markup::Reddit,
        Markup::Matrix,
        Markup::WordPressHtml,
        Markup::WordPressBlocks,
        Markup::MailHtml,
        Markup::MailText,
    ];

    /// What the text of a post, an article or a mail on `network`
    /// ([`crate::text::Rules::network`]) is written in.
    ///
    /// LinkedIn's is plain: it is escaped when it is sent, so that it is
    /// counted, shown and kept as readers see it. So is Bluesky's, whose
    /// facets a template has no place for.
    pub fn of(network: &str) -> Markup {
        match network {
            "slack" => Markup::SlackMrkdwn,
            "telegram" => Markup::TelegramHtml,
            "discord" => Markup::Discord,
            "reddit" => Markup::Reddit,
            "matrix" => Markup::Matrix,
            "wordpress" => Markup::WordPressBlocks,
            "email" => Markup::MailText,
            _ => Markup::Plain,
        }
    }

    /// Its name in documentation and tests.
    pub fn name(self) -> &'static str {
        match self {
            Markup::Plain => "Plain text",
            Markup::LittleText => "LinkedIn little text",
            Markup::Bluesky => "Bluesky",
            Markup::SlackMrkdwn => "Slack mrkdwn",
            Markup::SlackBlocks => "Slack blocks",
            Markup::TelegramHtml => "Telegram HTML",
            Markup::TelegramMarkdown => "Telegram MarkdownV2",
            Markup::TelegramEntities => "Telegram entities",
            Markup::Discord => "Discord",
            Markup::Reddit => "Reddit",
            Markup::Matrix => "Matrix",
            Markup::WordPressHtml => "WordPress HTML",
            Markup::WordPressBlocks => "WordPress blocks",
            Markup::MailHtml => "Mail HTML",
            Markup::MailText => "Mail text",
        }
    }
}

/// A text as an outlet takes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// What goes out.
    pub text: String,
    /// The same without markup, for outlets that want both: notifications,
    /// old clients, the other part of a mail.
    pub fallback: Option<String>,
    /// What stands where in `text`, for outlets that take it beside the text;
    /// outer before inner.
    pub facets: Vec<Facet>,
    /// The pictures that `text` does not show itself, in order.
    pub images: Vec<Image>,
}

/// A picture in the Markdown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// Its file or address, as written.
    pub url: String,
    /// What it shows, for those who do not see it.
    pub alt: String,
    /// Its title, or nothing.
    pub title: String,
    /// The byte before which its block stood: of the fallback where there is
    /// one, else of the text.
    pub at: usize,
}

/// `markdown` as `markup` has it.
pub fn write(markdown: &str, markup: Markup) -> Written {
    let dialect = if markup == Markup::Bluesky { Dialect::Bluesky } else { Dialect::Plain };
    write_for(markdown, markup, dialect)
}

/// The same for an outlet that finds addresses as `dialect` does: one behind
/// words is written so that exactly that becomes a link.
pub fn write_for(markdown: &str, markup: Markup, dialect: Dialect) -> Written {
    match markup {
        Markup::Plain => bare(markdown, &Manner { dialect, ..manner::PLAIN }),
        Markup::LittleText => {
            let mut layout = layout(markdown, &Manner { dialect: Dialect::LinkedIn, ..manner::PLAIN });
            let text = encode_whole(&mut layout, &LittleText);
            Written { text, images: layout.images, ..Written::default() }
        }
        Markup::Bluesky => bare(markdown, &Manner { dialect, ..BLUESKY }),
        Markup::SlackMrkdwn => slack::mrkdwn(markdown),
        Markup::SlackBlocks => slack::blocks(markdown),
        Markup::TelegramHtml => telegram::html(markdown),
        Markup::TelegramMarkdown => telegram::markdown(markdown),
        Markup::TelegramEntities => bare(markdown, &telegram::MANNER),
        Markup::Discord => discord::write(markdown),
        Markup::Reddit => reddit::write(markdown),
        Markup::Matrix => page::matrix(markdown),
        Markup::WordPressHtml => wordpress::html(markdown),
        Markup::WordPressBlocks => wordpress::blocks(markdown),
        Markup::MailHtml => page::mail(markdown),
        Markup::MailText => bare(markdown, &manner::MAIL),
    }
}

/// `text`, in which nothing is meant as markup, as `markup` has it: readers
/// see each of its characters. For a title, which is no Markdown, beside what
/// [`write`] makes of a body.
pub fn escaped(text: &str, markup: Markup) -> String {
    match markup {
        Markup::Plain | Markup::Bluesky | Markup::TelegramEntities | Markup::MailText => text.to_owned(),
        Markup::LittleText => little_text::escape(text),
        Markup::SlackMrkdwn | Markup::SlackBlocks => escaped_late(text::markup::slack::escape(text)),
        Markup::TelegramHtml => escaped_late(text::markup::telegram::escape_html(text)),
        Markup::TelegramMarkdown => {
            let mut layout = Layout { text: text.to_owned(), ..Layout::default() };
            encode_whole(&mut layout, &telegram::MarkdownV2::default())
        }
        Markup::Discord => text::markup::discord::escape(text),
        Markup::Reddit => text::markup::reddit::escape(text),
        Markup::Matrix | Markup::WordPressHtml | Markup::MailHtml => escaped_late(text::escape(text)),
        // A `[` could begin a shortcode.
        Markup::WordPressBlocks => escaped_late(text::escape(text).replace('[', "&#91;")),
    }
}

/// Bluesky's links are their words; nothing else is more than text
/// (app.bsky.richtext.facet).
const BLUESKY: Manner = Manner { links: manner::Links::Marked(&["https://", "http://"]), ..manner::PLAIN };

/// Escaped as a whole: a hashtag may stand on both sides of a mark.
struct LittleText;

impl encode::Markup for LittleText {
    fn text(&self, out: &mut String, text: &str, _: bool) {
        out.push_str(&little_text::escape(text));
    }

    fn code(&self, out: &mut String, text: &str) {
        self.text(out, text, false);
    }

    fn structure(&self, out: &mut String, text: &str) {
        self.text(out, text, false);
    }

    fn open(&self, _: &mut String, _: &FacetKind, _: &Place<'_>) {}

    fn close(&self, _: &mut String, _: &FacetKind, _: &Place<'_>) {}
}

/// A text without marks in it, and its facets.
pub(super) fn bare(markdown: &str, manner: &Manner) -> Written {
    let layout = layout(markdown, manner);
    let facets = layout.marks.iter().filter_map(facet::Marked::facet).collect();
    Written { text: layout.text, fallback: None, facets, images: layout.images }
}

/// What is written in a language where `&` is `&amp;`.
fn escaped_late(text: String) -> String {
    if text.contains(late::PREFIX) { late::in_html(&text) } else { text }
}
