//! Images drawn here, through every door.

mod damaged;
mod hostile;

use super::*;
use crate::text::{Animated, KNOWN_TYPES};
use image::codecs::gif::GifEncoder;
use image::{DynamicImage, Frame, ImageDecoder, ImageFormat, ImageReader, Rgb, RgbImage, Rgba, RgbaImage};
use proptest::prelude::*;
use std::io::Cursor;

const RED: [u8; 3] = [220, 20, 20];
const GREEN: [u8; 3] = [20, 200, 20];
const BLUE: [u8; 3] = [20, 20, 220];
const WHITE: [u8; 3] = [250, 250, 250];

/// Red, green / blue, white: which way up it is can be seen.
fn corners(width: u32, height: u32) -> DynamicImage {
    DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, |x, y| {
        Rgb(match (x < width / 2, y < height / 2) {
            (true, true) => RED,
            (false, true) => GREEN,
            (true, false) => BLUE,
            (false, false) => WHITE,
        })
    }))
}

/// What compresses badly.
fn noise(width: u32, height: u32) -> DynamicImage {
    DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, |x, y| {
        let mut n = x.wrapping_mul(0x9e37_79b9) ^ y.wrapping_mul(0x85eb_ca6b);
        n ^= n >> 13;
        n = n.wrapping_mul(0xc2b2_ae35);
        Rgb([n as u8, (n >> 8) as u8, (n >> 16) as u8])
    }))
}

