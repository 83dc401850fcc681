//! The data of a PNG: checksums, and rows that are neither too many nor too few.

use super::{BREAKS_OFF, NO_PIXELS, TOO_MUCH, UNREADABLE};
use flate2::{Crc, Decompress, FlushDecompress, Status};

/// What frames unpack to is counted up to so many bytes in all, which takes seconds; of
/// what is larger, the checksums of its chunks have to do.
const MOST_UNPACKED: u64 = 2 << 30;
/// Bytes that are unpacked at once.
const PIECE: usize = 32 << 10;

const CHECKSUM: &str = "a checksum is wrong";
const NO_PALETTE: &str = "its colours are missing";
const NO_FILTER: &str = "a row is coded in a way that there is not";
const UNKNOWN: &str = "it has a part that no program knows";
const NO_FRAME: &str = "a frame is missing, or lies outside of it";

/// A chunk (PNG, third edition, 5.3).
pub(in crate::media) struct Chunk<'a> {
    pub name: &'a [u8; 4],
    pub content: &'a [u8],
    sum: u32,
    /// Where the next one begins.
    pub end: usize,
}

/// The chunk that begins there; none if it is cut off.
pub(in crate::media) fn chunk(bytes: &[u8], at: usize) -> Option<Chunk<'_>> {
    let number = |at: usize| Some(u32::from_be_bytes(*bytes.get(at..)?.first_chunk()?));
    let last = at.checked_add(8)?.checked_add(usize::try_from(number(at)?).ok()?)?;
    let content = bytes.get(at + 8..last)?;
    Some(Chunk { name: bytes[at + 4..].first_chunk()?, content, sum: number(last)?, end: last + 4 })
}

impl Chunk<'_> {
    /// No decoder may pass it over: its first letter is a capital (5.4).
    pub fn is_critical(&self) -> bool {
        self.name[0].is_ascii_uppercase()
    }

    /// Whether its checksum is that of its name and content (5.5).
    pub fn is_intact(&self) -> bool {
        let mut sum = Crc::new();
        sum.update(self.name);
        sum.update(self.content);
        sum.sum() == self.sum
    }
}

/// Whether that is a whole zlib stream of no more than `most` bytes; it is not unpacked
/// beyond.
pub(in crate::media) fn is_packed_within(packed: &[u8], most: u64) -> bool {
    let mut left = most;
    let mut stream = Stream::new();
    let read = stream.read(packed, |piece| {
        left = left.checked_sub(piece.len() as u64).ok_or(TOO_MUCH)?;
        Ok(())
    });
    read.is_ok() && stream.ended
}

/// Goes through it: each chunk that is needed to show it has to be what its checksum says,
/// and the image and each frame have to unpack to their rows, no byte more or less.
pub(super) fn check(bytes: &[u8]) -> Result<(), &'static str> {
    let (mut at, mut room) = (8, MOST_UNPACKED);
    let (mut head, mut has_palette, mut has_image) = (None, false, false);
    // A frame whose head was read, and the rows that are being read.
    let mut frame: Option<(u32, u32)> = None;
    let mut rows: Option<(&[u8; 4], Rows)> = None;
    let mut stream = Stream::new();
    loop {
        let chunk = chunk(bytes, at).ok_or(BREAKS_OFF)?;
        at = chunk.end;
        let of_a_frame = matches!(chunk.name, b"acTL" | b"fcTL" | b"fdAT");
        if (chunk.is_critical() || of_a_frame) && !chunk.is_intact() {
            return Err(CHECKSUM);
        }
        if let Some((_, done)) = rows.take_if(|(name, _)| *name != chunk.name) {
            done.finish(&stream)?;
        }
        match chunk.name {
            b"IHDR" => head = Head::of(chunk.content),
            b"PLTE" => has_palette = true,
            b"fcTL" => {
                let own = head.as_ref().and_then(|head: &Head| head.frame(chunk.content));
                if frame.replace(own.ok_or(NO_FRAME)?).is_some() {
                    return Err(NO_FRAME);
                }
            }
            b"IDAT" | b"fdAT" => {
                let head = head.as_ref().ok_or(NO_PIXELS)?;
                if head.colours == INDEXED && !has_palette {
                    return Err(NO_PALETTE);
                }
                let is_image = chunk.name == b"IDAT";
                let data = if is_image { chunk.content } else { chunk.content.get(4..).ok_or(BREAKS_OFF)? };
                let (_, rows) = match &mut rows {
                    Some(rows) => rows,
                    None if is_image && has_image => return Err(TOO_MUCH),
                    None if !is_image && !has_image => return Err(NO_FRAME),
                    None => {
                        // Before the image stands its own frame, if it is one of them (11.3.6).
                        let own = frame.take();
                        let size = if is_image { head.size } else { own.ok_or(NO_FRAME)? };
                        has_image = true;
                        stream.restart();
                        rows.insert((chunk.name, Rows::new(head, size, &mut room)))
                    }
                };
                rows.read(&mut stream, data)?;
            }
            b"IEND" if !has_image => return Err(NO_PIXELS),
            b"IEND" if frame.is_some() => return Err(NO_FRAME),
            b"IEND" => return Ok(()),
            _ if chunk.is_critical() => return Err(UNKNOWN),
            _ => {}
        }
    }
}

/// The type of colour of an image with a palette (11.2.1).
const INDEXED: u8 = 3;

/// What the first chunk says (11.2.1).
struct Head {
    size: (u32, u32),
    colours: u8,
    /// Bits of a pixel.
    bits: u64,
    interlaced: bool,
}

