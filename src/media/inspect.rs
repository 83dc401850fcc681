//! What the bytes of an image are.

use super::{clean, damage};
use crate::ladder::MediaFacts;
use image::{ImageDecoder, ImageFormat, ImageReader, Limits, metadata::Orientation};
use sha2::{Digest, Sha256};
use std::io::Cursor;

/// Longest side that is believed, in pixels.
const LONGEST_SIDE: u32 = 40_000;
/// Largest area that is believed, in pixels: a "bomb" unpacks to more.
const LARGEST_AREA: u64 = 400_000_000;
/// Pixels that one byte of a GIF paints at most: a code has 12 bits (GIF89a, appendix F)
/// and stands for no more than 4096 pixels.
const GIF_PIXELS_A_BYTE: u64 = 2731;
/// A screen of up to so many pixels is unpacked however few of them are painted.
const SMALL_SCREEN: u64 = 4 << 20;
/// Memory for reading a head and its metadata.
pub(super) const MEMORY: u64 = 64 << 20;

/// Reads the facts of an image, and goes through its data to the end: what nobody could
/// show is none. The error says what the bytes are instead, as the end of a sentence ("is
/// HTML, not an image").
///
/// What is held meanwhile does not grow with what the file unpacks to. Only a WebP has to be
/// unpacked for it, within the bound that holds for all images; one that would take more is
/// not looked at.
pub fn inspect(bytes: &[u8]) -> Result<MediaFacts, String> {
    let (facts, format) = facts(bytes)?;
    damage::check(bytes, format).map_err(|why| {
        let name = name(format);
        format!("is a {name} whose data is damaged ({why}): copy it again, or save it anew")
    })?;
    Ok(facts)
}

/// How people call it.
fn name(format: ImageFormat) -> String {
    format.extensions_str().first().copied().unwrap_or("image").to_uppercase()
}

/// Reads the facts alone, of an image whose data was gone through before; and its kind.
pub(super) fn facts(bytes: &[u8]) -> Result<(MediaFacts, ImageFormat), String> {
    let format = match image::guess_format(bytes) {
        Ok(format @ (ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::Gif | ImageFormat::WebP)) => format,
        _ => return Err(what_instead(bytes)),
    };
    let name = name(format);
    if is_cut_off(bytes, format) {
        return Err(format!("is a {name} that ends in the middle: copy it again"));
    }
    let mut limits = Limits::default();
    limits.max_image_width = None;
    limits.max_image_height = None;
    limits.max_alloc = Some(MEMORY);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    let broken = |_| format!("is a {name} with a broken head");
    let mut decoder = reader.into_decoder().map_err(broken)?;
    let (width, height) = decoder.dimensions();
    if width == 0 || height == 0 {
        return Err(format!("is a {name} without any pixel"));
    }
    if width > LONGEST_SIDE || height > LONGEST_SIDE || u64::from(width) * u64::from(height) > LARGEST_AREA {
        return Err(format!("is a {name} of {width} × {height} pixels, more than any network takes"));
    }
    let area = u64::from(width) * u64::from(height);
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let turned = matches!(
        orientation,
        Orientation::Rotate90
            | Orientation::Rotate270
            | Orientation::Rotate90FlipH
            | Orientation::Rotate270FlipH
    );
    let (width, height) = if turned { (height, width) } else { (width, height) };
    let (frames, private) = match clean::walk(bytes, format, orientation.to_exif()) {
        Some(walked) => {
            let painting = walked.painting;
            if format == ImageFormat::Gif && area > SMALL_SCREEN && area / GIF_PIXELS_A_BYTE > painting {
                return Err(format!(
                    "is a GIF of {width} × {height} pixels, more than its {painting} bytes of frames can paint: \
                     save it anew"
                ));
            }
            (walked.frames, !walked.is(bytes))
        }
        // What cannot be gone through cannot be known to be clean. Decoders forgive much
        // in a JPEG; of the others nobody would know whether they move.
        None if format == ImageFormat::Jpeg => (1, true),
        None => return Err(format!("is a {name} that is broken in the middle: save it anew")),
    };
    let sha256 = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    let facts = MediaFacts {
        mime: format.to_mime_type().to_owned(),
        bytes: bytes.len() as u64,
        width,
        height,
        sha256,
        frames,
        orientation: orientation.to_exif(),
        private,
    };
    Ok((facts, format))
}

