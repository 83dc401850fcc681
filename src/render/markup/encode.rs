//! A layout in an outlet's own markup: marks around what they mark, and every
//! other character escaped as the outlet wants it.

use super::Image;
use super::facet::{FacetKind, Mark, Marked};
use super::layout::Layout;
use crate::text::BREAK;
use std::ops::Range;

/// An outlet's markup.
pub(super) trait Markup {
    /// Text of the author; `fresh`: at the start of a line.
    fn text(&self, out: &mut String, text: &str, fresh: bool);
    /// Text within code, in a line or in a block.
    fn code(&self, out: &mut String, text: &str);
    /// Bullets, prefixes, fences.
    fn structure(&self, out: &mut String, text: &str);
    /// The beginning of `kind`, where it stands.
    fn open(&self, out: &mut String, kind: &FacetKind, place: &Place<'_>);
    /// Its end.
    fn close(&self, out: &mut String, kind: &FacetKind, place: &Place<'_>);
}

/// Where a mark stands: what it is around, and the characters beside it.
pub(super) struct Place<'a> {
    pub inside: &'a str,
    pub before: Option<char>,
    pub after: Option<char>,
}

impl Place<'_> {
    fn of<'a>(text: &'a str, range: &Range<usize>) -> Place<'a> {
        Place {
            inside: text.get(range.clone()).unwrap_or(""),
            before: text.get(..range.start).and_then(|before| before.chars().next_back()),
            after: text.get(range.end..).and_then(|after| after.chars().next()),
        }
    }

    /// Whether a letter touches it: there `_` marks nothing, in every Markdown.
    pub fn in_word(&self) -> bool {
        [self.before, self.after].iter().flatten().any(|c| c.is_alphanumeric() || *c == '_')
    }

    /// The backticks that hold code with backticks of its own, and the space
    /// between where it begins or ends with one. As many as no run in it has,
    /// where `matching` ones are enough, else more than any.
    pub fn backticks(&self, matching: bool) -> (String, &'static str) {
        let (mut longest, mut one, mut two) = (0, false, false);
        for run in self.inside.split(|c| c != '`') {
            longest = longest.max(run.len());
            one |= run.len() == 1;
            two |= run.len() == 2;
        }
        let ticks = match (matching, one, two) {
            (true, false, _) => 1,
            (true, true, false) => 2,
            _ => longest + 1,
        };
        let touches = self.inside.starts_with('`') || self.inside.ends_with('`');
        ("`".repeat(ticks), if touches { " " } else { "" })
    }
}

/// The whole layout, and its images where they stand in what is written.
pub(super) fn encode_whole(layout: &mut Layout, markup: &dyn Markup) -> String {
    let mut images = std::mem::take(&mut layout.images);
    let (text, range) = (layout.text.as_str(), 0..layout.text.len());
    let written = encode(text, layout.marks.iter(), &range, markup, &mut images);
    layout.images = images;
    written
}

/// Goes through a layout from its beginning, range by range, in time that
/// grows with the ranges and not with what stands elsewhere.
#[derive(Clone)]
pub(super) struct Cursor<'a> {
    layout: &'a Layout,
    next: usize,
    active: Vec<&'a Marked>,
}

impl<'a> Cursor<'a> {
    /// Before the mark of the layout at `next`, which no earlier one reaches.
    pub fn at(layout: &'a Layout, next: usize) -> Cursor<'a> {
        Cursor { layout, next, active: Vec::new() }
    }

    /// `range`, which begins nowhere before the last one, in `markup`. Marks
    /// are cut where it begins and ends.
    pub fn encode(&mut self, range: &Range<usize>, markup: &dyn Markup) -> String {
        self.active.retain(|marked| marked.range.end > range.start);
        let new =
            self.layout.marks.iter().skip(self.next).take_while(|marked| marked.range.start < range.end);
        let before = self.active.len();
        self.active.extend(new);
        self.next += self.active.len() - before;
        encode(&self.layout.text, self.active.iter().copied(), range, markup, &mut [])
    }
}

struct Open<'a> {
    mark: &'a Mark,
    range: Range<usize>,
}

fn encode<'a>(
    text: &str,
    marks: impl Iterator<Item = &'a Marked>,
    range: &Range<usize>,
    markup: &dyn Markup,
    images: &mut [Image],
) -> String {
    let mut out = String::with_capacity(range.len() + range.len() / 8);
    let clipped = |marked: &Range<usize>| marked.start.max(range.start)..marked.end.min(range.end);
    let mut marks = marks
        .map(|marked| Open { mark: &marked.mark, range: clipped(&marked.range) })
        .filter(|open| open.range.start < open.range.end)
        .peekable();
    let mut images = images.iter_mut().peekable();
    let mut open: Vec<Open<'_>> = Vec::new();
    let mut at = range.start;
    let mut fresh = true;
    loop {
        while let Some(done) = open.pop_if(|open| open.range.end <= at) {
            if let Mark::Facet(kind) = done.mark {
                markup.close(&mut out, kind, &Place::of(text, &done.range));
            }
        }
        while let Some(image) = images.next_if(|image| image.at <= at) {
            image.at = out.len();
        }
        while let Some(next) = marks.next_if(|next| next.range.start <= at) {
            // What the layout nests is nested; anything else is cut to be.
            let end = open.last().map_or(next.range.end, |outer| outer.range.end.min(next.range.end));
            let next = Open { mark: next.mark, range: at..end.max(at) };
            if let Mark::Facet(kind) = next.mark {
                markup.open(&mut out, kind, &Place::of(text, &next.range));
            }
            open.push(next);
        }
        if at >= range.end {
            break;
        }
        if open.last().is_some_and(|open| open.range.end <= at) {
            continue;
        }
        let mut end = open.last().map_or(range.end, |open| open.range.end);
        end = end.min(marks.peek().map_or(end, |next| next.range.start));
        end = end.min(images.peek().map_or(end, |image| image.at));
        let run = text.get(at..end).unwrap_or("");
        let class = open.iter().rev().map(|open| open.mark).find(|mark| {
            matches!(
                mark,
                Mark::Structure | Mark::Verbatim | Mark::Facet(FacetKind::Code | FacetKind::Block(_))
            )
        });
        match class {
            Some(Mark::Structure) if run == BREAK => out.push_str(run),
            Some(Mark::Structure) => markup.structure(&mut out, run),
            Some(_) => markup.code(&mut out, run),
            None => markup.text(&mut out, run, fresh),
        }
        fresh = match class {
            Some(Mark::Structure) => fresh || run.contains('\n'),
            _ => run.rsplit('\n').next().unwrap_or("").trim().is_empty() && (fresh || run.contains('\n')),
        };
        at = end.max(at);
    }
    for image in images {
        image.at = out.len();
    }
    out
}
