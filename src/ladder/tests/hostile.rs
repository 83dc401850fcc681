//! Whatever stands in a file: never a panic, and every place is in the file.

use crate::diagnostic::Diagnostic;
use crate::ladder::{Brand, MessageFile, MessageFiles, parse_ladder, parse_message, parse_project};
use crate::source::{Sources, Span, Spanned};
use proptest::prelude::*;

fn everything(text: &str) {
    let mut sources = Sources::new();
    let id = sources.add("a", text);
    let other = sources.add("b", &text.chars().rev().collect::<String>());
    let brand = Brand {
        name: "a".into(),
        url: None,
        timezone: Spanned::new("UTC".into(), Span::start_of(id)),
        language: "en".into(),
    };
    let file = |stem: &str, language: Option<&str>| MessageFile {
        stem: stem.into(),
        language: language.map(str::to_owned),
        source: other,
    };
    let files = MessageFiles {
        default_id: text.into(),
        folder: "messages".into(),
        master: id,
        others: vec![file("message", Some("de")), file("tweet", None), file("tweet", Some("de"))],
    };
    let mut problems: Vec<Diagnostic> = Vec::new();
    parse_project(&sources, id, &["x"]).take(&mut problems);
    parse_ladder(&sources, id, "a").take(&mut problems);
    parse_message(&sources, &files, &brand).take(&mut problems);
    for problem in problems.iter().take(20) {
        let span = problem.span.unwrap();
        assert!(span.start <= sources.get(span.source).text.len());
        problem.draw(&sources, true);
        problem.record(&sources);
    }
}

/// Pieces that such files are made of, and some that they are not.
fn piece() -> impl Strategy<Value = String> {
    let pieces = [
        "+++\n",
        "---\n",
        "...\n",
        "\n",
        "  ",
        "\t",
        "[",
        "]",
        "[[media]]\n",
        "{",
        "}",
        "\"",
        "'",
        "\"\"\"",
        "=",
        ":",
        ": ",
        " = ",
        "- ",
        ",",
        "#",
        "&a ",
        "*a",
        "|\n",
        ">-\n",
        "!!str ",
        "title",
        "summary",
        "tags",
        "publish_at",
        "file",
        "alt",
        "[overrides.x]\n",
        "[rungs.a]\n",
        "[channels.x]\n",
        "[brand]\n",
        "adapter",
        "after",
        "draft",
        "2026-12-01",
        " 09:00",
        "true",
        "~",
        "1",
        "0x",
        "\\u",
        "\\",
        "ö",
        "👩‍🚀",
        "\u{202e}",
        "\0",
        "\r",
        "\u{1b}",
        "../",
        "# Heading\n",
        "text ",
        "<<: ",
        "? ",
        "%YAML 1.2\n",
        "\u{feff}",
        "\u{2028}",
        "media:\n",
        "overrides:\n",
    ];
    prop_oneof![
        8 => proptest::sample::select(pieces.to_vec()).prop_map(str::to_owned),
        1 => "\\PC{0,6}",
        1 => proptest::char::any().prop_map(|c| c.to_string()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_a_panic(pieces in proptest::collection::vec(piece(), 0..40)) {
        everything(&pieces.concat());
    }

    #[test]
    fn no_head_makes_a_panic(pieces in proptest::collection::vec(piece(), 0..30), yaml in any::<bool>()) {
        let fence = if yaml { "---" } else { "+++" };
        everything(&format!("{fence}\n{}\n{fence}\nbody", pieces.concat()));
    }
}

#[test]
fn a_cut_anywhere_makes_no_panic() {
    let text = "+++\nid = \"a\"\ntitle = \"Rök \\u00e9\"\ntags = ['a']\npublish_at = 2026-12-01T09:00:00Z\n\
                [[media]]\nfile = 'a.png'\nalt = { en = 'x' }\n[overrides.tweet]\ntext = '''\nx'''\n+++\n# Body\n";
    let yaml = "---\nid: a\ntitle: \"Rök \\xe9\"\ntags: [a, &b c, *b]\nmedia:\n  - file: a.png\n    alt: {en: x}\n\
                overrides:\n  tweet:\n    text: >-\n      a\n      b\n---\nBody\n";
    for text in [text, yaml] {
        for (at, _) in text.char_indices() {
            everything(&text[..at]);
        }
    }
}