fn file(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// Exif as a phone writes it: how it was held, where it was, and with what.
fn phone_exif(orientation: u8) -> Vec<u8> {
    let mut tiff = b"MM\0\x2a\0\0\0\x08\0\x03".to_vec();
    // Make: ASCII, 10 bytes behind the directory (8 + 2 + 3 * 12 + 4 = 50).
    tiff.extend(b"\x01\x0f\0\x02\0\0\0\x0a\0\0\0\x32");
    tiff.extend([0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0]);
    // GPS directory at 60.
    tiff.extend(b"\x88\x25\0\x04\0\0\0\x01\0\0\0\x3c");
    tiff.extend([0; 4]);
    tiff.extend(b"PhoneMake\0");
    tiff.extend(b"\0\x01\0\x01\0\x02\0\0\0\x02N\0\0\0\0\0\0\0GPS52.5200N13.4050E");
    tiff
}

/// The segments of a phone: Exif, XMP, IPTC, a comment, a preview, a film behind the end.
fn from_a_phone(jpeg: &[u8], orientation: u8) -> Vec<u8> {
    let segment = |marker: u8, content: &[u8]| {
        let mut all = vec![0xff, marker];
        all.extend(u16::try_from(content.len() + 2).unwrap().to_be_bytes());
        all.extend(content);
        all
    };
    let mut bytes = jpeg[..2].to_vec();
    bytes.extend(segment(0xe1, &[b"Exif\0\0".as_slice(), &phone_exif(orientation)].concat()));
    bytes.extend(segment(0xe1, b"http://ns.adobe.com/xap/1.0/\0<x>GPS52.5200N</x>"));
    bytes.extend(segment(0xed, b"Photoshop 3.0\08BIM\x04\x04GPS52.5200N"));
    bytes.extend(segment(0xe2, b"MPF\0GPS52.5200N"));
    for marker in [0xfe, 0xc8, 0xde, 0xdf] {
        bytes.extend(segment(marker, b"GPS52.5200N"));
    }
    bytes.extend(&jpeg[2..]);
    bytes.extend(b"ftypmp42 GPS52.5200N");
    bytes
}

fn tells(bytes: &[u8]) -> bool {
    [b"GPS5".as_slice(), b"PhoneM", b"8BIM", b"ns.adobe", b"MPF\0"]
        .iter()
        .any(|word| bytes.windows(word.len()).any(|window| window == *word))
}

fn through(bytes: &[u8], wanted: &Wanted) -> Result<(Vec<u8>, Made), CannotFit> {
    let facts = inspect(bytes).unwrap();
    let made = fit(bytes, &facts, wanted)?;
    assert_eq!(stays(&facts, wanted), made.bytes.is_none(), "{facts:?}");
    let out = made.bytes.clone().unwrap_or_else(|| bytes.to_vec());
    let after = inspect(&out).unwrap();
    assert_eq!((after.mime.as_str(), after.width, after.height), (made.mime, made.width, made.height));
    assert!(!after.private && !tells(&out));
    if made.bytes.is_some() {
        let crop = wanted.crop.filter(|crop| !crop.is_all_of(facts.width, facts.height));
        let recipe = Recipe {
            sha256: facts.sha256.clone(),
            width: facts.width,
            height: facts.height,
            crop,
            how: made.how,
            squeezed: made.squeezed,
        };
        assert!(remake(bytes, &recipe, made.width, made.height).unwrap() == out, "not made again the same");
    }
    Ok((out, made))
}

fn posted(bytes: Option<u64>) -> Wanted {
    Wanted { rules: ImageRules::POSTED, bytes, crop: None }
}

/// What its readers see.
fn seen(bytes: &[u8]) -> RgbImage {
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().unwrap();
    let mut decoder = reader.into_decoder().unwrap();
    let orientation = decoder.orientation().unwrap();
    let mut image = DynamicImage::from_decoder(decoder).unwrap();
    image.apply_orientation(orientation);
    image.into_rgb8()
}

/// The colours of the four corners, by name.
fn corners_of(bytes: &[u8]) -> [&'static str; 4] {
    let image = seen(bytes);
    let (right, bottom) = (image.width() - 2, image.height() - 2);
    [(1, 1), (right, 1), (1, bottom), (right, bottom)].map(|(x, y)| {
        let own = image.get_pixel(x, y).0;
        let far = |name: [u8; 3]| own.iter().zip(name).map(|(a, b)| u32::from(a.abs_diff(b))).sum::<u32>();
        let names = [("red", RED), ("green", GREEN), ("blue", BLUE), ("white", WHITE)];
        names.into_iter().min_by_key(|(_, colour)| far(*colour)).unwrap().0
    })
}

#[test]
fn what_fits_and_tells_nothing_stays_as_it_is() {
    for format in [ImageFormat::Png, ImageFormat::Jpeg] {
        let bytes = file(&corners(64, 48), format);
        for wanted in [posted(None), posted(Some(bytes.len() as u64)), Wanted::ORIGINAL] {
            assert_eq!(through(&bytes, &wanted).unwrap().1.bytes, None, "{format:?}");
        }
    }
    for format in [ImageFormat::Gif, ImageFormat::WebP] {
        let bytes = file(&corners(64, 48), format);
        assert_eq!(through(&bytes, &Wanted::ORIGINAL).unwrap().1.bytes, None, "{format:?}");
        // A network that does not take the kind gets another.
        let (out, made) = through(&bytes, &posted(None)).unwrap();
        assert_eq!((made.how, made.mime), (How::Png, "image/png"), "{format:?}");
        assert_eq!(corners_of(&out), ["red", "green", "blue", "white"]);
    }
}

#[test]
fn where_a_photo_was_taken_goes_nowhere_and_its_pixels_stay() {
    for orientation in 1..=8 {
        let jpeg = file(&corners(64, 48), ImageFormat::Jpeg);
        let bytes = from_a_phone(&jpeg, orientation);
        assert!(tells(&bytes));
        let (out, made) = through(&bytes, &Wanted::ORIGINAL).unwrap();
        assert_eq!(made.how, How::Cleaned);
        assert_eq!(seen(&bytes), seen(&out), "{orientation}");
        // Beside the pixels only how it was held is told.
        assert_eq!(out.len(), jpeg.len() + if orientation == 1 { 0 } else { 36 });
        // For a network it is turned upright; what is upright stays.
        let (posted, made) = through(&bytes, &posted(None)).unwrap();
        assert_eq!(made.how == How::Cleaned, orientation == 1);
        assert_eq!(inspect(&posted).unwrap().orientation, 1);
        assert_eq!(corners_of(&posted), corners_of(&bytes), "{orientation}");
        assert_eq!(seen(&posted).dimensions(), seen(&bytes).dimensions());
    }
}

#[test]
fn other_kinds_are_cleaned_as_well() {
    let png = file(&corners(32, 32), ImageFormat::Png);
    let chunk = |name: &[u8], content: &[u8]| {
        let mut all = u32::try_from(content.len()).unwrap().to_be_bytes().to_vec();
        let mut sum = flate2::Crc::new();
        sum.update(name);
        sum.update(content);
        all.extend(name);
        all.extend(content);
        all.extend(sum.sum().to_be_bytes());
        all
    };
    let mut told = png[..33].to_vec();
    told.extend(chunk(b"eXIf", &phone_exif(6)));
    told.extend(chunk(b"tEXt", b"Comment\0GPS52.5200N"));
    told.extend(&png[33..]);
    told.extend(b"GPS52.5200N");
    let (out, made) = through(&told, &Wanted::ORIGINAL).unwrap();
    assert_eq!((made.how, inspect(&out).unwrap().orientation), (How::Cleaned, 6));
    assert_eq!(seen(&out), seen(&told));

    let gif = file(&corners(32, 32), ImageFormat::Gif);
    let end = gif.len() - 1;
    let told =
        [&gif[..end], b"\x21\xfe\x0bGPS52.5200N\0\x21\xff\x0bXMP DataXMP\x0bGPS52.5200N\0", &gif[end..]]
            .concat();
    assert_eq!(through(&told, &Wanted::ORIGINAL).unwrap().0, gif);

    let webp = file(&corners(32, 32), ImageFormat::WebP);
    let mut told = b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\x0c\0\0\0\x1f\0\0\x1f\0\0".to_vec();
    told.extend(&webp[12..]);
    let exif = phone_exif(3);
    told.extend(b"EXIF");
    told.extend(u32::try_from(exif.len()).unwrap().to_le_bytes());
    told.extend(&exif);
    told.extend(vec![0; exif.len() % 2]);
    told.extend(b"XMP \x0c\0\0\0GPS52.5200N ");
    let size = u32::try_from(told.len() - 8).unwrap().to_le_bytes();
    told[4..8].copy_from_slice(&size);
    let (out, _) = through(&told, &Wanted::ORIGINAL).unwrap();
    assert_eq!(
        (corners_of(&out), inspect(&out).unwrap().orientation),
        (["white", "blue", "green", "red"], 3)
    );
}

#[test]
fn what_is_too_large_gets_smaller_and_never_larger() {
    let bytes = file(&noise(300, 200), ImageFormat::Jpeg);
    for (rules, size) in [
        (ImageRules { side: Some(150), ..ImageRules::POSTED }, (150, 100)),
        (ImageRules { width: Some(60), ..ImageRules::POSTED }, (60, 40)),
        (ImageRules { area: Some(15_000), ..ImageRules::POSTED }, (150, 100)),
        (ImageRules { side: Some(1), ..ImageRules::POSTED }, (1, 1)),
        (ImageRules { side: Some(4000), area: Some(60_000), ..ImageRules::POSTED }, (300, 200)),
        // What readers do not see is taken all the same, unless it is made anew anyway.
        (ImageRules { shown: Some(150), ..ImageRules::POSTED }, (300, 200)),
        (ImageRules { shown: Some(150), types: &["image/png"], ..ImageRules::POSTED }, (150, 100)),
    ] {
        let (_, made) = through(&bytes, &Wanted { rules, ..posted(None) }).unwrap();
        assert_eq!((made.width, made.height), size, "{rules:?}");
        assert!(!made.squeezed);
    }
}

#[test]
fn a_file_that_is_too_large_becomes_coarser_then_smaller_and_then_is_refused() {
    let bytes = file(&noise(500, 400), ImageFormat::Png);
    let sizes = [300_000, 200_000, 120_000, 60_000].map(|most| {
        let (out, made) = through(&bytes, &posted(Some(most))).unwrap();
        assert!(out.len() as u64 <= most);
        (made.width, made.how, made.squeezed)
    });
    assert_eq!(sizes[0].0, 500);
    assert!(sizes[0] != sizes[1], "{sizes:?}");
    assert!(sizes[3].0 < 500 && sizes[3].2, "{sizes:?}");
    assert_eq!(through(&bytes, &posted(Some(2_000))).unwrap_err(), CannotFit::TooLarge(2_000));
}

#[test]
fn what_was_drawn_stays_png_while_it_is_small_enough() {
    let drawn = file(&corners(400, 300), ImageFormat::WebP);
    assert_eq!(through(&drawn, &posted(Some(50_000))).unwrap().1.how, How::Png);
    let clear = RgbaImage::from_fn(300, 200, |x, y| {
        let n = x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503);
        Rgba([n as u8, (n >> 8) as u8, (n >> 16) as u8, if x < 150 { 0 } else { 255 }])
    });
    let clear = file(&DynamicImage::ImageRgba8(clear), ImageFormat::Png);
    let small = Wanted { rules: ImageRules { side: Some(100), ..ImageRules::POSTED }, ..posted(None) };
    let (out, made) = through(&clear, &small).unwrap();
    assert_eq!(made.how, How::Png);
    let small = image::load_from_memory(&out).unwrap().into_rgba8();
    assert_eq!((small.get_pixel(2, 2).0[3], small.get_pixel(97, 60).0[3]), (0, 255));
    // As JPEG, what shines through is white.
    let (out, made) = through(&clear, &posted(Some(60_000))).unwrap();
    assert_eq!(made.mime, "image/jpeg");
    assert!(seen(&out).get_pixel(3, 3).0.iter().all(|channel| *channel > 245));
}

