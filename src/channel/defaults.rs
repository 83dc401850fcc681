//! The adapters' own templates, under the names that the adapters use.
//!
//! They are written in the `render` room; this file is the one place where an
//! adapter meets them.

use crate::render::Defaults;

const POST: Defaults = Defaults {
    text: Some("{{ message.title }} {{ message.summary }}{% if link is defined %} {{ link }}{% endif %}"),
    shorter: &["{{ message.title }}{% if link is defined %} {{ link }}{% endif %}"],
    subject: None,
    preheader: None,
    title: None,
    excerpt: None,
    attach: None,
};

/// X.
pub const X: Defaults = POST;
/// Facebook.
pub const FACEBOOK: Defaults = POST;
/// LinkedIn.
pub const LINKEDIN: Defaults = POST;
/// Anything that takes plain text.
pub const PLAIN: Defaults = POST;
/// An article.
pub const ARTICLE: Defaults = Defaults {
    text: Some("{{ message.body }}"),
    shorter: &[],
    subject: None,
    preheader: None,
    title: Some("{{ message.title }}"),
    excerpt: Some("{{ message.summary }}"),
    attach: None,
};
/// A mail.
pub const MAIL: Defaults = Defaults {
    text: Some("{{ message.body }}"),
    shorter: &[],
    subject: Some("{{ message.title }}"),
    preheader: Some("{{ message.summary }}"),
    title: None,
    excerpt: None,
    attach: None,
};
