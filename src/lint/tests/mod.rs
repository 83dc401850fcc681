//! Every rule is tripped, and silenced.

mod cases;
pub(super) mod house;

use super::*;
use crate::source::Spanned;
use cases::CASES;
use house::House;

/// Rules whose breaches other rooms find: `ladder`, `render`, `channel`, and loading.
const FOUND_ELSEWHERE: &[&str] = &[
    "syntax",
    "unreadable",
    "not-utf8",
    "renamed-from",
    "vanished-rung",
    "renamed-account",
    "another-account",
    "another-owner",
    "edited-after-sending",
    "earlier-unknown",
    "duplicate-key",
    "unknown-key",
    "missing-key",
    "wrong-type",
    "wrong-value",
    "wrong-name",
    "not-in-this-build",
    "secret-literal",
    "path-outside",
    "loose-tags",
    "no-front-matter",
    "no-summary",
    "idle-break",
    "bad-media",
    "orphan-translation",
    "too-many-messages",
    "no-ladder",
    "unknown-ladder",
    "no-folder",
    "duplicate-ladder",
    "unknown-adapter",
    "not-built-in",
    "bad-url",
    "bad-address",
    "bad-author",
    "no-recipients",
    "same-recipient",
    "two-ways",
    "wrong-kind",
    "shared-folder",
    "unknown-feed",
    "bad-slug",
    "same-name",
    "no-canonical",
    "no-source",
    "no-mentions",
    "mentions-left-out",
    "image-not-public",
    "cover-left-out",
    "tags-left-out",
    "liquid",
    "control-character",
    "empty-subject",
    "too-many-cashtags",
    "gif-and-images",
    "template",
    "card-without-link",
    "unknown-handle",
];

#[test]
fn a_house_in_order_has_no_problems() {
    let house = House::new();
    assert_eq!(house.drawn(&house.check()), "");
}

#[test]
fn every_rule_is_tripped() {
    for (rule, trip) in CASES {
        let mut house = House::new();
        trip(&mut house);
        let found = house.check();
        let names: Vec<&str> = found.iter().map(|problem| problem.rule).collect();
        assert!(names.contains(rule), "{rule} was not found, but {names:?}");
        for problem in &found {
            let rule = Rule::named(problem.rule).expect("a rule of the table");
            assert_eq!(problem.severity, rule.severity, "{}", rule.name);
            assert!(problem.span.is_some(), "{} points nowhere", rule.name);
            assert!(!problem.message.ends_with('.'), "{}", problem.message);
            // Drawing it is no trouble either.
            let _ = problem.draw(&house.sources, true);
        }
    }
    for rule in RULES {
        let here = CASES.iter().any(|(name, _)| *name == rule.name);
        assert!(here != FOUND_ELSEWHERE.contains(&rule.name), "{} has no test, or one too many", rule.name);
    }
}

#[test]
fn allow_silences_what_may_be_allowed_and_nothing_else() {
    for (name, trip) in CASES {
        let rule = Rule::named(name).unwrap();
        for place in 0..3 {
            let mut house = House::new();
            trip(&mut house);
            let span = house.message.title.span;
            let allow = Spanned::new((*name).to_owned(), span);
            match place {
                0 => house.project.allow.push(allow),
                1 => house.ladder.allow.push(allow),
                _ => house.message.allow.push(allow),
            }
            let of_the_project =
                ["unknown-network", "tracking-domain-missing", "unknown-allow"].contains(name);
            let of_the_ladder = ["delay-without-after", "window-without-time"].contains(name);
            let reaches = match place {
                0 => true,
                1 => !of_the_project,
                _ => !of_the_project && !of_the_ladder,
            };
            // Between two messages, both or the project's owner say so.
            let reaches = reaches && *name != "same-title-twice";
            let left = house.check().iter().any(|problem| problem.rule == *name);
            if !rule.allowable || reaches {
                assert_eq!(left, !rule.allowable, "{name} at {place}");
            }
        }
    }
}

