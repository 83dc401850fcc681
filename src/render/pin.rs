//! Pins: where the message's pictures stand in a post that is still being made.
//!
//! A pin is two noncharacters, which Unicode keeps for a program's own use
//! (chapter 23.7, U+FDD0 to U+FDEF): no text that is exchanged has them, a
//! template's filters carry them along like letters, and [`take`] removes every
//! one before anything is counted, shown or sent.

use crate::text::fit::is_break;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use std::borrow::Cow;
use std::ops::Range;

/// The first character of a pin names the upper four bits of the picture's
/// number, the second the lower four.
const UPPER: u32 = 0xFDD0;
const LOWER: u32 = 0xFDE0;

/// A text without pins, and where they were.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Pinned {
    /// The text as readers get it.
    pub text: String,
    /// For each pin, in order: where it stood, in bytes of `text`, and which of
    /// the message's media it stands for.
    pub pins: Vec<(usize, usize)>,
}

/// The pin of the message's picture `number`. Of more than 254 pictures the
/// rest cannot be pinned, and go where pictures go that nobody speaks of.
pub(super) fn of_picture(number: usize) -> String {
    if is_picture(number) { pin(number) } else { String::new() }
}

/// Whether a pin's number is that of a picture.
pub(super) fn is_picture(number: usize) -> bool {
    number < LINE
}

/// The pin with this number, which is below 256.
fn pin(number: usize) -> String {
    let Ok(number) = u8::try_from(number) else { return String::new() };
    let signs = [UPPER + u32::from(number >> 4), LOWER + u32::from(number & 15)];
    signs.into_iter().filter_map(char::from_u32).collect()
}

fn is_sign(c: char) -> bool {
    matches!(c, '\u{fdd0}'..='\u{fdef}')
}

/// The number that stands for no picture: its pin stands in code, behind the
/// sign that opens a comment, so that code never breaks a thread, and in each
/// address, so that it is said letter by letter and gets no tags.
/// The same in running text that looks like the mark of a break and is none.
const CODE: usize = 255;
/// The number that stands in each line of a block of code, where it begins.
const LINE: usize = 254;
/// How a comment begins.
const COMMENT: &str = "<!--";
/// What stands in every address that can be tagged.
const SCHEME: &str = "://";

/// Whether there may be a pin in `text`.
pub(super) fn is_pinned(text: &str) -> bool {
    text.contains(is_sign)
}

/// `text` without its pins. Halves of pins, which a template may have cut, go
/// as well.
pub(super) fn take(text: &str) -> Pinned {
    if !is_pinned(text) {
        return Pinned { text: text.to_owned(), pins: Vec::new() };
    }
    let mut pinned = Pinned { text: String::with_capacity(text.len()), pins: Vec::new() };
    let mut upper = None;
    for c in text.chars() {
        match u32::from(c) {
            sign @ UPPER..LOWER => upper = Some(sign - UPPER),
            sign @ LOWER..0xFDF0 => {
                if let Some(number) = upper.take() {
                    pinned.pins.push((pinned.text.len(), (number * 16 + sign - LOWER) as usize));
                }
            }
            _ => {
                upper = None;
                pinned.text.push(c);
            }
        }
    }
    pinned
}

/// What `shorten` makes of `text` without its pins, with those that stand in
/// what it kept.
pub(super) fn through(text: &str, shorten: impl FnOnce(&str) -> String) -> String {
    if !is_pinned(text) {
        return shorten(text);
    }
    let pinned = take(text);
    let made = shorten(&pinned.text);
    pinned.cut(made).0.put()
}

