//! What a rung makes of a message.

use crate::media::Recipe;
use crate::text::visible;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// Which kind of variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum VariantKind {
    /// A post, or a thread of posts.
    Post,
    /// An article on a site.
    Article,
    /// A mail.
    Mail,
}

impl VariantKind {
    /// As JSON says it.
    pub fn name(self) -> &'static str {
        match self {
            VariantKind::Post => "post",
            VariantKind::Article => "article",
            VariantKind::Mail => "mail",
        }
    }
}

/// What a rung makes of a message. URLs that are not known yet are tokens
/// (`render::late`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Variant {
    /// A post, or a thread.
    Post(Post),
    /// An article.
    Article(Article),
    /// A mail, the same for every recipient.
    Mail(Mail),
}

impl Variant {
    /// Its kind.
    pub fn kind(&self) -> VariantKind {
        match self {
            Variant::Post(_) => VariantKind::Post,
            Variant::Article(_) => VariantKind::Article,
            Variant::Mail(_) => VariantKind::Mail,
        }
    }

    /// Every text in it, for looking things up (`late::rungs`) and for
    /// replacing them (`late::bind`): nothing that readers see is left out.
    pub fn texts_mut(&mut self) -> Vec<&mut String> {
        let mut texts: Vec<&mut String> = Vec::new();
        let mut pictures: Vec<&mut Picture> = Vec::new();
        match self {
            Variant::Post(post) => {
                for part in &mut post.parts {
                    texts.push(&mut part.text);
                    texts.extend(part.links.iter_mut());
                    pictures.extend(part.media.iter_mut());
                }
                if let Some(card) = &mut post.card {
                    texts.extend([&mut card.url, &mut card.title, &mut card.description]);
                    pictures.extend(card.image.as_mut());
                }
                texts.extend(post.first_comment.as_mut());
            }
            Variant::Article(article) => {
                let Article { title, excerpt, html, markdown, canonical, tags, cover, media, .. } = article;
                texts.extend([title, excerpt, html, markdown]);
                texts.extend(canonical.iter_mut().chain(tags));
                pictures.extend(cover.iter_mut().chain(media));
            }
            Variant::Mail(mail) => {
                texts.extend([&mut mail.subject, &mut mail.preheader, &mut mail.html, &mut mail.text]);
                pictures.extend(&mut mail.media);
            }
        }
        texts.extend(pictures.into_iter().map(|picture| &mut picture.alt));
        texts
    }

    /// Without characters that act on a display: what leaves the house steers
    /// no reader's terminal and turns no words around. `lint` says that they
    /// were there.
    pub(super) fn harmless(mut self) -> Variant {
        for text in self.texts_mut() {
            if let Cow::Owned(clean) = visible::harmless(text) {
                *text = clean;
            }
        }
        self
    }

    /// The rungs whose addresses it waits for.
    pub fn late_rungs(&self) -> std::collections::BTreeSet<String> {
        let mut copy = self.clone();
        copy.texts_mut().into_iter().flat_map(|text| super::late::rungs(text)).collect()
    }

    /// Puts what `made` gives in the place of each picture; it is told whether that is
    /// a card's. A mail refers to its pictures by their digests: it follows.
    pub fn replace_pictures(&mut self, mut made: impl FnMut(&Picture, bool) -> Option<Picture>) {
        let mut replace = |picture: &mut Picture, of_card: bool| {
            let other = made(picture, of_card)?;
            Some(std::mem::replace(picture, other).sha256)
        };
        match self {
            Variant::Post(post) => {
                for picture in post.parts.iter_mut().flat_map(|part| &mut part.media) {
                    replace(picture, false);
                }
                if let Some(image) = post.card.as_mut().and_then(|card| card.image.as_mut()) {
                    replace(image, true);
                }
            }
            Variant::Article(article) => {
                for picture in article.cover.iter_mut().chain(&mut article.media) {
                    replace(picture, false);
                }
            }
            Variant::Mail(mail) => {
                for picture in &mut mail.media {
                    if let Some(old) = replace(picture, false) {
                        let (old, new) = (format!("cid:{old}"), format!("cid:{}", picture.sha256));
                        mail.html = mail.html.replace(&old, &new);
                    }
                }
            }
        }
    }

