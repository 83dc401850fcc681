//! From what has gathered to lines of the text, each behind its marks.

use super::super::facet::{FacetKind, Mark, Marked, Moved, trimmed};
use super::super::manner::{CodeBlocks, Gaps};
use super::super::wrap::wrap;
use super::{Container, Writer};
use std::ops::Range;
use unicode_width::UnicodeWidthStr;

impl Writer<'_> {
    /// Writes what has gathered as a block. `gap`: a blank line before the next one.
    pub(in crate::render::markup) fn flush(&mut self, gap: bool) {
        self.close_all();
        self.put_addresses();
        self.unseen = None;
        let block = std::mem::take(&mut self.line);
        let marks = std::mem::take(&mut self.marks);
        let from = if self.code { 0 } else { block.len() - block.trim_start().len() };
        let block = block.trim_end();
        if from < block.len() {
            if !self.out.text.is_empty() {
                self.out.text.push('\n');
                if self.gap {
                    self.gap_line();
                }
            }
            self.section.get_or_insert(self.out.text.len());
            self.after_list = false;
            self.lines(block, from, marks);
        }
        // A gap that is wanted stays wanted until a block is written.
        self.gap = if from < block.len() { gap } else { self.gap || gap };
    }

    /// Writes the lines of `block` from `from` on, and its marks where they have gone.
    pub(super) fn lines(&mut self, block: &str, from: usize, marks: Vec<Marked>) {
        // A footnote's label is wider than what stands below it.
        let widest = |c: &Container| c.rest.width().max(if c.used { 0 } else { c.first.width() });
        let indent: usize = self.containers.iter().map(widest).sum();
        let mut moved = Moved::default();
        // Blanks before code that the outlet shows itself would be part of it.
        let bare = self.code && self.manner.code.stands_out();
        let (mut at, mut first, mut blank) = (from, true, false);
        for line in block[from..].split('\n') {
            let range = at..at + line.len();
            at = range.end + 1;
            let range = if self.code { range } else { trimmed(block, &range) };
            // Of several blank lines one stays; code is kept as it is.
            if range.is_empty() && blank && !self.code {
                continue;
            }
            blank = range.is_empty();
            let line = block.get(range.clone()).unwrap_or("");
            let pieces = match self.manner.wrap.filter(|_| !self.code && !self.whole_lines) {
                Some(width) => wrap(line, width.saturating_sub(indent).max(24)),
                None => vec![line.to_owned()],
            };
            for piece in pieces {
                if !first {
                    self.out.text.push('\n');
                }
                first = false;
                let (start, marks) = (self.out.text.len(), self.out.marks.len());
                if bare {
                    self.quote_prefix()
                } else {
                    self.prefix()
                }
                let to = self.out.text.len();
                self.out.text.push_str(&piece);
                let end = self.out.text.trim_end_matches(' ').len().max(start);
                self.out.text.truncate(end);
                for marked in self.out.marks.iter_mut().skip(marks) {
                    marked.range = marked.range.start.min(end)..marked.range.end.min(end);
                }
                // Wrapped lines carry no marks: their text has moved within itself.
                moved.piece(range.start..range.start + end.saturating_sub(to), to);
            }
        }
        if self.manner.wrap.is_some() {
            return;
        }
        for Marked { mark, range } in marks {
            let by_line =
                self.manner.marks_end_with_line && !matches!(mark, Mark::Facet(FacetKind::Block(_)));
            if by_line || mark == Mark::Verbatim {
                for range in moved.each(&range) {
                    self.note(mark.clone(), range);
                }
            } else if let Some(range) = moved.whole(&range) {
                self.note(mark, range);
            }
        }
    }

    pub(super) fn note(&mut self, mark: Mark, range: Range<usize>) {
        let range = match &mark {
            Mark::Facet(FacetKind::Block(_)) | Mark::Structure | Mark::Verbatim => range,
            Mark::Facet(_) | Mark::Gone => trimmed(&self.out.text, &range),
        };
        self.out.marks.push(Marked::new(mark, range));
    }

    /// Writes a blank line between two blocks.
    pub(super) fn gap_line(&mut self) {
        let start = self.out.text.len();
        let used = self.containers.iter().filter(|container| container.used);
        let prefix: String = used.map(|container| container.rest.as_str()).collect();
        let marks = if self.manner.gaps == Gaps::Blank { "" } else { prefix.trim_end() };
        self.out.text.push_str(marks);
        if self.manner.gaps == Gaps::Filled && !marks.is_empty() {
            self.out.text.push_str(" \u{200b}");
        }
        if start < self.out.text.len() {
            self.out.marks.push(Marked::new(Mark::Structure, start..self.out.text.len()));
        }
        self.out.text.push('\n');
    }

    /// The same before a line of code that the outlet shows itself: only the
    /// marks of a quotation, which are none in code that it marks itself.
    fn quote_prefix(&mut self) {
        if matches!(self.manner.code, CodeBlocks::Marked { .. }) {
            return;
        }
        for container in self.containers.iter_mut().filter(|own| !own.rest.trim().is_empty()) {
            container.used = true;
            let start = self.out.text.len();
            self.out.text.push_str(&container.rest);
            self.out.marks.push(Marked::new(Mark::Structure, start..self.out.text.len()));
        }
    }

    /// Writes what stands before a line.
    pub(super) fn prefix(&mut self) {
        for container in &mut self.containers {
            let prefix = if container.used { &container.rest } else { &container.first };
            let start = self.out.text.len();
            self.out.text.push_str(prefix);
            if !prefix.is_empty() && (container.used || !container.text) {
                self.out.marks.push(Marked::new(Mark::Structure, start..self.out.text.len()));
            }
            container.used = true;
        }
    }
}
