//! The body of an article for sites that take Markdown and show the title themselves:
//! headings below the title, pictures where they lie, a mark that names the delivery.
//! Pure and linear; what is not named here stays letter by letter.

#[cfg(any(test, feature = "nostr"))]
use super::article_html::{Piece, pieces};
use crate::plan::StepKey;
use crate::plan::key::hex_digest;
use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use std::ops::Range;

fn events(markdown: &str) -> impl Iterator<Item = (Event<'_>, Range<usize>)> {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS;
    Parser::new_ext(markdown, options).into_offset_iter()
}

/// A picture in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shown {
    /// Where it leads, as it is written.
    pub address: String,
    /// What is said to who does not see it.
    pub alt: String,
    /// Where it stands.
    range: Range<usize>,
}

/// The pictures of `markdown`, in order.
pub(super) fn pictures(markdown: &str) -> Vec<Shown> {
    let mut all = Vec::new();
    let mut open: Option<Shown> = None;
    for (event, range) in events(markdown) {
        match (event, &mut open) {
            (Event::Start(Tag::Image { dest_url, .. }), None) => {
                open = Some(Shown { address: dest_url.into_string(), alt: String::new(), range });
            }
            (Event::End(TagEnd::Image), Some(shown)) if range == shown.range => all.extend(open.take()),
            (Event::Text(text) | Event::Code(text), Some(shown)) => shown.alt.push_str(&text),
            (Event::SoftBreak | Event::HardBreak, Some(shown)) => shown.alt.push(' '),
            _ => {}
        }
    }
    all
}

/// `markdown` with each picture where `placed` says that it lies; it is told the
/// address that stands there, and says nothing of what stays.
pub(super) fn with_pictures(markdown: &str, placed: &dyn Fn(&str) -> Option<String>) -> String {
    let written = pictures(markdown).into_iter().filter_map(|shown| {
        let address = placed(&shown.address)?;
        Some((shown.range, format!("![{}]({})", bracketed(&shown.alt), encoded(&address))))
    });
    edited(markdown, written.collect())
}

