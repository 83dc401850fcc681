//! Tables as lines.

use super::facet::{FacetKind, Mark, Marked};
use super::layout::{Container, Writer};
use super::manner::Tables;
use crate::text::{Dialect, Entity, EntityKind, entities};
use pulldown_cmark::Alignment;
use std::ops::Range;
use unicode_width::UnicodeWidthStr;

/// The widest table that is set in columns: about what a phone shows of code.
const COLUMNS: usize = 60;
/// A longer heading of a column is not said again in every row.
const NAME: usize = 40;

/// A cell: its text in one line, and what stands where in it.
pub(super) struct Cell {
    text: String,
    marks: Vec<Marked>,
}

impl Cell {
    /// Of what has gathered in a line.
    pub fn new(text: &str, marks: Vec<Marked>) -> Cell {
        let start = text.len() - text.trim_start().len();
        let text = text.trim().replace('\n', " ");
        let within = |at: usize| at.saturating_sub(start).min(text.len());
        let marks = marks
            .into_iter()
            .map(|Marked { mark, range }| Marked::new(mark, within(range.start)..within(range.end)));
        Cell { marks: marks.collect(), text }
    }

    fn leads(&self) -> bool {
        self.marks.iter().any(|marked| matches!(marked.mark, Mark::Facet(FacetKind::Link(_))))
            || self.holds_address()
    }

    /// Whether an address stands in it outside of code. A host alone is none:
    /// `main.rs` and `README.md` are names of files.
    fn holds_address(&self) -> bool {
        let code = self.code();
        let address = |entity: &Entity| {
            let own = self.text.get(entity.range.clone()).unwrap_or("");
            entity.kind == EntityKind::Link
                && (own.contains('/') || own.starts_with("www."))
                && !within(&code, entity.range.start)
        };
        self.text.contains(['/', '.']) && entities(&self.text, Dialect::Plain).iter().any(address)
    }

    /// Where code stands in it, in order: none stands in another.
    fn code(&self) -> Vec<Range<usize>> {
        let code = self.marks.iter().filter(|marked| marked.mark == Mark::Facet(FacetKind::Code));
        code.map(|marked| marked.range.clone()).collect()
    }

    /// The same where a bar ends a cell. In text the outlet's escape is enough;
    /// code and addresses are written as they are, so their bars change here.
    fn without_bars(self) -> Cell {
        let mut text = String::with_capacity(self.text.len());
        // Where a bar stood, and how many bytes have been put in up to behind it.
        let mut put: Vec<(usize, usize)> = Vec::new();
        let mut address = false;
        let code = self.code();
        for (at, c) in self.text.char_indices() {
            let rest = self.text.get(at..).unwrap_or("");
            address |= ["https://", "http://", "www."].iter().any(|sign| rest.starts_with(sign));
            address &= !c.is_whitespace() && !matches!(c, '<' | '\\');
            match c {
                '|' if within(&code, at) => text.push_str("\\|"),
                '|' if address => text.push_str("%7C"),
                c => text.push(c),
            }
            if c == '|' {
                put.push((at, text.len() - (at + 1)));
            }
        }
        let moved = |at: usize| {
            let before = put.partition_point(|(bar, _)| *bar < at);
            at + before.checked_sub(1).and_then(|last| put.get(last)).map_or(0, |(_, put)| *put)
        };
        let marks = self.marks.into_iter();
        let marks =
            marks.map(|Marked { mark, range }| Marked::new(mark, moved(range.start)..moved(range.end)));
        Cell { marks: marks.collect(), text }
    }
}

/// Whether `at` is in one of `ranges`, which are in order.
fn within(ranges: &[Range<usize>], at: usize) -> bool {
    let next = ranges.partition_point(|range| range.end <= at);
    ranges.get(next).is_some_and(|range| range.start <= at)
}

/// A table that is being read; the first row is its head.
pub(super) struct Table {
    alignments: Vec<Alignment>,
    pub rows: Vec<Vec<Cell>>,
}

impl Table {
    /// Without rows yet.
    pub fn new(alignments: Vec<Alignment>) -> Table {
        Table { alignments, rows: Vec::new() }
    }

    /// Writes it in the writer's manner.
    pub fn write(self, writer: &mut Writer<'_>) {
        match writer.manner.tables {
            Tables::Bars => self.bars(writer),
            Tables::Named => self.named(writer),
            Tables::Aligned => match self.aligned() {
                Some(text) => writer.code_block(&text, ""),
                None => self.named(writer),
            },
            Tables::Markdown => self.markdown(writer),
        }
    }

