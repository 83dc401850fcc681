//! What readers see of a text in markup, and what is open where.

use super::*;
use proptest::prelude::*;

fn sees(text: &str, syntax: Syntax) -> String {
    seen(text, syntax).into_owned()
}

/// The stretches between the bytes `at` of what is seen.
fn cut(text: &str, syntax: Syntax, at: &[usize]) -> Vec<String> {
    let reading = Reading::of(text, syntax);
    let mut from = 0;
    let ends = at.iter().copied().chain([reading.seen.len()]);
    ends.map(|end| {
        let blank = reading.seen[from..].len() - reading.seen[from..].trim_start().len();
        let stretch = reading.stretch(if from == 0 { 0 } else { from + blank }, end, "");
        from = end;
        stretch.of(text)
    })
    .collect()
}

#[test]
fn telegram_knows_some_tags_and_entities() {
    let sees = |text: &str| sees(text, Syntax::Telegram);
    assert_eq!(sees("hi <b>b</b>"), "hi b");
    assert_eq!(sees("<a href=\"https://a.example/?b&amp;c>d\">x</a> &lt;b&gt;"), "x <b>");
    assert_eq!(sees("&quot;&#65;&#x1F680;&amp;amp;&lt;"), "\"A🚀&amp;<");
    assert_eq!(
        sees("R&D &copy; &#0; &#xD800; &#99999999; a & b &; &"),
        "R&D &copy; &#0; &#xD800; &#99999999; a & b &; &"
    );
    assert_eq!(sees("&ltx &lt x"), "&ltx < x");
    assert_eq!(sees("<p>no</p> 1 < 2 <br> <bb>x <b"), "<p>no</p> 1 < 2 <br> <bb>x <b");
    assert_eq!(sees("<B>x</B><tg-spoiler>y</tg-spoiler><pre><code class='language-a'>z</code></pre>"), "xyz");
    assert_eq!(sees("</b>lost <i>open"), "lost open");
}

#[test]
fn slack_knows_marks_between_signs_and_what_stands_in_angles() {
    let sees = |text: &str| sees(text, Syntax::Slack);
    assert_eq!(sees("*b* _i_ ~s~ `c_d` 2*3*4 snake_case_name"), "b i s c_d 2*3*4 snake_case_name");
    assert_eq!(sees("<https://a.example/?b&amp;c|the words> R&amp;D &lt;b&gt;"), "the words R&D <b>");
    assert_eq!(
        sees("<@U1> <!here> <https://a.example> <#C1|name>"),
        "<@U1> <!here> <https://a.example> <#C1|name>"
    );
    assert_eq!(sees("> said\n> so\nmine"), "said\nso\nmine");
    assert_eq!(sees("```\nlet a = *b*;\n```\nafter"), "let a = *b*;\nafter");
    assert_eq!(sees("*a\n\nb* < 3 > `"), "*a\n\nb* < 3 > `");
}

#[test]
fn discord_knows_marks_links_escapes_and_fences() {
    let sees = |text: &str| sees(text, Syntax::Discord);
    assert_eq!(sees("**b** _i_ *i* ***bi*** ~~s~~ ||w|| __u__"), "b i i bi s w u");
    assert_eq!(sees("*a **b** c* 2 * 3 * 4 snake_case_name a*b*c"), "a b c 2 * 3 * 4 snake_case_name abc");
    assert_eq!(sees("\\*no\\* \\_ \\[x] C:\\dir"), "*no* _ [x] C:\\dir");
    assert_eq!(sees("[the **words**](https://a.example/b_c_(d)) [no] (x)"), "the words [no] (x)");
    assert_eq!(
        sees("https://a.example/b_c_d **https://a.example/x**."),
        "https://a.example/b_c_d https://a.example/x."
    );
    assert_eq!(
        sees("```rust\nfn a_b() {\n    **x\n}\n``` and `` a`b ``"),
        "fn a_b() {\n    **x\n} and  a`b "
    );
    assert_eq!(sees("> # Title\n> said\n-# small\n## Two"), "Title\nsaid\nsmall\nTwo");
    assert_eq!(sees("<:rocket:12> <@34> <https://a.example>"), "<:rocket:12> <@34> <https://a.example>");
    assert_eq!(sees(">>> all\nof it"), "all\nof it");
}

#[test]
fn reddit_has_code_that_is_moved_in() {
    let sees = |text: &str| sees(text, Syntax::Reddit);
    assert_eq!(sees("Run:\n\n    a_b\n      c\n\n>!who!<"), "Run:\n\na_b\n  c\n\nwho");
    assert_eq!(sees("- one\n\n    two"), "- one\n\n    two");
    assert_eq!(sees("**a\n\nb**"), "**a\n\nb**");
}

