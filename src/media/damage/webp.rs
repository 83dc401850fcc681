//! The data of a WebP: whether its decoder can read each frame.

use super::UNREADABLE;
use crate::media::pixels;
use crate::media::webp::{ALPHA, FRAME, LOSSLESS, LOSSY, chunk};

/// So many pixels of frames behind the first one are unpacked, which takes seconds.
const MOST_PIXELS: u64 = 100_000_000;

/// Unpacks it, frame by frame; what would take too much memory is passed over.
pub(super) fn check(bytes: &[u8]) -> Result<(), &'static str> {
    let (mut at, mut room, mut frames) = (12, MOST_PIXELS, 0);
    if !pixels::can_be_read(bytes) {
        return Err(UNREADABLE);
    }
    while let Some(own) = chunk(bytes, at) {
        at = own.behind;
        frames += u32::from(own.name == FRAME);
        // The first one was read above.
        if own.name != FRAME || frames == 1 {
            continue;
        }
        let (still, pixels) = still(own.content).ok_or(UNREADABLE)?;
        let Some(left) = room.checked_sub(pixels) else { return Ok(()) };
        room = left;
        if !pixels::can_be_read(&still) {
            return Err(UNREADABLE);
        }
    }
    Ok(())
}

/// A frame (RFC 9649, 2.7.1.1) as an image of its own, and how many pixels it has.
fn still(frame: &[u8]) -> Option<(Vec<u8>, u64)> {
    let size = frame.get(6..12)?;
    let side = |low: &[u8]| u64::from(u32::from_le_bytes([low[0], low[1], low[2], 0])) + 1;
    let pixels = side(&size[..3]) * side(&size[3..]);
    let (mut inner, mut kept, mut shines) = (16, Vec::new(), false);
    while let Some(own) = chunk(frame, inner) {
        if matches!(own.name, ALPHA | LOSSY | LOSSLESS) {
            shines |= own.name == ALPHA;
            kept.extend_from_slice(frame.get(inner..own.behind.min(frame.len()))?);
        }
        inner = own.behind;
    }
    let mut still = b"RIFF".to_vec();
    still.extend(u32::try_from(22 + kept.len()).ok()?.to_le_bytes());
    // Extended, with alpha where it stands for itself (2.7.1).
    still.extend(b"WEBPVP8X\x0a\0\0\0");
    still.extend([if shines { 0x10 } else { 0 }, 0, 0, 0]);
    still.extend(size);
    still.extend(kept);
    Some((still, pixels))
}
