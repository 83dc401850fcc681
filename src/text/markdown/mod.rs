//! Markdown as its authors mean it: an address in running text is an address,
//! letter by letter, and no mark of emphasis stands in it.
//!
//! CommonMark knows no bare addresses: it reads `https://a.example/_x_` as an
//! address and an `x` in italics, and `@_acme_` as somebody else. GitHub's
//! Markdown takes the address first (GFM 0.29, Autolinks). Here everything is
//! meant that networks make a link of: addresses, hosts with a path, `@names`
//! and `#tags`. A second thing is no HTML to anybody who writes it: `<!channel>`.
//!
//! In time that grows with the text and with nothing else.

pub(in crate::text) mod address;

pub use address::web_addresses;
use address::{addresses, marks};
use pulldown_cmark::{Event, LinkType, Options, Parser, Tag, TagEnd};
use std::borrow::Cow;
use std::ops::Range;

/// The events of `markdown`, and where each stands in it, in bytes.
pub fn events(markdown: &str, options: Options) -> impl Iterator<Item = (Event<'_>, Range<usize>)> {
    let letters = letters(markdown, options);
    let (direct, read_as_letters) = match letters.is_empty() {
        true => (Some(Parser::new_ext(markdown, options).into_offset_iter()), Vec::new()),
        false => (None, as_letters(markdown, &letters, options)),
    };
    direct.into_iter().flatten().chain(read_as_letters)
}

/// What stands for a mark that is none, while the text is read. Any letter does:
/// it is as long as the mark, so that all places stay.
const LETTER: char = 'x';

/// The places of `markdown`, in order, whose characters look like marks and are none.
fn letters(markdown: &str, options: Options) -> Vec<usize> {
    let mut out = Vec::new();
    let mut read = Cow::Borrowed(markdown);
    // What stands behind a call is HTML until the call is none; of calls in
    // such a text of calls the first ones count.
    for _ in 0..3 {
        let calls = if read.contains("<!") { calls(&read, options) } else { Vec::new() };
        if calls.is_empty() {
            break;
        }
        read = Cow::Owned(with_letters(&read, &calls));
        out.extend(calls);
    }
    let has_marks = read.contains(['*', '_', '~']);
    if has_marks && addresses(&read).any(|address| !marks(&read, &address).is_empty()) {
        out.extend(marks_in_addresses(&read, options));
    }
    out.sort_unstable();
    out
}

/// Where the calls begin that a reader takes for HTML.
fn calls(markdown: &str, options: Options) -> Vec<usize> {
    let mut out = Vec::new();
    let mut html = false;
    for (event, range) in Parser::new_ext(markdown, options).into_offset_iter() {
        match &event {
            Event::InlineHtml(tag) if is_call(tag) => out.push(range.start),
            // Only what begins a block: what stands deeper in it is HTML.
            Event::Html(tag) if html && is_call(tag.trim_start()) => {
                out.push(range.start + (tag.len() - tag.trim_start().len()));
            }
            _ => {}
        }
        html = matches!(event, Event::Start(Tag::HtmlBlock));
    }
    out.retain(|at| markdown.as_bytes().get(*at) == Some(&b'<'));
    out
}

/// The marks in the addresses of the running text of `markdown`.
fn marks_in_addresses(markdown: &str, options: Options) -> Vec<usize> {
    let mut out = Vec::new();
    // A stretch of running text, with the marks of emphasis in it.
    let mut run: Option<Range<usize>> = None;
    let end = |run: &mut Option<Range<usize>>, out: &mut Vec<usize>| {
        if let Some(run) = run.take()
            && let Some(text) = markdown.get(run.clone())
        {
            out.extend(addresses_in(text).map(|at| run.start + at));
        }
    };
    let mut closed = false;
    for (event, range) in Parser::new_ext(markdown, options).into_offset_iter() {
        match &event {
            Event::Text(_) if !closed => {
                let start = run.take().map_or(range.start, |run| run.start);
                run = Some(start..range.end);
            }
            Event::Start(Tag::Emphasis | Tag::Strong | Tag::Strikethrough) => {}
            Event::End(TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough) => {}
            event => {
                end(&mut run, &mut out);
                match event {
                    // An address between `<` and `>` is one already.
                    Event::Start(Tag::CodeBlock(_) | Tag::Link { link_type: LinkType::Autolink, .. }) => {
                        closed = true
                    }
                    Event::End(TagEnd::CodeBlock | TagEnd::Link) => closed = false,
                    _ => {}
                }
            }
        }
    }
    end(&mut run, &mut out);
    out
}