#[test]
fn a_crop_is_of_the_image_as_it_is_shown() {
    let bytes = from_a_phone(&file(&corners(64, 48), ImageFormat::Jpeg), 6);
    let facts = inspect(&bytes).unwrap();
    assert_eq!((facts.width, facts.height), (48, 64));
    // Turned by a quarter, blue is up on the left.
    assert_eq!(corners_of(&bytes), ["blue", "red", "white", "green"]);
    let crop = |x, y, width, height| Wanted { crop: Some(Crop { x, y, width, height }), ..posted(None) };
    let (out, made) = through(&bytes, &crop(24, 0, 24, 32)).unwrap();
    assert_eq!((made.width, made.height, corners_of(&out)), (24, 32, ["red"; 4]));
    let (_, made) = through(&bytes, &Wanted { rules: ImageRules::ORIGINAL, ..crop(0, 0, 24, 32) }).unwrap();
    assert_eq!((made.width, made.mime), (24, "image/jpeg"));
    let upright = file(&corners(64, 48), ImageFormat::Jpeg);
    assert_eq!(through(&upright, &crop(0, 0, 64, 48)).unwrap().1.bytes, None);
    for (x, y, width, height) in [(0, 0, 65, 48), (1, 0, 64, 48), (u32::MAX, 0, 2, 2), (0, 0, 0, 5)] {
        assert_eq!(through(&upright, &crop(x, y, width, height)).unwrap_err(), CannotFit::OutsideOfIt);
    }
}

