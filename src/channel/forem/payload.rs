//! What an article is in Forem's words. Pure.

use super::{Forem, liquid};
use crate::channel::article_html::is_called;
use crate::channel::markdown_body::{below_title, pictures, with_pictures};
use crate::diagnostic::{About, Checked, Diagnostic};
use crate::plan::{Payload, PayloadPart};
use crate::render::Article;
use serde_json::json;

/// Most characters of a title (model `Article`).
const LONGEST_TITLE: usize = 128;
/// Most bytes of a text (model `Article`, 800 kilobytes), less some for our mark.
const LONGEST_BODY: usize = 800 * 1024 - 128;
/// Most characters of a description. Not verified: what is longer is cut, and is
/// nowhere but on cards.
const LONGEST_DESCRIPTION: usize = 170;
/// Most tags, characters of one, and characters of all with commas between (model
/// `Article`, `Tag`).
const TAGS: (usize, usize, usize) = (4, 30, 126);

/// `POST /api/articles`, without our mark.
pub(super) fn payload(channel: &Forem, article: &Article) -> Checked<Payload> {
    let mut problems = Vec::new();
    let title = article.title.chars().count();
    if title > LONGEST_TITLE {
        let says = format!("the title has {title} characters, and Forem takes {LONGEST_TITLE}");
        problems.push(
            Diagnostic::error("too-long", says).about(About::Title).hint("set a shorter `title` on the rung"),
        );
    }
    let body = body(channel, article, &mut problems);
    if body.len() > LONGEST_BODY {
        let says = format!("the text has {} bytes, and Forem takes 800 kilobytes", body.len());
        problems.push(
            Diagnostic::error("too-long", says)
                .about(About::Body)
                .hint("publish a part of it, and lead to the rest"),
        );
    }
    let cover = article.cover.as_ref().filter(|cover| {
        // The community shows the cover above the text: once is enough.
        !pictures(&article.markdown).iter().any(|shown| is_called(&shown.address, &cover.name))
    });
    if let Some(cover) = cover.filter(|_| channel.images.is_none()) {
        let says = format!("`{}` would be the cover, and Forem takes no uploads: it is left out", cover.path);
        problems.push(
            Diagnostic::warning("cover-left-out", says).about(About::Picture(cover.path.clone())).hint(HINT),
        );
    }
    let body = json!({
        "title": article.title,
        "body_markdown": body,
        "description": cut(&article.excerpt),
        "canonical_url": article.canonical,
        "main_image": cover.and_then(|cover| place(channel, article, &cover.name)),
        "tags": tags(article, &mut problems),
        "series": channel.series,
        "organization_id": channel.organization,
    });
    // Nothing is uploaded: what is shown lies elsewhere.
    Checked::with(Payload { parts: vec![PayloadPart { body, media: Vec::new() }] }, problems)
}

const HINT: &str = "say where the images can be fetched once your own site is out: \
                    `images = \"https://blog.example.com/{slug}/{file}\"` in the channel";

/// Of a picture that only the text knows.
const UNKNOWN: &str = "write its whole address into the text; or add the file to the message as `[[media]]`, \
                       and say with `images` in the channel where those can be fetched";

fn body(channel: &Forem, article: &Article, problems: &mut Vec<Diagnostic>) -> String {
    let markdown = below_title(&article.markdown, &article.title);
    for shown in pictures(&markdown) {
        let known = article.media.iter().find(|picture| is_called(&shown.address, &picture.name));
        let is_public = crate::ladder::name::is_page(&shown.address);
        if is_public || known.is_some() && channel.images.is_some() {
            continue;
        }
        let path: String = known.map_or(&shown.address, |picture| &picture.path).chars().take(80).collect();
        let says = format!("the text shows `{path}`, and Forem takes no uploads: nobody would see it");
        let problem = Diagnostic::error("image-not-public", says);
        problems.push(match known {
            Some(picture) => problem.about(About::Picture(picture.path.clone())).hint(HINT),
            None => problem.about(About::Body).hint(UNKNOWN),
        });
    }
    let markdown = with_pictures(&markdown, &|address| {
        let picture = article.media.iter().find(|picture| is_called(address, &picture.name))?;
        place(channel, article, &picture.name)
    });
    let markdown = match liquid::harmless(&markdown) {
        Ok(markdown) => markdown,
        Err(why) => {
            let hint = "write such code between lines of ```, and such an address with %7B";
            problems.push(Diagnostic::error("liquid", why).about(About::Body).hint(hint));
            markdown
        }
    };
    without_head(markdown)
}

/// A line of dashes at the beginning would open a front matter, which overrides all
/// else that is sent (API docs, `body_markdown`).
fn without_head(markdown: String) -> String {
    let text = markdown.trim_start();
    let line = text.lines().next().unwrap_or_default().trim_end();
    if line.len() >= 3 && line.bytes().all(|b| b == b'-') {
        return format!("***{}", &text[line.len()..]);
    }
    markdown
}

/// Where a picture of the message can be fetched.
fn place(channel: &Forem, article: &Article, file: &str) -> Option<String> {
    let encoded: String = url::form_urlencoded::byte_serialize(file.as_bytes()).collect();
    let pattern = channel.images.as_ref()?;
    Some(pattern.replace("{slug}", &article.slug).replace("{file}", &encoded.replace('+', "%20")))
}

fn cut(text: &str) -> String {
    if text.chars().count() <= LONGEST_DESCRIPTION {
        return text.to_owned();
    }
    let start: String = text.chars().take(LONGEST_DESCRIPTION - 1).collect();
    let words = start.rsplit_once(' ').map_or(start.as_str(), |(words, _)| words);
    format!("{}…", words.trim_end_matches([',', ';', ':', ' ']))
}

/// The tags in Forem's form: letters and digits alone. What goes is told.
fn tags(article: &Article, problems: &mut Vec<Diagnostic>) -> Vec<String> {
    let (most, longest, all) = TAGS;
    let mut taken: Vec<String> = Vec::new();
    let mut left: Vec<&str> = Vec::new();
    for tag in &article.tags {
        let bare: String = tag.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
        if taken.contains(&bare) {
            continue;
        }
        let length: usize = taken.iter().map(|tag| tag.chars().count() + 2).sum();
        let size = bare.chars().count();
        if size == 0 || size > longest || taken.len() == most || length + size > all {
            left.push(tag);
        } else {
            taken.push(bare);
        }
    }
    if !left.is_empty() {
        let named: Vec<String> = left.iter().map(|tag| format!("`{tag}`")).collect();
        let says = format!(
            "{} goes without: Forem takes {most} tags of {longest} letters and digits",
            named.join(", ")
        );
        let hint = "put those first in the message's `tags` that matter there";
        problems.push(Diagnostic::warning("tags-left-out", says).about(About::Tags).hint(hint));
    }
    taken
}
