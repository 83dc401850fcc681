//! Every construct on every outlet, and what holds for every text.

use super::*;
use crate::text::BREAK;
use crate::text::markup::{discord, reddit, telegram};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use serde_json::Value;

mod constructs;
mod hostile;
mod meant;
mod raw_html;
mod reading;

use reading::{read_html, read_markdown};

/// Pieces of Markdown, whole and broken, in any order.
fn markdown() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[a-zé火🚀]{1,6}",
        2 => " {1,2}",
        2 => "\n{1,3}",
        6 => "[*_~`|\\\\<>#@&;.!()\\[\\]{}^+=:\"'$%/-]{1,3}",
        1 => Just("**bold** *it* ~~no~~ `co``de`".to_owned()),
        1 => Just("[words](https://a.example/b_(c)?d=1&e=2)".to_owned()),
        1 => Just("![alt](a.png \"title\")".to_owned()),
        1 => Just("<https://a.example> <b>raw</b> <br> <a href='https://b.example'>x".to_owned()),
        1 => Just("\n\n- one\n  1. two\n\n     three\n- [x] four\n".to_owned()),
        1 => Just("\n\n> said\n> > twice\n>\n> ```\n> code `a`\n> ```\n".to_owned()),
        1 => Just("\n\n| a | b |\n|---|:-:|\n| `c` | [d](https://e.example) |\n| f | g |\n\n".to_owned()),
        1 => Just("\n\n```rust\nfn main() {}\n\n\nlet s = \"```\";\n```\n".to_owned()),
        1 => Just("\n\n    let x = 1;\n".to_owned()),
        1 => Just("\n\n# Head\n\nOther\n=====\n\n---\n\n[^1]\n\n[^1]: note\n".to_owned()),
        1 => Just("\n\n<div>\n<p>block <i>raw</i> &amp; so</p>\n<script>x</script>\n</div>\n\n".to_owned()),
        1 => Just("\n\n<!-- break -->\n\n".to_owned()),
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

/// What has neither code, where blank lines are meant, nor HTML.
fn is_prose(markdown: &str) -> bool {
    !markdown.contains(['`', '<']) && !markdown.contains("    ")
}

