//! A text that is too long for one message, in several: no mark is torn, no
//! link is cut, and code stays code.

use super::split::Piece;
use super::{Image, Markup, Written, discord, slack, telegram, write};

/// `markdown` as `markup` has it, in as few messages of at most `most` as hold
/// it, each complete in itself. A thread's break ends a message.
///
/// `most` is in the outlet's own unit and counts what it counts:
/// [`super::telegram_limits`], [`super::discord_limits`], [`super::slack_limits`]
/// (for blocks: the words of all of them; their number and the length of each
/// is kept as well). Less than 512 counts as 512, since marks and
/// links need room. A picture goes with the message in which its block stands.
///
/// Outlets without marks of their own are split by [`crate::text::split`], and
/// are one message here.
pub fn messages(markdown: &str, markup: Markup, most: usize) -> Vec<Written> {
    let most = most.max(512);
    match markup {
        Markup::SlackMrkdwn => slack::mrkdwn_messages(markdown, most),
        Markup::SlackBlocks => slack::block_messages(markdown, most),
        Markup::TelegramHtml | Markup::TelegramMarkdown | Markup::TelegramEntities => {
            telegram::messages(markdown, markup, most)
        }
        Markup::Discord => discord::messages(markdown, most),
        _ => vec![write(markdown, markup)],
    }
}

