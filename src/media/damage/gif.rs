//! The data of a GIF: whether the codes of each frame are there, and paint all of it.
//!
//! A code stands for pixels that were painted before, and one more (GIF89a, appendix F).
//! How many they are is enough to know: no pixel is made.

use super::{BREAKS_OFF, NO_PIXELS, UNREADABLE};

/// Codes have no more bits than this.
const MOST_BITS: u32 = 12;

/// The bytes of a table of colours, by the byte that speaks of it.
pub(in crate::media) fn table(packed: u8) -> usize {
    if packed & 0x80 == 0 { 0 } else { 3 << ((packed & 7) + 1) }
}

/// Behind the sub-blocks that begin there.
pub(in crate::media) fn behind(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        match *bytes.get(at)? {
            0 => return Some(at + 1),
            length => at += 1 + usize::from(length),
        }
    }
}

/// Goes through the frames of a GIF.
pub(super) fn check(bytes: &[u8]) -> Result<(), &'static str> {
    let byte = |at: usize| bytes.get(at).copied().ok_or(BREAKS_OFF);
    let mut at = 13 + table(byte(10)?);
    let mut frames = 0;
    // How many pixels each code stands for that is not a colour.
    let mut lengths = vec![0; 1 << MOST_BITS];
    loop {
        match byte(at)? {
            0x3b if frames == 0 => return Err(NO_PIXELS),
            0x3b => return Ok(()),
            0x2c => {
                let side = |at: usize| -> Result<u64, &str> {
                    Ok(u64::from(u16::from_le_bytes([byte(at)?, byte(at + 1)?])))
                };
                let pixels = side(at + 5)? * side(at + 7)?;
                at += 10 + table(byte(at + 9)?);
                paint(u32::from(byte(at)?), pixels, Bits::new(bytes, at + 1), &mut lengths)?;
                at = behind(bytes, at + 1).ok_or(BREAKS_OFF)?;
                frames += 1;
            }
            _ => at = behind(bytes, at + 2).ok_or(BREAKS_OFF)?,
        }
    }
}

/// Reads the codes of a frame to their end: all of it has to be painted. What paints
/// beyond it is passed over, as decoders do.
fn paint(bits: u32, pixels: u64, mut codes: Bits<'_>, lengths: &mut [u64]) -> Result<(), &'static str> {
    if !(1..MOST_BITS).contains(&bits) {
        return Err(UNREADABLE);
    }
    let clear = 1_usize << bits;
    let (mut next, mut width, mut last) = (clear + 2, bits + 1, 0);
    let mut left = pixels;
    loop {
        let code = codes.next(width);
        // Some encoders forget to say where the codes end.
        let Some(code) = code.filter(|code| *code != clear + 1) else {
            return if left == 0 { Ok(()) } else { Err(BREAKS_OFF) };
        };
        if code == clear {
            (next, width, last) = (clear + 2, bits + 1, 0);
            continue;
        }
        // The first one is a colour; each after it makes a new code of the one before it.
        if last == 0 && code > clear || code > next {
            return Err(UNREADABLE);
        }
        if last > 0 && next < lengths.len() {
            lengths[next] = last + 1;
            next += 1;
            if next == 1 << width && width < MOST_BITS {
                width += 1;
            }
        }
        last = if code < clear { 1 } else { *lengths.get(code).ok_or(UNREADABLE)? };
        left = left.saturating_sub(last);
    }
}

/// The bits of sub-blocks, the lowest first.
struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Bytes that are left of the sub-block.
    left: u8,
    held: u32,
    count: u32,
}

impl Bits<'_> {
    fn new(bytes: &[u8], at: usize) -> Bits<'_> {
        Bits { bytes, at, left: 0, held: 0, count: 0 }
    }

    fn byte(&mut self) -> Option<u8> {
        let byte = *self.bytes.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    fn next(&mut self, width: u32) -> Option<usize> {
        while self.count < width {
            if self.left == 0 {
                self.left = self.byte().filter(|left| *left > 0)?;
            }
            self.held |= u32::from(self.byte()?) << self.count;
            self.left -= 1;
            self.count += 8;
        }
        let code = self.held & ((1 << width) - 1);
        self.held >>= width;
        self.count -= width;
        Some(code as usize)
    }
}
