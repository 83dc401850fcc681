//! The preview as Markdown, for a pull request's comment.
//!
//! What the message says stands in code, fenced by more backticks than it
//! holds: there neither `@name` nor `#12` nor HTML means anything to the forge.
//! Names are broken by a zero-width space all the same, for forges and mail
//! notifications that look into code; the exact text is in `--format json`.

use super::{Comment, Preview, PreviewItem, terminal, word_count};
use crate::diagnostic::{Diagnostic, Severity};
use crate::render::{Article, Card, Mail, Picture, Post, Variant, late};
use crate::report::columns::one_line;
use crate::text::{count, visible};

/// Characters that the comment may have (GitHub refuses more than 65,536).
const MOST: usize = 60_000;
/// Characters of one long text (an article's body, a mail) that are shown.
const MOST_OF_A_TEXT: usize = 4_000;
/// Problems that are listed.
const MOST_PROBLEMS: usize = 50;

/// The comment.
pub fn preview(preview: &Preview<'_>) -> String {
    let mut out = format!(
        "## Preview: {}\n\nMessage {} on the ladder {}\n\n",
        code(preview.title),
        code(preview.message),
        code(preview.ladder)
    );
    problems(&mut out, preview);
    overview(&mut out, preview);
    for (at, item) in preview.items.iter().enumerate() {
        let block = variant(item);
        let left = preview.items.len() - at;
        if out.chars().count() + block.chars().count() > MOST {
            out.push_str(&format!("… and {left} more: a comment cannot hold them all.\n"));
            break;
        }
        out.push_str(&block);
    }
    out
}

fn problems(out: &mut String, preview: &Preview<'_>) {
    if preview.problems.is_empty() {
        out.push_str("No problems found.\n\n");
        return;
    }
    let mut found: Vec<&Diagnostic> = preview.problems.iter().collect();
    found.sort_by_key(|problem| problem.severity);
    out.push_str("### Before you publish\n\n");
    for problem in found.iter().take(MOST_PROBLEMS) {
        let word = match problem.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        };
        let place = problem.span.map(|span| preview.sources.locate(span));
        let place =
            place.map(|at| format!(" {}", code(&format!("{}:{}", at.file, at.line)))).unwrap_or_default();
        out.push_str(&format!("- **{word}**{place}: {} ({})\n", prose(&problem.message), code(problem.rule)));
        for more in problem.also().iter().chain(&problem.hint) {
            out.push_str(&format!("  - {}\n", prose(more)));
        }
    }
    if found.len() > MOST_PROBLEMS {
        out.push_str(&format!("- and {} more\n", found.len() - MOST_PROBLEMS));
    }
    out.push('\n');
}

fn overview(out: &mut String, preview: &Preview<'_>) {
    out.push_str("| rung | where | what | when | length |\n| --- | --- | --- | --- | --- |\n");
    for item in &preview.items {
        let cell = |text: &str| if text.is_empty() { String::new() } else { code(text).replace('|', "\\|") };
        out.push_str(&format!(
            "| {} | {} {} | {} | {} | {} |\n",
            cell(item.rung),
            prose(&item.network()).replace('|', "\\|"),
            cell(&item.at_handle()),
            item.variant.kind().name(),
            prose(&item.timing()),
            length(item)
        ));
    }
    out.push('\n');
}

fn length(item: &PreviewItem<'_>) -> String {
    match item.variant {
        Variant::Post(post) => {
            let lengths = post.parts.iter().map(|part| {
                let length =
                    count(&part.text, &item.outlet.rules.with_pictures(part.media.len()), post.url_reserve)
                        .decisive();
                match length.limit {
                    Some(limit) if length.fits() => format!("{}/{limit}", length.counted),
                    Some(limit) => format!("**{}/{limit}, too long**", length.counted),
                    None => length.counted.to_string(),
                }
            });
            lengths.collect::<Vec<_>>().join(" · ")
        }
        Variant::Article(article) => word_count(&article.markdown),
        Variant::Mail(mail) => format!("{} KB", mail.html.len().div_ceil(1024)),
    }
}

fn variant(item: &PreviewItem<'_>) -> String {
    let head = [item.network(), item.at_handle(), item.timing()];
    let head: Vec<String> = head.iter().filter(|text| !text.is_empty()).map(|text| html(text)).collect();
    let mut out =
        format!("<details open><summary><b>{}</b> · {}</summary>\n\n", html(item.rung), head.join(" · "));
    match item.variant {
        Variant::Post(body) => post(&mut out, item, body),
        Variant::Article(body) => article(&mut out, item, body),
        Variant::Mail(body) => mail(&mut out, item, body),
    }
    out.push_str("</details>\n\n");
    out
}

