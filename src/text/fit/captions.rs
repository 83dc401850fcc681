//! Pictures in a thread: the part that one stands in has less room on some networks.

use crate::text::Rules;
use std::ops::Range;

/// Which parts of a segment have pictures.
pub(super) struct Captions<'a> {
    /// Where pictures stand, in bytes of the whole text.
    pub pictures: &'a [usize],
    /// Where the part before the segment ends, if there is one.
    pub before: Option<usize>,
    pub segment: Range<usize>,
    /// Whether it is the last one, which has all pictures that are left.
    pub last: bool,
}

impl Captions<'_> {
    /// How many pictures stand in or before what ends at `end`.
    fn up_to(&self, end: usize) -> usize {
        match self.last && end >= self.segment.end {
            true => self.pictures.len(),
            false => self.pictures.partition_point(|place| *place <= end),
        }
    }

    /// The rules for what stands between two places of the whole text.
    pub fn rules(&self, rules: &Rules, start: usize, end: usize) -> Rules {
        rules.with_pictures(self.up_to(end).saturating_sub(self.taken(start)))
    }

    /// How many pictures the parts before `start` have.
    pub fn taken(&self, start: usize) -> usize {
        match start <= self.segment.start {
            true => self.before.map_or(0, |before| self.up_to(before)),
            false => self.up_to(start),
        }
    }
}
