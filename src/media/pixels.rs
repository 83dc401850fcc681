//! From an image's bytes to its pixels and back, and what is done to them between.
//!
//! All of it gives the same bytes for the same input on every machine: no float
//! function of the system's library has a hand in it. That is why images are made
//! smaller by Catmull and Rom's cubic and not by Lanczos' sine.

use super::{Crop, How};
use image::codecs::{jpeg::JpegEncoder, png::PngEncoder};
use image::imageops::{self, FilterType};
use image::metadata::Orientation;
use image::{DynamicImage, ExtendedColorType, GrayImage, ImageDecoder, ImageEncoder, ImageReader, Limits};
use image::{RgbImage, RgbaImage};
use std::borrow::Cow;
use std::io::{self, Cursor, Write};

/// Memory for the pixels of an image as its file has them: a photo of 89 million. While
/// it is turned, there are two of them.
const MOST_MEMORY: u64 = 256 << 20;
/// A colour profile that is larger is left out. Those of cameras have 0.5 to 3 kB.
const LARGEST_PROFILE: usize = 256 << 10;

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

impl Pixels {
    /// Unpacks the (first) image. The error ends a sentence that begins with its name.
    pub fn of(bytes: &[u8]) -> Result<Pixels, String> {
        let damaged = |_| "is damaged: its pixels cannot be read; save it anew".to_owned();
        let format = image::guess_format(bytes).map_err(damaged)?;
        let mut limits = Limits::default();
        limits.max_image_width = None;
        limits.max_image_height = None;
        limits.max_alloc = Some(MOST_MEMORY);
        let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
        reader.limits(limits);
        let mut decoder = reader.into_decoder().map_err(damaged)?;
        // Some decoders do not honour the limit for the pixels themselves.
        if decoder.total_bytes() > MOST_MEMORY {
            let (width, height) = decoder.dimensions();
            return Err(format!(
                "has {width} × {height} pixels, too many to be made smaller here: save it smaller"
            ));
        }
        let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
        let profile = decoder.icc_profile().ok().flatten();
        let mut image = DynamicImage::from_decoder(decoder).map_err(damaged)?;
        image.apply_orientation(orientation);
        let buffer = match image {
            DynamicImage::ImageLuma8(gray) => Buffer::Gray(gray),
            DynamicImage::ImageLuma16(_) => Buffer::Gray(image.into_luma8()),
            image if image.color().has_alpha() => {
                let rgba = image.into_rgba8();
                if rgba.pixels().all(|pixel| pixel.0[3] == 255) {
                    Buffer::Rgb(DynamicImage::ImageRgba8(rgba).into_rgb8())
                } else {
                    Buffer::Rgba(rgba)
                }
            }
            image => Buffer::Rgb(image.into_rgb8()),
        };
        // The colour space that it is of (ICC.1:2022, 7.2.8).
        let space: &[u8] = if matches!(buffer, Buffer::Gray(_)) { b"GRAY" } else { b"RGB " };
        let profile = profile.filter(|own| own.len() <= LARGEST_PROFILE && own.get(16..20) == Some(space));
        Ok(Pixels { buffer, profile })
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
        let Crop { x, y, width, height } = crop;
        self.buffer = match &self.buffer {
            Buffer::Gray(image) => Buffer::Gray(imageops::crop_imm(image, x, y, width, height).to_image()),
            Buffer::Rgb(image) => Buffer::Rgb(imageops::crop_imm(image, x, y, width, height).to_image()),
            Buffer::Rgba(image) => Buffer::Rgba(imageops::crop_imm(image, x, y, width, height).to_image()),
        };
    }

    /// Of another size.
    pub fn resized(&self, width: u32, height: u32) -> Cow<'_, Pixels> {
        if self.size() == (width, height) {
            return Cow::Borrowed(self);
        }
        let buffer = match &self.buffer {
            Buffer::Gray(image) => Buffer::Gray(imageops::resize(image, width, height, FILTER)),
            Buffer::Rgb(image) => Buffer::Rgb(imageops::resize(image, width, height, FILTER)),
            Buffer::Rgba(image) => {
                // What shines through must not lend its colour to what does not.
                let mut weighed = image.clone();
                for pixel in weighed.pixels_mut() {
                    let [red, green, blue, alpha] = pixel.0.map(u32::from);
                    pixel.0 = [red * alpha / 255, green * alpha / 255, blue * alpha / 255, alpha].map(byte);
                }
                let mut small = imageops::resize(&weighed, width, height, FILTER);
                for pixel in small.pixels_mut() {
                    let [red, green, blue, alpha] = pixel.0.map(u32::from);
                    if let Some(whole) = std::num::NonZeroU32::new(alpha) {
                        let back = |channel: u32| (channel * 255 / whole).min(255);
                        pixel.0 = [back(red), back(green), back(blue), alpha].map(byte);
                    }
                }
                Buffer::Rgba(small)
            }
        };
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
                    Buffer::Rgba(image) => {
                        write(encoder, &on_white(image), self.size(), ExtendedColorType::Rgb8)
                    }
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

/// See the top of this file.
const FILTER: FilterType = FilterType::CatmullRom;

fn write(encoder: impl ImageEncoder, raw: &[u8], size: (u32, u32), kind: ExtendedColorType) -> Option<()> {
    encoder.write_image(raw, size.0, size.1, kind).ok()
}

fn byte(channel: u32) -> u8 {
    u8::try_from(channel).unwrap_or(u8::MAX)
}

/// What shines through is white, as on most of the networks.
fn on_white(image: &RgbaImage) -> RgbImage {
    let mut flat = RgbImage::new(image.width(), image.height());
    for (flat, pixel) in flat.pixels_mut().zip(image.pixels()) {
        let [red, green, blue, alpha] = pixel.0.map(u32::from);
        flat.0 = [red, green, blue].map(|channel| byte((channel * alpha + 255 * (255 - alpha)) / 255));
    }
    flat
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
