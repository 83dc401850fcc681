//! What the bytes of a media file say, whatever its name claims: read by `media::inspect`.

use serde::{Deserialize, Serialize};

/// Facts read from a media file's bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MediaFacts {
    /// `image/png`, `image/jpeg`, `image/gif` or `image/webp`.
    pub mime: String,
    /// Size in bytes.
    pub bytes: u64,
    /// Width in pixels, as it is shown (a camera's rotation applied).
    pub width: u32,
    /// Height in pixels, as it is shown.
    pub height: u32,
    /// SHA-256 of the bytes, in hex: how plans and the journal name the file.
    pub sha256: String,
    /// Frames: more than one, if it moves.
    pub frames: u32,
    /// How the pixels are turned before they are shown: Exif's number, 1 (not at all) to 8.
    pub orientation: u8,
    /// Whether there is more in it than what it takes to show the image: where and with
    /// what it was taken, comments, a preview.
    pub private: bool,
}

/// A part of an image, in pixels of the image as it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Crop {
    /// From the left.
    pub x: u32,
    /// From the top.
    pub y: u32,
    /// Its width.
    pub width: u32,
    /// Its height.
    pub height: u32,
}

impl Crop {
    /// Whether it has pixels, and all of them lie in an image of that size.
    pub fn lies_in(self, width: u32, height: u32) -> bool {
        let ends = |start: u32, length: u32, all: u32| {
            length > 0 && start.checked_add(length).is_some_and(|end| end <= all)
        };
        ends(self.x, self.width, width) && ends(self.y, self.height, height)
    }

    /// Whether it is the whole image of that size.
    pub fn is_all_of(self, width: u32, height: u32) -> bool {
        self == Crop { x: 0, y: 0, width, height }
    }
}
