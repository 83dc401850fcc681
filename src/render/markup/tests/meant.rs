//! What the author meant stays what it is, on every outlet: an address is one,
//! code is code, and what stands in a list stands in it.

use super::*;
use crate::text::{Dialect, EntityKind, entities};

const ADDRESSES: &[&str] = &[
    "https://a.com/_x_",
    "https://docs.python.org/3/library/__main__.html",
    "https://acme.com/~joe/_drafts_/a*b*c",
    "www.acme.com/__a__/b",
];

/// What readers see of what `markup` has: without its escapes and tags.
fn seen(written: &str, markup: Markup) -> String {
    match markup {
        Markup::LittleText => crate::text::little_text::unescape(written),
        Markup::TelegramMarkdown => telegram::unescape_markdown(written),
        Markup::Discord => discord::unescape(written),
        Markup::Reddit => reddit::unescape(written),
        Markup::Plain | Markup::Bluesky | Markup::TelegramEntities | Markup::MailText => written.to_owned(),
        _ => telegram::read_html(written),
    }
}

#[test]
fn a_bare_address_is_whole_on_every_outlet() {
    for address in ADDRESSES {
        let text = format!("Read {address} first, then *this*.\n\n- {address}\n\n> ({address}).\n");
        for markup in Markup::ALL {
            let written = seen(&write(&text, *markup).text, *markup);
            assert_eq!(written.matches(address).count(), 3, "{}: {written}", markup.name());
        }
    }
}

#[test]
fn a_call_and_a_name_are_text_everywhere() {
    for markup in Markup::ALL {
        let written = write("<!channel> hi @_acme_ and\n\nmore <!here>", *markup).text;
        let shown = seen(&written, *markup).replace("&lt;", "<").replace("&gt;", ">");
        for words in ["<!channel> hi @_acme_ and", "more <!here>"] {
            assert!(shown.contains(words), "{}: {written}", markup.name());
        }
        assert!(
            !written.contains("<!channel>") || !matches!(markup, Markup::SlackMrkdwn | Markup::SlackBlocks)
        );
    }
}

#[test]
fn a_link_behind_words_is_exactly_what_was_meant() {
    let words = |markdown: &str, dialect| write_for(markdown, Markup::Plain, dialect).text;
    let rocket =
        "See [Rocket](https://en.wikipedia.org/wiki/Rocket_(disambiguation)), [q](https://a.com/?q=(x)) on";
    assert_eq!(
        words(rocket, Dialect::X),
        "See Rocket (https://en.wikipedia.org/wiki/Rocket_(disambiguation)), q (https://a.com/?q=%28x%29) on"
    );
    assert_eq!(
        words(rocket, Dialect::Bluesky),
        "See Rocket: https://en.wikipedia.org/wiki/Rocket_(disambiguation), q: https://a.com/?q=(x) on"
    );
    assert_eq!(words("[a](https://a.com/x)-based", Dialect::Plain), "a (https://a.com/x)-based");
    assert_eq!(words("[Why?](https://a.com/x_(y))b", Dialect::Bluesky), "Why? https://a.com/x_(y) b");
    assert_eq!(
        words("[東京](https://ja.wikipedia.org/wiki/東京)", Dialect::Plain),
        "東京 (https://ja.wikipedia.org/wiki/%E6%9D%B1%E4%BA%AC)"
    );
    // Where nothing helps, it stands as it is.
    assert_eq!(words("[a](https://-/_x_(y))", Dialect::X), "a (https://-/_x_(y))");
    assert_eq!(
        words("[](https://a.com/x) [mail](mailto:a@b.com)", Dialect::X),
        "https://a.com/x mail (a@b.com)"
    );
    assert_eq!(
        words(
            "| a | b |\n|---|---|\n| [c](https://a.com/(d)) | e |\n\n# [f](https://a.com/g)\n",
            Dialect::Bluesky
        ),
        "• a: c: https://a.com/(d); b: e\n\nf (https://a.com/g)"
    );
}

