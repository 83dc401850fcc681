//! What it takes to unpack a WebP, by its chunks (RFC 9649).
//!
//! Its decoder believes what a frame says of its size, and the tables that a lossless one
//! brings with it may be hundreds of times as large as the file: they are measured here.

/// Extended: what a WebP has beside its pixels.
const EXTENDED: &[u8] = b"VP8X";
/// A frame of one that could move.
pub(super) const FRAME: &[u8] = b"ANMF";
/// Pixels that are coded with loss.
pub(super) const LOSSY: &[u8] = b"VP8 ";
/// Pixels that are coded without.
pub(super) const LOSSLESS: &[u8] = b"VP8L";
/// The alpha of pixels that are coded with loss.
pub(super) const ALPHA: &[u8] = b"ALPH";

/// A chunk (2.3).
#[derive(Clone, Copy)]
pub(super) struct Chunk<'a> {
    pub name: &'a [u8],
    pub content: &'a [u8],
    /// Where the next one begins.
    pub behind: usize,
}

/// The chunk that begins there.
pub(super) fn chunk(bytes: &[u8], at: usize) -> Option<Chunk<'_>> {
    let head = bytes.get(at..at.checked_add(8)?)?;
    let length = u32::from_le_bytes(head[4..].try_into().ok()?) as usize;
    let end = at.checked_add(8 + length)?;
    // A last one may be cut off.
    let content = &bytes[at + 8..end.min(bytes.len())];
    Some(Chunk { name: &head[..4], content, behind: end + length % 2 })
}

/// The chunks that pixels are read from, each with the size that they have to have.
fn painting(bytes: &[u8], canvas: (u32, u32)) -> Vec<(Chunk<'_>, (u32, u32))> {
    let mut all: Vec<(Chunk<'_>, (u32, u32))> = Vec::new();
    // Decoders take the first of each.
    let mut known: Vec<&[u8]> = Vec::new();
    let mut at = 12;
    while let Some(own) = chunk(bytes, at) {
        at = own.behind;
        if known.contains(&own.name) {
            continue;
        }
        if own.name == FRAME {
            let side = |at: usize| match own.content.get(at..at + 3) {
                Some(low) => u32::from_le_bytes([low[0], low[1], low[2], 0]) + 1,
                None => 0,
            };
            let size = (side(6), side(9));
            let first = chunk(own.content, 16);
            let second = first.and_then(|first| chunk(own.content, first.behind));
            all.extend(first.into_iter().chain(second).map(|inner| (inner, size)));
        } else if matches!(own.name, LOSSY | LOSSLESS | ALPHA) {
            all.push((own, canvas));
        } else {
            continue;
        }
        known.push(own.name);
    }
    all
}

/// Whether each frame has the size that it has to have, and lies in its image: some
/// decoders do not look before they make room for it.
pub(super) fn is_sound(bytes: &[u8], canvas: (u32, u32)) -> bool {
    // Width and height of fourteen bits, behind three bytes of a tag and three of a start
    // code (RFC 6386, 9.1).
    let side = |low: u8, high: u8| u32::from(u16::from_le_bytes([low, high]) & 0x3fff);
    painting(bytes, canvas).into_iter().all(|(own, size)| {
        let says = match own.content.get(6..10) {
            _ if own.name != LOSSY => Some(size),
            Some(&[w, w_high, h, h_high]) => Some((side(w, w_high), side(h, h_high))),
            _ => None,
        };
        says == Some(size) && size.0 <= canvas.0 && size.1 <= canvas.1
    })
}

/// Bytes that are held beside the pixels of one that [`is_sound`]: planes of light and colour (2.5), four channels
/// where three are wanted (2.6), the alpha of its own (2.7.1.2), of what could move a frame
/// beside the canvas (2.7.1.1), and the tables of what is coded without loss.
pub(super) fn beside(bytes: &[u8], canvas: (u32, u32), most: u64) -> u64 {
    let each = match (bytes.get(12..16), bytes.get(20)) {
        (Some(LOSSY), _) => 2,
        (Some(EXTENDED), Some(flags)) if flags & 2 != 0 => 8,
        (Some(EXTENDED), _) => 7,
        _ => 5,
    };
    // Planes are filled up to blocks of 16 × 16 at the edges.
    let edges = 48 * (u64::from(canvas.0) + u64::from(canvas.1));
    let all = u64::from(canvas.0) * u64::from(canvas.1) * each + edges;
    if all > most {
        return all;
    }
    let tables = painting(bytes, canvas).into_iter().map(|(own, size)| match (own.name, own.content) {
        (LOSSLESS, [_, _, _, _, _, stream @ ..]) => tables(stream, size, most),
        (ALPHA, [head, stream @ ..]) if head & 3 == 1 => tables(stream, size, most),
        _ => 0,
    });
    all.saturating_add(tables.max().unwrap_or(0))
}

/// Bytes of the prefix codes of an image without loss, as its decoder lays them out; what
/// stands behind its end is not counted, and no more than about `most`.
fn tables(stream: &[u8], size: (u32, u32), most: u64) -> u64 {
    let mut walk = Walk { stream, at: 0, tables: 0, most };
    // Where it breaks off, the decoder does too.
    let _ = walk.image(size);
    walk.tables
}

/// A way through the bits of an image without loss, as far as the codes of its pixels.
struct Walk<'a> {
    stream: &'a [u8],
    /// In bits.
    at: usize,
    tables: u64,
    most: u64,
}