fn post(out: &mut String, item: &PreviewItem<'_>, post: &Post) {
    let many = post.parts.len();
    let card_part = item.card_part(post);
    for (at, part) in post.parts.iter().enumerate() {
        if many > 1 {
            out.push_str(&format!("**{} of {many}**\n\n", at + 1));
        }
        out.push_str(&fence(&part.text));
        let length = count(&part.text, &item.outlet.rules.with_pictures(part.media.len()), post.url_reserve);
        if let Some(limit) = length.limit.filter(|limit| length.counted > *limit) {
            out.push_str(&format!(
                "**{} of {limit}: {} too many**\n\n",
                length.counted,
                length.counted - limit
            ));
        }
        pictures(out, &part.media);
        if let Some(card) = post.card.as_ref().filter(|_| card_part == Some(at)) {
            link_card(out, card);
        }
    }
    match item.comment(post) {
        Comment::None => {}
        Comment::Below(comment) => {
            out.push_str("First comment:\n\n");
            out.push_str(&fence(comment));
        }
        Comment::LeftOut(why) => out.push_str(&format!("{}\n\n", prose(&why))),
    }
}

fn link_card(out: &mut String, card: &Card) {
    out.push_str(&format!("- link card: {} ({})\n", code(&card.title), code(&card.url)));
    if !card.description.is_empty() {
        out.push_str(&format!("  - {}\n", code(&card.description)));
    }
    if let Some(image) = &card.image {
        out.push_str(&format!("  - image {}\n", code(&image.path)));
    }
    out.push('\n');
}

fn pictures(out: &mut String, pictures: &[Picture]) {
    for picture in pictures {
        let alt = if picture.alt.is_empty() { "**no alt text**".to_owned() } else { code(&picture.alt) };
        let made = picture.made().map(|made| format!(" ({made})")).unwrap_or_default();
        out.push_str(&format!("- image {}{made}: {alt}\n", code(&picture.path)));
    }
    if !pictures.is_empty() {
        out.push('\n');
    }
}

fn article(out: &mut String, item: &PreviewItem<'_>, article: &Article) {
    row(out, "title", &article.title);
    row(out, "address", &article.slug);
    row(out, "excerpt", &article.excerpt);
    row(out, "tags", &article.tags.join(", "));
    row(out, "original", item.original(article).unwrap_or_default());
    out.push('\n');
    pictures(out, article.cover.as_slice());
    out.push_str(&fence(&article.markdown));
}

fn mail(out: &mut String, item: &PreviewItem<'_>, mail: &Mail) {
    row(out, "from", &mail.from);
    row(out, "to", &terminal::recipients(item.recipients));
    row(out, "subject", &mail.subject);
    row(out, "preheader", &mail.preheader);
    out.push('\n');
    out.push_str(&fence(&mail.text));
}

fn row(out: &mut String, name: &str, text: &str) {
    if !text.is_empty() {
        out.push_str(&format!("- {name}: {}\n", code(text)));
    }
}

/// A text in a fence that nothing in it can end.
fn fence(text: &str) -> String {
    let shown = late::shown(&text.replace("\r\n", "\n"));
    let shown = unnamed(&visible(shown.trim_end()));
    let (shown, more) = match shown.char_indices().nth(MOST_OF_A_TEXT) {
        Some((at, _)) => (&shown[..at], format!("… and {} more characters\n\n", shown[at..].chars().count())),
        None => (shown.as_str(), String::new()),
    };
    let ticks = "`".repeat(longest_run(shown).max(2) + 1);
    format!("{ticks}text\n{shown}\n{ticks}\n\n{more}")
}

/// One line as code, in more backticks than it holds.
fn code(text: &str) -> String {
    let text = unnamed(&one_line(&late::shown(text)));
    if text.is_empty() {
        return "—".to_owned();
    }
    let ticks = "`".repeat(longest_run(&text) + 1);
    // A backtick at the edge would join the delimiter.
    let space = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{ticks}{space}{text}{space}{ticks}")
}

