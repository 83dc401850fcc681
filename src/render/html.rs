//! Markdown as HTML that is safe to put on a page or into a mail.
//!
//! No scripts, styles or event handlers; links lead to `http`, `https`,
//! `mailto` or stay on the site; a bare address in running text is one of
//! them. Late addresses are in their HTML form.

use super::late;
use super::markdown;
use super::markup::gfm::events;
use crate::text::tags;
use ammonia::{Builder, UrlRelative, UrlRelativeEvaluate};
use pulldown_cmark::{CowStr, Event, Tag, html};
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

/// Tags and entities of raw HTML in one text beyond which they are dropped: a
/// parser's time grows with the square of deep nesting.
pub(crate) const RAW_TAGS: usize = 2000;

/// `markdown` as sanitised HTML.
pub fn sanitised(markdown: &str) -> String {
    with_images(markdown, &mut |_| None)
}

/// The same; `image` may give a picture another address.
pub fn with_images(markdown: &str, image: &mut dyn FnMut(&str) -> Option<String>) -> String {
    let mut raw = 0;
    let mapped = events(markdown).filter_map(|event| match event {
        Event::Start(Tag::Image { link_type, dest_url, title, id }) => {
            let dest_url = image(&dest_url).map_or(dest_url, CowStr::from);
            Some(Event::Start(Tag::Image { link_type, dest_url, title, id }))
        }
        other => within(&mut raw, RAW_TAGS, other),
    });
    late::in_html(fragment(mapped, cleaner()).trim_end())
}

/// HTML that somebody else made, by the same rules.
pub fn cleaned(html: &str) -> String {
    tags::clean(cleaner(), html)
}

/// HTML of this room for readers who do not know where it stood: an address that is not
/// whole becomes what `whole` makes of it, or none.
pub fn with_whole_addresses(
    html: &str,
    whole: impl Fn(&str) -> Option<String> + Send + Sync + 'static,
) -> String {
    let whole = move |address: &str| whole(address).map(Cow::Owned);
    tags::clean(rules().url_relative(UrlRelative::Custom(Box::new(Whole(whole)))), html)
}

/// What makes an address whole, as the sanitiser asks for it.
struct Whole<F>(F);

impl<F: Fn(&str) -> Option<Cow<'static, str>> + Send + Sync + 'static> UrlRelativeEvaluate<'_> for Whole<F> {
    fn evaluate<'url>(&self, url: &'url str) -> Option<Cow<'url, str>> {
        (self.0)(url)
    }
}

/// A post in Markdown of a network's own, by the same rules; `lines`: a line
/// ends where it ends in the text.
pub fn of_post(text: &str, lines: bool) -> String {
    let mut raw = 0;
    let mapped = markdown::events(text).filter_map(|event| match event {
        Event::SoftBreak if lines => Some(Event::HardBreak),
        other => within(&mut raw, RAW_TAGS, other),
    });
    fragment(mapped, cleaner()).trim_end().to_owned()
}

/// Markdown as an outlet takes it that has rules of its own: `cleaner` knows
/// them; of raw HTML at most `tags` tags stay; lines are not broken where the
/// Markdown breaks them.
pub(super) fn by(markdown: &str, cleaner: &Builder<'_>, tags: usize) -> String {
    let mut raw = 0;
    let mapped = events(markdown).filter_map(|event| match event {
        Event::SoftBreak => Some(Event::Text(" ".into())),
        other => within(&mut raw, tags, other),
    });
    late::in_html(fragment(mapped, cleaner).trim_end())
}

/// `events` as sanitised HTML. Late addresses stand as they are.
pub(super) fn fragment<'a>(events: impl Iterator<Item = Event<'a>>, cleaner: &Builder<'_>) -> String {
    let mut out = String::new();
    html::push_html(&mut out, events);
    // Styles do not survive sanitising, and a column's side is no style.
    for side in ["left", "center", "right"] {
        let style = format!(" style=\"text-align: {side}\">");
        if out.contains(&style) {
            out = out.replace(&style, &format!(" align=\"{side}\">"));
        }
    }
    tags::clean(cleaner, &out)
}

/// `event` as it may stand in HTML that is sanitised next: of raw HTML at most
/// `tags` tags, which `raw` counts.
pub(super) fn within<'a>(raw: &mut usize, tags: usize, event: Event<'a>) -> Option<Event<'a>> {
    match event {
        // A form's checkbox does not survive sanitising, and mail has no forms.
        Event::TaskListMarker(done) => Some(Event::Text(if done { "☑ " } else { "☐ " }.into())),
        Event::Html(text) | Event::InlineHtml(text) => {
            *raw += weight(&text);
            (*raw <= tags).then_some(Event::Html(text))
        }
        other => Some(other),
    }
}

/// How many tags and entities a piece of raw HTML counts as.
pub(crate) fn weight(html: &str) -> usize {
    html.bytes().filter(|byte| matches!(byte, b'<' | b'&')).count()
}

/// Cleans what goes on a page or into a mail.
pub(super) fn cleaner() -> &'static Builder<'static> {
    static CLEANER: OnceLock<Builder<'static>> = OnceLock::new();
    CLEANER.get_or_init(rules)
}

/// What stays of HTML, and how.
fn rules() -> Builder<'static> {
    let mut builder = Builder::default();
    let id = HashSet::from(["id"]);
    let mut attributes: HashMap<&str, HashSet<&str>> = builder.clone_tag_attributes();
    for tag in ["h1", "h2", "h3", "h4", "h5", "h6", "div"] {
        attributes.entry(tag).or_default().extend(&id);
    }
    attributes.entry("code").or_default().insert("class");
    builder
        .tag_attributes(attributes)
        .url_schemes(HashSet::from(["http", "https", "mailto", "cid"]))
        .url_relative(UrlRelative::PassThrough)
        .link_rel(Some("noopener noreferrer"))
        .attribute_filter(|tag, attribute, value| match (tag, attribute) {
            // `class` only names a code block's language.
            ("code", "class") if !value.starts_with("language-") => None,
            // `//host/x` takes the page's scheme: in a mail there is none.
            ("a", "href") | ("img", "src") if value.trim_start().starts_with("//") => None,
            _ => Some(value.into()),
        });
    builder
}