/// A prefix code: how many codes have each length, and their symbols in order.
struct Code {
    lengths: [u32; 16],
    symbols: Vec<u16>,
}

/// A pixel's green with lengths, red, blue, alpha and distances (3.7.2).
type Group = [Code; 5];

impl Walk<'_> {
    /// Up to 24 bits, the lowest first.
    fn bits(&mut self, count: usize) -> Option<u32> {
        let mut value = 0;
        for place in 0..count {
            let byte = *self.stream.get(self.at / 8)?;
            value |= u32::from(byte >> (self.at % 8) & 1) << place;
            self.at += 1;
        }
        Some(value)
    }

    /// Transforms (3.5), and then the codes of the pixels themselves (3.7.2.2).
    fn image(&mut self, (width, height): (u32, u32)) -> Option<()> {
        let mut width = width;
        let mut seen = [false; 4];
        while self.bits(1)? == 1 {
            let kind = self.bits(2)?;
            if std::mem::replace(seen.get_mut(kind as usize)?, true) {
                return None;
            }
            match kind {
                0 | 1 => {
                    let shift = self.bits(3)? + 2;
                    self.largest((blocks(width, shift), blocks(height, shift)))?;
                }
                2 => {}
                _ => {
                    let colours = self.bits(8)? + 1;
                    self.largest((colours, 1))?;
                    let shift = match colours {
                        0..=2 => 3,
                        3..=4 => 2,
                        5..=16 => 1,
                        _ => 0,
                    };
                    width = blocks(width, shift);
                }
            }
        }
        let cache = self.cache()?;
        let mut groups = 1;
        if self.bits(1)? == 1 {
            let shift = self.bits(3)? + 2;
            groups = self.largest((blocks(width, shift), blocks(height, shift)))? + 1;
        }
        for _ in 0..groups {
            self.group(cache)?;
            if self.tables > self.most {
                return None;
            }
        }
        Some(())
    }

    /// How many colours are remembered (3.6.3).
    fn cache(&mut self) -> Option<u32> {
        if self.bits(1)? == 0 {
            return Some(0);
        }
        let bits = self.bits(4)?;
        (1..=11).contains(&bits).then_some(1 << bits)
    }

    /// The largest number that the red and green of an inner image make: which group of
    /// codes a block has (3.7.2.2).
    fn largest(&mut self, (width, height): (u32, u32)) -> Option<u32> {
        let cache = self.cache()?;
        let before = self.tables;
        let [green, red, blue, alpha, distance] = self.group(cache)?;
        let (mut left, mut largest) = (u64::from(width) * u64::from(height), 0);
        while left > 0 {
            let taken = match self.symbol(&green)? {
                own @ 0..256 => {
                    largest = largest.max(self.symbol(&red)? << 8 | own);
                    self.symbol(&blue)?;
                    self.symbol(&alpha)?;
                    1
                }
                own @ 256..280 => {
                    let length = self.length(own - 256)?;
                    let far = self.symbol(&distance)?;
                    self.length(far)?;
                    u64::from(length)
                }
                // A colour that was there already.
                _ => 1,
            };
            left = left.checked_sub(taken)?;
        }
        // They are gone before the next ones are read.
        self.tables = before;
        Some(largest)
    }

    /// A length or a distance by its prefix (3.6.2.1).
    fn length(&mut self, prefix: u32) -> Option<u32> {
        if prefix < 4 {
            return Some(prefix + 1);
        }
        let extra = (prefix - 2) >> 1;
        Some(((2 + (prefix & 1)) << extra) + self.bits(extra as usize)? + 1)
    }

    fn symbol(&mut self, code: &Code) -> Option<u32> {
        if let [only] = code.symbols[..] {
            return Some(u32::from(only));
        }
        let (mut own, mut first, mut index) = (0, 0, 0);
        for count in &code.lengths[1..] {
            own |= self.bits(1)?;
            if own < first + count {
                return code.symbols.get((index + own - first) as usize).map(|symbol| u32::from(*symbol));
            }
            index += count;
            first = (first + count) << 1;
            own <<= 1;
        }
        None
    }

    fn group(&mut self, cache: u32) -> Option<Group> {
        // The group itself, and what a growing list holds twice.
        self.tables += 600;
        Some([self.code(280 + cache)?, self.code(256)?, self.code(256)?, self.code(256)?, self.code(40)?])
    }

    /// A code by the lengths of its codes (3.7.2.1), and what its decoder makes of it: a
    /// table of up to ten bits with four bytes an entry, and two nodes of sixteen bytes for
    /// each that is longer.
    fn code(&mut self, alphabet: u32) -> Option<Code> {
        const ORDER: [usize; 19] = [17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
        if self.bits(1)? == 1 {
            let two = self.bits(1)? == 1;
            let wide = self.bits(1)?;
            let first = self.bits(1 + 7 * wide as usize)?;
            let mut symbols = vec![u16::try_from(first).ok()?];
            let mut lengths = [0; 16];
            if two {
                symbols.push(u16::try_from(self.bits(8)?).ok()?);
                lengths[1] = 2;
                self.tables += 96;
            }
            return Some(Code { lengths, symbols });
        }
        let mut own = [0u8; 19];
        let count = 4 + self.bits(4)? as usize;
        for place in ORDER.into_iter().take(count) {
            own[place] = self.bits(3)? as u8;
        }
        let of_lengths = Code::of(&own)?;
        let mut most = alphabet;
        if self.bits(1)? == 1 {
            let width = 2 + 2 * self.bits(3)?;
            most = 2 + self.bits(width as usize)?;
            if most > alphabet {
                return None;
            }
        }
        let mut all: Vec<u8> = Vec::with_capacity(alphabet as usize);
        let mut before = 8;
        while all.len() < alphabet as usize && most > 0 {
            most -= 1;
            let (length, times) = match self.symbol(&of_lengths)? {
                16 => (before, 3 + self.bits(2)?),
                17 => (0, 3 + self.bits(3)?),
                18 => (0, 11 + self.bits(7)?),
                own => (own as u8, 1),
            };
            if length != 0 {
                before = length;
            }
            all.resize(all.len() + times as usize, length);
            if all.len() > alphabet as usize {
                return None;
            }
        }
        let code = Code::of(&all)?;
        if code.symbols.len() > 1 {
            let longest = code.lengths.iter().rposition(|count| *count != 0).unwrap_or(0);
            let long = code.lengths[11..].iter().map(|count| u64::from(*count)).sum::<u64>();
            self.tables += (4 << longest.min(10)) + 32 * long + 32;
        }
        Some(code)
    }
}

impl Code {
    /// The code whose symbols have those lengths; none if it is not complete.
    fn of(all: &[u8]) -> Option<Code> {
        let mut lengths = [0; 16];
        for length in all.iter().filter(|length| **length != 0) {
            *lengths.get_mut(usize::from(*length))? += 1;
        }
        let sorted = (1..16u8).flat_map(|length| {
            let with = move |(symbol, own): (usize, &u8)| (*own == length).then_some(symbol as u16);
            all.iter().enumerate().filter_map(with)
        });
        let symbols: Vec<u16> = sorted.collect();
        let filled: u32 = (1..16).map(|length| lengths[length] << (15 - length)).sum();
        (symbols.len() == 1 || filled == 1 << 15).then_some(Code { lengths, symbols })
    }
}

/// So many blocks of `2^shift` pixels.
fn blocks(side: u32, shift: u32) -> u32 {
    (side + (1 << shift) - 1) >> shift
}
