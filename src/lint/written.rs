//! In which of the user's files something of a variant was written.

use crate::diagnostic::About;
use crate::ladder::{Message, Rung, Settings};
use crate::source::{Span, Spanned};

/// All that a variant was made of, as far as users write it.
#[derive(Clone, Copy, Debug)]
pub struct Written<'a> {
    /// Its rung.
    pub rung: &'a Rung,
    /// The message in the outlet's language.
    pub message: &'a Message,
    /// The message in its own language.
    pub master: &'a Message,
    /// What is written nearest for each key.
    pub settings: &'a Settings,
    /// BCP 47 tag of the outlet.
    pub language: &'a str,
}

impl<'a> Written<'a> {
    /// Where to change that; the rung, if it is written nowhere.
    pub fn place(&self, about: &About) -> Span {
        let settings = self.settings;
        let of = |setting: &Option<Spanned<String>>| setting.as_ref().map(|text| text.span);
        match about {
            About::Rung => self.rung.span,
            About::Channel => self.rung.channel.span,
            About::Part(part) => self.text(*part),
            About::FirstComment => of(&settings.first_comment).unwrap_or(self.rung.span),
            About::Title => of(&settings.title).unwrap_or(self.message.title.span),
            About::Excerpt => self.excerpt(),
            About::Slug => of(&settings.slug).unwrap_or(self.rung.span),
            About::Canonical => of(&settings.canonical)
                .or(self.message.link.as_ref().map(|link| link.span))
                .unwrap_or(self.rung.span),
            About::Body => self.body(),
            About::Tags => self.message.tags.first().map_or(self.message.title.span, |tag| tag.span),
            About::Subject => of(&settings.subject).unwrap_or(self.message.title.span),
            About::Picture(path) => self.picture(path, false),
            About::Alt(path) => self.picture(path, true),
        }
    }

    /// The text that was written whole for this rung.
    pub(super) fn whole(&self) -> Option<&'a Spanned<String>> {
        let rung = &self.rung.name.value;
        let whole = self.message.written_whole(rung).or_else(|| self.master.written_whole(rung));
        whole.map(|whole| &whole.body)
    }

    /// The template that a part of a post came from: the last that was tried,
    /// unless the user wrote none.
    pub(super) fn template(&self, part: usize) -> Option<&'a Spanned<String>> {
        if let Some(thread) = &self.settings.thread {
            return thread.get(part).or(thread.last());
        }
        self.settings.shorter.as_ref().and_then(|shorter| shorter.last()).or(self.settings.text.as_ref())
    }

    /// Where to change the text of a part: the file written whole, the
    /// template, or (the adapter's own template) the message.
    pub(super) fn text(&self, part: usize) -> Span {
        let whole = self.whole().map(|body| body.span);
        whole.or_else(|| self.template(part).map(|text| text.span)).unwrap_or(self.message.title.span)
    }

    /// Where the body of an article or a mail is changed.
    pub(super) fn body(&self) -> Span {
        let written = self.whole().or(self.settings.text.as_ref());
        let body = self.message.body.span;
        // The body may be long: its first line is enough to point at.
        written.map_or(Span::new(body.source, body.start, body.start), |text| text.span)
    }

    pub(super) fn preheader(&self) -> Span {
        self.summary(self.settings.preheader.as_ref())
    }

    pub(super) fn excerpt(&self) -> Span {
        self.summary(self.settings.excerpt.as_ref())
    }

    /// Where a setting is written that is the summary, unless somebody set it.
    fn summary(&self, setting: Option<&Spanned<String>>) -> Span {
        let written = setting.map(|text| text.span);
        written.or(self.message.summary_span).unwrap_or(self.message.title.span)
    }

    /// Where the message names the file, or says its alt text.
    pub(super) fn picture(&self, path: &str, alt: bool) -> Span {
        let messages = [self.message, self.master];
        let media = messages.into_iter().flat_map(|message| &message.media).find(|media| media.path == path);
        let text = media.filter(|_| alt).and_then(|media| media.alt_in(self.language));
        text.map(|text| text.span).or(media.map(|media| media.file.span)).unwrap_or(self.message.title.span)
    }
}
