//! Pictures small enough for a page that carries them all.
//!
//! Decoding is bounded (pixels and memory), and so is the sum of what the page
//! takes: when it is spent, a picture is shown by its name and its words.

use crate::render::Picture;
use base64::Engine;
use image::{DynamicImage, ImageDecoder, ImageEncoder, ImageReader, Limits};
use std::collections::BTreeMap;
use std::io::Cursor;

/// Longest side in pixels, and the one used when room gets short.
const SIDES: [u32; 2] = [640, 240];
/// Characters of base64 that all pictures of a page may take together.
const ROOM: usize = 3_200_000;
/// No picture that a network takes is larger; a bomb is.
const MOST_PIXELS_A_SIDE: u32 = 12_000;
const MOST_DECODED_BYTES: u64 = 192 * 1024 * 1024;
/// A file up to this size and these sides goes in as it is: shrinking it would
/// take time and make it no smaller.
const MOST_AS_IT_IS: usize = 60_000;
const MOST_SIDE_AS_IT_IS: u32 = 2_048;
/// A PNG over this becomes a JPEG, transparent or not.
const MOST_PNG: usize = 160_000;

/// The pictures of one page.
pub struct Album<'a> {
    bytes: &'a BTreeMap<String, Vec<u8>>,
    /// `data:` URLs by SHA-256, for each of [`SIDES`]; none if it cannot be read.
    ready: BTreeMap<String, Option<[String; 2]>>,
    room: usize,
}

/// How a picture is shown.
pub enum Shown {
    /// As this `data:` URL.
    Image(String),
    /// Not at all, for this reason.
    Absent(&'static str),
}

impl<'a> Album<'a> {
    /// Pictures come from `bytes`, by SHA-256.
    pub fn new(bytes: &'a BTreeMap<String, Vec<u8>>) -> Album<'a> {
        Album { bytes, ready: BTreeMap::new(), room: ROOM }
    }

    /// The picture as a `data:` URL. Each call takes room on the page.
    pub fn show(&mut self, picture: &Picture) -> Shown {
        let Some(bytes) = self.bytes.get(&picture.sha256) else {
            return Shown::Absent("the file is not at hand");
        };
        let ready = self
            .ready
            .entry(picture.sha256.clone())
            .or_insert_with(|| as_it_is(bytes).map(|url| [url.clone(), url]).or_else(|| shrink(bytes)));
        let Some(sizes) = ready else { return Shown::Absent("the file cannot be read as a picture") };
        match sizes.iter().find(|url| url.len() <= self.room) {
            Some(url) => {
                // Keep a third of the room for small ones: many small pictures
                // say more than a few large ones and many names.
                let url = if self.room < ROOM / 3 { &sizes[1] } else { url };
                self.room = self.room.saturating_sub(url.len());
                Shown::Image(url.clone())
            }
            None => Shown::Absent("left out, to keep this page small"),
        }
    }
}

/// The file itself, if it is small. Not with Exif in it: a page is passed
/// around, and where a picture was taken is nobody's business.
fn as_it_is(bytes: &[u8]) -> Option<String> {
    let has_exif = bytes.windows(4).any(|four| matches!(four, b"Exif" | b"eXIf" | b"EXIF"));
    if bytes.len() > MOST_AS_IT_IS || has_exif {
        return None;
    }
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().ok()?;
    let mime = reader.format()?.to_mime_type();
    let (width, height) = reader.into_dimensions().ok()?;
    (width.max(height) <= MOST_SIDE_AS_IT_IS).then(|| encoded(mime, bytes))
}

fn encoded(mime: &str, bytes: &[u8]) -> String {
    format!("data:{mime};base64,{}", base64::engine::general_purpose::STANDARD.encode(bytes))
}

fn shrink(bytes: &[u8]) -> Option<[String; 2]> {
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().ok()?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(MOST_PIXELS_A_SIDE);
    limits.max_image_height = Some(MOST_PIXELS_A_SIDE);
    limits.max_alloc = Some(MOST_DECODED_BYTES);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().ok()?;
    let (width, height) = decoder.dimensions();
    // Some decoders do not honour the limit for the picture itself.
    if u64::from(width) * u64::from(height) * 4 > MOST_DECODED_BYTES {
        return None;
    }
    let orientation = decoder.orientation().ok();
    let image = DynamicImage::from_decoder(decoder).ok()?;
    let mut large = fit(&image, SIDES[0]);
    if let Some(orientation) = orientation {
        large.apply_orientation(orientation);
    }
    let small = fit(&large, SIDES[1]);
    Some([data_url(&large)?, data_url(&small)?])
}

fn fit(image: &DynamicImage, side: u32) -> DynamicImage {
    if image.width().max(image.height()) <= side { image.clone() } else { image.thumbnail(side, side) }
}

fn data_url(image: &DynamicImage) -> Option<String> {
    let rgba = image.to_rgba8();
    if rgba.pixels().any(|pixel| pixel.0[3] < 255) {
        let mut png = Vec::new();
        image::codecs::png::PngEncoder::new(&mut png)
            .write_image(&rgba, rgba.width(), rgba.height(), image::ExtendedColorType::Rgba8)
            .ok()?;
        if png.len() <= MOST_PNG {
            return Some(encoded("image/png", &png));
        }
    }
    // What shines through is white, as on most of the networks.
    let flat = image::RgbImage::from_fn(rgba.width(), rgba.height(), |x, y| {
        let [r, g, b, a] = rgba.get_pixel(x, y).0.map(u32::from);
        image::Rgb([r, g, b].map(|c| ((c * a + 255 * (255 - a)) / 255) as u8))
    });
    let mut jpeg = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut jpeg, 78).encode_image(&flat).ok()?;
    Some(encoded("image/jpeg", &jpeg))
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::{picture, png};
    use super::*;

    #[test]
    fn pictures_shrink_and_the_room_ends() {
        let noise = image::RgbImage::from_fn(400, 400, |x, y| {
            let n = x.wrapping_mul(2_654_435_761).wrapping_add(y.wrapping_mul(40_503)) ^ (x * y);
            image::Rgb([n as u8, (n >> 8) as u8, (n >> 16) as u8])
        });
        let mut bytes = Cursor::new(Vec::new());
        noise.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
        let bytes =
            BTreeMap::from([("n".to_owned(), bytes.into_inner()), ("p".to_owned(), png(1200, 600, 9))]);
        let mut album = Album::new(&bytes);
        let one = picture("p.png", "", "p");
        assert!(
            matches!(album.show(&one), Shown::Image(url) if url.starts_with("data:image/png") && url.len() < 80_000)
        );
        let loud = picture("n.png", "", "n");
        let shown: Vec<usize> = (0..200)
            .map(|_| match album.show(&loud) {
                Shown::Image(url) => url.len(),
                Shown::Absent(_) => 0,
            })
            .collect();
        assert!(shown.iter().sum::<usize>() <= ROOM);
        assert!(shown[0] > shown.iter().copied().filter(|length| *length > 0).min().unwrap());
        assert_eq!(*shown.last().unwrap(), 0);
    }

    #[test]
    fn what_is_no_picture_is_said_to_be_none() {
        let bytes = BTreeMap::from([("t".to_owned(), b"not a picture".to_vec())]);
        let mut album = Album::new(&bytes);
        assert!(
            matches!(album.show(&picture("t.png", "", "t")), Shown::Absent(why) if why.contains("cannot be read"))
        );
        assert!(
            matches!(album.show(&picture("u.png", "", "u")), Shown::Absent(why) if why.contains("not at hand"))
        );
    }
}
