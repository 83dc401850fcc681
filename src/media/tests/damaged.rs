//! Images whose data is not as it was saved, each made here: none passes, and what is as
//! it has to be does, however it was made.

use super::hostile::{canvas, chunk, frame, jpeg_of, packed, webp};
use super::*;

/// What is said of it, without what is said of each.
fn says(bytes: &[u8]) -> String {
    let says = inspect(bytes).unwrap_err();
    let (begin, end) = (" whose data is damaged (", "): copy it again, or save it anew");
    let (name, why) = says.split_once(begin).unwrap_or_else(|| panic!("{says}"));
    assert!(name.starts_with("is a "), "{says}");
    why.strip_suffix(end).unwrap().to_owned()
}

/// A PNG of those parts.
fn png(size: (u32, u32), [depth, colours, interlaced]: [u8; 3], parts: &[Vec<u8>]) -> Vec<u8> {
    let head =
        [&size.0.to_be_bytes()[..], &size.1.to_be_bytes(), &[depth, colours, 0, 0, interlaced]].concat();
    [b"\x89PNG\r\n\x1a\n".to_vec(), chunk(b"IHDR", &head), parts.concat(), chunk(b"IEND", b"")].concat()
}

fn data(rows: &[u8]) -> Vec<u8> {
    chunk(b"IDAT", &packed(rows))
}

/// Rows of nothing, as PNG counts them (8.1): pixel for pixel, by the pass that each is of.
fn rows((width, height): (u32, u32), bits: u32, interlaced: bool) -> Vec<u8> {
    // The eight by eight pixels of each block, by their pass.
    const PASSES: [&[u8; 8]; 8] = [
        b"16462646",
        b"77777777",
        b"56565656",
        b"77777777",
        b"36463646",
        b"77777777",
        b"56565656",
        b"77777777",
    ];
    let mut rows = Vec::new();
    for pass in b'1'..=b'7' {
        for y in 0..height {
            let is_own = |x: &u32| match interlaced {
                true => PASSES[y as usize % 8][*x as usize % 8] == pass,
                false => pass == b'1',
            };
            let own = (0..width).filter(is_own).count() as u32;
            if own > 0 {
                rows.extend(vec![0; 1 + (own * bits).div_ceil(8) as usize]);
            }
        }
    }
    rows
}

const RGB: [u8; 3] = [8, 2, 0];

#[test]
fn every_kind_of_png_is_read() {
    for (depth, colours, channels) in [
        (1, 0, 1),
        (2, 0, 1),
        (16, 0, 1),
        (8, 2, 3),
        (16, 2, 3),
        (1, 3, 1),
        (4, 3, 1),
        (8, 4, 2),
        (8, 6, 4),
        (16, 6, 4),
    ] {
        for size in [(1, 1), (2, 9), (3, 4), (5, 1), (8, 8), (13, 7), (33, 17)] {
            for interlaced in [false, true] {
                let rows = rows(size, channels * u32::from(depth), interlaced);
                let parts = |rows: &[u8]| {
                    let (one, two) = (packed(rows), rows.len() % 7);
                    let (one, two) = one.split_at(two.min(one.len()));
                    vec![
                        chunk(b"PLTE", &[0; 3]),
                        chunk(b"IDAT", one),
                        chunk(b"IDAT", b""),
                        chunk(b"IDAT", two),
                    ]
                };
                let kind = [depth, colours, u8::from(interlaced)];
                let palette = if colours == 3 { 0 } else { 1 };
                let whole = png(size, kind, &parts(&rows)[palette..]);
                assert_eq!(inspect(&whole).map(|facts| (facts.width, facts.height)), Ok(size), "{kind:?}");
                assert!(image::load_from_memory(&whole).is_ok());
                let less = png(size, kind, &parts(&rows[..rows.len() - 1])[palette..]);
                assert_eq!(says(&less), "it breaks off", "{kind:?} {size:?}");
                let more = png(size, kind, &parts(&[&rows[..], &[0]].concat())[palette..]);
                assert_eq!(says(&more), "it has more than its pixels need", "{kind:?} {size:?}");
            }
        }
    }
}

