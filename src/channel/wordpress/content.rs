//! The text of a post: pictures put into their places with their numbers, and a mark
//! that names the delivery. Pure and linear.

use crate::channel::article_html::{Piece, attribute, name, pieces};
use crate::plan::StepKey;
use crate::text::escape;

/// A picture in the media library.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Placed {
    /// Its number there.
    pub id: u64,
    /// Its address.
    pub url: String,
}

/// What a block of a picture begins with, as `render::markup` writes it.
const BLOCK: (&str, &str) = ("<!-- wp:image ", "-->\n<figure class=\"wp-block-image\">");

/// `html` with each picture where it is in the library, its number with it: by that
/// WordPress gives small screens small pictures (`wp-image-7`). `placed` knows a
/// picture by the name that stands in the text.
pub(super) fn with_pictures(html: &str, placed: &dyn Fn(&str) -> Option<Placed>) -> String {
    let mut out = String::with_capacity(html.len() + 256);
    for piece in pieces(html) {
        let put = match piece {
            Piece::Tag(tag) if name(tag) == "img" => attribute(tag, "src").and_then(|(range, name)| {
                let Placed { id, url } = placed(&name)?;
                let (before, after) = (&tag[..range.start], &tag[range.end..]);
                let rest = before.get(4..)?;
                Some((id, format!("<img class=\"wp-image-{id}\"{rest}{}{after}", escape(&url))))
            }),
            _ => None,
        };
        let Some((id, tag)) = put else {
            out.push_str(piece.text());
            continue;
        };
        let bare = format!("{}{}", BLOCK.0, BLOCK.1);
        if out.ends_with(&bare) {
            out.truncate(out.len() - bare.len());
            out.push_str(&format!("{}{{\"id\":{id}}} {}", BLOCK.0, BLOCK.1));
        }
        out.push_str(&tag);
    }
    out
}

/// What names a delivery in the text of its post: a comment, which no reader sees,
/// and which WordPress keeps for authors too (seen, 6.2 to 6.6).
pub(super) fn mark(key: &StepKey) -> String {
    format!("<!-- ladder:{} -->", key.0)
}

/// `content` with the mark in it: as a block of its own, so that the editor shows
/// no stray text; without blocks within the last tag, since WordPress makes a
/// paragraph of a comment that stands alone.
pub(super) fn marked(content: &str, key: &StepKey, blocks: bool) -> String {
    let (content, mark) = (content.trim_end(), mark(key));
    if blocks {
        return format!("{content}\n\n<!-- wp:html -->\n{mark}\n<!-- /wp:html -->");
    }
    match content.rfind("</").filter(|_| content.ends_with('>')) {
        Some(at) => format!("{}{mark}{}", &content[..at], &content[at..]),
        None => format!("{content}{mark}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placed(name: &str) -> Option<Placed> {
        (name == "a.png").then(|| Placed { id: 7, url: "https://x.example/u/a-1.png?b&c".to_owned() })
    }

    #[test]
    fn a_picture_gets_its_place_and_its_number() {
        let block = "<!-- wp:image -->\n<figure class=\"wp-block-image\"><img src=\"a.png\" alt=\"A &quot;b&quot;\"></figure>\n<!-- /wp:image -->";
        assert_eq!(
            with_pictures(block, &placed),
            "<!-- wp:image {\"id\":7} -->\n<figure class=\"wp-block-image\"><img class=\"wp-image-7\" \
             src=\"https://x.example/u/a-1.png?b&amp;c\" alt=\"A &quot;b&quot;\"></figure>\n<!-- /wp:image -->"
        );
        assert_eq!(
            with_pictures("<p>x <img alt=\"\" src=\"a.png\"></p>", &placed),
            "<p>x <img class=\"wp-image-7\" alt=\"\" src=\"https://x.example/u/a-1.png?b&amp;c\"></p>"
        );
        // What is no picture, or none of ours, stays.
        for same in [
            "<p>&lt;img src=\"a.png\"&gt;</p>",
            "<a title=\"<img src='a.png'>\">x</a>",
            "<!-- <img src=\"a.png\"> -->",
            "<img src=\"https://a.example/a.png\">",
            "<img data-src=\"a.png\">",
            "<img",
            "a < b",
            "<",
            "é<é",
        ] {
            assert_eq!(with_pictures(same, &placed), same);
        }
    }

    #[test]
    fn the_mark_is_seen_by_nobody_and_found_again() {
        let key = StepKey("abc".to_owned());
        assert_eq!(
            marked("<p>a</p>\n", &key, true),
            "<p>a</p>\n\n<!-- wp:html -->\n<!-- ladder:abc -->\n<!-- /wp:html -->"
        );
        assert_eq!(marked("<p>a</p>\n", &key, false), "<p>a<!-- ladder:abc --></p>");
        assert_eq!(marked("", &key, false), "<!-- ladder:abc -->");
        assert_eq!(marked("<hr>", &key, false), "<hr><!-- ladder:abc -->");
    }
}
