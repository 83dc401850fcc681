//! Other sizes of an image, row by row, by Catmull and Rom's cubic.
//!
//! `image::imageops::resize` gives the same bytes, and keeps sixteen bytes for each pixel
//! of a whole image between its two passes: several times what the image has itself.
//! Here one row is between them.

use std::ops::Range;

/// What makes one row (or column) of others.
struct Taps {
    /// From which one on.
    start: usize,
    /// Where the weights stand of this one and those behind it.
    weights: Range<usize>,
}

/// The taps of `to` places over `from`, and the weights of all of them.
fn taps(from: u32, to: u32) -> (Vec<Taps>, Vec<f32>) {
    let ratio = from as f32 / to as f32;
    let scale = ratio.max(1.0);
    let reach = 2.0 * scale;
    let mut weights: Vec<f32> = Vec::new();
    let taps = (0..to).map(|place| {
        let centre = (place as f32 + 0.5) * ratio;
        let start = ((centre - reach).floor() as i64).clamp(0, i64::from(from) - 1);
        let end = ((centre + reach).ceil() as i64).clamp(start + 1, i64::from(from));
        let first = weights.len();
        weights.extend((start..end).map(|own| cubic((own as f32 - (centre - 0.5)) / scale)));
        let sum = weights[first..].iter().fold(0.0, |sum, weight| sum + weight);
        weights[first..].iter_mut().for_each(|weight| *weight /= sum);
        Taps { start: start as usize, weights: first..weights.len() }
    });
    (taps.collect(), weights)
}

/// Catmull and Rom's spline: B = 0, C = 1/2 of Mitchell and Netravali's.
fn cubic(x: f32) -> f32 {
    let a = x.abs();
    let six = if a < 1.0 {
        9.0 * a.powi(3) + -15.0 * a.powi(2) + 6.0
    } else if a < 2.0 {
        -3.0 * a.powi(3) + 15.0 * a.powi(2) + -24.0 * a + 12.0
    } else {
        0.0
    };
    six / 6.0
}

/// An image all of whose `N` channels are mixed alike, in another size.
pub(super) fn plain<const N: usize>(raw: &[u8], from: (u32, u32), to: (u32, u32)) -> Vec<u8> {
    resample::<N>(raw, from, to, |own| own.map(f32::from), |sum| sum.map(eight_bits))
}

/// An image of red, green, blue and alpha in another size. Colours count as much as is
/// seen of them: what shines through must not lend its own to what does not.
pub(super) fn clear(raw: &[u8], from: (u32, u32), to: (u32, u32)) -> Vec<u8> {
    let read = |own: [u8; 4]| {
        let [red, green, blue, alpha] = own.map(f32::from);
        [red * alpha, green * alpha, blue * alpha, alpha]
    };
    let write = |[red, green, blue, alpha]: [f32; 4]| match eight_bits(alpha) {
        0 => [0; 4],
        seen => {
            let [red, green, blue] = [red, green, blue].map(|channel| eight_bits(channel / alpha));
            [red, green, blue, seen]
        }
    };
    resample::<4>(raw, from, to, read, write)
}

/// What was mixed may go beyond what there is, on both sides.
fn eight_bits(channel: f32) -> u8 {
    channel.clamp(0.0, 255.0).round() as u8
}