impl Pinned {
    /// The text, byte for byte as long, in which no comment of code is one.
    pub fn without_code_comments(&self) -> Cow<'_, str> {
        if !self.pins.iter().any(|(_, number)| *number == CODE) {
            return Cow::Borrowed(&self.text);
        }
        let mut out = String::with_capacity(self.text.len());
        let mut from = 0;
        for (at, _) in self.pins.iter().filter(|(_, number)| *number == CODE) {
            let Some(before) = self.text.get(from..*at) else { continue };
            match before.strip_suffix(COMMENT) {
                Some(before) => {
                    out.push_str(before);
                    out.push_str("<!-+");
                }
                None => out.push_str(before),
            }
            from = *at;
        }
        out.push_str(&self.text[from..]);
        Cow::Owned(out)
    }

    /// A place in each line of a block of code, in order, in bytes of the text.
    pub fn code(&self) -> Vec<usize> {
        self.pins.iter().filter(|(_, number)| *number == LINE).map(|(at, _)| *at).collect()
    }

    /// What was made of its text by cutting it, with the pins that stand in what
    /// was kept; and the pictures whose pins are gone.
    pub fn cut(self, made: String) -> (Pinned, Vec<usize>) {
        let same = self.text.bytes().zip(made.bytes()).take_while(|(own, made)| own == made).count();
        let (kept, gone): (Vec<_>, Vec<_>) =
            self.pins.into_iter().partition(|(at, _)| *at <= same && made.is_char_boundary(*at));
        let kept = Pinned { text: made, pins: kept };
        let still = |number: &usize| kept.pins.iter().any(|(_, own)| own == number);
        let gone = gone.into_iter().map(|(_, number)| number);
        let gone = gone.filter(|number| is_picture(*number) && !still(number)).collect();
        (kept, gone)
    }

    /// The pictures that are spoken of, in order.
    pub fn pictures(self) -> (String, Vec<usize>) {
        let numbers = self.pins.into_iter().map(|(_, number)| number).filter(|number| is_picture(*number));
        (self.text, numbers.collect())
    }

    /// Without the second of two spaces that a picture stood between, and
    /// without one that followed it at the start.
    fn closed_up(self) -> Pinned {
        let mut closed = Pinned { text: String::with_capacity(self.text.len()), pins: Vec::new() };
        let mut from = 0;
        for (at, number) in self.pins {
            if at >= from && is_picture(number) {
                closed.text.push_str(&self.text[from..at]);
                let spaced = closed.text.is_empty() || closed.text.ends_with(' ');
                from = if spaced && self.text[at..].starts_with(' ') { at + 1 } else { at };
            }
            let waits = at.saturating_sub(from);
            closed.pins.push((closed.text.len() + waits, number));
        }
        closed.text.push_str(&self.text[from..]);
        closed
    }

    /// The text with its pins in it again.
    fn put(&self) -> String {
        let mut out = String::with_capacity(self.text.len() + 6 * self.pins.len());
        let mut from = 0;
        for (at, number) in &self.pins {
            out.push_str(&self.text[from..*at]);
            out.push_str(&pin(*number));
            from = *at;
        }
        out.push_str(&self.text[from..]);
        out
    }
}