impl Head {
    fn of(content: &[u8]) -> Option<Head> {
        let &[w0, w1, w2, w3, h0, h1, h2, h3, depth, colours, _, _, interlaced] = content else {
            return None;
        };
        let channels = match colours {
            0 | INDEXED => 1,
            2 => 3,
            4 => 2,
            6 => 4,
            _ => return None,
        };
        let size = (u32::from_be_bytes([w0, w1, w2, w3]), u32::from_be_bytes([h0, h1, h2, h3]));
        Some(Head { size, colours, bits: channels * u64::from(depth), interlaced: interlaced == 1 })
    }

    /// The size of a frame, which lies in the image (11.3.6.2).
    fn frame(&self, control: &[u8]) -> Option<(u32, u32)> {
        let number = |at: usize| Some(u32::from_be_bytes(*control.get(at..)?.first_chunk()?));
        let (width, height, x, y) = (number(4)?, number(8)?, number(12)?, number(16)?);
        let lies_in = x.checked_add(width)? <= self.size.0 && y.checked_add(height)? <= self.size.1;
        (lies_in && width > 0 && height > 0).then_some((width, height))
    }
}

/// The rows of an image or a frame, as they are unpacked.
struct Rows {
    /// Of each pass: bytes of a row without the one that says how it is coded, and rows.
    passes: Vec<(u64, u32)>,
    /// Bytes that are left of the row.
    left: u64,
    /// They are too many to be unpacked.
    passed_over: bool,
}

impl Rows {
    fn new(head: &Head, size: (u32, u32), room: &mut u64) -> Rows {
        let (width, height) = size;
        // Adam7 (8.1): where each pass starts, and how far its pixels are apart.
        const ADAM7: [[u32; 4]; 7] = [
            [0, 0, 8, 8],
            [4, 0, 8, 8],
            [0, 4, 4, 8],
            [2, 0, 4, 4],
            [0, 2, 2, 4],
            [1, 0, 2, 2],
            [0, 1, 1, 2],
        ];
        let pass = |[x, y, right, down]: [u32; 4]| {
            let wide = width.saturating_sub(x).div_ceil(right);
            ((u64::from(wide) * head.bits).div_ceil(8), height.saturating_sub(y).div_ceil(down))
        };
        let all: &[[u32; 4]] = if head.interlaced { &ADAM7 } else { &[[0, 0, 1, 1]] };
        // The last one first; those without pixels are not there.
        let mut passes: Vec<(u64, u32)> = all.iter().map(|own| pass(*own)).collect();
        passes.retain(|(length, rows)| *length > 0 && *rows > 0);
        passes.reverse();
        let needs = passes.iter().map(|(length, rows)| (length + 1) * u64::from(*rows)).sum();
        let left = room.checked_sub(needs);
        *room = left.unwrap_or(*room);
        Rows { passes, left: 0, passed_over: left.is_none() }
    }

    fn read(&mut self, stream: &mut Stream, packed: &[u8]) -> Result<(), &'static str> {
        if self.passed_over {
            return Ok(());
        }
        let (passes, left) = (&mut self.passes, &mut self.left);
        stream.read(packed, |mut piece| {
            while !piece.is_empty() {
                if *left == 0 {
                    let (length, rows) = passes.last_mut().ok_or(TOO_MUCH)?;
                    // How the row is coded (9.2).
                    if piece[0] > 4 {
                        return Err(NO_FILTER);
                    }
                    piece = &piece[1..];
                    *left = *length;
                    *rows -= 1;
                    if *rows == 0 {
                        passes.pop();
                    }
                }
                let own = piece.len().min(usize::try_from(*left).unwrap_or(usize::MAX));
                *left -= own as u64;
                piece = &piece[own..];
            }
            Ok(())
        })
    }

    fn finish(self, stream: &Stream) -> Result<(), &'static str> {
        let is_whole = stream.ended && self.left == 0 && self.passes.is_empty();
        if is_whole || self.passed_over { Ok(()) } else { Err(BREAKS_OFF) }
    }
}

/// A zlib stream that comes in parts.
struct Stream {
    inflate: Decompress,
    ended: bool,
    piece: Vec<u8>,
}

impl Stream {
    fn new() -> Stream {
        Stream { inflate: Decompress::new(true), ended: false, piece: vec![0; PIECE] }
    }

    /// Makes it ready for another one: a file may have millions.
    fn restart(&mut self) {
        self.inflate.reset(true);
        self.ended = false;
    }

    /// Unpacks a part of it; each piece goes to `take`.
    fn read(
        &mut self,
        mut packed: &[u8],
        mut take: impl FnMut(&[u8]) -> Result<(), &'static str>,
    ) -> Result<(), &'static str> {
        loop {
            if self.ended {
                return if packed.is_empty() { Ok(()) } else { Err(TOO_MUCH) };
            }
            let before = (self.inflate.total_in(), self.inflate.total_out());
            let status = self.inflate.decompress(packed, &mut self.piece, FlushDecompress::None);
            self.ended = status.map_err(|_| UNREADABLE)? == Status::StreamEnd;
            let read = usize::try_from(self.inflate.total_in() - before.0).unwrap_or(packed.len());
            let made = usize::try_from(self.inflate.total_out() - before.1).unwrap_or(PIECE);
            packed = &packed[read..];
            take(&self.piece[..made])?;
            if !self.ended && packed.is_empty() && made < PIECE {
                return Ok(());
            }
            if !self.ended && read == 0 && made == 0 {
                return Err(UNREADABLE);
            }
        }
    }
}