#[test]
fn what_is_open_at_a_cut_is_closed_and_opened_again() {
    assert_eq!(
        cut("<b>one <i>two three</i></b> four", Syntax::Telegram, &[7, 13]),
        ["<b>one <i>two</i></b>", "<b><i>three</i></b>", "four"]
    );
    assert_eq!(
        cut("<pre><code class=\"language-a\">x\ny</code></pre>", Syntax::Telegram, &[1]),
        ["<pre><code class=\"language-a\">x</code></pre>", "<pre><code class=\"language-a\">y</code></pre>"]
    );
    assert_eq!(
        cut("*one two* <https://a.example|of words>", Syntax::Slack, &[3, 10]),
        ["*one*", "*two* <https://a.example|of>", "<https://a.example|words>"]
    );
    assert_eq!(
        cut("**one [two three](https://a.example)** four", Syntax::Discord, &[7]),
        ["**one [two](https://a.example)**", "**[three](https://a.example)** four"]
    );
    assert_eq!(
        cut("```rust\nlet a;\nlet b;\n```\nafter", Syntax::Discord, &[6, 13]),
        ["```rust\nlet a;\n```", "```rust\nlet b;\n```", "after"]
    );
    assert_eq!(cut("> one two\n> three", Syntax::Discord, &[3, 7]), ["> one", "> two", "> three"]);
    assert_eq!(
        cut("> ```a\n> x\n> y\n> ```\n> z", Syntax::Discord, &[1, 3]),
        ["> ```a\n> x\n> ```", "> ```a\n> y\n> ```", "> z"]
    );
    assert_eq!(cut("> **one\n> two**", Syntax::Discord, &[3]), ["> **one**", "> **two**"]);
    assert_eq!(cut("a\n\n    b c\n    d", Syntax::Reddit, &[1, 4]), ["a", "    b", "    c\n    d"]);
    assert_eq!(cut("one\\*two *three*", Syntax::Discord, &[4]), ["one\\*", "two *three*"]);
}

#[test]
fn a_sign_stands_within_what_it_ends() {
    let made = |text: &str, syntax, end| Reading::of(text, syntax).stretch(0, end, "…").of(text);
    assert_eq!(made("see <b>one two</b>", Syntax::Telegram, 7), "see <b>one…</b>");
    assert_eq!(made("see <b>one</b> two", Syntax::Telegram, 7), "see <b>one</b>…");
    assert_eq!(made("see <b>one</b> two", Syntax::Telegram, 3), "see…");
    assert_eq!(made("```\none\ntwo\n```", Syntax::Slack, 3), "```\none…\n```");
    assert_eq!(made("```\none\n```\ntwo", Syntax::Slack, 3), "```\none\n```\n…");
    assert_eq!(made("one &amp; two", Syntax::Slack, 5), "one &amp;…");
}

/// Shapes that make scanners quadratic: such a one would take minutes here, and
/// nobody would wait for it.
/// A build for tests is slow.
const LONG: usize = if cfg!(debug_assertions) { 15_000 } else { 60_000 };

#[test]
fn time_grows_with_the_text() {
    for piece in [
        "<",
        "<a ",
        "<b>",
        "</b>",
        "<a href=\"",
        "&",
        "&#",
        "&#1",
        "*",
        "**a",
        "_a ",
        "`",
        "``a`",
        "```",
        "[",
        "[a](",
        "](",
        "]",
        "[a](b)",
        ">",
        "> ",
        ">>> ",
        "> > ",
        "\\",
        "||a",
        "~~",
        "<@",
        "<a|b>",
        "    a\n\n",
        "# a\n",
        "- a\n",
        "https://a*",
        "h",
        ">!",
        "!<",
        "> ```\n",
        "*a\n",
    ] {
        let text = piece.repeat(LONG / piece.len());
        for syntax in [Syntax::Telegram, Syntax::Slack, Syntax::Discord, Syntax::Reddit] {
            let reading = Reading::of(&text, syntax);
            assert!(reading.seen.len() <= text.len());
            let _ = reading.stretch(reading.seen.len() / 2, reading.seen.len(), "");
        }
    }
}

#[test]
fn marked_places_are_counted() {
    let marked = |text: &str| super::marked(text, Syntax::Telegram);
    assert_eq!(marked("no &lt;b&gt; and <p>none</p>"), 0);
    assert_eq!(marked("<b>one</b> <a href=\"https://a.example\">two</a> <i></i>"), 2);
    assert_eq!(marked("<b><i>two</i></b> <blockquote>three <code>four</code></blockquote>"), 4);
    assert_eq!(marked("<pre><code class=\"language-rust\">let a;</code></pre>"), 1);
    assert_eq!(marked(&"<b>x</b> ".repeat(5_000)), 5_000);
    assert_eq!(super::marked("*one* `two` <https://a.example|three>", Syntax::Slack), 3);
    assert_eq!(super::marked("*none*", Syntax::Plain), 0);
}

proptest! {
    #[test]
    fn what_is_seen_is_what_a_reading_has(
        text in "(<b>|</b>|<a href=\"x\">|</a>|<|>|&amp;|&|\\*|_|~|`|```|\\||\\[|\\]\\(x\\)|\\\\|> |# |\n|    |[a-z火])*"
    ) {
        for syntax in [Syntax::Telegram, Syntax::Slack, Syntax::Discord, Syntax::Reddit] {
            prop_assert_eq!(&*seen(&text, syntax), &Reading::of(&text, syntax).seen);
        }
    }
}