/// `docs/rules.md` lists exactly the rules, each with its severity and sentence.
#[test]
fn the_page_of_rules_is_complete() {
    let page = include_str!("../../../docs/rules.md");
    let mut lines = page.lines().filter(|line| !line.trim().is_empty());
    let mut listed = Vec::new();
    while let Some(line) = lines.next() {
        if let Some(name) = line.strip_prefix("### `") {
            listed.push((name.trim_end_matches('`').to_owned(), lines.next().unwrap_or("").to_owned()));
        }
    }
    let severity = |severity| match severity {
        Severity::Error => "Error",
        Severity::Warning => "Warning",
        Severity::Note => "Note",
    };
    let wanted: Vec<(String, String)> = RULES
        .iter()
        .map(|rule| {
            let stands = if rule.allowable { "" } else { ", cannot be allowed" };
            (rule.name.to_owned(), format!("*{}{stands}.* {}", severity(rule.severity), rule.about))
        })
        .collect();
    assert_eq!(listed, wanted);
}

#[test]
fn names_are_unique_and_plain() {
    for (at, rule) in RULES.iter().enumerate() {
        assert!(
            rule.name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'),
            "{}",
            rule.name
        );
        assert!(RULES[..at].iter().all(|other| other.name != rule.name), "{} twice", rule.name);
        assert!(rule.about.ends_with('.'), "{}", rule.name);
    }
}

#[test]
fn too_long_says_by_how_much_and_what_brought_it() {
    let mut house = House::new();
    house.message.summary = "A long word and more. ".repeat(12).trim().to_owned();
    let text =
        format!("{}: {} https://rung.invalid/blog/tracked", house.message.title.value, house.message.summary);
    house.post(1).parts[0].text = text;
    insta::assert_snapshot!(house.drawn(&house.check()), @r#"
    error[too-long]: `tweet` is 30 too long for X: 310 of 280
     --> content-ladders/launch.toml:6:33
      |
    6 | text = "{{ message.title }}: {{ message.summary }} {{ rungs.blog.url }}"
      |                                 ^^^^^^^^^^^^^^^ 263 of the 310 come from `message.summary`
      |
      = hint: use `{{ message.summary | fit(233) }}`, add a `shorter` text, or set `overflow = "shorten"` (or `"thread"`)
    "#);
}

#[test]
fn problems_stand_where_they_are_mended() {
    let drawn = |trip: fn(&mut House)| {
        let mut house = House::new();
        trip(&mut house);
        house.drawn(&house.check())
    };
    insta::assert_snapshot!(drawn(|house| house.ladder.rungs[1].after.clear()), @r#"
    error[url-not-waited-for]: `tweet` uses the address of `blog`, but does not wait for it
     --> content-ladders/launch.toml:6:55
      |
    6 | text = "{{ message.title }}: {{ message.summary }} {{ rungs.blog.url }}"
      |                                                       ^^^^^^^^^^
      |
      = hint: add `after = "blog"` to `[rungs.tweet]`
    "#);
    insta::assert_snapshot!(drawn(|house| house.post(1).parts[0].media[0].alt.clear()), @r#"
    error[missing-alt]: `rocket.png` has no alt text in `en`, which `tweet` needs
     --> messages/rocket-2.md:5:9
      |
    5 | file = "rocket.png"
      |         ^^^^^^^^^^
      |
      = hint: say what is to be seen: `alt = { en = "…" }`
    "#);
}

#[test]
fn a_secret_in_a_text_is_never_shown() {
    let mut house = House::new();
    let secret = "ghp_0123456789abcdefghijABCDEFGHIJ";
    house.post(1).parts[0].text = format!("look {secret}");
    let found = house.check();
    assert!(found.iter().any(|problem| problem.rule == "secret-in-text"));
    assert!(!format!("{found:?}").contains(secret));
    // A word that begins like one is none.
    house.post(1).parts[0].text =
        "ghp_this-is-no-token-but-only-a-long-word https://rung.invalid/blog/tracked".to_owned();
    assert!(house.check().iter().all(|problem| problem.rule != "secret-in-text"));
}

#[test]
fn an_unknown_key_may_be_allowed_where_it_is_only_a_warning() {
    let house = House::new();
    let allow = [house.written("unknown-key"), house.written("syntax")];
    let of = |problem| silence(vec![problem], &[&allow]).len();
    assert_eq!(of(Diagnostic::warning("unknown-key", "`layout` is not known")), 0);
    assert_eq!(of(Diagnostic::error("unknown-key", "`tetx` is not known")), 1);
    assert_eq!(of(Diagnostic::error("syntax", "broken")), 1);
}
