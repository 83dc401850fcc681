//! From an image's bytes to its pixels and back, and what is done to them between.
//!
//! All of it gives the same bytes for the same input on every machine: no float
//! function of the system's library has a hand in it. That is why images are made
//! smaller by Catmull and Rom's cubic and not by Lanczos' sine.

use super::resample::{clear, plain};
use super::weight::{MOST_MEMORY, frame, while_made, while_read};
use super::{Crop, How, webp};
use image::codecs::{jpeg::JpegEncoder, png::PngEncoder};
use image::metadata::Orientation;
use image::{ColorType, DynamicImage, ExtendedColorType, GrayImage, ImageDecoder, ImageEncoder, ImageFormat};
use image::{GenericImageView, ImageReader, Limits, Rgb, RgbImage, RgbaImage};
use std::borrow::Cow;
use std::io::{self, Cursor, Write};

/// A colour profile that is larger is left out. Those of cameras have 0.5 to 3 kB.
const LARGEST_PROFILE: usize = 256 << 10;

/// The end of a sentence that begins with an image's name.
const DAMAGED: &str = "is damaged: its pixels cannot be read; save it anew";

/// Unpacked, upright, eight bits a channel.
#[derive(Clone, Debug)]
pub(super) struct Pixels {
    buffer: Buffer,
    /// Its colour profile, where it speaks of these channels.
    profile: Option<Vec<u8>>,
}

#[derive(Clone, Debug)]
enum Buffer {
    Gray(GrayImage),
    Rgb(RgbImage),
    Rgba(RgbaImage),
}

/// An image whose head was read, and whose pixels were not.
pub(super) struct Head<'a> {
    decoder: Box<dyn ImageDecoder + 'a>,
    orientation: Orientation,
    profile: Option<Vec<u8>>,
}

