//! Images as each outlet takes them: bytes in, bytes out.
//!
//! Pure, and the same bytes and wishes give the same bytes, so that a plan can name
//! what will go by its digest. What fits and says nothing but its pixels is left as it
//! is. Nothing that leaves says where, when and with what it was taken. No image is
//! made larger, none that moves is made to stand still, and what cannot be made to fit
//! is refused with the reason.

mod clean;
mod damage;
mod inspect;
mod pixels;
mod resample;
#[cfg(test)]
mod tests;
mod webp;
mod weight;

pub use crate::ladder::Crop;
pub use inspect::inspect;

use crate::ladder::MediaFacts;
use crate::text::{ImageRules, Ratio};
use pixels::{Head, Pixels};
use serde::{Deserialize, Serialize};

/// What an outlet wants of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Its kinds, sizes and shapes.
    pub rules: ImageRules,
    /// The largest file it takes, in bytes.
    pub bytes: Option<u64>,
    /// The part of it that is asked for.
    pub crop: Option<Crop>,
}

impl Wanted {
    /// The image as it is, without what its file says besides.
    pub const ORIGINAL: Wanted = Wanted { rules: ImageRules::ORIGINAL, bytes: None, crop: None };
}

/// What became of an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// Its bytes; none if they are those that came in.
    pub bytes: Option<Vec<u8>>,
    /// What its bytes are.
    pub mime: &'static str,
    /// Width in pixels, as it is shown.
    pub width: u32,
    /// Height in pixels, as it is shown.
    pub height: u32,
    /// What was done.
    pub how: How,
    /// Whether it had to become smaller than readers would see it, or coarser than is
    /// good for it, to fit into so many bytes.
    pub squeezed: bool,
}

/// How an image is made of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum How {
    /// The same pixels, and what is not needed to show them left out.
    Cleaned,
    /// Saved anew as PNG.
    Png,
    /// Saved anew as JPEG.
    Jpeg {
        /// 1 to 100, as the Independent JPEG Group counts.
        quality: u8,
    },
}

/// How an image that goes out was made of the one in the project, so that it can be
/// made again, byte for byte.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipe {
    /// SHA-256 of the file in the project, in hex.
    pub sha256: String,
    /// Its width in pixels, as it is shown.
    pub width: u32,
    /// Its height in pixels, as it is shown.
    pub height: u32,
    /// The part of it that is shown; none is all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crop: Option<Crop>,
    /// What was done to it.
    pub how: How,
    /// Whether it had to become smaller or coarser than is good for it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub squeezed: bool,
}

impl Recipe {
    /// For people: "shrunk to 2048 × 1365, JPEG, 0.9 MB". None where every pixel stayed.
    pub fn says(&self, width: u32, height: u32, bytes: u64) -> Option<String> {
        let kind = match self.how {
            How::Cleaned => return None,
            How::Png => "PNG",
            How::Jpeg { .. } => "JPEG",
        };
        let before = self.crop.map_or((self.width, self.height), |crop| (crop.width, crop.height));
        let done = match (self.crop, before == (width, height)) {
            (Some(_), true) => format!("cropped to {width} × {height}"),
            (Some(_), false) => format!("cropped and shrunk to {width} × {height}"),
            (None, true) => "saved anew".to_owned(),
            (None, false) => format!("shrunk to {width} × {height}"),
        };
        Some(format!("{done}, {kind}, {}", megabytes(bytes)))
    }
}

/// An image of a variant that could not be made to fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfit {
    /// The file, from the project on.
    pub path: String,
    /// It is the picture of a link's card: the card goes without it.
    pub of_card: bool,
    /// Why.
    pub why: CannotFit,
}

/// Why an image cannot go to an outlet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CannotFit {
    /// It moves, and nothing of that kind does so there.
    Moves,
    /// It moves, and a part of it is asked for.
    MovesAndCropped,
    /// It moves, and is too large for that; the end of the sentence that begins with
    /// its name.
    MovesTooMuch(String),
    /// It is narrower, or wider, than it may be.
    Shape {
        /// What it is, in pixels.
        size: (u32, u32),
        /// The narrowest and the widest that is taken.
        bounds: (Option<Ratio>, Option<Ratio>),
    },
    /// However small it is made, it has more bytes than this.
    TooLarge(u64),
    /// Its pixels cannot be read; the end of the sentence that begins with its name.
    Unreadable(String),
    /// What is asked for does not lie in it.
    OutsideOfIt,
}

