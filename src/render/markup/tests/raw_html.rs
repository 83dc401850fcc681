//! Blocks of raw HTML on outlets that take no HTML: what a page would show.

use super::*;

fn on(markup: Markup, markdown: &str) -> String {
    write(markdown, markup).text
}

#[test]
fn an_entity_is_its_character_wherever_it_stands() {
    let html = "<p>Don&rsquo;t &mdash; it&hellip; &euro;5 R&amp;D &lt;b&gt;</p>";
    let said = "Don’t — it… €5 R&D <b>";
    for markup in [Markup::Plain, Markup::Bluesky, Markup::MailText, Markup::TelegramEntities] {
        assert_eq!(on(markup, html), said, "{}", markup.name());
    }
    assert_eq!(on(Markup::SlackMrkdwn, html), "Don’t — it… €5 R&amp;D &lt;b&gt;");
    assert_eq!(on(Markup::Discord, "<h2>a &mdash; b</h2>"), "a — b");
    assert_eq!(on(Markup::Plain, "<table><tr><td>a&nbsp;b</td><td>&eacute;</td></tr></table>"), "a\u{a0}b é");
    assert_eq!(on(Markup::Plain, "<details><summary>&para; 1</summary></details>"), "¶ 1");
    // A paragraph of nothing but such a space is a gap.
    assert_eq!(on(Markup::Plain, "<p>a</p><p>&nbsp;</p><p>b</p>"), "a\n\nb");
    // Said in HTML, it is said; it does nothing.
    assert_eq!(
        on(Markup::SlackMrkdwn, "<p>&lt;!channel&gt; &amp;mdash;</p>"),
        "&lt;!channel&gt; &amp;mdash;"
    );
    assert_eq!(write("<img src='a.png' alt='&Eacute;t&eacute;'>\n", Markup::Plain).images[0].alt, "Été");
}

#[test]
fn preformatted_text_is_code() {
    let html = "<pre><code class=\"x language-sh\">\none &amp;&amp; <b>two</b>\n\n  three<br>four\n</code></pre>\n\nSo.";
    let code = "one && two\n\n  three\nfour";
    assert_eq!(on(Markup::Plain, html), format!("{code}\n\nSo."));
    assert_eq!(on(Markup::Discord, html), format!("```sh\n{code}\n```\n\nSo."));
    assert_eq!(
        on(Markup::TelegramHtml, html),
        "<pre><code class=\"language-sh\">one &amp;&amp; two\n\n  three\nfour</code></pre>\n\nSo."
    );
    assert_eq!(on(Markup::Reddit, "<pre>a\nb</pre>"), "    a\n    b");
    assert_eq!(on(Markup::Plain, "<div>\na\n<pre>b\nc"), "a\n\nb\nc");
    assert_eq!(on(Markup::Plain, "<pre>\n\n</pre>\n\nso"), "so");
}

#[test]
fn lists_keep_their_marks() {
    let html = "<p>We have:</p>\n<ul>\n<li>one\n<li><p>two <b>b</b></p>\n<ol start=\"3\"><li>three</li><li>four</li></ol></li>\n</ul>\n<p>So.</p>";
    assert_eq!(on(Markup::Plain, html), "We have:\n\n• one\n• two b\n  3. three\n  4. four\n\nSo.");
    assert_eq!(on(Markup::Discord, html), "We have:\n\n- one\n- two **b**\n  3. three\n  4. four\n\nSo.");
    // What nobody closed ends with its block, and what nobody opened is a list of its own.
    assert_eq!(on(Markup::Plain, "<ul><li>a<ul><li>b\n\nc"), "• a\n  • b\n\nc");
    assert_eq!(on(Markup::Plain, "<li>a</li>\n</ul></ol></li>\n\nb"), "• a\n\nb");
    assert_eq!(on(Markup::Plain, "1. a\n\n   <li>b</li>\n\n2. c"), "1. a\n   • b\n\n2. c");
}

#[test]
fn lists_in_lists_take_no_more_than_their_length() {
    let deep = format!("{}a", "<ul><li>b".repeat(2000));
    let written = on(Markup::Plain, &deep);
    assert!(written.len() < 50 * 4000 && written.matches('b').count() == 2000, "{}", written.len());
}
