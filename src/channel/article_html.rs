//! The HTML of an article on its way to a site and back: its pictures, its words, and
//! whether what a site keeps is what was sent. Pure and linear.

use crate::render::html::cleaned;
use crate::text::escape;

/// The names of the pictures in `html`, in order.
pub(in crate::channel) fn pictures(html: &str) -> Vec<String> {
    images(html).filter_map(|tag| attribute(tag, "src")).map(|(_, name)| name).collect()
}

/// Whether the address of a picture in a text is its name: blanks may be written
/// as `%20`.
pub(in crate::channel) fn is_called(written: &str, name: &str) -> bool {
    let bare = written.strip_prefix("./").unwrap_or(written);
    bare == name || bare.replace("%20", " ") == name
}

/// What is said to who does not see them, of each picture in order.
pub(in crate::channel) fn alts(html: &str) -> Vec<String> {
    let alt = |tag| attribute(tag, "alt").map(|(_, alt)| alt).unwrap_or_default();
    images(html).map(alt).collect()
}

fn images(html: &str) -> impl Iterator<Item = &str> {
    pieces(html).filter_map(|piece| match piece {
        Piece::Tag(tag) if name(tag) == "img" => Some(tag),
        _ => None,
    })
}

/// `html` with each picture that `placed` knows where it is by now: it is asked by the
/// name that stands in the text.
pub(in crate::channel) fn with_addresses(html: &str, placed: &dyn Fn(&str) -> Option<String>) -> String {
    let mut out = String::with_capacity(html.len() + 256);
    for piece in pieces(html) {
        let put = match piece {
            Piece::Tag(tag) if name(tag) == "img" => attribute(tag, "src").and_then(|(range, name)| {
                let url = placed(&name)?;
                Some(format!("{}{}{}", &tag[..range.start], escape(&url), &tag[range.end..]))
            }),
            _ => None,
        };
        out.push_str(put.as_deref().unwrap_or(piece.text()));
    }
    out
}

/// Whether two texts are the same to readers: however entities, blanks and tags are
/// spelled, wherever the pictures lie.
pub(in crate::channel) fn same(one: &str, other: &str) -> bool {
    one == other || plain(one) == plain(other)
}

/// `html` without what may differ: spelling, comments, places of pictures.
fn plain(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    for piece in pieces(html) {
        match piece {
            Piece::Tag(tag) if name(tag) == "img" => {
                let alt = attribute(tag, "alt").map(|(_, alt)| alt).unwrap_or_default();
                out.push_str(&format!("<img alt=\"{}\">", escape(&alt)));
            }
            Piece::Comment(_) => out.push(' '),
            other => out.push_str(other.text()),
        }
    }
    let clean = cleaned(&in_runs(&out));
    let mut bare = String::with_capacity(clean.len());
    for piece in pieces(&clean) {
        // Blanks between two tags of blocks are nothing to readers.
        match piece {
            Piece::Tag(tag) if is_block(name(tag)) => bare.push_str(&format!("\n{tag}\n")),
            other => bare.push_str(other.text()),
        }
    }
    bare.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The words that readers see of `html`, a line for each block.
pub(in crate::channel) fn words(html: &str) -> String {
    let clean = cleaned(&in_runs(html));
    let mut out = String::with_capacity(clean.len());
    for piece in pieces(&clean) {
        match piece {
            Piece::Text(text) => out.push_str(&decoded(&text.replace('\n', " "))),
            Piece::Tag(tag) if is_block(name(tag)) || name(tag) == "br" => out.push('\n'),
            _ => {}
        }
    }
    let lines = out.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

/// Bytes of text after which something goes between that is no text.
const RUN: usize = 2048;

/// `html` with a comment after each [`RUN`] of text: the sanitiser's parser copies a
/// text from its beginning for every entity in it, so its time would grow with the
/// square of one text's length.
fn in_runs(html: &str) -> String {
    let mut out = String::with_capacity(html.len() + html.len() / 256);
    for piece in pieces(html) {
        let Piece::Text(mut rest) = piece else {
            out.push_str(piece.text());
            continue;
        };
        while rest.len() > RUN {
            let end = rest.floor_char_boundary(RUN);
            // Not within an entity.
            let end = rest[..end].rfind('&').filter(|at| *at > 0 && end - at < 16).unwrap_or(end);
            out.push_str(&rest[..end]);
            out.push_str("<!---->");
            rest = &rest[end..];
        }
        out.push_str(rest);
    }
    out
}

fn is_block(name: &str) -> bool {
    const BLOCKS: &[&str] = &[
        "p",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "ul",
        "ol",
        "li",
        "blockquote",
        "pre",
        "figure",
        "figcaption",
        "table",
        "thead",
        "tbody",
        "tr",
        "td",
        "th",
        "hr",
        "div",
    ];
    BLOCKS.contains(&name)
}

/// A piece of HTML.
#[derive(Clone, Copy)]
pub(in crate::channel) enum Piece<'a> {
    Text(&'a str),
    Tag(&'a str),
    Comment(&'a str),
}

impl<'a> Piece<'a> {
    /// As it stands there.
    pub(in crate::channel) fn text(self) -> &'a str {
        match self {
            Piece::Text(text) | Piece::Tag(text) | Piece::Comment(text) => text,
        }
    }
}

/// `html` in pieces, in order; put together they are what it was.
pub(in crate::channel) fn pieces(html: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = html;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let is_tag =
            |text: &str| text.as_bytes().get(1).is_some_and(|b| b.is_ascii_alphabetic() || *b == b'/');
        let (piece, after) = if rest.starts_with("<!--") {
            let end = rest.find("-->").map_or(rest.len(), |at| at + 3);
            (Piece::Comment(&rest[..end]), &rest[end..])
        } else if rest.starts_with('<') && is_tag(rest) {
            let end = tag_end(rest);
            (Piece::Tag(&rest[..end]), &rest[end..])
        } else {
            let end = rest.bytes().skip(1).position(|byte| byte == b'<').map_or(rest.len(), |at| at + 1);
            (Piece::Text(&rest[..end]), &rest[end..])
        };
        rest = after;
        Some(piece)
    })
}

/// Where the tag ends: a `>` in quotation marks ends none.
fn tag_end(tag: &str) -> usize {
    let mut quote = None;
    for (at, byte) in tag.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return at + 1,
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            _ => {}
        }
    }
    tag.len()
}

