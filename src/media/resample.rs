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

/// An image of `N` channels in another size; both have pixels. `read` gives a pixel's
/// channels as they are to be mixed.
pub(super) fn resample<const N: usize>(
    raw: &[u8],
    (width, height): (u32, u32),
    (new_width, new_height): (u32, u32),
    read: impl Fn([u8; N]) -> [u8; N],
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
                    *sum += f32::from(channel) * weight;
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
            out.extend(sum.map(|channel| channel.clamp(0.0, 255.0).round() as u8));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::imageops::{self, FilterType};
    use image::{GrayImage, RgbImage};
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
            prop_assert_eq!(resample::<3>(&rgb, from, to, |pixel| pixel), whole.into_raw());
            let gray = GrayImage::from_raw(from.0, from.1, noise(from.0 * from.1)).unwrap();
            let whole = imageops::resize(&gray, to.0, to.1, FilterType::CatmullRom);
            prop_assert_eq!(resample::<1>(&gray, from, to, |pixel| pixel), whole.into_raw());
        }
    }
}
