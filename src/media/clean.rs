//! An image's file without what is not needed to show it: no place, no camera, no
//! comment, no preview of what was cropped away. The pixels stay bit for bit.
//!
//! A list of what stays, not of what goes: what nobody here knows is left out. How the
//! camera was held is written anew, alone; colour profiles stay, for without one the
//! colours would be others. What stands behind an image's end goes too: phones keep
//! films there.

use super::damage;
use image::ImageFormat;
use std::ops::Range;

/// A colour profile of a PNG that unpacks to more bytes is left out. The largest in use,
/// with tables for printing, have one or two million.
const LARGEST_PROFILE: u64 = 4 << 20;

/// A file that was gone through.
#[derive(Debug)]
pub(super) struct Walked<'a> {
    source: &'a [u8],
    /// What stays, in order.
    pieces: Vec<Piece>,
    /// Frames; 1 of a still image.
    pub frames: u32,
    /// Bytes of a GIF that paint: its frames without comments and the like.
    pub painting: u64,
}

#[derive(Debug)]
enum Piece {
    Kept(Range<usize>),
    Written(Vec<u8>),
}

impl<'a> Walked<'a> {
    fn new(source: &'a [u8]) -> Walked<'a> {
        Walked { source, pieces: Vec::new(), frames: 0, painting: 0 }
    }

    /// What stays beside what stays is one piece: a file may have millions of parts.
    fn keep(&mut self, range: Range<usize>) {
        match self.pieces.last_mut() {
            Some(Piece::Kept(last)) if last.end == range.start => last.end = range.end,
            _ => self.pieces.push(Piece::Kept(range)),
        }
    }

    fn write(&mut self, bytes: Vec<u8>) {
        self.pieces.push(Piece::Written(bytes));
    }

    fn parts(&self) -> impl Iterator<Item = &[u8]> {
        self.pieces.iter().map(|piece| match piece {
            Piece::Kept(range) => &self.source[range.clone()],
            Piece::Written(bytes) => bytes,
        })
    }

    /// The length of the clean file, in bytes.
    pub fn length(&self) -> usize {
        self.parts().map(<[u8]>::len).sum()
    }

    /// The clean file.
    pub fn bytes(&self) -> Vec<u8> {
        let mut all = Vec::with_capacity(self.length());
        self.parts().for_each(|part| all.extend_from_slice(part));
        all
    }

    /// Whether `bytes` are clean already.
    pub fn is(&self, bytes: &[u8]) -> bool {
        let mut rest = bytes;
        let begins = self.parts().all(|part| match rest.strip_prefix(part) {
            Some(behind) => {
                rest = behind;
                true
            }
            None => false,
        });
        begins && rest.is_empty()
    }
}

/// Goes through a file; `orientation` is Exif's number, 1 to 8. None if it is not built
/// as its kind has to be.
pub(super) fn walk(bytes: &[u8], format: ImageFormat, orientation: u8) -> Option<Walked<'_>> {
    match format {
        ImageFormat::Jpeg => jpeg(bytes, orientation),
        ImageFormat::Png => png(bytes, orientation),
        ImageFormat::Gif => gif(bytes),
        ImageFormat::WebP => webp(bytes, orientation),
        _ => None,
    }
}

/// Exif that says only how the camera was held (Exif 2.32, 4.6.4.A: tag 0x0112, SHORT);
/// none where it need not be said.
fn exif(orientation: u8) -> Option<Vec<u8>> {
    let mut tiff = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
    tiff.extend([orientation, 0, 0, 0, 0, 0, 0, 0]);
    (2..=8).contains(&orientation).then_some(tiff)
}

