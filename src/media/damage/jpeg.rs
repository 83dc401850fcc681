//! The data of a JPEG: whether the codes of each scan are there, to the last block.
//!
//! Decoders forgive all of it: where codes are missing they paint grey, and where they are
//! wrong they paint anything, and say nothing. So the codes are read here, and no pixel is
//! made of them. (Section numbers are those of ITU T.81.)

use super::{BREAKS_OFF, NO_PIXELS, TOO_MUCH, UNREADABLE};

/// Of the blocks of a scan one in so many may be missing at its end: some cameras lose the
/// last bits, and nobody sees it.
const FORGIVEN: usize = 64;
/// Bytes of a scan that may stand behind its last block, or a sixteenth of it: some cameras
/// fill up what they write.
const FILLED_UP: usize = 4 << 10;
/// No encoder makes more scans, and reading many takes long.
const MOST_SCANS: usize = 500;

/// Goes through the scans. What is built in another way than decoders read is not looked
/// at: the head or the pixels tell of it.
pub(super) fn check(bytes: &[u8]) -> Result<(), &'static str> {
    let mut tables: [[Option<Box<Table>>; 4]; 2] = Default::default();
    let mut frame: Option<Frame> = None;
    let (mut at, mut scans, mut interval) = (2, 0, 0);
    while let Some((marker, content, end)) = segment(bytes, at) {
        at = end;
        match marker {
            0xc4 => define(content, &mut tables),
            0xdd => interval = content.first_chunk().map_or(0, |own| usize::from(u16::from_be_bytes(*own))),
            0xc0..=0xc2 if frame.is_none() => {
                let Some(own) = Frame::of(content, marker == 0xc2) else { return Ok(()) };
                frame = Some(own);
            }
            // Without loss, in layers, or with arithmetic codes.
            0xc0..=0xcf if marker != 0xc8 && marker != 0xcc => return Ok(()),
            0xda => {
                let frame = frame.as_mut().ok_or(UNREADABLE)?;
                scans += 1;
                if scans > MOST_SCANS {
                    return Err(UNREADABLE);
                }
                let Some(scan) = Scan::of(content, frame, &tables, interval)? else { return Ok(()) };
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

/// Codes of up to 16 bits (annex C), and what they stand for.
struct Table {
    /// By the first bits: how many the code has, and what it stands for; 0 of longer ones.
    short: [u16; 1 << Table::SHORT],
    /// Behind the last code of each length, as 16 bits.
    limits: [u32; 17],
    /// From a code of each length to its place.
    places: [i32; 17],
    symbols: [u8; 256],
}

impl Table {
    const SHORT: u32 = 9;

    fn of(counts: &[u8; 16], symbols: &[u8]) -> Option<Table> {
        let mut own =
            Table { short: [0; 1 << Table::SHORT], limits: [0; 17], places: [0; 17], symbols: [0; 256] };
        own.symbols.get_mut(..symbols.len())?.copy_from_slice(symbols);
        let (mut code, mut place) = (0_u32, 0_u32);
        for (length, count) in (1_u32..).zip(counts) {
            own.places[length as usize] = place as i32 - code as i32;
            for _ in 0..*count {
                if length <= Table::SHORT {
                    let from = (code << (Table::SHORT - length)) as usize;
                    let to = from + (1 << (Table::SHORT - length));
                    let entry = (length as u16) << 8 | u16::from(*symbols.get(place as usize)?);
                    own.short.get_mut(from..to)?.fill(entry);
                }
                code += 1;
                place += 1;
            }
            if code > 1 << length {
                return None;
            }
            own.limits[length as usize] = code << (16 - length);
            code <<= 1;
        }
        Some(own)
    }
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

/// What the whole image is made of (B.2.2).
struct Frame {
    channels: Vec<Channel>,
    progressive: bool,
    /// In units of the largest blocks of blocks.
    size: (usize, usize),
}

struct Channel {
    name: u8,
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

/// Why no block can be read.
enum Stop {
    /// There is no bit left.
    Out,
    /// No such code.
    Wrong,
}

impl<'a> Scan<'a> {
    /// None where it needs tables that the file does not bring: some decoders know them.
    fn of(
        content: &[u8],
        frame: &mut Frame,
        tables: &'a [[Option<Box<Table>>; 4]; 2],
        interval: usize,
    ) -> Result<Option<Scan<'a>>, &'static str> {
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
            let table = |kind: usize, own: u8| tables[kind].get(usize::from(own)).and_then(Option::as_deref);
            let (light, rest) = (table(0, own >> 4), table(1, own & 15));
            let needs_light = values.0 == 0 && !refines;
            if needs_light && light.is_none() || values.1 > 0 && rest.is_none() {
                return Ok(None);
            }
            frame.channels[place].has_light |= values.0 == 0;
            channels.push((place, light, rest));
        }
        Ok(Some(Scan { channels, values: (u32::from(values.0), u32::from(values.1)), refines, interval }))
    }

    fn read(&self, frame: &mut Frame, codes: &[u8]) -> Result<(), &'static str> {
        // A channel that is alone comes block for block (A.2.2), else unit for unit.
        let alone = match self.channels[..] {
            [(place, ..)] => Some(frame.channels[place].blocks),
            _ => None,
        };
        let (wide, high) = alone.unwrap_or(frame.size);
        let all = wide * high;
        let mut bits = Bits { bytes: codes, at: 0, passed: 0, held: 0, count: 0 };
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
        let more = codes.len() - bits.at + bits.passed;
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

/// The bits of a scan, the highest first (F.2.2.5).
struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Bytes that no block needed before a restart.
    passed: usize,
    /// From the highest bit on.
    held: u64,
    count: u32,
}

impl Bits<'_> {
    fn fill(&mut self) {
        // Four bytes without a mark among them, as they almost always come.
        if let Some(four) = self.bytes.get(self.at..).and_then(|rest| rest.first_chunk::<4>())
            && !four.contains(&0xff)
        {
            self.held |= u64::from(u32::from_be_bytes(*four)) << (32 - self.count);
            self.count += 32;
            self.at += 4;
            return;
        }
        while self.count <= 56 {
            let byte = match (self.bytes.get(self.at), self.bytes.get(self.at + 1)) {
                // A byte that looks like a mark is followed by nothing (F.1.2.3).
                (Some(0xff), Some(0)) => {
                    self.at += 1;
                    0xff
                }
                (Some(0xff), _) | (None, _) => return,
                (Some(byte), _) => *byte,
            };
            self.at += 1;
            self.held |= u64::from(byte) << (56 - self.count);
            self.count += 8;
        }
    }

    fn code(&mut self, table: &Table) -> Result<u8, Stop> {
        // A code and the bits behind it have no more than these.
        if self.count < 32 {
            self.fill();
        }
        let seen = (self.held >> 48) as u32;
        let (length, symbol) = match table.short[(seen >> (16 - Table::SHORT)) as usize] {
            0 => {
                let longer = Table::SHORT as usize + 1..17;
                let found = longer.into_iter().find(|length| seen < table.limits[*length]);
                let length = found.ok_or(if self.count < 16 { Stop::Out } else { Stop::Wrong })?;
                let place = table.places[length] + (seen >> (16 - length)) as i32;
                (length as u32, table.symbols[place as usize & 255])
            }
            entry => (u32::from(entry >> 8), entry as u8),
        };
        self.take(length)?;
        Ok(symbol)
    }

    fn take(&mut self, count: u32) -> Result<u32, Stop> {
        if self.count < count {
            self.fill();
        }
        if self.count < count || count > 16 {
            return Err(if count > 16 { Stop::Wrong } else { Stop::Out });
        }
        let value = if count == 0 { 0 } else { (self.held >> (64 - count)) as u32 };
        self.held <<= count;
        self.count -= count;
        Ok(value)
    }

    /// Goes behind the next mark of a restart (F.2.1.3.1); false if there is none.
    fn restart(&mut self) -> bool {
        (self.held, self.count) = (0, 0);
        while let Some(found) = self.bytes.get(self.at..).and_then(|rest| memchr::memchr(0xff, rest)) {
            self.at += found;
            self.passed += found;
            match self.bytes.get(self.at + 1) {
                Some(0xd0..=0xd7) => {
                    self.at += 2;
                    return true;
                }
                Some(0xff) => self.at += 1,
                _ => self.at += 2,
            }
        }
        false
    }
}