impl<'a> Head<'a> {
    /// Reads the head of the (first) image. The error ends a sentence that begins with
    /// its name.
    ///
    /// What would take more than [`MOST_MEMORY`] to be unpacked is refused.
    pub fn of(bytes: &'a [u8]) -> Result<Head<'a>, String> {
        let (head, needs) = Head::weighed(bytes)?;
        if needs > MOST_MEMORY {
            let (width, height) = head.decoder.dimensions();
            return Err(format!(
                "has {width} × {height} pixels, too many to be made smaller here ({} MB of memory, {} MB at most): \
                 save it smaller",
                needs.div_ceil(1 << 20),
                MOST_MEMORY >> 20
            ));
        }
        Ok(head)
    }

    /// The same, with the bytes that it would take to unpack it, however many.
    fn weighed(bytes: &'a [u8]) -> Result<(Head<'a>, u64), String> {
        let damaged = |_| DAMAGED.to_owned();
        let format = image::guess_format(bytes).map_err(damaged)?;
        let mut limits = Limits::default();
        limits.max_image_width = None;
        limits.max_image_height = None;
        // For what stands beside the pixels.
        limits.max_alloc = Some(super::inspect::MEMORY);
        let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
        reader.limits(limits.clone());
        let mut decoder = reader.into_decoder().map_err(damaged)?;
        let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
        let profile = decoder.icc_profile().ok().flatten();
        let (width, height) = decoder.dimensions();
        if format == ImageFormat::Gif {
            limits.max_alloc = Some(frame((width, height)));
            decoder.set_limits(limits).map_err(damaged)?;
        }
        if format == ImageFormat::WebP && !webp::is_sound(bytes, (width, height)) {
            return Err(DAMAGED.to_owned());
        }
        let beside = profile.as_ref().map_or(0, |profile| profile.len() as u64);
        let kind = decoder.color_type();
        let needs = while_read(bytes, format, (width, height), kind, turns(orientation)) + beside;
        let profile = profile.filter(|own| own.len() <= LARGEST_PROFILE);
        Ok((Head { decoder: Box::new(decoder), orientation, profile }, needs))
    }

    /// Width and height, as it is shown.
    pub fn size(&self) -> (u32, u32) {
        let (width, height) = self.decoder.dimensions();
        if turns(self.orientation) { (height, width) } else { (width, height) }
    }

    /// Whether an image of `size` might be made of a part of it that has `whole` pixels,
    /// within [`MOST_MEMORY`]. Where something could shine through, only the pixels tell
    /// whether it does: here it is taken not to.
    pub fn may_make(&self, whole: (u32, u32), size: (u32, u32), how: How) -> bool {
        let channels = if self.decoder.color_type().channel_count() == 1 { 1 } else { 3 };
        while_made(channels, whole, size, how == How::Png) <= MOST_MEMORY
    }

    /// Unpacks the pixels. The error ends a sentence that begins with the image's name.
    pub fn unpack(self) -> Result<Pixels, String> {
        let broken = || DAMAGED.to_owned();
        let Head { decoder, orientation, profile } = self;
        let (width, height) = decoder.dimensions();
        let kind = decoder.color_type();
        let mut raw = unpacked(decoder).ok_or_else(broken)?;
        let mut channels = usize::from(kind.channel_count());
        if kind.bytes_per_pixel() / kind.channel_count() == 2 {
            narrow(&mut raw);
        }
        if channels == 2 {
            spread(&mut raw);
            channels = 4;
        }
        if channels == 4 && raw.as_chunks::<4>().0.iter().all(|pixel| pixel[3] == 255) {
            pack(&mut raw);
            channels = 3;
        }
        let image = match channels {
            1 => GrayImage::from_raw(width, height, raw).map(DynamicImage::ImageLuma8),
            3 => RgbImage::from_raw(width, height, raw).map(DynamicImage::ImageRgb8),
            _ => RgbaImage::from_raw(width, height, raw).map(DynamicImage::ImageRgba8),
        };
        let mut image = image.ok_or_else(broken)?;
        image.apply_orientation(orientation);
        let buffer = match image {
            DynamicImage::ImageLuma8(gray) => Buffer::Gray(gray),
            DynamicImage::ImageRgba8(rgba) => Buffer::Rgba(rgba),
            image => Buffer::Rgb(image.into_rgb8()),
        };
        // The colour space that it is of (ICC.1:2022, 7.2.8).
        let space: &[u8] = if matches!(buffer, Buffer::Gray(_)) { b"GRAY" } else { b"RGB " };
        let profile = profile.filter(|own| own.get(16..20) == Some(space));
        Ok(Pixels { buffer, profile })
    }
}

/// Whether the (first) image can be unpacked. What would take more than [`MOST_MEMORY`]
/// is taken to be.
pub(super) fn can_be_read(bytes: &[u8]) -> bool {
    Head::weighed(bytes).is_ok_and(|(head, needs)| needs > MOST_MEMORY || unpacked(head.decoder).is_some())
}

impl Pixels {
    /// Whether an image of that size can be made of it within [`MOST_MEMORY`].
    pub fn can_make(&self, size: (u32, u32), how: How) -> bool {
        let channels = match &self.buffer {
            Buffer::Gray(_) => 1,
            Buffer::Rgb(_) => 3,
            Buffer::Rgba(_) => 4,
        };
        while_made(channels, self.size(), size, how == How::Png) <= MOST_MEMORY
    }

    /// Width and height.
    pub fn size(&self) -> (u32, u32) {
        match &self.buffer {
            Buffer::Gray(image) => image.dimensions(),
            Buffer::Rgb(image) => image.dimensions(),
            Buffer::Rgba(image) => image.dimensions(),
        }
    }