/// An image of `N` channels in another size; both have pixels. `read` gives a pixel's
/// channels as they are to be mixed, `write` a pixel of what was mixed.
fn resample<const N: usize>(
    raw: &[u8],
    (width, height): (u32, u32),
    (new_width, new_height): (u32, u32),
    read: impl Fn([u8; N]) -> [f32; N],
    write: impl Fn([f32; N]) -> [u8; N],
) -> Vec<u8> {
    let (columns, across) = taps(width, new_width);
    let (rows, down) = taps(height, new_height);
    let stride = width as usize * N;
    let mut between = vec![[0.0f32; N]; width as usize];
    let mut out = Vec::with_capacity(new_width as usize * new_height as usize * N);
    for row in rows {
        between.fill([0.0; N]);
        let sources = raw.chunks_exact(stride).skip(row.start);
        for (source, weight) in sources.zip(&down[row.weights]) {
            for (sum, pixel) in between.iter_mut().zip(source.as_chunks::<N>().0) {
                let pixel = read(*pixel);
                for (sum, channel) in sum.iter_mut().zip(pixel) {
                    *sum += channel * weight;
                }
            }
        }
        for column in &columns {
            let mut sum = [0.0f32; N];
            for (pixel, weight) in between[column.start..].iter().zip(&across[column.weights.clone()]) {
                for (sum, channel) in sum.iter_mut().zip(pixel) {
                    *sum += channel * weight;
                }
            }
            out.extend(write(sum));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::imageops::{self, FilterType};
    use image::{GrayImage, ImageBuffer, RgbImage, Rgba, Rgba32FImage, RgbaImage};
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]

        #[test]
        fn it_gives_the_bytes_that_two_passes_over_a_whole_image_give(
            from in (1u32..90, 1u32..90),
            to in (1u32..90, 1u32..90),
            seed in any::<u32>(),
        ) {
            let noise = |length: u32| -> Vec<u8> {
                (0..length).map(|at| (at.wrapping_mul(2_654_435_761) ^ seed).wrapping_mul(40_503) as u8).collect()
            };
            let rgb = RgbImage::from_raw(from.0, from.1, noise(from.0 * from.1 * 3)).unwrap();
            let whole = imageops::resize(&rgb, to.0, to.1, FilterType::CatmullRom);
            prop_assume!(from != to);
            prop_assert_eq!(plain::<3>(&rgb, from, to), whole.into_raw());
            let gray = GrayImage::from_raw(from.0, from.1, noise(from.0 * from.1)).unwrap();
            let whole = imageops::resize(&gray, to.0, to.1, FilterType::CatmullRom);
            prop_assert_eq!(plain::<1>(&gray, from, to), whole.into_raw());
        }
    }

    /// Noise whose colours have nothing to do with its alpha: a third is clear, a third is not.
    fn half_clear(width: u32, height: u32) -> RgbaImage {
        RgbaImage::from_fn(width, height, |x, y| {
            let n = (x.wrapping_mul(0x9e37_79b9) ^ y.wrapping_mul(0x85eb_ca6b)).wrapping_mul(0xc2b2_ae35);
            let alpha = match n >> 24 {
                0..=84 => 0,
                85..=169 => 255,
                between => between,
            };
            Rgba([n, n >> 8, n >> 16, alpha].map(|channel| channel as u8))
        })
    }

    /// What is seen of it over one light, by channel.
    fn over(pixel: [f32; 4], light: f32) -> [f32; 3] {
        let [red, green, blue, alpha] = pixel;
        [red, green, blue].map(|channel| (channel * alpha + light * (255.0 - alpha)) / 255.0)
    }

    #[test]
    fn what_shines_through_is_mixed_as_it_is_seen() {
        let image = half_clear(61, 47);
        // The same by way of floats: colours of what is seen. They are lifted and flattened,
        // so that what goes beyond both ends is not cut off between the two passes.
        let lifted = Rgba32FImage::from_fn(61, 47, |x, y| {
            let [red, green, blue, alpha] = image.get_pixel(x, y).0.map(|own| f32::from(own) / 255.0);
            Rgba([red * alpha, green * alpha, blue * alpha, alpha].map(|own| own / 4.0 + 0.4))
        });
        for to in [(20, 15), (60, 46), (7, 40), (1, 1), (90, 70)] {
            let own = clear(&image, (61, 47), to);
            let whole = imageops::resize(&lifted, to.0, to.1, FilterType::CatmullRom);
            for (own, expected) in own.as_chunks::<4>().0.iter().zip(whole.pixels()) {
                let [red, green, blue, alpha] = expected.0.map(|own| (own - 0.4) * 4.0);
                let seen = 255.0 * alpha.clamp(0.0, 1.0);
                assert!((f32::from(own[3]) - seen).abs() <= 0.51, "{own:?}, {expected:?}");
                if own[3] == 0 {
                    assert_eq!(*own, [0; 4]);
                    continue;
                }
                let colours = [red, green, blue].map(|channel| 255.0 * (channel / alpha).clamp(0.0, 1.0));
                let expected = [colours[0], colours[1], colours[2], seen];
                for light in [0.0, 255.0] {
                    let both = over(own.map(f32::from), light).into_iter().zip(over(expected, light));
                    for (own, before) in both {
                        assert!(
                            (own - before).abs() <= 1.1,
                            "{own} for {before}, {expected:?}, over {light}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn edges_have_no_fringe_of_what_cannot_be_seen() {
        // A disc of one colour; what is clear around it is green, or black.
        for hidden in [[0, 255, 0, 0], [0, 0, 0, 0], [255, 255, 255, 0]] {
            let disc = RgbaImage::from_fn(101, 101, |x, y| {
                let far = (x.abs_diff(50).pow(2) + y.abs_diff(50).pow(2)) / 40;
                let alpha = 255 - (far.saturating_sub(20) * 20).min(255) as u8;
                Rgba(if alpha == 0 { hidden } else { [200, 40, 90, alpha] })
            });
            for to in [(33, 33), (100, 100), (50, 20), (5, 5)] {
                let small = clear(&disc, (101, 101), to);
                let shown: Vec<&[u8; 4]> = small.as_chunks::<4>().0.iter().filter(|own| own[3] > 0).collect();
                assert!(shown.len() as u32 > to.0 * to.1 / 5);
                assert!(shown.iter().any(|own| own[3] < 255));
                assert!(shown.iter().all(|own| own[..3] == [200, 40, 90]), "{hidden:?} {to:?}: {shown:?}");
            }
        }
    }

    #[test]
    fn sixteen_bits_of_grey_become_what_they_were() {
        let wide = ImageBuffer::from_fn(53, 41, |x, y| {
            image::Luma([(x * 977 + y * 1201 + (x * y) % 7 * 300) as u16])
        });
        let narrow: Vec<u8> = wide.pixels().map(|own| ((u32::from(own.0[0]) + 128) / 257) as u8).collect();
        for to in [(20, 30), (52, 40), (3, 2)] {
            let own = plain::<1>(&narrow, (53, 41), to);
            let whole = imageops::resize(&wide, to.0, to.1, FilterType::CatmullRom);
            for (own, expected) in own.iter().zip(whole.pixels()) {
                assert!((f32::from(*own) - f32::from(expected.0[0]) / 257.0).abs() <= 1.2);
            }
        }
    }
}
