//! Text in columns of a terminal: how wide it is, where it breaks, how it lines up.
//!
//! Widths are measured on graphemes: a letter with its accents is one column,
//! a Chinese character or an emoji is two. What comes in may be hostile; what
//! goes out holds no control character but the line feeds between lines.

use crate::text::visible;
use std::ops::Range;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// How many columns `text` takes.
pub fn width(text: &str) -> usize {
    text.graphemes(true).map(grapheme_width).sum()
}

/// `text` made visible and put on one line, runs of white space as one space.
pub fn one_line(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    // A no-break space is there on purpose.
    let words = |c: char| c.is_whitespace() && c != '\u{a0}';
    visible(&text).split(words).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// `text` cut to `columns`, with `…` where something is missing.
pub fn cut(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut used = 0;
    for grapheme in text.graphemes(true) {
        used += grapheme_width(grapheme);
        if used + 1 > columns {
            break;
        }
        out.push_str(grapheme);
    }
    let kept = out.trim_end().len();
    out.truncate(kept);
    out.push('…');
    out
}

/// `text` filled up with spaces to `columns`; not cut.
pub fn pad(text: &str, columns: usize) -> String {
    let missing = columns.saturating_sub(width(text));
    format!("{text}{}", " ".repeat(missing))
}

/// `text` made visible, in lines of at most `columns`: broken at spaces,
/// beside wide characters, and inside of a word only if it is too long for a line.
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    wrap_lines(text, columns, true)
}

/// The same, but a word that is too long for a line stays whole and sticks out:
/// for addresses that people copy.
pub fn wrap_words(text: &str, columns: usize) -> Vec<String> {
    wrap_lines(text, columns, false)
}

fn wrap_lines(text: &str, columns: usize, parts_words: bool) -> Vec<String> {
    let columns = columns.max(2);
    let text = text.replace("\r\n", "\n").replace('\t', "    ");
    let lines = visible(&text);
    let pieces = |line: &str| -> Vec<String> {
        let line = line.trim_end();
        let ranges = wrap_line(line, columns, parts_words);
        ranges.into_iter().filter_map(|range| line.get(range).map(str::to_owned)).collect()
    };
    lines.split('\n').flat_map(pieces).collect()
}

/// Where one line, which is visible already, is broken to be at most `columns` wide.
pub fn wrapped(line: &str, columns: usize) -> Vec<Range<usize>> {
    wrap_line(line, columns.max(2), true)
}

fn wrap_line(line: &str, columns: usize, parts_words: bool) -> Vec<Range<usize>> {
    let mut lines = Vec::new();
    let (mut from, mut at, mut used) = (0, 0, 0);
    let ended = |from: usize, at: usize| from..from + line[from..at].trim_end().len();
    for word in words(line) {
        let bare = word.trim_end_matches(' ');
        if used > 0 && used + width(bare) > columns {
            lines.push(ended(from, at));
            (from, used) = (at, 0);
        }
        if width(bare) <= columns || !parts_words {
            used += width(word);
            at += word.len();
            continue;
        }
        for grapheme in word.graphemes(true) {
            let wide = grapheme_width(grapheme);
            if used + wide > columns {
                lines.push(ended(from, at));
                (from, used) = (at, 0);
            }
            used += wide;
            at += grapheme.len();
        }
    }
    lines.push(ended(from, at));
    lines
}

/// The pieces that a line may be broken between, each with the spaces after it.
fn words(line: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut from = 0;
    let mut graphemes = line.grapheme_indices(true).peekable();
    while let Some((at, grapheme)) = graphemes.next() {
        let end = at + grapheme.len();
        let Some((_, next)) = graphemes.peek() else { break };
        let after_space = grapheme == " " && *next != " ";
        // Chinese and Japanese are written without spaces; closing marks stay
        // with what they close.
        let beside_wide =
            is_ideograph(grapheme) && *next != " " && !"、。，．」』）】！？：；・ー".contains(*next);
        if after_space || beside_wide {
            words.push(&line[from..end]);
            from = end;
        }
    }
    words.push(&line[from..]);
    words
}