proptest! {
    #[test]
    fn each_network_finds_the_address_behind_words(
        path in "[a-z_()\\-.,!~']{0,10}",
        behind in "(|\\.|,|\\)|\\)\\.| and|-b|!\")",
    ) {
        let url = format!("https://acme.com/p{path}");
        let escaped = url.replace('(', "\\(").replace(')', "\\)");
        for dialect in [Dialect::Plain, Dialect::X, Dialect::Mastodon, Dialect::Bluesky] {
            let text = write_for(&format!("See [words](<{escaped}>){behind}"), Markup::Plain, dialect).text;
            let found: Vec<&str> = entities(&text, dialect)
                .into_iter()
                .filter(|entity| entity.kind == EntityKind::Link)
                .map(|entity| &text[entity.range])
                .collect();
            let same = |found: &str| {
                let plain = |url: &str| {
                    let pair = format!("k={url}");
                    url::form_urlencoded::parse(pair.as_bytes()).next().map(|(_, url)| url.into_owned())
                };
                plain(found) == plain(&url)
            };
            prop_assert!(found.len() == 1 && same(found[0]), "{:?}: {:?} in {:?}", dialect, found, text);
        }
    }
}

#[test]
fn code_in_a_list_is_the_author_s_code() {
    let text = "1. step\n\n   ```python\n   def f():\n       return 1\n   ```\n\n- ```\n  a\n    b\n  ```\n";
    assert_eq!(
        write(text, Markup::TelegramHtml).text,
        "1. step\n\n<pre><code class=\"language-python\">def f():\n    return 1</code></pre>\n\n•\n<pre>a\n  b</pre>"
    );
    for (markup, gap) in [(Markup::Discord, "> \u{200b}"), (Markup::SlackMrkdwn, "")] {
        let code = write(text, markup).text;
        assert!(code.contains("\ndef f():\n    return 1\n```\n"), "{code}");
        assert!(code.ends_with("\n\n-\n```\na\n  b\n```"), "{code}");
        let quoted = write("> - a\n>\n>   ```\n>   b\n>     c\n>   ```\n", markup).text;
        assert_eq!(quoted, format!("> - a\n{gap}\n> ```\n> b\n>   c\n> ```"));
    }
    assert_eq!(
        write("    let a;\n      let b;\n\n\n    c", Markup::Reddit).text,
        "    let a;\n      let b;\n\n\n    c"
    );
}

#[test]
fn a_quotation_in_a_list_is_one() {
    assert_eq!(
        write("- two\n\n  > q in list *two*\n  > more\n\n  after\n\n- > first\n", Markup::TelegramHtml).text,
        "• two\n\n<blockquote>q in list <i>two</i> more</blockquote>\n\n  after\n\n•\n<blockquote>first</blockquote>"
    );
}

#[test]
fn a_quotation_in_a_list_begins_a_line_where_it_must() {
    let text = "- two\n\n  > said\n  > - in it\n\n  after\n- > first\n";
    for markup in [Markup::Discord, Markup::SlackMrkdwn] {
        assert_eq!(write(text, markup).text, "- two\n\n> said\n> - in it\n\n  after\n\n-\n> first");
    }
    assert_eq!(
        write(text, Markup::Reddit).text,
        "- two\n\n    > said\n    > - in it\n\n    after\n\n- > first"
    );
}

#[test]
fn a_paragraph_behind_an_inner_list_is_not_its_last_item() {
    let text = "- a\n  - b\n\n  para of a\n- c\n";
    assert_eq!(write(text, Markup::Reddit).text, "- a\n    - b\n\n    para of a\n\n- c");
    assert_eq!(write(text, Markup::Plain).text, "• a\n  • b\n\n  para of a\n\n• c");
}

#[test]
fn emphasis_around_an_address_is_no_part_of_it() {
    let page = "https://docs.example/os_path.html";
    let text = format!("*{page}*, *see {page}*, **{page}** and *it {page} is*");
    for markup in [Markup::Discord, Markup::Reddit] {
        let same = write(&text, markup).text;
        assert_eq!(same, text, "{}", markup.name());
    }
    assert_eq!(
        write(&text, Markup::SlackMrkdwn).text,
        format!("_<{page}>_, _see <{page}>_, *<{page}>* and _it {page} is_")
    );
    assert_eq!(
        write(
            "*https://a.example/?b=1&c=2.* *[https://a.example/x](https://b.example)*",
            Markup::SlackMrkdwn
        )
        .text,
        "_<https://a.example/?b=1&amp;c=2>._ _<https://b.example|https://a.example/x>_"
    );
    assert_eq!(write("*u/foo* *so*", Markup::Reddit).text, "*u/foo* _so_");
}

#[test]
fn a_table_with_an_address_has_links() {
    let text = "| file | page |\n|---|---|\n| main.rs | https://a.example/x_y |\n";
    for markup in [Markup::TelegramHtml, Markup::SlackMrkdwn, Markup::Discord] {
        let lines = write(text, markup).text;
        assert!(lines.ends_with(" file: main.rs; page: https://a.example/x_y"), "{lines}");
        for code in
            ["| a | b |\n|---|---|\n| main.rs | README.md |\n", "| a |\n|---|\n| `https://a.example/x` |\n"]
        {
            let columns = write(code, markup).text;
            assert!(columns.contains("\n-"), "{columns}");
        }
    }
}

