//! What Markdown becomes as plain text.

use super::*;
use insta::assert_snapshot;
use unicode_width::UnicodeWidthStr;

const TEXT: &str = "# Title\n\nSome *words* and `code` at <https://a.example/>, [a](https://b.example), [b](#c).\n\
    A second line  \nand a break.\n\n![picture](x.png)\n\n1. one\n   - deep\n   - er\n2. two\n\n   still two\n\n> said\n> so\n\n\
    | a | b |\n|---|---|\n| 1 | 2 |\n\n```rust\nfn  main() {}\n\n}\n```\n\n- [x] done\n- [ ] open[^1]\n\n[^1]: A note.\n\n---\n\n<!-- break -->\n\nEnd <b>here</b>.\n";

#[test]
fn a_post_is_plain_text() {
    assert_snapshot!(plain(TEXT), @r###"
    Title

    Some words and code at https://a.example/, a (https://b.example), b. A second line
    and a break.

    1. one
       • deep
       • er
    2. two

       still two

    said so

    a | b
    1 | 2

    fn  main() {}

    }

    • ☑ done
    • ☐ open[1]

    [1] A note.

    <!-- break -->

    End here.
    "###);
    assert_snapshot!(prose(TEXT), @r###"
    Some words and code at https://a.example/, a, b. A second line
    and a break.

    End here.
    "###);
}

#[test]
fn the_text_of_a_mail_is_laid_out() {
    assert_snapshot!(mail_text(TEXT), @r"
    Title
    =====

    Some words and code at https://a.example/, a <https://b.example>, b. A
    second line
    and a break.

    1. one
       - deep
       - er
    2. two

       still two

    > said so

    a | b
    1 | 2

        fn  main() {}

        }

    - ☑ done
    - ☐ open[1]

    [1] A note.

    ------------------------

    End here.
    ");
}

#[test]
fn long_words_wrap_and_addresses_do_not() {
    let address = format!("https://a.example/{}", "x".repeat(100));
    assert_eq!(wrap(&format!("see {address} now"), 30), ["see", &address, "now"]);
    assert!(wrap(&"火".repeat(100), 30).iter().all(|line| line.width() <= 30));
    assert_eq!(wrap("", 30), [""]);
}

#[test]
fn marks_of_other_tools_are_no_text() {
    let alert = "> [!WARNING]\n> Do not touch.\n\n<!--more-->\n\nMore.";
    assert_eq!(plain(alert), "Warning: Do not touch.\n\nMore.");
    assert_eq!(mail_text(alert), "> Warning: Do not touch.\n\nMore.");
    // Without its marks a quotation would be said by the house itself.
    assert_eq!(prose(alert), "More.");
}

#[test]
fn in_a_mail_a_break_is_nothing_and_in_code_it_is_text() {
    let text = "Write\n\n```\n<!-- break -->\n```\n\nor `<!-- break -->`\n\n<!-- break -->\n\ntwo";
    assert_eq!(mail_text(text), "Write\n\n    <!-- break -->\n\nor <!-- break -->\n\ntwo");
    assert_eq!(whole("- `<!-- break -->`\n\n<!-- break -->\n\n- b"), "• <!-- break -->\n\n• b");
}
