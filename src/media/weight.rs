//! What an image takes of memory, weighed before it is unpacked.
//!
//! Everything that lives at once is counted, beside the file that is read and the one that is made: the pixels as they
//! are unpacked, what their decoder keeps besides, a second copy while they are turned,
//! the smaller image that is made of them, and what its encoder holds back.

use super::webp;
use image::{ColorType, ImageFormat};

/// More than this is not taken, in bytes: an RGB photo of 134 million pixels, one of 67
/// million that has to be turned by a quarter. Images are unpacked one at a time, so that
/// it bounds the process.
pub(super) const MOST_MEMORY: u64 = 384 << 20;

/// What it takes to unpack an image and to turn it.
pub(super) fn while_read(
    bytes: &[u8],
    format: ImageFormat,
    (width, height): (u32, u32),
    kind: ColorType,
    turned: bool,
) -> u64 {
    let pixels = u64::from(width) * u64::from(height);
    let unpacked = pixels * u64::from(kind.bytes_per_pixel());
    // Narrowed to eight bits; light with alpha gets three colours.
    let upright = pixels * if kind.channel_count() == 2 { 4 } else { u64::from(kind.channel_count()) };
    let beside = match format {
        // Its decoder has a copy of the file, and others of what it tells besides.
        ImageFormat::Jpeg => coefficients(bytes, pixels) + bytes.len() as u64 + told(bytes, format),
        ImageFormat::Png => told(bytes, format),
        // A frame that does not fill the screen is unpacked for itself; before that, it is
        // a number of a colour for each pixel.
        ImageFormat::Gif => unpacked + pixels,
        ImageFormat::WebP => {
            webp::beside(bytes, (width, height), MOST_MEMORY).saturating_add(bytes.len() as u64)
        }
        _ => 0,
    };
    unpacked.saturating_add(beside).max(upright * if turned { 2 } else { 1 })
}

/// The largest frame of a GIF in bytes, four a pixel, beside a screen of so many pixels:
/// frames may be larger than the screen.
pub(super) fn frame((width, height): (u32, u32)) -> u64 {
    MOST_MEMORY.saturating_sub(4 * u64::from(width) * u64::from(height)) / 5 * 4
}

/// What it takes to make an image of `size` of one of `whole`, as PNG or as JPEG, whose
/// encoder holds nothing back: that of PNG packs all of it before it gives any of it away.
pub(super) fn while_made(channels: u64, whole: (u32, u32), size: (u32, u32), as_png: bool) -> u64 {
    let weighs = |(width, height): (u32, u32)| u64::from(width) * u64::from(height) * channels;
    let small = if size == whole { 0 } else { weighs(size) };
    // What does not get smaller is stored, with five bytes for each 65,535 of it.
    let packed = if as_png { weighs(size) + weighs(size) / 1000 } else { 0 };
    weighs(whole) + small + packed
}

/// Bytes of a file that are not needed to show it.
fn told(bytes: &[u8], format: ImageFormat) -> u64 {
    let kept = super::clean::walk(bytes, format, 1).map_or(0, |walked| walked.length());
    bytes.len().saturating_sub(kept) as u64
}

/// The coefficients of a JPEG that comes in several scans are held until the last one:
/// two bytes each (ITU T.81, annex G, and A.2 for what is not interleaved).
fn coefficients(bytes: &[u8], pixels: u64) -> u64 {
    scans(bytes).unwrap_or(Some(4 * 2)).map_or(0, |each| pixels.saturating_mul(each))
}