#[test]
fn a_bar_in_a_cell_ends_no_cell() {
    let text = "| a | b |\n|---|---|\n| https://a.example/_x_\\|y c\\|d | `e\\|f` **g** [h\\|](https://a.example/\\|i) |\n";
    let once = write(text, Markup::Reddit).text;
    assert_eq!(
        once,
        "| a | b |\n| --- | --- |\n| https://a.example/_x_%7Cy c\\|d | `e\\|f` **g** [h\\|](https://a.example/%7Ci) |"
    );
    assert_eq!(write(&once, Markup::Reddit).text, once);
}

#[test]
fn an_exclamation_mark_before_a_link_makes_no_picture() {
    assert_eq!(write("So\\![a](https://b.example)", Markup::Reddit).text, "So\\![a](https://b.example)");
    assert_eq!(write("So\\![a](https://b.example)", Markup::Discord).text, "So![a](https://b.example)");
}

#[test]
fn a_host_of_any_script_keeps_its_marks() {
    for host in ["müller.de/_x_", "пример.рф/_x_"] {
        for markup in Markup::ALL {
            let written = seen(&write(&format!("Read {host} and *so*"), *markup).text, *markup);
            assert!(written.contains(host), "{}: {written}", markup.name());
        }
    }
}

#[test]
fn an_alert_says_its_word() {
    let text = "> [!WARNING]\n> Do not *fly* it.\n>\n> Ever.\n\n> [!TIP]\n> - so\n";
    let told = [
        (Markup::Plain, "> Warning: Do not fly it.\n>\n> Ever.\n\n> Tip:\n>\n> • so"),
        (Markup::SlackMrkdwn, "> *Warning:* Do not _fly_ it.\n\n> Ever.\n\n> *Tip:*\n\n> - so"),
        (
            Markup::Discord,
            "> **Warning:** Do not _fly_ it.\n> \u{200b}\n> Ever.\n\n> **Tip:**\n> \u{200b}\n> - so",
        ),
        (
            Markup::TelegramHtml,
            "<blockquote><b>Warning:</b> Do not <i>fly</i> it.\n\nEver.</blockquote>\n\n\
             <blockquote><b>Tip:</b>\n\n• so</blockquote>",
        ),
    ];
    for (markup, alert) in told {
        assert_eq!(write(text, markup).text, alert, "{}", markup.name());
    }
    assert_eq!(write("> [!NOTE]\n> > a\n", Markup::Reddit).text, "> **Note:**\n>\n> > a");
    assert_eq!(write("- > [!NOTE]\n  > a\n", Markup::Reddit).text, "- > **Note:** a");
}

#[test]
fn a_comment_takes_nothing_along() {
    let text = "one\n\n<!-- a note\nof two lines -->\ntwo\n\n<!--\nbreak\n-->\n\nthree <!-- in\nline --> four\n\n\
        - five\n  <!-- note\n  more -->\n  six\n\n<!-- a\n\nb -->\n\n<!--> seven\n\n<!---> eight\n\nnine";
    for markup in Markup::ALL {
        let made = seen(&write(text, *markup).text, *markup);
        for word in ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"] {
            assert!(made.contains(word), "{}: {word} is not in {made}", markup.name());
        }
        assert!(!made.contains("note") && !made.contains("break"), "{}: {made}", markup.name());
    }
}

#[test]
fn several_breaks_on_a_line_are_one() {
    let text = "one\n\n<!-- break --> <!--BREAK-->\n\ntwo";
    for markup in [Markup::Plain, Markup::TelegramHtml, Markup::SlackMrkdwn, Markup::Discord, Markup::Reddit]
    {
        let made = write(text, markup).text;
        assert_eq!(made, "one\n\n<!-- break -->\n\ntwo", "{}", markup.name());
    }
}