fn is_ideograph(grapheme: &str) -> bool {
    let Some(c) = grapheme.chars().next() else { return false };
    matches!(c, '\u{3001}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}' | '\u{ff01}'..='\u{ff60}' | '\u{20000}'..='\u{3fffd}')
}

// A terminal draws a cluster as one thing of at most two columns, however many
// characters it was composed of.
fn grapheme_width(grapheme: &str) -> usize {
    grapheme.width().min(2)
}

/// What an answer is drawn on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sheet {
    /// Whether it takes colour.
    pub colour: bool,
    /// How wide it is; none: as wide as is needed, for what is read by programs
    /// or goes into a file.
    pub width: Option<usize>,
}

impl From<bool> for Sheet {
    fn from(colour: bool) -> Sheet {
        Sheet { colour, width: None }
    }
}

/// Columns by which what does not fit stands to the right of its row.
const FOLDED: usize = 4;
/// Cells that are cut keep at least so many columns.
const NARROWEST: usize = 6;

/// The same as [`table`] on a sheet: where the rows are too wide for it, the last
/// columns go below each row. Each row may be several lines.
pub fn table_on(sheet: Sheet, heading: &[&str], rows: &[Vec<String>]) -> Vec<String> {
    let Some(most) = sheet.width else { return table(heading, rows) };
    let heading: Vec<String> = heading.iter().map(|name| (*name).to_owned()).collect();
    let mut all: Vec<Vec<String>> = vec![heading];
    all.extend(rows.iter().map(|row| row.iter().map(|cell| one_line(cell)).collect()));
    let columns = all.iter().map(Vec::len).max().unwrap_or(0);
    let mut widths: Vec<usize> = (0..columns)
        .map(|at| all.iter().filter_map(|row| row.get(at)).map(|cell| width(cell)).max().unwrap_or(0))
        .collect();
    let total = |widths: &[usize]| widths.iter().sum::<usize>() + 2 * widths.len().saturating_sub(1);
    let kept = (1..=columns).rev().find(|kept| *kept < 3 || total(&widths[..*kept]) <= most).unwrap_or(0);
    widths.truncate(kept);
    while total(&widths) > most {
        let Some(widest) = widths.iter_mut().max_by_key(|width| **width).filter(|width| **width > NARROWEST)
        else {
            break;
        };
        *widest -= 1;
    }
    let draw = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| pad(&cut(cell, *width), *width));
        let mut drawn = cells.collect::<Vec<_>>().join("  ").trim_end().to_owned();
        let below: Vec<&str> =
            row.iter().skip(kept).map(String::as_str).filter(|cell| !cell.is_empty()).collect();
        if !below.is_empty() {
            for line in wrap_words(&below.join("  "), most.saturating_sub(FOLDED)) {
                drawn.push_str(&format!("\n{}{line}", " ".repeat(FOLDED)));
            }
        }
        drawn
    };
    all.iter().map(draw).collect()
}

/// `text` in lines that begin with `indent`, each no wider than the sheet, where
/// that is possible; every line after the first two columns further in.
pub fn prose(sheet: Sheet, indent: usize, text: &str) -> String {
    let space = " ".repeat(indent);
    let Some(most) = sheet.width else { return format!("{space}{}\n", one_line(text)) };
    let mut out = String::new();
    for (at, line) in wrap_words(&one_line(text), most.saturating_sub(indent + 2).max(20)).iter().enumerate()
    {
        let further = if at > 0 { "  " } else { "" };
        out.push_str(&format!("{space}{further}{line}\n"));
    }
    out
}