#[test]
fn a_shape_that_is_not_taken_is_refused_until_it_is_cropped() {
    let rules = ImageRules {
        narrowest: Some(Ratio::new(400, 500)),
        widest: Some(Ratio::new(191, 100)),
        ..ImageRules::POSTED
    };
    let wide = file(&corners(200, 100), ImageFormat::Png);
    let wanted = Wanted { rules, ..posted(None) };
    assert!(matches!(through(&wide, &wanted), Err(CannotFit::Shape { size: (200, 100), .. })));
    let crop = Some(Crop { x: 0, y: 0, width: 100, height: 100 });
    assert_eq!(through(&wide, &Wanted { crop, ..wanted }).unwrap().1.width, 100);
    // 1.91:1 of 200 pixels is 104.7.
    assert!(through(&file(&corners(200, 104), ImageFormat::Png), &wanted).is_ok());
}

fn moving(frames: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = GifEncoder::new(&mut bytes);
    encoder.set_repeat(image::codecs::gif::Repeat::Infinite).unwrap();
    for at in 0..frames {
        let frame = RgbaImage::from_pixel(20, 10, Rgba([u8::try_from(at * 40).unwrap(), 0, 0, 255]));
        encoder.encode_frame(Frame::new(frame)).unwrap();
    }
    drop(encoder);
    bytes
}