/// `markdown` with a pin behind every picture that is one of the message's;
/// `number` tells which. In code, comments and addresses are pinned, and in
/// running text what looks like the mark of a break; with `lines` each line of
/// a block of code is as well. A picture that is a link is pinned behind the
/// link, whose words it would become.
pub(super) fn pinned<'m>(
    markdown: &'m str,
    lines: bool,
    number: impl Fn(&str) -> Option<usize>,
) -> Cow<'m, str> {
    let code = ["```", "~~~", "    ", "\t"];
    let written_otherwise = ["\\", "&"];
    let signs = ["![", COMMENT, SCHEME].into_iter().chain(written_otherwise);
    let has = |sign: &str| markdown.contains(sign);
    if !signs.into_iter().chain(code.into_iter().filter(|_| lines)).any(has) {
        return Cow::Borrowed(markdown);
    }
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_GFM;
    // Where pins go, and which.
    let mut pins: Vec<(usize, String)> = Vec::new();
    let mut links = 0_usize;
    let mut waiting = String::new();
    // Whether a line of a block of code begins, where we are in one.
    let mut block: Option<bool> = None;
    let mut in_tag = 0_usize;
    let mut run = Run::default();
    for (event, range) in Parser::new_ext(markdown, options).into_offset_iter() {
        match &event {
            Event::Text(text) if block.is_none() => run.push(text, &range),
            // A comment in code has its pin already.
            Event::Code(text) => run.push(if text.contains(COMMENT) { "`" } else { text }, &range),
            Event::SoftBreak => run.push(" ", &range),
            Event::Start(tag) if is_inline(&tag.to_end()) => {}
            Event::End(tag) if is_inline(tag) => {}
            Event::InlineHtml(tag) if !tag.to_ascii_lowercase().starts_with("<br") => {}
            _ => pins.extend(std::mem::take(&mut run).of_break(markdown).map(|at| (at, pin(CODE)))),
        }
        match event {
            Event::Start(Tag::Image { dest_url, .. }) => {
                waiting.extend(number(&dest_url).map(of_picture));
                links += 1;
            }
            Event::Start(Tag::Link { .. }) => links += 1,
            Event::Start(Tag::CodeBlock(_)) => block = Some(true),
            Event::End(TagEnd::CodeBlock) => block = None,
            // The tags of raw HTML that are written as code.
            Event::InlineHtml(tag) => {
                let tag = tag.to_ascii_lowercase();
                let names = ["code", "kbd", "samp", "tt"];
                let is = |begin: &str| {
                    let name = tag.strip_prefix(begin).map(|rest| rest.trim_end_matches('>'));
                    name.is_some_and(|name| names.contains(&name.split(' ').next().unwrap_or(name)))
                };
                in_tag = if is("</") { in_tag.saturating_sub(1) } else { in_tag + usize::from(is("<")) };
            }
            Event::End(TagEnd::Paragraph) => in_tag = 0,
            Event::Code(ref text) | Event::Text(ref text)
                if block.is_some() || in_tag > 0 || matches!(event, Event::Code(_)) =>
            {
                let written = markdown.get(range.clone()).unwrap_or("");
                let at = |place: usize| range.start + place;
                for (place, _) in written.match_indices(COMMENT) {
                    pins.push((at(place + COMMENT.len()), pin(CODE)));
                }
                pins.extend(written.match_indices(SCHEME).map(|(place, _)| (at(place + 1), pin(CODE))));
                if let Some(fresh) = block.as_mut().filter(|_| lines) {
                    let mut place = 0;
                    for line in written.split_inclusive('\n') {
                        if *fresh && !line.trim().is_empty() {
                            pins.push((at(place), pin(LINE)));
                            *fresh = false;
                        }
                        place += line.len();
                        *fresh |= line.ends_with('\n');
                    }
                    *fresh |= text.ends_with('\n');
                }
            }
            Event::End(TagEnd::Image | TagEnd::Link) => {
                links = links.saturating_sub(1);
                if links == 0 && !waiting.is_empty() {
                    pins.push((range.end, std::mem::take(&mut waiting)));
                }
            }
            _ => {}
        }
    }
    pins.extend(run.of_break(markdown).map(|at| (at, pin(CODE))));
    pins.sort_by_key(|(at, _)| *at);
    let mut out = String::with_capacity(markdown.len() + 6 * pins.len());
    let mut from = 0;
    for (at, pin) in pins {
        out.push_str(markdown.get(from..at).unwrap_or(""));
        out.push_str(&pin);
        from = at.max(from);
    }
    out.push_str(markdown.get(from..).unwrap_or(""));
    Cow::Owned(out)
}

/// Whether what `tag` ends stands within a line.
fn is_inline(tag: &TagEnd) -> bool {
    matches!(tag, TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Link | TagEnd::Image)
}

/// The beginning of a line of running text as readers see it, and where it is written.
#[derive(Default)]
struct Run {
    words: String,
    pieces: Vec<(usize, Range<usize>)>,
    /// Whether it is longer than any mark of a break.
    long: bool,
}

impl Run {
    fn push(&mut self, words: &str, range: &Range<usize>) {
        self.long |= self.words.len() + words.len() > 80;
        if !self.long {
            self.pieces.push((self.words.len(), range.clone()));
            self.words.push_str(words);
        }
    }

    /// Where in `markdown` a pin goes so that the line is no mark of a break:
    /// behind the sign that opens the comment. `None` where it looks like none.
    fn of_break(self, markdown: &str) -> Option<usize> {
        if self.long || !is_break(&self.words) {
            return None;
        }
        let place = self.words.find(COMMENT)? + COMMENT.len();
        let (start, range) = self.pieces.into_iter().rev().find(|(start, _)| *start <= place)?;
        let written = markdown.get(range.clone())?;
        let literal = self.words.get(start..)?.starts_with(written);
        let at = if literal { range.start + place - start } else { range.start };
        // Not between a backslash and what it escapes.
        let escaped = at == range.start && markdown.get(..at)?.ends_with('\\');
        Some(at - usize::from(escaped))
    }
}