    /// The pictures it carries, cover included.
    pub fn pictures(&self) -> Vec<&Picture> {
        match self {
            Variant::Post(post) => {
                let card = post.card.as_ref().and_then(|card| card.image.as_ref());
                post.parts.iter().flat_map(|part| &part.media).chain(card).collect()
            }
            Variant::Article(article) => article.cover.iter().chain(&article.media).collect(),
            Variant::Mail(mail) => mail.media.iter().collect(),
        }
    }
}

impl Article {
    /// Whether the body shows the cover already, so that a page that shows both
    /// would show it twice.
    pub fn has_cover_in_body(&self) -> bool {
        self.cover.as_ref().is_some_and(|cover| self.html.contains(&cover.name))
    }
}

/// A post: one part, or a thread.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Post {
    /// The parts in order; at least one.
    pub parts: Vec<Part>,
    /// The link shown as a card below the (first) part.
    pub card: Option<Card>,
    /// The first comment, posted by the author below the post.
    pub first_comment: Option<String>,
    /// Characters kept free for each late URL that is counted by its letters.
    pub url_reserve: usize,
    /// BCP 47 tag of the message that it was made of: a channel in another language
    /// says what it is given. Empty where nobody said.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub language: String,
}

/// One part of a post.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// The text, in the markup of its outlet (`text::Rules::markup`).
    pub text: String,
    /// The links in it, in order.
    pub links: Vec<String>,
    /// The images on it.
    pub media: Vec<Picture>,
}

/// An image, with its words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Picture {
    /// Path relative to the project.
    pub path: String,
    /// File name as the outlet sees it.
    pub name: String,
    /// Alt text in the outlet's language; empty if there is none (lint says so).
    pub alt: String,
    /// `image/png` …
    pub mime: String,
    /// SHA-256 of the bytes, hex.
    pub sha256: String,
    /// Size in bytes.
    pub bytes: u64,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// How it was made of the file at `path`; none if it is that file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_from: Option<Recipe>,
}

impl Picture {
    /// `name` with the ending of that type; it keeps its own where that is one of it.
    /// Servers and sites go by it.
    pub fn named(name: &str, mime: &str) -> String {
        let endings: &[&str] = match mime {
            "image/jpeg" => &["jpg", "jpeg", "jpe", "jfif"],
            "image/png" => &["png", "apng"],
            "image/gif" => &["gif"],
            "image/webp" => &["webp"],
            _ => return name.to_owned(),
        };
        let known = ["jpg", "jpeg", "jpe", "jfif", "png", "apng", "gif", "webp"];
        let is_one_of = |ending: &str, all: &[&str]| all.iter().any(|one| one.eq_ignore_ascii_case(ending));
        match name.rsplit_once('.') {
            Some((_, ending)) if is_one_of(ending, endings) => name.to_owned(),
            Some((stem, ending)) if !stem.is_empty() && is_one_of(ending, &known) => {
                format!("{stem}.{}", endings[0])
            }
            _ => format!("{name}.{}", endings[0]),
        }
    }

    /// What was done to its pixels to make it fit, for people.
    pub fn made(&self) -> Option<String> {
        self.made_from.as_ref()?.says(self.width, self.height, self.bytes)
    }
}

/// A link as networks show it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Card {
    /// Where it leads.
    pub url: String,
    /// Its headline.
    pub title: String,
    /// A line below.
    pub description: String,
    /// The picture, if the message has one.
    pub image: Option<Picture>,
}

/// An article.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Article {
    /// The headline.
    pub title: String,
    /// The last part of its address.
    pub slug: String,
    /// A sentence or two for lists and feeds.
    pub excerpt: String,
    /// The body as sanitised HTML.
    pub html: String,
    /// The body as Markdown.
    pub markdown: String,
    /// The picture on top and on cards.
    pub cover: Option<Picture>,
    /// The message's images, for writing beside the page.
    pub media: Vec<Picture>,
    /// Without `#`.
    pub tags: Vec<String>,
    /// The address that counts as the original, when it is not this article's own.
    pub canonical: Option<String>,
    /// BCP 47 tag.
    pub language: String,
    /// The message's `publish_at`; none means the moment of publishing.
    pub date: Option<jiff::Timestamp>,
}

/// A mail.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mail {
    /// The sender.
    pub from: String,
    /// One line, without control characters.
    pub subject: String,
    /// What clients show behind the subject.
    pub preheader: String,
    /// The HTML part, whole and with inlined CSS.
    pub html: String,
    /// The text part.
    pub text: String,
    /// Images that the HTML part refers to as `cid:SHA256`.
    pub media: Vec<Picture>,
    /// BCP 47 tag.
    pub language: String,
}