#[test]
fn what_moves_goes_as_it_is_or_not_at_all() {
    let bytes = moving(3);
    assert_eq!(inspect(&bytes).unwrap().frames, 3);
    let gifs = |gifs: Animated| Wanted {
        rules: ImageRules { animated: Some(gifs), ..ImageRules::POSTED },
        ..posted(Some(10))
    };
    assert_eq!(through(&bytes, &gifs(Animated::GIF)).unwrap().1.bytes, None);
    let end = bytes.len() - 1;
    let told = [&bytes[..end], b"\x21\xfe\x0bGPS52.5200N\0", &bytes[end..]].concat();
    assert_eq!(through(&told, &gifs(Animated::GIF)).unwrap().0, bytes);
    assert_eq!(through(&bytes, &posted(None)).unwrap_err(), CannotFit::Moves);
    for few in [
        Animated { bytes: Some(10), ..Animated::GIF },
        Animated { frames: Some(2), ..Animated::GIF },
        Animated { size: Some((20, 9)), ..Animated::GIF },
    ] {
        assert!(matches!(through(&bytes, &gifs(few)), Err(CannotFit::MovesTooMuch(_))), "{few:?}");
    }
    let crop = Some(Crop { x: 0, y: 0, width: 5, height: 5 });
    let cropped = Wanted { crop, ..gifs(Animated::GIF) };
    assert_eq!(through(&bytes, &cropped).unwrap_err(), CannotFit::MovesAndCropped);
    // One frame does not move.
    assert_eq!(through(&moving(1), &posted(None)).unwrap().1.how, How::Png);
}

#[test]
fn a_png_that_moves_is_known_by_its_frames() {
    let png = file(&corners(16, 16), ImageFormat::Png);
    let mut sum = flate2::Crc::new();
    sum.update(b"acTL\0\0\0\x05\0\0\0\0");
    let mut moving = png[..33].to_vec();
    moving.extend(b"\0\0\0\x08acTL\0\0\0\x05\0\0\0\0");
    moving.extend(sum.sum().to_be_bytes());
    moving.extend(&png[33..]);
    let facts = inspect(&moving).unwrap();
    assert_eq!(facts.frames, 5);
    assert_eq!(fit(&moving, &facts, &posted(None)).unwrap_err(), CannotFit::Moves);
}

#[test]
fn colours_keep_their_profile() {
    let mut bytes = Vec::new();
    let mut encoder = image::codecs::jpeg::JpegEncoder::new(&mut bytes);
    let mut profile = vec![0; 128];
    profile[16..20].copy_from_slice(b"RGB ");
    image::ImageEncoder::set_icc_profile(&mut encoder, profile.clone()).unwrap();
    encoder.encode_image(&corners(64, 48)).unwrap();
    let small = Wanted { rules: ImageRules { side: Some(32), ..ImageRules::POSTED }, ..posted(None) };
    for wanted in [small, posted(None)] {
        let (out, _) = through(&bytes, &wanted).unwrap();
        let reader = ImageReader::with_format(Cursor::new(&out), ImageFormat::Jpeg);
        assert_eq!(reader.into_decoder().unwrap().icc_profile().unwrap(), Some(profile.clone()));
    }
}