#[test]
fn a_png_that_is_not_as_it_was_saved_is_refused() {
    let rows = rows((4, 4), 24, false);
    let whole = packed(&rows);
    let of = |parts: &[Vec<u8>]| says(&png((4, 4), RGB, parts));
    let changed = |at: usize| {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x10;
        of(&[chunk(b"IDAT", &bytes)])
    };
    assert!(inspect(&png((4, 4), RGB, &[])).is_err(), "without any pixels");
    assert_eq!(of(&[chunk(b"IDAT", b"")]), "it breaks off");
    // The last four bytes are the checksum of what is unpacked (RFC 1950, 2.2).
    for less in 1..=4 {
        assert_eq!(of(&[chunk(b"IDAT", &whole[..whole.len() - less])]), "it breaks off");
    }
    assert_eq!(changed(whole.len() - 1), "it cannot be unpacked");
    assert_eq!(changed(0), "it cannot be unpacked");
    assert_eq!(
        of(&[chunk(b"IDAT", &[&whole[..], b"GPS52.5200N"].concat())]),
        "it has more than its pixels need"
    );
    assert_eq!(of(&[data(&rows), chunk(b"tEXt", b"a\0b"), data(&rows)]), "it has more than its pixels need");
    assert_eq!(of(&[data(&[5; 52])]), "a row is coded in a way that there is not");
    assert_eq!(of(&[data(&rows), chunk(b"GPSS", b"")]), "it has a part that no program knows");
    assert_eq!(
        says(&png((4, 4), [8, 3, 0], &[data(&self::rows((4, 4), 8, false))])),
        "its colours are missing"
    );
    let mut sum = data(&rows);
    *sum.last_mut().unwrap() ^= 1;
    assert_eq!(of(&[sum]), "a checksum is wrong");
}

#[test]
fn a_bomb_is_not_unpacked() {
    let bomb = packed(&vec![0; 16 << 20]);
    assert_eq!(says(&png((4, 4), RGB, &[chunk(b"IDAT", &bomb)])), "it has more than its pixels need");
    // What is not needed to show it is not looked at, whatever is wrong with it, and goes.
    let rows = data(&rows((4, 4), 24, false));
    let clean = png((4, 4), RGB, std::slice::from_ref(&rows));
    let mut broken = chunk(b"gAMA", &45_455_u32.to_be_bytes());
    *broken.last_mut().unwrap() ^= 1;
    for beside in [
        chunk(b"zTXt", &[b"Comment\0\0".as_slice(), &bomb].concat()),
        chunk(b"iCCP", &[b"p\0\0".as_slice(), &bomb].concat()),
        chunk(b"iCCP", &[b"p\0\0".as_slice(), &packed(&[7; 500])[..9]].concat()),
        chunk(b"iCCP", b"p"),
        broken,
    ] {
        let (out, made) = through(&png((4, 4), RGB, &[beside, rows.clone()]), &Wanted::ORIGINAL).unwrap();
        assert_eq!((made.how, out == clean), (How::Cleaned, true));
    }
    let profile = chunk(b"iCCP", &[b"p\0\0".as_slice(), &packed(&[7; 500])].concat());
    assert!(!inspect(&png((4, 4), RGB, &[profile, rows])).unwrap().private);
}

/// A frame of a PNG that moves: what it says of itself, and its rows.
fn moving_frame(number: u32, (width, height): (u32, u32), packed: &[u8]) -> Vec<u8> {
    let sides = [number, width, height, 0, 0].map(u32::to_be_bytes).concat();
    let control = chunk(b"fcTL", &[&sides, b"\0\x01\0\x0a\0\0".as_slice()].concat());
    let rows = chunk(b"fdAT", &[&(number + 1).to_be_bytes(), packed].concat());
    [control, rows].concat()
}

