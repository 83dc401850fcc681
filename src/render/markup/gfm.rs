//! What GitHub's Markdown has and the parser leaves to the page: a bare address
//! is a link (GFM 0.29, Autolinks (extension)), and an alert says its word.
//!
//! For outlets that take HTML: none of them makes a link of an address by
//! itself (a mail, a page), and the class that tells an alert from a quotation
//! is cleaned away.

use crate::render::markdown;
use crate::text::markdown::web_addresses;
use pulldown_cmark::{BlockQuoteKind, CowStr, Event, LinkType, Tag, TagEnd, TextMergeStream};

/// The word that GitHub shows above an alert of `kind` (docs.github.com, Basic
/// writing and formatting syntax, Alerts), as it begins a text.
pub(super) fn alert(kind: BlockQuoteKind) -> &'static str {
    match kind {
        BlockQuoteKind::Note => "Note:",
        BlockQuoteKind::Tip => "Tip:",
        BlockQuoteKind::Important => "Important:",
        BlockQuoteKind::Warning => "Warning:",
        BlockQuoteKind::Caution => "Caution:",
    }
}

/// The events of `markdown` as a page shows them.
pub(in crate::render) fn events(markdown: &str) -> impl Iterator<Item = Event<'_>> {
    with_links(TextMergeStream::new(with_alerts(markdown::events(markdown))))
}

/// `events`, in which an alert is a quotation that begins with its word.
fn with_alerts<'a>(events: impl Iterator<Item = Event<'a>>) -> impl Iterator<Item = Event<'a>> {
    let mut waiting: Option<&'static str> = None;
    events.flat_map(move |event| {
        let word = waiting.take().map(|word| {
            let said = [Event::Start(Tag::Strong), Event::Text(word.into()), Event::End(TagEnd::Strong)];
            // Before the words of its first paragraph, else as one of its own.
            match event {
                Event::Start(Tag::Paragraph) => (said, Event::Text(" ".into())),
                _ => (said, Event::End(TagEnd::Paragraph)),
            }
        });
        let event = match event {
            Event::Start(Tag::BlockQuote(kind)) => {
                waiting = kind.map(alert);
                Event::Start(Tag::BlockQuote(None))
            }
            event => event,
        };
        let (begin, event) = match (&word, event) {
            (None, event) => (None, Some(event)),
            (Some(_), event @ Event::Start(Tag::Paragraph)) => (Some(event), None),
            (Some(_), event) => (Some(Event::Start(Tag::Paragraph)), Some(event)),
        };
        let word = word.into_iter().flat_map(|(said, last)| said.into_iter().chain([last]));
        begin.into_iter().chain(word).chain(event)
    })
}

/// `events`, in which each bare address of running text is a link. Not in code
/// and not in the words of a link, in Markdown or in raw HTML.
fn with_links<'a>(events: impl Iterator<Item = Event<'a>>) -> impl Iterator<Item = Event<'a>> {
    // How many links, pictures and blocks of code are open, and how many tags.
    let (mut closed, mut tags) = (0_usize, 0_usize);
    events.flat_map(move |event| {
        match &event {
            Event::Start(Tag::Link { .. } | Tag::Image { .. } | Tag::CodeBlock(_)) => closed += 1,
            Event::End(TagEnd::Link | TagEnd::Image | TagEnd::CodeBlock) => closed = closed.saturating_sub(1),
            // What a tag opened and nobody closed ends with its block.
            Event::End(TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::TableCell | TagEnd::Item) => tags = 0,
            Event::InlineHtml(tag) if is_closed(tag) => {
                tags = if tag.starts_with("</") { tags.saturating_sub(1) } else { tags + 1 };
            }
            _ => {}
        }
        let (text, event) = match event {
            Event::Text(text) if closed == 0 && tags == 0 && may_link(&text) => (Some(text), None),
            event => (None, Some(event)),
        };
        text.map(linked).into_iter().flatten().chain(event)
    })
}