/// Rows under a heading, every column as wide as its widest cell; the last one
/// is not padded. Cells are put on one line and made visible. No row: no text.
pub fn table(heading: &[&str], rows: &[Vec<String>]) -> Vec<String> {
    let rows: Vec<Vec<String>> =
        rows.iter().map(|row| row.iter().map(|cell| one_line(cell)).collect()).collect();
    let widths: Vec<usize> = heading
        .iter()
        .enumerate()
        .map(|(at, name)| {
            let cells = rows.iter().filter_map(|row| row.get(at)).map(|cell| width(cell));
            cells.chain([width(name)]).max().unwrap_or(0)
        })
        .collect();
    let heading: Vec<String> = heading.iter().map(|name| (*name).to_owned()).collect();
    std::iter::once(&heading)
        .chain(&rows)
        .map(|row| {
            let cells: Vec<String> =
                row.iter().zip(&widths).map(|(cell, columns)| pad(cell, *columns)).collect();
            cells.join("  ").trim_end().to_owned()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_and_composed_characters_take_the_columns_that_they_are_drawn_in() {
        assert_eq!(width("abc"), 3);
        assert_eq!(width("日本"), 4);
        assert_eq!(width("e\u{301}"), 1);
        assert_eq!(width("👩‍👩‍👧"), 2);
        assert_eq!(width("🇩🇪"), 2);
    }

    #[test]
    fn lines_break_at_words_and_never_pass_the_width() {
        assert_eq!(wrap("one two  three\n\nfour", 8), ["one two", "three", "", "four"]);
        assert_eq!(wrap("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(wrap_words("to abcdefghij k", 4), ["to", "abcdefghij", "k"]);
        assert_eq!(wrap("日本語の文章。終わり", 6), ["日本語", "の文", "章。終", "わり"]);
        let hostile = "\u{1b}[31m\u{202e}a\tb 👩‍👩‍👧👩‍👩‍👧 e\u{301}e\u{301} https://example.com/very/long/path";
        for columns in 2..40 {
            for line in wrap(hostile, columns) {
                assert!(width(&line) <= columns, "{columns}: {line:?}");
                assert!(!line.contains(crate::text::visible::is_hostile));
            }
        }
    }

    #[test]
    fn cutting_says_that_something_is_missing() {
        assert_eq!(cut("hello", 5), "hello");
        assert_eq!(cut("hello world", 7), "hello…");
        assert_eq!(cut("日本語", 4), "日…");
    }

    #[test]
    fn a_table_that_is_too_wide_is_folded_and_not_wrapped_into_noise() {
        let row = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>();
        let rows = [
            row(&["hello", "blog", "sent", "https://acme.example/blog/hello/"]),
            row(&["hello", "x", "planned", ""]),
        ];
        let heading = ["MESSAGE", "RUNG", "STATE", "WHERE"];
        let on = |width| table_on(Sheet { colour: false, width }, &heading, &rows);
        assert_eq!(on(None), table(&heading, &rows));
        assert_eq!(on(Some(80)), table(&heading, &rows), "it fits");
        assert_eq!(
            on(Some(40)).join("\n"),
            "MESSAGE  RUNG  STATE\n    WHERE\nhello    blog  sent\n    https://acme.example/blog/hello/\nhello    x     planned"
        );
        // What is kept beside each other is cut where nothing else is left.
        for width in 16..60 {
            for line in on(Some(width)).join("\n").lines().filter(|line| !line.contains("https")) {
                assert!(super::width(line) <= width, "{width}: {line:?}");
            }
        }
    }

    #[test]
    fn prose_is_wrapped_on_a_terminal_only() {
        let narrow = Sheet { colour: false, width: Some(30) };
        assert_eq!(
            prose(narrow, 2, "one two three four five six seven"),
            "  one two three four five\n    six seven\n"
        );
        assert_eq!(prose(Sheet::default(), 2, "one\ntwo"), "  one two\n");
    }

    #[test]
    fn tables_line_up_and_keep_their_rows_on_one_line() {
        let rows = vec![vec!["日本".into(), "x".into()], vec!["a\nb\u{1b}".into(), "y".into()]];
        assert_eq!(table(&["NAME", "B"], &rows), ["NAME       B", "日本       x", "a b\\u{1b}  y"]);
    }
}