    /// A part of it, which lies in it.
    pub fn crop(&mut self, crop: Crop) {
        let wide = self.size().0;
        let (width, height) = (crop.width, crop.height);
        // Where it cannot be, nothing is left: what lies in it always is.
        let blank = Buffer::Gray(GrayImage::new(0, 0));
        let cut = match std::mem::replace(&mut self.buffer, blank) {
            Buffer::Gray(image) => {
                GrayImage::from_raw(width, height, cut(image.into_raw(), wide, crop, 1)).map(Buffer::Gray)
            }
            Buffer::Rgb(image) => {
                RgbImage::from_raw(width, height, cut(image.into_raw(), wide, crop, 3)).map(Buffer::Rgb)
            }
            Buffer::Rgba(image) => {
                RgbaImage::from_raw(width, height, cut(image.into_raw(), wide, crop, 4)).map(Buffer::Rgba)
            }
        };
        if let Some(cut) = cut {
            self.buffer = cut;
        }
    }

    /// Of another size.
    pub fn resized(&self, width: u32, height: u32) -> Cow<'_, Pixels> {
        let (from, to) = (self.size(), (width, height));
        if from == to {
            return Cow::Borrowed(self);
        }
        let buffer = match &self.buffer {
            Buffer::Gray(image) => {
                GrayImage::from_raw(width, height, plain::<1>(image, from, to)).map(Buffer::Gray)
            }
            Buffer::Rgb(image) => {
                RgbImage::from_raw(width, height, plain::<3>(image, from, to)).map(Buffer::Rgb)
            }
            Buffer::Rgba(image) => {
                RgbaImage::from_raw(width, height, clear(image, from, to)).map(Buffer::Rgba)
            }
        };
        // It has as many bytes as such an image has.
        let Some(buffer) = buffer else { return Cow::Borrowed(self) };
        Cow::Owned(Pixels { buffer, profile: self.profile.clone() })
    }

    /// Whether it was drawn rather than photographed, so that JPEG would smear its
    /// edges: something shines through, or much of it is like what stands beside it.
    pub fn is_drawn(&self) -> bool {
        match &self.buffer {
            Buffer::Gray(image) => is_even(image.as_raw(), 1),
            Buffer::Rgb(image) => is_even(image.as_raw(), 3),
            Buffer::Rgba(_) => true,
        }
    }

    /// As a file of at most `limit` bytes; none if it becomes larger.
    pub fn encoded(&self, how: How, limit: u64) -> Option<Vec<u8>> {
        let mut out = Bounded { bytes: Vec::new(), room: limit };
        match how {
            How::Cleaned => None,
            How::Png => {
                let mut encoder = PngEncoder::new(&mut out);
                self.give_profile(&mut encoder);
                match &self.buffer {
                    Buffer::Gray(image) => write(encoder, image, self.size(), ExtendedColorType::L8),
                    Buffer::Rgb(image) => write(encoder, image, self.size(), ExtendedColorType::Rgb8),
                    Buffer::Rgba(image) => write(encoder, image, self.size(), ExtendedColorType::Rgba8),
                }
            }
            How::Jpeg { quality } => {
                let mut encoder = JpegEncoder::new_with_quality(&mut out, quality.clamp(1, 100));
                self.give_profile(&mut encoder);
                match &self.buffer {
                    Buffer::Gray(image) => write(encoder, image, self.size(), ExtendedColorType::L8),
                    Buffer::Rgb(image) => write(encoder, image, self.size(), ExtendedColorType::Rgb8),
                    Buffer::Rgba(image) => encoder.encode_image(&OnWhite(image)).ok(),
                }
            }
        }?;
        Some(out.bytes)
    }

    fn give_profile(&self, encoder: &mut impl ImageEncoder) {
        if let Some(profile) = &self.profile {
            // Both kinds take one.
            let _ = encoder.set_icc_profile(profile.clone());
        }
    }
}

fn write(encoder: impl ImageEncoder, raw: &[u8], size: (u32, u32), kind: ExtendedColorType) -> Option<()> {
    encoder.write_image(raw, size.0, size.1, kind).ok()
}