/// Bytes for each pixel if there are several scans, rounded up. The outer none: it cannot
/// be told.
fn scans(bytes: &[u8]) -> Option<Option<u64>> {
    let mut at = 2;
    let mut frame: Option<(u8, u64)> = None;
    loop {
        // Markers may be filled up, and what stands between them is passed over.
        at += memchr::memchr(0xff, bytes.get(at..)?)?;
        let marker = *bytes.get(at + 1)?;
        if matches!(marker, 0 | 0x01 | 0xd0..=0xd8 | 0xff) {
            at += if marker == 0xff { 1 } else { 2 };
            continue;
        }
        let length = u16::from_be_bytes([*bytes.get(at + 2)?, *bytes.get(at + 3)?]);
        let content = bytes.get(at + 4..at + 2 + usize::from(length))?;
        match marker {
            0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                let factors: Vec<u64> =
                    content.get(6..)?.iter().skip(1).step_by(3).map(|own| area(*own)).collect();
                let of = |shift: u8| {
                    content.get(6..)?.iter().skip(1).step_by(3).map(|own| u64::from(own >> shift & 15)).max()
                };
                let largest = (of(4)? * of(0)?).max(1);
                // Blocks are filled up at the edges: one byte more for them.
                let each = (factors.iter().sum::<u64>() * 2).div_ceil(largest) + 1;
                let several = marker != 0xc0 && marker != 0xc1;
                frame = Some((if several { 0 } else { *content.get(5)? }, each));
            }
            0xda => {
                let (all_at_once, each) = frame?;
                return Some((*content.first()? != all_at_once).then_some(each));
            }
            _ => {}
        }
        at += 2 + usize::from(length);
    }
}

/// How often a channel is sampled: across times down.
fn area(factors: u8) -> u64 {
    u64::from(factors >> 4) * u64::from(factors & 15)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jpeg(frame: u8, first_scan: u8) -> Vec<u8> {
        let mut bytes = b"\xff\xd8\xff".to_vec();
        bytes.extend([frame, 0, 17, 8, 0, 9, 0, 9, 3, 1, 0x22, 0, 2, 0x11, 0, 3, 0x11, 0]);
        bytes.extend([0xff, 0xda, 0, 3, first_scan, 0]);
        bytes
    }

    fn read(bytes: &[u8], format: ImageFormat, kind: ColorType, turned: bool) -> u64 {
        while_read(bytes, format, (1000, 1000), kind, turned) / 1_000_000
    }

    #[test]
    fn everything_that_lives_at_once_is_weighed() {
        use ColorType::{L8, La8, La16, Rgb8, Rgba8, Rgba16};
        let png = |kind, turned| read(b"", ImageFormat::Png, kind, turned);
        assert_eq!([L8, Rgb8, Rgba8, Rgba16, La8, La16].map(|kind| png(kind, false)), [1, 3, 4, 8, 4, 4]);
        assert_eq!([L8, Rgb8, Rgba8, Rgba16, La8, La16].map(|kind| png(kind, true)), [2, 6, 8, 8, 8, 8]);
        let photo = |bytes: &[u8], turned| read(bytes, ImageFormat::Jpeg, Rgb8, turned);
        // All three channels in one scan: nothing is kept.
        assert_eq!((photo(&jpeg(0xc0, 3), false), photo(&jpeg(0xc0, 3), true)), (3, 6));
        // Scan by scan: (4 + 1 + 1) / 4 coefficients of two bytes for each pixel.
        assert_eq!((photo(&jpeg(0xc2, 3), false), photo(&jpeg(0xc0, 1), false)), (7, 7));
        assert_eq!(photo(b"\xff\xd8", false), 11, "what cannot be told is the worst");
        assert_eq!(read(b"", ImageFormat::Gif, Rgba8, false), 9);
        let webp = |name: &[u8]| read(&[&[0; 12], name].concat(), ImageFormat::WebP, Rgba8, false);
        let moving = b"VP8X\x0a\0\0\0\x02\0\0\0".as_slice();
        assert_eq!([webp(b"VP8 "), webp(b"VP8L"), webp(b"VP8X"), webp(moving)], [6, 9, 11, 12]);
        let made = |size, as_png| while_made(3, (2000, 1000), size, as_png);
        assert_eq!((made((2000, 1000), false), made((1000, 500), false)), (6_000_000, 7_500_000));
        assert_eq!((made((2000, 1000), true), made((1000, 500), true)), (12_006_000, 9_001_500));
    }

    #[test]
    fn no_head_weighs_nothing_or_runs_over() {
        for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Gif, ImageFormat::WebP] {
            let all = while_read(b"", format, (u32::MAX >> 8, u32::MAX >> 8), ColorType::Rgba16, true);
            assert!(all > MOST_MEMORY);
        }
    }
}