/// Segments behind markers (ITU T.81, annex B).
fn jpeg(bytes: &[u8], orientation: u8) -> Option<Walked<'_>> {
    bytes.get(..2).filter(|start| *start == [0xff, 0xd8])?;
    let mut walked = Walked { frames: 1, ..Walked::new(bytes) };
    walked.keep(0..2);
    let mut turned = exif(orientation).map(|tiff| {
        let mut segment = vec![0xff, 0xe1];
        let length = u16::try_from(2 + 6 + tiff.len()).unwrap_or(u16::MAX);
        segment.extend(length.to_be_bytes());
        segment.extend(b"Exif\0\0");
        segment.extend(tiff);
        segment
    });
    let mut at = 2;
    loop {
        if *bytes.get(at)? != 0xff {
            return None;
        }
        // Any number of 0xff may stand before a marker.
        while *bytes.get(at + 1)? == 0xff {
            at += 1;
        }
        let marker = bytes[at + 1];
        if marker == 0xd9 {
            turned.into_iter().for_each(|segment| walked.write(segment));
            walked.keep(at..at + 2);
            return Some(walked);
        }
        let length = u16::from_be_bytes(bytes.get(at + 2..at + 4)?.try_into().ok()?);
        let end = at + 2 + usize::from(length);
        let content = bytes.get(at + 4..end)?;
        let segment = at..end;
        at = end;
        // Exif stands first, or behind JFIF, which wants to be first as well.
        let is_jfif = marker == 0xe0 && content.starts_with(b"JFIF\0") && content.len() >= 14;
        if !is_jfif {
            turned.take().into_iter().for_each(|segment| walked.write(segment));
        }
        match marker {
            // Without its preview: that is of the image before it was retouched.
            0xe0 if is_jfif && content.len() > 14 => {
                let mut head = b"\xff\xe0\0\x10".to_vec();
                head.extend(&content[..12]);
                head.extend([0, 0]);
                walked.write(head);
            }
            0xe0 if is_jfif => walked.keep(segment),
            0xe2 if content.starts_with(b"ICC_PROFILE\0") => walked.keep(segment),
            0xee if content.starts_with(b"Adobe") && content.len() == 12 => walked.keep(segment),
            0xe0..=0xef | 0xfe => {}
            0xda => {
                // The pixels, up to the next marker that does not belong to them.
                while let Some(found) = memchr::memchr(0xff, bytes.get(at..)?) {
                    at += found;
                    match bytes.get(at + 1)? {
                        0 | 0xd0..=0xd7 => at += 2,
                        0xff => at += 1,
                        _ => break,
                    }
                }
                walked.keep(segment.start..at);
            }
            // What is reserved, or of hierarchical images, nothing here reads (tables B.1 and B.2).
            0xc8 | 0xde | 0xdf => {}
            0xc0..=0xcf | 0xdb..=0xdd => walked.keep(segment),
            _ => return None,
        }
    }
}

/// Chunks (PNG, third edition, section 5).
fn png(bytes: &[u8], orientation: u8) -> Option<Walked<'_>> {
    // What the pixels and their colours need, and frames that move.
    const KEPT: [&[u8; 4]; 12] = [
        b"tRNS", b"cHRM", b"gAMA", b"iCCP", b"sBIT", b"sRGB", b"cICP", b"bKGD", b"pHYs", b"acTL", b"fcTL",
        b"fdAT",
    ];
    bytes.get(..8).filter(|start| *start == b"\x89PNG\r\n\x1a\n")?;
    let mut walked = Walked::new(bytes);
    walked.keep(0..8);
    let (mut at, mut claimed, mut drawn) = (8, None, 0);
    loop {
        let chunk = damage::chunk(bytes, at)?;
        let (name, content, end) = (chunk.name, chunk.content, chunk.end);
        if name == b"acTL" {
            claimed = content.first_chunk().map(|own| u32::from_be_bytes(*own));
        }
        drawn += u32::from(name == b"fcTL");
        let is_kept = KEPT.contains(&name) && chunk.is_intact() && (name != b"iCCP" || is_profile(content));
        if chunk.is_critical() || is_kept {
            walked.keep(at..end);
        }
        if name == b"IHDR"
            && let Some(tiff) = exif(orientation)
        {
            let mut chunk = u32::try_from(tiff.len()).unwrap_or(0).to_be_bytes().to_vec();
            let mut sum = flate2::Crc::new();
            sum.update(b"eXIf");
            sum.update(&tiff);
            chunk.extend(b"eXIf");
            chunk.extend(tiff);
            chunk.extend(sum.sum().to_be_bytes());
            walked.write(chunk);
        }
        at = end;
        if name == b"IEND" {
            // It moves where it says so: some programs count its frames, some believe it.
            walked.frames = claimed.map_or(1, |frames| frames.max(drawn).max(1));
            return Some(walked);
        }
    }
}

