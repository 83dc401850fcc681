//! One variant as the rules look at it: with its settings and the places in
//! the user's files that made it.

use super::written::Written;
use super::{Made, Subject};
use crate::ladder::Settings;
use crate::render::{Article, Mail, Post, Variant};
use crate::source::{Span, Spanned};
use crate::text::{Rules, network};

/// A rule that looks at one variant.
pub(super) type OfVariant = fn(&Look<'_>, &mut Vec<crate::diagnostic::Diagnostic>);

/// A variant, and where to point.
pub(super) struct Look<'a> {
    pub subject: &'a Subject<'a>,
    pub made: &'a Made<'a>,
    /// What is written nearest for each key: what was rendered with.
    pub settings: Settings,
}

impl<'a> Look<'a> {
    pub fn new(subject: &'a Subject<'a>, made: &'a Made<'a>) -> Look<'a> {
        let Subject { project, ladder, message, .. } = subject;
        let settings = Settings::of(project, ladder, made.rung, made.message, message);
        Look { subject, made, settings }
    }

    /// The rung's name, as messages say it.
    pub fn rung(&self) -> &'a str {
        &self.made.rung.name.value
    }

    /// The network, as people write it.
    pub fn network(&self) -> &'static str {
        let Rules { network, title, .. } = self.made.outlet.rules;
        match network {
            "outbox" | "manual" => title,
            network if title == network::UNKNOWN.title => network,
            _ => title,
        }
    }

    pub fn post(&self) -> Option<&'a Post> {
        match self.made.variant {
            Variant::Post(post) => Some(post),
            Variant::Article(_) | Variant::Mail(_) => None,
        }
    }

    pub fn article(&self) -> Option<&'a Article> {
        match self.made.variant {
            Variant::Article(article) => Some(article),
            Variant::Post(_) | Variant::Mail(_) => None,
        }
    }

    pub fn mail(&self) -> Option<&'a Mail> {
        match self.made.variant {
            Variant::Mail(mail) => Some(mail),
            Variant::Post(_) | Variant::Article(_) => None,
        }
    }

    /// Where all of it was written.
    pub fn written(&self) -> Written<'_> {
        let Made { rung, message, outlet, .. } = *self.made;
        let (master, settings) = (self.subject.message, &self.settings);
        Written { rung, message, master, settings, language: &outlet.language }
    }

    /// The text that was written whole for this rung.
    pub fn written_whole(&self) -> Option<&Spanned<String>> {
        self.written().whole()
    }

    /// The template that a part of a post came from: the last that was tried,
    /// unless the user wrote none.
    pub fn template(&self, part: usize) -> Option<&Spanned<String>> {
        self.written().template(part)
    }

    /// Where to change the text of a part.
    pub fn text_span(&self, part: usize) -> Span {
        self.written().text(part)
    }

    /// Where `setting` is written, else the message's title.
    pub fn span_of(&self, setting: Option<&Spanned<String>>) -> Span {
        setting.map_or(self.made.message.title.span, |text| text.span)
    }

    /// "`tweet`", or "part 2 of `tweet`" in a thread.
    pub fn part_name(&self, part: usize) -> String {
        match self.post() {
            Some(post) if post.parts.len() > 1 => format!("part {} of `{}`", part + 1, self.rung()),
            _ => format!("`{}`", self.rung()),
        }
    }

    /// Every text of the variant that readers see as text, what it is called,
    /// and where it is changed. HTML is left out: it says the same again.
    pub fn texts(&self) -> Vec<(String, &'a str, Span)> {
        match self.made.variant {
            Variant::Post(post) => {
                let parts = post.parts.iter().enumerate();
                let mut texts: Vec<(String, &'a str, Span)> = parts
                    .map(|(at, part)| (self.part_name(at), part.text.as_str(), self.text_span(at)))
                    .collect();
                if let Some(comment) = &post.first_comment {
                    let span = self.span_of(self.settings.first_comment.as_ref());
                    texts.push((format!("the first comment of `{}`", self.rung()), comment, span));
                }
                texts
            }
            Variant::Article(article) => vec![
                (
                    format!("the title of `{}`", self.rung()),
                    &article.title,
                    self.span_of(self.settings.title.as_ref()),
                ),
                (format!("the excerpt of `{}`", self.rung()), &article.excerpt, self.written().excerpt()),
                (format!("`{}`", self.rung()), &article.markdown, self.body_span()),
            ],
            Variant::Mail(mail) => vec![
                (
                    format!("the subject of `{}`", self.rung()),
                    &mail.subject,
                    self.span_of(self.settings.subject.as_ref()),
                ),
                (format!("the preheader of `{}`", self.rung()), &mail.preheader, self.preheader_span()),
                (format!("`{}`", self.rung()), &mail.text, self.body_span()),
            ],
        }
    }

    /// What the body of an article or a mail is made of, as it is written.
    pub fn body(&self) -> &str {
        let written = self.written_whole().or(self.settings.text.as_ref());
        written.map_or(&self.made.message.body.value, |text| &text.value)
    }

    /// Where the body of an article or a mail is changed.
    pub fn body_span(&self) -> Span {
        self.written().body()
    }

    pub fn preheader_span(&self) -> Span {
        self.written().preheader()
    }
}

/// `1 image`, `2 images`.
pub(super) fn number(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}