/// JPEG's qualities, tried in turn. Below the last, faces and letters get stains.
const QUALITIES: [u8; 5] = [90, 85, 80, 75, 70];
/// The one that is kept to when it gets smaller instead.
const LAST_QUALITY: u8 = 75;
/// What is coarser than this is told.
const GOOD_QUALITY: u8 = 80;
/// An image's longest side does not get shorter than this to fit into so many bytes:
/// nobody would see what it shows.
const SHORTEST_SIDE: u32 = 256;

/// Whether an image goes as the file that it is: its bytes need not be looked at.
pub fn stays(facts: &MediaFacts, wanted: &Wanted) -> bool {
    let fits = facts.bytes <= wanted.bytes.unwrap_or(u64::MAX);
    let is_whole = wanted.crop.is_none_or(|crop| crop.is_all_of(facts.width, facts.height));
    !facts.private
        && is_whole
        && match facts.frames {
            0 | 1 => {
                shape(facts.width, facts.height, &wanted.rules).is_ok()
                    && keeps_pixels(facts, &wanted.rules)
                    && fits
            }
            _ => may_move(facts, facts.bytes, &wanted.rules).is_ok(),
        }
}

/// Makes an image fit.
///
/// What is too large for its outlet is cropped, if that is asked for, turned upright,
/// made smaller, and saved as JPEG of less and less quality; as PNG, if it was drawn and
/// is small enough so.
pub fn fit(bytes: &[u8], facts: &MediaFacts, wanted: &Wanted) -> Result<Made, CannotFit> {
    let Wanted { rules, crop, .. } = wanted;
    let crop = crop.filter(|crop| !crop.is_all_of(facts.width, facts.height));
    let mime = known(&facts.mime);
    if facts.frames > 1 {
        if crop.is_some() {
            return Err(CannotFit::MovesAndCropped);
        }
        let clean = cleaned(bytes, facts)?;
        may_move(facts, clean.as_ref().map_or(bytes.len(), Vec::len) as u64, rules)?;
        return Ok(as_it_is(clean, mime, facts));
    }
    if crop.is_some_and(|crop| !crop.lies_in(facts.width, facts.height)) {
        return Err(CannotFit::OutsideOfIt);
    }
    let (width, height) = crop.map_or((facts.width, facts.height), |crop| (crop.width, crop.height));
    shape(width, height, rules)?;
    let most = wanted.bytes.unwrap_or(u64::MAX);
    if crop.is_none() && keeps_pixels(facts, rules) {
        match cleaned(bytes, facts) {
            // An image that cannot be gone through can be painted anew.
            Err(error) if !rules.made_to_fit => return Err(error),
            Ok(clean) if clean.as_ref().map_or(bytes.len(), Vec::len) as u64 <= most => {
                return Ok(as_it_is(clean, mime, facts));
            }
            Ok(_) if !rules.made_to_fit => return Err(CannotFit::TooLarge(most)),
            Err(_) | Ok(_) => {}
        }
    }
    let pixels = unpacked(bytes, crop, |head, whole| {
        let size = within(whole.0, whole.1, rules, rules.shown);
        let can = head.may_make(whole, size, How::Jpeg { quality: LAST_QUALITY });
        can.then_some(()).ok_or_else(|| too_heavy(whole))
    })?;
    saved(&pixels, mime != "image/jpeg" && pixels.is_drawn(), rules, most)
}

/// Makes an image again as `recipe` says, of that size.
pub fn remake(bytes: &[u8], recipe: &Recipe, width: u32, height: u32) -> Result<Vec<u8>, CannotFit> {
    if recipe.how == How::Cleaned {
        let (facts, _) = inspect::facts(bytes).map_err(CannotFit::Unreadable)?;
        return Ok(cleaned(bytes, &facts)?.unwrap_or_else(|| bytes.to_vec()));
    }
    let size = (width, height);
    let pixels = unpacked(bytes, recipe.crop, |head, whole| {
        // A recipe may come from anywhere, and asks for no more than there is.
        if !(1..=whole.0).contains(&width) || !(1..=whole.1).contains(&height) {
            return Err(CannotFit::OutsideOfIt);
        }
        head.may_make(whole, size, recipe.how).then_some(()).ok_or_else(|| too_heavy(whole))
    })?;
    if !pixels.can_make(size, recipe.how) {
        return Err(too_heavy(pixels.size()));
    }
    pixels.resized(width, height).encoded(recipe.how, u64::MAX).ok_or(CannotFit::TooLarge(u64::MAX))
}

