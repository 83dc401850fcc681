//! The last part of an article's address.

use unicode_normalization::UnicodeNormalization;

/// Longest slug in characters: longer ones are cut at a word.
const LONGEST: usize = 80;

/// `text` as lower-case ASCII words joined by `-`; empty when nothing of it has
/// a Latin form. German umlauts become `ae`, `oe`, `ue` for German readers.
pub fn slug(text: &str, language: &str) -> String {
    let german = language.get(..2).is_some_and(|base| base.eq_ignore_ascii_case("de"));
    let mut ascii = String::with_capacity(text.len());
    for c in text.nfc() {
        let latin = match c.to_lowercase().next().unwrap_or(c) {
            'ä' if german => "ae",
            'ö' if german => "oe",
            'ü' if german => "ue",
            'ß' => "ss",
            'æ' => "ae",
            'œ' => "oe",
            'ø' => "o",
            'ł' => "l",
            'đ' | 'ð' => "d",
            'þ' => "th",
            'ı' => "i",
            '\'' | '\u{2019}' => continue,
            '&' => " and ",
            other => {
                // Letters with marks fall apart into the letter and its marks.
                let base = std::iter::once(other).nfd().find(char::is_ascii_alphanumeric);
                ascii.push(base.unwrap_or(' '));
                continue;
            }
        };
        ascii.push_str(latin);
    }
    shortened(&ascii.split_whitespace().collect::<Vec<_>>().join("-"))
}

/// `text` as a slug in its own script: for ids that have no Latin form.
pub fn in_own_script(text: &str) -> String {
    let kept: String =
        text.nfc().flat_map(char::to_lowercase).map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    shortened(&kept.split_whitespace().collect::<Vec<_>>().join("-"))
}

/// Whether Windows takes a file or folder of that name for a device, whatever its ending:
/// a tree with one in it cannot be checked out there (Microsoft, "Naming Files, Paths, and
/// Namespaces", read 2026-11).
pub fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_ascii_lowercase();
    let numbered = |port: &str| {
        stem.strip_prefix(port).is_some_and(|number| {
            matches!(number, "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9" | "¹" | "²" | "³")
        })
    };
    matches!(stem.as_str(), "con" | "prn" | "aux" | "nul") || numbered("com") || numbered("lpt")
}

/// Refuses a slug, which becomes a folder's name, that is a device's.
pub fn no_device(slug: &str) -> Result<(), String> {
    match is_device(slug) {
        true => Err(format!("the slug `{slug}` is a device's name on Windows, and no folder's")),
        false => Ok(()),
    }
}

fn shortened(slug: &str) -> String {
    if slug.chars().count() <= LONGEST {
        return slug.to_owned();
    }
    let cut: String = slug.chars().take(LONGEST).collect();
    cut.rsplit_once('-').map_or(cut.clone(), |(words, _)| words.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_are_known_by_their_names() {
        for device in ["con", "CON", "prn", "aux.md", "Nul.tar.gz", "com1", "lpt9", "COM²"] {
            assert!(is_device(device), "{device}");
        }
        for name in ["", "cons", "com", "com0", "com10", "lpt", "a.con", "con-1", "_con", "auxiliary"] {
            assert!(!is_device(name), "{name}");
        }
    }

    #[test]
    fn letters_become_latin_and_the_rest_goes() {
        assert_eq!(slug("Rocket 2 lands itself!", "en"), "rocket-2-lands-itself");
        assert_eq!(slug("Größe & Café — naïve", "de"), "groesse-and-cafe-naive");
        assert_eq!(slug("Öl ist über", "de-AT"), "oel-ist-ueber");
        assert_eq!(slug("Öl på ø: Łódź, Æsir's þing", "sv"), "ol-pa-o-lodz-aesirs-thing");
        assert_eq!(slug("火箭", "zh"), "");
        assert_eq!(in_own_script("火箭/Два"), "火箭-два");
        assert_eq!(slug("../../etc/passwd\0", "en"), "etc-passwd");
        assert!(slug(&"word ".repeat(100), "en").len() <= 80);
    }
}