/// `text` so that a line on which only a picture stood is gone as if it had
/// never been: its pin goes to the end of the text before it, or where there is
/// none (at the start, behind a break) to the start of what follows.
pub(super) fn without_empty_lines(text: &str) -> String {
    if !is_pinned(text) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    // The line ends since the last words, and the pins that wait for a line.
    let (mut gap, mut ahead) = (String::new(), String::new());
    let mut after_break = false;
    for line in text.split_inclusive('\n') {
        let feed = line.strip_suffix('\n').map_or("", |_| "\n");
        let mut bare = take(line.trim_end()).closed_up();
        let words = bare.text.trim_end().len();
        bare.text.truncate(words);
        if bare.pins.iter().any(|(_, number)| is_picture(*number)) && is_only_marks(&bare.text) {
            let pins = bare.pins.iter().map(|(_, number)| pin(*number));
            if out.is_empty() || after_break { ahead.extend(pins) } else { out.extend(pins) }
        } else if words > 0 {
            out.push_str(&std::mem::take(&mut gap));
            after_break = is_break(&bare.text) && bare.pins.is_empty();
            if !after_break {
                out.push_str(&std::mem::take(&mut ahead));
            }
            for (at, _) in &mut bare.pins {
                *at = (*at).min(words);
            }
            out.push_str(&bare.put());
        }
        gap.push_str(feed);
    }
    out + &ahead + &gap
}

