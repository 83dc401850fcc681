//! How long an image takes to be made to fit.
//!
//! `cargo bench --bench images`. The photo is made here: 4000 × 3000 of light that
//! changes slowly, and grain, saved as a camera saves it (JPEG of quality 97).

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    missing_docs,
    reason = "a bench stops where it fails, and prints what it measured"
)]

use image::codecs::jpeg::JpegEncoder;
use image::{Rgb, RgbImage};
use ladder::media::{Wanted, fit, inspect, megabytes};
use ladder::text::network;
use std::time::{Duration, Instant};

const ROUNDS: usize = 5;

fn main() {
    let bytes = photo(4000, 3000);
    println!("a photo of 4000 × 3000, {}; median of {ROUNDS}", megabytes(bytes.len() as u64));
    let looked = median(|| drop(inspect(&bytes).unwrap()));
    println!("  {:<28} {:>7.1} ms", "its head, data and digest", ms(looked));
    let facts = inspect(&bytes).unwrap();
    for rules in [network::X, network::FACEBOOK, network::LINKEDIN, network::BLUESKY, network::MASTODON] {
        let wanted = Wanted { rules: rules.image, bytes: rules.image_bytes, crop: None };
        let made = fit(&bytes, &facts, &wanted).unwrap();
        let took = median(|| drop(fit(&bytes, &facts, &wanted).unwrap()));
        let size = made.bytes.as_ref().map_or(bytes.len(), Vec::len) as u64;
        println!(
            "  for {:<24} {:>7.1} ms  {} × {}, {:?}, {}",
            rules.title,
            ms(took),
            made.width,
            made.height,
            made.how,
            megabytes(size)
        );
    }
}

/// Of the processor where the system tells (Linux), so that other programs do not
/// count, else of the wall.
fn median(mut work: impl FnMut()) -> Duration {
    let mut took: Vec<Duration> = (0..ROUNDS)
        .map(|_| {
            let (wall, before) = (Instant::now(), processor());
            work();
            let both = before.zip(processor());
            both.map_or_else(|| wall.elapsed(), |(before, after)| after.saturating_sub(before))
        })
        .collect();
    took.sort();
    took[ROUNDS / 2]
}

/// How long this thread has been on a processor.
fn processor() -> Option<Duration> {
    let statistics = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(Duration::from_nanos(statistics.split(' ').next()?.parse().ok()?))
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

fn photo(width: u32, height: u32) -> Vec<u8> {
    let image = RgbImage::from_fn(width, height, |x, y| {
        let mut grain = x.wrapping_mul(0x9e37_79b9) ^ y.wrapping_mul(0x85eb_ca6b);
        grain = (grain ^ grain >> 13).wrapping_mul(0xc2b2_ae35);
        let light = (x * 150 / width + y * 80 / height) as u8;
        Rgb([0, 8, 16].map(|shift| light + (grain >> shift & 15) as u8))
    });
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 97).encode_image(&image).unwrap();
    bytes
}