proptest! {
    // Each case is written for every outlet. The same texts in each run: what
    // fails, fails for whoever made it fail.
    #![proptest_config(ProptestConfig { cases: 96, rng_seed: RngSeed::Fixed(2026), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_text_is_taken_and_laid_out(markdown in markdown()) {
        for markup in Markup::ALL {
            let written = write(&markdown, *markup);
            let (text, name) = (&written.text, markup.name());
            prop_assert_eq!(text, text.trim_end(), "{}", name);
            let pages = [Markup::Matrix, Markup::WordPressHtml, Markup::WordPressBlocks, Markup::MailHtml];
            if !pages.contains(markup) {
                prop_assert!(text.lines().all(|line| !line.ends_with(' ')), "{}: {:?}", name, text);
                prop_assert!(!is_prose(&markdown) || !text.contains("\n\n\n"), "{}: {:?}", name, text);
            }
            let measured = written.fallback.as_ref().unwrap_or(text);
            for image in &written.images {
                prop_assert!(measured.is_char_boundary(image.at), "{}", name);
            }
            let mut last = 0;
            for facet in &written.facets {
                prop_assert!(text.get(facet.range.clone()).is_some_and(|inside| !inside.trim().is_empty()));
                prop_assert!(facet.range.start >= last);
                last = facet.range.start;
            }
        }
    }

    #[test]
    fn telegrams_three_forms_say_the_same(markdown in markdown()) {
        // Where a thread breaks is no text, and in code it is.
        let markdown = markdown.replace(BREAK, "");
        let plain = write(&markdown, Markup::TelegramEntities);
        let html = write(&markdown, Markup::TelegramHtml).text;
        prop_assert_eq!(read_html(&html), Ok(plain.text.clone()));
        prop_assert_eq!(telegram::read_html(&html), &plain.text[..]);
        let marked = write(&markdown, Markup::TelegramMarkdown).text;
        prop_assert_eq!(read_markdown(&marked), Ok(plain.text.clone()), "{}", marked);
        prop_assert_eq!(telegram_html(&plain.text, &plain.facets), html);
        prop_assert_eq!(telegram_markdown(&plain.text, &plain.facets), marked);
        let length = telegram::utf16_len(&plain.text);
        for entity in telegram_entities(&plain.text, &plain.facets) {
            prop_assert!(entity.length > 0 && entity.offset + entity.length <= length);
        }
    }

    #[test]
    fn slack_takes_every_block(markdown in markdown(), times in 1..60_usize) {
        let written = write(&format!("{markdown}\n\n").repeat(times), Markup::SlackBlocks);
        let blocks: Vec<Value> = serde_json::from_str(&written.text).unwrap();
        let short = telegram::utf16_len(written.fallback.as_deref().unwrap_or("")) < 40 * slack_limits::SECTION / 2;
        prop_assert!(blocks.len() <= slack_limits::BLOCKS || !short, "{} blocks", blocks.len());
        for block in &blocks {
            let text = |value: &Value| value["text"].as_str().map_or(0, telegram::utf16_len);
            let (length, most) = match block["type"].as_str() {
                Some("section") => (text(&block["text"]), slack_limits::SECTION),
                Some("header") => (text(&block["text"]), slack_limits::HEADER),
                Some("context") => (text(&block["elements"][0]), slack_limits::SECTION),
                Some("image") => (block["alt_text"].as_str().map_or(0, str::len).max(1), slack_limits::ALT),
                _ => (1, 1),
            };
            prop_assert!((1..=most).contains(&length), "{}", block);
        }
    }

    #[test]
    fn marks_of_the_author_are_the_only_ones(text in "[a-z*_~`|\\\\<>#@&;.!()\\[\\]{}^+= -]{0,60}") {
        // As code it is text from end to end: nothing in it is the author's mark.
        let escaped: String = text.chars().flat_map(|c| {
            let mark = c.is_ascii_punctuation();
            mark.then_some('\\').into_iter().chain([c])
        }).collect();
        let plain = write(&escaped, Markup::Plain).text;
        prop_assert_eq!(discord::unescape(&write(&escaped, Markup::Discord).text), &plain[..]);
        prop_assert_eq!(reddit::unescape(&write(&escaped, Markup::Reddit).text), &plain[..]);
        prop_assert_eq!(crate::text::little_text::unescape(&write(&escaped, Markup::LittleText).text), &plain[..]);
        prop_assert!(write(&escaped, Markup::TelegramEntities).facets.is_empty());
        // What Reddit reads as CommonMark does not read as more than text.
        let again = write(&write(&escaped, Markup::Reddit).text, Markup::Plain).text;
        prop_assert_eq!(again.split_whitespace().collect::<String>(), plain.split_whitespace().collect::<String>());
    }

    #[test]
    fn reddits_markdown_reads_as_it_was_written(markdown in markdown()) {
        // Its own text, read again, is the same text: nothing has become a mark or ceased to be one.
        let once = write(&markdown, Markup::Reddit).text.replace("&#x200B;", "");
        let twice = write(&once, Markup::Reddit).text;
        let words = |text: &str| text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_owned).collect::<Vec<_>>();
        prop_assert_eq!(words(&once), words(&twice), "{}\n---\n{}", once, twice);
    }

    #[test]
    fn pages_hold_nothing_that_acts(markdown in markdown()) {
        for markup in [Markup::Matrix, Markup::WordPressHtml, Markup::WordPressBlocks, Markup::MailHtml] {
            let html = write(&format!("{markdown}<script>alert(1)</script> [x](javascript:y) <p onclick=z>"), markup).text;
            for word in ["<script", "javascript:", "onclick="] {
                prop_assert!(!html.contains(&format!("<{word}")) && !html.contains(&format!("\"{word}")), "{}", html);
            }
            if matches!(markup, Markup::WordPressHtml | Markup::WordPressBlocks) {
                prop_assert!(!html.contains('['), "{}", html);
            }
            if markup == Markup::WordPressBlocks {
                prop_assert_eq!(html.matches("<!-- wp:").count(), html.matches("<!-- /wp:").count());
            }
        }
    }
}