/// Nothing, or the mark of a list item that only had a picture.
fn is_only_marks(line: &str) -> bool {
    line.split_whitespace().all(|word| {
        let number = word.strip_suffix('.').unwrap_or("");
        word == "•" || !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::markdown;
    use crate::text::network;

    /// A text with `①` for the first picture's pin, and so on.
    fn marked(text: &str) -> String {
        (0..4).fold(text.to_owned(), |text, number| {
            text.replace(&pin(number), &char::from_u32(0x2460 + number as u32).unwrap().to_string())
        })
    }

    fn plain(markdown: &str) -> String {
        let number = |link: &str| link.strip_suffix(".png")?.parse::<usize>().ok();
        marked(&without_empty_lines(&markdown::plain(&pinned(markdown, false, number))))
    }

    #[test]
    fn a_pin_stands_where_the_picture_stood() {
        assert_eq!(plain("See ![a](0.png) now."), "See ①now.");
        assert_eq!(plain("![a](0.png) ![b](1.png) So (![c](2.png)) it is."), "①②So (③) it is.");
        assert_eq!(plain("One.\n\n![a](0.png)\n\nTwo."), "One.①\n\n\n\nTwo.");
        assert_eq!(plain("![a](0.png)\n\nOne ![b](1.png)\n"), "\n\n①One②");
        assert_eq!(plain("[![a](0.png)](https://acme.example) on"), "https://acme.example① on");
        assert_eq!(plain("- ![a](0.png)\n- two"), "\n①• two");
        assert_eq!(
            plain("One.\n\n<!-- break -->\n\n![a][1]\n\nTwo.\n\n[1]: 1.png"),
            "One.\n\n<!-- break -->\n\n\n\n②Two."
        );
        assert_eq!(plain("![a](0.png)"), "①");
        assert_eq!(plain("![no](elsewhere.png) `![](0.png)`"), "![](0.png)");
    }

    #[test]
    fn comments_in_code_are_pinned_and_others_are_not() {
        let text = "`<!-- break -->`\n\n<!-- break -->\n\n```\n<!--break-->\n```\n";
        let made = take(&without_empty_lines(&markdown::plain(&pinned(text, false, |_| None))));
        assert_eq!(made.text.trim(), "<!-- break -->\n\n<!-- break -->\n\n<!--break-->");
        assert_eq!(made.pins, [(4, CODE), (36, CODE)]);
        let masked = made.without_code_comments();
        assert_eq!(masked.trim(), "<!-+ break -->\n\n<!-- break -->\n\n<!-+break-->");
        assert_eq!(made.pictures().1, Vec::<usize>::new());
        assert_eq!(take(&pinned("`![](0.png) <!-- x`", false, |_| Some(0))).text, "`![](0.png) <!-- x`");
    }

    #[test]
    fn what_only_looks_like_a_break_is_pinned() {
        let parts = |text: &str| {
            let made = take(&without_empty_lines(&markdown::plain(&pinned(text, true, |_| None))));
            assert_eq!(made.text.trim(), markdown::plain(text).trim(), "{text}");
            crate::text::split(&made.without_code_comments(), &network::UNKNOWN, 80).len()
        };
        for text in [
            "one\n\n\\<!-- break -->\n\ntwo",
            "one\n\n&lt;!-- break --&gt;\n\ntwo",
            "one\n\n&#60;!-- BREAK --&#62;\n\ntwo",
            "one\n\n<\\!-- break -->\n\ntwo",
            "one\n\n<!\\-- break -->\n\ntwo",
            "one\n\n\\<!--break--\\>  \ntwo",
            "one\n\n**\\<!-- break -->**\n\ntwo",
            "one\n\n> \\<!-- break -->\n\ntwo",
            "one\n\n\\<!-- `break` -->\n\ntwo",
            "one\n\n\\<!--\nbreak\n-->\n\ntwo",
            "one\n\n\\<!-- break --> \\<!-- break -->\n\ntwo",
            "one\n\n```\n<!-- break -->\n```\n\ntwo",
            "one\n\n    <!-- break -->\n\ntwo",
        ] {
            assert_eq!(parts(text), 1, "{text}");
        }
        assert_eq!(
            parts("one\n\n<!-- break -->\n\n\\<!-- break -->\n\n<!-- break --> <!-- break -->\n\ntwo"),
            3
        );
    }

    #[test]
    fn each_line_of_a_block_of_code_is_pinned() {
        let code = |text: &str| {
            let made = take(&without_empty_lines(&markdown::plain(&pinned(text, true, |_| None))));
            assert_eq!(made.text.trim(), markdown::plain(text).trim(), "{text}");
            let line = |at: &usize| made.text[*at..].lines().next().unwrap_or("").to_owned();
            made.code().iter().map(line).collect::<Vec<_>>()
        };
        assert_eq!(code("a `b`\n\n```rust\none\n  two\n\n    three\n```\nd"), ["one", "  two", "    three"]);
        assert_eq!(code("- a\n\n  ```\n  one\n    two\n  ```\n- b"), ["one", "  two"]);
        assert_eq!(code("> ~~~\n> one\n>  two\n> ~~~"), ["one", " two"]);
        assert_eq!(code("a\n\n    one\n      two\n\n\tthree"), ["one", "  two", "three"]);
        assert_eq!(code("1. a\n\n       one\n         two\n"), ["one", "  two"]);
        assert_eq!(code("no code, and `none`  here"), Vec::<String>::new());
    }

    #[test]
    fn taken_pins_leave_the_text_and_their_places() {
        let text = format!("a{}b{}{}", pin(3), pin(255), pin(0));
        assert_eq!(take(&text), Pinned { text: "ab".into(), pins: vec![(1, 3), (2, 255), (2, 0)] });
        assert_eq!(take("no pins").pins, []);
        // Halves, and what a message brought along.
        assert_eq!(take("a\u{fdd0}b\u{fde1}c\u{fdd2}\u{fdd1}\u{fde0}").pins, [(3, 16)]);
        assert_eq!((of_picture(254), take(&pin(17)).pins), (String::new(), vec![(0, 17)]));
    }

    #[test]
    fn what_is_cut_away_takes_its_pins_along() {
        let text = format!("One.{} Two.{}", pin(0), pin(1));
        assert_eq!(marked(&through(&text, |text| text.replace(" Two.", "…"))), "One.①…");
        assert_eq!(marked(&through(&text, str::to_owned)), "One.① Two.②");
        assert_eq!(through(&text, |_| "é".into()), "é");
    }

    #[test]
    fn a_thousand_pictures_on_a_thousand_lines_cost_no_square() {
        let text = format!("{}\n\n", pin(1)).repeat(50_000);
        assert_eq!(take(&without_empty_lines(&text)).pins.len(), 50_000);
        let text = format!("words\n\n{}\n\n", pin(1)).repeat(20_000);
        assert_eq!(take(&without_empty_lines(&text)).pins.len(), 20_000);
    }
}