/// Whether a colour profile (PNG, 11.3.2.3) can be unpacked and is not too large to be one.
fn is_profile(content: &[u8]) -> bool {
    // A name, and how it is packed: in the one way that there is.
    let named = memchr::memchr(0, content).and_then(|end| content.get(end + 1..));
    let packed = named.and_then(|behind| behind.strip_prefix(&[0]));
    packed.is_some_and(|packed| damage::is_packed_within(packed, LARGEST_PROFILE))
}

/// Blocks (GIF89a, appendix B).
fn gif(bytes: &[u8]) -> Option<Walked<'_>> {
    if !bytes.starts_with(b"GIF8") {
        return None;
    }
    let mut at = 13 + damage::table(*bytes.get(10)?);
    bytes.get(..at)?;
    let mut walked = Walked::new(bytes);
    walked.keep(0..at);
    loop {
        let start = at;
        let kept = match *bytes.get(at)? {
            0x3b => {
                walked.keep(at..at + 1);
                walked.frames = walked.frames.max(1);
                return Some(walked);
            }
            0x2c => {
                walked.frames += 1;
                let packed = *bytes.get(at + 9)?;
                at = damage::behind(bytes, at + 11 + damage::table(packed))?;
                walked.painting += (at - start) as u64;
                true
            }
            0x21 => {
                let label = *bytes.get(at + 1)?;
                let application = bytes.get(at + 3..at + 14);
                at = damage::behind(bytes, at + 2)?;
                // How long a frame stands, and how often all of them are shown.
                label == 0xf9
                    || label == 0xff
                        && at - start == 19
                        && application.is_some_and(|own| own == b"NETSCAPE2.0" || own == b"ANIMEXTS1.0")
            }
            _ => return None,
        };
        if kept {
            bytes.get(start..at)?;
            walked.keep(start..at);
        }
    }
}

/// Chunks of RIFF (RFC 9649, section 2).
fn webp(bytes: &[u8], orientation: u8) -> Option<Walked<'_>> {
    let size = |at: usize| Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?) as usize);
    if !bytes.starts_with(b"RIFF") || bytes.get(8..12)? != b"WEBP" {
        return None;
    }
    let all = bytes.get(..size(4)?.checked_add(8)?)?;
    let mut at = 12;
    let mut walked = Walked::new(all);
    let turned = exif(orientation);
    // Chunks are filled up to an even length.
    let chunk = |at: usize| {
        let length = size(at + 4)?;
        let end = at.checked_add(8 + length + length % 2)?;
        // The last one may lack what fills it up, and nothing else.
        if end - length % 2 > all.len() {
            return None;
        }
        Some((all.get(at..at + 4)?, all.get(at..end.min(all.len()))?, end))
    };
    while at < all.len() {
        let (name, whole, end) = chunk(at)?;
        match name {
            b"VP8X" => {
                let mut head = whole.to_vec();
                // Its flags for Exif and XMP.
                let flags = head.get_mut(8)?;
                *flags = *flags & !0x0c | if turned.is_some() { 8 } else { 0 };
                walked.write(head);
            }
            b"ANMF" => {
                walked.frames += 1;
                // A frame has chunks of its own.
                let mut inner = at + 24;
                let mut kept = vec![all.get(at + 8..inner)?];
                while inner < end.min(all.len()) {
                    let (name, whole, behind) = chunk(inner)?;
                    if matches!(name, b"ALPH" | b"VP8 " | b"VP8L") {
                        kept.push(whole);
                    }
                    inner = behind;
                }
                let length = u32::try_from(kept.iter().map(|part| part.len()).sum::<usize>()).ok()?;
                let mut frame = b"ANMF".to_vec();
                frame.extend(length.to_le_bytes());
                kept.iter().for_each(|part| frame.extend_from_slice(part));
                walked.write(frame);
            }
            b"ICCP" | b"ANIM" | b"ALPH" | b"VP8 " | b"VP8L" => walked.keep(at..at + whole.len()),
            _ => {}
        }
        at = end;
    }
    if let Some(tiff) = turned {
        let mut chunk = b"EXIF".to_vec();
        chunk.extend(u32::try_from(tiff.len()).ok()?.to_le_bytes());
        chunk.extend(tiff);
        walked.write(chunk);
    }
    let length = 4 + walked.length();
    let mut head = b"RIFF".to_vec();
    head.extend(u32::try_from(length).ok()?.to_le_bytes());
    head.extend(b"WEBP");
    walked.pieces.insert(0, Piece::Written(head));
    walked.frames = walked.frames.max(1);
    Some(walked)
}
