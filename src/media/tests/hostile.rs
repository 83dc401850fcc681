//! Files that somebody made to do harm, each made here: none takes more memory than is
//! promised, each is refused with the reason or becomes what it should.

use super::*;
use flate2::Compression;
use flate2::write::ZlibEncoder;
use std::io::Write;

/// A chunk of a PNG.
pub(super) fn chunk(name: &[u8], content: &[u8]) -> Vec<u8> {
    let mut sum = flate2::Crc::new();
    sum.update(name);
    sum.update(content);
    let length = u32::try_from(content.len()).unwrap().to_be_bytes();
    [&length, name, content, &sum.sum().to_be_bytes()].concat()
}

/// A PNG with more chunks behind its head.
fn png_with(image: &DynamicImage, chunks: &[Vec<u8>]) -> Vec<u8> {
    let png = file(image, ImageFormat::Png);
    [&png[..33], &chunks.concat(), &png[33..]].concat()
}

pub(super) fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut packer = ZlibEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

/// A WebP of those chunks.
pub(super) fn webp(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let mut body = b"WEBP".to_vec();
    for (name, content) in chunks {
        body.extend(*name);
        body.extend(u32::try_from(content.len()).unwrap().to_le_bytes());
        body.extend(*content);
        body.extend(vec![0; content.len() % 2]);
    }
    let length = u32::try_from(body.len()).unwrap().to_le_bytes();
    [b"RIFF".as_slice(), &length, &body].concat()
}

/// The head of an extended WebP.
pub(super) fn canvas(flags: u8, width: u32, height: u32) -> Vec<u8> {
    let side = |side: u32| (side - 1).to_le_bytes()[..3].to_vec();
    [vec![flags, 0, 0, 0], side(width), side(height)].concat()
}

/// A frame of a WebP that could move.
pub(super) fn frame(width: u32, height: u32, name: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let head = [vec![0; 6], canvas(0, width, height)[4..].to_vec(), vec![0; 4]].concat();
    [&head, &webp(&[(name, content)])[12..]].concat()
}

/// What stands before the pixels of a lossy frame, and nothing behind it.
fn lossy(width: u16, height: u16) -> Vec<u8> {
    let sides = [width.to_le_bytes(), height.to_le_bytes()].concat();
    [b"\x10\x02\0\x9d\x01\x2a".as_slice(), &sides, &[0; 40]].concat()
}