#[test]
fn a_png_moves_by_what_it_says_and_by_what_it_has() {
    // The image is the first frame where one is told of before it; others bring their own.
    let frames = |says: Option<u32>, count: u32| {
        let says = says.map(|count| chunk(b"acTL", &[count, 0].map(u32::to_be_bytes).concat()));
        let png = file(&corners(16, 16), ImageFormat::Png);
        let end = png.len() - 12;
        let own = (0..count).map(|number| moving_frame(2 * number, (16, 16), &png[41..end - 4]));
        let own: Vec<Vec<u8>> = own.collect();
        let (first, behind) =
            own.split_first().map_or((&[][..], &[][..]), |(first, rest)| (&first[..38], rest));
        inspect(
            &[&png[..33], &says.unwrap_or_default(), first, &png[33..end], &behind.concat(), &png[end..]]
                .concat(),
        )
        .unwrap()
        .frames
    };
    assert_eq!(frames(Some(1), 1), 1);
    assert_eq!(frames(Some(1), 3), 3);
    assert_eq!(frames(Some(0), 2), 2);
    assert_eq!(frames(Some(5), 2), 5);
    // Without its head nobody makes it move.
    assert_eq!(frames(None, 2), 1);
}

#[test]
fn each_frame_of_a_png_is_read() {
    let of = |frames: &[Vec<u8>]| {
        let moves = chunk(b"acTL", &[2, 0].map(u32::to_be_bytes).concat());
        png((4, 4), RGB, &[moves, data(&rows((4, 4), 24, false)), frames.concat()])
    };
    let (small, whole) = (packed(&rows((2, 3), 24, false)), packed(&rows((4, 4), 24, false)));
    assert_eq!(
        inspect(&of(&[moving_frame(0, (2, 3), &small), moving_frame(2, (4, 4), &whole)])).unwrap().frames,
        2
    );
    assert_eq!(says(&of(&[moving_frame(0, (2, 3), &small[..4])])), "it breaks off");
    assert_eq!(says(&of(&[moving_frame(0, (2, 3), &whole)])), "it has more than its pixels need");
    for missing in [moving_frame(0, (5, 3), &small), moving_frame(0, (2, 3), &small)[..38].to_vec()] {
        assert_eq!(says(&of(&[missing])), "a frame is missing, or lies outside of it");
    }
    assert_eq!(
        says(&of(&[moving_frame(0, (2, 3), &small)[38..].to_vec()])),
        "a frame is missing, or lies outside of it"
    );
    let mut sum = moving_frame(0, (2, 3), &small);
    *sum.last_mut().unwrap() ^= 1;
    assert_eq!(says(&of(&[sum])), "a checksum is wrong");
}

/// Where the codes of its first scan begin.
fn codes(jpeg: &[u8]) -> usize {
    let scan = jpeg.windows(2).position(|pair| pair == [0xff, 0xda]).unwrap();
    scan + 2 + usize::from(u16::from_be_bytes([jpeg[scan + 2], jpeg[scan + 3]]))
}

#[test]
fn a_photo_of_which_half_is_grey_is_refused() {
    for image in [noise(200, 160), corners(200, 160)] {
        let photo = file(&image, ImageFormat::Jpeg);
        let (start, end) = (codes(&photo), photo.len() - 2);
        let half = usize::midpoint(start, end);
        let cut = [&photo[..half], &photo[end..]].concat();
        assert_eq!(says(&cut), "it breaks off");
        // Decoders are content with it.
        assert!(image::load_from_memory(&cut).is_ok());
        assert!(
            ["it breaks off", "it has no pixels"]
                .contains(&&*says(&[&photo[..start], &photo[end..]].concat()))
        );
        let mut zeros = photo.clone();
        zeros[half..end].fill(0);
        assert!(inspect(&zeros).is_err());
        // Some cameras fill up what they write.
        let filled = [&photo[..end], &[0; 512], &photo[end..]].concat();
        assert!(inspect(&filled).is_ok());
        let filled = [&photo[..end], &[0; 5000], &photo[end..]].concat();
        assert_eq!(says(&filled), "it has more than its pixels need");
        // An image without any scan.
        let head = photo.windows(2).position(|pair| pair == [0xff, 0xda]).unwrap();
        assert!(inspect(&[&photo[..head], &photo[end..]].concat()).is_err());
    }
}

