//! A post as the API tells it, and as readers see it.

use super::posts::Standing;
use super::{WordPress, library};
use crate::rehearsal::image;
use crate::rehearsal::request::Asked;
use crate::rehearsal::timeline::{LiveMedia, LivePost};
use serde_json::{Value, json};

impl WordPress {
    fn link(&self, post: &Standing) -> String {
        let is_out = matches!(post.status.as_str(), "publish" | "private");
        if is_out && self.has_words() {
            format!("{}/{}/", self.origin, post.slug)
        } else {
            format!("{}/?p={}", self.origin, post.id)
        }
    }

    pub(super) fn shown(&self, post: &Standing, asked: &Asked) -> Value {
        let (date, modified) = post.times();
        let content = seen(post);
        let mut told = json!({
            "id": post.id,
            "date": date,
            "date_gmt": date,
            "modified": modified,
            "modified_gmt": modified,
            "slug": post.slug,
            "status": post.status,
            "type": "post",
            "link": self.link(post),
            "title": { "rendered": post.title },
            "content": { "rendered": content, "protected": false },
            "excerpt": { "rendered": post.excerpt, "protected": false },
            "author": post.author,
            "featured_media": if hides_cover(post) { 0 } else { post.cover },
            "comment_status": if post.comments { "open" } else { "closed" },
            "categories": post.categories,
            "tags": post.tags,
        });
        // Whoever changes one is answered as an editor is.
        if asked.query("context") == Some("edit") || asked.method != "GET" {
            told["title"]["raw"] = json!(post.title);
            told["content"]["raw"] = json!(content);
            told["excerpt"]["raw"] = json!(post.excerpt);
        }
        told
    }

    pub(super) fn live(&self, post: &Standing) -> LivePost {
        let words = words(&seen(post));
        let text =
            if post.title.is_empty() { words } else { format!("{}\n\n{words}", self::words(&post.title)) };
        LivePost {
            id: post.id.to_string(),
            url: self.link(post),
            author: post.author.to_string(),
            text: text.trim_end().to_owned(),
            media: post.media.clone().unwrap_or_default(),
            link: None,
            reply_to: None,
            comments: Vec::new(),
            at: post.at,
            deleted: post.gone || !matches!(post.status.as_str(), "publish" | "private"),
        }
    }

    /// The cover, then the images in the text, as far as they lie in the library.
    pub(super) fn images_of(&self, post: &Standing) -> Vec<LiveMedia> {
        let live = |file: &library::File, alt: &str| image::live(&file.id.to_string(), &file.bytes, alt);
        let cover = self.files.iter().find(|file| file.id == post.cover).map(|file| live(file, &file.alt));
        let body = tags(&post.content).filter(|tag| tag.starts_with("<img")).filter_map(|tag| {
            let address = value(tag, "src").unwrap_or_default();
            let file = self.files.iter().find(|file| file.url == address)?;
            Some(live(file, &value(tag, "alt").unwrap_or_default()))
        });
        cover.into_iter().chain(body).collect()
    }
}

/// Something has taken the cover away.
fn hides_cover(post: &Standing) -> bool {
    post.media
        .as_ref()
        .is_some_and(|media| media.first().is_none_or(|first| first.id != post.cover.to_string()))
}

/// The text with the images that are left in it, and with their words as they are now.
fn seen(post: &Standing) -> String {
    let Some(media) = &post.media else { return post.content.clone() };
    with_images(&post.content, &media[usize::from(post.cover != 0 && !hides_cover(post)).min(media.len())..])
}