/// `@name` with a zero-width space behind the `@`; mail addresses stay whole.
fn unnamed(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut before = ' ';
    for c in text.chars() {
        out.push(c);
        if c == '@' && !before.is_alphanumeric() {
            out.push('\u{200b}');
        }
        before = c;
    }
    out
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

/// Our own sentences, which may quote the user's words: pairs of backticks stay
/// code, all else that could be markup, a mention or a reference is broken.
fn prose(text: &str) -> String {
    let text = one_line(&late::shown(text));
    let mut out = String::with_capacity(text.len() + 16);
    let pieces: Vec<&str> = text.split('`').collect();
    let paired = pieces.len() % 2 == 1;
    for (at, piece) in pieces.iter().enumerate() {
        if paired && at % 2 == 1 && !piece.is_empty() {
            out.push_str(&code(piece));
        } else {
            out.push_str(&plain(piece));
        }
    }
    out
}

fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for (at, c) in text.char_indices() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            // A zero-width space ends what would be a name or a reference.
            '@' | '#' => out.extend([c, '\u{200b}']),
            '\\' | '*' | '_' | '[' | ']' | '!' | '|' | '~' => out.extend(['\\', c]),
            // An address would become a reference in the place that it names.
            ':' if text[at..].starts_with("://") => out.extend([c, '\u{200b}']),
            c => out.push(c),
        }
    }
    out
}

/// For the text of an HTML element.
fn html(text: &str) -> String {
    plain(&one_line(&late::shown(text))).replace('`', "&#96;")
}

#[cfg(test)]
mod tests {
    use super::super::fixture;

    #[test]
    fn a_strangers_words_ping_nobody_and_are_no_markup() {
        let story = fixture::hostile();
        let text = super::preview(&story.preview());
        let mut fence: Option<&str> = None;
        for line in text.lines() {
            let ticks = &line[..line.len() - line.trim_start_matches('`').len()];
            match fence {
                Some(open) => {
                    if line == open {
                        fence = None;
                    }
                    continue;
                }
                None if ticks.len() >= 3 && line[ticks.len()..] == *"text" => {
                    fence = Some(ticks);
                    continue;
                }
                None => {}
            }
            let bare = without_code(line);
            assert!(!bare.contains("@octocat"), "{line}");
            assert!(!bare.contains("<script") && !bare.contains("<img"), "{line}");
        }
        assert!(!text.contains("@octocat"));
        assert_eq!(fence, None);
        assert!(!text.contains(crate::text::visible::is_hostile));
    }

    /// The line without its code spans.
    fn without_code(line: &str) -> String {
        let mut out = String::new();
        let mut rest = line;
        while let Some(at) = rest.find('`') {
            out.push_str(&rest[..at]);
            let after = rest[at..].trim_start_matches('`');
            let ticks = &rest[at..rest.len() - after.len()];
            let mut from = 0;
            let end = loop {
                let found = after[from..].find(ticks).map(|found| found + from).expect(line);
                let run = after[found..].len() - after[found..].trim_start_matches('`').len();
                if run == ticks.len() {
                    break found + run;
                }
                from = found + run;
            };
            rest = &after[end..];
        }
        out + rest
    }

    #[test]
    fn a_comment_stays_within_what_a_forge_takes() {
        let mut story = fixture::story();
        let row = story.rungs[0].clone();
        for (_, _, variant, ..) in &mut story.rungs {
            for text in variant.texts_mut() {
                *text = "long ".repeat(5_000);
            }
        }
        story.rungs.extend(std::iter::repeat_n(row, 200));
        let text = super::preview(&story.preview());
        assert!(text.chars().count() < 65_000, "{}", text.len());
    }

    #[test]
    fn a_post_is_shown_with_its_length_its_card_and_its_words() {
        let mut story = fixture::story();
        story.rungs.retain(|(rung, ..)| *rung == "tweet");
        // A zero-width space, which is no sight in a test, is shown as `~`.
        insta::assert_snapshot!(super::preview(&story.preview()).replace("\u{200b}", "~"), @r#"
        ## Preview: `Rocket 2 lands itself`

        Message `rocket-2` on the ladder `launch`

        ### Before you publish

        - **error** `content-ladders/launch.toml:4`: the post for X is 291 of 280 (`too-long`)
          - add a shorter template, or `overflow = "thread"`
        - **warning** `content-ladders/launch.toml:4`: `pad.png` has no alt text in `de` (`missing-alt`)
          - add `alt = { de = "…" }`

        | rung | where | what | when | length |
        | --- | --- | --- | --- | --- |
        | `tweet` | X `@~acmerockets` | post | after blog · 1 h later | 162/280 |

        <details open><summary><b>tweet</b> · X · @~acmerockets · after blog · 1 h later</summary>

        ```text
        Rocket 2 lands itself: Reusable, quieter, and cheaper to fly. ‹address of blog› #rocketry #reusable
        ```

        - link card: `Rocket 2 lands itself` (`‹address of blog›`)
          - `Reusable, quieter, and cheaper to fly.`
          - image `messages/rocket-2/rocket.png`

        </details>
        "#);
    }
}
