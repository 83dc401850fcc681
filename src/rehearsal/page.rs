//! Pages of HTML as a simulated site keeps and shows them: their words, their images,
//! addresses made of titles.

use super::timeline::LiveMedia;

/// `html` with the images that are left in it, and with their words as they are now.
pub(super) fn with_images<'a>(html: &str, mut left: impl Iterator<Item = &'a LiveMedia>) -> String {
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

/// The first characters that readers see, with all tags.
pub(super) fn cut(html: &str, characters: usize) -> String {
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

/// An address made of a title, as WordPress makes one (`sanitize_title`), as far as it
/// matters here.
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
pub(super) fn words(html: &str) -> String {
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
        } else if matches!(tag.split(['>', ' ']).next(), Some("td" | "th")) {
            // Between the cells of a row.
            out.push(' ');
        }
        rest = &rest[end..];
    }
    out.push_str(rest);
    let lines = out.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    let lines = lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n");
    plain(&lines)
}

/// The tags of HTML, in order.
pub(super) fn tags(html: &str) -> impl Iterator<Item = &str> {
    html.match_indices('<').filter_map(|(at, _)| {
        let end = html[at..].find('>')?;
        html.get(at..at + end + 1)
    })
}

/// The value of a tag's attribute.
pub(super) fn value(tag: &str, name: &str) -> Option<String> {
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

#[cfg(test)]
mod tests {
    #[test]
    fn cells_of_a_row_are_words_of_their_own() {
        let html = "<table><thead><tr><th style=\"text-align: right\">a</th><th>b</th></tr></thead>\
                    <tr><td>one</td><td class=\"x\">two</td></tr></table>";
        assert_eq!(super::words(html), "a b\none two");
    }
}
