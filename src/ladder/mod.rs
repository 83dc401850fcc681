//! Project, ladder, rung, message and media, as the user wrote them.
//!
//! Pure: texts come in as [`Sources`], values come out with every problem found
//! and with the span of whatever may have to be pointed at later. Defaults are
//! applied here, once, last: an `Option` in these types means "not given and
//! there is no default", never "ask somebody else for the default".
//!
//! This room does not know the services: a channel stays a spanned table
//! ([`ChannelTable`]) which `channel::configure` turns into an adapter.

pub mod adapter_name;
pub mod delay;
pub mod front_matter;
pub mod ladder_file;
pub mod limits;
pub mod media;
pub mod message;
pub mod name;
pub mod pace;
pub mod project;
pub mod schema;
pub mod secret_ref;
pub mod settings;
pub mod shape;
pub mod tree;

pub use adapter_name::AdapterName;
pub use delay::{At, Day, When};
pub use ladder_file::parse_ladder;
pub use media::{Crop, MediaFacts};
pub use message::{MessageFile, MessageFiles, parse_message};
pub use pace::Pace;
pub use project::parse_project;
pub use settings::{Attach, Overflow, Settings};
pub use tree::{Node, NodeKind, Table};

use crate::source::{SourceId, Span, Spanned};
use crate::text::Ratio;
use jiff::SignedDuration;

/// `ladder.toml`, understood.
#[derive(Clone, Debug)]
pub struct Project {
    /// The file.
    pub source: SourceId,
    /// Who speaks.
    pub brand: Brand,
    /// `[store] id`: without it, or with another one than the store's, nothing is sent.
    pub store_id: Option<Spanned<String>>,
    /// `[tracking] domains`: links to these hosts and their subdomains get UTM tags.
    pub tracking_domains: Vec<Spanned<String>>,
    /// The channels in the order of the file.
    pub channels: Vec<ChannelTable>,
    /// `[handles.NAME]`: one person or organisation, one name per network.
    pub handles: Vec<Handle>,
    /// Rules silenced for the whole project.
    pub allow: Vec<Spanned<String>>,
    /// `ladder.limits.toml`: what is noted of the instances that channels speak to.
    pub limits: Vec<(String, limits::Noted)>,
}

impl Project {
    /// What is noted of the instance of the channel of that name.
    pub fn noted(&self, channel: &str) -> Option<&limits::Noted> {
        self.limits.iter().find(|(name, _)| name == channel).map(|(_, noted)| noted)
    }

    /// The channel of that name.
    pub fn channel(&self, name: &str) -> Option<&ChannelTable> {
        self.channels.iter().find(|channel| channel.name.value == name)
    }

    /// The handle of that name.
    pub fn handle(&self, name: &str) -> Option<&Handle> {
        self.handles.iter().find(|handle| handle.name.value == name)
    }
}

/// `[brand]`.
#[derive(Clone, Debug)]
pub struct Brand {
    /// What the brand is called.
    pub name: String,
    /// Its home page.
    pub url: Option<Spanned<String>>,
    /// IANA name; wall times in all files are in this zone. Default `UTC`.
    pub timezone: Spanned<String>,
    /// BCP 47 tag of the language the house writes in. Default `en`.
    pub language: String,
}

impl Brand {
    /// The zone of wall times: from the data in this program, so the same on
    /// every machine. A name that is not known (an error elsewhere) is UTC.
    pub fn zone(&self) -> jiff::tz::TimeZone {
        delay::zone(&self.timezone.value).unwrap_or(jiff::tz::TimeZone::UTC)
    }
}