/// Whether the end of the file is missing, which networks refuse late and oddly.
fn is_cut_off(bytes: &[u8], format: ImageFormat) -> bool {
    let tail = &bytes[bytes.len().saturating_sub(1 << 16)..];
    match format {
        // The last chunk (PNG, section 5.6) and the end-of-image marker (ITU T.81,
        // B.1.1.3) may be followed by what cameras append, within reason.
        ImageFormat::Png => !tail.windows(4).any(|window| window == b"IEND"),
        ImageFormat::Jpeg => !tail.windows(2).any(|window| window == [0xff, 0xd9]),
        ImageFormat::Gif => !tail.contains(&0x3b),
        // RIFF counts the bytes behind its own first eight.
        ImageFormat::WebP => bytes
            .get(4..8)
            .and_then(|size| size.try_into().ok())
            .is_none_or(|size| u64::from(u32::from_le_bytes(size)) + 8 > bytes.len() as u64),
        _ => false,
    }
}

/// What bytes are that are not one of the four kinds of image.
fn what_instead(bytes: &[u8]) -> String {
    if bytes.is_empty() {
        return "is empty".to_owned();
    }
    let head = &bytes[..bytes.len().min(1024)];
    let text = String::from_utf8_lossy(head).to_lowercase();
    let trimmed = text.trim_start_matches('\u{feff}').trim_start();
    let brand = (head.get(4..8) == Some(b"ftyp")).then(|| head.get(8..12).unwrap_or_default());
    let save_as = "save it as PNG or JPEG";
    let binary = match head {
        [b'%', b'P', b'D', b'F', ..] => Some(format!("is a PDF, not an image: {save_as}")),
        [b'P', b'K', 3, 4, ..] => Some("is a ZIP archive or an office document, not an image".to_owned()),
        [b'B', b'M', ..] if head.len() > 26 && head.contains(&0) => Some(format!("is a BMP: {save_as}")),
        [b'I', b'I', 42, 0, ..] | [b'M', b'M', 0, 42, ..] => Some(format!("is a TIFF: {save_as}")),
        [0x1a, 0x45, 0xdf, 0xa3, ..] => {
            Some("is a video (Matroska or WebM), and only images are taken".to_owned())
        }
        [0, 0, 1, 0, ..] => Some(format!("is an icon: {save_as}")),
        [0x1f, 0x8b, ..] => Some("is a gzip archive, not an image".to_owned()),
        _ => None,
    };
    if let Some(binary) = binary {
        return binary;
    }
    match brand {
        Some(b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" | b"mif1" | b"msf1") => {
            return format!("is a HEIC photo, which most networks do not take: {save_as}");
        }
        Some(b"avif" | b"avis") => {
            return format!("is an AVIF, which most networks do not take: {save_as}");
        }
        Some(_) => return "is a video or sound file, and only images are taken".to_owned(),
        None => {}
    }
    if trimmed.starts_with("version https://git-lfs") {
        return "is a pointer of Git LFS, not the image itself: run `git lfs pull`".to_owned();
    }
    if trimmed.contains("<svg") && !trimmed.contains("<html") {
        return format!("is an SVG drawing, which networks do not take: {save_as}");
    }
    if trimmed.starts_with("<!doctype html") || trimmed.contains("<html") {
        return "is HTML, not an image: perhaps the page about the image was saved".to_owned();
    }
    let cut = std::str::from_utf8(head).map_or_else(|error| error.error_len().is_none(), |_| true);
    if cut && !head.iter().any(|b| *b < 9) {
        return "is text, not an image".to_owned();
    }
    "is not an image that is known here (PNG, JPEG, GIF, WebP)".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn picture(format: ImageFormat, width: u32, height: u32) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        image::DynamicImage::new_rgb8(width, height).write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    #[test]
    fn facts_come_from_the_bytes() {
        for (format, mime) in [
            (ImageFormat::Png, "image/png"),
            (ImageFormat::Jpeg, "image/jpeg"),
            (ImageFormat::Gif, "image/gif"),
            (ImageFormat::WebP, "image/webp"),
        ] {
            let bytes = picture(format, 7, 5);
            let facts = inspect(&bytes).unwrap();
            assert_eq!((facts.mime.as_str(), facts.width, facts.height), (mime, 7, 5));
            assert_eq!((facts.bytes, facts.sha256.len()), (bytes.len() as u64, 64));
            let cut = inspect(&bytes[..bytes.len() / 2]).unwrap_err();
            assert!(cut.contains("middle") || cut.contains("broken"), "{mime}: {cut}");
        }
    }

    #[test]
    fn what_a_bomb_claims_is_refused_unread() {
        let mut bytes = picture(ImageFormat::Png, 1, 1);
        // Width and height stand in the first chunk, which has a check sum of its own.
        bytes[16..20].copy_from_slice(&60_000u32.to_be_bytes());
        bytes[20..24].copy_from_slice(&60_000u32.to_be_bytes());
        let sum = bytes[12..29].iter().fold(u32::MAX, |sum, byte| {
            (0..8).fold(sum ^ u32::from(*byte), |sum, _| (sum >> 1) ^ (0xedb8_8320 * (sum & 1)))
        });
        bytes[29..33].copy_from_slice(&(!sum).to_be_bytes());
        assert_eq!(
            inspect(&bytes).unwrap_err(),
            "is a PNG of 60000 × 60000 pixels, more than any network takes"
        );
    }

    #[test]
    fn a_turned_photo_has_the_size_that_is_seen() {
        let jpeg = picture(ImageFormat::Jpeg, 8, 4);
        let exif = b"\xff\xe1\x00\x22Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
        let mut turned = jpeg[..2].to_vec();
        turned.extend_from_slice(exif);
        turned.extend_from_slice(&jpeg[2..]);
        let facts = inspect(&turned).unwrap();
        assert_eq!((facts.width, facts.height), (4, 8));
    }

    #[test]
    fn other_bytes_are_called_by_their_name() {
        for (bytes, says) in [
            (&b""[..], "empty"),
            (b"<!DOCTYPE html><title>x</title>", "HTML"),
            (b"<?xml version=\"1.0\"?>\n<svg xmlns=\"x\"/>", "SVG"),
            (b"%PDF-1.7\n", "PDF"),
            (b"\0\0\0\x18ftypheic\0\0\0\0", "HEIC"),
            (b"\0\0\0\x18ftypisom\0\0\0\0", "video"),
            (b"\x1a\x45\xdf\xa3", "video"),
            (b"PK\x03\x04", "ZIP"),
            (b"version https://git-lfs.github.com/spec/v1\n", "git lfs pull"),
            ("größe".as_bytes(), "text"),
            (b"\x00\x01\x02\xff\xfe", "not an image"),
            (b"\x89PNG\r\n\x1a\n", "middle"),
        ] {
            let error = inspect(bytes).unwrap_err();
            assert!(error.contains(says), "{error}");
            assert!(error.starts_with("is "), "{error}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_a_panic(start in 0usize..4, cut in 0usize..400, noise in proptest::collection::vec(any::<u8>(), 0..64)) {
            let formats = [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Gif, ImageFormat::WebP];
            let mut bytes = picture(formats[start], 3, 3);
            let at = cut.min(bytes.len());
            bytes.splice(at..at, noise);
            let _ = inspect(&bytes);
        }
    }
}
