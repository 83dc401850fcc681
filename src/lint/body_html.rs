//! HTML in a message's body that pages and mails would not have whole.

use super::body_links::{bodies, place_of};
use super::{Subject, table};
use crate::diagnostic::Diagnostic;
use crate::render::VariantKind;
use crate::render::html::{RAW_TAGS, weight};
use crate::text::markdown;
use crate::text::tags::{MOST_ATTRIBUTES, too_many_attributes};
use pulldown_cmark::{Event, Options, Tag, TagEnd};
use std::ops::Range;

/// `html-left-out`, for the message, its translations, and what was written whole. A post
/// is plain text: no HTML is left out of it that would be in it else. Linear in the texts.
pub(super) fn left_out(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    if subject.made.iter().all(|made| made.outlet.kind == VariantKind::Post) {
        return;
    }
    for (_, body) in bodies(subject) {
        for (why, hint, range) in cut(&body.value) {
            let place = place_of(subject, body, &range);
            found.push(table::HTML_LEFT_OUT.broken(why).at(place).hint(hint));
        }
    }
}

/// Why HTML of `body` would not come out as it was written, what to write, and where it
/// stands: each kind of trouble once, at its first place.
fn cut(body: &str) -> impl Iterator<Item = (String, &'static str, Range<usize>)> {
    let options = Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES | Options::ENABLE_GFM;
    let mut tags = 0;
    let (mut long, mut many) = (None, None);
    // A block of HTML comes line by line, and its tags may be longer than a line.
    let mut block: Option<Vec<(String, Range<usize>)>> = None;
    let mut look = |pieces: &[(String, Range<usize>)]| {
        let html: String = pieces.iter().map(|(text, _)| text.as_str()).collect();
        long = long.take().or_else(|| place_in(pieces, too_many_attributes(&html)?));
    };
    for (event, range) in markdown::events(body, options) {
        if let Event::Html(text) | Event::InlineHtml(text) = &event {
            tags += weight(text);
            if tags > RAW_TAGS {
                many = many.or_else(|| Some(range.clone()));
            }
        }
        match (event, &mut block) {
            (Event::Start(Tag::HtmlBlock), _) => block = Some(Vec::new()),
            (Event::End(TagEnd::HtmlBlock), pieces) => look(&pieces.take().unwrap_or_default()),
            (Event::Html(text), Some(pieces)) => pieces.push((text.into_string(), range)),
            (Event::InlineHtml(text), _) => look(&[(text.into_string(), range)]),
            _ => {}
        }
    }
    let long = long.map(|range| {
        let why = format!(
            "a tag has more than {MOST_ATTRIBUTES} attributes: it ends before this one, and the others become text"
        );
        (why, "take out what the tag does not need", range)
    });
    let many = many.map(|range| {
        let why = format!("the body has more than {RAW_TAGS} tags of HTML: what follows is left out");
        (why, "write it in Markdown, or as several messages", range)
    });
    long.into_iter().chain(many)
}

/// Where the byte `at` of `pieces`, one behind the other, stands in the body.
fn place_in(pieces: &[(String, Range<usize>)], at: usize) -> Option<Range<usize>> {
    let mut before = 0;
    pieces.iter().find_map(|(text, range)| {
        let own = at.checked_sub(before).filter(|own| *own < text.len());
        before += text.len();
        let start = range.start + own?;
        Some(start..range.end.max(start))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::tests::house::House;

    fn attributes(number: usize) -> String {
        (0..number).map(|number| format!("a{number}=1 ")).collect()
    }

    /// Where something would be left out, and the first word there.
    fn told(body: &str) -> Vec<(usize, &str)> {
        let first = |at: usize| body[at..].split(['=', ' ', '>']).next().unwrap();
        cut(body).map(|(_, _, range)| (range.start, first(range.start))).collect()
    }

    #[test]
    fn a_tag_with_too_many_attributes_is_told_where_it_ends() {
        let many = attributes(MOST_ATTRIBUTES + 3);
        for body in [
            format!("Text <b {many}>x</b>\n"),
            format!("<div {many}>\n\nText\n"),
            format!("<div {}>\n\nText\n", many.replace(' ', "\n")),
            format!("> <div {}>\n\nText\n", many.replace(' ', "\n> ")),
        ] {
            let [(at, "a256")] = told(&body)[..] else { panic!("{:?}", told(&body)) };
            assert!(body[at..].starts_with("a256=1"));
        }
        for fine in [
            format!("<b {}>x</b> `<b {many}>`\n\n    <b {many}>\n", attributes(MOST_ATTRIBUTES)),
            format!("a < {many} > b"),
        ] {
            assert_eq!(told(&fine), []);
        }
    }

    #[test]
    fn tags_beyond_those_that_stay_are_told_at_the_first() {
        let body = format!("{}\n\nBut <i>this</i>.\n", "<b>x</b> ".repeat(RAW_TAGS / 2));
        assert_eq!(told(&body), [(body.find("<i>").unwrap(), "<i")]);
        assert_eq!(told(&body.replace("<i>this</i>", "*this*")), []);
        // What is told is what is done.
        let html = crate::render::html::sanitised(&body);
        assert!(!html.contains("<i>") && html.contains("this"), "{html}");
    }

    #[test]
    fn posts_have_no_html_that_could_be_cut() {
        let mut house = House::new();
        house.message.body.value = format!("<b {}>x</b>", attributes(MOST_ATTRIBUTES + 1));
        let told = |house: &House| house.check().iter().filter(|p| p.rule == "html-left-out").count();
        assert_eq!(told(&house), 1);
        house.outlets.values_mut().for_each(|outlet| outlet.kind = VariantKind::Post);
        assert_eq!(told(&house), 0);
    }
}