fn byte(channel: u32) -> u8 {
    u8::try_from(channel).unwrap_or(u8::MAX)
}

/// What shines through is white, as on most of the networks.
struct OnWhite<'a>(&'a RgbaImage);

impl GenericImageView for OnWhite<'_> {
    type Pixel = Rgb<u8>;

    fn dimensions(&self) -> (u32, u32) {
        self.0.dimensions()
    }

    fn get_pixel(&self, x: u32, y: u32) -> Rgb<u8> {
        let [red, green, blue, alpha] = self.0.get_pixel(x, y).0.map(u32::from);
        Rgb([red, green, blue].map(|channel| byte((channel * alpha + 255 * (255 - alpha)) / 255)))
    }
}

/// Whether width and height change places.
fn turns(orientation: Orientation) -> bool {
    use Orientation::{Rotate90, Rotate90FlipH, Rotate270, Rotate270FlipH};
    matches!(orientation, Rotate90 | Rotate270 | Rotate90FlipH | Rotate270FlipH)
}

/// The bytes as the decoder gives them, with room for four channels of what has two.
fn unpacked(decoder: Box<dyn ImageDecoder + '_>) -> Option<Vec<u8>> {
    let length = usize::try_from(decoder.total_bytes()).ok()?;
    let room = if decoder.color_type() == ColorType::La8 { length.checked_mul(2)? } else { length };
    let mut raw = Vec::with_capacity(room);
    raw.resize(length, 0);
    decoder.read_image(&mut raw).ok()?;
    Some(raw)
}

/// Sixteen bits become eight, in place.
fn narrow(raw: &mut Vec<u8>) {
    let length = raw.len() / 2;
    for at in 0..length {
        let wide = u32::from(u16::from_ne_bytes([raw[2 * at], raw[2 * at + 1]]));
        raw[at] = byte((wide + 128) / 257);
    }
    raw.truncate(length);
    raw.shrink_to_fit();
}

/// Light and alpha become red, green, blue and alpha, in place and from behind.
fn spread(raw: &mut Vec<u8>) {
    let pixels = raw.len() / 2;
    raw.resize(pixels * 4, 0);
    for at in (0..pixels).rev() {
        let [light, alpha] = [raw[2 * at], raw[2 * at + 1]];
        raw[4 * at..4 * at + 4].copy_from_slice(&[light, light, light, alpha]);
    }
}

/// Leaves alpha out, in place.
fn pack(raw: &mut Vec<u8>) {
    let pixels = raw.len() / 4;
    for at in 0..pixels {
        raw.copy_within(4 * at..4 * at + 3, 3 * at);
    }
    raw.truncate(pixels * 3);
    raw.shrink_to_fit();
}

/// A part of an image that is `wide`, which lies in it, in place.
fn cut(mut raw: Vec<u8>, wide: u32, crop: Crop, channels: usize) -> Vec<u8> {
    let (stride, length) = (wide as usize * channels, crop.width as usize * channels);
    let (left, top) = (crop.x as usize * channels, crop.y as usize);
    for row in 0..crop.height as usize {
        let from = (top + row) * stride + left;
        raw.copy_within(from..from + length, row * length);
    }
    raw.truncate(length * crop.height as usize);
    raw.shrink_to_fit();
    raw
}

/// Whether a quarter of the pixels are exactly like the one before them. In photos
/// about one in twenty is, for no two spots of the world have the same light.
fn is_even(raw: &[u8], channels: usize) -> bool {
    let pixels = raw.chunks_exact(channels);
    let all = pixels.len();
    let same = pixels.clone().zip(pixels.skip(1)).filter(|(one, next)| one == next).count();
    same > all / 4
}

/// Takes so many bytes and no more: an image that becomes too large is not written to its end.
struct Bounded {
    bytes: Vec<u8>,
    room: u64,
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if (self.bytes.len() + bytes.len()) as u64 > self.room {
            return Err(io::Error::other("it becomes too large"));
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