/// A small image of those channels, each of one light, coded by hand: no colour space is
/// said but by what stands `between`.
pub(super) fn jpeg_of(channels: &[u8], between: &[u8]) -> Vec<u8> {
    let count = u8::try_from(channels.len()).unwrap();
    let mut bytes = [b"\xff\xd8".as_slice(), between, b"\xff\xdb\0\x43\0", &[8; 64]].concat();
    bytes.extend([0xff, 0xc0, 0, 8 + 3 * count, 8, 0, 8, 0, 8, count]);
    (1..=count).for_each(|own| bytes.extend([own, 0x11, 0]));
    // Nine codes of four bits: how many bits a difference has. One of one bit: the rest is nothing.
    bytes.extend(b"\xff\xc4\0\x1c\0\0\0\0\x09\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\x02\x03\x04\x05\x06\x07\x08");
    bytes.extend(b"\xff\xc4\0\x14\x10\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
    bytes.extend([0xff, 0xda, 0, 6 + 2 * count, count]);
    (1..=count).for_each(|own| bytes.extend([own, 0]));
    bytes.extend([0, 63, 0]);
    let mut bits = String::new();
    for light in channels {
        let value = i32::from(*light) - 128;
        let size = 32 - value.unsigned_abs().leading_zeros();
        let own = if value < 0 { value + (1 << size) - 1 } else { value };
        bits += &format!("{size:04b}");
        (0..size).rev().for_each(|bit| bits.push(if own >> bit & 1 == 1 { '1' } else { '0' }));
        bits.push('0');
    }
    while !bits.len().is_multiple_of(8) {
        bits.push('1');
    }
    for at in (0..bits.len()).step_by(8) {
        let byte = u8::from_str_radix(&bits[at..at + 8], 2).unwrap();
        bytes.push(byte);
        bytes.extend((byte == 0xff).then_some(0));
    }
    bytes.extend(b"\xff\xd9");
    bytes
}

/// A network that takes JPEG and PNG of so many pixels a side.
fn sides(side: u32) -> Wanted {
    Wanted { rules: ImageRules { side: Some(side), ..ImageRules::POSTED }, ..posted(None) }
}

/// What comes of it there.
fn anew(bytes: &[u8], side: u32) -> Result<(Vec<u8>, Made), CannotFit> {
    through(bytes, &sides(side))
}

/// What comes of it there if nobody went through its data, which is damaged, before.
fn unseen(bytes: &[u8], (width, height): (u32, u32), side: u32) -> String {
    assert!(inspect(bytes).unwrap_err().contains("whose data is damaged"));
    let facts = MediaFacts {
        mime: image::guess_format(bytes).unwrap().to_mime_type().to_owned(),
        bytes: bytes.len() as u64,
        width,
        height,
        sha256: String::new(),
        frames: 1,
        orientation: 1,
        private: false,
    };
    refusal(fit(bytes, &facts, &sides(side)))
}

fn refusal<T>(outcome: Result<T, CannotFit>) -> String {
    match outcome.err() {
        Some(CannotFit::Unreadable(says)) => says,
        other => panic!("{other:?}"),
    }
}

#[test]
fn frames_are_counted_however_many_there_are() {
    let mut bytes = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff".to_vec();
    for _ in 0..100_000 {
        bytes.extend(b"\x2c\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0");
    }
    bytes.push(b';');
    let facts = inspect(&bytes).unwrap();
    assert_eq!(facts.frames, 100_000);
    let few = Animated { frames: Some(350), ..Animated::GIF };
    let rules = ImageRules { animated: Some(few), ..ImageRules::POSTED };
    let refused = fit(&bytes, &facts, &Wanted { rules, ..posted(None) }).unwrap_err();
    assert_eq!(refused, CannotFit::MovesTooMuch("has 100000 frames, 350 at most".to_owned()));
}

#[test]
fn a_frame_that_is_larger_than_its_screen_is_weighed() {
    let gif = |screen: u16, side: u16| {
        let sides = |side: u16| [side.to_le_bytes(), side.to_le_bytes()].concat();
        let head =
            [b"GIF89a".as_slice(), &sides(screen), b"\x80\0\0\0\0\0\xff\xff\xff\x2c\0\0\0\0", &sides(side)];
        [&head.concat(), b"\0\x02\x02\x44\x01\0;".as_slice()].concat()
    };
    assert_eq!(anew(&gif(1, 1), 9).unwrap().1.width, 1);
    // Room for 17 GB, or of the screen's 4 bytes a pixel and the frame's 5 more than there is.
    for (screen, side) in [(4, 65_535), (4, 9_000), (2_000, 8_900)] {
        let says = unseen(&gif(screen, side), (u32::from(screen), u32::from(screen)), 1);
        assert!(says.starts_with("is damaged"), "{says}");
    }
}

#[test]
fn a_webp_whose_frames_have_another_size_is_damaged() {
    // The decoder would make room for 268 million pixels before it looked.
    for bytes in [
        webp(&[(b"VP8X", &canvas(0, 16, 16)), (b"VP8 ", &lossy(16_383, 16_383))]),
        webp(&[
            (b"VP8X", &canvas(2, 16, 16)),
            (b"ANIM", &[0; 6]),
            (b"ANMF", &frame(16, 16, b"VP8 ", &lossy(16_383, 16_383))),
        ]),
        webp(&[
            (b"VP8X", &canvas(2, 16, 16)),
            (b"ANIM", &[0; 6]),
            (b"ANMF", &frame(16_000_000, 16_000_000, b"VP8L", b"\x2f\xff\xff\xff\x0f\0\0\0\0\0\0\0")),
        ]),
    ] {
        assert!(unseen(&bytes, (16, 16), 9).starts_with("is damaged"));
    }
}

#[test]
fn a_webp_of_one_frame_is_still_and_of_two_it_moves() {
    let still = file(&corners(16, 16), ImageFormat::WebP);
    let coded = &still[20..];
    let one = frame(16, 16, b"VP8L", coded);
    let head = canvas(2 | 16, 16, 16);
    let with = |frames: usize| {
        let mut chunks: Vec<(&[u8; 4], &[u8])> = vec![(b"VP8X", &head), (b"ANIM", &[0; 6])];
        chunks.extend((0..frames).map(|_| (b"ANMF", one.as_slice())));
        webp(&chunks)
    };
    let (out, made) = anew(&with(1), 16).unwrap();
    assert_eq!((made.how, corners_of(&out)), (How::Png, ["red", "green", "blue", "white"]));
    let bytes = with(2000);
    assert_eq!(inspect(&bytes).unwrap().frames, 2000);
    assert_eq!(anew(&bytes, 16).unwrap_err(), CannotFit::Moves);
}

/// Bits, the lowest first.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    at: usize,
}