/// `img` of `<img …>`, `p` of `</p>`.
pub(in crate::channel) fn name(tag: &str) -> &str {
    let inside = tag.trim_start_matches('<').trim_start_matches('/');
    let end = inside.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(inside.len());
    &inside[..end]
}

/// Where an attribute's value stands in the tag, and the value. Values are in
/// double quotation marks, as our writers and WordPress have them.
pub(in crate::channel) fn attribute(tag: &str, name: &str) -> Option<(std::ops::Range<usize>, String)> {
    let mut at = 0;
    while let Some(open) = tag[at..].find("=\"").map(|open| at + open) {
        let start = open + 2;
        let end = start + tag[start..].find('"')?;
        let named = tag[at..open].rsplit(char::is_whitespace).next().unwrap_or_default();
        if named == name {
            return Some((start..end, decoded(&tag[start..end])));
        }
        at = end + 1;
    }
    None
}

/// The characters that writers of HTML spell as entities.
fn decoded(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let known = after[..after.floor_char_boundary(10)].split_once(';');
        let c = known.and_then(|(entity, _)| match entity {
            "lt" => Some('<'),
            "gt" => Some('>'),
            "amp" => Some('&'),
            "quot" => Some('"'),
            "nbsp" => Some('\u{a0}'),
            "apos" => Some('\''),
            numbered => {
                let digits = numbered.strip_prefix('#')?;
                let number = match digits.strip_prefix(['x', 'X']) {
                    Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                    None => digits.parse().ok()?,
                };
                char::from_u32(number)
            }
        });
        match (c, known) {
            (Some(c), Some((entity, _))) => {
                out.push(c);
                rest = &after[entity.len() + 1..];
            }
            _ => {
                out.push('&');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_site_spells_in_its_way_is_the_same() {
        for (sent, kept) in [
            ("<p>&#91;gallery] \"q\"</p>", "<p>&#091;gallery] &quot;q&quot;</p>"),
            ("<hr class=\"x\"/>", "<hr class=\"x\" />"),
            (
                "<p><img src=\"a.png\" alt=\"A\"></p>",
                "<p><img class=\"wp-image-7\" src=\"https://b/\" alt=\"A\" /></p>",
            ),
            ("<!-- wp:paragraph -->\n<p>Hi</p>\n<!-- /wp:paragraph -->", "<p>Hi</p>\n\n<!-- ladder:x -->"),
            ("<p>z</p>", "<p>z<!-- ladder:x --></p>"),
        ] {
            assert!(same(sent, kept), "{sent} {kept}: {} {}", plain(sent), plain(kept));
        }
        for (sent, kept) in [
            ("<p>a</p>", "<p>b</p>"),
            ("<p>a b</p>", "<p>ab</p>"),
            ("<p>a</p>", "<p><em>a</em></p>"),
            ("<p><img src=\"a.png\" alt=\"A\"></p>", "<p><img src=\"a.png\" alt=\"B\"></p>"),
            ("<p><a href=\"https://a.example/\">a</a></p>", "<p><a href=\"https://b.example/\">a</a></p>"),
        ] {
            assert!(!same(sent, kept), "{sent} {kept}");
        }
    }

    #[test]
    fn a_picture_is_led_to_where_it_is() {
        let placed = |name: &str| (name == "a.png").then(|| "https://x.example/1.png?b&c".to_owned());
        assert_eq!(
            with_addresses("<p><img src=\"a.png\" alt=\"A\"> <img src=\"b.png\"></p>", &placed),
            "<p><img src=\"https://x.example/1.png?b&amp;c\" alt=\"A\"> <img src=\"b.png\"></p>"
        );
    }

    #[test]
    fn words_are_what_readers_read() {
        let html =
            "<!-- wp:heading -->\n<h2>A &amp; <em>b</em></h2><p>c\nd<br>e &#91;f]</p><script>g</script>";
        assert_eq!(words(html), "A & b\nc d\ne [f]");
        // However long a text is, it is one text.
        let long = "é &amp; &#91;x] ".repeat(20_000);
        assert_eq!(words(&long), "é & [x] ".repeat(20_000).trim_end());
        assert!(same(&long, &long.replace("&#91;", "&#091;")) && !same(&long, &format!("{long}y")));
        assert_eq!(alts("<img alt=\"A &amp; b\" src=\"x\"><img src=\"y\">"), ["A & b", ""]);
        assert_eq!(decoded("&#x41;&nope; & &amp;lt; é&é"), "A&nope; & &lt; é&é");
    }
}