/// A message of each piece, with the pictures that stand in it.
pub(super) fn written(
    pieces: Vec<Piece>,
    images: Vec<Image>,
    mut message: impl FnMut(Piece) -> Written,
) -> Vec<Written> {
    let mut images = images.into_iter().peekable();
    let mut out: Vec<Written> = Vec::with_capacity(pieces.len());
    for piece in pieces {
        let range = piece.range.clone();
        let mut made = message(piece);
        while let Some(mut image) = images.next_if(|image| image.at <= range.end) {
            image.at = if image.at <= range.start { 0 } else { made.text.len() };
            made.images.push(image);
        }
        out.push(made);
    }
    let rest: Vec<Image> = images.map(|image| Image { at: 0, ..image }).collect();
    match out.last_mut() {
        _ if rest.is_empty() => {}
        Some(last) => last.images.extend(rest),
        None => out.push(Written { images: rest, ..Written::default() }),
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::markup::{discord_limits, slack_limits, telegram_html, telegram_limits};
    use crate::text::markup::telegram::utf16_len;
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    fn long() -> String {
        let words = "**One** of [many](https://a.example/?a=1&b=2) words, `code` & more. ".repeat(90);
        let code = "let a = \"<b>\"; // and so on\n".repeat(200);
        let list: String = (0..120).map(|n| format!("- item *{n}* of the list\n")).collect();
        format!("# Head\n\n{words}\n\n```rust\n{code}```\n\n> {words}\n\n{list}\n![end](e.png)\n\nEnd.\n")
    }

    fn without(text: &str, what: &[char]) -> String {
        text.chars().filter(|c| !c.is_whitespace() && !what.contains(c)).collect()
    }

    #[test]
    fn telegram_gets_messages_that_it_takes_one_by_one() {
        for most in [telegram_limits::CAPTION, telegram_limits::TEXT] {
            let messages = messages(&long(), Markup::TelegramEntities, most);
            let html = super::messages(&long(), Markup::TelegramHtml, most);
            assert_eq!(messages.len(), html.len());
            for (message, html) in messages.iter().zip(&html) {
                assert!(utf16_len(&message.text) <= most && !message.text.trim().is_empty());
                for tag in ["b", "i", "a", "code", "pre", "blockquote"] {
                    let (open, close) = (format!("<{tag}>"), format!("</{tag}>"));
                    let opened =
                        html.text.matches(&open).count() + html.text.matches(&format!("<{tag} ")).count();
                    assert_eq!(opened, html.text.matches(&close).count(), "{tag}: {}", html.text);
                }
                assert!(telegram_html(&message.text, &message.facets) == html.text, "{}", html.text);
            }
            let all: String = messages.iter().map(|message| message.text.as_str()).collect();
            let whole = write(&long(), Markup::TelegramEntities);
            assert_eq!(without(&all, &[]), without(&whole.text, &[]));
            assert_eq!(messages.iter().flat_map(|message| &message.images).count(), 1);
            assert_eq!(messages.last().unwrap().images[0].url, "e.png");
        }
    }

    #[test]
    fn discord_keeps_code_code_in_every_message() {
        let messages = messages(&long(), Markup::Discord, discord_limits::CONTENT);
        assert!(messages.len() > 6);
        for message in &messages {
            assert!(message.text.chars().count() <= discord_limits::CONTENT, "{}", message.text.len());
            let fences: Vec<&str> = message.text.lines().filter(|line| line.starts_with("```")).collect();
            assert!(fences.chunks(2).all(|pair| pair == ["```rust", "```"]), "{fences:?}");
            assert_eq!(message.text.matches("**").count() % 2, 0);
        }
    }

    #[test]
    fn slack_gets_no_more_blocks_and_words_than_it_takes() {
        let text = format!("{}\n\n{}", long(), "## Head\n\nText\n\n---\n\n".repeat(60));
        let messages = messages(&text, Markup::SlackBlocks, slack_limits::ALL_BLOCKS);
        assert!(messages.len() > 2);
        for message in &messages {
            let blocks: Vec<serde_json::Value> = serde_json::from_str(&message.text).unwrap();
            assert!(!blocks.is_empty() && blocks.len() <= slack_limits::BLOCKS);
            let words = blocks.iter().filter_map(|block| block["text"]["text"].as_str());
            assert!(words.map(utf16_len).sum::<usize>() <= slack_limits::ALL_BLOCKS);
            assert!(!message.fallback.as_deref().unwrap().is_empty());
        }
        for message in super::messages(&text, Markup::SlackMrkdwn, slack_limits::TEXT) {
            assert!(utf16_len(&message.text) <= slack_limits::TEXT);
        }
    }

    #[test]
    fn a_long_line_gets_no_line_ends_that_nobody_wrote() {
        let line = "word ".repeat(2000);
        for markup in [Markup::SlackMrkdwn, Markup::Discord, Markup::TelegramHtml] {
            for message in messages(&line, markup, 3000) {
                assert!(!message.text.contains('\n') && message.text.len() > 900, "{}", message.text);
            }
        }
    }

    #[test]
    fn a_break_ends_a_message() {
        let texts = |markup| -> Vec<String> {
            let text = "one\n\n<!-- break -->\n\ntwo `<!-- break -->`";
            messages(text, markup, 4096).into_iter().map(|message| message.text).collect()
        };
        assert_eq!(texts(Markup::TelegramHtml), ["one", "two <code>&lt;!-- break --&gt;</code>"]);
        assert_eq!(texts(Markup::TelegramEntities), ["one", "two <!-- break -->"]);
        assert_eq!(texts(Markup::Discord), ["one", "two `<!-- break -->`"]);
        assert_eq!(texts(Markup::SlackMrkdwn), ["one", "two `&lt;!-- break --&gt;`"]);
    }

    proptest! {
        #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(2026), failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn nothing_is_lost_and_nothing_is_too_long(markdown in "[ab* _`~\\[\\]()>#\n|&<.é🚀-]{0,1500}") {
            for (markup, most) in [(Markup::Discord, 700), (Markup::SlackMrkdwn, 700), (Markup::TelegramHtml, 700)] {
                for message in messages(&markdown, markup, most) {
                    let length = match markup {
                        Markup::Discord => message.text.chars().count(),
                        Markup::SlackMrkdwn => utf16_len(&message.text),
                        _ => 0,
                    };
                    prop_assert!(length <= most, "{markup:?} {length}");
                }
            }
            let pieces = messages(&markdown, Markup::TelegramEntities, 600);
            let all: String = pieces.iter().map(|message| message.text.as_str()).collect();
            for piece in &pieces {
                prop_assert!(utf16_len(&piece.text) <= 600);
            }
            let whole = write(&markdown, Markup::TelegramEntities).text;
            prop_assert_eq!(without(&all, &[]), without(&whole, &[]));
        }
    }

    #[test]
    fn a_break_in_a_quotation_or_an_item_ends_a_message() {
        for body in ["> one\n>\n> <!-- break -->\n>\n> two", "- one\n\n  <!-- break -->\n\n  two"] {
            for markup in
                [Markup::TelegramHtml, Markup::TelegramEntities, Markup::Discord, Markup::SlackMrkdwn]
            {
                let made: Vec<String> =
                    messages(body, markup, 2_000).into_iter().map(|made| made.text).collect();
                assert!(made.len() == 2 && !made.concat().contains("!--"), "{markup:?}: {made:?}");
                assert!(made[0].contains("one") && made[1].contains("two"), "{made:?}");
            }
        }
    }
}