impl Bits {
    fn put(&mut self, value: u32, count: usize) {
        for place in 0..count {
            if self.at.is_multiple_of(8) {
                self.bytes.push(0);
            }
            *self.bytes.last_mut().unwrap() |= ((value >> place & 1) as u8) << (self.at % 8);
            self.at += 1;
        }
    }

    /// A code of a single symbol of eight bits.
    fn single(&mut self, symbol: u32) {
        self.put(0b101, 3);
        self.put(symbol, 8);
    }

    /// Eleven symbols with codes of 1, 2 … 9, 10 and 10 bits: a table of 4 kB.
    fn long(&mut self) {
        // The code of the lengths: 1 to 10 have one of four bits (six) or three (five) with 0.
        self.put(0, 1);
        self.put(14 - 4, 4);
        // In the order 17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10.
        for length in [0, 0, 3, 3, 3, 3, 3, 4, 0, 4, 4, 4, 4, 4] {
            self.put(length, 3);
        }
        // So many are told: eleven.
        self.put(1, 1);
        self.put(1, 3);
        self.put(11 - 2, 4);
        // Codes go by their length and then by their symbol, the highest bit first.
        let three = |code: u32| (code.reverse_bits() >> 29, 3);
        let four = |code: u32| (code.reverse_bits() >> 28, 4);
        let codes =
            [three(1), three(2), three(3), three(4), four(10), four(11), four(12), four(13), four(14)];
        for (code, count) in codes.into_iter().chain([four(15), four(15)]) {
            self.put(code, count);
        }
    }
}

/// A lossless WebP of one pixel with so many groups of codes.
fn groups(count: u32) -> Vec<u8> {
    let mut bits = Bits::default();
    bits.put(0x2f, 8);
    // One pixel; no alpha, version 0; no transform, no colours that are remembered.
    bits.put(0, 32);
    bits.put(0, 1);
    bits.put(0, 1);
    // Groups of codes, and the one that the pixel has: of all the last.
    bits.put(1, 1);
    bits.put(0, 3);
    bits.put(0, 1);
    for symbol in [(count - 1) & 255, (count - 1) >> 8, 0, 255, 0] {
        bits.single(symbol);
    }
    for _ in 0..count * 5 {
        bits.long();
    }
    bits.put(0, 32);
    webp(&[(b"VP8L", &bits.bytes)])
}

#[test]
fn tables_of_a_webp_are_weighed() {
    // It is read to its end: the codes are as they have to be.
    assert_eq!(anew(&groups(3), 9).unwrap().1.width, 1);
    let bytes = groups(22_000);
    assert!(bytes.len() < 2 << 20);
    let says = refusal(anew(&bytes, 9));
    assert!(says.contains("384 MB at most"), "{says}");
}

#[test]
fn what_is_packed_in_a_png_beside_its_pixels_goes() {
    let bomb = packed(&vec![0; 16 << 20]);
    let text = chunk(b"zTXt", &[b"Comment\0\0".as_slice(), &bomb].concat());
    let (out, made) = through(&png_with(&corners(20, 10), &[text]), &Wanted::ORIGINAL).unwrap();
    assert_eq!((made.how, out), (How::Cleaned, file(&corners(20, 10), ImageFormat::Png)));
    // A profile of that size is none.
    let profile = chunk(b"iCCP", &[b"p\0\0".as_slice(), &bomb].concat());
    let (out, made) = anew(&png_with(&corners(20, 10), &[profile]), 10).unwrap();
    assert_eq!((made.width, corners_of(&out)), (10, ["red", "green", "blue", "white"]));
    assert!(out.len() < 1000);
}

#[test]
fn exif_that_leads_back_to_itself_is_read_once() {
    // Its directory is the next one, and its own Exif and its place.
    let mut tiff = b"II*\0\x08\0\0\0\x03\0".to_vec();
    tiff.extend(b"\x12\x01\x03\0\x01\0\0\0\x06\0\0\0");
    tiff.extend(b"\x69\x87\x04\0\x01\0\0\0\x08\0\0\0");
    tiff.extend(b"\x25\x88\x04\0\x01\0\0\0\x08\0\0\0");
    tiff.extend(b"\x08\0\0\0GPS52.5200N");
    let jpeg = file(&corners(64, 48), ImageFormat::Jpeg);
    let length = u16::try_from(tiff.len() + 8).unwrap().to_be_bytes();
    let of_jpeg = [&jpeg[..2], b"\xff\xe1", &length, b"Exif\0\0", &tiff, &jpeg[2..]].concat();
    let of_png = png_with(&corners(64, 48), &[chunk(b"eXIf", &tiff)]);
    for bytes in [of_jpeg, of_png] {
        let (out, made) = through(&bytes, &Wanted::ORIGINAL).unwrap();
        assert_eq!((made.how, made.width, inspect(&out).unwrap().orientation), (How::Cleaned, 48, 6));
        assert_eq!(corners_of(&out), ["blue", "red", "white", "green"]);
        assert_eq!(corners_of(&anew(&bytes, 32).unwrap().0), ["blue", "red", "white", "green"]);
    }
}