/// `[channels.NAME]`: what every adapter has, and the rest as it was written.
#[derive(Clone, Debug)]
pub struct ChannelTable {
    /// NAME.
    pub name: Spanned<String>,
    /// Which adapter serves it.
    pub adapter: Spanned<String>,
    /// Whose account it is.
    pub account: Option<Spanned<String>>,
    /// `renamed_from`: what the same account was called when earlier messages went out.
    pub renamed_from: Vec<Spanned<String>>,
    /// BCP 47 tag; default: the brand's.
    pub language: String,
    /// `without_credentials = "outbox"`: until its secrets are set, its posts go to the outbox.
    pub without_credentials: bool,
    /// `pace = "30 per hour"`: no more than that goes there, whatever the network bears.
    pub pace: Vec<Pace>,
    /// How variants for this channel are made, unless something nearer says otherwise.
    pub settings: Settings,
    /// The keys that only the adapter understands, with their spans.
    pub rest: Table,
    /// The table's header, for what is missing from it.
    pub span: Span,
}

/// `[handles.NAME]`.
#[derive(Clone, Debug)]
pub struct Handle {
    /// NAME, as templates say it: `{{ "ada" | handle }}`.
    pub name: Spanned<String>,
    /// Network (`x`, `mastodon`, `linkedin`, …) and the name there, as written.
    pub names: Vec<(String, Spanned<String>)>,
}

/// One file in `content-ladders/`, understood.
#[derive(Clone, Debug)]
pub struct Ladder {
    /// The file.
    pub source: SourceId,
    /// `name`; default: the file's name without its ending.
    pub name: String,
    /// `summary`: one line for lists.
    pub summary: Option<String>,
    /// `[defaults]`.
    pub defaults: Settings,
    /// The rungs in the order of the file.
    pub rungs: Vec<Rung>,
    /// Rules silenced for this ladder.
    pub allow: Vec<Spanned<String>>,
}

impl Ladder {
    /// The rung of that name.
    pub fn rung(&self, name: &str) -> Option<&Rung> {
        self.rungs.iter().find(|rung| rung.name.value == name)
    }

    /// Whether `rung` waits for `other`, directly or by way of others.
    /// A cycle ends the search, it does not hang it.
    pub fn waits_for(&self, rung: &str, other: &str) -> bool {
        let mut seen = Vec::new();
        let mut open = vec![rung];
        while let Some(name) = open.pop() {
            for after in self.rung(name).map(|r| r.after.as_slice()).unwrap_or_default() {
                if after.value == other {
                    return true;
                }
                if !seen.contains(&after.value.as_str()) {
                    seen.push(after.value.as_str());
                    open.push(after.value.as_str());
                }
            }
        }
        false
    }
}

/// `[rungs.NAME]`.
#[derive(Clone, Debug)]
pub struct Rung {
    /// NAME: lower-case letters, digits, `-` and `_`.
    pub name: Spanned<String>,
    /// Which channel it goes to.
    pub channel: Spanned<String>,
    /// The rungs it waits for: `after = "blog"` or a list.
    pub after: Vec<Spanned<String>>,
    /// `delay = "1h"`: this long after those.
    pub delay: Option<Spanned<SignedDuration>>,
    /// `at = "next day 09:00"`, in the brand's zone.
    pub at: Option<Spanned<At>>,
    /// `window = "6h"`: later than this after its time it is not sent.
    pub window: Option<Spanned<SignedDuration>>,
    /// `renamed_from`: the names it had when earlier messages went out.
    pub renamed_from: Vec<Spanned<String>>,
    /// How the message is adapted.
    pub settings: Settings,
    /// The table's header.
    pub span: Span,
}

