//! Whether all of an image's data is there, and is what was saved.
//!
//! A head that can be read says nothing of what stands behind it, and programs differ in
//! what they do with a file whose data breaks off: some show half of it, some nothing, and
//! networks refuse it late. So the data is gone through to its end before anything else is
//! done, each frame of it, without making pixels of it where that can be avoided: what is
//! held meanwhile does not grow with what the file unpacks to.

mod codes;
mod gif;
mod jpeg;
mod png;
mod webp;

pub(super) use gif::{behind, table};
pub(super) use png::{chunk, is_packed_within};

use image::ImageFormat;

/// It has less than its head promises.
const BREAKS_OFF: &str = "it breaks off";
/// It has more than its head promises: hidden, or made to fill the memory.
const TOO_MUCH: &str = "it has more than its pixels need";
/// Only its head is there.
const NO_PIXELS: &str = "it has no pixels";
/// What is packed cannot be unpacked.
const UNREADABLE: &str = "it cannot be unpacked";

/// Goes through the data of an image whose head was read. The error says what is wrong
/// with it, as a sentence ("it breaks off").
pub(super) fn check(bytes: &[u8], format: ImageFormat) -> Result<(), &'static str> {
    match format {
        ImageFormat::Png => png::check(bytes),
        ImageFormat::Jpeg => jpeg::check(bytes),
        ImageFormat::Gif => gif::check(bytes),
        ImageFormat::WebP => webp::check(bytes),
        _ => Ok(()),
    }
}
