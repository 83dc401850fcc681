//! The preview as one page: each variant as a reader of that network sees it.
//!
//! The page asks nobody for anything: no script, no font, no picture from
//! elsewhere, and a policy in its head that forbids all of them. It shows the
//! same for the same input; it invents no numbers and no names.

pub(in crate::report) mod album;
pub(in crate::report) mod body;
pub(in crate::report) mod rich;
pub(in crate::report) mod view;

use super::Preview;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior};

pub(in crate::report) const STYLE: &str = include_str!("style.css");
const TEMPLATES: [(&str, &str); 5] = [
    ("page.html", include_str!("page.html")),
    ("post.html", include_str!("post.html")),
    ("article.html", include_str!("article.html")),
    ("mail.html", include_str!("mail.html")),
    ("picture.html", include_str!("picture.html")),
];

/// The networks that have a look of their own in `style.css`.
const LOOKS: &[&str] = &["bluesky", "facebook", "linkedin", "mastodon", "nostr", "threads", "x"];

/// The class of a network's posts.
pub(in crate::report) fn look(network: &str) -> &'static str {
    LOOKS.iter().find(|name| **name == network).copied().unwrap_or("plain")
}

/// The page.
pub fn page(preview: &Preview<'_>) -> String {
    let view = view::page(preview, STYLE);
    // The templates are part of this program and the tests render them: what
    // can still fail here is memory.
    render(&view)
        .unwrap_or_else(|error| format!("<!doctype html><pre>{}</pre>", rich::escape(&error.to_string())))
}

fn render(view: &view::PageView) -> Result<String, minijinja::Error> {
    let mut environment = environment();
    for (name, source) in TEMPLATES {
        environment.add_template(name, source)?;
    }
    environment.get_template("page.html")?.render(Serde(view))
}

/// The template engine as our pages need it: all is escaped that is not marked as safe.
pub(in crate::report) fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    // Ours, because the built-in one also spells out every `/`, and does not
    // know the characters that turn the direction of writing.
    environment.set_formatter(|out, _, value| {
        if value.is_safe() {
            out.write_str(&value.to_string())?;
        } else if !value.is_none() {
            out.write_str(&rich::escape(&value.to_string()))?;
        }
        Ok(())
    });
    environment
}

#[cfg(test)]
mod tests;