/// Words between `[` and `]`: only what would end them or break out is escaped, for
/// some sites show a backslash there as it stands.
fn bracketed(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    for c in words.chars() {
        if matches!(c, '[' | ']' | '\\' | '`' | '<') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// An address between `(` and `)`, without what would end it.
fn encoded(address: &str) -> String {
    let mut out = String::with_capacity(address.len());
    for c in address.chars() {
        match c {
            '(' => out.push_str("%28"),
            ')' => out.push_str("%29"),
            '<' => out.push_str("%3C"),
            '>' => out.push_str("%3E"),
            '\\' => out.push_str("%5C"),
            c if c.is_whitespace() => out.push_str("%20"),
            c => out.push(c),
        }
    }
    out
}

/// `markdown` as it stands below a title that the site shows: a first heading that only
/// repeats the title goes, others of the first level become ones of the second.
pub(super) fn below_title(markdown: &str, title: &str) -> String {
    let mut changes = Vec::new();
    let mut words = String::new();
    let mut inside: Option<Range<usize>> = None;
    let mut is_first = true;
    for (event, range) in events(markdown) {
        match event {
            Event::Start(Tag::Heading { level: HeadingLevel::H1, .. }) => {
                words.clear();
                inside = Some(range);
                continue;
            }
            Event::End(TagEnd::Heading(HeadingLevel::H1)) => {
                inside = None;
                if std::mem::take(&mut is_first) && plain(&words) == plain(title) {
                    changes.push((range, String::new()));
                } else {
                    changes.extend(lowered(markdown, range));
                }
            }
            Event::Text(text) | Event::Code(text) if inside.is_some() => words.push_str(&text),
            _ => is_first &= inside.is_some(),
        }
    }
    edited(markdown, changes)
}

fn plain(words: &str) -> String {
    words.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// What makes a heading of the first level one of the second: one more `#`, or `-` for
/// the `=` that underline it.
fn lowered(markdown: &str, range: Range<usize>) -> Option<(Range<usize>, String)> {
    let written = markdown.get(range.clone())?;
    if written.starts_with('#') {
        return Some((range.start..range.start, "#".to_owned()));
    }
    let underline = written.trim_end().rfind('\n')? + 1;
    let line = &written[underline..];
    let marks = line.find('=')?;
    let length = line[marks..].bytes().take_while(|b| *b == b'=').count();
    let start = range.start + underline + marks;
    // A single `-` would begin a list somewhere else, and three are always a heading's.
    Some((start..start + length, "-".repeat(length.max(3))))
}

/// `markdown` with each range replaced; of two that overlap the first counts.
fn edited(markdown: &str, mut changes: Vec<(Range<usize>, String)>) -> String {
    changes.sort_by_key(|(range, _)| range.start);
    let mut out = String::with_capacity(markdown.len() + 64);
    let mut from = 0;
    for (range, written) in changes {
        if range.start < from {
            continue;
        }
        out.push_str(&markdown[from..range.start]);
        out.push_str(&written);
        from = range.end;
    }
    out.push_str(&markdown[from..]);
    out
}

/// What stands between pieces of code and marks of HTML: where a site's own language
/// for templates is read. The ranges, in order; and whether there is code by indents,
/// or HTML, that holds one of `marks`, or a link whose address does.
pub(super) fn running(markdown: &str, marks: &[&str]) -> (Vec<Range<usize>>, bool) {
    let has = |text: &str| marks.iter().any(|mark| text.contains(mark));
    let (mut ranges, mut from, mut odd) = (Vec::new(), 0, false);
    for (event, range) in events(markdown) {
        let is_apart = match event {
            Event::Start(Tag::CodeBlock(kind)) => {
                let is_indented = matches!(kind, CodeBlockKind::Indented);
                odd |= is_indented && markdown.get(range.clone()).is_some_and(has);
                true
            }
            Event::Code(_) => true,
            Event::Html(text) | Event::InlineHtml(text) => {
                odd |= has(&text);
                true
            }
            Event::Start(Tag::Link { dest_url, title, .. } | Tag::Image { dest_url, title, .. }) => {
                odd |= has(&dest_url) || has(&title);
                false
            }
            _ => false,
        };
        if is_apart && range.start >= from {
            ranges.push(from..range.start);
            from = range.end;
        }
    }
    ranges.push(from..markdown.len());
    (ranges, odd)
}

/// `markdown` with each paragraph on one line, for readers that break it where it is
/// broken. What a line begins with inside of a list or a quotation goes with the break.
#[cfg(any(test, feature = "nostr"))]
pub(super) fn unwrapped(markdown: &str) -> String {
    let breaks = events(markdown).filter_map(|(event, range)| {
        let rest = markdown.get(range.start..).filter(|_| event == Event::SoftBreak)?;
        // Where a `>` stands first it begins a quotation, or goes on with one.
        let end = rest.find(|c: char| !c.is_whitespace() && c != '>').unwrap_or(rest.len());
        Some((range.start..range.start + end, " ".to_owned()))
    });
    edited(markdown, breaks.collect())
}

/// `markdown` without tags and comments of HTML; the words between them stay.
#[cfg(any(test, feature = "nostr"))]
pub(super) fn without_html(markdown: &str) -> String {
    let mut changes = Vec::new();
    for (event, range) in events(markdown) {
        match event {
            Event::Start(Tag::HtmlBlock) => {
                let html = markdown.get(range.clone()).unwrap_or_default();
                let words = pieces(html).filter_map(|piece| match piece {
                    Piece::Text(words) => Some(words),
                    Piece::Tag(_) | Piece::Comment(_) => None,
                });
                changes.push((range, words.collect()));
            }
            Event::InlineHtml(_) => changes.push((range, String::new())),
            _ => {}
        }
    }
    edited(markdown, changes)
}

/// What names a delivery in the text of its article: a comment of HTML.
pub(super) fn mark(key: &StepKey) -> String {
    format!("<!-- ladder:{} -->", key.0)
}

/// `markdown` with the mark at its end.
pub(super) fn marked(markdown: &str, key: &StepKey) -> String {
    format!("{}\n\n{}\n", markdown.trim_end(), mark(key))
}

/// `markdown` without a mark, if there is one.
pub(super) fn unmarked(markdown: &str) -> &str {
    let end = markdown.trim_end();
    match end.rfind("<!-- ladder:") {
        Some(at) if end[at..].ends_with("-->") && !end[at..].contains('\n') => end[..at].trim_end(),
        _ => end,
    }
}

/// A digest of an article's title and text, without its mark.
pub(super) fn digest(title: &str, markdown: &str) -> String {
    hex_digest(format!("{title}\n{}", unmarked(markdown).replace("\r\n", "\n")).as_bytes())
}

/// The alt texts of the pictures of `markdown`, in order.
pub(super) fn alts(markdown: &str) -> Vec<String> {
    pictures(markdown).into_iter().map(|shown| shown.alt).collect()
}

/// Whether two texts are the same to readers, wherever their pictures lie and however
/// lines end.
pub(super) fn same(one: &str, other: &str) -> bool {
    let bare = |text: &str| {
        let text = unmarked(text).replace("\r\n", "\n");
        let nowhere = with_pictures(&text, &|_| Some("x:".to_owned()));
        nowhere.lines().map(str::trim_end).collect::<Vec<_>>().join("\n").trim().to_owned()
    };
    bare(one) == bare(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_put_where_they_lie_and_nothing_else_is_touched() {
        let text =
            "A ![The \\[big\\] *one*](a.png \"t\") `![x](a.png)` [l](a.png)\n\n![r][ref]\n\n[ref]: a.png\n";
        let placed =
            with_pictures(text, &|name| (name == "a.png").then(|| "https://x.example/a b.png".to_owned()));
        assert_eq!(
            placed,
            "A ![The \\[big\\] one](https://x.example/a%20b.png) `![x](a.png)` [l](a.png)\n\n\
             ![r](https://x.example/a%20b.png)\n\n[ref]: a.png\n"
        );
        let shown = pictures(&placed);
        assert_eq!((shown.len(), shown[0].alt.as_str()), (2, "The [big] one"));
        assert!(same(text, &placed));
        assert!(!same(text, &placed.replace("big", "small")));
        assert_eq!(with_pictures(text, &|_| None), text);
    }

    #[test]
    fn a_title_stands_once_and_above_all_headings() {
        for (written, below) in [
            ("# It  landed\n\nHow.", "\nHow."),
            ("It landed\n===\n\nHow.", "\nHow."),
            ("Hi.\n\n# It landed\n\nx", "Hi.\n\n## It landed\n\nx"),
            ("# Other\n\n## Sub", "## Other\n\n## Sub"),
            ("Other\n==\n\nx", "Other\n---\n\nx"),
            ("> # Quoted", "> ## Quoted"),
            ("```\n# code\n```\n\n#hash", "```\n# code\n```\n\n#hash"),
        ] {
            assert_eq!(below_title(written, "It landed"), below, "{written}");
        }
    }

    #[test]
    fn a_paragraph_is_one_line_and_has_no_html() {
        for (written, one) in [
            ("a\nb  \nc\\\nd", "a b  \nc\\\nd"),
            ("> a\n> \\*b\nc\n\n- d\n  *e*\n- f", "> a \\*b c\n\n- d *e*\n- f"),
            ("```\na\nb\n```\n\n| a |\n|---|\n| b |", "```\na\nb\n```\n\n| a |\n|---|\n| b |"),
            ("a\nb\n===\n\n[c\nd](x)", "a b\n===\n\n[c d](x)"),
        ] {
            assert_eq!(unwrapped(written), one, "{written}");
        }
        for (written, bare) in [
            ("a <b>c</b> <!-- d --> `<e>`", "a c  `<e>`"),
            ("a\n\n<div title=\"x\">\nb &lt;\n</div>\n\nc", "a\n\n\nb &lt;\n\n\nc"),
            ("<https://x.example> a < b", "<https://x.example> a < b"),
        ] {
            assert_eq!(without_html(written), bare, "{written}");
        }
    }

    #[test]
    fn a_mark_is_put_at_the_end_and_taken_off_again() {
        let key = StepKey("abc".to_owned());
        let with = marked("It landed.\n", &key);
        assert_eq!(with, "It landed.\n\n<!-- ladder:abc -->\n");
        assert_eq!(unmarked(&with), "It landed.");
        assert!(same("It landed.", &with) && same("a\r\nb  \n", "a\nb"));
        assert_eq!(unmarked("<!-- ladder:abc --> more"), "<!-- ladder:abc --> more");
    }
}