#[test]
fn a_file_may_end_anywhere() {
    let gif = file(&corners(16, 16), ImageFormat::Gif);
    for bytes in [
        from_a_phone(&file(&noise(16, 16), ImageFormat::Jpeg), 6),
        png_with(&noise(16, 16), &[chunk(b"eXIf", &phone_exif(6))]),
        moving(2),
        gif,
        file(&noise(16, 16), ImageFormat::WebP),
        groups(2),
    ] {
        for end in 0..bytes.len() {
            let cut = &bytes[..end];
            match inspect(cut) {
                Err(says) => assert!(says.starts_with("is "), "{says}"),
                Ok(facts) => {
                    let small = ImageRules { side: Some(9), ..ImageRules::POSTED };
                    for rules in [small, ImageRules::ORIGINAL] {
                        let made = fit(cut, &facts, &Wanted { rules, ..posted(None) });
                        let out = made.ok().and_then(|made| made.bytes);
                        assert!(out.is_none_or(|out| !inspect(&out).unwrap().private && !tells(&out)));
                    }
                }
            }
        }
    }
}

#[test]
fn sides_that_cannot_be_are_refused_by_the_head() {
    let mut jpeg = jpeg_of(&[9], b"");
    let at = jpeg.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap() + 5;
    let mut of = |height: u16, width: u16| {
        jpeg[at..at + 4].copy_from_slice(&[height.to_be_bytes(), width.to_be_bytes()].concat());
        inspect(&jpeg).unwrap_err()
    };
    assert_eq!(of(65_500, 65_500), "is a JPG of 65500 × 65500 pixels, more than any network takes");
    for (height, width) in [(0, 8), (8, 0), (0, 0)] {
        assert!(of(height, width).starts_with("is a JPG with"));
    }
    for (width, height) in [(1, 100_000_000), (60_000, 60_000)] {
        let says = inspect(&claiming(width, height, 8, 2)).unwrap_err();
        assert_eq!(says, format!("is a PNG of {width} × {height} pixels, more than any network takes"));
    }
    for bytes in [
        claiming(100_000_000, 1, 8, 2),
        claiming(0, 5, 8, 2),
        claiming(5, 0, 8, 2),
        b"GIF89a\0\0\0\0\0\0\0\x2c\0\0\0\0\0\0\0\0\0\x02\x02\x44\x01\0;".to_vec(),
        webp(&[(b"VP8 ", &lossy(0, 0))]),
    ] {
        let says = inspect(&bytes).unwrap_err();
        assert!(says.starts_with("is a "), "{says}");
    }
}

#[test]
fn inks_become_the_colours_that_they_are() {
    // Adobe's programs save inks the other way round, and say so by their mark.
    let mark = b"\xff\xee\0\x0eAdobe\0\x64\0\0\0\0\0";
    for (channels, right) in [
        ([255, 255, 255, 255], [255, 255, 255]),
        ([0, 255, 255, 255], [0, 255, 255]),
        ([255, 255, 255, 0], [0, 0, 0]),
        ([255, 128, 255, 255], [255, 128, 255]),
    ] {
        let bytes = jpeg_of(&channels, mark);
        let (out, made) = anew(&bytes, 4).unwrap();
        assert_eq!((made.width, made.height), (4, 4));
        let own = seen(&out).get_pixel(1, 1).0;
        assert!(own.iter().zip(right).all(|(own, right)| own.abs_diff(right) < 6), "{own:?} for {right:?}");
    }
    let (out, _) = anew(&jpeg_of(&[40], b""), 4).unwrap();
    assert!(seen(&out).get_pixel(1, 1).0.iter().all(|own| own.abs_diff(40) < 3));
}