/// The pixels of an image, or of a part of it. What is shown of it, in pixels, goes to
/// `check` before any of it is unpacked: a refusal costs nothing.
fn unpacked(
    bytes: &[u8],
    crop: Option<Crop>,
    check: impl FnOnce(&Head<'_>, (u32, u32)) -> Result<(), CannotFit>,
) -> Result<Pixels, CannotFit> {
    let head = Head::of(bytes).map_err(CannotFit::Unreadable)?;
    let whole = head.size();
    if crop.is_some_and(|crop| !crop.lies_in(whole.0, whole.1)) {
        return Err(CannotFit::OutsideOfIt);
    }
    check(&head, crop.map_or(whole, |crop| (crop.width, crop.height)))?;
    let mut pixels = head.unpack().map_err(CannotFit::Unreadable)?;
    if let Some(crop) = crop {
        pixels.crop(crop);
    }
    Ok(pixels)
}

/// "0.9 MB", rounded up; what is small, in kB.
pub fn megabytes(bytes: u64) -> String {
    if bytes < 100 * 1024 {
        return format!("{} kB", bytes.div_ceil(1024));
    }
    let tenths = bytes.saturating_mul(10).div_ceil(1024 * 1024);
    format!("{}.{} MB", tenths / 10, tenths % 10)
}

fn known(mime: &str) -> &'static str {
    // Facts come from `inspect`, which knows four kinds.
    crate::text::KNOWN_TYPES.iter().find(|known| **known == mime).copied().unwrap_or("image/jpeg")
}

fn as_it_is(bytes: Option<Vec<u8>>, mime: &'static str, facts: &MediaFacts) -> Made {
    let (width, height) = (facts.width, facts.height);
    Made { bytes, mime, width, height, how: How::Cleaned, squeezed: false }
}

/// Whether so many pixels are neither too narrow nor too wide.
fn shape(width: u32, height: u32, rules: &ImageRules) -> Result<(), CannotFit> {
    let too_narrow = rules.narrowest.is_some_and(|bound| bound.is_wider_than(width, height));
    let too_wide = rules.widest.is_some_and(|bound| bound.is_narrower_than(width, height));
    if too_narrow || too_wide {
        let bounds = (rules.narrowest, rules.widest);
        return Err(CannotFit::Shape { size: (width, height), bounds });
    }
    Ok(())
}

/// Whether the whole of a still image may go with the pixels that it has.
fn keeps_pixels(facts: &MediaFacts, rules: &ImageRules) -> bool {
    let size = (facts.width, facts.height);
    !rules.made_to_fit
        || rules.types.contains(&known(&facts.mime))
            && facts.orientation == 1
            && within(size.0, size.1, rules, None) == size
}

/// The file without what is not needed; none if there is nothing of that in it.
fn cleaned(bytes: &[u8], facts: &MediaFacts) -> Result<Option<Vec<u8>>, CannotFit> {
    if !facts.private {
        return Ok(None);
    }
    let format = image::guess_format(bytes).ok();
    let walked = format.and_then(|format| clean::walk(bytes, format, facts.orientation));
    match walked {
        Some(walked) => Ok((!walked.is(bytes)).then(|| walked.bytes())),
        None => Err(CannotFit::Unreadable("is damaged: save it anew".to_owned())),
    }
}

/// Whether an image that moves may go as it is; `bytes` is what it has.
fn may_move(facts: &MediaFacts, bytes: u64, rules: &ImageRules) -> Result<(), CannotFit> {
    let moving = rules.animated.filter(|moving| moving.types.contains(&facts.mime.as_str()));
    let moving = moving.ok_or(CannotFit::Moves)?;
    let too_much = |says: String| Err(CannotFit::MovesTooMuch(says));
    if let Some(most) = moving.bytes.filter(|most| bytes > *most) {
        return too_much(format!("has {}, {} at most where it moves", megabytes(bytes), megabytes(most)));
    }
    if let Some(most) = moving.frames.filter(|most| facts.frames > *most) {
        return too_much(format!("has {} frames, {most} at most", facts.frames));
    }
    if let Some((width, height)) = moving.size.filter(|size| facts.width > size.0 || facts.height > size.1) {
        let own = (facts.width, facts.height);
        return too_much(format!("is {} × {}, {width} × {height} at most where it moves", own.0, own.1));
    }
    Ok(())
}