#[test]
fn what_stands_in_an_item_stays_in_it_and_what_is_gone_leaves_no_gap() {
    let text = |markdown: &str, markup| write(markdown, markup).text;
    let item = "- one\n\n  - deep\n\n  more of one\n";
    assert_eq!(text(item, Markup::Plain), "• one\n  • deep\n\n  more of one");
    assert_eq!(text(item, Markup::Reddit), "- one\n    - deep\n\n    more of one");
    assert_eq!(text("a <!-- b --> c ![d](e.png) f", Markup::Plain), "a c f");
    assert_eq!(text("a <b> c</b> <u>d</u> e", Markup::Discord), "a **c** d e");
    assert_eq!(text("[a](<https://b.example/c d>)", Markup::MailText), "a <https://b.example/c%20d>");
    assert_eq!(
        text("[![d](e.png)](https://a.example) [b](https://c.example)\n\nx[^n]\n\n[^n]: y", Markup::Matrix),
        "<p><a href=\"https://a.example\">https://a.example</a> <a href=\"https://c.example\">b</a></p>\n\
         <p>x[n]</p>\n<div>[n]\n<p>y</p>\n</div>"
    );
    let quoted = text("> - a\n\n<div>\n\nb\n\n</div>\n\n- > c", Markup::WordPressBlocks);
    assert!(quoted.contains("<li>a</li>") && quoted.contains("<li>&gt; c</li>"), "{quoted}");
    assert!(!quoted.contains("wp:html"), "{quoted}");
}

#[test]
fn below_a_list_within_an_item_wordpress_gets_a_block_of_its_own() {
    let text = "3. a\n   - b\n\n   c\n\n   > d\n   - e\n4. f\n5. g\n   - h\n\n   i\n\nj";
    insta::assert_snapshot!(write(text, Markup::WordPressBlocks).text, @r#"
    <!-- wp:list {"ordered":true,"start":3} -->
    <ol start="3" class="wp-block-list"><!-- wp:list-item -->
    <li>a<!-- wp:list -->
    <ul class="wp-block-list"><!-- wp:list-item -->
    <li>b</li>
    <!-- /wp:list-item --></ul>
    <!-- /wp:list --></li>
    <!-- /wp:list-item --></ol>
    <!-- /wp:list -->

    <!-- wp:paragraph -->
    <p>c</p>
    <!-- /wp:paragraph -->

    <!-- wp:quote -->
    <blockquote class="wp-block-quote"><!-- wp:paragraph -->
    <p>d</p>
    <!-- /wp:paragraph --></blockquote>
    <!-- /wp:quote -->

    <!-- wp:list -->
    <ul class="wp-block-list"><!-- wp:list-item -->
    <li>e</li>
    <!-- /wp:list-item --></ul>
    <!-- /wp:list -->

    <!-- wp:list {"ordered":true,"start":4} -->
    <ol start="4" class="wp-block-list"><!-- wp:list-item -->
    <li>f</li>
    <!-- /wp:list-item --><!-- wp:list-item -->
    <li>g<!-- wp:list -->
    <ul class="wp-block-list"><!-- wp:list-item -->
    <li>h</li>
    <!-- /wp:list-item --></ul>
    <!-- /wp:list --></li>
    <!-- /wp:list-item --></ol>
    <!-- /wp:list -->

    <!-- wp:paragraph -->
    <p>i</p>
    <!-- /wp:paragraph -->

    <!-- wp:paragraph -->
    <p>j</p>
    <!-- /wp:paragraph -->
    "#);
}
