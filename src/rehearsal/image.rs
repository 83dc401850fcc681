//! What the bytes of an upload are, whatever was said about them.

use super::timeline::LiveMedia;
use ::image::{ImageFormat, ImageReader};
use sha2::{Digest, Sha256};
use std::io::Cursor;

/// SHA-256 of bytes, hex.
pub(super) fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The type by the first bytes: `image/png`, or none that networks know.
pub(super) fn mime(bytes: &[u8]) -> Option<&'static str> {
    match ::image::guess_format(bytes).ok()? {
        ImageFormat::Png => Some("image/png"),
        ImageFormat::Jpeg => Some("image/jpeg"),
        ImageFormat::Gif => Some("image/gif"),
        ImageFormat::WebP => Some("image/webp"),
        ImageFormat::Bmp => Some("image/bmp"),
        ImageFormat::Tiff => Some("image/tiff"),
        _ => None,
    }
}

/// Width times height; none if the head of the picture is broken.
pub(super) fn pixels(bytes: &[u8]) -> Option<u64> {
    let (width, height) =
        ImageReader::new(Cursor::new(bytes)).with_guessed_format().ok()?.into_dimensions().ok()?;
    Some(u64::from(width) * u64::from(height))
}

/// The image as readers get it.
pub(super) fn live(id: &str, bytes: &[u8], alt: &str) -> LiveMedia {
    LiveMedia {
        id: id.to_owned(),
        alt: alt.to_owned(),
        sha256: digest(bytes),
        mime: mime(bytes).unwrap_or("application/octet-stream").to_owned(),
    }
}