#[test]
fn a_refusal_comes_before_the_pixels() {
    // Whose head says more than they have: were they unpacked, they would be damaged.
    let bytes = claiming(11_580, 11_580, 8, 2);
    let size = (11_580, 11_580);
    let small = unseen(&bytes, size, 2_000);
    assert!(small.contains("11580 × 11580 pixels, too many to be made smaller here (384 MB"), "{small}");
    let recipe = Recipe {
        sha256: String::new(),
        width: size.0,
        height: size.1,
        crop: None,
        how: How::Png,
        squeezed: false,
    };
    assert_eq!(refusal(remake(&bytes, &recipe, 11_580, 11_580)), small);
    assert_eq!(remake(&bytes, &recipe, 11_581, 1).unwrap_err(), CannotFit::OutsideOfIt);
    assert!(unseen(&bytes, size, 100).starts_with("is damaged"), "small enough to be tried");
    let crop = Some(Crop { x: 11_000, y: 0, width: 581, height: 10 });
    let outside = Recipe { crop, ..recipe };
    assert_eq!(remake(&bytes, &outside, 5, 5).unwrap_err(), CannotFit::OutsideOfIt);
}

#[test]
fn a_gif_of_a_large_screen_that_nothing_paints_is_refused() {
    let gif = |width: u16, height: u16| {
        let mut bytes = b"GIF89a".to_vec();
        bytes.extend([width.to_le_bytes(), height.to_le_bytes()].concat());
        bytes.extend(b"\x80\0\0\0\0\0\xff\xff\xff\x2c\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0;");
        bytes
    };
    let refused = inspect(&gif(16_000, 4_000)).unwrap_err();
    assert!(refused.contains("16000 × 4000 pixels, more than its 15 bytes of frames can paint"), "{refused}");
    // Comments paint nothing.
    let mut padded = gif(16_000, 4_000);
    let end = padded.pop().unwrap();
    for _ in 0..200 {
        padded.extend([b"\x21\xfe\xff".as_slice(), &[b'x'; 255], b"\0"].concat());
    }
    padded.push(end);
    assert!(inspect(&padded).unwrap_err().contains("can paint"));
    assert!(inspect(&gif(1_000, 1_000)).is_ok());
}

/// A PNG whose head claims more than it has.
fn claiming(width: u32, height: u32, bits: u8, colours: u8) -> Vec<u8> {
    let mut bytes = file(&corners(1, 1), ImageFormat::Png);
    bytes[16..20].copy_from_slice(&width.to_be_bytes());
    bytes[20..24].copy_from_slice(&height.to_be_bytes());
    bytes[24..26].copy_from_slice(&[bits, colours]);
    let mut sum = flate2::Crc::new();
    sum.update(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&sum.sum().to_be_bytes());
    bytes
}

#[test]
fn what_takes_too_much_memory_is_refused_by_its_head() {
    // 16-bit RGBA has eight bytes a pixel: 384 MiB are 50.3 million of them.
    for (width, height, bits, colours) in [(7_100, 7_100, 16, 6), (11_600, 11_600, 8, 2)] {
        let bytes = claiming(width, height, bits, colours);
        let says = unseen(&bytes, (width, height), 100);
        assert!(says.contains("384 MB at most): save it smaller"), "{says}");
    }
}

#[test]
fn sixteen_bits_and_light_with_alpha_become_what_they_were() {
    use image::{ImageBuffer, LumaA};
    let wide = |x: u32, y: u32| (x * 4099 + y * 257) as u16;
    let rgb = ImageBuffer::from_fn(30, 20, |x, y| Rgb([wide(x, y), wide(y, x), 40_000]));
    let rgba = ImageBuffer::from_fn(30, 20, |x, y| Rgba([wide(x, y), 9, 300, wide(y, y)]));
    let opaque = ImageBuffer::from_fn(30, 20, |x, y| Rgba([wide(x, y), 9, 300, u16::MAX]));
    let light = ImageBuffer::from_fn(30, 20, |x, y| LumaA([x as u8 * 8, y as u8 * 12]));
    for image in [
        DynamicImage::ImageRgb16(rgb),
        DynamicImage::ImageRgba16(rgba),
        DynamicImage::ImageRgba16(opaque),
        DynamicImage::ImageLumaA8(light),
    ] {
        let bytes = file(&image, ImageFormat::Png);
        let crop = Some(Crop { x: 3, y: 2, width: 20, height: 15 });
        let png = ImageRules { types: &["image/png"], ..ImageRules::POSTED };
        let (out, made) = through(&bytes, &Wanted { rules: png, crop, ..posted(None) }).unwrap();
        assert_eq!(made.how, How::Png);
        let expected = image.crop_imm(3, 2, 20, 15).into_rgba8();
        assert_eq!(image::load_from_memory(&out).unwrap().into_rgba8(), expected);
    }
}
