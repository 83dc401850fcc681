//! What reading a message promises.

use super::told;
use crate::ladder::{Attach, Brand, Message, MessageFile, MessageFiles, parse_message};
use crate::source::{Sources, Span, Spanned};

/// Reads `messages/rocket/message.md` and the files beside it, each named as in
/// a folder: `message.de.md`, `tweet.md`.
fn read(master: &str, others: &[(&str, &str)]) -> (Sources, Option<Message>, String) {
    let mut sources = Sources::new();
    let id = sources.add("message.md", master);
    let others = others
        .iter()
        .map(|(name, text)| {
            let mut parts = name.split('.');
            MessageFile {
                stem: parts.next().unwrap().to_owned(),
                language: parts.next().filter(|part| *part != "md").map(str::to_owned),
                source: sources.add(*name, text),
            }
        })
        .collect();
    let brand = Brand {
        name: "Acme".into(),
        url: None,
        timezone: Spanned::new("Europe/Berlin".into(), Span::start_of(id)),
        language: "en".into(),
    };
    let files =
        MessageFiles { default_id: "rocket".into(), folder: "messages/rocket".into(), master: id, others };
    let checked = parse_message(&sources, &files, &brand);
    let problems = told(&sources, &checked.problems);
    (sources, checked.value, problems)
}

const WHOLE: &str = r##"+++
id = "2026/rocket-2"
title = "Rocket 2 lands itself"
summary = "Reusable, quieter, cheaper."
ladder = "launch"
campaign = "rocket"
tags = ["rocketry", "#reusable", "rocketry"]
publish_at = 2026-12-01 09:00:00
embargo = "2026-12-01 06:00"
link = "https://acme.example/rocket"
draft = true
allow = ["alt-missing"]

[[media]]
file = "rocket.png"
alt = { en = "The booster", de = "Die Stufe" }

[[media]]
file = "../shared/b.jpg"
alt = "Both"

[overrides.tweet]
text = "It landed."
attach = "images"
+++
The *body*.

---

More.
"##;

#[test]
fn a_whole_message_is_understood() {
    let (sources, message, problems) = read(WHOLE, &[]);
    assert_eq!(problems, "");
    let message = message.unwrap();
    assert_eq!((message.id.as_str(), message.campaign.as_str()), ("2026/rocket-2", "rocket"));
    assert_eq!(sources.slice(message.title.span), "\"Rocket 2 lands itself\"");
    let tags: Vec<_> = message.tags.iter().map(|tag| tag.value.as_str()).collect();
    assert_eq!(tags, ["rocketry", "reusable"]);
    assert_eq!(message.publish_at.as_ref().unwrap().value.to_string(), "2026-12-01 09:00");
    assert!(message.draft.is_some() && message.summary_span.is_some());
    assert_eq!(message.media[0].alt_in("de-AT").unwrap().value, "Die Stufe");
    assert_eq!(message.media[1].path, "messages/shared/b.jpg");
    assert_eq!(message.media[1].alt_in("fr").unwrap().value, "Both");
    let tweet = message.override_for("tweet").unwrap();
    assert_eq!(tweet.attach.as_ref().unwrap().value, Attach::Images);
    assert_eq!(message.body.value, "The *body*.\n\n---\n\nMore.\n");
    assert_eq!(sources.slice(message.body.span), message.body.value);
}

#[test]
fn yaml_says_the_same_as_toml() {
    let (_, message, problems) = read(
        "---\ntitle: >-\n  Rocket 2\n  lands\nsummary: It \"landed\".\ntags: [a, b]\npublish_at: 2026-12-01 09:00\n\
         draft: false\nladder:\nmedia:\n  - file: a.png\n    alt: {en: x}\noverrides:\n  tweet:\n    text: |\n      One\n      Two\n---\nBody\n",
        &[],
    );
    assert_eq!(problems, "");
    let message = message.unwrap();
    assert_eq!(
        (message.title.value.as_str(), message.summary.as_str()),
        ("Rocket 2 lands", "It \"landed\".")
    );
    assert_eq!(message.publish_at.unwrap().value.to_string(), "2026-12-01 09:00");
    assert_eq!((message.media.len(), message.ladder), (1, None));
    assert_eq!(message.overrides[0].1.text.as_ref().unwrap().value, "One\nTwo\n");
}

