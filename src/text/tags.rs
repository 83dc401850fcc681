//! HTML whose tags and texts no parser takes long to read. Pure.
//!
//! A parser compares each attribute of a tag with all before it, so its time grows with
//! the square of their number: a page of two megabytes that is one tag took minutes.
//! Whoever has HTML parsed has it [`bounded`] first, or is served by [`clean`].
//!
//! The sanitiser's parser also copies a text from its beginning for every entity and line
//! in it: what it gets is in pieces, with a comment between them, of which it says nothing.

use ammonia::Builder;
use std::borrow::Cow;

/// Attributes that a tag may have. Nobody's has as many; a long value (a `data:` address)
/// is none of a parser's troubles.
pub const MOST_ATTRIBUTES: usize = 256;

/// What a tag's next character means (HTML Living Standard, 13.2.5.8 and 13.2.5.32 to 40;
/// states that read alike are one).
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    TagName,
    BeforeName,
    Name,
    AfterName,
    BeforeValue,
    DoubleQuoted,
    SingleQuoted,
    Unquoted,
}

/// How many states there are.
const STATES: usize = 8;

impl State {
    /// The state after `byte`; none, if the tag ends there.
    fn after(self, byte: u8) -> Option<State> {
        use State::{
            AfterName, BeforeName, BeforeValue, DoubleQuoted, Name, SingleQuoted, TagName, Unquoted,
        };
        let blank = matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b'\x0c');
        Some(match (self, byte) {
            (DoubleQuoted, b'"') | (SingleQuoted, b'\'') => BeforeName,
            (DoubleQuoted | SingleQuoted, _) => self,
            (_, b'>') => return None,
            (BeforeValue, _) if blank => BeforeValue,
            (BeforeValue, b'"') => DoubleQuoted,
            (BeforeValue, b'\'') => SingleQuoted,
            (BeforeValue, _) => Unquoted,
            (Unquoted | TagName, _) if blank => BeforeName,
            (Unquoted, _) => Unquoted,
            (_, b'/') => BeforeName,
            (TagName, _) => TagName,
            (BeforeName, _) if blank => BeforeName,
            (Name | AfterName, b'=') => BeforeValue,
            (Name | AfterName, _) if blank => AfterName,
            (BeforeName | Name | AfterName, _) => Name,
        })
    }
}

/// Every state, in the order of its numbers.
const ALL: [State; STATES] = [
    State::TagName,
    State::BeforeName,
    State::Name,
    State::AfterName,
    State::BeforeValue,
    State::DoubleQuoted,
    State::SingleQuoted,
    State::Unquoted,
];

/// Follows the tags of a text, byte by byte.
///
/// Whether a `<` opens a tag depends on what is around it (a comment, a script, another
/// tag's value), and on that a parser and a second reader never quite agree. So a tag
/// begins here at every `<` that may open one, and all of them are followed at once: of
/// those in one state only the number of attributes of the one that has most matters.
/// That finds every tag of the parser's in one pass, and seldom one that is none.
struct Tags<'h> {
    html: &'h [u8],
    at: usize,
    /// For each state the most attributes of a tag that is in it.
    open: [Option<usize>; STATES],
}

impl Tags<'_> {
    fn of(html: &str) -> Tags<'_> {
        Tags { html: html.as_bytes(), at: 0, open: [None; STATES] }
    }

    /// Reads `byte` in every tag that is open. False: an attribute begins that is one too
    /// many, and those of its tags that are in no quote have been closed instead.
    fn read(&mut self, byte: u8) -> bool {
        let mut next: [Option<usize>; STATES] = [None; STATES];
        for state in ALL {
            let Some(attributes) = self.open[state as usize] else { continue };
            let Some(then) = state.after(byte) else { continue };
            let begins = then == State::Name && state != State::Name;
            let attributes = attributes + usize::from(begins);
            if attributes > MOST_ATTRIBUTES {
                for state in ALL {
                    if state.after(b'>').is_none() {
                        self.open[state as usize] = None;
                    }
                }
                return false;
            }
            next[then as usize] = next[then as usize].max(Some(attributes));
        }
        self.open = next;
        true
    }
}