#[test]
fn what_is_told_of_it_is_short() {
    let recipe = Recipe {
        sha256: String::new(),
        width: 4000,
        height: 3000,
        crop: None,
        how: How::Jpeg { quality: 85 },
        squeezed: false,
    };
    assert_eq!(recipe.says(2048, 1536, 900_000).unwrap(), "shrunk to 2048 × 1536, JPEG, 0.9 MB");
    assert_eq!(recipe.says(4000, 3000, 60_000).unwrap(), "saved anew, JPEG, 59 kB");
    let cropped = Recipe { crop: Some(Crop { x: 0, y: 0, width: 3000, height: 3000 }), ..recipe.clone() };
    assert_eq!(cropped.says(3000, 3000, 900_000).unwrap(), "cropped to 3000 × 3000, JPEG, 0.9 MB");
    assert_eq!(cropped.says(99, 99, 900).unwrap(), "cropped and shrunk to 99 × 99, JPEG, 1 kB");
    assert_eq!(Recipe { how: How::Cleaned, ..recipe }.says(4000, 3000, 9), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn whatever_comes_out_obeys_the_limits(
        (width, height) in (1u32..120, 1u32..120),
        kind in 0usize..4,
        drawn in any::<bool>(),
        orientation in 1u8..=8,
        side in proptest::option::of(1u32..150),
        most_wide in proptest::option::of(1u32..150),
        area in proptest::option::of(1u64..20_000),
        most in proptest::option::of(200u64..40_000),
        crop in proptest::option::of((0u32..100, 0u32..100, 0u32..100, 0u32..100)),
    ) {
        let format = [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::Gif, ImageFormat::WebP][kind];
        let image = if drawn { corners(width, height) } else { noise(width, height) };
        let mut bytes = file(&image, format);
        if format == ImageFormat::Jpeg {
            bytes = from_a_phone(&bytes, orientation);
        }
        let rules = ImageRules { side, width: most_wide, area, ..ImageRules::POSTED };
        let crop = crop.map(|(x, y, width, height)| Crop { x, y, width, height });
        let facts = inspect(&bytes).unwrap();
        match through(&bytes, &Wanted { rules, bytes: most, crop }) {
            Ok((out, made)) => {
                let size = crop.map_or((facts.width, facts.height), |crop| (crop.width, crop.height));
                prop_assert!(out.len() as u64 <= most.unwrap_or(u64::MAX));
                prop_assert!(made.width.max(made.height) <= side.unwrap_or(u32::MAX));
                prop_assert!(made.width <= most_wide.unwrap_or(u32::MAX));
                prop_assert!(u64::from(made.width) * u64::from(made.height) <= area.unwrap_or(u64::MAX));
                prop_assert!(made.width <= size.0 && made.height <= size.1);
                prop_assert!(rules.types.contains(&made.mime));
            }
            Err(CannotFit::OutsideOfIt) => {
                prop_assert!(!crop.unwrap().lies_in(facts.width, facts.height));
            }
            Err(why) => prop_assert_eq!(why, CannotFit::TooLarge(most.unwrap())),
        }
    }

    #[test]
    fn no_bytes_make_a_panic(
        kind in 0usize..5,
        changes in proptest::collection::vec((0usize..2000, any::<u8>()), 0..12),
        cut in 0usize..3000,
    ) {
        let mut bytes = match kind {
            0 => from_a_phone(&file(&noise(24, 16), ImageFormat::Jpeg), 6),
            1 => file(&noise(24, 16), ImageFormat::Png),
            2 => moving(3),
            3 => file(&noise(24, 16), ImageFormat::WebP),
            _ => file(&corners(24, 16), ImageFormat::Gif),
        };
        let length = bytes.len();
        for (at, byte) in changes {
            bytes[at % length] = byte;
        }
        bytes.truncate(cut.max(20));
        if let Ok(facts) = inspect(&bytes) {
            let crop = Some(Crop { x: 1, y: 1, width: 5, height: 5 });
            let types = &KNOWN_TYPES[..2];
            let small = ImageRules { side: Some(9), types, ..ImageRules::POSTED };
            for wanted in [Wanted::ORIGINAL, posted(Some(5000)), Wanted { rules: small, bytes: None, crop }] {
                if let Ok(Made { bytes: Some(out), .. }) = fit(&bytes, &facts, &wanted) {
                    prop_assert!(inspect(&out).is_ok_and(|after| !after.private));
                }
            }
        }
    }
}