fn addresses_in(text: &str) -> impl Iterator<Item = usize> {
    addresses(text).flat_map(|address| marks(text, &address))
}

/// Whether `tag` is `<!channel>` and the like: no declaration of a document.
pub(crate) fn is_call(tag: &str) -> bool {
    let Some(inside) = tag.strip_prefix("<!") else { return false };
    let letters = inside.bytes().take_while(u8::is_ascii_alphabetic).count();
    let name = inside.get(..letters).unwrap_or("");
    let declares = ["doctype", "element", "attlist", "entity", "notation"];
    letters > 0 && !declares.iter().any(|own| own.eq_ignore_ascii_case(name))
}

/// `markdown` with a letter at each of `places`, where one byte is a character.
fn with_letters(markdown: &str, places: &[usize]) -> String {
    let mut out = String::with_capacity(markdown.len());
    let mut from = 0;
    for at in places {
        out.push_str(markdown.get(from..*at).unwrap_or(""));
        out.push(LETTER);
        from = at + 1;
    }
    out.push_str(markdown.get(from..).unwrap_or(""));
    out
}

/// The events of `markdown`, with letters at the places `letters`.
fn as_letters<'m>(markdown: &'m str, letters: &[usize], options: Options) -> Vec<(Event<'m>, Range<usize>)> {
    let read = with_letters(markdown, letters);
    let as_written = |text: &str, range: &Range<usize>| {
        let own = markdown.get(range.clone()).filter(|own| own.len() == text.len());
        own.filter(|_| read.get(range.clone()) == Some(text))
    };
    let events = Parser::new_ext(&read, options).into_offset_iter().map(|(event, range)| {
        let event = match event {
            // What is not as it was read stands for something else: an entity.
            Event::Text(text) => match as_written(&text, &range) {
                Some(own) => Event::Text(own.into()),
                None => Event::Text(text).into_static(),
            },
            event => event.into_static(),
        };
        (event, range)
    });
    events.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use pulldown_cmark::html;

    fn options() -> Options {
        Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_FOOTNOTES
    }

    fn html(markdown: &str) -> String {
        let mut out = String::new();
        html::push_html(&mut out, events(markdown, options()).map(|(event, _)| event));
        out.trim_end().to_owned()
    }

    #[test]
    fn an_address_is_one_letter_by_letter() {
        for address in [
            "https://a.example/_x_",
            "https://docs.python.example/3/library/__main__.html",
            "https://acme.example/~joe/_drafts_/a*b*c",
            "http://a.example/~~x~~/?q=_a_&r=*b*#_c_",
            "www.acme.example/_x_/y",
            "acme.com/_x_/y",
            "müller.de/_x_",
            "пример.рф/_x_/y",
            "例え.jp/_x_",
            "ПРИМЕР.РФ/_x_",
            "ftp://a.example/__init__",
            "https://en.wikipedia.example/wiki/_Rocket_(_disambiguation_)",
            "https://пример.example/_путь_/x",
            "@_acme_",
            "#__init__",
        ] {
            assert_eq!(html(address), format!("<p>{}</p>", address.replace('&', "&amp;")));
            assert_eq!(
                html(&format!("({address}), so")).replace("&amp;", "&"),
                format!("<p>({address}), so</p>")
            );
            let emphasised = html(&format!("*See {address}*, **{address}** and _so_")).replace("&amp;", "&");
            assert_eq!(
                emphasised,
                format!("<p><em>See {address}</em>, <strong>{address}</strong> and <em>so</em></p>")
            );
            let listed = html(&format!("- {address}\n- b\n\n> {address}\n")).replace("&amp;", "&");
            assert_eq!(listed.matches(address).count(), 2, "{listed}");
        }
    }

    #[test]
    fn marks_around_an_address_are_marks() {
        assert_eq!(html("_https://a.example/x_."), "<p><em>https://a.example/x</em>.</p>");
        assert_eq!(html("**https://a.example**"), "<p><strong>https://a.example</strong></p>");
        assert_eq!(html("(**https://a.example/a_b**)"), "<p>(<strong>https://a.example/a_b</strong>)</p>");
        assert_eq!(html("~~https://a.example/_x_/~~!"), "<p><del>https://a.example/_x_/</del>!</p>");
        assert_eq!(html("_@acme_ *#acme*"), "<p><em>@acme</em> <em>#acme</em></p>");
        assert_eq!(
            html("詳しくはhttps://acme.jpで**太字**"),
            "<p>詳しくはhttps://acme.jpで<strong>太字</strong></p>"
        );
        assert_eq!(
            html("**https://acme.jp/x**を **見る**"),
            "<p><strong>https://acme.jp/x</strong>を <strong>見る</strong></p>"
        );
    }

    #[test]
    fn code_links_and_html_are_what_they_were() {
        for text in [
            "`https://a.example/_x_` [https://b.example](https://a.example/_x_ \"_t_\") <https://a.example/_x_>",
            "<a href=\"https://a.example/_x_\">_y_</a> ![_a_](https://a.example/*b*.png)",
            "```\nhttps://a.example/_x_\n```\n\n    https://a.example/*x*\n",
            "[a]\n\n[a]: https://a.example/_x_\n",
            "<!DOCTYPE html>\n\n<div>\n<!channel>\n</div>\n",
            "<!-- https://a.example/_x_ --> a\\_b\\_c https://a.example/\\_x\\_",
        ] {
            let mut plain = String::new();
            html::push_html(&mut plain, Parser::new_ext(text, options()));
            // Beside an address that counts, which makes it another reading.
            let read = html(&format!("{text}\n\nhttps://a.example/_x_"));
            assert_eq!(read, format!("{}\n<p>https://a.example/_x_</p>", plain.trim_end()));
        }
        assert_eq!(
            html("[https://a.example/_x_](https://a.example/_x_)"),
            "<p><a href=\"https://a.example/_x_\">https://a.example/_x_</a></p>"
        );
        assert_eq!(
            html("| a |\n|---|\n| https://a.example/_x_|\n").matches("https://a.example/_x_<").count(),
            1
        );
    }

    #[test]
    fn a_call_is_no_html() {
        assert_eq!(html("<!channel> hi *you*"), "<p>&lt;!channel&gt; hi <em>you</em></p>");
        assert_eq!(
            html("hi **<!here>** `<!here>`"),
            "<p>hi <strong>&lt;!here&gt;</strong> <code>&lt;!here&gt;</code></p>"
        );
        assert_eq!(html("<!subteam^S1|a> and\n\nmore"), "<p>&lt;!subteam^S1|a&gt; and</p>\n<p>more</p>");
    }

    #[test]
    fn places_are_those_of_the_text() {
        let text = "é https://a.example/_x_ *b*";
        for (event, range) in events(text, options()) {
            if let Event::Text(words) = event {
                assert_eq!(&text[range], &*words);
            }
        }
    }

    proptest! {
        #[test]
        fn every_text_is_read(text in "[a-z*_~<>!@#/:.`|()\\[\\]\\\\ \n-]{0,60}|(https://a.b/|www\\.|[*_~]{1,3}|[a-zé火 ]|[<`\\\\|\\[\\]()])*") {
            let mut at = 0;
            for (event, range) in events(&text, options()) {
                prop_assert!(range.end <= text.len());
                if let Event::Text(words) = &event {
                    prop_assert!(!words.is_empty());
                    at = at.max(range.start);
                }
            }
            prop_assert!(at <= text.len());
        }

        #[test]
        fn an_address_stays_whole_wherever_it_stands(
            path in "[a-z_*~]{0,8}",
            before in "(|[*_]{1,2})([a-z]{1,3} ){0,2}",
            after in "( [a-z*_~]{1,4}){0,3}",
        ) {
            let address = format!("https://a.example/{path}/x");
            let text = format!("{before}{address}{after}");
            let words: String = events(&text, options()).filter_map(|(event, _)| match event {
                Event::Text(words) => Some(words.to_string()),
                _ => None,
            }).collect();
            prop_assert!(words.contains(&address), "{:?} in {:?}", words, text);
        }
    }
}