/// Where attributes begin that are one too many: a `>` before each closes its tag.
impl Iterator for Tags<'_> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        loop {
            if self.open == [None; STATES] {
                self.at += self.html.get(self.at..)?.iter().position(|byte| *byte == b'<')?;
            }
            let byte = *self.html.get(self.at)?;
            if !self.read(byte) {
                return Some(self.at);
            }
            self.at += 1;
            if byte == b'<' {
                let named = self.html.get(self.at..).unwrap_or_default();
                let named = named.strip_prefix(b"/").unwrap_or(named);
                if named.first().is_some_and(u8::is_ascii_alphabetic) {
                    let open = &mut self.open[State::TagName as usize];
                    *open = (*open).max(Some(0));
                }
            }
        }
    }
}

/// The byte of `html` at which a tag has more attributes than [`MOST_ATTRIBUTES`].
pub fn too_many_attributes(html: &str) -> Option<usize> {
    Tags::of(html).next()
}

/// `html` with every tag closed behind [`MOST_ATTRIBUTES`] attributes; what follows of it
/// is text then.
pub fn bounded(html: &str) -> Cow<'_, str> {
    let mut out = String::new();
    let mut written = 0;
    for at in Tags::of(html) {
        out.push_str(html.get(written..at).unwrap_or_default());
        out.push('>');
        written = at;
    }
    if written == 0 {
        return Cow::Borrowed(html);
    }
    out.push_str(html.get(written..).unwrap_or_default());
    Cow::Owned(out)
}

/// `html` as `rules` clean it.
pub fn clean(rules: &Builder<'_>, html: &str) -> String {
    rules.clean(&in_pieces(&bounded(html))).to_string()
}

/// Bytes of text after which something goes between that is no text.
const RUN: usize = 2048;

/// `html` with an empty comment wherever a text goes on for longer than [`RUN`]. It stands
/// before an entity or a line, where the parser would begin to copy, and in no tag and no
/// comment of well-written HTML; in what is not, it may be seen, and harms nothing.
fn in_pieces(html: &str) -> Cow<'_, str> {
    let bytes = html.as_bytes();
    let (mut out, mut written) = (String::new(), 0);
    let (mut at, mut run) = (0, 0);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'<' => {
                at = behind_markup(html, at);
                run = at;
                continue;
            }
            b'&' | b'\n' | b'\r' | 0 if at - run >= RUN => {
                out.push_str(html.get(written..at).unwrap_or_default());
                out.push_str("<!---->");
                (written, run) = (at, at);
            }
            _ => {}
        }
        at += 1;
    }
    if written == 0 {
        return Cow::Borrowed(html);
    }
    out.push_str(html.get(written..).unwrap_or_default());
    Cow::Owned(out)
}

