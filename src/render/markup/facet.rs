//! What stands where in a text: marks, and how their places move with it.

use std::ops::Range;

/// A piece of a text that is more than text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facet {
    /// What it is.
    pub kind: FacetKind,
    /// Where it stands, in bytes of UTF-8.
    pub range: Range<usize>,
}

/// The kinds of [`Facet`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FacetKind {
    /// Bold.
    Strong,
    /// In italics.
    Emphasis,
    /// Struck through.
    Strike,
    /// Code in a line.
    Code,
    /// A block of code, and its language or nothing.
    Block(String),
    /// Words that lead somewhere.
    Link(String),
    /// A quotation.
    Quote,
}

/// What the layout knows of a piece: a facet, or what is no text of the author.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// For readers.
    Facet(FacetKind),
    /// Bullets, bars, fences: written as they are.
    Structure,
    /// Lines of code between fences.
    Verbatim,
    /// Nothing any more.
    Gone,
}

/// A mark and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Marked {
    pub mark: Mark,
    pub range: Range<usize>,
}

impl Marked {
    pub fn new(mark: Mark, range: Range<usize>) -> Marked {
        Marked { mark, range }
    }

    /// The facet that outlets with facets take.
    pub fn facet(&self) -> Option<Facet> {
        match &self.mark {
            Mark::Facet(kind) => Some(Facet { kind: kind.clone(), range: self.range.clone() }),
            Mark::Structure | Mark::Verbatim | Mark::Gone => None,
        }
    }
}

/// Where pieces of one text went in another, in order.
#[derive(Debug, Default)]
pub(super) struct Moved {
    pieces: Vec<(Range<usize>, usize)>,
}

impl Moved {
    /// `from` stands at `to` now. Pieces come in order.
    pub fn piece(&mut self, from: Range<usize>, to: usize) {
        self.pieces.push((from, to));
    }

    /// What has become of `range`: one range a line, without empty ones.
    pub fn each(&self, range: &Range<usize>) -> impl Iterator<Item = Range<usize>> {
        let first = self.pieces.partition_point(|(from, _)| from.end <= range.start);
        let (start, end) = (range.start, range.end);
        self.pieces.iter().skip(first).take_while(move |(from, _)| from.start < end).filter_map(
            move |(from, to)| {
                let (start, end) = (start.max(from.start), end.min(from.end));
                (start < end).then(|| to + start - from.start..to + end - from.start)
            },
        )
    }

    /// What has become of `range` as one.
    pub fn whole(&self, range: &Range<usize>) -> Option<Range<usize>> {
        let mut each = self.each(range);
        let first = each.next()?;
        let end = each.last().map_or(first.end, |last| last.end);
        Some(first.start..end)
    }
}

/// `range` of `text` without white space at its ends: marks beside a space are none.
pub(super) fn trimmed(text: &str, range: &Range<usize>) -> Range<usize> {
    let piece = text.get(range.clone()).unwrap_or("");
    let start = range.start + (piece.len() - piece.trim_start().len());
    start..(start + piece.trim().len())
}
