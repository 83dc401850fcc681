//! What readers will see, before they do.
//!
//! One value, four ways to look at it: [`json`] for machines, [`terminal`] for
//! a quick look, [`html`] to see it as readers of each network do, [`markdown`]
//! for a review. All are pure and the same input gives the same bytes.

mod fold;
pub(in crate::report) mod html;
mod json;
mod markdown;
pub(in crate::report) mod reading;
mod terminal;

#[cfg(test)]
mod fixture;

use crate::diagnostic::Diagnostic;
use crate::render::{Article, Outlet, Part, Post, Variant};
use crate::source::Sources;
use crate::text::network;
use jiff::Timestamp;
use std::collections::BTreeMap;

/// One message on its ladder, rendered.
pub struct Preview<'a> {
    /// The texts that spans point into.
    pub sources: &'a Sources,
    /// The brand's name.
    pub brand: &'a str,
    /// The message's id.
    pub message: &'a str,
    /// Its title.
    pub title: &'a str,
    /// The ladder's name.
    pub ladder: &'a str,
    /// In rung order.
    pub items: Vec<PreviewItem<'a>>,
    /// What check and rendering found.
    pub problems: &'a [Diagnostic],
    /// The bytes of pictures by SHA-256, for the page (which shrinks them).
    pub pictures: &'a BTreeMap<String, Vec<u8>>,
}

/// One rung.
pub struct PreviewItem<'a> {
    /// The rung's name.
    pub rung: &'a str,
    /// Where it goes.
    pub outlet: &'a Outlet,
    /// The account, for the head of the picture.
    pub account: &'a str,
    /// The rungs it waits for.
    pub after: Vec<&'a str>,
    /// When it goes out, as far as that is known, in words and as a time.
    pub when: Option<(String, Option<Timestamp>)>,
    /// What it says.
    pub variant: &'a Variant,
    /// Who gets it, one message each; empty for everything but mail.
    pub recipients: &'a [String],
}

impl PreviewItem<'_> {
    /// The network in words: `LinkedIn`.
    fn network(&self) -> String {
        let rules = &self.outlet.rules;
        match rules.network {
            "" => self.outlet.adapter.clone(),
            "static-site" => "site".to_owned(),
            _ if rules.title != network::UNKNOWN.title => rules.title.to_owned(),
            name => {
                let mut letters = name.chars();
                letters.next().map_or_else(String::new, |c| c.to_uppercase().chain(letters).collect())
            }
        }
    }

    /// The language that it is written in.
    fn language(&self) -> &str {
        let own = match self.variant {
            Variant::Post(post) => &post.language,
            Variant::Article(article) => &article.language,
            Variant::Mail(mail) => &mail.language,
        };
        if own.is_empty() { &self.outlet.language } else { own }
    }

    /// The account without what only tells it from accounts elsewhere: `x:acme` is `acme`.
    fn handle(&self) -> &str {
        let known = [self.outlet.rules.network, self.outlet.adapter.as_str()];
        match self.account.split_once(':') {
            Some((before, after)) if known.contains(&before) && !after.is_empty() => after,
            _ => self.account,
        }
    }

    /// The account as readers see it beside the name: with `@` where the network has it.
    fn at_handle(&self) -> String {
        let handle = self.handle();
        let at = matches!(self.outlet.rules.network, "x" | "mastodon" | "bluesky" | "threads" | "instagram");
        if at && !handle.is_empty() && !handle.starts_with('@') && !handle.contains(' ') {
            format!("@{handle}")
        } else {
            handle.to_owned()
        }
    }

    /// The part that shows the card. X and others make it of a link in the text:
    /// the part that has the link shows it, and where none has, nobody sees a
    /// card. Facebook and LinkedIn are handed it with the first part.
    fn card_part(&self, post: &Post) -> Option<usize> {
        let card = post.card.as_ref()?;
        let leads = |part: &Part| part.text.contains(&card.url) || part.links.contains(&card.url);
        post.parts.iter().position(leads).or(self.outlet.rules.card_field.then_some(0))
    }

    /// What is written below the post once it is out.
    fn comment<'p>(&self, post: &'p Post) -> Comment<'p> {
        match post.first_comment.as_deref() {
            None => Comment::None,
            Some(comment) if self.outlet.rules.first_comment => Comment::Below(comment),
            Some(_) => Comment::LeftOut(format!("{} has no first comment: it is left out", self.network())),
        }
    }

    /// The address of the original of which `article` is a copy, where that is told there.
    fn original<'p>(&self, article: &'p Article) -> Option<&'p str> {
        article.canonical.as_deref().filter(|_| self.outlet.rules.canonical)
    }

    /// When it goes out and what it waits for, in a few words; empty if at once.
    fn timing(&self) -> String {
        let after = (!self.after.is_empty()).then(|| format!("after {}", self.after.join(", ")));
        let when = self.when.as_ref().map(|(words, _)| words.clone()).filter(|words| !words.is_empty());
        match (after, when) {
            // The words may say already what it waits for.
            (Some(after), Some(when)) if when.contains(&after) => when,
            (Some(after), Some(when)) => format!("{after} · {when}"),
            (after, when) => after.or(when).unwrap_or_default(),
        }
    }
}

/// A post's first comment, as its network has it.
enum Comment<'a> {
    /// None is written.
    None,
    /// This.
    Below(&'a str),
    /// One is written in the files, and cannot be here: the words say so.
    LeftOut(String),
}

/// How many words a text has, in words: `1 word`, `152 words`. Where words are
/// written without spaces, every sign counts.
fn word_count(text: &str) -> String {
    match unicode_segmentation::UnicodeSegmentation::unicode_words(text).count() {
        1 => "1 word".to_owned(),
        count => format!("{count} words"),
    }
}

/// The JSON of PRODUCT's contract: `message`, `ladder`, `variants` (the caller
/// adds `diagnostics`, `error` and `exit`).
pub fn json(preview: &Preview<'_>) -> serde_json::Value {
    json::preview(preview)
}

/// For a terminal of `width` columns; no line is longer (32 at least, 100 at most are used).
pub fn terminal(preview: &Preview<'_>, width: usize, colour: bool) -> String {
    terminal::preview(preview, width, colour)
}

/// The look of a network's posts on pages: a class of their style sheet.
pub fn look(network: &str) -> &'static str {
    html::look(network)
}

/// One self-contained page: no script, no request, under 5 MB.
pub fn html(preview: &Preview<'_>) -> String {
    html::page(preview)
}

/// Markdown for a pull request's comment; @names do not ping, and what the
/// message says cannot become markup. Stays below 60,000 characters, because
/// GitHub refuses comments over 65,536.
pub fn markdown(preview: &Preview<'_>) -> String {
    markdown::preview(preview)
}
