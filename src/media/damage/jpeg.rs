//! The data of a JPEG: whether the codes of each scan are there, to the last block.
//!
//! Decoders forgive all of it: where codes are missing they paint grey, and where they are
//! wrong they paint anything, and say nothing. So the codes are read here, and no pixel is
//! made of them. (Section numbers are those of ITU T.81.)

use super::codes::{Bits, Stop, Table};
use super::{BREAKS_OFF, NO_PIXELS, TOO_MUCH, UNREADABLE};

/// Of the blocks of a scan one in so many may be missing at its end: some cameras lose the
/// last bits, and nobody sees it.
const FORGIVEN: usize = 64;
/// Bytes of a scan that may stand behind its last block, or a sixteenth of it: some cameras
/// fill up what they write.
const FILLED_UP: usize = 4 << 10;
/// No encoder makes more scans, nor goes over so many blocks in all of them: ten times over
/// the largest image that is believed. A few codes can stand for thousands of blocks.
const MOST_SCANS: usize = 500;
const MOST_BLOCKS: usize = 1 << 28;

/// Goes through the scans.
pub(super) fn check(bytes: &[u8]) -> Result<(), &'static str> {
    let mut tables: [[Option<Box<Table>>; 4]; 2] = Default::default();
    let mut weights = [false; 4];
    let mut frame: Option<Frame> = None;
    let (mut at, mut scans, mut blocks, mut interval) = (2, 0, 0, 0);
    while let Some((marker, content, end)) = segment(bytes, at) {
        at = end;
        match marker {
            0xc4 => define(content, &mut tables),
            0xdb => weigh(content, &mut weights),
            0xdd => interval = content.first_chunk().map_or(0, |own| usize::from(u16::from_be_bytes(*own))),
            0xc0..=0xc2 if frame.is_none() => {
                frame = Some(Frame::of(content, marker == 0xc2).ok_or(UNREADABLE)?);
            }
            // A second one, without loss, in layers, or with arithmetic codes.
            0xc0..=0xcf if marker != 0xc8 && marker != 0xcc => return Err(UNREADABLE),
            0xda => {
                let frame = frame.as_mut().ok_or(UNREADABLE)?;
                let scan = Scan::of(content, frame, &tables, &weights, interval)?;
                scans += 1;
                blocks += scan.blocks(frame);
                if scans > MOST_SCANS || blocks > MOST_BLOCKS {
                    return Err(UNREADABLE);
                }
                let end = behind(bytes, at);
                scan.read(frame, &bytes[at..end])?;
                at = end;
            }
            0xd9 => break,
            _ => {}
        }
    }
    match frame {
        Some(frame) if frame.channels.iter().all(|channel| channel.has_light) => Ok(()),
        Some(_) if scans > 0 => Err(BREAKS_OFF),
        _ => Err(NO_PIXELS),
    }
}

/// The next marker, what it tells, and where that ends (B.1.1). What stands between is
/// passed over.
fn segment(bytes: &[u8], mut at: usize) -> Option<(u8, &[u8], usize)> {
    loop {
        at += memchr::memchr(0xff, bytes.get(at..)?)?;
        match *bytes.get(at + 1)? {
            0xff => at += 1,
            0 | 0x01 | 0xd0..=0xd8 => at += 2,
            0xd9 => return Some((0xd9, &[], at + 2)),
            marker => {
                let length = u16::from_be_bytes(*bytes.get(at + 2..)?.first_chunk()?);
                let end = at + 2 + usize::from(length);
                return Some((marker, bytes.get(at + 4..end)?, end));
            }
        }
    }
}

/// Where the codes end that begin there.
fn behind(bytes: &[u8], mut at: usize) -> usize {
    while let Some(found) = memchr::memchr(0xff, &bytes[at..]) {
        at += found;
        match bytes.get(at + 1) {
            Some(0 | 0xd0..=0xd7) => at += 2,
            Some(0xff) => at += 1,
            _ => return at,
        }
    }
    bytes.len()
}

/// Takes tables of codes in (B.2.4.2), of light first, then of the rest.
fn define(mut content: &[u8], tables: &mut [[Option<Box<Table>>; 4]; 2]) {
    while let Some((head, rest)) = content.split_first_chunk::<17>() {
        let [kind, counts @ ..] = head;
        let length = counts.iter().map(|count| usize::from(*count)).sum();
        let (Some(symbols), Some(own)) = (
            rest.get(..length),
            tables.get_mut(usize::from(kind >> 4)).and_then(|own| own.get_mut(usize::from(kind & 15))),
        ) else {
            return;
        };
        *own = Table::of(counts, symbols).map(Box::new);
        content = &rest[length..];
    }
}