/// The largest size of that shape that is taken; `shown` bounds it besides.
fn within(width: u32, height: u32, rules: &ImageRules, shown: Option<u32>) -> (u32, u32) {
    let longest = width.max(height);
    let side = rules.side.into_iter().chain(shown).min().unwrap_or(u32::MAX);
    let mut size = (width, height);
    if longest > side {
        size = scaled(size, side, longest);
    }
    if let Some(most) = rules.width.filter(|most| size.0 > *most) {
        size = scaled(size, most, size.0);
    }
    if let Some(most) = rules.area.filter(|most| u64::from(size.0) * u64::from(size.1) > *most) {
        // By the root of how much too much it is: the wider side first, the other follows.
        let shape = u64::from(size.0) * 10_000 / u64::from(size.1).max(1);
        let wide = (u128::from(most) * u128::from(shape) / 10_000).isqrt().max(1);
        size = scaled(size, u32::try_from(wide).unwrap_or(u32::MAX).min(size.0), size.0);
        // Rounding may have left a row too many.
        while u64::from(size.0) * u64::from(size.1) > most && size.0.max(size.1) > 1 {
            size = if size.0 >= size.1 { (size.0 - 1, size.1) } else { (size.0, size.1 - 1) };
        }
    }
    size
}

/// A size times `to / from`, which is not above 1; at least one pixel.
fn scaled(size: (u32, u32), to: u32, from: u32) -> (u32, u32) {
    let side = |side: u32| {
        let half = u64::from(from / 2);
        let scaled = (u64::from(side) * u64::from(to) + half) / u64::from(from.max(1));
        u32::try_from(scaled).unwrap_or(side).clamp(1, side.max(1))
    };
    (side(size.0), side(size.1))
}

fn too_heavy((width, height): (u32, u32)) -> CannotFit {
    CannotFit::Unreadable(format!(
        "has {width} × {height} pixels, too many to be made smaller here ({} MB of memory at most): save it smaller",
        weight::MOST_MEMORY >> 20
    ))
}

/// The image as the best file that fits.
fn saved(pixels: &Pixels, drawn: bool, rules: &ImageRules, most: u64) -> Result<Made, CannotFit> {
    let made = |bytes: Vec<u8>, (width, height): (u32, u32), how: How, squeezed: bool| Made {
        bytes: Some(bytes),
        mime: if how == How::Png { "image/png" } else { "image/jpeg" },
        width,
        height,
        how,
        squeezed,
    };
    let whole = pixels.size();
    let start = within(whole.0, whole.1, rules, rules.shown);
    let mut size = start;
    if !pixels.can_make(size, How::Jpeg { quality: LAST_QUALITY }) {
        return Err(too_heavy(whole));
    }
    let small = pixels.resized(size.0, size.1);
    let (takes_png, takes_jpeg) = (rules.types.contains(&"image/png"), rules.types.contains(&"image/jpeg"));
    // By its size and not by what comes out: what cannot be packed within the bound is
    // saved as JPEG, where that is taken.
    let is_light = pixels.can_make(size, How::Png);
    if takes_png
        && (drawn || !takes_jpeg)
        && is_light
        && let Some(bytes) = small.encoded(How::Png, most)
    {
        return Ok(made(bytes, size, How::Png, false));
    }
    for quality in QUALITIES.into_iter().filter(|_| takes_jpeg) {
        let how = How::Jpeg { quality };
        if let Some(bytes) = small.encoded(how, most) {
            return Ok(made(bytes, size, how, quality < GOOD_QUALITY));
        }
    }
    drop(small);
    let how = if takes_jpeg { How::Jpeg { quality: LAST_QUALITY } } else { How::Png };
    let shortest = SHORTEST_SIDE.min(start.0.max(start.1));
    while size.0.max(size.1) > shortest {
        size = scaled(size, 4, 5);
        // Of the whole image and not of the last one, as `remake` makes it.
        if pixels.can_make(size, how)
            && let Some(bytes) = pixels.resized(size.0, size.1).encoded(how, most)
        {
            return Ok(made(bytes, size, how, true));
        }
    }
    Err(CannotFit::TooLarge(most))
}
