//! What images an outlet takes: kinds, sizes, shapes. Plain data.

use std::fmt;

/// Width to height of an image, as people write it: `1:1`, `4:5`, `1.91:1`.
#[derive(Clone, Copy, Debug)]
pub struct Ratio {
    /// In hundredths, as written.
    width: u32,
    height: u32,
}

/// The largest number on either side of the colon.
const MOST: u32 = 1000;

impl Ratio {
    /// `width` to `height`, both in hundredths and not 0: `Ratio::new(191, 100)` is `1.91:1`.
    pub const fn new(width: u32, height: u32) -> Ratio {
        Ratio { width, height }
    }

    /// Reads `1.91:1`: two numbers above 0 and up to 1000, with at most two
    /// decimals. None if it is none.
    pub fn parse(text: &str) -> Option<Ratio> {
        let (width, height) = text.split_once(':')?;
        Some(Ratio { width: hundredths(width)?, height: hundredths(height)? })
    }

    /// Whether an image of so many pixels has this shape, give or take one pixel.
    pub fn is_of(self, width: u32, height: u32) -> bool {
        let (wide, high) = self.products(width, height);
        wide.abs_diff(high) <= u64::from(self.width.max(self.height))
    }

    /// Whether an image of so many pixels is wider than this, by more than rounding.
    pub fn is_narrower_than(self, width: u32, height: u32) -> bool {
        let (wide, high) = self.products(width, height);
        wide > high && !self.is_of(width, height)
    }

    /// Whether an image of so many pixels is higher than this, by more than rounding.
    pub fn is_wider_than(self, width: u32, height: u32) -> bool {
        let (wide, high) = self.products(width, height);
        wide < high && !self.is_of(width, height)
    }

    /// What is equal where the shapes are. Both below 2⁴⁹.
    fn products(self, width: u32, height: u32) -> (u64, u64) {
        (u64::from(width) * u64::from(self.height), u64::from(height) * u64::from(self.width))
    }
}

/// `4:5` is `8:10`.
impl PartialEq for Ratio {
    fn eq(&self, other: &Ratio) -> bool {
        u64::from(self.width) * u64::from(other.height) == u64::from(other.width) * u64::from(self.height)
    }
}

impl Eq for Ratio {}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let side = |hundredths: u32| {
            let text = format!("{}.{:02}", hundredths / 100, hundredths % 100);
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        };
        write!(f, "{}:{}", side(self.width), side(self.height))
    }
}

fn hundredths(text: &str) -> Option<u32> {
    let (whole, rest) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(rest) || whole.len() > 4 || rest.len() > 2 {
        return None;
    }
    let tenths = rest.parse::<u32>().ok()? * if rest.len() == 1 { 10 } else { 1 };
    let all = whole.parse::<u32>().ok()? * 100 + tenths;
    (1..=MOST * 100).contains(&all).then_some(all)
}

/// What images an outlet takes besides their number and their bytes
/// ([`super::Rules::images`], [`super::Rules::image_bytes`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImageRules {
    /// Whether an image may be made anew to fit: turned upright, made smaller,
    /// saved as another kind. If not, the original's pixels go.
    pub made_to_fit: bool,
    /// The kinds that a still image may be of: `image/jpeg` …
    pub types: &'static [&'static str],
    /// Longest side in pixels.
    pub side: Option<u32>,
    /// Greatest width in pixels.
    pub width: Option<u32>,
    /// Most pixels in all.
    pub area: Option<u64>,
    /// The longest side that readers ever get to see, in pixels: more is taken, but an
    /// image that has to be made anew needs no more.
    pub shown: Option<u32>,
    /// An image is at least so wide.
    pub narrowest: Option<Ratio>,
    /// An image is at most so wide.
    pub widest: Option<Ratio>,
    /// Images that move, where they do so there.
    pub animated: Option<Animated>,
    /// Largest picture of a card that is supplied, in bytes, where that is another number
    /// than an image's.
    pub card_bytes: Option<u64>,
}

/// Images that move, as an outlet takes them. They go as they are or not at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Animated {
    /// The kinds.
    pub types: &'static [&'static str],
    /// Largest in bytes.
    pub bytes: Option<u64>,
    /// Most frames.
    pub frames: Option<u32>,
    /// Greatest width and height in pixels.
    pub size: Option<(u32, u32)>,
}

/// The kinds of image that are read here.
pub const KNOWN_TYPES: &[&str] = &["image/jpeg", "image/png", "image/gif", "image/webp"];

impl ImageRules {
    /// An outlet that gets every image as it is: a site, a mail, a folder.
    pub const ORIGINAL: ImageRules = ImageRules {
        made_to_fit: false,
        types: KNOWN_TYPES,
        side: None,
        width: None,
        area: None,
        shown: None,
        narrowest: None,
        widest: None,
        animated: Some(Animated { types: KNOWN_TYPES, bytes: None, frames: None, size: None }),
        card_bytes: None,
    };

    /// A network that takes what all take, and of which nothing else is known: JPEG
    /// and PNG that do not move.
    pub const POSTED: ImageRules = ImageRules {
        made_to_fit: true,
        types: &["image/jpeg", "image/png"],
        animated: None,
        ..ImageRules::ORIGINAL
    };
}

impl Animated {
    /// GIFs of any size.
    pub const GIF: Animated = Animated { types: &["image/gif"], bytes: None, frames: None, size: None };
}