#[test]
fn a_mention_of_linkedin_stays_one_there() {
    let said = |text: &str, dialect| write_for(text, Markup::Plain, dialect).text;
    let urn = "@[Devtestco](urn:li:organization:2414183)";
    let text = format!("Thanks {urn}, *and* {urn}!");
    assert_eq!(said(&text, Dialect::LinkedIn), format!("Thanks {urn}, and {urn}!"));
    assert_eq!(
        said("**@[Ada *B*](urn:li:person:aB-1_)**", Dialect::LinkedIn),
        "@[Ada B](urn:li:person:aB-1_)"
    );
    assert_eq!(write(&text, Markup::LittleText).text, format!("Thanks {urn}, and {urn}!"));
    for dialect in [Dialect::Plain, Dialect::X, Dialect::Facebook] {
        assert_eq!(said(&text, dialect), "Thanks @Devtestco, and @Devtestco!");
    }
    // What LinkedIn knows as none is a link like any other.
    assert_eq!(said("@[A](urn:li:share:1) [B](urn:li:person:1)", Dialect::LinkedIn), "@A B");
    assert_eq!(said("@[A](https://a.example)", Dialect::LinkedIn), "@A (https://a.example)");
    assert_eq!(said("Thanks @[1234567]!", Dialect::Facebook), "Thanks @[1234567]!");
}

#[test]
fn a_quotation_of_several_blocks_is_one() {
    let text = "> one\n>\n> two\n> - three\n>\n> > four\n\nfive";
    let said = "> one\n>\n> two\n>\n> BUL three\n>\n> > four\n\nfive";
    for (markup, bullet) in [(Markup::Plain, "•"), (Markup::Bluesky, "•"), (Markup::MailText, "-")] {
        assert_eq!(write(text, markup).text, said.replace("BUL", bullet), "{}", markup.name());
    }
    let dashes = said.replace("BUL", "-");
    assert_eq!(write(text, Markup::SlackMrkdwn).text, dashes.replace(">\n", "\n"));
    let discord = dashes.replace(">\n", "> \u{200b}\n");
    assert_eq!(write(text, Markup::Discord).text, discord);
    // Two quotations stay two.
    assert_eq!(write("> one\n\n<!-- -->\n\n> two", Markup::Plain).text, "> one\n\n> two");
}

#[test]
fn code_in_a_line_has_as_few_backticks_as_hold_it() {
    let discord = |text: &str| write(text, Markup::Discord).text;
    assert_eq!(discord("```inline `` code```"), "`inline `` code`");
    assert_eq!(discord("``in ` code``"), "``in ` code``");
    assert_eq!(discord("`code`"), "`code`");
    assert_eq!(write("```inline `` code```", Markup::Reddit).text, "```inline `` code```");
}

#[test]
fn an_empty_row_is_a_row() {
    let text = "| a | b |\n|---|---|\n|  |  |\n| 1 |  |";
    assert_eq!(write(text, Markup::Reddit).text, "| a | b |\n| --- | --- |\n|  |\n| 1 |");
}

#[test]
fn what_leads_out_of_the_page_keeps_its_address() {
    let said = |text: &str| write(text, Markup::Plain).text;
    assert_eq!(said("Call [us](tel:+49-30-1234)."), "Call us (+49-30-1234).");
    assert_eq!(said("Call [+49-30-1234](TEL:+49-30-1234)."), "Call +49-30-1234.");
    assert_eq!(said("[Ada](sip:ada@a.example)"), "Ada (sip:ada@a.example)");
    assert_eq!(said("[the file](//cdn.example/a.js)"), "the file (https://cdn.example/a.js)");
    assert_eq!(write("[a](//cdn.example/a)", Markup::Discord).text, "[a](https://cdn.example/a)");
    for address in
        ["<mailto:a@b.example.org>", "<a@b.example.org>", "[a@b.example.org](mailto:a@b.example.org)"]
    {
        for markup in [Markup::Plain, Markup::SlackMrkdwn, Markup::Discord, Markup::MailText] {
            assert_eq!(write(address, markup).text, "a@b.example.org", "{address}: {}", markup.name());
        }
    }
    for nowhere in ["[a](#b)", "[a](b.md)", "[a](javascript:b)", "[a](/b)"] {
        assert_eq!(said(nowhere), "a", "{nowhere}");
    }
}

#[test]
fn a_picture_leaves_no_hole() {
    let said = |text: &str| write(text, Markup::Plain).text;
    assert_eq!(said("and ![x](rocket.png), auto"), "and, auto");
    assert_eq!(said("[a](https://a.example) ![x](b.png). **So ![y](c.png)!**"), "a (https://a.example). So!");
    assert_eq!(said("and ![x](rocket.png) so"), "and so");
    assert_eq!(said("hello <i>:)</i> ![x](a.png) :)"), "hello :) :)");
    let discord =
        write("*and* ![x](b.png)**, so** [![x](b.png), a](https://a.example)", Markup::Discord).text;
    assert_eq!(discord, "_and_**, so** [, a](https://a.example)");
}
