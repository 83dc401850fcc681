//! Images for messages.

use std::io::Cursor;

/// A PNG of that size, in a colour made of `seed`.
pub fn png(width: u32, height: u32, seed: u8) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image::RgbImage::from_pixel(width, height, image::Rgb([seed, 80, 200]))
        .write_to(&mut bytes, image::ImageFormat::Png)
        .unwrap();
    bytes.into_inner()
}