/// X.
pub(super) const X: ImageRules = ImageRules {
    // JPEG, PNG and WebP; a GIF of 15 MB, 1280 × 1080 and 350 frames (docs.x.com, media
    // upload, 2026-08-22). That at most 4096 pixels a side are shown is unverified.
    types: &["image/jpeg", "image/png", "image/webp"],
    shown: Some(4096),
    animated: Some(Animated {
        bytes: Some(15 * 1024 * 1024),
        frames: Some(350),
        size: Some((1280, 1080)),
        ..Animated::GIF
    }),
    ..ImageRules::POSTED
};

/// A Facebook page.
pub(super) const FACEBOOK: ImageRules = ImageRules {
    // "JPG or PNG" (error 1366046, error reference, 2026). What moves is known to stand
    // still once it went to `/photos` (reports of 2025, unverified). 2048 are shown
    // (unverified).
    shown: Some(2048),
    ..ImageRules::POSTED
};

/// LinkedIn.
pub(super) const LINKEDIN: ImageRules = ImageRules {
    // JPG, PNG and GIF of fewer than 36,152,320 pixels, a GIF of 250 frames at most
    // (Images API, 2024-06); about 8 MB works in practice. That 4096 are shown is unverified.
    types: &["image/jpeg", "image/png", "image/gif"],
    area: Some(36_152_319),
    shown: Some(4096),
    animated: Some(Animated { bytes: Some(8 * 1024 * 1024), frames: Some(250), ..Animated::GIF }),
    ..ImageRules::POSTED
};

/// Mastodon, as its server is without settings.
pub(super) const MASTODON: ImageRules = ImageRules {
    // `image_matrix_limit` and `supported_mime_types` (entities/Instance, 2026-07-02). The
    // server itself makes 3840 × 2160 of what is larger, and a video of a GIF that moves;
    // of others that move it makes still ones (its media_attachment model, read 2026-11).
    types: KNOWN_TYPES,
    area: Some(33_177_600),
    shown: Some(3840),
    animated: Some(Animated { bytes: Some(16 * 1024 * 1024), ..Animated::GIF }),
    ..ImageRules::POSTED
};

/// Bluesky.
pub(super) const BLUESKY: ImageRules = ImageRules {
    // `image/*` (lexicon app.bsky.embed.images, 2026-08-20), shown as stills; the network's
    // own app makes images of 4000 pixels a side (social-app, pull request 10073,
    // 2026-03-19). `thumb` of a card 1,000,000 bytes (app.bsky.embed.external, 2026-08-20).
    types: &["image/jpeg", "image/png", "image/webp"],
    shown: Some(4000),
    card_bytes: Some(1_000_000),
    ..ImageRules::POSTED
};

/// Threads.
pub(super) const THREADS: ImageRules = ImageRules {
    // JPEG and PNG, at most 1440 wide and one side ten times the other (Threads API,
    // posts, 2026-04-14).
    width: Some(1440),
    narrowest: Some(Ratio::new(100, 1000)),
    widest: Some(Ratio::new(1000, 100)),
    ..ImageRules::POSTED
};

/// Instagram.
pub(super) const INSTAGRAM: ImageRules = ImageRules {
    // JPEG, from 4:5 to 1.91:1 (error 36003), at most 1440 wide (content publishing,
    // 2026-06-02).
    types: &["image/jpeg"],
    width: Some(1440),
    narrowest: Some(Ratio::new(400, 500)),
    widest: Some(Ratio::new(191, 100)),
    ..ImageRules::POSTED
};

/// A Telegram channel.
pub(super) const TELEGRAM: ImageRules = ImageRules {
    // Width and height 10,000 together, one at most 20 times the other (Bot API 10.1,
    // sendPhoto, 2026-06-11). That 2560 are shown is unverified.
    side: Some(5000),
    shown: Some(2560),
    narrowest: Some(Ratio::new(100, 2000)),
    widest: Some(Ratio::new(2000, 100)),
    ..ImageRules::POSTED
};

/// A Discord channel.
pub(super) const DISCORD: ImageRules = ImageRules {
    // Files of any kind, of which it shows these (discord-api-docs, 2026-08-06).
    made_to_fit: true,
    ..ImageRules::ORIGINAL
};

/// A subreddit. Kinds unverified: what all take.
pub(super) const REDDIT: ImageRules = ImageRules::POSTED;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_are_read_as_people_write_them() {
        for (written, shown) in [
            ("1:1", "1:1"),
            ("1.91:1", "1.91:1"),
            ("04:05", "4:5"),
            ("2.5:1", "2.5:1"),
            ("1000:0.01", "1000:0.01"),
        ] {
            assert_eq!(Ratio::parse(written).unwrap().to_string(), shown);
        }
        for wrong in [
            "", "1", "1:", ":1", "1:0", "0:1", "1.911:1", "-1:1", "1:1:1", "1e3:1", "1001:1", "1.:1", "a:b",
            "１:1",
        ] {
            assert_eq!(Ratio::parse(wrong), None, "{wrong}");
        }
        assert_eq!(Ratio::parse("8:10"), Some(Ratio::new(400, 500)));
        assert_ne!(Ratio::parse("4:5"), Ratio::parse("5:4"));
    }

    #[test]
    fn a_pixel_more_or_less_is_rounding() {
        let wide = Ratio::new(191, 100);
        assert!(wide.is_of(1200, 628) && wide.is_of(1200, 629) && !wide.is_of(1200, 640));
        assert!(wide.is_narrower_than(1280, 640) && !wide.is_wider_than(1280, 640));
        assert!(wide.is_wider_than(640, 640) && !wide.is_wider_than(1200, 628));
        assert!(Ratio::new(100, 100).is_of(1, 2), "of two pixels no shape can be told");
    }
}
