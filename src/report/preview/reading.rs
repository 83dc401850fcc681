//! An article drawn for reading: headings ruled, lists hanging, code set off,
//! pictures named, everything wrapped at the width that there is.
//!
//! What is bold or leads somewhere is seen in colour; without colour the lines
//! are the same, and their words still say it (addresses stand behind links).

use super::terminal::{DIM, shown};
use crate::render::markup::{Line, LineKind, Look, reading};
use crate::report::columns::{width, wrapped};
use crate::text::visible;
use anstyle::{AnsiColor, Color, Style};

/// Words of one style.
pub type Span = (String, Style);

const CODE: Style = Style::new().fg_color(Some(Color::Ansi(AnsiColor::Cyan)));
/// Columns that code is moved in by.
const INDENT: &str = "    ";
/// Fewest columns that words get beside their bullets and bars.
const LEAST: usize = 12;

/// `markdown` in lines of at most `columns`, without hostile characters.
pub fn lines(markdown: &str, columns: usize) -> Vec<Vec<Span>> {
    let mut out = Vec::new();
    for line in reading(markdown) {
        draw(&line, columns, &mut out);
    }
    out
}

fn draw(line: &Line, columns: usize, out: &mut Vec<Vec<Span>>) {
    let first =
        if line.kind == LineKind::Code { format!("{}{INDENT}", line.prefix) } else { line.prefix.clone() };
    let first = clipped(&visible(&first), columns.saturating_sub(LEAST));
    // Bars go on below; bullets and numbers do not.
    let rest: String = first.chars().map(|c| if c == '│' { c } else { ' ' }).collect();
    let rest = format!("{rest}{}", " ".repeat(width(&first).saturating_sub(width(&rest))));
    let (mut text, mut styles) = (String::new(), Vec::new());
    for piece in &line.pieces {
        let words = shown(&piece.text).replace('\t', INDENT);
        text.push_str(&visible(&words));
        styles.push((text.len(), style(piece.look, line.kind)));
    }
    let heading = match line.kind {
        LineKind::Heading(level) => Some(level),
        _ => None,
    };
    let mut widest = 0;
    for (at, range) in wrapped(&text, columns.saturating_sub(width(&first))).into_iter().enumerate() {
        let mut spans = vec![((if at == 0 { &first } else { &rest }).clone(), DIM)];
        spans.retain(|(prefix, _)| !prefix.is_empty());
        let mut from = range.start;
        for (end, style) in &styles {
            let to = (*end).min(range.end);
            if from < to
                && let Some(words) = text.get(from..to)
            {
                spans.push((words.to_owned(), *style));
                from = to;
            }
        }
        widest = widest.max(text.get(range).map_or(0, width));
        out.push(spans);
    }
    if let Some(level) = heading.filter(|_| widest > 0) {
        let rule = match level {
            1 => "═",
            2 => "─",
            _ => "┄",
        };
        out.push(vec![(format!("{rest}{}", rule.repeat(widest)), DIM)]);
    }
}

/// As much of `prefix` as there is room for: lists within lists may be deep.
fn clipped(prefix: &str, columns: usize) -> String {
    let mut used = 0;
    let fits = |c: &char| {
        used += width(c.encode_utf8(&mut [0; 4]));
        used <= columns
    };
    prefix.chars().take_while(fits).collect()
}

fn style(look: Look, kind: LineKind) -> Style {
    if look.aside {
        return DIM;
    }
    let mut style = if look.code { CODE } else { Style::new() };
    if look.strong || matches!(kind, LineKind::Heading(_)) {
        style = style.bold();
    }
    if look.emphasis {
        style = style.italic();
    }
    if look.strike {
        style = style.strikethrough();
    }
    if look.link { style.underline() } else { style }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(markdown: &str, columns: usize) -> String {
        let lines = lines(markdown, columns).into_iter();
        let lines = lines.map(|line| line.into_iter().map(|(words, _)| words).collect::<String>());
        lines.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn an_article_reads_without_its_marks() {
        let text = "# One text for everybody\n\nIt was **five** texts, and some [never went out](https://a.example/b).\n\n\
            ## Why\n\n1. one text that is longer than a line can be\n   - with `code` in it\n2. two\n\n\
            > said by somebody who had a lot to say\n> - and a list\n\n```sh\nladder publish hello --yes --only tweet\n```\n\n\
            ### And then\n\n![The pad at dawn](pad.png)\n\n| rung | length |\n|---|--:|\n| tweet | 165 |\n";
        insta::assert_snapshot!(plain(text, 40), @r"
        One text for everybody
        ══════════════════════

        It was five texts, and some never went
        out (https://a.example/b).

        Why
        ───

        1. one text that is longer than a line
           can be
           • with code in it
        2. two

        │ said by somebody who had a lot to say
        │
        │ • and a list

            ladder publish hello --yes --only
            tweet

        And then
        ┄┄┄┄┄┄┄┄

        ▣ pad.png “The pad at dawn”

            rung   length
            -----  ------
            tweet     165
        ");
    }

    #[test]
    fn hostile_characters_stay_out_and_every_line_fits() {
        let text = format!(
            "&#27;[31m {} `\u{1b}]8;;` [a\u{202e}](https://a.example/&#27;) ![&#7;](&#27;.png)\n\n{}- deep\n\n{}\tx",
            super::super::fixture::HOSTILE,
            "> ".repeat(30),
            "- ".repeat(30)
        );
        for columns in [28, 36, 80] {
            for line in plain(&text, columns).lines() {
                assert!(width(line) <= columns, "{columns}: {line}");
                assert!(!line.contains(crate::text::visible::is_hostile), "{line:?}");
            }
        }
    }
}