/// A JPEG of one channel that comes scan by scan, each with what tells of it and its codes.
fn by_and_by(size: (u16, u16), interval: u16, scans: &[([u8; 3], &[u8])]) -> Vec<u8> {
    let sides = [size.1.to_be_bytes(), size.0.to_be_bytes()].concat();
    let mut bytes =
        [b"\xff\xd8\xff\xdb\0\x43\0".as_slice(), &[8; 64], b"\xff\xc2\0\x0b\x08", &sides].concat();
    bytes.extend(b"\x01\x01\x11\0");
    bytes.extend([b"\xff\xdd\0\x04".as_slice(), &interval.to_be_bytes()].concat());
    // Light: 0 is no difference. The rest: 00 ends a block, 01 is a value, 10 ends two or
    // three blocks, 110 is sixteen times nothing.
    bytes.extend(b"\xff\xc4\0\x14\0\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
    bytes.extend(b"\xff\xc4\0\x17\x10\0\x03\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\x10\xf0");
    for (told, codes) in scans {
        bytes.extend([b"\xff\xda\0\x08\x01\x01\0".as_slice(), told, codes].concat());
    }
    bytes.extend(b"\xff\xd9");
    bytes
}

#[test]
fn a_photo_that_comes_scan_by_scan_is_read() {
    // Values 1 and 18 of the first block, then one more bit of them and value 2; all else is nothing.
    let light = ([0, 0, 0], b"\x0f".as_slice());
    let (values, more) = (([1, 63, 1], b"\x79\x97".as_slice()), ([1, 63, 0x10], b"\x6d\x2f".as_slice()));
    let scans = [light, values, more, ([0, 0, 0x10], b"\xaf")];
    let of = |scans: &[([u8; 3], &[u8])]| inspect(&by_and_by((32, 8), 0, scans)).map(|facts| facts.width);
    for count in 1..=4 {
        assert_eq!(of(&scans[..count]), Ok(32));
        assert!(image::load_from_memory(&by_and_by((32, 8), 0, &scans[..count])).is_ok());
    }
    let says = |scans: &[([u8; 3], &[u8])]| says(&by_and_by((32, 8), 0, scans));
    assert_eq!(says(&[light, (values.0, b"\x79")]), "it breaks off");
    assert_eq!(says(&[light, values, (more.0, b"\x6d")]), "it breaks off");
    assert_eq!(says(&[light, values, more, ([0, 0, 0x10], b"")]), "it breaks off");
    assert_eq!(says(&[values]), "it breaks off", "without any light");
    assert_eq!(says(&[light, (values.0, b"\xff\0\xff\0")]), "it cannot be unpacked", "no such code");
    assert_eq!(says(&[light, ([5, 4, 0], b"\xff\0")]), "it cannot be unpacked", "no such values");
    assert_eq!(says(&vec![light; 501]), "it cannot be unpacked", "scans without end");
}

#[test]
fn restarts_are_kept_to_and_the_last_bits_forgiven() {
    let light = |codes: &[u8]| inspect(&by_and_by((32, 8), 2, &[([0, 0, 0], codes)]));
    assert!(light(b"\x3f\xff\xd0\x3f").is_ok());
    assert!(light(b"\x3f\x3f").unwrap_err().contains("it breaks off"));
    // 1024 blocks of one bit each: of 16, nobody misses them.
    let wide = |bytes: usize| inspect(&by_and_by((8192, 8), 0, &[([0, 0, 0], &vec![0; bytes])]));
    assert!(wide(128).is_ok() && wide(126).is_ok());
    assert!(wide(125).unwrap_err().contains("it breaks off"));
}

#[test]
fn each_frame_of_a_gif_is_read() {
    let gif = |frames: &[(u8, &[u8])]| {
        let mut bytes = b"GIF89a\x04\0\x01\0\x80\0\0\0\0\0\xff\xff\xff".to_vec();
        for (width, codes) in frames {
            bytes.extend([b"\x2c\0\0\0\0".as_slice(), &[*width, 0, 1, 0, 0, 2], codes].concat());
        }
        bytes.push(b';');
        bytes
    };
    // Codes of three bits: 4 begins anew, 0 is a colour, 5 ends, 6 is the first that is made.
    let (one, wrong, three) =
        (b"\x02\x44\x01\0".as_slice(), b"\x01\x3c\0".as_slice(), b"\x02\x84\x0b\0".as_slice());
    assert_eq!(inspect(&gif(&[(1, one), (3, three), (1, three)])).unwrap().frames, 3);
    for frames in [&[(2, one)][..], &[(1, one), (2, one)], &[(4, three)], &[(1, b"\0")]] {
        assert_eq!(says(&gif(frames)), "it breaks off");
    }
    assert_eq!(says(&gif(&[(1, one), (2, wrong)])), "it cannot be unpacked");
    assert!(inspect(&gif(&[])).is_err());
    // As many codes as there can be, and more.
    let large = file(&noise(300, 200), ImageFormat::Gif);
    assert!(inspect(&large).is_ok());
}

#[test]
fn each_frame_of_a_webp_is_read() {
    let still = file(&noise(16, 16), ImageFormat::WebP);
    let coded = &still[20..];
    let half = &coded[..coded.len() / 2];
    assert_eq!(says(&webp(&[(b"VP8L", half)])), "it cannot be unpacked");
    let (head, whole) = (canvas(2 | 16, 16, 16), frame(16, 16, b"VP8L", coded));
    let of =
        |second: &[u8]| webp(&[(b"VP8X", &head), (b"ANIM", &[0; 6]), (b"ANMF", &whole), (b"ANMF", second)]);
    assert_eq!(inspect(&of(&whole)).unwrap().frames, 2);
    assert_eq!(says(&of(&frame(16, 16, b"VP8L", half))), "it cannot be unpacked");
    assert!(inspect(&of(&[0; 5])).is_err());
}

proptest! {
    #[test]
    fn no_bit_of_a_png_s_pixels_can_be_another(at in any::<proptest::sample::Index>(), bit in 0..8u8, size in 1u32..20) {
        let mut bytes = file(&noise(size, size), ImageFormat::Png);
        let start = bytes.windows(4).position(|window| window == b"IDAT").unwrap() - 4;
        let end = bytes.len() - 12;
        bytes[start + at.index(end - start)] ^= 1 << bit;
        prop_assert!(inspect(&bytes).is_err());
    }

    #[test]
    fn what_passes_can_be_shown(
        kind in 0usize..5,
        changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut bytes = match kind {
            0 => file(&noise(24, 16), ImageFormat::Jpeg),
            1 => file(&noise(24, 16), ImageFormat::Png),
            2 => moving(2),
            3 => file(&noise(24, 16), ImageFormat::WebP),
            _ => jpeg_of(&[9, 200, 30], b""),
        };
        let length = bytes.len();
        for (at, byte) in changes {
            bytes[at.index(length)] = byte;
        }
        if inspect(&bytes).is_ok_and(|facts| facts.width < 1000 && facts.height < 1000) {
            prop_assert_eq!(image::load_from_memory(&bytes).err().map(|error| error.to_string()), None);
        }
    }
}