    fn bars(self, writer: &mut Writer<'_>) {
        for row in self.rows {
            writer.whole_lines = row.len() > 1;
            for (at, cell) in row.into_iter().enumerate() {
                if at > 0 {
                    writer.structure(" | ");
                }
                push(writer, cell);
            }
            writer.flush(false);
        }
        writer.whole_lines = false;
    }

    /// `• Head: cell; Head: cell`.
    fn named(self, writer: &mut Writer<'_>) {
        if self.rows.len() < 2 {
            return self.bars(writer);
        }
        let mut rows = self.rows.into_iter();
        let head = rows.next().unwrap_or_default().into_iter().map(|cell| cell.text);
        let named = |name: String| (!name.is_empty() && name.width() <= NAME).then_some(name);
        let head: Vec<Option<String>> = head.map(named).collect();
        let bullet = writer.manner.bullet;
        for row in rows {
            let rest = " ".repeat(writer.manner.indent.unwrap_or_else(|| bullet.chars().count()));
            writer.containers.push(Container::new(bullet, &rest));
            let mut first = true;
            for (at, cell) in row.into_iter().enumerate().filter(|(_, cell)| !cell.text.is_empty()) {
                if !first {
                    writer.text("; ");
                }
                first = false;
                if let Some(Some(name)) = head.get(at) {
                    writer.text(name);
                    writer.text(if name.ends_with(':') { " " } else { ": " });
                }
                push(writer, cell);
            }
            writer.flush(false);
            writer.containers.pop();
        }
    }

    /// In columns, if it is narrow enough and leads nowhere.
    fn aligned(&self) -> Option<String> {
        let mut widths = vec![0_usize; self.alignments.len()];
        for cells in &self.rows {
            for (width, cell) in widths.iter_mut().zip(cells) {
                *width = (*width).max(cell.text.width());
            }
        }
        let whole = widths.iter().sum::<usize>() + 2 * widths.len();
        if whole > COLUMNS || self.rows.iter().flatten().any(Cell::leads) {
            return None;
        }
        let mut out = String::new();
        for (at, row) in self.rows.iter().enumerate() {
            let mut line = String::new();
            for ((cell, width), alignment) in row.iter().zip(&widths).zip(&self.alignments) {
                let room = width.saturating_sub(cell.text.width());
                let before = match alignment {
                    Alignment::Right => room,
                    Alignment::Center => room / 2,
                    Alignment::Left | Alignment::None => 0,
                };
                line.push_str(&" ".repeat(before));
                line.push_str(&cell.text);
                line.push_str(&" ".repeat(room - before + 2));
            }
            out.push_str(line.trim_end());
            out.push('\n');
            if at == 0 {
                let rules: Vec<String> = widths.iter().map(|width| "-".repeat((*width).max(1))).collect();
                out.push_str(&rules.join("  "));
                out.push('\n');
            }
        }
        Some(out.trim_end().to_owned())
    }

    fn markdown(self, writer: &mut Writer<'_>) {
        let rules: Vec<&str> = self
            .alignments
            .iter()
            .map(|alignment| match alignment {
                Alignment::None => "---",
                Alignment::Left => ":--",
                Alignment::Center => ":-:",
                Alignment::Right => "--:",
            })
            .collect();
        for (at, mut row) in self.rows.into_iter().enumerate() {
            // What a row does not have is empty anyway; without any cell it is no row.
            while at > 0 && row.len() > 1 && row.last().is_some_and(|cell| cell.text.is_empty()) {
                row.pop();
            }
            writer.structure("|");
            for cell in row {
                writer.structure(" ");
                push(writer, if cell.text.contains('|') { cell.without_bars() } else { cell });
                writer.structure(" |");
            }
            writer.flush(false);
            if at == 0 {
                writer.structure(&format!("| {} |", rules.join(" | ")));
                writer.flush(false);
            }
        }
    }
}

fn push(writer: &mut Writer<'_>, cell: Cell) {
    let start = writer.line.len();
    let moved = cell
        .marks
        .into_iter()
        .map(|Marked { mark, range }| Marked::new(mark, range.start + start..range.end + start));
    writer.marks.extend(moved);
    writer.line.push_str(&cell.text);
}
