//! Whether the images that readers see are those that were sent: how many they
//! are, and what is said to who does not see them. Pure.
//!
//! What a network does not tell is not taken for something else. A field that it
//! leaves out with every image is one that it does not tell; where it tells it of
//! one image of a post, an image without it has none.

use unicode_normalization::UnicodeNormalization;

/// So much of an alt text is quoted, in characters: it is to be recognised.
const LONGEST_QUOTE: usize = 1000;

/// What a network tells of the images of a post that is live.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Shown {
    /// How many there are, if it says so.
    pub number: Option<usize>,
    /// The alt text of each, where it is told; the order may be the network's own.
    pub alts: Vec<Option<String>>,
}

impl Shown {
    /// What is not as it was sent, in brackets, for behind the words; `sent`: the alt
    /// text of each image, empty where it has none.
    pub fn differing(&self, sent: &[&str]) -> Option<String> {
        let mut told = Vec::new();
        if let Some(there) = self.number.filter(|there| *there != sent.len()) {
            let there = match there {
                0 => "without an image".to_owned(),
                1 => "with 1 image".to_owned(),
                many => format!("with {many} images"),
            };
            told.push(format!("{there}; {} sent", sent.len()));
        }
        told.extend(self.other_alts(sent));
        (!told.is_empty()).then(|| format!("({})", told.join("; ")))
    }

    /// The alt texts that nobody sent, and those that are gone. Which of them belong
    /// together is told by their order, for nothing else tells it.
    fn other_alts(&self, sent: &[&str]) -> Vec<String> {
        if self.alts.iter().all(Option::is_none) {
            return Vec::new();
        }
        let mut live: Vec<String> = self.alts.iter().map(|alt| plain(alt.as_deref().unwrap_or(""))).collect();
        let mut missing = Vec::new();
        for (at, alt) in sent.iter().enumerate() {
            let alt = plain(alt);
            match live.iter().position(|live| *live == alt) {
                Some(found) => drop(live.remove(found)),
                None => missing.push(at + 1),
            }
        }
        let other =
            missing.iter().zip(&live).map(|(number, live)| match live.char_indices().nth(LONGEST_QUOTE) {
                _ if live.is_empty() => format!("image {number} without its alt text"),
                Some((end, _)) => format!("the alt text of image {number}: “{}…”", &live[..end]),
                None => format!("the alt text of image {number}: “{live}”"),
            });
        other.collect()
    }
}

/// However its accents and blanks are spelled.
fn plain(text: &str) -> String {
    text.nfc().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What readers see: the words, and behind them what is said of the images.
pub(super) fn behind(words: &str, images: &str) -> String {
    format!("{words} {images}").trim_start().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn differing(sent: &[&str], number: usize, alts: &[Option<&str>]) -> String {
        let alts = alts.iter().map(|alt| alt.map(str::to_owned)).collect();
        Shown { number: Some(number), alts }.differing(sent).unwrap_or_default()
    }

    #[test]
    fn the_same_images_are_the_same_however_they_are_told() {
        for (sent, alts) in [
            (&["a", "b"][..], &[Some("a"), Some("b")][..]),
            // In the network's own order, and in another spelling.
            (&["a", "b"], &[Some("b"), Some("a")]),
            (&["Caf\u{e9}  au lait"], &[Some(" Cafe\u{301} au\nlait ")]),
            // Not told, for none of them or for one that has none.
            (&["a", "b"], &[None, None]),
            (&["a"], &[]),
            (&["a", ""], &[Some("a"), None]),
            (&["", ""], &[Some(""), None]),
        ] {
            assert_eq!(differing(sent, sent.len(), alts), "", "{sent:?} {alts:?}");
        }
        assert_eq!(Shown::default().differing(&["a"]), None);
    }

    #[test]
    fn images_that_are_lost_and_alt_texts_that_are_other_ones_are_told() {
        for (sent, number, alts, told) in [
            (&["a", "b", "c"][..], 2, &[Some("a"), Some("b")][..], "(with 2 images; 3 sent)"),
            (&["a"], 0, &[], "(without an image; 1 sent)"),
            (&["a", "b"], 2, &[Some("a"), Some("B")], "(the alt text of image 2: “B”)"),
            (&["a", "b"], 2, &[Some("B"), Some("a")], "(the alt text of image 2: “B”)"),
            // It is told of one, and so the other has none.
            (&["a", "b"], 2, &[Some("a"), None], "(image 2 without its alt text)"),
            (&["a"], 1, &[Some("")], "(image 1 without its alt text)"),
            (&[""], 1, &[Some("x")], "(the alt text of image 1: “x”)"),
            (&["a", "b"], 1, &[Some("c")], "(with 1 image; 2 sent; the alt text of image 1: “c”)"),
            (&["a", "a"], 2, &[Some("a"), Some("")], "(image 2 without its alt text)"),
        ] {
            assert_eq!(differing(sent, number, alts), told);
        }
        let long = "é".repeat(1001);
        let told = differing(&["a"], 1, &[Some(&long)]);
        assert_eq!(told, format!("(the alt text of image 1: “{}…”)", "é".repeat(1000)));
    }
}