/// The text with these images alone, in order, and with their words.
pub(in crate::rehearsal) fn with_images(html: &str, media: &[LiveMedia]) -> String {
    let mut left = media.iter();
    let mut out = String::new();
    let mut rest = html;
    while let Some(at) = rest.find("<img") {
        let end = rest[at..].find('>').map_or(rest.len(), |end| at + end + 1);
        out.push_str(&rest[..at]);
        let tag = &rest[at..end];
        match (value(tag, "alt"), left.next()) {
            (Some(alt), Some(media)) if alt != media.alt => {
                out.push_str(&tag.replace(
                    &format!("alt=\"{}\"", quoted(&alt)),
                    &format!("alt=\"{}\"", quoted(&media.alt)),
                ));
            }
            (_, Some(_)) => out.push_str(tag),
            (_, None) => {}
        }
        rest = &rest[end..];
    }
    out + rest
}

/// What WordPress leaves of HTML that comes from somebody without `unfiltered_html`
/// (`wp_kses_post`): no scripts, and brackets as it spells them.
pub(super) fn kept(html: &str) -> String {
    let mut out = html.replace("&#91;", "&#091;");
    for tag in ["script", "style", "iframe"] {
        while let Some(at) = out.find(&format!("<{tag}")) {
            let end = out[at..].find('>').map_or(out.len(), |end| at + end + 1);
            out.replace_range(at..end, "");
        }
        out = out.replace(&format!("</{tag}>"), "");
    }
    out
}

/// The first characters that readers see, with all tags.
pub(in crate::rehearsal) fn cut(html: &str, characters: usize) -> String {
    let (mut out, mut left, mut inside) = (String::new(), characters, false);
    for c in html.chars() {
        inside |= c == '<';
        if inside || c == '\n' {
            out.push(c);
        } else if left > 0 {
            left -= 1;
            out.push(c);
        }
        inside &= c != '>';
    }
    out
}

/// `sanitize_title`, as far as it matters here.
pub(super) fn slug_of(text: &str) -> String {
    let mut out = String::new();
    for c in text.to_lowercase().chars() {
        match c {
            c if c.is_ascii_alphanumeric() || c == '_' => out.push(c),
            c if !c.is_ascii() && c.is_alphanumeric() => {
                let mut bytes = [0; 4];
                for byte in c.encode_utf8(&mut bytes).bytes() {
                    out.push_str(&format!("%{byte:02x}"));
                }
            }
            // Percent signs of letters that are written so already.
            '%' => out.push(c),
            ' ' | '-' | '.' | '/' if !out.is_empty() && !out.ends_with('-') => out.push('-'),
            _ => {}
        }
    }
    out.trim_end_matches('-').to_owned()
}

/// The words of HTML, a line for each block.
pub(in crate::rehearsal) fn words(html: &str) -> String {
    let mut out = String::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        out.push_str(&rest[..at]);
        let comment = rest[at..].starts_with("<!--");
        let end = if comment {
            rest[at..].find("-->").map(|end| end + 3)
        } else {
            rest[at..].find('>').map(|end| end + 1)
        };
        let end = end.map_or(rest.len(), |end| at + end);
        let tag = rest[at..end].trim_start_matches(['<', '/']);
        if !comment
            && ["p", "h", "li", "pre", "table", "tr", "div", "ul", "ol", "bl"]
                .iter()
                .any(|block| tag.starts_with(block))
        {
            out.push('\n');
        }
        rest = &rest[end..];
    }
    out.push_str(rest);
    let lines = out.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    let lines = lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n");
    plain(&lines)
}

pub(in crate::rehearsal) fn tags(html: &str) -> impl Iterator<Item = &str> {
    html.match_indices('<').filter_map(|(at, _)| {
        let end = html[at..].find('>')?;
        html.get(at..at + end + 1)
    })
}

pub(in crate::rehearsal) fn value(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    rest.split_once('"').map(|(value, _)| plain(value))
}

fn plain(text: &str) -> String {
    let pairs = [
        ("&#091;", "["),
        ("&#91;", "["),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&nbsp;", "\u{a0}"),
        ("&amp;", "&"),
    ];
    pairs.iter().fold(text.to_owned(), |text, (entity, c)| text.replace(entity, c))
}

fn quoted(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;")
}
