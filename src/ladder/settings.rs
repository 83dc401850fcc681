//! How a message is adapted: the keys that may stand in a channel, in a
//! ladder's defaults, in a rung or in a message's override, and how the nearer
//! one wins.

use super::shape::Reader;
use super::{Ladder, Message, Project, Rung};
use crate::diagnostic::Diagnostic;
use crate::source::Spanned;
use crate::text::Ratio;

/// Every key of adaptation; what is not given is `None` and is filled by what
/// stands farther away ([`Settings::or`]), last by the adapter's own template.
///
/// All texts are templates, except in a variant written whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// `text`: a post's text (or an article's or a mail's body in Markdown).
    pub text: Option<Spanned<String>>,
    /// `shorter`: tried in turn when the one before does not fit.
    pub shorter: Option<Vec<Spanned<String>>>,
    /// `overflow`: what happens when none fits.
    pub overflow: Option<Spanned<Overflow>>,
    /// `numbered`: whether the parts of a thread end in their number. Default: no.
    pub numbered: Option<Spanned<bool>>,
    /// `thread`: the parts written by hand.
    pub thread: Option<Vec<Spanned<String>>>,
    /// `title` of an article.
    pub title: Option<Spanned<String>>,
    /// `slug` of an article.
    pub slug: Option<Spanned<String>>,
    /// `excerpt` of an article.
    pub excerpt: Option<Spanned<String>>,
    /// `canonical`: the address that is the original, if it is not this article's own.
    pub canonical: Option<Spanned<String>>,
    /// `subject` of a mail.
    pub subject: Option<Spanned<String>>,
    /// `preheader` of a mail: the line that clients show behind the subject.
    pub preheader: Option<Spanned<String>>,
    /// `attach`: what goes with a post.
    pub attach: Option<Spanned<Attach>>,
    /// `crop`: which crop of the message's images is shown.
    pub crop: Option<Spanned<Ratio>>,
    /// `first_comment` below the post, on networks that have one.
    pub first_comment: Option<Spanned<String>>,
    /// `url_reserve`: characters kept free for a URL that is not known yet,
    /// where the network counts URLs by their letters. Default 80.
    pub url_reserve: Option<Spanned<usize>>,
}

/// No address is longer than this; keeps sums of lengths small.
const MOST_RESERVED: usize = 10_000;

/// `overflow = …`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overflow {
    /// Say so and stop. The default.
    Error,
    /// Cut at a word, with an ellipsis.
    Shorten,
    /// Split into a thread.
    Thread,
}

/// `attach = …`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attach {
    /// The link's card.
    Card,
    /// The message's images.
    Images,
    /// Nothing.
    None,
}

impl Settings {
    /// Takes the keys of adaptation out of a table.
    pub fn read(reader: &mut Reader<'_>) -> Settings {
        let settings = Settings {
            text: reader.text("text"),
            shorter: reader.texts("shorter"),
            overflow: reader.one_of("overflow").map(|name| {
                name.map(|name| match name {
                    "shorten" => Overflow::Shorten,
                    "thread" => Overflow::Thread,
                    _ => Overflow::Error,
                })
            }),
            numbered: reader.boolean("numbered"),
            thread: reader.texts("thread"),
            title: reader.text("title"),
            slug: reader.text("slug"),
            excerpt: reader.text("excerpt"),
            canonical: reader.text("canonical"),
            subject: reader.text("subject"),
            preheader: reader.text("preheader"),
            attach: reader.one_of("attach").map(|name| {
                name.map(|name| match name {
                    "card" => Attach::Card,
                    "images" => Attach::Images,
                    _ => Attach::None,
                })
            }),
            crop: reader.ratio("crop"),
            first_comment: reader.text("first_comment"),
            url_reserve: reader.integer("url_reserve").map(|number| {
                number.map(|number| usize::try_from(number).unwrap_or(MOST_RESERVED).min(MOST_RESERVED))
            }),
        };
        if let (Some(_), Some(thread)) = (&settings.text, &settings.thread) {
            let place = thread.first().map_or(reader.span(), |part| part.span);
            let says = format!("{} has `text` and `thread`, and both say what the post is", reader.what());
            reader.problems.push(Diagnostic::error("wrong-value", says).at(place).hint("keep one of them"));
        }
        settings
    }

    /// What is said nearest about `rung` for each key: by the head of its
    /// `RUNG.md`, by the message's override, by that of the `master` which the
    /// message translates (or is), by the rung, the ladder, the channel. The
    /// adapter's own templates stand behind them.
    pub fn of(
        project: &Project,
        ladder: &Ladder,
        rung: &Rung,
        message: &Message,
        master: &Message,
    ) -> Settings {
        let name = &rung.name.value;
        let channel = project.channel(&rung.channel.value).map(|channel| &channel.settings);
        let whole = message.written_whole(name).map(|whole| &whole.settings);
        let nearest_first = [
            whole,
            message.override_for(name),
            master.override_for(name),
            Some(&rung.settings),
            Some(&ladder.defaults),
            channel,
        ];
        nearest_first.into_iter().flatten().fold(Settings::default(), Settings::or)
    }

    /// `self` where it says something, `farther` elsewhere. A `text` (or
    /// `thread`) that is nearer also takes away the `shorter` of what is
    /// farther: those were alternatives to another text.
    #[must_use]
    pub fn or(self, farther: &Settings) -> Settings {
        let says_its_own = self.text.is_some() || self.thread.is_some();
        Settings {
            shorter: self.shorter.or_else(|| if says_its_own { None } else { farther.shorter.clone() }),
            thread: self.thread.or_else(|| if says_its_own { None } else { farther.thread.clone() }),
            text: if says_its_own { self.text } else { farther.text.clone() },
            overflow: self.overflow.or_else(|| farther.overflow.clone()),
            numbered: self.numbered.or_else(|| farther.numbered.clone()),
            title: self.title.or_else(|| farther.title.clone()),
            slug: self.slug.or_else(|| farther.slug.clone()),
            excerpt: self.excerpt.or_else(|| farther.excerpt.clone()),
            canonical: self.canonical.or_else(|| farther.canonical.clone()),
            subject: self.subject.or_else(|| farther.subject.clone()),
            preheader: self.preheader.or_else(|| farther.preheader.clone()),
            attach: self.attach.or_else(|| farther.attach.clone()),
            crop: self.crop.or_else(|| farther.crop.clone()),
            first_comment: self.first_comment.or_else(|| farther.first_comment.clone()),
            url_reserve: self.url_reserve.or_else(|| farther.url_reserve.clone()),
        }
    }
}
