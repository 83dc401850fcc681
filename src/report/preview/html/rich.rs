//! Text as a network shows it: links, mentions and tags stand out, late addresses are chips.
//!
//! Everything that comes out is escaped; nothing that comes in is trusted.

use crate::render::late;
use crate::text::{Dialect, EntityKind, entities, visible};

/// `text` for HTML text and for attributes in double quotes. Hostile characters
/// are spelled out, so that they cannot reorder what stands around them.
pub fn escape(text: &str) -> String {
    crate::text::escape(&visible(&text.replace("\r\n", "\n")))
}

/// Plain text as HTML, with marked what a network of this dialect links. White
/// space is left to the style sheet.
pub fn rich(text: &str, dialect: Dialect) -> String {
    let mut marks: Vec<(std::ops::Range<usize>, String)> = late::find(text)
        .into_iter()
        .map(|found| {
            let rung = escape(&found.rung);
            (found.range, format!("<a class=\"late\" href=\"#rung-{rung}\">address of {rung}</a>"))
        })
        .collect();
    let late = marks.len();
    for entity in entities(text, dialect) {
        let overlaps = |(range, _): &(std::ops::Range<usize>, String)| {
            range.start < entity.range.end && entity.range.start < range.end
        };
        if marks[..late].iter().any(overlaps) {
            continue;
        }
        let Some(words) = text.get(entity.range.clone()) else { continue };
        let shown = escape(words);
        let web = words.starts_with("https://") || words.starts_with("http://");
        let html = match entity.kind {
            EntityKind::Link if web => {
                format!("<a href=\"{shown}\" rel=\"noopener noreferrer nofollow\">{shown}</a>")
            }
            EntityKind::Link => format!("<span class=\"entity\">{shown}</span>"),
            EntityKind::Mention => format!("<span class=\"entity mention\">{shown}</span>"),
            EntityKind::Hashtag | EntityKind::Cashtag => {
                format!("<span class=\"entity hashtag\">{shown}</span>")
            }
        };
        marks.push((entity.range, html));
    }
    marks.sort_by_key(|(range, _)| range.start);
    let mut out = String::with_capacity(text.len() * 2);
    let mut from = 0;
    for (range, html) in marks {
        out.push_str(&escape(&text[from..range.start]));
        out.push_str(&html);
        from = range.end;
    }
    out.push_str(&escape(&text[from..]));
    out
}

/// HTML in which late addresses become `attribute` within a tag and `words` between tags.
pub fn late_in_html(
    html: &str,
    attribute: impl Fn(&str) -> String,
    words: impl Fn(&str) -> String,
) -> String {
    let mut out = String::with_capacity(html.len());
    let mut from = 0;
    let mut within_tag = false;
    for found in late::find(html) {
        let between = &html[from..found.range.start];
        out.push_str(between);
        within_tag = match (between.rfind('<'), between.rfind('>')) {
            (Some(open), Some(close)) => open > close,
            (Some(_), None) => true,
            (None, Some(_)) => false,
            (None, None) => within_tag,
        };
        out.push_str(&if within_tag { attribute(&found.rung) } else { words(&found.rung) });
        from = found.range.end;
    }
    out.push_str(&html[from..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entities_are_marked_and_everything_is_escaped() {
        let text = "@ada <b> https://rung.invalid/blog/tracked #go https://e.example/?a=1&b=2";
        let html = rich(text, Dialect::Plain);
        assert_eq!(
            html,
            "<span class=\"entity mention\">@ada</span> &lt;b&gt; \
             <a class=\"late\" href=\"#rung-blog\">address of blog</a> \
             <span class=\"entity hashtag\">#go</span> <a href=\"https://e.example/?a=1&amp;b=2\" \
             rel=\"noopener noreferrer nofollow\">https://e.example/?a=1&amp;b=2</a>"
        );
        assert_eq!(escape("\"'\u{202e}\u{1b}"), "&quot;&#39;\\u{202e}\\u{1b}");
    }

    #[test]
    fn a_late_address_in_html_is_a_place_or_words() {
        let html = "<p>a <a href=\"https://rung.invalid/blog/plain-html\">https://rung.invalid/blog/plain-html</a></p>";
        let shown = late_in_html(html, |rung| format!("#rung-{rung}"), |rung| format!("[{rung}]"));
        assert_eq!(shown, "<p>a <a href=\"#rung-blog\">[blog]</a></p>");
    }
}
