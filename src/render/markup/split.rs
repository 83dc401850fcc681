//! A layout in pieces that an outlet takes one by one: cut between blocks,
//! else lines, else words. Marks end with a piece and begin again in the next;
//! code between fences stays code in each.

use super::encode::{Cursor, Markup};
use super::layout::{Layout, Section};
use crate::text::BREAK;
use std::ops::Range;

/// How a layout is cut.
pub(super) struct Split<'s> {
    /// How much a piece may measure.
    pub most: usize,
    /// What a piece measures: as it is written, and as readers see it.
    pub measure: fn(written: &str, seen: &str) -> usize,
    /// The outlet's markup, anew for each piece.
    pub markup: &'s dyn Fn() -> Box<dyn Markup>,
    /// What is done to what was written.
    pub finish: fn(String) -> String,
    /// Whether a thread's break ends a piece; else it is nothing.
    pub at_breaks: bool,
}

/// A piece of a layout.
pub(super) struct Piece {
    /// As it is written.
    pub text: String,
    /// The bytes of the layout.
    pub range: Range<usize>,
    size: usize,
}

/// Where a block is cut, and what opens and closes code there.
struct Cut {
    range: Range<usize>,
    lead: String,
    tail: String,
    size: usize,
}

impl Cut {
    /// An empty one.
    fn at(start: usize) -> Cut {
        Cut { range: start..start, lead: String::new(), tail: String::new(), size: 0 }
    }
}

/// What opens and closes a fence takes of a piece, at most.
const FENCES: usize = 128;
/// Bytes of a long line that are tried at once. A character is at most five as
/// an entity, and marks need room too.
const STEP: usize = 500;

impl Split<'_> {
    fn write(&self, cursor: &mut Cursor<'_>, range: &Range<usize>) -> String {
        (self.finish)(cursor.encode(range, &*(self.markup)()))
    }

    fn size(&self, layout: &Layout, written: &str, range: &Range<usize>) -> usize {
        (self.measure)(written, layout.text.get(range.clone()).unwrap_or(""))
    }

    /// `range` of `layout` in as few pieces as hold it.
    pub fn pieces(&self, layout: &Layout, range: &Range<usize>) -> Vec<Piece> {
        let mut out: Vec<Piece> = Vec::new();
        let mut apart = true;
        let first = layout.sections.partition_point(|section| section.range.start < range.start);
        let sections =
            layout.sections.iter().skip(first).take_while(|section| section.range.end <= range.end);
        let start = layout.marks.partition_point(|marked| marked.range.start < range.start);
        let mut cursor = Cursor::at(layout, start);
        for Section { range, .. } in sections {
            let mut ahead = cursor.clone();
            let text = self.write(&mut ahead, range);
            if text.trim() == BREAK {
                apart |= self.at_breaks;
                continue;
            }
            if text.trim().is_empty() {
                continue;
            }
            let gap = match layout.text.get(..range.start) {
                Some(before) if before.ends_with("\n\n") => "\n\n",
                _ => "\n",
            };
            let size = self.size(layout, &text, range);
            let blocks = if size <= self.most {
                cursor = ahead;
                vec![Piece { text, range: range.clone(), size }]
            } else {
                self.lines(layout, range, &mut cursor)
            };
            for (number, block) in blocks.into_iter().enumerate() {
                // The pieces of one block are full, and a gap would tear its text.
                match out.last_mut().filter(|_| !apart && number == 0) {
                    Some(last) if last.size + gap.len() + block.size <= self.most => {
                        last.text.push_str(gap);
                        last.text.push_str(&block.text);
                        last.size += gap.len() + block.size;
                        last.range.end = block.range.end;
                    }
                    _ => out.push(block),
                }
                apart = false;
            }
        }
        out
    }

    /// A block that no piece holds.
    fn lines(&self, layout: &Layout, range: &Range<usize>, cursor: &mut Cursor<'_>) -> Vec<Piece> {
        let mut behind = cursor.clone();
        let mut cuts: Vec<Cut> = vec![Cut::at(range.start)];
        // The line that opened the fence that we are in.
        let mut open: Option<&str> = None;
        let mut at = range.start;
        for line in layout.text.get(range.clone()).unwrap_or("").split('\n') {
            let range = at..at + line.len();
            at = range.end + 1;
            let fence = line.trim_start_matches(['>', ' ']).starts_with("```");
            for (number, (range, size)) in self.words(layout, &range, cursor).into_iter().enumerate() {
                let Some(cut) = cuts.last_mut() else { continue };
                let feed = usize::from(number == 0 && cut.size > 0);
                if cut.size == 0 || cut.size + feed + size + FENCES <= self.most {
                    cut.size += feed + size;
                    cut.range.end = range.end;
                    continue;
                }
                let mut next = Cut { size, ..Cut::at(range.start) };
                next.range.end = range.end;
                if let Some(open) = open {
                    cut.tail = format!("\n{}", closing(open));
                    // What closes it next is not opened again for that.
                    if fence {
                        continue;
                    }
                    next.lead = format!("{open}\n");
                    next.size += next.lead.len();
                }
                cuts.push(next);
            }
            if fence {
                open = if open.is_none() { Some(line) } else { None };
            }
        }
        // Each in one go: a mark that goes over several lines is one mark.
        let piece = |Cut { mut range, lead, tail, size }: Cut| {
            let seen = layout.text.get(range.clone()).unwrap_or("");
            range.end = range.start + seen.trim_end().len();
            let text = format!("{lead}{}{tail}", self.write(&mut behind, &range));
            Piece { text, range, size }
        };
        cuts.into_iter().filter(|cut| cut.size > 0).map(piece).collect()
    }

    /// Where a line is cut, and what each piece measures.
    fn words(
        &self,
        layout: &Layout,
        range: &Range<usize>,
        cursor: &mut Cursor<'_>,
    ) -> Vec<(Range<usize>, usize)> {
        let most = self.most.saturating_sub(2 * FENCES).max(FENCES);
        let mut ahead = cursor.clone();
        let whole = self.write(&mut ahead, range);
        let size = self.size(layout, &whole, range);
        if size <= most {
            *cursor = ahead;
            return vec![(range.clone(), size)];
        }
        let text = &layout.text;
        let mut out = Vec::new();
        let mut at = range.start;
        let mut room = STEP;
        while at < range.end {
            let mut end = text.floor_char_boundary((at + room).min(range.end));
            if end < range.end
                && let Some(space) =
                    text.get(at..end).and_then(|words| words.rfind(' ')).filter(|space| *space > 0)
            {
                end = at + space + 1;
            }
            if end <= at {
                end = at + text.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8);
            }
            let mut ahead = cursor.clone();
            let piece = self.write(&mut ahead, &(at..end));
            let size = self.size(layout, &piece, &(at..end));
            // A single character with its marks always fits: addresses are bounded.
            if size > most && room > 4 {
                room /= 2;
                continue;
            }
            *cursor = ahead;
            room = STEP;
            out.push((at..end, size));
            at = end;
        }
        out
    }
}

/// The line that closes the fence that `open` opened: behind the same bars and blanks.
fn closing(open: &str) -> &str {
    let from = open.find("```").unwrap_or(0);
    open.get(..from + 3).unwrap_or(open)
}