/// A master message in one language, with its translations.
#[derive(Clone, Debug)]
pub struct Message {
    /// The file.
    pub source: SourceId,
    /// `id`; default: its path below `messages/`, without the ending.
    pub id: String,
    /// BCP 47 tag; the brand's for the master file, the file name's for `message.de.md`.
    pub language: String,
    /// `title`.
    pub title: Spanned<String>,
    /// `summary`; default: the first paragraph of the body as plain text.
    pub summary: String,
    /// Where the summary was written; none when it was taken from the body.
    pub summary_span: Option<Span>,
    /// `ladder`: which ladder it climbs unless `--ladder` says otherwise.
    pub ladder: Option<Spanned<String>>,
    /// `campaign`; default: the id.
    pub campaign: String,
    /// `tags`, without `#`.
    pub tags: Vec<Spanned<String>>,
    /// `publish_at`.
    pub publish_at: Option<Spanned<When>>,
    /// `embargo`: nothing leaves before, whatever the flags.
    pub embargo: Option<Spanned<When>>,
    /// `link`: an existing page to point at.
    pub link: Option<Spanned<String>>,
    /// `draft`: never leaves the house. Where that is said; none, if it is none.
    pub draft: Option<Span>,
    /// `[[media]]`, in order; the first image is the cover.
    pub media: Vec<Media>,
    /// `[overrides.RUNG]`.
    pub overrides: Vec<(Spanned<String>, Settings)>,
    /// `RUNG.md` beside the message: the variant's text written whole.
    pub written_whole: Vec<WrittenWhole>,
    /// Markdown, never a template. Its span covers the body in the file.
    pub body: Spanned<String>,
    /// Keys that `ladder` does not know: `message.extra` in templates.
    pub extra: Table,
    /// Rules silenced for this message.
    pub allow: Vec<Spanned<String>>,
    /// The same message in other languages; each complete, its own list empty.
    pub translations: Vec<Message>,
}

impl Message {
    /// The message in `language` (then in the language without its region),
    /// or the master when it was not translated.
    pub fn in_language(&self, language: &str) -> &Message {
        let base = |tag: &str| tag.split(['-', '_']).next().unwrap_or("").to_ascii_lowercase();
        if self.language.eq_ignore_ascii_case(language) {
            return self;
        }
        self.translations
            .iter()
            .find(|t| t.language.eq_ignore_ascii_case(language))
            .or_else(|| {
                (base(&self.language) != base(language))
                    .then(|| self.translations.iter().find(|t| base(&t.language) == base(language)))
                    .flatten()
            })
            .unwrap_or(self)
    }

    /// The override for `rung`.
    pub fn override_for(&self, rung: &str) -> Option<&Settings> {
        self.overrides.iter().find(|(name, _)| name.value == rung).map(|(_, settings)| settings)
    }

    /// What `RUNG.md` says for `rung`.
    pub fn written_whole(&self, rung: &str) -> Option<&WrittenWhole> {
        self.written_whole.iter().find(|whole| whole.rung.value == rung)
    }
}

/// `RUNG.md` in a message's folder: what that rung says, word for word.
/// Not a template, as no body is.
#[derive(Clone, Debug)]
pub struct WrittenWhole {
    /// RUNG, and where: the file's start.
    pub rung: Spanned<String>,
    /// Front matter of the file (`subject`, `attach`, …).
    pub settings: Settings,
    /// The Markdown below it.
    pub body: Spanned<String>,
}

/// `[[media]]`.
#[derive(Clone, Debug)]
pub struct Media {
    /// The path as written, relative to the message's file.
    pub file: Spanned<String>,
    /// The path relative to the project, with `/`; what plans and previews show.
    pub path: String,
    /// Alt text by language; one written without a language stands under `""`.
    pub alt: Vec<(String, Spanned<String>)>,
    /// `crops`: parts of it by their shape, in pixels of the image as it is shown.
    pub crops: Vec<(Ratio, Spanned<Crop>)>,
    /// What the bytes say; none if the file could not be read (a problem tells why).
    pub facts: Option<MediaFacts>,
}

impl Media {
    /// The part of it that has this shape, if the message names one.
    pub fn crop(&self, shape: Ratio) -> Option<Crop> {
        self.crops.iter().find(|(own, _)| *own == shape).map(|(_, crop)| crop.value)
    }

    /// The alt text for a reader of `language`: its own, else the one without a
    /// language; never another language's.
    pub fn alt_in(&self, language: &str) -> Option<&Spanned<String>> {
        let base = language.split(['-', '_']).next().unwrap_or("");
        let by = |wanted: &str| self.alt.iter().find(|(l, _)| l.eq_ignore_ascii_case(wanted));
        by(language).or_else(|| by(base)).or_else(|| by("")).map(|(_, alt)| alt)
    }
}

#[cfg(test)]
mod tests;