#[test]
fn defaults_come_from_the_place_the_brand_and_the_body() {
    let (_, message, problems) =
        read("+++\ntitle = 'T'\n+++\n# Head\n\nFirst *words*\nhere.\n\nThen more.", &[]);
    insta::assert_snapshot!(problems, @r#"message.md:6:1 warning[no-summary] no `summary` is given, so the first paragraph stands in for it (say the point in one sentence: `summary = "…"`)"#);
    let message = message.unwrap();
    assert_eq!(
        (message.id.as_str(), message.campaign.as_str(), message.language.as_str()),
        ("rocket", "rocket", "en")
    );
    assert_eq!((message.summary.as_str(), message.summary_span), ("First words here.", None));
    assert!(message.draft.is_none());
}

#[test]
fn a_file_without_a_head_has_its_heading_as_title_and_it_stands_once() {
    let (sources, message, problems) = read("# Rocket *2*\n\nIt landed.\n", &[]);
    insta::assert_snapshot!(problems, @r#"
    message.md:1:1 warning[no-front-matter] this message has no head; the first heading is its title (begin the file with `+++`, `title = "Rocket 2"`, `+++`)
    message.md:3:1 warning[no-summary] no `summary` is given, so the first paragraph stands in for it (say the point in one sentence: `summary = "…"`)
    "#);
    let message = message.unwrap();
    assert_eq!((message.title.value.as_str(), message.body.value.as_str()), ("Rocket 2", "\nIt landed.\n"));
    assert_eq!(sources.slice(message.body.span), message.body.value);
}

#[test]
fn an_empty_file_is_a_message_without_a_title() {
    let (_, message, problems) = read("", &[]);
    insta::assert_snapshot!(problems, @r#"message.md:1:1 error[missing-key] this message has no `title` (begin the file with `+++`, `title = "…"`, `+++`)"#);
    let message = message.unwrap();
    assert_eq!((message.title.value.as_str(), message.summary.as_str()), ("rocket", ""));
    assert!(read("+++\ntitle = 'x'\n", &[]).1.is_none());
}

#[test]
fn mistakes_are_told_at_once_with_what_to_do() {
    let (_, _, problems) = read(
        "+++\nid = '../x'\ntitle = ''\nsummary = 3\ntags = 'one, two'\npublish_at = 'tomorrow'\nembargo = true\n\
         link = 'acme'\ndraft = 'yes'\nladders = 'launch'\ntext = 'x'\n[[media]]\nfile = '/etc/passwd'\nalt = 'x'\n\
         tags = ['c']\n[[media]]\nalt = { english = 'x', '1' = 'y' }\n[overrides.tweet]\nsummary = 'x'\ntetx = 'y'\n\
         [overrides]\nblog = 'x'\n+++\nBody\n",
        &[],
    );
    insta::assert_snapshot!(problems, @r#"
    message.md:2:6 error[wrong-name] `../x` cannot be the id of a message: a part between two `/` is empty, a dot, two dots, or begins with `-`
    message.md:3:9 error[missing-key] `title` is empty
    message.md:4:11 error[wrong-type] `summary` must be a text, and this is a whole number (put it in quotes)
    message.md:5:8 warning[loose-tags] `tags` is a text, read as 2 tags (write a list: `tags = ["one", "two"]`)
    message.md:6:14 error[wrong-value] `publish_at` cannot be `tomorrow` (a time is written as `2026-12-01 09:00` (year-month-day, in the brand's zone))
    message.md:7:11 error[wrong-type] `embargo` must be a time, such as `2026-12-01 09:00`, and this is true or false (write `embargo = "2026-12-01 09:00"`)
    message.md:8:8 error[wrong-value] `link` is not the address of a page (write it whole: `https://example.com/page`)
    message.md:9:9 error[wrong-type] `draft` must be true or false, and this is a text (write `true` or `false`, without quotes)
    message.md:10:1 warning[unknown-key] a message has no key `ladders` (did you mean `ladder`?)
    message.md:11:1 warning[unknown-key] a message has no key `text` (it is said for a single rung: below `[overrides.RUNG]`)
    message.md:13:8 error[path-outside] `/etc/passwd` is an absolute path (put the file beside the message and give its name: `rocket.png`)
    message.md:15:1 error[unknown-key] `[[media]]` has no key `tags` (it belongs to the message: move it above the first `[[media]]` or `[overrides…]`, for what stands below such a header belongs to that)
    message.md:16:1 error[missing-key] `[[media]]` needs `file` (add `file = "…"`: path of the image, relative to the message's file)
    message.md:19:1 error[unknown-key] `[overrides.tweet]` has no key `summary` (it belongs to the message: move it above the first `[[media]]` or `[overrides…]`, for what stands below such a header belongs to that)
    message.md:20:1 error[unknown-key] `[overrides.tweet]` has no key `tetx` (did you mean `text`?)
    message.md:22:1 error[wrong-type] `overrides.blog` must be a table, and this is a text (write a section `[overrides.NAME]`, and the keys below it)
    message.md:24:1 warning[no-summary] no `summary` is given, so the first paragraph stands in for it (say the point in one sentence: `summary = "…"`)
    "#);
}

#[test]
fn in_yaml_hints_are_in_yaml() {
    let (_, _, problems) = read(
        "---\nsummary: x\nmedia:\n  - file: a.png\n    title: x\n  - alt: x\noverrides:\n  tweet: x\ntags: a\npublish_at: 1.12.2026\ndraft: yes\n---\nBody\n",
        &[],
    );
    insta::assert_snapshot!(problems, @r#"
    message.md:2:1 error[missing-key] this message has no `title` (add `title: "…"` to its head)
    message.md:5:5 error[unknown-key] `[[media]]` has no key `title` (it belongs to the message: move it to the left edge, out of `media:` or `overrides:`)
    message.md:6:5 error[missing-key] `[[media]]` needs `file` (add `file: "…"`: path of the image, relative to the message's file)
    message.md:8:3 error[wrong-type] `overrides.tweet` must be a table, and this is a text (write the keys below `tweet:`, indented)
    message.md:9:7 warning[loose-tags] `tags` is a text, read as one tag (write a list: `tags: ["a"]`)
    message.md:10:13 error[wrong-value] `publish_at` cannot be `1.12.2026` (a time is written as `2026-12-01 09:00` (year-month-day, in the brand's zone))
    message.md:11:8 error[wrong-type] `draft` must be true or false, and this is a text (write `true` or `false`, without quotes)
    "#);
}

#[test]
fn heads_of_other_programs_are_read_and_kept() {
    let (_, message, problems) = read(
        "---\nlayout: post\ntitle: 'T'\ndate: 2026-01-02\nslug: t\nauthors: [ada]\npath: /x\naliases: [/y]\ndescription: D\n\
         categories: [a]\nimage: x.png\nsummry: x\n---\nBody\n",
        &[],
    );
    insta::assert_snapshot!(problems, @r#"
    message.md:2:1 warning[unknown-key] a message has no key `layout` (templates can read it as `message.extra.layout`)
    message.md:4:1 warning[unknown-key] a message has no key `date` (`publish_at` says when it goes out; templates can read this as `message.extra.date`)
    message.md:5:1 warning[unknown-key] a message has no key `slug` (it is said for a single rung: below `overrides:` and the rung's name)
    message.md:6:1 warning[unknown-key] a message has no key `authors` (templates can read it as `message.extra.authors`)
    message.md:7:1 warning[unknown-key] a message has no key `path` (templates can read it as `message.extra.path`)
    message.md:8:1 warning[unknown-key] a message has no key `aliases` (templates can read it as `message.extra.aliases`)
    message.md:9:1 warning[unknown-key] a message has no key `description` (here it is `summary`)
    message.md:10:1 warning[unknown-key] a message has no key `categories` (here they are `tags`)
    message.md:11:1 warning[unknown-key] a message has no key `image` (here it is a `[[media]]` with `file` and `alt`)
    message.md:12:1 warning[unknown-key] a message has no key `summry` (did you mean `summary`?)
    message.md:14:1 warning[no-summary] no `summary` is given, so the first paragraph stands in for it (say the point in one sentence: `summary = "…"`)
    "#);
    let message = message.unwrap();
    assert_eq!(message.extra.entries.len(), 10);
    let (_, message, problems) =
        read("+++\ntitle = 'T'\nsummary = 's'\n[taxonomies]\ntags = ['a']\n[extra]\nx.y = 1\n+++\n", &[]);
    assert_eq!(problems.matches("warning[unknown-key]").count(), 2, "{problems}");
    assert!(message.unwrap().extra.get("extra").is_some());
}

#[test]
fn a_broken_line_is_told_alone_without_what_follows_from_it() {
    let (_, message, problems) = read("+++\ntitle = Rocket 2\nsummary = 's'\nladder = 3\n+++\nBody\n", &[]);
    insta::assert_snapshot!(problems, @r#"
    message.md:2:9 error[syntax] not TOML here: a text without quotes (put the text in quotes: `"…"`)
    message.md:4:10 error[wrong-type] `ladder` must be a text, and this is a whole number (put it in quotes)
    "#);
    assert_eq!(message.unwrap().summary, "s");
    let (_, _, problems) = read("---\nsummary: It: lands\ntitle: T\n---\nBody\n", &[]);
    assert_eq!(problems.lines().filter(|line| line.contains("error")).count(), 1, "{problems}");
}

#[test]
fn translations_inherit_and_variants_written_whole_find_their_language() {
    let (_, message, problems) = read(
        WHOLE,
        &[
            ("message.de.md", "+++\ntitle = 'Rakete 2'\n+++\nSie *landet*.\n"),
            ("message.fr.md", "---\nsummary: S\ntags: [fusée]\n---\nElle.\n"),
            ("tweet.md", "+++\nattach = 'card'\n+++\nIt landed. {{ no template }}\n"),
            ("tweet.de.md", "Gelandet.\n"),
            ("mail.en.md", "Mail"),
        ],
    );
    insta::assert_snapshot!(problems, @r#"
    message.de.md:4:1 warning[no-summary] no `summary` is given, so the first paragraph stands in for it (say the point in one sentence: `summary = "…"`)
    message.fr.md:2:1 warning[untranslated] no `title` in `fr`: the master's is used (add the translated `title`)
    "#);
    let message = message.unwrap();
    let german = message.in_language("de-AT");
    assert_eq!((german.title.value.as_str(), german.summary.as_str()), ("Rakete 2", "Sie landet."));
    assert_eq!((german.id.as_str(), german.tags.len(), german.media.len()), ("2026/rocket-2", 2, 2));
    assert!(german.draft.is_some() && german.embargo.is_some() && german.override_for("tweet").is_some());
    assert_eq!(german.written_whole[0].body.value, "Gelandet.\n");
    let french = message.in_language("fr");
    assert_eq!((french.title.value.as_str(), french.tags.len()), ("Rocket 2 lands itself", 1));
    assert_eq!(message.written_whole.len(), 2);
    assert_eq!(message.written_whole[0].settings.attach.as_ref().unwrap().value, Attach::Card);
    assert_eq!(message.in_language("ja").language, "en");
}

#[test]
fn files_that_do_not_fit_together_are_told() {
    let (_, message, problems) = read(
        "+++\ntitle = 'T'\nsummary = 's'\n+++\n",
        &[
            ("message.en.md", "+++\ntitle = 'T'\n+++\n"),
            ("message.de.md", "+++\ntitle = 'T'\nsummary = 's'\nid = 'other'\nlanguage = 'fr'\n+++\n"),
            ("message.de.md", "x"),
            ("message.1.md", "x"),
            ("message.it.md", "+++\n"),
            ("tweet.es.md", "x"),
            ("tweet.md", "+++\ntext = 'x'\ntitel = 'y'\ntags = []\n+++\nx"),
            ("tweet.en.md", "x"),
        ],
    );
    insta::assert_snapshot!(problems, @r#"
    message.en.md:1:1 error[wrong-value] this message is written in `en` twice (delete this file, or say `language = "…"` in the master's head)
    message.de.md:4:6 error[wrong-value] a translation has its message's id, `rocket` (remove `id` here)
    message.de.md:5:12 error[wrong-value] the file's name says `de`, and its head says `fr` (keep one of the two)
    message.de.md:1:1 error[wrong-value] this message is written in `de` twice (delete this file, or say `language = "…"` in the master's head)
    message.1.md:1:1 error[wrong-value] `1` is no language (a translation's file ends in its language: `message.de.md`)
    message.it.md:1:1 error[syntax] the head that begins with `+++` is never closed (put a line with `+++` between the head and the text)
    tweet.es.md:1:1 error[wrong-value] `tweet` is written whole in `es`, and the message is not (write `message.es.md` too, or name this file `tweet.md`)
    tweet.md:2:8 error[wrong-value] `text` has no place here: what stands below the head is the text (remove it)
    tweet.md:3:1 error[unknown-key] `tweet.md` has no key `titel` (did you mean `title`?)
    tweet.md:4:1 error[unknown-key] `tweet.md` has no key `tags` (it belongs to the message: say it in `message.md`)
    tweet.en.md:1:1 error[wrong-value] `tweet` is written whole in `en` twice (delete one of the files)
    "#);
    assert_eq!(message.unwrap().translations.len(), 1);
}

#[test]
fn a_title_repeated_as_first_heading_is_said_once() {
    let body = |text: &str| read(text, &[]).1.unwrap().body.value;
    let head = "+++\ntitle = \"Rust  2024\"\nsummary = \"S\"\n+++\n";
    assert_eq!(body(&format!("{head}\n# Rust 2024\n\nText")).trim(), "Text");
    assert_eq!(body(&format!("{head}Rust *2024*\n===\nText")).trim(), "Text");
    assert_eq!(body(&format!("{head}# Rust 2024 is here\n\nText")).trim(), "# Rust 2024 is here\n\nText");
    assert_eq!(body(&format!("{head}Text\n\n# Rust 2024")).trim(), "Text\n\n# Rust 2024");
    let (sources, message, _) = read(&format!("{head}# Rust 2024\n\nText"), &[]);
    assert_eq!(sources.slice(message.unwrap().body.span).trim(), "Text");
}