/// The byte behind what the `<` at `at` opens: a tag, or a comment; behind itself, if it
/// opens nothing.
fn behind_markup(html: &str, at: usize) -> usize {
    let rest = html.get(at + 1..).unwrap_or_default();
    let ends = if let Some(comment) = rest.strip_prefix("!--") {
        // `<!-->` and `<!--->` are whole (HTML Living Standard, 13.2.5.43).
        let short = [">", "->"].into_iter().find(|end| comment.starts_with(end));
        short.map(str::len).or_else(|| comment.find("-->").map(|end| end + 3)).map(|end| end + 3)
    } else if rest.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?')) {
        let mut state = Some(State::TagName);
        rest.bytes()
            .position(|byte| {
                state = state.and_then(|state| state.after(byte));
                state.is_none()
            })
            .map(|end| end + 1)
    } else {
        Some(0)
    };
    // What is never closed is all that is left.
    ends.map_or(html.len(), |end| at + 1 + end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, Instant};

    fn attributes(number: usize) -> String {
        (0..number).map(|number| format!("a{number}=1 ")).collect()
    }

    /// A tag of more attributes than a parser reads in a test's time.
    fn endless() -> String {
        attributes(200_000)
    }

    #[test]
    fn what_people_write_stays_as_it_is() {
        for html in [
            String::new(),
            "a < b && c > d, <3, </3, <, <a".to_owned(),
            format!("<img src=\"data:image/png;base64,{}\" alt='a b c'>", "AA/= ".repeat(100_000)),
            format!("<a {}>x</a>", attributes(MOST_ATTRIBUTES)),
            format!("<a {}>x</a>", attributes(MOST_ATTRIBUTES)).repeat(3),
            "<p title=\"1 > 0\">word <br/> <b>word</b></p>\n".repeat(2000),
            "<!-- <a \" --><p>x</p>".to_owned(),
            format!("<script>if (a<b) {{ {} }}</script>", "x; ".repeat(200)),
        ] {
            assert_eq!(bounded(&html), html);
            assert_eq!(too_many_attributes(&html), None);
        }
    }

    #[test]
    fn a_tag_ends_behind_its_last_attribute_that_counts() {
        let html = format!("<p>ä <a {}>x</a>", attributes(MOST_ATTRIBUTES + 2));
        let at = too_many_attributes(&html).unwrap();
        assert!(html[at..].starts_with("a256=1 a257=1 >x"), "{}", &html[at..]);
        assert_eq!(bounded(&html), format!("{}>{}", &html[..at], &html[at..]));
        let twice = format!("{html}{html}");
        assert_eq!(bounded(&twice).len(), twice.len() + 2);
        for (between, of) in [("/", "a"), ("=\"\"", "b"), ("='x' ", "b"), (" = x\n", "b"), ("\t", "é")] {
            let long: String = (0..1000).map(|number| format!("{of}{number}{between}")).collect();
            assert!(too_many_attributes(&format!("<a {long}>")).is_some(), "{between:?}");
            assert!(too_many_attributes(&format!("</a {long}>")).is_some(), "{between:?}");
        }
    }

    /// What hides a tag from a reader that believes in comments, quotes and scripts.
    #[test]
    fn a_long_tag_does_not_hide() {
        let endless = endless();
        for before in [
            "",
            "<!-- <a \" -->",
            "<!-- <a x=\" -->",
            "<!-- <a x=' --><b y=\">",
            "<script><!-- </script>",
            "<svg><style><a x='</style>",
            "<textarea><a x=\"</textarea>",
            "<title><a x='</title>",
            "<![CDATA[<a x=\"]]>",
            "<? <a x=\">",
            "<p x=\"<a y='\">",
            "<a x=\"",
            "<\0",
            "</p ",
        ] {
            let html = format!("{before}<a {endless}>x</a>\" '");
            let begun = Instant::now();
            let clean = clean(&Builder::default(), &html);
            assert!(begun.elapsed() < Duration::from_secs(10), "{before}: {:?}", begun.elapsed());
            assert!(!clean.contains("<a a0"), "{before}");
        }
    }

    /// What nobody sees a difference in, and a parser would take minutes for.
    #[test]
    fn long_texts_stay_as_they_are_and_take_no_time() {
        let rules = Builder::default();
        let words = "Tom & Jerry, \"x\" < y\nand so on. ";
        let escaped = words.replace('&', "&amp;").replace('<', "&lt;");
        for html in [
            format!("<p>{}</p>", escaped.repeat(20_000)),
            "&amp;".repeat(400_000),
            "\n".repeat(400_000),
            format!("<p title=\"{0}\">{0}<b>{0}</b></p>", escaped.replace('"', "&quot;").repeat(5_000)),
        ] {
            let begun = Instant::now();
            let clean = clean(&rules, &html);
            assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
            let text = |html: &str| html.replace("&quot;", "\"");
            assert_eq!(text(&clean), text(&html));
        }
    }

    #[test]
    fn pieces_are_of_text_alone() {
        let long = "word & ".repeat(1000);
        for html in [
            format!("<!--{long}-->x"),
            format!("<a title=\"{long} > {long}\" href='{long}'>x</a>"),
            format!("<{long}"),
            format!("<!--{long}"),
            "word ".repeat(10_000),
            "<b>&amp;</b>".repeat(10_000),
        ] {
            assert_eq!(in_pieces(&html), html);
        }
        for html in
            [format!("<!-->{long}"), format!("<!--->{long}"), format!("< {long}"), format!("<b>{long}")]
        {
            let pieces = in_pieces(&html);
            assert_eq!(pieces.replacen("<!---->", "", 10), html);
            assert_eq!(pieces.matches("<!---->").count(), 3, "{}", &html[..10]);
        }
    }

    proptest::proptest! {
        /// As the parser reads it, no tag is longer; and nothing but `>` is put in.
        #[test]
        fn nothing_but_ends_of_tags_is_added(marks in "([<>/='\"! a-b-]|<a |<!--|-->|<script>|</script>){0,60}") {
            let long = format!("{marks}{}{marks}", attributes(MOST_ATTRIBUTES + 20));
            let bounded = bounded(&long).into_owned();
            proptest::prop_assert_eq!(too_many_attributes(&bounded), None);
            let mut left = long.chars().peekable();
            for c in bounded.chars() {
                if left.peek() == Some(&c) {
                    left.next();
                } else {
                    proptest::prop_assert_eq!(c, '>');
                }
            }
            proptest::prop_assert_eq!(left.next(), None);
        }
    }
}