/// Takes in which tables there are that weigh values (B.2.4.1), of one byte or two for each.
fn weigh(mut content: &[u8], weights: &mut [bool; 4]) {
    while let Some((kind, rest)) = content.split_first() {
        let Some(behind) = rest.get(if kind >> 4 == 0 { 64 } else { 128 }..) else { return };
        if let Some(own) = weights.get_mut(usize::from(kind & 15)) {
            *own = true;
        }
        content = behind;
    }
}

/// What the whole image is made of (B.2.2).
struct Frame {
    channels: Vec<Channel>,
    progressive: bool,
    /// In units of the largest blocks of blocks.
    size: (usize, usize),
}

struct Channel {
    name: u8,
    /// Which table weighs its values.
    weights: u8,
    /// Blocks across and down in each unit.
    sampled: (usize, usize),
    /// Blocks that it has, without those that fill up units.
    blocks: (usize, usize),
    /// Whether a scan brought the lightness of its blocks.
    has_light: bool,
    /// Of each block: which of its values are not nothing. Those get more bits later (G.1.2.3).
    known: Vec<u64>,
}

impl Frame {
    fn of(content: &[u8], progressive: bool) -> Option<Frame> {
        let (&[_, h0, h1, w0, w1, count], rest) = content.split_first_chunk()?;
        let (width, height) =
            (usize::from(u16::from_be_bytes([w0, w1])), usize::from(u16::from_be_bytes([h0, h1])));
        let told = rest.get(..3 * usize::from(count))?.as_chunks::<3>().0;
        let sampled = |own: &[u8; 3]| (usize::from(own[1] >> 4), usize::from(own[1] & 15));
        let most = told.iter().map(sampled).reduce(|one, other| (one.0.max(other.0), one.1.max(other.1)))?;
        if width == 0 || height == 0 || told.iter().map(sampled).any(|own| !matches!(own, (1..=4, 1..=4))) {
            return None;
        }
        let size = (width.div_ceil(8 * most.0), height.div_ceil(8 * most.1));
        let channels = told.iter().map(|own| {
            let sampled = sampled(own);
            let blocks = |side: usize, own: usize, most: usize| (side * own).div_ceil(most).div_ceil(8);
            Channel {
                name: own[0],
                weights: own[2],
                sampled,
                blocks: (blocks(width, sampled.0, most.0), blocks(height, sampled.1, most.1)),
                has_light: false,
                // Pages that nothing is written to take no memory.
                known: vec![0; if progressive { size.0 * sampled.0 * size.1 * sampled.1 } else { 0 }],
            }
        });
        Some(Frame { channels: channels.collect(), progressive, size })
    }
}

/// One of the passes over an image (B.2.3).
struct Scan<'a> {
    /// Places of its channels, with the tables of their codes.
    channels: Vec<(usize, Option<&'a Table>, Option<&'a Table>)>,
    /// The values of a block that it brings, first and last.
    values: (u32, u32),
    /// Whether it brings more bits of what an earlier one began.
    refines: bool,
    /// Units between two restarts; 0 of none.
    interval: usize,
}

impl<'a> Scan<'a> {
    /// All tables that it needs have to be there. Frames of films have none, but their
    /// decoders tell them by what does not go along.
    fn of(
        content: &[u8],
        frame: &mut Frame,
        tables: &'a [[Option<Box<Table>>; 4]; 2],
        weights: &[bool; 4],
        interval: usize,
    ) -> Result<Scan<'a>, &'static str> {
        let (count, rest) = content.split_first().ok_or(UNREADABLE)?;
        let (told, rest) = rest.split_at_checked(2 * usize::from(*count)).ok_or(UNREADABLE)?;
        let &[first, last, bits, ..] = rest else { return Err(UNREADABLE) };
        let (values, refines) =
            if frame.progressive { ((first, last), bits >> 4 > 0) } else { ((0, 63), false) };
        let fits = match values {
            (0, 0) => true,
            (0, _) => !frame.progressive,
            (first, last) => first <= last && last <= 63 && *count == 1,
        };
        if !fits || *count == 0 {
            return Err(UNREADABLE);
        }
        let mut channels = Vec::new();
        for [name, own] in told.as_chunks::<2>().0 {
            let place = frame.channels.iter().position(|channel| channel.name == *name).ok_or(UNREADABLE)?;
            if weights.get(usize::from(frame.channels[place].weights)) != Some(&true) {
                return Err(UNREADABLE);
            }
            let table = |kind: usize, own: u8| tables[kind].get(usize::from(own)).and_then(Option::as_deref);
            let (light, rest) = (table(0, own >> 4), table(1, own & 15));
            let needs_light = values.0 == 0 && !refines;
            if needs_light && light.is_none() || values.1 > 0 && rest.is_none() {
                return Err(UNREADABLE);
            }
            frame.channels[place].has_light |= values.0 == 0;
            channels.push((place, light, rest));
        }
        Ok(Scan { channels, values: (u32::from(values.0), u32::from(values.1)), refines, interval })
    }

