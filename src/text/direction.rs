//! Which way a language is written. Pure.

/// `rtl` or `ltr`, by the language's BCP 47 tag: its script if the tag names one, else
/// the one that it is usually written in (CLDR 48, `likelySubtags`).
pub fn direction(language: &str) -> &'static str {
    let mut parts = language.split(['-', '_']).map(str::to_ascii_lowercase);
    let base = parts.next().unwrap_or_default();
    let script = parts.find(|part| part.len() == 4 && part.chars().all(|c| c.is_ascii_alphabetic()));
    let from_the_right = match script.as_deref() {
        Some(script) => matches!(script, "arab" | "hebr" | "thaa" | "syrc" | "nkoo" | "adlm" | "rohg"),
        None => matches!(
            base.as_str(),
            "ar" | "arz"
                | "ckb"
                | "dv"
                | "fa"
                | "he"
                | "iw"
                | "ks"
                | "ku"
                | "ps"
                | "sd"
                | "syr"
                | "ug"
                | "ur"
                | "yi"
        ),
    };
    if from_the_right { "rtl" } else { "ltr" }
}

#[cfg(test)]
mod tests {
    use super::direction;

    #[test]
    fn the_script_decides_where_it_is_named() {
        for rtl in ["ar", "ar-EG", "he", "fa_IR", "AR", "az-Arab", "ku-Arab-IQ"] {
            assert_eq!(direction(rtl), "rtl", "{rtl}");
        }
        for ltr in ["en", "de-AT", "", "ku-Latn", "ja", "zh-Hant", "arn"] {
            assert_eq!(direction(ltr), "ltr", "{ltr}");
        }
    }
}