/// Whether `tag` opens or closes what no link stands in.
fn is_closed(tag: &str) -> bool {
    let name = tag.trim_start_matches(['<', '/']);
    let name = name.get(..name.bytes().take_while(u8::is_ascii_alphanumeric).count()).unwrap_or("");
    ["a", "code", "kbd", "pre", "samp"].iter().any(|own| own.eq_ignore_ascii_case(name))
}

/// Whether there may be an address in `text`.
fn may_link(text: &str) -> bool {
    text.contains("://") || text.as_bytes().windows(4).any(|four| four.eq_ignore_ascii_case(b"www."))
}

/// `text`, its addresses as links.
fn linked(text: CowStr<'_>) -> Vec<Event<'_>> {
    let mut out = Vec::new();
    let mut from = 0;
    let words = |range: std::ops::Range<usize>| text.get(range).unwrap_or("").to_owned();
    for address in web_addresses(&text) {
        if from < address.start {
            out.push(Event::Text(words(from..address.start).into()));
        }
        from = address.end;
        let shown = words(address);
        // As GFM has it: what names no scheme is `http`.
        let leads = if shown.contains("://") { shown.clone() } else { format!("http://{shown}") };
        let (title, id) = (CowStr::Borrowed(""), CowStr::Borrowed(""));
        out.push(Event::Start(Tag::Link {
            link_type: LinkType::Autolink,
            dest_url: leads.into(),
            title,
            id,
        }));
        out.push(Event::Text(shown.into()));
        out.push(Event::End(TagEnd::Link));
    }
    if from < text.len() {
        out.push(Event::Text(words(from..text.len()).into()));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::html::sanitised;
    use crate::render::markup::{Markup, write};
    use proptest::prelude::*;

    /// `text` as a paragraph of a mail, without what is said of every link.
    fn html(text: &str) -> String {
        let html = sanitised(text).replace(" rel=\"noopener noreferrer\"", "");
        html.strip_prefix("<p>")
            .and_then(|html| html.strip_suffix("</p>"))
            .map_or(html.clone(), str::to_owned)
    }

    fn link(url: &str) -> String {
        format!("<a href=\"{url}\">{url}</a>")
    }

    #[test]
    fn a_bare_address_is_a_link() {
        for address in [
            "https://a.example",
            "http://a.example/x_y_z/~joe",
            "https://a.example/wiki/Rocket_(disambiguation)",
            "https://a.example:8443/?q=1#part",
            "HTTPS://A.EXAMPLE/",
            "https://localhost:3000/x",
            "https://пример.example/путь",
        ] {
            // A reader's letters are kept; in an address they stand for bytes.
            let shown = html(&format!("See {address}."));
            assert!(
                shown.starts_with("See <a href=\"") && shown.ends_with(&format!(">{address}</a>.")),
                "{shown}"
            );
            assert!(html(&format!("({address}), so")).ends_with(&format!(">{address}</a>), so")));
            assert!(html(&format!("**{address}**")).contains(&format!(">{address}</a></strong>")));
        }
        assert_eq!(html("See https://a.example/x."), format!("See {}.", link("https://a.example/x")));
        assert_eq!(html("at www.a.example/x!"), "at <a href=\"http://www.a.example/x\">www.a.example/x</a>!");
        assert_eq!(
            html("https://a.example/?a=1&b=2"),
            "<a href=\"https://a.example/?a=1&amp;b=2\">https://a.example/?a=1&amp;b=2</a>"
        );
        assert_eq!(
            html("https://a.example/?a=1&hl;"),
            "<a href=\"https://a.example/?a=1\">https://a.example/?a=1</a>&amp;hl;"
        );
        assert_eq!(html("- one https://a.example/_x_\n- two").matches("<a href").count(), 1);
    }

    #[test]
    fn only_what_is_safe_and_an_address_is_one() {
        for text in [
            "javascript:alert(1)",
            "javascript://a.example/%0aalert(1)",
            "data:text/html,x",
            "ftp://a.example/x",
            "file:///etc/passwd",
            "xhttps://a.example",
            "https://",
            "https:// a",
            "www.",
            "www",
            "awww.a.example",
            "https://-",
            "https://a_b.example_",
            "a.example/x",
            "@acme #acme",
        ] {
            assert!(!html(text).contains("<a "), "{text}: {}", html(text));
        }
    }

    #[test]
    fn code_and_links_are_what_they_were() {
        for text in [
            "`https://a.example`",
            "```\nhttps://a.example\n```",
            "    https://a.example\n",
            "<code>https://a.example</code> so",
            "<kbd>www.a.example</kbd>",
        ] {
            assert!(!html(text).contains("<a "), "{text}: {}", html(text));
        }
        for text in [
            "[https://b.example](https://a.example)",
            "<https://a.example>",
            "<a href=\"https://a.example\">https://b.example and more</a>",
            "[words and **www.b.example**](https://a.example)",
        ] {
            assert_eq!(html(text).matches("<a ").count(), 1, "{text}: {}", html(text));
            assert!(html(text).contains("href=\"https://a.example\""), "{text}");
        }
        // A tag that nobody closed ends with its paragraph.
        assert!(html("<code>x\n\nhttps://a.example").contains(&link("https://a.example")));
    }

    #[test]
    fn each_outlet_of_html_has_them() {
        for markup in [Markup::MailHtml, Markup::WordPressHtml, Markup::WordPressBlocks, Markup::Matrix] {
            let made = write("See https://a.example/x.\n\n| a |\n|---|\n| www.a.example |\n", markup).text;
            assert!(made.contains("href=\"https://a.example/x\""), "{}: {made}", markup.name());
            assert!(made.contains("href=\"http://www.a.example\""), "{}: {made}", markup.name());
        }
    }

    #[test]
    fn an_alert_is_told_from_a_quotation() {
        let said = |text: &str| sanitised(text).replace('\n', "");
        assert_eq!(
            said("> [!WARNING]\n> Do not *fly* it.\n>\n> Ever."),
            "<blockquote><p><strong>Warning:</strong> Do not <em>fly</em> it.</p><p>Ever.</p></blockquote>"
        );
        assert_eq!(
            said("> [!TIP]\n> - so\n"),
            "<blockquote><p><strong>Tip:</strong></p><ul><li>so</li></ul></blockquote>"
        );
        assert_eq!(
            said("> [!NOTE]\n> > [!CAUTION]\n> > a"),
            "<blockquote><p><strong>Note:</strong></p><blockquote><p><strong>Caution:</strong> a</p></blockquote></blockquote>"
        );
        assert_eq!(said("> [!NOTE]\n\nb"), "<blockquote><p><strong>Note:</strong></p></blockquote><p>b</p>");
        for markup in [Markup::WordPressHtml, Markup::WordPressBlocks, Markup::Matrix] {
            let made = write("> [!WARNING]\n> So.", markup).text;
            assert!(made.contains("<strong>Warning:</strong> So."), "{}: {made}", markup.name());
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn words_stay_and_links_are_safe(text in "(https?://|www\\.|ftp://|javascript:|[a-zé火]{1,4}|[.,:;!?)(*_~&/#@ \n-]){0,24}") {
            let mut last = 0;
            for address in web_addresses(&text) {
                prop_assert!(address.start >= last && address.start < address.end);
                let own = text[address.clone()].to_lowercase();
                prop_assert!(["https://", "http://", "www."].iter().any(|begin| own.starts_with(begin)), "{}", own);
                prop_assert!(!own.contains(char::is_whitespace) && !own.contains('<'));
                last = address.end;
            }
            let words = |events: Vec<Event<'_>>| -> String {
                let texts = events.into_iter().filter_map(|event| match event {
                    Event::Text(text) => Some(text.to_string()),
                    _ => None,
                });
                texts.collect()
            };
            prop_assert_eq!(words(events(&text).collect()), words(markdown::events(&text).collect()));
        }
    }
}