    /// How many blocks it goes over.
    fn blocks(&self, frame: &Frame) -> usize {
        let channels = self.channels.iter().map(|(place, ..)| &frame.channels[*place]);
        channels.map(|own| frame.size.0 * own.sampled.0 * frame.size.1 * own.sampled.1).sum()
    }

    fn read(&self, frame: &mut Frame, codes: &[u8]) -> Result<(), &'static str> {
        // A channel that is alone comes block for block (A.2.2), else unit for unit.
        let alone = match self.channels[..] {
            [(place, ..)] => Some(frame.channels[place].blocks),
            _ => None,
        };
        let (wide, high) = alone.unwrap_or(frame.size);
        let all = wide * high;
        let mut bits = Bits::new(codes);
        // Blocks that are still to be passed over (G.1.2.2).
        let mut run = 0;
        for unit in 0..all {
            if self.interval > 0 && unit > 0 && unit.is_multiple_of(self.interval) {
                run = 0;
                if !bits.restart() {
                    return missing(all - unit, all);
                }
            }
            let (x, y) = (unit % wide, unit / wide);
            for &(place, light, rest) in &self.channels {
                let channel = &mut frame.channels[place];
                let stride = frame.size.0 * channel.sampled.0;
                let (across, down) = if alone.is_some() { (1, 1) } else { channel.sampled };
                for block in 0..across * down {
                    let (x, y) = (x * across + block % across, y * down + block / across);
                    let mut none = 0;
                    let known = channel.known.get_mut(y * stride + x).unwrap_or(&mut none);
                    match self.block(&mut bits, light, rest, known, &mut run) {
                        Ok(()) => {}
                        Err(Stop::Wrong) => return Err(UNREADABLE),
                        Err(Stop::Out) => return missing(all - unit, all),
                    }
                }
            }
        }
        let more = bits.unread();
        if more > FILLED_UP.max(codes.len() / 16) { Err(TOO_MUCH) } else { Ok(()) }
    }

    fn block(
        &self,
        bits: &mut Bits<'_>,
        light: Option<&Table>,
        rest: Option<&Table>,
        known: &mut u64,
        run: &mut u32,
    ) -> Result<(), Stop> {
        let (mut at, last) = self.values;
        if at == 0 {
            let size = match light {
                Some(table) if !self.refines => u32::from(bits.code(table)?),
                _ => 1,
            };
            bits.take(size)?;
            at = 1;
        }
        let Some(table) = rest.filter(|_| last > 0) else { return Ok(()) };
        if self.refines {
            return refine(bits, table, (at, last), known, run);
        }
        if *run > 0 {
            *run -= 1;
            return Ok(());
        }
        while at <= last {
            let code = bits.code(table)?;
            let (zeros, size) = (u32::from(code >> 4), u32::from(code & 15));
            match (zeros, size) {
                (15, 0) => at += 16,
                (_, 0) => {
                    *run = (1 << zeros) - 1 + bits.take(zeros)?;
                    return Ok(());
                }
                _ => {
                    at += zeros;
                    if at > last {
                        return Err(Stop::Wrong);
                    }
                    bits.take(size)?;
                    *known |= 1 << at;
                    at += 1;
                }
            }
        }
        Ok(())
    }
}

/// A block that gets one bit more of each value (G.1.2.3).
fn refine(
    bits: &mut Bits<'_>,
    table: &Table,
    (mut at, last): (u32, u32),
    known: &mut u64,
    run: &mut u32,
) -> Result<(), Stop> {
    let is_known = |known: u64, at: u32| known >> at & 1 == 1;
    if *run == 0 {
        while at <= last {
            let code = bits.code(table)?;
            let (mut zeros, size) = (u32::from(code >> 4), code & 15);
            if size > 0 {
                bits.take(1)?;
            } else if zeros < 15 {
                *run = (1 << zeros) + bits.take(zeros)?;
                break;
            }
            while at <= last {
                if is_known(*known, at) {
                    bits.take(1)?;
                } else if zeros == 0 {
                    break;
                } else {
                    zeros -= 1;
                }
                at += 1;
            }
            if size > 0 {
                if at > last {
                    return Err(Stop::Wrong);
                }
                *known |= 1 << at;
            }
            at += 1;
        }
    }
    if *run > 0 {
        for _ in (at..=last).filter(|at| is_known(*known, *at)) {
            bits.take(1)?;
        }
        *run -= 1;
    }
    Ok(())
}

/// What it means that so many units of a scan are missing.
fn missing(left: usize, all: usize) -> Result<(), &'static str> {
    if left > all / FORGIVEN { Err(BREAKS_OFF) } else { Ok(()) }
}
